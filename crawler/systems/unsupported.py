"""Comment systems that are recognised and not read yet, and services that have ended: a verdict with their name.

One row of :data:`FINGERPRINTS` each. What is looked for is the place of a thread, never a mere script: the scripts of
advertising, counters and share buttons of the same makers are on many pages that hold no thread. A system that gets a
module of its own loses its row here.

Forums (phpBB, XenForo, vBulletin, ...) have no row: their posts are the page itself and are read by structure.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import ClassVar, Final
from urllib.parse import urlsplit

from crawler.extract.document import Document
from crawler.extract.urls import page_url
from crawler.systems.base import Batch, System, ThreadRef
from crawler.systems.places import first_key, given_as
from crawler.systems.reading import Reading
from crawler.systems.signs import register, signs_of


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """How the threads of one system are recognised, and where their keys stand."""

    name: str
    title: str
    places: str = ""
    """Selectors of the element that a thread fills."""
    script: re.Pattern[str] | None = None
    """What an inline script or the page's state says where a thread is set up."""
    marks: tuple[str, ...] = ()
    """Texts of which at least one stands where :func:`crawler.systems.signs.signs_of` looks, on every page with a
    thread; empty where classes, ids and names of attributes alone tell, or only some hosts can have it."""
    host: re.Pattern[str] | None = None
    """The only hosts that can have it, for systems of one publisher or platform; matched at the end."""
    path: re.Pattern[str] | None = None
    """Paths of the pages that have a thread, where every such page has one; group 1 is the thread's key."""
    tenant: tuple[str, ...] = ()
    native: tuple[str, ...] = ()
    """Where the keys stand, for :func:`crawler.systems.places.first_key`."""
    ended: str | None = None
    """When the service ended, for those that have."""


def _host(names: str) -> re.Pattern[str]:
    return re.compile(rf"(?:^|\.)(?:{names})\Z")


