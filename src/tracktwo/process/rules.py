"""Roles, and who may do what in a process. A pure table: no database, no web framework."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tracktwo.errors import NotHere, Refusal, gettext_noop


class Role(StrEnum):
    """What a seat is for."""

    FACILITATOR = "facilitator"
    CO_FACILITATOR = "co-facilitator"
    EXPERT = "expert"
    RAPPORTEUR = "rapporteur"
    INTERPRETER = "interpreter"
    EVALUATOR = "evaluator"
    OBSERVER = "observer"
    PARTICIPANT = "participant"
    VOTER = "voter"


class Kind(StrEnum):
    """What a process is for. Only a demo or an exercise lets anybody sit down in one click."""

    REAL = "real"
    DEMO = "demo"
    EXERCISE = "exercise"


class RoomKind(StrEnum):
    """Who a room is for."""

    PLENARY = "plenary"
    MIXED = "mixed"
    CAUCUS = "caucus"
    SHUTTLE = "shuttle"
    BILATERAL = "bilateral"
    RESTRICTED = "restricted"


ROLE_NAMES: dict[Role, str] = {
    Role.FACILITATOR: gettext_noop("lead facilitator"),
    Role.CO_FACILITATOR: gettext_noop("co-facilitator"),
    Role.EXPERT: gettext_noop("expert"),
    Role.RAPPORTEUR: gettext_noop("rapporteur"),
    Role.INTERPRETER: gettext_noop("interpreter"),
    Role.EVALUATOR: gettext_noop("evaluator"),
    Role.OBSERVER: gettext_noop("observer"),
    Role.PARTICIPANT: gettext_noop("participant"),
    Role.VOTER: gettext_noop("wider circle"),
}

FACILITATORS = frozenset({Role.FACILITATOR, Role.CO_FACILITATOR})
# The evaluator, the interpreter and the observer belong to the panel but not to its worktable.
PANEL = FACILITATORS | {Role.EXPERT, Role.RAPPORTEUR}
OF_A_SIDE = frozenset({Role.PARTICIPANT, Role.VOTER})
EVERYONE = frozenset(Role)
OPEN_KINDS = frozenset({Kind.DEMO, Kind.EXERCISE})
FEWEST_SIDES, MOST_SIDES = 2, 8


@dataclass(frozen=True)
class Standing:
    """What the ground rules stand at: needed before the sides are convened."""

    rules_adopted: bool
    assents_missing: int
    risk_reviewed: bool


def may_facilitate(role: Role) -> None:
    """What only facilitators do reads, to anybody else, like what does not exist."""
    if role not in FACILITATORS:
        raise NotHere


def may_sit_down(kind: str) -> None:
    """One click takes a seat only where nothing is real."""
    if kind not in OPEN_KINDS:
        raise Refusal(
            gettext_noop("This process has real seats. Enter with the code on your invitation slip.")
        )


def may_convene(standing: Standing) -> None:
    """The sides meet only under rules that every seat has assented to."""
    if not standing.rules_adopted:
        raise Refusal(
            gettext_noop("The sides cannot be convened before there are ground rules. Write them first.")
        )
    if standing.assents_missing:
        raise Refusal(
            gettext_noop(
                "%(missing)s seats have not assented to the ground rules yet. Wait for them, or talk with them."
            ),
            missing=standing.assents_missing,
        )
    if not standing.risk_reviewed:
        raise Refusal(
            gettext_noop("The risks to the people who take a seat have not been reviewed. Review them first.")
        )


def needs_account(role: Role, kind: str) -> bool:
    """Whoever sits on a real panel signs in with an account and a second step; a code alone is not enough."""
    return role not in OF_A_SIDE and kind == Kind.REAL


def may_name_sides(count: int) -> None:
    if not FEWEST_SIDES <= count <= MOST_SIDES:
        raise Refusal(
            gettext_noop("A process has from %(fewest)s to %(most)s sides."),
            fewest=FEWEST_SIDES,
            most=MOST_SIDES,
        )


def scopes_of(
    role: Role, side: str | None, sides: tuple[str, ...], *, observers_hear: bool
) -> frozenset[str]:
    """The scopes a seat holds. What is not named here is not held."""
    scopes = {"door", "circle", "figures"}
    if role in PANEL:
        scopes |= {
            "plenary",
            "panel",
            "paper",
            "rooms",
            *(roster(one) for one in ("panel", "circle", *sides)),
        }
    if role in FACILITATORS:
        scopes |= {"long-list", "intake"}
    if role is Role.INTERPRETER or (role is Role.OBSERVER and observers_hear):
        scopes |= {"plenary"}
    if role is Role.EVALUATOR:
        scopes |= {"surveys"}
    if role is Role.PARTICIPANT and side:
        scopes |= {"plenary", f"side:{side}", roster(side)}
    return frozenset(scopes)


def may_be_in(
    kind: RoomKind,
    *,
    role: Role,
    own_side: bool,
    hears_plenary: bool,
    listed: bool | None,
) -> bool:
    """Whether a seat is in a room. `own_side`: the room is of the seat's side; `listed`: None where no row says
    anything, True where the seat was asked in, False where it was asked to leave.

    A caucus is its side's alone: nobody of the panel is in it but by that side's invitation.
    """
    if listed is not None:
        return listed
    if kind is RoomKind.PLENARY:
        return hears_plenary
    if kind is RoomKind.CAUCUS:
        return role is Role.PARTICIPANT and own_side
    if kind is RoomKind.SHUTTLE:
        return role in PANEL or (role is Role.PARTICIPANT and own_side)
    return False


def roster(side: str | None, role: Role | None = None) -> str:
    """The scope of the names at the table of one side, of the panel, or of the wider circle: apart from each other."""
    return "roster:circle" if role is Role.VOTER else f"roster:{side or 'panel'}"


SIZE_BANDS = (
    (5, gettext_noop("fewer than five")),
    (10, gettext_noop("five to nine")),
    (20, gettext_noop("ten to nineteen")),
)


def size_band(count: int) -> str:
    """About how many sit on a side: all that another side learns."""
    return next((words for below, words in SIZE_BANDS if count < below), gettext_noop("twenty or more"))
