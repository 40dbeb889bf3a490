"""Drupal's comments in HTML: which elements they are, whom they answer, and what they show.

Source: `comment.tpl.php` and `template_preprocess_comment()` of Drupal 6 and 7, `comment.html.twig` of 8 to 11 in core
and in the themes Bartik, Olivero, Claro and Stable, `CommentViewBuilder` and the RDF module.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Final

from selectolax.lexbor import LexborNode

from crawler.extract.document import Document, NotHtmlError
from crawler.extract.selection import classes_of
from crawler.extract.text import clean, line_of, text_of
from crawler.systems.fields import markup_without

ITEM_ID: Final = re.compile(r"comment-([1-9]\d{0,18})\Z")
OWN_LINK: Final = re.compile(r"#comment-([1-9]\d{0,18})\Z")

PERMALINKS: Final = 'h3 a[href*="#comment-"], .permalink[href*="#comment-"], .comment__permalink a[href*="#comment-"]'

SECTIONS: Final = (
    "#comments", "section[data-drupal-selector=comments]", ".comment-wrapper", ".field--type-comment",
    "section.comments", "#comments-wrapper",
)  # fmt: skip
"""What core and its themes put around the list, its pager and the form."""

AUTHORS: Final = (
    ".username", '[typeof~="schema:Person"]', '[typeof~="sioc:UserAccount"]', ".comment__author a",
    ".comment__author span", ".comment__author", '.submitted a[href*="/user"]', '[class*=submitted] a[href*="/user"]',
    ".comment-author", ".author-name",
)  # fmt: skip

MACHINE_TIMES: Final = (
    '[property~="schema:dateCreated"][content]', '[property~="dc:created"][content]', '[property~="dc:date"][content]',
)  # fmt: skip
"""The RDF module writes the creation with its offset."""

SHOWN_TIMES: Final = (".comment__time", ".comment-time", ".comment__created", ".comment-date", ".date", "time")
SUBMITTED: Final = (".submitted", ".comment__submitted", ".comment-submitted", ".submitted-info", ".comment__meta")

BODIES: Final = (
    ".field--name-comment-body", ".field-name-comment-body", ".field-comment-body", ".comment__body", ".comment-body",
    ".comment__content .text-formatted", ".comment__content", ".comment-content .content", "div.content",
    ".comment-content",
)  # fmt: skip

NO_TEXT: Final = frozenset(
    {
        "links", "comment__links", "comment-links", "user-signature", "field-label", "field__label", "visually-hidden",
        "element-invisible",
    }
)  # fmt: skip
NO_TEXT_TAGS: Final = frozenset({"form", "footer", "nav"})

NOT_VERIFIED: Final = re.compile(
    r"\s*\((?:not verified|nicht überprüft|non vérifié|no verificado|não verificado|non verificato|niet gecontroleerd"
    r"|niet geverifieerd|niezweryfikowan\w+|не проверен\w*|не перевірен\w*|inte verifierad|ej verifierad"
    r"|ikke verificeret|ikke efterprøvet|ikke bekreftet|ikke verifisert|ei varmistettu|bez ověření|neověřen\w*"
    r"|nem ellenőrzött|未検証|未验证|未驗證|doğrulanmamış|neverificat|no verificat|не е потвърден\w*|غير مُ?تحقق\w*)\)\Z"
)
"""What `theme_username()` appends to the name of everybody without an account, as translated."""


@dataclass(slots=True)
class Item:
    """One comment as an element."""

    native_id: str
    node: LexborNode
    indent: int
    """How many `div.indented` are around it."""


@dataclass(slots=True)
class Shown:
    """What a comment's element shows."""

    author_name: str | None
    author_url: str | None
    author_id: str | None
    author_kind: str | None
    text: str | None
    text_html: str | None
    created: str | None
    """Creation as a machine writes it, with its offset."""
    created_shown: str | None
    """The same as people read it: the site's clock."""
    changed: str | None
    """`data-comment-timestamp`: the last change, Unix seconds."""
    parent: str | None
    """The comment answered, where a link or RDF names it."""


