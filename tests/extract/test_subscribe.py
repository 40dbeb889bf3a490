"""The subscribe block is read as its checked record says: links, widgets, forms, feeds and running text."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.schema import Page, Subscribe
from crawler.extract import phrases
from crawler.extract.document import Document
from crawler.extract.invitations import opens, read_invitations, short_lines, split_line
from crawler.extract.phrases import invitation_kind, may_invite, platform_named
from crawler.extract.subscribe import read_subscribes

CASES = Path(__file__).parent / "fixtures" / "subscribe"
URL = "https://www.example.net/story"


def read(body: str | bytes, description: str | None = None, url: str = URL) -> list[Subscribe]:
    page = Page(url=url, canonical_url=url, language="en", description=description)
    return read_subscribes(Document(body, url), page)


def stated(rows: list[Subscribe]) -> list[dict[str, Any]]:
    return [
        {name: value for name, value in asdict(row).items() if value not in (None, "") and name != "position"}
        for row in rows
    ]


def lines(text: str) -> list[tuple[str, str | None, str | None, str | None]]:
    rows = [row for _, row in read_invitations(split_line(line, 0) for line in text.split("\n"))]
    return [(row.kind, row.platform, row.label, row.url) for row in rows]


@pytest.mark.parametrize("folder", sorted(CASES.iterdir()), ids=lambda folder: folder.name)
def test_the_subscribe_block_is_as_checked(folder: Path) -> None:
    case = json.loads((folder / "expected.json").read_text("utf-8"))
    rows = read((folder / "page.html").read_bytes(), case["page"].get("description"), case["page"]["url"])
    assert stated(rows) == case["subscribes"]
    assert [row.position for row in rows] == list(range(len(rows)))


def test_a_label_takes_the_addresses_of_its_own_line_and_of_the_lines_below_it() -> None:
    text = "Follow us on: https://x.com/a https://t.me/abcd\nSupport us:\n\nhttps://sc.mp/s\nhttps://sc.mp/t\nThe end."
    assert lines(text) == [
        ("follow", "x", "Follow us on", "https://x.com/a"),
        ("follow", "telegram", "Follow us on", "https://t.me/abcd"),
        ("support", None, "Support us", "https://sc.mp/s"),
        ("support", None, "Support us", "https://sc.mp/t"),
    ]


def test_a_label_whose_address_is_lost_stands_before_what_comes_after_it() -> None:
    assert lines("Subscribe to our YouTube channel:\nThe flood rose.\nTwitter: https://x.com/a") == [
        ("subscribe", "youtube", "Subscribe to our YouTube channel", None),
        ("follow", "x", "Twitter", "https://x.com/a"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Related story: https://sc.mp/x",
        "Related story:\nhttps://sc.mp/x",
        "The following companies: https://sc.mp/x",
        "Support for Ukraine: https://www.example.net/story",
        "He asked the crowd to donate blood, the mayor of the town said on Tuesday, and left: https://sc.mp/x",
        "We must follow the money https://sc.mp/x",
        "Share: https://www.facebook.com/sharer.php?u=https://www.example.net",
        "Subscribe to nothing at all.",
        "A film of 2019: https://www.youtube.com/watch?v=abcdefghijk",
        "Mr X wrote to https://www.example.net/a",
        "",
        ":",
    ],
)
def test_other_lines_with_addresses_are_no_invitations(text: str) -> None:
    assert lines(text) == []


def test_shorteners_stay_as_they_are_and_get_their_platform_from_the_words() -> None:
    assert lines("👉 Instagram ➡ http://sc.mp/ig.") == [("follow", "instagram", "Instagram", "http://sc.mp/ig")]


def test_an_outward_link_of_a_platform_keeps_its_address_and_names_where_it_leads() -> None:
    url = "https://www.youtube.com/redirect?event=x&q=https%3A%2F%2Fwww.patreon.com%2Fexample"
    (row,) = read(
        f'<p>Patreon: <a href="{url}">https://www.patreon.com/exam...</a></p>',
        "Patreon: https://www.patreon.com/exam...",
    )
    assert (row.kind, row.platform, row.handle, row.label, row.url) == ("support", "patreon", "example", "Patreon", url)


def test_a_link_that_a_line_of_the_description_reads_is_not_read_twice() -> None:
    page = '<div><p>A flood.</p><p>Support us: <a href="https://give.example.net/x">Donate</a></p></div>'
    assert stated(read(page, "A flood.\n\nSupport us: Donate")) == [
        {"kind": "support", "platform": "site", "label": "Support us: Donate", "url": "https://give.example.net/x"}
    ]


def test_a_description_in_metadata_alone_is_read_as_well() -> None:
    page = '<meta property="og:description" content="x"><p>Elsewhere</p>'
    assert [row.url for row in read(page, "Support us: https://sc.mp/a\nTwitter: https://x.com/a")] == [
        "https://sc.mp/a",
        "https://x.com/a",
    ]


def test_a_bare_address_counts_only_where_it_is_a_platforms() -> None:
    assert lines("Patreon: patreon.com/example") == [("support", "patreon", "Patreon", "https://patreon.com/example")]
    assert lines("Support us: and/or v1.2/3") == []


WORDS = {
    "subscribe": "Abonnieren|Abonnez-vous|Suscríbete|Iscriviti|Inscreva-se|Abonneer|Subskrybuj|Подписывайтесь|Підписуйтесь|"
    "Abone ol|اشترك|مشترک شوید|הירשמו|チャンネル登録|구독|订阅|सब्सक्राइब|Đăng ký|Berlangganan|Prenumerera|Abonnér|Tilaa|Odebírejte|"
    "Εγγραφείτε|Abonează-te|Iratkozz fel",
    "follow": "Folge uns|Suivez-nous|Síguenos|Seguici|Siga-nos|Volg ons|Obserwuj nas|Следите за нами|Стежте за нами|Takip edin|"
    "تابعونا|ما را دنبال کنید|עקבו אחרינו|フォロー|팔로우|关注我们|फॉलो करें|Theo dõi|Ikuti kami|Följ oss|Følg os|Seuraa|Sledujte nás|"
    "Ακολουθήστε μας|Urmăriți-ne|Kövess minket",
    "support": "Unterstützt uns|Soutenez-nous|Apóyanos|Sostienici|Apoie|Steun ons|Wesprzyj nas|Поддержать проект|Підтримати|"
    "Destekle|ادعمنا|حمایت|תמכו בנו|寄付|후원|赞助|Ủng hộ|Dukung|Stöd oss|Støt os|Lahjoita|Podpořte|Υποστηρίξτε|Susține|Támogass",
    "newsletter": "Newsletter|Infolettre|Boletín|Nieuwsbrief|Biuletyn|Рассылка|Розсилка|Bülten|خبرنامه|メルマガ|뉴스레터|Nyhetsbrev|"
    "Nyhedsbrev|Uutiskirje|Zpravodaj|Hírlevél",
}


@pytest.mark.parametrize(("kind", "word"), [(kind, word) for kind, words in WORDS.items() for word in words.split("|")])
def test_an_invitation_is_understood_in_many_languages(kind: str, word: str) -> None:
    assert invitation_kind(f"{word}:") == kind
    assert invitation_kind(word.upper()) == kind


@pytest.mark.parametrize(
    "line",
    [
        "Er unterschreibt den Vertrag",
        "Она подписала указ",
        "The following day",
        "Donetsk under fire",
        "Der Volgograder",
        "Abordage",
    ],
)
def test_words_that_only_look_alike_invite_to_nothing(line: str) -> None:
    assert invitation_kind(line) is None


def test_the_one_platform_that_a_line_names_is_known_and_of_several_none() -> None:
    assert platform_named("Подписывайтесь на наш Телеграм-канал") == "telegram"
    assert platform_named("Follow us on X") == "x"
    assert platform_named("Facebook and Instagram") is None
    assert platform_named("the X factor") is None


def test_a_profile_in_a_sentence_is_mentioned_and_beside_words_that_invite_an_invitation() -> None:
    prose = (
        "The mayor told reporters in front of the hall that <a href='https://x.com/a'>the minister</a> had left early."
    )
    assert read(f"<p>{prose}</p>") == []
    (row,) = read(f"<p>{prose} For more of this every day, follow us on <a href='https://x.com/bb'>X</a>.</p>")
    assert row.handle == "bb"


@pytest.mark.parametrize(
    "place",
    [
        '<li id="comment-7">{}</li>',
        '<ol class="commentlist"><li>{}</li></ol>',
        '<div class="wpd-comment">{}</div>',
        '<ul id="recentcomments"><li>{}</li></ul>',
        '<ol class="has-dates wp-block-latest-comments"><li>{}</li></ol>',
    ],
)
def test_links_of_readers_are_no_invitations_of_the_page(place: str) -> None:
    inside = '<a href="https://www.youtube.com/@reader">reader</a><a href="/feed/">RSS</a><button class="subscribe-button">Follow</button>'
    assert read(place.format(inside)) == []
    assert len(read(inside)) == 3


@pytest.mark.parametrize(
    ("text", "count", "precision"),
    [
        ("12,345 followers", 12345, "exact"),
        ("1.2K subscribers", 1200, "rounded"),
        ("Facebook <b class='fans'>7</b>", 7, "exact"),
        ("Channel 4", None, None),
    ],
)
def test_followers_are_counted_where_the_link_states_them(text: str, count: int | None, precision: str | None) -> None:
    (row,) = read(f'<a href="https://www.facebook.com/example">{text}</a>')
    assert (row.count, row.count_precision) == (count, precision)


@pytest.mark.parametrize(
    "markup",
    [
        '<div class="author-box">By Jo {}</div>',
        '<div class="sdc-article-author__details">{}</div>',
        '<p class="byline">Jo {}</p>',
        '<section id="about-author"><ul class="x"><li>{}</li></ul></section>',
    ],
)
def test_the_authors_own_profile_beside_the_name_is_no_invitation_of_the_page(markup: str) -> None:
    link = '<a href="https://x.com/jo">@jo</a>'
    assert read(markup.format(link)) == []
    assert [row.handle for row in read(f'<div class="post author-jo"><h1>Lake</h1>{link}</div>')] == ["jo"]


def test_a_line_that_names_a_podcast_invites_to_it_only_with_a_colon() -> None:
    assert lines("Podcast The Lake https://lake.example.org/") == []
    assert lines("Podcast: https://lake.example.org/") == [("podcast", None, "Podcast", "https://lake.example.org/")]


def test_no_more_rows_are_kept_than_a_page_can_mean() -> None:
    rows = read("".join(f'<a href="https://x.com/name{n}">{n}</a><br>' for n in range(3_000)))
    assert [row.position for row in rows] == list(range(1_000))


def test_one_name_on_a_platform_is_one_invitation_however_its_address_is_written() -> None:
    addresses = (
        "https://www.x.com/Example",
        "http://twitter.com/#!/example",
        "https://x.com/example?lang=en",
        "https://x.com/other",
    )
    assert [row.handle for row in read("".join(f"<p><a href='{url}'>X</a>" for url in addresses))] == [
        "Example",
        "other",
    ]


@pytest.mark.parametrize("way", ["/goto/?{}", "https://www.example.net/out?to={}", "/out?id=1&url={}"])
def test_a_profile_behind_a_page_of_the_sites_own_is_a_profile(way: str) -> None:
    [row] = read(f"<a href='{way.format('https%3A%2F%2Fx.com%2Fexample')}'>X</a>")
    assert (row.platform, row.handle, row.url) == (
        "x",
        "example",
        f"https://www.example.net{way.removeprefix('https://www.example.net')}".format("https%3A%2F%2Fx.com%2Fexample"),
    )
    assert (
        read(
            "<a href='/goto/?https%3A%2F%2Fwww.example.net%2Fa'>A</a><a href='https://example.org/?u=https://x.com/example'>B</a>"
        )
        == []
    )


def test_who_wrote_a_post_that_the_page_shows_is_nobody_to_follow() -> None:
    post = "<div><a href='https://x.com/someone'>someone</a><p>Look at this.</p><a href='https://x.com/{}/status/7'>3h</a></div>"
    assert read(post.format("Someone")) == []
    assert len(read(post.format("others"))) == 1


def test_a_form_that_pays_is_an_invitation_to_support() -> None:
    form = "<form action='https://www.paypal.com/cgi-bin/webscr' method=post><input type=image alt='Donate'></form>"
    assert stated(read(form * 2)) == [
        {"kind": "support", "platform": "paypal", "label": "Donate", "url": "https://www.paypal.com/cgi-bin/webscr"}
    ]


@pytest.mark.parametrize(
    ("page", "rows"),
    [
        ("<a href=/_rss/news_rss.php>Articles as RSS</a>", [("feed", "Articles as RSS")]),
        ("<a href='spip.php?page=backend'></a>", [("feed", None)]), ("<a href='spip.php?page=comments-rss&id=5'>Follow</a>", [("feed", "Follow")]),
        ("<a href=/rss/group/news/index.xml>News</a>", [("feed", "News")]), ("<a href=/help/rss_help.php>About RSS</a>", []),
        ("<a href=/don>Faites un don</a>", [("support", "Faites un don")]),
        ("<a href=https://subscribe.example/>subscribe.example</a>", []), ("<a href=/e>eNewsletters</a>", [("newsletter", "eNewsletters")]),
        ("<form id=subscribe><h3>News by mail</h3><input title='your e-mail'><input type=submit></form>", [("newsletter", "News by mail")]),
    ],
)  # fmt: skip
def test_feeds_newsletters_and_gifts_are_known_by_more_names(page: str, rows: list[Any]) -> None:
    assert [(row.kind, row.label) for row in read(page)] == rows


def test_one_address_twice_is_one_invitation() -> None:
    page = "<a href='https://www.x.com/a'>first</a><a href='http://x.com/a/'>second</a><a href='https://x.com/bb'>other</a>"
    assert [row.label for row in read(page)] == ["first", "other"]


@pytest.mark.parametrize(
    "page",
    [
        '<form id="commentform" action="/wp-comments-post.php"><textarea name="comment"></textarea><input type="email">Subscribe</form>',
        '<form action="/login"><input type="email"><input type="password">Subscribe</form>',
        '<form role="search"><input type="email" name="q">newsletter</form>',
        '<form action="/contact"><input type="email">Write to us</form>',
        '<form><input type="checkbox" name="subscribe_comments">Notify me by email</form>',
        "<form><h1>Story</h1><input type='email'>Newsletter</form>",
        "<a href='/a?subscribe=comments'>Subscribe to comments</a>",
        "<a href='/support-for-ukraine'>Support for Ukraine</a>",
        "<a href='https://www.facebook.com/sharer.php?u=x'>Follow</a>",
        "<a href='/terms'>Subscription Agreement</a>",
        "<a href='https://x.com/363209896562413568'>Tweets</a>",
        "<a class='rsswidget' href='https://elsewhere.example/feed/'>RSS</a>",
        '<div id="sharing_email"><form action="/story"><p>Subscribe</p><input type="email"><button>Send</button></form></div>',
        '<link rel="alternate" type="application/json" href="https://www.example.net/wp-json/wp/v2/posts/1">',
        '<link rel="alternate" type="application/json" href="/wp-json/feed/v1/posts">',
        '<link rel="alternate" type="application/json+oembed" href="/oembed">',
    ],
)
def test_forms_and_links_for_other_ends_are_left_out(page: str) -> None:
    assert read(page) == []


HOSTILE = [
    "<div>" * 10_000,
    "<div role=button>" * 10_000,
    '<a href="https://x.com/name"><span class=count>' + "<span class=count>" * 10_000,
    "<p>" + '<a href="https://x.com/name">word</a> text ' * 10_000,
    "<form><input type=email>newsletter</form>" * 3_000,
    "<input type=email>" * 10_000,
    '<a href="' + "/" * 300_000 + '">x</a>',
]


@pytest.mark.parametrize("page", HOSTILE, ids=lambda page: page[:24])
def test_a_hostile_page_is_read_to_its_end(page: str) -> None:
    assert len(read(page, "Follow us on:\n" * 6_000)) <= 3


PIECES = st.sampled_from(
    [
        "<a href='https://www.youtube.com/@",
        "<a href='https://t.me/name'>",
        "'>",
        "</a>",
        "<form>",
        "</form>",
        "<input type=email>",
        "<link rel=alternate type=application/rss+xml href='",
        "Follow us on:",
        "<br>",
        "<p>",
        "https://sc.mp/x",
        "<li class=comment>",
        "</li>",
        "<div data-channelid='",
        "newsletter",
        "<iframe src='https://www.youtube.com/subscribe_embed?channelid=",
        "\ud800",
    ]
)


@settings(max_examples=150)
@given(st.lists(PIECES | st.text(max_size=8), max_size=40).map("".join), st.booleans())
def test_rows_of_any_soup_of_tags_are_numbered_named_and_never_empty(body: str, is_described: bool) -> None:
    body = body.encode("utf-8", "replace").decode()
    rows = read("<p>" + body, body if is_described else None)
    assert [row.position for row in rows] == list(range(len(rows)))
    for row in rows:
        assert row.kind in {"subscribe", "follow", "newsletter", "feed", "podcast", "support"}
        assert "" not in (row.platform, row.handle, row.channel_id, row.label, row.url)
        assert (row.count is None) == (row.count_precision is None)


WORDS = st.sampled_from(
    [
        "Follow",
        "us",
        "on",
        "X",
        "Newsletter",
        "abonnieren",
        "rss订阅",
        "订阅",
        "подписка",
        "S'abonner",
        "about",
        "verses",
        "podcast-",
        "feed",
        ":",
        "\n",
        "»",
        "é",
    ]
)


@given(st.lists(WORDS | st.text(max_size=4), max_size=12), st.sampled_from(["", " "]))
def test_one_look_finds_whether_any_kind_is_named(words: list[str], joint: str) -> None:
    text = joint.join(words)
    folded = phrases.fold_letters(text)
    assert may_invite(text) == any(pattern.search(folded) for pattern in phrases._KINDS.values())


@given(
    st.lists(
        st.lists(
            WORDS | st.sampled_from(["https://x.com/ab", "www.patreon.com/ab", "t.me/abcd", "Facebook:", "a" * 50]),
            max_size=20,
        ).map(" ".join),
        max_size=6,
    )
)
def test_only_short_lines_and_those_with_an_address_have_invitations(written: list[str]) -> None:
    rows = read_invitations(split_line(line, 0) for line in written)
    short = [split_line(line, 0) for line in short_lines(written)]
    assert not rows or read_invitations(short)
    linked = read_invitations(split_line(line, 0, [("here", "https://shop.example/a")]) for line in written)
    assert not linked or rows or any(map(opens, short))


def test_a_link_to_a_profile_is_labelled_by_the_line_of_the_description_it_stands_in() -> None:
    lead = "The river rose for three days and nobody in the valley had seen so much water since the winter of the great flood."
    body = f'<article><p>{lead}</p><p>The photographer, here: <a href="https://www.instagram.com/jo.doe">her pictures</a></p></article>'
    [row] = read(f"<body>{body}", f"{lead}\nThe photographer, here: her pictures")
    assert (row.platform, row.handle, row.label) == ("instagram", "jo.doe", "The photographer, here: her pictures")


@pytest.mark.parametrize(
    ("src", "platform"),
    [
        ("https://tides.substack.com/embed", "substack"),
        ("https://embeds.beehiiv.com/6cbe1a7e", "beehiiv"),
        ("https://tides.substack.com/embed/p/a-letter", None),
        ("https://www.webkit.com/embed", None),
    ],
)
def test_a_frame_with_the_form_of_a_newsletter_service_is_an_invitation(src: str, platform: str | None) -> None:
    assert [(row.kind, row.platform) for row in read(f"<iframe src={src}></iframe>")] == (
        [("newsletter", platform)] if platform else []
    )


@pytest.mark.parametrize(
    "page",
    [
        "<div><span class=info_counter>3,910</span><span>Fans</span><span class=b><a href='https://x.com/tides'>Go</a></span></div>",
        "<p><a href='https://x.com/tides'>Tides</a> <span>3,910 followers</span></p>",
        "<form action='https://tides.list-manage.com/a'><input type=email></form><p>Join 3,910 other subscribers</p>",
    ],
)
def test_followers_are_counted_beside_the_invitation_too(page: str) -> None:
    [row] = read(page)
    assert row.count == 3910


def test_the_number_beside_another_link_is_not_counted() -> None:
    rows = read("<p><a href='https://x.com/tides'>X</a> <a href='https://t.me/tides'>T</a> <span>12 followers</span></p>")
    assert [(row.platform, row.count) for row in rows] == [("x", None), ("telegram", 12)]


def test_an_invitation_keeps_the_count_that_it_is_given_elsewhere() -> None:
    page = "<a href='https://x.com/tides'>X</a><p>and</p><a href='https://x.com/tides'>X <b class=count>12</b></a>"
    assert [(row.platform, row.count) for row in read(page)] == [("x", 12)]


def test_words_before_an_address_that_is_written_out_invite_outside_of_the_description_too() -> None:
    page = "<p>Subscribe to our YouTube channel: <a href='https://sc.mp/y'>https://sc.mp/y</a></p>"
    page += "<p>Follow the story at: <a href='https://sc.mp/z'>https://sc.mp/z</a></p>"
    assert [(row.kind, row.platform, row.url) for row in read(page)] == [("subscribe", "youtube", "https://sc.mp/y")]


@pytest.mark.parametrize(
    ("url", "kind", "platform"),
    [
        ("https://www.google.com/preferences/source?q=example.net", "follow", "google"),
        ("https://max.ru/tides", "follow", "max"),
        ("https://note.com/tides", "follow", "note"),
        ("https://media.naver.com/channel/promotion?oid=999", "subscribe", "naver"),
        ("https://donate.stripe.com/5kA00abc", "support", "stripe"),
        ("https://www.inoreader.com/?add_feed=https%3A%2F%2Fexample.net%2Frss", "feed", "inoreader"),
        ("https://feedly.com/i/discover/sources/search/feed/https%3A%2F%2Fexample.net", "feed", "feedly"),
        ("#/portal/signup", "subscribe", "site"),
    ],
)
def test_more_places_are_known(url: str, kind: str, platform: str) -> None:
    assert [(row.kind, row.platform) for row in read(f"<a href='{url}'>Here</a>")] == [(kind, platform)]
