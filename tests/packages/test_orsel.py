"""The Orsel basin: the figures of its study, in exact points; and the case is the scenario's own."""

from __future__ import annotations

import json
import tomllib
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.engines.bargaining.cases import DATA, needs_orsel
from tracktwo.content.scenarios import reading
from tracktwo.engines.bargaining import formats, frontier, solutions, trades
from tracktwo.engines.bargaining.formats import Case
from tracktwo.engines.bargaining.table import Ints, Table

CASE = reading.CONTENT / "cases" / "orsel.toml"
SPLIT = (1, 1, 2, 1, 1, 1, 2, 1, 1, 1)


@pytest.fixture(scope="module")
def case() -> Case:
    return formats.read(CASE)


@pytest.fixture(scope="module")
def table(case: Case) -> Table:
    return case.table()


@pytest.fixture(scope="module")
def everything(table: Table) -> Ints:
    """The points of all packages, by plain enumeration: int64[589824, 3]."""
    sizes = [range(len(issue.options)) for issue in table.issues]
    return table.value(np.array(list(product(*sizes)), dtype=np.int64))


def shown(table: Table, package: tuple[int, ...]) -> list[float]:
    """In the worksheets' own units."""
    return [float(p * unit) for p, unit in zip(table.value(package), table.scale, strict=True) if unit]


def test_the_case_is_the_scenarios_own() -> None:
    scenario = tomllib.loads((reading.CONTENT / "scenarios" / "orsel" / "issues.toml").read_text("utf-8"))
    own = tomllib.loads(CASE.read_text("utf-8"))
    assert own["walk_away"] == scenario["walk_away"]
    for ours, theirs in zip(own["issue"], scenario["issue"], strict=True):
        assert (ours["key"], ours["name"]) == (theirs["key"], theirs["title"]["en"])
        assert ours["options"] == [option["label"]["en"] for option in theirs["options"]]
        assert (ours["values"], ours["weights"]) == (theirs["values"], theirs["weights"])


def test_every_package_is_counted_and_valued(table: Table, everything: Ints) -> None:
    assert table.packages == len(everything) == 589_824
    assert [float(s) for s in table.scale if s] == [0.05, 0.05, 0.1]  # exact: no worksheet needs finer points


def test_packages_above_every_walk_away(table: Table, everything: Ints) -> None:
    """71,451 in the study, which adds floats: 129 packages that meet a walk-away to the point fall below it there."""
    assert int((everything >= table.walk_away).all(axis=1).sum()) == 71_580


def test_the_frontier_and_its_part_above_every_walk_away(table: Table) -> None:
    """1,103 in the study, which adds floats: three of them are ties that rounding took for a gain."""
    found = frontier.find(table)
    assert found.complete and len(found.points) == 1_100
    assert int((found.points >= table.walk_away).all(axis=1).sum()) == 366
    assert len(frontier.find(table, above=True).points) == 366


def test_the_frontier_is_what_enumeration_finds(table: Table, everything: Ints) -> None:
    found = frontier.find(table).points
    # most[p, q]: what the third side has at most where the first has p and the second q, or both more.
    most = np.full(everything.max(axis=0)[:2] + 1, -1)
    np.maximum.at(most, (found[:, 0], found[:, 1]), found[:, 2])
    for axis in (0, 1):
        most = np.flip(np.maximum.accumulate(np.flip(most, axis), axis), axis)
    assert (everything[:, 2] <= most[everything[:, 0], everything[:, 1]]).all()
    assert not any(((found >= p).all(axis=1) & (found > p).any(axis=1)).any() for p in found)


def test_packages_that_nobody_likes_less_than_splitting_every_difference(
    table: Table, everything: Ints
) -> None:
    """64 are as good for all three and better for one; 61 are better for all three to the point."""
    split = table.value(SPLIT)
    as_good = (everything >= split).all(axis=1) & (everything != split).any(axis=1)
    assert int(as_good.sum()) == 64
    assert int((everything > split).all(axis=1).sum()) == 61
    assert shown(table, SPLIT) == pytest.approx([82.2, 52.1, 52.0])


def test_adding_floats_gives_the_study_its_figures(case: Case) -> None:
    """Why the engine counts in integers: the same worksheets, w / 100 * v in floats."""
    sizes = [range(len(values[0])) for values in case.values]
    packages = np.array(list(product(*sizes)), dtype=np.int64)
    assert case.weights is not None
    points = np.zeros((len(packages), 3))
    for j, rows in enumerate(case.values):
        for i, row in enumerate(rows):
            worth = np.array([float(value) for value in row])  # type: ignore[arg-type]
            points[:, i] += float(case.weights[j][i]) / 100 * worth[packages[:, j]]
    assert int((points >= [62, 50, 45]).all(axis=1).sum()) == 71_451


def test_the_packages_of_each_rule(table: Table) -> None:
    card = solutions.card(table, seconds=30)
    assert all(solution.proven for solution in card.all())
    assert shown(table, card.nash.package) == pytest.approx([71.6, 70.6, 78.7])
    assert shown(table, card.ks.package) == pytest.approx([74.45, 68.4, 65.8])
    assert shown(table, card.utilitarian.package) == pytest.approx([63.6, 79.4, 82.3])
    by_points = solutions.leximin(
        table.__class__(**{**vars(table), "points": even(table), "walk_away": floors(table)}), by="points"
    )
    assert shown_even(by_points.points) == pytest.approx([77.9, 66.8, 60.9])


def even(table: Table) -> tuple[Ints, ...]:
    """All sides in one unit (a twentieth), to compare raw gains as the study does."""
    return tuple(points * np.array([[1], [1], [2]]) for points in table.points)


def floors(table: Table) -> Ints:
    return np.asarray(table.walk_away * np.array([1, 1, 2]))


def shown_even(points: Ints) -> list[float]:
    return [float(p) / 20 for p in points]


def test_left_out_the_families_walk_away(table: Table) -> None:
    found = trades.without(table, 2)
    assert [float(p * s) for p, s in zip(found.points, table.scale, strict=True) if s] == pytest.approx(
        [78.2, 73.7, 36.1]
    )
    assert found.walks


@pytest.mark.parametrize(
    ("issue", "option", "gains"),
    [(6, 3, (-0.75, 0.1, 5.0)), (2, 3, (-0.75, 3.0, 0.4)), (8, 2, (-2.1, 5.2, 5.6)), (7, 0, (5.6, -4.8, -3.3)), (5, 2, (-4.55, -0.2, 15.3))],
)  # fmt: skip
def test_the_trades_that_the_study_tells(
    table: Table, issue: int, option: int, gains: tuple[float, ...]
) -> None:
    changed = list(SPLIT)
    changed[issue] = option
    found = np.array(shown(table, tuple(changed))) - np.array(shown(table, SPLIT))
    assert found == pytest.approx(gains)
    told = next(c for c in trades.changes(table, SPLIT) if (c.issue, c.after) == (issue, option))
    assert [float(g * s) for g, s in zip(told.gains, table.scale, strict=True) if s] == pytest.approx(gains)


@needs_orsel
def test_the_case_is_the_studys(case: Case) -> None:
    study = json.loads((Path(DATA) / "orsel" / "orsel_seed.json").read_text("utf-8"))
    values: Any = case.values
    for j, issue in enumerate(study["issues"]):
        assert case.weights is not None
        assert [int(w) for w in case.weights[j]] == [issue["weights"][key] for key in case.keys]
        assert [[int(v) for v in row] for row in values[j]] == [issue["values"][key] for key in case.keys]
    assert case.walk_away == tuple(study["reservation"][key] for key in case.keys)
