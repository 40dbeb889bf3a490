"""What a user says about an archive on S3: its address, and how its objects are sent and kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, NamedTuple, Self

from archive.errors import OptionError

ENCRYPTIONS: Final = ("AES256", "aws:kms", "aws:kms:dsse")
"""Values of ``x-amz-server-side-encryption``: S3's own keys, a key of KMS, two layers with a key of KMS."""
ASLEEP: Final = frozenset({"GLACIER", "DEEP_ARCHIVE"})
"""Storage classes whose objects cannot be read at once; an archive is read by every crawl."""

_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_AMBIGUOUS: Final = re.compile(r"""[%?#*\[\]{}\\"<>|^`\x00-\x1f\x7f]""")
"""Delta takes an address for a URL, boto3 for a key, DuckDB for a pattern: these say different things to them."""
_LONGEST_PREFIX: Final = 400
"""Bytes. A key has 1,024 (Amazon S3, object key names); below the prefix the longest has about 500."""


class S3Address(NamedTuple):
    """``s3://bucket/prefix``."""

    bucket: str
    prefix: str
    """Without slashes at its ends; empty for the whole bucket."""

    @classmethod
    def parse(cls, place: str) -> Self:
        """The address behind ``s3://``. Raises `OptionError` for one that not every reader understands alike."""
        bucket, _, prefix = place.partition("/")
        if "@" in bucket or ":" in bucket:
            # Not repeated: what stands before the @ may be a secret.
            raise OptionError(
                "an archive's address is s3://bucket/prefix, with neither keys nor a host in it: "
                "give the keys by the environment (AWS_ACCESS_KEY_ID, ...) or a profile, the host by AWS_ENDPOINT_URL"
            )
        if not _BUCKET.fullmatch(bucket):
            raise OptionError(f"s3://{place}: {bucket!r} is no name of a bucket; give s3://bucket/prefix")
        prefix = prefix.removesuffix("/")
        names = prefix.split("/") if prefix else []
        if any(name in ("", ".", "..") for name in names):
            raise OptionError(f"s3://{place}: a prefix is made of names with one slash between them, without . and ..")
        odd = _AMBIGUOUS.search(prefix)
        if odd is not None or not _is_text(prefix):
            what = repr(odd[0]) if odd is not None else "half a character"
            raise OptionError(
                f"s3://{place!a}: {what} in a prefix is not understood alike by the readers of an archive; "
                "use letters, digits, dots, dashes and underscores"
            )
        if len(prefix.encode()) > _LONGEST_PREFIX:
            raise OptionError(f"s3://{bucket}: the prefix has more than {_LONGEST_PREFIX} bytes; choose a shorter one")
        return cls(bucket, prefix)

    @property
    def uri(self) -> str:
        """The address as it is written."""
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")

    def key(self, path: str) -> str:
        """The object's key of a path below the archive."""
        return f"{self.prefix}/{path}" if self.prefix else path


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Options:
    """How objects are sent and kept. Endpoint, region and credentials are not here: they are boto3's to find."""

    encryption: str | None = None
    """One of `ENCRYPTIONS`; None for what the bucket does by default."""
    kms_key_id: str | None = None
    """Key of KMS; None for the account's default one."""
    storage_class: str | None = None
    """Of the parts; None for the server's default. The log and what is not committed yet stay in the default one."""
    timeout_s: float = 30.0
    """Seconds without an answer after which a request is given up."""
    retries: int = 7
    """How often a request is repeated. With pauses that grow, seven bridge about half a minute of errors."""

    @property
    def encrypted(self) -> dict[str, str]:
        """Arguments of boto3 for a new object."""
        given = {"ServerSideEncryption": self.encryption, "SSEKMSKeyId": self.kms_key_id}
        return {name: value for name, value in given.items() if value}


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
