"""What an installation holds: every file of the packages, nothing of the tests, and a project that Scrapy finds."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

PROJECT = Path(__file__).parents[1]
PACKAGES = ("archive", "crawler", "pipelines", "sample")
ENVIRONMENT = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}


def run(*words: str, folder: Path, **environment: str) -> str:
    done = subprocess.run(
        words,
        cwd=folder,
        capture_output=True,
        timeout=120,
        check=False,
        text=True,
        env={**ENVIRONMENT, **environment},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """A folder with ``lib``, what setup.py installs, and ``talkback.egg-info``, what it says of it."""
    folder = tmp_path_factory.mktemp("built")
    source = folder / "source"
    for package in PACKAGES:
        shutil.copytree(PROJECT / package, source / package, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    for name in ("setup.py", "pyproject.toml", "README.md"):
        shutil.copy(PROJECT / name, source / name)
    run(sys.executable, "setup.py", "-q", "build_py", "-d", str(folder / "lib"), folder=source)
    run(sys.executable, "setup.py", "-q", "egg_info", "-e", str(folder), folder=source)
    return folder


def test_every_file_of_the_packages_is_installed_and_nothing_else(built):
    source, lib = built / "source", built / "lib"
    there = {path.relative_to(source) for name in PACKAGES for path in (source / name).rglob("*") if path.is_file()}
    assert {path.relative_to(lib) for path in lib.rglob("*") if path.is_file()} == there


def test_scrapy_finds_the_installed_project_from_any_folder(built, tmp_path):
    environment = {"PYTHONPATH": str(built / "lib"), "SCRAPY_SETTINGS_MODULE": "crawler.settings"}
    assert run(sys.executable, "-m", "scrapy", "list", folder=tmp_path, **environment).split() == ["pages", "revisit", "site"]
    where = "import crawler, archive; print(crawler.__file__)"
    assert run(sys.executable, "-c", where, folder=tmp_path, **environment).startswith(str(built / "lib"))


def test_an_installed_project_reads_a_page_without_the_source(built, tmp_path):
    page = PROJECT / "tests" / "fixtures" / "seed" / "phpmelody" / "page.html"
    environment = {"PYTHONPATH": str(built / "lib"), "SCRAPY_SETTINGS_MODULE": "crawler.settings"}
    url = "https://www.example.org/watch.html"
    line = run(
        sys.executable, "-m", "scrapy", "extract", str(page), "--url", url, folder=tmp_path, **environment
    )
    assert '"system": "phpmelody"' in line


def test_scrapyd_finds_the_settings_of_an_egg(built):
    points = ConfigParser()
    points.read(built / "talkback.egg-info" / "entry_points.txt")
    assert points["scrapy"]["settings"] == "crawler.settings"


def requirements(built: Path) -> list[Requirement]:
    lines = (built / "talkback.egg-info" / "requires.txt").read_text("utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("[")]


def test_every_requirement_is_pinned_to_a_version_that_its_bounds_allow(built):
    lines = (PROJECT / "constraints.txt").read_text("utf-8").splitlines()
    pinned = dict(line.split("==") for line in lines if line and not line.startswith("#"))
    for requirement in requirements(built):
        assert requirement.name in pinned, "constraints.txt lacks it"
        assert requirement.specifier.contains(pinned[requirement.name]), requirement


def test_the_format_of_the_log_is_written_by_one_exact_version(built):
    (deltalake,) = (requirement for requirement in requirements(built) if requirement.name == "deltalake")
    assert [part.operator for part in deltalake.specifier] == ["=="]


def test_the_code_is_written_for_the_oldest_python_that_may_install_it(built):
    described = (built / "talkback.egg-info" / "PKG-INFO").read_text("utf-8")
    stated = re.search(r"^Requires-Python: (.+)$", described, re.MULTILINE)
    assert stated
    assert SpecifierSet(stated[1]).contains("3.11")
    assert not SpecifierSet(stated[1]).contains("3.10.99")
    assert 'target-version = "py311"' in (PROJECT / "pyproject.toml").read_text("utf-8")


def test_the_version_is_the_packages_own(built):
    from crawler import __version__

    said = re.search(r"^Version: (.+)$", (built / "talkback.egg-info" / "PKG-INFO").read_text("utf-8"), re.MULTILINE)
    assert said
    assert Version(said[1]) == Version(__version__)


# --- make ----------------------------------------------------------------------------------------


def test_an_address_reaches_the_crawler_as_it_was_given_and_runs_nothing(tmp_path):
    """An address is pasted from anywhere: neither make nor the shell may read it."""
    scrapy = tmp_path / "venv" / "bin" / "scrapy"
    scrapy.parent.mkdir(parents=True)
    scrapy.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n', encoding="utf-8")
    scrapy.chmod(0o755)
    (tmp_path / "venv" / ".ready").touch()
    touched = tmp_path / "touched"
    url = f"https://example.org/a b?x=1&y=$(touch {touched})`touch {touched}`$(shell touch {touched})#%23\"';|$HOME"
    said = run("make", "-s", f"VENV={tmp_path / 'venv'}", "crawl", f"URL={url}", folder=PROJECT)
    assert f"url={url}" in said.splitlines()
    assert not touched.exists()


def test_an_old_python_is_refused_with_the_way_out(tmp_path):
    old = tmp_path / "python"
    old.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    old.chmod(0o755)
    done = subprocess.run(
        ["make", f"VENV={tmp_path / 'venv'}", f"PYTHON={old}", "crawl"],
        cwd=PROJECT,
        capture_output=True,
        timeout=30,
        check=False,
        text=True,
    )
    assert done.returncode == 2
    assert "make PYTHON=" in done.stderr
    assert not (tmp_path / "venv").exists()
