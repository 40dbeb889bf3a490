"""History: a thread that gains, edits, loses and regains comments; the archive as of each visit is what the script says."""

from __future__ import annotations

import asyncio
import os
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from loopback import HTML, Answer, LoopbackSite
from pages_crawl import Crawls
from running import page
from scrapy.http import HtmlResponse

import archive
from archive.exporter import Exporter
from archive.schema import Comment, Provenance
from crawler.systems.base import FetchError, System, ThreadRef
from crawler.systems.reading import Limits
from crawler.visit import Circumstances, visit
from pipelines.changes import Changes
from pipelines.identify import Identify
from pipelines.normalise import normalise

URL = "https://example.org/a/"
HOUR = 3_600_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
START = 1_700_000_000_000_000
SCRIPTS = int(os.environ.get("TALKBACK_SCRIPTS", "8"))
"""How many scripts are tried; a longer run: ``TALKBACK_SCRIPTS=300``."""

Present = dict[str, str]
"""Comment number to text."""


@dataclass(frozen=True)
class Look:
    """One visit of the script: what the thread shows, and how much of it can be read."""

    shown: Present
    read: str = "whole"
    """``whole``; ``broken``: the second comment page fails; ``lying``: the stated count is one too many."""
    first_page: int = 99
    """How many comments stand on the first comment page."""

    @property
    def seen(self) -> Present:
        if self.read != "broken":
            return self.shown
        return dict(list(self.shown.items())[: self.first_page])


@dataclass
class Script:
    """What the archive has to say after each visit, in the words of the script alone."""

    states: dict[str, str | None] = field(default_factory=dict)
    """Text of each comment ever seen; None for one that is gone."""
    changes: list[tuple[str, str]] = field(default_factory=list)
    """Comment and change of every row."""

    def look(self, look: Look) -> None:
        for number, text in look.seen.items():
            if number not in self.states:
                self.changes.append((number, "new"))
            elif self.states[number] is None:
                self.changes.append((number, "restored"))
            elif self.states[number] != text:
                self.changes.append((number, "edited"))
            self.states[number] = text
        if look.read == "whole":
            for number, text in self.states.items():
                if number not in look.shown and text is not None:
                    self.changes.append((number, "removed"))
                    self.states[number] = None


def as_of(held: archive.Archive, micros: int) -> dict[str, str | None]:
    """Text of each comment in the archive as it was then; None for a removed one."""
    rows = held.comments(as_of=EPOCH + timedelta(microseconds=micros)).to_pylist()
    return {row["native_id"]: None if row["status"] == "disappeared" else row["text"] for row in rows}


# --- any script, through visit, pipelines and exporter -------------------------------------------


class Scripted(System):
    """A comment system with two comment pages that does as the script says."""

    name = "scripted"

    def __init__(self) -> None:
        self.look = Look({})

    def detect(self, document):
        return [ThreadRef(system="scripted", tenant="example.org", native_id="7", url=URL, detected_by="script", state="open")]

    async def harvest(self, ref, reading):
        comments = [Comment(native_id=number, text=text) for number, text in self.look.shown.items()]
        reading.expect(len(comments) + (self.look.read == "lying"), "all")
        yield reading.batch(comments[: self.look.first_page], reading.page)
        if self.look.read == "broken":
            raise FetchError("error", "the second comment page: status 500")
        yield reading.batch(comments[self.look.first_page :], reading.page)


