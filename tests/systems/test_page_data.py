"""Comments that only a page's script shows are read from the data that the page hands to it."""

from __future__ import annotations

import asyncio
import html
import json
from urllib.parse import quote

import pytest
from kit import lines_run, read

from crawler.extract.document import Document
from crawler.systems.generic.listed import listed_in
from crawler.systems.generic.system import Generic

URL = "https://town.example/2024/bridge"
STORY = "<h1>The bridge</h1><p>The council has agreed to build a bridge over the harbour, after years of talk.</p>"
SAID = [
    ("Ann Lee", "I never thought that it would open before winter."),
    ("Bo Madsen", "Can somebody tell me why the tunnel was closed again?"),
    ("Cy Ford", "The part about the old harbour made me laugh out loud."),
    ("Dee Oz", "My father worked there for thirty years & says the same."),
]
TIMES = [1_619_863_200_000_000 + 86_400_000_000 * place for place in range(4)]
LABELS = {"comments": {"title": "Comments", "placeholder": "Write a comment", "text": "Comments", "user": "You"}}


def page(scripts, body=""):
    """An article whose scripts are given."""
    return f'<html lang="en"><body><div id="app"><main>{STORY}{body}</main></div>{scripts}</body></html>'


def flat(**more):
    """The four comments as most programs write them, the third an answer to the second."""
    return [
        {
            "id": 40 + place,
            "author": {"id": f"u{place}", "displayName": name},
            "createdAt": f"2021-05-0{place + 1}T10:00:00Z",
            "body": text,
            "parentId": 41 if place == 2 else None,
            **more,
        }
        for place, (name, text) in enumerate(SAID)
    ]


def nested():
    """The same with the answer in what it answers, by other names."""
    first, second, third, fourth = (
        {
            "_id": {"$oid": f"66aa{place}"},
            "userName": name,
            "created_utc": 1_619_863_200 + 86_400 * place,
            "content": {"rendered": f"<p>{html.escape(text)}</p>"},
            "likes": place,
            "replies": [],
        }
        for place, (name, text) in enumerate(SAID)
    )
    second["replies"] = [third]
    return [first, second, fourth]


def edges(rows, **info):
    return {"edges": [{"node": row, "cursor": "x"} for row in rows], "pageInfo": info}


def as_json(value):
    return f'<script id="__NEXT_DATA__" type="application/json">{json.dumps(value)}</script>'


def as_rows(value):
    """Rows of React's server components, cut in the middle of a word."""
    row = f'3:["$","main",null,{{"children":[["$","$L4",null,{json.dumps(value)}],["$","p",null,{{}}]]}}]\n'
    cut = len(row) // 2
    pushes = (f"<script>self.__next_f.push([1,{json.dumps(part)}])</script>" for part in (row[:cut], row[cut:]))
    return "<script>(self.__next_f=self.__next_f||[]).push([0])</script>" + "".join(pushes)


def devalued(value):
    """Nuxt 3's list, in which each value names others by their places."""
    values: list[object] = []

    def put(one):
        place = len(values)
        values.append(None)
        if isinstance(one, dict):
            values[place] = {key: put(member) for key, member in one.items()}
        elif isinstance(one, list):
            values[place] = [put(member) for member in one]
        else:
            values[place] = one
        return place

    values.append(["ShallowReactive", 1])
    put(value)
    return f'<script type="application/json" id="__NUXT_DATA__">{json.dumps(values)}</script>'


def in_literal(value):
    return f"<script>window._preloads = JSON.parse({json.dumps(json.dumps(value))})</script>"


def in_percents(value):
    return f'<script>window.state = JSON.parse(decodeURIComponent("{quote(json.dumps(value))}"))</script>'


def assigned(value):
    return f"<script>var a = [1, {{b: 2}}]; window.__INITIAL_STATE__ = {json.dumps(value)};(function(){{var s;}}());</script>"


def in_attribute(value):
    return f'<div data-react-class="Thread" data-react-props="{html.escape(json.dumps(value))}"></div>'


