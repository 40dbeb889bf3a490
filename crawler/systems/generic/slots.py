"""Author and time of each record: the places that say them in most records, and what stands there."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from itertools import pairwise
from os.path import commonprefix
from typing import Final

from crawler.extract.dates import Published, read_time
from crawler.systems.generic.orders import order_of, spelt
from crawler.systems.generic.template import Template
from crawler.systems.generic.times import LONGEST_LINE, time_in, without_time
from crawler.systems.generic.tree import Tree
from crawler.systems.generic.words import (
    AUTHOR,
    BODY,
    CHROME,
    HIDDEN,
    TIME,
    bare_name,
    is_chrome,
    roles_of,
    says,
    says_by,
)

LONGEST_NAME: Final = 80
"""Longer texts are no names, characters."""

LONGEST_BYLINE: Final = 140
"""Longer lines are no bylines, characters."""


@dataclass(slots=True)
class Stamp:
    """A time and where it was read."""

    published: Published
    node: int
    """The element or text that holds it."""
    rest: str = ""
    """What else its line says."""


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


def read_slots(template: Template, *, observed_at: int, language: str | None) -> Slots:
    """Times first: what stands beside them is often the author."""
    slots = Slots()
    slots.stamps = _stamps(template, slots, observed_at, language)
    _settle(template, slots, observed_at, language)
    slots.names = _names(template, slots)
    return slots


# -- times -----------------------------------------------------------------------------------------------------


def _stamps(template: Template, slots: Slots, observed_at: int, language: str | None) -> list[Stamp | None]:
    tree, count = template.tree, len(template.records)
    places: dict[int, dict[int, int]] = defaultdict(dict)
    for number, record in enumerate(template.records):
        for node in record.own:
            if tree.timed[node]:
                places[template.place[node] * 2 + (not tree.tags[node])].setdefault(number, node)
    ranks = {place: _time_rank(template, nodes, count) for place, nodes in places.items()}
    best = max(ranks.values(), default=0.0)
    rivals = [place for place, rank in ranks.items() if rank > best - RIVAL]
    if len(rivals) > 1 and count > 1:
        for place in rivals:
            ranks[place] += _like_posting(template, places[place], observed_at, language)
    ranked = sorted(places.items(), key=lambda entry: -ranks[entry[0]])
    found: list[Stamp | None] = [None] * count
    used: list[int] = []
    for place, nodes in ranked[:MAX_PLACES]:
        missing = [number for number in nodes if found[number] is None]
        if not missing or (used and not _is_like(template, place // 2, used)):
            continue
        for number in missing:
            found[number] = read_stamp(template, nodes[number], observed_at, language)
        if any(found[number] is not None for number in missing):
            used.append(place // 2)
    if used:
        slots.time_place = template.path(used[0])
    return found


MAX_PLACES: Final = 6

RIVAL: Final = 1.2
"""Places whose rank is so close to the best are compared by what they say."""


def _like_posting(template: Template, nodes: dict[int, int], observed_at: int, language: str | None) -> float:
    """How much the times of a place are in order and differ, as posting times do and dates of joining do not."""
    stamps = [read_stamp(template, node, observed_at, language) for _, node in sorted(nodes.items())]
    times = [stamp.published.min for stamp in stamps if stamp is not None and stamp.published.min is not None]
    if len(times) < 2:
        return 0.0
    steps = [later - earlier for earlier, later in pairwise(times)]
    ordered = max(sum(step >= 0 for step in steps), sum(step <= 0 for step in steps)) / len(steps)
    return 0.6 * len(set(times)) / len(times) + 0.6 * ordered


def _time_rank(template: Template, nodes: dict[int, int], count: int) -> float:
    tree = template.tree
    first = next(iter(nodes.values()))
    roles = template.roles[first]
    rank = 3.0 * len(nodes) / count
    rank += 1.0 * bool(roles & TIME) + 1.5 * (tree.tags[first] == "time") + 0.5 * ("datetime" in tree.attrs[first])
    rank -= 0.8 * bool(roles & BODY and not roles & TIME)
    sizes = [len(tree.texts[node]) for node in nodes.values()]
    rank -= 0.8 * (sum(sizes) / len(sizes) > 60)
    rank -= 0.6 * bool(roles & AUTHOR and not roles & BODY)  # a date of joining
    if len(nodes) > 3:
        said = {tree.attrs[node].get("datetime") or tree.line(node, LONGEST_LINE) for node in nodes.values()}
        rank += 1.0 * len(said) / len(nodes)
    return rank


def _is_like(template: Template, place: int, used: list[int]) -> bool:
    """Whether a further place is the same slot in records of another make."""
    shape = template.shapes[place]
    return any(template.shapes[other] == shape for other in used)


def read_stamp(template: Template, node: int, observed_at: int, language: str | None) -> Stamp | None:
    """The time of a timed node: that of the element, or that of the text's line or of what is around it."""
    tree = template.tree
    if tree.tags[node]:
        return _element_stamp(tree, node, observed_at, language)
    best: Stamp | None = None
    around = node
    for _ in range(3):
        line = tree.line(around, LONGEST_LINE if around == node else LONGEST_BYLINE)
        if line is None:
            break
        found = time_in(line, observed_at=observed_at, language=language)
        if found is not None:
            stamp = Stamp(found[0], around, line[: found[1]] + "\n" + line[found[2] :])
            if best is None or _is_finer(stamp.published, best.published):
                best = stamp
            title = tree.attrs[around].get("title") or tree.attrs[around].get("datetime")
            finer = time_in(title, observed_at=observed_at, language=language) if title else None
            if finer is not None and _is_finer(finer[0], best.published):
                best = Stamp(finer[0], around, best.rest)
            if best.published.precision not in ("day", "relative"):
                break
        around = tree.ups[around]
        if around <= 0 or around not in template.place:
            break
    return best


