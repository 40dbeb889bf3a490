"""The sites of a crawl and what is special about each: one TOML file, checked before anything starts."""

from __future__ import annotations

import difflib
import re
import tomllib
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final

from crawler.extract.urls import clean_url, site_of


class SitesError(ValueError):
    """The file of sites cannot be used; the message names the file, the key, its value and the way out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteOptions:
    """How one site is searched for pages. Limits are per crawl; 0 is no limit."""

    sitemaps: tuple[str, ...] | bool = True
    """Addresses of sitemaps; true: those of robots.txt and the usual places; false: none."""
    feeds: tuple[str, ...] | bool = True
    """Addresses of feeds; true: those that the home page announces; false: none."""
    rest: bool = True
    """Whether the list of posts is asked of WordPress' REST API where the home page offers one."""
    listings: bool = True
    """Whether pages that list others are followed."""
    include: tuple[str, ...] = ()
    """Regular expressions; only addresses of which one is found are visited. Empty: all."""
    exclude: tuple[str, ...] = ()
    """Regular expressions; addresses of which one is found are not visited."""
    max_age_days: float = 0
    """Pages that were published or changed longer ago are not visited, where their time is told."""
    max_pages: int = 10_000
    """Pages that are visited; those that `which=new` passes over do not count."""
    max_depth: int = 3
    """Steps from the home page to a listing or a page without a thread that leads on; further pages are one step."""
    max_listings: int = 500
    """Listings, sitemaps and feeds that are read; and as many pages without a thread for what they name."""
    max_seconds: float = 0
    """Time from the first request on, after which no further page is begun."""
    max_bytes: int = 0
    """Bytes of answers after which no further page is begun."""

    @property
    def places(self) -> tuple[str, ...]:
        """Addresses of sitemaps and feeds that are given here, and not left to what the site names."""
        return tuple(place for given in (self.sitemaps, self.feeds) if not isinstance(given, bool) for place in given)

    def wants(self, url: str) -> bool:
        """Whether an address may be visited by :attr:`include` and :attr:`exclude`."""
        if any(re.search(pattern, url) for pattern in self.exclude):
            return False
        return not self.include or any(re.search(pattern, url) for pattern in self.include)


@dataclass(frozen=True, slots=True)
class Sites:
    """Options of every site."""

    defaults: SiteOptions = field(default_factory=SiteOptions)
    by_site: dict[str, SiteOptions] = field(default_factory=dict)

    def of(self, url: str) -> SiteOptions:
        """The options of the site that an address belongs to."""
        return self.by_site.get(site_of(url), self.defaults)


_NUMBERS: Final = {
    "max_age_days": float, "max_pages": int, "max_depth": int, "max_listings": int, "max_seconds": float,
    "max_bytes": int,
}  # fmt: skip
_FLAGS: Final = ("rest", "listings")
_PLACES: Final = ("sitemaps", "feeds")
_PATTERNS: Final = ("include", "exclude")


def read_sites(path: str | Path) -> Sites:
    """The sites of a TOML file: a table `defaults`, and one `[sites."example.org"]` for each that differs.

    :raises SitesError: it cannot be read, or a key or a value in it cannot be used
    """
    if Path(path).is_fifo():  # the settings' check would leave nothing of it to the crawl
        raise SitesError(f"{path}: it is a pipe, which can be read once only; name a TOML file")
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise SitesError(f"{path}: {error.strerror}; name a TOML file, or leave SITES_FILE empty") from error
    except UnicodeDecodeError as error:
        raise SitesError(f"{path}: it is not UTF-8 ({error.reason} at byte {error.start})") from error
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SitesError(f"{path}: it is no TOML: {error}") from error
    _known(found, ("defaults", "sites"), str(path))
    defaults = _options(SiteOptions(), found.get("defaults", {}), f"{path}: defaults")
    tables = found.get("sites", {})
    if not isinstance(tables, dict):
        raise SitesError(f"{path}: sites is {tables!r}: write one table [sites.\"example.org\"] for each site")
    by_site = {}
    for name, table in tables.items():
        where = f'{path}: sites."{name}"'
        site = site_of(name if "://" in name else f"http://{name}/")
        if not site or site != name.lower():
            raise SitesError(f"{where}: that is no site; write {site or 'example.org'!r}, without scheme, www and path")
        by_site[site] = _options(defaults, table, where)
    return Sites(defaults, by_site)


def _options(base: SiteOptions, table: Any, where: str) -> SiteOptions:
    if not isinstance(table, dict):
        raise SitesError(f"{where} is {table!r}: it must be a table")
    _known(table, tuple(f.name for f in fields(SiteOptions)), where)
    return replace(base, **{name: _value(name, value, f"{where}: {name}") for name, value in table.items()})


def _known(table: dict[str, Any], names: tuple[str, ...], where: str) -> None:
    for name in table:
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1)
            hint = f"{near[0]} is meant?" if near else f"it may hold {', '.join(names)}"
            raise SitesError(f"{where}: there is no option {name!r}; {hint}")


def _value(name: str, value: Any, where: str) -> Any:
    if name in _FLAGS:
        if not isinstance(value, bool):
            raise SitesError(f"{where} is {value!r}: it must be true or false")
        return value
    if name in _NUMBERS:
        if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:  # NaN
            raise SitesError(f"{where} is {value!r}: it must be a number from 0 upwards")
        if _NUMBERS[name] is int and not isinstance(value, int):
            raise SitesError(f"{where} is {value!r}: it must be a whole number")
        return value
    if name in _PLACES and isinstance(value, bool):
        return value
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise SitesError(f"{where} is {value!r}: it must be a list of texts")
    for item in value:
        if name in _PATTERNS:
            try:
                re.compile(item)
            except re.error as error:
                raise SitesError(f"{where}: {item!r} is no regular expression: {error}") from error
        elif clean_url(item) is None:
            raise SitesError(f"{where}: {item!r} is no http(s) address")
    return tuple(value)
