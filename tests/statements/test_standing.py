"""Ballots as they stand: packed rows become the very votes that were cast, and open only as one by one."""

from __future__ import annotations

from uuid import uuid4

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engines.opinion.conversations import few
from tracktwo.errors import NotHere
from tracktwo.process import visibility
from tracktwo.process.models import Process
from tracktwo.statements import ballots
from tracktwo.statements.models import Ballot
from tracktwo.statements.standing import Standing, gathered
from tracktwo.vault import keys
from tracktwo.vault.fields import Fresh, open_many
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


def sealed(rows: list[Ballot]) -> list[tuple[bytes, bytes]]:
    stored = dict(Ballot.unscoped.values_list("pk", "vector"))
    return [(str(row.pk).encode(), bytes(stored[row.pk])) for row in rows]


def test_without_leave_many_rows_do_not_open(process):
    rows = sealed([cast(process, 1, {0: "agree"})])
    for grant in (visibility.for_telling(process), visibility.for_counting(uuid4())):
        with pytest.raises(NotHere):
            open_many(Ballot, "vector", process, rows, grant=grant)


def test_a_vector_that_was_cut_or_altered_opens_nowhere_and_nothing_with_it(process):
    grant = visibility.for_counting(process)
    good, (key, vector) = sealed([cast(process, 1, {0: "agree"}), cast(process, 2, {0: "pass"})])
    for wrong in (vector[:-1], vector[:20], b"", vector + b"x", vector[:-1] + bytes([vector[-1] ^ 1])):
        for rows in ([good, (key, wrong)], [(key, wrong), good], [(key, wrong)]):
            with pytest.raises(Unreadable):
                open_many(Ballot, "vector", process, rows, grant=grant)


def test_ballots_of_two_lengths_are_not_read_as_if_they_were_of_one(process):
    grant = visibility.for_counting(process)
    rows = [cast(process, 1, {0: "agree"}), cast(process, 1, {0: "agree"})]
    rows[1].vector = Fresh(bytes(40))
    rows[1].save()
    with pytest.raises(ValueError, match="of one length"):
        open_many(Ballot, "vector", process, sealed(rows), grant=grant)


def test_no_rows_open_to_no_rows(process):
    assert len(open_many(Ballot, "vector", process, [], grant=visibility.for_counting(process))) == 0


def test_a_vector_moved_to_another_row_opens_nowhere(process):
    (one, vector), (other, _) = sealed([cast(process, 1, {0: "agree"}), cast(process, 2, {0: "pass"})])
    grant = visibility.for_counting(process)
    assert len(open_many(Ballot, "vector", process, [(one, vector)], grant=grant)) == 1
    with pytest.raises(Unreadable):
        open_many(Ballot, "vector", process, [(other, vector)], grant=grant)
