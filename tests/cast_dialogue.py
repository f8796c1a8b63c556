"""What the cast has of rooms, what is said in them, and their minutes: a word planted in each."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from tracktwo.dialogue import acts
from tracktwo.dialogue.models import Errand, Remark, Room
from tracktwo.dialogue.rules import Attribution, MinutesState
from tracktwo.process import acts as process_acts
from tracktwo.process.models import Side
from tracktwo.process.rules import Role, RoomKind

if TYPE_CHECKING:
    from tests.cast import Cast

NAMED, SIDE, NONE = Attribution
TABLE = frozenset({"Nia", "Noor", "Sol", "Sam", "Eda"})
PANEL = frozenset({"Bo", "Cleo", "expert", "rapporteur"})
OF_SIDE = {1: {"Nia", "Noor"}, 2: {"Sol", "Sam"}, 3: {"Eda"}}


def plant(cast: Cast) -> None:
    """In the process of the cast, by acts."""
    plenary = _plenary(cast)
    caucus = _of_every_side(cast, RoomKind.CAUCUS)
    shuttle = _of_every_side(cast, RoomKind.SHUTTLE)
    restricted = _restricted(cast)
    _caucuses(cast, caucus)
    _errands(cast, shuttle)
    _minutes(cast, plenary)
    for row in Remark.unscoped.filter(process_id=cast.processes["own"], pseudonym__isnull=False):
        cast.keep(bytes(row.pseudonym or b""), "pseudonym", "own")
    for errand in Errand.unscoped.filter(process_id=cast.processes["own"]):
        cast.keep(bytes(errand.pseudonym or b""), "pseudonym", "own")
    _addresses(cast, plenary, caucus, shuttle, restricted)


def _say(cast: Cast, who: str, room: UUID, text: str, attribution: Attribution = NAMED) -> Remark:
    return acts.say(room=room, text=f"We say {text}.", attribution=attribution, by=cast.seated(who))


def _plenary(cast: Cast) -> UUID:
    """Named, side only and unattributed remarks; one that waits, and one that was withdrawn."""
    bo = cast.seated("Bo")
    (room,) = acts.open_room(kind=RoomKind.PLENARY, name=cast.texts("own", "name of the plenary"), by=bo)
    acts.begin(room=room.pk, by=bo)
    # Somebody of the North who never walks: the name of whoever speaks named is for the whole room.
    side = Side.unscoped.get(process_id=cast.processes["own"], place=1)
    una = process_acts.add_seat(
        process=cast.processes["own"],
        role=Role.PARTICIPANT,
        label=cast.texts("own", "name of who spoke", side=1),
        side=side.pk,
        by="facilitator",
    )
    cast.seats["Una"] = una.pk
    for who, attribution in (("Una", NAMED), ("Sol", SIDE), ("Bo", NAMED)):
        _say(cast, who, room.pk, cast.plant("plenary remark", "own", who), attribution)
    for who in ("Nia", "Sol", "Eda"):
        _say(cast, who, room.pk, cast.plant("plenary remark", "own", "unattributed", who), NONE)
    sitting = Remark.unscoped.filter(process_id=cast.processes["own"]).values_list("sitting_id", flat=True)[0]
    assert acts.release(sitting=sitting) == 3
    withdrawn = _say(cast, "Sol", room.pk, cast.plant("withdrawn remark", "own", owner="Sol", side=2), NONE)
    acts.withdraw(remark=withdrawn.pk, by=cast.seated("Sol"))
    waiting = _say(cast, "Nia", room.pk, cast.plant("waiting remark", "own", owner="Nia", side=1), NONE)
    cast.keep(waiting.pk, "waiting remark", "own", owner="Nia", side=1)
    acts.raise_hand(room=room.pk, by=cast.seated("Sam"))
    return room.pk


def _of_every_side(cast: Cast, kind: RoomKind) -> dict[int, UUID]:
    bo = cast.seated("Bo")
    acts.open_room(kind=kind, name="each", by=bo)
    rooms = Room.unscoped.filter(process_id=cast.processes["own"], kind=kind).select_related("side")
    found = {}
    for room in rooms:
        assert room.side is not None
        name = cast.texts("own", f"name of a {kind}", side=room.side.place)
        acts.change_room(room=room.pk, name=name, attribution=NAMED, tick=5, by=bo)
        found[room.side.place] = room.pk
    return found


def _restricted(cast: Cast) -> UUID:
    """A room with a criterion, in which Nia is and nobody else."""
    bo, whose = cast.seated("Bo"), {"owner": "Nia", "side": 1}
    (room,) = acts.open_room(
        kind=RoomKind.RESTRICTED,
        name="A room",
        criterion=cast.texts("own", "criterion of a room", **whose),  # type: ignore[arg-type]
        by=bo,
    )
    acts.move(room=room.pk, seat=cast.seats["Nia"], to_be_in=True, by=bo)
    acts.begin(room=room.pk, by=bo)
    _say(cast, "Nia", room.pk, cast.plant("remark in a small room", "own", owner="Nia", side=1))
    return room.pk


def _caucuses(cast: Cast, rooms: dict[int, UUID]) -> None:
    """The North sits among itself; the South has sat, and what it said is gone."""
    acts.begin(room=rooms[1], by=cast.seated("Noor"))
    _say(cast, "Noor", rooms[1], cast.plant("caucus remark", "own", side=1))
    acts.begin(room=rooms[2], by=cast.seated("Sol"))
    _say(cast, "Sol", rooms[2], cast.plant("remark of an ended sitting", "own", owner="Sol", side=2))
    acts.end(room=rooms[2], by=cast.seated("Sol"))


def _errands(cast: Cast, rooms: dict[int, UUID]) -> None:
    """Two messages of the South for the North: one waits, one was carried in the panel's words."""
    bo, sol = cast.seated("Bo"), cast.seated("Sol")
    acts.begin(room=rooms[2], by=bo)
    _say(cast, "Sam", rooms[2], cast.plant("shuttle remark", "own", side=2))
    north = Side.unscoped.get(process_id=cast.processes["own"], place=1).pk
    left = [
        acts.leave_message(
            room=rooms[2], side=north, text=cast.plant("errand", "own", str(n), side=2), by=sol
        )
        for n in range(2)
    ]
    acts.carry(errand=left[1].pk, words=cast.plant("carried message", "own", side=1), by=bo)
    cast.keep(left[0].pk, "errand", "own", side=2)


