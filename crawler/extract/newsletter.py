"""Forms in which a reader leaves an e-mail address to be written to; no login, search, contact or comment form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from selectolax.lexbor import LexborNode

from crawler.extract.controls import label_of
from crawler.extract.document import Document
from crawler.extract.phrases import fold_letters, invitation_kind
from crawler.extract.profiles import newsletter_provider
from crawler.extract.selection import upwards
from crawler.items import Subscribe

_EMAIL: Final = (
    "input[type=email], input[name*=mail i], input[id*=mail i], input[placeholder*=mail i], input[title*=mail i]"
)
_OTHER_FORM: Final = """
input[type=password], input[type=search], input[type=file], [name=comment], #comment, [name=comment_post_ID], h1,
article
"""
_OTHER_ACTION: Final = re.compile(
    r"wp-comments-post|wp-login|/login|/signin|/search|/contact|/cart|[?&]share=|/checkout|/register", re.IGNORECASE
)
_MARK: Final = re.compile(
    r"newsletter|subscri|mailchimp|mc4wp|mc-embedded|mailpoet|tnp-|sib-form|convertkit|seva-form|sign-?up|wysija|jetpack_sub",
    re.IGNORECASE,
)
_OTHER_MARK: Final = re.compile(
    r"shar(?:e|ing)[-_]?(?:by[-_]?)?e?mail|e?mail[-_]?(?:share|friend|article)|tell-?a?-?friend", re.IGNORECASE
)
"""Forms that send the page to a friend: Jetpack's ``#sharing_email`` and its like."""
_HEADING: Final = "h2, h3, h4, h5, h6, legend, .widget-title, .widgettitle, .title, strong"
_SUBMIT: Final = "button, input[type=submit], input[type=image]"
_MAX_HEADING: Final = 100
"""A longer line over a form that does not invite is the text of the page, characters."""
_MAX_FIELDS: Final = 12
"""A form with more fields asks for more than an address to write to."""
_MAX_TEXT: Final = 1_500
"""A form with more text is the whole page in a form (ASP.NET), characters."""
_MAX_FORMLESS: Final = 20
"""Fields without a form that are looked at."""
_MAX_CLIMB: Final = 4


def newsletter_forms(document: Document) -> Iterator[tuple[LexborNode, Subscribe]]:
    """Each form with the row it gives: ``url`` is the form's action (None when a script sends it), ``platform`` the
    service behind it or ``site``.

    A form counts when its action is a newsletter service's, or when it has a field for an e-mail address and words
    for subscribing in its text or names.
    """
    for form in document.css("form"):
        row = _read_form(document, form)
        if row is not None:
            yield form, row
    for field in document.css("input[type=email]")[:_MAX_FORMLESS]:
        place = _formless_place(field)
        if place is not None:
            label = _label(place)
            if label is not None and invitation_kind(label) in ("newsletter", "subscribe"):
                yield place, Subscribe(kind="newsletter", platform="site", label=label)


def _read_form(document: Document, form: LexborNode) -> Subscribe | None:
    attributes = form.attributes
    action = (attributes.get("action") or "").strip()
    url = document.link(action) if action and not action.startswith("#") else None
    provider = newsletter_provider(url)
    if attributes.get("role") == "search" or (provider is None and _OTHER_ACTION.search(action)):
        return None
    if (provider is None and form.css_first(_EMAIL) is None) or form.css_first(_OTHER_FORM) is not None:
        return None
    fields = form.css("input:not([type=hidden]):not([type=submit]), textarea, select")
    if provider is None:
        if len(fields) > _MAX_FIELDS or form.css_first("textarea:not([hidden])") is not None:
            return None
        text = form.text(deep=True, separator=" ")
        if len(text) > _MAX_TEXT:
            return None
        if _is_marked(form, _OTHER_MARK) or not (_is_marked(form, _MARK) or _speaks_of_it(text, form)):
            return None
    elif not fields:
        return None
    return Subscribe(kind="newsletter", platform=provider or "site", label=_label(form), url=url)


def _is_marked(form: LexborNode, mark: re.Pattern[str]) -> bool:
    for around in upwards(form, 3, in_body=True):
        attributes = around.attributes
        names = " ".join(attributes.get(name) or "" for name in ("id", "class", "name", "action"))[:1_000]
        if mark.search(names):
            return True
    return False


def _speaks_of_it(text: str, form: LexborNode) -> bool:
    said = [text[at : at + 250] for at in range(0, min(len(text), _MAX_TEXT), 200)]
    said += [
        field.attributes.get("value") or field.attributes.get("placeholder") or ""
        for field in form.css("input")[:_MAX_FIELDS]
    ]
    heading = _heading_before(form)
    return any(
        invitation_kind(fold_letters(part)[:300]) in ("newsletter", "subscribe") for part in (*said, heading or "")
    )


def _label(form: LexborNode) -> str | None:
    """The heading in or over the form, else words in it that invite, its button, its field's placeholder."""
    inside = form.css_first(_HEADING)
    label = label_of(inside) if inside is not None else None
    label = label or _heading_before(form)
    if label:
        return label
    for written in form.css("label")[:_MAX_FIELDS]:
        label = label_of(written)
        if label and invitation_kind(label) is not None:
            return label
    for button in form.css(_SUBMIT)[:3]:
        label = label_of(button) or button.attributes.get("alt")
        if label:
            return label
    field = form.css_first("input[placeholder]")
    return (field.attributes.get("placeholder") or None) if field is not None else None


def _heading_before(form: LexborNode) -> str | None:
    """The heading of the box that the form stands in."""
    current: LexborNode | None = form
    for _ in range(_MAX_CLIMB):
        before = current.prev if current is not None else None
        for _ in range(6):
            if before is None:
                break
            if before.tag in ("h2", "h3", "h4", "h5", "h6", "legend", "p", "strong", "label"):
                label = label_of(before)
                if label and (len(label) <= _MAX_HEADING or invitation_kind(label) is not None):
                    return label
            before = before.prev
        current = current.parent if current is not None else None
        if current is None or current.tag in ("body", "main", "article"):
            return None
    return None


def _formless_place(field: LexborNode) -> LexborNode | None:
    """The small box around a field that no form holds; None inside a form."""
    box: LexborNode | None = None
    current, steps = field.parent, 0
    while current is not None and steps < 1_000:
        if current.tag == "form":
            return None
        if box is None and current.css_first(_SUBMIT) is not None:
            box = current
        if box is None and steps > _MAX_CLIMB:
            return None
        current, steps = current.parent, steps + 1
    return box
