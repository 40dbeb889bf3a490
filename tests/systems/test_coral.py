"""Coral: places as pages write them, builds that are asked as they may be, stories that are not made, odd comments."""

from __future__ import annotations

import json
from typing import Any

import pytest
from kit import Answer
from scrapy import Request
from service import Said, json_answer
from services.coral import CDN, ROOT, STORY, CachingCoralService, CoralService, OldCoralService, OpenCoralService
from test_conformance import Net, harvest, thread

from crawler.extract.document import Document
from crawler.schedule.due import KnownThread
from crawler.systems import systems_of
from crawler.systems.coral import REPLIES, Coral, queries_in
from crawler.systems.coral import STORY as STORIES

URL = "https://news.example.org/2021/07/a-video/"
API = f"{ROOT}/api/graphql"
LOADER = f'<script src="{ROOT}/assets/js/embed.js" async></script>'
ID = "0123456789abcdef0123456789abcdef"


def asked(net: Net) -> list[dict[str, Any]]:
    """What the API was asked for."""
    return [json.loads(request.body) for request in net.asked if request.url == API]


def spoilt(service: Any, change: Any) -> Net:
    """A way on which answers of the API are changed."""

    def spoil(_: int, answer: Answer) -> Answer:
        value = json.loads(answer[2]) if b'"data"' in answer[2][:20] else None
        return answer if value is None else json_answer(change(value))

    return Net(service, spoil)


# --- the place -------------------------------------------------------------------------------------

CALL = "<div id='coral_thread'></div><script>{before}Coral.createStreamEmbed({{id: 'coral_thread', {options}}});</script>"


@pytest.mark.parametrize(
    ("html", "root", "story", "address"),
    [
        (CoralService.embed, ROOT, STORY, URL),
        (CALL.format(before="", options=f"rootURL: '{ROOT}/', storyURL: 'https://news.example.org/?p=7', storyID: '7'"), ROOT, "7", "https://news.example.org/?p=7"),
        (CALL.format(before="", options=f"rootURL: '{ROOT}', storyID: 12"), ROOT, "12", URL),
        (CALL.format(before="", options="rootURL: '//talk.example.org/coral'"), f"{ROOT}/coral", None, URL),
        (CALL.format(before="", options="rootURL: '/talk'"), "https://news.example.org/talk", None, URL),
        (CALL.format(before=f"var rootURL = '{ROOT}', storyID = 'x1'; ", options="rootURL, rootURL: rootURL, storyID: storyID"), ROOT, "x1", URL),
        (CALL.format(before="", options=f"rootURL: '{ROOT}', storyID: window.story.id, storyURL: location.href"), ROOT, None, URL),
        (CALL.format(before="", options="storyID: '${{storyID}}'") + LOADER, ROOT, None, URL),
        (f'<div id="coral-embed-stream"></div>{LOADER}', ROOT, None, URL),
        (f'<div id="coralContainer"></div><script>window.__STATE__ = {{"coral":{{"rootUrl":"{ROOT}","storyId":"a-7"}}}}</script>', ROOT, "a-7", URL),
        (f'<div id="coral_thread" data-coral-root-url="{ROOT}"></div>', ROOT, None, URL),
        (f'<iframe src="{ROOT}/embed/stream?storyID=7&amp;storyURL=https%3A%2F%2Fnews.example.org%2F7"></iframe>', ROOT, "7", "https://news.example.org/7"),
        (f'<amp-iframe src="{ROOT}/embed/stream/amp?storyURL=https%3A%2F%2Fnews.example.org%2F7"></amp-iframe>', ROOT, None, "https://news.example.org/7"),
    ],
)  # fmt: skip
def test_embeds_of_all_kinds_name_the_server_and_the_story(html, root, story, address):
    document = Document(f"<body><h1>A video</h1>{html}</body>", f"{URL}?utm_source=x#comments")
    assert Coral().is_possible(document)
    [ref] = Coral().detect(document)
    assert (ref.evidence["root"], ref.evidence["story"], ref.evidence["page"]) == (root, story, address)
    assert (ref.native_id, ref.problem, ref.tenant) == (story or address, None, root.removeprefix("https://"))
    assert {one.name for one in systems_of({}) if one.detect(document) and not one.is_last_resort} == {"coral"}


def test_a_page_that_names_no_address_of_a_story_has_its_canonical_one():
    head = '<link rel="canonical" href="https://news.example.org/a-video/">'
    [ref] = Coral().detect(Document(f'<head>{head}</head><body><div id="coral_thread"></div>{LOADER}</body>', URL))
    assert ref.native_id == "https://news.example.org/a-video/"


