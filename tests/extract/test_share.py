"""The share block is read as its checked record says, in every markup, and from hostile pages without harm."""

from __future__ import annotations

import itertools
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.schema import Page, Share
from crawler.extract.controls import label_of, said_by
from crawler.extract.document import Document
from crawler.extract.phrases import (
    fold_phrase,
    is_copy_label,
    is_like_label,
    is_prompt,
    may_be_action,
    places_of_prompts,
)
from crawler.extract.share import read_shares

CASES = Path(__file__).parent / "fixtures" / "share"
URL = "https://www.example.net/story"


def read(body: str | bytes, url: str = URL, language: str | None = "en") -> list[Share]:
    return read_shares(Document(body, url), Page(url=url, canonical_url=url, language=language))


def stated(rows: list[Share]) -> list[dict[str, Any]]:
    return [
        {name: value for name, value in asdict(row).items() if value not in (None, "") and name != "position"}
        for row in rows
    ]


def brief(rows: list[Share]) -> list[tuple[str, str | None]]:
    return [(row.kind, row.channel) for row in rows]


@pytest.mark.parametrize("folder", sorted(CASES.iterdir()), ids=lambda folder: folder.name)
def test_the_share_block_is_as_checked(folder: Path) -> None:
    case = json.loads((folder / "expected.json").read_text("utf-8"))
    rows = read((folder / "page.html").read_bytes(), case["page"]["url"], case["page"]["language"])
    assert stated(rows) == case["shares"]
    assert [row.position for row in rows] == list(range(len(rows)))


@pytest.mark.parametrize(
    "href",
    [
        "https://vk.com/share.php?url=' + encodeURIComponent(location.href) + '",
        "https://x.com/intent/post?url={{ url }}",
    ],
)
def test_a_link_that_a_script_would_have_filled_is_no_address(href: str) -> None:
    [share] = read(f'<a href="{href}">Share</a>')
    assert (share.kind, share.url, share.target_url) == ("button", None, None)


def test_parameters_may_be_parted_by_semicolons() -> None:
    [share] = read(f'<a href="https://www.xing.com/social/share?h=1;url={quote(URL, safe="")}">Xing</a>')
    assert (share.channel, share.target_url) == ("xing", URL)


@pytest.mark.parametrize(
    ("label", "kinds"), [("Like", ["like"]), ("Gefällt mir", ["like"]), ("Share", []), ("Tweet", [])]
)
def test_a_share_button_in_the_clothes_of_a_like_button_is_no_like(label: str, kinds: list[str]) -> None:
    found = [share.kind for share in read(f'<a href="#" class="like-button">{label}</a>')]
    assert [kind for kind in found if kind == "like"] == kinds


CONFIRMATIONS = [
    "Thanks! Share it with your friends!",
    "እናመሰግናለን! ለጏደኞች ህ አጋራ!",
    "Obrigado! Mostre para seus amigos!",
    "Hvala! Podijelite s prijateljima!",
    "Tak! del det med dine venner!",
    "Bedankt! Deel het met je vrienden!",
    "سپاس! با دوستان خود به اشتراك بگذاريد!",
    "Kiitos! Jaa se ystäviesi kanssa!",
    "Merci ! Partagez avec vos amis !",
    "Danke für die Bewertung! Teile es mit Deinen Freunden!",
    "Ευχαριστώ! Μοιραστείτε το με τους φίλους σας!",
    "תודה! אתה מוזמן לשתף את הסרטון עם חבריך!",
    "Grazie! Condividilo con i tuoi amici!",
    "Obrigado! Partilhe com os seus amigos!",
    "Merci de like! Trimite prietenilor tai",
    "Спасибо! Поделитесь с друзьями!",
    "Vďaka! Podeľte sa so svojimi priateľmi!",
    "ขอขอบคุณ! แชร์ให้กับเพื่อนๆ คุณได้อีกด้วย!",
    "Teşekkürler! Arkadaşlarınıza da önerin!",
]


