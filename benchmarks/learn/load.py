"""A class that practises at once: so many learners read the guide, turn cards, take tests, all on one server.

    python -m benchmarks.learn.load                        100 learners for a minute, as people read and answer
    python -m benchmarks.learn.load --think 0 --seconds 20 as fast as the server answers, nobody thinks
    python -m benchmarks.learn.load --database postgresql://...

Learners and server share this machine. Half have an account and a history of answers, half practise without one. A
figure is the time from asking to the last byte of the answer; what follows a form's redirect is a page of its own.
The verdict is on learners who think: p95 of every page together under 300 ms.
"""

from __future__ import annotations

import argparse
import asyncio
import html
import os
import random
import re
import statistics
import sys
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

ROOT = Path(__file__).resolve().parents[2]
for place in (ROOT, ROOT / "src"):
    if str(place) not in sys.path:
        sys.path.insert(0, str(place))

from benchmarks.dialogue.plenary import cpu_of, memory_of  # noqa: E402
from tests.serving.servers import Installation, Nursery, Server, nursery  # noqa: E402

LIMIT = 0.300
HUNG_UP = (ConnectionResetError, BrokenPipeError, asyncio.IncompleteReadError)
# What a learner does next, of a hundred times. A card is a page and an answer.
MIX = {"card": 62, "term": 16, "front": 8, "guide": 5, "statistics": 3, "test": 3, "decks": 2, "deck": 1}
FORM = {"form": "a" * 32}
ASKED = "&number=10" + "".join(f"&form={form}" for form in ("choice", "match", "order", "answer"))


# --- inside the installation --------------------------------------------------------------------------


