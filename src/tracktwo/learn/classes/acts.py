"""Opening a class, joining it, sharing, leaving, ending it. Every act: one transaction, under the lock of the class.

A class belongs to no process, so no record is written: who joined when is nobody's business.
"""

from __future__ import annotations

import datetime
import secrets
from dataclasses import dataclass, replace
from uuid import UUID

from tracktwo.errors import NotHere, Refusal, gettext_noop
from tracktwo.learn import guide
from tracktwo.learn.acts import must_be_an_instructor
from tracktwo.learn.classes import analysis, planning, rules
from tracktwo.learn.classes.planning import About
from tracktwo.learn.models import Learner, ReturnCode, StudyClass
from tracktwo.learn.practice.progress import Progress
from tracktwo.people.acts import new_person
from tracktwo.people.models import Person
from tracktwo.people.second_step import has_account
from tracktwo.process import visibility
from tracktwo.process.acts import new_code as new_long_code
from tracktwo.process.models import Seat, digest_of, today
from tracktwo.record.acts import act
from tracktwo.record.once import first_time
from tracktwo.vault import keys

_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # without letters that are easily confused
_NO_CODE = gettext_noop("This code opens no class. Ask your instructor for the code of the class.")


# --- the instructor ---------------------------------------------------------------------------------------


@act
def open_class(*, name: str, course: str, by: Person, once: str = "") -> StudyClass:
    """A class on a course, with its joining code. Its units are those of the course as they are today."""
    must_be_an_instructor(by)
    first_time(once)
    now = guide.current()
    if course not in now.library.courses:
        raise NotHere
    units = planning.units_of(course, now)
    if not units:
        raise Refusal(gettext_noop("This course has no terms yet. Add some first."))
    if StudyClass.objects.taught_by(by).count() >= rules.MOST_CLASSES:
        raise Refusal(gettext_noop("You have as many classes as there may be. End one of them first."))
    code = new_joining_code()
    row = StudyClass(owner=visibility.instructor_index(by), code=_index_of(code))
    row.about = About(name, course, code, units).written()
    row.save()
    return row


@act
def renew_code(*, study_class: UUID, by: Person, once: str = "") -> None:
    """A new joining code; the one before no longer opens the class. Whoever has joined stays."""
    row = _taught(study_class, by)
    first_time(once)
    code = new_joining_code()
    row.about = replace(about_of(row, by), code=code).written()
    row.code = _index_of(code)
    row.save()


@act
def end_class(*, study_class: UUID, by: Person, once: str = "") -> None:
    """Delete a class with everything in it: places, names, figures, the summary. Nobody's progress is touched."""
    row = _taught(study_class, by)
    first_time(once)
    row.delete()


def about_of(row: StudyClass, by: Person) -> About:
    """What a class is, for its instructor."""
    return planning.read_about(row.about.open(visibility.own_class(by, row)))


def _taught(study_class: UUID, by: Person) -> StudyClass:
    """The instructor's own class, locked."""
    must_be_an_instructor(by)
    row = _locked(study_class)
    if row is None or row.owner != visibility.instructor_index(by):
        raise NotHere
    return row


def _locked(study_class: UUID) -> StudyClass | None:
    # no_key: rows that merely point at the class need not wait.
    return StudyClass.unscoped.select_for_update(no_key=True).filter(pk=study_class).first()


def new_joining_code() -> str:
    """Eighty random bits in groups of four: to be read from a board and typed on a phone."""
    signs = "".join(secrets.choice(_SIGNS) for _ in range(16))
    return "-".join(signs[start : start + 4] for start in range(0, 16, 4))


def _index_of(code: str) -> str:
    return keys.blind_index("joining code", digest_of(code))


# --- joining and coming back --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Joined:
    """Who joined a class or came back to theirs, and their next return code; none for who has another way in."""

    person: Person
    study_class: UUID | None
    return_code: str = ""


@act
def join(*, code: str, by: Person | None) -> Joined:
    """Join a class, or come back. Wrong, used and expired codes, and those of ended classes, read the same."""
    found = StudyClass.unscoped.filter(code=_index_of(code)).values_list("pk", flat=True).first()
    row = _locked(found) if found else None
    # Looked at once more under the lock: the code may have been renewed, the class have ended.
    if row is not None and row.code == _index_of(code):
        return _joined(row, by)
    return _come_back(code)


def _joined(row: StudyClass, by: Person | None) -> Joined:
    if by is not None and row.owner == visibility.instructor_index(by):
        raise Refusal(gettext_noop("You teach this class. Learners join it."))
    person = by or new_person()
    owner = visibility.place_index(row.pk, person)
    if not Learner.unscoped.filter(owner=owner).exists():
        if Learner.unscoped.filter(study_class=row).count() >= rules.MOST_LEARNERS:
            raise Refusal(gettext_noop("This class is full. Tell your instructor."))
        Learner.unscoped.create(study_class=row, owner=owner)
    return Joined(person, row.pk, "" if by else _give_return_code(person))


