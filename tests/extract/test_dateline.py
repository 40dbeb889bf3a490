"""The date beside a headline is the page's where its markup says none; any other date is not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.extract.document import Document
from crawler.extract.page import read_page

NOW = int(datetime(2024, 6, 1, tzinfo=UTC).timestamp()) * 1_000_000
STORY = "<p>" + "The ferry is late once more, and nobody in the harbour says why it is. " * 8 + "</p>"


def published(html: str, language: str = "en") -> str | None:
    page = read_page(Document(f"<html lang={language}><body>{html}".encode(), "https://example.org/story"), observed_at=NOW)
    return None if page.published_at is None else datetime.fromtimestamp(page.published_at / 1e6, UTC).isoformat()[:16]


@pytest.mark.parametrize(
    ("html", "language", "at"),
    [
        ("<h1>The late ferry</h1><p>January 15, 2012</p>", "en", "2012-01-15T00:00"), ("<h1>The late ferry</h1><p>Sunday January 15,2012 By Ida Berg</p>", "en", "2012-01-15T00:00"),
        ("<h1>The late ferry</h1><h2>Nobody says why</h2><span>By Ida Berg</span> | <span>Published: January 15, 2012</span>", "en", "2012-01-15T00:00"),
        ("<h1>Prom się spóźnia</h1><div>Wtorek, 3 stycznia 2012 (15:58)</div>", "pl", "2012-01-03T15:58"),
        ("<h1>Паром опаздывает</h1><div>Ида БЕРГ — 27.11.2011 11:18</div>", "ru", "2011-11-27T11:18"),
        ("<h1>渡輪再次誤點</h1><div>2012年1月17日 21:37</div>", "zh", "2012-01-17T21:37"),
        ("<article><div>Ida Berg, 10. Februar 2019 in Hafen</div><h1>Die Fähre</h1></article>", "de", "2019-02-10T00:00"),
        ("<title>The late ferry</title><h1>Harbour News</h1><div class=head>The late ferry</div><div>by Ida on 4 May 2019</div>", "en", "2019-05-04T00:00"),
        ("<h1>The late ferry</h1><ul><li class='dateStamp first'>July 19, 2021, 3:14 p.m. ET</ul>", "en", "2021-07-19T15:14"),
        ("<h1>The late ferry</h1><div class=article-byline>By Ida Berg July 19, 2021 09:54am Comments</div>", "en", "2021-07-19T09:54"),
        ("<h1>The late ferry</h1><p>4 May 2019, updated 6 May 2019 10:12</p>", "en", "2019-05-04T00:00"),
    ],
)  # fmt: skip
def test_the_date_beside_the_headline_is_the_pages(html, language, at):
    assert published(html + STORY, language) == at


def test_the_time_of_a_change_beside_the_headline_is_told_apart():
    html = "<h1>The late ferry</h1><p>4 May 2019</p><p>Last updated at 2:16 PM on 17th May 2019</p>" + STORY
    page = read_page(Document(html.encode(), "https://example.org/story"), observed_at=NOW)
    assert (page.published_at, page.modified_at) == (1_556_928_000_000_000, 1_558_102_560_000_000)


@pytest.mark.parametrize(
    "html",
    [
        "<div class=masthead>Tuesday, January 17, 2012" + "<a href=/a>News from all over the coast</a> " * 20 + "</div><div><h1>The late ferry</h1></div>",
        "<h1>The late ferry</h1><p>Last updated on 4 May 2019</p>",
        "<h1>The late ferry</h1><p>3 days ago</p>",
        "<h1>Harbour day</h1><div class=event-date>4 May 2019, 19:00</div>",
        "<h1>The late ferry</h1><p>On 4 May 2019 the ferry that was said to be safe ran aground.</p>",
        "<h1>The late ferry</h1><aside>4 May 2019</aside>", "<h1>The late ferry</h1><p class=cook-time>45 minutes</p>",
        "<h1>The late ferry</h1>" + STORY + "<p>4 May 2019</p>",
        "<h1>The late ferry</h1>" + "<p>" + "It was late on each day of this week. " * 7 + "</p><p>" + "Nobody in the harbour says why it is. " * 7 + "</p><p>Ida</p><p>At last.</p><p>4 May 2019, 10:00</p>",
        "<h1>The late ferry</h1><p>A film.</p><textarea></textarea><p>Ida</p><p>4 May 2019, 10:00</p>",
        "<h1>The late ferry</h1><h2>A film</h2><h2>Comments</h2><p>Ida</p><p>4 May 2019, 10:00</p><p>At last.</p>",
        "<h1>The late ferry</h1><ol class=commentlist><li class=comment>Ida, 4 May 2019, 10:00<p>At last.</ol>",
        "<h1>Press releases</h1><ul><li><span>4 May 2019</span><h3><a href=/1>The new pier</a></h3><li><span>2 May 2019</span><h3><a href=/2>The old pier</a></h3></ul>",
        "<h1>The late ferry</h1><p>4 May 2025</p>",
    ],
)  # fmt: skip
def test_a_date_of_something_else_is_not(html):
    assert published(html + STORY) is None


def test_what_the_markup_says_counts_before_the_line():
    html = "<meta property=article:published_time content=2019-05-05T08:00:00Z><h1>The late ferry</h1><p>4 May 2019</p>"
    assert published(html + STORY) == "2019-05-05T08:00"
