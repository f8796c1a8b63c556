"""Groups found from the votes: people who stand close together on the map. Never to be mixed up with sides.

k-means on the positions, k chosen by the silhouette. Many starts and the best of them, so that the
groups do not hang on an axis' arbitrary direction, the order of people, or the seed; peers start from
the k left-most points and lose that. Source: DESIGN 6.1; Arthur and Vassilvitskii 2007 (starts),
Rousseeuw 1987 (silhouette), Hubert and Arabie 1985 (adjusted Rand index).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from tracktwo.engines.opinion import kernels
from tracktwo.engines.opinion.space import Space
from tracktwo.engines.opinion.votes import Floats, Ints

_EXACT_UP_TO = 600  # distinct points; above, points are gathered in the cells of a grid
_GRID = 48  # cells along each axis, symmetric about the middle so that a mirrored map gives mirrored cells
_LATTICE = 1 << 20  # positions are read to a millionth of the map's reach
_STARTS = 24  # by chance, at least; among few points more are cheap, and the best division is surer found
_MOST_STARTS = 96
_TRIED = 9_600  # points times starts
_FINALISTS = 6  # best divisions of the cells that are tried again on the people themselves
_SETTLE_UP_TO = 20_000  # people; above, only the best division is settled, in a few steps
_STEPS = 60
_HASTE = 4_096  # points among which more than `_EXACT_UP_TO` distinct ones are usually met already
_AT_ONCE = 1 << 18  # points worked on at a time

_Number = TypeVar("_Number", np.float64, np.int64, np.int32)
Points = npt.NDArray[np.int32]  # positions on the lattice, [n, 2]


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
    """Points gathered: mean position float64[b, 2] (exact first moments) and number of people float64[b].

    ``sums_hide_people`` where the people of one cell stand on different spots.
    """

    points: Floats
    weight: Floats
    sums_hide_people: bool


@dataclass(frozen=True, eq=False)
class _Lines:
    """Cells in several orders: points float64[lines, b, 2], mass float64[3, lines, b] (weight, and weight times each
    coordinate), and the share of all weight passed at the middle of each, float64[lines, b]."""

    points: Floats
    mass: Floats
    passed: Floats


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
    voted = space.answered > 0
    members = np.full(len(voted), -1, dtype=np.int64)
    if not voted.any():
        return Groups(members, np.zeros(0, dtype=np.int64), np.zeros((0, 2)), np.nan, np.nan)
    points, mirror, unit = _upright(_only(space.positions, voted))
    answered = _only(space.answered, voted)
    shaping = _only(points, answered >= min(shaped_from, _median(answered)))
    cells = _gather(shaping)
    least = max(smallest, smallest_share * len(points))
    centres, silhouette = _best_division(points, shaping, cells, at_most, least)
    group, sizes, _ = _nearest(points, centres)
    order = np.lexsort((centres[:, 1], centres[:, 0], -sizes))
    members[voted] = np.argsort(order)[group]
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
    rows, columns = int(a.max()) + 1, int(b.max()) + 1
    both = np.bincount(a * columns + b, weights=w, minlength=rows * columns)
    return float(_rand(both.reshape(1, rows, columns).astype(float))[0])


def _rand(both: Floats) -> Floats:
    """The adjusted Rand index [t] from tables of how many are in group a and in group b, float64[t, k, l]."""
    rows, columns = both.sum(axis=2), both.sum(axis=1)
    together, in_one, in_other = _pairs(both.reshape(len(both), -1)), _pairs(rows), _pairs(columns)
    all_pairs = _pairs(rows.sum(axis=1, keepdims=True))
    by_chance = in_one * in_other / np.where(all_pairs > 0, all_pairs, 1.0)
    above = (in_one + in_other) / 2 - by_chance
    return np.where(above == 0, 1.0, (together - by_chance) / np.where(above == 0, 1.0, above))


def _pairs(counts: Floats) -> Floats:
    """Pairs of people within each row of counts."""
    return np.asarray((counts * (counts - 1)).sum(axis=1) / 2)


def _only(rows: npt.NDArray[_Number], chosen: npt.NDArray[np.bool_]) -> npt.NDArray[_Number]:
    """The chosen rows, without a copy where all are."""
    return rows if chosen.all() else rows.compress(chosen, axis=0)  # seven times as quick as by index


def _median(answered: Ints) -> int:
    """The median rounded down, by counting: quicker than sorting."""
    below = np.cumsum(np.bincount(answered))
    n = len(answered)
    lower, upper = np.searchsorted(below, [(n - 1) // 2, n // 2], side="right")
    return int((lower + upper) // 2)


def _upright(positions: Floats) -> tuple[Points, Floats, float]:
    """The points on a fine lattice, each axis' longer tail positive; the mirroring (+1, -1); the unit.

    Sums of whole numbers do not depend on their order, nor the lattice on the last bit of a position:
    the same crowd in another order, or seen in a mirror, gives the very same points.
    """
    unit = max(float(positions.max()), -float(positions.min()), 1e-300) / _LATTICE
    points = np.empty(positions.shape, dtype=np.int32)
    if compiled := kernels.compiled():

        def laid(first: int, last: int) -> Ints:
            own: Ints = compiled.lattice(positions[first:last], unit, points[first:last])
            return own

        cubes = np.asarray(sum(kernels.over_rows(len(points), laid)))
    else:
        cubes = _lattice(positions, unit, points)
    lean = [(int(high) << 32) + int(low) for high, low in cubes]
    mirror = np.array([-1 if one < 0 else 1 for one in lean])
    if (mirror < 0).any():
        points *= mirror.astype(np.int32)
    return points, mirror.astype(float), unit


def _lattice(positions: Floats, unit: float, points: Points) -> Ints:
    """Round to the lattice; each axis' sum of cubes as (high, low) parts: cubes of 60 bits would overflow."""
    cubes = np.zeros((2, 2), dtype=np.int64)
    for i in range(0, len(positions), _AT_ONCE):
        whole = np.rint(positions[i : i + _AT_ONCE] / unit).astype(np.int64)
        points[i : i + _AT_ONCE] = whole
        cube = whole**3
        cubes[:, 0] += (cube >> 32).sum(axis=0)
        cubes[:, 1] += (cube & 0xFFFFFFFF).sum(axis=0)
    return cubes


