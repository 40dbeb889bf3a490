"""`make audit` passes only when every dependency was asked about: tools stand in whose answers are made up."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import audit_dependencies
import pytest

PINNED = ["scrapy==2.19.0", "lxml==6.0.0"]
NONE_KNOWN: list[dict[str, Any]] = [{"name": "scrapy", "version": "2.19.0", "vulns": []}, {"name": "lxml", "version": "6.0.0", "vulns": []}]
WEAK = {"name": "lxml", "version": "6.0.0", "vulns": [{"id": "PYSEC-2026-1", "fix_versions": ["6.0.1"], "aliases": [], "description": "x"}]}
SKIPPED = {"name": "lxml", "skip_reason": "Dependency not found on PyPI and could not be audited: lxml (6.0.0)"}


def installs(*yanked: str) -> list[dict[str, Any]]:
    return [
        {"metadata": {"name": name, "version": version}, "is_yanked": name in yanked}
        for name, version in (line.split("==") for line in PINNED)
    ]


def audited(folder: Path, dependencies: object, install: object) -> subprocess.CompletedProcess[str]:
    tools = folder / "bin"
    tools.mkdir()
    for name, report in {"pip-audit": {"dependencies": dependencies}, "pip": {"install": install}}.items():
        tool = tools / name
        says = "cannot reach it" if None in report.values() else json.dumps(report)
        tool.write_text(f"#!{sys.executable}\nprint({says!r})\n")
        tool.chmod(0o755)
    (folder / "constraints.txt").write_text("# pinned\n" + "\n".join(PINNED) + "\n")
    command = [sys.executable, audit_dependencies.__file__, str(folder), str(folder / "constraints.txt")]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("dependencies", "install", "status", "said"),
    [
        (NONE_KNOWN, installs(), 0, "2 of 2 pinned dependencies were asked about, 0 found"),
        ([NONE_KNOWN[0], WEAK], installs(), 1, "lxml 6.0.0: PYSEC-2026-1, mended in 6.0.1"),
        (NONE_KNOWN, installs("lxml"), 1, "lxml 6.0.0: withdrawn"),
        ([NONE_KNOWN[0], SKIPPED], installs(), 1, "KNOWN WEAKNESSES WAS NOT DONE"),
        (None, installs(), 1, "KNOWN WEAKNESSES WAS NOT DONE"),
        (NONE_KNOWN, None, 1, "0 of 2 were asked about"),
    ],
    ids=["nothing found", "a weakness", "withdrawn", "skipped", "no database", "no index"],
)
def test_an_audit_passes_only_when_everything_was_asked_about(
    tmp_path: Path, dependencies: object, install: object, status: int, said: str
) -> None:
    done = audited(tmp_path, dependencies, install)
    assert done.returncode == status, done.stdout + done.stderr
    assert said in done.stdout
