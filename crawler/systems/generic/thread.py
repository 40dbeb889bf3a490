"""The thread of a page: of all sets of elements that may be its comments the one whose records read like comments."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from math import inf
from operator import itemgetter
from typing import Final

from crawler.extract.document import Document
from crawler.systems.around.counts import LONGEST_SAYING
from crawler.systems.around.place import Place
from crawler.systems.around.surroundings import SPOKEN, Surroundings
from crawler.systems.around.tree import HEADINGS, Tree
from crawler.systems.around.words import COMMENT, REPLIES, speaks_of_comments
from crawler.systems.generic.below import group_inside, groups_around, holders, nest
from crawler.systems.generic.body import Bodies, read_bodies, skim_bodies
from crawler.systems.generic.collected import hold_last, is_by_one, is_collected
from crawler.systems.generic.doubts import (
    is_article_beside_comments,
    is_captioned,
    is_counted_out,
    is_framed,
    is_in_form,
    is_listed,
    is_named_so,
    is_of_post,
    is_other,
    is_plain,
    is_rated,
    is_subject,
    is_torn,
)
from crawler.systems.generic.evidence import evidence
from crawler.systems.generic.model import confidence_of, rank_of
from crawler.systems.generic.records import NEVER, Group, Sums, group_like, groups_of
from crawler.systems.generic.slots import Name, Slots, read_slots
from crawler.systems.generic.structure import Parents, parents_of
from crawler.systems.generic.template import Template
from crawler.systems.generic.turns import page_tree

READ: Final = 8
"""Candidates whose fields are read; where none of them is believed, as many more, of which only such a one counts."""

BEHIND: Final = 3.0
"""Candidates whose counts score so much less than those of the best are not read."""

SAMPLE: Final = 8
"""Records of a candidate that are read before it is chosen."""

THRESHOLD: Final = 0.46
"""Confidence from which a thread is believed."""

PLAIN: Final = 0.4
"""The most confidence in records of which nothing tells that they are comments."""

FRAMED: Final = 0.5
"""The least confidence in whole comments between their heading and the field for one more."""

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
    rounded: int | None = None
    """About how many, where it says so by a rounded number."""

    @property
    def group(self) -> Group:
        """The elements that were taken for the comments."""
        return self.template.group

    @property
    def place(self) -> Place:
        """Where they stand."""
        template, spans = self.template, list(self.group.spans)
        inside = template.place if self.below is None else template.place | self.below.template.place
        while len(spans) > 1 and self._leads_on(len(spans) - 1):
            start, end = spans.pop()
            inside = {node: place for node, place in inside.items() if not start <= node < end}
        return Place(template.tree, spans, template.records[0].start, max(end for _, end in spans), inside)

    def _leads_on(self, number: int) -> bool:
        """Whether an element has neither name nor time, where others have one, and holds links alone: ``Load more``."""
        tree, (start, end) = self.template.tree, self.group.spans[number]
        names, stamps = self.slots.names, self.slots.stamps
        if not len(names) == len(stamps) == len(self.group.spans) or names[number] or stamps[number]:
            return False
        if not any((*names, *stamps)):
            return False
        return 0 < tree.chars[end] - tree.chars[start] == tree.links[end] - tree.links[start]


class _Page:
    """A page whose candidates are read."""

    def __init__(self, document: Document, observed_at: int, language: str | None, first: Found | None = None) -> None:
        self.tree = page_tree(document)
        self.observed_at, self.language = observed_at, language
        self.name_place = first.slots.name_place if first is not None else ""
        self.sums = Sums(self.tree)
        self.around = Surroundings(self.tree, document)

    def slots(self, template: Template) -> Slots:
        """The authors and times of a candidate."""
        told = self.name_place
        return read_slots(template, observed_at=self.observed_at, language=self.language, name_place=told)

    def read(self, template: Template) -> Found | None:
        """A candidate with its fields; None for reviews, what one member has written, and lists of other pages."""
        slots = self.slots(template)
        is_of_others = is_by_one(template, slots, self.around.own) or is_collected(template, slots, self.around.own)
        if is_rated(template) or is_of_others or hold_last(template, self.around.last):
            return None
        group, around = template.group, self.around
        found = Found(template, slots, skim_bodies(template, slots), language=self.language)
        found.evidence = evidence(template, slots, found.bodies, around, self.sums)
        if is_article_beside_comments(found.evidence, group, around):
            return None
        found.rank, found.confidence = rank_of(found.evidence), confidence_of(found.evidence)
        told = found.evidence
        is_none = is_torn(told) or is_counted_out(told, group, around)
        is_none = is_none or is_other(told) or is_subject(told, template, slots, found.bodies.place, around)
        is_none = is_none or is_listed(template) or is_in_form(template) or is_captioned(slots, found.bodies.place)
        is_none = is_none or is_of_post(slots)
        if is_none or is_plain(told, group, slots, around):
            found.confidence = min(found.confidence, PLAIN)
        elif is_framed(told, group, slots, around):
            found.confidence = max(found.confidence, FRAMED)
        elif is_named_so(told):
            found.confidence = max(found.confidence, DOUBT)
        found.has_form, found.stated = bool(around.fields), around.stated_before(group.spans[0][0])
        return found

    def candidates(self, limit: int, behind: float) -> list[Found]:
        others: list[Group] = []
        found = self._read_best(groups_of(self.tree, self.sums, self.around, behind=behind), limit, others)
        if not found and others:  # what is of other pages is no measure for what stands elsewhere on this one
            reached = [_reach(group.spans) for group in others]
            groups = groups_of(self.tree, self.sums, self.around, behind=inf)
            found = self._read_best([group for group in groups if _is_outside(group, reached)], limit, others)
        found.sort(key=lambda candidate: -candidate.rank)
        better = (_is_surer, _is_fuller, is_finer, _is_firmer)
        surer = next((one for one in found if any(is_better(one, found[0]) for is_better in better)), None)
        if surer is not None:
            found.remove(surer)
            found.insert(0, surer)
        if found and (wider := self._wider(found[0])) is not None:
            found.append(wider)
        around = next((one for one in found if _is_around(one, found[0])), None)
        if around is not None:
            found.remove(around)
            found.insert(0, around)
        return found

    def _read_best(self, groups: list[Group], limit: int, others: list[Group]) -> list[Found]:
        """The candidates that the first of some groups are.

        :param others: groups that are none, with their parts; those that are found are added
        """
        found: list[Found] = []
        for place, group in enumerate(groups[: 2 * limit]):
            if (place >= limit or group.is_behind) and any(one.confidence >= THRESHOLD for one in found):
                break
            if any(_is_part(self.tree, group, other) for other in others):
                continue
            candidate = self.read(Template(self.tree, group, SAMPLE))
            if candidate is None:
                others.append(group)
                found = [each for each in found if not _is_part(self.tree, each.group, group)]
            elif place < limit or candidate.confidence >= THRESHOLD:
                found.append(candidate)
        return found

    def like(self, first: Found) -> list[Found]:
        """The candidate of the make of a thread's first page, which is as sure if its records are whole."""
        group = group_like(self.tree, first.group) if len(self.tree) else None
        found = self.read(Template(self.tree, group, SAMPLE)) if group is not None else None
        if found is None or not _is_whole(found):
            return []
        found.confidence = max(found.confidence, first.confidence)
        return [found]

    def _wider(self, best: Found) -> Found | None:
        """The elements around the records of the best: each of its own, and most of them with more times."""
        tree, group = self.tree, best.group
        heads = [tree.ups[head] for head in group.heads]
        if (
            group.mode != "element"
            or len({*heads}) < len(heads)
            or not all(tree.tags[head] not in NEVER for head in heads)
        ):
            return None
        spans = [(head, tree.ends[head]) for head in heads]
        more = sum(
            tree.times[high] - tree.times[low] > tree.times[end] - tree.times[start]
            for (low, high), (start, end) in zip(spans, group.spans, strict=True)
        )
        if 2 * more <= len(heads) or nest(spans) or len({tree.tags[head] for head in heads}) > 1:
            return None
        return self.read(Template(tree, Group(tree.shapes[heads[0]], heads, spans), SAMPLE))