def pieces(document: Document) -> list[Document]:
    """The page, and what BigPipe sends later in the same answer for its placeholders."""
    found = [document]
    for script in document.css('script[type="application/vnd.drupal-ajax"]'):
        try:
            commands = json.loads(script.text())
        except (ValueError, RecursionError):
            continue
        for command in commands if isinstance(commands, list) else ():
            html = command.get("data") if isinstance(command, dict) else None
            if isinstance(html, str) and "comment" in html:
                try:
                    found.append(Document(f"<!doctype html><body>{html}", document.url))
                except NotHtmlError:
                    continue
    return found


def find(document: Document) -> list[Item]:
    """The comments of a page in document order."""
    items: list[Item] = []
    seen: set[int] = set()
    for node in document.css('[id^="comment-"], [data-comment-user-id], article.js-comment'):
        native_id, element = _element(node)
        if native_id is None or element is None or element.mem_id in seen:
            continue
        seen.add(element.mem_id)
        items.append(Item(native_id, element, _indent(element)))
    return items


def _element(node: LexborNode) -> tuple[str | None, LexborNode | None]:
    """Id and element of a comment, by its anchor (`<a id="comment-7"></a>` stands before it) or by itself."""
    match = ITEM_ID.match(node.attributes.get("id") or "")
    if node.tag == "a" and match is not None:
        after = node.next
        while after is not None and (not after.is_element_node or after.tag in ("mark", "br")):
            after = after.next
        is_comment = after is not None and after.tag in ("article", "div", "li", "section")
        return (match[1], after) if is_comment else (None, None)
    if node.tag not in ("article", "div", "li", "section"):
        return None, None
    if match is not None:
        return match[1], node
    about = OWN_LINK.search(node.attributes.get("about") or "")
    link = node.css_first(PERMALINKS)
    own = about or (OWN_LINK.search(link.attributes.get("href") or "") if link is not None else None)
    return (own[1], node) if own is not None else (None, None)


def _indent(node: LexborNode) -> int:
    indent, around = 0, node.parent
    while around is not None:
        indent += "indented" in classes_of(around)
        around = around.parent
    return indent


def read(item: Item, document: Document) -> Shown:
    """What a comment's element shows."""
    node = item.node
    body = next((found for selector in BODIES for found in node.css(selector) if found.mem_id != node.mem_id), None)
    head = _Head(node, body)
    author = head.first(AUTHORS)
    user = _user_id(node, author)
    name = clean(line_of(author)) or None if author is not None else head.name_before_bar()
    machine = head.first(MACHINE_TIMES)
    time = head.first(("time[datetime]",))
    stamp = head.first(("[data-comment-timestamp]",))
    return Shown(
        author_name=NOT_VERIFIED.sub("", name) if name is not None else None,
        author_url=document.link(author.attributes.get("href")) if author is not None and author.tag == "a" else None,
        author_id=user if user != "0" else None,
        author_kind=_author_kind(classes_of(node), user, author),
        text=text_of(body, skip=_is_no_text) if body is not None else None,
        text_html=_markup(body) if body is not None else None,
        created=_attribute(machine, "content") or _attribute(time, "datetime"),
        created_shown=head.time_beside(author),
        changed=_attribute(stamp, "data-comment-timestamp"),
        parent=_parent(item),
    )


def _attribute(node: LexborNode | None, name: str) -> str | None:
    return node.attributes.get(name) if node is not None else None


