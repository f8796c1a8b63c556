"""Two at the same moment, on both databases: one return code, one place, one summary."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from tests.classes import people
from tests.classes.people import code_of, counted, joins, knowing, practises
from tests.stories.table import at_once
from tracktwo.errors import NotHere, Refusal
from tracktwo.learn.classes import acts
from tracktwo.learn.classes.acts import Joined
from tracktwo.learn.models import ClassSummary, Learner, ReturnCode, StudyClass

pytestmark = pytest.mark.django_db(transaction=True)


def broken(came: list[Any]) -> list[Any]:
    return [one for one in came if isinstance(one, Exception) and not isinstance(one, Refusal | NotHere)]


def test_one_return_code_used_twice_at_once_lets_one_in(study_class, teacher):
    code = acts.join(code=code_of(study_class, teacher), by=None).return_code
    came = at_once(*[partial(acts.join, code=code, by=None)] * 4)
    assert broken(came) == []
    assert sum(isinstance(one, Joined) for one in came) == 1
    assert ReturnCode.unscoped.count() == 1


def test_one_person_who_joins_twice_at_once_has_one_place(study_class, teacher):
    other = people.teacher("o")
    code = code_of(study_class, teacher)
    came = at_once(*[partial(acts.join, code=code, by=other)] * 4)
    assert broken(came) == [] and all(isinstance(one, Joined) for one in came)
    assert Learner.unscoped.count() == 1


def test_counts_at_once_are_one_after_another(study_class, teacher):
    group = [joins(study_class, teacher) for _ in range(10)]
    progress = knowing("quiet-zone")
    came = at_once(*(partial(practises, one, progress) for one in group))
    assert broken(came) == []
    summary = ClassSummary.unscoped.get()
    assert summary.number in (1, 2)
    assert len(counted(study_class).figures) == 10


def test_leaving_while_others_are_counted_leaves_no_figure_behind(study_class, teacher):
    group = [joins(study_class, teacher) for _ in range(10)]
    for one in group[:6]:
        practises(one, knowing("quiet-zone"))
    leaver = Learner.objects.of(group[0]).get()
    came = at_once(
        partial(acts.leave, study_class=study_class.pk, by=group[0]),
        *(partial(practises, one, knowing("hot-line")) for one in group[5:]),
    )
    assert broken(came) == []
    left = {str(pk) for pk in Learner.unscoped.values_list("pk", flat=True)}
    assert str(leaver.pk) not in left and set(counted(study_class).figures) <= left


def test_joining_while_the_class_ends_joins_it_or_nothing(study_class, teacher):
    code = code_of(study_class, teacher)
    came = at_once(
        partial(acts.end_class, study_class=study_class.pk, by=teacher),
        *[partial(acts.join, code=code, by=None)] * 3,
    )
    assert broken(came) == []
    assert not StudyClass.unscoped.exists() and not Learner.unscoped.exists()
