"""How the comments that were read differ from what a WordPress database holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from html import unescape
from typing import Any

from archive.schema import Comment

STRAIGHT = str.maketrans("‘’“”", "''\"\"")


def differences(
    truth_page: Mapping[str, Any],
    thread_comments: Iterable[Comment],
    *,
    shown_depth: int | None = None,
) -> list[str]:
    """Every way in which a thread differs from the truth, in words; empty when it is the same.

    :param truth_page: one page of the exported truth: ``comments`` with ``id``, ``parent``, ``author``, ``author_url``,
        ``type``, ``date_gmt`` and ``text``, visible ones only
    :param thread_comments: the comments that were read
    :param shown_depth: how deep the theme nests, for a thread read from HTML alone: below it the parent is the one
        that the page shows
    """
    truth = {str(row["id"]): row for row in truth_page["comments"]}
    got = list(thread_comments)
    counts = Counter(comment.native_id for comment in got)
    found = [f"{native_id}: read {times} times" for native_id, times in counts.items() if times > 1]
    found += [f"{native_id}: missing" for native_id in truth if native_id not in counts]
    parents = {native_id: str(row["parent"]) if row["parent"] else None for native_id, row in truth.items()}
    for comment in got:
        row = truth.get(comment.native_id or "")
        if row is None:
            found.append(f"{comment.native_id}: not a visible comment of this page ({comment.text!r:.80})")
            continue
        wanted = _shown_parent(str(row["id"]), parents, shown_depth)
        lines = _of_one(row, comment, wanted, is_html_only=shown_depth is not None)
        found += [f"{comment.native_id}: {line}" for line in lines]
    return found


def _shown_parent(native_id: str, parents: Mapping[str, str | None], shown_depth: int | None) -> str | None:
    """The parent, or the ancestor under which a theme with limited nesting shows the comment."""
    chain = [native_id]
    while (above := parents.get(chain[-1])) is not None:
        chain.append(above)
    chain.reverse()
    depth = len(chain) if shown_depth is None else min(len(chain), shown_depth)
    return chain[depth - 2] if depth > 1 else None


def _of_one(
    row: Mapping[str, Any], comment: Comment, parent: str | None, *, is_html_only: bool
) -> list[str]:
    lines: list[str] = []

    def check(name: str, got: object, wanted: object) -> None:
        if got != wanted:
            lines.append(f"{name} is {got!r:.120}, should be {wanted!r:.120}")

    check("kind", comment.kind, row["type"])
    name = unescape(row["author"])
    if is_html_only or comment.kind != "comment":  # block themes print names through wptexturize()
        check("author_name", (comment.author_name or "").translate(STRAIGHT), name.translate(STRAIGHT))
    else:
        check("author_name", comment.author_name, name)
    check("author_url", comment.author_url or "", row["author_url"])
    check("parent", comment.parent_native_id, parent)
    if comment.kind == "comment" or comment.text is not None:
        check("text", " ".join((comment.text or "").split()), row["text"])
    if comment.kind == "comment" or comment.published_at is not None:
        lines += _time_lines(row["date_gmt"], comment)
    return lines


def _time_lines(wanted: str, comment: Comment) -> list[str]:
    at = int(datetime.fromisoformat(wanted.removesuffix("Z")).replace(tzinfo=UTC).timestamp()) * 1_000_000
    low, high = comment.published_min, comment.published_max
    if low is None or high is None:
        return [f"no time from {comment.published_raw!r}, should be {wanted}"]
    if not low <= at <= high:
        return [f"time is {low}..{high} ({comment.published_raw!r}), should be {wanted} ({at})"]
    return []
