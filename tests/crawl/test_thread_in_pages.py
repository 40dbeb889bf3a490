"""Threads in pages, in whole crawls: however its pages are numbered and asked for, a thread is one page and one thread."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Callable, Iterable

import pytest
from loopback import HTML, XML, Answer, LoopbackSite
from running import Place

NAMES = ("Ann Okafor", "Bo Lind", "Cy Young", "Dee Park", "Ed Moss", "Fay Wu", "Gus Orr")
SUBJECTS = ("harbour", "bridge", "library", "market", "station", "museum", "school", "theatre", "stadium")
PAGES, SIZE = 3, 8
Pager = Callable[[Callable[[int], str], int], str]


def numbers(address: Callable[[int], str], shown: int) -> str:
    links = (f"<b>{n + 1}</b>" if n == shown else f'<a href="{html.escape(address(n))}">{n + 1}</a>' for n in range(PAGES))
    return f"<div>{' '.join(links)}</div>"


def following(address: Callable[[int], str], shown: int) -> str:
    return f'<div><a href="{html.escape(address(shown + 1))}">Next</a></div>' if shown + 1 < PAGES else ""


def nothing(address: Callable[[int], str], shown: int) -> str:
    del address, shown
    return ""


WAYS: tuple[tuple[str, str, Pager], ...] = (
    ("/{s}", "/{s}?talk={n}", numbers),
    ("/{s}/", "/{s}/{n}/", numbers),
    ("/{s}.html", "/{s},{n}.html", numbers),
    ("/{s}.html", "/{s}-{n}.html", numbers),
    ("/{s}", "/comments?story={s}&page={n}", numbers),
    ("/{s}", "/{s}?p={n}", following),
    ("/{s}", "/{s}?cursor=a{n}bc", following),
    ("/{s}", "/{s}?seite={n}", following),
    ("/{s}", "/{s}?page={n}", nothing),
)
"""The address of the first page, of the others, and what links to them behind the comments; none: `rel=next` alone."""
SYSTEMS = ("generic", "schemaorg", "microformats")


def comment(system: str, story: int, n: int) -> str:
    name, said = NAMES[(story + n) % 7], f"What I think of the {SUBJECTS[story]} has been said {n + 2} times, and in vain."
    time, key = f"2023-03-{n + 1:02}T10:0{story}:00Z", f'id="c{story}{n:02}"'
    if system == "schemaorg":
        return (
            f'<div {key} itemprop="comment" itemscope itemtype="https://schema.org/Comment"><b itemprop="author">{name}</b>'
            f' <time itemprop="dateCreated" datetime="{time}">then</time><p itemprop="text">{said}</p></div>'
        )
    if system == "microformats":
        return (
            f'<div {key} class="p-comment h-cite"><b class="p-author">{name}</b> <time class="dt-published" '
            f'datetime="{time}">then</time><div class="e-content"><p>{said}</p></div></div>'
        )
    return (
        f'<div {key} class="it"><b class="who">{name}</b> <span class="when">{n + 1} March 2023 at 10:0{story}</span>'
        f'<div class="tx"><p>{said}</p></div></div>'
    )


def addresses(story: int) -> Callable[[int], str]:
    first, other, _ = WAYS[story]
    return lambda n: (first if n == 0 else other).replace("{s}", SUBJECTS[story]).replace("{n}", str(n + 1))


def page(site: LoopbackSite, system: str, story: int, n: int, canonical: str | None, *, shows: int | None = None) -> Answer:
    """A page of a story.

    :param canonical: which page it calls its own address, ``first`` or ``self``
    :param shows: the page whose comments it shows, if not its own; -1 for none
    """
    address, pager = addresses(story), WAYS[story][2]
    part = n if shows is None else shows
    comments = "".join(comment(system, story, c) for c in range(SIZE * part, SIZE * part + SIZE)) if part >= 0 else ""
    head = f"<title>The {SUBJECTS[story]}</title>"
    if canonical is not None:
        head += f'<link rel=canonical href="{site.url(address(0 if canonical == "first" else n))}">'
    if pager is nothing and part in range(PAGES - 1):
        head += f'<link rel=next href="{address(part + 1)}">'
    told = f"<h1>The {SUBJECTS[story]}</h1><p>{f'The {SUBJECTS[story]} of the town will be closed, as the council says. ' * 4}</p>"
    talk = f"<section>{comments}{pager(address, part) if part >= 0 else ''}<form><textarea></textarea></form></section>"
    kind = {"schemaorg": "itemscope itemtype=https://schema.org/NewsArticle", "microformats": "class=h-entry"}.get(system, "")
    return Answer(f"<html lang=en><head>{head}</head><body><main {kind}>{told}{talk}</main>", headers=HTML)


def town(system: str, canonical: str | None = None, named: Iterable[int] = ()) -> LoopbackSite:
    """A site with a story for each way.

    :param named: pages of the threads that a sitemap names
    """
    site = LoopbackSite({})
    stories = range(len(WAYS))
    teasers = "".join(f'<article><h2><a href="{addresses(s)(0)}">The {SUBJECTS[s]}</a></h2></article>' for s in stories)
    site.paths["/"] = Answer(f"<title>The Town Paper</title><body class=home>{teasers}", headers=HTML)
    site.paths |= {addresses(s)(n): page(site, system, s, n, canonical) for s in stories for n in range(PAGES)}
    urls = "".join(f"<url><loc>{html.escape(site.url(addresses(s)(n)))}</loc></url>" for s in stories for n in named)
    xml = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
    site.paths["/sitemap.xml"] = Answer(xml if urls else "", 200 if urls else 404, headers=XML)
    return site


def assert_each_story_is_one_page_with_one_whole_thread(place: Place, site: LoopbackSite) -> None:
    held = place.open()
    pages = sorted(row["canonical_url"].removeprefix(site.url("")) for row in held.pages().to_pylist())
    assert pages == sorted(addresses(s)(0) for s in range(len(WAYS)))
    threads = held.threads().to_pylist()
    assert Counter((row["captured"], row["verdict"]) for row in threads) == {(PAGES * SIZE, "complete"): len(WAYS)}
    assert len({row["text"] for row in held.comments().to_pylist()}) == held.comments().to_table().num_rows == len(WAYS) * PAGES * SIZE


@pytest.mark.parametrize("canonical", [None, "self", "first"])
@pytest.mark.parametrize("system", SYSTEMS)
def test_a_sitemap_that_names_further_pages_of_threads_names_no_other_pages(tmp_path, system, canonical):
    place, site = Place(tmp_path), town(system, canonical, range(PAGES))
    done = place.run("crawl", "site", "-a", f"url={site.url('/')}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert_each_story_is_one_page_with_one_whole_thread(place, site)
    before = len(site.asked)
    done = place.run("crawl", "site", "-a", f"url={site.url('/')}", "-a", "which=new")
    assert done.returncode == 0, done.stdout + done.stderr
    assert {asked.path for asked in site.asked[before:]} <= {"/", "/robots.txt", "/sitemap.xml", "/wp-sitemap.xml", "/sitemap_index.xml"}


@pytest.mark.parametrize("system", SYSTEMS)
def test_further_pages_that_a_sitemap_names_are_asked_for_once(tmp_path, system):
    place, site = Place(tmp_path), town(system, None, range(PAGES))
    done = place.run("crawl", "site", "-a", f"url={site.url('/')}", CONCURRENT_REQUESTS_PER_DOMAIN=1)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"Skipped: {len(WAYS) * (PAGES - 1)} duplicate" in done.stdout
    asked = Counter(one.path for one in site.asked if one.path != "/robots.txt")
    assert set(asked.values()) == {1}, asked
    assert_each_story_is_one_page_with_one_whole_thread(place, site)
    aliases = {row["url"] for row in place.open().visits(history=True).to_pylist() if row["outcome"] == "alias"}
    assert aliases == {site.url(addresses(s)(n)) for s in range(len(WAYS)) for n in range(1, PAGES)}


@pytest.mark.parametrize(("given", "canonical"), [([1], None), ([2], "first"), ([0, 1], "first"), ([1, 0], None)])
@pytest.mark.parametrize("system", SYSTEMS)
def test_whoever_gives_a_further_page_of_a_thread_gets_the_thread(tmp_path, system, given, canonical):
    place, site = Place(tmp_path), town(system, canonical)
    done = place.crawl(*(site.url(addresses(s)(n)) for s in range(len(WAYS)) for n in given))
    assert done.returncode == 0, done.stdout + done.stderr
    assert_each_story_is_one_page_with_one_whole_thread(place, site)


@pytest.mark.parametrize("shows", [0, -1])
@pytest.mark.parametrize("system", SYSTEMS)
def test_a_second_page_that_shows_the_first_or_nothing_removes_no_comment(tmp_path, system, shows):
    place, site = Place(tmp_path), town(system)
    words = ("crawl", "site", "-a", f"url={site.url('/')}")
    assert place.run(*words).returncode == 0
    site.paths |= {addresses(s)(1): page(site, system, s, 1, None, shows=shows) for s in range(len(WAYS))}
    assert place.run(*words).returncode == 3
    held = place.open()
    assert {row["verdict"] for row in held.threads().to_pylist()} == {"partial"}
    assert {row["change"] for row in held.comments(history=True).to_pylist()} == {"new"}
    assert all(row["gaps"] for row in held.threads().to_pylist())


@pytest.mark.parametrize("place_of_link", ["head", "below"])
@pytest.mark.parametrize("system", SYSTEMS)
def test_the_next_story_is_no_further_page_of_a_thread(tmp_path, system, place_of_link):
    place, urls = Place(tmp_path), []
    for style in ("/story/{k}", "/?p={k}", "/story.php?id={k}", "/p/{k}"):
        site, paths = LoopbackSite({}), [style.replace("{k}", str(story + 1)) for story in range(len(WAYS))]
        for story, path in enumerate(paths):
            body = page(site, system, story, 0, None).body.replace(WAYS[story][2](addresses(story), 0), "").replace("<link rel=next", "<link rel=x")
            if path != paths[-1]:
                link, after = ("<a rel=next href='{}'>Next</a>", "<form>") if place_of_link == "below" else ("<link rel=next href='{}'>", "</head>")
                body = body.replace(after, link.format(paths[story + 1]) + after, 1)
            site.paths[path] = Answer(body, headers=HTML)
        urls += map(site.url, paths)
    done = place.crawl(*urls)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [row["captured"] for row in place.open().threads().to_pylist()] == [SIZE] * len(urls)


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_comment_without_an_id_that_moved_to_a_page_that_had_been_read_is_not_called_removed(tmp_path, system):
    def shown(n: int, listed: list[int]) -> Answer:
        said = "".join(comment(system, 0, one) for one in listed[SIZE * n : SIZE * (n + 1)])
        body = re.sub(r' id="c\d+"', "", re.sub("<section>.*?(?=<div><(?:b|a)|<form>)", f"<section>{said}", page(site, system, 0, n, None).body))
        return Answer(body, headers=HTML)

    place, site = Place(tmp_path), LoopbackSite({})
    was, became = list(range(PAGES * SIZE)), [n for n in range(PAGES * SIZE + 1) if n != 3]
    moments = [was, was, became]
    """The first page when the first crawl comes, when the second comes, and when that one comes to it again."""
    for n in range(PAGES):
        site.paths[addresses(0)(n)] = lambda before, n=n: shown(n, moments[min(before + (n > 0 and before > 0), 2)])
    for _ in range(2):
        done = place.crawl(site.url(addresses(0)(0)))
        assert done.returncode == 0, done.stdout + done.stderr
    changes = Counter(row["change"] for row in place.open().comments(history=True).to_pylist())
    assert changes == {"new": PAGES * SIZE + 1}, "one came; the one that went was met before it did"
