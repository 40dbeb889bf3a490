"""The table of pages: each page once, none twice at a time, none forgotten before its rows are committed."""

from __future__ import annotations

import sqlite3
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from crawler.keys import page_key
from crawler.leases import FrontierError, Lease, Leases, Tally


def add(leases: Leases, url: str, priority: int = 0) -> bool:
    host = url.split("/")[2]
    site = ".".join(host.split(".")[-2:])
    return leases.add(bytes.fromhex(page_key(url)), url, asked=url, site=site, host=host, priority=priority)


OPEN: list[Leases] = []


@pytest.fixture(autouse=True)
def _none_stays_open():
    yield
    while OPEN:
        OPEN.pop()._connection.close()


def opened(path: Path | str = ":memory:") -> Leases:
    leases = Leases(str(path))
    OPEN.append(leases)
    if leases.value("crawl_id") is None:
        leases.begin(crawl_id="crawl", started_at="7", command="c")
    return leases


def nobody(host: str) -> bool:
    return False


def taken(leases: Leases, number: int) -> list[str]:
    return [lease.url for _ in range(number) if (lease := leases.lease(nobody))]


def test_a_page_that_is_taken_out_of_its_turn_and_given_back_waits_as_if_it_had_not_been_tried():
    leases = opened()
    for name in "abc":
        add(leases, f"https://one.example/{name}")
    key = bytes.fromhex(page_key("https://one.example/b"))
    lease = leases.take(key)
    assert lease is not None
    assert (lease.url, lease.attempts) == ("https://one.example/b", 1)
    assert leases.take(key) is None, "it is under way"
    leases.give_back(lease)
    assert taken(leases, 4) == [f"https://one.example/{name}" for name in "abc"]
    assert leases.take(bytes.fromhex(page_key("https://one.example/never"))) is None


# --- the order of turns --------------------------------------------------------------------------


def test_a_page_is_added_once():
    leases = opened()
    assert add(leases, "https://a.example/1")
    assert not add(leases, "https://a.example/1")
    assert taken(leases, 3) == ["https://a.example/1"]
    assert not add(leases, "https://a.example/1"), "a page that is visited is known as well"


def test_a_site_with_many_pages_does_not_keep_the_others_from_their_turn():
    leases = opened()
    for number in range(3_000):
        add(leases, f"https://big.example/{number:04}")
    for site in ("a.example", "z.example"):
        for number in range(3):
            add(leases, f"https://{site}/{number}")
    sites = Counter(url.split("/")[2] for url in taken(leases, 9))
    assert sites == {"a.example": 3, "big.example": 3, "z.example": 3}


def test_a_site_with_many_hosts_has_one_turn_and_not_one_for_each_host():
    leases = opened()
    for number in range(50):
        add(leases, f"https://host{number}.big.example/")
    for number in range(4):
        add(leases, f"https://small.example/{number}")
    assert sum("small" in url for url in taken(leases, 8)) == 4


def test_a_busy_host_is_passed_over_and_its_site_is_not():
    leases = opened()
    for url in ("https://a.one.example/", "https://b.one.example/", "https://two.example/"):
        add(leases, url)
    busy = {"a.one.example"}
    found = [lease.url for _ in range(3) if (lease := leases.lease(busy.__contains__))]
    assert found == ["https://b.one.example/", "https://two.example/"]
    assert leases.has_waiting


def test_the_greatest_priority_comes_first_and_the_next_one_when_its_hosts_are_busy():
    leases = opened()
    add(leases, "https://a.example/low")
    add(leases, "https://a.example/high", priority=10)
    add(leases, "https://b.example/middle", priority=5)
    first = leases.lease(nobody)
    assert first.url == "https://a.example/high"
    assert leases.lease({"b.example"}.__contains__).url == "https://a.example/low"


def test_of_a_sites_pages_those_come_first_that_were_not_cut_off_before(tmp_path):
    leases = opened(tmp_path / "f.sqlite")
    for number in range(3):
        add(leases, f"https://a.example/{number}")
    assert leases.lease(nobody).url == "https://a.example/0"
    leases.close()
    leases = opened(tmp_path / "f.sqlite")
    leases.recover(0, 5)
    assert taken(leases, 3) == ["https://a.example/1", "https://a.example/2", "https://a.example/0"]
    leases.close()


def test_to_find_the_next_page_takes_a_few_looks_however_many_wait():
    leases = opened()
    for number in range(2_000):
        add(leases, f"https://site{number % 500:03}.example/{number}")
    leases.lease(nobody)
    looks: list[str] = []
    leases._connection.set_trace_callback(looks.append)
    busy = {f"site{number:03}.example" for number in range(10)}
    assert leases.lease(busy.__contains__).host == "site010.example"
    assert len(looks) < 4 * len(busy)


# --- the end of visits ---------------------------------------------------------------------------


