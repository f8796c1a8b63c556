"""Compiled kernels of the bargaining engine, where numba is at hand.

Nothing is compiled unasked: ``warm()`` compiles the kernels, or reads them from the cache, and until it has been
called everything is computed with numpy. Both ways give the same packages and the same points.
"""

from __future__ import annotations

import importlib.util
import os
import tempfile
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import Any

_warming = Lock()
_module: ModuleType | None = None


def available() -> bool:
    """Whether numba is installed."""
    return importlib.util.find_spec("numba") is not None


def compiled() -> ModuleType | None:
    """The compiled kernels once ``warm`` has made them ready, else None."""
    return _module


def warm() -> bool:
    """Make the kernels ready; False where numba is not installed. Some 3 s the first time on a machine."""
    global _module
    with _warming:
        if _module is None and available():
            _keep_the_cache_somewhere()
            from tracktwo.engines.bargaining import (
                compiled as module,
            )  # numba is loaded here and nowhere else

            module.compile_all()
            _module = module
    return _module is not None


def cool() -> None:
    """Compute with numpy again, as where numba is not installed."""
    global _module
    _module = None


def _keep_the_cache_somewhere() -> None:
    """Where the installed package cannot be written to, numba is given a folder that only we can write to."""
    import numba

    config: Any = numba.config
    if config.CACHE_DIR or _writable(Path(__file__).parent / "__pycache__"):
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
