"""PHP Melody's markup made for tests: items, lists, pagers, pages, and an ajax.php whose list may change."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from kit import read
from scrapy import Request
from scrapy.http import HtmlResponse, Response

from archive.schema import Comment, Thread
from crawler.systems.phpmelody import PhpMelody

VID = "4e0c9a17b"
URL = f"https://www.example.com/tv/a-video_{VID}.html"
AJAX = f"https://www.example.com/tv/ajax.php?p=comments&do=show_comments&page={{}}&vid={VID}"
SCRIPT = '<script>\n var MELODYURL = "https://www.example.com/tv";\n var _LOGGEDIN_ = false;\n</script>'
FORM = f'<form name="form-user-comment"><textarea id="c_comment_txt"></textarea><input id="c_vid" value="{VID}"></form>'
START = datetime(2021, 7, 20, 8, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Said:
    author: str
    text: str
    minute: int = 0
    marks: str = ""

    @property
    def at(self) -> datetime:
        return START - timedelta(minutes=self.minute)

    @property
    def datetime(self) -> str:
        return f"{self.at:%Y-%m-%dT%H:%M:%S+0000}"


def old_item(said: Said, index: int, marks: str = "") -> str:
    """An item as templates of 2.1 print it for a guest."""
    return (
        f'<li id="comment-{index}" class="{said.marks}{marks}"><span class="pm-comment-avatar"></span>\n'
        f'<span class="pm-comment-info"><span class="pm-comment-author">\n  \t{said.author}\n\n</span>'
        f'<span class="pm-comment-since"><small>Added <time datetime="{said.datetime}" title="x">3 years ago</time>'
        f'</small></span><span class="pm-comment-txt">{said.text}</span></span></li>'
    )


def apollo_item(said: Said, index: int, marks: str = "") -> str:
    """An item as the apollo template prints it for a member's comment."""
    return (
        f'<li id="comment-{index}" class="media {said.marks}{marks}"><div class="media-object">'
        f'<a href="/tv/user/{said.author}/"><img src="a.png"></a></div>\n<div class="media-body">'
        '<div class="media-heading">\n'
        f'<a href="https://www.example.com/tv/user/{said.author}/" class="pm-comment-user">'
        f'{said.author}</a>\n<span class="label label-danger label-banned-5 hide-me">Banned</span>'
        f'<div class="media-date"><time datetime="{said.datetime}">3 years ago</time></div></div>\n'
        f"<p>{said.text}</p></div></li>"
    )


def pager(current: int, pages: int) -> str:
    calls = "".join(
        f'<li><a href="#" onclick="ajax_request(\'comments\', \'do=show_comments&amp;page={n}&amp;vid={VID}\', '
        f"'#comment-list-container', 'html', true); return false;\">{n}</a></li>"
        for n in range(1, pages + 1)
        if n != current
    )
    return f'<ul class="pagination">{calls}</ul>' if pages > 1 else ""


def listing(said: list[Said], *, pinned: Said | None = None, item=old_item, paging: str = "") -> str:
    top = item(pinned, 999, " pm-top-comment") if pinned else ""
    items = "".join(item(one, index) for index, one in enumerate(said, 1))
    return f'<ul class="pm-ul-comments">{top}<li id="preview_comment"></li>{items}</ul>{paging}'


def page(body: str, *, head: str = SCRIPT, form: str = FORM, heading: str = "Comments", lang: str = "en") -> str:
    return (
        f'<html lang="{lang}"><head>{head}</head><body><div id="primary">'
        f'<input name="bin-rating-uniq_id" value="{VID}">'
        f'{form}<h2>{heading}</h2><div class="pm-comments comment_box">{body}</div></div></body></html>'
    )


def html(text: str, status: int = 200) -> tuple[int, dict[str, str], bytes]:
    return status, {"content-type": "text/html; charset=utf-8"}, text.encode()


@dataclass
class Installation:
    """ajax.php over a list that may change between two requests."""

    said: list[Said]
    per_page: int
    pinned: Said | None = None
    before_request: dict[int, list[tuple[str, int, Said | None]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def show(self, number: int) -> str:
        pages = max(1, -(-len(self.said) // self.per_page))
        shown = self.said[(number - 1) * self.per_page : number * self.per_page]
        return listing(shown, pinned=self.pinned, paging=pager(number, pages))

    async def __call__(self, request: Request) -> Response:
        self.asked.append(request.url)
        for what, where, said in self.before_request.get(len(self.asked), ()):
            if what == "add":
                assert said is not None
                self.said.insert(where, said)
            elif where < len(self.said):
                del self.said[where]
        number = int(request.url.split("page=")[1].split("&")[0])
        return HtmlResponse(request.url, body=self.show(number).encode(), encoding="utf-8", request=request)


async def read_one(text: str, pages=None, **options) -> tuple[list[Comment], Thread]:
    threads = await read(PhpMelody(), text, options.pop("url", URL), pages, **options)
    assert len(threads) == 1, threads
    return threads[0][1], threads[0][2]


def counted(comments: list[Comment]) -> Counter[tuple[str, str, str]]:
    return Counter((c.author_name or "", c.text or "", c.published_raw or "") for c in comments)


def truth(said: list[Said]) -> Counter[tuple[str, str, str]]:
    return Counter((one.author, one.text, one.datetime) for one in said)


def several(count: int) -> list[Said]:
    return [Said(f"author {n}", f"remark {n}", n) for n in range(count)]
