"""The subscribe block of a page: every link, button, form, feed and line that invites to come back or to pay."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final
from urllib.parse import unquote, urlsplit

from selectolax.lexbor import LexborNode

from crawler.extract.areas import areas_of
from crawler.extract.controls import count_of, crowd_beside, label_of, said_by
from crawler.extract.document import Document
from crawler.extract.elements import Attributes, Link
from crawler.extract.invitations import (
    MAX_WORDS,
    TextLine,
    label_text,
    opens,
    read_invitations,
    short_lines,
    split_line,
)
from crawler.extract.networks import share_intent
from crawler.extract.newsletter import newsletter_forms
from crawler.extract.outline import MAX_LINE, Line, Outline, outline_of
from crawler.extract.phrases import fold_phrase, invitation_kind, may_invite
from crawler.extract.profiles import (
    LONGEST_KEPT,
    Profile,
    is_feed_file,
    is_of_platform,
    led_to,
    looks_like_feed,
    may_be_feed,
    newsletter_provider,
    place_of,
    profile_of,
)
from crawler.extract.selection import names_in, upwards
from crawler.extract.urls import site_of
from crawler.items import Page, Subscribe

SITE: Final = "site"
"""Platform of what the site offers by itself: its feeds, its newsletter, its subscription."""

_FEED_TYPES: Final = frozenset(
    {"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"}
)
_MAYBE_FEED_TYPES: Final = frozenset({"application/json", "text/xml", "application/xml"})
"""Types that feeds share with other things: WordPress announces its REST post and oEmbed so."""
_NO_FEED: Final = re.compile(r"/wp-json\b|[?&]rest_route=|oembed", re.IGNORECASE)

_WIDGETS: Final = """
.g-ytsubscribe, [data-channelid], iframe[src], amp-iframe[src], .fb-page, .fb-follow, .fb-like-box, .fb-like, .fb-group,
amp-facebook-page, fb\\:like-box, fb\\:fan, .subscribe-button, .btn-subscribe, [id^=btn_subscribe], button,
[role=button]
"""
_ONSITE_BUTTON: Final = re.compile(
    r"(?:^|\s)(?:subscribe-button|btn-subscribe|btn-follow|btn_subscribe\S*)(?:\s|$)", re.IGNORECASE
)
_FRAMES: Final = re.compile(
    r"(?:facebook\.com/(?:[\w.]+/)?plugins/(?:page|likebox|follow|fan|group|like)(?:\.php)?\?|youtube\.com/subscribe_embed\?"
    r"|(?:platform\.)?(?:twitter|x)\.com/widgets/follow_button)",
    re.IGNORECASE,
)
_SIGN_UP: Final = re.compile(
    r"/embed/?(?:[?#]|$)|//[^/]*(?:embeds?|forms?)\.|/(?:forms?|subscri\w+|sign-?up)\b", re.IGNORECASE
)
"""Frames of newsletter services that hold a form; others show a letter."""
_FRAME_TARGET: Final = re.compile(r"[?&#](?:href|screen_name)=([^&#]+)")

_SITE_KINDS: Final = frozenset({"newsletter", "subscribe", "support", "feed"})
_OF_COMMENTS: Final = re.compile(
    r"comment|kommentar|comentari|commentaire|komentar|комментар|replies|replytocom|topic", re.IGNORECASE
)
_NO_OFFER: Final = re.compile(
    r"agreement|terms|policy|conditions|\bcancel|unsubscri|kündig|desabonn|отписа", re.IGNORECASE
)
_PORTAL: Final = re.compile(r"#/portal/(signup|support)\b")
"""Addresses by which Ghost opens its dialogue for members; the one for those who are (``signin``) invites nobody."""
_HOST: Final = re.compile(r"(?:[\w-]+\.)+[a-z]{2,}", re.IGNORECASE)
"""The name of a service is no invitation, whatever it is called."""
_POST: Final = "a[href*='/status/'], a[href*='/p/'], a[href*='/posts/'], a[href*='/statuses/']"
"""Links to a post on a network."""
_MAX_POST: Final = 4
"""Elements around the name of who wrote a post among which the link to it is looked for."""
_CREDIT: Final = re.compile(
    r"\b(?:theme|themes|template|designed|design|powered|built|developed|made|hosted|plugin|photo|image|foto)\s?(?:with|by|von|:|\b)",
    re.IGNORECASE,
)
_MAX_PROSE: Final = 8
"""A line with more words beside its links is a sentence: it mentions a profile, unless words around it invite."""
_MAX_SITE_WORDS: Final = 5
_MAX_SITE_LABEL: Final = 60
"""Characters."""
_MAX_LINKS: Final = 100
"""Links of one line of the description."""
MAX_ROWS: Final = 1_000
"""Kept of one page."""
_MAX_MISSES: Final = 20
"""Lines of others (players, captions) that may stand between the lines of a description."""


def read_subscribes(document: Document, page: Page) -> list[Subscribe]:
    """The subscribe block in the page's order.

    - Links and widgets of known platforms (:mod:`crawler.extract.profiles`), also over a page of the site's own; a
      profile that a sentence only mentions or that signs a post which the page shows, share links, the author's
      profiles beside his name and links in readers' comments are left out.
    - Feeds: every ``link[rel=alternate]`` of a feed type, the comment feeds of the post and of the site too (their
      label says so); the REST and oEmbed alternates of WordPress are no feeds. Links to feeds as well.
    - Newsletter forms and those of payment services; comment, login and search forms and their check-boxes are none.
    - The site's own "Subscribe", "Newsletter", "Donate" links and buttons, ``platform`` then is ``site``.
    - Lines of the description (:mod:`crawler.extract.invitations`), also those whose address is missing. A description
      that stands in metadata only comes first.

    Invitations of equal kind and platform to one address, however it is written, are one; the first stays, with the
    count that any of them states.

    :param page: its description and language
    """
    return _Reader(document, page).read()


class _Reader:
    def __init__(self, document: Document, page: Page) -> None:
        self.document = document
        self.outline: Outline = outline_of(document)
        self.areas = areas_of(document)
        self.page = page
        self.taken: set[int] = set()
        self.found: list[tuple[int, Subscribe]] = []

    def read(self) -> list[Subscribe]:
        links = [link for link in self.document.elements.links if self._may_be_row(*link)]
        self.found.extend(self._running_text(links))
        for node, row in self._feeds():
            self._take(node, row)
        for node, row in self._payments():
            self._take(node, row)
        for node, row in newsletter_forms(self.document):
            if count := crowd_beside(node, self.page.language):
                row.count, row.count_precision = count.value, count.precision
            self._take(node, row)
            self.taken.update(inner.mem_id for inner in node.css("button, input"))
        for node in self.document.css(_WIDGETS):
            self._take(node, self._widget(node))
        for node, href, attributes in links:
            self._take(node, self._link(node, href.strip(), attributes))
        return _numbered(self.found)

    def _take(self, node: LexborNode, row: Subscribe | None) -> None:
        if row is None or node.mem_id in self.taken or self.areas.in_comments(node):
            return
        self.taken.add(node.mem_id)
        self.found.append((self.outline.position(node), row))

    def _row(self, node: LexborNode, profile: Profile, url: str | None) -> Subscribe:
        count = count_of(node, self.page.language) or crowd_beside(node, self.page.language)
        return Subscribe(
            kind=profile.kind,
            platform=profile.platform,
            handle=profile.handle,
            channel_id=profile.channel_id,
            label=label_of(node),
            url=url,
            count=count.value if count else None,
            count_precision=count.precision if count else None,
        )

    # -- feeds and widgets --------------------------------------------------------------------------

    def _feeds(self) -> Iterator[tuple[LexborNode, Subscribe]]:
        for node, href, attributes in self.document.elements.relations:
            if "alternate" not in (attributes.get("rel") or "").split():
                continue
            kind = (attributes.get("type") or "").partition(";")[0].strip().lower()
            url = self.document.link(href)
            if url is None or _NO_FEED.search(url):
                continue
            if kind in _FEED_TYPES or (kind in _MAYBE_FEED_TYPES and looks_like_feed(url)):
                profile = profile_of(url)
                known = profile if profile is not None and profile.kind == "feed" else Profile("feed", SITE)
                yield (
                    node,
                    Subscribe(
                        kind="feed",
                        platform=known.platform,
                        handle=known.handle,
                        channel_id=known.channel_id,
                        label=" ".join((attributes.get("title") or "").split()) or None,
                        url=url,
                    ),
                )

    def _payments(self) -> Iterator[tuple[LexborNode, Subscribe]]:
        """Forms that are sent to a service for donations, such as PayPal's buttons."""
        for form in self.document.css("form[action]"):
            url = self.document.link(form.attributes.get("action"))
            profile = profile_of(url)
            if profile is not None and profile.kind == "support":
                button = form.css_first("button, input[type=submit], input[type=image]")
                row = self._row(button or form, profile, url)
                row.label = row.label or (button.attributes.get("alt") if button is not None else None) or None
                yield form, row

    def _widget(self, node: LexborNode) -> Subscribe | None:
        attributes = node.attributes
        channel_id, name = attributes.get("data-channelid"), attributes.get("data-channel")
        if channel_id or (name and "g-ytsubscribe" in (attributes.get("class") or "")):
            row = self._row(
                node, Profile("subscribe", "youtube", (name or "").lstrip("@") or None, channel_id or None), None
            )
            row.label = row.label or None
            return row
        src = attributes.get("src")
        if src:
            return self._frame(self.document.link(src))
        stated = self.document.link(
            attributes.get("data-href") or (attributes.get("href") if node.tag != "a" else None)
        )
        profile = profile_of(stated) if stated else None
        if profile is not None and stated:
            return self._row(node, profile, stated)
        if node.tag == "a":
            return None
        if _ONSITE_BUTTON.search(names_in(attributes)):
            return self._row(node, Profile(invitation_kind(label_of(node) or "") or "subscribe", SITE), None)
        label = label_of(node) if may_invite(said_by(node)) else None
        kind = _site_kind(label, None)
        return Subscribe(kind=kind, platform=SITE, label=label) if kind and not self._in_form(node) else None

    def _frame(self, url: str | None) -> Subscribe | None:
        if url is None:
            return None
        provider = newsletter_provider(url) if _SIGN_UP.search(url) else None
        if provider is not None:
            return Subscribe(kind="newsletter", platform=provider, url=url)
        if not _FRAMES.search(url):
            return None
        target = _FRAME_TARGET.search(url)
        profile = profile_of(url) if target is None else None
        if target is not None:
            stated = split_line(_unescaped(target[1]), 0).urls
            profile = profile_of(stated[0]) if stated else None
            url = stated[0] if profile is not None else url
        if profile is None:
            return None
        return Subscribe(
            kind=profile.kind, platform=profile.platform, handle=profile.handle, channel_id=profile.channel_id, url=url
        )

    def _in_form(self, node: LexborNode) -> bool:
        return any(around.tag == "form" for around in upwards(node.parent, 8))

    # -- links --------------------------------------------------------------------------------------

    def _may_be_row(self, node: LexborNode, href: str, attributes: Attributes) -> bool:
        """Whether a link's address or its words may invite: few do."""
        written = href.strip()
        return (
            len(written) > LONGEST_KEPT
            or _may_invite(written)
            or (written.find("http", 1) > 0 and profile_of(led_to(written, self.document.url)) is not None)
            or ("rel" in attributes and "me" in (attributes["rel"] or "").lower())
            or self._is_labelled(node)
        )

    def _link(self, node: LexborNode, written: str, attributes: Attributes) -> Subscribe | None:
        if "rsswidget" in (attributes.get("class") or ""):
            return None  # WordPress's list of another site's news (`wp_widget_rss_output()`)
        is_absolute = ":" in written[:20] or written.startswith("//")
        profile = (profile_of(written) or _fediverse(written, attributes.get("rel"))) if is_absolute else None
        profile = profile or profile_of(led_to(written, self.document.url))
        if profile is not None:
            if share_intent(written) is not None or self._is_mentioned(node) or _signs_post(node, profile):
                return None
            if profile.kind in ("follow", "subscribe") and self.areas.in_byline(node):
                return None  # the author's own
            row = self._row(node, profile, self.document.link(written) or written)
            return _with_words(row, self.outline.line_of(node))
        if portal := _PORTAL.search(written):
            opened = "support" if portal[1] == "support" else "subscribe"
            return Subscribe(kind=opened, platform=SITE, label=label_of(node), url=self.document.link(written))
        is_feed = may_be_feed(written)
        shown = "" if is_feed else self.outline.shown(node)
        if shown.startswith("http") and (labelled := self._labelled(node)) is not None:
            return labelled
        if not is_feed and not _site_kind(shown or label_of(node), written):
            return None
        if written.startswith("#"):
            kind = _site_kind(label_of(node), None)  # opens a form of the same page
            return Subscribe(kind=kind, platform=SITE, label=label_of(node)) if kind and kind != "feed" else None
        url = self.document.link(written)
        if url is None or share_intent(url) is not None:
            return None
        if self._is_in_prose(node):
            return None
        label = label_of(node)
        if is_feed and not _NO_FEED.search(url) and self._is_feed_link(node, url, label):
            return Subscribe(kind="feed", platform=SITE, label=label, url=url)
        kind = _site_kind(label, url)
        if kind is None or (kind == "feed" and not looks_like_feed(url)):
            return None
        return Subscribe(kind=kind, platform=SITE, label=label, url=url)

    def _is_labelled(self, node: LexborNode) -> bool:
        """Whether the words of a link may invite."""
        text = self.outline.only_text(node)
        if text and not text.isspace():  # most links
            invites = _invites(text) if len(text) <= LONGEST_KEPT else _site_kind(_line(text), None) is not None
            return invites or text.lstrip()[:4] == "http"
        return may_invite(said_by(node)) and _site_kind(self.outline.shown(node) or label_of(node), None) is not None

    def _labelled(self, node: LexborNode) -> Subscribe | None:
        """What the words before an address say that is written out (``Subscribe to our channel: https://...``)."""
        line = self.outline.line_of(node)
        rows = [row for _, row in read_invitations([self._with_links(line)])] if line is not None else []
        url = self._address(node)
        found = next((row for row in rows if row.url == url), None)
        return found if found is not None and (found.platform is not None or found.kind != "follow") else None

    def _is_in_prose(self, node: LexborNode) -> bool:
        line = self.outline.line_of(node)
        return line is not None and len(line.plain.split()) > _MAX_PROSE

    def _is_mentioned(self, node: LexborNode) -> bool:
        line = self.outline.line_of(node)
        if line is None:
            return False
        words = len(line.plain.split())
        if words <= _MAX_PROSE and not line.plain.isspace():
            return _CREDIT.search(line.plain) is not None
        shown = self.outline.shown(node)
        at = max(line.text.find(shown), 0)
        around = line.text[max(at - 60, 0) : at + len(shown) + 40]
        return invitation_kind(around) is None

    def _is_feed_link(self, node: LexborNode, url: str, label: str | None) -> bool:
        names = " ".join(filter(None, (label, node.attributes.get("class"), node.attributes.get("title")))).lower()
        return (
            is_feed_file(url)
            or any(word in names for word in ("rss", "feed", "atom", "xml"))
            or urlsplit(url)
            .path.rstrip("/")
            .endswith(("/feed", "/rss", ".rss", "/rss.xml", "/rss.php", "/feed.xml", "/atom.xml"))
        )

    # -- running text -------------------------------------------------------------------------------

    def _running_text(self, links: list[Link]) -> list[tuple[int, Subscribe]]:
        written = (self.page.description or "").splitlines()
        short = short_lines(written)
        plain = [split_line(text, 0) for text in short]
        if not short or not (read_invitations(plain) or self._has_link_in(short, links, is_any=any(map(opens, plain)))):
            return []
        lines = self._described(written)
        if lines is None:
            return read_invitations(split_line(text, 0) for text in written)
        rows = read_invitations(self._with_links(line) for line in lines)
        here = site_of(self.document.url)
        for _, row in rows:
            if row.platform is None and row.url and site_of(row.url) == here:
                row.platform = SITE
        read: dict[int, set[str | None]] = {}
        for position, row in rows:
            read.setdefault(position, set()).add(row.url)
        for line in lines:
            urls = read.get(line.position, ())
            self.taken.update(link.node.mem_id for link in line.links if urls and self._address(link.node) in urls)
        return rows

    def _has_link_in(self, lines: list[str], links: list[Link], *, is_any: bool) -> bool:
        """Whether a line of the description has a link to a profile.

        :param links: those that may be rows; on a platform's own pages any link may be to a profile
        :param is_any: any other link will do as well
        """
        if is_any or is_of_platform(self.document.base_url):
            links = self.document.elements.links
        found = [
            fold_phrase(line.text)
            for node, href, _ in links
            if (is_any or profile_of(self.document.link(href)) is not None)
            and (line := self.outline.line_of(node)) is not None
        ]
        return bool(found) and not set(map(fold_phrase, lines)).isdisjoint(filter(None, found))

    def _described(self, written: list[str]) -> list[Line] | None:
        """The page's lines that are the description; None when it stands in metadata only."""
        wanted = {" ".join(text.split()) for text in written if any(map(str.isalnum, text))}
        if not wanted:
            return None
        body = self.document.description
        found = self._best(wanted, self.outline.lines_in(body)) if body is not None else None
        if found is None and self.outline.may_have(wanted):
            found = self._best(wanted, self.outline.lines)
        return found

    def _best(self, wanted: set[str], lines: list[Line]) -> list[Line] | None:
        """The wanted lines, of the part that has most of them; None where that is not half of them."""
        if sum(line.text in wanted for line in lines) * 2 >= len(wanted):
            is_wanted = [line.text in wanted for line in lines]
        else:
            folded = set(map(fold_phrase, wanted))
            is_wanted = [fold_phrase(line.text) in folded for line in lines]
        hits = [hit and not self.areas.in_comments(line.node) for hit, line in zip(is_wanted, lines, strict=True)]
        width = len(wanted) + _MAX_MISSES
        inside = sum(hits[:width])
        best, start = inside, 0
        for at in range(1, len(hits)):
            inside += (hits[at + width - 1] if at + width <= len(hits) else 0) - hits[at - 1]
            if inside > best:
                best, start = inside, at
        if best * 2 < len(wanted):
            return None
        return [
            line for line, hit in zip(lines[start : start + width], hits[start : start + width], strict=True) if hit
        ]

    def _with_links(self, line: Line) -> TextLine:
        # A sentence is no label: its links would be resolved for nothing.
        links = line.links[:_MAX_LINKS] if len(line.plain.split()) <= 2 * MAX_WORDS else []
        addressed = [(link.text, url) for link in links if (url := self._address(link.node))]
        return split_line(line.text, line.position, addressed)

    def _address(self, node: LexborNode) -> str | None:
        return self.document.link(node.attributes.get("href"))


