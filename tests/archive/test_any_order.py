"""Visits, commits, kills, lost directories and upkeep in any order: the archive says what was seen, once.

TALKBACK_FUZZ=N tries N sequences, others each time, in place of the two of a usual run. A sequence that fails is told without
the steps that it fails without.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random, SystemRandom

import duckdb
import pyarrow.parquet as pq
import pytest
from model import Crawl, World, contents, rows_of, site_of

import archive
from archive.erased import KEYS_VARIABLE
from archive.export import FORMATS
from archive.exporter import Exporter
from archive.stores import open_store
from archive.upkeep.erase import Subject
from archive.upkeep.verify import verify

FUZZ = int(os.environ.get("TALKBACK_FUZZ", "0"))
SEEDS = [SystemRandom().randrange(1 << 32) for _ in range(FUZZ)] or range(2)
LENGTH = 28
"""Steps of a sequence."""
STATES = ("one", "two")
"""State directories: of two machines, or of one that runs two crawls at once."""
SITES = ("a.example", "b.example:8080", "c.example")


# --- steps: each draws what it needs -----------------------------------------------------------------


def write(world: World, chance: Random) -> None:
    place = chance.choice(world.places)
    if len(place.said) < 6:
        world.write(place, f"author {chance.randrange(3)}", f"text {len(place.said)} on {place.first}")


def edit(world: World, chance: Random) -> None:
    chance.choice(chance.choice(world.places).said).text += "!"


def hide_or_show(world: World, chance: Random) -> None:
    said = chance.choice(chance.choice(world.places).said)
    said.is_shown = not said.is_shown


def empty_or_fill(world: World, chance: Random) -> None:
    is_shown = chance.random() < 0.5
    for said in chance.choice(world.places).said:
        said.is_shown = is_shown


def retitle(world: World, chance: Random) -> None:
    chance.choice(world.places).title += "!"


def move(world: World, chance: Random) -> None:
    """To a new address, or to one that another page had before."""
    place = chance.choice(world.places)
    left = {other.moved_from for other in world.places} - {other.url for other in world.places} - {None}
    new = f"https://{chance.choice(SITES)}/{world.clock}"
    world.move(place, chance.choice(sorted(left)) if left and chance.random() < 0.4 else new)


def a_crawl(world: World, chance: Random) -> Crawl:
    crawls = list(world.crawls.values())
    if not crawls or (len(crawls) < 3 and chance.random() < 0.05):
        return world.start(chance.choice(STATES))
    return chance.choice(crawls)


def visit(world: World, chance: Random) -> None:
    """Now and then by a clock that is behind or ahead."""
    crawl = a_crawl(world, chance)
    world.visit(
        crawl, chance.choice(world.places), chance.choice(["whole"] * 4 + ["part", "unknown", "gone"]), most=chance.randrange(4),
        late=chance.choice([0] * 9 + [50, 250, -500]), batch=chance.randrange(1, 4), by_old=chance.random() < 0.8,
    )  # fmt: skip
    if chance.random() < 0.7:
        world.commit(crawl)


def commit(world: World, chance: Random) -> None:
    world.commit(a_crawl(world, chance))


def kill(world: World, chance: Random) -> None:
    crawl = a_crawl(world, chance)
    if world.kill(crawl, chance.randrange(60)) and chance.random() < 0.5:
        world.start(crawl.state, crawl.name)


def drop(world: World, chance: Random) -> None:
    world.drop(a_crawl(world, chance))


def lose(world: World, chance: Random) -> None:
    world.lose(chance.choice(STATES))


def compact(world: World, chance: Random) -> None:
    del chance
    world.compact()


def vacuum(world: World, chance: Random) -> None:
    """Not where it would take what a dead crawl of another machine has still to commit: a day is over by then."""
    state = chance.choice(STATES)
    if all(where == state for where, _ in world.dead):
        world.vacuum(state)


def erase(world: World, chance: Random) -> None:
    subject = Subject(author_name=f"author {chance.randrange(3)}", site=site_of(chance.choice(world.places)))
    ids = sorted({row["comment_id"] for row in rows_of(archive.open(world.uri), "comments")})
    if ids and chance.random() < 0.6:
        subject = Subject(comment_id=chance.choice(ids))
    world.erase(chance.choice(STATES), subject)


def rebuild(world: World, chance: Random) -> None:
    """What an index knows that was kept is what one says that is made from the archive."""
    told = []
    for state in (chance.choice(STATES), "new"):
        crawl = world.start(state)
        told.append(contents(crawl.exporter.index, world.uri))
        world.drop(crawl)
    shutil.rmtree(world.root / "new")
    assert told[0] == told[1]


def read(world: World, chance: Random) -> None:
    """Every way to read says the same."""
    opened, table, history = archive.open(world.uri), chance.choice(["comments", "shares", "threads"]), chance.random() < 0.5
    which = opened.rows(table, history=history)
    expected = sorted(map(repr, which.to_pylist()))
    assert not history or opened.row_counts()[table] == len(expected)
    with duckdb.connect() as connection:
        archive.views(connection, opened)
        seen = connection.sql(f"SELECT * FROM {table}{'_history' if history else ''}").to_arrow_table()
    assert sorted(map(repr, seen.select(which.schema.names).cast(which.schema).to_pylist())) == expected
    for kind, export in FORMATS.items():
        out = io.BytesIO()
        assert export(which, which.batches(), out) == len(expected)
        if kind == "parquet":
            assert sorted(map(repr, pq.read_table(io.BytesIO(out.getvalue())).cast(which.schema).to_pylist())) == expected
        elif kind == "jsonl":
            assert [json.loads(line)["capture_id"] for line in out.getvalue().splitlines()] == which.to_table().column("capture_id").to_pylist()


Step = Callable[[World, Random], None]
STEPS: dict[Step, int] = {
    write: 3, edit: 4, hide_or_show: 5, empty_or_fill: 1, retitle: 1, move: 2, visit: 18, commit: 3, kill: 2, drop: 1, lose: 1,
    compact: 1, vacuum: 1, erase: 2, rebuild: 1, read: 1,
}  # fmt: skip
"""Each with how often it is taken."""


def at_the_end(world: World) -> None:
    """Whatever was cut off goes on, nothing is damaged, and visits that come now say what changed since, and only that."""
    for crawl in list(world.crawls.values()):
        world.drop(crawl)
    for state in STATES:
        world.drop(world.start(state))
    world.check()
    found = verify(open_store(world.uri), now=datetime.now(UTC), state_dir=world.root / "one")
    assert [finding for finding in found if finding.level == "damage"] == []
    crawl = world.start("one")
    world.clock += 1_000  # later than any clock was
    for place in world.places:
        world.visit(crawl, place)
    if world.kill(crawl, 10 + world.clock % 40):
        crawl = world.start("one")
    counts = []
    for turn in range(4):
        for place, site in zip(world.places, SITES, strict=True):
            if turn == 2:
                world.move(place, f"https://{site}/{world.clock}")
            place.said[0].text += "!" * (turn == 2)
            place.said[-1].is_shown = turn != 2
            world.visit(crawl, place, batch=2 + turn)
        world.commit(crawl)
        world.check()
        counts.append(archive.open(world.uri).row_counts()["comments"])
    assert counts[0] == counts[1], "nothing changed between these visits"


# --- sequences ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def empty() -> Iterator[Path]:
    """An archive without rows, in memory where there is room for files: nobody waits for a disk here."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        exporter = Exporter(f"{folder}/archive", "first", state_dir=Path(folder, "state"))
        exporter.start()
        exporter.close()
        yield Path(folder)


