"""The examples of deploy/ are run as far as a test can: cron's and systemd's very command lines, what a linter says."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest
import yaml
from loopback import HTML, Answer, LoopbackSite

import archive

PROJECT = Path(__file__).parents[2]
DEPLOY = PROJECT / "deploy"
HOME = """<html><head><title>Home</title></head><body><main><h2><a href="/watch/1">One story of many words</a></h2></main></body></html>"""
STORY = """<!doctype html><html lang="en"><head><title>A story</title><meta property="og:type" content="article"></head>
<body class="single postid-1"><h1 class="entry-title">A story</h1><div id="comments"><ol class="comment-list">
<li id="comment-7" class="comment"><article id="div-comment-7" class="comment-body"><footer class="comment-meta"><div class="comment-author vcard">
<b class="fn">Reader</b> <span class="says">says:</span></div><div class="comment-metadata"><a href="#comment-7">
<time datetime="2024-05-01T10:00:00+00:00">then</time></a></div></footer><div class="comment-content"><p>Text</p></div></article></li></ol>
<div id="respond"><form id="commentform"><input type="hidden" name="comment_post_ID" value="1"></form></div></div></body></html>"""
QUICK = ["-s", "DOWNLOAD_DELAY=0"]


@pytest.fixture
def site(loopback) -> LoopbackSite:
    return loopback({"/": Answer(HOME, headers=HTML), "/watch/1": Answer(STORY, headers=HTML)})


@pytest.fixture
def home(tmp_path, site) -> Path:
    """What the examples call /var/lib/talkback; beside it ``opt``, what they call /opt/talkback."""
    home, opt = tmp_path / "home", tmp_path / "opt"
    home.mkdir()
    (opt / ".venv" / "bin").mkdir(parents=True)
    program = opt / ".venv" / "bin" / "scrapy"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m scrapy "$@" -s DOWNLOAD_DELAY=0 -s RETRY_TIMES=0\n', encoding="utf-8")
    program.chmod(0o755)
    shutil.copytree(DEPLOY, opt / "deploy")
    (home / "sites.txt").write_text(site.url("/") + "\n", encoding="utf-8")
    (home / "sites.toml").write_text("[defaults]\nmax_pages = 5\n", encoding="utf-8")
    return home


def placed(text: str, home: Path) -> str:
    return text.replace("/var/lib/talkback", str(home)).replace("/opt/talkback", str(home.parent / "opt"))


# --- cron ----------------------------------------------------------------------------------------


def crontab(home: Path) -> tuple[dict[str, str], list[list[str]]]:
    """The environment and the lines (five fields, user, command) of the crontab."""
    environment, lines = {}, []
    for line in placed((DEPLOY / "cron" / "talkback").read_text("utf-8"), home).splitlines():
        if line.strip() and not line.startswith("#"):
            name = re.match(r"(\w+)=(.*)", line)
            if name:
                assert name[2], "Debian's cron takes NAME= for a time and ignores the whole file; empty is \"\""
                environment[name[1]] = name[2].strip('"')
            else:
                lines.append(line.split(None, 6))
    return environment, lines


def as_cron_does(home: Path, command: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a line's command with nothing but what cron gives it."""
    environment, _ = crontab(home)
    given = {**environment, "HOME": str(home), "LOGNAME": "talkback", "PYTHONPATH": str(PROJECT), **more}
    return subprocess.run(["/bin/sh", "-c", command], env=given, cwd="/", capture_output=True, text=True, timeout=120, check=False)


