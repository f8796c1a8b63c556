"""Needs and fears as states: who may do what, in which phases, from which state. Pure tables.

    may(Deed.RESTATE, standing=Standing.OTHER, phase=Phase.CONVENING, state=NEW)

A row of `TABLE` says it; a refusal says which part of the row does not fit, why, and what one can do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from tracktwo.errors import NotHere, Refusal, gettext_noop
from tracktwo.process.phases import PHASE_NAMES, Phase, may_write
from tracktwo.process.rules import FACILITATORS, PANEL, Role

LONGEST = 500  # of a need, a fear, a restatement, an idea
LONGEST_PLAN = 900  # of one answer of a re-entry plan


# --- words ------------------------------------------------------------------------------------------


class ConcernKind(StrEnum):
    NEED = "need"
    FEAR = "fear"
    MISPERCEPTION = "misperception"


CONCERN_NAMES: dict[ConcernKind, str] = {
    ConcernKind.NEED: gettext_noop("need"),
    ConcernKind.FEAR: gettext_noop("fear"),
    ConcernKind.MISPERCEPTION: gettext_noop("misperception"),
}


class Voiced(StrEnum):
    """How far something has been put: to oneself, to the own side, to the table."""

    PRIVATE = "private"
    CAUCUS = "caucus"
    TABLE = "table"


VOICED_NAMES: dict[Voiced, str] = {
    Voiced.PRIVATE: gettext_noop("yours alone"),
    Voiced.CAUCUS: gettext_noop("shared with your side"),
    Voiced.TABLE: gettext_noop("on the table"),
}

# From private to the own side, from there to the table. What stands on the table is not taken from it.
VOICING: dict[Voiced, tuple[Voiced, ...]] = {
    Voiced.PRIVATE: (Voiced.CAUCUS,),
    Voiced.CAUCUS: (Voiced.PRIVATE, Voiced.TABLE),
    Voiced.TABLE: (),
}


class Hearing(StrEnum):
    """What the owner says of a restatement."""

    WAITING = "waiting"
    HEARD = "heard"
    NOT_YET = "not yet"


class ReassuranceState(StrEnum):
    ASKED = "asked"  # the owner of the fear named what would help
    POSSIBLE = "possible"  # a side says that it could make the gesture
    KEPT = "kept"  # kept, to become a confidence-building measure
    SET_ASIDE = "set aside"


REASSURANCE_NAMES: dict[ReassuranceState, str] = {
    ReassuranceState.ASKED: gettext_noop("asked"),
    ReassuranceState.POSSIBLE: gettext_noop("possible"),
    ReassuranceState.KEPT: gettext_noop("kept for a confidence-building measure"),
    ReassuranceState.SET_ASIDE: gettext_noop("set aside"),
}

NEW = ""  # the state of what is not there yet
ON, ASIDE = "on the table", "set aside"  # the states of an idea


# --- who ---------------------------------------------------------------------------------------------


class Standing(StrEnum):
    """How somebody stands to what they ask about."""

    AUTHOR = "author"
    OWN = "own side"
    OTHER = "other side"
    MAKER = "the side that could make the gesture"
    LEAD = "facilitator"
    PANEL = "panel"
    NOBODY = "nobody"


def standing(
    role: Role,
    side: UUID | None,
    *,
    owner: UUID | None = None,
    author: bool = False,
    maker: UUID | None = None,
) -> frozenset[Standing]:
    """Every way in which a seat stands to something of the side `owner`; None: of no side, or not there yet."""
    if role in PANEL:
        return frozenset({Standing.PANEL, *({Standing.LEAD} if role in FACILITATORS else ())})
    if role is not Role.PARTICIPANT or side is None:
        return frozenset({Standing.NOBODY})
    found = {Standing.OWN if owner in (None, side) else Standing.OTHER}
    if author:
        found.add(Standing.AUTHOR)
    if maker == side:
        found.add(Standing.MAKER)
    return frozenset(found)


# --- what ---------------------------------------------------------------------------------------------


class Deed(StrEnum):
    """What can be done with needs and fears and all that follows from them."""

    WRITE = "write"
    EDIT = "edit"
    DISCARD = "discard"
    SHARE = "share"
    TAKE_BACK = "take back"
    PUT = "put to the table"
    RESTATE = "restate"
    SAY_HEARD = "say heard"
    SAY_NOT_YET = "say not yet"
    THINK = "write an idea"
    LINK = "link an idea"
    SET_IDEA_ASIDE = "set an idea aside"
    TAKE_IDEA_UP = "take an idea up again"
    CONSTRAIN = "write a constraint"
    ASK = "ask for a reassurance"
    OFFER = "say that it is possible"
    WITHDRAW_OFFER = "say that it is no longer possible"
    KEEP = "keep a reassurance"
    SET_ASIDE = "set a reassurance aside"
    ASK_AGAIN = "ask again"
    PLAN = "plan to go home"


WRITING = frozenset({Phase.TALKS, Phase.CONVENING, Phase.CONSULTING})
# From the first meeting of the sides on, whatever comes between two workshops.
MEETING = frozenset({Phase.CONVENING, Phase.CONSULTING, Phase.DRAFTING, Phase.TRANSFER, Phase.FOLLOW_UP})
ONGOING = MEETING | {Phase.TALKS}

# What may follow once a gesture has been named.
REPLIES = (Deed.OFFER, Deed.WITHDRAW_OFFER, Deed.KEEP, Deed.SET_ASIDE, Deed.ASK_AGAIN)

# What a plan to go home answers; one's own words, and the panel's to read.
PLAN_QUESTIONS: Mapping[str, str] = MappingProxyType(
    {
        "say": gettext_noop("What I will say at home, and to whom"),
        "risk": gettext_noop("What could happen to me"),
        "call": gettext_noop("Whom I call, and when"),
        "panel": gettext_noop("What I would like the panel to do"),
        "day": gettext_noop("On which day somebody asks how I am"),
    }
)

_AUTHOR = frozenset({Standing.AUTHOR})
_OWN = frozenset({Standing.OWN})
_OTHER = frozenset({Standing.OTHER})
_LEAD = frozenset({Standing.LEAD})
_TABLE = frozenset({Standing.OWN, Standing.PANEL})


@dataclass(frozen=True)
class Row:
    """Who may do it, in which phases, from which states; where it leads; and the sentence for whoever may not.

    What somebody may not know of is never asked about here: an act finds only rows that its actor sees.
    """

    who: frozenset[Standing]
    phases: frozenset[Phase]
    states: tuple[str, ...]
    to: str
    not_you: str = ""  # empty: it reads like what does not exist


_ONLY_ITS_AUTHOR = gettext_noop(
    "Only whoever wrote these words changes, shares or deletes them, while they are theirs alone. "
    "Write your own beside them."
)
_OF_THIS_SIDE = gettext_noop(
    "Only people of the side whose concern this is may do that. You can restate it in your own words."
)

TABLE: Mapping[Deed, Row] = MappingProxyType(
    {
        Deed.WRITE: Row(_OWN, WRITING, (NEW,), Voiced.PRIVATE),
        Deed.EDIT: Row(_AUTHOR, ONGOING, (Voiced.PRIVATE,), Voiced.PRIVATE, _ONLY_ITS_AUTHOR),
        Deed.DISCARD: Row(_AUTHOR, ONGOING, (Voiced.PRIVATE,), NEW, _ONLY_ITS_AUTHOR),
        Deed.SHARE: Row(_AUTHOR, ONGOING, (Voiced.PRIVATE,), Voiced.CAUCUS, _ONLY_ITS_AUTHOR),
        Deed.TAKE_BACK: Row(
            _AUTHOR,
            ONGOING,
            (Voiced.CAUCUS,),
            Voiced.PRIVATE,
            gettext_noop(
                "Only whoever wrote these words may take them back. Talk with your side about them."
            ),
        ),
        Deed.PUT: Row(_OWN, MEETING, (Voiced.CAUCUS,), Voiced.TABLE),
        Deed.RESTATE: Row(
            _OTHER,
            MEETING,
            (NEW, Hearing.NOT_YET),
            Hearing.WAITING,
            gettext_noop(
                "A concern is restated by another side, never by its own. Wait for the others to restate yours."
            ),
        ),
        Deed.SAY_HEARD: Row(_OWN, MEETING, (Hearing.WAITING, Hearing.NOT_YET), Hearing.HEARD, _OF_THIS_SIDE),
        Deed.SAY_NOT_YET: Row(_OWN, MEETING, (Hearing.WAITING,), Hearing.NOT_YET, _OF_THIS_SIDE),
        Deed.THINK: Row(_TABLE, MEETING, (NEW,), ON),
        Deed.LINK: Row(_TABLE, MEETING, (ON,), ON),
        Deed.SET_IDEA_ASIDE: Row(
            _LEAD,
            MEETING,
            (ON,),
            ASIDE,
            gettext_noop("Only facilitators set an idea aside. Ask them, or write another idea beside it."),
        ),
        Deed.TAKE_IDEA_UP: Row(
            _LEAD,
            MEETING,
            (ASIDE,),
            ON,
            gettext_noop("Only facilitators take an idea up again. Ask them, or write it in new words."),
        ),
        Deed.CONSTRAIN: Row(_OWN, MEETING, (NEW,), Voiced.PRIVATE),
        Deed.ASK: Row(_OWN, MEETING, (NEW,), ReassuranceState.ASKED, _OF_THIS_SIDE),
        Deed.OFFER: Row(
            _OTHER,
            MEETING,
            (NEW, ReassuranceState.ASKED),
            ReassuranceState.POSSIBLE,
            gettext_noop("Another side says whether it could make this gesture. Your side can ask for it."),
        ),
        Deed.WITHDRAW_OFFER: Row(
            frozenset({Standing.MAKER}),
            MEETING,
            (ReassuranceState.POSSIBLE, ReassuranceState.KEPT),
            ReassuranceState.ASKED,
            gettext_noop("Only the side that could make the gesture may say that it no longer can."),
        ),
        Deed.KEEP: Row(
            _OWN | _LEAD,
            MEETING,
            (ReassuranceState.POSSIBLE,),
            ReassuranceState.KEPT,
            gettext_noop(
                "The side that would be reassured, or a facilitator, keeps a gesture. Ask one of them."
            ),
        ),
        Deed.SET_ASIDE: Row(
            _OWN | _LEAD,
            MEETING,
            (ReassuranceState.ASKED, ReassuranceState.POSSIBLE, ReassuranceState.KEPT),
            ReassuranceState.SET_ASIDE,
            gettext_noop(
                "The side that would be reassured, or a facilitator, sets a gesture aside. Ask one of them."
            ),
        ),
        Deed.ASK_AGAIN: Row(
            _OWN, MEETING, (ReassuranceState.SET_ASIDE,), ReassuranceState.ASKED, _OF_THIS_SIDE
        ),
        Deed.PLAN: Row(_OWN, ONGOING, (NEW,), NEW),
    }
)

# What to say to whoever asks for it from a state in which it cannot be done.
_FROM: Mapping[str, str] = MappingProxyType(
    {
        Voiced.PRIVATE: gettext_noop(
            "These words are still their author's alone. They are shared with the side first, then put to the table."
        ),
        Voiced.CAUCUS: gettext_noop(
            "These words are shared with the side. Take them back first, or put them to the table as they are."
        ),
        Voiced.TABLE: gettext_noop(
            "What stands on the table is not changed or taken from it any more. Write a new one beside it."
        ),
        Hearing.WAITING: gettext_noop(
            "A restatement of your side waits for an answer. Let its owner say heard or not yet first."
        ),
        Hearing.HEARD: gettext_noop(
            "Its owner has said heard. Nothing more is needed here; look for one that is still unheard."
        ),
        Hearing.NOT_YET: gettext_noop(
            "This restatement was answered with not yet. Wait for another try, or say heard if it is."
        ),
        ReassuranceState.ASKED: gettext_noop(
            "No side has said that it could make this gesture. Somebody of another side says so first."
        ),
        ReassuranceState.POSSIBLE: gettext_noop(
            "A side has said already that it could make this gesture. It can be kept, or set aside."
        ),
        ReassuranceState.KEPT: gettext_noop("This gesture is kept already. It can still be set aside."),
        ReassuranceState.SET_ASIDE: gettext_noop(
            "This is set aside. It has to be taken up again before anything else is done with it."
        ),
        ON: gettext_noop("This idea is on the table already."),
    }
)


def may(deed: Deed, *, standing: frozenset[Standing], phase: Phase, state: str) -> str:
    """The state it leads to; or a refusal that says why not, and what one can do."""
    row = TABLE[deed]
    may_write(phase)
    if not standing & row.who:
        if row.not_you and Standing.NOBODY not in standing:
            raise Refusal(row.not_you)
        raise NotHere
    if phase not in row.phases:
        _not_in(phase, row)
    if state not in row.states:
        raise Refusal(_FROM[state]) if state else NotHere()
    return row.to


def _not_in(phase: Phase, row: Row) -> None:
    raise Refusal(
        gettext_noop("The process stands at “%(now)s”. This is done in: %(allowed)s."),
        now=PHASE_NAMES[phase],
        allowed=tuple(PHASE_NAMES[one] for one in Phase if one in row.phases),
    )


def allows(deed: Deed, *, standing: frozenset[Standing], phase: Phase, state: str) -> bool:
    """Whether a page offers it."""
    try:
        may(deed, standing=standing, phase=phase, state=state)
    except Refusal:
        return False
    return True


# --- what else must hold ---------------------------------------------------------------------------------


def scope_of(voiced: str, side: object) -> str:
    """Private words are opened by their author alone (`visibility.own_row`); nobody holds that scope."""
    return {Voiced.PRIVATE: "own words", Voiced.CAUCUS: f"side:{side}", Voiced.TABLE: "plenary"}[
        Voiced(voiced)
    ]


def answering(kind: str, owner: UUID, about: UUID | None, sides: Sequence[UUID]) -> tuple[UUID, ...]:
    """The sides that are asked to hear a concern: all others; of a misperception the one that it is about."""
    if kind == ConcernKind.MISPERCEPTION:
        return tuple(side for side in sides if side == about)
    return tuple(side for side in sides if side != owner)


def may_answer_for(kind: str, about: UUID | None, side: UUID | None) -> None:
    """What a side really says, it says itself."""
    if kind == ConcernKind.MISPERCEPTION and side != about:
        raise Refusal(
            gettext_noop(
                "This misperception is about another side. That side says what it does say; "
                "you can read its answer here."
            )
        )


def may_be_about(kind: ConcernKind, own: UUID, about: UUID | None) -> None:
    """A misperception is about one other side; a need and a fear are one's own."""
    if kind is ConcernKind.MISPERCEPTION and about in (None, own):
        raise Refusal(gettext_noop("Say about which other side this misperception is."))
    if kind is not ConcernKind.MISPERCEPTION and about is not None:
        raise Refusal(
            gettext_noop(
                "A need or a fear is your own side's. Write a misperception where it is about another."
            )
        )


def may_say(text: str) -> None:
    if not text.strip():
        raise Refusal(gettext_noop("There are no words yet. Write them first."))


def may_say_not_yet(missing: str) -> None:
    if not missing.strip():
        raise Refusal(
            gettext_noop(
                "Say what is missing: without it the other side cannot restate it better. Or say heard."
            )
        )


def may_constrain(ideas: int) -> None:
    """What binds a side at home is held back until there is something that it would bind."""
    if not ideas:
        raise Refusal(
            gettext_noop(
                "Constraints come after ideas: write a “what if” first, then say what stands against it."
            )
        )


def may_reassure(kind: str) -> None:
    """A gesture answers a fear or a need."""
    if kind == ConcernKind.MISPERCEPTION:
        raise Refusal(
            gettext_noop(
                "A misperception is answered in words, a fear or a need by a gesture. "
                "Ask the other side to say what it does say."
            )
        )


def may_type_in(role: Role) -> None:
    """From paper, for somebody else: facilitators and the rapporteur."""
    if role not in FACILITATORS | {Role.RAPPORTEUR}:
        raise NotHere