async def test_a_place_whose_server_only_other_scripts_know_is_named_and_not_asked():
    [ref] = Coral().detect(Document('<body><div id="coral_thread"></div></body>', URL))
    assert (ref.tenant, ref.problem) == ("news.example.org", "the page does not say where its Coral server is (rootURL)")


@pytest.mark.parametrize(
    "html",
    [
        f'<script src="{ROOT}/assets/js/count.js"></script><span class="coral-count" data-coral-url="x"></span>',
        LOADER,
        '<div class="box coral" style="color: coral"><p>Coral reefs</p></div><script>var theme = "coral";</script>',
        f'<div id="coral_talk_stream"></div><script>Coral.Talk.render(document.getElementById("x"), {{talk: "{ROOT}"}});</script>',
        f'<iframe src="{ROOT}/embed/stream?asset_url=https%3A%2F%2Fnews.example.org%2F"></iframe>',
    ],
)
def test_counters_loaders_colours_and_version_4_are_no_thread(html):
    assert Coral().detect(Document(f"<body>{html}</body>", URL)) == []


# --- the build -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "script",
    [
        f'x={{params:{{id:"{ID}",metadata:{{}},name:"{STORIES}",operationKind:"query",text:null}}}}',
        f'x={{"params":{{"id": "{ID}", "metadata": {{"connection":[{{"count":"count","path":["story","comments"]}}]}}, "name": "{STORIES}", "operationKind": "query", "text": null}}}}',
        f'x={{params:{{operationKind:"query",name:"{STORIES}",id:"{ID}",text:null,metadata:{{}}}}}}',
        f'params:{{id:"{"f" * 32}",metadata:{{}},name:"A",operationKind:"mutation",text:null}}}},b={{params:{{id:"{ID}",metadata:{{}},name:"{STORIES}",operationKind:"query",text:null}}}}',
        f'params:{{id:"{"f" * 32}",metadata:{{}},name:"A",operationKind:"query",text:null}}}},b={{params:{{id:"{ID}",metadata:{{}},name:"{STORIES}",operationKind:"query",text:null}}}}',
    ],
)  # fmt: skip
def test_a_query_has_the_id_that_stands_with_its_name(script):
    assert queries_in(script) == {STORIES: ID}


@pytest.mark.parametrize(
    "script",
    [
        "",
        f'operation:{{kind:"Operation",name:"{STORIES}"}}',
        f'params:{{cacheID:"{ID}",id:null,metadata:{{}},name:"{STORIES}",operationKind:"query",text:"query"}}',
        f'params:{{id:"{ID}",metadata:{{}},name:"{STORIES}Renamed",operationKind:"query",text:null}}',
        f'params:{{id:"{ID}",metadata:{{}},name:"A",operationKind:"mutation",text:null}}}};b={{name:"{STORIES}",operationKind:"query"}}',
    ],
)
def test_what_names_no_query_with_an_id_names_none(script):
    assert queries_in(script) == {}


async def test_the_build_is_asked_for_its_own_queries_and_for_no_other():
    net = Net(thread(CoralService, 120))
    _, ledger = await harvest(net.service, net)
    assert ledger.verdict == "complete"
    assert [request.url.rpartition("/")[2].partition(".")[0] for request in net.asked[:2]] == ["bootstrap", "stream"]
    assert net.asked[1].url.startswith(f"{CDN}/assets/js/stream.")
    assert [(one["operationName"], one["id"], one["query"]) for one in asked(net)] == [
        (STORIES, net.service.id_of(STORIES), "PERSISTED_QUERY")
    ] * 3


async def test_a_script_that_is_named_by_its_content_is_asked_for_once_and_not_for_every_thread(monkeypatch):
    service = thread(CoralService, 3)
    bootstrap = service.answer(Request(f"{ROOT}/embed/bootstrap"))
    monkeypatch.setattr(service, "static", lambda address: bootstrap if address.endswith("bootstrap") else CoralService.static(service, address))
    first, second = Net(service), Net(service)
    told, again = await harvest(service, first), await harvest(service, second)
    assert [len(net.asked) for net in (first, second)] == [3, 2]
    assert told[0] == again[0]


async def test_a_script_without_a_digest_in_its_name_is_asked_for_each_time():
    service = thread(OldCoralService, 3)
    first, second = Net(service), Net(service)
    await harvest(service, first)
    await harvest(service, second)
    assert len(first.asked) == len(second.asked) == 4


class RenamedService(CoralService):
    """A later build: the query is called otherwise."""

    def params(self, name: str) -> str:
        return super().params(name).replace(STORIES, "StreamPaginationQuery")


