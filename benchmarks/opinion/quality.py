"""Do the 90 % intervals hold, and is the shown top ten as good as it says? On people held out, in real conversations.

    python -m benchmarks.opinion.quality [--quick] [--splits 10]

Half of the people are held out; of the votes of the other half some are seen. For each statement and side (groups
of the full data) with at least 20 held-out answers: does the interval foreseen for that many further people hold
their share? Shares of few people come in steps, so a share counts by the part of its step that lies between the 5 %
and the 95 % point of what was foreseen (randomised probability transform, Czado, Gneiting and Held 2009). Optimism:
what the scores of the ten best foretell for the least share of the held-out sides, less that share, in points.

What this cannot show: the held-out people come from the same conversation, so nothing is said of people who never
came; the sides are taken from everybody's votes, the held-out ones included; and who saw what was not by lot.
"Bound": the same model by the Polya-Gamma bound; "alone": each cell by itself, Beta(1, 1).
Intervals in brackets (95 %): bootstrap over the splits, which share their people.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import special

from tests.engines.opinion.conversations import EXPORTS, REAL, camps, real, thinned
from tracktwo.engines.opinion import bridging, groups, space
from tracktwo.engines.opinion.votes import Votes

SHARES = (0.1, 0.2, 0.3, 0.5, 1.0)
ENOUGH = 20
TOP = 10


@dataclass(frozen=True, eq=False)
class Sided:
    name: str
    votes: Votes
    side: np.ndarray
    sides: int


def conversations(quick: bool) -> Iterator[Sided]:
    twin, camp = camps((200, 150, 100), 60, answered=0.4, seed=1)
    yield Sided("made up", twin, camp, 3)
    for name in REAL if EXPORTS.is_dir() and not quick else ():
        votes = real(name)
        rng = np.random.default_rng(0)
        found = groups.find(space.find(votes, rng=rng), at_most=3, smallest_share=0.1, draws=0, rng=rng)
        if (votes.tally(found.members, found.count).sum(axis=2) >= 2 * ENOUGH).any():
            yield Sided(name, votes, found.members, found.count)
        else:
            print(f"{name}: too few people to hold any out")


@dataclass(frozen=True)
class Split:
    """``inside``, ``cells``: shares held by their interval; ``bound``: by that of the Polya-Gamma bound; ``flat``: by
    that of a Beta(1, 1) on each cell alone; ``optimism`` in points, NaN where ten statements could not be judged."""

    inside: float
    bound: float
    flat: float
    cells: int
    width: float
    optimism: float


def split(here: Sided, share: float, rng: np.random.Generator) -> Split:
    half = rng.random(here.votes.people) < 0.5
    seen = thinned(here.votes.of(half), share, rng)
    ground = bridging.common_ground(seen, here.side[half], sides=here.sides, rng=rng)
    others = here.votes.of(~half).tally(here.side[~half], here.sides)
    answers, agree = others.sum(axis=2), others[:, :, 2]
    told = answers >= ENOUGH
    ours = _drawn(ground.posterior, told, rng)
    bound = _drawn(by_bound(ground.agree, ground.answers), told, rng)
    alone = rng.beta(
        (ground.agree + 1)[told], (ground.answers - ground.agree + 1)[told], (400, int(told.sum()))
    ).T
    return Split(
        _inside(ours, agree[told], answers[told]),
        _inside(bound, agree[told], answers[told]),
        _inside(alone, agree[told], answers[told]),
        int(told.sum()),
        _width(ours),
        _optimism(ground, agree, answers, told),
    )


def _drawn(posterior: bridging.Posterior, told: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draws of the share of each cell, [cells, 400]."""
    deviation = np.sqrt(np.diagonal(posterior.covariance, axis1=1, axis2=2)).T[told, None]
    return np.asarray(special.expit(posterior.mean[told, None] + deviation * rng.standard_normal((1, 400))))


def by_bound(agree: np.ndarray, answers: np.ndarray) -> bridging.Posterior:
    """The same model by Polya-Gamma variational EM (Polson, Scott and Windle 2013; Durante and Rigon 2019), to compare.

    c = sqrt(M^2 + Var), w = n / (2c) tanh(c / 2), Cov = (Sigma^-1 + diag w)^-1, M = Cov (Sigma^-1 mu + na - n/2).
    """
    sides, m = agree.shape
    yes, n = agree.T.astype(float), answers.T.astype(float)
    mean, covariance = np.zeros((m, sides)), np.tile(2.0 * np.eye(sides), (m, 1, 1))
    usual, spread = np.zeros(sides), 2.0 * np.eye(sides)
    for _ in range(100):
        c = np.sqrt(mean**2 + np.diagonal(covariance, axis1=1, axis2=2))
        weight = n * np.tanh(c / 2) / (2 * np.maximum(c, 1e-9))
        mean, covariance = bridging._belief(usual, spread, weight, yes - n / 2)
        usual, spread = bridging._usual(mean, covariance)
    return bridging.Posterior(mean.T, covariance, usual, spread)


