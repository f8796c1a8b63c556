"""Packages by rule on synthetic tables: seconds of the processor, what is proven, and how fast certificates verify.

    nice -n 10 python -m benchmarks.bargaining.solutions [--seeds 3] [--only WORD] [--cool] [--json FILE]

Tables as `cases.shaped` makes them (Dirichlet weights, half of the issues opposed, 1,000 points, walk-aways at 35 %);
"rules": m / 2 of them and a budget. Each cell: median and largest of the seeds. ``--cool``: without numba.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.bargaining import cases
from tracktwo.engines.bargaining import certificates, frontier, kernels, solutions
from tracktwo.engines.bargaining.solutions import Solution
from tracktwo.engines.bargaining.table import Table

SECONDS = 60.0
Work = Callable[[Table], list[Solution]]


@dataclass(frozen=True)
class Figure:
    """A cell of the table: what is done on which shape, and what the design asks for."""

    name: str
    shape: dict[str, Any]
    work: Work
    wanted: str


def nash(table: Table) -> list[Solution]:
    return [solutions.max_nash(table, seconds=SECONDS)]


def ks(gap: float) -> Work:
    return lambda table: [solutions.kalai_smorodinsky(table, gap=gap, seconds=SECONDS)]


def card(table: Table) -> list[Solution]:
    return list(solutions.card(table, seconds=SECONDS).all())


def shape(m: int, k: int, n: int, *, rules: int = 0) -> dict[str, Any]:
    return {"issues": m, "options": k, "sides": n, "rules": rules, "budget": bool(rules)}


FIGURES = [
    Figure("max-Nash 100 x 10 x 8, 50 rules, budget", shape(100, 10, 8, rules=50), nash, "1.5 s"),
    Figure("max-Nash 50 x 8 x 8, rules", shape(50, 8, 8, rules=25), nash, ""),
    Figure("max-Nash 200 x 10 x 3, rules", shape(200, 10, 3, rules=100), nash, ""),
    Figure("card 15 x 5 x 3", shape(15, 5, 3), card, "0.1 s"),
    Figure("card 15 x 5 x 3, rules", shape(15, 5, 3, rules=7), card, "0.1 s"),
    Figure("card 20 x 8 x 5, rules", shape(20, 8, 5, rules=10), card, ""),
    Figure("card 20 x 8 x 8", shape(20, 8, 8), card, "KS, leximin 2 s"),
    Figure("card 20 x 8 x 8, rules", shape(20, 8, 8, rules=10), card, "KS, leximin 2 s"),
    Figure("KS 50 x 8 x 8 within 1 %", shape(50, 8, 8), ks(0.01), "0.5 s"),
    Figure("KS 50 x 8 x 8 within 0.3 %", shape(50, 8, 8), ks(0.003), "5 s"),
    Figure("KS 50 x 8 x 8 within 1 %, rules", shape(50, 8, 8, rules=25), ks(0.01), "0.5 s"),
    Figure("KS 50 x 8 x 8 within 0.3 %, rules", shape(50, 8, 8, rules=25), ks(0.003), "5 s"),
    Figure("KS 50 x 8 x 8, exact", shape(50, 8, 8), ks(0.0), "stretch: 5 s"),
    Figure("KS 50 x 8 x 8, rules, exact", shape(50, 8, 8, rules=25), ks(0.0), "stretch: 5 s"),
]
FRONTIERS = [
    ("frontier 2 sides, 100 x 10", {"issues": 100, "options": 10, "sides": 2}, "10 ms"),
    (
        "frontier 2 sides, 100 x 10, 10,000 points",
        {"issues": 100, "options": 10, "sides": 2, "points": 10_000},
        "",
    ),
    ("frontier 3 sides, 100 x 8", {"issues": 100, "options": 8, "sides": 3}, "0.5 s"),
    ("frontier 4 sides, 15 x 5", {"issues": 15, "options": 5, "sides": 4}, ""),
    ("frontier 5 sides, 10 x 5", {"issues": 10, "options": 5, "sides": 5}, ""),
]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", default="", help="figures whose name holds this")
    parser.add_argument("--cool", action="store_true", help="without compiled kernels")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    if not given.cool:
        kernels.warm()
    rows = []
    print("| what | asked | median s | largest s | proven | largest gap | verifies in ms at most |")
    print("|---|---|---|---|---|---|---|")
    for name, made, wanted in FRONTIERS:
        if given.only in name:
            rows.append(swept(name, made, wanted, given.seeds))
    rows += [measured(figure, given.seeds) for figure in FIGURES if given.only in figure.name]
    if given.json:
        given.json.write_text(json.dumps(rows, indent=1) + "\n")


def swept(name: str, made: dict[str, Any], wanted: str, seeds: int) -> dict[str, Any]:
    spent, complete, points = [], 0, 0
    for seed in range(seeds):
        table = cases.shaped(**made, seed=seed)
        found, cpu = cases.processor(lambda table=table: frontier.find(table))
        spent.append(cpu)
        complete += found.complete
        points = max(points, len(found.points))
    print(
        f"| {name} | {wanted} | {median(spent):.4f} | {max(spent):.4f} | {complete} of {seeds} complete, "
        f"up to {points:,} points | | |",
        flush=True,
    )
    return {"name": name, "cpu": spent, "complete": complete}


def measured(figure: Figure, seeds: int) -> dict[str, Any]:
    spent, gaps, checks, proven, count = [], [], [], 0, 0
    for seed in range(seeds):
        table = cases.shaped(**figure.shape, seed=seed)
        began = time.process_time()
        found = figure.work(table)
        spent.append(time.process_time() - began)
        for solution in found:
            gaps.append(solution.gap)
            proven += solution.status == "proven"
            count += 1
            assert solution.certificate is not None
            began = time.process_time()
            assert certificates.verify(table, solution.certificate, solution.surplus)
            checks.append(time.process_time() - began)
    print(
        f"| {figure.name} | {figure.wanted} | {median(spent):.3f} | {max(spent):.3f} | {proven} of {count} "
        f"| {max(gaps):.4f} | {max(checks) * 1e3:.1f} |",
        flush=True,
    )
    return {"name": figure.name, "cpu": spent, "gap": gaps, "proven": proven, "of": count}


if __name__ == "__main__":
    main()