def _minutes(cast: Cast, room: UUID) -> None:
    """Minutes of the plenary in each state, and a correction."""
    by = cast.seated("rapporteur")
    for state in (MinutesState.STANDING, MinutesState.RESTATED, MinutesState.DRAFT):
        row = acts.write_minutes(room=room, text=cast.plant(f"minutes, {state}", "own"), by=by)
        cast.keep(row.pk, f"minutes, {state}", "own")
        if state is not MinutesState.DRAFT:
            acts.move_minutes(room=room, minutes=row.pk, to=MinutesState.RESTATED, by=by)
        if state is MinutesState.RESTATED:
            text = cast.plant("correction", "own", owner="Sam", side=2)
            said = acts.correct(room=room, minutes=row.pk, text=text, by=cast.seated("Sam"))
            cast.keep(bytes(said.pseudonym or b""), "pseudonym", "own")
        if state is MinutesState.STANDING:
            acts.move_minutes(room=room, minutes=row.pk, to=state, by=by)


def _addresses(
    cast: Cast, plenary: UUID, caucus: dict[int, UUID], shuttle: dict[int, UUID], restricted: UUID
) -> None:
    """The rooms as they stand in addresses, and what is sent to them."""
    cast.known("room", "plenary", plenary, readers=TABLE | PANEL | {"interpreter"})
    cast.known("room", "caucus of the North", caucus[1], readers=OF_SIDE[1])
    cast.known("room", "caucus of the South", caucus[2], readers=OF_SIDE[2])
    cast.known("room", "shuttle of the South", shuttle[2], readers=OF_SIDE[2] | PANEL)
    cast.known("room", "shuttle of the North", shuttle[1], readers=OF_SIDE[1] | PANEL)
    cast.known("room", "room with a criterion", restricted, readers={"Nia"})
    cast.send("rooms", "open", do="open", kind="mixed", name="Tea", attribution="side", tick="5")
    cast.send("rooms", "ill", do="open", kind="mixed", name="", attribution="side", tick="5")
    cast.send("rooms", "begin", do="begin", room=str(shuttle[1]))
    cast.send("rooms", "end", do="end", room=str(caucus[1]))
    cast.send("rooms", "move", do="out", room=str(plenary), seat=str(cast.seats["Sam"]))
    cast.send("room", "say", do="say", text="We were here.", attribution="none")
    cast.send("room", "ill", do="say", text="", attribution="none")
    cast.send("room", "hand", do="hand")
    cast.send("room", "keep", do="keep")
    cast.send("room", "invite", do="invite", role="expert")
    north = Side.unscoped.get(process_id=cast.processes["own"], place=1).pk
    cast.send("room", "message", do="message", side=str(north), text="Tell them this.")
    cast.send("minutes", "write", do="write", text="It was said that tea was good.")
    cast.send("minutes", "ill", do="write", text="")
