"""The hub and the watcher: who is told what is new, once, in order, and who is not told any more."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from tests.dialogue.rooms import NAMED, House
from tracktwo.dialogue import acts, hub, live
from tracktwo.dialogue.hub import Frame, Hub, Listener
from tracktwo.dialogue.rules import Place
from tracktwo.people.models import Session
from tracktwo.process import acts as process_acts
from tracktwo.process.rules import RoomKind


def listener(room: uuid.UUID | None = None, seat: uuid.UUID | None = None, **more: Any) -> Listener:
    told: dict[str, Any] = {"session": "s", "language": "en", "chairs": False, "process": uuid.uuid4()}
    return Listener(room=room or uuid.uuid4(), seat=seat or uuid.uuid4(), **told | more)


def remark(place: int, sitting: int = 1) -> Frame:
    return Frame(f"{sitting}.{place}".encode(), Place(sitting, place))


def run(story: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(story())


# --- one listener ------------------------------------------------------------------------------------


def test_what_was_sent_is_not_sent_again() -> None:
    one = listener(sent=Place(1, 2))
    one.give([remark(1), remark(2), remark(3), Frame(b"floor"), remark(3)])
    assert one.take() == [b"1.3", b"floor"]
    assert one.take() == []


def test_the_past_goes_before_what_came_while_it_was_read() -> None:
    one = listener()
    one.give([remark(3)])
    one.begin_with([remark(1), remark(2), remark(3)])
    assert one.take() == [b"1.1", b"1.2", b"1.3"]


def test_a_past_read_after_what_is_new_would_be_lost() -> None:
    one = listener()
    one.give([remark(3)])
    one.give([remark(1), remark(2)])  # the fault: behind instead of before
    assert one.take() == [b"1.3"]


def test_a_new_sitting_begins_its_places_anew() -> None:
    one = listener(sent=Place(1, 40))
    one.give([remark(1, sitting=2)])
    assert one.take() == [b"2.1"]


def test_a_listener_that_does_not_keep_up_is_ended_and_may_come_back() -> None:
    one = listener()
    one.give([remark(place) for place in range(1, hub.MOST_FRAMES + 2)])
    assert one.ended


# --- the hub -----------------------------------------------------------------------------------------


def test_frames_go_to_those_who_listen_and_nothing_more_to_those_who_are_out() -> None:
    async def story() -> None:
        there, room = Hub(), uuid.uuid4()
        inside, out = listener(room), listener(room)
        for one in (inside, out):
            there.join(one)
        there.deliver([(inside, [remark(1)]), (out, [remark(1)])], [out])
        await asyncio.sleep(0.01)
        assert (inside.take(), out.take(), out.ended) == ([b"1.1"], [], True)
        there.leave(inside)
        there.leave(out)
        there.leave(out)
        assert there.rooms() == []

    run(story)


def test_a_seat_has_at_most_a_few_streams() -> None:
    async def story() -> None:
        there, room, seat = Hub(), uuid.uuid4(), uuid.uuid4()
        mine = [listener(room, seat) for _ in range(hub.MOST_STREAMS + 2)]
        other = listener(room)
        for one in (other, *mine):
            there.join(one)
        assert [one.ended for one in mine] == [True, True, False, False, False, False]
        assert not other.ended
        there.end()
        await asyncio.sleep(0.01)
        assert all(one.ended for one in (other, *mine))

    run(story)


def test_a_woken_room_is_looked_at_and_all_of_them_when_nobody_knows_which() -> None:
    async def story() -> None:
        there, first, second = Hub(), listener(), listener()
        for one in (first, second):
            there.join(one)
        there.wake(first.room)
        there.wake(uuid.uuid4())  # nobody listens there
        assert there.wait(0) == {first.room}
        assert there.wait(0) == set()
        there.wake()
        assert there.wait(0) == {first.room, second.room}

    run(story)


def test_frames_fill_whole_blocks_whatever_they_say() -> None:
    for text in ("", "short", "long " * 400, "in\ntwo lines\r\nor three"):
        frame = live.frame_of("remark", text, Place(1, 2))
        assert len(frame.content) % live.BLOCK == 0
        assert frame.content.endswith(b"\n\n")
        assert frame.content.count(b"\n\n") == 1
    assert len(live.SIGN_OF_LIFE) == live.BLOCK


# --- with a room -------------------------------------------------------------------------------------


def at(there: House, room: Any, who: str, language: str = "en") -> Listener:
    seat = there.table.at(who)
    Session.objects.get_or_create(pk="s", defaults={"session_data": "", "expire_date": "2999-01-01T00:00Z"})
    return listener(room.pk, seat.seat, process=seat.process, language=language, sent=Place(1, 0))


@pytest.mark.django_db
def test_each_remark_is_written_once_for_each_language_and_reaches_all(
    there: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = there.open(RoomKind.PLENARY)
    there.sit(room)
    written: list[str] = []
    honest = live.remark_frames

    def once(here: Any, sitting: Any, after: int) -> list[Frame]:
        written.append("once")
        return honest(here, sitting, after)

    monkeypatch.setattr(live, "remark_frames", once)
    watcher = live.Watcher()
    people = [
        at(there, room, "Nia"),
        at(there, room, "Sol", "ar"),
        at(there, room, "Sam"),
        at(there, room, "Siv"),
    ]
    there.say(room, "Nia", "for all")
    parcels = watcher._new(room.pk, people)
    assert len(written) == 2
    for one, frames in parcels:
        one.give(frames)
    said = [one.take() for one in people]
    assert said[0] == said[2] == said[3]
    assert b"for all" in said[0][0]
    assert b"for all" in said[1][0]
    assert watcher._new(room.pk, people) == []  # nothing is new


@pytest.mark.django_db
@pytest.mark.parametrize("case", ["moved out", "withdrawn", "frozen", "signed out", "closed key"])
def test_who_is_out_is_found(there: House, case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    room = there.open(RoomKind.PLENARY)
    nia, sol = at(there, room, "Nia"), at(there, room, "Sol")
    assert live.outside(room.pk, [nia, sol]) == []
    if case == "moved out":
        acts.move(room=room.pk, seat=nia.seat, to_be_in=False, by=there.table.lead)
    elif case == "withdrawn":
        process_acts.withdraw(seat=nia.seat, by=there.table.lead)
    elif case == "frozen":
        process_acts.freeze(by=there.table.lead)
    elif case == "signed out":
        Session.objects.all().delete()
    else:
        monkeypatch.setattr("tracktwo.vault.keystore.Keystore.holds", lambda self, process: False)
    all_are = case in ("frozen", "signed out", "closed key")
    assert live.outside(room.pk, [nia, sol]) == ([nia, sol] if all_are else [nia])


@pytest.mark.django_db
def test_a_fault_in_one_room_does_not_stop_the_others(there: House, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[uuid.UUID] = []

    def look(self: live.Watcher, room: uuid.UUID) -> None:
        looked.append(room)
        raise RuntimeError

    monkeypatch.setattr(live.Watcher, "_look", look)
    monkeypatch.setattr(live, "close_old_connections", lambda: None)
    live.Watcher().look({uuid.uuid4(), uuid.uuid4()})
    assert len(looked) == 2


@pytest.mark.django_db
def test_without_a_server_that_streams_the_stream_gives_all_and_ends(there: House) -> None:
    room = there.open(RoomKind.PLENARY)
    there.sit(room)
    for number in range(3):
        there.say(room, "Nia", f"said {number}", NAMED)
    path = f"/p/{there.table.id}/rooms/{room.pk}/live/"
    answer = there.table.client("Sol").get(path, headers={"Last-Event-ID": "1.1"})
    body = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert [n for n in range(3) if f"said {n}" in body] == [1, 2]
    assert there.table.client("evaluator").get(path).status_code == 404
    assert there.table.client("Sol").post(path).status_code == 404
