"""Block pages are not content: captchas, consent walls, "enable JavaScript", soft 404s, errors and logins become verdicts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from raw_site import RawSite, answers, leads_to
from running import Place, page, two_pages
from scrapy import Request
from scrapy.http import HtmlResponse, Response

from crawler.extract.block_pages import block_page
from crawler.extract.document import Document, NotHtmlError
from crawler.systems.base import FetchError
from crawler.visit import without_block_pages

RawSites = Callable[..., RawSite]
LONG = "<p>" + "A long story about captchas, logins and cookies, with much to read in it. " * 60 + "</p>"


def html(title: str, body: str = "", attributes: str = "", more: str = "") -> str:
    return f"<!doctype html><html><head><title>{title}</title>{more}</head><body {attributes}>{body}</body></html>"


BLOCKS: dict[str, tuple[str, str]] = {
    "cloudflare": ("captcha", html("Just a moment...", '<div id="challenge-error-text">Enable JavaScript and cookies</div>')),
    "cloudflare-words": ("captcha", html("Attention Required! | Cloudflare", "<h1>Sorry, you have been blocked</h1>")),
    "imperva": ("captcha", html("", '<iframe id="main-iframe" src="/_Incapsula_Resource?x=1">Request unsuccessful</iframe>')),
    "datadome": ("captcha", html("example.com", "<p>Please enable JS</p><script src='https://ct.captcha-delivery.com/c.js'></script>")),
    "human": ("captcha", html("Access to this page has been denied", '<div id="px-captcha"></div>')),
    "aws": ("captcha", html("", '<div id="challenge-container"></div><script src="/x/challenge.js"></script>')),
    "anubis": ("captcha", html("Making sure you're not a bot!", more='<script id="anubis_challenge" type="application/json">{}</script>')),
    "akamai": ("captcha", html("Access Denied", "<h1>Access Denied</h1>You don't have permission. Reference #18.2f")),
    "own-captcha": ("captcha", html("Security check", '<form><img src="c.png"><input name="captcha_code"></form>')),
    "bare-captcha": ("captcha", html("example.com", '<form><div class="g-recaptcha" data-sitekey="x"></div></form>')),
    "german": ("captcha", html("Sicherheitsüberprüfung", "<p>Bitte bestätigen Sie.</p>")),
    "youtube-consent": ("consent", html("Before you continue to YouTube", '<form action="https://consent.youtube.com/save"></form>')),
    "cookie-wall": ("consent", html("Cookie wall", "<p>Accept all cookies to read on</p><button>Accept</button>")),
    "german-pay-or-consent": ("consent", html("Beispiel", "<h1>Mit Werbung und Cookies weiterlesen</h1><p>Oder mit Pur-Abo.</p>")),
    "french-pay-or-consent": ("consent", html("Exemple", "<h1>Continuer avec cookies</h1><button>Tout accepter</button>")),
    "age": ("age", html("Age verification | Videos", "<p>You must be 18 or older to enter.</p><button>Yes</button>")),
    "age-heading": ("age", html("Videos", "<h1>Are you over 18?</h1><button>Yes</button>")),
    "german-age": ("age", html("Altersprüfung", "<p>Bitte bestätigen.</p>")),
    "react": ("javascript", html("App", '<noscript>You need to enable JavaScript to run this app.</noscript><div id="root"></div>')),
    "js-german": ("javascript", html("Portal", "<p>Bitte aktivieren Sie JavaScript, um fortzufahren.</p>")),
    "js-french": ("javascript", html("Site", "<noscript>Veuillez activer JavaScript dans votre navigateur</noscript>")),
    "frame-of-an-app": ("javascript", html("Portal", '<header><h1>Portal</h1><a href=/>Home</a> <a href=/about>About us</a></header><noscript>This app requires JavaScript</noscript><footer>All rights reserved</footer>')),
    "wordpress-login": ("login", html("Log In &lsaquo; Site", '<form id="loginform"><input type="password" name="pwd"></form>', 'class="login wp-core-ui"')),
    "plain-login": ("login", html("Sign in | Example", '<form><input name="user"><input type="password" name="p"></form>')),
    "wordpress-login-without-its-class": ("login", html("Log In &lsaquo; Site &#8212; WordPress", '<form><input type="password" name="pwd"></form>')),
    "russian-login": ("login", html("Вход", '<form><input type="password" name="p"></form>')),
    "wordpress-404": ("soft_404", html("Site", f"<h1>Sorry</h1>{LONG}", 'class="error404 theme"')),
    "title-404": ("soft_404", html("Page not found - Example News", f"<nav>{LONG}</nav>")),
    "heading-404": ("soft_404", html("Example", "<h1>Oops! That page can&rsquo;t be found.</h1>".replace("&rsquo;", "'"))),
    "plain-404": ("soft_404", html("404", "<h1>404 Not Found</h1>")),
    "polish-404": ("soft_404", html("Strony nie znaleziono | Portal", "<p>Przepraszamy</p>")),
    "suspended": ("soft_404", html("Account Suspended", "<h1>This Account has been suspended.</h1>")),
    "maintenance": ("soft_404", html("Maintenance", "<h1>Briefly unavailable for scheduled maintenance. Check back in a minute.</h1>")),
    "database": ("soft_404", html("Database Error", "<h1>Error establishing a database connection</h1>")),
    "error": ("error", html("Error", "<h1>Something went wrong</h1><p>Please try again later.</p>")),
    "error-with-its-number": ("error", html("503 Service Temporarily Unavailable", "<hr>nginx")),
    "error-of-a-site": ("error", html("Internal Server Error | Example News", "<p>Sorry.</p>")),
    "german-error": ("error", html("Fehler", "<h1>Es ist ein Fehler aufgetreten.</h1>")),
    "error-with-nothing-but-a-number": ("error", "<html><title>Error</title><h1>200</h1></html>"),
    "error-without-title-and-heading": ("error", "<html><body>Service temporarily unavailable</body></html>"),
    "not-found-without-title-and-heading": ("soft_404", "<p>Page not found.</p>"),
    "russian-error": ("error", html("Ошибка", "<p>Попробуйте позже.</p>")),
    "chinese-404": ("soft_404", html("页面不存在", "<p>返回首页</p>")),
}  # fmt: skip

CONTENT: dict[str, str] = {
    "story-of-captchas": html("Are you a robot? How captchas work - Example", f"<h1>Are you a robot? How captchas work</h1>{LONG}"),
    "story-of-age-checks": html("Age verification: what the new law says - Example", f"<h1>Age verification: what the new law says</h1>{LONG}"),
    "age-check-over-a-video": html("Clip", "<h1>Age verification</h1><button>Yes</button>", more='<meta property="og:type" content="video.other">'),
    "story-of-maintenance": html("Site under maintenance: a guide - Example", f"<h1>Site under maintenance: a guide</h1>{LONG}"),
    "story-of-an-error": html("Something went wrong", f"<h1>Something went wrong</h1>{LONG}"),
    "story-of-a-failure": html("Service unavailable: what we learnt", "<h1>Service unavailable: what we learnt</h1><p>Much.</p>"),
    "story-titled-like-one": html("Not found", f'<article><h1>Not found</h1><time datetime="2024-01-01">1</time>{LONG}</article>'),
    "story-with-data": html("Page not found", more='<script type="application/ld+json">{"@type": "NewsArticle"}</script>'),
    "comment-form-with-captcha": page(1, 2).replace("</form>", '<div class="g-recaptcha"></div></form>'),
    "letter-to-the-site": html("Contact", '<form><input name="mail"><textarea name="words"></textarea><input name="captcha_code"></form>'),
    "offices-and-a-captcha": html("Where we are", '<a href="/a">Bergen</a>' * 12 + '<form><input name="mail"><div class="g-recaptcha"></div></form>'),
    "cloudflare-script": html("A story", f"<h1>A story</h1>{LONG}<script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'></script>"),
    "noscript-beside-a-story": html("A story", f"<noscript>Please enable JavaScript</noscript><h1>A story</h1>{LONG}"),
    "noscript-that-lacks-little": html("Groups", "<noscript>Your browser does not support JavaScript: your experience will be diminished. Use one that supports JavaScript, or enable it if it is disabled.</noscript><h1>Groups</h1><p>None yet.</p>"),
    "noscript-beside-a-member": html("Lorna", f"<noscript>Please enable JavaScript</noscript><nav>Questions Tags Users</nav><h1>Lorna</h1><dl>{'<dt>member since<dd>2019' * 16}</dl>"),
    "login-in-the-corner": html("A story", f"<form><input type=password></form><h1>A story</h1>{LONG}"),
    "empty-thread": page(2, 0),
    "site-called-error": html("Error", '<h1>Error</h1><a href="/music">Music</a><a href="/tour">On tour</a>'),
    "story-of-errors-in-one-line": html("Error", "<p>What it means to be wrong, and why we like to be it.</p>" * 8),
    "short-page": html("Weather", "<h1>Weather</h1><p>Sunny.</p>"),
    "video-with-tags": html("Clip", '<noscript>enable JavaScript</noscript>', more='<meta property="og:type" content="video.other">'),
    "single-page-app-with-tags": html("Clip", "<noscript>enable JavaScript</noscript>", more='<meta property="og:title" content="Clip">'),
    "password-post": page(3, 0).replace('<div id="comments">', '<form class="post-password-form"><input type="password" name="post_password"></form><div id="comments">'),
}  # fmt: skip


def reason(kind: str) -> str:
    return {"soft_404": "soft_404", "login": "login", "error": "http"}.get(kind, "blocked")


@pytest.mark.parametrize("name", BLOCKS)
def test_it_is_recognised(name: str) -> None:
    kind, markup = BLOCKS[name]
    found = block_page(Document(markup, "https://example.com/story"))
    assert found is not None
    assert found.kind == kind
    assert found.reason == reason(kind)


@pytest.mark.parametrize("name", CONTENT)
def test_it_is_content(name: str) -> None:
    assert block_page(Document(CONTENT[name], "https://example.com/story")) is None


@pytest.mark.parametrize(
    ("asked", "answered", "markup", "kind"),
    [
        ("https://e.com/a/b", "https://e.com/login?next=/a/b", '<input type="password">', "login"),
        ("https://e.com/a/b", "https://e.com/wp-login.php", '<input type="password">', "login"),
        ("https://e.com/login", "https://e.com/login", '<p>x</p><input type="password">', None),
        ("https://e.com/a", "https://consent.e.com/?u=1", "<p>x</p>", "consent"),
        ("https://e.com/video/old-story", "https://www.e.com/", "<p>latest</p>", "soft_404"),
        ("https://e.com/bridge-is-open/", "https://e.com/", "<p>latest</p>", "soft_404"),
        ("https://e.com/en", "https://e.com/", "<p>latest</p>", None),
        ("https://e.com/en-us/", "https://e.com/", "<p>latest</p>", None),
        ("https://e.com/index.html", "https://e.com/", "<p>latest</p>", None),
        ("https://e.com/", "https://e.com/", "<p>latest</p>", None),
        ("https://short.example/a/b", "https://e.com/", "<p>latest</p>", None),
    ],
)
def test_where_a_redirect_ended_is_evidence(asked: str, answered: str, markup: str, kind: str | None) -> None:
    found = block_page(Document(html("Example", markup), answered), asked=asked)
    assert (found.kind if found else None) == kind


@pytest.mark.parametrize(("name", "value"), [("cf-mitigated", "challenge"), ("x-amzn-waf-action", "captcha")])
def test_a_header_that_says_so_counts_whatever_the_page_looks_like(name: str, value: str) -> None:
    found = block_page(Document(page(1, 3), "https://e.com/", {name: value}), has_threads=True)
    assert found is not None
    assert found.kind == "captcha"


def test_no_real_page_is_taken_for_a_block_page() -> None:
    folder = Path(__file__).parents[3] / "shared" / "pages"
    if not folder.is_dir():
        pytest.skip("the saved pages are not part of the project")
    taken, read = {}, 0
    for file in folder.glob("*/page.html"):
        try:
            document = Document(file.read_bytes(), "https://example.org/a/b")
        except NotHtmlError:
            continue
        read += 1
        found = block_page(document)
        if found is not None:
            taken[file.parent.name] = str(found)
    assert read > 200
    assert taken == {}


async def test_an_answer_to_a_system_that_is_a_block_page_is_no_page_of_a_thread() -> None:
    bodies = {"/captcha": BLOCKS["cloudflare"][1], "/page": page(1, 2), "/json": '{"a": 1}', "/empty": ""}

    async def fetch(request: Request) -> Response:
        return HtmlResponse(request.url, body=bodies[request.url.removeprefix("https://e.com")], encoding="utf-8")

    content = without_block_pages(fetch)
    with pytest.raises(FetchError) as caught:
        await content(Request("https://e.com/captcha"))
    assert caught.value.reason == "blocked"
    for path in ("/page", "/json", "/empty"):
        assert (await content(Request(f"https://e.com{path}"))).text == bodies[path]


# --- whole crawls --------------------------------------------------------------------------------


def test_a_thread_behind_a_block_page_keeps_its_comments(place: Place, raw_site: RawSites) -> None:
    """Each kind of block page in the place of a page whose comments are archived already."""
    numbers = dict(enumerate(BLOCKS, 1))
    site = raw_site({f"/{n}/story": answers(page(n, 2)) for n in numbers})
    site.paths["/wp-login.php"] = answers(BLOCKS["wordpress-login"][1])
    urls = [site.url(path) for path in site.paths if path.endswith("story")]
    assert place.crawl(*urls).returncode == 0
    known = place.open().comments().to_table().num_rows
    assert known == 2 * len(BLOCKS)
    for number, name in numbers.items():
        site.paths[f"/{number}/story"] = answers(BLOCKS[name][1])
    site.paths["/1/story"] = leads_to(site.url("/wp-login.php"))
    site.paths["/2/story"] = answers(BLOCKS["cloudflare"][1], "403 Forbidden")
    done = place.crawl(*urls)
    assert done.returncode == 1
    reasons = {url: failure["reason"] for url, failure in place.failures().items()}
    expected = {site.url(f"/{n}/story"): reason(BLOCKS[name][0]) for n, name in numbers.items()}
    del expected[site.url("/1/story")]
    expected[site.url("/wp-login.php")] = "login"
    assert reasons == expected
    states = place.open().comments(history=True).to_pylist()
    assert {row["change"] for row in states} == {"new"}
    assert place.open().comments().to_table().num_rows == known
    assert place.open().pages(history=True).to_table().num_rows == len(BLOCKS), "no block page is a state of a page"
    assert {row["verdict"] for row in place.open().threads(history=True).to_pylist()} == {"complete"}


def test_a_comment_page_behind_a_captcha_makes_the_thread_partial(place: Place, raw_site: RawSites) -> None:
    first, older = two_pages()
    site = raw_site({"/post/": answers(first), "/post/comment-page-1/": answers(older)})
    assert place.crawl(site.url("/post/")).returncode in (0, 3)
    known = place.open().comments().to_table().num_rows
    assert known == 8
    site.paths["/post/comment-page-1/"] = answers(BLOCKS["cloudflare"][1])
    assert place.crawl(site.url("/post/")).returncode == 3
    ledger = max(place.open().threads(history=True).to_pylist(), key=lambda row: row["started_at"])
    assert (ledger["verdict"], ledger["stop_reason"]) == ("partial", "blocked")
    assert "captcha" in ledger["stop_detail"]
    assert place.open().comments().to_table().num_rows == known
