"""Who may prepare what, and how a name on the long list moves. A pure table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from tracktwo.errors import NotHere, Refusal, gettext_noop
from tracktwo.process import rules as process_rules
from tracktwo.process.rules import Role


class Stage(StrEnum):
    """How far a name on the long list has come."""

    LISTED = "listed"
    APPROACHED = "approached"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    BRIEFED = "briefed"
    SEATED = "seated"
    WITHDRAWN = "withdrawn"
    STOOD_DOWN = "stood down"
    FOLLOWED_UP = "followed up"


STAGE_NAMES: dict[Stage, str] = {
    Stage.LISTED: gettext_noop("on the long list"),
    Stage.APPROACHED: gettext_noop("approached"),
    Stage.ACCEPTED: gettext_noop("willing to come"),
    Stage.DECLINED: gettext_noop("declined"),
    Stage.BRIEFED: gettext_noop("briefed"),
    Stage.SEATED: gettext_noop("seated"),
    Stage.WITHDRAWN: gettext_noop("withdrawn"),
    Stage.STOOD_DOWN: gettext_noop("stood down"),
    Stage.FOLLOWED_UP: gettext_noop("followed up"),
}

STAGES: dict[Stage, tuple[Stage, ...]] = {
    Stage.LISTED: (Stage.APPROACHED, Stage.STOOD_DOWN),
    Stage.APPROACHED: (Stage.ACCEPTED, Stage.DECLINED, Stage.STOOD_DOWN),
    Stage.ACCEPTED: (Stage.BRIEFED, Stage.WITHDRAWN, Stage.STOOD_DOWN),
    Stage.DECLINED: (Stage.APPROACHED,),
    Stage.BRIEFED: (Stage.SEATED, Stage.WITHDRAWN, Stage.STOOD_DOWN),
    Stage.SEATED: (Stage.WITHDRAWN, Stage.STOOD_DOWN, Stage.FOLLOWED_UP),
    Stage.WITHDRAWN: (Stage.FOLLOWED_UP,),
    Stage.STOOD_DOWN: (Stage.FOLLOWED_UP,),
    Stage.FOLLOWED_UP: (),
}

# Whoever is still thought of as coming; the matrix counts these.
ON_THE_LIST = frozenset({Stage.LISTED, Stage.APPROACHED, Stage.ACCEPTED, Stage.BRIEFED, Stage.SEATED})
LEAVING = frozenset({Stage.WITHDRAWN, Stage.STOOD_DOWN})  # from a seat: the seat goes with the person

# What is noted of a person on the long list, and the values that each trait may have.
SECTORS: dict[str, str] = {
    "academic": gettext_noop("academic"),
    "business": gettext_noop("business"),
    "community": gettext_noop("community"),
    "faith": gettext_noop("faith"),
    "media": gettext_noop("media"),
    "security": gettext_noop("security"),
    "politics": gettext_noop("politics"),
    "arts": gettext_noop("arts"),
    "other": gettext_noop("another sector"),
}
GENDERS: dict[str, str] = {
    "woman": gettext_noop("woman"),
    "man": gettext_noop("man"),
    "other": gettext_noop("another gender"),
}
AGES: dict[str, str] = {
    "under 30": gettext_noop("under 30"),
    "30 to 49": gettext_noop("30 to 49"),
    "50 to 64": gettext_noop("50 to 64"),
    "65 and over": gettext_noop("65 and over"),
}
SENIORITIES: dict[str, str] = {
    "early": gettext_noop("early in working life"),
    "middle": gettext_noop("known among peers"),
    "senior": gettext_noop("known in the country"),
    "top": gettext_noop("heard by those who decide"),
}
OFFICIAL = "official"
CAPACITIES: dict[str, str] = {
    "private": gettext_noop("private"),
    OFFICIAL: gettext_noop("an official in a private capacity"),
}
TRAITS: dict[str, dict[str, str]] = {
    "sector": SECTORS,
    "gender": GENDERS,
    "age": AGES,
    "seniority": SENIORITIES,
    "capacity": CAPACITIES,
}
TRAIT_NAMES: dict[str, str] = {
    "sector": gettext_noop("Sector"),
    "gender": gettext_noop("Gender"),
    "age": gettext_noop("Age"),
    "seniority": gettext_noop("Seniority"),
    "capacity": gettext_noop("Capacity"),
}
CONSENTS: dict[str, str] = {
    "take part": gettext_noop("to take part under the ground rules"),
    "own side": gettext_noop("that the own side knows of the seat"),
    "contact": gettext_noop("to be reached between meetings, in the way named above"),
    "survey": gettext_noop("to be asked in surveys"),
    "follow-up": gettext_noop("to be reached after the process has ended"),
}
RISK_LEVELS: dict[str, str] = {
    "low": gettext_noop("low"),
    "medium": gettext_noop("medium"),
    "high": gettext_noop("high"),
}

TRACK_ONE: dict[str, str] = {
    "none": gettext_noop("there is no official track"),
    "blocked": gettext_noop("the official talks are blocked"),
    "talking": gettext_noop("the officials are talking"),
    "open": gettext_noop("the officials know of this process and let it be"),
    "hostile": gettext_noop("the officials are hostile to Track II"),
}
ACTOR_KINDS: dict[str, str] = {
    "institution": gettext_noop("institution"),
    "armed": gettext_noop("armed group"),
    "community": gettext_noop("community"),
    "person": gettext_noop("person"),
    "business": gettext_noop("business"),
    "media": gettext_noop("media"),
    "outside": gettext_noop("outside power"),
    "initiative": gettext_noop("other initiative"),
}
SPOILER = "spoiler"
STANCES: dict[str, str] = {
    "supports": gettext_noop("wants talks"),
    "undecided": gettext_noop("undecided"),
    "doubts": gettext_noop("doubts that talks help"),
    SPOILER: gettext_noop("spoiler: gains if talks fail"),
}
RELATIONS: dict[str, str] = {
    "close": gettext_noop("close to each other"),
    "controls": gettext_noop("the first controls or pays the second"),
    "channel": gettext_noop("talk with each other quietly"),
    "strained": gettext_noop("strained"),
    "conflict": gettext_noop("in conflict"),
}

SIGNS: dict[str, str] = {
    "stalemate": gettext_noop("A stalemate that hurts is felt"),
    "way out": gettext_noop("A way out is seen"),
    "catastrophe": gettext_noop("A catastrophe is near"),
    "spokesperson": gettext_noop("Somebody can speak for the side"),
}
SEEN: dict[str, str] = {
    "yes": gettext_noop("yes"),
    "partly": gettext_noop("partly"),
    "no": gettext_noop("no"),
    "unknown": gettext_noop("not known"),
}

INTAKE_CONSENTS: dict[str, str] = {
    "own side": gettext_noop("My own side may know that I take part."),
    "contact": gettext_noop("The facilitators may reach me between meetings."),
    "survey": gettext_noop("I may be asked in surveys."),
    "follow-up": gettext_noop("I may be reached after the process has ended."),
}


def may_work(role: Role) -> None:
    """The worktable is the panel's: to anybody else it reads like what does not exist."""
    if role not in process_rules.PANEL:
        raise NotHere


