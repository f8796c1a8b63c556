"""Room, sitting, remark, hand, airtime, minutes, errand. What is said is sealed with the key of its sitting."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q

from tracktwo.dialogue import rules
from tracktwo.dialogue.rules import Attribution, ErrandState, HandKind, MinutesState
from tracktwo.errors import NotHere
from tracktwo.process import rules as process_rules
from tracktwo.process import visibility
from tracktwo.process.models import Asked, OfProcess, Seat, Side
from tracktwo.process.rules import Role, RoomKind
from tracktwo.process.seated import Seated
from tracktwo.vault import keys
from tracktwo.vault.fields import SealedText
from tracktwo.vault.grants import Grant


class Rooms(Asked):
    def seen_by(self, seat: Seated) -> models.QuerySet[Room]:
        """The rooms a seat belongs in; facilitators see that every room exists, not what is said there."""
        rooms = Room.unscoped.filter(process_id=seat.process)
        if seat.facilitates:
            return rooms
        listed = Q(roomseat__seat_id=seat.seat, roomseat__out=False)
        implied = Q(pk=None)
        if "plenary" in seat.grant.scopes:
            implied |= Q(kind=RoomKind.PLENARY)
        if seat.role is Role.PARTICIPANT:
            implied |= Q(kind__in=(RoomKind.CAUCUS, RoomKind.SHUTTLE), side_id=seat.side)
        if seat.role in process_rules.PANEL:
            implied |= Q(kind=RoomKind.SHUTTLE)
        out = RoomSeat.unscoped.filter(process_id=seat.process, seat_id=seat.seat, out=True).values("room_id")
        return rooms.filter(listed | implied).exclude(pk__in=out).distinct()


class Room(OfProcess):
    """A room of the process. Who is in it: by its kind, and by the rows of RoomSeat (`process.rules.may_be_in`)."""

    kind = models.CharField(max_length=12, choices=[(kind, kind) for kind in RoomKind])
    side = models.ForeignKey(Side, null=True, on_delete=models.CASCADE)
    place = models.PositiveSmallIntegerField(default=0)
    attribution = models.CharField(
        max_length=8, choices=[(one, one) for one in Attribution], default=Attribution.NAMED
    )
    tick = models.PositiveSmallIntegerField(default=5)  # minutes between releases of unattributed remarks
    name = SealedText(scope="rooms")
    criterion = SealedText(scope="rooms", null=True)

    objects: ClassVar[Rooms] = Rooms()

    class Meta(OfProcess.Meta):
        ordering = ["place"]


class RoomSeat(OfProcess):
    """A seat that was asked into a room, or (`out`) asked to leave one it would belong in."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE)
    seat = models.ForeignKey(Seat, on_delete=models.CASCADE)
    out = models.BooleanField(default=False)

    objects = Asked()

    class Meta(OfProcess.Meta):
        constraints = [models.UniqueConstraint(fields=["room", "seat"], name="one_row_per_seat_and_room")]


