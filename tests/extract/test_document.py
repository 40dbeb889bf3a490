"""Bytes to tree: encodings however labelled, bodies that are no page, hostile markup, links."""

from __future__ import annotations

import gzip
import re
import time
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.extract import nesting
from crawler.extract.document import LONG, MAX_INFLATED, Document, NotHtmlError, decode
from crawler.extract.nesting import bounded
from crawler.extract.text import text_of

SAMPLES = {
    "windows-1251": (
        "ru",
        "Вчера в городе открылась библиотека. Читатели говорят, что мест хватит всем. Мне кажется, это хорошая новость.",
    ),
    "koi8-r": ("ru", "Спасибо за статью, очень подробно и понятно. Жду продолжения, особенно про старые поезда."),
    "gbk": (
        "zh",
        "昨天市里新开了一家图书馆，读者都说地方很大，书也很多。我觉得这对我们这个地区来说是一个好消息，希望大家都去看看。",
    ),
    "big5": (
        "zh-TW",
        "昨天市裡新開了一家圖書館，讀者都說地方很大，書也很多。我覺得這對我們這個地區來說是一個好消息，希望大家都去看看。",
    ),
    "shift_jis": (
        "ja",
        "きのう町に新しい図書館ができました。席も多く、本も無料で借りられるそうです。この地域にとって良い知らせだと思います。",
    ),
    "euc-jp": (
        "ja",
        "きのう町に新しい図書館ができました。席も多く、本も無料で借りられるそうです。この地域にとって良い知らせだと思います。",
    ),
    "euc-kr": (
        "ko",
        "어제 우리 동네에 새 도서관이 문을 열었습니다. 자리도 많고 책도 무료로 빌릴 수 있다고 하니 정말 좋은 소식입니다.",
    ),
    "iso-8859-2": ("pl", "Wczoraj w mieście otwarto nową bibliotekę. Książki będą za darmo, miejsc też wystarczy, świetna wieść."),
    "windows-1250": ("cs", "Včera ve městě otevřeli novou knihovnu. Knihy půjčují zdarma a židlí je dost, to je skvělá zpráva."),
    "iso-8859-1": (
        "fr",
        "Hier, une bibliothèque a été inaugurée près de la gare. Les livres seront prêtés à tous, même aux étrangers.",
    ),
    "windows-1252": ("de", "Gestern wurde eine Bücherei eröffnet. Natürlich fürs Viertel schön, aber größer wäre besser gewesen – für alle."),
    "windows-1253": ("el", "Χθες άνοιξε στην πόλη μια νέα βιβλιοθήκη. Οι αναγνώστες λένε ότι τα βιβλία θα δίνονται δωρεάν σε όλους."),
    "windows-1255": ("he", "אתמול נפתחה בעיר ספרייה חדשה. הקוראים אומרים שיש מקום לכולם והספרים מושאלים בחינם."),
    "windows-1256": ("ar", "افتتحت أمس في المدينة مكتبة جديدة، ويقول القراء إن الكتب ستكون مجانية للجميع وهذا خبر جيد."),
    "windows-1254": ("tr", "Dün şehirde yeni bir kütüphane açıldı. Kitaplar ücretsiz verilecekmiş, bölgemiz için iyi bir haber, değil mi?"),
    "tis-620": ("th", "เมื่อวานนี้มีห้องสมุดใหม่เปิดในเมือง ผู้อ่านบอกว่าหนังสือมีมากและยืมได้ฟรี เป็นข่าวดีของเรา"),
    "utf-8": ("fr", "Hier, une bibliothèque a été inaugurée près de la gare. Les livres seront prêtés à tous, même aux étrangers."),
}
"""Encoding to language and a text in it."""

WRONG = {
    "windows-1251": ["iso-8859-1", "windows-1252", "utf-8", "gbk"],
    "koi8-r": ["iso-8859-1", "windows-1251", "utf-8"],
    "gbk": ["iso-8859-1", "utf-8", "big5", "shift_jis"],
    "big5": ["iso-8859-1", "utf-8", "gb2312"],
    "shift_jis": ["iso-8859-1", "windows-1252", "utf-8", "gbk"],
    "euc-jp": ["iso-8859-1", "utf-8", "shift_jis"],
    "euc-kr": ["iso-8859-1", "utf-8", "windows-1252"],
    "iso-8859-2": ["iso-8859-1", "utf-8"],
    "windows-1250": ["iso-8859-1", "utf-8"],
    "iso-8859-1": ["utf-8", "gbk", "windows-1251", "shift_jis"],
    "windows-1252": ["utf-8", "euc-kr"],
    "utf-8": ["iso-8859-1", "windows-1252", "windows-1251", "gbk", "shift_jis", "euc-kr", "iso-8859-2"],
}


