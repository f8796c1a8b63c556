"""Groups: people who stand close together, the same from any side one looks at them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engines.opinion.conversations import REAL, camps, few, real, shuffled, spots
from tests.naive import opinion as naive
from tracktwo.engines.opinion import groups, space
from tracktwo.engines.opinion.votes import Votes

labels = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=25)
MIRRORS = [(1, 1), (-1, 1), (1, -1), (-1, -1)]


def found(votes: Votes, seed: int = 1, **options) -> groups.Groups:
    rng = np.random.default_rng(seed)
    return groups.find(space.find(votes, rng=rng), rng=rng, **options)


def standing(points: np.ndarray) -> space.Space:
    """A space in which people stand exactly there, all having answered ten statements."""
    return space.Space(np.zeros((2, 10)), np.zeros(10), np.ones(2), points, np.full(len(points), 10))


def crowd(places: list[tuple[float, float]], sizes: list[int], seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.repeat(np.array(places, dtype=float), sizes, axis=0) + rng.normal(0, 0.3, (sum(sizes), 2))


@few
@given(labels)
def test_adjusted_rand_is_that_of_comparing_every_pair(pairs):
    one, other = zip(*pairs, strict=True)
    assert groups.adjusted_rand(one, other) == pytest.approx(naive.adjusted_rand(list(one), list(other)))


def test_adjusted_rand_of_a_known_pair():
    assert groups.adjusted_rand([0, 0, 1, 1], [1, 1, 0, 0]) == 1.0
    assert groups.adjusted_rand([0, 0, 1, 1], [0, 1, 0, 1]) == pytest.approx(-0.5)


def test_adjusted_rand_counts_people_by_weight():
    one, other, weight = [0, 0, 1, 1], [0, 1, 1, 1], [3, 1, 2, 4]
    people = np.repeat(np.arange(4), weight)
    apart = groups.adjusted_rand(np.array(one)[people], np.array(other)[people])
    assert groups.adjusted_rand(one, other, weight) == pytest.approx(apart)


@few
@given(st.integers(0, 1000), st.integers(2, 4))
def test_silhouette_is_that_of_the_definition(seed, k):
    rng = np.random.default_rng(seed)
    points, group = rng.normal(size=(12, 2)), np.append(np.arange(k), rng.integers(0, k, 12 - k))
    into = np.eye(k)[group]
    reach = groups._distances(points) @ into
    mine = groups._silhouette(reach, into.sum(axis=0), np.ones(12), group)
    assert mine == pytest.approx(naive.silhouette(points, group.tolist()))


@few
@given(st.integers(0, 1000), st.integers(2, 3))
def test_on_a_line_no_division_has_less_spread(seed, k):
    drawn = np.random.default_rng(seed).normal(size=(14, 2)) * [1.0, 0.0]
    points, _, unit = groups._upright(drawn)
    cells = groups._gather(points)
    centres = groups._divide(cells, points, k, 0, groups._lines(cells))
    assert centres is not None
    mine = naive.spread(points, groups._nearest(points, centres)[0].tolist())
    assert mine * unit**2 == pytest.approx(naive.best_line_division(points, k) * unit**2)


@few
@given(st.integers(0, 1000), st.integers(2, 5), st.sampled_from([2, 1 << 20, 1 << 30]))
def test_a_look_in_single_precision_finds_the_nearest_centre_even_where_several_are_as_near(seed, k, reach):
    rng = np.random.default_rng(seed)
    points = np.rint(rng.uniform(-reach, reach, (40, 2)))
    centres = points[rng.integers(0, 40, (6, k))]
    centres[1] += rng.normal(0, 1e-3, centres[1].shape)
    centres[2] = centres[2, :1]  # all as near
    centres[3, 1:] = np.nextafter(centres[3, :1], reach)  # as near but for the last bit
    near = groups._View.of(points, centres).nearest(centres)
    assert (near.sum(axis=1) == 1).all()
    assert np.array_equal(near.argmax(axis=1), groups._nearest_of(points, centres)[1])


@few
@given(st.integers(0, 1000), st.integers(2, 5), st.booleans())
def test_starts_moved_together_end_as_each_would_alone(seed, k, whole):
    rng = np.random.default_rng(seed)
    points, weight = spots(rng, 60, whole=whole)
    of, starts = np.array([0, 0, 1, 1, 0, 1]), points[rng.integers(0, 60, (6, k))]
    starts[4] = starts[0]  # who starts alike ends alike
    together = groups._lloyd(points, weight, of, starts)
    for run in range(6):
        alone = groups._lloyd(points, weight, of[run : run + 1], starts[run : run + 1])
        assert all(np.array_equal(a[run], b[0]) for a, b in zip(together, alone, strict=True))


def test_cells_stand_on_the_lattice_in_the_middle_of_their_people():
    points, _, _ = groups._upright(np.random.default_rng(1).normal(size=(900, 2)))
    cells = groups._gather(points)
    assert cells.sums_hide_people and cells.weight.sum() == 900
    assert groups._exact_sums(cells.points, cells.weight[None]).all()
    np.testing.assert_allclose(cells.weight @ cells.points / 900, points.mean(axis=0), atol=0.5)


def test_three_crowds_are_three_groups_largest_first():
    groups_found = groups.find(
        standing(crowd([(0, 4), (-4, -2), (4, -2)], [20, 50, 30])), rng=np.random.default_rng(0)
    )
    assert groups_found.sizes.tolist() == [50, 30, 20]
    assert groups_found.members.tolist() == [2] * 20 + [0] * 50 + [1] * 30
    np.testing.assert_allclose(groups_found.centres, [(-4, -2), (4, -2), (0, 4)], atol=0.3)
    assert groups_found.silhouette > 0.8
    assert groups_found.stability > 0.99


@pytest.mark.parametrize("people", [200, 5_000])
def test_a_structureless_crowd_is_called_unstable(people):
    points = np.random.default_rng(1).normal(size=(people, 2))
    everywhere = groups.find(standing(points), rng=np.random.default_rng(0))
    assert everywhere.stability < 0.9
    assert everywhere.silhouette < 0.45


def test_one_person_far_away_is_not_a_group():
    points = np.concatenate([crowd([(-1, 0), (1, 0)], [50, 56]), [(60.0, 60.0)]])
    groups_found = groups.find(standing(points), rng=np.random.default_rng(0))
    assert groups_found.sizes.min() >= 5.35


def test_where_no_group_is_large_enough_everybody_is_one_group():
    groups_found = groups.find(standing(crowd([(0, 0), (9, 9)], [5, 3])), rng=np.random.default_rng(0))
    assert groups_found.members.tolist() == [0] * 8
    assert np.isnan(groups_found.silhouette)
    assert np.isnan(groups_found.stability)


def test_people_without_a_vote_are_in_no_group():
    votes, _ = camps((30, 30), 15, divided=1)
    table = np.concatenate([votes.table(), np.full((3, 15), 9)])
    members = found(Votes.from_table(table)).members
    assert members[60:].tolist() == [-1] * 3
    assert members[:60].min() == 0


def test_without_any_vote_there_is_no_group():
    assert found(Votes.from_table(np.full((4, 3), 9))).count == 0


def test_people_of_few_answers_join_a_group_but_do_not_shape_it():
    here = standing(crowd([(-3, 0), (3, 0)], [40, 40]))
    newcomers = np.tile([[2.0, 5.0]], (30, 1))
    more = replace(here, positions=np.concatenate([here.positions, newcomers]),
                   answered=np.append(here.answered, np.full(30, 2)))  # fmt: skip
    alone, together = (groups.find(s, rng=np.random.default_rng(0)) for s in (here, more))
    np.testing.assert_allclose(np.sort(together.centres, axis=0), np.sort(alone.centres, axis=0), atol=1e-4)
    assert together.sizes.tolist() == [70, 40]


@pytest.mark.parametrize("camp_sizes", [(40, 30), (60, 40, 30), (300, 500), (900, 700, 400)])
def test_clear_camps_are_found(camp_sizes):
    votes, camp = camps(camp_sizes, 40, answered=0.9, divided=0.9, seed=1)
    assert groups.adjusted_rand(found(votes).members, camp) > 0.95


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("camp_sizes", [(14, 12), (60, 45, 30), (500, 400, 300)])
def test_groups_are_the_same_mirrored_shuffled_and_from_another_seed(camp_sizes, seed):
    votes, _ = camps(camp_sizes, 30, answered=0.5, seed=seed)
    same_whichever_way_one_looks(votes, seed)


@pytest.mark.parametrize("name", REAL)
def test_real_groups_are_the_same_mirrored_shuffled_and_from_another_seed(name):
    same_whichever_way_one_looks(real(name), 7)


@pytest.mark.parametrize("name", REAL)
def test_real_groups_hold_five_people_and_five_percent(name):
    groups_found = found(real(name))
    assert groups_found.sizes.min() >= max(5, 0.05 * groups_found.sizes.sum())
    assert 2 <= groups_found.count <= 5


def test_the_grid_finds_the_groups_that_every_single_point_would_give(monkeypatch):
    votes, _ = camps((500, 400, 300), 30, answered=0.5, seed=3)
    by_grid = found(votes)
    monkeypatch.setattr(groups, "_EXACT_UP_TO", 10_000)
    point_by_point = found(votes)
    assert groups.adjusted_rand(by_grid.members, point_by_point.members) > 0.99
    assert by_grid.silhouette == pytest.approx(point_by_point.silhouette, abs=0.003)


def same_whichever_way_one_looks(votes: Votes, seed: int) -> None:
    usual = found(votes, draws=0)
    again, people = shuffled(votes, np.random.default_rng(seed))
    for number, mirror in enumerate(MIRRORS):
        rng = np.random.default_rng(100 + number)
        here = space.find(again, rng=rng)
        there = groups.find(replace(here, positions=here.positions * mirror), draws=0, rng=rng)
        assert groups.adjusted_rand(there.members, usual.members[people]) == 1.0
        assert there.silhouette == pytest.approx(usual.silhouette)
