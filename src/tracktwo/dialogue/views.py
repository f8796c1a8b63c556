"""Pages of rooms: the list and the board, a room, its stream, its minutes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tracktwo.dialogue import acts, forms, live, models, rules, showing
from tracktwo.dialogue.hub import Listener
from tracktwo.dialogue.models import Entered, Sitting
from tracktwo.dialogue.rules import Attribution, ErrandState, HandKind, MinutesState, Place
from tracktwo.engines import disclosure
from tracktwo.errors import NotHere
from tracktwo.people.models import Session
from tracktwo.process import door
from tracktwo.process import rules as process_rules
from tracktwo.process.door import SeenSide, frame, page_for
from tracktwo.process.models import Seat
from tracktwo.process.rules import Role, RoomKind
from tracktwo.process.seated import Seated
from tracktwo.record.once import AlreadyDone
from tracktwo.vault.grants import Grant
from tracktwo.web import once_of

SHOWN = 200  # remarks of the open sitting on its page; the others by a link
Done = Callable[[HttpRequest, Entered, str], Any]


# --- the list and the board --------------------------------------------------------------------------


@page_for(*rules.IN_ROOMS)
def rooms(request: HttpRequest, seat: Seated) -> HttpResponse:
    """The rooms one is in; for facilitators the board of all rooms, who is where, and who calls."""
    new = forms.NewRoom(request.POST if request.POST.get("do") == "open" else None)
    if request.method == "POST":
        answer = _arranged(request, seat, new)
        if answer is not None:
            return answer
    sides = door.seen_sides(seat)
    mine = models.rooms_of(seat)
    sitting = models.sittings_open(seat.process)
    who_sees = (
        _("Facilitators see this board: every room and who is in it, never what is said in a caucus.")
        if seat.facilitates
        else _("You see the rooms you are in, and no other.")
    )
    context = frame(
        seat,
        who_sees,
        here="rooms",
        rooms=[_seen_room(one, one.door, sides) | {"sits": one.room.pk in sitting} for one in mine],
        new=new,
        **(_board(seat, sides, mine, sitting) if seat.facilitates else {}),
    )
    return render(request, "dialogue/rooms.html", context, status=400 if new.errors else 200)


def _seen_room(here: Entered, grant: Grant, sides: list[SeenSide]) -> dict[str, Any]:
    """What stands on the door of a room."""
    room = here.room
    kind, attribution = RoomKind(room.kind), Attribution(room.attribution)
    return {
        "id": room.pk,
        "name": door.read(room.name, grant),
        "kind": _(rules.ROOM_NAMES[kind]),
        "word": str(kind),
        "criterion": door.read(room.criterion, grant) if room.criterion else None,
        "attribution": _(rules.ATTRIBUTION_NAMES[attribution]),
        "readers": _(rules.READERS[kind]),
        "attributed": _(rules.HOW_ATTRIBUTED[attribution]),
        "side": next((side for side in sides if side.id == room.side_id), None),
        "tick": room.tick,
    }


def _board(seat: Seated, sides: list[SeenSide], mine: list[Entered], sitting: set[UUID]) -> dict[str, Any]:
    every = list(models.Room.objects.seen_by(seat).select_related("process", "side"))
    there, calling = models.seats_in(every), models.rooms_that_call(seat.process)
    entered = {one.room.pk for one in mine}
    labels = {row.pk: door.read(row.label, seat.grant).text for row in Seat.objects.seen_by(seat)}
    marks: dict[UUID | None, SeenSide] = {side.id: side for side in sides}
    placed = {
        row.pk: {
            "label": labels[row.pk],
            "side": marks.get(row.side_id),
            "role": _(process_rules.ROLE_NAMES[Role(row.role)]),
        }
        for row in Seat.objects.seen_by(seat)
    }
    board = [
        _seen_room(Entered(room, None, seat), seat.grant, sides)
        | {
            "sits": room.pk in sitting,
            "calls": room.pk in calling,
            "entered": room.pk in entered,
            "own": room.kind != RoomKind.CAUCUS,
            "form": _change_form(room, seat),
            "seats": sorted((placed[one.pk] for one in there[room.pk]), key=_by_side),
        }
        for room in every
    ]
    movable = [
        {"id": row.pk, "label": labels[row.pk], "side": marks.get(row.side_id)}
        for row in Seat.objects.seen_by(seat)
        .filter(withdrawn=False, role__in=rules.SPEAKERS)
        .order_by("side__place", "pk")
    ]
    return {"board": board, "movable": movable}


def _by_side(seat: dict[str, Any]) -> tuple[int, str]:
    return (seat["side"].hue if seat["side"] else 0, seat["label"])


def _change_form(room: models.Room, seat: Seated) -> forms.Room:
    initial = {
        "name": door.read(room.name, seat.grant).text,
        "attribution": room.attribution,
        "tick": room.tick,
    }
    return forms.Room(initial=initial, auto_id=f"{room.pk}-%s")


def _arranged(request: HttpRequest, seat: Seated, new: forms.NewRoom) -> HttpResponse | None:
    """What a facilitator does on the board; None where the form of a new room is to be shown again."""
    if not seat.facilitates:
        raise NotHere
    do, once = request.POST.get("do", ""), once_of(request)
    with suppress(AlreadyDone):
        if do == "open":
            if not new.is_valid():
                return None
            acts.open_room(**_room_of(new.cleaned_data), by=seat, once=once)
        elif do == "change":
            form = forms.Room(request.POST)
            if form.is_valid():
                values = form.cleaned_data | {"attribution": Attribution(form.cleaned_data["attribution"])}
                acts.change_room(room=_uuid(request, "room"), **values, by=seat, once=once)
        elif do in ("in", "out"):
            room, whose = _uuid(request, "room"), _uuid(request, "seat")
            acts.move(room=room, seat=whose, to_be_in=do == "in", by=seat, once=once)
        elif do in ("begin", "end", "answer"):
            act = {"begin": acts.begin, "end": acts.end, "answer": acts.answer_calls}[do]
            act(room=_uuid(request, "room"), by=seat, once=once)
        else:
            raise NotHere
    return redirect("rooms", pid=seat.process)


def _room_of(values: dict[str, Any]) -> dict[str, Any]:
    return values | {"kind": RoomKind(values["kind"]), "attribution": Attribution(values["attribution"])}


def _uuid(request: HttpRequest, name: str) -> UUID:
    try:
        return UUID(request.POST.get(name, ""))
    except ValueError:
        raise NotHere from None


# --- a room --------------------------------------------------------------------------------------


@page_for(*rules.IN_ROOMS)
def room(request: HttpRequest, seat: Seated, room: UUID) -> HttpResponse:
    """A room: what is said, the floor, and what one can say or ask for oneself."""
    here = models.entered(seat, room)
    say = forms.Say(request.POST if request.POST.get("do") == "say" else None, auto_id="say-%s")
    if request.method == "POST":
        do = request.POST.get("do", "")
        if do != "say" or say.is_valid():
            with suppress(AlreadyDone):
                _DONE.get(do, _nothing)(request, here, once_of(request))
            return redirect("room", pid=seat.process, room=room)
    context = _room_page(request, here, say)
    return render(request, "dialogue/room.html", context, status=400 if say.errors else 200)


def _nothing(request: HttpRequest, here: Entered, once: str) -> None:
    raise NotHere


def _said(request: HttpRequest, here: Entered, once: str) -> None:
    form = forms.Say(request.POST)
    form.is_valid()
    values = form.cleaned_data
    acts.say(
        room=here.room.pk,
        text=values["text"],
        attribution=Attribution(values["attribution"]),
        by=here.seat,
        once=once,
    )


def _asked_for_floor(request: HttpRequest, here: Entered, once: str) -> None:
    given = request.POST.get("hand", "")
    hand = _uuid(request, "hand") if given else None
    acts.give_floor(room=here.room.pk, hand=hand, by=here.seat, once=once)


def _invited(act: Any) -> Done:
    def done(request: HttpRequest, here: Entered, once: str) -> None:
        role = request.POST.get("role", "")
        if role not in set(rules.INVITED):
            raise NotHere
        act(room=here.room.pk, role=Role(role), by=here.seat, once=once)

    return done


def _message_left(request: HttpRequest, here: Entered, once: str) -> None:
    form = forms.Message(request.POST, sides=_other_sides(here))
    if form.is_valid():
        side, text = UUID(form.cleaned_data["side"]), form.cleaned_data["text"]
        acts.leave_message(room=here.room.pk, side=side, text=text, by=here.seat, once=once)


def _carried(request: HttpRequest, here: Entered, once: str) -> None:
    form = forms.Words(request.POST)
    if form.is_valid():
        words = form.cleaned_data["text"]
        acts.carry(errand=_uuid(request, "errand"), words=words, by=here.seat, once=once)


def _plainly(act: Any, **such: Any) -> Done:
    """An act that needs nothing but the room."""
    return lambda _request, here, once: act(room=here.room.pk, by=here.seat, once=once, **such)


_DONE: dict[str, Done] = {
    "say": _said,
    "withdraw": lambda request, here, once: acts.withdraw(
        remark=_uuid(request, "remark"), by=here.seat, once=once
    ),
    "hand": _plainly(acts.raise_hand),
    "lower": _plainly(acts.lower_hand),
    "call": _plainly(acts.raise_hand, kind=HandKind.CALL),
    "uncall": _plainly(acts.lower_hand, kind=HandKind.CALL),
    "floor": _asked_for_floor,
    "begin": _plainly(acts.begin),
    "end": _plainly(acts.end),
    "keep": _plainly(acts.keep, wish=True),
    "unkeep": _plainly(acts.keep, wish=False),
    "invite": _invited(acts.invite),
    "uninvite": _invited(acts.end_invitation),
    "message": _message_left,
    "take-back": lambda request, here, once: acts.take_back(
        errand=_uuid(request, "errand"), by=here.seat, once=once
    ),
    "carry": _carried,
}


def _room_page(request: HttpRequest, here: Entered, say: forms.Say) -> dict[str, Any]:
    seat, sides = here.seat, door.seen_sides(here.seat)
    sitting = models.open_sitting(here.room.pk)
    kept = models.kept_sittings(here)
    chosen = next((one for one in kept if str(one.number) == request.GET.get("kept")), None)
    seen = _seen_room(here, here.door, sides)
    context = frame(
        seat,
        f"{seen['readers']} {seen['attributed']}",
        here="rooms",
        room=seen,
        sitting=sitting,
        may_end=seat.facilitates or here.chairs,
        speaks=seat.role in rules.SPEAKERS,
        kept=kept,
        chosen=chosen,
        there=_there(here, sides),
        invitations=_invitations(here),
        say=say,
        shown=_said_in(here, chosen, sides) if chosen else [],
        **_messages(here, sides),
    )
    if sitting is not None:
        context |= _sitting_page(request, here, sitting, sides)
        context["choices"] = _choices(here, context["you"], say, sides)
    return context


def _sitting_page(
    request: HttpRequest, here: Entered, sitting: Sitting, sides: list[SeenSide]
) -> dict[str, Any]:
    """What the open sitting shows: its last remarks, one's own that wait, the floor."""
    every = "all" in request.GET
    waiting = models.waiting_of(sitting, here.seat.pseudonym(acts.instrument(sitting)))
    grant = here.grant([sitting])
    hands = {
        kind: any(one.seat_id == here.seat.seat for one in models.hands_of(sitting, kind))
        for kind in HandKind
    }
    return {
        "remarks": _said_in(here, sitting, sides, last=None if every else SHOWN),
        "earlier": not every and sitting.length > SHOWN,
        "seen": Place(sitting.number, sitting.length),
        "waiting": [{"id": one.pk, "text": one.text.open(grant)} for one in waiting],
        "floor": showing.floor(here, sitting, showing.sides_by_id(sides)),
        "raised": hands[HandKind.SPEAK],
        "called": hands[HandKind.CALL],
        "decided": models.has_decided(sitting, here.seat.seat),
        "stream": reverse("room-live", args=[here.seat.process, here.room.pk]),
    }


