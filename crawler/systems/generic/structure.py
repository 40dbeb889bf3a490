"""Which comment answers which: by nesting, by containers of answers, by indentation, by a link to the one answered."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final

from crawler.systems.around.tree import Tree
from crawler.systems.around.words import COMMENT, REPLIES
from crawler.systems.generic.body import Bodies
from crawler.systems.generic.ids import NAMES
from crawler.systems.generic.signatures import LISTS, depth
from crawler.systems.generic.slots import LONGEST_NAME, Name, Slots
from crawler.systems.generic.template import WRAPPERS, Record, Template

_LEVEL = re.compile(
    r"(?:^|[\s_-]|comment|reply)(?:depth|level|lvl|lev|indent|nest(?:ed|ing)?|poziom|stufe|ebene|niveau|nivel|tier|deep|margin|offset|l)[_-]{0,2}(\d{1,2})(?=$|[\s_])",
    re.IGNORECASE,
)
_INDENT = re.compile(
    r"(?:margin|padding)-(?:left|right|inline-start)\s*:\s*(-?\d+(?:\.\d+)?)\s*(px|em|rem|%|pt)?|(?:^|;)\s*(?:margin|padding)\s*:\s*[^;]*?(\d+)px\s*(?:;|$)",
    re.IGNORECASE,
)
_SPACER = re.compile(r"spacer|blank|clear|pixel|s\.gif$")
_WIDTH = re.compile(r"(?:^|;)\s*width\s*:\s*(\d+(?:\.\d+)?)\s*(px|%)", re.IGNORECASE)
_SHIFTED = re.compile(r"(?:^|[\s:])(?:ml|ms|pl|ps)-\d")
"""A class that moves an element to the right (Bootstrap, Tailwind, Vuetify)."""
LEVEL_ATTRIBUTES: Final = ("data-depth", "data-level", "data-indent", "aria-level", "depth", "level", "indent")
PARENT_ATTRIBUTES: Final = frozenset(
    {
        "data-parent-id", "data-parent", "data-parentid", "data-parent-comment-id", "data-in-reply-to",
        "data-reply-to", "data-reply-to-id", "parent-id", "parentid", "reply-to", "reply-to-id", "in-reply-to",
    }
)  # fmt: skip
"""Attributes that name the comment that is answered, with ``-`` for ``_``."""

Parents = list[int | None]


def parents_of(template: Template, slots: Slots, bodies: Bodies) -> tuple[Parents, str]:
    """For each record the number of the record that it answers, and how that was seen."""
    count = len(template.records)
    none: Parents = [None] * count
    if count < 2:
        return none, "flat"
    if template.group.mode == "signed":
        parents = _by_stack([depth(template.tree, record.start) for record in template.records])
        return parents, "lists in each other"
    for method, name in (
        (_by_nesting, "nesting"),
        (_by_attribute, "parent attribute"),
        (_by_level, "level"),
        (_by_container, "container of answers"),
        (_by_indent, "indentation"),
        (partial(_by_link, slots=slots), "link to the answered comment"),
        (_by_name, "name of an answer"),
        (partial(_by_container, behind_wrappers=True), "container behind the comment's"),
    ):
        parents = method(template)
        if any(parent is not None for parent in parents):
            if name == "nesting":
                parents = _merged(parents, _by_container(template))
            return parents, name
    parents = _by_address(template.tree, slots, bodies)
    return parents, "name that is addressed" if any(parent is not None for parent in parents) else "flat"


def _merged(first: Parents, second: Parents) -> Parents:
    return [one if one is not None else other for one, other in zip(first, second, strict=True)]


def _by_nesting(template: Template) -> Parents:
    parents: Parents = []
    stack: list[int] = []
    for number, record in enumerate(template.records):
        while stack and template.records[stack[-1]].end <= record.start:
            stack.pop()
        parents.append(stack[-1] if stack else None)
        stack.append(number)
    return parents


def _by_container(template: Template, *, behind_wrappers: bool = False) -> Parents:
    """Answers stand in a container right behind the comment (or behind its wrapper) that they answer.

    :param behind_wrappers: whether one without a name for answers may stand behind a wrapper, and hold such wrappers
    """
    tree = template.tree
    records = template.records
    starts = {record.start: number for number, record in enumerate(records)}
    parents: Parents = []
    last_in: dict[int, int] = {}
    opened: dict[int, int] = {}
    wrapped: dict[int, tuple[int, str]] = {}
    names: list[bool] = []
    alike: set[int] = set()
    unanswering = tree.shapes[records[0].start]  # the first comment answers nothing, whatever its element is called
    for number, record in enumerate(records):
        parent: int | None = None
        up = record.start
        named, passed = False, set[str]()
        for _ in range(8):
            named = named or (tree.shapes[up] != unanswering and _is_of_answers(tree, up))
            holder = tree.ups[up]
            if holder <= 0:
                break
            earlier = last_in.get(holder, opened.get(holder) if named else None)
            wrapper, shape = wrapped.get(holder, (0, tree.shapes[up]))
            is_told = named or (behind_wrappers and shape in passed)
            if is_told and holder not in last_in and shape != tree.shapes[up]:
                earlier = max(wrapper, -1 if earlier is None else earlier)
            passed.add(tree.shapes[up])
            if earlier is not None and up not in starts and records[earlier].end <= up:
                parent = earlier
                if _is_alike(template, up, records[earlier].start):
                    alike.add(number)
                break
            up = holder
        names.append(parent is not None and named)
        parents.append(parent)
        last_in[tree.ups[record.start]] = number
        opened.update(dict.fromkeys(_opened_by(template, record), number))
        following = records[number + 1].start if number + 1 < len(records) else len(tree)
        for wrapper in _own_wrappers(template, record, following):
            if parent is not None and tree.is_in(up, wrapper):  # what holds an answer is no comment's
                break
            wrapped[tree.ups[wrapper]] = number, tree.shapes[wrapper]
    containers = {(parent) for parent in parents if parent is not None}
    if not containers:
        return parents
    if any(names):
        return [parent if named else None for parent, named in zip(parents, names, strict=True)]
    if len(containers) < 2 or sum(parent is not None for parent in parents) > 0.85 * len(parents):
        return [parent if number in alike else None for number, parent in enumerate(parents)]
    return parents


def _is_of_answers(tree: Tree, node: int) -> bool:
    """Whether the name of an element says that answers stand in it, or that it is moved to the right."""
    return bool(tree.roles[node] & REPLIES or _SHIFTED.search(tree.attrs[node].get("class") or ""))


def _is_alike(template: Template, container: int, comment: int) -> bool:
    """Whether what holds answers has the shape of what holds the comment that stands right before: a list in a list."""
    tree = template.tree
    shape, up = tree.shapes[container], tree.ups[comment]
    for _ in range(WRAPPERS if "." in shape or tree.tags[container] in LISTS else 0):
        if up <= 0:
            break
        if tree.shapes[up] == shape:
            return tree.is_in(container, up)
        up = tree.ups[up]
    return False


def _own_wrappers(template: Template, record: Record, following: int) -> Iterator[int]:
    """The elements that hold a record and no other, as far as they are no container of answers.

    :param following: where the next record begins
    """
    tree = template.tree
    holder = tree.ups[record.start]
    for _ in range(WRAPPERS):
        if holder <= 0 or _is_of_answers(tree, holder) or tree.ends[holder] > following:
            break
        yield holder
        holder = tree.ups[holder]


def _opened_by(template: Template, record: Record) -> Iterator[int]:
    """The wrappers that begin with a record, as far as they are no container of answers."""
    tree = template.tree
    holder = tree.ups[record.start]
    for _ in range(WRAPPERS):
        if holder <= 0 or _is_of_answers(tree, holder) or template.first_in.get(holder) != record.start:
            break
        yield holder
        holder = tree.ups[holder]


def _by_stack(levels: list[float | None]) -> Parents:
    """Parents from depths: the nearest comment before that is less deep."""
    known = [level for level in levels if level is not None]
    is_bare = levels[0] is None  # what comes first answers nothing
    if not known or len(set(known)) + is_bare < 2:
        return [None] * len(levels)
    low = min(known) - is_bare
    parents: Parents = []
    stack: list[tuple[float, int]] = []
    for number, level in enumerate(levels):
        depth = low if level is None else level
        while stack and stack[-1][0] >= depth:
            stack.pop()
        parents.append(stack[-1][1] if stack else None)
        stack.append((depth, number))
    return parents


def _near(template: Template, record: Record) -> list[int]:
    """A record's element, the wrappers that hold nothing else, and its first elements; 0 where there is none."""
    tree, start = template.tree, record.start
    nodes = [start]
    around = tree.ups[start]
    for _ in range(WRAPPERS):
        is_own = around > 0 and template.first_in.get(around, start) == start
        nodes.append(around if is_own else 0)
        around = tree.ups[around] if is_own else 0
    inner = range(start + 1, start + 4)
    nodes.extend(node if node < record.end and tree.tags[node] else 0 for node in inner)
    return nodes


