"""A table as an integer linear program, and HiGHS on it: what solutions and certificates share.

Columns: x_jk in {0, 1} for each option, exactly one an issue; y_r in {0, 1} for each interaction. Rows, all in
integers, A (x, y) <= limit: a requires b is x_a - x_b <= 0; exclusion x_a + x_b <= 1; a budget is its costs; an
interaction holds only where each of its issues has an admitted option (y_r <= sum of those), and must hold where
its points hurt somebody (y_r >= sum over issues - (L - 1)). Source: DESIGN 6.2.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple

import highspy
import numpy as np
import numpy.typing as npt

from tracktwo.engines.bargaining.table import Ints, Table

Floats = npt.NDArray[np.float64]
Stop = Callable[[], bool]

_INF = highspy.kHighsInf
_LOOK = 0.01  # seconds between two looks at the caller's stop
_NOT_FOUND = 1e300
_SMALL = 200  # columns of a relaxation that is solved sooner than made smaller


class Row(NamedTuple):
    """Sum of coefficient x column <= limit, all integers."""

    columns: Ints
    coefficients: Ints
    limit: int


@dataclass(frozen=True, eq=False)
class Program:
    """The table's columns and rows. ``start`` int64[m + 1]: where an issue's columns begin; interactions follow.

    ``points`` int64[n, c] of each column.
    """

    table: Table
    start: Ints
    points: Ints
    rows: tuple[Row, ...]
    apart_from: tuple[tuple[int, ...], ...] = ()

    @property
    def issues(self) -> int:
        return len(self.start) - 1

    @property
    def columns(self) -> int:
        return int(self.points.shape[1])

    def filled(self, package: Sequence[int] | Ints) -> Floats:
        """The columns of a package: float64[c]."""
        filled = np.zeros(self.columns)
        filled[self.start[:-1] + np.asarray(package)] = 1
        for r, interaction in enumerate(self.table.interactions):
            holds = all(int(package[j]) in options for j, options in interaction.admits.items())
            filled[self.start[-1] + r] = holds
        return filled

    def package(self, columns: Floats) -> tuple[int, ...]:
        """The option with the largest share of each issue."""
        return tuple(
            int(np.argmax(columns[a:b])) for a, b in zip(self.start[:-1], self.start[1:], strict=True)
        )


def program(table: Table, apart_from: Sequence[Sequence[int]] = ()) -> Program:
    """The table's program; with packages ``apart_from`` only those that differ from each in two issues or more."""
    start = np.concatenate([[0], np.cumsum([p.shape[1] for p in table.points])]).astype(np.int64)
    rows = [
        _row([start[r.chosen[0]] + r.chosen[1], start[r.needed[0]] + r.needed[1]], [1, -1], 0)
        for r in table.requires
    ]
    rows += [
        _row([start[e.one[0]] + e.one[1], start[e.other[0]] + e.other[1]], [1, 1], 1) for e in table.excludes
    ]
    for budget in table.budgets:
        cost = np.concatenate(budget.cost)
        rows.append(Row(np.flatnonzero(cost), cost[cost != 0], budget.limit))
    for r, interaction in enumerate(table.interactions):
        here = int(start[-1]) + r
        admitted = [[int(start[j]) + k for k in sorted(ks)] for j, ks in interaction.admits.items()]
        if (interaction.points > 0).any():
            rows += [_row([here, *columns], [1] + [-1] * len(columns), 0) for columns in admitted]
        if (interaction.points < 0).any():
            every = [column for columns in admitted for column in columns]
            rows.append(_row([*every, here], [1] * len(every) + [-1], len(admitted) - 1))
    for package in apart_from:
        rows.append(_row(list(start[:-1] + np.asarray(package)), [1] * len(package), len(package) - 2))
    extra = [interaction.points[:, None] for interaction in table.interactions]
    apart = tuple(tuple(int(k) for k in package) for package in apart_from)
    return Program(table, start, np.hstack([*table.points, *extra]), tuple(rows), apart)


def _row(columns: list[Any], coefficients: list[int], limit: int) -> Row:
    return Row(np.array(columns, dtype=np.int64), np.array(coefficients, dtype=np.int64), limit)


