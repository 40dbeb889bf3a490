"""Every regular expression of the project against texts made from its own parts to be as slow as can be.

``python regex_attacks.py [LENGTH [SECONDS]]`` prints one JSON object a pattern that is slow: pattern, place, attack, seconds
of CPU for one text. Of 20,000 characters, a quadratic pattern takes seconds. What it prints is to be looked at: many patterns are
only asked about texts that are short, or from their beginning on.
"""

from __future__ import annotations

import gc
import importlib
import json
import pkgutil
import re
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from re import _constants as codes
from re import _parser as parser
from typing import Any

ROOT = Path(__file__).parents[2]
PACKAGES = ("archive", "crawler", "pipelines")
LENGTH = int(sys.argv[1]) if __name__ == "__main__" and sys.argv[1:] else 20_000
"""Characters of an attack; a quadratic pattern takes seconds for so many, a linear one a few milliseconds."""
SLOW = float(sys.argv[2]) if __name__ == "__main__" and sys.argv[2:] else 0.25
"""Seconds of CPU for one attack."""
KILLERS = ("", "\0", "!", "\n", " x", "\u00e9")
PUMPS = (" ", "a", "A", "1", "<", ">", "/", "-", ".", ",", "=", "&", "\"", "'", "\n", "\t", "\u00a0", "a ", "1 ", "a1", "<a ", "a=", "x/", "\u0430", "1,")  # fmt: skip

found: dict[tuple[str, int], str] = {}


def record_patterns() -> None:
    """Import everything and remember what is compiled on the way."""
    original = re._compile

    def remember(pattern: Any, flags: int) -> Any:
        frame = sys._getframe(2)
        file = Path(frame.f_code.co_filename)
        if isinstance(pattern, str) and file.is_relative_to(ROOT) and file.relative_to(ROOT).parts[0] in PACKAGES:
            found.setdefault((pattern, int(flags)), f"{file.relative_to(ROOT)}:{frame.f_lineno}")
        return original(pattern, flags)

    re._compile = remember
    try:
        for name in PACKAGES:
            package = importlib.import_module(name)
            for module in pkgutil.walk_packages(package.__path__, f"{name}."):
                importlib.import_module(module.name)
        inline_patterns()
        patterns_of_words()
    finally:
        re._compile = original


def inline_patterns() -> None:
    """Patterns that stand as literals in calls, and so are compiled only when a function runs."""
    import ast

    for name in PACKAGES:
        for file in (ROOT / name).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name)
                if is_call and node.func.value.id == "re" and node.args and isinstance(node.args[0], ast.Constant):  # type: ignore[attr-defined]  # is_call says so
                    pattern = node.args[0].value  # type: ignore[attr-defined]  # as above
                    if isinstance(pattern, str):
                        found.setdefault((pattern, 0), f"{file.relative_to(ROOT)}:{node.lineno}")  # type: ignore[attr-defined]  # as above


def patterns_of_words() -> None:
    """Patterns of lists of words, which are compiled only when a line holds one of them."""
    from crawler.systems.around.words import Words

    for words in [held for held in gc.get_objects() if isinstance(held, Words)]:
        assert words.pattern


# -- a text that a part of a pattern matches ------------------------------------------------------

CATEGORY = {
    codes.CATEGORY_DIGIT: "1", codes.CATEGORY_NOT_DIGIT: "a", codes.CATEGORY_SPACE: " ", codes.CATEGORY_NOT_SPACE: "a",
    codes.CATEGORY_WORD: "a", codes.CATEGORY_NOT_WORD: "-",
}  # fmt: skip


def of_set(items: list[Any]) -> list[str]:
    """Some characters of a set, the least likely first choices last."""
    if items and items[0][0] is codes.NEGATE:
        excluded = re.compile(of_items(items))
        return [char for char in "a 1-.<\"'/=&\n\u00e9" if excluded.match(char)][:4] or ["a"]
    chars: list[str] = []
    for op, value in items:
        if op is codes.LITERAL:
            chars.append(chr(value))
        elif op is codes.RANGE:
            chars += [chr(value[0]), chr(value[1])]
        elif op is codes.CATEGORY:
            chars.append(CATEGORY[value])
    return chars or ["a"]


