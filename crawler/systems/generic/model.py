"""The weights of the evidence: two logistic models, one that ranks a page's candidates, one that believes the best.

``data/model.json`` is made by ``benchmarks/extract/train.py``; every weight has the sign that its meaning asks for.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from importlib import resources
from math import exp
from typing import Final

_MODEL: Final = json.loads(resources.files("crawler.systems.generic").joinpath("data/model.json").read_text("utf-8"))
_RANK: Final[dict[str, float]] = _MODEL["rank"]
_QUICK: Final[dict[str, float]] = _MODEL["quick"]
_ACCEPT: Final[dict[str, float]] = _MODEL["accept"]


def quick_score(signs: dict[str, float]) -> float:
    """A number that is higher for better candidates, from counts alone; parts of the signs give parts of it."""
    return sum([_QUICK[name] * value for name, value in signs.items() if value and name in _QUICK])


def most_of(names: Iterable[str]) -> float:
    """What some signs, each between 0 and 1, can add to the score at most."""
    return sum(max(0.0, _QUICK.get(name, 0.0)) for name in names)


def rank_of(evidence: dict[str, float]) -> float:
    """A number that is higher for better candidates of the same page."""
    return sum(weight * evidence[name] for name, weight in _RANK.items())


def confidence_of(evidence: dict[str, float]) -> float:
    """0 to 1: how likely the records are the comments of a thread."""
    total = _MODEL["bias"] + sum(weight * evidence[name] for name, weight in _ACCEPT.items())
    return float(1 / (1 + exp(-max(-50.0, min(50.0, total)))))


def weights() -> tuple[dict[str, float], dict[str, float]]:
    """The weights for ranking and for believing, by the evidence's name."""
    return dict(_RANK), dict(_ACCEPT)
