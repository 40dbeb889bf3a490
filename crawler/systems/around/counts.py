"""What a line says about how many comments there are: one rule for headings, tabs, links, notes and attributes."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from importlib import resources
from typing import Final, NamedTuple

from selectolax.lexbor import LexborNode

from crawler.extract.counts import ascii_digits, read_count
from crawler.extract.document import Document
from crawler.extract.tallies import stated_comments
from crawler.extract.text import line_of
from crawler.extract.urls import canonical_url
from crawler.systems.around.tree import flatten
from crawler.systems.around.words import Words, counts_posts, places_of_posts, speaks_of_comments

_TABLES: Final = json.loads(resources.files("crawler.systems.around").joinpath("data/counts.json").read_text("utf-8"))
"""``about``: what stands before a number that is none to the last figure; ``some``: before a number of some comments
(the last 12); ``other``: with comments that are counted apart (12 new); ``gone``: with such as are not shown or are
counted by something else (12 removed, 12 a day), ``are``: what may stand between; ``else``: what else is counted;
``total``: what stands before how many there are in all (Total: 12). A ``*`` ends a stem.
"""

_NOT_BEFORE: Final = r"(?<![\d.,/#№+$€£¥])(?<!\d:)(?<![#№]\s)"
_NOT_BEHIND: Final = r"(?!\d|[.,:/]\d|\s?%|(?:st|nd|rd|th|º|ª)\b|\.\s?[^\W\d])"
_COUNT = re.compile(rf"{_NOT_BEFORE}\d{{1,5}}{_NOT_BEHIND}")
"""A number that may count: ``#5`` is the fifth and ``+1`` is an opinion."""
_LARGE = re.compile(
    rf"{_NOT_BEFORE}(?:\d{{1,3}}(?:[.,'’ \u00a0\u2009\u202f]\d{{3}}){{1,2}}|\d{{1,2}}(?:,\d\d){{1,2}},\d{{3}})"
    rf"{_NOT_BEHIND}"
)
"""The same with marks between its thousands."""
_YEAR = re.compile(r"(?:19|20)\d\d")

MOST_BETWEEN: Final = 3
"""Words between a number and the word for what it counts."""


class _Number(NamedTuple):
    start: int
    end: int
    value: int
    is_exact: bool


class Stated(NamedTuple):
    """How many comments a line says there are."""

    comments: int
    is_exact: bool
    """Whether it is said to the last one: ``1.2K`` and ``99+`` are not."""


def numbers_in(line: str) -> list[int]:
    """The numbers of a line that may count; those of thousands where there is no other. Rounded ones do not."""
    return [number.value for number in _numbers(plain(line)) if number.is_exact]


def stated_in(line: str) -> Stated | None:
    """How many comments a line with a word for them and one number says there are; None where it counts another thing.

    That is a part of them (``Top 12 comments``), such as nobody sees (``12 comments removed``), or what a number far
    from the word counts (``Comments are closed after 14 days``).
    """
    return _stated_in(line) if any(map(str.isdecimal, line)) and counts_posts(line) and not is_by_one(line) else None


def is_by_one(line: str) -> bool:
    """Whether a line speaks of what one person has said, anywhere: ``12 comments by Ann``, ``by this user``."""
    found = _BY.search(line)
    return found is not None and speaks_of_comments(line[: found.start()])


_BY = re.compile(
    r"(?i:\s(?:by|from|von|vom|par|del?|por|do|di|van|door|af|av|från|fra|przez|от)\s+(?:this|that|the\ same|dies\w+"
    r"|cet(?:te)?|ce|est[ea]|mism[oa]|deste|quest[oa]|deze|denne|denna|tego|tej|этого)\s(?:\w*user|author|member|comment[ea]\w*|person|poster"
    r"|reader|\w*nutzer\w*|autor\w*|mitglieds?|utilisat\w+|auteur|membre|usu[aá]rio|membro|utente|lid|gebruiker|bruker|brugere?n?"
    r"|użytkownika|автора|пользователя)\b)|\s(?:by|par|door)\s+(?=[A-ZÀ-ÖØ-Þ][^\W\d_A-Z])"
)
"""Who has said what a line speaks of: a name is told by its capital where no noun has one."""


@lru_cache(maxsize=4_096)
def _stated_in(line: str) -> Stated | None:
    text = plain(line).casefold()
    numbers = _numbers(text)
    if len(numbers) != 1:
        return None
    [number] = numbers
    places = places_of_posts(text)
    behind = min((place for place in places if place[0] >= number.end), default=None)
    before = max((place for place in places if place[1] <= number.start), default=None)
    counts = (behind is not None and _counts_behind(text, number, behind[0])) or (
        before is not None and _counts_before(text, number, before)
    )
    return Stated(number.value, number.is_exact) if counts else None


