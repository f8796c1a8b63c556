"""How HiGHS finds and proves what the rules of `solutions` ask for, where packages are too many to look at.

Each search first solves a linear relaxation, whose duals are the certificate's weights and whose bound is often
all the proof that is needed; rounds it, climbs by single exchanges, and gives the package to branch and bound
as a first one. Whatever the solver returns is valued anew in integers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, inf, log, log1p

import numpy as np
import numpy.typing as npt

from tracktwo.engines.bargaining import core
from tracktwo.engines.bargaining.linear import Answer, Clock, Floats, Model, Program
from tracktwo.engines.bargaining.table import Ints

Package = tuple[int, ...]
Weights = tuple[Floats, Floats]
Score = Callable[[Ints], Floats]  # of surpluses int64[p, n]: float64[p], the larger the better

CLOSE = 2e-6  # a distance of shares that HiGHS' tolerances can still tell
CLOSE_LOG = 4e-6  # and of the logarithm of a product
_ROUNDS = 40
_NEAR = 1e-3  # of the bound: from here on the exact answer is as near as half the way to it
_BEAM = 1_000  # partial packages that a narrow search keeps
_MOST = 4_000_000  # and a complete one looks at, at most
_LOOSE = 1e-7  # of a chord
_AROUND = np.array([-32, -16, -8, -5, -3, -2, -1, 0, 1, 2, 4, 7, 15, 31])


def surplus(program: Program, packages: npt.ArrayLike) -> Ints:
    """int64[m] -> int64[n], int64[p, m] -> int64[p, n]"""
    return np.asarray(program.table.value(packages) - program.table.walk_away)


def most(program: Program) -> Ints:
    """A surplus no package exceeds: each issue at a side's best. int64[n]"""
    table = program.table
    each = np.asarray(sum(p.max(axis=1) for p in table.points)) - table.walk_away
    for interaction in table.interactions:
        each = each + np.maximum(interaction.points, 0)
    return np.asarray(each)


def admissible(program: Program, packages: Ints) -> npt.NDArray[np.bool_]:
    """Whether the rules allow packages int64[p, m], those of the program itself included."""
    fine = np.asarray(program.table.allowed(packages))
    if program.table.constrained or len(program.rows) > 0:
        for other in program.apart_from:
            fine &= (packages != np.asarray(other)).sum(axis=1) >= 2
    return fine


def climbed(program: Program, package: Package, score: Score) -> Package:
    """The package after the best exchange of one option, then the next, until none is better."""
    here = np.array(package, dtype=np.int64)
    issue = np.repeat(np.arange(program.issues), np.diff(program.start))
    option = np.arange(program.start[-1]) - program.start[issue]
    own = np.arange(len(issue))
    worth = score(surplus(program, here)[None])[0]
    while True:
        if program.table.additive:
            current = program.points[:, program.start[:-1] + here]
            over = surplus(program, here) + (program.points[:, own] - current[:, issue]).T
        else:
            others = np.repeat(here[None], len(own), axis=0)
            others[own, issue] = option
            over = surplus(program, others)
        worths = score(over)
        worths[here[issue] == option] = -inf
        for place in np.argsort(-worths, kind="stable")[:_ROUNDS]:
            if worths[place] <= worth + 1e-12:
                return tuple(here.tolist())
            changed = here.copy()
            changed[issue[place]] = option[place]
            if admissible(program, changed[None])[0]:
                here, worth = changed, worths[place]
                break
        else:
            return tuple(here.tolist())


def log_product(over: Ints) -> Floats:
    """sum log s_i, going on as a straight line below one point."""
    below = np.minimum(over - 1, 0)
    return np.asarray((np.log(np.maximum(over, 1)) + 1e3 * below).sum(axis=1))


