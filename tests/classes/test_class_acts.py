"""Opening, joining, practising, sharing, leaving, ending: what is kept of it, and what the instructor is told."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

import tracktwo
from tests.classes import people
from tests.classes.people import code_of, counted, joins, knowing, practises, told
from tracktwo.errors import NotHere, Refusal
from tracktwo.learn.classes import acts, analysis, rules
from tracktwo.learn.models import ClassSummary, Learner, ReturnCode, StudyClass
from tracktwo.learn.practice.progress import Progress
from tracktwo.people.models import Person
from tracktwo.process import visibility
from tracktwo.record.once import AlreadyDone
from tracktwo.vault import keys

pytestmark = pytest.mark.django_db


def place(person: Person, study_class: StudyClass) -> Learner:
    return Learner.objects.of(person).get(study_class=study_class)


# --- opening and ending -------------------------------------------------------------------------------------


def test_only_an_instructor_opens_a_class(study_class, teacher, learners):
    (learner,) = learners(1)
    with pytest.raises(NotHere):
        acts.open_class(name="x", course="short", by=learner)
    with pytest.raises(NotHere):
        acts.open_class(name="x", course="no such course", by=teacher)


def test_a_course_without_terms_has_no_class(teacher, monkeypatch):
    monkeypatch.setattr("tracktwo.learn.classes.planning.units_of", lambda course, now: ())
    with pytest.raises(Refusal, match="no terms"):
        acts.open_class(name="x", course="short", by=teacher)


def test_an_instructor_has_not_more_classes_than_there_may_be(study_class, teacher, monkeypatch):
    monkeypatch.setattr(rules, "MOST_CLASSES", 1)
    with pytest.raises(Refusal, match="as many classes"):
        acts.open_class(name="x", course="short", by=teacher)


def test_another_instructor_finds_nothing_of_it(study_class, teacher):
    other = people.teacher("o")
    assert list(StudyClass.objects.taught_by(teacher)) == [study_class]
    assert not StudyClass.objects.taught_by(other).exists()
    for attempt in (acts.renew_code, acts.end_class):
        with pytest.raises(NotHere):
            attempt(study_class=study_class.pk, by=other)
    with pytest.raises(NotHere):
        acts.about_of(study_class, other)


def test_a_new_code_voids_the_one_before(study_class, teacher):
    before = code_of(study_class, teacher)
    acts.renew_code(study_class=study_class.pk, by=teacher)
    with pytest.raises(Refusal):
        acts.join(code=before, by=None)
    joins(study_class, teacher)


def test_ending_a_class_deletes_all_of_it_and_no_progress(study_class, teacher, learners):
    for one in learners(6):
        practises(one, knowing("quiet-zone"))
    assert ClassSummary.unscoped.exists()
    acts.end_class(study_class=study_class.pk, by=teacher, once="end")
    assert not any(model.unscoped.exists() for model in (StudyClass, Learner, ClassSummary))
    with pytest.raises(NotHere):
        acts.end_class(study_class=study_class.pk, by=teacher)


def test_a_form_sent_twice_is_one_class(teacher):
    acts.open_class(name="x", course="short", by=teacher, once="k")
    with pytest.raises(AlreadyDone):
        acts.open_class(name="x", course="short", by=teacher, once="k")
    assert StudyClass.unscoped.count() == 1


# --- joining and coming back --------------------------------------------------------------------------------


def test_somebody_without_an_account_joins_and_comes_back_with_a_code_that_rolls(study_class, teacher):
    joined = acts.join(code=code_of(study_class, teacher).lower().replace("-", " "), by=None)
    assert joined.person.name is None and not joined.person.has_usable_password()
    back = acts.join(code=joined.return_code, by=None)
    assert back.person == joined.person and back.study_class is None
    with pytest.raises(Refusal, match="opens no class"):
        acts.join(code=joined.return_code, by=None)
    assert acts.join(code=back.return_code, by=None).person == joined.person
    assert ReturnCode.unscoped.count() == 1


def test_a_return_code_is_kept_only_as_a_hash_and_leads_to_nobody(study_class, teacher):
    joined = acts.join(code=code_of(study_class, teacher), by=None)
    row = ReturnCode.unscoped.get()
    kept = {str(row.owner), str(row.digest), str(row.pk)}
    assert joined.return_code not in kept and str(joined.person.pk) not in kept
    learner = Learner.unscoped.get()
    assert str(joined.person.pk) not in {str(value) for value in vars(learner).values()}


def test_an_expired_code_and_that_of_somebody_with_a_seat_or_an_account_read_the_same(study_class, teacher):
    said = set()
    joined = acts.join(code=code_of(study_class, teacher), by=None)
    ReturnCode.unscoped.update(expires=datetime.date(2000, 1, 1))
    for code in (joined.return_code, "no such code"):
        with pytest.raises(Refusal) as refusal:
            acts.join(code=code, by=None)
        said.add(refusal.value.sentence)
    ReturnCode.unscoped.update(expires=datetime.date(2100, 1, 1))
    joined.person.set_password("a long password")
    joined.person.save()
    with pytest.raises(Refusal) as refusal:
        acts.join(code=joined.return_code, by=None)
    assert said == {refusal.value.sentence}
    with pytest.raises(NotHere):
        acts.renew_return_code(by=joined.person)


def test_who_is_signed_in_joins_as_themselves_once_and_needs_no_code(study_class, teacher):
    other = people.teacher("o")
    for _ in range(2):
        joined = acts.join(code=code_of(study_class, teacher), by=other)
        assert (joined.person, joined.return_code) == (other, "")
    assert Learner.unscoped.count() == 1
    with pytest.raises(NotHere):
        acts.renew_return_code(by=other)


def test_the_instructor_does_not_join_the_own_class_and_a_full_class_takes_nobody(
    study_class, teacher, monkeypatch
):
    with pytest.raises(Refusal, match="You teach this class"):
        acts.join(code=code_of(study_class, teacher), by=teacher)
    joins(study_class, teacher)
    monkeypatch.setattr(rules, "MOST_LEARNERS", 1)
    with pytest.raises(Refusal, match="full"):
        joins(study_class, teacher)


def test_a_lost_code_is_replaced_by_whoever_is_signed_in(study_class, teacher):
    joined = acts.join(code=code_of(study_class, teacher), by=None)
    fresh = acts.renew_return_code(by=joined.person)
    with pytest.raises(Refusal):
        acts.join(code=joined.return_code, by=None)
    assert acts.join(code=fresh, by=None).person == joined.person


def test_two_places_of_one_person_do_not_join(study_class, teacher):
    joined = acts.join(code=code_of(study_class, teacher), by=None)
    second = acts.open_class(name="Two", course="short", by=teacher)
    acts.join(code=code_of(second, teacher), by=joined.person)
    assert len(set(Learner.unscoped.values_list("owner", flat=True))) == 2
    assert set(StudyClass.objects.joined_by(joined.person)) == {study_class, second}


# --- figures ------------------------------------------------------------------------------------------------


def test_nothing_is_told_of_four_and_bands_of_five(study_class, teacher, learners):
    first = learners(5)
    for one in first[:4]:
        practises(one, knowing("quiet-zone", "hot-line"))
    assert told(study_class, teacher) is None
    practises(first[4], knowing("quiet-zone", "hot-line"))
    now = told(study_class, teacher)
    assert now is not None and (now.learners, set(now.known), set(now.tested)) == (5, {3}, {0})


def test_who_only_joined_is_not_counted(study_class, teacher, learners):
    learners(7)
    assert told(study_class, teacher) is None


def test_one_learner_more_changes_nothing_and_five_do(study_class, teacher, learners):
    group = learners(10)
    for one in group[:5]:
        practises(one, knowing("quiet-zone"))
    before = ClassSummary.unscoped.get()
    for one in group[5:9]:
        practises(one, knowing("hot-line", "quiet-zone"))
        assert ClassSummary.unscoped.get().pk == before.pk
    practises(group[9], knowing("hot-line", "quiet-zone"))
    after = ClassSummary.unscoped.get()
    assert after.pk != before.pk and after.number == 2
    assert rules.told(counted(study_class)) == told(study_class, teacher)


def test_practising_again_without_a_new_quarter_touches_no_row(
    study_class, learners, django_assert_max_num_queries
):
    (one,) = learners(1)
    practises(one, knowing("quiet-zone"))
    with django_assert_max_num_queries(8) as asked:  # keys among them, which a server has at hand
        practises(one, knowing("quiet-zone"))
    assert {query["sql"].split()[0] for query in asked.captured_queries} == {"SELECT"}


def test_forgetting_ones_progress_takes_the_figures_along(study_class, teacher, learners):
    group = learners(5)
    for one in group:
        practises(one, knowing("quiet-zone"))
    practises(group[0], Progress())
    assert place(group[0], study_class).figures is None
    assert len(counted(study_class).figures) == 4
    assert not analysis.may_be_shown(ClassSummary.unscoped.get())


def test_points_of_practice_tests_reach_the_bands(study_class, teacher, learners):
    for one in learners(5):
        practises(one, people.tested("lines", 4, 4))
    now = told(study_class, teacher)
    assert now is not None and now.tested[people.about(study_class, teacher).units.index(("lines", ("hot-line", "quiet-zone")))] == 3  # fmt: skip


def test_a_course_changed_later_does_not_change_the_units_of_a_class(study_class, teacher, monkeypatch):
    from tracktwo.learn.terms import Unit

    before = people.about(study_class, teacher)
    monkeypatch.setattr(
        "tracktwo.learn.classes.planning.units_of", lambda *_: (Unit("x", {"en": "X"}, ("hot-line",)),)
    )
    assert people.about(study_class, teacher).units == before.units
    assert [key for key, _ in before.units] == ["de-escalation", "lines"]


# --- sharing and leaving ------------------------------------------------------------------------------------


def test_a_learner_shares_stops_and_is_not_counted_again(study_class, teacher, learners):
    group = learners(6)
    for one in group:
        practises(one, knowing("quiet-zone"))
    sharer = next(one for one in group if str(place(one, study_class).pk) in counted(study_class).figures)
    acts.share(study_class=study_class.pk, name="Ines", by=sharer)
    (row,) = Learner.objects.shared_with(teacher, study_class)
    leave = visibility.own_class(teacher, study_class, sharing=[row])
    assert row.name is not None and row.name.open(leave) == "Ines"
    assert row.figures is not None and rules.read(row.figures.open(leave))
    assert str(row.pk) not in counted(study_class).figures
    acts.stop_sharing(study_class=study_class.pk, by=sharer)
    row = place(sharer, study_class)
    assert (row.shares, row.apart, row.name) == (False, True, None)
    for one in learners(5):
        practises(one, knowing("quiet-zone"))
    practises(sharer, knowing("hot-line"))
    assert str(row.pk) not in counted(study_class).figures


def test_what_is_not_shared_opens_with_no_leave_of_an_instructor(study_class, teacher, learners):
    (one,) = learners(1)
    practises(one, knowing("quiet-zone"))
    row = place(one, study_class)
    assert row.figures is not None
    for attempt in (visibility.own_class(teacher, study_class, sharing=[row]),):
        with pytest.raises(NotHere):
            row.figures.open(attempt)
    other = people.teacher("o")
    with pytest.raises(NotHere):
        visibility.own_class(other, study_class)
    with pytest.raises(NotHere):
        visibility.own_place(other, row)
    assert not Learner.objects.shared_with(other, study_class).exists()
    assert ClassSummary.objects.of(other, study_class) is None


def test_sharing_hides_a_summary_of_five_of_whom_four_are_left(study_class, teacher, learners):
    group = learners(5)
    for one in group:
        practises(one, knowing("quiet-zone"))
    assert analysis.may_be_shown(ClassSummary.unscoped.get())
    acts.share(study_class=study_class.pk, name="Ines", by=group[0])
    assert not analysis.may_be_shown(ClassSummary.unscoped.get())


def test_leaving_deletes_ones_figures_everywhere(study_class, teacher, learners):
    group = learners(10)
    for one in group:
        practises(one, knowing("quiet-zone"))
    gone = place(group[0], study_class).pk
    acts.leave(study_class=study_class.pk, by=group[0])
    assert not Learner.unscoped.filter(pk=gone).exists()
    assert str(gone) not in counted(study_class).figures
    assert counted(study_class).gone == 1
    with pytest.raises(NotHere):
        acts.leave(study_class=study_class.pk, by=group[0])
    practises(group[0], knowing("hot-line"))  # they go on practising: nothing follows


def test_who_was_never_counted_leaves_without_a_trace(study_class, teacher, learners):
    group = learners(6)
    for one in group:
        practises(one, knowing("quiet-zone"))
    waits = next(one for one in group if str(place(one, study_class).pk) not in counted(study_class).figures)
    before = ClassSummary.unscoped.get().counted.open(
        visibility.for_class_figures([ClassSummary.unscoped.get().pk])
    )
    acts.leave(study_class=study_class.pk, by=waits)
    row = ClassSummary.unscoped.get()
    assert row.counted.open(visibility.for_class_figures([row.pk])) == before


def test_figures_that_follow_too_late_find_the_class_ended(study_class, teacher, learners, monkeypatch):
    (one,) = learners(1)
    row = place(one, study_class)
    acts.end_class(study_class=study_class.pk, by=teacher)
    acts._follow(study_class=row.study_class_id, person=one, figures=((4, 4, 4),))
    assert not Learner.unscoped.exists()


# --- what a class never touches -----------------------------------------------------------------------------

TELLING = (
    "own_progress",
    "learner_index",
    "keep_of",
    "models import Progress",
    "Progress as Row",
    "Row.objects",
)


def opens_progress(source: Path) -> list[str]:
    """Files of classes in which a progress could be opened; `follow` alone hands a learner's own to the act."""
    found = [file for file in sorted(source.rglob("*.py")) if any(t in file.read_text() for t in TELLING)]
    return [file.name for file in found]


def test_nothing_in_classes_opens_a_progress() -> None:
    assert opens_progress(Path(tracktwo.__file__).parent / "learn" / "classes") == []


def test_a_class_that_opens_a_progress_is_found(tmp_path: Path) -> None:
    (tmp_path / "analysis.py").write_text("row.kept.open(visibility.own_progress(person, row))")
    assert opens_progress(tmp_path) == ["analysis.py"]


def test_the_tables_of_a_class_hold_no_word_and_no_person(study_class, teacher, learners) -> None:
    for one in learners(6):
        practises(one, knowing("quiet-zone"))
        acts.share(study_class=study_class.pk, name="Ines", by=one)
    keys.forget()
    told_by_rows: list[Any] = []
    for model in (StudyClass, Learner, ClassSummary, ReturnCode):
        for row in model.unscoped.values_list():
            told_by_rows += [bytes(v) if isinstance(v, memoryview) else v for v in row]
    whole = b"|".join(v if isinstance(v, bytes) else str(v).encode() for v in told_by_rows)
    people_here = [str(pk).encode() for pk in Person.objects.values_list("pk", flat=True)]
    assert not [word for word in (b"Ines", b"Term one", b"short", b"lines", *people_here) if word in whole]
