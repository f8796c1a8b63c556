"""The slow obvious twin of the bargaining engine: every package, one at a time, in Python's whole numbers.

A case is plain lists: points[j][i][k] of issue j, side i, option k; rules as tuples. Nothing here reads the engine.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import prod
from typing import Any, NamedTuple

Package = tuple[int, ...]


class Case(NamedTuple):
    points: list[list[list[int]]]
    walk_away: list[int]
    requires: list[tuple[tuple[int, int], tuple[int, int]]]
    excludes: list[tuple[tuple[int, int], tuple[int, int]]]
    budgets: list[tuple[list[list[int]], int]]
    interactions: list[tuple[dict[int, set[int]], list[int]]]


def plain(table: Any) -> Case:
    """A table's contents as lists."""
    return Case(
        [p.tolist() for p in table.points],
        table.walk_away.tolist(),
        [(r.chosen, r.needed) for r in table.requires],
        [(e.one, e.other) for e in table.excludes],
        [([c.tolist() for c in b.cost], b.limit) for b in table.budgets],
        [({j: set(ks) for j, ks in i.admits.items()}, i.points.tolist()) for i in table.interactions],
    )


def allowed(case: Case, package: Package) -> bool:
    for (j, k), (i, o) in case.requires:
        if package[j] == k and package[i] != o:
            return False
    for (j, k), (i, o) in case.excludes:
        if package[j] == k and package[i] == o:
            return False
    return all(sum(cost[j][k] for j, k in enumerate(package)) <= limit for cost, limit in case.budgets)


def value(case: Case, package: Package) -> list[int]:
    points = [sum(case.points[j][i][k] for j, k in enumerate(package)) for i in range(len(case.walk_away))]
    for admits, extra in case.interactions:
        if all(package[j] in options for j, options in admits.items()):
            points = [p + e for p, e in zip(points, extra, strict=True)]
    return points


def packages(case: Case) -> dict[Package, list[int]]:
    """Every allowed package and its surpluses."""
    every = product(*(range(len(p[0])) for p in case.points))
    return {
        package: [p - d for p, d in zip(value(case, package), case.walk_away, strict=True)]
        for package in every
        if allowed(case, package)
    }


def dominates(one: list[int], other: list[int]) -> bool:
    return one != other and all(a >= b for a, b in zip(one, other, strict=True))


def frontier(case: Case) -> list[tuple[int, ...]]:
    """The points that no other dominates, sorted."""
    points = {tuple(value(case, package)) for package in packages(case)}
    return sorted(p for p in points if not any(dominates(list(q), list(p)) for q in points))


def acceptable(case: Case) -> dict[Package, list[int]]:
    return {package: s for package, s in packages(case).items() if min(s) >= 0}


def ideal(case: Case) -> list[int]:
    here = acceptable(case)
    return [max(s[i] for s in here.values()) for i in range(len(case.walk_away))]


def most_product(case: Case) -> int:
    """The largest product where every side gains at least a point; 0 where none does."""
    return max((prod(s) for s in packages(case).values() if min(s) >= 1), default=0)


def most_sum(case: Case) -> int:
    return max(sum(s) for s in acceptable(case).values())


def shares(surplus: list[int], scale: list[int]) -> list[Fraction]:
    return sorted(Fraction(s, r) for s, r in zip(surplus, scale, strict=True) if r)


def leximin(case: Case, scale: list[int]) -> list[Fraction]:
    """The shares, least first, of the package whose list is largest."""
    return max(shares(s, scale) for s in acceptable(case).values())


def least_gain(case: Case, base: list[int], scale: list[int]) -> Fraction:
    """The largest least gain over a base that nobody may fall below."""
    return max(
        min(Fraction(s - b, r) for s, b, r in zip(surplus, base, scale, strict=True))
        for surplus in packages(case).values()
        if all(s >= b for s, b in zip(surplus, base, strict=True))
    )


def shortfall(case: Case) -> Fraction:
    """The worst surplus, in shares of each side's range, of the package where it is least bad."""
    scale = [max(1, sum(max(p[i]) - min(p[i]) for p in case.points)) for i in range(len(case.walk_away))]
    return max(min(Fraction(x, r) for x, r in zip(s, scale, strict=True)) for s in packages(case).values())
