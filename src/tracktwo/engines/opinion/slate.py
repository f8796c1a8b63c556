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

from tracktwo.engines.opinion import kernels
from tracktwo.engines.opinion.votes import Floats, Ints, Mask, Votes
from tracktwo.errors import BadInput

_SWEEPS = 20
_BETTER = 1e-9
AGREED = 2  # how a code ends
_CELLS = 1 << 17  # people x statements up to which all approvals lie side by side
_CELLS_LENT = 1 << 22  # the same where missing votes count, so that everybody changes at each place
_AT_ONCE = 1 << 16


@dataclass(frozen=True, eq=False)
class _Rows:
    """Statements named by each person: those of person i are ``statement[start[i]:start[i + 1]]``."""

    start: Ints
    statement: npt.NDArray[np.int32]

    def naming(self, statement: int) -> Ints:
        """The people who name it, by looking through: quicker than turning the table around for ten places."""
        return np.searchsorted(self.start, np.flatnonzero(self.statement == statement), side="right") - 1

    def worth(self, people: Ints, each: Floats, statements: int) -> Floats:
        """Sum over these people of ``each`` for every statement they name: float64[m]."""
        length = np.diff(self.start)[people]
        first = self.start[people] - np.cumsum(length) + length
        rows = np.repeat(first, length) + np.arange(int(length.sum()))
        return np.bincount(self.statement[rows], np.repeat(each, length), statements).astype(float)

    def matrix(self, statements: int) -> sparse.csr_array:
        shape = (len(self.start) - 1, statements)
        return sparse.csr_array((np.ones(len(self.statement)), self.statement, self.start), shape=shape)

    def count(self, level: Ints, levels: int, statements: int) -> Ints:
        """How many people of each level name each statement: int64[m, levels]."""
        total = np.zeros(statements * levels, dtype=np.int64)
        for begin in range(0, len(level), _AT_ONCE):
            end = min(begin + _AT_ONCE, len(level))
            named = self.statement[self.start[begin] : self.start[end]]
            cell = named * np.int32(levels)
            cell += np.repeat(level[begin:end].astype(np.int32), np.diff(self.start[begin : end + 1]))
            total += np.bincount(cell, minlength=len(total))
        return total.reshape(statements, levels)


@dataclass(frozen=True, eq=False)
class Approvals:
    """Who approves what: 1 for agree, 0 for disagree and pass, ``lent[side, statement]`` where missing.

    ``agrees`` and ``answered`` are rows of people; ``side`` int64[n]; ``lent`` float64[K, m].
    """

    agrees: _Rows
    answered: _Rows
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
    def table(self) -> Floats | None:
        """All expected approvals, float64[m, n], where they are few enough to lie side by side."""
        if self.people * self.statements > (_CELLS_LENT if self.lends else _CELLS):
            return None
        table = self.lent[self.side].T.copy()
        for rows, said in ((self.answered, 0.0), (self.agrees, 1.0)):
            table[rows.statement, np.repeat(np.arange(self.people), np.diff(rows.start))] = said
        return table

    @cached_property
    def _matrices(self) -> tuple[sparse.csr_array, sparse.csr_array]:
        return self.agrees.matrix(self.statements).T, self.answered.matrix(self.statements).T

    def total(self, weight: Floats) -> Floats:
        """Sum over people of weight x approval for every statement: float64[m]. Cost O(v)."""
        if self.table is not None:
            return np.asarray(self.table @ weight)
        agrees, answered = self._matrices
        if not self.lends:
            return np.asarray(agrees @ weight)
        by_side = np.zeros((self.people, len(self.lent)))
        by_side[np.arange(self.people), self.side] = weight
        unanswered = by_side.sum(axis=0)[:, None] - np.asarray(answered @ by_side).T
        return np.asarray(agrees @ weight + (self.lent * unanswered).sum(axis=0))

    def of(self, statement: int) -> Floats:
        """Everybody's approval of one statement: float64[n]."""
        if self.table is not None:
            return np.asarray(self.table[statement])
        approval: Floats = self.lent[self.side, statement].copy()
        for rows, said in ((self.answered, 0.0), (self.agrees, 1.0)):
            approval[rows.naming(statement)] = said
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
    statement = (votes.code >> 2).astype(np.int32)
    agreed = (votes.code & 3) == AGREED
    start = np.concatenate([[0], np.cumsum(agreed, dtype=np.int64)])[votes.start]
    return Approvals(_Rows(start, statement[agreed]), _Rows(votes.start, statement), of_person, shares)


