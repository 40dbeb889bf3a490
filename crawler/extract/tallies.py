"""Views, likes, dislikes and comments of a page as the page states them."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import Final

from crawler.extract.areas import Areas
from crawler.extract.counts import read_count
from crawler.extract.document import Document
from crawler.extract.selection import ranked
from crawler.extract.structured import Structured, read_structured
from crawler.extract.text import line_of
from crawler.extract.thing import Node
from crawler.extract.title import ARTICLE_TYPES
from crawler.extract.video import main_video

_ACTIONS: Final = {
    "watchaction": "view_count", "viewaction": "view_count", "userplays": "view_count", "userpageviews": "view_count",
    "userpagevisits": "view_count", "userviews": "view_count", "readaction": "view_count",
    "likeaction": "like_count", "userlikes": "like_count",
    "dislikeaction": "dislike_count", "userdislikes": "dislike_count",
    "commentaction": "comment_count", "usercomments": "comment_count", "writeaction": "comment_count",
}  # fmt: skip
"""schema.org actions and the UserInteraction types that they superseded, to the count they make."""

_LEGACY = re.compile(r"\b(User[A-Za-z]+|[A-Za-z]+Action)\b")

_VIEWS: Final = (
    ".pm-vc-views", ".pm-video-views-count .pm-vc-views", ".pm-video-views", ".post-views-count", ".post-views .count",
    ".tptn_counter", ".jeg_meta_views", ".td-nr-views", "[class*=td-nr-views]", ".entry-views", ".post-view-count",
    ".wpp-views", ".video-views", ".views-count", ".view-count", ".views-number",
)  # fmt: skip
"""Where the number of views is shown: PHP Melody, then WordPress plugins and themes."""

_LIKES: Final = (
    "#bin-rating-like", ".wp_ulike_btn + .count-box", ".jm-post-like .count", ".like-count", ".likes-count",
)  # fmt: skip
_DISLIKES: Final = ("#bin-rating-dislike", ".dislike-count", ".dislikes-count")
_RATING_BAR: Final = ".progress[title], .progress[data-title], .progress[data-original-title]"
"""PHP Melody's bar: "12 likes, 3 dislikes" in the site's language, likes first."""


@dataclass(slots=True, kw_only=True)
class Tallies:
    """The counts of a page; see :class:`archive.schema.Page`."""

    view_count: int | None = None
    like_count: int | None = None
    dislike_count: int | None = None
    comment_count: int | None = None

    def add(self, found: dict[str, int]) -> None:
        """Take those counts that are not known yet."""
        for field in fields(self):
            if getattr(self, field.name) is None and field.name in found:
                setattr(self, field.name, found[field.name])


def read_tallies(
    document: Document, structured: Structured, areas: Areas, main: Node | None, language: str | None
) -> Tallies:
    """Counts of the structured data, the video's before the article's; what they leave open, of its widgets."""
    tallies = Tallies()
    for node in _counted(structured, main):
        tallies.add(_of_node(node))
    if tallies.like_count is None and tallies.dislike_count is None:
        tallies.add(_of_rating_bar(document, areas, language))
    for name, selectors in (("view_count", _VIEWS), ("like_count", _LIKES), ("dislike_count", _DISLIKES)):
        if getattr(tallies, name) is None:
            setattr(tallies, name, _shown(document, areas, selectors, language))
    return tallies


def stated_comments(document: Document) -> int | None:
    """How many comments the page's structured data states."""
    structured = read_structured(document)
    things = _counted(structured, main_video(document, structured))
    return next((count for node in things if (count := _of_node(node).get("comment_count")) is not None), None)


def _counted(structured: Structured, main: Node | None) -> list[Node]:
    """The things whose counts are the page's, the video before the article."""
    return [*([main] if main else ()), *structured.find(*ARTICLE_TYPES, "WebPage")]


def _of_node(node: Node) -> dict[str, int]:
    """What a thing states: ``interactionStatistic`` (schema.org), ``commentCount``, the older ``interactionCount``."""
    found: dict[str, int] = {}
    for counter in node.nodes("interactionStatistic", "interactionCount"):
        kind = _kind(counter)
        number = _whole(counter.text("userInteractionCount"))
        if kind and number is not None:
            found.setdefault(kind, number)
    for text in node.texts("interactionCount", "interactionStatistic"):
        legacy = _LEGACY.search(text)
        kind = _ACTIONS.get(legacy.group(1).lower()) if legacy else None
        number = _whole(text.replace(legacy.group(), "").strip(" :") if legacy else text)
        if legacy is None and number is not None and "videoobject" in node.types:
            kind = "view_count"
        if kind and number is not None:
            found.setdefault(kind, number)
    stated = _whole(node.text("commentCount"))
    if stated is not None:
        found["comment_count"] = stated
    return found


def _kind(counter: Node) -> str | None:
    names = [kind for action in counter.nodes("interactionType") for kind in (*action.types, action.node_id or "")]
    names += counter.texts("interactionType", "name")
    for name in names:
        kind = _ACTIONS.get(re.split(r"[/#:]", name.strip().rstrip("/"))[-1].lower())
        if kind:
            return kind
    return None


def _whole(text: str | None) -> int | None:
    count = read_count(text)
    return count.value if count else None


def _of_rating_bar(document: Document, areas: Areas, language: str | None) -> dict[str, int]:
    for bar in document.css(_RATING_BAR)[:10]:
        attributes = bar.attributes
        text = attributes.get("title") or attributes.get("data-title") or attributes.get("data-original-title") or ""
        numbers = [count.value for part in _parted(text) if (count := read_count(part, language))]
        if len(numbers) == 2 and not areas.is_beside(bar):
            return {"like_count": numbers[0], "dislike_count": numbers[1]}
    return {}


def _parted(text: str) -> list[str]:
    """The two halves of the bar's text: a comma between words parts them, one between digits does not."""
    return re.split(r"[,،、，;/|]\s*(?!\d{3}(?!\d))", text[:200])


def _shown(document: Document, areas: Areas, selectors: tuple[str, ...], language: str | None) -> int | None:
    for _, node in ranked(document, selectors):
        if areas.is_beside(node):
            continue
        attributes = node.attributes
        stated = attributes.get("data-count") or attributes.get("data-title") or line_of(node)
        count = read_count(stated, language) or read_count(line_of(node), language)
        if count:
            return count.value
    return None
