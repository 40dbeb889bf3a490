"""What speaks for and against a set of records being the page's comments, as numbers that a model weighs."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection
from functools import lru_cache
from itertools import islice
from math import log2
from statistics import median
from typing import Final

from crawler.extract.time_lines import LONGEST_LINE
from crawler.extract.urls import path_of
from crawler.systems.around.counts import REVIEWS
from crawler.systems.around.states import LONGEST_NOTE, state_said
from crawler.systems.around.surroundings import SPOKEN, Surroundings
from crawler.systems.around.tree import CELLS, HEADINGS, SUBHEADINGS, Tree, is_filled_in
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
    speaks_of_comments,
)
from crawler.systems.generic.body import Bodies
from crawler.systems.generic.ids import are_addressed, native_ids
from crawler.systems.generic.records import NEAR, Group, Sums
from crawler.systems.generic.slots import LONGEST_NAME, PROFILE, Name, Slots
from crawler.systems.generic.template import Record, Template


def evidence(template: Template, slots: Slots, bodies: Bodies, around: Surroundings, sums: Sums) -> dict[str, float]:
    """Features of a candidate, mostly shares of its records between 0 and 1."""
    tree, group, records = template.tree, template.group, template.records
    count, total = len(records), len(group.spans)
    texts = _said(tree, bodies)
    sizes = [_size(text) for text in texts]
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


TELLING: Final = ("controls", "ids", "form", "pictures", "is_talk", "in_talk")


def is_plain(found: dict[str, float], group: Group, slots: Slots, around: Surroundings) -> bool:
    """Whether records are names, times and texts, and nothing in or before them tells what they are: prizes, dates.

    Words for an author tell something only beside clocks or ages: who has said what on which day is a quotation.
    """
    first, last = group.spans[0][0], group.spans[-1][1]
    is_told = any(found[name] for name in TELLING) or around.is_spoken_of(first, last)
    is_posted = found["name_named"] and any(
        stamp is not None and stamp.published.precision != "day" for stamp in slots.stamps
    )
    return found["bare"] > 0 and not is_told and not is_posted


def is_framed(found: dict[str, float], group: Group, slots: Slots, around: Surroundings) -> bool:
    """Whether one or two records are whole, and what is around them leaves no doubt what they are.

    They are all that stands between a heading that speaks of comments, or a line that counts them, and a field to write
    one in, or a line that says who may; or they are signed as programs of wikis sign.
    """
    is_doubtful = found["whole"] < 1 or len(group.spans) > FRAMED
    if is_doubtful or slots.is_signed or found["elsewhere"]:
        return slots.is_signed and not is_doubtful
    tree, first, last = around.tree, group.spans[0][0], group.spans[-1][1]
    place = bisect_left(around.spoken, first) - 1
    heading = around.spoken[place] if place >= 0 else first
    is_heading = found["stated_near"] > 0 or any(tree.tags[up] in SUBHEADINGS for up in tree.above(heading, 3))
    chars = tree.chars
    is_behind = is_heading and chars[first] - chars[tree.ends[heading]] <= HEADED
    return is_behind and _asks_for_more(around, last)


def _asks_for_more(around: Surroundings, last: int) -> bool:
    """Whether a field to write in follows, or a line that says who may write."""
    tree = around.tree
    field = next(iter(around.fields[bisect_left(around.fields, last) :]), -1)
    if field >= 0 and tree.chars[field] - tree.chars[last] <= ASKED:
        return True
    spoken = around.spoken_between(last, last + SPOKEN)
    near = [node for node in spoken if tree.chars[node] - tree.chars[last] <= HEADED]
    lines = (line for node in near for line in (tree.texts[node], tree.line(tree.ups[node], LONGEST_NOTE)))
    return any(line and state_said(line) is not None for line in lines)


FRAMED: Final = 2
"""Records that do not come often enough to tell what they are."""

HEADED: Final = 40
"""Characters between a heading and what it heads: a link to the form, an order."""

ASKED: Final = 300
"""Characters before a field that ask to write in it: a heading, the names of fields, a rule."""


def is_named_so(found: dict[str, float]) -> bool:
    """Whether all records are named as comments, in what is named so too, and are somebody's: with a picture or an id.

    That leaves no more than a doubt, but is no reason to say nothing.
    """
    is_named = found["is_comment"] == found["filled"] == found["named"] == 1 and found["in_comments"] > 0
    is_ones_own = found["pictures"] == 1 or found["ids"] == 1
    other = ("elsewhere", "recent", "in_side", "in_aside", "is_form", "fields")
    return is_named and is_ones_own and not any(found[name] for name in other)


def is_other(found: dict[str, float]) -> bool:
    """Whether records are named as something else: coupons, events, tweets; and no name around them is of comments."""
    is_named = found["is_comment"] or found["in_comments"] or found["stated_near"]
    return max(found["is_article"], found["is_side"]) > 0.5 and not is_named


def is_torn(found: dict[str, float]) -> bool:
    """Whether two elements are of different kinds.

    One has the name and the time and the other has neither: an article below its byline. Or one is a part beside the
    page's subject and the other is none: what the page says of itself and of its program.
    """
    is_named = found["is_comment"] or found["in_comments"]
    is_half = found["named"] < 1 and found["timed"] < 1 and not is_named
    return found["two"] > 0 and (is_half or found["is_side"] == ONE_OF_TWO)


ONE_OF_TWO: Final = 0.5


def is_article_beside_comments(found: dict[str, float], group: Group, around: Surroundings) -> bool:
    """Whether one alone of two elements is named as comments and their heading stands in the second: what it is about.

    Where a heading before or in the first speaks of comments, or a count says that there are two, both are comments.
    """
    if not found["two"] or found["is_comment"] != ONE_OF_TWO or found["headed"] or found["stated"]:
        return False
    (first, _), (second, last) = group.spans
    spoken = around.spoken_between(first, last)
    headings = [node for node in spoken if around.tree.tags[around.tree.ups[node]] in SUBHEADINGS]
    return bool(headings) and headings[0] >= second


def is_counted_out(found: dict[str, float], group: Group, around: Surroundings) -> bool:
    """Whether the count before records that nothing names as comments says that there is none."""
    is_named = found["is_comment"] or found["in_comments"]
    return not is_named and around.stated_before(group.spans[0][0]) == 0


def is_subject(
    found: dict[str, float], template: Template, slots: Slots, body_place: str, around: Surroundings
) -> bool:
    """Whether a single record that nothing names as a comment is what the page is about.

    It holds a title of the page, a heading that speaks of comments and not of its author's, or all fields to write in:
    these stand in the part around the comments. Or what it says stands in an element that is named as the page's
    article.
    """
    if not found["one"] or found["is_comment"] or found["in_comments"]:
        return False
    tree, (start, end) = template.tree, template.group.spans[0]
    titles = tree.places.get("h1", [])[:TITLES]
    is_titled = any(start < title < end for title in titles)
    if template.group.mode == "after":
        is_titled = is_titled or any(_stands_below(tree, title, start) for title in titles)
    is_titled = is_titled or bool(roles_of(body_place.rpartition(" > ")[2]) & ARTICLE)
    holds_fields = bool(around.fields) and start < around.fields[0] <= around.fields[-1] < end
    is_titled = is_titled or (holds_fields and not found["stated_near"])
    name = slots.names[0]
    spoken = (node for node in around.spoken_between(start, end) if tree.tags[tree.ups[node]] in SUBHEADINGS)
    return is_titled or any(name is None or name.text not in tree.texts[node] for node in spoken)


def _stands_below(tree: Tree, title: int, start: int) -> bool:
    """Whether a byline stands right below a title of the page that does not speak of comments."""
    between = tree.chars[start] - tree.chars[tree.ends[title]] if start >= tree.ends[title] else -1
    return 0 <= between <= BETWEEN and not speaks_of_comments(tree.text(title))


BETWEEN: Final = 160
"""Characters between a title and the byline of what it is the title of: a line below it, signs for sharing."""


def is_captioned(slots: Slots, body_place: str) -> bool:
    """Whether what the records say, or by whom they are, is named as the line below a picture."""
    steps = (*body_place.split(" > ")[-2:], slots.name_place.rpartition(" > ")[2])
    return any(_CAPTION.search(step) for step in steps)


_CAPTION = re.compile(r"(?:^|[.#_-])(?:fig)?caption(?![a-z])|photographer|photo-?credit", re.IGNORECASE)


def is_of_post(slots: Slots) -> bool:
    """Whether name or time stand in a block of WordPress that shows those of a post."""
    return "wp-block-post-author" in slots.name_place or "wp-block-post-date" in slots.time_place


def is_in_form(template: Template) -> bool:
    """Whether one record or two stand in the form for a new comment: they are what it says of itself.

    A form around half of the page's text and more is no such one: some programs put the whole page into one.
    """
    tree, spans = template.tree, template.group.spans
    start, end = spans[0][0], spans[-1][1]
    forms = [up for up in tree.above(start, FORM_STEPS) if tree.tags[up] == "form" and end <= tree.ends[up]]
    if len(spans) > 2 or not forms:
        return False
    form = forms[0]
    said = tree.chars[tree.ends[form]] - tree.chars[form]
    return is_filled_in(tree, form) and 2 * said < tree.chars[len(tree)]


FORM_STEPS: Final = 6
"""Elements around a record in which such a form is looked for."""


def is_listed(template: Template) -> bool:
    """Whether the records are rows below the headings of several columns, none of which speaks of comments."""
    tree, first = template.tree, template.group.heads[0]
    if template.group.mode != "element" or tree.tags[first] != "tr":
        return False
    table = next((up for up in tree.above(first, 3) if tree.tags[up] == "table"), -1)
    rows = tree.places.get("tr", [])
    at = bisect_right(rows, table)
    tops = rows[at : at + 2] if table >= 0 else []  # the first may hold the title of the table
    cells = ([cell for cell in tree.children(top) if tree.tags[cell] == "th"] for top in tops if top < first)
    heads = [tree.text(cell) for cell in next((row for row in cells if len(row) >= COLUMNS), [])]
    return bool(heads) and not any(map(speaks_of_comments, heads))


COLUMNS: Final = 4
"""Columns with a heading from which a table is one of data."""

TITLES: Final = 3
"""Titles of a page that are looked at."""


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


TITLE: Final = 20
"""Letters of a link that may be a page's title."""


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
            text, href = tree.text(node), _other_page(tree, node, own)
            if _size(text) >= TITLE and href:
                targets.setdefault(_subject(text), href)
                break
    return _spread(targets, len(template.records))


