"""Releases unattributed remarks at the ticks of their rooms: by the clock, whoever speaks and whoever looks."""

from __future__ import annotations

import logging
from threading import Event, Thread
from uuid import UUID

from django.db import close_old_connections

from tracktwo.dialogue import acts, rules

LOOK = 1.0  # seconds between looks at the clock
log = logging.getLogger("tracktwo.releasing")


class Releaser(Thread):
    """Looks at the clock until told to stop; at a tick, what may be released is released together."""

    def __init__(self) -> None:
        super().__init__(name="releasing", daemon=True)
        self.stopping = Event()
        self._ticks = {minutes: rules.tick_of(acts.clock(), minutes) for minutes in rules.TICKS}

    def run(self) -> None:
        while not self.stopping.wait(LOOK):
            try:
                release(self.due())
            except Exception:
                log.exception("A release failed.")
            close_old_connections()

    def due(self) -> set[int]:
        """The rhythms, in minutes, whose tick has come since the last look."""
        now = {minutes: rules.tick_of(acts.clock(), minutes) for minutes in rules.TICKS}
        due = {minutes for minutes in now if now[minutes] != self._ticks[minutes]}
        self._ticks = now
        return due

    def stop(self) -> None:
        self.stopping.set()


def release(due: set[int]) -> list[UUID]:
    """Release in every sitting whose rhythm is due and where enough authors wait."""
    if not due:
        return []
    waiting = [sitting for sitting, tick in acts.sittings_to_release() if tick in due]
    return [sitting for sitting in waiting if acts.release(sitting=sitting)]
