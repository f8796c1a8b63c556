"""The phases of a process as a table of allowed steps. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tracktwo.errors import Refusal, gettext_noop


class Phase(StrEnum):
    """Where a process stands."""

    PREPARING = "preparing"
    TALKS = "talks"
    CONVENING = "convening"
    CONSULTING = "consulting"
    DRAFTING = "drafting"
    TRANSFER = "transfer"
    FOLLOW_UP = "follow-up"
    CLOSED = "closed"
    ERASED = "erased"


PHASE_NAMES: dict[Phase, str] = {
    Phase.PREPARING: gettext_noop("Preparation"),
    Phase.TALKS: gettext_noop("Talks with each side"),
    Phase.CONVENING: gettext_noop("Workshop"),
    Phase.CONSULTING: gettext_noop("Statements and votes"),
    Phase.DRAFTING: gettext_noop("Drafting"),
    Phase.TRANSFER: gettext_noop("Transfer"),
    Phase.FOLLOW_UP: gettext_noop("Follow-up"),
    Phase.CLOSED: gettext_noop("Closed"),
    Phase.ERASED: gettext_noop("Erased"),
}

# Each step is allowed for a reason; steps back exist because workshops continue and texts return to the sides.
STEPS: dict[Phase, tuple[Phase, ...]] = {
    Phase.PREPARING: (Phase.TALKS, Phase.CLOSED),
    Phase.TALKS: (Phase.CONVENING, Phase.PREPARING, Phase.CLOSED),
    Phase.CONVENING: (Phase.CONSULTING, Phase.DRAFTING, Phase.TALKS, Phase.CLOSED),
    Phase.CONSULTING: (Phase.DRAFTING, Phase.CONVENING, Phase.CLOSED),
    Phase.DRAFTING: (Phase.TRANSFER, Phase.CONSULTING, Phase.CONVENING, Phase.CLOSED),
    Phase.TRANSFER: (Phase.FOLLOW_UP, Phase.DRAFTING, Phase.CLOSED),
    Phase.FOLLOW_UP: (Phase.CONVENING, Phase.CLOSED),
    Phase.CLOSED: (Phase.ERASED,),
    Phase.ERASED: (),
}

GUARDED = frozenset({Phase.CONVENING})  # entered only with rules, assents and a risk review
ENDED = frozenset({Phase.CLOSED, Phase.ERASED})
ON_THE_PATH = tuple(phase for phase in Phase if phase is not Phase.ERASED)


@dataclass(frozen=True)
class Station:
    """One phase as the path at the side shows it."""

    key: str
    name: str
    state: str


def may_step(now: Phase, to: Phase) -> None:
    """Refuse a step that the table does not hold, and say which ones it does."""
    if to in STEPS[now]:
        return
    if not STEPS[now]:
        raise Refusal(gettext_noop("This process is erased. Nothing can be done in it any more."))
    raise Refusal(
        gettext_noop("From “%(now)s” a process does not go to “%(to)s”. It may go to: %(allowed)s."),
        now=PHASE_NAMES[now],
        to=PHASE_NAMES[to],
        allowed=tuple(PHASE_NAMES[one] for one in STEPS[now]),
    )


def may_write(now: Phase) -> None:
    if now in ENDED:
        raise Refusal(gettext_noop("This process is closed. What it released stays; nothing is added."))


def stations(now: Phase, *, every: bool = False) -> tuple[Station, ...]:
    """The path: what lies behind, where the process stands, what is to come. Erasure is on it only if asked."""
    here = list(Phase).index(now)
    order = list(Phase)

    def state(phase: Phase) -> str:
        return "now" if phase is now else "past" if order.index(phase) < here else "to come"

    return tuple(
        Station(phase.value, PHASE_NAMES[phase], state(phase)) for phase in (Phase if every else ON_THE_PATH)
    )
