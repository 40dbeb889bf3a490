"""Links to further pages of a thread that no known system made."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from crawler.extract.document import Document
from crawler.extract.numbered import LONGEST_STATED, adds_number, first_of, is_page_of, stated_page
from crawler.extract.urls import site_of
from crawler.systems.generic.place import Place
from crawler.systems.generic.tree import Tree

NEAR: Final = 120
"""Nodes before the first and behind the last comment among which pages are linked."""

MAX_LINKS: Final = 50
"""Links to pages that are taken from one answer."""

UNSCRIPTED: Final = 3
"""Elements around a link of which one may say that it is for readers without scripts."""

RELATED: Final = ("next", "prev")
"""What a link is that leads to a neighbour, by ``rel``."""

_NEXT = re.compile(
    r"^(?:\W*+(?:(?:load|show|view|see|read)?\s*(?:next|older|newer|previous|more|earlier|later|all|last|first)(?:\s+(?:page|comments?|posts?|replies|messages|reactions))*"
    r"|(?:nächste|ältere|neuere|vorherige|weitere|alle|mehr|weiter)(?:\s+(?:seite|kommentare|beiträge))*|weiter"
    r"|(?:page\s+)?suivante?s?|(?:commentaires\s+)?(?:plus\s+)?(?:anciens|récents|précédents|suivants)"
    r"|siguientes?|anteriores?|más\s+comentarios|successiv[aoi]|precedent[ei]|próxim[ao]s?|seguintes?"
    r"|następn[aey]|starsze|nowsze|poprzedni[ae]|dalej|więcej(?:\s+komentarzy)?|wszystkie(?:\s+komentarze)?"
    r"|след(?:ующ\w+)?\.?|далее|дальше|вперед|вперёд|ещё|еще|пред(?:ыдущ\w+)?\.?|назад|все\s+комментарии"
    r"|volgende|vorige|oudere|nieuwere|nästa|föregående|äldre|neste|næste|forrige|seuraava|další|předchozí|starší"
    r"|sonraki|önceki|次へ?|前へ|次のページ|下一?[页頁]|上一?[页頁]|다음|이전|επόμεν\w+|προηγούμεν\w+|التالي|السابق|הבא"
    r")|[^\w»›→>«‹←<]*+[»›→>«‹←<])(?:[^\w(]++|\((?!\d))*+(?:\(\d+\))?\W*+$",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"^\W*(?:(?:page|seite|стр\.?|strona)\s*)?(\d{1,4})\W*$", re.IGNORECASE)
_PAGED = re.compile(
    r"page|pag[ei]n|seite|strona|str\b|стр|offset|start|from|limit|cp\b|cpage|comment|koment|kommentar|opini|forum|thread|[?&;/,_-]p\b",
    re.IGNORECASE,
)
_NOT: Final = (
    "replytocom",
    "login",
    "register",
    "signin",
    "share",
    "report",
    "vote",
    "reply",
    "mailto:",
    "javascript:",
)


def page_links(place: Place, document: Document) -> list[str]:
    """Addresses of further pages of the thread in page order: linked inside the thread or next to it, same site.

    The page itself as it is shown without scripts is one of them.
    """
    tree, first, last = place.tree, place.first, place.end
    own = _plain(document.url)
    site, stated = site_of(document.url), page_stated(place)
    found: dict[str, None] = {}
    for node in range(max(0, first - NEAR), min(len(tree), last + NEAR)):
        if tree.tags[node] != "a" or node in place.inside:
            continue
        url = _target(tree, node, document, first, last)
        if url is None and stated is not None and (tree.attrs[node].get("rel") or "") in RELATED:
            target = document.link(tree.attrs[node].get("href"))
            url = _plain(target) if target is not None and is_page_of(target, own, stated[0]) else None
        if url is None or url == own or site_of(url) != site:
            continue
        found.setdefault(url)
        if len(found) == MAX_LINKS:
            break
    return list(found)


def page_stated(place: Place) -> tuple[int, int] | None:
    """Which page of how many this is, by what stands next to the thread; None where nothing says so."""
    tree = place.tree
    lines = (tree.line(tree.ups[node], LONGEST_STATED) for node in place.beside(NEAR) if tree.texts[node])
    return next(filter(None, map(stated_page, filter(None, lines))), None)


def _target(tree: Tree, node: int, document: Document, first: int, last: int) -> str | None:
    href = tree.attrs[node].get("href") or ""
    if not href or href.startswith("#") or any(word in href.lower() for word in _NOT):
        return None
    text = tree.line(node, 40) or tree.attrs[node].get("title") or ""
    is_next = (tree.attrs[node].get("rel") or "") in RELATED or (
        len(text) < 40 and _NEXT.match(text) is not None
    )
    is_plain = any(tree.tags[up] == "noscript" for up in tree.above(node, UNSCRIPTED))
    if not (is_next or is_plain) and text and not _NUMBER.match(text):
        return None
    url = document.link(href)
    is_told = is_next or is_plain or text
    if url is None or not (is_told or first_of(_plain(document.url), _plain(url))):  # a picture of an arrow
        return None
    here, there = urlsplit(document.url), urlsplit(url)
    if is_plain and there.path == here.path and there.query != here.query:
        return _plain(url)
    if there.path == here.path and there.query == here.query:
        return None
    changed = (
        there.query + there.fragment if there.path == here.path else there.path + "?" + there.query + there.fragment
    )
    same_thread = there.path == here.path or _stem(there.path).startswith(_stem(here.path)) or "comment" in changed
    is_inside = first <= node < last
    is_page = is_inside or _PAGED.search(changed) is not None or adds_number(_plain(document.url), _plain(url))
    return _plain(url) if same_thread and is_page else None


def _stem(path: str) -> str:
    stem = re.sub(r"(?:\.\w{2,5}|/)$", "", path)
    return re.sub(r"(?:/page)?[/,_-]\d{1,3}$", "", stem) or stem


def _plain(url: str) -> str:
    return url.partition("#")[0]
