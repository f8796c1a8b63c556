"""What is done in rooms: opened, sat in, spoken in, ended.

What is said, asked, kept or called for leaves no entry in the record: its order would tell who did it.
"""

from __future__ import annotations

import json
import secrets
import time
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, Max

from tracktwo.dialogue import rules
from tracktwo.dialogue.hub import hub
from tracktwo.dialogue.models import (
    Airtime,
    Correction,
    Entered,
    Errand,
    Hand,
    Keep,
    Minutes,
    Remark,
    Room,
    RoomSeat,
    Sitting,
    entered,
    open_sitting,
    seats_in,
)
from tracktwo.dialogue.rules import Attribution, ErrandState, HandKind, MinutesState
from tracktwo.errors import NotHere, Refusal, gettext_noop
from tracktwo.process import acts as process_acts
from tracktwo.process import phases, visibility
from tracktwo.process.models import Seat, Side
from tracktwo.process.rules import Role, RoomKind
from tracktwo.process.seated import Seated
from tracktwo.process.wording import Text, pack
from tracktwo.record import acts as record
from tracktwo.record.acts import act
from tracktwo.record.once import first_time
from tracktwo.vault import keys
from tracktwo.vault.grants import Grant

clock = time.time


# --- rooms ---------------------------------------------------------------------------------------


@act
def open_room(
    *,
    kind: RoomKind,
    name: Text,
    by: Seated,
    attribution: Attribution = Attribution.NAMED,
    tick: int = 5,
    criterion: Text = "",
    once: str = "",
) -> list[Room]:
    """Open a room; a caucus or a shuttle for every side at once, so that all sides are treated alike."""
    first_time(once)
    process_acts.facilitating(by)
    rules.may_open(kind, pack(criterion))
    sides: list[UUID | None] = [None]
    if kind in rules.OF_ONE_SIDE:
        if Room.unscoped.filter(process_id=by.process, kind=kind).exists():
            raise Refusal(gettext_noop("Every side has this room already."))
        sides = list(
            Side.unscoped.filter(process_id=by.process).order_by("place").values_list("pk", flat=True)
        )
    last = Room.unscoped.filter(process_id=by.process).aggregate(last=Max("place"))["last"] or 0
    rooms = []
    for place, side in enumerate(sides, start=last + 1):
        room = Room(process_id=by.process, kind=kind, side_id=side, place=place)
        room.attribution, room.tick = attribution, tick
        room.name, room.criterion = pack(name), pack(criterion) or None
        room.save()
        rooms.append(room)
    record.write(process=by.process, verb="open a room", role=by.role)
    return rooms


@act
def change_room(
    *, room: UUID, name: Text, attribution: Attribution, tick: int, by: Seated, once: str = ""
) -> None:
    """Another name, attribution or rhythm. What was said keeps the attribution it was said under."""
    first_time(once)
    process_acts.facilitating(by)
    row = _room(by, room)
    sitting = open_sitting(row.pk) is not None
    rules.may_change_attribution(Attribution(row.attribution), attribution, sitting=sitting)
    row.name, row.attribution, row.tick = pack(name), attribution, tick
    row.save()
    record.write(process=by.process, verb="change a room", role=by.role)
    _tell(row.pk)


@act
def move(*, room: UUID, seat: UUID, to_be_in: bool, by: Seated, once: str = "") -> None:
    """A facilitator asks a seat into a room, or to leave it."""
    first_time(once)
    process_acts.facilitating(by)
    row, whose = _room(by, room), _seat(by, seat)
    there = {one.side_id for one in seats_in([row])[row.pk] if one.side_id and one.side_id != whose.side_id}
    own = row.side_id is not None and row.side_id == whose.side_id
    rules.may_move(
        RoomKind(row.kind), Role(whose.role), own_side=own, sides_there=len(there) if to_be_in else 0
    )
    _set(row, whose, out=not to_be_in)
    if not to_be_in:
        _left(row, whose)
    record.write(process=by.process, verb="move a seat between rooms", role=by.role)
    _tell(row.pk)