WRITTEN = [as_json, as_rows, devalued, in_literal, in_percents, assigned, in_attribute]
PLACED = [
    lambda: {"props": {"pageProps": {"labels": LABELS, "comments": flat(), "commentCount": 4}}},
    lambda: {"post": {"title": "The bridge", "comments_count": 4}, "a": {"b": {"comments": {"items": nested(), "total": 4}}}},
    lambda: {"data": {"story": {"id": 1, "comments": edges(flat(), hasNextPage=False, endCursor="x")}}},
    lambda: {"comments": {"byId": {str(row["id"]): row for row in flat()}, "allIds": [40, 41, 42, 43], "hasMore": False}},
    lambda: {"queries": [
        {"queryKey": ["story", 1], "state": {"data": {"title": "The bridge"}}},
        {"queryKey": ["comments", 1], "state": {"data": {"list": flat(), "isLast": True}}},
    ]},
]  # fmt: skip


def harvested(document):
    ((_, comments, ledger),) = asyncio.run(read(Generic(), document, URL))
    return comments, ledger


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize("placed", PLACED)
def test_a_list_of_comments_in_the_data_is_the_thread_wherever_it_stands(written, placed):
    comments, ledger = harvested(page(written(placed())))
    assert [(comment.author_name, comment.text) for comment in comments] == SAID
    assert comments[2].parent_native_id == comments[1].native_id
    assert [comment.published_at for comment in comments] == TIMES
    assert {comment.id_kind for comment in comments} == {"native"}
    assert (ledger.verdict, ledger.captured_replies, ledger.orders_walked) == ("complete", 1, ["data"])


FOREIGN = [
    lambda place, name, text: {  # JSON:API and Strapi 4
        "id": place + 1,
        "attributes": {"content": text, "createdAt": f"2021-05-0{place + 1}T10:00:00Z",
                       "author": {"data": {"attributes": {"username": name}}}},
    },
    lambda place, name, text: {  # the REST API of WordPress
        "id": place + 1, "author_name": name, "date": f"2021-05-0{place + 1}T12:00:00",
        "date_gmt": f"2021-05-0{place + 1}T10:00:00", "content": {"rendered": f"<p>{html.escape(text)}</p>\n"},
    },
    lambda place, name, text: {  # WPGraphQL
        "databaseId": place + 1, "id": f"Y29{place}", "author": {"node": {"name": name}}, "content": f"<p>{html.escape(text)}</p>",
        "dateGmt": f"2021-05-0{place + 1} 10:00:00",
    },
    lambda place, name, text: {  # Firestore
        "uid": "x", "id": f"k{place}", "displayName": name, "message": text,
        "timestamp": {"_seconds": 1_619_863_200 + 86_400 * place, "_nanoseconds": 0},
    },
    lambda place, name, text: {  # Substack
        "id": place + 1, "body": text, "date": f"2021-05-0{place + 1}T10:00:00.000Z", "name": name, "handle": "x",
        "children": [], "reactions": {"❤": 2}, "deleted": False, "user_id": 5,
    },
    lambda place, name, text: {  # ASP.NET
        "CommentID": place + 1, "CommentText": text, "PostedBy": {"FirstName": name.split()[0], "LastName": name.split()[1]},
        "PostedDate": f"/Date({1_619_863_200_000 + 86_400_000 * place})/",
    },
]  # fmt: skip


@pytest.mark.parametrize("row", FOREIGN)
def test_comments_are_read_by_the_names_of_many_programs(row):
    rows = [row(place, name, text) for place, (name, text) in enumerate(SAID)]
    comments, ledger = harvested(page(as_json({"comments": rows, "commentCount": 4})))
    assert [(comment.author_name, comment.text) for comment in comments] == SAID
    assert [comment.published_at for comment in comments] == TIMES
    assert (ledger.verdict, {comment.id_kind for comment in comments}) == ("complete", {"native"})


