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
from tracktwo.engines.opinion.votes import Floats, Ints, Mask

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
_ROWS = 64  # of a square table of distances, worked on at a time
_SLACK = 72 * 2.0**-24  # of the reach squared: roundings in single precision, 33 for each of two gaps
_MOSTLY = 0.75  # of the runs that still move, below which the others are put aside

_Number = TypeVar("_Number", np.float64, np.int64, np.int32)
Points = npt.NDArray[np.int32]  # positions on the lattice, [n, 2]


@dataclass(frozen=True, eq=False)
class Groups:
    """The groups found, largest first.

    ``members`` int64[n]: group of each person, -1 without votes. ``sizes`` int64[k]. ``centres``
    float64[k, 2] in the coordinates of the space. ``silhouette``: mean, -1 to 1 (NaN with fewer
    than two groups). ``stability``: mean adjusted Rand index between these groups and those found
    after drawing the people anew with replacement; 1 is the same every time, 0 no better than chance.
    ``on_line``: the two ends of one line and not places on the map, see ``cleavage``.
    """

    members: Ints
    sizes: Ints
    centres: Floats
    silhouette: float
    stability: float
    on_line: bool = False

    @property
    def count(self) -> int:
        """k, the number of groups; 0 where nobody voted."""
        return len(self.sizes)


