"""What next to the comments of a page says that there are more: controls, notes, and numbers on them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib import resources
from typing import Final

from crawler.systems.around.counts import LONGEST_SAYING, is_by_one, stated_in
from crawler.systems.around.links import NEAR
from crawler.systems.around.place import Place
from crawler.systems.around.states import barred
from crawler.systems.around.tree import Tree, is_pressed, is_unshown, leads_nowhere
from crawler.systems.around.words import Words, counts_posts, speaks_of_comments

_TABLES: Final = json.loads(resources.files("crawler.systems.around").joinpath("data/more.json").read_text("utf-8"))
"""``shows``: what a control does that brings comments; ``closely``: the same where words are not parted; ``every``:
that it brings all of them.
"""

SHOWS: Final = frozenset(_TABLES["shows"])
_SHOWS, _EVERY = Words([*_TABLES["shows"], *_TABLES["closely"]]), Words(_TABLES["every"])

_MORE = re.compile(
    r"^\W*(?:[^\W\d_]+\s+){0,3}(?:(\d{1,5})\s+(?:more|further|other|additional|older|earlier|weitere[n]?|andere[n]?"
    r"|autres|más|mais|otros|outros|altri|meer|więcej|kolejn\w+|další\w*|ещё|еще|još|flere?|fler)\b"
    r"|(?:ещё|еще|plus|weitere[n]?|anderen|altri|autres|otros|outros|other|next|još|kolejn\w+|další\w*)\s+(\d{1,5})\s"
    r"|(\d{1,5})\s+\w+\s+(?:más|mais|de plus)\b)",
    re.IGNORECASE,
)
"""``Load 28 more comments``, ``Read the other 28 comments`` in some languages."""

_MORE_ALONE = re.compile(
    r"\W*(?:(?:and|show|view|see|load)\s+)?(\d{1,5})\s+(?:more|weitere|autres|más|mais|altri|meer|więcej)\W*"
    r"|\W*(?:next|nächste)\s+(\d{1,5})\W*|次の?(\d{1,5})件\W*",
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
        if not 0 < len(line) <= LONGEST_SAYING:
            continue
        more = _MORE.match(line) if speaks_of_comments(line) and not is_by_one(line) else None
        if more is None and place.is_next(node) and is_pressed(tree, node) and _is_alone(tree, node):
            more = _MORE_ALONE.fullmatch(line)
        if more is not None and (node not in place.inside or is_pressed(tree, node)):  # else somebody says so
            found.append(more)
    return sum(int(number) for more in found for number in more.groups() if number)


_FOLDED = re.compile(
    r"\W*(?:[^\W\d_]+\s+){0,3}(\d{1,5})\s+(?:[^\W\d_]+\s+){0,2}(?:hidden|collapsed|folded|\w*geblendete\w*|versteckte\w*"
    r"|\w*geklappte\w*|masqu[ée]e?s?|cach[ée]e?s?|repli[ée]e?s?|ocult[oa]s?|escondid[oa]s?|nascost[oiae]|verborgen|ukryt\w+|skryt\w+"
    r"|скрыт\w+|прихован\w+|skjulte?|dolda|gizl\w+)\b|\W*(?:显示|展开|查看)?(\d{1,5})\s*[条則个個]?(?:评论|評論|回复|回覆|留言)?已?被?(?:隐藏|折叠|隱藏|摺疊)",
    re.IGNORECASE,
)
"""``5 hidden comments`` in some languages."""


def folded_away(place: Place) -> int:
    """How many comments controls in and next to the thread say to be folded away, if the page does not hold them."""
    tree, count = place.tree, 0
    for node in range(max(0, place.first - NEAR), min(len(tree), place.end + NEAR)):
        line = tree.texts[node]
        found = _FOLDED.match(line) if 0 < len(line) <= LONGEST_SAYING and speaks_of_comments(line) else None
        if found is not None and is_pressed(tree, node):
            count += next(int(number) for number in found.groups() if number)
    starts = [start for start, _ in place.spans]
    held = sum(any(is_unshown(tree.attrs[up]) for up in (start, *tree.above(start, FOLDS))) for start in starts)
    return count if count > held else 0


FOLDS: Final = 4
"""Elements around a comment that may be what is folded away."""


def _is_alone(tree: Tree, node: int) -> bool:
    """Whether no short line around a text says more than the text."""
    lines = [tree.line(around, LONGEST_SAYING) for around in tree.above(node, 2)]
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
    for node, line in place.said_beside(LONGEST_SAYING):
        found = _ALL.search(line) if not is_by_one(line) else None
        figures = re.sub(r"\D", "", "".join(filter(None, found.groups()))) if found is not None else ""
        if figures:
            return int(figures)
        is_told = _shows_all(line) or (_shows_some(line) and _is_of_script(place.tree, node))
        stated = stated_in(line) if is_told else None
        if stated is not None and stated.is_exact:
            return stated.comments
    return None


def _is_of_script(tree: Tree, node: int) -> bool:
    """Whether a text is the label of a control that leads to no other page, which may be that of another story."""
    return is_pressed(tree, node) and leads_nowhere(tree.link_of(node))


def _shows_some(line: str) -> bool:
    """Whether a label says that something is shown, and not more of it: ``View 51 comments``."""
    return _SHOWS.are_in(line.casefold()) and _FURTHER.search(line) is None


def _shows_all(line: str) -> bool:
    """Whether a label says that all of something are shown: ``View all comments (51)``."""
    return _EVERY.are_in(line.casefold()) and _shows_some(line)


_FURTHER = re.compile(
    r"\b(?:more|older|(?:next|previous)(?! (?:comment|reply|post)\b)"
    r"|mehr|weitere|ältere|plus de|davantage|autres|más|mais|altri|meer|więcej|ещё|еще"
    r"|больше|більше|több|további|více|další|viac|ďalšie|fler[ea]?|lisää|daha fazla|thêm|lainnya|rohkem|daugiau"
    r"|mai multe?|još|още|више|več|vairāk|selengkapnya|berikutnya|kolejne|starsze|oudere|eldre|ældre|äldre|starší"
    r"|следующие|предыдущие)\b"
    r"|περισσότερ|المزيد|التالية|السابقة|עוד|נוספ|הבאות|بیشتر|अधिक|更多|もっと|さらに|더\s?보기|더보기|อีก|เพิ่มเติม",
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

    One that does not say what it brings, or posts, which may be the stories of a site, counts where it is a script's
    right behind the last comment, and no comment has the same.
    """
    tree = place.tree
    for node in place.beside():
        line = tree.texts[node]
        if not 0 < len(line) <= LONGEST_SAYING or any(map(str.isdecimal, line)):
            continue
        pressed = is_pressed(tree, node)
        if not pressed and not _begins_with_verb(line, tree, node):
            continue
        if _tells_of_more(line) and not is_by_one(line):
            return line
        is_loader = pressed and place.is_next(node) and leads_nowhere(tree.link_of(node))
        if is_loader and (_LOADS.fullmatch(line) or _brings_posts(line)) and line not in place.said:
            return line
    return None


