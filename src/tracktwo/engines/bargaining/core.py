"""All packages that give every side at least so much, where few do: the core that the duals leave over.

Weights w of a certificate bound w.s by B. A package whose options lose, each against the best of its issue, more
than B - w.target in all cannot reach the target: near the largest least share that leaves a handful of options
an issue. Issue by issue, partial packages are dropped that lose too much, or of which some group of sides could
no longer get its target together (its weighted points, with each remaining issue at the group's best). What is
left at the end is complete, so the largest least share, its ties and leximin are read off it: a proof where
branch and bound needs minutes for 8 sides, whose targets it takes one at a time. Exact up to rounding of 10^-9
of the weights, in the safe direction.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

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
    program: Program, weights: Floats, multipliers: Floats, target: Ints, clock: Clock, *, most: int
) -> Core:
    """Every package with s_i >= target_i in an additive table.

    Incomplete once it has looked at ``most`` partial packages, or the clock is over. Piece by piece, depth first,
    so that memory stays small whatever the width.
    """
    search = _prepared(program, weights, multipliers, target)
    if search is None:
        return Core(np.empty((0, program.issues), dtype=np.int64), True)
    found: list[Choices] = []
    waiting = [search.root()]
    seen = 0
    while waiting:
        part = waiting.pop()
        if part.depth == len(search.layers):
            found.append(part.chosen)
            continue
        if clock.over() or seen > most:
            return Core(np.empty((0, program.issues), dtype=np.int64), False)
        wider = search.step(part)
        seen += len(wider.loss)
        waiting += wider.pieces()
    return Core(search.reached(found), True)


def beam(
    program: Program, weights: Floats, multipliers: Floats, target: Ints, clock: Clock, *, widest: int
) -> Core:
    """As `find`, but of more than ``widest`` partial packages only the most promising go on: quick, incomplete."""
    search = _prepared(program, weights, multipliers, target)
    if search is None:
        return Core(np.empty((0, program.issues), dtype=np.int64), True)
    part, complete = search.root(), True
    for _ in search.layers:
        if clock.over():
            return Core(np.empty((0, program.issues), dtype=np.int64), False)
        part = search.step(part)
        if len(part.loss) > widest:
            complete = False
            part = part.only(np.argpartition(-search.room(part), widest)[:widest])
    return Core(search.reached([part.chosen]), complete)


@dataclass(frozen=True, eq=False)
class _Part:
    """Partial packages that have the first ``depth`` issues decided: points float64[s, n], loss, options."""

    depth: int
    points: Floats
    loss: Floats
    chosen: Choices

    def only(self, places: Ints | npt.NDArray[np.bool_]) -> _Part:
        return _Part(self.depth, self.points[places], self.loss[places], self.chosen[places])

    def pieces(self) -> list[_Part]:
        """Few enough at a time; none where there are none."""
        starts = range(0, len(self.loss), _AT_ONCE)
        return [self.only(np.arange(a, min(a + _AT_ONCE, len(self.loss)))) for a in starts]


@dataclass(frozen=True, eq=False)
class _Search:
    program: Program
    weights: Floats
    target: Ints
    needed: Floats
    slack: float
    layers: list[_Layer]

    def root(self) -> _Part:
        none = np.zeros((1, self.program.issues), dtype=np.int16)
        return _Part(0, np.zeros((1, len(self.weights))), np.zeros(1), none)

    def step(self, part: _Part) -> _Part:
        """One more issue decided, in every way that can still reach the target and keep the rules."""
        layer = self.layers[part.depth]
        parent, option = _extended(part.points, part.loss, layer, self.weights, self.needed, self.slack)
        chosen = part.chosen[parent]
        chosen[:, layer.issue] = layer.options[option]
        points = part.points[parent] + layer.points.T[option]
        wider = _Part(part.depth + 1, points, part.loss[parent] + layer.loss[option], chosen)
        kept = _allowed(self.program, chosen, [done.issue for done in self.layers[: wider.depth]])
        return wider if kept.all() else wider.only(kept)

    def room(self, part: _Part) -> Floats:
        """How far above the target each partial package could still come, for the group that is worst placed."""
        over, rest = part.points * self.weights, self.layers[part.depth - 1].rest
        room = self.slack - part.loss
        share = np.maximum(_groups(self.weights, np.ones(len(self.weights))), 1e-12)
        total, last = np.zeros(len(over)), 0
        for group, side in _gray(len(self.weights)):
            total += over[:, side] if group > last else -over[:, side]
            last = group
            room = np.minimum(room, (total + (rest[group] - self.needed[group])) / share[group] * share[-1])
        return room

    def reached(self, found: list[Choices]) -> Ints:
        """The whole packages among them that reach the target, exactly."""
        packages = np.concatenate([*found, np.empty((0, self.program.issues), dtype=np.int16)]).astype(
            np.int64
        )
        if not len(packages):
            return packages
        over = self.program.table.value(packages) - self.program.table.walk_away
        return packages[(over >= self.target).all(axis=1) & _apart(self.program, packages)]


def _prepared(program: Program, weights: Floats, multipliers: Floats, target: Ints) -> _Search | None:
    """None where the weights alone show that no package reaches the target."""
    losses, best = _losses(program, weights, multipliers)
    slack = best - float(weights @ target) + _SAFE * (1 + abs(best))
    if slack < 0:
        return None
    needed = _groups(weights, (target + program.table.walk_away).astype(float))
    needed -= _SAFE * (1 + np.abs(needed))
    return _Search(program, weights, target, needed, slack, _layers(program, weights, losses, slack))


def _gray(sides: int) -> list[tuple[int, int]]:
    """Every group of sides but the empty one, each from the last by one side that comes or goes: (group, side)."""
    codes = [step ^ (step >> 1) for step in range(1 << sides)]
    return [(b, (a ^ b).bit_length() - 1) for a, b in pairwise(codes)]


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
    for group, side in _gray(len(weights)):
        total += over[:, side] if group > last else -over[:, side]
        last = group
        # Rounding of the running sum is far below the safety margin of `needed`.
        fine = total >= lacking[group]
        if not fine.all():
            kept, over, total = kept[fine], over[fine], total[fine]
    return parent[kept], option[kept]


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
