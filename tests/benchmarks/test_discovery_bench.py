"""The benchmark of finding pages compares what was asked for and archived with what is served, and says what is wrong."""

import shutil

import pytest

from benchmarks.crawl.measure import RunError
from benchmarks.discovery.__main__ import crawled
from benchmarks.discovery.site import running

needs_nginx = pytest.mark.skipif(
    shutil.which("nginx", path="/usr/local/sbin:/usr/sbin:/usr/local/bin:/usr/bin") is None,
    reason="there is no nginx (apt-get install nginx-light)",
)


@needs_nginx
def test_every_page_of_a_site_is_found_once_no_trap_is_entered_and_later_crawls_ask_only_where_pages_are_named(tmp_path):
    with running(tmp_path / "site", 100) as site:
        assert len(site.others) == 2
        requests, others = crawled(site, tmp_path / "crawls", "all")[1:3]
        assert int(requests) > len(site.pages) + len(site.places)
        assert others == "2"
        requests, others = crawled(site, tmp_path / "crawls", "new")[1:3]
        assert (int(requests), others) == (len(site.places) + 1, "0"), "robots.txt is asked for twice"
        site.pages.append("/2024/03/nobody-names-it/")
        with pytest.raises(RunError, match="holds"):
            crawled(site, tmp_path / "crawls", "new")
        site.pages.pop()
        site.places.remove("/news/page/2/")
        with pytest.raises(RunError, match="traps: 1, for instance \\['/news/page/2/'\\]"):
            crawled(site, tmp_path / "crawls", "new")
