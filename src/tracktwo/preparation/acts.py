"""What is done in preparation: beginning from a template, the worktable, the long list, intake, the "
"agenda."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from tracktwo.errors import NotHere, Refusal, gettext_noop
from tracktwo.people.models import Person
from tracktwo.preparation import agenda, rules, templates
from tracktwo.preparation.models import (
    Actor,
    Agenda,
    Candidate,
    Clearance,
    ConflictAnalysis,
    Declaration,
    Intake,
    Perception,
    Relation,
    Risk,
)
from tracktwo.preparation.rules import Cleared, Stage
from tracktwo.process import acts as process_acts
from tracktwo.process import phases, visibility
from tracktwo.process import rules as process_rules
from tracktwo.process.acts import NewSide
from tracktwo.process.models import OfProcess, Process, Seat, Side, today
from tracktwo.process.rules import Kind, Role
from tracktwo.process.seated import Seated
from tracktwo.process.wording import Text
from tracktwo.record import acts as record
from tracktwo.record.acts import act
from tracktwo.record.once import first_time

Row = TypeVar("Row", bound=OfProcess)


# --- beginning ------------------------------------------------------------------------------------


@act
def begin(
    *,
    cover_title: Text,
    title: Text,
    sides: Sequence[NewSide],
    by: Person,
    language: str,
    template: str = "",
    story: Text | None = None,
    facilitator: Text = "",
    once: str = "",
) -> Process:
    """Begin a process; from a template with its agenda, and with its ground rules proposed."""
    chosen = templates.load(template)[language] if template else None
    process = process_acts.begin(
        cover_title=cover_title,
        title=title,
        sides=sides,
        by=by,
        kind=Kind(chosen.kind) if chosen else Kind.REAL,
        story=story,
        language=language,
        facilitator=facilitator,
        once=once,
    )
    if chosen is not None:
        lead = visibility.take_seat(by, process.pk)
        write_agenda(text=chosen.agenda, by=lead)
        process_acts.write_ground_rules(text=templates.rules_of(template), by=lead)
    return process


@act
def write_agenda(*, text: str, by: Seated, once: str = "") -> Agenda:
    """The agenda as a text; one that cannot be read is refused, with the first fault."""
    first_time(once)
    process_acts.facilitating(by)
    if faults := agenda.read(text).faults:
        raise faults[0]
    row = Agenda.unscoped.filter(process_id=by.process).first() or Agenda(process_id=by.process)
    row.text = text
    row.save()
    record.write(process=by.process, verb="write the agenda", role=by.role)
    return row


# --- the worktable --------------------------------------------------------------------------------


def _working(by: Seated) -> None:
    """What every act at the worktable begins with."""
    rules.may_work(by.role)
    process_acts.locked(by.process)
    phases.may_write(process_acts.phase_now(by.process))


@act
def analyse(
    *,
    conflict: str,
    track_one: str,
    track_one_note: str,
    initiatives: str,
    contribution: str,
    by: Seated,
    once: str = "",
) -> ConflictAnalysis:
    """What the panel knows of the conflict, and how this process relates to Track I."""
    first_time(once)
    _working(by)
    found = ConflictAnalysis.unscoped.filter(process_id=by.process).first()
    row = found or ConflictAnalysis(process_id=by.process)
    row.conflict, row.initiatives, row.contribution = conflict, initiatives, contribution
    row.track_one = _packed({"is": track_one, "note": track_one_note})
    row.save()
    record.write(process=by.process, verb="analyse the conflict", role=by.role)
    return row


@act
def note_actor(
    *, name: str, traits: Mapping[str, str], by: Seated, actor: UUID | None = None, once: str = ""
) -> Actor:
    """Put somebody on the conflict map, or say more of them."""
    first_time(once)
    _working(by)
    row = _of(Actor, by, actor) if actor else Actor(process_id=by.process)
    row.name, row.traits = name, _packed(traits)
    row.save()
    record.write(process=by.process, verb="analyse the conflict", role=by.role)
    return row


@act
def remove_actor(*, actor: UUID, by: Seated, once: str = "") -> None:
    first_time(once)
    _working(by)
    _of(Actor, by, actor).delete()
    record.write(process=by.process, verb="analyse the conflict", role=by.role)


@act
def relate(*, one: UUID, other: UUID, kind: str, by: Seated, once: str = "") -> None:
    """Draw a line between two on the conflict map; an empty kind takes it away. A pair has one line."""
    first_time(once)
    _working(by)
    first, second = _of(Actor, by, one), _of(Actor, by, other)
    if first.pk == second.pk:
        raise Refusal(gettext_noop("A line runs between two different actors. Choose another one."))
    between = {"one__in": (first, second), "other__in": (first, second)}
    Relation.unscoped.filter(process_id=by.process, **between).delete()
    if kind:
        row = Relation(process_id=by.process, one=first, other=second)
        row.kind = kind
        row.save()
    record.write(process=by.process, verb="analyse the conflict", role=by.role)


@act
def perceive(*, side: UUID, answers: Mapping[str, str], by: Seated, once: str = "") -> Perception:
    """How ripe one side seems today to a role of the panel. Earlier perceptions stay."""
    first_time(once)
    _working(by)
    row = Perception(process_id=by.process, side=_of(Side, by, side), role=by.role, day=today())
    row.answers = _packed(answers)
    row.save()
    record.write(process=by.process, verb="note how ripe a side is", role=by.role)
    return row


@act
def note_risk(
    *, text: str, about: Mapping[str, str], by: Seated, risk: UUID | None = None, once: str = ""
) -> Risk:
    """An entry of the risk register; about a seat it is an individual risk."""
    first_time(once)
    _working(by)
    if about.get("seat"):
        _of(Seat, by, UUID(about["seat"]))
    row = _of(Risk, by, risk) if risk else Risk(process_id=by.process)
    row.text, row.about = text, _packed(about)
    row.save()
    record.write(process=by.process, verb="note a risk", role=by.role)
    return row


@act
def remove_risk(*, risk: UUID, by: Seated, once: str = "") -> None:
    first_time(once)
    _working(by)
    _of(Risk, by, risk).delete()
    record.write(process=by.process, verb="note a risk", role=by.role)


# --- the long list --------------------------------------------------------------------------------


@act
def note_name(
    *,
    name: str,
    by: Seated,
    side: UUID | None = None,
    traits: Mapping[str, str] | None = None,
    contact: str = "",
    note: str = "",
    risk: str = "",
    risk_note: str = "",
    consents: Sequence[str] = (),
    consent_note: str = "",
    candidate: UUID | None = None,
    once: str = "",
) -> Candidate:
    """Note a name on the long list, or more about it."""
    first_time(once)
    process_acts.facilitating(by)
    row = _of(Candidate, by, candidate) if candidate else Candidate(process_id=by.process)
    chosen = _of(Side, by, side) if side else None
    if row.seat_id and row.side_id != (chosen.pk if chosen else None):
        raise Refusal(
            gettext_noop(
                "This person has a seat, and a seat does not change sides. Withdraw it first, and note a "
                "new name."
            )
        )
    row.side = chosen
    row.name, row.traits, row.contact, row.note = name, _packed(traits or {}), contact, note
    row.risk = _packed({"level": risk, "note": risk_note})
    row.consents = _packed({"to": list(consents), "note": consent_note})
    row.save()
    if row.seat_id:
        _carry_over(row.seat_id, traits or {})
    record.write(process=by.process, verb="change the long list", role=by.role)
    return row


@act
def advance(
    *, candidate: UUID, to: Stage, by: Seated, label: str = "", seat: UUID | None = None, once: str = ""
) -> None:
    """A name goes a step further. Seated, it gets a seat or is tied to one; leaving, it takes the seat "
    "along."""
    first_time(once)
    process_acts.facilitating(by)
    row = _of(Candidate, by, candidate)
    rules.may_advance(Stage(row.stage), to)
    if to is Stage.SEATED:
        row.seat = _seated(row, by, label, seat)
    elif to in rules.LEAVING and row.seat is not None and not row.seat.withdrawn:
        process_acts.withdraw(seat=row.seat.pk, by=by)
    row.stage = to
    row.save()
    record.write(process=by.process, verb="change the long list", role=by.role)


