"""What the inline scripts of a page set: members of object literals, of assignments and of `setAttribute` calls.

Embeds are configured there (`var remark_config = {host: "...", site_id: "..."}`), or the script element that loads
them is made there (`s.src = "..."; s.setAttribute("data-repo", "...")`). Nothing is executed: only literals count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from crawler.extract.document import Document

MAX_SCRIPT: Final = 1_000_000
"""Longer scripts are not read, characters: they are bundles or state of megabytes, not somebody's embed."""

MAX_DEPTH: Final = 200
"""Where brackets nest deeper the reading of a script ends."""

MAX_CODE: Final = 500
"""So much of an expression's source is kept, characters."""

Members = dict[str, str | None]
"""Names to literal texts and numbers; None where the value is an expression, which only a browser could say."""


@dataclass(slots=True)
class Given:
    """An object in a script: its name (of a variable, of a key, of the function it is given to) and its members."""

    name: str
    members: Members = field(default_factory=dict)
    code: dict[str, str] = field(default_factory=dict)
    """The source of the members of a literal that are expressions: ``window.location.pathname``, ``null``."""


def given(document: Document, *marks: str) -> Iterator[Given]:
    """The objects of all inline scripts that hold one of these texts, in document order.

    Assignments to members of one name (``s.src = ...``, ``s.dataset.repoId = ...``, ``s.setAttribute(...)``) make one
    object, given after the literals of its script. ``dataset.repoId`` is called ``data-repo-id``. Scripts within the
    texts of scripts, as frameworks write their state, are read as well.
    """
    for script in document.css("script"):
        text = script.text()
        if len(text) <= MAX_SCRIPT and any(mark in text for mark in marks):
            yield from _read(text, marks)


_TOKEN = re.compile(
    r"""(?P<skip>//[^\n]*|/\*(?:.*?\*/|.*)
        |(?:(?<=[=(,:\[!&|?])|(?<=[=(,:\[!&|?]\ ))/(?:\\.|\[(?:\\.|[^\]\\\n])*+\]|[^/\\\n\[])++/[a-z]*)
    |(?P<text>"(?:\\.|[^"\\\n])*+"?|'(?:\\.|[^'\\\n])*+'?|`(?:\\.|[^`\\])*+`?)
    |(?P<name>[A-Za-z_$][\w$]*(?:\??\.[A-Za-z_$][\w$]*)*)
    |(?P<number>-?[0-9][0-9.]*)
    |(?P<mark>=>|[=!]==?|[-+*/<>&|?]=?|[{}()\[\],:;=])""",
    re.DOTALL | re.VERBOSE,
)


@dataclass(slots=True)
class _Open:
    """A bracket that is not closed yet; ``member`` is the name whose value is being read."""

    given: Given | None
    member: str | None = None
    value: list[tuple[str, str]] = field(default_factory=list)
    start: int = 0
    function: str = ""
    """The function whose arguments the bracket holds."""

    def close_member(self, text: str, end: int) -> None:
        if self.given is not None and self.member is not None:
            literal = self.given.members[self.member] = _literal(self.value)
            if literal is None:
                self.given.code[self.member] = text[self.start : min(end, self.start + MAX_CODE)].strip()
        self.member, self.value = None, []


