"""Rooms, attribution, and what may be done with a remark. A pure table."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tracktwo.errors import NotHere, Refusal, gettext_noop
from tracktwo.process import rules as process_rules
from tracktwo.process.phases import Phase
from tracktwo.process.rules import PANEL, Role, RoomKind

FEWEST_AUTHORS = 3  # of unattributed remarks released together
LONGEST_REMARK = 2000
LONGEST_MINUTES = 12000
LONGEST_MESSAGE = 2000
MOST_WAITING = 20  # unattributed remarks of one author that wait for a release
TICKS = (2, 5, 10, 15, 30)  # minutes

SPEAKERS = PANEL | {Role.INTERPRETER, Role.PARTICIPANT}
IN_ROOMS = SPEAKERS | {Role.OBSERVER}  # the evaluator sees surveys and never dialogue
INVITED = PANEL | {Role.INTERPRETER}  # whom a side may ask into its caucus
MINUTE_TAKERS = process_rules.FACILITATORS | {Role.RAPPORTEUR}
OF_ONE_SIDE = frozenset({RoomKind.CAUCUS, RoomKind.SHUTTLE})
BEFORE_CONVENING = frozenset({Phase.PREPARING, Phase.TALKS})


class Attribution(StrEnum):
    """How a remark is attributed, from the most to the least that is told."""

    NAMED = "named"
    SIDE = "side"
    NONE = "none"


ATTRIBUTION_NAMES: dict[Attribution, str] = {
    Attribution.NAMED: gettext_noop("named"),
    Attribution.SIDE: gettext_noop("side only"),
    Attribution.NONE: gettext_noop("unattributed"),
}

ROOM_NAMES: dict[RoomKind, str] = {
    RoomKind.PLENARY: gettext_noop("plenary"),
    RoomKind.MIXED: gettext_noop("mixed group"),
    RoomKind.CAUCUS: gettext_noop("caucus"),
    RoomKind.SHUTTLE: gettext_noop("shuttle"),
    RoomKind.BILATERAL: gettext_noop("bilateral"),
    RoomKind.RESTRICTED: gettext_noop("room with a criterion"),
}

# Who reads what is said in a room, as its pages say it.
READERS: dict[RoomKind, str] = {
    RoomKind.PLENARY: gettext_noop(
        "Everybody at the table reads what is said here: every side and the panel."
    ),
    RoomKind.MIXED: gettext_noop("Those in this room read what is said here, and nobody else."),
    RoomKind.CAUCUS: gettext_noop(
        "Your side alone reads what is said here; the panel only while your side invites it."
    ),
    RoomKind.SHUTTLE: gettext_noop("This side and the panel read what is said here. No other side does."),
    RoomKind.BILATERAL: gettext_noop("Those in this room read what is said here, and nobody else."),
    RoomKind.RESTRICTED: gettext_noop("Those in this room read what is said here, and nobody else."),
}

HOW_ATTRIBUTED: dict[Attribution, str] = {
    Attribution.NAMED: gettext_noop(
        "A remark shows its author’s name at the table, or less if the author wishes."
    ),
    Attribution.SIDE: gettext_noop("A remark shows the side of its author and no name, or nothing at all."),
    Attribution.NONE: gettext_noop("A remark shows neither name nor side; nobody is told whose it is."),
}


class MinutesState(StrEnum):
    """The minutes are restated to the room for correction before they stand."""

    DRAFT = "draft"
    RESTATED = "restated"
    STANDING = "standing"


MINUTES_NAMES: dict[MinutesState, str] = {
    MinutesState.DRAFT: gettext_noop("being written"),
    MinutesState.RESTATED: gettext_noop("restated to the room for correction"),
    MinutesState.STANDING: gettext_noop("standing"),
}

# Rewriting restated minutes makes them a draft again: the room hears the new words before they stand.
MINUTES_STEPS: dict[MinutesState, tuple[MinutesState, ...]] = {
    MinutesState.DRAFT: (MinutesState.DRAFT, MinutesState.RESTATED),
    MinutesState.RESTATED: (MinutesState.DRAFT, MinutesState.STANDING),
    MinutesState.STANDING: (),
}


class ErrandState(StrEnum):
    """A message of a shuttle: left with the panel by its author, carried in the panel's words."""

    LEFT = "left"
    CARRIED = "carried"
    TAKEN_BACK = "taken back"


