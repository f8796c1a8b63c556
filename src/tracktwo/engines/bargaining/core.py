"""All packages that give every side at least so much, where few do: the core that the duals leave over.

Weights w of a certificate bound w.s by B. A package whose options lose, each against the best of its issue, more
than B - w.target in all cannot reach the target: near the largest least share that leaves a handful of options
an issue. Issue by issue, partial packages are dropped that lose too much, or of which some group of sides could
no longer get its target together (its weighted points, with each remaining issue at the group's best). What is
left at the end is complete, so the largest least share, its ties and leximin are read off it: a proof where
branch and bound needs minutes for 8 sides, whose targets it takes one at a time. Exact up to rounding of 10^-9
of the weights, in the safe direction. Memory O(states * m); the widest layer decides.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tracktwo.engines.bargaining import kernels
from tracktwo.engines.bargaining.linear import Clock, Floats, Program
from tracktwo.engines.bargaining.table import Ints

_SAFE = 1e-9
_AT_ONCE = 20_000  # partial packages between two looks at the clock

Choices = npt.NDArray[np.int16]


@dataclass(frozen=True, eq=False)
class Core:
    """Packages int64[p, m] that reach the target; all of them where ``complete``."""

    packages: Ints
    complete: bool


@dataclass(frozen=True, eq=False)
class _Layer:
    """An issue's options that are left: which, their points float64[n, k], their losses, what groups still get."""

    issue: int
    options: Ints
    points: Floats
    loss: Floats
    rest: Floats  # of each group of sides, from the issues after this one


def find(
    program: Program,
    weights: Floats,
    multipliers: Floats,
    target: Ints,
    clock: Clock,
    *,
    widest: int,
    beam: bool = False,
) -> Core:
    """Packages with s_i >= target_i in an additive table. ``widest``: partial packages at a time, at most;
    above it a ``beam`` goes on with the most promising ones, else the search ends, incomplete.
    """
    losses, best = _losses(program, weights, multipliers)
    slack = best - float(weights @ target) + _SAFE * (1 + abs(best))
    nothing = np.empty((0, program.issues), dtype=np.int64)
    if slack < 0:
        return Core(nothing, True)
    layers = _layers(program, weights, losses, slack)
    needed = _groups(weights, (target + program.table.walk_away).astype(float))
    needed -= _SAFE * (1 + np.abs(needed))
    points = np.zeros((1, len(weights)))
    loss, chosen = np.zeros(1), np.zeros((1, program.issues), dtype=np.int16)
    done: list[int] = []
    complete = True
    for layer in layers:
        done.append(layer.issue)
        parts = []
        for first in range(0, len(points), _AT_ONCE):
            if clock.over():
                return Core(nothing, False)
            here = slice(first, first + _AT_ONCE)
            parts.append(_extended(points[here], loss[here], layer, weights, needed, slack))
            if not beam and sum(len(part[0]) for part in parts) > widest:
                return Core(nothing, False)
        parent = np.concatenate([part[0] + k * _AT_ONCE for k, part in enumerate(parts)])
        option = np.concatenate([part[1] for part in parts])
        chosen = chosen[parent]
        chosen[:, layer.issue] = layer.options[option]
        points, loss = points[parent] + layer.points.T[option], loss[parent] + layer.loss[option]
        kept = _allowed(program, chosen, done)
        if beam and kept.sum() > widest:
            complete = False
            room = _room(points, loss, layer.rest, weights, needed, slack)
            room[~kept] = -np.inf
            kept = np.zeros(len(kept), dtype=bool)
            kept[np.argpartition(-room, widest)[:widest]] = True
        if not kept.all():
            points, loss, chosen = points[kept], loss[kept], chosen[kept]
        if not len(points):
            break
    packages = chosen.astype(np.int64)
    if len(packages):
        over = program.table.value(packages) - program.table.walk_away
        packages = packages[(over >= target).all(axis=1) & _apart(program, packages)]
    return Core(packages, complete)


def _losses(program: Program, weights: Floats, multipliers: Floats) -> tuple[list[Floats], float]:
    """What each option loses against the best of its issue, and the bound B on w.s."""
    worth = weights @ program.points
    best = -float(weights @ program.table.walk_away)
    for price, row in zip(multipliers, program.rows, strict=True):
        worth[row.columns] -= price * row.coefficients
        best += float(price * row.limit)
    losses = []
    for first, last in zip(program.start[:-1], program.start[1:], strict=True):
        top = float(worth[first:last].max())
        losses.append(top - worth[first:last])
        best += top
    return losses, best


