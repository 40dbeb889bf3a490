"""What stands next to the comments of a page and says that there are more: whoever read them, the thread is partial."""

from __future__ import annotations

import json
import re
import time
from collections.abc import AsyncIterator

import pytest
from kit import read

from archive.schema import Comment
from crawler.extract.document import Document
from crawler.systems import systems_of
from crawler.systems.around.more import offered_beside
from crawler.systems.around.place import Place
from crawler.systems.around.tree import nodes_of
from crawler.systems.around.unshown import unshown
from crawler.systems.base import Batch, System, ThreadRef
from crawler.systems.reading import Reading

URL = "https://news.example/story"
NAMES = ("Ann Okafor", "Bo Lind", "Cy Young", "Dee Park", "Ed Moss", "Fay Wu", "Gus Orr", "Hal Bly")
STORY = "<p>The harbour was full of ships on Monday, and the council said that a quay will be built next year.</p>" * 4
MORE = {
    "a button": "<button>Load more comments</button>",
    "a link of a script": '<a href="#" class="btn">Load more</a>',
    "a link with onclick": '<a href="javascript:void(0)" onclick="more()">View more comments</a>',
    "a button that does not say of what": "<button>Show more</button>",
    "a count of the rest": '<a href="#">+ 14 more</a>',
    "a count of all": '<a href="/all">Show all 35 comments</a>',
    "replies": '<a href="#">View 3 replies</a>',
    "more replies": '<a href="#">Show 12 more replies</a>',
    "a part of all": "<p>Showing 8 of 42 comments</p>",
    "a range of all": "<p>1–8 of 42</p>",
    "a note of what comes": '<div class="loading">Loading more comments…</div>',
    "an address for scrolling": '<div data-next-url="/api/comments?page=2"></div>',
    "a login to read": "<p>Log in to see all comments</p>",
    "a login to read a number": '<p><a href="/login">Sign in</a> to read the other 34 comments.</p>',
    "readers who pay": "<p>The remaining comments are for subscribers only.</p>",
    "German": "<button>Weitere Kommentare laden</button>",
    "German, short": "<button>Mehr anzeigen</button>",
    "German, all": "<button>Alle Kommentare anzeigen</button>",
    "French": "<button>Afficher plus de commentaires</button>",
    "French, short": "<button>Voir plus</button>",
    "Spanish": "<button>Cargar más comentarios</button>",
    "Portuguese": "<button>Carregar mais comentários</button>",
    "Italian": "<button>Carica altri commenti</button>",
    "Dutch": "<button>Meer reacties laden</button>",
    "Polish": "<button>Pokaż więcej komentarzy</button>",
    "Russian": "<button>Показать ещё комментарии</button>",
    "Russian, short": '<a href="#">Загрузить ещё</a>',
    "Czech": "<button>Zobrazit další komentáře</button>",
    "Hungarian": "<button>További hozzászólások</button>",
    "Swedish": "<button>Visa fler kommentarer</button>",
    "Turkish": "<button>Daha fazla yorum yükle</button>",
    "Arabic": "<button>عرض المزيد من التعليقات</button>",
    "Japanese": "<button>コメントをもっと見る</button>",
    "Chinese": "<button>查看更多评论</button>",
    "Chinese, short": '<a href="#">加载更多</a>',
    "Chinese login": "<p>登录后查看全部评论</p>",
    "Korean": "<button>댓글 더보기</button>",
    "a list of all with its number": '<a href="#">View all comments (35)</a>',
    "a number to show": '<a href="#">Voir les 35 commentaires</a>',
    "the number of the others": '<a href="/all">Leggi gli altri 27 commenti</a>',
    "the number of the next": '<a href="/all">Next 20 comments</a>',
    "a control of a script alone": '<div class="more">View More Comments</div>',
    "a label in wrappers": '<a href="#"><span><i><b><em>Load more comments</em></b></i></span></a>',
    "posts": "<button>Weitere Postings laden</button>",
    "Croatian": "<button>Učitaj još komentara</button>",
    "Indonesian, all": '<a href="/all">Lihat Semua Komentar</a>',
    "Hebrew": '<a href="#">תגובות נוספות</a>',
    "folded ones": '<a href="#">5 hidden comments</a>',
    "folded ones, a button": "<button>Show 5 hidden replies</button>",
    "folded ones, Polish": '<a href="#">pokaż 3 ukryte komentarze</a>',
    "folded ones, French": '<a href="#">5 commentaires masqués</a>',
    "folded ones, Chinese": "<button>5条评论被折叠</button>",
}
"""What may stand right behind the last of eight comments, and says that they are not all."""
PAGER = {
    "numbers": '<div><span>1</span> <a href="/story?p=2">2</a> <a href="/story?p=3">3</a></div>',
    "a number of its own name": '<div><span>1</span> <a href="/story?talk=2">2</a></div>',
    "a word": '<div><a href="/story?p=2">Next</a></div>',
    "an arrow": '<div><a href="/story?p=2">»</a></div>',
    "a word beside that for comments": '<div><a href="/story?p=2">التعليقات التالية</a></div>',
    "so many of the next": '<div><a href="/story?p=2">次の20件</a></div>',
    "a page of some": "<p>Page 1 of 6</p>",
    "numbers behind the address": '<div>Pages: <b>1</b> <a href="/story/8">2</a> <a href="/story/16">3</a></div>',
    "the number shown in brackets": '<div>Pages: [<b>1</b>] <a href="/story.8">2</a> <a href="/story.16">3</a></div>',
    "a row of links, one to the page itself": '<div><span>«</span><a href="/story">1</a><a href="/story/p2">2</a></div>',
    "a page by the name of its path": '<div><a href="/story/p2" class="b" rel="next"></a></div>',
}
KEPT = {
    "a button": ("<button>Load comments</button>", None),
    "a button with a count": ("<button>Show 12 comments</button>", 12),
    "a place with a count": ('<a href="#talk">View comments (12)</a>', 12),
    "a page of comments": ('<a href="/story/comments">Read all comments</a>', None),
    "a folded part": ("<details><summary>12 comments</summary></details>", 12),
    "a reader without scripts": ("<noscript>Please enable JavaScript to view the comments.</noscript>", None),
    "a login to read": ('<p class="comments-note">Log in to see the comments</p>', None),
    "a note of what comes": ('<div id="comments-box"><div class="loader">Loading comments…</div></div>', None),
    "German": ("<button>Kommentare anzeigen</button>", None),
    "French": ("<button>Afficher les commentaires</button>", None),
    "Spanish": ("<button>Ver comentarios</button>", None),
    "Russian": ("<button>Показать комментарии</button>", None),
    "Japanese": ("<button>コメントを見る</button>", None),
    "Chinese": ('<a href="javascript:;">查看评论</a>', None),
}
"""What may stand on a page that shows no comments and says that there may be some; how many it says."""
KEEPS_NONE = {
    "nothing": "",
    "an invitation": "<p>Be the first to comment!</p><button>Write a comment</button>",
    "no comments": '<p class="comments-empty">No comments yet.</p>',
    "none counted": "<button>0 comments</button>",
    "a place without a count": '<a href="#respond">View comments</a>',
    "comments elsewhere": '<a href="/other-story/comments">Read the comments</a>',
    "rules": "<button>Show comment policy</button>",
    "a hidden button": '<button style="display:none">Load comments</button>',
    "a gallery": '<div id="jp-carousel-comments-loading"><span>Loading Comments...</span></div>',
}
NO_MORE = {
    "nothing": "",
    "a login to write": '<p><a href="/login">Sign in</a> to comment</p>',
    "a link to the top": '<a href="#top">Back to top</a>',
    "other stories": '<a href="/news">More stories</a>',
    "the rules": '<a href="/help">Read more about our rules</a>',
    "a hidden button": '<button style="display:none">Load more comments</button>',
    "a model of a button": "<template><button>Load more comments</button></template>",
    "a part of something else": "<p>Photo 8 of 42</p>",
    "more of something else": '<p><a href="#">+ 3 more</a> tags</p>',
    "all of all": "<p>Showing 8 of 8 comments</p>",
    "another story": '<a href="/story-2">Next</a>',
    "the comment after this": '<a href="#c5">Next comment</a>',
    "older stories": '<a href="/news?p=2">More posts</a>',
    "orders": '<p><a href="#all">All comments</a> <a href="#top">Top comments</a></p>',
    "another story and its number": '<p><a href="/other">View comments (35)</a></p>',
    "what an author has said elsewhere": '<p><a href="/by/ann">More comments by this user</a></p>',
    "the same in German": '<p><a href="/von/ann">Mehr Kommentare von diesem Nutzer</a></p>',
    "the same with a name": '<p><a href="/by/ann">All 35 comments by Ann</a></p>',
    "what was removed": "<p>5 hidden comments were removed</p>",
    "a rule with a number": "<p>See why all comments close after 14 days</p>",
}


