"""Marks of systems are found where a thread can be set up, and nowhere else."""

from __future__ import annotations

import pytest

from crawler.extract.document import Document
from crawler.systems import signs, systems_of
from crawler.systems.signs import signs_of
from crawler.systems.unsupported import FINGERPRINTS

HEAD = "<!doctype html><title>A page</title>"


def found(markup: str) -> frozenset[str]:
    return signs_of(Document(HEAD + markup, "https://example.org/story"))


@pytest.mark.parametrize(
    "markup",
    [
        "<script>load('isso-thread')</script>",
        '<script src="https://example.org/isso-thread.js"></script>',
        '<iframe src="https://example.org/?isso-thread"></iframe>',
        '<link rel=prefetch href="/isso-thread.css">',
        '<meta name=generator content="isso-thread 1">',
        "<div id=isso-thread></div>",
        "<div id=isso-thread123></div>",
        "<div class='wide isso-thread'></div>",
        "<isso-thread></isso-thread>",
        "<p data-isso-thread=1>x",
    ],
)
def test_a_mark_is_found_in_scripts_heads_and_names(markup):
    assert "isso-thread" in found(markup)
    assert "isso-thread" in found(markup), "what was remembered of a page hides nothing on the next"


@pytest.mark.parametrize("markup", ["<p>isso-thread", "<a title=isso-thread href=/>x</a>", "<!-- isso-thread -->"])
def test_what_people_write_is_no_mark(markup):
    assert "isso-thread" not in found(markup)


def test_a_text_without_a_mark_does_not_hide_it_in_another():
    plain, marked = "<script>start()</script>", "<script>start('remark42')</script>"
    assert not found(plain)
    assert found(plain + marked) == {"remark42"}
    assert found('<div class="a"></div><div id="remark42">') == {"remark42"}


def test_what_is_remembered_is_bounded(monkeypatch):
    monkeypatch.setattr(signs, "MAX_KEPT", 50)
    for number in range(200):
        found(f'<div class="x{number}"><script>f({number})</script>')
    assert len(signs._plain) < 200


def test_every_system_that_looks_into_scripts_is_asked_by_its_marks():
    for one in FINGERPRINTS:
        assert one.script is None or one.marks or one.host is not None, one.name
    page = Document(f"{HEAD}<p>Nothing here", "https://example.org/")
    known = [system for system in systems_of({}) if not (system.is_general or system.is_last_resort)]
    asked = [system.name for system in known if system.is_possible(page)]
    assert asked == ["wordpress", "youtube", "unsupported"]
