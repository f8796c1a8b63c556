"""What is done in a process. Every act: one transaction, told who acts, the record written inside."""

from __future__ import annotations

import base64
import datetime
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.apps import apps

from tracktwo.errors import NotHere, Refusal, gettext_noop
from tracktwo.people.acts import new_person
from tracktwo.people.models import Person
from tracktwo.people.second_step import has_account
from tracktwo.process import phases, rules
from tracktwo.process.models import (
    Assent,
    GroundRules,
    Invitation,
    OfProcess,
    Process,
    Seat,
    Side,
    digest_of,
    today,
)
from tracktwo.process.phases import Phase
from tracktwo.process.rules import Kind, Role
from tracktwo.process.seated import Seated
from tracktwo.process.wording import Text, pack
from tracktwo.record import acts as record
from tracktwo.record.acts import act
from tracktwo.record.once import first_time
from tracktwo.vault import keys

INVITATION_DAYS = 14
RETURN_DAYS = 90
LETTERS = "ABCDEFGH"
# What other parts do when a process is closed, inside the same transaction: sittings still open end with it.
at_closing: list[Callable[[Seated], None]] = []
# And when a seat is withdrawn: it leaves the rooms that sit.
at_withdrawing: list[Callable[[Seat], None]] = []


def locked(process: UUID) -> None:
    """Hold a process while something of it is handed out once: ballots, places in ballots, numbers of runs."""
    # no_key: rows that merely point at the process need not wait.
    Process.unscoped.select_for_update(no_key=True).get(pk=process)


def phase_now(process: UUID) -> Phase:
    """The phase as it stands in the database: a request may have begun in another."""
    return Phase(Process.unscoped.values_list("phase", flat=True).get(pk=process))


def facilitating(by: Seated) -> None:
    """What every act of a facilitator begins with: the role, and the phase as it stands now."""
    rules.may_facilitate(by.role)
    locked(by.process)
    phases.may_write(phase_now(by.process))


@dataclass(frozen=True)
class NewSide:
    """A side as it is named at the start."""

    name: Text
    letter: str = ""


@act
def begin(
    *,
    cover_title: Text,
    title: Text,
    sides: Sequence[NewSide],
    by: Person | None,
    kind: Kind = Kind.REAL,
    story: Text | None = None,
    language: str = "en",
    facilitator: Text = "",
    outline: Text | None = None,
    once: str = "",
) -> Process:
    """Begin a process with its sides; whoever begins it takes the lead facilitator's seat."""
    first_time(once)
    rules.may_name_sides(len(sides))
    process = Process(kind=kind, language=language)
    keys.keystore().open_process(process.id)
    process.cover_title, process.title = pack(cover_title), pack(title)
    process.story = pack(story) if story else None
    process.outline = pack(outline) if outline else None
    process.save()
    for place, side in enumerate(sides, start=1):
        row = Side(process=process, place=place, letter=side.letter or LETTERS[place - 1])
        row.name = pack(side.name)
        row.save()
    record.write(process=process.id, verb="begin", role="convenor")
    if by is not None:
        _add_seat(process, Role.FACILITATOR, label=facilitator or "Facilitator", person=by)
    return process


@act
def add_seat(
    *,
    process: UUID,
    role: Role,
    label: Text,
    by: str,
    side: UUID | None = None,
    name: str | None = None,
    official: bool = False,
    one_click: bool = False,
    introduction: Text | None = None,
    once: str = "",
) -> Seat:
    """Add a seat for a side or for the panel."""
    first_time(once)
    locked(process)
    row = Process.unscoped.get(pk=process)
    phases.may_write(Phase(row.phase))
    if (side is not None) != (role in rules.OF_A_SIDE):
        raise Refusal(gettext_noop("A participant or a voter sits for a side; the panel sits for none."))
    if side is not None and not Side.unscoped.filter(pk=side, process_id=process).exists():
        raise NotHere
    if one_click:
        rules.may_sit_down(row.kind)
    seat = _add_seat(row, role, label=label, side=side, name=name, official=official)
    seat.one_click, seat.introduction = one_click, pack(introduction) if introduction else None
    if one_click:
        seat.person = new_person()
    seat.save()
    record.write(process=process, verb="add a seat", role=by)
    return seat


def _add_seat(
    process: Process,
    role: Role,
    *,
    label: Text,
    side: UUID | None = None,
    person: Person | None = None,
    name: str | None = None,
    official: bool = False,
) -> Seat:
    seat = Seat(process=process, role=role, side_id=side, person=person, official=official)
    seat.label, seat.name = pack(label), name
    seat.save()
    return seat


