"""Ctrl-C ends the demo within three seconds and leaves nothing behind; it ends `serve` and leaves what people gave."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.serving.servers import Installation, Server, environment, launch, running, serving
from tests.serving.visitors import Visitor

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def places(tmp_path: Path) -> dict[str, Path]:
    """The folders a demo could leave something in: temporary files, and a home."""
    made = {name: tmp_path / name for name in ("temporary", "home", "run")}
    for folder in made.values():
        folder.mkdir()
    return made


def known(places: dict[str, Path]) -> dict[str, str]:
    return environment(
        TMPDIR=str(places["temporary"]), HOME=str(places["home"]), XDG_DATA_HOME="", MPLCONFIGDIR=""
    )


def left(places: dict[str, Path]) -> list[str]:
    return [str(path) for name in ("temporary", "home") for path in places[name].rglob("*")]


def within() -> float:
    """Three seconds; in proportion more where others keep the machine busier than it has cores."""
    return 3.0 * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def nobody_listens(address: str) -> bool:
    parts = urlsplit(address)
    with socket.socket() as line:
        return line.connect_ex((parts.hostname, parts.port)) != 0


def sane(end: int) -> set[int]:
    """What a command that was asked to stop answers to a shell or a supervisor."""
    return {0, 128 + end, 128 + signal.SIGINT, -end}


def children(pid: int) -> list[int]:
    return [
        int(one) for path in Path(f"/proc/{pid}/task").glob("*/children") for one in path.read_text().split()
    ]


@contextmanager
def browsers_hold_on(server: Server) -> Iterator[None]:
    """A page kept open, a form half sent, and a page asked for and never read."""
    parts = urlsplit(server.address)
    place = (parts.hostname or "", parts.port or 0)
    reader = Visitor(lambda: server.address)
    assert reader.get("/").status in (200, 302)
    lines = [socket.create_connection(place) for _ in range(3)]
    lines[1].sendall(b"POST /enter/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\ncode=")
    lines[2].sendall(b"GET /health/ HTTP/1.1\r\nHost: localhost\r\n\r\n" * 200)
    time.sleep(0.3)
    yield
    reader.hang_up()
    for line in lines:
        line.close()


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(signal.SIGINT, id="Ctrl-C"),
        pytest.param(signal.SIGTERM, id="asked by the system"),
        pytest.param(signal.SIGHUP, id="its terminal closed", marks=pytest.mark.slow),
    ],
)
def test_the_demo_ends_within_three_seconds_and_leaves_nothing_behind(places, end):
    with running(places["run"], "demo", **known(places)) as server:
        held = list(places["temporary"].iterdir())
        assert [folder.name.startswith("tracktwo-demo-") for folder in held] == [True]
        assert held[0].stat().st_mode & 0o777 == 0o700
        below = children(server.pid)
        with browsers_hold_on(server):
            code, seconds = server.end(end)
        assert seconds < within()
        assert code in sane(end)
        assert left(places) == []
        assert nobody_listens(server.address)
        assert not any(Path(f"/proc/{pid}").exists() for pid in below)
        assert "Traceback" not in server.said
        assert "gone" in server.said


def test_an_impatient_second_ctrl_c_leaves_nothing_behind_either(places):
    with running(places["run"], "demo", **known(places)) as server:
        assert server.process is not None
        with browsers_hold_on(server):
            for _ in range(20):
                server.process.send_signal(signal.SIGINT)
                time.sleep(0.05)
                if server.process.poll() is not None:
                    break
            code, _seconds = server.end()
        assert left(places) == []
        assert code in sane(signal.SIGINT)
        assert "Traceback" not in server.said


@pytest.mark.parametrize("step", ["the database", "votes of the wider circle"])
def test_ctrl_c_while_the_demo_is_made_leaves_nothing_behind(places, step):
    process = launch(places["run"], "demo", "--port", 0, **known(places))
    try:
        _wait_until_said(places["run"] / "server.log", step, process)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 128 + signal.SIGINT
        assert time.monotonic() - began < within()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    assert left(places) == []
    assert "Traceback" not in (places["run"] / "server.log").read_text()


def _wait_until_said(log: Path, words: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 90
    while words not in log.read_text():
        assert process.poll() is None and time.monotonic() < deadline, log.read_text()
        time.sleep(0.01)


def test_a_server_for_keeps_ends_as_fast_and_keeps_what_it_holds(places):
    home = Installation(places["home"] / "data")
    with serving(home, places["run"]) as server:
        with browsers_hold_on(server):
            code, seconds = server.end()
        assert seconds < within()
        assert code in sane(signal.SIGINT)
        assert "nothing was written" not in server.said
        assert "Traceback" not in server.said
        assert nobody_listens(server.address)
    kept = {path.name for path in home.data.iterdir()}
    assert {"keystore", "tracktwo.sqlite3"} <= kept
    with serving(home, places["run"]) as again:
        code, seconds = again.end(signal.SIGTERM)
        assert seconds < within()
        assert code in sane(signal.SIGTERM)
        assert "Traceback" not in again.said
