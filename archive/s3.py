"""An archive's bytes on S3 or a server that speaks its protocol: boto3 sends parts, delta-rs commits."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any, Final
from urllib.parse import urlsplit

import boto3
import pyarrow as pa
import pyarrow.fs as pa_fs
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from archive.errors import ArchiveError
from archive.stores import STAGED

_MISSING: Final = frozenset({"404", "NoSuchKey", "NotFound"})
_ATTEMPTS: Final = 8
"""Tries of one request, with botocore's growing pauses: a minute of trouble does not end a crawl."""


class S3Store:
    """``bucket/prefix``; endpoint, region and credentials as for any boto3 program.

    An object appears whole or not at all. `stage` sends a part under the table's staging prefix; `publish` has the
    server copy it to its final name just before the commit.
    """

    def __init__(self, place: str) -> None:
        self.bucket, _, prefix = place.partition("/")
        self.prefix = prefix.strip("/")
        if not self.bucket:
            raise ArchiveError(f"'s3://{place}' names no bucket")
        self.uri = f"s3://{self.bucket}/{self.prefix}".rstrip("/")
        self._session = boto3.Session()
        try:
            self._client = self._session.client(
                "s3", config=Config(retries={"mode": "standard", "max_attempts": _ATTEMPTS}, connect_timeout=10)
            )
        except (BotoCoreError, ValueError) as error:
            raise ArchiveError(f"{self.uri}: {error}") from error

    def prepare(self) -> None:
        """Probe the bucket for writing and for ``If-None-Match``, without which commits of two crawls are lost."""
        key = self._key(f"_probe-{secrets.token_hex(8)}")
        try:
            self._client.put_object(Bucket=self.bucket, Key=key, Body=b"probe", IfNoneMatch="*")
            try:
                self._client.put_object(Bucket=self.bucket, Key=key, Body=b"again", IfNoneMatch="*")
            except ClientError as error:
                if _code(error) not in ("PreconditionFailed", "412", "ConditionalRequestConflict"):
                    raise
            else:
                raise ArchiveError(
                    f"{self.uri}: the server ignores If-None-Match, so two crawls would lose each other's commits; "
                    "use a server with conditional writes (AWS, MinIO, Ceph from Reef)"
                )
            finally:
                self._client.delete_object(Bucket=self.bucket, Key=key)
        except (BotoCoreError, ClientError) as error:
            raise self._failed("write to the bucket", error) from error

    def exists(self) -> bool:
        """Whether any object lies under the prefix."""
        return any(True for _ in self._list("", limit=1))

    def strangers(self, table: str) -> list[str]:
        """Names directly under the table's prefix that no reader would skip."""
        start = len(self._key(f"{table}/"))
        names = (found["Key"][start:].split("/")[0] for found in self._list(f"{table}/", limit=1000))
        return [name for name in dict.fromkeys(names) if name and not name.startswith(("_", "."))][:3]

    def stage(self, path: str, content: pa.Buffer) -> None:
        """Send a part with a checksum that the server verifies."""
        try:
            self._client.upload_fileobj(
                BytesIO(content),
                self.bucket,
                self._key(path),
                ExtraArgs={"ChecksumAlgorithm": "CRC32"},
                Config=TransferConfig(use_threads=False),
            )
        except (BotoCoreError, ClientError, boto3.exceptions.Boto3Error) as error:
            raise self._failed(f"send the part {path}", error) from error

    def publish(self, moves: Sequence[tuple[str, str]]) -> None:
        """Copy each staged part to its final name, within the server, and remove the staged one."""
        for staged, final in moves:
            key = self._key(staged)
            try:
                self._client.copy(
                    {"Bucket": self.bucket, "Key": key},
                    self.bucket,
                    self._key(final),
                    Config=TransferConfig(use_threads=False),
                )
                self._client.delete_object(Bucket=self.bucket, Key=key)
            except (BotoCoreError, ClientError, boto3.exceptions.Boto3Error) as error:
                if isinstance(error, ClientError) and _code(error) in _MISSING and self._has(final):
                    continue
                raise self._failed(f"give the part {final} its name", error) from error

    def discard(self, paths: Sequence[str]) -> None:
        """Delete objects."""
        try:
            for path in paths:
                self._client.delete_object(Bucket=self.bucket, Key=self._key(path))
        except (BotoCoreError, ClientError) as error:
            raise self._failed("remove an unfinished part", error) from error

    def staged(self, table: str) -> Iterator[tuple[str, float]]:
        """Objects under the table's staging prefix."""
        start, now = len(self._key("")), time.time()
        for found in self._list(f"{table}/{STAGED}/"):
            yield found["Key"][start:], now - found["LastModified"].timestamp()

    def read(self, path: str) -> bytes | None:
        """A whole object."""
        try:
            return self._client.get_object(Bucket=self.bucket, Key=self._key(path))["Body"].read()
        except ClientError as error:
            if _code(error) in _MISSING:
                return None
            raise self._failed(f"read {path}", error) from error
        except BotoCoreError as error:
            raise self._failed(f"read {path}", error) from error

    def persist_log(self, table: str, version: int) -> None:
        """An object that was answered for is durable."""

    def filesystem(self, table: str) -> pa_fs.FileSystem:
        """The table's prefix through pyarrow's own client, with boto3's credentials."""
        options = self.storage_options
        endpoint = urlsplit(options.get("AWS_ENDPOINT_URL", ""))
        files = pa_fs.S3FileSystem(
            access_key=options.get("AWS_ACCESS_KEY_ID"),
            secret_key=options.get("AWS_SECRET_ACCESS_KEY"),
            session_token=options.get("AWS_SESSION_TOKEN"),
            region=options.get("AWS_REGION"),
            endpoint_override=endpoint.netloc or None,
            scheme="http" if endpoint.scheme == "http" else "https",
        )
        return pa_fs.SubTreeFileSystem(f"{self.bucket}/{self._key(table)}", files)

    def table_uri(self, table: str) -> str:
        """The table's address."""
        return f"{self.uri}/{table}"

    def address(self, table: str, path: str) -> str:
        """A part's address."""
        return f"{self.uri}/{table}/{path}"

    @property
    def storage_options(self) -> dict[str, str]:
        """boto3's view of endpoint, region and credentials, asked anew each time: role credentials expire."""
        options: dict[str, str] = {"AWS_REGION": self._client.meta.region_name or "us-east-1"}
        credentials = self._session.get_credentials()
        if credentials is not None:
            frozen = credentials.get_frozen_credentials()
            named = {
                "AWS_ACCESS_KEY_ID": frozen.access_key,
                "AWS_SECRET_ACCESS_KEY": frozen.secret_key,
                "AWS_SESSION_TOKEN": frozen.token,
            }
            options |= {name: value for name, value in named.items() if value}
        endpoint = self._client.meta.endpoint_url
        if not endpoint.endswith(".amazonaws.com"):
            options["AWS_ENDPOINT_URL"] = endpoint
            if endpoint.startswith("http://"):
                options["AWS_ALLOW_HTTP"] = "true"
        return options

    def _key(self, path: str) -> str:
        return f"{self.prefix}/{path}" if self.prefix else path

    def _has(self, path: str) -> bool:
        try:
            self._client.head_object(Bucket=self.bucket, Key=self._key(path))
        except ClientError as error:
            if _code(error) in _MISSING:
                return False
            raise
        return True

    def _list(self, path: str, limit: int | None = None) -> Iterator[Any]:
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=self._key(path), PaginationConfig={"MaxItems": limit} if limit else {}
        )
        try:
            for page in pages:
                yield from page.get("Contents", ())
        except (BotoCoreError, ClientError) as error:
            raise self._failed("list the archive", error) from error

    def _failed(self, what: str, error: Exception) -> ArchiveError:
        code = _code(error) if isinstance(error, ClientError) else ""
        advice = {
            "NoSuchBucket": "; create the bucket first",
            "AccessDenied": "; give these credentials s3:GetObject, PutObject, DeleteObject and ListBucket there",
            "InvalidAccessKeyId": "; check the credentials",
            "SignatureDoesNotMatch": "; check the credentials",
        }.get(code, "")
        return ArchiveError(f"{self.uri}: cannot {what}: {error}{advice}")


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
