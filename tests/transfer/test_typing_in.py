"""Typed in from paper for a seat: as if it had done it itself, told to nobody but whoever types."""

from __future__ import annotations

import json
from uuid import UUID

import pytest

from tests.stories.table import Table, begun, plainly
from tests.transfer.tables import LABELS
from tracktwo.concerns.models import Concern
from tracktwo.concerns.rules import Voiced
from tracktwo.engines.disclosure import Band
from tracktwo.errors import NotHere, Refusal
from tracktwo.preparation.models import Intake
from tracktwo.process import acts as process_acts
from tracktwo.process.phases import Phase
from tracktwo.process.rules import Role
from tracktwo.record.acts import entries
from tracktwo.statements import acts as statement_acts
from tracktwo.statements.models import Statement
from tracktwo.statements.rules import Manner
from tracktwo.transfer import acts

pytestmark = pytest.mark.django_db


def slots(table: Table) -> list[UUID]:
    return list(Statement.unscoped.filter(process_id=table.id).order_by("slot").values_list("pk", flat=True))


def verbs(table: Table) -> list[tuple[str, str]]:
    return [(line.verb, line.role) for line in entries(table.id)]


def test_votes_from_paper_stand_in_the_seats_own_ballot_and_the_rest_stays(table):
    first, second, third = slots(table)
    statement_acts.vote(statement=third, vote="pass", by=table.at("voter"))
    acts.type_in_votes(seat=table.seats["voter"], votes={first: "agree", second: "disagree"}, by=table.lead)
    ballot = statement_acts.own_ballot(table.at("voter"))
    assert ballot is not None
    assert [ballot.vote(slot) for slot in range(3)] == ["agree", "disagree", "pass"]
    assert verbs(table)[0] == ("type in from paper", "facilitator")


def test_answers_of_a_round_from_paper_with_what_is_expected_of_others(table):
    for side in table.sides:
        row = statement_acts.open_round(
            statements=slots(table), manner=Manner.SEALED, side=side.pk, by=table.lead
        )
        statement_acts.end_round(round=row.pk, by=table.lead)
    row = statement_acts.open_round(statements=slots(table), manner=Manner.SEALED, by=table.lead)
    acts.type_in_answers(
        seat=table.seats["nia"], round=row.pk, answers={slots(table)[0]: "agree"},
        expected={(slots(table)[0], 2): int(Band.FEW)}, by=table.lead,
    )  # fmt: skip
    sheet = statement_acts.own_sheet(table.at("nia"), row)
    assert sheet is not None
    assert (sheet.answer(0), sheet.expects(0, 2)) == ("agree", Band.FEW)
    with pytest.raises(NotHere):
        acts.type_in_answers(
            seat=table.seats["voter"], round=row.pk, answers={slots(table)[0]: "agree"}, expected={}, by=table.lead
        )  # fmt: skip


def test_a_concern_from_paper_goes_as_far_as_its_writer_ticked(table):
    for to in Voiced:
        acts.type_in_concern(
            seat=table.seats["nia"], kind="fear", text=f"That it floods: {to}.", to=to, by=table.lead
        )
    assert sorted(Concern.unscoped.filter(process_id=table.id).values_list("state", flat=True)) == sorted(
        Voiced
    )
    assert {Concern.objects.seen_by(table.at(label)).count() for label in ("noor",)} == {2}
    assert Concern.objects.seen_by(table.at("nia")).count() == 3
    assert (
        Concern.objects.seen_by(table.lead).count() == Concern.objects.seen_by(table.at("sol")).count() == 1
    )
    assert [verb for verb, _role in verbs(table)[:3]] == ["type in from paper"] * 3


def test_an_intake_from_paper_is_its_seats(table):
    acts.type_in_intake(seat=table.seats["sol"], answers={"worries": "The road."}, by=table.lead)
    row = Intake.unscoped.get(process_id=table.id)
    assert row.seat_id == table.seats["sol"]
    assert json.loads(row.answers.open(table.lead.grant)) == {"worries": "The road."}
    assert verbs(table)[0] == ("type in from paper", "facilitator")


