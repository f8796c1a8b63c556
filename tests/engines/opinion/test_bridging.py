"""Common ground: what a credible majority of every side supports, and nothing claimed beyond that."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engines.opinion.conversations import camps, few, shuffled
from tests.naive import opinion as naive
from tracktwo.engines.opinion import bridging
from tracktwo.engines.opinion.bridging import CommonGround
from tracktwo.engines.opinion.votes import Votes
from tracktwo.errors import BadInput


def ground_of(votes: Votes, side: object, sides: int = 2, seed: int = 1, **options) -> CommonGround:
    return bridging.common_ground(
        votes, np.asarray(side), sides=sides, rng=np.random.default_rng(seed), **options
    )


def two_sides(*counts: tuple[int, int, int, int], people: int = 6) -> CommonGround:
    """Two sides of ``people``; a statement is (agree, answers) of one side, then of the other."""
    table = np.full((2 * people, len(counts)), 9)
    for j, (yes, n, other_yes, other_n) in enumerate(counts):
        table[:n, j] = [1] * yes + [-1] * (n - yes)
        table[people : people + other_n, j] = [1] * other_yes + [-1] * (other_n - other_yes)
    return ground_of(Votes.from_table(table), [0] * people + [1] * people)


# Six people a side: both like it; one likes it; hardly asked; both dislike it; the first again.
WORKSHOP = ((6, 6, 6, 6), (6, 6, 0, 6), (3, 3, 3, 3), (1, 6, 1, 6), (6, 6, 6, 6))


def test_what_both_sides_like_comes_first_and_what_one_cannot_accept_does_not():
    ground = two_sides(*WORKSHOP)
    assert ground.ranked[:2] == (0, 4)
    assert set(ground.ranked[2:]) == {
        1,
        3,
    }  # which of two that somebody turns down is last, the prior decides
    assert ground.credible[0] > 0.9
    assert ground.credible[1] < 0.1


def test_a_statement_with_three_votes_a_side_is_not_ranked():
    ground = two_sides(*WORKSHOP)
    assert 2 not in ground.ranked
    assert ground.exposed[:, 2].tolist() == [False, False]


def test_equal_votes_are_a_tie_and_not_a_ranking():
    ground = two_sides(*WORKSHOP)
    assert ground.ties == ((0, 4),)
    assert ground.score[0] == pytest.approx(ground.score[4], abs=1e-12)


def test_the_statement_one_side_likes_and_the_other_cannot():
    ground = two_sides(*WORKSHOP)
    assert bridging.liked_by_one(ground, 0) == 1
    assert bridging.liked_by_one(ground, 1) is None


def test_what_one_side_likes_is_not_named_on_three_answers():
    assert bridging.liked_by_one(two_sides((3, 3, 0, 3), (6, 6, 6, 6)), 0) is None


def test_more_votes_make_the_interval_narrower():
    width = [float(np.ptp([g.low[0, 0], g.high[0, 0]])) for g in (
        two_sides((n * 2 // 3, n, n * 2 // 3, n), people=n) for n in (6, 24, 96))]  # fmt: skip
    assert width[0] > width[1] > width[2]


def test_a_pass_counts_as_not_agreeing_and_a_missing_vote_as_nothing():
    table = np.array([[1, 1], [1, 1], [1, 9], [1, 9], [0, 9], [0, 9]])
    ground = ground_of(Votes.from_table(table), [0] * 6, sides=1)
    assert ground.agree.tolist() == [[4, 2]]
    assert ground.passed.tolist() == [[2, 0]]
    assert ground.disagree.tolist() == [[0, 0]]
    assert ground.answers.tolist() == [[6, 2]]


def test_sides_weigh_equally_whatever_their_size():
    table = np.array([[1, -1]] * 200 + [[-1, 1]] * 10)
    ground = ground_of(Votes.from_table(table), [0] * 200 + [1] * 10)
    assert (ground.score < 0.3).all()
    assert (ground.credible < 0.05).all()


def test_people_on_no_side_count_overall_only():
    table = np.array([[1]] * 6 + [[1]] * 6 + [[-1]] * 40)
    ground = ground_of(Votes.from_table(table), [0] * 6 + [1] * 6 + [-1] * 40)
    assert ground.agree.tolist() == [[6], [6]]
    assert ground.invisible_minorities == (0,)


def test_much_agreement_overall_and_half_of_one_side_is_a_majority_trap():
    """69 % overall, 51 % of the smaller side."""
    north, south = [[1]] * 78 + [[-1]] * 22, [[1]] * 25 + [[-1]] * 24
    ground = ground_of(Votes.from_table(np.array(north + south)), [0] * 100 + [1] * 49)
    assert ground.majority_traps == (0,)
    assert ground.invisible_minorities == ()


def test_three_of_six_are_too_few_to_call_a_majority_trap():
    ground = two_sides((6, 6, 3, 6), (5, 6, 4, 6), (4, 6, 5, 6))
    assert ground.majority_traps == ()


def test_no_majority_overall_and_nearly_all_of_one_side_is_an_invisible_minority():
    """45 % overall, 89 % of the smaller side."""
    north, south = [[1]] * 29 + [[-1]] * 71, [[1]] * 32 + [[-1]] * 4
    ground = ground_of(Votes.from_table(np.array(north + south)), [0] * 100 + [1] * 36)
    assert ground.invisible_minorities == (0,)
    assert ground.majority_traps == ()


def test_a_side_that_did_not_answer_leaves_nothing_ranked():
    ground = ground_of(Votes.from_table(np.ones((12, 3))), [0] * 12)
    assert ground.ranked == ()
    assert ground.ties == ()
    assert (ground.high[1] - ground.low[1] > 0.4).all()
    assert ground.majority_traps == ()


def test_the_same_seed_gives_the_same_figures_and_another_seed_nearly():
    votes, side = camps((30, 20), 25, answered=0.6)
    one, again, other = (ground_of(votes, side, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one.score, again.score)
    np.testing.assert_allclose(other.score, one.score, atol=0.02)
    assert np.array_equal(other.support, one.support)


@pytest.mark.parametrize("seed", range(3))
def test_figures_do_not_depend_on_the_order_of_people_or_statements(seed):
    votes, side = camps((30, 25, 20), 20, answered=0.5, seed=seed)
    rng = np.random.default_rng(seed)
    again, people = shuffled(votes, rng)
    one, other = ground_of(votes, side, 3), ground_of(again, side[people], 3)
    np.testing.assert_allclose(np.sort(other.score), np.sort(one.score), atol=1e-9)
    np.testing.assert_allclose(np.sort(other.support), np.sort(one.support), atol=1e-9)


@few
@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8), st.integers(0, 8), st.integers(0, 8)),
                min_size=1, max_size=6))  # fmt: skip
def test_figures_are_those_of_adding_up_a_fine_grid(cells):
    """The belief about each statement, given what is usual, against the exact integral."""
    yes = np.array([[min(a, n), min(b, k)] for a, n, b, k in cells]).T
    answers = np.array([[n, k] for _, n, _, k in cells]).T
    posterior = bridging.learn(yes, answers)
    support, low, high, majority = bridging._shares(posterior)
    smallest = bridging._smallest_shares(posterior, np.random.default_rng(0))
    for j in range(len(cells)):
        exact_share, exact_majority, exact_both, exact_smallest = naive.shares_of_two_sides(
            tuple(yes[:, j]), tuple(answers[:, j]), posterior.usual, posterior.spread
        )
        np.testing.assert_allclose(support[:, j], exact_share, atol=0.03)
        np.testing.assert_allclose(majority[:, j], exact_majority, atol=0.06)
        assert smallest[j].mean() == pytest.approx(exact_smallest, abs=0.05)
        assert (smallest[j] > 0.5).mean() == pytest.approx(exact_both, abs=0.1)
    assert (low < support).all()
    assert (support < high).all()


def test_figures_of_an_ordinary_workshop_are_exact_to_one_in_a_hundred():
    agree, answers = (
        np.array([[6, 5, 3, 4, 9, 1], [2, 7, 4, 8, 5, 3]]),
        np.array([[9, 8, 8, 9, 9, 6], [7, 9, 9, 9, 7, 8]]),
    )
    posterior = bridging.learn(agree, answers)
    support, _, _, majority = bridging._shares(posterior)
    smallest = bridging._smallest_shares(posterior, np.random.default_rng(0))
    for j in range(6):
        exact = naive.shares_of_two_sides(
            tuple(agree[:, j]), tuple(answers[:, j]), posterior.usual, posterior.spread, steps=1201
        )
        np.testing.assert_allclose(support[:, j], exact[0], atol=0.002)
        np.testing.assert_allclose(majority[:, j], exact[1], atol=0.01)
        assert (smallest[j] > 0.5).mean() == pytest.approx(exact[2], abs=0.03)
        assert smallest[j].mean() == pytest.approx(exact[3], abs=0.01)


def test_a_million_unanimous_answers_are_believed():
    answers = np.full((2, 4), 10**6)
    agree = np.array([[0, 10**6, 500_000, 10**6], [10**6, 10**6, 10, 10**6]])
    support, low, high, _ = bridging._shares(bridging.learn(agree, answers))
    np.testing.assert_allclose(support, agree / answers, atol=5e-3)
    assert (high - low < 0.01).all()


def test_without_any_vote_everything_is_open():
    ground = two_sides((0, 0, 0, 0), (0, 0, 0, 0))
    assert ground.ranked == ()
    np.testing.assert_allclose(ground.support, 0.5, atol=1e-9)
    np.testing.assert_allclose(ground.low, 0.09, atol=0.01)


def test_the_usual_share_of_a_side_is_lent_to_what_few_have_answered():
    told = [(18, 20, 2, 20)] * 15
    ground = two_sides(*told, (1, 1, 0, 1), people=20)
    assert ground.support[0, 15] > 0.75
    assert ground.support[1, 15] < 0.25


def test_polis_score_for_comparison():
    agree, answers = np.array([[3, 0], [1, 0]]), np.array([[4, 0], [2, 0]])
    assert bridging.group_informed_consensus(agree, answers).tolist() == [4 / 6 * 2 / 4, 0.25]


def test_foreseen_answers_of_further_people_vary_more_than_the_share_itself():
    ground = two_sides((12, 20, 5, 20), people=20)
    low, high = bridging.foreseen(ground.posterior, np.array([[10], [0]]), rng=np.random.default_rng(0))
    assert low[0, 0] < ground.low[0, 0] < ground.high[0, 0] < high[0, 0]
    assert np.isnan([low[1, 0], high[1, 0]]).all()


@pytest.mark.parametrize(("side", "sides"), [([0, 1, 2], 2), ([0, -2, 1], 2), ([0, 1], 2), ([0, 0, 0], 0)])
def test_sides_that_do_not_fit_are_refused(side, sides):
    with pytest.raises(BadInput):
        ground_of(Votes.from_table(np.ones((3, 2))), side, sides)


@pytest.mark.parametrize("sides", range(1, 7))
def test_sweeping_many_small_matrices_inverts_each(sides):
    root = np.random.default_rng(sides).normal(size=(40, sides, sides))
    matrices = root @ root.transpose(0, 2, 1) + 0.1 * np.eye(sides)
    expected = np.linalg.inv(matrices)
    swept = bridging._inverses(matrices.transpose(1, 2, 0).copy())
    np.testing.assert_allclose(swept, expected, rtol=1e-9, atol=1e-9)
