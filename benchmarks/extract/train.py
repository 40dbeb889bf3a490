"""The weights of the generic system: fitted to what ``candidates.py`` gathered, cross-validated by template family.

    python train.py CANDIDATES.jsonl [MODEL.json] [--anew]    # needs numpy and scipy

Every weight is held to the sign that its evidence has by its meaning, and is drawn to what it is now, with ``--anew``
to zero: there are few pages, and the rules were made with these weights. Pages count by the root of how many their
family has, so that no template decides alone. Each page takes part a second time, without the names of its markup.
With two, one and none of its comments both are only measured: weights fitted to these, too, took more pages without
comments for threads.
"""

from __future__ import annotations

import json
import sys
import zlib
from collections import Counter, defaultdict
from math import log
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

FOR: Final = frozenset(
    [
        "many",
        "named",
        "timed",
        "filled",
        "name_score",
        "sentences",
        "length",
        "body_share",
        "controls",
        "is_comment",
        "in_comments",
        "ids",
        "name_place",
        "name_named",
        "time_named",
        "body_named",
        "stated",
        "stated_near",
        "form",
        "form_near",
        "is_item",
        "distinct",
        "in_talk",
        "is_talk",
        "pictures",
        "talk",
        "times",
        "one_time",
        "authors",
        "text",
        "covered",
        "headed",
        "spoken",
        "whole",
        "answered",
    ]
)
"""Evidence that speaks for comments."""

AGAINST: Final = frozenset(
    [
        "one",
        "crowded_names",
        "crowded_times",
        "missed_names",
        "missed_times",
        "many_times",
        "huge",
        "long",
        "linked",
        "repeated",
        "before",
        "after",
        "is_article",
        "is_side",
        "is_form",
        "is_part",
        "in_side",
        "in_pinned",
        "in_article",
        "in_aside",
        "headings",
        "fields",
        "links",
        "crowded",
        "forms",
        "side",
        "article",
        "short",
        "part",
        "pinned",
        "bare",
        "one_bare",
        "recent",
        "elsewhere",
        "titled",
        "main_text",
    ]
)
"""Evidence that speaks against them. What is in neither may have either sign."""

FAMILY: Final = -0.5
"""Power of a family's size by which its pages count."""

FOLDS: Final = 8
THRESHOLDS: Final = (0.4, 0.46, 0.5)
ANEW: Final = {"quick": 0.1, "rank": 0.03, "accept": 0.1}
"""Inverse strength of the pull to zero (L2), chosen by cross-validation."""

FURTHER: Final = {"quick": 0.002, "accept": 0.1}
"""Inverse strength of the pull to the weights of now: the ranking stays, and what is read at all hardly changes."""

MODEL: Final = Path(__file__).resolve().parents[2] / "crawler" / "systems" / "generic" / "data" / "model.json"
"""The weights of now."""


def fit(source: Path, target: Path | None, *, is_anew: bool) -> None:
    """Fit, print the cross-validation, and write the weights of all pages."""
    every = [page for line in source.read_text("utf-8").splitlines() if (page := json.loads(line))["rows"]]
    start = None if is_anew else json.loads(MODEL.read_text("utf-8"))
    for threshold in THRESHOLDS:
        found = _cross_validated(every, threshold, start)
        print(f"threshold {threshold}, by the weights of the other families: {found}")
    new = _fitted(every, start)
    for name, kind in KINDS.items():
        chosen = [page for page in every if _kind(page) == kind]
        for label, model in (("now", start), ("new", new)):
            if model is not None:
                print(f"{name}, weights of all, {label}:", _summary(_read(chosen, model, THRESHOLDS[1])))
    if target is not None:
        target.write_text(json.dumps(new, indent=1, sort_keys=True) + "\n", encoding="utf-8")


KINDS: Final = {
    "real pages": (False, False, False),
    "without names": (False, True, False),
    "few comments": (False, False, True),
    "few comments without names": (False, True, True),
    "pages of the tests": (True, False, False),
}


def _kind(page: dict[str, Any]) -> tuple[bool, ...]:
    return page["is_made"], page["is_nameless"], page["is_few"]


def _fitted(pages: list[dict[str, Any]], start: dict[str, Any] | None) -> dict[str, Any]:
    """Weights that fit.

    :param start: what they are drawn to; None: zero
    """
    pages = [page for page in pages if not page["is_few"]]
    sizes = Counter(page["family"] for page in pages if not page["neg"])
    weight = {page["id"]: 1.0 if page["neg"] else sizes[page["family"]] ** FAMILY for page in pages}
    strengths = ANEW if start is None else FURTHER
    model: dict[str, Any] = dict(start or {})
    for part, field in (("quick", "q"), ("rank", "x")):
        if part not in strengths:
            continue
        names = sorted(pages[0]["rows"][0][field])
        rows = np.array([[row[field][name] for name in names] for page in pages for row in page["rows"]])
        spread = rows.std(0) + 1e-9
        pairs, weights = [], []
        for page in pages:
            if page["neg"]:
                continue
            quality = np.array([row["y"] for row in page["rows"]])
            if quality.max() < 0.5:
                continue
            own = np.array([[row[field][name] for name in names] for row in page["rows"]])
            good = np.flatnonzero(quality >= quality.max() - 0.001)
            bad = np.flatnonzero(quality < quality.max() - 0.02)
            for one in good:
                for other in bad:
                    pairs.append(own[one] - own[other])
                    gain = min(1.0, 2 * (quality[one] - quality[other]))
                    weights.append(30 * weight[page["id"]] * gain / (len(good) * len(bad)))
        pull = _weights_of(start, part, names) * spread, strengths[part]
        found = _logistic(np.array(pairs) / spread, np.ones(len(pairs)), np.array(weights), names, pull)
        model[part] = dict(zip(names, (found / spread).tolist(), strict=True))
    examples, truth, weights = [], [], []
    names = sorted(pages[0]["rows"][0]["x"])
    for page in pages:
        ranked = _ranked(page["rows"], model)
        for place, row in enumerate(ranked[:2]):
            examples.append([row["x"][name] for name in names])
            truth.append(0.0 if page["neg"] else row["f1"])
            weights.append(weight[page["id"]] * (1.0 if place == 0 else 0.3))
    table = np.array(examples)
    mean, spread = table.mean(0), table.std(0) + 1e-9
    pull = _weights_of(start, "accept", names) * spread, strengths["accept"]
    found = _logistic((table - mean) / spread, np.array(truth), np.array(weights), names, pull, with_bias=True)
    accept = found[:-1] / spread
    model["accept"] = dict(zip(names, accept.tolist(), strict=True))
    bias = float(found[-1] - (mean * accept).sum())
    rounded: dict[str, Any] = {
        part: {name: round(value, 4) for name, value in weights.items() if abs(value) > 1e-4}
        for part, weights in model.items()
        if part != "bias"
    }
    rounded["bias"] = round(bias, 4)
    return rounded


