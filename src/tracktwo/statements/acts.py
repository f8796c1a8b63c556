"""Writing, moderating, translating, voting. A vote leaves no entry in the record: its order would betray."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from uuid import UUID

import numpy as np
from django.db.models import QuerySet

from tracktwo.errors import NotHere, Refusal, gettext_noop
from tracktwo.process import acts as process_acts
from tracktwo.process import phases, visibility
from tracktwo.process import rules as process_rules
from tracktwo.process.models import Seat, Side
from tracktwo.process.rules import Role
from tracktwo.process.seated import Seated
from tracktwo.record import acts as record
from tracktwo.record.acts import act
from tracktwo.record.once import first_time
from tracktwo.statements import ballots, rounds, rules
from tracktwo.statements.models import Ballot, Round, RoundBallot, Statement, Wording
from tracktwo.statements.rules import Manner, Opening, State
from tracktwo.vault import keys
from tracktwo.vault.fields import Fresh

RESERVE = 32  # blank ballots made ahead, so that a newcomer's row is one of many


# --- statements -------------------------------------------------------------------------------


@act
def write(*, text: str, language: str, by: Seated, once: str = "") -> Statement:
    """A seat writes a statement. The panel's own are open at once; others wait for the panel (strict)."""
    first_time(once)
    own = Statement.unscoped.filter(process_id=by.process, pseudonym=by.pseudonym("statement")).count()
    rules.may_write(by.role, process_acts.phase_now(by.process), own)
    statement = Statement(process_id=by.process, pseudonym=by.pseudonym("statement"))
    statement.side_of_author = str(by.side or "")
    if by.facilitates:
        statement.state, statement.slot = State.OPEN, next_slot(by.process)
    statement.save()
    _word(statement, language, text, source=True, draft=False)
    if by.facilitates:  # as with votes, the order of entries would tell who of a side wrote what
        record.write(process=by.process, verb="write a statement", role=by.role)
    return statement


@act
def seed(
    *,
    process: UUID,
    wordings: Sequence[Mapping[str, str]],
    drafts: frozenset[str],
    by: str,
) -> list[Statement]:
    """Statements a process begins with: open at once, in every language given; the first one is the source."""
    rows = []
    for words in wordings:
        statement = Statement.unscoped.create(process_id=process, state=State.OPEN, slot=next_slot(process))
        for place, (language, text) in enumerate(words.items()):
            _word(statement, language, text, source=place == 0, draft=language in drafts)
        rows.append(statement)
    record.write(process=process, verb="seed statements", role=by)
    return rows


@act
def moderate(*, statement: UUID, to: State, by: Seated, reason: str = "", once: str = "") -> None:
    """The panel opens a statement for votes, or says why not. Its texts move to the scope of the new state."""
    first_time(once)
    process_acts.facilitating(by)
    row = _statement(by, statement)
    rules.may_move(State(row.state), to, reason)
    texts = [
        (wording, wording.text.open(visibility.for_resealing(by.process)))
        for wording in row.wording_set.all()
    ]
    row.state, row.reason = to, reason if to is State.REJECTED else ""
    if to is State.OPEN and row.slot is None:
        row.slot = next_slot(by.process)
    row.save()
    for wording, text in texts:
        wording.statement = row  # the scope is that of the new state
        wording.text = text
        wording.save()
    record.write(process=by.process, verb=f"moderate: {to}", role=by.role)


@act
def translate(
    *, statement: UUID, language: str, text: str, reviewed: bool, by: Seated, once: str = ""
) -> None:
    """A wording in another language: a draft until somebody says that it is reviewed."""
    first_time(once)
    phases.may_write(process_acts.phase_now(by.process))
    row = _statement(by, statement)
    wording = Wording.unscoped.filter(statement=row, language=language).first()
    if wording is not None and wording.source:
        raise Refusal(
            gettext_noop("This is the language the statement was written in. Its words stay as they are.")
        )
    if wording is None:
        _word(row, language, text, source=False, draft=not reviewed)
    else:
        wording.statement, wording.text, wording.draft = row, text, not reviewed
        wording.save()
    record.write(process=by.process, verb="review a translation" if reviewed else "translate", role=by.role)


def _word(statement: Statement, language: str, text: str, *, source: bool, draft: bool) -> None:
    wording = Wording(
        process_id=statement.process_id, statement=statement, language=language, source=source, draft=draft
    )
    wording.text = text
    wording.save()


def _statement(by: Seated, statement: UUID) -> Statement:
    row = Statement.unscoped.select_for_update().filter(pk=statement, process_id=by.process).first()
    if row is None or not by.on_panel:
        raise NotHere
    return row


