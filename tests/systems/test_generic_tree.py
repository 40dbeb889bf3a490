"""A page as flat lists, and a record's texts: the short ways see what the plain ones see."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.extract.document import Document
from crawler.extract.time_lines import looks_timed
from crawler.systems.around.tree import UNREAD, flatten
from crawler.systems.generic.body import _kept
from crawler.systems.generic.records import Group
from crawler.systems.generic.template import Template

URL = "https://town.example/bridge/"

PIECES = st.lists(
    st.sampled_from(
        [
            "<div>", "</div>", "<ul>", "<li>", "</ul>", "<p>", "<table><tr><td>", "</table>", "<b class=author>", "</b>",
            "<br>", " \n", "said", "&nbsp;two  words", "5 May", "3 hours ago", "today", "yesterday at noon", "2013-01-13",
            "<script>a<b</script>", "<svg><p>", "<template><p>x</p></template>", "<!-- no -->", "<select><option>one",
            "<x-comment>", "</x-comment>", "<div class=template style='display: none'>", "<div style='display: none'>",
            "<textarea>", "</textarea>", "<noscript>", "<a href=#x>", "</a>", "<iframe>", "</iframe>", "<style>p{}</style>",
        ]
    ),
    max_size=40,
).map("".join)  # fmt: skip


def is_read(node):
    """Whether an element or a text, and all that is around it, belongs to the page's text."""
    while node is not None and node.tag != "body":
        own = node.attributes
        is_model = own.get("class") == "template" and "none" in (own.get("style") or "")
        if node.tag in UNREAD or node.tag == "-comment" or is_model:
            return False
        node = node.parent
    return node is not None


@settings(max_examples=200)
@given(PIECES)
def test_the_lists_are_those_of_a_plain_walk(markup):
    document = Document("<body>x" + markup, URL)
    nodes = [node for node in document.tree.body.traverse(include_text=True) if is_read(node)]
    nodes = [node for node in nodes if node.tag != "-text" or node.text_content.strip()]
    places = {node.mem_id: place for place, node in enumerate(nodes)}
    tree = flatten(document)
    assert [node.mem_id for node in tree.nodes] == [node.mem_id for node in nodes]
    assert tree.tags == ["" if node.tag == "-text" else node.tag for node in nodes]
    assert tree.texts == [" ".join((node.text_content or "").split()) for node in nodes]
    assert tree.ups == [-1, *(places[node.parent.mem_id] for node in nodes[1:])]
    inside = [[place for place in range(len(tree)) if around in around_of(tree, place)] for around in range(len(tree))]
    assert tree.ends == [max(held) + 1 for held in inside]
    assert tree.timed == [bool(text) and looks_timed(text) for text in tree.texts]
    assert tree.figures == [place for place, text in enumerate(tree.texts) if any(map(str.isdecimal, text))]
    assert tree.places == {tag: [place for place, own in enumerate(tree.tags) if own == tag] for tag in tree.tags}


def around_of(tree, node):
    """A node and all that is around it."""
    around = []
    while node >= 0:
        around.append(node)
        node = tree.ups[node]
    return around


@settings(max_examples=200)
@given(PIECES, st.data())
def test_what_is_left_out_is_left_out_with_all_that_stands_in_it(markup, data):
    tree = flatten(Document(f"<body><li>x{markup}<li>y{markup}", URL))
    heads = tree.places["li"]
    template = Template(tree, Group("li", heads, [(head, tree.ends[head]) for head in heads]))
    for record in template.records:
        out = data.draw(st.sets(st.sampled_from(record.own), max_size=6))
        assert _kept(tree, record, out) == [line for line in record.lines if out.isdisjoint(around_of(tree, line))]
