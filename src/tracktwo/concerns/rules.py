"""The states of a concern and of its restatement, and what may follow what. A pure table."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from uuid import UUID

from tracktwo.errors import gettext_noop


class ConcernKind(StrEnum):
    NEED = "need"
    FEAR = "fear"
    MISPERCEPTION = "misperception"


CONCERN_NAMES: dict[ConcernKind, str] = {
    ConcernKind.NEED: gettext_noop("need"),
    ConcernKind.FEAR: gettext_noop("fear"),
    ConcernKind.MISPERCEPTION: gettext_noop("misperception"),
}


class Voiced(StrEnum):
    """How far something has been put: to oneself, to the own side, to the table."""

    PRIVATE = "private"
    CAUCUS = "caucus"
    TABLE = "table"


# From private to the own side, from there to the table. What stands on the table is not taken from it.
VOICING: dict[Voiced, tuple[Voiced, ...]] = {
    Voiced.PRIVATE: (Voiced.CAUCUS,),
    Voiced.CAUCUS: (Voiced.PRIVATE, Voiced.TABLE),
    Voiced.TABLE: (),
}


class Hearing(StrEnum):
    """What the owner says of a restatement."""

    WAITING = "waiting"
    HEARD = "heard"
    NOT_YET = "not yet"


class ReassuranceState(StrEnum):
    ASKED = "asked"  # the owner of the fear named what would help
    POSSIBLE = "possible"  # a side says that it could make the gesture
    KEPT = "kept"  # kept, to become a confidence-building measure
    SET_ASIDE = "set aside"


def scope_of(voiced: str, side: object) -> str:
    """Private words are opened by their author alone (`visibility.own_row`); nobody holds that scope."""
    return {Voiced.PRIVATE: "own words", Voiced.CAUCUS: f"side:{side}", Voiced.TABLE: "plenary"}[
        Voiced(voiced)
    ]


def answering(kind: str, owner: UUID, about: UUID | None, sides: Sequence[UUID]) -> tuple[UUID, ...]:
    """The sides that are asked to hear a concern: all others; of a misperception the one that it is about."""
    if kind == ConcernKind.MISPERCEPTION:
        return tuple(side for side in sides if side == about)
    return tuple(side for side in sides if side != owner)
