"""Groups found from the votes: people who stand close together on the map. Never to be mixed up with sides.

k-means on the positions, k chosen by the silhouette. Many starts and the best of them, so that the
groups do not hang on an axis' arbitrary direction, the order of people, or the seed; peers start from
the k left-most points and lose that. Source: DESIGN 6.1; Arthur and Vassilvitskii 2007 (starts),
Rousseeuw 1987 (silhouette), Hubert and Arabie 1985 (adjusted Rand index).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tracktwo.engines.opinion.space import Space
from tracktwo.engines.opinion.votes import Floats, Ints

_EXACT_UP_TO = 600  # distinct points; above, points are gathered in the cells of a grid
_GRID = 48  # cells along each axis, symmetric about the middle so that a mirrored map gives mirrored cells
_LATTICE = 1 << 20  # positions are read to a millionth of the map's reach
_STARTS = 24
_FINALISTS = 6  # best divisions of the cells that are tried again on the people themselves
_SETTLE_UP_TO = 20_000  # people; above, only the best division is settled, in a few steps
_STEPS = 60


@dataclass(frozen=True, eq=False)
class Groups:
    """The groups found, largest first.

    ``members`` int64[n]: group of each person, -1 without votes. ``sizes`` int64[k]. ``centres``
    float64[k, 2] in the coordinates of the space. ``silhouette``: mean, -1 to 1 (NaN with fewer
    than two groups). ``stability``: mean adjusted Rand index between these groups and those found
    after drawing the people anew with replacement; 1 is the same every time, 0 no better than chance.
    """

    members: Ints
    sizes: Ints
    centres: Floats
    silhouette: float
    stability: float

    @property
    def count(self) -> int:
        """k, the number of groups; 0 where nobody voted."""
        return len(self.sizes)


@dataclass(frozen=True, eq=False)
class _Cells:
    """Points gathered: mean position float64[b, 2] (exact first moments) and number of people float64[b]."""

    points: Floats
    weight: Floats


def find(
    space: Space,
    *,
    at_most: int = 5,
    smallest_share: float = 0.05,
    smallest: int = 5,
    shaped_from: int = 7,
    draws: int = 12,
    rng: np.random.Generator,
) -> Groups:
    """Find two to ``at_most`` groups of at least ``smallest`` people and ``smallest_share`` of all.

    Where no division has groups that large, everybody is one group. People with fewer than
    ``shaped_from`` answers (or than the median, if that is lower) join the nearest group but do not
    shape the groups. ``draws`` are the resamplings behind ``stability``.
    Numbering: by size, then by centre. Cost: O(n) a step, plus cells^2 for the silhouette.
    """
    voters = np.flatnonzero(space.answered > 0)
    members = np.full(len(space.answered), -1, dtype=np.int64)
    if len(voters) == 0:
        return Groups(members, np.zeros(0, dtype=np.int64), np.zeros((0, 2)), np.nan, np.nan)
    points, mirror, unit = _upright(space.positions[voters])
    answered = space.answered[voters]
    shaping = points[answered >= min(shaped_from, int(np.median(answered)))]
    cells = _gather(shaping)
    least = max(smallest, smallest_share * len(voters))
    centres, silhouette = _best_division(points, shaping, cells, at_most, least)
    members[voters] = _nearest(points, centres)
    sizes = np.bincount(members[voters], minlength=len(centres))
    order = np.lexsort((centres[:, 1], centres[:, 0], -sizes))
    members[voters] = np.argsort(order)[members[voters]]
    stability = _stability(cells, centres, draws, rng)
    return Groups(members, sizes[order], centres[order] * mirror * unit, silhouette, stability)


def adjusted_rand(one: npt.ArrayLike, other: npt.ArrayLike, weight: npt.ArrayLike | None = None) -> float:
    """Adjusted Rand index of two groupings of the same people: 1 the same, about 0 by chance.

    ``weight`` counts several people at once. Two groupings of one group each are the same (1).
    """
    _, a = np.unique(np.asarray(one), return_inverse=True)
    _, b = np.unique(np.asarray(other), return_inverse=True)
    if a.size == 0:
        return 1.0
    w = None if weight is None else np.asarray(weight, dtype=float)
    both = np.bincount(a * (b.max() + 1) + b, weights=w).astype(float)
    rows, columns = np.bincount(a, weights=w).astype(float), np.bincount(b, weights=w).astype(float)
    together, in_one, in_other, all_pairs = (_pairs(c) for c in (both, rows, columns, np.array([rows.sum()])))
    by_chance = in_one * in_other / all_pairs if all_pairs else 0.0
    most = (in_one + in_other) / 2
    return 1.0 if most == by_chance else (together - by_chance) / (most - by_chance)


def _pairs(counts: Floats) -> float:
    return float((counts * (counts - 1)).sum() / 2)


def _upright(points: Floats) -> tuple[Floats, Floats, float]:
    """The points on a fine lattice, each axis' longer tail positive; the mirroring (+1, -1); the unit.

    Sums of whole numbers do not depend on their order, nor the lattice on the last bit of a position:
    the same crowd in another order, or seen in a mirror, gives the very same points.
    """
    unit = max(float(np.abs(points).max()), 1e-300) / _LATTICE
    lattice = np.rint(points / unit)
    mirror = np.where((lattice**3).sum(axis=0) < 0, -1.0, 1.0)
    return lattice * mirror + 0.0, mirror, unit


def _gather(points: Floats) -> _Cells:
    """Distinct points where they are few, else the occupied cells of a symmetric grid."""
    distinct, number = np.unique(points, axis=0, return_counts=True)
    if len(distinct) <= _EXACT_UP_TO:
        return _Cells(distinct, number.astype(float))
    reach = np.maximum(np.abs(points).max(axis=0), 1e-300)
    column, row = np.clip(((points / reach + 1) * (_GRID / 2)).astype(np.int64), 0, _GRID - 1).T
    cell = column * _GRID + row
    number = np.bincount(cell, minlength=_GRID**2)
    used = number > 0
    weight = number[used].astype(float)
    sums = np.stack([np.bincount(cell, axis, minlength=_GRID**2)[used] for axis in points.T], axis=1)
    return _Cells(sums / weight[:, None], weight)


def _best_division(
    points: Floats, shaping: Floats, cells: _Cells, at_most: int, least: float
) -> tuple[Floats, float]:
    """Centres and silhouette of the division with the largest silhouette; fewer groups win a tie."""
    best, best_silhouette = shaping.mean(axis=0, keepdims=True), np.nan
    distance: Floats | None = None
    for k in range(2, at_most + 1):
        if len(cells.weight) < k or len(points) < k * least:
            break
        centres = _divide(cells, shaping, k, least * len(shaping) / len(points))
        if centres is None or np.bincount(_nearest(points, centres), minlength=k).min() < least:
            continue
        distance = _distances(cells.points) if distance is None else distance
        silhouette = _silhouette(distance, cells.weight, _nearest(cells.points, centres), k)
        if np.isnan(best_silhouette) or silhouette > best_silhouette + 1e-9:
            best, best_silhouette = centres, silhouette
    return best, best_silhouette


def _divide(cells: _Cells, shaping: Floats, k: int, least: float) -> Floats | None:
    """Centres float64[k, 2] with the least spread inside, among the starts whose groups are large enough.

    The starts come from a stream of their own: groups are a function of the votes, not of a seed.
    """
    own = np.random.default_rng(k)
    weight = np.broadcast_to(cells.weight, (_STARTS, len(cells.weight)))
    starts = np.concatenate([_spread_starts(cells.points, weight, k, own), _sliced_starts(cells, k)])
    weight = np.broadcast_to(cells.weight, (len(starts), len(cells.weight)))
    centres, sizes, spread = _lloyd(cells.points, weight, starts)
    centres = _large_enough(centres, sizes, spread, least)
    if len(centres) == 0:
        return None
    if len(shaping) > _SETTLE_UP_TO:
        return _settle(shaping, centres[0])
    weight = np.ones((len(centres), len(shaping)))
    centres = _large_enough(*_lloyd(shaping, weight, centres), least)
    return centres[0] if len(centres) else None


def _large_enough(centres: Floats, sizes: Floats, spread: Floats, least: float) -> Floats:
    """The centres [r, k, 2] of the best few different divisions without too small a group, best first."""
    fit = np.flatnonzero(sizes.min(axis=1) >= least)
    _, first = np.unique(spread[fit], return_index=True)
    return centres[fit[first[:_FINALISTS]]]


def _spread_starts(points: Floats, weight: Floats, k: int, rng: np.random.Generator) -> Floats:
    """k-means++ for each row of ``weight`` [r, b] at once: centres float64[r, k, 2]."""
    runs = len(weight)
    centres = np.empty((runs, k, 2))
    chance = weight
    away = np.full(weight.shape, np.inf)
    for c in range(k):
        ladder = np.cumsum(chance, axis=1)
        aim = rng.random((runs, 1)) * ladder[:, -1:]
        centres[:, c] = points[np.minimum((ladder <= aim).sum(axis=1), len(points) - 1)]
        gap = ((points - centres[:, c][:, None]) ** 2).sum(axis=2)
        away = np.minimum(away, gap)
        chance = weight * away
    return centres


def _sliced_starts(cells: _Cells, k: int) -> Floats:
    """Four starts without chance: k slices of equal weight along both axes and both diagonals."""
    x, y = (cells.points / np.maximum(cells.points.std(axis=0), 1e-300)).T
    starts = []
    for line in (x, y, x + y, x - y):
        order = np.argsort(line, kind="stable")
        passed = np.cumsum(cells.weight[order]) - cells.weight[order] / 2
        part = np.minimum((passed / cells.weight.sum() * k).astype(np.int64), k - 1)
        weight, points = cells.weight[order], cells.points[order]
        starts.append(
            [
                np.average(points[part == c], axis=0, weights=weight[part == c])
                if (part == c).any()
                else points[c]
                for c in range(k)
            ]
        )
    return np.array(starts)


def _lloyd(points: Floats, weight: Floats, centres: Floats) -> tuple[Floats, Floats, Floats]:
    """Lloyd's steps for r starts at once until none moves: centres [r, k, 2], sizes [r, k], spread [r].

    ``weight`` is [r, b]. A centre that loses all its people stays where it is, with size 0.
    """
    runs, k, _ = centres.shape
    offset = np.arange(runs)[:, None] * k
    square = (points**2).sum(axis=1)
    group = np.full(weight.shape, -1)
    for _ in range(_STEPS):
        gap = (centres**2).sum(axis=2).reshape(-1)[:, None] - 2 * centres.reshape(-1, 2) @ points.T
        gap = gap.reshape(runs, k, -1)
        nearest = gap.argmin(axis=1)
        if np.array_equal(nearest, group):
            break
        group = nearest
        slot = (group + offset).ravel()
        sizes, x, y = (
            np.asarray(np.bincount(slot, w.ravel(), runs * k), dtype=float)
            for w in (weight, weight * points[:, 0], weight * points[:, 1])
        )
        filled = sizes > 0
        centres = centres.copy()
        centres.reshape(-1, 2)[filled] = np.stack([x, y], axis=1)[filled] / sizes[filled, None]
    closest = np.take_along_axis(gap, group[:, None], axis=1)[:, 0]
    return centres, sizes.reshape(runs, k), (weight * (closest + square)).sum(axis=1)


def _settle(points: Floats, centres: Floats) -> Floats:
    """Exact Lloyd steps on all points; a few suffice after the cells."""
    group = _nearest(points, centres)
    for _ in range(5):
        size = np.bincount(group, minlength=len(centres))
        if size.min() == 0:
            return centres
        centres = np.stack([np.bincount(group, axis) for axis in points.T], axis=1) / size[:, None]
        moved = _nearest(points, centres)
        if np.array_equal(moved, group):
            return centres
        group = moved
    return centres


def _nearest(points: Floats, centres: Floats) -> Ints:
    return np.asarray(((centres**2).sum(axis=1)[:, None] - 2 * centres @ points.T).argmin(axis=0))


def _distances(points: Floats) -> Floats:
    x, y = points.T
    return np.asarray(np.hypot(x[:, None] - x, y[:, None] - y))


def _silhouette(distance: Floats, weight: Floats, group: Ints, k: int) -> float:
    """Mean silhouette of all people; people in one cell count as standing on one spot."""
    into = (group[:, None] == np.arange(k)) * weight[:, None]
    reach, size = distance @ into, into.sum(axis=0)
    row = np.arange(len(group))
    own_size = size[group]
    own = reach[row, group] / np.maximum(own_size - 1, 1)
    others = np.where(size > 0, reach / np.maximum(size, 1), np.inf)
    others[row, group] = np.inf
    other = others.min(axis=1)
    larger = np.maximum(own, other)
    score = np.divide(other - own, larger, where=larger > 0, out=np.zeros(len(group)))
    return float(np.average(np.where(own_size > 1, score, 0.0), weights=weight))


def _stability(cells: _Cells, centres: Floats, draws: int, rng: np.random.Generator) -> float:
    """Mean adjusted Rand index with the groups of ``draws`` resampled crowds, on the same axes."""
    k = len(centres)
    if k < 2 or draws < 1:
        return np.nan
    people = int(cells.weight.sum())
    weight = rng.multinomial(people, cells.weight / people, size=draws).astype(float)
    each = np.repeat(weight, 4, axis=0)
    moved, _, spread = _lloyd(cells.points, each, _spread_starts(cells.points, each, k, rng))
    best = spread.reshape(draws, 4).argmin(axis=1) + 4 * np.arange(draws)
    group = _nearest(cells.points, centres)
    again = (_nearest(cells.points, moved[b]) for b in best)
    return float(np.mean([adjusted_rand(group, other, cells.weight) for other in again]))