ERRAND_NAMES: dict[ErrandState, str] = {
    ErrandState.LEFT: gettext_noop("left with the panel"),
    ErrandState.CARRIED: gettext_noop("carried, in the panel’s words"),
    ErrandState.TAKEN_BACK: gettext_noop("taken back"),
}


class HandKind(StrEnum):
    SPEAK = "speak"
    CALL = "call"


def scope_of_room(room: object) -> str:
    return f"room:{room}"


def scope_of_sitting(sitting: object) -> str:
    """A sitting has a key of its own (see vault.keys), destroyed when it ends."""
    return f"sitting:{sitting}"


# --- rooms ---------------------------------------------------------------------------------------


def may_open(kind: RoomKind, criterion: str) -> None:
    """A room for some only says by which criterion; a room for all of a kind has none."""
    if (kind is RoomKind.RESTRICTED) != bool(criterion):
        raise Refusal(
            gettext_noop(
                "A room with a criterion says which one, such as women only; other rooms have no criterion."
            )
        )


def may_move(kind: RoomKind, role: Role, *, own_side: bool, sides_there: int = 0) -> None:
    """Whether a facilitator may ask a seat into a room of this kind. `own_side`: the room is of the seat's side;
    `sides_there`: sides already in a bilateral room, other than the seat's own."""
    if kind is RoomKind.CAUCUS:
        raise Refusal(
            gettext_noop(
                "A caucus belongs to its side. Only somebody of that side asks others in, or to leave."
            )
        )
    if role not in SPEAKERS:
        raise Refusal(gettext_noop("Evaluators, observers and the wider circle are not asked into rooms."))
    if kind is RoomKind.SHUTTLE and role is Role.PARTICIPANT and not own_side:
        raise Refusal(gettext_noop("A shuttle is for one side and the panel. Open another room instead."))
    if kind is RoomKind.BILATERAL and role is Role.PARTICIPANT and sides_there >= 2:
        raise Refusal(gettext_noop("A bilateral room is for two sides. Open a mixed one instead."))


def may_invite(kind: RoomKind, role: Role, *, of_its_side: bool, invited: Role) -> None:
    """Only a participant of its side asks the panel into a caucus, and only the panel is asked."""
    if kind is not RoomKind.CAUCUS or role is not Role.PARTICIPANT or not of_its_side:
        raise NotHere
    if invited not in INVITED:
        raise NotHere


def may_change_attribution(now: Attribution, to: Attribution, *, sitting: bool) -> None:
    """While a room sits, what was promised to those who speak may only become stricter."""
    if sitting and _strictness(to) < _strictness(now):
        raise Refusal(
            gettext_noop(
                "While the room sits, its attribution may only become stricter. End the sitting first."
            )
        )


def _strictness(attribution: Attribution) -> int:
    return list(Attribution).index(attribution)


# --- sittings ------------------------------------------------------------------------------------


def may_sit(kind: RoomKind, phase: Phase) -> None:
    """One side may meet, alone or with the panel, from the first talks on; several only once they are convened."""
    if phase is Phase.PREPARING or (kind not in OF_ONE_SIDE and phase in BEFORE_CONVENING):
        raise Refusal(
            gettext_noop(
                "In this phase this room cannot sit yet: talks with each side come first, "
                "and sides meet each other only once they are convened."
            )
        )


def chairs(kind: RoomKind, role: Role, *, of_its_side: bool) -> bool:
    """Who gives the floor to those in the room: a facilitator who is in it; in a caucus its own side too."""
    return role in process_rules.FACILITATORS or (
        kind is RoomKind.CAUCUS and role is Role.PARTICIPANT and of_its_side
    )


def are_kept(*, counted: Collection[object], decided: Collection[object], somebody_left: bool) -> bool:
    """Remarks are kept only if everybody in the room decided so; `somebody_left` without having decided."""
    return not somebody_left and bool(counted) and set(counted) <= set(decided)


