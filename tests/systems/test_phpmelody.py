"""PHP Melody's native thread on one page: both markups, the pinned copy, the states, whose installation it is."""

from __future__ import annotations

import pytest
from phpmelody_kit import (
    FORM,
    SCRIPT,
    URL,
    VID,
    Said,
    apollo_item,
    counted,
    listing,
    old_item,
    page,
    pager,
    read_one,
    several,
    truth,
)

from crawler.extract.document import Document
from crawler.systems.phpmelody import PhpMelody
from crawler.systems.phpmelody_markup import phrases

# -- markup -----------------------------------------------------------------------------------------


async def test_old_markup_gives_name_text_and_time_without_the_loop_index() -> None:
    said = [Said("Ilse", "First line<br />second line", 0), Said("Łucja &amp; Co", "", 5)]
    comments, ledger = await read_one(page(listing(said)))
    first, second = comments
    assert (first.author_name, first.author_kind, first.text) == ("Ilse", "guest", "First line\nsecond line")
    assert (first.published_at, first.published_raw) == (1_626_768_000_000_000, "2021-07-20T08:00:00+0000")
    assert (second.author_name, second.text) == ("Łucja & Co", "")
    assert {(c.native_id, c.id_kind, c.parent_native_id, c.depth) for c in comments} == {(None, "surrogate", None, 1)}
    assert [c.position for c in comments] == [0, 1]
    assert (ledger.verdict, ledger.captured) == ("complete", 2)
    assert (ledger.native_id, ledger.tenant) == (VID, "www.example.com/tv")


async def test_apollo_markup_gives_the_members_profile_and_no_label() -> None:
    comments, _ = await read_one(page(listing([Said("Ada%20O", "It is<br>fine.")], item=apollo_item)))
    (comment,) = comments
    assert (comment.author_name, comment.author_kind, comment.author_id) == ("Ada%20O", "registered", "Ada O")
    assert comment.author_url == "https://www.example.com/tv/user/Ada%20O/"
    assert (comment.text, comment.text_html) == ("It is\nfine.", "It is<br>fine.")


async def test_apollo_guest_is_the_loose_text_of_the_heading() -> None:
    item = (
        '<li id="comment-1" class="media"><div class="media-body"><div class="media-heading"> \n\t\tpassing  by\n\t'
        '<div class="media-date"><time datetime="2021-07-20T08:00:00+0000">now</time></div>'
        '<span class="pm-comment-user-ip">(203.0.113.9)</span></div><p>Hello</p>'
        '<div class="media-actions"><span id="comment-like-count-88"> 12 </span>'
        '<span id="comment-dislike-count-88"></span></div></div></li>'
    )
    (comment,), _ = await read_one(page(f'<ul class="pm-ul-comments">{item}</ul>'))
    assert (comment.author_name, comment.author_kind, comment.author_url) == ("passing by", "guest", None)
    assert (comment.text, comment.like_count, comment.dislike_count) == ("Hello", 12, 0)


async def test_emoji_shortnames_stay_as_they_are_written() -> None:
    (comment,), _ = await read_one(page(listing([Said("Noor", "Well :smile: 🤔")])))
    assert comment.text == "Well :smile: 🤔"


async def test_flags_of_comments_and_authors_are_named_in_the_ledger() -> None:
    faded = Said("Bogdan", "Buy now", 1, marks="opac5")
    banned = apollo_item(Said("Farid", "Hm", 2), 2).replace("hide-me", "")
    text = f'<ul class="pm-ul-comments">{old_item(faded, 1)}{banned}</ul>'
    comments, ledger = await read_one(page(text))
    assert len(comments) == 2
    assert ledger.stop_detail == "1 shown as down-voted, 1 by banned authors"
    assert (ledger.stop_reason, ledger.verdict) == ("exhausted", "complete")


