"""Two servers on one database, and people who do the same thing at the same moment: nothing lost, nothing twice."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from tests.serving.servers import Nursery, Server
from tests.serving.visitors import Answer, Visitor

INSIDE = "tests.serving.inside:"


@dataclass(frozen=True)
class House:
    """Two servers of one installation."""

    home: Nursery
    servers: tuple[Server, Server]

    def begun(self, **options: int) -> dict[str, Any]:
        return dict(self.home.call(INSIDE + "a_process", kind="exercise", **options))

    def visitor(self, code: str, server: int) -> Visitor:
        """Somebody who took a seat with this code and stays with one of the servers."""
        visitor = self.stranger(server)
        assert visitor.enter(code).status == 200
        return visitor

    def stranger(self, server: int) -> Visitor:
        address = self.servers[server % 2].address
        return Visitor(lambda: address)

    def ask(self, function: str, **named: Any) -> Any:
        return self.home.call(INSIDE + function, **named)


@pytest.fixture
def house(home) -> Iterator[House]:
    servers = home.serve(), home.serve()
    yield House(home, servers)
    for server in servers:
        server.kill()


def at_once(*deeds: Callable[[], Answer]) -> list[Answer]:
    """Do all of these at the same moment."""
    gate = threading.Barrier(len(deeds))

    def deed(one: Callable[[], Answer]) -> Answer:
        gate.wait(30)
        return one()

    with ThreadPoolExecutor(len(deeds)) as people:
        return list(people.map(deed, deeds))


def statuses(answers: list[Answer]) -> list[int]:
    return sorted(answer.status for answer in answers)


def vote(visitor: Visitor, cast: dict[str, Any], statement: str, what: str) -> Callable[[], Answer]:
    return lambda: visitor.post(f"/p/{cast['process']}/vote/", statement=statement, vote=what)


@pytest.mark.parametrize(
    "rounds", [12, pytest.param(500, marks=[pytest.mark.slow, pytest.mark.timeout(3600)])]
)
def test_two_votes_on_one_ballot_at_once_both_stand(house, rounds):
    cast = house.begun(voters=1, statements=8)
    [(seat, code)] = cast["voters"].items()
    here = house.visitor(code, 0)
    there = house.stranger(1)
    there.cookies = dict(here.cookies)
    one, *others = cast["statements"]
    for turn in range(rounds):
        what = ("agree", "disagree", "pass", "undo")[turn % 4]
        other = others[turn % len(others)]
        answers = at_once(vote(here, cast, one, what), vote(there, cast, other, what))
        assert statuses(answers) == [302, 302]
        held = (
            house.ask("votes", process=cast["process"])["votes"][seat] if turn % 6 == 5 or turn < 3 else None
        )
        told = None if what == "undo" else what
        assert held is None or (held[one], held[other]) == (told, told)


@pytest.mark.parametrize(
    "rounds", [3, pytest.param(100, marks=[pytest.mark.slow, pytest.mark.timeout(3600)])]
)
def test_first_votes_at_once_give_every_seat_one_ballot_of_its_own(house, rounds):
    for _ in range(rounds):
        cast = house.begun(voters=6, statements=1)
        people = [house.visitor(code, n) for n, code in enumerate(cast["voters"].values())]
        answers = at_once(*(vote(one, cast, cast["statements"][0], "agree") for one in people))
        assert statuses(answers) == [302] * 6
        everybody_holds_one(house, cast, 6)


@pytest.mark.parametrize(
    "rounds", [2, pytest.param(100, marks=[pytest.mark.slow, pytest.mark.timeout(3600)])]
)
def test_newcomers_who_vote_at_once_never_get_the_same_blank_ballot(house, rounds):
    for _ in range(rounds):
        cast = house.begun(voters=1, statements=1)
        [code] = cast["voters"].values()
        assert vote(house.visitor(code, 0), cast, cast["statements"][0], "agree")().status == 302
        codes = house.ask("newcomers", process=cast["process"], count=10)
        people = [house.visitor(code, n) for n, code in enumerate(codes.values())]
        answers = at_once(*(vote(one, cast, cast["statements"][0], "agree") for one in people))
        assert statuses(answers) == [302] * 10
        everybody_holds_one(house, cast, 11)


def everybody_holds_one(house: House, cast: dict[str, Any], seats: int) -> None:
    found = house.ask("votes", process=cast["process"])
    assert found["ballots"] == [1] * seats
    assert found["holding a vote"] == seats
    assert [list(held.values()) for held in found["votes"].values()] == [["agree"]] * seats


def test_one_code_used_twice_at_once_opens_its_seat_once(house):
    cast = house.begun(voters=8)
    for code in cast["voters"].values():
        answers = at_once(*(partial(house.stranger(n).enter, code) for n in range(2)))
        assert statuses(answers) == [200, 409]
    assert house.ask("record_of", process=cast["process"])["verbs"]["a seat is taken"] == 8


def moderate(
    lead: Visitor, cast: dict[str, Any], statement: str, do: str, reason: str = ""
) -> Callable[[], Answer]:
    return lambda: lead.post(
        f"/p/{cast['process']}/statements/moderate/", statement=statement, do=do, reason=reason
    )


def test_a_statement_opened_twice_at_once_is_opened_once(house):
    cast = house.begun(voters=1, waiting=8, leads=2)
    leads = [house.visitor(code, n) for n, code in enumerate(cast["leads"])]
    for statement in cast["waiting"]:
        answers = at_once(*(moderate(lead, cast, statement, "open") for lead in leads))
        assert statuses(answers) == [302, 409]
    record = house.ask("record_of", process=cast["process"])
    assert record["holds"]
    assert record["verbs"]["moderate: open"] == 8


def test_two_statements_opened_at_once_have_a_place_each(house):
    cast = house.begun(voters=1, waiting=12, leads=2)
    leads = [house.visitor(code, n) for n, code in enumerate(cast["leads"])]
    for pair in zip(cast["waiting"][::2], cast["waiting"][1::2], strict=True):
        answers = at_once(*(moderate(lead, cast, one, "open") for lead, one in zip(leads, pair, strict=True)))
        assert statuses(answers) == [302, 302]
    rows = house.ask("open_statements", process=cast["process"])
    assert sorted(row["slot"] for row in rows) == list(range(12))


def test_a_form_sent_twice_at_once_is_carried_out_once(house):
    cast = house.begun(voters=1)
    [code] = cast["voters"].values()
    here = house.visitor(code, 0)
    there = house.stranger(1)
    there.cookies = dict(here.cookies)
    for turn in range(6):
        said = {"text": f"Share the gauge, {turn}.", "language": "en", "once": f"form {turn} of {code}"}
        path = f"/p/{cast['process']}/statements/write/"
        answers = at_once(*(partial(one.post, path, **said) for one in (here, there)))
        assert statuses(answers) == [302, 302]
    assert len(house.ask("wordings", process=cast["process"])) == 6


def test_counting_twice_at_once_leaves_numbered_runs_and_no_error(house):
    cast = house.begun(voters=6, statements=2, leads=2)
    for n, code in enumerate(cast["voters"].values()):
        person = house.visitor(code, n)
        assert vote(person, cast, cast["statements"][0], "agree")().status == 302
    leads = [house.visitor(code, n) for n, code in enumerate(cast["leads"])]
    path = f"/p/{cast['process']}/common-ground/compute/"
    answers = at_once(*(partial(one.post, path) for one in leads))
    assert statuses(answers) == [302, 302]
    assert house.ask("record_of", process=cast["process"])["holds"]
