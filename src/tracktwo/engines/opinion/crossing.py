"""Crossing: which found groups lie across the declared sides, what holds them together, and what surprises.

Sides are declared, groups are found; this is the one place where the two meet. Sides weigh equally
whatever their size. Descriptive: the groups come from the same votes that describe them, so a lead
says how a group differs, not how unlikely that is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from tracktwo.engines.opinion.bridging import CREDIBLE, LEAST, CommonGround, Posterior, checked_sides
from tracktwo.engines.opinion.groups import Groups, adjusted_rand
from tracktwo.engines.opinion.votes import Counted, Floats, Ints, Mask

HELD = 5  # statements named for a group
UNEXPECTED = 0.05  # at most so likely, given all else, is as much agreement as there was
_Z90 = 1.6448536269514722  # one-sided 95 %
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(31)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()


@dataclass(frozen=True)
class Held:
    """A statement a group takes one side of, and more so than others: ``agrees`` or disagrees.

    ``inside``, ``outside``: smoothed shares that say the same; ``lead``: by how much the group is ahead
    at the least (lower end of the 90 % interval of the difference).
    """

    statement: int
    agrees: bool
    inside: float
    outside: float
    lead: float


@dataclass(frozen=True)
class Unexpected:
    """A side supports a statement although its usual share and the other sides' votes foretold otherwise.

    ``expected``: the share foretold; ``support``, ``low``, ``high``: what its votes say, as in CommonGround;
    ``chance``: how likely as much agreement was.
    """

    side: int
    statement: int
    expected: float
    support: float
    low: float
    high: float
    chance: float


@dataclass(frozen=True, eq=False)
class Crossing:
    """The table side x group and what it shows; K sides, k groups.

    ``table`` int64[K, k]: voters; ``undeclared`` int64[k]: those on no side. ``reach`` float64[K, k]: share
    of the side's voters who are in the group. ``makes_up`` float64[K, k]: the side's share of the group if all
    sides were equally large. ``across``: for each group the sides it lies across (none or two and more).
    ``likeness``: adjusted Rand index of sides and groups, 1 where the groups are the sides, about 0 where
    they have nothing to do with them (NaN without declared voters). ``held``: for each group what holds it
    together, largest lead first. ``unexpected``: least expected first.
    """

    table: Ints
    undeclared: Ints
    reach: Floats
    makes_up: Floats
    across: tuple[tuple[int, ...], ...]
    likeness: float
    held: tuple[tuple[Held, ...], ...]
    unexpected: tuple[Unexpected, ...]

    @property
    def bridge(self) -> int | None:
        """The group that lies across most sides; of equals the one the sides share most evenly."""
        crossing = [g for g, sides in enumerate(self.across) if sides]
        if not crossing:
            return None
        return max(crossing, key=lambda g: (len(self.across[g]), -float(self.makes_up[:, g].max()), -g))


def find(
    votes: Counted,
    side: npt.ArrayLike,
    found: Groups,
    ground: CommonGround,
    *,
    least: int = LEAST,
    held: int = HELD,
) -> Crossing:
    """Lay the found groups across the declared sides.

    ``side`` int[n], -1 for none; ``ground`` is the common ground between the same sides. Raises BadInput
    where the sides do not fit. No randomness. Cost O(v + K k m).
    """
    sides, groups = len(ground.support), found.count
    of_person = checked_sides(votes, side, sides)
    grouped = found.members >= 0
    cell = np.where(grouped, (of_person + 1) * groups + found.members, -1)
    people = np.bincount(cell[grouped], minlength=(sides + 1) * groups).reshape(sides + 1, groups)
    table = people[1:]
    reach, makes_up = _shares(table)
    across = _across(table, makes_up, least)
    counts = votes.tally(cell, (sides + 1) * groups).reshape(sides + 1, groups, votes.statements, 3)
    told = tuple(_held(counts, g, across[g], least, held) for g in range(groups))
    declared = grouped & (of_person >= 0)
    likeness = adjusted_rand(of_person[declared], found.members[declared]) if declared.any() else np.nan
    return Crossing(table, people[0], reach, makes_up, across, likeness, told, unexpected(ground))


def foretold(posterior: Posterior) -> tuple[Floats, Floats]:
    """Mean and variance [K, m] of each side's log-odds without that side's own votes on the statement.

    What is usual for the side, moved by what the other sides said of this statement, as far as sides
    usually move together.
    """
    prior = np.linalg.inv(posterior.spread)
    tight = np.linalg.inv(posterior.covariance)
    own = np.diagonal(tight - prior, axis1=1, axis2=2).T
    pull = np.einsum("jab,bj->aj", tight, posterior.mean) - (prior @ posterior.usual)[:, None]
    variance = np.diagonal(posterior.covariance, axis1=1, axis2=2).T
    rest = np.maximum(1 / variance - own, 1e-12)
    return (posterior.mean / variance - pull) / rest, 1 / rest


def unexpected(ground: CommonGround) -> tuple[Unexpected, ...]:
    """Statements a side credibly supports although at most half of it were expected to; least expected first.

    Expected: the mean share without the side's own votes on it (``foretold``). Counted only where as much
    agreement had a chance of at most 5 %, and where the side gave ``ground.least`` answers.
    """
    mean, variance = foretold(ground.posterior)
    share = special.expit(mean[..., None] + np.sqrt(variance)[..., None] * _NODES)
    expected = share @ _WEIGHTS
    chance = _as_much(ground.agree, ground.answers, share)
    surprising = ground.exposed & (ground.majority >= CREDIBLE) & (expected <= 0.5) & (chance <= UNEXPECTED)
    found = [
        Unexpected(
            int(k),
            int(j),
            *(float(a[k, j]) for a in (expected, ground.support, ground.low, ground.high, chance)),
        )
        for k, j in np.argwhere(surprising)
    ]
    return tuple(sorted(found, key=lambda one: (one.chance, one.expected, one.statement, one.side)))


def _as_much(agree: Ints, answers: Ints, share: Floats) -> Floats:
    """Chance of ``agree`` or more of ``answers``, over the shares [K, m, nodes] foretold: float64[K, m]."""
    return np.asarray(special.bdtrc(agree[..., None] - 1, answers[..., None], share) @ _WEIGHTS)


def _shares(table: Ints) -> tuple[Floats, Floats]:
    voters = table.sum(axis=1, keepdims=True)
    reach = np.divide(table, voters, where=voters > 0, out=np.zeros(table.shape))
    whole = reach.sum(axis=0)
    return reach, np.divide(reach, whole, where=whole > 0, out=np.zeros(table.shape))


def _across(table: Ints, makes_up: Floats, least: int) -> tuple[tuple[int, ...], ...]:
    """The sides of each group with ``least`` people in it and half of an even share of it; two or none."""
    sides = len(table)
    part: Mask = (table >= least) & (makes_up >= 0.5 / max(sides, 1))
    lists = (tuple(int(k) for k in np.flatnonzero(column)) for column in part.T)
    return tuple(found if len(found) > 1 else () for found in lists)


def _held(counts: Ints, group: int, across: tuple[int, ...], least: int, most: int) -> tuple[Held, ...]:
    """What a group says more than others, counts [1 + K, k, m, 3].

    A group across sides is compared, side by side, with those of the same side who are not in it (sides weigh
    equally), so that it is not described by what its largest side says anyway; any other group with everybody else.
    """
    own, all_groups = counts[:, group], counts.sum(axis=1)
    inside, outside = own, all_groups - own
    if across:
        rows = [k + 1 for k in across]
        inside, outside = inside[rows], outside[rows]
    else:
        inside, outside = inside.sum(axis=0, keepdims=True), outside.sum(axis=0, keepdims=True)
    enough = (inside.sum(axis=2) >= least).all(axis=0) & (outside.sum(axis=2) >= least).all(axis=0)
    found = [one for answer in (2, 0) for one in _leads(inside, outside, answer, enough)]
    return tuple(sorted(found, key=lambda one: (-one.lead, one.statement, not one.agrees))[:most])


def _leads(inside: Ints, outside: Ints, answer: int, enough: Mask) -> list[Held]:
    """Statements most of the group, on each side it lies across, give this answer to; counts [sides, m, 3]."""
    shares, errors = zip(*(_smoothed(part, answer) for part in (inside, outside)), strict=True)
    here, there = (share.mean(axis=0) for share in shares)
    error = np.sqrt(sum(e.sum(axis=0) for e in errors)) / len(inside)
    lead = here - there - _Z90 * error
    chosen = np.flatnonzero(enough & (lead > 0) & (shares[0] > 0.5).all(axis=0))
    return [
        Held(int(j), answer == 2, float(here[j]), float(there[j]), float(lead[j])) for j in chosen
    ]  # fmt: skip


def _smoothed(counts: Ints, answer: int) -> tuple[Floats, Floats]:
    """Share (count + 1) / (answers + 2) and its squared error: a few answers never read as unanimous."""
    answers = counts.sum(axis=2) + 2
    share = (counts[:, :, answer] + 1) / answers
    return share, share * (1 - share) / answers
