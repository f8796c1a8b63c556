"""Counting anew: in the background a few seconds after votes came in, or when the panel asks for it.

Facilitators see how far a long count is and can stop it. All of that is of this process's memory alone, in
minutes that have passed: no moment is written down, neither in the database nor in a log.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from threading import Condition, Event, Lock, Thread
from uuid import UUID

from django.db import close_old_connections, transaction

from tracktwo.errors import Refusal, gettext_noop
from tracktwo.process.models import Process
from tracktwo.process.phases import Phase
from tracktwo.statements import analysis
from tracktwo.statements.rules import Step

DEBOUNCE = 5.0  # seconds: votes come in bursts, and one count serves them all
# Seconds before a count is shown: a short one would tell the panel that somebody has voted just now.
SHOWN_AFTER = 10.0
log = logging.getLogger("tracktwo.counting")

STOPPED = gettext_noop("The last count was stopped here. The next vote begins a new one.")
BROKE_OFF = gettext_noop(
    "The last count broke off by a fault. The figures shown are those of before; the next vote begins a new count."
)
NOT_OPENED = gettext_noop(
    "The last count could not open the ballots. The figures shown are those of before; tell the administrator."
)

_due: set[UUID] = set()
_some_due = Condition()
_counts: dict[UUID, _Count] = {}
_left: dict[UUID, str] = {}
_lock = Lock()


class Stopped(Exception):
    """A count ends here because somebody asked it to; it stored nothing."""


@dataclass
class _Count:
    """A count under way. Its step is known once something moves: until then it shows nowhere."""

    begun: float = field(default_factory=time.monotonic)
    step: Step | None = None
    stop: bool = False

    def at(self, step: Step) -> None:
        if self.stop:
            raise Stopped
        self.step = step


@dataclass(frozen=True)
class UnderWay:
    """How far a long count is, for the panel."""

    minutes: int
    step: Step


# --- what is due ----------------------------------------------------------------------------------


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


# --- a count --------------------------------------------------------------------------------------


def count(processes: set[UUID]) -> None:
    """Run the analysis of each; one that fails is logged and does not stop the others."""
    for process in processes:
        run(process, by="server")


def run(process: UUID, *, by: str) -> None:
    """Count one process, unless it is being counted; then it is due again. What goes wrong leaves a sentence."""
    under_way = _Count()
    with _lock:
        if process in _counts:
            _mark(process)
            return
        _counts[process] = under_way
    try:
        analysis.run(process=process, by=by, at=under_way.at)
        _left.pop(process, None)
    except Stopped:
        _left[process] = STOPPED
    except Refusal:
        _left[process] = NOT_OPENED
        log.warning("A process was not counted: its key is gone or its ballots do not open.")
    except Exception:
        _left[process] = BROKE_OFF
        log.exception("A count failed.")
    finally:
        with _lock:
            del _counts[process]


def stop(process: UUID) -> None:
    """End the count of a process at its next step; what came in meanwhile waits for the next vote."""
    with _lock:
        under_way = _counts.get(process)
        if under_way is None:
            return
        under_way.stop = True
    with _some_due:
        _due.discard(process)


def under_way(process: UUID) -> UnderWay | None:
    """How far the count of a process is, where it takes long and something moves."""
    found = _counts.get(process)
    if found is None or found.step is None:
        return None
    seconds = time.monotonic() - found.begun
    return UnderWay(max(1, round(seconds / 60)), found.step) if seconds >= SHOWN_AFTER else None


def left(process: UUID) -> str:
    """What the last count left to say, to be translated; empty where it went well."""
    return _left.get(process, "")


# --- in the background ------------------------------------------------------------------------------


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
        for process in list(_counts):
            stop(process)
        with _some_due:
            _some_due.notify_all()
