"""The fields of one comment's element: author, time, text, permalink, in whatever markup the theme chose.

Core prints three markups (`class-walker-comment.php`: XHTML and HTML5 lists, `blocks/comment-*.php`), themes add
theirs through callbacks. So fields are found by what their classes say, and the text by structure: a content
slot, else all of the comment's element but its head, its time and its links.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from selectolax.lexbor import LexborNode

from crawler.extract.date_phrases import read_phrase
from crawler.extract.document import Document
from crawler.extract.elements import Attributes, tag_id
from crawler.extract.text import clean, inner_html, line_of, paragraphs_of, text_of
from crawler.systems.wordpress.alike import Told, read_alike
from crawler.systems.wordpress.body import (
    LONGEST_JOINT,
    body_slot,
    container_of,
    is_beside,
    is_joint,
    markup_of,
    read_body,
    slot_of,
    without_joint,
)
from crawler.systems.wordpress.items import Item, Items, Part, Parts, depth_in, tokens_of
from crawler.systems.wordpress.layout import CUT, Shape, parts_of_shape, shape_of
from crawler.systems.wordpress.locales import without_prefix_inside, without_says
from crawler.systems.wordpress.roles import NO_RANK, Roles, roles_of

_A: Final = tag_id("a")
_DT: Final = tag_id("dt")

BARE_CLOCK: Final = re.compile(
    r"\W*(?:\d{1,6}|\d{1,2}[:.h]\d{2}(?:[:.]\d{2})?\s*(?:[ap]\.?m\.?)?)\W*\Z", re.IGNORECASE
)
"""A time of day alone says nothing about the day, and the number of a comment nothing at all."""

BYLINE: Final = re.compile(r"\w{1,20} \w{1,5} (.{1,245}?) [—–-] .{4,60} @\W*\Z")
"""WordPress 1.5's default theme: "Comment by NAME — DATE @ TIME"."""

BYLINE_TIME: Final = re.compile(r" [—–-] ((?:(?! [—–-] ).){4,60} @ [^@]{1,20})\Z")
"""The end of that line; the time of day alone is the comment's link."""

NICENAME: Final = re.compile(r"comment-author-(.{1,50})\Z")
"""`comment_class()` prints `comment-author-NICENAME` for a registered author."""

MACHINE_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
CLOCK: Final = re.compile(r"\d[:.h]\d\d")

SURE_RANK: Final = 1
"""Of the classes of names the last that holds the name alone; the next may hold all of the head."""

LONGEST_NAME: Final = 245
"""`wp_comments.comment_author` keeps 245 bytes: `wp_get_comment_fields_max_lengths()`."""

LONGEST_TIME: Final = 100
"""Characters; a date with its words in the longest languages takes 60."""

LONGEST_SHAPE: Final = 100
"""Elements that mean something; core prints 12 a comment. Decisions about more are not worth remembering."""


@dataclass(slots=True)
class Fields:
    """What a comment's element shows."""

    kind: str
    author_name: str | None
    author_url: str | None
    author_id: str | None
    author_kind: str | None
    text: str | None
    text_html: str | None
    time_raw: str | None
    permalink: str | None
    is_held: bool
    """Awaiting moderation: shown to its writer only."""
    like_count: int | None = None
    dislike_count: int | None = None
    is_pinned: bool | None = None
    is_edited: bool | None = None
    is_cut: bool = False
    """Whether the text goes on behind a "read more" that the server answers."""
    is_named: bool = True
    """Whether a class, or a tag that core uses, told the name."""


def read_fields(item: Item, items: Items, document: Document, language: str | None) -> Fields:
    """Everything that one comment's element shows, read once; what it does not show is None."""
    if item.fields is None:
        for each in (*items.found, *items.again):
            each.fields = _read_fields(each, items, document, language)
        _read_doubtful(items, document, language)
    return item.fields or _read_fields(item, items, document, language)


