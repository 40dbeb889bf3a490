"""The lines of a page are what a reader sees between two edges, and its areas say whose they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborNode

from crawler.extract.areas import areas_of
from crawler.extract.document import Document
from crawler.extract.outline import MAX_LINE, Outline, outline_of

SOUP = st.lists(
    st.sampled_from(["<p>", "</p>", "<div>", "</div>", "<a href=/x>", "</a>", "<b>", "</b>", "<br>", "<h2>", "</h2>", "<svg>", "</svg>", "<script>s</script>", "word ", " \n "]),
    max_size=60,
).map("".join)


def outline(html: str) -> Outline:
    return Outline(Document(html, "https://example.org/"))


def test_blocks_and_breaks_part_lines_and_inline_elements_do_not() -> None:
    lines = outline("<div>One <b>two</b><br>three<p>four</p> five</div><ul><li>six<li>seven</ul>").lines
    assert [line.text for line in lines] == ["One two", "three", "four", "five", "six", "seven"]


def test_code_drawings_and_form_values_are_no_lines() -> None:
    html = "<title>t</title><script>s</script><style>s</style><svg><text>v</text></svg><textarea>a</textarea><select><option>o</select>"
    assert outline(html + "<p>text</p>").lines[0].text == "text"
    assert len(outline(html + "<p>text</p>").lines) == 1


def test_a_line_knows_its_links_and_what_stands_beside_them() -> None:
    found = outline('<p>See <a href="/a">first <i>story</i></a> and <a href="/b">second</a> here</p>')
    [line] = found.lines
    assert (line.text, line.plain) == ("See first story and second here", "See and here")
    assert [(link.text, found.shown(link.node), found.line_of(link.node)) for link in line.links] == [
        ("first story", "first story", line),
        ("second", "second", line),
    ]


def test_headings_are_marked_with_all_they_hold() -> None:
    assert [(line.text, line.is_heading) for line in outline("<h2><span>Share</span></h2><p>Share</p>").lines] == [("Share", True), ("Share", False)]


def test_a_long_line_is_cut_and_a_deep_one_is_read() -> None:
    assert len(outline("<p>" + f"<b>{'long' * 1_000}</b>" * 5).lines[0].text) == MAX_LINE
    assert outline("<div>" * 10_000 + "deep").lines[0].text == "deep"


@given(SOUP)
def test_lines_stand_in_the_order_of_the_page_and_hold_every_word_once(html: str) -> None:
    document = Document("<p>start</p>" + html, "https://example.org/")
    lines = outline_of(document).lines
    assert [line.position for line in lines] == sorted(line.position for line in lines)
    assert all(line.position >= outline_of(document).position(line.node) > 0 for line in lines)
    drawn = sum((node.text() or "").count("word") for node in document.css("svg") if not is_inside_svg(node))
    assert sum(line.text.count("word") for line in lines) == (document.root.text() or "").count("word") - drawn
    assert all(line.text and not line.text.isspace() for line in lines)


def is_inside_svg(node) -> bool:
    parent = node.parent
    while parent is not None:
        if parent.tag == "svg":
            return True
        parent = parent.parent
    return False


@pytest.mark.parametrize(
    ("markup", "is_comment", "is_beside", "is_byline"),
    [
        ('<li class="comment" id="comment-5"><p>{}</p></li>', True, True, False),
        ('<div id="disqus_thread"><p>{}</p></div>', True, True, False),
        ('<div class="wpd-comment"><p>{}</p></div>', True, True, False),
        ('<div id="comments" class="comments-area"><h2>{}</h2></div>', False, True, False),
        ('<div id="respond"><p>{}</p></div>', False, True, False),
        ("<aside>{}</aside>", False, True, False),
        ('<div role="navigation">{}</div>', False, True, False),
        ('<div class="related-posts"><b>{}</b></div>', False, True, False),
        ('<div class="content-sidebar-wrap"><h1>t</h1>{}</div>', False, False, False),
        ("<article><footer>{}</footer></article>", False, False, False),
        ("<footer>{}</footer>", False, True, False),
        ('<p class="entry-author vcard">{}</p>', False, False, True),
        ('<article class="post author-jo"><h1>t</h1><p>{}</p></article>', False, False, False),
        ('<main class="comment-list">{}</main>', False, False, False),
        ('<div class="author"><h1>t</h1><p>{}</p></div>', False, False, False),
        ("<p>{}</p>", False, False, False),
    ],
)
def test_an_element_knows_its_area(markup: str, is_comment: bool, is_beside: bool, is_byline: bool) -> None:
    document = Document(f"<body>{markup.format('<i>x</i>')}</body>", "https://example.org/")
    node, areas = document.first("i"), areas_of(document)
    assert node is not None
    for _ in range(2):  # the second answer comes from memory
        assert (areas.in_comments(node), areas.is_beside(node), areas.in_byline(node)) == (is_comment, is_beside, is_byline)


def links_of(document: Document) -> list[LexborNode]:
    return document.css("a")


@given(SOUP)
def test_a_link_has_the_same_line_whether_its_block_or_the_whole_page_is_read(html: str) -> None:
    document = Document("<body>" + html, "https://example.org/")
    alone, whole = Outline(document), Outline(document)
    _ = whole.lines  # read as a whole, before any link is asked about
    for link in links_of(document):
        one, other = alone.line_of(link), whole.line_of(link)
        assert (one and (one.text, one.plain, one.position)) == (other and (other.text, other.plain, other.position))
        assert alone.shown(link) == whole.shown(link) == (next((part.text for part in other.links if part.key == link.mem_id), "") if other else "")


@given(SOUP)
def test_the_lines_of_a_block_are_those_of_the_page_that_stand_in_it(html: str) -> None:
    document = Document("<body>" + html, "https://example.org/")
    alone, whole = Outline(document), Outline(document)
    everything = [(line.text, line.position) for line in whole.lines]
    for block in document.css("div, p, h2"):
        here = [(line.text, line.position) for line in alone.lines_in(block)]
        assert here == [(line.text, line.position) for line in whole.lines_in(block)]
        assert set(here) <= set(everything)
        assert [position for _, position in here] == sorted(position for _, position in here)


@given(SOUP, st.sampled_from(["word", "s"]))
def test_no_line_that_a_wanted_text_stands_in_is_left_out(html: str, wanted: str) -> None:
    document = Document("<body>" + html, "https://example.org/")
    pieces = Outline(document).texts
    found = Outline(document).lines_at([place for place, text in enumerate(pieces) if wanted in text])
    assert {line.text for line in Outline(document).lines if wanted in line.text} <= {line.text for line in found}
    assert [line.position for line in found] == sorted({line.position for line in found})


@given(SOUP)
def test_a_page_that_may_not_have_a_line_has_not(html: str) -> None:
    outline = Outline(Document("<body>" + html, "https://example.org/"))
    for line in outline.lines:
        assert outline.may_have([line.text])
    assert not outline.may_have(["Another line entirely"])


def test_a_script_in_a_block_in_a_link_stays_silent() -> None:
    assert [line.text for line in outline("<a href=/x><h2><p>word<script>s</script></p></h2></a>").lines] == ["word"]
