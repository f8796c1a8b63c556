"""An installation with its nursery, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import databases
from tests.serving.servers import Installation, Nursery, nursery

# All tests of one database run in one worker, which makes its installation once.
BOTH = (
    pytest.param("sqlite", marks=pytest.mark.xdist_group("faults on SQLite")),
    pytest.param("postgresql", marks=[pytest.mark.postgres, pytest.mark.xdist_group("faults on PostgreSQL")]),
)


@pytest.fixture(scope="package", params=BOTH)
def home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    """A whole Tracktwo, made once for all tests of a database; each test begins its own process."""
    folder: Path = tmp_path_factory.mktemp(f"home-{request.param}")
    if request.param == "sqlite":
        with nursery(Installation(folder / "data"), folder) as born:
            yield born
        return
    with (
        databases.fresh(request.getfixturevalue("postgresql_server")) as address,
        nursery(Installation(folder / "data", address), folder) as born,
    ):
        yield born
