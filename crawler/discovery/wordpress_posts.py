"""The list of posts of WordPress' REST API (`class-wp-rest-posts-controller.php`, WordPress 4.7 and later)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from crawler.discovery.found import Found, Listed
from crawler.extract.dates import read_time

PER_PAGE: Final = 100
"""The most that WordPress gives at once."""


def posts_address(root: str, page: int) -> str:
    """The address of a page of the list, newest posts first; ``root`` is that of the API."""
    joint = "&" if "?" in root else "?"
    fields = "link,date_gmt,modified_gmt,comment_status"
    return f"{root}wp/v2/posts{joint}per_page={PER_PAGE}&page={page}&orderby=date&order=desc&_fields={fields}"


def read_posts(body: bytes, link: Callable[[str], str | None], *, observed_at: int) -> Listed:
    """The posts that a page of the list names."""
    listed = Listed()
    try:
        rows: Any = json.loads(body)
    except (ValueError, RecursionError) as error:
        listed.problems.append(f"it is no JSON: {error}")
        return listed
    if not isinstance(rows, list):
        listed.problems.append("it is JSON, but no list of posts")
        return listed
    listed.kind = "posts"
    for row in rows:
        url = link(str(row.get("link") or "")) if isinstance(row, dict) else None
        if url is not None:
            published, modified = (_time(row.get(name), observed_at) for name in ("date_gmt", "modified_gmt"))
            listed.pages.append(Found(url=url, published=published, modified=modified))
    return listed


def _time(raw: Any, observed_at: int) -> int | None:
    """`date_gmt` is UTC without saying so."""
    published = read_time(f"{raw}Z" if isinstance(raw, str) and raw else None, observed_at=observed_at)
    return None if published is None else published.at