@act
def invite(*, room: UUID, role: Role, by: Seated, once: str = "") -> None:
    """A side asks the panel into its caucus: everybody of one role, since it does not know who they are."""
    first_time(once)
    here = _at(by, room)
    rules.may_invite(RoomKind(here.room.kind), by.role, of_its_side=here.of_its_side, invited=role)
    for seat in Seat.unscoped.filter(process_id=by.process, role=role, withdrawn=False):
        _set(here.room, seat, out=False)
    _tell(here.room.pk)


@act
def end_invitation(*, room: UUID, role: Role, by: Seated, once: str = "") -> None:
    """The side is alone again: whoever it had asked in stops reading at once."""
    first_time(once)
    here = _at(by, room)
    rules.may_invite(RoomKind(here.room.kind), by.role, of_its_side=here.of_its_side, invited=role)
    for row in RoomSeat.unscoped.filter(room=here.room, seat__role=role).select_related("seat"):
        _left(here.room, row.seat)
        row.delete()
    _tell(here.room.pk)


def _set(room: Room, seat: Seat, *, out: bool) -> None:
    RoomSeat.unscoped.update_or_create(
        room=room,
        seat=seat,
        defaults={"out": out},
        create_defaults={"out": out, "process_id": room.process_id},
    )


def _left(room: Room, seat: Seat) -> None:
    """Somebody leaves while the room sits: its floor and hands go, and without their word nothing is kept."""
    sitting = _sitting_held(room)
    if sitting is None:
        return
    if not Keep.unscoped.filter(sitting=sitting, seat=seat).exists():
        sitting.somebody_left = True
        sitting.save(update_fields=["somebody_left"])
    Hand.unscoped.filter(sitting=sitting, seat=seat).delete()
    floor = floor_of(sitting)
    if floor and floor["seat"] == str(seat.pk):
        _end_floor(sitting)


# --- sittings ------------------------------------------------------------------------------------


@act
def begin(*, room: UUID, by: Seated, once: str = "") -> Sitting:
    """A room begins to sit. From here on what is said is sealed with a key that ends with the sitting."""
    first_time(once)
    row = _begun_or_ended_by(by, room)
    rules.may_sit(RoomKind(row.kind), process_acts.phase_now(by.process))
    if open_sitting(row.pk) is not None:
        raise Refusal(gettext_noop("This room sits already."))
    number = Sitting.unscoped.filter(room=row).aggregate(last=Max("number"))["last"] or 0
    sitting = Sitting(process_id=by.process, room=row, number=number + 1)
    sitting.save()
    keys.begin_sitting(by.process, sitting.pk)
    record.write(process=by.process, verb="begin a sitting", role=by.role)
    _tell(row.pk)
    return sitting


@act
def end(*, room: UUID, by: Seated, once: str = "") -> bool:
    """End the sitting of a room; whether its remarks are kept. Otherwise they are gone from every copy."""
    first_time(once)
    row = _begun_or_ended_by(by, room)
    return _end(_sitting_of(row), by)


def _begun_or_ended_by(by: Seated, room: UUID) -> Room:
    """The room, if a facilitator asks, or in a caucus somebody of its side."""
    process_acts.locked(by.process)
    phases.may_write(process_acts.phase_now(by.process))
    if by.facilitates:
        return _room(by, room)
    here = entered(by, room)
    if not here.chairs:
        raise NotHere
    return here.room


def _end(sitting: Sitting, by: Seated) -> bool:
    counted, decided = counted_for_keeping(sitting)
    _end_floor(sitting)
    Remark.unscoped.filter(
        sitting=sitting, place__isnull=True
    ).delete()  # never released: nobody ever reads them
    kept = rules.are_kept(counted=counted, decided=decided, somebody_left=sitting.somebody_left)
    kept = kept and sitting.length > 0
    Hand.unscoped.filter(sitting=sitting).delete()
    Keep.unscoped.filter(sitting=sitting).delete()
    sitting.ended, sitting.kept, sitting.floor = True, kept, None
    sitting.save()
    record.write(process=by.process, verb="end a sitting", role=by.role)
    if kept:
        record.write(process=by.process, verb="keep the remarks of a sitting", role=by.role)
    else:
        Remark.unscoped.filter(sitting=sitting).delete()
        # After the commit: a key destroyed for a sitting that then goes on would be a loss nobody decided.
        transaction.on_commit(partial(keys.end_sitting, sitting.process_id, sitting.pk))
    transaction.on_commit(_compact)
    _tell(sitting.room_id)
    return kept


