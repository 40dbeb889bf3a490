"""An S3 server for every test: moto's always, and a real one where TALKBACK_S3 names its endpoint file."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).parents[1] / name) for name in ("archive", "crawl")]  # archive_rows, writer, soundness

from bucket import REAL, Bucket, Server  # noqa: E402 - finds its neighbours by the line above
from proxy import Proxy  # noqa: E402 - the same

MOTO = """
import logging, sys
from moto.server import ThreadedMotoServer
logging.getLogger("werkzeug").setLevel(logging.WARNING)  # a line for each request
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
print("http://{}:{}".format(*server.get_host_and_port()), flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def _no_fsync(monkeypatch: pytest.MonkeyPatch) -> None:
    """Local state survives a killed process without it."""
    monkeypatch.setattr(os, "fsync", lambda handle: None)


@pytest.fixture(autouse=True)
def _nobodys_keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What the machine knows of AWS is not there."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "aws-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "aws-credentials"))


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    if REAL is not None:
        yield REAL
        return
    # In a process of its own: delta-rs holds the GIL in some of its calls, and a server here could not answer.
    running = subprocess.Popen([sys.executable, "-c", MOTO], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    if running.stdin is None or running.stdout is None:
        raise RuntimeError("asked for above")
    yield Server(running.stdout.readline().strip())
    running.stdin.close()
    running.wait(10)
    running.stdout.close()


@pytest.fixture
def bucket(server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Bucket]:
    """An empty bucket, and an environment that leads to it."""
    made = Bucket(server, tmp_path)
    for name, value in made.environment().items():
        monkeypatch.setenv(name, value)
    made.create()
    yield made
    made.remove()


@pytest.fixture
def proxy(bucket: Bucket, server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """The way to the bucket leads through this."""
    between = Proxy(server.url)
    monkeypatch.setenv("AWS_ENDPOINT_URL", between.url)
    yield between
    between.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """boto3 pauses for a moment only before it tries again."""
    from botocore.retries.standard import ExponentialBackoff

    monkeypatch.setattr(ExponentialBackoff, "delay_amount", lambda self, context: 0.02)