def _read_doubtful(items: Items, document: Document, language: str | None) -> None:
    """Where the elements of most comments do not tell all of it, ask what they have in common."""
    comments = [
        (item, item.fields)
        for item in items.found
        if item.fields is not None and item.fields.kind == "comment" and item.node.tag_id != _DT
    ]
    doubtful = [fields for _, fields in comments if not fields.is_named or fields.time_raw is None]
    # Some markup that says nothing is the text of a comment that says nothing.
    if 2 * len(doubtful) <= len(comments) and any(fields.text or fields.text_html for _, fields in comments):
        return
    roots = [item.node for item, _ in comments]
    known = {root.mem_id for root in roots}
    others = [item.node for item in (*items.found, *items.again) if item.node.mem_id not in known]
    alike = read_alike(roots, others, document, language)
    both = list(zip(comments, alike, strict=True))
    timed = [fields for (_, fields), told in both if fields.time_raw or (told is not None and told.time_raw)]
    are_timed = 2 * len(timed) > len(comments)
    for (item, fields), told in both:
        # Without times it is little that they have in common, and one alone has nothing in common with others.
        is_doubtful = fields.author_name is None or not fields.text
        is_doubtful = is_doubtful or (are_timed and (len(both) > 1 or told is None or _agree(fields, told)))
        if told is not None and is_doubtful:
            _take(fields, told, item, document, language)


def _take(fields: Fields, told: Told, item: Item, document: Document, language: str | None) -> None:
    """Put what a comment has in common with others in the place of what its element did not tell for sure."""
    name = told.author_name or ""
    if not (fields.is_named or is_joint(name) or _holds(name, fields.author_name)):
        fields.author_name = name
        fields.author_url = _author_url(told.author_href, document, item.native_id)
    if told.time_raw is not None and _reads_as_no_time(fields.time_raw, language):
        fields.time_raw = told.time_raw
    if fields.time_raw is not None and fields.author_name is not None and not fields.is_named:
        fields.author_name = fields.author_name.removesuffix(fields.time_raw).rstrip(" \t|·•,;:—–-") or None
    if told.text != (fields.author_name or "") and (told.text or told.author_name or told.time_raw):
        fields.text, fields.text_html = told.text, told.text_html


def _agree(fields: Fields, told: Told) -> bool:
    """Whether a comment has the same name by its classes and by its place, or one of them holds the other."""
    own, name = fields.author_name or "", told.author_name or ""
    return own == name or _holds(own, name) or _holds(name, own)


def _holds(name: str, shown: str | None) -> bool:
    """Whether a name is another one with a word beside it."""
    return bool(shown) and name != shown and re.search(rf"(?<!\w){re.escape(shown or '')}(?!\w)", name) is not None


def _reads_as_no_time(raw: str | None, language: str | None) -> bool:
    return raw is None or not (MACHINE_DAY.match(raw) or read_phrase(raw, language))


def _read_fields(item: Item, items: Items, document: Document, language: str | None) -> Fields:
    """By the layout of its shape; where that does not tell all fields, by a look at every element."""
    fields = _read_by_layout(item, items, document, language) if item.node.tag_id != _DT else None
    return fields or _read_by_parts(item, items, document, language)


@dataclass(frozen=True, slots=True)
class _Layout:
    """Places of a comment's fields in its shape."""

    name: int
    rank: int
    """How sure the name's class is."""
    around: int
    """The link that the name stands in, -1 where it stands in none."""
    slot: int
    """The element that holds the text, and nothing else; -1 where the text stands beside the head."""
    skipped: tuple[int, ...]
    """Head, links and answers beside the text, where there is no such element."""
    bases: tuple[int, ...]
    """What holds the outermost of them around a place; -1 for the comment's own element, -2 where none is around."""
    times: tuple[int, ...]
    """What may say when it was written."""
    permalinks: tuple[int, ...]
    is_held: bool


