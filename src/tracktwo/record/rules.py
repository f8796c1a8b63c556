"""How an entry is bound to the one before it."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from tracktwo.errors import gettext_noop
from tracktwo.vault.sealing import fingerprint

START = bytes(32)

# What an entry may say was done, and by whom beside the roles at the table. Entries are kept in these words
# and shown in the reader's language.
ACTS = (
    gettext_noop("begin"),
    gettext_noop("add a seat"),
    gettext_noop("invite"),
    gettext_noop("a seat is taken"),
    gettext_noop("a seat withdraws"),
    gettext_noop("write ground rules"),
    gettext_noop("assent to ground rules"),
    gettext_noop("review the risks"),
    gettext_noop("step to preparing"),
    gettext_noop("step to talks"),
    gettext_noop("step to convening"),
    gettext_noop("step to consulting"),
    gettext_noop("step to drafting"),
    gettext_noop("step to transfer"),
    gettext_noop("step to follow-up"),
    gettext_noop("write a statement"),
    gettext_noop("seed statements"),
    gettext_noop("import statements"),
    gettext_noop("import a consultation"),
    gettext_noop("votes of the wider circle"),
    gettext_noop("moderate: open"),
    gettext_noop("moderate: rejected"),
    gettext_noop("translate"),
    gettext_noop("review a translation"),
    gettext_noop("analysis"),
    gettext_noop("write the agenda"),
    gettext_noop("analyse the conflict"),
    gettext_noop("note how ripe a side is"),
    gettext_noop("note a risk"),
    gettext_noop("change the long list"),
    gettext_noop("an intake is given"),
    gettext_noop("declare interests"),
    gettext_noop("propose a clearance"),
    gettext_noop("confirm a clearance"),
    gettext_noop("end a clearance"),
    gettext_noop("open a room"),
    gettext_noop("change a room"),
    gettext_noop("move a seat between rooms"),
    gettext_noop("begin a sitting"),
    gettext_noop("end a sitting"),
    gettext_noop("keep the remarks of a sitting"),
    gettext_noop("write minutes"),
    gettext_noop("restate minutes"),
    gettext_noop("minutes stand"),
    gettext_noop("carry a message"),
    gettext_noop("put to the table"),
    gettext_noop("restate a concern"),
    gettext_noop("say heard"),
    gettext_noop("say not yet"),
    gettext_noop("a reassurance"),
    gettext_noop("set an idea aside"),
    gettext_noop("take an idea up again"),
    gettext_noop("open a round"),
    gettext_noop("end a round"),
    gettext_noop("type in from paper"),
    gettext_noop("print forms"),
    gettext_noop("draft a paper"),
    gettext_noop("freeze"),
    gettext_noop("thaw"),
    gettext_noop("close"),
    gettext_noop("erase"),
)
BESIDE_THE_TABLE = (gettext_noop("convenor"), gettext_noop("administrator"))
_NUMBER = re.compile(r" \(?\d+\)?$")


def act_and_number(verb: str) -> tuple[str, str]:
    """The act as it stands in ACTS, and the number behind it, such as " (2)", or ""."""
    number = _NUMBER.search(verb)
    return (verb[: number.start()], number.group()) if number else (verb, "")


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
