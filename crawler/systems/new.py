"""``python -m crawler.systems.new NAME``: the files of a new comment system, for a beginning.

They are complete but for what only the system's own documents can say, and the conformance tests fail until that is
written: docs/systems/writing.md goes through it.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

NAME: Final = re.compile(r"[a-z][a-z0-9]{1,39}")

SYSTEM: Final = '''"""@TITLE@: how its threads are found and read, in a sentence.

Source: which documents or which files of its code, in which version.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import ClassVar

from archive.schema import Comment
from crawler.extract.document import Document
from crawler.systems.answers import Answer, Row
from crawler.systems.base import Batch, System, ThreadRef
from crawler.systems.fields import set_body, set_time
from crawler.systems.paging import by_number
from crawler.systems.reading import Reading, with_query


class @CLASS@(System):
    """@TITLE@."""

    name: ClassVar[str] = "@NAME@"
    title: ClassVar[str] = "@TITLE@"
    checked: ClassVar[str] = "shapes from documentation, not verified live"
    marks: ClassVar[tuple[str, ...]] = ("@NAME@-thread",)

    def detect(self, document: Document) -> list[ThreadRef]:
        """The thread whose place the page holds."""
        place = document.first("#@NAME@-thread[data-api]")
        api = document.link(place.attributes.get("data-api")) if place is not None else None
        key = place.attributes.get("data-key") if place is not None else None
        if api is None or not key:
            return []
        return [
            ThreadRef(
                system=self.name,
                tenant=api.partition("://")[2].rstrip("/").lower(),
                native_id=key,
                url=with_query(api, key=key),
                detected_by="#@NAME@-thread",
                state="open",
            )
        ]

    async def harvest(self, ref: ThreadRef, reading: Reading) -> AsyncIterator[Batch]:
        """Every page of the list, the oldest comment first."""
        reading.walked("api:oldest")
        async for answer in by_number(reading, lambda page: with_query(ref.url, page=page), _last):
            ref.stated = answer.root.number("total")
            reading.expect(ref.stated, "all")
            yield reading.batch(reading.comments(answer.root.rows("comments"), _comment), answer.exchange)


def _last(answer: Answer) -> int | None:
    """The number of the last page as the answer states it."""
    return answer.root.number("pages")


def _comment(row: Row) -> Comment | None:
    """One comment of an answer; None of what is none (held for moderation, an advertisement)."""
    comment = Comment(
        native_id=row.id("id"),
        parent_native_id=row.id_or_null("parent"),
        author_name=row.maybe_text("author"),
        like_count=row.maybe_number("likes"),
    )
    set_time(comment, row.time("created"), observed_at=row.observed_at)
    set_body(comment, row.text("html"))
    return comment
'''

SERVICE: Final = '''"""@TITLE@: which version, from which source. Shapes from documentation."""

from __future__ import annotations

from kit import Answer
from scrapy import Request
from service import Service, page_with

from crawler.systems.@NAME@ import @CLASS@

API = "https://talk.example.org/api"


class @CLASS@Service(Service):
    system = @CLASS@
    page_size = 10
    knows = frozenset({"likes"})

    def page(self) -> str:
        return page_with(f'<div id="@NAME@-thread" data-api="{API}" data-key="a-video"></div>')

    def answer(self, request: Request) -> Answer | None:
        raise NotImplementedError("answer as the real software does, not as the system would like it")
'''

TEST: Final = '''"""@TITLE@: how it is embedded, what is special about it, and what it is not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from kit import answering, read
from service import JSON

from crawler.extract.document import Document
from crawler.systems.@NAME@ import @CLASS@

URL = "https://news.example.org/2021/07/a-video/"
FIXTURE = Path(__file__).parent / "fixtures" / "@NAME@"
SYSTEM = @CLASS@()


async def test_the_recorded_shape_gives_the_rows_that_were_written_down_by_hand():
    answers = json.loads((FIXTURE / "answers.json").read_text("utf-8"))
    pages = {url: (200, JSON, json.dumps(answer).encode()) for url, answer in answers.items()}
    [(_, comments, ledger)] = await read(SYSTEM, (FIXTURE / "page.html").read_text("utf-8"), URL, answering(pages))
    told = [{"id": one.native_id, "author": one.author_name, "text": one.text} for one in comments]
    assert told == json.loads((FIXTURE / "expected.json").read_text("utf-8"))
    assert ledger.verdict == "complete"


@pytest.mark.parametrize("html", ['<script src="https://talk.example.org/count.js"></script>', "<p>@NAME@-thread</p>"])
def test_a_counter_and_a_word_are_no_thread(html):
    assert SYSTEM.detect(Document(f"<body>{html}</body>", URL)) == []
'''

DOCS: Final = """# @TITLE@