def page(text: str, *, label: str = "", language: str = "", encoding: str) -> bytes:
    meta = f'<meta charset="{label}">' if label else ""
    lang = f' lang="{language}"' if language else ""
    return f"<!doctype html><html{lang}><head>{meta}<title>t</title><body><p>{text}</p>".encode(encoding)


@pytest.mark.parametrize("encoding", SAMPLES)
@pytest.mark.parametrize("place", ["header", "meta", "pragma"])
def test_a_right_label_is_believed_wherever_it_stands(encoding: str, place: str) -> None:
    text = SAMPLES[encoding][1]
    head = {
        "header": "",
        "meta": f"<meta charset='{encoding}'>",
        "pragma": f'<META http-equiv="Content-Type" content="text/html; charset={encoding}">',
    }[place]
    body = f"<html><head>{head}</head><body><p>{text}</p>".encode(encoding)
    assert text in decode(body, f"text/html; charset={encoding}" if place == "header" else "text/html")[1]


@pytest.mark.parametrize("encoding", SAMPLES)
def test_a_page_without_a_label_is_read_by_statistics_and_its_language(encoding: str) -> None:
    language, text = SAMPLES[encoding]
    assert text in decode(page(text, language=language, encoding=encoding))[1]


@pytest.mark.parametrize("encoding", [name for name in SAMPLES if name not in ("windows-1250", "windows-1254", "iso-8859-2")])
def test_a_page_without_label_and_language_is_read_by_statistics(encoding: str) -> None:
    text = SAMPLES[encoding][1]
    assert text in decode(page(text, encoding=encoding))[1]


@pytest.mark.parametrize(("encoding", "label"), [(name, label) for name, labels in WRONG.items() for label in labels])
@pytest.mark.parametrize("with_language", [True, False])
def test_a_wrong_label_is_found_out(encoding: str, label: str, with_language: bool) -> None:
    language, text = SAMPLES[encoding]
    if not with_language and encoding in ("iso-8859-2", "windows-1250"):
        language = "en"
    body = page(text, label=label, language=language if with_language else "", encoding=encoding)
    if not with_language and encoding in ("iso-8859-2", "windows-1250"):
        assert "\ufffd" not in decode(body)[1]
        return
    assert text in decode(body, f"text/html; charset={label}")[1]


@pytest.mark.parametrize("encoding", SAMPLES)
def test_a_page_cut_within_a_character_keeps_its_encoding(encoding: str) -> None:
    text = SAMPLES[encoding][1]
    body = f"<meta charset={encoding}><p>{text}".encode(encoding)
    assert text[:-3] in decode(body[:-1])[1]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-32"])
def test_marks_and_sixteen_bit_texts_are_recognised(encoding: str) -> None:
    text = SAMPLES["gbk"][1]
    _, decoded = decode(f"<html><head><title>x</title><p>{text}".encode(encoding))
    assert text in decoded
    assert not decoded.startswith("\ufeff")


def test_a_page_that_names_utf16_in_ascii_letters_is_utf8() -> None:
    assert decode('<meta charset="utf-16"><p>déjà vu, là-bas'.encode())[0] == "utf-8"


def test_a_label_behind_the_first_kilobytes_counts() -> None:
    text = SAMPLES["windows-1251"][1]
    body = f"<head><!-- {'x' * 9000} --><meta charset=windows-1251><p>Да, {text[:20]}".encode("cp1251")
    assert "Да" in decode(body)[1]


@pytest.mark.parametrize("label", ["x-user-defined", "utf-7", "punycode", "unicode_escape", "rot13", "zip", "idna", "", "…", "klingon"])
def test_labels_that_are_no_encoding_of_the_web_are_refused(label: str) -> None:
    name, text = decode(page("café à la crème, déjà vu", label=label, encoding="utf-8"), f"text/html; charset={label}")
    assert (name, "café à la crème" in text) == ("utf-8", True)


