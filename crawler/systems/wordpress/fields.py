"""The fields of one comment's element: author, time, text, permalink, in whatever markup the theme chose.

Core prints three markups (`class-walker-comment.php`: XHTML and HTML5 lists, `blocks/comment-*.php`), themes add
theirs through callbacks. So fields are found by what their classes say, and the text by structure: a content
slot, else all of the comment's element but its head, its time and its links.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import escape
from typing import Final

from selectolax.lexbor import LexborNode

from crawler.extract.date_phrases import read_phrase
from crawler.extract.document import Document
from crawler.extract.text import clean, inner_html, line_of, text_of
from crawler.systems.wordpress.items import Item, Items, parts_of, tokens_of
from crawler.systems.wordpress.locales import without_prefix_inside, without_says

NAME_CLASSES: Final = (
    re.compile(r"fn\Z"),
    re.compile(
        r"(?:.*[-_])?(?:author|user|commenter)[-_]{0,2}(?:name|link)\Z|comment[-_]name\Z|(?:.*__)?author-name\Z"
    ),
    re.compile(r"(?:.*[-_])?(?:author|commenter|authorinfo)\Z"),
)
"""Classes of the element that holds the name, surest first."""

SLOT_CLASSES: Final = (
    re.compile(r"(?:wp-block-)?comment[-_]{0,2}(?:content|text|entry|copy|message|description)\Z"),
    re.compile(r"(?:.*[-_])?comments?(?:[-_]{1,2}item)?[-_]{1,2}(?:content|text|entry|copy|message)\Z"),
    re.compile(r"(?:content|comment)text\Z|entry-content\Z|e-content\Z"),
)
"""Classes of the element that holds the text, surest first."""

BODY_CLASSES: Final = (re.compile(r"(?:.*[-_])?comment[-_]{1,2}body\Z"),)
"""In core's markup the whole comment, in some themes the text alone."""

TIME_CLASSES: Final = re.compile(
    r"(?:.*[-_])?(?:date|time|datetime|timestamp|timendate|published|posted|metadata|commentmetadata)(?:[-_].*)?\Z"
)

TRIMMED: Final = re.compile(
    r"(?:.*[-_])?(?:reply|reply-link|reply-login|says|awaiting-moderation|comment-likes?|likebtn.*|pd-rating|cs-rating"
    r"|sharedaddy|wpulike.*|comment-actions?|comment-utils?|edit-link|edit-reply-wrap|report-link|comments-like"
    r"|screen-reader-text|sr-only|comment-footer)\Z"
)
"""Classes of what themes and plugins put inside or below the text."""

HEAD: Final = re.compile(
    r"(?:.*[-_])?(?:author|authorinfo|vcard|meta|metadata|commentmetadata|avatar|gravatar|photo|date|time|timestamp"
    r"|published|tools|actions?|buttons?|number|counter|header|footer|byline|permalink|badge|details|info)\Z"
)
"""Classes of a comment's head, which stand beside the text where there is no slot."""

HEAD_TAGS: Final = frozenset({"header", "footer", "aside", "time", "button", "select", "cite"})

BADGES: Final = re.compile(
    r"(?:.*[-_])?(?:says|author|badge|label|role|screen-reader-text|sr-only|avatar|date|time|meta)\Z"
)
"""Classes of what may stand inside a name's element and is no part of the name."""

SMALL_WORDS: Final = frozenset(
    {"on", "at", "wrote", "said", "says", "by", "comment", "the", "um", "am", "von", "le", "à", "el"}
)
"""Words that join the parts of a head ("NAME wrote on DATE")."""

BARE_CLOCK: Final = re.compile(r"\W*\d{1,2}[:.h]\d{2}(?:[:.]\d{2})?\s*(?:[ap]\.?m\.?)?\W*\Z", re.IGNORECASE)
"""A time of day alone says nothing about the day."""

BYLINE: Final = re.compile(r"\w{1,20} \w{1,5} (.{1,245}?) [—–-] .{4,60} @\W*\Z")
"""WordPress 1.5's default theme: "Comment by NAME — DATE @ TIME"."""

BYLINE_TIME: Final = re.compile(r" [—–-] ((?:(?! [—–-] ).){4,60} @ [^@]{1,20})\Z")
"""The end of that line; the time of day alone is the comment's link."""

NICENAME: Final = re.compile(r"comment-author-(.{1,50})\Z")
"""`comment_class()` prints `comment-author-NICENAME` for a registered author."""

