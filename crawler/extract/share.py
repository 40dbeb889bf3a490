"""The share block of a page: every control that likes it or passes it on, and every line that asks to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import islice
from typing import Final
from urllib.parse import unquote

from selectolax.lexbor import LexborNode

from crawler.extract.areas import areas_of
from crawler.extract.controls import count_of, label_of, said_by
from crawler.extract.counts import read_count
from crawler.extract.document import Document
from crawler.extract.networks import Intent, channel_named, parameter, share_intent
from crawler.extract.outline import Line, Outline, outline_of
from crawler.extract.phrases import (
    asks_over_buttons,
    fold_phrase,
    invitation_kind,
    is_copy_label,
    is_like_label,
    is_prompt,
    is_share_word,
    may_be_action,
    may_share,
    places_of_prompts,
)
from crawler.extract.profiles import profile_of
from crawler.extract.same_page import SamePage
from crawler.extract.selection import upwards
from crawler.extract.share_links import BARS, COPY_CLASS, speaking_links
from crawler.extract.share_widgets import (
    AMBIGUOUS,
    COPY_SERVICES,
    LINK_ATTRIBUTES,
    TARGET_ATTRIBUTES,
    container_target,
    names_service,
    network_in,
    service_called,
    service_of,
)
from crawler.items import Page, Share

ONSITE: Final = "onsite"
"""Channel of what the site does by itself: its like button, its copy and embed fields."""

_LIKES: Final = (
    # selector, channel. A dislike button is no invitation to like or pass on, so it is no share.
    ("#bin-rating-like", ONSITE),  # PHP Melody
    (".wp_ulike_btn, .wpulike_btn", ONSITE),  # WP ULike
    (".likes-widget-placeholder", ONSITE),
    (".zilla-likes, .sl-button, .pld-like-trigger, .lbg-style1, .jlk, .likebtn-wrapper, .post-like-button", ONSITE),
    (".like-button, .likeButton, .btn-like, .button-like, .like-btn, .post-like, button[data-action=like]", ONSITE),
    (".fb-like, amp-facebook-like, iframe[src*='plugins/like.php'], .addthis_button_facebook_like", "facebook"),
    (".g-plusone, g\\:plusone, .addthis_button_google_plusone", "googleplus"),
    ("fb\\:like", "facebook"),
    ("#vk_like, .vk_like", "vk"),
    ("#ok_shareWidget", "ok"),
)

_FIELDS: Final = "textarea, input"
_CONTROLS: Final = """
.social-likes > div, .social-likes > li, .line-it-button, span[data-href],
area[href], button, [role=button], [onclick], amp-social-share, share-button, fb\\:share-button, .vk_share,
[data-sharer], [data-network], [data-share-network], [data-share], [data-service], [data-social], [data-social_name],
[data-social-sharing], [data-social-share], [data-sns], [data-cmd], [data-share-type], [data-clipboard-text],
[data-share-url], [data-share-href], [class^=st_], [class*=share-btn_], [class*=at-svc-], [class*=fb-share-button],
[class*=twitter-share-button], [class*=addthis_button_], [class*=a2a_button_], iframe[src*=tweet_button],
iframe[src*=share_button]
"""
_CANVASES: Final = (
    # containers that a script fills: nothing but the service is known
    (".addthis_inline_share_toolbox, .addthis_sharing_toolbox, .addthis_native_toolbox", "addthis"),
    (".sharethis-inline-share-buttons, .sharethis-inline-reaction-buttons", "sharethis"),
    (".shareaholic-canvas[data-app=share_buttons]", "shareaholic"),
    (".ya-share2, [data-yasharel10n], .yashare-auto-init", "yandex"),
    (".shariff", "shariff"),
    (".social-share[data-sites], .share-component[data-sites]", "sharejs"),
    (".pluso", "pluso"),
    (".uptolike-buttons, .uptolike", "uptolike"),
)

_ADDRESSES: Final = ("href", *LINK_ATTRIBUTES)
_NETWORKS_OWN: Final = "iframe, fb\\:like, .fb-like"
"""A network's like button in an element that is named as if it were the site's own."""
_NATIVE: Final = "navigator.share"
"""What a script calls for the browser's own way of sharing (Web Share API)."""
_SCRIPTED: Final = ((_NATIVE, "native"), ("ODKL.Share", "ok"))
"""Calls of scripts that share, and where to."""
_UNFILLED: Final = re.compile(r"['\"]\s*\+|\{\{|\$\{|<%|encodeURI", re.IGNORECASE)
"""What a script or a template would have filled in."""
_LINK_WORD: Final = re.compile("link|url", re.IGNORECASE)
_ADDRESS: Final = re.compile(
    r"(?:https?:)?//[^\s'\"<>\\)]+|\b(?:whatsapp|viber|tg|fb-messenger|mailto|sms|line):[^\s'\"<>\\)]+"
)
_EMBED_SRC: Final = re.compile(
    r"<(?:iframe|embed|script|video|object|amp-iframe)\b[^>]{0,2000}?\b(?:src|data)\s*=\s*[\"']?([^\"'\s>]+)",
    re.IGNORECASE,
)
_ESCAPED: Final = re.compile(r"https?%3A", re.IGNORECASE)
_AFTER_WORDS: Final = re.compile(r"\s(https?://\S+)\s*$", re.IGNORECASE)
"""The address at the end of a text to copy: ``TITLE ADDRESS``."""
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_ABSOLUTE: Final = re.compile(r"https?://[^\s/]", re.IGNORECASE)
_REDIRECT: Final = re.compile(r"[?&]share=([\w-]{1,30})(?:&|#|$)")
_MAX_SCRIPT: Final = 4_000
"""Characters of an ``onclick`` that are read."""
MAX_ROWS: Final = 1_000
"""Kept of one page."""
_MAX_CLIMB: Final = 4
"""How far up a widget's container is looked for."""
_NO_BARS: Final = frozenset({"body", "html", "main", "article"})
_FEW_BUTTONS: Final = 2
"""Networks for which a bar has controls; one alone makes a bar only where its name says so."""
_HIDDEN_MAIL: Final = "/cdn-cgi/l/email-protection"
"""What Cloudflare puts in the place of ``mailto:``; it differs each time."""
_MAX_NAMED: Final = 40
"""Elements that are named after sharing that are looked at."""
_HOLDERS: Final = frozenset({"div", "ul", "dialog", "section", "nav", "p", "span"})
"""Elements that may hold a bar."""
_COUNT_BEHIND: Final = re.compile(r"(?<=[^\W\d])\s*\d[\d.,]*\s?[KkMm]?$")
"""``Like 14``, and the same where the two have no space between them."""
_MAX_BAR: Final = 120
"""A bar has fewer elements."""
_MAX_NAMING: Final = 6
"""A control that names its network has no more words."""
_MAX_ICONS: Final = 3
"""Elements in a control whose classes may be an icon's."""
_MAX_LABEL: Final = 200
"""Characters of a label or a heading that are looked at."""
_LABELLED: Final = frozenset({"a", "button", "script", "style"})
"""Elements whose text is no line over others."""
_MAX_BEFORE: Final = 3
"""Nodes before a bar among which its heading is looked for."""
_LONGEST_CALL: Final = 200
"""Characters of a script's call in which its function may name a network."""


