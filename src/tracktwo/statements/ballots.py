"""A ballot: the votes of one seat as a fixed-length vector. Pure.

    version (1 byte) | place of the side, 0 for none (1 byte) | two bits a slot: 0 no vote, 1 disagree, 2 pass, 3 agree

Every ballot of a process has the same length, however much its owner has voted, and holds neither
a time nor an order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tracktwo.errors import Refusal, gettext_noop
from tracktwo.vault.sealing import LENGTH, SIZES

VERSION = 1
HEAD = 2
VOTES = {"disagree": 1, "pass": 2, "agree": 3}
WORDS = {code: word for word, code in VOTES.items()}
# Slots that fill a padded size to the brim: 232, 1,000, 4,072, 16,360.
CAPACITIES = tuple((size - LENGTH.size - HEAD) * 4 for size in SIZES)


@dataclass(frozen=True)
class Ballot:
    """The opened content of a ballot."""

    side: int
    slots: npt.NDArray[np.uint8]

    def vote(self, slot: int) -> str | None:
        return WORDS.get(int(self.slots[slot]))

    def with_vote(self, slot: int, vote: str | None) -> Ballot:
        slots = self.slots.copy()
        slots[slot] = VOTES[vote] if vote else 0
        return Ballot(self.side, slots)

    @property
    def answered(self) -> int:
        return int(np.count_nonzero(self.slots))


def capacity_for(statements: int) -> int:
    """The smallest capacity that holds so many statements."""
    for capacity in CAPACITIES:
        if statements <= capacity:
            return capacity
    raise Refusal(gettext_noop("A process holds at most %(most)s statements."), most=CAPACITIES[-1])


def empty(side: int, capacity: int) -> Ballot:
    return Ballot(side, np.zeros(capacity, dtype=np.uint8))


def pack(ballot: Ballot) -> bytes:
    four = ballot.slots.reshape(-1, 4)
    packed = four[:, 0] | four[:, 1] << 2 | four[:, 2] << 4 | four[:, 3] << 6
    return bytes([VERSION, ballot.side]) + packed.astype(np.uint8).tobytes()


def unpack(data: bytes) -> Ballot:
    side, slots = unpack_many([data])
    return Ballot(int(side[0]), slots[0])


def unpack_many(rows: list[bytes]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
    """Sides [n] and slots [n, capacity] of ballots of one process, all of the same length."""
    table = np.frombuffer(b"".join(rows), dtype=np.uint8).reshape(len(rows), -1)
    packed = table[:, HEAD:]
    slots = np.stack([packed >> shift & 3 for shift in (0, 2, 4, 6)], axis=-1).reshape(len(rows), -1)
    return table[:, 1].astype(np.int64), slots


def grown(ballot: Ballot, capacity: int) -> Ballot:
    """The same votes in a larger vector."""
    slots = np.zeros(capacity, dtype=np.uint8)
    slots[: len(ballot.slots)] = ballot.slots
    return Ballot(ballot.side, slots)