def counted_for_keeping(sitting: Sitting) -> tuple[set[UUID], set[UUID]]:
    """Whose word is needed to keep a sitting (everybody in the room whose seat is taken), and who gave it."""
    room = Room.unscoped.select_related("process").get(pk=sitting.room_id)
    counted = {seat.pk for seat in seats_in([room])[room.pk] if seat.person_id is not None}
    decided = set(Keep.unscoped.filter(sitting=sitting).values_list("seat_id", flat=True))
    return counted, decided


def finish_all() -> None:
    """Finish what a crash cut short: a sitting that ended and is not kept has no key. Done at every start."""
    for pk, process in Sitting.unscoped.filter(ended=True, kept=False).values_list("pk", "process_id"):
        if keys.keystore().holds_sitting(process, pk):
            keys.end_sitting(process, pk)
            _compact()


def _end_all(by: Seated) -> None:
    """A process that closes: its sittings end with it."""
    for sitting in Sitting.unscoped.select_for_update().filter(process_id=by.process, ended=False):
        _end(sitting, by)


def _leaves(seat: Seat) -> None:
    """A seat that is withdrawn leaves the rooms that sit: nobody is withdrawn so that remarks could be kept."""
    held = Sitting.unscoped.filter(process_id=seat.process_id, ended=False).values("room_id")
    rooms = list(Room.unscoped.select_related("process").filter(pk__in=held))
    for pk, seats in seats_in(rooms).items():
        if seat.pk in {one.pk for one in seats} and seat.person_id is not None:
            _left(next(room for room in rooms if room.pk == pk), seat)


process_acts.at_closing.append(_end_all)
process_acts.at_withdrawing.append(_leaves)


def _compact() -> None:
    """Leave no row behind that was deleted or written anew: its place would tell in which order they came."""
    if connection.in_atomic_block:
        return  # a database does not clear up inside a transaction
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM (FULL) tracktwo_remark")
        else:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@act
def keep(*, room: UUID, wish: bool, by: Seated, once: str = "") -> None:
    """Somebody in the room decides that its remarks be kept, or changes that mind before the end."""
    first_time(once)
    here = _at(by, room)
    sitting = _sitting_of(here.room)
    if wish:
        Keep.unscoped.get_or_create(process_id=by.process, sitting=sitting, seat_id=by.seat)
    else:
        Keep.unscoped.filter(sitting=sitting, seat_id=by.seat).delete()


# --- remarks -------------------------------------------------------------------------------------


def instrument(sitting: Sitting) -> str:
    """The label of pseudonyms in a sitting: two sittings do not join."""
    return f"remark {sitting.pk}"


@act
def say(*, room: UUID, text: str, attribution: Attribution, by: Seated, once: str = "") -> Remark:
    """Say something. Attributed remarks are released at once, unattributed ones wait for others."""
    first_time(once)
    here = _at(by, room)
    rules.may_speak(by.role)
    sitting = _sitting_of(here.room)
    chosen = rules.attributed(Attribution(here.room.attribution), attribution)
    remark = Remark(process_id=by.process, sitting=sitting, attribution=chosen)
    remark.text = text
    if chosen is Attribution.NONE:
        remark.pseudonym = by.pseudonym(instrument(sitting))
        rules.may_wait(
            Remark.unscoped.filter(sitting=sitting, place=None, pseudonym=remark.pseudonym).count()
        )
        remark.save()
        return remark  # nobody is told: that something waits would tell who was here
    remark.said_by = json.dumps(_speaker(by, chosen))
    remark.place = sitting.length = sitting.length + 1
    remark.save()
    sitting.save(update_fields=["length"])
    _add_airtime(sitting, by.side, remarks=1)
    _tell(here.room.pk)
    return remark


