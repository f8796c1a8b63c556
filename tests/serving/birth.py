"""The nursery's own process: everything loaded, no database opened, one fork for each command asked for."""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any


def main(data: Path) -> None:
    """Load, then take a job a line; end with the input."""
    from tracktwo import serving

    serving.settle(data=data)
    # Not the application itself: it looks once, when it is made, which style and script files there are.
    import a2wsgi  # noqa: F401
    import uvicorn  # noqa: F401
    from django.urls import get_resolver

    get_resolver().url_patterns  # noqa: B018
    # The kernel takes the dead away: their numbers are asked for, never waited for.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    born: list[int] = []
    _tell("ready")
    for line in sys.stdin:
        born.append(_bear(json.loads(line)))
        _tell(f"born {born[-1]}")
    for pid in born:
        _end(pid)


def _tell(word: str) -> None:
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


def _end(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _bear(job: dict[str, Any]) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    log = Path(job["log"])
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        _speak_into(log)
        code = _do(job, log)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        done = log.with_suffix(".part")
        done.write_text(str(code))
        done.replace(log.with_suffix(".end"))
        os._exit(code)


def _speak_into(log: Path) -> None:
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT, 0o600), 1)
    os.dup2(os.open(log.with_suffix(".err"), os.O_WRONLY | os.O_CREAT, 0o600), 2)


def _do(job: dict[str, Any], log: Path) -> int:
    if job.get("fault"):
        _named(job["fault"])()
    if "function" in job:
        log.with_suffix(".json").write_text(json.dumps(_named(job["function"])(**job["named"])))
        return 0
    from tracktwo.cli import app

    app(job["words"], prog_name="tracktwo")
    return 0


def _named(place: str) -> Any:
    module, name = place.split(":")
    return getattr(importlib.import_module(module), name)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