async def test_a_build_that_is_not_understood_is_unknown_and_says_what_was_looked_for():
    net = Net(thread(RenamedService, 3))
    comments, ledger = await harvest(net.service, net)
    assert (comments, ledger.verdict, ledger.stop_reason) == ([], "unknown", "error")
    assert f"none of the 2 scripts of the site's build of Coral names a query {STORIES}" in (ledger.stop_detail or "")
    assert "docs/systems/coral.md" in (ledger.stop_detail or "")
    assert [one["operationName"] for one in asked(net)] == [STORIES], "one question in so many words, and no guess"


async def test_a_build_that_has_moved_on_meanwhile_is_an_error_by_its_name():
    service = thread(CoralService, 3)

    def before(number: int) -> None:
        if number == 3:
            service.id_of = lambda name: f"{name:x>60}"

    comments, ledger = await harvest(service, Net(service, before=before))
    assert (comments, ledger.verdict) == ([], "unknown")
    assert ledger.stop_detail == f"{API}: status 400: PERSISTED_QUERY_NOT_FOUND"


async def test_a_bootstrap_of_another_shape_is_named():
    service = thread(CoralService, 3)
    net = Net(service, lambda number, answer: json_answer({"assets": {}}) if number == 1 else answer)
    _, ledger = await harvest(service, net)
    assert (ledger.verdict, ledger.stop_reason) == ("unknown", "error")
    assert "assets.js is missing" in (ledger.stop_detail or "")


class NoListService(OldCoralService):
    """An early build: no query for all that is below a comment."""

    def names(self) -> tuple[str, ...]:
        return tuple(name for name in super().names() if name != REPLIES)


async def test_replies_that_a_build_has_no_query_for_are_a_gap_of_their_comment():
    comments, ledger = await harvest(thread(NoListService, 30, shape="star"))
    assert (len(comments), ledger.verdict) == (11, "partial")
    [gap, _] = ledger.gaps or []
    assert (gap["parent"], gap["reason"]) == ("1", f"the site's build of Coral has no query {REPLIES} for the other replies")


# --- the story -------------------------------------------------------------------------------------


class UnknownService(CoralService):
    """A page whose story nobody has opened."""

    embed = CoralService.embed.replace(STORY, "s-10")


class UnknownAddressService(CachingCoralService):
    embed = CachingCoralService.embed.replace("/a-video/", "/another/")


@pytest.mark.parametrize(("make", "asks"), [(UnknownService, 1), (UnknownAddressService, 0)])
async def test_a_story_that_nobody_has_opened_is_not_made_and_not_called_empty(make, asks):
    net = Net(thread(make, 3))
    comments, ledger = await harvest(net.service, net)
    assert (comments, ledger.verdict, ledger.stop_reason) == ([], "unknown", "error")
    assert "nobody has opened its stream" in (ledger.stop_detail or "")
    assert len(asked(net)) == asks, "the query that the stream begins with would make the story"


async def test_a_story_of_which_only_the_address_is_known_is_looked_up_by_what_makes_none():
    net = Net(thread(CachingCoralService, 3))
    _, ledger = await harvest(net.service, net)
    assert net.asked[0].url == f"{ROOT}/api/story/count.js?url=https%3A%2F%2Fnews.example.org%2F2021%2F07%2Fa-video%2F&ref=0"
    assert [one["variables"]["storyID"] for one in asked(net)] == [STORY]
    assert (ledger.native_id, ledger.verdict) == (URL, "complete")


def test_a_count_is_asked_for_by_what_the_page_says_and_not_where_it_counts_ratings():
    known = KnownThread("coral", "talk.example.org", STORY, API, "complete", 3, 3, (), URL)
    assert Coral().count_request([known]) == {"url": f"{ROOT}/api/story/count.js?id={STORY}&ref=0"}
    known.native_id = URL
    assert Coral().count_request([known]) == {"url": f"{ROOT}/api/story/count.js?url=https%3A%2F%2Fnews.example.org%2F2021%2F07%2Fa-video%2F&ref=0"}
    known.url = f"{API}?mode=RATINGS_AND_REVIEWS"
    assert Coral().count_request([known]) is None


class ReviewsService(CoralService):
    mode = "RATINGS_AND_REVIEWS"


async def test_reviews_are_read_as_comments_are_and_the_ledger_says_that_they_are_reviews():
    comments, ledger = await harvest(thread(ReviewsService, 60, shape="chain"))
    assert (len(comments), ledger.verdict, ledger.url) == (60, "complete", f"{API}?mode=RATINGS_AND_REVIEWS")