class Nash:
    """max sum t_i under chords of the logarithm: relaxation first, then branch and bound, 1 to 3 times."""

    def __init__(self, program: Program, clock: Clock) -> None:
        self.program, self.clock = program, clock
        self.most = most(program)
        self.impossible = bool((self.most < 1).any())
        self.weights: Weights | None = None
        self.bound = inf
        self._at: list[set[int]] = [set() for _ in self.most]

    def relax(self, near: Ints | None = None) -> bool:
        """Solve the relaxation, beginning with chords near a surplus if one is known. False where it fails."""
        if self.impossible:
            return False
        self.model = Model(self.program, np.ones(len(self.most)), self.clock)
        n = len(self.most)
        self.t = [self.model.column(1.0, 0.0, log(int(top)) + 1e-6) for top in self.most]
        self._chords([[2**k for k in range(int(top).bit_length())] for top in self.most])
        if near is not None:
            self._chords([s + _AROUND for s in near])
        for _ in range(_ROUNDS):
            answer = self.model.solve()
            if answer.columns is None or not answer.proven:
                self.impossible = answer.impossible
                return False
            self.relaxed = answer.columns
            s = answer.columns[self.model.surplus : self.model.surplus + n]
            t = answer.columns[self.t]
            low = np.maximum(np.floor(s + 1e-9), 1)
            loose = t > np.log(low) + np.log1p(1 / low) * (s - low) + _LOOSE
            if not loose.any() or not self._chords(
                [[a] if bad else [] for a, bad in zip(low, loose, strict=True)]
            ):
                break
        self.bound = answer.bound
        self.weights = self.model.weights(answer.duals)
        return True

    def climb(self, gap: float) -> tuple[Package | None, float]:
        """The best package found and a bound on sum log s_i; to be called once relaxed."""
        n = len(self.most)
        s = self.relaxed[self.model.surplus : self.model.surplus + n]
        self._chords([np.round(x).astype(int) + _AROUND for x in s])
        best: Package | None = None
        found = -inf
        package = climbed(self.program, self.program.package(self.relaxed), log_product)
        if admissible(self.program, np.array([package]))[0]:
            best, found = self._better(package, best, found)
            if best is not None:
                self.model.begin_at(self._columns(best))
        self.model.whole()
        while self.bound - found > CLOSE_LOG and self.bound - found > n * log1p(gap):
            answer = self.model.solve(gap=n * log1p(gap))
            self.impossible = answer.impossible
            self.bound = min(self.bound, answer.bound)
            if answer.columns is None:
                break
            raw = self.program.package(answer.columns)
            best, found = self._better(climbed(self.program, raw, log_product), best, found)
            near = [[x - 1, x] for x in surplus(self.program, raw).tolist()]
            if not self._chords(near) or not answer.proven:
                break
        return best, self.bound

    def _better(self, package: Package, best: Package | None, found: float) -> tuple[Package | None, float]:
        s = surplus(self.program, package)
        if (s < 1).any():
            return best, found
        value = float(np.log(s).sum())
        return (package, value) if value > found else (best, found)

    def _columns(self, package: Package) -> Floats:
        s = surplus(self.program, package)
        return np.concatenate([self.program.filled(package), s, np.log(s)])

    def _chords(self, at: Sequence[npt.ArrayLike]) -> bool:
        """Add the chords from a to a + 1 that are not there yet; whether there were any."""
        columns, slopes, heights = [], [], []
        for i, wanted in enumerate(at):
            for a in np.asarray(wanted, dtype=np.int64).tolist():
                if 1 <= a <= self.most[i] and a not in self._at[i]:
                    self._at[i].add(a)
                    slope = log1p(1 / a)
                    columns.append((self.t[i], self.model.surplus + i))
                    slopes.append((1.0, -slope))
                    heights.append(log(a) - slope * a)
        if columns:
            self.model.rows(columns, slopes, -inf, np.array(heights))
        return bool(columns)


@dataclass(frozen=True)
class Found:
    """Of a max-min: the best package, its exact value, and a bound (exactly the value where it is proven)."""

    package: Package | None
    value: Fraction
    bound: float
    impossible: bool = False
    ties: Ints | None = None  # every package of that value, int64[p, m], where they are known

    @property
    def gap(self) -> float:
        return self.bound - float(self.value)


