"""Votes: cast, changed, taken back, kept; each in one's own ballot and under a pseudonym."""

from __future__ import annotations

import itertools
import uuid
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.db.models.expressions import RawSQL

from tests.stories.table import Table, at_once, begun, consulting
from tracktwo.errors import NotHere, Refusal
from tracktwo.process import acts as process_acts
from tracktwo.process import visibility
from tracktwo.process.phases import Phase
from tracktwo.process.rules import Role
from tracktwo.record import acts as record
from tracktwo.statements import acts, ballots
from tracktwo.statements.models import Ballot, Statement
from tracktwo.statements.rules import State

pytestmark = pytest.mark.django_db
WORDS = [f"Statement number {n}." for n in range(4)]


@pytest.fixture
def table() -> Table:
    return consulting(statements=WORDS, voters=2)


def statements(table: Table) -> list[Statement]:
    return list(Statement.unscoped.filter(process_id=table.id, slot__isnull=False).order_by("slot"))


def vote(table: Table, label: str, number: int, what: str | None) -> None:
    acts.vote(statement=statements(table)[number].pk, vote=what, by=table.at(label))


def votes(table: Table, label: str) -> list[str | None]:
    ballot = acts.own_ballot(table.at(label))
    return [] if ballot is None else [ballot.vote(slot) for slot in range(len(statements(table)))]


# --- one's own votes ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "then"), list(itertools.product(["agree", "disagree", "pass"], [*ballots.VOTES, None]))
)
def test_the_last_vote_counts(table, first, then):
    vote(table, "a1", 1, first)
    assert votes(table, "a1") == [None, first, None, None]
    vote(table, "a1", 1, then)
    assert votes(table, "a1") == [None, then, None, None]


def test_before_the_first_vote_there_is_none(table):
    assert acts.own_ballot(table.at("a1")) is None
    vote(table, "b1", 0, "agree")  # ballots are there now, for everybody
    assert votes(table, "a1") == [None] * 4


def test_nobodys_vote_touches_another_ballot(table):
    for label, what in (("a1", "agree"), ("a2", "disagree"), ("b1", "pass")):
        vote(table, label, 2, what)
    assert [votes(table, label)[2] for label in ("a1", "a2", "b1")] == ["agree", "disagree", "pass"]
    assert votes(table, "b2")[2] is None


def test_the_same_vote_again_changes_nothing(table):
    vote(table, "a1", 0, "agree")
    count = Ballot.unscoped.count()
    for _ in range(3):
        vote(table, "a1", 0, "agree")
    assert votes(table, "a1") == ["agree", None, None, None]
    assert Ballot.unscoped.count() == count


def test_a_ballot_knows_the_side_of_its_owner_and_nothing_else_does(table):
    vote(table, "a1", 0, "agree")
    vote(table, "b1", 0, "agree")
    for label, place in (("a1", 1), ("b1", 2)):
        ballot = acts.own_ballot(table.at(label))
        assert ballot is not None
        assert ballot.side == place
    assert {field.attname for field in Ballot._meta.concrete_fields} == {
        "id", "process_id", "pseudonym", "blank", "seatless", "vector"
    }  # fmt: skip


def test_a_vote_leaves_no_entry_in_the_record(table):
    before = record.verify(table.id).length
    for number in range(4):
        vote(table, "a1", number, "agree")
    assert record.verify(table.id).length == before


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["", "Agree", "yes", "3", "agree ", "x" * 10_000, "\x00"])
def test_a_vote_is_agree_disagree_or_pass(table, what):
    with pytest.raises(Refusal, match="agree, disagree or pass"):
        vote(table, "a1", 0, what)


def test_the_panel_has_no_vote(table):
    with pytest.raises(Refusal, match="The panel has no vote"):
        acts.vote(statement=statements(table)[0].pk, vote="agree", by=table.lead)


def test_only_open_statements_of_ones_own_process_are_voted_on(table):
    other = consulting(statements=["Elsewhere."])
    waiting = acts.write(text="Mine waits.", language="en", by=table.at("a1"))
    gone = statements(table)[3]
    acts.moderate(statement=gone.pk, to=State.REJECTED, reason="same", by=table.lead)
    for statement in (statements(other)[0].pk, waiting.pk, gone.pk, uuid.uuid4()):
        with pytest.raises(NotHere):
            acts.vote(statement=statement, vote="agree", by=table.at("a1"))


