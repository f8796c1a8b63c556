"""When a card is due again: FSRS as its library (`fsrs`) reckons it, and nothing of our own.

Pure. Intervals are not varied at random, so the same answers always give the same days. Times go in as whole
minutes since 1970 in UTC; nothing finer is known here.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

import fsrs

AGAIN, HARD, GOOD, EASY = RATINGS = (1, 2, 3, 4)
MINUTES_A_DAY = 1440
LATEST = 60_000_000  # a minute of the year 2084: later ones are slips of a clock or of a file

_scheduler = fsrs.Scheduler(enable_fuzzing=False)


@dataclass(frozen=True)
class State:
    """How well a card is known: what the library's own card holds."""

    phase: int  # 1 learning, 2 known (review), 3 learning again
    step: int | None
    stability: float
    difficulty: float
    due: datetime.datetime
    last: datetime.datetime

    @property
    def known(self) -> bool:
        return self.phase == fsrs.State.Review

    @property
    def due_minute(self) -> int:
        """The first whole minute at which it is due: Hard, at first, waits five and a half."""
        return -int(-self.due.timestamp() // 60)


def moment(minute: int) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(minute * 60, tz=datetime.UTC)


def day_of(minute: int) -> int:
    """The day in UTC, counted since 1970."""
    return minute // MINUTES_A_DAY


def answered(state: State | None, rating: int, minute: int) -> State:
    """The card after an answer."""
    return _held(_scheduler.review_card(_card(state, minute), fsrs.Rating(rating), moment(minute))[0])


def replayed(history: Iterable[tuple[int, int]]) -> State | None:
    """A card after all its answers (rating, minute), in their order."""
    card: fsrs.Card | None = None
    for rating, minute in history:
        card, _log = _scheduler.review_card(card or _card(None, minute), fsrs.Rating(rating), moment(minute))
    return None if card is None else _held(card)


def intervals(state: State | None, minute: int) -> dict[int, datetime.timedelta]:
    """How long the card would wait after each rating."""
    now = moment(minute)
    return {rating: answered(state, rating, minute).due - now for rating in RATINGS}


def recalled(state: State, minute: int) -> float:
    """The share of such cards that is still recalled now, as the library reckons it."""
    return float(_scheduler.get_card_retrievability(_card(state, minute), moment(minute)))


def _card(state: State | None, minute: int) -> fsrs.Card:
    # An id of our own: without one the library waits a millisecond to find a new one.
    if state is None:
        return fsrs.Card(card_id=0, due=moment(minute))
    return fsrs.Card(
        card_id=0,
        state=fsrs.State(state.phase),
        step=state.step,
        stability=state.stability,
        difficulty=state.difficulty,
        due=state.due,
        last_review=state.last,
    )


def _held(card: fsrs.Card) -> State:
    assert card.stability is not None and card.difficulty is not None and card.last_review is not None
    return State(int(card.state), card.step, card.stability, card.difficulty, card.due, card.last_review)
