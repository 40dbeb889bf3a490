"""What a page itself tells of comments that were not read with the others."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from crawler.extract.document import Document
from crawler.extract.tallies import stated_comments
from crawler.extract.text import line_of
from crawler.extract.urls import canonical_url
from crawler.systems.generic.paging import NEAR
from crawler.systems.generic.place import Place
from crawler.systems.generic.records import NEVER
from crawler.systems.generic.stated import numbers_in, stated_in
from crawler.systems.generic.states import LONGEST_NOTE, state_said, state_words_in
from crawler.systems.generic.template import PRESSED
from crawler.systems.generic.thread import Found
from crawler.systems.generic.tree import Tree, is_unshown, nodes_of
from crawler.systems.generic.words import REPLIES, speaks_of_comments

LONGEST: Final = 40
"""Longer lines do not say how many more there are, characters."""

ABOVE: Final = 8
"""Elements around comments that may be the answer that they are on."""

MANY: Final = 0.4
"""How many times may stand between the comments and in none of them, as a part of those in them."""

FEW: Final = 3
"""Fewer tell nothing."""

_REVIEWS = re.compile(r"review|rating|bewertung|recens|valoraci|отзыв|評価|评价", re.IGNORECASE)
"""What is said of a product, which is not read."""


def announced(document: Document) -> int | None:
    """How many comments a page says it has, by links to a place in itself: ``<a href="#talk">56 comments</a>``."""
    own = {document.url.partition("#")[0], canonical_url(document)}
    counts: list[int] = []
    for node, href, _ in document.elements.links:
        address, _, place = href.partition("#")
        line = line_of(node) if place and (not address or document.link(address) in own) else ""
        stated = stated_in(line) if 0 < len(line) <= LONGEST and speaks_of_comments(line) else None
        if stated is not None and stated.is_exact and _REVIEWS.search(line) is None:
            counts.append(stated.comments)
    return max(counts, default=None)


_COUNT_ALONE = re.compile(r"\W*(?:\d[\d.,'’ ]{0,9}\w+|\w+\W{1,3}\d[\d.,'’ ]{0,9})\W*")


def headed(document: Document) -> int | None:
    """How many comments a page says it has, by a heading that says nothing else: ``<h3>56 comments</h3>``."""
    for node in document.css("h2, h3, h4, h5"):
        line = line_of(node)
        is_count = len(line) <= LONGEST and _COUNT_ALONE.fullmatch(line) and speaks_of_comments(line)
        stated = stated_in(line) if is_count and not _REVIEWS.search(line) else None
        if stated is not None and stated.is_exact:
            return stated.comments
    return None


_SHOWS: Final = frozenset(
    {
        "show", "load", "view", "read", "see", "open", "display", "anzeigen", "ansehen", "zeigen", "laden", "lesen",
        "einblenden", "afficher", "voir", "lire", "charger", "ver", "mostrar", "leer", "cargar", "carregar", "ler",
        "mostra", "leggi", "carica", "vedi", "visualizza", "toon", "bekijk", "laad", "lees", "pokaż", "zobacz",
        "czytaj", "wczytaj", "показать", "читать", "загрузить", "смотреть", "посмотреть", "показати", "zobrazit",
        "načíst", "visa", "läs", "vis", "se", "göster", "oku", "yükle", "عرض", "تحميل",
    }
)  # fmt: skip
"""Words for what a control does that brings comments."""
_FILLERS: Final = frozenset(
    {"all", "the", "alle", "die", "les", "tous", "los", "todos", "os", "i", "tutti", "de", "wszystkie", "все"}
)

_SHOWS_CLOSELY = re.compile(r"查看|显示|顯示|加载|載入|展开|見る|表示|読む|보기|열기")
LONGEST_CLOSE: Final = 12
"""Characters of such a label where words are not parted."""

_NEEDS_SCRIPT = re.compile(r"java\s?script", re.IGNORECASE)
_COMING = re.compile(r"\W*(?:loading|kommentare werden geladen|commentaires? en cours de chargement)\b", re.IGNORECASE)
_IN_GALLERY = re.compile(r"carousel|lightbox", re.IGNORECASE)
"""Jetpack's gallery has comments on pictures, and a note that they are being loaded, on each page that has pictures."""
_CONTROLS: Final = frozenset({"a", "button", "summary"})