def of_items(items: list[Any]) -> str:
    """A negated set as a pattern again."""
    names = {codes.CATEGORY_DIGIT: r"\d", codes.CATEGORY_NOT_DIGIT: r"\D", codes.CATEGORY_SPACE: r"\s", codes.CATEGORY_NOT_SPACE: r"\S", codes.CATEGORY_WORD: r"\w", codes.CATEGORY_NOT_WORD: r"\W"}  # fmt: skip
    text = ""
    for op, value in items[1:]:
        if op is codes.LITERAL:
            text += re.escape(chr(value))
        elif op is codes.RANGE:
            text += f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
        elif op is codes.CATEGORY:
            text += names[value]
    return f"[^{text}]" if text else r"[\s\S]"


def text_of(parts: Any, choice: int = 0) -> str:
    """A short text that a sequence matches, more or less."""
    text = ""
    for op, value in parts:
        if op is codes.LITERAL:
            text += chr(value)
        elif op is codes.NOT_LITERAL:
            text += "b" if value == ord("a") else "a"
        elif op is codes.ANY:
            text += "a"
        elif op is codes.IN:
            options = of_set(value)
            text += options[choice % len(options)]
        elif op is codes.BRANCH:
            text += text_of(value[1][choice % len(value[1])], choice)
        elif op is codes.SUBPATTERN:
            text += text_of(value[3], choice)
        elif op is codes.ATOMIC_GROUP:
            text += text_of(value, choice)
        elif op in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
            text += text_of(value[2], choice) * max(value[0], 1 if value[1] and choice % 2 else value[0])
    return text


def repeats(parts: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """Repetitions of any length in a pattern, each with a text that leads to it."""
    for op, value in parts:
        if op in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
            if value[1] is codes.MAXREPEAT or value[1] >= 50:
                yield before, value[2]
            yield from repeats(value[2], before)
        elif op is codes.SUBPATTERN:
            yield from repeats(value[3], before)
        elif op is codes.ATOMIC_GROUP:
            yield from repeats(value, before)
        elif op is codes.BRANCH:
            for branch in value[1]:
                yield from repeats(branch, before)
        elif op in (codes.ASSERT, codes.ASSERT_NOT):
            yield from repeats(value[1], before)
        before += text_of([(op, value)])


def attacks(pattern: str, flags: int) -> Iterator[str]:
    """Texts that may be slow."""
    tree = parser.parse(pattern, flags)
    seen: set[tuple[str, str]] = set()
    for before, body in repeats(tree):
        for choice in range(4):
            pump = text_of(body, choice) or "a"
            for whole in (pump, before + pump, before):
                for start in ("", before):
                    if whole and (start, whole) not in seen:
                        seen.add((start, whole))
                        for killer in KILLERS:
                            yield start + whole * (LENGTH // len(whole)) + killer
    for pump in PUMPS:
        for killer in ("", "\0"):
            yield pump * (LENGTH // len(pump)) + killer


class TooSlowError(Exception):
    """An attack that was broken off."""


def too_slow(*_: Any) -> None:
    raise TooSlowError


def seconds(compiled: re.Pattern[str], text: str) -> float:
    """CPU time of all matches in a text, broken off after a while."""
    signal.setitimer(signal.ITIMER_VIRTUAL, 4 * SLOW)
    started = time.process_time()
    try:
        try:
            for _ in compiled.finditer(text):
                pass
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    except TooSlowError:  # it may come as late as the timer is stopped
        pass
    return time.process_time() - started


def main() -> None:
    signal.signal(signal.SIGVTALRM, too_slow)
    record_patterns()
    sys.stderr.write(f"{len(found)} patterns\n")
    for (pattern, flags), place in found.items():
        compiled = re.compile(pattern, flags)
        worst, attack = 0.0, ""
        for text in attacks(pattern, flags):
            took = seconds(compiled, text)
            if took > worst:
                worst, attack = took, text
            if worst > SLOW:
                break
        if worst > SLOW:
            shown = f"{attack[:40]!r}...{attack[-4:]!r}"
            sys.stdout.write(json.dumps({"place": place, "seconds": round(worst, 2), "attack": shown, "pattern": pattern}) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
