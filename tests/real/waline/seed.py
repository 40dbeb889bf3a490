"""Fills a real Waline through its own API, and reads the truth back from its SQLite database.

seed.py tables|seed|truth DIR
"""

from __future__ import annotations

import json
import sqlite3
import sys
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import Request, urlopen
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).parents[1]))
from corpus import Say, page, pages, timed

ZONE = ZoneInfo("Asia/Shanghai")
"""The server's, see start.sh."""

TABLES = """
CREATE TABLE wl_Comment (id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER, comment TEXT, insertedAt TIMESTAMP,
  ip TEXT, link TEXT, mail TEXT, nick TEXT, pid INTEGER, rid INTEGER, sticky NUMERIC, status TEXT NOT NULL DEFAULT '',
  "like" INTEGER, ua TEXT, url TEXT, createdAt TIMESTAMP, updatedAt TIMESTAMP);
CREATE TABLE wl_Counter (id INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER, reaction0 INTEGER, reaction1 INTEGER,
  reaction2 INTEGER, reaction3 INTEGER, reaction4 INTEGER, reaction5 INTEGER, reaction6 INTEGER, reaction7 INTEGER,
  reaction8 INTEGER, url TEXT, createdAt TIMESTAMP, updatedAt TIMESTAMP);
CREATE TABLE wl_Users (id INTEGER PRIMARY KEY AUTOINCREMENT, display_name TEXT, email TEXT, password TEXT, type TEXT,
  label TEXT, url TEXT, avatar TEXT, github TEXT, twitter TEXT, facebook TEXT, google TEXT, weibo TEXT, qq TEXT,
  oidc TEXT, huawei TEXT, "2fa" TEXT, createdAt TIMESTAMP, updatedAt TIMESTAMP);
"""

EMBEDS = {
    "/awkward/": """<div id="waline"></div><script type="module">
      import {{ init }} from 'https://unpkg.com/@waline/client@v3/dist/waline.js';
      init({{ el: '#waline', serverURL: '{server}' }});</script>""",
    "/many/": """<script src="https://cdn.jsdelivr.net/npm/@waline/client@v2/dist/waline.js"></script><div id="w"></div>
      <script>Waline.init({{el: '#w', serverURL: "{server}/", path: location.pathname, pageview: true}})</script>""",
    "/one/": """<script src="//cdn.jsdelivr.net/npm/@waline/client/dist/Waline.min.js"></script><div id="waline"></div>
      <script>new Waline({{ el: '#waline', serverURL: '{server}' }});</script>""",
}


def threads() -> dict[str, list[Say]]:
    """Waline keeps no stubs: who removes a comment removes its replies. A reply to one in moderation is counted, but
    sent with nobody: that has a page of its own."""
    found = pages(1_010)
    orphans = [say for say in found["/awkward/"] if say.key.startswith("hidden-")]
    found["/awkward/"] = [say for say in found["/awkward/"] if say not in orphans]
    found["/orphan/"] = timed(orphans)
    return found


def call(base: str, method: str, path: str, body: object, token: str | None = None) -> dict[str, object]:
    headers = {"content-type": "application/json", "referer": base} | ({"authorization": f"Bearer {token}"} if token else {})
    with urlopen(Request(base + path, json.dumps(body).encode(), headers, method=method), timeout=30) as answer:
        found = json.load(answer)
    if found["errno"]:
        raise SystemExit(f"{method} {path}: {found}")
    return found["data"] or {}


def user(base: str, name: str) -> str:
    """A token of somebody with an account; the first is the administrator."""
    email = name.lower().replace(" ", ".") + "@example.org"
    call(base, "POST", "/api/user", {"display_name": name, "email": email, "password": "pass", "url": "https://example.org/m"})
    return str(call(base, "POST", "/api/token", {"email": email, "password": "pass"})["token"])


