"""Starting and stopping the server: `serve` for keeps, `demo` for an hour."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

from tracktwo.errors import BadInput, Refusal

ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
STOP_WITHIN = 1  # seconds: an open page does not hold up the end


def settle(*, data: Path | None = None, demo: bool = False) -> None:
    """Set the data directory before the settings are read, make it private, and load Django."""
    if data is not None:
        os.environ["TRACKTWO_DATA"] = str(data)
    if demo:
        os.environ["TRACKTWO_DEMO"] = "true"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracktwo.settings")
    os.umask(0o077)  # keys, database and whatever lies beside them are for the owner alone
    chosen = Path(os.environ.get("TRACKTWO_DATA") or Path.home() / ".local" / "share" / "tracktwo")
    try:
        chosen.mkdir(mode=0o700, parents=True, exist_ok=True)
        chosen.chmod(0o700)
    except OSError as fault:
        remedy = "choose a folder that you may write to, with --data"
        raise BadInput(
            f"the data directory cannot be made ({fault.strerror})", where=str(chosen), remedy=remedy
        ) from None
    from tracktwo.vault.keystore import Keystore  # before the settings: they read the signing key

    Keystore(chosen / "keystore").ensure()
    _load()


def _load() -> None:
    import django
    from django.core.exceptions import ImproperlyConfigured

    try:
        django.setup()
    except ImproperlyConfigured as fault:
        raise BadInput(str(fault).rstrip("."), remedy="correct or remove this variable") from None


def without_data() -> None:
    """Load Django for what needs neither keys nor a database; no folder is made."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracktwo.settings")
    _load()


def prepare(say: Callable[[str], None]) -> None:
    """Migrate, collect the static files, and run every start-up check."""
    from django.core.management import call_command
    from django.core.management.base import SystemCheckError
    from django.db import DatabaseError

    say("the database")
    try:
        call_command("migrate", verbosity=0, interactive=False)
    except DatabaseError:
        # Never the address itself: it may hold a password.
        remedy = "check TRACKTWO_DATABASE_URL, or the file tracktwo.sqlite3, and that the database runs"
        raise BadInput("the database cannot be opened", remedy=remedy) from None
    from tracktwo.dialogue import acts as dialogue
    from tracktwo.statements import closure

    closure.finish_all()
    dialogue.finish_all()
    say("pictures and style sheets")
    call_command("collectstatic", verbosity=0, interactive=False)
    try:
        call_command("check", databases=["default"], fail_level="ERROR", stdout=io.StringIO())
    except SystemCheckError as fault:
        raise Refusal(str(fault).replace("%", "%%")) from None


def listen(host: str, port: int) -> socket.socket:
    """Take the address, or say in a sentence why not."""
    try:
        taken = socket.create_server((host, port), backlog=256)
    except OSError as fault:
        remedy = "choose another with --port"
        raise BadInput(
            f"this address is not free ({fault.strerror})", where=f"{host}:{port}", remedy=remedy
        ) from None
    return taken


def run(taken: socket.socket, *, ready: Callable[[], None]) -> None:
    """Serve until told to stop; then within three seconds."""
    import uvicorn

    from tracktwo.asgi import application
    from tracktwo.dialogue.releasing import Releaser
    from tracktwo.statements.counting import Counter

    config = uvicorn.Config(
        application,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        lifespan="off",
        timeout_graceful_shutdown=STOP_WITHIN,
        proxy_headers=False,
    )
    for end in ENDS[1:]:
        signal.signal(end, _as_interrupt)
    in_the_background = (Counter(), Releaser())
    for one in in_the_background:
        one.start()
    try:
        with suppress(KeyboardInterrupt):  # uvicorn stops in order, then hands the signal on
            _announcing(config, ready).run(sockets=[taken])
    finally:
        for one in in_the_background:
            one.stop()


def _announcing(config: Any, ready: Callable[[], None]) -> Any:
    import uvicorn

    class Announcing(uvicorn.Server):
        """Says that it is ready once it listens; ends the streams first when it stops."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets=sockets)
            ready()

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            from tracktwo.dialogue import live

            live.stop()
            await super().shutdown(sockets=sockets)

    return Announcing(config)


class ThrowAway:
    """A folder that is gone whichever way the program ends, short of kill -9."""

    def __enter__(self) -> Path:
        self.folder = Path(tempfile.mkdtemp(prefix="tracktwo-demo-"))
        for end in ENDS[1:]:
            signal.signal(end, _as_interrupt)
        return self.folder

    def __exit__(self, *_exception: object) -> None:
        for end in ENDS:
            signal.signal(end, signal.SIG_IGN)  # nobody hurries the clearing up
        _close_databases()
        shutil.rmtree(self.folder, ignore_errors=True)


def _as_interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _close_databases() -> None:
    from django.db import connections

    connections.close_all()


def write_ready_file(path: Path, content: dict[str, Any]) -> None:
    """For programs that wait for the server: complete or not there at all."""
    beside = path.with_name(path.name + ".part")
    beside.write_text(json.dumps(content))
    beside.replace(path)
