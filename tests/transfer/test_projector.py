"""On the wall: large, asking anew by itself, without a name and without a count."""

from __future__ import annotations

import re

import pytest

from tests.transfer.tables import heard, on_the_table
from tracktwo.preparation import acts as preparation
from tracktwo.process.models import Seat
from tracktwo.statements import acts as statement_acts
from tracktwo.statements.models import Statement
from tracktwo.statements.rules import Manner

pytestmark = pytest.mark.django_db
SEATS = ("nia", "noor", "nadir", "nour", "sol", "sam", "sara", "salma", "voter", "Facilitator")


def wall(table, view: str) -> str:
    answer = table.client().get(f"/p/{table.id}/projector/{view}/")
    assert answer.status_code == 200
    shown = str(answer.content.decode())
    assert '<meta http-equiv="refresh" content="20">' in shown
    assert "<nav" not in shown and "page-head" not in shown
    assert not [label for label in SEATS if re.search(rf"\b{label}\b", shown)]
    assert not [pk for pk in Seat.unscoped.values_list("pk", flat=True) if str(pk) in shown]
    return shown


def asked(table):
    return list(Statement.unscoped.filter(process_id=table.id).order_by("slot").values_list("pk", flat=True))


def test_needs_and_fears_with_by_whom_they_were_heard(table):
    assert "Nothing has been put to the table yet." in wall(table, "needs")
    heard(table, on_the_table(table, "nia", "Water in a dry year."), by="sol", owner="noor")
    on_the_table(table, "sol", "That it floods.", kind="fear")
    shown = wall(table, "needs")
    assert "Water in a dry year." in shown and "heard by B" in shown and "not yet by A" in shown


def test_a_wall_without_room_for_all_shows_what_is_unheard_first(table):
    heard(table, on_the_table(table, "nia", "Heard already."), by="sol", owner="noor")
    for number in range(6):
        on_the_table(table, "nia", f"Unheard {number}.")
    shown = wall(table, "needs")
    assert "Heard already." not in shown and "and 1 more" in shown


def test_statements_as_many_as_a_room_can_read(table):
    for number in range(7):
        table.statement(f"Statement {number}.")
    shown = wall(table, "statements")
    assert "We share the river." in shown and "and 2 more" in shown
    assert shown.count('class="wall-line"') == 8


@pytest.mark.parametrize("manner", list(Manner))
def test_a_joint_round_shows_words_only_once_it_has_ended_and_neither_names_nor_counts(table, manner):
    assert "no joint round yet" in wall(table, "round")
    for side in table.sides:
        row = statement_acts.open_round(
            statements=asked(table), manner=Manner.HANDS, side=side.pk, by=table.lead
        )
        statement_acts.end_round(round=row.pk, by=table.lead)
    assert "no joint round yet" in wall(table, "round")
    row = statement_acts.open_round(statements=asked(table), manner=manner, by=table.lead)
    for label in SEATS[:8]:
        statement_acts.answer_round(round=row.pk, answers={asked(table)[0]: "agree"}, by=table.at(label))
    shown = wall(table, "round")
    assert "Still open" in shown and "nearly all" not in shown
    statement_acts.end_round(round=row.pk, by=table.lead)
    shown = wall(table, "round")
    assert shown.count("nearly all") == 2
    assert "too few answers to tell" in shown
    assert "agree" not in re.sub(r"How many agree, in words.", "", shown)


def test_the_clock_of_the_agenda(table):
    assert "There is no agenda yet." in wall(table, "clock")
    preparation.write_agenda(
        text="place: Port Hale\nhours: UTC+2\n\n# Day one | 09:00\n60 Opening\n", by=table.lead
    )
    assert re.search(r'<p class="wall-hour" dir="ltr">\d\d:\d\d</p>', wall(table, "clock"))


def test_a_view_that_is_not_there_and_a_reader_who_is_not_on_the_panel(table):
    assert table.client().get(f"/p/{table.id}/projector/names/").status_code == 404
    assert table.client("nia").get(f"/p/{table.id}/projector/needs/").status_code == 404
