"""Intervals keep their word: 90 % intervals hold about 90 % of what they speak of."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

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


def test_the_measure_itself_gives_nine_in_ten_where_the_share_is_known():
    rng = np.random.default_rng(0)
    answers, share = rng.integers(5, 60, 4_000), rng.beta(2, 1, 4_000)
    part = middle_part(np.tile(share[:, None], 3), rng.binomial(answers, share), answers)
    assert part.mean() == pytest.approx(0.9, abs=0.01)


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.3, 1.0])
def test_the_shown_top_ten_is_as_good_as_it_says(share):
    """What its scores foretell for the least share of the people held out, against that share: a point at most."""
    from benchmarks.opinion import quality

    runs = []
    for here in quality.conversations(quick=False):
        if here.name != "made up":
            rng = np.random.default_rng(5)
            runs += [quality.split(here, share, rng).optimism for _ in range(10)]
    if np.isfinite(runs).sum() < 20:
        pytest.skip("the real conversations are optional and not at hand")
    error = np.nanstd(runs) / np.sqrt(np.isfinite(runs).sum())
    assert np.nanmean(runs) <= 1 + 2 * error


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
    answers, agree = others.sum(axis=2), others[:, :, 2]
    told = answers >= ENOUGH
    posterior = bridging.learn(seen[:, :, 2], seen.sum(axis=2))
    deviation = np.sqrt(np.diagonal(posterior.covariance, axis1=1, axis2=2)).T[told, None]
    share_drawn = special.expit(posterior.mean[told, None] + deviation * rng.standard_normal((1, 400)))
    return middle_part(share_drawn, agree[told], answers[told])


def middle_part(share: np.ndarray, agree: np.ndarray, answers: np.ndarray) -> np.ndarray:
    """The part of each outcome's step that lies in the middle 90 % of what draws of the share foretell.

    A share of few people comes in steps; this is 0.9 on average where the draws are right (Czado and others 2009).
    """
    n, x = answers[:, None], agree[:, None]
    above, below = special.bdtr(x, n, share).mean(axis=1), special.bdtr(x - 1, n, share).mean(axis=1)
    below = np.where(agree > 0, below, 0.0)
    step = np.clip(above, 0.05, 0.95) - np.clip(below, 0.05, 0.95)
    return np.asarray(step / np.maximum(above - below, 1e-12))
