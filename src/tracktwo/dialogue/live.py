"""The live stream of a room: server-sent events, each written once for each language and handed to all who listen.

A remark's id is its place, so that a browser which lost the line says where it was and misses nothing. Frames are
padded: who watches the line learns from their size neither who speaks nor what. One thread looks what is new; it is
woken by acts of this process at once, by those of others through the database, and once a second in any case to
see who may still listen.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import close_old_connections, connection
from django.utils import timezone, translation

from tracktwo.dialogue import showing
from tracktwo.dialogue.hub import Frame, Listener, hub
from tracktwo.dialogue.models import Entered, Sitting, entered, open_sitting, remarks_of, seated_at, still_in
from tracktwo.dialogue.rules import Place
from tracktwo.errors import Refusal
from tracktwo.people.models import Session
from tracktwo.process.door import seen_sides

BLOCK = 1024  # bytes: every frame fills whole blocks
HEARTBEAT = 15.0  # seconds of silence before a sign of life
SWEEP = 1.0  # seconds at most until somebody who may not listen any more stops receiving
POLL = 0.25  # seconds between looks at SQLite's data version
RETRY = b"retry: 2000\n\n"
log = logging.getLogger("tracktwo.live")


# --- frames --------------------------------------------------------------------------------------


def padded(frame: bytes) -> bytes:
    """The frame, filled up with an ignored line to whole blocks."""
    filler = b":" + b" " * (-(len(frame) + 2) % BLOCK) + b"\n"
    return filler + frame


def frame_of(name: str, content: str, place: Place | None = None) -> Frame:
    """One event in the words of the protocol; its content may have several lines."""
    lines = [f"event: {name}"] + ([f"id: {place}"] if place else [])
    lines += [f"data: {line}" for line in content.replace("\r", "\n").split("\n")]
    return Frame(padded(("\n".join(lines) + "\n\n").encode()), place)


SIGN_OF_LIFE = padded(b":\n\n")


def remark_frames(here: Entered, sitting: Sitting, after: int) -> list[Frame]:
    """What was released in a sitting from a place on, in the language at hand."""
    grant, sides = here.grant([sitting]), showing.sides_by_id(seen_sides(here.seat))
    return [
        frame_of(
            "remark",
            showing.remark_as_html(showing.seen_remark(row, sitting, grant, sides)),
            Place(sitting.number, row.place or 0),
        )
        for row in remarks_of(sitting, after=after)
    ]


def floor_frame(here: Entered, sitting: Sitting | None) -> Frame:
    """How things stand in the room; whether it sits at all tells a page when to load itself anew."""
    said = {"sitting": sitting.number if sitting else 0, "html": ""}
    if sitting is not None:
        facts = showing.floor(here, sitting, showing.sides_by_id(seen_sides(here.seat)))
        said["html"] = showing.floor_as_html(facts)
    return frame_of("floor", json.dumps(said, ensure_ascii=False))


def everything_since(here: Entered, seen: Place) -> list[Frame]:
    """How things stand, and every remark somebody has not seen yet."""
    sitting = open_sitting(here.room.pk)
    frames = [floor_frame(here, sitting)]
    if sitting is not None:
        frames += remark_frames(here, sitting, seen.place if seen.sitting == sitting.number else 0)
    return frames


def all_at_once(here: Entered, seen: Place) -> Iterator[bytes]:
    """The stream where a server cannot stream: everything so far, and an end. The browser asks again."""
    yield RETRY
    for frame in everything_since(here, seen):
        yield frame.content


async def stream(here: Entered, listener: Listener) -> AsyncIterator[bytes]:
    """Everything since what was seen last, and from then on whatever comes; until the browser or the hub ends it."""
    watcher()
    hub.join(listener)  # first: what comes while the past is read waits
    try:
        yield padded(RETRY)
        listener.begin_with(await sync_to_async(_past)(here, listener))
        while True:
            for content in listener.take():
                yield content
            if listener.ended:
                return
            if not await _woken(listener):
                yield SIGN_OF_LIFE
    finally:
        hub.leave(listener)


def _past(here: Entered, listener: Listener) -> list[Frame]:
    try:
        with translation.override(listener.language):
            return everything_since(here, listener.sent)
    except Refusal:  # it ended just now
        return []
    finally:
        connection.close()  # a stream may stay for hours and needs no connection of its own


async def _woken(listener: Listener) -> bool:
    try:
        await asyncio.wait_for(listener.woken.wait(), HEARTBEAT)
    except TimeoutError:
        return False
    return True


# --- who may still listen --------------------------------------------------------------------------


def outside(room: UUID, listeners: list[Listener]) -> list[Listener]:
    """Those who may not listen any more: moved out, stood down, signed out; everybody, once a process is frozen."""
    seats = still_in(room)
    keys = {one.session for one in listeners}
    alive = set(
        Session.objects.filter(pk__in=keys, expire_date__gt=timezone.now()).values_list("pk", flat=True)
    )
    return [one for one in listeners if one.seat not in seats or one.session not in alive]


# --- what is new -----------------------------------------------------------------------------------


@dataclass
class _Sent:
    """What the listeners of a room were sent last."""

    place: Place
    floor: dict[tuple[str, bool], bytes] = field(default_factory=dict)


class Watcher(Thread):
    """Looks what is new in the rooms somebody listens to, and who may still listen; until told to stop."""

    def __init__(self) -> None:
        super().__init__(name="live", daemon=True)
        self.stopping = Event()
        self._sent: dict[UUID, _Sent] = {}
        self._version = 0

    def run(self) -> None:
        swept = 0.0
        ear = Ear() if connection.vendor == "postgresql" else None
        if ear:
            ear.start()
        while not self.stopping.is_set():
            woken = hub.wait(POLL if ear is None else SWEEP)
            if self.stopping.is_set():
                break
            if time.monotonic() - swept >= SWEEP or (ear is None and self._changed()):
                swept, woken = time.monotonic(), set(hub.rooms())
            self.look(woken)
        if ear:
            ear.stop()
        connection.close()

    def look(self, rooms: set[UUID]) -> None:
        for room in rooms:
            try:
                self._look(room)
            except Exception:
                log.exception("A room could not be looked at.")
                close_old_connections()
        for room in set(self._sent) - set(hub.rooms()):
            del self._sent[room]

    def stop(self) -> None:
        self.stopping.set()
        hub.wake()

    def _changed(self) -> bool:
        """Whether another connection, of this process or of another, has changed the database."""
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA data_version")
            version = int(cursor.fetchone()[0])
        changed, self._version = version != self._version, version
        return changed

    def _look(self, room: UUID) -> None:
        listeners = hub.listeners(room)
        out = outside(room, listeners)
        there = [one for one in listeners if one not in out]
        parcels = self._new(room, there) if there else []
        if parcels or out:
            hub.deliver(parcels, out)

    def _new(self, room: UUID, there: list[Listener]) -> list[tuple[Listener, list[Frame]]]:
        seen = self._sent.get(room)
        if seen is None:  # what the first of them has not seen, each has not been sent or will leave out
            seen = self._sent[room] = _Sent(
                min((one.sent for one in there), key=lambda one: (one.sitting, one.place))
            )
        sitting = open_sitting(room)
        after = seen.place.place if sitting and seen.place.sitting == sitting.number else 0
        anew = sitting is not None and sitting.length > after
        variants = {one.variant: one for one in there}
        frames: dict[tuple[str, bool], list[Frame]] = {}
        remarks: dict[str, list[Frame]] = {}
        for variant, one in variants.items():
            here = _as(one)
            with translation.override(one.language):
                floor = floor_frame(here, sitting)
                if sitting is not None and anew and one.language not in remarks:
                    remarks[one.language] = remark_frames(here, sitting, after)
            frames[variant] = list(remarks.get(one.language, ()))
            if seen.floor.get(variant) != floor.content:
                seen.floor[variant] = floor.content
                frames[variant].append(floor)
        if sitting is not None and remarks:
            last = next(iter(remarks.values()))[-1].place
            seen.place = last or seen.place
        return [(one, frames[one.variant]) for one in there if frames[one.variant]]


def _as(listener: Listener) -> Entered:
    """The room as this listener may read it now."""
    return entered(seated_at(listener.process, listener.seat), listener.room)


class Ear(Thread):
    """PostgreSQL tells what other processes did: one connection that only listens."""

    def __init__(self) -> None:
        super().__init__(name="ear", daemon=True)
        self.stopping = Event()

    def run(self) -> None:
        while not self.stopping.is_set():
            try:
                self._listen()
            except Exception:
                log.warning("The database was not heard; it is asked anew.")
                self.stopping.wait(1)

    def _listen(self) -> None:
        import psycopg

        of_django = ("pool", "server_side_binding", "cursor_factory", "prepare_threshold", "context")
        known = {
            name: said for name, said in connection.get_connection_params().items() if name not in of_django
        }
        with psycopg.connect(autocommit=True, **known) as line:
            line.execute("LISTEN tracktwo_rooms")
            hub.wake()  # what was said while nobody listened
            while not self.stopping.is_set():
                for _notice in line.notifies(timeout=1, stop_after=1):
                    hub.wake()

    def stop(self) -> None:
        self.stopping.set()


_watcher: Watcher | None = None
_one = Lock()


def watcher() -> Watcher:
    """The one watcher of this process, begun with the first stream."""
    global _watcher
    with _one:
        if _watcher is None or not _watcher.is_alive():
            _watcher = Watcher()
            _watcher.start()
        return _watcher


def stop() -> None:
    """End every stream and the watcher: the server stops."""
    hub.end()
    with _one:
        if _watcher is not None:
            _watcher.stop()