| | |
|---|---|
| detected by | `#@NAME@-thread` with `data-api` |
| thread | `data-key` |
| read from | `GET API?key=...&page=N` |
| got | id, parent, author, text, time, likes |
| count | `total` |
| left out | |

Written from documentation; not verified live.
"""

FIXTURES: Final = {
    "page.html": '<!doctype html><title>A video</title><div id="@NAME@-thread"'
    ' data-api="https://talk.example.org/api" data-key="a-video"></div>\n',
    "answers.json": "{}\n",
    "expected.json": "[]\n",
}
"""Written by hand from the documented shapes; no page of others is copied."""


def files(name: str, title: str) -> dict[str, str]:
    """The files of a new system by their path in the project."""
    words = {"@NAME@": name, "@TITLE@": title, "@CLASS@": class_name(title)}
    made = {
        f"crawler/systems/{name}.py": SYSTEM,
        f"tests/systems/services/{name}.py": SERVICE,
        f"tests/systems/test_{name}.py": TEST,
        f"docs/systems/{name}.md": DOCS,
        **{f"tests/systems/fixtures/{name}/{file}": text for file, text in FIXTURES.items()},
    }
    for word, meant in words.items():
        made = {path: text.replace(word, meant) for path, text in made.items()}
    return made


def class_name(title: str) -> str:
    """``Example Talk`` as ``ExampleTalk``."""
    return "".join(word[:1].upper() + word[1:] for word in re.findall(r"[A-Za-z0-9]+", title)) or "New"


def registered(registry: str, name: str, title: str) -> str:
    """The text of the registry with the system in it: before those that are only recognised, and the general ones."""
    line = f"from crawler.systems.{name} import {class_name(title)}\n"
    imports = re.findall(r"^from crawler\.systems\.\S+ import .+\n", registry, re.MULTILINE)
    after = max((one for one in imports if one < line), default=imports[0])
    registry = registry.replace(after, after + line)
    last = re.search(r"^    (?:Unsupported|SchemaOrg|Microformats|Generic),\n|^\)\n", registry, re.MULTILINE)
    if last is None:
        raise SystemExit("crawler/systems/__init__.py: no list of systems in it")
    return registry[: last.start()] + f"    {class_name(title)},\n" + registry[last.start() :]


def main(arguments: list[str] | None = None) -> int:
    """Write the files. Exit status 2 when the name is none or there is such a system already."""
    parser = argparse.ArgumentParser(prog="python -m crawler.systems.new", description="Begin a new comment system.")
    parser.add_argument("name", help="its name in the tables: small letters and digits, e.g. exampletalk")
    parser.add_argument("--title", help='as its makers write it, e.g. "Example Talk"')
    parser.add_argument("--into", type=Path, default=Path(), metavar="DIR", help="the project, default the folder here")
    options = parser.parse_args(arguments)
    name, into = options.name, options.into
    title = options.title or name.capitalize()
    registry = into / "crawler" / "systems" / "__init__.py"
    if not NAME.fullmatch(name) or '"' in title or "\\" in title:
        parser.error(f"{name}: a name is 2 to 40 small letters and digits, and begins with a letter")
    if not registry.is_file():
        parser.error(f"{into.resolve()} is not the project: it has no {registry}")
    made = files(name, title)
    there = [path for path in made if (into / path).exists()]
    if there:
        parser.error(f"{there[0]} is there already")
    for path, text in made.items():
        (into / path).parent.mkdir(parents=True, exist_ok=True)
        (into / path).write_text(text, "utf-8")
    registry.write_text(registered(registry.read_text("utf-8"), name, title), "utf-8")
    table = subprocess.run([sys.executable, "-m", "crawler.systems.table"], cwd=into, capture_output=True, check=True)
    (into / "docs" / "systems.md").write_bytes(table.stdout)
    sys.stdout.write("".join(f"{path}\n" for path in [*made, "crawler/systems/__init__.py", "docs/systems.md"]))
    sys.stdout.write(f"\nNext: docs/systems/writing.md, and pytest tests/systems -k {class_name(title)}Service\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