def _said_in(
    here: Entered, sitting: Sitting, sides: list[SeenSide], last: int | None = None
) -> list[showing.SeenRemark]:
    grant, marks = here.grant([sitting]), showing.sides_by_id(sides)
    rows = models.remarks_of(sitting, last=last)
    return [showing.seen_remark(row, sitting, grant, marks) for row in rows]


def _there(here: Entered, sides: list[SeenSide]) -> dict[str, Any]:
    """Who belongs in this room, as far as one may know: sides with about how many, roles of the panel. Nobody is
    told who looks at it now."""
    seats = models.seats_in(
        [models.Room.objects.seen_by(here.seat).select_related("process").get(pk=here.room.pk)]
    )
    rows = seats[here.room.pk]
    counted = Counter(row.side_id for row in rows)
    names = {row.pk: row for row in Seat.objects.seen_by(here.seat)}
    return {
        "sides": [
            {
                "side": side,
                "size": _(process_rules.size_band(counted[side.id])),
                "labels": sorted(
                    door.read(names[row.pk].label, here.seat.grant).text
                    for row in rows
                    if row.side_id == side.id and row.pk in names
                )
                if here.seat.on_panel or here.seat.side == side.id
                else [],
            }
            for side in sides
            if counted[side.id]
        ],
        "panel": sorted({_(process_rules.ROLE_NAMES[Role(row.role)]) for row in rows if row.side_id is None}),
        "counted": counted,
    }


