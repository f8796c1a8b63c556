"""Data keys: one per process and scope, stored wrapped under the key of the process."""

from __future__ import annotations

from django.db import models


class DataKey(models.Model):
    """The key that seals one scope of one process. Without the keystore the wrapped bytes are noise."""

    process = models.UUIDField()
    scope = models.CharField(max_length=80)
    number = models.PositiveIntegerField()
    wrapped = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["process", "scope", "number"], name="one_key_per_number")
        ]
