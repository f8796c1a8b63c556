"""A grant: the leave to decrypt. Only `process.visibility` makes one; a test holds that.

A wrong filter in a query then yields ciphertext, not a leak.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from tracktwo.errors import NotHere


@dataclass(frozen=True)
class Grant:
    """Leave to open what is sealed for `process` in one of `scopes`; where `rows` is given, only those rows."""

    process: UUID
    scopes: frozenset[str]
    rows: frozenset[UUID] | None = None

    def covers(self, process: UUID, scope: str, row: UUID) -> bool:
        return process == self.process and scope in self.scopes and (self.rows is None or row in self.rows)

    def demand(self, process: UUID, scope: str, row: UUID) -> None:
        if not self.covers(process, scope, row):
            raise NotHere
