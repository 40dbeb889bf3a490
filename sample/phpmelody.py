"""A small PHP Melody: watch pages in its old and its new markup, and the comment pages of ajax.php."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from string import Template
from typing import Final
from urllib.parse import quote

from sample.stories import HERE, Remark, Story

PINNED_LIKES: Final = 2
"""The most liked comment is pinned when it has more likes than this (PHP Melody `watch.php`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhpMelody:
    """One installation in a folder of the sample site."""

    template: str
    """``phpmelody`` (2.1) or ``phpmelody-apollo``."""
    site_name: str
    per_page: int = 15
    repeats_page_one: bool = False
    """A broken installation whose ajax.php always answers with the first page."""

    def permalink(self, base: str, story: Story) -> str:
        """The story's address, as the software's search-friendly links are written."""
        return f"{base}/{story.slug}-video_{story.uniq_id}.html"


def watch_page(site: PhpMelody, story: Story, base: str) -> str:
    """A video's page with the first page of its comments."""
    permalink = site.permalink(base, story)
    embed = f"https://www.youtube.com/embed/{story.youtube}"
    old = site.template == "phpmelody"
    blocks = [block.replace("<br />\n", "<br />") for block in story.blocks]
    values = {
        "base": base,
        "permalink": permalink,
        "permalink_q": quote(permalink, safe=""),
        "title": escape(story.title),
        "title_q": quote(story.title, safe=""),
        "site_name": escape(site.site_name),
        "summary": escape(story.summary),
        "uniq_id": story.uniq_id,
        "embed_url": embed,
        "thumbnail": f"https://i.ytimg.com/vi/{story.youtube}/mqdefault.jpg",
        "player": f'<iframe id="ytplayer" src="{embed}?autoplay=0" frameborder="0" allowfullscreen></iframe>',
        "published": f"{story.published:%Y-%m-%dT%H:%M:%S+0000}",
        "published_words": f"{story.published:%A, %B} {story.published.day}, {story.published.year}",
        "description": "<br /><br />\n".join(blocks) if old else "".join(f"<p>{block}</p>" for block in blocks),
        "comment_area": _comment_area(site, story, base, old=old),
    }
    template = (HERE / "templates" / f"{site.template}.html").read_text(encoding="utf-8")
    return Template(template).substitute(values)


def _comment_area(site: PhpMelody, story: Story, base: str, *, old: bool) -> str:
    form = (
        '<div id="mycommentspan" class="hide-me"></div><div class="row" id="pm-post-form">'
        '<form action="" name="form-user-comment" method="post">'
        '<textarea name="comment_txt" id="c_comment_txt" rows="2" placeholder="Your comment"></textarea>'
        f'<input type="hidden" id="c_vid" name="vid" value="{story.uniq_id}">'
        '<input type="hidden" id="c_user_id" name="user_id" value="0">'
        '<button type="submit" id="c_submit" name="Submit">Submit</button></form></div>'
    )
    count = len(story.remarks)
    comments = f'<span id="comment-list-container">\n{comment_page(site, story, base, 1)}\n</span>'
    if old:
        return (
            f'<h2 class="upper-blue">{escape(story.form_title)}</h2>\n{form}\n'
            f'<h2 class="upper-blue">Comments ({count})</h2>\n'
            f'<div class="pm-comments comment_box">\n{comments}\n</div>'
        )
    return (
        '<ul class="nav nav-tabs nav-underlined">\n'
        f'<li class="active"><a href="#comments-native" id="nav-link-comments-native">Comments ({count})</a></li>\n'
        '<li><a href="#comments-facebook" id="nav-link-comments-facebook">Facebook</a></li></ul>\n'
        '<div class="tab-content pm-comments-container">\n<div class="tab-pane active" id="comments-native">\n'
        f'{form}\n<div class="pm-comments comment_box">\n{comments}\n</div></div>\n'
        '<div class="tab-pane pm-comments comment_box" id="comments-facebook"><div class="fb-comments" '
        f'data-href="{site.permalink(base, story)}" data-numposts="10"></div></div>\n</div>'
    )


def comment_page(site: PhpMelody, story: Story, base: str, number: int) -> str:
    """What ``ajax.php?p=comments&do=show_comments`` answers: list and pager."""
    if site.repeats_page_one:
        number = 1
    newest = sorted(story.remarks, key=lambda remark: remark.at, reverse=True)
    shown = newest[(number - 1) * site.per_page : number * site.per_page]
    old = site.template == "phpmelody"
    rows = []
    best = max(story.remarks, key=lambda remark: remark.likes, default=None)
    if best is not None and best.likes > PINNED_LIKES:
        head = "pm-top-comment-head" if old else "label-top-comment"
        css = "pm-top-comment border-radius4" if old else "media pm-top-comment"
        top = f'<div class="{head}">TOP COMMENT</div>{_body(best, base, old=old)}'
        rows.append(f'<li id="comment-999" class="{css}">{top}</li>')
    rows.append('<li id="preview_comment"></li>')
    css = "" if old else ' class="media "'
    for index, remark in enumerate(shown, 1):
        rows.append(f'<li id="comment-{index}"{css}>{_body(remark, base, old=old)}</li>')
    items = "\n".join(rows)
    pages = -(-len(newest) // site.per_page)
    pager = f"\n{_pager(story, number, pages)}" if pages > 1 else ""
    return f'<ul class="pm-ul-comments video-comments">\n{items}\n</ul>{pager}'


def _body(remark: Remark, base: str, *, old: bool) -> str:
    title = f"{remark.at:%A, %B} {remark.at.day}, {remark.at:%Y %I:%M %p}"
    times = f'datetime="{remark.at:%Y-%m-%dT%H:%M:%S+0000}" title="{title}"'
    text = "<br /><br />\n".join(escape(text, quote=False) for text in remark.paragraphs)
    name = escape(remark.author)
    href = f"{base}/profile.html?u={quote(remark.author)}"
    if old:
        who = f'<a href="{href}">{name}</a>' if remark.is_member else name
        return (
            '<span class="pm-comment-avatar"><img src="/pm-avatar.png" height="40" width="40" alt=""></span>\n'
            f'<span class="pm-comment-info"><span class="pm-comment-author">\n{who}\n</span>\n'
            f'<span class="pm-comment-since"><small>Added <time {times}>5 years ago</time></small></span>\n'
            f'<span class="pm-comment-txt">{text}</span></span>'
        )
    who = name
    if remark.is_member:
        label = '<span class="label label-danger label-banned-7 hide-me">Banned</span>'
        who = f'<a href="{href}" class="pm-comment-user">{name}</a>\n{label}'
    return (
        '<div class="media-object"><a href="#" class="pull-left"><img src="/pm-avatar.png" alt=""></a></div>\n'
        f'<div class="media-body"><div class="media-heading">\n{who}\n'
        f'<div class="media-date"><time {times}>2 years ago</time></div></div>\n<p>{text}</p></div>'
    )


def _pager(story: Story, current: int, pages: int) -> str:
    def link(number: int, text: str) -> str:
        if number == current or not 1 <= number <= pages:
            state = "active" if number == current else "disabled"
            return f'<li class="{state}"><a href="#" onclick="return false;">{text}</a></li>'
        call = f"ajax_request('comments', 'do=show_comments&amp;page={number}&amp;vid={story.uniq_id}', "
        script = f"{call}'#comment-list-container', 'html', true); return false;"
        return f'<li class=""><a href="#" onclick="{script}">{text}</a></li>'

    numbers = [link(number, str(number)) for number in range(1, pages + 1)]
    links = [link(current - 1, "&laquo;"), *numbers, link(current + 1, "&raquo;")]
    return f'<div class="row"><ul class="pagination pagination-sm pagination-arrows">{"".join(links)}</ul></div>'
