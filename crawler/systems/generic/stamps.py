"""When each record was written: of all places that hold times the one that holds those of posting."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final
from urllib.parse import unquote

from crawler.extract.dates import Published, read_time
from crawler.extract.time_lines import LONGEST_LINE
from crawler.systems.around.tree import Tree
from crawler.systems.around.words import AUTHOR, BODY, TIME, tells_joining
from crawler.systems.generic.orders import DAY_FIRST, MONTH_FIRST, order_of, order_told, spelt
from crawler.systems.generic.template import Template
from crawler.systems.generic.times import time_in

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


def read_stamps(template: Template, *, observed_at: int, language: str | None) -> tuple[list[Stamp | None], str]:
    """The time of each record and the place of most of them."""
    tree, count = template.tree, len(template.records)
    places: dict[tuple[int, bool, int], dict[int, int]] = defaultdict(dict)
    for number, record in enumerate(template.records):
        times: Counter[tuple[int, bool]] = Counter()
        for node in record.times:
            spot = template.place[node], not tree.tags[node]
            if times[spot] < MAX_SAME:
                places[*spot, times[spot]][number] = node
            times[spot] += 1
    _sort_out(template, places)
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
        if not missing or (used and not _is_like(template, place[0], used)):
            continue
        for number in missing:
            found[number] = read_stamp(template, nodes[number], observed_at, language)
        if any(found[number] is not None for number in missing):
            used.append(place[0])
    _settle(template, found, observed_at, language)
    return found, template.path(used[0]) if used else ""


def _is_of_joining(tree: Tree, node: int) -> bool:
    """Whether a time is the day on which a member joined: it says so, or the text right before it does."""
    if not tree.tags[node] and tree.timed[tree.ups[node]]:
        node = tree.ups[node]
    before = next((line for line in range(node - 1, max(0, node - STEPS), -1) if tree.texts[line]), None)
    return tells_joining(tree.line(node, LONGEST_LINE) or "", tree.texts[before] if before is not None else "")


STEPS: Final = 5
"""Nodes before a time among which its label stands."""


def _sort_out(template: Template, places: dict[tuple[int, bool, int], dict[int, int]]) -> None:
    """Drop the places of days of joining, and join those of one kind of which no record has two.

    Their shapes differ by further classes, as those of a first post do.
    """
    for place, nodes in list(places.items()):
        if _is_of_joining(template.tree, next(iter(nodes.values()))):
            del places[place]
    kindred: dict[tuple[object, ...], tuple[int, bool, int]] = {}
    for place in list(places) if len(places) > 1 else ():
        way = (".".join(template.shapes[step].split(".")[:2]) for step in template.chain(place[0])[:-1])
        key = (*way, *place[1:])
        first = kindred.setdefault(key, place)
        if first != place and not places[first].keys() & places[place].keys():
            places[first].update(places.pop(place))


MAX_PLACES: Final = 6

MAX_SAME: Final = 3
"""Times at one place of a record that are told apart: cells of a table without classes."""

RIVAL: Final = 1.2
"""Places whose rank is so close to the best are compared by what they say."""


def _like_posting(template: Template, nodes: dict[int, int], observed_at: int, language: str | None) -> float:
    """How much the times of a place are in order, differ and have a clock, as posting times, not dates of joining."""
    read = [read_stamp(template, node, observed_at, language) for _, node in sorted(nodes.items())]
    stamps = [stamp.published for stamp in read if stamp is not None and stamp.published.min is not None]
    times = [published.min or 0 for published in stamps]
    if len(times) < 2:
        return 0.0
    steps = [later - earlier for earlier, later in pairwise(times)]
    ordered = max(sum(step >= 0 for step in steps), sum(step <= 0 for step in steps)) / len(steps)
    clocks = sum(published.precision in {"min", "s", "us"} for published in stamps) / len(stamps)
    return 0.6 * len(set(times)) / len(times) + 0.6 * ordered + 0.5 * clocks


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
        is_rough = best is None or best.published.precision in _ROUGH
        exact = _exact(tree, around, observed_at) if is_rough else _scripted(tree, around, observed_at)
        if exact is not None and (is_rough or (best is not None and _agree(exact, best.published))):
            return Stamp(exact, around, best.rest if best is not None else "")
        if best is not None and best.published.precision not in _ROUGH and around != node:
            break
        around = tree.ups[around]
        if around <= 0 or around not in template.place:
            break
    return best


_ROUGH: Final = ("day", "relative")
"""Precisions that a machine's form beside the text may excel."""

INNER: Final = 3
"""Nodes of a time's element that may have it in a machine's form."""

_EXACT = re.compile(r"date|time|stamp|epoch|published|created")
_LATER = re.compile(r"edit|updat|modif|chang")
"""The time of an edit."""
_EXACT_LINK = re.compile(r"[?&](?:showcomment|date|time|timestamp)=(\d{10}(?:\d{3})?)(?!\d)", re.IGNORECASE)
"""Blogger's links to comments say when they were written."""
_INSTANT_LINK = re.compile(
    r"[?&][a-z_]{1,20}=((?:19|20)\d\d-\d\d-\d\dT\d\d(?::|%3A)\d\d(?:(?::|%3A)\d\d)?(?:Z|(?:\+|%2B|-)\d\d(?::|%3A)?\d\d))(?=&|$)",
    re.IGNORECASE,
)
"""So do links from an age to what else happened then: ``/timeline?from=2024-03-07T09%3A49%3A41Z``."""