def _by_level(template: Template) -> Parents:
    return _by_stack(_measure(template, _level))


def _level(tree_attrs: dict[str, str | None]) -> float | None:
    for name in LEVEL_ATTRIBUTES:
        value = tree_attrs.get(name)
        if value and value.strip().isdigit() and len(value) < 4:
            return float(value)
    found = _LEVEL.search(tree_attrs.get("class") or "")
    return float(found[1]) if found else None


def _measure(template: Template, read: Callable[[dict[str, str | None]], float | None]) -> list[float | None]:
    """A number of each record, read at the same relative element for all of them."""
    tree = template.tree
    near = [_near(template, record) for record in template.records]
    best: list[float | None] = [None] * len(near)
    for step in range(len(near[0])):
        values = [read(tree.attrs[nodes[step]]) if nodes[step] else None for nodes in near]
        distinct = {value for value in values if value is not None}
        if len(distinct) > 1 or (len(distinct) == 1 and None in values and distinct != {0.0}):
            return values
    return best


def _indent(attrs: dict[str, str | None]) -> float | None:
    style = attrs.get("style") or ""
    if "margin" in style or "padding" in style:
        found = _INDENT.search(style)
        if found and found[1] is not None:
            return float(found[1])
    if "width" in style:
        found = _WIDTH.search(style)
        if found:
            return -float(found[1])
    width = attrs.get("width")
    if width and attrs.get("height") is None and width.rstrip("%px").isdigit():
        return -float(width.rstrip("%px"))
    return None


