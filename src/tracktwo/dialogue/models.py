"""Room, sitting, remark, hand, airtime, minutes, errand. What is said is sealed with the key of its sitting."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from tracktwo.dialogue import rules
from tracktwo.dialogue.rules import Attribution, ErrandState, HandKind, MinutesState
from tracktwo.process import rules as process_rules
from tracktwo.process.models import Asked, OfProcess, Seat, Side
from tracktwo.process.rules import Role, RoomKind
from tracktwo.process.seated import Seated
from tracktwo.vault.fields import SealedText


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
