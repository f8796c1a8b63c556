"""Writing the study guide: a term, a course, a whole folder; only what the checker lets pass.

The guide belongs to no process, so no record is written; the versions of a term stay.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db import IntegrityError, transaction

from tracktwo import web
from tracktwo.errors import BadInput, NotHere, Refusal, gettext_noop
from tracktwo.learn import checking, guide, rules
from tracktwo.learn.models import Course as CourseRow
from tracktwo.learn.models import TermText
from tracktwo.learn.models import Unit as UnitRow
from tracktwo.learn.terms import KEY, LANGUAGES, SOURCE, Course, Library, Term, read_files, read_term, written
from tracktwo.people.models import Person
from tracktwo.record.acts import act
from tracktwo.record.once import first_time

ADMINISTRATOR = "administrator"
By = Person | str


class NotWhole(Refusal):
    """What the checker found; each fault is one sentence."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__(gettext_noop("This is not complete yet, so nothing was kept."))
        self.faults = faults


def must_be_an_instructor(by: object) -> None:
    """Everybody else finds what does not exist."""
    if by == ADMINISTRATOR:
        return
    person = by if isinstance(by, Person) else None
    if not rules.may_write(signed_in=person is not None, convenes=bool(person and person.convenes)):
        raise NotHere


@act
def keep_term(*, key: str, language: str, text: str, by: By, once: str = "") -> Term:
    """A new version of a term in one language, shown at once."""
    must_be_an_instructor(by)
    first_time(once)
    _must_be_a_name(key, language)
    term = read_term(key, language, text)
    known = guide.current().library
    library = Library({**known.terms, (key, language): term}, known.courses)
    faults = [*checking.faults_of(term, library, pages=pages()), *_claimed(library, known)]
    if faults:
        raise NotWhole(tuple(faults))
    _add(key, language, written(term))
    return term


@act
def set_aside_term(*, key: str, language: str, by: By, once: str = "") -> None:
    """Take back what was written here: the term that Tracktwo brings along stands again, or none."""
    must_be_an_instructor(by)
    first_time(once)
    now = guide.current()
    if (key, language) not in now.written_here:
        raise NotHere
    if language == SOURCE and (key, SOURCE) not in guide.shipped().terms:
        _must_not_be_missed(key, now.library)
    _add(key, language, "")


@act
def keep_course(*, course: Course, by: By, once: str = "") -> None:
    """A course with its units, in place of the one with the same key."""
    must_be_an_instructor(by)
    first_time(once)
    _must_be_a_name(course.key, SOURCE)
    faults = checking.faults_of_course(course, guide.current().library)
    if faults:
        raise NotWhole(tuple(faults))
    _replace(course)


@act
def set_aside_course(*, key: str, by: By, once: str = "") -> None:
    """No longer show a course. Its terms stay."""
    must_be_an_instructor(by)
    first_time(once)
    if key not in guide.current().library.courses:
        raise NotHere
    CourseRow.objects.filter(key=key).delete()
    CourseRow.objects.create(key=key, set_aside=True)


@act
def take_in(*, files: Mapping[str, str], by: By, once: str = "") -> tuple[int, int]:
    """A whole folder of terms and courses: all of it, or nothing. How many of each were new or changed."""
    must_be_an_instructor(by)
    first_time(once)
    _must_be_of_a_size(files)
    came, unread = read_files({name: web.clean(text) for name, text in files.items()})
    known = guide.current().library
    library = Library({**known.terms, **came.terms}, {**known.courses, **came.courses})
    faults = [str(fault) for fault in unread]
    for term in came.terms.values():
        faults += checking.faults_of(term, library, pages=pages())
    for course in came.courses.values():
        faults += checking.faults_of_course(course, library)
    faults += _claimed(library, known)
    if faults:
        raise NotWhole(tuple(faults))
    new_terms = {name: term for name, term in came.terms.items() if known.terms.get(name) != term}
    new_courses = {key: course for key, course in came.courses.items() if known.courses.get(key) != course}
    for (key, language), term in new_terms.items():
        _add(key, language, written(term))
    for course in new_courses.values():
        _replace(course)
    return len(new_terms), len(new_courses)


def pages() -> frozenset[str]:
    """The names of all addresses of this site, which a term may say it is used on."""
    return frozenset(str(pattern.name) for _path, pattern in web.patterns())


def _must_be_a_name(key: str, language: str) -> None:
    if not KEY.fullmatch(key) or len(key) > rules.LONGEST_KEY:
        raise BadInput(
            "the key is not one", where=key[:60], remedy="write lower-case letters, digits and single hyphens"
        )
    if language not in LANGUAGES:
        raise BadInput("the language is not one of the guide", where=language[:8], remedy="choose another")


def _must_be_of_a_size(files: Mapping[str, str]) -> None:
    if not files:
        raise BadInput("there is no term and no course in it", remedy="give files key.en.md or key.toml")
    if len(files) > rules.MOST_FILES or sum(map(len, files.values())) > rules.LARGEST_FOLDER:
        raise BadInput("the folder is too large", remedy="bring it in parts")


def _claimed(library: Library, known: Library) -> list[str]:
    """Words with two meanings that were not there before: nobody is refused for another's slip."""
    before = set(checking.two_meanings(known))
    return [fault for fault in checking.two_meanings(library) if fault not in before]


def _must_not_be_missed(key: str, library: Library) -> None:
    missed = [term.title for term in library.terms.values() if key in term.related and term.key != key]
    courses = [one.key for one in library.courses.values() if any(key in (u.terms or ()) for u in one.units)]
    others = [language for known, language in library.terms if known == key and language != SOURCE]
    if missed or courses or others:
        raise Refusal(
            gettext_noop("Other entries lead to this one: %(entries)s. Take those references out first."),
            entries=", ".join([*missed, *courses, *others]),
        )


def _add(key: str, language: str, text: str) -> None:
    last = TermText.objects.filter(key=key, language=language).order_by("-number").first()
    number = last.number + 1 if last else 1
    try:
        with transaction.atomic():
            TermText.objects.create(key=key, language=language, number=number, text=text)
    except IntegrityError:
        raise Refusal(
            gettext_noop("Somebody else kept a version of this term just now. Look at it, then keep yours.")
        ) from None


def _replace(course: Course) -> None:
    CourseRow.objects.filter(key=course.key).delete()
    row = CourseRow.objects.create(key=course.key, title=dict(course.title), about=dict(course.about))
    UnitRow.objects.bulk_create(
        UnitRow(course=row, place=place, key=unit.key, title=dict(unit.title), terms=list(unit.terms or ()))
        for place, unit in enumerate(course.units)
    )
