"""Who may write, as a page says it next to its comments or in their place; and what it does not say."""

from __future__ import annotations

import re

import pytest
from kit import read
from test_page_says_more import SYSTEMS, URL, page, reader

from crawler.systems.around.states import state_said

CLOSED = (
    "Comments are closed.", "Comments on this entry are now closed.", "Comments have been disabled",
    "Comments are turned off", "Commenting on this article has closed", "This discussion is closed.",
    "New comments cannot be posted", "This article is no longer open for comments", "Not open for further replies.",
    "Die Kommentarfunktion ist geschlossen.", "Dieser Artikel kann nicht mehr kommentiert werden",
    "Les commentaires sont fermés", "Comentarios desactivados", "Os comentários estão fechados",
    "I commenti sono chiusi", "Reacties zijn gesloten", "Kommentarer är stängda", "Der er lukket for kommentarer",
    "Kommentointi on suljettu", "Komentarze są wyłączone", "Diskuse byla uzavřena", "Hozzászólások lezárva",
    "Comentariile sunt închise", "Комментарии закрыты", "Коментарі закрито", "Коментарите са затворени",
    "Komentari su zatvoreni", "Τα σχόλια είναι κλειστά", "Yorumlar kapalı", "Bình luận đã bị đóng", "Komentar ditutup",
    "ความเห็นถูกปิด", "التعليقات مغلقة", "دیدگاه‌ها بسته شده‌اند", "התגובות סגורות", "टिप्पणियाँ बंद हैं", "评论已关闭",
    "コメントは受け付けていません", "댓글은 닫혔습니다", "댓글 작성이 종료되었습니다", "Esta noticia no admite más comentarios.",
    "Il n'est plus possible de commenter cet article.", "Não é mais possível comentar esta notícia.",
    "Comentariile au fost inchise.", "Diskuse byla ukončena.", "Komentowanie zostało zakończone.",
    "Обсуждение завершено.", "Reageren op dit bericht is niet meer mogelijk.", "تم إغلاق التعليقات على هذا الخبر",
    "Zu diesem Artikel können keine Lesermeinungen mehr abgegeben werden.",
    "Komentiranje više nije moguće.", "Non è più possibile commentare questo articolo.",
)  # fmt: skip
LOCKED = (
    "This topic is locked", "Das Forum ist geschlossen.", "This thread has been archived", "Thema geschlossen", "Sujet verrouillé", "Тема закрыта",
)
"""What says it of comments only where it stands next to them."""
LOGIN = (
    "You must be logged in to post a comment.", "Log in to comment", "Only members can comment",
    "Bitte melden Sie sich an, um zu kommentieren", "Connectez-vous pour commenter", "Inicia sesión para comentar",
    "Accedi per commentare", "Zaloguj się, aby dodać komentarz", "Pro komentování se přihlaste",
    "Войдите, чтобы оставить комментарий", "Yorum yapmak için giriş yapın", "Đăng nhập để bình luận",
    "请登录后评论", "コメントするにはログインしてください", "댓글을 작성하려면 로그인하세요",
)  # fmt: skip
NEITHER = (
    "", "Your comment is awaiting moderation.", "Comments are moderated.", "Comments will close in 14 days.",
    "Comments will be closed soon", "Comments are closed after 14 days.", "We close comments after 14 days.",
    "Be the first to comment!", "Road closed", "Comments are not closed", "Why are comments closed?", "Log in",
    "Close comments", "Kommentare schließen", "关闭评论", "Log in to see all comments",
    "Topic locked: you can still comment", '<a href="/other">Comments are closed there</a>',
    "<span hidden>Comments are closed.</span>",
)  # fmt: skip


def without_form(system: str, above: str, count: int) -> str:
    """A page of so many comments where nobody is asked to write, with something in the place of the form."""
    html = re.sub(r"<form.*?</form>", "", page(system, "", count, above=above))
    mark = '<meta name="generator" content="WordPress 6.1">' if system == "wordpress" else ""
    return html.replace("<head>", f"<head>{mark}")


async def state(system: str, above: str, count: int = 8) -> tuple[str, str]:
    """State and verdict of the one thread that a page has."""
    [(_, _, ledger)] = await read(reader(system), without_form(system, above, count), URL)
    return ledger.state, ledger.verdict


@pytest.mark.parametrize("line", [*CLOSED, *LOCKED])
@pytest.mark.parametrize("system", SYSTEMS)
async def test_a_thread_is_closed_where_the_page_says_so_next_to_it(system, line):
    assert await state(system, f"<p>{line}</p>") == ("closed", "complete")


@pytest.mark.parametrize("line", LOGIN)
@pytest.mark.parametrize("system", SYSTEMS)
async def test_a_thread_is_for_members_where_the_page_says_so_next_to_it(system, line):
    assert await state(system, f"<p>{line}</p>") == ("login", "complete")


@pytest.mark.parametrize("line", NEITHER)
@pytest.mark.parametrize("system", SYSTEMS)
async def test_a_state_that_nothing_says_is_unknown(system, line):
    assert (await state(system, f"<p>{line}</p>"))[0] == "unknown"


@pytest.mark.parametrize("system", ["generic", "schemaorg", "json-ld", "microformats"])
async def test_a_thread_with_a_field_to_write_in_is_open(system):
    [(_, _, ledger)] = await read(reader(system), page(system, "<form><textarea></textarea></form>"), URL)
    assert ledger.state == "open"


@pytest.mark.parametrize("line", CLOSED)
async def test_a_page_that_says_that_comments_are_closed_and_shows_none_is_closed(line):
    assert await state("generic", f"<p>{line}</p>", 0) == ("closed", "closed")


@pytest.mark.parametrize("line", [*LOCKED, *LOGIN, *NEITHER])
async def test_a_page_without_comments_that_does_not_say_that_they_are_closed_has_no_closed_thread(line):
    threads = await read(reader("generic"), without_form("generic", f"<p>{line}</p>", 0), URL)
    assert [ledger.state for _, _, ledger in threads if ledger.state == "closed"] == []


async def test_a_list_of_pages_that_each_say_that_they_are_closed_is_no_thread():
    rows = "".join(f"<li><p>Comments on {name} are closed.</p></li>" for name in ("Quay", "Ships"))
    assert await read(reader("generic"), without_form("generic", f"<ul>{rows}</ul>", 0), URL) == []


@pytest.mark.parametrize("tag", ["pre", "code"])
async def test_a_piece_of_code_says_nothing_of_the_comments_of_its_page(tag):
    example = f"<{tag}>resolve = new,assigned,reopened,reviewing -&gt; closed</{tag}>"
    assert await read(reader("generic"), without_form("generic", f"<p>{example}</p>", 0), URL) == []


async def test_what_would_show_comments_goes_before_a_note_that_they_are_closed():
    above = "<p>Comments are closed.</p><button>Show 12 comments</button>"
    assert await state("generic", above, 0) == ("unknown", "partial")


def test_the_title_of_a_page_says_nothing_of_its_comments():
    assert state_said("Comments on Road closed for repairs".replace("Road closed for repairs", "")) is None
