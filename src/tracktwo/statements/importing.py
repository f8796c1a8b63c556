"""A real consultation held elsewhere becomes the wider circle of a process; all of it or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import numpy as np

from tracktwo.engines.opinion.exports import Conversation, Sides
from tracktwo.errors import Refusal
from tracktwo.process.models import Process, Side
from tracktwo.record import acts as record
from tracktwo.record.acts import act
from tracktwo.statements import acts, analysis, ballots
from tracktwo.statements.models import Ballot, Statement, Wording
from tracktwo.statements.rules import State


@dataclass(frozen=True)
class Imported:
    """What came in: counts for the person who imports."""

    statements: int
    rejected: int
    people: int
    run: int | None


@act
def take_in(
    *, process: UUID, conversation: Conversation, language: str, by: str, sides: Sides | None = None
) -> Imported:
    """Statements and ballots of an export, without its ids and times; then one analysis run."""
    row = Process.unscoped.filter(pk=process).first()
    if row is None:
        raise Refusal("There is no process with this id. `tracktwo processes` lists them.")
    if Ballot.unscoped.filter(process_id=process, seatless=True).exists():
        raise Refusal("This process holds an imported consultation already. Import into a new process.")
    places = _places(process, sides)
    rejected = conversation.moderated == -1
    first = acts.next_slot(process)
    slot_of = np.where(rejected, -1, first + np.cumsum(~rejected) - 1)
    _statements(process, conversation, slot_of, language)
    slots = _slots(conversation, slot_of, first + int((~rejected).sum()))
    voted = slots.any(axis=1)
    place = np.zeros(len(slots), dtype=np.int64) if sides is None else places[sides.side]
    people = acts.cast(
        process=process, side=place[voted].tolist(), slots=slots[voted], by=by, verb="import a consultation"
    )
    run = analysis.run(process=process, by=by)
    return Imported(int((~rejected).sum()), int(rejected.sum()), people, run.number if run else None)


def _places(process: UUID, sides: Sides | None) -> np.ndarray:
    """The places of the export's sides in this process, by name or letter; 0 stands last, for none."""
    if sides is None:
        return np.zeros(1, dtype=np.int64)
    known = [side.letter for side in Side.unscoped.filter(process_id=process).order_by("place")]
    unknown = [name for name in sides.names if name not in known]
    if unknown:
        raise Refusal(
            "The export names a side “%(name)s”; this process has the letters %(letters)s. "
            "Rename the sides in the export.",
            name=unknown[0],
            letters=", ".join(known),
        )
    return np.array([known.index(name) + 1 for name in sides.names] + [0], dtype=np.int64)


def _statements(process: UUID, conversation: Conversation, slot_of: np.ndarray, language: str) -> None:
    for text, slot in zip(conversation.texts, slot_of.tolist(), strict=True):
        statement = Statement.unscoped.create(
            process_id=process,
            slot=slot if slot >= 0 else None,
            state=State.OPEN if slot >= 0 else State.REJECTED,
            reason="" if slot >= 0 else "other",
        )
        wording = Wording(process_id=process, statement=statement, language=language, source=True)
        wording.text = text
        wording.save()
    record.write(process=process, verb="import statements", role="facilitator")


def _slots(conversation: Conversation, slot_of: np.ndarray, width: int) -> np.ndarray:
    person, statement, vote = conversation.votes.triples()
    slots = np.zeros((conversation.votes.people, max(width, 1)), dtype=np.uint8)
    kept = slot_of[statement] >= 0
    slots[person[kept], slot_of[statement[kept]]] = (vote[kept] + 2).astype(np.uint8)
    ballots.capacity_for(width)
    return slots