# --- the comments ----------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [CoralService, OldCoralService, OpenCoralService])
async def test_hundreds_of_replies_and_replies_of_any_depth_are_read(make):
    said = [Said(id="1")]
    said += [Said(id=f"a{n}", parent="1", at=said[0].at + n * 1_000_000) for n in range(1, 231)]
    said += [Said(id=f"b{n}", parent=f"b{n - 1}" if n > 1 else "a230", at=said[0].at + (300 + n) * 1_000_000) for n in range(1, 21)]
    net = Net(make(comments=said))
    comments, ledger = await harvest(net.service, net)
    assert (len(comments), ledger.verdict) == (251, "complete")
    assert {comment.native_id: comment.parent_native_id for comment in comments} == {one.id: one.parent for one in said}
    assert [one["variables"]["count"] for one in asked(net)] == [50, 100, 100, 100]


class ModeratedService(CoralService):
    """Comments that a moderator has rejected: sent to nobody, counted by nothing."""

    rejected = frozenset({"2"})

    def _is_kept(self, said: Said) -> bool:
        return said.id not in self.rejected and super()._is_kept(said)


async def test_an_answer_to_a_rejected_reply_is_read_below_its_top_level_comment():
    comments, ledger = await harvest(thread(ModeratedService, 4, shape="chain"))
    assert [(comment.native_id, comment.parent_native_id) for comment in comments] == [("1", None), ("3", "1"), ("4", "3")]
    assert (ledger.verdict, ledger.expected) == ("complete", 3)


class MoreModeratedService(ModeratedService):
    rejected = frozenset({"1"})


async def test_replies_of_a_rejected_comment_that_are_counted_and_not_sent_are_a_gap():
    service = thread(MoreModeratedService, 3, shape="star")
    service.comments.append(Said(id="9", at=service.comments[0].at + 9_000_000_000))
    comments, ledger = await harvest(service)
    assert [comment.native_id for comment in comments] == ["9"]
    assert (ledger.verdict, ledger.expected) == ("partial", 3)


async def test_where_the_answer_counts_what_is_shown_that_count_is_the_one_that_matters():
    def change(value: Any) -> Any:
        value["data"]["story"]["commentCounts"]["totalPublishedAndVisible"] = 1
        return value

    service = thread(MoreModeratedService, 3, shape="star")
    service.comments.append(Said(id="9", at=service.comments[0].at + 9_000_000_000))
    _, ledger = await harvest(service, spoilt(service, change))
    assert (ledger.verdict, ledger.expected) == ("complete", 1)


async def test_what_a_comment_says_of_itself_is_kept():
    def change(value: Any) -> Any:
        first, second = [edge["node"] for edge in value["data"]["story"]["comments"]["edges"]]
        first |= {"tags": [{"code": "FEATURED"}, {"code": "STAFF"}], "editing": {"edited": True}, "replyCount": 3}
        first["body"] = '<div>Look: <a href="https://a.example/">here</a></div><div>and <b>there</b></div>'
        second |= {"deleted": True, "body": None, "author": None}
        return value

    service = thread(CoralService, 2)
    [first, second], ledger = await harvest(service, spoilt(service, change))
    assert (first.text, first.author_id, first.author_kind) == ("Look: here\nand there", "u-1", "staff")
    assert (first.is_highlighted, first.is_edited, first.edited_at, first.reply_count) == (True, True, None, 3)
    assert first.permalink == f"{URL}?commentID=1"
    assert (second.status, second.text, second.author_kind, second.author_name) == ("removed", None, "deleted", None)
    assert ledger.verdict == "complete"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda value: value["data"]["story"].pop("commentCounts"), "does not say how many comments there are"),
        (lambda value: value["data"]["story"].update(isArchiving=True), "moving the comments to its archive"),
        (lambda value: value["data"]["story"]["comments"]["edges"][1]["node"].pop("parent"), "parent is missing"),
        (lambda value: value["data"]["story"]["comments"]["edges"][1]["node"].pop("body"), "body is missing"),
    ],
)
async def test_what_an_answer_lacks_makes_a_thread_partial_and_is_named(change, said):
    service = thread(CoralService, 3)
    comments, ledger = await harvest(service, spoilt(service, lambda value: (change(value), value)[1]))
    assert ledger.verdict == "partial"
    assert len(comments) >= 2
    assert any(said in gap["reason"] for gap in ledger.gaps or []), ledger.gaps


async def test_errors_in_an_answer_are_told_in_the_words_of_the_server():
    service = thread(CoralService, 3)
    wrong = {"errors": [{"message": "Variable \"$mode\" was not provided.", "extensions": {"code": "BAD_USER_INPUT"}}]}
    _, ledger = await harvest(service, spoilt(service, lambda _: wrong | {"data": None}))
    assert ledger.verdict == "unknown"
    assert 'Coral says: Variable "$mode" was not provided.' in (ledger.stop_detail or "")