class Line:
    """Visits through the same pipelines as in a crawl, by a clock of the test's."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.system, self.clock, self.visits, self.crawl = folder, Scripted(), START, 0, 0
        self.start()

    def start(self) -> None:
        self.crawl += 1
        self.exporter = Exporter(str(self.folder / "archive"), f"crawl-{self.crawl}", state_dir=self.folder / f"state-{self.crawl}")
        self.exporter.start()
        index = self.exporter.index
        self.identify = Identify()
        self.changes = Changes(index.page, lambda thread_id, without: index.thread(thread_id, without=without))

    def restart(self) -> None:
        """Another machine goes on: it knows nothing but the archive."""
        self.commit()
        self.exporter.close()
        self.start()

    def commit(self) -> None:
        self.exporter.commit(self.exporter.take())

    async def visit(self, look: Look) -> int:
        """One visit; the time at its end."""
        self.clock += HOUR
        self.system.look = look
        ids = iter(range(1_000))
        self.visits += 1
        around = Circumstances(
            fetch=_nowhere,
            clock=lambda: self.clock,
            new_id=lambda: f"v{self.visits:03}-{next(ids)}",
            systems=[self.system],
            limits=Limits(),
        )
        response = HtmlResponse(URL, body=b"<html><title>A page</title><p>text", encoding="utf-8")
        async for capture in visit(response, around, URL):
            normalise(capture)
            self.identify.identify(capture)
            self.changes.compare(capture)
            provenance = Provenance(
                crawl_id=self.exporter.crawl_id, visit_id=capture.visit_id, capture_id=capture.capture_id,
                observed_at=capture.observed_at, site=capture.site, extractor=capture.extractor,
            )  # fmt: skip
            self.exporter.add("comments", [comment for comment in capture.comments if comment.change], provenance)
            if capture.thread is not None:
                self.exporter.add("threads", [capture.thread], provenance)
        return self.clock


async def _nowhere(request):
    raise AssertionError("the script makes no requests")


TEXTS = st.sampled_from(["first text", "second text", "third text"])
LOOKS = st.builds(
    Look,
    shown=st.dictionaries(st.sampled_from("123456"), TEXTS, max_size=6),
    read=st.sampled_from(["whole", "whole", "broken", "lying"]),
    first_page=st.integers(0, 4),
)
AFTER = st.sampled_from(["nothing", "nothing", "commit", "restart"])


@pytest.fixture
def _no_fsync(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test process that is killed needs no archive: it does not wait for the disk."""
    monkeypatch.setattr(os, "fsync", lambda handle: None)


