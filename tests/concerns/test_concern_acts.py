"""Needs and fears through their acts: from one's own to the table, restated until heard; ideas, gestures, going home."""

from __future__ import annotations

import inspect
import json
from typing import Any

import pytest

from tests.stories.table import Table, begun
from tracktwo.concerns import acts
from tracktwo.concerns.board import board, only, tallies, unheard
from tracktwo.concerns.gestures import gestures, kept
from tracktwo.concerns.ideas import ideas, shuffled
from tracktwo.concerns.models import (
    Concern,
    Constraint,
    Idea,
    IdeaAnswer,
    ReentryPlan,
    Restatement,
)
from tracktwo.concerns.rules import ConcernKind, Deed, Hearing, ReassuranceState, Voiced
from tracktwo.concerns.words import written
from tracktwo.errors import NotHere, Refusal
from tracktwo.process import acts as process_acts
from tracktwo.process import visibility
from tracktwo.process.models import Process, today
from tracktwo.process.phases import Phase
from tracktwo.process.rules import Role
from tracktwo.process.seated import Seated
from tracktwo.process.wording import Text
from tracktwo.record import acts as record
from tracktwo.record.once import AlreadyDone

pytestmark = pytest.mark.django_db
NEED, FEAR, MISPERCEPTION = ConcernKind


def table_in(phase: Phase) -> Table:
    table = begun("North", "South", "East")
    for label, place in (("Nia", 1), ("Noor", 1), ("Sol", 2), ("Sam", 2), ("Eda", 3)):
        table.seat(label, Role.PARTICIPANT, place)
    for role in (Role.RAPPORTEUR, Role.EXPERT, Role.INTERPRETER, Role.OBSERVER, Role.EVALUATOR):
        table.seat(str(role), role)
    table.seat("voter", Role.VOTER, 1)
    Process.unscoped.filter(pk=table.id).update(phase=phase)  # the way there is another story
    return table


@pytest.fixture
def table(db: None) -> Table:
    return table_in(Phase.CONVENING)


def on_table(table: Table, text: Text = "Water in summer", who: str = "Nia", **more: Any) -> Concern:
    more.setdefault("kind", NEED)
    row = acts.write(text=text, by=table.at(who), **more)
    acts.share(words=row.pk, by=table.at(who))
    acts.put_to_table(words=row.pk, by=table.at(who))
    return Concern.unscoped.get(pk=row.pk)


def texts(table: Table, who: str, model: Any = Concern) -> list[tuple[str, str]]:
    return [(one.text, one.state) for one in written(table.at(who), model, "en")]


def said(refused: Any, **named: Any) -> str:
    with pytest.raises(Refusal) as refusal:
        refused(**named)
    assert not isinstance(refusal.value, NotHere)
    return str(refusal.value)


def verbs(table: Table) -> list[tuple[str, str]]:
    return [(line.verb, line.role) for line in reversed(record.entries(table.id))]


# --- whose words these are ------------------------------------------------------------------------------


def test_what_is_ones_own_nobody_else_opens_not_even_the_panel(table: Table) -> None:
    row = acts.write(kind=NEED, text="To be believed", by=table.at("Nia"))
    assert texts(table, "Nia") == [("To be believed", "private")]
    sealed = Concern.unscoped.get(pk=row.pk)
    for seat in (table.lead, *(table.at(label) for label in table.seats if label != "Nia")):
        assert list(Concern.objects.seen_by(seat)) == []
        with pytest.raises(NotHere):
            sealed.text.open(seat.grant)
        with pytest.raises(NotHere):
            acts.own_text(seat, sealed)


def test_shared_words_are_read_by_the_own_side_alone_and_go_back_by_their_author_alone(table: Table) -> None:
    row = acts.write(kind=FEAR, text="To be mocked", by=table.at("Nia"))
    acts.share(words=row.pk, by=table.at("Nia"))
    assert texts(table, "Noor") == texts(table, "Nia") == [("To be mocked", "caucus")]
    for seat in (table.lead, table.at("Sol"), table.at("rapporteur"), table.at("voter")):
        assert not Concern.objects.seen_by(seat).exists()
    assert "Only whoever wrote" in said(acts.take_back, words=row.pk, by=table.at("Noor"))
    acts.take_back(words=row.pk, by=table.at("Nia"))
    assert texts(table, "Noor") == []
    assert texts(table, "Nia") == [("To be mocked", "private")]


