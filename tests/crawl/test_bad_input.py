"""Pages that are broken in every way that was met: one crawl over all of them, and each in its own words."""

from __future__ import annotations

import gzip
import os

import pytest
from loopback import HTML, Answer, LoopbackSite
from running import Place, page

from archive.schema import TABLES

PLAIN = {"Content-Type": "text/html"}
RUSSIAN = "Это комментарий о новостях, и он достаточно длинный, чтобы узнать кодировку по буквам."
CHINESE = "这是一条关于新闻的评论，它足够长，可以从字节中看出它的编码，我们希望一切正常。"
JAPANESE = "これはニュースについてのコメントです。文字コードが分かるように、少し長く書いておきます。"
BIG = "word " * 210_000


def labelled(number: int, text: str, encoding: str, label: str | None) -> Answer:
    html = page(number, 1, **{f"c{number}00": text})
    if label is not None:
        html = html.replace("<head>", f'<head><meta charset="{label}">')
    return Answer(html.encode(encoding), headers=PLAIN)


def html(number: int, comments: int = 1, text: str = "Text") -> Answer:
    return Answer(page(number, comments, **{f"c{number}00": text}), headers=HTML)


def changed(number: int, comments: int, old: str, new: str) -> Answer:
    return Answer(page(number, comments).replace(old, new), headers=HTML)


# Every page is a post of its own: the same number would be the same thread.
SOUND = {
    "/good/": html(1, 2),
    "/truncated/": Answer(page(2, 3)[:-300], headers=HTML),
    "/windows-1251/": labelled(3, RUSSIAN, "cp1251", "windows-1251"),
    "/gbk/": labelled(4, CHINESE, "gbk", "gb2312"),
    "/shift-jis/": labelled(5, JAPANESE, "shift_jis", "shift_jis"),
    "/windows-1251-as-latin/": labelled(6, RUSSIAN, "cp1251", "iso-8859-1"),
    "/gbk-as-utf-8/": labelled(7, CHINESE, "gbk", "utf-8"),
    "/shift-jis-unlabelled/": labelled(8, JAPANESE, "shift_jis", None),
    "/utf-8-as-latin/": labelled(9, RUSSIAN, "utf-8", "iso-8859-1"),
    "/nested/": changed(10, 1, "<p>Text", "<div>" * 10_000 + "<p>Text"),
    "/duplicate-ids/": changed(11, 3, "comment-1102", "comment-1101"),
    "/big-comment/": html(12, text=BIG),
    "/controls/": html(13, text="a\x00b&#xD800;c&#0;d"),
    "/empty-comment/": html(14, text=""),
    "/gzip/": Answer(gzip.compress(page(15).encode()), headers={**HTML, "Content-Encoding": "gzip"}),
}
BROKEN = {
    "/empty/": (Answer(b"", headers=HTML), "empty"),
    "/blank/": (Answer(b" \n\t ", headers=HTML), "empty"),
    "/pdf/": (Answer(b"%PDF-1.7\n" + os.urandom(200), headers=HTML), "PDF"),
    "/json/": (Answer('{"a": 1}', headers={"Content-Type": "application/json"}), "json"),
    "/404/": (Answer("<h1>no</h1>", 404, headers=HTML), "404"),
    "/410/": (Answer("<h1>no</h1>", 410, headers=HTML), "410"),
    "/451/": (Answer("<h1>no</h1>", 451, headers=HTML), "451"),
    "/500/": (Answer("<h1>no</h1>", 500, headers=HTML), "500"),
    "/loop/": (Answer("", 302, headers={"Location": "/loop/"}), "redirect"),
    "/huge/": (Answer(b"<p>" + b"x" * 50_000_000, headers=HTML), "DOWNLOAD_MAXSIZE"),
    "/bomb/": (
        Answer(gzip.compress(b"<p>" + b"x" * 50_000_000), headers={**HTML, "Content-Encoding": "gzip"}),
        "DOWNLOAD_MAXSIZE",
    ),
    "/cut/": (Answer(b"<p>half", headers={**HTML, "Content-Length": "5000"}), "cut"),
}


