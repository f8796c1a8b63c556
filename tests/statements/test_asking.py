"""Which statement a voter is asked next: prepared by the count, the same at each visit, and explained."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from django.db import transaction

from tracktwo.engines.opinion.routing import Reason, Routing
from tracktwo.errors import NotHere
from tracktwo.learn import scenarios
from tracktwo.learn.scenarios import Begun
from tracktwo.process import visibility
from tracktwo.process.models import Seat
from tracktwo.process.rules import Role
from tracktwo.process.seated import Seated
from tracktwo.statements import acts, asking
from tracktwo.statements.models import AnalysisRun, Statement
from tracktwo.statements.rules import State
from tracktwo.vault import keys

LATE = 28  # the slot of the demo's late statement, which three people have answered

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("asking")]  # begun once


@pytest.fixture(scope="module")
def begun(django_db_setup: None, django_db_blocker: Any) -> Iterator[Begun]:
    """The demo. What a test changes is taken back with the test."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield scenarios.load_and_begin("orsel")
        transaction.set_rollback(True)
    keys.forget()


@pytest.fixture
def farmer(begun: Begun) -> Seated:
    row = Seat.unscoped.select_related("process", "side").get(pk=begun.seats["meresh-farmer"])
    return visibility.seated(row)


def slots(seat: Seated) -> list[int]:
    rows = Statement.unscoped.filter(process_id=seat.process, state=State.OPEN)
    return [slot for slot in rows.values_list("slot", flat=True) if slot is not None]


def test_the_next_statement_is_the_same_until_it_is_voted_on(farmer: Seated) -> None:
    first = asking.next_for(farmer, slots(farmer), [])
    assert first is not None and first.slot in slots(farmer)
    assert asking.next_for(farmer, slots(farmer), []) == first
    following = asking.next_for(farmer, slots(farmer), [first.slot])
    assert following is not None and following.slot != first.slot


def test_every_statement_is_asked_once_and_then_none(farmer: Seated) -> None:
    answered: list[int] = []
    while asked := asking.next_for(farmer, slots(farmer), answered):
        assert asked.slot not in answered and asked.why in asking.WHY.values()
        answered.append(asked.slot)
    assert sorted(answered) == sorted(slots(farmer))


def test_who_has_no_side_is_not_told_of_one(farmer: Seated) -> None:
    sided, without = (
        {asked.why for many in range(25) if (asked := _asked(seat, many))}
        for seat in (farmer, replace(farmer, side_place=0))
    )
    assert asking.WHY[Reason.CLOSE] in sided and asking.OF_NO_SIDE not in sided
    assert asking.OF_NO_SIDE in without and asking.WHY[Reason.CLOSE] not in without


def _asked(seat: Seated, many: int) -> asking.Asked | None:
    """The question when so many statements are answered."""
    return asking.next_for(seat, slots(seat), slots(seat)[:many])


def test_voters_of_one_side_are_not_all_asked_the_same(farmer: Seated) -> None:
    rows = Seat.unscoped.filter(process_id=farmer.process, role=Role.PARTICIPANT).select_related(
        "process", "side"
    )
    known = [slot for slot in slots(farmer) if slot != LATE]
    asked = {asking.next_for(visibility.seated(row), known, []) for row in rows}
    assert len({one.slot for one in asked if one}) > 3


def test_a_statement_few_have_seen_is_what_most_are_asked(farmer: Seated) -> None:
    rows = Seat.unscoped.filter(process_id=farmer.process, role=Role.PARTICIPANT).select_related(
        "process", "side"
    )
    asked = [asking.next_for(visibility.seated(row), slots(farmer), []) for row in rows]
    assert sum(one is not None and one.slot == LATE for one in asked) > len(asked) / 2


def test_before_the_first_count_statements_are_drawn_by_lot(farmer: Seated) -> None:
    AnalysisRun.unscoped.filter(process_id=farmer.process).delete()
    asked = asking.next_for(farmer, slots(farmer), [])
    assert asked is not None and asked.why == asking.WHY[Reason.LOT]


def test_a_statement_opened_since_the_count_is_worth_asking(farmer: Seated) -> None:
    lead = Seat.unscoped.select_related("process", "side").get(
        process_id=farmer.process, role=Role.FACILITATOR
    )
    new = acts.write(text="A ferry should run on market days", language="en", by=visibility.seated(lead))
    assert new.slot is not None
    others = [slot for slot in slots(farmer) if slot != new.slot]
    asked = asking.next_for(farmer, slots(farmer), others)
    assert asked is not None and asked.slot == new.slot


def test_what_is_kept_for_asking_is_sealed_from_every_seat(farmer: Seated) -> None:
    run = AnalysisRun.objects.seen_by(farmer).first()
    assert run is not None and run.asking is not None
    with pytest.raises(NotHere):
        run.asking.open(farmer.grant)
    stored = asking.kept(Routing(np.ones((2, 3)), np.zeros(3)))
    assert stored == '{"worth": [[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]], "anchor": [0.0, 0.0, 0.0]}'
