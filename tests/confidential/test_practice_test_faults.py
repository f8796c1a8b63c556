"""Faults sown into practice tests: a result shown to others, and own words that stay, must be found on the walk."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import Cast
from tests.confidential import walk
from tests.confidential.walk import Seen
from tracktwo.learn.practice import keeping, papers_views

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.sqlite,
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("faults"),
]


def short_walk(house: Cast) -> Seen:
    players = ("Bo", "Nia", "Sol", "anybody")
    return walk.walk(house, players=players, methods=("GET", "POST"), names={"practice-test"}.__contains__)


def planted(house: Cast, thing: str) -> str:
    return next(said for said, word in house.words.items() if word.thing == thing)


def test_without_a_fault_only_the_learner_reads_their_result_and_nobody_any_own_words(house: Cast) -> None:
    seen = short_walk(house)
    assert seen.faults == []
    unit, words = (planted(house, f"practice test, {thing}") for thing in ("unit", "own words"))
    assert [name for name in seen.players if unit in seen.found[name]] == ["Nia"]
    assert not [name for name in seen.players if words in seen.found[name]]


def test_a_result_shown_to_others_is_found(house: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "kept_of", lambda _request: keeping.keep_of(house._people["Nia"]))
    seen = short_walk(house)
    for name in ("Bo", "Sol", "anybody"):
        assert seen.of(f"leak: {name} reads “practice test, unit” of Nia")


def test_own_words_that_stay_are_found(house: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    words, honest = planted(house, "practice test, own words"), papers_views._choosing

    def remembering(*of: Any, **more: Any) -> Any:
        return honest(*of, **{**more, "typed": [words]})

    monkeypatch.setattr(papers_views, "_choosing", remembering)
    assert short_walk(house).of("leak: Nia reads “practice test, own words” of Nia")
