"""Random tables, small enough to look at every package, and large ones shaped like real cases."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tracktwo.engines.bargaining.table import Budget, Excludes, Interaction, Issue, Requires, Table

some = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
few = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
many = settings(max_examples=1_000, deadline=None, suppress_health_check=list(HealthCheck))


def small(seed: int, *, rules: bool = True, interactions: bool = True) -> Table:
    """2 to 5 sides, up to 6 issues, up to some 700 packages, points from 0 to 30."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 6))
    counts = rng.integers(2, 5, int(rng.integers(2, 7)))
    while counts.prod() > 700:
        counts = counts[:-1]
    points = tuple(rng.integers(0, 31, (n, k)) for k in counts)
    top = sum(p.max(axis=1) for p in points)
    share = rng.choice([0.0, 0.3, 0.5, 0.7, 1.05])
    return Table(
        sides=tuple("ABCDE"[:n]),
        issues=tuple(Issue(f"issue {j}", tuple(map(str, range(k)))) for j, k in enumerate(counts)),
        points=points,
        walk_away=(top * share).astype(np.int64),
        **(_rules(rng, counts) if rules and rng.random() < 0.6 else {}),
        **({"interactions": _interactions(rng, counts, n)} if interactions and rng.random() < 0.3 else {}),
    )


def _rules(rng, counts):
    requires, excludes, budgets = [], [], []
    for _ in range(int(rng.integers(0, 4))):
        j, i = (int(x) for x in rng.choice(len(counts), 2, replace=False))
        one, other = (j, int(rng.integers(counts[j]))), (i, int(rng.integers(counts[i])))
        if rng.random() < 0.5:
            requires.append(Requires(one, other))
        else:
            excludes.append(Excludes(one, other))
    if rng.random() < 0.5:
        cost = tuple(rng.integers(0, 10, k) for k in counts)
        middle = sum(int(c.min()) + int(c.max()) for c in cost) // 2
        budgets.append(Budget("money", cost, middle))
    return {"requires": tuple(requires), "excludes": tuple(excludes), "budgets": tuple(budgets)}


def _interactions(rng, counts, n):
    found = []
    for _ in range(int(rng.integers(1, 3))):
        chosen = rng.choice(len(counts), min(len(counts), 2), replace=False)
        admits = {
            int(j): frozenset(
                rng.choice(counts[j], int(rng.integers(1, counts[j] + 1)), replace=False).tolist()
            )
            for j in chosen
        }
        found.append(Interaction(admits, rng.integers(-15, 16, n)))
    return tuple(found)


tables = st.integers(0, 1_000_000).map(small)


def shaped(
    issues: int,
    options: int,
    sides: int,
    *,
    rules: int = 0,
    budget: bool = False,
    points: int = 1_000,
    seed: int = 0,
) -> Table:
    """As the study behind the design drew them: Dirichlet weights, half of the issues opposed."""
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
    ties: dict[str, list[Any]] = {"requires": [], "excludes": []}
    for _ in range(rules):
        j, i = (int(x) for x in rng.choice(issues, 2, replace=False))
        one, other = (j, int(rng.integers(options))), (i, int(rng.integers(options)))
        if rng.random() < 0.5:
            ties["requires"].append(Requires(one, other))
        else:
            ties["excludes"].append(Excludes(one, other))
    cost = tuple(rng.integers(0, 20, options) for _ in range(issues))
    best = sum(p.max(axis=1) for p in values)
    return Table(
        sides=tuple("ABCDEFGH"[:sides]),
        issues=tuple(Issue(f"issue {j}", tuple(map(str, range(options)))) for j in range(issues)),
        points=tuple(values),
        walk_away=(best * 0.35).astype(np.int64),
        requires=tuple(ties["requires"]),
        excludes=tuple(ties["excludes"]),
        budgets=(Budget("money", cost, 9 * issues),) if budget else (),
    )