def test_the_crontab_finds_visits_again_and_tidies_up(home):
    _, lines = crontab(home)
    assert len(lines) == 4
    for minute, hour, *_, user, command in lines:
        assert re.fullmatch(r"[\d,*/]+", minute + hour)
        assert user == "talkback"
        assert "%" not in command, "cron takes it for a line's end"
    find, again, compact, vacuum = (line[-1] for line in lines)
    first = as_cron_does(home, find)
    assert (first.returncode, first.stdout, first.stderr) == (0, "", ""), first.stderr
    held = archive.open(str(home / "archive"))
    assert held.comments().to_table().num_rows == 1
    for command in (again, compact, vacuum):
        done = as_cron_does(home, command)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), "cron mails what is printed"
    assert {row["spider"] for row in held.crawls().to_pylist()} == {"site", "revisit"}
    logs = list((home / "log").glob("*.log"))
    assert len(logs) == 2
    assert "Spider closed (finished)" in logs[0].read_text("utf-8")


def test_cron_mails_one_line_when_something_was_lost(home, site):
    site.paths["/watch/1"] = Answer(status=500)
    _, lines = crontab(home)
    done = as_cron_does(home, lines[0][-1])
    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("scrapy crawl site: exit status 1: 1 lost (1 http)")
    wrong = as_cron_does(home, f"cd {home} && talkback-run site -a url_file=absent.txt")
    assert wrong.returncode == 2
    assert "absent.txt" in wrong.stderr
    assert len(wrong.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("status", "reason", "mailed"),
    [
        (3, "3 threads not whole (3 partial); see x.json", False),
        (3, "3 threads not whole (3 partial); extractor looks broken: example.org (empty); see x.json", True),
        (3, "no report: disk full", True),
        (1, "1 lost (1 http); 3 threads not whole (3 partial); see x.json", True),
    ],
)
def test_cron_mails_what_somebody_should_look_at_and_not_threads_that_are_never_whole(home, status, reason, mailed):
    said = f"scrapy crawl revisit: exit status {status}: {reason}"
    program = home.parent / "opt" / ".venv" / "bin" / "scrapy"
    program.write_text(f"#!/bin/sh\necho '{said}' >&2\nexit {status}\n", encoding="utf-8")
    done = as_cron_does(home, f"cd {home} && talkback-run revisit")
    assert (done.returncode, done.stdout, done.stderr) == (status, "", f"{said}\n" if mailed else "")
    (log,) = (home / "log").glob("revisit-*.log")
    assert said in log.read_text("utf-8")
    source = (PROJECT / "crawler" / "monitoring" / "run.py").read_text("utf-8")
    assert "extractor looks broken: " in source
    assert "no report: " in source


def test_a_run_that_overlaps_with_the_one_before_is_no_mail(home):
    said = "scrapy crawl: this crawl is running already; wait for its end, or begin another one with -s CRAWL_ID=NAME"
    program = home.parent / "opt" / ".venv" / "bin" / "scrapy"
    program.write_text(f"#!/bin/sh\necho '{said}' >&2\nexit 2\n", encoding="utf-8")
    done = as_cron_does(home, f"cd {home} && talkback-run revisit")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    from crawler import resumption

    assert "this crawl is running already" in Path(resumption.__file__).read_text("utf-8")


# --- systemd -------------------------------------------------------------------------------------

UNITS = sorted((DEPLOY / "systemd").glob("*"))


def unit(path: Path) -> ConfigParser:
    read = ConfigParser(interpolation=None, strict=False)
    read.optionxform = str  # type: ignore[assignment,method-assign]  # as configparser's documentation says
    read.read_string(path.read_text("utf-8"))
    return read


