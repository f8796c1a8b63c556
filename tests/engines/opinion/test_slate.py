"""Slates: a few statements that together speak for everybody in proportion."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engines.opinion.conversations import camps, few
from tests.naive import opinion as naive
from tracktwo.engines.opinion import slate
from tracktwo.engines.opinion.votes import Votes
from tracktwo.errors import BadInput

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "opinion_slates.txt"


def golden() -> list[tuple[np.ndarray, int, list[int]]]:
    blocks = [block for block in GOLDEN.read_text().split("\n\n") if not block.startswith("#")]
    cases = []
    for block in blocks:
        *voters, last = block.strip().splitlines()
        size, members = last.split(":")
        table = np.array([[1 if cell == "x" else -1 for cell in voter] for voter in voters])
        cases.append((table, int(size), [int(j) for j in members.split()]))
    return cases


def by_table(table: np.ndarray) -> slate.Approvals:
    return slate.approvals(Votes.from_table(table))


@st.composite
def profiles(draw: st.DrawFn) -> tuple[Votes, list[int], np.ndarray, int]:
    """Votes with gaps, two sides, what their missing votes count as, and the size of the slate."""
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    people, statements = draw(st.integers(1, 9)), draw(st.integers(2, 6))
    table = rng.choice([-1, 0, 1, 9], (people, statements))
    side = rng.integers(0, 2, people).tolist()
    return Votes.from_table(table), side, rng.random((2, statements)), draw(st.integers(1, statements))


@pytest.mark.parametrize(("table", "size", "members"), golden())
def test_sequential_choice_is_that_of_abcvoting(table, size, members):
    assert sorted(slate.find(by_table(table), size, swap=False).statements) == members


@few
@given(profiles())
def test_sequential_choice_is_that_of_adding_up_person_by_person(profile):
    votes, side, lent, size = profile
    ballots = {(int(i), int(j)): int(x) for i, j, x in zip(*votes.triples(), strict=True)}
    table = naive.approval(ballots, side, lent, votes.statements)
    found = slate.find(slate.approvals(votes, side, lent), size, swap=False)
    assert list(found.statements) == naive.greedy_slate(table, size)
    np.testing.assert_allclose(found.satisfaction, table[:, list(found.statements)].sum(axis=1))


@few
@given(profiles())
def test_swaps_never_make_the_slate_worse(profile):
    votes, _, _, size = profile
    table = (votes.table() == 1).astype(float)
    given_approvals = slate.approvals(votes)
    greedy, swapped = (slate.find(given_approvals, size, swap=swap) for swap in (False, True))
    assert naive.pav_score(table, list(swapped.statements)) >= naive.pav_score(
        table, list(greedy.statements)
    ) - 1e-9  # fmt: skip


@few
@given(profiles())
def test_the_audit_is_that_of_trying_every_crowd(profile):
    votes, _, _, size = profile
    found = slate.find(slate.approvals(votes), size)
    table = votes.table() == 1
    assert found.audit.ratio == pytest.approx(naive.unfair_to(table, list(found.statements)))


def test_a_third_of_the_people_gets_a_third_of_the_places():
    table = np.full((90, 9), -1)
    table[:60, :6] = 1
    table[60:, 6:] = 1
    found = slate.find(by_table(table), 3)
    assert sorted(found.statements) == [0, 1, 6]
    assert found.audit.fair


def test_a_slate_of_the_majority_alone_fails_the_audit():
    table = np.full((90, 9), -1)
    table[:60, :6] = 1
    table[60:, 6:] = 1
    given_approvals = by_table(table)
    happy = sum((given_approvals.of(j) for j in (0, 1, 2)), np.zeros(90))
    verdict = slate.audit(given_approvals, [0, 1, 2], happy, np.ones(9, dtype=bool))
    assert not verdict.fair
    assert (verdict.statement, verdict.places) == (6, 1)
    assert verdict.ratio == pytest.approx(1.0)


def test_a_missing_vote_is_not_a_disapproval():
    """The first statement was shown to everybody, the second, liked by all who saw it, to six of sixty."""
    table = np.full((60, 2), 9)
    table[:, 0] = np.repeat([1, -1], 30)
    table[:6, 1] = 1
    votes = Votes.from_table(table)
    assert slate.find(slate.approvals(votes), 1).statements == (0,)
    lent = slate.approvals(votes, np.zeros(60), np.array([[0.5, 0.9]]))
    assert slate.find(lent, 1).statements == (1,)


def test_made_up_camps_get_fair_slates():
    votes, side = camps((60, 30, 20), 30, answered=0.6, seed=1)
    lent = np.full((3, 30), 0.5)
    assert slate.find(slate.approvals(votes, side, lent), 8).audit.fair


def test_only_allowed_statements_are_chosen():
    may = np.array([False, True, False, True])
    assert slate.find(by_table(np.ones((5, 4))), 3, may=may).statements == (1, 3)


@pytest.mark.parametrize("may", [[True] * 3, [True] * 5, [[True] * 4]])
def test_a_mask_that_does_not_name_every_statement_is_refused(may):
    with pytest.raises(BadInput):
        slate.find(by_table(np.ones((5, 4))), 3, may=may)


def test_nobody_and_nothing_make_an_empty_slate():
    found = slate.find(by_table(np.ones((0, 0))), 3)
    assert found.statements == ()
    assert found.audit.fair


def test_a_slate_without_places_leaves_nobody_short():
    found = slate.find(by_table(np.ones((5, 4))), 0)
    assert (found.statements, found.audit) == ((), slate.Audit(0.0, None, 0))


@pytest.mark.parametrize(
    ("side", "lent"), [([0, 2], np.ones((2, 3))), ([0], np.ones((1, 3))), ([0, 0], np.ones((1, 2)))]
)
def test_sides_and_shares_that_do_not_fit_are_refused(side, lent):
    with pytest.raises(BadInput):
        slate.approvals(Votes.from_table(np.ones((2, 3))), side, lent)
