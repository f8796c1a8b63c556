"""Votes in parts: from any partition the same whole numbers, and the same groups."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from tests.engines.opinion.conversations import REAL, camps, real
from tests.engines.opinion.test_parquet import conversation
from tracktwo.engines.opinion import cleavage, distributed, groups, kernels, parquet, space
from tracktwo.engines.opinion.votes import Votes


@pytest.fixture(autouse=True)
def kernels_as_before(monkeypatch) -> Iterator[None]:
    monkeypatch.setattr(kernels, "_alone", kernels._alone)
    yield
    kernels.cool()


def divided(votes: Votes, parts: int) -> list[Votes]:
    of_person = np.arange(votes.people) * parts // max(votes.people, 1)
    return [votes.of(of_person == part) for part in range(parts)]


def whole(votes: Votes) -> tuple[space.Space, groups.Groups]:
    rng = np.random.default_rng(1)
    here = space.find(votes, rng=rng)
    return here, cleavage.divide(votes, here, rng=rng)


def found(parts, client=None, **options) -> distributed.Found:
    return distributed.find(parts, client, rng=np.random.default_rng(1), **options)


@pytest.mark.parametrize("answered", [0.5, 0.2])
@pytest.mark.parametrize("parts", [1, 2, 5])
def test_any_partition_gives_the_very_same_picture(parts, answered):
    votes, _ = camps((60, 45, 30), 30, answered=answered, seed=2)
    here, fit = whole(votes)
    there = found(divided(votes, parts))
    assert np.array_equal(there.space.components, here.components)
    assert np.array_equal(there.space.positions, here.positions)
    assert np.array_equal(there.groups.members, fit.members)
    assert there.groups.stability == fit.stability
    assert np.array_equal(there.counts, votes.tally(fit.members, fit.count))
    assert np.array_equal(there.everybody, votes.tally()[0])
    assert there.people.sum() == votes.people


@pytest.mark.parametrize("name", REAL)
def test_real_conversations_in_parts_give_the_very_same_groups(name):
    votes = real(name)
    assert np.array_equal(found(divided(votes, 3)).groups.members, whole(votes)[1].members)


def test_passes_instead_of_grams_give_the_same_picture(monkeypatch):
    votes, _ = camps((60, 45), 30, answered=0.5, seed=3)
    usual = found(divided(votes, 3))
    monkeypatch.setattr(space, "GRAM_UP_TO", 10)
    by_passes = found(divided(votes, 3))
    np.testing.assert_allclose(by_passes.space.positions, usual.space.positions, atol=1e-9)
    assert groups.adjusted_rand(by_passes.groups.members, usual.groups.members) == 1.0


def test_statements_rejected_count_nowhere_in_any_part():
    votes, _ = camps((30, 25), 20, answered=0.6, seed=4)
    out = np.arange(20) % 4 == 0
    there = found(divided(votes, 2), rejected=out)
    assert np.array_equal(there.space.positions, whole(votes.without(out))[0].positions)


def test_parts_without_a_vote_do_no_harm():
    votes, _ = camps((30, 25), 20, answered=0.6, seed=4)
    silent = Votes.from_table(np.full((3, 20), 9))
    there = found([silent, votes, silent])
    assert there.groups.members[:3].tolist() == [-1] * 3
    assert np.array_equal(there.groups.members[3:-3], whole(votes)[1].members)


@pytest.mark.xdist_group("cluster")  # one at a time
def test_a_cluster_gives_the_very_same_picture_from_parquet(tmp_path):
    import distributed as dask

    votes, _ = camps((60, 45, 30), 30, answered=0.5, seed=2)
    paths = parquet.write_parts(tmp_path, conversation(votes), 4)
    alone = found([parquet.read(path).votes for path in paths])
    with (
        dask.LocalCluster(
            n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None
        ) as cluster,
        dask.Client(cluster) as client,
    ):
        there = found(paths, client)
    assert np.array_equal(there.space.positions, alone.space.positions)
    assert np.array_equal(there.groups.members, alone.groups.members)
    assert np.array_equal(there.counts, alone.counts)
    by_hash = np.concatenate([parquet.read(path).people_ids for path in paths])
    order = np.argsort(by_hash)
    assert np.array_equal(there.groups.members[order], whole(votes)[1].members)
