"""Routing: ask where a vote may change what is found, and leave some questions to the lot."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engines.opinion.conversations import camps, few
from tests.naive import opinion as naive
from tracktwo.engines.opinion import bridging, routing, space
from tracktwo.engines.opinion.routing import Reason, Routing

EVEN = Routing(np.ones((2, 6)), np.zeros(6))


def learned(seed: int = 0, statements: int = 12) -> bridging.Posterior:
    rng = np.random.default_rng(seed)
    answers = rng.integers(0, 30, (3, statements))
    return bridging.learn(rng.binomial(answers, rng.random((3, statements))), answers)


@few
@given(st.integers(0, 500))
def test_worth_is_the_formula_of_the_paper(seed):
    posterior = learned(seed)
    prepared = routing.prepare(posterior, top=4, rng=np.random.default_rng(seed))
    odds = np.array(list(bridging.log_odds(posterior, draws=routing._DRAWS, rng=np.random.default_rng(seed))))
    variance = np.diagonal(posterior.covariance, axis1=1, axis2=2).T
    for side, statement in [(0, 0), (1, 5), (2, 11)]:
        expected = naive.worth(1 / (1 + np.exp(-odds)), posterior.mean, variance, side, statement, 4)
        assert prepared.worth[side, statement] == pytest.approx(expected, rel=1e-5, abs=1e-12)


def test_the_side_that_has_not_answered_is_asked_first():
    answers = np.array([[60, 60], [60, 0]])
    prepared = routing.prepare(
        bridging.learn(np.array([[50, 50], [50, 0]]), answers), top=1, rng=np.random.default_rng(0)
    )
    assert prepared.worth[1, 1] > 3 * prepared.worth[1, 0]
    assert prepared.worth[1, 1] > prepared.worth[0, 1]


def test_what_one_side_surely_rejects_is_hardly_asked():
    answers = np.full((2, 3), 60)
    agree = np.array([[50, 50, 50], [50, 45, 3]])
    prepared = routing.prepare(bridging.learn(agree, answers), top=1, rng=np.random.default_rng(0))
    assert prepared.worth[:, 2].max() < 0.01 * prepared.worth.max()


def test_what_seems_among_the_best_is_asked_again_and_what_is_far_behind_is_not():
    score, spread = np.array([0.9, 0.8, 0.7, 0.6, 0.2]), np.full(5, 0.1)
    near = routing.near_the_top(score, spread, 3)
    assert near[:3].tolist() == [1, 1, 1]
    assert near[3:] == pytest.approx([np.exp(-1), np.exp(-25)])


def test_nobody_is_asked_twice_or_what_they_may_not_see():
    open_to = np.array([True, False, True, True, False, True])
    questions = routing.queue(EVEN, 0, open_to, 10, rng=np.random.default_rng(1))
    assert sorted(q.statement for q in questions) == [0, 2, 3, 5]


def test_with_nothing_left_there_is_no_question():
    assert routing.next_question(EVEN, 0, np.zeros(6, dtype=bool), rng=np.random.default_rng(0)) is None
    assert routing.queue(EVEN, 0, np.zeros(6, dtype=bool), 3, rng=np.random.default_rng(0)) == ()


def test_one_question_in_ten_is_drawn_by_lot():
    reasons = asked(Routing(np.ones((2, 6)), np.ones(6)), side=0)
    assert reasons[Reason.LOT] == pytest.approx(100, abs=35)
    assert reasons[Reason.MAP] == 0


def test_where_sides_are_not_declared_half_of_the_rest_tell_groups_apart():
    reasons = asked(Routing(np.ones((2, 6)), np.ones(6)), side=None)
    assert reasons[Reason.MAP] == pytest.approx(450, abs=50)
    assert reasons[Reason.LOT] == pytest.approx(100, abs=35)


def test_anchors_are_drawn_in_proportion_to_how_far_they_move_people_apart():
    prepared, rng = Routing(np.ones((1, 4)), np.array([1.0, 3, 0, 4])), np.random.default_rng(2)
    may = np.array([True, True, True, False])
    drawn = [routing.next_question(prepared, None, may, rng=rng, audit=0.0) for _ in range(2_000)]
    asked = Counter(one.statement for one in drawn if one and one.reason is Reason.MAP)
    assert set(asked) == {0, 1}
    assert asked[1] / asked[0] == pytest.approx(3, abs=0.6)


def test_without_a_map_there_are_no_anchors():
    assert asked(EVEN, side=None)[Reason.MAP] == 0


def test_anchors_are_the_statements_that_divide_people():
    table = camps((40, 40), 10, divided=0.0, seed=1)[0].table()
    table[:, 3] = np.repeat([1, -1], 40)
    table[:, 7] = np.repeat([-1, 1], 40)
    here = space.find(type(camps((1,), 1)[0]).from_table(table), rng=np.random.default_rng(0))
    assert set(np.argsort(routing.anchors(here))[-2:]) == {3, 7}


def test_the_same_seed_asks_the_same():
    one, again = (
        routing.queue(
            routing.prepare(learned(), rng=np.random.default_rng(2)), 1, np.ones(12), 12,
            rng=np.random.default_rng(3),
        )
        for _ in range(2)
    )  # fmt: skip
    assert one == again


def test_without_statements_there_is_nothing_to_weigh():
    empty = bridging.learn(np.zeros((2, 0), dtype=int), np.zeros((2, 0), dtype=int))
    assert routing.prepare(empty, rng=np.random.default_rng(0)).worth.shape == (2, 0)


def asked(prepared: Routing, side: int | None) -> Counter[Reason]:
    rng = np.random.default_rng(4)
    questions = [routing.next_question(prepared, side, np.ones(6, dtype=bool), rng=rng) for _ in range(1000)]
    return Counter(q.reason for q in questions if q)