@pytest.mark.parametrize("text", CONFIRMATIONS)
def test_the_confirmation_of_a_like_is_a_prompt_in_every_language_of_php_melody(text: str) -> None:
    widget = f'<div id="bin-rating-like-confirmation"><p> {text}</p></div>'
    theme = f"<section><em>{text.rstrip('!')}</em></section>"
    for page in (widget, theme):
        rows = read(page)
        assert [row.kind for row in rows] == ["prompt"]
    assert read(widget)[0].label == text


@pytest.mark.parametrize("text", CONFIRMATIONS)
def test_case_and_punctuation_of_a_prompt_do_not_matter(text: str) -> None:
    assert is_prompt(text.replace("!", " … "))
    assert is_prompt(text.lower())


def test_the_widget_confirms_in_any_language_of_the_sites_own() -> None:
    page = '<div id="bin-rating-like-confirmation"><p>Mulțam! Zi-le și altora!</p><a href="#">x</a></div>'
    assert stated(read(page)) == [{"kind": "prompt", "label": "Mulțam! Zi-le și altora!"}]


@pytest.mark.parametrize(
    "page",
    [
        "<p>He asked them to share it with your friends and leave.</p>",
        "<li class=comment><p>Thanks! Share it with your friends!</p></li>",
        "<script>'Share it with your friends'</script>",
        "<template><p>Share it with your friends</p></template>",
        "<button>Share</button>",
        "<span>Share</span>",
    ],
)
def test_sentences_comments_and_lone_words_are_no_prompts(page: str) -> None:
    assert [row for row in read(page) if row.kind == "prompt"] == []


@pytest.mark.parametrize("page", ["<h4>Share</h4>", "<span>Share:</span>", "<h3>Teilen</h3>", "<b>分享到：</b>"])
def test_a_lone_word_is_a_prompt_as_a_heading_or_with_a_colon(page: str) -> None:
    assert brief(read(page)) == [("prompt", None)]


def link(target: str, label: str = "x") -> str:
    return f'<a href="https://www.facebook.com/sharer.php?u={target}">{label}</a>'


@pytest.mark.parametrize(
    "target",
    [
        URL,
        "http://example.net/story/",
        "https%3A%2F%2Fm.example.net%2Fstory%3Futm_source%3Dfb%26fbclid%3D1",
        "https://www.example.net/story%23comments",
        "https://www.example.net/story/comment-page-2/",
        "//www.example.net/story",
        "/story",
        "https://www.example.net/story%3Fexm_medium%3Dfb",
        "https://exm.pl/aB3",
    ],
)
def test_a_button_that_shares_the_page_however_written_is_kept(target: str) -> None:
    assert brief(read(link(target))) == [("button", "facebook")]


@pytest.mark.parametrize(
    "target",
    [
        "https://www.example.net/",
        "https://www.example.net/other-story",
        "https://www.example.net/story?id=2",
        "https://elsewhere.example.org/news/long-address-of-another-story",
    ],
)
def test_a_button_that_shares_another_page_is_left_out(target: str) -> None:
    assert read(link(target)) == []


def test_the_same_path_on_a_former_host_is_the_page() -> None:
    page = "https://www.example.net/2021/07/19/a-story-of-a-flood?id=7"
    assert len(read(link(quote(page.replace("www.example.net", "old.example.org"), safe="")), page)) == 1
    assert read(link(quote(page.replace("id=7", "id=8"), safe="")), page) == []


def test_a_second_bar_adds_only_what_the_first_does_not_have() -> None:
    bar = link(URL, "first")
    rows = read(f"<div>{bar}</div><div>{bar.replace('first', 'second')}<button id=bin-rating-like>Like</button></div>")
    assert [(row.kind, row.label) for row in rows] == [("button", "first"), ("like", "Like")]


def test_links_of_two_bars_that_differ_in_what_they_say_of_the_page_are_one() -> None:
    mails = [f"<a href='mailto:?subject={word}&body={URL}'>E-mail</a>" for word in ("Read", "Look")]
    frames = [
        f"<iframe src='//www.facebook.com/plugins/like.php?href={URL}&width={width}'></iframe>" for width in (80, 90)
    ]
    tweets = [
        f"<a class=twitter-share-button href=https://twitter.com/share {data}>Tweet</a>"
        for data in ("", f"data-url={URL}")
    ]
    assert brief(read("".join(mails + frames + tweets))) == [("button", "email"), ("like", "facebook"), ("button", "x")]