def test_an_empty_ballot_is_refused_and_nothing_is_kept_of_one_with_a_fault(table):
    with pytest.raises(Refusal, match="Nothing was ticked"):
        acts.type_in_votes(seat=table.seats["nia"], votes={}, by=table.lead)
    with pytest.raises(Refusal, match="Nothing was ticked"):
        acts.type_in_answers(
            seat=table.seats["nia"], round=slots(table)[0], answers={}, expected={}, by=table.lead
        )
    before = verbs(table)
    with pytest.raises(Refusal, match="agree, disagree or pass"):
        acts.type_in_votes(
            seat=table.seats["nia"], votes={slots(table)[0]: "agree", slots(table)[1]: "maybe"}, by=table.lead
        )
    assert statement_acts.own_ballot(table.at("nia")) is None
    assert verbs(table) == before


def test_only_facilitators_type_in_and_only_for_seats_of_the_sides_of_their_process(table):
    table.seat("expert", Role.EXPERT)
    other = begun()
    other.seat("elsewhere", Role.PARTICIPANT, 1)
    process_acts.withdraw(seat=table.seats["salma"], by=table.lead)
    for by in ("expert", "nia", "voter"):
        with pytest.raises(NotHere):
            acts.type_in_votes(seat=table.seats["sol"], votes={slots(table)[0]: "agree"}, by=table.at(by))
        with pytest.raises(NotHere):
            acts.type_in_concern(
                seat=table.seats["sol"], kind="need", text="x", to=Voiced.TABLE, by=table.at(by)
            )
    for seat in (table.seats["expert"], table.seats["salma"], other.seats["elsewhere"]):
        with pytest.raises(NotHere):
            acts.type_in_votes(seat=seat, votes={slots(table)[0]: "agree"}, by=table.lead)


def test_what_a_seat_may_not_do_itself_is_not_typed_in_for_it_either(table):
    process_acts.step(to=Phase.DRAFTING, by=table.lead)
    with pytest.raises(Refusal, match="Votes are not open"):
        acts.type_in_votes(seat=table.seats["nia"], votes={slots(table)[0]: "agree"}, by=table.lead)


# --- the page --------------------------------------------------------------------------------------


def page(table: Table, what: str, label: str = "nia") -> str:
    answer = table.client().get(f"/p/{table.id}/type-in/?seat={table.seats[label]}&what={what}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def sent(table: Table, what: str, label: str = "nia", **values: str) -> int:
    form = {"seat": str(table.seats[label]), "what": what, **values}
    return int(table.client().post(f"/p/{table.id}/type-in/", form).status_code)


def test_the_page_says_that_whoever_types_sees_it_and_never_shows_what_was_given_before(table):
    before = plainly(page(table, "votes").encode())
    assert "You who type this in see what stands on the paper" in before
    assert before.count('class="box question"') == 3
    statement_acts.vote(statement=slots(table)[0], vote="agree", by=table.at("nia"))
    assert plainly(page(table, "votes").encode()) == before


def test_each_sheet_is_typed_in_by_its_form(table):
    first = slots(table)[0]
    assert sent(table, "votes", f"{'nia'}", **{f"answer-{first}": "agree"}) == 302
    ballot = statement_acts.own_ballot(table.at("nia"))
    assert ballot is not None and ballot.vote(0) == "agree"
    assert sent(table, "concern", kind="need", text="Water in a dry year.", to="table", about="") == 302
    assert sent(table, "concern", kind="need", text="", to="table") == 400
    about = str(table.sides[1].pk)
    assert (
        sent(table, "concern", kind="misperception", text="That we want it all.", to="caucus", about=about)
        == 302
    )
    assert sent(table, "intake", worries="The road.") == 302
    row = statement_acts.open_round(
        statements=[first], manner=Manner.SEALED, side=table.sides[0].pk, by=table.lead
    )
    assert "We share the river." in page(table, str(row.pk))
    assert sent(table, str(row.pk), **{f"answer-{first}": "pass"}) == 302
    sheet = statement_acts.own_sheet(table.at("nia"), row)
    assert sheet is not None and sheet.answer(0) == "pass"


def test_what_is_not_on_the_page_is_not_here(table):
    assert sent(table, "votes", "nia", **{"answer-x": "agree"}) == 404
    assert sent(table, "nothing") == 404
    assert table.client().post(f"/p/{table.id}/type-in/", {"what": "votes"}).status_code == 404
    assert table.client("nia").get(f"/p/{table.id}/type-in/").status_code == 404


def test_every_seat_of_the_sides_stands_in_the_list(table):
    shown = page(table, "votes")
    for label in (*LABELS[1], *LABELS[2], "voter"):
        assert label in shown