def test_own_words_are_changed_and_deleted_only_while_they_are_ones_own(table: Table) -> None:
    nia = table.at("Nia")
    row = acts.write(kind=NEED, text="Bread", by=nia)
    acts.edit(words=row.pk, text="Bread and work", by=nia)
    assert texts(table, "Nia") == [("Bread and work", "private")]
    with pytest.raises(NotHere):
        acts.edit(words=row.pk, text="Nothing", by=table.at("Noor"))
    acts.share(words=row.pk, by=nia)
    assert "Take them back first" in said(acts.edit, words=row.pk, text="Less", by=nia)
    assert "Only whoever wrote" in said(acts.discard, words=row.pk, by=table.at("Noor"))
    acts.take_back(words=row.pk, by=nia)
    acts.discard(words=row.pk, by=nia)
    assert texts(table, "Nia") == []


def test_anybody_of_the_side_puts_it_to_the_table_and_its_author_is_forgotten(table: Table) -> None:
    row = acts.write(kind=NEED, text="A road", by=table.at("Nia"))
    assert bytes(Concern.unscoped.get(pk=row.pk).pseudonym or b"")
    with pytest.raises(NotHere):
        acts.put_to_table(words=row.pk, by=table.at("Noor"))
    acts.share(words=row.pk, by=table.at("Nia"))
    with pytest.raises(NotHere):
        acts.put_to_table(words=row.pk, by=table.at("Sol"))
    acts.put_to_table(words=row.pk, by=table.at("Noor"))
    assert Concern.unscoped.get(pk=row.pk).pseudonym is None
    assert texts(table, "Eda") == texts(table, "interpreter") == [("A road", "table")]
    assert "not changed or taken from it" in said(acts.put_to_table, words=row.pk, by=table.at("Nia"))
    assert "Only whoever wrote" in said(acts.edit, words=row.pk, text="x", by=table.at("Nia"))


def test_the_record_tells_only_what_was_put_to_the_table(table: Table) -> None:
    before = verbs(table)
    row = acts.write(kind=NEED, text="A road", by=table.at("Nia"))
    acts.edit(words=row.pk, text="Roads", by=table.at("Nia"))
    acts.share(words=row.pk, by=table.at("Nia"))
    acts.take_back(words=row.pk, by=table.at("Nia"))
    acts.plan(answers={"say": "That I was away"}, by=table.at("Nia"))
    idea = acts.write_idea(text="What if?", by=table.at("Nia"))
    acts.link_idea(idea=idea.pk, answers=[], by=table.at("Sol"))
    acts.constrain(text="An election", by=table.at("Nia"))
    acts.discard(words=row.pk, by=table.at("Nia"))
    assert verbs(table) == before
    on_table(table)
    assert verbs(table) == [*before, ("put to the table", "participant")]


def test_in_the_talks_one_writes_and_shares_but_there_is_no_table_yet() -> None:
    table = table_in(Phase.TALKS)
    row = acts.write(kind=NEED, text="A road", by=table.at("Nia"))
    acts.share(words=row.pk, by=table.at("Nia"))
    assert "This is done in: Workshop" in said(acts.put_to_table, words=row.pk, by=table.at("Nia"))


def test_nobody_but_a_participant_writes(table: Table) -> None:
    for seat in (table.lead, *(table.at(one) for one in ("expert", "observer", "voter", "interpreter"))):
        with pytest.raises(NotHere):
            acts.write(kind=NEED, text="x", by=seat)
        with pytest.raises(NotHere):
            acts.plan(answers={}, by=seat)
    assert "no words" in said(acts.write, kind=NEED, text="  ", by=table.at("Nia"))


