"""Closure: the last figures stand, and nothing ties a ballot or a statement to a seat any more."""

from __future__ import annotations

import numpy as np
import pytest

from tests.stories.table import Table, consulting
from tracktwo.errors import NotHere, Refusal
from tracktwo.process import visibility
from tracktwo.process.phases import Phase
from tracktwo.process.rules import Role
from tracktwo.record import acts as record
from tracktwo.statements import acts, analysis, ballots, closure
from tracktwo.statements.models import AnalysisRun, Ballot, Statement
from tracktwo.statements.rules import State
from tracktwo.vault import keys
from tracktwo.vault.keystore import Keystore

pytestmark = pytest.mark.django_db


@pytest.fixture
def table() -> Table:
    table = consulting(statements=["One.", "Two."], voters=3)
    for number, label in enumerate(table.seats):
        for row in Statement.unscoped.filter(process_id=table.id):
            acts.vote(statement=row.pk, vote=list(ballots.VOTES)[number % 3], by=table.at(label))
    own = acts.write(text="Mine.", language="en", by=table.at("a1"))
    acts.moderate(statement=own.pk, to=State.OPEN, by=table.lead)
    return table


def opened(table: Table) -> list[tuple[int, list[int]]]:
    grant = visibility.for_counting(table.id)
    rows = [
        ballots.unpack(row.vector.open_bytes(grant))
        for row in Ballot.unscoped.filter(process_id=table.id, blank=False)
    ]
    return sorted((row.side, row.slots[:3].tolist()) for row in rows)


def test_closing_keeps_every_vote_and_cuts_every_tie(table):
    votes, rows = opened(table), set(Ballot.unscoped.values_list("pk", flat=True))
    names = {bytes(one) for one in Ballot.unscoped.values_list("pseudonym", flat=True)}
    closure.close(by=table.lead)
    assert opened(table) == votes
    assert not rows & set(Ballot.unscoped.values_list("pk", flat=True))
    assert not names & {bytes(one) for one in Ballot.unscoped.values_list("pseudonym", flat=True)}
    assert not Ballot.unscoped.filter(blank=True).exists()
    assert set(Statement.unscoped.values_list("pseudonym", flat=True)) == {None}
    assert not keys.keystore().holds_link(table.id)
    assert keys.keystore().holds(table.id)


def test_after_closing_nobody_finds_their_own_votes(table):
    closure.close(by=table.lead)
    seat = table.at("a1")
    assert seat.phase is Phase.CLOSED
    assert seat.pseudonym("ballot") == b""
    assert acts.own_ballot(seat) is None
    for name in ("", "statements/", "common-ground/", "common-ground/table/", "vote/", "record/"):
        assert table.client("a1").get(f"/p/{table.id}/{name}").status_code == 200, name
    with pytest.raises(Refusal):
        acts.vote(statement=Statement.unscoped.filter(process_id=table.id)[0].pk, vote="agree", by=seat)


def test_closing_counts_once_more(table):
    closure.close(by=table.lead)
    assert AnalysisRun.unscoped.get(process_id=table.id).number == 1
    assert analysis.run(process=table.id, by="facilitator") is None
    assert [line.verb for line in record.entries(table.id)][:2] == ["analysis 1", "close"]
    assert record.verify(table.id).holds


def test_only_a_facilitator_closes(table):
    for by in (table.at("a1"), table.seat("expert", Role.EXPERT)):
        with pytest.raises(NotHere):
            closure.close(by=by)
    assert keys.keystore().holds_link(table.id)


def test_a_closure_that_was_cut_short_is_finished_by_the_next_one_or_by_the_next_start(table, monkeypatch):
    class Killed(Exception):
        pass

    def die(*_args: object) -> None:
        raise Killed

    for finish in (lambda: closure.close(by=table.lead), closure.finish_all):
        with monkeypatch.context() as seeded:
            seeded.setattr(Keystore, "destroy_link", die)
            with pytest.raises(Killed):
                closure.close(by=table.lead)
        assert keys.keystore().holds_link(table.id)
        finish()
        assert not keys.keystore().holds_link(table.id)
        (keys.keystore().folder / "processes" / f"{table.id}.link").write_bytes(bytes(32))  # once more


def test_a_fault_while_closing_leaves_all_as_it_was(table, monkeypatch):
    before = opened(table), set(Ballot.unscoped.values_list("pk", flat=True)), record.verify(table.id).length

    class Fault(Exception):
        pass

    def fault(_rows: object) -> None:
        raise Fault

    monkeypatch.setattr(acts, "write_shuffled", fault)
    with pytest.raises(Fault):
        closure.close(by=table.lead)
    assert (
        opened(table),
        set(Ballot.unscoped.values_list("pk", flat=True)),
        record.verify(table.id).length,
    ) == before
    assert table.lead.phase is Phase.CONSULTING
    assert keys.keystore().holds_link(table.id)


def test_ballots_are_written_anew_in_an_order_of_chance():
    table = consulting(statements=["One."])
    slots = np.full((60, 1), 3, np.uint8)
    acts.cast(process=table.id, side=[1] * 30 + [2] * 30, slots=slots, by="voter", verb="votes")
    closure.close(by=table.lead)
    grant = visibility.for_counting(table.id)
    sides = [
        ballots.unpack(row.vector.open_bytes(grant)).side
        for row in Ballot.unscoped.filter(process_id=table.id)
    ]
    assert sorted(sides) == [1] * 30 + [2] * 30
    assert sides != sorted(sides)


@pytest.mark.parametrize("typed", ["", "river studies", "Another"])
def test_the_form_asks_for_the_cover_title(table, typed):
    client = table.client()
    assert client.get(f"/p/{table.id}/close/").status_code == 200
    client.post(f"/p/{table.id}/close/", {"title": typed})
    assert table.lead.phase is Phase.CONSULTING


def test_the_form_closes_for_good(table):
    client = table.client()
    client.post(f"/p/{table.id}/close/", {"title": "River studies"})
    assert table.lead.phase is Phase.CLOSED
    assert not keys.keystore().holds_link(table.id)
    assert client.get(f"/p/{table.id}/").status_code == 200
