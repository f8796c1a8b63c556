"""What the benchmarks run on: the domains of GENIUS, and synthetic tables that follow from their seed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tracktwo.engines.bargaining import formats
from tracktwo.engines.bargaining.table import Budget, Excludes, Issue, Requires, Table

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "genius"
_GENIUS = [
    ("laptop", "laptopdomain/laptop_domain", "laptopdomain/laptop_{}_utility", ("buyer", "seller")),
    (
        "EnergySmall-A",
        "anac/y2012/EnergySmall/EnergySmall-A-domain",
        "anac/y2012/EnergySmall/EnergySmall-A-prof{}",
        "12",
    ),
    ("Politics", "ANAC2015/group2-politics/Politics", "ANAC2015/group2-politics/Politics_util{}", "123"),
    ("Domain16", "Domain16/Domain16", "Domain16/Domain16_util{}", "12345"),
    (
        "Supermarket-A",
        "anac/y2012/Supermarket/Supermarket-A-domain",
        "anac/y2012/Supermarket/Supermarket-A-prof{}",
        "12",
    ),
    ("Travel-A", "anac/y2012/Travel/Travel-A-domain", "anac/y2012/Travel/Travel-A-prof{}", "12"),
    ("Energy-A", "anac/y2012/Energy/Energy-A-domain", "anac/y2012/Energy/Energy-A-prof{}", "12"),
    ("parsCat", "ANAC2016/parsCat/domain", "ANAC2016/parsCat/profile{}", "123"),
]


def genius() -> Iterator[tuple[str, Table]]:
    """The real domains that lie beside the checkout; none where they do not."""
    for name, domain, profile, which in _GENIUS:
        path = DATA / f"{domain}.xml"
        if path.exists():
            yield name, formats.read(path, [DATA / f"{profile.format(k)}.xml" for k in which]).table()


def shaped(
    issues: int,
    options: int,
    sides: int,
    *,
    rules: int = 0,
    budget: bool = False,
    points: int = 1_000,
    walk_away: float = 0.35,
    seed: int = 0,
) -> Table:
    """A synthetic table: Dirichlet weights, half of the issues opposed, random rules and a budget of about half
    of what a package may cost; walk-aways at a share of each side's best.
    """
    rng = np.random.default_rng(seed)
    weights = rng.dirichlet(np.ones(issues), size=sides).T
    values = []
    for j in range(issues):
        level = np.sort(rng.random((sides, options)), axis=1)
        level = (level - level[:, :1]) / (level[:, -1:] - level[:, :1])
        if rng.random() < 0.5:
            level[1::2] = level[1::2, ::-1]
        else:
            level = np.array([row[rng.permutation(options)] if rng.random() < 0.5 else row for row in level])
        values.append(np.round(level * weights[j][:, None] * points).astype(np.int64))
    requires, excludes = [], []
    for _ in range(rules):
        j, i = (int(x) for x in rng.choice(issues, 2, replace=False))
        one, other = (j, int(rng.integers(options))), (i, int(rng.integers(options)))
        if rng.random() < 0.5:
            requires.append(Requires(one, other))
        else:
            excludes.append(Excludes(one, other))
    cost = tuple(rng.integers(0, 20, options) for _ in range(issues))
    best = np.asarray(sum(p.max(axis=1) for p in values))
    return Table(
        sides=tuple("ABCDEFGH"[:sides]),
        issues=tuple(Issue(f"issue {j}", tuple(map(str, range(options)))) for j in range(issues)),
        points=tuple(values),
        walk_away=(best * walk_away).astype(np.int64),
        requires=tuple(requires),
        excludes=tuple(excludes),
        budgets=(Budget("money", cost, 9 * issues),) if budget else (),
    )


def processor(work: Callable[[], Any], *, least: float = 0.2, most: int = 20) -> tuple[Any, float]:
    """What it gives, and seconds of the processor: the best of several runs that take ``least`` together."""
    best, total, runs, result = np.inf, 0.0, 0, None
    while runs < most and (total < least or runs < 1):
        began = time.process_time()
        result = work()
        spent = time.process_time() - began
        best, total, runs = min(best, spent), total + spent, runs + 1
    return result, float(best)


def peak_memory() -> float:
    """Megabytes, the most this process has held so far (Linux)."""
    status = Path("/proc/self/status").read_text()  # getrusage would tell what the parent held before
    return int(status.split("VmHWM:")[1].split()[0]) / 1024
