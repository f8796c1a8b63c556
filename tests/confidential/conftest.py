"""One house with its cast for all tests of a file: made once, taken back at the end."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, transaction

if TYPE_CHECKING:
    from tests.cast import Cast


@pytest.fixture(scope="module")
def house(django_db_setup: None, django_db_blocker: Any) -> Iterator[Cast]:
    """The cast in its processes. What a test changes is taken back with the test."""
    from tests import cast as casting  # imported late: its tables need Django to be set up

    with django_db_blocker.unblock(), transaction.atomic():
        made = casting.make()
        # They have run, and each request that is taken back would look through all of them.
        connection.run_on_commit = []
        yield made
        transaction.set_rollback(True)
    casting.wipe()


@pytest.fixture(autouse=True)
def clock_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """A room shows its next tick, an agenda what is now: two readings of one page must not differ by the minute."""
    from tracktwo.dialogue import acts

    monkeypatch.setattr(acts, "clock", lambda: 1_700_000_000.0)
    still = datetime.datetime(2027, 3, 1, 9, 30, tzinfo=datetime.UTC)
    for views in ("preparation", "transfer"):
        monkeypatch.setattr(f"tracktwo.{views}.views._now", lambda: still)
