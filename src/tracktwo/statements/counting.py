"""Counting anew in the background, a few seconds after votes came in; never inside a request."""

from __future__ import annotations

import logging
from threading import Condition, Event, Thread
from uuid import UUID

from django.db import close_old_connections, transaction

from tracktwo.errors import Refusal
from tracktwo.process.models import Process
from tracktwo.process.phases import Phase
from tracktwo.statements import analysis

DEBOUNCE = 5.0  # seconds: votes come in bursts, and one count serves them all
log = logging.getLogger("tracktwo.counting")

_due: set[UUID] = set()
_some_due = Condition()


def mark(process: UUID) -> None:
    """A vote came in: count this process soon, once the vote is kept."""
    transaction.on_commit(lambda: _mark(process))


def _mark(process: UUID) -> None:
    with _some_due:
        _due.add(process)
        _some_due.notify()


def take_due() -> set[UUID]:
    """The processes to be counted now; asking empties the list."""
    with _some_due:
        taken = set(_due)
        _due.clear()
    return taken


def count(processes: set[UUID]) -> None:
    """Run the analysis of each; one that fails is logged and does not stop the others."""
    for process in processes:
        try:
            analysis.run(process=process, by="server")
        except Refusal:
            log.warning("A process was not counted: its key is gone or its ballots do not open.")
        except Exception:
            log.exception("A count failed.")


class Counter(Thread):
    """Counts what is due until told to stop. At its start every open consultation is due."""

    def __init__(self) -> None:
        super().__init__(name="counting", daemon=True)
        self.stopping = Event()

    def run(self) -> None:
        for process in Process.unscoped.filter(phase=Phase.CONSULTING).values_list("pk", flat=True):
            _mark(process)
        while not self.stopping.is_set():
            with _some_due:
                _some_due.wait_for(lambda: _due or self.stopping.is_set())
            self.stopping.wait(DEBOUNCE)
            if not self.stopping.is_set():
                count(take_due())
                close_old_connections()

    def stop(self) -> None:
        self.stopping.set()
        with _some_due:
            _some_due.notify_all()
