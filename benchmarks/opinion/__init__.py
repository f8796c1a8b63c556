"""Benchmarks of the opinion engine, side by side with its peers: ratios, printed and as JSON, never a gate.

    python -m benchmarks.opinion.speed --help     real and synthetic conversations against red-dwarf
    python -m benchmarks.opinion.scale --help     a million people and more, memory, one vote more
    python -m benchmarks.opinion.dask_growth --help   many parts on a cluster of this machine

Run from the checkout. Synthetic conversations follow from their seed. BLAS is held to one thread.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
SOURCE = Path(__file__).resolve().parents[2] / "src"
if str(SOURCE) not in sys.path:
    sys.path.insert(0, str(SOURCE))

import numpy as np  # noqa: E402 (after the threads of BLAS are set)

from tracktwo.engines.opinion.votes import Votes  # noqa: E402


@dataclass
class Stages:
    """Seconds of each stage by the clock and of the processor: the best of several runs."""

    wall: dict[str, float] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)

    def time(self, name: str, work: Callable[[], Any]) -> Any:
        wall, cpu = time.perf_counter(), time.process_time()
        result = work()
        for kept, began, now in (
            (self.wall, wall, time.perf_counter()),
            (self.cpu, cpu, time.process_time()),
        ):
            kept[name] = min(kept.get(name, np.inf), now - began)
        return result

    def take(self, other: Stages) -> None:
        """The better of both, stage by stage."""
        for kept, theirs in ((self.wall, other.wall), (self.cpu, other.cpu)):
            kept |= {name: min(kept.get(name, np.inf), took) for name, took in theirs.items()}

    def as_data(self) -> dict[str, Any]:
        return {"wall": self.wall, "cpu": self.cpu}


def crowd(people: int, statements: int, votes_each: float, *, seed: int = 0, camps: int = 3) -> Votes:
    """A synthetic conversation: camps that lean differently, some people answering far more than others.

    Answers a person: log-normal with a spread of 0.7, ``votes_each`` on average before doubles are dropped.
    """
    rng = np.random.default_rng(seed)
    lean = (1 / (1 + np.exp(-rng.normal(0, 1.2, (camps, statements))))).astype(np.float32)
    starts, codes, total = [np.zeros(1, dtype=np.int64)], [], 0
    for first in range(0, people, 1 << 16):
        n = min(1 << 16, people - first)
        camp = rng.integers(0, camps, n)
        answers = np.clip(rng.lognormal(np.log(votes_each * 0.78), 0.7, n).astype(np.int64), 1, statements)
        cell = np.repeat(np.arange(n) * statements, answers) + rng.integers(0, statements, answers.sum())
        cell.sort()
        person, statement = np.divmod(cell[np.append(True, cell[1:] != cell[:-1])], statements)
        agrees = rng.random(len(person), dtype=np.float32) < lean[camp[person], statement]
        vote = np.where(rng.random(len(person), dtype=np.float32) < 0.1, 1, 2 * agrees)
        codes.append((statement << 2 | vote).astype(np.uint16 if statements <= 16_384 else np.uint32))
        starts.append(total + np.cumsum(np.bincount(person, minlength=n)))
        total += len(person)
    return Votes(np.concatenate(starts), np.concatenate(codes), statements)


def analyse(votes: Votes, stages: Stages) -> Any:
    """What red-dwarf computes (counts, space, groups, counts of each group), then common ground: the groups."""
    from tracktwo.engines.opinion import bridging, cleavage, space

    rng = np.random.default_rng(1)
    here = stages.time("space", lambda: space.find(votes, rng=rng))
    fit = stages.time("groups", lambda: cleavage.divide(votes, here, rng=rng))
    stages.time("counts", lambda: votes.tally(fit.members, max(fit.count, 1)))
    side = fit.members
    stages.time("ground", lambda: bridging.common_ground(votes, side, sides=max(fit.count, 1), rng=rng))
    return fit


def memory_bandwidth() -> float:
    """Bytes a second this machine reads, best of five: the sum of 128 MB."""
    numbers = np.ones(1 << 24)
    best = np.inf
    for _ in range(5):
        began = time.perf_counter()
        numbers.sum()
        best = min(best, time.perf_counter() - began)
    return float(numbers.nbytes / best)


def peak_memory() -> float:
    """Megabytes, the most this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def load() -> float:
    """Processes waiting for a core, averaged over the last minute: above 0.5, figures by the clock say little."""
    return os.getloadavg()[0]


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1e3:,.1f}"


def table(title: str, header: list[str], rows: list[list[str]]) -> None:
    """Print a Markdown table, ready for the documentation."""
    print(f"\n{title}\n")
    print("| " + " | ".join(header) + " |")
    print("|" + "---|" * len(header))
    for row in rows:
        print("| " + " | ".join(row) + " |")


def keep(path: Path | None, data: Any) -> None:
    if path is not None:
        path.write_text(json.dumps(data, indent=1) + "\n")
