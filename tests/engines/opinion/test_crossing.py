"""Crossing: where found groups lie across declared sides, what holds them together, and what surprises."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engines.opinion.conversations import camps, few
from tests.naive import opinion_crossing as naive
from tracktwo.content.scenarios import reading
from tracktwo.engines.opinion import bridging, crossing, groups, space
from tracktwo.engines.opinion.crossing import Crossing
from tracktwo.engines.opinion.groups import Groups
from tracktwo.engines.opinion.votes import Votes
from tracktwo.errors import BadInput

LIVELIHOOD, IDENTITY = 0, 1


def found(members: list[int] | np.ndarray) -> Groups:
    """Groups as if found: only who belongs where."""
    of = np.asarray(members)
    count = int(of.max(initial=-1)) + 1
    return Groups(
        of, np.bincount(of[of >= 0], minlength=count), np.zeros((count, 2)), 0.5, 1.0
    )  # fmt: skip


def laid(
    votes: Votes, side: list[int] | np.ndarray, members: list[int] | np.ndarray, sides: int = 2
) -> Crossing:
    ground = bridging.common_ground(votes, side, sides=sides, rng=np.random.default_rng(1))
    return crossing.find(votes, side, found(members), ground)


@cache
def two_peoples() -> tuple[Votes, np.ndarray, np.ndarray]:
    """Two sides of 60; on each half care for a livelihood (statements 0-4), half for what they are (5-9); 10-13 divide the sides."""
    rng = np.random.default_rng(7)
    side, care = np.repeat([0, 1], 60), np.tile([LIVELIHOOD, IDENTITY], 60)
    chance = np.empty((120, 14))
    chance[:, :5] = np.where(care == LIVELIHOOD, 0.9, 0.3)[:, None]
    chance[:, 5:10] = np.where(care == IDENTITY, 0.9, 0.2)[:, None]
    chance[:, 10:] = np.where(side == 0, 0.85, 0.15)[:, None]
    return Votes.from_table(np.where(rng.random(chance.shape) < chance, 1, -1)), side, care


def demo(seed: int) -> tuple[Votes, np.ndarray, list[str]]:
    scenario = reading.load("orsel")
    drawn = reading.simulate_votes(scenario, np.random.default_rng(seed))
    names = [statement.id for statement in scenario.statements]
    votes = Votes.from_triples(
        drawn.person, drawn.statement, drawn.vote, people=len(drawn.side), statements=len(names) + 1
    )
    return votes, drawn.side, names


def test_who_shares_a_livelihood_across_the_sides_is_a_group_across_them():
    votes, side, care = two_peoples()
    told = laid(votes, side, care)
    assert told.table.tolist() == [[30, 30], [30, 30]]
    assert told.across == ((0, 1), (0, 1))
    assert told.makes_up.tolist() == [[0.5, 0.5], [0.5, 0.5]]
    assert abs(told.likeness) < 0.05
    assert {one.statement for one in told.held[LIVELIHOOD] if one.agrees} <= {0, 1, 2, 3, 4}
    assert {one.statement for one in told.held[IDENTITY] if one.agrees} <= {5, 6, 7, 8, 9}


def test_what_a_group_across_sides_shares_is_not_what_its_largest_side_says_anyway():
    """Most of the group are of side 0; it is still not described by what side 0 says anyway."""
    votes, side, care = two_peoples()
    fewer = (care == LIVELIHOOD) & (side == 1) & (np.arange(120) < 96)
    told = laid(votes, side, np.where(fewer, IDENTITY, care))
    assert told.across[LIVELIHOOD] == (0, 1)
    assert not {one.statement for one in told.held[LIVELIHOOD]} & {10, 11, 12, 13}


def test_groups_that_are_the_sides_cross_nothing():
    votes, side, _ = two_peoples()
    told = laid(votes, side, side)
    assert told.across == ((), ())
    assert told.bridge is None
    assert told.likeness == pytest.approx(1.0)
    assert {one.statement for one in told.held[0]} <= {10, 11, 12, 13}


def test_sides_weigh_equally_in_a_group_whatever_their_size():
    """200 of 400 of the large side and 10 of 20 of the small: half a group each."""
    side, members = np.repeat([0, 1], [400, 20]), np.tile([0, 1], 210)
    told = laid(Votes.from_table(np.ones((420, 2))), side, members)
    assert told.makes_up[:, 0].tolist() == [0.5, 0.5]
    assert told.across[0] == (0, 1)


def test_four_people_of_a_side_are_too_few_to_call_a_group_crossing():
    side, members = np.repeat([0, 1], [6, 6]), np.array([0] * 6 + [0] * 4 + [1] * 2)
    assert laid(Votes.from_table(np.ones((12, 3))), side, members).across == ((), ())
    assert laid(Votes.from_table(np.ones((12, 3))), side, np.array([0] * 11 + [1])).across == ((0, 1), ())


def test_people_on_no_side_and_people_without_votes_stand_apart():
    table = np.ones((12, 3))
    table[11] = 9
    told = laid(Votes.from_table(table), [0] * 5 + [1] * 5 + [-1, 0], [0, 0, 0, 1, 1, 0, 0, 1, 1, 1, 0, -1])
    assert told.table.sum() == 10
    assert told.undeclared.tolist() == [1, 0]


def test_nothing_holds_a_group_together_on_three_answers():
    table = np.full((20, 2), 9)
    table[:, 0] = np.repeat([1, -1], 10)
    table[[0, 1, 2, 10, 11, 12], 1] = [1, 1, 1, -1, -1, -1]
    told = laid(Votes.from_table(table), [0, 1] * 10, np.repeat([0, 1], 10))
    assert {one.statement for held in told.held for one in held} == {0}


def test_the_demo_has_a_livelihood_group_across_all_three_sides():
    votes, side, names = demo(389)
    here = space.find(votes, rng=np.random.default_rng(0))
    fit = groups.find(here, draws=0, rng=np.random.default_rng(0))
    ground = bridging.common_ground(votes, side, sides=3, rng=np.random.default_rng(0))
    told = crossing.find(votes, side, fit, ground)
    assert told.bridge is not None
    assert told.across[told.bridge] == (0, 1, 2)
    assert {names[one.statement] for one in told.held[told.bridge]} >= {"M1", "E1", "E3"}
    assert {len(sides) for sides in told.across} == {3, 2, 0}


def test_the_demo_names_its_majority_trap_and_its_invisible_minority():
    """W4: drawn up to 69 % overall and 51 % of the town; P1: 45 % overall and 89 % of the island."""
    votes, side, names = demo(389)
    ground = bridging.common_ground(votes, side, sides=3, rng=np.random.default_rng(0))
    overall = votes.tally()[0, :, 2] / votes.tally()[0].sum(axis=1)
    trap, minority = names.index("W4"), names.index("P1")
    assert overall[[trap, minority]] == pytest.approx([0.69, 0.45], abs=0.03)
    assert trap in ground.majority_traps
    assert ground.support[0, trap] < 0.51
    assert minority in ground.invisible_minorities
    assert ground.support[2, minority] > 0.8


def test_support_nobody_would_have_foretold_is_named():
    """Where one side agrees the other does not, fourteen times; the fifteenth time both agree."""
    agree = np.array([[18, 2] * 7 + [18], [2, 18] * 7 + [18]])
    ground = counted(agree, np.full((2, 15), 20))
    (one, other) = ground_surprises = crossing.unexpected(ground)
    assert {(u.side, u.statement) for u in ground_surprises} == {(0, 14), (1, 14)}
    for surprise in (one, other):
        assert surprise.expected < 0.4 < 0.6 < surprise.low < surprise.support < surprise.high


def test_support_on_three_answers_is_no_surprise_yet():
    agree = np.array([[18, 2] * 7 + [18], [2, 18] * 7 + [3]])
    answers = np.full((2, 15), 20)
    answers[1, 14] = 3
    assert not [u for u in crossing.unexpected(counted(agree, answers)) if u.side == 1]


def test_sides_that_move_together_surprise_nobody():
    agree = np.array([[18, 2] * 8, [17, 3] * 8])
    assert crossing.unexpected(counted(agree, np.full((2, 16), 20))) == ()


def test_few_surprises_where_votes_follow_the_model():
    """Sides without any secret: of their statements at most one in fifty is called a surprise."""
    rng, named = np.random.default_rng(0), 0
    root = np.array([[1.2, 0], [0.8, 0.8]])
    for _ in range(20):
        share = 1 / (1 + np.exp(-root @ rng.normal(size=(2, 40))))
        answers = rng.integers(5, 60, share.shape)
        named += len(crossing.unexpected(counted(rng.binomial(answers, share), answers)))
    assert named <= 20 * 80 / 50


@few
@given(st.integers(0, 10_000))
def test_table_and_leads_are_those_of_counting_person_by_person(seed):
    votes, side = camps((14, 12, 6), 7, answered=0.8, seed=seed)
    rng = np.random.default_rng(seed)
    declared, members = np.minimum(side, 1), rng.integers(0, 2, 32)
    declared[rng.random(32) < 0.1] = -1
    told = laid(votes, declared, members)
    assert told.table.tolist() == naive.table(declared.tolist(), members.tolist(), 2, 2)
    ballots = {(int(i), int(j)): int(x) for i, j, x in zip(*votes.triples(), strict=True)}
    for group, held in enumerate(told.held):
        for one in held:
            expected = naive.lead(ballots, declared.tolist(), members.tolist(), group,
                                  told.across[group], one.statement, 1 if one.agrees else -1)  # fmt: skip
            assert (one.inside, one.outside, one.lead) == pytest.approx(expected)
            assert one.lead > 0 and one.inside > 0.5


def test_what_is_foretold_is_what_a_fine_grid_adds_up():
    agree, answers = np.array([[6, 5, 3, 4, 9, 1], [2, 7, 4, 8, 5, 3]]), np.array([[9, 8, 8, 9, 9, 6]] * 2)
    ground = counted(agree, answers)
    mean, variance = crossing.foretold(ground.posterior)
    share = 1 / (1 + np.exp(-(mean[..., None] + np.sqrt(variance)[..., None] * crossing._NODES)))
    for side in range(2):
        for j in range(6):
            expected, chance = naive.foretold_share(
                side, tuple(agree[:, j]), tuple(answers[:, j]), ground.posterior.usual, ground.posterior.spread
            )  # fmt: skip
            assert float(share[side, j] @ crossing._WEIGHTS) == pytest.approx(expected, abs=0.02)
            ours = crossing._as_much(agree, answers, share)[side, j]
            assert float(ours) == pytest.approx(chance, abs=0.02)


def test_without_votes_there_is_nothing_to_tell():
    told = laid(Votes.from_table(np.full((4, 3), 9)), [0, 0, 1, 1], [-1] * 4)
    assert told.table.shape == (2, 0)
    assert told.held == ()
    assert told.unexpected == ()
    assert told.bridge is None
    assert np.isnan(told.likeness)


def test_sides_that_do_not_fit_are_refused():
    votes, side, care = two_peoples()
    ground = bridging.common_ground(votes, side, sides=2, rng=np.random.default_rng(0))
    with pytest.raises(BadInput):
        crossing.find(votes, side + 1, found(care), ground)


def counted(agree: np.ndarray, answers: np.ndarray) -> bridging.CommonGround:
    """Common ground from counts: agree of so many answers, the rest disagree."""
    sides, statements = agree.shape
    people = int(answers.max())
    table = np.full((sides * people, statements), 9)
    for k in range(sides):
        for j in range(statements):
            rows = slice(k * people, k * people + answers[k, j])
            table[rows, j] = [1] * agree[k, j] + [-1] * (answers[k, j] - agree[k, j])
    side = np.repeat(np.arange(sides), people)
    return bridging.common_ground(
        Votes.from_table(table), side, sides=sides, rng=np.random.default_rng(0)
    )  # fmt: skip
