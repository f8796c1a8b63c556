"""Peers in an environment of their own: made in a temporary folder from PyPI, thrown away afterwards."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def environment(python: Path | None, *packages: str) -> Iterator[Path]:
    """A Python that has these packages: the one given, or a new one (some 300 to 600 MB, a minute or two)."""
    if python is not None:
        yield python
        return
    with tempfile.TemporaryDirectory(prefix="tracktwo-peers-") as folder:
        venv.create(folder, with_pip=True)
        own = Path(folder) / "bin" / "python"
        subprocess.run([own, "-m", "pip", "install", "--quiet", *packages], check=True, stdout=sys.stderr)
        yield own
