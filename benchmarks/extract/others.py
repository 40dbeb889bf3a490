"""What other tools read on the same pages, as predictions for the scorer. Runs in an environment of its own.

python others.py PAGES OUT_FOLDER
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import trafilatura
from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.encoding import bytes_to_str, detect_encoding


def trafilatura_blob(page: str) -> dict[str, Any]:
    """The comments of trafilatura as one text: it knows neither authors nor times nor parents."""
    found = trafilatura.bare_extraction(page, include_comments=True, favor_recall=True, with_metadata=False)
    comments = getattr(found, "comments", None) if found is not None else None
    return {"comments_text": comments or ""}


def trafilatura_lines(page: str) -> dict[str, Any]:
    """The same, each paragraph taken for a comment."""
    lines = trafilatura_blob(page)["comments_text"].split("\n")
    return {"comments": [{"author": None, "text": line, "parent_index": None} for line in lines if line.strip()]}


def resiliparse_difference(page: str) -> dict[str, Any]:
    """What resiliparse calls content with comments and not without them."""
    with_comments = extract_plain_text(page, main_content=True, comments=True)
    without = Counter(extract_plain_text(page, main_content=True, comments=False).split("\n"))
    kept: list[str] = []
    for line in with_comments.split("\n"):
        if without[line] > 0:
            without[line] -= 1
        else:
            kept.append(line)
    return {"comments_text": "\n".join(kept)}


TOOLS: dict[str, Callable[[str], dict[str, Any]]] = {
    "trafilatura, favor_recall": trafilatura_blob,
    "trafilatura, paragraph = comment": trafilatura_lines,
    "resiliparse (with minus without comments)": resiliparse_difference,
}


def main() -> None:
    """Write one file of predictions for each tool, the CPU time of a page in each line."""
    pages, target = Path(sys.argv[1]), Path(sys.argv[2])
    target.mkdir(parents=True, exist_ok=True)
    for tool, read in TOOLS.items():
        lines = []
        for folder in sorted(pages.iterdir()):
            if folder.name[0] not in "cn" or not (folder / "page.html").exists():
                continue
            page = _decoded((folder / "page.html").read_bytes())
            start = time.process_time()
            found = read(page)
            lines.append(json.dumps({"id": folder.name, "cpu": time.process_time() - start, **found}))
        (target / f"{tool}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _decoded(body: bytes) -> str:
    return str(bytes_to_str(body, detect_encoding(body, html5_compatible=True)))


if __name__ == "__main__":
    main()
