"""Who may do what with needs and fears: the whole table, and what each refusal says."""

from __future__ import annotations

from itertools import product
from uuid import uuid4

import pytest

from tracktwo.concerns import rules
from tracktwo.concerns.rules import (
    MEETING,
    ONGOING,
    TABLE,
    VOICING,
    WRITING,
    ConcernKind,
    Deed,
    Hearing,
    ReassuranceState,
    Standing,
    Voiced,
)
from tracktwo.errors import NotHere, Refusal
from tracktwo.process.phases import ENDED, Phase
from tracktwo.process.rules import Role

MINE, THEIRS = uuid4(), uuid4()
STATES = sorted({rules.NEW, *Voiced, *Hearing, *ReassuranceState, rules.ON, rules.ASIDE})


def said(deed: Deed, standing: Standing, phase: Phase, state: str) -> str:
    with pytest.raises(Refusal) as refusal:
        rules.may(deed, standing=frozenset({standing}), phase=phase, state=state)
    return str(refusal.value)


@pytest.mark.parametrize("deed", Deed)
def test_everything_outside_its_row_is_refused_and_everything_inside_leads_where_it_says(deed: Deed) -> None:
    row = TABLE[deed]
    for standing, phase, state in product(Standing, Phase, STATES):
        inside = standing in row.who and phase in row.phases and state in row.states
        asked = {"standing": frozenset({standing}), "phase": phase, "state": state}
        assert rules.allows(deed, **asked) == inside
        if inside:
            assert rules.may(deed, **asked) == row.to


@pytest.mark.parametrize("deed", Deed)
def test_every_refusal_says_why_and_what_one_can_do(deed: Deed) -> None:
    row = TABLE[deed]
    for standing, phase, state in product(Standing, Phase, row.states):
        if standing in row.who and phase in row.phases:
            continue
        sentence = said(deed, standing, phase, state)
        assert sentence.endswith(".") and len(sentence) > 20


@pytest.mark.parametrize("deed", Deed)
def test_nothing_is_done_in_a_process_that_has_ended(deed: Deed) -> None:
    for phase in ENDED:
        for standing in TABLE[deed].who:
            assert said(deed, standing, phase, TABLE[deed].states[0]).startswith("This process is closed")


def test_from_every_state_there_is_a_sentence_for_what_cannot_be_done_there() -> None:
    for deed, state in product(Deed, STATES):
        row = TABLE[deed]
        if state in row.states or state == rules.NEW:
            continue
        said(deed, next(iter(row.who)), Phase.CONVENING, state)


def test_concerns_are_written_in_talks_workshop_and_consultation_and_restated_from_the_workshop_on() -> None:
    assert frozenset({Phase.TALKS, Phase.CONVENING, Phase.CONSULTING}) == WRITING == TABLE[Deed.WRITE].phases
    assert TABLE[Deed.RESTATE].phases == MEETING
    assert Phase.TALKS not in MEETING and MEETING < ONGOING and not MEETING & ENDED
    sentence = said(Deed.RESTATE, Standing.OTHER, Phase.TALKS, rules.NEW)
    assert sentence.startswith("The process stands at “Talks with each side”. This is done in: Workshop, ")


def test_words_go_from_oneself_to_the_side_to_the_table_and_never_back_from_there() -> None:
    steps = {
        (Voiced(state), Voiced(row.to))
        for deed, row in TABLE.items()
        if deed in (Deed.SHARE, Deed.TAKE_BACK, Deed.PUT)
        for state in row.states
    }
    assert steps == {(state, to) for state, follow in VOICING.items() for to in follow}


def test_nobody_restates_for_their_own_side_and_nobody_judges_for_another() -> None:
    assert TABLE[Deed.RESTATE].who == {Standing.OTHER}
    assert TABLE[Deed.SAY_HEARD].who == TABLE[Deed.SAY_NOT_YET].who == {Standing.OWN}
    assert "restated by another side" in said(Deed.RESTATE, Standing.OWN, Phase.CONVENING, rules.NEW)
    assert "whose concern this is" in said(Deed.SAY_HEARD, Standing.OTHER, Phase.CONVENING, Hearing.WAITING)


