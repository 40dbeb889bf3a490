"""Drupal from its templates: Olivero on 10 (`comment.html.twig`, `field--comment.html.twig`), Bartik on 7 with RDF.

Both: `CommentStorage::loadThread()` (in the order of threads, a fixed number of comments to a page, 0 is the first page)
and the indentation of `CommentViewBuilder` and `comment_prepare_thread()`, with what they get wrong where a page begins
within a thread.
"""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from urllib.parse import parse_qs, urlsplit

from kit import Answer
from scrapy import Request
from service import Said, Service, html_answer

from crawler.systems.drupal import Drupal

NODE = 23


class DrupalService(Service):
    """Olivero: the heading has the count, every reply says whom it answers."""

    system = Drupal
    page_size = 10
    is_json = False

    def in_thread_order(self) -> list[tuple[Said, int]]:
        order: list[tuple[Said, int]] = []
        stack = [(said, 0) for said in reversed(self.top())]
        while stack:
            said, depth = stack.pop()
            order.append((said, depth))
            stack += [(reply, depth + 1) for reply in reversed(self.below(said.id))]
        return order

    def page(self) -> str:
        return self._page(0)

    def answer(self, request: Request) -> Answer | None:
        parts = urlsplit(request.url)
        if f"{parts.scheme}://{parts.netloc}{parts.path}" != self.url:
            return None
        return html_answer(self._page(int(parse_qs(parts.query).get("page", ["0"])[0])))

    def _page(self, number: int) -> str:
        order = self.in_thread_order()
        last = max(0, -(-len(order) // self.page_size) - 1)
        number = min(number, last)
        html, current = "", 0
        for said, depth in order[number * self.page_size : (number + 1) * self.page_size]:
            if depth > current:
                html, current = f'{html}<div class="indented">', current + 1
            else:
                html, current = html + "</div>" * (current - depth), depth
            html += self._comment(said)
        html += "</div>" * current
        return self._frame(html, self._pager(number, last))

    def _pager(self, number: int, last: int) -> str:
        if not last:
            return ""
        path = urlsplit(self.url).path
        links = "".join(
            f'<li class="pager__item"><a href="{path}?page={other}" title="Go to page {other + 1}">{other + 1}</a></li>'
            for other in {max(0, number - 1), number, min(last, number + 1), last}
        )
        return f'<nav class="pager" role="navigation"><ul class="pager__items js-pager__items">{links}</ul></nav>'

    def _frame(self, comments: str, pager: str) -> str:
        form = f'<form class="comment-comment-form comment-form" data-drupal-selector="comment-form" action="/comment/reply/node/{NODE}/comment" method="post"><textarea></textarea></form>'
        add = "" if self.is_closed else f'<div class="add-comment"><h2 class="add-comment__title">Add new comment</h2>{form}</div>'
        return (
            '<!DOCTYPE html><html lang="en" dir="ltr"><head><meta charset="utf-8"><meta name="Generator" content="Drupal 10 (https://www.drupal.org)">'
            f'<link rel="shortlink" href="https://news.example.org/node/{NODE}"><title>A video</title></head><body class="path-node page-node-type-article">'
            f'<article data-history-node-id="{NODE}" class="node node--type-article node--view-mode-full"><h1>A video</h1><p>About the video.</p>'
            f'<section data-drupal-selector="comments" class="comments"><h2 class="comments__title">Comments <span class="comments__count">{self.counted()}</span></h2>'
            f"{add}{comments}{pager}</section></article></body></html>"
        )

    def _comment(self, said: Said) -> str:
        when = datetime.fromtimestamp(said.seconds, UTC).strftime("%a, %m/%d/%Y - %H:%M")
        level = " comment--level-1" if said.parent is None else ""
        return (
            f'<article data-comment-user-id="0" id="comment-{said.id}" class="comment js-comment{level} by-anonymous" role="article" data-drupal-selector="comment">'
            f'<span class="hidden" data-comment-timestamp="{said.seconds}"></span><div class="comment__picture-wrapper"><div class="comment__picture"></div></div>'
            f'<div class="comment__text-wrapper"><footer class="comment__meta"><p class="comment__author"><span>{escape(said.author)} (not verified)</span></p>'
            f'<p class="comment__time">{when}</p>{self._in_reply_to(said)}</footer><div class="comment__content"><h3><a href="/comment/{said.id}#comment-{said.id}" class="permalink" '
            f'rel="bookmark" hreflang="en">A subject</a></h3><div class="text-content clearfix field field--name-comment-body field--type-text-long field--label-hidden field__item">'
            f'<p>{said.text}</p>\n</div>{self._links(f"/comment/reply/node/{NODE}/comment/{said.id}")}</div></div></article>'
        )

    def _links(self, address: str) -> str:
        reply = f'<li class="comment-reply"><a href="{address}">Reply</a></li>'
        return "" if self.is_closed else f'<ul class="comment__links links inline">{reply}</ul>'

    def _in_reply_to(self, said: Said) -> str:
        if said.parent is None:
            return ""
        parent = next(other for other in self.comments if other.id == said.parent)
        return (
            f'<p class="visually-hidden">In reply to <a href="/comment/{parent.id}#comment-{parent.id}" class="permalink" rel="bookmark" hreflang="en">'
            f"A subject</a> by <span>{escape(parent.author)} (not verified)</span></p>"
        )


class DrupalSevenService(DrupalService):
    """Bartik on 7: an anchor before each comment, no count; the RDF module names parents and times."""

    counts = False

    def _frame(self, comments: str, pager: str) -> str:
        form = "" if self.is_closed else f'<h2 class="title comment-form">Add new comment</h2><form class="comment-form" action="/comment/reply/{NODE}" id="comment-form" method="post"></form>'
        return (
            '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML+RDFa 1.0//EN"><html lang="en"><head><meta name="Generator" content="Drupal 7 (http://drupal.org)"><title>A video</title></head>'
            f'<body class="html not-front node-type-article page-node page-node- page-node-{NODE}"><h1>A video</h1><div id="comments" class="comment-wrapper">'
            f'<h2 class="title">Comments</h2>{comments}{pager}{form}</div></body></html>'
        )

    def _comment(self, said: Said) -> str:
        when = datetime.fromtimestamp(said.seconds, UTC)
        above = f'<span rel="sioc:reply_of" resource="/comment/{said.parent}#comment-{said.parent}" class="rdf-meta element-hidden"></span>' if said.parent else ""
        return (
            f'<a id="comment-{said.id}"></a>\n<div class="comment comment-by-anonymous odd clearfix" about="/comment/{said.id}#comment-{said.id}" typeof="sioc:Post sioct:Comment">'
            f'<div class="attribution"><div class="submitted"><p class="commenter-name"><span class="username" xml:lang="" about="" typeof="sioc:UserAccount" property="foaf:name" datatype="">{escape(said.author)} (not verified)</span></p>'
            f'<p class="comment-time"><span property="dc:date dc:created" content="{when.strftime("%Y-%m-%dT%H:%M:%S+00:00")}" datatype="xsd:dateTime" rel="sioc:has_creator">{when.strftime("%a, %m/%d/%Y - %H:%M")}</span></p>'
            f'<p class="comment-permalink"><a href="/comment/{said.id}#comment-{said.id}" class="permalink" rel="bookmark">Permalink</a></p></div></div><div class="comment-text">'
            f'<h3 property="dc:title" datatype=""><a href="/comment/{said.id}#comment-{said.id}" class="permalink" rel="bookmark">A subject</a></h3><div class="content">'
            f'<span rel="sioc:reply_of" resource="/a-video" class="rdf-meta element-hidden"></span>{above}<div class="field field-name-comment-body field-type-text-long field-label-hidden">'
            f'<div class="field-items"><div class="field-item even" property="content:encoded"><p>{said.text}</p></div></div></div></div>'
            f'{self._links(f"/comment/reply/{NODE}/{said.id}")}</div></div>'
        )
