"""The space: integer Grams, exact covariance, positions that do not hang on any order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engines.opinion.conversations import REAL, camps, few, packed, real, shuffled, triples
from tests.naive import opinion as naive
from tracktwo.engines.opinion import space
from tracktwo.engines.opinion.votes import Votes


def found(votes: Votes, seed: int = 1) -> space.Space:
    return space.find(votes, rng=np.random.default_rng(seed))


@few
@given(triples(), st.sampled_from([0, space._FEW_PRODUCTS]))
def test_grams_are_those_of_counting_pair_by_pair(case, few_products):
    expected = naive.grams(naive.last_given(case[0]), *case[1:])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(space, "_FEW_PRODUCTS", few_products)
        grams = space.grams(packed(*case))
    for mine, theirs in zip((grams.xx, grams.mx, grams.mm), expected, strict=True):
        assert mine.tolist() == theirs.tolist()


def test_grams_are_the_same_from_dense_blocks_and_from_sparse_products():
    votes, _ = camps((300, 200), 40, answered=0.3)
    dense, sparse = space._dense_grams(votes), space._packed_grams(votes)
    for one, other in zip(vars(dense).values(), vars(sparse).values(), strict=True):
        assert np.array_equal(one, other)


def test_a_packed_field_holds_as_many_people_as_it_is_given():
    everybody = Votes.from_table(np.tile([1, -1], (space._ROWS, 1)))
    grams = space._packed_grams(everybody)
    assert grams.xx.tolist() == [[32_767, -32_767], [-32_767, 32_767]]
    assert grams.mx.tolist() == [[32_767, -32_767]] * 2
    assert grams.mm.tolist() == [[32_767] * 2] * 2


def test_grams_add_up_over_any_partition():
    votes, _ = camps((120, 80), 30, answered=0.4, seed=3)
    whole, (one, other) = space.grams(votes), (votes.of(slice(0, 70)), votes.of(slice(70, 200)))
    merged = space.grams(one) + space.grams(other)
    assert all(np.array_equal(a, b) for a, b in zip(vars(whole).values(), vars(merged).values(), strict=True))


@few
@given(triples())
def test_covariance_is_that_of_the_table_with_missing_votes_at_the_mean(case):
    given_votes, people, statements = case
    ballots = naive.last_given(given_votes)
    voters = len({person for person, _ in ballots})
    if voters >= 2:
        mine = space.grams(packed(*case)).covariance(voters)
        np.testing.assert_allclose(mine, naive.covariance(ballots, people, statements), atol=1e-12)


@few
@given(triples())
def test_positions_are_the_scaled_sums_of_the_paper(case):
    given_votes, people, statements = case
    ballots, here = naive.last_given(given_votes), found(packed(*case))
    for person in range(people):
        if here.answered[person]:
            expected = naive.position(ballots, person, here.components, statements)
            np.testing.assert_allclose(here.positions[person], expected, atol=1e-9)
        else:
            assert np.isnan(here.positions[person]).all()


def test_components_are_those_of_numpys_decomposition():
    votes, _ = camps((60, 50, 40), 25, seed=2)
    here = found(votes)
    values, vectors = np.linalg.eigh(np.cov(votes.table() * 1.0, rowvar=False))
    np.testing.assert_allclose(here.variance, values[::-1][:2])
    np.testing.assert_allclose(np.abs(here.components @ vectors[:, ::-1][:, :2]), np.eye(2), atol=1e-9)


@pytest.mark.parametrize("limit", ["_WHOLE_SPECTRUM_UP_TO", "GRAM_UP_TO"])
def test_every_way_of_decomposing_finds_the_same_components(monkeypatch, limit):
    votes, _ = camps((80, 60, 30), 40, answered=0.5, seed=4)
    usual = found(votes)
    monkeypatch.setattr(space, "_WHOLE_SPECTRUM_UP_TO", 0)
    monkeypatch.setattr(space, limit, 0)
    other = found(votes, seed=9)
    np.testing.assert_allclose(other.components, usual.components, atol=1e-9)
    np.testing.assert_allclose(other.variance, usual.variance)
    np.testing.assert_allclose(other.positions, usual.positions, atol=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_positions_do_not_depend_on_the_order_of_people_or_statements(seed):
    votes, _ = camps((40, 30, 20), 30, answered=0.5, seed=seed)
    again, people = shuffled(votes, np.random.default_rng(seed))
    np.testing.assert_allclose(found(again).positions, found(votes).positions[people], atol=1e-9)


def test_statements_moderated_out_count_nowhere():
    votes, _ = camps((40, 30), 20, answered=0.6, seed=5)
    out = np.arange(20) >= 12
    table = votes.table()
    without, never_there = found(votes.without(out)), found(Votes.from_table(table[:, :12]))
    np.testing.assert_allclose(without.positions, never_there.positions, atol=1e-9)
    assert (without.components[:, 12:] == 0).all()


def test_who_answered_half_is_not_drawn_to_the_middle():
    table = np.repeat([[1, 1, 1, 1], [-1, -1, -1, -1]], 20, axis=0)
    table = np.concatenate([table, [[1, 1, 9, 9]], [[-1, -1, 9, 9]]])
    here = found(Votes.from_table(table))
    assert abs(here.positions[40, 0]) == pytest.approx(abs(here.positions[0, 0]) / np.sqrt(2), rel=0.05)


def test_people_who_all_say_the_same_stand_on_one_spot():
    here = found(Votes.from_table(np.ones((8, 5))))
    assert here.variance.tolist() == [0.0, 0.0]
    assert (here.positions == 0).all()


@pytest.mark.parametrize("table", [np.zeros((0, 0)), np.full((3, 4), 9), np.ones((1, 3)), np.ones((3, 0))])
def test_the_smallest_conversations_have_a_space_too(table):
    here = found(Votes.from_table(table))
    assert here.positions.shape == (len(table), 2)
    assert not here.components.any()


@pytest.mark.parametrize("name", REAL)
def test_real_conversations_look_the_same_in_any_order(name):
    votes = real(name)
    again, people = shuffled(votes, np.random.default_rng(3))
    np.testing.assert_allclose(found(again).positions, found(votes).positions[people], atol=1e-8)


def test_where_passes_are_quicker_than_all_pairs_the_picture_is_the_same(monkeypatch):
    votes, _ = camps((80, 60, 30), 90, answered=0.8, seed=4)
    usual = found(votes)
    monkeypatch.setattr(space, "_PASSES_FROM", 0)
    assert space._quicker_by_passes(votes)
    np.testing.assert_allclose(found(votes).positions, usual.positions, atol=1e-9)
