"""What a room shows, in the reader's language: remarks, the floor, airtime. Pages and streams show it alike."""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.template.loader import render_to_string
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from tracktwo.dialogue import acts, rules
from tracktwo.dialogue.models import Entered, Remark, Sitting, airtime_of, hands_of, seat_of
from tracktwo.dialogue.rules import Attribution, HandKind
from tracktwo.process import rules as process_rules
from tracktwo.process.door import SeenSide
from tracktwo.process.models import Seat
from tracktwo.process.rules import Role
from tracktwo.process.wording import worded
from tracktwo.vault.grants import Grant

Sides = dict[str, SeenSide]  # by id


@dataclass(frozen=True)
class Speaker:
    """Who speaks, as far as it is told: a side and a name, a side, a role of the panel, or nothing."""

    side: SeenSide | None = None
    label: str = ""


@dataclass(frozen=True)
class SeenRemark:
    """A remark as everybody in the room reads it."""

    place: str
    text: str
    speaker: Speaker | None


def sides_by_id(sides: list[SeenSide]) -> Sides:
    return {str(side.id): side for side in sides}


def seen_remark(row: Remark, sitting: Sitting, grant: Grant, sides: Sides) -> SeenRemark:
    said_by = json.loads(row.said_by.open(grant)) if row.said_by else None
    place = rules.Place(sitting.number, row.place or 0)
    speaker = _speaker(said_by, sides) if said_by is not None else None
    return SeenRemark(str(place), row.text.open(grant), speaker)


def _speaker(said_by: dict[str, Any], sides: Sides) -> Speaker:
    if "side" not in said_by:
        role = said_by.get("role", "")
        return Speaker(label=_(process_rules.ROLE_NAMES[Role(role)]) if role else _("the panel"))
    label = worded(said_by.get("label", ""), get_language() or "en").text
    return Speaker(sides.get(said_by["side"]), label)


def remark_as_html(seen: SeenRemark) -> str:
    return render_to_string("dialogue/_remark.html", {"remark": seen})


# --- the floor ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Spoken:
    """How long a side had the floor, and how many attributed remarks it made."""

    side: SeenSide
    minutes: str
    remarks: int
    width: int  # of its bar, in percent
    start: int  # where its bar begins: at the other end in writing from the right


def floor(here: Entered, sitting: Sitting, sides: Sides) -> dict[str, Any]:
    """Who has the floor, who asked for it, the airtime of each side, and the next release."""
    room = here.room
    queued = room.attribution != Attribution.NONE
    held = acts.floor_of(sitting, here.grant([sitting])) if queued else None
    holder = seat_of(room.process_id, UUID(held["seat"])) if held else None
    hands = hands_of(sitting, HandKind.SPEAK) if queued else []
    return {
        "queued": queued,
        "chairs": here.chairs,
        "speaking": _asking(holder, here, sides) if holder else None,
        "hands": [{"id": hand.pk, "speaker": _asking(hand.seat, here, sides)} for hand in hands],
        "airtime": _airtime(sitting, sides) if queued else [],
        "tick": room.tick,
        "next": datetime.datetime.fromtimestamp(rules.next_tick(acts.clock(), room.tick), tz=datetime.UTC),
    }


def floor_as_html(facts: dict[str, Any]) -> str:
    return render_to_string("dialogue/_floor.html", facts)


def _asking(seat: Seat, here: Entered, sides: Sides) -> Speaker:
    """Somebody who asks for the floor or has it: of a side its letter; the name only for whoever gives the floor."""
    if seat.side_id is None:
        return Speaker(label=_(process_rules.ROLE_NAMES[Role(seat.role)]))
    label = ""
    if here.chairs and here.room.attribution == Attribution.NAMED:
        label = worded(seat.label.open(here.seat.grant), get_language() or "en").text
    return Speaker(sides.get(str(seat.side_id)), label)


def _airtime(sitting: Sitting, sides: Sides) -> list[Spoken]:
    rows = airtime_of(sitting)
    seconds = {key: rows[side.id].seconds if side.id in rows else 0 for key, side in sides.items()}
    longest = max([60, *seconds.values()])
    spoken = []
    for key, side in sides.items():
        width = round(100 * seconds[key] / longest)
        minutes = _("%(minutes)s min") % {"minutes": f"{seconds[key] / 60:.1f}"}
        remarks = rows[side.id].remarks if side.id in rows else 0
        spoken.append(Spoken(side, minutes, remarks, width, 100 - width if get_language_bidi() else 0))
    return spoken
