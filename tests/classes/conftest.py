"""An instructor, a class on a small course, and learners who practise it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def no_key_at_hand() -> Iterator[None]:
    from tracktwo.vault import keys  # not before Django is loaded

    keys.forget()
    yield
    keys.forget()


@pytest.fixture(autouse=True)
def small_guide(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two terms and a course stand for what is shipped."""
    from tests.learn.conftest import SMALL, forget
    from tracktwo.learn import guide

    monkeypatch.setattr(guide, "files_shipped", lambda: SMALL)
    forget()
    yield
    forget()


@pytest.fixture
def teacher(db: Any) -> Any:
    """Somebody who may convene, and so may teach."""
    from tests.classes.people import teacher

    return teacher("t")


@pytest.fixture
def study_class(teacher: Any) -> Any:
    from tracktwo.learn.classes import acts

    return acts.open_class(name="Term one", course="short", by=teacher)


@pytest.fixture
def learners(study_class: Any, teacher: Any) -> Callable[[int], list[Any]]:
    """So many join without an account."""
    from tests.classes.people import joins

    return lambda count: [joins(study_class, teacher) for _ in range(count)]
