"""Trades: what changes cost and give, who is left out, and packages that differ."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from tests.engines.bargaining.tables import few, small, tables
from tests.naive import bargaining as naive
from tracktwo.engines.bargaining import solutions, trades
from tracktwo.engines.bargaining.table import Issue, Table
from tracktwo.errors import BadInput


def water_and_graves() -> Table:
    """Two sides who care about different things, and a third option nobody needs."""
    points = (
        np.array([[60, 30, 0], [0, 15, 20]]),  # filling: A cares
        np.array([[20, 15, 0], [0, 30, 60]]),  # graves: B cares
        np.array([[10, 10, 20], [10, 10, 20]]),  # gauges: the last is better for both
    )
    issues = (
        Issue("filling", ("fast", "middle", "slow")),
        Issue("graves", ("closed", "yearly", "open")),
        Issue("gauges", ("none", "monthly", "daily")),
    )
    return Table(("A", "B"), issues, points, np.array([30, 30]))


def test_each_gives_where_it_cares_less():
    table = water_and_graves()
    found = trades.way(table, (1, 1, 1), solutions.max_nash(table).package)
    assert found.end == (0, 2, 2)
    assert [tuple(c.issue for c in trade.changes) for trade in found.trades] == [(0, 1), (2,)]
    assert [trade.gains.tolist() for trade in found.trades] == [[15, 15], [10, 10]]
    assert found.rest.changes == () and found.rest.gains.tolist() == [0, 0]
    assert sum(trade.share for trade in found.trades) == pytest.approx(1)


def test_a_trade_reads_as_a_sentence_in_whole_points():
    table = water_and_graves()
    found = trades.way(table, (1, 1, 1), (0, 2, 2))
    assert (
        trades.said(table, found.trades[0])
        == "filling: fast instead of middle and graves: open instead of yearly gives A 15 points, B 15 points."
    )
    first = found.trades[0].changes[0]
    assert (
        trades.said(table, first)
        == "filling: fast instead of middle costs B 15 points and gives A 30 points."
    )
    slight = Table(
        ("A", "B"), (Issue("one", ("a", "b")),), (np.array([[999, 1000], [5, 5]]),), np.array([0, 0])
    )
    (only,) = trades.changes(slight, (0,))
    assert trades.said(slight, only) == "one: b instead of a gives A less than a point."


def test_split_every_difference_takes_the_option_halfway():
    assert trades.middle(water_and_graves()) == (1, 1, 2)


@few
@given(tables)
def test_every_change_is_worth_the_difference_of_two_packages(table):
    case = naive.plain(table)
    package = tuple(p.shape[1] - 1 for p in table.points)
    before = naive.value(case, package)
    found = trades.changes(table, package)
    assert len(found) == sum(p.shape[1] - 1 for p in table.points)
    for change in found:
        other = [*package]
        other[change.issue] = change.after
        after = naive.value(case, tuple(other))
        assert change.gains.tolist() == [a - b for a, b in zip(after, before, strict=True)]
        assert change.allowed == naive.allowed(case, tuple(other))


@few
@given(tables)
def test_trades_hurt_nobody_and_add_up_to_the_difference(table):
    start = tuple(0 for _ in table.points)
    end = tuple(p.shape[1] - 1 for p in table.points)
    found = trades.way(table, start, end)
    gains = sum((t.gains for t in found.trades), start=found.rest.gains)
    np.testing.assert_array_equal(gains, table.value(end) - table.value(start))
    assert all((t.gains >= 0).all() and t.gains.any() for t in found.trades)
    touched = [c.issue for t in (*found.trades, found.rest) for c in t.changes]
    assert sorted(touched) == list(range(len(start)))


@few
@given(tables)
def test_packages_differ_in_two_issues_and_each_is_the_best_left(table):
    case = naive.plain(table)
    here = naive.packages(case)
    if not here or not naive.most_product(case):
        return
    found = trades.proposals(table, seconds=60)
    assert 1 <= len(found) <= 3
    for k, solution in enumerate(found):
        assert solution.proven and solution.rule == "nash"
        apart = {
            p: s
            for p, s in here.items()
            if min(s) >= 1
            and all(sum(a != b for a, b in zip(p, f.package, strict=True)) >= 2 for f in found[:k])
        }
        assert int(solution.value) == max(int(np.prod(s, dtype=object)) for s in apart.values())


def test_packages_apart_are_the_same_by_the_solver():
    table = small(11, rules=False, interactions=False)
    apart = [solutions.max_nash(table).package]
    by_looking = solutions.max_nash(table, apart_from=apart)
    by_solver = solutions.max_nash(table, apart_from=apart, method="milp", seconds=60)
    assert by_looking.value == by_solver.value and by_solver.proven


def test_a_side_left_out_may_be_worse_off_than_without_any_package():
    points = (np.array([[10, 6, 0], [8, 6, 2], [0, 6, 9]]),)
    table = Table(("A", "B", "C"), (Issue("one", ("a", "b", "c")),), points, np.array([1, 1, 5]))
    assert solutions.max_nash(table).package == (1,)
    left = trades.without(table, 2)
    assert left.solution.package == (0,) and left.points.tolist() == [10, 8, 0]
    assert left.surplus == -5 and left.walks
    assert not trades.without(table, 0).walks


def test_a_package_of_another_shape_is_refused():
    with pytest.raises(BadInput, match="does not name an option of each issue"):
        trades.changes(water_and_graves(), (0, 3, 0))
    with pytest.raises(BadInput, match="there is no side 3 to leave out"):
        trades.without(water_and_graves(), 2)
