"""Groups across sides: told in words that leave every count open, whoever reads the totals beside them."""

from __future__ import annotations

import json
import re
from itertools import product
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.stories.table import Table, consulting
from tracktwo.process import visibility
from tracktwo.process.rules import Role
from tracktwo.statements import acts, analysis, reckoning
from tracktwo.statements.models import AnalysisRun, Statement
from tracktwo.statements.rules import Leaning, Reach, State

Ints = NDArray[np.int64]
COUNT = 14
NOBODY = np.zeros(2, dtype=np.int64)


# --- words and totals -----------------------------------------------------------------------------


def rounded(counts: Ints) -> Ints:
    return (counts + 2) // 5 * 5


def open_to(table: Ints) -> tuple[Ints, Ints]:
    """The slow way: every table of 2 x 2 whose words and rounded totals are those of this one."""
    lowest, greatest = np.full((2, 2), 10**6), np.zeros((2, 2), dtype=np.int64)
    words, rows, columns = reckoning.reaches(table), rounded(table.sum(axis=1)), rounded(table.sum(axis=0))
    first = range(max(10, rows[0] - 2), rows[0] + 3)
    second = range(max(10, rows[1] - 2), rows[1] + 3)
    for n, m in product(first, second):
        for a, b in product(range(n + 1), range(m + 1)):
            other = np.array([[a, n - a], [b, m - b]])
            whole = other.sum(axis=0)
            alike = (rounded(whole) == columns).all() and (whole >= 10).all() and whole[0] >= whole[1]
            if alike and (reckoning.reaches(other) == words).all():
                lowest, greatest = np.minimum(lowest, other), np.maximum(greatest, other)
    return lowest, greatest


def drawn(seed: int) -> Ints:
    dice = np.random.default_rng(seed)
    while True:
        table = np.asarray(dice.integers(0, 26, (2, 2)))
        if min(table.sum(axis=0).min(), table.sum(axis=1).min()) >= 10:
            return table[:, np.argsort(-table.sum(axis=0))]  # groups are numbered by size


@pytest.mark.parametrize("seed", range(9))
def test_what_words_and_totals_leave_open_is_what_trying_every_table_leaves_open(seed):
    """And a table that is told never says that one to four people of a side are in a group."""
    table = drawn(seed)
    low, high = open_to(table)
    found = reckoning._open_to(reckoning.reaches(table), table, NOBODY, 2)
    assert (found[0].tolist(), found[1].tolist()) == (low.tolist(), high.tolist())
    if reckoning.told_reaches(table, NOBODY, rounded=True) is not None:
        assert ((low == 0) & (high >= 4) | (low >= 5) & (high >= low + 2)).all()


def test_some_tables_are_told_and_some_withheld():
    told = [reckoning.told_reaches(drawn(seed), NOBODY, rounded=True) is not None for seed in range(20)]
    assert {True, False} == set(told)


def test_words_alone_would_give_a_small_count_away_beside_the_totals():
    """Of ten or eleven people six are in one group: the word leaves five to seven, so three or more in the other."""
    table = np.array([[6, 4], [30, 20]])
    low, _ = open_to(table)
    assert reckoning.reaches(table)[0].tolist() == [Reach.HALF, Reach.FEW]
    assert low[0, 1] > 0
    assert reckoning.told_reaches(table, NOBODY, rounded=True) is None


def test_a_withheld_table_is_no_clue_either():
    """All tables that share their totals and are withheld leave every count open by three or more."""
    seen: dict[tuple[int, ...], tuple[Ints, Ints]] = {}
    for cells in product(range(4, 13), repeat=4):
        table = np.array(cells).reshape(2, 2)
        totals = (*rounded(table.sum(axis=1)).tolist(), *rounded(table.sum(axis=0)).tolist())
        if totals != (20, 15, 20, 15):
            continue
        if _withheld(tuple(cells)):
            low, high = seen.get(totals, (table, table))
            seen[totals] = np.minimum(low, table), np.maximum(high, table)
    assert seen
    assert all((high - low >= 2).all() for low, high in seen.values())


def _withheld(cells: tuple[int, ...]) -> bool:
    table = np.array(cells).reshape(2, 2)
    key = (
        reckoning.reaches(table).tobytes(),
        rounded(table.sum(1)).tobytes(),
        rounded(table.sum(0)).tobytes(),
    )
    if key not in _KNOWN:
        _KNOWN[key] = reckoning.told_reaches(table, NOBODY, rounded=True) is None
    return _KNOWN[key]


_KNOWN: dict[tuple[bytes, ...], bool] = {}


def test_exact_totals_leave_less_open_than_rounded_ones():
    table = np.array([[4, 13], [30, 15]])
    wide = reckoning._open_to(reckoning.reaches(table), table, NOBODY, 2)
    tight = reckoning._open_to(reckoning.reaches(table), table, NOBODY, 0)
    assert (wide[0] <= tight[0]).all() and (tight[1] <= wide[1]).all()
    assert (tight[0] <= table).all() and (table <= tight[1]).all()


