"""NegMAS beside us, in an environment of its own."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from tracktwo.engines.bargaining.table import Table

NEGMAS = "negmas==0.16.0"
_RUN = Path(__file__).with_name("peers_negmas.py")


def negmas(python: Path, table: Table, *, stats: bool, seconds: float = 3_600) -> dict[str, Any]:
    """NegMAS on this table: seconds of its frontier and, if asked, of its statistics; points and memory."""
    what = "frontier,stats" if stats else "frontier"
    with tempfile.TemporaryDirectory(prefix="tracktwo-table-") as folder:
        path = Path(folder) / "table.json"
        case = {"points": [p.tolist() for p in table.points], "walk_away": table.walk_away.tolist()}
        path.write_text(json.dumps(case))
        one_thread = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
        told = subprocess.run(
            [python, _RUN, path, what],
            check=True,
            capture_output=True,
            text=True,
            timeout=seconds,
            env=os.environ | one_thread,
        )
    answer: dict[str, Any] = json.loads(told.stdout.splitlines()[-1])
    return answer
