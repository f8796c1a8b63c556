"""Who sees what. This module alone mints the grants that decrypt, and denies by default.

It knows which scopes a seat holds; each part's `rules` say to which scope its objects belong.
"""

from __future__ import annotations

from collections.abc import Iterable
from hmac import compare_digest
from typing import Any
from uuid import UUID

from tracktwo.errors import NotHere
from tracktwo.people.models import Person
from tracktwo.process import rules
from tracktwo.process.models import Process, Seat, Side
from tracktwo.process.phases import Phase
from tracktwo.process.rules import Role, RoomKind
from tracktwo.process.seated import Seated
from tracktwo.vault import keys
from tracktwo.vault.grants import Grant
from tracktwo.vault.keystore import HOUSE


def take_seat(person: Any, process: UUID) -> Seated:
    """The seat of a person in a process; what is not theirs reads like what does not exist."""
    if not getattr(person, "is_authenticated", False):
        raise NotHere
    found = Seat.unscoped.filter(process_id=process, person_id=person.pk, withdrawn=False)
    row = found.select_related("process", "side").first()
    if row is None or not keys.keystore().holds(process):
        raise NotHere
    return seated(row)


def seated(row: Seat) -> Seated:
    """A seat with the grant it holds."""
    return Seated(
        process=row.process_id,
        seat=row.pk,
        role=Role(row.role),
        side=row.side_id,
        side_place=row.side.place if row.side else 0,
        phase=Phase(row.process.phase),
        kind=row.process.kind,
        grant=_grant(row),
    )


def _grant(row: Seat) -> Grant:
    side = str(row.side_id) if row.side_id else None
    sides = Side.unscoped.filter(process_id=row.process_id).values_list("pk", flat=True)
    scopes = rules.scopes_of(
        Role(row.role), side, tuple(map(str, sides)), observers_hear=row.process.observers_hear
    )
    return Grant(process=row.process_id, scopes=scopes)


def at_the_door(process: UUID) -> Grant:
    """What anybody may read who holds a link to the door: the cover title and introductions in a demo."""
    return Grant(process=process, scopes=frozenset({"door"}))


def own_row(seat: Seated, row: Any, *, instrument: str, scope: str, opens: UUID | None = None) -> Grant:
    """Leave to open what one's own pseudonym stands on (a ballot, a waiting statement's wording), and no more."""
    own = seat.pseudonym(instrument)
    if row.process_id != seat.process or not own or not compare_digest(bytes(row.pseudonym or b""), own):
        raise NotHere
    return Grant(process=seat.process, scopes=frozenset({scope}), rows=frozenset({opens or row.pk}))


def own_seat(seat: Seated) -> Grant:
    """Leave to read what stands on one's own slip: the label at the table."""
    scope = rules.roster(str(seat.side) if seat.side else None, seat.role)
    return Grant(process=seat.process, scopes=frozenset({scope}), rows=frozenset({seat.seat}))


def own_answers(seat: Seated, row: Any) -> Grant:
    """Leave to open what one's own seat answered (an intake, a re-entry plan, a declaration), and no more."""
    if row.process_id != seat.process or row.seat_id != seat.seat:
        raise NotHere
    scopes = {value.scope for value in (getattr(row, name, None) for name in ("answers", "text")) if value}
    return Grant(process=seat.process, scopes=frozenset(scopes), rows=frozenset({row.pk}))


def is_in(seat: Seated, room: Any, listed: bool | None) -> bool:
    """Whether a seat is in a room; `listed` is what its row of RoomSeat says, None without one."""
    return room.process_id == seat.process and rules.may_be_in(
        RoomKind(room.kind),
        role=seat.role,
        own_side=room.side_id is not None and room.side_id == seat.side,
        hears_plenary="plenary" in seat.grant.scopes,
        listed=listed,
    )


def in_room(seat: Seated, room: Any, listed: bool | None, sittings: Iterable[Any] = ()) -> Grant:
    """Leave to read what is said in a room one is in, and in those of its sittings that are given."""
    if not is_in(seat, room, listed):
        raise NotHere
    scopes = {f"room:{room.pk}", *(f"sitting:{one.pk}" for one in sittings if one.room_id == room.pk)}
    return Grant(process=seat.process, scopes=frozenset(scopes))


