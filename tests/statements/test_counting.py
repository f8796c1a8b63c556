"""Counting in the background: what is due, how far a long count is, who may stop it, and what a broken one leaves."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Event
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest
from django.db import transaction

from tests.stories.table import Table, at_once, consulting
from tracktwo.errors import Refusal
from tracktwo.process.rules import Role
from tracktwo.statements import acts, analysis, counting
from tracktwo.statements.counting import BROKE_OFF, NOT_OPENED, STOPPED, Counter, UnderWay
from tracktwo.statements.models import AnalysisRun, Statement
from tracktwo.statements.rules import Step

ANY = uuid4()
Counted = Callable[..., Any]


@pytest.fixture(autouse=True)
def nothing_due() -> Iterator[None]:
    def forget() -> None:
        counting.take_due()
        counting._left.clear()

    forget()
    yield
    forget()
    assert counting._counts == {}


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> Callable[[Counted], None]:
    """Let this stand for a count: it is told the process, who asks, and whom to tell each step."""

    def stands(counted: Counted) -> None:
        monkeypatch.setattr(analysis, "run", counted)

    return stands


@pytest.fixture
def shown_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "SHOWN_AFTER", 0.0)


def fails(**_named: Any) -> None:
    raise ArithmeticError("a secret 7 of somebody")


def succeeds(**_named: Any) -> None:
    return None


# --- what is due ------------------------------------------------------------------------------------


def test_many_votes_are_one_count():
    for _ in range(5):
        counting._mark(ANY)
    assert counting.take_due() == {ANY}
    assert counting.take_due() == set()


@pytest.mark.django_db(transaction=True)
def test_a_process_is_due_once_a_vote_is_kept_and_not_when_it_is_taken_back():
    with suppress(ArithmeticError), transaction.atomic():
        counting.mark(ANY)
        raise ArithmeticError
    assert counting.take_due() == set()
    with transaction.atomic():
        counting.mark(ANY)
        assert counting.take_due() == set()
    assert counting.take_due() == {ANY}


@pytest.mark.django_db
def test_a_vote_on_the_page_makes_its_process_due(django_capture_on_commit_callbacks):
    table = consulting(statements=["One."], voters=1)
    row = Statement.unscoped.get(process_id=table.id)
    with django_capture_on_commit_callbacks(execute=True):
        table.client("a1").post(f"/p/{table.id}/vote/", {"statement": str(row.pk), "vote": "agree"})
    assert counting.take_due() == {table.id}


# --- what goes wrong --------------------------------------------------------------------------------


def test_a_count_that_fails_leaves_a_sentence_and_does_not_stop_the_others(counts, caplog):
    done, other = [], uuid4()

    def one_fails(*, process: UUID, **_named: Any) -> None:
        if process == ANY:
            fails()
        done.append(process)

    counts(one_fails)
    with caplog.at_level(logging.INFO, "tracktwo.counting"):
        counting.count({ANY, other})
    assert done == [other]
    assert (counting.left(ANY), counting.left(other)) == (BROKE_OFF, "")
    assert [one.getMessage() for one in caplog.records] == ["A count failed."]


def test_ballots_that_do_not_open_leave_a_sentence_of_their_own(counts, caplog):
    def refused(**_named: Any) -> None:
        raise Refusal("no")

    counts(refused)
    with caplog.at_level(logging.INFO, "tracktwo.counting"):
        counting.run(ANY, by="server")
    assert counting.left(ANY) == NOT_OPENED
    assert [one.levelname for one in caplog.records] == ["WARNING"]


def test_the_next_vote_counts_again_and_what_was_left_is_gone(counts):
    counts(fails)
    counting.run(ANY, by="server")
    counting._mark(ANY)
    counts(succeeds)
    counting.count(counting.take_due())
    assert counting.left(ANY) == ""


@pytest.mark.django_db
def test_a_count_that_breaks_off_stores_nothing_and_the_next_one_counts_everything(monkeypatch):
    table = voted()
    honest = analysis.release

    def broken(*_given: Any, **_named: Any) -> dict[str, Any]:
        raise MemoryError

    monkeypatch.setattr(analysis, "release", broken)
    counting.run(table.id, by="server")
    assert AnalysisRun.unscoped.count() == 0
    page = table.client().get(f"/p/{table.id}/common-ground/").content.decode()
    assert "The last count broke off by a fault." in page
    monkeypatch.setattr(analysis, "release", honest)
    counting.run(table.id, by="server")
    assert AnalysisRun.unscoped.get().number == 1
    assert "broke off" not in table.client().get(f"/p/{table.id}/common-ground/").content.decode()


@pytest.mark.django_db
def test_only_facilitators_read_that_a_count_broke_off(counts):
    table = voted()
    table.seat("observer", Role.OBSERVER)
    counts(fails)
    counting.run(table.id, by="server")
    assert "broke off" not in table.client("observer").get(f"/p/{table.id}/common-ground/").content.decode()


# --- how far it is ----------------------------------------------------------------------------------


def voted() -> Table:
    table = consulting(statements=[f"Statement {n}." for n in range(8)])
    slots = np.array([[3] * 8] * 15 + [[1] * 8] * 15, np.uint8)
    acts.cast(process=table.id, side=[1, 2] * 15, slots=slots, by="voter", verb="votes")
    return table


@pytest.mark.django_db
def test_a_count_tells_its_steps_in_their_order():
    steps: list[Step] = []
    analysis.run(process=voted().id, by="server", at=steps.append)
    assert steps == list(Step)


@pytest.mark.django_db
def test_where_nothing_moves_no_step_is_told():
    """The panel would learn that one to four people have voted just now."""
    table, steps = voted(), list[Step]()
    analysis.run(process=table.id, by="server")
    acts.cast(process=table.id, side=[1] * 4, slots=np.full((4, 8), 1, np.uint8), by="voter", verb="votes")
    assert analysis.run(process=table.id, by="server", at=steps.append) is None
    assert steps == []


def test_a_short_count_is_not_shown_to_anybody(counts):
    seen = []

    def short(*, at: Callable[[Step], None], **_named: Any) -> None:
        at(Step.GROUND)
        seen.append(counting.under_way(ANY))

    counts(short)
    counting.run(ANY, by="server")
    assert seen == [None]


def test_a_long_count_shows_its_step_once_something_moves(counts, shown_at_once):
    seen = list[UnderWay | None]()

    def long(*, at: Callable[[Step], None], **_named: Any) -> None:
        seen.append(counting.under_way(ANY))
        at(Step.WAVES)
        seen.append(counting.under_way(ANY))

    counts(long)
    counting.run(ANY, by="server")
    assert seen == [None, UnderWay(1, Step.WAVES)]
    assert counting.under_way(ANY) is None


@pytest.mark.django_db
def test_facilitators_see_a_long_count_and_stop_it_on_the_page(counts, shown_at_once):
    table = voted()
    table.seat("observer", Role.OBSERVER)
    path, seen = f"/p/{table.id}/common-ground/", dict[str, str]()

    def long(*, at: Callable[[Step], None], **_named: Any) -> None:
        at(Step.GROUND)
        seen["lead"] = table.client().get(path).content.decode()
        seen["observer"] = table.client("observer").get(path).content.decode()
        assert table.client("observer").post(f"{path}compute/", {"do": "stop"}).status_code == 404
        at(Step.CROSSING)
        assert table.client().post(f"{path}compute/", {"do": "stop"}).status_code == 302
        at(Step.WAVES)
        raise AssertionError("it went on")

    counts(long)
    counting.run(table.id, by="server")
    assert "Counting for about 1 min, step 2 of 5: what every side supports." in seen["lead"]
    assert "Stop this count" in seen["lead"] and "Count anew" not in seen["lead"]
    assert "Counting for" not in seen["observer"] and "Stop this count" not in seen["observer"]
    assert counting.left(table.id) == STOPPED
    assert "The last count was stopped here." in table.client().get(path).content.decode()


# --- stopping, and two at once ----------------------------------------------------------------------


@pytest.mark.django_db
def test_a_stopped_count_stores_nothing_and_the_next_vote_begins_a_new_one(monkeypatch):
    table, real = voted(), analysis._reckoned

    def reckoned(counted: Any, question: Any, at: Any) -> Any:
        counting._mark(table.id)
        counting.stop(table.id)
        return real(counted, question, at)

    monkeypatch.setattr(analysis, "_reckoned", reckoned)
    counting.run(table.id, by="server")
    assert (AnalysisRun.unscoped.count(), counting.left(table.id)) == (0, STOPPED)
    assert counting.take_due() == set()
    monkeypatch.setattr(analysis, "_reckoned", real)
    counting._mark(table.id)
    counting.count(counting.take_due())
    assert (AnalysisRun.unscoped.get().number, counting.left(table.id)) == (1, "")


def test_stopping_what_is_not_being_counted_changes_nothing():
    counting._mark(ANY)
    counting.stop(ANY)
    assert counting.take_due() == {ANY}
    assert counting.left(ANY) == ""


@pytest.mark.django_db(transaction=True)
def test_a_process_is_counted_once_at_a_time_and_then_again(counts):
    begun, go_on, runs = Event(), Event(), []

    def slow(*, process: UUID, **_named: Any) -> None:
        runs.append(process)
        begun.set()
        assert go_on.wait(20)

    def second() -> None:
        assert begun.wait(20)
        counting.run(ANY, by="facilitator")
        go_on.set()

    counts(slow)
    came = at_once(lambda: counting.run(ANY, by="server"), second)
    assert came == [None, None]
    assert runs == [ANY]
    assert counting.take_due() == {ANY}


@pytest.mark.django_db(transaction=True)
def test_votes_that_come_in_while_a_count_runs_are_counted_by_the_next(monkeypatch):
    table, real = voted(), analysis._reckoned

    def more_come(counted: Any, question: Any, at: Any) -> Any:
        monkeypatch.setattr(analysis, "_reckoned", real)
        acts.cast(
            process=table.id, side=[1] * 5, slots=np.full((5, 8), 3, np.uint8), by="voter", verb="votes"
        )
        counting.mark(table.id)
        return real(counted, question, at)

    monkeypatch.setattr(analysis, "_reckoned", more_come)
    counting.run(table.id, by="server")
    assert counting.take_due() == {table.id}
    counting.run(table.id, by="server")
    assert list(AnalysisRun.unscoped.order_by("number").values_list("number", flat=True)) == [1, 2]


# --- the thread -------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_counter_counts_open_consultations_at_its_start_what_is_due_later_and_ends_when_told(
    counts, monkeypatch
):
    table = consulting(statements=["One."])
    monkeypatch.setattr(counting, "DEBOUNCE", 0.01)
    first, second, seen = Event(), Event(), list[UUID]()

    def counted(*, process: UUID, **_named: Any) -> None:
        seen.append(process)
        (second if first.is_set() else first).set()
        if len(seen) == 1:
            fails()

    counts(counted)
    counter = Counter()
    counter.start()
    try:
        assert first.wait(20)
        counting._mark(table.id)
        assert second.wait(20)
    finally:
        counter.stop()
        counter.join(20)
    assert seen == [table.id, table.id]
    assert not counter.is_alive()


@pytest.mark.django_db(transaction=True)
def test_a_counter_told_to_end_ends_the_count_under_way(counts, monkeypatch):
    table = consulting(statements=["One."])
    monkeypatch.setattr(counting, "DEBOUNCE", 0.01)
    begun, told = Event(), Event()

    def endless(*, at: Callable[[Step], None], **_named: Any) -> None:
        begun.set()
        assert told.wait(20)
        at(Step.GROUND)
        raise AssertionError("it went on")

    counts(endless)
    counter = Counter()
    counter.start()
    assert begun.wait(20)
    counter.stop()
    told.set()
    counter.join(20)
    assert not counter.is_alive()
    assert counting.left(table.id) == STOPPED
