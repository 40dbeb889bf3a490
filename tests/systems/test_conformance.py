"""What every comment system has to stand: the whole thread when all is well, and never a "complete" when it is not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from kit import NOW, Answer, read
from scrapy import Request
from scrapy.http import HtmlResponse, Response, TextResponse
from service import HTML, SECOND, START, Said, Service, html_answer

from archive.schema import Comment, Thread
from crawler.extract.document import Document
from crawler.systems import REGISTRY, systems_of
from crawler.systems.base import FetchError
from crawler.systems.reading import Limits

ELSEWHERE = {"generic": "tests of its own: pages of any shape", "phpmelody": "tests of its own: it has no ids", "wordpress": "tests of its own, and a real WordPress"}
"""Systems with no service here, and why."""


def services() -> list[type[Service]]:
    found: list[type[Service]] = []
    for file in sorted((Path(__file__).parent / "services").glob("*.py")):
        module = import_module(f"services.{file.stem}")
        found += [
            value
            for value in vars(module).values()
            if isinstance(value, type) and issubclass(value, Service) and value.__module__ == module.__name__
        ]
    return [one for one in found if not one.__abstractmethods__]


SERVICES = services()
every_service = pytest.mark.parametrize("make", SERVICES, ids=lambda make: make.__name__)


def only(test: Callable[[type[Service]], bool]) -> Any:
    """Services of which something is true."""
    chosen = [make for make in SERVICES if test(make)]
    return pytest.mark.parametrize("make", chosen, ids=lambda make: make.__name__)


asks = only(lambda make: not make.asks_nothing)


@dataclass
class Net:
    """The way between a harvest and a service; ``spoil`` may change each answer."""

    service: Service
    spoil: Callable[[int, Answer], Answer] = lambda _, answer: answer
    before: Callable[[int], None] = lambda _: None
    asked: list[Request] = field(default_factory=list)

    async def __call__(self, request: Request) -> Response:
        self.asked.append(request)
        assert len(self.asked) < 3_000, "the harvest does not end"
        number = len(self.asked)
        self.before(number)
        answer = self.service.answer(request)
        if answer is None:
            raise FetchError("error", f"{request.method} {request.url}: nothing answers here")
        status, headers, body = self.spoil(number, answer)
        kind = HtmlResponse if "html" in headers.get("content-type", "") else TextResponse
        return kind(request.url, status=status, headers=dict(headers), body=body, request=request)


async def harvest(
    service: Service, net: Net | None = None, *, options: Mapping[str, Any] | None = None, present: Iterable[str] = ()
) -> tuple[list[Comment], Thread]:
    """The thread as its system reads it.

    :param present: native ids of the comments that were there at the visit before
    """
    system = service.system(service.options if options is None else options)
    document = Document(service.page(), service.url)
    assert system.is_possible(document), f"none of {system.marks} stands in the page"
    threads = await read(system, service.page(), service.url, net or Net(service), present=present)
    assert len(threads) == 1, "the page holds one thread of the system"
    [(_, comments, ledger)] = threads
    for comment in comments:
        comment.native_id = service.said_id(comment.native_id or "")
        if comment.parent_native_id is not None:
            comment.parent_native_id = service.said_id(comment.parent_native_id)
    for gap in ledger.gaps or []:
        gap["parent"] = None if gap["parent"] is None else service.said_id(gap["parent"])
    return comments, ledger


def thread(make: type[Service], count: int, *, shape: str = "flat", **options: Any) -> Service:
    """So many comments: all at top level, or in a chain of replies, or all under the first."""
    deepest = make.max_depth or 6
    comments: list[Said] = []
    for number in range(1, count + 1):
        parent = None
        if shape == "chain" and (number - 1) % deepest:
            parent = str(number - 1)
        if shape == "star" and number > 1 and deepest > 1:
            parent = "1"
        comments.append(
            Said(
                id=str(number),
                text=f"Comment {number}",
                author=f"Reader {number}",
                parent=parent,
                at=START + number * 60 * SECOND,
                likes=number % 7,
            )
        )
    return make(comments=comments, **options)


def told(comments: list[Comment], service: Service) -> dict[str, tuple[Any, ...]]:
    """What a harvest says of each comment, as far as the system knows it."""
    rows: dict[str, tuple[Any, ...]] = {}
    for comment in comments:
        is_stub = comment.status != "visible"
        row: list[Any] = [comment.parent_native_id, is_stub, comment.published_at]
        row += [comment.text, None if is_stub else comment.author_name]
        if not is_stub:
            row += [comment.like_count] if "likes" in service.knows else []
            row += [comment.edited_at] if "edited" in service.knows else []
            row += [bool(comment.is_pinned)] if "pinned" in service.knows else []
        rows[str(comment.native_id)] = tuple(row)
    return rows


def truth(service: Service) -> dict[str, tuple[Any, ...]]:
    """The same as the service holds it."""
    rows: dict[str, tuple[Any, ...]] = {}
    for said in service.shown:
        row: list[Any] = [said.parent, said.is_removed, said.at]
        row += [None if said.is_removed else said.text, None if said.is_removed else said.author]
        if not said.is_removed:
            row += [said.likes] if "likes" in service.knows else []
            row += [said.edited_at] if "edited" in service.knows else []
            row += [said.is_pinned] if "pinned" in service.knows else []
        rows[said.id] = tuple(row)
    return rows


async def check_whole(service: Service) -> None:
    comments, ledger = await harvest(service)
    assert told(comments, service) == truth(service)
    assert len(comments) == len(service.shown), "no comment twice"
    assert (ledger.verdict, ledger.stop_reason, ledger.gaps) == ("complete", "exhausted", None)


# --- the suite itself ------------------------------------------------------------------------------


def test_every_system_has_a_service_or_a_reason_to_have_none():
    assert {make.system.name for make in SERVICES} | set(ELSEWHERE) | {"unsupported"} == {system.name for system in REGISTRY}


# --- detection -------------------------------------------------------------------------------------


@every_service
def test_a_page_of_the_system_is_claimed_by_it_alone(make):
    service = thread(make, 3)
    document = Document(service.page(), service.url)
    known = [system for system in systems_of(service.options) if not system.is_last_resort]  # asked when no other claims
    claiming = [system for system in known if system.detect(document)]
    # A general system is not asked where another one has read comments.
    assert {one.name for one in claiming if not one.is_general or make.system.is_general} == {make.system.name}


@every_service
def test_a_page_without_a_thread_is_not_claimed(make):
    html = "<!doctype html><title>About us</title><body><h1>About us</h1><p>We comment on everything.</p>"
    assert not make.system(make.options).detect(Document(html, "https://news.example.org/about/"))


# --- all is well -----------------------------------------------------------------------------------


@every_service
@pytest.mark.parametrize("pages", ["one", "page", "page and one", "three pages and one"])
async def test_the_whole_thread_is_read_whatever_its_size(make, pages):
    size = make.page_size or 40
    count = {"one": 1, "page": size, "page and one": size + 1, "three pages and one": 3 * size + 1}[pages]
    await check_whole(thread(make, count))


@only(lambda make: make.shows_empty)
async def test_an_open_thread_without_comments_is_none(make):
    comments, ledger = await harvest(make())
    assert (comments, ledger.verdict) == ([], "none")


@only(lambda make: make.max_depth != 1)
async def test_replies_are_read_to_full_depth(make):
    await check_whole(thread(make, 25, shape="chain"))


@only(lambda make: make.max_depth != 1)
async def test_many_replies_of_one_comment_are_all_read(make):
    await check_whole(thread(make, 2 * max(make.reply_page_size, 20) + 4, shape="star"))


@only(lambda make: make.keeps_stubs and make.max_depth != 1)
async def test_a_removed_comment_with_replies_is_a_stub_and_keeps_its_replies(make):
    service = thread(make, 8, shape="star")
    service.comments[0].is_removed = True
    await check_whole(service)


@every_service
async def test_a_removed_comment_is_not_missed(make):
    service = thread(make, 8)
    service.comments[4].is_removed = True
    await check_whole(service)


@every_service
async def test_any_script_and_any_name_comes_through(make):
    service = make(
        comments=[
            Said(id="1", text="Ünïcödé 👩‍👩‍👧‍👦 and 👍🏽", author="Torbjørn Melbye"),
            Said(id="2", text="这是一条评论", author="_신__LBL", at=START + SECOND),
            Said(id="3", text="تعليق من القارئ", author="عمر", at=START + 2 * SECOND),
            Said(id="4", text="1 &lt; 2 &amp;amp; 3".replace("&amp;amp;", "&amp;"), author="A", at=START + 3 * SECOND),
        ]
    )
    comments, ledger = await harvest(service)
    assert ledger.verdict == "complete"
    by_id = {comment.native_id: comment for comment in comments}
    assert [by_id[n].author_name for n in "123"] == ["Torbjørn Melbye", "_신__LBL", "عمر"]
    assert [by_id[n].text for n in "123"] == [said.text for said in service.comments[:3]]


@only(lambda make: bool(make.knows & {"edited", "pinned"}))
async def test_what_the_system_knows_of_a_comment_is_kept(make):
    service = thread(make, 6)
    service.comments[2].edited_at = service.comments[2].at + 3600 * SECOND
    if "pinned" in make.knows:
        service.comments[1].is_pinned = True
    comments, ledger = await harvest(service)
    assert told(comments, service) == truth(service)
    assert ledger.verdict == "complete"
    if "edited" in make.knows:
        assert {comment.native_id: comment.is_edited for comment in comments}["3"] is True


@only(lambda make: make.can_close)
async def test_a_closed_thread_says_so_with_and_without_comments(make):
    comments, ledger = await harvest(thread(make, 3, is_closed=True))
    assert (len(comments), ledger.state, ledger.verdict) == (3, "closed", "complete")
    comments, ledger = await harvest(make(is_closed=True))
    assert (comments, ledger.state, ledger.verdict) == ([], "closed", "closed")


@every_service
async def test_another_reading_of_the_same_thread_says_the_same(make):
    service = thread(make, 12, shape="chain")
    first, second = await harvest(service), await harvest(service)
    assert first == second


# --- it is not -------------------------------------------------------------------------------------


@only(lambda make: bool(make.system.settings and make.options) and not make.key_is_optional)
async def test_without_a_key_nothing_is_asked_and_the_ledger_names_the_setting(make):
    net = Net(thread(make, 3))
    comments, ledger = await harvest(net.service, net, options={})
    assert not net.asked
    assert (comments, ledger.verdict, ledger.stop_reason) == ([], "blocked", "key")
    assert any(setting in (ledger.stop_detail or "") for setting in make.system.settings)


@asks
@pytest.mark.parametrize(("status", "verdict"), [(403, "blocked"), (429, "blocked"), (500, "unknown")])
async def test_a_refusal_is_never_an_empty_thread(make, status, verdict):
    service = thread(make, 3)
    comments, ledger = await harvest(service, Net(service, lambda _, __: (status, HTML, b"No.")))
    if not comments:
        assert ledger.verdict == verdict
    assert is_honest(service, comments, ledger)


def long(make: type[Service]) -> Service:
    """A thread that takes several requests, where the system has any that does."""
    return thread(make, 3 * make.page_size + 1 if make.page_size else 30)


@asks
@pytest.mark.parametrize(("status", "turn"), [(403, 0), (429, 1), (500, 2), (404, 3)])
async def test_a_page_that_fails_on_the_way_makes_the_thread_partial(make, status, turn):
    count = await requests_of(long(make))
    for failing in range(1, count + 1):
        if failing > 4 and failing % 4 != turn:  # the later requests are of one kind
            continue
        service = long(make)
        net = Net(service, lambda number, answer, at=failing: (status, HTML, b"No.") if number == at else answer)
        comments, ledger = await harvest(service, net)
        assert is_honest(service, comments, ledger), f"request {failing} of {count}"


async def requests_of(service: Service) -> int:
    net = Net(service)
    await harvest(service, net)
    return len(net.asked)


def is_honest(service: Service, comments: list[Comment], ledger: Thread, *, at_start: set[str] | None = None) -> bool:
    """Whether the ledger says "complete" (or "none") only of a harvest that has everything right."""
    if ledger.verdict not in ("complete", "none", "closed"):
        return True
    got = {str(comment.native_id): (comment.parent_native_id, comment.text) for comment in comments}
    shown = {said.id for said in service.shown} | service.hidden
    want = {said.id: (said.parent, None if said.is_removed else said.text) for said in service.comments if said.id in shown}
    if at_start is not None:
        return at_start <= got.keys() <= want.keys() and all(want[key] == value for key, value in got.items())
    return got == want


@asks
async def test_html_instead_of_the_answer_is_named_and_never_a_whole_thread(make):
    count = await requests_of(long(make))
    for failing in range(1, count + 1):
        service = long(make)
        page = html_answer("<!doctype html><title>Just a moment</title><body><p>Checking your browser.</p>")
        net = Net(service, lambda number, answer, at=failing, page=page: page if number == at else answer)
        comments, ledger = await harvest(service, net)
        assert is_honest(service, comments, ledger), f"request {failing} of {count}"
        if failing == 1:
            assert ledger.verdict not in ("complete", "none", "closed")
            assert ledger.stop_reason == "error"


@only(lambda make: make.is_json and not make.asks_nothing)
async def test_a_key_that_is_gone_from_the_answers_is_noticed_or_does_not_matter(make):
    for path in sorted(await paths_of(thread(make, 4, shape="chain"))):
        if path[-1] in make.may_lack:
            continue
        service = thread(make, 4, shape="chain")
        net = Net(service, lambda _, answer, path=path: without(answer, path))
        comments, ledger = await harvest(service, net)
        assert is_honest(service, comments, ledger), f"without {'.'.join(path)}"


async def paths_of(service: Service) -> set[tuple[str, ...]]:
    """Every key of the answers, as a path through objects."""
    found: set[tuple[str, ...]] = set()

    def collect(value: Any, path: tuple[str, ...]) -> None:
        for key, inner in value.items() if isinstance(value, dict) else ():
            found.add((*path, key))
            collect(inner, (*path, key))
        for inner in value if isinstance(value, list) else ():
            collect(inner, path)

    def look(_: int, answer: Answer) -> Answer:
        if "json" in answer[1].get("content-type", ""):
            collect(json.loads(answer[2]), ())
        return answer

    await harvest(service, Net(service, look))
    return found


def without(answer: Answer, path: tuple[str, ...]) -> Answer:
    def drop(value: Any, rest: tuple[str, ...]) -> None:
        for inner in value if isinstance(value, list) else ():
            drop(inner, rest)
        if isinstance(value, dict) and rest[0] in value:
            if len(rest) == 1:
                del value[rest[0]]
            else:
                drop(value[rest[0]], rest[1:])

    status, headers, body = answer
    if "json" not in headers.get("content-type", ""):
        return answer
    value = json.loads(body)
    drop(value, path)
    return status, headers, json.dumps(value).encode()


@asks
async def test_an_answer_that_comes_again_and_again_ends(make):
    """Cursors that lead back, page numbers that are ignored."""
    first: list[Answer] = []

    def repeat(_: int, answer: Answer) -> Answer:
        first.append(answer)
        return first[0]

    service = long(make)
    net = Net(service, repeat)
    comments, ledger = await harvest(service, net)
    assert is_honest(service, comments, ledger)
    assert len(net.asked) < 2 * (await requests_of(long(make))) + 12


@only(lambda make: bool(make.page_size) and not make.asks_nothing)
@pytest.mark.parametrize("when", [1, 2, 3])
async def test_a_comment_that_arrives_while_paging_costs_none_of_the_others(make, when):
    service = long(make)
    at_start = {said.id for said in service.shown}

    def arrive(number: int) -> None:
        if number == when:
            service.comments.append(Said(id="9001", text="I am new", author="Late", at=NOW - SECOND))

    comments, ledger = await harvest(service, Net(service, before=arrive))
    assert at_start <= {str(comment.native_id) for comment in comments}
    assert len({comment.native_id for comment in comments}) == len(comments)
    assert is_honest(service, comments, ledger, at_start=at_start)


@only(lambda make: bool(make.page_size and make.counts) and not make.asks_nothing)
async def test_a_comment_that_goes_while_paging_is_no_false_complete(make):
    service = long(make)

    def leave(number: int) -> None:
        if number == 2:
            service.comments = [said for said in service.comments if said.id not in ("1", str(3 * make.page_size + 1))]

    comments, ledger = await harvest(service, Net(service, before=leave))
    kept = {said.id for said in service.shown}
    assert ledger.verdict == "partial" or kept <= {str(comment.native_id) for comment in comments}


@only(lambda make: bool(make.page_size) and not make.asks_nothing)
@pytest.mark.parametrize("when", [2, 3, 4])
async def test_one_that_goes_and_one_that_comes_while_paging_take_no_other_from_a_whole_thread(make, when):
    service = long(make)
    known = [one.native_id for [_, comments, _] in await read(service.system(service.options), service.page(), service.url, Net(service)) for one in comments]

    def change(number: int) -> None:
        if number == when:
            answered = {one.parent for one in service.comments}
            gone = min((said.id for said in service.shown if said.id not in answered), key=int)
            service.comments = [said for said in service.comments if said.id != gone]
            service.comments.append(Said(id="9001", text="I am new", author="Late", at=NOW - SECOND))

    comments, ledger = await harvest(service, Net(service, before=change), present=known)
    kept = {said.id for said in service.shown} - {"9001"}
    assert ledger.verdict == "partial" or kept <= {str(comment.native_id) for comment in comments}


@only(lambda make: make.counts)
async def test_comments_that_are_counted_but_never_sent_are_a_gap(make):
    service = long(make)
    service.hidden = frozenset({"3", "4"})
    comments, ledger = await harvest(service)
    assert len(comments) == len(service.comments) - 2
    assert (ledger.verdict, bool(ledger.gaps)) == ("partial", True)


@only(lambda make: make.counts)
@pytest.mark.parametrize("lie", [1, 50])
async def test_a_count_that_lies_is_a_gap(make, lie):
    service = long(make)
    service.lie = lie
    comments, ledger = await harvest(service)
    assert told(comments, service) == truth(service)
    assert (ledger.verdict, bool(ledger.gaps)) == ("partial", True)


@only(lambda make: make.counts_replies)
async def test_replies_beyond_a_cap_of_the_source_are_a_gap_of_their_parent(make):
    service = thread(make, max(make.reply_page_size, 5) + 8, shape="star", reply_cap=3)
    comments, ledger = await harvest(service)
    assert len(comments) < len(service.comments)
    assert ledger.verdict == "partial"
    assert any(gap["parent"] == "1" and gap["expected"] > gap["got"] for gap in ledger.gaps or [])


@asks
async def test_a_cap_on_requests_is_a_partial_thread_and_not_an_error(make):
    service = long(make)
    count = await requests_of(service)
    if count > 1:
        system = service.system(service.options)
        limits = Limits(max_requests=count - 1)
        [(_, _, ledger)] = await read(system, service.page(), service.url, Net(service), limits=limits)
        assert ledger.stop_reason == "cap"
        assert ledger.verdict not in ("complete", "none", "closed")
