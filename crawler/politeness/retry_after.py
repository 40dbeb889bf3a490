"""The header Retry-After as seconds to wait."""

from __future__ import annotations

import re
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final

LONGEST: Final = 10.0**9
"""What a number of more than nine digits is read as, seconds: some thirty years, more than anyone waits."""

_SECONDS = re.compile(r"\d+(?:\.\d+)?", re.ASCII)


def retry_after(value: bytes | None, *, date: bytes | None, now: float) -> float | None:
    """Seconds to wait, or None when the header is absent or says nothing that can be understood.

    RFC 9110 10.2.3: a number of seconds or an HTTP date. A fraction is no valid number but its meaning is plain. A date
    is compared with the answer's own ``Date``, which cancels a wrong clock on either side; a date gone by means 0.

    :param value: the header as sent
    :param date: the answer's header ``Date``
    :param now: seconds since the epoch, where there is no usable ``Date``
    """
    text = (value or b"").decode("latin-1").strip()
    if _SECONDS.fullmatch(text):
        return LONGEST if len(text.partition(".")[0]) > 9 else float(text)
    moment = _http_date(text)
    if moment is None:
        return None
    reference = _http_date((date or b"").decode("latin-1").strip())
    return max(0.0, moment - (now if reference is None else reference))


def _http_date(text: str) -> float | None:
    if not text or len(text) > 64:
        return None
    try:
        moment = parsedate_to_datetime(text)
        # "-0000" gives a naive time; HTTP dates are always UTC (RFC 9110 5.6.7).
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None

