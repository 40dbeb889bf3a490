"""What stands in a declarative shadow root is a part of the page."""

from __future__ import annotations

import pytest

from crawler.extract.document import Document
from crawler.extract.shadow_roots import opened

URL = "https://town.example/2024/bridge"


@pytest.mark.parametrize("attribute", ['shadowrootmode="open"', 'shadowrootmode = "closed"', 'class="x" shadowroot=open'])
def test_its_elements_are_found_and_its_text_is_read(attribute):
    document = Document(f"<body><x-thread><template {attribute}><p>Said</p></template></x-thread><p>Below</p>", URL)
    assert [node.text() for node in document.css("x-thread p")] == ["Said"]
    assert [node.text() for node in document.css("p")] == ["Said", "Below"]


def test_templates_in_it_and_around_it_stay_hidden():
    inner = "<template><p>Not shown</p></template>"
    markup = f'{inner}<x-a><template shadowrootmode="open">{inner}<p>Said</p></template></x-a><template><p>{{x}}</p></template>'
    assert [node.text() for node in Document(f"<body>{markup}", URL).css("p")] == ["Said"]
    around = '<body><template><x-a><template shadowrootmode="open"><p>Said</p></template></x-a></template><p>Below'
    assert [node.text() for node in Document(around, URL).css("p")] == ["Below"]


@pytest.mark.parametrize(
    "text",
    [
        "<p>A shadowroot is a template</p></template><template>",
        '<!-- <template shadowrootmode="open"> --><p>x</p>',
        "<template><p>x</p></template>",
    ],
)
def test_markup_without_one_stays_as_it_is(text):
    assert opened(text) == text


def test_ends_that_are_missing_or_too_many_lose_nothing():
    text = '</template><x-a><template shadowrootmode="open"><p>Said</p></x-a><p>Below</p>'
    assert [node.text() for node in Document(f"<body>{text}", URL).css("p")] == ["Said", "Below"]
