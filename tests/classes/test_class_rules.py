"""What leaves a progress, who is counted, what is told: the rules, without a database."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracktwo.learn.classes import rules
from tracktwo.learn.classes.rules import NOBODY, Counted, Figures, Limits, PlannedUnit
from tracktwo.learn.practice.progress import Progress, TestResult
from tracktwo.learn.practice.scheduling import AGAIN, EASY

NOW = 30_000_000
PLAN = (
    PlannedUnit(
        "zones", frozenset({"a/definition", "a/word", "b/definition", "b/word"}), frozenset({"zones"})
    ),
    PlannedUnit("lines", frozenset({"c/definition"}), frozenset({"lines", "bargaining"})),
)


def one(known: int) -> Figures:
    return ((known, known, known),)


def of(*known: int) -> dict[str, Figures]:
    return {f"{place:03}": one(value) for place, value in enumerate(known)}


# --- what leaves a progress --------------------------------------------------------------------------------


def test_nothing_practised_gives_no_figures():
    assert rules.figures_of(Progress(), PLAN, NOW) is None
    assert rules.figures_of(Progress().answered("other/word", EASY, NOW), PLAN, NOW) is None


def test_figures_are_quarters_of_each_unit():
    progress = Progress().answered("a/word", EASY, NOW).answered("a/definition", AGAIN, NOW)
    assert rules.figures_of(progress, PLAN, NOW) == ((2, 1, 0), (0, 0, 0))


def test_what_is_likely_forgotten_is_no_longer_known():
    progress = Progress().answered("c/definition", EASY, NOW)
    assert rules.figures_of(progress, PLAN, NOW) == ((0, 0, 0), (4, 4, 0))
    years = NOW + 5 * 525_600
    assert rules.figures_of(progress, PLAN, years) == ((0, 0, 0), (4, 0, 0))


def test_points_of_practice_tests_count_where_their_unit_is_taught():
    answers = (("zones", "choice", 1, 1), ("bargaining", "match", 1, 4), ("elsewhere", "choice", 1, 1))
    progress = Progress().with_test(TestResult(20_000, 1, "", answers))
    assert rules.figures_of(progress, PLAN, NOW) == ((0, 0, 4), (0, 0, 1))


@pytest.mark.parametrize(
    ("part", "whole", "quarters"),
    [(0, 0, 0), (0, 9, 0), (1, 9, 0), (1, 8, 1), (1, 2, 2), (7, 8, 4), (9, 9, 4), (12, 9, 4)],
)
def test_a_share_is_the_nearest_quarter(part, whole, quarters):
    assert rules.quarter(part, whole) == quarters


# --- who is counted ----------------------------------------------------------------------------------------


def test_four_are_not_counted_and_five_are():
    assert rules.next_count(NOBODY, of(1, 2, 3, 4)) is None
    assert rules.next_count(NOBODY, of(1, 2, 3, 4, 4)) == Counted(of(1, 2, 3, 4, 4))


def test_of_seven_who_join_five_are_counted_and_two_wait():
    counted = rules.next_count(NOBODY, of(*[1] * 7))
    assert counted is not None and len(counted.figures) == 5


def test_one_who_joins_moves_nothing():
    before = Counted(of(*[1] * 5))
    assert rules.next_count(before, of(*[1] * 6)) is None
    assert rules.next_count(before, of(*[1] * 9)) is None


def test_one_whose_figures_change_moves_nothing_and_five_move_them():
    before = Counted(of(*[1] * 10))
    assert rules.next_count(before, of(4, *[1] * 9)) is None
    after = rules.next_count(before, of(*[4] * 7, *[1] * 3))
    assert after is not None
    assert sorted(value[0][0] for value in after.figures.values()) == [1] * 5 + [4] * 5


def test_a_released_figure_never_rests_on_somebody_who_still_waits():
    before = Counted(of(*[1] * 5))
    after = rules.next_count(before, {**of(*[1] * 5), **{f"n{n}": one(4) for n in range(8)}})
    assert after is not None
    assert rules.told(after).learners == 10
    assert sum(key.startswith("n") for key in after.figures) == 5


def test_one_who_leaves_is_forgotten_and_moves_nothing():
    before = Counted(of(*[1] * 10)).without("003")
    assert "003" not in before.figures and before.gone == 1
    assert before.without("003") is before
    now = {key: value for key, value in of(*[1] * 10).items() if key != "003"}
    assert rules.next_count(before, now) is None


def test_who_is_not_there_any_more_counts_as_gone():
    now = of(*[1] * 10)
    del now["003"]
    assert rules.next_count(Counted(of(*[1] * 10)), now) is None


def test_one_leaves_one_joins_and_four_change_together_make_five():
    before = Counted(of(*[1] * 10)).without("000")
    now = {key: value for key, value in of(*[1] * 5, *[4] * 4, 1).items() if key != "000"} | {"new": one(3)}
    after = rules.next_count(before, now)
    assert after is not None and len(after.figures) == 10 and after.gone == 0
    assert after.figures == now


def test_a_class_that_shrinks_keeps_moving_by_counting_fewer():
    before = Counted(of(*[1] * 10)).without("000")
    now = {key: one(4) for key in before.figures}
    after = rules.next_count(before, now)
    assert after == Counted({key: one(4) for key in sorted(now)[:5]})


def test_a_summary_of_fewer_than_five_who_are_left_is_not_shown():
    counted = Counted(of(*[1] * 5))
    assert counted.may_be_shown()
    assert not counted.without("001").may_be_shown()


@given(
    st.dictionaries(st.integers(0, 25).map(str), st.integers(0, 4).map(one), max_size=26),
    st.dictionaries(st.integers(0, 40).map(str), st.integers(0, 4).map(one), max_size=40),
    st.integers(0, 4),
)
def test_whatever_happens_figures_rest_on_a_multiple_of_five_and_move_by_fives(past, now, gone):
    counted = rules.next_count(NOBODY, past) or NOBODY
    counted = Counted(counted.figures, gone if counted.figures else 0)
    if (len(counted.figures) + counted.gone) % 5:
        counted = Counted(dict(sorted(counted.figures.items())[counted.gone :]), counted.gone)
    after = rules.next_count(counted, now)
    if after is None:
        return
    old, new = set(counted.figures.items()), set(after.figures.items())
    assert len(after.figures) >= 5 and len(after.figures) % 5 == 0
    assert len(new - old) >= 5 and len(new - old) % 5 == 0
    assert (len(old - new) + counted.gone) % 5 == 0
    assert all(after.figures[key] in (now[key], counted.figures.get(key)) for key in after.figures)


# --- what is told ------------------------------------------------------------------------------------------


def test_bands_are_a_quarter_wide_and_their_edges_are_multiples_of_five():
    for learners in range(5, 60, 5):
        edges = [
            s for s in range(1, 4 * learners + 1) if rules.band(s, learners) != rules.band(s - 1, learners)
        ]
        assert edges == [learners, 2 * learners, 3 * learners]


def test_all_knowing_everything_looks_like_a_class_that_knows_three_quarters():
    assert rules.band(20, 5) == rules.band(15, 5) == 3
    assert rules.band(0, 5) == rules.band(4, 5) == 0


def test_the_same_learners_stand_behind_every_band():
    counted = Counted({str(n): ((4, 4, 0), (1, 0, 4)) for n in range(5)})
    assert rules.told(counted) == rules.Told(5, (3, 0), (0, 3))
    assert rules.told(NOBODY) == rules.Told(0, (), ())


def test_what_is_kept_is_read_again():
    counted = Counted({"a": ((4, 4, 0), (1, 0, 4))}, 3)
    assert rules.read_count(rules.written_count(counted)) == counted
    told = rules.Told(5, (3, 0), (0, 3))
    assert rules.read_told(told.written()) == told
    assert rules.read(rules.written(((4, 0, 1),))) == ((4, 0, 1),)


def test_a_text_of_figures_is_of_one_length_whatever_somebody_knows():
    assert len({len(rules.written(((a, b, 0),) * 3)) for a in range(5) for b in range(5)}) == 1


def test_the_limits_are_those_of_the_house():
    assert Limits() == Limits(fewest=5, by=5, bands=4)