def _titled(template: Template, slots: Slots, own: Collection[str]) -> float:
    """Share of the records with a headline that links to a page of their own, each to another one.

    That is a heading, or what a record begins with; a name that most often has more words than names have is one, too.
    An invitation to read on is as good as a headline, and a control (`Quote`) is none.
    """
    tree = template.tree
    names = [name.text for name in slots.names if name is not None]
    are_names = 2 * sum(map(_is_wordy, names)) <= len(names)
    targets: dict[str, str] = {}
    onward: set[str] = set()
    for record, name in zip(template.records, slots.names, strict=True):
        onward.update(
            filter(None, (_other_page(tree, line, own) for line in record.lines if leads_on(tree.texts[line])))
        )
        heads = record.headings + record.lines[:1]
        if template.group.mode != "element" and (above := _heading_before(tree, record.start)) is not None:
            heads.append(above)
        for node in heads:
            link = _link_at(tree, node)
            is_author = (
                are_names and name is not None and link is not None and _is_author(tree, name, node, link)
            )
            text = tree.text(link) if link is not None and not is_author else ""
            is_title = any(map(str.isalnum, text)) and not _is_control(text)
            if link is not None and is_title and (href := _other_page(tree, link, own)):
                targets.setdefault(_subject(text), href)
                break
    return max(_spread(targets, len(template.records)), min(1.0, len(onward) / len(template.records)))