def test_a_form_sent_twice_writes_once(table: Table) -> None:
    acts.write(kind=NEED, text="Once", by=table.at("Nia"), once="key")
    with pytest.raises(AlreadyDone):
        acts.write(kind=NEED, text="Once", by=table.at("Nia"), once="key")
    assert texts(table, "Nia") == [("Once", "private")]


def test_what_belongs_to_another_process_is_not_here(table: Table) -> None:
    other = table_in(Phase.CONVENING)
    row = on_table(other)
    for attempt in (
        lambda: acts.restate(concern=row.pk, text="x", by=table.at("Sol")),
        lambda: acts.ask(concern=row.pk, text="x", by=table.at("Nia")),
        lambda: acts.write_idea(text="x", answers=[row.pk], by=table.at("Nia")),
        lambda: acts.put_to_table(words=row.pk, by=table.at("Nia")),
        lambda: acts.write(kind=MISPERCEPTION, text="x", about=other.sides[1].pk, by=table.at("Nia")),
    ):
        with pytest.raises(NotHere):
            attempt()


# --- restated until heard -------------------------------------------------------------------------------


def test_it_is_restated_until_its_owner_says_heard(table: Table) -> None:
    row = on_table(table)
    first = acts.restate(concern=row.pk, text="You want our water", by=table.at("Sol"))
    assert "waits for an answer" in said(acts.restate, concern=row.pk, text="Again", by=table.at("Sam"))
    assert "what is missing" in said(acts.say_not_yet, restatement=first.pk, missing=" ", by=table.at("Nia"))
    acts.say_not_yet(restatement=first.pk, missing="That the wells are dry", by=table.at("Noor"))
    second = acts.restate(concern=row.pk, text="Your wells are dry by June", by=table.at("Sam"))
    assert (first.number, second.number) == (1, 2)
    with pytest.raises(NotHere):
        acts.say_heard(restatement=first.pk, by=table.at("Nia"))
    acts.say_heard(restatement=second.pk, by=table.at("Nia"))
    assert "has said heard" in said(acts.restate, concern=row.pk, text="More", by=table.at("Sol"))
    assert "has said heard" in said(acts.say_heard, restatement=second.pk, by=table.at("Nia"))
    assert [verb for verb, _ in verbs(table)][-5:] == [
        "put to the table", "restate a concern", "say not yet", "restate a concern", "say heard",
    ]  # fmt: skip


def test_not_yet_may_become_heard_without_another_try(table: Table) -> None:
    tried = acts.restate(concern=on_table(table).pk, text="So", by=table.at("Sol"))
    acts.say_not_yet(restatement=tried.pk, missing="More", by=table.at("Nia"))
    assert "not yet" in said(acts.say_not_yet, restatement=tried.pk, missing="Yet more", by=table.at("Nia"))
    acts.say_heard(restatement=tried.pk, by=table.at("Nia"))
    assert Restatement.unscoped.get(pk=tried.pk).hearing == Hearing.HEARD


def test_nobody_restates_for_their_own_side_nor_judges_for_another(table: Table) -> None:
    row = on_table(table)
    for seat in (table.at("Noor"), table.lead):
        assert "by another side" in said(acts.restate, concern=row.pk, text="x", by=seat)
    tried = acts.restate(concern=row.pk, text="x", by=table.at("Sol"))
    for seat in (table.at("Sol"), table.at("Eda"), table.lead):
        assert "whose concern this is" in said(acts.say_heard, restatement=tried.pk, by=seat)
    for label in ("observer", "evaluator", "voter"):
        with pytest.raises(NotHere):
            acts.say_heard(restatement=tried.pk, by=table.at(label))
    with pytest.raises(NotHere):
        acts.restate(concern=row.pk, text="x", by=table.at("interpreter"))