@pytest.mark.parametrize(
    ("markup", "row"),
    [
        ("<iframe src='//platform.twitter.com/widgets/tweet_button.html?url={}'></iframe>", ("button", "x")),
        ("<iframe src='https://www.facebook.com/plugins/share_button.php?href={}'></iframe>", ("button", "facebook")),
        ("<a href='https://www.facebook.com/dialog/send?link={}'>Messenger</a>", ("button", "messenger")),
        ("<a href='{}' onclick='ODKL.Share(this);return false;'>0</a>", ("button", "ok")),
        ("<fb:like href='{}'></fb:like>", ("like", "facebook")),
        ("<div class=like-button><iframe src='https://www.facebook.com/plugins/like.php?href={}'></iframe></div>", ("like", "facebook")),
    ],
)  # fmt: skip
def test_widgets_of_networks_are_of_the_network(markup: str, row: tuple[str, str]) -> None:
    assert brief(read(markup.format(quote(URL, safe="")))) == [row]


BAR = "<ul><li>" + link(URL) + f"<li><a href='https://www.reddit.com/submit?url={URL}'>Reddit</a><li>{{}}</ul>"


@pytest.mark.parametrize(
    ("control", "rows"),
    [
        ("<a href=/mail?id=1>E-mail this story</a>", [("email", "E-mail this story", "https://www.example.net/mail?id=1")]),
        ("<a href='https://plus.google.com/'>Google+</a>", [("googleplus", "Google+", "https://plus.google.com/")]),
        ("<button aria-label='Save to Pinterest'></button>", [("pinterest", "Save to Pinterest", None)]),
        ("<a class=email href=mailto:></a>", [("email", None, None)]),
        ("<a href='/cdn-cgi/l/email-protection#3f00'>Email</a>", [("email", "Email", None)]),
        ("<a href='https://www.instagram.com/example'>Instagram</a>", []), ("<a href=/print>Print</a>", []),
        ("<a href='https://x.com/intent/post?url=https://www.example.net/other'>X</a>", []),
        ("<button>Facebook</button>", []), ("<a href=/news class=x>News</a>", []),
        ("<a href=/1>How people write e-mail in a large office today</a>", []),
    ],
)  # fmt: skip
def test_what_stands_in_a_bar_and_names_another_network_is_for_that(control: str, rows: list[Any]) -> None:
    assert [(row.channel, row.label, row.url) for row in read(BAR.format(control))[2:]] == rows
    assert read(control) == []


def test_one_control_makes_a_bar_where_its_name_says_so() -> None:
    bar = "<div class={}>" + link(URL) + "<button>Pinterest</button></div>"
    assert [len(read(bar.format(name))) for name in ("share-bar", "tools")] == [2, 1]


def test_a_field_for_an_address_is_no_share_by_mail() -> None:
    assert read("<div class=share_boxes_email><input type=text><a href=#>Sign up</a></div>") == []


def test_what_is_said_twice_for_screen_readers_is_one_label() -> None:
    [row] = read("<a href=# class=copy-link><i>Copy link</i> <i>Copy link</i></a>")
    assert row.label == "Copy link"


@pytest.mark.parametrize(
    "place",
    ['<li id="comment-7">{}</li>', '<div class="comment">{}</div>', '<div class="wpd-comment"><p>{}</p></div>'],
)
def test_what_belongs_to_a_readers_comment_is_not_the_pages(place: str) -> None:
    inside = link(URL) + '<a class="like" href="#">Like</a><button data-clipboard-text="' + URL + '">Copy link</button>'
    assert read(place.format(inside)) == []
    assert brief(read(inside)) == [("button", "facebook"), ("like", "onsite"), ("copy_link", "onsite")]


