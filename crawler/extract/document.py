"""Bytes of an HTML answer to a parsed document, whatever its label says about the encoding."""

from __future__ import annotations

import re
import zlib
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler.extract.elements import Elements
from crawler.extract.encoding import decode, utf8_text
from crawler.extract.nesting import bounded
from crawler.extract.shadow_roots import opened

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Document", "NotHtmlError", "decode"]

MAX_INFLATED: Final = 64 * 1024 * 1024
"""A body that was compressed once more than its headers say may grow to this, bytes."""

LONG: Final = 1_000_000
"""Bytes from which a page's text is not kept beside its tree, which takes ten times as many."""

MAX_LINK: Final = 65_536
"""Longer links are none, characters; it leaves room for a shared text in a link, not for a ``data:`` file."""

TAIL: Final = 2_000
"""The end of a page is looked for here first, characters."""


Derived = TypeVar("Derived")


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
        self.description: LexborNode | None = None
        """The element that the page's description was found in, once the page was read; None where it is metadata."""
        self._derived: dict[Callable[[Document], Any], Any] = {}
        self.headers: Mapping[str, str] = headers or {}
        source: bytes | None = None
        if isinstance(body, bytes):
            body = _inflated(body)
            _refuse_other_types(body, self.headers.get("content-type", ""))
            content_type = self.headers.get("content-type", "")
            text = utf8_text(body, content_type)
            if text is None:
                self.encoding, text = decode(body, content_type)
            else:
                self.encoding, source = "utf-8", body
        else:
            self.encoding, text = "utf-8", _SURROGATES.sub("\ufffd", body)
        if not text[:1_000].strip(_BLANK) and not text.strip(_BLANK):
            raise NotHtmlError("the answer is empty")
        shown = in_table(opened(text))
        if shown is not text:
            text, source = shown, None
        markup = bounded(text)
        self.is_cut = markup is not text
        """Whether start tags were left out because the tree would have been monstrous: a structure may be lost."""
        # The parser works on UTF-8: to encode the text again would cost a fifth of the parse.
        self._markup = source if source is not None and not self.is_cut else markup.encode()
        self._text = None if self._markup is source and len(self._markup) > LONG else text
        del text, markup  # the tree is made beside what is kept only
        self.tree = LexborHTMLParser(self._markup)

    @property
    def text(self) -> str:
        """The answer as text. That of a long page is made anew each time: it may have four bytes a character."""
        return self._markup.decode() if self._text is None else self._text

    @classmethod
    def of_page(cls, body: bytes, url: str, headers: Mapping[str, str] | None = None) -> Document:
        """The same of what must be a page: a feed, a sitemap or a text without markup is none.

        :raises NotHtmlError: as when it is made
        """
        document = cls(body, url, headers)
        root = _XML_ROOT.match(document.text.removeprefix("\ufeff"))
        if root is not None:
            raise NotHtmlError(f"the answer is a feed or a sitemap (<{root[1]}>), not HTML")
        other = _XML_OTHER.match(document.text.removeprefix("\ufeff"))
        if other is not None:
            raise NotHtmlError(f"the answer is XML of another kind (<{other[1]}>), not HTML")
        if "<" not in document.text:
            raise NotHtmlError("the answer is text without any markup, not HTML")
        return document

    @cached_property
    def host(self) -> str:
        """Host and port of the address, in lower case, without a user."""
        return urlsplit(self.url).netloc.rpartition("@")[2].lower()

    @cached_property
    def breaks_off(self) -> bool:
        """Whether the markup of a page ends before the page does, as where its server failed in the middle.

        `html` and `body` may lack their end tags, but then everything in them has its own, and no text comes last. A
        text may end a page without any part that must have an end tag. A page with a head has a body with something.
        """
        text = self.text
        if _PAGE_END.search(text[-TAIL:]) or _PAGE_END.search(text) or not _PAGE_BEGIN.search(text):
            return False
        tags = Counter(tag.lower() for tag in _CONTAINERS.findall(_NO_TAGS.sub("", text)))
        is_open = any(count > tags["/" + tag] for tag, count in tags.items() if tag[0] != "/")
        is_open = is_open or (self.ends_in_text and (bool(tags) or text.rfind("<") > text.rfind(">")))
        return is_open or (_HEAD.search(text) is not None and not self._has_body)

    @property
    def _has_body(self) -> bool:
        """Whether anything stands in the body, be it only a text, or frames stand in its place."""
        if self.tree.css_first("body > *, frameset") is not None:
            return True
        return self.tree.body is not None and bool(self.tree.body.text().strip())

    @property
    def ends_in_text(self) -> bool:
        """Whether the markup ends within a text or a tag."""
        return not self.text.rstrip(_BLANK).endswith(">")

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
        """An absolute http(s) address for a link as written, or None when it leads nowhere on the web.

        Read as browsers do (WHATWG URL): white space around it and line breaks in it dropped, backslashes are slashes.
        None for other schemes, no host, a bad port, spaces in the host.
        """
        if not href or len(href) > MAX_LINK:
            return None
        if _PLAIN_URL.fullmatch(href):
            return href
        if base is None and href[0] == "/" and _PLAIN_PATH.fullmatch(href) and _PLAIN_URL.fullmatch(self.base_url):
            return "/".join(self.base_url.split("/", 3)[:3]).partition("?")[0].partition("#")[0] + href
        href = _LINE_BREAKS.sub("", href.strip(_BLANK))
        base = base or self.base_url
        place, mark, rest = _split_at(href)
        scheme = _SCHEME.match(place)
        if scheme is not None and scheme[1].lower() not in ("http", "https"):
            return None
        prefix, place = (scheme[0], place[scheme.end() :]) if scheme else ("", place)
        place = place.replace("\\", "/")
        if place.startswith("//") or (prefix and not base.lower().startswith(prefix.lower())):
            # However many slashes there are, the host follows; the same scheme without slashes says nothing new.
            place = f"{prefix}//{place.lstrip('/')}"
            if place.endswith("//"):
                return None
        try:
            url = urljoin(base, place + mark + rest)
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            return None
        is_web = href and parts.scheme in ("http", "https") and host and port != 0 and not _BAD_HOST.search(host)
        return url if is_web else None

    @cached_property
    def elements(self) -> Elements:
        """What elements there are."""
        return Elements(self.root, self._markup)

    def css(self, selectors: str) -> list[LexborNode]:
        """Elements that fit, in document order, each once. The list is shared: it is not to be changed."""
        return self.elements.find(selectors)

    def first(self, selectors: str) -> LexborNode | None:
        """The first element that fits, or None."""
        return self.elements.first(selectors)

    def derived(self, make: Callable[[Document], Derived]) -> Derived:
        """What a function makes of the document, made once and kept as long as the document lives."""
        if make not in self._derived:
            self._derived[make] = make(self)
        made: Derived = self._derived[make]
        return made


