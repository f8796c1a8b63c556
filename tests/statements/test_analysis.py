"""Counting: gated, numbered, immutable, the same after a restart; and among few a single result."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from tests.stories.table import Table, at_once, begun, consulting
from tracktwo.process import acts as process_acts
from tracktwo.process import visibility
from tracktwo.process.phases import Phase
from tracktwo.record import acts as record
from tracktwo.statements import acts, analysis
from tracktwo.statements.models import AnalysisRun, Statement
from tracktwo.statements.rules import State
from tracktwo.statements.standing import Standing, gathered
from tracktwo.vault import keys

pytestmark = pytest.mark.django_db
COUNT = 8


@pytest.fixture
def table() -> Table:
    return consulting(statements=[f"Statement {n}." for n in range(COUNT)])


def vote(table: Table, *people: tuple[int, list[int]]) -> None:
    """Ballots of people without a seat: the place of their side, and their codes (1 disagree, 2 pass, 3 agree)."""
    slots = np.array([codes for _, codes in people], np.uint8)
    acts.cast(process=table.id, side=[side for side, _ in people], slots=slots, by="voter", verb="votes")


def crowd(side: int, n: int, *, agree: int, of: int | None = None) -> list[tuple[int, list[int]]]:
    """n people of a side; `agree` of them agree with everything, the others disagree."""
    return [(side, [3 if person < agree else 1] * (of or COUNT)) for person in range(n)]


def run(table: Table) -> AnalysisRun | None:
    return analysis.run(process=table.id, by="facilitator")


def told(table: Table) -> dict[str, Any]:
    """What the newest run released."""
    row = AnalysisRun.unscoped.filter(process_id=table.id).order_by("-number").first()
    assert row is not None
    content: dict[str, Any] = json.loads(row.released.open(visibility.for_telling(table.id)))
    return content


def released(table: Table, standing: Standing) -> dict[str, Any]:
    """What a count of exactly these ballots would release."""
    question = analysis._question(table.id)
    moved = np.full(9, len(standing.ids))
    return analysis.release(analysis._reckoned(standing, question), question, told=None, moved=moved)


def raw(table: Table) -> list[tuple[Any, ...]]:
    return list(
        AnalysisRun.unscoped.filter(process_id=table.id).order_by("number").values_list(
            "number", "input_hash", "seed", "version", "released", "counted"
        )
    )  # fmt: skip


# --- runs -----------------------------------------------------------------------------------------


def test_runs_are_numbered_and_never_change(table):
    vote(table, *crowd(1, 20, agree=18), *crowd(2, 20, agree=17))
    first = run(table)
    assert first is not None
    before = raw(table)
    vote(table, *crowd(1, 10, agree=0))
    second = run(table)
    assert second is not None
    assert (first.number, second.number) == (1, 2)
    assert raw(table)[:1] == before
    assert [line.verb for line in record.entries(table.id)][:3] == ["analysis 2", "votes", "analysis 1"]


def test_with_nothing_new_there_is_no_new_run(table):
    assert run(table) is None
    vote(table, *crowd(1, 20, agree=18), *crowd(2, 20, agree=17))
    assert run(table) is not None
    assert run(table) is None
    assert AnalysisRun.unscoped.count() == 1


def test_the_same_votes_give_the_same_bytes_after_a_restart_too(table):
    dice = np.random.default_rng(5)
    people = [(int(side), dice.integers(0, 4, COUNT).tolist()) for side in dice.integers(1, 3, 80)]
    vote(table, *people)
    standing = gathered(table.id)
    first = json.dumps(released(table, standing))
    run(table)
    kept = told(table)
    keys.forget()  # as after a restart
    assert json.dumps(released(table, standing)) == first
    again = Standing.unpacked(standing.packed())
    assert again.packed() == standing.packed()
    assert json.loads(first) == kept


def test_the_order_of_ballots_does_not_matter(table):
    dice = np.random.default_rng(6)
    vote(table, *[(int(s), dice.integers(0, 4, COUNT).tolist()) for s in dice.integers(1, 3, 60)])
    standing = gathered(table.id)
    order = dice.permutation(len(standing.ids))
    shuffled = standing.of(order)
    figures = [released(table, one)["figures"] for one in (standing, shuffled)]
    assert figures[0] == figures[1]


@pytest.mark.django_db(transaction=True)
def test_counts_at_the_same_moment_are_one_run():
    table = consulting(statements=[f"{n}." for n in range(COUNT)])
    vote(table, *crowd(1, 20, agree=18), *crowd(2, 20, agree=17))
    came = at_once(*[lambda: run(table)] * 3)
    assert not [one for one in came if isinstance(one, Exception)], came
    assert [row[0] for row in raw(table)] == [1]


# --- the gate -------------------------------------------------------------------------------------


def test_fewer_than_ten_of_a_side_show_nothing(table):
    vote(table, *crowd(1, 9, agree=9), *crowd(2, 9, agree=9))
    run(table)
    assert told(table)["kind"] == "nothing"
    assert not np.any(np.array(told(table)["figures"]["withheld"]) == 0)
    assert told(table)["common"] == []


def test_with_four_more_voters_no_figure_moves_and_with_the_fifth_they_do(table):
    vote(table, *crowd(1, 20, agree=19), *crowd(2, 20, agree=19))
    run(table)
    before = told(table)
    for number in range(4):
        vote(table, *crowd(1, 1, agree=0))
        run(table)
        assert told(table)["figures"] == before["figures"], number
        assert told(table)["common"] == before["common"]
    vote(table, *crowd(1, 1, agree=0))
    assert run(table) is not None
    assert told(table)["figures"] != before["figures"]


def test_the_gate_of_one_side_does_not_move_the_figures_of_the_other(table):
    vote(table, *crowd(1, 20, agree=19), *crowd(2, 20, agree=19))
    run(table)
    before = told(table)["figures"]
    vote(table, *crowd(1, 15, agree=0), *crowd(2, 4, agree=0))
    run(table)
    after = told(table)["figures"]
    for name in ("members", "withheld", "answered", "agree", "disagree", "passed", "percent", "band"):
        assert before[name][1] == after[name][1], name
    assert before["percent"][0] != after["percent"][0] or before["band"][0] != after["band"][0]


def test_people_who_change_their_votes_wait_for_the_gate_too():
    table = consulting(statements=[f"{n}." for n in range(2)], voters=12)
    rows = list(Statement.unscoped.filter(process_id=table.id))

    def all_vote(labels: list[str], what: str) -> None:
        for label in labels:
            for row in rows:
                acts.vote(statement=row.pk, vote=what, by=table.at(label))

    all_vote(list(table.seats), "agree")
    run(table)
    before = told(table)["figures"]
    all_vote([f"a{n}" for n in range(1, 5)], "disagree")
    run(table)
    assert told(table)["figures"] == before
    all_vote(["a5"], "disagree")
    assert run(table) is not None
    assert told(table)["figures"] != before


# --- statements that leave ------------------------------------------------------------------------


def test_a_rejected_statement_leaves_the_figures(table):
    vote(table, *crowd(1, 20, agree=19), *crowd(2, 20, agree=19))
    run(table)
    assert 3 in told(table)["common"]
    gone = Statement.unscoped.get(process_id=table.id, slot=3)
    acts.moderate(statement=gone.pk, to=State.REJECTED, reason="same", by=table.lead)
    vote(table, *crowd(1, 5, agree=5), *crowd(2, 5, agree=5))
    run(table)
    after = told(table)
    assert 3 not in after["common"] + after["ranked"] + after["traps"] + after["minorities"]
    assert 3 not in after["liked"]
    assert all(side[3] != 0 for side in after["figures"]["withheld"])


def test_on_the_pages_a_rejected_statement_is_gone_at_once_and_the_next_moves_up(table):
    vote(table, *crowd(1, 20, agree=19), *crowd(2, 20, agree=19))
    run(table)
    top = told(table)["common"]
    assert len(top) == COUNT
    gone = Statement.unscoped.get(process_id=table.id, slot=top[0])
    acts.moderate(statement=gone.pk, to=State.REJECTED, reason="same", by=table.lead)
    page = table.client().get(f"/p/{table.id}/common-ground/").content.decode()
    assert f"Statement {top[0]}." not in page
    for slot in top[1:6]:
        assert f"Statement {slot}." in page


# --- sides, groups, everybody ---------------------------------------------------------------------


def test_what_each_side_supports_is_told_apart(table):
    ours = [3] * 4 + [1] * 4
    theirs = [3] * 2 + [1] * 2 + [3] * 2 + [1] * 2
    vote(table, *[(1, ours)] * 30, *[(2, theirs)] * 30)
    run(table)
    content = told(table)
    assert content["compared"] == "sides"
    assert sorted(content["common"]) == [0, 1]
    assert content["liked"][0] in (2, 3)
    assert content["liked"][1] in (4, 5)


def test_without_declared_sides_the_groups_found_are_compared(table):
    vote(table, *[(0, [3] * 4 + [1] * 4)] * 30, *[(0, [1] * 4 + [3] * 4)] * 30)
    run(table)
    assert told(table)["compared"] == "groups"
    assert told(table)["groups"] == [30, 30]
    assert told(table)["liked"] == []


def test_a_map_is_drawn_from_thirty_voters_on(table):
    vote(table, *[(1, [3] * 4 + [1] * 4)] * 14, *[(2, [1] * 4 + [3] * 4)] * 14)
    run(table)
    assert told(table)["map"] == []
    vote(table, *[(1, [3] * 4 + [1] * 4)] * 10, *[(2, [1] * 4 + [3] * 4)] * 10)
    run(table)
    cells = told(table)["map"]
    assert cells
    assert all(people >= 5 and people % 5 == 0 for _, _, people, _ in cells)


def test_where_voters_answered_little_the_two_ends_of_a_line_are_shown_and_that_is_said(table):
    """Two votes of eight each; with all eight the groups are those of the map, and nothing is said of a line."""
    dice, said = np.random.default_rng(3), "the ends of the one line along which opinions differ most"
    whole = [[3] * 4 + [1] * 4] * 40 + [[1] * 4 + [3] * 4] * 40
    little = [
        [vote if slot in dice.choice(8, 2, replace=False) else 0 for slot, vote in enumerate(row)]
        for row in whole
    ]
    vote(table, *[(0, row + [0] * (COUNT - 8)) for row in little])
    run(table)
    assert told(table)["on_line"] and len(told(table)["groups"]) == 2
    assert said in table.client().get(f"/p/{table.id}/common-ground/map/").content.decode()
    vote(table, *[(0, row + [0] * (COUNT - 8)) for row in whole])
    run(table)
    assert not told(table)["on_line"] and told(table)["groups"]
    assert said not in table.client().get(f"/p/{table.id}/common-ground/map/").content.decode()


def test_of_groups_too_small_to_be_shown_nothing_is_said_at_all(table):
    asked = [[slot in (who % 8, (who + 3) % 8) for slot in range(8)] for who in range(16)]
    vote(table, *[(1, [(3 if who < 8 else 1) * one for one in row]) for who, row in enumerate(asked)])
    run(table)
    assert told(table)["groups"] == [] and told(table)["on_line"] is False


def test_counts_are_multiples_of_five(table):
    dice = np.random.default_rng(9)
    vote(table, *[(int(s), dice.integers(0, 4, COUNT).tolist()) for s in dice.integers(1, 3, 67)])
    run(table)
    figures = told(table)["figures"]
    for name in ("members", "answered", "agree", "disagree", "passed"):
        values = np.array(figures[name])
        assert np.all((values == -1) | (values % 5 == 0)), name


# --- among few ------------------------------------------------------------------------------------


def small(voters: int = 5) -> Table:
    """A table at which everybody agrees with the first statement and the second side alone with the second."""
    table = consulting(statements=["Shared.", "Split."], voters=voters)
    first, second = Statement.unscoped.filter(process_id=table.id).order_by("slot")
    for label in table.seats:
        acts.vote(statement=first.pk, vote="agree", by=table.at(label))
        acts.vote(
            statement=second.pk, vote="agree" if label.startswith("b") else "disagree", by=table.at(label)
        )
    return table


def test_among_few_nothing_is_told_while_votes_are_open():
    table = small()
    run(table)
    assert told(table)["kind"] == "nothing"


def test_among_few_one_result_is_told_at_closing():
    table = small()
    process_acts.step(to=Phase.DRAFTING, by=table.lead)
    run(table)
    content = told(table)
    assert content["kind"] == "sealed round"
    assert set(content) == {"kind", "compared", "sides", "together"}
    assert np.array(content["sides"]).shape == (2, 2)
    assert content["sides"][0][0] == content["sides"][1][0] != 0
    assert content["sides"][0][1] != content["sides"][1][1]


def test_a_side_of_three_is_told_only_together_with_the_others():
    table = small(voters=3)
    process_acts.step(to=Phase.DRAFTING, by=table.lead)
    run(table)
    assert told(table)["sides"] == [[0, 0], [0, 0]]
    assert all(told(table)["together"])


def test_a_sealed_round_is_told_once():
    """The difference of two results would tell who changed a vote in between."""
    table = small()
    process_acts.step(to=Phase.DRAFTING, by=table.lead)
    run(table)
    before = told(table)
    process_acts.step(to=Phase.CONSULTING, by=table.lead)
    row = Statement.unscoped.get(process_id=table.id, slot=1)
    for label in table.seats:
        acts.vote(statement=row.pk, vote="pass", by=table.at(label))
    process_acts.step(to=Phase.DRAFTING, by=table.lead)
    assert run(table) is None
    assert told(table) == before
    assert AnalysisRun.unscoped.count() == 1


def test_closing_without_a_single_vote_is_no_fault():
    for table in (consulting(statements=["One."], voters=2), consulting(voters=2), begun()):
        if table.lead.phase is Phase.CONSULTING:
            process_acts.step(to=Phase.DRAFTING, by=table.lead)
        assert run(table) is None
        for name in ("common-ground", "common-ground/table", "common-ground/map"):
            assert table.client().get(f"/p/{table.id}/{name}/").status_code == 200


def test_where_figures_were_shown_closing_tells_no_sealed_round(table):
    vote(table, *crowd(1, 20, agree=19), *crowd(2, 20, agree=19))
    run(table)
    process_acts.step(to=Phase.DRAFTING, by=table.lead)
    run(table)
    assert told(table)["kind"] == "figures"


# --- what is kept ---------------------------------------------------------------------------------


def test_who_was_counted_is_opened_for_counting_alone(table):
    vote(table, *crowd(1, 20, agree=19))
    run(table)
    row = AnalysisRun.unscoped.get(process_id=table.id)
    for grant in (table.lead.grant, visibility.for_telling(table.id)):
        with pytest.raises(Exception, match="not available"):
            row.counted.open_bytes(grant)
    assert len(row.input_hash) == 64


def test_the_hash_of_a_run_is_of_its_process(table):
    other = consulting(statements=[f"Statement {n}." for n in range(COUNT)])
    for one in (table, other):
        vote(one, *crowd(1, 20, agree=19))
        run(one)
    assert len({row.input_hash for row in AnalysisRun.unscoped.all()}) == 2
