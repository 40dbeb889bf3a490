"""Author and time of each record: the places that say them in most records, and what stands there."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice, starmap
from os.path import commonprefix
from typing import Final

from crawler.extract.time_lines import LONGEST_LINE
from crawler.systems.around.tree import CELLS, SUBHEADINGS, Tree, is_filled_in
from crawler.systems.around.words import (
    AUTHOR,
    BODY,
    CHROME,
    COMMENT,
    HIDDEN,
    TIME,
    bare_name,
    counts_posts,
    is_chrome,
    is_guest,
    is_weekday,
    joins,
    leads_on,
    leads_to_login,
    leads_to_name,
    names_author,
    only_dates,
    only_says_by,
    roles_of,
    says,
    says_by,
)
from crawler.systems.generic.signatures import signature
from crawler.systems.generic.stamps import Stamp, read_stamp, read_stamps
from crawler.systems.generic.template import Record, Template
from crawler.systems.generic.times import without_time

LONGEST_NAME: Final = 80
"""Longer texts are no names, characters."""


@dataclass(slots=True)
class Name:
    """An author's name and where it was read."""

    text: str
    node: int
    """The text that holds it."""
    rank: int = 0
    """How many texts of the record stand before it."""


@dataclass(slots=True)
class Slots:
    """What was read of each record; None where it does not say."""

    stamps: list[Stamp | None] = field(default_factory=list)
    names: list[Name | None] = field(default_factory=list)
    time_place: str = ""
    name_place: str = ""
    name_score: float = 0.0
    is_signed: bool = False
    """Whether each record is a text with a double signature; see :class:`Signature`."""


def read_slots(template: Template, *, observed_at: int, language: str | None, name_place: str = "") -> Slots:
    """Times first: what stands beside them is often the author.

    :param name_place: where the names stand on the thread's first page, where this is a further one
    """
    if template.group.mode == "signed":
        return _signatures(template, observed_at, language)
    slots = Slots()
    slots.stamps, slots.time_place = read_stamps(template, observed_at=observed_at, language=language)
    slots.names = _names(template, slots, name_place)
    told = _without_prose(template, slots)
    if told != slots.stamps:
        slots.stamps, slots.time_place = told, slots.time_place if any(told) else ""
        slots.names = _names(template, slots, name_place)
    return slots


SURE: Final = 5.0
"""The score of the place of names in signatures."""


def _signatures(template: Template, observed_at: int, language: str | None) -> Slots:
    """Name and time of each signed text: those of its last signature."""
    tree = template.tree
    slots = Slots(name_score=SURE, is_signed=True)
    for record in template.records:
        found = ((line, signature(tree, line)) for line in reversed(record.lines) if tree.timed[line])
        line, (_, link, is_double) = next((line, signs) for line, signs in found if signs is not None)
        slots.is_signed = slots.is_signed and is_double
        name = next(node for node in range(link + 1, tree.ends[link]) if tree.texts[node])
        slots.stamps.append(read_stamp(template, line, observed_at, language))
        slots.names.append(Name(tree.text(link), name, record.lines.index(name)))
        slots.name_place, slots.time_place = (template.path(template.place[node]) for node in (name, line))
    return slots


LONGEST_REST: Final = 20
"""A line with more letters beside its time and its author may be a sentence."""


def _without_prose(template: Template, slots: Slots) -> list[Stamp | None]:
    """The times without those that a comment only speaks of.

    Such a time stands in a sentence, and this is all that the comment says, or few others have a time there.
    """
    held = Counter(template.place.get(stamp.node, 0) for stamp in slots.stamps if stamp is not None)
    told: list[Stamp | None] = []
    for record, stamp, name in zip(template.records, slots.stamps, slots.names, strict=True):
        if stamp is not None and stamp.rest:
            rest = stamp.rest.replace(name.text, "") if name is not None else stamp.rest
            is_sentence = sum(map(str.isalpha, rest)) > LONGEST_REST
            is_rare = 2 * held[template.place.get(stamp.node, 0)] < len(template.records)
            if is_sentence and (is_rare or not _says_more(template, record, stamp, name)):
                told.append(None)
                continue
        told.append(stamp)
    return told


