"""An installation with its nursery, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest

from tests import databases
from tests.serving.servers import Installation, Nursery, nursery

# All tests of one database run in one worker, which makes its installation once.
BOTH = (
    pytest.param("sqlite", marks=pytest.mark.xdist_group("faults on SQLite")),
    pytest.param("postgresql", marks=[pytest.mark.postgres, pytest.mark.xdist_group("faults on PostgreSQL")]),
)


Homes = Callable[[str], Nursery]


@pytest.fixture(scope="session")
def homes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Homes]:
    """A whole Tracktwo on each database, made once for all tests: each of them begins a process of its own."""
    with ExitStack() as stack:

        @cache
        def home(database: str) -> Nursery:
            folder: Path = tmp_path_factory.mktemp(f"home-{database}")
            address = ""
            if database == "postgresql":
                address = stack.enter_context(databases.fresh(request.getfixturevalue("postgresql_server")))
            return stack.enter_context(nursery(Installation(folder / "data", address), folder))

        yield home


@pytest.fixture(params=BOTH)
def home(request: pytest.FixtureRequest, homes: Homes) -> Nursery:
    return homes(request.param)
