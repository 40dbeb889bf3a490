"""Share links: which network an address shares to, and which address it would share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import parse_qsl, unquote, unquote_plus, urlsplit

from crawler.extract.urls import MAX_URL


@dataclass(frozen=True, slots=True)
class Intent:
    """What a share link does."""

    channel: str
    """The network, by its name in ``shares.channel``."""
    target: str | None
    """The address that would be shared, decoded once; None when the link does not state one."""


@dataclass(frozen=True, slots=True)
class _Route:
    """One form of share link."""

    channel: str
    hosts: str
    """Hosts, space-separated; for other schemes than http(s) the scheme with its colon."""
    path: str
    """Regular expression for the start of the path, without the first slash; case is ignored."""
    params: str = "url"
    """Parameters that hold the address, space-separated, best first."""
    texts: str = ""
    """Parameters whose text contains the address; ``*`` is the whole query as one text."""


# Sources: Jetpack modules/sharedaddy/sharing-sources.php, AddToAny, the networks' own documentation of their share
# buttons; the older ones from pages that still carry them.
_ROUTES: Final = (
    _Route(
        "facebook",
        "facebook.com fb.com",
        r"sharer|share\.php|(v[\d.]+/)?(dialog/(share|feed)|plugins/share_button\.)",
        "u href link p[url] url",
    ),
    _Route("messenger", "fb-messenger: messenger.com", r"share|t/", "link u"),
    _Route("messenger", "facebook.com fb.com", r"(v[\d.]+/)?dialog/send", "link"),
    _Route("x", "x.com twitter.com", r"intent/(tweet|post)|share\b", "url", "text status"),
    _Route("x", "x.com twitter.com", r"(home)?/?$", "", "status"),
    _Route("x", "platform.twitter.com platform.x.com", r"widgets/tweet_button\.", "url"),
    _Route("x", "twitter:", r"post", "url", "message"),
    _Route("whatsapp", "api.whatsapp.com web.whatsapp.com whatsapp.com wa.me whatsapp:", r"(send)?/?$", "url", "text"),
    _Route("telegram", "t.me telegram.me telegram.dog tg:", r"share|msg", "url", "text"),
    _Route("reddit", "reddit.com old.reddit.com", r"(r/[^/]+/)?submit"),
    _Route("linkedin", "linkedin.com", r"sharing/|shareArticle|cws/share", "url mini_url"),
    _Route("linkedin", "linkedin.com", r"feed/?$", "shareUrl", "text"),
    _Route("pinterest", "pinterest.*", r"pin/create|pin-builder", "url"),
    _Route("tumblr", "tumblr.com", r"share|widgets/share", "url u canonicalUrl posttype_link"),
    _Route("threads", "threads.net threads.com", r"intent/post", "url", "text"),
    _Route("bluesky", "bsky.app", r"intent/compose", "url", "text"),
    _Route(
        "mastodon",
        "mastodonshare.com tootpick.org toot.kytta.dev s2f.kytta.dev mastodon.social",
        r"share|$",
        "url",
        "text",
    ),
    _Route("nextdoor", "nextdoor.com", r"sharekit", "url", "body"),
    _Route("email", "mailto:", r"$", "", "body subject"),
    _Route(
        "email", "mail.google.com outlook.live.com outlook.office.com compose.mail.yahoo.com", "", "", "body su subject"
    ),
    _Route("sms", "sms:", r"$", "", "body"),
    _Route("threema", "threema:", r"compose", "", "text"),
    _Route("vk", "vk.com vkontakte.ru vk.ru", r"share\.php"),
    _Route("ok", "connect.ok.ru ok.ru odnoklassniki.ru", r"offer|dk", "url st.shareUrl st._surl"),
    _Route("mailru", "connect.mail.ru", r"share", "url share_url"),
    _Route("livejournal", "livejournal.com", r"update\.bml", "url", "event"),
    _Route("weibo", "service.weibo.com v.t.sina.com.cn", r"share", "url"),
    _Route("qzone", "sns.qzone.qq.com", r"cgi-bin/qzshare", "url"),
    _Route("qq", "connect.qq.com", r"widget/shareqq", "url"),
    _Route("douban", "douban.com shuo.douban.com", r"(!service/)?share|recommend", "href url"),
    _Route("renren", "widget.renren.com share.renren.com", r"dialog/share|share", "resourceUrl url"),
    _Route("line", "social-plugins.line.me lineit.line.me", r"lineit", "url", "text"),
    _Route("line", "timeline.line.me", r"social-plugin/share", "url", "text"),
    _Route("line", "line.me line: line.naver.jp", r"(R/)?(msg|share)", "url", "text *"),
    _Route("kakao", "story.kakao.com sharer.kakao.com", r"share|s/share|talk", "url"),
    _Route("naver", "share.naver.com blog.naver.com band.us", r"web/shareView|openapi/share|plugin/share", "url body"),
    _Route("hatena", "b.hatena.ne.jp", r"(entry|add|my/add)", "url"),
    _Route("viber", "viber:", r"forward", "url", "text"),
    _Route("skype", "web.skype.com", r"share"),
    _Route("teams", "teams.microsoft.com", r"share", "href url"),
    _Route("xing", "xing.com", r"(spi/shares|app/user|social/share|social_plugins/share)", "url"),
    _Route("pocket", "getpocket.com", r"(save|edit)", "url"),
    _Route("instapaper", "instapaper.com", r"(edit|hello2|text)", "url"),
    _Route("evernote", "evernote.com", r"(clip\.action|noteit)", "url"),
    _Route("flipboard", "share.flipboard.com", r"bookmarklet"),
    _Route("buffer", "buffer.com bufferapp.com publish.buffer.com", r"(add|compose)", "url"),
    _Route("hackernews", "news.ycombinator.com", r"submitlink", "u url"),
    _Route("googleplus", "plus.google.com", r"share", "url"),
    _Route("googlebookmarks", "google.com", r"bookmarks", "bkmk"),
    _Route("digg", "digg.com", r"(submit|tools/diggthis|\d*$)", "url"),
    _Route("stumbleupon", "stumbleupon.com", r"submit"),
    _Route("delicious", "del.icio.us delicious.com", r"(post|save)", "url"),
    _Route("mix", "mix.com", r"add", "url"),
    _Route("wykop", "wykop.pl", r"(dodaj|link/dodaj)", "url"),
    _Route("nk", "nk.pl nasza-klasa.pl", r"sledzik", "shout url"),
    _Route("blogger", "blogger.com", r"blog[-_]this", "u url"),
    _Route("meneame", "meneame.net", r"submit", "url"),
    _Route("slashdot", "slashdot.org", r"(bookmark|slashdot-it|submission)", "url"),
    _Route("fark", "fark.com cgi.fark.com", r"(cgi/fark/)?(submit|farkit)", "u new_url h"),
    _Route("trello", "trello.com", r"add-card", "url"),
    _Route("houzz", "houzz.com", r"imageClipperUpload", "link url"),
    _Route("yummly", "yummly.com", r"urb/verify", "url"),
    _Route("diaspora", "share.diasporafoundation.org sharetodiaspora.github.io", "", "url"),
    _Route("addthis", "addthis.com", r"bookmark\.php", "url"),
    _Route("addtoany", "addtoany.com", r"share(_save)?\b", "linkurl url"),
    _Route("sharethis", "sharethis.com", r"share", "url"),
)

_RELAYS: Final = (
    # host, path with the service's name, parameter with the address
    ("addtoany.com", re.compile(r"add_to/(?P<service>[\w.-]+)"), "linkurl"),
    ("api.addthis.com", re.compile(r"oexchange/[\d.]+/forward/(?P<service>[\w.-]+)"), "url"),
    ("shareaholic.com", re.compile(r"api/share"), "link"),
    ("blogger.com", re.compile(r"share-post\.g"), ""),
)
"""Services that pass a share on to the network named in their address."""
_RELAY_HOSTS: Final = frozenset(host for host, _, _ in _RELAYS)

_ALIASES: Final = {
    "facebook": "fb facebook_like facebook_share 페이스북 フェイスブック فيسبوك فیس_بوک фейсбук फेसबुक",
    "messenger": "facebook_messenger fb_messenger fbmessenger facebookmessenger",
    "x": "twitter x_twitter twitter_x x_com tweet twitter_tweet tw xtwitter 트위터 ツイッター تويتر توییتر твиттер",
    "whatsapp": "wa whats_app 왓츠앱 واتساب واتس_اب واتساپ व्हाट्सएप",
    "telegram": "tg telegram_me 텔레그램 تلغرام تيليجرام تلگرام телеграм",
    "reddit": "",
    "linkedin": "linked_in linkedincom li",
    "pinterest": "pin pinterest_share pinit pin_it pinterest_pinit",
    "tumblr": "",
    "threads": "",
    "bluesky": "bsky",
    "mastodon": "",
    "nextdoor": "",
    "email": "mail mailto e_mail envelope emailfriend gmail google_gmail yahoo_mail outlook_com email_form",
    "sms": "sms_mms",
    "threema": "",
    "vk": "vkontakte vkcom vk_com",
    "ok": "odnoklassniki odnoklassniki_ru okru",
    "mailru": "moimir moi_mir mail_ru moymir",
    "livejournal": "lj",
    "weibo": "sina_weibo sinaweibo sina tsina 微博 新浪微博",
    "wechat": "weixin 微信",
    "qzone": "qq空间 qq空間",
    "qq": "",
    "douban": "",
    "line": "lineit line_me lineme",
    "kakao": "kakaotalk kakaostory kakao_talk 카카오톡 카카오스토리",
    "naver": "naverblog naver_blog",
    "hatena": "hatebu hatenabookmark hatena_bookmark",
    "viber": "",
    "zalo": "",
    "skype": "",
    "teams": "microsoft_teams",
    "snapchat": "snap",
    "xing": "",
    "pocket": "getpocket",
    "instapaper": "",
    "evernote": "",
    "flipboard": "flipit",
    "buffer": "bufferapp",
    "hackernews": "hacker_news ycombinator hn y18",
    "googleplus": "google_plus gplus google_plusone google plusone google_plusone_share plus_one",
    "digg": "",
    "stumbleupon": "su",
    "delicious": "del_icio_us",
    "mix": "",
    "wykop": "",
    "nk": "nasza_klasa",
    "blogger": "blogger_post blogthis blog",
    "meneame": "",
    "slashdot": "",
    "fark": "",
    "trello": "",
    "diaspora": "",
    "native": "system web_share navigator",
    "sharethis": "",
    "addthis": "compact expanded more",
    "addtoany": "dd",
}

CHANNELS: Final = {name: channel for channel, names in _ALIASES.items() for name in (channel, *names.split())}
"""A service's name as widgets write it (lower case, ``_`` between words) to the name in ``shares.channel``."""