class Unshown(NamedTuple):
    """What a page says of comments of which it shows none."""

    said: str
    stated: int | None
    """How many there are, where it says so."""

    @property
    def reason(self) -> str:
        """The sentence about it."""
        return f"the page shows no comments, and has what would show some: {self.said!r}"


def unshown(document: Document) -> Unshown | None:
    """What brings comments where a page shows none: ``Show 12 comments``, ``Log in to see the comments``; else None.

    ``Enable JavaScript to view the comments`` is one, as its ``noscript`` tells what scripts would do.
    """
    tree = nodes_of(document)
    for node in tree.places.get("", ()):
        said = tree.texts[node]
        if len(said) > LONGEST_BARRED or not speaks_of_comments(said):
            continue
        around = list(tree.above(node, CLOSE))
        if any(is_unshown(tree.attrs[up]) for up in around):
            continue
        control = next((up for up in around if tree.tags[up] in _CONTROLS or "onclick" in tree.attrs[up]), None)
        line = tree.line(control, LONGEST) if control is not None else None
        is_told = line is not None and _brings_comments(line)
        if control is not None and line is not None and is_told and _is_own(tree, control, line, document):
            return Unshown(line, max(numbers_in(line), default=None))
        if _is_note(tree, node, around):
            return Unshown(said, None)
    return None


CLOSE: Final = 3
"""Elements around a text that may be the control or the note whose text it is."""


def _is_own(tree: Tree, control: int, line: str, document: Document) -> bool:
    """Whether a control is about this page: it leads nowhere, to a place in it that is counted, or below it."""
    href = tree.attrs[control].get("href")
    if href is None:
        return True
    if len(href) > 1 and href[0] == "#":  # there a reader would find them, or that there are none
        return any(numbers_in(line))
    if not _shows(line):
        return "onclick" in tree.attrs[control]  # else it may be the label of any story
    below = document.url.partition("#")[0].rstrip("/") + "/"
    return href in _NOWHERE or href.startswith("javascript:") or (document.link(href) or "").startswith(below)


def _is_note(tree: Tree, node: int, around: list[int]) -> bool:
    """Whether a text says where the comments are: of somebody who may not see them, or whose browser has no scripts."""
    said, names = tree.texts[node], [_names(tree, up) for up in around]
    if any(map(_IN_GALLERY.search, names)):
        return False
    if any(tree.tags[up] == "noscript" for up in around) and _NEEDS_SCRIPT.search(said):
        return True
    is_there = any("comment" in name for name in names)
    return is_there and (_BARRED.search(said) is not None or _COMING.match(said) is not None)


def _names(tree: Tree, node: int) -> str:
    return f"{tree.attrs[node].get('id') or ''} {tree.attrs[node].get('class') or ''}".lower()


def _brings_comments(line: str) -> bool:
    """Whether a label is made of nothing but a word for comments, a number above 0 or words that say "show"."""
    if not speaks_of_comments(line) or _REVIEWS.search(line):
        return False
    if _shows_closely(line):
        return True
    words = [word for word in _words(line) if word not in _FILLERS and word not in _SHOWS]
    others = [word for word in words if not word.isdecimal()]
    is_told = _shows(line) or any(int(word) for word in words if word.isdecimal())
    return is_told and len(others) == 1 and speaks_of_comments(others[0])


def _shows(line: str) -> bool:
    """Whether a label says that it shows something."""
    return not _SHOWS.isdisjoint(_words(line)) or _shows_closely(line)


def _shows_closely(line: str) -> bool:
    return len(line) <= LONGEST_CLOSE and _SHOWS_CLOSELY.search(line) is not None


def _words(line: str) -> list[str]:
    return re.findall(r"[^\W_]+", line.casefold())


_MORE = re.compile(
    r"^\W*(?:[^\W\d_]+\s+)?(\d{1,5})\s+(?:more|further|other|additional|older|earlier|weitere|autres|más|mais|altri|meer"
    r"|więcej|ещё|еще)\b|^\W*(?:[^\W\d_]+\s+)?(?:ещё|еще|plus|weitere)\s+(\d{1,5})\s"
    r"|^\W*(?:[^\W\d_]+\s+)?(\d{1,5})\s+\w+\s+(?:más|mais|de plus)\b",
    re.IGNORECASE,
)
"""``Load 28 more comments`` in some languages."""


_MORE_ALONE = re.compile(
    r"\W*(?:(?:and|show|view|see|load)\s+)?(\d{1,5})\s+(?:more|weitere|autres|más|mais|altri|meer|więcej)\W*",
    re.IGNORECASE,
)


