"""A table at which there is something to print, to type in, to show and to brief about."""

from __future__ import annotations

from typing import Any

from tests.stories.table import Table, begun
from tracktwo.concerns import acts as concerns
from tracktwo.concerns.rules import Voiced
from tracktwo.preparation import acts as preparation
from tracktwo.process.phases import Phase
from tracktwo.process.rules import Role

LABELS = {1: ("nia", "noor", "nadir", "nour"), 2: ("sol", "sam", "sara", "salma")}


def sat_down(*names: str, phase: Phase = Phase.CONSULTING, **more: Any) -> Table:
    table = begun(*names, **more)
    for place, labels in LABELS.items():
        for label in labels:
            table.seat(label, Role.PARTICIPANT, place, official=label == "sam")
    table.seat("voter", Role.VOTER, 1)
    table.go_to(phase)
    for text in ("We share the river.", "The dam comes down.", "Children may visit."):
        table.statement(text)
    return table


def on_the_table(table: Table, label: str, text: str, kind: str = "need") -> Any:
    """A concern typed in from paper for a seat, and put to the table."""
    return concerns.put_from_paper(
        kind=kind, text=text, on_behalf_of=table.seats[label], by=table.lead, to=Voiced.TABLE
    )


def heard(table: Table, concern: Any, by: str, owner: str) -> None:
    """Somebody of another side restates it, and its owner says heard."""
    said = concerns.restate(concern=concern.pk, text="As we understand it.", by=table.at(by))
    concerns.say_heard(restatement=said.pk, by=table.at(owner))


def risk(table: Table, text: str, likelihood: str, severity: str, seat: str = "") -> None:
    about = {"likelihood": likelihood, "severity": severity, "measure": "", "owner": ""}
    preparation.note_risk(
        text=text, about=about | ({"seat": str(table.seats[seat])} if seat else {}), by=table.lead
    )
