"""Who listens to which room in this server process. No Redis: what happens elsewhere is noticed by `live`.

Acts wake the hub after their transaction; the watcher in `live` then looks what is new, writes each frame once
for each language, and hands it to all listeners of the room at once.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from threading import Condition
from uuid import UUID

from tracktwo.dialogue.rules import Place

MOST_FRAMES = (
    256  # waiting for one slow listener; then its stream ends, and its browser comes back for the rest
)
MOST_STREAMS = 4  # of one seat in one room; a fifth ends the first

START = Place()


@dataclass(frozen=True)
class Frame:
    """Something to send. A remark has its place; what merely shows how things stand has none."""

    content: bytes
    place: Place | None = None


@dataclass(eq=False)
class Listener:
    """One open stream: whose, to which room, in which language."""

    process: UUID
    room: UUID
    seat: UUID
    session: str
    language: str
    chairs: bool
    sent: Place = START  # the last remark that was sent
    ended: bool = False
    frames: deque[Frame] = field(default_factory=deque)
    loop: asyncio.AbstractEventLoop | None = None
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def variant(self) -> tuple[str, bool]:
        """Listeners of one variant are sent the very same bytes."""
        return self.language, self.chairs

    def give(self, frames: Iterable[Frame]) -> None:
        """Take frames to send; only in the loop."""
        self.frames.extend(frames)
        if len(self.frames) > MOST_FRAMES:
            self.ended = True
        self.woken.set()

    def begin_with(self, past: Sequence[Frame]) -> None:
        """What was said before goes before whatever came while it was read."""
        self.frames.extendleft(reversed(past))

    def end(self) -> None:
        self.ended = True
        self.woken.set()

    def take(self) -> list[bytes]:
        """What is to be sent now. A remark that was sent already is left out, so that nothing comes twice."""
        self.woken.clear()
        taken = []
        while self.frames:
            frame = self.frames.popleft()
            if frame.place is not None:
                if not frame.place.comes_after(self.sent):
                    continue
                self.sent = frame.place
            taken.append(frame.content)
        return taken


class Hub:
    """The listeners of this process by room, and the rooms where something may be new."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._rooms: dict[UUID, list[Listener]] = {}
        self._woken: set[UUID] = set()
        self._everything = False

    def join(self, listener: Listener) -> None:
        """Listen; only in the loop. Too many streams of one seat: the oldest ends."""
        listener.loop = asyncio.get_running_loop()
        with self._changed:
            there = self._rooms.setdefault(listener.room, [])
            own = [one for one in there if one.seat == listener.seat and not one.ended]
            there.append(listener)
            self._changed.notify_all()
        for one in own[: max(0, len(own) + 1 - MOST_STREAMS)]:
            one.end()

    def leave(self, listener: Listener) -> None:
        with self._changed:
            there = self._rooms.get(listener.room, [])
            if listener in there:
                there.remove(listener)
            if not there:
                self._rooms.pop(listener.room, None)

    def listeners(self, room: UUID) -> list[Listener]:
        with self._changed:
            return list(self._rooms.get(room, ()))

    def rooms(self) -> list[UUID]:
        with self._changed:
            return list(self._rooms)

    def wake(self, room: UUID | None = None) -> None:
        """Something may be new in a room, or in any."""
        with self._changed:
            if room is None:
                self._everything = True
            elif room in self._rooms:
                self._woken.add(room)
            self._changed.notify_all()

    def wait(self, seconds: float) -> set[UUID]:
        """Wait until something may be new, at most so long; without listeners, until there are some."""
        with self._changed:
            if not self._rooms:
                self._changed.wait_for(lambda: bool(self._rooms) or self._everything)
            self._changed.wait_for(lambda: bool(self._woken) or self._everything, timeout=seconds)
            woken = set(self._rooms) if self._everything else set(self._woken)
            self._woken.clear()
            self._everything = False
        return woken

    def deliver(self, parcels: Sequence[tuple[Listener, list[Frame]]], out: Sequence[Listener] = ()) -> None:
        """Hand frames over, and end the streams of those who are out; one call into each loop."""
        loops = {one.loop for one in (*(listener for listener, _ in parcels), *out)}
        for loop in loops:
            if loop is None or loop.is_closed():
                continue
            mine = [parcel for parcel in parcels if parcel[0].loop is loop]
            gone = [one for one in out if one.loop is loop]
            loop.call_soon_threadsafe(_hand_over, mine, gone)

    def end(self) -> None:
        """End every stream: the server stops."""
        every = [one for room in self.rooms() for one in self.listeners(room)]
        self.deliver([], every)


def _hand_over(parcels: Sequence[tuple[Listener, list[Frame]]], out: Sequence[Listener]) -> None:
    for one in out:  # first: whoever is out gets nothing more
        one.frames.clear()
        one.end()
    for listener, frames in parcels:
        if not listener.ended:
            listener.give(frames)


hub = Hub()