def _speaker(by: Seated, attribution: Attribution) -> dict[str, Any]:
    """What a remark says of its author; of the panel its role, never a name."""
    if by.side is None:
        return {"role": by.role} if attribution is Attribution.NAMED else {}
    if attribution is Attribution.SIDE:
        return {"side": str(by.side)}
    label = Seat.unscoped.get(pk=by.seat).label.open(visibility.own_seat(by))
    return {"side": str(by.side), "label": label}


@act
def withdraw(*, remark: UUID, by: Seated, once: str = "") -> None:
    """Take back one's own words while they wait: the row is gone, nobody ever reads it."""
    first_time(once)
    row = (
        Remark.unscoped.select_related("sitting").filter(pk=remark, process_id=by.process, place=None).first()
    )
    if row is None:
        raise NotHere
    here = _at(by, row.sitting.room_id)
    visibility.own_row(by, row, instrument=instrument(row.sitting), scope=row.text.scope)
    _sitting_of(here.room)  # held: a release under way ends first
    if not Remark.unscoped.filter(pk=remark, place=None).delete()[0]:
        raise Refusal(gettext_noop("This remark was released meanwhile. It cannot be taken back any more."))


@act
def release(*, sitting: UUID) -> int:
    """Release the unattributed remarks that wait, if there are authors enough: rows written anew, order by lot."""
    open_ones = Sitting.unscoped.select_for_update(of=("self",)).filter(ended=False, process__frozen=False)
    row = open_ones.filter(pk=sitting).first()
    if row is None:
        return 0
    waiting = list(Remark.unscoped.filter(sitting=row, place__isnull=True))
    if not rules.released([bytes(one.pseudonym or b"") for one in waiting]):
        return 0
    grant = visibility.for_releasing(row.process_id, row.pk)
    texts = [one.text.open(grant) for one in waiting]
    secrets.SystemRandom().shuffle(texts)
    anew = []
    for place, text in enumerate(texts, start=row.length + 1):
        remark = Remark(process_id=row.process_id, sitting=row, place=place, attribution=Attribution.NONE)
        remark.text = text
        anew.append(remark)
    Remark.unscoped.filter(pk__in=[one.pk for one in waiting]).delete()
    Remark.unscoped.bulk_create(anew)
    row.length += len(anew)
    row.save(update_fields=["length"])
    transaction.on_commit(_compact)  # the rows they were before stood in the order in which they came
    _tell(row.room_id)
    return len(anew)


def sittings_to_release() -> list[tuple[UUID, int]]:
    """The open sittings in which something waits, each with the minutes between its ticks."""
    waiting = Remark.unscoped.filter(place=None, sitting__ended=False, process__frozen=False).order_by()
    return list(waiting.values_list("sitting_id", "sitting__room__tick").distinct())


# --- the floor -----------------------------------------------------------------------------------


@act
def raise_hand(*, room: UUID, by: Seated, kind: HandKind = HandKind.SPEAK, once: str = "") -> None:
    """Ask for the floor, or call a facilitator. In an unattributed room nobody queues: it would tell who is there."""
    first_time(once)
    here = _at(by, room)
    rules.may_speak(by.role)
    if kind is HandKind.SPEAK and here.room.attribution == Attribution.NONE:
        raise NotHere
    sitting = _sitting_of(here.room)
    last = Hand.unscoped.filter(sitting=sitting).aggregate(last=Max("place"))["last"] or 0
    Hand.unscoped.get_or_create(
        sitting=sitting, seat_id=by.seat, kind=kind, defaults={"place": last + 1, "process_id": by.process}
    )
    _tell(here.room.pk)


@act
def lower_hand(*, room: UUID, by: Seated, kind: HandKind = HandKind.SPEAK, once: str = "") -> None:
    first_time(once)
    here = _at(by, room)
    Hand.unscoped.filter(sitting=_sitting_of(here.room), seat_id=by.seat, kind=kind).delete()
    _tell(here.room.pk)


@act
def answer_calls(*, room: UUID, by: Seated, once: str = "") -> None:
    """A facilitator has heard the calls from a room."""
    first_time(once)
    process_acts.facilitating(by)
    row = _room(by, room)
    Hand.unscoped.filter(sitting__room=row, sitting__ended=False, kind=HandKind.CALL).delete()


