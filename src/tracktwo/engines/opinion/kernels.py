"""Compiled kernels, where numba is at hand: which loops run compiled, and on how many cores.

Nothing is compiled unasked: ``warm()`` compiles the kernels, or reads them from the cache, and until it
has been called the engine computes with numpy and scipy. A request so never waits for a compiler. Both
ways give the same integers, the same groups, and positions that differ by rounding only.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from tracktwo.compiling import Kernels

THREADS_FROM = 2_000_000  # votes; below, waking a second thread costs more than it saves
ROWS_FROM = 1_000_000  # people; the same for what is done once for each of them

_Result = TypeVar("_Result")
_KERNELS = Kernels("tracktwo.engines.opinion.compiled")
_alone = False


def compiled(code: npt.NDArray[Any] | None = None) -> ModuleType | None:
    """The compiled kernels once ``warm`` has made them ready, else None.

    None too for votes whose ``code`` takes 32 bits: above 16,384 statements, passes over the votes wait for
    memory anyway, and compiling everything twice would double what ``warm`` costs.
    """
    return _KERNELS.module if code is None or code.dtype == np.uint16 else None


def warm() -> bool:
    """Make the kernels ready; False where numba is not installed.

    Cost: some 10 s the first time on a machine, then under a second from the cache. Call it where
    nobody waits: in the background when the server starts, or before a large conversation is read.
    """
    return _KERNELS.warm()


def cool() -> None:
    """Compute with numpy and scipy again, as where numba is not installed."""
    _KERNELS.cool()


def one_thread_each() -> None:
    """Where something else already shares out the cores: one thread for each call from now on."""
    global _alone
    _alone = True


def cores() -> int:
    """Cores this process may use."""
    if _alone:
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def over_people(
    start: npt.NDArray[np.int64], work: Callable[[int, int], _Result], *, threads: int | None = None
) -> list[_Result]:
    """``work(first, last)`` for consecutive slices of the people of about equal votes, one for each thread.

    Kernels release the interpreter, so plain threads suffice: unlike numba's own, they may be started from
    several threads of a server at once. One slice below ``THREADS_FROM`` votes.
    """
    people, votes = len(start) - 1, int(start[-1] - start[0])
    parts = (cores() if votes >= THREADS_FROM else 1) if threads is None else threads
    if parts == 1:
        return [work(0, people)]
    cuts = np.searchsorted(start, start[0] + votes * np.arange(1, parts) // parts)
    bounds = [0, *cuts.tolist(), people]
    with ThreadPoolExecutor(parts) as pool:
        return list(pool.map(work, bounds[:-1], bounds[1:]))


def over_rows(rows: int, work: Callable[[int, int], _Result]) -> list[_Result]:
    """``work(first, last)`` for consecutive slices of so many rows, one for each thread; one slice below a million."""
    parts = cores() if rows >= ROWS_FROM else 1
    if parts == 1:
        return [work(0, rows)]
    bounds = [rows * part // parts for part in range(parts + 1)]
    with ThreadPoolExecutor(parts) as pool:
        return list(pool.map(work, bounds[:-1], bounds[1:]))