def learners(*, accounts: int, answers: int, own: int) -> list[str]:
    """So many people with an account, each with answers and own cards; the cookie of a session of each."""
    from django.conf import settings
    from django.test import Client

    from tracktwo.learn import guide
    from tracktwo.learn.practice import choosing, keeping
    from tracktwo.learn.practice.progress import OwnCard, Progress
    from tracktwo.people.models import Person

    cards = [card.id for card in choosing.cards_of_terms(guide.current().every("en"))]
    now, cookies = keeping.now(), []
    for number in range(accounts):
        chance, progress = random.Random(number), Progress()
        for place in range(answers):
            card = chance.choice(cards[: max(1, answers // 4)])
            progress = progress.answered(card, chance.choice([1, 3, 3, 3, 4]), now - (answers - place) * 90)
        progress = progress.with_own(OwnCard(f"c{n}", f"Front {n}", f"Back {n}") for n in range(own))
        person = Person(handle=f"{number:064d}")
        person.set_unusable_password()
        person.save()
        keeping._keep_row(person=person, change=_always(progress), once="")
        browser = Client()
        browser.force_login(person, backend="tracktwo.people.signing_in.ByBlindIndex")
        cookies.append(browser.cookies[settings.SESSION_COOKIE_NAME].value)
    return cookies


def _always(progress: Any) -> Any:
    return lambda _before: progress


# --- a learner ------------------------------------------------------------------------------------------


@dataclass
class Learner:
    """A browser with one line kept open."""

    host: str
    port: int
    cookies: dict[str, str]
    chance: random.Random
    terms: list[str]
    think: float
    took: dict[str, list[float]]
    wrong: Counter[str]
    page: str = ""
    reader: Any = None
    writer: Any = None

    async def practise(self, until: float) -> None:
        await asyncio.sleep(self.chance.random() * self.think)
        while time.monotonic() < until:
            await self.step(self.chance.choices([*MIX], [*MIX.values()])[0])

    async def step(self, what: str) -> None:
        if what == "card":
            await self.turn_a_card()
        elif what == "test":
            await self.ask(
                "practice test", f"/learn/practice/test/?seed={self.chance.randrange(10**6)}{ASKED}"
            )
        else:
            where = {
                "term": f"/learn/terms/{self.chance.choice(self.terms)}/",
                "front": "/learn/practice/",
                "guide": "/learn/",
                "statistics": "/learn/practice/statistics/",
                "decks": "/learn/practice/decks/",
                "deck": "/learn/practice/decks/?as=apkg",
            }[what]
            await self.ask(what, where)

    async def turn_a_card(self) -> None:
        if 'name="seen"' not in self.page:
            await self.ask("card", "/learn/practice/cards/")
        said = {
            name: html.unescape(value)
            for name, value in _HIDDEN.findall(self.page.partition("practice-ratings")[0])
        }
        if "card" not in said:
            self.page = ""
            return
        said |= {"do": "rate", "rating": str(self.chance.choice([1, 3, 3, 3, 4]))}
        await self.ask("answer", "/learn/practice/cards/", said)
        await self.ask("card", "/learn/practice/cards/", thinks=False)

    async def ask(
        self, name: str, path: str, said: dict[str, str] | None = None, *, thinks: bool = True
    ) -> None:
        if thinks and self.think:
            await asyncio.sleep(self.chance.expovariate(1 / self.think))
        began = time.monotonic()
        try:
            try:
                status, page = await self._exchange(path, said)
            except HUNG_UP:  # while this was on its way: a browser asks once more, and the form counts once
                self.writer = None
                status, page = await self._exchange(path, said)
        except (OSError, asyncio.IncompleteReadError) as fault:
            self.wrong[f"{name}: {type(fault).__name__}"] += 1
            self.writer = None
            return
        self.took[name].append(time.monotonic() - began)
        if status != (302 if said else 200):
            self.wrong[f"{name}: {status}"] += 1
        self.page = page if name == "card" else ""

    async def _exchange(self, path: str, said: dict[str, str] | None) -> tuple[int, str]:
        if self.writer is None or self.reader.at_eof():  # a server hangs up on who thinks for long
            self.reader, self.writer = await asyncio.open_connection(self.host, self.port)
        body = urlencode(said | {"csrfmiddlewaretoken": FORM["form"]}) if said else ""
        cookies = "; ".join(f"{name}={value}" for name, value in (FORM | self.cookies).items())
        head = f"{'POST' if said else 'GET'} {path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\nCookie: {cookies}\r\n"
        if said:
            head += (f"Origin: http://{self.host}:{self.port}\r\nContent-Length: {len(body)}\r\n"
                     "Content-Type: application/x-www-form-urlencoded\r\n")  # fmt: skip
        self.writer.write(f"{head}\r\n{body}".encode())
        lines = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = [line.partition(": ")[::2] for line in lines[1:] if line]
        length = 0
        for key, value in headers:
            if key.lower() == "content-length":
                length = int(value)
            elif key.lower() == "set-cookie" and value.startswith("tracktwo="):
                self.cookies["tracktwo"] = value.partition("=")[2].partition(";")[0]
        content = await self.reader.readexactly(length)
        return int(lines[0].split()[1]), content.decode("utf-8", "replace")


_HIDDEN = re.compile(r'<input type="hidden" name="(once|card|seen)" value="([^"]*)"')


# --- the measurement ------------------------------------------------------------------------------------


async def measure(server: Server, cookies: list[str], terms: list[str], args: argparse.Namespace) -> bool:
    where = urlsplit(server.address)
    took: dict[str, list[float]] = defaultdict(list)
    wrong: Counter[str] = Counter()
    some = [
        Learner(
            where.hostname or "", where.port or 80,
            {"tracktwo": cookies[number]} if number < len(cookies) else {},
            random.Random(args.seed * 10_000 + number), terms, args.think, took, wrong,
        )
        for number in range(args.learners)
    ]  # fmt: skip
    for one in some[:1] + some[-1:]:  # a server that has just started reads the guide once
        for what in MIX:
            await one.step(what)
    took.clear()
    cpu, began = cpu_of(server.pid), time.monotonic()
    await asyncio.gather(*(one.practise(began + args.seconds) for one in some))
    seconds = time.monotonic() - began
    share = (cpu_of(server.pid) - cpu) / seconds
    return _report(took, wrong, seconds, share, server, args)


def _report(
    took: dict[str, list[float]], wrong: Counter[str], seconds: float, share: float, server: Server,
    args: argparse.Namespace,
) -> bool:  # fmt: skip
    print(f"{'page':<15}{'asked':>8}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}{'slowest':>9}")
    everything = [one for times in took.values() for one in times]
    for name, times in [*sorted(took.items()), ("all", everything)]:
        cuts = [1000 * cut for cut in statistics.quantiles(times, n=100)] if len(times) > 1 else [0.0] * 99
        print(
            f"{name:<15}{len(times):>8}{cuts[49]:>9.0f}{cuts[94]:>9.0f}{cuts[98]:>9.0f}{1000 * max(times):>9.0f}"
        )
    p95 = statistics.quantiles(everything, n=100)[94]
    print(f"{args.learners} learners, {len(everything) / seconds:.0f} pages a second; of the processor "
          f"{1000 * share * seconds / len(everything):.0f} ms a page, {100 * share:.0f} % of one core; "
          f"{memory_of(server.pid):.0f} MB; processes waiting on this machine: {os.getloadavg()[0]:.1f}")  # fmt: skip
    if wrong:
        print(f"WRONG ANSWERS: {dict(wrong)}")
    holds = p95 < LIMIT and not wrong
    print(f"p95 {1000 * p95:.0f} ms: {'holds' if holds else 'DOES NOT HOLD'} (under {1000 * LIMIT:.0f} ms)")
    return holds


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--learners", type=int, default=100)
    parser.add_argument("--think", type=float, default=6.0, help="seconds between two pages, on average")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--answers", type=int, default=500, help="that each account has given before")
    parser.add_argument("--database", default="", help="postgresql://... ; otherwise embedded SQLite")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="tracktwo-learners-") as folder,
        nursery(Installation(Path(folder) / "data", args.database), Path(folder) / "run") as born,
    ):
        sys.exit(0 if _run(born, args) else 1)


def _run(born: Nursery, args: argparse.Namespace) -> bool:
    cookies = born.call(
        "benchmarks.learn.load:learners", accounts=args.learners // 2, answers=args.answers, own=50
    )
    terms = sorted(
        {path.name.partition(".")[0] for path in (ROOT / "src/tracktwo/content/terms").glob("*.en.md")}
    )
    server = born.serve()
    try:
        return asyncio.run(measure(server, cookies, terms, args))
    finally:
        server.kill()


if __name__ == "__main__":
    main()
