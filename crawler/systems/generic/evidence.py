"""What speaks for and against a set of records being the page's comments, as numbers that a model weighs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from itertools import islice
from math import log2
from statistics import median
from typing import Final

from crawler.extract.time_lines import LONGEST_LINE
from crawler.systems.around.surroundings import SPOKEN, Surroundings
from crawler.systems.around.tree import CELLS, Tree
from crawler.systems.around.words import (
    ARTICLE,
    AUTHOR,
    BODY,
    COMMENT,
    FORM,
    PINNED,
    RECENT,
    SIDE,
    TALK,
    TIME,
    is_chrome,
    leads_on,
    leads_to_login,
    line_key,
    roles_of,
)
from crawler.systems.generic.body import Bodies
from crawler.systems.generic.ids import are_addressed, native_ids
from crawler.systems.generic.records import Group, Sums
from crawler.systems.generic.slots import Slots
from crawler.systems.generic.targets import (
    TITLE,
    heading_before,
    is_wordy,
    link_at,
    names_author,
    other_page,
    page_of,
    placed_at,
    size_of,
    spread_of,
    subject_of,
)
from crawler.systems.generic.template import Template


def evidence(template: Template, slots: Slots, bodies: Bodies, around: Surroundings, sums: Sums) -> dict[str, float]:
    """Features of a candidate, mostly shares of its records between 0 and 1."""
    tree, group, records = template.tree, template.group, template.records
    count, total = len(records), len(group.spans)
    texts = _said(tree, bodies)
    sizes = [size_of(text) for text in texts]
    alike = Counter(texts)
    names = [name for name in slots.names if name is not None]
    stamps = [stamp for stamp in slots.stamps if stamp is not None]
    own_chars = [sum([len(tree.texts[line]) for line in record.lines]) for record in records]
    all_chars = sum(own_chars)
    linked = sum([tree.links[record.end] - tree.links[record.start] for record in records])
    labels = [[tree.texts[line] for line in record.lines if line in template.labels] for record in records]
    first, last = group.spans[0][0], max(end for _, end in group.spans)
    is_signed = group.mode == "signed"
    name_nodes, stamp_nodes = [name.node for name in names], [stamp.node for stamp in stamps]
    name_makes, stamp_makes = makes_of(tree, name_nodes), makes_of(tree, stamp_nodes)
    found: dict[str, float] = {
        "one": float(total == 1),
        "two": float(total == 2),
        "many": log2(min(total, 64)),
        "named": len(names) / count,
        "timed": len(stamps) / count,
        "filled": sum(size > 0 for size in sizes) / count,
        "name_score": min(slots.name_score, 8.0),
        "distinct": len({name.text for name in names}) / len(names) if names else 0.0,
        "repeated": sum(times for text, times in alike.items() if times > 1 and len(text) > 30) / count,
        "sentences": sum(size > 25 for size in sizes) / count,
        "length": log2(1 + median(sizes)),
        "long": float(sum(sizes) / count > 2500),
        "body_share": min(1.0, sum(map(len, texts)) / (all_chars or 1)),
        "crowded_names": 0.0 if is_signed else _crowded(template, name_makes),
        "crowded_times": 0.0 if is_signed else _crowded(template, stamp_makes),
        "missed_names": _missed(tree, around, name_nodes, name_makes, total / count),
        "missed_times": _missed(tree, around, stamp_nodes, stamp_makes, total / count),
        "many_times": sum([len(record.times) > 2 for record in records]) / count,
        "huge": sum([chars > 4000 for chars in own_chars]) / count,
        "after": float(group.mode == "after" and tree.tags[group.heads[0]] != "dt"),
        "before": float(group.mode == "before"),
        "controls": sum(any(map(_is_control, said)) for said in labels) / count,
        "linked": min(1.0, linked / all_chars) if all_chars else 1.0,
        "stated": float(any(number == total and node < last for node, number in around.counts)),
        "stated_near": float(any(number == total and first - 60 < node < first for node, number in around.counts)),
        "form": float(bool(around.fields)),
        "form_near": float(any(first - 150 < node < last + 200 for node in around.fields)),
        "late": tree.chars[first] / around.total,
        "share": (tree.chars[last] - tree.chars[first]) / around.total,
    }
    found["main_text"] = _main_text(tree, texts)
    found["headed"] = float(around.is_spoken_of(first - SPOKEN, first))
    found["spoken"] = float(around.is_spoken_of(last, last + SPOKEN))
    found["whole"] = (
        sum(
            name is not None and stamp is not None and bool(text)
            for name, stamp, text in zip(slots.names, slots.stamps, texts, strict=True)
        )
        / count
    )
    is_addressed = are_addressed(template, around.addressed)
    found["ids"] = 1.0 if is_addressed else sum(map(bool, native_ids(template))) / count
    found.update(_roles(group, sums, template, slots, bodies.place))
    found["titled"] = _titled(template, slots, around.own)
    found["elsewhere"] = max(_elsewhere(template, slots, around.own), found["titled"])
    told = is_signed or is_addressed or found["stated_near"] or found["headed"]
    told = told or found["is_comment"] or found["in_comments"]
    found["bare"] = float(not told and not _holds_comments(template))
    found["one_bare"] = found["bare"] * found["one"]
    return found


Makes = Counter[tuple[str, str]]
"""How many elements have a shape and stand in one of another shape."""


def makes_of(tree: Tree, nodes: list[int]) -> Makes:
    """The makes of the elements that hold names or times, without those that are anybody's."""
    elements = [node if tree.tags[node] else tree.ups[node] for node in nodes]
    elements = [node for node in elements if tree.ups[node] >= 0 and not _is_cell_among_its_like(tree, node)]
    makes = Counter((tree.shapes[node], tree.shapes[tree.ups[node]]) for node in elements)
    return Counter({make: times for make, times in makes.items() if not _is_anybodys(make)})