def _come_back(code: str) -> Joined:
    found = ReturnCode.unscoped.select_for_update().filter(digest=digest_of(code), expires__gte=today())
    row = found.first()
    person = Person.objects.filter(pk=row.person.open(visibility.at_return(row))).first() if row else None
    if person is None or not _comes_with_a_code(person):
        raise Refusal(_NO_CODE)
    return Joined(person, None, _give_return_code(person))


def _comes_with_a_code(person: Person) -> bool:
    """A code of a learner never opens an account or a seat, which have ways in of their own."""
    return person.is_active and not has_account(person) and not Seat.unscoped.filter(person=person).exists()


def _give_return_code(person: Person) -> str:
    """A fresh code; the one before works no more."""
    code, owner = new_long_code(), visibility.return_index(person)
    row = ReturnCode.unscoped.filter(owner=owner).first() or ReturnCode(owner=owner, person=str(person.pk))
    row.digest, row.expires = digest_of(code), today() + datetime.timedelta(days=rules.RETURN_DAYS)
    row.save()
    return code


@act
def renew_return_code(*, by: Person, once: str = "") -> str:
    """A fresh code for whoever is signed in with one: the paper was lost."""
    first_time(once)
    row = ReturnCode.unscoped.select_for_update().filter(owner=visibility.return_index(by)).first()
    if row is None or not _comes_with_a_code(by):
        raise NotHere
    return _give_return_code(by)


def has_return_code(person: Person) -> bool:
    return ReturnCode.unscoped.filter(owner=visibility.return_index(person)).exists()


# --- the learner ------------------------------------------------------------------------------------------------


@act
def share(*, study_class: UUID, name: str, by: Person, once: str = "") -> None:
    """Show the instructor one's own figures under a name. From then on one is not counted with the others."""
    learner = _place(study_class, by)
    first_time(once)
    figures = _own_figures(learner, by)
    analysis.forget(learner.study_class, learner.pk)
    learner.shares = learner.apart = True
    _keep(learner, figures)
    learner.name = name
    learner.save()
    analysis.count(learner.study_class)


@act
def stop_sharing(*, study_class: UUID, by: Person, once: str = "") -> None:
    """Take back name and figures. They are not counted with the others again: the instructor has seen them."""
    learner = _place(study_class, by)
    first_time(once)
    figures = _own_figures(learner, by)
    learner.shares, learner.name = False, None
    _keep(learner, figures)
    learner.save()


@act
def leave(*, study_class: UUID, by: Person, once: str = "") -> None:
    """Leave a class: one's figures in it are deleted."""
    learner = _place(study_class, by)
    first_time(once)
    analysis.forget(learner.study_class, learner.pk)
    row = learner.study_class
    learner.delete()
    analysis.count(row)


def practised(*, person: Person, progress: Progress, minute: int) -> None:
    """Called after a learner's progress was kept: their own figures follow in each of their classes.

    This is all that ever leaves a progress: for each unit three whole numbers from nought to four.
    """
    for place in Learner.objects.of(person):
        about = planning.read_about(place.study_class.about.open(visibility.own_place(person, place)))
        figures = rules.figures_of(progress, planning.plan_of(about), minute)
        if figures != _own_figures(place, person):
            _follow(study_class=place.study_class_id, person=person, figures=figures)


@act
def _follow(*, study_class: UUID, person: Person, figures: rules.Figures | None) -> None:
    try:
        learner = _place(study_class, person)
    except NotHere:
        return  # the class has just ended, or they have left it
    if figures is None:
        analysis.forget(learner.study_class, learner.pk)
    _keep(learner, figures)
    learner.save()
    analysis.count(learner.study_class)


def _keep(learner: Learner, figures: rules.Figures | None) -> None:
    """Seal figures for whom they are now: the scope follows from whether the learner shares."""
    learner.figures = rules.written(figures) if figures else None


def _own_figures(learner: Learner, person: Person) -> rules.Figures | None:
    return (
        rules.read(learner.figures.open(visibility.own_place(person, learner))) if learner.figures else None
    )


def _place(study_class: UUID, person: Person) -> Learner:
    """One's own place in a class, with the class locked."""
    row = _locked(study_class)
    learner = Learner.unscoped.filter(
        study_class_id=study_class, owner=visibility.place_index(study_class, person)
    ).first()
    if row is None or learner is None:
        raise NotHere
    learner.study_class = row
    return learner
