"""What a page cannot have is not looked for, and nothing that it has is missed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborNode

from crawler.extract import (
    block_pages,
    channel,
    description,
    related,
    share,
    subscribe,
    tags,
    tallies,
    times,
    title,
    video,
)
from crawler.extract.document import Document
from crawler.extract.selection import ranked
from crawler.systems.unsupported import FINGERPRINTS
from crawler.systems.wordpress import page as wordpress_page

TABLES = [
    share._CONTROLS, share._FIELDS, *(selector for selector, _ in (*share._LIKES, *share._CANVASES)), subscribe._WIDGETS,
    video._PLAYERS, tags._LISTED, channel._UPLOADERS, related._LISTS, *description.BODY_TEXT, *description.VIDEO_TEXT,
    *tallies._VIEWS, *tallies._LIKES, *times._PUBLISHED_SHOWN, *times._MODIFIED_SHOWN, *title.HEADLINES,
    *(selector for _, _, selector in block_pages._SIGNS), *(one.places for one in FINGERPRINTS if one.places),
    *wordpress_page.MARKS, wordpress_page.FORMS, *wordpress_page.HEADINGS,
    "script:not([src]):not([type*=json])", 'meta[content="a,b"], p:has(> b, > i)', "[class*=Player i], #Main > p",
]  # fmt: skip

TAGS = ["a", "p", "div", "li", "span", "time", "h1", "h2", "iframe", "video", "button", "input", "textarea", "article", "fb:like", "amp-youtube", "meta", "link", "form", "script", "svg"]
WORDS = sorted(
    {word for table in TABLES for word in re.findall(r"[\w-]{3,}", table)} | {"Player", "Main", "Like-Button", "st_x", "xat-svc-y"}
)
NAMES = ["class", "id", "rel", "name", "action", "type", "content", "property", "itemprop", "datetime", "src", "href", "data-setup", "data-count", "title", "role", "onclick"]

elements = st.tuples(
    st.sampled_from(TAGS), st.lists(st.tuples(st.sampled_from(NAMES), st.lists(st.sampled_from(WORDS), max_size=3)), max_size=4)
)


def markup(parts: list[tuple[str, list[tuple[str, list[str]]]]]) -> str:
    return "".join(
        f"<{tag}{''.join(written(name, words) for name, words in attributes)}>x" for tag, attributes in parts
    )


def written(name: str, words: list[str]) -> str:
    value = " ".join(words)
    return f' {name}="{value}"'


def keys(nodes: list[LexborNode]) -> list[int]:
    return [node.mem_id for node in nodes]


@given(st.lists(elements, max_size=12), st.sampled_from(TABLES), st.booleans())
def test_whatever_fits_is_found_once_and_in_the_order_of_the_page(parts, table: str, has_doctype: bool) -> None:
    document = Document(("<!doctype html>" if has_doctype else "") + "<p>x" + markup(parts), "https://example.org/")
    assert keys(document.css(table)) == list(dict.fromkeys(keys(document.tree.css(table))))


@pytest.mark.parametrize(
    ("html", "selectors"),
    [
        ("<script>x</script>", "script:not([src]):not([type*=json])"),
        ("<p>x<b>y</b>", "p:has(> b, > i)"),
        ("<fb:like>x", "fb\\:like"),
        ('<p class="like-button likeButton">x', ".likeButton, .like-button, p"),
        ('<p title="a,b]">x', "p[title='a,b]'], .other"),
        ('<p class="xat-svc-y">x', "[class*=at-svc-]"),
    ],
)
def test_conditions_escapes_and_quotes_are_understood(html: str, selectors: str) -> None:
    assert len(Document("<!doctype html>" + html, "https://example.org/").css(selectors)) == 1


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.strip()[:30])
def test_an_empty_page_has_nothing(table: str) -> None:
    assert Document("x", "https://example.org/").css(table) == []


def test_classes_match_whatever_their_case_where_the_page_has_no_doctype() -> None:
    assert len(Document('<p class="Like-Button">x', "https://example.org/").css(".like-button")) == 1
    assert Document('<!doctype html><p class="Like-Button">x', "https://example.org/").css(".like-button") == []


def test_a_preferred_selector_comes_first_and_an_element_once() -> None:
    document = Document('<h1>site</h1><h1 class="title">story</h1>', "https://example.org/")
    assert [(selector, node.text()) for selector, node in ranked(document, ("h1.title", "h1"))] == [("h1.title", "story"), ("h1", "site")]


ONE = re.compile(r"""(?P<tag>[a-z][a-z0-9]*)?(?P<rest>(?:[.#][\w-]+|\[[\w-]+(?:[*^$~|]?=(?:"[^"]*"|'[^']*'|[\w-]+)(?: i)?)?\])*)""")
CONDITION = re.compile(r"""([.#])([\w-]+)|\[([\w-]+)(?:[*^$~|]?=(?:"([^"]*)"|'([^']*)'|([\w-]+)))?""")
SIMPLE = sorted(
    {one.strip() for table in TABLES for one in table.split(",") if (found := ONE.fullmatch(one.strip())) and found["rest"]}
)


def fitting(selector: str) -> str:
    """An element that fits a selector."""
    found = ONE.fullmatch(selector)
    assert found is not None
    attributes: dict[str, str] = {}
    for mark, word, name, *values in CONDITION.findall(found["rest"]):
        key = {".": "class", "#": "id"}.get(mark, name)
        attributes[key] = f"{attributes.get(key, '')} {word or ''.join(values)}".strip()
    return f"<{found['tag'] or 'div'} {' '.join(f'{name}={value!r}' for name, value in attributes.items())}>"


@pytest.mark.parametrize("selector", SIMPLE)
def test_an_element_made_for_a_selector_is_found(selector: str) -> None:
    for around in ("<!doctype html><p>{}", "<body>{0}<p>x</p>{0}", f"<!doctype html><body>{'<input name=q>' * 12}{{}}"):
        document = Document(around.format(fitting(selector)), "https://example.org/")
        wanted = keys(document.tree.css(selector))
        assert keys(document.css(selector)) == wanted
        assert [document.first(selector).mem_id] == wanted[:1]  # type: ignore[union-attr]  # there is one


@given(st.lists(st.sampled_from(["post", "post odd", "even post", "other", "Post"]), max_size=10), st.booleans())
def test_elements_of_one_class_stand_in_the_order_of_the_page_whatever_other_classes_they_have(classes, has_doctype: bool) -> None:
    html = "".join(f'<div class="{value}">x</div>' for value in classes)
    document = Document(("<!doctype html>" if has_doctype else "") + "<p>x" + html, "https://example.org/")
    assert keys(document.css(".post")) == keys(document.tree.css(".post"))


def test_what_one_page_lacks_is_not_said_of_another_that_was_alike_until_then() -> None:
    first, second = (Document(f"<p class=alike-at-first>x<p class={own}>y", "https://example.org/") for own in ("own-of-one", "other"))
    assert all(len(document.css(".alike-at-first")) == 1 for document in (first, second))
    assert (len(second.css(".own-of-one")), len(first.css(".own-of-one"))) == (0, 1)