def _inside(share: np.ndarray, agree: np.ndarray, answers: np.ndarray) -> float:
    """Sum over cells of the part of the step that lies in the middle 90 % of what was foreseen; draws [cells, d]."""
    n, x = answers[:, None], agree[:, None]
    above, below = special.bdtr(x, n, share).mean(axis=1), special.bdtr(x - 1, n, share).mean(axis=1)
    below = np.where(agree > 0, below, 0.0)
    middle = np.clip(above, 0.05, 0.95) - np.clip(below, 0.05, 0.95)
    return float((middle / np.maximum(above - below, 1e-12)).sum())


def _width(share: np.ndarray) -> float:
    """Mean width of the 90 % interval of a side's share."""
    return float(np.ptp(np.quantile(share, [0.05, 0.95], axis=1), axis=0).mean()) if len(share) else np.nan


def _optimism(
    ground: bridging.CommonGround, agree: np.ndarray, answers: np.ndarray, told: np.ndarray
) -> float:
    """How much the scores of the ten best exceed what people held out say of them, in points.

    The least of several shares of few people is low by luck alone: the score is compared with what it foretells
    for the least of as many people, not with the true least share.
    """
    best = [j for j in ground.ranked if told[:, j].all()][:TOP]
    if len(best) < TOP:
        return np.nan
    least = (agree[:, best] / answers[:, best]).min(axis=0)
    rng = np.random.default_rng(0)
    odds = np.array([side[best] for side in bridging.log_odds(ground.posterior, draws=400, rng=rng)])
    further = rng.binomial(answers[:, best, None], 1 / (1 + np.exp(-odds))) / answers[:, best, None]
    return 100 * float(further.min(axis=0).mean() - least.mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="the made-up conversation, four splits")
    parser.add_argument("--splits", type=int, default=10)
    asked = parser.parse_args()
    print(__doc__)
    try:
        _run(4 if asked.quick else asked.splits, asked.quick)
    except KeyboardInterrupt:
        print("\nStopped; what is printed above stands.", file=sys.stderr)
        raise SystemExit(130) from None


def _run(splits: int, quick: bool) -> None:
    print(
        f"{'conversation':24} {'votes':>5}  inside              bound  alone   width   cells  optimism, points"
    )
    pooled: dict[float, list[list[Split]]] = {}
    for here in conversations(quick):
        for share in SHARES:
            rng = np.random.default_rng(round(1000 * share))
            runs = [split(here, share, rng) for _ in range(splits)]
            _line(here.name, share, [runs])
            if here.name != "made up":
                pooled.setdefault(share, []).append(runs)
    for share, runs_of in pooled.items():
        _line("all real, cells alike", share, runs_of)


def _line(name: str, share: float, runs_of: list[list[Split]]) -> None:
    """Pooled over the given conversations, each a list of splits."""
    runs = [one for runs in runs_of for one in runs]
    cells = np.array([one.cells for one in runs])
    inside, bound, flat = (
        np.array([getattr(one, what) for one in runs]) for what in ("inside", "bound", "flat")
    )
    drawn = np.random.default_rng(0).integers(0, len(runs), (2_000, len(runs)))
    low, high = np.quantile(inside[drawn].sum(axis=1) / cells[drawn].sum(axis=1), [0.025, 0.975])
    optimism = np.array([one.optimism for one in runs])
    told = (
        f"{np.nanmean(optimism):+.1f} ({np.isfinite(optimism).sum()} splits)"
        if np.isfinite(optimism).any()
        else "-"
    )
    print(f"{name[:24]:24} {share:5.0%}  {inside.sum() / cells.sum():.3f} [{low:.3f}, {high:.3f}]"
          f" {bound.sum() / cells.sum():6.3f} {flat.sum() / cells.sum():6.3f}"
          f" {np.nanmean([one.width for one in runs]):7.2f}"
          f" {int(cells.mean()):7}  {told}", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
