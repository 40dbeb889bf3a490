"""Comments in schema.org markup: those of a page's main thing, from JSON-LD or from microdata and RDFa, in one shape.

Terms: schema.org `Comment` (text, author, datePublished, parentItem, comment, upvoteCount), `Answer`, which is a
`Comment`, under the `Question` of a `QAPage`, and the older `UserComments` (commentText, commentTime, creator).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from crawler.extract.document import Document
from crawler.extract.jsonld import JsonLd
from crawler.extract.structured import markup_things
from crawler.extract.thing import Node

COMMENTS: Final = frozenset({"comment", "usercomments", "correctioncomment"})
ANSWERS: Final = ("acceptedanswer", "suggestedanswer")
REPLIES: Final = ("comment", "reply")
"""Properties whose values answer the thing that has them."""

ASKING: Final = frozenset({"discussionforumposting", "question", "socialmediaposting"})
"""Things whose nature it is to be answered: without an answer they are an empty thread, if they count their answers."""

OF_OTHERS: Final = frozenset(
    {"itemlistelement", "isrelatedto", "relatedlink", "mentions", "citation", "review", "blogpost", "shareditem"}
)
"""Properties (lower case) below which things are other pages' business."""

EDITORIAL: Final = frozenset({"faqpage", "quiz", "course"})
"""Pages whose questions and answers were written by their publisher."""

MENTIONED: Final = re.compile(r'"@type"\s*:\s*\[?\s*"(?:https?://schema\.org/|schema:)?Comment"')


@dataclass(slots=True)
class Said:
    """One comment of the markup."""

    thing: Node
    parent: Said | None
    is_accepted: bool = False


@dataclass(slots=True)
class Talk:
    """What a page's markup says about the comments of one thing."""

    syntax: str
    """``json-ld`` or ``markup``."""
    owner: Node | None
    said: list[Said] = field(default_factory=list)
    """Parents before their replies."""
    is_cut: bool = False
    """Whether there was more than is read."""


def read_talk(document: Document) -> Talk | None:
    """The comments of the page in the syntax that has most of them; None where there is no talk at all."""
    talks = [talk for talk in (_json_ld(document), _markup(document)) if talk is not None]
    return max(talks, key=lambda talk: len(talk.said), default=None)


def counted(owner: Node | None) -> tuple[int | None, str]:
    """How many comments a thing says it has, and what it counts: answers alone, or all comments."""
    if owner is None:
        return None, "all"
    answers = _number(owner.text("answercount"))
    if answers is not None:
        return answers, "top"
    comments = _number(owner.text("commentcount"))
    if comments is None:
        comments = interactions(owner, "commentaction", "usercomments", "replyaction")
    return comments, "all"


def interactions(thing: Node, *kinds: str) -> int | None:
    """The count of an `InteractionCounter` of one of these types (lower case)."""
    for counter in thing.nodes("interactionstatistic"):
        types = counter.nodes("interactiontype")
        shown = [*(kind for node in types for kind in node.types), counter.text("interactiontype") or ""]
        names = {name.rstrip("/").rpartition("/")[2].rpartition(":")[2].lower() for name in shown}
        if names & set(kinds):
            return _number(counter.text("userinteractioncount"))
    return None


def _number(raw: str | None) -> int | None:
    raw = (raw or "").strip()
    return int(raw) if raw.isdecimal() and len(raw) < 13 else None


def is_comment(thing: Node) -> bool:
    """Whether a thing is a comment by its type."""
    return bool(thing.types & COMMENTS)


# -- JSON-LD ------------------------------------------------------------------------------------------


def _json_ld(document: Document) -> Talk | None:
    """Comments of the scripts. The limits of the page's own reading do not hold here: a thread may be long and deep."""
    data = document.derived(JsonLd)
    scripts = data.scripts
    walk = _Walk()
    for text in scripts:
        if any(word in text for word in ("omment", "nswer", "DiscussionForumPosting")):
            for value in data.values(text):
                walk.page(value)
    talk = walk.longest()
    if talk is not None:
        mentioned = sum(len(MENTIONED.findall(text)) for text in scripts)
        talk.is_cut = mentioned > sum(len(one.said) for one in walk.talks.values())
    return talk


