"""Reassurances as a page shows them; those that are kept as a list that a confidence-building measure begins from."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from tracktwo.concerns.board import on_the_table, read
from tracktwo.concerns.models import Concern, Reassurance
from tracktwo.concerns.rules import REASSURANCE_NAMES, REPLIES, Deed, ReassuranceState, allows, standing
from tracktwo.process.door import SeenSide, seen_sides
from tracktwo.process.seated import Seated


@dataclass(frozen=True)
class Gesture:
    """A gesture, what it answers, and which side could make it (None: nobody has said so yet)."""

    id: UUID
    state: str
    state_name: str  # a sentence to translate
    text: str
    lang: str
    by: SeenSide | None
    concern: UUID
    owner: SeenSide
    answers: str
    answers_lang: str
    may: tuple[Deed, ...]  # what the reader may do with it now


ORDER = (
    ReassuranceState.KEPT,
    ReassuranceState.POSSIBLE,
    ReassuranceState.ASKED,
    ReassuranceState.SET_ASIDE,
)


def gestures(seat: Seated, language: str, *, of: UUID | None = None) -> list[Gesture]:
    """All gestures at the table, or those that answer one concern; those kept first."""
    sides = {side.id: side for side in seen_sides(seat)}
    known = {row.pk: row for row in on_the_table(seat)}
    rows = [row for row in Reassurance.objects.seen_by(seat) if of is None or row.concern_id == of]
    found = [_gesture(seat, row, known[row.concern_id], sides, language) for row in rows]
    states = [str(state) for state in ORDER]
    return sorted(found, key=lambda one: (states.index(one.state), one.owner.hue, one.id.bytes))


def _gesture(
    seat: Seated, row: Reassurance, concern: Concern, sides: dict[UUID, SeenSide], language: str
) -> Gesture:
    said, answered = read(seat, row.text, language), read(seat, concern.text, language)
    stands = standing(seat.role, seat.side, owner=concern.side_id, maker=row.side_id)
    return Gesture(
        id=row.pk,
        state=row.state,
        state_name=REASSURANCE_NAMES[ReassuranceState(row.state)],
        text=said.text,
        lang=said.lang,
        by=sides.get(row.side_id) if row.side_id else None,
        concern=concern.pk,
        owner=sides[concern.side_id],
        answers=answered.text,
        answers_lang=answered.lang,
        may=tuple(
            deed for deed in REPLIES if allows(deed, standing=stands, phase=seat.phase, state=row.state)
        ),
    )


def kept(seat: Seated, language: str) -> list[Gesture]:
    """What may become a confidence-building measure: kept, with the side that could make it."""
    return [one for one in gestures(seat, language) if one.state == ReassuranceState.KEPT]
