"""A request that is made at a lower price is the request that Scrapy makes."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from scrapy import Request

from crawler.fetch import spelt_request

PLAIN = st.text("aZ09-._~/=&?", max_size=4)
ANY = st.sampled_from([chr(code) for code in range(256)] + ["я", "%41", "%zz", "..", "//"])


ADDRESSES = st.tuples(
    st.sampled_from(["http", "https", "HTTP"]),
    st.sampled_from(["://a.test", "://www.a-b.test", "://A.test", "://é.test", "://127.0.0.1"]),
    st.sampled_from(["/", ":8080/", ":80/", ":0080/", ":/", ":99999/"]),
    PLAIN,
    ANY,
    PLAIN,
).map("".join)


def spelt(make, url):
    """The address of a request, or the error where Scrapy refuses it."""
    try:
        return make(url).url
    except ValueError as error:
        return str(error)


@settings(max_examples=1_000)
@given(url=ADDRESSES)
def test_the_address_is_spelt_as_scrapy_spells_it(url):
    assert spelt(spelt_request, url) == spelt(Request, url)


def test_an_address_without_escapes_is_not_spelt_again_and_the_next_hop_is(monkeypatch):
    url = "https://www.news.test:8443/2024/03/a-b_c.html?page=2&x=1"
    options = {"dont_filter": True, "cb_kwargs": {"asked": url}, "priority": 3}
    request = spelt_request(url, **options)
    assert request.to_dict() == Request(url, **options).to_dict()
    assert request.replace(url="https://a.test/ö").url == "https://a.test/%C3%B6"
    asked = []
    monkeypatch.setattr("scrapy.http.request.safe_url_string", lambda url, _: asked.append(url) or url)
    spelt_request(url)
    spelt_request("https://a.test/ö")
    assert asked == ["https://a.test/ö"]
