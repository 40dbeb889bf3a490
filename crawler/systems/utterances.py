"""utterances: a thread is an issue on GitHub, found by a term in its title; a flat list of comments.

Source: `src/client.ts`, `src/page-attributes.ts` and `src/github.ts` of utterances, and GitHub's documentation of its
REST API (issues, issue comments, search, pagination).
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final

from archive.schema import Comment
from crawler.extract.document import Document
from crawler.systems.answers import Answer, Row
from crawler.systems.base import Batch, FetchError, System, ThreadRef
from crawler.systems.fields import moment, set_body, set_time
from crawler.systems.github import (
    API,
    REPOSITORY,
    SETTING,
    document_title,
    headers,
    meta,
    pathname,
    set_author,
    with_hint,
    without_data,
)
from crawler.systems.paging import by_link
from crawler.systems.places import canonical_link
from crawler.systems.reading import Reading, query_of, with_query
from crawler.systems.scripts import Members, given

if TYPE_CHECKING:
    from crawler.schedule.due import KnownThread

PER_PAGE: Final = 100
"""Comments of one answer, GitHub's maximum."""

HTML: Final = "application/vnd.github.html+json"
"""Media type of answers with `body_html`."""

SCRIPT: Final = "utteranc.es/client.js"
FRAME: Final = "utteranc.es/utterances.html"
HINT: Final = (
    f"without a token GitHub answers 60 requests an hour, 10 searches a minute: set {SETTING} (docs/settings.md)"
)


class Utterances(System):
    """utterances, embedded by `utteranc.es/client.js`."""

    name: ClassVar[str] = "utterances"
    title: ClassVar[str] = "utterances"
    checked: ClassVar[str] = "its source and GitHub's documentation, not verified live"
    marks: ClassVar[tuple[str, ...]] = ("utteranc.es/", "issueTerm")
    settings: ClassVar[tuple[str, ...]] = (SETTING,)

    def detect(self, document: Document) -> list[ThreadRef]:
        """The thread of the script, or of the frame that it has put in its own place."""
        for attributes in _embeds(document):
            repo, term = attributes.get("repo"), _term(document, attributes)
            number = attributes.get("issue-number")
            number = number if number and re.fullmatch(r"[0-9]{1,12}", number) else None
            is_open = "issue-term" in attributes or "issue-number" in attributes
            if not is_open or (repo is not None and not REPOSITORY.fullmatch(repo)):
                continue
            is_known = repo is not None and bool(term or number)
            return [
                ThreadRef(
                    system=self.name,
                    tenant=f"github.com/{(repo or '').lower()}",
                    native_id=(term or f"#{number}") if is_known else None,
                    url=f"{API}/repos/{repo}/issues" if is_known else document.url,
                    detected_by=f"script[src*={SCRIPT}]",
                    state="open",
                    evidence={"repo": repo, "term": term, "number": number},
                    problem=None if is_known else "the page does not say which issue holds its thread",
                )
            ]
        return []

    def count_request(self, threads: Sequence[KnownThread]) -> dict[str, Any] | None:
        """The issue itself, by its number or by the search that finds it: its comments would be a request more."""
        [thread] = threads
        number = _NUMBER.fullmatch(thread.native_id or "")
        repo = thread.url.removeprefix(f"{API}/repos/").removesuffix("/issues")
        return self._ask(f"{thread.url}/{number[1]}" if number else _search(repo, thread.native_id or ""))

    def counts_of(self, answer: Answer, threads: Sequence[KnownThread], /) -> Sequence[int | None]:
        """All comments of the issue; None where there is none yet."""
        [thread] = threads
        if _NUMBER.fullmatch(thread.native_id or ""):
            return [answer.root.number("comments")]
        issue = _chosen(answer.root, thread.native_id or "")
        return [None if issue is None else issue.number("comments")]

    async def harvest(self, ref: ThreadRef, reading: Reading) -> AsyncIterator[Batch]:
        """The issue, then its comments by the links of each answer."""
        try:
            issue = await self._issue(ref, reading)
            if issue is None:
                return
            ref.state = "closed" if issue.flag("locked") else "open"
            ref.stated = issue.number("comments")
            reading.expect(ref.stated, "all")
            reading.walked("api:oldest")
            first = self._ask(with_query(f"{ref.url}/{issue.number('number')}/comments", per_page=PER_PAGE))
            async for answer in by_link(reading, first, self._following):
                yield reading.batch(reading.comments(answer.rows(), _comment), answer.exchange)
        except FetchError as error:
            raise with_hint(error, HINT) if not self.options.get(SETTING) else error from None

    async def _issue(self, ref: ThreadRef, reading: Reading) -> Row | None:
        """The issue by its number, or as the script chooses it: the oldest whose title holds the term."""
        term = ref.evidence["term"]
        if term is None:
            return (await reading.json(**self._ask(f"{ref.url}/{ref.evidence['number']}"))).root
        return _chosen((await reading.json(**self._ask(_search(ref.evidence["repo"], term)))).root, term)

    def _ask(self, url: str) -> dict[str, Any]:
        return {"url": url, "headers": headers(self.options, Accept=HTML)}

    def _following(self, answer: Answer) -> dict[str, Any] | None:
        link = (answer.response.headers.get("Link") or b"").decode("latin-1")
        following = re.search(r'<([^<>]*)>;\s*rel="?next\b', link)
        return self._ask(answer.response.urljoin(following[1])) if following is not None else None


