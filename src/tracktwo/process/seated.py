"""Somebody at their place: all that views, rules and acts know of who is asking."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from tracktwo.process import rules
from tracktwo.process.phases import Phase
from tracktwo.process.rules import Role
from tracktwo.vault import keys
from tracktwo.vault.grants import Grant


@dataclass(frozen=True)
class Seated:
    """Somebody at their place: all that views, rules and acts know of who is asking."""

    process: UUID
    seat: UUID
    role: Role
    side: UUID | None
    side_place: int  # 1..8; 0 for the panel
    phase: Phase
    kind: str
    grant: Grant

    @property
    def on_panel(self) -> bool:
        return self.role in rules.PANEL

    @property
    def facilitates(self) -> bool:
        return self.role in rules.FACILITATORS

    def pseudonym(self, instrument: str) -> bytes:
        """The name under which this seat's ballot, statement or answer is kept; after closure, no name."""
        if not keys.keystore().holds_link(self.process):
            return b""
        return keys.pseudonym(self.process, instrument, self.seat)
