"""What the sample site tells: the seed page's text, and invented stories with invented discussions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).parent

NAMES: Final = (
    "Maren Holt", "Ilse", "Tomás Vidal", "kettle_on", "Ruth Adler", "Per Nyström", "Ada O.", "小林 ゆき", "Bogdan",
    "signal box 7", "Noor", "Jean-Luc", "Ольга П.", "Farid", "the_quiet_one", "Łucja",
)  # fmt: skip
REMARKS: Final = (
    "I walk past there every morning and never noticed.",
    "Does anyone know who pays for the repairs?",
    "They said the same thing ten years ago, and look where we are now.",
    "Thank you for showing the whole interview and not only the loud half.",
    "My grandfather worked there. He says: nothing has changed but the paint.",
    "The map at 1:20 is the wrong way round, north is on the left.",
    "More of this, please. 🙂",
    "It is not about money. It is about who gets to decide.",
    "Source?",
    "I was on that boat and it was colder than it looks.",
    "The council's own report says 40 %, not 14 %.",
    "Ça change tout, merci pour le reportage.",
)  # fmt: skip
REPLIES: Final = (
    "Exactly what I thought.",
    "No. Read the second paragraph again.",
    "Can you say where that number comes from?",
    "Same here, and my neighbours too.",
    "Let us agree to disagree.",
    "Good point, I had not seen it that way.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One comment of a story, as the installation's database would hold it."""

    number: int
    """Id in its installation; a PHP Melody page never shows it."""
    author: str
    paragraphs: tuple[str, ...]
    """Plain text; none at all for an empty comment."""
    at: datetime
    """When it was written, UTC."""
    parent: int | None = None
    url: str | None = None
    """The author's own page."""
    kind: str = "comment"
    """``comment`` or ``pingback``."""
    is_member: bool = False
    likes: int = 0

    @property
    def text(self) -> str:
        """The text as the archive should hold it."""
        return "\n\n".join(self.paragraphs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One page with a video and its discussion."""

    number: int
    """Post id."""
    slug: str
    title: str
    summary: str
    blocks: tuple[str, ...]
    """The running text as HTML, one paragraph each."""
    uniq_id: str
    """The video's id in PHP Melody; a WordPress theme that copies its like button carries one too."""
    youtube: str
    """Id of the embedded video."""
    published: datetime
    remarks: tuple[Remark, ...] = ()
    form_title: str = "Leave a Reply"
    is_open: bool = True
    stated: int | None = None
    """How many comments the page claims to have, where that is not the truth."""


@cache
def seed_text() -> dict[str, Any]:
    """The text of the seed page, piece by piece."""
    text: dict[str, Any] = json.loads((HERE / "seed.json").read_text(encoding="utf-8"))
    return text


def _link(url: str) -> str:
    return f'<a href="{escape(url)}" rel="nofollow">{escape(url)}</a>'


def _seed_blocks() -> tuple[str, ...]:
    seed = seed_text()
    return (
        f"{seed['subscribe']} {_link('https://sc.mp/subscribe-youtube')}",
        seed["body"],
        f"{seed['related_label']}<br />\n{seed['related']} {_link('https://sc.mp/u3fr')}",
        f"{seed['support']} {_link('https://subscribe.scmp.com/')}",
        f"{seed['follow']}<br />\n{_link('https://twitter.com/SCMPNews')}<br />\n{_link('https://www.facebook.com/scmp')}",
        " ".join(f"#{tag}" for tag in seed["hashtags"]),
    )


SEED_MINUTES: Final = 17
"""Minutes between two comments of the seed."""


def seed(*, newest_first: bool = False, first_number: int = 4101) -> Story:
    """The seed page's story. A PHP Melody list is newest first, so there its first comment is the latest."""
    text = seed_text()
    published = datetime(2021, 7, 20, 1, 30, tzinfo=UTC)
    count = len(text["comments"])
    remarks = tuple(
        Remark(
            number=first_number + index,
            author=comment["author"],
            paragraphs=tuple(comment["paragraphs"]),
            at=published + timedelta(minutes=SEED_MINUTES * (count - index if newest_first else index + 1)),
            is_member=newest_first,
        )
        for index, comment in enumerate(text["comments"])
    )
    return Story(
        number=4071,
        slug="us-britain-and-eu-accuse-china-of-sponsoring-massive-microsoft-email-server-hack",
        title=text["title"],
        summary="The US, Britain, the EU and Nato have accused China of sponsoring a massive cyberattack.",
        blocks=_seed_blocks(),
        uniq_id="8f3c1d2ab",
        youtube="Xk3vQ9mTz0E",
        published=published,
        remarks=remarks,
        form_title=text["write"],
    )


def discussion(count: int, *, first: int, start: datetime, depth: int = 5, pingbacks: int = 0) -> Iterator[Remark]:
    """An invented discussion, the same every time: threads up to ``depth`` deep, then pingbacks.

    :param count: comments without the pingbacks
    :param first: number of the first
    """
    line: list[int] = []
    for index in range(count):
        # A thread goes down to the deepest level; the comment after it stands alone, and the next thread begins.
        level = (index % (depth + 1)) % depth
        del line[level:]
        words = REPLIES if line else REMARKS
        name = NAMES[(index * 5 + index // 7) % len(NAMES)]
        yield Remark(
            number=first + index,
            author=name,
            paragraphs=(words[(index * 7 + 3) % len(words)],) + (("And one more thing.",) if index % 6 == 5 else ()),
            at=start + timedelta(minutes=23 * index, seconds=index % 60),
            parent=line[-1] if line else None,
            url=f"https://www.example.net/~{index}" if index % 4 == 1 else None,
            is_member=index % 3 == 0,
            likes=(index * 3) % 5,
        )
        line.append(first + index)
    for index in range(pingbacks):
        yield Remark(
            number=first + count + index,
            author=f"Harbour notes, part {index + 1}",
            paragraphs=("[&#8230;] as this film shows, the lights were never meant to last [&#8230;]",),
            at=start + timedelta(minutes=23 * count, hours=index),
            url=f"https://www.example.org/notes/{index + 1}/",
            kind="pingback",
        )


def story(number: int, slug: str, title: str, remarks: tuple[Remark, ...], **options: Any) -> Story:
    """An invented story around a discussion.

    :param options: further fields of :class:`Story`
    """
    defaults: dict[str, Any] = {
        "summary": f"{title}: four minutes of film and a long argument.",
        "blocks": (
            f"{title}: we went there with a camera on the one dry day of the month.",
            "Subscribe to our channel: " + _link("https://www.youtube.com/@daylight-sample?sub_confirmation=1"),
            "#harbour #nightwork",
        ),
        "uniq_id": f"{number:05x}{'7d2e'}",
        "youtube": f"sample{number:05d}",
        "published": datetime(2024, 3, 1, 6, 0, tzinfo=UTC) + timedelta(days=number % 28),
    }
    return Story(number=number, slug=slug, title=title, remarks=remarks, **(defaults | options))