def read_shares(document: Document, page: Page) -> list[Share]:
    """The share block in the page's order.

    - ``like``: likes only; a dislike button is left out.
    - ``prompt``: a whole line that asks to share or like, in any language of :mod:`crawler.extract.phrases`;
      it leads nowhere, so it has no ``channel``.
      So is a line right over share buttons that speaks of sharing in other words.
    - ``button``: a control per network, also one that only its label tells beside others in what is named after
      sharing; where a page has none, the one that says no more than "Share" (``native`` where a script of the page
      calls the browser's own dialogue, else ``onsite``); ``url`` is its link (None when a script makes it),
      ``target_url`` the address it shares as far as the page states one.
    - ``copy_link`` and ``embed``: ``url`` and ``target_url`` are the address that is handed out, for ``embed`` the
      player's.

    Controls that share another page (cards in lists) or belong to a reader's comment are left out. Equal controls
    of a second bar are one; the first stays.

    :param page: its canonical address, language
    """
    return _Reader(document, page).read()


class _Reader:
    def __init__(self, document: Document, page: Page) -> None:
        self.document = document
        self.outline: Outline = outline_of(document)
        self.areas = areas_of(document)
        self.same = SamePage(document, page)
        self.language = page.language
        self.taken: set[int] = set()
        self.found: list[tuple[int, Share]] = []
        self.buttons: list[tuple[LexborNode, Share]] = []
        """Those for a network, and their elements."""
        self.openers: list[tuple[LexborNode, str]] = []
        """Controls that say to share and not where to, and their labels."""

    def read(self) -> list[Share]:
        for node, share in self._likes():
            self._take(node, share)
        for node in self.document.css(_FIELDS):
            self._take(node, self._field(node))
        for node in self._controls():
            if node.mem_id not in self.taken and not self._is_inside_taken(node):
                control = self._control(node)
                self._take(node, control)
                if control is not None and control.kind == "button" and node.mem_id in self.taken:
                    self.buttons.append((node, control))
        for selector, channel in _CANVASES:
            for node in self.document.css(selector):
                if all(
                    inner.tag in ("script", "noscript", "-text") for inner in islice(node.iter(include_text=True), 20)
                ):
                    target = container_target(self.document, node)
                    for service in _services(node) or [channel]:
                        self.taken.discard(node.mem_id)
                        self._take(node, Share(kind="button", channel=service, target_url=target))
        for node, share in self._rest_of_bars():
            self._take(node, share)
            self.buttons.append((node, share))
        if not any(share.kind == "button" for _, share in self.found):
            self._take_opener()
        for line in self._prompts():
            self.found.append((line.position, Share(kind="prompt", label=_prompt_text(line))))
        self.found.extend(self._over_buttons())
        return _numbered(self.found)

    def _take_opener(self) -> None:
        """The one control of a page that says no more than that it shares."""
        for node, label in self.openers:
            if not self.areas.is_beside(node):
                is_native = _NATIVE in self.document.text or _is_share_element(node.parent)
                target = container_target(self.document, node)
                if target is None or self.same.is_same(target):
                    channel = "native" if is_native else ONSITE
                    self._take(node, Share(kind="button", channel=channel, label=label, target_url=target))
                    return

    def _over_buttons(self) -> Iterator[tuple[int, Share]]:
        """Lines right over a bar of buttons that ask to use them."""
        seen: set[int] = set()
        for node, _ in self.buttons:
            for around in upwards(node, _MAX_CLIMB, in_body=True):
                if around.mem_id in seen or around.tag in _NO_BARS:
                    break
                seen.add(around.mem_id)
                before = _before(around)
                if before is None:
                    continue
                text = None if before.mem_id in self.taken or _holds_control(before) else _short_text(before)
                if text and asks_over_buttons(text):
                    place = before if before.is_element_node else around
                    yield self.outline.position(place), Share(kind="prompt", label=text)
                break

    def _rest_of_bars(self) -> Iterator[tuple[LexborNode, Share]]:
        """What stands in a bar beside controls that share: one that names another network is for that."""
        called = self.document.elements.having("shar")[:_MAX_NAMED]
        bars = {bar.mem_id: bar for bar in called if bar.tag in _HOLDERS}
        named: dict[int, set[str | None]] = {key: set() for key in bars}
        for node, share in self.buttons:
            bar = node.parent
            for _ in range(_MAX_CLIMB):
                if bar is None or bar.tag in _NO_BARS:
                    break
                bars.setdefault(bar.mem_id, bar)
                named.setdefault(bar.mem_id, set()).add(share.channel)
                bar = bar.parent
        for key, bar in bars.items():
            few = 1 if "shar" in f"{bar.attributes.get('class')} {bar.attributes.get('id')}".lower() else _FEW_BUTTONS
            if len(list(islice(bar.traverse(), _MAX_BAR))) == _MAX_BAR:
                continue
            if len(named[key]) < few and (few > 1 or not self._speaks_of_networks(bar)):
                continue
            for node in bar.css("a, button, [role=button]"):
                if node.mem_id in self.taken or self._is_inside_taken(node):
                    continue
                channel = _channel_said(node)
                invites = channel == "email" and invitation_kind(label_of(node) or "") is not None
                if channel is not None and channel not in named[key] and not invites and not self._leads_on(node):
                    href = self.document.link(node.attributes.get("href"))
                    url = None if href and _HIDDEN_MAIL in href else href
                    button = self._button(node, Intent(channel, None), url)
                    if button is not None:
                        named[key].add(channel)
                        yield node, button

    def _speaks_of_networks(self, bar: LexborNode) -> bool:
        """Whether something that is named after sharing holds buttons for several networks, as a dialogue does."""
        idle = (node for node in bar.css("a, button, [role=button]") if _is_idle(node))
        return len({channel for node in idle if (channel := _channel_said(node))}) >= _FEW_BUTTONS

    def _leads_on(self, node: LexborNode) -> bool:
        """Whether a link leads to a profile, or shares another page."""
        href = self.document.link(node.attributes.get("href")) or ""
        return profile_of(href) is not None or share_intent(href) is not None

    def _take(self, node: LexborNode, share: Share | None) -> None:
        if share is None or node.mem_id in self.taken or self.areas.in_comments(node):
            return
        self.taken.add(node.mem_id)
        self.found.append((self.outline.position(node), share))

    def _is_inside_taken(self, node: LexborNode) -> bool:
        """Whether a control near above was taken; what is inside it then counts as taken, however deep."""
        is_inside = any(around.mem_id in self.taken for around in upwards(node.parent, _MAX_CLIMB))
        if is_inside:
            self.taken.add(node.mem_id)
        return is_inside

    # -- likes, fields, prompts ---------------------------------------------------------------------

    def _likes(self) -> Iterator[tuple[LexborNode, Share]]:
        for selector, channel in _LIKES:
            for node in self.document.css(selector):
                if self._is_inside_taken(node):
                    continue
                if channel == ONSITE and node.css_first(_NETWORKS_OWN) is not None:
                    continue
                attributes = node.attributes
                url = self.document.link(attributes.get("src")) if node.tag == "iframe" else None
                written = (attributes.get(name) for name in ("data-href", "href", "data-url"))
                stated = parameter(url, "href") if url else next(filter(None, written), None)
                stated = unquote(stated) if stated and _ESCAPED.match(stated) else stated
                target = self.document.link(stated) if channel != ONSITE else None
                if target and not self.same.is_same(target):
                    continue  # liking the network's page of the site is following it
                label = _like_label(node)
                if channel == ONSITE and label and not is_like_label(label) and _is_share_label(label):
                    continue  # a share button in the clothes of a like
                count = count_of(node, self.language)
                yield (
                    node,
                    Share(
                        kind="like",
                        channel=channel,
                        label=label,
                        url=url,
                        target_url=target,
                        count=count.value if count else None,
                    ),
                )

    def _field(self, node: LexborNode) -> Share | None:
        """Fields that hold the page's address or embed code to copy."""
        attributes = node.attributes
        if node.tag == "textarea":
            value = node.text(deep=True)
        elif (attributes.get("type") or "text").lower() in ("text", "url"):
            value = attributes.get("value") or ""
        else:
            return None
        value = value.strip()
        if "<" in value:
            embedded = _EMBED_SRC.search(value[:20_000])
            src = self.document.link(embedded[1]) if embedded else None
            return self._handed_out("embed", node, src) if src else None
        address = self.document.link(value) if _ABSOLUTE.match(value) and len(value) < 2_000 else None
        if address is None or not self.same.is_same(address):
            return None
        return self._handed_out("copy_link", node, value)

    def _handed_out(self, kind: str, node: LexborNode, url: str) -> Share:
        attributes = node.attributes
        label = attributes.get("aria-label") or attributes.get("title") or attributes.get("placeholder")
        name = attributes.get("id")
        if not label and name and name in self._labels:
            label = label_of(self._labels[name])
        return Share(kind=kind, channel=ONSITE, label=label, url=url, target_url=url)

    @cached_property
    def _labels(self) -> dict[str | None, LexborNode]:
        return {node.attributes["for"]: node for node in reversed(self.document.css("label[for]"))}

    def _prompts(self) -> Iterator[Line]:
        for line in self.outline.lines_at(places_of_prompts(self.outline.texts)):
            asks = _is_prompt(line.text, line) or (line.links and _is_prompt(line.plain, line))
            if asks and self._stands_free(line):
                yield line
        widget = self.document.first("#bin-rating-like-confirmation")
        for line in self.outline.lines_in(widget) if widget is not None else ():
            # PHP Melody's confirmation may be in a language of the site's own
            is_own = not line.links and len(fold_phrase(line.text)) >= 5 and not _is_prompt(line.text, line)
            if is_own and self._stands_free(line):
                yield line

    def _stands_free(self, line: Line) -> bool:
        return not self._is_control(line.node) and not self.areas.in_comments(line.node)

    def _is_control(self, node: LexborNode) -> bool:
        return node.mem_id in self.taken or self._is_inside_taken(node)

    # -- controls -----------------------------------------------------------------------------------

    def _controls(self) -> list[LexborNode]:
        """Elements that may be a control, in document order: of the many links only those that may share."""
        elements = self.document.elements
        found = speaking_links(elements.attributes_of("a"))
        others = [node for node in self.document.css(_CONTROLS) if node.tag != "a"]
        others += self._in_bars()
        if not others:
            return found
        places = elements.positions
        known = {node.mem_id: node for node in (*found, *others)}
        return [known[key] for key in sorted(known, key=places.__getitem__)]

    def _in_bars(self) -> list[LexborNode]:
        """Links right below elements whose class says which network the control in them is for."""
        if "shar" not in self.document.elements.classes:
            return []
        by_class = self.document.elements.by_class
        values = (value for value in by_class if "shar" in value.lower() and names_service(value))
        nodes = (node for value in values for node in by_class[value])
        bars = {node.mem_id: node for node in nodes if node.tag in BARS}
        return [link for bar in bars.values() for link in bar.iter() if link.tag == "a"]

    def _control(self, node: LexborNode) -> Share | None:
        attributes = node.attributes
        for name in _ADDRESSES if node.tag != "iframe" else ("src",):
            value = attributes.get(name)
            if value and ("//" in value or ":" in value[:20]) and (intent := share_intent(value)):
                return self._button(node, intent, value if name == "href" or "//" in value else None)
        if node.tag not in ("a", "button", "iframe") and _holds_share_link(node):
            return None  # the link in it tells more
        href = attributes.get("href") or ""
        script = " ".join(filter(None, (attributes.get("onclick"), attributes.get("on"), _script_link(href))))
        for address in _ADDRESS.findall(script[:_MAX_SCRIPT]) if script else ():
            intent = share_intent(address)
            if intent:
                return self._button(node, intent, address if intent.target else None)
        for call, channel in _SCRIPTED if script else ():
            if call in script:
                return self._button(node, Intent(channel, None), None)
        if script and (called := service_called(script[:_LONGEST_CALL])):
            return self._button(node, Intent(called, None), None)
        redirect = _REDIRECT.search(href) if "share=" in href else None
        if redirect:
            return self._redirect(node, redirect[1])
        return self._widget(node) or self._unnamed(node, attributes, href)

    def _button(self, node: LexborNode, intent: Intent, url: str | None) -> Share | None:
        target = (
            self.document.link(_with_scheme(intent.target)) if intent.target else container_target(self.document, node)
        )
        if target and not self.same.is_same(target):
            return None
        count = count_of(node, self.language)
        if url and _UNFILLED.search(url):
            url = None
        elif url and url.startswith("//"):
            url = f"https:{url}"
        return Share(
            kind="button",
            channel=intent.channel,
            label=label_of(node),
            url=url,
            target_url=target,
            count=count.value if count else None,
        )

    def _redirect(self, node: LexborNode, service: str) -> Share | None:
        """Jetpack's ``PERMALINK?share=facebook``, which the site answers with a redirect to the network."""
        url = self.document.link(node.attributes.get("href"))
        channel = channel_named(service.removeprefix("jetpack-"))
        if url is None or channel is None or not self.same.is_same(url):
            return None
        share = self._button(node, Intent(channel, None), url)
        if share is not None:
            share.target_url = self.same.without_share(url)
        return share

    def _unnamed(self, node: LexborNode, attributes: Mapping[str, str | None], href: str) -> Share | None:
        """A theme's own copy or like button, known by what it says."""
        classes = (attributes.get("class") or "")[:500]
        is_marked = "data-clipboard-text" in attributes or COPY_CLASS.search(classes) is not None
        is_idle = _is_idle(node)
        if not is_marked and not is_idle:
            return None
        said = said_by(node)
        shares = is_idle and may_share(said)
        label = label_of(node) if is_marked or shares or may_be_action(said) else None
        if shares and label and (share := self._shares(node, label)) is not None:
            return share
        script = attributes.get("onclick") or ""
        says_so = is_copy_label(label) or ("clipboard" in script and "location" in script)
        if is_marked or says_so:
            share = self._copy(label, attributes, href, says_so=says_so or bool(_LINK_WORD.search(classes)))
            if share is not None:
                return share
        bare = _COUNT_BEHIND.sub("", label) if label else None
        if not is_idle or not is_like_label(bare):
            return None
        count = count_of(node, self.language) or (read_count(label, self.language) if label != bare else None)
        label = bare
        return Share(kind="like", channel=ONSITE, label=label, count=count.value if count else None)

    def _shares(self, node: LexborNode, label: str) -> Share | None:
        """A button that a script serves and that says where to (``Share on Facebook``); others are kept for later."""
        channel = _channel_of(label) if len(_words(label)) <= _MAX_NAMING else None
        if channel is not None:
            return self._button(node, Intent(channel, None), None)
        if is_share_word(label):
            self.openers.append((node, label))
        return None

    def _copy(
        self, label: str | None, attributes: Mapping[str, str | None], href: str, *, says_so: bool
    ) -> Share | None:
        stated = next((value for name in TARGET_ATTRIBUTES if (value := attributes.get(name))), None)
        stated = stated or (href if _ABSOLUTE.match(href) else None)
        if stated and "<" not in stated and (inside := _AFTER_WORDS.search(stated)):
            stated = inside[1]
        address = self.document.link(stated) if stated and not re.search(r"\s|<", stated.strip()) else None
        if stated and (address is None or not self.same.is_same(address)):
            return None  # code samples and other pages have copy buttons as well
        if address is None and not says_so:
            return None
        return Share(kind="copy_link", channel=ONSITE, label=label, url=address, target_url=address)

    def _widget(self, node: LexborNode) -> Share | None:
        """Controls whose link a script makes: the network is in an attribute or a class."""
        name = service_of(node)
        if name is None:
            return None
        if name in COPY_SERVICES:
            target = container_target(self.document, node)
            href = self.document.link(node.attributes.get("href"))
            if target is None and href is not None and not _is_idle(node) and self.same.is_same(href):
                target = href
            if target and not self.same.is_same(target):
                return None
            return Share(kind="copy_link", channel=ONSITE, label=label_of(node), url=target, target_url=target)
        channel = channel_named(name)
        href = self.document.link(node.attributes.get("href"))
        if channel is None or (href and profile_of(href)) or (channel == "email" and _is_beside_field(node)):
            return None
        return self._button(node, Intent(channel, None), href)