@pytest.mark.parametrize("label", ["utf-7", "punycode", "unicode_escape", "rot13", "zip", "idna", "utf-16", "unicode"])
def test_such_labels_do_not_touch_other_encodings_either(label: str) -> None:
    language, text = SAMPLES["windows-1251"]
    assert text in decode(page(text, label=label, language=language, encoding="windows-1251"))[1]


def test_a_few_broken_bytes_do_not_change_the_encoding() -> None:
    text = SAMPLES["windows-1251"][1]
    body = page(text * 4, label="utf-8", encoding="utf-8") + b"\xff\xfe\xd0"
    name, decoded = decode(body)
    assert name == "utf-8"
    assert text in decoded


def test_replacement_characters_that_the_page_itself_holds_do_not_speak_against_utf8() -> None:
    assert decode("<meta charset=utf-8><p>it\ufffd\ufffds so".encode())[0] == "utf-8"


def test_seven_bit_japanese_is_read_by_its_escapes() -> None:
    text = SAMPLES["shift_jis"][1]
    assert text in decode(page(text, encoding="iso2022_jp"))[1]


@given(st.binary(max_size=400), st.sampled_from(["", "utf-8", "gbk", "shift_jis", "windows-1251", "utf-16", "x\x00y"]))
def test_any_bytes_decode(body: bytes, label: str) -> None:
    name, text = decode(body, f"text/html; charset={label}")
    assert name
    assert isinstance(text, str)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=200))
def test_utf8_is_always_read_as_utf8(text: str) -> None:
    assert decode(f"<meta charset=utf-8><p>{text}".encode())[1].endswith(text)


# -- bodies that are no page ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"", "empty"),
        (b" \n\t ", "empty"),
        ("\ufeff \n".encode(), "empty"),
        (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
        (b"\x89PNG\r\n\x1a\n\0\0", "PNG"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "JPEG"),
        (b"GIF89a\1\0", "GIF"),
        (b"PK\x03\x04\x14\0", "ZIP"),
        (b"\0\0\0\x1cftypisom\0\0", "MP4"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "RIFF"),
        (b'{"error": "not found"}', "JSON"),
        (b'\xef\xbb\xbf [{"html": "<p>x</p>"}]', "JSON"),
        (b")]}'\n{\"a\": 1}", "JSON"),
        (b"function f() { return 1 }", "script"),
        (b"From: <Saved by a browser>\r\nSubject: News\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\r\n<p>x", "MHTML"),
        (b"\0\1\2\3\4\5\6\7" * 20, "binary"),
    ],
)
@pytest.mark.parametrize("mime", ["text/html; charset=utf-8", "", "application/xhtml+xml"])
def test_what_is_no_page_is_named(body: bytes, word: str, mime: str) -> None:
    with pytest.raises(NotHtmlError, match=word):
        Document(body, "https://example.org/", {"content-type": mime})


@pytest.mark.parametrize("body", [b"No such page.", "Gibt es nicht".encode("utf-16")])
def test_a_text_without_any_markup_is_no_page_but_may_be_an_answer(body: bytes) -> None:
    assert Document(body, "https://example.org/").text
    with pytest.raises(NotHtmlError, match="markup"):
        Document.of_page(body, "https://example.org/")


@pytest.mark.parametrize(
    "body",
    [
        b'<?xml version="1.0"?>\n<!-- made <b>here</b> -->\n<rss version="2.0"><channel><title>Latest',
        b'\xef\xbb\xbf<feed xmlns="http://www.w3.org/2005/Atom"><title>Latest',
        b'<?xml version="1.0"?><?xml-stylesheet href="s.xsl"?><urlset xmlns="http://www.sitemaps.org/"><url>',
        '<?xml version="1.0" encoding="utf-16"?><rss><channel><title>Latest'.encode("utf-16"),
    ],
)
@pytest.mark.parametrize("mime", ["text/html; charset=utf-8", "", "application/rss+xml"])
def test_a_feed_or_a_sitemap_is_no_page(body: bytes, mime: str) -> None:
    headers = {"content-type": mime}
    with pytest.raises(NotHtmlError, match="feed or a sitemap"):
        Document.of_page(body, "https://example.org/", headers)
    assert "<title>" in Document(body, "https://example.org/", headers).text or b"urlset" in body, "others read it"


@pytest.mark.parametrize("prolog", [b"", b'<?xml version="1.0"?>\n'])
def test_what_a_wiki_exports_as_xml_is_no_page(prolog: bytes) -> None:
    body = prolog + b'<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11"><page><title>Ferry</title>'
    with pytest.raises(NotHtmlError, match="mediawiki"):
        Document.of_page(body, "https://example.org/", {"content-type": "application/xml; charset=utf-8"})