def _choices(here: Entered, you: door.You, say: forms.Say, sides: list[SeenSide]) -> list[dict[str, Any]]:
    """How a remark may be attributed, each with what it will show and how large the crowd is one hides in."""
    room = Attribution(here.room.attribution)
    marked = say["attribution"].value() or room
    counted = _there(here, sides)["counted"]
    own = max(1, counted[here.seat.side])
    said = {
        Attribution.NAMED: _shown_as(you, named=True),
        Attribution.SIDE: _shown_as(you, named=False) + (" " + _crowd(own, []) if you.side else ""),
        Attribution.NONE: _released(here)
        + " "
        + _crowd(own, [n for side, n in counted.items() if side is not None and side != here.seat.side]),
    }
    return [
        {
            "value": one.value,
            "name": _(rules.ATTRIBUTION_NAMES[one]),
            "said": said[one],
            "marked": one == marked,
        }
        for one in rules.choices(room)
    ]


def _shown_as(you: door.You, *, named: bool) -> str:
    if you.side is None:
        return _("Shown as: %(role)s.") % {"role": you.role if named else _("the panel")}
    if named:
        return _("Shown as: %(label)s, %(side)s.") % {"label": you.label, "side": you.side.name}
    return _("Shown as: %(side)s.") % {"side": you.side.name}


