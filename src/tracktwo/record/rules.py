"""How an entry is bound to the one before it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from tracktwo.vault.sealing import fingerprint

START = bytes(32)


@dataclass(frozen=True)
class Line:
    """An entry as read: what verification needs."""

    number: int
    verb: str
    role: str
    day: datetime.date
    digest: bytes


@dataclass(frozen=True)
class Finding:
    """What verification found: how far the chain holds, and the sentence to print."""

    holds: bool
    length: int
    head: bytes
    sentence: str


def digest(
    key: bytes, previous: bytes, process: UUID, number: int, verb: str, role: str, day: datetime.date
) -> bytes:
    """The fingerprint that closes an entry and opens the next."""
    words = (
        previous,
        process.bytes,
        str(number).encode(),
        verb.encode(),
        role.encode(),
        day.isoformat().encode(),
    )
    return fingerprint(key, *words)


def verify(
    key: bytes,
    process: UUID,
    lines: Iterable[Line],
    *,
    length: int,
    head: bytes,
    anchor: tuple[int, bytes] | None = None,
) -> Finding:
    """Walk the chain. An edit, a deletion or a swap breaks it; a cut end shows only against an anchored head."""
    previous, count, anchored = START, 0, anchor is None or anchor == (0, START)
    for line in lines:
        count += 1
        expected = digest(key, previous, process, count, line.verb, line.role, line.day)
        if line.number != count or line.digest != expected:
            return Finding(False, count - 1, previous, f"The record breaks at entry {count}.")
        previous = expected
        anchored = anchored or anchor == (count, previous)
    if (count, previous) != (length, head):
        return Finding(
            False, count, previous, f"The record ends at entry {count}, but its head says {length}."
        )
    if not anchored:
        return Finding(
            False, count, previous, "The record holds in itself, but not against the anchored head."
        )
    return Finding(True, count, previous, f"The record holds: {count} entries.")