class Sitting(OfProcess):
    """A room in session. Its key is destroyed at its end unless everybody in the room decided to keep it."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE)
    number = models.PositiveIntegerField()
    ended = models.BooleanField(default=False)
    kept = models.BooleanField(default=False)
    somebody_left = models.BooleanField(default=False)  # moved out without having decided: nothing is kept
    length = models.PositiveIntegerField(default=0)  # the place of the last remark released
    floor = SealedText(scope=lambda row: rules.scope_of_sitting(row.pk), null=True)  # JSON: seat, side, since

    objects = Asked()

    class Meta(OfProcess.Meta):
        constraints = [models.UniqueConstraint(fields=["room", "number"], name="one_sitting_per_number")]


class Keep(OfProcess):
    """A seat decided that the remarks of a sitting be kept. Only if all in the room did, they are."""

    sitting = models.ForeignKey(Sitting, on_delete=models.CASCADE)
    seat = models.ForeignKey(Seat, on_delete=models.CASCADE)

    objects = Asked()

    class Meta(OfProcess.Meta):
        constraints = [models.UniqueConstraint(fields=["sitting", "seat"], name="one_keep_per_seat")]


class Remark(OfProcess):
    """Something said. `place` is its number in the sitting once released; the pseudonym goes at release where it is
    unattributed, and the row is written anew among others."""

    sitting = models.ForeignKey(Sitting, on_delete=models.CASCADE)
    place = models.PositiveIntegerField(null=True)
    attribution = models.CharField(max_length=8, choices=[(one, one) for one in Attribution])
    pseudonym = models.BinaryField(max_length=32, null=True)
    said_by = SealedText(
        scope=lambda row: rules.scope_of_sitting(row.sitting_id), null=True
    )  # JSON: label, side
    text = SealedText(scope=lambda row: rules.scope_of_sitting(row.sitting_id))

    objects = Asked()

    class Meta(OfProcess.Meta):
        ordering = ["place"]
        constraints = [models.UniqueConstraint(fields=["sitting", "place"], name="one_remark_per_place")]


class Hand(OfProcess):
    """A raised hand in the speaker queue, or a call for the facilitator."""

    sitting = models.ForeignKey(Sitting, on_delete=models.CASCADE)
    seat = models.ForeignKey(Seat, on_delete=models.CASCADE)
    kind = models.CharField(max_length=6, choices=[(kind, kind) for kind in HandKind])
    place = models.PositiveIntegerField()

    objects = Asked()

    class Meta(OfProcess.Meta):
        ordering = ["place"]
        constraints = [models.UniqueConstraint(fields=["sitting", "seat", "kind"], name="one_hand_per_kind")]


class Airtime(OfProcess):
    """How long a side had the floor in a sitting, and how many attributed remarks it made."""

    sitting = models.ForeignKey(Sitting, on_delete=models.CASCADE)
    side = models.ForeignKey(Side, on_delete=models.CASCADE)
    seconds = models.PositiveIntegerField(default=0)
    remarks = models.PositiveIntegerField(default=0)

    objects = Asked()

    class Meta(OfProcess.Meta):
        constraints = [models.UniqueConstraint(fields=["sitting", "side"], name="one_airtime_per_side")]


class Minutes(OfProcess):
    """The rapporteur's unattributed notes of a room: the record. Restated to the room before they stand."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE)
    number = models.PositiveIntegerField()
    state = models.CharField(
        max_length=10, choices=[(one, one) for one in MinutesState], default=MinutesState.DRAFT
    )
    text = SealedText(scope=lambda row: rules.scope_of_room(row.room_id))

    objects = Asked()

    class Meta(OfProcess.Meta):
        constraints = [models.UniqueConstraint(fields=["room", "number"], name="one_minutes_per_number")]


class Correction(OfProcess):
    """What somebody in the room would put differently in the minutes. Unattributed."""

    minutes = models.ForeignKey(Minutes, on_delete=models.CASCADE)
    pseudonym = models.BinaryField(max_length=32, null=True)
    taken_up = models.BooleanField(default=False)
    text = SealedText(scope=lambda row: rules.scope_of_room(row.minutes.room_id))

    objects = Asked()


