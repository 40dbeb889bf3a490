"""A page that moved: the archive says so, and its thread stays one thread."""

from __future__ import annotations

from collections import Counter

import pytest
from loopback import Answer, LoopbackSite
from running import Place

HTML = {"Content-Type": "text/html; charset=utf-8"}
SAID = (
    "The harbour was always the better place for it.",
    "Nobody has asked those who live there, as usual.",
    "I remember the old bridge, and it was no better.",
    "They said the same about the library, and it came.",
    "How much will that be for each of us in the end?",
    "My neighbour sells the stones, so I am all for it.",
)
NAMES = ("Ann Okafor", "Bo Lind", "Cy Young", "Dee Park", "Ed Moss", "Fay Wu")
SYSTEMS = ("generic", "schemaorg", "microformats")


def comment(system: str, n: int, said: str) -> str:
    time = f"2023-03-{n + 1:02}T10:0{n}:00Z"
    if system == "schemaorg":
        return (
            f'<div itemprop="comment" itemscope itemtype="https://schema.org/Comment"><b itemprop="author">{NAMES[n]}</b>'
            f' <time itemprop="dateCreated" datetime="{time}">then</time><p itemprop="text">{said}</p></div>'
        )
    if system == "microformats":
        return (
            f'<div class="p-comment h-cite"><b class="p-author">{NAMES[n]}</b> <time class="dt-published" '
            f'datetime="{time}">then</time><div class="e-content"><p>{said}</p></div></div>'
        )
    return (
        f'<div class="it"><b class="who">{NAMES[n]}</b> <span class="when">{n + 1} March 2023 at 10:0{n}</span>'
        f'<div class="tx"><p>{said}</p></div></div>'
    )


def page(system: str, shown: range, title: str = "The bridge", *, said: str = "") -> Answer:
    """A page with some of the comments, none of which has an id."""
    kind = {"schemaorg": "itemscope itemtype=https://schema.org/NewsArticle", "microformats": "class=h-entry"}.get(system, "")
    comments = "".join(comment(system, n, f"{said} ({n})" if said else SAID[n]) for n in shown)
    body = f"<h1>{title}</h1><p>{f'{title} of the town will be closed, as the council says. ' * 4}</p>"
    form = "<form><textarea></textarea></form>"
    return Answer(
        f"<html lang=en><title>{title}</title><body><main {kind}>{body}<section>{comments}{form}</section></main>", headers=HTML
    )


def moved(to: str, status: int = 301) -> Answer:
    return Answer("", status, {"Location": to})


def again(spider: str, site: LoopbackSite) -> list[str]:
    """The command by which a spider comes to ``/a/`` again."""
    if spider == "revisit":
        return ["crawl", "revisit", "-a", "which=all"]
    return ["crawl", spider, "-a", f"url={site.url('/' if spider == 'site' else '/a/')}"]


def town(**paths: Answer) -> LoopbackSite:
    site = LoopbackSite({f"/{name}/": answer for name, answer in paths.items()})
    site.paths["/"] = Answer("<title>Home</title><article><h2><a href='/a/'>The bridge</a></h2></article>", headers=HTML)
    return site


def states(place: Place) -> Counter[str]:
    return Counter(row["change"] for row in place.open().comments(history=True).to_pylist())


def looks(place: Place, site: LoopbackSite) -> list[tuple[str, str, str | None]]:
    rows = sorted(place.open().visits(history=True).to_pylist(), key=lambda row: row["observed_at"])
    return [(row["url"].removeprefix(site.url("")), row["outcome"], row["detail"]) for row in rows]


@pytest.mark.parametrize(("spider", "system"), [*(("pages", system) for system in SYSTEMS), ("site", "generic"), ("revisit", "generic")])
def test_a_page_that_moved_says_so_under_every_spider_and_keeps_its_thread(place, spider, system):
    site = town(a=page(system, range(4)))
    assert place.crawl(site.url("/a/")).returncode == 0
    site.paths |= {"/a/": moved("/b/"), "/b/": page(system, range(1, 5))}
    done = place.run(*again(spider, site))
    assert done.returncode == 0, done.stdout + done.stderr
    assert states(place) == {"new": 5, "removed": 1}, "one went and one came; three are what they were"
    assert ("/a/", "moved", site.url("/b/")) in looks(place, site)
    assert [row["verdict"] for row in place.open().threads().to_pylist()] == ["complete"], "one thread"
    site.paths["/b/"] = page(system, range(1, 6))
    assert place.crawl(site.url("/b/")).returncode == 0, "also when nobody comes by the old address any more"
    assert states(place) == {"new": 6, "removed": 1}
    assert len({row["thread_id"] for row in place.open().comments(history=True).to_pylist()}) == 1
    assert place.run("archive", "verify").returncode == 0