def _crowd(own: int, others: list[int]) -> str:
    size = rules.at_least(own, others)
    if not others:
        told = disclosure.crowd(size)
        return _(told.sentence) % {"size": told.size}
    if size < disclosure.FEWEST_TO_HIDE_AMONG:
        return _("You are one of perhaps only %(size)s: what is unattributed can be guessed.") % {
            "size": size
        }
    return _("You are one of at least %(size)s.") % {"size": size}


def _released(here: Entered) -> str:
    return _(
        "Waits, and is released together with those of at least two others, in an order drawn by lot, at one of the "
        "ticks every %(tick)s minutes. Until then you can withdraw it. What was never released is destroyed with "
        "the sitting."
    ) % {"tick": here.room.tick}


def _invitations(here: Entered) -> list[dict[str, Any]]:
    """In a caucus, for its side: whom of the panel it has asked in."""
    if here.room.kind != RoomKind.CAUCUS or not here.of_its_side:
        return []
    inside = models.roles_asked_in(here)
    return [
        {"role": role.value, "name": _(process_rules.ROLE_NAMES[role]), "invited": role in inside}
        for role in Role
        if role in rules.INVITED
    ]


def _other_sides(here: Entered) -> list[tuple[str, str]]:
    sides = door.seen_sides(here.seat)
    return [(str(side.id), f"{side.letter} · {side.name}") for side in sides if side.id != here.room.side_id]


def _messages(here: Entered, sides: list[SeenSide]) -> dict[str, Any]:
    """In a shuttle room: what its side left with the panel, and what the panel carried here."""
    if here.room.kind != RoomKind.SHUTTLE:
        return {}
    grant, own = here.grant(), here.seat.pseudonym("errand")
    marks: dict[UUID | None, SeenSide] = {side.id: side for side in sides}
    return {
        "message": forms.Message(sides=_other_sides(here), auto_id="message-%s")
        if here.seat.role is Role.PARTICIPANT
        else None,
        "words": forms.Words(auto_id=False) if here.seat.on_panel else None,
        "errands": [
            {
                "id": one.pk,
                "text": one.leave.open(grant),
                "to": marks.get(one.to_room.side_id),
                "state": _(rules.ERRAND_NAMES[ErrandState(one.state)]),
                "left": one.state == ErrandState.LEFT,
                "own": bool(own) and bytes(one.pseudonym or b"") == own,
            }
            for one in models.errands_from(here)
        ],
        "carried": [one.words.open(grant) for one in models.carried_to(here) if one.words],
        "shuttle": True,
    }


# --- its stream ----------------------------------------------------------------------------------