def text(number: int) -> str:
    return f"I think that ship number {number} was far too late, and said so before in the harbour."


def generic(number: int) -> str:
    return (
        f'<div class="it"><div class="hd"><b class="who">{NAMES[number]}</b> <span class="when">{number + 1} March 2023'
        f' at 1{number}:05</span></div><div class="tx"><p>{text(number)}</p></div><a href="#" class="rp">Reply</a></div>'
    )


def microdata(number: int) -> str:
    return (
        '<div class="it" itemprop="comment" itemscope itemtype="https://schema.org/Comment">'
        f'<b itemprop="author">{NAMES[number]}</b> <time itemprop="dateCreated" datetime="2023-03-0{number + 1}T10:00:00Z">'
        f'then</time><div itemprop="text"><p>{text(number)}</p></div><a href="#">Reply</a></div>'
    )


def microformat(number: int) -> str:
    return (
        f'<div class="p-comment h-cite"><a class="p-author h-card" href="https://x.example/{number}">{NAMES[number]}</a> '
        f'<time class="dt-published" datetime="2023-03-0{number + 1}T10:00:00Z">then</time>'
        f'<div class="e-content"><p>{text(number)}</p></div></div>'
    )


def wordpress(number: int) -> str:
    return (
        f'<li class="comment" id="comment-{100 + number}"><article class="comment-body"><div class="comment-author vcard">'
        f'<b class="fn">{NAMES[number]}</b></div><div class="comment-metadata"><time datetime="2023-03-0{number + 1}'
        f'T10:00:00+00:00">then</time></div><div class="comment-content"><p>{text(number)}</p></div></article></li>'
    )