def _by_indent(template: Template) -> Parents:
    levels = _measure(template, _indent)
    parents = _by_stack(levels)
    if any(parent is not None for parent in parents):
        return parents
    tree = template.tree
    spacers: list[float | None] = []
    for record in template.records:
        width = None
        for node in record.own[:14]:
            if tree.tags[node] == "img":
                raw = (tree.attrs[node].get("width") or "").rstrip("px")
                height = (tree.attrs[node].get("height") or "").rstrip("px")
                source = (tree.attrs[node].get("src") or "").lower()
                # A square one is a portrait: `blank-avatar.png`.
                is_spacer = height != raw and _SPACER.search(source) is not None
                if raw.isdigit() and (is_spacer or height in ("0", "1")):
                    width = float(raw)
                    break
        spacers.append(width)
    return _by_stack(spacers)


def _names_of(template: Template, nodes: Sequence[int]) -> set[str]:
    """Ids and anchor names of some nodes of a record."""
    tree = template.tree
    found: set[str] = set()
    for node in nodes:
        own = tree.attrs[node]
        if own:
            for name in NAMES:
                value = own.get(name)
                if value:
                    found.add(value)
    return found


_NUMBER = re.compile(r"\d{2,}")


def _by_attribute(template: Template) -> Parents:
    tree = template.tree
    stated: list[str | None] = []
    for record in template.records:
        value = None
        for node in record.own[:6]:
            for name, own in tree.attrs[node].items():
                value = value or (own if name.replace("_", "-") in PARENT_ATTRIBUTES else None)
        stated.append(value)
    if not any(stated):
        return [None] * len(stated)
    owner = _owners(template)
    return [
        parent if value and (parent := _owner_of(owner, value)) is not None and parent != number else None
        for number, value in enumerate(stated)
    ]


