"""Who teaches and who learns in these tests, and what they do."""

from __future__ import annotations

from tracktwo.learn import guide
from tracktwo.learn.classes import acts, planning, rules
from tracktwo.learn.classes.rules import Counted, Told
from tracktwo.learn.models import ClassSummary, StudyClass
from tracktwo.learn.practice.cards import cards_of
from tracktwo.learn.practice.progress import Progress, TestResult
from tracktwo.learn.practice.scheduling import EASY
from tracktwo.people.models import Person
from tracktwo.process import visibility

NOW = 30_000_000


def teacher(sign: str) -> Person:
    person = Person(handle=sign * 64, convenes=True)
    person.set_unusable_password()
    person.save()
    return person


def code_of(study_class: StudyClass, by: Person) -> str:
    return acts.about_of(StudyClass.unscoped.get(pk=study_class.pk), by).code


def joins(study_class: StudyClass, by: Person) -> Person:
    return acts.join(code=code_of(study_class, by), by=None).person


def cards(*terms: str) -> list[str]:
    """The cards of terms of the guide."""
    now = guide.current()
    return [card.id for term in now.listed(terms, "en") for card in cards_of(term)]


def knowing(*terms: str) -> Progress:
    """The progress of somebody who found every card of these terms easy just now."""
    progress = Progress()
    for card in cards(*terms):
        progress = progress.answered(card, EASY, NOW)
    return progress


def tested(unit: str, points: int, out_of: int) -> Progress:
    return Progress().with_test(TestResult(20_000, 1, "", ((unit, "choice", points, out_of),)))


def practises(person: Person, progress: Progress) -> None:
    acts.practised(person=person, progress=progress, minute=NOW)


def told(study_class: StudyClass, by: Person) -> Told | None:
    """What the instructor is told, as the page reads it."""
    summary = ClassSummary.objects.of(by, study_class)
    if summary is None:
        return None
    return rules.read_told(summary.told.open(visibility.own_class(by, study_class, summary=summary)))


def counted(study_class: StudyClass) -> Counted:
    """What a summary rests on: read with the leave of the count, as nobody else does."""
    row = ClassSummary.unscoped.get(study_class=study_class)
    return rules.read_count(row.counted.open(visibility.for_class_figures([row.pk])))


def about(study_class: StudyClass, by: Person) -> planning.About:
    return acts.about_of(study_class, by)


def teacher_of(sign: str) -> Person:
    """The instructor who was made with this sign."""
    return Person.objects.get(handle=sign * 64)
