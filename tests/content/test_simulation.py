"""The wider circle's drawn votes teach what the scenario is for."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from tracktwo.content.scenarios import reading

SCENARIO = reading.load("orsel")
VOTES = reading.simulate_votes(SCENARIO, np.random.default_rng(SCENARIO.simulation.seed))
IDS = [each.id for each in SCENARIO.statements]
LATE = len(IDS)
Floats = npt.NDArray[np.float64]


def answered() -> tuple[Floats, Floats]:
    """Answers and agreeing answers of each side to each statement."""
    shape = (len(SCENARIO.sides), LATE + 1)
    answers, agreeing = np.zeros(shape), np.zeros(shape)
    cell = (VOTES.side[VOTES.person], VOTES.statement)
    np.add.at(answers, cell, 1)
    np.add.at(agreeing, cell, VOTES.vote == 1)
    return answers, agreeing


ANSWERS, AGREEING = answered()
SHARE = AGREEING / ANSWERS
OVERALL = AGREEING.sum(axis=0) / ANSWERS.sum(axis=0)


def share(statement: str, letter: str) -> float:
    return float(SHARE["TMI".index(letter), IDS.index(statement)])


def overall(statement: str) -> float:
    return float(OVERALL[IDS.index(statement)])


def test_the_wider_circle_has_280_240_and_80_voters() -> None:
    assert np.bincount(VOTES.side).tolist() == [280, 240, 80]


def test_the_same_seed_draws_the_same_votes() -> None:
    again = reading.simulate_votes(SCENARIO, np.random.default_rng(SCENARIO.simulation.seed))
    assert again.side.tolist() == VOTES.side.tolist()
    assert again.person.tolist() == VOTES.person.tolist()
    assert again.statement.tolist() == VOTES.statement.tolist()
    assert again.vote.tolist() == VOTES.vote.tolist()


def test_nobody_votes_twice_on_a_statement() -> None:
    assert len(set(zip(VOTES.person.tolist(), VOTES.statement.tolist(), strict=True))) == VOTES.person.size


def test_about_one_answer_in_eight_is_a_pass() -> None:
    assert float(np.mean(VOTES.vote == 0)) == pytest.approx(0.12, abs=0.01)


def test_people_stop_at_different_points_and_statements_come_up_unevenly() -> None:
    usual = VOTES.statement != LATE
    by_person = np.bincount(VOTES.person[usual], minlength=VOTES.side.size)
    assert (by_person.min(), by_person.max()) == (7, 28)
    by_statement = np.bincount(VOTES.statement[usual])
    assert by_statement.max() > 1.5 * by_statement.min()
    assert ANSWERS[:, :LATE].min() >= 20, "every statement can be shown for every side"


def test_five_statements_lead_by_the_least_agreeing_side() -> None:
    order = np.argsort(-SHARE[:, :LATE].min(axis=0))
    assert {IDS[number] for number in order[:5]} == {"P3", "W1", "H1", "S4", "M3"}


@pytest.mark.parametrize("trap", ["W4", "P4"])
def test_a_majority_trap_is_supported_by_most_people_and_not_by_most_of_one_side(trap: str) -> None:
    assert overall(trap) > 0.6
    assert share(trap, "T") < 0.5
    assert share(trap, "M") > 0.75


def test_the_families_own_seat_is_an_invisible_minority() -> None:
    assert overall("P1") < 0.5
    assert share("P1", "I") > 0.8


def test_every_side_believes_alike_that_the_other_understands_only_pressure() -> None:
    assert [share("S3", letter) for letter in "TMI"] == pytest.approx([0.45, 0.45, 0.45], abs=0.07)


def test_the_late_statement_has_three_votes_one_a_side_all_agreeing() -> None:
    assert ANSWERS[:, LATE].tolist() == AGREEING[:, LATE].tolist() == [1, 1, 1]


def test_the_shares_drawn_lie_near_the_percentages_written() -> None:
    for number, statement in enumerate(SCENARIO.statements):
        for row, side in enumerate(SCENARIO.sides):
            voters = SCENARIO.voters[side.letter]
            agree = sum(
                size * statement.agree_pct[f"{side.letter}-{leaning}"] for leaning, size in voters.items()
            )
            expected = 0.88 * agree / 100 / sum(voters.values())
            spread = np.sqrt(expected * (1 - expected) / ANSWERS[row, number])
            assert abs(SHARE[row, number] - expected) < 4 * spread, (statement.id, side.letter)
