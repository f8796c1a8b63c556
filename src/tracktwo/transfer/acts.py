"""Drafting a paper from released figures, each line checked; typing in what seats wrote on paper."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from tracktwo.concerns import acts as concern_acts
from tracktwo.concerns.rules import Voiced
from tracktwo.engines.disclosure import Cell
from tracktwo.errors import NotHere, Refusal, gettext_noop
from tracktwo.preparation import acts as preparation_acts
from tracktwo.process import acts as process_acts
from tracktwo.process import rules as process_rules
from tracktwo.process import visibility
from tracktwo.process.models import Seat
from tracktwo.process.rules import Role
from tracktwo.process.seated import Seated
from tracktwo.process.visibility import own_seat
from tracktwo.process.wording import every_version
from tracktwo.record import acts as record
from tracktwo.record.acts import act
from tracktwo.record.once import first_time
from tracktwo.statements import acts as statement_acts
from tracktwo.statements import results
from tracktwo.statements.models import AnalysisRun, Seen, Statement
from tracktwo.statements.reckoning import SIDES
from tracktwo.statements.results import Told
from tracktwo.transfer import rules
from tracktwo.transfer.models import Line, Paper
from tracktwo.transfer.rules import LineCheck, Roster, SideFigure, Wording

MOST_LINES = 24
DESCRIBED = frozenset({Role.VOTER, Role.INTERPRETER, Role.OBSERVER})


@dataclass(frozen=True)
class Frame:
    """What stands before and after the lines."""

    heading: str
    introduction: str
    closing: str


@act
def draft(
    *,
    frame: Frame,
    language: str,
    statements: Sequence[UUID],
    by: Seated,
    considered: Sequence[UUID] = (),
    once: str = "",
) -> Paper:
    """A new draft: every chosen statement is checked, and stands in it as a line or as withheld, with why.

    Those only `considered` are noted where they would be withheld.
    """
    first_time(once)
    process_acts.facilitating(by)
    told = results.latest(by)
    if told.figures is None:
        raise Refusal(gettext_noop("There are no figures yet that a paper could rest on. Count first."))
    if told.compared != SIDES:
        raise Refusal(
            gettext_noop("A paper tells what every side supports. Here nobody has declared a side.")
        )
    if not 0 < len(statements) <= MOST_LINES:
        raise Refusal(gettext_noop("Choose from one to %(most)s statements for the paper."), most=MOST_LINES)
    paper = _paper(by, frame, language)
    roster = roster_of(by)
    checked = [
        (seen, check(seen, told, roster)) for seen in _chosen(by, [*statements, *considered], language)
    ]
    kept = [(seen, found) for seen, found in checked if seen.id in statements or not found.released]
    for place, (seen, found) in enumerate(kept, start=1):
        _line(paper, place, seen, told, found)
    record.write(process=by.process, verb=f"draft a paper ({paper.number})", role=by.role)
    return paper


def _paper(by: Seated, frame: Frame, language: str) -> Paper:
    last = Paper.unscoped.select_for_update().filter(process_id=by.process).order_by("-number").first()
    run = AnalysisRun.unscoped.filter(process_id=by.process).order_by("-number")[:1].get()
    paper = Paper(process_id=by.process, number=last.number + 1 if last else 1, language=language, run=run)
    paper.heading, paper.introduction, paper.closing = frame.heading, frame.introduction, frame.closing
    paper.save()
    return paper


def _chosen(by: Seated, statements: Sequence[UUID], language: str) -> list[Seen]:
    """The chosen open statements, in the order chosen; others read like none at all."""
    rows = {row.pk: row for row in Statement.objects.seen_by(by).filter(pk__in=statements)}
    return [rows[one].seen(by, language) for one in statements if one in rows]


def _line(paper: Paper, place: int, seen: Seen, told: Told, checked: LineCheck) -> None:
    cells = cells_of(told, seen.slot)
    line = Line(
        process_id=paper.process_id, paper=paper, place=place, statement_id=seen.id, language=seen.lang
    )
    line.released, line.text = checked.released, seen.text
    line.figures = json.dumps(
        [
            {"letter": mark.letter, "name": mark.name, "hue": mark.hue, "cell": as_plain(cell)}
            for mark, cell in zip(told.marks, cells, strict=True)
        ]
    )
    line.checks = json.dumps(
        {
            "draft": seen.draft,
            "checks": [[one.name, one.passed, one.sentence, dict(one.facts)] for one in checked.checks],
        }
    )
    line.save()


def check(seen: Seen, told: Told, roster: Roster) -> LineCheck:
    """Every check of one statement against what is released of it."""
    sides = tuple(
        SideFigure(mark.name, cell) for mark, cell in zip(told.marks, cells_of(told, seen.slot), strict=True)
    )
    wording = Wording.DRAFT if seen.draft else Wording.REVIEWED
    return rules.check_line(seen.text, sides, roster=roster, wording=wording, marked_draft=True)


def cells_of(told: Told, slot: int | None) -> list[Cell | None]:
    """The released cell of each side; None where the statement was not counted."""
    if told.figures is None or slot is None or slot >= told.figures.withheld.shape[1]:
        return [None for _ in told.marks]
    return [told.figures.cell(place, slot) for place in range(len(told.marks))]


def as_plain(cell: Cell | None) -> dict[str, int | None] | None:
    if cell is None:
        return None
    return {
        "withheld": int(cell.withheld), "band": int(cell.band), "answered": cell.answered, "agree": cell.agree,
        "disagree": cell.disagree, "passed": cell.passed, "percent": cell.percent, "low": cell.low, "high": cell.high,
    }  # fmt: skip


def roster_of(by: Seated) -> Roster:
    """Names and names at the table, in every language they are written in: none may stand in a paper.

    The wider circle, interpreters and observers sit under descriptions ("a farmer of the delta"): only
    the whole of one would point to somebody, not each of its words.
    """
    people: list[str] = []
    pseudonyms: list[str] = []
    descriptions: list[str] = []
    for seat in Seat.objects.seen_by(by):
        grant = own_seat(by) if seat.pk == by.seat else by.grant
        labels = descriptions if Role(seat.role) in DESCRIBED else pseudonyms
        labels += every_version(seat.label.open(grant))
        if seat.name is not None:
            people.append(seat.name.open(by.grant))
    return Roster(people=tuple(people), pseudonyms=tuple(pseudonyms), affiliations=tuple(descriptions))


# --- typing in what seats wrote on paper ---------------------------------------------------------


@act
def note_printing(*, by: Seated, once: str = "") -> None:
    """That forms were printed stands in the record; which, and for whom, does not."""
    first_time(once)
    process_acts.facilitating(by)
    record.write(process=by.process, verb="print forms", role=by.role)


def _on_behalf(by: Seated, seat: UUID) -> Seated:
    """The seat whose paper is typed in, as it would act itself. Never reaches a page."""
    process_acts.facilitating(by)
    row = Seat.unscoped.filter(
        pk=seat, process_id=by.process, role__in=process_rules.OF_A_SIDE, withdrawn=False
    ).select_related("process", "side")
    found = row.first()
    if found is None:
        raise NotHere
    return visibility.seated(found)


def _typed(by: Seated) -> None:
    record.write(process=by.process, verb="type in from paper", role=by.role)


@act
def type_in_votes(*, seat: UUID, votes: Mapping[UUID, str], by: Seated, once: str = "") -> None:
    """A ballot of open statements; what it leaves empty stays as it was. What was voted before is never shown."""
    first_time(once)
    voter = _on_behalf(by, seat)
    if not votes:
        raise Refusal(gettext_noop("Nothing was ticked on this ballot: there is nothing to keep."))
    for statement, vote in votes.items():
        statement_acts.vote(statement=statement, vote=vote, by=voter)
    _typed(by)


@act
def type_in_answers(
    *,
    seat: UUID,
    round: UUID,
    answers: Mapping[UUID, str],
    expected: Mapping[tuple[UUID, int], int],
    by: Seated,
    once: str = "",
) -> None:
    """The ballot of a round, with what the seat expects of others."""
    first_time(once)
    voter = _on_behalf(by, seat)
    if not answers and not expected:
        raise Refusal(gettext_noop("Nothing was ticked on this ballot: there is nothing to keep."))
    statement_acts.answer_round(round=round, answers=answers, expected=expected, by=voter)
    _typed(by)


@act
def type_in_concern(
    *, seat: UUID, kind: str, text: str, to: Voiced, by: Seated, about: UUID | None = None, once: str = ""
) -> None:
    """A need, a fear, a misperception, a constraint: as far as its writer ticked."""
    process_rules.may_facilitate(by.role)
    concern_acts.put_from_paper(kind=kind, text=text, on_behalf_of=seat, by=by, to=to, about=about, once=once)


@act
def type_in_intake(*, seat: UUID, answers: Mapping[str, object], by: Seated, once: str = "") -> None:
    """What a seat told the facilitators on paper."""
    first_time(once)
    preparation_acts.give_intake(answers=answers, by=_on_behalf(by, seat))
    _typed(by)
