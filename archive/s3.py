"""An archive's bytes on S3 or a server that speaks its protocol: boto3 sends parts, delta-rs commits."""

from __future__ import annotations

import logging
import secrets
import time
import zlib
from base64 import b64encode
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.fs as pa_fs
from botocore.exceptions import BotoCoreError, ClientError

from archive.errors import ArchiveError
from archive.s3_client import S3Connection
from archive.s3_errors import BROKEN_OFF, EXISTS, MISSING, advice_in, code_of
from archive.s3_files import S3Files
from archive.s3_options import S3Address, S3Options
from archive.stores import LOG, STAGED, Found

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import CompletedPartTypeDef

PIECE_BYTES: Final = 16 * 1024 * 1024
"""Of a multipart upload; S3 wants 5 MiB at least. A part of the archive that is larger is sent in such pieces, so that
a connection that breaks costs one of them."""
AT_ONCE: Final = 8
"""Requests side by side where the order does not matter; botocore keeps ten connections."""

logger = logging.getLogger(__name__)


class S3Store:
    """``bucket/prefix``; endpoint, region and credentials as for any boto3 program.

    An object appears whole or not at all. `stage` sends a part under the table's staging prefix; `publish` has the
    server copy it to its final name just before the commit. Staged names are never used twice, so that a request whose
    answer was lost can be made again without looking.
    """

    def __init__(self, place: str, options: S3Options | None = None) -> None:
        self._address = S3Address.parse(place)
        self.uri = self._address.uri
        self.options = options or S3Options()
        self.retries = self.options.retries
        self._connection = S3Connection(self._address, self.options)
        self._uploads: dict[str, str] = {}
        """Ids of unfinished uploads that `staged` met, by path."""

    @property
    def identity(self) -> str:
        """The address, with the server's where that is not Amazon's."""
        return self._connection.identity

    def prepare(self) -> None:
        """Probe the bucket for writing and for ``If-None-Match``, without which commits of two crawls are lost."""
        self._connection.learn_region()
        # A server may carry out a write after the request was given up and its object removed: where unfinished parts
        # lie, what comes back so is swept with them.
        path = f"crawls/{STAGED}/probe.{secrets.token_hex(8)}"
        # A first answer that was lost makes botocore meet its own object; only the second write tells something.
        self._create(path)
        try:
            is_kept = not self._create(path)
        finally:
            self.discard([path])
        if not is_kept:
            raise ArchiveError(
                f"{self.uri}: the server at {self._connection.endpoint} ignores If-None-Match, so two crawls would "
                "lose each other's commits; use one with conditional writes (Amazon S3, MinIO, Ceph, Cloudflare R2)"
            )

    def _create(self, path: str) -> bool:
        """Write an object that is not there; False when it is."""
        try:
            self._client.put_object(**self._at(path), Body=b"probe", IfNoneMatch="*", **self._kept, **self._encrypted)
        except (BotoCoreError, ClientError) as error:
            if code_of(error) in EXISTS:
                return False
            raise self._failed("write to the bucket", error) from error
        return True

    def exists(self) -> bool:
        """Whether any object lies under the prefix."""
        self._connection.learn_region()
        try:
            found = self._client.list_objects_v2(Bucket=self._address.bucket, Prefix=self._key(""), MaxKeys=1)
        except (BotoCoreError, ClientError) as error:
            raise self._failed("list the archive", error) from error
        return bool(found.get("Contents"))

    def strangers(self, table: str) -> list[str]:
        """Names directly under the table's prefix that no reader would skip."""
        start = len(self._key(f"{table}/"))
        try:
            found = self._client.list_objects_v2(
                Bucket=self._address.bucket, Prefix=self._key(f"{table}/"), Delimiter="/"
            )
        except (BotoCoreError, ClientError) as error:
            raise self._failed("list the archive", error, table) from error
        keys = [entry["Prefix"] for entry in found.get("CommonPrefixes", ())]
        keys += [entry["Key"] for entry in found.get("Contents", ())]
        names = (key[start:].rstrip("/") for key in keys)
        return [name for name in names if name and not name.startswith(("_", "."))][:3]

    # -- parts --------------------------------------------------------------------------------------

    def stage(self, path: str, content: pa.Buffer) -> None:
        """Send a part with checksums that the server compares: the signed SHA-256, and a CRC-32 that S3 keeps."""
        try:
            self._send(self._at(path) | self._encrypted, content)
        except (BotoCoreError, ClientError) as error:
            raise self._failed("send the part", error, path) from error

    def _send(self, how: Any, content: pa.Buffer) -> None:
        if content.size <= PIECE_BYTES:
            self._client.put_object(**how, Body=_body(content), ChecksumCRC32=_crc(content))
            return
        which = {name: how[name] for name in ("Bucket", "Key")}
        which["UploadId"] = self._client.create_multipart_upload(**how, ChecksumAlgorithm="CRC32")["UploadId"]
        path = which["Key"][len(self._key("")) :]
        self._uploads[path] = which["UploadId"]  # until it is complete, `discard` gives it up
        done: list[CompletedPartTypeDef] = []
        for number, start in enumerate(range(0, content.size, PIECE_BYTES), 1):
            piece = content.slice(start, min(PIECE_BYTES, content.size - start))
            crc = _crc(piece)
            answer = self._client.upload_part(**which, PartNumber=number, Body=_body(piece), ChecksumCRC32=crc)
            done.append({"PartNumber": number, "ETag": answer["ETag"], "ChecksumCRC32": crc})
        try:
            self._client.complete_multipart_upload(**which, MultipartUpload={"Parts": done})
        except ClientError as error:
            # A completion whose answer was lost cannot be repeated everywhere; its object is there.
            if code_of(error) != "NoSuchUpload" or self._size(path) != content.size:
                raise
        del self._uploads[path]

    def publish(self, moves: Sequence[tuple[str, str]]) -> None:
        """Copy each staged part to its final name, within the server, and remove the staged one."""
        with ThreadPoolExecutor(AT_ONCE, "publish") as pool:
            for done in [pool.submit(self._move, *move) for move in moves]:
                done.result()

    def _move(self, staged: str, final: str) -> None:
        how = self._at(final) | self._kept | self._encrypted
        try:
            try:
                self._client.copy_object(**how, CopySource={"Bucket": self._address.bucket, "Key": self._key(staged)})
            except ClientError as error:
                if code_of(error) != "NotImplemented":
                    raise
                # Ceph does not copy what it has encrypted (radosgw 16).
                content = self.read(staged)
                if content is not None:
                    self._send(how, pa.py_buffer(content))
        except (BotoCoreError, ClientError) as error:
            if code_of(error) in MISSING and self._size(final) is not None:
                return  # moved before
            raise self._failed("give the part its name", error, final) from error
        self._remove(staged)

    def discard(self, paths: Sequence[str]) -> None:
        """Delete objects and give up unfinished uploads."""
        with ThreadPoolExecutor(AT_ONCE, "discard") as pool:
            for done in [pool.submit(self._remove, path) for path in paths]:
                done.result()

    def _remove(self, path: str) -> None:
        upload = self._uploads.pop(path, None)
        try:
            if upload is not None:
                self._give_up(path, upload)
            self._client.delete_object(**self._at(path))
        except (BotoCoreError, ClientError) as error:
            raise self._failed("remove what is not needed", error, path) from error

    def _give_up(self, path: str, upload: str) -> None:
        try:
            self._client.abort_multipart_upload(**self._at(path), UploadId=upload)
        except ClientError as error:
            if code_of(error) != "NoSuchUpload":
                raise

    # -- what is there ------------------------------------------------------------------------------

    def staged(self, table: str) -> Iterator[tuple[str, float]]:
        """Objects under the table's staging prefix, and uploads to it that were not completed."""
        start, now = len(self._key("")), time.time()
        for found in self._list(f"{table}/{STAGED}/"):
            yield found["Key"][start:], now - found["LastModified"].timestamp()
        try:
            pages = self._client.get_paginator("list_multipart_uploads").paginate(
                Bucket=self._address.bucket, Prefix=self._key(f"{table}/{STAGED}/")
            )
            uploads = [upload for page in pages for upload in page.get("Uploads", ())]
        except ClientError as error:
            if code_of(error) not in ("AccessDenied", "NotImplemented", "MethodNotAllowed"):
                raise self._failed("list unfinished uploads", error, table) from error
            logger.warning("%s", self._failed("list unfinished uploads, which go on costing room", error, table))
            return
        except BotoCoreError as error:
            raise self._failed("list unfinished uploads", error, table) from error
        for upload in uploads:
            path = upload["Key"][start:]
            self._uploads[path] = upload["UploadId"]
            yield path, now - upload["Initiated"].timestamp()

    def found(self, table: str) -> Iterator[Found]:
        """Objects under the table's prefix."""
        start, now = len(self._key(f"{table}/")), time.time()
        for found in self._list(f"{table}/"):
            path = found["Key"][start:]
            if path and not path.startswith(f"{LOG}/"):
                yield Found(path, found["Size"], now - found["LastModified"].timestamp())

    def read(self, path: str) -> bytes | None:
        """A whole object."""
        found = self._connection.read(path)
        return None if found is None else found[0]

    def persist_log(self, table: str, version: int) -> None:
        """An object that was answered for is durable."""

    # -- how others reach it ------------------------------------------------------------------------

    def filesystem(self, table: str) -> pa_fs.FileSystem:
        """The table's prefix, read through the same client."""
        return pa_fs.PyFileSystem(S3Files(self._connection, table))

    def table_uri(self, table: str) -> str:
        """The table's address."""
        return f"{self.uri}/{table}"

    def address(self, table: str, path: str) -> str:
        """A part's address."""
        return f"{self.uri}/{table}/{path}"

    @property
    def storage_options(self) -> dict[str, str]:
        """boto3's view of endpoint, region and credentials, asked anew each time: role credentials expire."""
        return self._connection.storage_options()

    def advice(self, said: str) -> str:
        """The way out for an error of delta-rs."""
        return self._connection.hide("; ".join(filter(None, (f"at {self._connection.endpoint}", advice_in(said)))))

    def is_passing(self, said: str) -> bool:
        """An answer that broke off; delta-rs tries again only before one begins."""
        return BROKEN_OFF in said

    # -- inside -------------------------------------------------------------------------------------

    @property
    def _client(self) -> S3Client:
        return self._connection.client

    @property
    def _encrypted(self) -> Any:
        return self.options.encrypted

    @property
    def _kept(self) -> Any:
        return {"StorageClass": self.options.storage_class} if self.options.storage_class else {}

    def _key(self, path: str) -> str:
        return self._address.key(path)

    def _at(self, path: str) -> Any:
        return {"Bucket": self._address.bucket, "Key": self._key(path)}

    def _size(self, path: str) -> int | None:
        try:
            return self._client.head_object(**self._at(path))["ContentLength"]
        except (BotoCoreError, ClientError) as error:
            if code_of(error) in MISSING:
                return None
            raise self._failed("look for the part", error, path) from error

    def _list(self, path: str) -> Iterator[Any]:
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._address.bucket, Prefix=self._key(path)
        )
        try:
            for page in pages:
                yield from page.get("Contents", ())
        except (BotoCoreError, ClientError) as error:
            raise self._failed("list the archive", error, path) from error

    def _failed(self, what: str, error: Exception, path: str = "") -> ArchiveError:
        return self._connection.failed(what, error, path)


def _body(content: pa.Buffer) -> Any:
    """A file of the bytes without a copy of them; boto3's types ask for more of a file than boto3 does."""
    return pa.BufferReader(content)


def _crc(content: pa.Buffer) -> str:
    return b64encode(zlib.crc32(memoryview(content)).to_bytes(4, "big")).decode()
