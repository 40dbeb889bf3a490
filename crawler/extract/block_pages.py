"""Answers that are no content: challenges and captchas, consent walls, checks of age, "enable JavaScript", login pages,
soft 404s, errors of the server.

Three kinds of evidence, in this order: what a vendor's own page is known by (and nothing else is); where a redirect
ended; what title and heading say on a page that shows neither an article nor a thread. A word alone never decides: a
story about captchas, a form for comments with one, a link to the login are all content.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from crawler.extract.document import Document

SHORT: Final = 3_000
"""Visible characters up to which a page may be nothing but a notice."""

FEW_BYTES: Final = 200_000
"""Markup of a notice is shorter, characters; a longer page is searched for a vendor's signs only."""


SENTENCES: Final = 600
"""Visible characters up to which a page that says so may show nothing without scripts."""

FRAME: Final = 200
"""The same where only `noscript` says so: the frame that scripts fill has a name, a few links and a line of rights.
Without a link, so much is a bare notice, whose text may say what it is without a heading."""


@dataclass(frozen=True, slots=True)
class BlockPage:
    """What stands in the place of the content."""

    kind: str
    """`captcha`, `consent`, `age`, `javascript`, `login`, `soft_404`, `error`."""
    evidence: str
    """By what it was recognised, in words."""

    @property
    def reason(self) -> str:
        """The reason of a failure (:attr:`crawler.items.Failure.reason`)."""
        if self.kind == "error":
            return "http"
        return self.kind if self.kind in ("soft_404", "login") else "blocked"

    def __str__(self) -> str:
        return f"{_NAMES[self.kind]} ({self.evidence})"


_NAMES: Final = {
    "captcha": "a captcha or a check for robots instead of the page",
    "consent": "a consent wall instead of the page",
    "age": "a question for the visitor's age instead of the page",
    "javascript": "a page that shows nothing without JavaScript",
    "login": "a login page instead of the page",
    "soft_404": "a page that says that there is none",
    "error": "a page that says that the server failed",
}

_HEADERS: Final[tuple[tuple[str, str, str], ...]] = (
    ("cf-mitigated", "challenge", "Cloudflare"),  # developers.cloudflare.com, "Detect a Challenge Page response"
    ("x-amzn-waf-action", "challenge", "AWS WAF"),  # docs.aws.amazon.com/waf, "How AWS WAF CAPTCHA and Challenge work"
    ("x-amzn-waf-action", "captcha", "AWS WAF"),
)

_SIGNS: Final[tuple[tuple[str, str, str], ...]] = (
    ("captcha", "Cloudflare", "#challenge-form, #challenge-error-text, #cf-challenge-running"),
    ("captcha", "Cloudflare", "#cf-wrapper #cf-error-details"),
    ("captcha", "Imperva", 'iframe#main-iframe[src*="_Incapsula_Resource"]'),
    ("captcha", "DataDome", 'body > script[src*="captcha-delivery.com"], iframe[src*="captcha-delivery.com"]'),
    ("captcha", "HUMAN", "#px-captcha, #px-captcha-wrapper"),
    ("captcha", "AWS WAF", 'body > #challenge-container, script[src*=".token.awswaf.com/"] ~ noscript'),
    ("captcha", "Anubis", "script#anubis_challenge"),
    ("captcha", "Radware", 'form[action*="validate.perfdrive.com"], script[src*="validate.perfdrive.com"]'),
    ("captcha", "Google", 'form#captcha-form, form[action*="/sorry/"]'),
    ("captcha", "Sucuri", 'body > .main-content[role=main] a[href*="sucuri.net/privacy-policy"]'),
    ("consent", "Google", 'form[action^="https://consent.youtube.com/"], form[action^="https://consent.google."]'),
    ("consent", "Yahoo", "form.consent-form button[name=agree]"),
    ("login", "WordPress", "body.login form#loginform"),
)
"""Kind, vendor, selector of what only the vendor's page has. `/cdn-cgi/challenge-platform/`, `_Incapsula_Resource` and
a captcha's script alone also stand on ordinary pages."""

