"""Recovery: what is found from part of the votes is what all of them say, and sooner where questions are chosen."""

from __future__ import annotations

import numpy as np
import pytest

from tests.engines.opinion.conversations import camps, thinned
from tracktwo.engines.opinion import bridging, routing
from tracktwo.engines.opinion.routing import Reason
from tracktwo.engines.opinion.votes import Votes

SIDES, STATEMENTS, EACH = 3, 60, 8


def conversation(seed: int) -> tuple[Votes, np.ndarray, np.ndarray]:
    """Everybody answered everything: the votes, the sides, and the share of the least agreeing side."""
    votes, side = camps((130, 100, 70), STATEMENTS, divided=0.8, seed=seed)
    counts = votes.tally(side, SIDES)
    return votes, side, (counts[:, :, 2] / counts.sum(axis=2)).min(axis=0)


def found_of_ten(order: np.ndarray, share: np.ndarray) -> int:
    return len(set(order[:10].tolist()) & set(np.argsort(-share, kind="stable")[:10].tolist()))


def asked(votes: Votes, side: np.ndarray, *, routed: bool, seed: int) -> np.ndarray:
    """Everybody is asked eight questions, weighed anew every seven people; the order of statements at the end."""
    rng = np.random.default_rng(seed)
    table = votes.table()
    counts = np.zeros((SIDES, STATEMENTS, 3), dtype=np.int64)
    belief: bridging.Posterior | None = None
    for place, person in enumerate(rng.permutation(votes.people).tolist()):
        if routed and place % 7 == 0:
            belief = bridging.learn(counts[:, :, 2], counts.sum(axis=2), begin=belief)
            prepared = routing.prepare(belief, rng=rng)
        chosen = rng.permutation(STATEMENTS)[:EACH].tolist()
        if routed:
            everything = np.ones(STATEMENTS, dtype=bool)
            ahead = routing.queue(prepared, int(side[person]), everything, EACH, rng=rng)
            chosen = [question.statement for question in ahead]
        counts[side[person], chosen, table[person, chosen].astype(int) + 1] += 1
    final = bridging.learn(counts[:, :, 2], counts.sum(axis=2))
    return np.argsort(-bridging._smallest_shares(final, rng).mean(axis=1), kind="stable")


def test_chosen_questions_find_more_of_the_top_ten_than_as_many_by_lot():
    routed, by_lot = [], []
    for seed in range(4):
        votes, side, share = conversation(seed)
        routed.append(found_of_ten(asked(votes, side, routed=True, seed=seed), share))
        by_lot.append(found_of_ten(asked(votes, side, routed=False, seed=seed), share))
    # Over ten conversations 7.7 against 6.6.
    assert np.mean(routed) >= np.mean(by_lot) + 0.75
    assert np.mean(routed) >= 7


def test_a_third_of_the_votes_finds_most_of_the_top_ten():
    found = []
    for seed in range(4):
        votes, side, share = conversation(seed)
        rng = np.random.default_rng(seed)
        ground = bridging.common_ground(thinned(votes, 0.3, rng), side, sides=SIDES, rng=rng)
        found.append(found_of_ten(np.array(ground.ranked), share))
    assert np.mean(found) >= 7


def test_votes_that_are_hidden_are_not_counted_as_anything():
    votes, side, _ = conversation(0)
    rng = np.random.default_rng(0)
    ground = bridging.common_ground(thinned(votes, 0.3, rng), side, sides=SIDES, rng=rng)
    whole = bridging.common_ground(votes, side, sides=SIDES, rng=rng)
    assert np.abs(ground.support - whole.support).mean() < 0.08
    assert (ground.high - ground.low).mean() > 1.5 * (whole.high - whole.low).mean()


def test_a_belief_begun_from_the_last_one_is_that_from_nothing():
    votes, side, _ = conversation(1)
    rng = np.random.default_rng(1)
    before, now = (thinned(votes, share, rng).tally(side, SIDES) for share in (0.2, 0.25))
    last = bridging.learn(before[:, :, 2], before.sum(axis=2))
    begun = bridging.learn(now[:, :, 2], now.sum(axis=2), begin=last)
    fresh = bridging.learn(now[:, :, 2], now.sum(axis=2))
    np.testing.assert_allclose(begun.mean, fresh.mean, atol=0.03)
    np.testing.assert_allclose(begun.covariance, fresh.covariance, atol=0.03)


@pytest.mark.parametrize("side", [0, None])
def test_some_questions_are_always_by_lot_for_the_audit(side):
    votes, of, _ = conversation(2)
    counts = thinned(votes, 0.3, np.random.default_rng(2)).tally(of, SIDES)
    prepared = routing.prepare(
        bridging.learn(counts[:, :, 2], counts.sum(axis=2)), rng=np.random.default_rng(2)
    )
    rng = np.random.default_rng(3)
    asked_of = [routing.next_question(prepared, side, np.ones(STATEMENTS, bool), rng=rng) for _ in range(400)]
    by_lot = [question for question in asked_of if question and question.reason is Reason.LOT]
    assert 0.1 <= len(by_lot) / 400 <= 0.2
    assert len({question.statement for question in by_lot}) > STATEMENTS / 2
