"""Compatible mode: what red-dwarf says of a conversation, to the last statement."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.engines.opinion.conversations import camps
from tests.naive import opinion as naive
from tracktwo.engines.opinion import compatible
from tracktwo.engines.opinion.votes import Votes

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "opinion_compatible.json"
CONVERSATIONS: list[dict[str, Any]] = json.loads(GOLDEN.read_text())["conversations"]
MEANS = {"+": 1, "-": -1, "0": 0, ".": 9}


def found(conversation: dict[str, Any]) -> compatible.Compatible:
    table = np.array([[MEANS[cell] for cell in row] for row in conversation["votes"]])
    rejected = np.isin(np.arange(table.shape[1]), conversation["rejected"])
    return compatible.find(Votes.from_table(table), rejected=rejected, rng=np.random.default_rng(0))


@pytest.mark.parametrize("conversation", CONVERSATIONS)
def test_groups_and_positions_are_those_of_red_dwarf(conversation):
    here = found(conversation)
    assert here.members.tolist() == conversation["groups"]
    np.testing.assert_allclose(here.positions, conversation["positions"], atol=1e-5)


@pytest.mark.parametrize("conversation", CONVERSATIONS)
def test_statement_figures_are_those_of_red_dwarf(conversation):
    here = found(conversation)
    np.testing.assert_allclose(here.consensus[0], conversation["consensus"], atol=1e-8)
    told = [sorted([p.statement, "agree" if p.agrees else "disagree"] for p in group)
            for group in here.representative]  # fmt: skip
    assert told == conversation["representative"]
    assert sorted(here.agreed) == conversation["agreed"]
    assert sorted(here.disagreed) == conversation["disagreed"]


def test_the_silhouette_is_exact():
    points = np.random.default_rng(1).normal(size=(1_205, 2))
    group = np.arange(1_205) % 3
    few = slice(0, 40)
    assert compatible._silhouette(points[few], group[few], 3) == pytest.approx(
        naive.silhouette(points[few], group[few].tolist())
    )
    assert -0.1 < compatible._silhouette(points, group, 3) < 0.1


def test_everybody_with_too_few_votes_is_in_no_group():
    votes, _ = camps((5, 5), 4)
    here = compatible.find(votes, rng=np.random.default_rng(0))
    assert here.members.tolist() == [-1] * 10
    assert here.representative == ()


def test_people_without_a_vote_have_no_place():
    table = np.concatenate([camps((12, 12), 9)[0].table(), np.full((1, 9), 9)])
    here = compatible.find(Votes.from_table(table), rng=np.random.default_rng(0))
    assert np.isnan(here.positions[24]).all()
    assert here.members[24] == -1
