"""A piece of HTML from an API answer as text."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser

from crawler.extract.nesting import bounded
from crawler.extract.text import clean, inner_html, text_of


def read_markup(markup: str, unseen: str | None = None) -> tuple[str, str]:
    """Plain text and markup of a fragment, both made well-formed; ``("", "")`` for an empty one.

    The text is what a reader sees (:func:`crawler.extract.text.text_of`); links keep their targets and quotations
    their marks in the markup.

    :param unseen: CSS selector of elements that are no part of the text: bylines of quotations, captions of pop-ups
    """
    markup = clean(markup) or ""
    if not markup.strip():
        return "", ""
    body = LexborHTMLParser(f"<!doctype html><body>{bounded(markup)}").body
    if body is None:
        return "", ""
    left_out = {node.mem_id for node in body.css(unseen)} if unseen else set()
    skip = (lambda node: node.mem_id in left_out) if left_out else None
    return text_of(body, skip=skip), inner_html(body).strip()
