"""Fills a real Ghost through its own API, comments as signed-in members, and reads the truth back from SQLite.

seed.py seed|truth DIR
"""

from __future__ import annotations

import json
import sqlite3
import sys
from datetime import UTC, datetime
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPCookieProcessor, Request, build_opener

sys.path.insert(0, str(Path(__file__).parents[1]))
from corpus import Say, pages

LIKERS = ("Ada", "Bob", "Wide")


def threads() -> dict[str, list[Say]]:
    """Ghost holds nothing for moderation: what would be held or spam is hidden by the editor."""
    found = pages(120)
    found["/unicode-path/"] = found.pop("/ünï çödé/")
    return found


class Site:
    """The site as one visitor sees it, with cookies."""

    def __init__(self, base: str) -> None:
        self.base = base
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()))

    def call(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        data = None if body is None else json.dumps(body).encode()
        headers = {"content-type": "application/json", "origin": self.base, "accept-version": "v6.0"}
        url = path if path.startswith("http") else self.base + path
        try:
            with self._opener.open(Request(url, data, headers, method=method), timeout=60) as answer:
                text = answer.read()
        except HTTPError as error:
            raise SystemExit(f"{method} {path}: {error.code} {error.read()[:500]!r}") from error
        return json.loads(text) if text[:1] == b"{" else {}


def seed(folder: Path, base: str) -> None:
    editor = Site(base)
    owner = {"name": "The Editor", "email": "editor@example.org", "password": "a long pass phrase 1", "blogTitle": "Real news"}
    editor.call("POST", "/ghost/api/admin/authentication/setup/", {"setup": [owner]})
    login = {"username": owner["email"], "password": owner["password"]}
    editor.call("POST", "/ghost/api/admin/session/", login)
    members: dict[str, Site] = {}
    ids: dict[str, str] = {}
    for number, name in enumerate(sorted({say.author for says in threads().values() for say in says})):
        member = {"name": name, "email": f"reader{number}@example.org"}
        ids[name] = editor.call("POST", "/ghost/api/admin/members/", {"members": [member]})["members"][0]["id"]
        link = editor.call("GET", f"/ghost/api/admin/members/{ids[name]}/signin_urls/")["member_signin_urls"][0]["url"]
        members[name] = Site(base)
        members[name].call("GET", link)
    keys: dict[str, dict[str, str]] = {}
    for path, says in threads().items():
        slug = path.strip("/")
        post = {"title": slug.title(), "slug": slug, "status": "published", "html": "<p>About the video.</p>"}
        post_id = editor.call("POST", "/ghost/api/admin/posts/?source=html", {"posts": [post]})["posts"][0]["id"]
        keys[path] = {"post": post_id} | write(editor, members, post_id, says)
        for say in says:
            at = say.at.strftime("%Y-%m-%d %H:%M:%S")
            with sqlite3.connect(folder / "ghost.db", timeout=30) as database:
                database.execute("UPDATE comments SET created_at = ? WHERE id = ?", (at, keys[path][say.key]))
    editor.call("DELETE", f"/ghost/api/admin/members/{ids['Zed']}/")
    (folder / "keys.json").write_text(json.dumps(keys))


def write(editor: Site, members: dict[str, Site], post_id: str, says: list[Say]) -> dict[str, str]:
    """The thread of one post: everything is written first, then edited, liked, pinned, hidden and removed."""
    ids: dict[str, str] = {}
    roots: dict[str, str] = {}
    for say in says:
        roots[say.key] = say.key if say.parent is None else roots[say.parent]
        comment: dict[str, str] = {"post_id": post_id, "html": "<p>Not right yet</p>" if say.is_edited else say.as_html}
        if say.parent is not None:
            comment["parent_id"] = ids[roots[say.key]]
            if say.parent != roots[say.key]:
                comment["in_reply_to_id"] = ids[say.parent]
        made = members[say.author].call("POST", "/members/api/comments/", {"comments": [comment]})
        ids[say.key] = made["comments"][0]["id"]
    for say in says:
        one = f"/members/api/comments/{ids[say.key]}/"
        if say.is_edited:
            members[say.author].call("PUT", one, {"comments": [{"html": say.as_html}]})
        for name in LIKERS[: say.likes]:
            members[name].call("POST", f"{one}like/")
        changes = {"pinned": True} if say.is_pinned else {"status": "hidden"} if say.state in ("hidden", "held", "spam") else {}
        if changes:
            editor.call("PUT", f"/ghost/api/admin/comments/{ids[say.key]}/", {"comments": [{"id": ids[say.key], **changes}]})
        if say.state == "removed":
            members[say.author].call("PUT", one, {"comments": [{"status": "deleted"}]})
    return ids


def moment(raw: object) -> str | None:
    """A time of the database: milliseconds since the epoch, or a text in UTC."""
    if raw is None:
        return None
    if isinstance(raw, int):
        return datetime.fromtimestamp(raw / 1000, UTC).isoformat()
    return datetime.fromisoformat(str(raw)).replace(tzinfo=UTC).isoformat()


def truth(folder: Path, base: str) -> None:
    keys = json.loads((folder / "keys.json").read_text())
    database = sqlite3.connect(folder / "ghost.db")
    database.row_factory = sqlite3.Row
    names = {row["id"]: row["name"] for row in database.execute("SELECT id, name FROM members")}
    likes = dict(database.execute("SELECT comment_id, count(*) FROM comment_likes WHERE score = 1 GROUP BY comment_id").fetchall())
    found = []
    for path, says in threads().items():
        texts = {keys[path][say.key]: say for say in says}
        rows = database.execute("SELECT * FROM comments WHERE post_id = ?", (keys[path]["post"],)).fetchall()
        above = {row["id"]: row["in_reply_to_id"] or row["parent_id"] for row in rows}
        published = [row["id"] for row in rows if row["status"] == "published"]
        shown = set(published)
        for native_id in published:
            while (native_id := above[native_id]) is not None:
                shown.add(native_id)
        comments = [
            comment_of(row, texts[row["id"]], above[row["id"]], names, likes.get(row["id"], 0))
            for row in rows
            if row["id"] in shown
        ]
        verdict = "complete" if comments else "none"
        top = sum(comment["parent_native_id"] is None for comment in comments)
        found.append({"path": path, "verdict": verdict, "state": "open", "expected": top, "comments": comments})
    (folder / "truth.json").write_text(json.dumps({"system": "ghost", "site": base, "pages": found}))


def comment_of(row: sqlite3.Row, say: Say, parent: str | None, names: dict[str, str], likes: int) -> dict[str, Any]:
    is_shown = row["status"] == "published"
    has_author = is_shown and row["member_id"] is not None
    return {
        "native_id": row["id"],
        "parent_native_id": parent,
        "author_name": names[row["member_id"]] if has_author else None,
        "author_id": row["member_id"] if has_author else None,
        "author_kind": None if not is_shown else "registered" if has_author else "deleted",
        "text": say.text if is_shown else None,
        "published_at": moment(row["created_at"]),
        "edited_at": moment(row["edited_at"]) if is_shown else None,
        "like_count": likes,
        "is_pinned": row["pinned_at"] is not None and is_shown,
        "status": {"published": "visible", "hidden": "removed_by_moderator", "deleted": "removed"}[row["status"]],
    }


def main() -> None:
    task, folder = sys.argv[1], Path(sys.argv[2])
    base = f"http://127.0.0.1:{(folder / 'server.port').read_text().strip()}"
    (seed if task == "seed" else truth)(folder, base)


main()