def _gather(points: Points) -> _Cells:
    """Distinct points where they are few, else the occupied cells of a symmetric grid."""
    if len(points) <= _HASTE or len(np.unique(_keys(points[:_HASTE]))) <= _EXACT_UP_TO:
        distinct, number = np.unique(_keys(points), return_counts=True)
        if len(distinct) <= _EXACT_UP_TO:
            x = (distinct + (1 << 31)) >> 32  # y may be negative
            return _Cells(
                np.stack([x, distinct - (x << 32)], axis=1).astype(float), number.astype(float), False
            )
    ends = kernels.over_rows(len(points), lambda i, j: _reach(points[i:j]))
    reach = np.maximum(np.max(ends, axis=0), 1)
    compiled = kernels.compiled()
    into = compiled.gather if compiled else _into_grid

    def gathered(first: int, last: int) -> tuple[Ints, Ints]:
        number, sums = np.zeros(_GRID**2, dtype=np.int64), np.zeros((_GRID**2, 2), dtype=np.int64)
        into(points[first:last], reach, _GRID, number, sums)
        return number, sums

    parts = kernels.over_rows(len(points), gathered)
    number, sums = np.asarray(sum(one for one, _ in parts)), np.asarray(sum(two for _, two in parts))
    used = number > 0
    weight = number[used].astype(float)
    return _Cells(sums[used] / weight[:, None], weight, True)


def _reach(points: Points) -> Ints:
    """How far the points go along each axis, to either side: axis by axis, as numpy is slow with rows of two."""
    return np.array([max(int(axis.max()), -int(axis.min())) for axis in points.T])


