"""A round among few: what one seat hands in, and what is told of all of them at the end. Pure.

A sheet holds, for each statement asked, the seat's own answer and, in a joint round, what it thinks the others
would say: for each other side, how many of it would agree.

    version (1 byte) | place of the side (1 byte) | an answer a statement | an expectation a statement and side

Every sheet has the same length, however much its owner has said, and holds neither a time nor an order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tracktwo.engines import disclosure
from tracktwo.engines.disclosure import FEWEST_IN_A_SEALED_ROUND, Band
from tracktwo.process.rules import MOST_SIDES
from tracktwo.statements.ballots import VOTES, WORDS
from tracktwo.statements.rules import MOST_ASKED, Manner

VERSION = 1
AGREE = VOTES["agree"]
# What a seat may expect of another side, in order; the words are those in which answers are told.
EXPECTED = (Band.NEARLY_ALL, Band.MOST, Band.ABOUT_HALF, Band.FEW)


@dataclass(frozen=True)
class Sheet:
    """The opened content of a round's ballot: codes of answers [MOST_ASKED], bands expected [MOST_ASKED][8 sides]."""

    side: int
    answers: tuple[int, ...]
    expected: tuple[tuple[int, ...], ...]

    def answer(self, place: int) -> str | None:
        """What this seat answered to the statement at this place of the round."""
        return WORDS.get(self.answers[place])

    def expects(self, place: int, side: int) -> Band:
        """How many of a side (1..8) this seat thinks would agree."""
        return Band(self.expected[place][side - 1])

    def with_answers(self, answers: Mapping[int, str | None]) -> Sheet:
        """With these answers; what is not named stays."""
        codes = list(self.answers)
        for place, word in answers.items():
            codes[place] = VOTES[word] if word else 0
        return replace(self, answers=tuple(codes))

    def with_expected(self, expected: Mapping[tuple[int, int], int]) -> Sheet:
        """With these expectations, by (place of the statement, side); none of one's own side."""
        rows = [list(row) for row in self.expected]
        for (place, side), band in expected.items():
            if side != self.side and (band == Band.NONE or band in EXPECTED):
                rows[place][side - 1] = int(band)
        return replace(self, expected=tuple(map(tuple, rows)))


def blank(side: int) -> Sheet:
    """A sheet on which nothing is said yet."""
    return Sheet(side, (0,) * MOST_ASKED, ((0,) * MOST_SIDES,) * MOST_ASKED)


def pack(sheet: Sheet) -> bytes:
    return bytes([VERSION, sheet.side, *sheet.answers, *(band for row in sheet.expected for band in row)])


def unpack(data: bytes) -> Sheet:
    answers = tuple(data[2 : 2 + MOST_ASKED])
    rest = data[2 + MOST_ASKED :]
    rows = tuple(tuple(rest[start : start + MOST_SIDES]) for start in range(0, len(rest), MOST_SIDES))
    return Sheet(data[1], answers, rows)


# --- the one result ---------------------------------------------------------------------------


def result(
    sheets: Sequence[Sheet],
    sides: Sequence[int],
    *,
    asked: int,
    manner: Manner,
    names: Sequence[str] = (),
) -> dict[str, Any]:
    """What is told of a round, once, at its end: plain lists, to be stored.

    `sides` are the places of the sides in it; `names` those of the seats at the table, in the order of `sheets`,
    for a show of hands. Bands are told by a side only where every side in it gave four answers, else of all together.
    An expectation is told in bands whatever the manner: it is nobody's.
    """
    agree, answered = _counted(sheets, sides, asked)
    bands = disclosure.sealed_round(agree, answered)
    told: dict[str, Any] = {
        "sides": list(sides),
        "bands": bands.sides.tolist(),
        "together": bands.together.tolist(),
    }
    if len(sides) > 1:
        told["expected"] = expectations(sheets, sides, asked=asked)
    if manner is Manner.HANDS:
        told["hands"] = _hands(sheets, names, asked)
    return told


def _counted(sheets: Sequence[Sheet], sides: Sequence[int], asked: int) -> tuple[Any, Any]:
    """[sides, statements]: who agrees, who answered; passing is an answer."""
    agree, answered = (np.zeros((len(sides), asked), dtype=np.int64) for _ in range(2))
    for sheet in sheets:
        codes = np.array(sheet.answers[:asked])
        agree[sides.index(sheet.side)] += codes == AGREE
        answered[sides.index(sheet.side)] += codes > 0
    return agree, answered