def _says_more(template: Template, record: Record, stamp: Stamp, name: Name | None) -> bool:
    """Whether a record has a text beside its author, its labels and the line of its time."""
    author = name.node if name is not None else -1
    others = [line for line in record.lines if line != author and not template.tree.is_in(line, stamp.node)]
    return not template.labels.issuperset(others)


_LETTER = re.compile(r"[^\W\d_]")
PROFILE = re.compile(
    r"[/?&=](?:u|users?|profil[ei]?s?|members?|authors?|people|autor|utente|usuario|benutzer)\b", re.IGNORECASE
)
_ADDRESS = re.compile(r"(?<=\S)\s*<[^<>\s]+(?:@|\sat\s)[^<>]*>?$")
"""The mail address that archives of mailing lists show behind a name."""
_ACCOUNT = re.compile(r"(?<=\S)\s+<[^\W\d_][\w.-]+>?$")
"""The account that trackers show behind a name: ``Ann <ann>``."""
_BOARD = re.compile(r"\s*[,，]\s*信区\s*[:：].*")
"""The board that stands behind a name on Chinese bulletin boards (Firebird BBS)."""
_ORDER = re.compile(r"^(?:#\d{1,5}[.):]?|\d{1,5}[.):])\s+(?=[^\W\d_])")
_NO_NAME = re.compile(r"(?:re|aw|odp|sv|vs|ynt|antw)\s?:|(?:https?:)?//|www\.", re.IGNORECASE)
"""What the subject of an answer and the address of a page begin with."""
_SINCE = re.compile(r"[^\W\d_]\s*[:：]\s.*(?<!\w)(?:19|20)\d\d$")
"""A field with a month or a year: ``Reg: Feb 2009``."""
NAMELESS: Final = frozenset({"label", "time"})
"""Elements whose own text is no name."""

CODE: Final = frozenset({"code", "kbd", "samp"})
"""Elements whose texts are what a program is told or says: the names in them are of things."""


FURTHER: Final = 3
"""Texts of one place that are told apart by their order; of those behind only one that says ``By NAME`` has a name."""


def _names(template: Template, slots: Slots, known: str) -> list[Name | None]:
    tree, count = template.tree, len(template.records)
    places: dict[tuple[int, int], dict[int, Name]] = defaultdict(dict)
    order: dict[tuple[int, int], int] = defaultdict(int)
    for number, record in enumerate(template.records):
        stamp = slots.stamps[number]
        nth: dict[int, int] = defaultdict(int)
        for rank, line in _lines(template, record, stamp):
            place = template.place[line]
            key = (place, nth[place])
            if nth[place] < FURTHER:
                nth[place] += 1
            elif not says_by(tree.texts[line]):
                continue
            if key in places and number in places[key]:
                continue
            text = _name_of(template, line, stamp)
            if text:
                places[key][number] = Name(text, line, rank)
                order[key] += rank
    places = {key: names for key, names in places.items() if not _are_labels(names, count)}
    places = {key: names for key, names in places.items() if not _are_initials(names, places.values())}
    scored: list[tuple[float, tuple[int, int]]] = []
    joined: dict[tuple[int, int], dict[int, Name]] = {}
    firsts = [(place, names) for (place, nth), names in places.items() if place and not nth]
    for key, names in places.items():
        _without_common(names)
        joined[key] = _joined(template, key, names, firsts)
        scored.append((_name_score(template, slots, names, joined[key], order[key] / len(names), count), key))
    found: list[Name | None] = [None] * count
    scored = _with_known(template, _with_heads(template, slots, scored, places), known)
    if not scored or scored[0][0] < MIN_NAME:
        return found
    best = scored[0][1]
    slots.name_score, slots.name_place = scored[0][0], template.path(best[0])
    for number, name in joined[best].items():
        found[number] = name
    used = [best]
    for score, key in scored[1:16]:
        is_author = _is_same_slot(template, key, used) or _is_marked(template, places[key])
        is_labelled = all(_is_labelled(template, name.node) for name in places[key].values())
        if not (is_labelled or (is_author and score >= MIN_NAME - 1)) or _is_beside_names(places[key], found):
            continue
        used.append(key)
        for number, name in places[key].items():
            if found[number] is None:
                found[number] = name
    return found