def _weights_of(model: dict[str, Any] | None, part: str, names: list[str]) -> Any:
    return np.array([model[part].get(name, 0.0) if model is not None else 0.0 for name in names])


def _logistic(
    table: Any, truth: Any, weights: Any, names: list[str], pull: tuple[Any, float], *, with_bias: bool = False
) -> Any:
    """The weights of one model.

    :param pull: what each weight is drawn to, and the inverse strength of that
    """
    size, (drawn, strength) = len(names), pull
    rows = np.hstack([table, np.ones((len(table), 1))]) if with_bias else table
    bounds: list[tuple[float | None, float | None]] = [
        (0, None) if name in FOR else (None, 0) if name in AGAINST else (None, None) for name in names
    ]
    bounds += [(None, None)] * with_bias

    def loss(w: Any) -> tuple[float, Any]:
        p = expit(rows @ w)
        value = -(weights * (truth * np.log(p + 1e-12) + (1 - truth) * np.log(1 - p + 1e-12))).sum()
        slope = rows.T @ (weights * (p - truth))
        away = w[:size] - drawn
        slope[:size] += away / strength
        return value + (away**2).sum() / (2 * strength), slope

    begin = np.concatenate([drawn, np.zeros(rows.shape[1] - size)])
    return minimize(loss, begin, jac=True, bounds=bounds, method="L-BFGS-B").x


def _dot(weights: dict[str, float], values: dict[str, float]) -> float:
    return sum(weight * values[name] for name, weight in weights.items())


def _ranked(rows: list[dict[str, Any]], model: dict[str, Any], read: int = 10_000) -> list[dict[str, Any]]:
    quick = sorted(rows, key=lambda row: -_dot(model["quick"], row["q"]))[:read]
    return sorted(quick, key=lambda row: -_dot(model["rank"], row["x"]))


def _cross_validated(every: list[dict[str, Any]], threshold: float, start: dict[str, Any] | None) -> str:
    """The figures of real pages, as they are and changed, by the weights of the others and the pages of the tests."""
    pages = [page for page in every if not page["is_made"]]
    groups = sorted({_group(page) for page in pages}, key=lambda name: zlib.crc32(name.encode()))
    fold = {name: number % FOLDS for number, name in enumerate(groups)}
    results: dict[str, list[tuple[dict[str, Any], float]]] = {name: [] for name in KINDS if KINDS[name][0] is False}
    for number in range(FOLDS):
        if number not in _MODELS:
            _MODELS[number] = _fitted([page for page in every if fold.get(_group(page)) != number], start)
        held = [page for page in pages if fold[_group(page)] == number]
        for name in results:
            results[name] += _read([page for page in held if _kind(page) == KINDS[name]], _MODELS[number], threshold)
    return "; ".join(f"{name} {_summary(found)}" for name, found in results.items())


_MODELS: dict[int, dict[str, Any]] = {}


def _group(page: dict[str, Any]) -> str:
    return str(page["id"] if page["neg"] and not page["is_few"] else page["family"])


def _read(pages: list[dict[str, Any]], model: dict[str, Any], threshold: float) -> list[tuple[dict[str, Any], float]]:
    results = []
    for page in pages:
        best = _ranked(page["rows"], model, read=8)[0]
        is_believed = _dot(model["accept"], best["x"]) + model["bias"] > -_logit(threshold)
        results.append((page, float(is_believed) if page["neg"] else best["f1"] * is_believed))
    return results


def _logit(threshold: float) -> float:
    return log((1 - threshold) / threshold)


def _summary(results: list[tuple[dict[str, Any], float]]) -> str:
    with_comments = [(page, value) for page, value in results if not page["neg"]]
    without = [value for page, value in results if page["neg"]]
    families = defaultdict(list)
    for page, value in with_comments:
        families[page["family"]].append(value)
    by_family = sum(sum(values) / len(values) for values in families.values()) / len(families)
    mean = sum(value for _, value in with_comments) / len(with_comments)
    alarm = f", false alarm {sum(without) / len(without):.3f}" if without else ""
    return f"comment F1 {mean:.3f}, by family {by_family:.3f}{alarm}"


if __name__ == "__main__":
    paths = [Path(word) for word in sys.argv[1:] if word != "--anew"]
    fit(paths[0], paths[1] if len(paths) > 1 else None, is_anew="--anew" in sys.argv)
