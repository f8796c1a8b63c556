"""Run by the peer's own Python: abcvoting's sequential PAV on a file's approvals, best of some runs, as JSON."""

from __future__ import annotations

import json
import sys
import time

import numpy as np


def main(path: str, size: int, runs: int) -> None:
    from abcvoting import abcrules
    from abcvoting.preferences import Profile

    data = np.load(path)
    ballots: list[list[int]] = [[] for _ in range(int(data["people"]))]
    for person, statement in zip(data["person"].tolist(), data["statement"].tolist(), strict=True):
        ballots[person].append(statement)
    profile = Profile(int(data["statements"]))
    profile.add_voters(ballots)
    cpu = []
    for _ in range(runs):
        began = time.process_time()
        committees = abcrules.compute_seqpav(profile, committeesize=size, resolute=True)
        cpu.append(time.process_time() - began)
    print(json.dumps({"cpu": min(cpu), "committee": sorted(int(c) for c in committees[0])}))


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
