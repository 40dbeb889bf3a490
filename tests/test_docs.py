"""What README and docs/ say is so: commands, options, tables, links, and the code that is shown."""

from __future__ import annotations

import argparse
import os
import re
import shlex
import subprocess
import sys
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
from scrapy.settings import default_settings
from scrapy.utils.project import get_project_settings

from archive.table_docs import table_docs
from crawler import settings

PROJECT = Path(__file__).parents[1]
README = PROJECT / "README.md"
COMMANDS = PROJECT / "docs" / "commands.md"
DOCS = [README, *sorted((PROJECT / "docs").rglob("*.md"))]
BUILT = {".venv", "venv", "build", "dist", "data", "__pycache__"}
ENVIRONMENT = {**os.environ, "COLUMNS": "200", "NO_COLOR": "1"}


@cache
def said(*command: str) -> str:
    """What a command of the project writes to stdout."""
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, timeout=60, check=True, text=True, env=ENVIRONMENT)
    return done.stdout


@cache
def parser(command: str) -> argparse.ArgumentParser:
    """The parser of a command of the project, as ``scrapy`` builds it."""
    found = import_module(f"crawler.commands.{command}").Command()
    found.settings = get_project_settings()
    built = argparse.ArgumentParser(conflict_handler="resolve")
    found.add_options(built)
    return built


def offered(built: argparse.ArgumentParser) -> set[str]:
    """The options of a parser and of its tasks."""
    found = {name for action in built._actions for name in action.option_strings}
    return found.union(*(offered(task) for task in tasks(built).values()))