class Least:
    """max z with s_i >= base_i + z scale_i; sides of scale 0 only keep their base.

    ``below``: z may be negative. ``alone``: one best package is enough, packages as good are not looked for.
    """

    def __init__(
        self,
        program: Program,
        base: Ints,
        scale: Ints,
        clock: Clock,
        *,
        below: bool = False,
        alone: bool = False,
    ) -> None:
        self.program, self.base, self.scale, self.clock = program, base, scale, clock
        self.free = scale > 0
        self.below, self.alone = below, alone
        self.weights: Weights | None = None
        self.bound = inf

    def relax(self) -> Floats | None:
        """Solve the relaxation: its columns, or None where it fails. Sets ``weights`` and ``bound``."""
        model = self._model()
        answer = model.solve()
        self.impossible = answer.impossible
        if answer.columns is None or not answer.proven:
            return None
        self.weights, self.bound = model.weights(answer.duals), answer.bound
        return answer.columns

    def find(self, gap: float) -> Found:
        relaxed = self.relax()
        if relaxed is None:
            return Found(None, Fraction(0), inf, self.impossible)
        best = self._first(relaxed)
        if best is None:
            return self._found(None)
        enough, ties = self.alone or gap > 0, None
        if self.program.table.additive and not (enough and self.settled(self.value(best), gap)):
            best = self._beamed(best, gap)
            best = self._closed_in(best, gap)
            if enough and self.settled(self.value(best), gap):
                return self._found(best)
            best, ties = self._all_as_good(best)
        if ties is None and not self.settled(self.value(best), gap):
            answer = self._branch(best, gap)
            self.bound = min(self.bound, answer.bound)
            best = self._better(answer, best)
        return self._found(best, ties)

    def _first(self, relaxed: Floats) -> Package | None:
        """A package to begin with: the relaxation rounded and climbed, or the first that HiGHS finds."""
        best = climbed(self.program, self.program.package(relaxed), self.score)
        if self._fine(best):
            return best
        answer = self._branch(None, 0.0, relative=0.05)
        self.impossible = answer.impossible
        self.bound = min(self.bound, answer.bound)
        return self._better(answer, None)

    def _branch(self, best: Package | None, gap: float, relative: float = 0.0) -> Answer:
        model = self._model()
        model.whole()
        if best is not None:
            model.begin_at(self._columns(best, self.value(best)))
        return model.solve(gap=gap, relative=relative)

    def _better(self, answer: Answer, best: Package | None) -> Package | None:
        if answer.columns is None:
            return best
        package = climbed(self.program, self.program.package(answer.columns), self.score)
        if not self._fine(package):
            return best
        return package if best is None or self.value(package) > self.value(best) else best

    def _found(self, best: Package | None, ties: Ints | None = None) -> Found:
        if best is None:
            return Found(None, Fraction(0), inf, self.impossible)
        value = self.value(best)
        return Found(best, value, float(value) if self.settled(value, 0.0) else self.bound, ties=ties)

    def _beamed(self, best: Package, gap: float) -> Package:
        """Better packages, as long as a narrow search of the core finds one."""
        assert self.weights is not None
        for _ in range(_ROUNDS):
            if self.settled(self.value(best), gap):
                break
            beyond = self._target(self.value(best), beyond=True)
            found = core.beam(self.program, *self.weights, beyond, self.clock, widest=_BEAM)
            if not len(found.packages):
                if found.complete:
                    self.bound = float(self.value(best))
                break
            best = self._best_of(found.packages)
        return best

    def _closed_in(self, best: Package, gap: float) -> Package:
        """Bring the bound down by halves: far above the best package the core is small, and soon seen empty."""
        assert self.weights is not None
        while not self.settled(self.value(best), gap):
            distance = self.bound - float(self.value(best))
            if distance <= _NEAR * abs(self.bound):
                break
            step = Fraction(max(gap, distance / 2))
            goal = self.value(best) + step
            target = self._target(goal, beyond=False)
            found = core.find(self.program, *self.weights, target, self.clock, most=_MOST // 10)
            if not found.complete:
                break
            if len(found.packages):
                best = self._best_of(found.packages)
            else:
                self.bound = float(goal)
                if step <= gap:
                    break
        return best

    def _all_as_good(self, best: Package) -> tuple[Package, Ints | None]:
        """The best package and every package as good (or, with ``alone``, none: only the proof that none is
        better); None where the core is too large or the time over.
        """
        assert self.weights is not None
        target = self._target(self.value(best), beyond=self.alone)
        found = core.find(self.program, *self.weights, target, self.clock, most=_MOST)
        if not found.complete:
            return best, None
        best = self._best_of(np.vstack([found.packages, [best]]))
        value = self.value(best)
        self.bound = float(value)
        return best, found.packages[self._values(found.packages) == float(value)]

    def _target(self, value: Fraction, *, beyond: bool) -> Ints:
        """The surpluses that a package needs for this value, or for more."""
        steps = [value * int(r) for r in self.scale]
        over = [floor(x) + 1 if beyond else ceil(x) for x in steps]
        return np.asarray(self.base + np.where(self.free, np.array(over, dtype=np.int64), 0))

    def _values(self, packages: Ints) -> Floats:
        """The least share of each package, exact as a float: see `enumeration.largest_least`."""
        over = (surplus(self.program, packages) - self.base)[:, self.free]
        return np.asarray((over / self.scale[self.free]).min(axis=1))

    def _best_of(self, packages: Ints) -> Package:
        return tuple(int(k) for k in packages[int(np.argmax(self._values(packages)))])

    def settled(self, value: Fraction, gap: float) -> bool:
        """Whether the bound excludes a better package: s_i are whole, so the next value is a step away."""
        step = min(Fraction(floor(value * int(r)) + 1, int(r)) for r in self.scale[self.free])
        return self.bound < float(step) - CLOSE or self.bound - float(value) <= max(gap * (1 + 1e-9), CLOSE)

    def value(self, package: Package) -> Fraction:
        over = surplus(self.program, package) - self.base
        shares = zip(over[self.free].tolist(), self.scale[self.free].tolist(), strict=True)
        return min(Fraction(s, r) for s, r in shares)

    def score(self, over: Ints) -> Floats:
        share = (over - self.base)[:, self.free] / self.scale[self.free]
        score = share.min(axis=1) + 1e-3 * share.mean(axis=1)
        held = (over - self.base)[:, ~self.free]
        return np.asarray(score + 1e3 * np.minimum(held, 0).sum(axis=1))

    def efficient(self, found: Found) -> Package:
        """Among packages of that least value the one with the largest sum of shares (or the best found)."""
        assert found.package is not None
        if found.ties is not None:
            share = (surplus(self.program, found.ties) / np.maximum(self.scale, 1))[:, self.free]
            return tuple(int(k) for k in found.ties[int(np.argmax(share.sum(axis=1)))])
        if (
            found.gap > 0 or self.clock.over()
        ):  # where the least itself is not settled, neither need its ties be
            return found.package
        each = np.where(self.free, 1 / np.maximum(self.scale, 1), 0.0)
        value = found.value
        least = self.base + np.array([ceil(value * int(r)) for r in self.scale])
        cost = np.concatenate([np.zeros(self.program.columns), each])
        model = Model(self.program, least, self.clock, cost=cost)
        model.whole()
        model.begin_at(
            np.concatenate([self.program.filled(found.package), surplus(self.program, found.package)])
        )
        answer = model.solve(relative=1e-9)
        if answer.columns is None:
            return found.package
        package = self.program.package(answer.columns)
        return package if self._fine(package) and self.value(package) >= found.value else found.package

    def _fine(self, package: Package) -> bool:
        over = surplus(self.program, package) - self.base
        kept = over[~self.free] if self.below else over
        return bool((kept >= 0).all() and admissible(self.program, np.array([package]))[0])

    def _model(self) -> Model:
        least = np.where(self.free, -inf, self.base.astype(float))
        model = Model(self.program, least, self.clock)
        self.z = model.column(1.0, -inf if self.below else 0.0, inf)
        rows = np.flatnonzero(self.free)
        columns = np.column_stack([model.surplus + rows, np.full(len(rows), self.z)])
        slopes = np.column_stack([np.ones(len(rows)), -self.scale[rows]])
        model.rows(columns, slopes, self.base[rows].astype(float), inf)
        return model

    def _columns(self, package: Package, value: Fraction) -> Floats:
        s = surplus(self.program, package)
        return np.concatenate([self.program.filled(package), s, [float(value)]])


class Levels:
    """Leximin, level by level: sides that must stay on a level are counted, the others go on.

    a_li = 1 says that side i stands above level l. Only a side for which z_l scale_i is whole can stay on level
    l, so that nearly always one does and it is known which: then nothing is left to choose, and each level is a
    max-min with fewer sides. Ogryczak's ordered sums give the same packages by weaker relaxations.
    """

    def __init__(self, program: Program, scale: Ints, clock: Clock) -> None:
        self.program, self.scale, self.clock = program, scale, clock
        self.free = [i for i in range(len(scale)) if scale[i] > 0]
        self.levels: list[Fraction] = []
        self.stay: list[int] = []  # how many sides stand on level l or below
        self.may: list[list[int]] = []  # which sides may; the others stand above it

    def rise(self, first: Found, gap: float) -> tuple[Package, float]:
        """From the first level's answer to the leximin package; the gap of the first level not proven."""
        assert first.package is not None
        package, value, bound = first.package, first.value, first.bound
        while True:
            if not self._settled(value, bound):
                return package, max(bound - float(value), CLOSE)
            if not self._count(value, package):
                return package, float(1 - value)
            if self.stay[-1] == len(self.free):
                return package, 0.0
            package, value, bound = self._next(package, gap)

    def _settled(self, value: Fraction, bound: float) -> bool:
        step = min(Fraction(floor(value * int(self.scale[i])) + 1, int(self.scale[i])) for i in self.free)
        return bound < float(step) - CLOSE or bound - float(value) <= CLOSE

    def _count(self, value: Fraction, package: Package) -> bool:
        """How many sides must stay on this level, and which may; False where the clock was over before."""
        below, might = (self.stay[-1], self.may[-1]) if self.stay else (0, [])
        known = len(might) == below
        gone = might if known else []
        here = [i for i in self.free if i not in gone and (value * int(self.scale[i])).denominator == 1]
        self.levels.append(value)
        self.may.append(sorted({*might, *here}))
        self.stay.append(below + 1)
        if len(here) == 1 and known:
            return True
        self.stay[-1] = len(self.may[-1])  # none need stand above it, as many as can shall
        model, above, _ = self._model(counting=True)
        for i, a in above[-1].items():
            model.bounds(a, 0.0, 0.0 if i in gone else 1.0)
            model.cost(a, 1.0)
        model.begin_at(self._columns(package, None))
        model.whole()
        answer = model.solve()
        if answer.columns is None or not answer.proven:
            return False
        self.stay[-1] = len(self.may[-1]) - round(answer.objective)
        return True

    def _next(self, package: Package, gap: float) -> tuple[Package, Fraction, float]:
        """The next level: a package, its value there, and a bound."""
        model, _, z = self._model(counting=False)
        before = self._ordered(package)[self.stay[-1]]
        model.cost(z, 1.0)
        model.begin_at(self._columns(package, before))
        model.whole()
        answer = model.solve(gap=gap)
        if answer.columns is not None:
            found = self.program.package(answer.columns)
            ordered = self._ordered(found)
            kept = all(ordered[stay - 1] == level for stay, level in zip(self.stay, self.levels, strict=True))
            if kept and ordered[self.stay[-1]] > before:
                package, before = found, ordered[self.stay[-1]]
        return package, before, answer.bound

    def _ordered(self, package: Package) -> list[Fraction]:
        s = surplus(self.program, package)
        return sorted(Fraction(int(s[i]), int(self.scale[i])) for i in self.free)

    def _model(self, *, counting: bool) -> tuple[Model, list[dict[int, int]], int]:
        """The columns a_li (fixed where it is known who stays), and z, the level to raise or a constant."""
        levels, scale = self.levels, self.scale
        first = np.array([ceil(levels[0] * int(r)) for r in scale])
        model = Model(self.program, first, self.clock)
        z = model.column(0.0, 0.0, 0.0 if counting else inf)
        above: list[dict[int, int]] = []
        for may, stay in zip(self.may, self.stay, strict=True):
            known = len(may) == stay and not (counting and len(above) == len(levels) - 1)
            columns = {i: model.column(0.0, 0.0, 0.0 if known else 1.0, whole=True) for i in may}
            for i in set(above[-1]) & set(columns) if above else ():
                model.rows([[columns[i], above[-1][i]]], [[1, -1]], -inf, 0)
            model.rows([list(columns.values())], 1, len(may) - stay, inf)
            above.append(columns)
        highest = max(int(top) / int(scale[i]) for i, top in enumerate(most(self.program)) if scale[i] > 0)
        for i in self.free:
            self._stairs(model, above, i, counting=counting)
            a, r = above[-1].get(i), int(scale[i])
            if counting:
                continue
            if a is None:
                model.rows([[model.surplus + i, z]], [[1, -r]], 0, inf)
            else:
                model.rows([[model.surplus + i, z, a]], [[1, -r, -highest * r]], -highest * r, inf)
        return model, above, z

    def _stairs(self, model: Model, above: list[dict[int, int]], i: int, *, counting: bool) -> None:
        """s_i reaches the next level where a says that it stands above the last."""
        r = int(self.scale[i])
        heights = [ceil(level * r) for level in self.levels]
        if counting:
            heights.append(floor(self.levels[-1] * r) + 1)
        columns, steps, height = [model.surplus + i], [1], heights[0]
        for level, up in enumerate(np.diff(heights).tolist()):
            if i in above[level]:
                columns.append(above[level][i])
                steps.append(-up)
            else:
                height += up
        model.rows([columns], [steps], height, inf)

    def _columns(self, package: Package, value: Fraction | None) -> Floats:
        s = surplus(self.program, package)
        above = [
            float(int(s[i]) > level * int(self.scale[i]))
            for may, level in zip(self.may, self.levels, strict=True)
            for i in may
        ]
        return np.concatenate([self.program.filled(package), s, [float(value or 0)], above])
