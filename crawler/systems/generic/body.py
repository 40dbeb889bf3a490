"""The text of each record: where the mass of its words stands, without byline, controls and signature."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Final

from crawler.extract.text import text_of
from crawler.extract.time_lines import looks_timed
from crawler.systems.around.tree import Tree, is_filled_in, is_unshown
from crawler.systems.around.words import (
    AUTHOR,
    BODY,
    CHROME,
    COMMENT,
    FORM,
    HIDDEN,
    LONGEST_CHROME,
    REPLIES,
    SIGNATURE,
    TIME,
    is_chrome,
    leads_to_login,
    roles_of,
    tells_edit,
)
from crawler.systems.generic.slots import Slots
from crawler.systems.generic.template import Record, Template
from crawler.systems.generic.times import behind_time

FLOW: Final = frozenset(
    {
        "p", "blockquote", "ul", "ol", "pre", "br", "b", "i", "em", "strong", "u", "a", "span", "font", "small", "code",
        "q", "s", "img", "h1", "h2", "h3", "h4", "h5", "h6", "dl", "sup", "sub", "del", "ins", "center", "li",
    }
)  # fmt: skip
"""Elements that comments themselves are made of; the body's own element is around them."""

MOST: Final = 0.78
"""Share of the words that a part must hold to be the body in place of what is around it."""

NAMED: Final = 0.5
"""The same where its class says that it is a body, or the comment itself."""

BYLINE: Final = 48
"""Characters beside author and time that a byline may hold."""


Bare = tuple[int, list[set[int]]]
"""The place of the texts, and for each record the nodes that are no part of its text."""


@dataclass(slots=True)
class Bodies:
    """What was read of each record."""

    texts: list[str] = field(default_factory=list)
    elements: list[int | None] = field(default_factory=list)
    """The element that holds the text and nothing of another record; None where there is none."""
    lines: list[list[int]] = field(default_factory=list)
    """The nodes of the texts; only where they were skimmed."""
    place: str = ""
    bare: Bare | None = None
    """Where the texts stand; only where they were skimmed."""
    asides: set[int] = field(default_factory=set)
    """Records that say only what stands beside the texts of others: a change of the state, without a note."""


def read_bodies(template: Template, slots: Slots, skimmed: Bodies | None) -> Bodies:
    """The texts of all records as readers see them.

    :param skimmed: what was skimmed of the same records
    """
    place, left_out = (skimmed.bare if skimmed is not None else None) or _bare(template, slots)
    asides = _asides(template, place, left_out) | _changes(template, left_out)
    bodies = Bodies(place=template.path(place), asides=asides)
    for number, record in enumerate(template.records):
        text, element = _read(template, record, place, left_out[number])
        bodies.texts.append(text)
        bodies.elements.append(element)
    return bodies


def skim_bodies(template: Template, slots: Slots) -> Bodies:
    """The same, each on one line and without smileys: all that is needed to judge a candidate."""
    place, left_out = bare = _bare(template, slots)
    bodies = Bodies(place=template.path(place), bare=bare)
    for number, record in enumerate(template.records):
        lines = _lines_at(template, record, place, left_out[number])
        lines = lines or (_lines_at(template, record, 0, left_out[number]) if place else [])
        text = " ".join([template.tree.texts[line] for line in lines])
        bodies.texts.append(text if text.strip(DASHES) else "")
        bodies.lines.append(lines)
    if len(_changes(template, bare[1])) == len(bodies.texts):
        bodies.texts = [""] * len(bodies.texts)
    return bodies


def _asides(template: Template, place: int, left_out: list[set[int]]) -> set[int]:
    """The records without a text at the texts' place that have nothing but what stands beside it in others."""
    tree = template.tree
    others: dict[int, set[int]] = {}
    beside: set[int] = set()
    kept: set[int] = set()
    for number, record in enumerate(template.records if place else ()):
        lines = _kept(tree, record, left_out[number])
        outside = {template.place[line] for line in lines if place not in template.chain(template.place[line])}
        if len(outside) < len({template.place[line] for line in lines}):
            kept |= outside
            beside |= {template.place[line] for line in record.lines}
        elif outside:
            others[number] = outside
    found = {number for number, places in others.items() if places <= beside and places & kept}
    return found if 2 * len(found) < len(template.records) else set()