@pytest.mark.parametrize(
    ("page", "count"),
    [
        (f'{link(URL)}<span class="count">1,234</span>', 1234),
        (f'<li>{link(URL)}<b></b><em class="share-count">1.2K</em></li>', 1200),
        (link(URL, 'Share <span class="a2a_count">7</span>'), 7),
        (link(URL, "Facebook (12)"), 12),
        (link(URL, "12 shares"), 12),
        (link(URL, "").replace("<a ", '<a data-count="0" '), 0),
        (link(URL, "").replace("<a ", '<a aria-label="31 shares on Facebook" '), 31),
        (link(URL, "Facebook"), None),
        (link(URL, "Web 2"), None),
        (link(URL, "3 reasons to read this"), None),
        (f'{link(URL)}{link(URL)}<span class="count">12 May</span>', None),
    ],
)
def test_a_count_is_what_stands_in_or_beside_the_button(page: str, count: int | None) -> None:
    assert read(page)[0].count == count


def test_a_number_is_no_label() -> None:
    assert stated(read(link(URL, "<i>6366</i>").replace("<a ", '<a title="Share on Facebook" ')))[0] == {
        "kind": "button",
        "channel": "facebook",
        "label": "Share on Facebook",
        "url": f"https://www.facebook.com/sharer.php?u={URL}",
        "target_url": URL,
        "count": 6366,
    }


def test_a_dislike_button_is_no_like() -> None:
    assert read('<button id="bin-rating-dislike">Dislike</button><a href="#" class="dislike">Dislike</a>') == []


def test_a_like_of_the_sites_page_on_a_network_is_not_a_like_of_this_page() -> None:
    assert read('<div class="fb-like" data-href="https://www.facebook.com/example"></div>') == []


HOSTILE = [
    "<div>" * 10_000 + "Share this:",
    '<div data-share="facebook" class="share-btn_facebook" tabindex=0>' * 10_000,
    '<div class="like-button">' * 10_000,
    "<div>" + '<a href="https://www.facebook.com/sharer.php?u=x">t</a>' * 10_000,
    "<div><a class=share href=#>" * 5_000,
    f'<input value="{URL}">' * 10_000,
    "<textarea>" + "<iframe " * 50_000,
    '<a onclick="' + "http://x/" * 100_000 + '">x</a>',
    "<p>" + "share it with " * 100_000,
]


@pytest.mark.parametrize("page", HOSTILE, ids=lambda page: page[:24])
def test_a_hostile_page_is_read_to_its_end(page: str) -> None:
    rows = read(page + "</textarea><p><b>Share this article</b></p>")
    assert len(rows) <= 3


PIECES = st.sampled_from(
    [
        "<div class='share'>",
        "</div>",
        "<li class=comment>",
        "<a href='https://x.com/intent/post?url=",
        "'>",
        "</a>",
        "<button onclick=navigator.share()>",
        "<input value='https://www.example.net/story'>",
        "<textarea>",
        "&lt;iframe src=",
        "Share this:",
        "Like",
        "<a class='a2a_button_x' href='#'>",
        "<svg><title>",
        "<span class=count>",
        "١٢",
        "\x00",
        "<a href='//[::1'>",
        "data-count='",
    ]
)


@settings(max_examples=150)
@given(st.lists(PIECES | st.text(max_size=8), max_size=40).map("".join))
def test_rows_of_any_soup_of_tags_are_numbered_named_and_never_empty(body: str) -> None:
    rows = read("<p>" + body)
    assert [row.position for row in rows] == list(range(len(rows)))
    for row in rows:
        assert row.kind in {"button", "like", "prompt", "copy_link", "embed"}
        assert (row.channel is None) == (row.kind == "prompt")
        assert "" not in (row.label, row.url, row.target_url, row.channel)
        assert row.count is None or row.count >= 0