@act
def withdraw(*, seat: UUID, by: Seated, once: str = "") -> None:
    """A seat stands down: its codes no longer open anything."""
    first_time(once)
    facilitating(by)
    row = _seat_of(by.process, seat)
    if row.pk == by.seat:
        raise Refusal(gettext_noop("Somebody else on the panel stands your own seat down."))
    for leave in at_withdrawing:
        leave(row)
    row.withdrawn = True
    row.save()
    record.write(process=by.process, verb="a seat withdraws", role=by.role)


@act
def invite(*, seats: Sequence[UUID], by: Seated, once: str = "") -> list[tuple[Seat, str]]:
    """Fresh codes for seats; codes given before stop working. Returned once, kept only as hashes."""
    first_time(once)
    facilitating(by)
    rows = [_seat_of(by.process, seat) for seat in seats]
    if any(row.withdrawn for row in rows):
        raise Refusal(gettext_noop("This seat has withdrawn. Add a new seat instead."))
    if any(has_account(row.person) for row in rows):
        raise Refusal(
            gettext_noop("This seat has an account: its owner signs in. A code would open nothing.")
        )
    given = [(row, _give_code(row, days=INVITATION_DAYS)) for row in rows]
    record.write(process=by.process, verb=f"invite ({len(given)})", role=by.role)
    return given


def _give_code(seat: Seat, *, days: int) -> str:
    void_codes(seat)
    code = new_code()
    expires = today() + datetime.timedelta(days=days)
    Invitation.unscoped.create(process_id=seat.process_id, seat=seat, digest=digest_of(code), expires=expires)
    return code


def void_codes(seat: Seat) -> None:
    Invitation.unscoped.filter(seat=seat, used=False).update(used=True)


def new_code() -> str:
    """A code of 130 random bits in groups of four, without letters that are easily confused."""
    letters = base64.b32encode(secrets.token_bytes(17)).decode()[:26]
    plain = letters.translate(str.maketrans("OIL", "089", "="))
    return "-".join(plain[start : start + 4] for start in range(0, len(plain), 4))


@dataclass(frozen=True)
class Entered:
    """Who entered, and the code with which they can come back; none for a panel, which makes accounts."""

    person: Person
    process: UUID
    return_code: str


@act
def enter(*, code: str) -> Entered:
    """Take a seat with a code. Wrong, used, expired and withdrawn codes read the same."""
    found = Invitation.unscoped.with_code(code).open().select_for_update(of=("self",))
    invitation = found.select_related("seat", "process").first()
    if invitation is None or not _opens(invitation):
        raise Refusal(
            gettext_noop("This code does not open a seat. Ask the person who gave it to you for a new one.")
        )
    seat = invitation.seat
    if seat.person is None:
        seat.person = new_person()
        seat.save()
    record.write(process=seat.process_id, verb="a seat is taken", role=seat.role)
    owes = rules.needs_account(Role(seat.role), invitation.process.kind)
    void_codes(seat)
    return Entered(seat.person, seat.process_id, "" if owes else _give_code(seat, days=RETURN_DAYS))


def _opens(invitation: Invitation) -> bool:
    """Whether a valid code opens its seat: not in a frozen or ended process, nor where an account already does."""
    process, person = invitation.process, invitation.seat.person
    return not process.frozen and process.phase not in phases.ENDED and not has_account(person)


@act
def sit_down(*, process: UUID, seat: UUID) -> Person:
    """One click takes a seat; only in a demo or an exercise."""
    row = Seat.unscoped.filter(pk=seat, process_id=process, one_click=True).select_related("process").first()
    if row is None or row.person is None:
        raise NotHere
    rules.may_sit_down(row.process.kind)
    return row.person


@act
def write_ground_rules(*, text: Text, by: Seated, once: str = "") -> GroundRules:
    """A new version of the ground rules. Every seat is asked anew."""
    first_time(once)
    facilitating(by)
    newest = GroundRules.unscoped.filter(process_id=by.process).order_by("-version").first()
    version = GroundRules(process_id=by.process, version=newest.version + 1 if newest else 1)
    version.text = pack(text)
    version.save()
    record.write(process=by.process, verb="write ground rules", role=by.role)
    return version


@act
def assent(*, version: UUID, by: Seated, once: str = "") -> None:
    """A seat assents to the newest ground rules."""
    first_time(once)
    phases.may_write(phase_now(by.process))
    newest = GroundRules.unscoped.filter(process_id=by.process).order_by("-version").first()
    if newest is None or newest.pk != version:
        raise Refusal(gettext_noop("There is a newer version of the ground rules. Read it first."))
    _, new = Assent.unscoped.get_or_create(process_id=by.process, seat_id=by.seat, ground_rules=newest)
    if new:
        record.write(process=by.process, verb="assent to ground rules", role=by.role)


