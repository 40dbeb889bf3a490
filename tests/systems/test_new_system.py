"""``python -m crawler.systems.new``: a system is begun, is known everywhere, and fails until it is written."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from crawler.systems import new

PROJECT = Path(__file__).parents[2]
PARTS = ["crawler", "archive", "pipelines", "docs", "tests/systems", "tests/conftest.py", "tests/loopback.py", "pyproject.toml"]

WRITTEN = """query = query_of(request.url)
        if not request.url.startswith(f"{API}?") or query["key"] != "a-video":
            return None
        shown = sorted(self.shown, key=lambda said: said.at)
        first = (int(query["page"]) - 1) * self.page_size
        rows = [
            {"id": said.id, "parent": said.parent, "author": said.author, "html": f"<p>{said.text}</p>", "likes": said.likes, "created": said.iso}
            for said in shown[first : first + self.page_size]
        ]
        return json_answer({"total": self.counted(), "pages": -(-len(shown) // self.page_size), "comments": rows})"""


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """A copy of the project with a system that was begun."""
    copy = tmp_path_factory.mktemp("project")
    for part in PARTS:
        source, target = PROJECT / part, copy / part
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    run(copy, "-m", "crawler.systems.new", "exampletalk", "--title", "Example Talk")
    return copy


def run(folder: Path, *arguments: str, status: int = 0) -> str:
    done = subprocess.run([sys.executable, *arguments], cwd=folder, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


def conformance(folder: Path, *more: str, status: int) -> str:
    return run(folder, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/systems/test_conformance.py", *more, status=status)


def test_every_file_is_there_and_the_system_is_known(project):
    for path in new.files("exampletalk", "Example Talk"):
        assert (project / path).is_file(), path
    said = run(project, "-c", "from crawler.systems import REGISTRY; print(*(one.__name__ for one in REGISTRY))").split()
    assert said.index("ExampleTalk") < said.index("Unsupported") < said.index("SchemaOrg")
    assert "[Example Talk](systems/exampletalk.md)" in (project / "docs" / "systems.md").read_text("utf-8")


def test_the_files_are_clean(project):
    pytest.importorskip("ruff")
    paths = [path for path in new.files("exampletalk", "Example Talk") if path.endswith(".py")]
    run(project, "-m", "ruff", "check", "--no-cache", *paths, "crawler/systems/__init__.py")


def test_the_conformance_tests_take_it_in_and_fail_until_it_is_written(project):
    said = conformance(project, "-k", "ExampleTalkService", "--maxfail=3", status=1)
    assert "NotImplementedError" in said
    assert "stopping after 3 failures" in said


def test_with_a_service_that_answers_all_of_them_pass(project):
    service = project / "tests" / "systems" / "services" / "exampletalk.py"
    text = service.read_text("utf-8")
    begun = text[text.index("raise NotImplementedError") :].rstrip("\n")
    text = text.replace(begun, WRITTEN)
    service.write_text(text.replace("import Service, page_with", "import Service, json_answer, page_with, query_of"), "utf-8")
    conformance(project, "-k", "ExampleTalkService or every_system_has_a_service", status=0)


@pytest.mark.parametrize("arguments", [["Example"], ["a"], ["wordpress"], ["exampletalk", "--title", 'a"b'], ["isso"]])
def test_a_name_that_is_none_or_is_taken_is_refused_and_nothing_is_written(project, arguments):
    before = sorted(project.rglob("*.py"))
    with pytest.raises(SystemExit) as refused:
        new.main([*arguments, "--into", str(project)])
    assert refused.value.code == 2
    assert sorted(project.rglob("*.py")) == before


def test_another_folder_is_no_project(tmp_path):
    with pytest.raises(SystemExit) as refused:
        new.main(["exampletalk", "--into", str(tmp_path)])
    assert (refused.value.code, list(tmp_path.iterdir())) == (2, [])
