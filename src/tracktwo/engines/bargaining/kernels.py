"""Compiled kernels of the bargaining engine, where numba is at hand.

Nothing is compiled unasked: ``warm()`` compiles the kernels, or reads them from the cache, and until it has been
called everything is computed with numpy. Both ways give the same packages and the same points.
"""

from __future__ import annotations

from types import ModuleType

from tracktwo.compiling import Kernels

_KERNELS = Kernels("tracktwo.engines.bargaining.compiled")


def compiled() -> ModuleType | None:
    """The compiled kernels once ``warm`` has made them ready, else None."""
    return _KERNELS.module


def warm() -> bool:
    """Make the kernels ready; False where numba is not installed. Some 3 s the first time on a machine."""
    return _KERNELS.warm()


def cool() -> None:
    """Compute with numpy again, as where numba is not installed."""
    _KERNELS.cool()
