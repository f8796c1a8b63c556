"""The scenario's figures: whole in themselves, and equal to the study they come from where it is at hand."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tracktwo.content.scenarios import reading

ORSEL = reading.CONTENT / "scenarios" / "orsel"
STUDY = Path(__file__).resolve().parents[3] / "shared" / "data" / "orsel" / "orsel_seed.json"
SIDES = ("T", "M", "I")


def written(name: str) -> dict[str, Any]:
    return tomllib.loads((ORSEL / name).read_text(encoding="utf-8"))


@pytest.fixture
def study() -> dict[str, Any]:
    if not STUDY.exists():
        pytest.skip("the study's orsel_seed.json is not beside this checkout")
    found: dict[str, Any] = json.loads(STUDY.read_text(encoding="utf-8"))
    return found


def test_each_sides_weights_sum_to_100() -> None:
    issues = written("issues.toml")["issue"]
    assert [sum(issue["weights"][side] for issue in issues) for side in SIDES] == [100, 100, 100]


def test_each_option_has_a_value_from_0_to_100_for_each_side() -> None:
    for issue in written("issues.toml")["issue"]:
        for side in SIDES:
            assert len(issue["values"][side]) == len(issue["options"]), issue["key"]
            assert all(0 <= value <= 100 for value in issue["values"][side]), issue["key"]


def test_the_statements_are_those_of_the_study(study: dict[str, Any]) -> None:
    scenario = reading.load("orsel")
    theme = {each.key: each.label.en.lower() for each in scenario.themes}
    ours = [
        {"id": each.id, "theme": theme[each.theme], "text": each.text.en, "agree_pct": dict(each.agree_pct)}
        for each in scenario.statements
    ]
    assert ours == study["statements"]


def test_the_voters_are_those_of_the_study(study: dict[str, Any]) -> None:
    voters = reading.load("orsel").voters
    assert {side: dict(leanings) for side, leanings in voters.items()} == study["voters"]


def test_issues_options_values_and_weights_are_those_of_the_study(study: dict[str, Any]) -> None:
    ours = written("issues.toml")
    figures = ("key", "values", "weights")
    assert [{key: issue[key] for key in figures} for issue in ours["issue"]] == [
        {key: issue[key] for key in figures} for issue in study["issues"]
    ]
    options = [[option["key"] for option in issue["options"]] for issue in ours["issue"]]
    assert options == [issue["options"] for issue in study["issues"]]
    assert ours["walk_away"] == study["reservation"]


def test_needs_are_heard_as_the_story_needs_it() -> None:
    board = written("concerns.toml")
    needs = {each["id"]: each["side"] for each in board["concern"] if each["kind"] == "need"}
    assert [sum(side == letter for side in needs.values()) for letter in SIDES] == [3, 3, 4]
    heard = [
        (needs[each["concern"]], each["by"]) for each in board["restatement"] if each["state"] == "heard"
    ]
    assert {pair: heard.count(pair) for pair in heard} == {("T", "M"): 2, ("M", "T"): 2, ("I", "M"): 3}
    unheard = [(each["concern"], each["by"]) for each in board["restatement"] if each["state"] == "not yet"]
    assert ("I-N4", "T") in unheard


def test_what_is_not_yet_heard_says_what_is_missing() -> None:
    for each in written("concerns.toml")["restatement"]:
        assert ("missing" in each) == (each["state"] == "not yet"), each["concern"]


def test_board_and_ladder_speak_only_of_what_exists() -> None:
    board, ladder, asked = written("concerns.toml"), written("measures.toml"), written("statements.toml")
    concerns = {each["id"]: each["side"] for each in board["concern"]}
    assert all(concerns[each["concern"]] != each["by"] for each in board["restatement"])
    assert all(concerns[each["answers"]] == each["side"] for each in board["reassurance"])
    assert {each["statement"] for each in board["misperception"]} <= {
        each["id"] for each in asked["statement"]
    }
    measures = {each["id"] for each in ladder["measure"]}
    assert {each["measure"] for each in ladder["step"]} <= measures
    assert {each["answers"] for each in ladder["measure"] if "answers" in each} <= measures


def test_survey_means_stay_inside_their_scale() -> None:
    for item in written("survey.toml")["item"]:
        least, most = item["scale"]
        assert all(least <= item[wave][side] <= most for wave in ("before", "after") for side in SIDES), item[
            "key"
        ]