def test_a_visit_is_done_with_its_batch_and_the_archive_says_which_batches_there_are(tmp_path):
    leases = opened(tmp_path / "f.sqlite")
    for number in range(4):
        add(leases, f"https://a.example/{number}")
    one, two, three = (leases.lease(nobody) for _ in range(3))
    one.comments, one.threads = 5, [{"verdict": "complete"}]
    two.comments, two.threads = 3, [{"verdict": "partial", "url": "u", "why": "w"}]
    leases.mark(1, [one], Tally(Counter(comments=5), Counter({("comments", "new"): 5})))
    leases.mark(2, [two], Tally(Counter(comments=3), Counter({("comments", "edited"): 3})))
    leases.mark(3, [three], Tally(Counter(comments=100)))
    leases.close()

    leases = opened(tmp_path / "f.sqlite")
    earlier = leases.recover(2, 5)
    assert (earlier.pages, earlier.comments, earlier.returned, earlier.waiting) == (2, 8, 1, 2)
    assert earlier.verdicts == {"complete": 1, "partial": 1}
    assert (earlier.incomplete_total, earlier.incomplete[0]["why"]) == (1, "w")
    assert earlier.tally.rows == {"comments": 8}
    assert earlier.tally.changes == {("comments", "new"): 5, ("comments", "edited"): 3}
    assert sorted(taken(leases, 9)) == ["https://a.example/2", "https://a.example/3"]
    leases.close()


def test_what_was_archived_and_is_not_in_the_archive_any_more_is_visited_again(tmp_path):
    leases = opened(tmp_path / "f.sqlite")
    for number in range(3):
        add(leases, f"https://a.example/{number}")
    for number in (1, 2):
        tally = Tally(Counter(pages=1))
        leases.mark(number, [leases.lease(nobody)], tally)
        leases.acknowledge(number, tally)
    leases.close()

    leases = opened(tmp_path / "f.sqlite")
    earlier = leases.recover(1, 1)
    assert (earlier.pages, earlier.waiting, earlier.tally.rows) == (1, 2, {"pages": 1})
    assert sorted(taken(leases, 9)) == ["https://a.example/1", "https://a.example/2"]
    leases.close()


def test_a_page_that_failed_is_tried_again_while_attempts_remain_and_told_of_then(tmp_path):
    leases = opened(tmp_path / "f.sqlite")
    add(leases, "https://a.example/")
    for attempt in (1, 2):
        lease = leases.lease(nobody)
        assert lease.attempts == attempt
        lease.failure = ("http", "500")
        leases.mark(attempt, [lease], None)
        leases.acknowledge(attempt, None)
        assert not leases.has_open, "a crawl does not try it again by itself"
        leases.close()
        leases = opened(tmp_path / "f.sqlite")
        earlier = leases.recover(attempt, 2)
    assert (earlier.retried, earlier.failed, earlier.waiting) == (0, 1, 0)
    assert leases.failures() == [("https://a.example/", "http", "500")]
    leases.close()


def test_a_page_that_kills_its_process_again_and_again_is_given_up(tmp_path):
    leases = opened(tmp_path / "f.sqlite")
    add(leases, "https://a.example/")
    for _ in range(3):
        assert leases.lease(nobody)
        leases.close()
        leases = opened(tmp_path / "f.sqlite")
        leases.recover(0, 3)
    assert leases.lease(nobody) is None
    [(url, reason, detail)] = leases.failures()
    assert (url, reason) == ("https://a.example/", "error")
    assert "given up" in detail
    leases.close()


def test_a_visit_that_the_end_of_the_crawl_cut_off_does_not_count_as_an_attempt(tmp_path):
    leases = opened(tmp_path / "f.sqlite")
    add(leases, "https://a.example/")
    for _ in range(5):
        assert leases.lease(nobody).attempts == 1
        leases.release()
        leases.close()
        leases = opened(tmp_path / "f.sqlite")
        leases.recover(0, 2)
    leases.close()


def test_no_id_is_given_twice_also_not_by_the_next_process(tmp_path):
    ids: list[str] = []
    for _ in range(3):
        leases = opened(tmp_path / "f.sqlite")
        leases.recover(0, 100)
        add(leases, "https://a.example/")
        lease = leases.lease(nobody)
        ids += [lease.new_id() for _ in range(20)]
        assert all(given.startswith(f"{lease.name}-") for given in ids), "every attempt is known by its beginning"
        leases.close()
    assert len(set(ids)) == len(ids)


def test_a_million_lines_are_added_in_a_few_transactions():
    leases = opened()
    commits: list[str] = []
    leases._connection.set_trace_callback(lambda statement: commits.append(statement) if "COMMIT" in statement else None)
    for number in range(5_500):
        add(leases, f"https://a.example/{number}")
    assert len(commits) == 5


