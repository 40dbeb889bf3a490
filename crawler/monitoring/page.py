"""The report as one HTML page: everything in it, no script, nothing loaded, and what strangers wrote is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from html import escape
from string import Template
from typing import Final

from crawler.monitoring.drift import KINDS
from crawler.monitoring.overview import FOREVER, Drift, Overview, ahead_of_now, moment
from crawler.monitoring.plots import Series, shares, spark, stacked
from crawler.monitoring.record import NotCaptured, SiteRecord
from crawler.monitoring.style import STYLE
from crawler.words import number

OUTCOMES: Final = (("read", "good"), ("unchanged", "calm"), ("gone", "gone"), ("moved", "calm"), ("failed", "bad"))
VERDICTS: Final = (
    ("complete", "good"), ("none", "calm"), ("closed", "quiet"),
    ("partial", "warn"), ("blocked", "gone"), ("unknown", "bad"),
)  # fmt: skip
CHANGES: Final = (("new", "good"), ("edited", "warn"), ("removed", "bad"), ("restored", "calm"))
"""Words with the tones of the style sheet, as they lie on top of each other."""
STOPS: Final = {
    "exhausted": "everything offered was read, but another count is stated",
    "cap": "a limit of ours was reached",
    "cursor_loop": "its pages repeat themselves",
    "error": "requests failed",
    "blocked": "the site refuses",
    "interrupted": "the crawl was stopped",
    "key": "a key is needed",
    "unsupported": "the system cannot be read yet",
    "dead": "the service has ended",
}
"""What `threads.stop_reason` means for a thread that is not whole."""
LISTED: Final = 200
"""Sites, errors and reasons that are listed; of more the largest."""
LONGEST: Final = 300
"""Characters of a stranger's text that are shown."""