_NOT_HERE: Final = (
    r"(?:error|fehler|erreur|errore|erro)?\s*:?\s*404(?:\s*(?:error|fehler|erreur|errore|erro))?\s*!?"
    r"|(?:error\s*)?404\s*[:,-]?\s*(?:not found|page not found|file not found)[.!]?"
    r"|not found|(?:oops?[!,.]*\s*)?(?:this |the |that )?page (?:is |was |could |can)?(?:not|n?'t) (?:be )?(?:found"
    r"|available)[.!]?"
    r"|(?:sorry,? )?(?:this|that|the) page (?:does|do)(?:n[o']t| not) exist[.!]?|nothing (?:was )?found(?: here)?[.!]?"
    r"|(?:this |your )?(?:account|site|website) (?:is |has been |was )?(?:suspended|terminated)[.!]?"
    r"|(?:site|website) (?:is )?(?:down for|under|undergoing) (?:scheduled )?maintenance[.!]?"
    r"|briefly unavailable for scheduled maintenance.*|error establishing a database connection"
    r"|page (?:unavailable|missing)|video (?:not found|unavailable|has been removed)[.!]?"
    r"|(?:seite|artikel|inhalt) (?:wurde )?nicht gefunden[.!]?|page (?:non trouvée|introuvable)|contenu introuvable"
    r"|p[áa]gina no encontrada|p[áa]gina n[ãa]o encontrada|pagina non trovata|pagina niet gevonden"
    r"|strony? nie znaleziono|sidan (?:hittades inte|kunde inte hittas)|siden (?:ble |blev )?ikke fundet"
    r"|siden finnes ikke"
    r"|sivua ei löy[td]y(?:nyt)?|страница не найдена|сторінку не знайдено|stránka nenalezena|sayfa bulunamadı"
    r"|ページが見つかりません(?:でした)?|页面(?:不存在|未找到|找不到)|找不到頁面|페이지를 찾을 수 없습니다"
)
_FAILED: Final = (
    r"(?:oops?[!,.…]*\s*|sorry[!,.]*\s*)?something (?:has )?(?:went|gone) wrong[.!]?(?: (?:please )?try again.*)?"
    r"|(?:http |server |application |database |fatal |internal )*(?:error|fehler|erreur|errore|erro)"
    r"\s*:?\s*5\d\d[.!]?|(?:(?:http |server )?(?:error\s*)?5\d\d\s*[:,-]?\s*)?(?:internal server error|bad gateway"
    r"|gateway time-?out|service (?:is )?(?:temporarily |currently )?unavailable|server error"
    r"|temporarily unavailable)[.!]?"
    r"|(?:an? |unexpected |internal |server |application |unknown )*error (?:has )?occurr?ed[.!]?"
    r"|application error|database error|fatal error|(?:we'll|we will) be (?:right )?back (?:soon|shortly)?[.!]?"
    r"|(?:es ist )?ein (?:unerwarteter |interner )?fehler (?:ist )?aufgetreten[.!]?|interner serverfehler"
    r"|wartungsarbeiten"
    r"|(?:oups[!,.]*\s*)?une erreur (?:est survenue|s'est produite)[.!]?|site en maintenance"
    r"|(?:se ha producido|ha ocurrido|ocurrió) un error[.!]?|error interno del servidor|ocorreu um erro[.!]?"
    r"|si è verificato un errore[.!]?|er is een fout opgetreden[.!]?|wystąpił błąd[.!]?"
    r"|ett fel (?:har )?uppst(?:od|ått)[.!]?"
    r"|произошла ошибка[.!]?|bir hata oluştu[.!]?|エラーが発生しました。?|发生错误[。!]?"
)
_ERROR: Final = (
    r"(?:error|fehler|erreur|errore|erro|fout|fel|feil|fejl|virhe|błąd|chyba|hiba|eroare|hata|ошибка|помилка|грешка"
    r"|σφάλμα|خطأ|خطا|שגיאה|エラー|错误|錯誤|오류|lỗi|ข้อผิดพลาด)[!.。]?"
)
"""The word alone says it on a page that has nothing else."""
_ROBOT: Final = (
    r"just a moment\.{0,3}|one moment,? please\.{0,3}|attention required!?|robot check|are you (?:a )?(?:robot"
    r"|human)\??"
    r"|(?:please )?verify (?:that )?you(?:'re| are) (?:a )?human|verifying you are human.*|human verification"
    r"|bot verification"
    r"|making sure you(?:'re| are) not a bot!?|security (?:check|verification)|checking your browser.*|captcha"
    r"|access (?:to this page has been )?denied|pardon our interruption\.{0,3}|ddos-guard|request (?:blocked"
    r"|unsuccessful).*"
    r"|sicherheitsüberprüfung|sind sie ein (?:mensch|roboter)\??|vérification de sécurité|êtes-vous un robot ?\??"
    r"|verificaci[óo]n de seguridad|проверка браузера.*|вы не робот\??"
)
_CONSENT: Final = (
    r"before you continue(?: to .*)?|bevor sie (?:zu .* )?(?:fortfahren|weitergehen)|avant d.accéder à .*"
    r"|prima di continuare.*"
    r"|antes de (?:continuar|ir a .*)|voordat je verdergaat.*|we value your privacy|your privacy (?:choices|matters)"
    r"|cookie (?:consent|wall|settings)|privacy (?:gate|wall)|datenschutz-?einstellungen|dpg media privacy gate"
    r"|mit werbung (?:und cookies )?weiter.*|weiter(?:lesen)? mit werbung.*"
    r"|continuer (?:avec|sans) (?:les )?(?:cookies|publicité).*"
)
_AGE: Final = (
    r"age (?:verification|check|gate|restricted)|(?:please )?(?:verify|confirm) your age"
    r"|are you (?:over|at least) (?:18|21)(?: years? (?:old|of age))?\??|you must be (?:over |at least )?(?:18|21)\b.*"
    r"|altersverifikation|alters(?:prüfung|kontrolle|abfrage)|sind sie (?:über|mindestens) 18.*"
    r"|vérification de l'âge|avez-vous (?:plus de )?18 ans.*|verificaci[óo]n de edad|verifica dell'età"
    r"|verifica[çc][ãa]o de idade|leeftijdscontrole|weryfikacja wieku|проверка возраста|年齢確認"
)
_LOGIN: Final = (
    r"(?:please )?(?:log|sign)[ -]?(?:in|on)(?: to .*| required)?|login(?: required)?|member login|anmelden"
    r"|anmeldung|einloggen"
    r"|connexion|se connecter|iniciar sesi[óo]n|acceder|entrar|accedi|inloggen|logga in|logg inn|log ind|zaloguj się"
    r"|вход|войти"
    r"|увійти|giriş yap|ログイン|登录|登入|로그인"
)
_SCRIPTS: Final = (
    r"(?:enable|activate|turn on|requires?|need|without|allow|activer|activez|aktivieren|activar|active"
    r"|attiva(?:re)?|schakel"
    r"|включите|włącz|ativ(?:e|ar))\W+(?:\w+\W+){0,6}?javascript|javascript\W+(?:\w+\W+){0,6}?(?:enabled|disabled"
    r"|required"
    r"|deaktiviert|aktivieren|désactivé|activé|necesario|activado|disabilitato|uitgeschakeld|отключен|включить"
    r"|wyłączon)"
)