def _changes(template: Template, left_out: list[set[int]]) -> set[int]:
    """The records that say no more than which fields changed, each in a line or row that begins with its name.

    What stands in the same element as the text of others is a text.
    """
    if not template.tree.places.keys() & {"strong", "b", "th"}:
        return set()
    kept = [_kept(template.tree, record, out) for record, out in zip(template.records, left_out, strict=True)]
    records = enumerate(zip(template.records, kept, strict=True))
    found = {number for number, (record, lines) in records if lines and _are_changes(template, record, lines)}
    others = (lines for number, lines in enumerate(kept) if number not in found)
    told = {_holder(template, line) for lines in others for line in lines} if found else set()
    return {number for number in found if told.isdisjoint(_holder(template, line) for line in kept[number])}


def _holder(template: Template, line: int) -> int:
    """The place of the element that a text stands in, in paragraphs and lists or not."""
    place = template.place[line]
    while place > 0 and template.shapes[place].partition(".")[0] in FLOW | ROWS:
        place = template.above[place]
    return place


def _are_changes(template: Template, record: Record, lines: list[int]) -> bool:
    """Whether texts stand in items of a list with a class, or rows of such a table, that begin with a bold name."""
    tree = template.tree
    items = dict.fromkeys(_item_around(tree, line, record) for line in lines)
    return all(
        item > record.start
        and _tells_change(tree, item)
        and any(tree.attrs[up].get("class") for up in tree.above(item, 3) if tree.tags[up] in LISTS)
        for item in items
    ) and not any(template.roles[line] & BODY for line in lines)


def _tells_change(tree: Tree, item: int) -> bool:
    """Whether an item begins with a bold name, before which a word may stand, and has an element for a value."""
    end = tree.ends[item]
    first = range(item + 1, min(item + 3, end))
    name = next((node for node in first if tree.tags[node] in NAMING[tree.tags[item]]), end)
    return any(tree.tags[node] in VALUES for node in range(tree.ends[name] if name < end else end, end))


def _item_around(tree: Tree, line: int, record: Record) -> int:
    """The item of a list or row of a table around a text, -1 where there is none in its record."""
    up = tree.ups[line]
    while up > record.start and tree.tags[up] not in NAMING:
        up = tree.ups[up]
    return up if up > record.start else -1


NAMING: Final = {"li": ("strong", "b"), "tr": ("th",)}
"""Elements at the beginning of an item that hold the name of a field."""

VALUES: Final = frozenset({"i", "em", "del", "ins", "a"})
"""Elements that hold what a field was or is."""

LISTS: Final = frozenset({"ul", "ol", "table"})
ROWS: Final = frozenset({"table", "tbody", "thead", "tr", "td", "th"})


def _bare(template: Template, slots: Slots) -> Bare:
    """See :data:`Bare`."""
    left_out = [_bylines(template, slots, number) for number in range(len(template.records))]
    if template.group.mode == "signed":
        return 0, left_out
    whole, around = _byline_places(template, slots, left_out), _places_around_all(template)
    asides = [_blocks(template, record, whole, around, ASIDE | REPLIES) for record in template.records]
    records = enumerate(template.records)
    told = [_kept(template.tree, record, left_out[number] | asides[number]) for number, record in records]
    by = sum(name is not None and stamp is not None for name, stamp in zip(slots.names, slots.stamps, strict=True))
    for names in FEWER if 2 * sum(map(bool, told)) < len(told) < 2 * by else ():  # what all have said is named so
        if by < 2 and not (names & AUTHOR and template.tree.roles[template.records[0].start] & COMMENT):
            continue  # one is more likely to be a byline
        fewer = [_blocks(template, record, whole, around, names) for record in template.records]
        records = enumerate(template.records)
        told = [_kept(template.tree, record, left_out[number] | fewer[number]) for number, record in records]
        if 2 * sum(map(bool, told)) >= len(told):
            asides = fewer
            break
    for number, record in enumerate(template.records):
        left_out[number] |= asides[number]
        _leave_out_byline(template, record, slots, number, left_out[number])
    _leave_out_profiles(template, left_out)
    _leave_out_sides(template, slots, left_out)
    _leave_out_columns(template, left_out)
    place = _body_place(template, left_out)
    for number in range(len(template.records)):
        _restore(template, number, slots, place, left_out[number])
    return place, left_out


