"""Who may write, moderate and vote; what a statement may be; to which scope it belongs. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from tracktwo.errors import NotHere, Refusal, gettext_noop
from tracktwo.process import rules as process_rules
from tracktwo.process.phases import Phase
from tracktwo.process.rules import Role

LONGEST = 280
BEFORE_LOOKING = 7  # so many votes of one's own before the figures show: first think, then look
MOST_OWN = 12  # statements one seat may write in one process
COLLECTING = frozenset({Phase.PREPARING, Phase.TALKS, Phase.CONVENING, Phase.CONSULTING})
MAP_FROM = 30  # voters; below, a map would be a picture of persons


class State(StrEnum):
    WAITING = "waiting"
    OPEN = "open"
    REJECTED = "rejected"


# A rejected statement may come back: moderation is a decision with a reason, not an end.
STEPS: dict[State, tuple[State, ...]] = {
    State.WAITING: (State.OPEN, State.REJECTED),
    State.OPEN: (State.REJECTED,),
    State.REJECTED: (State.OPEN,),
}

STATE_NAMES: dict[State, str] = {
    State.WAITING: gettext_noop("waiting for the panel"),
    State.OPEN: gettext_noop("open for votes"),
    State.REJECTED: gettext_noop("not put to the vote"),
}

REASONS: dict[str, str] = {
    "person": gettext_noop("It speaks of a person."),
    "identifies": gettext_noop("It could tell who wrote it or who took part."),
    "attack": gettext_noop("It attacks people instead of naming a need, a fear or an idea."),
    "two in one": gettext_noop("It holds two statements; each needs its own vote."),
    "same": gettext_noop("The same is already put to the vote."),
    "other": gettext_noop("It does not belong to this process."),
}


class Manner(StrEnum):
    """How a round among few is answered; the ground rules choose beforehand."""

    HANDS = "hands"
    SEALED = "sealed"


MANNER_NAMES: dict[Manner, str] = {
    Manner.HANDS: gettext_noop("a show of hands: everybody in the round sees who answered what"),
    Manner.SEALED: gettext_noop("sealed: one result, once, at the end; nobody ever learns who"),
}


MOST_ASKED = 12  # statements in one round: what people can answer in one sitting, by hand too
IN_ROUNDS = frozenset({Phase.TALKS, Phase.CONVENING, Phase.CONSULTING})


def scope_of_round(side: object) -> str:
    """What a joint round told is for the table; what a round inside one side told is for that side."""
    return f"side:{side}" if side else "plenary"


@dataclass(frozen=True)
class Opening:
    """What stands in the way of a round, as it is found when somebody wants to open one."""

    asked: int  # statements that were chosen and are open for votes
    chosen: int  # statements that were chosen
    seats: int  # seats that would answer
    one_is_open: bool  # of the same side, or jointly
    asked_before: bool  # one of them, of the same side or jointly, in this cycle
    not_inside_yet: Sequence[str]  # letters of sides without a round of their own on all of them


def may_open_round(phase: Phase, opening: Opening) -> None:
    """Inside each side first, then jointly; what is asked again is asked in a new cycle, to stay comparable."""
    _in_rounds(phase)
    if not 0 < opening.chosen <= MOST_ASKED:
        raise Refusal(gettext_noop("Choose from one to %(most)s statements for a round."), most=MOST_ASKED)
    if opening.asked < opening.chosen:
        raise NotHere
    if not opening.seats:
        raise Refusal(
            gettext_noop("Nobody could answer: there is no seat at the table yet. Add seats first.")
        )
    if opening.one_is_open:
        raise Refusal(gettext_noop("A round of this kind is still open. End it first."))
    if opening.asked_before:
        raise Refusal(
            gettext_noop(
                "One of these statements was asked in this cycle already. Begin a new cycle to ask it again; "
                "both answers then stand beside each other."
            )
        )
    if opening.not_inside_yet:
        raise Refusal(
            gettext_noop(
                "Inside first, then jointly: each side thinks alone before all of them answer together. "
                "Still without a round of its own on these statements: side %(sides)s. "
                "Open a round inside it first."
            ),
            sides=tuple(opening.not_inside_yet),
        )


def may_answer_round(phase: Phase, *, ended: bool) -> None:
    """Answers are typed and changed until the end."""
    _in_rounds(phase)
    if ended:
        raise Refusal(
            gettext_noop("This round has ended. Its one result stands; answers are no longer taken.")
        )


def may_end_round(phase: Phase, *, ended: bool) -> None:
    _in_rounds(phase)
    if ended:
        raise Refusal(gettext_noop("This round has ended already. Its one result stands."))


def _in_rounds(phase: Phase) -> None:
    if phase not in IN_ROUNDS:
        raise Refusal(
            gettext_noop(
                "Rounds are held in talks with each side, in the workshop, and while statements are voted on."
            )
        )


class Step(IntEnum):
    """What a count is at, in its order."""

    SPACE = 1
    GROUND = 2
    CROSSING = 3
    WAVES = 4
    KEEPING = 5


STEP_NAMES: dict[Step, str] = {
    Step.SPACE: gettext_noop("finding the groups"),
    Step.GROUND: gettext_noop("what every side supports"),
    Step.CROSSING: gettext_noop("what lies across the sides"),
    Step.WAVES: gettext_noop("whether all votes look like people's"),
    Step.KEEPING: gettext_noop("keeping what may be shown"),
}


# By which mark a wave was found; a suspicion and no proof.
MARKS: dict[str, str] = {
    "copied": gettext_noop("their ballots are near copies of one another"),
    "unmoved": gettext_noop("their answers do not depend on what a statement says"),
    "pushing": gettext_noop("they came together and push the same few statements"),
}


class Reach(IntEnum):
    """How many of a side are in a group, in words: a count beside the totals already shown would tell persons."""

    FEW = 0
    SOME = 1
    HALF = 2
    MOST = 3


REACH_NAMES: dict[Reach, str] = {
    Reach.FEW: gettext_noop("few or none"),
    Reach.SOME: gettext_noop("some"),
    Reach.HALF: gettext_noop("about half"),
    Reach.MOST: gettext_noop("most"),
}
# The shares of a side that each word stands for.
REACH_SHARES: dict[Reach, tuple[float, float]] = {
    Reach.FEW: (0.0, 0.15),
    Reach.SOME: (0.15, 0.35),
    Reach.HALF: (0.35, 0.65),
    Reach.MOST: (0.65, 1.0),
}


class Leaning(IntEnum):
    """How many of a group, or of the others, say the same."""

    FEW = 0
    HALF = 1
    MORE = 2
    MOST = 3


LEANING_NAMES: dict[Leaning, str] = {
    Leaning.FEW: gettext_noop("few"),
    Leaning.HALF: gettext_noop("about half"),
    Leaning.MORE: gettext_noop("more than half"),
    Leaning.MOST: gettext_noop("most"),
}


def scope_of(state: str) -> str:
    """An open statement is for everybody who votes; before that only the panel (and its author) reads it."""
    return "circle" if state == State.OPEN else "panel"


def may_vote(role: Role, phase: Phase) -> None:
    if role not in process_rules.OF_A_SIDE:
        raise Refusal(gettext_noop("The panel has no vote. It asks, and counts."))
    if phase is not Phase.CONSULTING:
        raise Refusal(gettext_noop("Votes are not open. Your earlier votes are kept as they are."))


def may_write(role: Role, phase: Phase, own: int) -> None:
    if phase not in (Phase.TALKS, Phase.CONVENING, Phase.CONSULTING):
        raise Refusal(gettext_noop("Statements are not being collected in this phase."))
    if role in process_rules.OF_A_SIDE and own >= MOST_OWN:
        raise Refusal(
            gettext_noop("You have written %(most)s statements. Leave room for others."), most=MOST_OWN
        )


def may_move(now: State, to: State, reason: str) -> None:
    if to not in STEPS[now]:
        raise Refusal(gettext_noop("This statement was decided already. Look at the list again."))
    if to is State.REJECTED and reason not in REASONS:
        raise Refusal(gettext_noop("Say why it is not put to the vote; its author reads the reason."))


def may_look(own_votes: int, open_statements: int, free: bool) -> None:
    """Figures come after one's own votes, so that nobody votes with the crowd."""
    needed = min(BEFORE_LOOKING, open_statements)
    if not free and own_votes < needed:
        raise Refusal(
            gettext_noop(
                "The figures show once you have voted on %(needed)s statements. You have voted on %(own)s."
            ),
            needed=needed,
            own=own_votes,
        )


def may_close(facilitates: bool, confirmed: str, cover_title: str) -> None:
    """Closing cannot be undone, so the cover title is typed by hand."""
    if not facilitates or confirmed.strip() != cover_title.strip():
        raise Refusal(
            gettext_noop(
                "To close the process for good, type its cover title exactly as it stands on the page."
            )
        )
