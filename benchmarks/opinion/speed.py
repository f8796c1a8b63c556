"""How quick: real conversations and synthetic ones, one thread each, red-dwarf beside us in the same run.

    python -m benchmarks.opinion.speed                       real conversations, where they are at hand
    python -m benchmarks.opinion.speed --crowd 33422 783 57  as large as Polis' largest
    python -m benchmarks.opinion.speed --crowd 100000 1000 50 --peer-runs 1     takes red-dwarf minutes

Both sides begin with the votes in memory (red-dwarf: a list of dictionaries, which it wants; ours: packed).
"""

from __future__ import annotations

import argparse
import statistics
from pathlib import Path
from typing import Any

from benchmarks.opinion import Stages, analyse, crowd, keep, load, milliseconds, peak_memory, peers, table
from benchmarks.peers import environment
from tracktwo.engines.opinion import kernels
from tracktwo.engines.opinion.exports import read_polis
from tracktwo.engines.opinion.votes import Votes

EXPORTS = Path(__file__).resolve().parents[3] / "shared" / "data" / "polis"
LIKE_PEERS = ("space", "groups", "counts")  # what red-dwarf computes too


def conversations(args: argparse.Namespace) -> dict[str, Votes]:
    if args.crowd:
        people, statements, each = args.crowd
        return {f"{people:,} x {statements:,}": crowd(people, statements, each, seed=args.seed)}
    folders = sorted(p for p in args.exports.glob("*") if p.is_dir()) if args.exports.is_dir() else []
    found = {}
    for folder in folders:
        one = read_polis(folder)
        found[folder.name] = one.votes.without(one.moderated == -1)
    return found


def ours(votes: Votes, runs: int) -> Stages:
    stages = Stages()
    for _ in range(runs):
        analyse(votes, stages)
    return stages


def measured(name: str, votes: Votes, args: argparse.Namespace, python: Path | None) -> dict[str, Any]:
    if not args.plain:
        kernels.warm()
    row: dict[str, Any] = {"name": name, "people": votes.people, "statements": votes.statements}
    row |= {"votes": len(votes), "ours": ours(votes, args.runs).as_data(), "peak_mb": peak_memory()}
    if args.fallback:
        kernels.cool()
        row["plain"] = ours(votes, args.runs).as_data()
    if python is not None:
        row["red_dwarf"] = peers.red_dwarf(python, votes, runs=args.peer_runs)
    return row


def shown(row: dict[str, Any]) -> list[str]:
    cpu = row["ours"]["cpu"]
    like = sum(cpu[s] for s in LIKE_PEERS)
    cells = [row["name"], f"{row['votes']:,}", *(milliseconds(cpu[s]) for s in (*LIKE_PEERS, "ground"))]
    cells.append(milliseconds(like))
    peer = row.get("red_dwarf")
    if peer:
        cells += [
            milliseconds(peer["cpu"]),
            f"{peer['cpu'] / like:.0f}",
            f"{peer['cpu'] / sum(cpu.values()):.0f}",
        ]
    else:
        cells += ["-"] * 3
    plain = row.get("plain")
    cells.append(f"{sum(plain['cpu'].values()) / sum(cpu.values()):.1f}" if plain else "-")
    return cells


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--crowd", nargs=3, type=int, metavar=("PEOPLE", "STATEMENTS", "VOTES_EACH"))
    ask.add_argument("--exports", type=Path, default=EXPORTS, help="folder of Polis exports")
    ask.add_argument("--seed", type=int, default=0)
    ask.add_argument("--runs", type=int, default=9)
    ask.add_argument("--peer-runs", type=int, default=3)
    ask.add_argument("--no-peer", action="store_true", help="only ours")
    ask.add_argument("--peer-python", type=Path, help="a Python that has red-dwarf, instead of a new one")
    ask.add_argument("--plain", action="store_true", help="without compiled kernels")
    ask.add_argument("--fallback", action="store_true", help="and again without them, for the ratio")
    ask.add_argument("--threads", type=int, default=1)
    ask.add_argument("--json", type=Path)
    args = ask.parse_args()
    if args.threads == 1:
        kernels.one_thread_each()
    began = load()
    if args.no_peer:
        rows = [measured(name, votes, args, None) for name, votes in conversations(args).items()]
    else:
        with environment(args.peer_python, peers.RED_DWARF) as python:
            rows = [measured(name, votes, args, python) for name, votes in conversations(args).items()]
    header = ["conversation", "votes", *LIKE_PEERS, "ground", "ours like red-dwarf", "red-dwarf"]
    header += ["times", "times, ground included", "without numba"]
    table(
        f"Milliseconds of the processor, best run, {args.threads} thread(s)", header, [shown(r) for r in rows]
    )
    ratios = [
        r["red_dwarf"]["cpu"] / sum(r["ours"]["cpu"][s] for s in LIKE_PEERS) for r in rows if "red_dwarf" in r
    ]
    if ratios:
        print(f"\nTimes red-dwarf: median {statistics.median(ratios):.0f}, least {min(ratios):.0f}")
    print(
        f"Load of the machine at the beginning {began:.1f}, at the end {load():.1f}; most memory {peak_memory():.0f} MB"
    )
    keep(args.json, {"load": [began, load()], "threads": args.threads, "rows": rows})


if __name__ == "__main__":
    main()
