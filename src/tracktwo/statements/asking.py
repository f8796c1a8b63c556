"""Which statement a voter is shown next, and why; from what the last count prepared, never computed in a request."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

import numpy as np

from tracktwo.engines.opinion import routing
from tracktwo.engines.opinion.routing import Reason, Routing
from tracktwo.errors import gettext_noop
from tracktwo.process import visibility
from tracktwo.process.seated import Seated
from tracktwo.statements.models import AnalysisRun

WHY: dict[Reason, str] = {
    Reason.CLOSE: gettext_noop(
        "It may be among what every side supports, and your side's answers are what is missing to tell."
    ),
    Reason.MAP: gettext_noop("People answer it differently: it helps to see how opinions lie to each other."),
    Reason.LOT: gettext_noop("It was drawn by lot. Some always are, so that the rest can be checked."),
}
OF_NO_SIDE = gettext_noop(
    "It may be among what everybody can support, and more answers are what is missing to tell."
)


@dataclass(frozen=True)
class Asked:
    """The slot of the statement to show, and the sentence that says why."""

    slot: int
    why: str


def kept(prepared: Routing) -> str:
    """What a count stores for asking: the worth of a vote by side, and the anchors of the map."""
    return json.dumps(
        {"worth": prepared.worth.round(6).tolist(), "anchor": prepared.anchor.round(6).tolist()}
    )


def next_for(seat: Seated, open_slots: list[int], answered: list[int]) -> Asked | None:
    """The next statement for this voter; the same at each visit until they have voted on it."""
    waiting = sorted(set(open_slots) - set(answered))
    if not waiting:
        return None
    run = AnalysisRun.objects.seen_by(seat).first()
    if run is None or not run.asking:
        return Asked(int(_dice(seat, 0, len(answered)).choice(waiting)), WHY[Reason.LOT])
    prepared = _widened(json.loads(run.asking.open(visibility.for_asking(seat.process))), max(waiting) + 1)
    may = np.zeros(prepared.worth.shape[1], dtype=bool)
    may[waiting] = True
    declared = seat.side_place - 1 if 0 < seat.side_place <= len(prepared.worth) and run.by_side else None
    question = routing.next_question(prepared, declared, may, rng=_dice(seat, run.number, len(answered)))
    if question is None:
        return None
    close_to_all = declared is None and question.reason is Reason.CLOSE
    return Asked(question.statement, OF_NO_SIDE if close_to_all else WHY[question.reason])


def _widened(stored: dict[str, list[list[float]]], columns: int) -> Routing:
    """Statements opened since the count are worth as much as the best: nothing is known of them."""
    worth, anchor = np.array(stored["worth"], dtype=float), np.array(stored["anchor"], dtype=float)
    missing = max(0, columns - worth.shape[1])
    best = worth.max(axis=1, initial=0.0)
    worth = np.concatenate([worth, np.repeat(best[:, None], missing, axis=1)], axis=1)
    return Routing(worth, np.concatenate([anchor, np.full(missing, anchor.max(initial=0.0))]))


def _dice(seat: Seated, run: int, answered: int) -> np.random.Generator:
    """A generator of this voter's own, so that a reload shows the same card and voters differ."""
    seed = hashlib.sha256(seat.pseudonym("asking") + f"|{run}|{answered}".encode()).digest()
    return np.random.default_rng(int.from_bytes(seed[:16], "big"))
