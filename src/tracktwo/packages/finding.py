"""From a case to what the panel looks at: packages by each rule, the frontier, the trades, how firm they stand.

Opens the engine and nothing else: no database, no keys, no network. All of it is for the panel alone: it shows what
each side values.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor
from time import monotonic
from typing import Literal

import numpy as np

from tracktwo import __version__
from tracktwo.engines.bargaining import elicitation, frontier, solutions, trades
from tracktwo.engines.bargaining.elicitation import Robustness
from tracktwo.engines.bargaining.formats import Case
from tracktwo.engines.bargaining.frontier import Frontier
from tracktwo.engines.bargaining.solutions import Card, Solution
from tracktwo.engines.bargaining.table import Continuous, Ints, Table
from tracktwo.engines.bargaining.trades import Trade
from tracktwo.errors import Refusal

ChosenRule = Literal["nash", "ks", "leximin"]
RULES: tuple[ChosenRule, ...] = ("nash", "ks", "leximin")
DRAWS = 100

Progress = Callable[[str], None]
Stop = Callable[[], bool]


@dataclass(frozen=True)
class Side:
    """A side as it is shown: a letter, a hue, its name."""

    letter: str
    hue: int
    name: str


@dataclass(frozen=True, eq=False)
class Offer:
    """A package to look at. ``shown``: whole points of a hundred for each side; ``clears``: every walk-away met."""

    key: str
    name: str
    package: tuple[int, ...]
    points: Ints
    shown: tuple[int, ...]
    clears: bool
    allowed: bool
    solution: Solution | None = None


@dataclass(frozen=True)
class Move:
    """One issue that differs between two packages, and what the change gives each side, in whole points."""

    issue: int
    before: int
    after: int
    gains: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class LeftOut:
    """What the others would choose without a side; ``walks``: that is below its walk-away."""

    side: Side
    offer: Offer
    walks: bool


@dataclass(frozen=True, eq=False)
class PackagesReport:
    """What was found; `report` puts it into words.

    ``offers`` are by rule, the one fixed beforehand first; ``start`` is where the changes (``moves``) begin: the
    first proposal of the case, else the no-deal package, else half way on every issue. ``trades`` leave nobody
    worse off than it. ``several`` are three packages that differ, to put forward instead of one.
    """

    case: Case
    table: Table
    sides: tuple[Side, ...]
    rule: ChosenRule
    walk_away: tuple[int, ...]
    offers: tuple[Offer, ...]
    proposals: tuple[Offer, ...]
    start: Offer
    moves: tuple[Move, ...]
    better: Offer | None
    trades: tuple[Trade, ...]
    left_out: tuple[LeftOut, ...]
    several: tuple[Offer, ...]
    frontier: Frontier
    robustness: Robustness | None
    seed: int
    version: str = field(default=__version__)

    @property
    def chosen(self) -> Offer:
        return self.offers[0]

    @property
    def feasible(self) -> bool:
        """Whether some package meets every walk-away."""
        return self.chosen.clears


def table_best(table: Table) -> Ints:
    """Points of each side's best option on every issue, int64[n]: what counts as a hundred. Never 0."""
    most: Ints = np.maximum(np.sum([points.max(axis=1) for points in table.points], axis=0), 1)
    return most


def whole(points: Ints, best: Ints) -> tuple[int, ...]:
    """Points of a hundred: 100 is a side's best option on every issue. Nobody is told more than whole ones."""
    return tuple(floor(100 * int(p) / int(b) + 0.5) for p, b in zip(points, best, strict=True))


def find(
    case: Case,
    rule: ChosenRule = "nash",
    *,
    seconds: float = 10.0,
    seed: int = 1,
    progress: Progress = lambda step: None,
    stop: Stop | None = None,
) -> PackagesReport:
    """Everything of a report. ``seconds`` limits each search; ``stop`` ends whatever runs and gives what there is.

    Raises BadInput where the case is faulty, or where its rules leave no package at all.
    """
    progress("making points of the worksheets")
    table = case.table()
    look = _Look(case, table)
    progress("looking for packages by each rule")
    offers = look.by_rule(solutions.card(table, seconds=seconds, stop=stop), rule)
    proposals = look.proposals()
    start = proposals[0] if proposals else look.offer("middle", trades.middle(table))
    better = None
    if start.allowed and start.clears and start.key != "no_deal":
        progress("looking for what all sides would like better")
        better = look.better(start, seconds, stop)
    progress("finding trades")
    end = better or offers[0]
    way = trades.way(table, start.package, end.package)
    progress("looking at what would happen without a side")
    left_out = look.left_out(_sides(case), seconds, stop) if len(case.sides) > 2 else ()
    progress("looking for packages that differ")
    several = look.several(seconds, stop) if offers[0].clears else ()
    progress("drawing the frontier")
    front = frontier.find(table, seconds=seconds, stop=stop)
    progress("trying how firm the package stands")
    firm = look.firm(offers[0], np.random.default_rng(seed), seconds, stop) if offers[0].clears else None
    return PackagesReport(
        case=case,
        table=table,
        sides=_sides(case),
        rule=rule,
        walk_away=look.whole(table.walk_away),
        offers=offers,
        proposals=proposals,
        start=start,
        moves=look.moves(start, offers[0]),
        better=better,
        trades=way.trades,
        left_out=left_out,
        several=several,
        frontier=front,
        robustness=firm,
        seed=seed,
    )


