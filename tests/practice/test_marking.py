"""Answers earn what they are worth, and weak spots are where points were lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.naive.practice_order import pairs_in_order as naive
from tracktwo.learn.practice import marking
from tracktwo.learn.practice.marking import Given, Mark, mark, pairs_in_order, pairs_of
from tracktwo.learn.practice.papers import Answer, Choice, Match, Option, Order
from tracktwo.learn.practice.progress import TestResult

OF = ("ripeness", "Ripeness", "timing", "en")
CHOICE = Choice(*OF, "word", "When?", tuple(Option(x, x, x, right=x == "b") for x in "abc"))
MATCH = Match(
    *OF, ("one", "two", "three", "four"), tuple(Option(x, x, x, right=False) for x in "abcd"), (2, 0, 3, 1)
)
ORDER = Order(*OF, ("third", "first", "second"), (3, 1, 2))
POINTS = Answer(*OF, "recall", "What?", "This.", ("a", "b", "c"))
LEVEL = Answer(*OF, "discuss", "Why?", "Because.", ())


@pytest.mark.parametrize(
    ("question", "given_", "points", "out_of"),
    [
        (CHOICE, Given(chosen=1), 1, 1),
        (CHOICE, Given(chosen=0), 0, 1),
        (CHOICE, Given(), 0, 1),
        (MATCH, Given(matched=(2, 0, 3, 1)), 4, 4),
        (MATCH, Given(matched=(2, 0, 1, 3)), 2, 4),
        (MATCH, Given(matched=(2, 2, 2, 2)), 1, 4),
        (MATCH, Given(), 0, 4),
        (ORDER, Given(placed=(3, 1, 2)), 3, 3),
        (ORDER, Given(placed=(1, 3, 2)), 0, 3),  # turned round
        (ORDER, Given(placed=(2, 1, 3)), 2, 3),  # two neighbours changed
        (ORDER, Given(placed=(3, None, 2)), 1, 3),
        (ORDER, Given(placed=(1, 1, 1)), 0, 3),
        (ORDER, Given(), 0, 3),
        (POINTS, Given(ticked=frozenset({0, 2})), 2, 3),
        (POINTS, Given(ticked=frozenset({0, 7}), level=2), 1, 3),
        (LEVEL, Given(level=1), 1, 2),
        (LEVEL, Given(level=9), 2, 2),
    ],
)
def test_an_answer_is_worth(question, given_, points, out_of):
    assert mark(question, given_) == Mark(points, out_of)


@pytest.mark.parametrize("question", [CHOICE, MATCH, ORDER, POINTS, LEVEL])
def test_ones_own_right_answers_earn_everything_and_none_is_open(question):
    right = marking.right_answers(question)
    assert mark(question, right).whole
    assert not right.open_in(question) or isinstance(question, Answer)


def test_what_is_left_out_is_open():
    assert Given().open_in(CHOICE) and Given(matched=(1, None, 2, 3)).open_in(MATCH)
    assert Given(placed=(1, 2, None)).open_in(ORDER) and Given().open_in(POINTS)
    assert not Given(text="Mine").open_in(POINTS)


ORDERS = st.integers(2, 9).flatmap(
    lambda many: st.tuples(*[st.permutations(range(1, many + 1)), st.permutations(range(1, many + 1))])
)


@given(ORDERS)
def test_pairs_in_order_are_those_that_swaps_of_neighbours_leave(orders):
    placed, right = orders
    assert pairs_in_order(placed, right) == naive(placed, right)
    assert pairs_in_order(right, right) == pairs_of(len(right))
    assert pairs_in_order([-place for place in right], right) == 0


@given(ORDERS, st.data())
def test_putting_two_neighbours_right_earns_one_pair_more(orders, data):
    placed, right = list(orders[0]), orders[1]
    first = data.draw(st.integers(1, len(placed) - 1))
    one, two = placed.index(first), placed.index(first + 1)
    better = placed.copy()
    better[one], better[two] = first + 1, first
    gained = pairs_in_order(better, right) - pairs_in_order(placed, right)
    assert gained == (1 if right[one] > right[two] else -1)


def test_a_result_holds_no_word_and_not_the_order_of_the_questions():
    marks = [Mark(1, 1), Mark(2, 4), Mark(0, 3), Mark(2, 3), Mark(0, 2)]
    left = marking.result((CHOICE, MATCH, ORDER, POINTS, LEVEL), marks, day=20_000, seed=7, scope="c/u")
    assert left == TestResult(
        20_000, 7, "c/u",
        (("timing", "answer", 0, 2), ("timing", "answer", 2, 3), ("timing", "choice", 1, 1), ("timing", "match", 2, 4), ("timing", "order", 0, 3)),
    )  # fmt: skip


def test_weak_spots_are_the_units_with_the_smallest_mean_share():
    one = TestResult(
        1, 1, "", (("timing", "choice", 1, 1), ("timing", "match", 1, 4), ("cases", "choice", 0, 1))
    )
    two = TestResult(2, 2, "", (("cases", "choice", 1, 1), ("method", "order", 3, 3), ("odd", "order", 0, 0)))
    spots = marking.spots([one, two])
    assert [(spot.unit, spot.questions, spot.percent) for spot in spots] == [
        ("cases", 2, 50), ("timing", 2, 62), ("method", 1, 100),
    ]  # fmt: skip
    assert marking.recent_spots([one] + [two] * marking.RECENT) == marking.spots([two] * marking.RECENT)
    assert marking.spots([]) == [] and marking.share([]) == 0.0


def test_every_question_counts_the_same():
    assert marking.share([Mark(1, 1), Mark(0, 10), Mark(5, 10), Mark(1, 2)]) == 0.5
    assert marking.went_wrong({0: Mark(1, 1), 1: Mark(0, 2), 4: Mark(1, 2)}) == [1, 4]
