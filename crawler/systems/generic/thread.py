"""The thread of a page: of all sets of elements that may be its comments the one whose records read like comments."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from crawler.extract.document import Document
from crawler.systems.generic.body import Bodies, read_bodies, skim_bodies
from crawler.systems.generic.evidence import (
    evidence,
    is_by_one,
    is_collected,
    is_counted_out,
    is_plain,
    is_rated,
    is_torn,
)
from crawler.systems.generic.model import confidence_of, rank_of
from crawler.systems.generic.records import NEVER, Group, Sums, groups_of
from crawler.systems.generic.slots import Slots, read_slots
from crawler.systems.generic.structure import Parents, parents_of
from crawler.systems.generic.surroundings import Surroundings
from crawler.systems.generic.template import Template
from crawler.systems.generic.tree import flatten

READ: Final = 8
"""Candidates whose fields are read."""

BEHIND: Final = 3.0
"""Candidates whose counts score so much less than those of the best are not read."""

SAMPLE: Final = 8
"""Records of a candidate that are read before it is chosen."""

THRESHOLD: Final = 0.43
"""Confidence from which a thread is believed."""

PLAIN: Final = 0.4
"""The most confidence in records of which nothing tells that they are comments."""

DOUBT: Final = 0.2
"""Confidence from which a thread that is not believed is named in the ledger."""


@dataclass(slots=True)
class Found:
    """A candidate with everything that was read of it."""

    template: Template
    slots: Slots
    bodies: Bodies
    rank: float = 0.0
    """How well it stands among the candidates of its page."""
    confidence: float = 0.0
    """0 to 1: how sure it is that these are comments."""
    evidence: dict[str, float] = field(default_factory=dict)
    parents: Parents = field(default_factory=list)
    method: str = "flat"
    language: str | None = None
    """The page's language."""
    has_form: bool = False
    """Whether the page has a field for a new comment."""
    below: Found | None = None
    """Comments on the comments, of another make: those on the answers to a question."""
    stated: int | None = None
    """How many comments the page says there are, right before them."""

    @property
    def group(self) -> Group:
        """The elements that were taken for the comments."""
        return self.template.group


class _Page:
    """A page whose candidates are read."""

    def __init__(self, document: Document, observed_at: int, language: str | None) -> None:
        self.tree = flatten(document)
        self.observed_at, self.language = observed_at, language
        self.sums, self.around = Sums(self.tree), Surroundings(self.tree)

    def read(self, template: Template) -> Found | None:
        """A candidate with its fields; None for reviews, what one member has written, and comments of other pages."""
        slots = read_slots(template, observed_at=self.observed_at, language=self.language)
        if is_rated(template) or is_by_one(template, slots) or is_collected(template, slots):
            return None
        group, around = template.group, self.around
        found = Found(template, slots, skim_bodies(template, slots), language=self.language)
        found.evidence = evidence(template, slots, found.bodies, around, self.sums)
        found.rank, found.confidence = rank_of(found.evidence), confidence_of(found.evidence)
        told = found.evidence
        if is_plain(told, group, slots, around) or is_torn(told) or is_counted_out(told, group, around):
            found.confidence = min(found.confidence, PLAIN)
        found.has_form, found.stated = bool(around.fields), around.stated_before(group.spans[0][0])
        return found

    def candidates(self, limit: int, behind: float) -> list[Found]:
        found: list[Found] = []
        others: list[Group] = []
        for group in groups_of(self.tree, self.sums, self.around, behind=behind)[:limit]:
            if any(_is_part(group, other) for other in others):
                continue
            candidate = self.read(Template(self.tree, group, SAMPLE))
            if candidate is None:
                others.append(group)
                found = [each for each in found if not _is_part(each.group, group)]
            else:
                found.append(candidate)
        found.sort(key=lambda candidate: -candidate.rank)
        surer = next((candidate for candidate in found if _is_surer(candidate, found[0])), None)
        if surer is not None:
            found.remove(surer)
            found.insert(0, surer)
        return found


def _is_part(group: Group, of: Group) -> bool:
    """Whether records begin among others, or part the same elements in another way."""
    return of.spans[0][0] <= group.spans[0][0] < of.spans[-1][1] or group.label == of.label


def candidates(
    document: Document, *, observed_at: int, language: str | None, limit: int = READ, behind: float = BEHIND
) -> list[Found]:
    """What may be the page's thread, the surest first.

    :param limit: candidates whose fields are read
    :param behind: how far their counts may stand behind those of the best
    """
    page = _Page(document, observed_at, language)
    return page.candidates(limit, behind) if len(page.tree) else []


ALIKE: Final = 0.6
"""How far a candidate may rank behind one that is not believed where it is a part of the same."""

APART: Final = 3.0
"""The same where it stands elsewhere on the page."""


