"""The Pareto frontier: the packages for which no other is as good for every side and better for one.

Issues that rules or interactions tie together are merged into a *lot*, which holds their allowed combinations;
a budget is one more thing to have much of, -cost. Then lot by lot, in integers:

*dense*, 2 sides: best[p] = most points of side 2 when side 1 has exactly p; best'[p + v1] = max(best[p] + v2);
efficient are the strict suffix maxima. 3 sides: best[p, q], compiled. Cost O(options * points), or points^2.
*sparse*: the list of partial packages that no other dominates, without those that can no longer keep a budget (or
reach every walk-away, where only such packages count).
*slices*: where all of that is too large, some efficient packages only: HiGHS maximises one side's points while
another keeps a share of its own; ``complete`` is then False. Source: DESIGN 6.2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import prod
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from tracktwo.engines.bargaining import enumeration, kernels, linear
from tracktwo.engines.bargaining.linear import Clock, Model, Stop
from tracktwo.engines.bargaining.table import Budget, Excludes, Interaction, Ints, Requires, Table

SECONDS = 10.0
MOST = 4_000_000  # partial packages side by side, at most
_LOT = 200_000  # combinations of a lot, at most
_QUICK = 40_000
_CELLS = 4_000_000  # of best[p, q]
_WORK = 4_000_000_000  # cells x options
_WORK_2 = 200_000_000  # the same for 2 sides
_FEW = 50_000_000  # packages up to which a short list is tried with patience before the table of points
_MANY = 10**12  # and up to which it is tried at all
_LOW = -(1 << 30)
_AS_THEY_ARE = 16
_SHORT = 2_000
_SLICES = 9


@dataclass(frozen=True, eq=False)
class Frontier:
    """``points`` int64[f, n], distinct and sorted, the first side's first; one package int64[f, m] of each.

    ``complete``: there are no other efficient points. ``method`` says how it was found.
    """

    points: Ints
    packages: Ints
    complete: bool
    method: str


class _Lot(NamedTuple):
    """Issues that go together, their combinations int64[k, issues], and the worth of each int64[k, c]."""

    issues: list[int]
    packages: Ints
    worth: Ints


def find(
    table: Table,
    *,
    above: bool = False,
    most: int = MOST,
    seconds: float = SECONDS,
    stop: Stop | None = None,
) -> Frontier:
    """The whole frontier if at all possible; with ``above`` only its packages that meet every walk-away.

    ``most``: partial packages side by side, at most; ``seconds`` limits the slices, where it comes to them, and
    is looked at between lots before.
    """
    clock = Clock(seconds, stop)
    found = _complete(table, above=above, most=most, clock=clock)
    if found is None:
        found = _slices(table, clock if clock.cancelled else Clock(seconds, stop))
    if not above or not len(found.points):
        return found
    meets = (found.points >= table.walk_away).all(axis=1)
    return replace(found, points=found.points[meets], packages=found.packages[meets])


def quickly(table: Table, *, patient: bool = False) -> Frontier | None:
    """The complete frontier if that takes some milliseconds (or, ``patient``, as long as `find` may), else None."""
    if patient:
        return _complete(table, above=False, most=MOST, clock=Clock(SECONDS))
    lots = _lots(table)
    if lots is None:
        return None
    if any(not len(lot.worth) for lot in lots):
        return _nothing(table)
    found = None
    if table.packages <= _MANY:
        found = _sparse(table, lots, above=False, most=_QUICK, clock=Clock(SECONDS))
    if found is None and len(table.sides) == 2 and not table.budgets:
        quick = int(_widths(table, lots).min()) * _options(lots) <= _WORK_2 // 10
        found = _two(table, lots) if quick else None
    return found


def efficient(points: Ints) -> Ints:
    """Places of the points int64[p, c] that no other dominates, one of each, in ascending order of points."""
    if not len(points):
        return np.empty(0, dtype=np.int64)
    order = _ascending(points)[::-1]
    ordered = points[order]
    kept = np.ones(len(order), dtype=bool)
    if points.shape[1] == 1:
        kept[1:] = False
    elif points.shape[1] == 2:
        kept[1:] = ordered[1:, 1] > np.maximum.accumulate(ordered[:-1, 1])
    else:
        kept[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
        order, ordered = order[kept], np.ascontiguousarray(ordered[kept])
        kept = _undominated(ordered)
    return np.asarray(order[kept][::-1])


def _ascending(points: Ints) -> Ints:
    if points.shape[1] == 2 and len(points) > _SHORT:  # one sort of a joint key instead of two
        low = points.min(axis=0)
        spread = points.max(axis=0) - low + 1
        if int(spread[0]) * int(spread[1]) < 2**62:
            return np.argsort((points[:, 0] - low[0]) * spread[1] + (points[:, 1] - low[1]), kind="stable")
    return np.lexsort(points.T[::-1])


def _undominated(ordered: Ints, block: int = 256) -> npt.NDArray[np.bool_]:
    """Of distinct points in descending order: only earlier ones can dominate."""
    compiled = kernels.compiled()
    kept = np.zeros(len(ordered), dtype=bool)
    if compiled is not None:
        compiled.efficient(ordered, kept)
        return kept
    front = ordered[:0]
    for first in range(0, len(ordered), block):
        here = ordered[first : first + block]
        alive = np.ones(len(here), dtype=bool)
        for begin in range(0, len(front), 4096):
            part = front[begin : begin + 4096]
            places = np.flatnonzero(alive)
            alive[places] = ~_covered(here[places], part)
        places = np.flatnonzero(alive)
        by_each_other = np.triu(np.ones((len(places), len(places)), dtype=bool), 1).T
        for i in range(1, ordered.shape[1]):
            by_each_other &= here[places, i] >= here[places, i][:, None]
        alive[places] = ~by_each_other.any(axis=1)
        kept[first : first + block] = alive
        front = np.vstack([front, here[alive]])
    return kept


def _covered(points: Ints, front: Ints) -> npt.NDArray[np.bool_]:
    covers = np.ones((len(points), len(front)), dtype=bool)
    for i in range(1, points.shape[1]):
        covers &= front[:, i] >= points[:, i][:, None]
    return np.asarray(covers.any(axis=1))


# ---- lots


def _lots(table: Table) -> list[_Lot] | None:
    """Issues merged as far as rules and interactions tie them, with what is efficient among their combinations;
    None where a lot would be too large.
    """
    lots = []
    # A few options too many cost less than finding out which they are, unless there are many issues.
    few = _AS_THEY_ARE if table.packages <= _MANY else _AS_THEY_ARE // 4
    for issues in _tied(table):
        if len(issues) == 1 and not table.interactions and not table.budgets:
            j = issues[0]
            worth = np.ascontiguousarray(table.points[j].T)
            kept = np.arange(len(worth)) if len(worth) <= few else efficient(worth)
            lots.append(_Lot(issues, kept[:, None], worth[kept]))
            continue
        if prod(len(table.issues[j].options) for j in issues) > _LOT:
            return None
        pool = enumeration.every(_part(table, issues))
        kept = efficient(np.ascontiguousarray(pool.points.T))
        lots.append(_Lot(issues, pool.chosen(kept), pool.points.T[kept]))
    return sorted(lots, key=lambda lot: len(lot.worth))


def _tied(table: Table) -> list[list[int]]:
    """Issues in groups: those that a rule or an interaction names together stand in one."""
    group = list(range(len(table.issues)))

    def head(j: int) -> int:
        while group[j] != j:
            j = group[j]
        return j

    ties = [(r.chosen[0], r.needed[0]) for r in table.requires]
    ties += [(e.one[0], e.other[0]) for e in table.excludes]
    ties += [(min(i.admits), j) for i in table.interactions for j in i.admits]
    for a, b in ties:
        group[head(a)] = head(b)
    found: dict[int, list[int]] = {}
    for j in range(len(group)):
        found.setdefault(head(j), []).append(j)
    return list(found.values())


def _part(table: Table, issues: list[int]) -> Table:
    """Some issues by themselves; what a budget leaves stands as one more side each."""
    place = {j: p for p, j in enumerate(issues)}
    budgets: tuple[Budget, ...] = table.budgets
    extra = np.zeros(len(budgets), dtype=np.int64)
    return Table(
        sides=(*table.sides, *(f"budget {b}" for b in range(len(budgets)))),
        issues=tuple(table.issues[j] for j in issues),
        points=tuple(np.vstack([table.points[j], *(-budget.cost[j] for budget in budgets)]) for j in issues),
        walk_away=np.concatenate([table.walk_away, extra]),
        requires=tuple(
            Requires((place[r.chosen[0]], r.chosen[1]), (place[r.needed[0]], r.needed[1]))
            for r in table.requires
            if r.chosen[0] in place
        ),
        excludes=tuple(
            Excludes((place[e.one[0]], e.one[1]), (place[e.other[0]], e.other[1]))
            for e in table.excludes
            if e.one[0] in place
        ),
        interactions=tuple(
            Interaction({place[j]: ks for j, ks in i.admits.items()}, np.concatenate([i.points, extra]))
            for i in table.interactions
            if min(i.admits) in place
        ),
    )


def _options(lots: list[_Lot]) -> int:
    return sum(len(lot.worth) for lot in lots)


def _widths(table: Table, lots: list[_Lot]) -> Ints:
    """How many different points each side may have at most: int64[n]."""
    spread = [lot.worth.max(axis=0) - lot.worth.min(axis=0) for lot in lots]
    return np.asarray(np.sum(spread, axis=0)[: len(table.sides)] + 1)


# ---- the complete frontier


def _complete(table: Table, *, above: bool, most: int, clock: Clock) -> Frontier | None:
    lots = _lots(table)
    if lots is None:
        return None
    if any(not len(lot.worth) for lot in lots):
        return _nothing(table)
    short = _QUICK if table.packages > _FEW else min(most, 20 * _QUICK)
    found = None
    if not table.budgets and len(table.sides) in (2, 3):
        if table.packages <= _MANY:
            found = _sparse(table, lots, above=above, most=short, clock=clock)
        if found is None and not clock.cancelled and _dense(table, lots):
            found = _two(table, lots) if len(table.sides) == 2 else _three(table, lots)
    return found or _sparse(table, lots, above=above, most=most, clock=clock)


def _dense(table: Table, lots: list[_Lot]) -> bool:
    """Whether the table of points is small enough."""
    wide = sorted(_widths(table, lots).tolist())
    if len(wide) == 2:
        return int(wide[0]) * _options(lots) <= _WORK_2
    enough = _WORK if kernels.compiled() is not None else _WORK // 4
    cells = int(wide[0]) * int(wide[1])
    return cells <= _CELLS and cells * _options(lots) <= enough


def _nothing(table: Table) -> Frontier:
    empty = np.empty((0, len(table.sides)), dtype=np.int64)
    return Frontier(empty, np.empty((0, len(table.issues)), dtype=np.int64), True, "lots")


def _gathered(table: Table, lots: list[_Lot], taken: list[Ints], method: str) -> Frontier:
    """The frontier of the combinations taken from each lot: int64[f] each, in the order of the lots."""
    n, count = len(table.sides), len(taken[0])
    points = np.zeros((count, n), dtype=np.int64)
    for lot, combination in zip(lots, taken, strict=True):
        points += lot.worth[combination, :n]
    order = _ascending(points)
    packages = np.empty((len(table.issues), count), dtype=np.int64)
    for lot, combination in zip(lots, taken, strict=True):
        packages[lot.issues] = lot.packages[combination[order]].T
    return Frontier(points[order], packages.T, True, method)


def _sparse(table: Table, lots: list[_Lot], *, above: bool, most: int, clock: Clock) -> Frontier | None:
    n, budgets = len(table.sides), table.budgets
    floor = np.full(n + len(budgets), np.iinfo(np.int64).min // 2, dtype=np.int64)
    if above:
        floor[:n] = table.walk_away
    floor[n:] = [-budget.limit for budget in budgets]
    needed = above or bool(budgets)
    tops = [lot.worth.max(axis=0) for lot in lots] if all(len(lot.worth) for lot in lots) else []
    if not tops:
        return _nothing(table)
    worth = np.zeros((1, len(floor)), dtype=np.int64)
    steps: list[tuple[Ints, Ints]] = []
    rest = np.sum(tops, axis=0)
    for lot, top in zip(lots, tops, strict=True):
        if len(worth) * len(lot.worth) > most or clock.over():
            return None
        rest = rest - top
        wider = (worth[:, None, :] + lot.worth).reshape(-1, len(floor))
        if needed:
            able = np.flatnonzero((wider + rest >= floor).all(axis=1))
            kept = able[efficient(wider[able])]
        else:
            kept = efficient(wider)
        worth = wider[kept]
        steps.append((kept // len(lot.worth), kept % len(lot.worth)))
    kept = efficient(worth[:, :n]) if budgets else np.arange(len(worth))
    return _gathered(table, lots, _traced(steps, kept), "sparse")


def _traced(steps: list[tuple[Ints, Ints]], place: Ints) -> list[Ints]:
    taken = []
    for parent, combination in reversed(steps):
        taken.append(combination[place])
        place = parent[place]
    return taken[::-1]


def _two(table: Table, lots: list[_Lot]) -> Frontier:
    """2 sides: the table of points over the side of the smaller range."""
    if kernels.compiled() is not None:
        return _three(table, lots)
    order = np.argsort(_widths(table, lots), kind="stable")
    worth = [(lot.worth - lot.worth.min(axis=0))[:, order] for lot in lots]
    best = np.zeros(1, dtype=np.int64)
    layers = [best]
    for here in worth:
        wider = np.full(len(best) + int(here[:, 0].max()), _LOW, dtype=np.int64)
        room = np.empty_like(best)
        for a, b in here.tolist():
            part = wider[a : a + len(best)]
            np.maximum(part, np.add(best, b, out=room), out=part)
        best = wider
        layers.append(best)
    suffix = np.maximum.accumulate(best[::-1])[::-1]
    p = np.flatnonzero((best >= 0) & (best > np.append(suffix[1:], -1)))
    q = best[p]
    taken = []
    for here, before in zip(worth[::-1], layers[-2::-1], strict=True):
        from_p = p[:, None] - here[:, 0]
        inside = (from_p >= 0) & (from_p < len(before))
        fits = inside & (before[np.where(inside, from_p, 0)] + here[:, 1] == q[:, None])
        combination = fits.argmax(axis=1)
        taken.append(combination)
        p, q = p - here[combination, 0], q - here[combination, 1]
    return _gathered(table, lots, taken[::-1], "dense, 2 sides")


def _three(table: Table, lots: list[_Lot]) -> Frontier:
    """3 sides: the table of points over the two sides of the smallest range; of 2 sides, it has one row."""
    order = np.argsort(_widths(table, lots), kind="stable")
    worth = [(lot.worth - lot.worth.min(axis=0))[:, order] for lot in lots]
    if len(order) == 2:
        worth = [np.column_stack([np.zeros(len(here), dtype=np.int64), here]) for here in worth]
    compiled = kernels.compiled()
    best = np.zeros((1, 1), dtype=np.int32)
    choices: list[npt.NDArray[np.integer[Any]]] = []
    for here in worth:
        shape = (best.shape[0] + int(here[:, 0].max()), best.shape[1] + int(here[:, 1].max()))
        wider = np.full(shape, _LOW, dtype=np.int32)
        few = len(here) <= 256
        choice = np.zeros(shape, dtype=np.uint8 if few else np.int32)
        extend: Callable[..., None] = compiled.layer if compiled is not None and few else _layer
        extend(best, *(np.ascontiguousarray(side) for side in here.T), wider, choice)
        choices.append(choice)
        best = wider
    p, q = _peaks(best)
    taken = []
    for here, choice in zip(worth[::-1], choices[::-1], strict=True):
        combination = choice[p, q].astype(np.int64)
        taken.append(combination)
        p, q = p - here[combination, 0], q - here[combination, 1]
    return _gathered(table, lots, taken[::-1], f"dense, {len(order)} sides")


def _layer(
    best: npt.NDArray[np.int32],
    first: Ints,
    second: Ints,
    third: Ints,
    wider: npt.NDArray[np.int32],
    choice: npt.NDArray[np.integer[Any]],
) -> None:
    """One lot of the table best[p, q]: the numpy twin of `compiled.layer`."""
    rows, columns = best.shape
    for k, (a, b, c) in enumerate(zip(first.tolist(), second.tolist(), third.tolist(), strict=True)):
        part = wider[a : a + rows, b : b + columns]
        gained = best + np.int32(c)
        better = gained > part
        np.copyto(part, gained, where=better)
        np.copyto(choice[a : a + rows, b : b + columns], k, where=better, casting="unsafe")


def _peaks(best: npt.NDArray[np.int32]) -> tuple[Ints, Ints]:
    """Where best[p, q] is more than at any larger p and q."""
    suffix = np.maximum.accumulate(best[::-1], axis=0)[::-1]
    suffix = np.maximum.accumulate(suffix[:, ::-1], axis=1)[:, ::-1]
    peak = best >= 0
    peak[:-1] &= best[:-1] > suffix[1:]
    peak[:, :-1] &= best[:, :-1] > suffix[:, 1:]
    p, q = np.nonzero(peak)
    return p, q


# ---- slices


def _slices(table: Table, clock: Clock) -> Frontier:
    """Some efficient packages: one side's points at most while another keeps each ninth of its own range."""
    program = linear.program(table)
    n = len(table.sides)
    low = np.asarray(sum(p.min(axis=1) for p in table.points)) - table.walk_away
    low = low + sum((np.minimum(i.points, 0) for i in table.interactions), start=np.zeros(n, dtype=np.int64))
    packages: list[tuple[int, ...]] = []
    tops: list[int] = []

    def largest(i: int, least: Ints) -> tuple[int, ...] | None:
        # A little of the others' points, so that what is found is efficient, not only best for one.
        each = np.where(np.arange(n) == i, 1.0, 1e-3 / n)
        model = Model(program, least, clock, cost=np.concatenate([np.zeros(program.columns), each]))
        model.whole()
        answer = model.solve()
        return program.package(answer.columns) if answer.columns is not None and answer.proven else None

    for i in range(n):
        best = largest(i, low)
        if best is None:
            break
        packages.append(best)
        tops.append(int((table.value(best) - table.walk_away)[i]))
    pairs = [(i, j) for i in range(n) for j in range(n) if i != j] if len(tops) == n else []
    for level in range(1, _SLICES):
        for i, j in pairs:
            least = low.copy()
            least[j] = low[j] + (tops[j] - low[j]) * level // _SLICES
            found = None if clock.over() else largest(i, least)
            if found is not None:
                packages.append(found)
    chosen = np.array(packages, dtype=np.int64).reshape(len(packages), len(table.issues))
    points = table.value(chosen)
    kept = efficient(points)
    return Frontier(points[kept], chosen[kept], False, "slices")
