"""How large: a million people and more on one machine; the bound set by memory; one vote more.

    python -m benchmarks.opinion.scale                              1,000,000 x 1,000 x 50M votes
    python -m benchmarks.opinion.scale --people 10000000            500M votes, 3 GB of memory
    python -m benchmarks.opinion.scale --votes-each 5 --incremental 10000

The conversation is written to a temporary file by a process of its own, so that making it does not count.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.opinion import (
    Stages,
    analyse,
    crowd,
    keep,
    load,
    memory_bandwidth,
    milliseconds,
    peak_memory,
    table,
)
from tracktwo.engines.opinion import kernels
from tracktwo.engines.opinion.incremental import Running
from tracktwo.engines.opinion.votes import Votes

PASSES = 14  # over all codes: what any method that looks at every vote a few times must read


def make(folder: Path, args: argparse.Namespace) -> None:
    votes = crowd(args.people, args.statements, args.votes_each, seed=args.seed)
    np.save(folder / "start.npy", votes.start)
    np.save(folder / "code.npy", votes.code)


def held(folder: Path, args: argparse.Namespace) -> Votes:
    command = [sys.executable, "-m", "benchmarks.opinion.scale", "--make", str(folder)]
    for name in ("people", "statements", "votes_each", "seed"):
        command += [f"--{name.replace('_', '-')}", str(getattr(args, name))]
    subprocess.run(command, check=True)
    return Votes(np.load(folder / "start.npy"), np.load(folder / "code.npy"), args.statements)


def one_vote_more(votes: Votes, number: int, seed: int) -> dict[str, float]:
    """Microseconds of a further vote, and milliseconds of the components anew."""
    rng = np.random.default_rng(seed)
    running, stages = Running(votes), Stages()
    for _ in range(3):
        person, statement = rng.integers(0, votes.people, number), rng.integers(0, votes.statements, number)
        vote = rng.integers(-1, 2, number)
        stages.time("votes", partial(running.give, person, statement, vote))
        stages.time("components", lambda: running.components(rng=np.random.default_rng(1)))
    return {
        "microseconds_a_vote": stages.cpu["votes"] / number * 1e6,
        "components_ms": stages.cpu["components"] * 1e3,
    }


def measured(votes: Votes, args: argparse.Namespace) -> dict[str, Any]:
    stages, base = Stages(), peak_memory()
    for _ in range(args.runs):
        fit = analyse(votes, stages)
    peak, bandwidth = peak_memory(), memory_bandwidth()
    bound = PASSES * votes.code.nbytes / bandwidth
    total = sum(stages.wall.values())
    row: dict[str, Any] = {"people": votes.people, "statements": votes.statements, "votes": len(votes)}
    row |= {"stages": stages.as_data(), "wall": total, "cpu": sum(stages.cpu.values()), "groups": fit.count}
    row |= {"bandwidth": bandwidth, "bound": bound, "times_bound": total / bound}
    row |= {"peak_mb": peak, "before_mb": base}
    if args.incremental:
        row["incremental"] = one_vote_more(votes, args.incremental, args.seed)
    return row


def show(row: dict[str, Any]) -> None:
    stages = row["stages"]
    header = ["milliseconds", *stages["wall"], "all"]
    rows = [
        [name, *(milliseconds(t) for t in stages[kind].values()), milliseconds(row[kind])]
        for kind, name in (("wall", "by the clock"), ("cpu", "of the processor"))
    ]
    table(
        f"{row['people']:,} people x {row['statements']:,} statements, {row['votes']:,} votes", header, rows
    )
    print(
        f"\nMemory {row['peak_mb']:,.0f} MB ({row['before_mb']:,.0f} MB before, votes included); reading memory "
        f"{row['bandwidth'] / 1e9:.0f} GB/s, {PASSES} passes {milliseconds(row['bound'])} ms: "
        f"{row['times_bound']:.0f} times that bound"
    )
    if "incremental" in row:
        more = row["incremental"]
        print(
            f"One vote more: {more['microseconds_a_vote']:.2f} microseconds; "
            f"components anew: {more['components_ms']:.1f} ms"
        )


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--people", type=int, default=1_000_000)
    ask.add_argument("--statements", type=int, default=1_000)
    ask.add_argument("--votes-each", type=float, default=53)
    ask.add_argument("--seed", type=int, default=0)
    ask.add_argument("--runs", type=int, default=3)
    ask.add_argument("--incremental", type=int, default=0, metavar="VOTES")
    ask.add_argument("--plain", action="store_true", help="without compiled kernels")
    ask.add_argument("--make", type=Path, help=argparse.SUPPRESS)
    ask.add_argument("--json", type=Path)
    args = ask.parse_args()
    if args.make:
        make(args.make, args)
        return
    if not args.plain:
        kernels.warm()
    with tempfile.TemporaryDirectory(prefix="tracktwo-scale-") as folder:
        votes = held(Path(folder), args)
    began = load()
    row = measured(votes, args)
    show(row)
    print(
        f"Load of the machine at the beginning {began:.1f}, at the end {load():.1f}; {kernels.cores()} cores"
    )
    keep(args.json, {"load": [began, load()], "cores": kernels.cores()} | row)


if __name__ == "__main__":
    main()
