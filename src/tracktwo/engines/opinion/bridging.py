"""Common ground: statements supported by a credible majority of every side.

Sides weigh equally whatever their size, a pass counts as not agreeing, a missing vote counts as
nothing. The shares of all statements are learned together: na_gj ~ Bin(ns_gj, sigmoid(theta_gj)),
theta_j ~ N(mu, Sigma) over sides, so that a statement few have answered leans on what is usual for
these sides, and on what the other sides said. Source: DESIGN 6.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from tracktwo.engines.opinion import kernels
from tracktwo.engines.opinion.votes import Counted, Floats, Ints, Mask
from tracktwo.errors import BadInput

CREDIBLE = 0.9  # probability from which a majority, or its absence, is called credible
LEAST = 5  # answers a side must have given before a statement is ranked, see `common_ground`
TRAP_OVERALL, TRAP_SIDE = 0.6, 0.55  # much agreement overall, about half of one side
MINORITY_OVERALL, MINORITY_SIDE = 0.5, 0.75  # no majority overall, a clear one on one side
_DRAWS = 2_048
_AT_ONCE = 32  # statements drawn at a time
_ROUNDS = 100
_FLAT = 2.0  # variance of the log-odds where nobody has voted: about a flat prior on the share
_LENT = 1.0  # variance lent to Sigma: with more the best look better than they are, with less intervals are too short
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(11)
_LOG_WEIGHTS = np.log(_WEIGHTS)
_FINE_NODES, _FINE_WEIGHTS = np.polynomial.hermite_e.hermegauss(21)
_FINE_WEIGHTS = _FINE_WEIGHTS / _FINE_WEIGHTS.sum()
_Z90 = 1.6448536269514722  # 95th percentile of the normal: 90 % lie between -z and z


@dataclass(frozen=True, eq=False)
class Posterior:
    """Belief about the log-odds of agreement: theta_j ~ N(mean[:, j], covariance[j]).

    ``mean`` float64[K, m], ``covariance`` float64[m, K, K]; ``usual`` float64[K] and ``spread``
    float64[K, K] are mu and Sigma, what is learned from all statements.
    """

    mean: Floats
    covariance: Floats
    usual: Floats
    spread: Floats

    @property
    def deviation(self) -> Floats:
        """Standard deviation of each log-odds, float64[K, m]."""
        return np.sqrt(np.diagonal(self.covariance, axis1=1, axis2=2)).T


@dataclass(frozen=True, eq=False)
class CommonGround:
    """What each side says of each statement; K sides, m statements.

    ``agree``, ``disagree``, ``passed`` int64[K, m]: votes. ``support`` float64[K, m]: posterior mean
    of the share of the side that agrees; ``low``, ``high``: its 90 % interval; ``majority``:
    P(share > 1/2). ``credible`` float64[m]: P(every side's share > 1/2). ``score`` float64[m]:
    expected share of the least agreeing side. ``ranked``: best score first, only statements every
    side has answered ``least`` times. ``ties``: runs of ``ranked`` whose order means nothing.
    ``majority_traps``: much agreement overall, credibly less and about half of one side; ``invisible_minorities``:
    no majority overall, a credible and clear one on one side; both widest gap first.
    """

    agree: Ints
    disagree: Ints
    passed: Ints
    support: Floats
    low: Floats
    high: Floats
    majority: Floats
    credible: Floats
    score: Floats
    least: int
    ranked: tuple[int, ...]
    ties: tuple[tuple[int, ...], ...]
    majority_traps: tuple[int, ...]
    invisible_minorities: tuple[int, ...]
    posterior: Posterior

    @property
    def answers(self) -> Ints:
        """Votes of each side on each statement, passes included: int64[K, m]."""
        return self.agree + self.disagree + self.passed

    @property
    def exposed(self) -> Mask:
        """Cells with at least ``least`` answers: bool[K, m]."""
        return self.answers >= self.least


def common_ground(
    votes: Counted, side: npt.ArrayLike, *, sides: int, rng: np.random.Generator, least: int = LEAST
) -> CommonGround:
    """Find what a credible majority of every side supports.

    ``side`` int[n] names each person's side, -1 for none (counted overall, on no side). ``least`` = 5
    is the smallest figure that may be shown at all; it lets one of six not answer, and below it the
    score would mostly repeat what is usual for the side. Statements a side has not answered keep the
    usual share with its wide interval and are not ranked. Raises BadInput where ``side`` does not fit.
    Cost: O(v) to count, then O(rounds m K^3 + draws m K).
    """
    of_person = checked_sides(votes, side, sides)
    counts, overall = _counted(votes, of_person, sides)
    disagree, passed, agree = (counts[:, :, v] for v in range(3))
    posterior = learn(agree, counts.sum(axis=2))
    support, low, high, majority = _shares(posterior)
    smallest = _smallest_shares(posterior, rng)
    credible, score = (smallest > 0.5).mean(axis=1), smallest.mean(axis=1)
    exposed = counts.sum(axis=2) >= least
    ranked = _ranked(score, exposed.all(axis=0))
    ties = _ties(ranked, smallest)
    traps = _majority_traps(overall, support, posterior, exposed)
    minorities = _invisible_minorities(overall, support, majority, exposed)
    return CommonGround(
        agree,
        disagree,
        passed,
        support,
        low,
        high,
        majority,
        credible,
        score,
        least,
        ranked,
        ties,
        traps,
        minorities,
        posterior,
    )


def _counted(votes: Counted, of_person: Ints, sides: int) -> tuple[Ints, Ints]:
    """Counts of each side int64[K, m, 3] and of everybody, those of no side included, in one pass over the votes."""
    without = of_person < 0
    if not without.any():
        counts = votes.tally(of_person, sides)
        return counts, counts.sum(axis=0)
    counts = votes.tally(np.where(without, sides, of_person), sides + 1)
    return counts[:sides], counts.sum(axis=0)


def liked_by_one(ground: CommonGround, side: int) -> int | None:
    """The statement this side credibly supports and some other side credibly does not, widest gap first.

    None where there is no such statement. The gap is between the posterior means.
    """
    other_sides = np.arange(len(ground.support)) != side
    likes = (ground.majority[side] >= CREDIBLE) & ground.exposed[side]
    cannot = (ground.majority <= 1 - CREDIBLE) & ground.exposed & other_sides[:, None]
    gap = np.where(cannot & likes, ground.support[side] - ground.support, 0.0).max(axis=0, initial=0.0)
    return int(gap.argmax()) if (gap > 0).any() else None


def group_informed_consensus(agree: Ints, answers: Ints) -> Floats:
    """Polis' score, for comparison: the product over groups of (agree + 1) / (answers + 2), float64[m].

    Not comparable between different numbers of groups, and a small group multiplies into everything.
    """
    return np.asarray(((agree + 1) / (answers + 2)).prod(axis=0))


def learn(agree: Ints, answers: Ints, *, begin: Posterior | None = None) -> Posterior:
    """Fit the hierarchical model by expectation propagation inside EM; counts are int[K, m].

    Each likelihood cell is replaced by the Gaussian site that leaves the right mean and variance
    (moments by quadrature); then mu and Sigma are re-estimated from all statements somebody has
    answered, under a weak prior worth K + 1 statements; without any vote it is about flat on the share.
    The Polya-Gamma bound, a little quicker, gives 90 % intervals that cover 84 % here: it overstates the
    information in lopsided votes. Source: Minka 2001; Kuss and Rasmussen 2005 (accuracy). No randomness.
    ``begin``, the belief of a little while ago about the same statements, only shortens the way; the
    figures of a result start from nothing.
    Cost: some 10 to 60 rounds of O(m K (K^2 + 11)).
    """
    sides, m = agree.shape
    heard = answers.sum(axis=0) > 0
    yes, n = agree.T[heard].astype(float), answers.T[heard].astype(float)
    usual, spread = np.zeros(sides), _FLAT * np.eye(sides)
    precision, pull = _first_sites(yes, n)
    if begin is not None:
        usual, spread = begin.usual, begin.spread
        precision, pull = _last_sites(begin, heard, precision, pull)
    for turn in range(_ROUNDS):
        mean, covariance = _belief(usual, spread, precision, pull)
        before = usual, spread
        usual, spread = _usual(mean, covariance) if heard.any() else before
        precision, pull = _sites(mean, covariance, precision, pull, yes, n)
        if turn and _close(before, (usual, spread)):  # the first turn only brings in the new votes
            break
    means, covariances = np.tile(usual[:, None], m), np.tile(spread, (m, 1, 1))
    mean, covariance = _belief(usual, spread, precision, pull)
    means[:, heard], covariances[heard] = mean.T, covariance
    return Posterior(means, covariances, usual, spread)


def foreseen(
    posterior: Posterior, answers: Ints, *, rng: np.random.Generator, draws: int = 1_000
) -> tuple[Floats, Floats]:
    """90 % interval of the share agreeing among ``answers`` [K, m] further people of each side.

    Wider than the interval of the side's own share by the luck of the draw; NaN for no answers.
    """
    low, high = np.full(answers.shape, np.nan), np.full(answers.shape, np.nan)
    deviation = posterior.deviation
    for side, statement in np.argwhere(answers > 0):
        cell, n = (side, statement), int(answers[side, statement])
        share = special.expit(posterior.mean[cell] + deviation[cell] * rng.standard_normal(draws))
        low[cell], high[cell] = np.quantile(rng.binomial(n, share) / n, [0.05, 0.95])
    return low, high


def _first_sites(yes: Floats, n: Floats) -> tuple[Floats, Floats]:
    """Sites from the curvature at the raw share, a little shrunk: precision and pull, each [m, K]."""
    share = (yes + 0.5) / (n + 1)
    precision = n * share * (1 - share)
    return precision, precision * special.logit(share)


def _last_sites(begin: Posterior, heard: Mask, precision: Floats, pull: Floats) -> tuple[Floats, Floats]:
    """The sites a belief rests on, and the first ones given where it rests on nothing yet."""
    prior, tight = np.linalg.inv(begin.spread), np.linalg.inv(begin.covariance[heard])
    before = np.diagonal(tight - prior, axis1=1, axis2=2)
    lean = np.einsum("jab,bj->ja", tight, begin.mean[:, heard]) - prior @ begin.usual
    known = before > 1e-6
    return np.where(known, before, precision), np.where(known, lean, pull)


def _sites(
    mean: Floats, covariance: Floats, precision: Floats, pull: Floats, yes: Floats, n: Floats
) -> tuple[Floats, Floats]:
    """New Gaussian sites, so that each cell alone would leave exactly the moments of its true posterior."""
    if compiled := kernels.compiled():
        precision, pull = precision.copy(), pull.copy()
        compiled.sites(yes, n, _NODES, _LOG_WEIGHTS + _NODES**2 / 2, mean, covariance, precision, pull)
        return precision, pull
    variance = np.diagonal(covariance, axis1=1, axis2=2)
    rest = 1 / variance - precision  # what the prior and the other sides say about this cell
    lean = mean / variance - pull
    theta = mean + np.sqrt(variance) * _NODES[:, None, None]
    softplus = np.maximum(theta, 0) + np.log1p(np.exp(-np.abs(theta)))
    log_weight = yes * theta - n * softplus - theta * (rest * theta / 2 - lean)
    log_weight += (_LOG_WEIGHTS + _NODES**2 / 2)[:, None, None]
    weight = np.exp(log_weight - log_weight.max(axis=0))
    weight /= weight.sum(axis=0)
    centre = (weight * theta).sum(axis=0)
    width = (weight * (theta - centre) ** 2).sum(axis=0)
    # A vote carries at most a quarter: without this limit a stray node could claim certainty.
    tighter = np.clip(1 / np.maximum(width, 1e-12) - rest, 0.0, n / 4)
    return tighter, np.where(n > 0, centre * (tighter + rest) - lean, 0.0)


def _belief(usual: Floats, spread: Floats, precision: Floats, pull: Floats) -> tuple[Floats, Floats]:
    """Mean [m, K] and covariance [m, K, K] of theta given the sites [m, K]."""
    if compiled := kernels.compiled():
        mean, covariance = np.empty(precision.shape), np.empty((*precision.shape, len(usual)))
        compiled.belief(usual, spread, precision, pull, mean, covariance)
        return mean, covariance
    prior, side = np.linalg.inv(spread), np.arange(len(usual))
    tight = np.repeat(prior[:, :, None], len(precision), axis=2)
    tight[side, side] += precision.T
    covariance = _inverses(tight)
    mean = np.einsum("jab,jb->ja", covariance, prior @ usual + pull)
    return mean, covariance


def _inverses(matrices: Floats) -> Floats:
    """The inverses [m, K, K] of symmetric positive definite matrices [K, K, m], which are used up.

    One row and column after the other is swept, in all matrices at once: sides are few and statements many,
    for which a call of LAPACK each costs more than the arithmetic. Source: Goodnight 1979.
    """
    for i in range(len(matrices)):
        column = matrices[i].copy()
        pivot = 1 / column[i]
        swept = column * pivot
        matrices -= column[:, None] * swept
        matrices[i] = matrices[:, i] = swept
        matrices[i, i] = -pivot
    return np.ascontiguousarray(np.negative(matrices, out=matrices).transpose(2, 0, 1))


def _usual(mean: Floats, covariance: Floats) -> tuple[Floats, Floats]:
    """mu and Sigma given the beliefs and a prior worth K + 1 statements (half a statement for mu)."""
    m, sides = mean.shape
    few = 0.5
    usual = mean.sum(axis=0) / (m + few)
    gap = mean - usual
    scatter = covariance.sum(axis=0) + gap.T @ gap + few * np.outer(usual, usual)
    return usual, (scatter + (sides + 1) * _LENT * np.eye(sides)) / (m + sides + 1)


def _close(before: tuple[Floats, Floats], after: tuple[Floats, Floats]) -> bool:
    return all((abs(b - a) <= 1e-3 + 1e-3 * abs(a)).all() for b, a in zip(before, after, strict=True))


def _shares(posterior: Posterior) -> tuple[Floats, Floats, Floats, Floats]:
    """Posterior mean, 5 %, 95 % and P(> 1/2) of the shares, each [K, m]."""
    mean, deviation = posterior.mean, posterior.deviation
    low, high = (special.expit(mean + z * deviation) for z in (-_Z90, _Z90))
    return shares(posterior), low, high, special.ndtr(mean / deviation)


def shares(posterior: Posterior) -> Floats:
    """The expected share of each side that agrees, float64[K, m]."""
    nodes = posterior.mean[:, :, None] + posterior.deviation[:, :, None] * _FINE_NODES
    return np.asarray(special.expit(nodes) @ _FINE_WEIGHTS)


def log_odds(posterior: Posterior, *, draws: int, rng: np.random.Generator) -> Iterator[Floats]:
    """Draws from the belief, one float64[m, draws] for each side in turn.

    Every statement meets the same standard normal draws and their mirror images (the second half):
    statements with equal votes get equal draws, and comparisons are sharper than separate draws would be.
    """
    sides = len(posterior.mean)
    half = rng.standard_normal((sides, draws // 2))
    normal = np.concatenate([half, -half], axis=1)
    root = np.linalg.cholesky(posterior.covariance)
    for side in range(sides):
        yield root[:, side, : side + 1] @ normal[: side + 1] + posterior.mean[side][:, None]


def _smallest_shares(posterior: Posterior, rng: np.random.Generator) -> Floats:
    """Draws [m, draws] of the share of the least agreeing side."""
    half = rng.standard_normal((len(posterior.mean), _DRAWS // 2))
    root = np.asarray(np.linalg.cholesky(posterior.covariance), dtype=np.float64)
    least = np.empty((len(root), _DRAWS))
    if compiled := kernels.compiled():
        compiled.smallest(np.ascontiguousarray(posterior.mean.T), root, half, least)
        return _shares_of(least)
    for i in range(0, len(root), _AT_ONCE):
        _least(posterior.mean[:, i : i + _AT_ONCE], root[i : i + _AT_ONCE], half, least[i : i + _AT_ONCE])
    return least


def _least(mean: Floats, root: Floats, half: Floats, out: Floats) -> None:
    """The least share into ``out`` [m, draws], for so few statements that all stays in the processor's cache."""
    low, high = out[:, : half.shape[1]], out[:, half.shape[1] :]
    for side, centre in enumerate(mean[:, :, None]):
        theta = root[:, side, : side + 1] @ half[: side + 1]
        if side == 0:
            np.add(centre, theta, out=low)
            np.subtract(centre, theta, out=high)
        else:
            np.minimum(low, centre + theta, out=low)
            np.minimum(high, np.subtract(centre, theta, out=theta), out=high)
    _shares_of(out)


def _shares_of(odds: Floats) -> Floats:
    """The shares that belong to log-odds, in their place; thrice as quick as scipy's logistic function."""
    np.negative(odds, out=odds)
    with np.errstate(over="ignore"):
        np.exp(odds, out=odds)
    odds += 1
    return np.reciprocal(odds, out=odds)


def _ranked(score: Floats, may: Mask) -> tuple[int, ...]:
    order = np.argsort(-score.round(12), kind="stable")  # equal but for the last bits: by number
    return tuple(int(j) for j in order[may[order]])


def _ties(ranked: tuple[int, ...], smallest: Floats) -> tuple[tuple[int, ...], ...]:
    """Runs of the ranking whose scores differ from the first one's by at most two Monte Carlo errors."""
    half = smallest.shape[1] // 2
    pairs = (smallest[:, :half] + smallest[:, half:]) / 2  # a draw and its mirror image go together
    same = _same_as_first(np.array(ranked, dtype=np.int64), pairs)
    ties, run = [], list(ranked[:1])
    for place, j in enumerate(ranked[1:], start=1):
        if same[place]:
            run.append(j)
        else:
            ties.append(tuple(run))
            run = [j]
    ties.append(tuple(run))
    return tuple(t for t in ties if len(t) > 1)


def _same_as_first(ranked: Ints, pairs: Floats) -> Mask:
    """Whether each place of the ranking cannot be told apart from the first of its run: bool[places]."""
    same = np.zeros(len(ranked), dtype=bool)
    if compiled := kernels.compiled():
        compiled.tied(ranked, pairs, same)
        return same
    first = 0
    for place in range(1, len(ranked)):
        gap = pairs[ranked[first]] - pairs[ranked[place]]
        mean = np.add.reduce(gap) / len(gap)
        gap -= mean
        same[place] = abs(mean) <= 2 * np.sqrt(gap @ gap) / len(gap) + 1e-12
        if not same[place]:
            first = place
    return same


def _majority_traps(overall: Ints, support: Floats, posterior: Posterior, exposed: Mask) -> tuple[int, ...]:
    """Much agreement overall; on some side about half or less, and credibly less than overall."""
    share = _overall_share(overall)
    deviation = posterior.deviation
    behind = (special.logit(np.clip(share, 1e-9, 1 - 1e-9)) - posterior.mean) / deviation
    caught = exposed & (support <= TRAP_SIDE) & (special.ndtr(behind) >= CREDIBLE)
    lowest = np.where(caught, support, np.inf).min(axis=0)
    return _widest(share - lowest, (share >= TRAP_OVERALL) & np.isfinite(lowest))


def _invisible_minorities(overall: Ints, support: Floats, majority: Floats, exposed: Mask) -> tuple[int, ...]:
    share = _overall_share(overall)
    highest = np.where(exposed & (majority >= CREDIBLE), support, -np.inf).max(axis=0)
    return _widest(highest - share, (share < MINORITY_OVERALL) & (highest >= MINORITY_SIDE))


def _overall_share(overall: Ints) -> Floats:
    """Share agreeing of everybody who answered, NaN where nobody did: float64[m]."""
    answers = overall.sum(axis=1)
    return np.asarray(np.divide(overall[:, 2], answers, where=answers > 0, out=np.full(len(answers), np.nan)))


def _widest(gap: Floats, chosen: Mask) -> tuple[int, ...]:
    order = np.argsort(-np.where(chosen, gap, -np.inf), kind="stable")
    return tuple(int(j) for j in order[: int(chosen.sum())])


def checked_sides(votes: Counted, side: npt.ArrayLike, sides: int) -> Ints:
    of_person = np.asarray(side, dtype=np.int64)
    if of_person.shape != (votes.people,):
        raise BadInput("the sides do not name every person once", remedy="give one side, or -1, per person")
    if sides < 1 or (of_person.size and not -1 <= of_person.min() <= of_person.max() < sides):
        raise BadInput(f"a side is not between -1 and {sides - 1}", remedy="number the sides from 0")
    return of_person