def _is_author(tree: Tree, name: Name, node: int, link: int) -> bool:
    """Whether a name stands at a node, or what is linked there is the name once more."""
    return tree.is_in(name.node, node) or tree.line(link, LONGEST_NAME) == name.text


def _heading_before(tree: Tree, node: int) -> int | None:
    """The heading that is the sibling right before a node."""
    up, earlier = tree.ups[node], node - 1
    while earlier > up and tree.ups[earlier] != up:
        earlier = tree.ups[earlier]
    return earlier if earlier > up and tree.tags[earlier] in HEADINGS else None


def _placed_elsewhere(template: Template) -> float:
    """Share of the records that link to a place in a page of their own: where the newest comments of a site stand.

    Pages whose addresses differ by figures only are those of the comments themselves.
    """
    tree = template.tree
    placed = [_placed(tree, record) for record in template.records]
    targets = {
        str(number): line_key(_page_of(tree, link)) for number, link in enumerate(placed) if link is not None
    }
    return _spread(targets, len(template.records)) if len(targets) > 1 else 0.0


def _subject(title: str) -> str:
    """A title without what makes it that of an answer: all posts of a topic have the same subject."""
    return _ANSWERED.sub("", line_key(title))


_ANSWERED = re.compile(r"^(?:(?:re|aw|odp|sv|vs|ynt|antw)\b\s*)+")


