"""A slate: a few statements that together speak for everybody in proportion.

Proportional approval voting gives a person 1 for the first statement of the slate they approve, 1/2
for the second, 1/3 for the third; so a large crowd cannot take every place. A missing vote is not a
disapproval: it counts as the share of the person's side. Source: DESIGN 6.1; Thiele 1895; Lackner
and Skowron 2023 (sequential PAV); Brill and Peters 2023 (EJR+).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import sparse

from tracktwo.engines.opinion.votes import Codes, Floats, Ints, Mask, Votes
from tracktwo.errors import BadInput

_SWEEPS = 20
_BETTER = 1e-9
AGREED = 2  # how a code ends


@dataclass(frozen=True, eq=False)
class Approvals:
    """Who approves what: 1 for agree, 0 for disagree and pass, ``lent[side, statement]`` where missing.

    ``agrees`` and ``answered`` are sparse 0/1 [n, m] by person; ``side`` int64[n]; ``lent`` float64[K, m].
    """

    agrees: sparse.csr_array
    answered: sparse.csr_array
    side: Ints
    lent: Floats

    @property
    def people(self) -> int:
        return len(self.side)

    @property
    def statements(self) -> int:
        return int(self.lent.shape[1])

    @cached_property
    def lends(self) -> bool:
        """Does a missing vote count as anything?"""
        return bool(self.lent.any())

    @cached_property
    def by_statement(self) -> tuple[sparse.csc_array, sparse.csc_array]:
        return self.agrees.tocsc(), self.answered.tocsc()

    def total(self, weight: Floats) -> Floats:
        """Sum over people of weight x approval for every statement: float64[m]. Cost O(v)."""
        agreed = np.asarray(self.agrees.T @ weight)
        if not self.lends:
            return agreed
        by_side = np.zeros((self.people, len(self.lent)))
        by_side[np.arange(self.people), self.side] = weight
        unanswered = by_side.sum(axis=0)[:, None] - np.asarray(self.answered.T @ by_side).T
        return np.asarray(agreed + (self.lent * unanswered).sum(axis=0))

    def of(self, statement: int) -> Floats:
        """Everybody's approval of one statement: float64[n]."""
        approval: Floats = self.lent[self.side, statement]
        for matrix, said in zip(reversed(self.by_statement), (0.0, 1.0), strict=True):
            approval[_column(matrix, statement)] = said
        return approval


@dataclass(frozen=True)
class Audit:
    """Does a large enough crowd go short? ``ratio`` is the worst case: below 1 nobody does (EJR+).

    The crowd: those who approve ``statement``, not on the slate, and less than ``places`` on it.
    """

    ratio: float
    statement: int | None
    places: int

    @property
    def fair(self) -> bool:
        return self.ratio < 1


@dataclass(frozen=True, eq=False)
class Slate:
    """``statements`` in the order chosen; ``satisfaction`` float64[n]: expected approvals of each person."""

    statements: tuple[int, ...]
    satisfaction: Floats
    audit: Audit


def approvals(votes: Votes, side: npt.ArrayLike | None = None, lent: Floats | None = None) -> Approvals:
    """Approvals from votes; ``lent`` float64[K, m] is what a side's missing votes count as.

    Usually the posterior support of the side (``CommonGround.support``). Without it a missing vote
    counts as not approving. ``side`` int[n], every person on one: 0 <= side < K.
    """
    shares = np.zeros((1, votes.statements)) if lent is None else np.asarray(lent, dtype=float)
    of_person = np.asarray(np.zeros(votes.people) if side is None else side, dtype=np.int64)
    fits = of_person.shape == (votes.people,) and shares.shape[1:] == (votes.statements,)
    if not fits or (of_person.size and not 0 <= of_person.min() <= of_person.max() < len(shares)):
        raise BadInput("sides and shares do not fit the votes", remedy="give every person a side with shares")
    said = votes.code & 3
    start = np.concatenate([[0], np.cumsum(said == AGREED)])[votes.start]
    agrees = _table(votes.code[said == AGREED], start, votes)
    return Approvals(agrees, _table(votes.code, votes.start, votes), of_person, shares)


def find(given: Approvals, size: int, *, may: npt.ArrayLike | None = None, swap: bool = True) -> Slate:
    """Choose ``size`` statements, each time the one that adds most, then swap while that helps.

    A statement adds sum_i p_ic / (1 + expected approvals of i so far). ``may`` bool[m] limits the
    choice; equal gains go to the smaller number. With ``swap`` off and no lent shares this is
    sequential PAV. Cost: O(v) a place, O(v size) a sweep of swaps.
    """
    allowed: Mask = np.ones(given.statements, dtype=bool) if may is None else np.asarray(may, dtype=bool)
    chosen: list[int] = []
    happy = np.zeros(given.people)
    gain = given.total(np.ones(given.people))
    while len(chosen) < min(size, int(allowed.sum())):
        best = _best(gain, allowed, chosen)
        chosen.append(best)
        happy, gain = _changed(given, happy, gain, best, 1.0)
    if swap:
        chosen, happy = _swapped(given, chosen, happy, gain, allowed)
    return Slate(tuple(chosen), happy, audit(given, chosen, happy, allowed))