@lru_cache(maxsize=1_024)
def _layout_of(shape: Shape) -> _Layout | None:
    """Where the fields of a comment stand; None where what is said decides it."""
    own = parts_of_shape(shape)
    name, rank = _name_part(own)
    times = [place for place, part in enumerate(own) if _is_time(part)]
    slot = slot_of(own, [name, *times])
    if slot is None:
        slot = body_slot(own, [name, *times])
    if name is None:
        return None
    cuts = [place for place, one in enumerate(shape) if one[1] == CUT]
    skipped: list[int] = []
    slot, end = (slot, own[slot].end) if slot is not None else (-1, -1)
    if slot < 0:
        skipped = cuts + [place for place, part in enumerate(own) if is_beside(part)]
    elif any(slot <= cut < end for cut in cuts) or any(part.roles.is_trimmed for part in own[slot + 1 : end]):
        return None
    above = own[name].above
    return _Layout(
        name=name,
        rank=rank,
        around=above if above >= 0 and own[above].tag == "a" else -1,
        slot=slot,
        skipped=tuple(skipped),
        bases=tuple(_base(own, place, frozenset(skipped)) for place in range(len(own))) if skipped else (),
        times=tuple(place for place in times if not slot <= place < end),
        permalinks=tuple(
            place for place, part in enumerate(own) if part.own_anchor is not None and not part.roles.is_trimmed
        ),
        is_held=_is_held(own),
    )


def _base(own: list[Part], place: int, skipped: frozenset[int]) -> int:
    base = -2
    while place >= 0:
        if place in skipped:
            base = own[place].above
        place = own[place].above
    return base


def _read_by_layout(item: Item, items: Items, document: Document, language: str | None) -> Fields | None:
    shape, nodes, hrefs = shape_of(item, items)
    layout = _layout_of(shape) if len(shape) <= LONGEST_SHAPE else None
    if layout is None:
        return None
    name = _simple_name(nodes[layout.name], layout.rank)
    times = [(place, nodes[place], nodes[place].attributes, place in hrefs) for place in layout.times]
    time_raw, stamp = _time(times)
    if name is None or time_raw is None or stamp is None:
        return None
    if layout.slot >= 0:
        text, text_html = text_of(nodes[layout.slot]), inner_html(nodes[layout.slot]).strip()
    else:
        body = _body_beside(item.node, nodes, layout, stamp)
        if body is None:
            return None
        text, text_html = body
    shown, link = name
    if link is None and layout.around >= 0:
        link = nodes[layout.around].attrs.get("href")
    kind, author_id, author_kind = _told(item.tokens)
    return Fields(
        kind=kind,
        author_name=_without_words(clean(shown) or "", layout.rank, language)[:LONGEST_NAME],
        author_url=_author_url(link, document, item.native_id),
        author_id=author_id,
        author_kind=author_kind,
        text=text,
        text_html=text_html,
        time_raw=time_raw,
        permalink=document.link(next((hrefs[place] for place in layout.permalinks), None)),
        is_held=layout.is_held or "unapproved" in item.tokens,
        is_named=layout.rank <= SURE_RANK,
    )


def _body_beside(root: LexborNode, nodes: list[LexborNode], layout: _Layout, stamp: int) -> tuple[str, str] | None:
    """Text and markup of a body whose paragraphs stand beside the comment's head; None where they stand otherwise.

    What the slow way finds is the same: it leaves out what stands around name and time up to the element in which
    there are paragraphs.
    """
    base = layout.bases[layout.name] if layout.bases else -2
    if base == -2 or base != layout.bases[stamp]:
        return None
    skipped = {nodes[place].mem_id for place in layout.skipped}

    def skip(node: LexborNode) -> bool:
        return node.mem_id in skipped

    container = container_of(root, skip)
    if container.mem_id != (nodes[base] if base >= 0 else root).mem_id:
        return None
    text = paragraphs_of(container, skipped)
    return (text, markup_of(container, skip) or "") if text else None


def _simple_name(node: LexborNode, rank: int) -> tuple[str, str | None] | None:
    """The text of a name's element and where its link leads; None where it holds more than one text or link."""
    inside, href = node.first_child, None
    if node.tag_id == _A:
        href = node.attrs.get("href")
    elif inside is not None and inside.next is None and inside.tag_id == _A and rank == 0:
        attributes = inside.attributes
        if "hidden" in attributes or "aria-hidden" in attributes or roles_of(attributes.get("class")).is_badge:
            return None
        href, inside = attributes.get("href"), inside.first_child
    if inside is None or inside.next is not None or not inside.is_text_node or (href or "").find("#comment-") >= 0:
        return None
    return " ".join((inside.text_content or "").split()), href


