"""Bytes of an HTML answer to a parsed document, whatever its label says about the encoding."""

from __future__ import annotations

import codecs
import re
from functools import cached_property
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin

from charset_normalizer import from_bytes
from selectolax.lexbor import LexborHTMLParser, LexborNode
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom, resolve_encoding

if TYPE_CHECKING:
    from collections.abc import Mapping

SNIFF_BYTES: Final = 65_536
"""How much of a page without a believable label is given to statistical detection, bytes."""

MIN_CONFIDENT_BYTES: Final = 32
"""Fewer bytes than this outside ASCII say nothing about an encoding."""


class NotHtmlError(ValueError):
    """The answer is no HTML page: a PDF, an image, JSON, nothing at all. The message says which."""


class Document:
    """A parsed page: its tree, its address and its headers. Made once per answer and shared by all readers.

    ``root`` is the ``html`` element; script and style text is reached through :attr:`tree`.
    """

    def __init__(self, body: bytes | str, url: str, headers: Mapping[str, str] | None = None) -> None:
        """Decode and parse.

        :param body: the answer's bytes (or text that is already decoded)
        :param url: the address that answered
        :param headers: header names in lower case to values
        :raises NotHtmlError: when the body is empty or plainly something else
        """
        self.url = url
        self.headers: Mapping[str, str] = headers or {}
        if isinstance(body, bytes):
            _refuse_other_types(body, self.headers.get("content-type", ""))
            self.encoding, self.text = decode(body, self.headers.get("content-type", ""))
        else:
            self.encoding, self.text = "utf-8", body
        if not self.text.strip():
            raise NotHtmlError("the answer is empty")
        self.tree = LexborHTMLParser(self.text)

    @cached_property
    def root(self) -> LexborNode:
        """The ``html`` element."""
        root = self.tree.root
        if root is None:
            raise NotHtmlError("the answer holds no element")
        return root

    @cached_property
    def base_url(self) -> str:
        """What relative links start from: ``base[href]`` or the address itself (HTML 4.2.3)."""
        base = self.tree.css_first("base[href]")
        return self.link(base.attributes.get("href"), self.url) or self.url if base else self.url

    def link(self, href: str | None, base: str | None = None) -> str | None:
        """An absolute http(s) address for a link as written, or None when there is none."""
        if not href:
            return None
        try:
            url = urljoin(base or self.base_url, _LINE_BREAKS.sub("", href.strip()))
        except ValueError:
            return None
        return url if url[:7].lower() == "http://" or url[:8].lower() == "https://" else None

    def css(self, selector: str) -> list[LexborNode]:
        """Elements in document order."""
        return self.tree.css(selector)

    def first(self, selector: str) -> LexborNode | None:
        """The first element, or None."""
        return self.tree.css_first(selector)


_LINE_BREAKS = re.compile(r"[\t\r\n]")
_MAGIC = (
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "gzip data"),
    (b"\x00\x00\x00\x18ftyp", "an MP4 video"),
    (b"\x00\x00\x00\x20ftyp", "an MP4 video"),
    (b"RIFF", "a RIFF container"),
    (b"\x1aE\xdf\xa3", "a WebM video"),
)
_HTML_TYPES = ("html", "xml", "text/plain", "octet-stream")


def _refuse_other_types(body: bytes, content_type: str) -> None:
    head = body[:1024].lstrip()
    if not head and not body.strip():
        raise NotHtmlError("the answer is empty")
    for magic, name in _MAGIC:
        if head.startswith(magic):
            raise NotHtmlError(f"the answer is {name}, not HTML")
    mime = content_type.partition(";")[0].strip().lower()
    if mime and not any(part in mime for part in _HTML_TYPES) and b"<" not in head:
        raise NotHtmlError(f"the answer is {mime}, not HTML")


def decode(body: bytes, content_type: str = "") -> tuple[str, str]:
    """Encoding and text of an HTML answer.

    Order: byte order mark, then the header's and the page's own label as long as the bytes agree with it,
    then UTF-8 where it fits, then statistics. Bytes that fit nowhere become U+FFFD, never an error.

    :param content_type: value of the ``Content-Type`` header
    :return: name of the codec, text without byte order mark
    """
    bom, mark = read_bom(body)
    if bom:
        return bom, body[len(mark or b"") :].decode(bom, "replace")
    labels = [http_content_type_encoding(content_type), html_body_declared_encoding(body)]
    candidates = [name for name in dict.fromkeys(_codec(label) for label in labels) if name]
    for name in [*candidates, "utf-8"]:
        text = _strict(body, name)
        if text is not None and not _is_doubtful(text, name):
            return name, text
    if candidates:
        # A label whose page has a few broken bytes (a cut multi-byte character) is still right.
        text = body.decode(candidates[0], "replace")
        if text.count("\ufffd") * 200 <= len(body) - text.isascii():
            return candidates[0], text
    utf8 = body.decode("utf-8", "replace")
    if utf8.count("\ufffd") * 200 <= sum(byte > 127 for byte in body[:SNIFF_BYTES]):
        return "utf-8", utf8
    guess = _guess(body)
    return guess, body.decode(guess, "replace")


def _codec(label: str | None) -> str | None:
    name = resolve_encoding(label) if label else None
    return None if name is None or codecs.lookup(name).name.startswith("utf-16") else name


def _strict(body: bytes, name: str) -> str | None:
    try:
        return body.decode(name)
    except (UnicodeDecodeError, LookupError):
        return None


def _is_doubtful(text: str, name: str) -> bool:
    """Single-byte codecs accept anything: UTF-8 or Cyrillic read as one shows C1 controls or bytes of UTF-8."""
    if name.startswith("utf") or text.isascii():
        return False
    try:
        raw = text.encode(name)
    except UnicodeEncodeError:
        return True
    if sum(byte > 127 for byte in raw) < MIN_CONFIDENT_BYTES // 8:
        return False
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _guess(body: bytes) -> str:
    best = from_bytes(body[:SNIFF_BYTES]).best()
    return resolve_encoding(best.encoding) or "cp1252" if best else "cp1252"
