"""The number of comments that a page states next to them, in whatever markup: what is one, and what is none."""

from __future__ import annotations

import pytest
from kit import read
from test_page_says_more import NAMES, SYSTEMS, URL, page, reader

from crawler.systems.around.counts import Stated, stated_in
from crawler.systems.around.words import counts_posts

STATED = {
    "English": "<h3>{n} comments</h3>",
    "brackets": "<h3>Comments ({n})</h3>",
    "a colon": "<h3>Comments: {n}</h3>",
    "behind": "<h3>Comments {n}</h3>",
    "a sentence": "<p>There are {n} comments</p>",
    "replies": "<p>{n} replies</p>",
    "answers": "<h3>{n} answers</h3>",
    "a part of all": "<p>Showing 1-8 of {n}</p>",
    "German": "<h3>Kommentare {n}</h3>",
    "Russian": "<h3>Читать {n} комментариев</h3>",
    "Czech": "<h3>{n} komentářů</h3>",
    "Finnish": "<h3>{n} vastausta</h3>",
    "Greek": "<h3>{n} σχόλια</h3>",
    "Chinese": "<h3>{n}条评论</h3>",
    "Chinese, brackets": "<h3>评论({n})</h3>",
    "Japanese": "<h3>コメント{n}件</h3>",
    "Korean": "<h3>댓글 {n}</h3>",
    "two elements": "<div><b>{n}</b> <span>comments</span></div>",
    "a badge": '<h3>Comments <span class="badge">{n}</span></h3>',
    "tabs": '<ul><li><a href="#talk">Comments <i>{n}</i></a></li><li><a href="#more">Related <i>5</i></a></li></ul>',
    "a label for screen readers": '<button aria-label="{n} comments"><svg></svg></button>',
    "a title": '<a href="#talk" title="{n} comments"><i></i></a>',
    "an attribute": '<h3 class="comments-title" data-count="{n}">Comments</h3>',
    "an attribute of its own name": '<div data-comment-count="{n}">Comments</div>',
    "other counts beside it": "<div><span>2,345 views</span> <span>{n} comments</span> <span>77 likes</span></div>",
    "structured data": '<script type="application/ld+json">{{"@context": "https://schema.org", "@type": "NewsArticle",'
    ' "commentCount": {n}}}</script>',
}
DIGITS = {
    "Arabic": "التعليقات (١٢)",
    "Persian": "۱۲ دیدگاه",
    "Devanagari": "१२ टिप्पणियाँ",
    "Bengali": "১২টি মন্তব্য",
    "Thai": "๑๒ ความคิดเห็น",
    "full width": "コメント（１２）",
}
LARGE = {
    "1,204 comments": 1204,
    "1.204 Kommentare": 1204,
    "1 204 commentaires": 1204,
    "1\u202f204 commentaires": 1204,
    "1’204 Kommentare": 1204,
    "1,23,456 comments": 123_456,
    "１，２０４件のコメント": 1204,
}
ROUNDED = (
    "1.2k comments", "12K comments", "Comments (1.2K)", "99+ comments", "12 Tsd. Kommentare", "1,2 mil comentarios",
    "1 тыс. комментариев", "1.2万条评论", "1万+评论", "over 1000 comments", "~1200 comments", "rund 1.200 Kommentare",
)  # fmt: skip
OTHERS = (
    "1,234 views", "12 shares", "12 likes", "12 просмотров", "Published in 2012", "2023", "Top 12 comments",
    "12 new comments", "the last 12 comments", "Die letzten 12 Kommentare", "Les 12 derniers commentaires",
    "Последние 12 комментариев", "最新12条评论", "12 people are talking", "My comments (12)", "Comments per page: 12",
    "12 comments per page", "12 comments removed", "12 comments were deleted", "12 comments awaiting moderation",
    "Comments close in 12 days", "Comments are closed after 14 days", "Comments must have at least 12 characters",
    "Rule 12: comments must be polite", "Your comment: 1200 characters left", "12. Kommentar", "Comment no. 12",
    "Score: 612", "Рейтинг: 612", "612 plays", "评分 612",
    "12 comments by Ann", "All 12 comments by this user", "12 Kommentare von diesem Nutzer",
)  # fmt: skip


async def told(system: str, above: str) -> tuple[str, int | None, int]:
    """Verdict, stated count and number of comments of the one thread that a page has."""
    [(_, comments, ledger)] = await read(reader(system), page(system, "", above=above), URL)
    return ledger.verdict, ledger.expected, len(comments)


