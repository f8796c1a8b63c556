"""What one of the cast brought along in a deck: cards of her own among the guide's, for nobody else to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracktwo.learn import guide
from tracktwo.learn.practice import anki, decks, keeping
from tracktwo.learn.practice.anki import Note
from tracktwo.learn.practice.progress import Progress

if TYPE_CHECKING:
    from tests.cast import Cast

LEARNER = "Nia"


def plant(house: Cast) -> None:
    """A deck as Anki would export it, brought by Nia."""
    person = house.players[LEARNER].person
    assert person is not None
    words = {
        part: house.plant("own card", "own", "brought", part, owner=LEARNER)
        for part in ("front", "back", "tag")
    }
    guid = house.plant("name of an own card", "own", "brought", owner=LEARNER)
    note = Note(guid, f"<div>{words['front']}</div>", f"<b>{words['back']}</b><img src=x>", (words["tag"],))
    came = decks.read(anki.package(key="", title="Of Nia", notes=[note], day=1))

    def change(progress: Progress) -> Progress:
        return decks.taken_in(progress, came, guide.current())[0]

    keeping._keep_row(person=person, change=change, once="")
    house.send("practice-decks", "write", do="write", front="Who?", back="Kelman")
    house.send("practice-decks", "write ill", do="write", front="Who?")
    house.send("practice-decks", "bring nothing", do="bring")
    house.send("practice-decks", f"forget card of {LEARNER}", do="forget", card=f"own/{guid}")
    house.send("practice-decks", "forget missing", do="forget", card="own/nothing")
