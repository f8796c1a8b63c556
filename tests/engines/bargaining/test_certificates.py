"""Certificates: bounds in exact rationals that hold for every package, whatever the weights."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from math import prod

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.engines.bargaining.cases import DATA, needs_orsel
from tests.engines.bargaining.tables import few, shaped, some, tables
from tests.naive import bargaining as naive
from tracktwo.engines.bargaining import certificates, enumeration, frontier, linear, solutions, trades
from tracktwo.engines.bargaining.table import Issue, Table


@some
@given(tables, st.integers(0, 1_000))
def test_any_weights_and_multipliers_bound_every_package(table, seed):
    """The inequality itself: no weights, however wrong, can prove too much."""
    rng = np.random.default_rng(seed)
    n, rows = len(table.sides), len(linear.program(table).rows)
    weights, prices = rng.random(n) * 2 + 0.01, rng.random(rows) * rng.choice([0, 5])
    packages = naive.packages(naive.plain(table)).values()
    meeting = [s for s in packages if min(s) >= 0]
    product = certificates.certify("product", table, weights, prices)
    assert all(prod(s) <= product.bound for s in meeting)
    total = certificates.certify("sum", table, weights, prices)
    assert all(sum(s) <= total.bound for s in meeting)
    base, scale = rng.integers(-5, 5, n), rng.integers(1, 40, n)
    least = certificates.certify("least", table, weights, prices, base=base, scale=scale)
    assert all(least.value(s) <= least.bound for s in packages)


@few
@given(tables)
def test_a_certificate_that_claims_more_than_it_proves_is_refused(table):
    case = naive.plain(table)
    if not naive.packages(case):
        return
    for solution in solutions.card(table, seconds=60).all():
        proof = solution.certificate
        if proof is None:
            continue
        assert certificates.verify(table, proof, solution.surplus)
        assert not certificates.verify(table, replace(proof, bound=proof.bound - Fraction(1, 10**6)))
        assert not certificates.verify(table, replace(proof, weights=(*proof.weights[1:], Fraction(-1))))
        assert not certificates.verify(table, replace(proof, weights=proof.weights[1:]))
        beyond = solution.surplus + 1000
        assert proof.value(beyond) > proof.bound and not certificates.verify(table, proof, beyond)


def test_without_rules_the_bound_of_a_large_table_lies_within_a_thousandth():
    """Nash is easy: among 50 issues hardly anything is lost by rounding the best mixture."""
    table = shaped(50, 8, 5)
    found = solutions.max_nash(table, seconds=60)
    assert found.proven and found.certificate is not None
    assert 1 <= (float(found.certificate.bound) / float(found.value)) ** (1 / 5) < 1.001


def test_a_certificate_is_checked_with_five_lines_of_arithmetic():
    """By hand: without rules, prod s_i <= (B / n)^n / prod w_i with B = sum of each issue's best less w.d."""
    table = shaped(6, 4, 3, points=200)
    proof = solutions.max_nash(table).certificate
    assert proof is not None
    worth = [
        [sum(w * int(v) for w, v in zip(proof.weights, column, strict=True)) for column in p.T]
        for p in table.points
    ]
    b = sum(map(max, worth)) - sum(w * int(d) for w, d in zip(proof.weights, table.walk_away, strict=True))
    bound = (b / 3) ** 3 / prod(proof.weights)
    assert bound == proof.bound
    assert all(prod(s) <= bound for s in naive.acceptable(naive.plain(table)).values())


def orsel() -> tuple[Table, tuple[int, ...]]:
    seed = json.loads((DATA / "orsel" / "orsel_seed.json").read_text())
    sides = ("T", "M", "I")
    points = tuple(
        np.array([[v * issue["weights"][s] for v in issue["values"][s]] for s in sides])
        for issue in seed["issues"]
    )
    issues = tuple(Issue(issue["key"], tuple(map(str, issue["options"]))) for issue in seed["issues"])
    reserve = np.array([100 * seed["reservation"][s] for s in sides])
    # 120, 5 years, daily, 10 %, consultative, 2,000, monthly, 5 km, 40, a code
    return Table(sides, issues, points, reserve), (1, 1, 2, 1, 1, 1, 2, 1, 1, 1)


@needs_orsel
def test_the_orsel_basin_has_the_figures_of_its_story():
    table, split = orsel()
    assert table.packages == 589_824
    found = {tuple(p) for p in frontier.find(table).points.tolist()}
    every = enumeration.every(table).points.T
    # The story says 1,103: added up in floats, three ties look like gains.
    assert len(found) == sum(p in found for p in map(tuple, every.tolist())) == 1_100
    assert len(frontier.find(table, above=True).points) == 366
    weakly = (every >= table.value(split)).all(axis=1) & (every != table.value(split)).any(axis=1)
    assert [int(weakly.sum()), int((every > table.value(split)).all(axis=1).sum())] == [64, 61]
    assert table.value(split).tolist() == [8220, 5210, 5200]
    card = solutions.card(table, seconds=60)
    assert card.nash.points.tolist() == [7160, 7060, 7870]
    assert card.ks.points.tolist() == [7445, 6840, 6580]
    assert card.utilitarian.points.tolist() == [6360, 7940, 8230]
    assert solutions.leximin(table, by="points", seconds=60).points.tolist() == [7790, 6680, 6090]
    alone = trades.without(table, 2)
    assert alone.points.tolist() == [7820, 7370, 3610] and alone.walks
    costs = {(c.issue, c.after): c.gains.tolist() for c in trades.changes(table, split)}
    assert costs[2, 3] == [-75, 300, 40] and costs[5, 2] == [-455, -20, 1530]
    better = solutions.improve(table, split, seconds=60)
    assert better.proven and (better.points > table.value(split)).all()


def test_a_made_up_basin_is_read_the_same_way():
    """The small twin of the test above, which needs data from beside the checkout."""
    points = (
        np.array([[100, 60, 0], [0, 50, 100], [20, 90, 60]]),
        np.array([[80, 50, 0], [10, 40, 60], [0, 70, 100]]),
    )
    issues = (Issue("flow", ("90", "120", "150")), Issue("fund", ("0", "40", "80")))
    table = Table(("T", "M", "I"), issues, points, np.array([60, 50, 40]))
    case = naive.plain(table)
    assert [tuple(p) for p in frontier.find(table).points.tolist()] == naive.frontier(case)
    card = solutions.card(table)
    assert card.nash.points.tolist() == [110, 90, 160] and card.nash.value == 50 * 40 * 120
    assert trades.without(table, 2).points.tolist() == [110, 90, 160]
