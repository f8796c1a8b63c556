"""The board in words: who has heard how much of whose concerns, and what is still unheard. The same everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracktwo.concerns.board import STATES, UNHEARD, Board, OnBoard, Tally, tallies
from tracktwo.concerns.rules import Hearing
from tracktwo.errors import gettext_noop
from tracktwo.figures import Hearer, Mark
from tracktwo.process.door import SeenSide

# A state in words, and the sign beside it: nothing rests on colour.
STATE_WORDS: dict[str, str] = {
    UNHEARD: gettext_noop("not restated yet"),
    Hearing.WAITING: gettext_noop("waits for an answer"),
    Hearing.HEARD: gettext_noop("heard"),
    Hearing.NOT_YET: gettext_noop("not yet"),
}
SIGNS: dict[str, str] = {UNHEARD: "○", Hearing.WAITING: "…", Hearing.HEARD: "✓", Hearing.NOT_YET: "◐"}


@dataclass(frozen=True)
class Line:
    """One other side, in a sentence; and what it has not heard yet."""

    by: SeenSide
    words: str
    unheard: tuple[OnBoard, ...]


def sentences(shown: Board) -> dict[UUID, tuple[Line, ...]]:
    """For each side with concerns, a sentence about each other side."""
    found: dict[UUID, tuple[Line, ...]] = {}
    for tally in tallies(shown):
        line = Line(tally.by, sentence(tally), tally.unheard)
        found[tally.owner.id] = (*found.get(tally.owner.id, ()), line)
    return found


def sentence(tally: Tally) -> str:
    facts = {"by": tally.by.name, "owner": tally.owner.name, "heard": tally.heard, "of": tally.of}
    return (
        ngettext(
            "Heard by %(by)s: %(heard)s of %(of)s concern of %(owner)s.",
            "Heard by %(by)s: %(heard)s of %(of)s concerns of %(owner)s.",
            tally.of,
        )
        % facts
    )


def hearers(concerns: tuple[OnBoard, ...], sides: list[SeenSide]) -> list[Hearer]:
    """The picture's rows: for each side that is asked, the state of every concern, in the order of the list."""
    rows = []
    for side in sides:
        states = [
            next((said.state for said in one.hearings if said.side.id == side.id), "") for one in concerns
        ]
        if any(states):
            asked = [state for state in states if state]
            label = _("%(heard)s of %(of)s") % {"heard": asked.count(Hearing.HEARD), "of": len(asked)}
            rows.append(Hearer(Mark(side.letter, side.hue, side.name), label, tuple(states)))
    return rows


def legend() -> tuple[tuple[str, str], ...]:
    """The states with their words, in the order of the way from unheard to heard."""
    order = (UNHEARD, Hearing.WAITING.value, Hearing.NOT_YET.value, Hearing.HEARD.value)
    assert set(order) == set(STATES)
    return tuple((state, _(STATE_WORDS[state])) for state in order)