@pytest.mark.usefixtures("_no_fsync")
@settings(max_examples=SCRIPTS, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(visits=st.lists(st.tuples(LOOKS, AFTER), min_size=3, max_size=10))
async def test_the_archive_as_of_every_visit_is_what_the_script_says(visits):
    with tempfile.TemporaryDirectory() as folder:
        line, script, moments = Line(Path(folder)), Script(), []
        for look, after in visits:
            script.look(look)
            moments.append((await line.visit(look), dict(script.states), look))
            if after == "commit":
                line.commit()
            elif after == "restart":
                line.restart()
        line.commit()
        line.exporter.close()
        held = archive.open(str(Path(folder) / "archive"))
        for moment, states, _ in moments:
            assert as_of(held, moment) == states
        assert as_of(held, START) == {}
        rows = held.comments(history=True).to_pylist()
        assert sorted((row["native_id"], row["change"]) for row in rows) == sorted(script.changes)
        partial = {moment for moment, _, look in moments if look.read != "whole"}
        assert not [row for row in rows if row["change"] == "removed" and _micros(row["observed_at"]) in partial]
        ledgers = sorted(held.threads(history=True).to_pylist(), key=lambda row: row["started_at"])
        assert [row["verdict"] in ("complete", "none") for row in ledgers] == [look.read == "whole" for look, _ in visits]
        assert sum(row["new"] for row in ledgers) == sum(change == "new" for _, change in script.changes)
        assert sum(row["removed"] for row in ledgers) == sum(change == "removed" for _, change in script.changes)


def _micros(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


@pytest.mark.parametrize("knows", ["its own rows", "the archive alone"])
async def test_a_clock_that_was_ahead_hides_no_edit_and_no_removal_that_is_seen_before_its_day(tmp_path, knows):
    line, script, moments = Line(tmp_path), Script(), []
    go_on = line.commit if knows == "its own rows" else line.restart

    async def visit(**shown: str) -> None:
        look = Look(shown)
        script.look(look)
        moments.append((await line.visit(look), dict(script.states)))
        go_on()

    await visit(a="first", b="first")
    line.clock, now = int(datetime.now(UTC).timestamp() * 1_000_000) + 31 * 24 * HOUR, line.clock
    await line.visit(Look({"a": "second", "c": "first"}))
    go_on()
    line.clock = now
    await visit(a="first", b="first")
    await visit(a="third", b="first", c="first")
    await visit(a="second", b="first", c="first")
    await visit(b="first", c="first")
    line.commit()
    line.exporter.close()
    held = archive.open(str(tmp_path / "archive"))
    for moment, states in moments:
        seen = as_of(held, moment)
        assert {number: seen.get(number) for number in "ab"} == {number: states[number] for number in "ab"}
    ledgers = sorted(held.threads(history=True).to_pylist(), key=lambda row: row["started_at"])[:5]
    assert [(row["edited"], row["removed"], row["restored"]) for row in ledgers] == [(0,) * 3] * 2 + [(1, 0, 0)] * 2 + [(0, 1, 0)]


# --- one script, through crawls of a site --------------------------------------------------------

STORY = [
    Look({"100": "a", "101": "b", "102": "c"}, first_page=2),
    Look({"100": "a", "101": "b", "102": "c", "103": "d"}, first_page=2),  # gains one
    Look({"100": "a", "101": "b, edited", "102": "c", "103": "d"}, first_page=2),
    Look({"100": "a", "101": "b, edited", "102": "c", "103": "d"}, "broken", first_page=2),
    Look({"100": "a", "101": "b, edited", "103": "d"}, first_page=2),  # 102 is taken away
    Look({"100": "a"}, "lying"),  # says that there are two
    Look({"101": "b, edited", "103": "d, edited", "104": "e"}, "broken", first_page=1),
    Look({"101": "b, edited", "103": "d, edited", "104": "e"}, first_page=1),
    Look({}),
    Look({"100": "a", "102": "c again"}, first_page=1),
]


def show(site: LoopbackSite, look: Look) -> None:
    """The script's thread as a WordPress with comment pages."""
    numbers = list(look.shown)
    pages = [numbers[: look.first_page], numbers[look.first_page :]]
    stated = f'<h2 class="comments-title">{len(numbers) + (look.read == "lying")} comments</h2>' if numbers else ""
    site.paths.clear()
    for at, part in enumerate(pages, 1):
        html = page(number=1, comments=0, title="A story")
        items = "".join(_item(number, look.shown[number]) for number in part)
        html = html.replace('<ol class="comment-list"></ol>', f'{stated}<ol class="comment-list">{items}</ol>')
        if pages[1]:
            other = 3 - at
            pager = f'<nav class="comment-navigation"><a href="/a/comment-page-{other}/">more</a></nav><div id="respond">'
            html = html.replace('<div id="respond">', pager)
        site.paths[f"/a/comment-page-{at}/"] = Answer(html, headers=HTML)
    site.paths["/a/"] = site.paths["/a/comment-page-1/"]
    if look.read == "broken":
        site.paths["/a/comment-page-2/"] = Answer("broken", 404, headers=HTML)


def _item(number: str, text: str) -> str:
    only = page(number=int(number), comments=1, **{f"c{100 * int(number)}": text})
    item = only[only.index("<li") : only.index("</ol>")]
    return item.replace(f"comment-{100 * int(number)}", f"comment-{number}")


async def test_ten_crawls_of_a_site_tell_the_same_story(loopback, tmp_path):
    site, crawls, script, moments = loopback(), Crawls(tmp_path), Script(), []
    for look in STORY:
        script.look(look)
        show(site, look)
        report, _ = await crawls.run(site.url("/a/"))
        assert report.exit_status == (0 if look.read == "whole" else 3), (look, report.incomplete, report.failures)
        moments.append((_micros(datetime.now(UTC)), dict(script.states)))
        await asyncio.sleep(0.002)  # the next visit is a later one also by a coarse clock
    held = archive.open(str(tmp_path / "archive"))
    for moment, states in moments:
        assert as_of(held, moment) == states
    rows = held.comments(history=True).to_pylist()
    assert sorted((row["native_id"], row["change"]) for row in rows) == sorted(script.changes)
    assert {change for _, change in script.changes} == {"new", "edited", "removed", "restored"}
