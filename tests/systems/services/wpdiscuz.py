"""wpDiscuz 7.6 on WordPress 6 (`class.WpdiscuzCore.php`, `class.WpdiscuzWalker.php`), from its source.

Two sites: one with the REST API, whose page shows the newest comments; one without it, whose page shows no comment
before the script has asked for them (`firstLoadWithAjax`).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import parse_qs

from kit import Answer
from scrapy import Request
from service import HTML, JSON, Said, Service, html_answer, json_answer, page_with, query_of

from crawler.systems.wpdiscuz import WpDiscuz

SITE = "https://news.example.org"
AJAX = f"{SITE}/wp-admin/admin-ajax.php"
REST = f"{SITE}/wp-json/"
POST = 14
NONCE = "5d41402abc"


class WpDiscuzService(Service):
    system = WpDiscuz
    page_size = 5
    can_close = True
    knows = frozenset({"likes", "pinned"})
    has_rest: ClassVar[bool] = True
    loads_late: ClassVar[bool] = False

    # -- the list -------------------------------------------------------------------------------------

    def ordered(self, order: str) -> list[Said]:
        """Top level without pinned ones, as `get_comments()` with `type__not_in`."""
        top = sorted((said for said in self.top() if not said.is_pinned), key=lambda said: (said.at, int(said.id)))
        return top if order == "asc" else top[::-1]

    def listed(self, *, order: str, last: int = 0, first: bool) -> dict[str, Any]:
        rest = [said for said in self.ordered(order) if not last or self._is_behind(said, last, order)]
        shown, has_more = rest[: self.page_size], len(rest) > self.page_size
        pinned = [said for said in self.top() if said.is_pinned] if first else []
        return {
            "comment_list": "".join(self._item(said, 1) for said in [*pinned, *shown]),
            "is_show_load_more": has_more,
            "last_parent_id": shown[-1].id if shown else 0,
            "comments_count": len(shown) or -1,
            "callbackFunctions": [],
        }

    def _is_behind(self, said: Said, last: int, order: str) -> bool:
        return int(said.id) > last if order == "asc" else int(said.id) < last

    def _item(self, said: Said, depth: int) -> str:
        sticky = " wpd-sticky-comment" if said.is_pinned else ""
        when = datetime.fromtimestamp(said.seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")
        parent = next((other for other in self.comments if other.id == said.parent), None)
        answers = f'<div class="wpd-reply-to">Reply to&nbsp;<a href="#comment-{parent.id}">{parent.author}</a></div>' if parent else ""
        below = "".join(self._item(reply, depth + 1) for reply in self.below(said.id))
        anchor = f"{said.id}_{said.parent or 0}"
        return (
            f"<div id='wpd-comm-{anchor}' class='comment even thread-even depth-{depth} wpd-comment{sticky} wpd_comment_level-{depth}'>"
            f'<div class="wpd-comment-wrap wpd-blog-guest"><div class="wpd-comment-left"><div class="wpd-avatar"><img alt="{said.author}"></div></div>'
            f'<div id="comment-{said.id}" class="wpd-comment-right"><div class="wpd-comment-header"><div class="wpd-user-info">'
            f'<div class="wpd-uinfo-top"><div class="wpd-comment-author ">{said.author}</div></div><div class="wpd-uinfo-bottom">{answers}'
            f'<div class="wpd-comment-date" title="{when}"><i class="far fa-clock" aria-hidden="true"></i> 2 years ago</div></div></div>'
            f'<div class="wpd-comment-link wpd-hidden"><span><i data-wpd-clipboard="{self.url}#comment-{said.id}"></i></span></div></div>'
            f'<div class="wpd-comment-text"><p>{said.text}</p>\n</div><div class="wpd-comment-footer"><div class="wpd-vote">'
            f'<div class="wpd-vote-up wpd_not_clicked"></div><div class="wpd-vote-result" title="{said.likes}">{said.likes}</div></div>'
            f'<div class="wpd-reply-button"><span>Reply</span></div></div></div></div>'
            f"<div id='wpdiscuz_form_anchor-{anchor}'></div>{below}</div>"
        )

    # -- the page -------------------------------------------------------------------------------------

    def page(self) -> str:
        shown = self.listed(order="desc", first=True)
        listed = "" if self.loads_late else shown["comment_list"]
        more, last = shown["is_show_load_more"], shown["last_parent_id"]
        button = ""
        if self.loads_late or more:
            button = (
                f'<div class="wpd-load-more-submit-wrap"><button data-lastparentid="{0 if self.loads_late else last}" '
                f'class="wpd-load-more-submit wpd-loaded wpd-prim-button">Load More</button></div>'
                f'<span id="wpdiscuzHasMoreComments" data-is_show_load_more="{0 if self.loads_late else int(more)}"></span>'
            )
        form = '<div class="wpd-form-wrap"><form class="wpd_comm_form wpd_main_comm_form"><textarea name="wc_comment"></textarea></form></div>'
        state = "wpd-comments-closed" if self.is_closed else "wpd-comments-open"
        options = f'var wpdiscuzAjaxObj = {{"wc_hide_replies_text":"Hide","url":"{AJAX.replace("/", chr(92) + "/")}","wc_post_id":"{POST}"}};'
        return page_with(
            f'<div id="comments" class="comments-area"><div id="respond"></div><div id="wpdcom" class="wpdiscuz_unauth wpd-default wpd-layout-2 {state}">'
            f'{"" if self.is_closed else form}<div id="wpd-threads" class="wpd-thread-wrapper"><div class="wpd-thread-head">'
            f'<div class="wpd-thread-info " data-comments-count="{self.counted()}"><span class="wpdtc" title="{self.counted()}">x</span> Comments</div></div>'
            f'<div class="wpd-thread-list">{listed}<div class="wpdiscuz-comment-pagination">{button}</div></div></div></div></div>'
            f"<script>{options}</script>",
            head=f'<link rel="https://api.w.org/" href="{REST}"><link rel="shortlink" href="{SITE}/?p={POST}">',
        )

    # -- answers --------------------------------------------------------------------------------------

    def answer(self, request: Request) -> Answer | None:
        if request.url == AJAX and request.method == "POST":
            return self._ajax({name: values[0] for name, values in parse_qs(request.body.decode()).items()})
        if request.url.startswith(REST):
            return self._rest(request.url)
        return html_answer(self.page()) if request.url == self.url else None

    def _ajax(self, form: dict[str, str]) -> Answer:
        if form["action"] == "wpdGetNonce":
            return json_answer({"success": True, "data": {"wpdiscuz_nonce": NONCE}})
        if form.get("wpdiscuz_nonce") != NONCE:
            return 200, HTML, b"Nonce is invalid."
        if form["action"] != "wpdLoadMoreComments" or form["postId"] != str(POST):
            return 400, HTML, b"0"
        order = {"newest": "desc", "oldest": "asc"}[form["sorting"]]
        last, first = int(form["lastParentId"]), form["isFirstLoad"] == "1"
        return json_answer({"success": True, "data": self.listed(order=order, last=last, first=first)})

    def _rest(self, url: str) -> Answer:
        if not self.has_rest:
            return json_answer({"code": "rest_no_route", "message": "No route", "data": {"status": 404}}, 404)
        query = query_of(url)
        if not url.startswith(f"{REST}wp/v2/comments?"):
            return json_answer({"timezone_string": "UTC", "gmt_offset": 0})
        rows = sorted((said for said in self.shown if not said.is_pinned), key=lambda said: int(said.id))
        if "include" in query:
            rows = [said for said in rows if said.id in query["include"].split(",")]
        size, number = int(query["per_page"]), int(query.get("page", 1))
        total = self.counted() - sum(said.is_pinned for said in self.comments)
        page = rows[(number - 1) * size : number * size]
        headers = dict(JSON) | {"X-WP-Total": str(total), "X-WP-TotalPages": str(-(-len(rows) // size))}
        wanted = query["_fields"].split(",")
        return json_answer([{k: v for k, v in self._row(said).items() if k in wanted} for said in page], headers=headers)

    def _row(self, said: Said) -> dict[str, Any]:
        when = said.iso.removesuffix("Z")
        return {
            "id": int(said.id),
            "post": POST,
            "parent": int(said.parent or 0),
            "author": 0,
            "author_name": said.author,
            "author_url": "",
            "date": when,
            "date_gmt": when,
            "content": {"rendered": f"<p>{said.text}</p>\n"},
            "link": f"{self.url}#comment-{said.id}",
            "status": "approved",
            "type": "comment",
        }


class WpDiscuzWithoutRestService(WpDiscuzService):
    has_rest = False
    loads_late = True