class Errand(OfProcess):
    """A message that its author lets the panel carry from a shuttle room to another side, in the panel's own words."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="+")  # where it was left
    to_room = models.ForeignKey(
        Room, on_delete=models.CASCADE, related_name="+"
    )  # the shuttle of the other side
    state = models.CharField(
        max_length=12, choices=[(one, one) for one in ErrandState], default=ErrandState.LEFT
    )
    pseudonym = models.BinaryField(max_length=32, null=True)
    leave = SealedText(
        scope=lambda row: rules.scope_of_room(row.room_id)
    )  # what the author allows to be carried
    words = SealedText(scope=lambda row: rules.scope_of_room(row.to_room_id), null=True)  # the panel's

    objects = Asked()


# --- who is in a room ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entered:
    """A room as somebody finds it who is in it."""

    room: Room
    listed: bool | None
    seat: Seated

    @property
    def of_its_side(self) -> bool:
        return self.room.side_id is not None and self.room.side_id == self.seat.side

    @property
    def chairs(self) -> bool:
        return rules.chairs(RoomKind(self.room.kind), self.seat.role, of_its_side=self.of_its_side)

    @property
    def invited(self) -> bool:
        """In a caucus as somebody whom its side asked in."""
        return self.room.kind == RoomKind.CAUCUS and not self.of_its_side

    def grant(self, sittings: Iterable[Sitting] = ()) -> Grant:
        return visibility.in_room(self.seat, self.room, self.listed, sittings)

    @property
    def door(self) -> Grant:
        return visibility.at_the_room(self.seat, self.room, self.listed)


def listed(seat: UUID, room: UUID) -> bool | None:
    """What the row of a seat in a room says; None without one."""
    out = RoomSeat.unscoped.filter(room_id=room, seat_id=seat).values_list("out", flat=True).first()
    return None if out is None else not out


def entered(seat: Seated, room: UUID) -> Entered:
    """A room one is in; any other reads like one that does not exist."""
    row = Room.unscoped.filter(pk=room, process_id=seat.process).select_related("side").first()
    if row is None:
        raise NotHere
    said = listed(seat.seat, row.pk)
    if not visibility.is_in(seat, row, said):
        raise NotHere
    return Entered(row, said, seat)


def rooms_of(seat: Seated) -> list[Entered]:
    """The rooms a seat is in, in order."""
    rows = RoomSeat.unscoped.filter(process_id=seat.process, seat_id=seat.seat)
    said = {row.room_id: not row.out for row in rows}
    rooms = Room.objects.seen_by(seat).select_related("side")
    found = [Entered(room, said.get(room.pk), seat) for room in rooms]
    return [one for one in found if visibility.is_in(seat, one.room, one.listed)]


def seats_in(rooms: Iterable[Room]) -> dict[UUID, list[Seat]]:
    """Everybody who is in each of some rooms of one process, by rule and by row."""
    rooms = list(rooms)
    if not rooms:
        return {}
    process = rooms[0].process
    rows = RoomSeat.unscoped.filter(process_id=process.pk).values_list("room_id", "seat_id", "out")
    said = {(room, seat): not out for room, seat, out in rows}
    seats = Seat.unscoped.filter(process_id=process.pk, withdrawn=False).exclude(role=Role.VOTER)
    every = list(seats.select_related("side").order_by("side__place", "pk"))
    return {
        room.pk: [seat for seat in every if _is_in(seat, room, said.get((room.pk, seat.pk)))]
        for room in rooms
    }


def _is_in(seat: Seat, room: Room, said: bool | None) -> bool:
    role = Role(seat.role)
    scopes = process_rules.scopes_of(
        role, str(seat.side_id) if seat.side_id else None, (), observers_hear=room.process.observers_hear
    )
    return process_rules.may_be_in(
        RoomKind(room.kind),
        role=role,
        own_side=room.side_id is not None and room.side_id == seat.side_id,
        hears_plenary="plenary" in scopes,
        listed=said,
    )


def open_sitting(room: UUID) -> Sitting | None:
    return Sitting.unscoped.filter(room_id=room, ended=False).first()


def kept_sittings(here: Entered) -> list[Sitting]:
    """Earlier sittings whose remarks were kept; whoever was asked into a caucus does not read those."""
    if here.invited:
        return []
    return list(Sitting.unscoped.filter(room=here.room, ended=True, kept=True).order_by("-number"))


def remarks_of(sitting: Sitting, *, after: int = 0, last: int | None = None) -> list[Remark]:
    """What was released in a sitting, in order: from a place on, or only the last ones."""
    found = Remark.unscoped.filter(sitting=sitting, place__gt=after)
    return list(found) if last is None else list(reversed(found.order_by("-place")[:last]))


def waiting_of(sitting: Sitting, pseudonym: bytes) -> list[Remark]:
    """One's own unattributed remarks that wait for their release; nobody else's."""
    own = Remark.unscoped.filter(sitting=sitting, place=None, pseudonym=pseudonym)
    return list(own) if pseudonym else []


def hands_of(sitting: Sitting, kind: HandKind) -> list[Hand]:
    return list(Hand.unscoped.filter(sitting=sitting, kind=kind).select_related("seat__side"))


def airtime_of(sitting: Sitting) -> dict[UUID, Airtime]:
    return {row.side_id: row for row in Airtime.unscoped.filter(sitting=sitting)}


def has_decided(sitting: Sitting, seat: UUID) -> bool:
    """Whether somebody decided that the remarks be kept; asked for one's own seat only."""
    return Keep.unscoped.filter(sitting=sitting, seat_id=seat).exists()


