"""Ballots as they stand: packed rows become the very votes that were cast, and open only as one by one."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

import numpy as np
import pytest
from django.db.models import BinaryField, Value
from hypothesis import given
from hypothesis import strategies as st

from tests.engines.opinion.conversations import few
from tracktwo.errors import NotHere
from tracktwo.process import visibility
from tracktwo.process.models import Process
from tracktwo.statements import ballots
from tracktwo.statements.models import Ballot
from tracktwo.statements.standing import Standing, _order, gathered
from tracktwo.vault import keys, sealing
from tracktwo.vault.fields import Fresh, open_many
from tracktwo.vault.models import DataKey
from tracktwo.vault.sealing import Unreadable


def standing_of(slots: np.ndarray) -> Standing:
    ids = np.frombuffer(b"".join(uuid4().bytes for _ in slots), dtype="V16")
    return Standing.of_slots(ids, np.arange(len(slots)) % 3, slots.astype(np.uint8))


@few
@given(st.integers(0, 10_000), st.integers(1, 9), st.integers(1, 30))
def test_packed_rows_become_the_votes_on_open_slots(seed, people, width):
    rng = np.random.default_rng(seed)
    slots = rng.integers(0, 4, (people, width)) * (rng.random((people, width)) < 0.6)
    open_slots = tuple(np.flatnonzero(rng.random(width) < 0.7).tolist())
    votes = standing_of(slots).votes(open_slots, width)
    expected = np.full((people, width), 9)
    for person in range(people):
        for slot in open_slots:
            if slots[person, slot]:
                expected[person, slot] = slots[person, slot] - 2
    assert votes.table().tolist() == expected.tolist()


def test_more_statements_than_short_codes_name_make_longer_codes():
    slots = np.zeros((2, 20_000), dtype=np.uint8)
    slots[1, 19_999] = 3
    votes = standing_of(slots).votes((19_999,), 20_000)
    assert votes.code.dtype == np.uint32
    assert [one.tolist() for one in votes.triples()] == [[1], [19_999], [1]]


def test_what_is_stored_is_read_again_also_as_earlier_versions_stored_it():
    slots = np.random.default_rng(1).integers(0, 4, (5, 24)).astype(np.uint8)
    standing = standing_of(slots)
    a_byte_a_slot = np.array([24], np.uint32).tobytes() + standing.ids.tobytes()
    a_byte_a_slot += standing.side.astype(np.uint8).tobytes() + slots.tobytes()
    for stored in (standing.packed(), a_byte_a_slot):
        again = Standing.unpacked(stored)
        assert again.ids.tolist() == standing.ids.tolist() and again.side.tolist() == standing.side.tolist()
        assert again.slots.tolist() == slots.tolist()


@pytest.fixture
def process(db):
    process = Process(pk=uuid4())
    keys.keystore().open_process(process.pk)
    process.cover_title = process.title = "A process"
    process.save(force_insert=True)
    return process.pk


def cast(process, side: int, votes: dict[int, str]) -> Ballot:
    row, ballot = Ballot(process_id=process, pseudonym=uuid4().bytes), ballots.empty(side, 232)
    for slot, vote in votes.items():
        ballot = ballot.with_vote(slot, vote)
    row.vector = Fresh(ballots.pack(ballot))
    row.save(force_insert=True)
    return row


def test_ballots_gathered_are_those_opened_one_by_one(process):
    rows = [cast(process, 1 + k % 2, {k % 7: "agree", 9: "disagree"}) for k in range(6)]
    cast(process, 1, {})  # holds no vote and is not counted
    standing = gathered(process)
    assert [bytes(one) for one in standing.ids] == sorted(row.pk.bytes for row in rows)
    for one, side, slots in zip(standing.ids, standing.side, standing.slots, strict=True):
        [row] = [row for row in rows if row.pk.bytes == bytes(one)]
        opened = ballots.unpack(row.vector.open_bytes(visibility.for_counting(process)))
        assert side == opened.side and slots.tolist() == opened.slots.tolist()


def opened(process, grant=None) -> list[np.ndarray]:
    rows = Ballot.unscoped.filter(process_id=process)
    leave = grant or visibility.for_counting(process)
    return [texts for _, texts in open_many(rows, "vector", process, grant=leave)]


def stored(row: Ballot) -> bytes:
    return bytes(Ballot.unscoped.values_list("vector", flat=True).get(pk=row.pk))


def store(row: Ballot, vector: bytes) -> None:
    """As somebody does who may write to the database, past the application."""
    Ballot.unscoped.filter(pk=row.pk).update(vector=Value(vector, BinaryField()))


def test_without_leave_nobody_learns_whether_there_are_rows(process):
    with pytest.raises(NotHere):
        opened(process, visibility.for_telling(process))


def test_without_leave_many_rows_do_not_open(process):
    row = cast(process, 1, {0: "agree"})
    counting = visibility.for_counting(process)
    for grant in (
        visibility.for_telling(process),
        visibility.for_counting(uuid4()),
        replace(counting, rows=frozenset({uuid4()})),
    ):
        with pytest.raises(NotHere):
            opened(process, grant)
    assert len(opened(process, replace(counting, rows=frozenset({row.pk})))[0]) == 1


def test_a_vector_that_was_cut_or_altered_opens_nowhere_and_nothing_with_it(process):
    row, other = cast(process, 1, {0: "agree"}), cast(process, 2, {0: "pass"})
    good, kept = stored(row), stored(other)
    altered = [good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :] for place in (0, 1, 4, 5, 17, -1)]
    for wrong in (good[:-1], good[:20], b"", good + b"x", *altered):
        for beside in (kept, wrong):
            store(row, wrong)
            store(other, beside)
            with pytest.raises(Unreadable):
                opened(process)
    store(row, good)
    store(other, kept)
    assert len(opened(process)[0]) == 2


def test_ballots_of_two_lengths_are_not_read_as_if_they_were_of_one(process):
    cast(process, 1, {0: "agree"})
    row = cast(process, 1, {0: "agree"})
    row.vector = Fresh(bytes(40))
    row.save()
    with pytest.raises(ValueError, match="of one length"):
        opened(process)


def test_ballots_sealed_with_an_earlier_key_open_beside_the_others_each_as_itself(process):
    rows = {}
    for number, side in enumerate((1, 2, 1, 2, 1), start=2):
        row = cast(process, side, {side: "agree"})
        rows[row.pk.bytes] = stored(row)
        wrapped = sealing.wrap(sealing.new_key(), under=keys._scope_key(keys.keystore(), process, "ballots"))
        DataKey.objects.create(process=process, scope="ballots", number=number, wrapped=wrapped)
        keys.forget()
    assert len({sealing.key_number(vector) for vector in rows.values()}) == 5
    standing = gathered(process)
    assert [bytes(one) for one in standing.ids] == sorted(rows)
    for one, side, slots in zip(standing.ids, standing.side, standing.slots, strict=True):
        row = Ballot.unscoped.get(pk=UUID(bytes=bytes(one)))
        own = ballots.unpack(row.vector.open_bytes(visibility.for_counting(process)))
        assert side == own.side and slots.tolist() == own.slots.tolist()


def test_no_rows_open_to_no_rows(process):
    assert opened(process) == [] and len(gathered(process).ids) == 0


def test_a_vector_moved_to_another_row_opens_nowhere(process):
    row, other = cast(process, 1, {0: "agree"}), cast(process, 2, {0: "pass"})
    one, another = stored(row), stored(other)
    store(row, another)
    store(other, one)
    with pytest.raises(Unreadable):
        opened(process)


def test_ids_with_one_first_half_still_stand_in_order():
    ids = np.array([[5, 2], [1, 9], [5, 1], [0, 3]], dtype=np.uint64)
    assert _order(ids).tolist() == [3, 1, 2, 0]
    assert _order(ids[:2]).tolist() == [1, 0]
