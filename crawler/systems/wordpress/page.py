"""What a page says about its WordPress: which installation and post, is the thread open, how many comments has it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from selectolax.lexbor import LexborNode

from crawler.extract.counts import read_count
from crawler.extract.document import Document
from crawler.extract.same_page import bare_host, bare_page
from crawler.extract.text import line_of
from crawler.systems.around.counts import is_of_else, stated_in
from crawler.systems.around.states import state_said
from crawler.systems.around.words import counts_posts
from crawler.systems.places import SOURCES
from crawler.systems.reading import query_of
from crawler.systems.wordpress.items import Items
from crawler.systems.wordpress.locales import closed_sentences, counting_words

JETPACK: Final = ", ".join(
    ["iframe.jetpack_remote_comment", "iframe[name=jetpack_remote_comment]"]
    + [f'iframe[{name}*="/jetpack-comment/"]' for name in SOURCES]
)
"""Jetpack's frame in the place of the form (`modules/comments/comments.php`), also before a script has filled it."""

API_REL: Final = "https://api.w.org/"
"""`rest_output_link_wp_head()`."""

MARKS: Final = (
    "input[name=comment_post_ID]",
    'form[action*="/wp-comments-post.php"]',
    JETPACK,
    'meta[name=generator][content^="WordPress"]',
    "body.single-post, body[class*=postid-], body[class*=page-id-]",
    "a.comment-reply-link, a.comment-reply-login",
    'a[href*="replytocom="]',
    'link[href*="/wp-includes/"], script[src*="/wp-includes/"]',
    'link[href*="/wp-content/"], script[src*="/wp-content/"], script[src*="/wp-emoji-release"]',
)
"""Evidence that a page is WordPress's, surest first; surer than all is the link to its API."""

API_LINK: Final = re.compile(r'<([^<>]{1,2000})>\s*;\s*rel="?https://api\.w\.org/"?')
"""`rest_output_link_header()`: `Link: <https://example.org/wp-json/>; rel="https://api.w.org/"`."""

SHORTLINK: Final = re.compile(r"<([^<>]{1,2000})>\s*;\s*rel=\"?shortlink\"?")
"""`wp_shortlink_header()`."""

FORMS: Final = (
    "form#commentform, form.comment-form, input[name=comment_post_ID], "
    'form[action*="/wp-comments-post.php"], ' + JETPACK
)
"""`comment_form()` in every version, and Jetpack's frame that takes its place."""

BODY_ID: Final = re.compile(r"(?:postid|page-id|attachmentid)-([1-9]\d{0,18})\Z")
"""`get_body_class()`."""

REST_POST: Final = re.compile(r"/wp/v2/([a-z][\w-]{0,60})/([1-9]\d{0,18})/?\Z")
"""`rest_get_route_for_post()`: `/wp/v2/posts/14`; other post types have other words."""

POST_ID: Final = re.compile(r"[1-9]\d{0,18}\Z")

HEADINGS: Final = (
    ".comments-title, .comments-heading, .wp-block-comments-title, #comments-title, .comment-title, .comments-header",
    "h1#comments, h2#comments, h3#comments, h4#comments",
    "#comments h2, #comments h3, #comments h4, .comments-area h2, .comments-area h3, .comments-area h4, .comments h3",
)
"""Where core and themes print how many comments there are (`comments_number()`, `blocks/comments-title.php`)."""

QUOTED: Final = re.compile(r"[“«„\"「『‘][^“”«»„\"「」『』]{0,300}[”»“\"」』’]")
"""The post's title, as headings of comment lists quote it: a number in it counts nothing."""

PINGS: Final = re.compile(r"(?:ping|track)[ -]?backs?(?![a-z])")
"""What headings of a list of pingbacks say, in every language that has the word; the case is folded."""

JSON_LD_COUNT: Final = re.compile(r'"commentCount"\s*:\s*"?(\d{1,9})\b')


def evidence_of(document: Document, items: Items) -> str | None:
    """What says that the page is WordPress's, None when nothing does."""
    if any(rel == API_REL for _, rel, _ in _links(document)):
        return f'link[rel="{API_REL}"]'
    for selector in MARKS:
        if document.first(selector) is not None:
            return selector.partition(",")[0]
    if API_LINK.search(document.headers.get("link", "")):
        return "Link: https://api.w.org/"
    if any(item.shown_depth is not None for item in items.found):
        return "li.depth-N"
    return None


def comment_area(document: Document, items: Items) -> str | None:
    """What says that the page has a place for comments at all, None when nothing does."""
    if items.found:
        return f"#comment-{items.found[0].native_id}"
    for selector in (
        "#respond",
        "form#commentform",
        "input[name=comment_post_ID]",
        ".comments-area",
        ".wp-block-comments",
        "#comments",
        ".wp-block-post-comments",
        "p.nocomments, p.no-comments",
        "form.post-password-form",
        JETPACK,
    ):
        if document.first(selector) is not None:
            return selector.partition(",")[0]
    return None


