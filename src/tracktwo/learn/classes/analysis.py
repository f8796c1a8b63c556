"""Counting a class: from sealed figures of learners to one stored summary. Only bands leave this file.

Whoever calls holds the lock of the class. No learner's progress is ever opened here.
"""

from __future__ import annotations

from uuid import UUID

from tracktwo.learn.classes import rules
from tracktwo.learn.models import ClassSummary, Learner, StudyClass
from tracktwo.process import visibility


def count(study_class: StudyClass) -> bool:
    """A new summary, if five may come in; whether there is one."""
    summary = ClassSummary.unscoped.filter(study_class=study_class).first()
    before = _counted(summary)
    following = rules.next_count(before, _figures_now(study_class))
    if following is None:
        return False
    number = summary.number + 1 if summary else 1
    if summary:
        summary.delete()  # with it the figures that it rested on: nothing is kept that is not counted any more
    _store(study_class, number, following)
    return True


def forget(study_class: StudyClass, learner: UUID) -> None:
    """A learner leaves, shares or has nothing left: their counted figures go, that they were counted stays."""
    summary = ClassSummary.unscoped.filter(study_class=study_class).first()
    before = _counted(summary)
    after = before.without(str(learner))
    if summary is not None and after is not before:
        summary.counted = rules.written_count(after)
        summary.save()


def _store(study_class: StudyClass, number: int, counted: rules.Counted) -> None:
    stored = ClassSummary(study_class=study_class, number=number)
    stored.told = rules.told(counted).written()
    stored.counted = rules.written_count(counted)
    stored.save()


def _counted(summary: ClassSummary | None) -> rules.Counted:
    if summary is None:
        return rules.NOBODY
    return rules.read_count(summary.counted.open(visibility.for_class_figures([summary.pk])))


def _figures_now(study_class: StudyClass) -> dict[str, rules.Figures]:
    """Everybody who has practised, does not share and never did."""
    alone = Learner.unscoped.filter(study_class=study_class, shares=False, apart=False, figures__isnull=False)
    rows = list(alone)
    leave = visibility.for_class_figures(row.pk for row in rows)
    return {str(row.pk): rules.read(row.figures.open(leave)) for row in rows if row.figures}


def may_be_shown(summary: ClassSummary) -> bool:
    """Whether five of those a summary rests on have neither left nor shared since."""
    return _counted(summary).may_be_shown()
