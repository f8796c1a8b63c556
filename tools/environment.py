"""Makes or completes .venv from a lock: `python tools/environment.py run|test|check`.

Every package is pinned by version and hash. uv does it where uv is on the PATH, plain pip otherwise. A stamp
says what is already there, so that a second call returns at once. Only the standard library is needed.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed.json"
# Each lock holds the one before it, pin for pin.
LOCKS = ("run", "test", "check")
# Lines that name a package: pip's `Collecting x` and `Requirement already satisfied: x`, uv's ` + x==1.0`.
NAMED = re.compile(r"(?:Collecting|Requirement already satisfied:| \+) ([\w.-]+)")


def fail(sentence: str) -> None:
    """End with one sentence instead of a traceback."""
    sys.exit(f"\n{sentence}")


def digest(lock: str) -> str:
    """What an environment depends on: the lock, the project's own metadata, and where it stands."""
    parts = [
        (ROOT / "requirements" / f"{lock}.lock").read_bytes(),
        (ROOT / "pyproject.toml").read_bytes(),
        str(VENV).encode(),
    ]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def satisfied(lock: str) -> bool:
    """True if this lock, or one that holds it, is installed and the Python underneath still starts."""
    try:
        stamp = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return False
    there = any(stamp.get(name) == digest(name) for name in LOCKS[LOCKS.index(lock) :])
    return there and PYTHON.exists()


def starts_and_is_recent() -> bool:
    """True if .venv's Python runs (the one underneath may have gone) and is 3.11 or later."""
    recent = [str(PYTHON), "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
    return PYTHON.exists() and subprocess.run(recent, check=False, capture_output=True).returncode == 0


def make_venv(uv: str | None) -> None:
    """A fresh .venv, unless the one that stands there has a working Python that is recent enough."""
    if starts_and_is_recent() and (uv or (VENV / "bin" / "pip").exists()):
        return
    if uv:
        command = [uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(VENV)]
    else:
        command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    made = subprocess.run(command, check=False, capture_output=True, text=True)
    if made.returncode:
        fail(f"No environment could be made in {VENV}:\n{(made.stdout + made.stderr).strip()}")


def installer(uv: str | None) -> list[str]:
    """The start of an install command."""
    if uv:
        return [uv, "pip", "install", "--python", str(PYTHON)]
    return [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]


def install_lock(lock: str, uv: str | None) -> None:
    """Install every pin of the lock, with one line of progress."""
    path = ROOT / "requirements" / f"{lock}.lock"
    total = len(re.findall(r"^[\w.-]+(?:\[[\w, -]+\])?==", path.read_text(), re.MULTILINE))
    command = [*installer(uv), "--require-hashes", "--requirement", str(path)]
    show(f"Installing up to {total} packages from {path.name} with {'uv' if uv else 'pip'}")
    start = time.monotonic()
    said, code = follow(command, total)
    if code:
        fail("".join(said[-15:]) + f"\n{path.name} could not be installed; the last words are above.")
    show(f"  done in {time.monotonic() - start:.0f} s")


def follow(command: list[str], total: int) -> tuple[list[str], int]:
    """Run an installer and count what it names, since its own report is a screen long."""
    said: list[str] = []
    seen = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        for line in process.stdout or ():
            said.append(line)
            if found := NAMED.match(line):
                seen += 1
                tell(f"  {seen} of {total}: {found[1]}")
            elif line.startswith(("Installing collected packages", "Prepared ")):
                tell("  all here; unpacking")
    tell("")
    return said, process.returncode


def install_tracktwo(uv: str | None) -> None:
    """Tracktwo itself, pointing at this checkout; nothing is fetched for it."""
    command = [*installer(uv), "--quiet", "--no-deps", "--no-build-isolation", "--editable", str(ROOT)]
    end = subprocess.run(command, check=False, capture_output=True, text=True)
    if end.returncode:
        fail((end.stdout + end.stderr).strip() + "\nTracktwo itself could not be installed into .venv.")


def show(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def tell(line: str) -> None:
    """Rewrite one line in a terminal; say nothing where the output is kept."""
    if sys.stderr.isatty():
        print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)


def complete(lock: str) -> None:
    """Bring .venv up to the lock and remember it."""
    uv = shutil.which("uv")
    show(f"Preparing .venv with {Path(sys.executable).name} {sys.version.split()[0]} (once)")
    make_venv(uv)
    install_lock(lock, uv)
    install_tracktwo(uv)
    try:
        stamp = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        stamp = {}
    STAMP.write_text(json.dumps({**stamp, lock: digest(lock)}))


def main() -> None:
    if len(sys.argv) != 2 or sys.argv[1] not in LOCKS:
        fail(f"Say which lock: {', '.join(LOCKS)}.")
    lock = sys.argv[1]
    if satisfied(lock):
        return
    # Two makes at once: the second waits at the door, then finds the work done.
    with (ROOT / "pyproject.toml").open() as door:
        fcntl.flock(door, fcntl.LOCK_EX)
        if not satisfied(lock):
            complete(lock)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        fail("Stopped. The same command goes on where this one ended.")
