from __future__ import annotations

import ast
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy import __version__ as scrapy_version
from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings, Settings, default_settings
from scrapy.spiders import Spider

from crawler import settings as project
from crawler.politeness.manners import LEAST_DELAY, user_agent
from crawler.settings_check import ARCHIVE_NUMBERS, NUMBERS, problems
from crawler.settings_table import Setting, markdown, read_settings

ROOT = Path(__file__).parents[1]


def with_changes(**changes: Any) -> Settings:
    settings = Settings()
    settings.setmodule(project)
    settings.setdict(changes, priority="cmdline")
    return settings


@pytest.mark.parametrize("setting", read_settings(), ids=lambda setting: setting.name)
def test_the_default_in_a_comment_is_scrapys_and_is_really_changed(setting: Setting) -> None:
    if setting.default is None:
        assert not hasattr(default_settings, setting.name), "a name of Scrapy's cannot be the project's own"
        return
    stated = ast.literal_eval(setting.default)
    if setting.name == "USER_AGENT":
        stated = stated.replace("VERSION", scrapy_version)
    assert stated == getattr(default_settings, setting.name)
    assert setting.value != stated


def test_every_setting_is_read_and_has_its_line_in_the_documentation() -> None:
    settings = read_settings()
    assert {setting.name for setting in settings} == {name for name in dir(project) if name.isupper()}
    page = (ROOT / "docs" / "settings.md").read_text("utf-8")
    assert page == markdown(settings), "run: python -m crawler.settings_table > docs/settings.md"
    for setting in settings:
        assert any(
            f"| `{setting.name}` |" in line and f"`{setting.value!r}`" in line for line in page.splitlines()
        ), setting.name


def test_the_projects_own_settings_have_no_problem() -> None:
    assert problems(with_changes()) == []


@pytest.mark.parametrize("uri", ["data/archive", "/srv/a b", "../x", "s3://bucket", "s3://my-bucket/pre/fix"])
def test_archives_on_disk_and_s3_are_accepted(uri: str) -> None:
    assert problems(with_changes(ARCHIVE_URI=uri)) == []


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("ARCHIVE_URI", "ftp://host/x", "ftp:// is not known"),
        ("ARCHIVE_URI", "", "name a directory"),
        ("ARCHIVE_URI", None, "name a directory"),
        ("ARCHIVE_URI", "a\0b", "zero byte"),
        ("ARCHIVE_URI", "s3://", "no name of a bucket"),
        ("ARCHIVE_URI", "s3://Bucket_1/x", "no name of a bucket"),
        ("ARCHIVE_URI", "s3://bucket//x", "one slash between them"),
        ("ARCHIVE_URI", "s3://bucket/a%20b", "not understood alike"),
        ("S3_ENCRYPTION", "aes", "it must be AES256, aws:kms"),
        ("S3_KMS_KEY_ID", "some-key", "needs S3_ENCRYPTION=aws:kms"),
        ("S3_STORAGE_CLASS", "standard", "a name such as STANDARD_IA"),
        ("S3_STORAGE_CLASS", "GLACIER", "cannot be read at once"),
        ("S3_TIMEOUT", 0, "from 0.1"),
        ("S3_RETRIES", "-1", "from 0"),
        ("STATE_DIR", "s3://bucket/state", "local directory"),
        ("STATE_DIR", "", "local directory"),
        ("ARCHIVE_URI", "~/news", "write the whole path"),
        ("STATE_DIR", "~me/state", "write the whole path"),
        ("FLUSH_ROWS", "0", "whole number from 1"),
        ("FLUSH_ROWS", "many", "whole number"),
        ("FLUSH_ROWS", "1.5", "whole number"),
        ("FLUSH_ROWS", 1.5, "whole number"),
        ("FLUSH_ROWS", "1e3", "whole number"),
        ("FLUSH_SECONDS", -1, "from 0.1"),
        ("THREAD_MAX_REQUESTS", "nan", "whole number from 1 upwards"),
        ("THREAD_MAX_COMMENTS", "inf", "whole number from 1 upwards"),
        ("RETRY_AFTER_MAX", None, "number from 0"),
        ("ROBOTS_CACHE_SECONDS", 86_401, "to 86400"),
        ("CRAWL_DELAY_MAX", True, "number from 0"),
        ("DOWNLOAD_DELAY", "-5", "number from 0"),
        ("DOWNLOAD_TIMEOUT", 0, "from 0.1"),
        ("CONCURRENT_REQUESTS_PER_DOMAIN", "0", "from 1"),
        ("ROBOTSTXT_OBEY", "perhaps", "True or False"),
        ("COOKIES_ENABLED", "perhaps", "True or False"),
        ("DOWNLOAD_VERIFY_CERTIFICATES", "perhaps", "True or False"),
        ("DOWNLOAD_DELAY_JITTER", "some", "number from 0 to 1"),
        ("DOWNLOAD_WARNSIZE", "8M", "from 0"),
        ("CONCURRENT_ITEMS", "2", "from 1 to 1"),
        ("METAREFRESH_MAXDELAY", "5s", "from 0"),
        ("MEMUSAGE_LIMIT_MB", "2G", "from 0"),
        ("MEMUSAGE_LIMIT_MB", "-1", "from 0"),
        ("MEMUSAGE_WARNING_MB", "1G", "from 0"),
        ("AUTOTHROTTLE_ENABLED", "True", "below a site's Crawl-delay"),
        ("CONTACT", "a\r\nX-Injected: 1", "plain ASCII"),
        ("CONTACT", "me (at) example.org", "without brackets"),
        ("ALLOW_PRIVATE_HOSTS", "http://10.0.0.1", "no host name, address or network"),
        ("ALLOW_PRIVATE_HOSTS", "10.0.0.0/40", "no address and no network"),
        ("OPT_OUT_FILE", "nowhere/list.txt", "cannot be read"),
        ("OBEY_RESERVATIONS", "noindex,nofollow", "it may name noindex, noarchive, tdm-reservation, tdmrep.json"),
        ("DOWNLOAD_HANDLERS", {"http": "scrapy.core.downloader.handlers.http11.HTTP11DownloadHandler"}, "does not look"),
        ("VISIT_MAX_SECONDS", 0, "from 1"),
        ("SITE_MAX_PAGES", "-1", "from 0"),
        ("DISK_MIN_FREE_MB", -1, "from 0"),
        ("RESPONSE_HEADERS_MAX", 5, "from 10"),
        ("RESPONSE_HEADERS_MAXSIZE", 100, "from 1024"),
        ("URLLENGTH_LIMIT", -1, "from 0"),
        ("DEPTH_LIMIT", -1, "from 0"),
        ("CLOSESPIDER_TIMEOUT", -1, "from 0"),
        ("CRAWL_ID", "../x", "letters, digits"),
        ("CRAWL_ID", "x" * 101, "up to 100"),
        ("ARCHIV_URI", "x", "ARCHIVE_URI is meant?"),
        ("THREAD_MAX_REQUEST", "5", "THREAD_MAX_REQUESTS is meant?"),
    ],
)
def test_a_value_that_cannot_work_is_named_with_the_way_out(name: str, value: Any, said: str) -> None:
    found = problems(with_changes(**{name: value}))
    assert len(found) == 1
    assert found[0].startswith(name)
    assert said in found[0]