@given(
    st.sampled_from(
        [
            "Share this article",
            "Gefällt mir:",
            "Partager cet article :",
            "Поделиться:",
            "この記事をシェアする",
            "Like this:",
        ]
    ),
    st.lists(st.integers(0, 20), max_size=3),
    st.lists(st.sampled_from(["\n\t", " ", "svg of an arrow", "Facebook", "x" * 500]), min_size=1, max_size=4),
    st.sampled_from(["", " ", "\n" + " " * 100]),
)
def test_a_prompt_is_found_by_its_first_piece_however_it_is_cut(
    prompt: str, cuts: list[int], others: list[str], blank: str
) -> None:
    edges = sorted({0, len(prompt), *(cut for cut in cuts if 0 < cut < len(prompt) and prompt[:cut].strip(" :"))})
    pieces = [prompt[start:end] for start, end in itertools.pairwise(edges)]
    assert is_prompt(prompt, is_heading=True)
    texts = ["News", *others, blank + pieces[0]]
    for piece in pieces[1:]:
        texts += [*others[:3], piece]
    assert 1 + len(others) in places_of_prompts([*texts, *others])


def test_other_texts_begin_no_prompt() -> None:
    assert (
        places_of_prompts(
            ["S", "hares fell", "Shared by many", "", " ", "Like a rolling stone", "A", "Video", "…", "1,234"]
        )
        == []
    )


@pytest.mark.parametrize(
    "inside",
    [
        "Copy link",
        "<b>Co</b>py li<i>nk</i>",
        "<span>Copy link</span><span class=count>12</span>",
        "<svg><title>Copy link</title></svg>",
        '<img alt="Copy link">',
        '<i title="Copy link"></i>',
        "<p>Please</p><div>copy link</div>",
        "Like (12)",
        "<div>Like</div>3",
    ],
)
def test_what_a_control_says_holds_its_label(inside: str) -> None:
    node = Document(f"<body><button>{inside}</button>", URL).first("button")
    assert node is not None
    label = label_of(node)
    assert label is not None
    assert fold_phrase(label) in fold_phrase(said_by(node))
    assert may_be_action(said_by(node)) or not (is_copy_label(label) or is_like_label(label))


def test_a_control_that_says_to_share_and_where_to_is_a_button_whatever_its_names() -> None:
    page = '<div><button aria-label="Share on Facebook"><svg></svg></button></div><a href="#">Compartir en Telegram</a>'
    page += '<p><button>Facebookでシェア</button><button title="Weather on Facebook">*</button></p>'
    assert [(row.kind, row.channel, row.label) for row in read(page)] == [
        ("button", "facebook", "Share on Facebook"),
        ("button", "telegram", "Compartir en Telegram"),
    ]


@pytest.mark.parametrize("call", ["ShareTG()", "shareTelegram(event); return false", "share('tg')"])
def test_the_function_that_a_control_calls_may_name_the_network(call: str) -> None:
    assert brief(read(f'<button onclick="{call}"><i class="bi"></i></button>')) == [("button", "telegram")]


def test_icons_beside_share_buttons_name_their_network_by_class_and_marks_of_layout_do_not() -> None:
    page = f"""<div class="share-row">{link(URL)}<a href="#" class="icon icon-wechat"></a><button><i class="fa fa-vk"></i>
      </button><button class="icon-x">Close</button><a href="/mail" class="btn-email">Newsletter</a></div>"""
    assert brief(read(page)) == [("button", "facebook"), ("button", "wechat"), ("button", "vk")]


def test_a_field_for_an_address_beside_share_buttons_is_no_share_by_mail() -> None:
    page = f'<div class="share-row">{link(URL)}<a href="/in">Enter your email to subscribe</a></div>'
    assert brief(read(page)) == [("button", "facebook")]


def test_buttons_in_a_bar_share_what_the_bar_states() -> None:
    page = f"""<div class="sharebox" data-url="{URL}"><a href="javascript:;">Share on Facebook</a>
      <a href="javascript:;">WhatsApp</a></div>"""
    assert [(row.channel, row.target_url) for row in read(page)] == [("facebook", URL), ("whatsapp", URL)]