LONGEST_NAME: Final = 245
"""`wp_comments.comment_author` keeps 245 bytes: `wp_get_comment_fields_max_lengths()`."""

LONGEST_TIME: Final = 100
"""Characters; a date with its words in the longest languages takes 60."""

LONGEST_JOINT: Final = 60
"""Characters: longer text beside a name is not a joint but the comment."""


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


def read_fields(item: Item, items: Items, document: Document, language: str | None) -> Fields:
    """Everything that one comment's element shows; what it does not show is None."""
    own = [(node, tokens_of(node)) for node in items.elements(item)]
    kind = next((kind for kind in ("pingback", "trackback", "review") if kind in item.tokens), "comment")
    name, rank = _name_element(own)
    times = [(node, tokens) for node, tokens in own if _is_time(node, tokens, item.native_id)]
    stamps = [node for node, _ in times]
    slot = _slot(own, [name, *stamps], item, SLOT_CLASSES)
    is_short_ping = kind != "comment" and slot is None and name is None
    if name is None:
        inside = _ids_below(slot)
        name = _name_by_structure([pair for pair in own if pair[0].mem_id not in inside], item)
    slot = slot or _slot(own, [name, *stamps], item, BODY_CLASSES)
    inside = _ids_below(slot)
    time_raw, stamp = _time([pair for pair in times if pair[0].mem_id not in inside], item.native_id)
    if time_raw is None:
        time_raw = _loose_time([pair for pair in own if pair[0].mem_id not in inside], item.native_id, language)
    text: str | None = None
    text_html: str | None = None
    if not is_short_ping:
        text, text_html = _body(item, items, slot, own, [part for part in (name, stamp) if part is not None])
    shown_name, link = _name_and_link(name, rank, item, language)
    return Fields(
        kind=kind,
        author_name=shown_name,
        author_url=_author_url(link, document, item.native_id),
        author_id=next((found[1] for token in item.tokens if (found := NICENAME.match(token))), None),
        author_kind=_author_kind(item) if kind not in ("pingback", "trackback") else None,
        text=text,
        text_html=text_html,
        time_raw=time_raw,
        permalink=_permalink(own, document, item.native_id),
        is_held=any("comment-awaiting-moderation" in tokens for _, tokens in own) or "unapproved" in item.tokens,
    )


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


def _author_kind(item: Item) -> str | None:
    """`comment_class()`: `bypostauthor`, `byuser`; without them a guest, if the theme prints these classes at all."""
    if "bypostauthor" in item.tokens:
        return "page_author"
    if "byuser" in item.tokens:
        return "registered"
    return "guest" if item.shown_depth is not None and item.tokens & {"even", "odd"} else None


# -- author ---------------------------------------------------------------------------------------------


def _name_element(own: list[tuple[LexborNode, frozenset[str]]]) -> tuple[LexborNode | None, int]:
    for rank, pattern in enumerate(NAME_CLASSES):
        for node, tokens in own:
            if any(pattern.match(token) for token in tokens) and not any("avatar" in token for token in tokens):
                return node, rank
    return None, len(NAME_CLASSES)


def _name_by_structure(head: list[tuple[LexborNode, frozenset[str]]], item: Item) -> LexborNode | None:
    """`a.url` is the author's link in every version of core; else the first marked-up line that is no date."""
    for node, tokens in head:
        if node.tag == "a" and "url" in tokens:
            return node
    for tags in (("cite",), ("strong", "b", "span", "h3", "h4", "h5")):
        for node, tokens in head:
            if node.tag not in tags or any(HEAD.match(token) or TRIMMED.match(token) for token in tokens):
                continue
            if 0 < len(line_of(node)) <= LONGEST_NAME and _own_anchor(node, item.native_id) is None:
                return node
    for node, _ in head:
        around = node.parent if _own_anchor(node, item.native_id) is not None else None
        if around is not None and around.mem_id != item.node.mem_id and around.tag in ("p", "div", "span"):
            rest = line_of(around, skip=lambda below: _own_anchor(below, item.native_id) is not None)
            if any(char.isalnum() for char in rest) and len(rest) <= LONGEST_JOINT:
                return around
    return None


