"""Who may prepare what, and how a name on the long list moves. A pure table."""

from __future__ import annotations

from enum import StrEnum

from tracktwo.errors import gettext_noop


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