@pytest.mark.parametrize("name", ["talkback-site", "talkback-revisit"])
def test_the_very_command_of_a_service_runs(home, name):
    service = unit(DEPLOY / "systemd" / f"{name}.service")["Service"]
    if name == "talkback-revisit":
        assert as_cron_does(home, crontab(home)[1][0][-1]).returncode == 0
    command = placed(service["ExecStart"], home).replace("${CONTACT}", "")
    key, value = service["Environment"].split("=")
    environment = {**os.environ, key: value, "PYTHONPATH": str(PROJECT)}
    done = subprocess.run(shlex.split(command), cwd=home, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert archive.open(str(home / "archive")).comments().to_table().num_rows == 1


def test_the_very_commands_of_tidying_up_run(home):
    assert as_cron_does(home, crontab(home)[1][0][-1]).returncode == 0
    commands = re.findall("^ExecStart=(.+)$", (DEPLOY / "systemd" / "talkback-tidy.service").read_text("utf-8"), re.MULTILINE)
    assert [shlex.split(command)[2] for command in commands] == ["compact", "vacuum"]
    for command in commands:
        assert as_cron_does(home, f"cd {home} && {placed(command, home)}").returncode == 0


def test_whatever_vacuums_knows_what_a_dead_crawl_has_to_commit():
    """Without the crawls' own STATE_DIR it takes the parts of a crawl that was killed for nobody's after a day."""
    files = [*UNITS, DEPLOY / "cron" / "talkback", DEPLOY / "container" / "compose.yaml"]
    lines = [line for path in files for line in path.read_text("utf-8").splitlines() if "archive vacuum" in line]
    assert len(lines) == 3
    assert [line for line in lines if "-s STATE_DIR=state" not in line] == []


def test_each_timer_has_its_service_and_a_warning_is_no_failure():
    timers = [path for path in UNITS if path.suffix == ".timer"]
    assert [timer.stem for timer in timers] == ["talkback-revisit", "talkback-site", "talkback-tidy"]
    for timer in timers:
        service = unit(timer.with_suffix(".service"))["Service"]
        if timer.stem == "talkback-tidy":
            continue
        assert service["SuccessExitStatus"] == "3"
        assert service["KillSignal"] == "SIGINT"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_finds_nothing_wrong_with_the_units(home, tmp_path):
    folder = tmp_path / "units"
    folder.mkdir()
    for path in UNITS:
        (folder / path.name).write_text(placed(path.read_text("utf-8"), home), encoding="utf-8")
    whole = [str(path) for path in folder.iterdir() if "@" not in path.name]
    done = subprocess.run(["systemd-analyze", "verify", *whole], capture_output=True, text=True, timeout=60, check=False)
    # What else is installed on the machine may have faults of its own.
    assert (done.returncode, [line for line in done.stderr.splitlines() if "talkback" in line or str(folder) in line]) == (0, [])


# --- containers and scrapyd ----------------------------------------------------------------------


def test_the_image_holds_every_package_and_what_pip_needs():
    text = (DEPLOY / "container" / "Dockerfile").read_text("utf-8")
    copied = {word.removeprefix("./") for line in re.findall(r"^COPY (?!--)(.+)$", text, re.MULTILINE) for word in line.split()[:-1]}
    assert copied == {"archive", "crawler", "pipelines", "sample", "constraints.txt", "setup.py", "pyproject.toml", "README.md"}
    assert all((PROJECT / name).exists() for name in copied)
    allowed = (DEPLOY / "container" / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
    assert copied == {line[1:] for line in allowed if line.startswith("!")}


def test_the_commands_of_the_containers_run(home):
    services = yaml.safe_load((DEPLOY / "container" / "compose.yaml").read_text("utf-8"))["services"]
    environment = {**os.environ, "SCRAPY_SETTINGS_MODULE": "crawler.settings", "PYTHONPATH": str(PROJECT)}
    for name in ("site", "revisit"):
        assert services[name]["read_only"] is True
        done = subprocess.run(
            [sys.executable, "-m", "scrapy", *(word.replace("${CONTACT:-}", "") for word in services[name]["command"]), *QUICK],
            cwd=home, env=environment, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    assert archive.open(str(home / "archive")).comments().to_table().num_rows == 1


def test_scrapyd_gives_the_project_no_feeds_of_its_own():
    read = ConfigParser()
    read.read(DEPLOY / "scrapyd" / "scrapyd.conf")
    assert read["scrapyd"]["items_dir"] == ""
    assert read["scrapyd"]["bind_address"] == "127.0.0.1"