@lru_cache(maxsize=4_096)
def _told(tokens: frozenset[str]) -> tuple[str, str | None, str | None]:
    """What the classes of a comment say: its kind, its author's name in addresses, who that is."""
    kind = next((kind for kind in ("pingback", "trackback", "review") if kind in tokens), "comment")
    return kind, _author_id(tokens), _author_kind(tokens) if kind not in ("pingback", "trackback") else None


def _read_by_parts(item: Item, items: Items, document: Document, language: str | None) -> Fields:
    parts = items.parts(item)
    own = parts.found
    kind, author_id, author_kind = _told(item.tokens)
    name, rank = _name_part(own)
    is_named = name is not None and rank <= SURE_RANK
    times = [place for place, part in enumerate(own) if _is_time(part)]
    slot = slot_of(own, [name, *times])
    is_short_ping = kind != "comment" and slot is None and name is None
    if name is None:
        name = _name_by_structure(parts, parts.outside(slot), language)
        is_named = name is not None and _is_core_name(own, name)
    if name is None and slot is not None:
        name = _heading_of(parts, slot)
        slot = slot if name is None else slot_of(own, [name, *times])
    if slot is None:
        slot = body_slot(own, [name, *times])
    end = own[slot].end if slot is not None else 0
    outside = [place for place in times if slot is None or not slot <= place < end]
    time_raw, stamp = _time(
        [(place, own[place].node, own[place].attributes, own[place].own_anchor is not None) for place in outside]
    )
    if time_raw is None:
        time_raw = _loose_time(parts, parts.outside(slot), name, language)
    text: str | None = None
    text_html: str | None = None
    if not is_short_ping:
        text, text_html = read_body(item, parts, slot, [part for part in (name, stamp) if part is not None])
    shown_name, link = _name_and_link(parts, name, rank, item, language)
    if shown_name == "" and name is not None:  # what it holds is named as the author's, too
        inner = (place for place in range(name + 1, own[name].end) if own[place].roles.name_rank < NO_RANK)
        shown_name, link = _name_and_link(parts, next(inner, None), rank, item, language)
    return Fields(
        kind=kind,
        author_name=shown_name,
        author_url=_author_url(link.attributes.get("href") if link is not None else None, document, item.native_id),
        author_id=author_id,
        author_kind=author_kind,
        text=text,
        text_html=text_html,
        time_raw=time_raw,
        permalink=_permalink(own, document),
        is_held="unapproved" in item.tokens or _is_held(own),
        is_named=is_named,
    )


def _is_core_name(own: list[Part], name: int) -> bool:
    """Whether a name stands in the `cite` that core has used for names, and alone."""
    part = own[name]
    return part.tag == "cite" and not any(_is_time(inner) for inner in own[name + 1 : part.end])


def _is_held(own: list[Part]) -> bool:
    return any("comment-awaiting-moderation" in part.roles.tokens for part in own)


def is_copy(first: Fields | None, again: Fields) -> bool:
    """Whether an element that repeats a comment's id repeats the comment: a list for narrow screens may shorten it.

    It does when it says nothing new, or when the same author wrote no more at the same time.
    """
    if first is None:
        return False
    said, said_again = "".join((first.text or "").split()), "".join((again.text or "").split()).rstrip(".…[]")
    if said.startswith(said_again):
        return True
    is_same_time = first.time_raw is not None and first.time_raw == again.time_raw
    return is_same_time and first.author_name == again.author_name and len(said) >= len(said_again)


def _author_id(tokens: frozenset[str]) -> str | None:
    names = (NICENAME.match(token) for token in tokens if token.startswith("comment-author-"))
    return next((found[1] for found in names if found), None)


