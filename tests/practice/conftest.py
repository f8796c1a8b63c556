"""A small guide, and browsers: somebody without an account, and a person who signed in."""

from __future__ import annotations

from typing import Any

import pytest

from tests.learn.conftest import small_guide  # noqa: F401  the fixture

NOON = 29_400_000  # a minute: November 2025, at noon


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Time stands still until a test moves it: `clock.minute += 10`."""
    from tracktwo.learn.practice import keeping

    class Clock:
        minute = NOON

    found = Clock()
    monkeypatch.setattr(keeping, "now", lambda: found.minute)
    return found


@pytest.fixture
def person(db: Any) -> Any:
    return somebody("p")


@pytest.fixture
def signed(client: Any, person: Any) -> Any:
    client.force_login(person)
    return client


def somebody(letter: str) -> Any:
    from tracktwo.people.models import Person

    made = Person(handle=letter * 64)
    made.set_unusable_password()
    made.save()
    return made