@lru_cache(maxsize=4_096)
def is_of_else(line: str) -> bool:
    """Whether a number with one word, or alone, counts another thing than comments: ``12 likes``, ``2023``."""
    text = plain(line).casefold()
    return _YEAR.fullmatch(text.strip("\t ()[]")) is not None or _ELSE_FIRST.are_in(text) or _ELSE_LAST.are_in(text)


def total_in(line: str) -> int | None:
    """The number that a line in brackets calls a total, of whatever: ``Remarks of today (Total: 12)``."""
    text = plain(line).casefold()
    bracket = _BRACKET.search(text)
    numbers = _numbers(bracket[0]) if bracket is not None and _TOTAL.are_in(bracket[0]) else []
    return numbers[0].value if len(numbers) == 1 and numbers[0].is_exact else None


def plain(line: str) -> str:
    """A line with the digits and marks of ASCII, character by character."""
    return ascii_digits(line).replace("，", ",")


def _numbers(text: str) -> list[_Number]:
    large = list(_LARGE.finditer(text))
    found = large if large and _COUNT.search(_LARGE.sub("", text)) is None else list(_COUNT.finditer(text))
    numbers: list[_Number] = []
    for match in found or _ROUNDED.finditer(text):
        count = read_count(text[match.start() :])
        if count is None:
            continue
        written = int(re.sub(r"\D", "", match[0]))
        unit = _UNIT.match(text, match.end()) if count.value != written else None
        is_exact = count.precision == "exact" and unit is None and not _is_about(text[: match.start()])
        end = unit.end() if unit is not None else match.end()
        numbers.append(_Number(match.start(), end, written if unit is None else count.value, is_exact))
    return numbers


_ROUNDED = re.compile(r"(?<![\d.,:/#№+$€£¥])\d{1,3}[.,]\d{1,2}(?=\s?[^\W\d])")
"""``1.2K``"""
_UNIT = re.compile(r"\s?(?:[백百]?[千万萬億亿兆천만억조]|[^\W\d]+\.?)")
"""What multiplies a number: ``12K``, ``12 Tsd.``"""


def _is_about(before: str) -> bool:
    return _SIGN_ABOUT.search(before) is not None or _ABOUT.are_in(before.casefold())


def _counts_behind(text: str, number: _Number, start: int) -> bool:
    """Whether a number counts the comments that a word behind it names: ``12 comments``."""
    between, rest = text[number.end : start], text[start:]
    before = _last_clause(text[: number.start])
    if _CLAUSE.search(between) or len(between.split()) > MOST_BETWEEN:
        return False
    words = f"{before} {between}"
    is_part = _SOME_LAST.are_in(before) or _SOME.are_in(between)
    return not (is_part or _OTHER.are_in(words) or _GONE.are_in(words) or _GONE_NEXT.are_in(_clause(rest)))


def _counts_before(text: str, number: _Number, place: tuple[int, int]) -> bool:
    """Whether a number counts the comments that a word before it names: ``Comments (12)``."""
    word = _REST_OF_WORD.match(text, place[1])
    between = text[word.end() if word is not None else place[1] : number.start]
    rest, before = text[number.end :], _last_clause(text[: place[0]])
    words = between.split()
    has_word = any(map(str.isalpha, between)) and len(between) > LONGEST_PARTICLE
    has_mark = _OPENS.search(between) is not None
    if len(words) > MOST_BETWEEN or (has_word and not has_mark and (len(words) > 1 or _NEXT_WORD.match(rest))):
        return False
    if (has_word or _COLON.search(between)) and _ELSE_NEXT.are_in(rest):
        return False
    around = f"{before} {between}"
    return not (_OTHER.are_in(around) or _GONE.are_in(around) or _GONE_NEXT.are_in(rest))


LONGEST_PARTICLE: Final = 2
"""Characters between a word and its number that say nothing, where words are not parted: ``评论共12条``."""

_CLAUSE = re.compile(r"[:;!?|•·。！？：；]|[.,]\s|\s[-–—/]\s")
_OPENS = re.compile(r"[:(\[（【：]\W*$")
_COLON = re.compile(r"[:：]\W*$")
_REST_OF_WORD = re.compile(r"[^\W\d]*(?:\([a-z]{1,3}\))?")
_NEXT_WORD = re.compile(r"\s+[^\W\d]")


def _clause(text: str) -> str:
    return _CLAUSE.split(text, maxsplit=1)[0]


def _last_clause(text: str) -> str:
    return _CLAUSE.split(text)[-1]


