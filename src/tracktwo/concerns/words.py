"""What a seat has written and what its side has shared, as a page shows it: for that seat and that side alone."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from tracktwo.concerns.acts import Words, own_text
from tracktwo.concerns.board import on_the_table
from tracktwo.concerns.models import INSTRUMENT, Concern, Constraint
from tracktwo.concerns.rules import CONCERN_NAMES, ConcernKind, Voiced
from tracktwo.process.door import SeenSide, seen_sides
from tracktwo.process.seated import Seated
from tracktwo.process.wording import Worded, worded


@dataclass(frozen=True)
class Written:
    """Words that are somebody's own, their side's, or (a constraint) on the table."""

    id: UUID
    kind_name: str  # a sentence to translate; empty for a constraint
    about: SeenSide | None
    side: SeenSide
    state: str
    own: bool
    text: str
    lang: str


def written(seat: Seated, model: type[Concern] | type[Constraint], language: str) -> list[Written]:
    """All of these that the seat may read, those that are its own first; in no order that tells of time."""
    sides = {side.id: side for side in seen_sides(seat)}
    rows = [_written(seat, row, sides, language) for row in model.objects.seen_by(seat)]
    return sorted(rows, key=lambda one: (not one.own, one.side.hue, one.kind_name, one.id.bytes))


def _written(seat: Seated, row: Words, sides: dict[UUID, SeenSide], language: str) -> Written:
    said = _read(seat, row, language)
    concern = row if isinstance(row, Concern) else None
    return Written(
        id=row.pk,
        kind_name=CONCERN_NAMES[ConcernKind(concern.kind)] if concern else "",
        about=sides.get(concern.about_id) if concern and concern.about_id else None,
        side=sides[row.side_id],
        state=row.state,
        own=is_own(seat, row),
        text=said.text,
        lang=said.lang,
    )


def _read(seat: Seated, row: Words, language: str) -> Worded:
    packed = own_text(seat, row) if row.state == Voiced.PRIVATE else row.text.open(seat.grant)
    return worded(packed, language)


def is_own(seat: Seated, row: Words) -> bool:
    return row.pseudonym is not None and bytes(row.pseudonym) == seat.pseudonym(INSTRUMENT)


def choices(seat: Seated, language: str) -> list[tuple[str, str]]:
    """The needs and fears on the table, to choose which of them an idea answers."""
    letters = {side.id: side.letter for side in seen_sides(seat)}
    rows = [row for row in on_the_table(seat) if row.kind != ConcernKind.MISPERCEPTION]
    return [
        (str(row.pk), f"{letters[row.side_id]} · {worded(row.text.open(seat.grant), language).text}")
        for row in sorted(rows, key=lambda row: letters[row.side_id])
    ]
