"""The keys outside the database: private files, made once, destroyed for good."""

from __future__ import annotations

import stat
import uuid
from pathlib import Path

import pytest

from tracktwo.vault import keystore as module
from tracktwo.vault.keystore import HOUSE, KeyGone, Keystore


@pytest.fixture
def store(tmp_path: Path) -> Keystore:
    store = Keystore(tmp_path / "data" / "keystore")
    store.ensure()
    return store


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_every_key_file_is_for_its_owner_alone(store):
    store.open_process(uuid.uuid4())
    files = [path for path in store.folder.rglob("*") if path.is_file()]
    assert sorted(path.suffix for path in files) == [".erasure"] * 2 + [".key"] * 2 + [".link"] * 2
    assert {mode(path) for path in files} == {0o600}
    assert {len(path.read_bytes()) for path in files} == {32}
    assert {mode(store.folder), mode(store.folder / "processes")} == {0o700}


def test_starting_again_keeps_the_keys(store):
    before = {path: path.read_bytes() for path in store.folder.rglob("*") if path.is_file()}
    store.ensure()
    Keystore(store.folder).ensure()
    assert {path: path.read_bytes() for path in store.folder.rglob("*") if path.is_file()} == before


def test_no_two_secrets_are_alike(store):
    for _ in range(20):
        store.open_process(uuid.uuid4())
    secrets = [path.read_bytes() for path in store.folder.rglob("*") if path.is_file()]
    assert len(set(secrets)) == len(secrets) == 44


def test_opening_a_process_twice_is_refused_because_it_would_erase_it(store):
    process = uuid.uuid4()
    store.open_process(process)
    key = store.process_key(process, "words")
    with pytest.raises(FileExistsError):
        store.open_process(process)
    assert store.process_key(process, "words") == key


def test_a_key_needs_the_instance_the_process_and_the_purpose(store, tmp_path):
    one, other = uuid.uuid4(), uuid.uuid4()
    for process in (one, other):
        store.open_process(process)
    stranger = Keystore(tmp_path / "stranger")
    stranger.ensure()
    (stranger.folder / "processes" / f"{one}.erasure").write_bytes(
        (store.folder / "processes" / f"{one}.erasure").read_bytes()
    )
    keys = [
        store.process_key(one, "a"),
        store.process_key(one, "b"),
        store.process_key(other, "a"),
        store.process_key(HOUSE, "a"),
        stranger.process_key(one, "a"),
        store.link_key(one),
        store.link_key(other),
        store.instance_key(),
        store.django_key(),
    ]
    assert len(set(keys)) == len(keys)
    assert {len(key) for key in keys} == {32}


def test_destroying_the_link_leaves_what_was_written_readable(store):
    process = uuid.uuid4()
    store.open_process(process)
    key = store.process_key(process, "words")
    store.destroy_link(process)
    assert (store.holds(process), store.holds_link(process)) == (True, False)
    assert store.process_key(process, "words") == key
    with pytest.raises(KeyGone):
        store.link_key(process)


def test_destroying_a_process_leaves_nothing_of_its_secrets(store):
    process, other = uuid.uuid4(), uuid.uuid4()
    for one in (process, other):
        store.open_process(one)
    kept = store.process_key(other, "words")
    store.destroy(process)
    assert (store.holds(process), store.holds_link(process)) == (False, False)
    assert [path.name for path in store.folder.rglob(f"{process}*")] == []
    for read in (lambda: store.process_key(process, "words"), lambda: store.link_key(process)):
        with pytest.raises(KeyGone):
            read()
    assert store.process_key(other, "words") == kept


def test_destroying_twice_is_the_same_as_once(store):
    process = uuid.uuid4()
    store.open_process(process)
    for _ in range(2):
        store.destroy_link(process)
    for _ in range(2):
        store.destroy(process)
    assert not store.holds(process)


def test_a_secret_is_overwritten_before_it_is_unlinked(store, monkeypatch):
    process = uuid.uuid4()
    store.open_process(process)
    path = store.folder / "processes" / f"{process}.erasure"
    before, seen = path.read_bytes(), []
    unlink = Path.unlink

    def looked(self: Path) -> None:
        seen.append(self.read_bytes())
        unlink(self)

    monkeypatch.setattr(Path, "unlink", looked)
    module._destroy(path)
    assert len(seen) == 1
    assert len(seen[0]) == 32
    assert seen[0] != before


@pytest.mark.parametrize("damaged", [b"", b"short", bytes(33)])
def test_a_damaged_secret_is_no_key(store, damaged):
    process = uuid.uuid4()
    store.open_process(process)
    (store.folder / "processes" / f"{process}.erasure").write_bytes(damaged)
    with pytest.raises(KeyGone):
        store.process_key(process, "words")
