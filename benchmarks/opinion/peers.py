"""red-dwarf beside us, in an environment of its own."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from tracktwo.engines.opinion.votes import Votes

RED_DWARF = "red-dwarf==0.4.0"
_RUN = Path(__file__).with_name("peers_red_dwarf.py")


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
