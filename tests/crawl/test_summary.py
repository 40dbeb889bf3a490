"""What stands at the end of a crawl: counts, losses and the way to the files, whatever was crawled and wherever to."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.settings import Settings

from archive.errors import ArchiveError, NoArchiveError
from crawler import summary, words
from crawler.items import Capture, Failure, Thread
from crawler.leases import Earlier
from crawler.report import Report, now


class Held:
    """An archive as far as the closing table asks."""

    def __init__(self, rows: int = 7, **more: int) -> None:
        self.rows = dict.fromkeys((*summary.TABLES, "crawls"), rows) | more

    def row_counts(self) -> dict[str, int]:
        return self.rows


def ended(reason: str | None = "finished", **more) -> Report:
    report = Report("crawl-1")
    for name, value in more.items():
        setattr(report, name, value)
    report.reason = reason
    return report


@pytest.fixture
def shown(monkeypatch, capsys):
    """Print the table of a report: ``shown(report, held)``; ``held`` may be an error."""

    def show(report: Report, held: Held | ArchiveError | None = None, uri: str = "data/archive") -> str:
        def opened(_settings: Settings) -> Held:
            if isinstance(held, ArchiveError):
                raise held
            return held or Held()

        monkeypatch.setattr(summary, "held_archive", opened)
        summary.print_summary(report, Settings({"ARCHIVE_URI": uri}))
        return capsys.readouterr().out

    return show


def row(text: str, table: str) -> list[str]:
    (line,) = re.findall(rf"^{table} +(.*)$", text, re.MULTILINE)
    return line.split()


def test_each_table_tells_read_new_edited_removed_and_held(shown):
    report = ended(pages=3, comments=1200)
    report.verdicts["complete"] = 3
    report.changes.update({("pages", "new"): 2, ("comments", "new"): 1100, ("comments", "edited"): 4})
    report.changes.update({("shares", "new"): 9, ("comments", "removed"): 5})
    text = shown(report, Held(comments=1_234_567))
    assert row(text, "pages") == ["3", "2", "0", "0", "7"]
    assert row(text, "shares") == ["9", "0", "7"]
    assert row(text, "comments") == ["1,200", "1,100", "4", "5", "1,234,567"]
    assert row(text, "threads") == ["3", "7"]
    assert "3 complete" in text
    assert "restored" not in text


def test_changes_that_are_rare_get_a_column_when_they_happen(shown):
    report = ended()
    report.changes.update({("comments", "restored"): 2, ("comments", "counts"): 3})
    text = shown(report)
    assert re.search(r"read +new +edited +removed +restored +counts +rows", text)
    assert row(text, "comments") == ["0", "0", "0", "0", "2", "3", "7"]


def test_what_was_lost_and_what_is_not_whole_is_listed_and_the_rest_counted(shown):
    report = ended(reason="shutdown")
    for number in range(25):
        report.lost(Failure(url="u", reason="robots" if number else "http", detail=f"loss {number}!"))
        gap = Thread(verdict="partial", url=f"https://example.org/{number}/", stop_reason="cap", stop_detail=f"why {number}!")
        report.captured(Capture(visit_id="v", capture_id="c", observed_at=1, url="u", thread=gap))
    text = shown(report)
    assert "stopped after" in text
    assert "Lost: 25 (24 robots, 1 http)" in text
    assert text.count("... and 5 more") == 2
    assert "loss 19!" in text
    assert "loss 20!" not in text
    assert "partial: https://example.org/19/\n    why 19!" in text


def test_a_reason_that_nobody_knows_is_told_as_it_is(shown):
    assert "ended early (memusage_exceeded) after" in shown(ended(reason="memusage_exceeded"))


def test_a_crawl_that_a_second_ctrl_c_broke_off_is_called_so(shown):
    assert "was broken off after" in shown(ended(reason=None))


def test_a_crawl_that_is_continued_says_so_and_how_long_this_part_took(shown):
    begun = now() - 3 * 3_600_000_000
    text = shown(ended(started_at=begun, continued=Earlier(pages=300, waiting=12)))
    assert re.search(r"finished in \d\.\d s\n", text)
    assert re.search(r"contin.*\b300 pages", text, re.IGNORECASE)
    assert "300 pages" not in shown(ended())


def test_a_crawl_that_is_unfinished_says_how_to_go_on(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(summary, "held_archive", lambda _settings: Held())
    file = tmp_path / "frontier.sqlite"
    for is_there in (False, True):
        if is_there:
            file.touch()
        summary.print_summary(ended("shutdown"), Settings({"ARCHIVE_URI": "x", "FRONTIER_FILE": str(file)}))
        assert ("The same command again goes on" in capsys.readouterr().out) is is_there


def test_rows_of_another_crawl_are_not_claimed(shown):
    report = ended()
    report.known["comments"] = 1500
    assert "Not written: 1,500 of these rows, which another crawl wrote, or an erasure took, at the same time." in shown(report)


def test_a_page_without_a_thread_is_said_to_have_none(shown):
    assert "Threads: none" in shown(ended(pages=1))
    assert "Threads" not in shown(ended(pages=0))


def test_an_archive_that_was_never_made_holds_nothing(shown):
    text = shown(ended(reason="archive_unusable"), NoArchiveError("there is no archive"))
    assert "Nothing was written." in text
    assert row(text, "comments")[-1] == "0"
    assert "Look:" not in text


@pytest.mark.parametrize(("written", "said"), [(1003, "\n1,003 rows are written, but"), (0, "Nothing was written, and")])
def test_an_archive_that_cannot_be_counted_is_not_called_empty(shown, written, said):
    report = ended()
    report.rows["comments"] = written
    text = shown(report, ArchiveError("s3://bucket/x: the server does not answer"))
    assert row(text, "comments")[-1] == "?"
    assert f"{said} the archive cannot be read just now: s3://bucket/x: the server does not answer" in text


def test_an_archive_on_s3_is_shown_by_its_address(shown):
    text = shown(ended(), uri="s3://bucket/news")
    assert "Files: s3://bucket/news/TABLE/site=SITE/month=YYYY-MM/*.parquet" in text
    assert 'archive.open("s3://bucket/news").comments()' in text


def test_pages_are_looked_at_where_there_is_no_comment(shown):
    assert ".pages()" in shown(ended(), Held(comments=0))


def test_only_the_logs_are_read_for_the_table(tmp_path, capsys, monkeypatch):
    """Reading columns of every part would make a short crawl of a large archive wait."""
    from archive.exporter import Exporter
    from archive.schema import Comment, Crawl, Provenance

    exporter = Exporter(str(tmp_path / "archive"), "crawl-1", state_dir=tmp_path / "state")
    exporter.start()
    seen = Provenance(crawl_id="crawl-1", visit_id="v", capture_id="c", observed_at=now(), site="example.org")
    exporter.add("crawls", [Crawl(crawl_id="crawl-1", started_at=now())])
    exporter.add("comments", [Comment(comment_id="1", thread_id="t", page_id="p", change="new")], seen)
    exporter.commit(exporter.take())
    exporter.close()
    for part in Path(tmp_path / "archive").rglob("*.parquet"):
        if "_delta_log" not in part.parts:
            part.unlink()
    summary.print_summary(ended(), Settings({"ARCHIVE_URI": str(tmp_path / "archive")}))
    assert row(capsys.readouterr().out, "comments")[-1] == "1"


@given(st.text(max_size=600))
def test_what_strangers_say_reaches_the_terminal_as_plain_text(said):
    from rich.console import Console

    for encoding in ("utf-8", "ascii"):
        console = Console(file=io.TextIOWrapper(io.BytesIO(), encoding=encoding))
        plain = summary._plain(console, said)
        assert plain.isprintable()
        plain.encode(encoding)
        assert len(said) > summary.LONGEST or not said.isascii() or not said.isprintable() or plain == said


def test_a_line_of_a_stranger_cannot_use_the_markup_or_be_endless(shown):
    report = ended()
    report.lost(Failure(url="u", reason="http", detail="[bold]x[/bold]\x1b[2J\r" + "y" * 10_000))
    text = shown(report)
    assert "[bold]x[/bold]\\x1b[2J\\r" in text
    assert max(map(len, text.splitlines())) < 700


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.04, "0.0 s"), (2.14, "2.1 s"), (59.94, "59.9 s"), (59.96, "1 min 00 s"), (185, "3 min 05 s"), (7_620, "2 h 07 min")],
)
def test_a_length_of_time_is_said_in_the_units_that_matter(seconds, said):
    assert words.duration(seconds) == said


@pytest.mark.parametrize(
    ("uri", "quoted"), [("it's", '"it\'"\'"\'s"'), ('a "b" $HOME `id`', r'"a \"b\" $HOME `id`"'), ("данные", '"данные"')]
)
def test_the_line_to_look_survives_the_shell(uri, quoted):
    line = summary.look(uri, "comments")
    assert f"archive.open({quoted})" in line
    assert line.count("\n") == 0
