"""The rooms of a scenario: a plenary that sits, a caucus and a shuttle for each side, and the minutes so far."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from tracktwo.content.scenarios import worktable
from tracktwo.content.scenarios.reading import LANGUAGES, Scenario
from tracktwo.dialogue import acts
from tracktwo.dialogue.rules import Attribution, MinutesState
from tracktwo.process import visibility
from tracktwo.process.models import Seat
from tracktwo.process.rules import Role, RoomKind
from tracktwo.process.seated import Seated

# The way of minutes to each state, step by step; writing them makes the draft.
WAY: dict[MinutesState, tuple[MinutesState, ...]] = {
    MinutesState.DRAFT: (),
    MinutesState.RESTATED: (MinutesState.RESTATED,),
    MinutesState.STANDING: (MinutesState.RESTATED, MinutesState.STANDING),
}


def speak(scenario: Scenario, *, by: Seated, seats: Mapping[str, UUID]) -> None:
    """Open the rooms, let the plenary sit, write the minutes: all by acts. `seats`: by English pseudonym."""
    told = worktable.load_rooms(scenario.key)
    rooms = {}
    for room in told.rooms:
        rooms[room.key] = acts.open_room(
            kind=RoomKind(room.kind),
            name={language: room.name.in_language(language) for language in LANGUAGES},
            attribution=Attribution(room.attribution),
            by=by,
        )[0].pk
        for member in room.members:
            acts.move(room=rooms[room.key], seat=seats[member], to_be_in=True, by=by)
    for room_key in dict.fromkeys(remark["room"] for remark in told.remarks):
        acts.begin(room=rooms[room_key], by=by)
    for remark in told.remarks:
        acts.say(
            room=rooms[remark["room"]],
            text=remark["text"],
            attribution=Attribution(remark["attribution"]),
            by=_at(seats[remark["by"]]),
        )
    for minutes in told.minutes:
        row = acts.write_minutes(room=rooms[minutes["room"]], text=minutes["text"], by=_rapporteur(by))
        for state in WAY[MinutesState(minutes["state"])]:
            acts.move_minutes(room=rooms[minutes["room"]], minutes=row.pk, to=state, by=_rapporteur(by))


def _at(seat: UUID) -> Seated:
    return visibility.seated(Seat.unscoped.select_related("process", "side").get(pk=seat))


def _rapporteur(by: Seated) -> Seated:
    """Who takes the minutes; the lead where the scenario has no rapporteur."""
    found = Seat.unscoped.filter(process_id=by.process, role=Role.RAPPORTEUR).first()
    return _at(found.pk) if found else by
