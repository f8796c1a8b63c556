"""What a side's delegates say becomes points, with how sure they are; then the question that tells most.

The order of asking: rank the options of each issue; weigh the swings ("all issues at their worst: which would you
improve first?" is 100, the others relative to it); place the options between their anchored ends; average over the
delegates of the side, and show where they differ; then ten to twenty single-text questions: "the present text with
this better and that worse: better or worse for you?". Asked in pairs only, sixty questions do not get as far as
forty sliders: a yes or no carries at most one bit. Averaging four delegates halves the error, which nothing else
does. Source: DESIGN 6.2; Keeney and Raiffa 1976 (swing weights, additive value); Houlsby et al. 2011 (BALD).

A belief is a normal distribution over the points of every option of one side, 1,000 for its best package. Noise of
answers costs 1 to 9 % of a package's worth, the solver nothing: show people whole points of a hundred, never more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import ceil, pi, sqrt

import numpy as np
import numpy.typing as npt
from scipy.special import erfcx, log_ndtr, ndtr

from tracktwo.engines.bargaining import solutions
from tracktwo.engines.bargaining.table import (
    BEST,
    Budget,
    Excludes,
    Interaction,
    Ints,
    Issue,
    Requires,
    Table,
)
from tracktwo.errors import BadInput

Floats = npt.NDArray[np.float64]

_BITS = 1 / np.log(2)
_MOVES = 600  # changes weighed against one another, those most in doubt
_SURE = 1e-9  # a variance below which a question would teach nothing


@dataclass(frozen=True)
class Noise:
    """How far answers stray: weights by a factor, ratings in shares of their issue's range, trade-offs in shares
    of the best package, and the share of answers given in error. The default is a careful delegate's.
    """

    weight: float = 0.2
    rating: float = 0.08
    tradeoff: float = 0.02
    lapse: float = 0.02

    def __post_init__(self) -> None:
        fine = (
            0 <= self.weight <= 2
            and 0 <= self.rating <= 1
            and 0 < self.tradeoff <= 1
            and 0 <= self.lapse < 0.5
        )
        if not fine:
            raise BadInput("an assumed error is out of its range", remedy="take shares between 0 and 1")


HIGH = Noise(weight=0.4, rating=0.15, tradeoff=0.05, lapse=0.08)  # a hurried delegate's


@dataclass(frozen=True, eq=False)
class Answers:
    """One delegate's sliders: ``swings`` float64[m] from 0 to 100, ``values`` float64[K_j] from 0 to 100 each.

    Only ratios of swings matter, and only the places of options between the worst and the best of their issue.
    An issue whose options are all valued alike has no swing, whatever its slider says.
    """

    swings: Floats
    values: tuple[Floats, ...]

    def __post_init__(self) -> None:
        given = [self.swings, *self.values]
        if len(self.values) != len(self.swings) or not all(np.isfinite(g).all() for g in given):
            raise BadInput("swings and values do not fit together", remedy="give one swing for each issue")
        if any((g < 0).any() or (g > 100).any() for g in given):
            raise BadInput("a slider stands outside 0 to 100", remedy="move it back")
        if not any(s > 0 and np.ptp(v) > 0 for s, v in zip(self.swings, self.values, strict=True)):
            raise BadInput("no issue has any weight", remedy="begin with the swing that matters most: 100")

    def weights(self) -> Floats:
        """Shares of the best package that each issue's swing makes, float64[m], summing to 1."""
        counted = np.array([s if np.ptp(v) else 0.0 for s, v in zip(self.swings, self.values, strict=True)])
        shares: Floats = counted / counted.sum()
        return shares

    def ratings(self) -> tuple[Floats, ...]:
        """Options between the worst (0) and the best (1) of their issue."""
        return tuple((v - v.min()) / np.ptp(v) if np.ptp(v) else np.zeros(len(v)) for v in self.values)


# ---- before the sliders


def spaced(ranking: Sequence[int]) -> Floats:
    """Where sliders start after ranking: options, best first, evenly from 100 down to 0. float64[K]."""
    values = np.empty(len(ranking))
    values[_ranking(ranking)] = np.linspace(100, 0, len(ranking)) if len(ranking) > 1 else 100
    return values


