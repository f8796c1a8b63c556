"""Votes that may not be people's: the panel's facilitators read of them, from the stored run, and nobody else does."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.stories.table import Table, consulting
from tracktwo.errors import NotHere
from tracktwo.process import visibility
from tracktwo.process.rules import Role
from tracktwo.statements import acts, analysis, results
from tracktwo.statements.models import AnalysisRun, Statement
from tracktwo.statements.standing import Standing

pytestmark = pytest.mark.django_db
COUNT = 24
HEADING = "Votes that may not be people's"
POINTER = "Some votes may not be people's"


def crowd(bots: int) -> tuple[list[int], NDArray[np.uint8]]:
    """Two sides of 60 on 24 statements; every side supports the first six; copies of one ballot say the opposite."""
    rng = np.random.default_rng(11)
    chance = np.stack([rng.uniform(0.15, 0.85, COUNT) for _ in range(2)])
    chance[:, :6] = 0.85
    side = np.repeat([1, 2], 60)
    table = np.where(rng.random((120, COUNT)) < chance[side - 1], 3, 1)
    table[rng.random(table.shape) < 0.1] = 2
    copies = np.tile(np.where(np.arange(COUNT) < 6, 1, rng.choice([1, 3], COUNT)), (bots, 1))
    copies[:, 7] = np.where(np.arange(bots) % 9, copies[:, 7], 2)
    return [*side.tolist(), *[1] * bots], np.concatenate([table, copies]).astype(np.uint8)


def counted(bots: int, people: int = 120) -> tuple[Table, AnalysisRun]:
    table = consulting(statements=[f"Statement {n}." for n in range(COUNT)], voters=1)
    side, slots = crowd(bots)
    side, slots = side[-people - bots :], slots[-people - bots :]
    acts.cast(process=table.id, side=side, slots=slots, by="voter", verb="votes")
    run = analysis.run(process=table.id, by="facilitator")
    assert run is not None
    return table, AnalysisRun.unscoped.get(pk=run.pk)


def kept(table: Table, run: AnalysisRun) -> dict[str, Any]:
    assert run.suspected is not None
    content: dict[str, Any] = json.loads(run.suspected.open(table.lead.grant))
    return content


def page(table: Table, rest: str, label: str = "") -> str:
    answer = table.client(label).get(f"/p/{table.id}/common-ground/{rest}")
    assert answer.status_code == 200
    body: str = answer.content.decode()
    return body


@pytest.fixture
def everybody() -> Table:
    """A process with a wave, and with somebody of each kind."""
    table, _ = counted(45)
    for role in (
        Role.CO_FACILITATOR,
        Role.EXPERT,
        Role.RAPPORTEUR,
        Role.OBSERVER,
        Role.EVALUATOR,
        Role.INTERPRETER,
    ):
        table.seat(str(role), role)
    for label in ("a1", "b1"):
        for row in Statement.unscoped.filter(process_id=table.id).order_by("slot")[:7]:
            acts.vote(statement=row.pk, vote="pass", by=table.at(label))
    return table


def test_a_wave_is_kept_with_the_run_rounded_and_with_what_it_changes():
    table, run = counted(43)
    content = kept(table, run)
    assert content["waves"] == [["copied", 45]]
    assert set(content["without"]) > set(content["everybody"])
    assert set(content["without"]) >= set(range(6))


def test_the_figures_count_everybody():
    table, run = counted(45)
    told = json.loads(run.released.open(visibility.for_telling(table.id)))
    assert told["figures"]["members"] == [105, 60]


def test_facilitators_read_of_it_on_the_table_and_are_led_there(everybody):
    for label in ("", str(Role.CO_FACILITATOR)):
        told = page(everybody, "table/", label)
        assert HEADING in told
        assert "About 45 voters: their ballots are near copies of one another." in told
        assert "Nobody is taken out" in told
        assert "Only facilitators see this." in told
        assert POINTER in page(everybody, "", label)


def test_nobody_else_reads_of_it(everybody):
    others = [
        "a1",
        "b1",
        *map(str, (Role.EXPERT, Role.RAPPORTEUR, Role.OBSERVER, Role.EVALUATOR, Role.INTERPRETER)),
    ]
    for label in others:
        for rest in ("", "table/", "map/"):
            told = page(everybody, rest, label)
            assert HEADING not in told and POINTER not in told and "near copies" not in told, label
        assert results.suspected(everybody.at(label)) is None


def test_it_opens_with_the_grant_of_the_panel_alone(everybody):
    run = AnalysisRun.unscoped.get(process_id=everybody.id)
    assert run.suspected is not None
    grants = [everybody.at(label).grant for label in ("a1", "b1", "observer", "evaluator", "interpreter")]
    for grant in (*grants, visibility.for_telling(everybody.id), visibility.for_counting(everybody.id)):
        with pytest.raises(NotHere):
            run.suspected.open(grant)


def test_what_is_kept_comes_again_from_the_ballots_kept_beside_it():
    """The same votes and the same seed, after a restart too."""
    table, run = counted(45)
    standing = Standing.unpacked(run.counted.open_bytes(visibility.for_counting(table.id)))
    again = analysis.suspected(analysis._reckoned(standing, analysis._question(table.id)))
    assert json.loads(json.dumps(again)) == kept(table, run)


def test_a_wave_of_fewer_than_ten_is_told_without_its_number_and_without_lists():
    """Two lists differ by those who were left out; with few left out that would tell how they voted."""
    table, run = counted(8)
    content = kept(table, run)
    assert content["waves"] == [["copied", 0]]
    assert (content["everybody"], content["without"]) == (None, None)
    told = page(table, "table/")
    assert "Fewer than ten voters: their ballots are near copies of one another." in told
    assert "They are too few to compare" in told
    assert "Without them" not in told


def test_where_nothing_is_suspected_nothing_is_said():
    table, run = counted(0)
    assert kept(table, run) == {"looked": True, "waves": []}
    assert HEADING not in page(table, "table/")
    assert POINTER not in page(table, "")


def test_among_few_nothing_is_looked_for():
    table, run = counted(0, people=40)
    assert kept(table, run) == {"looked": False, "waves": []}


def test_among_ballots_that_are_much_alike_by_nature_nothing_is_looked_for():
    """On four statements there are few ways to vote: people are alike without copying."""
    table = consulting(statements=[f"{n}." for n in range(4)])
    slots = np.random.default_rng(2).choice([1, 3], (90, 4)).astype(np.uint8)
    acts.cast(process=table.id, side=[1, 2] * 45, slots=slots, by="voter", verb="votes")
    run = analysis.run(process=table.id, by="facilitator")
    assert run is not None
    assert kept(table, AnalysisRun.unscoped.get(pk=run.pk)) == {"looked": False, "waves": []}


def test_a_run_of_before_is_read_without_it(everybody):
    AnalysisRun.unscoped.filter(process_id=everybody.id).update(suspected=None)
    assert HEADING not in page(everybody, "table/")


def test_a_door_left_open_to_the_whole_panel_would_be_found(everybody, monkeypatch):
    """The grant of the panel opens it; that only facilitators read it, the pages see to."""
    monkeypatch.setattr("tracktwo.process.seated.Seated.facilitates", property(lambda seat: seat.on_panel))
    assert HEADING in page(everybody, "table/", str(Role.EXPERT))
    assert HEADING not in page(everybody, "table/", str(Role.OBSERVER))
