"""Fills real Issos through their own API, and reads the truth back from their SQLite databases.

seed.py seed|truth DIR VERSION...
"""

from __future__ import annotations

import json
import sqlite3
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

sys.path.insert(0, str(Path(__file__).parents[1]))
from corpus import Say, page, pages, timed

EMBEDS = {
    "0.14.0": """<section id="isso-thread" data-title="A thread"><noscript>No script.</noscript></section>
      <script data-isso="{api}/" data-isso-max-comments-top="25" src="{api}/js/embed.min.js" async></script>""",
    "0.13.0": """<script src="{api}/js/embed.min.js"></script><section id="isso-thread"></section>""",
    "0.12.6": """<script data-isso="//{host}/" data-isso-css="false" src="//{host}/js/embed.min.js"></script>
      <section id="isso-thread" data-isso-id="{uri}" data-title="A thread"></section>""",
}


def threads() -> dict[str, list[Say]]:
    """Isso wants three letters, knows no pins, and sends nobody the replies of a comment in moderation, though the
    newest version counts them: those have a page of their own."""
    found = pages(450)
    orphans = [say for say in found["/awkward/"] if say.key.startswith("hidden-")]
    found["/awkward/"] = [say for say in found["/awkward/"] if say not in orphans and len(say.text) > 2]
    found["/orphan/"] = timed(orphans)
    return found


def call(method: str, url: str, body: object, visitor: int, cookie: str = "") -> tuple[dict[str, Any], str]:
    headers = {"content-type": "application/json", "x-forwarded-for": f"10.0.{visitor}.1", "cookie": cookie}
    with urlopen(Request(url, json.dumps(body).encode(), headers, method=method), timeout=30) as answer:
        return json.load(answer) or {}, (answer.headers.get("set-cookie") or "").partition(";")[0]


def seed(folder: Path, version: str, api: str) -> None:
    keys: dict[str, dict[str, str]] = {}
    for path, says in threads().items():
        uri = quote(f"/{version}{path}")
        ids: dict[str, int] = {}
        cookies: dict[str, str] = {}
        for say in says:
            body: dict[str, object] = {"text": "Not right yet" if say.is_edited else say.as_markdown, "author": say.author}
            body["title"] = "A thread"
            body["website"] = "https://example.org/zoe?a=1&b=2" if say.key == "emoji" else None
            if say.parent is not None:
                body["parent"] = ids[say.parent]
            made, cookies[say.key] = call("POST", f"{api}/new?{urlencode({'uri': uri})}", body, 1)
            ids[say.key] = made["id"]
        with sqlite3.connect(folder / f"{version}.db", timeout=30) as database:
            for say in says:
                database.execute("UPDATE comments SET created = ? WHERE id = ?", (say.at.timestamp() + 0.25, ids[say.key]))
                if say.state in ("held", "spam", "hidden"):
                    database.execute("UPDATE comments SET mode = 2 WHERE id = ?", (ids[say.key],))
        for say in says:
            one = f"{api}/id/{ids[say.key]}"
            for visitor in range(say.likes):
                call("POST", f"{one}/like", {}, visitor + 2)
            if say.is_edited:
                call("PUT", one, {"text": say.as_markdown, "author": say.author}, 1, cookies[say.key])
            if say.state == "removed":
                call("DELETE", one, {"id": ids[say.key]}, 1, cookies[say.key])
        keys[path] = {str(value): key for key, value in ids.items()}
        file = folder / "site" / version / path.strip("/") / "index.html"
        file.parent.mkdir(parents=True, exist_ok=True)
        embed = EMBEDS[version].format(api=api, host=api.partition("//")[2], uri=uri)
        file.write_text(page(path.strip("/").title(), embed), encoding="utf-8")
    (folder / f"{version}.keys.json").write_text(json.dumps(keys))


def truth(folder: Path, version: str) -> list[dict[str, Any]]:
    keys = json.loads((folder / f"{version}.keys.json").read_text())
    database = sqlite3.connect(folder / f"{version}.db")
    database.row_factory = sqlite3.Row
    found = []
    for path, says in threads().items():
        texts = {say.key: say for say in says}
        query = "SELECT comments.* FROM comments JOIN threads ON tid = threads.id WHERE uri = ? AND mode IN (1, 4)"
        rows = database.execute(query, (quote(f"/{version}{path}"),)).fetchall()
        shown = {row["id"] for row in rows}
        comments = [
            comment_of(row, texts[keys[path][str(row["id"])]])
            for row in rows
            if row["parent"] is None or row["parent"] in shown
        ]
        counted = len(rows) if version == "0.14.0" or not rows else sum(row["parent"] is None for row in rows)
        verdict = "partial" if counted > len(comments) else "complete" if comments else "none"
        found.append(
            {"path": f"/{version}{path}", "verdict": verdict, "state": "open", "expected": counted, "comments": comments}
        )
    return found


def comment_of(row: sqlite3.Row, say: Say) -> dict[str, Any]:
    is_stub = row["mode"] == 4
    if not is_stub and row["text"] != say.as_markdown:
        raise SystemExit(f"{say.key}: the database holds {row['text']!r}")
    return {
        "native_id": str(row["id"]),
        "parent_native_id": None if row["parent"] is None else str(row["parent"]),
        "author_name": None if is_stub else say.author,
        "author_kind": "deleted" if is_stub else "guest",
        "author_url": "https://example.org/zoe?a=1&b=2" if say.key == "emoji" else None,
        "text": None if is_stub else say.text,
        "published_at": datetime.fromtimestamp(row["created"], UTC).isoformat(),
        "edited_at": None if is_stub or row["modified"] is None else datetime.fromtimestamp(row["modified"], UTC).isoformat(),
        "like_count": row["likes"],
        "dislike_count": row["dislikes"],
        "status": "removed" if is_stub else "visible",
    }


def main() -> None:
    task, folder, *versions = sys.argv[1], Path(sys.argv[2]), *sys.argv[3:]
    found = []
    for version in versions:
        if task == "seed":
            seed(folder, version, f"http://127.0.0.1:{(folder / f'{version}.port').read_text().strip()}")
        else:
            found += truth(folder, version)
    if task == "truth":
        site = f"http://127.0.0.1:{(folder / 'pages.port').read_text().strip()}"
        (folder / "truth.json").write_text(json.dumps({"system": "isso", "site": site, "pages": found}))


main()