@act
def give_floor(*, room: UUID, hand: UUID | None, by: Seated, once: str = "") -> None:
    """Give the floor to a raised hand, or (none) take it back; who had it until now has spoken."""
    first_time(once)
    here = _at(by, room)
    if not here.chairs:
        raise NotHere
    sitting = _sitting_of(here.room)
    _end_floor(sitting)
    if hand is not None:
        row = (
            Hand.unscoped.filter(pk=hand, sitting=sitting, kind=HandKind.SPEAK).select_related("seat").first()
        )
        if row is None:
            raise Refusal(gettext_noop("This hand is not raised any more."))
        given = {"seat": str(row.seat_id), "side": str(row.seat.side_id or ""), "since": int(clock())}
        sitting.floor = json.dumps(given)
        row.delete()
    sitting.save()
    _tell(here.room.pk)


def floor_of(sitting: Sitting, grant: Grant | None = None) -> dict[str, Any] | None:
    """Who has the floor: seat, side and since when. A reader brings the grant; acts need none."""
    if sitting.floor is None:
        return None
    leave = grant or visibility.for_releasing(sitting.process_id, sitting.pk)
    found: dict[str, Any] = json.loads(sitting.floor.open(leave))
    return found


def _end_floor(sitting: Sitting) -> None:
    floor = floor_of(sitting)
    if floor is None:
        return
    if floor["side"]:
        _add_airtime(sitting, UUID(floor["side"]), seconds=max(0, int(clock()) - int(floor["since"])))
    sitting.floor = None
    sitting.save(update_fields=["floor"])


def _add_airtime(sitting: Sitting, side: UUID | None, *, seconds: int = 0, remarks: int = 0) -> None:
    if side is None:
        return
    row, _ = Airtime.unscoped.get_or_create(
        sitting=sitting, side_id=side, defaults={"process_id": sitting.process_id}
    )
    Airtime.unscoped.filter(pk=row.pk).update(seconds=F("seconds") + seconds, remarks=F("remarks") + remarks)


# --- minutes -------------------------------------------------------------------------------------


@act
def write_minutes(
    *, room: UUID, text: str, by: Seated, minutes: UUID | None = None, once: str = ""
) -> Minutes:
    """Write minutes, or write them anew: they are a draft until they are restated."""
    first_time(once)
    here = _taking_minutes(by, room)
    if minutes is None:
        last = Minutes.unscoped.filter(room=here.room).aggregate(last=Max("number"))["last"] or 0
        row = Minutes(process_id=by.process, room=here.room, number=last + 1)
    else:
        row = _minutes(here, minutes)
        rules.may_move_minutes(MinutesState(row.state), MinutesState.DRAFT)
        row.state = MinutesState.DRAFT
    row.text = text
    row.save()
    record.write(process=by.process, verb="write minutes", role=by.role)
    return row


@act
def move_minutes(*, room: UUID, minutes: UUID, to: MinutesState, by: Seated, once: str = "") -> None:
    """Restate minutes to the room, or let them stand; of corrections nobody knows any more whose they were."""
    first_time(once)
    here = _taking_minutes(by, room)
    row = _minutes(here, minutes)
    rules.may_move_minutes(MinutesState(row.state), to)
    row.state = to
    row.save(update_fields=["state"])
    if to is MinutesState.STANDING:
        Correction.unscoped.filter(minutes=row).update(pseudonym=None)
    verb = {MinutesState.RESTATED: "restate minutes", MinutesState.STANDING: "minutes stand"}[to]
    record.write(process=by.process, verb=verb, role=by.role)


@act
def correct(*, room: UUID, minutes: UUID, text: str, by: Seated, once: str = "") -> Correction:
    """Somebody in the room says what the minutes should say differently. Nobody is told whose it is."""
    first_time(once)
    here = _at(by, room)
    row = _minutes(here, minutes)
    rules.may_correct(MinutesState(row.state))
    correction = Correction(
        process_id=by.process, minutes=row, pseudonym=by.pseudonym(f"correction {row.pk}")
    )
    correction.text = text
    correction.save()
    return correction


