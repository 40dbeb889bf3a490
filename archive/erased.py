"""What was erased and must not come back: keyed digests in the archive, whose key stays with those who may erase.

An erasure is one object ``_erased/NAME.json`` below the archive's root, and the property `PROPERTY` of the table
``comments`` lists the names of those that count. The list changes by a commit, so an erasure happens before or after
every commit of comments, never beside one: a commit that was prepared without it is refused by the log and done anew.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import time
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
from deltalake import DeltaTable
from deltalake.exceptions import CommitFailedError, DeltaError

from archive.errors import ArchiveError
from archive.log import TableLog
from archive.stores import STAGED, Store

PROPERTY: Final = "talkback.erasures"
"""Table property with the names of the erasures that count, parted by spaces."""
KEYS_VARIABLE: Final = "TALKBACK_ERASURE_KEYS"
"""Environment variable with keys in hexadecimal, parted by blanks, for machines that keep no state directory."""
FOLDER: Final = "_erased"
_ATTEMPTS: Final = 100
_KEY_BYTES: Final = 32
_DIGEST_BYTES: Final = 16
_NAME: Final = re.compile(r"[0-9a-f-]{1,64}")

Scope = tuple[str, ...]
"""The columns whose values together name what was erased: ``comment_id``; of a comment without a lasting id also
``thread_id`` with ``content_digest``; or an author's id or name with a site, a system, or both."""
Marks = Mapping[Scope, Iterable[Sequence[str]]]
"""What is to be remembered: for a scope, the values of its columns."""


def same_name(value: str) -> str:
    """A name or id as it is compared: NFC, white space folded."""
    return " ".join(unicodedata.normalize("NFC", value).split())


