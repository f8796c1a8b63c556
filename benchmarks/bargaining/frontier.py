"""The complete frontier and the card of solutions side by side with NegMAS 0.16, on the same integers.

    nice -n 10 python -m benchmarks.bargaining.frontier [--negmas PYTHON] [--large] [--json FILE]

Seconds of the processor, ours the best of several runs, NegMAS' once (it needs up to minutes). ``--large`` adds a
synthetic domain of 10^7 packages (NegMAS: some minutes, 4 GB; frontier only). Memory: what a process of each holds at
most, libraries included. Card: max-Nash, Kalai-Smorodinsky, leximin, utilitarian, each with its certificate.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.bargaining import cases, peers
from benchmarks.peers import environment
from tracktwo.engines.bargaining import frontier, kernels, solutions
from tracktwo.engines.bargaining.table import Table

HEAD = (
    "| domain | packages | sides | frontier ms | NegMAS ms | times faster | points equal "
    "| card ms | NegMAS stats ms | times faster | MB | NegMAS MB |"
)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--negmas", type=Path, help="a Python that has NegMAS; made and thrown away otherwise"
    )
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--memory", help=argparse.SUPPRESS)
    given = parser.parse_args()
    tables = dict(cases.genius())
    tables["synthetic 10^6"] = cases.shaped(6, 10, 2, seed=1)
    tables["synthetic 10^7"] = cases.shaped(7, 10, 2, seed=1)
    if given.memory:
        frontier.find(tables[given.memory])
        print(cases.peak_memory())
        return
    if not given.large:
        del tables["synthetic 10^7"]
    kernels.warm()
    rows = []
    print(HEAD)
    print("|---" * HEAD.count(" | ") + "|---|")
    with environment(given.negmas, peers.NEGMAS) as python:
        for name, table in sorted(tables.items(), key=lambda item: item[1].packages):
            row = compared(name, table, python)
            rows.append(row)
            print(line(row), flush=True)
    if given.json:
        given.json.write_text(json.dumps(rows, indent=1) + "\n")


def compared(name: str, table: Table, python: Path) -> dict[str, Any]:
    found, ours = cases.processor(lambda: frontier.find(table))
    above = found.points[(found.points >= table.walk_away).all(axis=1)]  # NegMAS gives no others
    _, card = cases.processor(lambda: solutions.card(table, seconds=30))
    theirs = peers.negmas(python, table, stats=table.packages <= 10**6)
    own = subprocess.run(
        [sys.executable, "-m", "benchmarks.bargaining.frontier", "--memory", name],
        check=True,
        capture_output=True,
        text=True,
    )
    return {
        "domain": name,
        "packages": table.packages,
        "sides": len(table.sides),
        "frontier": ours,
        "negmas_frontier": theirs["frontier"]["cpu"],
        "equal": sorted(map(tuple, theirs["points"])) == sorted(map(tuple, above.tolist())),
        "points": [len(above), len(theirs["points"])],
        "complete": found.complete,
        "card": card,
        "negmas_stats": theirs.get("stats", {}).get("cpu"),
        "mb": float(own.stdout.split()[-1]),
        "negmas_mb": theirs["frontier_mb"],
    }


def line(row: dict[str, Any]) -> str:
    stats = row["negmas_stats"]
    cells = [
        row["domain"],
        f"{row['packages']:,}",
        str(row["sides"]),
        f"{row['frontier'] * 1e3:.2f}",
        f"{row['negmas_frontier'] * 1e3:,.0f}",
        f"**{row['negmas_frontier'] / row['frontier']:,.0f}**",
        "yes" if row["equal"] else f"no: {row['points'][0]} and {row['points'][1]}",
        f"{row['card'] * 1e3:.1f}",
        "not run" if stats is None else f"{stats * 1e3:,.0f}",
        "" if stats is None else f"**{stats / row['card']:,.0f}**",
        f"{row['mb']:.0f}",
        f"{row['negmas_mb']:,.0f}",
    ]
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    main()
