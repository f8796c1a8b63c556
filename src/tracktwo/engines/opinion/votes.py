"""Votes, packed: who said what of which statement, about two bytes a vote.

A vote is -1 (disagree), 0 (pass) or +1 (agree); a missing vote is simply not there. The votes of
one person stand together, sorted by statement, so one person is one contiguous slice: what the
encrypted vector of a seat unpacks to.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from scipy import sparse

from tracktwo.engines.opinion import kernels
from tracktwo.errors import BadInput

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.uint16] | npt.NDArray[np.uint32]

DISAGREE, PASS, AGREE = -1, 0, 1
SHORT_CODES = 16_384  # statements a 16-bit code can name
_AT_ONCE = 1 << 22  # votes unpacked at a time: keeps the working memory under 100 MB
_A_PIECE = 1 << 18  # where a dozen numbers to a vote are worked with: they stay near the processor
# How many votes a byte of four marks holds, and the ends of their codes, those it holds first: uint16[256, 4].
_IN_BYTE = np.array([sum(b >> s & 3 > 0 for s in (0, 2, 4, 6)) for b in range(256)], dtype=np.uint8)
_HELD = np.zeros((256, 4), dtype=np.uint16)
for _b in range(256):
    _held = [slot << 2 | (_b >> 2 * slot & 3) - 1 for slot in range(4) if _b >> 2 * slot & 3]
    _HELD[_b, : len(_held)] = _held


class Counted(Protocol):
    """What counts votes, wherever they lie: all that common ground and crossing ask for."""

    @property
    def people(self) -> int: ...

    @property
    def statements(self) -> int: ...

    def __len__(self) -> int: ...

    def answers_per_person(self) -> Ints: ...

    def tally(self, side: npt.ArrayLike | None = None, sides: int = 1) -> Ints: ...


@dataclass(frozen=True, eq=False)
class Votes:
    """The observed votes of n people on m statements, in rows packed by person.

    ``start`` is int64[n + 1]; the votes of person i are ``code[start[i]:start[i + 1]]``.
    ``code`` is (statement << 2) | (vote + 1), 16 bits up to 16,384 statements, else 32, rising
    inside a person. ``statements`` is m. Source: DESIGN 6.1. Cost: 2 bytes a vote, 8 a person.
    """

    start: Ints
    code: Codes
    statements: int

    def __post_init__(self) -> None:
        """Refuse rows or codes that are not there: compiled loops would read and write beyond their arrays."""
        lies = (
            self.start[0] != 0 or self.start[-1] != len(self.code) or (self.start[1:] < self.start[:-1]).any()
        )
        if lies or (len(self.code) and int(self.code.max()) >> 2 >= self.statements):
            raise BadInput("packed votes do not fit together", remedy="pack them again")

    @classmethod
    def from_triples(
        cls,
        person: npt.ArrayLike,
        statement: npt.ArrayLike,
        vote: npt.ArrayLike,
        *,
        people: int,
        statements: int,
    ) -> Votes:
        """Pack three arrays of equal length in the order the votes were given; the last given wins.

        Numbers count from 0. Raises BadInput for unequal lengths, a person or statement out of
        range, or a vote other than -1, 0, 1. Cost: one stable sort, O(v log v).
        """
        person, statement, vote = (
            _whole(a, name) for a, name in ((person, "person"), (statement, "statement"), (vote, "vote"))
        )
        if not len(person) == len(statement) == len(vote):
            raise BadInput("persons, statements and votes differ in number", remedy="give one of each")
        _within(person, 0, people - 1, "person")
        _within(statement, 0, statements - 1, "statement")
        _within(vote, -1, 1, "vote")
        cell = person * statements + statement
        order = np.argsort(cell, kind="stable")
        cell = cell[order]
        last = np.append(cell[1:] != cell[:-1], True)[: len(cell)]
        kept = order[last]
        code = (statement[kept] << 2 | vote[kept] + 1).astype(_code_type(statements))
        start = np.concatenate([[0], np.cumsum(np.bincount(person[kept], minlength=people))])
        return cls(start.astype(np.int64), code, statements)

    @classmethod
    def from_table(cls, table: npt.ArrayLike, *, missing: int = 9) -> Votes:
        """Pack a people x statements table in which ``missing`` marks a vote that is not there."""
        cells = np.asarray(table, dtype=np.int64)
        if cells.ndim != 2:
            raise BadInput("a table of votes has two dimensions", remedy="give people x statements")
        person, statement = np.nonzero(cells != missing)
        people, statements = cells.shape
        vote = cells[person, statement]
        return cls.from_triples(person, statement, vote, people=people, statements=statements)

    @classmethod
    def from_marks(
        cls, marks: npt.NDArray[np.uint8], wanted: npt.NDArray[np.uint8], *, statements: int
    ) -> Votes:
        """Pack rows of two bits a statement, four to a byte, the lowest bits first: 0 no vote, else vote + 2.

        ``marks`` uint8[n, w]; ``wanted`` uint8[w] has both bits set where a statement counts, none elsewhere.
        Cost: two passes over the marks, 1 ns a byte for both compiled; otherwise 8 ns a byte.
        """
        if marks.shape[1:] != wanted.shape:
            raise BadInput("the marks and the wanted statements differ in number", remedy="give one for each")
        if statements <= SHORT_CODES and (compiled := kernels.compiled()):
            start = np.zeros(len(marks) + 1, dtype=np.int64)
            marks = np.ascontiguousarray(marks)
            words = np.pad(wanted, (0, -len(wanted) % 8)).view("<u8")
            compiled.count_marks(marks, words, start)
            room = np.empty(int(start[-1]) + compiled.USUAL, dtype=np.uint16)
            compiled.codes_of_marks(marks, words, room)
            return cls(start, room[: start[-1]], statements)
        width = len(wanted)
        every = (marks & wanted).ravel()
        place = np.flatnonzero(every.astype(bool))
        held = every[place]
        several = _IN_BYTE[held]
        ends = np.cumsum(several, dtype=np.int64)
        total = int(ends[-1]) if len(ends) else 0
        code: Codes = np.empty(total, np.uint16) if statements <= SHORT_CODES else np.empty(total, np.uint32)
        byte = ((place % max(width, 1)) << 4).astype(code.dtype)
        code[ends - several] = byte + _HELD[held, 0]
        for nth in (1, 2, 3):
            more = np.flatnonzero(several > nth)
            code[ends[more] - several[more] + nth] = byte[more] + _HELD[held[more], nth]
        begins = np.searchsorted(place, np.arange(len(marks) + 1) * width)
        return cls(np.append(0, ends)[begins], code, statements)

    @property
    def people(self) -> int:
        """n, those without a vote included."""
        return len(self.start) - 1

    def __len__(self) -> int:
        """The number of votes."""
        return len(self.code)

    def triples(self) -> tuple[Ints, Ints, npt.NDArray[np.int8]]:
        """Person, statement and vote of every vote, sorted by person, then statement."""
        return self._persons(), self._statements(), self._values()

    def table(self, *, missing: int = 9) -> npt.NDArray[np.int8]:
        """The people x statements table with ``missing`` where there is no vote; n m bytes."""
        cells = np.full((self.people, self.statements), missing, dtype=np.int8)
        person, statement, vote = self.triples()
        cells[person, statement] = vote
        return cells

    def answers_per_person(self) -> Ints:
        """Votes of each person, int64[n]."""
        return np.diff(self.start)

    def without(self, statements: npt.ArrayLike) -> Votes:
        """The same people and statement numbers, but no vote on the masked statements.

        ``statements`` is bool[m], True where moderated out. Such a statement then counts nowhere,
        neither in a person's number of answers nor among the statements that carry votes.
        """
        out = np.asarray(statements, dtype=bool)
        if out.shape != (self.statements,):
            raise BadInput("the mask does not name every statement once", remedy="give one truth value each")
        kept = ~out[self._statements()]
        before = np.concatenate([[0], np.cumsum(kept)])
        return Votes(before[self.start].astype(np.int64), self.code[kept], self.statements)

    def of(self, people: npt.ArrayLike | slice) -> Votes:
        """The votes of the chosen people only (bool[n], numbers or a slice), renumbered in that order."""
        chosen = np.arange(self.people)[people if isinstance(people, slice) else np.asarray(people)]
        length = self.answers_per_person()[chosen]
        start = np.concatenate([[0], np.cumsum(length)]).astype(np.int64)
        source = np.repeat(self.start[chosen] - start[:-1], length) + np.arange(start[-1])
        return Votes(start, self.code[source], self.statements)

    def parts(self, at_once: int = _AT_ONCE, *, rows: int | None = None) -> Iterator[tuple[slice, Votes]]:
        """The people in consecutive slices of some ``at_once`` votes and at most ``rows`` people each."""
        begin = 0
        while begin < self.people:
            end = int(np.searchsorted(self.start, self.start[begin] + at_once, side="right")) - 1
            end = min(max(end, begin + 1), self.people, begin + (rows or self.people))
            low, high = int(self.start[begin]), int(self.start[end])
            start = self.start[begin : end + 1] - low
            yield slice(begin, end), Votes(start, self.code[low:high], self.statements)
            begin = end

    def added(self, work: Callable[..., Any], *given: Any) -> Any:
        """The sum of ``work(part, *given)`` over parts of some hundred thousand votes."""
        return sum(work(part, *given) for part in self._pieces())

    def in_order(self, work: Callable[..., Any], *given: Any) -> Any:
        """``work(part, *given)`` gives an array [people of the part]; all of them in the order of the people."""
        return np.concatenate([work(part, *given) for part in self._pieces()])

    def _pieces(self) -> list[Votes]:
        return [part for _, part in self.parts(_A_PIECE)] or [self]

    def tally(self, side: npt.ArrayLike | None = None, sides: int = 1) -> Ints:
        """Count int64[sides, m, 3]: how many of each side disagree, pass, agree on each statement.

        ``side`` is int[n] with -1 for none (not counted); without it everybody counts on one side.
        Integers only: the same from any order of people and any partition. Cost O(v + sides m).
        """
        of_person = np.asarray(np.zeros(self.people, np.int64) if side is None else side, dtype=np.int64)
        if of_person.shape != (self.people,) or (self.people and of_person.max() >= sides):
            raise BadInput(
                "the sides do not name every person once", remedy="give one side, or -1, per person"
            )
        cells = sides * self.statements * 4
        if compiled := kernels.compiled(self.code):

            def count(first: int, last: int) -> Ints:
                own = np.zeros((sides, self.statements * 4), dtype=np.int64)
                compiled.tally(self.start, self.code, of_person, first, last, own)
                return own

            parts = kernels.over_people(self.start, count)
            return np.asarray(sum(parts)).reshape(sides, self.statements, 4)[:, :, :3]
        total = np.zeros(cells, dtype=np.int64)
        for people, part in self.parts():
            theirs = np.repeat(of_person[people], part.answers_per_person())
            counted = theirs >= 0
            cell = theirs[counted] * (self.statements * 4) + part.code[counted]
            total += np.bincount(cell, minlength=cells)
        return total.reshape(sides, self.statements, 4)[:, :, :3]

    def matrix(self, value: Floats | Ints) -> sparse.csr_array:
        """People x statements, sparse, holding ``value[code]`` where there is a vote.

        ``value`` has length 4 m: one number for each statement and each of its three answers.
        """
        column = (self.code >> 2).astype(np.int32)
        return sparse.csr_array((value[self.code], column, self.start), shape=(self.people, self.statements))

    def digest(self) -> bytes:
        """SHA-256 of the rows as they lie: the same votes in another order of people give another one."""
        rows = hashlib.sha256()
        for numbers in (self.start, self.code):
            rows.update(np.ascontiguousarray(numbers).tobytes())
        return rows.digest()

    def _persons(self) -> Ints:
        return np.repeat(np.arange(self.people), self.answers_per_person())

    def _statements(self) -> Ints:
        return (self.code >> 2).astype(np.int64)

    def _values(self) -> npt.NDArray[np.int8]:
        return (self.code & 3).astype(np.int8) - np.int8(1)


def _code_type(statements: int) -> type[np.uint16] | type[np.uint32]:
    return np.uint16 if statements <= SHORT_CODES else np.uint32


def _whole(numbers: npt.ArrayLike, name: str) -> Ints:
    """The numbers as int64, refused where they are not whole."""
    given = np.asarray(numbers)
    if given.size and not np.issubdtype(given.dtype, np.number):
        raise BadInput(f"a {name} is not a number", remedy="give whole numbers")
    whole = given.astype(np.int64).ravel()
    if not np.array_equal(whole, given.ravel()):
        raise BadInput(f"a {name} is not a whole number", remedy="give whole numbers")
    return whole


def _within(numbers: Ints, low: int, high: int, name: str) -> None:
    wrong = (numbers < low) | (numbers > high)
    if wrong.any():
        worst = int(numbers[wrong][0])
        where = f"vote number {int(wrong.argmax()) + 1}"
        raise BadInput(f"{name} {worst} is not between {low} and {high}", where=where, remedy="correct it")