def _is_marked(template: Template, names: dict[int, Name]) -> bool:
    """Whether the elements right around the texts of a place are marked as an author's for machines."""
    tree = template.tree
    return all(tree.attrs[tree.ups[name.node]].get("itemprop") in ("author", "creator") for name in names.values())


def _is_labelled(template: Template, line: int) -> bool:
    """Whether ``From:`` or the like begins a text or stands right before it."""
    texts = template.tree.texts
    before = next((texts[node] for node in range(line - 1, max(0, line - LABELLED), -1) if texts[node]), "")
    return any(":" in text[:LONGEST_LABEL] and says_by(text) for text in (texts[line], before))


LABELLED: Final = 3
"""Nodes before a name among which its label is looked for."""

LONGEST_LABEL: Final = 24
"""Characters of a label with its colon."""


def _is_beside_names(names: dict[int, Name], found: list[Name | None]) -> bool:
    """Whether the one thing that a place says in all records also stands beside the names of others: a label."""
    said = {name.text for name in names.values()}
    return len(said) == 1 < len(names) and any(
        name is not None and name.text not in said for name in (found[number] for number in names)
    )


def _lines(template: Template, record: Record, stamp: Stamp | None) -> Iterable[tuple[int, int]]:
    """The texts of a record, numbered, without those of forms for an answer: none is a name where the time is not."""
    tree, forms = template.tree, template.tree.places.get("form", [])
    own = forms[bisect_right(forms, record.start) : bisect_left(forms, record.end)] if forms else ()
    if not own:
        return enumerate(record.lines)
    held = (form for form in own if stamp is None or not tree.is_in(stamp.node, form))
    without = [form for form in held if form in template.place and is_filled_in(tree, form)][:MAX_FORMS]
    lines = enumerate(record.lines)
    return [entry for entry in lines if not any(tree.is_in(entry[1], form) for form in without)] if without else lines


MAX_FORMS: Final = 4
"""Forms of a record that are looked at."""


def _is_named(template: Template, line: int) -> bool:
    """Whether the element right around a text is named as an author's."""
    role = template.tree.roles[template.tree.ups[line]]
    return bool(role & AUTHOR and not role & CHROME)


_COUNT = re.compile(r"(?<!\w)\d")


def _is_counter(template: Template, line: int) -> bool:
    """Whether a text is a label with a number, such as ``830 fans``, and no name such as ``Guest 7`` or ``b0b``."""
    text = template.tree.texts[line]
    if _COUNT.search(text) is None:
        return False
    is_named = _is_named(template, line) or PROFILE.search(template.tree.link_of(line) or "") is not None
    if is_named and not (text[0].isdigit() and _LETTER.search(text)):
        return False
    return line in template.labels or (text[0].isdigit() and counts_posts(text))


def _joined(
    template: Template, key: tuple[int, int], names: dict[int, Name], firsts: list[tuple[int, dict[int, Name]]]
) -> dict[int, Name]:
    """The names of a place and of those right around, in or beside it: a link for members, bare text for guests.

    :param firsts: the names that are the first ones at their place
    """
    place, _ = key
    joined = dict(names)
    if place == 0:
        return joined
    above = template.above[place]
    latest = max([name.rank for name in names.values()])
    near = [entry for entry in firsts if entry[0] != place]
    inside = [entry for entry in near if template.above[entry[0]] == place]
    for other, others in (*inside, *near):
        if other == above or template.above[other] in (place, above) or _differ_by_link(template, place, other):
            for number, name in others.items():
                if number not in joined and (name.rank <= latest + 1 or _is_named(template, name.node)):
                    joined[number] = name
    return joined


