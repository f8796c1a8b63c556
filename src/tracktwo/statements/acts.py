"""Writing, moderating, translating, voting. A vote leaves no entry in the record: its order would betray."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from uuid import UUID

import numpy as np

from tracktwo.errors import NotHere, Refusal, gettext_noop
from tracktwo.process import acts as process_acts
from tracktwo.process import phases, visibility
from tracktwo.process import rules as process_rules
from tracktwo.process.models import Seat
from tracktwo.process.seated import Seated
from tracktwo.record import acts as record
from tracktwo.record.acts import act
from tracktwo.record.once import first_time
from tracktwo.statements import ballots, rules
from tracktwo.statements.models import Ballot, Statement, Wording
from tracktwo.statements.rules import State
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
