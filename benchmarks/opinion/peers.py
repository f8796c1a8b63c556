"""Peers in an environment of their own: made in a temporary folder from PyPI, thrown away afterwards."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from tracktwo.engines.opinion.votes import Votes

RED_DWARF = "red-dwarf==0.4.0"
_RUN = Path(__file__).with_name("peers_red_dwarf.py")


@contextmanager
def environment(python: Path | None) -> Iterator[Path]:
    """A Python that has red-dwarf: the one given, or a new one (some 300 MB, a minute)."""
    if python is not None:
        yield python
        return
    with tempfile.TemporaryDirectory(prefix="tracktwo-peers-") as folder:
        venv.create(folder, with_pip=True)
        own = Path(folder) / "bin" / "python"
        subprocess.run([own, "-m", "pip", "install", "--quiet", RED_DWARF], check=True, stdout=sys.stderr)
        yield own


def red_dwarf(python: Path, votes: Votes, *, runs: int) -> dict[str, Any]:
    """Seconds of red-dwarf's whole pipeline on these votes: best by the clock and of the processor, and memory."""
    person, statement, vote = votes.triples()
    with tempfile.TemporaryDirectory(prefix="tracktwo-votes-") as folder:
        path = Path(folder) / "votes.npz"
        np.savez(path, person=person, statement=statement, vote=vote)
        one_thread = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        told = subprocess.run(
            [python, _RUN, path, str(runs)],
            check=True,
            capture_output=True,
            text=True,
            env=os.environ | one_thread,
        )
    answer: dict[str, Any] = json.loads(told.stdout.splitlines()[-1])
    return answer