def _numbered(found: list[tuple[int, Subscribe]]) -> list[Subscribe]:
    found.sort(key=lambda item: item[0])
    kept: dict[tuple[str | None, ...], Subscribe] = {}
    for _, row in found:
        address = words = None
        if not row.url:
            words = fold_phrase(row.label or "") or row.channel_id or row.handle
        else:
            is_account = row.channel_id or row.handle
            address = place_of(row.url) if is_account else re.sub(r"^https?://(?:www\.)?|/$", "", row.url)
        first = kept.setdefault((row.kind, row.platform, address, words), row)
        if first.count is None and row.count is not None:
            first.count, first.count_precision = row.count, row.count_precision
    rows = list(kept.values())[:MAX_ROWS]
    for position, row in enumerate(rows):
        row.position = position
    return rows


def _site_kind(label: str | None, url: str | None) -> str | None:
    """The kind that a short label of the site's own link or button means."""
    words = label.split() if label and len(label) <= _MAX_SITE_LABEL else []
    if label is None or not 1 <= len(words) <= _MAX_SITE_WORDS:
        return None
    kind = invitation_kind(label)
    if kind not in _SITE_KINDS or "/" in label or _NO_OFFER.search(label) or _HOST.fullmatch(label):
        return None
    if _OF_COMMENTS.search(f"{label} {url or ''}"):
        return None
    return kind if len(words) <= 3 or invitation_kind(" ".join(words[:2])) == kind else None