def _is_surer(candidate: Found, best: Found) -> bool:
    """Whether a candidate is believed and the best is not, which stands elsewhere or holds records of another kind too.

    Of the two ways to part one run of siblings the surer one is taken in any case.
    """
    own, others = candidate.group.spans, best.group.spans
    behind = best.rank - candidate.rank
    if candidate.group.label == best.group.label and "element" not in (candidate.group.mode, best.group.mode):
        return candidate.confidence > best.confidence and behind < ALIKE
    if not candidate.confidence >= THRESHOLD > best.confidence:
        return False
    (first, last), (low, high) = _reach(own), _reach(others)
    is_apart = last <= low or high <= first
    return behind < (APART if is_apart else ALIKE if len(own) < len(others) and low <= first and last <= high else 0.0)


def _reach(spans: list[tuple[int, int]]) -> tuple[int, int]:
    return spans[0][0], max(end for _, end in spans)


def find_thread(document: Document, *, observed_at: int, language: str | None) -> Found | None:
    """The page's thread, None when it shows none; its confidence says how sure that is.

    Of one that is not believed only some records are read.
    """
    page = _Page(document, observed_at, language)
    read = page.candidates(READ, BEHIND) if len(page.tree) else []
    if not read or read[0].confidence < THRESHOLD:
        return read[0] if read else None
    found = _with_comments_below(page, read)
    for part in filter(None, (found, found.below)):
        read_whole(part, observed_at=observed_at, language=language)
    return found


def read_whole(found: Found, *, observed_at: int, language: str | None) -> None:
    """Read all records of a candidate, and which one answers which."""
    if len(found.template.records) < len(found.group.spans):
        without = found.below.group.spans if found.below is not None else ()
        found.template = Template(found.template.tree, found.group, without=without)
        found.slots = read_slots(found.template, observed_at=observed_at, language=language)
    found.bodies = read_bodies(found.template, found.slots)
    found.parents, found.method = parents_of(found.template, found.slots, found.bodies)


WHOLE: Final = 0.8
"""Share of answers, and of the comments below them, that must have author, time and text of their own."""

ABOVE: Final = 8
"""Elements around a comment that may be the answer it belongs to."""


def _with_comments_below(page: _Page, read: list[Found]) -> Found:
    """The best candidate; where it and another stand in each other, as answers and the comments on each, both.

    What is read of the answers is read without the comments in them, so no text is there twice.
    """
    best = read[0]
    if best.group.mode != "element" or _nest(best.group.spans):
        return best
    pairs = [(best.group, inner) for inner in read[1:] if _is_below(inner, best.group.spans)]
    pairs.extend((group, best) for group in _groups_around(page, best))
    found = best
    for group, inner in pairs:
        outer = page.read(Template(page.tree, group, SAMPLE, inner.group.spans))
        least = max(WHOLE, best.evidence["whole"]) if group is best.group else WHOLE
        if outer is None or outer.confidence < THRESHOLD or outer.evidence["whole"] < least:
            continue
        if found.below is None or outer.confidence > found.confidence:
            outer.below, found = inner, outer
    return found


def _is_below(inner: Found, spans: list[tuple[int, int]]) -> bool:
    """Whether a candidate has whole comments, most of them in one of some spans and none around another.

    The others may be on the question.
    """
    own = inner.group.spans
    is_sure = inner.group.mode == "element" and inner.confidence >= THRESHOLD and inner.evidence["whole"] >= WHOLE
    return is_sure and not _nest(own) and 2 * holders(own, spans).count(-1) < len(own)


def _nest(spans: list[tuple[int, int]]) -> bool:
    return any(later[0] < earlier[1] for earlier, later in pairwise(spans))


def holders(spans: list[tuple[int, int]], around: list[tuple[int, int]]) -> list[int]:
    """For each span the place of the last one of some others that holds it, and is more than it; -1 for none."""
    starts = [start for start, _ in around]
    found: list[int] = []
    for start, end in spans:
        place = bisect_left(starts, start) - 1
        found.append(place if place >= 0 and end <= around[place][1] else -1)
    return found


def _groups_around(page: _Page, inner: Found) -> Iterator[Group]:
    """Siblings of one shape of which some hold comments of a candidate: what may be the answers that these are on."""
    tree, own = page.tree, inner.group.spans
    if inner.evidence["whole"] < WHOLE:
        return
    seen: set[tuple[int, str]] = set()
    lists = list(dict.fromkeys(tree.ups[start] for start, _ in own))
    for node in lists[:SAMPLE] if len(lists) > 1 else ():
        for holder in (node, *page.sums.ancestors(node, ABOVE)):
            up, shape = tree.ups[holder], tree.shapes[holder]
            if up <= 0 or (up, shape) in seen or tree.tags[holder] in NEVER:
                continue
            seen.add((up, shape))
            heads = [other for other in tree.children(up) if tree.shapes[other] == shape]
            spans = [(head, tree.ends[head]) for head in heads]
            if len(heads) > 1 and len({*holders(own, spans)} - {-1}) > 1:
                yield Group(shape, heads, spans)
