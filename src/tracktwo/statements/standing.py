"""The ballots of a process as they stand: opened together for counting, and turned into votes.

A wide circle has a hundred thousand of them, so rows stay packed, two bits a slot as in `ballots`, until the
engine's own packing is made of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from tracktwo.engines.opinion.votes import Votes
from tracktwo.process import visibility
from tracktwo.statements import ballots
from tracktwo.statements.models import Ballot
from tracktwo.vault.fields import open_many

Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]

_SHIFT = np.array([0, 2, 4, 6], dtype=np.uint8)  # bits of the four slots of a byte
_PACKED = 1 << 31  # in the width of a stored standing: its rows are packed


@dataclass(frozen=True)
class Standing:
    """Ballots as they stand: ids [n], the place of the side [n] (0 for none), packed slots uint8 [n, slots / 4]."""

    ids: NDArray[np.void]
    side: Ints
    marks: Bytes

    @classmethod
    def of_slots(cls, ids: NDArray[np.void], side: Ints, slots: Bytes) -> Standing:
        """From slot codes uint8 [n, slots], one a byte."""
        four = np.pad(slots, ((0, 0), (0, -slots.shape[1] % 4))).reshape(len(slots), -1, 4)
        return cls(ids, side, (four << _SHIFT).sum(axis=2, dtype=np.uint8))

    @property
    def slots(self) -> Bytes:
        """Slot codes, one a byte: uint8 [n, slots]."""
        return np.stack([self.marks >> shift & 3 for shift in (0, 2, 4, 6)], axis=-1).reshape(
            len(self.ids), -1
        )

    def of(self, chosen: NDArray[np.bool_] | Ints) -> Standing:
        return Standing(self.ids[chosen], self.side[chosen], self.marks[chosen])

    def widened(self, width: int) -> Standing:
        """The same with rows of so many bytes."""
        return Standing(self.ids, self.side, np.pad(self.marks, ((0, 0), (0, width - self.marks.shape[1]))))

    @classmethod
    def joined(cls, parts: list[Standing]) -> Standing:
        return cls(
            *(np.concatenate([getattr(part, name) for part in parts]) for name in ("ids", "side", "marks"))
        )

    def packed(self) -> bytes:
        """For storing: which ballots the released figures rest on."""
        width = np.array([self.marks.shape[1] | _PACKED], dtype=np.uint32)
        return (
            width.tobytes() + self.ids.tobytes() + self.side.astype(np.uint8).tobytes() + self.marks.tobytes()
        )

    @classmethod
    def unpacked(cls, data: bytes) -> Standing:
        """As stored; runs of earlier versions stored a byte a slot."""
        width = int(np.frombuffer(data[:4], dtype=np.uint32)[0])
        columns = width & ~_PACKED
        people = (len(data) - 4) // (17 + columns)
        ids, side, rows = np.split(np.frombuffer(data[4:], dtype=np.uint8), [16 * people, 17 * people])
        table = rows.reshape(people, columns)
        make = cls if width & _PACKED else cls.of_slots
        return make(ids.view("V16"), side.astype(np.int64), table.copy())

    def votes(self, open_slots: tuple[int, ...], statements: int) -> Votes:
        """The votes on open slots; a statement keeps its slot as its number for the life of the process."""
        asked = np.zeros((1, self.marks.shape[1] * 4), dtype=np.uint8)
        asked[0, list(open_slots)] = 3
        wanted = Standing.of_slots(self.ids[:1], self.side[:1], asked).marks[0]
        return Votes.from_marks(self.marks, wanted, statements=statements)


def gathered(process: UUID) -> Standing:
    """All ballots of a process that hold a vote, opened for counting; in the order of their ids, which are random."""
    rows = Ballot.unscoped.filter(process_id=process, blank=False)
    opened = list(open_many(rows, "vector", process, grant=visibility.for_counting(process)))
    if not opened:
        nothing = np.zeros((0, ballots.CAPACITIES[0] // 4), np.uint8)
        return Standing(np.zeros(0, "V16"), np.zeros(0, np.int64), nothing)
    ids = np.concatenate([names for names, _ in opened]).view(">u8")
    order = _order(ids)
    places = np.empty_like(order)
    places[order] = np.arange(len(order))
    side = np.empty(len(order), dtype=np.int64)
    marks = np.empty((len(order), opened[0][1].shape[1] - ballots.HEAD), dtype=np.uint8)
    first = 0
    for _, texts in opened:
        place = places[first : first + len(texts)]
        side[place], marks[place] = texts[:, 1], texts[:, ballots.HEAD :]
        first += len(texts)
    votes = np.asarray(marks.any(axis=1))
    standing = Standing(ids[order].view("V16").ravel(), side, marks)
    return standing if votes.all() else standing.of(votes)


def _order(ids: NDArray[np.uint64]) -> Ints:
    """Ids [n, 2] in order: nearly always their first halves tell, which is several times quicker."""
    first = ids[:, 0].astype(np.uint64)
    order = np.argsort(first)
    return order if np.diff(first[order]).all() else np.lexsort((ids[:, 1], first))
