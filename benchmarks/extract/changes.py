"""Whether real pages that change between two visits get the changes that were made, and no others.

    python -m benchmarks.extract.changes [--pages FOLDER] [--alone] [--errors] [CHANGE ...]

Each page with comments is read into an archive, changed as sites change theirs (a comment goes, comes, moves or is
edited; something is put between them; all but a few go), and read again. What would be written is compared with what
was done. Counts that the page states are left as they were, as a cache leaves them, so a thread may well be partial:
then no comment may be called removed.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final

from scrapy.http import HtmlResponse
from selectolax.lexbor import LexborHTMLParser, LexborNode

from archive.exporter import Exporter
from archive.schema import Provenance
from benchmarks.extract.evaluate import PAGES, load_scorer
from crawler.extract.dates import ANY_TIME
from crawler.extract.document import Document, NotHtmlError
from crawler.report import SOUND_VERDICTS
from crawler.systems import systems_of
from crawler.systems.base import FetchError, System
from crawler.systems.generic.system import language_of
from crawler.systems.generic.thread import THRESHOLD, find_thread
from crawler.systems.reading import Limits
from crawler.visit import Circumstances, visit
from pipelines.changes import Changes
from pipelines.identify import Identify
from pipelines.normalise import normalise

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response

    from archive.index import Index
    from crawler.items import Capture

FIRST: Final = 1_790_000_000_000_000
"""When the pages are read first, microseconds since the epoch; the second time is a minute later."""

HTML: Final = {"content-type": "text/html; charset=utf-8"}

SAID: Final = "I have another opinion on this, which nobody has said so far."

LEAST: Final = 10
"""Characters of a text that is replaced or edited."""

IN_PLACE: Final = frozenset({"tr", "td", "th", "tbody", "dt", "dd"})
"""Elements that stand only where they stand: they are not moved."""


@dataclass(slots=True)
class Shown:
    """A page with the elements of those comments in which no other one stands."""

    document: Document
    comments: list[LexborNode]
    bodies: list[LexborNode | None]
    are_all: bool
    """Whether these are all of its comments."""


Expected = dict[str, int]
"""How many rows of each change a page should get."""

Change = Callable[[Shown], Expected | None]
"""Changes a page; None where it cannot be changed like this."""


def shown(body: bytes, url: str) -> Shown | None:
    """The comments of a page by the generic system; None where they are no elements of their own."""
    document = Document(body, url, HTML)
    found = find_thread(document, observed_at=ANY_TIME, language=language_of(document))
    if found is None or found.confidence < THRESHOLD or found.group.mode != "element" or found.below is not None:
        return None
    tree, spans = found.template.tree, found.group.spans
    heads = {tree.nodes[start].mem_id for start, _ in spans}
    comments, bodies = [], []
    for number, (start, end) in enumerate(spans):
        if not any(start < other < end for other, _ in spans) and found.bodies.texts[number]:
            comments.append(_whole(tree.nodes[start], heads))
            element = found.bodies.elements[number]
            bodies.append(tree.nodes[element] if element is not None else None)
    return Shown(document, comments, bodies, len(comments) == len(spans)) if comments else None


def _whole(node: LexborNode, heads: set[int]) -> LexborNode:
    """The element that holds a comment and nothing else: ``li`` around ``article``."""
    while (up := node.parent) is not None and up.tag not in {"body", "html", "main", "ul", "ol", "table", "tbody"}:
        alone = sum(bool(child.is_element_node) for child in up.iter()) == 1
        if not alone or sum(inner.mem_id in heads for inner in up.css("*")) > 1:
            break
        node = up
    return node


def _fragment(markup: str) -> LexborNode:
    body = LexborHTMLParser(markup).body
    if body is None or body.child is None:
        raise ValueError(markup)
    return body.child


# --- changes -----------------------------------------------------------------------------------------


def nothing(_page: Shown) -> Expected:
    """The same page again."""
    return {}


def one_goes(which: float) -> Change:
    """A comment is removed, the first (0) to the last (1)."""

    def change(page: Shown) -> Expected | None:
        if len(page.comments) < 2:
            return None
        page.comments[round(which * (len(page.comments) - 1))].decompose()
        return {"removed": 1}

    return change


def few_stay(number: int) -> Change:
    """All comments but the first ones are removed."""

    def change(page: Shown) -> Expected | None:
        if not page.are_all or len(page.comments) < number + 2:
            return None
        for comment in page.comments[number:]:
            comment.decompose()
        return {"removed": len(page.comments) - number}

    return change


def one_moves(page: Shown) -> Expected | None:
    """The first comment stands last, as with another order."""
    first, last = page.comments[0], page.comments[-1]
    if len(page.comments) < 3 or first.tag in IN_PLACE:
        return None
    markup = first.html or ""
    first.decompose()
    last.insert_after(_fragment(markup))
    return {}


def one_comes(page: Shown) -> Expected | None:
    """A comment is added at the end, made like the last one, with an id and words of its own."""
    last = page.comments[-1]
    words = _longest(page.bodies[-1])
    if last.tag in IN_PLACE or words is None:
        return None
    before = last.html or ""
    words.replace_with(SAID)
    added = last.html or ""
    numbers = {number for node in (last, *last.css("[id]")) for number in re.findall(r"\d{2,}", node.id or "")}
    for number in sorted(numbers, key=len, reverse=True):
        added = added.replace(number, str(int(number) + 7919))
    last.insert_before(_fragment(before))
    last.insert_after(_fragment(added))
    last.decompose()
    return {"new": 1}


def one_is_edited(page: Shown) -> Expected | None:
    """A sentence is added to a comment in the middle."""
    words = _longest(page.bodies[len(page.bodies) // 2])
    if words is None:
        return None
    words.replace_with(f"{words.text_content} And I was wrong about the last point.")
    return {"edited": 1}


def _longest(body: LexborNode | None) -> LexborNode | None:
    """The longest text of an element; None where there is none of some length."""
    texts = [node for node in body.traverse(include_text=True) if node.is_text_node] if body is not None else []
    longest = max(texts, key=lambda node: len(node.text_content or ""), default=None)
    return longest if longest is not None and len((longest.text_content or "").strip()) >= LEAST else None


def put_between(markup: str) -> Change:
    """Something that is no comment is put between the comments."""

    def change(page: Shown) -> Expected | None:
        middle = page.comments[len(page.comments) // 2]
        if len(page.comments) < 3 or middle.tag in IN_PLACE:
            return None
        middle.insert_before(_fragment(markup))
        return {}

    return change


def one_gets_a_badge(page: Shown) -> Expected | None:
    """The first comment is marked as pinned."""
    first = page.comments[0]
    if len(page.comments) < 2 or first.tag in IN_PLACE or first.child is None:
        return None
    first.attrs["class"] = f"{first.attributes.get('class') or ''} is-pinned".strip()
    first.child.insert_before(_fragment('<span class="badge">Pinned</span>'))
    return {}


def teasers_come(page: Shown) -> Expected | None:
    """A list of other stories is put at the end of the page."""
    body = page.document.root.css_first("body")
    if body is None or body.last_child is None:
        return None
    stories = "".join(
        f'<article class="card"><a href="/s/{n}"><h4>Story number {n} of the day</h4></a>'
        f'<time datetime="2026-08-0{n}">{n} August 2026</time><p>What happened in the town on day {n}.</p></article>'
        for n in range(1, 7)
    )
    body.last_child.insert_after(_fragment(f'<section class="more"><h3>More stories</h3>{stories}</section>'))
    return {}


CHANGES: Final[dict[str, Change]] = {
    "nothing": nothing,
    "first-goes": one_goes(0),
    "middle-goes": one_goes(0.5),
    "last-goes": one_goes(1),
    "one-stays": few_stay(1),
    "two-stay": few_stay(2),
    "three-stay": few_stay(3),
    "one-moves": one_moves,
    "one-comes": one_comes,
    "one-is-edited": one_is_edited,
    "advertisement": put_between('<div class="ad-slot"><span>Advertisement</span><div id="ad-15"></div></div>'),
    "appeal": put_between('<div class="promo"><a href="/join">Join now</a><p>Support us, it is a few cents.</p></div>'),
    "badge": one_gets_a_badge,
    "teasers": teasers_come,
}


# --- visits ------------------------------------------------------------------------------------------


async def _offline(request: Request) -> Response:
    raise FetchError("budget", request.url)


@dataclass(frozen=True, slots=True)
class Visits:
    """Visits of pages that are compared with what an archive holds."""

    index: Index
    systems: list[System]

    async def look(
        self, body: bytes, url: str, at: int, exporter: Exporter | None = None
    ) -> tuple[Counter[str], bool]:
        """What a visit would write of comments, by change, and whether it says that the thread was read whole.

        :param at: microseconds since the epoch, UTC
        :param exporter: where it is written to, if it is
        """
        index, numbers = self.index, count()
        identify = Identify(lambda: index)
        changes = Changes(index.page, lambda thread, without: index.thread(thread, without=without))
        around = Circumstances(
            fetch=_offline,
            clock=lambda: at,
            new_id=lambda: f"{url}-{at}-{next(numbers)}",
            systems=self.systems,
            limits=Limits(),
            held=index,
        )
        found: Counter[str] = Counter()
        is_sound = False
        async for capture in visit(HtmlResponse(url, body=body, headers=HTML), around, url):
            normalise(capture)
            identify.identify(capture)
            changes.compare(capture)
            found.update(comment.change for comment in capture.comments if comment.change)
            is_sound = is_sound or (capture.thread is not None and capture.thread.verdict in SOUND_VERDICTS)
            if exporter is not None:
                _store(capture, exporter)
        return found, is_sound


def _store(capture: Capture, exporter: Exporter) -> None:
    above = Provenance(
        crawl_id="first",
        visit_id=capture.visit_id,
        capture_id=capture.capture_id,
        observed_at=capture.observed_at,
        site=capture.site,
        extractor=capture.extractor,
    )
    exporter.add("comments", [comment for comment in capture.comments if comment.change], above)
    exporter.add("threads", [capture.thread] if capture.thread is not None else [], above)


def main() -> int:
    """Print a line for each change."""
    args = _arguments()
    if not args.pages.is_dir():
        sys.stderr.write(f"{args.pages} is not there: the pages with gold are no part of the project (--pages)\n")
        return 1
    gold = load_scorer(args.pages).load_gold(str(args.pages))
    systems = [system for system in systems_of({}) if system.is_last_resort or not args.alone]
    with tempfile.TemporaryDirectory() as folder:
        exporter = Exporter(f"{folder}/archive", "first", state_dir=Path(folder, "state"))
        exporter.start()
        visits = Visits(exporter.index, systems)
        pages: dict[str, tuple[str, bytes]] = {}
        for name in gold:
            url = f"https://{name}.example/story"
            try:
                body = (Document((args.pages / name / "page.html").read_bytes(), url, HTML).root.html or "").encode()
            except NotHtmlError:
                continue
            found, _ = asyncio.run(visits.look(body, url, FIRST, exporter))
            if found["new"]:
                pages[name] = url, body
        exporter.commit(exporter.take())
        print(f"{len(pages)} pages with comments\n\n{_HEAD}")
        for name in args.change or CHANGES:
            print(_row(name, pages, visits, with_errors=args.errors), flush=True)
        exporter.close()
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("change", nargs="*", metavar="CHANGE", help=", ".join(CHANGES))
    parser.add_argument("--pages", type=Path, default=PAGES)
    parser.add_argument("--alone", action="store_true", help="the generic system only")
    parser.add_argument("--errors", action="store_true", help="list the pages that got another change")
    args = parser.parse_args()
    unknown = set(args.change) - CHANGES.keys()
    if unknown:
        parser.error(f"no such change: {', '.join(sorted(unknown))}; there are {', '.join(CHANGES)}")
    return args


_HEAD: Final = """\
| change | pages | told right | partial, nothing said | wrong | of them a comment called removed |
|---|---|---|---|---|---|"""


def _row(name: str, pages: dict[str, tuple[str, bytes]], visits: Visits, *, with_errors: bool) -> str:
    right = silent = removed = 0
    wrong: list[str] = []
    for page, (url, body) in pages.items():
        before = shown(body, url)
        expected = CHANGES[name](before) if before is not None else None
        if before is None or expected is None:
            continue
        changed = (before.document.root.html or "").encode()
        found, is_sound = asyncio.run(visits.look(changed, url, FIRST + 60_000_000))
        if found == expected:
            right += 1
        elif not found and not is_sound:
            silent += 1
        else:
            wrong.append(f"  {page}: {dict(found)} instead of {expected}")
            removed += found["removed"] > expected.get("removed", 0)
    row = f"| {name} | {right + silent + len(wrong)} | {right} | {silent} | {len(wrong)} | {removed} |"
    return "\n".join([row, *wrong]) if with_errors else row


if __name__ == "__main__":
    raise SystemExit(main())