def _spread(targets: dict[str, str], count: int) -> float:
    """Share of some records that different titles to different pages are; what all have is no title."""
    pages = len(set(targets.values()))
    return pages / count if pages > 1 or count == 1 else 0.0


def _link_at(tree: Tree, node: int) -> int | None:
    """The link in or around a node."""
    links = tree.places.get("a", [])
    place = bisect_right(links, node)
    if place < len(links) and links[place] < tree.ends[node]:
        return links[place]
    while node > 0 and tree.tags[node] != "a":
        node = tree.ups[node]
    return node if node > 0 else None


def _page_of(tree: Tree, node: int) -> str:
    """The address of the page that the link around a node leads to, empty for a place in this page."""
    href = tree.link_of(node) or "#"
    return "" if href.startswith(("#", "javascript:")) else href.partition("#")[0]


def _other_page(tree: Tree, node: int, own: Collection[str]) -> str:
    """The same, empty also for the page itself by its whole address: the place of a comment, the form for an answer.

    :param own: paths of the page itself
    """
    url = _page_of(tree, node)
    is_own = url and "?" not in url and path_of(url) in own
    return "" if is_own or (url and _OF_COMMENT.search(tree.link_of(node) or "") is not None) else url


_OF_COMMENT = re.compile(r"/comments?/(\d{1,20})/?#[a-z]{0,20}[_-]?\1$", re.IGNORECASE)
"""The address of a comment that leads to its place in its page: `/comment/12#comment-12`."""

NAME: Final = 30
"""Letters that hardly a name has more of; see :func:`_size`."""


def _is_wordy(text: str, words: int = 5) -> bool:
    """Whether a text has so many words or more, or more letters than names have."""
    return text.count(" ") >= words - 1 or _size(text) > NAME


def _is_titular(text: str) -> bool:
    """The same with four words, as most titles and few names have."""
    return _is_wordy(text, 4)


def _size(text: str) -> int:
    """Letters as an alphabet would need them: a character of Chinese, Japanese or Korean stands for about three."""
    return len(text) if text.isascii() else len(text) + 2 * sum(map(len, _WIDE.findall(text)))


_WIDE = re.compile(r"[\u2e80-\uffdc]+")


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


FEW: Final = 4
"""Records from which it says something that all are by the same author."""


