"""The server is killed (-9) again and again while people vote: what was acknowledged stands, once."""

from __future__ import annotations

import logging
import random
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.serving.servers import Nursery, Server
from tests.serving.visitors import Visitor

VOTES = ("agree", "disagree", "pass", "undo")
VISITORS, SEATS, STATEMENTS = 6, 24, 12
SEED = 2
log = logging.getLogger(__name__)

pytestmark = pytest.mark.timeout(600)


@dataclass
class Storm:
    """People who vote, a server that dies under them, and what they were told."""

    home: Nursery
    cast: dict[str, Any]
    goal: int
    most_kills: int
    fault: str = ""
    server: Server = field(init=False)
    told: dict[tuple[str, str], str] = field(default_factory=dict)
    surprises: list[str] = field(default_factory=list)
    acknowledged: int = 0
    starts: list[float] = field(default_factory=list)
    first_answers: list[float] = field(default_factory=list)
    _count: threading.Lock = field(default_factory=threading.Lock)
    _over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        self.server = self.home.serve(fault=self.fault)
        self._everybody_enters()
        seats = list(self.cast["voters"])
        people = [
            threading.Thread(
                target=self._vote, args=(seats[n::VISITORS], random.Random(SEED + n)), daemon=True
            )
            for n in range(VISITORS)
        ]
        for one in people:
            one.start()
        self._kill_now_and_then(random.Random(SEED))
        for one in people:
            one.join(90)
        # Once more at the end, so that nothing is read that only the server's memory held.
        self.server.kill()
        assert not any(one.is_alive() for one in people)

    def _everybody_enters(self) -> None:
        self.visitors = {seat: Visitor(lambda: self.server.address) for seat in self.cast["voters"]}
        for seat, visitor in self.visitors.items():
            answer = visitor.enter(self.cast["voters"][seat])
            assert answer.status == 200, answer.text

    def _vote(self, seats: list[str], chance: random.Random) -> None:
        """Each seat belongs to one thread, which goes on only once its vote is acknowledged."""
        path = f"/p/{self.cast['process']}/vote/"
        while not self._over.is_set():
            seat, statement = chance.choice(seats), chance.choice(self.cast["statements"])
            vote = chance.choice(VOTES)
            answer = self.visitors[seat].post_until_answered(path, statement=statement, vote=vote)
            with self._count:
                if answer.status != 302 or statement not in answer.leads_to:
                    self.surprises.append(f"{answer.status} {answer.text[:300]}")
                    continue
                self.told[seat, statement] = vote
                self.acknowledged += 1

    def _kill_now_and_then(self, chance: random.Random) -> None:
        while self.acknowledged < self.goal and not self.surprises:
            if len(self.starts) >= self.most_kills:
                time.sleep(0.05)
                continue
            time.sleep(chance.uniform(0.2, 0.9))
            before = self.acknowledged
            self.server.kill()
            killed = time.monotonic()
            self.server = self.home.serve(fault=self.fault)
            self.starts.append(self.server.seconds_to_start)
            while self.acknowledged == before and time.monotonic() < killed + 60:
                time.sleep(0.005)
            self.first_answers.append(time.monotonic() - killed)
        self._over.set()

    def lost(self) -> list[str]:
        """Acknowledged votes that the ballots do not hold as last acknowledged."""
        held = self.home.call("tests.serving.inside:votes", process=self.cast["process"])["votes"]
        return [
            f"{seat} {statement}: told {vote}, held {held[seat].get(statement)}"
            for (seat, statement), vote in self.told.items()
            if held[seat].get(statement) != (None if vote == "undo" else vote)
        ]


def storm(home: Nursery, goal: int, *, most_kills: int, fault: str = "") -> Storm:
    cast = home.call("tests.serving.inside:a_process", voters=SEATS, statements=STATEMENTS)
    blown = Storm(home, cast, goal, most_kills, fault)
    blown.run()
    return blown


def stands(blown: Storm) -> None:
    """Every promise about a server that dies."""
    assert blown.surprises == []
    assert blown.lost() == []
    process = blown.cast["process"]
    found = blown.home.call("tests.serving.inside:votes", process=process)
    assert set(found["ballots"]) <= {0, 1}
    voters = sum(1 for held in found["votes"].values() if any(held.values()))
    assert found["holding a vote"] == voters
    never_asked = set(blown.cast["voters"]) - {seat for seat, _statement in blown.told}
    assert all(not any(found["votes"][seat].values()) for seat in never_asked)
    record = blown.home.call("tests.serving.inside:record_of", process=process)
    assert record["holds"]
    assert record["verbs"]["a seat is taken"] == SEATS
    assert blown.home.call("tests.serving.inside:health") == "ok"


def test_no_acknowledged_vote_is_lost_or_doubled_when_the_server_is_killed(home):
    blown = storm(home, 2_000, most_kills=12)
    stands(blown)
    assert blown.acknowledged >= 2_000
    assert len(blown.starts) >= 5
    _tell(blown)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_no_vote_of_twenty_thousand_is_lost_in_a_long_storm(home):
    blown = storm(home, 20_000, most_kills=400)
    stands(blown)
    _tell(blown)


def _tell(blown: Storm) -> None:
    waits = sorted(round(wait, 2) for wait in blown.first_answers)
    log.info("%s votes, %s kills, first answer after seconds: %s", blown.acknowledged, len(waits), waits)


def test_a_server_that_acknowledges_before_it_commits_is_found_out(home):
    blown = storm(home, 120, most_kills=4, fault="tests.faults.planted:acknowledge_before_commit")
    assert blown.surprises == []
    assert blown.lost() != []
