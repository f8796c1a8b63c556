"""The disk fills up: no vote is acknowledged that is not kept, pages still read, and room alone brings it back."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serving.servers import Installation, Nursery, nursery
from tests.serving.visitors import Answer, Visitor

INSIDE = "tests.serving.inside:"
VOTES = ("agree", "disagree", "pass")
MEGABYTES = 24

pytestmark = [pytest.mark.sqlite, pytest.mark.xdist_group("faults on SQLite"), pytest.mark.timeout(300)]


def a_small_disk(folder: Path) -> tuple[str, ...]:
    """The start of a command that sees a disk of its own in the folder; a skip where that is not allowed."""
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("a small disk of its own needs the program unshare")
    apart = [unshare, "--mount"] if os.geteuid() == 0 else [unshare, "--mount", "--user", "--map-root-user"]
    mount = 'mount -t tmpfs -o size="$1" tracktwo "$2" && shift 2 && exec "$@"'
    words = (*apart, "sh", "-c", mount, "sh", f"{MEGABYTES}m", str(folder))
    tried = subprocess.run([*words, "true"], capture_output=True, text=True, check=False)
    if tried.returncode:
        pytest.skip(f"this machine lets no test mount a disk of its own: {tried.stderr.strip()}")
    return words


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Nursery]:
    disk = tmp_path / "disk"
    disk.mkdir()
    with nursery(Installation(disk / "data"), tmp_path / "run", inside=a_small_disk(disk)) as born:
        yield born


def test_a_full_disk_loses_no_acknowledged_vote_and_recovers_without_a_restart(home):
    server = home.serve()
    cast = home.call(INSIDE + "a_process", voters=1, statements=60)
    [(seat, code)] = cast["voters"].items()
    visitor = Visitor(lambda: server.address)
    assert visitor.enter(code).status == 200
    told: dict[str, str] = {}

    def vote(turn: int) -> Answer:
        statement, what = cast["statements"][turn % 60], VOTES[turn % 3]
        answer = visitor.post(f"/p/{cast['process']}/vote/", statement=statement, vote=what)
        if answer.status == 302:
            told[statement] = what
        return answer

    assert [vote(turn).status for turn in range(10)] == [302] * 10
    home.call(INSIDE + "fill_the_disk")
    refused: list[Answer] = []
    for turn in range(10, 2_000):
        answer = vote(turn)
        if answer.status != 302:
            refused.append(answer)
        if len(refused) >= 20:
            break
    assert len(refused) == 20, "the disk never filled up"
    # A page that says so in a sentence, and nothing of the fault itself.
    assert {answer.status for answer in refused} == {503}
    assert all("<h1" in answer.text and "Traceback" not in answer.text for answer in refused)
    assert visitor.get(f"/p/{cast['process']}/").status == 200
    assert visitor.get(f"/p/{cast['process']}/statements/").status == 200
    home.call(INSIDE + "empty_the_disk")
    assert [vote(turn).status for turn in range(3_000, 3_010)] == [302] * 10
    server.kill()
    held = home.call(INSIDE + "votes", process=cast["process"])["votes"][seat]
    assert {statement: held[statement] for statement in told} == told
    assert home.call(INSIDE + "health") == "ok"
    assert home.call(INSIDE + "record_of", process=cast["process"])["holds"]