def _bylines(template: Template, slots: Slots, number: int) -> set[int]:
    """Nodes that hold author, time, labels and titles, and numbers for scripts."""
    tree, record = template.tree, template.records[number]
    left_out = set(record.unshown)
    name, stamp = slots.names[number], slots.stamps[number]
    if name is not None:
        left_out.add(name.node)
    if stamp is not None and (not tree.tags[stamp.node] or tree.ends[stamp.node] - stamp.node < 12):
        left_out.add(stamp.node)
    if name is not None and stamp is not None and template.group.mode == "signed":
        return {line for line in record.lines if line >= name.node}
    marks = [mark.node for mark in (name, stamp) if mark is not None]
    is_headed = template.group.mode != "element" and len(marks) > 1
    for node in record.headings:
        if node != record.start or (is_headed and all(tree.is_in(mark, node) for mark in marks)):
            left_out.add(node)
    for line in record.lines:
        if line in template.labels and not (
            (template.roles[line] & BODY and _is_alone(template, line, record)) or _is_code(tree, line)
        ):
            left_out.add(line)
    return left_out


def _is_code(tree: Tree, line: int) -> bool:
    """Whether a text stands in a piece of code, of which each word and sign may be an element."""
    up = tree.ups[line] if "pre" in tree.places or "code" in tree.places else 0
    for _ in range(CODED):
        if up <= 0 or tree.tags[up] in {"pre", "code"}:
            break
        up = tree.ups[up]
    return up > 0 and tree.tags[up] in {"pre", "code"}


CODED: Final = 4
"""Elements around a text among which a piece of code is looked for."""


def _is_alone(template: Template, line: int, record: Record) -> bool:
    """Whether a text is all that the body's element holds."""
    tree = template.tree
    around = tree.ups[line]
    while around > record.start and not tree.roles[around] & BODY:
        around = tree.ups[around]
    if tree.roles[around] & (CHROME | AUTHOR | TIME):
        return False
    return tree.chars[tree.ends[around]] - tree.chars[around] <= len(tree.texts[line]) + 2


def _kept(tree: Tree, record: Record, left_out: set[int]) -> list[int]:
    """A record's own texts without those that are left out or stand in an element that is."""
    ends, tags = tree.ends, tree.tags
    outs = sorted([node for node in left_out if tags[node] and node >= record.start], reverse=True)
    kept = [line for line in record.lines if line not in left_out]
    if not outs:
        return kept
    shown: list[int] = []
    skip_to = -1
    for line in kept:
        while outs and outs[-1] <= line:
            skip_to = max(skip_to, ends[outs.pop()])
        if line >= skip_to:
            shown.append(line)
    return shown


def _remaining(template: Template, record: Record, left_out: set[int]) -> dict[int, int]:
    """Characters that are not left out yet, by place and all places around it."""
    tree = template.tree
    sizes: dict[int, int] = defaultdict(int)
    for line in _kept(tree, record, left_out):
        sizes[template.place[line]] += len(tree.texts[line])
    total: dict[int, int] = defaultdict(int)
    for place, size in sizes.items():
        for around in template.chain(place):
            total[around] += size
    return total


def _byline_places(template: Template, slots: Slots, left_out: list[set[int]]) -> set[int]:
    """Places around author or time that hold hardly anything else."""
    remaining = [_remaining(template, record, left_out[number]) for number, record in enumerate(template.records)]
    places: set[int] = set()
    tried: set[int] = set()
    for number, (name, stamp) in enumerate(zip(slots.names, slots.stamps, strict=True)):
        for node in (name.node if name else None, stamp.node if stamp else None):
            if node is None:
                continue
            for place in template.chain(template.place[node]):
                if place == 0 or place in places:
                    break
                if place in tried:
                    continue
                sizes = [(sums[place], sums[0]) for sums in remaining if place in sums]
                own = remaining[number]
                if sizes:
                    mean = sum(size for size, _ in sizes) / len(sizes)
                    most = max(size for size, _ in sizes)
                    share = sum(size for size, _ in sizes) / max(1, sum(whole for _, whole in sizes))
                    if mean > BYLINE or most > 4 * BYLINE or share > 0.4 or own[place] > 4 * BYLINE:
                        tried.add(place)
                        break
                places.add(place)
    return places