def _whole(pattern: str) -> Callable[[str], re.Match[str] | None]:
    return re.compile(rf"(?:{pattern})", re.IGNORECASE).fullmatch


_is_not_here, _has_failed, _is_error, _is_robot = map(_whole, (_NOT_HERE, _FAILED, _ERROR, _ROBOT))
_is_consent, _is_age, _is_login = map(_whole, (_CONSENT, _AGE, _LOGIN))
_wants_scripts = re.compile(_SCRIPTS, re.IGNORECASE).search

_is_lesser = re.compile(r"\b(?:diminished|limited|some (?:features|functions|parts))\b", re.IGNORECASE).search
"""Whether a notice says that something is lacking without scripts, and so that the rest is there."""

_PARTS = re.compile(
    r"\s[|\-\u2013\u2014\u00b7\u2022:\u00bb\u00ab\u2039\u203a/]\s|\s?[|\u2013\u2014\u00b7\u2022\u00bb\u00ab\u2039\u203a]\s?"
)
_LOGIN_PATH = re.compile(
    r"/(?:wp-login\.php|log-?in|sign-?in|signin|account/log-?in|accounts/log-?in|users?/(?:sign_in|log-?in)"
    r"|auth(?:/login)?|sso)"
    r"(?:\.\w{1,5})?/?\Z",
    re.IGNORECASE,
)
_STORY_PATH = re.compile(r"/|\w{3,}-\w")
"""A path below another one, or words with hyphens: no language (`en-us`) and no other name of the home page."""
_CONSENT_HOST = re.compile(r"(?:consent|guce|myprivacy|privacy-?wall|privacy-?gate)\.")
_ARTICLE: Final = (
    'meta[property="og:type" i][content^="article" i], meta[property="og:type" i][content^="video" i],'
    ' meta[property^="article:" i], [itemtype*="schema.org/"][itemtype*="Article"],'
    ' [itemtype*="schema.org/"][itemtype*="VideoObject"], article time[datetime]'
)
_ARTICLE_DATA = re.compile(r'"@type"\s*+:\s*+(?:\[\s*+)?+"(?:\w{0,40}(?:Article|Posting)|VideoObject|Review)"')
_CAPTCHA: Final = ".g-recaptcha, .h-captcha, .cf-turnstile, iframe[src*=captcha i], input[name*=captcha i]"
_COMMENTS: Final = (
    "#comments, #respond, .comment-list, .commentlist, [id^=comment-], [itemtype*='schema.org/Comment'],"
    " .u-comment, .h-cite"
)
_SILENT: Final = frozenset({"script", "style", "template", "noscript", "head", "title", "option", "svg", "textarea"})


