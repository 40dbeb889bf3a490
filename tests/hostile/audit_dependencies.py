"""Ask about every pinned dependency: known weaknesses (pip-audit), releases that were withdrawn (pip).

``python audit_dependencies.py ENVIRONMENT CONSTRAINTS``: the environment holds pip-audit and a pip that tells what is
yanked. Exit status 0 only when every dependency was asked about and nothing was found. pip-audit alone ends with 0
where its database cannot be reached and it has skipped everything.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any


def weaknesses(report: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Of a report of pip-audit: weaknesses in words, and the names of what was not asked about."""
    found, skipped = [], []
    for one in report["dependencies"]:
        if "skip_reason" in one:
            skipped.append(one["name"])
        for weakness in one.get("vulns", ()):
            mended = ", ".join(weakness["fix_versions"]) or "no version"
            found.append(f"{one['name']} {one['version']}: {weakness['id']}, mended in {mended}")
    return found, skipped


def withdrawn(report: dict[str, Any]) -> tuple[list[str], int]:
    """Of an installation report of pip (https://pip.pypa.io/en/stable/reference/installation-report/): the yanked
    releases, and how many were asked about.
    """
    found = [f"{one['metadata']['name']} {one['metadata']['version']}: withdrawn" for one in report["install"] if one["is_yanked"]]
    return found, len(report["install"])


def _answer(command: list[str]) -> dict[str, Any] | None:
    """What a tool writes; None, with its last line, when that is no report. Status 1 of pip-audit is a finding."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        print(f"{Path(command[0]).name} ended with status {done.returncode}: {(done.stderr.splitlines() or [''])[-1]}")
        return None
    return answer


def main(environment: Path, constraints: Path) -> int:
    pinned = sum("==" in line for line in constraints.read_text("utf-8").splitlines())
    audit = [environment / "bin" / "pip-audit", "--requirement", constraints, "--no-deps", "--disable-pip", "--format", "json", "--progress-spinner", "off"]
    pip = [environment / "bin" / "pip", "install", "--dry-run", "--no-deps", "--ignore-installed", "--quiet", "--requirement", constraints, "--report", "-"]
    known, there = _answer(list(map(str, audit))), _answer(list(map(str, pip)))
    found, skipped = weaknesses(known) if known else ([], [])
    asked = len(known["dependencies"]) - len(skipped) if known else 0
    yanked, looked_at = withdrawn(there) if there else ([], 0)
    for line in found + yanked:
        print(line)
    print(f"Known weaknesses: {asked} of {pinned} pinned dependencies were asked about, {len(found)} found")
    print(f"Withdrawn releases: {looked_at} of {pinned} were asked about, {len(yanked)} found")
    if asked < pinned:
        print("THE CHECK FOR KNOWN WEAKNESSES WAS NOT DONE for the others: pip-audit cannot reach its database. That a release was not withdrawn says little about it.")
    return int(bool(found or yanked) or asked < pinned or looked_at < pinned)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