def things() -> str:
    said = [
        {"@type": "Comment", "author": {"name": name}, "dateCreated": f"2023-03-0{n + 1}T10:00:00Z", "text": text(n)}
        for n, name in enumerate(NAMES)
    ]
    article = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": "Ships", "comment": said}
    return f'<script type="application/ld+json">{json.dumps(article)}</script>'


FORM = '<form id="commentform"><input type="hidden" name="comment_post_ID" value="7"></form></div>'
LISTS = {
    "generic": ("", "<article>{story}</article><section><h2>Talk</h2>{above}{comments}{more}<form><textarea></textarea></form></section>"),
    "schemaorg": (
        "",
        '<article itemscope itemtype="https://schema.org/NewsArticle">{story}<section>{above}{comments}{more}</section></article>',
    ),
    "json-ld": (things(), "<article>{story}</article><section>{above}{comments}{more}</section>"),
    "microformats": ("", '<article class="h-entry">{story}<section>{above}{comments}{more}</section></article>'),
    "wordpress": ("", '<article>{story}</article><div id="comments">{above}<ol class="comment-list">{comments}</ol>{more}' + FORM),
}
ROWS = {"generic": generic, "schemaorg": microdata, "json-ld": generic, "microformats": microformat, "wordpress": wordpress}
SYSTEMS = tuple(LISTS)
GENERAL = ("generic", "schemaorg", "json-ld", "microformats")