def _exact(tree: Tree, node: int, observed_at: int) -> Published | None:
    """The seconds or milliseconds since 1970 in an attribute for scripts, or these or a moment in a link's address."""
    scripted, href = _scripted(tree, node, observed_at), tree.attrs[node].get("href") or ""
    if scripted is not None:
        return scripted
    if (link := _EXACT_LINK.search(href)) is not None:
        return _moment(link[1], observed_at)
    instant = _INSTANT_LINK.search(href)
    exact = read_time(unquote(instant[1]), observed_at=observed_at) if instant is not None else None
    return exact if exact is not None and exact.at is not None else None


def _scripted(tree: Tree, node: int, observed_at: int) -> Published | None:
    """The same in an attribute for scripts alone."""
    for name, value in tree.attrs[node].items():
        if name.startswith("data-") and _EXACT.search(name) and not _LATER.search(name):
            moment = _moment(value or "", observed_at)
            if moment is not None:
                return moment
    return None


def _moment(raw: str, observed_at: int) -> Published | None:
    exact = read_time(raw, observed_at=observed_at) if raw.isdecimal() and len(raw) in {10, 13} else None
    return exact if exact is not None and exact.at is not None else None


def _agree(exact: Published, shown: Published) -> bool:
    """Whether a moment is what a clock shows in some zone, or more exactly in its own."""
    return None not in (exact.at, shown.min) and (shown.min or 0) <= (exact.at or 0) <= (shown.max or 0)


def _element_stamp(tree: Tree, node: int, observed_at: int, language: str | None) -> Stamp | None:
    """The time of an element: its machine form, its title, its line; an age in a title where nothing else tells it."""
    age: Stamp | None = None
    inner = range(node, min(tree.ends[node], node + INNER))
    for name in ("datetime", "title"):
        raw = tree.attrs[node].get(name)
        found = time_in(raw, observed_at=observed_at, language=language) if raw else None
        if found is not None:
            if name == "datetime" or found[0].precision != "relative":
                exact = next(filter(None, (_scripted(tree, part, observed_at) for part in inner)), None)
                return Stamp(exact if exact is not None and _agree(exact, found[0]) else found[0], node)
            age = Stamp(found[0], node)
    exact = next(filter(None, (_exact(tree, part, observed_at) for part in inner)), None)
    if exact is not None:
        return Stamp(exact, node)
    whole = tree.line(node, 2 * LONGEST_LINE) or ""
    found = time_in(whole, observed_at=observed_at, language=language)
    return Stamp(found[0], node, whole[: found[1]] + " " + whole[found[2] :]) if found else age


_FINENESS: Final = {"relative": 0, "day": 1, "min": 2, "s": 3, "us": 3}


def _is_finer(one: Published, other: Published) -> bool:
    return _FINENESS.get(one.precision or "", 0) > _FINENESS.get(other.precision or "", 0)


def _settle(template: Template, stamps: list[Stamp | None], observed_at: int, language: str | None) -> None:
    """Read dates in figures once more where the thread as a whole tells whether the day or the month comes first.

    That says more than the language of the page, which many sites do not follow.
    """
    found = [stamp for stamp in stamps if stamp is not None]
    raws = [stamp.published.raw for stamp in found]
    is_open = any(map(_is_open, found))
    page = (text for text in template.tree.texts if text and len(text) <= LONGEST_LINE) if is_open else ()
    order = order_of(raws, page) if is_open else order_told(raws)
    _spell(found, order, observed_at, language)


def settle_by_age(tree: Tree, stamps: list[Stamp | None], observed_at: int, language: str | None) -> None:
    """Read dates in figures once more where the ages beside them tell which figure is the day.

    ``11/03/2026`` is the title of ``28 days``: ages count from when the page was fetched.
    """
    found = [stamp for stamp in stamps if stamp is not None and _is_open(stamp)]
    off = {DAY_FIRST: 0, MONTH_FIRST: 0}
    for stamp in found:
        lines = (tree.line(around, LONGEST_BYLINE) for around in (stamp.node, tree.ups[stamp.node]))
        read = (time_in(line, observed_at=observed_at, language=language) for line in lines if line)
        age = next((one[0] for one in read if one is not None and one[0].precision == "relative"), None)
        if age is None or age.min is None or age.max is None:
            continue
        for order in off:
            published = read_time(spelt(stamp.published.raw, order), observed_at=observed_at, language=language)
            at = (published and published.at) or 0  # what is yet to come is far from any age
            off[order] += max(age.min - at, at - age.max, 0)
    told = None if off[DAY_FIRST] == off[MONTH_FIRST] else min(off, key=off.__getitem__)
    _spell(found, told, observed_at, language)


def _is_open(stamp: Stamp) -> bool:
    """Whether a day was read whose figures may be taken both ways."""
    return stamp.published.at is None and stamp.published.precision == "day"


def _spell(stamps: list[Stamp], order: str | None, observed_at: int, language: str | None) -> None:
    for stamp in stamps if order is not None else ():
        raw = stamp.published.raw
        if (text := spelt(raw, order)) == raw:
            continue
        published = read_time(text, observed_at=observed_at, language=language)
        if published is not None and published.at is not None:
            stamp.published = replace(published, raw=raw)
