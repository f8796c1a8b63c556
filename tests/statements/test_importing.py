"""A consultation held elsewhere comes in whole or not at all, without its ids and times."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.apps import apps

from tests.stories.table import Table, consulting
from tracktwo.engines.opinion.exports import Conversation, Sides, read_polis, read_sides
from tracktwo.errors import Refusal
from tracktwo.record import acts as record
from tracktwo.statements import acts, analysis, ballots, importing, mapping
from tracktwo.statements.models import AnalysisRun, Ballot, Statement, Wording
from tracktwo.statements.standing import gathered

pytestmark = pytest.mark.django_db
RIVER = Path(__file__).parents[1] / "conversations" / "river"


@pytest.fixture(scope="module")
def river() -> Conversation:
    return read_polis(RIVER)


@pytest.fixture
def table() -> Table:
    return consulting("East bank", "West bank")


def take_in(table: Table, conversation: Conversation, **more: Any) -> importing.Imported:
    return importing.take_in(
        process=table.id, conversation=conversation, language="en", by="administrator", **more
    )


def by_letter(river: Conversation) -> Sides:
    """The banks of the river, under the letters this process gives its sides."""
    found = read_sides(RIVER, "bank", river.people_ids)
    return Sides(("A", "B"), found.side)


def rows() -> dict[str, int]:
    return {model.__name__: model._base_manager.count() for model in apps.get_models()}


def test_all_of_a_consultation_comes_in(table, river):
    came = take_in(table, river)
    assert (came.statements, came.rejected, came.people, came.run) == (11, 1, 60, 1)
    standing = gathered(table.id)
    assert int(np.count_nonzero(standing.slots)) == 554
    # Votes on the rejected statement stay behind; all others are there, each where it was.
    _person, statement, vote = river.votes.triples()
    kept = river.moderated[statement] != -1
    assert np.count_nonzero(standing.slots == 3) == int((vote[kept] == 1).sum())
    assert np.count_nonzero(standing.slots == 1) == int((vote[kept] == -1).sum())
    assert record.verify(table.id).holds


def test_nothing_of_the_exports_ids_or_times_is_kept(table, river):
    take_in(table, river)
    assert {field.attname for field in Ballot._meta.concrete_fields} == {
        "id", "process_id", "pseudonym", "blank", "seatless", "vector"
    }  # fmt: skip
    assert len(set(map(bytes, Ballot.unscoped.values_list("pseudonym", flat=True)))) == 60
    assert {row.blank for row in Ballot.unscoped.all()} == {False}


def test_the_groups_on_the_pages_are_those_of_the_map_command(table, river):
    take_in(table, river)
    told = table.client().get(f"/p/{table.id}/common-ground/").context["told"]
    report = mapping.analyse(river)
    content = json.loads(AnalysisRun.unscoped.get(process_id=table.id).released.open(table.lead.grant))
    assert told == "figures"
    assert content["compared"] == report.compared == "groups"
    exact = [part.people for part in report.parts]
    assert content["groups"] == [(n + 2) // 5 * 5 for n in exact]
    slots = {
        row.slot: Wording.unscoped.get(statement=row).text for row in Statement.unscoped.exclude(slot=None)
    }
    words = [slots[slot].open(table.lead.grant) for slot in content["ranked"]]
    expected = [report.statements[k].text for k in (*report.shared, *report.nearest)]
    assert words[: len(report.shared)] == expected[: len(report.shared)]


def test_declared_sides_become_the_sides_of_the_process(table, river):
    take_in(table, river, sides=by_letter(river))
    assert np.bincount(gathered(table.id).side).tolist() == [0, 36, 24]
    content = json.loads(AnalysisRun.unscoped.get(process_id=table.id).released.open(table.lead.grant))
    assert content["compared"] == "sides"


def test_somebody_of_no_side_stays_of_no_side(table, river):
    sides = by_letter(river)
    without = sides.side.copy()
    without[:5] = -1
    take_in(table, river, sides=Sides(("A", "B"), without))
    assert np.bincount(gathered(table.id).side)[0] == 5


def test_a_rejected_statement_stays_rejected(table, river):
    take_in(table, river)
    row = Statement.unscoped.get(state="rejected")
    assert row.slot is None
    page = table.client().get(f"/p/{table.id}/statements/").content.decode()
    assert "cannot be trusted" not in page
    assert "Boats need lights." in page


def test_what_is_there_before_an_import_stays(table, river):
    table.statement("Ours.")
    table.seat("a voter", place=1)
    first = Statement.unscoped.get(slot=0)
    acts.vote(statement=first.pk, vote="agree", by=table.at("a voter"))
    take_in(table, river)
    own = acts.own_ballot(table.at("a voter"))
    assert own is not None
    assert (own.vote(0), own.answered) == ("agree", 1)
    assert Statement.unscoped.exclude(slot=None).count() == 12


# --- all or nothing -------------------------------------------------------------------------------


class Fault(Exception):
    pass


@pytest.mark.parametrize(
    ("where", "name"),
    [
        (acts, "cast"),
        (analysis, "run"),
        (acts, "write_shuffled"),
        (importing, "_statements"),
        (record, "write"),
    ],
)
def test_an_import_that_fails_anywhere_leaves_no_row(table, river, monkeypatch, where, name):
    before = rows()

    def fault(*_args: object, **_named: object) -> None:
        raise Fault

    monkeypatch.setattr(where, name, fault)
    with pytest.raises(Fault):
        take_in(table, river)
    assert rows() == before


def test_more_statements_than_a_ballot_holds_leave_no_row(table, river, monkeypatch):
    before = rows()
    monkeypatch.setattr(ballots, "CAPACITIES", (4, 8))
    with pytest.raises(Refusal, match="at most 8 statements"):
        take_in(table, river)
    assert rows() == before


def test_sides_the_process_does_not_have_leave_no_row(table, river):
    before = rows()
    found = read_sides(RIVER, "bank", river.people_ids)
    with pytest.raises(Refusal, match="letters A, B"):
        take_in(table, river, sides=found)
    assert rows() == before


def test_a_consultation_comes_in_once(table, river):
    take_in(table, river)
    before = rows()
    with pytest.raises(Refusal, match="already"):
        take_in(table, river)
    assert rows() == before


def test_a_process_that_does_not_exist_takes_nothing_in(table, river):
    table.process.pk = uuid.uuid4()
    with pytest.raises(Refusal, match="no process with this id"):
        take_in(table, river)
