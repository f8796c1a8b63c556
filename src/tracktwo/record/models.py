"""One chain per process; every entry holds the fingerprint of the one before."""

from __future__ import annotations

from django.db import models


class Chain(models.Model):
    """The head of a process' chain. Locked while an entry is added, so that numbers never part."""

    process = models.UUIDField(primary_key=True)
    length = models.PositiveIntegerField(default=0)
    head = models.BinaryField(default=bytes(32))


class Entry(models.Model):
    """One act: a verb, the role that did it, and the day. No content, no person, no hour."""

    process = models.UUIDField()
    number = models.PositiveIntegerField()
    verb = models.CharField(max_length=60)
    role = models.CharField(max_length=30)
    day = models.DateField()
    digest = models.BinaryField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["process", "number"], name="one_entry_per_number")]


class Sent(models.Model):
    """A form that was carried out. The hash of a random key: it ties to nobody and to no act."""

    digest = models.CharField(max_length=64, primary_key=True)
