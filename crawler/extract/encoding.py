"""Text of a page's bytes, whatever its label says about the encoding."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Final

from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom

SAMPLE_BYTES: Final = 65_536
"""How much text outside ASCII statistics look at, bytes."""

LABEL_BYTES: Final = 65_536
"""How far into a page its own label is looked for; the HTML standard asks for 1,024, pages put it later."""

FEW: Final = 8
"""Fewer characters outside ASCII than this say nothing about an encoding."""

_LATIN: Final = (
    "cp1252", "cp1250", "cp1254", "cp1257", "cp1258", "iso8859-2", "iso8859-3", "iso8859-4", "iso8859-10", "iso8859-13",
    "iso8859-14", "iso8859-15", "iso8859-16", "mac-roman",
)  # fmt: skip
_SCRIPTS: Final[dict[str, str]] = {
    **dict.fromkeys(("cp1251", "koi8-r", "koi8-u", "iso8859-5", "cp866", "mac-cyrillic"), "оеаинтсрвл"),
    **dict.fromkeys(("cp1253", "iso8859-7"), "αοιετσνηυρ"),
    **dict.fromkeys(("cp1255", "iso8859-8"), "יוהלאמרבתש"),
    **dict.fromkeys(("cp1256", "iso8859-6"), "ايلمنوتربه"),
    "cp874": "านรอกเงมยล",
}
"""Encodings of other alphabets and the ten letters most used in their texts."""

_RARE: Final = frozenset({"cp866", "iso8859-5", "mac-cyrillic"})
"""Encodings that a page on the web hardly ever has without saying so."""

_ZH_HANS: Final = "的一是不了在人有我他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可"
_ZH_HANT: Final = "的一是不了在人有我他這中大來上國個到說們為子和你地出道也時年得就那要下以生會自著去之過家學對可"
_KANA: Final = "".join(map(chr, range(0x3041, 0x30FD)))
_KO: Final = "이다는의에을가고하지은도로를한사기자니서인어나게들있그대리해것시수보적과정아만부"
_WIDE: Final[dict[str, tuple[str, tuple[tuple[int, int], ...]]]] = {
    "gb18030": (_ZH_HANS, ((0xB0A1, 0xD7F9),)),
    "big5hkscs": (_ZH_HANT, ((0xA440, 0xC67E),)),
    "cp932": (_KANA, ((0x829F, 0x82F1), (0x8340, 0x8396), (0x889F, 0x9872))),
    "euc_jp": (_KANA, ((0xA4A1, 0xA4F3), (0xA5A1, 0xA5F6), (0xB0A1, 0xCFD3))),
    "cp949": (_KO, ((0xB0A1, 0xC8FE),)),
}
"""Encodings of two bytes a character: what is used most, and the codes of what is in daily use at all
(GB 2312 level 1, Big5 level 1, kana and JIS X 0208 level 1, the Hangul of KS X 1001)."""

_LANGUAGE_CODECS: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(("bs", "cs", "hr", "hu", "pl", "ro", "sk", "sl", "sq"), ("cp1250", "iso8859-2")),
    **dict.fromkeys(("et", "lt", "lv"), ("cp1257", "iso8859-13")),
    **dict.fromkeys(("az", "tr"), ("cp1254",)),
    **dict.fromkeys(
        ("be", "bg", "kk", "mk", "ru", "sr", "uk"),
        ("cp1251", "koi8-r", "koi8-u", "iso8859-5", "cp866")
    ),
    "ar": ("cp1256", "iso8859-6"), "fa": ("cp1256",), "el": ("cp1253", "iso8859-7"),
    "he": ("cp1255", "iso8859-8"),
    "ja": ("cp932", "euc_jp"), "ko": ("cp949",), "th": ("cp874",), "vi": ("cp1258",), "zh": ("gb18030", "big5hkscs"),
}  # fmt: skip
"""What pages of a language were written in before UTF-8."""

_LATIN_LETTERS: Final[dict[str, str]] = {
    "cp1252": "àáâãäåæçèéêëìíîïñòóôõöøùúûüýÿœšžßÀÁÂÃÄÅÆÇÈÉÊËÍÎÏÑÓÔÕÖØÙÚÛÜÝŒŠŽðþÞ",
    "cp1250": "ąćęłńóśźżáčďéěíňřšťúůýžľĺŕôäőűöüăâîşţđëßĄĆĘŁŃÓŚŹŻÁČĎÉĚÍŇŘŠŤÚŮÝŽĽÔÄŐŰÖÜĂÂÎŞŢĐ",
    "cp1254": "çğıöşüâîûÇĞİÖŞÜéè",
    "cp1257": "āčēģīķļņšūžąęėįųõäöüĀČĒĢĪĶĻŅŠŪŽĄĘĖĮŲÕÄÖÜ",
}
_LATIN_LETTERS_OF: Final = {"iso8859-2": "cp1250", "iso8859-13": "cp1257"}

_ALIASES: Final = {
    "iso-8859-8-i": "iso8859-8", "logical": "iso8859-8", "x-gbk": "gb18030", "x-user-defined": "cp1252",
    "x-mac-cyrillic": "mac-cyrillic", "x-x-big5": "big5hkscs", "utf-8n": "utf-8",
}  # fmt: skip
"""Labels of the WHATWG Encoding standard that Python does not know."""

_KNOWN: Final = frozenset({"utf-8", "iso2022_jp", *_LATIN, *_SCRIPTS, *_WIDE})
"""Other labels are refused: Python's codecs include ``utf-7``, ``punycode`` and ``unicode_escape``. UTF-16 shows itself
by its zero bytes; a page that names it in ASCII letters is not written in it (HTML 13.2.3.2)."""

_HIGH = re.compile(rb"[\x80-\xff]")
_TEXTS = re.compile(rb"(?:\A|>)([^<]*[\x80-\xff][^<]*)")
_META = re.compile(rb"<meta[^<>]{0,2000}charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_LANGUAGE = re.compile(rb"<html[^<>]{0,2000}?\slang\s*=\s*[\"']?([a-z]{2,3})", re.IGNORECASE)


def decode(body: bytes, content_type: str = "") -> tuple[str, str]:
    """Encoding and text of an HTML answer.

    Order: byte order mark; UTF-8 where the bytes are UTF-8 (other texts hardly ever are by chance); the header's label,
    then the page's own, each as long as the text it gives looks like one; statistics with the page's language. Bytes
    that fit nowhere become U+FFFD, never an error.

    :param content_type: value of the ``Content-Type`` header
    :return: name of the codec, text without byte order mark
    """
    text = utf8_text(body, content_type)
    if text is not None:
        return "utf-8", text
    bom, mark = read_bom(body)
    if bom:
        return bom, body[len(mark or b"") :].decode(bom, "replace")
    labels = list(_labels(body, content_type))
    if _is_utf16(body):
        name = "utf-16-be" if body[:1] == b"\0" else "utf-16-le"
        return name, body.decode(name, "replace")
    if body.isascii():
        if b"\x1b$" in body:
            return "iso2022_jp", body.decode("iso2022_jp", "replace")
        return labels[0] if labels else "utf-8", body.decode("ascii")
    text = body.decode("utf-8", "replace")
    if _is_utf8(body, text, labels):
        return "utf-8", text
    stated = _LANGUAGE.search(body, 0, LABEL_BYTES)
    usual = _LANGUAGE_CODECS.get(stated[1].decode("ascii").lower(), ()) if stated else ()
    for name in labels:
        if name == "cp1252" and usual:
            continue  # the label of those who never thought about it, on a page whose language needs another
        text = body.decode(name, "replace")
        if is_plausible(text, name):
            return name, text
    name = _guess(body, labels, usual)
    return name, body.decode(name, "replace")


def utf8_text(body: bytes, content_type: str) -> str | None:
    """The text of bytes that are UTF-8 without a doubt and without a byte order mark, else None; for ASCII too."""
    if body.isascii() or read_bom(body)[0] or _is_utf16(body):
        return None
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return text if next(_labels(body, content_type), None) not in _WIDE else None


def _labels(body: bytes, content_type: str) -> Iterator[str]:
    """What the header and the page say, known encodings only, each once."""
    seen: set[str] = set()
    for label in _stated(body, content_type):
        name = codecs.lookup(label).name if label else None
        if name in _KNOWN and name not in seen:
            seen.add(name)
            yield name


def _stated(body: bytes, content_type: str) -> Iterator[str | None]:
    yield http_content_type_encoding(content_type) or _alias(content_type.rpartition("charset=")[2])
    yield html_body_declared_encoding(body)
    late = _META.search(body, 0, LABEL_BYTES)
    if late:
        yield _alias(late[1].decode("ascii")) or html_body_declared_encoding(b"<meta charset=" + late[1] + b">")


def _alias(label: str) -> str | None:
    return _ALIASES.get(label.strip(" \"';").lower())


def _is_utf16(body: bytes) -> bool:
    """Every second byte of the markup at the beginning is zero."""
    head = body[:32]
    return len(head) >= 4 and (not any(head[0::2]) or not any(head[1::2])) and any(head)


def _is_utf8(body: bytes, text: str, labels: list[str]) -> bool:
    stated = body.count(b"\xef\xbf\xbd")  # what an earlier program could not read
    broken = text.count("\ufffd") - stated
    sequences = len(text) - len(_HIGH.sub(b"", body)) - broken
    if broken == 0:
        return sequences >= 3  # a label of another make stands before them, see utf8_text
    return sequences >= 20 * broken or ("utf-8" in labels and sequences >= 3 * broken)


def is_plausible(text: str, name: str) -> bool:
    """Whether text looks as texts in this encoding do; with few characters outside ASCII always."""
    outside = [char for char in text if char > "\x7f"] if not text.isascii() else []
    if "\ufffd" in text and text.count("\ufffd") * 50 > len(outside) + 50:
        return False
    if len(outside) < FEW:
        return True
    if name in _WIDE:
        return _wide_score(text, name)[0] >= 0.6
    pairs = Counter(_kinds(text))
    if name in _SCRIPTS:
        letters = pairs["run"] + pairs["alone"]
        odd_case = pairs["odd case"] > letters / 10 or pairs["upper"] > 0.7 * max(letters, 50)
        return pairs["alone"] * 2 <= letters and not odd_case
    return pairs["run"] * 2 <= len(outside) and pairs["symbol in word"] * 10 <= len(outside)


_PAIRS = re.compile(r"[^\x00-\x7f]+")


def _kinds(text: str) -> list[str]:
    """What the characters outside ASCII are: in runs or alone among ASCII letters, in odd case, symbols in words."""
    found: list[str] = []
    for match in _PAIRS.finditer(text):
        run, start, end = match[0], match.start(), match.end()
        before, after = text[start - 1 : start], text[end : end + 1]
        if len(run) >= 2:
            found.extend(["run"] * sum(char > "\xa0" for char in run if char not in _PUNCTUATION))
            found.extend("odd case" for one, two in pairwise(run) if one.islower() and two.isupper())
            found.extend("upper" for char in run if char.isupper())
        elif run.isalpha():
            found.append("alone" if before.isalpha() or after.isalpha() else "run")
        if not run[0].isalpha() and run[0] not in _PUNCTUATION and before.islower() and after.islower():
            found.append("symbol in word")
    return found


_PUNCTUATION: Final = frozenset("\u00a0\u00ad·«»‘’‚“”„†‡•…–—‹›€§°¿¡")


@cache
def _common(name: str) -> frozenset[str]:
    """Characters in daily use that an encoding of two bytes has."""
    codes = (
        code.to_bytes(2, "big").decode(name, "ignore") for low, high in _WIDE[name][1] for code in range(low, high + 1)
    )
    return frozenset(char for char in codes if len(char) == 1 and char > "\u2fff")


def _wide_score(text: str, name: str) -> tuple[float, float]:
    """Shares of characters in daily use, and of the most used ones, among all that are not punctuation."""
    counts = Counter(char for char in text[: SAMPLE_BYTES * 4] if char > "\x7f" and char not in _WIDE_MARKS)
    total = sum(counts.values())
    if not total:
        return 0.0, 0.0
    common, most = _common(name), _WIDE[name][0]
    errors = counts["\ufffd"] / total
    return (
        sum(count for char, count in counts.items() if char in common) / total - 5 * errors,
        sum(count for char, count in counts.items() if char in most) / total,
    )


_WIDE_MARKS: Final = frozenset("…—“”·‘’") | frozenset(map(chr, (*range(0x3000, 0x3021), *range(0xFF00, 0xFF66))))


def _guess(body: bytes, labels: list[str], usual: tuple[str, ...]) -> str:
    """The encoding that statistics and the page's language point to."""
    parts: list[bytes] = []
    size = 0
    for match in _TEXTS.finditer(body):
        parts.append(match[1][:SAMPLE_BYTES])
        size += len(parts[-1])
        if size > SAMPLE_BYTES:
            break
    sample = b"\n".join(parts) or body[:SAMPLE_BYTES]
    if len(_HIGH.findall(sample)) < FEW:
        return next((name for name in (*usual, *labels) if name not in ("utf-8", *_WIDE)), "cp1252")
    scores = {name: _wide_score(sample.decode(name, "replace"), name) for name in _WIDE}
    wide = max(scores, key=lambda name: scores[name][0] + 2 * scores[name][1] + 0.3 * (name in usual))
    if scores[wide][0] >= 0.7 and (scores[wide][1] >= 0.05 or wide in usual):
        return wide
    ranking = {
        name: _narrow_score(sample, name) + 0.25 * (name in usual)
        for name in (*_SCRIPTS, *_LATIN_LETTERS, *_LATIN_LETTERS_OF)
    }
    ranking["cp1252"] += 0.1
    for name in labels:
        if name in ranking:
            ranking[name] += 0.05
    return max(ranking, key=lambda name: ranking[name])


def _narrow_score(sample: bytes, name: str) -> float:
    """How much of the text outside ASCII is what texts in a one-byte encoding hold, from below 0 to about 1."""
    text = sample.decode(name, "replace")
    outside = [char for char in text if char > "\x7f" and char not in _PUNCTUATION]
    if not outside:
        return 0.0
    kinds = Counter(_kinds(text))
    letters = _SCRIPTS.get(name)
    if letters is not None:
        usual = sum(char in letters for char in outside) / len(outside)
        fitting = (kinds["run"] - 2 * kinds["alone"] - 2 * kinds["odd case"]) / len(outside)
        symbols = sum(not char.isalpha() and unicodedata.category(char)[0] != "M" for char in outside) / len(outside)
        return usual + 0.5 * fitting - symbols - 0.5 * (kinds["upper"] / len(outside) > 0.6) - 0.1 * (name in _RARE)
    usual = sum(char in _LATIN_LETTERS.get(_LATIN_LETTERS_OF.get(name, name), "") for char in outside) / len(outside)
    return usual - (kinds["run"] + 3 * kinds["symbol in word"]) / len(outside)
