"""The files of a report: all of them in their folder, or none."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from tracktwo.errors import BadInput


def must_be_a_folder(out: Path) -> None:
    """Refuse early, before anything long is computed."""
    if out.exists() and not out.is_dir():
        raise BadInput("this is a file", where=str(out), remedy="give a folder for the report")


def write(files: dict[str, bytes], out: Path) -> None:
    """Make all files beside `out` and move them in complete; BadInput where that cannot be."""
    try:
        _move_in(files, out.resolve())
    except OSError as fault:
        raise BadInput(
            f"the report cannot be written ({fault.strerror})",
            where=str(out),
            remedy="choose a folder that you may write to and that has room",
        ) from None


def _move_in(files: dict[str, bytes], out: Path) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        for name, content in files.items():
            (made / name).write_bytes(content)
        if out.exists():
            for name in files:
                (made / name).replace(out / name)
        else:
            made.chmod(0o777 & ~_umask())
            made.rename(out)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