def more_offered(place: Place) -> int:
    """How many comments controls in and next to the thread say that they would bring.

    ``+ 14 more`` does not say of what: that counts right behind the last comment.
    """
    tree = place.tree
    found: list[re.Match[str]] = []
    for node in range(max(0, place.first - NEAR), min(len(tree), place.end + NEAR)):
        line = tree.texts[node]
        if not 0 < len(line) <= LONGEST:
            continue
        more = _MORE.match(line) if speaks_of_comments(line) else None
        if more is None and place.is_next(node) and _is_pressed(tree, node) and _is_alone(tree, node):
            more = _MORE_ALONE.fullmatch(line)
        if more is not None and (node not in place.inside or _is_pressed(tree, node)):  # else somebody says so
            found.append(more)
    return sum(int(number) for more in found for number in more.groups() if number)


def _is_alone(tree: Tree, node: int) -> bool:
    """Whether no short line around a text says more than the text."""
    lines = [tree.line(around, LONGEST) for around in tree.above(node, 2)]
    return all(line is None or line == tree.texts[node] for line in lines)


_ALL = re.compile(
    r"^\W*(?:[^\W\d_]+\s+){0,6}(?:all|alle[nr]?|tou[st](?:es)? les|tod[oa]s l[oa]s|tod[oa]s (?:os|as)"
    r"|tutt[ie] (?:gli|i|le)|wszystkie|všechny|все|всі|усі|összes|toate|tüm)\W{0,3}([\d.,'’ ]{1,9})"
    r"|^\W*(?:查看|阅读|浏览)?(?:全部|所有|すべての|全て|모든)\W{0,3}([\d.,]{1,9})",
    re.IGNORECASE,
)
"""``View all 51 comments``, ``Please log in to read all 51 comments`` in some languages."""


def all_stated(place: Place) -> int | None:
    """How many comments there are by what leads to all of them, next to the thread; None where nothing does."""
    for line in _lines_beside(place):
        found = _ALL.search(line)
        figures = re.sub(r"\D", "", "".join(filter(None, found.groups()))) if found is not None else ""
        if figures:
            return int(figures)
    return None


_FURTHER = re.compile(
    r"\b(?:more|older|(?:next|previous)(?! (?:comment|reply|post)\b)"
    r"|mehr|weitere|ältere|plus de|davantage|autres|más|mais|altri|meer|więcej|ещё|еще"
    r"|больше|більше|több|további|více|další|viac|ďalšie|fler[ea]?|lisää|daha fazla|thêm|lainnya|rohkem|daugiau"
    r"|mai multe?|(?:show|view|see|read|load|display|expand)\s+all|alle (?=\S+ (?:anzeigen|lesen|laden|ansehen|zeigen))"
    r"|(?:voir|afficher|lire) tous les|(?:ver|mostrar|leer) todos los|ver todos os|(?:mostra|leggi|vedi) tutti i"
    r"|(?:pokaż|zobacz|czytaj) wszystkie|(?:показать|читать|смотреть|посмотреть) все)\b"
    r"|περισσότερ|المزيد|עוד|更多|全部|もっと|さらに|すべて|더\s?보기|더보기|อีก|เพิ่มเติม",
    re.IGNORECASE,
)
_NEAR_FURTHER: Final = 2
"""Words before and behind it that may speak of comments."""

_LOADS = re.compile(
    r"\W*(?:(?:load|show|view|see|display)\s+(?:more|older|earlier|previous)|more|mehr(?:\s+(?:anzeigen|laden))?|weitere\s+(?:anzeigen|laden)"
    r"|(?:voir|afficher|charger)\s+plus|(?:ver|cargar|mostrar)\s+más|(?:ver|carregar|mostrar)\s+mais"
    r"|(?:mostra|carica|vedi)\s+(?:altr[io]|di\s+più)|meer(?:\s+laden)?|toon\s+meer|(?:pokaż|załaduj|wczytaj)\s+więcej"
    r"|(?:(?:показать|загрузить|показати|завантажити)\s+)?(?:ещё|еще|больше|ще|більше)|(?:zobrazit|načíst)\s+(?:více|další)"
    r"|(?:visa|ladda|vis|last\s+inn|hent)\s+(?:fler[ea]?|mere?)|daha\s+fazla(?:\s+(?:göster|yükle))?|további\w*(?:\s+\w+)?"
    r"|(?:点击)?(?:加载|載入|查看|显示|顯示)?更多|もっと(?:見る|読む|みる)|さらに表示|더\s?보기|(?:عرض|تحميل|شاهد)\s+المزيد|المزيد)\W*",
    re.IGNORECASE,
)
"""``Load more`` in some languages: what brings more of the list that it stands right below, whatever that lists."""