def audit(given: Approvals, chosen: list[int], happy: Floats, allowed: Mask) -> Audit:
    """Look for a violation of EJR+: l quotas of people who approve a statement left out and have less than l.

    ratio = max over statements c left out and l of |{i approves c, has < l}| size / (l n).
    Approvals are expected ones, so with lent shares the audit is of the expectation.
    """
    size, worst = len(chosen), Audit(0.0, None, 0)
    left_out = allowed.copy()
    left_out[chosen] = False
    if given.people == 0 or not left_out.any():
        return worst
    # Everybody's whole number of places: one pass counts, for every statement, who approves it at each number.
    places = np.minimum((happy + _BETTER).astype(np.int64), size)
    approving = np.cumsum(_approving(given, places, size), axis=1)[:, :size]
    ratio = np.where(left_out[:, None], approving, 0.0) * size / (np.arange(1, size + 1) * given.people)
    statement, short_of = np.unravel_index(int(ratio.T.argmax()), ratio.T.shape)[::-1]
    if ratio[statement, short_of] <= _BETTER:
        return worst
    return Audit(float(ratio[statement, short_of]), int(statement), int(short_of) + 1)


def _approving(given: Approvals, places: Ints, size: int) -> Floats:
    """Expected approvals of each statement by people with 0, 1, ... ``size`` places: float64[m, size + 1]."""
    levels = size + 1
    cells = given.statements * levels

    def count(table: sparse.csr_array, of: Ints) -> Ints:
        cell = table.indices.astype(np.int64) * levels + np.repeat(places, np.diff(table.indptr))
        side = np.repeat(of, np.diff(table.indptr))
        sides = int(of.max(initial=0)) + 1
        counted = np.bincount(cell * sides + side, minlength=cells * sides)
        return np.asarray(counted.reshape(-1, levels, sides))

    everybody = np.zeros(given.people, dtype=np.int64)
    approving = count(given.agrees, everybody)[:, :, 0].astype(float)
    if given.lends:
        crowd = np.zeros((levels, len(given.lent)))
        np.add.at(crowd, (places, given.side), 1.0)
        answered = count(given.answered, given.side)
        crowd = crowd[:, : answered.shape[2]]
        approving += ((crowd - answered) * given.lent.T[:, None, : answered.shape[2]]).sum(axis=2)
    return approving


def _table(code: Codes, start: Ints, votes: Votes) -> sparse.csr_array:
    statement = (code >> 2).astype(np.int32)
    shape = (votes.people, votes.statements)
    return sparse.csr_array((np.ones(len(code)), statement, start), shape=shape)


def _column(matrix: sparse.csc_array, statement: int) -> Ints:
    return np.asarray(matrix.indices[matrix.indptr[statement] : matrix.indptr[statement + 1]])


def _best(gain: Floats, allowed: Mask, chosen: list[int]) -> int:
    may = np.where(allowed, gain, -np.inf)
    may[chosen] = -np.inf
    return int((may >= may.max() - _BETTER).argmax())


def _changed(
    given: Approvals, happy: Floats, gain: Floats, statement: int, by: float
) -> tuple[Floats, Floats]:
    """Satisfaction and gains after a statement came on the slate (``by`` 1) or went (-1).

    Without lent shares only who approves it counts anew: the cost is their votes, not everybody's.
    """
    if given.lends:
        happy = happy + by * given.of(statement)
        return happy, given.total(1 / (1 + happy))
    who = _column(given.by_statement[0], statement)
    happy = happy.copy()
    before = 1 / (1 + happy[who])
    happy[who] += by
    worth = 1 / (1 + happy[who]) - before
    length = np.diff(given.agrees.indptr)[who]
    first = given.agrees.indptr[who] - np.concatenate([[0], np.cumsum(length)[:-1]])
    votes = np.repeat(first, length) + np.arange(int(length.sum()))
    approved = given.agrees.indices[votes]
    return happy, gain + np.bincount(approved, np.repeat(worth, length), given.statements)


def _swapped(
    given: Approvals, chosen: list[int], happy: Floats, gain: Floats, allowed: Mask
) -> tuple[list[int], Floats]:
    """Take out each statement in turn and put in the best one; until nothing moves."""
    for _ in range(_SWEEPS):
        before = list(chosen)
        for place, statement in enumerate(chosen):
            without = _changed(given, happy, gain, statement, -1.0)
            best = _best(without[1], allowed, chosen[:place] + chosen[place + 1 :])
            # Putting the statement itself back adds what its absence makes it worth.
            if without[1][best] > without[1][statement] + 1e-6:
                chosen = [*chosen[:place], best, *chosen[place + 1 :]]
                happy, gain = _changed(given, *without, best, 1.0)
        if chosen == before:
            break
    return chosen, happy