@dataclass
class Clock:
    """How long an answer may take, and whether the caller still wants it."""

    seconds: float
    stop: Stop | None = None
    began: float = field(default_factory=time.perf_counter)
    cancelled: bool = False

    @property
    def spent(self) -> float:
        return time.perf_counter() - self.began

    @property
    def left(self) -> float:
        return max(0.0, self.seconds - self.spent)

    def over(self) -> bool:
        self.cancelled = self.cancelled or (self.stop is not None and self.stop())
        return self.cancelled or self.left <= 0


class Answer(NamedTuple):
    """What HiGHS found: columns (None where nothing was found), objective, bound, and duals of the rows."""

    columns: Floats | None
    objective: float
    bound: float
    duals: Floats
    proven: bool
    impossible: bool


class Model:
    """The program in HiGHS: columns x and y, then the surplus s_i of each side, then what a rule adds.

    Rows: one for each issue, one for each rule, one for each side (s_i - points = -walk-away), then what a
    rule adds. HiGHS runs without the interpreter's lock; ``clock.stop`` reaches a running solve.
    """

    def __init__(
        self, program: Program, least: Floats | Ints, clock: Clock, *, cost: Floats | None = None
    ) -> None:
        self.program, self.clock = program, clock
        self.sides = len(program.points)
        self.surplus = program.columns  # where the columns s_i begin
        self.defined = program.issues + len(program.rows)  # where their rows begin
        # The solver itself: its wrapper takes longer to make than a small model takes to solve.
        self._highs: Any = highspy._Highs()  # type: ignore[attr-defined]
        # HiGHS' own tolerances: with tighter ones (10^-9) it called a worse package the best, once in 1,000 cases.
        self._set(output_flag=False, threads=1, mip_abs_gap=0.0, mip_rel_gap=0.0)
        self._highs.changeObjectiveSense(highspy.ObjSense.kMaximize)
        c, n = program.columns, self.sides
        cost = np.zeros(c + n) if cost is None else cost
        lower = np.concatenate([np.zeros(c), np.asarray(least, dtype=float)])
        upper = np.concatenate([np.ones(c), np.full(n, _INF)])
        none = np.empty(0, dtype=np.int32)
        self._highs.addCols(c + n, cost, lower, upper, 0, none, none, np.empty(0))
        self._pass_rows()
        self._looked = 0.0
        if clock.stop is not None:
            kinds = highspy.cb.HighsCallbackType
            self._highs.setCallback(self._look, None)
            self._highs.startCallback(kinds.kCallbackMipInterrupt)
            self._highs.startCallback(kinds.kCallbackSimplexInterrupt)
        if program.columns <= _SMALL:
            self._set(presolve="off")

    def _pass_rows(self) -> None:
        program, n = self.program, self.sides
        c, m = program.columns, program.issues
        options = np.arange(program.start[-1])
        of_sides = [np.flatnonzero(points) for points in program.points]
        index = [options, *(row.columns for row in program.rows)]
        value = [np.ones(len(options)), *(row.coefficients for row in program.rows)]
        length = [*np.diff(program.start), *(len(row.columns) for row in program.rows)]
        for i, places in enumerate(of_sides):
            index += [places, np.array([c + i])]
            value += [-program.points[i, places], np.ones(1)]
            length.append(len(places) + 1)
        low = np.concatenate([np.ones(m), np.full(len(program.rows), -_INF), -program.table.walk_away])
        high = np.concatenate([np.ones(m), [row.limit for row in program.rows], -program.table.walk_away])
        start = np.concatenate([[0], np.cumsum(length)[:-1]])
        self._rows(m + len(program.rows) + n, low, high, start, np.concatenate(index), np.concatenate(value))

    def _rows(self, count: int, low: Any, high: Any, start: Any, index: Any, value: Any) -> None:
        self._highs.addRows(
            count,
            np.asarray(low, dtype=np.float64),
            np.asarray(high, dtype=np.float64),
            len(index),
            np.asarray(start, dtype=np.int32),
            np.asarray(index, dtype=np.int32),
            np.asarray(value, dtype=np.float64),
        )

    def column(self, cost: float, lower: float = 0.0, upper: float = _INF, *, whole: bool = False) -> int:
        """One more column; its number."""
        none = np.empty(0, dtype=np.int32)
        self._highs.addCol(cost, lower, upper, 0, none, np.empty(0))
        here = int(self._highs.getNumCol()) - 1
        if whole:
            self._highs.changeColIntegrality(here, highspy.HighsVarType.kInteger)
        return here

    def rows(self, columns: npt.ArrayLike, coefficients: npt.ArrayLike, low: Any, high: Any) -> None:
        """More rows of equally many entries: columns and coefficients int/float[r, e], low and high float[r]."""
        index = np.atleast_2d(np.asarray(columns))
        count, length = index.shape
        value = np.broadcast_to(np.asarray(coefficients, dtype=float), index.shape)
        low, high = np.broadcast_to(low, count), np.broadcast_to(high, count)
        self._rows(count, low, high, np.arange(count) * length, index.ravel(), value.ravel())

    def cost(self, column: int, cost: float) -> None:
        self._highs.changeColCost(column, cost)

    def bounds(self, column: int, lower: float, upper: float) -> None:
        self._highs.changeColBounds(column, lower, upper)

    def whole(self) -> None:
        """From now on options are taken or not, never in part."""
        c = self.program.columns
        self._set(presolve="choose")
        kinds = np.full(c, int(highspy.HighsVarType.kInteger), dtype=np.uint8)
        self._highs.changeColsIntegrality(c, np.arange(c, dtype=np.int32), kinds)

    def begin_at(self, columns: Floats) -> None:
        """A first package for the tree, with every further column."""
        self._highs.setSolution(len(columns), np.arange(len(columns), dtype=np.int32), columns)

    def solve(self, *, gap: float = 0.0, relative: float = 0.0, enough: float | None = None) -> Answer:
        """Maximise, until proven within the gap, the clock is over, or the objective reaches ``enough``."""
        if self.clock.over():
            return Answer(None, -np.inf, np.inf, np.empty(0), False, False)
        self._set(mip_abs_gap=gap, mip_rel_gap=relative)
        self._set(time_limit=self._highs.getRunTime() + self.clock.left)
        if enough is not None:
            self._set(objective_target=enough)
        self._highs.run()
        return self._answer()

    def _answer(self) -> Answer:
        status = self._highs.getModelStatus()
        kinds = highspy.HighsModelStatus
        impossible = status in (kinds.kInfeasible, kinds.kUnboundedOrInfeasible)
        info, found = self._highs.getInfo(), self._highs.getSolution()
        whole = bool(self._highs.getLp().integrality_)
        feasible = info.primal_solution_status == highspy.kSolutionStatusFeasible
        proven = status == kinds.kOptimal
        bound = info.mip_dual_bound if whole else info.objective_function_value if proven else np.inf
        return Answer(
            np.asarray(found.col_value) if feasible and not impossible else None,
            info.objective_function_value if feasible else -np.inf,
            bound if abs(bound) < _NOT_FOUND else np.inf,
            np.asarray(found.row_dual),
            proven,
            impossible,
        )

    def weights(self, duals: Floats) -> tuple[Floats, Floats]:
        """How much a point of each side, and a unit of each rule's limit, are worth at the relaxation's optimum."""
        rules = duals[self.program.issues : self.defined]
        sides = duals[self.defined : self.defined + self.sides]
        return np.abs(sides), np.abs(rules)

    def _set(self, **options: Any) -> None:
        for name, value in options.items():
            self._highs.setOptionValue(name, value)

    def _look(self, kind: Any, message: str, told: Any, answer: Any, own: Any) -> None:
        """HiGHS asks, many times a second, whether to go on."""
        now = time.perf_counter()
        if now - self._looked >= _LOOK:
            self._looked = now
            self.clock.over()
        if self.clock.cancelled:
            answer.user_interrupt = True


def rational(numbers: Floats, denominator: int) -> tuple[Fraction, ...]:
    """Floats as fractions of one denominator, rounded once."""
    return tuple(Fraction(round(float(number) * denominator), denominator) for number in numbers)