_PAGE: Final = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="robots" content="noindex">
<title>Talkback: $title</title>
<style>$style</style>
</head>
<body>
<main>
$body
</main>
</body>
</html>
""")


def html(found: Overview, *, made: datetime) -> str:
    """The page.

    :param made: when it is made, in UTC
    """
    body = [_head(found, made), _alarms(found), _tiles(found), *_plots(found), _sites(found)]
    body += [_errors(found), _not_captured(found), _runs(found)]
    return _PAGE.substitute(title=escape(found.uri), style=STYLE, body="\n".join(filter(None, body)))


def _head(found: Overview, made: datetime) -> str:
    since = "the beginning" if found.since == FOREVER else f"{found.since:%Y-%m-%d}"
    return (
        f"<header><h1>Talkback</h1><p class='place'>{_text(found.uri)}</p>"
        f"<p class='quiet'>From {since} to {found.until:%Y-%m-%d %H:%M} UTC. Made {made:%Y-%m-%d %H:%M} UTC.</p>"
        f"{f'<p><b>{ahead_of_now(found.ahead)}</b></p>' if found.ahead else ''}</header>"
    )


def _alarms(found: Overview) -> str:
    if not found.drifts:
        return (
            "<section class='sound'><b>No site reads worse than it used to.</b> "
            "Compared with each site's own history.</section>"
        )
    return "".join(map(_alarm, sorted(found.drifts, key=lambda drift: drift.is_accepted)))


def _alarm(drift: Drift) -> str:
    kind, change = KINDS[drift.kind], drift.change
    since = change.since / 1e6
    mark = sum(day.timestamp() + 86_400 <= since for day, _, _ in drift.history)
    days = [(f"{day:%Y-%m-%d}", bad, of) for day, bad, of in drift.history]
    title = "Accepted" if drift.is_accepted else "Refused" if drift.kind == "refused" else "Broken extractor"
    before = f"{change.before_bad:,} of {change.before_of:,}" if change.before_of else "none"
    return (
        f"<section class='{'accepted' if drift.is_accepted else 'alarm'}'><h2>{title}: {_text(drift.site)}</h2>"
        f"<p><b>{change.bad:,} of {change.of:,} {kind.subject} {escape(kind.says)}</b> since {moment(change.since)}, "
        f"{number(change.crawls, 'crawl')} in a row. Before that, {before} looks went wrong.</p>"
        f"{spark(days, mark)}"
        f"<p class='quiet'>Looks by day, from {days[0][0]} to {days[-1][0]}: bad ones red, the line is where it "
        f"began. For example: {', '.join(f'<code>{_text(name[:12])}</code>' for name in change.subjects)} "
        "(<code>scrapy archive history ID</code>)</p></section>"
    )


def _tiles(found: Overview) -> str:
    threads = {verdict: found.total("threads", verdict) for verdict, _ in VERDICTS}
    whole, all_of = sum(threads[word] for word in ("complete", "none", "closed")), sum(threads.values())
    changes = {change: found.total("comments", change) for change, _ in CHANGES}
    failed = found.total("visits", "failed")
    tiles = [
        ("sites visited", f"{len(found.sites):,}", ""),
        ("visits of pages", f"{sum(found.total('visits', word) for word, _ in OUTCOMES):,}", ""),
        ("visits failed", f"{failed:,}", "bad" if failed else ""),
        ("thread visits whole", f"{100 * whole / all_of:.1f} %" if all_of else "–", ""),
        *((f"comments {change}", f"{n:,}", "") for change, n in changes.items() if change != "restored" or n),
    ]
    return "".join(
        [
            "<div class='tiles'>",
            *(f"<div class='tile {tone}'><b>{value}</b><span>{name}</span></div>" for name, value, tone in tiles),
            "</div>",
        ]
    )


def _plots(found: Overview) -> Iterator[str]:
    starts, width = found.bins()
    if not starts:
        yield "<section><p>Nothing was visited in this time.</p></section>"
        return
    pattern = "%m-%d %H:%M" if width < 24 else "%Y-%m-%d"
    labels = [start.strftime(pattern) for start in starts]
    for heading, table, words in (
        ("Visits of pages", "visits", OUTCOMES),
        ("Comments", "comments", CHANGES),
        ("Visits of threads, by verdict", "threads", VERDICTS),
    ):
        series = [Series(word, tone, found.series(table, word)) for word, tone in words]
        used = [of for of in series if any(of.values)]
        legend = "".join(
            f"<span><i class='{of.tone}'></i>{of.name} <b>{sum(of.values):,}</b></span>" for of in used
        )
        plot = stacked(f"{heading} over time", labels, used) if used else "<p class='quiet'>None.</p>"
        yield (
            f"<section><h2>{heading} <small>per {_width(width)}</small></h2>{plot}"
            f"<p class='legend'>{legend}</p></section>"
        )


def _width(hours: int) -> str:
    if hours < 24:
        return "hour" if hours == 1 else f"{hours} hours"
    return {24: "day", 168: "week"}.get(hours, f"{hours // 24} days")


def _sites(found: Overview) -> str:
    if not found.sites:
        return ""
    broken = {drift.site for drift in found.alarms()}
    ordered = sorted(found.sites, key=lambda site: (site.site not in broken, -_visits(site), site.site))
    rows = [_site(site, is_broken=site.site in broken) for site in ordered[:LISTED]]
    names = ("site", "visits", "failed", "comments new", "edited", "removed", "threads by verdict", "last visit")
    return _section("Sites", names, rows, len(ordered), text=(0, 6, 7))


def _visits(site: SiteRecord) -> int:
    return sum(site.totals["visits", word] for word, _ in OUTCOMES)


def _site(site: SiteRecord, *, is_broken: bool) -> list[str]:
    verdicts = [(word, tone, site.totals["threads", word]) for word, tone in VERDICTS]
    failed = site.totals["visits", "failed"]
    return [
        f"{_text(site.site)}{' <em>broken</em>' if is_broken else ''}",
        f"{_visits(site):,}",
        f"<span class='{'red' if failed else 'none'}'>{failed:,}</span>",
        *(f"{site.totals['comments', word]:,}" for word in ("new", "edited", "removed")),
        shares(verdicts) if any(count for _, _, count in verdicts) else "",
        moment(site.last) if site.last else "",
    ]


def _errors(found: Overview) -> str:
    counted = [(count, site.site, word) for site in found.sites for word, count in site.errors.items()]
    counted.sort(key=lambda row: (-row[0], row[1:]))
    if not counted:
        return ""
    words = sorted({word for _, _, word in counted})
    by_site: dict[str, dict[str, int]] = {}
    for count, site, word in counted:
        by_site.setdefault(site, {})[word] = count
    rows = [
        [_text(site), *(f"{counts[word]:,}" if word in counts else "" for word in words)]
        for site, counts in list(by_site.items())[:LISTED]
    ]
    names = ("site", *map(_text, words))
    return _section("Visits that failed, by site and status", names, rows, len(by_site), text=(0,))


def _not_captured(found: Overview) -> str:
    rows: list[tuple[int, list[str]]] = []
    for site in found.sites:
        for what, reasons in (("page", site.lost), ("thread", site.not_whole)):
            for reason, lost in reasons.items():
                cells = [_text(site.site), what, _reason(reason), f"{lost.count:,}", _examples(lost)]
                rows.append((lost.count, cells))
    if not rows:
        return "<section><h2>Not captured</h2><p>Nothing: every page was read and every thread whole.</p></section>"
    rows.sort(key=lambda row: -row[0])
    names = ("site", "what", "reason", "times", "newest examples")
    return _section("Not captured, and why", names, [row for _, row in rows[:LISTED]], len(rows), text=(0, 1, 2, 4))


def _reason(reason: str) -> str:
    """A status or word, or a verdict with the meaning of what stopped the reading."""
    word, _, stop = reason.partition(": ")
    return f"{_text(word)} <small>{_text(STOPS.get(stop, stop))}</small>" if stop else _text(word)


def _examples(lost: NotCaptured) -> str:
    shown = dict(lost.examples)
    return "".join(
        f"<details><summary>{_text(url)}</summary>{_text(detail)}</details>" for url, detail in reversed(shown.items())
    )


def _runs(found: Overview) -> str:
    rows = []
    for run in found.runs:
        took = "" if run.ended_at is None else f"{(run.ended_at - run.started_at).total_seconds() / 60:,.1f}"
        end = run.reason or "running, or cut off"
        tone = "none" if run.reason == "finished" else "red"
        failed = f"<span class='{'red' if run.failed else 'none'}'>{run.failed:,}</span>"
        rows.append(
            [
                f"{run.started_at:%Y-%m-%d %H:%M}Z",
                _text(run.spider),
                f"<code>{_text(run.arguments)}</code>",
                f"<span class='{tone}'>{_text(end)}</span>",
                took,
                f"{run.pages:,}",
                failed,
            ]
        )
    if not rows:
        return ""
    names = ("started", "spider", "arguments", "end", "minutes", "pages", "failed")
    return _section("Newest crawls", names, rows, len(rows), text=(0, 1, 2, 3))


def _section(heading: str, names: Sequence[str], rows: Sequence[Sequence[str]], of: int, *, text: Iterable[int]) -> str:
    """A table.

    :param names: of the columns, as markup, as the cells of the rows
    :param of: how many rows there are, of which only the first may be given
    :param text: columns that hold no numbers
    """
    left = frozenset(text)
    kinds = ["" if number in left else " class='n'" for number in range(len(names))]
    head = "".join(f"<th{kind}>{name}</th>" for kind, name in zip(kinds, names, strict=True))
    lines = ("".join(f"<td{kind}>{cell}</td>" for kind, cell in zip(kinds, row, strict=True)) for row in rows)
    more = f"<p class='quiet'>And {of - len(rows):,} more.</p>" if of > len(rows) else ""
    return (
        f"<section><h2>{heading}</h2><div class='wide'><table><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(f'<tr>{line}</tr>' for line in lines)}</tbody></table></div>{more}</section>"
    )


def _text(text: str) -> str:
    """Text of strangers: escaped, bounded, without characters that turn lines around or hide."""
    shown = text if len(text) <= LONGEST else f"{text[:LONGEST]} ..."
    return escape("".join(ch if ch.isprintable() else " " for ch in shown))