def leads_to_more(place: Place) -> str | None:
    """The control next to the thread that would bring more comments and does not say how many; None without one.

    One that does not say what it brings counts right behind the last comment, where no comment has the same.
    """
    tree = place.tree
    for node in place.beside(BESIDE):
        line = tree.texts[node]
        if not 0 < len(line) <= LONGEST or any(map(str.isdecimal, line)) or not _is_pressed(tree, node):
            continue
        further = _FURTHER.search(line)
        if further is not None:
            words = [*line[: further.start()].split()[-_NEAR_FURTHER:], *line[further.end() :].split()[:_NEAR_FURTHER]]
            if speaks_of_comments(" ".join(words)):
                return line
        is_loader = place.is_next(node) and _LOADS.fullmatch(line) and tree.link_of(node) in _NOWHERE
        if is_loader and line not in place.said:
            return line
    return None


_NOWHERE: Final = frozenset({None, "", "#", "javascript:;", "javascript:void(0)", "javascript:void(0);"})
"""Where the links of scripts lead to."""


def _is_pressed(tree: Tree, node: int) -> bool:
    """Whether a text is shown and the label of a control."""
    around = [up for up in (node, *tree.above(node, 3)) if not tree.texts[up]]
    is_control = any(tree.tags[up] in PRESSED or "onclick" in tree.attrs[up] for up in around)
    return is_control and not any(is_unshown(tree.attrs[up]) for up in around)


_LOADER = re.compile(r"data-(?:[a-z]+-)*(?:next|more|older)(?:-(?:page|url|href|link|src|cursor|token))?")
_LOADING = re.compile(r"loading (?:more|older)\b", re.IGNORECASE)


def loads_more(place: Place) -> str | None:
    """What says that a script fetches more comments as one scrolls: their address, a note; None without one."""
    tree = place.tree
    for node in place.beside(BESIDE):
        line = tree.texts[node]
        if 0 < len(line) <= LONGEST and _LOADING.search(line) and speaks_of_comments(line):
            return line
        for name, value in tree.attrs[node].items():
            is_named = name.startswith("data-") and len(name) <= LONGEST and _LOADER.fullmatch(name)
            if is_named and value and "/" in value and speaks_of_comments(value):
                return f"{name}={value[:200]}"
    return None


_BARRED = re.compile(
    r"(?:\b(?:log|sign)[ -]?(?:ged )?in\b|\b(?:register|subscri|join\b|become)|\bmembers?\b).{0,40}"
    r"\bto (?:read|see|view|show|load|unlock|access)\b(?!.{0,12}\byour\b)"
    r"|\b(?:remaining|other|rest of the|more|further)\b.{0,20}\b(?:subscribers?|members?|registered|logged)\b"
    r"|\b(?:anmelden|einloggen|registrieren|abonnieren|angemeldete?)\b.{0,40}\b(?:lesen|sehen|anzuzeigen|anzeigen)\b"
    r"|\b(?:connecte[zr]|inscri\w+|abonn\w+)\b.{0,30}\bpour (?:lire|voir|afficher|accéder)\b"
    r"|\b(?:inicia\w* sesión|regístr\w+|suscríb\w+|identifíc\w+)\b.{0,30}\bpara (?:ver|leer)\b"
    r"|\b(?:войдите|авторизуйтесь|зарегистрируйтесь)\b.{0,30}\b(?:прочита|посмотре|увид|чита)"
    r"|(?:登录|登錄|登入)后?(?:查看|阅读|可见)|ログイン.{0,20}(?:見る|読む|表示)|로그인.{0,20}보기",
    re.IGNORECASE,
)
"""``Log in to see all comments`` in some languages; what asks for a login to write is none."""

LONGEST_BARRED: Final = 90
"""Characters of such a line."""


def barred(place: Place) -> str | None:
    """The line next to the thread that says who may read the rest of it; None without one."""
    return next(filter(_BARRED.search, _lines_beside(place, LONGEST_BARRED)), None)


