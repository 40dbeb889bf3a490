"""The way to an S3 server: boto3's client, the same identity for delta-rs, and reads that outlive a connection."""

from __future__ import annotations

import logging
import os
import re
import threading
import time
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from archive.errors import ArchiveError
from archive.s3_errors import MISSING, NO_CREDENTIALS, code_of, in_words
from archive.s3_options import S3Address, S3Options

if TYPE_CHECKING:
    from botocore.credentials import ReadOnlyCredentials
    from types_boto3_s3 import S3Client

CONNECT_S: Final = 10.0
"""Seconds for a connection to be made."""
FIRST_RETRIES: Final = 2
FALLBACK_REGION: Final = "us-east-1"
"""What S3-compatible servers without regions sign with."""

_AMAZON: Final = re.compile(r"\.amazonaws\.com(\.cn)?$")
_NOT_RENEWED: Final = (BotoCoreError, RuntimeError, ValueError, KeyError)
"""What boto3 raises about credentials: errors of its own, and others where their source gives expired or odd ones."""
_PAUSE_S: Final = 0.2
_LONGEST_PAUSE_S: Final = 10.0

for _name in ("boto3", "botocore", "urllib3"):
    # What they say of a request while debugging holds its signature and the session token.
    logging.getLogger(_name).setLevel(logging.WARNING)


def _pause(repetitions: int) -> None:
    time.sleep(min(_LONGEST_PAUSE_S, _PAUSE_S * 2**repetitions))