async def test_item_without_time_author_or_body_is_a_gap() -> None:
    comments, ledger = await read_one(page('<ul class="pm-ul-comments"><li id="comment-1">loose</li></ul>'))
    assert comments == []
    assert "1 comments are shown without a name, a time and a text" in [gap["reason"] for gap in ledger.gaps]


async def test_twins_on_one_page_are_two_comments() -> None:
    twin = Said("Ruth", "Again and again", 1)
    comments, ledger = await read_one(page(listing([twin, twin, Said("Per", "No", 2)])))
    assert counted(comments) == truth([twin, twin, Said("Per", "No", 2)])
    assert ledger.verdict == "complete"


async def test_only_list_items_are_comments() -> None:
    text = listing(several(1)).replace("</ul>", '<div id="comment-2">An advertisement</div></ul>')
    comments, _ = await read_one(page(text))
    assert len(comments) == 1


# -- the pinned copy --------------------------------------------------------------------------------


async def test_pinned_copy_of_a_listed_comment_marks_it_and_adds_none() -> None:
    said = several(3)
    comments, _ = await read_one(page(listing(said, pinned=said[1])))
    assert [(c.author_name, c.is_pinned) for c in comments] == [
        ("author 0", False), ("author 1", True), ("author 2", False),
    ]  # fmt: skip


async def test_pinned_only_copy_is_kept() -> None:
    said = several(3)
    comments, ledger = await read_one(page(listing(said[1:], pinned=said[0]), heading="Comments (3)"))
    assert (comments[0].author_name, comments[0].is_pinned) == ("author 0", True)
    assert (ledger.captured, ledger.expected, ledger.verdict) == (3, 3, "complete")


async def test_the_999th_comment_of_a_long_page_is_not_taken_for_the_pinned_one() -> None:
    said = several(1000)
    comments, _ = await read_one(page(listing(said)))
    assert len(comments) == 1000
    assert not any(c.is_pinned for c in comments)


async def test_stated_count_that_lies_ends_in_partial() -> None:
    _, ledger = await read_one(page(listing(several(2)), heading="Comments (13)"))
    assert (ledger.expected, ledger.captured, ledger.verdict) == (13, 2, "partial")


async def test_tab_label_states_the_count_of_the_native_thread() -> None:
    tabs = (
        '<ul><li><a href="#comments-native" id="nav-link-comments-native">Comments (2)</a></li>'
        '<li><a href="#comments-facebook">Facebook (77)</a></li></ul><div id="comments-native">'
        f'{FORM}<div class="pm-comments">{listing(several(2))}</div></div>'
        '<div class="pm-comments" id="comments-facebook"><div class="fb-comments"></div></div>'
        '<div class="pm-comments" id="comments-disqus"><div id="disqus_thread"></div></div>'
    )
    _, ledger = await read_one(f'<html lang="en">{SCRIPT}{tabs}</html>')
    assert (ledger.expected, ledger.verdict, ledger.captured) == (2, "complete", 2)


# -- states -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", sorted(phrases("comments_disabled")))
async def test_disabled_comments_are_known_in_every_language(text: str) -> None:
    _, ledger = await read_one(page(f"<div>\n {text.capitalize()}.\n</div>", form=""))
    assert (ledger.state, ledger.verdict, ledger.detected_by) == ("disabled", "closed", "var MELODYURL")


async def test_open_and_empty_thread() -> None:
    body = '<ul class="pm-ul-comments"><li id="preview_comment"></li></ul><div id="be_the_first">Be the first</div>'
    _, ledger = await read_one(page(body))
    assert (ledger.state, ledger.verdict) == ("open", "none")


async def test_thread_for_members_only() -> None:
    ask = '<p>Please <a href="/tv/login.html">sign in</a> or <a href="/tv/register.html">register</a> to comment.</p>'
    comments, ledger = await read_one(page(listing(several(2)), form=ask))
    assert (ledger.state, ledger.verdict, len(comments)) == ("login", "complete", 2)