def seed(folder: Path, base: str) -> None:
    admin, mary = user(base, "The Editor"), user(base, "Member Mary")
    keys: dict[str, dict[str, str]] = {}
    for path, says in threads().items():
        ids: dict[str, object] = {}
        roots: dict[str, str] = {}
        for say in says:
            roots[say.key] = say.key if say.parent is None else roots[say.parent]
            body = {"comment": say.as_markdown, "nick": say.author, "mail": "reader@example.org", "url": path, "ua": "Mozilla/5.0"}
            body["link"] = "example.org/zoe" if say.key == "emoji" else ""
            if say.is_edited:
                body["comment"] = "Not right yet"
            if say.parent is not None:
                body |= {"pid": ids[say.parent], "rid": ids[roots[say.parent]], "at": "Somebody"}
            ids[say.key] = call(base, "POST", "/api/comment", body, mary if say.is_member else None)["objectId"]
        for say in says:
            one = f"/api/comment/{ids[say.key]}"
            for _ in range(say.likes):
                call(base, "PUT", one, {"like": True})
            if say.is_pinned:
                call(base, "PUT", one, {"sticky": 1}, admin)
            if say.is_edited:
                call(base, "PUT", one, {"comment": say.as_markdown}, admin)
            if say.state in ("held", "hidden", "spam"):
                call(base, "PUT", one, {"status": "spam" if say.state == "spam" else "waiting"}, admin)
            if say.state == "removed":
                call(base, "DELETE", one, {}, admin)
        keys[path] = {str(value): key for key, value in ids.items()}
        with sqlite3.connect(folder / "db/waline.sqlite") as database:
            for say in says:
                at = say.at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S")
                database.execute("UPDATE wl_Comment SET insertedAt = ? WHERE id = ?", (at, ids[say.key]))
    (folder / "keys.json").write_text(json.dumps(keys))
    for path in keys:
        file = folder / "site" / path.strip("/") / "index.html"
        file.parent.mkdir(parents=True, exist_ok=True)
        embed = EMBEDS.get(path, EMBEDS["/awkward/"]).format(server=base)
        file.write_text(page(path.strip("/").title(), embed), encoding="utf-8")


def truth(folder: Path) -> None:
    keys = json.loads((folder / "keys.json").read_text())
    database = sqlite3.connect(folder / "db/waline.sqlite")
    database.row_factory = sqlite3.Row
    users = {row["id"]: row for row in database.execute("SELECT * FROM wl_Users")}
    found = []
    for path, says in threads().items():
        texts = {say.key: say for say in says}
        rows = database.execute("SELECT * FROM wl_Comment WHERE url = ? ORDER BY id", (path,)).fetchall()
        shown = {row["id"] for row in rows if row["status"] not in ("waiting", "spam")}
        comments = []
        for row in rows:
            say = texts[keys[path][str(row["id"])]]
            if row["comment"] != say.as_markdown:
                raise SystemExit(f"{path} {say.key}: the database holds {row['comment']!r}")
            if row["id"] not in shown or (row["rid"] and row["rid"] not in shown):
                continue
            author = users.get(row["user_id"])
            link = author["url"] if author else row["link"]
            at = datetime.fromisoformat(row["insertedAt"]).replace(tzinfo=ZONE).astimezone(UTC)
            comments.append(
                {
                    "native_id": str(row["id"]),
                    "parent_native_id": None if row["pid"] is None else str(row["pid"]),
                    "author_name": author["display_name"] if author else row["nick"],
                    "author_kind": "registered" if author else "guest",
                    "author_url": f"https://{link}" if link and "//" not in link else link or None,
                    "text": say.text,
                    "published_at": at.isoformat(),
                    "like_count": row["like"] or 0,
                    "is_pinned": bool(row["sticky"]),
                    "status": "visible",
                }
            )
        verdict = "partial" if path == "/orphan/" else "complete" if comments else "none"
        found.append({"path": path, "verdict": verdict, "state": "open", "expected": len(shown), "comments": comments})
    (folder / "truth.json").write_text(
        json.dumps({"system": "waline", "site": f"http://127.0.0.1:{(folder / 'pages.port').read_text().strip()}", "pages": found})
    )


def main() -> None:
    task, folder = sys.argv[1], Path(sys.argv[2])
    if task == "tables":
        with sqlite3.connect(folder / "db/waline.sqlite") as database:
            database.executescript(TABLES)
    elif task == "seed":
        seed(folder, f"http://127.0.0.1:{(folder / 'server.port').read_text().strip()}")
    else:
        truth(folder)


main()
