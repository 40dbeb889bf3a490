"""How well comment threads are read off real pages: the measures of ``score.py`` over a folder of pages with gold.

    python -m benchmarks.extract.evaluate [--part seen|unseen] [--alone] [--others FOLDER] [--errors]

``seen`` are the pages that were looked at while the generic system was made, ``unseen`` a third of the template
families that only figures were taken of.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import json
import sys
import time
import zlib
from collections import defaultdict
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from scrapy.http import HtmlResponse

from crawler.collection import rare_collection
from crawler.report import now
from crawler.systems import systems_of
from crawler.systems.base import FetchError, System
from crawler.systems.reading import Limits
from crawler.visit import Circumstances, visit
from pipelines.emit import Lines
from pipelines.identify import Identify
from pipelines.normalise import normalise

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response

PAGES: Final = Path(__file__).resolve().parents[2].parent / "shared" / "pages"
"""Where the pages with gold are expected: beside the project."""

Scores = list[dict[str, Any]]


def main() -> int:
    """Print the table."""
    args = _arguments()
    if not args.pages.is_dir():
        sys.stderr.write(f"{args.pages} is not there: the pages with gold are no part of the project (--pages)\n")
        return 1
    scorer = load_scorer(args.pages)
    gold = {name: page for name, page in scorer.load_gold(str(args.pages)).items() if _is_chosen(page, args.part)}
    every = systems_of({})
    runs = {"generic alone": [system for system in every if system.is_last_resort]}
    if not args.alone:
        runs = {"talkback": list(every), **runs}
    print(_HEAD)
    for name, systems in runs.items():
        predictions, seconds = _predict(args.pages, gold, systems)
        scores = [scorer.score_page(page, predictions[key], 0.8) for key, page in gold.items()]
        print(_row(scorer, name, scores, gold, seconds))
        if args.errors:
            _errors(scores, gold, predictions)
    for file in sorted(args.others.glob("*.jsonl")) if args.others else ():
        found = {line["id"]: line for line in map(json.loads, file.read_text("utf-8").splitlines())}
        scores = [scorer.score_page(page, found[key], 0.8) for key, page in gold.items()]
        print(_row(scorer, file.stem, scores, gold, sum(found[key]["cpu"] for key in gold) / len(gold)))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pages", type=Path, default=PAGES)
    parser.add_argument("--part", choices=("all", "seen", "unseen"), default="all")
    parser.add_argument("--alone", action="store_true", help="the generic system only")
    parser.add_argument("--others", type=Path, help="folder of what others.py wrote")
    parser.add_argument("--errors", action="store_true", help="list the pages that are not perfect")
    return parser.parse_args()


def _is_chosen(page: dict[str, Any], part: str) -> bool:
    unseen = zlib.crc32(page["family"].encode()) % 3 == 0
    return part == "all" or (part == "unseen") == unseen


def load_scorer(pages: Path) -> Any:
    """The scorer that lies with the pages."""
    spec = importlib.util.spec_from_file_location("score", pages / "score.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(pages / "score.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _predict(pages: Path, gold: dict[str, Any], systems: list[System]) -> tuple[dict[str, Any], float]:
    """What ``scrapy extract`` prints of each page, and the CPU seconds of a page."""
    predictions = {}
    with rare_collection():
        start = time.process_time()
        for name, page in gold.items():
            body = (pages / name / "page.html").read_bytes()
            predictions[name] = asyncio.run(_read(body, page["url"], systems, name))
        return predictions, (time.process_time() - start) / len(gold)


async def _offline(request: Request) -> Response:
    raise FetchError("budget", request.url)


async def _read(body: bytes, url: str | None, systems: list[System], name: str) -> dict[str, Any]:
    identify, lines, ids = Identify(), Lines(), count()
    around = Circumstances(fetch=_offline, clock=now, new_id=lambda: str(next(ids)), systems=systems, limits=Limits())
    line = None
    async for capture in visit(HtmlResponse(_whole(url), body=body), around, name):
        normalise(capture)
        identify.identify(capture)
        line = lines.add(capture) or line
    return _prediction(name, json.loads(line or "{}"))


def _whole(url: str | None) -> str:
    """The address of a page; some in the gold have no scheme."""
    return f"http:{url}" if url and url.startswith("//") else url or "http://unknown.invalid/"


def _prediction(name: str, line: dict[str, Any]) -> dict[str, Any]:
    comments = [comment for thread in line.get("threads", ()) for comment in thread["comments"]]
    place = {comment["comment_id"]: number for number, comment in enumerate(comments)}
    return {
        "id": name,
        "systems": [f"{thread['system']}:{len(thread['comments'])}" for thread in line.get("threads", ())],
        "comments": [
            {
                "author": comment["author_name"],
                "text": comment["text"] or "",
                "published": _published(comment),
                "parent_index": place.get(comment["parent_id"]),
            }
            for comment in comments
        ],
    }


def _published(comment: dict[str, Any]) -> str | None:
    at: str | None = comment["published_at"]
    return at[:10] if at and comment["published_precision"] == "day" else at


_HEAD: Final = (
    "| tool | text F1 | comment F1 | by family | no class names | count exact | author | time | reply F1 | perfect "
    "| false alarm | CPU ms |\n|---|---|---|---|---|---|---|---|---|---|---|---|"
)


def _row(scorer: Any, name: str, scores: Scores, gold: dict[str, Any], seconds: float) -> str:
    total = scorer.aggregate(scores)
    families = defaultdict(list)
    bare = []
    for score in scores:
        if not score.get("neg"):
            families[gold[score["id"]]["family"]].append(score.get("cm_f1", 0.0))
            if not gold[score["id"]]["class_hint"]:
                bare.append(score.get("cm_f1", 0.0))
    cells = [f"{total['text_f1']:.3f}"]
    if "cm_f1" in total:
        by_family = scorer.mean([scorer.mean(values) for values in families.values()])
        cells += [f"{total['cm_f1']:.3f}", f"{by_family:.3f}", f"{scorer.mean(bare):.3f}"]
        names = ("count_exact", "author_acc", "time_acc", "reply_f1", "perfect")
        cells += [f"{total[key]:.3f}" for key in names]
    else:
        cells += ["-"] * 8
    cells += [f"{total.get('false_alarm', 0):.3f}", f"{1000 * seconds:.1f}"]
    return f"| {name} | {' | '.join(cells)} |"


def _errors(scores: Scores, gold: dict[str, Any], predictions: dict[str, Any]) -> None:
    for score in sorted(scores, key=lambda score: score.get("cm_f1", 1 - score.get("fa", 0))):
        name, family = score["id"], gold[score["id"]]["family"]
        if score.get("neg"):
            if score["fa"]:
                print(f"  false alarm {name} ({family}): {predictions[name]['systems']}")
        elif not score.get("perfect") or score["t_ok"] < score["t_gold"]:
            counts = [
                f"{key} {score.get(key, 0)}" for key in ("n_gold", "n_pred", "tp", "a_ok", "t_ok", "e_ok", "e_gold")
            ]
            print(f"  {score['cm_f1']:.2f} {name} ({family}): {' '.join(counts)} {predictions[name]['systems']}")


if __name__ == "__main__":
    raise SystemExit(main())
