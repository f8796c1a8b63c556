"""A stored run as pages and papers use it: what was released, and the sides or groups it compares."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from tracktwo.engines.disclosure import Figures
from tracktwo.errors import NotHere
from tracktwo.figures import Mark
from tracktwo.process.door import SeenSide, seen_sides
from tracktwo.process.seated import Seated
from tracktwo.statements.analysis import FIGURES
from tracktwo.statements.models import AnalysisRun, Round
from tracktwo.statements.rules import Leaning, Manner, Reach


@dataclass(frozen=True)
class Held:
    """A statement that a group says more than others: whether it agrees, and how many of it and of the others."""

    slot: int
    agrees: bool
    inside: Leaning
    outside: Leaning


@dataclass(frozen=True)
class Crossing:
    """How groups found lie across the sides declared, in words: `reach` [sides][groups]; for each group the places
    of the sides it lies across, and what holds it together."""

    reach: list[list[Reach]]
    across: list[list[int]]
    held: list[list[Held]]


@dataclass(frozen=True)
class Told:
    """A stored run as a page uses it: what was released, and the sides or groups it compares."""

    kind: str
    number: int
    compared: str
    figures: Figures | None
    marks: list[Mark]
    common: list[int]
    content: dict[str, Any]

    @property
    def groups(self) -> list[Mark]:
        """The groups found; from the last hue downwards, since a group is no side and must not look like one."""
        sizes = self.content.get("groups", [])
        return [Mark(str(g + 1), 8 - g, group_name(g)) for g in range(len(sizes))]

    @property
    def crossing(self) -> Crossing | None:
        """None where it is not told, and in runs of before it was."""
        kept = self.content.get("crossing")
        if not kept:
            return None
        held = [
            [
                Held(slot, bool(agrees), Leaning(inside), Leaning(outside))
                for slot, agrees, inside, outside in one
            ]
            for one in kept["held"]
        ]
        return Crossing([[Reach(word) for word in row] for row in kept["reach"]], kept["across"], held)


def latest(seat: Seated) -> Told:
    run = AnalysisRun.objects.seen_by(seat).first()
    if run is None:
        return Told("none", 0, "", None, [], [], {})
    content = json.loads(run.released.open(seat.grant))
    held = Figures.from_lists(content["figures"]) if content["kind"] == FIGURES else None
    marks = marks_of(seen_sides(seat), content["compared"], held)
    return Told(
        content["kind"], run.number, content["compared"], held, marks, content.get("common", []), content
    )


@dataclass(frozen=True)
class Suspected:
    """Waves that may not be people: mark and about how many (0: fewer than ten); and what every side supports
    with everybody and without them, None where too few are suspected to tell."""

    waves: list[tuple[str, int]]
    everybody: list[int] | None
    without: list[int] | None


def suspected(seat: Seated) -> Suspected | None:
    """For whoever facilitates alone; None where nothing is suspected."""
    run = AnalysisRun.objects.seen_by(seat).first()
    if not seat.facilitates or run is None or not run.suspected:
        return None
    kept = json.loads(run.suspected.open(seat.grant))
    if not kept["waves"]:
        return None
    waves = [(str(mark), int(people)) for mark, people in kept["waves"]]
    return Suspected(waves, kept["everybody"], kept["without"])


def marks_of(sides: list[SeenSide], compared: str, held: Figures | None) -> list[Mark]:
    """Letters for sides that are declared, numbers for groups that were found: never mixed up."""
    if compared == "sides" or held is None:
        return [Mark(side.letter, side.hue, side.name) for side in sides]
    if compared == "groups":
        return [Mark(str(g + 1), g + 1, group_name(g)) for g in range(len(held.members))]
    return [Mark("·", 1, _("everybody who voted"))]


def group_name(group: int) -> str:
    return _("group %(number)s") % {"number": group + 1}


# --- rounds among few ---------------------------------------------------------------------------


@dataclass(frozen=True)
class SeenRound:
    """A round as this seat may know it; `told` only once it has ended, and only for whom it is."""

    id: UUID
    number: int
    cycle: int
    side: SeenSide | None  # none: jointly
    manner: Manner
    ended: bool
    asked: list[UUID]
    told: dict[str, Any] | None


def rounds_of(seat: Seated) -> list[SeenRound]:
    """The rounds this seat may know of, in the order in which they were opened."""
    sides = {side.id: side for side in seen_sides(seat)}
    return [_seen_round(row, seat, sides) for row in Round.objects.seen_by(seat).order_by("number")]


def round_of(seat: Seated, round: UUID) -> SeenRound:
    """One of them; NotHere where it is not this seat's to know."""
    found = next((one for one in rounds_of(seat) if one.id == round), None)
    if found is None:
        raise NotHere
    return found


def row_of(seat: Seated, round: UUID) -> Round:
    """The row behind a round this seat may know of."""
    return Round.objects.seen_by(seat).get(pk=round)


def _seen_round(row: Round, seat: Seated, sides: dict[UUID, SeenSide]) -> SeenRound:
    mine = row.result is not None and row.result.scope in seat.grant.scopes
    return SeenRound(
        id=row.pk,
        number=row.number,
        cycle=row.cycle,
        side=sides[row.side_id] if row.side_id else None,
        manner=Manner(row.manner),
        ended=row.ended,
        asked=[UUID(one) for one in json.loads(row.asked.open(seat.grant))],
        told=json.loads(row.result.open(seat.grant)) if mine and row.result else None,
    )