FINGERPRINTS: Final[tuple[Fingerprint, ...]] = (
    # -- hosted systems of publishers -------------------------------------------------------------------
    Fingerprint(
        "talk", "Coral Talk 4", "#coral_talk_stream, [id^=coral_talk_]",
        script=re.compile(r"Coral\.Talk\.render\("), marks=("coral_talk_", "Coral.Talk"),
        tenant=(given_as("talk"),), native=(given_as("asset_id"), given_as("asset_url")),
    ),
    Fingerprint(
        "hyvor", "Hyvor Talk", "hyvor-talk-comments, #hyvor-talk-view, #hyvor-talk-iframe",
        tenant=("hyvor-talk-comments@website-id", given_as("HYVOR_TALK_WEBSITE")),
        native=("hyvor-talk-comments@page-id",
        r"HYVOR_TALK_CONFIG\s*=\s*\{[^}]{0,400}?\bid\s*:\s*[\"']?([^\"',\s}]{1,200})"),
    ),
    Fingerprint(
        "vuukle", "Vuukle", "#vuukle-comments, [id^=vuukle-comments-], .vuukle-comments, #vuukle_div, #vuukle-comment",
        tenant=(given_as("apiKey"),),
        native=(r"\bid=[\"']?vuukle-comments-(\w{1,100})", given_as("articleId", "articleID")),
    ),
    Fingerprint(
        "intensedebate", "IntenseDebate", "#idc-container, #IDCommentsPostTitle, #idc-noscript",
        script=re.compile(r"\bidcomments_post_id\s*="),
        marks=("idc-container", "IDCommentsPostTitle", "idc-noscript", "idcomments_post_id"),
        tenant=(given_as("idcomments_acct"),), native=(given_as("idcomments_post_id"),),
    ),
    Fingerprint(
        "livere", "LiveRe", "#lv-container[data-id], #livereContainer",
        tenant=("#lv-container@data-uid", given_as("livere_seq")), native=(given_as("refer"),),
    ),
    Fingerprint(
        "cackle", "Cackle", "#mc-container",
        marks=("mc-container", "cackle_widget"),
        script=re.compile(r"cackle_widget\.push\(\s*\{\s*[\"']?widget[\"']?\s*:\s*[\"']Comment[\"']"),
        tenant=(r"widget[\"']?\s*:\s*[\"']Comment[\"'][^}]{0,200}?\bid[\"']?\s*:\s*[\"']?(\d+)",),
        native=(given_as("channel"),),
    ),
    Fingerprint(
        "hypercomments", "HyperComments", "#hypercomments_widget, #hypercomments_mix",
        tenant=(given_as("widget_id"),), native=(given_as("xid"),),
    ),
    Fingerprint(
        "vk", "VK comments", "#vk_comments",
        script=re.compile(r"VK\.Widgets\.Comments\("), marks=("vk_comments", "VK.Widgets.Comments"),
        tenant=(given_as("apiId"),),
        native=(r"VK\.Widgets\.Comments\([^)]{0,300}?,\s*[\"']?([\w-]{1,100})[\"']?\s*\)",),
    ),
    Fingerprint(
        "commentsapp", "Telegram (comments.app)",
        'script[data-telegram-discussion], script[data-comments-app-website], script[src*="comments.app/js/widget.js"]'
        ', iframe[src*="comments.app/"]',
        marks=("data-telegram-discussion", "data-comments-app-website", "comments.app/"),
        tenant=("script[data-comments-app-website]@data-comments-app-website",),
        native=("script[data-telegram-discussion]@data-telegram-discussion", "script[data-page-id]@data-page-id"),
    ),
    Fingerprint(
        "insticator", "Insticator", "[id^=insticator-commenting], .insticator-commenting, #insticator-comments",
        tenant=("[data-insticator-site-id]@data-insticator-site-id", given_as("insticatorSiteId")),
    ),
    Fingerprint("graphcomment", "GraphComment", "#graphcomment", tenant=(given_as("graphcomment_id", "graphlogin"),)),
    Fingerprint("replybox", "ReplyBox", "#replybox", tenant=(given_as("site"),), native=(given_as("identifier"),)),
    Fingerprint(
        "talkyard", "Talkyard", ".talkyard-comments",
        tenant=(given_as("talkyardServerUrl"),), native=(".talkyard-comments@data-discussion-id",),
    ),
    Fingerprint("htmlcommentbox", "HTML Comment Box", "#HCB_comment_box", native=(given_as("hcb_user.PAGE"),)),
    Fingerprint("gitalk", "Gitalk", "#gitalk-container", tenant=(given_as("repo"),), native=(given_as("number"),)),
    Fingerprint("valine", "Valine", "#vcomments", script=re.compile(r"new Valine\("),
        marks=("vcomments", "new Valine("), tenant=(given_as("appId", "app_id"),)),
    Fingerprint("remarkbox", "Remarkbox", "#remarkbox-div", tenant=(given_as("rb_owner_key"),)),
    Fingerprint(
        "discussjs", "Discuss", script=re.compile(r"\bdiscuss\.init\([^;]{0,2000}?\bserverURLs\b"),
        marks=("serverURLs",), tenant=(given_as("serverURLs"),), native=(given_as("path"),),
    ),
    Fingerprint(
        "schnack", "schnack", "script[data-schnack-slug]", marks=("data-schnack-slug",),
        native=("script[data-schnack-slug]@data-schnack-slug",),
    ),
    Fingerprint("hashover", "HashOver", "#hashover"),
    Fingerprint("commentics", "Commentics", "#commentics"),
    Fingerprint(
        "beaudar", "Beaudar", 'script[src*="beaudar.lipk.org/client.js"]', marks=("beaudar.lipk.org/client.js",),
        tenant=("script[src*='beaudar.lipk.org/client.js']@repo",),
        native=("script[src*='beaudar.lipk.org/client.js']@issue-number",),
    ),
    Fingerprint("gitment", "Gitment", script=re.compile(r"new Gitment\("), marks=("new Gitment(",),
        tenant=(given_as("repo"),)),
    Fingerprint("vssue", "Vssue", "#vssue, .vssue"),
    Fingerprint(
        "changyan", "Changyan", "#SOHUCS", tenant=(given_as("appid"),), native=("#SOHUCS@sid",),
    ),
    Fingerprint("tolstoy", "Tolstoy Comments", ".tolstoycomments-feed"),
    Fingerprint(
        "muut", "Muut", 'a.muut[href*="muut.com/i/"]', marks=("muut.com/", "moot.min.js"),
        native=("a.muut@href",),
    ),
    Fingerprint(
        "commentbox", "CommentBox.io", script=re.compile(r"\bcommentBox\(\s*[\"'][\w-]+-proj[\"']"),
        marks=("commentBox(",), tenant=(r"\bcommentBox\(\s*[\"']([\w-]{1,100})[\"']",),
    ),
    Fingerprint("uyan", "Youyan", "#uyan_frame"),
    # -- systems of one publisher -----------------------------------------------------------------------
    Fingerprint(
        "nyt", "The New York Times' comments", "#commentsContainer, #comments-panel, [data-testid=comments-container]",
        script=re.compile(r'"(?:commentStatus|status)"\s*:\s*"ACCEPT_AND_DISPLAY_COMMENTS"'),
        host=_host(r"nytimes\.com"),
    ),
    Fingerprint(
        "dailymail", "Daily Mail's reader comments",
        "#reader-comments, .reader-comments, #js-comments, #comments-with-reply",
        host=_host(r"dailymail\.co\.uk|thisismoney\.co\.uk"), native=(r"/article-(\d+)/",),
    ),
    Fingerprint(
        "bbc", "BBC comments", "[data-comments-forum-id], #comments-main, .comments_module",
        script=re.compile(r"comments\?apiKey=[^\"'\s]{1,100}forumId=|\"forumId\"\s*:\s*\""),
        host=_host(r"bbc\.co\.uk|bbc\.com"),
        native=("[data-comments-forum-id]@data-comments-forum-id", r"forumId(?:=|\"\s*:\s*\")([\w-]+)"),
    ),
    Fingerprint(
        "derstandard", "derStandard's forum", "dst-community, dst-forum, #forumheader, [data-forum-url]",
        host=_host(r"derstandard\.(?:at|de)"), native=(r"/story/(\d+)", r"/jetzt/livebericht/(\d+)"),
    ),
    Fingerprint(
        "zeit", "ZEIT ONLINE's comments", ".comment-section, #comments .comments__body, .js-comments",
        host=_host(r"zeit\.de"),
    ),
    Fingerprint(
        "naver", "Naver's comment box", "#cbox_module, #cbox_module_wai, [class*=u_cbox]", host=_host(r"naver\.com"),
        tenant=(given_as("ticket"),), native=(given_as("objectId"), r"/article/(\d+/\d+)"),
    ),
    Fingerprint(
        "daum", "Daum's comments", "alex-comment, .alex_comment, #alex-area, #alex-header, [data-alex-action]",
        host=_host(r"daum\.net"), native=(r"/v/(\d+)",),
    ),
    Fingerprint(
        "yahoojp", "Yahoo! Japan's comments", 'a[href*="/comments"][href*="/articles/"], [data-ual-view-type=comment]',
        host=_host(r"news\.yahoo\.co\.jp"), native=(r"/articles/([0-9a-f]{20,64})",),
    ),
    # -- video platforms --------------------------------------------------------------------------------
    Fingerprint("bitchute", "BitChute", host=_host(r"bitchute\.com"), path=re.compile(r"/video/([\w-]{4,})/?\Z")),
    Fingerprint("rumble", "Rumble", host=_host(r"rumble\.com"), path=re.compile(r"/(v[0-9a-z]{3,})-[^/]+\Z")),
    Fingerprint("bilibili", "Bilibili", host=_host(r"bilibili\.com"), path=re.compile(r"/video/(BV\w{10}|av\d+)")),
    Fingerprint("vimeo", "Vimeo", host=_host(r"vimeo\.com"), path=re.compile(r"/(?:channels/[\w-]+/)?(\d{4,})/?\Z")),
    Fingerprint("niconico", "Niconico", host=_host(r"nicovideo\.jp"), path=re.compile(r"/watch/((?:sm|nm|so)?\d+)\Z")),
    # -- ended ------------------------------------------------------------------------------------------
    Fingerprint(
        "facebook", "Facebook's comments plugin",
        '.fb-comments, iframe[src*="facebook.com/plugins/comments"], iframe[src*="facebook.com/plugins/feedback.php"]',
        marks=("fb-comments", "facebook.com/plugins/", "fb:comments"), script=re.compile(r"<fb:comments\b"),
        tenant=("meta[property='fb:app_id']@content",),
        native=(".fb-comments@data-href", r"<fb:comments[^>]{0,400}\shref=[\"']([^\"']{1,500})"),
        ended="on 10 February 2026",
    ),
    Fingerprint(
        "livefyre", "Livefyre", "#livefyre-comments, #livefyre, #livefyre_comments, [id^=livefyre-app]",
        script=re.compile(r"fyre\.conv\.load\("), marks=("livefyre", "fyre.conv"),
        tenant=(given_as("siteId", "siteID"),), native=(given_as("articleId", "articleID"),),
        ended="in 2021",
    ),
    Fingerprint("googleplus", "Google+ comments", ".g-comments", native=(".g-comments@data-href",), ended="in 2019"),
    Fingerprint("civil", "Civil Comments", "#civil-comments", native=(given_as("objectId"),), ended="in 2017"),
    Fingerprint("duoshuo", "Duoshuo", ".ds-thread", native=(".ds-thread@data-thread-key",), ended="on 1 June 2017"),
    Fingerprint("jskit", "JS-Kit / Echo", ".js-kit-comments", ended="in 2012"),
)  # fmt: skip
"""Sources: the makers' embed codes and published harvesters; no service was asked."""


