"""The table of a bargaining case: issues, options, and what each option is worth to each side, in whole points.

A package takes one option of every issue. Points are integers from here on: a float tie would make a package
look efficient that is not (42 reported instead of 39 on a domain of the ANAC competition), and a product of
integers can be compared exactly. The walk-away of a side is what the *no-deal package* is worth to it, by the
same table; a free number is the profitable lie. Source: DESIGN 6.2.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor, gcd, lcm, prod

import numpy as np
import numpy.typing as npt

from tracktwo.errors import BadInput

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Option = tuple[int, int]  # (issue, option), by number
Number = int | float | str | Decimal | Fraction
Corner = tuple[Number, Number]  # of a piecewise linear value: (level, value)

BEST = 1_000  # points of a side's best package where its worksheet is not exact in integers
EXACT_UP_TO = 100_000  # points of a side's best package up to which an exact worksheet is kept as it is
MOST_SIDES = 8
MOST_ISSUES = 1_000
MOST_OPTIONS = 1_001
_LARGEST = Fraction(10**15)
_DIGITS = 40
_FINEST = 10**120  # the denominator of a sum: keeps hostile fractions from filling the memory


@dataclass(frozen=True)
class Issue:
    """Something to be settled, and its options. Of an optional issue the last option is "not in the package"."""

    name: str
    options: tuple[str, ...]
    optional: bool = False


@dataclass(frozen=True)
class Continuous:
    """An issue of levels from ``low`` to ``high``; a table lays it on a grid of at most 1,001 of them.

    With a ``step`` only multiples of it above ``low`` count (coarser where there are too many). Without one
    levels are round numbers so close that neighbours differ by about one point of a thousand, where the cap
    allows.
    """

    name: str
    low: Number
    high: Number
    step: Number | None = None
    unit: str = ""


@dataclass(frozen=True)
class Requires:
    """Who takes one option must take the other: x_chosen <= x_needed."""

    chosen: Option
    needed: Option


@dataclass(frozen=True)
class Excludes:
    """Two options that cannot stand in one package: x_one + x_other <= 1."""

    one: Option
    other: Option


@dataclass(frozen=True, eq=False)
class Budget:
    """What a package may cost in all. ``cost`` holds int64[K_j] for each issue, in whole units."""

    name: str
    cost: tuple[Ints, ...]
    limit: int


@dataclass(frozen=True, eq=False)
class Interaction:
    """Points beyond the sum: counted when every named issue has one of its admitted options. int64[n]."""

    admits: Mapping[int, frozenset[int]]
    points: Ints


@dataclass(frozen=True, eq=False)
class Table:
    """n sides, m issues of K_j options, and int64[n, K_j] points of each.

    ``walk_away`` int64[n] is what each side has without a package: the points of ``no_deal`` (an option of each
    issue), or, where a case only gives a number, that number rounded up. ``scale`` is the worksheet units of one
    point, for showing; a worksheet's negative values are lifted, issue by issue, until its worst is 0, which
    changes no surplus. `make` builds a table from worksheets and checks it.
    """

    sides: tuple[str, ...]
    issues: tuple[Issue, ...]
    points: tuple[Ints, ...]
    walk_away: Ints
    no_deal: tuple[int, ...] | None = None
    requires: tuple[Requires, ...] = ()
    excludes: tuple[Excludes, ...] = ()
    budgets: tuple[Budget, ...] = ()
    interactions: tuple[Interaction, ...] = ()
    scale: tuple[Fraction | None, ...] = ()

    def __post_init__(self) -> None:
        """Refuse arrays that do not fit together: what reads them trusts their shapes."""
        n = len(self.sides)
        fits = (
            len(self.points) == len(self.issues)
            and all(p.shape == (n, len(i.options)) for p, i in zip(self.points, self.issues, strict=True))
            and self.walk_away.shape == (n,)
            and (self.no_deal is None or len(self.no_deal) == len(self.issues))
        )
        if not fits:
            raise BadInput("sides, issues and points do not fit together", remedy="make the table by `make`")

    @property
    def packages(self) -> int:
        """How many packages there are, whether the rules allow them or not; exact, of any size."""
        return prod(len(issue.options) for issue in self.issues)

    @property
    def additive(self) -> bool:
        """Whether a package is worth the sum of its options."""
        return not self.interactions

    @property
    def constrained(self) -> bool:
        """Whether there are packages that the rules or a budget do not allow."""
        return bool(self.requires or self.excludes or self.budgets)

    def value(self, packages: npt.ArrayLike) -> Ints:
        """Points of packages: int[m] -> int64[n], int[p, m] -> int64[p, n]. O(p * m * n)."""
        chosen = np.asarray(packages, dtype=np.int64)
        rows = np.atleast_2d(chosen)
        total = np.zeros((len(rows), len(self.sides)), dtype=np.int64)
        for j, points in enumerate(self.points):
            total += points.T[rows[:, j]]
        for interaction in self.interactions:
            holds = np.ones(len(rows), dtype=bool)
            for j, options in interaction.admits.items():
                holds &= np.isin(rows[:, j], list(options))
            total[holds] += interaction.points
        return total.reshape((*chosen.shape[:-1], len(self.sides)))

    def allowed(self, packages: npt.ArrayLike) -> Mask:
        """Whether the rules and budgets allow packages: int[m] -> one truth, int[p, m] -> bool[p]."""
        chosen = np.asarray(packages, dtype=np.int64)
        rows = np.atleast_2d(chosen)
        fine = np.ones(len(rows), dtype=bool)
        for r in self.requires:
            fine &= (rows[:, r.chosen[0]] != r.chosen[1]) | (rows[:, r.needed[0]] == r.needed[1])
        for e in self.excludes:
            fine &= (rows[:, e.one[0]] != e.one[1]) | (rows[:, e.other[0]] != e.other[1])
        for budget in self.budgets:
            fine &= sum((cost[rows[:, j]] for j, cost in enumerate(budget.cost)), start=0) <= budget.limit
        return fine.reshape(chosen.shape[:-1])

    def named(self, package: Sequence[int] | Ints) -> tuple[str, ...]:
        """The options of a package in words, in the order of the issues."""
        return tuple(issue.options[int(k)] for issue, k in zip(self.issues, package, strict=True))


# ---- from worksheets to points


def make(
    sides: Sequence[str],
    issues: Sequence[Issue | Continuous],
    values: Sequence[Sequence[Sequence[Number | Corner]]],
    *,
    weights: Sequence[Sequence[Number]] | None = None,
    no_deal: Sequence[int | Number] | None = None,
    walk_away: Sequence[Number] | None = None,
    requires: Sequence[Requires] = (),
    excludes: Sequence[Excludes] = (),
    budgets: Sequence[tuple[str, Mapping[int, Sequence[Number] | Number], Number]] = (),
    interactions: Sequence[tuple[Mapping[int, Sequence[int]], Sequence[Number]]] = (),
    best: int = BEST,
    where: str = "",
) -> Table:
    """A table from each side's worksheet, checked; integer points, made once and by one rule for a side.

    ``values[j][i]`` are side i's values of the options of issue j, or, for a continuous issue, the corners
    (level, value) of a piecewise linear value over its whole range. ``weights[j][i]`` say how much the issue
    counts for side i; only their shares matter, so a package is worth a weighted mean of values. Without weights
    values are simply added. Interactions and a ``walk_away`` are in the same units.
    The walk-away: ``no_deal`` names the option of each issue that holds without a package (its number, or its
    level for a continuous issue); only where a case has no such package may ``walk_away`` give n numbers.
    A budget is (name, {issue: cost of each option, or cost of one unit of a continuous issue}, limit).
    An interaction is ({issue: admitted options}, value for each side).

    *Points.* A side whose weighted values have a common unit that makes its best package at most 100,000 points
    keeps them exactly, in that unit. Any other side's are multiplied so that its best is ``best`` points and
    rounded once, to the nearest; a walk-away given as a number is rounded up. `Table.scale` says which unit.

    Numbers may be int, Decimal, Fraction, text ("0.3", "1/3") or float (read as its shortest decimal).
    Raises BadInput with ``where`` in one sentence. Cost O(cells) in exact rationals.
    """
    return _Maker(where).make(
        sides, issues, values, weights, no_deal, walk_away, requires, excludes, budgets, interactions, best
    )


def exact(number: Number, *, where: str = "") -> Fraction:
    """A number as it is written: 0.1 is one tenth. Refuses what is not finite, or has over 40 digits."""
    try:
        if isinstance(number, Fraction):
            found = number
        elif isinstance(number, bool):
            raise ValueError
        elif isinstance(number, int | np.integer):
            found = Fraction(int(number))
        elif isinstance(number, str) and "/" in number and len(number) <= 2 * _DIGITS:
            found = Fraction(number)
        else:
            found = _from_decimal(Decimal(repr(float(number)) if isinstance(number, float) else number))
    except (ValueError, TypeError, InvalidOperation, ZeroDivisionError):
        raise BadInput(f"{_shown(number)} is not a number", where=where) from None
    if abs(found) > _LARGEST:
        raise BadInput(f"{_shown(number)} is too large", where=where, remedy="choose a larger unit")
    return found


def _from_decimal(number: Decimal) -> Fraction:
    """Bounded before it is expanded: 1e999999999 would fill the memory."""
    if not number.is_finite() or (number and not -_DIGITS < number.adjusted() < _DIGITS):
        raise ValueError
    if len(number.as_tuple().digits) > _DIGITS:
        raise ValueError
    return Fraction(number)


def _shown(thing: object, most: int = 40) -> str:
    text = " ".join(str(thing).split()) if not isinstance(thing, str) else " ".join(thing.split())
    return f"“{text[: most - 1]}…”" if len(text) > most else f"“{text}”"


@dataclass(frozen=True)
class _Maker:
    where: str

    def refuse(self, what: str, remedy: str = "") -> BadInput:
        return BadInput(what, where=self.where, remedy=remedy)

    def exact(self, number: Number) -> Fraction:
        return exact(number, where=self.where)

    def make(
        self,
        sides: Sequence[str],
        issues: Sequence[Issue | Continuous],
        values: Sequence[Sequence[Sequence[Number | Corner]]],
        weights: Sequence[Sequence[Number]] | None,
        no_deal: Sequence[int | Number] | None,
        walk_away: Sequence[Number] | None,
        requires: Sequence[Requires],
        excludes: Sequence[Excludes],
        budgets: Sequence[tuple[str, Mapping[int, Sequence[Number] | Number], Number]],
        interactions: Sequence[tuple[Mapping[int, Sequence[int]], Sequence[Number]]],
        best: int,
    ) -> Table:
        self._names(sides, issues)
        weight = self._weights(sides, issues, weights)
        self._walk_aways(sides, issues, no_deal, walk_away)
        if len(values) != len(issues):
            raise self.refuse(f"there are {len(issues)} issues and values for {len(values)}")
        extra = [
            (self._admits(issues, admits), self._each_side(sides, points, "an interaction"))
            for admits, points in interactions
        ]
        worth: list[list[list[Fraction]]] = []
        corners: list[list[list[tuple[Fraction, Fraction]]]] = []
        for j, issue in enumerate(issues):
            if len(values[j]) != len(sides):
                what = f"issue {_shown(issue.name)} has values for {len(values[j])} sides, not {len(sides)}"
                raise self.refuse(what)
            if isinstance(issue, Continuous):
                found = [
                    self._corners(issue, sides[i], values[j][i], weight[j][i]) for i in range(len(sides))
                ]
                corners.append(found)
                worth.append([[value for _, value in side] for side in found])
            else:
                corners.append([])
                worth.append(
                    [self._options(issue, sides[i], values[j][i], weight[j][i]) for i in range(len(sides))]
                )
        tops = [
            self._sum(
                [
                    *(max(w[i]) - min(Fraction(0), *w[i]) for w in worth),
                    *(max(points[i], Fraction(0)) for _, points in extra),
                ],
                side,
            )
            for i, side in enumerate(sides)
        ]
        self._weighs(sides, worth, extra)
        laid: list[Issue] = []
        levels: list[list[Fraction]] = []
        for j, issue in enumerate(issues):
            if isinstance(issue, Continuous):
                kept = [] if no_deal is None else [self._level(issue, no_deal[j])]
                grid = self._grid(issue, corners[j], tops, best, kept)
                levels.append(grid)
                worth[j] = [[_between(side, level) for level in grid] for side in corners[j]]
                laid.append(Issue(issue.name, _levels_said(grid, issue.unit)))
            else:
                levels.append([])
                laid.append(issue)
        without = None if no_deal is None else self._no_deal(laid, levels, no_deal)
        least = None if walk_away is None else self._each_side(sides, walk_away, "the walk-away")
        made = [
            _points(
                [w[i] for w in worth],
                [points[i] for _, points in extra],
                least[i] if least else None,
                tops[i],
                best,
            )
            for i in range(len(sides))
        ]
        points = tuple(
            np.array([made[i].cells[j] for i in range(len(sides))], dtype=np.int64)
            for j in range(len(issues))
        )
        table = Table(
            sides=tuple(sides),
            issues=tuple(laid),
            points=points,
            walk_away=np.array([m.walk_away for m in made], dtype=np.int64),
            no_deal=without,
            requires=tuple(requires),
            excludes=tuple(excludes),
            budgets=tuple(self._budget(laid, levels, *budget) for budget in budgets),
            interactions=tuple(
                Interaction(admits, np.array([m.extra[k] for m in made], dtype=np.int64))
                for k, (admits, _) in enumerate(extra)
            ),
            scale=tuple(m.unit for m in made),
        )
        self._rules(table)
        return table if without is None else replace(table, walk_away=table.value(without))

    # -- names and numbers

    def _names(self, sides: Sequence[str], issues: Sequence[Issue | Continuous]) -> None:
        if not 2 <= len(sides) <= MOST_SIDES:
            raise self.refuse(f"there are {len(sides)} sides", f"give two to {MOST_SIDES}")
        if not 1 <= len(issues) <= MOST_ISSUES:
            raise self.refuse(f"there are {len(issues):,} issues", f"give one to {MOST_ISSUES:,}")
        self._different(sides, "sides")
        self._different([issue.name for issue in issues], "issues")
        for issue in issues:
            if isinstance(issue, Issue):
                if not 1 <= len(issue.options) <= MOST_OPTIONS:
                    what = f"issue {_shown(issue.name)} has {len(issue.options):,} options"
                    raise self.refuse(what, f"give one to {MOST_OPTIONS:,}")
                self._different(issue.options, f"options of issue {_shown(issue.name)}")

    def _different(self, names: Sequence[str], what: str) -> None:
        seen: set[str] = set()
        for name in names:
            if not name.strip():
                raise self.refuse(f"one of the {what} has no name")
            if name in seen:
                raise self.refuse(f"two {what} are called {_shown(name)}", "give each a name of its own")
            seen.add(name)

    def _each_side(self, sides: Sequence[str], numbers: Sequence[Number], what: str) -> list[Fraction]:
        if len(numbers) != len(sides):
            raise self.refuse(f"{what} has {len(numbers)} numbers for {len(sides)} sides")
        return [self.exact(number) for number in numbers]

    def _sum(self, numbers: Iterable[Fraction], side: str) -> Fraction:
        total = Fraction(0)
        for number in numbers:
            total += number
            if total.denominator > _FINEST:
                raise self.refuse(f"the numbers of side {_shown(side)} have too many digits", "round them")
        return total

    def _weights(
        self,
        sides: Sequence[str],
        issues: Sequence[Issue | Continuous],
        weights: Sequence[Sequence[Number]] | None,
    ) -> list[list[Fraction]]:
        if weights is None:
            return [[Fraction(1)] * len(sides) for _ in issues]
        if len(weights) != len(issues):
            raise self.refuse(f"there are {len(issues)} issues and weights for {len(weights)}")
        found = [
            self._each_side(sides, row, f"the weight of issue {_shown(issue.name)}")
            for issue, row in zip(issues, weights, strict=True)
        ]
        for issue, row in zip(issues, found, strict=True):
            for side, weight in zip(sides, row, strict=True):
                if weight < 0:
                    what = f"side {_shown(side)} gives issue {_shown(issue.name)} a negative weight"
                    raise self.refuse(what, "turn its values around instead")
        total = [self._sum((row[i] for row in found), side) for i, side in enumerate(sides)]
        for side, sum_of_weights in zip(sides, total, strict=True):
            if not sum_of_weights:
                raise self.refuse(f"the weights of side {_shown(side)} are all 0", "give one issue a weight")
        return [[weight / total[i] for i, weight in enumerate(row)] for row in found]

    def _walk_aways(
        self,
        sides: Sequence[str],
        issues: Sequence[Issue | Continuous],
        no_deal: Sequence[int | Number] | None,
        walk_away: Sequence[Number] | None,
    ) -> None:
        if (no_deal is None) == (walk_away is None):
            what = "the case names no no-deal package" if no_deal is None else "the walk-away is given twice"
            raise self.refuse(what, "name for each issue the option that holds without a package")
        if no_deal is not None and len(no_deal) != len(issues):
            raise self.refuse(f"the no-deal package has {len(no_deal)} options for {len(issues)} issues")

    def _options(
        self, issue: Issue, side: str, values: Sequence[Number | Corner], weight: Fraction
    ) -> list[Fraction]:
        if len(values) != len(issue.options):
            what = (
                f"side {_shown(side)} has {len(values)} values for the {len(issue.options)} options of issue"
            )
            raise self.refuse(f"{what} {_shown(issue.name)}")
        return [weight * self.exact(value) for value in values]  # type: ignore[arg-type]

    def _corners(
        self, issue: Continuous, side: str, values: Sequence[Number | Corner], weight: Fraction
    ) -> list[tuple[Fraction, Fraction]]:
        whose = f"the value of issue {_shown(issue.name)} for side {_shown(side)}"
        low, high = self._ends(issue)
        found = []
        for corner in values:
            if isinstance(corner, str) or not isinstance(corner, Sequence) or len(corner) != 2:
                raise self.refuse(f"{whose} is not a list of corners", "give [level, value] for each")
            found.append((self.exact(corner[0]), weight * self.exact(corner[1])))
        if not 2 <= len(found) <= 100:
            raise self.refuse(f"{whose} has {len(found)} corners", "give two to a hundred")
        if any(a >= b for (a, _), (b, _) in pairwise(found)):
            raise self.refuse(f"the corners of {whose} do not rise", "order them by level, each once")
        if found[0][0] != low or found[-1][0] != high:
            raise self.refuse(
                f"{whose} does not cover its range", "begin at its low end, end at its high end"
            )
        return found

    def _ends(self, issue: Continuous) -> tuple[Fraction, Fraction]:
        low, high = self.exact(issue.low), self.exact(issue.high)
        if low >= high:
            raise self.refuse(f"the range of issue {_shown(issue.name)} is empty", "give low below high")
        if issue.step is not None and self.exact(issue.step) <= 0:
            raise self.refuse(f"the step of issue {_shown(issue.name)} is not above 0")
        return low, high

    def _weighs(
        self,
        sides: Sequence[str],
        worth: list[list[list[Fraction]]],
        extra: list[tuple[dict[int, frozenset[int]], list[Fraction]]],
    ) -> None:
        for i, side in enumerate(sides):
            alike = all(len(set(w[i])) == 1 for w in worth) and not any(points[i] for _, points in extra)
            if alike:
                what = f"side {_shown(side)} values every package the same"
                raise self.refuse(what, "there is nothing to weigh for it")

    # -- continuous issues

    def _level(self, issue: Continuous, level: int | Number) -> Fraction:
        found, (low, high) = self.exact(level), self._ends(issue)
        if not low <= found <= high:
            what = f"the no-deal level {_shown(level)} of issue {_shown(issue.name)} lies outside its range"
            raise self.refuse(what)
        return found

    def _grid(
        self,
        issue: Continuous,
        corners: list[list[tuple[Fraction, Fraction]]],
        tops: list[Fraction],
        best: int,
        kept: list[Fraction],
    ) -> list[Fraction]:
        """Levels so close that no side's neighbours differ by more than about a point, at most 1,001."""
        low, high = self._ends(issue)
        if issue.step is not None:
            step = self.exact(issue.step)
            times = ceil((high - low) / step / (MOST_OPTIONS - 2 - len(kept)))
            return _steps(low, high, step * max(1, times), {low, high, *kept})
        always = {low, high, *kept, *(level for side in corners for level, _ in side)}
        steepest = max(
            (
                abs(b[1] - a[1]) / (b[0] - a[0]) * best / top
                for side, top in zip(corners, tops, strict=True)
                for a, b in pairwise(side)
                if top
            ),
            default=Fraction(0),
        )
        widest = (high - low) / max(1, MOST_OPTIONS - 1 - len(always))
        needed = 1 / steepest if steepest else high - low
        step = _nice(needed, down=True) if needed > widest else _nice(widest, down=False)
        if ceil((high - low) / step) + len(always) > MOST_OPTIONS:
            step = _nice(widest, down=False)
        return _steps(low, high, step, always)

    def _no_deal(
        self, issues: list[Issue], levels: list[list[Fraction]], no_deal: Sequence[int | Number]
    ) -> tuple[int, ...]:
        found = []
        for issue, grid, option in zip(issues, levels, no_deal, strict=True):
            place = grid.index(self.exact(option)) if grid else option
            if not isinstance(place, int | np.integer) or not 0 <= place < len(issue.options):
                raise self.refuse(f"the no-deal option of issue {_shown(issue.name)} does not exist")
            found.append(int(place))
        return tuple(found)

    # -- rules

    def _admits(
        self, issues: Sequence[Issue | Continuous], admits: Mapping[int, Sequence[int]]
    ) -> dict[int, frozenset[int]]:
        if not admits:
            raise self.refuse("an interaction names no issue")
        for j, options in admits.items():
            issue = issues[j] if 0 <= j < len(issues) else None
            if not isinstance(issue, Issue):
                raise self.refuse(f"an interaction names issue {j + 1}, which has no options to name")
            if not options or not all(0 <= k < len(issue.options) for k in options):
                raise self.refuse(f"an interaction names an option that issue {_shown(issue.name)} has not")
        return {j: frozenset(options) for j, options in admits.items()}

    def _rules(self, table: Table) -> None:
        pairs = [(r.chosen, r.needed, "requires") for r in table.requires]
        pairs += [(e.one, e.other, "excludes") for e in table.excludes]
        for one, other, word in pairs:
            for j, k in (one, other):
                if not (0 <= j < len(table.issues) and 0 <= k < len(table.issues[j].options)):
                    raise self.refuse("a rule names an option that does not exist")
            if one[0] == other[0]:
                name = _shown(table.issues[one[0]].name)
                raise self.refuse(f"a rule ({word}) names two options of the same issue, {name}")

    def _budget(
        self,
        issues: list[Issue],
        levels: list[list[Fraction]],
        name: str,
        cost: Mapping[int, Sequence[Number] | Number],
        limit: Number,
    ) -> Budget:
        most = self.exact(limit)
        rows = []
        for j, (issue, grid) in enumerate(zip(issues, levels, strict=True)):
            given = cost.get(j, [0] * len(issue.options) if not grid else 0)
            if grid and not isinstance(given, Sequence):
                rate = self.exact(given)
                rows.append([Fraction(ceil(rate * level)) for level in grid])
            elif (
                isinstance(given, str) or not isinstance(given, Sequence) or len(given) != len(issue.options)
            ):
                what = f"budget {_shown(name)} does not give a cost for each option of issue {_shown(issue.name)}"
                raise self.refuse(what)
            else:
                rows.append([self.exact(k) for k in given])
        if not all(0 <= j < len(issues) for j in cost):
            raise self.refuse(f"budget {_shown(name)} names an issue that does not exist")
        if any(k.denominator > 1 for row in rows for k in row):
            raise self.refuse(f"a cost in budget {_shown(name)} is not whole", "count in a smaller unit")
        return Budget(
            name, tuple(np.array([int(k) for k in row], dtype=np.int64) for row in rows), floor(most)
        )


