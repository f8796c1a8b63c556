"""What instructors write into the study guide, and what learners' practice leaves behind.

The guide is published: anybody reads it without an account, so it stands in clear. Nobody's name stands
beside it. Rows are only ever added or replaced as a whole; their random ids tell a reader's copy that it
is out of date. Progress is private: sealed, and nobody can tell from the row whose it is.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from tracktwo.people.models import Person
from tracktwo.process import visibility
from tracktwo.process.models import Asked
from tracktwo.vault.fields import SealedText
from tracktwo.vault.keystore import HOUSE


class TermText(models.Model):
    """One version of a term in one language: the whole Markdown file, as it would stand in the folder.

    The highest number counts. An empty text sets aside what instructors wrote: the term that Tracktwo
    brings along stands again, and one that it does not bring along is gone.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=80)
    language = models.CharField(max_length=8)
    number = models.PositiveIntegerField()
    text = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key", "language", "number"], name="one_text_for_each_version_of_a_term"
            )
        ]


class Course(models.Model):
    """Terms in the order somebody teaches them. One with the key of a course in the folder stands in its place."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=80, unique=True)
    title = models.JSONField(default=dict)  # by language
    about = models.JSONField(default=dict)  # by language
    set_aside = models.BooleanField(default=False)


class Unit(models.Model):
    """A part of a course: a name, and the keys of its terms in order."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="units")
    place = models.PositiveIntegerField()
    key = models.CharField(max_length=80)
    title = models.JSONField(default=dict)  # by language
    terms = models.JSONField(default=list)

    class Meta:
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(fields=["course", "place"], name="one_unit_for_each_place_of_a_course")
        ]


class Progress(models.Model):
    """What a person's practice left behind. `owner` is a blind index: whose it is stands in the keystore only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.CharField(max_length=64, unique=True)
    kept = SealedText(scope="progress")

    process_id = HOUSE  # what it is sealed for


# --- classes ------------------------------------------------------------------------------------------


class Classes(Asked):
    """How classes are found: by whoever teaches or joined them, and by nobody else."""

    def taught_by(self, person: Person) -> models.QuerySet[StudyClass]:
        return StudyClass.unscoped.filter(owner=visibility.instructor_index(person))

    def joined_by(self, person: Person) -> models.QuerySet[StudyClass]:
        return StudyClass.unscoped.filter(learner__owner__in=Learners.owners_of(person))


class StudyClass(models.Model):
    """Learners who follow a course together. Whose class it is stands in the keystore only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.CharField(max_length=64, db_index=True)
    code = models.CharField(max_length=64, unique=True)  # keyed index of the joining code
    about = SealedText(scope="class")  # its name, course and units, and the joining code

    process_id = HOUSE  # what it is sealed for
    unscoped: ClassVar[models.Manager[StudyClass]] = models.Manager()
    objects: ClassVar[Classes] = Classes()

    class Meta:
        base_manager_name = "unscoped"
        default_manager_name = "unscoped"


class Learners(Asked):
    @staticmethod
    def owners_of(person: Person) -> list[str]:
        """Under which names a person would be in each class there is."""
        classes = StudyClass.unscoped.values_list("pk", flat=True)
        return [visibility.place_index(one, person) for one in classes]

    def of(self, person: Person) -> models.QuerySet[Learner]:
        """A person's own places in classes."""
        return Learner.unscoped.filter(owner__in=self.owners_of(person)).select_related("study_class")

    def shared_with(self, person: Person, study_class: StudyClass) -> models.QuerySet[Learner]:
        """Those of an instructor's own class who share."""
        mine = Learner.unscoped.filter(
            study_class=study_class, study_class__owner=visibility.instructor_index(person)
        )
        return mine.filter(shares=True)


def _scope_of_figures(learner: Learner) -> str:
    return "class-shared" if learner.shares else "class-figures"


class Learner(models.Model):
    """A learner's place in a class, under a name of its own for each class: two places do not join.

    Their figures are sealed in a scope that only the count opens, unless they share.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study_class = models.ForeignKey(StudyClass, on_delete=models.CASCADE)
    owner = models.CharField(max_length=64, unique=True)
    shares = models.BooleanField(default=False)
    apart = models.BooleanField(default=False)  # has shared once: no longer counted with the others
    name = SealedText(scope="class-shared", null=True)
    figures = SealedText(scope=_scope_of_figures, null=True)

    process_id = HOUSE
    unscoped: ClassVar[models.Manager[Learner]] = models.Manager()
    objects: ClassVar[Learners] = Learners()

    class Meta:
        base_manager_name = "unscoped"
        default_manager_name = "unscoped"


class Summaries(Asked):
    def of(self, person: Person, study_class: StudyClass) -> ClassSummary | None:
        """The summary of an instructor's own class."""
        mine = ClassSummary.unscoped.filter(study_class__owner=visibility.instructor_index(person))
        return mine.filter(study_class=study_class).first()


class ClassSummary(models.Model):
    """What an instructor is told of those who do not share: stored, numbered, and replaced as a whole."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study_class = models.OneToOneField(StudyClass, on_delete=models.CASCADE, related_name="summary")
    number = models.PositiveIntegerField()
    told = SealedText(scope="class")
    counted = SealedText(scope="class-figures")

    process_id = HOUSE
    unscoped: ClassVar[models.Manager[ClassSummary]] = models.Manager()
    objects: ClassVar[Summaries] = Summaries()

    class Meta:
        base_manager_name = "unscoped"
        default_manager_name = "unscoped"


class ReturnCode(models.Model):
    """How a learner without an account comes back. Only the hash of the code is kept, and it works once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.CharField(max_length=64, unique=True)
    digest = models.CharField(max_length=64, unique=True)
    expires = models.DateField()
    person = SealedText(scope="return")

    process_id = HOUSE
    unscoped: ClassVar[models.Manager[ReturnCode]] = models.Manager()
    objects: ClassVar[Asked] = Asked()

    class Meta:
        base_manager_name = "unscoped"
        default_manager_name = "unscoped"
