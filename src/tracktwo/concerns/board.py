"""The board: every side's concerns on the table, and by whom each has been heard. No names of seats.

    shown = board(seat, "en")
    for row in shown.sides: ...
    unheard(shown)            what somebody still has to restate until its owner says heard

For a page, a sheet of paper, a projector alike. A seat that does not hear the plenary gets empty sides.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from tracktwo.concerns.models import Concern, Restatement
from tracktwo.concerns.rules import CONCERN_NAMES, ConcernKind, Hearing, answering
from tracktwo.process.door import SeenSide, seen_sides
from tracktwo.process.seated import Seated
from tracktwo.process.wording import Worded, worded
from tracktwo.vault.fields import Sealed

UNHEARD = "unheard"  # nobody of that side has tried yet; the other states are those of a restatement
STATES = (UNHEARD, Hearing.WAITING.value, Hearing.HEARD.value, Hearing.NOT_YET.value)


@dataclass(frozen=True)
class Said:
    """How one other side stands to a concern: its last restatement, and what its owner said is missing."""

    side: SeenSide
    state: str  # unheard, waiting, heard or not yet
    attempts: int = 0
    text: str = ""
    lang: str = ""  # empty where nobody said which language it is
    missing: str = ""
    missing_lang: str = ""


@dataclass(frozen=True)
class OnBoard:
    """A concern as it stands on the table. `kind_name` is a sentence to translate."""

    id: UUID
    kind: str  # need, fear or misperception
    kind_name: str
    text: str
    lang: str
    about: SeenSide | None  # whom a misperception is about; it alone answers
    hearings: tuple[Said, ...]

    @property
    def heard(self) -> bool:
        """Whether everybody who should has heard it."""
        return all(one.state == Hearing.HEARD for one in self.hearings)


@dataclass(frozen=True)
class BoardSide:
    side: SeenSide
    concerns: tuple[OnBoard, ...]


@dataclass(frozen=True)
class Board:
    sides: tuple[BoardSide, ...]

    @property
    def empty(self) -> bool:
        return not any(row.concerns for row in self.sides)


@dataclass(frozen=True)
class Tally:
    """How much of one side's concerns another side has heard."""

    owner: SeenSide
    by: SeenSide
    heard: int
    of: int
    unheard: tuple[OnBoard, ...]  # all that are not heard, in whatever state


def board(seat: Seated, language: str) -> Board:
    """The board for one seat, each text in the reader's language where it has one."""
    sides = seen_sides(seat)
    tried: dict[UUID, list[Restatement]] = defaultdict(list)
    for attempt in Restatement.objects.seen_by(seat).order_by("number"):
        tried[attempt.concern_id].append(attempt)
    shown: dict[UUID, list[OnBoard]] = defaultdict(list)
    for row in on_the_table(seat):
        shown[row.side_id].append(seen(seat, row, tried[row.pk], sides, language))
    return Board(tuple(BoardSide(side, tuple(shown[side.id])) for side in sides))


def on_the_table(seat: Seated) -> list[Concern]:
    """Needs, fears, misperceptions; within each in an order that tells nothing of who came first."""
    order = list(ConcernKind)
    rows = Concern.objects.seen_by(seat).filter(state="table") if "plenary" in seat.grant.scopes else []
    return sorted(rows, key=lambda row: (order.index(ConcernKind(row.kind)), row.pk.bytes))


def seen(
    seat: Seated, row: Concern, attempts: list[Restatement], sides: list[SeenSide], language: str
) -> OnBoard:
    """One concern on the table; `attempts` are its restatements, first to last."""
    said = read(seat, row.text, language)
    asked = answering(row.kind, row.side_id, row.about_id, [side.id for side in sides])
    return OnBoard(
        id=row.pk,
        kind=row.kind,
        kind_name=CONCERN_NAMES[ConcernKind(row.kind)],
        text=said.text,
        lang=said.lang,
        about=next((side for side in sides if side.id == row.about_id), None),
        hearings=tuple(
            _said(seat, side, [one for one in attempts if one.side_id == side.id], language)
            for side in sides
            if side.id in asked
        ),
    )


def _said(seat: Seated, side: SeenSide, attempts: list[Restatement], language: str) -> Said:
    if not attempts:
        return Said(side, UNHEARD)
    last = attempts[-1]
    text = read(seat, last.text, language)
    missing = read(seat, last.missing, language) if last.missing else Worded("", "")
    return Said(side, last.hearing, len(attempts), text.text, text.lang, missing.text, missing.lang)


def read(seat: Seated, sealed: Sealed, language: str) -> Worded:
    return worded(sealed.open(seat.grant), language)


def only(shown: Board, letter: str) -> Board:
    """The board of one side, by its letter; of all where no side has it."""
    chosen = tuple(row for row in shown.sides if row.side.letter == letter)
    return Board(chosen) if chosen else shown


def unheard(shown: Board) -> tuple[Tally, ...]:
    """Who has not heard what yet: one tally for each side and each other side that owes it something."""
    return tuple(tally for tally in tallies(shown) if tally.unheard)


def tallies(shown: Board) -> tuple[Tally, ...]:
    """For each side with concerns and each other side that is asked to hear them: how many it has heard."""
    found = []
    for row in shown.sides:
        owing: dict[UUID, tuple[SeenSide, list[tuple[OnBoard, Said]]]] = {}
        for concern in row.concerns:
            for said in concern.hearings:
                owing.setdefault(said.side.id, (said.side, []))[1].append((concern, said))
        for by, pairs in sorted(owing.values(), key=lambda one: one[0].hue):
            open_ones = tuple(concern for concern, said in pairs if said.state != Hearing.HEARD)
            found.append(Tally(row.side, by, len(pairs) - len(open_ones), len(pairs), open_ones))
    return tuple(found)
