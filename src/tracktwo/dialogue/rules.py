"""Rooms, attribution, and what may be done with a remark. A pure table."""

from __future__ import annotations

from enum import StrEnum

from tracktwo.errors import gettext_noop
from tracktwo.process.rules import RoomKind

FEWEST_AUTHORS = 3  # of unattributed remarks released together


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


class MinutesState(StrEnum):
    """The minutes are restated to the room for correction before they stand."""

    DRAFT = "draft"
    RESTATED = "restated"
    STANDING = "standing"


class ErrandState(StrEnum):
    """A message of a shuttle: left with the panel by its author, carried in the panel's words."""

    LEFT = "left"
    CARRIED = "carried"
    TAKEN_BACK = "taken back"


class HandKind(StrEnum):
    SPEAK = "speak"
    CALL = "call"


def scope_of_room(room: object) -> str:
    return f"room:{room}"


def scope_of_sitting(sitting: object) -> str:
    """A sitting has a key of its own (see vault.keys), destroyed when it ends."""
    return f"sitting:{sitting}"