def test_the_words_are_those_of_the_shares():
    table = np.array([[100, 0], [70, 30], [50, 50], [20, 80], [14, 86]])
    assert reckoning.reaches(table).tolist() == [[3, 0], [3, 1], [2, 2], [1, 3], [1, 3]]
    assert reckoning.reaches(np.array([[4, 96]])).tolist() == [[0, 3]]
    assert reckoning.reaches(np.array([[4, 8]])).tolist() == [
        [0, 3]
    ]  # fewer than five are none, whatever the share


def test_a_group_lies_across_the_sides_that_make_up_a_good_part_of_it():
    assert reckoning.across(np.array([[2, 2], [2, 2]])) == ((0, 1), (0, 1))
    assert reckoning.across(np.array([[3, 0], [0, 3]])) == ((), ())
    assert reckoning.across(np.array([[3, 1], [1, 3]])) == ((), ())
    assert reckoning.across(np.array([[2, 2], [3, 0], [3, 0]])) == ((0, 1, 2), ())


def test_shares_in_words_tell_a_group_from_the_others_or_nothing():
    assert reckoning.leanings(0.9, 0.2) == (Leaning.MOST, Leaning.FEW)
    assert reckoning.leanings(0.55, 0.4) == (Leaning.MORE, Leaning.HALF)
    assert reckoning.leanings(0.9, 0.7) is None


# --- in a run, and on the pages -------------------------------------------------------------------


@pytest.fixture
def table() -> Table:
    return consulting(statements=[f"Statement {n}." for n in range(COUNT)], voters=1)


def two_peoples(n: int = 60) -> tuple[list[int], NDArray[np.uint8]]:
    """Two sides; on each half care for a livelihood (0-4), half for what they are (5-9); 10-13 divide the sides a little."""
    rng = np.random.default_rng(7)
    side, care = np.repeat([1, 2], n), np.tile([0, 1], n)
    chance = np.empty((2 * n, COUNT))
    chance[:, :5] = np.where(care == 0, 0.9, 0.3)[:, None]
    chance[:, 5:10] = np.where(care == 1, 0.9, 0.2)[:, None]
    chance[:, 10:] = np.where(side == 1, 0.65, 0.35)[:, None]
    return side.tolist(), np.where(rng.random(chance.shape) < chance, 3, 1).astype(np.uint8)


def counted(table: Table, side: list[int], slots: NDArray[np.uint8]) -> dict[str, Any]:
    acts.cast(process=table.id, side=side, slots=slots, by="voter", verb="votes")
    assert analysis.run(process=table.id, by="facilitator") is not None
    row = AnalysisRun.unscoped.filter(process_id=table.id).order_by("-number")[0]
    content: dict[str, Any] = json.loads(row.released.open(visibility.for_telling(table.id)))
    return content


def page(table: Table, rest: str = "map/") -> str:
    found: str = table.client().get(f"/p/{table.id}/common-ground/{rest}").content.decode()
    return found


@pytest.mark.django_db
def test_groups_across_the_sides_are_told_in_words_with_what_holds_them_together(table):
    content = counted(table, *two_peoples())
    assert content["crossing"]["reach"] == [[2, 2], [2, 2]]
    assert content["crossing"]["across"] == [[0, 1], [0, 1]]
    for held, own in zip(content["crossing"]["held"], (range(5), range(5, 10)), strict=True):
        assert held
        assert {slot for slot, agrees, *_ in held if agrees} <= set(own)
    told = page(table)
    assert told.count("It lies across these sides:") == 2
    assert "about half" in told
    assert "In the group most agree" in told
    assert "Where people of several sides vote alike" in page(table, "")


@pytest.mark.django_db
def test_no_number_of_a_side_in_a_group_stands_in_a_run(table):
    """The sums of the table are shown elsewhere; so its cells are kept as words alone."""
    content = counted(table, *two_peoples())
    assert set(content["crossing"]) == {"reach", "across", "held"}
    assert {word for row in content["crossing"]["reach"] for word in row} <= set(map(int, Reach))
    for held in content["crossing"]["held"]:
        assert all(
            len(one) == 4 and one[1] in (0, 1) and {one[2], one[3]} <= set(map(int, Leaning)) for one in held
        )
    section = page(table).split('id="across"')[1]
    words = re.sub(r"<[^>]+>", " ", section.split("</main>")[0])
    assert not re.search(r"\d+\s*%|\b\d+ (?:people|persons)", words)


@pytest.mark.django_db
def test_a_side_of_nine_keeps_the_whole_table_back(table):
    side, slots = two_peoples()
    few = [*range(60), *range(60, 69)]
    content = counted(table, [side[n] for n in few], slots[few])
    assert content["crossing"] is None
    assert "is not shown yet: it takes ten voters of every side" in page(table)