def _read(text: str, marks: tuple[str, ...], *, is_inner: bool = False) -> Iterator[Given]:
    found: list[Given] = []
    assigned: dict[str, Given] = {}
    inner: list[str] = []
    opened = [_Open(None)]
    before: list[tuple[str, str]] = []
    for match in _TOKEN.finditer(text):
        kind, word = str(match.lastgroup), match[0]
        if kind == "skip":
            continue
        if kind == "text" and not is_inner and any(mark in word for mark in marks) and "{" in word:
            inner.append(unquoted(word))
        top = opened[-1]
        if kind == "mark" and word in "{[(":
            if len(opened) == MAX_DEPTH:
                break
            top.value.append((kind, word))
            opened.append(_opened(word, before, top))
        elif kind == "mark" and word in "}])":
            top.close_member(text, match.start())
            if top.given is not None and top.given.members:
                found.append(top.given)
            if len(opened) > 1:
                opened.pop()
        elif word in (",", ";"):
            _assign(before, assigned)
            top.close_member(text, match.start())
        elif word == ":" and top.member is None and before and before[-1][0] in ("text", "name", "number"):
            top.member, top.value, top.start = unquoted(before[-1][1]), [], match.end()
        else:
            top.value.append((kind, word))
        if word in (")", "}") or (kind == "name" and before and before[-1][0] in ("text", "number")):
            _assign(before, assigned)
        before.append((kind, word))
        del before[:-8]
    _assign(before, assigned)
    yield from found
    yield from assigned.values()
    for piece in inner:
        yield from _read(piece, marks, is_inner=True)


def _opened(word: str, before: list[tuple[str, str]], above: _Open) -> _Open:
    """A bracket; an object behind other arguments that hold brackets is given to the function all the same."""
    name = _called(before)
    if word == "{":
        return _Open(Given(above.function if name == ")" and above.function else name))
    return _Open(None, function=name if word == "(" and _NAME.fullmatch(name) else "")


def _called(before: list[tuple[str, str]]) -> str:
    """The name of an object by what stands before its bracket: ``name =``, ``name:``, ``name(``, ``name(x,``."""
    words = [word for _, word in before]
    while (words and words[-1] in _BEFORE) or (len(words) > 1 and words[-2] in ("(", ",")):
        if words.pop() in ("=", ":"):
            break
    return unquoted(words[-1]).rpartition(".")[2] if words else ""


_BEFORE: Final = frozenset("=:(,{")
_NAME = re.compile(r"[A-Za-z_$][\w$]*")


def _assign(before: list[tuple[str, str]], assigned: dict[str, Given]) -> None:
    """Keep ``name.member = literal`` or ``name.setAttribute("member", literal)`` that ends here."""
    kinds, words = [kind for kind, _ in before], [word for _, word in before]
    if words[-2:-1] == ["="] and kinds[-3:-2] == ["name"]:
        owner, _, member = words[-3].rpartition(".")
        if owner.endswith(".dataset"):
            owner = owner.removesuffix(".dataset")
            member = "data-" + re.sub(r"[A-Z]", lambda letter: f"-{letter[0].lower()}", member)
        value = [before[-1]]
    elif words[-2:-1] == [","] and words[-4:-3] == ["("] and words[-5:-4] and words[-5].endswith(".setAttribute"):
        owner, member, value = words[-5].removesuffix(".setAttribute"), unquoted(words[-3]), [before[-1]]
    else:
        return
    if owner and member:
        assigned.setdefault(owner, Given(owner)).members[member] = _literal(value)


def _literal(value: list[tuple[str, str]]) -> str | None:
    if len(value) != 1 or value[0][0] not in ("text", "number"):
        return None
    word = value[0][1]
    return None if word[0] == "`" and "${" in word else unquoted(word)


_ESCAPE = re.compile(r"\\(?:u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|(\r\n|.))", re.DOTALL)
_NAMED: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": "", "\r\n": ""}


def unquoted(word: str) -> str:
    """A text without its quotes and escapes; anything else as it is."""
    if not word or word[0] not in "\"'`":
        return word
    return unescaped(word[1:-1] if len(word) > 1 and word[-1] == word[0] else word[1:])


def unescaped(body: str) -> str:
    """What stands between the quotes of a JavaScript string, read (ECMA-262 12.9.4)."""
    return _ESCAPE.sub(_escape, body).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _escape(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3]
    if code is None:
        return _NAMED.get(match[4], match[4])
    number = int(code, 16)
    return chr(number) if number <= 0x10FFFF else "\ufffd"
