"""A small world that crawls look at, and what an archive of it must say: the model of `test_any_order.py`.

Everything between a page and the archive is the real thing (`Identify`, `Changes`, `Exporter`, upkeep); only the page is
invented, and what the pipeline `store` does with rows is done here without a crawl.
"""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from archive_rows import NOW, SECOND
from kills import Fuse, KilledError

import archive
from archive.exporter import Exporter
from archive.index import Index
from archive.schema import Comment, Page, Provenance, Share, Subscribe, Thread, Visit
from archive.states import GONE, STATES
from archive.stores import open_store
from archive.upkeep import vacuum as vacuuming
from archive.upkeep.compact import compact
from archive.upkeep.erase import Subject, erase
from crawler.items import Capture, Failure
from crawler.keys import page_key
from pipelines.changes import Changes
from pipelines.identify import Identify
from pipelines.recognition import known_by


@dataclass
class Said:
    """A comment as its site has it."""

    number: int
    author: str
    text: str
    at: int
    """Second of the world's clock."""
    is_shown: bool = True


@dataclass
class Place:
    """A page of the world with its thread."""

    system: str
    url: str
    native_id: str | None = None
    has_ids: bool = False
    said: list[Said] = field(default_factory=list)
    moved_from: str | None = None
    first: str = ""
    """Its first address, which tells its texts from another's."""
    title: str = "first"
    thread_id: str | None = None
    """Of its last visit."""


@dataclass
class Known:
    """What must be known of a thread."""

    texts: dict[str, str | None] = field(default_factory=dict)
    """By comment id; None of a comment that is gone."""
    ids: dict[int, str] = field(default_factory=dict)
    """Comment id by the comment's number in its world."""
    is_sure: bool = True
    """False while crawls that did not know of each other, or a clock, may have left something else."""


@dataclass
class Told:
    """What a visit makes known of a thread once it is committed; of a page that is gone, nothing."""

    visit_id: str
    thread_id: str = ""
    texts: dict[str, str | None] = field(default_factory=dict)
    ids: dict[int, str] = field(default_factory=dict)
    settles: bool = False
    """Whether all is known again of a thread that was not sure."""


@dataclass(frozen=True)
class Look:
    """One capture: what it showed, by comment id, and whether its thread was read whole."""

    thread_id: str
    shown: dict[str, str]
    is_sound: bool


@dataclass
class Crawl:
    """A crawl that runs."""

    name: str
    state: str
    exporter: Exporter
    identify: Identify
    changes: Changes
    waiting: list[Told] = field(default_factory=list)
    """What its next commit makes known."""


