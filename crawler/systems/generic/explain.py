"""Why a page's thread was found where it was: the chosen elements, the places of the fields, the evidence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crawler.extract.document import Document
from crawler.systems.around.links import page_links
from crawler.systems.generic.ids import native_ids
from crawler.systems.generic.listed import listed_in
from crawler.systems.generic.model import weights
from crawler.systems.generic.system import language_of, told_of
from crawler.systems.generic.thread import THRESHOLD, Found, candidates, find_thread, read_whole

SHOWN: Final = 3
"""Candidates that are told about, and records of the best one that are shown."""

LONGEST: Final = 70


def explain(document: Document, *, observed_at: int) -> str:
    """What the generic system sees on a page, as lines for people."""
    found = candidates(document, observed_at=observed_at, language=language_of(document))
    listed = listed_in(document) if not found or found[0].confidence < THRESHOLD else None
    if listed is not None:
        return f"generic: {len(listed.rows)} comments in the data of a script, at {listed.where}\n"
    if not found:
        told = told_of(document)
        said = f"; it says that there are {told.stated} and shows none of them" if told.stated else ""
        said = f"; {told.unshown.reason}" if told.unshown is not None else said
        return f"generic: nothing on this page repeats and reads like comments{said}\n"
    best = find_thread(document, observed_at=observed_at, language=language_of(document)) or found[0]
    if best.confidence < THRESHOLD:
        read_whole(best, observed_at=observed_at, language=language_of(document))
    lines = [*_verdict(best), *_container(best), *_fields(best), *_evidence(best), *_records(best)]
    links = [url for urls in page_links(best.place, document) for url in urls]
    lines.append(f"further pages: {', '.join(links) if links else 'none linked'}")
    lines.extend(
        f"not chosen: {other.group.label} ({other.group.mode}), {len(other.group.spans)} records, "
        f"rank {other.rank:.1f} (chosen: {best.rank:.1f})"
        for other in found[:SHOWN]
        if other.group.spans != best.group.spans
    )
    return "".join(f"{line}\n" for line in lines)


def _verdict(found: Found) -> Iterator[str]:
    word = "a thread" if found.confidence >= THRESHOLD else "no thread that can be believed"
    yield f"generic: {word}, confidence {found.confidence:.2f} (believed from {THRESHOLD})"


_MODES: Final = {
    "element": "each comment is one element",
    "after": "each comment is an element and its siblings up to the next such element",
    "before": "each comment is an element and its siblings since the last such element",
    "signed": "each comment is a text that ends with a name and a time",
}


def _container(found: Found) -> Iterator[str]:
    tree, group = found.template.tree, found.group
    steps: list[str] = []
    up = tree.ups[group.spans[0][0]]
    while up > 0 and len(steps) < 4:
        name = tree.attrs[up].get("id")
        steps.append(tree.shapes[up] + (f"#{name}" if name else ""))
        up = tree.ups[up]
    yield f"container: {' > '.join(reversed(steps)) or 'body'}"
    yield f"records: {len(group.spans)} of {group.label}; {_MODES[group.mode]}"
    if found.below is not None:
        yield f"comments on them: {len(found.below.group.spans)} of {found.below.group.label}"


def _fields(found: Found) -> Iterator[str]:
    slots, count = found.slots, len(found.template.records)
    names, stamps = sum(map(bool, slots.names)), sum(map(bool, slots.stamps))
    yield f"author: {slots.name_place or 'no place'} ({names} of {count}, score {slots.name_score:.1f})"
    yield f"time: {slots.time_place or 'no place'} ({stamps} of {count})"
    yield f"text: {found.bodies.place} ({sum(map(bool, found.bodies.texts))} of {count})"
    yield f"ids: {sum(map(bool, native_ids(found.template)))} of {count} in the markup"
    answers = sum(parent is not None for parent in found.parents)
    yield f"answers: {answers} by {found.method}" if answers else "answers: none seen"


def _evidence(found: Found) -> Iterator[str]:
    """What weighed most, with its value and its part of the sum."""
    _, accept = weights()
    parts = sorted(
        ((weight * found.evidence[name], name) for name, weight in accept.items()), key=lambda part: -abs(part[0])
    )
    told = [f"{name} {found.evidence[name]:.2f} ({part:+.2f})" for part, name in parts[:10] if abs(part) >= 0.01]
    yield f"evidence: {', '.join(told)}"


def _records(found: Found) -> Iterator[str]:
    for number, text in enumerate(found.bodies.texts[:SHOWN]):
        name, stamp = found.slots.names[number], found.slots.stamps[number]
        short = " ".join(text.split())
        short = short if len(short) <= LONGEST else f"{short[:LONGEST]}..."
        yield f"  {number}: {name.text if name else '-'} | {stamp.published.raw if stamp else '-'} | {short}"