def _differ_by_link(template: Template, one: int, two: int) -> bool:
    """Whether two places are the same but for a link around one of them: a member's name and a guest's."""
    shapes, above = template.shapes, template.above
    for _ in range(IN_LINK):
        if shapes[one] != shapes[two] or min(one, two) <= 0:
            return False
        one, two = above[one], above[two]
        for inner, outer in ((one, two), (two, one)):
            if inner > 0 and shapes[inner].partition(".")[0] == "a" and above[inner] == outer:
                return True
    return False


IN_LINK: Final = 3
"""Elements around a name in a link, at most."""

MIN_NAME: Final = 2.3


def _is_same_slot(template: Template, key: tuple[int, int], used: list[tuple[int, int]]) -> bool:
    """Whether a further place is the author's place in records of another make (no link, a reply, a guest)."""
    own = set(template.chain(key[0])[:-1])
    for other in used:
        shape, other_shape = template.shapes[key[0]], template.shapes[other[0]]
        if shape == other_shape and "." in shape:
            return True
        above = template.chain(other[0])[:-1]
        shared = own.intersection(above)
        if shared and any(_names_author(template, place) for place in shared):
            return True
        mine, theirs = _author_paths(template, key[0]), _author_paths(template, other[0])
        if {shape for _, shape in mine} & {shape for _, shape in theirs}:
            return True
        if any(below == others and _is_kin(one, two) for below, one in mine for others, two in theirs):
            return True
        if template.group.mode != "element" and _are_in_heads(template, key[0], other[0]):
            return True
    return False


def _are_in_heads(template: Template, one: int, two: int) -> bool:
    """Whether two places stand alike in the first elements of records of several: that of an owner, of a guest."""
    mine, theirs = (template.chain(place)[:-1] for place in (one, two))
    heads = {template.place[record.start] for record in template.records}
    if min(len(mine), len(theirs)) < 2 or not heads.issuperset((mine[-1], theirs[-1])):
        return False
    (*inner, own), (*others, other) = ([template.shapes[up] for up in chain] for chain in (mine, theirs))
    return inner == others and own.partition(".")[0] == other.partition(".")[0]


def _author_paths(template: Template, place: int) -> list[tuple[tuple[str, ...], str]]:
    """The elements around a place that are named as an author's, each with the shapes below it."""
    chain = [template.shapes[around] for around in template.chain(place)[:-1]]
    return [
        (tuple(chain[:step]), shape) for step, shape in enumerate(chain) if roles_of(shape.partition(".")[2]) & AUTHOR
    ]


def _is_kin(one: str, two: str) -> bool:
    """Whether a shape is another one with a further class, such as that of the page's own author or of a guest.

    Each may have one of its own where the class that names the author is the same.
    """
    mine, theirs = set(one.split(".")), set(two.split("."))
    if mine <= theirs or theirs <= mine:
        return True
    is_of_tag = one.partition(".")[0] == two.partition(".")[0]
    return is_of_tag and any(roles_of(name) & AUTHOR for name in mine & theirs)


def _names_author(template: Template, place: int) -> bool:
    return bool(roles_of(template.shapes[place].partition(".")[2]) & AUTHOR)


