"""Run by the peer's own Python: time NegMAS on the tables of a file, print JSON. NegMAS is AGPL: never imported here.

The file holds {"points": [issue][side][option], "walk_away": [side]}: the very integers our engine gets.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")


def peak_memory() -> float:
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1024


def main(path: str, what: str) -> None:
    from negmas import make_issue
    from negmas.preferences import LinearAdditiveUtilityFunction
    from negmas.preferences.ops import calc_scenario_stats, pareto_frontier

    case = json.loads(Path(path).read_text())
    issues = [make_issue([str(k) for k in range(len(p[0]))], f"i{j}") for j, p in enumerate(case["points"])]
    ufuns = [
        LinearAdditiveUtilityFunction(
            values=[{str(k): float(v) for k, v in enumerate(p[i])} for p in case["points"]],
            weights=[1.0] * len(issues),
            issues=issues,
            reserved_value=float(d),
        )
        for i, d in enumerate(case["walk_away"])
    ]
    told: dict[str, object] = {}
    if "frontier" in what:
        wall, cpu = time.perf_counter(), time.process_time()
        front, _ = pareto_frontier(ufuns, issues=issues)
        told["frontier"] = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
        told["points"] = sorted({tuple(round(x) for x in p) for p in front})
        told["frontier_mb"] = peak_memory()
    if "stats" in what:
        wall, cpu = time.perf_counter(), time.process_time()
        calc_scenario_stats(ufuns)
        told["stats"] = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
        told["stats_mb"] = peak_memory()
    print(json.dumps(told))


main(sys.argv[1], sys.argv[2])