def test_the_thread_of_a_page_that_moved_is_known_by_its_further_pages_too(place):
    """As where the newest come first, and more have come since than the first page shows."""
    site = town(a=page("generic", range(4)))
    assert place.crawl(site.url("/a/")).returncode == 0
    newest = page("generic", range(4, 6), said="That came after it was moved")
    pager = '<a href="/b/?page=2">Older comments</a><form>'
    site.paths |= {
        "/a/": moved("/b/"),
        "/b/": Answer(str(newest.body).replace("<form>", pager), headers=HTML),
        "/b/?page=2": page("generic", range(1, 4)),
    }
    done = place.crawl(site.url("/a/"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert states(place) == {"new": 6, "removed": 1}
    assert len(place.open().threads().to_pylist()) == 1


def test_an_archive_without_a_state_directory_still_knows_the_thread_of_a_page_that_moved(place, tmp_path):
    site = town(a=page("generic", range(4)))
    assert place.crawl(site.url("/a/")).returncode == 0
    site.paths |= {"/a/": moved("/b/"), "/b/": page("generic", range(4))}
    assert place.crawl(site.url("/a/"), STATE_DIR=tmp_path / "second").returncode == 0
    assert place.crawl(site.url("/b/"), STATE_DIR=tmp_path / "third").returncode == 0
    assert states(place) == {"new": 4}


def test_a_page_that_moved_to_another_site_keeps_its_thread(place):
    old, new = town(a=page("generic", range(4))), town(b=page("generic", range(1, 5)))
    assert place.crawl(old.url("/a/")).returncode == 0
    old.paths["/a/"] = moved(new.url("/b/").replace("127.0.0.1", "localhost"))
    for _ in range(2):
        done = place.crawl(old.url("/a/"))
        assert done.returncode == 0, done.stdout + done.stderr
    assert states(place) == {"new": 5, "removed": 1}


def test_a_page_whose_address_leads_to_another_with_comments_of_its_own_loses_none(place):
    site = town(a=page("generic", range(4)))
    assert place.crawl(site.url("/a/")).returncode == 0
    site.paths |= {"/a/": moved("/b/", 302), "/b/": page("generic", range(4), "The library", said="Quite another matter, this one")}
    assert place.crawl(site.url("/a/")).returncode == 0
    assert states(place) == {"new": 8}
    assert len(place.open().threads().to_pylist()) == 2


def test_an_address_that_always_led_elsewhere_is_no_page_that_moved(place):
    site = town(b=page("generic", range(4)))
    site.paths["/a/"] = moved("/b/")
    for _ in range(2):
        assert place.crawl(site.url("/a/")).returncode == 0
    assert [look[1] for look in looks(place, site)] == ["read", "read"]


def test_a_new_thread_at_the_address_of_one_that_moved_away_is_another_thread(place):
    site = town(a=page("generic", range(4)))
    assert place.crawl(site.url("/a/")).returncode == 0
    site.paths |= {"/a/": moved("/b/"), "/b/": page("generic", range(4))}
    assert place.crawl(site.url("/a/")).returncode == 0
    site.paths["/a/"] = page("generic", range(4), "The library", said="Quite another matter, this one")
    for _ in range(2):
        done = place.crawl(site.url("/a/"), site.url("/b/"))
        assert done.returncode == 0, done.stdout + done.stderr
    assert states(place) == {"new": 8}
    assert sorted(row["captured"] for row in place.open().threads().to_pylist()) == [4, 4]
    site.paths["/a/"] = Answer("<title>Closed</title><h1>Closed</h1><p>Nothing here any more.</p>", headers=HTML)
    assert place.crawl(site.url("/a/")).returncode == 3, "it is the second thread that is not shown any more"
    assert [row["captured"] for row in place.open().threads().to_pylist() if row["verdict"] == "unknown"] == [0]


def test_a_page_that_came_back_to_its_address_keeps_its_thread(place):
    site = town(a=page("generic", range(4)))
    assert place.crawl(site.url("/a/")).returncode == 0
    site.paths |= {"/a/": moved("/b/"), "/b/": page("generic", range(4))}
    assert place.crawl(site.url("/a/")).returncode == 0
    site.paths |= {"/b/": moved("/a/"), "/a/": page("generic", range(5))}
    for _ in range(2):
        assert place.crawl(site.url("/a/")).returncode == 0
    assert states(place) == {"new": 5}
    assert len({row["thread_id"] for row in place.open().comments(history=True).to_pylist()}) == 1