_PLACES: Final = tuple(one.places for one in FINGERPRINTS if one.places and not one.marks and one.host is None)
register(mark for one in FINGERPRINTS for mark in one.marks)


class Unsupported(System):
    """Recognises the threads of :data:`FINGERPRINTS` and says in the ledger that they are not read."""

    name: ClassVar[str] = "unsupported"
    title: ClassVar[str] = "Systems that are recognised only"
    checked: ClassVar[str] = "their embed codes; nothing is read"

    def detect(self, document: Document) -> list[ThreadRef]:
        """One thread for each system whose place is on the page."""
        host = document.host
        signs = signs_of(document)
        has_places = bool(document.elements.fitting(_PLACES))
        possible = [
            one
            for one in FINGERPRINTS
            if (not signs.isdisjoint(one.marks) if one.marks else one.host is not None or has_places)
        ]
        return [ref for one in possible if (ref := self._ref(one, document, host)) is not None]

    def _ref(self, one: Fingerprint, document: Document, host: str) -> ThreadRef | None:
        evidence = _evidence(one, document, host.partition(":")[0])
        if evidence is None:
            return None
        key = one.path.search(urlsplit(document.url).path) if one.path is not None else None
        return ThreadRef(
            system=one.name,
            tenant=first_key(document, one.tenant) or host,
            native_id=key[1] if key is not None else first_key(document, one.native),
            url=page_url(document.url) or document.url,
            detected_by=evidence,
            evidence={"title": one.title, "ended": one.ended},
        )

    async def harvest(self, ref: ThreadRef, reading: Reading) -> AsyncIterator[Batch]:
        """Nothing but the verdict."""
        title, ended = ref.evidence["title"], ref.evidence["ended"]
        if ended is not None:
            reading.stop("dead", f"{title} ended {ended}")
        else:
            reading.stop("unsupported", f"{title} is not supported yet")
        nothing: tuple[Batch, ...] = ()
        for batch in nothing:
            yield batch


def _evidence(one: Fingerprint, document: Document, host: str) -> str | None:
    """What says that a thread of a system is on the page."""
    if one.host is not None and one.host.search(host) is None:
        return None
    if one.path is not None:
        return f"{host}{one.path.pattern}" if one.path.search(urlsplit(document.url).path) else None
    place = document.first(one.places) if one.places else None
    if place is not None:
        name, word = place.attributes.get("id"), (place.attributes.get("class") or "").split()
        return f"{place.tag}#{name}" if name else f"{place.tag}.{word[0]}" if word else str(place.tag)
    found = one.script.search(document.text) if one.script is not None else None
    return found[0] if found is not None else None