@pytest.fixture(scope="module")
def crawled(tmp_path_factory):
    place = Place(tmp_path_factory.mktemp("bad"))
    site = LoopbackSite({**SOUND, **{path: answer for path, (answer, _) in BROKEN.items()}})
    done = place.crawl(*(site.url(path) for path in (*SOUND, *BROKEN)), DOWNLOAD_TIMEOUT=20)
    yield place, site, done
    site.close()


def comments_of(place: Place, url: str) -> list[dict]:
    pages = {row["url"]: row["page_id"] for row in place.open().pages().to_pylist()}
    return [row for row in place.open().comments().to_pylist() if row["page_id"] == pages[url]]


def test_the_broken_pages_cost_the_others_nothing(crawled):
    place, site, done = crawled
    assert done.returncode == 1
    assert {row["url"] for row in place.open().pages().to_pylist()} == {site.url(path) for path in SOUND}
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("path", BROKEN)
def test_each_broken_page_is_named_with_what_is_wrong_with_it(crawled, path):
    _, site, done = crawled
    lines = [line for line in done.stdout.splitlines() if site.url(path) in line]
    assert len(lines) == 1
    assert BROKEN[path][1] in lines[0]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/windows-1251/", RUSSIAN),
        ("/gbk/", CHINESE),
        ("/shift-jis/", JAPANESE),
        ("/windows-1251-as-latin/", RUSSIAN),
        ("/gbk-as-utf-8/", CHINESE),
        ("/shift-jis-unlabelled/", JAPANESE),
        ("/utf-8-as-latin/", RUSSIAN),
    ],
)
def test_the_text_is_right_whatever_the_label_says(crawled, path, text):
    place, site, _ = crawled
    assert [row["text"] for row in comments_of(place, site.url(path))] == [text]


def test_a_truncated_page_gives_the_comments_that_are_in_it(crawled):
    place, site, _ = crawled
    assert len(comments_of(place, site.url("/truncated/"))) in (2, 3)


def test_a_comment_10_000_elements_deep_or_of_a_megabyte_is_a_comment(crawled):
    place, site, _ = crawled
    assert len(comments_of(place, site.url("/nested/"))) == 1
    assert comments_of(place, site.url("/big-comment/"))[0]["text"] == BIG.strip()


def test_an_id_that_occurs_twice_makes_one_comment_and_the_thread_is_not_called_complete(crawled):
    place, site, _ = crawled
    comments = comments_of(place, site.url("/duplicate-ids/"))
    assert [row["text"] for row in comments] == ["Text 0", "Text 1"]
    ledger = next(row for row in place.open().threads().to_pylist() if row["thread_id"] == comments[0]["thread_id"])
    assert ledger["verdict"] == "partial"
    assert "1101" in ledger["gaps"][0]["reason"]


def test_control_characters_do_not_reach_the_archive(crawled):
    place, site, _ = crawled
    text = comments_of(place, site.url("/controls/"))[0]["text"]
    assert "\x00" not in text
    assert text.startswith("a")
    assert text.endswith("d")


def test_an_empty_comment_is_a_comment(crawled):
    place, site, _ = crawled
    assert comments_of(place, site.url("/empty-comment/"))[0]["text"] == ""


def test_nothing_is_half_written(crawled):
    place, _, _ = crawled
    held = place.open()
    visits = {row["visit_id"] for row in held.pages().to_pylist()}
    assert {row["visit_id"] for row in held.threads().to_pylist()} <= visits
    assert {row["visit_id"] for row in held.comments().to_pylist()} <= visits
    leftovers = [path for path in (place.folder / "archive").rglob("*.parquet") if "_delta_log" not in path.parts]
    assert sorted(map(str, leftovers)) == sorted(
        file for table in TABLES for file in held.files(table)
    )