_PART = re.compile(
    r"\W*((?:[^\W\d_]+\W+){0,3}?)(\d{1,5})(?:\s*(?:[-–—]|to|bis|à|a|до)\s*(\d{1,5}))?"
    r"\s*(?:out of|of|von|sur|de|di|van|z|ze|od|из|із|з|av|af|/)\s*(\d{1,5})\b(?:\W+[^\W\d_]+){0,3}\W*",
    re.IGNORECASE,
)


_SHOWING = re.compile(
    r"show|display|view|result|zeige|anzeige|affich|mostra|visual|résultat|resultad|risultat|toon|weergave|wyświetl|pokaz|показ",
    re.IGNORECASE,
)


def part_stated(place: Place, captured: int) -> int | None:
    """How many comments there are by a line that says that these are a part: ``Showing 1-8 of 42``; else None.

    :param captured: how many comments the page shows; a line that speaks of another number is about something else
    """
    for line in _lines_beside(place, LONGEST, of_comments=False):
        found = _PART.fullmatch(line)
        if found is None:
            continue
        words, *numbers = found.groups()
        if words and not speaks_of_comments(line) and _SHOWING.match(words) is None:
            continue
        first, last, total = (int(number or 0) for number in numbers)
        if captured == (last - first + 1 if last else first) <= total and captured > 1:
            return total
    return None


def counted_elsewhere(document: Document, least: int) -> int | None:
    """How many comments the data or a link of a page states, where these are not fewer than so many; else None.

    Fewer may be old, or leave the answers out.
    """
    counts = stated_comments(document), announced(document)
    return next((count for count in counts if count is not None and count >= least), None)


def rounded_away(rounded: int | None, captured: int) -> str | None:
    """The sentence about a rounded count (``1.2K comments``) of far more comments than a page shows; else None."""
    if rounded is None or rounded < FAR_MORE * captured:
        return None
    return f"the page says by a rounded number that there are far more than {captured}"


FAR_MORE: Final = 2
"""How many times as many are more however the number was rounded."""


def state_beside(place: Place, document: Document) -> str | None:
    """``closed`` or ``login`` by the lines next to the comments of a page; None where nothing says so."""
    notes = list(_notes(place.tree, place.beside(BESIDE), document, is_beside=True))
    if any(note.state == "closed" and not note.is_control for note in notes):
        return "closed"
    return "login" if any(note.state == "login" for note in notes) else None


def closed_note(document: Document) -> str | None:
    """The one line by which a page without comments says that nobody may write any; None without one.

    Several are those of other pages, in a list.
    """
    if not _may_be_closed(document):
        return None
    tree = nodes_of(document)
    said = _notes(tree, tree.places.get("", ()), document, is_beside=False)
    notes = dict.fromkeys(note.line for note in said if note.state == "closed" and not note.is_control)
    alone = [line for line in notes if not any(line != other and other in line for other in notes)]
    return alone[0] if len(alone) == 1 else None


def _may_be_closed(document: Document) -> bool:
    """Whether a page has any word of such a line; False is sure and costs next to nothing."""
    body = document.tree.body
    return body is not None and state_words_in(body.text(deep=True, separator=" "))


class _Note(NamedTuple):
    """A line that says who may write."""

    line: str
    state: str
    is_control: bool
    """Whether a link or a button is in it, or around it."""


def _notes(tree: Tree, nodes: Iterable[int], document: Document, *, is_beside: bool) -> Iterator[_Note]:
    """What the short lines of some nodes say, and those around them, without the page's title and what is not shown."""
    heading = document.first("h1")
    title = line_of(heading) if heading is not None else ""
    for node in nodes:
        if len(tree.texts[node]) > LONGEST_NOTE:
            continue
        for around in (node, *tree.above(node, 2)) if tree.texts[node] else ():
            line = tree.line(around, LONGEST_NOTE)
            if line is None:
                break
            line = line.replace(title, "") if len(title) > SHORTEST_TITLE else line
            state = state_said(line, is_beside=is_beside)
            inside = range(around, min(tree.ends[around], around + MOST_INSIDE))
            if state is None or sum(tree.tags[one] == "a" for one in inside) > MOST_LINKS:
                continue
            if not any(is_unshown(tree.attrs[one]) for one in (*inside, *tree.above(around, ABOVE))):
                is_control = any(tree.tags[one] in PRESSED for one in inside)
                yield _Note(line, state, is_control or tree.link_of(node) is not None or _is_pressed(tree, node))


MOST_INSIDE: Final = 20
"""Nodes of a line."""
MOST_LINKS: Final = 2
"""More links in a line are a menu: to log in, to register."""
SHORTEST_TITLE: Final = 3
"""Characters; shorter ones may be a part of any line."""


