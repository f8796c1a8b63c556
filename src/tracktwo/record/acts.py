"""Writing the record, inside the transaction of the act it tells of."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Callable
from contextlib import nullcontext
from threading import RLock
from typing import ParamSpec, TypeVar
from uuid import UUID

from django.db import connection, transaction

from tracktwo.record import rules
from tracktwo.record.models import Chain, Entry
from tracktwo.vault import keys

P = ParamSpec("P")
T = TypeVar("T")

# SQLite waits for a lock unfairly (seconds at the tail); one lock inside the server is fair.
_one_writer = RLock()


def act(verb: Callable[P, T]) -> Callable[P, T]:
    """An act: one transaction, all or nothing, one writer at a time on SQLite."""

    @functools.wraps(verb)
    def whole(*args: P.args, **named: P.kwargs) -> T:
        with _one_writer if connection.vendor == "sqlite" else nullcontext(), transaction.atomic():
            return verb(*args, **named)

    return whole


def write(*, process: UUID, verb: str, role: str) -> Entry:
    """Add an entry to the chain of a process. Belongs inside an act."""
    if not connection.in_atomic_block:
        raise RuntimeError("the record is written inside the transaction of the act")
    Chain.objects.get_or_create(process=process)
    chain = Chain.objects.select_for_update().get(process=process)
    number, day = chain.length + 1, datetime.datetime.now(tz=datetime.UTC).date()
    digest = rules.digest(keys.chain_key(process), bytes(chain.head), process, number, verb, role, day)
    chain.length, chain.head = number, digest
    chain.save()
    return Entry.objects.create(process=process, number=number, verb=verb, role=role, day=day, digest=digest)


def head(process: UUID) -> bytes:
    """The head of a chain: all that stays of the record once the key is gone."""
    chain = Chain.objects.filter(process=process).first()
    return bytes(chain.head) if chain else rules.START


def verify(process: UUID, *, anchor: tuple[int, bytes] | None = None) -> rules.Finding:
    """Check the whole chain of a process, against an anchored head where one is given."""
    chain = Chain.objects.filter(process=process).first()
    entries = Entry.objects.filter(process=process).order_by("number")
    lines = (rules.Line(e.number, e.verb, e.role, e.day, bytes(e.digest)) for e in entries.iterator())
    length, head = (chain.length, bytes(chain.head)) if chain else (0, rules.START)
    return rules.verify(keys.chain_key(process), process, lines, length=length, head=head, anchor=anchor)


def entries(process: UUID) -> list[rules.Line]:
    """The acts of a process, newest first, as its panel reads them."""
    found = Entry.objects.filter(process=process).order_by("-number")[:500]
    return [rules.Line(e.number, e.verb, e.role, e.day, bytes(e.digest)) for e in found]
