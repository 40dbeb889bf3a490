"""``scrapy crawl site``: every page of a site once, no trap, no listing as a page, whatever the places that name them say."""

from __future__ import annotations

import json
import subprocess
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from loopback import HTML, XML, Answer, LoopbackSite
from running import PROJECT, Place, page

from sample import FAULTY, URLS, serve

NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def crawl(place: Place, site: LoopbackSite, which: str = "all", **settings: object) -> subprocess.CompletedProcess[str]:
    return place.run("crawl", "site", "-a", f"url={site.url('/')}", "-a", f"which={which}", **settings)


def visited(place: Place, site: LoopbackSite) -> list[str]:
    return sorted(row["canonical_url"].removeprefix(site.url("")) for row in place.open().pages().to_pylist())


def teasers(*paths: str) -> str:
    return "".join(f'<article><h2><a href="{path}">{path}</a></h2></article>' for path in paths)


def home(*paths: str, head: str = "", more: str = "") -> Answer:
    return Answer(f'<html><head>{head}</head><body class="home blog">{teasers(*paths)}{more}</body></html>', headers=HTML)




ONE = {"CONCURRENT_REQUESTS_PER_DOMAIN": 1}
"""The default, by which a topic has answered before the links to its posts are asked for."""


def story(number: int, **options: object) -> Answer:
    return Answer(page(number, **options), headers=HTML)


def test_pages_of_sitemaps_feeds_and_listings_are_visited_once_each_and_traps_never(place):
    site = LoopbackSite({})
    site.paths |= {
        "/robots.txt": Answer(f"User-agent: *\nDisallow: /private/\nSitemap: {site.url('/maps/index.xml')}\n"),
        "/maps/index.xml": Answer(f"<sitemapindex {NS}><sitemap><loc>/maps/1.xml</loc></sitemap><sitemap><loc>/maps/index.xml</loc></sitemap></sitemapindex>", headers=XML),
        "/maps/1.xml": Answer(f"<urlset {NS}><url><loc>/one/</loc></url><url><loc>/two/?utm_source=map</loc></url><url><loc>/wp-login.php</loc></url></urlset>", headers=XML),
        "/": home(
            "/two/", "/three/", "/four/?replytocom=7", "/dead/", "/private/x/",
            head='<link rel="alternate" type="application/rss+xml" href="/feed.xml">',
            more='<a href="/category/all/">All</a><a href="/two/?sort=asc">sorted</a><a href="/calendar/2024/01/">calendar</a>',
        ),
        "/feed.xml": Answer("<rss><channel><item><link>/three/</link></item><item><link>/five/</link></item></channel></rss>", headers=XML),
        "/category/all/": Answer(f'<body class="archive category">{teasers("/one/", "/six/")}<nav class="pagination"><a href="/category/all/page/2/">2</a></nav>', headers=HTML),
        "/category/all/page/2/": Answer(f'<body class="archive category">{teasers("/seven/")}<nav class="pagination"><a href="/category/all/">1</a></nav>', headers=HTML),
        **{f"/{name}/": story(n) for n, name in enumerate(["one", "two", "three", "four", "five", "six", "seven"], 1)},
    }  # fmt: skip
    done = crawl(place, site)
    assert done.returncode == 0, done.stdout + done.stderr
    assert visited(place, site) == sorted(f"/{name}/" for name in ["one", "two", "three", "four", "five", "six", "seven"])
    asked = [one.path for one in site.asked]
    assert sorted(path for path in set(asked) if asked.count(path) > 1) == ["/robots.txt"]
    assert not [path for path in asked if "replytocom" in path or "login" in path or "calendar" in path or "sort" in path]
    assert "/private/x/" not in asked
    assert "Skipped: 3 trap, 2 listing, 1 robots, 1 gone" in done.stdout or "Skipped: 3 trap, 2 listing, 1 gone, 1 robots" in done.stdout
    assert "Lost" not in done.stdout


def shown_at(place: str, said: tuple[str, ...]) -> Answer:
    """A thread whose posts have addresses of their own, at each of which all of it is shown, with a link to the others."""
    posts = "".join(
        f'<div class="post" id="post{number}"><h3>({number}) By <a href="/u/{name}">{name}</a> on 2023-03-0{number} 10:0{number}:00'
        f'{"" if place.endswith(name) else f" <a href=/post/{name}>link</a>"}</h3><div class="body"><p>{text}</p></div></div>'
        for number, (name, text) in enumerate(zip(("ann", "bo", "cy"), said, strict=True), 1)
    )
    return Answer(f"<html lang=en><title>The town</title><body><h1>The bridge</h1>{posts}<p>Made in 0.00{len(place)} seconds by a program</p>", headers=HTML)


SAID = ("It was closed all of last year, and nobody mended it.", "I take the ferry now, that is quicker anyway.", "Who is to pay for this? We all are, as ever.")