def next_slot(process: UUID) -> int:
    """The next free place in every ballot; ballots grow when they are full."""
    process_acts.locked(process)
    taken = (
        Statement.unscoped.filter(process_id=process, slot__isnull=False)
        .order_by("-slot")
        .values_list("slot", flat=True)
        .first()
    )
    slot = 0 if taken is None else taken + 1
    first = Ballot.unscoped.filter(process_id=process).first()
    if first is not None:
        _make_room(process, slot + 1)
    return slot


def _make_room(process: UUID, statements: int) -> None:
    """Rewrite all ballots in a larger size, where the statements no longer fit."""
    grant, capacity = visibility.for_counting(process), ballots.capacity_for(statements)
    rows = Ballot.unscoped.select_for_update().filter(process_id=process)
    for row in rows:
        opened = ballots.unpack(row.vector.open_bytes(grant))
        if len(opened.slots) >= capacity:
            return
        row.vector = Fresh(ballots.pack(ballots.grown(opened, capacity)))
        row.save()


# --- votes ------------------------------------------------------------------------------------


@act
def vote(*, statement: UUID, vote: str | None, by: Seated) -> None:
    """Vote, change a vote, or take it back (None). Setting the same vote twice changes nothing."""
    if vote is not None and vote not in ballots.VOTES:
        raise Refusal(gettext_noop("A vote is agree, disagree or pass."))
    asked = Statement.unscoped.filter(pk=statement, process_id=by.process, state=State.OPEN).first()
    if asked is None or asked.slot is None:
        raise NotHere
    row = _own_ballot_for_writing(by)
    # Asked once the row is held: closing waits for it, so the answer stays true until the vote is kept.
    rules.may_vote(by.role, process_acts.phase_now(by.process))
    grant = visibility.own_row(by, row, instrument="ballot", scope="ballots")
    opened = ballots.unpack(row.vector.open_bytes(grant))
    row.vector = Fresh(ballots.pack(opened.with_vote(asked.slot, vote)))
    row.save(update_fields=["vector"])


def own_ballot(seat: Seated) -> ballots.Ballot | None:
    """What this seat has voted so far; None before its first vote."""
    row = Ballot.unscoped.filter(process_id=seat.process, pseudonym=seat.pseudonym("ballot")).first()
    if row is None:
        return None
    return ballots.unpack(
        row.vector.open_bytes(visibility.own_row(seat, row, instrument="ballot", scope="ballots"))
    )


def _own_ballot_for_writing(by: Seated) -> Ballot:
    own = Ballot.unscoped.select_for_update().filter(process_id=by.process, pseudonym=by.pseudonym("ballot"))
    row = own.first()
    if row is None:
        _hand_out(by)
        row = own.get()
    return row


def _hand_out(by: Seated) -> None:
    """Give this seat a ballot: one of those made for every seat ahead, or a blank one chosen at random."""
    process_acts.locked(by.process)
    rules.may_vote(by.role, process_acts.phase_now(by.process))
    if not Ballot.unscoped.filter(process_id=by.process).exclude(seatless=True).exists():
        _allocate(by.process)
    if Ballot.unscoped.filter(process_id=by.process, pseudonym=by.pseudonym("ballot")).exists():
        return
    blanks = Ballot.unscoped.filter(process_id=by.process, blank=True)
    if not blanks.exists():
        _insert(by.process, [_blank() for _ in range(RESERVE)])
    row = secrets.choice(list(blanks))
    row.pseudonym, row.blank = by.pseudonym("ballot"), False
    row.vector = Fresh(ballots.pack(ballots.empty(by.side_place, _capacity(by.process))))
    row.save()


def _allocate(process: UUID) -> None:
    """Ballots for every seat of a side and a reserve, written in random order: the order tells nothing."""
    seats = Seat.unscoped.filter(process_id=process, role__in=process_rules.OF_A_SIDE).select_related("side")
    named = [
        (keys.pseudonym(process, "ballot", seat.pk), seat.side.place if seat.side else 0, False)
        for seat in seats
    ]
    _insert(process, named + [_blank() for _ in range(RESERVE)])


def _blank() -> tuple[bytes, int, bool]:
    return secrets.token_bytes(32), 0, True


def _insert(process: UUID, named: list[tuple[bytes, int, bool]]) -> None:
    empty = {place: ballots.pack(ballots.empty(place, _capacity(process))) for _, place, _ in named}
    rows = []
    for pseudonym, place, blank in named:
        row = Ballot(process_id=process, pseudonym=pseudonym, blank=blank)
        row.vector = Fresh(empty[place])
        rows.append(row)
    write_shuffled(rows)


