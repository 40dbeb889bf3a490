"""Addresses: the one spelling of a page's URL, and the site it belongs to."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from itertools import chain
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_plus, urlsplit

from tldextract import TLDExtract
from w3lib.url import safe_url_string

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

    from crawler.extract.document import Document

MAX_URL: Final = 8_192
"""Longer addresses are refused, characters; servers refuse them too (RFC 9110 4.1 asks for 8,000 at least)."""

LONGEST_KEPT: Final = 300
"""What longer addresses are is not kept, characters."""

TRACKING: Final[dict[str, str]] = {
    "fbclid": "Meta", "fb_action_ids": "Meta", "fb_action_types": "Meta", "fb_ref": "Meta", "fb_source": "Meta",
    "mibextid": "Meta", "sfnsn": "Meta", "igsh": "Instagram", "igshid": "Instagram", "gclid": "Google Ads",
    "gclsrc": "Google Ads", "dclid": "Google Display", "gbraid": "Google Ads", "wbraid": "Google Ads",
    "srsltid": "Google Merchant", "_ga": "Google Analytics", "_gl": "Google Analytics",
    "msclkid": "Microsoft Advertising", "twclid": "X Ads", "ref_src": "X", "ref_url": "X",
    "__twitter_impression": "X", "ttclid": "TikTok", "li_fat_id": "LinkedIn", "scclid": "Snapchat",
    "yclid": "Yandex", "ysclid": "Yandex", "_openstat": "Openstat", "spm": "Alibaba", "mc_cid": "Mailchimp",
    "mc_eid": "Mailchimp", "mkt_tok": "Marketo", "_hsenc": "HubSpot", "_hsmi": "HubSpot", "__hstc": "HubSpot",
    "__hssc": "HubSpot", "__hsfp": "HubSpot", "hsctatracking": "HubSpot", "oly_anon_id": "Omeda",
    "oly_enc_id": "Omeda", "vero_id": "Vero", "wickedid": "Wicked Reports", "s_kwcid": "Adobe",
    "xtor": "AT Internet", "ns_campaign": "comScore", "ns_fee": "comScore", "ns_linkname": "comScore",
    "ns_mchannel": "comScore", "ns_source": "comScore",
}  # fmt: skip
"""Query parameters that tell who sent a reader, by lower-case name, with the service that adds them."""

TRACKING_PREFIXES: Final[dict[str, str]] = {
    "utm_": "Google Analytics", "pk_": "Matomo", "mtm_": "Matomo", "piwik_": "Matomo", "hsa_": "HubSpot",
    "at_campaign": "AT Internet", "at_custom": "AT Internet", "at_medium": "AT Internet",
}  # fmt: skip
"""The same by how the name begins."""

SITE_TRACKING: Final[dict[str, frozenset[str]]] = {
    "youtube.com": frozenset({"si", "feature", "pp", "ab_channel"}),
    "youtu.be": frozenset({"si", "feature"}),
    "spotify.com": frozenset({"si"}),
}
"""The same for names that mean something else elsewhere, by site."""

COMMENT_VIEWS: Final = frozenset({"cpage", "replytocom", "unapproved", "moderation-hash", "like_comment"})
"""WordPress parameters that show the same page with other comments or a filled-in form (``comment-template.php``,
``wp-comments-post.php``; Jetpack's ``like_comment``)."""

SHARE_SERVICES: Final = frozenset(
    {
        "bluesky", "custom", "email", "facebook", "google-plus-1", "jetpack-whatsapp", "linkedin", "mastodon",
        "nextdoor", "pinterest", "pocket", "press-this", "print", "reddit", "skype", "stumbleupon", "telegram",
        "threads", "tumblr", "twitter", "whatsapp", "x",
    }
)  # fmt: skip
"""Values of Jetpack's ``share`` parameter (``modules/sharedaddy/sharing-sources.php``); ``nb`` comes with it."""

_COMMENT_PAGE = re.compile(r"/comment-page-[1-9][0-9]{0,8}(/?)$")
_FILE_PATH = re.compile(r"\.(?:html?|php|aspx?|jsp)/$", re.IGNORECASE)
_IGNORED = re.compile(r"[\t\r\n]")
_EDGES: Final = "".join(map(chr, range(0x21)))
_BAD_HOST = re.compile(r"[\x00-\x20\x7f\"#%/<>?@\\^`{|}]|^$|^\.|\.\.")
_UNRESERVED: Final = {
    f"%{ord(char):02X}": char for char in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
}
_ESCAPE = re.compile(r"%(?:[0-9A-Fa-f]{2})?")
_PORTS: Final = {"http": 80, "https": 443}


def clean_url(url: str) -> str | None:
    """One spelling of an http(s) address.

    Scheme and host in lower case, host as punycode, default port, user name, fragment and tracking parameters dropped,
    dot segments resolved, escapes as short as RFC 3986 6.2.2 allows; other parameters keep their order. Applying it
    twice changes nothing more.

    :return: None when it is not http(s), longer than :data:`MAX_URL`, or no browser could read it
    """
    if len(url) > MAX_URL:
        return None
    url = _IGNORED.sub("", url.strip(_EDGES))
    head, _, query = url.partition("#")[0].partition("?")
    try:
        parts = urlsplit(head.replace("\\", "/"))
        scheme = parts.scheme.lower()
        host = _host(parts.netloc, scheme)
    except ValueError:
        return None
    if host is None:
        return None
    path = _dots_resolved(_escaped(parts.path or "/", "http://h"))
    kept = _kept_parameters(_escaped(query, "http://h/?"), site_of(f"{scheme}://{host}/"))
    cleaned = f"{scheme}://{host}{path}{'?' if kept else ''}{kept}"
    return cleaned if len(cleaned) <= MAX_URL else None


def page_url(url: str) -> str | None:
    """:func:`clean_url` without what WordPress adds for comments.

    That is ``/comment-page-N/``, ``cpage``, ``replytocom``, share links and the preview of one's own comment.
    """
    return _kept_page_url(url) if len(url) <= LONGEST_KEPT else _page_url(url)


def _page_url(url: str) -> str | None:
    cleaned = clean_url(url)
    if cleaned is None:
        return None
    address, _, query = cleaned.partition("?")
    address = _COMMENT_PAGE.sub(r"\1", address)
    if _FILE_PATH.search(address):
        address = address.rstrip("/")
    pairs = query.split("&") if query else []
    names = [_name(pair) for pair in pairs]
    shares = "nb" in names or "share" in names
    kept = [
        pair
        for pair, name in zip(pairs, names, strict=True)
        if name not in COMMENT_VIEWS and not (shares and _is_share_link(pair, name, names))
    ]
    return address + ("?" + "&".join(kept) if kept else "")


_kept_page_url: Final = lru_cache(maxsize=1_024)(_page_url)


def path_of(href: str) -> str:
    """The path of an address as a page gives it, without its last slash; all of one that is none (``http://[x/``)."""
    try:
        return urlsplit(href).path.rstrip("/")
    except ValueError:
        return href


def canonical_url(document: Document) -> str:
    """:func:`_canonical_url`, found once."""
    return document.derived(_canonical_url)


def _canonical_url(document: Document) -> str:
    """The one address of a page, whatever address it was visited by.

    ``link[rel=canonical]`` (RFC 6596; the first usable one in the head), else ``og:url``, else the visited address.
    A page's word is taken only for its own site, and not when it sends a story to the home page: templates that
    name the home page on every page would make one page of all.
    """
    visited = page_url(document.url)
    if visited is None:
        return document.url
    elements = document.elements
    relations = ((node, href, (own.get("rel") or "").lower().split()) for node, href, own in elements.relations)
    links = ((node, href) for node, href, words in relations if "canonical" in words)
    metas = elements.attributes_of("meta")
    named = ((node, own.get("content")) for node, own in metas if (own.get("property") or "").lower() == "og:url")
    stated = [address for node, address in chain(links, named) if _is_in_head(node)]
    site, is_home = site_of(visited), _is_home(visited)
    for href in stated:
        link = document.link(href)
        url = page_url(link) if link else None
        if url is not None and site_of(url) == site and (is_home or not _is_home(url)):
            return url
    return visited


def _is_in_head(node: LexborNode) -> bool:
    around = node.parent
    while around is not None:
        if around.tag == "head":
            return True
        around = around.parent
    return False


def site_of(url: str) -> str:
    """The site of an address: its registrable domain in lower-case punycode; ``""`` when it has no host.

    Suffixes that companies registered for their customers count (private part of the Public Suffix List): two blogs
    on ``blogspot.com`` are two sites, for neither may speak for the other. A host with a port that is not the
    scheme's own, a bare IP (IPv6 in brackets) and a name without a dot stand for themselves.
    """
    return _kept_site_of(url) if len(url) <= LONGEST_KEPT else _site_of(url)


def named_site(text: str) -> str:
    """The site that somebody names, by its name or by any address of it; ``""`` where that is none."""
    return site_of(text if "://" in text else f"http://{text}/")


def _site_of(url: str) -> str:
    try:
        parts = urlsplit(_IGNORED.sub("", url.strip(_EDGES)).replace("\\", "/"))
        host = _host(parts.netloc, parts.scheme.lower() or "http", any_scheme=True)
    except ValueError:
        return ""
    return _site_of_host(host) if host else ""


_kept_site_of: Final = lru_cache(maxsize=4_096)(_site_of)


@lru_cache(maxsize=4096)
def _site_of_host(host: str) -> str:
    if host.startswith("[") or ":" in host or _is_ipv4(host):
        return host
    parts = _suffixes()(host)
    if parts.suffix:
        return parts.top_domain_under_public_suffix or host
    return ".".join(host.split(".")[-2:])  # the list's rule for names it does not know is "*"


@cache
def _suffixes() -> TLDExtract:
    # Its bundled list only: a crawl asks no server of ours, and two crawls of one version agree about sites.
    return TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


def _host(netloc: str, scheme: str, *, any_scheme: bool = False) -> str | None:
    """``host[:port]`` in its one spelling; None when it is none. Raises ValueError for a bad port or bracket."""
    if scheme not in _PORTS and not any_scheme:
        return None
    place = netloc.rpartition("@")[2]
    if place.startswith("["):
        address, bracket, rest = place[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            return None
        host, port = f"[{IPv6Address(address.partition('%')[0])}]", rest[1:]
    else:
        name, _, port = place.partition(":")
        host = _ascii(name.rstrip(".") if name.endswith(".") and not name.endswith("..") else name)
        if _BAD_HOST.search(host):
            return None
    if not port:
        return host
    if not (port.isascii() and port.isdigit()) or int(port[:9]) > 65_535:
        raise ValueError(f"no port: {port[:20]!r}")
    return host if int(port) == _PORTS.get(scheme) else f"{host}:{int(port)}"


@lru_cache(maxsize=4096)
def _ascii(name: str) -> str:
    """A host name in lower-case punycode. IDNA 2003, as w3lib and thus the request itself does it."""
    name = name.lower()
    return name if name.isascii() else name.encode("idna").decode("ascii").lower()


def _is_ipv4(host: str) -> bool:
    try:
        IPv4Address(host)
    except AddressValueError:
        return False
    return True


def _is_home(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path in ("", "/") and not parts.query


def _escaped(text: str, before: str) -> str:
    """Path or query, which follows ``before``, with what must be escaped, escaped, and nothing else."""
    if not _SAFE.fullmatch(text):
        text = safe_url_string(before + _SURROGATES.sub("\ufffd", text))[len(before) :]
    return _ESCAPE.sub(_short_escape, text) if "%" in text else text


_SAFE = re.compile(r"[A-Za-z0-9\-._~!$&'()*+,;=:@/?]*")
_SURROGATES = re.compile(r"[\ud800-\udfff]")


def _short_escape(match: re.Match[str]) -> str:
    escape = match[0].upper()
    return "%25" if escape == "%" else _UNRESERVED.get(escape, escape)


def _dots_resolved(path: str) -> str:
    """RFC 3986 5.2.4."""
    if "/." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            if kept:
                kept.pop()
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)


def _kept_parameters(query: str, site: str) -> str:
    if not query:
        return ""
    own = SITE_TRACKING.get(site, frozenset())
    return "&".join(
        pair
        for pair in query.split("&")
        if pair and (name := _name(pair)) not in TRACKING and name not in own and not name.startswith(_PREFIXES)
    )


_PREFIXES: Final = tuple(TRACKING_PREFIXES)


def _name(pair: str) -> str:
    return unquote_plus(pair.partition("=")[0]).lower()


def _is_share_link(pair: str, name: str, names: list[str]) -> bool:
    if name == "nb":
        return "share" in names
    value = pair.partition("=")[2].lower()
    return name == "share" and (value in SHARE_SERVICES or value.startswith("custom-"))
