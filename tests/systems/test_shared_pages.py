"""Real pages, where they are at hand (``../shared/pages``): each is claimed by the system that made its comments."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from kit import offline, reading_of

from crawler.extract.document import Document
from crawler.systems import REGISTRY, systems_of
from crawler.systems.reading import read_thread

PAGES = Path(__file__).parents[3] / "shared" / "pages"

pytestmark = pytest.mark.skipif(not PAGES.is_dir(), reason=f"no real pages at {PAGES.name} beside the project")

MADE_BY = {"wordpress": "wordpress", "drupal": "drupal", "livefyre": "livefyre", "disqus": "disqus"}
"""Systems by the platforms of the gold. Of ``wordpress-plugin`` the family says which plugin it is."""

OF_A_THEME = {"c025-androidcentral.com", "c213-radaronline.com"}
"""Drupal with comments in a markup of the theme's own: left to the reading by structure."""

PLACES = {"n013-nbnews.com.ua": "facebook", "n178-deccanherald.com": "vuukle", "n230-theroot.com": "livefyre"}
"""Pages without comments that hold the place of a service whose script would bring them."""


def made_by(gold: dict[str, Any]) -> str | None:
    """The system that a page's comments are of; None where it has no system of its own here."""
    family = str(gold["family"])
    if gold["platform"].startswith("wordpress"):
        return "wpdiscuz" if family.startswith("wpdiscuz") else "disqus" if family.startswith("disqus") else "wordpress"
    return None if gold["id"] in OF_A_THEME else MADE_BY.get(gold["platform"])


def folders(kind: str) -> list[str]:
    return sorted(folder.name for folder in PAGES.glob(f"{kind}*") if (folder / "gold.json").is_file())


@cache
def gold_of(name: str) -> dict[str, Any]:
    return json.loads((PAGES / name / "gold.json").read_text("utf-8"))


def claims(name: str) -> Iterator[tuple[Any, Any, Document]]:
    """Systems and threads that are found on a page; the general ones only where no other has claimed it."""
    url = str(gold_of(name).get("url") or "")
    url = f"https:{url}" if url.startswith("//") else url if url.startswith("http") else "https://www.example.org/a/b/"
    document = Document((PAGES / name / "page.html").read_bytes(), url)
    for system in (one for one in systems_of({}) if not one.is_last_resort):  # asked only where no other has a thread
        if not system.is_general and system.is_possible(document):
            for ref in system.detect(document):
                yield system, ref, document


def known(name: str | None) -> bool:
    """Whether the registry has a system of this name, or recognises it."""
    from crawler.systems.unsupported import FINGERPRINTS

    return name in {system.name for system in REGISTRY} | {one.name for one in FINGERPRINTS}


@pytest.mark.parametrize("name", folders("c"))
def test_a_page_of_a_known_system_is_claimed_by_it_and_by_no_other(name):
    expected = made_by(gold_of(name))
    claiming = {ref.system for system, ref, _ in claims(name) if system.name != "unsupported" or expected == ref.system}
    if expected == "drupal" or known(expected):
        assert claiming == {expected}
    else:
        assert not claiming & {"wordpress", "phpmelody", "wpdiscuz", "drupal"}


@pytest.mark.parametrize("name", folders("n"))
async def test_a_page_without_comments_has_no_thread_or_an_empty_one(name):
    found: dict[str, int] = {}
    for system, ref, document in claims(name):
        reading = reading_of(ref, document, offline)
        found[ref.system] = sum([len(batch.comments) async for batch in read_thread(system, reading)])
        if system.name == "unsupported":
            assert PLACES.get(name) == ref.system
        else:
            assert reading.ledger().captured == 0
            form = "form, #respond, iframe, [id*=thread], [id*=comment]"
            assert document.first(form) is not None, "an empty thread has a place"
    assert not any(found.values())


@pytest.mark.parametrize("name", [name for kind in "cnv" for name in folders(kind)])
def test_php_melody_is_not_taken_for_wordpress_nor_wordpress_for_php_melody(name):
    names = {ref.system for _, ref, _ in claims(name)}
    assert not {"phpmelody", "wordpress"} <= names
    if "phpmelody" in names:
        assert "MELODYURL" in (PAGES / name / "page.html").read_text("utf-8", "replace")


@pytest.mark.parametrize("name", [name for name in folders("c") if made_by(gold_of(name)) in ("wpdiscuz", "drupal")])
async def test_what_these_pages_show_is_read_word_by_word(name):
    [(system, ref, document)] = [one for one in claims(name) if one[1].system == made_by(gold_of(name))]
    reading = reading_of(ref, document, offline)
    comments = [comment async for batch in read_thread(system, reading) for comment in batch.comments]
    places = {comment.native_id: place for place, comment in enumerate(comments)}
    read = [
        (" ".join((c.text or "").split()), c.author_name, places.get(c.parent_native_id)) for c in comments
    ]
    told = [(" ".join(c["text"].split()), c["author"], c["parent_index"]) for c in gold_of(name)["comments"]]
    assert read == told
