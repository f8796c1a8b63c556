"""What tests do inside an installation, through acts: a process with many seats, and what stands afterwards."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import connection

from tracktwo.process import acts as process_acts
from tracktwo.process import visibility
from tracktwo.process.acts import NewSide
from tracktwo.process.models import Seat, Side
from tracktwo.process.phases import Phase
from tracktwo.process.rules import OF_A_SIDE, Kind, Role
from tracktwo.record import acts as record
from tracktwo.statements import acts as statement_acts
from tracktwo.statements.models import Ballot, Statement, Wording


def a_process(
    *, voters: int = 0, statements: int = 0, waiting: int = 0, leads: int = 1, kind: str = "real"
) -> dict[str, Any]:
    """A process where votes are open; every seat with the code that opens it.

    Where a facilitator acts on pages it is an exercise, whose panel needs no account with a second step.
    """
    process = process_acts.begin(
        cover_title="Talks on a river",
        title="The river",
        sides=[NewSide("North", "N"), NewSide("South", "S")],
        by=None,
        kind=Kind(kind),
    )
    seats = [_seat(process.pk, Role.FACILITATOR, f"Facilitator {n}") for n in range(leads)]
    _convened(process.pk, _seated(seats[0]), seats)
    lead = _seated(seats[0])
    sides = list(Side.unscoped.filter(process=process).order_by("place"))
    circle = [_seat(process.pk, Role.VOTER, f"Voter {n}", sides[n % 2].pk) for n in range(voters)]
    asked = [_statement(lead, f"Open the ferry on day {n}.") for n in range(statements)]
    queue = [_statement(_seated(circle[n % voters]), f"Ask this, {n}.") for n in range(waiting)]
    return {
        "process": str(process.pk),
        "statements": [str(row.pk) for row in asked],
        "waiting": [str(row.pk) for row in queue],
        "leads": list(_invited(seats, lead).values()),
        "voters": _invited(circle, lead),
    }


def _invited(seats: list[Seat], lead: Any) -> dict[str, str]:
    given = process_acts.invite(seats=[seat.pk for seat in seats], by=lead)
    return {str(seat.pk): code for seat, code in given}


def _seat(process: UUID, role: Role, label: str, side: UUID | None = None) -> Seat:
    return process_acts.add_seat(process=process, role=role, label=label, side=side, by="convenor")


def _seated(seat: Seat | None) -> Any:
    assert seat is not None
    return visibility.seated(Seat.unscoped.select_related("process", "side").get(pk=seat.pk))


def _convened(process: UUID, lead: Any, panel: list[Seat]) -> None:
    version = process_acts.write_ground_rules(text="Speak one at a time.", by=lead)
    for seat in panel:
        process_acts.assent(version=version.pk, by=_seated(seat))
    process_acts.review_risk(by=lead)
    for phase in (Phase.TALKS, Phase.CONVENING, Phase.CONSULTING):
        process_acts.step(to=phase, by=lead)


def _statement(by: Any, text: str) -> Statement:
    return statement_acts.write(text=text, language="en", by=by)


def newcomers(*, process: str, count: int) -> dict[str, str]:
    """Seats added after the first vote, each with its code: their ballots were made ahead, for nobody yet."""
    pid = UUID(process)
    side = Side.unscoped.filter(process_id=pid).order_by("place").first()
    lead = _seated(Seat.unscoped.filter(process_id=pid, role=Role.FACILITATOR).first())
    seats = [_seat(pid, Role.VOTER, f"Newcomer {n}", side.pk if side else None) for n in range(count)]
    return _invited(seats, lead)


def a_process_open_to_anybody(*, kind: str) -> str:
    """A process with a seat that one click takes."""
    process = process_acts.begin(
        cover_title="Talks",
        title="Talks",
        sides=[NewSide("North"), NewSide("South")],
        by=None,
        kind=Kind(kind),
    )
    seat = process_acts.add_seat(
        process=process.pk, role=Role.OBSERVER, label="Anybody", by="convenor", one_click=kind != "real"
    )
    Seat.unscoped.filter(pk=seat.pk).update(one_click=True)
    return str(process.pk)


# --- what stands afterwards ---------------------------------------------------------------------


def votes(*, process: str) -> dict[str, Any]:
    """Every seat's votes by statement as its owner would read them, and how many ballots there are."""
    slots = dict(Statement.unscoped.filter(process_id=process, slot__isnull=False).values_list("pk", "slot"))
    seats = Seat.unscoped.filter(process_id=process, role__in=OF_A_SIDE).select_related("process", "side")
    return {
        "votes": {str(seat.pk): _votes_of(seat, slots) for seat in seats},
        "ballots": [_ballots_of(seat) for seat in seats],
        "holding a vote": _holding_a_vote(UUID(process)),
    }