def test_when_voting_has_closed_votes_stay_as_they_are(table):
    vote(table, "a1", 0, "agree")
    early = table.at("a1")  # a page opened while voting was open
    process_acts.step(to=Phase.DRAFTING, by=table.lead)
    for by in (table.at("a1"), early):
        for what in ("disagree", None):
            with pytest.raises(Refusal, match="Your earlier votes are kept"):
                acts.vote(statement=statements(table)[0].pk, vote=what, by=by)
    assert votes(table, "a1")[0] == "agree"


# --- ballots made ahead ---------------------------------------------------------------------------


def test_a_first_vote_makes_ballots_for_everybody_and_a_reserve(table):
    vote(table, "a1", 0, "agree")
    assert Ballot.unscoped.filter(process_id=table.id, blank=False).count() == 4
    assert Ballot.unscoped.filter(process_id=table.id, blank=True).count() == acts.RESERVE
    assert len({len(bytes(row)) for row in Ballot.unscoped.values_list("vector", flat=True)}) == 1


def test_newcomers_take_blank_ballots_and_no_row_is_added(table):
    vote(table, "a1", 0, "agree")
    rows = set(Ballot.unscoped.values_list("pk", flat=True))
    for number in range(5):
        table.seat(f"new {number}", Role.VOTER, 2)
        vote(table, f"new {number}", number % 4, "pass")
    assert set(Ballot.unscoped.values_list("pk", flat=True)) == rows
    assert Ballot.unscoped.filter(blank=True).count() == acts.RESERVE - 5
    assert [votes(table, f"new {number}")[number % 4] for number in range(5)] == ["pass"] * 5
    assert {acts.own_ballot(table.at(f"new {n}")).side for n in range(5)} == {2}  # type: ignore[union-attr]


def test_when_the_blank_ballots_run_out_more_are_made(table, monkeypatch):
    monkeypatch.setattr(acts, "RESERVE", 2)
    vote(table, "a1", 0, "agree")
    for number in range(5):
        table.seat(f"new {number}", Role.VOTER, 1)
        vote(table, f"new {number}", 0, "agree")
    assert Ballot.unscoped.filter(process_id=table.id).count() == 4 + 3 * 2
    assert Ballot.unscoped.filter(process_id=table.id, blank=True).count() == 1


def test_the_order_of_rows_says_nothing_of_the_order_of_seats():
    """Over many processes, the ballot of one seat is everywhere in the table and not mostly in one place.

    Of a seat that has not voted yet: where a database moves a row that it rewrites, the place of a row
    tells whose vote was the last until closure writes all rows anew.
    """
    places = []
    for _ in range(12):
        table = consulting(statements=["One."], voters=2)
        vote(table, "a1", 0, "agree")
        stored = RawSQL("rowid" if connection.vendor == "sqlite" else "ctid", [])
        rows = Ballot.unscoped.filter(process_id=table.id).order_by(stored)
        names = [bytes(row.pseudonym) for row in rows]
        places.append(names.index(table.at("b2").pseudonym("ballot")) / (len(names) - 1))
    assert min(places) < 0.5 < max(places)
    assert len(set(places)) > 4


def test_a_ballot_grows_when_statements_do_not_fit_and_keeps_its_votes(monkeypatch):
    monkeypatch.setattr(ballots, "CAPACITIES", (12, 24, 4072, 16360))
    table = consulting(statements=["First.", "Second."], voters=2)
    vote(table, "a1", 0, "agree")
    vote(table, "b1", 1, "disagree")
    lengths = []
    for number in range(16):
        table.statement(f"More {number}.")
        vote(table, "a1", number + 2, "pass")
        lengths.append(len(acts.own_ballot(table.at("a1")).slots))  # type: ignore[union-attr]
    assert sorted(set(lengths)) == [12, 24]
    assert votes(table, "a1") == ["agree", None] + ["pass"] * 16
    assert votes(table, "b1")[1] == "disagree"
    opened = [
        ballots.unpack(row.vector.open_bytes(visibility.for_counting(table.id)))
        for row in Ballot.unscoped.filter(process_id=table.id)
    ]
    assert {len(one.slots) for one in opened} == {24}