def test_a_misperception_is_answered_by_the_side_it_is_about(table: Table) -> None:
    south = table.sides[1].pk
    row = on_table(table, "They want us thirsty", kind=MISPERCEPTION, about=south)
    assert "That side says what it does say" in said(
        acts.restate, concern=row.pk, text="x", by=table.at("Eda")
    )
    answer = acts.restate(concern=row.pk, text="We want to be asked first", by=table.at("Sol"))
    acts.say_heard(restatement=answer.pk, by=table.at("Nia"))
    (shown,) = board(table.at("Eda"), "en").sides[0].concerns
    assert [(one.side.name, one.state) for one in shown.hearings] == [("South", "heard")]
    assert shown.heard and shown.about is not None and shown.about.name == "South"
    assert "answered in words" in said(acts.ask, concern=row.pk, text="x", by=table.at("Nia"))


# --- the board ---------------------------------------------------------------------------------------------


def test_the_board_shows_who_has_heard_what_and_what_is_missing(table: Table) -> None:
    water = on_table(table, {"en": "Water", "ar": "ماء"})
    on_table(table, "Being named", kind=FEAR)
    tried = acts.restate(concern=water.pk, text={"en": "Wells", "ar": "آبار"}, by=table.at("Sol"))
    acts.say_not_yet(restatement=tried.pk, missing="The children", by=table.at("Nia"))
    heard = acts.restate(concern=water.pk, text="Summer", by=table.at("Eda"))
    acts.say_heard(restatement=heard.pk, by=table.at("Nia"))
    shown = board(table.at("Sam"), "ar")
    north = shown.sides[0]
    assert [(one.text, one.lang, one.kind) for one in north.concerns] == [
        ("ماء", "ar", "need"),
        ("Being named", "", "fear"),
    ]
    south, east = north.concerns[0].hearings
    assert (south.state, south.attempts, south.text, south.missing) == ("not yet", 1, "آبار", "The children")
    assert (east.state, east.text) == ("heard", "Summer")
    assert [one.state for one in north.concerns[1].hearings] == ["unheard", "unheard"]
    assert [(one.by.name, one.heard, one.of) for one in tallies(shown)] == [("South", 0, 2), ("East", 1, 2)]
    assert [[one.text for one in tally.unheard] for tally in unheard(shown)] == [
        ["ماء", "Being named"],
        ["Being named"],
    ]
    assert not north.concerns[0].heard


def test_the_board_keeps_what_is_in_caucus_and_is_empty_for_those_who_do_not_hear(table: Table) -> None:
    row = acts.write(kind=NEED, text="A road", by=table.at("Nia"))
    acts.share(words=row.pk, by=table.at("Nia"))
    assert all(board(table.at(label), "en").empty for label in table.seats)
    on_table(table)
    assert not board(table.at("Nia"), "en").empty
    for label in ("observer", "evaluator", "voter"):
        shown = board(table.at(label), "en")
        assert shown.empty and len(shown.sides) == 3


def test_one_side_of_the_board(table: Table) -> None:
    shown = board(table.at("Nia"), "en")
    assert [row.side.name for row in only(shown, "B").sides] == ["South"]
    assert only(shown, "Z") == shown


# --- ideas ---------------------------------------------------------------------------------------------------


def test_an_idea_keeps_nothing_of_who_wrote_it(table: Table) -> None:
    """The same rows, the same record and the same page, whoever wrote it."""
    before = verbs(table)
    idea = acts.write_idea(text="What if the ferry ran again?", by=table.at("Nia"))
    columns = {field.name for field in Idea._meta.get_fields() if field.concrete}
    assert columns == {"id", "process", "set_aside", "text"}
    assert {field.name for field in IdeaAnswer._meta.get_fields() if field.concrete} == {
        "id", "process", "idea", "concern",
    }  # fmt: skip
    assert verbs(table) == before
    assert list(inspect.signature(acts.write_idea).parameters) == ["text", "by", "answers", "once"]
    for label in ("Nia", "Sol", "expert"):
        (shown,) = ideas(table.at(label), "en")
        assert (shown.id, shown.text) == (idea.pk, "What if the ferry ran again?")


