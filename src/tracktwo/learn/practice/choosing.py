"""Which card comes next, and what is due: counted over cards a learner wants to be asked.

Pure. A day is a day of UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tracktwo.learn.practice.cards import Card, cards_of, own_card
from tracktwo.learn.practice.progress import Progress
from tracktwo.learn.practice.scheduling import day_of
from tracktwo.learn.terms import Term

AHEAD = 20  # minutes: a card that is still being learned comes early rather than to keep somebody waiting


@dataclass(frozen=True)
class Counts:
    """How a set of cards stands."""

    due: int
    new: int  # never answered yet
    learning: int
    known: int

    @property
    def answered(self) -> int:
        return self.learning + self.known

    @property
    def total(self) -> int:
        return self.new + self.answered


def kind_of(card: Card) -> str:
    """What settings choose by: a question by its depth."""
    return card.depth or card.kind


def own_cards(progress: Progress) -> tuple[Card, ...]:
    return tuple(own_card(one.guid, one.front, one.back) for one in progress.own)


def cards_of_terms(terms: Iterable[Term]) -> tuple[Card, ...]:
    """The cards of these terms, in their order."""
    return tuple(card for term in terms for card in cards_of(term))


def asked(cards: Iterable[Card], progress: Progress) -> list[Card]:
    """Those a learner is asked: of the kinds they chose, and not set aside."""
    return [card for card in cards if kind_of(card) in progress.kinds and card.id not in progress.suspended]


def counted(cards: Iterable[Card], progress: Progress, minute: int) -> Counts:
    """How these cards stand now."""
    due = new = learning = known = 0
    for card in asked(cards, progress):
        state = progress.states.get(card.id)
        if state is None:
            new += 1
            continue
        due += state.due_minute <= minute
        known += state.known
        learning += not state.known
    return Counts(due, new, learning, known)


def new_left(progress: Progress, minute: int) -> int:
    """How many new cards today still has room for."""
    return max(0, progress.new_a_day - progress.new_on(day_of(minute)))


def due(cards: Sequence[Card], progress: Progress, minute: int) -> list[Card]:
    """What is due, longest overdue first; what is being learned before what is known."""
    found = [
        (state.known, state.due, place, card)
        for place, card in enumerate(cards)
        if (state := progress.states.get(card.id)) and state.due_minute <= minute
    ]
    return [card for _known, _due, _place, card in sorted(found, key=lambda one: one[:3])]


def new(cards: Sequence[Card], progress: Progress, minute: int) -> list[Card]:
    """What was never answered, as many as today has room for; one card of each term before a second one."""
    day = day_of(minute)
    today = {
        card.partition("/")[0]
        for card, answers in progress.history.items()
        if day_of(answers[-1][1]) == day and not card.startswith("own/")
    }
    fresh = [
        (card.term in today, place, card)
        for place, card in enumerate(cards)
        if card.id not in progress.states
    ]
    return [card for _met, _place, card in sorted(fresh, key=lambda one: one[:2])][
        : new_left(progress, minute)
    ]


def next_card(cards: Iterable[Card], progress: Progress, minute: int) -> Card | None:
    """What is due, then what is new, then what is being learned and due within minutes."""
    wanted = asked(cards, progress)
    soon = due(wanted, progress, minute) or new(wanted, progress, minute) or _early(wanted, progress, minute)
    return soon[0] if soon else None


def _early(cards: Sequence[Card], progress: Progress, minute: int) -> list[Card]:
    return [card for card in due(cards, progress, minute + AHEAD) if not progress.states[card.id].known]


def next_minute(cards: Iterable[Card], progress: Progress) -> int | None:
    """When the next of these cards is due."""
    minutes = [state.due_minute for card in asked(cards, progress) if (state := progress.states.get(card.id))]
    return min(minutes, default=None)


# --- statistics -----------------------------------------------------------------------------------------


def answers_a_day(progress: Progress, today: int, days: int) -> list[tuple[int, int]]:
    """How many answers each of the last days saw."""
    counts = dict.fromkeys(range(today - days + 1, today + 1), 0)
    for review in progress.log:
        if (day := day_of(review.minute)) in counts:
            counts[day] += 1
    return list(counts.items())


def due_a_day(cards: Iterable[Card], progress: Progress, minute: int, days: int) -> list[tuple[int, int]]:
    """How many cards come due on each of the coming days; today holds what is overdue."""
    today = day_of(minute)
    counts = dict.fromkeys(range(today, today + days), 0)
    for card in asked(cards, progress):
        if (state := progress.states.get(card.id)) and (
            day := max(today, day_of(state.due_minute))
        ) in counts:
            counts[day] += 1
    return list(counts.items())


def recalled_by_unit(cards: Iterable[Card], progress: Progress) -> Mapping[str, tuple[int, int]]:
    """By unit: of the answers to cards seen before, how many were recalled, and how many there were."""
    found: dict[str, tuple[int, int]] = {}
    for card in cards:
        again = progress.history.get(card.id, ())[1:]
        if again:
            right, of = found.get(card.unit, (0, 0))
            found[card.unit] = (right + sum(rating > 1 for rating, _minute in again), of + len(again))
    return found
