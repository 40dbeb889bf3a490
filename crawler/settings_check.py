"""What is wrong with the settings of a crawl, before it starts."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from scrapy.settings import SETTINGS_PRIORITIES, BaseSettings, default_settings
from scrapy.utils.misc import load_object

from archive.errors import ArchiveError
from archive.journal import CRAWL_ID
from archive.s3_options import ASLEEP, ENCRYPTIONS, S3Address
from crawler import settings as project
from crawler.monitoring.drift import KINDS as DRIFT_KINDS
from crawler.politeness.opt_out import OptOutError, OptOuts
from crawler.politeness.reservation import KINDS
from crawler.safety.addresses import HostsError, PrivateHosts
from crawler.safety.open_files import shortage
from crawler.sites import SitesError, read_sites


@dataclass(frozen=True, slots=True)
class Range:
    """What a number may be; both ends belong to it."""

    least: float
    most: float = float("inf")
    whole: bool = True

    def problem(self, name: str, value: Any) -> str | None:
        """One sentence, or None when the value will do. Text is read as numbers: ``-s`` gives text."""
        try:
            number = int(value) if self.whole else float(value)  # as Settings.getint and getfloat read it
        except (TypeError, ValueError, OverflowError):
            number = None
        is_cut = self.whole and isinstance(value, float) and value != number
        if number is not None and self.least <= number <= self.most and not is_cut and not isinstance(value, bool):
            return None
        kind = "whole number" if self.whole else "number"
        bounds = f"from {self.least:g}" + (f" to {self.most:g}" if self.most != float("inf") else " upwards")
        return f"{name} is {value!r}: it must be a {kind} {bounds}"


HOUR: Final = 3_600

ARCHIVE_NUMBERS: Final[dict[str, Range]] = {
    "S3_TIMEOUT": Range(0.1, HOUR, whole=False),
    "S3_RETRIES": Range(0, 100),
    "REPORT_DAYS": Range(0, 36_500, whole=False),
}
"""Numbers that the tasks of ``scrapy archive`` depend on as well."""

NUMBERS: Final[dict[str, Range]] = {
    "FLUSH_ROWS": Range(1, 10_000_000),
    "FLUSH_SECONDS": Range(0.1, 24 * HOUR, whole=False),
    "FRONTIER_MAX_ATTEMPTS": Range(1, 1_000_000),
    "THREAD_MAX_REQUESTS": Range(1),
    "THREAD_MAX_COMMENTS": Range(1),
    "VISIT_MAX_SECONDS": Range(1, 30 * 24 * HOUR, whole=False),
    "SITE_MAX_PAGES": Range(0),
    "DISK_MIN_FREE_MB": Range(0, whole=False),
    "RESPONSE_HEADERS_MAX": Range(10, 100_000),
    "RESPONSE_HEADERS_MAXSIZE": Range(1_024, 64 * 1024 * 1024),
    "URLLENGTH_LIMIT": Range(0, 1_000_000),
    "DEPTH_LIMIT": Range(0, 1_000_000),
    "CLOSESPIDER_TIMEOUT": Range(0, 366 * 24 * HOUR, whole=False),
    "CRAWL_DELAY_MAX": Range(0, 24 * HOUR, whole=False),
    "RETRY_AFTER_MAX": Range(0, 24 * HOUR, whole=False),
    "BACKOFF_SECONDS": Range(0, 24 * HOUR, whole=False),
    "ROBOTS_CACHE_SECONDS": Range(0, 24 * HOUR, whole=False),  # RFC 9309 2.4: at most 24 hours
    "ROBOTS_RETRY_SECONDS": Range(0, 24 * HOUR, whole=False),
    "VIAFOURA_AUTHORS": Range(0, 1_000_000),
    "REVISIT_PRICE": Range(0.0001, 1_000_000, whole=False),
    "REVISIT_MIN_HOURS": Range(0, 24 * 365, whole=False),
    "REVISIT_MAX_HOURS": Range(0.000001, 24 * 365, whole=False),
    "DOWNLOAD_DELAY": Range(0, 24 * HOUR, whole=False),
    "DOWNLOAD_DELAY_JITTER": Range(0, 1, whole=False),
    "DOWNLOAD_TIMEOUT": Range(0.1, HOUR, whole=False),
    "DOWNLOAD_MAXSIZE": Range(1),
    "DOWNLOAD_WARNSIZE": Range(0),
    "CONCURRENT_ITEMS": Range(1, 1),
    "CONCURRENT_REQUESTS": Range(1),
    "CONCURRENT_REQUESTS_PER_DOMAIN": Range(1),
    "RETRY_TIMES": Range(0, 100),
    "REDIRECT_MAX_TIMES": Range(0, 100),
    "METAREFRESH_MAXDELAY": Range(0, HOUR),
    "MEMUSAGE_LIMIT_MB": Range(0),
    "MEMUSAGE_WARNING_MB": Range(0),
}
"""Numbers that a crawl depends on. Scrapy reads its own without a look: a delay of -5 is silently none."""

FLAGS: Final = (
    "COOKIES_ENABLED",
    "COUNT_CHANGES",
    "DOWNLOAD_VERIFY_CERTIFICATES",
    "FRONTIER_CONTINUE",
    "PROGRESS_ENABLED",
    "ROBOTSTXT_OBEY",
    "YOUTUBE_EMBEDDED",
)
"""Settings that are on or off."""

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_NO_HOME: Final = "no shell has made a directory of the ~; write the whole path, or ./~ for one of that name"
_CLASS = re.compile(r"[A-Z][A-Z0-9_]{0,63}")


def problems(settings: BaseSettings) -> list[str]:
    """Every problem as a sentence that names the setting, its value and the way out; empty when a crawl can start."""
    found = [rule.problem(name, settings.get(name)) for name, rule in NUMBERS.items()]
    found += [_flag(name, settings) for name in FLAGS]
    found += [_private_hosts(settings), _handlers(settings), _opt_out(settings), _reservations(settings)]
    found += [_contact(settings.get("CONTACT")), _crawl_id(settings.get("CRAWL_ID")), _autothrottle(settings)]
    found += [_sites_file(settings.get("SITES_FILE")), _open_files(settings.get("CONCURRENT_REQUESTS"))]
    return [*archive_problems(settings), *filter(None, found)]


def archive_problems(settings: BaseSettings) -> list[str]:
    """Those that keep ``scrapy archive`` from doing its tasks, or from doing them where it was meant."""
    found = [rule.problem(name, settings.get(name)) for name, rule in ARCHIVE_NUMBERS.items()]
    found += [_archive_uri(settings.get("ARCHIVE_URI")), _state_dir(settings.get("STATE_DIR"))]
    found += [_encryption(settings.get("S3_ENCRYPTION"), settings.get("S3_KMS_KEY_ID"))]
    found += [_storage_class(settings.get("S3_STORAGE_CLASS"))]
    found += [_drift_accepted(settings.get("DRIFT_ACCEPTED"))]
    return [*filter(None, found), *_misspelt(settings)]


def _flag(name: str, settings: BaseSettings) -> str | None:
    try:
        settings.getbool(name)
    except ValueError:
        return f"{name} is {settings.get(name)!r}: it must be True or False"
    return None


def _open_files(requests: Any) -> str | None:
    if NUMBERS["CONCURRENT_REQUESTS"].problem("", requests) is not None:
        return None  # said already
    return shortage(int(requests))


def _archive_uri(uri: Any) -> str | None:
    if not isinstance(uri, str) or not uri.strip():
        return f"ARCHIVE_URI is {uri!r}: name a directory or s3://bucket/prefix"
    scheme = _SCHEME.match(uri)
    if scheme is None:
        if uri.startswith("~"):
            return f"ARCHIVE_URI is {uri!r}: {_NO_HOME}"
        if uri.lower().startswith("s3:"):
            return f"ARCHIVE_URI is {uri!r}: s3:// is meant? Name s3://bucket/prefix, or the directory as ./{uri}"
        return f"ARCHIVE_URI is {uri!r}: a path cannot hold a zero byte" if "\0" in uri else None
    if scheme[1].lower() != "s3":
        return f"ARCHIVE_URI is {uri!r}: {scheme[1]}:// is not known; name a directory or s3://bucket/prefix"
    try:
        S3Address.parse(uri[scheme.end() :])
    except ArchiveError as error:
        return f"ARCHIVE_URI: {error}"
    return None


def _encryption(kind: Any, key: Any) -> str | None:
    if kind and kind not in ENCRYPTIONS:
        return f"S3_ENCRYPTION is {kind!r}: it must be {', '.join(ENCRYPTIONS)}, or nothing"
    if key and kind in (None, "", "AES256"):
        return f"S3_KMS_KEY_ID is {key!r}: it needs S3_ENCRYPTION=aws:kms"
    return None


def _storage_class(name: Any) -> str | None:
    if not name:
        return None
    if not isinstance(name, str) or not _CLASS.fullmatch(name):
        return f"S3_STORAGE_CLASS is {name!r}: it must be a name such as STANDARD_IA, or nothing"
    if name in ASLEEP:
        return f"S3_STORAGE_CLASS is {name!r}: its objects cannot be read at once, and every crawl reads the archive"
    return None


def _state_dir(path: Any) -> str | None:
    if not isinstance(path, str) or not path.strip() or "\0" in path:
        return f"STATE_DIR is {path!r}: name a local directory"
    if path.startswith("~"):
        return f"STATE_DIR is {path!r}: {_NO_HOME}"
    if _SCHEME.match(path):
        return f"STATE_DIR is {path!r}: it must be a local directory, the archive alone can be elsewhere"
    return None


def _contact(contact: Any) -> str | None:
    text = "" if contact is None else contact
    if not isinstance(text, str) or not text.isascii() or (text and not text.isprintable()) or set(text) & set("()\\"):
        return f"CONTACT is {contact!r}: it must be a web or mail address in plain ASCII, without brackets"
    return None


def _sites_file(path: Any) -> str | None:
    if not path:
        return None
    try:
        read_sites(str(path))
    except SitesError as error:
        return f"SITES_FILE: {error}"
    return None


def _drift_accepted(text: Any) -> str | None:
    for word in str(text or "").replace(",", " ").split():
        site, _, kind = word.rpartition(":")
        if site and kind not in DRIFT_KINDS and not kind.isdigit():  # a site may end with its port
            return f"DRIFT_ACCEPTED holds {word!r}: there is no kind {kind!r}, but {', '.join(DRIFT_KINDS)}"
    return None


def _crawl_id(crawl_id: Any) -> str | None:
    if crawl_id in (None, "") or (isinstance(crawl_id, str) and CRAWL_ID.fullmatch(crawl_id)):
        return None
    return f"CRAWL_ID is {crawl_id!r}: up to 100 letters, digits, dots, hyphens and underscores, or nothing"


def _private_hosts(settings: BaseSettings) -> str | None:
    try:
        PrivateHosts.parse(settings.getlist("ALLOW_PRIVATE_HOSTS"))
    except HostsError as error:
        return f"ALLOW_PRIVATE_HOSTS: {error}; name hosts, addresses, networks or * for all, parted by commas"
    return None


def _handlers(settings: BaseSettings) -> str | None:
    """A handler that connects wherever a page wants it to is for those who say that they want that."""
    if "*" in settings.getlist("ALLOW_PRIVATE_HOSTS"):
        return None
    handlers = settings.getwithbase("DOWNLOAD_HANDLERS")
    for scheme, handler in ((scheme, handlers.get(scheme)) for scheme in ("http", "https")):
        kind = load_object(handler) if isinstance(handler, str) else handler
        if kind is not None and not getattr(kind, "guards_connections", False):
            return (
                f"DOWNLOAD_HANDLERS: {handler} for {scheme} does not look where it connects; "
                "leave crawler.safety.connections.GuardedHandler, or accept that with ALLOW_PRIVATE_HOSTS=*"
            )
    return None


def _opt_out(settings: BaseSettings) -> str | None:
    path = settings.get("OPT_OUT_FILE")
    if not path:
        return None
    try:
        OptOuts.read(str(path))
    except OptOutError as error:
        return f"OPT_OUT_FILE: {error}; write one host or host/path a line"
    return None


def _reservations(settings: BaseSettings) -> str | None:
    unknown = [kind for kind in settings.getlist("OBEY_RESERVATIONS") if kind and kind not in KINDS]
    return f"OBEY_RESERVATIONS names {unknown[0]!r}: it may name {', '.join(KINDS)}" if unknown else None


def _autothrottle(settings: BaseSettings) -> str | None:
    if not settings.getbool("AUTOTHROTTLE_ENABLED"):
        return None
    return "AUTOTHROTTLE_ENABLED is True: it sets delays below a site's Crawl-delay; use DOWNLOAD_DELAY"


def _misspelt(settings: BaseSettings) -> Iterator[str]:
    """Names given for this run that nobody reads, where a known one is near: Scrapy takes them without a word."""
    known = {name for module in (default_settings, project) for name in dir(module) if name.isupper()}
    for name in settings:
        given = (settings.getpriority(name) or 0) >= SETTINGS_PRIORITIES["cmdline"]
        if given and name not in known:
            near = difflib.get_close_matches(str(name).upper(), known, n=1, cutoff=0.8)
            if near:
                yield f"{name} is no setting: {near[0]} is meant?"
