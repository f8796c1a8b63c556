"""Why this package: what each change of an option costs and gives to whom, from any package one starts from.

A *change* takes another option of one issue. A *trade* is a small set of changes that together leave nobody worse
off, of which no part does so by itself: one side gives where it cares less and gets where it cares more (logrolling,
Raiffa 1982). Gains are exact points; joint gain adds up each side's gain as a share of its own range, only to order
trades, never as a judgement between sides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from tracktwo.engines.bargaining import solutions
from tracktwo.engines.bargaining.linear import Clock, Floats, Stop
from tracktwo.engines.bargaining.solutions import Solution
from tracktwo.engines.bargaining.table import Interaction, Ints, Table
from tracktwo.errors import BadInput

Package = tuple[int, ...]

_TOGETHER = 3  # changes in one trade, at most
_SETS = 20_000  # sets of changes looked at, at most


@dataclass(frozen=True, eq=False)
class Change:
    """Option ``after`` instead of ``before`` of one issue: ``gains`` int64[n] in points, and whether it is allowed."""

    issue: int
    before: int
    after: int
    gains: Ints
    allowed: bool


@dataclass(frozen=True, eq=False)
class Trade:
    """Changes made together and what they give each side, int64[n]; ``share`` of the whole joint gain."""

    changes: tuple[Change, ...]
    gains: Ints
    share: float


@dataclass(frozen=True, eq=False)
class Way:
    """From one package to another: trades in the order of their joint gain, and the changes that remain.

    ``rest`` is one more set of changes; some side may lose by it, which what came before makes good. Its gains
    are those after the trades, so that all gains add up to the difference between the two packages.
    """

    start: Package
    end: Package
    trades: tuple[Trade, ...]
    rest: Trade


@dataclass(frozen=True, eq=False)
class Without:
    """What the others would choose without a side, and what that leaves it."""

    side: int
    solution: Solution
    points: Ints
    surplus: int

    @property
    def walks(self) -> bool:
        """Whether the side left out would be better off with no package."""
        return self.surplus < 0


def changes(table: Table, package: Sequence[int]) -> tuple[Change, ...]:
    """Every change of one option, issue by issue. Cost O(options * m * n)."""
    here = _checked(table, package)
    moves = [(j, k) for j, p in enumerate(table.points) for k in range(p.shape[1]) if k != here[j]]
    others = np.repeat(here[None], len(moves), axis=0)
    others[np.arange(len(moves)), [j for j, _ in moves]] = [k for _, k in moves]
    gains = table.value(others) - table.value(here)
    allowed = table.allowed(others)
    return tuple(
        Change(j, int(here[j]), k, gain, bool(fine))
        for (j, k), gain, fine in zip(moves, gains, allowed, strict=True)
    )


def middle(table: Table) -> Package:
    """ "Split every difference": of each issue the option halfway between those that the sides like best.

    Options are taken in their written order; of two halfway the earlier. A case may know a better such package.
    """
    found = []
    for points in table.points:
        liked = points.argmax(axis=1)
        found.append(int(liked.min() + liked.max()) // 2)
    return tuple(found)


def way(table: Table, start: Sequence[int], end: Sequence[int], *, most: int = 4) -> Way:
    """The few trades that carry most of what the second package gives over the first.

    Sets of up to three changes (two where there are many) that leave nobody worse off, allowed one after the
    other, and no smaller set within them that does; the largest joint gain first.
    """
    here, there = _checked(table, start), _checked(table, end)
    open_ = [int(j) for j in np.flatnonzero(here != there)]
    whole = table.value(there) - table.value(here)
    joint = _joint(table)
    total = float(joint @ np.maximum(whole, 0))
    trades: list[Trade] = []
    now = here.copy()
    while len(trades) < most and (chosen := _best_trade(table, now, there, open_, joint)):
        trades.append(_trade(table, now, there, chosen, joint, total))
        now[list(chosen)] = there[list(chosen)]
        open_ = [j for j in open_ if j not in chosen]
    rest = _trade(table, now, there, tuple(open_), joint, total)
    return Way(tuple(here.tolist()), tuple(there.tolist()), tuple(trades), rest)


def without(
    table: Table, side: int, *, seconds: float = solutions.SECONDS, stop: Stop | None = None
) -> Without:
    """The others' max-Nash package as if the side did not exist, valued for everybody."""
    if not 0 <= side < len(table.sides) or len(table.sides) < 2:
        raise BadInput(f"there is no side {side + 1} to leave out")
    kept = [i for i in range(len(table.sides)) if i != side]
    others = replace(
        table,
        sides=tuple(table.sides[i] for i in kept),
        points=tuple(np.ascontiguousarray(p[kept]) for p in table.points),
        walk_away=table.walk_away[kept],
        interactions=tuple(Interaction(i.admits, i.points[kept]) for i in table.interactions),
        scale=tuple(table.scale[i] for i in kept) if table.scale else (),
    )
    found = solutions.max_nash(others, seconds=seconds, stop=stop)
    if not found.package:
        none = np.zeros(len(table.sides), dtype=np.int64)
        return Without(side, found, none, 0)
    points = table.value(found.package)
    return Without(side, found, points, int(points[side] - table.walk_away[side]))