@pytest.mark.parametrize("above", STATED)
@pytest.mark.parametrize("system", SYSTEMS)
async def test_a_count_next_to_the_comments_is_compared_with_them(system, above):
    assert await told(system, STATED[above].format(n=12)) == ("partial", 12, 8)
    assert await told(system, STATED[above].format(n=8)) == ("complete", 8, 8)


@pytest.mark.parametrize("script", DIGITS)
@pytest.mark.parametrize("system", SYSTEMS)
async def test_a_count_may_have_the_digits_of_any_script(system, script):
    assert await told(system, f"<h3>{DIGITS[script]}</h3>") == ("partial", 12, 8)


@pytest.mark.parametrize("line", LARGE)
@pytest.mark.parametrize("system", SYSTEMS)
async def test_a_count_of_thousands_may_have_marks_between_them(system, line):
    assert await told(system, f"<h3>{line}</h3>") == ("partial", LARGE[line], 8)


@pytest.mark.parametrize("line", ROUNDED)
@pytest.mark.parametrize("system", SYSTEMS)
async def test_a_rounded_count_is_no_expectation_but_far_more_comments_than_are_shown_are_missed(system, line):
    assert await told(system, f"<h3>{line}</h3>") == ("partial", None, 8)


@pytest.mark.parametrize("line", ["8+ comments", "about 10 comments", "over 6 comments"])
@pytest.mark.parametrize("system", SYSTEMS)
async def test_a_rounded_count_that_may_be_that_of_the_comments_shown_takes_nothing_from_them(system, line):
    assert await told(system, f"<h3>{line}</h3>") == ("complete", None, 8)


@pytest.mark.parametrize("line", OTHERS)
@pytest.mark.parametrize("system", SYSTEMS)
async def test_a_number_that_counts_something_else_is_no_count_of_the_comments(system, line):
    assert await told(system, f"<p>{line}</p>") == ("complete", None, 8)
    if counts_posts(line):
        assert await told(system, f"<h3>{line}</h3>") == ("complete", None, 8)


@pytest.mark.parametrize("system", SYSTEMS)
async def test_the_counts_of_other_stories_are_none_of_this_one(system):
    rows = "".join(
        f'<li><a href="/other-{n}">The lighthouse is sold</a> <a href="/other-{n}#comments">{n} comments</a></li>'
        for n in (12, 15)
    )
    assert await told(system, f"<ul>{rows}</ul>") == ("complete", None, 8)


@pytest.mark.parametrize("system", SYSTEMS)
async def test_a_number_beside_a_link_counts_what_that_lists(system):
    tags = '<ul><li><a href="/posts?tag=boat">boat</a> <span class="post-count">9102</span></li></ul>'
    assert await told(system, tags) == ("complete", None, 8)


@pytest.mark.parametrize("system", ["generic", "schemaorg", "json-ld", "microformats"])
async def test_what_each_author_has_written_is_no_count_of_the_thread(system):
    html = page(system, "")
    for name in NAMES:
        html = html.replace(f">{name}</", f">{name}</", 1).replace(f"{name}</b>", f"{name}</b> <i>12 comments</i>")
    [(_, comments, ledger)] = await read(reader(system), html, URL)
    assert (ledger.verdict, ledger.expected, len(comments)) == ("complete", None, len(NAMES))


@pytest.mark.parametrize(
    ("line", "stated"),
    [
        ("Top comments (12)", Stated(12, is_exact=True)),  # all of them, the top ones first
        ("12 thoughts on Hidden Gems", Stated(12, is_exact=True)),
        ("12 comments Newest Oldest", Stated(12, is_exact=True)),
        ("12 Responses to Deleted scenes", Stated(12, is_exact=True)),
        ("Comments 12 Share", Stated(12, is_exact=True)),
        ("34 users commented", Stated(34, is_exact=True)),
        ("Comments:12", Stated(12, is_exact=True)),
        ("12K comments", Stated(12_000, is_exact=False)),
        ("12 COMMENTS BY READERS", Stated(12, is_exact=True)),
        ("12 comments by readers", Stated(12, is_exact=True)),
        ("12 comments from this article", Stated(12, is_exact=True)),
        ("12 comments, 3 of them new", None),
        ("12 % of all comments", None),
        ("the 12th comment", None),
    ],
)
def test_a_line_counts_comments_where_its_number_and_its_word_belong_together(line, stated):
    assert stated_in(line) == stated