@pytest.mark.parametrize("root", [b'<html lang="en" xmlns="http://www.w3.org/1999/xhtml">', b'<html xmlns="http://www.w3.org/TR/REC-html40">', b'<div xmlns="http://www.w3.org/1999/xhtml">', b'<div class="a">'])
def test_markup_of_pages_is_one_whatever_namespace_it_names(root: bytes) -> None:
    assert Document.of_page(root + b"<p>Ferry", "https://example.org/").first("p").text() == "Ferry"


def test_a_page_with_the_prolog_of_xml_is_one() -> None:
    body = b'<?xml version="1.0"?><!-- x --><!DOCTYPE html><html><title>A</title><body>' + b"<!---->" * 120
    assert Document.of_page(body, "https://example.org/").first("title").text() == "A"


@pytest.mark.parametrize("mime", ["image/png", "application/json", "video/mp4", "text/css"])
def test_another_type_without_a_tag_is_refused_by_its_name(mime: str) -> None:
    with pytest.raises(NotHtmlError, match=mime):
        Document(b"hello", "https://example.org/", {"content-type": mime})


@pytest.mark.parametrize("mime", ["text/plain", "application/json", "image/gif", "application/octet-stream", "nonsense"])
def test_a_page_under_a_wrong_type_is_read(mime: str) -> None:
    document = Document(b"<!doctype html><title>x</title>", "https://example.org/", {"content-type": mime})
    assert document.first("title") is not None


@pytest.mark.parametrize("body", [b"just words", b"[1] see <a href=/>here</a>", b"Notice: x in y.php\n<html><p>hi", b"<?xml version='1.0'?><html/>"])
def test_sloppy_pages_are_pages(body: bytes) -> None:
    assert Document(body, "https://example.org/").root.tag == "html"


@pytest.mark.parametrize("times", [1, 2])
def test_a_body_that_is_still_compressed_is_inflated(times: int) -> None:
    body = b"<p>hello"
    for _ in range(times):
        body = gzip.compress(body)
    assert "hello" in Document(body, "https://example.org/").text


