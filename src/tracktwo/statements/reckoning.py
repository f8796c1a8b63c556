"""From votes to groups and common ground: the one way through the opinion engine. Pure.

Both the pages (stored runs) and the command line (reports) go through here, so that the same votes
and the same seed give the same figures in both.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from tracktwo.engines import disclosure
from tracktwo.engines.opinion import bridging, brigading, cleavage, crossing, routing, space
from tracktwo.engines.opinion.bridging import CommonGround
from tracktwo.engines.opinion.brigading import Brigading
from tracktwo.engines.opinion.crossing import Crossing, Unexpected
from tracktwo.engines.opinion.distributed import Scattered
from tracktwo.engines.opinion.groups import Groups
from tracktwo.engines.opinion.routing import Routing
from tracktwo.engines.opinion.space import Space
from tracktwo.engines.opinion.votes import Counted, Votes
from tracktwo.statements.rules import REACH_SHARES, Leaning, Reach, Step

SIDES, GROUPS, EVERYONE = "sides", "groups", "everyone"
Ints = NDArray[np.int64]
Told = Callable[[Step], None]


@dataclass(frozen=True)
class Without:
    """What the engine says without those who are suspected: the same as in `Reckoned`, of the others [n']."""

    compared: str
    parts: int
    part: Ints
    ground: CommonGround


@dataclass(frozen=True)
class Reckoned:
    """What the engine says of the votes. `compared` names what `part` [n] numbers: declared sides, else
    groups found, else everyone; -1 belongs to none. `crossing` and `unexpected` only between declared sides,
    the former only where there are two groups. `brigading` is None where there are too few ballots, or too few
    different ones, to look for waves, or the votes lie in parts; `without` where nobody is suspected. Nobody is
    taken out of anything else."""

    compared: str
    parts: int
    part: Ints
    space: Space
    groups: Groups
    ground: CommonGround
    routing: Routing
    crossing: Crossing | None
    unexpected: tuple[Unexpected, ...]
    brigading: Brigading | None
    without: Without | None


def reckon(
    votes: Votes | Scattered,
    *,
    seed: int,
    side: Ints | None = None,
    sides: int = 0,
    at: Told = lambda _step: None,
) -> Reckoned:
    """Find the space, the groups and the common ground of these votes.

    `side` [n] numbers the declared side of each person from 0, -1 for none; without it, or where nobody
    has a side, the groups found are compared. `at` is told each step as it begins. The engine's cost: under
    a second up to a million votes, and some ten times that to look for waves.
    """
    at(Step.SPACE)
    seeds = np.random.SeedSequence(seed).spawn(5)
    rng = [np.random.default_rng(one) for one in seeds]
    opinions = votes.space(rng=rng[0]) if isinstance(votes, Scattered) else space.find(votes, rng=rng[0])
    fit = cleavage.divide(votes, opinions, rng=rng[1])
    voted = votes.answers_per_person() > 0
    compared, parts, part = _compared(voted, fit, side, sides)
    at(Step.GROUND)
    ground = bridging.common_ground(votes, part, sides=parts, rng=rng[2])
    asking = routing.prepare(ground.posterior, space=opinions, rng=rng[3])
    at(Step.CROSSING)
    crossed, surprising = _crossed(votes, compared, part, fit, ground)
    at(Step.WAVES)
    waves, without = None, None
    if isinstance(votes, Votes) and _differ(votes):  # votes in parts are never at one place
        waves = brigading.find(votes, rng=rng[4])
        if waves.suspect.any() and (voted & ~waves.suspect).any():
            without = _without(votes, ~waves.suspect, side, sides, seeds)
    return Reckoned(compared, parts, part, opinions, fit, ground, asking, crossed, surprising, waves, without)


def _differ(votes: Votes) -> bool:
    """Whether so many ballots differ that likeness means something: on a few statements people are alike by nature."""
    seen = set()
    for begin, end in itertools.pairwise(votes.start.tolist()):
        if end > begin:
            seen.add(votes.code[begin:end].tobytes())
        if len(seen) >= brigading.FEWEST:
            return True
    return False


def _without(
    votes: Votes, stay: NDArray[np.bool_], side: Ints | None, sides: int, seeds: list[np.random.SeedSequence]
) -> Without:
    """By the same seeds, so that only those who are left out make the difference; groups are found anew."""
    left = votes.of(stay)
    own = None if side is None else side[stay]
    rng = [np.random.default_rng(one) for one in seeds[:3]]
    fit = cleavage.divide(left, space.find(left, rng=rng[0]), rng=rng[1])
    compared, parts, part = _compared(left.answers_per_person() > 0, fit, own, sides)
    ground = bridging.common_ground(left, part, sides=parts, rng=rng[2])
    return Without(compared, parts, part, ground)


def _crossed(
    votes: Counted, compared: str, part: Ints, fit: Groups, ground: CommonGround
) -> tuple[Crossing | None, tuple[Unexpected, ...]]:
    if compared != SIDES:
        return None, ()
    if fit.count < 2:
        return None, crossing.unexpected(ground)
    found = crossing.find(votes, part, fit, ground)
    return found, found.unexpected


def _compared(voted: NDArray[np.bool_], fit: Groups, side: Ints | None, sides: int) -> tuple[str, int, Ints]:
    if side is not None and (side[voted] >= 0).any():
        return SIDES, sides, np.where(voted, side, -1)
    if fit.count >= 2:
        return GROUPS, fit.count, fit.members
    return EVERYONE, 1, np.where(voted, 0, -1)


# --- the table side x group, as it may be told ----------------------------------------------------

_MIDDLE = np.array([sum(REACH_SHARES[reach]) / 2 for reach in Reach])  # to weigh sides against each other
_LEAST_OPEN = (
    2  # from least to greatest: no closer than a count of five alone, which stands for five to seven
)
_MANY = 10**7


def reaches(table: Ints) -> Ints:
    """How many of each side are in each group, as `Reach` [K, k], of exact voters [K, k].

    Decided on counts rounded to fives, with cells below five in the lowest word.
    """
    edges = _edges(disclosure.rounded(table.sum(axis=1)))
    return np.asarray((table[:, :, None] >= edges[:, None, 1:-1]).sum(axis=2))


def _edges(voters: Ints) -> Ints:
    """For each side of so many voters (rounded) the exact count from which each word holds: [K, 5]."""
    unit = disclosure.STANDARD.round_to
    from_ = [REACH_SHARES[reach][0] for reach in Reach if reach]
    inner = [np.ceil(share * voters / unit - 1e-9).astype(np.int64) * unit - unit // 2 for share in from_]
    inner = [np.maximum(edge, disclosure.STANDARD.cell) for edge in inner]
    return np.stack([np.zeros_like(voters), *inner, np.full_like(voters, _MANY)], axis=1)


def told_reaches(table: Ints, undeclared: Ints, *, rounded: bool) -> Ints | None:
    """The words of the table [K, k]; None where words and totals together would tell of persons.

    The totals of sides and groups stand beside it, `rounded` to fives or exact. Solved for each cell, they
    must leave each count open: anything from none to four or more, or from five on three numbers or more. The
    whole table is withheld or none of it. `undeclared` [k]: voters of no side, of whom nothing is shown.
    """
    if table.shape[0] < 2 or table.shape[1] < 2:
        return None
    words = reaches(table)
    low, high = _open_to(words, table, undeclared, disclosure.STANDARD.round_to // 2 if rounded else 0)
    few = disclosure.STANDARD.cell
    nobody_or_some = (low == 0) & (high >= few - 1)
    open_enough = nobody_or_some | ((low >= few) & (high - low >= _LEAST_OPEN))
    return words if open_enough.all() else None


def _open_to(words: Ints, table: Ints, undeclared: Ints, slack: int) -> tuple[Ints, Ints]:
    """The least and greatest count of each cell that words and totals leave possible, each [K, k].

    Integer programs, two a cell, over what stands beside the words: the totals and the order of the groups.
    """
    sides, groups = table.shape
    edges = _edges(disclosure.rounded(table.sum(axis=1)))
    side = np.arange(sides)[:, None]
    bounds = np.stack([edges[side, words], edges[side, words + 1] - 1], axis=2).reshape(-1, 2).tolist()
    of_no_side = bool(undeclared.any())
    bounds += [[0, _MANY]] * groups if of_no_side else []
    totals = [_total(row, slack) for row in table.sum(axis=1)]
    totals += [_total(column, slack) for column in table.sum(axis=0) + undeclared]
    rows = np.kron(np.eye(sides), np.ones(groups))
    rows = np.concatenate([rows, np.zeros((sides, groups))], axis=1) if of_no_side else rows
    lines = np.concatenate([rows, np.tile(np.eye(groups), sides + of_no_side)])
    ends = np.array(totals)
    columns = lines[sides:]
    ends_of: dict[str, Any] = {
        # Groups are numbered by size, so their order is known too.
        "A_ub": np.concatenate([lines, -lines, columns[1:] - columns[:-1]]),
        "b_ub": np.concatenate([ends[:, 1], -ends[:, 0], np.zeros(groups - 1)]),
        "bounds": bounds,
        "integrality": 1,
    }
    found = np.zeros((sides * groups, 2), dtype=np.int64)
    for cell, one in enumerate(np.eye(lines.shape[1])[: sides * groups]):
        for end, sign in enumerate((1, -1)):
            solved = linprog(sign * one, **ends_of)
            if not solved.success:
                return table, table  # what cannot be worked out counts as known
            found[cell, end] = round(sign * solved.fun)
    low, high = found.T.reshape(2, sides, groups)
    return low, high


def _total(count: int, slack: int) -> tuple[int, int]:
    """Between which whole numbers a total lies for whoever reads it."""
    if not slack:
        return count, count
    middle = int(disclosure.rounded(np.array(count)))
    return max(middle - slack, disclosure.STANDARD.group), middle + slack


def across(words: Ints) -> tuple[tuple[int, ...], ...]:
    """For each group the sides it lies across, two or none; of the words alone, so that it tells nothing new.

    As `crossing` has it: a side that makes up at least half of an even share, were all sides equally large.
    """
    share = _MIDDLE[words]
    part = (words > Reach.FEW) & (share / share.sum(axis=0) >= 0.5 / len(words))
    sides = [tuple(np.flatnonzero(column).tolist()) for column in part.T]
    return tuple(one if len(one) > 1 else () for one in sides)


def leanings(inside: float, outside: float) -> tuple[Leaning, Leaning] | None:
    """A group's share and that of the others in words; None where the words do not tell them apart."""
    group = Leaning.MOST if inside >= 0.65 else Leaning.MORE
    others = Leaning.MOST if outside >= 0.65 else Leaning.HALF if outside >= 0.35 else Leaning.FEW
    return None if group <= others else (group, others)