def _name_of(template: Template, line: int, stamp: Stamp | None) -> str | None:
    tree = template.tree
    text = tree.texts[line]
    is_time = stamp is not None and tree.timed[line] and tree.is_in(line, stamp.node)
    name = None if len(text) > LONGEST_LINE else _beside_time(text) if is_time else _said(text)
    if name is None or template.is_field(line) or tree.tags[tree.ups[line]] in NAMELESS:
        return None
    if any(tree.tags[up] in CODE for up in tree.above(line, 2)):
        return None
    if tree.links[line + 1] > tree.links[line] and leads_to_login(tree.link_of(line)):
        return None
    if leads_to_name(name) and line + 1 < tree.ends[tree.ups[line]]:
        return None
    if leads_on(text) or (names_author(text) and _is_before_link(tree, line)) or _is_addressed(tree, line, stamp):
        return None
    if not is_time and is_chrome(text) and not says(text):
        roles = template.roles[line]
        if not roles & AUTHOR or roles & CHROME or not text.strip("|·•,:;()[]- "):
            return None
    is_beside_time = stamp is not None and line == stamp.node  # its figures are those of the time
    return name if is_beside_time or not _is_counter(template, line) else None


def _is_before_link(tree: Tree, line: int) -> bool:
    """Whether a link to a profile stands right behind a text."""
    link = line + 1
    is_beside = link < tree.ends[tree.ups[line]] and tree.tags[link] == "a"
    return is_beside and PROFILE.search(tree.attrs[link].get("href") or "") is not None


def _is_addressed(tree: Tree, line: int, stamp: Stamp | None) -> bool:
    """Whether a link is that of whom a text answers: it stands in it, behind an ``@``, and no time does."""
    link = tree.ups[line]
    around, before = tree.ups[link], tree.texts[link - 1]
    is_within = tree.tags[link] == "a" and before.endswith("@") and tree.ends[link] < tree.ends[around]
    return is_within and not (stamp is not None and tree.is_in(stamp.node, around))


@lru_cache(maxsize=4_096)
def _said(text: str) -> str | None:
    """The name that a line without a time may say."""
    if only_says_by(text) or _NO_NAME.match(text) or (_SINCE.search(text) and not says_by(text)):
        return None
    return _as_name(bare_name(text if is_chrome(text) and not says(text) else _ORDER.sub("", text)))


@lru_cache(maxsize=4_096)
def _beside_time(text: str) -> str | None:
    """The name that may stand in the line of a time."""
    if only_says_by(text) or _NO_NAME.match(text):
        return None
    sides = [bare_name(_without_label(side), in_line=True) for side in without_time(text)]
    parts = [part for side in sides for part in map(str.strip, side.split(" | ")) if part and not _is_no_name(part)]
    return _as_name(_NUMBER.sub("", parts[0]).split(",")[0].strip()) if parts else None


def _is_no_name(part: str) -> bool:
    """Whether a part of a line is a control, the name of a field (``URL``), or a part of its time."""
    return is_chrome(part) or only_dates(part) or is_weekday(part)


_NUMBER = re.compile(r"(?<=\S)\s+#(?=\w*\d)\w{4,12}$")
"""The id of a comment behind the name in the line of its time."""


_SIGN = re.compile(r"\s*[.,;|·•–—-]\s+")


def _without_label(side: str) -> str:
    """What stands before a time, without the name of its field: ``NAME. Added:``."""
    *_, sign = [None, *islice(_SIGN.finditer(side), MAX_SIGNS)]
    return side[: sign.start()] if sign is not None and sign.start() and only_dates(side[sign.end() :]) else side


MAX_SIGNS: Final = 8
"""Signs of a line that are looked at."""


def _as_name(text: str) -> str | None:
    """A name without its number, its address, its account and its board."""
    name = _BOARD.sub("", _ACCOUNT.sub("", _ADDRESS.sub("", _ORDER.sub("", text))))
    return name if name and len(name) <= LONGEST_NAME and not only_dates(name) else None


def _are_labels(names: dict[int, Name], count: int) -> bool:
    """Whether all names of a place are one label: what stands before or behind a name, ``Nick``, ``on``, ``[Guest]``.

    :param count: how many records there are: what only one of several has in brackets may be its name
    """
    said = {name.text for name in names.values()}
    is_word = len(names) > 1 and any(names_author(text) or joins(text) for text in said)
    return len(said) == 1 and (is_word or (len(names) >= min(2, count) and any(map(_BRACKETED.fullmatch, said))))