def _layers(program: Program, weights: Floats, losses: list[Floats], slack: float) -> list[_Layer]:
    """The issues in the order in which they are decided: those that matter most come first."""
    options = [np.flatnonzero(loss <= slack) for loss in losses]
    points = [p[:, kept].astype(float) for p, kept in zip(program.table.points, options, strict=True)]
    order = sorted(range(len(losses)), key=lambda j: -float(weights @ np.ptp(points[j], axis=1)))
    rest = np.zeros(1 << len(weights))
    layers = []
    for j in reversed(order):
        layers.append(_Layer(j, options[j], points[j], losses[j][options[j]], rest))
        rest = rest + np.max([_groups(weights, p) for p in points[j].T], axis=0)
    return layers[::-1]


def _groups(weights: Floats, points: Floats) -> Floats:
    """Weighted points of every group of sides together, group g of the sides whose bits it has: float64[2^n]."""
    sums = np.zeros(1)
    for weight, p in zip(weights, points, strict=True):
        sums = np.concatenate([sums, sums + weight * p])
    return sums


def _extended(
    points: Floats, loss: Floats, layer: _Layer, weights: Floats, needed: Floats, slack: float
) -> tuple[Ints, Ints]:
    """Which partial packages go on with which option of the issue: int64[s] each."""
    lacking = needed - layer.rest
    compiled = kernels.compiled()
    if compiled is not None:
        parent, option = compiled.extended(
            points, loss, layer.points.T.copy(), layer.loss, weights, lacking, slack
        )
        return parent, option
    parent, option = np.nonzero(loss[:, None] + layer.loss <= slack)
    over = (points[parent] + layer.points.T[option]) * weights
    fine = over >= lacking[1 << np.arange(len(weights))]
    kept = np.flatnonzero(fine.all(axis=1))
    total = np.zeros(len(kept))
    over, last = over[kept], 0
    for step in range(1, len(lacking)):
        group = step ^ (step >> 1)  # Gray's order: one side comes or goes at a time
        side = (group ^ last).bit_length() - 1
        total += over[:, side] if group > last else -over[:, side]
        last = group
        # Rounding of the running sum is far below the safety margin of `needed`.
        fine = total >= lacking[group]
        if not fine.all():
            kept, over, total = kept[fine], over[fine], total[fine]
    return parent[kept], option[kept]


def _room(
    points: Floats, loss: Floats, rest: Floats, weights: Floats, needed: Floats, slack: float
) -> Floats:
    """How far above the target each partial package could still come, for the group that is worst placed."""
    over = points * weights
    room = slack - loss
    share = np.maximum(_groups(weights, np.ones(len(weights))), 1e-12)
    total, last = np.zeros(len(points)), 0
    for step in range(1, len(needed)):
        group = step ^ (step >> 1)
        side = (group ^ last).bit_length() - 1
        total += over[:, side] if group > last else -over[:, side]
        last = group
        room = np.minimum(room, (total + (rest[group] - needed[group])) / share[group] * share[-1])
    return room


def _allowed(program: Program, chosen: Choices, done: list[int]) -> npt.NDArray[np.bool_]:
    """Whether partial packages still keep the rules that name the issue decided last, and the budgets."""
    table, last, known = program.table, done[-1], set(done)
    fine = np.ones(len(chosen), dtype=bool)
    for r in table.requires:
        (a, k), (b, o) = r.chosen, r.needed
        if last in (a, b) and {a, b} <= known:
            fine &= (chosen[:, a] != k) | (chosen[:, b] == o)
    for e in table.excludes:
        (a, k), (b, o) = e.one, e.other
        if last in (a, b) and {a, b} <= known:
            fine &= (chosen[:, a] != k) | (chosen[:, b] != o)
    for budget in table.budgets:
        least = sum(int(cost.min()) for j, cost in enumerate(budget.cost) if j not in known)
        spent = sum((budget.cost[j][chosen[:, j]] for j in done), start=np.zeros(len(chosen), dtype=np.int64))
        fine &= spent + least <= budget.limit
    return fine


def _apart(program: Program, packages: Ints) -> npt.NDArray[np.bool_]:
    apart = np.ones(len(packages), dtype=bool)
    for other in program.apart_from:
        apart &= (packages != np.asarray(other)).sum(axis=1) >= 2
    return apart
