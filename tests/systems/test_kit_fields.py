"""The fields that every system sets: bodies of markup, or of what may be markup."""

from __future__ import annotations

import pytest

from archive.schema import Comment
from crawler.systems.fields import set_body, set_either


def test_parts_of_a_body_that_are_no_text_stay_in_its_markup() -> None:
    comment = Comment()
    markup = '<aside><b class="who">bob:</b><blockquote><p>Really?</p></blockquote></aside><p>Yes <i class="who">x</i>.</p>'
    set_body(comment, markup, unseen="aside > .who")
    assert comment.text == "Really?\n\nYes x."
    assert comment.text_html == markup
    set_body(comment, markup)
    assert comment.text == "bob:\n\nReally?\n\nYes x."


@pytest.mark.parametrize(
    ("given", "text", "is_markup"),
    [
        ("<p>One</p><p>Two &amp; three</p>", "One\n\nTwo & three", True),
        ("I <3 this & that", "I <3 this & that", False),
        ("a < b, b > c\nnext line ", "a < b, b > c\nnext line", False),
        ("One<br/>two", "One\ntwo", True),
        ("", "", False),
    ],
)
def test_a_text_that_may_be_markup_is_read_as_what_it_is(given: str, text: str, *, is_markup: bool) -> None:
    comment = Comment()
    set_either(comment, given)
    assert (comment.text, comment.text_html is not None) == (text, is_markup)