# --- remarks -------------------------------------------------------------------------------------


def may_speak(role: Role) -> None:
    """Observers listen."""
    if role not in SPEAKERS:
        raise NotHere


def choices(room: Attribution) -> tuple[Attribution, ...]:
    """What the author of a remark may choose: as the room, or stricter."""
    return tuple(one for one in Attribution if _strictness(one) >= _strictness(room))


def attributed(room: Attribution, wanted: Attribution) -> Attribution:
    """How a remark is attributed: as its author wishes, never looser than the room."""
    if wanted not in choices(room):
        raise Refusal(
            gettext_noop("A remark may be attributed more strictly than its room allows, never more loosely.")
        )
    return wanted


def at_least(own: int, others: Sequence[int]) -> int:
    """How many could have written something unattributed, as far as its author may know: one's own side counted,
    of each other side only the lower end of the band that everybody may know."""
    bounds = (1, *(bound for bound, _ in process_rules.SIZE_BANDS))
    return own + sum(max(bound for bound in bounds if bound <= other) for other in others if other)


def may_wait(waiting: int) -> None:
    if waiting >= MOST_WAITING:
        raise Refusal(
            gettext_noop(
                "%(most)s remarks of yours wait already. Withdraw one, or wait for the next release."
            ),
            most=MOST_WAITING,
        )


def released(authors: Sequence[bytes]) -> bool:
    """Whether the unattributed remarks that wait, by their authors' pseudonyms, may be released together."""
    return len(set(authors)) >= FEWEST_AUTHORS


def tick_of(now: float, minutes: int) -> int:
    """The number of the last tick: ticks follow the clock, whatever was said and whoever started the server."""
    return int(now // (60 * minutes))


def next_tick(now: float, minutes: int) -> int:
    """The moment, in seconds since 1970, of the next tick."""
    return (tick_of(now, minutes) + 1) * 60 * minutes


@dataclass(frozen=True)
class Place:
    """The place of a remark in the stream of a room: the number of the sitting and its place in it."""

    sitting: int = 0
    place: int = 0

    def __str__(self) -> str:
        return f"{self.sitting}.{self.place}"

    def comes_after(self, other: Place) -> bool:
        return (self.sitting, self.place) > (other.sitting, other.place)


def place_said(text: str) -> Place:
    """What a browser says it saw last; whatever cannot be read means nothing was seen."""
    sitting, _, place = text.partition(".")
    if not (
        sitting.isascii() and sitting.isdigit() and place.isascii() and place.isdigit() and len(text) < 20
    ):
        return Place()
    return Place(int(sitting), int(place))


# --- minutes and messages --------------------------------------------------------------------------


def may_take_minutes(role: Role) -> None:
    if role not in MINUTE_TAKERS:
        raise NotHere


def may_move_minutes(now: MinutesState, to: MinutesState) -> None:
    if to in MINUTES_STEPS[now]:
        return
    if now is MinutesState.STANDING:
        raise Refusal(gettext_noop("These minutes stand. What is to be said differently goes into new ones."))
    raise Refusal(gettext_noop("Minutes are restated to the room for correction before they stand."))


def may_correct(state: MinutesState) -> None:
    if state is not MinutesState.RESTATED:
        raise NotHere


def reads_minutes(state: MinutesState, role: Role) -> bool:
    """Minutes being written are read by those who write them; then by everybody in the room."""
    return state is not MinutesState.DRAFT or role in MINUTE_TAKERS


def may_leave_message(kind: RoomKind, role: Role) -> None:
    if kind is not RoomKind.SHUTTLE or role is not Role.PARTICIPANT:
        raise NotHere


def may_end_errand(now: ErrandState) -> None:
    """Carried or taken back, once."""
    if now is ErrandState.CARRIED:
        raise Refusal(gettext_noop("The panel has carried this message already."))
    if now is ErrandState.TAKEN_BACK:
        raise Refusal(gettext_noop("Its author has taken this message back."))
