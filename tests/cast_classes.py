"""Two classes: Bo's, in which Nia learns without sharing, Sol shares, and five came with codes; and one of Ada's.

To the oracle a class is a process of its own: who teaches it leads, who learns in it sits on one side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.cast_learn import COURSE, TERM
from tracktwo.learn import guide
from tracktwo.learn.classes import acts
from tracktwo.learn.models import ClassSummary, Learner, ReturnCode, StudyClass
from tracktwo.learn.practice.cards import cards_of
from tracktwo.learn.practice.progress import Progress
from tracktwo.learn.practice.scheduling import EASY

if TYPE_CHECKING:
    from tests.cast import Cast

NOW = 30_000_000


def plant(house: Cast) -> None:
    """By acts, as people would."""
    from tests.cast import Place

    own, code = _class(house, "class", "Bo")
    other, _ = _class(house, "other class", "Ada")
    house.known("study_class", "own", own.pk)
    house.known("study_class", "other", other.pk)
    for name in ("Nia", "Sol"):
        acts.join(code=code, by=house._people[name])
        house._places[name]["class"] = Place("participant")
    acts.share(
        study_class=own.pk,
        name=f"Sol {house.plant('name of a learner who shares', 'class', owner='Sol')}",
        by=house._people["Sol"],
    )
    for name in ("Nia", "Sol"):
        acts.practised(person=house._people[name], progress=_progress(), minute=NOW)
    house._places["Bo"]["class"], house._places["Ada"]["other class"] = (Place("facilitator"),) * 2
    codes = [_learner(house, code, number) for number in range(5)]
    for model, thing in (
        (Learner, "place of a learner"),
        (ClassSummary, "summary"),
        (ReturnCode, "return code"),
    ):
        for row in model.unscoped.all():
            house.keep(row.pk, thing, "house")
            if hasattr(row, "owner"):
                house.keep(row.owner, thing, "house")
    _sends(house, codes)


def _class(house: Cast, process: str, instructor: str) -> tuple[StudyClass, str]:
    by = house._people[instructor]
    name = f"Class {house.plant('class', process, owner=instructor)}"
    row = acts.open_class(name=name, course=COURSE, by=by)
    house.keep(row.pk, "id of a class", process, owner=instructor)
    house.keep(row.owner, "handle", "house", owner=instructor)
    return row, acts.about_of(StudyClass.unscoped.get(pk=row.pk), by).code


def _learner(house: Cast, code: str, number: int) -> str:
    joined = acts.join(code=code, by=None)
    house.keep(joined.person.pk, "person", "house", owner=f"learner {number}")
    house.keep(joined.return_code, "code", "house", owner=f"learner {number}")
    acts.practised(person=joined.person, progress=_progress(), minute=NOW)
    return joined.return_code


def _progress() -> Progress:
    progress = Progress()
    for term in guide.current().listed((TERM,), "en"):
        for card in cards_of(term):
            progress = progress.answered(card.id, EASY, NOW)
    return progress


def _sends(house: Cast, codes: list[str]) -> None:
    """Not the joining code: whoever holds it joins, and then reads the name of the class."""
    house.send("classes", "open", name="Another class", course=COURSE)
    for do in ("code", "end", "stop", "leave", "nothing"):
        house.send("study-class", do, do=do)
    house.send("study-class", "share", do="share", name="Somebody")
    house.send("study-class", "share ill", do="share", name="")
    house.send("join", "code of a learner", code=codes[0])
    house.send("join", "code wrong", code="0000-0000-0000-0000")
    house.send("join", "fresh", do="fresh")