def _seated(row: Candidate, by: Seated, label: str, seat: UUID | None) -> Seat:
    """A seat of the person's side: a new one by its name at the table, or one that stands there already."""
    consents = _unpacked(row.consents.open(by.grant) if row.consents else "{}")
    rules.may_be_seated(has_side=row.side_id is not None, consents=frozenset(consents.get("to", ())))
    traits = _unpacked(row.traits.open(by.grant))
    if seat is not None:
        found = _of(Seat, by, seat)
        if (
            found.side_id != row.side_id
            or found.role != Role.PARTICIPANT
            or found.withdrawn
            or Candidate.unscoped.filter(seat=found).exists()
        ):
            raise Refusal(
                gettext_noop(
                    "This seat is not free for this person. Choose one of their side that stands for "
                    "nobody else, or add one."
                )
            )
        _carry_over(found.pk, traits)
        return found
    if not label:
        raise Refusal(gettext_noop("A new seat needs a name at the table. Write one; a pseudonym is fine."))
    return process_acts.add_seat(
        process=by.process,
        role=Role.PARTICIPANT,
        side=row.side_id,
        label=label,
        official=traits.get("capacity") == rules.OFFICIAL,
        by=by.role,
    )


def _carry_over(seat: UUID, traits: Mapping[str, Any]) -> None:
    """An official in a private capacity is one on the seat as well."""
    Seat.unscoped.filter(pk=seat).update(official=traits.get("capacity") == rules.OFFICIAL)


