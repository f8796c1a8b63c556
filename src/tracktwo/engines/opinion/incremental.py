"""Running sums: counts and integer Grams kept up to date vote by vote.

A vote given, changed or taken back moves only the pairs it makes with the same person's other votes. All sums
are whole numbers, so that they are bit for bit those of counting everything anew. Source: DESIGN 6.1.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tracktwo.engines.opinion import kernels, space
from tracktwo.engines.opinion.space import Grams, Space
from tracktwo.engines.opinion.votes import Codes, Floats, Ints, Votes
from tracktwo.errors import BadInput

TAKEN_BACK = 2  # in place of a vote (-1, 0, 1): the vote is withdrawn, as if it had never been given
_SPARE = 4  # votes a person may add before the row has to move
_AT_ONCE = 1 << 20  # votes taken in at a time
_FOLD_AFTER = 1 << 29  # votes, each moving a pair by two at most: before 32 bits overflow

Pairs = npt.NDArray[np.int32]


class Running:
    """The votes of a growing conversation with their counts and Grams.

    ``grams`` and ``counts`` int64[sides, m, 3] are always those of ``votes()``. Not for use from several
    threads at once. Memory: 2 bytes a vote, about 32 a person, 40 m^2.
    """

    counts: Ints

    def __init__(self, votes: Votes, side: npt.ArrayLike | None = None, sides: int = 1) -> None:
        """Begin with these votes. ``side`` int[n] names each person's side, -1 for none; else all are one.

        Raises BadInput above ``space.GRAM_UP_TO`` statements: the Grams would not fit.
        """
        if votes.statements > space.GRAM_UP_TO:
            raise BadInput(
                f"{votes.statements} statements are too many to keep all pairs of them",
                remedy=f"count anew each time above {space.GRAM_UP_TO}",
            )
        self._side = (
            np.zeros(votes.people, dtype=np.int64) if side is None else np.array(side, dtype=np.int64)
        )
        self.counts = votes.tally(self._side, sides).copy()
        self._grams = space.grams(votes)
        # What has moved since, for each pair once, at [a, b] when the vote was on a: xx, mx, mx of [b, a], mm.
        self._pairs = np.zeros((votes.statements, votes.statements, 4), dtype=np.int32)
        self._since = 0
        self._statements = votes.statements
        self._begin, self._length = votes.start[:-1].copy(), votes.answers_per_person()
        self._room = self._length.copy()  # votes that fit where the person's row stands
        self._pool: Codes = votes.code.copy()
        self._used = len(self._pool)

    @property
    def people(self) -> int:
        """n, those without a vote included."""
        return len(self._begin)

    @property
    def grams(self) -> Grams:
        """The Grams of the votes as they now stand; m^2 after a vote, else at hand."""
        if self._since:
            self._grams = _folded(self._grams, self._pairs)
            self._pairs[:] = 0
            self._since = 0
        return self._grams

    def join(self, side: npt.ArrayLike) -> None:
        """Further people, without a vote so far, of these sides: they get the next numbers."""
        more = np.atleast_1d(np.asarray(side, dtype=np.int64))
        if more.size and not -1 <= more.min() <= more.max() < len(self.counts):
            raise BadInput(
                f"a side is not between -1 and {len(self.counts) - 1}", remedy="number sides from 0"
            )
        nothing = np.zeros(len(more), dtype=np.int64)
        self._side = np.append(self._side, more)
        self._begin, self._length, self._room = (
            np.append(a, nothing) for a in (self._begin, self._length, self._room)
        )

    def give(self, person: npt.ArrayLike, statement: npt.ArrayLike, vote: npt.ArrayLike) -> None:
        """Take in votes in the order given: new, changed, or ``TAKEN_BACK``.

        Raises BadInput for numbers out of range, before anything is counted. Cost: one pass over the
        person's own votes for each, about a microsecond compiled and some 30 otherwise.
        """
        who, what, answer = (np.atleast_1d(np.asarray(a, dtype=np.int64)) for a in (person, statement, vote))
        self._check(who, what, answer)
        for i in range(0, len(who), _AT_ONCE):
            self._take_all(who[i : i + _AT_ONCE], what[i : i + _AT_ONCE], answer[i : i + _AT_ONCE] + 1)

    def votes(self) -> Votes:
        """All votes as they now stand, packed anew; cost O(v)."""
        start = np.concatenate([[0], np.cumsum(self._length)])
        place = np.repeat(self._begin - start[:-1], self._length)
        place += np.arange(start[-1])
        return Votes(start, self._pool[place], self._statements)

    def components(self, *, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Components float64[2, m] and variances float64[2] of the votes as they now stand; cost m^2."""
        return space.components_of(self.grams, int(np.count_nonzero(self._length)), rng=rng)

    def space(self, *, rng: np.random.Generator) -> Space:
        """The space of the votes as they now stand, everybody's position included; cost m^2 and O(v)."""
        return space.of_grams(self.grams, self.votes(), rng=rng)

    def _check(self, person: Ints, statement: Ints, answer: Ints) -> None:
        if not len(person) == len(statement) == len(answer):
            raise BadInput("persons, statements and votes differ in number", remedy="give one of each")
        for given, low, high, name in (
            (person, 0, self.people - 1, "person"),
            (statement, 0, self._statements - 1, "statement"),
            (answer, -1, TAKEN_BACK, "vote"),
        ):
            wrong = (given < low) | (given > high)
            if wrong.any():
                one = int(given[wrong][0])
                raise BadInput(f"{name} {one} is not between {low} and {high}", remedy="correct it")

    def _make_room(self, more: int) -> None:
        """A pool with room for the longest row at least, and for a fair share of the votes to come."""
        least = 2 * self._statements + _SPARE + more
        if len(self._pool) - self._used < least:
            larger = np.empty(self._used + max(least, self._used // 8), dtype=self._pool.dtype)
            larger[: self._used] = self._pool[: self._used]
            self._pool = larger

    def _take_all(self, person: Ints, statement: Ints, answer: Ints) -> None:
        if self._since + len(person) > _FOLD_AFTER:
            self._grams = self.grams
        self._since += len(person)
        taken = 0
        while taken < len(person):
            self._make_room(len(person) - taken)
            taken += self._take(person[taken:], statement[taken:], answer[taken:])

    def _take(self, person: Ints, statement: Ints, answer: Ints) -> int:
        """Take in as many votes as the pool has room for: their number, at least one."""
        taking = (kernels.compiled(self._pool) or _Plain).give
        taken, self._used = taking(
            person,
            statement,
            answer,
            self._begin,
            self._length,
            self._room,
            self._pool,
            self._used,
            self._side,
            self.counts,
            self._pairs,
        )
        return int(taken)


class _Plain:
    """What the kernel ``give`` does, row by row in numpy."""

    @staticmethod
    def give(
        person: Ints,
        statement: Ints,
        answer: Ints,
        begin: Ints,
        length: Ints,
        room: Ints,
        pool: Codes,
        used: int,
        side: Ints,
        counts: Ints,
        pairs: Pairs,
    ) -> tuple[int, int]:
        for taken, (i, a, new) in enumerate(
            zip(person.tolist(), statement.tolist(), answer.tolist(), strict=True)
        ):
            if length[i] == room[i]:
                larger = 2 * int(length[i]) + _SPARE
                if used + larger > len(pool):
                    return taken, used
                pool[used : used + length[i]] = pool[begin[i] : begin[i] + length[i]]
                begin[i], room[i] = used, larger
                used += larger
            row = pool[begin[i] : begin[i] + room[i]]
            n = int(length[i])
            place = int(np.searchsorted(row[:n] >> 2, a))
            old = int(row[place] & 3) if place < n and row[place] >> 2 == a else 3
            others: Any = np.delete(row[:n], place) if old < 3 else row[:n].copy()
            _move(pairs[a], a, old, new, others)
            if side[i] >= 0:
                counts[side[i], a, old : old + 1] -= 1  # nothing where there is no vote
                counts[side[i], a, new : new + 1] += 1
            row[:place], row[place + (new < 3) : len(others) + (new < 3)] = others[:place], others[place:]
            if new < 3:
                row[place] = a << 2 | new
            length[i] = len(others) + (new < 3)
        return len(person), used


def _move(with_a: Pairs, a: int, old: int, new: int, others: Codes) -> None:
    """Change the answer on a (3: none) in all pairs with the person's other votes, and with itself."""
    before, after = (old - 1 if old < 3 else 0), (new - 1 if new < 3 else 0)
    moved, came = after - before, (new < 3) - (old < 3)
    y = (others & 3).astype(np.int32) - 1
    with_a[others >> 2] += np.stack(
        [moved * y, came * y, np.full_like(y, moved), np.full_like(y, came)], axis=1
    )
    with_a[a] += np.array([after * after - before * before, moved, 0, came], dtype=np.int32)


def _folded(sums: Grams, pairs: Pairs) -> Grams:
    """The Grams with all that has moved: a pair counts in both orders, a statement with itself once."""
    xx, mx, xm, mm = (pairs[:, :, k].astype(np.int64) for k in range(4))
    for whole, mirrored in ((xx, xx), (mx, xm), (mm, mm)):
        own = np.diagonal(whole).copy()
        whole += mirrored.T.copy()
        np.fill_diagonal(whole, own)
    xx += sums.xx
    mx += sums.mx
    mm += sums.mm
    return Grams(xx, mx, mm)