def page(system: str, more: str, count: int = len(NAMES), *, above: str = "") -> str:
    """A page of so many comments, with something right before and right behind them."""
    head, body = LISTS[system]
    comments = "".join(map(ROWS[system], range(count)))
    shown = body.format(story=f"<h1>Ships</h1>{STORY}", comments=comments, more=more, above=above)
    return f'<!doctype html><html lang="en"><head><title>Ships</title>{head}</head><body><main>{shown}</main></body></html>'


async def verdict(system: str, more: str, count: int = len(NAMES)) -> tuple[str, int, list[str]]:
    """Verdict, comments and reasons of the one thread that a page has."""
    threads = await read(reader(system), page(system, more, count), URL)
    [(_, comments, ledger)] = threads
    return ledger.verdict, len(comments), [gap["reason"] for gap in ledger.gaps or ()]


def reader(system: str) -> System:
    name = {"json-ld": "schemaorg"}.get(system, system)
    return next(one for one in systems_of({}) if one.name == name)


@pytest.mark.parametrize("more", MORE)
@pytest.mark.parametrize("system", SYSTEMS)
async def test_a_page_that_says_that_there_are_more_is_partial(system, more):
    found, count, reasons = await verdict(system, MORE[more])
    assert (found, count) == ("partial", len(NAMES))
    assert reasons


@pytest.mark.parametrize("pager", PAGER)
@pytest.mark.parametrize("system", GENERAL)
async def test_further_pages_that_are_linked_and_not_read_make_a_thread_partial(system, pager):
    found, count, reasons = await verdict(system, PAGER[pager])
    assert (found, count) == ("partial", len(NAMES))
    assert reasons


@pytest.mark.parametrize("pager", ["numbers", "a word", "an arrow"])
async def test_so_they_do_where_markup_like_wordpress_is_paged_otherwise(pager):
    found, count, reasons = await verdict("wordpress", PAGER[pager])
    assert (found, count) == ("partial", len(NAMES))
    assert reasons == [f"{URL}?p=2 is linked behind the comments, and is no comment page as WordPress calls them"]


@pytest.mark.parametrize("nothing", NO_MORE)
@pytest.mark.parametrize("system", SYSTEMS)
async def test_what_says_something_else_takes_nothing_from_a_whole_thread(system, nothing):
    assert await verdict(system, NO_MORE[nothing]) == ("complete", len(NAMES), [])


async def test_the_number_of_a_further_page_may_have_any_name():
    second = page("generic", "").replace("number", "pilot boat")
    [(_, comments, ledger)] = await read(
        reader("generic"),
        page("generic", PAGER["a number of its own name"]),
        URL,
        {f"{URL}?talk=2": (200, {"content-type": "text/html"}, second.encode())},
    )
    assert (ledger.verdict, len(comments), ledger.gaps) == ("complete", 2 * len(NAMES), None)


@pytest.mark.parametrize("other", ["/story.12?t=88.8", "/story?t=88.8&x=9.8", "/tale?t=88.8"])
async def test_a_row_of_numbers_leads_to_pages_whose_addresses_differ_in_one_number(other):
    rows = {True: "/story?t=88.8", False: other}
    for is_page, href in rows.items():
        pager = f'<div>Pages: [<b>1</b>] <a href="{href}">2</a></div>'
        [(_, _, ledger)] = await read(reader("generic"), page("generic", pager), f"{URL}?t=88.0")
        assert ledger.verdict == ("partial" if is_page else "complete"), href


@pytest.mark.parametrize("system", ["schemaorg", "json-ld", "wordpress", "microformats"])
async def test_comments_that_the_page_does_not_show_have_nothing_beside_them(system):
    html = page(system, "")
    hidden = Place.of_texts(Document(html, URL), ["Nobody said this on the page", "Nor did anybody say that"])
    assert hidden is None
    shown = Place.of_texts(Document(html, URL), [text(number) for number in range(len(NAMES))])
    assert shown is not None
    assert len(shown.spans) == len(NAMES)
    assert list(offered_beside(shown, is_counted=False)) == []


