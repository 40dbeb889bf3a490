"""The candidates of every page with gold: their evidence, and how good they are.

python -m benchmarks.extract.candidates CANDIDATES.jsonl
"""

from __future__ import annotations

import json
import sys
import zlib
from collections.abc import Iterator
from math import inf
from pathlib import Path
from typing import Any, Final

from benchmarks.extract.evaluate import PAGES, load_scorer
from crawler.extract.document import Document
from crawler.systems.generic.comments import comments_of
from crawler.systems.generic.system import language_of
from crawler.systems.generic.thread import candidates, read_whole

FIXTURES: Final = Path(__file__).resolve().parents[2] / "tests" / "systems" / "fixtures" / "generic"
"""Hand-written pages of many shapes: too few real pages are at hand to know them all."""


def gather(target: Path, limit: int = 24) -> None:
    """Write the candidates of every page with their evidence and how good they are by the page's gold."""
    scorer = load_scorer(PAGES)
    with target.open("w", encoding="utf-8") as out:
        for folder, gold in [*_pages(scorer), *_fixtures()]:
            name = gold["id"]
            document = Document((folder / "page.html").read_bytes(), gold["url"] or "http://unknown.invalid/")
            rows = []
            about: dict[str, Any] = {"observed_at": 2_000_000_000_000_000, "language": language_of(document)}
            for found in candidates(document, limit=limit, behind=inf, **about):
                if not found.group.signs:  # the elements around another candidate: not chosen by counts
                    continue
                read_whole(found, **about)
                comments = [
                    {"author": c.author_name, "text": c.text or ""}
                    for c in comments_of(found, observed_at=2_000_000_000_000_000)
                ]
                score = scorer.score_page(gold, {"comments": comments}, 0.8)
                f1 = score.get("cm_f1", 0.0)
                authors = score["a_ok"] / score["a_gold"] if score.get("a_gold") else 1.0
                rows.append({"x": found.evidence, "q": found.group.signs, "f1": f1, "y": f1 * (0.6 + 0.4 * authors)})
            page = {"id": name, "family": gold["family"], "neg": gold["n_comments"] == 0, "rows": rows}
            page["unseen"] = zlib.crc32(gold["family"].encode()) % 3 == 0
            page["is_made"] = folder.parent == FIXTURES
            out.write(json.dumps(page) + "\n")


def _pages(scorer: Any) -> Iterator[tuple[Path, dict[str, Any]]]:
    for name, gold in scorer.load_gold(str(PAGES)).items():
        yield PAGES / name, gold


def _fixtures() -> Iterator[tuple[Path, dict[str, Any]]]:
    """The hand-written pages of the tests, each a family of its own."""
    for folder in sorted(FIXTURES.iterdir()):
        comments = json.loads((folder / "expected.json").read_text("utf-8"))
        yield folder, {
            "id": folder.name, "url": None, "family": folder.name, "comments": comments, "n_comments": len(comments),
        }  # fmt: skip


if __name__ == "__main__":
    gather(Path(sys.argv[1]))
