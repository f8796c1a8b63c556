"""A slate: a few statements that together speak for everybody in proportion.

Proportional approval voting gives a person 1 for the first statement of the slate they approve, 1/2
for the second, 1/3 for the third; so a large crowd cannot take every place. A missing vote is not a
disapproval: it counts as the share of the person's side. Source: DESIGN 6.1; Thiele 1895; Lackner
and Skowron 2023 (sequential PAV); Brill and Peters 2023 (EJR+).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from tracktwo.engines.opinion.votes import Floats, Ints, Mask, Votes
from tracktwo.errors import BadInput

_SWEEPS = 20
_BETTER = 1e-9


@dataclass(frozen=True, eq=False)
class Approvals:
    """Who approves what: 1 for agree, 0 for disagree and pass, ``lent[side, statement]`` where missing.

    ``agrees`` and ``answered`` are sparse 0/1 [n, m] by column; ``side`` int64[n]; ``lent`` float64[K, m].
    """

    agrees: sparse.csc_array
    answered: sparse.csc_array
    side: Ints
    lent: Floats

    @property
    def people(self) -> int:
        return len(self.side)

    @property
    def statements(self) -> int:
        return int(self.lent.shape[1])

    def total(self, weight: Floats) -> Floats:
        """Sum over people of weight x approval for every statement: float64[m]. Cost O(v)."""
        by_side = np.zeros((self.people, len(self.lent)))
        by_side[np.arange(self.people), self.side] = weight
        unanswered = by_side.sum(axis=0)[:, None] - np.asarray(self.answered.T @ by_side).T
        return np.asarray(self.agrees.T @ weight + (self.lent * unanswered).sum(axis=0))

    def of(self, statement: int) -> Floats:
        """Everybody's approval of one statement: float64[n]."""
        approval: Floats = self.lent[self.side, statement]
        for matrix, said in ((self.answered, 0.0), (self.agrees, 1.0)):
            approval[matrix.indices[matrix.indptr[statement] : matrix.indptr[statement + 1]]] = said
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
    ones = np.ones(4 * votes.statements)
    agrees = votes.matrix(np.tile([0.0, 0.0, 1.0, 0.0], votes.statements)).tocsc()
    agrees.eliminate_zeros()
    return Approvals(agrees, votes.matrix(ones).tocsc(), of_person, shares)


def find(given: Approvals, size: int, *, may: npt.ArrayLike | None = None, swap: bool = True) -> Slate:
    """Choose ``size`` statements, each time the one that adds most, then swap while that helps.

    A statement adds sum_i p_ic / (1 + expected approvals of i so far). ``may`` bool[m] limits the
    choice; equal gains go to the smaller number. With ``swap`` off and no lent shares this is
    sequential PAV. Cost: O(v) a place, O(v size) a sweep of swaps.
    """
    allowed: Mask = np.ones(given.statements, dtype=bool) if may is None else np.asarray(may, dtype=bool)
    chosen: list[int] = []
    happy = np.zeros(given.people)
    while len(chosen) < min(size, int(allowed.sum())):
        best, _ = _best_addition(given, happy, allowed, chosen)
        chosen.append(best)
        happy += given.of(best)
    if swap:
        chosen, happy = _swapped(given, chosen, happy, allowed)
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
    for places in range(1, size + 1):
        short = np.where(left_out, given.total((happy < places - _BETTER).astype(float)), 0.0)
        ratio = float(short.max()) * size / (places * given.people)
        if ratio > worst.ratio + _BETTER:
            worst = Audit(ratio, int(short.argmax()), places)
    return worst


def _best_addition(given: Approvals, happy: Floats, allowed: Mask, chosen: list[int]) -> tuple[int, float]:
    gain = np.where(allowed, given.total(1 / (1 + happy)), -np.inf)
    gain[chosen] = -np.inf
    best = int(np.flatnonzero(gain >= gain.max() - _BETTER)[0])
    return best, float(gain[best])


def _swapped(given: Approvals, chosen: list[int], happy: Floats, allowed: Mask) -> tuple[list[int], Floats]:
    """Take out each statement in turn and put in the best one; until nothing moves."""
    for _ in range(_SWEEPS):
        before = list(chosen)
        for place, statement in enumerate(chosen):
            without = happy - given.of(statement)
            others = chosen[:place] + chosen[place + 1 :]
            best, gain = _best_addition(given, without, allowed, others)
            loss = float((given.of(statement) / (1 + without)).sum())
            if gain > loss + 1e-6:
                chosen = [*chosen[:place], best, *chosen[place + 1 :]]
                happy = without + given.of(best)
        if chosen == before:
            break
    return chosen, happy