@page_for(*rules.IN_ROOMS)
def room_live(request: HttpRequest, seat: Seated, room: UUID) -> Any:  # a stream is no HttpResponse
    """The stream of a room. Where the server cannot stream: everything since what was seen last, and an end."""
    if request.method not in ("GET", "HEAD"):
        raise NotHere
    here = models.entered(seat, room)
    seen = rules.place_said(request.headers.get("Last-Event-ID") or request.GET.get("after", ""))
    content: Any = live.all_at_once(here, seen)
    if isinstance(request, ASGIRequest):
        listener = Listener(
            process=seat.process,
            room=here.room.pk,
            seat=seat.seat,
            session=_session_of(request),
            language=get_language() or "en",
            chairs=here.chairs,
            sent=seen,
        )
        content = live.stream(here, listener)
    response = StreamingHttpResponse(content, content_type="text/event-stream; charset=utf-8")
    response["X-Accel-Buffering"] = "no"
    return response


def _session_of(request: HttpRequest) -> str:
    """The row of the session under which a stream was opened: when it goes, the stream ends."""
    row = request.session._get_session_from_db()  # type: ignore[attr-defined]
    if not isinstance(row, Session):
        raise NotHere
    return str(row.pk)


# --- its minutes -----------------------------------------------------------------------------------


@page_for(*rules.IN_ROOMS)
def minutes(request: HttpRequest, seat: Seated, room: UUID) -> HttpResponse:
    """The minutes of a room: written, restated, corrected, standing."""
    here = models.entered(seat, room)
    takes = seat.role in rules.MINUTE_TAKERS
    form = forms.Minutes(request.POST if request.POST.get("do") == "write" else None, auto_id="new-%s")
    if request.method == "POST" and _minuted(request, here, form):
        return redirect("minutes", pid=seat.process, room=room)
    sides = door.seen_sides(seat)
    who_sees = _(
        "Whoever takes the minutes reads them while they are written; then everybody in this room. They name nobody."
    )
    names = rules.MINUTES_NAMES
    context = frame(
        seat,
        who_sees,
        here="rooms",
        room=_seen_room(here, here.door, sides),
        takes=takes,
        form=form,
        correction=forms.Correction(auto_id=False),
        minutes=[_seen_minutes(here, one) for one in models.minutes_of(here)],
        steps=[
            {"from": _(names[now]), "to": [_(names[to]) for to in after if to is not now]}
            for now, after in rules.MINUTES_STEPS.items()
        ],
    )
    return render(request, "dialogue/minutes.html", context, status=400 if form.errors else 200)


def _seen_minutes(here: Entered, row: models.Minutes) -> dict[str, Any]:
    grant, state = here.grant(), MinutesState(row.state)
    text = row.text.open(grant)
    return {
        "id": row.pk,
        "number": row.number,
        "text": text,
        "state": _(rules.MINUTES_NAMES[state]),
        "key": state.value,
        "form": forms.Minutes(initial={"text": text}, auto_id=f"{row.pk}-%s"),
        "corrections": [
            {"id": one.pk, "text": one.text.open(grant), "taken_up": one.taken_up}
            for one in models.corrections_of(here, row)
        ],
    }


def _minuted(request: HttpRequest, here: Entered, form: forms.Minutes) -> bool:
    """Carry out what was sent from the page of the minutes; whether it was done."""
    do, once = request.POST.get("do", ""), once_of(request)
    named: dict[str, Any] = {"room": here.room.pk, "by": here.seat}
    with suppress(AlreadyDone):
        if do == "write":
            if not form.is_valid():
                if here.seat.role not in rules.MINUTE_TAKERS:
                    raise NotHere
                return False
            which = _uuid(request, "minutes") if "minutes" in request.POST else None
            acts.write_minutes(text=form.cleaned_data["text"], minutes=which, once=once, **named)
        elif do in (MinutesState.RESTATED, MinutesState.STANDING):
            acts.move_minutes(minutes=_uuid(request, "minutes"), to=MinutesState(do), once=once, **named)
        elif do == "correct":
            said = forms.Correction(request.POST)
            if said.is_valid():
                text = said.cleaned_data["text"]
                acts.correct(minutes=_uuid(request, "minutes"), text=text, once=once, **named)
        elif do == "take-up":
            acts.take_up(correction=_uuid(request, "correction"), once=once, **named)
        else:
            raise NotHere
    return True
