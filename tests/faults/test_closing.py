"""Closing and erasing meet a crash or a vote: said again they are finished, and no vote is lost between."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from tests.faults.test_races import House, at_once, vote
from tests.serving.servers import Nursery
from tests.serving.visitors import GONE, Answer, Visitor

INSIDE = "tests.serving.inside:"
COVER = "Talks on a river"


def a_process_with_votes(home: Nursery, address: str, voters: int) -> tuple[dict[str, Any], list[Visitor]]:
    cast = home.call(INSIDE + "a_process", voters=voters, statements=2, kind="exercise")
    people = [Visitor(lambda: address) for _ in range(voters)]
    for person, code in zip(people, cast["voters"].values(), strict=True):
        assert person.enter(code).status == 200
        assert vote(person, cast, cast["statements"][0], "agree")().status == 302
    return cast, people


def close(lead: Visitor, cast: dict[str, Any]) -> Answer:
    return lead.post(f"/p/{cast['process']}/close/", title=COVER, once=cast["process"])


def holds(home: Nursery, cast: dict[str, Any], secret: str) -> bool:
    return (home.home.data / "keystore" / "processes" / f"{cast['process']}.{secret}").exists()


def test_a_closing_cut_short_is_finished_at_the_next_start(home):
    server = home.serve(fault="tests.faults.planted:die_before_the_link_key_is_destroyed")
    cast, _people = a_process_with_votes(home, server.address, 2)
    lead = Visitor(lambda: server.address)
    lead.enter(cast["leads"][0])
    with pytest.raises(GONE):
        close(lead, cast)
    assert holds(home, cast, "link"), "the fault was not planted where it should be"
    home.serve().kill()
    assert not holds(home, cast, "link")
    assert home.call(INSIDE + "votes_held", process=cast["process"]) == {"votes": 2, "of a seat": 0}


def test_an_erasure_cut_short_is_finished_by_saying_it_again(home):
    server = home.serve()
    cast, _people = a_process_with_votes(home, server.address, 1)
    lead = Visitor(lambda: server.address)
    lead.enter(cast["leads"][0])
    assert close(lead, cast).status == 302
    server.kill()
    words = ("erase", "--process", cast["process"], "--yes")
    assert home.run(*words, fault="tests.faults.planted:die_before_the_keys_are_erased").code < 0
    assert holds(home, cast, "erasure"), "the fault was not planted where it should be"
    said = home.run(*words)
    assert (said.code, said.err) == (0, "")
    assert "Receipt" in said.out
    assert not holds(home, cast, "erasure")


@pytest.mark.parametrize(
    "rounds", [2, pytest.param(100, marks=[pytest.mark.slow, pytest.mark.timeout(3600)])]
)
def test_a_vote_at_the_moment_of_closing_is_counted_or_refused(home, rounds):
    servers = home.serve(), home.serve()
    house = House(home, servers)
    for _ in range(rounds):
        cast, people = a_process_with_votes(home, servers[1].address, 8)
        lead = house.visitor(cast["leads"][0], 0)
        second = [vote(person, cast, cast["statements"][1], "agree") for person in people]
        closed, *voted = at_once(partial(close, lead, cast), *second)
        assert closed.status == 302
        assert {answer.status for answer in voted} <= {302, 404, 409}
        kept = sum(answer.status == 302 for answer in voted)
        assert house.ask("votes_held", process=cast["process"]) == {"votes": 8 + kept, "of a seat": 0}
    for server in servers:
        server.kill()
