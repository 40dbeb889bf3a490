"""Artalk: where its threads stand, which key they have, and what an empty answer is worth."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest
from kit import Answer, read
from service import Said, json_answer, page_with
from services.artalk import SERVER, SITE, ArtalkService
from test_conformance import Net, harvest, thread
from test_counts_before_a_visit import known

from crawler.extract.document import Document
from crawler.systems.artalk import Artalk

URL = "https://news.example.org/2021/07/a-video/"
PATH = "/2021/07/a-video/"
PLACE = '<div id="Comments"></div>'


def call(options: str, place: str = PLACE, before: str = "") -> str:
    return page_with(f"{place}<script src='/Artalk.js'></script><script>{before} Artalk.init({{ {options} }})</script>")


WHERE = f"server: '{SERVER}', site: '{SITE}'"


def found(html: str) -> list[tuple[str, str | None, str | None]]:
    return [(ref.tenant, ref.native_id, ref.problem) for ref in Artalk().detect(Document(html, URL))]


HERE = f"{SITE}@artalk.example.org"


@pytest.mark.parametrize(
    ("options", "key"),
    [
        (f"el: '#Comments', pageKey: '/post/1', {WHERE}", "/post/1"),
        (f"el: '#Comments', pageKey: 'https://news.example.org/1', {WHERE}", "https://news.example.org/1"),
        (f"el: '#Comments', pageKey: '', {WHERE}", "/2021/07/a-video/"),
        (f"el: '#Comments', {WHERE}", "/2021/07/a-video/"),
        (f"el: '#Comments', pageKey: location.pathname, {WHERE}", "/2021/07/a-video/"),
        (f"el: '#Comments', pageKey: window.location.href, {WHERE}", URL),
        (f"el: '#Comments', pageKey: location.pathname.replace(/\\/$/, ''), {WHERE}", "/2021/07/a-video"),
        (f"el: document.querySelector('#Comments'), {WHERE}", "/2021/07/a-video/"),
    ],
)
def test_the_key_of_a_call_is_its_own_or_the_pages_path(options: str, key: str) -> None:
    assert found(call(options)) == [(HERE, key, None)]


@pytest.mark.parametrize("server", [SERVER, f"{SERVER}/", f"{SERVER}/api", f"{SERVER}/api/", "//artalk.example.org"])
def test_the_servers_address_is_read_as_the_client_reads_it(server: str) -> None:
    [ref] = Artalk().detect(Document(call(f"el: '#Comments', server: '{server}', site: '{SITE}'"), URL))
    assert (ref.tenant, ref.url.partition("?")[0]) == (HERE, f"{SERVER}/api/v2/comments")


def test_a_server_may_be_a_path_of_the_site() -> None:
    assert found(call("el: '#Comments', server: '/talk/', site: 'b'")) == [("b@news.example.org/talk", "/2021/07/a-video/", None)]


STATE = f'<script>window.SiteConfig = {{"artalk": {{"server": "{SERVER}", "site": "{SITE}"}}}}</script>'


def test_a_themes_state_says_what_its_call_leaves_to_expressions() -> None:
    options = "el: '#Comments', pageKey: '/a', server: SiteConfig.artalk.server, site: SiteConfig.artalk.site"
    assert found(call(options) + STATE) == [(HERE, "/a", None)]
    assert found(page_with(f'<div id="artalk"></div>{STATE}')) == [(HERE, "/2021/07/a-video/", None)]


@pytest.mark.parametrize(
    ("html", "missing"),
    [
        (call("el: '#Comments', site: 'b'"), "the address of its Artalk server"),
        (call("el: '#Comments', server: conf.server, site: conf.site"), "the address of its Artalk server"),
        (page_with('<div id="artalk"></div>'), "the address of its Artalk server"),
        (page_with('<div class="artalk"></div><script src="/artalk.js"></script>'), "the address of its Artalk server"),
        (call(f"el: '#Comments', server: '{SERVER}'"), "the name of its Artalk site"),
        (call(f"el: '#Comments', server: '{SERVER}', site: conf.site"), "the name of its Artalk site"),
    ],
)
async def test_a_place_without_its_keys_has_a_row_that_names_what_is_missing(html: str, missing: str) -> None:
    [(ref, comments, ledger)] = await read(Artalk(), html, URL)
    assert (ref.system, ref.tenant, comments, ledger.requests) == ("artalk", "news.example.org", [], 0)
    assert (ledger.verdict, ledger.stop_reason) == ("unknown", "unsupported")
    assert ledger.stop_detail == f"the page does not say {missing}"


@pytest.mark.parametrize(
    "html",
    [
        call(f"el: '#Comments', {WHERE}", place=""),
        page_with(f"<script>Artalk.loadCountWidget({{ {WHERE}, countEl: '.artalk-comment-count' }})</script>"),
        page_with('<span class="artalk-comment-count" data-page-key="/a"></span><script src="/Artalk.js"></script>'),
        page_with(f"{PLACE}<script>console.log('Artalk')</script>"),
        page_with("<p>We use Artalk.</p>"),
        page_with(STATE),
    ],
)
def test_counters_scripts_and_states_without_a_place_are_no_thread(html: str) -> None:
    assert found(html) == []


# --- what comes ------------------------------------------------------------------------------------


async def test_a_reply_to_a_comment_that_is_held_is_read_all_the_same() -> None:
    service = thread(ArtalkService, 6, shape="chain")
    service.held = frozenset({"2"})
    comments, ledger = await harvest(service)
    assert [(comment.native_id, comment.parent_native_id) for comment in comments][1] == ("3", "2")
    assert (len(comments), ledger.expected, ledger.verdict) == (5, 5, "complete")


async def test_what_comes_only_because_another_page_answers_it_is_counted_once() -> None:
    service = thread(ArtalkService, 205, shape="star")
    net = Net(service)
    comments, ledger = await harvest(service, net)
    assert [comment.native_id for comment in comments] == [str(n) for n in range(1, 206)]
    assert (ledger.verdict, len(net.asked)) == ("complete", 3)


async def one(**changes: Any) -> Any:
    service = ArtalkService(comments=[Said(id="1", text="Hello")])

    def changed(_: int, __: Answer) -> Answer:
        row = service._row(service.comments[0]) | changes
        return json_answer({"comments": [row], "count": 1, "roots_count": 1, "page": {"id": 1, "admin_only": False}})

    [comment], _ = await harvest(service, Net(service, changed))
    return comment


async def test_a_comment_has_what_the_server_says_and_none_of_its_writers_traces() -> None:
    comment = await one(
        link="ada.example", vote_up=3, vote_down=2, ip_region="Sichuan", ua="Mozilla/5.0 (X11)", user_id=12, content_marked="<p>a<br>b</p>"
    )
    assert (comment.author_url, comment.author_id, comment.like_count, comment.dislike_count) == ("https://ada.example", "12", 3, 2)
    assert (comment.text, comment.permalink) == ("a\nb", f"{ArtalkService.url}#atk-comment-1")
    assert comment.is_edited is None
    told = " ".join(str(value) for value in asdict(comment).values())
    assert not any(trace in told for trace in ("Sichuan", "Mozilla", "d41d8cd98f00b204"))


@pytest.mark.parametrize(("is_verified", "kind"), [(True, "registered"), (False, "guest"), (None, None)])
async def test_whose_name_was_verified_is_registered(is_verified: bool | None, kind: str | None) -> None:
    assert (await one(is_verified=is_verified)).author_kind == kind


async def test_a_time_is_in_the_servers_zone_which_nobody_says() -> None:
    comment = await one(date="2021-05-01 10:00:00")
    assert comment.published_raw == "2021-05-01 10:00:00"
    assert comment.published_max - comment.published_min > 20 * 3600 * 1_000_000


# --- empty threads ---------------------------------------------------------------------------------


async def test_a_page_that_the_server_knows_nothing_of_is_not_an_empty_thread() -> None:
    service = ArtalkService()
    service.page_id = 0
    comments, ledger = await harvest(service)
    assert (comments, ledger.state, ledger.verdict) == ([], "unknown", "unknown")
    assert [gap["reason"] for gap in ledger.gaps or []] == [f"the server knows nothing of {PATH}, the page's key"]


async def test_a_key_that_the_page_computes_is_named_where_nothing_is_found() -> None:
    html = call(f"el: '#Comments', pageKey: slug(title), {WHERE}")
    service = ArtalkService()
    service.page_id = 0
    [(_, _, ledger)] = await read(Artalk(), html, URL, Net(service))
    assert [gap["reason"] for gap in ledger.gaps or []] == [f"the server knows nothing of {PATH}, the key that the page computes"]
    html = call(f"el: '#Comments', pageKey, {WHERE}", before="const pageKey = permalink();")
    [(ref, _, ledger)] = await read(Artalk(), html, URL, Net(service))
    assert (ref.evidence["is_guess"], ledger.verdict) == (True, "unknown")


async def test_a_site_that_the_server_does_not_know_is_named() -> None:
    html = call(f"el: '#Comments', server: '{SERVER}', site: 'Another'")
    [(_, comments, ledger)] = await read(Artalk(), html, URL, Net(thread(ArtalkService, 3)))
    assert (comments, ledger.verdict, ledger.stop_reason) == ([], "unknown", "error")
    assert "Site `Another` not found" in (ledger.stop_detail or "")


def test_a_key_that_the_server_would_take_for_two_has_no_count() -> None:
    asked = known("artalk", f"{SERVER}/api/v2/comments?page_key=%2Fa%2F")
    asked = type(asked)(**{**asdict(asked), "native_id": "/a,b/", "tenant": HERE})
    assert Artalk().count_request([asked]) is None