def test_an_apollo_cache_is_read_by_what_its_query_names():
    cache = {f"User:{place}": {"__typename": "User", "name": name} for place, (name, _) in enumerate(SAID)}
    for place, (_, text) in enumerate(SAID):
        cache[f"Comment:{place + 7}"] = {
            "__typename": "Comment",
            "id": place + 7,
            "body": text,
            "createdAt": f"2021-05-0{place + 1}T10:00:00Z",
            "author": {"__ref": f"User:{place}"},
            "parent": {"__ref": "Comment:8"} if place == 2 else None,
        }
    told = edges([{"__ref": f"Comment:{place}"} for place in range(7, 11)], hasNextPage=False)
    cache["Story:1"] = {"__typename": "Story", 'comments({"first":20})': told}
    state = {"ROOT_QUERY": {'story({"id":1})': {"__ref": "Story:1"}}, **cache}
    comments, ledger = harvested(page(assigned(state)))
    assert [(comment.author_name, comment.text) for comment in comments] == SAID
    assert (comments[2].parent_native_id, ledger.verdict) == ("8", "complete")


def test_members_of_a_photo_page_with_answers_that_are_counted_and_not_all_there():
    rows = [
        {"id": str(place), "text": text, "created_at": 1_619_863_200 + place, "owner": {"id": "9", "username": name}}
        for place, (name, text) in enumerate(SAID[:2])
    ]
    rows[0]["edge_threaded_comments"] = {"count": 3, "page_info": {"has_next_page": True}, "edges": [{"node": {
        "id": "77", "text": SAID[2][1], "created_at": 1_619_863_300, "owner": {"username": SAID[2][0]}}}]}  # fmt: skip
    whole = {"count": 5, "page_info": {"has_next_page": False}, "edges": [{"node": row} for row in rows]}
    part = {"count": 5, "edges": [{"node": rows[1]}]}
    state = {"graphql": {"media": {"edge_media_to_parent_comment": whole, "edge_media_preview_comment": part}}}
    comments, ledger = harvested(page(assigned(state)))
    assert [comment.text for comment in comments] == [SAID[0][1], SAID[2][1], SAID[1][1]]
    assert (ledger.expected, ledger.captured, ledger.verdict) == (5, 3, "partial")
    reasons = {gap["reason"] for gap in ledger.gaps}
    assert {"the page's data say that there are more: 'hasnextpage'", "fewer replies than the source states"} <= reasons


@pytest.mark.parametrize(
    ("thread", "reason"),
    [
        ({"comments": flat()}, "the page's data do not say whether these are all comments"),
        ({"comments": {"items": flat(), "hasMore": True, "total": 4}}, "the page's data say that there are more: 'hasmore'"),
        (
            {"comments": {"items": flat(), "count": 4, "meta": {"page": 1, "totalPages": 3}}},
            "the page's data say that there are more: 'totalpages'",
        ),
        ({"comments": {"content": flat(), "last": False}}, "the page's data say that there are more: 'last'"),
        ({"comments": flat(), "commentCount": 9}, "fewer than the source states"),
    ],
)
def test_a_list_that_goes_on_or_may_go_on_is_no_whole_thread(thread, reason):
    comments, ledger = harvested(page(as_json(thread)))
    assert (len(comments), ledger.verdict) == (4, "partial")
    assert [gap["reason"] for gap in ledger.gaps] == [reason]


def test_a_count_that_the_page_shows_is_the_lists():
    comments, ledger = harvested(page(as_json({"comments": flat()}), "<h2>4 comments</h2><div id=comments></div>"))
    assert (len(comments), ledger.expected, ledger.verdict) == (4, 4, "complete")


def test_what_waits_for_approval_is_left_out_and_what_was_removed_is_a_stub():
    rows = flat(status="approved")
    rows[0]["status"], rows[3] = "pending", {"id": 43, "isDeleted": True, "body": None, "createdAt": rows[3]["createdAt"]}
    comments, _ = harvested(page(as_json({"comments": rows, "commentCount": 3})))
    assert [(comment.native_id, comment.status) for comment in comments] == [
        ("41", "visible"), ("42", "visible"), ("43", "removed")]  # fmt: skip
    assert comments[2].text is None


def test_an_answer_may_stand_before_what_it_answers_and_a_circle_of_answers_is_broken():
    rows = flat()[::-1]
    rows[0]["parentId"], rows[3]["parentId"], rows[2]["parentId"] = 40, 43, 41
    comments, _ = harvested(page(as_json({"comments": rows, "commentCount": 4})))
    told = {comment.native_id: comment.parent_native_id for comment in comments}
    assert told == {"43": None, "42": "41", "41": None, "40": "43"}