def may_tell(role: Role) -> None:
    """Everybody at the table is asked before the rooms open; the wider circle is not."""
    if role is Role.VOTER:
        raise NotHere


def may_declare(role: Role) -> None:
    """Who sits on the panel, in whatever role, declares interests."""
    if role in process_rules.OF_A_SIDE:
        raise NotHere


def may_advance(now: Stage, to: Stage) -> None:
    """Refuse a step of a name that the table does not hold, and say which ones it does."""
    if to in STAGES[now]:
        return
    if not STAGES[now]:
        raise Refusal(
            gettext_noop("This name has been followed up: its way has ended. Note a new name instead.")
        )
    raise Refusal(
        gettext_noop("From “%(now)s” a name does not go to “%(to)s”. It may go to: %(allowed)s."),
        now=STAGE_NAMES[now],
        to=STAGE_NAMES[to],
        allowed=tuple(STAGE_NAMES[one] for one in STAGES[now]),
    )


def may_be_seated(*, has_side: bool, consents: frozenset[str]) -> None:
    """Nobody takes a seat without a side, or without having said that they want to."""
    if not has_side:
        raise Refusal(
            gettext_noop("A seat stands for a side. Note first for which side this person would sit.")
        )
    if "take part" not in consents:
        raise Refusal(
            gettext_noop(
                "Nobody is seated without their consent to take part. Note the consent once it is given."
            )
        )


# --- the panel's own discipline -------------------------------------------------------------------


@dataclass(frozen=True)
class Cleared:
    """A clearance as it stands: for whom, for which side's worksheet, by which two."""

    seat: object
    side: object
    proposed_by: object
    confirmed_by: object | None = None


def may_be_cleared(role: Role) -> None:
    """Worksheets are for the worktable; the evaluator keeps apart from what the sides entrust to the "
    "panel."""
    if role not in process_rules.PANEL:
        raise Refusal(
            gettext_noop(
                "Only facilitators, experts and rapporteurs may see a worksheet. Evaluator, interpreter "
                "and observer keep apart from it."
            )
        )


def may_confirm(clearance: Cleared, *, by: object) -> None:
    """Two persons: whoever proposed does not confirm, and nobody confirms what opens a worksheet to "
    "themselves."""
    if clearance.confirmed_by is not None:
        raise Refusal(gettext_noop("This clearance is confirmed already."))
    if clearance.proposed_by == by:
        raise Refusal(
            gettext_noop(
                "You proposed this clearance. Another facilitator confirms it: that takes two persons."
            )
        )
    if clearance.seat == by:
        raise Refusal(
            gettext_noop(
                "This clearance is for yourself. Another facilitator confirms it, or proposes it for you."
            )
        )


def may_see_worksheet(clearances: Iterable[Cleared], *, seat: object, side: object) -> bool:
    """Whether somebody on the panel may see the worksheet of a side: proposed by one, confirmed by "
    "another."""
    return any(
        one.seat == seat
        and one.side == side
        and one.confirmed_by is not None
        and one.confirmed_by not in (one.proposed_by, one.seat)
        for one in clearances
    )