def told_beside(place: Place, captured: int) -> int | None:
    """How many comments there are by the lines next to those that a page shows; None where nothing says so.

    :param captured: how many it shows
    """
    told = all_stated(place), part_stated(place, captured)
    return max((count for count in told if count is not None), default=None)


def offered_beside(place: Place, *, is_counted: bool) -> Iterator[str]:
    """What next to the comments that a page shows says that there are more, a sentence each.

    :param is_counted: whether a count says how many there are: a control may stay when there is no more
    """
    more = more_offered(place)
    if more:
        yield f"the page offers {more} more, by a script"
    if is_counted:
        return
    control = leads_to_more(place) or loads_more(place)
    if control is not None:
        yield f"the page offers more, by a script: {control!r}"
    bar = barred(place)
    if bar is not None:
        yield f"the page shows the rest to others only: {bar!r}"


_REPLIES = re.compile(
    r"\W*(?:[^\W\d_]+\s+){0,2}(\d{1,4})\s+(?:more\s+)?(?:repl(?:y|ies)|answers?|antwort(?:en)?|réponses?|respuestas?|respostas?|rispost[ae]"
    r"|reacties?|odpowied\w+|ответ\w*|відповід\w+|svar|yanıt)\W*|\W*(?:查看|展开|展開)?(?:全部|共)?(\d{1,4})\s*[条則个個]?(?:回复|回覆|返信|답글)\W*",
    re.IGNORECASE,
)


def replies_said(place: Place) -> Iterator[tuple[int, int]]:
    """The controls that say how many replies a comment has: their nodes and the numbers."""
    tree = place.tree
    for node in range(place.first, min(len(tree), place.end + BEHIND)):
        line = tree.texts[node]
        said = _REPLIES.fullmatch(line) if 0 < len(line) <= LONGEST else None
        if said is not None and _is_pressed(tree, node):
            yield node, next(int(number) for number in said.groups() if number)


def replies_offered(thread: Found, place: Place) -> int:
    """How many replies controls say that comments have of which the page shows none."""
    starts, answered = [record.start for record in thread.template.records], frozenset(thread.parents)
    total = missed = 0
    for node, count in replies_said(place):
        total += count
        if bisect_right(starts, node) - 1 not in answered:
            missed += count
    shown = sum(parent is not None for parent in thread.parents) + (len(thread.below.parents) if thread.below else 0)
    return missed if total > shown else 0


def unshown_replies(count: int) -> str:
    """The sentence about them."""
    return f"the page offers {count} replies to comments without one, by a script"


BEHIND: Final = 4
"""Nodes behind the last comment that may still be its own."""


def _lines_beside(place: Place, longest: int = LONGEST, *, of_comments: bool = True) -> Iterator[str]:
    """The short lines beside a thread, in one piece; those that speak of comments."""
    tree = place.tree
    for node in place.beside(BESIDE):
        if not tree.texts[node]:
            continue
        for around in tree.above(node, 2):
            line = tree.line(around, longest)
            if line is not None and (not of_comments or speaks_of_comments(line)):
                yield line


BESIDE: Final = 40
"""Nodes before and behind a thread among which something leads to the rest of it."""


def answers_unread(thread: Found) -> bool:
    """Whether the comments stand in one answer, with the time of that before them: it was not read itself."""
    tree, (first, last) = thread.template.tree, (thread.group.spans[0][0], max(end for _, end in thread.group.spans))
    holding = (up for up in tree.above(first, ABOVE) if tree.ends[up] >= last and tree.tags[up] not in NEVER)
    around = next((up for up in holding if tree.roles[up] & REPLIES), None)
    return thread.below is None and around is not None and tree.times[first] > tree.times[around]


def times_between(thread: Found) -> int:
    """How many times stand between the comments and in none of them, where these are many beside those in them; else 0.

    Then some comments are made otherwise than the others, and were not read.
    """
    tree = thread.template.tree
    parts = [thread.template] if thread.below is None else [thread.template, thread.below.template]
    spans = sorted((record.start, record.end) for part in parts for record in part.records)
    inside, read = 0, spans[0][0]
    for start, end in spans:
        if end > read:
            inside += tree.times[end] - tree.times[max(start, read)]
            read = end
    between = tree.times[read] - tree.times[spans[0][0]] - inside
    return between if between >= max(FEW, MANY * inside) else 0
