"""The cleavage: the one line along which opinions differ most, where people answered little."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engines.opinion.conversations import REAL, camps, few, real, shuffled, thinned
from tests.naive import opinion_cleavage as naive
from tracktwo.engines.opinion import cleavage, groups, space
from tracktwo.engines.opinion.distributed import Scattered
from tracktwo.engines.opinion.votes import Votes


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def sparse(seed: int, sizes: tuple[int, ...] = (70, 50), statements: int = 60) -> tuple[Votes, np.ndarray]:
    """Two camps whose people answered six statements each in the mean."""
    return camps(sizes, statements, answered=6 / statements, divided=0.8, seed=seed)


def answers(votes: Votes) -> naive.Answers:
    return {
        (i, j): vote == 1 for i, j, vote in zip(*(column.tolist() for column in votes.triples()), strict=True)
    }


def by_map(votes: Votes, **limits: int) -> groups.Groups:
    return groups.find(space.find(votes, rng=rng()), rng=rng(), **limits)


def divided(votes: Votes, **limits: int) -> groups.Groups:
    return cleavage.divide(votes, space.find(votes, rng=rng()), rng=rng(), **limits)


# --- the line --------------------------------------------------------------------------------------


@few
@given(st.integers(0, 1_000))
def test_the_line_is_the_twins(seed):
    votes, _ = camps((7, 6), 9, answered=0.4, seed=seed)
    start = rng(seed).normal(size=9)
    line = cleavage.find(votes, start)
    position, pull, liked = naive.line(answers(votes), start.tolist(), 13, cleavage._ROUNDS, cleavage._STEPS)
    voted = votes.answers_per_person() > 0
    assert np.isnan(line.position[~voted]).all()
    assert line.position[voted] == pytest.approx(np.array(position)[voted], abs=1e-4)
    assert line.pull == pytest.approx(pull, abs=1e-4)
    assert line.liked == pytest.approx(liked, abs=1e-4)


def test_what_divides_pulls_and_what_all_like_is_liked():
    """Two camps of forty; they differ on the first six statements, all like the next two, nobody the last two."""
    table = np.tile([1, 1, 1, -1, -1, -1, 1, 1, -1, -1], (80, 1))
    table[40:, :6] *= -1
    table[rng(1).random(table.shape) < 0.6] = 9
    line = cleavage.find(Votes.from_table(table), np.array([1.0, 0.5, 0, 0, 0, 0, 0.2, 0, 0, 0]))
    said = (table[:, :6] != 9).any(axis=1)
    assert (line.position[:40][said[:40]] > 0).all() and (line.position[40:][said[40:]] < 0).all()
    assert (line.pull[:3] > 1).all() and (line.pull[3:6] < -1).all()
    assert abs(line.pull[6:]).max() < 0.5
    assert line.liked[6:8].min() > 1.5 > -1.5 > line.liked[8:].max()


@few
@given(st.integers(0, 1_000), st.integers(1, 6))
def test_any_order_of_people_and_any_partition_give_the_very_same_line(seed, parts):
    votes, _ = sparse(seed)
    start = rng(seed).normal(size=votes.statements)
    line = cleavage.find(votes, start)
    people = rng(seed).permutation(votes.people)
    mixed = cleavage.find(votes.of(people), start)
    assert np.array_equal(mixed.position, line.position[people], equal_nan=True)
    pieces = [votes.of(piece) for piece in np.array_split(np.arange(votes.people), parts)]
    there = cleavage.find(Scattered(pieces), start)
    assert np.array_equal(there.position, line.position, equal_nan=True)
    assert np.array_equal(there.pull, line.pull) and np.array_equal(there.liked, line.liked)


def test_the_line_turns_with_its_start():
    votes, _ = sparse(1)
    start = rng(1).normal(size=votes.statements)
    line, turned = cleavage.find(votes, start), cleavage.find(votes, -3 * start)
    assert np.array_equal(turned.position, -line.position, equal_nan=True)
    assert np.array_equal(turned.pull, -line.pull)


def test_where_opinions_do_not_differ_all_stand_in_the_middle():
    table = np.ones((20, 30), dtype=int)
    table[rng().random(table.shape) < 0.7] = 9
    votes = Votes.from_table(table)
    line = cleavage.find(votes, np.zeros(30))
    assert not np.nan_to_num(line.position).any() and not line.pull.any()
    assert divided(votes).count == 1


def test_without_a_vote_nobody_stands_anywhere():
    votes = Votes.from_table(np.full((3, 4), 9))
    assert np.isnan(cleavage.find(votes, np.zeros(4)).position).all()
    assert divided(votes).count == 0
    assert len(cleavage.find(Votes.from_table(np.zeros((0, 4))), np.zeros(4)).position) == 0


# --- the groups ------------------------------------------------------------------------------------


def test_where_people_answered_enough_the_groups_are_those_of_the_map():
    votes, _ = camps((60, 45, 30), 40, answered=0.6, seed=2)
    assert not cleavage.few(votes)
    assert np.array_equal(divided(votes).members, by_map(votes).members)


@pytest.mark.parametrize(("statements", "answered", "little"), [(10, 1.0, False), (10, 0.6, False),
                                                                (10, 0.3, True), (60, 0.3, False), (60, 0.15, True)])  # fmt: skip
def test_few_answers_are_fewer_than_twelve_and_than_half_of_what_was_asked(statements, answered, little):
    votes, _ = camps((60, 60), statements, answered=answered, seed=3)
    assert cleavage.few(votes) is little


def test_statements_nobody_answered_were_not_asked():
    votes, _ = camps((40, 40), 8, seed=3)
    more = Votes(votes.start, votes.code, 100)
    assert not cleavage.few(more)


def test_with_very_many_votes_the_map_has_to_do(monkeypatch):
    votes, _ = sparse(2)
    monkeypatch.setattr(cleavage, "_MOST_VOTES", len(votes) - 1)
    assert np.array_equal(divided(votes).members, by_map(votes).members)


@pytest.mark.parametrize("seed", range(4))
def test_the_ends_are_two_groups_of_five_or_more_with_centres_on_the_map(seed):
    votes, _ = sparse(seed)
    here, fit = space.find(votes, rng=rng()), divided(votes)
    assert fit.count == 2 and fit.sizes.min() >= 5 and fit.sizes[0] >= fit.sizes[1]
    assert np.array_equal(np.bincount(fit.members[fit.members >= 0]), fit.sizes)
    assert np.array_equal(fit.members >= 0, votes.answers_per_person() > 0)
    assert fit.centres[1] == pytest.approx(here.positions[fit.members == 1].mean(axis=0))
    assert fit.on_line and np.isnan(fit.silhouette) and 0 < fit.stability <= 1


def test_where_some_agree_more_readily_the_line_tells_camps_apart_better_than_the_map():
    likeness: dict[str, list[float]] = {"line": [], "map": []}
    for seed in range(12):
        votes, camp = of_some_who_agree_readily(seed)
        for name, found in (("line", divided(votes)), ("map", by_map(votes, at_most=2))):
            voted = found.members >= 0
            likeness[name].append(groups.adjusted_rand(found.members[voted], camp[voted]))
    assert np.mean(likeness["line"]) > 0.5
    assert np.mean(likeness["line"]) > np.mean(likeness["map"]) + 0.06


def of_some_who_agree_readily(seed: int) -> tuple[Votes, np.ndarray]:
    """Two camps, ten of sixty statements answered; people differ in how readily they agree to anything."""
    draw, camp = rng(seed), np.repeat([0, 1], (140, 100))
    odds = np.where(camp == 0, 1, -1)[:, None] * draw.normal(0, 1.2, 60) + draw.normal(0.5, 1, 60)
    odds += draw.normal(0, 1, (240, 1))
    table = np.where(draw.random(odds.shape) < 1 / (1 + np.exp(-odds)), 1, -1)
    table[draw.random(table.shape) >= 10 / 60] = 9
    return Votes.from_table(table), camp


@pytest.mark.parametrize("seed", range(3))
def test_people_and_statements_in_another_order_fall_into_the_same_groups(seed):
    votes, _ = sparse(seed)
    again, people = shuffled(votes, rng(seed))
    one, other = divided(votes).members[people], divided(again).members
    assert groups.adjusted_rand(one, other) == 1.0


@pytest.mark.parametrize("name", REAL)
def test_a_real_conversation_thinned_falls_into_the_same_groups_in_any_order_and_partition(name):
    votes = thinned(real(name), 0.15, rng(1))
    assert cleavage.few(votes)
    fit = divided(votes)
    again, people = shuffled(votes, rng(2))
    assert groups.adjusted_rand(fit.members[people], divided(again).members) == 1.0
    pieces = [votes.of(piece) for piece in np.array_split(np.arange(votes.people), 3)]
    there = Scattered(pieces)
    assert np.array_equal(cleavage.divide(there, there.space(rng=rng()), rng=rng()).members, fit.members)
