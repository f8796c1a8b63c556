"""A plenary to listen to, made inside an installation, and somebody who listens to it over the network."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any
from uuid import UUID

import httpx

# --- inside ------------------------------------------------------------------------------------------


def a_plenary(*, seats: int = 2, attribution: str = "named", tick: int = 2) -> dict[str, Any]:
    """An exercise with a plenary that sits; the codes of the facilitator and of so many participants."""
    from tracktwo.dialogue import acts
    from tracktwo.dialogue.rules import Attribution
    from tracktwo.process import acts as process_acts
    from tracktwo.process.acts import NewSide
    from tracktwo.process.models import Side
    from tracktwo.process.phases import Phase
    from tracktwo.process.rules import Kind, Role, RoomKind

    process = process_acts.begin(
        cover_title="River studies",
        title="The river",
        sides=[NewSide("North"), NewSide("South")],
        by=None,
        kind=Kind.EXERCISE,
    )
    lead = process_acts.add_seat(process=process.pk, role=Role.FACILITATOR, label="Lead", by="convenor")
    sides = list(Side.unscoped.filter(process=process).order_by("place"))
    people = [
        process_acts.add_seat(
            process=process.pk, role=Role.PARTICIPANT, label=f"P{n}", side=sides[n % 2].pk, by="convenor"
        )
        for n in range(seats)
    ]
    by = _seated(lead.pk)
    version = process_acts.write_ground_rules(text="Speak one at a time.", by=by)
    for seat in (lead, *people):
        process_acts.assent(version=version.pk, by=_seated(seat.pk))
    process_acts.review_risk(by=by)
    for phase in (Phase.TALKS, Phase.CONVENING):
        process_acts.step(to=phase, by=by)
    (room,) = acts.open_room(
        kind=RoomKind.PLENARY, name="Plenary", attribution=Attribution(attribution), tick=tick, by=by
    )
    acts.begin(room=room.pk, by=by)
    codes = process_acts.invite(seats=[lead.pk, *(one.pk for one in people)], by=by)
    return {
        "process": str(process.pk),
        "room": str(room.pk),
        "lead": codes[0][1],
        "lead seat": str(lead.pk),
        "codes": [code for _, code in codes[1:]],
        "seats": [str(seat.pk) for seat, _ in codes[1:]],
    }


def _seated(seat: UUID | str) -> Any:
    from tracktwo.process import visibility
    from tracktwo.process.models import Seat

    return visibility.seated(Seat.unscoped.select_related("process", "side").get(pk=seat))


def act(*, name: str, by: str, **named: Any) -> None:
    """An act of a room, done by another process on the same database."""
    from tracktwo.dialogue import acts
    from tracktwo.dialogue.rules import Attribution, HandKind

    if "attribution" in named:
        named["attribution"] = Attribution(named["attribution"])
    if "kind" in named:
        named["kind"] = HandKind(named["kind"])
    getattr(acts, name)(
        by=_seated(by),
        **{key: UUID(value) if key in ("room", "seat") else value for key, value in named.items()},
    )


def more_rooms(*, lead: str, seat: str) -> None:
    """A caucus and a shuttle for each side, and a room with a criterion."""
    from tracktwo.dialogue import acts
    from tracktwo.process.rules import RoomKind

    by = _seated(lead)
    for kind, name in ((RoomKind.CAUCUS, "Among ourselves"), (RoomKind.SHUTTLE, "Shuttle")):
        acts.open_room(kind=kind, name=name, by=by)
    (room,) = acts.open_room(kind=RoomKind.RESTRICTED, name="River women", criterion="Women only", by=by)
    acts.move(room=room.pk, seat=UUID(seat), to_be_in=True, by=by)


def quick_ticks() -> None:
    """Planted: a tick every two seconds, whatever the room says."""
    rules: Any = import_module("tracktwo.dialogue.rules")
    rules.tick_of = lambda now, minutes: int(now // 2)


def end_cut_short(*, room: str) -> str:
    """A sitting that ended in the database, and then the power went: its secret is still there."""
    from tracktwo.dialogue.models import Sitting

    sitting = Sitting.unscoped.get(room_id=room, ended=False)
    Sitting.unscoped.filter(pk=sitting.pk).update(ended=True)
    return str(sitting.pk)


def holds(*, process: str, sitting: str) -> bool:
    from tracktwo.vault import keys

    return keys.keystore().holds_sitting(UUID(process), UUID(sitting))


def look_away() -> None:
    """A fault to plant: nobody is ever found to be out."""
    live: Any = import_module("tracktwo.dialogue.live")
    live.outside = lambda room, listeners: []
    live.seated_at = lambda process, seat: _seated(seat)
    live.entered = lambda seat, room: _kept(seat, room)


def _kept(seat: Any, room: UUID) -> Any:
    from tracktwo.dialogue.models import Entered, Room

    return Entered(Room.unscoped.select_related("process", "side").get(pk=room), True, seat)


# --- outside -----------------------------------------------------------------------------------------


@dataclass
class Somebody:
    """Somebody with a browser: signs in with a code, says things, listens."""

    address: str
    process: str
    room: str
    browser: httpx.AsyncClient = field(init=False)

    def __post_init__(self) -> None:
        self.browser = httpx.AsyncClient(
            base_url=self.address, cookies={"form": "a" * 32}, timeout=60, headers={"Origin": self.address}
        )

    async def enter(self, code: str) -> None:
        answer = await self.post("/enter/", code=code)
        assert answer.status_code == 200, answer.status_code

    async def post(self, path: str, **fields: str) -> httpx.Response:
        return await self.browser.post(path, data=fields | {"csrfmiddlewaretoken": _token(self.browser)})

    async def say(self, text: str, attribution: str = "named") -> None:
        answer = await self.post(self.path, do="say", text=text, attribution=attribution)
        assert answer.status_code == 302, answer.status_code

    @property
    def path(self) -> str:
        return f"/p/{self.process}/rooms/{self.room}/"

    @asynccontextmanager
    async def listening(self, *, after: str = "") -> AsyncIterator[Stream]:
        headers = {"Last-Event-ID": after} if after else {}
        async with self.browser.stream("GET", self.path + "live/", headers=headers) as answer:
            stream = Stream(answer)
            reading = asyncio.create_task(stream.read())
            try:
                yield stream
            finally:
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)


def _token(browser: httpx.AsyncClient) -> str:
    """The token that forms hold; a server gives a new one to whoever signs in."""
    return [cookie.value or "" for cookie in browser.cookies.jar if cookie.name == "form"][-1]


@dataclass
class Stream:
    """What came over a stream: (name, id, data) and when; and the sizes of what was sent at once."""

    answer: httpx.Response
    came: list[tuple[str, str, str]] = field(default_factory=list)
    at: list[float] = field(default_factory=list)
    blocks: int = 0
    ended: float = 0.0

    async def read(self) -> None:
        rest = b""
        try:
            async for chunk in self.answer.aiter_bytes():
                self.blocks += len(chunk)
                *whole, rest = (rest + chunk).split(b"\n\n")
                for frame in whole:
                    self._take(frame.decode())
        finally:
            self.ended = time.monotonic()

    def _take(self, frame: str) -> None:
        name = place = ""
        data = []
        for line in frame.split("\n"):
            key, _, value = line.partition(": ")
            if key == "event":
                name = value
            elif key == "id":
                place = value
            elif key == "data":
                data.append(value)
        if name:
            self.came.append((name, place, "\n".join(data)))
            self.at.append(time.monotonic())

    @property
    def remarks(self) -> list[tuple[str, str]]:
        return [(place, data) for name, place, data in self.came if name == "remark"]

    @property
    def floors(self) -> list[dict[str, Any]]:
        return [json.loads(data) for name, _, data in self.came if name == "floor"]


async def until(true: Callable[[], Any], seconds: float = 10) -> float:
    """Wait until something holds; how long it took."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < seconds, "it did not come"
        await asyncio.sleep(0.01)
    return time.monotonic() - began
