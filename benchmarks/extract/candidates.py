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
from crawler.systems.around.surroundings import Surroundings
from crawler.systems.generic.comments import comments_of
from crawler.systems.generic.system import language_of
from crawler.systems.generic.thread import candidates, find_thread, read_whole

FIXTURES: Final = Path(__file__).resolve().parents[2] / "tests" / "systems" / "fixtures" / "generic"
"""Hand-written pages of many shapes: too few real pages are at hand to know them all."""


def gather(target: Path, limit: int = 24) -> None:
    """Write the candidates of every page, and of it without names, with their evidence and how good they are."""
    scorer = load_scorer(PAGES)
    real = [*_pages(scorer)]
    few = (with_few(body, gold, left, scorer) for left in FEW for body, gold in real)
    real += [page for page in list(few) if page is not None]
    nameless = ((without_names(body), {**gold, "is_nameless": True}) for body, gold in real)
    with target.open("w", encoding="utf-8") as out:
        for body, gold in chain(real, nameless, _fixtures()):
            document = Document(body, _address(gold))
            rows = []
            about = _about(document)
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
            page |= {name: gold.get(name, False) for name in ("is_made", "is_nameless", "is_few")}
            out.write(json.dumps(page) + "\n")


FEW: Final = (0, 1, 2)
"""Comments that are left of a thread: where nothing repeats, other things must tell what is a comment."""


def with_few(body: bytes, gold: dict[str, Any], left: int, scorer: Any) -> tuple[bytes, dict[str, Any]] | None:
    """A page of whose thread only the first comments are left, as its counts say.

    None where it has no more, or the thread is not read as it is: then nobody knows what to take away.
    """
    document = Document(body, _address(gold))
    found = find_thread(document, **_about(document)) if gold["n_comments"] > left else None
    if found is None or found.below is not None or found.group.mode != "element":
        return None
    read = [{"text": text} for text in found.bodies.texts]
    total = len(gold["comments"])
    if len(read) != total or scorer.score_page(gold, {"comments": read}, 0.8)["cm_f1"] < 1:
        return None
    tree = found.template.tree
    for node in [node for node, number in Surroundings(tree, document).counts if number == total]:
        tree.nodes[node].replace_with(re.sub(r"\d+", str(left), tree.texts[node], count=1))
    for start, _ in reversed(found.group.spans[left:]):  # answers stand in what they answer
        around = tree.nodes[start].parent
        tree.nodes[start].decompose()
        if around is not None and around.tag == "li" and not around.text(strip=True):
            around.decompose()
    few = {"id": f"{gold['id']} {left}", "comments": gold["comments"][:left], "n_comments": left, "is_few": True}
    return _in_utf8(document.tree.html or ""), {**gold, **few}


def _in_utf8(html: str) -> bytes:
    return re.sub(r"(?i)charset=[\"']?[\w-]+", "charset=utf-8", html).encode("utf-8", "replace")


def _address(gold: dict[str, Any]) -> str:
    return gold["url"] or "http://unknown.invalid/"


def _about(document: Document) -> dict[str, Any]:
    return {"observed_at": 2_000_000_000_000_000, "language": language_of(document)}


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
    return _in_utf8(tree.html or "")


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
