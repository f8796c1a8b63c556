"""Encrypted model fields.

Assign text and it is sealed when the row is saved. Read the attribute and you get a `Sealed`,
which opens only with a grant:

    statement.text.open(seat.grant)

A model with sealed fields has a random UUID as primary key and a `process_id`; both are part of
what the value is bound to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from typing import Any, Protocol
from uuid import UUID

import numpy as np
from django.db import models
from django.db.models import Func
from django.db.models.query_utils import DeferredAttribute
from numpy.typing import NDArray

from tracktwo.vault import keys, sealing
from tracktwo.vault.grants import Grant

Scope = str | Callable[[Any], str]


_AT_ONCE = 4_096  # rows opened at a time; memory just used is the quickest
_DIGITS = 32  # of an id; where it is written out, at the end of a place, dashes stand between
_DIGITS_IN_PLACE = [digit for digit in range(-36, 0) if digit + 36 not in (8, 13, 18, 23)]


class SealedRow(Protocol):
    pk: UUID
    process_id: UUID


@dataclass(frozen=True)
class Fresh:
    """A value assigned and not yet sealed."""

    plain: bytes = field(repr=False)


class Sealed:
    """What a sealed attribute gives: opens with a grant, and never prints."""

    __slots__ = ("_field", "_row", "_value")

    def __init__(self, field: SealedField, row: Any, value: bytes | Fresh) -> None:
        self._field, self._row, self._value = field, row, value

    @property
    def scope(self) -> str:
        return self._field.scope_of(self._row)

    def open(self, grant: Grant) -> str:
        return self.open_bytes(grant).decode()

    def open_bytes(self, grant: Grant) -> bytes:
        grant.demand(self._row.process_id, self.scope, self._row.pk)
        if isinstance(self._value, Fresh):
            return self._value.plain
        key = keys.data_key(self._row.process_id, self.scope, sealing.key_number(self._value))
        return sealing.unseal(self._value, key=key, place=self._field.place(self._row))

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise TypeError("a sealed value is not copied out of its row")

    def __str__(self) -> str:
        return "(sealed)"

    __repr__ = __str__


class SealedAttribute(DeferredAttribute):
    """Lets rows hold ciphertext as read, or a fresh value until it is saved."""

    def __get__(self, row: Any, owner: Any = None) -> Any:
        if row is None:
            return self
        value = super().__get__(row, owner)
        return None if value is None else Sealed(self.field, row, value)  # type: ignore[arg-type]

    def __set__(self, row: Any, value: Any) -> None:
        row.__dict__[self.field.attname] = self.field.taken(value, row)  # type: ignore[attr-defined]


class SealedField(models.BinaryField):  # type: ignore[type-arg]
    """Ciphertext in the column. `scope` is a name, or a function from the row to a name."""

    descriptor_class = SealedAttribute

    def __init__(self, *args: Any, scope: Scope = "", **options: Any) -> None:
        self.scope = scope
        super().__init__(*args, **options)

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        return name, path, args, options  # the scope lives in code: a migration has no use for it

    def scope_of(self, row: Any) -> str:
        return self.scope(row) if callable(self.scope) else self.scope

    def place(self, row: SealedRow) -> bytes:
        table = self.model._meta.db_table
        return f"{row.process_id}|{table}|{self.column}|{row.pk}".encode()

    def taken(self, value: Any, row: Any) -> bytes | Fresh | None:
        """What an assignment means: text is fresh; bytes are ciphertext read from the database."""
        if isinstance(value, str):
            return Fresh(value.encode("utf-8", "replace"))
        if value is None or isinstance(value, Fresh):
            return value
        if isinstance(value, Sealed):
            raise TypeError("a sealed value belongs to its row; open it with a grant first")
        return bytes(value)

    def pre_save(self, model_instance: Any, add: bool) -> Any:
        value = model_instance.__dict__.get(self.attname)
        if isinstance(value, Fresh):
            number, key = keys.newest_key(model_instance.process_id, self.scope_of(model_instance))
            value = sealing.seal(value.plain, key=key, number=number, place=self.place(model_instance))
            model_instance.__dict__[self.attname] = value
        return value


class SealedText(SealedField):
    """Text a person wrote."""


class SealedBytes(SealedField):
    """Packed data, for example a ballot's vector: assign `Fresh(data)`."""


class WithId(Func):
    """What a field holds, after the 32 digits of the row's id: one value to fetch instead of two."""

    output_field = models.BinaryField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="CAST(%(expressions)s AS BLOB)", arg_joiner=" || ")

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        # convert_to(replace(CAST(id AS text), '-', ''), 'UTF8') || vector
        return self.as_sql(
            compiler,
            connection,
            template="convert_to(replace(CAST(%(expressions)s",
            arg_joiner=" AS text), '-', ''), 'UTF8') || ",
        )


def open_many(
    rows: models.QuerySet[Any], name: str, process: UUID, *, grant: Grant
) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.uint8]]]:
    """Open a sealed field of many rows of one process, some thousand at a time: ids uint8 [n, 16], texts [n, length].

    As one by one, but several times quicker. Raises ValueError where the texts differ in length.
    """
    field = rows.model._meta.get_field(name)
    if not isinstance(field, SealedField) or callable(field.scope):
        raise TypeError("only a sealed field of one scope is opened for many rows")
    scope = field.scope
    # Asked before anything is read: who has no leave does not learn whether there are rows.
    if grant.rows is None:
        grant.demand(process, scope, UUID(int=0))
    of_any = np.frombuffer(field.place(rows.model(pk=UUID(int=0), process_id=process)), dtype=np.uint8)
    for some in _fetched(rows.values_list(WithId("pk", name))):
        size = len(some[0])
        if set(map(len, some)) != {size}:
            raise sealing.Unreadable  # one was cut
        table = np.frombuffer(b"".join(some), dtype=np.uint8).reshape(len(some), size)
        digits = table[:, :_DIGITS]
        ids = np.frombuffer(bytes.fromhex(digits.tobytes().decode()), dtype=np.uint8).reshape(-1, 16)
        for row in () if grant.rows is None else map(bytes, ids):
            grant.demand(process, scope, UUID(bytes=row))
        places = np.tile(of_any, (len(some), 1))
        places[:, _DIGITS_IN_PLACE] = digits
        sealed, key_of = table[:, _DIGITS:], partial(keys.data_key, process, scope)
        yield ids, sealing.unseal_alike(sealed, places=places, key_of=key_of)


def _fetched(rows: models.QuerySet[Any, Any]) -> Iterator[list[bytes]]:
    """The values of one column, some thousand at a time: without Django's way from row to row, which takes as long."""
    compiler = rows.query.get_compiler(rows.db)
    for some in compiler.execute_sql(chunked_fetch=True, chunk_size=_AT_ONCE) or ():
        yield list(chain.from_iterable(some))