def test_a_cut_gzip_body_gives_what_is_there_and_a_broken_one_is_named() -> None:
    body = gzip.compress(b"<p>hello " + bytes(range(256)) * 40)
    assert "hello" in Document(body[: len(body) // 2], "https://example.org/").text
    with pytest.raises(NotHtmlError, match="gzip"):
        Document(b"\x1f\x8b\x08\x00broken beyond repair", "https://example.org/")


def test_a_compression_bomb_is_refused() -> None:
    packer = zlib.compressobj(wbits=31)
    body = b"".join(packer.compress(bytes(1 << 20)) for _ in range(MAX_INFLATED // (1 << 20) + 1)) + packer.flush()
    with pytest.raises(NotHtmlError, match="more than"):
        Document(body, "https://example.org/")


def test_text_that_is_already_decoded_is_taken_as_it_is() -> None:
    document = Document("<p>a\ud800b", "https://example.org/")
    assert text_of(document.root) == "a\ufffdb"


# -- hostile markup -------------------------------------------------------------------------------

HOSTILE = {
    "div": lambda size: "<div>" * size + "end",
    "list": lambda size: "<ul><li>" * (size // 2) + "end",
    "scopes": lambda size: "<div><marquee></div></div>" * (size // 4) + "end",
    "formatting": lambda size: "".join(f"<font color={n}><p>" for n in range(size // 2)) + "end",
    "attributes": lambda size: "<div " + " ".join(f"a{n}=1" for n in range(size)) + ">end",
    "quoted attributes": lambda size: "<div a='>' b='<' " + " ".join(f"a{n}" for n in range(size)) + ">end",
    "unclosed comment": lambda size: "end" + "<!-- " * size,
    "unclosed quote": lambda size: "<p>end</p>" + "<a b='" * size,
    "closers": lambda size: "<div>" * (size // 2) + "</span></p>" * (size // 2) + "end",
    "hidden end tags": lambda size: "".join(f"<font a{n} b='></font>'><p>" for n in range(size // 2)) + "end",
    "hidden in quotes": lambda size: "".join(f'<font a{n} b="></font>"><p>' for n in range(size // 2)) + "end",
    "hidden in a link": lambda size: "".join(f'<font a{n}><a b="></a></font>"><p>' for n in range(size // 2)) + "end",
    "hidden by a name": lambda size: "".join(f'<font ="a="></font>" c{n}><p>' for n in range(size // 2)) + "end",
}


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("size", [9_000, 40_000])
def test_monstrous_markup_is_read_in_bounded_time_with_its_text(kind: str, size: int) -> None:
    started = time.process_time()
    document = Document(HOSTILE[kind](size).encode(), "https://example.org/")
    assert "end" in text_of(document.root)
    assert time.process_time() - started < 5


def test_ten_thousand_levels_are_kept_as_they_are() -> None:
    body = "<div>" * 9_990 + "x"
    assert bounded(body) is body


def test_markup_that_is_too_deep_keeps_text_scripts_and_comments() -> None:
    inside = "<script>if (a<div) { x = '<div>' }</script><!-- <div> --><p>kept</p>"
    text = bounded("<div>" * 60_000 + inside + "</div>" * 60_000 + "<p id=after>after</p>")
    assert inside in text
    document = Document(text, "https://example.org/")
    after = document.first("#after")
    assert after is not None
    assert after.parent is not None
    assert after.parent.tag == "body"


def test_the_end_tags_of_what_was_too_deep_close_nothing_else() -> None:
    deep = "<div>" * 60_000 + "x" + "</div>" * 60_000
    document = Document(f"<div id=outer>{deep}<p id=inner>y</p></div>", "https://example.org/")
    inner = document.first("#inner")
    assert inner is not None
    assert inner.parent is not None
    assert inner.parent.attributes == {"id": "outer"}


def test_a_large_ordinary_page_is_not_touched() -> None:
    body = "<ul>" + "<li><p>one <b class=x>two</b><br>three" * 20_000 + "</ul>"
    assert bounded(body) is body


def test_counts_alone_show_that_a_long_thread_is_cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    comment = '<li><div><b class="fn"><a href="/u/7" rel="ugc">Ann</a></b> <i class="on">today</i> <p>%s</p></div></li>'
    body = "<ol>" + comment % ("what she says " * 90) * 1_000 + "</ol>"
    monkeypatch.setattr("crawler.extract.nesting._Bounds", None)
    monkeypatch.setattr("crawler.extract.nesting._TOKEN", None)
    assert len(body) > 1_000_000
    assert bounded(body) is body


def test_links_behind_many_anchors_that_are_never_closed_are_kept() -> None:
    body = "".join(f"<a name=m{n}><p>one<br>two</p>" for n in range(3_000)) + "<a href=/next>next</a>"
    assert bounded(body) is body


@pytest.mark.parametrize("kind", ["hidden end tags", "hidden in quotes", "hidden in a link", "hidden by a name"])
def test_an_end_tag_in_an_attribute_closes_no_formatting_element(kind: str) -> None:
    body = HOSTILE[kind](20_000)
    assert bounded(body) != body


@given(st.text("=\"'/ ab>\t\n\x0b\xa0", max_size=30))
@settings(max_examples=500)
def test_a_tag_ends_where_it_ends_for_the_parser(attributes: str) -> None:
    markup = f"<x-y {attributes}><x-z>end"
    tag = next(nesting._TOKEN.finditer(markup))
    parsed = Document(markup, "https://example.org/").first("x-y")
    if parsed is None:  # a quotation mark that nothing closes: the parser leaves out the rest, the model reads on
        return
    behind = markup[tag.end() + 1 :]
    assert text_of(parsed).split() == re.sub("<x-z>", "", behind).split()


def test_fifty_megabytes_are_read_in_a_few_seconds() -> None:
    body = b"<p>" + b"many words of plain text in one paragraph " * 1_250_000
    started = time.process_time()
    assert len(Document(body, "https://example.org/").text) > 50_000_000
    assert time.process_time() - started < 8


@pytest.mark.parametrize("body", ["<p>text <a hre", "<p>text<!-- ", "<p>text<script>var a", "<p>text<div class='", "<p>text<table><tr><td>"])
def test_truncated_markup_keeps_its_text(body: str) -> None:
    assert text_of(Document(body, "https://example.org/").root).startswith("text")


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251", None])
@pytest.mark.parametrize("tags", ["<p>", "<b><i a=1>"])
def test_the_text_of_a_long_page_is_the_same_whether_or_not_it_is_kept(encoding, tags):
    written = f"<meta charset={encoding or 'utf-8'}>" + f"{tags}Хорошая новость для всех жителей" * (LONG // 40)
    document = Document(written.encode(encoding) if encoding else written, "https://example.org/")
    assert document.text == written
    assert document.is_cut == (tags != "<p>")


@settings(max_examples=60)
@given(st.text(alphabet="<>/ab'\"= !-p", max_size=80))
def test_any_markup_parses(markup: str) -> None:
    assert Document("x" + markup, "https://example.org/").root.tag == "html"


# -- links ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("/a", "https://example.org/a"),
        ("b?c=1", "https://example.org/dir/b?c=1"),
        ("?x", "https://example.org/dir/page?x"),
        ("//cdn.example.net/x", "https://cdn.example.net/x"),
        ("  /a b\n ", "https://example.org/a b"),
        ("/a\tb", "https://example.org/ab"),
        ("\\\\example.net\\x", "https://example.net/x"),
        ("https:\\\\example.net\\x?a\\b", "https://example.net/x?a\\b"),
        ("HTTPS://Example.NET/", "https://Example.NET/"),
        ("http:example.net", "http://example.net"),
        ("https:other", "https://example.org/dir/other"),
        ("https://example.net:8080/", "https://example.net:8080/"),
        ("https://example.net:99999/", None),
        ("https://example.net:port/", None),
        ("https://exa mple.net/", None),
        ("https://[::1/", None),
        ("https://", None),
        ("https:///", None),
        ("javascript:alert(1)", None),
        (" JaVaScRiPt:alert(1)", None),
        ("java\nscript:alert(1)", None),
        ("data:text/html,x", None),
        ("mailto:a@example.org", None),
        ("about:blank", None),
        ("", None),
        (None, None),
        ("   ", None),
        ("x" * 70_000, None),
    ],
)
def test_links_are_read_as_browsers_do(href: str | None, expected: str | None) -> None:
    assert Document("<p>", "https://example.org/dir/page").link(href) == expected


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("https://example.net/x/", "https://example.net/x/y"),
        ("/z/", "https://example.org/z/y"),
        ("javascript:1", "https://example.org/dir/y"),
        ("data:,", "https://example.org/dir/y"),
        ("", "https://example.org/dir/y"),
        ("http://[", "https://example.org/dir/y"),
        ("//", "https://example.org/dir/y"),
    ],
)
def test_a_hostile_base_does_not_lead_links_away(base: str, expected: str) -> None:
    assert Document(f'<base href="{base}"><p>', "https://example.org/dir/page").link("y") == expected


@given(st.text(max_size=60))
def test_no_link_raises(href: str) -> None:
    link = Document("<p>", "https://example.org/").link(href)
    assert link is None or link.startswith(("http://", "https://"))


PIECES = ["http://", "https://", "HTTP://", "example.org", ":8080", ":59999", ":65535", ":70000", ":080", "a-b.example.com", "127.0.0.1", "/", "//", "/a", "/b.html", ".", "..", "/./", "/../", "?", "?x=1", "&y=%20", "#", "#c", ";p", "%zz", ":", "@", "~", " ", "é", "[", "'", "0", "x:y", "_"]
BASES = ["https://example.org/a/b?x#y", "http://example.org", "https://example.org:8080/x", "https://example.org?x/y", "http://example.org/p;q?z"]


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=7).map("".join), st.sampled_from(["", "/", "https://example.org"]), st.sampled_from(BASES))
def test_a_plain_address_resolves_like_any_other(href: str, before: str, base: str) -> None:
    document = Document("<p>x", base)
    resolved = document.link(before + href)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("crawler.extract.document._PLAIN_URL", re.compile(r"(?!)"))
        assert resolved == document.link(before + href)


def test_a_utf8_page_is_parsed_as_it_came() -> None:
    body = "<!doctype html><title>Grüße 🙂</title><p>\u2028x".encode()
    assert Document(body, "https://example.org/").tree.html == Document(body.decode(), "https://example.org/").tree.html


@pytest.mark.parametrize("before", [0, 1, 16_383, 16_384, 20_000, 40_000])
def test_a_long_tag_is_found_wherever_it_stands(before: int) -> None:
    attributes = " ".join(f"a{number}=1" for number in range(6_000))
    document = Document("<p>" * 2 + "x" * before + f"<i {attributes}>y</i>", "https://example.org/")
    assert document.is_cut
    assert len(document.css("i")) == 1