INITIALS: Final = 3
"""Letters that stand in the place of a picture, at most."""


def _are_initials(names: dict[int, Name], places: Iterable[dict[int, Name]]) -> bool:
    """Whether the names of a place abbreviate others beside them: ``AB`` in the circle of ``Ann Brook``."""
    said = {number: name.text for number, name in names.items()}
    if any(len(text) > INITIALS or text != text.upper() for text in said.values()):
        return False
    for others in places:
        if others is names or not said.keys() <= others.keys():
            continue
        pairs = [(text, others[number].text) for number, text in said.items()]
        if any(len(name) > len(text) for text, name in pairs) and all(starmap(_abbreviates, pairs)):
            return True
    return False


def _abbreviates(short: str, name: str) -> bool:
    """Whether a name begins with some letters, or its words do."""
    letters = short.casefold()
    return name.casefold().startswith(letters) or "".join(_FIRSTS.findall(name)).casefold().startswith(letters)


_FIRSTS = re.compile(r"\b[^\W\d_]")
"""The letters that words begin with."""
_LABEL = re.compile(r"\s*[(（\[][^()（）\[\]]+[)）\]]$")
_BRACKETED = re.compile(r"[(（\[][^()（）\[\]]+[)）\]]")
_TALLY = re.compile(r"[(（\[][+-]?\d[\d.,]*[)）\]]")


def _without_common(names: dict[int, Name]) -> None:
    """Drop what all names of a place have in common.

    That is a beginning up to a colon, ``Comment of our reader: NAME``, and a label in brackets, ``NAME (Guest)``, or
    a number of points there, ``NAME (12)``, unless it tells apart who has the same name. A word for guests is dropped
    whatever the others have: names must not change with who else comments.
    """
    for name in names.values():
        if (label := _LABEL.search(name.text)) and is_guest(label[0]):
            name.text = name.text[: label.start()] or name.text
    labels = {match[0].strip() if (match := _LABEL.search(name.text)) else "" for name in names.values()}
    said = {name.text for name in names.values()}
    are_points = all(map(_TALLY.fullmatch, labels)) and len({_LABEL.sub("", text) for text in said}) == len(said)
    if are_points or (len(labels) == 1 and labels != {""} and len(said) > 1):
        for name in names.values():
            name.text = _LABEL.sub("", name.text) or name.text
    if len(names) < 2:
        return
    shared = commonprefix([name.text for name in names.values()])  # noqa: RUF071  # letters are what is meant
    colon = max(shared.rfind(":"), shared.rfind("："))
    if colon > 0:
        for name in names.values():
            name.text = name.text[colon + 1 :].strip() or name.text


def _is_announced(template: Template, line: int) -> bool:
    """Whether ``posted by`` or the like stands before a name."""
    texts = template.tree.texts
    return (
        says_by(texts[line])
        or only_says_by(texts[line - 1])
        or (texts[line - 1] != "" and len(texts[line - 1]) < 40 and says_by(texts[line - 1]))
        or (line > 1 and texts[line - 2] != "" and len(texts[line - 2]) < 40 and says_by(texts[line - 2]))
    )


HEADED: Final = 1.5
"""What a place gains where no other has names, and where it is the line before the time: it may be named as a title."""

FEW_WORDS: Final = 3
"""Words of a name in the mean, at most."""


def _with_heads(
    template: Template,
    slots: Slots,
    scored: list[tuple[float, tuple[int, int]]],
    places: dict[tuple[int, int], dict[int, Name]],
) -> list[tuple[float, tuple[int, int]]]:
    """The places of names, best first, where none is good enough yet those that stand before the times included."""
    if all(score < MIN_NAME for score, _ in scored):
        heads = {key for _, key in scored if _heads(template, slots, places[key])}
        scored = [(max(score + HEADED, MIN_NAME) if key in heads else score, key) for score, key in scored]
    return sorted(scored, key=lambda entry: (-entry[0], entry[1]))