def _owners(template: Template) -> dict[str, int]:
    """The records by the ids in them; one that a record itself has is its own, although another one quotes it."""
    owner: dict[str, int] = {}
    for part in (slice(1), slice(1, 400)):
        for number, record in enumerate(template.records):
            for name in _names_of(template, record.own[part]):
                owner.setdefault(name, number)
                for digits in _NUMBER.findall(name):
                    owner.setdefault("#" + digits, number)
    return owner


def _owner_of(owner: dict[str, int], value: str) -> int | None:
    found = owner.get(value)
    if found is None:
        digits = _NUMBER.findall(value)
        found = owner.get("#" + digits[-1]) if digits else None
    return found


_REPLY_TO = re.compile(
    r"reply to|response to|replying to|respond(?:ing|s)? to|antwort auf|als antwort|réponse à|en respuesta a|"
    r"respondiendo a|in risposta a|em resposta a|w odpowiedzi|odpowiedź (?:na|do)|ответ на|ответила?|отвечает|"
    r"reactie op|svar (?:på|til|till)|回复|回覆|への返信|답글|yanıt|@",
    re.IGNORECASE,
)


def _by_link(template: Template, slots: Slots) -> Parents:
    """A link to another comment of the page, with words for an answer or with the name of who wrote that one.

    A class for answers is enough only of a link to a place in a page: links to profiles have figures of their own.
    """
    tree = template.tree
    parents: Parents = [None] * len(template.records)
    owner: dict[str, int] | None = None
    numbered: dict[str, int] = {}
    for number, record in enumerate(template.records):
        for node in record.links:
            href = tree.attrs[node].get("href")
            fragment = href.rpartition("#")[2] if href else ""
            if not href or not fragment:
                continue
            says_so = _says_reply(template, node, by_class="#" in href)
            if not says_so and "#" not in href:
                continue
            if owner is None:
                owner, numbered = _owners(template), _numbered(template)
            found = owner.get(fragment)
            if found is None and says_so:
                found = numbered.get((tree.line(node, LONGEST_NUMBER) or "").strip("#"))
            if found is None and says_so:
                found = _owner_of(owner, fragment)
            if found is not None and found != number and (says_so or _names(template, node, slots.names[found])):
                parents[number] = found
                break
    return parents


LONGEST_NUMBER: Final = 6
"""Characters of a comment's number in its thread."""

FIRST: Final = 4
"""Texts of a comment among which its number stands."""

_COUNTED = re.compile(r"(?:#|\(|№|nr\.?\s?|no\.?\s?)(\d{1,5})(?!\d)", re.IGNORECASE)


def _numbered(template: Template) -> dict[str, int]:
    """The comments by the numbers that they begin with, as ``(3)`` or ``#3``, where all have one that no other has."""
    texts = template.tree.texts
    numbers = [
        next((match[1] for line in record.lines[:FIRST] if (match := _COUNTED.match(texts[line])) is not None), None)
        for record in template.records
    ]
    found = {number: place for place, number in enumerate(numbers) if number is not None}
    return found if len(found) == len(numbers) else {}


