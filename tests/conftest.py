"""Where the suite runs: in folders of its own, on SQLite or on a real PostgreSQL.

TRACKTWO_TEST_DATABASE chooses the database: nothing or `sqlite`; `postgresql`, which starts a server of the
suite's own; or the address of one, `postgresql://...`. No other TRACKTWO_ variable of the caller reaches a test,
so that a developer's real data stays out of reach.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from tests import databases

KEPT = ("TRACKTWO_TEST_DATABASE", "TRACKTWO_SHOTS")
IN_WORKER = "PYTEST_XDIST_WORKER" in os.environ
# Each process has its own keys and files, as each installation does.
DATA = Path(tempfile.mkdtemp(prefix="tracktwo-tests-"))
atexit.register(shutil.rmtree, DATA, ignore_errors=True)


def settle_environment() -> None:
    """Set what the settings read, before Django reads them."""
    chosen = os.environ.get("TRACKTWO_TEST_DATABASE", "sqlite")
    # A worker takes over the server that the first process started.
    inherited = os.environ.get("TRACKTWO_DATABASE_URL") if IN_WORKER else None
    for name in [name for name in os.environ if name.startswith("TRACKTWO_") and name not in KEPT]:
        del os.environ[name]
    os.environ["TRACKTWO_DATA"] = str(DATA)
    if inherited:
        os.environ["TRACKTWO_DATABASE_URL"] = inherited
    elif chosen == "postgresql":
        os.environ["TRACKTWO_DATABASE_URL"] = databases.start(databases.temporary_folder())
    elif chosen != "sqlite":
        os.environ["TRACKTWO_DATABASE_URL"] = chosen
    # Set here and not in pyproject.toml: pytest-django would read the settings before this file runs.
    os.environ["DJANGO_SETTINGS_MODULE"] = "tracktwo.settings"


settle_environment()
# A shared machine is slow now and then; how long an example takes is no promise. A failure prints how to repeat it.
hypothesis.settings.register_profile("tracktwo", deadline=None, print_blob=True)
hypothesis.settings.load_profile("tracktwo")

ON_POSTGRESQL = "TRACKTWO_DATABASE_URL" in os.environ


def pytest_configure() -> None:
    """Load Django now that its variables are set."""
    import django
    from django.conf import settings

    # Pages are tested from the sources of their style and script files, without collecting them first.
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    Path(settings.STATIC_ROOT).mkdir(exist_ok=True)
    django.setup()
    _passwords_at_little_cost()


def _passwords_at_little_cost() -> None:
    """Argon2id as ever, at less work: the suite signs in some hundred times. Servers of their own work in full."""
    from django.contrib.auth.hashers import Argon2PasswordHasher

    Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost = 1, 64
    Argon2PasswordHasher.parallelism = 1


def touches_database(item: pytest.Item) -> bool:
    """True for tests of the database that pytest-django gives them."""
    if item.get_closest_marker("django_db"):
        return True
    return bool({"db", "transactional_db"} & set(getattr(item, "fixturenames", ())))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL only what touches the database is said twice; the rest has been said on SQLite."""
    if not ON_POSTGRESQL:
        return
    kept = [item for item in items if touches_database(item) and not item.get_closest_marker("sqlite")]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """On SQLite a file, as in an installation: a database in memory locks in other ways."""
    from django.conf import settings

    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    name = f"suite_{worker}" if ON_POSTGRESQL else str(DATA / "suite.sqlite3")
    database: dict[str, Any] = settings.DATABASES["default"]
    database["TEST"] = {**database.get("TEST", {}), "NAME": name}


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a real PostgreSQL, one for all workers."""
    base = tmp_path_factory.getbasetemp()
    return databases.start((base.parent if IN_WORKER else base) / "postgresql")


@pytest.fixture
def postgresql(postgresql_server: str) -> Iterator[str]:
    """The address of an empty PostgreSQL database, dropped after the test."""
    with databases.fresh(postgresql_server) as address:
        yield address


@pytest.fixture(autouse=True)
def in_the_first_language() -> None:
    """A page that a test before asked for in Arabic leaves its language in the thread."""
    from django.utils import translation

    translation.deactivate()