class S3Connection:
    """A bucket as any boto3 program finds it: by environment, profile, instance role and AWS_ENDPOINT_URL."""

    def __init__(self, address: S3Address, options: S3Options) -> None:
        self.address = address
        self.options = options
        self._region: str | None = None
        self._lock = threading.Lock()

    @cached_property
    def session(self) -> boto3.Session:
        """boto3's session."""
        try:
            return boto3.Session()
        except BotoCoreError as error:
            raise ArchiveError(f"{self.address.uri}: cannot find the credentials: {in_words(error)}") from error

    @property
    def client(self) -> S3Client:
        """boto3's client, safe to use from several threads."""
        with self._lock:
            return self._client

    @cached_property
    def _client(self) -> S3Client:
        return self._connect(self.options.retries)

    def _connect(self, retries: int) -> S3Client:
        config = Config(
            retries={"mode": "standard", "total_max_attempts": retries + 1},
            connect_timeout=min(CONNECT_S, self.options.timeout_s),
            read_timeout=self.options.timeout_s,
            # A checksum at the end of a chunked body (boto3's default over https) is not understood by servers of
            # before 2025. Ours stand in the head, and every server compares the body with the hash that is signed.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            s3={"payload_signing_enabled": True},
        )
        try:
            client = self.session.client("s3", region_name=self._region, config=config)
        except (BotoCoreError, ValueError) as error:
            raise ArchiveError(f"{self.address.uri}: cannot make a client: {in_words(error)}") from error
        client.meta.events.register("before-sign.s3", self._before)
        return client

    def _before(self, request: Any, **_: object) -> None:
        """Before each try of a request: wait, and say in words of ours that there are no credentials any more."""
        tries: int = request.context.get("retries", {}).get("attempt", 1)
        if tries > 1:
            _pause(tries - 2)  # boto3's own pauses are over in three seconds
        self.credentials()

    @cached_property
    def endpoint(self) -> str:
        """Scheme, host, port and path of the server; nothing that a person may have put before the host."""
        url = urlsplit(self.client.meta.endpoint_url)
        return f"{url.scheme}://{url.netloc.rpartition('@')[2]}{url.path.rstrip('/')}"

    @property
    def is_amazon(self) -> bool:
        """Whether the server is Amazon's, where a bucket's name is unique in the world."""
        return bool(_AMAZON.search(urlsplit(self.endpoint).hostname or ""))

    @property
    def identity(self) -> str:
        """Equal for equal archives: the same bucket on two servers is two."""
        return self.address.uri if self.is_amazon else f"{self.endpoint} {self.address.uri}"

    def learn_region(self) -> None:
        """Ask where the bucket is: boto3 follows a redirect to another region, delta-rs does not.

        The first request of all: a server that is not there is not waited for as long as one that was.
        """
        client = self._connect(min(FIRST_RETRIES, self.options.retries))
        try:
            answer: Any = client.head_bucket(Bucket=self.address.bucket)
        except ClientError as error:
            answer = error.response
        except BotoCoreError as error:
            raise self.failed("reach the bucket", error) from error
        finally:
            client.close()
        region = answer["ResponseMetadata"].get("HTTPHeaders", {}).get("x-amz-bucket-region")
        if region and region != self.client.meta.region_name:
            with self._lock:
                self._region = region
                self.__dict__.pop("_client", None)
                self.__dict__.pop("endpoint", None)

    # -- the identity for delta-rs ------------------------------------------------------------------

    def credentials(self) -> ReadOnlyCredentials:
        """boto3's credentials of this moment: those of a role expire and are renewed."""
        try:
            found = self.session.get_credentials()
            frozen = None if found is None else found.get_frozen_credentials()
        except _NOT_RENEWED as error:
            raise self.failed("find the credentials", error) from error
        if frozen is None:
            raise ArchiveError(f"{self.address.uri}: no credentials were found; {NO_CREDENTIALS}")
        return frozen

    def storage_options(self) -> dict[str, str]:
        """What delta-rs is told. It also reads the environment, so whatever could contradict boto3 there is said."""
        held, options = self.credentials(), self.options
        if not held.token and os.environ.get("AWS_SESSION_TOKEN"):
            # boto3 knows that it is not of these credentials, delta-rs would send it with them.
            raise ArchiveError(f"{self.address.uri}: AWS_SESSION_TOKEN is set without the keys it belongs to; unset it")
        region = self.client.meta.region_name
        config: Any = self.client.meta.config
        is_virtual = (config.s3 or {}).get("addressing_style") == "virtual"
        endpoint = self.endpoint
        if is_virtual:
            endpoint = endpoint.replace("://", f"://{self.address.bucket}.", 1)
        found = {
            "AWS_ACCESS_KEY_ID": held.access_key,
            "AWS_SECRET_ACCESS_KEY": held.secret_key,
            "AWS_SKIP_SIGNATURE": "false",
            "AWS_REGION": FALLBACK_REGION if region in (None, "aws-global") else region,
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ENDPOINT_URL_S3": endpoint,
            "AWS_ALLOW_HTTP": str(endpoint.startswith("http://")).lower(),
            "AWS_VIRTUAL_HOSTED_STYLE_REQUEST": str(is_virtual).lower(),
            "AWS_CONDITIONAL_PUT": "etag",
            "AWS_S3_ALLOW_UNSAFE_RENAME": "false",
            "AWS_SERVER_SIDE_ENCRYPTION": options.encryption,
            "AWS_SSE_KMS_KEY_ID": options.kms_key_id,
            "AWS_SESSION_TOKEN": held.token,
            "timeout": f"{options.timeout_s:g}s",
            "connect_timeout": f"{min(CONNECT_S, options.timeout_s):g}s",
            "max_retries": str(options.retries),
            "backoff_config.init_backoff": "1s",  # from 0.1 s on, seven are over in a second
            "backoff_config.max_backoff": f"{_LONGEST_PAUSE_S:g}s",
            "retry_timeout": f"{options.timeout_s * (options.retries + 1):g}s",
        }
        return {name: value for name, value in found.items() if value}

    # -- reading ------------------------------------------------------------------------------------

    def read(self, path: str, span: str | None = None) -> tuple[bytes, int] | None:
        """Bytes of an object and its whole size; None when there is none.

        ``span`` is an HTTP range of bytes: ``0-99``, or ``-100`` for the last hundred. Bytes that stop coming in the
        middle are asked for again: botocore does not repeat what fails behind the head of an answer.
        """
        where = {"Bucket": self.address.bucket, "Key": self.address.key(path)}
        if span is not None:
            where["Range"] = f"bytes={span}"
        for number in range(self.options.retries + 1):
            try:
                answer = self.client.get_object(**where)  # type: ignore[arg-type]  # a dictionary of text
            except ClientError as error:
                if code_of(error) in MISSING:
                    return None
                if code_of(error) == "InvalidRange":
                    return b"", 0  # an empty object has no last bytes
                raise self.failed("read", error, path) from error
            except BotoCoreError as error:
                raise self.failed("read", error, path) from error
            try:
                content = answer["Body"].read()
            except BotoCoreError as error:
                if number == self.options.retries:
                    raise self.failed("read", error, path) from error
                _pause(number)
                continue
            finally:
                answer["Body"].close()
            total = str(answer.get("ContentRange", "")).rpartition("/")[2]
            return content, int(total) if total.isdigit() else len(content)
        raise AssertionError("the last try returns or raises")

    # -- errors -------------------------------------------------------------------------------------

    def failed(self, what: str, error: Exception, path: str = "") -> ArchiveError:
        """The error of a step: bucket, key, endpoint, what happened, the way out."""
        uri = f"{self.address.uri}/{path}" if path else self.address.uri
        return ArchiveError(self.hide(f"{uri}: cannot {what}{self._where()}: {in_words(error)}"))

    def hide(self, text: str) -> str:
        """The text without secrets, should a server repeat them."""
        try:
            found = self.session.get_credentials()
            secrets = () if found is None else (found.secret_key, found.token)
        except (ArchiveError, *_NOT_RENEWED):
            return text  # there are none
        for secret in secrets:
            text = text.replace(secret, "(secret)") if secret else text
        return text

    def _where(self) -> str:
        try:
            return f" (at {self.endpoint})"
        except ArchiveError:
            return ""  # there is no client, and that is what the error is about