def _keys(points: Points) -> Ints:
    """One number for each point, in the order of x, then y."""
    x, y = points.T.astype(np.int64)
    return np.asarray((x << 32) + y)


def _into_grid(points: Points, reach: Ints, grid: int, number: Ints, sums: Ints) -> None:
    for i in range(0, len(points), _AT_ONCE):
        part = points[i : i + _AT_ONCE]
        column, row = np.minimum(((part / reach + 1) * (grid / 2)).astype(np.int64), grid - 1).T
        cell = column * grid + row
        number += np.bincount(cell, minlength=grid**2)
        for axis in range(2):
            sums[:, axis] += np.bincount(cell, part[:, axis], grid**2).astype(np.int64)


def _best_division(
    points: Points, shaping: Points, cells: _Cells, at_most: int, least: float
) -> tuple[Floats, float]:
    """Centres and silhouette of the division with the largest silhouette; fewer groups win a tie."""
    divisions, lines = [], _lines(cells)
    for k in range(2, at_most + 1):
        if len(cells.weight) < k or len(points) < k * least:
            break
        centres = _divide(cells, shaping, k, least * len(shaping) / len(points), lines)
        if centres is not None:
            divisions.append(centres)
    silhouettes = _silhouettes(cells, divisions)
    while silhouettes:
        best = _first_largest(silhouettes)
        centres, silhouette = divisions.pop(best), silhouettes.pop(best)
        if len(shaping) > _SETTLE_UP_TO:
            centres = _settle(shaping, centres)
        if _nearest(points, centres)[1].min() >= least:
            return centres, silhouette
    return shaping.mean(axis=0, keepdims=True), np.nan


def _first_largest(numbers: list[float]) -> int:
    """Where the largest number stands; of those equal but for the last bits, the first."""
    best = 0
    for place, number in enumerate(numbers):
        if number > numbers[best] + 1e-9:
            best = place
    return best