_NUMBER = re.compile(r"#([0-9]{1,12})")
"""A thread's id where the page names the issue by its number."""


def _search(repo: str, term: str) -> str:
    query = f'"{term}" type:issue in:title repo:{repo}'
    return with_query(f"{API}/search/issues", q=query, sort="created", order="asc")


def _chosen(found: Row, term: str) -> Row | None:
    """The issue that the script takes of a search's answer; None where nothing was found.

    :raises FetchError: the search was cut short
    """
    issues = found.rows("items")
    if not issues and (found.flag("incomplete_results") or found.number("total_count")):
        raise FetchError("error", f"{found.url}: GitHub's search gave up before it was done")
    holding = (issue for issue in issues if term.lower() in issue.text("title").lower())
    return next(holding, issues[0] if issues else None)


def _embeds(document: Document) -> Iterator[Members]:
    """Attributes of the embed without their `data-`: of the frame, of the script, of a script that a script makes.

    A configuration in a page's state is a thread only where the page has a place for it: it may be that of the site.
    """
    for frame in document.css(f'iframe[src*="{FRAME}"]'):
        yield {**query_of(frame.attributes.get("src") or ""), "is_frame": "1"}
    for script in document.css(f'script[src*="{SCRIPT}"]'):
        yield without_data(script.attributes)
    has_place = document.first('[class*="utterances"], [id*="utterances"]') is not None
    for found in given(document, SCRIPT, "issueTerm"):
        members = found.members
        if SCRIPT in (members.get("src") or ""):
            yield without_data(members)
        elif has_place and members.get("repo") and members.get("issueTerm"):
            yield members | {"issue-term": members["issueTerm"]}


def _term(document: Document, attributes: Members) -> str | None:
    """What the issue's title holds; None where the issue is named by its number, or by nothing."""
    term = attributes.get("issue-term")
    if term not in ("pathname", "url", "title", "og:title"):
        return term or None
    if "is_frame" in attributes:
        return attributes.get(term) or None
    if term == "url":
        return _url(document)
    if term == "og:title":
        return meta(document, 'meta[property="og:title"]', 'meta[name="og:title"]') or None
    return (pathname(document) if term == "pathname" else document_title(document)) or None


def _url(document: Document) -> str:
    """The canonical address, else the page's own without its fragment."""
    return canonical_link(document) or document.url.partition("#")[0]


def _comment(row: Row) -> Comment:
    comment = Comment(native_id=row.id("id"), permalink=row.maybe_text("html_url"))
    set_author(comment, row.maybe_row("user"), row.maybe_text("author_association"), profile="html_url")
    set_time(comment, row.time("created_at"), observed_at=row.observed_at)
    set_body(comment, row.text("body_html"))
    comment.like_count = row.maybe_number("reactions.+1")
    comment.dislike_count = row.maybe_number("reactions.-1")
    _set_edited(comment, row)
    return comment


def _set_edited(comment: Comment, row: Row) -> None:
    """GitHub gives every comment the time of its last change: one that differs from its creation is an edit."""
    created, updated = row.time("created_at"), row.time("updated_at")
    comment.is_edited = None if updated is None else updated != created
    if comment.is_edited:
        comment.edited_at = moment(updated, observed_at=row.observed_at)
