"""Compiled kernels: the same counts, Grams, groups and ground as without a compiler."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from tests.engines.opinion.conversations import REAL, camps, few, packed, real, shuffled, spots, triples
from tests.naive import opinion as naive
from tracktwo import compiling
from tracktwo.engines.opinion import bridging, groups, kernels, slate, space
from tracktwo.engines.opinion.votes import Votes
from tracktwo.errors import BadInput

SIZES = [(14, 12), (60, 45, 30), (900, 700, 400)]


@pytest.fixture(scope="module", autouse=True)
def warm() -> Iterator[None]:
    """The other modules of this folder run without compiled kernels, as where numba is not installed."""
    assert kernels.warm()
    yield
    kernels.cool()


def both_ways(work):
    """What compiled kernels answer, and what numpy and scipy answer."""
    kernels.warm()
    compiled = work()
    kernels.cool()
    plain = work()
    kernels.warm()
    return compiled, plain


def found(votes: Votes, seed: int = 1) -> groups.Groups:
    rng = np.random.default_rng(seed)
    return groups.find(space.find(votes, rng=rng), rng=rng)


@few
@given(triples())
def test_compiled_grams_are_those_of_counting_pair_by_pair(case):
    expected = naive.grams(naive.last_given(case[0]), *case[1:])
    grams = space.grams(packed(*case))
    for mine, theirs in zip((grams.xx, grams.mx, grams.mm), expected, strict=True):
        assert mine.tolist() == theirs.tolist()


@few
@given(triples())
def test_compiled_counts_per_side_are_those_of_counting_one_by_one(case):
    given_votes, people, statements = case
    side = [person % 3 - 1 for person in range(people)]
    counted = packed(*case).tally(side, 2)
    assert counted.tolist() == naive.tally(naive.last_given(given_votes), side, 2, statements)


@few
@given(triples())
def test_compiled_positions_are_the_scaled_sums_of_the_paper(case):
    given_votes, people, statements = case
    ballots = naive.last_given(given_votes)
    here = space.find(packed(*case), rng=np.random.default_rng(1))
    for person in range(people):
        if here.answered[person]:
            expected = naive.position(ballots, person, here.components, statements)
            np.testing.assert_allclose(here.positions[person], expected, atol=1e-9)


@pytest.mark.parametrize("statements", [30, 20_000])
@pytest.mark.parametrize("answered", [0.002, 0.4, 1.0])
def test_grams_and_counts_are_the_same_integers_compiled_or_not(statements, answered):
    votes, side = camps((70, 50), 30, answered=answered, seed=3)
    person, statement, vote = votes.triples()
    votes = Votes.from_triples(person, statement, vote, people=120, statements=statements)
    compiled, plain = both_ways(lambda: votes.tally(side, 2))
    assert np.array_equal(compiled, plain)
    if statements < space.GRAM_UP_TO:
        same_grams(votes)


@pytest.mark.parametrize("statements", [1, 63, 64, 65, 511, 512, 513, 1_100])
@pytest.mark.parametrize("people", [1, 15, 16, 17, 600])
def test_grams_are_the_same_however_many_statements_stand_side_by_side(statements, people):
    """Some answer everything, some little, some nothing; of some statements nobody answered any answer, or one only."""
    rng = np.random.default_rng(statements)
    table = rng.integers(-1, 2, (people, statements))
    table[rng.random(table.shape) < rng.choice([0.0, 0.5, 0.95, 1.0], (people, 1))] = 9
    table[:, 3::7] = 9
    table[:, 5::9] = np.where(table[:, 5::9] == 9, 9, 1)
    same_grams(Votes.from_table(table))


@pytest.mark.parametrize("name", REAL)
def test_real_grams_are_the_same_compiled_or_not(name):
    same_grams(real(name))


def same_grams(votes: Votes) -> None:
    compiled, plain = both_ways(lambda: space.grams(votes))
    for one, other in zip(vars(compiled).values(), vars(plain).values(), strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize("threads", [1, 2, 3, 7, 200])
def test_grams_counts_and_positions_do_not_depend_on_the_number_of_threads(monkeypatch, threads):
    votes, _ = camps((60, 50), 25, answered=0.5, seed=6)
    usual, positions = space.grams(votes), space.find(votes, rng=np.random.default_rng(0)).positions
    monkeypatch.setattr(kernels, "THREADS_FROM", 0)
    monkeypatch.setattr(kernels, "cores", lambda: threads)
    again = space.grams(votes)
    assert all(np.array_equal(a, b) for a, b in zip(vars(usual).values(), vars(again).values(), strict=True))
    assert np.array_equal(space.find(votes, rng=np.random.default_rng(0)).positions, positions)
    assert votes.tally().sum() == len(votes)


def test_threads_share_the_people_without_gap_or_overlap():
    start = np.array([0, 5, 5, 9, 30, 30, 31])
    for threads in range(1, 9):
        slices = kernels.over_people(start, lambda i, j: (i, j), threads=threads)
        assert [i for first, last in slices for i in range(first, last)] == list(range(6))


def test_more_people_than_one_tile_are_counted_once():
    votes = Votes.from_table(np.tile([[1, -1, 9], [0, 9, 1]], (9_000, 1)))
    grams = space.grams(votes)
    assert grams.mm.tolist() == [[18_000, 9_000, 9_000], [9_000, 9_000, 0], [9_000, 0, 9_000]]
    assert grams.xx.tolist() == [[9_000, -9_000, 0], [-9_000, 9_000, 0], [0, 0, 9_000]]


@pytest.mark.parametrize("vote", [-1, 1])
def test_a_tile_of_people_of_one_mind_is_not_too_many_for_sixteen_bits(vote):
    people = 2 * compiled_tile() + 300
    grams = space.grams(Votes.from_table(np.full((people, 2), vote)))
    assert grams.mm.tolist() == grams.xx.tolist() == [[people] * 2] * 2
    assert grams.mx.tolist() == [[vote * people] * 2] * 2


def compiled_tile() -> int:
    compiled = kernels.compiled()
    assert compiled is not None
    assert compiled._TILE < 2**15
    return int(compiled._TILE)


@pytest.mark.parametrize("limit", ["_WHOLE_SPECTRUM_UP_TO", "GRAM_UP_TO"])
def test_every_way_of_decomposing_finds_the_same_components_compiled(monkeypatch, limit):
    votes, _ = camps((80, 60, 30), 40, answered=0.5, seed=4)
    usual = space.find(votes, rng=np.random.default_rng(1))
    monkeypatch.setattr(space, "_WHOLE_SPECTRUM_UP_TO", 0)
    monkeypatch.setattr(space, limit, 0)
    other = space.find(votes, rng=np.random.default_rng(9))
    np.testing.assert_allclose(other.components, usual.components, atol=1e-9)
    np.testing.assert_allclose(other.positions, usual.positions, atol=1e-9)


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("seed", range(3))
def test_groups_are_the_same_compiled_or_not(sizes, seed):
    votes, _ = camps(sizes, 30, answered=0.5, seed=seed)
    same_groups(votes)


@pytest.mark.parametrize("name", REAL)
def test_real_groups_are_the_same_compiled_or_not(name):
    same_groups(real(name))


@pytest.mark.parametrize("sizes", SIZES)
def test_compiled_groups_are_the_same_mirrored_shuffled_and_from_another_seed(sizes):
    votes, _ = camps(sizes, 30, answered=0.5, seed=8)
    again, people = shuffled(votes, np.random.default_rng(3))
    assert groups.adjusted_rand(found(again, seed=5).members, found(votes).members[people]) == 1.0


def test_groups_of_a_large_crowd_are_settled_alike_compiled_or_not(monkeypatch):
    monkeypatch.setattr(groups, "_SETTLE_UP_TO", 100)
    votes, _ = camps((900, 700, 400), 30, answered=0.5, seed=2)
    same_groups(votes)


@few
@given(st.integers(0, 1_000), st.sampled_from([1e5, 1.7, 2.0**40]))
def test_steps_and_starts_are_bit_for_bit_those_of_numpy(seed, unit):
    """Whole points, whose sums are exact; others, which are added up in order; and whole ones too large for it."""
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(80, 2)) * unit
    if unit > 2:
        points = np.rint(points)
    weight = rng.integers(1, 9, (3, 80)).astype(float)
    of = np.array([0, 1, 2, 2])

    def moved():
        starts = groups._spread_starts(points, weight, of, 3, np.random.default_rng(seed))
        return starts, *groups._lloyd(points, weight, of, starts)

    for one, other in zip(*both_ways(moved), strict=True):
        assert np.array_equal(one, other)


@few
@given(st.integers(0, 1_000))
def test_taking_off_who_went_gives_bit_for_bit_what_adding_up_everybody_gives(seed):
    rng = np.random.default_rng(seed)
    points, weight = spots(rng, 60, whole=True)
    of, starts = np.array([0, 1, 1]), points[rng.integers(0, 60, (3, 4))]
    quick, plain = both_ways(lambda: groups._lloyd(points, weight, of, starts))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(groups, "_exact_sums", lambda points, weight: np.zeros(len(weight), dtype=bool))
        for found in (*both_ways(lambda: groups._lloyd(points, weight, of, starts)), quick, plain):
            assert all(np.array_equal(a, b) for a, b in zip(found, plain, strict=True))


@few
@given(st.integers(0, 1_000), st.integers(1, 4), st.booleans())
def test_steps_that_run_out_end_bit_for_bit_alike(seed, steps, whole):
    rng = np.random.default_rng(seed)
    points, weight = spots(rng, 90, whole=whole)
    of, starts = np.array([0, 1, 1]), points[rng.integers(0, 90, (3, 4))]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(groups, "_STEPS", steps)
        for one, other in zip(*both_ways(lambda: groups._lloyd(points, weight, of, starts)), strict=True):
            assert np.array_equal(one, other)


@few
@given(st.integers(0, 1_000), st.integers(2, 5))
def test_nearest_centres_and_silhouettes_are_bit_for_bit_those_of_numpy(seed, k):
    rng = np.random.default_rng(seed)
    points, weight = rng.normal(size=(50, 2)), rng.integers(1, 4, 50).astype(float)
    cells = groups._Cells(points, weight, True)
    division = np.stack([points[rng.choice(50, k, replace=False)] for _ in range(3)])
    one, other = both_ways(lambda: groups._group_of(points, division))
    assert np.array_equal(one, other)
    reach, size = rng.random((50, k)) * 9, rng.integers(0, 3, k).astype(float)
    size[:2] += 1
    compiled = kernels.compiled()
    assert compiled is not None
    score = np.empty(50)
    compiled.silhouette(reach, size, one[0], score)
    assert np.array_equal(score, groups._scores(reach, size, one[0]))
    one, other = both_ways(lambda: np.array(groups._silhouettes(cells, list(division))))
    assert np.array_equal(one, other)


@pytest.mark.parametrize("name", REAL)
def test_real_slates_are_the_same_compiled_or_not(name):
    same_slates(real(name), 10)


@few
@given(triples(), st.integers(0, 8))
def test_slates_are_the_same_compiled_or_not(case, size):
    same_slates(packed(*case), size)


def same_slates(votes: Votes, size: int) -> None:
    given_approvals = slate.approvals(votes)
    may = np.arange(votes.statements) % 5 != 3
    for swap in (False, True):
        compiled, plain = both_ways(lambda s=swap: slate.find(given_approvals, size, may=may, swap=s))
        assert compiled.statements == plain.statements
        assert compiled.satisfaction.tolist() == plain.satisfaction.tolist()
        assert compiled.audit == plain.audit


@few
@given(st.integers(0, 1_000), st.integers(0, 9), st.integers(0, 7))
def test_marks_become_the_same_codes_compiled_or_not_and_those_of_reading_one_by_one(seed, people, width):
    rng = np.random.default_rng(seed)
    marks = rng.integers(0, 256, (people, width + 2)).astype(np.uint8)[:, 1:-1]
    wanted = (rng.integers(0, 2, (width, 4)) * 3 << np.array([0, 2, 4, 6])).sum(axis=1).astype(np.uint8)
    compiled, plain = both_ways(lambda: Votes.from_marks(marks, wanted, statements=4 * width))
    assert compiled.start.tolist() == plain.start.tolist() and compiled.code.tolist() == plain.code.tolist()
    expected = [
        (person, 4 * byte + slot, int(marks[person, byte] >> 2 * slot & 3) - 2)
        for person in range(people)
        for byte in range(width)
        for slot in range(4)
        if marks[person, byte] & wanted[byte] & 3 << 2 * slot
    ]
    assert list(zip(*(one.tolist() for one in compiled.triples()), strict=True)) == expected


def test_marks_that_do_not_fit_what_is_wanted_are_refused():
    with pytest.raises(BadInput):
        Votes.from_marks(np.zeros((2, 3), np.uint8), np.zeros(2, np.uint8), statements=12)


def test_a_side_that_is_not_there_is_refused_before_anything_is_counted():
    with pytest.raises(BadInput):
        packed([(0, 0, 1)], 1, 1).tally([1], 1)


def test_where_numba_is_not_installed_the_engine_says_so_and_goes_on(monkeypatch):
    kernels.cool()
    monkeypatch.setattr(compiling, "available", lambda: False)
    assert not kernels.warm()
    assert kernels.compiled() is None
    assert found(camps((30, 30), 15, divided=1)[0]).count == 2
    monkeypatch.undo()
    kernels.warm()


def test_a_cache_goes_where_only_we_can_write(monkeypatch, tmp_path):
    import numba

    config: Any = numba.config
    monkeypatch.setattr(config, "CACHE_DIR", "")
    monkeypatch.setattr(compiling, "_writable", lambda folder: folder.parent == tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    compiling.keep_the_cache_somewhere(tmp_path / "not" / "here")
    assert str(tmp_path / "tracktwo") == config.CACHE_DIR


def same_groups(votes: Votes) -> None:
    compiled, plain = both_ways(lambda: found(votes))
    assert groups.adjusted_rand(compiled.members, plain.members) == 1.0
    assert compiled.sizes.tolist() == plain.sizes.tolist()
    assert compiled.silhouette == pytest.approx(plain.silhouette, nan_ok=True)
    assert compiled.stability == pytest.approx(plain.stability, nan_ok=True)


@few
@given(st.integers(0, 1_000), st.integers(1, 5))
def test_the_belief_about_every_side_is_that_of_numpy(seed, sides):
    compiled = kernels.compiled()
    assert compiled is not None
    rng = np.random.default_rng(seed)
    n = rng.integers(0, 60, (12, sides)).astype(float)
    yes = rng.binomial(n.astype(int), 0.6).astype(float)
    usual, spread = rng.normal(size=sides), np.eye(sides) + 0.3
    precision, pull = bridging._first_sites(yes, n)
    mean, covariance = np.empty((12, sides)), np.empty((12, sides, sides))
    compiled.belief(usual, spread, precision, pull, mean, covariance)
    kernels.cool()
    expected = bridging._belief(usual, spread, precision, pull)
    np.testing.assert_allclose(mean, expected[0], atol=1e-10)
    np.testing.assert_allclose(covariance, expected[1], atol=1e-10)
    new = bridging._sites(mean, covariance, precision, pull, yes, n)
    log_weights = bridging._LOG_WEIGHTS + bridging._NODES**2 / 2
    compiled.sites(yes, n, bridging._NODES, log_weights, mean, covariance, precision, pull)
    np.testing.assert_allclose(precision, new[0], atol=1e-9)
    np.testing.assert_allclose(pull, new[1], atol=1e-9)
    kernels.warm()


@pytest.mark.parametrize("sides", [1, 2, 4])
def test_draws_of_the_least_agreeing_side_and_their_ties_are_those_of_numpy(sides):
    compiled = kernels.compiled()
    assert compiled is not None
    rng = np.random.default_rng(sides)
    answers = rng.integers(5, 40, (sides, 30))
    posterior = bridging.learn(rng.binomial(answers, rng.random(30)), answers)
    half = np.random.default_rng(1).standard_normal((sides, bridging._DRAWS // 2))
    draws = np.empty((30, bridging._DRAWS))
    root = np.linalg.cholesky(posterior.covariance)
    compiled.smallest(np.ascontiguousarray(posterior.mean.T), np.ascontiguousarray(root), half, draws)
    kernels.cool()
    expected = bridging._smallest_shares(posterior, np.random.default_rng(1))
    runs_expected = list(
        bridging._ties(bridging._ranked(expected.mean(axis=1), np.ones(30, dtype=bool)), expected)
    )
    kernels.warm()
    np.testing.assert_allclose(special.expit(draws), expected, atol=1e-12)
    ranked = np.array(bridging._ranked(expected.mean(axis=1), np.ones(30, dtype=bool)))
    pairs = (expected[:, : bridging._DRAWS // 2] + expected[:, bridging._DRAWS // 2 :]) / 2
    same = np.zeros(30, dtype=bool)
    compiled.tied(ranked, pairs, same)
    runs = [run.tolist() for run in np.split(ranked, np.flatnonzero(~same)[1:])]
    assert [tuple(run) for run in runs if len(run) > 1] == runs_expected


def test_common_ground_is_the_same_compiled_or_not():
    votes, side = camps((90, 60, 40), 30, answered=0.5, seed=2)
    compiled, plain = both_ways(
        lambda: bridging.common_ground(votes, side, sides=3, rng=np.random.default_rng(0))
    )
    assert compiled.ranked == plain.ranked and compiled.ties == plain.ties
    np.testing.assert_allclose(compiled.score, plain.score, atol=1e-9)
    np.testing.assert_allclose(compiled.support, plain.support, atol=1e-9)


def test_two_threads_find_the_very_groups_of_one(monkeypatch):
    votes, _ = camps((900, 700, 400), 40, answered=0.5, seed=3)
    one = found(votes)
    monkeypatch.setattr(kernels, "ROWS_FROM", 10)
    monkeypatch.setattr(kernels, "THREADS_FROM", 10)
    monkeypatch.setattr(kernels, "cores", lambda: 2)
    two = found(votes)
    assert np.array_equal(one.members, two.members) and np.array_equal(one.centres, two.centres)