def _numbered(found: list[tuple[int, Share]]) -> list[Share]:
    found.sort(key=lambda item: item[0])
    has_copied = any(share.kind == "copy_link" and share.url for _, share in found)
    seen: set[tuple[str | None, ...]] = set()
    rows: list[Share] = []
    for _, share in found:
        if share.kind == "copy_link" and share.url is None and has_copied:
            continue  # the button beside the field
        words = fold_phrase(share.label) if share.kind == "prompt" and share.label else None
        keys = {(share.kind, share.channel, share.url, words)}
        if share.url and share.target_url:  # two links may differ in what is said of one page
            keys.add((share.kind, share.channel, share.target_url, words))
        if seen.isdisjoint(keys) and len(rows) < MAX_ROWS:
            rows.append(share)
        seen |= keys
    for position, share in enumerate(rows):
        share.position = position
    return rows


def _is_prompt(text: str, line: Line) -> bool:
    return is_prompt(text) or (is_prompt(text, is_heading=True) and line.is_heading)


def _prompt_text(line: Line) -> str:
    return line.text if is_prompt(line.text, is_heading=True) or not line.links else line.plain


def _like_label(node: LexborNode) -> str | None:
    """The label of the button in a like widget, which may say more around it (``Loading...``)."""
    if node.tag == "iframe":
        return None
    button = node.css_first("button, a, .button, .sd-button") if node.tag not in ("a", "button") else None
    return (label_of(button) if button is not None else None) or label_of(node)


