"""What reading a generated page does, and does not: the figures of `make bench` rest on it."""

from __future__ import annotations

from benchmarks.extraction import ours
from benchmarks.pages import pages
from crawler.systems.around import tree


def test_a_wordpress_page_that_states_how_many_comments_it_shows_is_read_without_a_walk_around_them(monkeypatch):
    def walk(*_: object) -> None:
        raise AssertionError("the whole page was walked")

    monkeypatch.setattr(tree, "_walk", walk)
    (page,) = pages(1)
    assert ours(page) > 0


def test_one_that_does_not_is_walked_once(monkeypatch):
    walks = []
    walk = tree._walk
    monkeypatch.setattr(tree, "_walk", lambda *given: walks.append(1) or walk(*given))
    _, page = pages(2)
    assert ours(page) > 0
    assert walks == [1]