def _is_cell_among_its_like(tree: Tree, node: int) -> bool:
    """Whether a cell of a table has the same make as another one of its row: their order alone tells them apart."""
    shape, row = tree.shapes[node], tree.ups[node]
    return tree.tags[node] in CELLS and any(
        tree.shapes[other] == shape and other != node for other in islice(tree.children(row), LOOKED)
    )


LOOKED: Final = 8
"""Cells of a row that are looked at."""
PLAIN: Final = frozenset({"p", "div", "td", "th", "dt", "dd", "li", "span", "tr"})
"""Shapes of so many elements that they are of nobody's make."""
INLINE: Final = frozenset({"a", "b", "strong", "i", "em", "font", "small", "u"})
"""Shapes that are of nobody's make where they stand right in such an element or in each other."""


def _is_anybodys(make: tuple[str, str]) -> bool:
    """Whether elements of a make are found everywhere: a page without classes has one for links, one for bold words."""
    shape, around = make
    return shape in PLAIN or (shape in INLINE and (around in PLAIN or around in INLINE))


def _crowded(template: Template, makes: Makes) -> float:
    """Share of the records in which the author's or the time's make comes again: there are several comments in one.

    The same once more is a copy for another size of screen; what comes again in the same line are controls.
    """
    tree = template.tree
    if not makes:
        return 0.0
    shapes, wanted = tree.shapes, {shape for shape, _ in makes}
    crowded = 0
    for record in template.records:
        said: list[str] = []
        lines: set[int] = set()
        for node in [node for node in record.own if shapes[node] in wanted]:
            up = tree.ups[node]
            if up not in lines and (shapes[node], shapes[up]) in makes:
                said.append(tree.text(node))
                if _is_line(tree, up):
                    lines.add(up)
        crowded += len(said) > len(makes) and len(set(said)) > len(makes)
    return crowded / len(template.records)


def _is_line(tree: Tree, node: int) -> bool:
    """Whether an element is no more than a line of text."""
    return tree.chars[tree.ends[node]] - tree.chars[node] <= LONGEST_LINE


def _beside(tree: Tree, nodes: list[int]) -> Makes:
    """How many more elements of their makes stand in the lines of the elements that hold names or times."""
    found: Makes = Counter()
    held = {node if tree.tags[node] else tree.ups[node] for node in nodes}
    for up in {tree.ups[node] for node in held}:
        if up >= 0 and _is_line(tree, up):
            found.update((tree.shapes[node], tree.shapes[up]) for node in tree.children(up) if node not in held)
    return found