def _shown_name(node: LexborNode, rank: int, item: Item, language: str | None) -> str:
    """The name in its element, without what locales and themes write beside it."""

    def is_beside(below: LexborNode) -> bool:
        # Twenty Twelve writes "Post author" in a bare span behind the name.
        is_mark = rank == 0 and below.tag == "span" and below.prev is not None and "bypostauthor" in item.tokens
        return is_mark or _is_badge(below) or _own_anchor(below, item.native_id) is not None

    shown = clean(line_of(node, skip=is_beside)) or ""
    if rank == 0:
        return without_prefix_inside(shown, language)
    if rank < len(NAME_CLASSES) - 1:
        return shown
    byline = BYLINE.match(shown)
    return byline[1] if byline else without_says(shown, language)


def _name_and_link(
    node: LexborNode | None, rank: int, item: Item, language: str | None
) -> tuple[str | None, LexborNode | None]:
    if node is None:
        return None, None
    link = node if node.tag == "a" else node.css_first("a[href]")
    if link is None and node.parent is not None and node.parent.tag == "a":
        link = node.parent
    if rank >= 2:
        inner = node.css_first("a.url") or node.css_first("cite") or node.css_first("strong") or node.css_first("b")
        if inner is not None and inner.mem_id != node.mem_id and line_of(inner):
            node, rank = inner, 1
    return _shown_name(node, rank, item, language)[:LONGEST_NAME], link


def _is_badge(node: LexborNode) -> bool:
    return any(BADGES.match(token) for token in tokens_of(node))


def _author_url(link: LexborNode | None, document: Document, native_id: str) -> str | None:
    href = link.attributes.get("href") if link is not None else None
    if not href or href.startswith("#") or href.endswith(f"#comment-{native_id}"):
        return None
    return document.link(href)


# -- time and permalink ---------------------------------------------------------------------------------


def _own_anchor(node: LexborNode, native_id: str) -> str | None:
    """The address of the comment itself, where an element links to it; never the link that opens the form."""
    href = node.attributes.get("href") if node.tag == "a" else None
    return href if href and href.endswith(f"#comment-{native_id}") and "replytocom=" not in href else None


def _is_time(node: LexborNode, tokens: frozenset[str], native_id: str) -> bool:
    return (
        node.tag == "time"
        or "datetime" in node.attributes
        or _own_anchor(node, native_id) is not None
        or any(TIME_CLASSES.match(token) for token in tokens)
    )


def _time(times: list[tuple[LexborNode, frozenset[str]]], native_id: str) -> tuple[str | None, LexborNode | None]:
    """The time as written, and its element: a machine's form first, then the comment's own link, then class names."""
    day: tuple[str, LexborNode] | None = None
    for node, _ in times:
        for name in ("datetime", "title"):
            raw = (node.attributes.get(name) or "").strip()
            if re.match(r"\d{4}-\d\d-\d\d", raw):
                if len(raw) > len("2021-03-05"):
                    return raw, node
                day = day or (raw, node)
    anchors = [node for node, _ in times if _own_anchor(node, native_id) is not None]
    for node in [*anchors, *(node for node, _ in times)]:
        raw = line_of(node, skip=_is_reply_link)
        if not any(char.isdigit() for char in raw) or len(raw) > LONGEST_TIME or BARE_CLOCK.match(raw):
            continue
        if day is None or re.search(r"\d[:.h]\d\d", raw):
            return raw, node
    return day or (None, anchors[0] if anchors else None)


def _loose_time(head: list[tuple[LexborNode, frozenset[str]]], native_id: str, language: str | None) -> str | None:
    """A time that has no element of its own: the end of WordPress 1.5's byline, or what stands beside the name."""
    for node, _ in head:
        if _own_anchor(node, native_id) is not None and node.parent is not None:
            found = BYLINE_TIME.search(line_of(node.parent)[: LONGEST_NAME + LONGEST_TIME])
            if found and read_phrase(found[1], language) is not None:
                return found[1]
    for node, tokens in head:
        if not any(NAME_CLASSES[-1].match(token) for token in tokens):
            continue
        beside = line_of(node, skip=_is_name_or_link).strip(" \t|·•,;:—–-")
        has_digit = len(beside) <= LONGEST_TIME and any(char.isdigit() for char in beside)
        if has_digit and read_phrase(beside, language) is not None:
            return beside
    return None


def _is_name_or_link(node: LexborNode) -> bool:
    return node.tag in ("a", "b", "cite", "strong", "img", "button") or "fn" in tokens_of(node) or _is_reply_link(node)


