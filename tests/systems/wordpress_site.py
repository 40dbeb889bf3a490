"""A WordPress made of strings: posts with comments in each of core's markups, comment pages, and the REST API."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from zoneinfo import ZoneInfo

BASE = "https://video.example.org"
POST = f"{BASE}/2021/07/hack/"
REST = f"{BASE}/wp-json/wp/v2/comments"
FIELDS = "id,parent,author,author_name,author_url,date,date_gmt,link,status,type"
BERLIN = ZoneInfo("Europe/Berlin")
HTML = {"content-type": "text/html; charset=UTF-8"}
JSON = {"content-type": "application/json; charset=UTF-8"}
FEED_LINK = f'<link rel="alternate" type="application/rss+xml" href="{POST}feed/">'
SETTINGS_URL = f"{BASE}/wp-json/?_fields=timezone_string,gmt_offset"
SUMMER = datetime(2021, 7, 20, 8, 15, 30, tzinfo=UTC)


@dataclass
class Row:
    """One row of `wp_comments`."""

    id: int
    author: str = "Ada"
    body: str = "<p>Hello</p>"
    parent: int = 0
    at: datetime = datetime(2021, 7, 20, 8, 15, 30, tzinfo=UTC)
    kind: str = "comment"
    url: str = ""
    user: int = 0
    extra: str = ""
    """More classes, or what stands before the body."""

    @property
    def local(self) -> datetime:
        return self.at.astimezone(BERLIN)


@dataclass
class Node:
    row: Row
    children: list[Node] = field(default_factory=list)


def tree(rows: list[Row]) -> list[Node]:
    nodes = {row.id: Node(row) for row in rows}
    top: list[Node] = []
    for row in rows:
        (nodes[row.parent].children if row.parent in nodes else top).append(nodes[row.id])
    return top


def name_html(row: Row) -> str:
    name = escape(row.author, quote=False)
    return f'<a href="{row.url}" class="url" rel="external nofollow ugc">{name}</a>' if row.url else name


def classes(row: Row, depth: int) -> str:
    user = f" byuser comment-author-user{row.user}" if row.user else ""
    return f"{row.kind}{user} even thread-even depth-{depth}{row.extra}"


def legacy_item(row: Row, *, link: str) -> str:
    when = row.local.strftime("%B %-d, %Y at %-I:%M %p").replace("AM", "am").replace("PM", "pm")
    return (
        f'<div id="div-comment-{row.id}" class="comment-body"><div class="comment-author vcard">'
        f'<cite class="fn">{name_html(row)}</cite> <span class="says">says:</span></div>'
        f'<div class="comment-meta commentmetadata"><a href="{link}">{when}</a></div>\n{row.body}\n'
        f'<div class="reply"><a class="comment-reply-link" href="{POST}?replytocom={row.id}#respond" '
        f'data-commentid="{row.id}" data-postid="14">Reply</a></div></div>'
    )


def html5_item(row: Row, *, link: str) -> str:
    return (
        f'<article id="div-comment-{row.id}" class="comment-body"><footer class="comment-meta">'
        f'<div class="comment-author vcard"><b class="fn">{name_html(row)}</b> <span class="says">says:</span></div>'
        f'<div class="comment-metadata"><a href="{link}"><time datetime="{row.local.isoformat()}">some day</time></a>'
        f'</div></footer><div class="comment-content">{row.body}</div>'
        f'<div class="reply"><a class="comment-reply-link" href="{POST}?replytocom={row.id}#respond">Reply</a></div></article>'
    )


def block_item(row: Row, *, link: str) -> str:
    return (
        f'<div class="wp-block-columns"><div class="wp-block-comment-author-name">{name_html(row)}</div>'
        f'<div class="wp-block-comment-date"><time datetime="{row.local.isoformat()}"><a href="{link}">some day</a></time></div>'
        f'<div class="wp-block-comment-content">{row.body}</div></div>'
    )


ITEMS = {"legacy": legacy_item, "html5": html5_item, "block": block_item}


def items_html(nodes: list[Node], markup: str, link: str, depth: int = 1) -> str:
    opening = "<ol>" if markup == "block" else '<ul class="children">'
    parts: list[str] = []
    for node in nodes:
        row = node.row
        if row.kind != "comment":
            inner = f'<div class="comment-body">Pingback: {name_html(row)}</div>'
        else:
            inner = ITEMS[markup](row, link=f"{link}#comment-{row.id}")
        below = items_html(node.children, markup, link, depth + 1)
        below = f"{opening}{below}</{opening[1:3]}>" if below else ""
        parts.append(f'<li id="comment-{row.id}" class="{classes(row, depth)}">{inner}{below}</li>')
    return "\n".join(parts)


FORM = (
    '<div id="respond" class="comment-respond"><h3 id="reply-title">Write a comment</h3>'
    '<form id="commentform" action="/wp-comments-post.php"><textarea name="comment"></textarea>'
    '<input type="hidden" name="comment_post_ID" value="14"></form></div>'
)


def page(
    rows: list[Row],
    *,
    markup: str = "html5",
    heading: str | None = None,
    navigation: str = "",
    link: str = POST,
    rest: bool = False,
    head: str = "",
    form: str = FORM,
    lang: str = "en-US",
    before: str = "",
) -> str:
    """A post with its comments."""
    list_class = "wp-block-comment-template" if markup == "block" else "comment-list"
    api = f'<link rel="https://api.w.org/" href="{BASE}/wp-json/">' if rest else ""
    title = f'<h2 class="comments-title">{heading}</h2>' if heading else ""
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head><title>Hack</title>{api}{head}</head>'
        f'<body class="single single-post postid-14"><h1 class="entry-title">Hack</h1>{before}'
        f'<div id="comments" class="comments-area">{title}<ol class="{list_class}">'
        f"{items_html(tree(rows), markup, link)}</ol>{navigation}{form}</div></body></html>"
    )


def comment_page_url(number: int) -> str:
    return f"{POST}comment-page-{number}/"


def rest_row(row: Row, *, whole: bool = False) -> dict[str, object]:
    answer: dict[str, object] = {
        "id": row.id,
        "parent": row.parent,
        "author": row.user,
        "author_name": row.author,
        "author_url": row.url,
        "date": row.local.strftime("%Y-%m-%dT%H:%M:%S"),
        "date_gmt": row.at.strftime("%Y-%m-%dT%H:%M:%S"),
        "link": f"{POST}#comment-{row.id}",
        "status": "approved",
        "type": row.kind,
    }
    return answer | {"content": {"rendered": row.body}} if whole else answer


def facts_url(page_number: int, root: str = f"{REST}?") -> str:
    return f"{root}post=14&per_page=100&page={page_number}&orderby=id&order=asc&_fields={FIELDS}"


TOTAL_URL = f"{REST}?post=14&per_page=1&_fields=id"


def include_url(*ids: int) -> str:
    listed = ",".join(str(native_id) for native_id in ids)
    return f"{REST}?post=14&per_page=100&orderby=id&order=asc&include={listed}&_fields={FIELDS},content"


def rest_answer(rows: list[Row], *, total: int, pages: int = 1, whole: bool = False) -> tuple[int, dict[str, str], bytes]:
    body = json.dumps([rest_row(row, whole=whole) for row in rows]).encode()
    return 200, JSON | {"x-wp-total": str(total), "x-wp-totalpages": str(pages)}, body


def micros(when: datetime) -> int:
    return int(when.timestamp()) * 1_000_000


def html_answer(html: str) -> tuple[int, dict[str, str], bytes]:
    return 200, HTML, html.encode()


def rest_error(status: int = 404, code: str = "rest_no_route") -> tuple[int, dict[str, str], bytes]:
    return status, JSON, json.dumps({"code": code, "message": "No.", "data": {"status": status}}).encode()