def _element_stamp(tree: Tree, node: int, observed_at: int, language: str | None) -> Stamp | None:
    """The time of an element: its machine form, its title, its line; an age in a title where nothing else tells it."""
    age: Stamp | None = None
    for name in ("datetime", "title"):
        raw = tree.attrs[node].get(name)
        found = time_in(raw, observed_at=observed_at, language=language) if raw else None
        if found is not None:
            if name == "datetime" or found[0].precision != "relative":
                return Stamp(found[0], node)
            age = Stamp(found[0], node)
    whole = tree.line(node, 2 * LONGEST_LINE) or ""
    found = time_in(whole, observed_at=observed_at, language=language)
    return Stamp(found[0], node, whole[: found[1]] + " " + whole[found[2] :]) if found else age


_FINENESS: Final = {"relative": 0, "day": 1, "min": 2, "s": 3, "us": 3}


def _is_finer(one: Published, other: Published) -> bool:
    return _FINENESS.get(one.precision or "", 0) > _FINENESS.get(other.precision or "", 0)


def _settle(template: Template, slots: Slots, observed_at: int, language: str | None) -> None:
    """Read dates in figures once more where the thread as a whole tells whether the day or the month comes first."""
    open_ones = [stamp for stamp in slots.stamps if stamp is not None and stamp.published.at is None]
    open_ones = [stamp for stamp in open_ones if stamp.published.precision == "day"]
    if not open_ones:
        return
    raws = [stamp.published.raw for stamp in slots.stamps if stamp is not None]
    order = order_of(raws, (text for text in template.tree.texts if text and len(text) <= LONGEST_LINE))
    for stamp in open_ones if order is not None else ():
        raw = stamp.published.raw
        published = read_time(spelt(raw, order), observed_at=observed_at, language=language)
        if published is not None and published.at is not None:
            stamp.published = replace(published, raw=raw)


# -- authors ---------------------------------------------------------------------------------------------------

_LETTER = re.compile(r"[^\W\d_]")
_PROFILE = re.compile(
    r"[/?&=](?:u|users?|profil[ei]?s?|members?|authors?|people|autor|utente|usuario|benutzer)\b", re.IGNORECASE
)
_ORDER = re.compile(r"^(?:#\d{1,5}[.):]?|\d{1,5}[.):])\s+(?=[^\W\d_])")


def _names(template: Template, slots: Slots) -> list[Name | None]:
    count = len(template.records)
    places: dict[tuple[int, int], dict[int, Name]] = defaultdict(dict)
    order: dict[tuple[int, int], int] = defaultdict(int)
    for number, record in enumerate(template.records):
        stamp = slots.stamps[number]
        nth: dict[int, int] = defaultdict(int)
        for rank, line in enumerate(record.lines):
            place = template.place[line]
            key = (place, nth[place])
            nth[place] += 1
            if key[1] > 2 or (key in places and number in places[key]):
                continue
            text = _name_of(template, line, stamp)
            if text:
                places[key][number] = Name(text, line, rank)
                order[key] += rank
    scored: list[tuple[float, tuple[int, int]]] = []
    joined: dict[tuple[int, int], dict[int, Name]] = {}
    for key, names in places.items():
        _without_common(names)
        joined[key] = _joined(template, key, places)
        scored.append((_name_score(template, slots, names, joined[key], order[key] / len(names), count), key))
    scored.sort(key=lambda entry: (-entry[0], entry[1]))
    found: list[Name | None] = [None] * count
    if not scored or scored[0][0] < MIN_NAME:
        return found
    best = scored[0][1]
    slots.name_score, slots.name_place = scored[0][0], template.path(best[0])
    for number, name in joined[best].items():
        found[number] = name
    used = [best]
    for score, key in scored[1:16]:
        if not (score >= MIN_NAME - 1 and _is_same_slot(template, key, used)):
            continue
        used.append(key)
        for number, name in places[key].items():
            if found[number] is None:
                found[number] = name
    return found


def _is_named(template: Template, line: int) -> bool:
    """Whether the element right around a text is named as an author's."""
    role = template.tree.roles[template.tree.ups[line]]
    return bool(role & AUTHOR and not role & CHROME)


def _is_counter(template: Template, line: int) -> bool:
    """Whether a text is a label with figures, such as ``830 fans``, and no name such as ``Guest 7``."""
    if _is_named(template, line):
        return False
    return template.is_label(line) and any(char.isdigit() for char in template.tree.texts[line])