def write_shuffled(rows: list[Ballot]) -> None:
    secrets.SystemRandom().shuffle(rows)
    Ballot.unscoped.bulk_create(rows, batch_size=500)


def _capacity(process: UUID) -> int:
    """The one length of all ballots of a process."""
    row = Ballot.unscoped.filter(process_id=process).first()
    if row is not None:
        return len(ballots.unpack(row.vector.open_bytes(visibility.for_counting(process))).slots)
    return ballots.capacity_for(Statement.unscoped.filter(process_id=process, slot__isnull=False).count() + 8)


@act
def cast(*, process: UUID, side: Sequence[int], slots: np.ndarray, by: str, verb: str) -> int:
    """Ballots of people without a seat (an imported consultation, a demo): random names, random order.

    `side` [n] is the place of the side, 0 for none; `slots` uint8 [n, statements] holds the codes of `ballots`.
    """
    _make_room(process, slots.shape[1])
    capacity = max(_capacity(process), ballots.capacity_for(slots.shape[1]))
    rows = []
    for place, votes in zip(side, slots, strict=True):
        row = Ballot(process_id=process, pseudonym=secrets.token_bytes(32), seatless=True)
        row.vector = Fresh(ballots.pack(ballots.grown(ballots.Ballot(int(place), votes), capacity)))
        rows.append(row)
    write_shuffled(rows)
    record.write(process=process, verb=verb, role=by)
    return len(rows)


# --- rounds -----------------------------------------------------------------------------------


@act
def open_round(
    *,
    statements: Sequence[UUID],
    manner: Manner,
    by: Seated,
    side: UUID | None = None,
    new_cycle: bool = False,
    once: str = "",
) -> Round:
    """Open a round inside one side, or jointly (no side). Every seat of it has its ballot from the start."""
    first_time(once)
    process_acts.facilitating(by)
    if side is not None and not Side.unscoped.filter(pk=side, process_id=by.process).exists():
        raise NotHere
    before = list(Round.unscoped.filter(process_id=by.process).order_by("number"))
    cycle = max((row.cycle for row in before), default=0 if new_cycle else 1) + new_cycle
    chosen, seats = list(dict.fromkeys(statements)), _seats_of_round(by.process, side)
    opening = _opening(by, chosen, side, cycle, before, seats)
    rules.may_open_round(process_acts.phase_now(by.process), opening)
    row = Round(
        process_id=by.process, number=len(before) + 1, cycle=cycle, side_id=side, manner=manner, ended=False
    )
    row.asked = json.dumps([str(one) for one in chosen])
    row.save()
    _hand_out_sheets(row, seats)
    record.write(process=by.process, verb="open a round", role=by.role)
    return row


def _seats_of_round(process: UUID, side: UUID | None) -> list[Seat]:
    """Who sits at the table: of one side, or of all."""
    seats = Seat.unscoped.filter(process_id=process, role=Role.PARTICIPANT, withdrawn=False)
    return list((seats.filter(side_id=side) if side else seats).select_related("side"))


def _opening(
    by: Seated,
    chosen: Sequence[UUID],
    side: UUID | None,
    cycle: int,
    before: Sequence[Round],
    seats: Sequence[Seat],
) -> Opening:
    """What the rules ask about before a round is opened."""
    asked = {row.pk: set(asked_in(row, by)) for row in before}
    alike = [row for row in before if row.side_id == side]
    inside = {
        seat.side.pk: (seat.side.letter, set().union(*(asked[row.pk] for row in before if _own(row, seat))))
        for seat in seats
        if seat.side
    }
    missing = [letter for letter, had in inside.values() if set(chosen) - had] if side is None else []
    return Opening(
        asked=Statement.unscoped.filter(
            process_id=by.process, state=State.OPEN, slot__isnull=False, pk__in=chosen
        ).count(),
        chosen=len(chosen),
        seats=len(seats),
        one_is_open=any(not row.ended for row in alike),
        asked_before=any(row.cycle == cycle and asked[row.pk] & set(chosen) for row in alike),
        not_inside_yet=sorted(missing),
    )


def _own(row: Round, seat: Seat) -> bool:
    """Whether this was a round of the seat's own side, and has ended."""
    return row.ended and row.side_id is not None and row.side_id == seat.side_id


def asked_in(row: Round, seat: Seated) -> list[UUID]:
    """The statements of a round, in its order."""
    return [UUID(one) for one in json.loads(row.asked.open(seat.grant))]


def instrument_of(row: Round) -> str:
    """A label of its own for every round: two rounds do not join, even for whoever holds the database."""
    return f"round {row.pk}"