# ---- the rule for points


@dataclass(frozen=True)
class _Points:
    """Of one side: points of each option of each issue, of each interaction, its walk-away, a point's unit."""

    cells: list[list[int]]
    extra: list[int]
    walk_away: int
    unit: Fraction


def _points(
    worth: list[list[Fraction]], extra: list[Fraction], walk_away: Fraction | None, top: Fraction, best: int
) -> _Points:
    lowest = [min(Fraction(0), *row) for row in worth]
    lifted = [[value - low for value in row] for row, low in zip(worth, lowest, strict=True)]
    least = Fraction(0) if walk_away is None else walk_away - sum(lowest)
    cells = [*(value for row in lifted for value in row), *extra]
    unit = _common_unit([*cells, least], top) or _common_unit(cells, top) or (top / best or Fraction(1))
    return _Points(
        cells=[[_nearest(value / unit) for value in row] for row in lifted],
        extra=[_nearest(value / unit) for value in extra],
        walk_away=ceil(least / unit),
        unit=unit,
    )


def _common_unit(numbers: list[Fraction], top: Fraction) -> Fraction | None:
    """The largest unit of which all are whole multiples; none where that makes too many points of the top."""
    above, below = 0, 1
    for number in set(numbers) - {Fraction(0)}:
        above, below = gcd(above, number.numerator), lcm(below, number.denominator)
        if top * below > EXACT_UP_TO * above:
            return None  # more numbers only make it finer
    return Fraction(above or 1, below)