_PLAIN_HOST: Final = r"https?://[A-Za-z0-9-]++(?:\.[A-Za-z0-9-]++)*+(?::(?:[1-5][0-9]{1,4}|[1-9][0-9]{0,3}))?+"
_PLAIN_REST: Final = r"(?:\?[\w\-.~!$&'()*+,;=:@%/?]++)?(?:#[\w\-.~!$&'()*+,;=:@%/?]++)?"
_PLAIN_URL = re.compile(rf"{_PLAIN_HOST}(?:/[\w\-.~!$&'()*+,=:@%]++)*+/?{_PLAIN_REST}", re.ASCII)
_PLAIN_PATH = re.compile(rf"(?:/[\w\-~!$&'()*+,=:@%][\w\-.~!$&'()*+,=:@%]*+)++/?{_PLAIN_REST}", re.ASCII)
"""Addresses that resolving does not change: absolute ones, and those of the same host without dots as segments."""
_ROWS = re.compile(r"\s*<(?:tbody|tr|td)\b", re.IGNORECASE)

_LINE_BREAKS = re.compile(r"[\t\r\n]")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_BAD_HOST = re.compile(r"[\s<>\"{}|^`%\\]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_BLANK: Final = "".join(map(chr, range(0x21))) + "\ufeff"


def _split_at(href: str) -> tuple[str, str, str]:
    """A link before its query or fragment, the mark between, and the rest."""
    match = re.search(r"[?#]", href)
    return (href[: match.start()], match[0], href[match.end() :]) if match else (href, "", "")


_PAGE_BEGIN = re.compile(r"<(?:!doctype|html|body)\b", re.IGNORECASE)
_HEAD = re.compile(r"<head\b", re.IGNORECASE)
_PAGE_END = re.compile(r"</(?:body|html)\b", re.IGNORECASE)
_NO_TAGS = re.compile(
    r"<!--(?:(?!-->).)*+(?:-->|\Z)|<(script|style|template)\b(?:(?!</\1).)*+", re.IGNORECASE | re.DOTALL
)
_CONTAINERS = re.compile(r"<(/?(?:div|ol|ul|dl|article|section|main|table|aside|footer|form))(?![\w-])", re.IGNORECASE)
"""Elements whose end tag must not be left out (HTML 13.1.2.4)."""

_MAGIC = (
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "gzip data"),
    (b"OggS", "an Ogg file"),
    (b"ID3", "an MP3 file"),
    (b"wOFF", "a font"),
    (b"wOF2", "a font"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "bzip2 data"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"\xd0\xcf\x11\xe0", "an Office document"),
    (b"RIFF", "a RIFF container"),
    (b"\x1aE\xdf\xa3", "a WebM video"),
)
_HTML_TYPES: Final = ("html", "xml", "text/plain", "octet-stream")
_TAG = re.compile(rb"<[!?/a-z\x00]", re.IGNORECASE)
_PROLOGUE: Final = r"\s*(?:<\?[^>]{0,500}\?>\s*|<!--(?:(?!-->).){0,500}-->\s*){0,8}"
_XML_ROOT = re.compile(_PROLOGUE + r"<(rss|feed|rdf:RDF|urlset|sitemapindex|opml)[\s>]", re.DOTALL | re.IGNORECASE)
"""RSS, Atom, RDF, sitemaps.org, OPML: a parser for HTML makes pages of them."""
_XML_OTHER = re.compile(
    _PROLOGUE + r"<(?!html\b)([a-z][a-z0-9._-]{0,60})\s(?:[^>]{0,300}\s)?"
    r"xmlns\s{0,4}=\s{0,4}[\"'](?!https?://www\.w3\.org/1999/xhtml[\"'])",
    re.DOTALL | re.IGNORECASE,
)
"""A document in a namespace of its own, as what a wiki exports: ``<mediawiki xmlns="http://www.mediawiki.org/xml/...">``."""
_MAIL_HEAD = re.compile(rb"[a-z]+(?:-[a-z]+)*:\s", re.IGNORECASE)
_JSON = re.compile(rb"(?:\)\]\}'?,?\s*)?(?:\{\s*[\"}]|\[\s*[{\"\]])")
_SCRIPT = re.compile(rb"['\"]use strict['\"]|!?\(?function\b|(?:var|let|const|import|export)\s|@charset|@import|/\*")