def is_by_one(template: Template, slots: Slots, own: Collection[str]) -> bool:
    """Whether the records are what one member has written: all lead to one profile, and nothing calls them comments.

    A few tell it only where the page itself is that profile, or by its address one of somebody of that name.

    :param own: paths of the page itself
    """
    tree = template.tree
    count = len(template.records)
    if any(tree.roles[record.start] & COMMENT for record in template.records):
        return False
    profiles = {(name.text, _page_of(tree, name.node)) for name in slots.names if name is not None}
    name, profile = profiles.pop() if len(profiles) == 1 else ("", "")
    if PROFILE.search(profile) and path_of(profile) in own:
        return True
    if any(PROFILE.search(path) and path.rpartition("/")[2].casefold() == name.casefold() for path in own):
        return True
    unnamed = slots.names.count(None)  # one may be what stands before the first
    return count >= FEW and bool(profile) and unnamed <= min(1, count - FEW)


def hold_last(template: Template, last: list[int]) -> bool:
    """Whether most records hold an element with a time that is named as the last or newest post: a list of topics.

    :param last: see :class:`Surroundings`
    """
    ends = [bisect_left(last, record.end) - bisect_right(last, record.start) for record in template.records]
    return 2 * sum(map(bool, ends)) > len(ends)


ODD: Final = 5
"""Of so many records one may be something else: a heading, a line of controls."""


FIRST: Final = 2
"""Links of a record of which the first that names nobody may be the title of its page."""


def is_collected(template: Template, slots: Slots, own: Collection[str]) -> bool:
    """Whether the records stand on other pages: a site's newest comments, or what a member has said where.

    Each leads to a place in its page, or has its page's title as a heading or first link, and some have the same page.
    Links of a thread lead to one page (and one to its form) or, where they are addresses of the comments, each to
    another.

    :param own: paths of the page itself; where one other page is all there is, its title must be what is linked
    """
    tree, count = template.tree, len(template.records)
    least = count - count // ODD
    is_elsewhere = _lead_to_threads(template, own) or _are_timed_elsewhere(template, slots, own)
    if is_elsewhere or _are_of_member(template, slots, own):
        return True
    placed = [link for record in template.records if (link := _placed(tree, record)) is not None]
    if len(placed) == count and _are_said_elsewhere(tree, placed, own):
        return True
    placed = [link for link in placed if not _is_of_its_own(tree.attrs[link].get("href") or "")]
    pages = Counter(line_key(_page_of(tree, link).partition("?")[0]) for link in placed)
    if least <= pages.total() and len(pages) < pages.total():
        if len(pages) > 2 or (len(pages) > 1 and min(pages.values()) > 1):
            return True
        paths = {path_of(_page_of(tree, link)) for link in placed}
        linked = [(tree.text(link), _page_of(tree, link)) for link in placed]
        if len(placed) > 2 and paths.isdisjoint(own) and _are_titles(linked):
            return True
    titles: list[tuple[str, str]] = []
    names = [name.text for name in slots.names if name is not None and tree.link_of(name.node)]
    are_names = 2 * sum(map(_is_titular, names)) <= len(names)
    for record, name in zip(template.records, slots.names, strict=True):
        heading = _heading_link(tree, record)
        for link in record.links[:FIRST] if heading is None else [heading]:
            if not (are_names and name is not None and _is_author(tree, name, link, link)):
                titles.append((_subject(tree.text(link)), _page_of(tree, link)))
                break
    return count >= FEW and least <= len(titles) and _are_titles(titles) and len(set(titles)) > 1


def _are_said_elsewhere(tree: Tree, placed: list[int], own: Collection[str]) -> bool:
    """Whether links lead to places in several other pages that this page does not have.

    The number of such a place is not that of its page, as it is where a comment has an address of its own.

    :param own: paths of the page itself
    """
    pages = {_page_of(tree, link).partition("?")[0] for link in placed}
    if len(pages) < SEVERAL or not {path_of(page) for page in pages}.isdisjoint(own):
        return False
    led = [(tree.attrs[link].get("href") or "").partition("#") for link in placed]
    if any(not (place[2].isascii() and (at := _DIGITS.search(place[2]))) or at[0] in place[0] for place in led):
        return False
    places = {place for _, _, place in led}
    return not any(places.intersection(filter(None, map(attrs.get, PLACES))) for attrs in tree.attrs if attrs)