_BRACKET = re.compile(r"[(\[（【][^()\[\]（）【】]{1,20}[)\]）】]")
_TOTAL = Words(_TABLES["total"], before=r"^\W*", behind=r"\W*\d+\s?\w{0,2}\W*$")
_ABOUT = Words(_TABLES["about"], behind=r"\W*$")
_SIGN_ABOUT = re.compile(r"[~≈>≥±]\W*$")
_SOME, _SOME_LAST = Words(_TABLES["some"]), Words(_TABLES["some"], behind=r"\W*$")
_OTHER = Words(_TABLES["other"])
_GONE = Words(_TABLES["gone"])
_ARE: Final = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in _TABLES["are"])
_GONE_NEXT = Words(_TABLES["gone"], before=rf"^\W*(?:\S+\s+)?(?:(?:{_ARE})\s+)?")
_ELSE_FIRST = Words(_TABLES["else"], before=r"^\W*+", behind=r"[^\W\d]*+\W*+\d[\d.,'’ ]*+\W*+$")
_ELSE_LAST = Words(_TABLES["else"], before=r"^\W*+\d[\d.,'’ ]*+\s*+", behind=r"\W*+\w*+\W*+$")
_ELSE_NEXT = Words(_TABLES["else"], before=r"^\s*")


LONGEST_SAYING: Final = 40
"""Longer lines do not say how many more there are, characters."""

REVIEWS = re.compile(r"review|rating|bewertung|recens|valoraci|отзыв|評価|评价", re.IGNORECASE)
"""What is said of a product, which is not read."""


def announced(document: Document) -> int | None:
    """How many comments a page says it has, by links to a place in itself: ``<a href="#talk">56 comments</a>``.

    Or by those to the page of its comments, right below its own address.
    """
    own = {document.url.partition("#")[0], canonical_url(document)}
    counts: list[int] = []
    for node, href, _ in document.elements.links:
        address, _, place = href.partition("#")
        is_own = bool(place) and (not address or document.link(address) in own)
        line = line_of(node) if is_own or _is_below(document, address) else ""
        stated = stated_in(line) if 0 < len(line) <= LONGEST_SAYING and speaks_of_comments(line) else None
        if stated is None or not stated.is_exact or REVIEWS.search(line) or _stands_at(node, place):
            continue
        counts.append(stated.comments)
    return max(counts, default=None)


def _stands_at(link: LexborNode, place: str) -> bool:
    """Whether a link stands in the place with a number that it leads to: the address of one comment, ``comment 7``."""
    up = link.parent if any(map(str.isdecimal, place)) else None
    for _ in range(STEPS):
        if up is None or up.attributes.get("id") == place:
            return up is not None
        up = up.parent
    return False


STEPS: Final = 8
"""Elements around a link among which the place is looked for that it leads to."""


def page_of_comments(document: Document) -> str | None:
    """The address of the page of a story's comments, right below its own; None where none is linked."""
    links = (href.partition("#")[0] for _, href, _ in document.elements.links)
    below = next((address for address in links if _is_below(document, address)), None)
    return document.link(below) if below is not None else None


def _is_below(document: Document, address: str) -> bool:
    below = _BELOW.search(address)
    if below is None:
        return False
    own = {url.rstrip("/") for url in (document.url.partition("#")[0], canonical_url(document))}
    return (document.link(address[: below.start()]) or "").rstrip("/") in own


_BELOW = re.compile(
    r"(?<=[^/])/(?:comments?|kommentare?|commentaires?|comentarios?|coment[aá]rios|commenti|diskuse"
    r"|komentari|komentarze|koment[aá][rř]e|kommentarer|kommentit|opinie|reacties|yorumlar)(?:\.\w{3,5})?/?\Z"
)
"""How the address of a page of comments goes on behind that of its story."""

_COUNT_ALONE = re.compile(r"\W*(?:\d[\d.,'’ ]{0,9}\w+|\w+\W{1,3}\d[\d.,'’ ]{0,9})\W*")


def headed(document: Document) -> int | None:
    """How many comments a page says it has, by a heading that says nothing else: ``<h3>56 comments</h3>``."""
    for node in document.css("h2, h3, h4, h5"):
        line = line_of(node)
        is_count = len(line) <= LONGEST_SAYING and _COUNT_ALONE.fullmatch(line) and speaks_of_comments(line)
        stated = stated_in(line) if is_count and not REVIEWS.search(line) else None
        if stated is not None and stated.is_exact:
            return stated.comments
    return None


def counted_alone(document: Document) -> int | None:
    """How many comments a page says it has, by a line of its own outside of links: ``<div>Comments (3)</div>``.

    Where several say it, they are of a list of stories, or do not agree.
    """
    tree = flatten(document)
    counts: list[int] = []
    for node in tree.places.get("", ()):
        if len(tree.texts[node]) > LONGEST_SAYING or not speaks_of_comments(tree.texts[node]):
            continue
        line = tree.line(tree.ups[node], LONGEST_SAYING) or ""
        if not _COUNT_ALONE.fullmatch(line) or REVIEWS.search(line) or tree.link_of(node) is not None:
            continue
        stated = stated_in(line)
        if stated is not None and stated.is_exact:
            counts.append(stated.comments)
    return counts[0] if len(counts) == 1 else None


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