class _Walk:
    """A walk through JSON-LD that finds comments, who has them, and whom they answer."""

    def __init__(self) -> None:
        self.talks: dict[int, Talk] = {}

    def page(self, value: Any) -> None:
        """One script's value."""
        stack: list[tuple[Any, Node | None, bool]] = [(value, None, False)]
        while stack:
            part, owner, is_editorial = stack.pop()
            if isinstance(part, list):
                stack += [(inner, owner, is_editorial) for inner in reversed(part)]
                continue
            if not isinstance(part, dict):
                continue
            thing = _node(part)
            if is_comment(thing):
                self._comments(owner, part, None)
                continue
            is_editorial = is_editorial or bool(thing.types & EDITORIAL)
            for key, inner in part.items():
                name = key.lower().removeprefix("schema:")
                if name in ANSWERS and not is_editorial and "question" in thing.types:
                    self._all(thing, inner, is_accepted=name == ANSWERS[0])
                elif name in REPLIES:
                    self._all(thing, inner)
                elif name not in OF_OTHERS and name not in ANSWERS:
                    stack.append((inner, owner if "@graph" in part else None, is_editorial))
            if thing.types & ASKING and not is_editorial:
                self.talks.setdefault(id(thing), Talk("json-ld", thing))

    def _all(self, owner: Node, values: Any, *, is_accepted: bool = False) -> None:
        for value in values if isinstance(values, list) else [values]:
            if isinstance(value, dict) and len(value) > 1:
                self._comments(owner, value, None, is_accepted=is_accepted)

    def _comments(self, owner: Node | None, value: Any, parent: Said | None, *, is_accepted: bool = False) -> None:
        """A comment and its replies, however deep."""
        talk = self.talks.setdefault(id(owner) if owner is not None else 0, Talk("json-ld", owner))
        stack: list[tuple[Any, Said | None, bool]] = [(value, parent, is_accepted)]
        while stack:
            part, above, accepted = stack.pop()
            if isinstance(part, list):
                stack += [(inner, above, accepted) for inner in reversed(part)]
            elif isinstance(part, dict):
                said = Said(_node(part), above, accepted)
                talk.said.append(said)
                inner = [part[key] for key in part if key.lower().removeprefix("schema:") in REPLIES]
                stack += [(replies, said, False) for replies in reversed(inner)]

    def longest(self) -> Talk | None:
        """The talk of the thing with most comments."""
        return max(self.talks.values(), key=lambda talk: len(talk.said), default=None)


def _node(value: dict[str, Any], depth: int = 0) -> Node:
    """A JSON object as a thing; replies are left to the walk."""
    types = value.get("@type")
    names = types if isinstance(types, list) else [types]
    node = Node(
        frozenset(re.split(r"[/#:]", name.rstrip("/"))[-1].lower() for name in names if isinstance(name, str)),
        node_id=value["@id"] if isinstance(value.get("@id"), str) else None,
    )
    for key, part in value.items():
        name = key.lower().removeprefix("schema:")
        if name.startswith("@") or name in REPLIES or depth > 3:
            continue
        node.props[name] = list(_values(part, depth + 1))
    return node


def _values(value: Any, depth: int) -> Iterator[Any]:
    if isinstance(value, list):
        for part in value:
            yield from _values(part, depth)
    elif isinstance(value, dict):
        plain = value.get("@value")
        yield str(plain) if isinstance(plain, str | int | float) else _node(value, depth)
    elif isinstance(value, bool):
        yield str(value).lower()
    elif isinstance(value, int | float):
        yield f"{value:.0f}" if isinstance(value, float) and value.is_integer() else str(value)[:40]
    elif isinstance(value, str):
        yield value


# -- microdata and RDFa -------------------------------------------------------------------------------

MAX_THINGS: Final = 100_000
"""Things of the visible markup that are read; a comment has two or three."""


def _markup(document: Document) -> Talk | None:
    """Comments of the visible markup, whose values are elements: their text has its paragraphs and links."""
    things = markup_things(document, MAX_THINGS)
    editorial = {id(one) for thing in things if thing.types & EDITORIAL for one in thing.nodes("mainentity", "haspart")}
    accepted = {id(answer) for thing in things for answer in thing.nodes(ANSWERS[0])}
    owners: dict[int, Node | None] = {
        id(reply): thing
        for thing in things
        if id(thing) not in editorial
        for reply in thing.nodes(*REPLIES, *ANSWERS)
        if reply is not thing
    }
    owners |= {one: owners.get(id(of)) for one, of in owners.items() if of is not None and _only_holds(of)}
    found: dict[int, Said] = {}
    placed: dict[int, Said] = {}
    talk = Talk("markup", None, is_cut=len(things) >= MAX_THINGS)
    for thing in things:
        owner = owners.get(id(thing))
        is_answer = "answer" in thing.types and owner is not None and "question" in owner.types
        if (not is_comment(thing) and not is_answer) or _only_holds(thing):
            continue
        above = found.get(id(owner)) if owner is not None else _said_around(thing, placed)
        found[id(thing)] = Said(thing, above, id(thing) in accepted)
        if thing.element is not None:
            placed[thing.element.mem_id] = found[id(thing)]
        talk.said.append(found[id(thing)])
        if talk.owner is None and above is None:
            talk.owner = owner
    if not talk.said:
        talk.owner = next((one for one in things if one.types & ASKING and id(one) not in editorial), None)
    return talk if talk.said or talk.owner is not None else None


DEEP: Final = 16
"""Elements around an answer among which what it answers is looked for."""


def _said_around(thing: Node, placed: dict[int, Said]) -> Said | None:
    """The comment in whose element one stands that is no property of it.

    :param placed: comments by their elements
    """
    up = thing.element.parent if thing.element is not None else None
    for _ in range(DEEP):
        if up is None or up.mem_id in placed:
            break
        up = up.parent
    return placed.get(up.mem_id) if up is not None else None


def _only_holds(thing: Node) -> bool:
    """Whether what is marked as a comment says nothing and has no name: it is the list of those in it."""
    return is_comment(thing) and thing.node_id is None and thing.props.keys() <= {*REPLIES}
