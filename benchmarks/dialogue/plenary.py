"""One plenary of one server process, with many listeners: from the press of a button to the screens of all.

    python -m benchmarks.dialogue.plenary                      200 listeners, two remarks a second
    python -m benchmarks.dialogue.plenary --listeners 500 --rate 1
    python -m benchmarks.dialogue.plenary --drop 0.2           lines are cut at random, and resume
    python -m benchmarks.dialogue.plenary --database postgresql://...

Listeners and server share this machine; the listeners' reading is part of what is measured. Every listener is one
seat, signed in by its code, with one stream. A remark counts as on the screen when its frame has been read.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import statistics
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
for place in (ROOT, ROOT / "src"):
    if str(place) not in sys.path:
        sys.path.insert(0, str(place))

from tests.serving.meeting import Somebody  # noqa: E402
from tests.serving.servers import Installation, Nursery, Server, nursery  # noqa: E402

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass
class Listener:
    """One browser: reads the stream with as little effort as can be, and comes back where it was cut off."""

    host: str
    port: int
    path: str
    cookie: str
    heard: list[str] = field(default_factory=list)
    at: dict[str, float] = field(default_factory=dict)
    cuts: int = 0
    writer: Any = None

    async def listen(self) -> None:
        while True:
            with suppress(OSError, asyncio.IncompleteReadError):
                await self._read()
            self.cuts += 1
            await asyncio.sleep(0.05)

    async def _read(self) -> None:
        reader, self.writer = await asyncio.open_connection(self.host, self.port)
        after = f"Last-Event-ID: {self.heard[-1]}\r\n" if self.heard else ""
        asked = f"GET {self.path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\nCookie: {self.cookie}\r\n{after}\r\n"
        self.writer.write(asked.encode())
        while line := await reader.readline():
            if line.startswith(b"id: "):
                place = line[4:].decode().strip()
                self.heard.append(place)
                self.at[place] = time.monotonic()

    def cut(self) -> None:
        if self.writer is not None:
            self.writer.transport.abort()


def cpu_of(pid: int) -> float:
    """Seconds of processor time a process has used."""
    parts = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(parts[11]) + int(parts[12])) / TICKS_A_SECOND


def memory_of(pid: int) -> float:
    """Resident memory in megabytes."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


async def seated(server: Server, meeting: dict[str, Any], codes: list[str]) -> list[Listener]:
    where = urlsplit(server.address)
    found = []
    for code in codes:
        one = Somebody(server.address, meeting["process"], meeting["room"])
        await one.enter(code)
        cookie = f"tracktwo={one.browser.cookies['tracktwo']}"
        found.append(Listener(where.hostname or "", where.port or 80, one.path + "live/", cookie))
        await one.browser.aclose()
    return found


async def measure(server: Server, meeting: dict[str, Any], args: argparse.Namespace) -> None:
    lead = Somebody(server.address, meeting["process"], meeting["room"])
    await lead.enter(meeting["lead"])
    listeners = await seated(server, meeting, meeting["codes"])
    before = memory_of(server.pid)
    began = time.monotonic()
    tasks = [asyncio.create_task(one.listen()) for one in listeners]
    await lead.say("The first word.")
    while not all(one.heard for one in listeners):
        await asyncio.sleep(0.05)
    print(f"{len(listeners)} listeners connected and served in {time.monotonic() - began:.1f} s; "
          f"memory of the server {before:.0f} -> {memory_of(server.pid):.0f} MB")  # fmt: skip
    cpu, began = cpu_of(server.pid), time.monotonic()
    said = await _speak(lead, listeners, args)
    await _all_heard(listeners, len(said) + 1)
    share = (cpu_of(server.pid) - cpu) / (time.monotonic() - began)
    _report(said, listeners, share)
    for task in tasks:
        task.cancel()
    await lead.browser.aclose()


async def _speak(lead: Somebody, listeners: list[Listener], args: argparse.Namespace) -> dict[str, float]:
    """Remarks at a steady rate, each with the moment its button was pressed."""
    chance, said = random.Random(args.seed), {}
    begun = time.monotonic()
    for number in range(args.remarks):
        await asyncio.sleep(max(0.0, begun + number / args.rate - time.monotonic()))
        said[f"1.{number + 2}"] = time.monotonic()
        await lead.say(f"Remark {number}: the gauges should be read together, every day, by both.")
        for one in listeners:
            if chance.random() < args.drop:
                one.cut()
    return said


async def _all_heard(listeners: list[Listener], count: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and any(len(one.heard) < count for one in listeners):
        await asyncio.sleep(0.05)


def _report(said: dict[str, float], listeners: list[Listener], share: float) -> None:
    expected = [f"1.{n}" for n in range(1, len(said) + 2)]
    wrong = [one for one in listeners if one.heard != expected]
    took = sorted(one.at[place] - at for place, at in said.items() for one in listeners if place in one.at)
    percentiles = statistics.quantiles(took, n=100)
    print(f"remarks {len(said)}, deliveries {len(took):,}; from the button to the screen: "
          f"p50 {1000 * percentiles[49]:.0f} ms, p95 {1000 * percentiles[94]:.0f} ms, "
          f"p99 {1000 * percentiles[98]:.0f} ms, slowest {1000 * took[-1]:.0f} ms")  # fmt: skip
    print(f"lines cut {sum(one.cuts for one in listeners):,}; listeners that missed, repeated or "
          f"reordered a remark: {len(wrong)}")  # fmt: skip
    print(f"the server used {100 * share:.0f} % of one core while people spoke")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--listeners", type=int, default=200)
    parser.add_argument("--remarks", type=int, default=60)
    parser.add_argument("--rate", type=float, default=2.0, help="remarks a second")
    parser.add_argument("--drop", type=float, default=0.0, help="chance that a line is cut after each remark")
    parser.add_argument("--database", default="", help="postgresql://... ; otherwise embedded SQLite")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="tracktwo-plenary-") as folder,
        nursery(Installation(Path(folder) / "data", args.database), Path(folder) / "run") as born,
    ):
        _run(born, args)


def _run(born: Nursery, args: argparse.Namespace) -> None:
    meeting = born.call("tests.serving.meeting:a_plenary", seats=args.listeners)
    server = born.serve()
    try:
        asyncio.run(measure(server, meeting, args))
    finally:
        server.kill()


if __name__ == "__main__":
    main()