@act
def take_up(*, room: UUID, correction: UUID, by: Seated, once: str = "") -> None:
    """Whoever takes the minutes has dealt with a correction."""
    first_time(once)
    here = _taking_minutes(by, room)
    if not Correction.unscoped.filter(pk=correction, minutes__room=here.room).update(taken_up=True):
        raise NotHere


def _taking_minutes(by: Seated, room: UUID) -> Entered:
    here = _at(by, room)
    rules.may_take_minutes(by.role)
    return here


def _minutes(here: Entered, minutes: UUID) -> Minutes:
    row = Minutes.unscoped.select_for_update().filter(pk=minutes, room=here.room).first()
    if row is None or not rules.reads_minutes(MinutesState(row.state), here.seat.role):
        raise NotHere
    return row


# --- messages the panel carries --------------------------------------------------------------------


@act
def leave_message(*, room: UUID, side: UUID, text: str, by: Seated, once: str = "") -> Errand:
    """Leave with the panel what it may carry to another side. The words themselves never go there."""
    first_time(once)
    here = _at(by, room)
    rules.may_leave_message(RoomKind(here.room.kind), by.role)
    to = Room.unscoped.filter(process_id=by.process, kind=RoomKind.SHUTTLE, side_id=side).first()
    if to is None or to.pk == here.room.pk:
        raise Refusal(gettext_noop("Choose another side for the message."))
    errand = Errand(process_id=by.process, room=here.room, to_room=to, pseudonym=by.pseudonym("errand"))
    errand.leave = text
    errand.save()
    return errand


@act
def take_back(*, errand: UUID, by: Seated, once: str = "") -> None:
    """Its author takes a message back, until it is carried; its words are gone."""
    first_time(once)
    row = _errand(by, errand)
    visibility.own_row(by, row, instrument="errand", scope=row.leave.scope)
    rules.may_end_errand(ErrandState(row.state))
    row.state, row.leave = ErrandState.TAKEN_BACK, ""
    row.save()


@act
def carry(*, errand: UUID, words: str, by: Seated, once: str = "") -> None:
    """The panel carries a message to the other side, in its own words."""
    first_time(once)
    row = _errand(by, errand)
    if not by.on_panel:
        raise NotHere
    entered(by, row.to_room_id)
    rules.may_end_errand(ErrandState(row.state))
    row.state, row.words = ErrandState.CARRIED, words
    row.save()
    record.write(process=by.process, verb="carry a message", role=by.role)
    _tell(row.to_room_id)


def _errand(by: Seated, errand: UUID) -> Errand:
    row = Errand.unscoped.select_for_update().filter(pk=errand, process_id=by.process).first()
    if row is None:
        raise NotHere
    _at(by, row.room_id)
    return row


# --- what every act begins with ----------------------------------------------------------------------


def _at(by: Seated, room: UUID) -> Entered:
    """The room, of somebody who is in it, in a process that goes on."""
    phases.may_write(process_acts.phase_now(by.process))
    return entered(by, room)


def _room(by: Seated, room: UUID) -> Room:
    row = Room.unscoped.filter(pk=room, process_id=by.process).select_related("process").first()
    if row is None:
        raise NotHere
    return row


def _seat(by: Seated, seat: UUID) -> Seat:
    row = Seat.unscoped.filter(pk=seat, process_id=by.process, withdrawn=False).first()
    if row is None:
        raise NotHere
    return row


def _sitting_held(room: Room) -> Sitting | None:
    """The open sitting, held until the end of the act: it neither ends nor grows meanwhile."""
    return Sitting.unscoped.select_for_update().filter(room=room, ended=False).first()


def _sitting_of(room: Room) -> Sitting:
    sitting = _sitting_held(room)
    if sitting is None:
        raise Refusal(gettext_noop("This room does not sit now. What is said needs a sitting."))
    return sitting


def _tell(room: UUID) -> None:
    """Wake the streams of a room, here and (by the database) in other processes, once this is kept."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("NOTIFY tracktwo_rooms")
    transaction.on_commit(partial(hub.wake, room))
