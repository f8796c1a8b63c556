"""Progress: round trips, merging in any order, undoing exactly, and texts that are none."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracktwo.errors import BadInput
from tracktwo.learn.practice import progress as module
from tracktwo.learn.practice.progress import KINDS, OwnCard, Progress, TestResult, merged, read, written

CARDS = st.sampled_from(["ripeness/definition", "ripeness/recall-1", "grit/steps", "own/g1"])
MINUTES = st.integers(29_000_000, 29_000_006)
TEXT = st.text(st.characters(codec="utf-8"), max_size=12)


@st.composite
def progresses(draw: Any) -> Progress:
    """What acts can make of a progress, in any order."""
    progress = Progress()
    for _ in range(draw(st.integers(0, 12))):
        match draw(st.integers(0, 6)):
            case 0:
                progress = progress.suspended_with(draw(CARDS))
            case 1:
                progress = progress.resumed_with(draw(CARDS))
            case 2:
                guid = draw(st.sampled_from(["g1", "g2"]))
                progress = progress.with_own([OwnCard(guid, draw(TEXT), draw(TEXT), ("tag",))])
            case 3:
                answers = ((draw(TEXT), "choice", 1, 2),)
                progress = progress.with_test(TestResult(draw(st.integers(0, 3)), 7, "", answers))
            case 4:
                kinds = draw(st.sets(st.sampled_from(KINDS)))
                progress = progress.with_settings(new_a_day=draw(st.integers(0, 30)), kinds=kinds)
            case _:
                progress = progress.answered(draw(CARDS), draw(st.integers(1, 4)), draw(MINUTES))
    return progress


@settings(deadline=None)
@given(progresses())
def test_what_is_written_reads_back_the_same(progress: Progress) -> None:
    assert read(written(progress)) == progress
    assert written(read(written(progress))) == written(progress)


@settings(deadline=None)
@given(progresses(), progresses(), progresses())
def test_merging_does_not_mind_order_or_repetition(one: Progress, other: Progress, third: Progress) -> None:
    both = merged(one, other)
    assert merged(other, one) == both
    assert merged(one, one) == one
    assert merged(both, other) == both
    assert merged(one, Progress()) == one or one.settled == 0
    assert merged(merged(one, other), third) == merged(one, merged(other, third))


@settings(deadline=None)
@given(progresses(), progresses())
def test_merging_loses_no_answer_and_no_card(one: Progress, other: Progress) -> None:
    both = merged(one, other)
    for some in (one, other):
        assert {(r.card, r.minute) for r in some.log} <= {(r.card, r.minute) for r in both.log}
        assert {card.guid for card in some.own} <= {card.guid for card in both.own}
        assert set(some.tests) <= set(both.tests)
        assert all(len(both.history[card]) >= len(answers) for card, answers in some.history.items())


@settings(deadline=None)
@given(progresses(), CARDS, st.integers(1, 4), MINUTES)
def test_undoing_restores_exactly(progress: Progress, card: str, rating: int, minute: int) -> None:
    once = progress.answered(card, rating, minute)
    twice = once.answered("grit/word", 2, minute - 3)  # a clock that went back
    assert twice.undone() == once and once.undone() == progress
    assert twice.undone().undone().states == progress.states


def test_undoing_nothing_is_nothing() -> None:
    assert Progress().undone() == Progress()


def test_an_answer_is_never_before_the_last_one() -> None:
    progress = Progress().answered("a/word", 3, 100).answered("b/word", 3, 40)
    assert [(r.minute, r.place) for r in progress.log] == [(100, 0), (100, 1)]


def test_two_places_answered_on_are_one_learner() -> None:
    begun = Progress().answered("a/word", 3, 100)
    phone, desk = begun.answered("a/word", 3, 2000), begun.answered("b/word", 1, 2000)
    both = merged(phone, desk)
    assert {card: len(answers) for card, answers in both.history.items()} == {"a/word": 2, "b/word": 1}


def test_set_aside_and_back_is_known_elsewhere() -> None:
    aside = Progress().suspended_with("a/word")
    assert aside.suspended == {"a/word"} and aside.suspended_with("a/word") is aside
    back = aside.resumed_with("a/word")
    assert merged(aside, back).suspended == frozenset() and back.resumed_with("a/word") is back


def test_a_changed_card_of_ones_own_takes_the_place_of_the_former() -> None:
    before = Progress().with_own([OwnCard("g", "front", "back")])
    after = before.with_own([OwnCard("g", "front", "better")])
    assert before.with_own(before.own) == before
    assert merged(before, after).own == after.own and after.own[0].back == "better"


def test_a_card_of_ones_own_leaves_with_its_answers() -> None:
    progress = Progress().with_own([OwnCard("g", "f", "b")]).answered("own/g", 3, 5).suspended_with("own/g")
    assert progress.without_own(["g"]) == Progress()


def test_settings_stay_within_bounds_and_the_later_ones_count() -> None:
    changed = Progress().with_settings(new_a_day=9999, kinds={"word", "nonsense"})
    assert (changed.new_a_day, changed.kinds, changed.settled) == (200, frozenset({"word"}), 1)
    assert changed.with_settings(new_a_day=200, kinds={"word"}) is changed
    assert merged(Progress(), changed).kinds == {"word"}


@pytest.mark.parametrize("rating", [0, 5, -1])
def test_a_rating_that_is_none_is_refused(rating: int) -> None:
    with pytest.raises(BadInput, match="one of the four"):
        Progress().answered("a/word", rating, 1)


@pytest.mark.parametrize("card", ["", "a", "a/b/c", "A/word", "own/", "own/two words", "x" * 99 + "/word"])
def test_a_card_that_is_none_is_refused(card: str) -> None:
    for change in (lambda: Progress().answered(card, 3, 1), lambda: Progress().suspended_with(card)):
        with pytest.raises(BadInput, match="not a card"):
            change()


def test_there_is_an_end_to_all_things(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_REVIEWS", 2)
    monkeypatch.setattr(module, "MOST_OWN", 1)
    full = Progress().answered("a/word", 3, 1).answered("a/word", 3, 2)
    with pytest.raises(BadInput, match="no room"):
        full.answered("a/word", 3, 3)
    with pytest.raises(BadInput, match="no room"):
        merged(full, Progress().answered("b/word", 3, 9))
    with pytest.raises(BadInput, match="more cards of your own"):
        Progress().with_own([OwnCard("a", "", ""), OwnCard("b", "", "")])
    monkeypatch.setattr(module, "MOST_TESTS", 2)
    tests = Progress()
    for day in range(5):
        tests = tests.with_test(TestResult(day, 0, "", ()))
    assert [test.day for test in tests.tests] == [3, 4]


SOUND: dict[str, Any] = json.loads(
    written(
        Progress()
        .answered("a/word", 3, 5)
        .suspended_with("b/word")
        .with_own([OwnCard("g", "f", "b", ("t",))])
        .with_test(TestResult(1, 2, "all", (("timing", "choice", 1, 1),)))
    )
)


def broken(**parts: Any) -> str:
    return json.dumps({**SOUND, **parts})


DAMAGED = {
    "settings missing": json.dumps({name: said for name, said in SOUND.items() if name != "settings"}),
    "settings short": broken(settings=[1, 2]),
    "settings ill": broken(settings=["1", 2, []]),
    "kinds unsortable": broken(settings=[1, 2, [[]]]),
    "reviews a list": broken(reviews=[]),
    "a review short": broken(reviews={"a/word": [[1, 2]]}),
    "a rating of five": broken(reviews={"a/word": [[1, 0, 5]]}),
    "a rating of none": broken(reviews={"a/word": [[1, 0, 0]]}),
    "a rating that is true": broken(reviews={"a/word": [[1, 0, True]]}),
    "a minute before time": broken(reviews={"a/word": [[-1, 0, 3]]}),
    "a minute too late": broken(reviews={"a/word": [[10**9, 0, 3]]}),
    "a card that is none": broken(reviews={"../etc": [[1, 0, 3]]}),
    "suspended a number": broken(suspended=4),
    "suspended a word": broken(suspended={"a/word": "yes"}),
    "an own card short": broken(own=[["g", "f"]]),
    "an own card of numbers": broken(own=[["g", 1, 2, [], 0]]),
    "an own card too long": broken(own=[["g", "f" * 9999, "b", [], 0]]),
    "an own card without a name": broken(own=[["", "f", "b", [], 0]]),
    "a lone surrogate": broken(own=[["g", "\ud800", "b", [], 0]]),
    "a test short": broken(tests=[[1, 2]]),
    "a test of words": broken(tests=[["x", 2, "", []]]),
    "an answer short": broken(tests=[[1, 2, "", [["u"]]]]),
}


@pytest.mark.parametrize("text", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_gets_one_sentence(text: str) -> None:
    with pytest.raises(BadInput) as fault:
        read(text)
    assert str(fault.value) == module.DAMAGED


NONE = ["", "{", "[]", "null", "3", "[" * 100_000, '{"tracktwo": "process"}', "{}", "\x00", "NaN"]


@pytest.mark.parametrize("text", NONE, ids=lambda text: text[:20] or "empty")
def test_what_is_no_progress_gets_one_sentence(text: str) -> None:
    with pytest.raises(BadInput) as fault:
        read(text)
    assert str(fault.value) == module.NOT_PROGRESS


def test_too_large_and_too_new_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadInput, match="newer Tracktwo"):
        read(broken(version=2))
    monkeypatch.setattr(module, "LARGEST", 10)
    with pytest.raises(BadInput, match="too large"):
        read(json.dumps(SOUND))


def test_a_file_with_too_much_is_damaged(monkeypatch: pytest.MonkeyPatch) -> None:
    for most in ("MOST_REVIEWS", "MOST_OWN", "MOST_TESTS"):
        monkeypatch.setattr(module, most, 0)
        with pytest.raises(BadInput):
            read(json.dumps(SOUND))


def test_states_in_a_file_are_not_believed() -> None:
    told = {**SOUND, "states": {"a/word": {"stability": 9999}}}
    assert read(json.dumps(told)).states == read(json.dumps(SOUND)).states