def test_an_idea_is_linked_to_the_needs_it_answers_and_can_be_set_aside(table: Table) -> None:
    water, road = on_table(table), on_table(table, "A road", "Sol")
    idea = acts.write_idea(text="A ferry", answers=[water.pk, water.pk], by=table.at("Eda"))
    acts.link_idea(idea=idea.pk, answers=[road.pk, water.pk], by=table.lead)
    (shown,) = ideas(table.at("Nia"), "en")
    assert [one.text for one in shown.answers] == ["Water in summer", "A road"]
    assert "Only facilitators" in said(acts.set_idea_aside, idea=idea.pk, by=table.at("expert"))
    assert "Only facilitators" in said(acts.take_idea_up, idea=idea.pk, by=table.at("Nia"))
    acts.set_idea_aside(idea=idea.pk, by=table.lead)
    assert "set aside" in said(acts.link_idea, idea=idea.pk, answers=[road.pk], by=table.at("Nia"))
    assert ideas(table.at("Nia"), "en")[0].set_aside
    acts.take_idea_up(idea=idea.pk, by=table.lead)
    assert "on the table already" in said(acts.take_idea_up, idea=idea.pk, by=table.lead)
    assert [verb for verb, _ in verbs(table)][-2:] == ["set an idea aside", "take an idea up again"]
    with pytest.raises(NotHere):
        acts.set_idea_aside(idea=table.id, by=table.lead)
    with pytest.raises(NotHere):
        acts.write_idea(text="x", by=table.at("voter"))


def test_ideas_stand_in_an_order_of_the_day_and_not_of_time(table: Table) -> None:
    for number in range(12):
        acts.write_idea(text=f"idea {number}", by=table.at("Nia"))
    rows = list(Idea.unscoped.all())
    day = today()
    assert shuffled(rows, day) == shuffled(rows[::-1], day)
    others = [shuffled(rows, day.replace(year=day.year + step)) for step in range(1, 4)]
    assert any(other != shuffled(rows, day) for other in others)


# --- constraints ----------------------------------------------------------------------------------------------


def test_constraints_come_after_ideas_and_go_the_same_way(table: Table) -> None:
    assert said(acts.constrain, text="An election", by=table.at("Nia")).startswith(
        "Constraints come after ideas"
    )
    idea = acts.write_idea(text="A ferry", by=table.at("Sol"))
    acts.set_idea_aside(idea=idea.pk, by=table.lead)
    assert "Constraints come after ideas" in said(acts.constrain, text="An election", by=table.at("Nia"))
    acts.take_idea_up(idea=idea.pk, by=table.lead)
    row = acts.constrain(text="An election", by=table.at("Nia"))
    assert texts(table, "Nia", Constraint) == [("An election", "private")]
    assert texts(table, "Noor", Constraint) == []
    acts.share(words=row.pk, by=table.at("Nia"))
    assert texts(table, "Noor", Constraint) == [("An election", "caucus")]
    assert not Constraint.objects.seen_by(table.at("Sol")).exists()
    acts.put_to_table(words=row.pk, by=table.at("Noor"))
    assert texts(table, "Sol", Constraint) == [("An election", "table")]


# --- reassurances ------------------------------------------------------------------------------------------------


def test_a_gesture_is_asked_for_possible_and_kept(table: Table) -> None:
    row = on_table(table, kind=FEAR)
    asked = acts.ask(concern=row.pk, text="Quiet at night", by=table.at("Nia"))
    reply: dict[str, Any] = {"reassurance": asked.pk}
    assert "No side has said" in said(acts.reply, **reply, deed=Deed.KEEP, by=table.at("Nia"))
    assert "Another side says" in said(acts.reply, **reply, deed=Deed.OFFER, by=table.at("Noor"))
    acts.reply(**reply, deed=Deed.OFFER, by=table.at("Sol"))
    assert "already" in said(acts.reply, **reply, deed=Deed.OFFER, by=table.at("Eda"))
    assert "Only the side" in said(acts.reply, **reply, deed=Deed.WITHDRAW_OFFER, by=table.at("Eda"))
    acts.reply(**reply, deed=Deed.WITHDRAW_OFFER, by=table.at("Sam"))
    assert gestures(table.at("Eda"), "en")[0].by is None
    acts.reply(**reply, deed=Deed.OFFER, by=table.at("Eda"))
    assert "keeps a gesture" in said(acts.reply, **reply, deed=Deed.KEEP, by=table.at("Sol"))
    assert kept(table.lead, "en") == []
    acts.reply(**reply, deed=Deed.KEEP, by=table.lead)
    (one,) = kept(table.at("Sol"), "en")
    assert one.by is not None
    assert (one.text, one.by.name, one.owner.name, one.answers) == (
        "Quiet at night", "East", "North", "Water in summer",
    )  # fmt: skip
    acts.reply(**reply, deed=Deed.SET_ASIDE, by=table.at("Noor"))
    assert "taken up again" in said(acts.reply, **reply, deed=Deed.OFFER, by=table.at("Sol"))
    acts.reply(**reply, deed=Deed.ASK_AGAIN, by=table.at("Nia"))
    (one,) = gestures(table.at("Sol"), "en", of=row.pk)
    assert (one.state, one.by, one.may) == (ReassuranceState.ASKED, None, (Deed.OFFER,))
    assert {verb for verb, _ in verbs(table)[-7:]} == {"a reassurance"}


