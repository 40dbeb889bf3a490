"""The thread of a page: of all sets of elements that may be its comments the one whose records read like comments."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from crawler.extract.document import Document
from crawler.systems.generic.body import Bodies, read_bodies, skim_bodies
from crawler.systems.generic.evidence import evidence, is_by_one, is_plain, is_rated
from crawler.systems.generic.model import confidence_of, rank_of
from crawler.systems.generic.records import Group, Sums, groups_of
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
    stated: int | None = None
    """How many comments the page says there are, right before them."""

    @property
    def group(self) -> Group:
        """The elements that were taken for the comments."""
        return self.template.group


def candidates(
    document: Document, *, observed_at: int, language: str | None, limit: int = READ, behind: float = BEHIND
) -> list[Found]:
    """What may be the page's thread, the surest first.

    :param limit: candidates whose fields are read
    :param behind: how far their counts may stand behind those of the best
    """
    tree = flatten(document)
    if not len(tree):
        return []
    sums, around = Sums(tree), Surroundings(tree)
    found: list[Found] = []
    others: list[tuple[int, int]] = []
    for group in groups_of(tree, sums, around, behind=behind)[:limit]:
        template = Template(tree, group, SAMPLE)
        if any(low <= group.spans[0][0] < high for low, high in others):
            continue
        slots = read_slots(template, observed_at=observed_at, language=language)
        if is_rated(template) or is_by_one(template, slots):
            others.append((group.spans[0][0], group.spans[-1][1]))
            continue
        bodies = skim_bodies(template, slots)
        candidate = Found(template, slots, bodies)
        candidate.evidence = evidence(template, slots, bodies, around, sums)
        candidate.rank, candidate.confidence = rank_of(candidate.evidence), confidence_of(candidate.evidence)
        if is_plain(candidate.evidence, group, around):
            candidate.confidence = min(candidate.confidence, PLAIN)
        candidate.language = language
        candidate.has_form, candidate.stated = bool(around.fields), around.stated_before(group.spans[0][0])
        found.append(candidate)
    found.sort(key=lambda candidate: -candidate.rank)
    purer = next((candidate for candidate in found if _is_purer(candidate, found[0])), None)
    if purer is not None:
        found.remove(purer)
        found.insert(0, purer)
    return found


ALIKE: Final = 0.6
"""How far a candidate may rank behind one that has more records and is not believed."""


def _is_purer(candidate: Found, best: Found) -> bool:
    """Whether a candidate is the best without records of another kind, and is believed where the best is not."""
    own, others = candidate.group.spans, best.group.spans
    return (
        candidate.confidence >= THRESHOLD > best.confidence
        and candidate.rank > best.rank - ALIKE
        and len(own) < len(others)
        and others[0][0] <= own[0][0]
        and own[-1][1] <= others[-1][1]
    )


def find_thread(document: Document, *, observed_at: int, language: str | None) -> Found | None:
    """The page's thread, None when it shows none; its confidence says how sure that is.

    Of one that is not believed only some records are read.
    """
    found = next(iter(candidates(document, observed_at=observed_at, language=language)), None)
    if found is not None and found.confidence >= THRESHOLD:
        read_whole(found, observed_at=observed_at, language=language)
    return found


def read_whole(found: Found, *, observed_at: int, language: str | None) -> None:
    """Read all records of a candidate, and which one answers which."""
    if len(found.template.records) < len(found.group.spans):
        found.template = Template(found.template.tree, found.group)
        found.slots = read_slots(found.template, observed_at=observed_at, language=language)
    found.bodies = read_bodies(found.template, found.slots)
    found.parents, found.method = parents_of(found.template, found.slots, found.bodies)