def _places_around_all(template: Template) -> set[int]:
    """Places in most records that hold all that these say: whatever such an element is named, it is no aside."""
    tree = template.tree
    held: Counter[int] = Counter()
    for record in template.records:
        around = tree.ups[record.lines[0]] if record.lines else 0
        while around > record.start:
            if tree.ends[around] > record.lines[-1]:
                held[template.place[around]] += 1
            around = tree.ups[around]
    return {place for place, times in held.items() if 2 * times > len(template.records)}


ASIDE: Final = CHROME | AUTHOR | TIME | SIGNATURE | FORM
FEWER: Final = ((ASIDE | REPLIES) & ~AUTHOR, ASIDE & ~(FORM | CHROME))
"""The same where nothing else is left."""
LONGEST_ASIDE: Final = 240


COPIED: Final = "data-clipboard-text"
"""Attribute of a control that copies an address, whatever it says and wherever it stands."""


def _blocks(template: Template, record: Record, whole: set[int], around: set[int], names: int) -> set[int]:
    """What is named as no text, forms, and what hardly holds more than the byline.

    :param whole: places of bylines, see :func:`_byline_places`
    :param around: see :func:`_places_around_all`
    :param names: roles of what is no text
    """
    tree = template.tree
    left_out: set[int] = set()
    is_element = template.group.mode == "element"
    apart = ~(tree.roles[record.start] & SIGNATURE) if is_element else ~0  # what all is named tells no part of it
    for node in record.own:
        tag = tree.tags[node]
        if not tag or (node == record.start and is_element):
            continue
        is_control = tag == "a" and (_is_sign(tree, node) or COPIED in tree.attrs[node])
        if template.place[node] in whole or is_control:
            left_out.add(node)
            continue
        if tag == "a" and leads_to_login(tree.attrs[node].get("href")):
            left_out.add(_line_around(tree, node, record))
            continue
        role = tree.roles[node] & (apart if tag != "form" else apart & ~FORM)
        if role & FORM and role & BODY and tag != "form" and not is_filled_in(tree, node):
            role &= ~FORM  # what was written with an editor
        if role & (SIGNATURE | FORM | HIDDEN) or _is_form(tree, node):
            left_out.add(node)
        elif role & names and not role & BODY:
            if role & (ASIDE | REPLIES) == TIME and tree.times[tree.ends[node]] == tree.times[node]:
                continue  # named as data, or as what is newest
            size = tree.chars[tree.ends[node]] - tree.chars[node]
            if (role & AUTHOR and _is_mention(tree, node)) or (tag == "a" and _is_in_prose(tree, node)):
                continue
            if size <= LONGEST_ASIDE and template.place[node] not in around and not _holds_body(template, node):
                left_out.add(node)
    return left_out


def _is_mention(tree: Tree, node: int) -> bool:
    """Whether an element names somebody in a sentence: ``@NAME`` right before or behind a text."""
    if not tree.text(node).startswith("@"):
        return False
    before, behind = node - 1, tree.ends[node]
    is_followed = behind < tree.ends[tree.ups[node]] and tree.texts[behind] != ""
    return is_followed or (before > tree.ups[node] and tree.texts[before] != "" and tree.ups[before] == tree.ups[node])


PROSE_LETTERS: Final = 15
"""Letters right beside a link that make it a part of a sentence."""


def _is_in_prose(tree: Tree, link: int) -> bool:
    """Whether a link stands in a sentence of a paragraph, whatever its class is: plugins mark links with icons."""
    around, behind = tree.ups[link], tree.ends[link]
    beside = [node for node in (link - 1, behind) if around < node < tree.ends[around] and tree.ups[node] == around]
    return tree.tags[around] == "p" and any(sum(map(str.isalpha, tree.texts[node])) >= PROSE_LETTERS for node in beside)


