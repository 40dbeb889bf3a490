"""Links to further pages of a thread that no known system made."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple
from urllib.parse import urlencode, urlsplit

from selectolax.lexbor import LexborNode

from crawler.extract.document import Document
from crawler.extract.numbered import (
    LONGEST_NUMBER,
    LONGEST_STATED,
    adds_to,
    continues,
    differs_in_number,
    first_of,
    is_page_of,
    stated_page,
)
from crawler.extract.text import line_of
from crawler.extract.urls import site_of
from crawler.systems.around.place import Place
from crawler.systems.around.tree import Tree
from crawler.systems.around.words import speaks_of_comments

NEAR: Final = 120
"""Nodes before the first and behind the last comment among which pages are linked."""

MAX_LINKS: Final = 50
"""Links to pages that are taken from one answer."""

UNSCRIPTED: Final = 3
"""Elements around a link of which one may say that it is for readers without scripts."""

RELATED: Final = ("next", "prev")
"""What a link is that leads to a neighbour, by ``rel``."""

_NEXT = re.compile(
    r"^(?:\W*+(?:(?:load|show|view|see|read)?\s*(?:next|older|newer|previous|more|earlier|later|all|last|first)(?:\s+\d{1,4})?(?:\s+(?:page|comments?|posts?|replies|messages|reactions))*"
    r"|(?:nächste|ältere|neuere|vorherige|weitere|alle|mehr|weiter)(?:\s+(?:seite|kommentare|beiträge|laden|(?:an)?zeigen))*|weiter"
    r"|(?:page\s+)?suivante?s?|(?:commentaires\s+)?(?:plus\s+)?(?:anciens|récents|précédents|suivants)"
    r"|siguientes?|anteriores?|más\s+comentarios|successiv[aoi]|precedent[ei]|próxim[ao]s?|seguintes?"
    r"|następn[aey]|starsze|nowsze|poprzedni[ae]|dalej|więcej(?:\s+komentarzy)?|wszystkie(?:\s+komentarze)?"
    r"|след(?:ующ\w+)?\.?|далее|дальше|вперед|вперёд|ещё|еще|пред(?:ыдущ\w+)?\.?|назад|все\s+комментарии"
    r"|volgende|vorige|oudere|nieuwere|nästa|föregående|äldre|neste|næste|forrige|seuraava|další|předchozí|starší"
    r"|(?:charger|afficher|voir)\s+(?:plus|la\s+suite)|(?:cargar|mostrar|ver)\s+más|(?:carregar|mostrar|ver)\s+mais"
    r"|(?:carica|mostra|vedi)\s+(?:altr[oi]|ancora|di\s+più)|(?:pokaż|wczytaj|załaduj)\s+więcej|meer\s+(?:laden|tonen|weergeven)"
    r"|(?:загрузить|показать)\s+(?:ещё|еще|больше)|(?:ladda|visa|vis|last|indlæs)\s+(?:fler[ea]?|mer)|daha\s+fazla(?:\s+(?:göster|yükle))?"
    r"|(?:加载|載入|显示|顯示|查看)?更多|もっと(?:見る|読み込む)|さらに(?:表示|読み込む)|더\s?(?:보기|불러오기)"
    r"|sonraki|önceki|次(?:へ|の\d{1,4}件)?|前へ|次のページ|下一?[页頁]|上一?[页頁]|다음|이전|επόμεν\w+|προηγούμεν\w+|التالية?|السابقة?|הבא(?:ות|ים)?"
    r")|[^\w»›→>«‹←<]*+[»›→>«‹←<])(?:[^\w(]++|\((?!\d))*+(?:\(\d+\))?\W*+$",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"^\W*(?:(?:page|seite|стр\.?|strona)\s*)?(\d{1,4})\W*$", re.IGNORECASE)
_PAGED = re.compile(
    r"page|pag[ei]n|seite|strona|str\b|стр|offset|start|from|limit|continu|cursor|cp\b|cpage|comment|koment|kommentar|opini|forum|thread|[?&;/,_-]p\b",
    re.IGNORECASE,
)
_NOT = re.compile(r"replytocom|login|register|signin|share|report|vote(?!s)|reply", re.IGNORECASE)
"""What an address does, in what it has beside that of the page: a title may speak of a report, an order of votes."""


class Links(NamedTuple):
    """Addresses of further pages, in the order of the page."""

    behind: list[str]
    """Linked inside the thread or behind it."""
    above: list[str]
    """Linked above it alone, where the pages of an article are linked as well."""


def page_links(place: Place, document: Document, home: str | None = None) -> Links:
    """Further pages of the thread that are linked inside it or next to it, on the same site.

    The page itself as it is shown without scripts is one of them.

    :param home: the address of the thread's first page; None where this is the first
    """
    tree, first, last = place.tree, place.first, place.end
    own, home = _plain(document.url), _plain(home or document.url)
    site, stated = site_of(own), page_stated(place)
    found: dict[str, bool] = {}
    for node in range(max(0, first - NEAR), min(len(tree), last + NEAR)):
        if tree.tags[node] != "a" or node in place.inside:
            continue
        url = _target(tree, node, document, home, is_inside=first <= node < last)
        if url is None and stated is not None and (tree.attrs[node].get("rel") or "") in RELATED:
            target = document.link(tree.attrs[node].get("href"))
            url = _plain(target) if target is not None and is_page_of(target, own, stated[0]) else None
        if url is None and place.is_near(node):
            url = _numbered_beside(tree, node, document, home)
        if url is None or url == own or site_of(url) != site:
            continue
        found[url] = found.get(url, True) and node < first
        if len(found) == MAX_LINKS:
            break
    for chosen in filter(None, _chosen(document)):
        if len(found) < MAX_LINKS and continues(home, _plain(chosen)):
            found.setdefault(_plain(chosen), True)
    behind = [url for url, is_above in found.items() if not is_above]
    return Links(behind, [url for url in found if url not in behind])


def onward_links(document: Document, home: str) -> list[str]:
    """The next page by ``rel``, where it is the first one's address with a number or more."""
    for node in document.css("link[rel~=next]"):
        url = document.link(node.attributes.get("href"))
        if url is not None and continues(home, _plain(url)):
            return [_plain(url)]
    return []


