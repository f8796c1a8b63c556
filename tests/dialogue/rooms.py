"""Rooms to test in: a table of two sides and a panel, its rooms, and what is said in them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from tests.stories.table import Table, begun
from tracktwo.dialogue import acts
from tracktwo.dialogue.models import Remark, Room, Sitting, entered
from tracktwo.dialogue.rules import Attribution
from tracktwo.process.phases import Phase
from tracktwo.process.rules import Kind, Role, RoomKind

NAMED, SIDE, NONE = Attribution
PARTICIPANTS = {"Nia": 1, "Noor": 1, "Nils": 1, "Sol": 2, "Sam": 2, "Siv": 2}


@dataclass
class House:
    """A table with its rooms."""

    table: Table

    def open(
        self, kind: RoomKind, attribution: Attribution = NAMED, criterion: str = "", tick: int = 5
    ) -> Room:
        """A room of this kind; of those that every side has, the first side's."""
        rooms = acts.open_room(
            kind=kind,
            name=f"Room {kind}",
            attribution=attribution,
            criterion=criterion,
            by=self.table.lead,
            tick=tick,
        )
        return rooms[0]

    def of_side(self, kind: RoomKind, place: int) -> Room:
        return Room.unscoped.get(process_id=self.table.id, kind=kind, side__place=place)

    def sit(self, room: Room) -> Sitting:
        return acts.begin(room=room.pk, by=self.table.lead)

    def say(self, room: Room, who: str, text: str, attribution: Attribution = NAMED) -> Remark:
        return acts.say(room=room.pk, text=text, attribution=attribution, by=self.table.at(who))

    def read(self, room: Room, who: str) -> list[str]:
        """What somebody reads of what was released in the open sitting."""
        here = entered(self.table.at(who), room.pk)
        sitting = Sitting.unscoped.get(room=room, ended=False)
        rows = Remark.unscoped.filter(sitting=sitting, place__isnull=False)
        return [row.text.open(here.grant([sitting])) for row in rows]


def house(kind: Kind = Kind.EXERCISE, phase: Phase = Phase.CONVENING) -> House:
    """A table in the workshop, with three participants of each side, an expert, a rapporteur and an observer."""
    table = begun(kind=kind)
    for label, place in PARTICIPANTS.items():
        table.seat(label, Role.PARTICIPANT, place)
    for role in (Role.EXPERT, Role.RAPPORTEUR, Role.OBSERVER, Role.EVALUATOR):
        table.seat(role.value, role)
    table.go_to(phase)
    return House(table)


def everybody(house: House) -> list[UUID]:
    return [house.table.seats[name] for name in PARTICIPANTS]