def _author_kind(tokens: frozenset[str]) -> str | None:
    """`comment_class()`: `bypostauthor`, `byuser`; without them a guest, if the theme prints these classes at all."""
    if "bypostauthor" in tokens:
        return "page_author"
    if "byuser" in tokens:
        return "registered"
    return "guest" if depth_in(tokens) is not None and tokens & {"even", "odd"} else None


# -- author ---------------------------------------------------------------------------------------------


def _name_part(own: list[Part]) -> tuple[int | None, int]:
    """Place and rank of the part with the surest class of a name."""
    best, rank = None, NO_RANK
    for place, part in enumerate(own):
        if part.roles.name_rank < rank:
            best, rank = place, part.roles.name_rank
            if rank == 0:
                break
    return best, rank


def _name_by_structure(parts: Parts, head: list[Part], language: str | None) -> int | None:
    """`a.url` is the author's link in every version of core; else the first marked-up line that is no date."""
    for part in head:
        if part.tag == "a" and "url" in part.roles.tokens:
            return parts.found.index(part)
    for tags in (("cite",), ("strong", "b", "span", "h3", "h4", "h5", "h6")):
        for part in head:
            if part.tag not in tags or part.roles.is_head or part.roles.is_trimmed:
                continue
            line = line_of(part.node)
            is_line = len(line) <= LONGEST_NAME and any(char.isalnum() for char in line)
            if is_line and part.own_anchor is None and not _is_day(line, language):
                return parts.found.index(part)
    for part in head:
        if part.own_anchor is None or part.above < 0:
            continue
        around = parts.found[part.above]
        if around.tag in ("p", "div", "span"):
            rest = line_of(around.node, skip=_skip_own_anchors(parts))
            if any(char.isalnum() for char in rest) and len(rest) <= LONGEST_JOINT:
                return part.above
    return None


def _is_day(line: str, language: str | None) -> bool:
    """Whether a line says a day, with its year or without."""
    return any(map(str.isdigit, line)) and any(read_phrase(line + year, language) for year in ("", " 2000"))


HEADINGS: Final = frozenset({"h2", "h3", "h4", "h5", "h6"})


def _heading_of(parts: Parts, slot: int) -> int | None:
    """The heading that the element of the text begins with: some themes put the name there."""
    place = slot + 1
    own = parts.found
    if place >= own[slot].end or own[place].tag not in HEADINGS or not line_of(own[place].node):
        return None
    before = own[place].node.prev
    return place if before is None or (before.is_text_node and not (before.text_content or "").strip()) else None


def _skip_own_anchors(parts: Parts) -> Callable[[LexborNode], bool]:
    anchors = {part.node.mem_id for part in parts.found if part.own_anchor is not None}
    return lambda node: node.mem_id in anchors


def _shown_name(node: LexborNode, rank: int, parts: Parts, item: Item, language: str | None) -> str:
    """The name in its element, without what locales and themes write beside it."""
    is_own_anchor = _skip_own_anchors(parts)

    def is_beside(below: LexborNode) -> bool:
        # Twenty Twelve writes "Post author" in a bare span behind the name.
        is_mark = rank == 0 and below.tag == "span" and below.prev is not None and "bypostauthor" in item.tokens
        return is_mark or below.tag == "time" or _roles(below).is_badge or is_own_anchor(below)

    shown = clean(line_of(node, skip=is_beside)) or ""
    if rank > SURE_RANK and node.css_first("time") is not None:
        shown = without_joint(shown)
    return _without_words(shown, rank, language)


def _without_words(shown: str, rank: int, language: str | None) -> str:
    """A name without what locales write beside it, by the rank of its class."""
    if rank == 0:
        return without_prefix_inside(shown, language)
    if rank < NO_RANK - 1:
        return shown
    byline = BYLINE.match(shown)
    return byline[1] if byline else without_says(shown, language)


