"""The loops of the bargaining engine, compiled by numba. Opened by ``kernels.warm`` only.

Every function has a numpy twin beside the code that calls it; tests compare the two. No kernel starts a thread.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import boolean, float64, int32, int64, uint8

from tracktwo.compiling import Loops

Array = npt.NDArray[Any]  # of which numbers, say the signatures

LOOPS = Loops()


@LOOPS(float64[:, ::1], float64[::1], float64[:, ::1], float64[::1], float64[::1], float64[::1], float64)
def extended(
    points: Array, loss: Array, more: Array, lost: Array, weights: Array, lacking: Array, slack: float
) -> tuple[Array, Array]:
    """Which partial packages go on with which option (`core._extended`); groups of sides by adding one side to
    a smaller group.
    """
    n, states, options = len(weights), len(points), len(lost)
    parent = np.empty(states * options, dtype=np.int64)
    option = np.empty(states * options, dtype=np.int64)
    group = np.zeros(1 << n)
    count = 0
    for s in range(states):
        for k in range(options):
            if loss[s] + lost[k] > slack:
                continue
            fine = True
            size = 1
            for i in range(n):
                own = (points[s, i] + more[k, i]) * weights[i]
                for g in range(size):
                    group[size + g] = group[g] + own
                    fine &= group[size + g] >= lacking[size + g]
                size *= 2
                if not fine:
                    break
            if fine:
                parent[count] = s
                option[count] = k
                count += 1
    return parent[:count].copy(), option[:count].copy()


@LOOPS(int32[:, ::1], int64[::1], int64[::1], int64[::1], int32[:, ::1], uint8[:, ::1])
def layer(best: Array, first: Array, second: Array, third: Array, wider: Array, choice: Array) -> None:
    """One lot of the table best[p, q] = most points of the third side (`frontier._layer`)."""
    rows, columns = best.shape
    for k in range(len(first)):
        a, b, c, here = first[k], second[k], np.int32(third[k]), np.uint8(k)
        for p in range(rows):
            old, new, chosen = best[p], wider[p + a, b : b + columns], choice[p + a, b : b + columns]
            for q in range(columns):
                gained = old[q] + c
                better = gained > new[q]
                new[q] = gained if better else new[q]
                chosen[q] = here if better else chosen[q]


@LOOPS(int64[:, ::1], boolean[::1])
def efficient(points: Array, kept: Array) -> None:
    """Which of distinct points, sorted from the largest first coordinate down, no other dominates."""
    n = points.shape[1]
    front = np.empty(len(points), dtype=np.int64)
    count = 0
    for p in range(len(points)):
        dominated = False
        for f in range(count):
            other = front[f]
            covers = True
            for i in range(1, n):
                if points[other, i] < points[p, i]:
                    covers = False
                    break
            if covers:
                dominated = True
                # Whoever dominates one point tends to dominate its neighbours: look there first.
                if f > 0:
                    front[f], front[f // 2] = front[f // 2], other
                break
        if not dominated:
            kept[p] = True
            front[count] = p
            count += 1