def _is_form(tree: Tree, node: int) -> bool:
    """Whether an element is a form to be filled in, or a window around one that is not shown yet."""
    if tree.tags[node] == "form":
        return is_filled_in(tree, node)
    if not is_unshown(tree.attrs[node]):
        return False
    forms = tree.places.get("form", [])
    inner = forms[bisect_right(forms, node) : bisect_left(forms, tree.ends[node])]
    return any(is_filled_in(tree, form) for form in inner)


def _leave_out_byline(template: Template, record: Record, slots: Slots, number: int, left_out: set[int]) -> None:
    """Leave out the element around both author and time where it says little else and the record more.

    It may stand at the same place as the text: the first and the second row of a table.
    """
    name, stamp = slots.names[number], slots.stamps[number]
    if name is None or stamp is None:
        return
    tree = template.tree
    around = tree.ups[name.node]
    while around > record.start and not tree.is_in(stamp.node, around):
        around = tree.ups[around]
    if around <= record.start or around in left_out:
        return
    within = outside = 0
    for line in _kept(tree, record, left_out):
        if tree.is_in(line, around):
            within += len(tree.texts[line])
        else:
            outside += len(tree.texts[line])
    if within <= BYLINE and within < outside:
        left_out.add(around)


def _is_sign(tree: Tree, link: int) -> bool:
    """Whether a link is only a sign, such as ``¶`` or ``#12``, for the address of a place in the page."""
    text = tree.line(link, 6) or ""
    is_sign = text != "" and not any(map(str.isalpha, text)) and (text[0] == "#" or not any(map(str.isdigit, text)))
    return is_sign and (tree.attrs[link].get("href") or "").startswith("#")