def rest_root(document: Document) -> str | None:
    """The root of the REST API where the page offers it, ending in ``/`` or in ``rest_route=/``.

    A root on another host is not believed: any page could send a crawler anywhere.
    """
    href = next((href for href, rel, _ in _links(document) if rel == API_REL), None)
    if not href:
        found = API_LINK.search(document.headers.get("link", ""))
        href = found[1] if found else None
    url = document.link(href)
    if url is None or bare_host(url) != bare_host(document.url):
        return None
    scheme = document.url.partition(":")[0]
    url = scheme + url[url.index(":") :]
    return url if url.endswith("/") or "rest_route=" in url else url + "/"


def rest_post(document: Document) -> tuple[str, str] | None:
    """Route word and id of the page's own post (``("posts", "14")``) by its JSON alternate."""
    for stated, rel, kind in _links(document):
        if rel != "alternate" or kind != "application/json":
            continue
        href = document.link(stated) or ""
        found = REST_POST.search(query_of(href).get("rest_route", urlsplit(href).path))
        if found:
            return found[1], found[2]
    return None


def _links(document: Document) -> list[tuple[str, str | None, str | None]]:
    """Address, `rel` and `type` of each `link` element."""
    return document.derived(_read_links)


def _read_links(document: Document) -> list[tuple[str, str | None, str | None]]:
    return [
        (href, attributes.get("rel"), attributes.get("type")) for _, href, attributes in document.elements.relations
    ]


def post_id(document: Document) -> str | None:
    """The post that the thread belongs to; None on a page of several posts."""
    return next((value for value in _posts_stated(document) if value and POST_ID.match(value)), None)


def _posts_stated(document: Document) -> Iterator[str | None]:
    """Its id as each place states it, surest first."""
    yield _attribute(document.first("input[name=comment_post_ID]"), "value")
    yield _body_id(document.first("body"))
    yield (rest_post(document) or (None, None))[1]
    shortlink = next((href for href, rel, _ in _links(document) if rel == "shortlink"), None)
    shorts = SHORTLINK.search(document.headers.get("link", ""))
    yield _query_id(shortlink or (shorts[1] if shorts else None))
    yield _attribute(document.first("a.comment-reply-link[data-postid]"), "data-postid")
    yield _jetpack_post(document)


def _jetpack_post(document: Document) -> str | None:
    frame = document.first(JETPACK)
    for name in SOURCES if frame is not None else ():
        found = query_of(_attribute(frame, name) or "").get("postid")
        if found:
            return found
    return None


def likes_on(document: Document) -> dict[str, int]:
    """Likes by comment id where the page shows any: Jetpack's and WordPress.com's `comment-like-count-ID`."""
    likes: dict[str, int] = {}
    for node in document.css('[id^="comment-like-count-"] [data-like-count]'):
        count = (node.attributes.get("data-like-count") or "").strip()
        around = node.parent
        while around is not None and not (around.attributes.get("id") or "").startswith("comment-like-count-"):
            around = around.parent
        if around is not None and count.isdecimal() and len(count) < 12:
            likes[(around.attributes.get("id") or "").rpartition("-")[2]] = int(count)
    return likes


def tenant(document: Document) -> str:
    """Host and folder of the installation: comment ids are unique within it.

    The folder comes from the REST root, the comment feed, the form or the assets, in this order: on a multisite
    each site has a root of its own and its own ids.
    """
    host = document.host
    root = rest_root(document)
    if root is not None:
        return _join(host, urlsplit(root).path.rpartition("wp-json")[0] or urlsplit(root).path)
    for selector, name, tail in (
        ('link[rel=alternate][href$="/comments/feed/"]', "href", "/comments/feed/"),
        ('form[action*="/wp-comments-post.php"]', "action", "/wp-comments-post.php"),
        ('link[href*="/wp-content/"]', "href", "/wp-content/"),
        ('link[href*="/wp-includes/"]', "href", "/wp-includes/"),
        ('script[src*="/wp-includes/"]', "src", "/wp-includes/"),
    ):
        for node in document.css(selector)[:20]:
            url = document.link(node.attributes.get(name))
            folder = urlsplit(url).path.partition(tail)[0].strip("/") if url is not None else ""
            if url is None or bare_host(url) != bare_host(document.url):
                continue
            # WordPress may live in a folder of its own that its posts do not show.
            return _join(host, folder if urlsplit(document.url).path.startswith(f"/{folder}/") else "")
    return host


def state_of(document: Document, items: Items) -> str:
    """``open``, ``closed``, ``login``, ``password`` or ``unknown``, as the page shows it to a visitor."""
    if document.first("form.post-password-form, input[name=post_password]") is not None and not items.found:
        return "password"
    if document.first(".must-log-in") is not None:
        return "login"
    if document.first(FORMS) is not None:
        return "open"
    said = _said(document)
    if document.first(".no-comments, .nocomments, .comments-closed") is not None or "closed" in said:
        return "closed"
    if document.first('a.comment-reply-login, #respond a[href*="/wp-login.php"]') is not None:
        return "login"
    return "login" if "login" in said else "unknown"


