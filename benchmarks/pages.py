"""Generated pages of a video and news site under WordPress: the same pages for the same seed.

The post with its thread is the sample site's (:mod:`sample.wordpress`: XHTML, HTML5 and block markup); around it stands
what themes and plugins print on every page: style sheets and scripts in the page, menus, sharing bars, related
stories, a sidebar, a footer, structured data.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from html import escape
from random import Random
from typing import Final
from urllib.parse import quote

from sample.stories import NAMES, REMARKS, REPLIES, Remark, Story
from sample.wordpress import WordPress, post_page

SITES: Final = 12
"""Sites that the pages are of; the pages of one share its theme, menus, style sheets and footer."""

HOST: Final = "https://news-{}.example.com"
THEMES: Final = ("html5", "html5", "legacy", "block")
"""The HTML5 list is by far the most common one."""

MAX_DEPTH: Final = 5
"""WordPress' default `thread_comments_depth`."""

LONG_THREAD: Final = 1_000
LONG_THREADS: Final = 0.006
"""Share of pages with so many comments."""

_WORDS: Final = """
harbour council report street budget ferry market school museum bridge river weather summer election minister library
station garden concert theatre science space health energy police court hospital company worker union price city coast
island village railway engineer teacher farmer doctor artist history language music film camera interview question answer
morning evening winter autumn season million percent decision project museum archive visitor neighbour festival
"""
WORDS: Final = _WORDS.split()
SECTIONS: Final = (
    "World", "Politics", "Business", "Science", "Culture", "Sports", "Opinion", "Video", "Podcasts", "Weather", "Travel",
    "Local",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class BenchPage:
    """One generated page."""

    url: str
    body: bytes
    comments: int
    site: WordPress
    story: Story


def pages(
    count: int, seed: int = 1, *, comments: int | None = None, host: str = HOST, has_rest: bool = False
) -> Iterator[BenchPage]:
    """So many pages; the first ones are the same however many are asked for. The other arguments are :func:`page`'s."""
    for number in range(1, count + 1):
        rng = Random(seed * 1_000_003 + number)  # noqa: S311  repeatable on purpose
        yield page(number, rng, comments, host=host, has_rest=has_rest)


def page(
    number: int, rng: Random, comments: int | None = None, *, host: str = HOST, has_rest: bool = False
) -> BenchPage:
    """One page.

    :param comments: how many it has; None for as many as such pages have: few, or up to 200, rarely 1,000
    :param host: scheme and host of its site, ``{}`` stands for the site's number below :data:`SITES`
    :param has_rest: whether its head says where the REST interface is
    """
    if comments is None:
        comments = LONG_THREAD if rng.random() < LONG_THREADS else min(int(rng.expovariate(1 / 20)), 200)
    of_site = number % SITES
    host = host.format(of_site)
    story = _story(number, rng, comments, host)
    site = WordPress(theme=THEMES[of_site % len(THEMES)], site_name="Harbour News", link_format="{base}/2024/03/{slug}/")
    url = site.permalink(host, story)
    top, head, bottom = _chrome(of_site, host)
    text = post_page(site, story, host)
    text = text.replace("</head>", _metas(story, url, host) + (_rest(story, host) if has_rest else "") + head + "</head>", 1)
    start = text.index(">", text.index("<body")) + 1
    text = text[:start] + top + text[start:]
    comment_area = min(
        at for mark in ('<div id="comments"', '<div class="wp-block-comments"') if (at := text.find(mark)) > 0
    )
    text = text[:comment_area] + _below_post(story, url, host, rng) + text[comment_area:]
    text = text.replace("</body>", _sidebar(host, rng) + bottom + "</body>", 1)
    return BenchPage(url, text.encode(), comments, site, story)


# -- the post and its thread ----------------------------------------------------------------------------


def _story(number: int, rng: Random, comments: int, host: str) -> Story:
    title = _title(rng)
    published = datetime(2024, 3, 1, 8, tzinfo=UTC) + timedelta(minutes=37 * number)
    blocks = [_sentences(rng, rng.randint(2, 6)) for _ in range(rng.randint(4, 14))]
    blocks.insert(1, f'<a href="{host}/2024/02/{_slug(_title(rng))}/">{_title(rng)}</a> {_sentences(rng, 2)}')
    blocks.append('Subscribe to our channel: <a href="https://www.youtube.com/@harbournews">youtube.com/@harbournews</a>')
    blocks.append(f'Related story:<br />\n{_title(rng)} <a href="{host}/2024/01/{_slug(_title(rng))}/">read it</a>')
    return Story(
        number=number,
        slug=f"{_slug(title)}-{number}",
        title=title,
        summary=_sentences(rng, 1),
        blocks=tuple(blocks),
        uniq_id=f"{rng.getrandbits(36):09x}",
        youtube="".join(rng.choices("abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ0123456789_-", k=11)),
        published=published,
        remarks=tuple(remarks(rng, number * 2_000, published, comments)),
    )


def remarks(rng: Random, first: int, at: datetime, count: int) -> Iterator[Remark]:
    """So many comments of one thread, the first after ``at``, numbered from ``first``."""
    depths: dict[int, int] = {}
    for number in range(first, first + count):
        at += timedelta(seconds=rng.randint(20, 7_000))
        open_to_replies = [other for other in list(depths)[-30:] if depths[other] < MAX_DEPTH]
        parent = rng.choice(open_to_replies) if open_to_replies and rng.random() < 0.55 else None
        is_ping = parent is None and rng.random() < 0.02
        if not is_ping:  # nobody answers one, and the templates would not print it
            depths[number] = depths[parent] + 1 if parent is not None else 1
        said = REPLIES if parent is not None else REMARKS
        paragraphs = [f"{rng.choice(said)} {_sentences(rng, rng.randint(0, 4))}".strip() for _ in range(rng.choice((1, 1, 1, 2, 3)))]
        yield Remark(
            number=number,
            author=rng.choice(NAMES),
            paragraphs=tuple(paragraphs),
            at=at,
            parent=parent,
            url=f"https://blog-{rng.randint(1, 400)}.example.org/" if is_ping or rng.random() < 0.15 else None,
            kind="pingback" if is_ping else "comment",
            is_member=not is_ping and rng.random() < 0.05,
        )


def _title(rng: Random) -> str:
    return " ".join(rng.sample(WORDS, rng.randint(5, 9))).capitalize()


def _slug(title: str) -> str:
    return title.lower().replace(" ", "-")


def _sentences(rng: Random, count: int) -> str:
    return " ".join(" ".join(rng.choices(WORDS, k=rng.randint(7, 18))).capitalize() + "." for _ in range(count))


# -- what stands around it ------------------------------------------------------------------------------


def _metas(story: Story, url: str, host: str) -> str:
    image = f"{host}/wp-content/uploads/2024/03/{story.number}-1200x675.jpg"
    metas = {
        "og:title": story.title, "og:description": story.summary, "og:url": url, "og:image": image,
        "og:image:width": "1200", "og:image:height": "675", "og:type": "article", "og:site_name": "Harbour News",
        "article:published_time": story.published.isoformat(), "article:section": "Video", "article:tag": "harbour",
        "article:publisher": "https://www.facebook.com/harbournews",
    }  # fmt: skip
    names = {"description": story.summary, "twitter:card": "player", "twitter:site": "@harbournews", "robots": "max-image-preview:large"}
    parts = [f'<meta property="{name}" content="{escape(value)}">' for name, value in metas.items()]
    parts += [f'<meta name="{name}" content="{escape(value)}">' for name, value in names.items()]
    graph = [
        {"@type": "Article", "headline": story.title, "datePublished": story.published.isoformat(), "dateModified": story.published.isoformat(),
         "author": {"@type": "Person", "name": "Video desk"}, "publisher": {"@id": f"{host}/#organization"}, "keywords": ["harbour", "city"],
         "articleSection": ["Video"], "inLanguage": "en-GB", "mainEntityOfPage": {"@id": url}},
        {"@type": "WebPage", "@id": url, "url": url, "name": story.title, "isPartOf": {"@id": f"{host}/#website"}},
        {"@type": "BreadcrumbList", "itemListElement": [{"@type": "ListItem", "position": at, "name": name} for at, name in enumerate(SECTIONS[:3], 1)]},
        {"@type": "Organization", "@id": f"{host}/#organization", "name": "Harbour News", "url": f"{host}/", "sameAs": ["https://www.facebook.com/harbournews"]},
    ]  # fmt: skip
    parts.append(f'<script type="application/ld+json" class="yoast-schema-graph">{json.dumps({"@context": "https://schema.org", "@graph": graph})}</script>')
    return "\n".join(parts) + "\n"


def _rest(story: Story, host: str) -> str:
    return (
        f'<link rel="https://api.w.org/" href="{host}/wp-json/">\n'
        f'<link rel="alternate" title="JSON" type="application/json" href="{host}/wp-json/wp/v2/posts/{story.number}">\n'
    )


@cache
def _chrome(of_site: int, host: str) -> tuple[str, str, str]:
    """What all pages of a site have: the top of the page, the end of the head, the bottom."""
    rng = Random(of_site)  # noqa: S311  repeatable on purpose
    return _top(host, rng), _head(host, rng), _bottom(host, rng)


def _head(host: str, rng: Random) -> str:
    parts = [
        f'<link rel="stylesheet" id="{name}-css" href="{host}/wp-content/plugins/{name}/style.min.css?ver={rng.randint(1, 9)}.{rng.randint(0, 9)}" media="all">'
        for name in rng.sample(WORDS, 14)
    ]
    parts.append(f"<style id='global-styles-inline-css'>{_style(rng, rng.randint(10, 200))}</style>")
    parts += [f"<style>{_style(rng, rng.randint(2, 60))}</style>" for _ in range(rng.randint(1, 6))]
    parts += [f'<script src="{host}/wp-includes/js/{name}.min.js?ver=6.1.9" id="{name}-js" defer></script>' for name in rng.sample(WORDS, 12)]
    parts += [f"<script id='{name}-js-extra'>{_script(host, rng, rng.randint(4, 24))}</script>" for name in rng.sample(WORDS, rng.randint(1, 8))]
    return "\n".join(parts) + "\n"


def _style(rng: Random, rules: int) -> str:
    return "".join(
        f".wp-block-{rng.choice(WORDS)} .{rng.choice(WORDS)}{{margin:{rng.randint(0, 40)}px;color:#{rng.getrandbits(24):06x};line-height:1.{rng.randint(1, 9)}}}"
        for _ in range(rules)
    )


def _script(host: str, rng: Random, entries: int) -> str:
    settings = {f"{rng.choice(WORDS)}_{at}": f"{host}/wp-admin/admin-ajax.php?action={rng.choice(WORDS)}" for at in range(entries)}
    return f"var {rng.choice(WORDS)}_settings = {json.dumps(settings)};"


def _menu_item(name: str, depth: int, host: str, rng: Random) -> str:
    number = rng.randint(100, 9_999)
    inside = ""
    if depth:
        below = "".join(_menu_item(rng.choice(WORDS).capitalize(), depth - 1, host, rng) for _ in range(rng.randint(1, 6)))
        inside = f'<ul class="sub-menu">{below}</ul>'
    return (
        f'<li id="menu-item-{number}" class="menu-item menu-item-type-taxonomy menu-item-object-category menu-item-{number}">'
        f'<a href="{host}/category/{_slug(name)}/"><span class="menu-text">{name}</span></a>{inside}</li>'
    )


def _top(host: str, rng: Random) -> str:
    items = "".join(_menu_item(name, 1, host, rng) for name in SECTIONS)
    social = "".join(
        f'<li class="social-item"><a href="{address}" target="_blank" rel="noopener" aria-label="{name}"><svg viewBox="0 0 24 24" '
        f'aria-hidden="true"><path d="M{rng.randint(1, 20)} 2.04c-5.5 0-10 4.49-10 10.02 0 5 3.66 9.15 8.44 9.9v-7H7.9v-2.9"/></svg></a></li>'
        for name, address in (
            ("Facebook", "https://www.facebook.com/harbournews"), ("X", "https://x.com/harbournews"),
            ("YouTube", "https://www.youtube.com/@harbournews"), ("Instagram", "https://www.instagram.com/harbournews/"),
            ("RSS", f"{host}/feed/"),
        )
    )  # fmt: skip
    return (
        '<a class="skip-link screen-reader-text" href="#content">Skip to content</a><div id="topbar" class="top-bar">'
        f'<ul class="social-links">{social}</ul><a class="header-button" href="{host}/newsletter/">Newsletter</a>'
        f'<form role="search" method="get" class="search-form" action="{host}/"><label><span class="screen-reader-text">Search for:</span>'
        '<input type="search" class="search-field" placeholder="Search &hellip;" value="" name="s"></label>'
        '<input type="submit" class="search-submit" value="Search"></form></div>'
        f'<nav id="site-navigation" class="main-navigation"><button class="menu-toggle" aria-controls="primary-menu">Menu</button>'
        f'<ul id="primary-menu" class="menu">{items}</ul></nav>'
        f'<nav id="mobile-navigation" class="mobile-navigation"><ul class="menu mobile-menu">{items}</ul></nav>'
    )


def _card(kind: str, host: str, rng: Random) -> str:
    title = _title(rng)
    url = f"{host}/2024/0{rng.randint(1, 3)}/{_slug(title)}/"
    image = f"{host}/wp-content/uploads/2024/{rng.randint(1, 9_999)}"
    return (
        f'<div class="{kind}"><a class="{kind}-thumb" href="{url}"><img width="300" height="169" src="{image}-300x169.jpg" '
        f'class="attachment-medium wp-post-image" alt="" loading="lazy" srcset="{image}-300x169.jpg 300w, {image}-768x432.jpg 768w, '
        f'{image}-1024x576.jpg 1024w" sizes="(max-width: 300px) 100vw, 300px"></a><h3 class="{kind}-title"><a href="{url}">{title}</a></h3>'
        f'<span class="{kind}-date">March {rng.randint(1, 28)}, 2024</span></div>'
    )


def _below_post(story: Story, url: str, host: str, rng: Random) -> str:
    quoted, title = quote(url, safe=""), quote(story.title, safe="")
    networks = (
        ("Facebook", f"https://www.facebook.com/sharer/sharer.php?u={quoted}"), ("X", f"https://x.com/intent/post?url={quoted}&amp;text={title}"),
        ("WhatsApp", f"https://api.whatsapp.com/send?text={title}%20{quoted}"), ("Telegram", f"https://t.me/share/url?url={quoted}"),
        ("LinkedIn", f"https://www.linkedin.com/sharing/share-offsite/?url={quoted}"), ("Reddit", f"https://www.reddit.com/submit?url={quoted}"),
        ("E-mail", f"mailto:?subject={title}&amp;body={quoted}"),
    )  # fmt: skip
    bar = "".join(
        f'<li class="share-{name.lower()}"><a class="share-icon" rel="nofollow noopener" href="{address}" title="Share on {name}" target="_blank">'
        f"<span></span><span class=\"sharing-screen-reader-text\">Share on {name}</span></a></li>"
        for name, address in networks
    )
    related = "".join(_card("related-post", host, rng) for _ in range(6))
    more = "".join(_card("story-card", host, rng) for _ in range(rng.randint(6, 14)))
    return (
        f'<div class="sharedaddy sd-sharing-enabled"><h3 class="sd-title">Share this:</h3><div class="sd-content"><ul>{bar}</ul></div></div>'
        f'<div id="related-posts" class="related-posts"><h3 class="related-heading">Related stories</h3>{related}</div>'
        f'<section class="story-cards"><h2 class="cards-heading">More from Harbour News</h2>{more}</section>'
    )


def _sidebar(host: str, rng: Random) -> str:
    posts = "".join(
        f'<li><a href="{host}/2024/02/{_slug(title)}/">{title}</a> <span class="post-date">February {rng.randint(1, 28)}, 2024</span></li>'
        for title in (_title(rng) for _ in range(12))
    )
    return (
        '<div class="sidebar widget-area"><section id="recent-posts-9" class="widget widget_recent_entries"><h2 class="widget-title">Recent Posts</h2>'
        f"<ul>{posts}</ul></section>"
    )


def _bottom(host: str, rng: Random) -> str:
    cloud = " ".join(
        f'<a href="{host}/tag/{word}/" class="tag-cloud-link tag-link-{at}" style="font-size: {rng.randint(8, 22)}pt;">{word}</a>'
        for at, word in enumerate(WORDS[:40])
    )
    columns = "".join(
        f'<div class="footer-column"><h4 class="footer-heading">{name}</h4><ul>'
        + "".join(f'<li><a href="{host}/{word}/{name.lower()}/">{word.capitalize()}</a></li>' for word in rng.sample(WORDS, 10))
        + "</ul></div>"
        for name in SECTIONS[:5]
    )
    return (
        '<section id="tag_cloud-2" class="widget widget_tag_cloud"><h2 class="widget-title">Topics</h2>'
        f'<div class="tagcloud">{cloud}</div></section><section id="mc4wp_form_widget-2" class="widget widget_mc4wp_form_widget">'
        '<h2 class="widget-title">Our newsletter</h2><form id="mc4wp-form-1" class="mc4wp-form" method="post"><p><label>E-mail: '
        '<input type="email" name="EMAIL" placeholder="Your e-mail address" required></label></p><p><input type="submit" value="Sign up"></p>'
        f'</form></section></div><footer class="site-footer"><div class="footer-columns">{columns}</div><p class="copyright">Harbour News</p></footer>'
        + "".join(f"<script>{_script(host, rng, rng.randint(2, 14))}</script>" for _ in range(rng.randint(1, 8)))
    )