def test_a_new_try_waits_until_the_last_one_is_answered() -> None:
    assert "waits for an answer" in said(Deed.RESTATE, Standing.OTHER, Phase.CONVENING, Hearing.WAITING)
    assert "has said heard" in said(Deed.RESTATE, Standing.OTHER, Phase.CONVENING, Hearing.HEARD)
    assert rules.allows(
        Deed.RESTATE, standing=frozenset({Standing.OTHER}), phase=Phase.DRAFTING, state=Hearing.NOT_YET
    )


def test_how_a_seat_stands_to_a_concern() -> None:
    stand = rules.standing
    assert stand(Role.PARTICIPANT, MINE) == {Standing.OWN}
    assert stand(Role.PARTICIPANT, MINE, owner=MINE, author=True) == {Standing.OWN, Standing.AUTHOR}
    assert stand(Role.PARTICIPANT, MINE, owner=THEIRS, maker=MINE) == {Standing.OTHER, Standing.MAKER}
    assert stand(Role.FACILITATOR, None, owner=MINE) == {Standing.PANEL, Standing.LEAD}
    assert stand(Role.RAPPORTEUR, None) == {Standing.PANEL}
    for role, side in ((Role.VOTER, MINE), (Role.EVALUATOR, None), (Role.PARTICIPANT, None)):
        assert stand(role, side, owner=MINE, author=True) == {Standing.NOBODY}


def test_to_those_without_a_voice_at_the_table_it_reads_like_what_does_not_exist() -> None:
    for deed in Deed:
        with pytest.raises(NotHere):
            rules.may(
                deed,
                standing=frozenset({Standing.NOBODY}),
                phase=Phase.CONVENING,
                state=TABLE[deed].states[0],
            )


def test_every_state_has_a_scope() -> None:
    assert rules.scope_of("private", MINE) == "own words"
    assert rules.scope_of("caucus", MINE) == f"side:{MINE}"
    assert rules.scope_of("table", MINE) == "plenary"


def test_a_misperception_is_answered_by_the_side_it_is_about_and_all_else_by_all_others() -> None:
    third = uuid4()
    sides = (MINE, THEIRS, third)
    assert rules.answering(ConcernKind.NEED, MINE, None, sides) == (THEIRS, third)
    assert rules.answering(ConcernKind.MISPERCEPTION, MINE, third, sides) == (third,)
    rules.may_answer_for(ConcernKind.MISPERCEPTION, third, third)
    rules.may_answer_for(ConcernKind.FEAR, None, third)
    with pytest.raises(Refusal, match="That side says what it does say"):
        rules.may_answer_for(ConcernKind.MISPERCEPTION, third, THEIRS)


def test_a_misperception_is_about_one_other_side_and_a_need_about_none() -> None:
    rules.may_be_about(ConcernKind.MISPERCEPTION, MINE, THEIRS)
    rules.may_be_about(ConcernKind.FEAR, MINE, None)
    for kind, about in (
        (ConcernKind.MISPERCEPTION, None),
        (ConcernKind.MISPERCEPTION, MINE),
        (ConcernKind.NEED, THEIRS),
    ):
        with pytest.raises(Refusal):
            rules.may_be_about(kind, MINE, about)


def test_constraints_come_after_ideas() -> None:
    rules.may_constrain(1)
    with pytest.raises(Refusal, match="Constraints come after ideas"):
        rules.may_constrain(0)


def test_not_yet_says_what_is_missing_and_no_words_are_no_words() -> None:
    rules.may_say("Water")
    rules.may_say_not_yet("That people were asleep")
    for refuse in (rules.may_say, rules.may_say_not_yet):
        with pytest.raises(Refusal):
            refuse("  \n")


def test_a_gesture_answers_a_fear_or_a_need() -> None:
    rules.may_reassure(ConcernKind.NEED)
    with pytest.raises(Refusal, match="answered in words"):
        rules.may_reassure(ConcernKind.MISPERCEPTION)


def test_from_paper_types_a_facilitator_or_the_rapporteur() -> None:
    for role in (Role.FACILITATOR, Role.CO_FACILITATOR, Role.RAPPORTEUR):
        rules.may_type_in(role)
    for role in (Role.EXPERT, Role.PARTICIPANT, Role.OBSERVER):
        with pytest.raises(NotHere):
            rules.may_type_in(role)


def test_every_name_of_a_state_is_a_word_for_people() -> None:
    assert set(rules.CONCERN_NAMES) == set(ConcernKind)
    assert set(rules.VOICED_NAMES) == set(Voiced)
    assert set(rules.REASSURANCE_NAMES) == set(ReassuranceState)