def in_table(markup: str) -> str:
    """The same markup in a table, where it is rows of one that a script puts there: alone their tags mean nothing."""
    return f"<table>{markup}</table>" if _ROWS.match(markup) else markup


def _inflated(body: bytes) -> bytes:
    """The body without a compression that its headers do not speak of: some servers compress twice."""
    for _ in range(2):
        if not body.startswith(b"\x1f\x8b\x08"):
            break
        inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        try:
            body = inflater.decompress(body, MAX_INFLATED)
        except zlib.error as error:
            raise NotHtmlError(f"the answer is gzip data that cannot be read ({error})") from error
        if inflater.unconsumed_tail:
            raise NotHtmlError(f"the answer is gzip data of more than {MAX_INFLATED} bytes")
    return body


def _refuse_other_types(body: bytes, content_type: str) -> None:
    """Refuse what is plainly no page.

    :raises NotHtmlError: saying what it is
    """
    head = body[:1024].lstrip(b" \t\r\n\x0c")
    if not head and not body.strip():
        raise NotHtmlError("the answer is empty")
    for magic, name in _MAGIC:
        if head.startswith(magic):
            raise NotHtmlError(f"the answer is {name}, not HTML")
    if head[4:8] == b"ftyp":
        raise NotHtmlError("the answer is an MP4 video, not HTML")
    mime = content_type.partition(";")[0].strip().lower()
    if mime and not any(part in mime for part in _HTML_TYPES) and not _TAG.search(head):
        raise NotHtmlError(f"the answer is {mime}, not HTML")
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"<"):
        return
    if _JSON.match(text):
        raise NotHtmlError("the answer is JSON, not HTML")
    if _SCRIPT.match(text) and not _TAG.search(head):
        raise NotHtmlError("the answer is a script or a style sheet, not HTML")
    if _MAIL_HEAD.match(text) and b"multipart/related" in body[:8192].lower():
        raise NotHtmlError("the answer is a web archive (MHTML), not HTML; save the page as HTML")
    if b"\0" in head and not _is_wide(head):
        raise NotHtmlError("the answer is binary data, not HTML")


def _is_wide(head: bytes) -> bool:
    """UTF-16 or UTF-32 by its mark or by the zero bytes of its first tag."""
    return head[:2] in (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<") or not any(head[0:64:2]) or not any(head[1:64:2])
