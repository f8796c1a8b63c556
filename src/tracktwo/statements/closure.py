"""Closure: the last figures stand, and nothing ties a ballot or a statement to a seat any more.

Three steps, each harmless to repeat: count once more; write all ballots anew in random order under
fresh ids (order and row ids re-link votes almost completely otherwise); destroy the link key.
"""

from __future__ import annotations

import secrets
from uuid import UUID

from django.db import connection

from tracktwo.process import acts as process_acts
from tracktwo.process import rules as process_rules
from tracktwo.process import visibility
from tracktwo.process.models import Process
from tracktwo.process.phases import Phase
from tracktwo.process.seated import Seated
from tracktwo.record.acts import act
from tracktwo.record.once import first_time
from tracktwo.statements import acts, analysis
from tracktwo.statements.models import Ballot, RoundBallot
from tracktwo.vault import keys
from tracktwo.vault.fields import Fresh


def close(*, by: Seated, once: str = "") -> None:
    """Close a process for good. What it released stays; what links it to people is gone."""
    process_rules.may_facilitate(by.role)
    if process_acts.phase_now(by.process) is not Phase.CLOSED:
        _close(by=by, once=once)
    finish(by.process)


def finish(process: UUID) -> None:
    """The last step of closing, also of a closing that was cut short: done again at every start."""
    keys.keystore().destroy_link(process)
    _compact()


def finish_all() -> None:
    """Finish what a crash cut short: a closed process has no link key."""
    for process in Process.unscoped.filter(phase=Phase.CLOSED).values_list("pk", flat=True):
        if keys.keystore().holds_link(process):
            finish(process)


@act
def _close(*, by: Seated, once: str) -> None:
    first_time(once)
    process_acts.mark_closed(by=by)
    ballots = list(
        Ballot.unscoped.select_for_update().filter(process_id=by.process)
    )  # votes under way end first
    analysis.run(process=by.process, by=by.role)
    _rewrite(ballots, by)
    RoundBallot.unscoped.filter(process_id=by.process).delete()  # of a round nobody ended: it tells nothing


def _rewrite(ballots: list[Ballot], by: Seated) -> None:
    grant = visibility.for_counting(by.process)
    rows = []
    for old in ballots:
        if old.blank:
            continue
        row = Ballot(process_id=by.process, pseudonym=secrets.token_bytes(32), seatless=True)
        row.vector = Fresh(old.vector.open_bytes(grant))
        rows.append(row)
    Ballot.unscoped.filter(process_id=by.process).delete()
    acts.write_shuffled(rows)


def _compact() -> None:
    """Leave no deleted row behind: in the file of an embedded database, or in the tables of PostgreSQL."""
    if connection.in_atomic_block:
        return  # a database does not clear up inside a transaction
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM (FULL) tracktwo_ballot")
            cursor.execute("VACUUM (FULL) tracktwo_statement")
            cursor.execute("VACUUM (FULL) tracktwo_roundballot")
        else:
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
