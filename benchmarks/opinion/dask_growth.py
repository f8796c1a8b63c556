"""How it grows on a cluster: Parquet parts on Dask workers of this machine, against one process.

    python -m benchmarks.opinion.dask_growth --people 240000 --times 4 --workers 2

Prints the time and processor of one process and of the cluster for a conversation and for one several times as
large, and whether counts, map and groups are the very same.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.opinion import crowd, keep, load, milliseconds, table
from tracktwo.engines.opinion import distributed, kernels, parquet
from tracktwo.engines.opinion.exports import Conversation
from tracktwo.engines.opinion.votes import Votes


def conversation(votes: Votes) -> Conversation:
    m = votes.statements
    texts = tuple(f"Statement {j}" for j in range(m))
    nothing = np.zeros(m, dtype=np.int8)
    return Conversation(votes, np.arange(m), texts, nothing, np.arange(votes.people), None, "", "", "")


def processor() -> float:
    """Seconds this process has computed; run on a worker, the worker's."""
    return time.process_time()


def timed(paths: list[Path], client: Any) -> tuple[distributed.Found, float, float]:
    def computed() -> float:
        own = time.process_time()
        return own if client is None else own + sum(client.run(processor).values())

    cpu, wall = computed(), time.perf_counter()
    found = distributed.find(paths, client, rng=np.random.default_rng(1))
    return found, time.perf_counter() - wall, computed() - cpu


def the_same(one: distributed.Found, other: distributed.Found) -> bool:
    return (
        np.array_equal(one.everybody, other.everybody)
        and np.array_equal(one.counts, other.counts)
        and np.array_equal(one.space.positions, other.space.positions, equal_nan=True)
        and np.array_equal(one.groups.members, other.groups.members)
    )


def compared(votes: Votes, parts: int, client: Any) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="tracktwo-parts-") as folder:
        paths = parquet.write_parts(folder, conversation(votes), parts)
        timed(
            paths[: 2 * len(client.scheduler_info()["workers"])], client
        )  # what is imported at the first use does not count
        here, wall, cpu = timed(paths, None)
        there, cluster_wall, cluster_cpu = timed(paths, client)
    return {
        "votes": len(votes),
        "parts": parts,
        "alone": {"wall": wall, "cpu": cpu},
        "cluster": {"wall": cluster_wall, "cpu": cluster_cpu},
        "same": the_same(here, there),
    }


def main() -> None:
    import dask.distributed

    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--people", type=int, default=240_000)
    ask.add_argument("--statements", type=int, default=1_000)
    ask.add_argument("--votes-each", type=float, default=53)
    ask.add_argument("--times", type=int, default=4)
    ask.add_argument("--parts", type=int, default=2, help="of the smaller conversation")
    ask.add_argument("--workers", type=int, default=2)
    ask.add_argument("--scheduler", help="address of a cluster, instead of one on this machine")
    ask.add_argument("--seed", type=int, default=0)
    ask.add_argument("--json", type=Path)
    args = ask.parse_args()
    kernels.warm()
    kernels.one_thread_each()
    began = load()
    make: Any = dask.distributed  # it has no types
    where = args.scheduler or make.LocalCluster(
        n_workers=args.workers, threads_per_worker=1, dashboard_address=None
    )
    rows = []
    with make.Client(where) as client:
        client.run(kernels.warm)
        for times in (1, args.times):
            votes = crowd(args.people * times, args.statements, args.votes_each, seed=args.seed)
            rows.append(compared(votes, args.parts * times, client))
    header = ["votes", "parts", "one process", "cluster", "processor, one", "processor, cluster", "the same"]
    shown = [
        [
            f"{r['votes']:,}",
            str(r["parts"]),
            *(milliseconds(r[who][kind]) for kind in ("wall", "cpu") for who in ("alone", "cluster")),
            "yes" if r["same"] else "NO",
        ]
        for r in rows
    ]
    table("Milliseconds", header, shown)
    small, large = rows
    growth = large["cluster"]["wall"] / small["cluster"]["wall"]
    dearer = large["cluster"]["cpu"] / large["alone"]["cpu"]
    print(
        f"\n{large['votes'] / small['votes']:.1f} times the votes: {growth:.1f} times the time on the cluster"
    )
    print(f"Its processor: {dearer:.2f} times that of one process")
    print(f"Load of the machine at the beginning {began:.1f}, at the end {load():.1f}")
    keep(args.json, {"load": [began, load()], "workers": args.workers, "rows": rows})


if __name__ == "__main__":
    main()
