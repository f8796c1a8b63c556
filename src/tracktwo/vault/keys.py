"""From the keystore and the wrapped data keys to the key at hand."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from tracktwo.vault import sealing
from tracktwo.vault.keystore import HOUSE, KeyGone, Keystore
from tracktwo.vault.models import DataKey

# Unwrapped data keys of this server process: (keystore, process, scope, number) -> key.
_at_hand: dict[tuple[Path, UUID, str, int], bytes] = {}
_newest: dict[tuple[Path, UUID, str], int] = {}
_lock = Lock()
SITTING = "sitting:"  # scopes that end with a sitting, see dialogue


@lru_cache(maxsize=8)
def _keystore(folder: Path) -> Keystore:
    store = Keystore(folder)
    store.ensure()
    return store


def keystore() -> Keystore:
    return _keystore(Path(settings.KEYSTORE))


def newest_key(process: UUID, scope: str) -> tuple[int, bytes]:
    """The key that seals in this scope now, made at first use."""
    store = keystore()
    known = _newest.get((store.folder, process, scope))
    if known is None:
        row = DataKey.objects.filter(process=process, scope=scope).order_by("-number").first()
        known = row.number if row else _make_key(store, process, scope)
        _keep(_newest, (store.folder, process, scope), known)
    return known, data_key(process, scope, known)


def data_key(process: UUID, scope: str, number: int) -> bytes:
    """The unwrapped data key; KeyGone once the process is erased, also where it was at hand before."""
    store = keystore()
    sitting = sitting_of(scope)
    if not store.holds(process) or (sitting and not store.holds_sitting(process, sitting)):
        forget(process)
        raise KeyGone
    key = _at_hand.get((store.folder, process, scope, number))
    if key is None:
        row = DataKey.objects.filter(process=process, scope=scope, number=number).first()
        if row is None:
            raise sealing.Unreadable
        key = sealing.unwrap(bytes(row.wrapped), under=_scope_key(store, process, scope))
        _keep(_at_hand, (store.folder, process, scope, number), key)
    return key


def _keep(kept: dict[Any, Any], place: tuple[Any, ...], value: Any) -> None:
    # Only once committed: a key whose row was rolled back must never seal anything again.
    transaction.on_commit(lambda: kept.__setitem__(place, value))


def _make_key(store: Keystore, process: UUID, scope: str) -> int:
    wrapped = sealing.wrap(sealing.new_key(), under=_scope_key(store, process, scope))
    try:
        with transaction.atomic():
            DataKey.objects.create(process=process, scope=scope, number=1, wrapped=wrapped)
    except IntegrityError:
        pass  # another request made it first; theirs counts
    return 1


def _scope_key(store: Keystore, process: UUID, scope: str) -> bytes:
    """What wraps the data keys of a scope."""
    return store.process_key(process, f"tracktwo scope {scope}", sitting=sitting_of(scope))


def sitting_of(scope: str) -> UUID | None:
    """The sitting whose own secret a scope hangs on; none for scopes that last as long as the process."""
    return UUID(scope.removeprefix(SITTING)) if scope.startswith(SITTING) else None


def begin_sitting(process: UUID, sitting: UUID) -> None:
    """Make the secret of a sitting."""
    keystore().open_sitting(process, sitting)


def end_sitting(process: UUID, sitting: UUID) -> None:
    """Destroy the secret of a sitting: what was said in it is noise in every copy. Harmless to repeat."""
    keystore().destroy_sitting(process, sitting)
    forget(process)
    DataKey.objects.filter(process=process, scope=f"{SITTING}{sitting}").delete()


def pseudonym(process: UUID, instrument: str, seat: UUID) -> bytes:
    """The name under which a seat's ballot, statement or answer is kept.

    A label per instrument, so that two instruments do not join even for whoever holds the database;
    not to be made again once the link key is destroyed.
    """
    return sealing.fingerprint(keystore().link_key(process), instrument.encode(), seat.bytes)


def blind_index(label: str, value: str) -> str:
    """Find a value (a user name, a session) without keeping it readable."""
    key = keystore().process_key(HOUSE, f"tracktwo index {label}")
    return sealing.fingerprint(key, value.encode("utf-8", "surrogatepass")).hex()


def chain_key(process: UUID) -> bytes:
    """The key of the record's chain: whoever holds only the database cannot forge an entry."""
    return keystore().process_key(process, "tracktwo record")


def input_hash(process: UUID, *parts: bytes) -> str:
    """What a count rested on, for comparing. Keyed: a plain hash of few votes can be found by trying."""
    return sealing.fingerprint(keystore().process_key(process, "tracktwo input"), *parts).hex()


def seal_for_house(purpose: str, plain: bytes) -> bytes:
    """Seal what the house itself keeps (sessions, one-time-password secrets)."""
    key = keystore().process_key(HOUSE, f"tracktwo house {purpose}")
    return sealing.seal(plain, key=key, number=0, place=purpose.encode())


def unseal_for_house(purpose: str, sealed: bytes) -> bytes:
    key = keystore().process_key(HOUSE, f"tracktwo house {purpose}")
    return sealing.unseal(sealed, key=key, place=purpose.encode())


def forget(process: UUID | None = None) -> None:
    """Drop keys from memory: those of one process, or all."""
    with _lock:
        for kept in _at_hand, _newest:
            _drop(kept, process)


def _drop(kept: dict[Any, Any], process: UUID | None) -> None:
    for place in [p for p in list(kept) if process is None or p[1] == process]:
        kept.pop(place, None)


def erase(process: UUID) -> None:
    """Destroy the keys of a process: every copy of what it wrote, in any backup, is noise."""
    keystore().destroy(process)
    forget(process)
