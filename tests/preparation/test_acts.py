"""What is done in preparation: from a template to seats, intake and clearances."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.stories.table import Table, at_once, begun, convenor
from tracktwo.errors import NotHere, Refusal
from tracktwo.preparation import acts, agenda, templates
from tracktwo.preparation.models import (
    Actor,
    Agenda,
    Candidate,
    Clearance,
    ConflictAnalysis,
    Declaration,
    Intake,
    Perception,
    Relation,
    Risk,
)
from tracktwo.preparation.rules import Stage
from tracktwo.process import acts as process_acts
from tracktwo.process import visibility
from tracktwo.process.acts import NewSide
from tracktwo.process.models import GroundRules, Seat, today
from tracktwo.process.phases import Phase
from tracktwo.process.rules import Role
from tracktwo.process.seated import Seated
from tracktwo.record import acts as record
from tracktwo.record.once import AlreadyDone

pytestmark = pytest.mark.django_db

TO_THE_SEAT = (Stage.APPROACHED, Stage.ACCEPTED, Stage.BRIEFED)


@pytest.fixture
def table() -> Table:
    table = begun()
    table.seat("Cleo", Role.CO_FACILITATOR)
    table.seat("expert", Role.EXPERT)
    table.seat("rapporteur", Role.RAPPORTEUR)
    table.seat("evaluator", Role.EVALUATOR)
    table.seat("Nia", Role.PARTICIPANT, 1)
    table.seat("Sol", Role.PARTICIPANT, 2)
    return table


def name(table: Table, **more: Any) -> UUID:
    given: dict[str, Any] = {"side": table.sides[0].pk, "consents": ["take part"], **more}
    return acts.note_name(name="Nura", by=table.lead, **given).pk


def go(table: Table, candidate: UUID, *stages: Stage, **more: Any) -> None:
    for stage in stages:
        acts.advance(candidate=candidate, to=stage, by=table.lead, **(more if stage is Stage.SEATED else {}))


def verbs(table: Table) -> list[str]:
    return [entry.verb for entry in record.entries(table.id)]


# --- beginning ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", templates.KEYS)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_process_begins_from_a_template_with_its_agenda_and_rules_proposed(key, language):
    person = convenor()
    process = acts.begin(
        cover_title="Tea",
        title="Tea",
        sides=[NewSide("A"), NewSide("B")],
        by=person,
        language=language,
        template=key,
    )
    seat = visibility.take_seat(person, process.pk)
    written = Agenda.objects.seen_by(seat).get().text.open(seat.grant)
    assert written == templates.load(key)[language].agenda
    assert process.kind == templates.load(key)[language].kind
    (version,) = GroundRules.objects.seen_by(seat)
    packed = version.text.open(seat.grant)
    assert all(text in json.loads(packed[1:]).values() for text in templates.rules_of(key).values())


def test_a_process_may_begin_from_an_empty_page():
    person = convenor()
    process = acts.begin(
        cover_title="Tea", title="Tea", sides=[NewSide("A"), NewSide("B")], by=person, language="en"
    )
    assert not Agenda.unscoped.filter(process=process).exists()
    assert not GroundRules.unscoped.filter(process=process).exists()


def test_an_agenda_that_cannot_be_read_changes_nothing(table):
    acts.write_agenda(text="# Day\n30 Tea", by=table.lead)
    with pytest.raises(Refusal, match="Line 1"):
        acts.write_agenda(text="Tea", by=table.lead)
    acts.write_agenda(text="# Day\n40 Tea", by=table.lead)
    (row,) = Agenda.unscoped.filter(process_id=table.id)
    assert agenda.read(row.text.open(table.lead.grant)).agenda
    assert verbs(table)[:2] == ["write the agenda", "write the agenda"]


# --- who may ------------------------------------------------------------------------------------------


def deeds(table: Table, by: Seated) -> dict[str, Any]:
    side, traits = table.sides[0].pk, {"likelihood": "low", "severity": "low"}
    actor = Actor.unscoped.filter(process_id=table.id).first()
    one = actor.pk if actor else uuid4()
    note = {"conflict": "", "track_one": "none", "track_one_note": "", "initiatives": "", "contribution": ""}
    return {
        "analyse": lambda: acts.analyse(**note, by=by),
        "note_actor": lambda: acts.note_actor(name="A", traits={}, by=by),
        "remove_actor": lambda: acts.remove_actor(actor=one, by=by),
        "relate": lambda: acts.relate(one=one, other=uuid4(), kind="close", by=by),
        "perceive": lambda: acts.perceive(side=side, answers={}, by=by),
        "note_risk": lambda: acts.note_risk(text="r", about=traits, by=by),
        "remove_risk": lambda: acts.remove_risk(risk=uuid4(), by=by),
        "write_agenda": lambda: acts.write_agenda(text="# A\n30 b", by=by),
        "note_name": lambda: acts.note_name(name="x", by=by),
        "advance": lambda: acts.advance(candidate=uuid4(), to=Stage.APPROACHED, by=by),
        "forget_name": lambda: acts.forget_name(candidate=uuid4(), by=by),
        "propose": lambda: acts.propose_clearance(seat=table.seats["expert"], side=side, by=by),
        "confirm": lambda: acts.confirm_clearance(clearance=uuid4(), by=by),
        "end": lambda: acts.end_clearance(clearance=uuid4(), by=by),
    }


@pytest.mark.parametrize("who", ["Nia", "evaluator"])
def test_nobody_beside_the_worktable_prepares_anything(table, who):
    acts.note_actor(name="A", traits={}, by=table.lead)
    before = verbs(table)
    for deed in deeds(table, table.at(who)).values():
        with pytest.raises(NotHere):
            deed()
    assert verbs(table) == before


def test_the_expert_works_at_the_table_but_not_on_the_list_the_agenda_or_clearances(table):
    done = deeds(table, table.at("expert"))
    for deed in ("analyse", "note_actor", "perceive", "note_risk"):
        done[deed]()
    for deed in ("write_agenda", "note_name", "advance", "forget_name", "propose", "confirm", "end"):
        with pytest.raises(NotHere):
            done[deed]()


def test_nothing_is_prepared_in_a_closed_process(table):
    lead = table.lead
    process_acts.mark_closed(by=lead)
    for name_of, deed in deeds(table, lead).items():
        with pytest.raises(Refusal, match="closed"):
            deed()
        assert name_of
    for deed in (
        lambda: acts.give_intake(answers={}, by=table.at("Nia")),
        lambda: acts.declare(text="x", by=table.at("evaluator")),
    ):
        with pytest.raises(Refusal, match="closed"):
            deed()


def test_rows_of_another_process_read_like_none(table):
    other = begun()
    actor = acts.note_actor(name="A", traits={}, by=other.lead)
    risk = acts.note_risk(text="r", about={"likelihood": "low", "severity": "low"}, by=other.lead)
    listed = name(other)
    for deed in (
        lambda: acts.remove_actor(actor=actor.pk, by=table.lead),
        lambda: acts.note_actor(actor=actor.pk, name="x", traits={}, by=table.lead),
        lambda: acts.remove_risk(risk=risk.pk, by=table.lead),
        lambda: acts.note_risk(
            text="r", about={"seat": str(Seat.unscoped.get(process=other.id).pk)}, by=table.lead
        ),
        lambda: acts.advance(candidate=listed, to=Stage.APPROACHED, by=table.lead),
        lambda: acts.forget_name(candidate=listed, by=table.lead),
        lambda: acts.note_name(name="x", side=other.sides[0].pk, by=table.lead),
        lambda: acts.perceive(side=other.sides[0].pk, answers={}, by=table.lead),
        lambda: acts.propose_clearance(seat=table.seats["expert"], side=other.sides[0].pk, by=table.lead),
    ):
        with pytest.raises(NotHere):
            deed()


def test_a_form_sent_twice_is_done_once(table):
    acts.note_name(name="Nura", by=table.lead, once="key")
    with pytest.raises(AlreadyDone):
        acts.note_name(name="Nura", by=table.lead, once="key")
    assert Candidate.unscoped.filter(process_id=table.id).count() == 1


# --- the worktable ------------------------------------------------------------------------------------


def test_there_is_one_analysis_and_later_words_stand_in_its_place(table):
    words = {"track_one": "blocked", "track_one_note": "n", "initiatives": "i", "contribution": "c"}
    acts.analyse(conflict="first", **words, by=table.lead)
    acts.analyse(conflict="second", **words, by=table.at("expert"))
    (row,) = ConflictAnalysis.unscoped.filter(process_id=table.id)
    assert row.conflict is not None and row.conflict.open(table.lead.grant) == "second"


def test_a_pair_of_actors_has_one_line_whichever_way_it_was_drawn(table):
    one, other = (acts.note_actor(name=letter, traits={}, by=table.lead).pk for letter in "AB")
    acts.relate(one=one, other=other, kind="close", by=table.lead)
    acts.relate(one=other, other=one, kind="conflict", by=table.lead)
    (row,) = Relation.unscoped.filter(process_id=table.id)
    assert (row.kind.open(table.lead.grant), row.one_id) == ("conflict", other)
    acts.relate(one=one, other=other, kind="", by=table.lead)
    assert not Relation.unscoped.filter(process_id=table.id).exists()
    with pytest.raises(Refusal, match="two different actors"):
        acts.relate(one=one, other=one, kind="close", by=table.lead)
    acts.relate(one=one, other=other, kind="close", by=table.lead)
    acts.remove_actor(actor=one, by=table.lead)
    assert not Relation.unscoped.filter(process_id=table.id).exists()


def test_perceptions_stand_beside_each_other_by_day_and_role(table):
    for who in ("expert", "Cleo"):
        acts.perceive(side=table.sides[0].pk, answers={"stalemate": "yes"}, by=table.at(who))
    rows = Perception.unscoped.filter(process_id=table.id)
    assert {(row.role, row.day) for row in rows} == {("expert", today()), ("co-facilitator", today())}


def test_a_risk_changes_and_goes(table):
    about = {"likelihood": "low", "severity": "high", "seat": str(table.seats["Nia"])}
    row = acts.note_risk(text="one", about=about, by=table.lead)
    acts.note_risk(risk=row.pk, text="two", about=about, by=table.at("expert"))
    (found,) = Risk.unscoped.filter(process_id=table.id)
    assert found.text.open(table.lead.grant) == "two"
    acts.remove_risk(risk=row.pk, by=table.lead)
    assert not Risk.unscoped.filter(process_id=table.id).exists()


# --- the long list --------------------------------------------------------------------------------------


def test_a_name_goes_all_the_way_and_gets_a_seat_that_carries_its_capacity_over(table):
    listed = name(table, traits={"capacity": "official"})
    go(table, listed, *TO_THE_SEAT, Stage.SEATED, label="Basalt")
    seat = Candidate.unscoped.get(pk=listed).seat
    assert seat is not None
    assert (seat.role, seat.side_id, seat.official, seat.name) == (
        Role.PARTICIPANT,
        table.sides[0].pk,
        True,
        None,
    )
    assert seat.label.open(table.lead.grant) == "Basalt"
    acts.note_name(
        candidate=listed, name="Nura", side=table.sides[0].pk, traits={"capacity": "private"}, by=table.lead
    )
    assert Seat.unscoped.get(pk=seat.pk).official is False


def test_a_name_may_be_tied_to_a_seat_of_its_side_that_stands_for_nobody_else(table):
    listed = name(table, traits={"capacity": "official"})
    go(table, listed, *TO_THE_SEAT)
    for wrong in ("Sol", "expert"):
        with pytest.raises(Refusal, match="not free for this person"):
            go(table, listed, Stage.SEATED, seat=table.seats[wrong])
    go(table, listed, Stage.SEATED, seat=table.seats["Nia"])
    assert Seat.unscoped.get(pk=table.seats["Nia"]).official is True
    second = name(table)
    go(table, second, *TO_THE_SEAT)
    with pytest.raises(Refusal, match="not free for this person"):
        go(table, second, Stage.SEATED, seat=table.seats["Nia"])


def test_a_refused_seat_leaves_the_name_where_it_was(table):
    listed = name(table, consents=[])
    go(table, listed, *TO_THE_SEAT)
    with pytest.raises(Refusal, match="without their consent"):
        go(table, listed, Stage.SEATED, label="Basalt")
    acts.note_name(candidate=listed, name="Nura", consents=["take part"], by=table.lead)
    with pytest.raises(Refusal, match="for which side"):
        go(table, listed, Stage.SEATED, label="Basalt")
    acts.note_name(
        candidate=listed, name="Nura", side=table.sides[1].pk, consents=["take part"], by=table.lead
    )
    with pytest.raises(Refusal, match="needs a name at the table"):
        go(table, listed, Stage.SEATED)
    assert Candidate.unscoped.get(pk=listed).stage == Stage.BRIEFED
    assert Seat.unscoped.filter(process_id=table.id, role=Role.PARTICIPANT).count() == 2


@pytest.mark.parametrize("way", [Stage.WITHDRAWN, Stage.STOOD_DOWN])
def test_whoever_leaves_takes_the_seat_along_and_its_codes_open_nothing(table, way):
    listed = name(table)
    go(table, listed, *TO_THE_SEAT, Stage.SEATED, seat=table.seats["Nia"])
    code = table.invite("Nia")
    go(table, listed, way)
    assert Seat.unscoped.get(pk=table.seats["Nia"]).withdrawn
    with pytest.raises(Refusal):
        process_acts.enter(code=code)
    go(table, listed, Stage.FOLLOWED_UP)
    with pytest.raises(Refusal, match="its way has ended"):
        go(table, listed, Stage.APPROACHED)


def test_a_seat_that_withdrew_first_does_not_hold_its_name(table):
    listed = name(table)
    go(table, listed, *TO_THE_SEAT, Stage.SEATED, seat=table.seats["Nia"])
    process_acts.withdraw(seat=table.seats["Nia"], by=table.lead)
    before = verbs(table).count("a seat withdraws")
    go(table, listed, Stage.WITHDRAWN)
    assert verbs(table).count("a seat withdraws") == before


def test_a_seated_person_does_not_change_sides_and_is_not_forgotten(table):
    listed = name(table)
    go(table, listed, *TO_THE_SEAT, Stage.SEATED, seat=table.seats["Nia"])
    with pytest.raises(Refusal, match="does not change sides"):
        acts.note_name(candidate=listed, name="Nura", side=table.sides[1].pk, by=table.lead)
    with pytest.raises(Refusal, match="holds a seat"):
        acts.forget_name(candidate=listed, by=table.lead)
    go(table, listed, Stage.STOOD_DOWN)
    acts.forget_name(candidate=listed, by=table.lead)
    assert not Candidate.unscoped.filter(process_id=table.id).exists()


def test_the_record_says_that_the_list_changed_and_neither_how_nor_who(table):
    listed = name(table)
    go(table, listed, Stage.APPROACHED, Stage.DECLINED)
    acts.forget_name(candidate=listed, by=table.lead)
    assert set(verbs(table)[:4]) == {"change the long list"}


@pytest.mark.django_db(transaction=True)
def test_two_facilitators_who_seat_two_names_at_once_do_not_share_a_seat():
    table = begun()
    table.seat("Nia", Role.PARTICIPANT, 1)
    names = [name(table) for _ in range(2)]
    for one in names:
        go(table, one, *TO_THE_SEAT)
    lead = table.lead
    came = at_once(
        *(
            lambda one=one: acts.advance(candidate=one, to=Stage.SEATED, seat=table.seats["Nia"], by=lead)
            for one in names
        )
    )
    assert sorted(type(one).__name__ for one in came) == ["NoneType", "Refusal"]
    assert Candidate.unscoped.filter(seat=table.seats["Nia"]).count() == 1


# --- intake and declarations ----------------------------------------------------------------------------


def test_an_intake_is_its_seats_and_the_facilitators_and_the_record_tells_of_it_once(table):
    nia = table.at("Nia")
    for worry in ("the road", "the road at night"):
        acts.give_intake(answers={"worries": worry}, by=nia)
    (row,) = Intake.objects.seen_by(nia)
    assert "at night" in row.answers.open(visibility.own_answers(nia, row))
    assert "at night" in row.answers.open(table.lead.grant)
    assert verbs(table).count("an intake is given") == 1
    for who in ("Sol", "expert", "evaluator"):
        seat = table.at(who)
        assert not Intake.objects.seen_by(seat).exists()
        with pytest.raises(NotHere):
            row.answers.open(seat.grant)
        with pytest.raises(NotHere):
            row.answers.open(visibility.own_answers(seat, row))


def test_the_wider_circle_is_not_asked_and_no_side_declares(table):
    voter = table.seat("voter", Role.VOTER, 1)
    with pytest.raises(NotHere):
        acts.give_intake(answers={}, by=voter)
    for seat in (voter, table.at("Nia")):
        with pytest.raises(NotHere):
            acts.declare(text="x", by=seat)


def test_a_declaration_is_read_at_the_worktable_and_by_whoever_wrote_it(table):
    evaluator = table.at("evaluator")
    acts.declare(text="I taught one of them.", by=evaluator)
    acts.declare(text="I taught two of them.", by=evaluator)
    (row,) = Declaration.objects.seen_by(evaluator)
    assert row.text.open(visibility.own_answers(evaluator, row)) == "I taught two of them."
    assert row.text.open(table.at("expert").grant) == "I taught two of them."
    assert not Declaration.objects.seen_by(table.at("Nia")).exists()


# --- two persons ----------------------------------------------------------------------------------------


def test_a_worksheet_opens_with_the_second_person_and_closes_with_one(table):
    side, lead, cleo = table.sides[0].pk, table.lead, table.at("Cleo")
    expert = table.at("expert")
    row = acts.propose_clearance(seat=expert.seat, side=side, by=lead)
    assert not acts.may_see_worksheet(seat=expert, side=side)
    with pytest.raises(Refusal, match="two persons"):
        acts.confirm_clearance(clearance=row.pk, by=lead)
    acts.confirm_clearance(clearance=row.pk, by=cleo)
    assert acts.may_see_worksheet(seat=expert, side=side)
    assert not acts.may_see_worksheet(seat=expert, side=table.sides[1].pk)
    assert not acts.may_see_worksheet(seat=table.at("rapporteur"), side=side)
    with pytest.raises(Refusal, match="proposed already"):
        acts.propose_clearance(seat=expert.seat, side=side, by=cleo)
    acts.end_clearance(clearance=row.pk, by=lead)
    assert not acts.may_see_worksheet(seat=expert, side=side)
    assert verbs(table)[:3] == ["end a clearance", "confirm a clearance", "propose a clearance"]


def test_the_evaluator_is_never_cleared(table):
    with pytest.raises(Refusal, match="keep apart"):
        acts.propose_clearance(seat=table.seats["evaluator"], side=table.sides[0].pk, by=table.lead)
    with pytest.raises(Refusal, match="keep apart"):
        acts.propose_clearance(seat=table.seats["Nia"], side=table.sides[0].pk, by=table.lead)


@pytest.mark.django_db(transaction=True)
def test_a_clearance_proposed_by_two_at_once_stands_once():
    table = begun()
    table.seat("expert", Role.EXPERT)
    lead, side, seat = table.lead, table.sides[0].pk, table.seats["expert"]
    came = at_once(*(lambda: acts.propose_clearance(seat=seat, side=side, by=lead) for _ in range(2)))
    assert sorted(type(one).__name__ for one in came) == ["Clearance", "Refusal"]
    assert Clearance.unscoped.filter(process_id=table.id).count() == 1


def test_the_process_goes_on_to_talks_while_it_is_prepared(table):
    process_acts.step(to=Phase.TALKS, by=table.lead)
    acts.note_actor(name="A", traits={}, by=table.lead)
