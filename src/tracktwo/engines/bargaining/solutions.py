"""Packages that a rule of fair division picks, each with what is proven of it.

s_i = points of side i - its walk-away; R_i = its ideal surplus, the largest it has in any package that meets
every walk-away (Kalai and Smorodinsky 1975 take only such packages, too).

*max-Nash* maximises prod s_i; *Kalai-Smorodinsky* the least s_i / R_i; *leximin* that, then the second least, and
so on (Imai 1983; as "points", raw s_i); *utilitarian* sum s_i over packages that meet every walk-away; *improve*
the least gain over a given package (Raiffa's post-settlement settlement); *least shortfall* stands in where no
package meets every walk-away, and is called so.

A table of up to 2 * 10^5 packages is enumerated; of two sides, or where the frontier is short, the complete
frontier is searched; else HiGHS proves the answer: max-Nash by chords t_i <= log a + log((a+1)/a) (s_i - a), valid
for all integers and tight at a and a + 1. Comparisons that decide are made in integers. Source: DESIGN 6.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from math import exp, floor, inf, log, prod
from typing import Literal

import numpy as np

from tracktwo.engines.bargaining import certificates, enumeration, frontier, linear, search
from tracktwo.engines.bargaining.certificates import Certificate
from tracktwo.engines.bargaining.enumeration import Pool
from tracktwo.engines.bargaining.linear import Answer, Clock, Floats, Model, Program, Stop
from tracktwo.engines.bargaining.search import Found, Package
from tracktwo.engines.bargaining.table import Ints, Table
from tracktwo.errors import BadInput

Rule = Literal["nash", "ks", "leximin", "utilitarian", "improve", "shortfall"]
Status = Literal["proven", "best so far", "cancelled", "nothing found"]
Method = Literal["enumeration", "frontier", "milp"]  # the last: a mixed integer linear program
By = Literal["share", "points"]

SECONDS = 2.0
_ROUNDING = 1 + 1e-9


@dataclass(frozen=True, eq=False)
class Solution:
    """What a rule picks, and how well it is known.

    ``value`` is exactly what the rule maximises: the product of surpluses, the least share, or the sum.
    ``bound``: no package has more, as a float: of the geometric mean for max-Nash, else of the value.
    ``gap`` 0 means proven best (where HiGHS had to prove it: within 4 parts in 10^6
    of a product, 2 in 10^6 of a share); else how much better a package could
    be at most: relative for max-Nash and utilitarian, in shares of the scale for the others.
    ``ideal`` int64[n]: R_i, where the rule needed it: the largest found, where the time did not suffice to prove
    them, and the status then is never "proven". A package is empty only where none was found in time.
    """

    rule: Rule
    package: tuple[int, ...]
    points: Ints
    surplus: Ints
    value: Fraction
    bound: float
    gap: float
    status: Status
    method: Method
    seconds: float
    certificate: Certificate | None = None
    ideal: Ints | None = None

    @property
    def proven(self) -> bool:
        return self.gap == 0


@dataclass(frozen=True)
class Card:
    """The four rules side by side; all are the least shortfall where no package meets every walk-away."""

    nash: Solution
    ks: Solution
    leximin: Solution
    utilitarian: Solution

    def all(self) -> tuple[Solution, ...]:
        return (self.nash, self.ks, self.leximin, self.utilitarian)


def max_nash(
    table: Table,
    *,
    seconds: float = SECONDS,
    gap: float = 0.0,
    stop: Stop | None = None,
    method: Method | None = None,
    apart_from: Sequence[Sequence[int]] = (),
) -> Solution:
    """The package with the largest product of surpluses, every one at least a point.

    Proven within ``gap`` (relative, of the geometric mean), or best so far after ``seconds`` or once ``stop()``
    is true (asked every 10 ms, also while the solver runs). With packages ``apart_from`` only those that differ
    from each in two issues or more. Where every walk-away can only just be met, the leximin package.
    Raises BadInput where the rules leave no package at all.
    """
    return _Desk(table, seconds, gap, stop, method, apart_from).nash()


def kalai_smorodinsky(
    table: Table,
    *,
    seconds: float = SECONDS,
    gap: float = 0.0,
    stop: Stop | None = None,
    method: Method | None = None,
) -> Solution:
    """The package whose least s_i / R_i is largest; among equals, the one with the largest sum of shares.

    ``gap`` in shares (0.003: 0.3 % of the ideal surplus); the rest as in `max_nash`.
    """
    return _Desk(table, seconds, gap, stop, method).ks()


def leximin(
    table: Table,
    *,
    by: By = "share",
    seconds: float = SECONDS,
    gap: float = 0.0,
    stop: Stop | None = None,
    method: Method | None = None,
) -> Solution:
    """The least s_i / R_i as large as possible, then the second least, and so on; ``by`` points: raw s_i.

    Level by level: when the k-th least is proven, the sides that must stay on it are counted and the others
    go on. ``value`` and the certificate are those of the first level, ``gap`` of the first level not proven.
    """
    return _Desk(table, seconds, gap, stop, method).leximin(by)


def utilitarian(
    table: Table,
    *,
    seconds: float = SECONDS,
    gap: float = 0.0,
    stop: Stop | None = None,
    method: Method | None = None,
) -> Solution:
    """The largest sum of surpluses among packages that meet every walk-away. ``gap`` relative."""
    return _Desk(table, seconds, gap, stop, method).utilitarian()


def improve(
    table: Table,
    package: Sequence[int],
    *,
    gain: Sequence[int] | Ints | None = None,
    seconds: float = SECONDS,
    gap: float = 0.0,
    stop: Stop | None = None,
    method: Method | None = None,
) -> Solution:
    """The package that nobody likes less than the given one, with the largest least gain / ``gain``.

    ``gain`` int64[n], all above 0, says what counts as equal gains; by default the ideal surpluses. If nobody
    can gain without another's loss the value is 0, and the package is as good or better for each.
    """
    return _Desk(table, seconds, gap, stop, method).improve(package, gain)


def least_shortfall(
    table: Table,
    *,
    seconds: float = SECONDS,
    gap: float = 0.0,
    stop: Stop | None = None,
    method: Method | None = None,
) -> Solution:
    """The package whose worst surplus is least below 0, in shares of each side's range from worst to best."""
    return _Desk(table, seconds, gap, stop, method).shortfall()