def minutes_of(here: Entered) -> list[Minutes]:
    """The minutes of a room that this seat reads, newest first."""
    rows = Minutes.unscoped.filter(room=here.room).order_by("-number")
    return [row for row in rows if rules.reads_minutes(MinutesState(row.state), here.seat.role)]


def corrections_of(here: Entered, minutes: Minutes) -> list[Correction]:
    """All of them for whoever takes the minutes, else one's own."""
    rows = (
        Correction.unscoped.filter(minutes=minutes).select_related("minutes").order_by("pk")
    )  # ids are random
    if here.seat.role in rules.MINUTE_TAKERS:
        return list(rows)
    own = here.seat.pseudonym(f"correction {minutes.pk}")
    return list(rows.filter(pseudonym=own)) if own else []


def errands_from(here: Entered) -> list[Errand]:
    """The messages left in a shuttle room, for its side and the panel."""
    return list(Errand.unscoped.filter(room=here.room).select_related("to_room__side").order_by("pk"))


def carried_to(here: Entered) -> list[Errand]:
    """What the panel carried into a shuttle room, in its own words."""
    return list(Errand.unscoped.filter(to_room=here.room, state=ErrandState.CARRIED).order_by("pk"))


def sittings_open(process: UUID) -> set[UUID]:
    """The rooms of a process that sit now; for the board of the facilitators."""
    return set(Sitting.unscoped.filter(process_id=process, ended=False).values_list("room_id", flat=True))


def rooms_that_call(process: UUID) -> set[UUID]:
    """The rooms from which somebody calls a facilitator; for their board alone."""
    calls = Hand.unscoped.filter(process_id=process, sitting__ended=False, kind=HandKind.CALL)
    return set(calls.values_list("sitting__room_id", flat=True))


def seat_of(process: UUID, seat: UUID) -> Seat | None:
    """A seat that has the floor, or asks for it."""
    return Seat.unscoped.filter(process_id=process, pk=seat).select_related("side").first()


def seated_at(process: UUID, seat: UUID) -> Seated:
    """A seat as it stands now, for whoever already listens on it."""
    found = Seat.unscoped.filter(process_id=process, pk=seat, withdrawn=False)
    row = found.select_related("process", "side").first()
    if row is None:
        raise NotHere
    return visibility.seated(row)


def still_in(room: UUID) -> set[UUID]:
    """The seats in a room whose process goes on unfrozen; nobody where it is gone."""
    row = Room.unscoped.filter(pk=room, process__frozen=False).select_related("process").first()
    if row is None or not keys.keystore().holds(row.process_id):
        return set()
    return {seat.pk for seat in seats_in([row])[row.pk]}


def roles_asked_in(here: Entered) -> set[Role]:
    """Whom of the panel a side has asked into its caucus."""
    rows = RoomSeat.unscoped.filter(room=here.room, out=False, seat__withdrawn=False)
    return {Role(role) for role in rows.values_list("seat__role", flat=True)}
