"""Real servers for the tests: installed in a folder, started as anybody starts them, stopped by their number.

Starting Python and loading everything costs seconds. Where a test starts many servers, a `Nursery` loads the
modules once, without touching the database, and gives birth to each server by fork: from there on it is the
`tracktwo` command as everybody runs it, in a process of its own that can be killed.
"""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
# A shell that starts the suite in the background has it ignore Ctrl-C, and what it starts inherits that.
HEARS_CTRL_C = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
TRACKTWO = (sys.executable, "-c", HEARS_CTRL_C + "from tracktwo.cli import app; app(prog_name='tracktwo')")
SECONDS_TO_START = 90


def environment(**more: str) -> dict[str, str]:
    """What a command may know of this machine: nothing of another Tracktwo, and where its modules are."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TRACKTWO_")}
    kept["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), kept.get("PYTHONPATH")]))
    return kept | more


@dataclass(frozen=True)
class Installation:
    """Where one Tracktwo keeps what it has: a data directory, and a PostgreSQL or none."""

    data: Path
    database: str = ""

    def environment(self) -> dict[str, str]:
        more = {"TRACKTWO_DATA": str(self.data)}
        return environment(**more, **({"TRACKTWO_DATABASE_URL": self.database} if self.database else {}))


@dataclass(frozen=True)
class Said:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


@dataclass
class Server:
    """A running server. `said` is its log; `ready` what it told when it listened."""

    pid: int
    log: Path
    ready: dict[str, Any]
    seconds_to_start: float
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return str(self.ready["address"])

    @property
    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def kill(self) -> None:
        """As the kernel or a power button does: no word of warning, nothing tidied."""
        os.kill(self.pid, signal.SIGKILL)
        if self.process is not None:
            self.process.wait()

    def end(self, by: int = signal.SIGINT, *, within: float = 30) -> tuple[int, float]:
        """Ask it to stop; its exit code and how long it took."""
        assert self.process is not None
        began = time.monotonic()
        self.process.send_signal(by)
        code = self.process.wait(within)
        return code, time.monotonic() - began


def tracktwo(*words: object, home: Installation | None = None, **more: str) -> Said:
    """Run a command to its end."""
    known = (home.environment() if home else environment()) | more
    done = subprocess.run(
        [*TRACKTWO, *map(str, words)], env=known, capture_output=True, text=True, timeout=60, check=False
    )
    return Said(done.returncode, done.stdout, done.stderr)


def launch(folder: Path, *words: object, **known: str) -> subprocess.Popen[bytes]:
    """Start a command and do not wait; what it says goes to `server.log` in the folder."""
    with (folder / "server.log").open("wb") as log:
        return subprocess.Popen(
            [*TRACKTWO, *map(str, words)], stdout=log, stderr=subprocess.STDOUT, env=known or environment()
        )


@contextmanager
def running(folder: Path, *words: object, **known: str) -> Iterator[Server]:
    """`tracktwo serve` or `demo`, on a free port, until the end of the block."""
    folder.mkdir(exist_ok=True)
    told = folder / "ready.json"
    told.unlink(missing_ok=True)
    began = time.monotonic()
    process = launch(folder, *words, "--port", 0, "--ready-file", told, **known)
    try:
        ready = _wait_for(told, lambda: process.poll() is None, folder / "server.log")
        yield Server(process.pid, folder / "server.log", ready, time.monotonic() - began, process)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def serving(home: Installation, folder: Path) -> Any:
    return running(folder, "serve", "--data", home.data, **home.environment())


def _wait_for(told: Path, alive: Any, log: Path) -> dict[str, Any]:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and alive():
        with suppress(OSError, ValueError):
            return dict(json.loads(told.read_text()))
        time.sleep(0.01)
    pytest.fail(
        f"The server did not start. It said:\n{log.read_text(errors='replace')[-4000:]}", pytrace=False
    )


@dataclass
class Nursery:
    """Gives birth to servers and other commands of one installation, each a process of its own."""

    home: Installation
    folder: Path
    process: subprocess.Popen[str]
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def serve(self, *, fault: str = "") -> Server:
        """`tracktwo serve` on a free port; `fault` names a fault to plant, `module:function`, called first."""
        told = self.folder / f"ready-{next(self.numbers)}.json"
        began = time.monotonic()
        pid, log = self._bear(
            words=["serve", "--data", str(self.home.data), "--port", "0", "--ready-file", str(told)],
            fault=fault,
        )
        return Server(pid, log, _wait_for(told, lambda: _lives(pid), log), time.monotonic() - began)

    def run(self, *words: object, fault: str = "") -> Said:
        """A command to its end."""
        pid, log = self._bear(words=[*map(str, words)], fault=fault)
        code = self.ended(pid, log)
        return Said(code, log.read_text(), log.with_suffix(".err").read_text())

    def begin(self, *words: object) -> tuple[int, Path]:
        """A command that is not waited for: its number, and its log."""
        return self._bear(words=[*map(str, words)])

    def call(self, function: str, **named: Any) -> Any:
        """What `module:function` answers inside the installation."""
        pid, log = self._bear(function=function, named=named)
        code = self.ended(pid, log)
        if code:
            pytest.fail(f"{function} failed:\n{log.with_suffix('.err').read_text()[-4000:]}", pytrace=False)
        return json.loads(log.with_suffix(".json").read_text())

    def _bear(self, **job: Any) -> tuple[int, Path]:
        log = self.folder / f"job-{next(self.numbers)}.log"
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps(job | {"log": str(log)}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line.startswith("born "), f"the nursery is gone: {line}"
        return int(line.split()[1]), log

    def ended(self, pid: int, log: Path) -> int:
        """Wait for the end of a command; its exit code."""
        end, deadline = log.with_suffix(".end"), time.monotonic() + 120
        while not end.exists():
            if not _lives(pid) and not end.exists():
                return -signal.SIGKILL
            assert time.monotonic() < deadline, f"no end of {log}:\n{log.read_text()}"
            time.sleep(0.01)
        return int(end.read_text())


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@contextmanager
def nursery(home: Installation, folder: Path, *, inside: tuple[str, ...] = ()) -> Iterator[Nursery]:
    """A nursery for an installation; its data directory, keys and tables are made.

    `inside` stands before its command: a program that gives it another view of the machine.
    """
    folder.mkdir(exist_ok=True)
    command = [*inside, sys.executable, "-m", "tests.serving.birth", str(home.data)]
    process = subprocess.Popen(
        command, env=home.environment(), cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        born = Nursery(home, folder, process)
        assert born.run("manage", "migrate", "--verbosity", "0").code == 0
        yield born
    finally:
        process.stdin.close()  # type: ignore[union-attr]
        process.wait(30)
