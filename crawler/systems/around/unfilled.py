"""Where a page shows no comments because a script brings them: the empty place that it fills, the data it has."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from crawler.extract.document import Document
from crawler.systems.around.counts import REVIEWS
from crawler.systems.around.tree import HEADINGS, Tree, flatten, is_unshown
from crawler.systems.around.unshown import CLOSE, Unshown, own_address
from crawler.systems.around.words import (
    AUTHOR,
    CAMEL,
    CHROME,
    COMMENT,
    FORM,
    HIDDEN,
    MAX_NAME,
    PINNED,
    RECENT,
    SIDE,
    TIME,
    roles_of,
    speaks_of_comments,
)  # fmt: skip

_PARTS: Final = AUTHOR | CHROME | FORM | HIDDEN | PINNED | RECENT | SIDE | TIME
"""Roles of what is a part of a comment, stands beside the comments, or repeats some."""

_INLINE: Final = frozenset({"a", "b", "button", "em", "font", "hr", "i", "img", "input", "label", "noscript", "span"})
"""Elements that hold no thread."""

_USED: Final = frozenset({"a", "button", "input", "li", "select", "textarea"})
"""What stands in an element that somebody has filled already."""

_WHOLE = re.compile(
    r".*(?:comments|comentarios|coment[aá]rios|comentaris|commentaires|comenzi|commenti|kommentare[rn]?|reacties"
    r"|komentarze|koment[aá][rř]e|komentari|kommentit|yorumlar|conversations|hozzászólások|комментарии|коментар[іи])"
)
"""Words for all of a page's comments, also at the end of a longer word: ``newscomments``."""

_PLACES: Final = frozenset(
    {
        "app", "area", "areas", "block", "container", "content", "embed", "feed", "frame", "holder", "iframe", "inner",
        "list", "listing", "main", "module", "mount", "outer", "panel", "placeholder", "root", "section", "sections",
        "stream", "system", "target", "thread", "threads", "view", "viewer", "widget", "wrap", "wrapper",
    }
)  # fmt: skip
"""Words that make the place of a thread of the name of a comment: ``comment-section``."""

_OTHERS: Final = frozenset(
    {
        "ad", "ads", "after", "below", "before", "best", "bottom", "carousel", "count", "counter", "disabled", "dsq",
        "error", "fb", "guidelines", "hide", "lightbox", "link", "loading", "modal", "most", "my", "no", "num",
        "number", "numbers", "policy", "popular", "replies", "rules", "share", "show", "spinner", "taboola", "terms",
        "toggle", "total", "tou",
    }
)  # fmt: skip
"""Words that make something else of it: what stands below the comments, how many they are."""

_PARTING = re.compile(r"[\W_]+")

_COMING = re.compile(
    r"\W*(?:loading|laden|lädt|wird geladen|chargement|cargando|caricamento|carregando|a carregar|laster|indlæser"
    r"|ładowanie|načítání|yükleniyor|загрузка|завантаження|加载中|載入中|読み込み中|로딩)\W*",
    re.IGNORECASE,
)
"""All that such a place may say."""

LONGEST_COMING: Final = 30
"""Characters of it."""

MOST_ALIKE: Final = 2
"""More elements of one name are those of a list of stories."""

_COUNT = re.compile(r"(?:-|comments?)count(?![a-z])")
"""What names of attributes end with that say how many comments there are."""

_WORDPRESS: Final = frozenset({"comments", "comments-area", "comments-wrapper", "comment-list", "commentlist"})
"""What themes of WordPress print as well where nobody may comment."""


def unfilled(document: Document) -> Unshown | None:
    """The place for comments that a page without any leaves to a script, or their data; None where there is neither.

    The place is an element, or a frame, whose name says that the page's comments stand there and that is empty or says
    no more than that it is loading; or what a heading of comments stands over, with nothing in it. Where the page has a
    form for comments, its server has written what there is.
    """
    tree = flatten(document)
    if any(_is_of_comments(tree, form) for form in tree.places.get("textarea", ())):
        return None
    for node, name in _named_places(tree) if document.elements.of_tag("script") else ():
        is_printed = name in _WORDPRESS and _is_wordpress(document)
        if not is_printed and _is_empty(tree, node) and (stated := _stated(tree, node)) != 0:
            reason = f"the page shows no comments, and has an empty place for them: {name!r}"
            return Unshown(reason, stated, own_address(document, tree.attrs[node]))
    heading = _heading_of_nothing(tree) if document.elements.of_tag("script") else None
    if heading is not None:
        return Unshown(f"the page shows no comments, and has a heading over an empty place for them: {heading!r}", None)
    for _, own in document.elements.attributes_of("iframe"):
        frame = next(filter(_is_place, (own.get(key) or "" for key in ("id", "name", "class", "title"))), None)
        if frame is not None:
            reason = f"the page shows no comments, and has a frame for them: {frame!r}"
            return Unshown(reason, None, own_address(document, own))
    if _IN_DATA.search(document.text):
        return Unshown("the page shows no comments, and holds some in its data", None)
    return None


