"""Compatible mode: the groups and figures that red-dwarf 0.4 and Polis would show, for comparison only.

Reproduced with what makes them fragile: a component's sign from its largest loading, k-means from
the k left-most points, rejected statements counting as a vote of everybody in the scaling. Written
from the behaviour, checked against red-dwarf (see tests/golden/opinion_compatible.json); exact ties,
there in no fixed order, go by statement number. Source: Small et al. 2021; red-dwarf 0.4.0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from tracktwo.engines.opinion import space as spaces
from tracktwo.engines.opinion.bridging import group_informed_consensus
from tracktwo.engines.opinion.votes import Floats, Ints, Mask, Votes

FEWEST_VOTES = 7
AT_MOST = 5
PICKED = 5
_SIGNIFICANT = float(special.ndtri(0.9))  # one-sided, 90 %
_STEPS = 300
_TOLERANCE = 1e-4  # of the mean variance: where red-dwarf's k-means stops


@dataclass(frozen=True)
class Picked:
    """A statement that stands for a group, by agreeing or by disagreeing."""

    statement: int
    agrees: bool


@dataclass(frozen=True, eq=False)
class Statistics:
    """What Polis computes of each statement and group; arrays [2, K, m], first agree, then disagree.

    ``count`` votes, ``share`` smoothed share (pa, pd), ``share_test`` its z (pat, pdt), ``ratio`` to
    the share of all others (ra, rd), ``ratio_test`` its z (rat, rdt). ``seen`` int64[K, m]: all votes.
    """

    count: Ints
    seen: Ints
    share: Floats
    share_test: Floats
    ratio: Floats
    ratio_test: Floats


@dataclass(frozen=True, eq=False)
class Compatible:
    """red-dwarf's picture: ``members`` int64[n] (-1: too few votes), ``positions`` float64[n, 2] (NaN: none),
    ``components`` float64[2, m], ``means`` float64[m], ``consensus`` float64[2, m] (group-aware, agree and
    disagree), ``representative`` by group, ``agreed`` and ``disagreed``: consensus statements, best first."""

    members: Ints
    positions: Floats
    components: Floats
    means: Floats
    statistics: Statistics
    consensus: Floats
    representative: tuple[tuple[Picked, ...], ...]
    agreed: tuple[int, ...]
    disagreed: tuple[int, ...]


def find(votes: Votes, *, rejected: npt.ArrayLike | None = None, rng: np.random.Generator) -> Compatible:
    """What red-dwarf 0.4 finds in these votes; ``rejected`` bool[m] are the statements moderated out.

    ``votes`` hold the votes on rejected statements too, as an export does. Cost: O(n^2) for the
    silhouette, like the original.
    """
    out: Mask = (
        np.zeros(votes.statements, dtype=bool) if rejected is None else np.asarray(rejected, dtype=bool)
    )
    out = out & (votes.tally()[0].sum(axis=1) > 0)
    kept = votes.without(out)
    here = spaces.find(kept, rng=rng)
    components = np.array([_signed(c) for c in here.components])
    positions = _positions(votes, kept, components, here.means, out)
    members = np.full(votes.people, -1, dtype=np.int64)
    grouped = votes.answers_per_person() >= FEWEST_VOTES
    members[grouped] = _groups(positions[grouped])
    statistics = measure(votes.tally(members, int(members.max(initial=-1)) + 1))
    consensus = np.stack([group_informed_consensus(count, statistics.seen) for count in statistics.count])
    picked = tuple(_representative(statistics, g, out) for g in range(len(statistics.seen)))
    agreed, disagreed = _consensus(measure(votes.tally()), out)
    return Compatible(
        members, positions, components, here.means, statistics, consensus, picked, agreed, disagreed
    )


def measure(counts: Ints) -> Statistics:
    """Polis' figures from counts int[K, m, 3] of disagree, pass, agree."""
    count, seen = np.stack([counts[:, :, 2], counts[:, :, 0]]), counts.sum(axis=2)
    others, others_seen = count.sum(axis=1, keepdims=True) - count, seen.sum(axis=0) - seen
    share, other_share = (count + 1) / (seen + 2), (others + 1) / (others_seen + 2)
    share_test = 2 * np.sqrt(seen + 1) * ((count + 1) / (seen + 1) - 0.5)
    return Statistics(count, seen, share, share_test, share / other_share,
                      _two_shares(count + 1, others + 1, seen + 1, others_seen + 1))  # fmt: skip


def _two_shares(one: Ints, other: Ints, of_one: Ints, of_other: Ints) -> Floats:
    """z of the difference of two shares; 0 where everybody in both says the same."""
    pooled = (one + other) / (of_one + of_other)
    error = np.sqrt(np.maximum(pooled * (1 - pooled), 0) * (1 / of_one + 1 / of_other))
    gap: Floats = one / of_one - other / of_other
    return np.asarray(np.divide(gap, error, where=(pooled != 1) & (error > 0), out=np.zeros_like(gap)))


def _signed(component: Floats) -> Floats:
    upright = len(component) == 0 or component[np.abs(component).argmax()] >= 0
    return component if upright else -component


def _positions(votes: Votes, kept: Votes, components: Floats, means: Floats, out: Mask) -> Floats:
    """Scaled by sqrt(m / n_i), rejected statements counted in both as if everybody had passed."""
    statements = int((votes.tally()[0].sum(axis=1) > 0).sum())
    answered = kept.answers_per_person() + int(out.sum())
    scale = np.sqrt(statements / np.maximum(answered, 1))
    scale[votes.answers_per_person() == 0] = np.nan
    return np.asarray(spaces.along(kept, components, means) * scale[:, None])