def _hand_out_sheets(row: Round, seats: Sequence[Seat]) -> None:
    """A sheet for every seat, written in random order: neither order nor time tells who answers."""
    made = []
    for seat in seats:
        name = keys.pseudonym(row.process_id, instrument_of(row), seat.pk)
        one = RoundBallot(process_id=row.process_id, round=row, pseudonym=name)
        one.answers = Fresh(rounds.pack(rounds.blank(seat.side.place if seat.side else 0)))
        made.append(one)
    secrets.SystemRandom().shuffle(made)
    RoundBallot.unscoped.bulk_create(made)


def own_sheet(seat: Seated, row: Round) -> rounds.Sheet | None:
    """What this seat has said in a round so far; None where it has no ballot in it."""
    found = _own_sheets(seat, row).first()
    return _opened_sheet(seat, row, found) if found else None


def _own_sheets(seat: Seated, row: Round) -> QuerySet[RoundBallot]:
    return RoundBallot.unscoped.filter(round=row, pseudonym=seat.pseudonym(instrument_of(row)))


def _opened_sheet(seat: Seated, row: Round, ballot: RoundBallot) -> rounds.Sheet:
    grant = visibility.own_row(seat, ballot, instrument=instrument_of(row), scope="ballots")
    return rounds.unpack(ballot.answers.open_bytes(grant))


@act
def answer_round(
    *,
    round: UUID,
    answers: Mapping[UUID, str | None],
    by: Seated,
    expected: Mapping[tuple[UUID, int], int] | None = None,
    once: str = "",
) -> None:
    """Answer, or answer otherwise, until the end. What is not named stays as it is. Leaves no entry in the record."""
    first_time(once)
    if any(word is not None and word not in ballots.VOTES for word in answers.values()):
        raise Refusal(gettext_noop("An answer is agree, disagree or pass."))
    row = _held_round(by, round)
    ballot = _own_sheets(by, row).select_for_update().first()
    if ballot is None and not row.ended:
        raise NotHere  # not of this round: it was opened without this seat
    rules.may_answer_round(process_acts.phase_now(by.process), ended=row.ended)
    assert ballot is not None
    place = {one: number for number, one in enumerate(asked_in(row, by))}
    if not set(answers) <= set(place) or not {one for one, _ in expected or ()} <= set(place):
        raise NotHere
    sheet = _opened_sheet(by, row, ballot).with_answers({place[one]: word for one, word in answers.items()})
    if row.side_id is None:
        sheet = sheet.with_expected(
            {(place[one], side): band for (one, side), band in (expected or {}).items()}
        )
    ballot.answers = Fresh(rounds.pack(sheet))
    ballot.save(update_fields=["answers"])


def _held_round(by: Seated, round: UUID) -> Round:
    """A round this seat may know of, held until the act is over: an answer is counted, or refused."""
    seen = Round.objects.seen_by(by).filter(pk=round).values("pk")
    row = Round.unscoped.select_for_update().filter(pk__in=seen).first()
    if row is None:
        raise NotHere
    return row


@act
def end_round(*, round: UUID, by: Seated, once: str = "") -> None:
    """End a round: its one result is counted and stored, and every sheet destroyed, so that nobody counts again."""
    first_time(once)
    process_acts.facilitating(by)
    row = _held_round(by, round)
    rules.may_end_round(process_acts.phase_now(by.process), ended=row.ended)
    row.result, row.ended = json.dumps(_counted_round(row, by)), True
    row.save()
    RoundBallot.unscoped.filter(round=row).delete()
    record.write(process=by.process, verb="end a round", role=by.role)


def _counted_round(row: Round, by: Seated) -> dict[str, object]:
    grant, manner = visibility.for_counting(by.process), Manner(row.manner)
    found = list(RoundBallot.unscoped.filter(round=row))
    sheets = [rounds.unpack(one.answers.open_bytes(grant)) for one in found]
    names = _names_at_the_table(row, by) if manner is Manner.HANDS else {}
    return rounds.result(
        sheets,
        sorted({sheet.side for sheet in sheets}),
        asked=len(asked_in(row, by)),
        manner=manner,
        names=[names[bytes(one.pseudonym or b"")] for one in found] if names else (),
    )


def _names_at_the_table(row: Round, by: Seated) -> dict[bytes, str]:
    """Whose sheet is whose, for a show of hands: everybody knew beforehand that it would be told."""
    seats = Seat.unscoped.filter(process_id=by.process, role=Role.PARTICIPANT)
    return {
        keys.pseudonym(by.process, instrument_of(row), seat.pk): seat.label.open(by.grant) for seat in seats
    }