def proposals(
    table: Table, *, count: int = 3, seconds: float = solutions.SECONDS, stop: Stop | None = None
) -> tuple[Solution, ...]:
    """Several packages instead of one: each the max-Nash among those that differ from all earlier ones in two
    issues or more. Fewer where there are no more that meet every walk-away, or the time is over.
    """
    clock = Clock(seconds, stop)
    found = [solutions.max_nash(table, seconds=clock.left, stop=stop)]
    while len(found) < count and found[-1].rule == "nash" and found[-1].package and not clock.over():
        try:
            more = solutions.max_nash(
                table, seconds=clock.left, stop=stop, apart_from=[s.package for s in found]
            )
        except BadInput:  # no package is left that differs enough
            break
        if more.rule != "nash" or not more.package:
            break
        found.append(more)
    return tuple(found)


def said(table: Table, changed: Change | Trade) -> str:
    """A change or a trade in one English sentence, in whole points of a hundred (a side's best on every issue)."""
    made = changed.changes if isinstance(changed, Trade) else (changed,)
    best = np.maximum(np.asarray(sum(p.max(axis=1) for p in table.points)), 1)
    what = " and ".join(
        f"{table.issues[c.issue].name}: {table.issues[c.issue].options[c.after]} instead of "
        f"{table.issues[c.issue].options[c.before]}"
        for c in made
    )
    gives = [
        f"{side} {_whole(gain, top)}"
        for side, gain, top in zip(table.sides, changed.gains.tolist(), best.tolist(), strict=True)
        if gain > 0
    ]
    costs = [
        f"{side} {_whole(-gain, top)}"
        for side, gain, top in zip(table.sides, changed.gains.tolist(), best.tolist(), strict=True)
        if gain < 0
    ]
    parts = [f"costs {', '.join(costs)}"] if costs else []
    parts += [f"gives {', '.join(gives)}"] if gives else []
    return f"{what} {' and '.join(parts) or 'changes nothing for anybody'}."


def _whole(gain: int, best: int) -> str:
    points = (200 * gain + best) // (2 * best)
    return "less than a point" if points == 0 else "1 point" if points == 1 else f"{points} points"


def _checked(table: Table, package: Sequence[int]) -> Ints:
    here = np.array(package, dtype=np.int64)
    counts = np.array([p.shape[1] for p in table.points])
    if here.shape != counts.shape or (here < 0).any() or (here >= counts).any():
        raise BadInput("the package does not name an option of each issue")
    return here


def _joint(table: Table) -> Floats:
    """What a point of each side counts in a joint gain: one share of its range."""
    spread = np.asarray(sum(np.ptp(p, axis=1) for p in table.points))
    return np.asarray(1 / np.maximum(spread, 1))


def _best_trade(
    table: Table, now: Ints, there: Ints, open_: list[int], joint: Floats
) -> tuple[int, ...] | None:
    best: tuple[int, ...] | None = None
    most = 0.0
    minimal: list[frozenset[int]] = []
    looked = 0
    for size in range(1, _TOGETHER + 1):
        sets = [s for s in combinations(open_, size) if not any(m <= frozenset(s) for m in minimal)]
        looked += len(sets)
        if not sets or looked > _SETS:
            break
        packages = np.repeat(now[None], len(sets), axis=0)
        for column in range(size):
            issue = np.array([s[column] for s in sets])
            packages[np.arange(len(sets)), issue] = there[issue]
        gains = table.value(packages) - table.value(now)
        good = (gains >= 0).all(axis=1) & gains.any(axis=1) & table.allowed(packages)
        for place in np.flatnonzero(good):
            minimal.append(frozenset(sets[place]))
            worth = float(joint @ gains[place])
            if worth > most:
                best, most = sets[place], worth
    return best


def _trade(
    table: Table, now: Ints, there: Ints, issues: tuple[int, ...], joint: Floats, total: float
) -> Trade:
    """The changes of these issues together; each change's own gains as if it were made first."""
    after = now.copy()
    after[list(issues)] = there[list(issues)]
    gains = table.value(after) - table.value(now)
    made = []
    for j in issues:
        alone = now.copy()
        alone[j] = there[j]
        own = table.value(alone) - table.value(now)
        made.append(Change(j, int(now[j]), int(there[j]), own, bool(table.allowed(alone))))
    return Trade(tuple(made), gains, float(joint @ gains) / total if total else 0.0)
