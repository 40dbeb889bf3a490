"""What inline scripts are found to set."""

from __future__ import annotations

import time

import pytest
from hypothesis import given as hypothesis_given
from hypothesis import strategies as st

from crawler.extract.document import Document
from crawler.systems.scripts import Given, given


def read(script: str, *marks: str) -> list[tuple[str, dict[str, str | None]]]:
    document = Document(f"<html><body><p>x</p><script>{script}</script></body></html>", "https://a.example/")
    return [(one.name, one.members) for one in given(document, *marks)]


def test_an_object_is_called_as_the_variable_it_is_given_to():
    script = """
      // host: 'not this one'
      var conf = { host: "https://x.example/c", 'site-id': 'a', /* url: "z" */ count: 10, url: location.origin + "/x",
        list: ['a', 'b'], dark: night ? 'a' : 'b', plain: `p`, made: `${host}/x`, on: function () { return {a: 1}; } };
    """
    found = dict(read(script, "conf"))
    assert found["conf"] == {
        "host": "https://x.example/c", "site-id": "a", "count": "10", "url": None, "list": None, "dark": None,
        "plain": "p", "made": None, "on": None,
    }  # fmt: skip


def test_the_source_of_an_expression_is_kept():
    script = """conf({el: null, path: location.pathname.replace(/[,}\\/]$/, ''), at: f("#x", {a: 1}), n: 'lit', last: a ? b : c })"""
    [conf] = [one for one in given(Document(f"<p>x</p><script>{script}</script>", "https://a.example/"), "conf") if one.code]
    assert conf.code == {
        "el": "null", "path": "location.pathname.replace(/[,}\\/]$/, '')", "at": 'f("#x", {a: 1})', "last": "a ? b : c",
    }  # fmt: skip


@pytest.mark.parametrize(
    "script",
    [
        "window.conf = {a: 'b'}",
        "var x = 1, conf={a:'b'};",
        '{"props": {"conf": {"a": "b"}}}',
        "make.conf({a: 'b'})",
        "conf(element, {a: 'b', })",
        "conf.a = 'b';",
        "conf.a = 'b'\n other.c = 'd'",
        "conf.setAttribute('a', \"b\")",
        "conf.a = 'x'; f(conf.a = 'b')",
        r"""self.__next_f.push([1,"5:{\"conf\":{\"a\":\"b\"}}"])""",
        "var re = /'/; conf = {a: 'b'}",
    ],
)
def test_each_way_of_writing_it_is_read(script):
    assert ("conf", {"a": "b"}) in read(script, "conf")


@pytest.mark.parametrize(
    "call",
    [
        "conf(document.getElementById('x'), {a: 'b'})",
        "w.conf(x, f(g(1), [2]), {a: 'b'})",
        "if (ready(1)) { conf(f(1), {a: 'b'}) }",
    ],
)
def test_what_a_function_is_given_behind_other_arguments_has_its_name(call):
    assert ("conf", {"a": "b"}) in read(call, "conf")


def test_data_sets_are_called_as_their_attributes():
    script = "const s = document.createElement('script'); s.src = 'https://w.example/c.js'; s.dataset.repoId = 'R'; s.async = true;"
    assert read(script, "w.example") == [("s", {"src": "https://w.example/c.js", "data-repo-id": "R", "async": None})]


def test_escapes_are_what_they_stand_for():
    assert read(r"c = {a: '\u00e9\x41\u{1F600}\ud83d\ude00\/\'\n'}", "c") == [("c", {"a": "éA😀😀/'\n"})]


def test_scripts_without_the_mark_or_with_nothing_are_passed_over():
    assert read("c = {a: 1}", "other") == []
    assert read("c = {}; [];;)}]", "c") == []


@pytest.mark.parametrize(
    "script",
    ["/*" * 200_000, "`" * 399_999, "{" * 400_000, "[," * 200_000, "a." * 200_000, '"\\' * 150_000, "a.b=" * 100_000],
)
def test_monstrous_scripts_take_time_in_proportion(script):
    started = time.process_time()
    read("mark " + script, "mark")
    assert time.process_time() - started < 4


@hypothesis_given(st.text("{}[]():,;=.ab'\"`/*\\$ \n", max_size=80))
def test_any_script_is_read_without_an_error(script):
    for one in given(Document(f"<script>mark {script}</script>x", "https://a.example/"), "mark"):
        assert isinstance(one, Given)


@hypothesis_given(
    st.dictionaries(
        st.text("abc-_", min_size=1, max_size=5), st.text(max_size=20).filter(lambda t: "<" not in t), min_size=1
    )
)
def test_json_is_read_as_it_is(members):
    import json

    members = {
        name: value.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "")
        for name, value in members.items()
    }
    found = read("window.conf = " + json.dumps(members), "conf")
    assert ("conf", members) in found
