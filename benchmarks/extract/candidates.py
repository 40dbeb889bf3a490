"""The candidates of every page with gold: their evidence, and how good they are.

python -m benchmarks.extract.candidates CANDIDATES.jsonl
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from hashlib import blake2b
from itertools import chain
from math import inf
from pathlib import Path
from typing import Any, Final

from selectolax.lexbor import LexborHTMLParser

from benchmarks.extract.evaluate import PAGES, load_scorer
from crawler.extract.document import Document
from crawler.systems.generic.comments import comments_of
from crawler.systems.generic.system import language_of
from crawler.systems.generic.thread import candidates, read_whole

FIXTURES: Final = Path(__file__).resolve().parents[2] / "tests" / "systems" / "fixtures" / "generic"
"""Hand-written pages of many shapes: too few real pages are at hand to know them all."""


def gather(target: Path, limit: int = 24) -> None:
    """Write the candidates of every page, and of it without names, with their evidence and how good they are."""
    scorer = load_scorer(PAGES)
    real = list(_pages(scorer))
    nameless = ((without_names(body), {**gold, "is_nameless": True}) for body, gold in real)
    with target.open("w", encoding="utf-8") as out:
        for body, gold in chain(real, nameless, _fixtures()):
            document = Document(body, gold["url"] or "http://unknown.invalid/")
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
            page = {"id": gold["id"], "family": gold["family"], "neg": gold["n_comments"] == 0, "rows": rows}
            page["is_made"], page["is_nameless"] = gold.get("is_made", False), gold.get("is_nameless", False)
            out.write(json.dumps(page) + "\n")


def without_names(body: bytes) -> bytes:
    """A page whose classes and ids say nothing, as a compiler of style sheets leaves them: every word is hashed."""
    tree = LexborHTMLParser(Document(body, "http://unknown.invalid/").text)
    for node in tree.root.traverse(include_text=False) if tree.root is not None else ():
        names = node.attributes
        if names.get("class"):
            node.attrs["class"] = " ".join(map(_hashed, (names["class"] or "").split()))
        for name in ("id", "name") if node.tag == "a" else ("id",):
            if names.get(name):
                node.attrs[name] = re.sub("[A-Za-z_]+", lambda word: _hashed(word[0]), names[name] or "")
    return re.sub(r"(?i)charset=[\"']?[\w-]+", "charset=utf-8", tree.html or "").encode("utf-8", "replace")


def _hashed(word: str) -> str:
    return f"x{blake2b(word.encode(), digest_size=3).hexdigest()}"


def _pages(scorer: Any) -> Iterator[tuple[bytes, dict[str, Any]]]:
    for name, gold in scorer.load_gold(str(PAGES)).items():
        yield (PAGES / name / "page.html").read_bytes(), gold


def _fixtures() -> Iterator[tuple[bytes, dict[str, Any]]]:
    """The hand-written pages of the tests, each a family of its own."""
    for folder in sorted(FIXTURES.iterdir()):
        comments = json.loads((folder / "expected.json").read_text("utf-8"))
        yield (folder / "page.html").read_bytes(), {
            "id": folder.name, "url": None, "family": folder.name, "comments": comments, "n_comments": len(comments),
            "is_made": True,
        }  # fmt: skip


if __name__ == "__main__":
    gather(Path(sys.argv[1]))
