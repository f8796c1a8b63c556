"""The keys that live outside the database: one folder, apart from it and from its backups.

    keystore/instance.key                 32 random bytes; every other key hangs on it
    keystore/django.key                   signs cookies and forms
    keystore/processes/<id>.erasure       destroyed at erasure: then no backup of the process opens
    keystore/processes/<id>.link          destroyed at closure: then no pseudonym can be made again
    keystore/processes/<id>.<sitting>     destroyed when a sitting ends: then nothing said in it opens again

Nothing here is ever written to the database.
"""

from __future__ import annotations

import os
from pathlib import Path
from uuid import UUID

from tracktwo.errors import Refusal, gettext_noop
from tracktwo.vault import sealing

HOUSE = UUID(int=0)  # what belongs to the instance and to no process: sessions, people


class KeyGone(Refusal):
    """A process was closed or erased; what hung on its key is gone for good."""

    def __init__(self) -> None:
        super().__init__(gettext_noop("The key to this was destroyed. Nobody can read it any more."))


class Keystore:
    """Reads, makes and destroys keys in one folder. Files are private to the owner."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def ensure(self) -> None:
        """Make the folder and the keys of the house where they are missing."""
        for folder in (self.folder, self.folder / "processes"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in (self._instance, self.folder / "django.key"):
            if not path.exists():
                _write_secret(path, sealing.new_key())
        if not self._erasure(HOUSE).exists():
            self.open_process(HOUSE)

    def open_process(self, process: UUID) -> None:
        """Make the secrets of a new process. Refuses to overwrite: that would be an erasure."""
        _write_secret(self._erasure(process), sealing.new_key())
        _write_secret(self._link(process), sealing.new_key())

    def instance_key(self) -> bytes:
        return _read_secret(self._instance)

    def django_key(self) -> bytes:
        return _read_secret(self.folder / "django.key")

    def process_key(self, process: UUID, purpose: str, *, sitting: UUID | None = None) -> bytes:
        """A key of one process for one purpose; needs the instance key, its erasure secret, and for what is said
        in a sitting the secret of that sitting too."""
        secret = self.instance_key() + (_read_secret(self._sitting(process, sitting)) if sitting else b"")
        return sealing.derive(secret, salt=_read_secret(self._erasure(process)), purpose=purpose)

    def open_sitting(self, process: UUID, sitting: UUID) -> None:
        _write_secret(self._sitting(process, sitting), sealing.new_key())

    def holds_sitting(self, process: UUID, sitting: UUID) -> bool:
        return self._sitting(process, sitting).exists()

    def destroy_sitting(self, process: UUID, sitting: UUID) -> None:
        """The end of a sitting: what was said in it is noise in every copy."""
        _destroy(self._sitting(process, sitting))

    def link_key(self, process: UUID) -> bytes:
        return sealing.derive(_read_secret(self._link(process)), salt=process.bytes, purpose="tracktwo link")

    def holds(self, process: UUID) -> bool:
        return self._erasure(process).exists()

    def holds_link(self, process: UUID) -> bool:
        return self._link(process).exists()

    def destroy_link(self, process: UUID) -> None:
        """Closure: nobody can tie a ballot or a statement to a seat any more."""
        _destroy(self._link(process))

    def destroy(self, process: UUID) -> None:
        """Erasure: whatever was sealed for this process is noise from now on, in every copy."""
        for secret in sorted((self.folder / "processes").glob(f"{process}.*")):
            if secret != self._erasure(process):
                _destroy(secret)
        _destroy(self._erasure(process))

    @property
    def _instance(self) -> Path:
        return self.folder / "instance.key"

    def _erasure(self, process: UUID) -> Path:
        return self.folder / "processes" / f"{process}.erasure"

    def _sitting(self, process: UUID, sitting: UUID) -> Path:
        return self.folder / "processes" / f"{process}.{sitting}"

    def _link(self, process: UUID) -> Path:
        return self.folder / "processes" / f"{process}.link"


def _write_secret(path: Path, secret: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())


def _read_secret(path: Path) -> bytes:
    try:
        secret = path.read_bytes()
    except FileNotFoundError:
        raise KeyGone from None
    if len(secret) != sealing.KEY_BYTES:
        raise KeyGone
    return secret


def _destroy(path: Path) -> None:
    # Overwriting before unlinking helps on plain disks; on flash the safeguard is that no copy is made.
    if not path.exists():
        return
    with path.open("r+b") as file:
        file.write(os.urandom(sealing.KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