def _is_of_its_own(href: str) -> bool:
    """Whether an address with a place in its page is that of the place alone: ``/comment/12/vote#comment-12``."""
    page, _, place = href.partition("#")
    number = _DIGITS.search(place)
    return number is not None and number[0] in _DIGITS.findall(page)


_DIGITS = re.compile(r"\d+")

SEVERAL: Final = 2
"""Other pages to which links of one list lead."""

PLACES: Final = ("id", "name")
"""Attributes that name a place in a page."""


_THREAD = re.compile(r"[/?&_-](?:view|show)?(?:thread|topic)s?(?:\.\w+\?|[/?=-])[^/#]+/?$", re.IGNORECASE)
"""What an address ends with that is a thread's, and no place in it."""


LONGEST_HREF: Final = 500
"""Longer addresses are not those of threads, characters."""


def _lead_to_threads(template: Template, own: Collection[str]) -> bool:
    """Whether the records, or the elements around several each, lead to a thread each.

    On a page that is none, this is the index of a board: titles, or opening posts with their last answers. What stands
    in an element named as comments may lead to the answers on each by an address of this page (``?thread=12``).

    :param own: paths of the page itself
    """
    tree, heads = template.tree, template.group.heads
    if tree.roles[heads[0]] & COMMENT or any(_THREAD.search(path) for path in own):
        return False
    around = list(dict.fromkeys(tree.ups[head] for head in heads))
    without = own if any(tree.roles[up] & COMMENT for up in tree.above(heads[0], NEAR)) else ()
    return _are_threads(tree, heads, without) or (len(around) < len(heads) and _are_threads(tree, around, without))


def _are_timed_elsewhere(template: Template, slots: Slots, own: Collection[str]) -> bool:
    """Whether the times link to posts by their numbers in pages of their own: `/topic/5/ferries/12`, the last of each.

    Where posts are numbered below their authors (`/mira/12`), they may all be of one thread.
    """
    tree, count = template.tree, len(template.records)
    pages: set[str] = set()
    linked = 0
    for stamp, name in zip(slots.stamps, slots.names, strict=True):
        if stamp is None or not (place := _NUMBERED.fullmatch(path_of(_page_of(tree, stamp.node)))):
            continue
        author = path_of(_page_of(tree, name.node)) if name is not None else ""
        if place[1] in own or (author and author.rpartition("/")[2] in place[1].split("/")):
            return False
        pages.add(place[1])
        linked += 1
    return len(pages) > 1 and count - count // ODD <= linked


_OF_MEMBER = re.compile(
    r"/(?:u|users?|profil[ei]?s?|members?)/[^/]+(?:/[^/]+)?"
    r"/(?:posts|topics|threads|comments|replies|answers|messages|activity)$",
    re.IGNORECASE,
)
"""The end of an address that names what a member has said: `/user/mo/posts`, `/member/profile/4/posts`."""


def _are_of_member(template: Template, slots: Slots, own: Collection[str]) -> bool:
    """Whether the page's address names what a member has said, and no record leads to the profile of another."""
    tree = template.tree
    if not any(map(_OF_MEMBER.search, own)):
        return False
    linked = (_page_of(tree, name.node) for name in slots.names if name is not None)
    profiles = {path_of(url) for url in linked if PROFILE.search(url)}
    return all(any(path.startswith(profile + "/") for path in own) for profile in profiles)


_NUMBERED = re.compile(r"(.*/[^/]*[^\W\d_][^/]*)/\d{1,9}/?")
"""The path of something numbered in what a word names."""


def _are_threads(tree: Tree, nodes: list[int], without: Collection[str]) -> bool:
    """Whether the first elements hold a link to a thread each, each to another, by the same words or by its title.

    Posts lead to themselves by the subject that all have.

    :param without: paths of the page itself, where its own addresses are no threads
    """
    links = tree.places.get("a", [])
    led: list[tuple[str, str]] = []
    for node in nodes[:ODD]:
        for link in links[bisect_right(links, node) : bisect_left(links, tree.ends[node])]:
            href = tree.attrs[link].get("href") or ""
            if len(href) <= LONGEST_HREF and _THREAD.search(href) and not _is_of_page(href, without):
                led.append((href, tree.text(link)))
                break
    said = {line_key(text) for _, text in led}
    subjects = {_subject(text) for text in said}
    is_each_own = 1 < len(led) == len({page for page, _ in led}) == len(nodes[:ODD])
    return is_each_own and len(subjects) in (1, len(led)) and subjects == said