def _with_known(
    template: Template, scored: list[tuple[float, tuple[int, int]]], known: str
) -> list[tuple[float, tuple[int, int]]]:
    """The places of names, with that of the thread's first page before better ones: of one record a badge may be."""
    if not known:
        return scored
    return sorted(scored, key=lambda entry: entry[0] < MIN_NAME or template.path(entry[1][0]) != known)


def _heads(template: Template, slots: Slots, names: dict[int, Name]) -> bool:
    """Whether the names have a few words and head their records.

    They are all that stands before the times, or what stands first, behind a picture, in what is named as a comment.
    """
    tree, pictures = template.tree, template.tree.places.get("img", [])
    is_short = sum(name.text.count(" ") + 1 for name in names.values()) <= FEW_WORDS * len(names)
    if not is_short or any(name.rank for name in names.values()):
        return False
    records = [(template.records[number], slots.stamps[number]) for number in names]
    if all(stamp and any(tree.is_in(line, stamp.node) for line in each.lines[1:2]) for each, stamp in records):
        return True
    places = [(each.start, name.node) for (each, _), name in zip(records, names.values(), strict=True)]
    is_comment = all(tree.roles[start] & COMMENT and not tree.link_of(node) for start, node in places)
    return is_comment and all(bisect_left(pictures, start) < bisect_left(pictures, node) for start, node in places)


def _return(names: list[Name]) -> bool:
    """Whether several short texts come again, and none most of the time: people do, titles and labels do not."""
    said = Counter(name.text for name in names)
    is_short = all(name.text.count(" ") < SEVERAL for name in names)
    return is_short and SEVERAL <= len(said) < len(names) and max(said.values()) <= MOST_TIMES * len(names)


SEVERAL: Final = 3
"""Names from which it tells something that they come again; words of a longer text than names are."""

MOST_TIMES: Final = 0.6
"""Share of the records that one of these names may have."""


_MAIL = re.compile(r"\w(?:@|\sat\s)\w+\.\w")


