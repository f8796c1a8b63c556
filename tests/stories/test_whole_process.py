"""A whole process in act calls: two sides that do not trust each other, from the first talk to a page and to silence."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tests.stories.table import RULES, Table, begun
from tracktwo.errors import NotHere, Refusal
from tracktwo.process import acts as process_acts
from tracktwo.process import visibility
from tracktwo.process.models import Process
from tracktwo.process.phases import Phase
from tracktwo.process.rules import Role
from tracktwo.record import acts as record
from tracktwo.statements import acts, analysis, closure
from tracktwo.statements.models import AnalysisRun, Statement
from tracktwo.statements.rules import State
from tracktwo.transfer import acts as transfer_acts
from tracktwo.transfer.acts import Frame
from tracktwo.transfer.models import Line, Paper
from tracktwo.vault import keys

pytestmark = pytest.mark.django_db

SHARED = [
    "No village should go without water.",
    "Gauges should be read together.",
    "The old graves stay untouched.",
]
NORTHERN = ["The dam fills as it was planned.", "Power comes first."]
SOUTHERN = ["The delta gets its flood each year."]
WRITTEN_BY_SOL = "Fishing boats may cross by day."


@pytest.fixture
def table() -> Table:
    """Talks with each side; seats taken with codes from printed slips; rules that everybody assents to."""
    table = begun("North", "South")
    for label, place in (("Nia", 1), ("Noor", 1), ("Sol", 2), ("Sam", 2)):
        table.seat(label, Role.PARTICIPANT, place)
    for label, place in (("farmer", 1), ("miller", 2)):
        table.seat(label, Role.VOTER, place)
    table.seat("rapporteur", Role.RAPPORTEUR)
    process_acts.step(to=Phase.TALKS, by=table.lead)
    return table


def convened(table: Table) -> None:
    first = process_acts.write_ground_rules(text=RULES, by=table.lead)
    process_acts.assent(version=first.pk, by=table.at("Nia"))
    process_acts.review_risk(by=table.lead)
    second = process_acts.write_ground_rules(
        text=f"{RULES} Nobody is quoted.", by=table.lead
    )  # Sol had asked
    with pytest.raises(Refusal, match="have not assented"):
        process_acts.step(to=Phase.CONVENING, by=table.lead)
    for seat in (table.lead, *map(table.at, ("Nia", "Noor", "Sol", "Sam", "rapporteur"))):
        process_acts.assent(version=second.pk, by=seat)
    for phase in (Phase.CONVENING, Phase.CONSULTING):
        process_acts.step(to=phase, by=table.lead)


def consulted(table: Table) -> list[Statement]:
    """The panel's statements, one of Sol's, one that names a person; the wider circle votes."""
    rows = [table.statement(text) for text in (*SHARED, *NORTHERN, *SOUTHERN)]
    sol = acts.write(text=WRITTEN_BY_SOL, language="en", by=table.at("Sol"))
    bad = acts.write(text="Nia's brother should resign.", language="en", by=table.at("Sam"))
    acts.moderate(statement=sol.pk, to=State.OPEN, by=table.lead)
    acts.moderate(statement=bad.pk, to=State.REJECTED, reason="person", by=table.lead)
    north, south = [3, 3, 3, 3, 3, 1, 3], [3, 3, 3, 1, 1, 3, 3]
    dice = np.random.default_rng(3)
    slots = np.array([north] * 40 + [south] * 30, np.uint8)
    slots[dice.random(slots.shape) < 0.08] = 2  # some pass here and there
    acts.cast(
        process=table.id, side=[1] * 40 + [2] * 30, slots=slots, by="voter", verb="votes of the wider circle"
    )
    for label, kind in (("farmer", north), ("miller", south)):
        for row, code in zip([*rows, sol], kind, strict=True):
            acts.vote(statement=row.pk, vote={1: "disagree", 2: "pass", 3: "agree"}[code], by=table.at(label))
    analysis.run(process=table.id, by="facilitator")
    return [*rows, Statement.unscoped.get(pk=sol.pk)]


def test_two_sides_find_what_they_could_both_say_and_leave_with_a_page(table):
    convened(table)
    rows = consulted(table)
    told = json.loads(AnalysisRun.unscoped.get(process_id=table.id).released.open(table.at("farmer").grant))
    assert sorted(told["common"]) == [0, 1, 2, 6]  # the three shared ones, and Sol's
    assert told["liked"][0] in (3, 4)
    assert told["liked"][1] == 5
    process_acts.step(to=Phase.DRAFTING, by=table.lead)
    with pytest.raises(Refusal, match="Votes are not open"):
        acts.vote(statement=rows[0].pk, vote="disagree", by=table.at("farmer"))
    frame = Frame("What could be said", "This page has no author.", "It binds nobody.")
    chosen = [rows[slot].pk for slot in (0, 1, 2, 6, 3)]
    paper = transfer_acts.draft(frame=frame, language="en", statements=chosen, by=table.lead)
    lines = Line.unscoped.filter(paper=paper).order_by("place")
    assert [line.text.open(table.lead.grant) for line in lines if line.released] == [*SHARED, WRITTEN_BY_SOL]
    assert [line.text.open(table.lead.grant) for line in lines if not line.released] == [NORTHERN[0]]
    assert Paper.objects.seen_by(table.at("rapporteur")).count() == 1
    for label in ("Nia", "farmer"):
        assert not Paper.objects.seen_by(table.at(label)).exists()
        with pytest.raises(NotHere):
            paper.heading.open(table.at(label).grant)
    with pytest.raises(Refusal):
        process_acts.step(to=Phase.FOLLOW_UP, by=table.lead)
    for phase in (Phase.TRANSFER, Phase.FOLLOW_UP):
        process_acts.step(to=phase, by=table.lead)


def test_nothing_that_was_written_outlives_the_erasure_of_a_process(table):
    convened(table)
    consulted(table)
    head = record.verify(table.id)
    closure.close(by=table.lead)
    after = record.verify(table.id, anchor=(head.length, head.head))
    assert after.holds
    assert after.length > head.length
    assert table.at("farmer").pseudonym("ballot") == b""
    leads = table.lead.grant
    receipt = process_acts.erase(process=table.id, by="administrator")
    assert len(receipt) == 32
    row = Process.unscoped.get(pk=table.id)
    for sealed, grant in ((row.cover_title, visibility.at_the_door(table.id)), (row.title, leads)):
        with pytest.raises(Refusal, match="key to this was destroyed"):
            sealed.open(grant)
    with pytest.raises(NotHere):
        visibility.take_seat(table.person, table.id)
    assert not keys.keystore().holds(table.id)


def test_the_record_of_a_process_tells_what_was_done_and_never_by_whom(table):
    convened(table)
    consulted(table)
    lines = record.entries(table.id)
    assert record.verify(table.id).holds
    assert {line.role for line in lines} <= {role.value for role in Role} | {"convenor"}
    words = " ".join(line.verb for line in lines)
    for secret in ("Nia", "Sol", "water", "dam", "vote on", "agree"):
        assert secret not in words
    assert words.count("assent to ground rules") == 7
    assert "write a statement" not in [line.verb for line in lines if line.role == "participant"]