def _hands(sheets: Sequence[Sheet], names: Sequence[str], asked: int) -> list[dict[str, Any]]:
    """Who answered what, by side and name. Whoever answered nothing is not named: taking part was their choice."""
    rows = [
        {"name": name, "side": sheet.side, "answers": [sheet.answer(place) for place in range(asked)]}
        for sheet, name in zip(sheets, names, strict=True)
        if any(sheet.answers[:asked])
    ]
    return sorted(rows, key=lambda row: (row["side"], row["name"]))


def expectations(sheets: Sequence[Sheet], sides: Sequence[int], *, asked: int) -> dict[str, list[Any]]:
    """What was expected of each side: the middle one of all expectations, of each other side where each of them gave
    four or more ([by][of][statement]), else of all others together ([of][statement]). Never both, and never one's own.
    """
    apart = [[[int(Band.NONE)] * asked for _ in sides] for _ in sides]
    together = [[int(Band.NONE)] * asked for _ in sides]
    for of, side in enumerate(sides):
        for place in range(asked):
            said = [
                sorted(band for band in _of(sheets, by, place, side) if band) for by in sides if by != side
            ]
            if min(map(len, said)) >= FEWEST_IN_A_SEALED_ROUND:
                for by, bands in zip([n for n, one in enumerate(sides) if one != side], said, strict=True):
                    apart[by][of][place] = _middle(bands)
            else:
                together[of][place] = _middle(sorted(band for bands in said for band in bands))
    return {"apart": apart, "together": together}


def _of(sheets: Iterable[Sheet], by: int, place: int, side: int) -> Iterable[int]:
    return (sheet.expected[place][side - 1] for sheet in sheets if sheet.side == by)


def _middle(bands: Sequence[int]) -> int:
    """The middle one of four or more, the fuller of two middles: it never tells that all said the same."""
    if len(bands) < FEWEST_IN_A_SEALED_ROUND:
        return int(Band.NONE)
    return bands[(len(bands) - 1) // 2]


# --- a stored result, read again ----------------------------------------------------------------

# The shares that each word stands for, for a bar: nearly all leaves room for one who stands apart.
SHARES: Mapping[Band, tuple[float, float]] = {
    Band.NEARLY_ALL: (0.75, 1.0),
    Band.MOST: (0.65, 0.9),
    Band.ABOUT_HALF: (0.35, 0.65),
    Band.FEW: (0.0, 0.35),
}


@dataclass(frozen=True)
class Answered:
    """What is told of one side's answers to one statement: a band, or (a show of hands) exact counts."""

    band: Band
    together: bool = False  # told only of all sides together
    agree: int | None = None
    answered: int | None = None


@dataclass(frozen=True)
class Foreseen:
    """What one side (0: all others together) expected of another."""

    by: int
    band: Band


def answered(told: Mapping[str, Any], side: int, place: int) -> Answered:
    """A side's answers to the statement at a place, as told; side 0 asks for all together."""
    if "hands" in told:
        said = [row["answers"][place] for row in told["hands"] if side in (0, row["side"])]
        given = [word for word in said if word]
        return Answered(Band.NONE, agree=given.count("agree"), answered=len(given))
    together = Band(told["together"][place])
    if side == 0 or together:
        return Answered(together, together=side != 0)
    return Answered(Band(told["bands"][told["sides"].index(side)][place]))


def foreseen(told: Mapping[str, Any], side: int, place: int) -> list[Foreseen]:
    """What the others thought this side would say; nothing in a round inside one side."""
    if "expected" not in told:
        return []
    of = told["sides"].index(side)
    together = Band(told["expected"]["together"][of][place])
    if together:
        return [Foreseen(0, together)]
    apart = zip(told["sides"], told["expected"]["apart"], strict=True)
    return [Foreseen(by, Band(rows[of][place])) for by, rows in apart if rows[of][place]]


def off_by(expected: Band, found: Band) -> int:
    """How far an expectation lies from the answer, in words: below 0 where fewer were expected than did agree."""
    return 0 if Band.NONE in (expected, found) else int(found) - int(expected)


def banded(told: Mapping[str, Any], side: int, place: int) -> Band:
    """The word for a side's answers, in a show of hands too: for what stands beside expectations or on a wall."""
    together = Band(told["together"][place])
    return together if side == 0 else Band(told["bands"][told["sides"].index(side)][place])