def _nearest(number: Fraction) -> int:
    return floor(number + Fraction(1, 2))


# ---- levels


def _steps(low: Fraction, high: Fraction, step: Fraction, always: set[Fraction]) -> list[Fraction]:
    return sorted(always | {low + k * step for k in range(floor((high - low) / step) + 1)})


def _nice(width: Fraction, *, down: bool) -> Fraction:
    """The nearest of 1, 2, 5, 10, ... times a power of ten, not above the width, or not below it."""
    power = Fraction(1)
    while power > width:
        power /= 10
    while power * 10 <= width:
        power *= 10
    steps = [power, 2 * power, 5 * power, 10 * power]
    return max(s for s in steps if s <= width) if down else min(s for s in steps if s >= width)


def _between(corners: list[tuple[Fraction, Fraction]], level: Fraction) -> Fraction:
    place = min(max(bisect_right(corners, level, key=lambda c: c[0]) - 1, 0), len(corners) - 2)
    (a, u), (b, v) = corners[place], corners[place + 1]
    return u + (v - u) * (level - a) / (b - a)


def _levels_said(grid: list[Fraction], unit: str) -> tuple[str, ...]:
    """Levels in as few decimals as tell them apart."""
    after = f" {unit}" if unit else ""
    for digits in range(31):
        said = [f"{Decimal(level.numerator) / Decimal(level.denominator):.{digits}f}" for level in grid]
        exactly = digits >= 6 or all((level * 10**digits).denominator == 1 for level in grid)
        if exactly and len(set(said)) == len(said):
            break
    return tuple(f"{number}{after}" for number in said)