@dataclass(frozen=True, eq=False)
class _Cells:
    """Points gathered: mean position float64[b, 2], on the lattice, and number of people float64[b].

    On the lattice all sums are whole numbers, the same in any order. ``sums_hide_people`` where the people
    of one cell stand on different spots.
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
    return _Cells(np.rint(sums[used] / weight[:, None]), weight, True)


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
    x, y = points.T.copy()
    likely = weight = weight[of]
    away = np.full(weight.shape, np.inf)
    for c in range(k):
        ladder = np.cumsum(likely, axis=1)
        beyond = ladder > chance[:, c, None] * ladder[:, -1:]
        beyond[:, -1] = True
        centres[:, c] = points[beyond.argmax(axis=1)]
        if c + 1 < k:
            dx, dy = x - centres[:, c, 0, None], y - centres[:, c, 1, None]
            dx *= dx
            dy *= dy
            dx += dy
            np.minimum(away, dx, out=away)
            likely = np.multiply(weight, away, out=dx)
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
    exact = _exact_sums(points, weight)
    if compiled := kernels.compiled():
        found: tuple[Floats, Floats, Floats] = compiled.lloyd(points, weight, of, centres, _STEPS, exact)
        return found
    after, last, sizes = _moved(points, weight, of, centres, bool(exact.all()))
    return after, sizes, _spread(points, weight, of, last)


def _moved(
    points: Floats, weight: Floats, of: Ints, centres: Floats, exact: bool
) -> tuple[Floats, Floats, Floats]:
    """The steps of `_lloyd`: centres [r, k, 2], those from which groups were last chosen, and sizes [r, k]."""
    view, summed = _View.of(points, centres), _whole_sums if exact else _sums_in_order
    mass = np.stack([weight, weight * points[:, 0], weight * points[:, 1]], axis=2)
    own = mass if len(weight) == 1 else mass[of]
    after, sizes = centres.copy(), np.empty(centres.shape[:2])
    going, here, sums = np.arange(len(centres)), centres, np.full((*sizes.shape, 3), np.nan)
    for _ in range(_STEPS):
        before, seen, sums = sums, here, summed(view.nearest(here), own)
        here = _middles(sums, here)
        # Whose sums are the same keeps its centres, and so everything from now on.
        moves = (sums != before).reshape(len(sums), -1).any(axis=1)
        many = np.count_nonzero(moves)
        if not many:
            break
        if many < _MOSTLY * len(going):
            after[going], sizes[going] = here, sums[:, :, 0]
            going, here, seen, sums = going[moves], here[moves], seen[moves], sums[moves]
            own = own if len(weight) == 1 else own[moves]
    after[going], sizes[going] = here, sums[:, :, 0]
    last = after.copy()
    last[going] = seen
    return after, last, sizes


@dataclass(frozen=True, eq=False)
class _View:
    """The points as seen from centres: who is nearest is told in single precision, where that is enough.

    ``plane`` float32[3, b]: (-2 x, -2 y, 1), so that one product of matrices with (x, y, x^2 + y^2) of the
    centres gives all squared distances less the points' squares. ``slack`` is twice its largest error.
    """

    points: Floats
    plane: npt.NDArray[np.float32]
    slack: np.float32
    gaps: npt.NDArray[np.float32]
    near: Mask

    @classmethod
    def of(cls, points: Floats, centres: Floats) -> _View:
        """Working memory is taken once, for all steps of these runs."""
        runs, k, _ = centres.shape
        plane = np.ones((3, len(points)), dtype=np.float32)
        plane[:2] = -2 * points.T
        reach = max(float(np.abs(points).max(initial=0.0)), float(np.abs(centres).max(initial=0.0)))
        gaps = np.empty((runs * k, len(points)), dtype=np.float32)
        near = np.empty((runs, k, len(points)), dtype=np.bool_)
        return cls(points, plane, np.float32(_SLACK * reach * reach), gaps, near)

    def nearest(self, centres: Floats) -> Mask:
        """bool[r, k, b]: the one nearest centre of each point in each run; overwritten by the next call."""
        runs, k, _ = centres.shape
        spot = np.empty((runs * k, 3), dtype=np.float32)
        spot[:, :2] = centres.reshape(-1, 2)
        np.einsum("ra,ra->r", spot[:, :2], spot[:, :2], out=spot[:, 2])
        gaps = np.matmul(spot, self.plane, out=self.gaps[: runs * k]).reshape(runs, k, -1)
        limit, near = np.minimum.reduce(gaps, axis=1), self.near[:runs]
        limit += self.slack
        np.less_equal(gaps, limit[:, None], out=near)
        if np.count_nonzero(near) > limit.size:
            _decide(self.points, centres, near)
        return near


def _decide(points: Floats, centres: Floats, near: Mask) -> None:
    """Leave the nearest centre alone where several come into question, the first of equals, as compiled."""
    several = np.add.reduce(near.view(np.int8), axis=1, dtype=np.int8) > 1
    run, point = np.divmod(np.flatnonzero(several), len(points))
    (x, y), (cx, cy) = points[point].T[:, :, None], centres[run].transpose(2, 0, 1)
    gap = cx * cx + cy * cy - (cx * (2 * x) + cy * (2 * y))
    near[run, :, point] = np.arange(centres.shape[1]) == gap.argmin(axis=1)[:, None]


def _exact_sums(points: Floats, weight: Floats) -> npt.NDArray[np.bool_]:
    """For each row of weights: are the sums of the points whole and below 2^53, the same in any order?"""
    reach = float(np.abs(points).max(initial=0.0))
    return np.asarray((weight.sum(axis=1) * reach < 2.0**53) & (points == np.rint(points)).all())


def _whole_sums(near: Mask, mass: Floats) -> Floats:
    """Number of people and sums of their coordinates, [r, k, 3], of whole ``mass`` [r or 1, b, 3].

    Whole numbers give the same sum in any order: a product of matrices will do.
    """
    runs, k, b = near.shape
    if len(mass) == 1:
        return np.asarray(near.reshape(-1, b).astype(np.float64) @ mass[0]).reshape(runs, k, 3)
    return np.asarray(near.astype(np.float64) @ mass)


def _sums_in_order(near: Mask, mass: Floats) -> Floats:
    """As `_whole_sums`, for other numbers, added up in order: the last bit depends on it."""
    runs, k, _ = near.shape
    slot = near.argmax(axis=1) + np.arange(0, runs * k, k)[:, None]
    every = np.broadcast_to(mass, (*slot.shape, 3))
    return _sums(slot, every.transpose(2, 0, 1), k)


def _sums(slot: npt.NDArray[np.integer[Any]], mass: Floats, k: int) -> Floats:
    """Number of people and sums of their coordinates, [r, k, 3], from slots [r, b] and ``mass`` [3, r, b]."""
    flat = slot.ravel()
    sums = [np.bincount(flat, one.ravel(), len(slot) * k).astype(np.float64) for one in mass]
    return np.stack(sums, axis=1).reshape(-1, k, 3)


def _middles(sums: Floats, before: Floats) -> Floats:
    """Mean [r, k, 2] of each group of each run; an empty one stays where it was."""
    size, whole = sums[:, :, :1], sums[:, :, 1:]
    if size.all():
        return np.asarray(whole / size)
    return np.divide(whole, size, out=before.copy(), where=size > 0)


def _nearest_of(points: Floats, centres: Floats) -> tuple[Floats, npt.NDArray[np.int8]]:
    """For each run [r] and point [b], the nearest centre and the squared distance less the point's square."""
    x, y = np.ascontiguousarray(2 * points.T)  # twice is exact: all is rounded as the compiled kernel rounds
    runs, k, _ = centres.shape
    nearest, closest = np.zeros((runs, len(points)), dtype=np.int8), np.empty((runs, len(points)))
    gap, along_y = np.empty(closest.shape), np.empty(closest.shape)
    for c in range(k):
        cx, cy = centres[:, c, 0, None], centres[:, c, 1, None]
        here = gap if c else closest
        np.multiply(cx, x, out=here)
        np.multiply(cy, y, out=along_y)
        here += along_y
        np.subtract(cx * cx + cy * cy, here, out=here)
        if c:
            closer = gap < closest
            np.maximum(nearest, closer.view(np.int8) * np.int8(c), out=nearest)
            np.minimum(gap, closest, out=closest)
    return closest, nearest


def _spread(points: Floats, weight: Floats, of: Ints, centres: Floats) -> Floats:
    """The spread inside [r], for runs that ended alike once only: many starts end in few divisions."""
    ends, length = centres.tobytes(), centres[0].nbytes
    end = [(own, ends[run * length : (run + 1) * length]) for run, own in enumerate(of.tolist())]
    chosen = {one: run for run, one in enumerate(end)}
    runs, (x, y) = list(chosen.values()), points.T
    gap, _ = _nearest_of(points, centres[runs])
    gap += x * x + y * y
    gap *= weight[of[runs]]
    inside = dict(zip(chosen, np.cumsum(gap, axis=1)[:, -1].tolist(), strict=True))  # summed in order
    return np.array([inside[one] for one in end])


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
    out, (x, y) = np.empty((len(points), len(points))), points.T.copy()
    for i in range(0, len(points), _ROWS):
        gap, other = out[i : i + _ROWS], y[i : i + _ROWS, None] - y
        np.subtract(x[i : i + _ROWS, None], x, out=gap)
        gap *= gap
        other *= other
        gap += other
        np.sqrt(gap, out=gap)
    return out


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
