"""A site without a change never alarms, a break does after a few visits, and a repair ends it: on invented histories."""

from __future__ import annotations

from itertools import groupby

import pytest
from histories import HOUR, Site, history
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.monitoring.drift import KINDS, LEAST_SUBJECTS, STILL, Look, find_change

SEEDS = range(6)
ORDINARY = {
    "as most": Site(),
    "clean": Site(chronic=0, slips=0.001),
    "few threads": Site(threads=4, fresh=0.02, visited=2),
    "three threads": Site(threads=3, fresh=0, visited=3, decay=0.01, chronic=0),
    "many threads": Site(threads=300, fresh=5, visited=20),
    "a third is always bad": Site(chronic=0.3),
    "slips often": Site(slips=0.1),
    "chronic and slipping": Site(chronic=0.2, slips=0.2),
    "one thread after the other goes bad": Site(decay=0.01),
}


def after_each_crawl(looks: list[Look], first: int = 0, **options):
    """What is found after each crawl from this one on."""
    end, found = 0, []
    for number, (_, of) in enumerate(groupby(looks, key=lambda look: look.crawl)):
        end += len(list(of))
        if number >= first:
            found.append(find_change(looks[:end], **options))
    return found


@pytest.mark.parametrize("site", ORDINARY.values(), ids=ORDINARY)
def test_a_site_without_a_change_never_alarms(site):
    for seed in SEEDS:
        assert not any(after_each_crawl(history(site, 200, seed)))


def test_a_single_bad_crawl_alarms_only_while_it_lasts():
    looks = history(Site(outages=0.03), 200, 2)
    bad = {crawl for crawl, of in groupby(looks, key=lambda look: look.crawl) if all(look.is_bad for look in of)}
    for number, found in enumerate(after_each_crawl(looks)):
        assert found is None or f"crawl-{number:05}" in bad


@pytest.mark.parametrize(
    ("name", "crawls"),
    [("as most", 4), ("clean", 3), ("few threads", 25), ("many threads", 3), ("a third is always bad", 20), ("slips often", 10)],
)
def test_a_break_is_found_within_so_many_crawls_and_stays_found(name, crawls):
    for seed in SEEDS:
        looks = history(ORDINARY[name], 175, seed, broken_from=140)
        found = after_each_crawl(looks, 140)
        assert all(found[crawls:]), (seed, found)
        begun = next(look.at for look in looks if look.crawl == "crawl-00140")
        assert all(begun - 48 * HOUR <= change.since <= begun + 48 * HOUR for change in found[crawls:])


def test_a_break_of_a_part_of_the_pages_is_found():
    for seed in SEEDS:
        assert any(after_each_crawl(history(ORDINARY["many threads"], 90, seed, broken_from=70, share=0.8), 70)[:10])


def test_a_repair_ends_the_alarm_and_the_next_break_is_found_again():
    for seed in SEEDS:
        looks = history(ORDINARY["as most"], 200, seed, broken_from=100, until=120)
        found = after_each_crawl(looks, 100)
        assert any(found[:20])
        assert not any(found[32:])
        shift = looks[-1].at + 3 * HOUR
        again = [Look(shift + n * HOUR, f"later-{n // 5}", f"thread-{n % 20}", is_bad=True) for n in range(60)]
        assert find_change(looks + again) is not None


def test_a_refusal_that_passes_is_no_alarm_and_one_that_stays_is():
    least = KINDS["refused"].least_crawls
    assert least > 1
    site = Site(outages=0.03)
    for seed in SEEDS:
        assert not any(after_each_crawl(history(site, 200, seed), least_crawls=least))
        assert any(after_each_crawl(history(site, 160, seed, broken_from=120), 120, least_crawls=least)[:12])


def test_pages_that_were_never_seen_alarm_when_nearly_all_of_many_are_bad():
    seen = [Look(n * HOUR, f"crawl-{n // 5}", f"page-{n}", is_bad=n % 20 == 0) for n in range(100)]
    new = [Look((100 + n) * HOUR, "crawl-next", f"other-{n}", is_bad=True) for n in range(14)]
    assert find_change(seen + new[:8]) is None
    found = find_change(seen + new)
    assert found is not None
    assert (found.bad, found.of, found.since) == (14, 14, new[0].at)


def test_a_site_that_nobody_knows_yet_does_not_alarm():
    assert find_change([]) is None
    assert find_change([Look(n, "crawl", f"page-{n}", is_bad=True) for n in range(100)]) is None


def test_what_one_crawl_finds_in_another_part_of_a_site_is_no_change_without_a_crawl_before():
    stories = [Look(n, "first", f"story-{n}", is_bad=False) for n in range(40)]
    others = [Look(100 + n, "first", f"photo-{n}", is_bad=True) for n in range(116)]
    assert find_change(stories + others) is None
    again = [Look(1000 + n, "second", look.subject, is_bad=look.is_bad) for n, look in enumerate(stories + others)]
    assert find_change(stories + others + again) is None
    broken = [Look(2000 + n, "third", look.subject, is_bad=True) for n, look in enumerate(stories)]
    assert find_change(stories + others + again + broken) is not None


LOOKS = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 5), st.booleans()), max_size=120
).map(lambda rows: [Look(n, f"crawl-{n // 7}", f"thread-{name}", is_bad=bad and weight > 0) for n, (name, weight, bad) in enumerate(rows)])


@given(LOOKS)
@settings(max_examples=200)
def test_what_is_found_lasts_and_is_made_of_enough_threads_whatever_the_history(looks):
    found = find_change(looks)
    newest = {look.subject: look.is_bad for look in looks}
    if found is not None:
        assert LEAST_SUBJECTS <= found.bad <= found.of
        assert 2 * found.bad >= found.of
        assert sum(newest.values()) >= found.bad
        (first,) = [look for look in looks if look.at == found.since]
        assert first.is_bad
    last: dict[str, bool] = {}
    for look in reversed(looks):
        if len(last) < STILL:
            last.setdefault(look.subject, look.is_bad)
    if 2 * sum(last.values()) < len(last):
        assert found is None


@given(LOOKS)
@settings(max_examples=100)
def test_good_looks_alone_are_never_an_alarm(looks):
    assert find_change([Look(look.at, look.crawl, look.subject, is_bad=False) for look in looks]) is None