def tasks(built: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """The parsers of a command's tasks by name."""
    groups = [action for action in built._actions if isinstance(action, argparse._SubParsersAction)]
    return {name: task for group in groups for name, task in group.choices.items()}


def options(text: str) -> set[str]:
    """The options that a text names."""
    return set(re.findall(r"(?<![\w-])(--?[A-Za-z][\w-]*)", text))


def section(heading: str) -> str:
    """A section of docs/commands.md."""
    found = re.search(rf"^## {re.escape(heading)}.*?(?=^## |\Z)", COMMANDS.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert found, heading
    return found[0]


def targets() -> set[str]:
    """The targets of the Makefile that are commands."""
    phony = re.search(r"^\.PHONY: (.+)$", (PROJECT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert phony
    return set(phony[1].split())


def shell_lines(document: Path) -> list[list[str]]:
    """The commands in indented blocks and behind backticks, as words."""
    text = document.read_text("utf-8")
    lines = re.findall(r"^    (\S.*)$", text, re.MULTILINE) + re.findall(r"`((?:make|scrapy|python -m) [^`]+)`", text)
    return [shlex.split(line.partition(" | ")[0], comments=True) for line in lines]


# --- the tables ----------------------------------------------------------------------------------


def test_the_page_of_tables_is_what_the_records_say():
    assert (PROJECT / "docs" / "tables.md").read_text("utf-8") == table_docs()


def test_the_page_of_systems_is_what_the_registry_says_and_each_has_a_page():
    from crawler.systems import REGISTRY
    from crawler.systems.table import systems_table

    assert (PROJECT / "docs" / "systems.md").read_text("utf-8") == systems_table()
    assert {file.stem for file in (PROJECT / "docs" / "systems").glob("*.md")} - {"writing"} == {
        system.name for system in REGISTRY
    }


def test_a_word_of_the_closing_table_is_explained():
    from crawler.summary import COLUMNS, TABLES

    text = COMMANDS.read_text("utf-8")
    assert all(f"`{change}`" in text for change in COLUMNS)
    assert set(TABLES) <= set(re.findall(r"^## (\w+)$", table_docs(), re.MULTILINE))


def test_the_options_of_a_site_are_documented_with_their_defaults():
    from dataclasses import fields

    from archive.schema import field_docs
    from crawler.sites import SiteOptions

    rows = re.findall(r"^\| `(\w+)` \| `([^`]*)` \| (.+) \|$", (PROJECT / "docs" / "sites.md").read_text("utf-8"), re.MULTILINE)
    shown = {True: "true", False: "false", (): "[]"}
    defaults = {f.name: f.default for f in fields(SiteOptions)}
    flags = {name: shown.get(value) if isinstance(value, bool | tuple) else f"{value:g}" for name, value in defaults.items()}
    assert {name: default for name, default, _ in rows} == flags
    assert {name: text for name, _, text in rows} == field_docs(SiteOptions)


# --- commands ------------------------------------------------------------------------------------


def own_commands() -> list[str]:
    folder = PROJECT / "crawler" / "commands"
    return sorted(file.stem for file in folder.glob("*.py") if file.stem != "__init__")


def test_every_command_of_the_project_has_its_section_and_no_other_is_promised():
    named = re.findall(r"^## `scrapy (\w+)", COMMANDS.read_text("utf-8"), re.MULTILINE)
    assert sorted(set(named)) == own_commands()


def test_every_option_of_a_command_is_documented():
    documented = options(COMMANDS.read_text("utf-8"))
    for command in own_commands():
        assert not offered(parser(command)) - documented, f"scrapy {command}"


def test_every_task_of_an_archive_is_documented_with_its_options_and_no_other():
    rows = dict(re.findall(r"^\| `(\w+)[^`]*` \| (.+)$", section("`scrapy archive"), re.MULTILINE))
    built = tasks(parser("archive"))
    assert set(rows) == set(built)
    common = {"-h", "--help", "-s", "--set"}
    assert {name: options(row) for name, row in rows.items()} == {
        name: offered(task) - common for name, task in built.items()
    }


def test_every_documented_option_is_one_of_a_command():
    real = set().union(*(offered(parser(command)) for command in own_commands()))
    assert options(COMMANDS.read_text("utf-8").replace(section("`make`"), "")) <= real


def test_every_spider_argument_is_documented():
    from crawler.spiders.base import ArgumentError
    from crawler.spiders.pages import PagesSpider
    from crawler.spiders.revisit import RevisitSpider
    from crawler.spiders.site import SiteSpider

    for spider in (PagesSpider, SiteSpider, RevisitSpider):
        with pytest.raises(ArgumentError, match="nonsense") as refused:
            spider.check_arguments(nonsense="1")
        known = set(re.findall(r"\b\w+\b", str(refused.value).partition("knows the arguments")[2])) - {"and", "only"}
        assert known == set(re.findall(r"`-a (\w+)=", section(f"`scrapy crawl {spider.name}`"))), spider.name


def test_every_target_of_make_is_documented_and_helped_with():
    promised = {
        word
        for target in re.findall(r"`make ([a-z][\w-]*)", COMMANDS.read_text("utf-8"))
        for word in target.split()
    }
    assert promised == targets()
    assert set(re.findall(r"^make ([\w-]+)", said("make", "help"), re.MULTILINE)) | {"lint", "types", "help"} == targets()


@pytest.mark.parametrize("document", DOCS, ids=lambda path: path.name)
def test_every_command_that_is_shown_exists_with_its_options(document):
    spiders = said(sys.executable, "-m", "scrapy", "list").split()
    for command, *words in shell_lines(document):
        if command == "make":
            assert {word for word in words if "=" not in word} <= targets() | {"..."}
        elif command == "scrapy" and words[0] != "genspider":
            assert words[0] in own_commands()
            assert {word for word in words[1:] if re.fullmatch(r"--?[A-Za-z][\w-]*", word)} <= offered(parser(words[0]))
            assert words[0] != "archive" or words[1] in tasks(parser("archive")) or words[1] == "TASK"
            assert words[0] != "crawl" or words[1:2] == [] or words[1] in (*spiders, "SPIDER")
            given = {words[n + 1].partition("=")[0] for n, word in enumerate(words) if word == "-s"}
            assert all(hasattr(settings, name) or hasattr(default_settings, name) for name in given - {"NAME"}), words
        elif command == "python" and words[0] == "-m":
            module = PROJECT / words[1].replace(".", "/")
            assert module.with_suffix(".py").is_file() or (module / "__main__.py").is_file(), words


# --- what is shown works -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def crawled(tmp_path_factory) -> tuple[Path, str]:
    """The folder of an archive of the sample site, and what its crawl printed."""
    folder = tmp_path_factory.mktemp("crawled folder with 'quotes'")
    given = {"ARCHIVE_URI": folder / "data" / "archive", "STATE_DIR": folder / "data" / "state", "DOWNLOAD_DELAY": 0}
    options = [word for name, value in given.items() for word in ("-s", f"{name}={value}")]
    crawl = [sys.executable, "-m", "scrapy", "crawl", "pages", "-a", "url_file={urls}", *options]
    command = [sys.executable, "-m", "sample", "--port", "0", "--run", *crawl]
    done = subprocess.run(
        command, cwd=PROJECT, capture_output=True, timeout=120, check=False, text=True, env=ENVIRONMENT
    )
    assert done.returncode == 0, done.stderr
    return folder, done.stdout


def test_the_python_of_the_readme_runs(crawled):
    (snippet,) = re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", snippet],
        cwd=crawled[0],
        env={**ENVIRONMENT, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        timeout=60,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "author_name" in done.stdout
    assert "110" in done.stdout


def test_the_line_to_look_runs_in_a_shell_whatever_the_folder_is_called(crawled):
    (line,) = re.findall(r"^Look:\s+(.+)$", crawled[1], re.MULTILINE)
    done = subprocess.run(
        ["bash", "-c", line], cwd=PROJECT, capture_output=True, timeout=60, check=False, text=True, env=ENVIRONMENT
    )
    assert done.returncode == 0, done.stderr
    assert "author_name" in done.stdout
    assert "20 rows" in done.stdout


def test_the_readme_shows_the_table_that_a_first_crawl_of_the_sample_site_prints(crawled):
    def table(text: str) -> list[str]:
        rows = re.search(r"^ +read .*?(?=\nFiles:)", text, re.MULTILINE | re.DOTALL)
        assert rows
        return [" ".join(line.split()) for line in rows[0].splitlines()]

    assert table(README.read_text("utf-8")) == table(crawled[1])


def test_the_number_of_locales_is_that_of_the_table():
    from crawler.systems.wordpress.locales import locales

    assert re.findall(r"(\d+) locales", README.read_text("utf-8")) == [str(len(locales()))]


# --- documents -----------------------------------------------------------------------------------


def anchors(document: Path) -> set[str]:
    """The anchors that a forge makes of the headings."""
    headings = re.findall(r"^#+ (.+)$", document.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(document):
    for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", document.read_text("utf-8")):
        path, _, anchor = link.partition("#")
        target = document.parent / path if path else document
        assert target.is_file(), link
        assert not anchor or anchor in anchors(target), link


def test_every_document_is_reached_from_the_readme():
    reached, waiting = {README}, [README]
    while waiting:
        document = waiting.pop()
        for link in re.findall(r"\]\(([\w./-]+\.md)[)#]", document.read_text("utf-8")):
            target = (document.parent / link).resolve()
            if target not in reached and target.is_file():
                reached.add(target)
                waiting.append(target)
    assert [path.name for path in DOCS if path not in reached] == []


@pytest.mark.parametrize("document", DOCS, ids=lambda path: path.name)
def test_every_file_that_is_named_exists(document):
    named = re.findall(r"`((?:archive|crawler|pipelines|sample|tests|docs)/[\w./-]+)`", document.read_text("utf-8"))
    assert [name for name in named if not (PROJECT / name).exists()] == []


def test_no_file_holds_a_path_of_a_machine_or_a_mark_of_unfinished_work():
    machine = re.compile(rb"(?<![\w.:/-])/(?:work|root|home/\w+|Users/\w+|mnt/\w+)/[\w.]|@@[A-Z]+@@")
    found = []
    for folder, folders, files in os.walk(PROJECT):
        folders[:] = [name for name in folders if name not in BUILT and not name.startswith(".")]
        for name in files:
            path = Path(folder, name)
            if path not in (Path(__file__), PROJECT / ".git") and machine.search(path.read_bytes()):
                found.append(str(path.relative_to(PROJECT)))
    assert found == []