@pytest.mark.django_db
@pytest.mark.parametrize("few", [1, 3])
def test_that_one_or_three_of_a_side_stand_in_the_group_of_the_other_is_not_told(table, few):
    """Planted: one of thirty reads like none at all; three would show beside the totals, so all is withheld."""
    ours, theirs = [3] * 7 + [1] * 7, [1] * 7 + [3] * 7
    slots = np.array([ours] * (30 - few) + [theirs] * (few + 30), np.uint8)
    content = counted(table, [1] * 30 + [2] * 30, slots)
    other = consulting(statements=[f"{n}." for n in range(COUNT)])
    none = counted(other, [1] * 30 + [2] * 30, np.array([ours] * 30 + [theirs] * 30, np.uint8))
    assert none["crossing"]["reach"] == [[Reach.MOST, Reach.FEW], [Reach.FEW, Reach.MOST]]
    if few == 1:  # which of two groups of about thirty comes first is by their size
        assert content["crossing"]["reach"] == [[Reach.FEW, Reach.MOST], [Reach.MOST, Reach.FEW]]
        assert content["groups"] == none["groups"] == [30, 30]
    else:
        assert content["crossing"] is None


@pytest.mark.django_db
def test_without_declared_sides_nothing_is_said_to_lie_across_them(table):
    _, slots = two_peoples()
    content = counted(table, [0] * len(slots), slots)
    assert content["compared"] == "groups"
    assert content["crossing"] is None
    assert "Across the sides" not in page(table)


@pytest.mark.django_db
def test_the_table_stands_still_while_fewer_than_five_have_come(table):
    side, slots = two_peoples()
    before = counted(table, side, slots)
    acts.cast(process=table.id, side=[1] * 4, slots=slots[:4] * 0 + 1, by="voter", verb="votes")
    assert analysis.run(process=table.id, by="facilitator") is None
    row = AnalysisRun.unscoped.filter(process_id=table.id).order_by("-number")[0]
    assert json.loads(row.released.open(visibility.for_telling(table.id)))["crossing"] == before["crossing"]


@pytest.mark.django_db
def test_a_statement_taken_from_the_vote_holds_nothing_together_any_more(table):
    content = counted(table, *two_peoples())
    slot = content["crossing"]["held"][0][0][0]
    gone = Statement.unscoped.get(process_id=table.id, slot=slot)
    assert f"Statement {slot}." in page(table)
    acts.moderate(statement=gone.pk, to=State.REJECTED, reason="same", by=table.lead)
    assert f"Statement {slot}." not in page(table)


@pytest.mark.django_db
def test_support_that_nobody_would_have_foretold_is_named(table):
    """On 0-12 the South disagrees with nearly all; on 13 it agrees, and the North does not."""
    dice = np.random.default_rng(3)
    chance = np.concatenate([np.full((80, COUNT), 0.3), np.full((80, COUNT), 0.2)])
    chance[80:, 13], chance[:80, 13] = 0.9, 0.2
    slots = np.where(dice.random(chance.shape) < chance, 3, 1).astype(np.uint8)
    content = counted(table, [1] * 80 + [2] * 80, slots)
    assert content["unexpected"] == [[1, 13]]
    told = page(table, "")
    assert "Supported where the votes foretold otherwise" in told
    assert "Statement 13." in told
    ids = re.findall(r'\sid="([^"]+)"', told)
    assert sorted(ids) == sorted(set(ids))


@pytest.mark.django_db
def test_a_statement_may_stand_in_two_lists_of_a_page_and_is_drawn_apart(table):
    """What every side supports may surprise on two of them at once."""
    side, slots = two_peoples()
    slots[:, 0] = 3
    content = counted(table, side, slots)
    assert 0 in content["common"]
    content["unexpected"] = [[0, 0], [1, 0]]
    row = AnalysisRun.unscoped.filter(process_id=table.id).order_by("-number")[0]
    row.released = json.dumps(content)
    row.save()
    told = page(table, "")
    assert told.count("Statement 0.</blockquote>") == 3
    ids = re.findall(r'\sid="([^"]+)"', told)
    assert sorted(ids) == sorted(set(ids))


@pytest.mark.django_db
def test_a_run_of_before_tells_no_crossing_and_breaks_no_page(table):
    counted(table, *two_peoples())
    row = AnalysisRun.unscoped.filter(process_id=table.id).order_by("-number")[0]
    content = json.loads(row.released.open(visibility.for_telling(table.id)))
    for gone in ("crossing", "unexpected"):
        del content[gone]
    row.released = json.dumps(content)
    row.save()
    table.seat("observer", Role.OBSERVER)
    for rest in ("", "table/", "map/"):
        assert table.client("observer").get(f"/p/{table.id}/common-ground/{rest}").status_code == 200