def play(empty: Path, seed: int, numbers: Sequence[int]) -> tuple[list[str], Exception | None]:
    """Take these steps of a sequence, each as if there were no others; their names, and how it ended."""
    told: list[str] = []
    with tempfile.TemporaryDirectory(dir=empty) as folder:
        world = World(Path(folder), empty / "archive")
        try:
            for number in numbers:
                chance = Random(f"{seed}-{number}")
                [step] = chance.choices(list(STEPS), list(STEPS.values()))
                told.append(f"{number} {step.__name__}")
                step(world, chance)
                world.check()
            at_the_end(world)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told
            return told, error
        finally:
            for crawl in list(world.crawls.values()):
                world.drop(crawl)
    return told, None


@pytest.mark.parametrize("seed", SEEDS)
def test_any_sequence_of_steps_leaves_an_archive_that_says_what_was_seen(empty, monkeypatch, seed):
    monkeypatch.setenv(KEYS_VARIABLE, "ab" * 32)
    numbers = list(range(LENGTH))
    told, error = play(empty, seed, numbers)
    if error is None:
        return
    for number in reversed(range(LENGTH)):
        fewer = [other for other in numbers if other != number]
        steps, again = play(empty, seed, fewer)
        if type(again) is type(error) and str(again) == str(error):
            numbers, told, error = fewer, steps, again
    raise AssertionError(f"seed {seed}: {', '.join(told)}") from error