def _channel_said(node: LexborNode) -> str | None:
    """The one network that a control in a bar names: its label, its title, or else its classes and its icon's.

    A link that leads somewhere and has a label is what the label says; classes tell of what a script serves.
    """
    label = label_of(node)
    attributes = node.attributes
    for text in (label, attributes.get("aria-label"), attributes.get("title")):
        if text and len(_words(text)) <= _MAX_NAMING and (channel := _channel_of(text)):
            return channel
    if label and not _is_idle(node):
        return None
    classes = [attributes.get("class")]
    classes += [inner.attributes.get("class") for inner in islice(node.iter(), _MAX_ICONS)]
    return next((channel for value in classes if value and (channel := network_in(value[:500]))), None)


def _channel_of(text: str) -> str | None:
    names = {
        channel for word in _words(text) if word.lower() not in AMBIGUOUS and (channel := channel_named(word))
    }
    return names.pop() if len(names) == 1 else None


def _words(text: str) -> list[str]:
    """Words as networks are named by: those of other scripts may stand right beside them."""
    return re.findall(r"[A-Za-z0-9_+-]+|[^\W\x00-\x7f]+", text[:_MAX_LABEL])


def _before(node: LexborNode) -> LexborNode | None:
    """What a reader sees right before an element that has no text of its own there."""
    step = node.prev
    for _ in range(_MAX_BEFORE):
        if step is None:
            return None
        has_text = step.is_text_node or (step.is_element_node and step.first_child is not None)
        if has_text and not (step.text(deep=True) or " ").isspace():
            return step
        step = step.prev
    return None