def _joined(
    template: Template, key: tuple[int, int], places: dict[tuple[int, int], dict[int, Name]]
) -> dict[int, Name]:
    """The names of a place and of those right around, in or beside it: a link for members, bare text for guests."""
    place, _ = key
    names = dict(places[key])
    if place == 0:
        return names
    above = template.above[place]
    latest = max(name.rank for name in names.values())
    for other, others in places.items():
        if (
            other[1] == 0
            and other[0] not in (0, place)
            and (other[0] == above or template.above[other[0]] in (place, above))
        ):
            for number, name in others.items():
                if number not in names and (name.rank <= latest + 1 or _is_named(template, name.node)):
                    names[number] = name
    return names


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
    return False


def _author_paths(template: Template, place: int) -> list[tuple[tuple[str, ...], str]]:
    """The elements around a place that are named as an author's, each with the shapes below it."""
    chain = [template.shapes[around] for around in template.chain(place)[:-1]]
    return [
        (tuple(chain[:step]), shape) for step, shape in enumerate(chain) if roles_of(shape.partition(".")[2]) & AUTHOR
    ]


def _is_kin(one: str, two: str) -> bool:
    """Whether a shape is another one with a further class, such as that of the page's own author."""
    mine, theirs = set(one.split(".")), set(two.split("."))
    return mine <= theirs or theirs <= mine


def _names_author(template: Template, place: int) -> bool:
    return bool(roles_of(template.shapes[place].partition(".")[2]) & AUTHOR)


def _name_of(template: Template, line: int, stamp: Stamp | None) -> str | None:
    tree = template.tree
    text = tree.texts[line]
    if len(text) > LONGEST_LINE or template.is_field(line):
        return None
    if stamp is not None and tree.timed[line] and (line == stamp.node or tree.is_in(line, stamp.node)):
        before, after = without_time(text)
        name = bare_name(before, in_line=True) or bare_name(after, in_line=True)
        name = name.split(",")[0].strip() if name else ""
        if is_chrome(name):
            return None
    elif is_chrome(text) and not says(text):
        if not template.roles[line] & AUTHOR or template.roles[line] & CHROME or not text.strip("|·•,:;()[]- "):
            return None
        name = bare_name(text)
    else:
        name = bare_name(text)
    name = _ORDER.sub("", name)
    if not name or len(name) > LONGEST_NAME or _is_counter(template, line):
        return None
    return name


def _without_common(names: dict[int, Name]) -> None:
    """Drop what all names of a place begin with up to a colon: ``Comment of our reader: NAME``."""
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
        or (texts[line - 1] != "" and len(texts[line - 1]) < 40 and says_by(texts[line - 1]))
        or (line > 1 and texts[line - 2] != "" and len(texts[line - 2]) < 40 and says_by(texts[line - 2]))
    )


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
    long = sum(len(value.text) > 40 for value in values) / size
    wordy = sum(value.text.count(" ") > 4 for value in sample) / len(sample)
    sentence = sum(value.text[-1] in ".!?…" for value in sample) / len(sample)
    is_label = sum(template.is_label(value.node) for value in sample) / len(sample)
    digits = sum(not _LETTER.search(value.text) for value in sample) / len(sample)
    labelled = sum(says(tree.texts[value.node]) for value in sample) / len(sample)
    near_time = (
        sum(
            1
            for number, value in names.items()
            if (stamp := slots.stamps[number]) is not None and abs(stamp.node - value.node) <= 6
        )
        / size
    )
    is_named = bool(roles & AUTHOR)
    href = (tree.attrs[around].get("href") or "") if tree.tags[around] == "a" else ""
    own_named = is_named and bool(tree.roles[around] & AUTHOR)
    score = 3.0 * len(joined) / count + 1.6 * is_named + 0.6 * own_named
    score += 0.5 * (tree.tags[around] in ("a", "b", "strong", "cite"))
    score += 0.8 * distinct if count > 2 else 0.4
    score += 0.8 * labelled + 0.6 * near_time
    score += 0.8 * (_PROFILE.search(href) is not None)
    score -= 2.0 * long + 1.5 * wordy + 1.0 * sentence + 1.5 * digits
    score -= 1.2 * is_label * (count > 4)
    score -= (
        0.8 * bool(roles & CHROME and not own_named)
        + 0.7 * bool(tree.roles[around] & CHROME)
        + 2.5 * bool(roles & HIDDEN)
        + 0.8 * bool(roles & TIME and not is_named and not tree.timed[first.node])
    )
    score -= 1.0 * bool(roles & BODY and not is_named)
    score -= 0.05 * min(rank, 12)
    lines = sum(template.lines_at[template.place[value.node]] for value in sample[:1]) / size
    score -= 1.5 * (lines > 2.5 and not own_named)
    score += 0.8 * sum(_is_announced(template, value.node) for value in sample) / len(sample)
    score -= 1.0 * (tree.tags[around] in ("h2", "h3", "h4", "h5") and not own_named)
    return score