def test_another_side_may_offer_unasked_and_the_owner_may_not_offer_to_itself(table: Table) -> None:
    row = on_table(table)
    acts.offer(concern=row.pk, text="Gauge readings", by=table.at("Sol"))
    assert gestures(table.at("Nia"), "en")[0].by is not None
    assert "Another side says" in said(acts.offer, concern=row.pk, text="x", by=table.at("Nia"))
    assert "whose concern this is" in said(acts.ask, concern=row.pk, text="x", by=table.at("Sol"))
    with pytest.raises(NotHere):
        acts.reply(reassurance=row.pk, deed=Deed.KEEP, by=table.lead)
    asked = acts.ask(concern=row.pk, text="x", by=table.at("Nia"))
    with pytest.raises(NotHere):
        acts.reply(reassurance=asked.pk, deed=Deed.WRITE, by=table.at("Nia"))


# --- going home ---------------------------------------------------------------------------------------------------


def test_a_plan_is_read_by_its_writer_and_the_panel_alone(table: Table) -> None:
    acts.plan(answers={"say": "Little", "day": "2027-01-01", "other": "x"}, by=table.at("Nia"))
    row = acts.plan(answers={"say": "Nothing yet"}, by=table.at("Nia"))
    assert ReentryPlan.unscoped.count() == 1
    row = ReentryPlan.unscoped.get(pk=row.pk)
    mine = row.answers.open(visibility.own_answers(table.at("Nia"), row))
    assert json.loads(mine) == {"say": "Nothing yet", "risk": "", "call": "", "panel": "", "day": ""}
    for seat in (table.lead, table.at("rapporteur"), table.at("expert")):
        assert ReentryPlan.objects.seen_by(seat).get().answers.open(seat.grant) == mine
    for label in ("Noor", "Sol", "evaluator", "observer", "interpreter", "voter"):
        seat = table.at(label)
        assert not ReentryPlan.objects.seen_by(seat).exists()
        with pytest.raises(NotHere):
            row.answers.open(seat.grant)
        with pytest.raises(NotHere):
            visibility.own_answers(seat, row)


# --- from paper ------------------------------------------------------------------------------------------------------


def test_a_form_on_paper_is_typed_in_for_its_seat_as_far_as_it_was_put(table: Table) -> None:
    lead, seats = table.lead, table.seats
    acts.put_from_paper(kind="need", text="Bread", on_behalf_of=seats["Nia"], to=Voiced.PRIVATE, by=lead)
    acts.put_from_paper(kind="fear", text="Fire", on_behalf_of=seats["Nia"], to=Voiced.CAUCUS, by=lead)
    row = acts.put_from_paper(kind="need", text="Work", on_behalf_of=seats["Sol"], by=table.at("rapporteur"))
    assert sorted(texts(table, "Nia")) == [("Bread", "private"), ("Fire", "caucus"), ("Work", "table")]
    assert texts(table, "Noor") == [("Fire", "caucus"), ("Work", "table")]
    assert [text for text, _ in texts_of_panel(lead)] == ["Work"]
    assert Concern.unscoped.get(pk=row.pk).pseudonym is None
    assert verbs(table)[-1] == ("type in from paper", "rapporteur")
    acts.write_idea(text="A ferry", by=lead)
    acts.put_from_paper(kind=acts.CONSTRAINT, text="A law", on_behalf_of=seats["Sol"], by=lead)
    assert texts(table, "Eda", Constraint) == [("A law", "table")]


