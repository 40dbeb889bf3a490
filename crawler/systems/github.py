"""What giscus and utterances have in common: GitHub's API, its people, and the term that a page's thread has."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from archive.schema import Comment
from crawler.extract.document import Document
from crawler.systems.answers import Row
from crawler.systems.base import FetchError
from crawler.systems.scripts import Members

API: Final = "https://api.github.com"
SETTING: Final = "GITHUB_TOKEN"
REPOSITORY: Final = re.compile(r"[\w-]+/[\w.-]+", re.ASCII)

STAFF: Final = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})
"""Associations with the repository that come with rights in it (GitHub: `CommentAuthorAssociation`)."""

GHOST: Final = "ghost"
"""The login that stands for users who deleted their account; GitHub's own APIs have null."""


def headers(options: Mapping[str, Any], **more: str) -> dict[str, str]:
    """Headers of a request to GitHub, with the operator's token where one is set."""
    token = str(options.get(SETTING) or "").strip()
    return ({"Authorization": f"Bearer {token}"} if token else {}) | more


def with_hint(error: FetchError, hint: str) -> FetchError:
    """A refusal that says what the operator can do about it; any other error as it is."""
    if error.reason != "blocked":
        return error
    return FetchError(error.reason, f"{error.detail}; {hint}", error.status, error.answer)


def set_author(comment: Comment, author: Row | None, association: str | None, *, profile: str = "url") -> None:
    """Login, profile and kind. Users who deleted their account are nobody.

    :param profile: key of the profile's address; GraphQL calls it ``url``, REST ``html_url``
    """
    login = author.text("login") if author is not None else GHOST
    if author is None or login == GHOST:
        comment.author_name, comment.author_kind = GHOST, "deleted"
        return
    comment.author_name = comment.author_id = login
    comment.author_url = author.maybe_text(profile)
    comment.author_kind = "staff" if association in STAFF else "registered"


def pathname(document: Document) -> str:
    """The page's path as both clients write it: without its first slash and the ending of a file, `index` for none."""
    path = urlsplit(document.url).path
    return "index" if len(path) < 2 else re.sub(r"\.\w+\Z", "", path[1:], flags=re.ASCII)


def document_title(document: Document) -> str:
    """`document.title`: the first title, white space folded."""
    node = document.first("title")
    return " ".join(node.text().split()) if node is not None else ""


def meta(document: Document, *selectors: str) -> str:
    """The content of the first of these metas, `""` for none."""
    node = document.first(", ".join(selectors))
    return (node.attributes.get("content") or "") if node is not None else ""


def without_data(attributes: Mapping[str, str | None]) -> Members:
    """Attributes of an embed by what they are called in a script: without their `data-`."""
    return {name.removeprefix("data-"): value for name, value in attributes.items()}