def test_places_in_a_thread_that_each_show_all_of_it_are_one_page(place):
    other = ("It was open all of last year, and somebody mended it.", *SAID[1:])
    site = LoopbackSite({"/": home("/post/bo", "/info/cy", "/post/ann", "/topic/ann")})
    site.paths |= {path: shown_at(path, SAID) for path in ("/post/bo", "/info/cy", "/post/ann")} | {"/topic/ann": shown_at("/topic/ann", other)}
    done = crawl(place, site, **ONE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [len(visited(place, site)), len(place.open().comments().to_pylist())] == [2, 6]
    assert "2 duplicate" in done.stdout
    again = crawl(place, site, **ONE)
    assert [len(visited(place, site)), len(place.open().comments(history=True).to_pylist())] == [2, 6], again.stdout


def test_more_or_less_of_a_list_and_logins_that_lead_back_are_not_asked_for_and_its_further_rows_are(place):
    more = "".join(f'<a href="/list?t=new&{query}">{query}</a> ' for query in ("limit=50", "days=7&limit=500", "hidebots=1", "offset=20&limit=20"))
    site = LoopbackSite({"/": home("/list?t=new", "/list?t=login&returnto=list"), "/list?t=new": home("/one/", more=more), "/list?t=new&offset=20&limit=20": home("/two/", more=more)})
    site.paths |= {f"/{name}/": story(n) for n, name in enumerate(["one", "two"], 1)}
    done = crawl(place, site)
    assert done.returncode == 0, done.stdout + done.stderr
    assert visited(place, site) == ["/one/", "/two/"]
    assert sorted(one.path for one in site.asked if one.path.startswith("/list")) == ["/list?t=new", "/list?t=new&offset=20&limit=20"]


def test_a_hundred_addresses_of_one_page_are_one_page(place):
    site = LoopbackSite({})
    canonical = f'<link rel="canonical" href="{site.url("/story/")}">'
    body = page(1).replace("<title>", f"{canonical}<title>")
    variants = [f"/story/?v={n}" for n in range(100)]
    site.paths |= {"/": home(*variants), **dict.fromkeys(variants, Answer(body, headers=HTML)), "/story/": Answer(body, headers=HTML)}
    done = crawl(place, site)
    assert done.returncode == 0, done.stdout + done.stderr
    assert visited(place, site) == ["/story/"]
    assert "99 duplicate" in done.stdout


def test_addresses_that_differ_in_the_query_and_answer_alike_are_one_page_also_without_a_canonical_link(place):
    site = LoopbackSite({})
    address = site.url("/story/")
    text = f"<p>{'The ferry is late once more, and nobody in the harbour says why. ' * 3}</p>"

    def story_of(query: str, said: str = text) -> Answer:
        shared = f'<a href="https://www.facebook.com/sharer.php?u={quote(address + query, "")}">Share</a>'
        return Answer(page(1).replace("</h1>", f"</h1>{said}{shared}"), headers=HTML)

    variants = [f"?from=list{n}" for n in range(20)]
    others = ["?id=1", "?id=2"]  # filled by a script: alike as they come, and not the same
    site.paths |= {"/": home(*(f"/story/{query}" for query in variants), "/story/?from=elsewhere", *(f"/shell/{query}" for query in others))}
    site.paths |= {f"/story/{query}": story_of(query) for query in variants}
    site.paths |= {"/story/?from=elsewhere": story_of("?from=elsewhere", text * 2)}
    site.paths |= {f"/shell/{query}": Answer("<title>Watch</title><body><div id=app></div><script src=/app.js></script>", headers=HTML) for query in others}
    done = crawl(place, site, "new")
    assert done.returncode == 0, done.stdout + done.stderr
    stories = [path for path in visited(place, site) if path.startswith("/story/")]
    assert len(stories) == 2
    assert "/story/?from=elsewhere" in stories
    assert [path for path in visited(place, site) if path.startswith("/shell/")] == ["/shell/?id=1", "/shell/?id=2"]
    assert "19 duplicate" in done.stdout
    before = len(site.asked)
    done = crawl(place, site, "new")
    assert done.returncode == 0, done.stdout + done.stderr
    assert not [path for path in asked_since(site, before) if path.startswith("/story/")]


def test_a_page_that_answers_with_and_without_a_slash_is_one_page(place):
    text = "<p>" + "A story of the town and its bridge, told at some length. " * 12 + "</p>"

    def told(path: str) -> Answer:
        return Answer(f"<title>The bridge</title><body><h1>The bridge</h1>{text}<a href='/login?next={path}'>log in</a>", headers=HTML)

    site = LoopbackSite({"/": home("/story/", "/story", "/plain", "/other/"), **{path: told(path) for path in ("/story/", "/story", "/plain", "/other/")}})
    done = crawl(place, site)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [path.strip("/") for path in visited(place, site)] == ["other", "plain", "story"]
    assert "1 duplicate" in done.stdout


@pytest.mark.parametrize("is_read", [True, False])
def test_links_to_posts_that_lead_to_their_topic_at_another_query_are_no_pages_of_their_own(place, is_read):
    """FlaskBB: `/post/12` leads to `/topic/1-ferry?page=1`, and nothing links to that address."""
    shape = PROJECT / "tests/systems/fixtures/generic/rows-in-rows-of-a-grid/page.html"
    first, _, rest = shape.read_text("utf-8").partition('<div id="172"')
    alone = first + rest[rest.index("</div>\n  </div>\n  <div class=\"pt-2\">") :]
    topic = Answer(page(1, comments=3) if is_read else alone, headers=HTML)
    posts = {f"/post/{n}": Answer("", 302, headers={"Location": "/topic/1-ferry?page=1"}) for n in (12, 13)}
    site = LoopbackSite({"/": home("/topic/1-ferry", *posts), "/topic/1-ferry": topic, "/topic/1-ferry?page=1": topic, **posts})
    done = crawl(place, site, **ONE)
    assert done.returncode == (0 if is_read else 3), done.stdout + done.stderr
    assert visited(place, site) == ["/topic/1-ferry"]
    assert "2 duplicate" in done.stdout


def test_one_topic_at_several_queries_is_one_page_whatever_tokens_and_addresses_it_repeats(place):
    served: list[str] = []

    class Forum(dict):
        """Each answer has another token, time and count, calls the address that was asked for its own and another host canonical."""

        def get(self, path: str, default: Answer) -> Answer:
            if not path.startswith("/topic/"):
                return super().get(path, default)
            served.append(path)
            head = f'<link rel=canonical href="http://localhost/topic/1/"><meta property="og:url" content="{site.url(path)}">'
            form = f"<p>Seen: {len(served)} time{'s' * (len(served) > 1)}<p>It is 2026-11-30 08:46:{len(served)} now<form><input type=hidden name=token value={len(served)}><a href='/login?next={path}'>log in</a></form>"
            text = "<p>" + "The ferry is late once more, and nobody in the harbour says why. " * 3 + "</p>"
            return Answer(page(1).replace("<title>", f"{head}<title>").replace("</h1>", f"</h1>{text}{form}"), headers=HTML)

    site = LoopbackSite({})
    site.paths = Forum({"/": home("/topic/1/?page=1", "/topic/1/?answer=15", "/member/", "/topic/1/"), "/member/": plain("Member", "/topic/1/?answer=16")})
    done = crawl(place, site, **ONE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert visited(place, site) == ["/member/", "/topic/1/"]
    assert "3 duplicate" in done.stdout
    site.paths["/"] = home("/topic/1/?page=1", "/topic/1/?answer=18", "/member/", "/topic/1/")
    assert crawl(place, site, "new", **ONE).returncode == 0
    assert visited(place, site) == ["/member/", "/topic/1/"], "a link to a new post of a known topic"
    before = len(site.asked)
    assert crawl(place, site, "new", **ONE).returncode == 0
    assert not [path for path in asked_since(site, before) if path.startswith("/topic/")]


def test_a_link_to_a_post_that_is_met_after_its_topic_leads_to_no_other_page(place):
    def topic(token: int) -> Answer:
        return Answer(page(1).replace("</h1>", f"</h1><form><input type=hidden name=token value={token}></form>"), headers=HTML)

    site = LoopbackSite({"/": home("/topic/1/", "/member/"), "/topic/1/": topic(1), "/topic/1/?answer=16": topic(2)})
    site.paths["/member/"] = Answer(plain("Member", "/topic/1/?answer=16").body, headers=HTML, wait=1)
    done = crawl(place, site, **ONE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert visited(place, site) == ["/member/", "/topic/1/"]


def test_a_feed_of_another_host_that_cannot_be_had_is_no_loss(place):
    elsewhere = LoopbackSite({"/robots.txt": Answer("User-agent: *\nDisallow: /")})
    head = f'<link rel="alternate" type="application/rss+xml" href="{elsewhere.url("/rss/")}">'
    site = LoopbackSite({"/": home("/one/", head=head), "/one/": story(1)})
    done = crawl(place, site)
    assert done.returncode == 0, done.stdout + done.stderr
    assert visited(place, site) == ["/one/"]


def test_a_feed_or_sitemap_that_the_site_names_and_its_robots_txt_forbids_is_passed_over_and_one_that_was_asked_for_is_lost(place, tmp_path):
    site = LoopbackSite({"/1/": story(1), "/feed.xml": Answer("<rss><channel></channel></rss>", headers=XML)})
    site.paths["/robots.txt"] = Answer(f"User-agent: *\nDisallow: /feed.xml\nDisallow: /map.xml\nSitemap: {site.url('/map.xml')}\n")
    site.paths["/"] = home("/1/", head='<link rel="alternate" type="application/rss+xml" href="/feed.xml">')
    done = crawl(place, site)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Skipped: 2 robots" in done.stdout
    assert visited(place, site) == ["/1/"]

    file = tmp_path / "sites.toml"
    file.write_text(f"[defaults]\nfeeds = ['{site.url('/feed.xml')}']\n")
    done = crawl(place, site, SITES_FILE=file)
    assert done.returncode == 1
    assert f"Lost: 1\n  robots: {site.url('/feed.xml')}: " in done.stdout
    assert not [one.path for one in site.asked if one.path in ("/feed.xml", "/map.xml")]


def topic(number: int, shown: int, posts: int = 25) -> Answer:
    """A page of a forum's topic, ten posts a page; nothing names the one address of it."""
    own = f"/topic/{number}/"
    rows = "".join(
        f"<div class=row id=p{number}{n:02}><b class=who>Reader {n}</b> <time datetime=2024-05-{n:02}T10:00:00Z>May {n}</time>"
        f" <a href={own}?post={n}>#{n}</a><div class=said><p>What reader {n} has to say of topic {number}, in {n + 7} words or so.</p></div></div>"
        for n in range(10 * shown - 9, min(10 * shown, posts) + 1)
    )
    pages = "".join(f"<span>{n}</span>" if n == shown else f"<a href='{own}?page={n}'>{n}</a>" for n in range(1, (posts + 9) // 10 + 1))
    return Answer(f"<title>Topic {number}</title><body><h1><a href={own}>Topic {number}</a></h1><div>{pages}</div>{rows}<form><textarea name=reply></textarea></form>", headers=HTML)


def test_further_pages_of_a_thread_and_links_to_its_posts_are_no_pages_of_their_own(place):
    site = LoopbackSite({})
    links = "".join(f"<li><a href='/topic/{n}/?page=3'>Topic {n}</a> <a href='/topic/{n}/'>first</a> <a href='/topic/{n}/?post=25'>last post</a></li>" for n in range(1, 10))
    site.paths["/"] = Answer(f"<title>Forum</title><body><ul>{links}</ul>", headers=HTML)
    for n in range(1, 10):
        site.paths |= {f"/topic/{n}/": topic(n, 1)} | {f"/topic/{n}/?page={shown}": topic(n, shown) for shown in (1, 2, 3)}
        site.paths |= {f"/topic/{n}/?post={post}": topic(n, 1 + (post - 1) // 10) for post in range(1, 26)}
    done = crawl(place, site, "new")
    assert done.returncode == 0, done.stdout + done.stderr
    assert visited(place, site) == [f"/topic/{n}/" for n in range(1, 10)]
    threads = place.open().threads().to_pylist()
    assert [(row["captured"], row["verdict"]) for row in threads] == [(25, threads[0]["verdict"])] * 9
    assert place.open().comments().to_table().num_rows == 9 * 25
    before = len(site.asked)
    done = crawl(place, site, "new")
    assert done.returncode == 0, done.stdout + done.stderr
    assert not [path for path in asked_since(site, before) if path.startswith("/topic/")]


def numbered_topic(number: int, start: int = 1, title: str | None = None) -> Answer:
    """A topic of 25 posts from one on, as the address of a post shows it; nothing names the one address of it."""
    rows = "".join(
        f"<div class=row id=p{number}{n:02}><b class=who>Reader {n}</b> <time datetime=2024-05-{n:02}T10:00:00Z>May {n}</time>"
        f" <a href=/topic/{number}/ferries/{n}>#{n}</a><div class=said><p>What reader {n} has to say of topic {number}, in {n + 7} words or so.</p></div></div>"
        for n in range(start, 26)
    )
    head = title or f"Topic {number}"
    return Answer(f"<title>{head}</title><body><h1>{head}</h1>{rows}<form><textarea name=reply></textarea></form>", headers=HTML)


@pytest.mark.parametrize("title", [None, "Forum"])
def test_a_post_at_an_address_below_that_of_its_topic_is_no_page_of_its_own(place, title):
    """Told by their common heading, which tells nothing where it is that of the home page."""
    site = LoopbackSite({})
    links = "".join(f"<li><a href='/topic/{n}/ferries/20'>last post</a> <a href='/topic/{n}/ferries'>Topic {n}</a></li>" for n in range(1, 6))
    site.paths["/"] = Answer(f"<title>Forum</title><body><h1>Forum</h1><ul>{links}</ul>", headers=HTML)
    for n in range(1, 6):
        site.paths |= {f"/topic/{n}/ferries": numbered_topic(n, title=title), f"/topic/{n}/ferries/20": numbered_topic(n, 15, title)}
    done = crawl(place, site)
    posts = [f"/topic/{n}/ferries/20" for n in range(1, 6)]
    assert visited(place, site) == sorted([f"/topic/{n}/ferries" for n in range(1, 6)] + (posts if title else [])), done.stdout


def test_a_last_page_with_a_single_post_is_a_further_page_of_its_topic_and_no_listing(place):
    numbers = "<a href='/t/1/'>1</a> <a href='/t/1/?page=2'>2</a>"
    last = f"<title>Topic</title><body><h1>Topic</h1><ul>{''.join(f'<li><a href=/b/{n}/>A board of ferries {n}</a>' for n in range(9))}</ul>{numbers}<p>Me too.</p>"
    site = LoopbackSite({"/": home("/t/1/?page=2", "/t/1/"), "/t/1/?page=2": Answer(last, headers=HTML)})
    site.paths["/t/1/"] = Answer(page(1).replace("</h1>", f"</h1>{numbers}"), headers=HTML)
    done = crawl(place, site, "new", **ONE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert visited(place, site) == ["/t/1/"]
    before = len(site.asked)
    assert crawl(place, site, "new", **ONE).returncode == 0
    assert not [path for path in asked_since(site, before) if path.startswith("/t/")]


def test_what_only_members_may_see_is_no_loss_where_a_link_leads_there(place):
    form = Answer("<title>Log in</title><form><input name=user><input type=password name=p></form>", headers=HTML)
    site = LoopbackSite({"/": home("/one/", "/topic/publish/1/"), "/one/": story(1), "/account/login": form, "/account/login?next=/topic/publish/1/": form})
    site.paths["/topic/publish/1/"] = Answer(status=302, headers={"Location": "/account/login?next=/topic/publish/1/"})
    done = crawl(place, site)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 login" in done.stdout


def plain(title: str, *paths: str, text: str = "") -> Answer:
    """A page that says nothing of what it is: a heading, a text, some links."""
    links = "".join(f"<li><a href='{path}'>{path}</a>" for path in paths)
    return Answer(f"<title>{title}</title><body><h1>{title}</h1><p>{text}</p><ul>{links}</ul>", headers=HTML)


@pytest.mark.parametrize("now", ["login", "error", "challenge"])
def test_a_page_of_the_archive_that_cannot_be_read_any_more_leaves_a_look_that_says_so(place, now):
    site = LoopbackSite({"/": home("/one/", "/two/", "/three/"), "/one/": story(1), "/two/": story(2)})
    crawl(place, site)
    form = "<title>Sign in</title><form><input type=email><input type=password><button>Sign in</button></form>"
    answers = {
        "login": Answer("", 302, {"Location": "/login"}), "error": Answer("no", 500),
        "challenge": Answer("<title>Just a moment...</title><div id=challenge-error-text>Enable JavaScript and cookies</div>", headers=HTML),
    }  # fmt: skip
    site.paths |= {"/one/": answers[now], "/three/": answers[now], "/login": Answer(form, headers=HTML)}
    crawl(place, site, RETRY_TIMES=0)
    looks = {(row["url"], row["outcome"]) for row in place.open().visits(history=True).to_pylist() if row["outcome"] != "gone"}
    assert looks == {*((site.url(path), "read") for path in ("/one/", "/two/")), (site.url("/one/"), "failed")}, "and none of what never was a page"


def test_pages_without_a_thread_are_archived_and_lead_on_and_those_with_one_or_that_call_themselves_articles_do_not(place):
    site = LoopbackSite({})
    article = '<meta property="og:type" content="article"><title>News</title><body><h1>News</h1><a href="/of-article/">more</a>'
    site.paths |= {
        "/": home("/project/", "/article/", "/story/"),
        "/project/": plain("Project", "/board/", "/story/"),
        "/board/": plain("Board", "/topic/1/", "/topic/2/", "/deeper/"),
        "/topic/1/": story(1), "/topic/2/": story(2),
        "/deeper/": plain("Deeper", "/topic/4/", "/last/"),
        "/topic/4/": story(4), "/last/": plain("Last", "/too-deep/"),
        "/article/": Answer(article, headers=HTML),
        "/story/": Answer(page(3).replace("</h1>", '</h1><a href="/of-story/">more</a>'), headers=HTML),
    }  # fmt: skip
    done = crawl(place, site, "new")
    assert done.returncode == 0, done.stdout + done.stderr
    assert visited(place, site) == ["/article/", "/board/", "/deeper/", "/last/", "/project/", "/story/", "/topic/1/", "/topic/2/", "/topic/4/"]
    asked = [one.path for one in site.asked]
    assert not {"/of-story/", "/of-article/", "/too-deep/"} & set(asked)
    assert [path for path in set(asked) if asked.count(path) > 1] == ["/robots.txt"]


def test_a_listing_three_steps_from_the_home_page_is_followed_and_one_of_four_is_not(place):
    site = LoopbackSite({"/": home("/one/"), "/one/": home("/two/"), "/two/": home("/three/"), "/three/": home("/topic/1/", "/four/"), "/four/": home("/topic/2/")})
    site.paths |= {"/topic/1/": story(1), "/topic/2/": story(2)}
    done = crawl(place, site)
    assert done.returncode == 0, done.stdout + done.stderr
    assert visited(place, site) == ["/topic/1/"]
    assert "/topic/2/" not in [one.path for one in site.asked]


def test_what_a_page_without_a_thread_names_later_is_found_by_later_crawls_and_others_are_not_asked_again(place):
    site = LoopbackSite({})
    site.paths |= {
        "/": home("/board/", "/about/"), "/about/": plain("About", "/board/"), "/board/": plain("Board", "/topic/1/"),
        "/topic/1/": story(1), "/topic/2/": story(2), "/topic/3/": story(3),
    }  # fmt: skip
    assert crawl(place, site, "new").returncode == 0
    site.paths["/board/"] = plain("Board", "/topic/2/", "/topic/1/")
    before = len(site.asked)
    done = crawl(place, site, "new")
    assert done.returncode == 0, done.stdout + done.stderr
    asked = asked_since(site, before)
    assert {"/board/", "/topic/2/"} <= set(asked)
    assert not {"/about/", "/topic/1/"} & set(asked)
    assert place.run("crawl", "revisit", "-a", "which=all").returncode == 0
    site.paths["/board/"] = plain("Board", "/topic/3/", "/topic/2/")
    assert crawl(place, site, "new").returncode == 0
    assert "/topic/3/" in visited(place, site)


def test_a_diary_is_read_by_its_days_and_a_calendar_of_empty_days_ends_with_a_word(place):
    site = LoopbackSite({})
    first = date(2012, 12, 21)

    class Days(dict):
        def get(self, path: str, default: Answer) -> Answer:
            name = path.removeprefix("/events?date=")
            if name == path:
                return super().get(path, default)
            at = date(int(name[:4]), int(name[4:6]), int(name[6:]))
            near = [f"/events?date={at + timedelta(days=n):%Y%m%d}" for n in range(-20, 21) if n]
            return plain(f"{at}", *near, "/events?date=29991231")

    days = [f"/?date={first + timedelta(days=n):%Y%m%d}" for n in range(30)]
    site.paths = Days(site.paths)
    site.paths |= {"/": home(*days, "/events?date=20121221", "/?date=201212"), **{path: story(n) for n, path in enumerate(days, 1)}}
    done = crawl(place, site)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [path for path in visited(place, site) if path.startswith("/?")] == days
    assert len([one for one in site.asked if one.path.startswith("/events")]) <= 12 + 12, "some are under way when it is noticed"
    assert not [one for one in site.asked if "2999" in one.path or one.path == "/?date=201212"]
    assert " a calendar, such as " in done.stdout


def test_views_of_a_list_that_show_nothing_of_their_own_end_and_topics_of_the_same_script_do_not(place):
    site = LoopbackSite({})

    class Forum(dict):
        def get(self, path: str, default: Answer) -> Answer:
            if not path.startswith("/f.cgi?"):
                return super().get(path, default)
            query = path.partition("?")[2]
            if "topic=" in query:
                return story(int(query.rpartition("=")[2]))
            views = [f"/f.cgi?{query.partition('&')[0]}&state={n}&kind={m}" for n in range(9) for m in range(9)]
            return plain("Board", *views, *(f"/f.cgi?{query.partition('&')[0]}&topic={n}" for n in range(1, 31)))

    site.paths = Forum({"/": home("/f.cgi?board=1")})
    done = crawl(place, site)
    assert done.returncode == 0, done.stdout + done.stderr
    asked = [one.path for one in site.asked]
    assert {f"/f.cgi?board=1&topic={n}" for n in range(1, 31)} <= set(asked)
    assert len([path for path in asked if "state=" in path]) <= 12 + 12
    assert " a combination of filters, such as " in done.stdout


@pytest.mark.parametrize("is_whole_site", [False, True])
def test_views_that_a_page_names_which_asks_robots_not_to_follow_its_links_are_not_asked_for_and_its_stories_are(place, is_whole_site):
    asks = '<meta name="robots" content="noindex,nofollow">'
    more = '<a href="/story/9">Story 9</a> <a href="/tool?what=2">Shown in another way</a> <a href="/tool?page=2" rel="next">Next</a>'
    tool = f"<html><head>{asks}<title>What links where</title></head><body><h1>What links where</h1><p>{{}}</p>{more}</body></html>"
    paths = ("/tool", "/tool?what=2", "/tool?page=2")
    site = LoopbackSite(
        {"/": home("/tool", "/story/1", head=asks * is_whole_site), "/story/1": story(1), "/story/9": story(9), **{path: Answer(tool.format(path), headers=HTML) for path in paths}}
    )
    done = crawl(place, site)
    asked = {one.path for one in site.asked} & set(paths)
    assert asked == set(paths) - ({"/tool?what=2"} if not is_whole_site else set())
    assert "/story/9" in visited(place, site)
    assert ("a view that robots are asked not to follow" in done.stdout) != is_whole_site


def test_an_index_by_letters_is_read_to_its_end(place):
    site = LoopbackSite({})
    views = [f"/index.cgi?of=songs&letter={letter}" for letter in "abcdefghijklmnopqrstuvwxyz"]
    site.paths |= {"/": home("/index.cgi?of=songs"), "/index.cgi?of=songs": plain("Songs", *views)}
    for n, view in enumerate(views):
        site.paths |= {view: plain(view, *views, f"/song/{n}/"), f"/song/{n}/": story(n)}
    done = crawl(place, site)
    assert done.returncode == 0, done.stdout + done.stderr
    assert {f"/song/{n}/" for n in range(26)} <= set(visited(place, site))


def test_a_listing_is_as_near_as_the_nearest_place_that_names_it(place):
    site = LoopbackSite({"/": home("/near/", "/far/"), "/far/": home("/further/"), "/further/": home("/board/"), "/topic/": story(1)})
    site.paths |= {"/near/": Answer(home("/board/").body, headers=HTML, wait=1), "/board/": Answer(home("/topic/").body, headers=HTML, wait=2.5)}
    done = crawl(place, site)
    assert done.returncode == 0, done.stdout + done.stderr
    assert visited(place, site) == ["/topic/"]


def test_traps_are_counted_by_kind_with_an_address_so_that_a_crawl_that_finds_nothing_says_why(place):
    site = LoopbackSite({})
    links = "".join(f"<a href='/Search/Results.html?Query=owner={n}'>{n}</a>" for n in range(5))
    site.paths["/"] = Answer(f"<title>Tickets</title><body>{links}<a href='/cmd.cgi?cmd_typ=20'>Delete all</a><a href='/a.png'>picture</a>", headers=HTML)
    done = crawl(place, site)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Skipped: 6 trap" in done.stdout
    assert f"trap: 5 a search, such as {site.url('/Search/Results.html?Query=owner=0')}" in done.stdout
    assert f"trap: 1 an action, such as {site.url('/cmd.cgi?cmd_typ=20')}" in done.stdout
    [report] = Path(place.uri, "reports").rglob("*T*.json")
    assert [(one["kind"], one["total"]) for one in json.loads(report.read_text())["traps"]] == [("a search", 5), ("an action", 1)]


def test_links_to_posts_of_a_topic_lead_to_the_topic(place):
    site = LoopbackSite({"/": home("/user/1/"), "/user/1/": plain("Reader", *(f"/topics/13?r={n}#message-{n}" for n in range(40, 44)))})
    site.paths["/topics/13"] = story(13)
    done = crawl(place, site)
    assert done.returncode == 0, done.stdout + done.stderr
    assert visited(place, site) == ["/topics/13", "/user/1/"]


def test_a_site_that_keeps_visitors_by_a_cookie_is_lost_with_the_way_out(place):
    site = LoopbackSite({"/start": Answer(status=302, headers={"Location": "/", "Set-Cookie": "a=1; path=/"}), "/one/": story(1)})
    site.paths["/"] = lambda _: home("/one/") if "Cookie" in site.asked[-1].headers else Answer(status=302, headers={"Location": "/start"})
    done = crawl(place, site)
    assert done.returncode == 1
    assert "leads back to itself and sets a cookie, which is not kept: -s COOKIES_ENABLED=True keeps cookies" in done.stdout
    assert visited(place, site) == []
    done = crawl(place, site, COOKIES_ENABLED=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert visited(place, site) == ["/one/"]


def test_redirects_in_a_circle_without_a_cookie_are_lost_without_that_word(place):
    site = LoopbackSite({"/": Answer(status=302, headers={"Location": "/start"}), "/start": Answer(status=302, headers={"Location": "/"})})
    done = crawl(place, site)
    assert done.returncode == 1
    assert "max redirections reached" in done.stdout
    assert "cookie" not in done.stdout


def test_a_page_that_reloads_itself_is_read_and_one_that_waits_is_lost(place):
    def reloading(path: str, *paths: str) -> Answer:
        links = "".join(f'<a href="{one}">{one}</a>' for one in paths)
        return Answer(f'<meta http-equiv="refresh" content="1;url={path}"><title>Tickets</title><body>{links}', headers=HTML)

    site = LoopbackSite({"/": reloading("/mine"), "/mine": reloading("/mine", "/queue/1", "/queue/2", "/wait"), "/wait": reloading("/wait")})
    site.paths |= {"/queue/1": story(1), "/queue/2": story(2)}
    done = crawl(place, site)
    assert done.returncode == 1
    assert visited(place, site) == ["/queue/1", "/queue/2"]
    assert [one.path for one in site.asked].count("/mine") == 1
    assert f"{site.url('/wait')}: max redirections reached" in done.stdout


CHALLENGE = "<html><head><title>Just a moment...</title></head><body>Checking your browser before accessing</body></html>"
SHELL = '<html><head><title>News</title><script src="/app.js"></script></head><body><div id="root"></div></body></html>'


@pytest.mark.parametrize(("home", "said"), [(CHALLENGE, "a captcha or a check for robots"), (SHELL, "names no page")])
def test_a_home_page_that_is_a_challenge_or_names_nothing_is_lost_and_not_a_site_without_news(place, home, said):
    site = LoopbackSite({"/": Answer(home, headers=HTML)})
    done = crawl(place, site, "new")
    assert done.returncode == 1
    assert said in done.stdout
    assert said in place.open().crawls().to_pylist()[-1]["failures"]
    site.paths["/sitemap.xml"] = Answer(f"<urlset {NS}><url><loc>{site.url('/a/')}</loc></url></urlset>", headers=XML)
    site.paths["/a/"] = Answer(page(), headers=HTML)
    assert crawl(place, site).returncode == (0 if home is SHELL else 1), "a sitemap will do"


def test_a_site_in_a_folder_may_have_its_sitemap_there(place):
    site = LoopbackSite({"/blog/": home("/blog/one/"), "/blog/one/": story(1), "/blog/two/": story(2)})
    site.paths["/blog/wp-sitemap.xml"] = Answer(f"<urlset {NS}><url><loc>{site.url('/blog/two/')}</loc></url></urlset>", headers=XML)
    done = place.run("crawl", "site", "-a", f"url={site.url('/blog/')}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert visited(place, site) == ["/blog/one/", "/blog/two/"]


def test_a_feed_that_a_link_leads_to_is_no_page(place):
    feed = "<?xml version='1.0'?><rss><channel><title>Latest topics</title><item><link>/one/</link></item></channel></rss>"
    site = LoopbackSite({"/": home("/one/", "/latest/"), "/one/": story(1), "/latest/": Answer(feed, headers=XML)})
    done = crawl(place, site)
    assert done.returncode == 0, done.stdout + done.stderr
    assert visited(place, site) == ["/one/"]
    assert "1 not_html" in done.stdout


def test_a_calendar_without_end_and_paths_in_circles_are_bounded(place):
    site = LoopbackSite({})

    def endless(_: int) -> Answer:
        return Answer(f"<body class='archive'>{teasers('deeper/', 'again/')}<a href='/diary/?day=2'>next</a>", headers=HTML)

    site.paths |= {"/": home("/diary/", "/one/"), "/one/": story(1), "/diary/": endless}
    for depth in range(1, 8):
        for turn in ("deeper/", "again/"):
            site.paths[f"/diary/{turn * depth}"] = endless
    done = crawl(place, site)
    assert done.returncode == 0, done.stdout + done.stderr
    assert visited(place, site) == ["/one/"]
    assert len(site.asked) < 40


def asked_since(site: LoopbackSite, count: int) -> list[str]:
    return [one.path for one in site.asked[count:]]


def test_pages_that_the_archive_holds_are_left_to_revisits_and_new_ones_are_found(place):
    site = LoopbackSite({})
    canonical = f'<link rel="canonical" href="{site.url("/one/")}">'
    site.paths |= {
        "/sitemap.xml": Answer(f"<urlset {NS}><url><loc>/one/</loc></url><url><loc>/moved/</loc></url></urlset>", headers=XML),
        "/": home("/one/?v=1", "/category/all/"),
        "/category/all/": Answer(f'<body class="archive category">{teasers("/three/")}', headers=HTML),
        "/one/": Answer(page(1).replace("<title>", f"{canonical}<title>"), headers=HTML),
        "/one/?v=1": Answer(page(1).replace("<title>", f"{canonical}<title>"), headers=HTML),
        "/moved/": Answer(status=301, headers={"Location": "/two/"}),
        "/two/": story(2),
        "/three/": story(3),
    }
    assert crawl(place, site, "new").returncode == 0
    assert visited(place, site) == ["/one/", "/three/", "/two/"]
    looks, before = place.open().visits(history=True).to_table().num_rows, len(site.asked)
    site.paths["/category/all/"] = Answer(f'<body class="archive category">{teasers("/three/", "/four/")}', headers=HTML)
    site.paths["/four/"] = story(4)
    done = crawl(place, site, "new")
    assert done.returncode == 0, done.stdout + done.stderr
    assert visited(place, site) == ["/four/", "/one/", "/three/", "/two/"]
    assert place.open().visits(history=True).to_table().num_rows == looks + 1
    assert not {"/one/", "/moved/", "/two/", "/three/"} & set(asked_since(site, before))
    assert "Skipped: 4 known, 1 listing" in done.stdout
    assert place.run("crawl", "revisit", "-a", "which=all").returncode == 0
    assert place.open().visits(history=True).to_table().num_rows == looks + 5


def test_other_addresses_of_a_known_page_cost_one_request_and_none_in_later_crawls(place):
    site = LoopbackSite({})
    body = page(1).replace("<title>", f'<link rel="canonical" href="{site.url("/one/")}"><title>')
    others = ["/one/?v=1", "/one/amp/", "/old/"]
    site.paths |= {
        "/sitemap.xml": Answer(f"<urlset {NS}><url><loc>/one/?utm_source=map</loc></url><url><loc>/old/?utm_source=map</loc></url></urlset>", headers=XML),
        "/": home("/one/?v=1", "/one/amp/"),
        "/one/": Answer(body, headers=HTML),
        "/one/?v=1": Answer(body, headers=HTML),
        "/one/amp/": Answer(body.replace("<html", "<html amp"), headers=HTML),
        "/old/": Answer(status=301, headers={"Location": "/one/"}),
    }  # fmt: skip
    assert crawl(place, site, "new").returncode == 0
    assert [[one.path for one in site.asked].count(path) for path in others] == [1, 1, 1]
    assert visited(place, site) == ["/one/"]
    outcomes = [row["outcome"] for row in place.open().visits(history=True).to_pylist()]
    assert sorted(outcomes) == ["alias", "alias", "alias", "read"]
    before = len(site.asked)
    assert crawl(place, site, "new").returncode == 0
    assert not {"/one/", *others} & set(asked_since(site, before))
    assert place.run("crawl", "revisit", "-a", "which=all").returncode == 0
    assert asked_since(site, before).count("/one/") == 1, "an alias is no look at the page, and no page of its own"


def test_a_known_page_of_which_a_feed_states_more_comments_is_visited_at_once(place):
    site = LoopbackSite({})

    def feed(one: int, two: int) -> Answer:
        items = "".join(f"<item><link>/{name}/</link><slash:comments>{n}</slash:comments></item>" for name, n in (("one", one), ("two", two)))
        return Answer(f'<rss xmlns:slash="http://purl.org/rss/1.0/modules/slash/"><channel>{items}</channel></rss>', headers=XML)

    site.paths |= {
        "/sitemap.xml": Answer(f"<urlset {NS}><url><loc>/one/</loc></url><url><loc>/two/</loc></url></urlset>", headers=XML),
        "/": home(head='<link rel="alternate" type="application/rss+xml" href="/feed.xml">'),
        "/feed.xml": feed(2, 2), "/one/": story(1), "/two/": story(2),
    }  # fmt: skip
    assert crawl(place, site, "new").returncode == 0
    before = len(site.asked)
    site.paths |= {"/feed.xml": feed(3, 1), "/one/": story(1, comments=3)}
    done = crawl(place, site, "new")
    assert done.returncode == 0, done.stdout + done.stderr
    asked = asked_since(site, before)
    assert asked.count("/one/") == 1
    assert "/two/" not in asked, "a count that is smaller may be of another scope, and a removal can wait"
    assert place.open().comments().to_table().num_rows == 5
    assert "Skipped: 1 known" in done.stdout


def test_comments_that_a_feed_counts_and_no_visit_finds_are_looked_for_once(place):
    site = LoopbackSite({})

    def feed(count: int) -> Answer:
        item = f"<item><link>/one/</link><slash:comments>{count}</slash:comments></item>"
        return Answer(f'<rss xmlns:slash="http://purl.org/rss/1.0/modules/slash/"><channel>{item}</channel></rss>', headers=XML)

    site.paths |= {
        "/": home("/one/", head='<link rel="alternate" type="application/rss+xml" href="/feed.xml">'),
        "/feed.xml": feed(5), "/one/": story(1),
    }  # fmt: skip
    times = []
    for count in (5, 5, 5, 6, 6):
        site.paths["/feed.xml"] = feed(count)
        before = len(site.asked)
        assert crawl(place, site, "new").returncode == 0
        times.append(asked_since(site, before).count("/one/"))
    assert times == [1, 1, 0, 1, 0], "the first visit was for the page itself"


def test_a_site_larger_than_the_limit_is_archived_crawl_by_crawl(place, tmp_path):
    site = LoopbackSite({})
    entries = "".join(f"<url><loc>/{n}/</loc></url>" for n in range(1, 6))
    site.paths |= {"/": Answer("<body><p>Hello", headers=HTML), "/sitemap.xml": Answer(f"<urlset {NS}>{entries}</urlset>", headers=XML)}
    site.paths |= {f"/{n}/": story(n) for n in range(1, 6)}
    file = tmp_path / "sites.toml"
    file.write_text("[defaults]\nmax_pages = 2\n")
    for held in (2, 4, 5):
        assert crawl(place, site, "new", SITES_FILE=file).returncode == 0
        assert len(visited(place, site)) == held


def test_an_archive_that_cannot_be_read_stops_the_search_instead_of_reading_everything_again(place):
    site = LoopbackSite({"/": home("/one/"), "/one/": story(1)})
    assert crawl(place, site, "new").returncode == 0
    for part in Path(place.uri, "pages").rglob("*.parquet"):
        part.write_bytes(b"no parquet")
    before = len(site.asked)
    done = crawl(place, site, "new")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "what is known of it" in done.stdout
    assert asked_since(site, before) == []


def test_a_site_that_is_crawled_again_is_read_as_it_is_now(place):
    site = LoopbackSite({"/": home("/one/"), "/one/": story(1, comments=3)})
    assert crawl(place, site).returncode == 0
    site.paths |= {"/": home("/one/", "/two/"), "/one/": story(1, comments=2), "/two/": story(2)}
    assert crawl(place, site).returncode == 0
    assert visited(place, site) == ["/one/", "/two/"]
    found = place.open().comments().to_table()
    assert sorted(found["status"].to_pylist()) == ["disappeared", "visible", "visible", "visible", "visible"]


@pytest.mark.parametrize("limit", ["max_pages", "max_age_days"])
def test_limits_of_the_file_of_sites_hold(place, tmp_path, limit):
    site = LoopbackSite({})
    entries = "".join(f"<url><loc>/{n}/</loc><lastmod>{'2010-01-01' if n % 2 else '2999-01-01'}</lastmod></url>" for n in range(1, 7))
    site.paths |= {"/": Answer("<body><p>Hello", headers=HTML), "/sitemap.xml": Answer(f"<urlset {NS}>{entries}</urlset>", headers=XML)}
    site.paths |= {f"/{n}/": story(n) for n in range(1, 7)}
    file = tmp_path / "sites.toml"
    file.write_text(f"[defaults]\n{limit} = {2 if limit == 'max_pages' else 30}\n")
    done = crawl(place, site, SITES_FILE=file)
    assert done.returncode == 0, done.stdout + done.stderr
    assert visited(place, site) == (["/1/", "/2/"] if limit == "max_pages" else ["/2/", "/4/", "/6/"])


def test_a_broken_sitemap_and_a_site_that_moved_are_named_and_the_rest_is_read(place):
    site = LoopbackSite({})
    site.paths |= {
        "/robots.txt": Answer(f"Sitemap: {site.url('/map.xml')}\nSitemap: {site.url('/gone.xml')}\n"),
        "/map.xml": Answer(f"<urlset {NS}><url><loc>/1/</loc></url><url><loc>/2", headers=XML),
        "/": Answer("<body><p>Hello", headers=HTML),
        "/1/": story(1),
    }
    done = crawl(place, site)
    assert done.returncode == 1
    assert "/gone.xml" in done.stdout
    assert "/map.xml: it cannot be read: it breaks off in line 1" in done.stdout
    assert visited(place, site) == ["/1/"]


def test_a_crawl_of_a_site_that_is_killed_goes_on_where_it_was(place):
    site = LoopbackSite({})
    paths = [f"/story-{n}/" for n in range(12)]
    site.paths |= {"/": home("/category/all/"), "/category/all/": Answer(f'<body class="archive category">{teasers(*paths)}', headers=HTML)}
    site.paths |= {path: Answer(page(n), headers=HTML, wait=0.05) for n, path in enumerate(paths, 1)}
    command = place.command("crawl", "site", "-a", f"url={site.url('/')}", CONCURRENT_REQUESTS_PER_DOMAIN=1, FLUSH_SECONDS=0.1)
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=Path(__file__).parents[2])
    while len([one for one in site.asked if one.path.startswith("/story")]) < 5:
        assert running.poll() is None
    running.kill()
    running.wait()
    done = crawl(place, site)
    assert done.returncode == 0, done.stdout + done.stderr
    assert visited(place, site) == sorted(paths)


def test_every_page_of_the_sample_site_is_found_and_asked_for_once_and_has_one_row(place):
    with serve() as site:
        done = place.run("crawl", "site", "-a", f"url={site}/")
        asked = [one.path for one in site.requests]
    assert [asked.count(path) for path in URLS] == [1] * len(URLS), done.stdout
    assert not [path for path in asked if "replytocom" in path or path.startswith("/private/")]
    rows = [row["url"].removeprefix(site) for row in place.open().pages(history=True).to_pylist()]
    assert len(rows) == len(set(rows))
    assert set(URLS) <= set(rows)
    assert set(rows) - set(URLS) <= set(FAULTY), "no listing, no feed and no comment page is a page"
