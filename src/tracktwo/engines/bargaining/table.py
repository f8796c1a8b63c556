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
_FAR = 1_000  # times its best package: beyond, a walk-away is a slip of the pen
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
    maker = _Maker(sides, issues, values, weights, no_deal, walk_away, best, where)
    return maker.make(requires, excludes, budgets, interactions)


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


Sheet = Sequence[Sequence[Sequence[Number | Corner]]]
Exactly = tuple[Fraction, Fraction]  # (level, worth)
Extra = tuple[dict[int, frozenset[int]], list[Fraction]]


@dataclass(frozen=True)
class _Laid:
    """An issue as a table has it: its options, the levels they stand for where it is continuous, and their worth."""

    issue: Issue
    levels: list[Fraction]
    worth: list[list[Fraction]]


@dataclass(frozen=True)
class _Maker:
    """The worksheets as they were given; reads them step by step, and refuses in a sentence."""

    sides: Sequence[str]
    issues: Sequence[Issue | Continuous]
    values: Sheet
    weights: Sequence[Sequence[Number]] | None
    no_deal: Sequence[int | Number] | None
    walk_away: Sequence[Number] | None
    best: int
    where: str

    def make(
        self,
        requires: Sequence[Requires],
        excludes: Sequence[Excludes],
        budgets: Sequence[tuple[str, Mapping[int, Sequence[Number] | Number], Number]],
        interactions: Sequence[tuple[Mapping[int, Sequence[int]], Sequence[Number]]],
    ) -> Table:
        self.check_names()
        self.check_walk_aways()
        extra = [(self.admits(a), self.each_side(points, "an interaction")) for a, points in interactions]
        laid, tops = self.lay(extra)
        made = [self.points(i, laid, extra, tops[i]) for i in range(len(self.sides))]
        table = Table(
            sides=tuple(self.sides),
            issues=tuple(one.issue for one in laid),
            points=tuple(
                np.array([side.cells[j] for side in made], dtype=np.int64) for j in range(len(laid))
            ),
            walk_away=np.array([side.walk_away for side in made], dtype=np.int64),
            no_deal=None if self.no_deal is None else self.held(laid, self.no_deal),
            requires=tuple(requires),
            excludes=tuple(excludes),
            budgets=tuple(self.budget(laid, *budget) for budget in budgets),
            interactions=tuple(
                Interaction(admits, np.array([side.extra[k] for side in made], dtype=np.int64))
                for k, (admits, _) in enumerate(extra)
            ),
            scale=tuple(side.unit for side in made),
        )
        self.check_rules(table)
        return table if table.no_deal is None else replace(table, walk_away=table.value(table.no_deal))

    def refuse(self, what: str, remedy: str = "") -> BadInput:
        return BadInput(what, where=self.where, remedy=remedy)

    def exact(self, number: Number) -> Fraction:
        return exact(number, where=self.where)

    # -- names and numbers

    def check_names(self) -> None:
        if not 2 <= len(self.sides) <= MOST_SIDES:
            raise self.refuse(f"there are {len(self.sides)} sides", f"give two to {MOST_SIDES}")
        if not 1 <= len(self.issues) <= MOST_ISSUES:
            raise self.refuse(f"there are {len(self.issues):,} issues", f"give one to {MOST_ISSUES:,}")
        self.check_different(self.sides, "sides")
        self.check_different([issue.name for issue in self.issues], "issues")
        for issue in self.issues:
            if isinstance(issue, Issue):
                if not 1 <= len(issue.options) <= MOST_OPTIONS:
                    what = f"issue {_shown(issue.name)} has {len(issue.options):,} options"
                    raise self.refuse(what, f"give one to {MOST_OPTIONS:,}")
                self.check_different(issue.options, f"options of issue {_shown(issue.name)}")

    def check_different(self, names: Sequence[str], what: str) -> None:
        seen: set[str] = set()
        for name in names:
            if not name.strip():
                raise self.refuse(f"one of the {what} has no name")
            if name in seen:
                raise self.refuse(f"two {what} are called {_shown(name)}", "give each a name of its own")
            seen.add(name)

    def check_walk_aways(self) -> None:
        if (self.no_deal is None) == (self.walk_away is None):
            given = (
                "the case names no no-deal package"
                if self.no_deal is None
                else "the walk-away is given twice"
            )
            raise self.refuse(given, "name for each issue the option that holds without a package")
        if self.no_deal is not None and len(self.no_deal) != len(self.issues):
            what = f"the no-deal package has {len(self.no_deal)} options for {len(self.issues)} issues"
            raise self.refuse(what)

    def each_side(self, numbers: Sequence[Number], what: str) -> list[Fraction]:
        if len(numbers) != len(self.sides):
            raise self.refuse(f"{what} has {len(numbers)} numbers for {len(self.sides)} sides")
        return [self.exact(number) for number in numbers]

    def sum(self, numbers: Iterable[Fraction], side: str) -> Fraction:
        total = Fraction(0)
        for number in numbers:
            total += number
            if total.denominator > _FINEST:
                raise self.refuse(f"the numbers of side {_shown(side)} have too many digits", "round them")
        return total

    def shares(self) -> list[list[Fraction]]:
        """Of each issue the share of its weight for each side."""
        if self.weights is None:
            return [[Fraction(1)] * len(self.sides) for _ in self.issues]
        if len(self.weights) != len(self.issues):
            raise self.refuse(f"there are {len(self.issues)} issues and weights for {len(self.weights)}")
        found = [
            self.each_side(row, f"the weight of issue {_shown(issue.name)}")
            for issue, row in zip(self.issues, self.weights, strict=True)
        ]
        for issue, row in zip(self.issues, found, strict=True):
            for side, weight in zip(self.sides, row, strict=True):
                if weight < 0:
                    what = f"side {_shown(side)} gives issue {_shown(issue.name)} a negative weight"
                    raise self.refuse(what, "turn its values around instead")
        totals = [self.sum((row[i] for row in found), side) for i, side in enumerate(self.sides)]
        for side, total in zip(self.sides, totals, strict=True):
            if not total:
                raise self.refuse(f"the weights of side {_shown(side)} are all 0", "give one issue a weight")
        return [[weight / totals[i] for i, weight in enumerate(row)] for row in found]

    # -- what options are worth

    def lay(self, extra: list[Extra]) -> tuple[list[_Laid], list[Fraction]]:
        """Every issue with the worth of its options, ranges laid on levels; and what each side's best may be worth."""
        shares = self.shares()
        if len(self.values) != len(self.issues):
            raise self.refuse(f"there are {len(self.issues)} issues and values for {len(self.values)}")
        sheets = [self.sheet(j, shares[j]) for j in range(len(self.issues))]
        worth = [[[value for _, value in side] for side in sheet] for sheet in sheets]
        tops = [
            self.sum(
                [
                    *(max(w[i]) - min(Fraction(0), *w[i]) for w in worth),
                    *(abs(points[i]) for _, points in extra),
                ],
                side,
            )
            for i, side in enumerate(self.sides)
        ]
        for i, side in enumerate(self.sides):
            if all(len(set(w[i])) == 1 for w in worth) and not any(points[i] for _, points in extra):
                what = f"side {_shown(side)} values every package the same"
                raise self.refuse(what, "there is nothing to weigh for it")
        return [self.laid(j, sheets[j], worth[j], tops) for j in range(len(sheets))], tops

    def sheet(self, j: int, shares: list[Fraction]) -> list[list[Exactly]]:
        """For each side (level, worth) of each corner, or (0, worth) of each option."""
        issue, values = self.issues[j], self.values[j]
        if len(values) != len(self.sides):
            what = f"issue {_shown(issue.name)} has values for {len(values)} sides, not {len(self.sides)}"
            raise self.refuse(what)
        rows = zip(self.sides, values, shares, strict=True)
        if isinstance(issue, Continuous):
            return [self.corners(issue, side, row, share) for side, row, share in rows]
        return [self.options(issue, side, row, share) for side, row, share in rows]

    def options(
        self, issue: Issue, side: str, values: Sequence[Number | Corner], share: Fraction
    ) -> list[Exactly]:
        if len(values) != len(issue.options):
            many = f"{len(values)} values for the {len(issue.options)} options"
            raise self.refuse(f"side {_shown(side)} has {many} of issue {_shown(issue.name)}")
        return [(Fraction(0), share * self.exact(value)) for value in values]  # type: ignore[arg-type]

    def corners(
        self, issue: Continuous, side: str, values: Sequence[Number | Corner], share: Fraction
    ) -> list[Exactly]:
        whose = f"the value of issue {_shown(issue.name)} for side {_shown(side)}"
        low, high = self.ends(issue)
        found = []
        for corner in values:
            if isinstance(corner, str) or not isinstance(corner, Sequence) or len(corner) != 2:
                raise self.refuse(f"{whose} is not a list of corners", "give [level, value] for each")
            found.append((self.exact(corner[0]), share * self.exact(corner[1])))
        if not 2 <= len(found) <= 100:
            raise self.refuse(f"{whose} has {len(found)} corners", "give two to a hundred")
        if any(a >= b for (a, _), (b, _) in pairwise(found)):
            raise self.refuse(f"the corners of {whose} do not rise", "order them by level, each once")
        if found[0][0] != low or found[-1][0] != high:
            remedy = "begin at its low end, end at its high end"
            raise self.refuse(f"{whose} does not cover its range", remedy)
        return found

    def ends(self, issue: Continuous) -> Exactly:
        low, high = self.exact(issue.low), self.exact(issue.high)
        if low >= high:
            raise self.refuse(f"the range of issue {_shown(issue.name)} is empty", "give low below high")
        if issue.step is not None and self.exact(issue.step) <= 0:
            raise self.refuse(f"the step of issue {_shown(issue.name)} is not above 0")
        return low, high

    def points(self, i: int, laid: list[_Laid], extra: list[Extra], top: Fraction) -> _Points:
        """One side's points, by the one rule."""
        worth = [one.worth[i] for one in laid]
        lowest = [min(Fraction(0), *row) for row in worth]
        lifted = [[value - low for value in row] for row, low in zip(worth, lowest, strict=True)]
        more = [points[i] for _, points in extra]
        least = Fraction(0)
        if self.walk_away is not None:
            given = self.each_side(self.walk_away, "the walk-away")[i]
            least = given - self.sum(lowest, self.sides[i])
            if abs(least) > _FAR * top:
                what = f"the walk-away of side {_shown(self.sides[i])} is out of all proportion to its values"
                raise self.refuse(what)
        cells = [*(value for row in lifted for value in row), *more]
        unit = _common_unit([*cells, least], top) or _common_unit(cells, top) or top / self.best
        return _Points(
            cells=[[_nearest(value / unit) for value in row] for row in lifted],
            extra=[_nearest(value / unit) for value in more],
            walk_away=ceil(least / unit),
            unit=unit,
        )

    # -- continuous issues

    def laid(
        self, j: int, sheet: list[list[Exactly]], worth: list[list[Fraction]], tops: list[Fraction]
    ) -> _Laid:
        issue = self.issues[j]
        if isinstance(issue, Issue):
            return _Laid(issue, [], worth)
        kept = [] if self.no_deal is None else [self.level(issue, self.no_deal[j])]
        grid = self.grid(issue, sheet, tops, kept)
        between = [[_between(side, level) for level in grid] for side in sheet]
        return _Laid(Issue(issue.name, _levels_said(grid, issue.unit)), grid, between)

    def level(self, issue: Continuous, level: int | Number) -> Fraction:
        found, (low, high) = self.exact(level), self.ends(issue)
        if not low <= found <= high:
            what = f"the no-deal level {_shown(level)} of issue {_shown(issue.name)} lies outside its range"
            raise self.refuse(what)
        return found

    def grid(
        self, issue: Continuous, sheet: list[list[Exactly]], tops: list[Fraction], kept: list[Fraction]
    ) -> list[Fraction]:
        """Levels so close that no side's neighbours differ by more than about a point, at most 1,001."""
        low, high = self.ends(issue)
        if issue.step is not None:
            step = self.exact(issue.step)
            times = ceil((high - low) / step / (MOST_OPTIONS - 2 - len(kept)))
            return _steps(low, high, step * max(1, times), {low, high, *kept})
        always = {low, high, *kept, *(level for side in sheet for level, _ in side)}
        steepest = max(
            (
                abs(b[1] - a[1]) / (b[0] - a[0]) * self.best / top
                for side, top in zip(sheet, tops, strict=True)
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

    def held(self, laid: list[_Laid], package: Sequence[int | Number]) -> tuple[int, ...]:
        """The no-deal package by numbers of options."""
        found = []
        for one, option in zip(laid, package, strict=True):
            place = one.levels.index(self.exact(option)) if one.levels else option
            if not isinstance(place, int | np.integer) or not 0 <= place < len(one.issue.options):
                raise self.refuse(f"the no-deal option of issue {_shown(one.issue.name)} does not exist")
            found.append(int(place))
        return tuple(found)

    # -- rules

    def admits(self, admits: Mapping[int, Sequence[int]]) -> dict[int, frozenset[int]]:
        if not admits:
            raise self.refuse("an interaction names no issue")
        for j, options in admits.items():
            issue = self.issues[j] if 0 <= j < len(self.issues) else None
            if not isinstance(issue, Issue):
                raise self.refuse(f"an interaction names issue {j + 1}, which has no options to name")
            if not options or not all(0 <= k < len(issue.options) for k in options):
                raise self.refuse(f"an interaction names an option that issue {_shown(issue.name)} has not")
        return {j: frozenset(options) for j, options in admits.items()}

    def check_rules(self, table: Table) -> None:
        pairs = [(r.chosen, r.needed, "requires") for r in table.requires]
        pairs += [(e.one, e.other, "excludes") for e in table.excludes]
        for one, other, word in pairs:
            for j, k in (one, other):
                if not (0 <= j < len(table.issues) and 0 <= k < len(table.issues[j].options)):
                    raise self.refuse("a rule names an option that does not exist")
            if one[0] == other[0]:
                name = _shown(table.issues[one[0]].name)
                raise self.refuse(f"a rule ({word}) names two options of the same issue, {name}")

    def budget(
        self,
        laid: list[_Laid],
        name: str,
        cost: Mapping[int, Sequence[Number] | Number],
        limit: Number,
    ) -> Budget:
        if not all(0 <= j < len(laid) for j in cost):
            raise self.refuse(f"budget {_shown(name)} names an issue that does not exist")
        rows = [self.cost(one, name, cost.get(j)) for j, one in enumerate(laid)]
        if any(k.denominator > 1 for row in rows for k in row):
            raise self.refuse(f"a cost in budget {_shown(name)} is not whole", "count in a smaller unit")
        costs = tuple(np.array([int(k) for k in row], dtype=np.int64) for row in rows)
        return Budget(name, costs, floor(self.exact(limit)))

    def cost(self, one: _Laid, name: str, given: Sequence[Number] | Number | None) -> list[Fraction]:
        """Of each option; a range costs so much a unit, rounded up."""
        if given is None:
            return [Fraction(0)] * len(one.issue.options)
        if one.levels and (isinstance(given, str) or not isinstance(given, Sequence)):
            rate = self.exact(given)
            return [Fraction(ceil(rate * level)) for level in one.levels]
        if isinstance(given, str) or not isinstance(given, Sequence) or len(given) != len(one.issue.options):
            whose = f"budget {_shown(name)} does not give a cost for each option of issue"
            raise self.refuse(f"{whose} {_shown(one.issue.name)}")
        return [self.exact(k) for k in given]


# ---- the rule for points


@dataclass(frozen=True)
class _Points:
    """Of one side: points of each option of each issue, of each interaction, its walk-away, a point's unit."""

    cells: list[list[int]]
    extra: list[int]
    walk_away: int
    unit: Fraction


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