@pytest.mark.parametrize("kept", KEPT)
@pytest.mark.parametrize("system", ["generic", "wordpress"])
async def test_a_page_that_shows_none_and_has_what_would_show_some_has_no_empty_thread(system, kept):
    more, stated = KEPT[kept]
    [(_, comments, ledger)] = await read(reader(system), page(system, more, 0), URL)
    assert comments == []
    assert ledger.expected == stated
    assert ledger.verdict == ("unknown" if stated is None else "partial")
    assert ledger.gaps


@pytest.mark.parametrize("nothing", KEEPS_NONE)
async def test_a_page_that_shows_none_and_says_nothing_else_has_an_empty_thread_or_none(nothing):
    assert await read(reader("generic"), page("generic", KEEPS_NONE[nothing], 0), URL) == []
    [(_, _, ledger)] = await read(reader("wordpress"), page("wordpress", KEEPS_NONE[nothing], 0), URL)
    assert (ledger.verdict, ledger.gaps) == ("none", None)


class Scripted(System):
    """A system that asks for what the control brings, as a script does."""

    name = "scripted"
    title = "Scripted"
    checked = "this test"

    def __init__(self, *, asks: bool) -> None:
        super().__init__()
        self.asks = asks

    def detect(self, document: Document) -> list[ThreadRef]:
        return [ThreadRef(system="scripted", tenant="x", native_id=None, url=document.url, detected_by="test", state="open")]

    async def harvest(self, ref: ThreadRef, reading: Reading) -> AsyncIterator[Batch]:
        reading.walked("html")
        yield reading.batch([Comment(native_id=str(n), text=text(n)) for n in range(len(NAMES))], reading.page)
        if self.asks:
            reading.walked("ajax:more")
            yield reading.batch([], reading.page)


@pytest.mark.parametrize(("asks", "verdict"), [(True, "complete"), (False, "partial")])
async def test_a_control_that_was_tried_and_brought_nothing_says_nothing(asks, verdict):
    html = page("generic", MORE["a button"])
    [(_, _, ledger)] = await read(Scripted(asks=asks), html, URL)
    assert ledger.verdict == verdict


SIZE = 4_000
ALIKE = {
    "one text": lambda n: "I agree with every word of this",
    "one beginning": lambda n: f"I agree with every word of this {n}",
    "one beginning with a tag": lambda n: f"I agree with <b>number {n}</b>",
    "their own": lambda n: f"{n} is the number of what I say",
}
"""What each of thousands of comments may say."""


@pytest.mark.parametrize("said", ALIKE)
@pytest.mark.parametrize("closed", ["</div>", ""])
def test_comments_that_say_the_same_are_found_again_without_looking_for_each_at_each(said, closed):
    texts = list(map(ALIKE[said], range(SIZE)))
    shown = "".join(f"<div class=it><p>{line}</p>{closed}" for line in texts)
    document = Document(f"<ul><li>{texts[0]}</ul><main>{shown}</main><p>Behind", URL)
    assert nodes_of(document)
    started = time.process_time()
    place = Place.of_texts(document, [re.sub("<.*?>", "", line) for line in texts])
    assert time.process_time() - started < 1.5
    assert place is not None
    assert not closed or (len(place.spans) == SIZE and place.tree.texts[place.end + 1] == "Behind")


@pytest.mark.parametrize("tag", ["<div class=comment>", "<div onclick=x>"])
def test_what_would_show_comments_is_not_looked_for_in_large_elements_again_and_again(tag):
    document = Document(tag * 300 + "word " * 200_000, URL)
    started = time.process_time()
    assert unshown(document) is None
    assert time.process_time() - started < 1


@pytest.mark.parametrize("system", SYSTEMS)
async def test_a_comment_that_speaks_of_more_comments_offers_none(system):
    html = page(system, "").replace(text(2), "2 more comments and we have a record.")
    [(_, _, ledger)] = await read(reader(system), html, URL)
    assert (ledger.verdict, ledger.gaps) == ("complete", None)