@act
def forget_name(*, candidate: UUID, by: Seated, once: str = "") -> None:
    """Take a name off the long list altogether: nothing of it stays. Not while the person holds a seat."""
    first_time(once)
    process_acts.facilitating(by)
    row = _of(Candidate, by, candidate)
    if row.seat is not None and not row.seat.withdrawn:
        raise Refusal(
            gettext_noop(
                "This person holds a seat. Let the seat stand down first; then the name can be forgotten."
            )
        )
    row.delete()
    record.write(process=by.process, verb="change the long list", role=by.role)


# --- intake and the panel's own discipline -----------------------------------------------------------


@act
def give_intake(*, answers: Mapping[str, Any], by: Seated, once: str = "") -> None:
    """What a seat tells the facilitators. The record says once that it was given, and never by whom."""
    first_time(once)
    rules.may_tell(by.role)
    process_acts.locked(by.process)
    phases.may_write(process_acts.phase_now(by.process))
    found = Intake.unscoped.filter(process_id=by.process, seat_id=by.seat).first()
    row = found or Intake(process_id=by.process, seat_id=by.seat)
    row.answers = _packed(answers)
    row.save()
    if found is None:
        record.write(process=by.process, verb="an intake is given", role=by.role)


@act
def declare(*, text: str, by: Seated, once: str = "") -> None:
    """Somebody on the panel declares interests, ties to a side, earlier work."""
    first_time(once)
    rules.may_declare(by.role)
    process_acts.locked(by.process)
    phases.may_write(process_acts.phase_now(by.process))
    found = Declaration.unscoped.filter(process_id=by.process, seat_id=by.seat).first()
    row = found or Declaration(process_id=by.process, seat_id=by.seat)
    row.text = text
    row.save()
    record.write(process=by.process, verb="declare interests", role=by.role)


@act
def propose_clearance(*, seat: UUID, side: UUID, by: Seated, once: str = "") -> Clearance:
    """One facilitator proposes that somebody of the panel may see a side's worksheet."""
    first_time(once)
    process_acts.facilitating(by)
    whom, whose = _of(Seat, by, seat), _of(Side, by, side)
    rules.may_be_cleared(Role(whom.role))
    if Clearance.unscoped.filter(process_id=by.process, seat=whom, side=whose).exists():
        raise Refusal(gettext_noop("This clearance was proposed already. Confirm it, or end it."))
    row = Clearance.unscoped.create(process_id=by.process, seat=whom, side=whose, proposed_by_id=by.seat)
    record.write(process=by.process, verb="propose a clearance", role=by.role)
    return row


@act
def confirm_clearance(*, clearance: UUID, by: Seated, once: str = "") -> None:
    """A second facilitator confirms: only now does the clearance hold."""
    first_time(once)
    process_acts.facilitating(by)
    row = _of(Clearance, by, clearance)
    rules.may_confirm(cleared(row), by=by.seat)
    row.confirmed_by_id = by.seat
    row.save()
    record.write(process=by.process, verb="confirm a clearance", role=by.role)


@act
def end_clearance(*, clearance: UUID, by: Seated, once: str = "") -> None:
    """Any one facilitator may end a clearance: to close needs no second."""
    first_time(once)
    process_acts.facilitating(by)
    _of(Clearance, by, clearance).delete()
    record.write(process=by.process, verb="end a clearance", role=by.role)


def cleared(row: Clearance) -> Cleared:
    """A clearance as the rules see it."""
    return Cleared(row.seat_id, row.side_id, row.proposed_by_id, row.confirmed_by_id)


def may_see_worksheet(*, seat: Seated, side: UUID) -> bool:
    """Whether a seat may see the worksheet of a side, as the clearances stand now."""
    rows = Clearance.unscoped.filter(process_id=seat.process, seat_id=seat.seat, side_id=side)
    return seat.role in process_rules.PANEL and rules.may_see_worksheet(
        map(cleared, rows), seat=seat.seat, side=side
    )


# --- rows -----------------------------------------------------------------------------------------


def _of(model: type[Row], by: Seated, row: UUID) -> Row:
    """A row of the actor's process; another's reads like none."""
    found = model.unscoped.filter(pk=row, process_id=by.process).first()
    if found is None:
        raise NotHere
    return found


def _packed(values: Mapping[str, Any]) -> str:
    return json.dumps(dict(values), ensure_ascii=False, sort_keys=True)


def _unpacked(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found