def _name_and_link(
    parts: Parts, place: int | None, rank: int, item: Item, language: str | None
) -> tuple[str | None, LexborNode | None]:
    if place is None:
        return None, None
    part = parts.found[place]
    node: LexborNode = part.node
    link = node if part.tag == "a" else node.css_first("a[href]")
    if link is None and part.above >= 0 and parts.found[part.above].tag == "a":
        link = parts.found[part.above].node
    if rank >= 2:
        inner = node.css_first("a.url") or node.css_first("cite") or node.css_first("strong") or node.css_first("b")
        if inner is None and part.tag in HEADINGS:
            inner = link
        if inner is not None and inner.mem_id != node.mem_id and line_of(inner):
            node, rank = inner, 1
    return _shown_name(node, rank, parts, item, language)[:LONGEST_NAME], link


def _roles(node: LexborNode) -> Roles:
    return roles_of(node.attributes.get("class"))


def _author_url(href: str | None, document: Document, native_id: str) -> str | None:
    if not href or href.startswith("#") or href.endswith(f"#comment-{native_id}"):
        return None
    return document.link(href)


# -- time and permalink ---------------------------------------------------------------------------------


def _is_time(part: Part) -> bool:
    return part.roles.is_time or part.tag == "time" or part.own_anchor is not None or "datetime" in part.attributes


def _time(times: list[tuple[int, LexborNode, Attributes, bool]]) -> tuple[str | None, int | None]:
    """The time as written, and its place: a machine's form first, then the comment's own link, then class names.

    :param times: place, element and attributes of what may say it, and whether that is the comment's own link
    """
    day: tuple[str, int] | None = None
    for place, _, attributes, _ in times:
        for name in ("datetime", "title"):
            raw = (attributes.get(name) or "").strip()
            if MACHINE_DAY.match(raw):
                if len(raw) > len("2021-03-05"):
                    return raw, place
                day = day or (raw, place)
    anchors = [time for time in times if time[3]]
    for place, node, _, _ in [*anchors, *times]:
        raw = line_of(node, skip=_is_reply_link)
        if not any(char.isdigit() for char in raw) or len(raw) > LONGEST_TIME or BARE_CLOCK.match(raw):
            continue
        if day is None or CLOCK.search(raw):
            return raw, place
    return day or (None, anchors[0][0] if anchors else None)


def _loose_time(parts: Parts, head: list[Part], name: int | None, language: str | None) -> str | None:
    """A time that has no element of its own: the end of WordPress 1.5's byline, or what stands beside the name."""
    for part in head:
        if part.own_anchor is not None and part.node.parent is not None:
            found = BYLINE_TIME.search(line_of(part.node.parent)[: LONGEST_NAME + LONGEST_TIME])
            if found and read_phrase(found[1], language) is not None:
                return found[1]
    for part, longest in _beside_name(parts, head, name):
        beside = line_of(part.node, skip=_is_name_or_link).strip(" \t|·•,;:—–-")
        has_digit = len(beside) <= longest and any(char.isdigit() for char in beside)
        if has_digit and read_phrase(beside, language) is not None:
            return beside
    return None


def _beside_name(parts: Parts, head: list[Part], name: int | None) -> Iterator[tuple[Part, int]]:
    """What may hold a time beside the name, surest first, with how long such a line is at most, characters."""
    named = parts.found[name] if name is not None else None
    if named is not None and named.tag in HEADINGS:
        yield named, LONGEST_TIME
    yield from ((part, LONGEST_TIME) for part in head if part.roles.is_author or part.roles.is_head)
    if named is not None and named.above >= 0:
        around = parts.found[named.above]
        if all(part.tag != "p" for part in parts.found[named.above : around.end]):
            yield around, LONGEST_JOINT


def _is_name_or_link(node: LexborNode) -> bool:
    return node.tag in ("a", "b", "cite", "strong", "img", "button") or "fn" in tokens_of(node) or _is_reply_link(node)


def _is_reply_link(node: LexborNode) -> bool:
    return _roles(node).is_trimmed


def _permalink(own: list[Part], document: Document) -> str | None:
    hrefs = (part.own_anchor for part in own if part.own_anchor is not None and not part.roles.is_trimmed)
    return document.link(next(hrefs, None))
