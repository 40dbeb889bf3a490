"""Keys are stable, and every comment finds its place in its thread."""

from __future__ import annotations

import random
from hashlib import blake2b
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from crawler.items import Capture, Comment, Page, Share, Thread
from crawler.keys import comment_key, page_key, thread_key
from pipelines.identify import Identify


def batch(*comments: Comment, visit: str = "v", url: str = "https://example.org/a", thread: Thread | None = None):
    for comment in comments:
        comment.system, comment.tenant = "wordpress", "example.org"
    return Capture(
        visit_id=visit,
        capture_id="c",
        observed_at=1,
        url=url,
        extractor="x/1",
        thread_of=("wordpress", "example.org", "7"),
        comments=list(comments),
        thread=thread,
    )


def native(number: int, parent: int | None = None, text: str = "hello") -> Comment:
    return Comment(native_id=str(number), parent_native_id=None if parent is None else str(parent), text=text)


def surrogate(author: str, text: str, at: int | None = None) -> Comment:
    return Comment(author_name=author, text=text, published_at=at)


def test_a_comments_key_does_not_change_with_its_text_its_page_or_the_visit():
    first, second = native(5, text="before"), native(5, text="after")
    Identify().identify(batch(first))
    Identify().identify(batch(second, visit="w", url="https://example.org/a?moved"))
    assert first.comment_id == second.comment_id
    assert first.content_digest != second.content_digest


def test_native_and_surrogate_keys_never_meet():
    one, other = native(5), surrogate("5", "5")
    Identify().identify(batch(one, other))
    assert one.id_kind == "native"
    assert other.id_kind == "surrogate"
    assert one.comment_id != other.comment_id


def test_a_thread_that_moved_is_known_by_what_was_erased_from_it_too():
    """Under another key of the thread nobody would know again what was erased, and it would come back."""

    def visit(erased: bool) -> str:
        before = {page_key("https://example.org/old"): "thread-1"}
        held = SimpleNamespace(
            thread=lambda _: {}, threads_of=lambda _: (), page_of=lambda _: None,
            thread_without_id=lambda page, _system, _tenant: before.get(page),
        )  # fmt: skip
        identify = Identify(lambda: held, erased=lambda thread, _: erased and thread == "thread-1")
        item = batch(surrogate("Ann", "Said once.", 10), url="https://example.org/new")
        item.thread_of, item.moved_from = ("generic", "example.org", None), "https://example.org/old"
        identify.identify(item)
        return item.thread_id

    assert visit(erased=True) == "thread-1"
    assert visit(erased=False) != "thread-1", "another page's, for all that is known"


def test_two_identical_comments_without_ids_are_two_and_keep_their_keys_in_the_next_visit():
    def visit(name: str) -> list[str]:
        comments = [surrogate("Ann", "+1", 10), surrogate("Ann", "+1", 10), surrogate("Ann", "+1", 11)]
        Identify().identify(batch(*comments, visit=name))
        return [comment.comment_id for comment in comments]

    assert len(set(visit("v"))) == 3
    assert visit("v") == visit("w")


def test_identical_comments_in_two_batches_of_one_visit_are_two():
    identify = Identify()
    first, second = surrogate("Ann", "+1"), surrogate("Ann", "+1")
    identify.identify(batch(first))
    identify.identify(batch(second))
    assert first.comment_id != second.comment_id


def test_an_edit_is_seen_but_white_space_and_normal_forms_are_not():
    variants = ["caf\u00e9 au lait", "cafe\u0301  au\nlait ", "caf\u00e9 au thé"]
    comments = [native(1, text=text) for text in variants]
    for comment in comments:
        Identify().identify(batch(comment))
    assert comments[0].content_digest == comments[1].content_digest
    assert comments[0].content_digest != comments[2].content_digest


def test_an_empty_comment_differs_from_a_withheld_one():
    empty, withheld = Comment(native_id="1", text=""), Comment(native_id="1", text=None)
    Identify().identify(batch(empty))
    Identify().identify(batch(withheld))
    assert empty.content_digest != withheld.content_digest