def _holds_share_link(node: LexborNode) -> bool:
    link = node.css_first("a[href]")
    return link is not None and share_intent(link.attributes.get("href")) is not None


def _holds_control(node: LexborNode) -> bool:
    return node.is_element_node and (node.tag in _LABELLED or node.css_first("a, button, input") is not None)


def _is_share_element(node: LexborNode | None) -> bool:
    """Whether an element is one of the site's own that is named after sharing (``web-share``)."""
    tag = (node.tag if node is not None else None) or ""
    return "-" in tag and "share" in tag


def _short_text(node: LexborNode) -> str | None:
    text = " ".join((node.text(deep=True, separator=" ") or "")[:_MAX_LABEL].split())
    return text or None


def _services(node: LexborNode) -> list[str]:
    """The networks that a container names for the script that fills it (``data-services="vkontakte,telegram"``)."""
    stated = node.attributes.get("data-services") or node.attributes.get("data-sites") or ""
    words = re.findall(r"[\w-]+", stated[:500])
    return list(dict.fromkeys(channel for word in words if (channel := channel_named(word))))


def _is_idle(node: LexborNode) -> bool:
    """Whether a link or button leads nowhere by itself: a script does what it is for."""
    return node.tag in ("a", "button") and (node.attributes.get("href") or "").strip()[:1] in ("", "#", "j", "J")


def _is_beside_field(node: LexborNode) -> bool:
    """Whether a control sends a field that stands beside it: an address for a newsletter is no share by e-mail."""
    return node.parent is not None and node.parent.css_first("input[type=text], input[type=email]") is not None


def _is_share_label(label: str) -> bool:
    return channel_named(label) is not None or is_prompt(label, is_heading=True)


def _script_link(href: str | None) -> str | None:
    return href if href and href.lstrip()[:11].lower() == "javascript:" else None


def _with_scheme(target: str) -> str:
    return target if target.startswith("/") or _SCHEME.match(target) else f"https://{target}"