def _is_reply_link(node: LexborNode) -> bool:
    return any(TRIMMED.match(token) for token in tokens_of(node))


def _permalink(own: list[tuple[LexborNode, frozenset[str]]], document: Document, native_id: str) -> str | None:
    for node, tokens in own:
        href = _own_anchor(node, native_id)
        if href is not None and not any(TRIMMED.match(token) for token in tokens):
            return document.link(href)
    return None


# -- text -----------------------------------------------------------------------------------------------


def _slot(
    own: list[tuple[LexborNode, frozenset[str]]],
    head: Iterable[LexborNode | None],
    item: Item,
    classes: Iterable[re.Pattern[str]],
) -> LexborNode | None:
    """The element that holds the text and nothing of the head."""
    above: set[int] = set()
    for node in head:
        step = node
        while step is not None and step.mem_id != item.node.mem_id and step.mem_id not in above:
            above.add(step.mem_id)
            step = step.parent
    for pattern in classes:
        for node, tokens in own:
            if node.mem_id not in above and node.tag != "a" and any(pattern.match(token) for token in tokens):
                return node
    return None


def _ids_below(node: LexborNode | None) -> set[int]:
    if node is None:
        return set()
    return {below.mem_id for below in node.traverse()}


def _body(
    item: Item,
    items: Items,
    slot: LexborNode | None,
    own: list[tuple[LexborNode, frozenset[str]]],
    head: list[LexborNode],
) -> tuple[str, str | None]:
    """Text and markup: of the slot, else of everything that is neither head nor link nor answer."""
    trimmed = {node.mem_id for node, tokens in own if any(TRIMMED.match(token) for token in tokens)}
    if slot is not None:

        def skip(node: LexborNode) -> bool:
            return node.mem_id in trimmed or items.is_elsewhere(node)

        return text_of(slot, skip=skip), _markup(slot, skip)
    skipped = set(trimmed)
    for node, tokens in own:
        if node.tag in HEAD_TAGS or any(HEAD.match(token) for token in tokens):
            skipped.add(node.mem_id)

    def skip_loose(node: LexborNode) -> bool:
        return node.mem_id in skipped or items.is_elsewhere(node)

    for part in head:
        _skip_head(part, item.node, skipped, skip_loose)
    container = _container(parts_of(item.node)[-1], skip_loose)
    return text_of(container, skip=skip_loose), _markup(container, skip_loose)


def _skip_head(part: LexborNode, root: LexborNode, skipped: set[int], skip: Callable[[LexborNode], bool]) -> None:
    """Skip a name or a time with the line it stands in, as long as that line says nothing else."""
    skipped.add(part.mem_id)
    around = part.parent
    while around is not None and around.mem_id != root.mem_id:
        rest = line_of(around, skip=skip)
        words = re.findall(r"\w+", rest.casefold())
        if len(rest) > LONGEST_JOINT or not all(word in SMALL_WORDS for word in words):
            return
        children = list(around.iter(include_text=False))
        if any(child.tag == "p" and not skip(child) for child in children):
            return
        skipped.add(around.mem_id)
        part, around = around, around.parent


def _container(root: LexborNode, skip: Callable[[LexborNode], bool]) -> LexborNode:
    """The innermost element that still holds all of the loose text."""
    container = root
    while True:
        children = container.iter(include_text=True)
        kept = [node for node in children if not _is_blank(node) and not _is_pruned(node, skip)]
        if len(kept) != 1 or kept[0].tag not in ("div", "article", "section", "dd", "td"):
            return container
        container = kept[0]


def _is_blank(node: LexborNode) -> bool:
    return node.tag in ("-comment", "br", "hr") or (node.tag == "-text" and not (node.text_content or "").strip())


def _is_pruned(node: LexborNode, skip: Callable[[LexborNode], bool]) -> bool:
    return bool(node.is_element_node) and skip(node)


def _markup(container: LexborNode, skip: Callable[[LexborNode], bool]) -> str | None:
    """The markup of what is kept; children that hold another comment are rare and not worth their markup."""
    children = list(container.iter(include_text=True))
    if not any(_is_pruned(node, skip) for node in children):
        return inner_html(container).strip()
    kept = [
        escape(node.text_content or "", quote=False) if node.tag == "-text" else node.html or ""
        for node in children
        if node.tag != "-comment" and not _is_pruned(node, skip)
    ]
    return "".join(kept).strip()
