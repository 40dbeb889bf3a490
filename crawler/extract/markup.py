"""A piece of HTML from an API answer as text."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser

from crawler.extract.nesting import bounded
from crawler.extract.text import clean, inner_html, text_of


def read_markup(markup: str) -> tuple[str, str]:
    """Plain text and markup of a fragment, both made well-formed; ``("", "")`` for an empty one.

    The text is what a reader sees (:func:`crawler.extract.text.text_of`); links keep their targets and quotations
    their marks in the markup.
    """
    markup = clean(markup) or ""
    if not markup.strip():
        return "", ""
    body = LexborHTMLParser(f"<!doctype html><body>{bounded(markup)}").body
    return ("", "") if body is None else (text_of(body), inner_html(body).strip())