def _sides(case: Case) -> tuple[Side, ...]:
    """Short keys are the letters; long ones give way to A, B, C."""
    short = all(len(key) <= 2 for key in case.keys)
    letters = case.keys if short else tuple("ABCDEFGH")
    return tuple(Side(letters[i], i + 1, name) for i, name in enumerate(case.sides))


@dataclass(frozen=True, eq=False)
class _Look:
    case: Case
    table: Table

    def whole(self, points: Ints) -> tuple[int, ...]:
        return whole(points, table_best(self.table))

    def offer(
        self, key: str, package: Sequence[int], *, name: str = "", solution: Solution | None = None
    ) -> Offer:
        points = self.table.value(package)
        return Offer(
            key=key,
            name=name,
            package=tuple(int(k) for k in package),
            points=points,
            shown=self.whole(points),
            clears=bool((points >= self.table.walk_away).all()),
            allowed=bool(self.table.allowed(package)),
            solution=solution,
        )

    def by_rule(self, card: Card, rule: ChosenRule) -> tuple[Offer, ...]:
        """The rule fixed beforehand first; one package alone where none meets every walk-away."""
        found = {"nash": card.nash, "ks": card.ks, "leximin": card.leximin, "utilitarian": card.utilitarian}
        if not found[rule].package:
            raise Refusal("No package was found in the time given; give more with --seconds.")
        if found[rule].rule == "shortfall":
            return (self.offer("shortfall", found[rule].package, solution=found[rule]),)
        order = [rule, *(other for other in found if other != rule and found[other].package)]
        return tuple(self.offer(r, found[r].package, solution=found[r]) for r in order)

    def proposals(self) -> tuple[Offer, ...]:
        named = [self.offer("proposal", self.numbers(p), name=name) for name, p in self.case.proposals]
        if self.table.no_deal is not None:
            named.append(self.offer("no_deal", self.table.no_deal))
        return tuple(named)

    def numbers(self, package: Sequence[int | Fraction]) -> list[int]:
        """Options by number; a level of a continuous issue becomes the nearest one of its grid."""
        found = []
        for issue, laid, held in zip(self.case.issues, self.table.issues, package, strict=True):
            if isinstance(issue, Continuous):
                levels = [float(option.split(" ")[0]) for option in laid.options]
                found.append(int(np.argmin(np.abs(np.array(levels) - float(held)))))
            else:
                found.append(int(held))
        return found

    def better(self, start: Offer, seconds: float, stop: Stop | None) -> Offer | None:
        """What nobody likes less than the proposal and the least gainer likes most; none where that is itself."""
        found = solutions.improve(self.table, start.package, seconds=seconds, stop=stop)
        gains = self.table.value(found.package) - start.points if found.package else np.zeros(1)
        name = "the proposal" if start.key == "proposal" else "half way"
        return self.offer("improve", found.package, name=name, solution=found) if gains.any() else None

    def moves(self, start: Offer, end: Offer) -> tuple[Move, ...]:
        """Issue by issue what changes, the largest change first; each as if it were the last one made."""
        found = []
        for j, (before, after) in enumerate(zip(start.package, end.package, strict=True)):
            if before != after:
                without = list(end.package)
                without[j] = before
                gains = end.points - self.table.value(without)
                found.append(Move(j, before, after, self.whole(gains)))
        return tuple(sorted(found, key=lambda move: -sum(abs(g) for g in move.gains)))

    def left_out(self, sides: Sequence[Side], seconds: float, stop: Stop | None) -> tuple[LeftOut, ...]:
        found = []
        for i, side in enumerate(sides):
            without = trades.without(self.table, i, seconds=seconds, stop=stop)
            if without.solution.package and without.solution.rule == "nash":
                offer = self.offer("without", without.solution.package, name=side.name)
                found.append(LeftOut(side, offer, without.walks))
        return tuple(found)

    def several(self, seconds: float, stop: Stop | None) -> tuple[Offer, ...]:
        found = trades.proposals(self.table, seconds=seconds, stop=stop)
        return tuple(self.offer("several", s.package, solution=s) for s in found) if len(found) > 1 else ()

    def firm(self, offer: Offer, rng: np.random.Generator, seconds: float, stop: Stop | None) -> Robustness:
        begun = monotonic()
        beliefs = [elicitation.suppose(self.table, i) for i in range(len(self.table.sides))]
        return elicitation.robustness(
            self.table,
            beliefs,
            offer.package,
            rng,
            draws=DRAWS,
            stop=lambda: monotonic() - begun > seconds or (stop is not None and stop()),
        )
