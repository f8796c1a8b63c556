"""What the practice of two of the cast left behind: cards of their own and answers, for nobody else to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.cast_learn import TERM
from tracktwo.learn.models import Progress as Row
from tracktwo.learn.practice import keeping
from tracktwo.learn.practice.progress import OwnCard, Progress
from tracktwo.process import visibility

if TYPE_CHECKING:
    from tests.cast import Cast

LEARNERS = ("Nia", "Bo")
LONG_AGO = 29_000_000  # a minute: what was answered then is due on every walk


def plant(house: Cast) -> None:
    """Cards of Nia and of Bo that are due, so that both find them, and nobody else does."""
    for name in LEARNERS:
        person = house.players[name].person
        assert person is not None
        front = house.plant("own card", "own", "front", owner=name)
        back = house.plant("own card", "own", "back", owner=name)
        aside = house.plant("own card", "own", "aside", owner=name)
        guid = house.plant("name of an own card", "own", owner=name)
        cards = [OwnCard(guid, f"What is {front}?", f"It is {back}."), OwnCard("aside", aside, "Set aside.")]

        def change(progress: Progress, guid: str = guid, cards: list[OwnCard] = cards) -> Progress:
            answered = progress.with_own(cards).answered(f"own/{guid}", 1, LONG_AGO)
            return answered.suspended_with("own/aside")

        keeping._keep_row(person=person, change=change, once="")
        row = Row.objects.get(owner=visibility.learner_index(person))
        house.keep(row.pk, "progress", "own", owner=name)
        house.keep(row.owner, "progress", "own", owner=name)
        theirs = {"card": f"own/{guid}", "seen": 1}
        house.send("practice-cards", f"rate card of {name}", do="rate", rating=3, **theirs)
        house.send("practice-cards", f"suspend card of {name}", do="suspend", card=f"own/{guid}")
        house.send("practice-cards", f"resume card of {name}", do="resume", card="own/aside")
    card = f"{TERM}/definition"
    house.send("practice-cards", "rate", do="rate", card=card, rating=3, seen=0)
    house.send("practice-cards", "rate stale", do="rate", card=card, rating=3, seen=4)
    house.send("practice-cards", "undo", do="undo", answers=1)
    house.send("practice-cards", "undo none", do="undo", answers=0)
    house.send("practice-cards", "settings", do="settings", new_a_day=5, kinds="word")
    house.send("practice-cards", "settings ill", do="settings", new_a_day=-5)
    for do in ("load", "take over", "drop", "forget"):
        house.send("practice", do, do=do, sure="yes")
