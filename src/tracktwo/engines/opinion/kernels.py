"""Compiled kernels, where numba is at hand: which loops run compiled, and on how many cores.

Nothing is compiled unasked: ``warm()`` compiles the kernels, or reads them from the cache, and until it
has been called the engine computes with numpy and scipy. A request so never waits for a compiler. Both
ways give the same integers, the same groups, and positions that differ by rounding only.
"""

from __future__ import annotations

import importlib.util
import os
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

THREADS_FROM = 2_000_000  # votes; below, waking a second thread costs more than it saves
ROWS_FROM = 1_000_000  # people; the same for what is done once for each of them
CACHE = "NUMBA_CACHE_DIR"

_Result = TypeVar("_Result")
_warming = Lock()
_module: ModuleType | None = None
_alone = False


def available() -> bool:
    """Whether numba is installed."""
    return importlib.util.find_spec("numba") is not None


def compiled(code: npt.NDArray[Any] | None = None) -> ModuleType | None:
    """The compiled kernels once ``warm`` has made them ready, else None.

    None too for votes whose ``code`` takes 32 bits: above 16,384 statements, passes over the votes wait for
    memory anyway, and compiling everything twice would double what ``warm`` costs.
    """
    return _module if code is None or code.dtype == np.uint16 else None


def warm() -> bool:
    """Make the kernels ready; False where numba is not installed.

    Cost: some 10 s the first time on a machine, then under a second from the cache. Call it where
    nobody waits: in the background when the server starts, or before a large conversation is read.
    """
    global _module
    with _warming:
        if _module is None and available():
            _keep_the_cache_somewhere()
            from tracktwo.engines.opinion import compiled as module  # numba is loaded here and nowhere else

            module.compile_all()
            _module = module
    return _module is not None


def cool() -> None:
    """Compute with numpy and scipy again, as where numba is not installed."""
    global _module
    _module = None


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


def _keep_the_cache_somewhere() -> None:
    """Where the installed package cannot be written to, numba is given a folder that only we can write to."""
    import numba

    config: Any = numba.config
    here = Path(__file__).parent / "__pycache__"
    if config.CACHE_DIR or _writable(here):
        return
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()) / "tracktwo"
    # A cache holds machine code that is run as it is found: never in a folder others may write to.
    config.CACHE_DIR = str(home) if _writable(home) else tempfile.mkdtemp(prefix="tracktwo-kernels-")


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False