class Erasures:
    """The erasures of an archive, as one machine knows them.

    ``state_dir`` holds the keys, one file ``erasure-ID.key`` each; others may stand in the environment
    (`KEYS_VARIABLE`). Questions are asked on one thread, `follow` is called on another.
    """

    def __init__(self, store: Store, state_dir: Path) -> None:
        self._store = store
        self._state_dir = state_dir
        self._names: tuple[str, ...] = ()
        self._known: dict[str, dict[Scope, frozenset[bytes]]] = {}
        """Digests by key id and scope. Replaced as a whole, never changed."""
        self._keys = _keys_of_environment()

    def follow(self, snapshot: DeltaTable) -> bool:
        """Learn of the erasures that a snapshot of ``comments`` names; whether there are others than before.

        Raises `ArchiveError` when one cannot be read, or its key is not on this machine: going on would bring back
        what was erased.
        """
        names = _names(snapshot)
        if names == self._names:
            return False
        known: dict[str, dict[Scope, set[bytes]]] = {}
        for name in names:
            key_id, digests = self._read(name)
            self._key(key_id)
            scopes = known.setdefault(key_id, {})
            for scope, marks in digests.items():
                scopes.setdefault(scope, set()).update(marks)
        self._known = {k: {scope: frozenset(m) for scope, m in scopes.items()} for k, scopes in known.items()}
        self._names = names
        return True

    def __bool__(self) -> bool:
        """Whether anything was ever erased."""
        return bool(self._known)

    def has(self, **values: str | None) -> bool:
        """Whether a comment with these values (``comment_id``, ``author_id``, ``site``, ...) was erased."""
        for key_id, scopes in self._known.items():
            key = self._keys[key_id]
            for scope, marks in scopes.items():
                named = [values.get(column) for column in scope]
                if None not in named and _digest(key, scope, [str(value) for value in named]) in marks:
                    return True
        return False

    def among(self, rows: pa.Table | pa.RecordBatch, site: str) -> list[bool]:
        """For each row of ``comments`` of a site, whether it was erased."""
        if not self._known:
            return [False] * rows.num_rows
        wanted = ("comment_id", "thread_id", "content_digest", "author_id", "author_name", "system")
        names = [name for name in wanted if name in rows.schema.names]
        columns: list[list[Any]] = [rows.column(name).to_pylist() for name in names]
        return [
            self.has(site=site, **dict(zip(names, values, strict=True))) for values in zip(*columns, strict=True)
        ]

    def remember(self, log: TableLog, marks: Marks) -> None:
        """Remember an erasure for good; from this commit on no crawl adds such comments.

        Not for the process of a crawl: changing a property holds the GIL while it waits for S3 (deltalake 1.6.6).
        Raises `ArchiveError` when it cannot be written.
        """
        self.follow(log.open())
        key_id = next(iter(self._known or self._keys), None) or self._new_key()
        key = self._keys[key_id]
        digests = {
            " ".join(scope): sorted({_digest(key, scope, values).hex() for values in found})
            for scope, found in marks.items()
        }
        name = f"{time.time_ns() // 1_000_000_000:010x}-{secrets.token_hex(6)}"
        made_at = datetime.now(UTC).isoformat(timespec="seconds")
        content = json.dumps({"key": key_id, "made_at": made_at, "digests": digests}).encode()
        staged = f"{FOLDER}/{STAGED}/{name}"
        self._store.stage(staged, pa.py_buffer(content))
        self._store.publish([(staged, f"{FOLDER}/{name}.json")])
        self._list(log, lambda names: names if name in names else (*names, name))
        self.follow(log.open())

    def forget(self, log: TableLog, *, dry_run: bool = False) -> int:
        """Let go of erasures whose key is lost, so that the archive can be written to again; how many.

        What they erased is not recognised any more and comes back with the next crawl, unless it is erased anew. With
        ``dry_run`` they are only counted. Raises `ArchiveError` when it cannot be written.
        """
        before = _names(log.open())
        lost = {name for name in before if not self._is_known(self._read(name)[0])}
        if lost and not dry_run:
            self._list(log, lambda names: tuple(name for name in names if name not in lost))
        return len(lost)

    def _list(self, log: TableLog, change: Callable[[tuple[str, ...]], tuple[str, ...]]) -> None:
        """Change the list of the erasures that count, in a commit that follows the list it was made from."""
        for _ in range(_ATTEMPTS):
            snapshot = log.open()
            names = _names(snapshot)
            wanted = change(names)
            if wanted == names:
                break
            if len(wanted) > len(names):
                # Another machine may have erased for the first time just now, with a key of its own: two keys would
                # shut both machines out.
                self.follow(snapshot)
            try:
                snapshot.alter.set_table_properties({PROPERTY: " ".join(wanted)}, raise_if_not_exists=False)
            except CommitFailedError:
                continue  # another writer came between
            except (DeltaError, OSError, ValueError) as error:
                names = _names(log.open())
                if change(names) != names:
                    raise ArchiveError(f"{self._store.uri}: cannot change the list of erasures: {error}") from error
        else:
            raise ArchiveError(f"{self._store.uri}: {_ATTEMPTS} commits were overtaken by other writers; try again")
        self._store.persist_log(log.table.name, log.open().version())

    # -- inside -------------------------------------------------------------------------------------

    def _read(self, name: str) -> tuple[str, dict[Scope, list[bytes]]]:
        where = f"{FOLDER}/{name}.json"
        content = self._store.read(where) if _NAME.fullmatch(name) else None
        if content is None:
            raise ArchiveError(f"{self._store.uri}: the erasure {where} is gone; restore it from a copy of the archive")
        try:
            record = json.loads(content)
            digests = {tuple(s.split()): [bytes.fromhex(mark) for mark in m] for s, m in record["digests"].items()}
            return str(record["key"]), digests
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ArchiveError(f"{self._store.uri}: the erasure {where} is damaged; restore it from a copy") from error

    def _is_known(self, key_id: str) -> bool:
        if key_id not in self._keys and not self._path(key_id).exists():
            return False
        self._key(key_id)
        return True

    def _key(self, key_id: str) -> bytes:
        if key_id in self._keys:
            return self._keys[key_id]
        path = self._path(key_id)
        try:
            key = bytes.fromhex(path.read_text("ascii").strip())
        except (OSError, ValueError) as error:
            raise ArchiveError(
                f"comments were erased from {self._store.uri}, and the key {path} that recognises them is not readable "
                "here; copy it from the STATE_DIR of the machine that erased, or give what stands in it as "
                f"{KEYS_VARIABLE}, so that they do not come back (if it is lost: scrapy archive erase --forget-lost)"
            ) from error
        if _key_id(key) != key_id:
            raise ArchiveError(f"the erasure key {path} is another one than its name says; copy it again")
        self._keys[key_id] = key
        return key

    def _new_key(self) -> str:
        key = secrets.token_bytes(_KEY_BYTES)
        key_id = _key_id(key)
        path = self._path(key_id)
        try:
            self._state_dir.mkdir(parents=True, exist_ok=True)
            with open(path, "x", encoding="ascii", opener=_private) as file:
                file.write(key.hex() + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise ArchiveError(f"cannot write the erasure key {path}: {error.strerror}") from error
        self._keys[key_id] = key
        return key_id

    def _path(self, key_id: str) -> Path:
        return self._state_dir / f"erasure-{key_id if _NAME.fullmatch(key_id) else 'unknown'}.key"


def _keys_of_environment() -> dict[str, bytes]:
    keys = {}
    for position, text in enumerate(os.environ.get(KEYS_VARIABLE, "").split(), 1):
        try:
            key = bytes.fromhex(text)
        except ValueError:
            key = b""
        if len(key) != _KEY_BYTES:  # the text is a secret, also when a part of it is lost: it is not repeated
            raise ArchiveError(
                f"{KEYS_VARIABLE}: key {position} is not {2 * _KEY_BYTES} hexadecimal digits; "
                "give what stands in an erasure-ID.key file, several parted by blanks"
            )
        keys[_key_id(key)] = key
    return keys


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _names(snapshot: DeltaTable) -> tuple[str, ...]:
    return tuple(snapshot.metadata().configuration.get(PROPERTY, "").split())


def _key_id(key: bytes) -> str:
    return blake2b(b"erasure key", key=key, digest_size=4).hexdigest()


def _digest(key: bytes, scope: Scope, values: Sequence[str]) -> bytes:
    state = blake2b(" ".join(scope).encode(), key=key, digest_size=_DIGEST_BYTES)
    for value in values:
        raw = same_name(value).encode("utf-8", "surrogatepass")
        state.update(b"%d;" % len(raw) + raw)
    return state.digest()
