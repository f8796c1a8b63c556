"""Rooms over a real server: what is said reaches the screen, nothing is lost or repeated, who is out hears nothing."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.serving.meeting import Somebody, until
from tests.serving.servers import Installation, Nursery, Server, nursery

pytestmark = pytest.mark.timeout(300)
MEETING = "tests.serving.meeting"


@pytest.fixture(scope="module")
def born(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    folder: Path = tmp_path_factory.mktemp("rooms")
    with nursery(Installation(folder / "data"), folder) as there:
        yield there


@pytest.fixture(scope="module")
def server(born: Nursery) -> Iterator[Server]:
    running = born.serve()
    yield running
    running.kill()


@pytest.fixture
def plenary(born: Nursery) -> dict[str, Any]:
    return dict(born.call(f"{MEETING}:a_plenary", seats=4))


def somebody(server: Server, plenary: dict[str, Any]) -> Somebody:
    return Somebody(server.address, plenary["process"], plenary["room"])


@asynccontextmanager
async def at_the_table(server: Server, plenary: dict[str, Any], *codes: str) -> AsyncIterator[list[Somebody]]:
    people = [somebody(server, plenary) for _ in codes]
    for one, code in zip(people, codes, strict=True):
        await one.enter(code)
    try:
        yield people
    finally:
        for one in people:
            await one.browser.aclose()


def run(story: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(story())


def test_what_is_said_reaches_everybody_in_the_room(server: Server, plenary: dict[str, Any]) -> None:
    async def story() -> None:
        async with (
            at_the_table(server, plenary, plenary["lead"], *plenary["codes"][:2]) as (lead, nia, sol),
            nia.listening() as hers,
            sol.listening() as his,
        ):
            assert hers.answer.headers["content-type"].startswith("text/event-stream")
            await lead.say("Welcome.")
            took = await until(lambda: hers.remarks and his.remarks)
            assert took < 2
            assert hers.remarks == his.remarks
            assert "Welcome." in hers.remarks[0][1]
            assert hers.remarks[0][0] == "1.1"
            assert hers.blocks % 1024 == 0

    run(story)


def test_a_line_that_was_lost_resumes_without_loss_or_repeat(server: Server, plenary: dict[str, Any]) -> None:
    async def story() -> None:
        async with at_the_table(server, plenary, plenary["lead"], plenary["codes"][0]) as (lead, nia):
            heard: list[tuple[str, str]] = []

            async def saying() -> None:
                for number in range(40):
                    await lead.say(f"Sentence {number}.")

            said = asyncio.create_task(saying())
            while not said.done() or len(heard) < 40:
                async with nia.listening(after=heard[-1][0] if heard else "") as stream:
                    await until(lambda: len(stream.remarks) >= min(7, 40 - len(heard)))  # noqa: B023
                    heard += stream.remarks
            await said
            assert [place for place, _ in heard] == [f"1.{n}" for n in range(1, 41)]

    run(story)


def _out(case: str, plenary: dict[str, Any]) -> Callable[[Somebody, Somebody], Coroutine[Any, Any, Any]]:
    process, room, seat = plenary["process"], plenary["room"], plenary["seats"][0]
    return {
        "moved out": lambda lead, _: lead.post(f"/p/{process}/rooms/", do="out", room=room, seat=seat),
        "withdrawn": lambda lead, _: lead.post(f"/p/{process}/seats/{seat}/withdraw/"),
        "frozen": lambda lead, _: lead.post(f"/p/{process}/steps/", do="freeze"),
        "signed out": lambda _, nia: nia.post("/leave/"),
    }[case]


@pytest.mark.parametrize("case", ["moved out", "withdrawn", "frozen", "signed out"])
def test_whoever_may_not_hear_any_more_stops_receiving_within_two_seconds(
    server: Server, plenary: dict[str, Any], case: str
) -> None:
    async def story() -> None:
        async with (
            at_the_table(server, plenary, plenary["lead"], *plenary["codes"][:2]) as (lead, nia, sol),
            nia.listening() as hers,
            sol.listening() as his,
        ):
            await until(lambda: hers.floors)
            session = nia.browser.cookies["tracktwo"]
            answer = await _out(case, plenary)(lead, nia)
            assert answer.status_code in (302, 200)
            began = time.monotonic()
            if case != "frozen":
                await lead.say("Not for her.")
                await until(lambda: his.remarks)
            await until(lambda: hers.ended)
            assert hers.ended - began < 2
            assert hers.remarks == []
            async with httpx.AsyncClient(cookies={"tracktwo": session}) as again:
                answer = await again.get(server.address + nia.path + "live/")
            assert answer.status_code == (503 if case == "frozen" else 404)

    run(story)


def test_a_server_that_does_not_look_who_is_out_would_be_found(
    born: Nursery, plenary: dict[str, Any]
) -> None:
    running = born.serve(fault=f"{MEETING}:look_away")

    async def story() -> None:
        async with (
            at_the_table(running, plenary, plenary["lead"], plenary["codes"][0]) as (lead, nia),
            nia.listening() as hers,
        ):
            await until(lambda: hers.floors)
            await _out("moved out", plenary)(lead, nia)
            await lead.say("Not for her.")
            await until(lambda: hers.remarks)

    run(story)
    running.kill()


def test_what_another_process_does_is_heard_here(
    born: Nursery, server: Server, plenary: dict[str, Any]
) -> None:
    async def story() -> None:
        async with (
            at_the_table(server, plenary, plenary["codes"][0]) as (nia,),
            nia.listening() as stream,
        ):
            await until(lambda: stream.floors)
            said = {"room": plenary["room"], "text": "From elsewhere.", "attribution": "side"}
            await asyncio.to_thread(born.call, f"{MEETING}:act", name="say", by=plenary["seats"][1], **said)
            await until(lambda: stream.remarks, 3)

    run(story)


def test_the_end_of_a_sitting_is_told_and_nothing_of_it_is_left(
    server: Server, plenary: dict[str, Any]
) -> None:
    async def story() -> None:
        async with (
            at_the_table(server, plenary, plenary["lead"], plenary["codes"][0]) as (lead, nia),
            nia.listening() as stream,
        ):
            await lead.say("Soon gone.")
            await until(lambda: stream.remarks)
            await lead.post(lead.path, do="end")
            await until(lambda: stream.floors[-1]["sitting"] == 0)
            async with nia.listening() as anew:
                await until(lambda: anew.floors)
                assert anew.remarks == []
            page = await nia.browser.get(nia.path)
            assert "Soon gone." not in page.text

    run(story)


def test_a_seat_has_a_few_streams_and_a_new_one_ends_the_oldest(
    server: Server, plenary: dict[str, Any]
) -> None:
    async def story() -> None:
        async with (
            at_the_table(server, plenary, plenary["codes"][0]) as (nia,),
            nia.listening() as first,
            nia.listening(),
            nia.listening(),
            nia.listening() as fourth,
        ):
            await until(lambda: fourth.floors)
            async with nia.listening() as fifth:
                await until(lambda: fifth.floors)
                await until(lambda: first.ended)
                assert not fourth.ended

    run(story)


def test_unattributed_remarks_come_together_at_a_tick_and_nothing_tells_of_them_before(
    born: Nursery, plenary: dict[str, Any]
) -> None:
    running = born.serve(fault=f"{MEETING}:quick_ticks")

    async def story() -> None:
        async with (
            at_the_table(running, plenary, *plenary["codes"][:3]) as (nia, sol, sam),
            sol.listening() as stream,
        ):
            await until(lambda: stream.floors)
            for one in (nia, sol):
                await one.say("Two of us wait.", "none")
            await asyncio.sleep(3)  # a tick passes
            assert stream.remarks == []
            await sam.say("Three of us.", "none")
            await until(lambda: len(stream.remarks) == 3)
            assert all("unattributed" in data for _, data in stream.remarks)

    run(story)
    running.kill()


def test_a_sitting_whose_end_was_cut_short_is_ended_at_the_next_start(
    born: Nursery, plenary: dict[str, Any]
) -> None:
    sitting = born.call(f"{MEETING}:end_cut_short", room=plenary["room"])
    asked = {"process": plenary["process"], "sitting": sitting}
    assert born.call(f"{MEETING}:holds", **asked) is True
    born.serve().kill()
    assert born.call(f"{MEETING}:holds", **asked) is False


def test_two_servers_on_one_postgresql_hear_each_other(tmp_path: Path, postgresql: str) -> None:
    with nursery(Installation(tmp_path / "data", postgresql), tmp_path / "run") as born:
        plenary = born.call(f"{MEETING}:a_plenary", seats=2)
        here, there = born.serve(), born.serve()

        async def story() -> None:
            async with (
                at_the_table(here, plenary, plenary["codes"][0]) as (nia,),
                at_the_table(there, plenary, plenary["lead"]) as (lead,),
                nia.listening() as stream,
            ):
                await until(lambda: stream.floors)
                for number in range(20):
                    await lead.say(f"Sentence {number}.")
                await until(lambda: len(stream.remarks) == 20, 5)
                assert [place for place, _ in stream.remarks] == [f"1.{n}" for n in range(1, 21)]
                await _out("moved out", plenary)(lead, nia)
                await until(lambda: stream.ended, 2.5)

        try:
            run(story)
            assert "Traceback" not in here.said + there.said
        finally:
            here.kill()
            there.kill()


def test_open_streams_do_not_hold_up_the_end_of_the_server(born: Nursery, plenary: dict[str, Any]) -> None:
    running = born.serve()

    async def story() -> None:
        async with (
            at_the_table(running, plenary, plenary["codes"][0]) as (nia,),
            nia.listening() as stream,
        ):
            await until(lambda: stream.floors)
            os.kill(running.pid, signal.SIGINT)
            await until(lambda: stream.ended, 4)

    run(story)
    assert "Traceback" not in running.said


def test_logs_of_a_room_hold_no_word_and_no_address(server: Server) -> None:
    assert "Welcome" not in server.said
    assert "Traceback" not in server.said
    assert "127.0.0.1" not in server.said.replace(server.address, "")