def centroid(ranking: Sequence[int]) -> Floats:
    """Where swings start after ranking issues, most important first: rank-order centroid, the largest 100.

    w_(k) is proportional to sum_{i>=k} 1/i: the mean of all weights in that order (Barron and Barrett 1996).
    """
    m = len(ranking)
    weights = np.empty(m)
    weights[_ranking(ranking)] = np.cumsum(1 / np.arange(m, 0, -1))[::-1]
    swings: Floats = weights / weights.max() * 100
    return swings


def against_ranking(ranking: Sequence[int], values: Floats) -> tuple[tuple[int, int], ...]:
    """Pairs (a, b) ranked a before b, side by side, whose sliders say the opposite: to be asked again."""
    order = _ranking(ranking)
    return tuple((int(a), int(b)) for a, b in pairwise(order) if values[a] < values[b])


def _ranking(ranking: Sequence[int]) -> Ints:
    order = np.asarray(ranking, dtype=np.int64)
    if not len(order) or not np.array_equal(np.sort(order), np.arange(len(order))):
        raise BadInput(
            "a ranking does not name everything once", remedy="place each in the order, best first"
        )
    return order


# ---- one side from its delegates


@dataclass(frozen=True, eq=False)
class Heard:
    """A side as the average of its delegates, and how far they are apart.

    ``weights`` float64[m] (geometric mean, summing to 1) and ``ratings`` float64[K_j] (mean, from 0 to 1);
    ``weights_apart`` float64[m], the largest weight over the smallest (1: all alike; infinite where some give none);
    ``ratings_apart`` float64[K_j], highest minus lowest.
    """

    weights: Floats
    ratings: tuple[Floats, ...]
    weights_apart: Floats
    ratings_apart: tuple[Floats, ...]
    delegates: int


def hear(delegates: Sequence[Answers]) -> Heard:
    """Average the delegates of one side. A delegate who gives an issue nothing counts as a twentieth of the mean."""
    if not delegates:
        raise BadInput("nobody of this side has answered yet")
    shapes = {tuple(len(v) for v in d.values) for d in delegates}
    if len(shapes) > 1:
        raise BadInput("the delegates of this side answered on different issues")
    each = np.array([d.weights() for d in delegates])
    least = np.maximum(each, each.mean(axis=0) / 20)
    weights = np.exp(np.log(np.where(least > 0, least, 1)).mean(axis=0)) * (least.max(axis=0) > 0)
    rows = [np.array([d.ratings()[j] for d in delegates]) for j in range(len(weights))]
    means = [row.mean(axis=0) for row in rows]
    # Delegates may differ on which option is best: the swing of the average is less than the average swing.
    swing = np.array([np.ptp(mean) for mean in means])
    weights = weights * swing
    if not weights.sum():
        raise BadInput("the delegates of this side cancel one another out", remedy="let them talk first")
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = np.where(each.max(axis=0) > 0, each.max(axis=0) / each.min(axis=0), 1.0)
    return Heard(
        weights=weights / weights.sum(),
        ratings=tuple(
            (m - m.min()) / s if s else np.zeros(len(m)) for m, s in zip(means, swing, strict=True)
        ),
        weights_apart=apart,
        ratings_apart=tuple(np.ptp(row, axis=0) for row in rows),
        delegates=len(delegates),
    )


# ---- beliefs


@dataclass(frozen=True, eq=False)
class Belief:
    """Points of every option of one side: mean float64[P], covariance float64[P, P], P = sum K_j.

    ``start`` int64[m + 1]: the options of issue j are ``mean[start[j]:start[j + 1]]``.
    """

    mean: Floats
    covariance: Floats
    start: Ints
    noise: Noise = Noise()

    def option(self, issue: int, option: int) -> int:
        return int(self.start[issue]) + option

    def points(self) -> tuple[Ints, ...]:
        """The mean in whole points, the worst option of each issue 0: int64[K_j]."""
        return _whole(self.mean, self.start)

    def draw(self, rng: np.random.Generator, draws: int) -> Floats:
        """Points as they might be: float64[draws, P]. Cost O(P^3 + draws * P^2)."""
        values, vectors = np.linalg.eigh(self.covariance)
        spread = vectors * np.sqrt(np.maximum(values, 0))
        drawn: Floats = self.mean + rng.standard_normal((draws, len(self.mean))) @ spread.T
        return drawn


