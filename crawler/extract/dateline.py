"""The date that a page prints beside its headline, where nothing in its markup says when it was published."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Final

from selectolax.lexbor import LexborNode

from crawler.extract.areas import Areas
from crawler.extract.dates import Published
from crawler.extract.document import Document
from crawler.extract.outline import Line, outline_of
from crawler.extract.phrases import fold_phrase
from crawler.extract.selection import HEADINGS, names_in, upwards
from crawler.extract.text import line_of
from crawler.extract.time_lines import LONGEST_LINE, looks_timed, read_part, written_in
from crawler.extract.title import headline_of

LINES_BEHIND: Final = 14
"""Texts behind the headline among which the date is looked for: a byline, a standfirst and buttons may come first."""

LINES_BEFORE: Final = 4
"""The same before it."""

BODY: Final = 320
"""A longer text begins the article: no date follows, characters."""

LEAD: Final = 500
"""The same of all texts between the headline and the date: behind a short article come its comments."""

AROUND: Final = 2
"""Elements around the headline in which a date may stand before it: further up is the site's own head, with today's."""

SUBTITLES: Final = 1
"""Headings that may stand between the headline and the date."""

TEASER: Final = 800
"""Text of a teaser at most, characters."""

TEASER_DEPTH: Final = 4
"""Elements around a date among which a teaser is looked for."""

MOST_WORDS: Final = 14
"""More words beside a date make a sentence of its line."""

FEW_WORDS: Final = 5
"""The same of a line that ends in a full stop."""

_FAR: Final = 40
"""Elements around the headline that are known by it."""

NAMED: Final = 3
"""Elements around a date whose names are looked at."""

_OTHER = re.compile(r"event|deadline|expir|termin|schedule|calendar|weather|today|ticker", re.IGNORECASE)
"""Names of elements whose dates are of something else than the publication."""

_CHANGED = re.compile(
    r"updated?|modified|revised|edited(?! by)|reviewed|aktuali[sz]|ge[äa]ndert|bearbeitet|mise? à jour|modifié|"
    r"actualizad|modificad|atualizad|aggiornat|modificat|bijgewerkt|gewijzigd|zaktualizowan|aktualizacj|zmienion|обновл|изменен|"
    r"оновлен|змінен|güncelle|updaterad|ändrad|opdateret|oppdatert|päivitetty|更新|修改|수정|cập nhật|diperbarui",
    re.IGNORECASE,
)
"""What says that the date is that of a change."""

_WORD = re.compile(r"[^\W\d_]{2,}")
_SENTENCE_END: Final = ".!?。！？"


def read_dateline(
    document: Document,
    areas: Areas,
    title: str | None,
    *,
    observed_at: int,
    language: str | None,
    of_change: bool = False,
) -> Published | None:
    """The date of the line that stands behind the headline, or right before it in the same element.

    Only a line that is a date, or a byline with one: neither a sentence, nor the time of an event.

    :param title: the page's title, by which its headline is found where no heading is one
    :param of_change: the time of a change is looked for, and not that of the publication
    """
    for headline in headlines(document, title):
        around = {step.mem_id for step in upwards(headline, _FAR)}
        for node in chain(_behind(headline), _before(headline)):
            published = _date_at(document, areas, node, observed_at, language, around=around, of_change=of_change)
            if published is not None:
                return published
    return None


def headlines(document: Document, title: str | None) -> Iterator[LexborNode]:
    """The headline element; where it may be the site's name, the element whose text is the title comes first."""
    headline = headline_of(document)
    if title and (headline is None or not _is_alike(line_of(headline), title)):
        named = _by_text(document, title)
        if named is not None:
            yield named
    if headline is not None:
        yield headline


def _is_alike(headline: str, title: str) -> bool:
    """Whether a heading holds the title, or the title the heading."""
    shorter, longer = sorted((fold_phrase(headline), fold_phrase(title)), key=len)
    return shorter in longer and len(shorter) * 2 > len(longer)


def _by_text(document: Document, title: str) -> LexborNode | None:
    """The last element whose text is the title: breadcrumbs come before it."""
    outline = outline_of(document)
    wanted = " ".join(title.split())
    places = [place for place, text in enumerate(outline.texts) if " ".join(text.split()) == wanted]
    lines = outline.lines_at(places[-1:])
    return lines[0].node if lines else None