def _by_host() -> dict[str, list[tuple[_Route, re.Pattern[str]]]]:
    table: dict[str, list[tuple[_Route, re.Pattern[str]]]] = {}
    for route in _ROUTES:
        pattern = re.compile(route.path, re.IGNORECASE)
        for host in route.hosts.split():
            table.setdefault(host, []).append((route, pattern))
    return table


_BY_HOST: Final = _by_host()
_HOST: Final = re.compile(r"\s*(?:https?:)?//(?:[^/?#@\\]*@)?([^/?#:@\\]+)", re.IGNORECASE)
_LONGEST_START: Final = 300
"""Scheme, user and host of an address, characters; a host has 253 at most (RFC 1035 2.3.4)."""
_LOCAL_HOST: Final = re.compile(r"^(?:www\d?|m|mobile|touch|ssl|(?!pf|tv)[a-z]{2}|[a-z]{2}-[a-z]{2})\.(?=[^.]+\.)")
_PINTEREST: Final = re.compile(r"pinterest\.(?:com?\.)?[a-z]{2,3}$")
_IN_TEXT: Final = re.compile(r"https?://[^\s\"'<>]+", re.IGNORECASE)
_OLD_SEPARATOR: Final = re.compile(r"&amp;|;(?=[a-z_]{1,20}=)")
"""``;`` parted parameters as well (HTML 4.01 B.2.2); Xing's share links still have it."""
_PLACEHOLDER: Final = re.compile(
    r"[{}\[\]%<>]|\$\(|^(?:url|permalink|link|undefined|null|about:blank|#.*)$", re.IGNORECASE
)
_ESCAPED_SCHEME: Final = re.compile(r"https?%3A", re.IGNORECASE)