class World:
    """Pages, crawls, an archive, and what must be in it."""

    def __init__(self, root: Path, empty: Path | None = None) -> None:
        self.root, self.uri = root, str(root / "archive")
        if empty is not None:
            shutil.copytree(empty, root / "archive")
        self.clock, self.names = 1_000, 0
        self.places = [
            Place("wordpress", "https://a.example/post", "7", has_ids=True),
            Place("generic", "https://a.example/news"),
            Place("generic", "https://b.example:8080/other"),
        ]
        for place in self.places:
            place.first = place.url
            for number in range(2):
                self.write(place, f"author {number}", f"first text {number} on {place.first}")
        self.crawls: dict[str, Crawl] = {}
        self.looks: dict[str, Look] = {}
        self.threads: dict[str, Known] = {"": Known()}
        self.committed: set[str] = set()
        """Visits."""
        self.lost: set[str] = set()
        """Those of which some tables may have been committed, and the rest is lost with a state directory."""
        self.newest = 0
        self.checked: dict[str, int] = {}
        """Versions of the tables that were checked."""
        self.erased: set[str] = set()
        self.erased_words: set[tuple[str, str, str]] = set()
        """Thread, author and text of every state of those without an id: by these they are known again."""
        self.banned: set[tuple[str, str]] = set()
        """Site and author whose comments were erased."""
        self.dead: list[tuple[str, list[Told]]] = []
        """State directory of each crawl that was killed while it committed, and what it had to make known."""

    # -- the world ----------------------------------------------------------------------------------

    def write(self, place: Place, author: str, text: str) -> None:
        self.clock += 60
        place.said.append(Said(len(place.said), author, text, self.clock))

    def move(self, place: Place, url: str) -> None:
        """To a new address, or to one that another page had before."""
        self.clock += 1
        place.moved_from, place.url = place.url, url

    # -- crawls -------------------------------------------------------------------------------------

    def start(self, state: str, name: str | None = None) -> Crawl:
        self.names += 1
        name = name or f"crawl-{self.names}"
        exporter = Exporter(self.uri, name, state_dir=self.root / state)
        exporter.start()
        index = exporter.index
        crawl = Crawl(
            name, state, exporter,
            Identify(lambda: index, exporter.has_erased),
            Changes(index.page, lambda thread, without: index.thread(thread, without=without), erased=exporter.is_erased),
        )  # fmt: skip
        self.crawls[name] = crawl
        self._recovered(state)
        return crawl

    def _recovered(self, state: str) -> None:
        """Whoever starts with a state directory finishes what the dead of it began."""
        for _, waiting in [dead for dead in self.dead if dead[0] == state]:
            self._learn(waiting)
        self.dead = [dead for dead in self.dead if dead[0] != state]

    def is_alone(self, crawl: Crawl) -> bool:
        """Whether what this crawl compares with is all that there is."""
        others = any(other.waiting for other in self.crawls.values() if other is not crawl)
        return not others and not self.dead and self._is_current(crawl.exporter)

    def _is_current(self, exporter: Exporter) -> bool:
        """Whether a crawl knows of everything that is committed, and erased."""
        erased = {path.stem for path in (self.root / "archive" / "_erased").glob("*.json")}
        cursor = exporter.index._writer.cursor()
        return set(exporter.erasures._names) == erased and all(
            exporter.index._version(cursor, table)[1] == newest for table, newest in self._versions().items()
        )

    def _versions(self) -> dict[str, int]:
        logs = {table: self.root / "archive" / table / "_delta_log" for table in STATES}
        return {table: max(int(path.stem) for path in log.glob("0*.json")) for table, log in logs.items()}

    def visit(
        self, crawl: Crawl, place: Place, how: str = "whole", *, most: int = 99, late: int = 0, batch: int = 2, by_old: bool = True
    ) -> None:
        """Look at a page. ``how``: ``whole``, ``part``, ``unknown``, ``gone``; ``late``: seconds its clock is behind.

        ``by_old``: by the address that it had before, which leads to the one it has.
        """
        self.clock += 100
        at, visit = NOW + (self.clock - late) * SECOND, f"visit-{self.clock}"
        is_sure = self.is_alone(crawl) and at > self.newest
        self.newest = max(self.newest, at + 10 * SECOND)
        leads = by_old and place.moved_from is not None and place.moved_from not in {other.url for other in self.places}
        held = crawl.exporter.index.page(page_key(place.moved_from)) if leads else None
        common = {"visit_id": visit, "url": place.url, "moved_from": place.moved_from if held else None, "extractor": "test/1"}

        def capture(name: str, second: int = 0, **more) -> Capture:
            return Capture(capture_id=f"{visit}-{name}", observed_at=at + second * SECOND, **common, **more)

        items: list[Capture] = []
        if how != "gone":
            thread_of = (place.system, "tenant", place.native_id)
            shown = [said for said in place.said if said.is_shown]
            shown = [] if how == "unknown" else shown[:most] if how == "part" else shown
            items += [
                capture(f"{n}", n, thread_of=thread_of, comments=[comment(place, said) for said in shown[n : n + batch]])
                for n in range(0, len(shown), batch)
            ]
            verdict = {"part": "partial", "unknown": "unknown"}.get(how) or ("complete" if shown else "none")
            ledger = Thread(system=place.system, tenant="tenant", native_id=place.native_id, verdict=verdict, captured=len(shown))
            items.append(capture("page", thread_of=thread_of, thread=ledger))
        last = capture("page", visit=Visit(url=place.url, outcome="gone" if how == "gone" else "read"), is_last=True)
        last.page = Page(url=place.url, canonical_url=place.url, title=place.title, http_status=404 if how == "gone" else 200)
        last.shares, last.subscribes = [Share(kind="like"), Share(position=1, kind="button")], [Subscribe(kind="feed")]
        if how == "gone":
            last.page.title, last.shares, last.subscribes = None, [], []
            last.failure = Failure(url=place.url, reason="http", detail="404")
        items.append(last)
        numbers = iter([] if how == "gone" else [said.number for said in shown])
        seen: dict[str, tuple[int, Comment]] = {}
        for item in items:
            crawl.identify.identify(item)
            seen |= {row.comment_id: (next(numbers), row) for row in item.comments}
            self.looks[item.capture_id] = Look(item.thread_id, {c.comment_id: c.text for c in item.comments}, is_sound=False)
            crawl.changes.compare(item)
        told = Told(visit)
        if how != "gone":
            told = self._expect(crawl, place, items[-2], seen, is_sure=is_sure)
        crawl.waiting.append(told)
        add = crawl.exporter.add
        for item in [*(i for i in items if i.thread is None and not i.is_last), *(i for i in items if i.thread or i.is_last)]:
            where = Provenance(
                crawl_id=crawl.name, visit_id=visit, capture_id=item.capture_id, observed_at=item.observed_at, site=item.site,
                extractor=item.extractor,
            )  # fmt: skip
            add("comments", [row for row in item.comments if row.change], where)
            if item.page is not None:
                for table, rows in (("shares", item.shares), ("subscribes", item.subscribes), ("pages", [item.page])):
                    add(table, rows or [], where)
            add("threads", [item.thread] if item.thread else [], where)
            add("visits", [item.visit] if item.visit else [], where)

    def _expect(self, crawl: Crawl, place: Place, closing: Capture, seen: dict[str, tuple[int, Comment]], *, is_sure: bool) -> Told:
        """What the visit says is what the model says, where nobody else has a say."""
        key, ledger = closing.thread_id, closing.thread
        here = {comment_id: row.text for comment_id, (_, row) in seen.items()}
        if is_sure:
            self._expect_thread(place, key, here, leads=place.moved_from is None or closing.moved_from is not None)
        place.thread_id = key
        known = self.threads.setdefault(key, Known())
        assert len(here) == len({number for number, _ in seen.values()}), "two comments of a page have one key"
        is_sound = ledger.verdict in ("complete", "none")
        self.looks[closing.capture_id] = Look(key, here, is_sound)
        latest, ids = dict(known.texts), dict(known.ids)
        for told in crawl.waiting:
            if told.thread_id == key:
                latest |= told.texts
                ids |= told.ids
        settles = is_sure and is_sound and not known.is_sure and not any(self._is_erased(place, i, row) for i, (_, row) in seen.items())
        if is_sure and known.is_sure:
            expected: Counter[str] = Counter()
            for comment_id, (number, row) in seen.items():
                change = (
                    "" if self._is_erased(place, comment_id, row)
                    else "new" if comment_id not in latest
                    else "restored" if latest[comment_id] is None
                    else "edited" if latest[comment_id] != row.text
                    else ""
                )  # fmt: skip
                assert row.change == change, (row, latest.get(comment_id))
                assert ids.get(number, comment_id) == comment_id, "a comment that was known has another key"
                expected[change] += 1
            gone = {i for i, text in latest.items() if text is not None and i not in here} if is_sound else set()
            assert (ledger.new, ledger.edited, ledger.restored) == (expected["new"], expected["edited"], expected["restored"])
            assert ledger.removed == len(gone)
            assert {row.comment_id for row in closing.comments} == gone
        elif settles:
            latest = dict.fromkeys(crawl.exporter.index.thread(key))
        elif not is_sure:
            known.is_sure = False
        texts: dict[str, str | None] = dict.fromkeys(latest.keys() - here.keys()) if is_sound else {}
        texts |= {i: row.text for i, (_, row) in seen.items() if not self._is_erased(place, i, row)}
        return Told(closing.visit_id, key, texts, {number: i for i, (number, _) in seen.items() if i in texts}, settles)

    def _expect_thread(self, place: Place, key: str, here: dict[str, str], *, leads: bool) -> None:
        """Whatever pages move, each keeps its thread, and no other gets it."""
        assert key not in {other.thread_id for other in self.places if other is not place}
        before = self.threads.get(place.thread_id or "")
        if before is not None and before.is_sure and leads and here:
            there = {text for text in before.texts.values() if text is not None}
            assert key == place.thread_id or not there.issuperset(here.values()), "the thread did not move with its page"

    def _is_erased(self, place: Place, comment_id: str, row: Comment) -> bool:
        is_known = row.id_kind == "surrogate" and (row.thread_id, row.author_name, row.text) in self.erased_words
        return comment_id in self.erased or is_known or (site_of(place), row.author_name) in self.banned

    def commit(self, crawl: Crawl) -> None:
        crawl.exporter.commit(crawl.exporter.take())
        self._learn(crawl.waiting)
        crawl.waiting = []

    def _learn(self, waiting: list[Told]) -> None:
        for told in waiting:
            known = self.threads[told.thread_id]
            if told.settles and not known.is_sure:
                known.texts, known.ids = {}, {}
            known.texts |= {key: text for key, text in told.texts.items() if key not in self.erased}
            known.ids |= {number: key for number, key in told.ids.items() if key not in self.erased}
            known.is_sure |= told.settles
            self.committed.add(told.visit_id)

    def drop(self, crawl: Crawl) -> None:
        """The crawl is killed with rows that no commit has begun with."""
        crawl.exporter.close()
        del self.crawls[crawl.name]

    def kill(self, crawl: Crawl, lives: int) -> bool:
        """The crawl is killed at a step of its commit; whether it was."""
        with pytest.MonkeyPatch.context() as patch:
            Fuse(patch, lives)
            try:
                self.commit(crawl)
            except KilledError:
                pass
            else:
                return False
        began = any(True for _ in crawl.exporter._journal.open_records().get(crawl.name, ()))
        done = all_tables_done(crawl)
        self.drop(crawl)
        if done:
            self._learn(crawl.waiting)
        elif began:
            self.dead.append((crawl.state, crawl.waiting))
        return True

    def lose(self, state: str) -> None:
        """A state directory is gone, with what a killed crawl had still to commit."""
        for crawl in [crawl for crawl in self.crawls.values() if crawl.state == state]:
            self.drop(crawl)
        for told in [told for where, waiting in self.dead if where == state for told in waiting]:
            self.threads[told.thread_id].is_sure = False
            self.lost.add(told.visit_id)
        self.dead = [dead for dead in self.dead if dead[0] != state]
        shutil.rmtree(self.root / state, ignore_errors=True)

    # -- upkeep -------------------------------------------------------------------------------------

    def compact(self, fewest: int = 2) -> None:
        some = ("comments", "shares")
        before = [rows(self.uri, table, history=history) for table in some for history in (False, True)]
        for done in compact(open_store(self.uri), tables=("comments", "pages", "shares"), fewest=fewest):
            assert done.trouble is None, done
        assert [rows(self.uri, table, history=history) for table in some for history in (False, True)] == before

    def vacuum(self, state: str) -> None:
        """Everything that waited is old by now, but for parts that killed crawls still have to commit."""
        before = rows(self.uri, "comments")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(vacuuming, "LEAST_HOURS", 0)
            list(vacuuming.vacuum(open_store(self.uri), hours=0, state_dir=self.root / state))
        assert rows(self.uri, "comments") == before
        for table in ("comments", "pages"):
            active = set(archive.open(self.uri).files(table))
            there = {str(path) for path in (self.root / "archive" / table).rglob("*.parquet") if "_delta_log" not in path.parts}
            assert there == active or self.dead, table

    def erase(self, state: str, subject: Subject) -> None:
        before = rows_of(archive.open(self.uri), "comments")
        done = erase(self.uri, subject, state_dir=self.root / state, words=known_by)
        self.erased.update(done.comments)
        self.erased_words |= {_words(row) for row in before if row["comment_id"] in done.comments and row["id_kind"] == "surrogate"}
        if subject.author_name is not None:
            self.banned.add((subject.site, subject.author_name))
        self._recovered(state)
        for known in self.threads.values():
            known.texts = {key: text for key, text in known.texts.items() if key not in self.erased}
            known.ids = {number: key for number, key in known.ids.items() if key not in self.erased}
        for told in (told for crawl in self.crawls.values() for told in crawl.waiting):
            self.threads[told.thread_id].is_sure = told.settles = False  # its commit drops what was erased

    # -- what must hold after every step ------------------------------------------------------------

    def check(self) -> None:
        versions = self._versions()
        if versions == self.checked:
            return
        self.checked = versions
        opened = archive.open(self.uri)
        history = opened.comments(history=True).to_pylist()
        states: dict[str, list[dict]] = {}
        for row in sorted(history, key=rank):
            states.setdefault(row["comment_id"], []).append(row)
        found = opened.comments().to_pylist()
        latest = {row["comment_id"]: row for row in found}
        assert len(found) == len(latest), "a comment has two latest states"
        assert latest == {comment_id: each[-1] for comment_id, each in states.items()}
        assert not self.erased & states.keys(), "what was erased is back"
        assert not self.banned & {(row["site"], row["author_name"]) for row in history}
        for comment_id, each in states.items():
            self._check_comment(comment_id, each)
        for key, known in self.threads.items():
            if known.is_sure and not self.dead:
                there = {i: r["text"] for i, r in latest.items() if r["thread_id"] == key and r["status"] != GONE}
                assert there == {i: text for i, text in known.texts.items() if text is not None}
        visits = Counter(row["visit_id"] for row in rows_of(opened, "visits"))
        dying = {told.visit_id for _, waiting in self.dead for told in waiting}
        assert set(visits.values()) <= {1}
        assert self.committed <= visits.keys() <= self.committed | self.lost | dying
        pages: dict[tuple[str, str], str] = {}
        digests: dict[str, str] = {}
        for row in sorted(rows_of(opened, "pages"), key=lambda row: (row["observed_at"], row["capture_id"])):
            assert digests.get(row["page_id"]) != row["content_digest"], "the page did not change"
            pages[row["page_id"], row["capture_id"]] = digests[row["page_id"]] = row["content_digest"]
        beside = Counter((row["page_id"], row["capture_id"]) for row in rows_of(opened, "shares"))
        assert set(beside.values()) <= {2}
        assert beside.keys() <= pages.keys() or self.dead or self.lost

    def _check_comment(self, comment_id: str, each: list[dict]) -> None:
        """Every row says what its capture showed, and something else than the row before it."""
        before = None
        for row in each:
            look = self.looks[row["capture_id"]]
            if row["status"] == GONE:
                assert row["change"] == "removed"
                assert look.is_sound
                assert comment_id not in look.shown
                assert look.thread_id == row["thread_id"]
                assert before is not None, "removed before it was seen"
                assert before["status"] != GONE
            else:
                assert look.shown[comment_id] == row["text"]
                assert before is None or before["status"] == GONE or before["text"] != row["text"], "nothing changed"
            before = row