def believe(heard: Heard, noise: Noise = Noise(), *, best: int = BEST) -> Belief:
    """What the sliders of a side tell: their mean, and the error of answers, or of delegates where that is more.

    theta_jk = best * w_j v_jk with a weight right up to a factor and a rating up to a share of the range, so
    cov(theta_jk, theta_jl) = best^2 (a_j^2 w_j^2 v_jk v_jl + [k = l, v_jk < 1] r_jk^2 w_j^2); the worst option of
    an issue is 0 by definition. The errors of d delegates are divided by sqrt(d). Cost O(P^2).
    """
    sizes = [len(v) for v in heard.ratings]
    start = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    mean = np.concatenate([best * w * v for w, v in zip(heard.weights, heard.ratings, strict=True)])
    covariance = np.zeros((len(mean), len(mean)))
    many = sqrt(heard.delegates)
    for j, (w, v) in enumerate(zip(heard.weights, heard.ratings, strict=True)):
        between = min(float(np.log(heard.weights_apart[j])) / 2, 1.0) if heard.weights_apart[j] >= 1 else 0.0
        factor = max(noise.weight, between) / many
        rating = np.maximum(noise.rating, heard.ratings_apart[j] / 2) / many
        inside = slice(start[j], start[j + 1])
        own = np.diag(np.where(_anchored(v), 0.0, rating**2))
        covariance[inside, inside] = best**2 * w**2 * (factor**2 * np.outer(v, v) + own)
    return Belief(mean, covariance, start, noise)


def suppose(table: Table, side: int, noise: Noise = Noise()) -> Belief:
    """The belief behind a finished worksheet, had its sliders the given error: to try how firm a package stands."""
    sizes = [points.shape[1] for points in table.points]
    start = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    rows = [points[side].astype(float) for points in table.points]
    mean = np.concatenate(rows)
    covariance = np.zeros((len(mean), len(mean)))
    for j, row in enumerate(rows):
        swing = np.ptp(row)
        above = row - row.min()
        own = np.diag(np.where(_anchored(row), 0.0, (noise.rating * swing) ** 2))
        inside = slice(start[j], start[j + 1])
        covariance[inside, inside] = noise.weight**2 * np.outer(above, above) + own
    return Belief(mean, covariance, start, noise)


def _anchored(values: Floats) -> npt.NDArray[np.bool_]:
    """The worst and the best option, which are so by definition; where several stand there, nobody knows which."""
    ends = np.zeros(len(values), dtype=bool)
    for end in (values.min(), values.max()):
        there = values == end
        ends |= there & (there.sum() == 1)
    return ends


def _whole(mean: Floats, start: Ints) -> tuple[Ints, ...]:
    rows = (mean[a:b] for a, b in pairwise(start))
    return tuple(np.rint(row - row.min()).astype(np.int64) for row in rows)


def tabled(
    sides: Sequence[str],
    issues: Sequence[Issue],
    beliefs: Sequence[Belief],
    no_deal: Sequence[int],
    *,
    requires: Sequence[Requires] = (),
    excludes: Sequence[Excludes] = (),
    budgets: Sequence[Budget] = (),
    interactions: Sequence[Interaction] = (),
) -> Table:
    """The table of the means of all sides' beliefs; its walk-aways are the points of the no-deal package."""
    each = [belief.points() for belief in beliefs]
    points = tuple(np.array([rows[j] for rows in each]) for j in range(len(issues)))
    table = Table(
        sides=tuple(sides),
        issues=tuple(issues),
        points=points,
        walk_away=np.zeros(len(sides), dtype=np.int64),
        no_deal=tuple(no_deal),
        requires=tuple(requires),
        excludes=tuple(excludes),
        budgets=tuple(budgets),
        interactions=tuple(interactions),
        scale=(None,) * len(sides),
    )
    return replace(table, walk_away=table.value(no_deal))


# ---- the next question


@dataclass(frozen=True)
class Question:
    """ "The present text, with ``better`` and ``worse`` changed so: better or worse for you?" Options by number.

    Named from the side's view as now believed. ``bits``: what the answer tells, at most 1.
    """

    better: tuple[int, int]
    worse: tuple[int, int]
    bits: float


def contrast(belief: Belief, package: Sequence[int], question: Question) -> Floats:
    """What a question asks about: points of the changed package less those of the text, float64[P] of -1, 0, 1."""
    phi = np.zeros(len(belief.mean))
    for issue, option in (question.better, question.worse):
        phi[belief.option(issue, option)] += 1
        phi[belief.option(issue, package[issue])] -= 1
    return phi