def _is_outside(group: Group, reached: list[tuple[int, int]]) -> bool:
    """Whether records stand before or behind all of some parts of the page."""
    first, last = _reach(group.spans)
    return all(last <= start or end <= first for start, end in reached)


def _is_part(tree: Tree, group: Group, of: Group) -> bool:
    """Whether records are parts of others, begin with one or between two of one list, or part them in another way.

    What stands in one of them alone is no part unless it is all that this one says: teasers before and behind a thread
    may have its heading between them.
    """
    first = group.spans[0][0]
    if group.label == of.label or any(start == first for start, _ in of.spans):
        return True
    held = {*holders([(start, start + 1) for start, _ in group.spans], of.spans)}
    if held != {-1}:
        return len(held) > 1 or (len(group.spans) == 1 and _says_all(tree, group.spans[0], of.spans[min(held)]))
    place = bisect_right(of.spans, first, key=itemgetter(0))
    around = tree.ups[of.spans[place - 1][0]] if 0 < place < len(of.spans) else -1
    return around >= 0 and of.spans[place][0] < tree.ends[around]


def _says_all(tree: Tree, span: tuple[int, int], around: tuple[int, int]) -> bool:
    """Whether all text of some nodes stands in a part of them."""
    return [tree.chars[edge] for edge in span] == [tree.chars[edge] for edge in around]


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
    """Whether a candidate is believed and the best is not, which stands elsewhere, or around it and holds more.

    That may be records of another kind, or the heading of the comments.

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
    return behind < (APART if is_apart else ALIKE if len(own) <= len(others) and low <= first and last <= high else 0.0)


def _is_fuller(candidate: Found, best: Found) -> bool:
    """Whether a candidate has all records of the best, and more that are as whole: the other lists of its make.

    One more before the others may be what they answer, unless a line before it speaks of comments.
    """
    own, others = candidate.group, best.group
    is_post = own.spans[0] != others.spans[0] and not candidate.evidence["headed"]
    return (
        len(own.spans) > len(others.spans) + is_post
        and own.mode == others.mode
        and candidate.confidence >= THRESHOLD
        and candidate.evidence["whole"] >= max(WHOLE, best.evidence["whole"])
        and _uncounted(best) - _uncounted(candidate) < ALIKE
        and set(others.spans).issubset(own.spans)
    )


def is_finer(candidate: Found, best: Found) -> bool:
    """Whether each record of the best holds one of a candidate right in itself, and some hold more: they are lists."""
    own, others = candidate.group, best.group
    if not (own.mode == others.mode == "element" and len(own.spans) > len(others.spans)):
        return False
    is_sure = candidate.confidence >= THRESHOLD and candidate.evidence["whole"] >= WHOLE
    inside = Counter(candidate.template.tree.ups[head] for head in own.heads)
    held = [inside[head] for head in others.heads]
    return is_sure and all(held) and sum(held) > len(held)


def _is_firmer(candidate: Found, best: Found) -> bool:
    """Whether each record of a candidate is an element around one of the best, which are made of several.

    What the best has beside these has no time: it begins like them, as a paragraph of a form may.
    """
    own, others, tree = candidate.group, best.group, best.template.tree
    is_sure = candidate.confidence >= THRESHOLD and candidate.evidence["whole"] >= best.evidence["whole"]
    if own.mode != "element" or others.mode == "element" or not is_sure or nest(own.spans):
        return False
    held = holders([(start, start + 1) for start, _ in others.spans], own.spans)
    beside = [span for span, at in zip(others.spans, held, strict=True) if at < 0]
    inside = sorted(at for at in held if at >= 0)
    is_each = inside == [*range(len(own.spans))]
    return is_each and bool(beside) and all(tree.times[start] == tree.times[end] for start, end in beside)


def _uncounted(found: Found) -> float:
    """The rank without what a stated count speaks for: it may be older than the comments."""
    return rank_of(found.evidence | {"stated": 0.0, "stated_near": 0.0})


def _is_around(candidate: Found, best: Found) -> bool:
    """Whether each record of the best stands in one of a candidate that is believed, and that one sees more.

    It has more records than the elements and their siblings that the best is made of, or the time that it takes for
    that of posting, or the text, stands in the record and outside of the best's, which is the head of a card or in it.
    """
    if candidate.group.mode != "element" or candidate.confidence < THRESHOLD:
        return False
    own, others = candidate.group.spans, best.group.spans
    if nest(own) or nest(others):
        return False
    held = holders([(start + 1, end) for start, end in others], own) if len(own) >= len(others) else [-1]
    if -1 in held or len({*held}) < len(held):
        return False
    is_whole = candidate.evidence["whole"] >= best.evidence["whole"]
    if len(own) > len(others):
        return is_whole and best.group.mode != "element"
    stamps = [stamp.node for stamp in candidate.slots.stamps if stamp is not None]
    if is_whole and 2 * holders([(node, node + 1) for node in stamps], others).count(-1) > len(candidate.slots.stamps):
        return True
    is_label = best.evidence["sentences"] < HALF <= candidate.evidence["whole"]
    return is_label and _are_heads(candidate, dict(zip((start for start, _ in own), others, strict=True)))


HALF: Final = 0.5
"""Share of the records with a sentence from which these are no heads; and of whole ones from which they have some."""


def _are_heads(around: Found, inner: dict[int, tuple[int, int]]) -> bool:
    """Whether most of what records say stands outside of an element in each, and no time does: these are their heads.

    :param inner: that element by the first node of the record
    """
    tree, said = around.template.tree, {True: 0, False: 0}
    for record, lines in zip(around.template.records, around.bodies.lines, strict=True):
        start, end = inner[record.start]
        if tree.times[record.end] - tree.times[record.start] > tree.times[end] - tree.times[start]:
            return False
        for line in lines:
            said[start <= line < end] += len(tree.texts[line])
    return said[False] > said[True]


def _reach(spans: list[tuple[int, int]]) -> tuple[int, int]:
    return spans[0][0], max(end for _, end in spans)


def find_thread(
    document: Document, *, observed_at: int, language: str | None, first: Found | None = None
) -> Found | None:
    """The page's thread, None when it shows none; its confidence says how sure that is.

    Of one that is not believed only some records are read.

    :param first: the thread on its first page, where this is a further one: its last page may show a single comment
    """
    page = _Page(document, observed_at, language, first)
    read = page.candidates(READ, BEHIND) if len(page.tree) else []
    if first is not None and (not read or read[0].confidence < THRESHOLD or len(read[0].group.spans) == 1):
        read = page.like(first) or read
    if not read or read[0].confidence < THRESHOLD:
        return read[0] if read else None
    found = _with_comments_below(page, read)
    found.stated = page.around.stated_for(found.group.spans)
    found.rounded = page.around.rounded_before(found.group.spans[0][0])
    found = _without_what_they_answer(page, found, first)
    for part in filter(None, (found, found.below)):
        read_whole(part, observed_at=observed_at, language=language, name_place=page.name_place)
    return _with_answers_inside(page, found)


def read_whole(found: Found, *, observed_at: int, language: str | None, name_place: str = "") -> None:
    """Read all records of a candidate, and which one answers which.

    :param name_place: see :func:`read_slots`
    """
    skimmed: Bodies | None = found.bodies
    if len(found.template.records) < len(found.group.spans):
        without = found.below.group.spans if found.below is not None else ()
        found.template = Template(found.template.tree, found.group, without=without)
        found.slots = read_slots(found.template, observed_at=observed_at, language=language, name_place=name_place)
        skimmed = None
    found.bodies = read_bodies(found.template, found.slots, skimmed)
    found.parents, found.method = parents_of(found.template, found.slots, found.bodies)


WHOLE: Final = 0.8
"""Share of answers, and of the comments below them, that must have author, time and text of their own."""

INNER: Final = 3
"""Candidates around which answers are looked for."""


def _with_comments_below(page: _Page, read: list[Found]) -> Found:
    """The best candidate; where it and another stand in each other, as answers and the comments on each, both.

    What is read of the answers is read without the comments in them, so no text is there twice.
    """
    best = read[0]
    pairs: list[tuple[Group, Found]] = []
    if best.group.mode == "element" and not nest(best.group.spans):
        pairs.extend((best.group, inner) for inner in read[1:] if _is_below(inner, best.group.spans))
    for inner in _comments_of(read):
        if _is_whole(inner):
            around = islice(groups_around(page.tree, page.sums, inner.group.spans), READ)
            pairs.extend((group, inner) for group in around)
    found, said = best, _said(best)
    for group, inner in pairs:
        outer = page.read(Template(page.tree, group, SAMPLE, inner.group.spans))
        least = max(WHOLE, best.evidence["whole"]) if group is best.group else WHOLE
        if outer is not None and _is_answer(outer, inner):
            outer.confidence = max(outer.confidence, inner.confidence)
        if outer is None or outer.confidence < THRESHOLD or outer.evidence["whole"] < least:
            continue
        if inner is not best and group is not best.group and len(group.spans) + _said(inner) < said:
            continue
        if found.below is None or outer.confidence > found.confidence:
            outer.below, found = inner, outer
    return found


def _without_what_they_answer(page: _Page, found: Found, first: Found | None) -> Found:
    """A thread without the first of its records where that is the post which the others answer.

    A heading says so, the list of their own that they stand in, however many they are, the page's title in it, or the
    thread's first page, which shows it before the comments. The thread is as sure as before: that tells more than one
    record less.
    """
    group = found.group
    if group.mode == "signed" or len(group.spans) < 2:
        return found
    is_told = _holds_title(page, group)
    if not is_told and found.below is None:
        is_told = page.around.counts_what_answers(group.spans) or _stand_apart(page, group)
        is_told = is_told or (first is not None and _is_before(found, first))
    if not is_told:
        return found
    others = Group(group.label, group.heads[1:], group.spans[1:], group.mode)
    inside = found.below.group.spans if found.below is not None else []
    answers = page.read(Template(page.tree, others, SAMPLE, inside))
    if answers is None or not _is_whole(answers):
        return found
    answers.below = found.below
    answers.confidence, answers.stated = max(answers.confidence, found.confidence), len(answers.group.spans)
    return answers


def _holds_title(page: _Page, group: Group) -> bool:
    """Whether the first record alone holds a title of the page, and none is named as a comment."""
    titles = page.tree.places.get("h1", [])
    held = [bisect_right(titles, end - 1) > bisect_right(titles, start) for start, end in group.spans]
    return held[0] and not any(held[1:]) and not page.tree.roles[group.heads[0]] & COMMENT


def _stand_apart(page: _Page, group: Group) -> bool:
    """Whether all records but the first stand in an element of their own behind it, unlike any around the first.

    Nothing around the first is named as one of comments, and no line before it speaks of them: else it is one of them.
    """
    tree, first, second = page.tree, group.heads[0], group.heads[1]
    around = {first, *tree.above(first, len(tree))}
    list_of = next((node for node in (second, *tree.above(second, len(tree))) if tree.ups[node] in around), second)
    beside = next((node for node in around if tree.ups[node] == tree.ups[list_of]), first)
    last = max(end for _, end in group.spans)
    is_list = second != list_of != beside and tree.ends[first] <= list_of and last <= tree.ends[list_of]
    if not is_list or tree.shapes[list_of] == tree.shapes[beside]:
        return False
    is_named = any(tree.roles[node] & COMMENT for node in around)
    return not is_named and not page.around.is_spoken_of(first - SPOKEN, first)


def _is_before(found: Found, first: Found) -> bool:
    """Whether the text of the first record stands once on its page, and before the comments on the thread's first one.

    What stands there a second time may be the best comment of the thread, which every page shows. So may what stands
    below a heading that speaks of comments, as a box on the first page alone.
    """
    said = " ".join(found.bodies.texts[0].split())
    tree, end = first.place.tree, first.place.first
    there, here = tree.texts[:end], found.template.tree.texts
    is_there = len(said) >= LONG and said in " ".join(filter(None, there))
    if not is_there or " ".join(filter(None, here)).count(said) != 1:
        return False
    line = next((node for node, text in enumerate(there) if text and said.startswith(text[:LONG])), end)
    heading = max((node for tag in HEADINGS for node in tree.places.get(tag, ()) if node < line), default=None)
    return heading is None or not speaks_of_comments(tree.line(heading, LONGEST_SAYING) or "")


LONG: Final = 40
"""Characters of a text that is not said twice by chance."""


def _with_answers_inside(page: _Page, found: Found) -> Found:
    """A thread that was read, without the answers in its records as a part of their texts, but as comments below."""
    if found.below is not None or found.group.mode != "element" or nest(found.group.spans):
        return found
    group = group_inside(found.template, found.slots)
    inner = page.read(Template(page.tree, group)) if group is not None else None
    if inner is None or not _is_whole(inner):
        return found
    outer = page.read(Template(page.tree, found.group, without=inner.group.spans))
    held = {*holders(inner.group.spans, found.group.spans)}
    if outer is None or not all(outer.bodies.texts[place] and outer.slots.names[place] for place in held):
        return found
    outer.confidence, outer.below = found.confidence, inner
    for part in (outer, inner):
        read_whole(part, observed_at=page.observed_at, language=page.language, name_place=page.name_place)
    return outer


def _is_answer(outer: Found, inner: Found) -> bool:
    """Whether a single whole record is named as an answer; the comments on it, or on the question, are sure enough."""
    role = outer.template.tree.roles[outer.group.heads[0]]
    return len(outer.group.heads) == 1 and role & REPLIES > 0 and outer.evidence["whole"] == 1 <= _said(inner)


def _comments_of(read: list[Found]) -> list[Found]:
    """The best candidate; where its records are not whole, also those that begin where some of its records do."""
    starts = {start for start, _ in read[0].group.spans}
    inner = read[:1] if _is_whole(read[0]) else read
    inner = [found for found in inner if starts.issuperset([start for start, _ in found.group.spans])]
    return [found for found in inner if found.group.mode == "element" and not nest(found.group.spans)][:INNER]


def _said(found: Found) -> float:
    """How many records say anything, or who says it, as far as the sample tells: a hidden copy for scripts does not."""
    return len(found.group.spans) * sum(map(_is_said, found.slots.names, found.bodies.texts)) / len(found.bodies.texts)


def _is_said(name: Name | None, text: str) -> bool:
    return name is not None or bool(text)


def _is_whole(found: Found) -> bool:
    """Whether the records that say anything have author, time and text."""
    return found.evidence["whole"] * len(found.group.spans) >= WHOLE * _said(found) > 0


def _is_below(inner: Found, spans: list[tuple[int, int]]) -> bool:
    """Whether a candidate has whole comments, most of them in one of some spans and none around another.

    The others may be on the question.
    """
    own = inner.group.spans
    is_sure = inner.group.mode == "element" and inner.confidence >= THRESHOLD and _is_whole(inner)
    return is_sure and not nest(own) and 2 * holders(own, spans).count(-1) < len(own)