async def test_native_block_whose_list_is_unknown_is_an_error_not_an_empty_thread() -> None:
    _, ledger = await read_one(page("<ol id=comments_ol><li>something else</li></ol>"))
    assert (ledger.stop_reason, ledger.verdict) == ("error", "unknown")


def test_page_with_other_tabs_only_has_no_native_thread() -> None:
    text = f'<html>{SCRIPT}<div class="pm-comments" id="comments-facebook"><div class="fb-comments"></div></div></html>'
    assert PhpMelody().detect(Document(text, URL)) == []


def test_another_systems_theme_with_the_like_button_is_not_taken() -> None:
    text = (
        f'<html><button id="bin-rating-like">Like</button><input name="bin-rating-uniq_id" value="{VID}">'
        '<div>Commenting disabled.</div><ol class="comment-list"><li id="comment-7" class="comment">'
        '<cite class="fn">Ilse</cite></li></ol></html>'
    )
    assert PhpMelody().detect(Document(text, URL)) == []


def test_index_page_has_no_thread() -> None:
    assert PhpMelody().detect(Document(f"<html>{SCRIPT}<a href='/login.html'>Login</a></html>", URL)) == []


# -- whose installation -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("named", "tenant", "ajax"),
    [
        ("https://www.example.com/tv", "www.example.com/tv", "https://www.example.com/tv/ajax.php"),
        ("http://example.com", "example.com", "https://www.example.com/ajax.php"),
        (r"http:\/\/www.example.com\/tv\/", "www.example.com/tv", "https://www.example.com/tv/ajax.php"),
        ("https://evil.example.net/x", "www.example.com/tv", "https://www.example.com/tv/ajax.php"),
        ("file:///etc", "www.example.com/tv", "https://www.example.com/tv/ajax.php"),
    ],
)
def test_further_pages_are_asked_of_the_pages_own_host(named: str, tenant: str, ajax: str) -> None:
    text = page(listing(several(1)), head=f'<script>var MELODYURL = "{named}";</script>')
    (ref,) = PhpMelody().detect(Document(text, URL))
    assert (ref.tenant, ref.evidence["ajax"]) == (tenant, ajax)


def test_words_of_a_visitor_do_not_name_the_installation() -> None:
    said = Said("Noor", "var MELODYURL = 'https://www.example.com/elsewhere'")
    (ref,) = PhpMelody().detect(Document(page(listing([said]), head=""), URL))
    assert ref.evidence["ajax"] == "https://www.example.com/tv/ajax.php"


@pytest.mark.parametrize(
    ("text", "url", "native_id"),
    [
        (listing(several(2), paging=pager(1, 2)), "https://www.example.com/x.html", VID),
        (f'{listing(several(2))}<input id="c_vid" value="article-17">', "https://www.example.com/x.html", "article-17"),
        (listing(several(2)), "https://www.example.com/watch.php?vid=0a1b2c3d4", "0a1b2c3d4"),
        (listing(several(2)), "https://www.example.com/a-b-c-video_0a1b2c3d4.html", "0a1b2c3d4"),
        (f'{listing(several(2))}<input id="c_vid" value="../x y">', "https://www.example.com/x.html", None),
    ],
)
def test_id_comes_from_pager_form_or_address(text: str, url: str, native_id: str | None) -> None:
    (ref,) = PhpMelody().detect(Document(f"<html>{text}</html>", url))
    assert ref.native_id == native_id


# -- bad input --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        '<ul class="pm-ul-comments"><li id="comment-1">' + "<div>" * 12_000 + "deep",
        '<ul class="pm-ul-comments">' + '<li id="comment-99999999999999999999"><li id><li id="comment-x">',
        '<ul class="pm-ul-comments"><li id="comment-1"><b class="pm-comment-txt">\x00\ufffd<time datetime="9999-99">',
        '<ul class="pm-ul-comments">' * 50,
    ],
)
async def test_broken_markup_is_read_without_raising(body: str) -> None:
    _, ledger = await read_one(page(body))
    assert ledger.stop_reason == "exhausted"