def _behind(headline: LexborNode) -> Iterator[LexborNode]:
    """The texts behind the headline until the article begins, a form, or what a second heading after it belongs to."""
    texts = headings = size = 0
    step: LexborNode | None = headline
    while step is not None:
        after = step.next
        while after is not None:
            for node in after.traverse(include_text=True):
                headings += node.tag in HEADINGS
                if headings > SUBTITLES or node.tag == "textarea":
                    return
                if not _is_shown(node):
                    continue
                text = len(node.text_content or "")
                texts += 1
                if texts > LINES_BEHIND or text > BODY or size > LEAD:
                    return
                yield node
                size += text
            after = after.next
        step = step.parent


def _before(headline: LexborNode) -> Iterator[LexborNode]:
    """The texts right before the headline in a small element around it or in its article, the nearest first."""
    step, texts = headline, 0
    for _ in range(AROUND):
        around = step.parent
        if around is None or (around.tag not in _ARTICLES and len(around.text()) > BODY):
            return
        before = step.prev
        while before is not None:
            for node in reversed([node for node in before.traverse(include_text=True) if _is_shown(node)]):
                texts += 1
                if texts > LINES_BEFORE:
                    return
                yield node
            before = before.prev
        step = around


def _is_shown(node: LexborNode) -> bool:
    """Whether a node is a text that readers see."""
    if not node.is_text_node or node.parent is None or node.parent.tag in _SILENT:
        return False
    return not (node.text_content or "").isspace()


def _date_at(
    document: Document,
    areas: Areas,
    node: LexborNode,
    observed_at: int,
    language: str | None,
    *,
    around: set[int],
    of_change: bool,
) -> Published | None:
    """The date in the line that a text stands in, if that line is a dateline.

    :param around: memory ids of the elements around the headline
    """
    text, parent = " ".join((node.text_content or "").split()), node.parent
    if parent is None or not looks_timed(text) or areas.is_beside(parent) or _is_of_other(parent):
        return None
    line = _line_of(document, parent, text)
    changed = _CHANGED.search(line)
    if not of_change and changed is None and (stated := _stated(parent, text, observed_at, language)) is not None:
        return None if _is_in_teaser(parent, around) else stated
    if of_change:
        line = line[changed.end() :] if changed is not None else ""
    elif changed is not None:
        line = line[: changed.start()]
    found = written_in(line, observed_at=observed_at, language=language) if len(line) <= LONGEST_LINE else None
    if found is None and not of_change and changed is None:  # inline pieces may touch: `EditorMarch 14, 20230 comments`
        line, found = text, written_in(text, observed_at=observed_at, language=language)
        found = None if found is None or _WORD.search(text[: found[1]] + text[found[2] :]) else found
    if found is None:
        return None
    published, start, end = found
    rest = f"{line[:start]} {line[end:]}"
    words = len(_WORD.findall(rest))
    is_sentence = words > MOST_WORDS or (words > FEW_WORDS and line[-1] in _SENTENCE_END)
    return published if published.at is not None and not is_sentence and not _is_in_teaser(parent, around) else None


def _stated(element: LexborNode, text: str, observed_at: int, language: str | None) -> Published | None:
    """The time in the ``title`` of an element whose text tells an age: ``2 years ago``."""
    titles = (step.attributes.get("title") or "" for step in upwards(element, AROUND))
    title = next(filter(looks_timed, titles), None)
    aged = read_part(text, observed_at, language) if title is not None else None
    if title is None or aged is None or aged.at is not None:
        return None
    found = written_in(title, observed_at=observed_at, language=language)
    return found[0] if found is not None and found[0].at is not None else None


def _line_of(document: Document, element: LexborNode, text: str) -> str:
    """The line that holds a text of an element."""
    lines: list[Line] = outline_of(document).lines_around(element)
    return next((line.text for line in lines if text in line.text), text)


def _is_in_teaser(element: LexborNode, around: set[int]) -> bool:
    """Whether a date stands in a short element beside a heading that leads elsewhere: it is that page's.

    An element that holds the page's headline, too, is no teaser (``around``).
    """
    for step in upwards(element, TEASER_DEPTH):
        if step.mem_id in around or len(step.text()) > TEASER:
            return False
        if step.css_first(_LINKED_HEADING) is not None:
            return True
    return False


def _is_of_other(element: LexborNode) -> bool:
    return any(_OTHER.search(names_in(step.attributes)) for step in upwards(element, NAMED, in_body=True))


_ARTICLES: Final = frozenset({"article", "header", "hgroup"})
_LINKED_HEADING: Final = ", ".join(f"{tag} a[href], a[href] {tag}" for tag in ("h2", "h3", "h4", "h5"))
_SILENT: Final = frozenset({"script", "style", "noscript", "template", "textarea", "option", "title"})