def next_question(
    belief: Belief,
    package: Sequence[int],
    *,
    asked: Sequence[Question] = (),
    allowed: Callable[[Ints], npt.NDArray[np.bool_]] | None = None,
) -> Question | None:
    """The trade-off around a package whose answer is expected to tell most, or None where none tells anything.

    Every two single changes, one believed better and one worse, are weighed by BALD: h(Phi(m / sqrt(v + t^2)))
    less the entropy expected once the points are known, k / sqrt(v + k^2) exp(-m^2 / 2 (v + k^2)) with
    k = t sqrt(pi ln 2 / 2), t the noise of an answer. ``allowed`` (`Table.allowed`) leaves out packages that the
    rules forbid. Cost O(P^2) for about P^2 / 4 questions; of very many changes the 600 most in doubt are weighed.
    """
    moves = [
        (j, k)
        for j in range(len(belief.start) - 1)
        for k in range(int(belief.start[j + 1] - belief.start[j]))
        if k != package[j]
    ]
    C = belief.covariance
    to = np.array([belief.option(j, k) for j, k in moves], dtype=np.int64)
    back = np.array([belief.option(j, package[j]) for j, _ in moves], dtype=np.int64)
    if len(moves) > _MOVES:
        doubt = C[to, to] - 2 * C[to, back] + C[back, back]
        kept = np.sort(np.argsort(-doubt, kind="stable")[:_MOVES])
        moves, to, back = [moves[place] for place in kept], to[kept], back[kept]
    gain = belief.mean[to] - belief.mean[back]
    G = C[np.ix_(to, to)] - C[np.ix_(to, back)] - C[np.ix_(back, to)] + C[np.ix_(back, back)]
    up, down = np.flatnonzero(gain > 0), np.flatnonzero(gain < 0)
    if not len(up) or not len(down):
        return None
    m = gain[up][:, None] + gain[down][None, :]
    v = np.diag(G)[up][:, None] + np.diag(G)[down][None, :] + 2 * G[np.ix_(up, down)]
    bits = np.where(v > _SURE, informing(m, np.maximum(v, _SURE), _strays(belief)), 0.0)
    issue = np.array([j for j, _ in moves])
    bits[issue[up][:, None] == issue[down][None, :]] = 0.0
    done = {(q.better, q.worse) for q in asked}
    for place in np.argsort(bits, axis=None)[::-1]:
        a, b = np.unravel_index(place, bits.shape)
        question = Question(moves[up[a]], moves[down[b]], float(bits[a, b]))
        if question.bits <= 0:
            return None
        if (question.better, question.worse) not in done and _permitted(question, package, allowed):
            return question
    return None


def _permitted(
    question: Question, package: Sequence[int], allowed: Callable[[Ints], npt.NDArray[np.bool_]] | None
) -> bool:
    changed = np.array(package, dtype=np.int64)
    for issue, option in (question.better, question.worse):
        changed[issue] = option
    return allowed is None or bool(allowed(changed))


def informing(mean: Floats, variance: Floats, strays: float) -> Floats:
    """Bits an answer is expected to tell about a difference believed N(mean, variance). Houlsby et al. 2011."""
    p = ndtr(mean / np.sqrt(variance + strays**2))
    k2 = strays**2 * pi * np.log(2) / 2
    known = np.sqrt(k2 / (variance + k2)) * np.exp(-(mean**2) / (2 * (variance + k2)))
    told: Floats = np.maximum(_entropy(p) - known, 0.0)
    return told


def _entropy(p: Floats) -> Floats:
    q = np.clip(p, 1e-15, 1 - 1e-15)
    h: Floats = -(q * np.log(q) + (1 - q) * np.log1p(-q)) * _BITS
    return h


def _strays(belief: Belief) -> float:
    """The noise of a trade-off in points: a share of what the best package is believed to be worth."""
    tops = [belief.mean[a:b].max() for a, b in pairwise(belief.start)]
    return max(belief.noise.tradeoff * float(np.sum(tops)), 1e-6)


