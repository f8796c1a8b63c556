"""The Pareto frontier: every efficient point, and no other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from tests.engines.bargaining.tables import few, many, shaped, some, tables
from tests.naive import bargaining as naive
from tracktwo.engines.bargaining import frontier, kernels
from tracktwo.engines.bargaining.linear import Clock
from tracktwo.engines.bargaining.table import Excludes


@pytest.fixture(params=["numpy", "compiled"])
def kernel(request):
    """Both ways of computing."""
    kernels.cool()
    assert request.param == "numpy" or kernels.warm()
    yield request.param
    kernels.cool()


def same(found, table):
    """Complete, sorted, each package worth its point and allowed."""
    assert found.complete
    assert [tuple(p) for p in found.points.tolist()] == naive.frontier(naive.plain(table))
    assert table.allowed(found.packages).all()
    np.testing.assert_array_equal(table.value(found.packages), found.points)


@some
@given(tables)
def test_the_frontier_is_that_of_looking_at_every_package(table):
    same(frontier.find(table), table)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@many
@given(tables)
def test_the_frontier_is_that_of_looking_at_every_package_a_thousand_times(table):
    same(frontier.find(table), table)


@few
@given(tables)
def test_with_the_walk_aways_only_packages_that_meet_them_count(table):
    found = frontier.find(table, above=True)
    case = naive.plain(table)
    assert [tuple(p) for p in found.points.tolist()] == [
        p for p in naive.frontier(case) if all(a >= b for a, b in zip(p, case.walk_away, strict=True))
    ]


@pytest.mark.parametrize("sides", [2, 3])
def test_the_table_of_points_and_the_list_give_the_same_frontier(kernel, sides):
    table = shaped(9, 4, sides, rules=3, points=80)
    lots = frontier._lots(table)
    assert lots is not None
    clock = Clock(60.0)
    listed = frontier._sparse(table, lots, above=False, most=10**7, clock=clock)
    assert listed is not None
    tabled = frontier._two(table, lots) if sides == 2 else frontier._three(table, lots)
    np.testing.assert_array_equal(listed.points, tabled.points)
    np.testing.assert_array_equal(table.value(tabled.packages), tabled.points)
    assert table.allowed(tabled.packages).all()


def test_both_kernels_give_the_same_table_of_points():
    table = shaped(6, 5, 3, points=60)
    lots = frontier._lots(table)
    assert lots is not None
    kernels.cool()
    plain = frontier._three(table, lots)
    assert kernels.warm()
    compiled = frontier._three(table, lots)
    kernels.cool()
    np.testing.assert_array_equal(plain.points, compiled.points)
    np.testing.assert_array_equal(plain.packages, compiled.packages)


@pytest.mark.parametrize("columns", [1, 2, 3, 5])
def test_efficient_points_are_those_that_none_dominates(kernel, columns):
    rng = np.random.default_rng(columns)
    points = rng.integers(0, 12, (1_500, columns))
    distinct = {tuple(p) for p in points.tolist()}
    kept = points[frontier.efficient(points)].tolist()
    assert [tuple(p) for p in kept] == sorted(
        p for p in distinct if not any(naive.dominates(list(q), list(p)) for q in distinct)
    )


def test_a_hundred_issues_of_ten_options_between_two_sides_are_complete():
    table = shaped(100, 10, 2)
    found = frontier.find(table)
    assert (
        found.complete and (np.diff(found.points[:, 0]) > 0).all() and (np.diff(found.points[:, 1]) < 0).all()
    )
    np.testing.assert_array_equal(table.value(found.packages), found.points)


def test_what_is_too_large_says_so_and_gives_efficient_packages_only():
    table = shaped(6, 4, 4, points=60)
    part = frontier.find(table, most=10)
    assert not part.complete and part.method == "slices" and len(part.points) > 4
    whole = {tuple(p) for p in frontier.find(table).points.tolist()}
    assert {tuple(p) for p in part.points.tolist()} <= whole


def test_rules_that_leave_no_package_leave_no_frontier():
    table = shaped(2, 2, 2)
    none = frontier.find(
        type(table)(
            table.sides,
            table.issues,
            table.points,
            table.walk_away,
            excludes=tuple(Excludes((0, a), (1, b)) for a in range(2) for b in range(2)),
        )
    )
    assert none.complete and none.points.shape == (0, 2) and none.packages.shape == (0, 2)