@given(st.integers(0, 2**32), st.integers(1, 60))
def test_root_and_depth_do_not_depend_on_the_order_within_a_batch(seed, size):
    chance = random.Random(seed)
    parents = {n: chance.choice([None, *range(n)]) for n in range(size)}
    comments = [native(n, parent) for n, parent in parents.items()]
    chance.shuffle(comments)
    Identify().identify(batch(*comments))
    by_id = {int(comment.native_id): comment for comment in comments}
    for number, comment in by_id.items():
        depth, above = 1, number
        while parents[above] is not None:
            above, depth = parents[above], depth + 1
        assert comment.depth == depth
        assert comment.root_id == by_id[above].comment_id
        parent = parents[number]
        assert comment.parent_id == (None if parent is None else by_id[parent].comment_id)


def test_a_reply_whose_parent_was_not_captured_keeps_the_parents_id_but_has_no_root():
    orphan = native(2, parent=1)
    Identify().identify(batch(orphan))
    assert orphan.parent_native_id == "1"
    assert orphan.parent_id is not None
    assert orphan.root_id is None
    assert orphan.depth is None


def test_comments_that_name_each_other_as_parent_are_kept_without_a_root():
    one, two = native(1, parent=2), native(2, parent=1)
    ledger = Thread(system="wordpress", tenant="example.org", native_id="7")
    Identify().identify(batch(one, two, thread=ledger))
    assert one.comment_id
    assert two.comment_id
    assert one.root_id is None
    assert ledger.ids_digest


def test_a_parent_in_an_earlier_batch_is_found():
    identify = Identify()
    parent, child = native(1), native(2, parent=1)
    identify.identify(batch(parent))
    identify.identify(batch(child))
    assert (child.root_id, child.depth) == (parent.comment_id, 2)


def test_the_ledgers_digest_is_that_of_the_set_of_comments():
    def digest(order: list[int]) -> str | None:
        ledger = Thread()
        identify = Identify()
        identify.identify(batch(*(native(n) for n in order)))
        identify.identify(batch(thread=ledger))
        return ledger.ids_digest

    assert digest([1, 2, 3]) == digest([3, 1, 2])
    assert digest([1, 2, 3]) != digest([1, 2])


def test_nothing_of_a_thread_is_remembered_after_its_ledger():
    identify = Identify()
    identify.identify(batch(native(1)))
    identify.identify(batch(thread=Thread()))
    assert not identify._threads


def page_capture(page: Page, shares: list[Share]) -> Capture:
    return Capture(
        visit_id="v",
        capture_id="c",
        observed_at=1,
        url="https://example.org/a",
        extractor="page/1",
        page=page,
        shares=shares,
        subscribes=[],
    )


def test_a_pages_digest_covers_its_blocks_but_not_its_counts():
    def digest(title: str = "T", views: int = 1, label: str = "Like", likes: int = 1) -> str | None:
        capture = page_capture(Page(title=title, view_count=views), [Share(kind="like", label=label, count=likes)])
        Identify().identify(capture)
        assert capture.page is not None
        return capture.page.content_digest

    assert digest() == digest(views=2) == digest(likes=2)
    assert len({digest(), digest(title="U"), digest(label="Love")}) == 3


def test_site_and_page_key_stand_on_every_capture():
    capture = batch(native(1), url="https://news.example.co.uk/a")
    Identify().identify(capture)
    assert capture.site == "example.co.uk"
    assert capture.comments[0].page_id == capture.page_id != ""
    assert capture.comments[0].thread_id == capture.thread_id != ""


def test_keys_are_the_ones_of_the_archives_that_exist():
    page = page_key("https://example.org/a")
    assert page == hashed("1", "page", "https://example.org/a")
    assert thread_key("s", "t", None, page) == hashed("1", "thread", "s", "t", None, page)
    assert comment_key("s", "tä", None, "5") == hashed("1", "comment", "native", "s", "tä", None, "5")
    assert comment_key("s", "t", "u", "\ud800") == hashed("1", "comment", "native", "s", "t", "u", "\ud800")


def hashed(*parts: str | None) -> str:
    """blake2b-128 over the parts as `crawler.keys.digest` describes it, written down a second time."""
    state = blake2b(digest_size=16)
    for part in parts:
        raw = b"" if part is None else part.encode("utf-8", "surrogatepass")
        state.update(b"-;" if part is None else str(len(raw)).encode() + b";" + raw)
    return state.hexdigest()
