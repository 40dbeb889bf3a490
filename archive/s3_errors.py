"""What S3 and the way to it can answer, in words that name the way out."""

from __future__ import annotations

import re
from typing import Final

from botocore import exceptions as boto
from botocore.exceptions import ClientError

MISSING: Final = frozenset({"404", "NoSuchKey", "NotFound"})
"""Codes that say that there is no such object."""
EXISTS: Final = frozenset({"412", "PreconditionFailed", "ConditionalRequestConflict"})
"""Codes that answer ``If-None-Match: *`` when there is one."""
BROKEN_OFF: Final = "response body"
"""Words of delta-rs for an answer that ended too early (object_store 0.13)."""

NO_CREDENTIALS: Final = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"
_KEYS: Final = "check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the profile"
_EXPIRED: Final = "the credentials have expired: renew them (aws sso login, a new session token) and run it again"
_RIGHTS: Final = (
    "give these credentials s3:ListBucket and s3:ListBucketMultipartUploads on the bucket and s3:GetObject, "
    "s3:PutObject, s3:DeleteObject and s3:AbortMultipartUpload below the prefix"
)
_CLOCK: Final = "this machine's clock is wrong: set it (S3 allows 15 minutes)"
_REGION: Final = "set AWS_REGION to the bucket's region"
_AGAIN: Final = "the server is in trouble or asked too much; run it again, a crawl continues where it stopped"
_CERTIFICATE: Final = "check the endpoint's certificate, or name who signed it by AWS_CA_BUNDLE and SSL_CERT_FILE"
_WAY: Final = "check AWS_ENDPOINT_URL, the network and its proxies"
_KMS: Final = "check S3_KMS_KEY_ID, and that these credentials may use it (kms:GenerateDataKey, kms:Decrypt)"
_KEEPING: Final = "check S3_ENCRYPTION, S3_KMS_KEY_ID and S3_STORAGE_CLASS: the server may not know them"
_CHANGED: Final = "what arrived is not what was sent: look for a device on the way that changes requests"

BY_CODE: Final[dict[str, str]] = {
    "NoSuchBucket": "create the bucket first, or correct ARCHIVE_URI",
    "InvalidBucketName": "correct the bucket in ARCHIVE_URI",
    "AccessDenied": _RIGHTS,
    "AllAccessDisabled": _RIGHTS,
    "403": f"{_RIGHTS}; or the credentials are wrong",
    "InvalidAccessKeyId": _KEYS,
    "SignatureDoesNotMatch": _KEYS,
    "InvalidToken": "check AWS_SESSION_TOKEN: it belongs to other credentials, or to none",
    "ExpiredToken": _EXPIRED,
    "ExpiredTokenException": _EXPIRED,
    "TokenRefreshRequired": _EXPIRED,
    "RequestTimeTooSkewed": _CLOCK,
    "RequestExpired": _CLOCK,
    "PermanentRedirect": _REGION,
    "AuthorizationHeaderMalformed": _REGION,
    "IllegalLocationConstraintException": _REGION,
    "NotImplemented": "the server lacks what an archive needs (docs/s3.md lists it); use another one",
    "InvalidRequest": _KEEPING,
    "InvalidArgument": _KEEPING,
    "InvalidStorageClass": _KEEPING,
    "QuotaExceeded": "make room, or have the quota raised",
    "SlowDown": _AGAIN,
    "ServiceUnavailable": _AGAIN,
    "InternalError": _AGAIN,
    "500": _AGAIN,
    "502": _AGAIN,
    "503": _AGAIN,
    "504": _AGAIN,
    "BadDigest": _CHANGED,
    "XAmzContentSHA256Mismatch": _CHANGED,
}
"""The way out by the code of an answer (Amazon S3 API, error responses)."""

_BY_KIND: Final[tuple[tuple[type[Exception], str, str], ...]] = (
    (boto.NoCredentialsError, "no credentials were found", NO_CREDENTIALS),
    (boto.PartialCredentialsError, "half of the credentials is missing", _KEYS),
    (boto.ProfileNotFound, "the profile that AWS_PROFILE names is in no configuration file", "correct AWS_PROFILE"),
    (boto.CredentialRetrievalError, "credentials could not be got", _EXPIRED),
    (boto.SSOError, "credentials could not be got", _EXPIRED),
    (RuntimeError, "their source gives expired ones", _EXPIRED),
    (boto.SSLError, "the connection cannot be trusted", _CERTIFICATE),
    (boto.ConnectTimeoutError, "nobody answers there", _WAY),
    (boto.EndpointConnectionError, "nobody answers there", _WAY),
    (boto.ProxyConnectionError, "the proxy does not answer", _WAY),
    (boto.ReadTimeoutError, "the answer did not come in time", f"{_AGAIN}; S3_TIMEOUT is the longest wait"),
    (boto.HTTPClientError, "the connection broke", _AGAIN),
)  # fmt: skip
"""The same by botocore's exception, the most special first."""

_IN_TEXT: Final = (
    (re.compile(r"<Code>(\w+)</Code>"), None),
    (re.compile(r"timed out"), f"{_AGAIN}; S3_TIMEOUT is the longest wait"),
    (re.compile(r"error sending request|[Cc]onnection (?:refused|reset|closed)|dns error"), _WAY),
    (re.compile(r"\b50[0234]\b"), _AGAIN),
    (re.compile(r"\b403\b"), _RIGHTS),
)
"""What delta-rs says is text; the way out by what is found in it."""


def code_of(error: Exception) -> str:
    """The code of S3's answer, empty when it is none."""
    return str(error.response.get("Error", {}).get("Code", "")) if isinstance(error, ClientError) else ""


def in_words(error: Exception) -> str:
    """What happened and the way out, in one line."""
    if isinstance(error, ClientError):
        code = code_of(error)
        said = error.response.get("Error", {}).get("Message")
        what = f"{code} ({' '.join(str(said).split())})" if said and str(said) != "None" else code
        return "; ".join(filter(None, (what, advice_for(code))))
    for kind, what, way_out in _BY_KIND:
        if isinstance(error, kind):
            return f"{what}; {way_out}"
    return " ".join(str(error).split())


def advice_for(code: str) -> str:
    """The way out for a code, empty when none is known."""
    return BY_CODE.get(code) or (_KMS if code.startswith("KMS") else "")


def advice_in(text: str) -> str:
    """The way out for an error that delta-rs describes, empty when none is known."""
    for pattern, way_out in _IN_TEXT:
        found = pattern.search(text)
        if found is not None:
            return way_out or advice_for(found[1])
    return ""
