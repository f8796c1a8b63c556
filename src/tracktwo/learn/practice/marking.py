"""What answers to a practice test are worth, and where the weak spots are. Pure.

Every question counts the same. A choice is right or not; a match counts its right pairs; an order counts the pairs
of steps that stand in the right order, so that one step gone astray costs little and a reversed order earns
nothing; of a short answer the learner says which points it made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from tracktwo.learn.practice.papers import Answer, Choice, Match, Order, Paper
from tracktwo.learn.practice.progress import TestResult

Questioned = Choice | Match | Order | Answer
LEVELS = 2  # without points, a learner says: not at all (0), in part (1), wholly (2)
RECENT = 12  # tests that weak spots look back on


@dataclass(frozen=True)
class Given:
    """What was answered to one question. Places count from 0, those of an order from 1; None was left out."""

    chosen: int | None = None  # of a choice
    matched: tuple[int | None, ...] = ()
    placed: tuple[int | None, ...] = ()
    ticked: frozenset[int] = frozenset()  # the points of a short answer
    level: int = 0  # of a short answer without points
    text: str = ""  # of a short answer: shown again, never kept

    def open_in(self, question: Questioned) -> bool:
        """Whether something is still to be answered."""
        if isinstance(question, Choice):
            return self.chosen is None
        if isinstance(question, Match):
            return None in self.matched
        if isinstance(question, Order):
            return None in self.placed
        return not self.text


@dataclass(frozen=True)
class Mark:
    """Points of a question, of as many as there are."""

    points: int
    out_of: int

    @property
    def share(self) -> float:
        return self.points / self.out_of

    @property
    def whole(self) -> bool:
        return self.points == self.out_of


def mark(question: Questioned, given: Given) -> Mark:
    """What an answer is worth."""
    if isinstance(question, Choice):
        return Mark(int(given.chosen == question.right), 1)
    if isinstance(question, Match):
        right = sum(one == two for one, two in zip(given.matched, question.right, strict=False))
        return Mark(right, len(question.right))
    if isinstance(question, Order):
        return Mark(pairs_in_order(given.placed, question.right), pairs_of(len(question.right)))
    if question.points:
        return Mark(len(given.ticked & set(range(len(question.points)))), len(question.points))
    return Mark(max(0, min(given.level, LEVELS)), LEVELS)


def pairs_of(number: int) -> int:
    return number * (number - 1) // 2


def pairs_in_order(placed: Sequence[int | None], right: Sequence[int]) -> int:
    """How many pairs of steps stand in the right order. What has no place, or the place of another, is in none."""
    steps = list(zip(placed, right, strict=False))
    return sum(
        one is not None and two is not None and one != two and (one < two) == (first < second)
        for (one, first), (two, second) in combinations(steps, 2)
    )


def right_answers(question: Questioned) -> Given:
    """The answer that earns everything."""
    if isinstance(question, Choice):
        return Given(chosen=question.right)
    if isinstance(question, Match):
        return Given(matched=question.right)
    if isinstance(question, Order):
        return Given(placed=question.right)
    return Given(ticked=frozenset(range(len(question.points))), level=LEVELS)


# --- a whole test -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Spot:
    """A unit in tests: how many questions, and the mean share of their points."""

    unit: str
    questions: int
    share: float

    @property
    def percent(self) -> int:
        return round(100 * self.share)


def result(questions: Paper, marks: Sequence[Mark], *, day: int, seed: int, scope: str) -> TestResult:
    """What is kept of a test: no word of it, and not which question."""
    answers = (
        (question.unit, question.form, one.points, one.out_of)
        for question, one in zip(questions, marks, strict=True)
    )
    # Sorted, so that not even the order of the questions stays.
    return TestResult(day=day, seed=seed, scope=scope, answers=tuple(sorted(answers)))


def share(marks: Sequence[Mark]) -> float:
    """Of all questions alike, between 0 and 1."""
    return sum(one.share for one in marks) / len(marks) if marks else 0.0


def spots(results: Iterable[TestResult]) -> list[Spot]:
    """Units in these tests, the weakest first."""
    shares: dict[str, list[float]] = {}
    for one in results:
        for unit, _form, points, out_of in one.answers:
            if out_of > 0:
                shares.setdefault(unit, []).append(min(points, out_of) / out_of)
    found = (Spot(unit, len(each), sum(each) / len(each)) for unit, each in shares.items())
    return sorted(found, key=lambda spot: (spot.share, -spot.questions, spot.unit))


def recent_spots(tests: Sequence[TestResult]) -> list[Spot]:
    """Units in the latest tests, the weakest first: what was weak long ago may be strong by now."""
    return spots(tests[-RECENT:])


def went_wrong(marks: Mapping[int, Mark]) -> list[int]:
    """The numbers of the questions that did not earn everything."""
    return [number for number, one in marks.items() if not one.whole]