def _line(text: str) -> str:
    return " ".join(text[:MAX_LINE].split())


@lru_cache(maxsize=4_096)  # menus repeat on every page of a site
def _invites(text: str) -> bool:
    """Whether the one text of a link may invite."""
    return _site_kind(_line(text), None) is not None


@lru_cache(maxsize=4_096)
def _may_invite(written: str) -> bool:
    """Whether a link's address alone may make it an invitation."""
    is_absolute = ":" in written[:20] or written.startswith("//")
    is_profile = is_absolute and profile_of(written) is not None
    return is_profile or may_be_feed(written) or _PORTAL.search(written) is not None


def _with_words(row: Subscribe, line: Line | None) -> Subscribe:
    """A link that shows only its address is labelled by the words before it."""
    if line is not None and (row.label is None or re.match(r"(?:https?://|www\.)", row.label)):
        row.label = label_text(line.plain) if len(line.plain) <= 200 else None
    return row


def _signs_post(node: LexborNode, profile: Profile) -> bool:
    """Whether a profile is that of who wrote a post that the page shows: the post's own link stands beside it."""
    name = f"/{profile.handle}/".casefold()
    around = node.parent
    for _ in range(_MAX_POST if profile.handle else 0):
        if around is None or around.tag in ("body", "main", "article", "ul", "ol"):
            return False
        if any(name in (link.attributes.get("href") or "").casefold() for link in around.css(_POST)[:_MAX_POST]):
            return True
        around = around.parent
    return False


def _fediverse(url: str, rel: str | None) -> Profile | None:
    """``rel=me`` and a path ``/@name`` is how Mastodon and its kin link a profile, on any host."""
    if not rel or "me" not in rel.lower().split():
        return None
    found = re.match(r"https?://[^/]+/(?:@|users/)([\w.]+)/?$", url)
    return Profile("follow", "mastodon", found[1]) if found else None


def _unescaped(value: str) -> str:
    text = unquote(value)
    return text if "/" in text else f"https://x.com/{text}"
