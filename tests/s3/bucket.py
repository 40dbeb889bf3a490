"""A bucket of the test's server: where an archive lies, and what is in it."""

from __future__ import annotations

import json
import os
import re
import secrets
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import boto3
import pytest

import archive
from archive.exporter import Exporter
from archive.s3_options import S3Options
from archive.schema import TABLES


@dataclass(frozen=True, slots=True)
class Server:
    """An S3 server and two users of it; a bucket of the first is closed to the second."""

    url: str
    region: str = "us-east-1"
    pids: str = ""
    owner: tuple[str, str] = ("owner-key", "owner-secret")
    stranger: tuple[str, str] = ("stranger-key", "stranger-secret")


def _real() -> Server | None:
    path = os.environ.get("TALKBACK_S3")
    if not path:
        return None
    said = json.loads(Path(path).read_text("utf-8"))
    return Server(**{name: tuple(value) if isinstance(value, list) else value for name, value in said.items()})


REAL = _real()
MOTO_CANNOT = "moto answers any signature and stores half a body: make test-s3"
TAKES_LONG = "takes minutes: make test-s3"


def only_real(reason: str):
    """Mark a test, or a class of them, that is for a real server only."""
    skip = pytest.mark.skipif(REAL is None, reason=reason)
    return lambda test: pytest.mark.s3(skip(test))

LANES = 4
"""Archives that are worked on at the same time."""
PATIENT = S3Options(timeout_s=20.0, retries=5)
"""Where nothing is to time out. A busy machine's server can carry out a write of which the client has given up the first
attempt and removed the second."""


@dataclass
class Bucket:
    server: Server
    folder: Path
    name: str = field(default_factory=lambda: f"talkback-{secrets.token_hex(6)}")
    prefix: str = "some/prefix"
    _opened: dict[tuple[str, str], archive.Archive] = field(default_factory=dict)

    @property
    def uri(self) -> str:
        return f"s3://{self.name}/{self.prefix}"

    def environment(self) -> dict[str, str]:
        key, secret = self.server.owner
        return {
            "AWS_ENDPOINT_URL": self.server.url,
            "AWS_ACCESS_KEY_ID": key,
            "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_DEFAULT_REGION": self.server.region,
        }

    @cached_property
    def _client(self):
        key, secret = self.server.owner
        session = boto3.Session(aws_access_key_id=key, aws_secret_access_key=secret, region_name=self.server.region)
        return session.client("s3", endpoint_url=self.server.url)

    def client(self):
        """A client that no change of the environment reaches."""
        return self._client

    def create(self) -> None:
        self.client().create_bucket(Bucket=self.name)

    def remove(self) -> None:
        client, keys = self.client(), self.objects()
        for start in range(0, len(keys), 1000):
            there = [{"Key": key} for key in keys[start : start + 1000]]
            client.delete_objects(Bucket=self.name, Delete={"Objects": there, "Quiet": True})
        for upload in client.list_multipart_uploads(Bucket=self.name).get("Uploads", ()):
            client.abort_multipart_upload(Bucket=self.name, Key=upload["Key"], UploadId=upload["UploadId"])
        client.delete_bucket(Bucket=self.name)

    def objects(self, among: str = "") -> list[str]:
        pages = self.client().get_paginator("list_objects_v2").paginate(Bucket=self.name)
        return [found["Key"] for page in pages for found in page.get("Contents", ()) if among in found["Key"]]

    def exporter(self, crawl_id: str = "crawl-1", state: str = "state", options: S3Options = PATIENT, **rest) -> Exporter:
        return Exporter(self.uri, crawl_id, state_dir=self.folder / state, s3=options, **rest)

    def started(self, crawl_id: str = "crawl-1", state: str = "state", options: S3Options = PATIENT) -> Exporter:
        exporter = self.exporter(crawl_id, state, options)
        exporter.start()
        return exporter

    def open(self) -> archive.Archive:
        where = self.uri, os.environ.get("AWS_ENDPOINT_URL", "")
        if where not in self._opened:  # it always sees the newest commits, and a client costs 0.1 s
            self._opened[where] = archive.open(self.uri)
        return self._opened[where]

    def every(self, table: str, *columns: str) -> Counter:
        """How often each combination of values stands in a table, every state counted."""
        rows = getattr(self.open(), table)(history=True).select(*columns).to_pylist()
        return Counter(tuple(row.values()) for row in rows)

    def committed(self) -> set[str]:
        opened = self.open()
        return {path for table in TABLES for path in opened.files(table)}

    def visible(self) -> set[str]:
        """What a plain glob over the partitions finds."""
        return {f"s3://{self.name}/{key}" for key in self._own(self.objects("/month=")) if key.endswith(".parquet")}

    def litter(self) -> list[str]:
        """What a crawl that ended well leaves nothing of."""
        uploads = self.client().list_multipart_uploads(Bucket=self.name).get("Uploads", ())
        keys = [*self.objects("/_tmp/"), *(upload["Key"] for upload in uploads)]
        return self._own(keys)

    def _own(self, keys: list[str]) -> list[str]:
        return [key for key in keys if key.startswith(self.prefix)]

    def lanes(self, work: Callable[..., None], cases: Iterable[tuple]) -> None:
        """``work(bucket, *case)`` for every case, each in an archive of its own, many side by side: they mostly wait.

        Requests of a case are told from others by `lane`. Raises the failures of all cases together.
        """
        with ThreadPoolExecutor(LANES) as pool:
            begun = [
                (case, pool.submit(work, replace(self, prefix=f"lane-{number}"), *case)) for number, case in enumerate(cases)
            ]
        failed: list[Exception] = []
        for case, done in begun:
            error = done.exception()
            if isinstance(error, Exception):
                error.add_note(f"at {case}")
                failed.append(error)
        if failed:
            raise ExceptionGroup(f"{len(failed)} of {len(begun)} cases failed", failed)

    def lane(self, pattern: str) -> str:
        """The pattern of a request, for requests of this archive only."""
        assert pattern.startswith("^")
        return rf"^(?=.*{re.escape(self.prefix)}(?:/|%2F)){pattern[1:]}"