def at_the_room(seat: Seated, room: Any, listed: bool | None) -> Grant:
    """Leave to read what stands on the door of a room one is in: its name and its criterion."""
    if not is_in(seat, room, listed):
        raise NotHere
    return Grant(process=seat.process, scopes=frozenset({"rooms"}), rows=frozenset({room.pk}))


def for_releasing(process: UUID, sitting: UUID) -> Grant:
    """Leave to write the unattributed remarks of a sitting anew, in an order drawn by lot."""
    return Grant(process=process, scopes=frozenset({f"sitting:{sitting}"}))


def for_counting(process: UUID) -> Grant:
    """Leave for the analysis to read ballots. Never reaches a page: only counts leave the analysis."""
    return Grant(process=process, scopes=frozenset({"ballots", "counting"}))


def for_asking(process: UUID) -> Grant:
    """Leave to choose the next statement for a voter from what a count prepared. Only the choice is shown."""
    return Grant(process=process, scopes=frozenset({"asking"}))


def for_telling(process: UUID) -> Grant:
    """Leave to read what was released already: to tell a sealed round only once."""
    return Grant(process=process, scopes=frozenset({"figures"}))


def for_resealing(process: UUID) -> Grant:
    """Leave for an act to move a text from one scope to another when its state changes."""
    return Grant(process=process, scopes=frozenset({"panel", "circle"}))


def own_name(person: Person) -> Grant:
    return Grant(process=HOUSE, scopes=frozenset({"people"}), rows=frozenset({person.pk}))


def learner_index(person: Person) -> str:
    """Under which name a person's progress is kept: nobody can tell it from a row without the keystore."""
    return keys.blind_index("progress", str(person.pk))


def own_progress(person: Person, row: Any) -> Grant:
    """Leave to read what one's own practice left behind: that row alone."""
    if not compare_digest(row.owner, learner_index(person)):
        raise NotHere
    return Grant(process=HOUSE, scopes=frozenset({"progress"}), rows=frozenset({row.pk}))


def instructor_index(person: Person) -> str:
    """Under which name an instructor's classes are kept."""
    return keys.blind_index("instructor", str(person.pk))


def place_index(study_class: UUID, person: Person) -> str:
    """Under which name a learner is kept in one class: another in each, so that two classes do not join."""
    return keys.blind_index(f"class {study_class}", str(person.pk))


def return_index(person: Person) -> str:
    """Under which name a learner's return code is kept."""
    return keys.blind_index("return", str(person.pk))


def own_class(person: Person, row: Any, *, summary: Any = None, sharing: Iterable[Any] = ()) -> Grant:
    """Leave for an instructor to read the own class: its name, its stored summary, and those who share. No figures
    of anybody who does not."""
    if not compare_digest(row.owner, instructor_index(person)):
        raise NotHere
    mine = [one for one in (*([summary] if summary else ()), *sharing) if one.study_class_id == row.pk]
    rows = frozenset({row.pk, *(one.pk for one in mine)})
    return Grant(process=HOUSE, scopes=frozenset({"class", "class-shared"}), rows=rows)


def own_place(person: Person, learner: Any) -> Grant:
    """Leave for a learner to read what stands of themselves in a class, and what the class is."""
    if not compare_digest(learner.owner, place_index(learner.study_class_id, person)):
        raise NotHere
    scopes = frozenset({"class", "class-shared", "class-figures"})
    return Grant(process=HOUSE, scopes=scopes, rows=frozenset({learner.pk, learner.study_class_id}))


def for_class_figures(rows: Iterable[UUID]) -> Grant:
    """Leave for the count of a class to read its learners' figures. Never reaches a page: only bands leave it."""
    return Grant(process=HOUSE, scopes=frozenset({"class-figures"}), rows=frozenset(rows))


def at_return(row: Any) -> Grant:
    """Leave to learn whose return code was just shown: that row alone."""
    return Grant(process=HOUSE, scopes=frozenset({"return"}), rows=frozenset({row.pk}))


def processes_of(person: Any) -> list[tuple[Process, Seated]]:
    """The processes in which a person has a seat, with that seat."""
    if not getattr(person, "is_authenticated", False):
        return []
    rows = Seat.unscoped.filter(person_id=person.pk, withdrawn=False).select_related("process", "side")
    return [(row.process, seated(row)) for row in rows if keys.keystore().holds(row.process_id)]