def _missed(tree: Tree, around: Surroundings, nodes: list[int], makes: Makes, scale: float) -> float:
    """Share of the page's elements of the author's or the time's make that stand in no record's byline."""
    missed = total = 0.0
    beside = _beside(tree, nodes) if makes else makes
    for make, seen in makes.items():
        times = (seen + beside[make]) * scale
        missed += max(0, around.shapes[make] - times)
        total += max(times, around.shapes[make])
    return missed / total if total else 0.0


def _said(tree: Tree, bodies: Bodies) -> list[str]:
    """The texts; where they mostly are links, each to another page, they are headlines and nobody says them.

    Nor does anybody say texts that mostly are figures: how many have read or answered what is listed.
    """
    if 2 * sum(map(_is_figure, bodies.texts)) > len(bodies.texts):
        return ["" if _is_figure(text) else text for text in bodies.texts]
    headlines: dict[int, str] = {}
    for number, (text, lines) in enumerate(zip(bodies.texts, bodies.lines, strict=True)):
        linked = [line for line in lines if tree.links[line + 1] > tree.links[line]]
        if 2 * sum([len(tree.texts[line]) for line in linked]) > len(text):
            headlines[number] = _target(tree, linked[0])
    if 2 * len(set(headlines.values())) <= len(headlines):
        return bodies.texts
    return ["" if number in headlines else text for number, text in enumerate(bodies.texts)]


def _is_figure(text: str) -> bool:
    """Whether a text has figures and not one letter."""
    return any(map(str.isdecimal, text)) and not any(map(str.isalpha, text))


def _target(tree: Tree, line: int) -> str:
    """The page that the link around a text leads to."""
    return (tree.link_of(line) or "").partition("#")[0]


def _holds_comments(template: Template) -> bool:
    """Whether most records have a part that is named as one of a comment."""
    roles = template.tree.roles
    return 2 * sum(any(roles[node] & COMMENT for node in record.own) for record in template.records) > len(
        template.records
    )


MAIN: Final = 1_000
"""Characters from which a text may be the page's article."""


def _main_text(tree: Tree, texts: list[str]) -> float:
    """The longest text's share of all that the page says outside of links: an article, not a comment."""
    longest = max(map(len, texts))
    return longest / ((tree.chars[-1] - tree.links[-1]) or 1) if longest >= MAIN else 0.0


def _elsewhere(template: Template, slots: Slots, own: Collection[str]) -> float:
    """Share of the records that link to a page of their own by what may be its title, each by another to another.

    The time of a record is no title, however long it is written, nor is an invitation to log in.
    """
    tree = template.tree
    targets: dict[str, str] = {}
    for record, stamp in zip(template.records, slots.stamps, strict=True):
        for node in record.links:
            is_time = stamp is not None and tree.is_in(stamp.node, node) and tree.text(node) == tree.text(stamp.node)
            if is_time or template.roles[node] & AUTHOR or leads_to_login(tree.attrs[node].get("href")):
                continue
            text, href = tree.text(node), other_page(tree, node, own)
            if size_of(text) >= TITLE and href:
                targets.setdefault(subject_of(text), href)
                break
    return spread_of(targets, len(template.records))


def _titled(template: Template, slots: Slots, own: Collection[str]) -> float:
    """Share of the records with a headline that links to a page of their own, each to another one.

    That is a heading, or what a record begins with; a name that most often has more words than names have is one, too.
    An invitation to read on is as good as a headline, and a control (`Quote`) is none.
    """
    tree = template.tree
    names = [name.text for name in slots.names if name is not None]
    are_names = 2 * sum(map(is_wordy, names)) <= len(names)
    targets: dict[str, str] = {}
    onward: set[str] = set()
    for record, name in zip(template.records, slots.names, strict=True):
        onward.update(
            filter(None, (other_page(tree, line, own) for line in record.lines if leads_on(tree.texts[line])))
        )
        heads = record.headings + record.lines[:1]
        if template.group.mode != "element" and (above := heading_before(tree, record.start)) is not None:
            heads.append(above)
        for node in heads:
            link = link_at(tree, node)
            is_author = (
                are_names and name is not None and link is not None and names_author(tree, name, node, link)
            )
            text = tree.text(link) if link is not None and not is_author else ""
            is_title = any(map(str.isalnum, text)) and not _is_control(text)
            if link is not None and is_title and (href := other_page(tree, link, own)):
                targets.setdefault(subject_of(text), href)
                break
    return max(spread_of(targets, len(template.records)), min(1.0, len(onward) / len(template.records)))