def _tells_of_more(line: str) -> bool:
    """Whether a label speaks of more comments, or of showing all."""
    beside = _beside_more(line)
    return speaks_of_comments(beside) if beside is not None else speaks_of_comments(line) and _shows_all(line)


def _brings_posts(line: str) -> bool:
    """Whether a label speaks of more posts."""
    beside = _beside_more(line)
    return beside is not None and counts_posts(beside)


def _beside_more(line: str) -> str | None:
    """The words next to that for more in a label; None where it has none."""
    further = _FURTHER.search(line)
    if further is None:
        return None
    return " ".join((*line[: further.start()].split()[-_NEAR_FURTHER:], *line[further.end() :].split()[:_NEAR_FURTHER]))


def _begins_with_verb(line: str, tree: Tree, node: int) -> bool:
    """Whether a line that is shown tells to do something, as the label of a control that is a script's alone does."""
    is_told = line.split(maxsplit=1)[0].casefold() in SHOWS
    return is_told and not any(is_unshown(tree.attrs[up]) for up in tree.above(node, 3))


_LOADER = re.compile(r"data-(?:[a-z]+-)*(?:next|more|older)(?:-(?:page|url|href|link|src|cursor|token))?")

_LOADING = re.compile(r"loading (?:more|older)\b", re.IGNORECASE)


def loads_more(place: Place) -> str | None:
    """What says that a script fetches more comments as one scrolls: their address, a note; None without one."""
    tree = place.tree
    for node in place.beside():
        line = tree.texts[node]
        if 0 < len(line) <= LONGEST_SAYING and _LOADING.search(line) and speaks_of_comments(line):
            return line
        for name, value in tree.attrs[node].items():
            is_named = name.startswith("data-") and len(name) <= LONGEST_SAYING and _LOADER.fullmatch(name)
            if is_named and value and "/" in value and speaks_of_comments(value):
                return f"{name}={value[:200]}"
    return None


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
    for line in place.lines_beside(LONGEST_SAYING, of_comments=False):
        found = _PART.fullmatch(line)
        if found is None:
            continue
        words, *numbers = found.groups()
        if words and not counts_posts(line) and _SHOWING.match(words) is None:
            continue
        first, last, total = (int(number or 0) for number in numbers)
        if captured == (last - first + 1 if last else first) <= total and captured > 1:
            return total
    return None


def told_beside(place: Place, captured: int) -> int | None:
    """How many comments there are by the lines next to those that a page shows; None where nothing says so.

    :param captured: how many it shows
    """
    told = all_stated(place), part_stated(place, captured)
    return max((count for count in told if count is not None), default=None)


def pages_by_script(place: Place) -> int:
    """How many pages a row of numbers next to the thread has of which scripts show all but one; 0 without one."""
    tree = place.tree
    for node in place.beside():
        if tree.texts[node] != "2" or not is_pressed(tree, node):
            continue
        for row in tree.above(node, ROW):
            told = [line for line in range(row, tree.ends[row]) if tree.texts[line].isdecimal()]
            if len(told) > 1:
                shown = [line for line in told if not is_pressed(tree, line)]
                is_row = [tree.texts[line] for line in told] == [str(number + 1) for number in range(len(told))]
                if is_row and len(shown) == 1 and all(leads_nowhere(tree.link_of(line)) for line in told):
                    return len(told)
                break
    return 0


ROW: Final = 3
"""Elements around a number among which the row is looked for."""


def offered_beside(place: Place, *, is_counted: bool) -> Iterator[str]:
    """What next to the comments that a page shows says that there are more, a sentence each.

    :param is_counted: whether a count says how many there are: a control may stay when there is no more
    """
    more = more_offered(place)
    if more:
        yield f"the page offers {more} more, by a script"
    if is_counted:
        return
    pages = pages_by_script(place)
    if pages:
        yield f"the page offers {pages} pages, by a script"
    folded = folded_away(place)
    if folded:
        yield f"the page folds {folded} comments away, and a script shows them"
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
        said = _REPLIES.fullmatch(line) if 0 < len(line) <= LONGEST_SAYING else None
        if said is not None and is_pressed(tree, node):
            yield node, next(int(number) for number in said.groups() if number)


def unshown_replies(count: int) -> str:
    """The sentence about them."""
    return f"the page offers {count} replies to comments without one, by a script"


BEHIND: Final = 4
"""Nodes behind the last comment that may still be its own."""