def comment(place: Place, said: Said) -> Comment:
    at = NOW + said.at * SECOND
    return Comment(
        system=place.system, tenant="tenant", native_id=f"{said.number}" if place.has_ids else None,
        id_kind="native" if place.has_ids else "surrogate", author_name=said.author, text=said.text, published_at=at,
        published_min=at, published_max=at, published_precision="s",
    )  # fmt: skip


def site_of(place: Place) -> str:
    return place.url.removeprefix("https://").partition("/")[0]


def rank(row: dict) -> tuple:
    return row["observed_at"], row["capture_id"], row["status"], row["content_digest"] or ""


def _words(row: dict) -> tuple[str, str, str]:
    return row["thread_id"], row["author_name"], row["text"]


def rows_of(opened: archive.Archive, table: str, *, history: bool = True) -> list[dict]:
    return opened.rows(table, history=history).to_pylist()


def rows(uri: str, table: str, *, history: bool = True) -> Counter[str]:
    return Counter(map(repr, rows_of(archive.open(uri), table, history=history)))


def all_tables_done(crawl: Crawl) -> bool:
    log = crawl.exporter.logs["visits"]
    return log.transaction(log.open(), crawl.exporter.application) == crawl.exporter.committed + 1


def contents(index: Index, uri: str) -> dict[str, object]:
    """What an index says of everything there is."""
    opened = archive.open(uri)
    threads = sorted({row["thread_id"] for t in ("comments", "threads") for row in rows_of(opened, t)})
    pages = sorted({row["page_id"] for t in ("pages", "threads") for row in rows_of(opened, t)})
    return {
        "threads": {key: index.thread(key) for key in threads},
        "pages": {key: index.page_states(key) for key in pages},
        "of": {key: index.threads_of(key) for key in pages},
        "on": {key: index.page_of(key) for key in threads},
        "without id": {key: index.thread_without_id(key, "generic") for key in pages},
        "states": {key: {c: index.comment_states(key, {c}) for c in index.thread(key)} for key in threads},
    }
