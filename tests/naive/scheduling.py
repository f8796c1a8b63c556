"""The obvious twin of practice's schedule: the library's own cards, one after another, and nothing between."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

import fsrs


def card_after(history: Iterable[tuple[int, int]]) -> fsrs.Card:
    """The library's own card after answers (rating, minute since 1970)."""
    scheduler, card = fsrs.Scheduler(enable_fuzzing=False), fsrs.Card(card_id=1)
    for rating, minute in history:
        when = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC) + datetime.timedelta(minutes=minute)
        card, _log = scheduler.review_card(card, fsrs.Rating(rating), when)
    return card
