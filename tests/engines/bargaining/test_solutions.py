"""Packages that a rule picks: equal to looking at every package, proven, in time, and stoppable."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from fractions import Fraction
from math import exp, log, prod

import numpy as np
import pytest
from hypothesis import given

from tests.engines.bargaining.tables import few, many, shaped, small, tables
from tests.naive import bargaining as naive
from tracktwo.engines.bargaining import certificates, kernels, linear, search, solutions
from tracktwo.engines.bargaining.table import Excludes, Interaction, Issue, Table
from tracktwo.errors import BadInput

WAYS: list[solutions.Method] = ["enumeration", "milp", "frontier"]


def check(table, method):
    """Every rule against the slow twin, by its exact value."""
    case = naive.plain(table)
    if not naive.packages(case):
        with pytest.raises(BadInput, match="leave no package"):
            solutions.card(table, method=method, seconds=60)
        return
    card = solutions.card(table, method=method, seconds=60)
    for solution in card.all():
        assert solution.proven and table.allowed(solution.package)
        np.testing.assert_array_equal(solution.points, table.value(solution.package))
        np.testing.assert_array_equal(solution.surplus, solution.points - table.walk_away)
        if solution.certificate is not None:
            assert certificates.verify(table, solution.certificate, solution.surplus)
    if not naive.acceptable(case):
        assert {s.rule for s in card.all()} == {"shortfall"}
        assert card.nash.value == naive.shortfall(case)
        return
    ideal = naive.ideal(case)
    product = naive.most_product(case)
    assert card.nash.rule == ("nash" if product else "leximin")
    if product:
        assert card.nash.value == prod(card.nash.surplus.tolist()) == product
    assert card.utilitarian.value == naive.most_sum(case)
    assert card.ks.ideal is not None and card.ks.ideal.tolist() == ideal
    best = naive.leximin(case, ideal)
    assert naive.shares(card.leximin.surplus.tolist(), ideal) == best
    if best:
        assert card.ks.value == best[0] == naive.shares(card.ks.surplus.tolist(), ideal)[0]
        others = naive.acceptable(case).values()
        assert not any(naive.dominates(s, card.ks.surplus.tolist()) for s in others)


@pytest.mark.parametrize("method", WAYS)
@few
@given(table=tables)
def test_each_rule_picks_what_looking_at_every_package_picks(table, method):
    check(table, method)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("method", WAYS)
@many
@given(table=tables)
def test_each_rule_picks_what_looking_at_every_package_picks_a_thousand_times(table, method):
    check(table, method)


@few
@given(table=tables)
def test_leximin_by_levels_is_leximin(table):
    """The way of many sides whose core is too wide: each level a max-min of its own."""
    case = naive.plain(table)
    if not naive.packages(case) or not naive.acceptable(case):
        return
    ideal = np.array(naive.ideal(case))
    for scale in (ideal, np.minimum(ideal, 1)):
        if not scale.any():
            continue
        program = linear.program(table)
        clock = linear.Clock(60.0)
        first = search.Least(program, np.zeros_like(scale), scale, clock).find(0.0)
        package, gap = search.Levels(program, scale, clock).rise(first, 0.0)
        surplus = (table.value(package) - table.walk_away).tolist()
        assert gap == 0
        assert naive.shares(surplus, scale.tolist()) == naive.leximin(case, scale.tolist())


@pytest.mark.parametrize("method", ["enumeration", "milp"])
@few
@given(table=tables)
def test_improving_a_package_hurts_nobody_and_gains_most_for_who_gains_least(table, method):
    case = naive.plain(table)
    here = naive.packages(case)
    if not here:
        return
    package = min(here)
    gain = [3 + i for i in range(len(table.sides))]
    found = solutions.improve(table, package, gain=gain, method=method, seconds=60)
    assert found.proven and (found.surplus >= np.array(here[package])).all()
    assert found.value == naive.least_gain(case, here[package], gain)
    assert not any(naive.dominates(s, found.surplus.tolist()) for s in here.values())


def test_leximin_in_points_evens_out_raw_gains():
    table = small(4, rules=False, interactions=False)
    table = replace(table, walk_away=np.zeros_like(table.walk_away))
    found = solutions.leximin(table, by="points")
    ones = [1] * len(table.sides)
    assert naive.shares(found.surplus.tolist(), ones) == naive.leximin(naive.plain(table), ones)


def test_products_of_eight_sides_are_compared_as_whole_numbers():
    """Two packages whose products, both near 10^39, differ by one part in 10^21: floats cannot tell them apart."""
    one = [99_991, 99_989, 99_971, 99_961, 99_929, 99_923, 99_907, 99_901]
    other = [*one[:6], 99_904, 99_904]  # 99,904^2 = 99,907 * 99,901 + 9
    points = np.array([one, other]).T
    table = Table(tuple("ABCDEFGH"), (Issue("all", ("x", "y")),), (points,), np.zeros(8, dtype=np.int64))
    assert solutions.max_nash(table).package == (1,)
    assert solutions.max_nash(replace(table, points=(points[:, ::-1],))).package == (0,)


def test_where_walk_aways_cannot_be_met_together_the_answer_says_least_shortfall():
    points = np.array([[10, 6, 0], [0, 5, 10]])
    table = Table(("A", "B"), (Issue("one", ("a", "b", "c")),), (points,), np.array([8, 8]))
    for method in WAYS:
        found = solutions.max_nash(table, method=method)
        assert (found.rule, found.package, found.value) == ("shortfall", (1,), Fraction(-3, 10))
    assert solutions.ideal(table) is None


def test_rules_that_leave_nothing_are_refused_in_a_sentence():
    issues = (Issue("one", ("a", "b")), Issue("two", ("a",)))
    points = (np.array([[1, 2], [2, 1]]), np.array([[1], [1]]))
    nothing = tuple(Excludes((0, k), (1, 0)) for k in range(2))
    table = Table(("A", "B"), issues, points, np.array([0, 0]), excludes=nothing)
    for method in WAYS:
        with pytest.raises(BadInput, match="the rules and budgets leave no package; loosen one of them"):
            solutions.kalai_smorodinsky(table, method=method)


@pytest.mark.parametrize("rules", [0, 12])
def test_large_tables_are_proven_and_their_gap_is_true(rules):
    table = shaped(20, 8, 5, rules=rules, budget=bool(rules))
    card = solutions.card(table, seconds=60)
    assert card.ks.ideal is not None
    for solution in card.all():
        assert solution.certificate is not None
        assert solution.status == "proven" and solution.gap == 0 and solution.method == "milp"
        assert certificates.verify(table, solution.certificate, solution.surplus)
    # No rule beats another at its own game.
    products = [prod(max(0, int(s)) for s in x.surplus) for x in card.all()]
    assert max(products) == products[0]
    least = [(x.surplus / card.ks.ideal).min() for x in card.all()]
    assert max(least) == least[1] == least[2]
    assert max(x.surplus.sum() for x in card.all()) == card.utilitarian.surplus.sum()


def test_a_gap_asked_for_is_a_gap_kept():
    table = shaped(50, 8, 8)
    found = solutions.kalai_smorodinsky(table, gap=0.01, seconds=60)
    assert 0 <= found.gap <= 0.01 and found.status == "proven"
    assert found.bound >= float(found.value)
    nash = solutions.max_nash(table, gap=0.01, seconds=60)
    assert exp(sum(map(log, nash.surplus.tolist())) / 8) * (1 + nash.gap) >= nash.bound * (1 - 1e-9)


def hard():
    """A max-min that takes minutes to prove: its interactions keep it from the core."""
    table = shaped(50, 8, 8, seed=3)
    rng = np.random.default_rng(1)
    pairs = [{2 * j: frozenset({0, 1, 2}), 2 * j + 1: frozenset({3, 4, 5})} for j in range(25)]
    return replace(
        table, interactions=tuple(Interaction(admits, rng.integers(-9, 10, 8)) for admits in pairs)
    )


def test_time_over_gives_the_best_so_far_with_the_gap_it_is_proven_within():
    began = time.perf_counter()
    found = solutions.kalai_smorodinsky(hard(), seconds=2.0)
    assert time.perf_counter() - began < 30
    assert found.status == "best so far" and found.gap > 0 and found.package
    assert found.certificate is not None
    assert certificates.verify(hard(), found.certificate, found.surplus)


def test_stopping_reaches_a_solver_that_is_running():
    asked = []

    def stop() -> bool:
        asked.append(time.perf_counter())
        return len(asked) > 20

    began = time.perf_counter()
    found = solutions.kalai_smorodinsky(hard(), seconds=600, stop=stop)
    assert found.status == "cancelled"
    assert time.perf_counter() - began < 60
    # The solver itself asked: no call of ours stands between two solves that often.
    assert len(asked) > 20


def test_other_threads_go_on_while_the_solver_runs():
    ticks = []
    done = threading.Event()

    def tick() -> None:
        while not done.wait(0.002):
            ticks.append(time.perf_counter())

    thread = threading.Thread(target=tick)
    thread.start()
    began = time.perf_counter()
    solutions.kalai_smorodinsky(hard(), seconds=1.0)
    ended = time.perf_counter()
    done.set()
    thread.join()
    # Were the interpreter held, the longest silence would be the longest solve.
    within = [t for t in ticks if began <= t <= ended]
    assert len(within) > 20
    assert max(np.diff([began, *within, ended])) < (ended - began) / 2


def test_the_core_is_the_same_compiled_or_not():
    table = shaped(15, 6, 5, rules=5, budget=True)
    kernels.cool()
    plain = solutions.card(table, seconds=60)
    assert kernels.warm()
    compiled = solutions.card(table, seconds=60)
    kernels.cool()
    assert [s.package for s in plain.all()] == [s.package for s in compiled.all()]
