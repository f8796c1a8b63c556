"""What instructors write into the study guide, and what learners' practice leaves behind.

The guide is published: anybody reads it without an account, so it stands in clear. Nobody's name stands
beside it. Rows are only ever added or replaced as a whole; their random ids tell a reader's copy that it
is out of date. Progress is private: sealed, and nobody can tell from the row whose it is.
"""

from __future__ import annotations

import uuid

from django.db import models

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
