"""The records of a thread as comments of the archive: ids, parents, times, names and texts."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from archive.schema import Comment
from crawler.extract.dates import Published, read_time
from crawler.extract.text import fold, inner_html
from crawler.keys import digest
from crawler.systems.around.words import notes_held, notes_removal, only_says_removed, tells_edit, tells_removal
from crawler.systems.fields import set_published, set_removed
from crawler.systems.generic.below import holders
from crawler.systems.generic.ids import native_ids
from crawler.systems.generic.slots import Name
from crawler.systems.generic.stamps import LONGEST_BYLINE, Stamp, read_stamp, settle_by_age
from crawler.systems.generic.thread import Found

FEW_OF_A_LIST: Final = 2
"""Records that a list has in the mean at least."""

MOST: Final = 0.8
"""Share of records that must have a twin before twins are taken for a second print of the list."""


def comments_of(found: Found, *, observed_at: int, first: Found | None = None) -> list[Comment]:
    """The comments in the order of the page.

    Without an id in the markup a comment gets a passing label of what it says, so that answers find their parent and
    pages that overlap are seen; the archive's key is a surrogate. What a program says in the place of a removed one is
    a stub of it; without an id, and where nobody answers it, it is left out, as is one that is not shown yet.

    :param observed_at: when the page was fetched, microseconds UTC: what relative times count from
    :param first: the thread on its first page, where this is a further one
    """
    comments = _records_of(found, observed_at, set(), first)
    if found.below is None:
        return [comment for _, comment in comments]
    taken = {comment.native_id for _, comment in comments}
    below = _records_of(found.below, observed_at, taken, first.below if first is not None else None)
    spans = [(start, found.template.tree.ends[start]) for start, _ in comments]
    held = holders([(start, start + 1) for start, _ in below], spans)
    holder_of = {comment.native_id: holder for (_, comment), holder in zip(below, held, strict=True)}
    for (_, comment), holder in zip(below, held, strict=True):
        if holder_of.get(comment.parent_native_id) != holder:  # what stands on another answers none of these
            comment.parent_native_id = comments[holder][1].native_id if holder >= 0 else None
    return [comment for _, comment in sorted(comments + below, key=lambda entry: entry[0])]


def _records_of(
    found: Found, observed_at: int, taken: set[str | None], first: Found | None
) -> list[tuple[int, Comment]]:
    """The comments of one make, each with the node that it begins with.

    :param taken: ids of the page's other comments
    """
    told = native_ids(found.template, first.template if first is not None else None)
    ids = [None if native_id in taken else native_id for native_id in told]
    twins = _twins(found, ids)
    _drop_borrowed(ids, twins)
    settle_by_age(found.template.tree, found.slots.stamps, observed_at, found.language)
    seen: Counter[str] = Counter()
    comments: list[Comment] = []
    beside = _beside(found)
    for number, text in enumerate(found.bodies.texts):
        element = found.bodies.elements[number]
        html = None if element is None else inner_html(found.template.tree.nodes[element]).strip()
        comment = Comment(text=text, text_html=html)
        name, stamp = found.slots.names[number], found.slots.stamps[number]
        comment.author_name = name.text if name is not None else None
        if stamp is not None:
            published = _at(stamp.published, observed_at, found.language)
            if tells_edit(found.template.tree.line(stamp.node, LONGEST_BYLINE) or ""):  # that of writing is not shown
                comment.is_edited, comment.edited_at = True, published.at
            else:
                set_published(comment, published)
        if _is_ping(found, number):
            _make_ping(comment)
        comment.native_id = ids[number]
        if comment.native_id is None:
            comment.id_kind = "surrogate"
            label = digest(fold(comment.author_name or ""), fold(text), str(comment.published_at))
            comment.native_id = f"{label}-{seen[label]}"
            seen[label] += 1
        if notes_removal(text) or (number in beside and only_says_removed(text)):
            set_removed(comment)
        comments.append(comment)
    noted = {number for number, comment in enumerate(comments) if comment.text is None}
    without_id = {number for number in noted if comments[number].id_kind == "surrogate"} - set(found.parents)
    dated = {number for number in noted - without_id if found.slots.stamps[number] is not None}
    unsaid = found.bodies.asides | (_silent(found, ids, observed_at) - dated) | without_id | withheld(found)
    for number, parent in enumerate(found.parents):
        if parent is not None and parent not in unsaid:
            comments[number].parent_native_id = comments[twins.get(parent, parent)].native_id
    starts = [record.start for record in found.template.records]
    without = twins.keys() | unsaid
    return [(starts[number], comment) for number, comment in enumerate(comments) if number not in without]


def _beside(found: Found) -> set[int]:
    """Records that say what they say right in themselves, where others have an element for their text."""
    pairs = zip(found.template.records, found.bodies.elements, strict=True)
    beside = {number for number, (record, element) in enumerate(pairs) if element == record.start}
    return beside if len(beside) < len(found.bodies.texts) else set()


def withheld(found: Found) -> set[int]:
    """Records that stand for comments that are not shown yet."""
    return {number for number, text in enumerate(found.bodies.texts) if notes_held(text)}


def _silent(found: Found, ids: list[str | None], observed_at: int) -> set[int]:
    """Records that are no comments among others: they have no id, or nobody answers them.

    They have neither name nor text, as an empty one from which scripts make more, or stand for one that was removed.
    """
    records = zip(found.bodies.texts, found.slots.names, found.slots.stamps, strict=True)
    silent = {number for number, record in enumerate(records) if _says_nothing(*record)}
    silent |= _mere_names(found, observed_at)
    silent -= {parent for parent in found.parents if parent is not None and ids[parent] is not None}
    return silent if 2 * len(silent) < len(found.bodies.texts) else set()


def _drop_borrowed(ids: list[str | None], twins: dict[int, int]) -> None:
    """Leave an id to the first that has it: answers are printed with that of the comment which they answer."""
    taken: set[str] = set()
    for number, native_id in enumerate(ids):
        if number in twins or native_id is None:
            continue
        if native_id in taken:
            ids[number] = None
        taken.add(native_id)


def _mere_names(found: Found, observed_at: int) -> set[int]:
    """Records that hold neither a time nor a text of their own where most hold both: who sent a picture, who rated.

    One with a time at another place is a comment of another make.
    """
    place, elements = found.bodies.place, found.bodies.elements
    mere: set[int] = set()
    whole = 0
    for number, (record, text) in enumerate(zip(found.template.records, found.bodies.texts, strict=True)):
        is_said = bool(text) and not (place and elements[number] == record.start)
        if found.slots.stamps[number] is None and not (is_said or _is_ping(found, number)):
            times = (read_stamp(found.template, node, observed_at, found.language) for node in record.times)
            if not any(times):
                mere.add(number)
        whole += found.slots.stamps[number] is not None and is_said
    return mere if 2 * whole > len(found.template.records) else set()


def _says_nothing(text: str, name: Name | None, stamp: Stamp | None) -> bool:
    """Whether a record says nothing of its own: who says ``my comment was deleted`` has a name and a time."""
    if not text:
        return name is None or tells_removal(name.text)
    return tells_removal(text) and (name is None or stamp is None or name.text in text)


def _at(published: Published, observed_at: int, language: str | None) -> Published:
    """A time as it is to be read at the time of the fetch: ages count from it, and nothing lies behind it."""
    if published.precision != "relative" and (published.min or 0) <= observed_at:
        return published
    again = read_time(published.raw, observed_at=observed_at, language=language)
    return again if again is not None else published


_PING = re.compile(r"^\s*(pingback|trackback)\b\s*[:：]?\s*", re.IGNORECASE)


def _is_ping(found: Found, number: int) -> bool:
    record = found.template.records[number]
    names = found.template.tree.attrs[record.start].get("class") or ""
    return _PING.match(found.bodies.texts[number]) is not None or bool({"pingback", "trackback"} & set(names.split()))


def _make_ping(comment: Comment) -> None:
    """Another page's notice that it links here: the page's title stands where comments have their author."""
    text = comment.text or ""
    match = _PING.match(text)
    comment.kind = match[1].lower() if match else "pingback"
    if match is None and comment.author_name and text:
        return  # its title where names stand, and some of its text
    comment.author_name = _PING.sub("", text).partition("\n")[0].strip() or comment.author_name
    comment.text = ""


def _twins(found: Found, ids: list[str | None]) -> dict[int, int]:
    """Records that repeat an earlier one, with that one: a list printed again for small screens, a pinned copy."""
    first: dict[tuple[object, ...], int] = {}
    twins: dict[int, int] = {}
    for number, text in enumerate(found.bodies.texts):
        name, stamp = found.slots.names[number], found.slots.stamps[number]
        key = (name and name.text, text, stamp and stamp.published.raw)
        earlier = first.setdefault(key, number)
        if earlier != number and text:
            twins[number] = earlier
    if 2 * len(twins) >= MOST * len(ids):
        return twins
    lists = _lists(found)
    return {
        number: earlier
        for number, earlier in twins.items()
        if ids[number] == ids[earlier] and (ids[number] is not None or lists[number] != lists[earlier])
    }


def _lists(found: Found) -> list[int]:
    """The element around each record where several stand in the same, as the hottest and the newest; else 0."""
    around = [found.template.tree.ups[record.start] for record in found.template.records]
    return around if FEW_OF_A_LIST * len({*around}) <= len(around) else [0] * len(around)