def _divide(cells: _Cells, shaping: Points, k: int, least: float, lines: _Lines) -> Floats | None:
    """Centres float64[k, 2] with the least spread inside, among the starts whose groups are large enough.

    The starts come from a stream of their own: groups are a function of the votes, not of a seed. Up to
    ``_SETTLE_UP_TO`` people the best few are tried on the people themselves, else they stay those of the cells.
    """
    number = min(max(_STARTS, _TRIED // len(cells.weight)), _MOST_STARTS)
    weight, everybody = cells.weight[None], np.zeros(number + len(lines.points), dtype=np.int64)
    by_chance = _spread_starts(cells.points, weight, everybody[:number], k, np.random.default_rng(k))
    starts = np.concatenate([by_chance, _slices(lines, k)])
    centres = _large_enough(*_lloyd(cells.points, weight, everybody, starts), least)
    if len(centres) and cells.sums_hide_people and len(shaping) <= _SETTLE_UP_TO:
        one_each = np.ones((1, len(shaping)))
        people = _lloyd(shaping.astype(float), one_each, everybody[: len(centres)], centres)
        centres = _large_enough(*people, least)
    return centres[0] if len(centres) else None


def _large_enough(centres: Floats, sizes: Floats, spread: Floats, least: float) -> Floats:
    """The centres [r, k, 2] of the best few different divisions without too small a group, best first."""
    fit = np.flatnonzero(sizes.min(axis=1) >= least)
    order = fit[spread[fit].argsort(kind="stable")]
    rising = spread[order]
    first = np.append(True, rising[1:] != rising[:-1])[: len(order)]
    return np.asarray(centres[order[first][:_FINALISTS]])


def _spread_starts(points: Floats, weight: Floats, of: Ints, k: int, rng: np.random.Generator) -> Floats:
    """k-means++ for several runs at once, run r with ``weight[of[r]]``: centres float64[r, k, 2]."""
    chance = rng.random((len(of), k))
    if compiled := kernels.compiled():
        return np.asarray(compiled.spread_starts(points, weight, of, chance))
    centres = np.empty((len(of), k, 2))
    weight = weight[of]
    likely = weight
    away = np.full(weight.shape, np.inf)
    for c in range(k):
        ladder = np.cumsum(likely, axis=1)
        aim = chance[:, c, None] * ladder[:, -1:]
        centres[:, c] = points[np.minimum((ladder <= aim).sum(axis=1), len(points) - 1)]
        dx, dy = (points[:, axis] - centres[:, c, axis, None] for axis in range(2))
        away = np.minimum(away, dx * dx + dy * dy)
        likely = weight * away
    return centres


def _lines(cells: _Cells) -> _Lines:
    """The cells in the order of both axes and of both diagonals."""
    x, y = (cells.points / np.maximum(cells.points.std(axis=0), 1e-300)).T
    order = np.stack([x, y, x + y, x - y]).argsort(axis=1, kind="stable")
    points, weight = cells.points[order], cells.weight[order]
    passed = np.cumsum(weight, axis=1)
    mass = np.stack([weight, weight * points[:, :, 0], weight * points[:, :, 1]])
    return _Lines(points, mass, (passed - weight / 2) / passed[:, -1:])


def _slices(lines: _Lines, k: int) -> Floats:
    """Starts without chance, float64[lines, k, 2]: the middles of k slices of about equal weight."""
    part = np.minimum((lines.passed * k).astype(np.int64), k - 1)
    slot: Ints = part + np.arange(0, len(part) * k, k)[:, None]
    return _middles(_sums(slot, lines.mass, k), lines.points[:, :k])


def _lloyd(points: Floats, weight: Floats, of: Ints, centres: Floats) -> tuple[Floats, Floats, Floats]:
    """Lloyd's steps for r starts until none moves: centres [r, k, 2], sizes [r, k], spread inside [r].

    Run r has the weights ``weight[of[r]]``. A centre that loses all its people stays where it is, with size 0.
    """
    if compiled := kernels.compiled():
        exact = _exact_sums(points, weight)
        found: tuple[Floats, Floats, Floats] = compiled.lloyd(points, weight, of, centres, _STEPS, exact)
        return found
    runs, k, _ = centres.shape
    centres, sizes, spread = centres.copy(), np.zeros((runs, k)), np.zeros(runs)
    mass = np.stack([weight, weight * points[:, 0], weight * points[:, 1]])[:, of]
    going, here, sums, room = np.arange(runs), centres, np.zeros((3, runs, k)), _room(runs, len(points))
    group = np.full((runs, len(points)), -1, dtype=np.int8)
    # One weight for all runs and whole numbers: the sums are the same in any order, so a product of matrices will do.
    alike = mass[:, 0].T.copy() if len(weight) == 1 and _exact_sums(points, weight).all() else None
    for step in range(_STEPS):
        gap, nearest = _nearest_of(points, here, room)
        still = (nearest == group).all(axis=1) | (step == _STEPS - 1)
        if still.any():
            done, on = going[still], ~still
            spread[done] = _spread(points, weight, of[done], gap[still])
            centres[done], sizes[done] = here[still], sums[0, still]
            going, here, nearest = going[on], here[on], nearest[on]
            mass = mass[:, on] if len(weight) > 1 else mass[:, : len(going)]
        if len(going) == 0:
            break
        if alike is not None:
            sums = _sums_alike(nearest, alike, k)
        else:
            sums = _sums(nearest + np.arange(0, len(going) * k, k)[:, None], mass, k)
        group, here = nearest, _middles(sums, here)
    return centres, sizes, spread


def _exact_sums(points: Floats, weight: Floats) -> npt.NDArray[np.bool_]:
    """For each row of weights: are the sums of the points whole and below 2^53, the same in any order?"""
    reach = float(np.abs(points).max(initial=0.0))
    return np.asarray((weight.sum(axis=1) * reach < 2.0**53) & (points == np.rint(points)).all())


def _sums(slot: npt.NDArray[np.integer[Any]], mass: Floats, k: int) -> Floats:
    """Number of people and sums of their coordinates, [3, r, k], from slots [r, b] and ``mass`` [3, r, b]."""
    sums, flat = np.empty((3, len(slot) * k)), slot.ravel()
    for total, one in zip(sums, mass, strict=True):
        total[:] = np.bincount(flat, one.ravel(), len(total))
    return sums.reshape(3, -1, k)


def _sums_alike(nearest: npt.NDArray[np.int8], mass: Floats, k: int) -> Floats:
    """As `_sums`, [3, r, k], for runs that share their ``mass`` [b, 3] of whole numbers; the last group is the rest."""
    sums, rest = np.empty((3, len(nearest), k)), mass.sum(axis=0)
    for c in range(k - 1):
        sums[:, :, c] = ((nearest == c).astype(float) @ mass).T
    sums[:, :, k - 1] = rest[:, None] - sums[:, :, : k - 1].sum(axis=2)
    return sums


def _middles(sums: Floats, before: Floats) -> Floats:
    """Mean [r, k, 2] of each group of each run; an empty one stays where it was."""
    size, *whole = sums
    after, filled = before.copy(), size > 0
    for axis, total in enumerate(whole):
        np.divide(total, size, out=after[:, :, axis], where=filled)
    return after


def _room(runs: int, points: int) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
    """Working memory for `_nearest_of`, taken once for all steps."""
    return np.empty((runs, points)), np.empty((runs, points)), np.empty((runs, points), dtype=bool)


def _nearest_of(
    points: Floats, centres: Floats, room: tuple[Floats, Floats, npt.NDArray[np.bool_]] | None = None
) -> tuple[Floats, npt.NDArray[np.int8]]:
    """For each run [r] and point [b], the nearest centre and the squared distance less the point's square."""
    x, y = np.ascontiguousarray(2 * points.T)  # twice is exact: all is rounded as the compiled kernel rounds
    runs, k, _ = centres.shape
    gap, along_y, closer = (one[:runs] for one in room or _room(runs, len(points)))
    nearest, closest = np.zeros(gap.shape, dtype=np.int8), np.empty(gap.shape)
    for c in range(k):
        cx, cy = centres[:, c, 0, None], centres[:, c, 1, None]
        here = gap if c else closest
        np.multiply(cx, x, out=here)
        np.multiply(cy, y, out=along_y)
        here += along_y
        np.subtract(cx * cx + cy * cy, here, out=here)
        if c:
            np.less(gap, closest, out=closer)
            np.maximum(nearest, closer.view(np.int8) * np.int8(c), out=nearest)
            np.minimum(gap, closest, out=closest)
    return closest, nearest


def _spread(points: Floats, weight: Floats, of: Ints, gap: Floats) -> Floats:
    x, y = points.T
    return np.asarray(np.cumsum(weight[of] * (gap + (x * x + y * y)), axis=1)[:, -1])  # summed in order


def _settle(points: Points, centres: Floats) -> Floats:
    """Exact Lloyd steps on all points; a few suffice after the cells."""
    group, before = np.full(len(points), -1), np.empty(len(points), dtype=np.int64)  # used by turns
    for _ in range(5):
        before, (group, size, sums) = group, _nearest(points, centres, before)
        if size.min() == 0 or np.array_equal(before, group):
            break
        centres = sums / size[:, None]
    return centres


def _nearest(points: Points, centres: Floats, group: Ints | None = None) -> tuple[Ints, Ints, Ints]:
    """The nearest centre int64[n] of each point; number int64[k] and coordinate sums int64[k, 2] of each.

    ``group`` is room for the first: memory fresh from the system is slower than to compute it.
    """
    group = np.empty(len(points), dtype=np.int64) if group is None else group
    k = len(centres)
    if compiled := kernels.compiled():

        def found(first: int, last: int) -> Ints:
            own: Ints = compiled.nearest(points[first:last], centres, group[first:last])
            return own

        sums = np.asarray(sum(kernels.over_rows(len(points), found)))
        return group, sums[:, 0], sums[:, 1:]
    size, total = np.zeros(k, dtype=np.int64), np.zeros((k, 2), dtype=np.int64)
    for i in range(0, len(points), _AT_ONCE):
        part = points[i : i + _AT_ONCE]
        own = group[i : i + _AT_ONCE]
        own[:] = _nearest_of(part.astype(float), centres[None])[1][0]
        size += np.bincount(own, minlength=k)
        for axis in range(2):
            total[:, axis] += np.bincount(own, part[:, axis], k).astype(np.int64)
    return group, size, total


def _distances(points: Floats) -> Floats:
    if compiled := kernels.compiled():
        out = np.empty((len(points), len(points)))
        compiled.distances(points, out)
        return out
    x, y = points.T.copy()
    gap = x[:, None] - x
    gap *= gap
    other = y[:, None] - y
    other *= other
    gap += other
    return np.asarray(np.sqrt(gap, out=gap))


def _silhouettes(cells: _Cells, divisions: list[Floats]) -> list[float]:
    """Mean silhouette of all people for each division; people in one cell count as standing on one spot."""
    if not divisions:
        return []
    groups = [_group_of(cells.points, centres[None])[0] for centres in divisions]
    into = [
        (group[:, None] == np.arange(len(centres))) * cells.weight[:, None]
        for group, centres in zip(groups, divisions, strict=True)
    ]
    reach = _distances(cells.points) @ np.concatenate(into, axis=1)
    ends = np.cumsum([len(centres) for centres in divisions])
    return [
        _silhouette(reach[:, end - one.shape[1] : end], one.sum(axis=0), cells.weight, group)
        for group, one, end in zip(groups, into, ends, strict=True)
    ]


def _group_of(points: Floats, centres: Floats) -> Ints:
    """For each run [r] and point [b], the nearest centre, int64."""
    if compiled := kernels.compiled():
        out = np.empty((len(centres), len(points)), dtype=np.int64)
        compiled.group_of(points, centres, out)
        return out
    return _nearest_of(points, centres)[1].astype(np.int64)


def _silhouette(reach: Floats, size: Floats, weight: Floats, group: Ints) -> float:
    """From each cell's summed distance [b, k] to the people of each group, and their number [k]."""
    if compiled := kernels.compiled():
        score = np.empty(len(group))
        compiled.silhouette(reach, size, group, score)
    else:
        score = _scores(reach, size, group)
    return float((score * weight).sum() / weight.sum())


def _scores(reach: Floats, size: Floats, group: Ints) -> Floats:
    """The silhouette of each cell's people, float64[b]; 0 for somebody alone in a group."""
    row = np.arange(len(group))
    own_size = size[group]
    own = reach[row, group] / np.maximum(own_size - 1, 1)
    others = np.where(size > 0, reach / np.maximum(size, 1), np.inf)
    others[row, group] = np.inf
    other = others.min(axis=1)
    larger = np.maximum(own, other)
    score = np.divide(other - own, larger, where=larger > 0, out=np.zeros(len(group)))
    return np.where(own_size > 1, score, 0.0)


def _stability(cells: _Cells, centres: Floats, draws: int, rng: np.random.Generator) -> float:
    """Mean adjusted Rand index with the groups of ``draws`` resampled crowds, on the same axes."""
    k = len(centres)
    if k < 2 or draws < 1:
        return np.nan
    people = int(cells.weight.sum())
    weight = rng.multinomial(people, cells.weight / people, size=draws).astype(float)
    of = np.repeat(np.arange(draws), 4)
    moved, _, spread = _lloyd(cells.points, weight, of, _spread_starts(cells.points, weight, of, k, rng))
    best = spread.reshape(draws, 4).argmin(axis=1) + 4 * np.arange(draws)
    group = _group_of(cells.points, centres[None])[0]
    again = _group_of(cells.points, moved[best])
    both = (np.arange(0, draws * k, k)[:, None] + group) * k + again
    tables = np.bincount(both.ravel(), np.tile(cells.weight, draws), draws * k * k)
    return float(np.mean(_rand(tables.astype(float).reshape(draws, k, k))))
