"""What the real systems are seeded with: pages and awkward threads, and the text a reader must find in each comment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

BEGIN = datetime(2023, 3, 1, 8, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Say:
    """A comment to be written. ``html`` and ``markdown`` say the same as ``text``, for systems that take them."""

    key: str
    text: str
    """Plain text as a reader sees it; paragraphs are parted by an empty line."""
    author: str = "Ada"
    parent: str | None = None
    state: str = "visible"
    """``visible``; ``held`` for moderation and ``spam``: never shown; ``removed``: a stub where it has replies;
    ``hidden`` by a moderator."""
    likes: int = 0
    is_pinned: bool = False
    is_edited: bool = False
    is_member: bool = False
    """Written by somebody with an account, where the system has both."""
    html: str | None = None
    markdown: str | None = None
    minute: int = 0
    """When, minutes after :data:`BEGIN`."""

    @property
    def at(self) -> datetime:
        return BEGIN + timedelta(minutes=self.minute, seconds=self.minute % 60)

    @property
    def as_html(self) -> str:
        if self.html is not None:
            return self.html
        escaped = self.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return "".join(f"<p>{part}</p>" for part in escaped.split("\n\n")).replace("\n", "<br>")

    @property
    def as_markdown(self) -> str:
        return self.text if self.markdown is None else self.markdown


def awkward() -> list[Say]:
    """One thread with everything that goes wrong."""
    link = "https://example.org/a?b=1&c=2"
    says = [
        Say("short", "."),
        Say("emoji", "👩‍👩‍👧‍👦 and 👍🏽 and 🇺🇦", author="Zoë 🦊"),
        Say("arabic", "تعليق من القارئ مع رقم ١٢٣", author="عمر"),
        Say("hebrew", "שלום ABC עולם", author="דוד"),
        Say("cjk", "这是一条评论。とても良い。아주 좋아요", author="_신__LBL"),
        Say("thai", "ขอบคุณมากครับ", author="สมชาย"),
        Say("combining", "Zalgo: e\u0301 n\u0303 Z\u030c", author="Torbjørn Melbye"),
        Say("paragraphs", "First paragraph.\n\nSecond one says:\n\nThird one.", author="Flamesjing"),
        Say("long", " ".join(f"word{number}" for number in range(1_500)), author="Wordy"),
        Say("signs", "1 < 2 & 3 > 2 ok", author="O'Neill & Sons"),
        Say(
            "link",
            f"see {link} there",
            html=f'<p>see <a href="{link.replace("&", "&amp;")}">{link.replace("&", "&amp;")}</a> there</p>',
        ),
        Say(
            "quote",
            "They said so.\n\nI do not.",
            html="<blockquote>They said so.</blockquote><p>I do not.</p>",
            markdown="> They said so.\n\nI do not.",
        ),
        Say("same", "Same words"),
        Say("same-again", "Same words", author="Bob"),
        Say("member", "I have an account", author="Member Mary", is_member=True),
        Say("liked", "Everybody likes this", likes=3),
        Say("pinned", "Read the rules", is_pinned=True, author="Member Mary", is_member=True),
        Say("edited", "Now it is right", is_edited=True),
        Say("gone-parent", "REMOVED-TEXT parent", state="removed"),
        Say("gone-parent-reply", "An answer to what is gone", parent="gone-parent"),
        Say("gone-alone", "REMOVED-TEXT nobody answered", state="removed"),
        Say("hidden-parent", "HIDDEN-parent", state="hidden"),
        Say("hidden-parent-reply", "An answer to what was hidden", parent="hidden-parent", author="Eve"),
        Say("held", "HIDDEN-held", state="held"),
        Say("spam", "HIDDEN-spam", state="spam"),
        Say("root", "Depth 1", author="Deep"),
    ]
    parent = "root"
    for depth in range(2, 9):
        says.append(Say(f"deep-{depth}", f"Depth {depth}", author=f"Reader {depth}", parent=parent))
        parent = f"deep-{depth}"
    says += [Say(f"wide-{number}", f"Answer {number}", author="Wide", parent="root") for number in range(1, 31)]
    says.append(Say("held-reply", "HIDDEN-reply", parent="root", state="held"))
    says.append(Say("gone-reply", "REMOVED-TEXT reply", parent="root", state="removed"))
    says.append(Say("gone-reply-reply", "Under a reply that is gone", parent="gone-reply", author="Zed"))
    return timed(says)


def many(count: int) -> list[Say]:
    """So many top-level comments, every tenth with two replies."""
    says: list[Say] = []
    for number in range(1, count + 1):
        says.append(Say(f"m{number}", f"Comment number {number}", author=f"Reader {number % 37}"))
        if number % 10 == 0:
            says.append(Say(f"m{number}a", f"First answer to {number}", parent=f"m{number}", author="Ann"))
            says.append(Say(f"m{number}b", f"Answer to the answer {number}", parent=f"m{number}a", author="Ben"))
    return timed(says)


def timed(says: list[Say]) -> list[Say]:
    return [Say(**{**vars(say), "minute": number}) for number, say in enumerate(says)]


def pages(many_count: int) -> dict[str, list[Say]]:
    """Path of a page to its thread."""
    return {
        "/awkward/": awkward(),
        "/many/": many(many_count),
        "/one/": timed([Say("one", "The only one")]),
        "/empty/": [],
        "/held/": timed([Say("only-held", "HIDDEN-only", state="held")]),
        "/ünï çödé/": timed([Say("path", "Under a path with spaces and accents")]),
    }


def page(title: str, embed: str) -> str:
    """A page around an embedded thread."""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>'
        f"<body><article><h1>{title}</h1><p>About the video.</p></article>{embed}</body></html>"
    )