def test_comments_whose_ids_are_none_are_known_by_what_they_say():
    rows = [{key: value for key, value in row.items() if key != "id"} for row in flat()]
    comments, _ = harvested(page(as_json({"comments": rows, "commentCount": 4})))
    assert {comment.id_kind for comment in comments} == {"surrogate"}
    assert len({comment.native_id for comment in comments}) == 4


OTHERS = [
    {"labels": LABELS, "comments": {"enabled": True, "provider": "none", "maxLength": 500}},
    {"posts": [{"title": "One", "comments": flat()}, {"title": "Two", "comments": nested()}]},
    {"sidebar": {"recentComments": flat(), "latest_comments": flat(), "topComments": flat(), "userComments": flat()}},
    {"commentTopics": [{"name": "Sport", "text": "All about sport"}, {"name": "News", "text": "All news"}]},
    {"a": {"comments": flat()}, "b": {"comments": nested()}},
    {"comments": [], "commentCount": 0},
    {"comments": [{"id": 1}, {"id": 2}]},
    {"commentators": [{"name": "Ann Lee", "text": "Writes about sport", "created": "2021-05-01"}] * 3},
]


@pytest.mark.parametrize("state", OTHERS)
def test_what_is_no_list_of_the_pages_own_comments_is_not_taken_for_it(state):
    assert not any("listed" in ref.evidence for ref in Generic().detect(Document(page(as_json(state)), URL)))


def test_comments_that_the_page_shows_are_read_there():
    shown = "".join(
        f'<div class="comment" id="c{40 + place}"><b class="author">{name}</b> <time datetime="2021-05-0{place + 1}">'
        f"2021-05-0{place + 1}</time><p>{html.escape(text)}</p></div>"
        for place, (name, text) in enumerate(SAID)
    )
    _, ledger = harvested(page(as_json({"comments": flat()}), f"<h2>4 comments</h2>{shown}"))
    assert (ledger.orders_walked, ledger.captured) == (["html"], 4)


@pytest.mark.parametrize(
    "script",
    [
        '<script type="application/json">{"comments": [{"id": 1, "text": "cut off"</script>',
        '<script>window.s = {"comments": [' + '{"replies": [' * 5_000 + "</script>",
        '<script>window.s = ' + '[{"comments": [' * 3_000 + "]" * 3_000 + "</script>",
        '<script type="application/json">[["Reactive", 1], {"comments": 2}, [3, 3, 2], [2, 2, 1]]</script>',
        '<script>self.__next_f.push([1, "3:[\\"comments\\": {]</script>',
        '<script>window.s = JSON.parse("{\\"comments\\": [{\\"id\\": \\\\")</script>',
    ],
)
def test_broken_or_monstrous_data_are_none(script):
    assert not any("listed" in ref.evidence for ref in Generic().detect(Document(page(script), URL)))




def _lines_of(state_of, size):
    document = Document(page(f"<script>{state_of(size)}</script>"), URL)
    return lines_run(lambda: listed_in(document))


ROW = {"body": "What a bridge", "createdAt": "2021-05-01"}


@pytest.mark.parametrize(
    "state_of",
    [
        lambda size: "x=" + json.dumps({"comments": [{"id": n, **ROW} for n in range(size)]}),
        lambda size: "x=" + json.dumps({"comments": [{"id": n + 1, "parentId": n, **ROW} for n in range(size)]}),
        lambda size: "x=" + json.dumps({"comments": [{"id": n + 1, "parentId": n + 2, **ROW} for n in range(size)]}),
        lambda size: 'x=[{"comments":1},' * size,
        lambda size: "x=" + json.dumps([["Ref", 1], {"comments": 2}, *([n + 1, n + 1] for n in range(3, size)), 1]),
    ],
)
def test_the_work_grows_with_the_data_and_not_faster(state_of):
    assert _lines_of(state_of, 4_000) < 6 * _lines_of(state_of, 1_000), "quadratic growth would be 16 times"
