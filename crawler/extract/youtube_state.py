"""What a YouTube watch page's player state says, in the words of schema.org."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from crawler.extract.document import Document
from crawler.extract.thing import Node

MAX_STATE: Final = 3_000_000
"""Longest script that is read, characters; real ones have about 300,000."""

_START = re.compile(r"ytInitialPlayerResponse['\"]?\]?\s*=\s*(?=\{)")

_DETAILS: Final = {
    "videoId": "identifier",
    "title": "name",
    "shortDescription": "description",
    "author": "author",
    "channelId": "channelid",
    "lengthSeconds": "duration",
    "viewCount": "interactioncount",
    "keywords": "keywords",
}
"""``videoDetails`` of the state to VideoObject properties; the description is whole there, metas cut it."""

_MICROFORMAT: Final = {"publishDate": "datepublished", "uploadDate": "uploaddate", "ownerProfileUrl": "channelurl"}
"""``microformat.playerMicroformatRenderer`` of the state to VideoObject properties."""


def read_youtube_state(document: Document) -> Node | None:
    """The page's video as a VideoObject, or None where the page has no such state (``ytInitialPlayerResponse``)."""
    if "ytInitialPlayerResponse" not in document.text:
        return None
    for script in document.css("script:not([src])")[:200]:
        text = script.text()
        if len(text) <= MAX_STATE and (start := _START.search(text)):
            try:
                state, _ = json.JSONDecoder(strict=False).raw_decode(text, start.end())
            except (ValueError, RecursionError):
                continue
            if node := _node(state):
                return node
    return None


def _node(state: Any) -> Node | None:
    details = _part(state, "videoDetails")
    node = Node(frozenset({"videoobject"}))
    microformat = _part(state, "microformat", "playerMicroformatRenderer")
    for source, names in ((details, _DETAILS), (microformat, _MICROFORMAT)):
        for name, prop in names.items():
            value = source.get(name)
            words = value if isinstance(value, list) else [value]
            if texts := [word for word in words if isinstance(word, str) and word]:
                node.props[prop] = texts
    video_id = details.get("videoId")
    if not isinstance(video_id, str) or not re.fullmatch(r"[\w-]{11}", video_id):
        return None
    node.props["embedurl"] = [f"https://www.youtube.com/embed/{video_id}"]
    return node


def _part(value: Any, *path: str) -> dict[str, Any]:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}
