"""A small WordPress: post pages in three comment markups, comment pages, the REST interface and the comment feed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta, timezone
from email.utils import format_datetime
from html import escape
from string import Template
from typing import Any, Final
from urllib.parse import quote

from sample.stories import HERE, Remark, Story

HONG_KONG: Final = timezone(timedelta(hours=8))
FEED_LENGTH: Final = 10
"""WordPress' default `posts_per_rss`; a comment feed cannot be paged."""
MAX_PER_PAGE: Final = 100
"""What the REST interface allows (WordPress 6.1, `class-wp-rest-controller.php`)."""
EMOJI: Final = {"🤔": "1f914"}
"""Emoji that the old theme serves as images, by code point."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordPress:
    """One installation in a folder of the sample site."""

    theme: str
    """``legacy``, ``html5`` or ``block``."""
    site_name: str
    link_format: str = "{base}/{slug}/"
    zone: timezone = UTC
    per_page: int | None = None
    """Top-level comments on a comment page; None for one page."""
    has_rest: bool = False

    def permalink(self, base: str, story: Story) -> str:
        """The story's address. ``base`` is the installation's, without a slash at its end."""
        return self.link_format.format(base=base, slug=story.slug)


@dataclass(frozen=True, slots=True)
class _PostPage:
    """The page that a comment is printed on."""

    site: WordPress
    story: Story
    base: str
    permalink: str
    number: int
    """The comment page."""

    def comment_link(self, remark: Remark) -> str:
        """A comment's address names its page where comments are paged newest first (`get_comment_link()`)."""
        paged = f"comment-page-{self.number}/" if self.site.per_page else ""
        return f"{self.permalink}{paged}#comment-{remark.number}"