def _said(document: Document) -> set[str | None]:
    """What the sentences in the place of the form say: that comments are closed, or for members."""
    sentences, said = closed_sentences(), set[str | None]()
    for selector in ("#comments p", "#respond p", ".comments-area p", "p.comments", "#comments"):
        for node in document.css(selector)[:200]:
            if node.child is not None and node.child.tag == "-text":
                text = (node.child.text_content or "").strip().rstrip(".。").casefold()
                said.add("closed" if text in sentences else state_said(line_of(node)))
    return said


def stated_count(document: Document, items: Items, language: str | None) -> int | None:
    """How many comments the page says there are: its heading, else its metadata. None when it does not say."""
    for selector in HEADINGS:
        for node in document.css(selector)[:20]:
            if not _is_in_item(node, items):
                count = heading_count(line_of(node), _title(document), language)
                if count is not None:
                    return count
    for node in document.css("[itemprop=commentCount], [itemprop=interactionCount]")[:10]:
        raw = (node.attributes.get("content") or line_of(node)).removeprefix("UserComments:")
        if raw.strip().isdecimal() and len(raw) < 10:
            return int(raw)
    counts = {
        int(found)
        for node in document.css('script[type="application/ld+json"]')
        for found in JSON_LD_COUNT.findall(node.text())
    }
    return counts.pop() if len(counts) == 1 else None


def linked_count(document: Document, items: Items, language: str | None) -> int | None:
    """The count in a link to the place of the comments (`comments_popup_link()`), unless more are shown.

    It counts pingbacks, and is asked where no heading counts and the API does not: there it proves that nothing misses.
    """
    page = bare_page(document.url)
    for node in document.css('a[href$="#comments"]')[:20]:
        url = document.link(node.attributes.get("href"))
        line = line_of(node)
        is_number = not any(map(str.isalpha, line))  # of a page of comments
        if is_number or url is None or bare_page(url) != page or _is_in_item(node, items):
            continue
        count = heading_count(line, _title(document), language)
        if count and count >= len(items.found):
            return count
    return None


def heading_count(heading: str, title: str, language: str | None) -> int | None:
    """The number in a heading such as ``13 thoughts on “Top 10 hacks”``, ``One comment``, ``Keine Kommentare``.

    A heading with two numbers of which neither stands in the title says nothing that can be trusted, and one of
    pingbacks, of a part of the comments or of something else nothing about comments.
    """
    folded = heading.casefold()
    if len(heading) > 500:
        return None
    for number in (1, 0):
        if any(_is_said(words, folded) for words in counting_words(number)):
            return number
    rest = QUOTED.sub(" ", heading)
    if title and len(title) > 3:
        rest = rest.replace(title, " ")
    if PINGS.search(rest.casefold()) or len(re.findall(r"\d+(?:[.,'’\s]\d{3})*", rest)) != 1:
        return None
    stated = stated_in(rest)
    is_of_some = counts_posts(rest) and not _LONG.search(rest) if stated is None else not stated.is_exact
    if is_of_some or is_of_else(rest):
        return None
    count = read_count(rest, language)
    return count.value if count is not None and count.precision == "exact" else None


def _is_said(words: str, heading: str) -> bool:
    """Whether a heading begins or ends with words: ``Nenhum comentário`` does not end with ``um comentário``."""
    if heading.startswith(words):
        beside = heading[len(words) : len(words) + 1]
    elif heading.endswith(words):
        beside = heading[-len(words) - 1]
    else:
        return False
    return not beside.isalpha() or beside >= UNSPACED


UNSPACED: Final = "\u0e00"
"""From Thai on, scripts set their words without spaces, or take endings that way."""

_LONG = re.compile(r"\d{6}")
"""Beside a word these may be the number of a post; here a heading counts them."""


def _title(document: Document) -> str:
    node = document.first("h1.entry-title, article h1, h1")
    return line_of(node) if node is not None else ""


def _is_in_item(node: LexborNode, items: Items) -> bool:
    step: LexborNode | None = node
    for _ in range(60):
        if step is None:
            return False
        if step.mem_id in items.roots or step.attributes.get("id") == "respond":
            return True
        step = step.parent
    return True


def _join(host: str, path: str) -> str:
    folder = path.strip("/").removesuffix("index.php").rstrip("/")
    return f"{host}/{folder}" if folder else host


def _attribute(node: LexborNode | None, name: str) -> str | None:
    return (node.attributes.get(name) or "").strip() if node is not None else None


def _body_id(body: LexborNode | None) -> str | None:
    for token in (_attribute(body, "class") or "").split():
        found = BODY_ID.match(token)
        if found:
            return found[1]
    return None


def _query_id(url: str | None) -> str | None:
    query = query_of(url or "")
    return next((query[name] for name in ("p", "page_id", "attachment_id") if name in query), None)