def _groups(points: Floats) -> Ints:
    """The division into 2 to 5 with the best silhouette, the fewest groups winning a tie."""
    best, best_silhouette = np.zeros(len(points), dtype=np.int64), -np.inf
    distinct = np.unique(points, axis=0)
    for k in range(2, min(AT_MOST, len(distinct), len(points) - 1) + 1):
        group = _from_the_left(points, distinct[:k])
        silhouette = _silhouette(points, group, k)
        if silhouette > best_silhouette:
            best, best_silhouette = group, silhouette
    return best


def _from_the_left(points: Floats, centres: Floats) -> Ints:
    """Lloyd's steps from the given centres until nobody moves, or the centres hardly."""
    middle = points.mean(axis=0)
    points, centres = points - middle, centres - middle
    enough = points.var(axis=0).mean() * _TOLERANCE
    group = np.full(len(points), -1)
    for _ in range(_STEPS):
        before, group = group, _nearest(points, centres)
        size = np.bincount(group, minlength=len(centres))
        sums = np.stack([np.bincount(group, axis, minlength=len(centres)) for axis in points.T], axis=1)
        moved = np.where(size[:, None] > 0, sums / np.maximum(size, 1)[:, None], centres)
        shift, centres = float(((moved - centres) ** 2).sum()), moved
        if np.array_equal(group, before):
            return group
        if shift <= enough:
            break
    return _nearest(points, centres)


def _nearest(points: Floats, centres: Floats) -> Ints:
    return np.asarray(((centres**2).sum(axis=1) - 2 * points @ centres.T).argmin(axis=1))


def _silhouette(points: Floats, group: Ints, k: int) -> float:
    """The exact mean silhouette, in blocks of people."""
    member = (group[:, None] == np.arange(k)).astype(float)
    size = member.sum(axis=0)
    total = 0.0
    for rows in range(0, len(points), 1_000):
        block = slice(rows, rows + 1_000)
        gap = points[block, None] - points
        reach = np.hypot(gap[..., 0], gap[..., 1]) @ member
        row, own = np.arange(len(reach)), group[block]
        inside = reach[row, own] / np.maximum(size[own] - 1, 1)
        mean = reach / np.maximum(size, 1)
        mean[row, own] = np.inf
        outside = mean.min(axis=1)
        larger = np.maximum(inside, outside)
        score = np.divide(outside - inside, larger, where=larger > 0, out=np.zeros(len(row)))
        total += float(score[size[own] > 1].sum())
    return total / len(points)


def _representative(statistics: Statistics, group: int, out: Mask) -> tuple[Picked, ...]:
    """At most five statements: first the best agreed one, then those told apart most clearly."""
    agree, disagree = 0, 1
    ratio_test = statistics.ratio_test[:, group]
    telling = np.where(ratio_test[agree] > ratio_test[disagree], agree, disagree)
    passes = (statistics.share_test[:, group] > _SIGNIFICANT) & (ratio_test > _SIGNIFICANT)
    enough = np.flatnonzero(passes.any(axis=0) & ~out)
    head = _best_agreed(statistics, group, out)
    if head is None and len(enough) == 0:
        head = int(np.where(out, -np.inf, ratio_test.max(axis=0)).argmax()) if not out.all() else None
    if head is None:
        return ()
    metric = np.take_along_axis(_clearness(statistics, group), telling[None], axis=0)[0]
    rest = [int(j) for j in enough[np.argsort(-metric[enough].round(12), kind="stable")] if j != head]
    picked = [Picked(j, bool(telling[j] == agree)) for j in [head, *rest][:PICKED]]
    return tuple(sorted(picked, key=lambda p: not p.agrees))


def _clearness(statistics: Statistics, group: int) -> Floats:
    """ratio x its z x share x its z, [2, m]: Polis' measure of how representative a statement is."""
    s = statistics
    return np.asarray(s.ratio[:, group] * s.ratio_test[:, group] * s.share[:, group] * s.share_test[:, group])


def _best_agreed(statistics: Statistics, group: int, out: Mask) -> int | None:
    """The last statement that beat the one before it, looking through them by number."""
    best: int | None = None
    share, test = statistics.share[0, group], statistics.share_test[0, group]
    ratio, clear = statistics.ratio[0, group], _clearness(statistics, group)[0]
    for j in np.flatnonzero((statistics.count[:, group].sum(axis=0) > 0) & ~out):
        if best is None:
            wins = test[j] > _SIGNIFICANT or (ratio[j] > 1 and share[j] > 0.5)
        elif ratio[best] > 1:
            wins = clear[j] > clear[best]
        else:
            wins = share[j] * test[j] > share[best] * test[best]
        best = int(j) if wins else best
    return best


def _consensus(everybody: Statistics, out: Mask) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """At most five statements most clearly agreed, and disagreed, by all people taken together."""
    share, test = everybody.share[:, 0], everybody.share_test[:, 0]
    fit = (share > 0.5) & (test > _SIGNIFICANT) & ~out
    order = np.argsort(-(share * test).round(12), axis=1, kind="stable")
    agreed, disagreed = (tuple(int(j) for j in order[v] if fit[v, j])[:PICKED] for v in range(2))
    return agreed, disagreed
