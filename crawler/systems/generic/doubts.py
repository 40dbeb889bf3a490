"""What else a set of records may be than comments, by its evidence and what is around, and what leaves no doubt."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import lru_cache
from typing import Final

from crawler.systems.around.counts import REVIEWS
from crawler.systems.around.states import LONGEST_NOTE, state_said
from crawler.systems.around.surroundings import SPOKEN, Surroundings
from crawler.systems.around.tree import SUBHEADINGS, Tree, is_filled_in
from crawler.systems.around.words import ARTICLE, COMMENT, roles_of, speaks_of_comments
from crawler.systems.generic.records import Group
from crawler.systems.generic.slots import Slots
from crawler.systems.generic.template import Record, Template

TELLING: Final = ("controls", "ids", "form", "pictures", "is_talk", "in_talk")


def is_plain(found: dict[str, float], group: Group, slots: Slots, around: Surroundings) -> bool:
    """Whether records are names, times and texts, and nothing in or before them tells what they are: prizes, dates.

    Words for an author tell something only beside clocks or ages: who has said what on which day is a quotation.
    """
    first, last = group.spans[0][0], group.spans[-1][1]
    is_told = any(found[name] for name in TELLING) or around.is_spoken_of(first, last)
    is_posted = found["name_named"] and any(
        stamp is not None and stamp.published.precision != "day" for stamp in slots.stamps
    )
    return found["bare"] > 0 and not is_told and not is_posted


def is_framed(found: dict[str, float], group: Group, slots: Slots, around: Surroundings) -> bool:
    """Whether one or two records are whole, and what is around them leaves no doubt what they are.

    They are all that stands between a heading that speaks of comments, or a line that counts them, and a field to write
    one in, or a line that says who may; or they are signed as programs of wikis sign.
    """
    is_doubtful = found["whole"] < 1 or len(group.spans) > FRAMED
    if is_doubtful or slots.is_signed or found["elsewhere"]:
        return slots.is_signed and not is_doubtful
    tree, first, last = around.tree, group.spans[0][0], group.spans[-1][1]
    place = bisect_left(around.spoken, first) - 1
    heading = around.spoken[place] if place >= 0 else first
    is_heading = found["stated_near"] > 0 or any(tree.tags[up] in SUBHEADINGS for up in tree.above(heading, 3))
    chars = tree.chars
    is_behind = is_heading and chars[first] - chars[tree.ends[heading]] <= HEADED
    return is_behind and _asks_for_more(around, last)


def _asks_for_more(around: Surroundings, last: int) -> bool:
    """Whether a field to write in follows, or a line that says who may write."""
    tree = around.tree
    field = next(iter(around.fields[bisect_left(around.fields, last) :]), -1)
    if field >= 0 and tree.chars[field] - tree.chars[last] <= ASKED:
        return True
    spoken = around.spoken_between(last, last + SPOKEN)
    near = [node for node in spoken if tree.chars[node] - tree.chars[last] <= HEADED]
    lines = (line for node in near for line in (tree.texts[node], tree.line(tree.ups[node], LONGEST_NOTE)))
    return any(line and state_said(line) is not None for line in lines)


FRAMED: Final = 2
"""Records that do not come often enough to tell what they are."""
HEADED: Final = 40
"""Characters between a heading and what it heads: a link to the form, an order."""
ASKED: Final = 300
"""Characters before a field that ask to write in it: a heading, the names of fields, a rule."""


def is_named_so(found: dict[str, float]) -> bool:
    """Whether all records are named as comments, in what is named so too, and are somebody's: with a picture or an id.

    That leaves no more than a doubt, but is no reason to say nothing.
    """
    is_named = found["is_comment"] == found["filled"] == found["named"] == 1 and found["in_comments"] > 0
    is_ones_own = found["pictures"] == 1 or found["ids"] == 1
    other = ("elsewhere", "recent", "in_side", "in_aside", "is_form", "fields")
    return is_named and is_ones_own and not any(found[name] for name in other)


def is_other(found: dict[str, float]) -> bool:
    """Whether records are named as something else: coupons, events, tweets; and no name around them is of comments."""
    is_named = found["is_comment"] or found["in_comments"] or found["stated_near"]
    return max(found["is_article"], found["is_side"]) > 0.5 and not is_named


def is_torn(found: dict[str, float]) -> bool:
    """Whether two elements are of different kinds.

    One has the name and the time and the other has neither: an article below its byline. Or one is a part beside the
    page's subject and the other is none: what the page says of itself and of its program.
    """
    is_named = found["is_comment"] or found["in_comments"]
    is_half = found["named"] < 1 and found["timed"] < 1 and not is_named
    return found["two"] > 0 and (is_half or found["is_side"] == ONE_OF_TWO)


ONE_OF_TWO: Final = 0.5


def is_article_beside_comments(found: dict[str, float], group: Group, around: Surroundings) -> bool:
    """Whether one alone of two elements is named as comments and their heading stands in the second: what it is about.

    Where a heading before or in the first speaks of comments, or a count says that there are two, both are comments.
    """
    if not found["two"] or found["is_comment"] != ONE_OF_TWO or found["headed"] or found["stated"]:
        return False
    (first, _), (second, last) = group.spans
    spoken = around.spoken_between(first, last)
    headings = [node for node in spoken if around.tree.tags[around.tree.ups[node]] in SUBHEADINGS]
    return bool(headings) and headings[0] >= second


def is_counted_out(found: dict[str, float], group: Group, around: Surroundings) -> bool:
    """Whether the count before records that nothing names as comments says that there is none."""
    is_named = found["is_comment"] or found["in_comments"]
    return not is_named and around.stated_before(group.spans[0][0]) == 0


def is_subject(
    found: dict[str, float], template: Template, slots: Slots, body_place: str, around: Surroundings
) -> bool:
    """Whether a single record that nothing names as a comment is what the page is about.

    It holds a title of the page, a heading that speaks of comments and not of its author's, or all fields to write in:
    these stand in the part around the comments. Or what it says stands in an element that is named as the page's
    article.
    """
    if not found["one"] or found["is_comment"] or found["in_comments"]:
        return False
    tree, (start, end) = template.tree, template.group.spans[0]
    titles = tree.places.get("h1", [])[:TITLES]
    is_titled = any(start < title < end for title in titles)
    if template.group.mode == "after":
        is_titled = is_titled or any(_stands_below(tree, title, start) for title in titles)
    is_titled = is_titled or bool(roles_of(body_place.rpartition(" > ")[2]) & ARTICLE)
    holds_fields = bool(around.fields) and start < around.fields[0] <= around.fields[-1] < end
    is_titled = is_titled or (holds_fields and not found["stated_near"])
    name = slots.names[0]
    spoken = (node for node in around.spoken_between(start, end) if tree.tags[tree.ups[node]] in SUBHEADINGS)
    return is_titled or any(name is None or name.text not in tree.texts[node] for node in spoken)


def _stands_below(tree: Tree, title: int, start: int) -> bool:
    """Whether a byline stands right below a title of the page that does not speak of comments."""
    between = tree.chars[start] - tree.chars[tree.ends[title]] if start >= tree.ends[title] else -1
    return 0 <= between <= BETWEEN and not speaks_of_comments(tree.text(title))


BETWEEN: Final = 160
"""Characters between a title and the byline of what it is the title of: a line below it, signs for sharing."""


def is_captioned(slots: Slots, body_place: str) -> bool:
    """Whether what the records say, or by whom they are, is named as the line below a picture."""
    steps = (*body_place.split(" > ")[-2:], slots.name_place.rpartition(" > ")[2])
    return any(_CAPTION.search(step) for step in steps)


_CAPTION = re.compile(r"(?:^|[.#_-])(?:fig)?caption(?![a-z])|photographer|photo-?credit", re.IGNORECASE)


def is_of_post(slots: Slots) -> bool:
    """Whether name or time stand in a block of WordPress that shows those of a post."""
    return "wp-block-post-author" in slots.name_place or "wp-block-post-date" in slots.time_place


def is_in_form(template: Template) -> bool:
    """Whether one record or two stand in the form for a new comment: they are what it says of itself.

    A form around half of the page's text and more is no such one: some programs put the whole page into one.
    """
    tree, spans = template.tree, template.group.spans
    start, end = spans[0][0], spans[-1][1]
    forms = [up for up in tree.above(start, FORM_STEPS) if tree.tags[up] == "form" and end <= tree.ends[up]]
    if len(spans) > 2 or not forms:
        return False
    form = forms[0]
    said = tree.chars[tree.ends[form]] - tree.chars[form]
    return is_filled_in(tree, form) and 2 * said < tree.chars[len(tree)]


FORM_STEPS: Final = 6
"""Elements around a record in which such a form is looked for."""


def is_listed(template: Template) -> bool:
    """Whether the records are rows below the headings of several columns, none of which speaks of comments."""
    tree, first = template.tree, template.group.heads[0]
    if template.group.mode != "element" or tree.tags[first] != "tr":
        return False
    table = next((up for up in tree.above(first, 3) if tree.tags[up] == "table"), -1)
    rows = tree.places.get("tr", [])
    at = bisect_right(rows, table)
    tops = rows[at : at + 2] if table >= 0 else []  # the first may hold the title of the table
    cells = ([cell for cell in tree.children(top) if tree.tags[cell] == "th"] for top in tops if top < first)
    heads = [tree.text(cell) for cell in next((row for row in cells if len(row) >= COLUMNS), [])]
    return bool(heads) and not any(map(speaks_of_comments, heads))


COLUMNS: Final = 4
"""Columns with a heading from which a table is one of data."""
TITLES: Final = 3
"""Titles of a page that are looked at."""
_STARS = re.compile(
    r"[★☆⭐]{3}|\b[0-5](?:[.,]\d)?\s(?:out of|of|von|sur|de|su|van|av|z|из)\s(?:5|10)\b|\b[0-5][.,]\d\s?/\s?5\b",
    re.IGNORECASE,
)
_PRICE = re.compile(
    r"(?:[€$£¥₽]|USD|EUR|CHF)\s?\d[\d.,\s]*$|"
    r"\d[\d.,\s]*(?:[€$£¥₽]|zł|kr\.?|Kč|Ft|lei|руб\.?|TL|USD|EUR|CHF)$",
    re.IGNORECASE,
)


def is_rated(template: Template) -> bool:
    """Whether the records are reviews or goods: most have stars or a price, and nothing calls them comments."""
    tree = template.tree
    if any(tree.roles[record.start] & COMMENT for record in template.records):
        return False
    rated = sum(
        any(_is_rating(tree, node) for node in record.own) or _is_starred(tree, record) for record in template.records
    )
    return 2 * rated > len(template.records)


def _is_starred(tree: Tree, record: Record) -> bool:
    """Whether a record that is named as a review has a row of stars as pictures: a post may have those of a rank."""
    if REVIEWS.search(tree.attrs[record.start].get("class") or "") is None:
        return False
    classes = (tree.attrs[node].get("class") for node in record.own)
    return sum(name is not None and _STAR.search(name) is not None for name in classes) >= ROW


_STAR = re.compile(r"(?<![a-z])stars?(?![a-z])", re.IGNORECASE)
ROW: Final = 3
"""Stars that are a rating and no mark."""


@lru_cache(maxsize=4_096)
def _rates(text: str) -> bool:
    """Whether a line has stars or is a price."""
    return (_STARS.search(text) or _PRICE.match(text)) is not None


def _is_rating(tree: Tree, node: int) -> bool:
    text, own = tree.texts[node], tree.attrs[node]
    if text:
        return len(text) <= LONGEST_RATING and _rates(text)
    if _RATING.isdisjoint(own):
        return False
    if (own.get("itemprop") or "").lower() in ("reviewrating", "ratingvalue"):
        return True
    told = own.get("aria-label") or own.get("title") or own.get("alt") or ""
    return len(told) <= LONGEST_RATING and _STARS.search(told) is not None


_RATING: Final = frozenset({"itemprop", "aria-label", "title", "alt"})
"""Attributes that may tell a rating."""
LONGEST_RATING: Final = 40
"""Longer lines are no ratings, characters."""
