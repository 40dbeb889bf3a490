"""What passes the first pipeline can be stored and compared by anything."""

from __future__ import annotations

from copy import deepcopy

from hypothesis import example, given
from hypothesis import strategies as st

from crawler.extract.dates import DAY, EARLIEST
from crawler.items import Capture, Comment, Page, Share, Subscribe
from pipelines.normalise import _row, normalise

NOW = 1_700_000_000_000_000


def run(**rows) -> Capture:
    capture = Capture(
        visit_id="v", capture_id="c", observed_at=NOW, url="https://example.org/", extractor="x/1", **rows
    )
    normalise(capture)
    return capture


@given(st.text(st.characters(), max_size=50))
def test_every_text_can_be_encoded_as_utf8_and_holds_no_control_characters(text):
    comment = run(comments=[Comment(text=text, author_name=text)]).comments[0]
    for value in (comment.text, comment.author_name):
        value.encode("utf-8")
        assert not any(ord(character) < 32 and character not in "\t\n" for character in value)


def test_lone_surrogates_and_nul_do_not_reach_the_archive():
    comment = run(comments=[Comment(text="a\ud800b\x00c", text_html="\udfff")]).comments[0]
    assert comment.text == "a\ufffdbc"
    assert comment.text_html == "\ufffd"


def test_emoji_direction_marks_and_joiners_are_kept():
    text = "\u200f\u0645\u0631\u062d\u0628\u0627 \U0001f468\u200d\U0001f469\u200d\U0001f467 _\uc2e0__LBL \U0001f914"
    assert run(comments=[Comment(text=text)]).comments[0].text == text


def test_an_empty_text_stays_empty_and_a_missing_one_missing():
    comments = run(comments=[Comment(text="", author_name=""), Comment()]).comments
    assert (comments[0].text, comments[0].author_name) == ("", "")
    assert (comments[1].text, comments[1].author_name) == (None, None)


def test_addresses_that_are_not_http_become_null_but_an_invitations_address_is_kept():
    capture = run(
        comments=[Comment(author_url="javascript:alert(1)", permalink="https://example.org/#comment-1")],
        page=Page(embed_url="data:text/html,x"),
        shares=[Share(url="mailto:?body=x")],
        subscribes=[Subscribe(url="tg://resolve?domain=x")],
    )
    assert capture.comments[0].author_url is None
    assert capture.comments[0].permalink == "https://example.org/#comment-1"
    assert capture.page.embed_url is None
    assert capture.shares[0].url == "mailto:?body=x"
    assert capture.subscribes[0].url == "tg://resolve?domain=x"


def test_an_endless_address_is_no_address():
    assert run(comments=[Comment(author_url="https://example.org/" + "a" * 10_000)]).comments[0].author_url is None


@given(st.integers(-(2**62), 2**62))
def test_times_lie_between_the_webs_first_year_and_the_day_after_the_visit(at):
    comment = run(
        comments=[
            Comment(published_at=at, published_min=at, published_max=at, published_precision="s", published_raw="x")
        ]
    ).comments[0]
    believable = EARLIEST <= at <= NOW + DAY
    assert comment.published_at == (at if believable else None)
    assert comment.published_precision == ("s" if believable else None)
    assert comment.published_raw == "x"


def test_what_may_have_been_written_from_now_on_till_late_was_written_by_the_day_after_the_visit():
    comment = run(
        comments=[Comment(published_min=NOW - DAY, published_max=NOW + 2 * DAY, published_precision="min")]
    ).comments[0]
    assert (comment.published_min, comment.published_max) == (NOW - DAY, NOW + DAY)


def test_shares_and_subscribes_are_numbered_from_zero():
    capture = run(page=Page(), shares=[Share(), Share()], subscribes=[Subscribe()])
    assert [row.position for row in capture.shares] == [0, 1]
    assert [row.position for row in capture.subscribes] == [0]


TEXTS = st.one_of(st.none(), st.sampled_from(["", "a", "b\r\n", "c\x00", "\ud800", "Ça"]))
URLS = st.one_of(
    st.none(),
    st.sampled_from(["https://e.org/", "HTTP://e.org/", "javascript:x", "http://e.org/\r", "http://" + "e" * 9000]),
)
TIMES = st.one_of(
    st.none(), st.sampled_from([EARLIEST - 1, EARLIEST, NOW, NOW + DAY, NOW + DAY + 1])
)
COMMENTS = st.builds(
    Comment, native_id=TEXTS, author_name=TEXTS, text=TEXTS, text_html=TEXTS, author_url=URLS, permalink=URLS,
    published_at=TIMES, published_min=TIMES, published_max=TIMES, edited_at=TIMES,
    published_precision=st.sampled_from([None, "s"]),
)  # fmt: skip


@given(st.lists(COMMENTS, max_size=3))
@example([Comment(edited_at=NOW, published_precision="s")])
def test_a_capture_that_is_sound_at_a_glance_is_what_every_row_by_itself_becomes(comments):
    alone = deepcopy(comments)
    for comment in alone:
        _row(comment, NOW)
    assert run(comments=comments).comments == alone
