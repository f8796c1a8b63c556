"""Orsel's needs and fears: heard, not yet, ideas before constraints, gestures; as its story needs them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.utils import translation

from tracktwo.concerns import saying
from tracktwo.concerns.board import Board, board
from tracktwo.concerns.gestures import gestures, kept
from tracktwo.concerns.ideas import ideas
from tracktwo.concerns.models import Concern, Constraint
from tracktwo.concerns.words import written
from tracktwo.content.scenarios import reading
from tracktwo.learn import scenarios
from tracktwo.process import visibility
from tracktwo.process.models import Process, Seat, Side
from tracktwo.process.phases import Phase
from tracktwo.process.rules import Role
from tracktwo.process.seated import Seated
from tracktwo.record import acts as record

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("orsel-needs")]
SCENARIO = reading.load("orsel")


@pytest.fixture(scope="module")
def process(django_db_setup: None, django_db_blocker: Any) -> Iterator[UUID]:
    """Only what comes before statements and votes, seeded once: votes take seconds."""
    from django.db import transaction

    from tracktwo.vault import keys

    with django_db_blocker.unblock(), transaction.atomic():
        with pytest.MonkeyPatch.context() as patch:
            for name in ("_statements", "_votes", "_pending"):
                patch.setattr(scenarios, name, lambda *_given, **_named: None)
            patch.setattr("tracktwo.statements.analysis.run", lambda **_named: None)
            begun = scenarios.begin(SCENARIO)
        yield begun.process
        transaction.set_rollback(True)
    keys.forget()


def at(process: UUID, letter: str) -> Seated:
    rows = Seat.unscoped.filter(process_id=process, role=Role.PARTICIPANT, side__letter=letter)
    row = rows.select_related("process", "side").first()
    assert row is not None
    return visibility.seated(row)


def state(shown: Board, text: str, letter: str) -> tuple[str, str]:
    for row in shown.sides:
        for one in row.concerns:
            for said in one.hearings:
                if one.text == text and said.side.letter == letter:
                    return said.state, said.missing
    raise LookupError(text)


def test_tavrin_is_heard_by_meresh_and_ilvane_not_yet_by_tavrin_on_the_truth_about_the_clearance(
    process: UUID,
) -> None:
    shown = board(at(process, "M"), "en")
    assert state(shown, "That the dam is safe", "M") == ("heard", "")
    assert state(shown, "The truth about the clearance", "M")[0] == "heard"
    assert state(shown, "The truth about the clearance", "T") == (
        "not yet",
        "That we know what happened. We want it to be said.",
    )
    needs = dict.fromkeys("TMI", 0)
    for row, by in zip(shown.sides, "MTM", strict=True):
        for one in row.concerns:
            heard = [said for said in one.hearings if said.side.letter == by and said.state == "heard"]
            needs[row.side.letter] += len(heard) if one.kind == "need" else 0
    assert needs == {"T": 2, "M": 2, "I": 3}


def test_the_board_speaks_each_language_of_the_interface(process: UUID) -> None:
    for language in reading.LANGUAGES:
        shown = board(at(process, "I"), language)
        assert {one.lang for row in shown.sides for one in row.concerns} == {language}
        with translation.override(language):
            lines = saying.sentences(shown)
        assert sum(len(said) for said in lines.values()) == 6


def test_meresh_believes_something_of_tavrin_and_tavrin_has_said_what_it_does_say(process: UUID) -> None:
    (belief,) = SCENARIO.needs.misperceptions
    shown = board(at(process, "I"), "en")
    assert state(shown, belief.text.en, "T")[0] == "waiting"
    with pytest.raises(LookupError):
        state(shown, belief.text.en, "I")


def test_what_a_side_holds_back_is_with_that_side_alone(process: UUID) -> None:
    held = {one.text.en: one.side for one in SCENARIO.needs.concerns if one.put == "caucus"}
    assert len(held) == 2
    for letter in "TMI":
        mine = [one.text for one in written(at(process, letter), Concern, "en") if one.state == "caucus"]
        assert sorted(mine) == sorted(text for text, side in held.items() if side == letter)


def test_constraints_stand_on_the_table_after_ideas_and_gestures_are_kept(process: UUID) -> None:
    seat = at(process, "T")
    assert len(ideas(seat, "en")) == 3 and all(one.answers for one in ideas(seat, "en"))
    assert len(written(seat, Constraint, "en")) == 6
    states = [one.state for one in gestures(seat, "en")]
    assert {name: states.count(name) for name in set(states)} == {"kept": 2, "possible": 6, "asked": 1}
    assert {one.text for one in kept(seat, "en")} == {"Readings in real time", "Wardens of our own"}


def test_the_record_has_it_in_the_order_of_the_method_and_names_no_side(process: UUID) -> None:
    verbs = [line.verb for line in reversed(record.entries(process))]
    order = ["step to talks", "step to convening", "put to the table", "restate a concern", "a reassurance"]
    assert [verbs.index(one) for one in order] == sorted(verbs.index(one) for one in order)
    letters = set(Side.unscoped.filter(process_id=process).values_list("letter", flat=True))
    assert not [line for line in record.entries(process) if set(line.verb.split()) & letters]
    assert Process.unscoped.get(pk=process).phase == Phase.CONSULTING


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('id = "T-N1"', 'id = "T-N2"'), "stands there twice"),
        (('state = "kept"\nby = "T"', 'state = "kept"'), "'by' is missing"),
        (('concern = "I-N4"', 'concern = "I-N9"'), "'concern' says 'I-N9'"),
        (('put = "caucus"', 'put = "nowhere"'), "write caucus or table"),
        (("missing.en", "missed.en"), "'en' is missing"),
    ],
)
def test_a_scenario_with_a_fault_is_refused_with_its_place(
    tmp_path: Any, change: tuple[str, str], said: str
) -> None:
    import shutil

    from tracktwo.errors import BadInput

    folder = tmp_path / "orsel"
    shutil.copytree(reading.CONTENT / "scenarios" / "orsel", folder)
    file = folder / "concerns.toml"
    file.write_text(file.read_text(encoding="utf-8").replace(*change, 1), encoding="utf-8")
    with pytest.raises(BadInput, match=said) as fault:
        reading.load_folder(folder)
    assert "concerns.toml" in str(fault.value)
