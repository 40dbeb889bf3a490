"""Visible text of markup: lines, paragraphs, folding, emoji, what is left out, and depth."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler.extract.text import clean, fold, inner_html, is_clean, line_of, paragraphs_of, text_of


def first(markup: str, selector: str = "body") -> LexborNode:
    node = LexborHTMLParser(markup).css_first(selector)
    assert node is not None
    return node


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p>a<p>b", "a\n\nb"),
        ("<p>a</p>\n\n  <p>b</p>", "a\n\nb"),
        ("<p>a<br>b", "a\nb"),
        ("<p>a<br><br>b", "a\n\nb"),
        ("<p>a<br><br><br><br>b", "a\n\nb"),
        ("<p>a<br></p><p>b", "a\n\nb"),
        ("<div>a</div><div>b</div>", "a\nb"),
        ("<div>a<br></div><div>b</div>", "a\nb"),
        ("<div>a</div><br><div>b</div>", "a\n\nb"),
        ("<div><div><div>a</div></div></div><div>b</div>", "a\nb"),
        ("<ul><li>a<li>b</ul>", "a\nb"),
        ("x<ul><li>a<ul><li>b</ul><li>c</ul>y", "x\n\na\nb\nc\n\ny"),
        ("<ul><li><p>a</p><li><p>b</p></ul>", "a\n\nb"),
        ("<table><tr><td>1<td>2<tr><td>3<td>4</table>", "1 2\n3 4"),
        ("<blockquote>quote</blockquote>answer", "quote\n\nanswer"),
        ("<p>a<blockquote><p>b<p>c</blockquote>d", "a\n\nb\n\nc\n\nd"),
        ("<h2>head</h2>text", "head\n\ntext"),
        ("<dl><dt>t<dd>d</dl>", "t\nd"),
        ("a<hr>b", "a\n\nb"),
        ("  a \n\t b  ", "a b"),
        ("a <b> b </b> c", "a b c"),
        ("a<b>b</b>c", "abc"),
        ("a<span> </span>b", "a b"),
        ("a <!-- x --> b", "a b"),
        ("a<wbr>b", "ab"),
        ("<pre>\n  a\n\n\n   b\n</pre>c", "a\n\n\n   b\n\nc"),
        ("<pre>a\n\n\n\n</pre>b", "a\n\nb"),
        ("<p>a&nbsp;b&nbsp;&nbsp;c", "a b  c"),
        ("<p>&nbsp;</p><p>a</p><p>&nbsp;</p><p>b</p><p>&nbsp;</p>", "a\n\nb"),
        ("<p>a&nbsp;<p>b", "a\n\nb"),
        ("a<p>&nbsp; &nbsp;<p>b", "a\n\nb"),
        ("a<p></p>b", "a\n\nb"),
        ("", ""),
        ("<p> <br> </p>", ""),
        ("&amp;amp; &lt;b&gt;", "&amp; <b>"),
    ],
)
def test_text_stands_as_a_browser_shows_it(markup: str, expected: str) -> None:
    assert text_of(first(f"<body>{markup}")) == expected


@pytest.mark.parametrize(
    "hidden",
    [
        "<script>x</script>",
        "<style>x</style>",
        "<noscript>x</noscript>",
        "<template>x</template>",
        "<svg><title>x</title><text>x</text></svg>",
        "<textarea>x</textarea>",
        "<select><option>x</select>",
        "<button>x</button>",
        "<input value=x>",
        "<iframe>x</iframe>",
        "<video>x</video>",
        "<i hidden>x</i>",
        '<p hidden="">x</p>',
        '<i class="material-icons" aria-hidden="true">x</i>',
        "<dialog>x</dialog>",
        "<ruby><rp>x</rp></ruby>",
        "<img alt='x'>",
    ],
)
def test_what_no_reader_sees_is_left_out(hidden: str) -> None:
    assert text_of(first(f"<div>a{hidden}b</div>", "div")).split() in (["ab"], ["a", "b"])


@pytest.mark.parametrize(
    "shown",
    ["<span aria-hidden=true>x</span>", "<span style='display:none'>x</span>", "<p hidden=until-found>x</p>", "<dialog open>x</dialog>"],
)
def test_folded_parts_are_text(shown: str) -> None:
    assert "x" in text_of(first(f"<div>a{shown}b</div>", "div"))


def test_the_element_that_is_asked_for_is_read_even_if_it_would_be_left_out_within_another() -> None:
    assert text_of(first("<button hidden>Like</button>", "button")) == "Like"
    assert text_of(first("<div hidden class=icon aria-hidden=true>x</div>", "div")) == "x"


@pytest.mark.parametrize(
    ("image", "text"),
    [
        ('<img class="emoji" alt="🤔">', "🤔"),
        ('<img class="wp-smiley" alt=":)">', ":)"),
        ('<img class="emojione" alt=":smile:">', ":smile:"),
        ('<img alt="👩‍👩‍👧‍👦">', "👩‍👩‍👧‍👦"),
        ('<img alt="1️⃣">', "1️⃣"),
        ('<img alt="🇩🇪">', "🇩🇪"),
        ('<img alt="A cat">', ""),
        ('<img alt="...">', ""),
        ('<img alt="2021">', ""),
        ('<img class="emoji">', ""),
        ("<img alt>", ""),
    ],
)
def test_emoji_images_are_their_text(image: str, text: str) -> None:
    assert text_of(first(f"<p>a{image}b", "p")) == f"a{text}b"
    assert text_of(first(f"<p>a {image} b", "p")) == (f"a {text} b" if text else "a b")


def test_joiners_and_direction_marks_are_kept() -> None:
    text = "\u200fשלום\u200e 👨‍👩‍👧 _신__LBL क्‍ष\u200b \u2066x\u2069\ufe0f"
    assert text_of(first(f"<p>{text}", "p")) == text


def test_skipped_parts_go_with_all_they_hold() -> None:
    node = first("<div>a<p class=no>b<b>c</b></p>d<p>e</p></div>", "div")
    assert text_of(node, skip=lambda part: part.attributes.get("class") == "no") == "ad\n\ne"


def test_skip_is_not_asked_about_the_element_itself() -> None:
    assert text_of(first("<p>a<b>b</b>", "p"), skip=lambda part: part.tag == "p") == "ab"


def test_a_line_folds_every_white_space() -> None:
    assert line_of(first("<div>a\u2003b<p>c<br>d</p>&nbsp;e</div>", "div")) == "a b c d e"


def test_inner_html_is_the_markup_of_the_children() -> None:
    assert inner_html(first('<div id=x><p class="a">b &amp; c</p><br>d</div>', "div")) == '<p class="a">b &amp; c</p><br>d'
    assert inner_html(first("<div></div>", "div")) == ""


def test_a_node_stops_at_its_own_end() -> None:
    assert text_of(first("<div><p id=x>a</p>b</div>", "#x")) == "a"


@pytest.mark.parametrize("markup", ["<div>" * 10_000 + "x", "<b>x" * 5_000, "<p>x</p>" * 50_000, "<p>" + "a b " * 250_000, "<br>" * 50_000 + "x"])
def test_depth_and_size_cost_linear_time(markup: str) -> None:
    node = first(markup)
    started = time.process_time()
    assert "x" in text_of(node) or "a b" in text_of(node)
    assert time.process_time() - started < 3


@given(st.lists(st.sampled_from(["<p>", "</p>", "<br>", "a", " ", "\n", "<div>", "</div>", "<li>", "&nbsp;", "<pre>", "</pre>", "<td>", "<b>"]), max_size=30))
def test_text_never_begins_or_ends_with_space_and_outside_pre_has_one_empty_line_at_most(parts: list[str]) -> None:
    text = text_of(first("<body>" + "".join(parts)))
    assert text == text.strip()
    if "<pre>" not in parts:
        assert "\n\n\n" not in text
        assert " \n" not in text
    assert text.count("a") == parts.count("a")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, None),
        ("", ""),
        ("plain", "plain"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\x00\x08\x0b\x1fb\tc", "ab\tc"),
        ("\ud83d\ude00 \udc00", "\ufffd\ufffd \ufffd"),
        ("e\u0301 \u200f\u00a0", "e\u0301 \u200f\u00a0"),
    ],
)
def test_clean_text_is_well_formed_and_otherwise_unchanged(text: str | None, expected: str | None) -> None:
    assert clean(text) == expected


@given(st.text(alphabet=st.characters()))
def test_clean_text_can_be_stored_and_stays_clean(text: str) -> None:
    cleaned = clean(text)
    assert cleaned is not None
    cleaned.encode()
    assert clean(cleaned) == cleaned


@given(st.text())
def test_folding_joins_what_looks_the_same(text: str) -> None:
    assert fold(text) == fold(unicodedata.normalize("NFD", text))
    assert fold(f" {text}\u00a0\n") == fold(text)
    assert fold(fold(text)) == fold(text)


def test_folding_keeps_what_is_different() -> None:
    assert fold("Ab") != fold("ab")
    assert fold("ab") != fold("a b")
    assert fold("①") != fold("1")


@given(st.text(alphabet=st.one_of(st.sampled_from("ab \t\n\r\v\f\x1c\x1f\x85\u00a0\u0301é"), st.characters())))
def test_folding_is_what_unicode_and_split_say_whatever_way_is_taken(text: str) -> None:
    assert fold(text) == " ".join(unicodedata.normalize("NFC", text).split())


@given(st.text(alphabet=st.one_of(st.sampled_from("ab\t\n\r\x00\x0b\x0c\x1f\x7f\ud800"), st.characters())))
def test_what_is_clean_at_a_glance_is_not_changed_by_cleaning(text: str) -> None:
    assert is_clean(text) == (clean(text) == text)


PIECES = [
    "<p>", "</p>", "<br>", " ", "\n", "abc", " d  e", "\u00a0", "\u2003", "\v", "<b>x</b>", "<p hidden>", "<!--c-->", "&amp;",
    " f\n", "<br/>\n", "<p>one</p>\n<p>two<br>three</p>\n", "<p>\tfour </p>",
]  # fmt: skip


INSIDE = ["<br>", " ", "\n", "abc", " d  e", "\u00a0", "\u2003", "\v", "f\n", "<b>x</b>"]


@example(["<p>abc</p>", "<p> <br>abc</p>"])
@given(
    st.lists(st.sampled_from(PIECES), max_size=9)
    | st.lists(st.lists(st.sampled_from(INSIDE), max_size=4).map(lambda inside: f"<p>{''.join(inside)}</p>"), max_size=3)
)
def test_paragraphs_without_a_walk_read_as_with_one(pieces):
    node = LexborHTMLParser(f"<div>{''.join(pieces)}</div>").css_first("div")
    assert node is not None
    text = paragraphs_of(node)
    assert text is None or text == text_of(node, skip=lambda _node: False)


def test_a_text_that_is_left_out_parts_those_around_it_as_its_white_space_did() -> None:
    markup = "<div><a>2 minutes ago</a> by <b>Per</b> (<i>previous</i>)\n (<i>diff</i>) a<s>b</s>c</div>"
    node = LexborHTMLParser(markup).css_first("div")
    assert node is not None
    left_out = {" by ", "Per", " (", ")\n (", ") a", "b"}
    texts = (one for one in node.traverse(include_text=True) if one.is_text_node and one.text_content in left_out)
    assert text_of(node, without={one.mem_id for one in texts}) == "2 minutes ago previous diff c"