@pytest.mark.parametrize("name", ["OPT_OUT_FILE", "SITES_FILE"])
def test_a_pipe_is_no_file_to_be_read_twice(name: str) -> None:
    reading, writing = os.pipe()
    try:
        os.write(writing, b"# one host\n")
        os.close(writing)
        [found] = problems(with_changes(**{name: f"/dev/fd/{reading}"}))
    finally:
        os.close(reading)
    assert found.startswith(f"{name}: /dev/fd/{reading}")
    assert "a pipe, which can be read once only; name a" in found


def test_a_key_in_the_archives_address_is_refused_and_not_repeated() -> None:
    found = problems(with_changes(ARCHIVE_URI="s3://KEY:SECRET@bucket/x"))
    assert len(found) == 1
    assert "SECRET" not in found[0]


def test_settings_of_other_peoples_parts_are_left_alone() -> None:
    assert problems(with_changes(SENTRY_DSN="x", MYEXT_ENABLED="1")) == []


@given(st.sampled_from(sorted(NUMBERS | ARCHIVE_NUMBERS)), st.none() | st.booleans() | st.integers() | st.floats() | st.text())
def test_any_value_is_judged_and_an_accepted_one_is_a_number_in_range(name: str, value: Any) -> None:
    settings = BaseSettings()
    settings.setmodule(project)
    settings.set("REDIRECT_MAX_TIMES", 1)
    for default in ("DOWNLOAD_TIMEOUT", "DOWNLOAD_MAXSIZE", "CONCURRENT_REQUESTS", "RETRY_TIMES"):
        settings.set(default, getattr(project, default))
    settings.set(name, value, priority="cmdline")
    found = [problem for problem in problems(settings) if problem.startswith(f"{name} ")]
    if not found:
        rule = (NUMBERS | ARCHIVE_NUMBERS)[name]
        assert rule.least <= settings.getfloat(name) <= rule.most
        if rule.whole:
            assert float(settings.getint(name)) == settings.getfloat(name)


# --- what follows from settings ------------------------------------------------------------------


def completed(**changes: Any) -> BaseSettings:
    crawler = Crawler(Spider, with_changes(TWISTED_REACTOR_ENABLED=False, EXTENSIONS={}, **changes))
    crawler._apply_settings()
    return crawler.settings


def test_the_contact_stands_in_the_user_agent() -> None:
    assert completed()["USER_AGENT"] == project.USER_AGENT
    with_contact = completed(CONTACT="https://example.org/crawler")["USER_AGENT"]
    assert with_contact == f"{project.USER_AGENT} (+https://example.org/crawler)"
    assert completed(CONTACT="me@example.org", USER_AGENT="Mine/1")["USER_AGENT"] == "Mine/1 (me@example.org)"


def test_a_delay_of_nothing_becomes_the_least_one() -> None:
    assert completed(DOWNLOAD_DELAY="0").getfloat("DOWNLOAD_DELAY") == LEAST_DELAY
    assert completed(DOWNLOAD_DELAY="2.5").getfloat("DOWNLOAD_DELAY") == 2.5


@given(st.text())
def test_no_contact_can_end_the_header_or_its_comment(contact: str) -> None:
    header = user_agent("Talkback/1", contact)
    assert header.isascii()
    assert header.isprintable()
    assert header.count("(") == header.count(")") <= 1
