"""A ballot is a vector of fixed length that holds each vote at its place and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracktwo.errors import Refusal
from tracktwo.statements import ballots
from tracktwo.statements.ballots import CAPACITIES, Ballot
from tracktwo.vault import sealing

capacities = st.sampled_from(CAPACITIES[:3])
votes = st.dictionaries(st.integers(0, 231), st.sampled_from(["agree", "disagree", "pass"]), max_size=60)


def test_capacities_fill_the_padded_sizes_to_the_brim():
    assert CAPACITIES == (232, 1000, 4072, 16360)
    for capacity, size in zip(CAPACITIES, sealing.SIZES, strict=True):
        packed = ballots.pack(ballots.empty(1, capacity))
        assert sealing.room_for(len(packed)) == size
        assert sealing.room_for(len(packed) + 1) > size


@pytest.mark.parametrize(
    ("statements", "capacity"),
    [(0, 232), (232, 232), (233, 1000), (1001, 4072), (4073, 16360), (16360, 16360)],
)
def test_the_smallest_ballot_that_holds_all_statements_is_taken(statements, capacity):
    assert ballots.capacity_for(statements) == capacity


def test_more_statements_than_a_ballot_can_hold_are_refused():
    with pytest.raises(Refusal, match="at most 16360 statements"):
        ballots.capacity_for(16361)


@given(side=st.integers(0, 8), capacity=capacities, seed=st.integers(0, 2**32))
def test_what_is_packed_unpacks_to_the_same_votes(side, capacity, seed):
    slots = np.random.default_rng(seed).integers(0, 4, capacity).astype(np.uint8)
    again = ballots.unpack(ballots.pack(Ballot(side, slots)))
    assert again.side == side
    assert np.array_equal(again.slots, slots)


@given(cast=votes, capacity=capacities)
def test_each_vote_stands_at_its_place_and_no_other(cast, capacity):
    ballot = ballots.empty(3, capacity)
    for slot, vote in cast.items():
        ballot = ballot.with_vote(slot, vote)
    ballot = ballots.unpack(ballots.pack(ballot))
    assert {slot: ballot.vote(slot) for slot in range(232) if ballot.vote(slot)} == cast
    assert ballot.answered == len(cast)


@given(cast=votes, slot=st.integers(0, 231))
def test_a_vote_taken_back_leaves_no_trace(cast, slot):
    before = ballots.empty(1, 232)
    for place, vote in cast.items():
        before = before.with_vote(place, vote)
    before = before.with_vote(slot, None)
    after = before.with_vote(slot, "agree").with_vote(slot, "pass").with_vote(slot, None)
    assert ballots.pack(after) == ballots.pack(before)
    assert after.vote(slot) is None


@given(cast=votes)
def test_a_grown_ballot_keeps_every_vote(cast):
    ballot = ballots.empty(2, 232)
    for slot, vote in cast.items():
        ballot = ballot.with_vote(slot, vote)
    for capacity in CAPACITIES[1:]:
        ballot = ballots.grown(ballot, capacity)
        assert len(ballot.slots) == capacity
        assert {slot: ballot.vote(slot) for slot in cast} == cast
        assert ballot.answered == len(cast)
    assert ballot.side == 2


def test_ballots_of_one_capacity_have_one_length_however_much_was_voted():
    full = Ballot(8, np.full(232, 3, np.uint8))
    lengths = {len(ballots.pack(one)) for one in (ballots.empty(0, 232), full)}
    assert lengths == {60}


@given(st.lists(st.tuples(st.integers(0, 8), votes), min_size=1, max_size=12))
def test_many_unpack_at_once_as_one_by_one(people):
    rows = []
    for side, cast in people:
        ballot = ballots.empty(side, 232)
        for slot, vote in cast.items():
            ballot = ballot.with_vote(slot, vote)
        rows.append(ballots.pack(ballot))
    sides, slots = ballots.unpack_many(rows)
    single = [ballots.unpack(row) for row in rows]
    assert sides.tolist() == [one.side for one in single]
    assert np.array_equal(slots, np.stack([one.slots for one in single]))


def test_a_ballot_is_not_changed_in_place():
    ballot = ballots.empty(1, 232)
    ballot.with_vote(5, "agree")
    assert ballot.answered == 0