def card(
    table: Table,
    *,
    seconds: float = SECONDS,
    gap: float = 0.0,
    stop: Stop | None = None,
    method: Method | None = None,
) -> Card:
    """Max-Nash, Kalai-Smorodinsky, leximin and utilitarian within one budget of time, sharing what they can."""
    desk = _Desk(table, seconds, gap, stop, method)
    return Card(nash=desk.nash(), utilitarian=desk.utilitarian(), ks=desk.ks(), leximin=desk.leximin("share"))


def ideal(table: Table, *, seconds: float = SECONDS, stop: Stop | None = None) -> Ints | None:
    """R_i: each side's largest surplus where every walk-away is met, int64[n]; None where it never is."""
    return _Desk(table, seconds, 0.0, stop, None).ideal


class _Desk:
    """One table and one budget of time; what several rules need is computed once."""

    def __init__(
        self,
        table: Table,
        seconds: float,
        gap: float,
        stop: Stop | None,
        method: Method | None,
        apart_from: Sequence[Sequence[int]] = (),
    ) -> None:
        self.table, self.gap, self.apart_from = table, gap, apart_from
        self.clock = Clock(seconds, stop)
        self.began = 0.0
        if method is None and table.packages <= enumeration.MOST:
            method = "enumeration"
        self.wanted = method
        self.known = True  # whether the ideals are the true ones
        self._shares: dict[bytes, tuple[Found, Certificate | None]] = {}

    # -- what the rules share

    @cached_property
    def pool(self) -> Pool | None:
        """All packages or the complete frontier, where that is quick; else None."""
        if self.wanted == "enumeration":
            pool = enumeration.every(self.table)
            for other in self.apart_from:
                packages = pool.chosen(np.arange(pool.points.shape[1]))
                pool = pool.only((packages != np.asarray(other)).sum(axis=1) >= 2)
            if not pool.points.shape[1]:
                raise _no_package()
            return pool
        if self.wanted == "milp" or self.apart_from:
            return None
        found = frontier.quickly(self.table, patient=self.wanted == "frontier")
        if found is not None and not len(found.points):
            raise _no_package()
        return None if found is None else Pool(np.ascontiguousarray(found.points.T), packages=found.packages)

    @property
    def method(self) -> Method:
        if self.pool is None:
            return "milp"
        return "enumeration" if self.pool.packages is None else "frontier"

    @cached_property
    def surplus(self) -> Ints:
        """Of every package of the pool: int64[n, p]."""
        assert self.pool is not None
        return np.asarray(self.pool.points - self.table.walk_away[:, None])

    @cached_property
    def kept(self) -> Ints:
        """Which packages of the pool meet every walk-away."""
        return np.flatnonzero((self.surplus >= 0).all(axis=0))

    @cached_property
    def kept_surplus(self) -> Ints:
        return self.surplus if len(self.kept) == self.surplus.shape[1] else self.surplus[:, self.kept]

    @cached_property
    def program(self) -> Program:
        return linear.program(self.table, self.apart_from)

    @cached_property
    def ideal(self) -> Ints | None:
        if self.pool is not None:
            return self.kept_surplus.max(axis=1) if len(self.kept) else None
        ideal = []
        for i, own in enumerate(np.eye(len(self.table.sides), dtype=np.int64)):
            # Half of the time that is left is for what the ideals are needed for.
            clock = Clock(self.clock.left / 2 / (len(own) - i), self.clock.stop)
            gap = self.gap * float(search.most(self.program)[i])
            found = search.Least(self.program, np.zeros_like(own), own, clock, alone=True).find(gap)
            self.clock.cancelled = self.clock.cancelled or clock.cancelled
            if found.package is None:
                self.known = found.impossible
                return None
            self.known = self.known and found.gap <= gap * _ROUNDING
            ideal.append(int(found.value))
        return np.array(ideal, dtype=np.int64)

    def _largest(self, each: Floats, relative: float) -> Answer:
        """The largest weighted sum of surpluses that meets every walk-away."""
        model = self._sum_model(each, self.clock)
        model.whole()
        return model.solve(relative=relative)

    def _sum_model(self, each: Floats, clock: Clock) -> Model:
        cost = np.concatenate([np.zeros(self.program.columns), each])
        return Model(self.program, np.zeros(len(each)), clock, cost=cost)

    def _surplus(self, package: Package | Sequence[int]) -> Ints:
        return np.asarray(self.table.value(package) - self.table.walk_away)

    # -- max-Nash

    def nash(self) -> Solution:
        self.began = self.clock.spent
        if self.pool is None:
            return self._nash_by_chords()
        if not len(self.kept):
            return self.shortfall()
        place = enumeration.nash(self.kept_surplus)
        if place is None:
            return self.leximin("share")
        package = self.pool.package(int(self.kept[place]))
        chords = search.Nash(self.program, Clock(1.0))
        chords.relax(self._surplus(package))
        return self._nash_solution(package, None, chords)

    def _nash_by_chords(self) -> Solution:
        chords = search.Nash(self.program, self.clock)
        package, bound = chords.climb(self.gap) if chords.relax() else (None, inf)
        if package is not None:
            return self._nash_solution(package, bound, chords)
        if not chords.impossible:
            return self._nothing("nash")
        # No package gives every side a point more than its walk-away; perhaps just the walk-away.
        if self.ideal is None:
            return self._without_ideal("nash")
        return self.leximin("share")

    def _nash_solution(self, package: Package, bound: float | None, chords: search.Nash) -> Solution:
        surplus = self._surplus(package).tolist()
        n, found = len(surplus), sum(map(log, surplus))
        proof = None
        if chords.weights is not None:
            proof = self._certified("product", chords.weights)
        gap = 0.0 if bound is None or bound - found <= search.CLOSE_LOG else exp((bound - found) / n) - 1
        top = exp((found if gap == 0 or bound is None else bound) / n)
        return self._solution("nash", package, Fraction(prod(surplus)), top, gap, proof)

    # -- the least share, and what builds on it

    def ks(self) -> Solution:
        self.began = self.clock.spent
        if self.ideal is None:
            return self._without_ideal("ks")
        base = np.zeros_like(self.ideal)
        found, proof = self._least(base, self.ideal)
        if found.package is not None and self.pool is None and self.ideal.any():
            package = search.Least(self.program, base, self.ideal, self.clock).efficient(found)
            found = replace(found, package=package)
        return self._least_solution("ks", found, proof)

    def improve(self, package: Sequence[int], gain: Sequence[int] | Ints | None) -> Solution:
        if gain is not None and not (np.asarray(gain) > 0).all():
            raise BadInput("a gain is not above 0", remedy="give each side the points that count as one step")
        scale = np.asarray(gain, dtype=np.int64) if gain is not None else self.ideal
        if scale is None:
            scale = self._range()
        scale, base = np.maximum(scale, 1), self._surplus(package)
        found, proof = self._least(base, scale, improving=True)
        if found.package is not None and self.pool is None:
            better = search.Least(self.program, base, scale, self.clock).efficient(found)
            found = replace(found, package=better)
        return self._least_solution("improve", found, proof)

    def shortfall(self) -> Solution:
        self.began = self.clock.spent
        scale = self._range()
        base = np.zeros_like(scale)
        found, proof = self._least(base, scale, below=True)
        if found.package is not None and self.pool is None:
            better = search.Least(self.program, base, scale, self.clock, below=True).efficient(found)
            found = replace(found, package=better)
        return self._least_solution("shortfall", found, proof)

    def leximin(self, by: By) -> Solution:
        self.began = self.clock.spent
        if self.ideal is None:
            return self._without_ideal("leximin")
        scale = self.ideal if by == "share" else np.minimum(self.ideal, 1)
        found, proof = self._least(np.zeros_like(scale), scale)
        solution = self._least_solution("leximin", found, proof)
        free = scale > 0
        if found.package is None or not free.any():
            return solution
        if self.pool is not None:
            place = enumeration.leximin(self.kept_surplus[free], scale[free])
            package, gap = self.pool.package(int(self.kept[place])), 0.0
        elif found.ties is not None:
            ties = search.surplus(self.program, found.ties).T
            place = enumeration.leximin(ties[free], scale[free])
            package, gap = tuple(found.ties[place].tolist()), 0.0
        else:
            package, gap = search.Levels(self.program, scale, self.clock).rise(found, self.gap)
        return self._solution("leximin", package, found.value, found.bound, gap, proof)

    def _range(self) -> Ints:
        """Points from a side's worst options to its best, at least 1."""
        spread = np.asarray(sum(np.ptp(p, axis=1) for p in self.table.points))
        return np.asarray(np.maximum(spread, 1), dtype=np.int64)

    def _least(
        self, base: Ints, scale: Ints, *, improving: bool = False, below: bool = False
    ) -> tuple[Found, Certificate | None]:
        """The largest least (surplus - base) / scale, once for each scale that starts at the walk-aways."""
        key = b"" if improving else scale.tobytes()
        if key not in self._shares or improving:
            self._shares[key] = self._largest_least(base, scale, below=below)
        return self._shares[key]

    def _largest_least(self, base: Ints, scale: Ints, *, below: bool) -> tuple[Found, Certificate | None]:
        if not scale.any():  # nobody can gain anything: whatever meets the walk-aways
            return self._any_meeting(), None
        least = search.Least(self.program, base, scale, self.clock, below=below)
        if self.pool is None:
            found = least.find(self.gap)
        else:
            least.clock = Clock(1.0)
            least.relax()
            over = self.surplus - base[:, None]
            places = np.arange(over.shape[1]) if below else np.flatnonzero((over >= 0).all(axis=0))
            if not len(places):
                return Found(None, Fraction(0), inf, True), None
            free = scale > 0
            place = int(places[enumeration.largest_least(over[free][:, places], scale[free])])
            value = least.value(self.pool.package(place))
            found = Found(self.pool.package(place), value, float(value))
        if least.weights is None:
            return found, None
        return found, self._certified("least", least.weights, base=base, scale=scale)

    def _any_meeting(self) -> Found:
        if self.pool is not None:
            return Found(self.pool.package(int(self.kept[0])), Fraction(0), 0.0)
        answer = self._largest(np.zeros(len(self.table.sides)), 0.0)
        package = None if answer.columns is None else self.program.package(answer.columns)
        return Found(package, Fraction(0), 0.0, answer.impossible)

    def _least_solution(self, rule: Rule, found: Found, proof: Certificate | None) -> Solution:
        if found.package is None:
            return self._nothing(rule)
        return self._solution(rule, found.package, found.value, found.bound, found.gap, proof)

    def _without_ideal(self, rule: Rule) -> Solution:
        return self.shortfall() if self.known else self._nothing(rule)

    # -- the sum

    def utilitarian(self) -> Solution:
        self.began = self.clock.spent
        ones = np.ones(len(self.table.sides))
        if self.pool is None:
            answer = self._largest(ones, self.gap)
            if answer.columns is None:
                return self.shortfall() if answer.impossible else self._nothing("utilitarian")
            package, bound = self.program.package(answer.columns), answer.bound
        elif len(self.kept):
            place = enumeration.largest_sum(self.kept_surplus)
            package, bound = self.pool.package(int(self.kept[place])), -inf
        else:
            return self.shortfall()
        total = int(self._surplus(package).sum())
        relaxed = self._sum_model(ones, Clock(1.0))
        weights = relaxed.weights(relaxed.solve().duals)
        proof = self._certified("sum", weights)
        bound = max(total, floor(bound + 1e-6)) if abs(bound) < inf else max(total, bound)
        gap = 0.0 if bound == total else (bound - total) / max(total, 1)
        return self._solution("utilitarian", package, Fraction(total), bound, gap, proof)

    # -- answers

    def _certified(
        self,
        kind: certificates.Kind,
        weights: search.Weights,
        *,
        base: Ints | tuple[int, ...] = (),
        scale: Ints | tuple[int, ...] = (),
    ) -> Certificate:
        return certificates.certify(
            kind, self.table, *weights, base=base, scale=scale, apart_from=self.apart_from
        )

    def _solution(
        self,
        rule: Rule,
        package: Package,
        value: Fraction,
        bound: float,
        gap: float,
        proof: Certificate | None,
    ) -> Solution:
        points = self.table.value(package)
        status: Status = "proven"
        if gap > self.gap * _ROUNDING or not (self.known or rule in ("nash", "utilitarian")):
            status = "cancelled" if self.clock.cancelled else "best so far"
        return Solution(
            rule,
            package,
            points,
            np.asarray(points - self.table.walk_away),
            value,
            bound,
            gap,
            status,
            self.method,
            self.clock.spent - self.began,
            proof,
            self.__dict__.get("ideal"),
        )

    def _nothing(self, rule: Rule) -> Solution:
        """No package: the clock was over before one was found, or there is none."""
        if self.known and not self.clock.over():
            raise _no_package()
        none = np.zeros(len(self.table.sides), dtype=np.int64)
        status: Status = "cancelled" if self.clock.cancelled else "nothing found"
        return Solution(
            rule, (), none, none, Fraction(0), inf, inf, status, self.method, self.clock.spent - self.began
        )


def _no_package() -> BadInput:
    return BadInput("the rules and budgets leave no package", remedy="loosen one of them")
