"""Keys at hand: never one that was not committed, never one that was destroyed."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from tests.stories.table import at_once, begun
from tracktwo.process.models import GroundRules, Process
from tracktwo.vault import keys
from tracktwo.vault.grants import Grant
from tracktwo.vault.keystore import HOUSE, KeyGone, Keystore
from tracktwo.vault.models import DataKey
from tracktwo.vault.sealing import Unreadable, wrap


@pytest.fixture
def process() -> uuid.UUID:
    process = uuid.uuid4()
    keys.keystore().open_process(process)
    return process


class Undone(Exception):
    pass


def undone(deed: Callable[[], Any]) -> Any:
    """What a deed gave, in a transaction that then failed."""
    given = []
    with suppress(Undone), transaction.atomic():
        given.append(deed())
        raise Undone
    return given[0]


# --- what a rolled-back transaction leaves --------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_key_made_in_a_transaction_that_failed_never_seals_again(process):
    lost = undone(lambda: keys.newest_key(process, "plenary"))
    assert DataKey.objects.count() == 0
    kept = keys.newest_key(process, "plenary")
    assert kept[0] == lost[0] == 1
    assert kept[1] != lost[1]
    keys.forget()  # as after a restart: what is in the database opens what was sealed
    assert keys.data_key(process, "plenary", 1) == kept[1]


@pytest.mark.django_db(transaction=True)
def test_a_text_written_after_a_failure_still_opens_after_a_restart():
    table = begun()

    def outline(text: str) -> None:
        row = Process.unscoped.get(pk=table.id)
        row.outline = text  # the first text of its scope: its key is made here
        row.save()

    undone(lambda: outline("the first try"))
    outline("the second try")
    keys.forget()
    grant = Grant(process=table.id, scopes=frozenset({"paper"}))
    assert Process.unscoped.get(pk=table.id).outline.open(grant) == "the second try"


@pytest.mark.django_db(transaction=True)
def test_a_key_made_in_an_inner_transaction_that_failed_is_not_kept_either(process):
    with transaction.atomic():
        lost = undone(lambda: keys.newest_key(process, "plenary")[1])
        kept = keys.newest_key(process, "plenary")[1]
    assert kept != lost
    keys.forget()
    assert keys.data_key(process, "plenary", 1) == kept


@pytest.mark.django_db(transaction=True)
def test_many_who_need_a_new_key_at_once_get_the_same_one(process):
    came = at_once(*[lambda: keys.newest_key(process, "plenary")] * 6)
    assert len(set(came)) == 1, came
    assert DataKey.objects.filter(process=process).count() == 1


@pytest.mark.django_db
def test_who_comes_second_in_making_a_key_takes_the_first_one(process):
    kept = keys.newest_key(process, "plenary")
    assert keys.newest_key(process, "plenary") == kept
    assert keys._make_key(keys.keystore(), process, "plenary") == 1  # as if it had seen no key yet
    assert keys.newest_key(process, "plenary") == kept


# --- numbers --------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_newest_key_seals_and_older_ones_still_open(process):
    number, first = keys.newest_key(process, "plenary")
    under = keys.keystore().process_key(process, "tracktwo scope plenary")
    DataKey.objects.create(process=process, scope="plenary", number=2, wrapped=wrap(bytes(32), under=under))
    assert keys.newest_key(process, "plenary") == (2, bytes(32))
    assert keys.data_key(process, "plenary", number) == first


@pytest.mark.django_db
def test_a_key_nobody_made_is_unreadable(process):
    with pytest.raises(Unreadable):
        keys.data_key(process, "plenary", 1)


# --- destroyed keys -------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_destroyed_key_opens_nothing_even_where_it_was_at_hand(process):
    other = uuid.uuid4()
    keys.keystore().open_process(other)
    for one in (process, other):
        keys.newest_key(one, "plenary")
    kept = keys.data_key(other, "plenary", 1)
    keys.erase(process)
    for ask in (lambda: keys.data_key(process, "plenary", 1), lambda: keys.newest_key(process, "plenary")):
        with pytest.raises(KeyGone):
            ask()
    assert keys.data_key(other, "plenary", 1) == kept


@pytest.mark.django_db(transaction=True)
def test_a_key_destroyed_by_another_server_process_opens_nothing_here(process):
    keys.newest_key(process, "plenary")
    Keystore(keys.keystore().folder).destroy(process)  # not through `keys`: its memory does not know
    with pytest.raises(KeyGone):
        keys.data_key(process, "plenary", 1)
    assert not any(place[1] == process for kept in (keys._at_hand, keys._newest) for place in kept)


@pytest.mark.django_db
def test_after_closure_no_pseudonym_can_be_made_again(process):
    seat = uuid.uuid4()
    assert keys.pseudonym(process, "ballot", seat) == keys.pseudonym(process, "ballot", seat)
    keys.keystore().destroy_link(process)
    with pytest.raises(KeyGone):
        keys.pseudonym(process, "ballot", seat)


@pytest.mark.django_db
def test_pseudonyms_of_two_instruments_two_seats_or_two_processes_do_not_join(process):
    other, seats = uuid.uuid4(), [uuid.uuid4(), uuid.uuid4()]
    keys.keystore().open_process(other)
    names = {
        keys.pseudonym(where, instrument, seat)
        for where in (process, other)
        for instrument in ("ballot", "statement")
        for seat in seats
    }
    assert len(names) == 8
    assert {len(name) for name in names} == {32}


# --- what the house keeps -------------------------------------------------------------------------


def test_what_the_house_seals_opens_for_its_purpose_alone():
    sealed = keys.seal_for_house("session", b"content")
    assert b"content" not in sealed
    assert keys.unseal_for_house("session", sealed) == b"content"
    with pytest.raises(Unreadable):
        keys.unseal_for_house("second step", sealed)
    with pytest.raises(Unreadable):
        keys.unseal_for_house("session", sealed[:-1])


def test_a_blind_index_finds_again_and_tells_nothing():
    index = keys.blind_index("user name", "ada")
    assert index == keys.blind_index("user name", "ada")
    assert index != keys.blind_index("session", "ada")
    assert index != keys.blind_index("user name", "Ada")
    assert len(index) == 64
    keys.blind_index("user name", "\ud800 half a sign")


def test_the_hash_of_what_was_counted_cannot_be_found_by_trying(process):
    other = uuid.uuid4()
    keys.keystore().open_process(other)
    assert keys.input_hash(process, b"votes") == keys.input_hash(process, b"votes")
    assert keys.input_hash(process, b"votes") != keys.input_hash(other, b"votes")


def test_the_key_of_the_record_is_of_the_process(process):
    assert keys.chain_key(process) != keys.chain_key(HOUSE)


# --- erasure --------------------------------------------------------------------------------------


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    """Where a copy of the keystore goes, as no installation should have one."""
    return tmp_path / "copy"


def opened(process: uuid.UUID) -> int:
    """How many sealed texts of a process open."""
    grant = Grant(process=process, scopes=frozenset({"door", "plenary", "circle"}))
    row = Process.unscoped.get(pk=process)
    sealed = [row.cover_title, row.title, row.story]
    sealed += [one.text for one in GroundRules.unscoped.filter(process=process)]
    count = 0
    for one in sealed:
        try:
            count += bool(one.open(grant))
        except (KeyGone, Unreadable):
            continue
    return count


@pytest.mark.django_db(transaction=True)
def test_a_backup_from_before_erasure_holds_noise_under_every_keystore_there_still_is(settings, backup):
    table = begun(story="what happened at the ferry")
    for version in range(1, 20):
        row = GroundRules(process=table.process, version=version)
        row.text = f"the rule of {version}"
        row.save()
    assert opened(table.id) == 22  # control: before erasure every text opens
    keys.forget()
    assert opened(table.id) == 22
    shutil.copytree(settings.KEYSTORE, backup)
    keys.erase(table.id)
    # The database still is what a backup of it would be; the keystore is what is left of it.
    assert opened(table.id) == 0
    keys.forget()
    assert opened(table.id) == 0
    fresh = Keystore(Path(settings.KEYSTORE))
    fresh.open_process(table.id)  # somebody gives the process new secrets: the old words stay noise
    assert opened(table.id) == 0
    fresh.destroy(table.id)
    # Seeded fault: had somebody copied the keystore, all would open. So the test would see a leak.
    settings.KEYSTORE = backup
    assert opened(table.id) == 22


# --- a sitting has a key of its own ---------------------------------------------------------------


@pytest.mark.django_db
def test_what_is_sealed_in_a_sitting_opens_until_its_end_and_in_no_copy_afterwards(process, tmp_path):
    sitting = uuid.uuid4()
    keys.begin_sitting(process, sitting)
    scope = f"sitting:{sitting}"
    number, key = keys.newest_key(process, scope)
    wrapped = bytes(
        DataKey.objects.get(process=process, scope=scope).wrapped
    )  # as in a backup of the database
    keys.forget()
    assert keys.data_key(process, scope, number) == key
    keys.end_sitting(process, sitting)
    assert not DataKey.objects.filter(scope=scope).exists()
    DataKey.objects.create(process=process, scope=scope, number=number, wrapped=wrapped)
    with pytest.raises(KeyGone):
        keys.data_key(process, scope, number)
    # Not even with a secret made anew in its place.
    keys.begin_sitting(process, sitting)
    with pytest.raises(Unreadable):
        keys.data_key(process, scope, number)


@pytest.mark.django_db
def test_the_end_of_a_sitting_takes_its_key_out_of_memory_and_leaves_others(process):
    first, second = uuid.uuid4(), uuid.uuid4()
    for sitting in (first, second):
        keys.begin_sitting(process, sitting)
    made = {one: keys.newest_key(process, f"sitting:{one}") for one in (first, second)}
    keys.end_sitting(process, first)
    keys.end_sitting(process, first)  # harmless to repeat
    with pytest.raises(KeyGone):
        keys.newest_key(process, f"sitting:{first}")
    assert keys.newest_key(process, f"sitting:{second}") == made[second]


@pytest.mark.django_db
def test_a_sitting_that_was_never_begun_seals_nothing(process):
    with pytest.raises(KeyGone):
        keys.newest_key(process, f"sitting:{uuid.uuid4()}")


@pytest.mark.django_db
def test_erasing_a_process_destroys_the_secrets_of_its_sittings_too(process):
    other, sitting = uuid.uuid4(), uuid.uuid4()
    keys.keystore().open_process(other)
    for one in (process, other):
        keys.begin_sitting(one, sitting)
    keys.erase(process)
    left = {file.name for file in (keys.keystore().folder / "processes").iterdir()}
    assert not any(name.startswith(str(process)) for name in left)
    assert f"{other}.{sitting}" in left