def _votes_of(seat: Seat, slots: dict[UUID, int | None]) -> dict[str, str | None]:
    ballot = statement_acts.own_ballot(visibility.seated(seat))
    if ballot is None:
        return {}
    return {str(pk): ballot.vote(slot) for pk, slot in slots.items() if slot is not None}


def _ballots_of(seat: Seat) -> int:
    name = visibility.seated(seat).pseudonym("ballot")
    return Ballot.unscoped.filter(process_id=seat.process_id, pseudonym=name).count()


def _holding_a_vote(process: UUID) -> int:
    from tracktwo.statements import ballots

    grant = visibility.for_counting(process)
    rows = Ballot.unscoped.filter(process_id=process)
    return sum(1 for row in rows if ballots.unpack(row.vector.open_bytes(grant)).answered)


def votes_held(*, process: str) -> dict[str, int]:
    """Votes in all ballots of a process, and how many of the ballots a seat could still call its own."""
    from tracktwo.statements import ballots

    pid = UUID(process)
    rows = list(Ballot.unscoped.filter(process_id=pid, blank=False))
    opened = [ballots.unpack(row.vector.open_bytes(visibility.for_counting(pid))) for row in rows]
    return {
        "votes": sum(one.answered for one in opened),
        "of a seat": sum(1 for row in rows if not row.seatless),
    }


def health() -> str:
    """What the database says of itself."""
    if connection.vendor != "sqlite":
        return "ok"
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        return str(cursor.fetchone()[0])


def pragmas() -> dict[str, Any]:
    with connection.cursor() as cursor:
        return {
            name: cursor.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "secure_delete")
        }


def record_of(*, process: str) -> dict[str, Any]:
    """Whether the record holds, and how often each act stands in it."""
    finding = record.verify(UUID(process))
    verbs: dict[str, int] = {}
    for line in record.entries(UUID(process)):
        verbs[line.verb] = verbs.get(line.verb, 0) + 1
    return {"holds": finding.holds, "length": finding.length, "verbs": verbs}


def counts() -> dict[str, int]:
    """How many rows each table holds, sessions apart."""
    return {
        model._meta.label: model._base_manager.count()
        for model in apps.get_models()
        if model._meta.label != "tracktwo.Session"
    }


def open_statements(*, process: str) -> list[dict[str, Any]]:
    rows = Statement.unscoped.filter(process_id=process)
    return [{"id": str(row.pk), "state": row.state, "slot": row.slot} for row in rows]


def wordings(*, process: str) -> list[str]:
    grant = visibility.for_resealing(UUID(process))
    return [row.text.open(grant) for row in Wording.unscoped.filter(process_id=process)]


def fill_the_disk(*, leave: int = 0) -> int:
    """Write zeros beside the database until the disk has no room left; how many bytes that took."""
    place, written = Path(settings.DATA) / "filler", 0
    with place.open("wb", buffering=0) as filler:
        while True:
            try:
                written += filler.write(bytes(65536))
            except OSError as fault:
                if fault.errno != errno.ENOSPC:
                    raise
                break
        filler.truncate(max(0, written - leave))
    return written


def empty_the_disk() -> None:
    (Path(settings.DATA) / "filler").unlink()