def _name_score(  # noqa: PLR0917  # one sum over what is known of a place
    template: Template, slots: Slots, names: dict[int, Name], joined: dict[int, Name], rank: float, count: int
) -> float:
    tree = template.tree
    values = list(names.values())
    size = len(values)
    sample = values[:40]
    first = values[0]
    around = tree.ups[first.node]
    roles = template.roles[first.node]
    distinct = len({value.text for value in values}) / size
    long = sum([len(value.text) > 40 for value in values]) / size
    looks = zip(*[_looks(value.text) for value in sample], strict=True)
    shares: list[float] = [sum(look) / len(sample) for look in looks]
    wordy, sentence, digits, initials, mails = shares
    is_continued = all(_follows_prose(tree, value.node) for value in sample)
    said = [tree.texts[value.node] for value in sample]
    is_label = sum([value.node in template.labels for value in sample]) / len(sample)
    labelled = sum(map(says, said)) / len(sample)
    beside = [(slots.stamps[number], value.node) for number, value in names.items()]
    near_time = sum([stamp is not None and abs(stamp.node - node) <= 6 for stamp, node in beside]) / size
    is_named = bool(roles & AUTHOR)
    is_title = tree.tags[around] in SUBHEADINGS and not is_named
    is_byline = is_title and all(stamp is not None and tree.is_in(stamp.node, tree.ups[node]) for stamp, node in beside)
    is_heading = is_title and not is_byline
    if is_heading and _return(values):
        distinct, is_label, roles = 1.0, 0.0, roles & ~CHROME
    href = (tree.attrs[around].get("href") or "") if tree.tags[around] == "a" else ""
    own_named = is_named and tree.roles[around] & (AUTHOR | CHROME) == AUTHOR
    score = 3.0 * min(len(joined), 3 * size) / count + 1.6 * is_named + 0.6 * own_named
    score += 0.5 * (tree.tags[around] in ("a", "b", "strong", "cite") and not href.startswith("javascript:"))
    score += 0.8 * distinct if count > 2 else 0.4
    score += 0.8 * labelled + 0.6 * near_time
    is_profile = PROFILE.search(href) is not None
    score += 0.8 * is_profile
    score -= 2.0 * long + 1.5 * wordy + (1.0 + is_continued) * sentence + 1.5 * digits + 3.0 * (initials > 0.8)
    score -= 1.2 * is_label * (count > 4)
    score -= (
        0.8 * bool(roles & CHROME and not own_named)
        + 0.7 * bool(tree.roles[around] & CHROME and roles & CHROME and not is_profile)
        + 2.5 * bool(roles & HIDDEN)
        + 0.8 * bool(roles & TIME and not is_named and not tree.timed[first.node])
    )
    score -= 1.0 * bool(roles & BODY and not is_named)
    score -= 1.0 * sum([text[0] in ",(" for text in said]) / len(sample)
    score -= 0.05 * min(rank, 12)
    lines = template.lines_at[template.place[first.node]] / size
    is_cell = tree.tags[around] in CELLS and tree.text(around) == tree.texts[first.node]
    is_between = bool(tree.said) and tree.said.issuperset([value.node + 1 for value in sample])
    score -= 1.5 * (lines > 2.5 and not (own_named or is_cell or is_between))
    score += 1.0 * is_between
    score -= 1.0 * (tree.tags[around] == "button" and not is_named)
    score += 0.8 * sum([_is_announced(template, value.node) for value in sample]) / len(sample)
    score += 1.6 * (is_cell and _is_below_author(tree, around))
    score -= (0.4 if near_time > 0.8 and not wordy else 1.0) * is_heading
    score += 0.6 * is_byline
    score -= 1.0 * mails
    return score


def _is_below_author(tree: Tree, cell: int) -> bool:
    """Whether the heading of a cell's column is that of authors."""
    row = tree.ups[cell]
    column = next((place for place, one in enumerate(islice(tree.children(row), LOOKED)) if one == cell), LOOKED)
    table = next((up for up in tree.above(row, 3) if tree.tags[up] == "table"), -1)
    rows = tree.places.get("tr", [])
    top = rows[bisect_right(rows, table)] if table >= 0 else row
    heads = [one for one in islice(tree.children(top), LOOKED) if tree.tags[one] == "th"] if top < row else []
    line = tree.line(heads[column], LONGEST_LABEL) if column < len(heads) else None
    return bool(line) and names_author(line or "")


LOOKED: Final = 8
"""Cells of a row that are looked at."""


def _follows_prose(tree: Tree, node: int) -> bool:
    """Whether the line before a text in the same element, or the paragraph before its own, is longer than names are."""
    before = tree.texts[node - 2] if node > 1 and tree.tags[node - 1] == "br" else ""
    before = before or (tree.texts[node - 3] if node > 2 and tree.tags[node - 2] == "br" else "")
    up = tree.ups[node]
    if not before and tree.tags[up] == "p" and tree.texts[node].count(" ") >= FEW_WORDS:
        before = tree.texts[up - 1] if tree.tags[tree.ups[up - 1]] == "p" else ""
    return bool(before) and _looks(before)[0]


_INITIAL = re.compile(r"\s[^\W\d_]\.$")
"""The letter that stands for a family name: ``Ann B.``"""


@lru_cache(maxsize=4_096)
def _looks(text: str) -> tuple[bool, bool, bool, bool, bool]:
    """What a name may look like: words, a sentence, figures, a single letter, an address."""
    return (
        text.count(" ") > 4,
        text[-1] in ".!?…。！？" and _INITIAL.search(text) is None,
        _LETTER.search(text) is None,
        len(text) == 1 and text.upper() != text.lower(),
        _MAIL.search(text) is not None,
    )
