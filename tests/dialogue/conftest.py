"""A table with rooms, made once for a file; what a test does to it is taken back.

Each test begins with no key in memory, as a server that has just started.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.dialogue.rooms import House


@pytest.fixture(autouse=True)
def no_key_at_hand() -> Iterator[None]:
    from tracktwo.vault import keys  # not before Django is loaded

    keys.forget()
    yield
    keys.forget()


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[House]:
    from django.db import transaction

    from tests.dialogue.rooms import house

    with django_db_blocker.unblock(), transaction.atomic():
        yield house()
        transaction.set_rollback(True)


@pytest.fixture
def there(made: House, db: None) -> House:
    """The table, as if made for this test alone."""
    return replace(made, table=replace(made.table, seats=dict(made.table.seats)))