def find(given: Approvals, size: int, *, may: npt.ArrayLike | None = None, swap: bool = True) -> Slate:
    """Choose ``size`` statements, each time the one that adds most, then swap while that helps.

    A statement adds sum_i p_ic / (1 + expected approvals of i so far). ``may`` bool[m] limits the
    choice; equal gains go to the smaller number. With ``swap`` off and no lent shares this is
    sequential PAV. Cost: O(v) a place, O(v size) a sweep of swaps.
    """
    allowed: Mask = np.ones(given.statements, dtype=bool) if may is None else np.array(may, dtype=bool)
    if allowed.shape != (given.statements,):
        raise BadInput("the mask does not name every statement once", remedy="give one truth value each")
    chosen, happy, gain = in_turn(given, size, allowed)
    if swap:
        chosen, happy = _swapped(given, chosen, happy, gain, allowed)
    return Slate(tuple(chosen), happy, audit(given, chosen, happy, allowed))


def in_turn(given: Approvals, size: int, allowed: Mask) -> tuple[list[int], Floats, Floats]:
    """The sequential choice alone: statements, satisfaction [n], and what each statement would add now [m]."""
    compiled = kernels.compiled()
    if compiled and not given.lends:
        rows = given.agrees
        places, happy, gain = compiled.in_turn(rows.start, rows.statement, allowed, size, _BETTER)
        return places.tolist(), happy, gain
    chosen: list[int] = []
    happy = np.zeros(given.people)
    if given.lends or given.table is not None:
        gain = given.total(np.ones(given.people))
    else:
        gain = np.bincount(given.agrees.statement, minlength=given.statements).astype(float)
    barred = _barred(allowed)
    for _ in range(min(size, int(allowed.sum()))):
        best = _best(gain, barred)
        chosen.append(best)
        barred[best] = -np.inf
        happy, gain = _changed(given, happy, gain, best, 1.0)
    return chosen, happy, gain


def audit(given: Approvals, chosen: list[int], happy: Floats, allowed: Mask) -> Audit:
    """Look for a violation of EJR+: l quotas of people who approve a statement left out and have less than l.

    ratio = max over statements c left out and l of |{i approves c, has < l}| size / (l n).
    Approvals are expected ones, so with lent shares the audit is of the expectation.
    """
    size, worst = len(chosen), Audit(0.0, None, 0)
    left_out = allowed.copy()
    left_out[chosen] = False
    if given.people == 0 or size == 0 or not left_out.any():
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
    levels, sides = size + 1, len(given.lent)
    approving = given.agrees.count(places, levels, given.statements).astype(float)
    if given.lends:
        both = places * sides + given.side
        crowd = np.bincount(both, minlength=levels * sides)
        unanswered = crowd - given.answered.count(both, levels * sides, given.statements)
        unanswered = unanswered.reshape(given.statements, levels, sides)
        approving += (unanswered * given.lent.T[:, None]).sum(axis=2)
    return approving


def _barred(allowed: Mask) -> Floats:
    """0 for a statement that may be chosen, minus infinity for any other: float64[m]."""
    return np.where(allowed, 0.0, -np.inf)


def _best(gain: Floats, barred: Floats) -> int:
    may = gain + barred
    return int((may >= may.max() - _BETTER).argmax())


def _changed(
    given: Approvals, happy: Floats, gain: Floats, statement: int, by: float
) -> tuple[Floats, Floats]:
    """Satisfaction and gains after a statement came on the slate (``by`` 1) or went (-1).

    Without lent shares only who approves it counts anew: the cost is their votes, not everybody's.
    """
    if given.lends or given.table is not None:
        happy = happy + given.of(statement) if by > 0 else happy - given.of(statement)
        return happy, given.total(1 / (1 + happy))
    who = given.agrees.naming(statement)
    happy = happy.copy()
    before = 1 / (1 + happy[who])
    happy[who] += by
    return happy, gain + given.agrees.worth(who, 1 / (1 + happy[who]) - before, given.statements)


def _swapped(
    given: Approvals, chosen: list[int], happy: Floats, gain: Floats, allowed: Mask
) -> tuple[list[int], Floats]:
    """Take out each statement in turn and put in the best one; until nothing moves."""
    barred = _barred(allowed)
    barred[chosen] = -np.inf
    for _ in range(_SWEEPS):
        before = list(chosen)
        for place, statement in enumerate(chosen):
            without = _changed(given, happy, gain, statement, -1.0)
            barred[statement] = 0.0
            best = _best(without[1], barred)
            barred[statement] = -np.inf
            # Putting the statement itself back adds what its absence makes it worth.
            if without[1][best] > without[1][statement] + 1e-6:
                chosen = [*chosen[:place], best, *chosen[place + 1 :]]
                barred[[statement, best]] = 0.0, -np.inf
                happy, gain = _changed(given, *without, best, 1.0)
        if chosen == before:
            break
    return chosen, happy