def block_page(document: Document, *, asked: str | None = None, has_threads: bool = False) -> BlockPage | None:
    """What a page is that is no content; None when it is content.

    :param asked: the address that was asked for, to tell a redirect to a login or to the home page
    :param has_threads: whether a comment system found a thread: then only a vendor's own signs count
    """
    found = _by_signs(document)
    if found is not None or has_threads:
        return found
    if _has_article(document):
        return None
    return _by_place(document, asked) or _by_words(document)


def _by_signs(document: Document) -> BlockPage | None:
    for name, value, vendor in _HEADERS:
        if document.headers.get(name, "").strip().lower() == value:
            return BlockPage("captcha", f"{vendor}, header {name}")
    for kind, vendor, selector in _SIGNS:
        if document.first(selector) is not None:
            return BlockPage(kind, vendor)
    return None


def _has_article(document: Document) -> bool:
    if document.first(_ARTICLE) is not None or document.first(_COMMENTS) is not None:
        return True
    return any(
        _ARTICLE_DATA.search(script.text(deep=True)) for script in document.css('script[type="application/ld+json" i]')
    )


def _by_place(document: Document, asked: str | None) -> BlockPage | None:
    place = urlsplit(document.url)
    host, before = (place.hostname or ""), urlsplit(asked or document.url)
    if _CONSENT_HOST.match(host) and host != before.hostname:
        return BlockPage("consent", f"a redirect to {host}")
    is_login = _LOGIN_PATH.search(place.path) and not _LOGIN_PATH.search(before.path)
    if is_login and document.first("input[type=password i]") is not None:
        return BlockPage("login", f"a redirect to {place.path}")
    is_home = place.path in ("", "/") and not place.query
    same_host = host.removeprefix("www.") == (before.hostname or "").removeprefix("www.")
    if is_home and same_host and _STORY_PATH.search(before.path.strip("/")):
        return BlockPage("soft_404", "a redirect to the home page")
    return None


def _by_words(document: Document) -> BlockPage | None:
    if document.first("body.error404, body.page-404, body.error-404") is not None:
        return BlockPage("soft_404", "the class of the body")
    if len(document.text) > FEW_BYTES:
        return None
    said, shown = _said(document), _shown(document)
    is_bare = len(shown) <= FRAME and not document.elements.links
    if is_bare and shown:
        said.append(shown.replace("\u2019", "'"))
    for text in said:
        if _is_not_here(text):
            return BlockPage("soft_404", repr(text))
    if len(shown) > SHORT:
        return None
    for text in said:
        if _has_failed(text) or (is_bare and _is_error(text)):
            return BlockPage("error", repr(text))
        if _is_robot(text):
            return BlockPage("captcha", repr(text))
        if _is_consent(text):
            return BlockPage("consent", repr(text))
        if _is_age(text):
            return BlockPage("age", repr(text))
        if _is_login(text) and document.first("input[type=password i]") is not None:
            return BlockPage("login", repr(text))
    if document.first(_CAPTCHA) is not None and _has_nothing_else(document):
        return BlockPage("captcha", "nothing but a captcha")
    return _by_scripts(document, shown)


MENU: Final = 10
"""Links from which a page has a menu: a form to write to a site has a captcha too."""


def _has_nothing_else(document: Document) -> bool:
    return not document.css("h1, h2, h3, p + p + p, textarea") and len(document.elements.links) < MENU


def _by_scripts(document: Document, shown: str) -> BlockPage | None:
    if len(shown) > SENTENCES or document.first("video[src], video source[src]") is not None:
        return None
    notices = [node.text(deep=True, separator=" ")[:SHORT] for node in document.css("noscript")]
    notice = " ".join(notices)
    is_framed = len(shown) <= FRAME and _wants_scripts(notice)
    if _is_lesser(notice) or not (is_framed or _wants_scripts(shown)):
        return None
    stated = document.first('meta[property="og:title" i][content], meta[property="og:description" i][content]')
    return None if stated is not None else BlockPage("javascript", "it says so and shows nothing else")


def _said(document: Document) -> list[str]:
    """The parts of the title, and the first headings."""
    texts: list[str] = []
    title = document.first("title")
    if title is not None:
        whole = " ".join(title.text(deep=True)[:500].split())
        texts += [whole, *_PARTS.split(whole)]
    texts += [" ".join(node.text(deep=True)[:500].split()) for node in document.css("h1")[:2]]
    return [text.strip().replace("\u2019", "'") for text in texts if text.strip()]


def _shown(document: Document) -> str:
    """What a visitor sees without scripts, as far as a notice is long."""
    parts: list[str] = []
    length = 0
    for node in document.root.traverse(include_text=True):
        if node.is_text_node and (node.parent is None or node.parent.tag not in _SILENT):
            text = " ".join((node.text_content or "").split())
            if text:
                parts.append(text)
                length += len(text) + 1
                if length > SHORT:
                    break
    return " ".join(parts)
