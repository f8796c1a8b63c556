"""What the demo's panel prepared speaks the words of the part that keeps it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tracktwo.content.scenarios import reading, worktable
from tracktwo.errors import BadInput
from tracktwo.learn.prepared import WAY
from tracktwo.preparation import rules
from tracktwo.preparation.rules import Stage
from tracktwo.process.rules import Role


@pytest.fixture(scope="module")
def prepared() -> worktable.Prepared:
    return worktable.load("orsel")


def test_every_word_is_one_of_the_rules(prepared):
    letters = {side.letter for side in reading.load("orsel").sides}
    for _name, traits in prepared.actors.values():
        assert traits["kind"] in rules.ACTOR_KINDS and traits["stance"] in rules.STANCES
        assert traits["influence"] in rules.RISK_LEVELS and traits["side"] in letters | {""}
    assert prepared.analysis["track_one"] in rules.TRACK_ONE
    assert {kind for *_, kind in prepared.relations} <= set(rules.RELATIONS)
    assert {key for one, other, _ in prepared.relations for key in (one, other)} <= set(prepared.actors)
    for side, role, answers in prepared.perceptions:
        assert side in letters and Role(role)
        assert {answers[sign] for sign in rules.SIGNS} <= set(rules.SEEN)
    for listed in prepared.listed:
        assert Stage(listed["stage"]) in WAY
        assert all(listed[trait] in values for trait, values in rules.TRAITS.items() if trait in listed)


def test_a_risk_names_a_seat_of_the_scenario_and_a_role(prepared):
    names = {seat.pseudonym.en for seat in reading.load("orsel").seats}
    assert {whose for *_, whose in prepared.risks} <= names | {""}
    assert any(whose for *_, whose in prepared.risks)
    assert all(Role(about["owner"]) for _, about, _ in prepared.risks)


def test_those_who_sit_have_traits_that_the_mirror_counts():
    for seat in reading.load("orsel").seats:
        assert seat.sector in rules.SECTORS and seat.age_band in rules.AGES and seat.gender in rules.GENDERS


def test_a_spoiler_and_a_gap_are_there_to_be_shown(prepared):
    assert any(traits["stance"] == rules.SPOILER for _, traits in prepared.actors.values())
    assert all(seat.age_band != "under 30" for seat in reading.load("orsel").seats if seat.side == "T")


def test_what_is_missing_is_named(tmp_path: Path):
    (tmp_path / "preparation.toml").write_text("[analysis]\nconflict = 'two towns'\n")
    with pytest.raises(BadInput, match="track_one"):
        worktable.load_folder(tmp_path)