def _names(template: Template, link: int, name: Name | None) -> bool:
    """Whether a link names an author."""
    return name is not None and name.text in (template.tree.line(link, LONGEST_NAME + 40) or "")


def _says_reply(template: Template, link: int, *, by_class: bool) -> bool:
    """Whether the words at a link speak of an answer, or also its classes and those around it."""
    tree = template.tree
    line = tree.line(link, 80)
    around = tree.ups[link]
    if line is None:
        return False
    said = tree.line(around, 120) or line
    return _REPLY_TO.search(said) is not None or bool(
        by_class and (tree.roles[around] | tree.roles[link]) & REPLIES and not tree.roles[link] & COMMENT
    )


_ADDRESSED = re.compile(r"\s*@\s?(?=\w)")


def _by_address(tree: Tree, slots: Slots, bodies: Bodies) -> Parents:
    """A text that begins with ``@name``, where one earlier comment, and no other, is by somebody of that name.

    Where it begins with a quotation, another one said that.
    """
    parents: Parents = []
    by: dict[str, list[int]] = {}
    for number, text in enumerate(bodies.texts):
        parent = None
        match = _ADDRESSED.match(text)
        if match is not None and not _is_quoted(tree, bodies.elements[number]):
            rest = text[match.end() :].casefold()
            ends = [end for end in range(min(len(rest), LONGEST_NAME), 0, -1) if not rest[end : end + 1].isalnum()]
            earlier = next((by[name] for end in ends if (name := rest[:end]) in by), [])
            parent = earlier[0] if len(earlier) == 1 else None
        parents.append(parent)
        author = slots.names[number]
        if author is not None:
            by.setdefault(author.text.casefold(), []).append(number)
    return parents


def _is_quoted(tree: Tree, element: int | None) -> bool:
    """Whether the text of an element begins in a quotation."""
    if element is None:
        return False
    first = next((node for node in range(element, tree.ends[element]) if tree.texts[node]), element)
    return any(tree.tags[up] in ("blockquote", "q") and tree.is_in(up, element) for up in tree.above(first, QUOTED))


QUOTED: Final = 8
"""Elements around the beginning of a text that may be a quotation."""


_ANSWER = re.compile(
    r"(?:^|[_-])(?:reply|replies|response|answer|child|children|sub|subcomment|nested|antwort|odpowiedz|otvet"
    r"|respuesta|reponse|risposta|indent|indented)(?=$|[_-])",
    re.IGNORECASE,
)


_ACCEPTED = re.compile(r"accepted|best|chosen|correct|selected", re.IGNORECASE)
_SIDE = re.compile(r"(?:^|[_-])messages?$", re.IGNORECASE)
_OTHER_SIDE = re.compile(r"(?:^|[_-])responses?$", re.IGNORECASE)
"""What those have who ask and those who help, on pages where both talk by turns."""


def _classes(template: Template, record: Record) -> list[str]:
    """The classes of a record and of the element around it that holds nothing else."""
    attrs = template.tree.attrs
    return [name for node in _near(template, record)[:2] if node for name in (attrs[node].get("class") or "").split()]


def _by_name(template: Template) -> Parents:
    """Answers carry a class that the comments they follow do not; that of the accepted answer to a question is none."""
    classes = [set(filter(_ANSWER.search, _classes(template, record))) for record in template.records]
    told = {name for name in set().union(*classes) - classes[0] if not _ACCEPTED.search(name)}
    if any(_SIDE.search(name) for name in _classes(template, template.records[0])):
        told = {name for name in told if not _OTHER_SIDE.search(name)}
    marks = [bool(names & told) for names in classes]
    if not any(marks) or template.group.mode != "element":
        return [None] * len(marks)
    parents: Parents = []
    last: int | None = None
    for number, is_answer in enumerate(marks):
        parents.append(last if is_answer else None)
        if not is_answer:
            last = number
    return parents
