"""The settings as a page of documentation, read from the comments of :mod:`crawler.settings`.

``python -m crawler.settings_table > docs/settings.md`` writes the page anew; a test fails while it is out of date.
"""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from crawler import settings

HEAD: Final = """# Settings

Made from the comments in `crawler/settings.py` by `python -m crawler.settings_table`; change it there.
One run gets other values by `-s NAME=VALUE`. `scrapy crawl` and `scrapy extract` check them before they start,
`scrapy archive TASK` those that it uses.
"""


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of the settings."""

    name: str
    value: Any
    default: str | None
    """Scrapy's default as a Python literal; None for the project's own."""
    why: str
    """The reason for the override, or what the project's own setting means."""


def read_settings() -> list[Setting]:
    """All settings in the order of the file.

    :raises ValueError: for one without a comment of the right form
    """
    source = Path(settings.__file__).read_text("utf-8")
    lines = source.splitlines()
    found = []
    for node in ast.parse(source).body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(target, ast.Name):
            name = target.id
            default, why = _split(name, _comment_above(lines, node.lineno - 1))
            found.append(Setting(name, getattr(settings, name), default, why))
    return found


def _comment_above(lines: list[str], index: int) -> str:
    first = index
    while first and lines[first - 1].startswith("# "):
        first -= 1
    return " ".join(line.removeprefix("# ") for line in lines[first:index])


def _split(name: str, comment: str) -> tuple[str | None, str]:
    if comment.startswith("own: "):
        return None, comment.removeprefix("own: ")
    parts = comment.removeprefix("default ").split(": ")
    for end in range(1, len(parts)):
        default = ": ".join(parts[:end])  # a dictionary holds colons as well
        try:
            ast.literal_eval(default)
        except SyntaxError:
            continue
        return default, ": ".join(parts[end:])
    raise ValueError(f"crawler/settings.py: above {name} stands neither `# default VALUE: reason` nor `# own: meaning`")


def markdown(found: list[Setting]) -> str:
    """The page."""
    own = [f"| `{s.name}` | `{_cell(s.value)}` | {_escape(s.why)} |" for s in found if s.default is None]
    ours = [
        f"| `{s.name}` | `{_escape(s.default)}` | `{_cell(s.value)}` | {_escape(s.why)} |"
        for s in found
        if s.default is not None
    ]
    return "\n".join(
        [
            HEAD,
            "## Talkback's own\n",
            "| setting | value | meaning |",
            "|---|---|---|",
            *own,
            "\n## Where Scrapy's default is changed\n",
            "| setting | Scrapy's default | here | reason |",
            "|---|---|---|---|",
            *ours,
            "",
        ]
    )


def _cell(value: Any) -> str:
    return _escape(repr(value))


def _escape(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(markdown(read_settings()))
