"""Intervals keep their word: 90 % intervals hold about 90 % of what they speak of."""

from __future__ import annotations

import numpy as np
import pytest

from tests.engines.opinion.conversations import REAL, real, thinned
from tracktwo.engines.opinion import bridging, groups, space
from tracktwo.engines.opinion.votes import Votes

ENOUGH = 20  # held-out answers from which a share says something


@pytest.mark.parametrize(
    ("sides", "statements", "a_side", "answered"),
    [(2, 8, 6, 0.9), (3, 20, 6, 0.9), (2, 40, 30, 0.2), (3, 100, 100, 0.1), (2, 60, 300, 0.5)],
)
def test_intervals_hold_the_true_share_of_made_up_sides(sides, statements, a_side, answered):
    inside = [
        truth_inside(sides, statements, a_side, answered, seed) for seed in range(1000 // statements + 5)
    ]
    assert 0.86 <= np.mean(np.concatenate(inside)) <= 0.94


def test_a_credible_majority_is_one_nine_times_in_ten():
    right = []
    for seed in range(30):
        share, agree, answers = made_up(2, 20, 8, 0.9, seed)
        majority = bridging._shares(bridging.learn(agree, answers))[3]
        right += (share > 0.5)[majority >= bridging.CREDIBLE].tolist()
    assert np.mean(right) >= 0.9


@pytest.mark.parametrize("share", [0.1, 0.3, 1.0])
def test_intervals_hold_what_held_out_people_of_real_conversations_say(share):
    rng = np.random.default_rng(3)
    covered = []
    for name in REAL[:3] + REAL[4:]:  # London has 26 people: nobody to hold out
        votes = real(name)
        found = groups.find(space.find(votes, rng=rng), at_most=3, smallest_share=0.1, draws=0, rng=rng)
        covered.append(held_out(votes, found.members, found.count, share, rng))
    assert 0.86 <= np.mean(np.concatenate(covered)) <= 0.94


def made_up(
    sides: int, statements: int, a_side: int, answered: float, seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """True shares and counts [K, m] of sides whose leanings differ and hang together."""
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(sides, sides)) / np.sqrt(sides)
    lean = rng.normal(0, 0.7, sides)[:, None] + root @ rng.normal(size=(sides, statements))
    lean += rng.normal(0, 0.7, lean.shape)
    share = 1 / (1 + np.exp(-lean))
    answers = rng.binomial(a_side, answered, lean.shape)
    return share, rng.binomial(answers, share), answers


def truth_inside(sides: int, statements: int, a_side: int, answered: float, seed: int) -> np.ndarray:
    share, agree, answers = made_up(sides, statements, a_side, answered, seed)
    _, low, high, _ = bridging._shares(bridging.learn(agree, answers))
    return ((low <= share) & (share <= high)).ravel()


def held_out(
    votes: Votes, side: np.ndarray, sides: int, share: float, rng: np.random.Generator
) -> np.ndarray:
    """Learn from a share of the votes of half of the people; is what the others say inside?"""
    half = rng.random(votes.people) < 0.5
    seen = thinned(votes.of(half), share, rng).tally(side[half], sides)
    others = votes.of(~half).tally(side[~half], sides)
    answers = others.sum(axis=2)
    low, high = bridging.foreseen(
        bridging.learn(seen[:, :, 2], seen.sum(axis=2)), answers, rng=rng, draws=400
    )
    told = answers >= ENOUGH
    share_told = others[:, :, 2][told] / answers[told]
    # A share of few people comes in steps: one that stands on the border is half inside.
    inside = (low[told] < share_told) & (share_told < high[told])
    border = (low[told] == share_told) | (share_told == high[told])
    return np.asarray(inside + 0.5 * border)