def _chosen(document: Document) -> Iterator[str | None]:
    """Where a list of page numbers leads, by the addresses of its entries or by its form; and a form that goes on.

    The first entry is the first page.
    """
    for choice in document.css("select"):
        name = choice.attributes.get("name") or ""
        form = _form_of(choice) if _PAGED.search(f"?{name}=") else None
        for option in choice.css("option[value]"):
            value, number = option.attributes.get("value") or "", _NUMBER.match(line_of(option))
            if number is None or number[1] == "1" or "selected" in option.attributes:
                continue
            if _ADDRESS.match(value):
                yield document.link(value)
            elif form is not None and value.isdecimal():
                yield _submitted(document, form, {name: value})
    for form in document.css("form"):
        pressed = form.css("button, input[type=submit]")
        buttons = (line_of(node) or node.attributes.get("value") or "" for node in pressed)
        if any(map(_NEXT.match, buttons)):
            yield _submitted(document, form, {})


_ADDRESS: Final = re.compile(r"(?:https?://|/|\?|[\w./-]+\?)\S+$", re.IGNORECASE)


def _form_of(field: LexborNode) -> LexborNode | None:
    up = field.parent
    while up is not None and up.tag != "form":
        up = up.parent
    return up


def _submitted(document: Document, form: LexborNode, given: dict[str, str]) -> str | None:
    """Where a form leads that asks for a page (HTML 4.10.21.3, ``get``), with some of its fields given."""
    if (form.attributes.get("method") or "get").lower() != "get":
        return None
    hidden = (node.attributes for node in form.css("input[type=hidden]"))
    fields = {name: own.get("value") or "" for own in hidden if (name := own.get("name"))} | given
    action = document.link(form.attributes.get("action") or document.url)
    return f"{action.partition('?')[0]}?{urlencode(fields)}" if action and fields else None


def plain_version(document: Document) -> str | None:
    """The page as it is shown without scripts, where ``noscript`` links to it at the same path; None for none."""
    home, own = urlsplit(document.url), _plain(document.url)
    links = (document.link(node.attributes.get("href")) for node in document.css("noscript a[href]"))
    plain = (_plain(link) for link in links if link is not None)
    return next((url for url in plain if url != own and urlsplit(url)[:3] == home[:3]), None)


def page_stated(place: Place) -> tuple[int, int] | None:
    """Which page of how many this is, by what stands next to the thread; None where nothing says so."""
    tree = place.tree
    lines = (tree.line(tree.ups[node], LONGEST_STATED) for node in place.beside(NEAR) if tree.texts[node])
    return next(filter(None, map(stated_page, filter(None, lines))), None)


