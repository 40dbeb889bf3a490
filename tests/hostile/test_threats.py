"""The threat table of the documentation names tests that exist, and names one for every threat."""

from __future__ import annotations

import ast
import re
from pathlib import Path

PROJECT = Path(__file__).parents[2]
TABLE = (PROJECT / "docs" / "threats.md").read_text("utf-8")


def names_in(file: Path) -> set[str]:
    return {node.name for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}


def test_every_test_that_the_table_names_exists() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", TABLE)
    assert len(named) > 40
    for path, name in named:
        file = PROJECT / path
        assert file.is_file(), path
        assert not name or name in names_in(file), f"{path}::{name}"


def test_every_threat_names_its_answer_and_its_test() -> None:
    rows = [line.strip("|").split("|") for line in TABLE.partition("## What was run")[0].splitlines() if line.startswith("| ") and "---" not in line]
    rows = [[cell.strip() for cell in row] for row in rows if row[0].strip() != "what"]
    assert len(rows) > 30
    without = [what for what, how, tests in rows if not how or not (tests.startswith("`tests/") or tests == "-")]
    assert without == []
    assert [what for what, _, tests in rows if tests == "-"] == ["scripts in `comments.text_html`"], "which is no threat to Talkback"


def test_every_cap_of_the_table_is_a_setting() -> None:
    from crawler import settings

    caps = set(re.findall(r"`([A-Z]+_[A-Z_]+)`", TABLE))
    assert len(caps) > 15
    known = {name for name in dir(settings) if name.isupper()}
    assert caps - known == set()
