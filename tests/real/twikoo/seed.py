"""Fills Twikoo through its own events, and makes the truth from its database.

seed.py seed|truth DIR
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import Request, urlopen

sys.path.insert(0, str(Path(__file__).parents[1]))
from corpus import Say, page, pages, timed

EMBEDS = {
    "/awkward/": """<div id="tcomment"></div><script src="https://cdn.example.org/twikoo.min.js"></script>
      <script>twikoo.init({{envId: '{api}', el: '#tcomment', lang: 'en'}})</script>""",
    "/many/": """<div id="twikoo"></div><script>twikoo.init(Object.assign({{"envId": "{api}", "path": "window.location.pathname"}}))</script>""",
    "/one/": """<div class="twikoo-wrap" id="tw" data-env-id="{api}"></div>""",
}


def threads() -> dict[str, list[Say]]:
    """The editor removes comments one by one: replies of what is gone stay, are counted, and are sent to nobody."""
    found = pages(90)
    orphans = [say for say in found["/awkward/"] if say.key.startswith(("hidden-", "gone-parent"))]
    found["/awkward/"] = [say for say in found["/awkward/"] if say not in orphans]
    found["/orphan/"] = timed(orphans)
    return found


def call(api: str, event: str, *, visitor: str = "10.0.0.1", is_admin: bool = False, **values: Any) -> dict[str, Any]:
    headers = {"content-type": "application/json", "x-visitor": visitor, "x-admin": "yes" if is_admin else "no"}
    body = json.dumps({"event": event, **values}).encode()
    with urlopen(Request(api, body, headers), timeout=30) as answer:
        found = json.load(answer)
    if found.get("code") or found.get("message"):
        raise SystemExit(f"{event}: {found}")
    return found


def seed(folder: Path, api: str) -> None:
    call(api, "SET_CONFIG", is_admin=True, config={"LIMIT_PER_MINUTE": "0", "LIMIT_PER_MINUTE_ALL": "0", "LIMIT_LENGTH": "100000"})
    keys: dict[str, dict[str, str]] = {}
    for path, says in threads().items():
        ids: dict[str, str] = {}
        roots: dict[str, str] = {}
        for say in says:
            roots[say.key] = say.key if say.parent is None else roots[say.parent]
            body = {"url": quote(path), "ua": "Mozilla/5.0", "nick": say.author, "mail": "reader@example.org"}
            body |= {"comment": say.as_html, "href": f"https://example.org{quote(path)}"}
            body["link"] = "https://example.org/zoe" if say.key == "emoji" else ""
            if say.parent is not None:
                body |= {"pid": ids[say.parent], "rid": ids[roots[say.key]]}
            ids[say.key] = call(api, "COMMENT_SUBMIT", **body)["id"]
        for say in says:
            one = ids[say.key]
            changes: dict[str, Any] = {"created": int(say.at.timestamp() * 1000) + 7}
            changes |= {"top": True} if say.is_pinned else {}
            changes |= {"isSpam": True} if say.state in ("held", "spam", "hidden") else {}
            call(api, "COMMENT_SET_FOR_ADMIN", is_admin=True, id=one, set=changes)
            for number in range(say.likes):
                call(api, "COMMENT_LIKE", visitor=f"10.0.0.{number + 2}", id=one, type="up")
            if say.state == "removed":
                call(api, "COMMENT_DELETE_FOR_ADMIN", is_admin=True, id=one)
        keys[path] = {value: key for key, value in ids.items()}
        file = folder / "site" / path.strip("/") / "index.html"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(page(path.strip("/").title(), EMBEDS.get(path, EMBEDS["/awkward/"]).format(api=api)), encoding="utf-8")
    call(api, "SAVE")
    (folder / "keys.json").write_text(json.dumps(keys))


def truth(folder: Path) -> None:
    keys = json.loads((folder / "keys.json").read_text())
    database = json.loads((folder / "database.json").read_text())["comment"]
    found = []
    for path, says in threads().items():
        texts = {say.key: say for say in says}
        rows = [row for row in database if row["url"] == quote(path) and not row["isSpam"]]
        shown = {row["_id"] for row in rows}
        comments = [
            {
                "native_id": row["_id"],
                "parent_native_id": None if not row.get("rid") else row["pid"] if row["pid"] in shown else row["rid"],
                "author_name": row["nick"],
                "author_kind": "guest",
                "author_url": row["link"] or None,
                "text": texts[keys[path][row["_id"]]].text,
                "published_at": datetime.fromtimestamp(row["created"] / 1000, UTC).isoformat(),
                "like_count": len(row.get("ups", [])),
                "dislike_count": 0,
                "is_pinned": bool(row.get("top")),
                "status": "visible",
            }
            for row in rows
            if not row.get("rid") or row["rid"] in shown
        ]
        verdict = "partial" if len(comments) < len(rows) else "complete" if comments else "none"
        found.append({"path": path, "verdict": verdict, "state": "open", "expected": len(rows), "comments": comments})
    site = f"http://127.0.0.1:{(folder / 'pages.port').read_text().strip()}"
    (folder / "truth.json").write_text(json.dumps({"system": "twikoo", "site": site, "pages": found}))


def main() -> None:
    task, folder = sys.argv[1], Path(sys.argv[2])
    if task == "seed":
        seed(folder, f"http://127.0.0.1:{(folder / 'server.port').read_text().strip()}")
    else:
        truth(folder)


main()