def last_page(site: WordPress, story: Story) -> int:
    """Number of comment pages; the bare address shows the last one (`default_comments_page` = newest)."""
    top = sum(remark.parent is None for remark in story.remarks)
    return max(1, -(-top // site.per_page)) if site.per_page else 1


def post_page(site: WordPress, story: Story, base: str, number: int | None = None) -> str:
    """A post's page.

    :param number: comment page, None for the bare address
    """
    permalink = site.permalink(base, story)
    published = story.published.astimezone(site.zone)
    embed = f"https://www.youtube.com/embed/{story.youtube}"
    values = {
        "base": base,
        "permalink": permalink,
        "permalink_q": quote(permalink, safe=""),
        "title": escape(story.title),
        "title_q": quote(story.title, safe=""),
        "site_name": escape(site.site_name),
        "summary": escape(story.summary),
        "post_id": str(story.number),
        "uniq_id": story.uniq_id,
        "embed_url": embed,
        "thumbnail": f"https://i.ytimg.com/vi/{story.youtube}/hqdefault.jpg",
        "player": f'<iframe width="560" height="315" src="{embed}?feature=oembed" title="{escape(story.title)}" '
        'frameborder="0" allowfullscreen="allowfullscreen"></iframe>',
        "published": published.isoformat(),
        "modified": (published + timedelta(hours=2)).isoformat(),
        "published_words": f"{published:%B} {published.day}, {published.year}",
        "description": "\n".join(f"<p>{block}</p>" for block in story.blocks),
        "json_ld": _json_ld(site, story, permalink, embed),
        "rest_links": _rest_links(base, story) if site.has_rest else "",
        "comment_area": _comment_area(_PostPage(site, story, base, permalink, number or last_page(site, story))),
    }
    template = (HERE / "templates" / f"wordpress-{site.theme}.html").read_text(encoding="utf-8")
    return Template(template).substitute(values)


def _json_ld(site: WordPress, story: Story, permalink: str, embed: str) -> str:
    graph = [
        {"@type": "WebSite", "name": site.site_name, "inLanguage": "en-GB"},
        {
            "@type": "VideoObject",
            "name": story.title,
            "description": story.summary,
            "uploadDate": story.published.isoformat(),
            "duration": "PT2M46S",
            "embedUrl": embed,
            "thumbnailUrl": [f"https://i.ytimg.com/vi/{story.youtube}/hqdefault.jpg"],
            "mainEntityOfPage": permalink,
        },
    ]
    return json.dumps({"@context": "https://schema.org", "@graph": graph}, ensure_ascii=False).replace("<", "\\u003c")


def _rest_links(base: str, story: Story) -> str:
    return (
        f'<link rel="https://api.w.org/" href="{base}/wp-json/">\n'
        f'<link rel="alternate" title="JSON" type="application/json" href="{base}/wp-json/wp/v2/posts/{story.number}">'
    )


def _comment_area(page: _PostPage) -> str:
    site, story, shown = page.site, page.story, page.number
    pages = last_page(site, story)
    top = [remark for remark in story.remarks if remark.parent is None]
    if site.per_page:
        top = top[(shown - 1) * site.per_page : shown * site.per_page][::-1]
    items = "\n".join(_item(page, remark, 1) for remark in top)
    classes = "wp-block-comment-template" if site.theme == "block" else "comment-list commentlist"
    parts = [_heading(site, story), f'<ol class="{classes}">\n{items}\n</ol>' if items else ""]
    parts.append(_navigation(page.permalink, shown, pages))
    parts.append(_form(page))
    inside = "\n".join(part for part in parts if part)
    if site.theme == "block":
        return f'<div class="wp-block-comments">\n{inside}\n</div>'
    return f'<div id="comments" class="comments-area">\n{inside}\n</div>'


def _heading(site: WordPress, story: Story) -> str:
    count = len(story.remarks) if story.stated is None else story.stated
    if site.theme == "legacy" or not count:
        return ""
    word = "Comment" if count == 1 else "Comments"
    css = "wp-block-comments-title" if site.theme == "block" else "comments-title"
    return f'<h2 class="{css}">{count} {word}</h2>'


def _navigation(permalink: str, shown: int, pages: int) -> str:
    if pages == 1:
        return ""
    links = []
    if shown > 1:
        older = f"{permalink}comment-page-{shown - 1}/#comments"
        links.append(f'<div class="nav-previous"><a href="{older}">Older Comments</a></div>')
    if shown < pages:
        newer = f"{permalink}comment-page-{shown + 1}/#comments"
        links.append(f'<div class="nav-next"><a href="{newer}">Newer Comments</a></div>')
    return f'<nav class="navigation comment-navigation"><div class="nav-links">{"".join(links)}</div></nav>'


def _form(page: _PostPage) -> str:
    if not page.story.is_open:
        return '<p class="no-comments">Comments are closed.</p>'
    heading = "h2" if page.site.theme == "html5" else "h3"
    return (
        f'<div id="respond" class="comment-respond"><{heading} id="reply-title" class="comment-reply-title">'
        f'{escape(page.story.form_title)} <small><a rel="nofollow" id="cancel-comment-reply-link" href="#respond" '
        f'style="display:none;">Cancel reply</a></small></{heading}>\n'
        f'<form action="{page.base}/wp-comments-post.php" method="post" id="commentform" class="comment-form">\n'
        '<p class="comment-form-comment"><label for="comment">Comment</label> '
        '<textarea id="comment" name="comment" cols="45" rows="8" required="required"></textarea></p>\n'
        '<p class="comment-form-author"><label for="author">Name</label> '
        '<input id="author" name="author" type="text" /></p>\n'
        '<p class="comment-form-email"><label for="email">Email</label> '
        '<input id="email" name="email" type="email" /></p>\n'
        '<p class="form-submit"><input name="submit" type="submit" id="submit" value="Post Comment" />'
        f'<input type="hidden" name="comment_post_ID" value="{page.story.number}" id="comment_post_ID" />'
        '<input type="hidden" name="comment_parent" id="comment_parent" value="0" /></p></form></div>'
    )


def body_html(remark: Remark, *, emoji_images: bool = False) -> str:
    """A comment's paragraphs as WordPress prints them."""
    if remark.kind == "pingback":
        return "".join(f"<p>{text}</p>" for text in remark.paragraphs)
    html = "\n".join(f"<p>{escape(text, quote=False)}</p>" for text in remark.paragraphs)
    if emoji_images:
        for emoji, code in EMOJI.items():
            source = f"https://s.w.org/images/core/emoji/14.0.0/72x72/{code}.png"
            html = html.replace(emoji, f'<img src="{source}" alt="{emoji}" class="wp-smiley" style="height: 1em;" />')
    return html


def _item(page: _PostPage, remark: Remark, depth: int) -> str:
    """One ``li`` with its replies; the sample's threads are at most five deep."""
    replies = [reply for reply in page.story.remarks if reply.parent == remark.number]
    children = "\n".join(_item(page, reply, depth + 1) for reply in replies)
    who = "byuser comment-author-desk" if remark.is_member else ""
    kind = f"{remark.kind} {who} depth-{depth}{' parent' if replies else ''}".replace("  ", " ")
    if remark.kind == "pingback":
        return (
            f'<li id="comment-{remark.number}" class="{kind}">\n<div class="comment-body">\nPingback: '
            f'<a href="{remark.url}" class="url" rel="ugc external nofollow">{escape(remark.author)}</a></div>\n</li>'
        )
    write = {"legacy": _legacy_item, "html5": _html5_item, "block": _block_item}[page.site.theme]
    return write(page, remark, kind, children)


def _name(remark: Remark) -> str:
    name = escape(remark.author)
    if remark.url is None:
        return name
    return f'<a href="{remark.url}" class="url" rel="ugc external nofollow">{name}</a>'


def _reply_link(page: _PostPage, remark: Remark) -> str:
    return (
        f'<a rel="nofollow" class="comment-reply-link" href="{page.permalink}?replytocom={remark.number}#respond" '
        f'data-commentid="{remark.number}" data-postid="{page.story.number}" '
        f'data-belowelement="div-comment-{remark.number}" '
        f'data-respondelement="respond" data-replyto="Reply to {escape(remark.author)}">Reply</a>'
    )


def _legacy_item(page: _PostPage, remark: Remark, kind: str, children: str) -> str:
    at = remark.at.astimezone(page.site.zone)
    when = f"{at:%B} {at.day}, {at.year} at {at.hour % 12 or 12}:{at:%M} {'am' if at.hour < 12 else 'pm'}"
    nested = f'\n<ul class="children">\n{children}\n</ul>' if children else ""
    return (
        f'<li class="{kind}" id="comment-{remark.number}">\n'
        f'<div id="div-comment-{remark.number}" class="comment-body">\n<div class="comment-author vcard">\n'
        f'<cite class="fn">{_name(remark)}</cite> <span class="says">says:</span></div>\n'
        '<div class="comment-meta commentmetadata">'
        f'<a href="{page.comment_link(remark)}">{when}</a></div>\n'
        f"{body_html(remark, emoji_images=True)}\n"
        f'<div class="reply">{_reply_link(page, remark)}</div>\n</div>{nested}\n</li>'
    )


def _html5_item(page: _PostPage, remark: Remark, kind: str, children: str) -> str:
    at = remark.at.astimezone(page.site.zone)
    nested = f'\n<ol class="children">\n{children}\n</ol>' if children else ""
    return (
        f'<li id="comment-{remark.number}" class="{kind}">\n'
        f'<article id="div-comment-{remark.number}" class="comment-body">\n<footer class="comment-meta">\n'
        f'<div class="comment-author vcard"><b class="fn">{_name(remark)}</b> <span class="says">says:</span></div>\n'
        f'<div class="comment-metadata"><a href="{page.comment_link(remark)}">'
        f'<time datetime="{at.isoformat()}">{at:%B} {at.day}, {at.year} at {at:%H:%M}</time></a></div>\n</footer>\n'
        f'<div class="comment-content">\n{body_html(remark)}\n</div>\n'
        f'<div class="reply">{_reply_link(page, remark)}</div>\n</article>{nested}\n</li>'
    )


def _block_item(page: _PostPage, remark: Remark, kind: str, children: str) -> str:
    at = remark.at.astimezone(page.site.zone)
    nested = f"\n<ol>\n{children}\n</ol>" if children else ""
    return (
        f'<li id="comment-{remark.number}" class="{kind}">\n<div class="wp-block-group is-layout-flex">\n'
        f'<div class="wp-block-comment-author-name">{_name(remark)}</div>\n'
        f'<div class="wp-block-comment-date"><time datetime="{at.isoformat()}">'
        f'<a href="{page.comment_link(remark)}">{at:%B} {at.day}, {at:%Y at %H:%M}</a></time></div>\n'
        f'<div class="wp-block-comment-content">{body_html(remark)}</div>\n'
        f'<div class="wp-block-comment-reply-link">{_reply_link(page, remark)}</div>\n</div>{nested}\n</li>'
    )


def rest_root(site: WordPress, base: str) -> Any:
    """The REST interface's front page."""
    hours = site.zone.utcoffset(None).total_seconds() / 3600
    return {
        "name": site.site_name,
        "url": base,
        "home": base,
        "gmt_offset": hours,
        "timezone_string": "Asia/Hong_Kong" if site.zone == HONG_KONG else "UTC",
        "namespaces": ["wp/v2"],
    }


def rest_post(site: WordPress, story: Story, base: str) -> Any:
    """One post."""
    return {
        "id": story.number,
        "date_gmt": f"{story.published:%Y-%m-%dT%H:%M:%S}",
        "link": site.permalink(base, story),
        "title": {"rendered": escape(story.title)},
        "comment_status": "open" if story.is_open else "closed",
        "status": "publish",
        "type": "post",
    }


def rest_comments(
    site: WordPress, stories: Sequence[Story], base: str, query: Mapping[str, str]
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """A page of comments and its ``X-WP-*`` headers; pingbacks are left out, as the default ``type=comment`` does."""
    rows = [
        (story, remark)
        for story in stories
        for remark in story.remarks
        if remark.kind == "comment" and query.get("post", str(story.number)) == str(story.number)
    ]
    if "include" in query:
        wanted = set(query["include"].split(","))
        rows = [row for row in rows if str(row[1].number) in wanted]
    rows.sort(key=lambda row: row[1].number, reverse=query.get("order", "desc") == "desc")
    per_page = min(int(query.get("per_page", "10")), MAX_PER_PAGE)
    page = int(query.get("page", "1"))
    total = len(rows)
    for story in stories:
        if story.stated is not None and query.get("post") == str(story.number):
            total = story.stated
    headers = {"X-WP-Total": str(total), "X-WP-TotalPages": str(-(-total // per_page))}
    fields = set(query["_fields"].split(",")) if "_fields" in query else None
    rows = rows[(page - 1) * per_page : page * per_page]
    shown = [_rest_comment(site, story, remark, base) for story, remark in rows]
    if fields is not None:
        shown = [{name: value for name, value in row.items() if name in fields} for row in shown]
    return shown, headers


def _page_of(site: WordPress, story: Story, remark: Remark) -> int:
    """The comment page that holds a comment's thread."""
    known = {other.number: other for other in story.remarks}
    while remark.parent is not None:
        remark = known[remark.parent]
    top = [other.number for other in story.remarks if other.parent is None]
    return top.index(remark.number) // site.per_page + 1 if site.per_page else 1


def _rest_comment(site: WordPress, story: Story, remark: Remark, base: str) -> dict[str, Any]:
    page = _PostPage(site, story, base, site.permalink(base, story), _page_of(site, story, remark))
    return {
        "id": remark.number,
        "post": story.number,
        "parent": remark.parent or 0,
        "author": 2 if remark.is_member else 0,
        "author_name": remark.author,
        "author_url": remark.url or "",
        "date": f"{remark.at.astimezone(site.zone):%Y-%m-%dT%H:%M:%S}",
        "date_gmt": f"{remark.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}",
        "content": {"rendered": body_html(remark) + "\n"},
        "link": page.comment_link(remark),
        "status": "approved",
        "type": "comment",
    }


def comment_feed(site: WordPress, story: Story, base: str) -> str:
    """A post's comment feed (RSS 2.0): the latest comments, newest first."""
    permalink = site.permalink(base, story)
    items = "".join(
        f"<item><title>By: {escape(remark.author)}</title><link>{permalink}#comment-{remark.number}</link>"
        f"<dc:creator><![CDATA[{remark.author}]]></dc:creator><pubDate>{format_datetime(remark.at)}</pubDate>"
        f'<guid isPermaLink="false">{base}/?p={story.number}#comment-{remark.number}</guid>'
        f"<content:encoded><![CDATA[{body_html(remark)}]]></content:encoded></item>\n"
        for remark in sorted(story.remarks, key=lambda remark: remark.at, reverse=True)[:FEED_LENGTH]
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">\n'
        f"<channel><title>Comments on: {escape(story.title)}</title><link>{permalink}</link>\n{items}</channel></rss>"
    )