class _Head:
    """What stands in a comment's element around its text."""

    def __init__(self, node: LexborNode, body: LexborNode | None) -> None:
        self.node = node
        # "In reply to TITLE by NAME" names and dates another comment.
        elsewhere = [body, *node.css(".parent, .visually-hidden, .element-invisible")]
        self.inside = {below.mem_id for part in elsewhere if part is not None for below in part.traverse()}

    def first(self, selectors: tuple[str, ...]) -> LexborNode | None:
        """The first element outside of the text, by selectors in order of preference."""
        for selector in selectors:
            for found in self.node.css(selector):
                if found.mem_id != self.node.mem_id and found.mem_id not in self.inside:
                    return found
        return None

    def _line(self, skipped: set[int]) -> str:
        line = self.first(SUBMITTED)
        if line is None:
            return ""

        def skip(below: LexborNode) -> bool:
            return below.mem_id in skipped or below.mem_id in self.inside or below.tag == "h3" or _is_no_text(below)

        return line_of(line, skip=skip)

    def name_before_bar(self) -> str | None:
        """``Wendy | July 19, 2018``."""
        name, bar, _ = self._line(set()).partition(" | ")
        return name.strip() or None if bar else None

    def time_beside(self, author: LexborNode | None) -> str | None:
        """The creation as it is read: in a place of its own, else what the line beside the author's name says."""
        place = self.first(SHOWN_TIMES)
        if place is not None and any(char.isdigit() for char in line_of(place)):
            clock = self.first((".time",)) if "date" in classes_of(place) else None
            return f"{line_of(place)} {line_of(clock)}" if clock is not None else line_of(place)
        rest = self._line({author.mem_id} if author is not None else set()).rpartition("|")[2].strip()
        return rest if any(char.isdigit() for char in rest) else None


def _user_id(node: LexborNode, author: LexborNode | None) -> str | None:
    """The account's number, ``0`` for somebody without one."""
    stated = node.attributes.get("data-comment-user-id")
    if stated is None:
        own = node.css_first("[data-comment-user-id]")
        stated = own.attributes.get("data-comment-user-id") if own is not None else None
    if stated is not None and stated.strip().isdecimal():
        return stated.strip()
    for name in ("about", "href", "resource") if author is not None else ():
        found = re.search(r"/user/(\d{1,18})\Z", author.attributes.get(name) or "") if author is not None else None
        if found is not None:
            return found[1]
    return None


def _author_kind(tokens: set[str], user: str | None, author: LexborNode | None) -> str | None:
    if any(re.fullmatch(r"(?:comment-)?by-[a-z_]+-author", token) for token in tokens):
        return "page_author"
    if "by-anonymous" in tokens or "comment-by-anonymous" in tokens or user == "0":
        return "guest"
    is_linked = author is not None and author.tag == "a" and "/user" in (author.attributes.get("href") or "")
    return "registered" if user is not None or is_linked else None


def _parent(item: Item) -> str | None:
    """The comment answered as RDF (`sioc:reply_of`) or the line "In reply to" (8 to 11) links it."""
    for node in item.node.css('[rel~="sioc:reply_of"][resource]'):
        found = OWN_LINK.search(node.attributes.get("resource") or "")
        if found is not None and found[1] != item.native_id:
            return found[1]
    for link in item.node.css(".parent a[href], .visually-hidden a[href], .comment__parent a[href]"):
        found = OWN_LINK.search(link.attributes.get("href") or "")
        if found is not None and found[1] != item.native_id:
            return found[1]
    return None


def _is_no_text(node: LexborNode) -> bool:
    return node.tag in NO_TEXT_TAGS or not NO_TEXT.isdisjoint(classes_of(node))


def _markup(body: LexborNode) -> str:
    """The markup of what is text; a field's own frames (`field-items`, `field-item`) are none."""
    while True:
        inner = [node for node in body.iter(include_text=False) if not _is_no_text(node)]
        if len(inner) != 1 or "field" not in (inner[0].attributes.get("class") or "") or _has_text(body):
            break
        body = inner[0]
    return markup_without(body, _is_no_text)


def _has_text(node: LexborNode) -> bool:
    return any(child.tag == "-text" and (child.text_content or "").strip() for child in node.iter(include_text=True))