# --- files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"no database at all, but long enough to be read as a page" * 90, b"SQLite format 3\0"])
def test_a_file_that_is_no_frontier_is_named_with_the_way_out(tmp_path, content):
    (tmp_path / "f.sqlite").write_bytes(content)
    with pytest.raises(FrontierError, match=r"f\.sqlite.*remove"):
        Leases(str(tmp_path / "f.sqlite")).add(b"", "", asked="", site="", host="")


@pytest.mark.parametrize(("layout", "told"), [(99, "a newer version"), (1, "an older version")])
def test_a_file_of_another_layout_is_left_alone(tmp_path, layout, told):
    with sqlite3.connect(tmp_path / "f.sqlite") as other:
        other.execute(f"PRAGMA user_version = {layout}")
    other.close()
    with pytest.raises(FrontierError, match=told):
        Leases(str(tmp_path / "f.sqlite"))


def test_nothing_is_left_of_a_file_that_is_removed(tmp_path):
    leases = opened(tmp_path / "f.sqlite")
    add(leases, "https://a.example/")
    leases.remove()
    assert list(tmp_path.iterdir()) == []


# --- any history ---------------------------------------------------------------------------------


class History(RuleBasedStateMachine):
    """Any order of additions, visits, commits, failed commits, stops and kills."""

    @initialize()
    def begin(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "f.sqlite"
        self.leases = opened(self.path)
        self.all: list[str] = []
        self.archived: Counter[str] = Counter()
        self.under_way: dict[str, Lease] = {}
        self.over: list[Lease] = []
        self.committed = 0
        for number in range(9):
            self.add(number % 3, number, number % 2)

    def teardown(self):
        if hasattr(self, "leases"):
            self.finish()
            self.leases.close()
            self.folder.cleanup()

    @rule(site=st.integers(0, 3), number=st.integers(0, 12), priority=st.integers(-1, 1))
    def add(self, site, number, priority):
        url = f"https://site{site}.example/{number}"
        assert add(self.leases, url, priority) == (url not in self.all)
        self.all = list(dict.fromkeys([*self.all, url]))

    @rule(number=st.integers(1, 4), busy=st.sets(st.integers(0, 3), max_size=2))
    def lease(self, number, busy):
        for _ in range(number):
            self.lease_one(busy)

    def lease_one(self, busy):
        lease = self.leases.lease({f"site{site}.example" for site in busy}.__contains__)
        if lease is None:
            waiting = set(self.all) - set(self.under_way) - set(self.archived) - {of.url for of in self.over}
            assert all(int(url[12]) in busy for url in waiting)
            return
        assert lease.url not in self.under_way
        assert lease.url not in self.archived
        assert lease.url not in {of.url for of in self.over}
        self.under_way[lease.url] = lease

    @rule(site=st.integers(0, 3), number=st.integers(0, 12))
    def take(self, site, number):
        url = f"https://site{site}.example/{number}"
        is_waiting = url in set(self.all) - set(self.under_way) - set(self.archived) - {of.url for of in self.over}
        lease = self.leases.take(bytes.fromhex(page_key(url)))
        assert (lease is not None) == is_waiting
        if lease is not None:
            self.under_way[url] = lease

    @rule(data=st.data())
    def give_back(self, data):
        if self.under_way:
            self.leases.give_back(self.under_way.pop(data.draw(st.sampled_from(sorted(self.under_way)))))

    @rule(data=st.data())
    def end(self, data):
        ended = data.draw(st.sets(st.sampled_from(sorted(self.under_way)))) if self.under_way else ()
        self.over += [self.under_way.pop(url) for url in sorted(ended)]

    @rule(fate=st.sampled_from(["acknowledged", "killed before", "killed after"]))
    def commit(self, fate):
        over, self.over = self.over, []
        self.leases.mark(self.committed + 1, over, None)
        if fate != "killed before":
            self.committed += 1
            self.archived.update(lease.url for lease in over)
        if fate == "acknowledged":
            self.leases.acknowledge(self.committed, None)
        else:
            self.kill()

    @rule()
    def kill(self):
        self.leases._connection.close()  # what is not committed is lost, as with the process
        self.under_way, self.over = {}, []
        self.leases = opened(self.path)
        earlier = self.leases.recover(self.committed, 10**6)
        assert earlier.pages == len(self.archived)
        for url in self.all:  # the start list is read again
            add(self.leases, url)

    @rule()
    def stop(self):
        self.leases.release()
        self.leases.close()
        self.under_way, self.over = {}, []
        self.leases = opened(self.path)
        self.leases.recover(self.committed, 10**6)

    @invariant()
    def no_page_is_archived_twice(self):
        assert not hasattr(self, "archived") or all(n == 1 for n in self.archived.values())

    def finish(self):
        self.kill()
        while lease := self.leases.lease(nobody):
            self.over.append(lease)
        self.commit("acknowledged")
        assert set(self.archived) == set(self.all)
        assert not self.leases.has_open


History.TestCase.settings = settings(max_examples=60, stateful_step_count=12)
test_no_history_loses_or_doubles_a_page = History.TestCase