@pytest.mark.parametrize(
    ("page", "channel"),
    [
        ("<button>Share this article</button><script>navigator.share({})</script>", "native"),
        ("<web-share share-url='/story'><button disabled>Share</button></web-share>", "native"),
        ("<a href='#'>Teilen</a>", "onsite"),
    ],
)
def test_a_page_without_other_buttons_has_the_one_that_only_says_share(page: str, channel: str) -> None:
    assert brief(read(page)) == [("button", channel)]
    assert ("button", channel) not in brief(read(page + link(URL)))


@pytest.mark.parametrize("line", ["Share this on social!", "SNSでシェアする", "Share your love", "Поделитесь новостью с друзьями"])
def test_a_line_right_over_share_buttons_asks_in_its_own_words(line: str) -> None:
    bar = f"<div><p>{line}</p><ul><li>{link(URL)}</li></ul></div>"
    assert brief(read(bar)) == [("prompt", None), ("button", "facebook")]
    assert read(f"<div><p>{line}</p><p>Then nothing.</p></div>") == []


@pytest.mark.parametrize("line", ["256 shares", "The company paid well", "Share"])
def test_other_lines_over_share_buttons_are_no_prompts(line: str) -> None:
    assert brief(read(f"<div><p>{line}</p><ul><li>{link(URL)}</li></ul></div>")) == [("button", "facebook")]


@pytest.mark.parametrize(
    "page",
    [
        "<a href='#' title='Copy current page URL to clipboard'></a>",
        "<button onclick='navigator.clipboard.writeText(location.href)'>Copy</button>",
        f"<a role=button data-clipboard-text='A story {URL}'>コピー</a>",
        f"<a class='share a2a_button_copy_link' href='{URL}'></a>",
    ],
)
def test_a_control_that_copies_the_address_is_known_by_its_words_its_script_or_what_it_copies(page: str) -> None:
    [row] = read(page)
    assert (row.kind, row.url) == ("copy_link", URL if URL in page else None)


def test_code_samples_are_copied_by_other_buttons() -> None:
    assert read("<button>Copy code</button><button data-clipboard-text='pip install it'>Copy</button>") == []


def test_the_link_in_a_place_that_names_its_network_tells_more_than_the_place() -> None:
    [row] = read(f'<div class="share" data-network="facebook">{link(URL)}</div>')
    assert (row.channel, row.target_url) == ("facebook", URL)


@pytest.mark.parametrize(
    "count",
    [
        '<span class="counter_right" data-cnt="45">45</span>',
        '<div class="count"><span>45</span><span class="count_label">Shares</span></div>',
        '<span class="swp_count">45<i></i><b>Share</b></span>',
        '<span data-counter="facebook">45</span>',
    ],
)
def test_a_count_is_read_with_words_behind_it_and_by_more_names(count: str) -> None:
    [row] = read(f'<a href="https://www.facebook.com/sharer.php?u={URL}">Facebook {count}</a>')
    assert row.count == 45


@pytest.mark.parametrize(
    ("page", "rows"),
    [
        ('<div class="social-share" data-sites="weibo,qq"></div>', [("button", "weibo"), ("button", "qq")]),
        ('<div class="social-likes"><div class="vkontakte">VK</div></div>', [("button", "vk")]),
        (f'<div class="line-it-button" data-url="{URL}"></div>', [("button", "line")]),
        ('<a class="hatena-bookmark-button" href="https://b.hatena.ne.jp/entry/">B!</a>', [("button", "hatena")]),
        ('<p class="share"><a href="#" data-service="share">Share</a></p>', [("button", "native")]),
        (f'<span role="menuitem" data-url="{URL}" data-href="https://www.blogger.com/share-post.g?target=email">E</span>',
         [("button", "email")]),
    ],
)
def test_kits_whose_controls_a_script_makes_are_read(page: str, rows: list[tuple[str, str | None]]) -> None:
    assert brief(read(page)) == rows


def test_parameters_that_count_campaigns_make_no_other_page() -> None:
    [row] = read(link(f"{URL}%3FCMP%3Dshare_btn"))
    assert row.kind == "button"
    assert read(link(f"{URL}%3Fpage%3D2")) == []