def learn(belief: Belief, phi: Floats, better: bool) -> Belief:
    """The belief after an answer: the changed text is ``better`` for this side, or not.

    z = y phi.mu / c, c^2 = phi'C phi + t^2, Z = eps + (1 - 2 eps) Phi(z), g = (1 - 2 eps) N(z) / Z;
    mu += y g / c C phi, C -= g (g + z) / c^2 C phi phi' C: the first two moments of the belief after a probit
    answer with lapses. A curvature below 0 (an answer taken for a lapse) leaves the spread as it is. Cost O(P^2).
    """
    y, lapse = (1.0 if better else -1.0), belief.noise.lapse
    moved = belief.covariance @ phi
    c2 = float(phi @ moved) + _strays(belief) ** 2
    z = y * float(phi @ belief.mean) / sqrt(c2)
    g = _slope(z, lapse)
    mean = belief.mean + y * g / sqrt(c2) * moved
    shrink = max(0.0, g * (g + z)) / c2
    return replace(belief, mean=mean, covariance=belief.covariance - shrink * np.outer(moved, moved))


def _slope(z: float, lapse: float) -> float:
    """(1 - 2 eps) N(z) / (eps + (1 - 2 eps) Phi(z)), also far out where both vanish."""
    if lapse == 0:
        return float(sqrt(2 / pi) / erfcx(-z / sqrt(2)))
    density = np.exp(-z * z / 2) / sqrt(2 * pi)
    return float((1 - 2 * lapse) * density / (lapse + (1 - 2 * lapse) * np.exp(log_ndtr(z))))


# ---- how firm a package stands


@dataclass(frozen=True)
class Robustness:
    """Of ``draws`` tables as they might be, the shares in which the package holds, from 0 to 1.

    ``above``: above or at every walk-away. ``efficient``: no package gives every side a whole point of a hundred
    more. ``both``: both; its standard error is ``error``.
    """

    above: float
    efficient: float
    both: float
    draws: int
    error: float


def robustness(
    table: Table,
    beliefs: Sequence[Belief],
    package: Sequence[int],
    rng: np.random.Generator,
    *,
    draws: int = 100,
    whole: float = 0.01,
    stop: Callable[[], bool] | None = None,
) -> Robustness:
    """How often a package stays above every walk-away and efficient when points are drawn from what was stated.

    The walk-away moves with the draw where the table has a no-deal package, else it stays. A package counts as
    inefficient once another gives every side ``whole`` of its best (a point of a hundred) more: to the last point
    hardly any package is efficient in two draws, and nobody could tell. The rules and interactions are those of
    the table. ``stop`` ends the drawing early, after one draw at least. Cost: one `solutions.improve` a draw.
    """
    if len(beliefs) != len(table.sides) or draws < 1:
        raise BadInput("the beliefs do not fit the table", remedy="give one for each side")
    drawn = [belief.draw(rng, draws) for belief in beliefs]
    above = efficient = both = done = 0
    for place in range(draws):
        if done and stop is not None and stop():
            break
        trial = _drawn(table, [side[place] for side in drawn], beliefs[0].start)
        clears = bool((trial.value(package) >= trial.walk_away).all())
        stays = _stays_efficient(trial, package, whole)
        above, efficient, both, done = above + clears, efficient + stays, both + (clears and stays), done + 1
    share = both / done
    return Robustness(above / done, efficient / done, share, done, sqrt(share * (1 - share) / done))


def _drawn(table: Table, rows: Sequence[Floats], start: Ints) -> Table:
    each = [_whole(row, start) if table.no_deal is not None else _kept(row, start) for row in rows]
    points = tuple(np.array([side[j] for side in each]) for j in range(len(table.issues)))
    trial = replace(table, points=points)
    return trial if table.no_deal is None else replace(trial, walk_away=trial.value(table.no_deal))


def _kept(mean: Floats, start: Ints) -> tuple[Ints, ...]:
    """Whole points that are not lifted, because the walk-away is a number on their scale; none below 0."""
    rows = (mean[a:b] for a, b in pairwise(start))
    return tuple(np.rint(np.maximum(row, 0)).astype(np.int64) for row in rows)


def _stays_efficient(trial: Table, package: Sequence[int], whole: float) -> bool:
    best = np.sum([points.max(axis=1) for points in trial.points], axis=0)
    gain = np.array([max(1, ceil(whole * b)) for b in best], dtype=np.int64)
    return solutions.improve(trial, package, gain=gain).value < 1