def host_of(url: str) -> str:
    """Host of an address as the tables name it: lower case, without ``www.``, ``m.`` and language subdomains."""
    return _host_of(start_of(url))


def start_of(url: str) -> str:
    """An address up to the end of its host: what the many links to one place have in common."""
    return "/".join(url[:_LONGEST_START].split("/", 3)[:3])


@lru_cache(maxsize=4_096)
def _host_of(start: str) -> str:
    found = _HOST.match(start)
    if found is None:
        return ""
    bare = _LOCAL_HOST.sub("", found[1].lower().rstrip("."))
    return "pinterest.*" if bare.startswith("pinterest.") and _PINTEREST.match(bare) else bare


def channel_named(service: str | None) -> str | None:
    """The channel that a widget's own name for a service means (``google_plus``, ``Twitter``), or None."""
    if not service or len(service) > 40:
        return None
    return CHANNELS.get(re.sub(r"[\W_]+", "_", service.strip().lower()).strip("_"))


def share_intent(url: str | None) -> Intent | None:
    """What a link shares and where to; None for any other link, such as one to the network's front page.

    :param url: an absolute address, as written in the link
    """
    if not url or len(url) > MAX_URL:
        return None
    return _share_intent(url) if _may_share(start_of(url)) else None


@lru_cache(maxsize=4_096)  # most links lead to a few hosts that share nothing
def _may_share(start: str) -> bool:
    """Whether an address that begins so may share something; False is sure."""
    host = host_of(start)
    return not host or host in _BY_HOST or host in _RELAY_HOSTS


