"""The fields that every system sets: bodies of markup."""

from __future__ import annotations

from archive.schema import Comment
from crawler.systems.fields import set_body


def test_parts_of_a_body_that_are_no_text_stay_in_its_markup() -> None:
    comment = Comment()
    markup = '<aside><b class="who">bob:</b><blockquote><p>Really?</p></blockquote></aside><p>Yes <i class="who">x</i>.</p>'
    set_body(comment, markup, unseen="aside > .who")
    assert comment.text == "Really?\n\nYes x."
    assert comment.text_html == markup
    set_body(comment, markup)
    assert comment.text == "bob:\n\nReally?\n\nYes x."
