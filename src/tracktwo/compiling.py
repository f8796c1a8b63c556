"""Loops compiled by numba, where numba is at hand: when they are compiled, and where the result is kept.

An engine keeps its compiled loops in a module of their own, which opens only through `Kernels.warm`; each loop has
a numpy twin. Nothing is compiled unasked, so that a request never waits for a compiler.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import Any, TypeVar

CACHE = "NUMBA_CACHE_DIR"

_Function = TypeVar("_Function", bound=Callable[..., Any])


def available() -> bool:
    """Whether numba is installed."""
    return importlib.util.find_spec("numba") is not None


class Kernels:
    """The compiled loops in the module of this name, once they are warm."""

    def __init__(self, module: str) -> None:
        self._name, self._warming = module, Lock()
        self.module: ModuleType | None = None

    def warm(self) -> bool:
        """Compile them, or read them from the cache; False where numba is not installed."""
        with self._warming:
            if self.module is None and available():
                spec = importlib.util.find_spec(self._name)
                assert spec is not None
                # Before the module opens: numba chooses a loop's cache when it meets the loop.
                keep_the_cache_somewhere(Path(str(spec.origin)).parent / "__pycache__")
                module = importlib.import_module(self._name)
                module.LOOPS.compile()
                self.module = module
        return self.module is not None

    def cool(self) -> None:
        """Compute with numpy again, as where numba is not installed."""
        self.module = None


class Loops:
    """The loops of one module, compiled together and not before `compile` is called."""

    def __init__(self) -> None:
        self._lazy: list[tuple[Any, tuple[Any, ...]]] = []

    def __call__(self, *signature: Any) -> Callable[[_Function], _Function]:
        """Compile for arguments of these types, without the interpreter's lock."""
        import numba

        def decorate(function: _Function) -> _Function:
            make: Any = numba.njit(nogil=True, cache=True)
            loop: _Function = make(function)
            self._lazy.append((loop, signature))
            return loop

        return decorate

    def compile(self) -> None:
        """Compile every loop, or read it from the cache."""
        for loop, signature in self._lazy:
            loop.compile(signature)


def keep_the_cache_somewhere(beside: Path) -> None:
    """Where the installed package cannot be written to, numba is given a folder that only we can write to."""
    import numba

    config: Any = numba.config
    if config.CACHE_DIR or _writable(beside):
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
