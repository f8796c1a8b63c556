"""Running sums: after every vote given, changed or taken back they are those of counting anew."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engines.opinion.conversations import camps, few, packed
from tests.naive import opinion as naive
from tests.naive.opinion_incremental import as_given
from tracktwo.engines.opinion import kernels, space
from tracktwo.engines.opinion.incremental import TAKEN_BACK, Running
from tracktwo.engines.opinion.votes import Votes
from tracktwo.errors import BadInput

PEOPLE, STATEMENTS = 5, 6
acts = st.lists(
    st.tuples(st.integers(0, PEOPLE - 1), st.integers(0, STATEMENTS - 1), st.integers(-1, TAKEN_BACK)),
    max_size=60,
)


@pytest.fixture(scope="module", autouse=True, params=["compiled", "plain"])
def way(request) -> Iterator[None]:
    assert request.param == "plain" or kernels.warm()
    yield
    kernels.cool()


def give(running: Running, some: list[tuple[int, int, int]]) -> None:
    running.give(*np.array(some, dtype=np.int64).reshape(-1, 3).T)


def same_as_counted_anew(running: Running, side: list[int]) -> None:
    votes = running.votes()
    anew = space.grams(votes)
    assert running.counts.tolist() == votes.tally(side, 2).tolist()
    for kept, counted in zip(vars(running.grams).values(), vars(anew).values(), strict=True):
        assert np.array_equal(kept, counted)


@few
@given(acts, acts)
def test_sums_are_bit_for_bit_those_of_counting_anew(first, then):
    side = [person % 3 - 1 for person in range(PEOPLE)]
    before = naive.last_given([act for act in first if act[2] != TAKEN_BACK])
    running = Running(packed([(*cell, vote) for cell, vote in before.items()], PEOPLE, STATEMENTS), side, 2)
    give(running, then)
    same_as_counted_anew(running, side)
    begun = [(*cell, vote) for cell, vote in before.items()]
    ballots = as_given([*begun, *then], TAKEN_BACK)
    expected = packed([(*cell, vote) for cell, vote in ballots.items()], PEOPLE, STATEMENTS)
    assert np.array_equal(running.votes().table(), expected.table())
    assert running.counts.tolist() == naive.tally(ballots, side, 2, STATEMENTS)


@few
@given(acts)
def test_one_by_one_or_all_at_once_is_the_same(some):
    empty = packed([], PEOPLE, STATEMENTS)
    together, apart = Running(empty), Running(empty)
    give(together, some)
    for act in some:
        give(apart, [act])
    assert np.array_equal(together.votes().table(), apart.votes().table())
    for one, other in zip(vars(together.grams).values(), vars(apart.grams).values(), strict=True):
        assert np.array_equal(one, other)


def test_a_vote_given_and_taken_back_leaves_no_trace():
    votes, _ = camps((20, 15), 12, answered=0.5, seed=2)
    running = Running(votes)
    start = space.grams(votes)
    statement = int(np.flatnonzero(votes.table()[0] == 9)[0])
    running.give(0, statement, 1)
    running.give(0, statement, TAKEN_BACK)
    assert np.array_equal(running.votes().code, votes.code)
    assert all(
        np.array_equal(a, b) for a, b in zip(vars(running.grams).values(), vars(start).values(), strict=True)
    )


def test_somebody_who_joins_later_counts_like_everybody_else():
    votes, side = camps((8, 7), 10, answered=0.5, seed=4)
    running = Running(votes, side, 2)
    running.join([1, -1])
    running.give([15, 15, 16], [3, 1, 2], [1, -1, 0])
    assert running.people == 17
    assert running.votes().table()[15:, :4].tolist() == [[9, -1, 9, 1], [9, 9, 0, 9]]
    same_as_counted_anew(running, [*side, 1, -1])


def test_the_space_of_the_running_sums_is_that_of_all_votes():
    votes, _ = camps((60, 50), 25, answered=0.5, seed=5)
    begun = Running(votes.of(np.zeros(0, dtype=int)))
    begun.join(np.zeros(votes.people))
    begun.give(*votes.triples())
    here, there = begun.space(rng=np.random.default_rng(1)), space.find(votes, rng=np.random.default_rng(1))
    assert np.array_equal(here.positions, there.positions)
    assert np.array_equal(begun.components(rng=np.random.default_rng(1))[0], there.components)


@pytest.mark.parametrize(
    ("act", "said"),
    [
        ((5, 0, 1), "person 5 is not between 0 and 4; correct it."),
        ((0, -1, 1), "statement -1 is not between 0 and 5; correct it."),
        ((0, 0, 3), "vote 3 is not between -1 and 2; correct it."),
    ],
)
def test_a_vote_that_cannot_be_is_refused_and_nothing_is_counted(act, said):
    running = Running(packed([(0, 0, 1)], PEOPLE, STATEMENTS))
    with pytest.raises(BadInput) as refusal:
        give(running, [(1, 1, 1), act])
    assert str(refusal.value) == said
    assert running.counts.sum() == 1


def test_unequal_numbers_and_unknown_sides_are_refused():
    running = Running(packed([], PEOPLE, STATEMENTS))
    with pytest.raises(BadInput):
        running.give([0, 1], [0], [1])
    with pytest.raises(BadInput):
        running.join([1])


def test_more_statements_than_pairs_can_be_kept_of_are_refused():
    with pytest.raises(BadInput):
        Running(Votes.from_triples([], [], [], people=1, statements=space.GRAM_UP_TO + 1))