@lru_cache(maxsize=512)  # the readers of one page ask in turn
def _share_intent(url: str) -> Intent | None:
    url = url.strip()
    url = f"https:{url}" if url.startswith("//") else url
    scheme, colon, rest = url.partition(":")
    scheme = scheme.lower()
    if not colon:
        return None
    if scheme in ("http", "https"):
        return _web_intent(url)
    # `whatsapp://send?text=`, `mailto:?body=`: what follows the scheme is the path
    path, _, query = rest.lstrip("/").partition("?")
    return _match(f"{scheme}:", path, query)


def _web_intent(url: str) -> Intent | None:
    host = host_of(url)
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    path, query = parts.path.lstrip("/"), parts.query
    for relay, pattern, param in _RELAYS:
        found = pattern.match(path) if host == relay else None
        if found:
            service = found.groupdict().get("service") or _pairs(query).get("service") or _pairs(query).get("target")
            channel = channel_named(service)
            return Intent(channel, _stated(_pairs(query).get(param))) if channel else None
    if not query and "=" in parts.fragment:
        query = parts.fragment  # addtoany.com/share#url=
    return _match(host, path, query)


def parameter(url: str, name: str) -> str | None:
    """A parameter of an address, decoded once; None when it is missing or empty."""
    return _pairs(url.partition("?")[2].partition("#")[0]).get(name) or None


def _match(host: str, path: str, query: str) -> Intent | None:
    pairs: dict[str, str] | None = None
    for route, pattern in _BY_HOST.get(host, ()):
        if not pattern.match(path):
            continue
        if pairs is None:
            pairs = _pairs(query)
        target = next((found for name in route.params.split() if (found := _stated(pairs.get(name)))), None)
        texts = [pairs[name] for name in route.texts.split() if name in pairs]
        if "*" in route.texts:
            texts.append(unquote_plus(query))
        if target is None:
            target = next((found for text in texts if (found := _address_in(text))), None)
        if target is None and route.channel == "hatena":
            target = _hatena_target(path)
        named = any(name in pairs for name in (*route.params.split(), *route.texts.split()))
        if target is None and not named and not _is_plainly_share(path):
            continue
        return Intent(route.channel, target)
    return None


def _is_plainly_share(path: str) -> bool:
    """A share address without parameters (a script adds them) is told from a front page by its path."""
    return re.search(r"share|intent|submit|pin/create|forward", path, re.IGNORECASE) is not None


def _pairs(query: str) -> dict[str, str]:
    """First value of each parameter, decoded once; HTML that escaped ``&`` twice is forgiven."""
    pairs: dict[str, str] = {}
    try:
        decoded = parse_qsl(_OLD_SEPARATOR.sub("&", query), keep_blank_values=True, max_num_fields=100)
    except ValueError:
        return pairs
    for name, value in decoded:
        pairs.setdefault(name, value)
    for name, value in decoded:
        pairs.setdefault(name.lower(), value)  # those of `mailto:` are written `Body` as well (RFC 6068, 2)
    return pairs


def _stated(value: str | None) -> str | None:
    """A parameter's value as an address, None when it is empty or a placeholder that a script fills."""
    if not value:
        return None
    value = value.strip()
    if _ESCAPED_SCHEME.match(value):
        value = unquote_plus(value)  # escaped twice by the page
    if value.startswith("//"):
        value = f"https:{value}"
    if not _IN_TEXT.match(value):
        bare = re.match(r"(?:[\w-]+\.)+[a-z]{2,}(?:[/?]|$)", value, re.IGNORECASE)
        relative = value.startswith("/")
        return value if (bare or relative) and not _PLACEHOLDER.search(value) else None
    host = value.split("/", 3)[2] if value.count("/") >= 2 else ""
    return None if not host or _PLACEHOLDER.search(host) else value


def _address_in(text: str) -> str | None:
    found = _IN_TEXT.search(text)
    if found is None and _ESCAPED_SCHEME.search(text):
        found = _IN_TEXT.search(unquote(text))
    return _stated(found.group().rstrip(".,;:!?)»”’")) if found else None


def _hatena_target(path: str) -> str | None:
    """Hatena writes the address into its path: ``entry/s/HOST/PATH`` for https, ``entry/HOST/PATH`` for http."""
    found = re.match(r"entry/(panel/)?(?P<tls>s/)?(?P<rest>[^/]+\.[^/]+/.*)$", path)
    return f"http{'s' if found['tls'] else ''}://{found['rest']}" if found else None
