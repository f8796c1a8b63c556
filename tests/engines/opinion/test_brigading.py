"""Brigading: waves that vote as no crowd does are named, real crowds are not, and both results are at hand."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from tests.engines.opinion.attacks import (
    COPIED,
    DISGUISED,
    RANDOM,
    SILENT,
    TARGETED,
    Attacked,
    attack,
)
from tests.engines.opinion.conversations import REAL, camps, real
from tests.naive import opinion_brigading as naive
from tracktwo.engines.opinion import bridging, brigading, groups, space
from tracktwo.engines.opinion.brigading import Brigading, Kind
from tracktwo.engines.opinion.votes import Votes
from tracktwo.errors import BadInput

FOUND_BY = {COPIED: Kind.COPIED, RANDOM: Kind.UNMOVED, TARGETED: Kind.UNMOVED, SILENT: Kind.COPIED}


@cache
def people() -> tuple[Votes, np.ndarray, tuple[int, ...]]:
    """Three made-up camps of 300 people who answered four in five of 40 statements, and what all of them like, best first."""
    votes, side = camps((130, 100, 70), 40, answered=0.8, divided=0.7, seed=5)
    return votes, side, ranked(votes, side, 3)


def ranked(votes: Votes, side: np.ndarray, sides: int) -> tuple[int, ...]:
    return bridging.common_ground(votes, side, sides=sides, rng=np.random.default_rng(0)).ranked


def attacked(kind: str, seed: int = 0, **options) -> Attacked:
    votes, side, best = people()
    return attack(votes, side, kind, np.random.default_rng(seed), best=best, **options)


def searched(given: Attacked, *, arrivals: bool = False) -> Brigading:
    arrived = given.arrived if arrivals else None
    return brigading.find(given.votes, arrived=arrived, rng=np.random.default_rng(0))


def precision_and_recall(found: Brigading, given: Attacked) -> tuple[float, float]:
    right = int((found.suspect & given.bot).sum())
    return right / max(int(found.suspect.sum()), 1), right / int(given.bot.sum())


@pytest.mark.parametrize("kind", [COPIED, RANDOM, TARGETED, SILENT])
def test_a_wave_of_three_in_ten_is_found_by_its_votes_alone(kind):
    given = attacked(kind)
    found = searched(given)
    precision, recall = precision_and_recall(found, given)
    assert precision >= 0.9
    assert recall >= 0.8
    assert FOUND_BY[kind] in {wave.kind for wave in found.waves}


def test_a_wave_disguised_as_people_is_found_only_where_it_is_known_who_came_together():
    given = attacked(DISGUISED)
    precision, recall = precision_and_recall(searched(given, arrivals=True), given)
    assert precision >= 0.9
    assert recall >= 0.8
    assert not searched(given).suspect.any()


@pytest.mark.parametrize("kind", [COPIED, RANDOM, TARGETED, SILENT])
def test_eight_of_the_top_ten_stand_without_the_wave(kind):
    given, best = attacked(kind), people()[2]
    both = brigading.both_ways(given.votes, given.side, searched(given).suspect, sides=3, seed=0)
    assert len(set(both.without.ranked[:10]) & set(best[:10])) >= 8


def test_the_results_with_and_without_the_wave_stand_side_by_side():
    given = attacked(SILENT)
    both = brigading.both_ways(given.votes, given.side, given.bot, sides=3, seed=4)
    assert both.everybody.ranked == bridging.common_ground(
        given.votes, given.side, sides=3, rng=np.random.default_rng(4)
    ).ranked  # fmt: skip
    assert both.without.ranked == bridging.common_ground(
        people()[0], people()[1], sides=3, rng=np.random.default_rng(4)
    ).ranked  # fmt: skip
    assert both.kept == len(set(both.everybody.ranked[:10]) & set(both.without.ranked[:10])) < 10


@pytest.mark.parametrize("seed", range(3))
def test_no_wave_is_seen_where_there_is_none(seed):
    votes, _ = camps((130, 100, 70), 40, answered=0.5, divided=0.7, seed=seed)
    arrived = np.random.default_rng(seed).integers(0, 12, votes.people)
    assert not brigading.find(votes, arrived=arrived, rng=np.random.default_rng(0)).suspect.any()


def test_people_who_think_alike_are_no_wave():
    """Two camps that agree inside on nineteen statements in twenty, and still differ now and then."""
    votes, _ = camps((100, 100), 30, answered=0.7, divided=0.95, seed=2)
    assert not brigading.find(votes, rng=np.random.default_rng(0)).suspect.any()


def test_the_wave_says_what_it_pushes():
    given, (_, _, best) = attacked(SILENT), people()
    (wave,) = searched(given).waves
    assert set(wave.opposes) == set(best[:5])
    assert set(wave.favours) <= set(best[-5:])
    assert len(wave.favours) >= 3


def test_arrivals_that_mean_nothing_change_little():
    """The control: the same bots, arrivals shuffled. Who came together then says nothing."""
    given = attacked(RANDOM)
    rng = np.random.default_rng(1)
    shuffled = brigading.find(
        given.votes, arrived=rng.permutation(given.arrived), rng=np.random.default_rng(0)
    )
    alone = searched(given)
    assert (shuffled.suspect != alone.suspect).mean() < 0.05


def test_nobody_is_a_suspect_for_coming_with_suspects():
    """Honest people in the same batches as the bots stay out of the wave."""
    given = attacked(COPIED)
    found = searched(given, arrivals=True)
    beside = ~given.bot & np.isin(given.arrived, given.arrived[given.bot])
    assert found.suspect[beside].mean() < 0.1


def test_among_fewer_than_fifty_nobody_is_a_suspect():
    table = np.tile(np.array([1, -1, 1, 1, -1, 0, 1, -1, 1, -1]), (49, 1))
    assert not brigading.find(Votes.from_table(table), rng=np.random.default_rng(0)).suspect.any()


def test_with_three_answers_each_there_is_nothing_to_tell_a_wave_by():
    votes, _ = camps((150, 150), 40, answered=0.07, seed=3)
    assert not brigading.find(votes, rng=np.random.default_rng(0)).suspect.any()


def test_the_same_seed_names_the_same_people():
    given = attacked(RANDOM)
    one, again = searched(given), searched(given)
    assert np.array_equal(one.suspicion, again.suspicion)
    assert one.suspicion[one.suspect].min() >= 0.9
    assert one.suspicion.max() <= 1


def test_likeness_is_that_of_looking_at_every_pair():
    table = attacked(COPIED).votes.table()[250:330]
    rng = np.random.default_rng(6)
    half = np.random.default_rng(6).permutation(table.shape[1]) % 2 == 0
    ours = brigading.likeness(table, rng)
    one, other = np.flatnonzero(half).tolist(), np.flatnonzero(~half).tolist()
    for person in (0, 20, 60, 75):
        parts = [naive.foretold(table, person, one, other), naive.foretold(table, person, other, one)]
        good, possible = (sum(x) for x in zip(*parts, strict=True))
        assert ours[person] == pytest.approx(good / possible, abs=0.05)  # ties among neighbours
    assert ours[50:].mean() > 0.6 > 0.4 > ours[:50].mean()


def test_arrivals_that_do_not_fit_are_refused():
    votes, _, _ = people()
    for arrived in ([0, 1], np.full(votes.people, -2)):
        with pytest.raises(BadInput):
            brigading.find(votes, arrived=arrived, rng=np.random.default_rng(0))


@pytest.mark.slow
@pytest.mark.parametrize("kind", [COPIED, RANDOM, TARGETED, SILENT, DISGUISED])
def test_waves_in_real_conversations_are_found(kind):
    """Over conversations of 200 people and more; arrivals known, as where codes are handed out."""
    scores, kept = [], []
    for name in REAL:
        votes = real(name)
        if votes.people < 200:
            continue
        if kind == RANDOM and np.median(votes.answers_per_person()) < 7:
            continue  # from four answers a person nothing is told, and nobody is named: docs/explanation/opinion.md
        rng = np.random.default_rng(0)
        side = groups.find(
            space.find(votes, rng=rng), at_most=3, smallest_share=0.1, draws=0, rng=rng
        ).members
        sides = int(side.max()) + 1
        best = ranked(votes, side, sides)
        given = attack(votes, side, kind, rng, best=best)
        found = searched(given, arrivals=True)
        scores.append(precision_and_recall(found, given))
        both = brigading.both_ways(given.votes, given.side, found.suspect, sides=sides, seed=0)
        kept.append(len(set(both.without.ranked[:10]) & set(best[:10])))
    precision, recall = np.mean(scores, axis=0)
    assert precision >= 0.9
    assert recall >= 0.8
    assert np.mean(kept) >= 8


def test_two_blocks_and_nobody_else_leave_nothing_to_look_at():
    table = np.where(np.arange(60)[:, None] < 30, 1, -1).repeat(8, axis=1)
    found = brigading.find(Votes.from_table(table), rng=np.random.default_rng(0))
    assert all(wave.kind is Kind.COPIED for wave in found.waves)