def texts_of_panel(seat: Seated) -> list[tuple[str, str]]:
    return [(row.text.open(seat.grant), row.state) for row in Concern.objects.seen_by(seat)]


def test_what_follows_may_be_typed_in_from_paper_as_well_and_is_marked(table: Table) -> None:
    lead, seats = table.lead, table.seats
    row = on_table(table)
    tried = acts.restate(concern=row.pk, text="So", by=lead, on_behalf_of=seats["Sol"])
    acts.say_not_yet(restatement=tried.pk, missing="More", by=lead, on_behalf_of=seats["Noor"])
    acts.say_heard(restatement=tried.pk, by=lead, on_behalf_of=seats["Nia"])
    asked = acts.ask(concern=row.pk, text="Quiet", by=lead, on_behalf_of=seats["Nia"])
    acts.reply(reassurance=asked.pk, deed=Deed.OFFER, by=lead, on_behalf_of=seats["Eda"])
    acts.offer(concern=row.pk, text="Readings", by=lead, on_behalf_of=seats["Sol"])
    assert {verb for verb, _ in verbs(table)[-6:]} == {"type in from paper"}
    assert "by another side" in said(
        acts.restate, concern=row.pk, text="x", by=lead, on_behalf_of=seats["Nia"]
    )


def test_only_the_panel_types_in_and_only_for_a_seat_at_the_table(table: Table) -> None:
    seats = table.seats
    for label in ("Nia", "expert", "observer", "voter"):
        with pytest.raises(NotHere):
            acts.put_from_paper(kind="need", text="x", on_behalf_of=seats["Noor"], by=table.at(label))
    process_acts.withdraw(seat=seats["Sam"], by=table.lead)
    other = table_in(Phase.TALKS)
    for seat in (seats["voter"], seats["expert"], seats["Sam"], other.seats["Nia"]):
        with pytest.raises(NotHere):
            acts.put_from_paper(kind="need", text="x", on_behalf_of=seat, by=table.lead)
    early = said(acts.put_from_paper, kind="need", text="x", on_behalf_of=other.seats["Nia"], by=other.lead)
    assert "This is done in: Workshop" in early


# --- the end ----------------------------------------------------------------------------------------------------------


def test_once_the_process_is_closed_nothing_is_added_and_no_author_is_left(table: Table) -> None:
    row = acts.write(kind=NEED, text="Bread", by=table.at("Nia"))
    tried = acts.restate(concern=on_table(table).pk, text="So", by=table.at("Sol"))
    process_acts.mark_closed(by=table.lead)
    assert Concern.unscoped.get(pk=row.pk).pseudonym is None
    for refused in (
        lambda: acts.write(kind=NEED, text="x", by=table.at("Nia")),
        lambda: acts.say_heard(restatement=tried.pk, by=table.at("Nia")),
        lambda: acts.write_idea(text="x", by=table.at("Nia")),
        lambda: acts.plan(answers={}, by=table.at("Nia")),
    ):
        with pytest.raises(Refusal, match="This process is closed"):
            refused()
    assert not board(table.at("Sol"), "en").empty


def test_a_grant_for_own_words_opens_no_other_row(table: Table) -> None:
    nia = table.at("Nia")
    mine = Concern.unscoped.get(pk=acts.write(kind=NEED, text="Mine", by=nia).pk)
    other = Concern.unscoped.get(pk=acts.write(kind=NEED, text="Hers", by=table.at("Noor")).pk)
    grant = visibility.own_row(nia, mine, instrument="concern", scope=mine.text.scope)
    assert mine.text.open(grant) == "Mine"
    with pytest.raises(NotHere):
        other.text.open(grant)