def _target(tree: Tree, node: int, document: Document, home: str, *, is_inside: bool) -> str | None:
    href = tree.attrs[node].get("href") or ""
    if not href or href.startswith("#"):
        return None
    text = tree.line(node, 40) or tree.attrs[node].get("title") or ""
    is_next = (tree.attrs[node].get("rel") or "") in RELATED or (len(text) < 40 and _is_next(text))
    is_plain = any(tree.tags[up] == "noscript" for up in tree.above(node, UNSCRIPTED))
    number = _NUMBER.match(text)
    if not (is_next or is_plain or number) and text:
        return None
    link = document.link(href)
    if link is None:
        return None
    url = _plain(link)
    if not (is_next or is_plain or text or first_of(home, url)):  # a picture of an arrow
        return None
    here, there = urlsplit(home), urlsplit(url)
    if url == _plain(document.url) or (there.path == here.path and there.query == here.query):
        return None
    is_below = _stem(there.path).startswith(_stem(here.path))
    changed = there.query if there.path == here.path else there.path + "?" + there.query
    if _NOT.search(changed.removeprefix(_stem(here.path)) if is_below else changed):
        return None
    if is_plain and there.path == here.path:
        return url
    if number is not None and not any(map(str.isdecimal, changed)):
        return None  # what is counted: `?scrollToComments=true`
    if number is not None and _ends_with_number(there.path, here.path, number[1]):
        return url
    if adds_to(home, url, any_value=is_next):
        return url
    if is_next and there.path != here.path and _is_next_in_line(there.path, here.path):
        return None
    if is_next and first_of(home, url):
        return url
    same_thread = there.path == here.path or is_below or "comment" in changed
    return url if same_thread and (is_inside or _PAGED.search(changed)) else None


def _is_next(text: str) -> bool:
    """Whether a label says that a link goes on, whatever word for comments stands in it: ``Comentarios siguientes``."""
    words = text.split()
    bare = " ".join(word for word in words if not speaks_of_comments(word)) if len(words) > 1 else text
    return _NEXT.match(text) is not None or (bare != text and _NEXT.match(bare) is not None)


def _is_next_in_line(path: str, home: str) -> bool:
    """Whether two paths differ in the number at their end, which is no page's: `/thread-6` of `/thread-5`, `/p/2`."""
    number = _LAST_NUMBER.search(home)
    if number is None or _stem(path) != _stem(home):
        return False
    return number[1] == "/p/" or (not number[1].startswith("/page") and int(number[2]) > 1)


_LAST_NUMBER: Final = re.compile(r"((?:/p(?:age)?)?[/,_-])(\d{1,3})(?:\.\w{2,5}|/)?$")


def _ends_with_number(path: str, home: str, number: str) -> bool:
    """Whether a path is the first page's with a number behind it: ``/story/2/``, ``/story,2.html``."""
    stem, own = _EXTENSION.sub("", path), _EXTENSION.sub("", home)
    return len(own) > 1 and re.fullmatch(rf"{re.escape(own)}[/,;_.-]{number}", stem) is not None


def _numbered_beside(tree: Tree, node: int, document: Document, home: str) -> str | None:
    """Where a link leads that is a number in a row of them, one of which is no link: the page that is shown.

    Its address has that number, or is the first page's but for one number: ``?topic=8.20`` beside ``?topic=8.0``.
    """
    text = tree.line(node, LONGEST_NUMBER)
    if not text or not text.isdecimal():
        return None
    if shown_number(tree, node, document) is None:
        return None
    link = document.link(tree.attrs[node].get("href"))
    url = _plain(link) if link is not None else ""
    return url if text in _FIGURES.findall(url) or differs_in_number(home, url) else None


def shown_number(tree: Tree, node: int, document: Document) -> int | None:
    """The number of the page that is shown: that without a link to another in the row of numbers from 1 on.

    Two numbers that do not follow each other are no row: ``1`` edit, of the ``29`` October. Other links may stand in
    it.
    """
    own = _plain(document.url)
    for row in tree.above(node, 3):
        line = _WORD.findall(tree.line(row, LONGEST_ROW) or "")
        numbers = [int(word) for word in line if word.isdecimal() and len(word) <= LONGEST_NUMBER]
        if len(numbers) < 2:
            continue
        is_row = numbers == sorted(set(numbers)) and numbers[0] == 1 and (numbers[1] == 2 or len(numbers) > 2)
        linked = [inner for inner in range(row, tree.ends[row]) if tree.attrs[inner].get("href")]
        beside = (tree.line(inner, LONGEST_ROW) or "" for inner in linked)
        controls = sum(len(_WORD.findall(label)) for label in beside if not any(map(str.isdecimal, label)))
        if len(numbers) + 2 < len(line) - controls or not is_row:
            return None
        others = (inner for inner in linked if _plain(document.link(tree.attrs[inner].get("href")) or own) != own)
        labels = [tree.line(inner, LONGEST_NUMBER) or "" for inner in others]
        shown = set(numbers) - {int(label) for label in labels if label.isdecimal()}
        return shown.pop() if len(shown) == 1 else None
    return None


_FIGURES = re.compile(r"[0-9]+")
_WORD = re.compile(r"\w+")

LONGEST_ROW: Final = 60
"""Characters of a row of pages."""

_EXTENSION = re.compile(r"(?:\.[a-zA-Z]{2,5}|/)$")


def _stem(path: str) -> str:
    stem = re.sub(r"(?:\.\w{2,5}|/)$", "", path)
    return re.sub(r"(?:/page)?[/,_-]\d{1,3}$", "", stem) or stem


def _plain(url: str) -> str:
    return url.partition("#")[0]