def test_a_statement_keeps_its_place_when_it_leaves_and_comes_back(table):
    for number in range(4):
        vote(table, "a1", number, "agree")
    gone = statements(table)[1]
    acts.moderate(statement=gone.pk, to=State.REJECTED, reason="same", by=table.lead)
    table.statement("A new one.")
    acts.moderate(statement=gone.pk, to=State.OPEN, by=table.lead)
    assert votes(table, "a1") == ["agree"] * 4 + [None]


# --- at the same moment ---------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_first_votes_at_the_same_moment_are_all_kept():
    table = consulting(statements=WORDS, voters=3)
    first = statements(table)[0].pk
    people = [table.at(label) for label in table.seats]
    came = at_once(*[lambda by=by: acts.vote(statement=first, vote="agree", by=by) for by in people])
    assert came == [None] * 6
    assert [votes(table, label)[0] for label in table.seats] == ["agree"] * 6


@pytest.mark.django_db(transaction=True)
def test_newcomers_at_the_same_moment_never_share_a_blank_ballot(monkeypatch):
    monkeypatch.setattr(acts, "RESERVE", 3)  # few blanks: the likelier that two reach for one
    table = consulting(statements=WORDS, voters=1)
    vote(table, "a1", 0, "agree")
    labels = [f"new {n}" for n in range(6)]
    people = [table.seat(label, Role.VOTER, 1) for label in labels]
    first = statements(table)[0].pk
    came = at_once(*[lambda by=by: acts.vote(statement=first, vote="agree", by=by) for by in people])
    assert came == [None] * 6
    assert [votes(table, label)[0] for label in labels] == ["agree"] * 6


@pytest.mark.django_db(transaction=True)
def test_votes_of_one_person_from_two_devices_are_all_kept():
    table = consulting(statements=WORDS, voters=1)
    by, rows = table.at("a1"), statements(table)
    came = at_once(*[lambda row=row: acts.vote(statement=row.pk, vote="agree", by=by) for row in rows])
    assert came == [None] * 4
    assert votes(table, "a1") == ["agree"] * 4


@pytest.mark.django_db(transaction=True)
def test_votes_and_new_statements_at_the_same_moment_lose_nothing(monkeypatch):
    monkeypatch.setattr(ballots, "CAPACITIES", (12, 24, 4072, 16360))
    table = consulting(statements=[f"{n}." for n in range(4)], voters=3)
    rows = statements(table)

    def votes_all(by: Any) -> None:
        for row in rows:
            acts.vote(statement=row.pk, vote="pass", by=by)

    def writes(by: Any) -> None:
        for number in range(5):
            acts.write(text=f"More {number}.", language="en", by=by)

    people, lead = [table.at(label) for label in table.seats], table.lead
    came = at_once(
        *[lambda by=by: votes_all(by) for by in people], lambda: writes(lead), lambda: writes(lead)
    )
    assert came == [None] * 8
    assert [row.slot for row in statements(table)] == list(range(14))
    for label in table.seats:
        assert votes(table, label)[:4] == ["pass"] * 4


# --- people without a seat ------------------------------------------------------------------------


def test_ballots_of_an_imported_consultation_belong_to_no_seat():
    table = consulting(statements=WORDS, voters=1)
    slots = np.array([[3, 0, 1, 2], [0, 0, 0, 3]], np.uint8)
    assert acts.cast(process=table.id, side=[1, 0], slots=slots, by="administrator", verb="import") == 2
    vote(table, "a1", 0, "agree")
    assert votes(table, "a1") == ["agree", None, None, None]
    rows = Ballot.unscoped.filter(process_id=table.id, seatless=True)
    opened = [ballots.unpack(row.vector.open_bytes(visibility.for_counting(table.id))) for row in rows]
    assert sorted((one.side, one.slots[:4].tolist()) for one in opened) == [
        (0, [0, 0, 0, 3]),
        (1, [3, 0, 1, 2]),
    ]
    assert begun().id != table.id