_IN_DATA = re.compile(r"""\\?["'](?:comments|commentList|comment_list)\\?["']\s{0,9}:\s{0,9}\[\s{0,9}\{""")
"""Where the state of a page's script begins to list comments."""


def _named_places(tree: Tree) -> Iterator[tuple[int, str]]:
    """Elements whose names say that the comments of the page stand in them, each with that name."""
    classes = Counter(tree.attrs[node].get("class") for node, role in enumerate(tree.roles) if role & COMMENT)
    for node, role in enumerate(tree.roles):
        tag, own = tree.tags[node], tree.attrs[node]
        if tag in _INLINE or role & _PARTS or not (role & COMMENT or "-" in tag):
            continue
        by_class = own.get("class") if classes[own.get("class")] <= MOST_ALIKE else None
        names = [own.get("id") or "", *(by_class or "").split(), tag if "-" in tag else ""]
        if (place := next(filter(_is_place, names), None)) is not None:
            yield node, place


def _heading_of_nothing(tree: Tree) -> str | None:
    """The heading of comments that has nothing below it but elements without words."""
    for tag in (*sorted(HEADINGS), "summary"):
        for node in tree.places.get(tag, ()):
            line = tree.line(node, LONGEST_HEADING) or ""
            if not speaks_of_comments(line) or REVIEWS.search(line) or roles_of(line) & RECENT:
                continue
            outer = _alone_in(tree, node)
            inside = range(outer, tree.ends[outer])
            if tree.ends[outer] > tree.ends[node] and not any(tree.tags[one] in _USED for one in inside):
                return line
    return None


def _alone_in(tree: Tree, node: int) -> int:
    """The outermost element close around a node that holds no other text."""
    outer = node
    for up in tree.above(node, CLOSE):
        if tree.chars[tree.ends[up]] - tree.chars[up] > tree.chars[tree.ends[node]] - tree.chars[node]:
            break
        outer = up
    return outer


LONGEST_HEADING: Final = 40
"""Characters of a heading of comments."""


def _is_of_comments(tree: Tree, form: int) -> bool:
    """Whether what is written in a field is a comment: its name says so, or what is around it."""
    own = tree.attrs[form]
    named = " ".join(own.get(key) or "" for key in ("id", "name", "class", "placeholder"))
    around = (tree.roles[up] for up in tree.above(form, ABOVE))
    return any(roles & COMMENT for roles in (roles_of(named), *around))


ABOVE: Final = 6
"""Elements around a field that tell what is written in it."""


@lru_cache(maxsize=4_096)
def _is_place(name: str) -> bool:
    """Whether a name is that of the comments of a page as a whole."""
    words = [word for word in _PARTING.split(CAMEL.sub(" ", name[:MAX_NAME]).lower()) if word.isalpha()]
    if not words or not _OTHERS.isdisjoint(words):
        return False
    rest = [word for word in words if word not in _PLACES]
    if rest and _WHOLE.fullmatch(rest[-1]):
        return True
    return len(rest) == 1 < len(words) and roles_of(rest[0]) & COMMENT != 0


def _is_empty(tree: Tree, node: int) -> bool:
    """Whether nothing stands in an element, or no more than that it is loading."""
    inside = range(node + 1, tree.ends[node])
    is_used = any(tree.tags[one] in _USED for one in inside)
    if is_used or any(is_unshown(tree.attrs[up]) for up in tree.above(node, CLOSE)):
        return False
    said = tree.line(node, LONGEST_COMING)
    return said is not None and (not said or _COMING.fullmatch(said) is not None)


def _is_wordpress(document: Document) -> bool:
    return any("/wp-content/" in written for tag in ("link", "script") for written in document.elements.written_of(tag))


def _stated(tree: Tree, place: int) -> int | None:
    """How many comments the data of an element, or of one in it, say that there are."""
    own = (pair for node in range(place, tree.ends[place]) for pair in tree.attrs[node].items())
    counts = (value for key, value in own if key.startswith("data-") and _COUNT.search(key))
    return next((int(value) for value in counts if value is not None and value.isdecimal()), None)
