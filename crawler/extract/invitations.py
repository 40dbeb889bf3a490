"""Invitations in running text: a label and the links after it, or on the lines below it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from crawler.extract.networks import share_intent
from crawler.extract.phrases import invitation_kind, is_platform_name, platform_named
from crawler.extract.profiles import profile_of
from crawler.items import Subscribe

_URL: Final = re.compile(
    r"https?://[^\s<>\"“”«»（）【】]+|(?<![\w@./-])(?:www\.|(?:[a-z0-9-]+\.){1,3}[a-z]{2,10}/)[^\s<>\"“”«»（）【】]*",
    re.IGNORECASE,
)
_EDGE: Final = " \t:：-–—→➡►▶▸▹•·*|>»=~👉🔔✅🔴⬇️👇🙏❤️✨📌📲🔗"
_EDGE_AFTER: Final = " \t→➡►▶▸▹👉⬇️👇↓"
_CLOSERS: Final = ".,;:!?)]}»”’'…。、，！？）"
MAX_WORDS: Final = 16
"""A label of more words is a sentence."""
MAX_CHARACTERS: Final = 120
"""So is one of more characters, in languages that do not part words."""
MAX_NAME: Final = 3
"""A line of so many words before its address names it (``Facebook:``) and stays under the label above."""
MAX_TEXT: Final = 20_000
"""Characters of one line that are read; platforms allow descriptions of 5,000."""
MAX_LINES: Final = 5_000
"""Lines of one text that are read."""


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of running text."""

    text: str
    """Without the addresses in it."""
    urls: tuple[str, ...]
    """The addresses in it, in order."""
    position: int
    """Where it stands on the page."""


@dataclass(slots=True)
class _Heading:
    """A label that waits for the addresses on the lines below it."""

    line: TextLine
    label: str
    kind: str
    platform: str | None
    is_used: bool = False


def split_line(text: str, position: int, links: Iterable[tuple[str, str]] = ()) -> TextLine:
    """A line with its addresses apart.

    :param links: shown text and address of the line's links; a link whose text is an address stands for its ``href``
    """
    urls: dict[str, None] = {}
    rest = text[:MAX_TEXT]
    for shown, href in links:
        urls[href] = None
        if _URL.match(shown):
            rest = rest.replace(shown, " ", 1)
    plain: list[str] = []
    end = 0
    for found in _URL.finditer(rest) if _may_have_address(rest) else ():
        url = found.group().rstrip(_CLOSERS)
        # A bare `example.org/x` is an address when it is one of a platform; elsewhere it may be prose.
        if not url.lower().startswith(("http://", "https://")):
            url = f"https://{url}"
            if not url[8:].lower().startswith("www.") and profile_of(url) is None:
                continue
        plain.append(rest[end : found.start()])
        end = found.end()
        urls[url] = None
    plain.append(rest[end:])
    return TextLine(" ".join(" ".join(plain).split()), tuple(urls), position)


def short_lines(lines: Iterable[str]) -> list[str]:
    """Those lines of running text that may invite: no sentences, unless there is an address in them."""
    return [line for line in lines if _may_have_address(line) or not _is_sentence(line.strip(_EDGE))]


def opens(line: TextLine) -> bool:
    """Whether a line's words make an invitation of any address in it or below it."""
    label = label_text(line.text)
    if label is None or _is_sentence(label):
        return False
    kind = _kind(label)
    return kind is not None and (_opens_with_it(line.text, label, kind) or _is_open(line.text))


def _kind(label: str) -> str | None:
    return invitation_kind(label) or ("follow" if is_platform_name(label) else None)


def _may_have_address(text: str) -> bool:
    return "/" in text or "www." in text.lower()


def _is_sentence(label: str) -> bool:
    return len(label) > MAX_CHARACTERS or len(label.split()) > MAX_WORDS


def read_invitations(lines: Iterable[TextLine]) -> list[tuple[int, Subscribe]]:
    """Position and row of every invitation in lines of running text.

    The address says the kind and the platform where it is one of a known platform, else the words do; shorteners stay
    as they are. A label with a colon whose address is missing (lost in a plain-text copy) is still an invitation:
    its row has no ``url``. Links to a share dialogue are none.
    """
    reader = _Reader()
    for number, line in enumerate(lines):
        if number >= MAX_LINES:
            break
        reader.read(line)
    reader.close()
    return reader.rows


class _Reader:
    def __init__(self) -> None:
        self.rows: list[tuple[int, Subscribe]] = []
        self.heading: _Heading | None = None

    def read(self, line: TextLine) -> None:
        label = label_text(line.text)
        if label is None and line.urls:
            self._below(line)
            return
        if label is None:
            return
        if _is_sentence(label):
            self.close()  # whom it links to, it mentions
            return
        kind = _kind(label)
        platform = platform_named(label) if kind is not None else None
        if line.urls:
            if len(label.split()) > MAX_NAME or (kind is not None and not is_platform_name(label)):
                self.close()
            self._labelled(line, label, kind, platform)
            return
        self.close()
        if kind is not None and (line.text.rstrip(_EDGE_AFTER).endswith((":", "：")) or _is_open(line.text)):
            self.heading = _Heading(line, label, kind, platform)

    def close(self) -> None:
        """The heading's lines are over; without any address it stands for itself."""
        heading, self.heading = self.heading, None
        if heading is not None and not heading.is_used and ":" in heading.line.text.replace("：", ":"):
            row = Subscribe(kind=heading.kind, platform=heading.platform, label=heading.label)
            self.rows.append((heading.line.position, row))

    def _labelled(self, line: TextLine, label: str, kind: str | None, platform: str | None) -> None:
        words = (kind, platform) if kind is not None and _opens_with_it(line.text, label, kind) else None
        for url in line.urls:
            self._add(line, label, url, words)

    def _below(self, line: TextLine) -> None:
        heading = self.heading
        for url in line.urls:
            self._add(
                line, heading.label if heading else None, url, (heading.kind, heading.platform) if heading else None
            )

    def _add(self, line: TextLine, label: str | None, url: str, words: tuple[str, str | None] | None) -> None:
        """A row for one address; ``words`` are kind and platform by the label, for addresses that do not tell."""
        profile = profile_of(url)
        if profile is not None:
            row = Subscribe(
                kind=profile.kind, platform=profile.platform, handle=profile.handle, channel_id=profile.channel_id
            )
        elif words is not None and share_intent(url) is None:
            row = Subscribe(kind=words[0], platform=words[1])
        else:
            return
        row.label, row.url = label, url
        self.rows.append((line.position, row))
        if self.heading is not None:
            self.heading.is_used = True


def label_text(text: str) -> str | None:
    """A line's label: without the colon, arrows and bullets around it; None when nothing is left."""
    label = " ".join(text.split()).strip(_EDGE)
    return label if any(map(str.isalnum, label)) else None


def _opens_with_it(text: str, label: str, kind: str) -> bool:
    """Whether a label is an invitation and no sentence with such a word: it ends in a colon or begins with the word.

    "Follow", and the name of a podcast or a feed, open too many other lines to do without the colon.
    """
    if is_platform_name(label) or text.rstrip(_EDGE_AFTER).endswith((":", "：")):
        return True
    return kind not in ("follow", "podcast", "feed") and invitation_kind(" ".join(label.split()[:4])) is not None


def _is_open(text: str) -> bool:
    """A line that points on (``Follow us 👇``) waits for addresses as one with a colon does."""
    return text.rstrip()[-1:] in "→➡►▶▸👉👇↓⬇" or text.rstrip().endswith("⬇️")