@act
def review_risk(*, by: Seated, once: str = "") -> None:
    """The panel has gone through the risks to everybody who takes a seat."""
    first_time(once)
    facilitating(by)
    Process.unscoped.filter(pk=by.process).update(risk_reviewed=True)
    record.write(process=by.process, verb="review the risks", role=by.role)


@act
def step(*, to: Phase, by: Seated, once: str = "") -> None:
    """Move the process to another phase, if the table and its guards allow."""
    first_time(once)
    facilitating(by)
    row = Process.unscoped.get(pk=by.process)
    phases.may_step(Phase(row.phase), to)
    if to in phases.GUARDED:
        rules.may_convene(standing(by.process))
    if to in phases.ENDED:
        raise Refusal(
            gettext_noop("A process ends by closing it, which cannot be undone. Use the closing form.")
        )
    row.phase = to
    row.save()
    record.write(process=by.process, verb=f"step to {to}", role=by.role)


@act
def mark_closed(*, by: Seated) -> None:
    """The first part of closing; the ballots are rewritten and the link key destroyed by whoever calls."""
    facilitating(by)
    row = Process.unscoped.get(pk=by.process)
    phases.may_step(Phase(row.phase), Phase.CLOSED)
    for end in at_closing:
        end(by)
    row.phase = Phase.CLOSED
    row.save()
    _forget_authors(by.process)
    record.write(process=by.process, verb="close", role=by.role)


def _forget_authors(process: UUID) -> None:
    """Nothing that somebody wrote keeps even a pseudonym: two rows of one pseudonym would have one author."""
    for model in apps.get_app_config("tracktwo").get_models():
        names = {field.name: field for field in model._meta.local_fields}
        if issubclass(model, OfProcess) and "pseudonym" in names and names["pseudonym"].null:
            model.unscoped.filter(process_id=process).update(**{"pseudonym": None})  # noqa: PIE804


def standing(process: UUID) -> rules.Standing:
    """Where the ground rules stand: who at the table has not assented to the newest version."""
    newest = GroundRules.unscoped.filter(process_id=process).order_by("-version").first()
    seats = Seat.unscoped.filter(process_id=process, withdrawn=False).exclude(role=Role.VOTER)
    missing = seats.exclude(assent__ground_rules=newest).count() if newest else seats.count()
    reviewed = Process.unscoped.values_list("risk_reviewed", flat=True).get(pk=process)
    return rules.Standing(newest is not None, missing, reviewed)


@act
def freeze(*, by: Seated, once: str = "") -> None:
    """Every page of the process becomes the same neutral page, at once, for everybody."""
    first_time(once)
    rules.may_facilitate(by.role)
    Process.unscoped.filter(pk=by.process).update(frozen=True)
    record.write(process=by.process, verb="freeze", role=by.role)


@act
def thaw(*, by: Seated, once: str = "") -> None:
    first_time(once)
    rules.may_facilitate(by.role)
    Process.unscoped.filter(pk=by.process).update(frozen=False)
    record.write(process=by.process, verb="thaw", role=by.role)


@act
def thaw_from_console(*, process: UUID) -> None:
    """Whoever keeps the server may end a freeze when no facilitator can."""
    if not Process.unscoped.filter(pk=process).update(frozen=False):
        raise Refusal("There is no process with this id. `tracktwo processes` lists them.")
    record.write(process=process, verb="thaw", role="administrator")


def erase(*, process: UUID, by: str) -> bytes:
    """Destroy the keys: what was written is noise in every copy. Returns the head of the record as receipt.

    Cut short anywhere, it is finished by saying it again.
    """
    row = Process.unscoped.filter(pk=process).first()
    if row is None:
        raise Refusal("There is no process with this id. `tracktwo processes` lists them.")
    if row.phase != Phase.ERASED:
        _mark_erased(process=process, by=by)
    keys.erase(process)
    return record.head(process)


@act
def _mark_erased(*, process: UUID, by: str) -> None:
    locked(process)
    phases.may_step(phase_now(process), Phase.ERASED)
    record.write(process=process, verb="erase", role=by)
    Process.unscoped.filter(pk=process).update(phase=Phase.ERASED)


def _seat_of(process: UUID, seat: UUID) -> Seat:
    row = Seat.unscoped.filter(pk=seat, process_id=process).first()
    if row is None:
        raise NotHere
    return row
