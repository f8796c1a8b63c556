"""Sending a form twice is the same as sending it once."""

from __future__ import annotations

import hashlib

from django.db import IntegrityError, transaction

from tracktwo.errors import Refusal, gettext_noop
from tracktwo.record.models import Sent


class AlreadyDone(Refusal):
    """This very form was already carried out: the answer is the same page again."""

    def __init__(self) -> None:
        super().__init__(gettext_noop("This was already done."))


def first_time(key: str) -> None:
    """Mark a form as carried out, inside the transaction of its act; AlreadyDone the second time."""
    if not key:
        return
    digest = hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
    try:
        with transaction.atomic():
            Sent.objects.create(digest=digest)
    except IntegrityError:
        raise AlreadyDone from None