def _line_around(tree: Tree, link: int, record: Record) -> int:
    """The element around a link if it is a line of text in the record, else the link."""
    around = tree.ups[link]
    return around if around > record.start and tree.line(around, LONGEST_ASIDE // 2) is not None else link


def _leave_out_sides(template: Template, slots: Slots, left_out: list[set[int]]) -> None:
    """A body stands before, between or behind author and time; what stands elsewhere is a title or a label."""
    tree = template.tree
    mass: dict[int, int] = {0: 0, 1: 0, 2: 0, TITLE: 0}
    of: list[list[tuple[int, int]]] = []
    for number, record in enumerate(template.records):
        name, stamp = slots.names[number], slots.stamps[number]
        marks = [mark.node for mark in (name, stamp) if mark is not None]
        own: list[tuple[int, int]] = []
        if marks:
            low, high = min(marks), max(tree.ends[mark] for mark in marks)
            for line in _kept(tree, record, left_out[number]):
                side = 0 if line < low else 2 if line >= high else 1
                if side == 0 and tree.tags[tree.ups[line]] in BOLD:
                    side = TITLE
                weight = len(tree.texts[line])
                if template.roles[line] & ASIDE and not template.roles[line] & BODY:
                    weight //= 3
                mass[side] += weight
                own.append((side, line))
        of.append(own)
    mass[0], bold = mass[0] + (mass[TITLE] if mass[0] > mass[TITLE] else 0), mass[TITLE]
    best = max((0, 1, 2), key=lambda side: mass[side])
    dropped = {side for side in (0, 1, 2) if side != best and mass[side] < MINOR * mass[best]}
    if best and bold:
        dropped.add(TITLE)
    for number, own in enumerate(of):
        if any(side == best for side, _ in own):
            left_out[number].update([line for side, line in own if side in dropped])


def _leave_out_profiles(template: Template, left_out: list[set[int]]) -> None:
    """The cell, list or box with the day on which the author joined is no text, where most records say that day."""
    tree = template.tree
    if not tree.joined:
        return
    joined = [[line for line in record.lines if line in tree.joined] for record in template.records]
    if 2 * sum(map(bool, joined)) < len(joined):
        return
    for record, lines, out in zip(template.records, joined, left_out, strict=True):
        for line in lines:
            box = next((up for up in tree.above(line, PROFILED) if tree.tags[up] in BOXES or up <= record.start), 0)
            if box > record.start and len(_kept(tree, record, out | {box})) > 0:
                out.add(box)


PROFILED: Final = 5
"""Elements around the day of joining among which the box is looked for."""

BOXES: Final = frozenset({"td", "th", "ul", "ol", "dl", "div", "table", "aside", "section"})


def _leave_out_columns(template: Template, left_out: list[set[int]]) -> None:
    """Of the columns of a table with a comment a row one holds the texts; a column with few words beside it is none."""
    tree = template.tree
    if template.group.mode != "element" or tree.tags[template.records[0].start] != "tr":
        return
    rows = [[cell for cell in tree.children(record.start) if tree.tags[cell]] for record in template.records]
    if len({*map(len, rows)}) > 1:
        return
    mass: Counter[int] = Counter()
    for record, cells, out in zip(template.records, rows, left_out, strict=True):
        for line in _kept(tree, record, out):
            mass[bisect_right(cells, line) - 1] += min(len(tree.texts[line]), LONGEST_ASIDE)
    few = {column for column in range(len(rows[0])) if mass[column] < MINOR * max(mass.values(), default=0)}
    for cells, out in zip(rows, left_out, strict=True):
        out.update(cells[column] for column in few)


BOLD: Final = frozenset({"b", "strong"})
TITLE: Final = 3
"""The side of bold lines before the byline."""

MINOR: Final = 0.45
"""Share of the largest side's words below which another side is no body."""


def _holds_body(template: Template, node: int) -> bool:
    """Whether an element holds one that is named as a text, be it that of a reply."""
    tree = template.tree
    for inner in range(node + 1, tree.ends[node]):
        role = tree.roles[inner]
        if role & BODY and not role & (ASIDE & ~CHROME if role & REPLIES and _says(tree, inner) else ASIDE):
            return True
    return False


def _says(tree: Tree, node: int) -> bool:
    """Whether an element is no label of a control: ``reply-text`` may be that of the control."""
    if tree.tags[node] in BLOCKS:
        return True
    line = tree.line(node, LONGEST_CHROME)
    return line is None or (line != "" and not is_chrome(line))


BLOCKS: Final = frozenset({"div", "p", "td", "blockquote", "section", "article"})
"""Elements that are no labels of controls, whatever they say."""


def _body_place(template: Template, left_out: list[set[int]]) -> int:
    """The innermost place that holds most of the words."""
    tree = template.tree
    mass: dict[int, float] = defaultdict(float)
    for number, record in enumerate(template.records):
        for line in _kept(tree, record, left_out[number]):
            roles = template.roles[line]
            weight = min(len(tree.texts[line]), 400) * (1.5 if roles & BODY else 1.0)
            weight *= 0.3 if roles & ASIDE and not roles & BODY else 1.0
            for around in template.chain(template.place[line]):
                mass[around] += weight
    below: dict[int, list[int]] = defaultdict(list)
    for place in mass:
        if place:
            below[template.above[place]].append(place)
    current = 0
    while below[current]:
        best = max(below[current], key=lambda place: (mass[place], -place))
        shape = template.shapes[best]
        tag, _, classes = shape.partition(".")
        roles = roles_of(classes)
        least = NAMED if roles & (BODY | COMMENT) and not roles & (ASIDE | REPLIES) else MOST
        if mass[best] < least * mass[current] or (tag in FLOW and not classes and tag not in ("li", "ul", "ol", "dl")):
            break
        if tag in FLOW and tag not in ("p", "span", "li", "ul", "ol", "blockquote", "dl"):
            break
        current = best
    return current


def _read(template: Template, record: Record, place: int, left_out: set[int]) -> tuple[str, int | None]:
    tree = template.tree
    roots = _unfolded(tree, record, _at_place(template, record, place) or _roots(template, record))
    inner = _foreign(template, record)
    said = {tree.nodes[line].mem_id for line in record.lines if line in tree.said and line not in left_out}
    skipped = {tree.nodes[node].mem_id for node in left_out if node not in roots} - said | inner
    parts = [
        text_of(tree.nodes[root], without=skipped) if tree.tags[root] else tree.texts[root]
        for root in roots
        if root not in left_out and tree.nodes[root].mem_id not in inner
    ]
    text = "\n\n".join(part for part in parts if part)
    if said:
        text = _without_signature(tree, record, text, left_out)
    if not text and place:
        return _read(template, record, 0, left_out)
    is_own = not said and len(roots) == 1 and tree.tags[roots[0]] and not (inner and roots[0] == record.start)
    return _trimmed(text), roots[0] if is_own else None


_CUT = re.compile(r"\s*(?:…|\.{3})")

SURE_BEGINNING: Final = 20
"""Characters that a text and its beginning have in common."""

LONGEST_BEGINNING: Final = 2_000
"""Characters of a text that is cut off."""

LONGEST_WHOLE: Final = 50_000
AROUND_WHOLE: Final = 4
"""Elements around the first words of the whole."""


def _unfolded(tree: Tree, record: Record, roots: list[int]) -> list[int]:
    """The elements of a text without what only begins it, cut off, and stands before the whole of it."""
    wholes = [_whole_in(tree, record, root) for root in roots]
    pairs = zip(wholes, [*wholes[1:], -1], strict=True)
    return [root for root, behind in pairs if behind < 0 or not _begins(tree, root, behind)]


def _begins(tree: Tree, node: int, whole: int) -> bool:
    said = tree.line(node, LONGEST_BEGINNING) or ""
    cut = _CUT.search(said)
    return cut is not None and cut.end() == len(said) and _is_whole_of(tree, whole, said[: cut.start()])


def _is_whole_of(tree: Tree, node: int, beginning: str) -> bool:
    return len(beginning) >= SURE_BEGINNING and (tree.line(node, LONGEST_WHOLE) or "").startswith(beginning)


def _whole_in(tree: Tree, record: Record, root: int) -> int:
    """The element in another one that says the whole of what stands before it, cut off: ``So who … Read more``."""
    before, last = "", root
    lines = record.lines
    for node in lines[bisect_left(lines, root) : bisect_left(lines, tree.ends[root])]:
        said = tree.texts[node]
        cut = _CUT.search(before)
        if cut is None:
            before, last = f"{before} {said}".lstrip(), node
            if len(before) > LONGEST_BEGINNING:
                break
        elif not is_chrome(said):
            around = (up for up in tree.above(node, AROUND_WHOLE) if last < up)
            wholes = [up for up in around if _is_whole_of(tree, up, before[: cut.start()])]
            return wholes[-1] if wholes else root
    return root


def _without_signature(tree: Tree, record: Record, text: str, left_out: set[int]) -> str:
    """A text without the time and the name that it begins with."""
    for line in record.lines:
        if line in tree.said and line not in left_out:
            for part in (line - 2, line - 1):
                text = text.removeprefix(tree.texts[part]).lstrip() if part in left_out else text
            text = text.removeprefix(":").removeprefix("：").lstrip()
    return text


def _lines_at(template: Template, record: Record, place: int, left_out: set[int]) -> list[int]:
    """The texts at a place that are not left out."""
    kept, ends = _kept(template.tree, record, left_out), template.tree.ends
    if not place:
        return kept
    parts = ((root, ends[root]) for root in _at_place(template, record, place))
    return [line for start, end in parts for line in kept[bisect_left(kept, start) : bisect_left(kept, end)]]


PROSE: Final = frozenset({"p", "blockquote", "strong", "em", "b", "i", "font", "pre", "q"})


def _restore(template: Template, number: int, slots: Slots, place: int, left_out: set[int]) -> None:
    """Lines that looked like labels are text where they stand in the body's own prose."""
    tree, record = template.tree, template.records[number]
    marks = [mark.node for mark in (slots.names[number], slots.stamps[number]) if mark is not None]
    roots = _at_place(template, record, place) or _roots(template, record)
    low, high = (min(marks), max(marks)) if marks else (-1, -1)
    is_between = any(low < line < high and line not in left_out for line in record.lines)
    is_behind = any(line > high and line not in left_out for line in record.lines)
    for line in record.lines:
        if line not in left_out or line not in template.labels or any(tree.is_in(line, mark) for mark in marks):
            continue
        if template.is_field(line) or (low < line < high and not is_between):
            continue  # it belongs to the byline
        if line < low and is_behind and line in template.repeated:
            continue  # it is the title that most have before it: ``Re: Bridge (Score: 1)``
        around = tree.ups[line]
        is_prose = tree.tags[around] in PROSE and not tree.roles[around] & ASIDE
        is_prose = is_prose or any(tree.tags[up] == "blockquote" for up in tree.above(around, QUOTED))
        if not (is_prose or (place and around in roots)) or not any(tree.is_in(line, root) for root in roots):
            continue
        up = around
        while up > record.start and up not in left_out:
            up = tree.ups[up]
        if up not in left_out or up == record.start:
            left_out.discard(line)


QUOTED: Final = 2
"""Elements around a line that may be a quotation, which says by whom it is."""


def _at_place(template: Template, record: Record, place: int) -> list[int]:
    """The record's elements at a place; none for the record itself."""
    own, tags = record.own if place else (), template.tree.tags
    return [node for node in own if template.place[node] == place and tags[node]]


def _roots(template: Template, record: Record) -> list[int]:
    if template.group.mode == "element":
        return [record.start]
    tree = template.tree
    roots: list[int] = []
    node = record.start
    while node < record.end:
        roots.append(node)
        node = tree.ends[node]
    return roots


def _foreign(template: Template, record: Record) -> set[int]:
    """Elements in the record that are other records."""
    tree = template.tree
    if len(record.own) == record.end - record.start:
        return set()
    found: set[int] = set()
    expected = record.start
    for node in [*record.own, record.end]:
        while expected < node:
            found.add(tree.nodes[expected].mem_id)
            expected = tree.ends[expected]
        expected = node + 1
    return found


_LEADING = re.compile(r"^(?:[\s,:;|·•»—–-]+(?=\s|\w))+")


DASHES: Final = " -‐–—|·•"
"""What parts texts, and is none where it stands alone."""

_TRAILING = re.compile(r"\s+(?:--?|[–—])\s*$")
"""The dash before a signature."""

_UNDERLINE = re.compile(r"\n\s*_{8,}\s*\n")
"""What forums of the phpBB family draw above a signature."""


_SMILE = re.compile(r"[\U0001f600-\U0001f64f\u263a]|(?:^|\s)[:;=]['’]?-?[()DPp](?:\s|$)")
"""What may be the last line of a text though it has no letter."""


def _is_no_text(line: str) -> bool:
    """Whether a last line is a control, or tells when the text was edited and not what was added then."""
    if is_chrome(line):
        return not (line.strip(" \n").isdigit() or _SMILE.search(line))
    if "|" in line and len(line) <= LONGEST_CHROME and all(map(is_chrome, line.split("|"))):
        return True
    return _notes_edit(line)


def _notes_edit(line: str) -> bool:
    """Whether a line tells when the text was edited, and nothing else but by whom."""
    if not (looks_timed(line) and tells_edit(line)):
        return False
    behind = behind_time(line).strip()
    return behind[:1] not in {":", "："} and sum(map(str.isalpha, behind)) <= LONGEST_EDITOR


LONGEST_EDITOR: Final = 30
"""Letters behind the time of an edit: by whom."""


def _trimmed(text: str) -> str:
    lines = _UNDERLINE.split("\n" + text)[0].split("\n") if "________" in text else text.split("\n")
    while lines and (not lines[-1].strip() or (len(lines) > 1 and _is_no_text(lines[-1]))):
        lines.pop()
    begun = next((place for place, line in enumerate(lines) if line.strip()), len(lines))
    if begun + 1 < len(lines) and _notes_edit(lines[begun]):
        del lines[: begun + 1]
    text = "\n".join(lines)
    leading = _LEADING.match(text)
    text = _TRAILING.sub("", text)
    return (text[leading.end() :] if leading is not None else text).replace("\u00ad", "").strip()
