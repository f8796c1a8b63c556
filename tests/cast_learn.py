"""What the cast has in the study guide: a term and a course, published, read by everybody, written by whoever convenes."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from tests.learn.conftest import file_of
from tracktwo.learn import acts, forms
from tracktwo.learn.terms import Course, Unit, read_term

if TYPE_CHECKING:
    from uuid import UUID

    from tests.cast import Cast

TERM, COURSE = "zone-of-the-cast", "course-of-the-cast"


def plant(house: Cast) -> None:
    """By acts; nothing in it is a secret, but a page of it leads a seated reader into the process."""
    term = read_term(TERM, "en", file_of("Zone of the cast", also="", used="rules, vote, paper, packages"))
    acts.keep_term(
        key=TERM,
        language="en",
        text=file_of("Zone of the cast", also="", used="rules, vote, paper, packages"),
        by=acts.ADMINISTRATOR,
    )
    unit = Unit("zones", {"en": "Zones"}, (TERM,))
    acts.keep_course(
        course=Course(COURSE, {"en": "Of the cast"}, {"en": "One term."}, (unit,)), by=acts.ADMINISTRATOR
    )
    house.known("term", "published", cast("UUID", TERM))
    house.known("course", "published", cast("UUID", COURSE))
    for do in ("preview", "keep"):
        house.send("edit-term", do, **forms.typed(term), do=do)
    house.send("edit-term", "set aside", do="set aside")
    house.send("write-term", "key", key="another-zone")
    units = {
        "unit-TOTAL_FORMS": "1",
        "unit-INITIAL_FORMS": "0",
        "unit-0-title_en": "One",
        "unit-0-terms": TERM,
    }
    for name in ("write-course", "edit-course"):
        house.send(name, "keep", title_en="Another course", about_en="One term.", **units)
    house.send("edit-course", "set aside", do="set aside")
