"""Run by the peers' own Python: time red-dwarf's pipeline on the votes of a file, print JSON."""

from __future__ import annotations

import json
import resource
import sys
import time
import warnings

import numpy as np

warnings.filterwarnings("ignore")


def main(path: str, runs: int) -> None:
    from reddwarf.implementations.polis import run_pipeline

    data = np.load(path)
    triples = zip(*(data[name].tolist() for name in ("person", "statement", "vote")), strict=True)
    votes = [{"participant_id": p, "statement_id": s, "vote": v} for p, s, v in triples]
    wall, cpu = [], []
    for _ in range(runs):
        began = time.perf_counter(), time.process_time()
        run_pipeline(votes=votes, mod_out_statement_ids=[])
        wall.append(time.perf_counter() - began[0])
        cpu.append(time.process_time() - began[1])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"wall": min(wall), "cpu": min(cpu), "peak_mb": peak}))


main(sys.argv[1], int(sys.argv[2]))