def _is_of_page(href: str, own: Collection[str]) -> bool:
    """Whether an address is one of the page, with or without its path.

    :param own: paths of the page itself; none where it does not matter
    """
    return bool(own) and (href.startswith("?") or path_of(href) in own)


def _are_titles(named: list[tuple[str, str]]) -> bool:
    """Whether what is linked are titles of pages, each page by its own, some more than once."""
    kinds = set(named)
    is_each_own = len(kinds) == len({title for title, _ in kinds}) == len({page for _, page in kinds})
    return is_each_own and len(kinds) < len(named) and 2 * sum(_is_titular(title) for title, _ in named) > len(named)


def _placed(tree: Tree, record: Record) -> int | None:
    """The first link that leads to a place in another page."""
    for link in record.links:
        page, _, place = (tree.attrs[link].get("href") or "").partition("#")
        if page and place:
            return link
    return None


def _heading_link(tree: Tree, record: Record) -> int | None:
    """The link in or around the first heading."""
    return _link_at(tree, record.headings[0]) if record.headings else None


_STARS = re.compile(
    r"[★☆⭐]{3}|\b[0-5](?:[.,]\d)?\s(?:out of|of|von|sur|de|su|van|av|z|из)\s(?:5|10)\b|\b[0-5][.,]\d\s?/\s?5\b",
    re.IGNORECASE,
)


_PRICE = re.compile(
    r"(?:[€$£¥₽]|USD|EUR|CHF)\s?\d[\d.,\s]*$|"
    r"\d[\d.,\s]*(?:[€$£¥₽]|zł|kr\.?|Kč|Ft|lei|руб\.?|TL|USD|EUR|CHF)$",
    re.IGNORECASE,
)


def is_rated(template: Template) -> bool:
    """Whether the records are reviews or goods: most have stars or a price, and nothing calls them comments."""
    tree = template.tree
    if any(tree.roles[record.start] & COMMENT for record in template.records):
        return False
    rated = sum(
        any(_is_rating(tree, node) for node in record.own) or _is_starred(tree, record) for record in template.records
    )
    return 2 * rated > len(template.records)


def _is_starred(tree: Tree, record: Record) -> bool:
    """Whether a record that is named as a review has a row of stars as pictures: a post may have those of a rank."""
    if REVIEWS.search(tree.attrs[record.start].get("class") or "") is None:
        return False
    classes = (tree.attrs[node].get("class") for node in record.own)
    return sum(name is not None and _STAR.search(name) is not None for name in classes) >= ROW


_STAR = re.compile(r"(?<![a-z])stars?(?![a-z])", re.IGNORECASE)

ROW: Final = 3
"""Stars that are a rating and no mark."""


@lru_cache(maxsize=4_096)
def _rates(text: str) -> bool:
    """Whether a line has stars or is a price."""
    return (_STARS.search(text) or _PRICE.match(text)) is not None


def _is_rating(tree: Tree, node: int) -> bool:
    text, own = tree.texts[node], tree.attrs[node]
    if text:
        return len(text) <= LONGEST_RATING and _rates(text)
    if _RATING.isdisjoint(own):
        return False
    if (own.get("itemprop") or "").lower() in ("reviewrating", "ratingvalue"):
        return True
    told = own.get("aria-label") or own.get("title") or own.get("alt") or ""
    return len(told) <= LONGEST_RATING and _STARS.search(told) is not None


_RATING: Final = frozenset({"itemprop", "aria-label", "title", "alt"})
"""Attributes that may tell a rating."""

LONGEST_RATING: Final = 40
"""Longer lines are no ratings, characters."""