def _placed_elsewhere(template: Template) -> float:
    """Share of the records that link to a place in a page of their own: where the newest comments of a site stand.

    Pages whose addresses differ by figures only are those of the comments themselves.
    """
    tree = template.tree
    placed = [placed_at(tree, record) for record in template.records]
    targets = {
        str(number): line_key(page_of(tree, link)) for number, link in enumerate(placed) if link is not None
    }
    return spread_of(targets, len(template.records)) if len(targets) > 1 else 0.0


def _is_control(text: str) -> bool:
    is_word = len(text) > (3 if text.isascii() else 1) and any(map(str.isalpha, text))
    return is_word and is_chrome(text) and not leads_on(text)


def _share(values: list[bool]) -> float:
    return sum(values) / len(values) if values else 0.0


def _roles(group: Group, sums: Sums, template: Template, slots: Slots, body_place: str) -> dict[str, float]:
    """What names of classes and ids say of the records, of what is around them and of their places."""
    tree = template.tree
    heads = group.heads[:40]
    roles = [tree.roles[head] for head in heads]
    around = [tree.roles[up] for up in sums.ancestors(heads[0], 12)]
    near = next((step for step, role in enumerate(around) if role & COMMENT), 12)
    beside = next((step for step, role in enumerate(around) if role & SIDE and not role & COMMENT), 12)
    tags = [tree.tags[up] for up in sums.ancestors(heads[0], 12)]
    inner = [sums.headings[record.end] - sums.headings[record.start] for record in template.records]
    is_signed = group.mode == "signed"
    last_name, last_body = slots.name_place.rpartition(" > ")[2], body_place
    return {
        "is_comment": _share([bool(role & COMMENT) for role in roles]),
        "is_talk": _share([bool(role & TALK) for role in roles]),
        "is_article": _share([bool(role & ARTICLE and not role & COMMENT) for role in roles]),
        "is_side": _share([bool(role & SIDE and not role & COMMENT) for role in roles]),
        "is_form": _share([bool(role & FORM) for role in roles]),
        "is_part": _share([bool(role & (AUTHOR | TIME | BODY) and not role & (COMMENT | TALK)) for role in roles]),
        "in_comments": 1.0 / (1 + near) if near < 12 else 0.0,
        "in_talk": float(any(role & TALK for role in around[:4])),
        "in_side": 1.0 / (1 + beside) if beside < 12 else 0.0,
        "in_pinned": float(any(role & PINNED for role in around[:4])),
        "in_article": float(any(role & ARTICLE and not role & COMMENT for role in around[:3])),
        "in_aside": float(any(tag in ("aside", "nav", "header", "footer") for tag in tags)),
        "recent": max(float(any(role & RECENT for role in [*around, *roles])), _placed_elsewhere(template)),
        "headings": min(1.0, sum(inner) / len(inner)),
        "fields": float(sums.fields[template.records[-1].end] > sums.fields[template.records[0].start]),
        "name_place": float(is_signed or bool(roles_of(last_name) & AUTHOR)),
        "name_named": float(is_signed or bool(roles_of(slots.name_place) & AUTHOR)),
        "time_named": float(bool(roles_of(slots.time_place) & TIME) or "time" in slots.time_place),
        "body_named": float(bool(roles_of(last_body) & (BODY | COMMENT))),
        "pictures": _share([sums.images[record.end] > sums.images[record.start] for record in template.records]),
        "is_item": float(tree.tags[heads[0]] in ("li", "article", "dt", "tr", "table")),
    }
