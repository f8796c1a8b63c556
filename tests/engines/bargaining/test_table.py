"""Tables of points: whole, exact where the worksheet is, and refused in a sentence where it does not fit."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracktwo.engines.bargaining import table
from tracktwo.engines.bargaining.table import Continuous, Excludes, Issue, Requires
from tracktwo.errors import BadInput

SIDES = ("North", "South")
WATER = Issue("Water", ("none", "some", "all"))
DATA = Issue("Data", ("sealed", "open"))
VALUES = [[[0, 60, 100], [100, 70, 0]], [[0, 100], [100, 0]]]
WEIGHTS = [[80, 50], [20, 50]]


def made(**changed):
    asked = {"weights": WEIGHTS, "no_deal": [0, 0], **changed}
    sides, issues, values = (
        asked.pop("sides", SIDES),
        asked.pop("issues", [WATER, DATA]),
        asked.pop("values", VALUES),
    )
    return table.make(sides, issues, values, **asked)


def worksheet(t, package):
    return [float(p * s) for p, s in zip(t.value(package), t.scale, strict=True)]


def test_a_package_is_worth_the_weighted_mean_of_its_options():
    t = made()
    assert worksheet(t, [1, 1]) == [0.8 * 60 + 20, 0.5 * 70]
    assert worksheet(t, [2, 0]) == [80, 50]


def test_points_are_whole_and_as_few_as_say_everything():
    t = made()
    assert [p.tolist() for p in t.points] == [[[0, 12, 20], [10, 7, 0]], [[0, 5], [10, 0]]]
    assert t.scale == (4, 5)


def test_the_walk_away_is_worth_what_its_package_is_worth():
    assert made().walk_away.tolist() == [0, 20]
    assert made(no_deal=[1, 0]).walk_away.tolist() == [12, 17]


def test_a_walk_away_that_is_only_a_number_is_rounded_up_and_never_down():
    t = made(no_deal=None, walk_away=[Decimal("33.3"), 40])
    assert t.walk_away[0] * t.scale[0] == Fraction("33.3")  # a common unit, so exact
    t = made(
        values=[[[0, 60, 100], ["1/3", "0.123456", 1]], VALUES[1]], no_deal=None, walk_away=[0, "20.001"]
    )
    below = (t.walk_away[1] - 1) * t.scale[1]
    assert below < Fraction("20.001") <= t.walk_away[1] * t.scale[1]
    assert t.points[1][1].tolist() == [990, 0]  # its best package has a thousand points


def test_only_the_shares_of_weights_matter():
    tenfold = made(weights=[[8, 5], [2, 5]])
    assert [p.tolist() for p in tenfold.points] == [p.tolist() for p in made().points]


def test_values_without_weights_are_simply_added():
    t = made(weights=None, values=[[[0, 6, 10], [3, 2, 0]], [[0, 4], [5, 0]]])
    assert worksheet(t, [1, 1]) == [10, 2]


def test_negative_values_are_lifted_and_no_surplus_changes():
    lifted = made(weights=None, values=[[[-5, 6, 10], [3, 2, 0]], [[0, 4], [-5, 0]]])
    assert min(int(p.min()) for p in lifted.points) == 0
    gain = (lifted.value([1, 1]) - lifted.walk_away) * np.array([float(s) for s in lifted.scale])
    assert gain.tolist() == [(6 + 4) - (-5 + 0), (2 + 0) - (3 - 5)]


def test_packages_are_counted_whatever_their_number():
    issues = [Issue(str(j), tuple("abcdefghij")) for j in range(100)]
    t = table.make(SIDES, issues, [[list(range(10))] * 2] * 100, no_deal=[0] * 100)
    assert t.packages == 10**100


def test_many_packages_are_valued_at_once():
    t = made()
    assert t.value([[0, 0], [2, 1]]).tolist() == [[0, 20], [25, 0]]
    assert t.value(np.empty((0, 2), dtype=int)).shape == (0, 2)
    assert t.named([2, 1]) == ("all", "open")


def test_rules_and_budgets_say_what_is_allowed():
    t = made(
        requires=[Requires((0, 2), (1, 1))],
        excludes=[Excludes((0, 1), (1, 0))],
        budgets=[("money", {0: [0, 5, 9], 1: [0, 3]}, 8)],
    )
    packages = [[a, b] for a in range(3) for b in range(2)]
    allowed = [[0, 0], [0, 1], [1, 1]]
    assert [p for p in packages if t.allowed(p)] == allowed
    assert [p for p, fine in zip(packages, t.allowed(packages), strict=True) if fine] == allowed
    assert t.constrained and not made().constrained


def test_an_interaction_counts_when_all_its_issues_hold():
    t = made(interactions=[({0: [1, 2], 1: [1]}, [10, -5])])
    assert worksheet(t, [2, 1]) == [110, -5]
    assert worksheet(t, [0, 1]) == [20, 50]
    assert not t.additive and made().additive


def test_an_interaction_that_takes_far_more_than_all_options_give_still_fits():
    t = made(interactions=[({0: [1]}, [-(10**14), 1])])
    assert int(t.points[0][0].max()) == 0 and t.interactions[0].points.tolist() == [-1000, 1]


# ---- continuous issues


def slope(corners_north, corners_south, *, no_deal=0, **asked):
    issue = Continuous("Fund", 0, 120, **asked)
    return table.make(SIDES, [issue, DATA], [[corners_north, corners_south], VALUES[1]], no_deal=[no_deal, 0])


def test_a_continuous_issue_is_laid_on_levels_about_a_point_apart():
    t = slope([[0, 100], [120, 0]], [[0, 0], [60, 90], [120, 100]])
    apart = np.abs(np.diff(t.points[0], axis=1)) * np.array([[float(s)] for s in t.scale])
    assert (
        apart.max() <= 2 * 0.2
    )  # each side's best is 200 units: a point is 0.2, and levels are round numbers
    assert 300 < len(t.issues[0].options) <= table.MOST_OPTIONS
    assert t.issues[0].options[0] == "0.0" and "60.0" in t.issues[0].options


def test_levels_lie_on_the_line_between_the_corners():
    t = slope([[0, 100], [120, 0]], [[0, 0], [60, 90], [120, 100]])
    k = t.issues[0].options.index("30.0")
    assert float(t.points[0][1][k] * t.scale[1]) == pytest.approx(45, abs=0.2)
    assert float(t.points[0][0][k] * t.scale[0]) == pytest.approx(75, abs=0.2)


def test_a_step_gives_just_its_levels_and_their_unit():
    t = slope([[0, 100], [120, 0]], [[0, 0], [120, 100]], step=40, unit="million")
    assert t.issues[0].options == ("0 million", "40 million", "80 million", "120 million")


def test_the_corners_and_the_no_deal_level_are_always_there():
    t = slope([[0, 100], ["0.37", 99], [120, 0]], [[0, 0], [120, 100]], no_deal="0.123")
    assert {"0.123", "0.370"} <= set(t.issues[0].options)
    assert t.named(t.no_deal) == ("0.123", "sealed")


@given(st.data())
@settings(max_examples=40)
def test_a_grid_never_has_more_than_its_cap_and_rises(data):
    number = st.fractions(min_value=0, max_value=1000, max_denominator=50)
    low, width = data.draw(number), data.draw(number.filter(bool))
    inner = data.draw(st.lists(st.fractions(0, 1, max_denominator=30), max_size=5, unique=True))
    levels = [low, *(low + width * x for x in sorted(inner) if 0 < x < 1), low + width]
    sides = [[(x, data.draw(number)) for x in levels] for _ in SIDES]
    if any(len({v for _, v in side}) == 1 for side in sides):
        return
    step = data.draw(st.none() | st.fractions("1/50", 100, max_denominator=50))
    t = table.make(
        SIDES,
        [Continuous("Fund", low, low + width, step)],
        [sides],
        no_deal=[data.draw(st.sampled_from(levels))],
    )
    assert 2 <= len(t.issues[0].options) <= table.MOST_OPTIONS
    said = [float(option) for option in t.issues[0].options]
    assert said == sorted(set(said))


# ---- refusals

REFUSED = {
    "there are 1 sides; give two to 8.": {"sides": ["North"]},
    "two sides are called “North”; give each a name of its own.": {"sides": ["North", "North"]},
    "one of the issues has no name.": {"issues": [Issue(" ", ("a", "b", "c")), DATA]},
    "two options of issue “Data” are called “open”; give each a name of its own.": {
        "issues": [WATER, Issue("Data", ("open", "open"))]
    },
    "there are 0 issues; give one to 1,000.": {"issues": []},
    "there are 2 issues and values for 1.": {"values": VALUES[:1]},
    "issue “Water” has values for 1 sides, not 2.": {"values": [VALUES[0][:1], VALUES[1]]},
    "side “South” has 2 values for the 3 options of issue “Water”.": {
        "values": [[[0, 60, 100], [100, 70]], VALUES[1]]
    },
    "“nan” is not a number.": {"values": [[[0, 60, 100], [100, float("nan"), 0]], VALUES[1]]},
    "“lots” is not a number.": {"weights": [["lots", 1], [1, 1]]},
    "“1e999999” is not a number.": {"weights": [["1e999999", 1], [1, 1]]},
    "“10000000000000000” is too large; choose a larger unit.": {"weights": [[10**16, 1], [1, 1]]},
    "side “South” gives issue “Data” a negative weight; turn its values around instead.": {
        "weights": [[1, 1], [1, -1]]
    },
    "the weights of side “South” are all 0; give one issue a weight.": {"weights": [[1, 0], [1, 0]]},
    "side “South” values every package the same; there is nothing to weigh for it.": {
        "values": [[[0, 60, 100], [7, 7, 7]], [[0, 100], [1, 1]]]
    },
    "the case names no no-deal package; name for each issue the option that holds without a package.": {
        "no_deal": None
    },
    "the walk-away is given twice; name for each issue the option that holds without a package.": {
        "walk_away": [1, 1]
    },
    "the no-deal package has 1 options for 2 issues.": {"no_deal": [0]},
    "the no-deal option of issue “Data” does not exist.": {"no_deal": [0, 2]},
    "a rule names an option that does not exist.": {"requires": [Requires((0, 3), (1, 0))]},
    "a rule (excludes) names two options of the same issue, “Water”.": {"excludes": [Excludes((0, 0), (0, 1))]},
    "budget “money” does not give a cost for each option of issue “Water”.": {
        "budgets": [("money", {0: [1, 2]}, 5)]
    },
    "a cost in budget “money” is not whole; count in a smaller unit.": {
        "budgets": [("money", {1: [1, "2.5"]}, 5)]
    },
    "an interaction names an option that issue “Data” has not.": {"interactions": [({1: [2]}, [1, 1])]},
    "the walk-away of side “North” is out of all proportion to its values.": {
        "no_deal": None, "walk_away": [10**14, 1]
    },
    "an interaction has 1 numbers for 2 sides.": {"interactions": [({1: [1]}, [1])]},
}  # fmt: skip


@pytest.mark.parametrize(("sentence", "changed"), REFUSED.items(), ids=range(len(REFUSED)))
def test_what_does_not_fit_is_refused_in_one_sentence(sentence, changed):
    with pytest.raises(BadInput) as refused:
        made(**changed)
    assert str(refused.value) == sentence


REFUSED_LEVELS = {
    "the range of issue “Fund” is empty; give low below high.": (Continuous("Fund", 5, 5), [[5, 0], [5, 1]], 5),
    "the step of issue “Fund” is not above 0.": (Continuous("Fund", 0, 5, 0), [[0, 0], [5, 1]], 5),
    "the value of issue “Fund” for side “North” is not a list of corners; give [level, value] for each.": (
        Continuous("Fund", 0, 5), [0, 1], 5
    ),
    "the value of issue “Fund” for side “North” has 1 corners; give two to a hundred.": (
        Continuous("Fund", 0, 5), [[0, 0]], 5
    ),
    "the corners of the value of issue “Fund” for side “North” do not rise; order them by level, each once.": (
        Continuous("Fund", 0, 5), [[0, 0], [0, 1]], 5
    ),
    "the value of issue “Fund” for side “North” does not cover its range; begin at its low end, end at its high end.": (
        Continuous("Fund", 0, 5), [[1, 0], [5, 1]], 5
    ),
    "the no-deal level “6” of issue “Fund” lies outside its range.": (Continuous("Fund", 0, 5), [[0, 0], [5, 1]], 6),
}  # fmt: skip


@pytest.mark.parametrize(("sentence", "asked"), REFUSED_LEVELS.items(), ids=range(len(REFUSED_LEVELS)))
def test_a_continuous_issue_that_does_not_fit_is_refused(sentence, asked):
    issue, corners, no_deal = asked
    with pytest.raises(BadInput) as refused:
        table.make(SIDES, [issue], [[corners, corners]], no_deal=[no_deal])
    assert str(refused.value) == sentence


def test_a_refusal_says_where():
    with pytest.raises(BadInput) as refused:
        made(sides=["North"], where="river.toml")
    assert str(refused.value) == "river.toml: there are 1 sides; give two to 8."
