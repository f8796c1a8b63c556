"""Leave to read what is said in a room, what stands on its door, and what one's own seat answered."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.stories.table import Table, begun
from tracktwo.concerns.models import ReentryPlan
from tracktwo.dialogue.models import Room, Sitting
from tracktwo.errors import NotHere
from tracktwo.preparation.models import Intake
from tracktwo.process import visibility
from tracktwo.process.models import Side
from tracktwo.process.rules import Role, RoomKind

pytestmark = pytest.mark.django_db


@pytest.fixture
def table() -> Table:
    table = begun()
    for label, place in (("Nia", 1), ("Noor", 1), ("Sol", 2)):
        table.seat(label, Role.PARTICIPANT, place)
    table.seat("expert", Role.EXPERT)
    return table


def room(table: Table, kind: RoomKind, place: int = 0) -> Room:
    side = Side.unscoped.filter(process_id=table.id, place=place).first()
    row = Room(process_id=table.id, kind=kind, side=side)
    row.name = "By the window"
    row.save()
    return row


def test_leave_to_read_a_room_holds_that_room_and_the_sittings_given(table):
    plenary, caucus = room(table, RoomKind.PLENARY), room(table, RoomKind.CAUCUS, 1)
    mine = Sitting.unscoped.create(process_id=table.id, room=caucus, number=1)
    others = Sitting.unscoped.create(process_id=table.id, room=plenary, number=1)
    grant = visibility.in_room(table.at("Nia"), caucus, None, [mine, others])
    assert grant.scopes == {f"room:{caucus.pk}", f"sitting:{mine.pk}"}
    assert grant.process == table.id


def test_a_caucus_is_its_sides_alone_until_it_asks_somebody_in(table):
    caucus = room(table, RoomKind.CAUCUS, 1)
    for stranger in (table.at("Sol"), table.lead, table.at("expert")):
        with pytest.raises(NotHere):
            visibility.in_room(stranger, caucus, None)
        with pytest.raises(NotHere):
            visibility.at_the_room(stranger, caucus, None)
        assert visibility.in_room(stranger, caucus, True).scopes == {f"room:{caucus.pk}"}
    with pytest.raises(NotHere):
        visibility.in_room(table.at("Noor"), caucus, False)


def test_the_name_on_a_door_is_read_by_those_inside_and_no_other_name_with_it(table):
    here, there = room(table, RoomKind.CAUCUS, 1), room(table, RoomKind.CAUCUS, 2)
    grant = visibility.at_the_room(table.at("Nia"), here, None)
    assert here.name.open(grant) == "By the window"
    with pytest.raises(NotHere):
        there.name.open(grant)
    assert there.name.open(table.lead.grant)  # the worktable knows every door


def test_a_room_of_another_process_is_nobodys(table):
    elsewhere = room(begun(), RoomKind.PLENARY)
    for listed in (None, True):
        with pytest.raises(NotHere):
            visibility.in_room(table.at("Nia"), elsewhere, listed)


def test_ones_own_answers_open_to_oneself_and_open_nothing_else(table):
    rows: dict[str, tuple[Intake, ReentryPlan]] = {}
    for label in ("Nia", "Sol"):
        intake = Intake(process_id=table.id, seat_id=table.seats[label])
        intake.answers = f"the worries of {label}"
        plan = ReentryPlan(process_id=table.id, seat_id=table.seats[label])
        plan.answers = f"what {label} will say at home"
        intake.save()
        plan.save()
        rows[label] = (intake, plan)
    nia = table.at("Nia")
    pairs: list[tuple[Any, Any]] = list(zip(rows["Nia"], rows["Sol"], strict=True))
    for mine, other in pairs:
        grant = visibility.own_answers(nia, mine)
        assert "Nia" in mine.answers.open(grant)
        with pytest.raises(NotHere):
            other.answers.open(grant)
        with pytest.raises(NotHere):
            mine.answers.open(nia.grant)
        with pytest.raises(NotHere):
            visibility.own_answers(nia, other)
    assert rows["Nia"][0].answers.open(table.lead.grant)
    with pytest.raises(NotHere):
        rows["Nia"][0].answers.open(table.at("expert").grant)  # an intake is for the facilitators


def test_ones_own_answers_in_another_process_are_not_here(table):
    row = Intake(process_id=uuid.uuid4(), seat_id=table.seats["Nia"])
    with pytest.raises(NotHere):
        visibility.own_answers(table.at("Nia"), row)
