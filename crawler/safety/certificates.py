"""Why a certificate was not believed, in words: OpenSSL says so to the callback that verifies, and then forgets it.

Twisted (26.4 and newer) decides, as before; what is wrapped only listens. With a Twisted that makes its connections in
another way nothing is heard, and a refusal stays "certificate verify failed".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast
from weakref import ref

from OpenSSL import SSL
from twisted.protocols.tls import TLSMemoryBIOProtocol
from twisted.python.failure import Failure
from twisted.web.client import ResponseFailed
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer

if TYPE_CHECKING:
    from OpenSSL.crypto import X509

WORDS: Final = {
    9: "is not valid before {begins}",
    10: "has expired on {ends}",
    18: "is self-signed",
    19: "is signed by an authority that is not known here (self-signed certificate in its chain)",
    20: "is signed by an authority that is not known here, or the server does not send the certificates in between",
    21: "is signed by an authority that is not known here, or the server does not send the certificates in between",
    23: "was revoked",
}
"""Errors of verification (openssl/x509_vfy.h)."""

E = TypeVar("E", bound=Exception)
Verify = Callable[[SSL.Connection, "X509", int, int, int], bool]


class CertificateError(Exception):
    """The certificate of a server is not believed; the message says why, beginning with the verb."""


def reason_of(error: Exception, kind: type[E]) -> E | None:
    """Why a download failed, when that was an exception of this kind within Twisted."""
    cause = error.__cause__
    reasons = cause.reasons if isinstance(cause, ResponseFailed) else ()
    return next((reason.value for reason in reasons if reason.check(kind)), None)


@implementer(IPolicyForHTTPS)
class TellingPolicy:
    """A policy of Twisted whose refusals tell their reason to the one whose connection it was."""

    def __init__(self, policy: Any) -> None:
        self._policy = policy

    def creatorForNetloc(self, hostname: bytes, port: int) -> Any:  # noqa: N802  # Twisted's name
        """What makes the connections to a host."""
        creator = self._policy.creatorForNetloc(hostname, port)
        create = getattr(creator, "_createConnection", None)
        if create is None or not hasattr(TLSMemoryBIOProtocol, "failVerification"):
            return creator

        def create_telling(protocol: Any) -> SSL.Connection:
            connection: SSL.Connection = create(protocol)
            if type(connection) is not SSL.Connection:
                return connection
            telling = cast("_TellingConnection", connection)
            telling.__class__ = _TellingConnection
            telling.protocol, telling.host = ref(protocol), hostname.decode("ascii")
            return telling

        creator._createConnection = create_telling  # noqa: SLF001  # Twisted 26.10 has no public place for it
        return creator


class _TellingConnection(SSL.Connection):
    protocol: Callable[[], Any]
    host: str

    def set_verify(self, mode: int, callback: Verify | None = None) -> None:
        def verify(connection: SSL.Connection, certificate: X509, error: int, depth: int, ok: int) -> bool:
            believed = callback(connection, certificate, error, depth, ok) if callback is not None else bool(ok)
            protocol = self.protocol()
            if not believed and protocol is not None:
                why = CertificateError(_said(certificate, None if ok else error, self.host))
                protocol.failVerification(Failure(why))  # type: ignore[no-untyped-call]  # Twisted's
            return believed

        super().set_verify(mode, verify)


def _said(certificate: X509, error: int | None, host: str) -> str:
    """:param error: OpenSSL's; None when all is well with the certificate, but it is another host's"""
    if error is None:
        return f"is not made out to {host}"
    begins, ends = (f"{_date(of)}" for of in (certificate.get_notBefore(), certificate.get_notAfter()))
    return WORDS.get(error, f"cannot be verified (OpenSSL's error {error})").format(begins=begins, ends=ends)


def _date(asn1: bytes | None) -> str:
    """``20261128093000Z`` as ``2026-11-28``."""
    text = (asn1 or b"").decode("ascii", "replace")
    return f"{text[:4]}-{text[4:6]}-{text[6:8]}"
