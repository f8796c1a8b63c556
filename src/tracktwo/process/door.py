"""The door of every page inside a process: who may come in, and the frame they find."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tracktwo.errors import NotHere
from tracktwo.people.second_step import has_account
from tracktwo.process import phases, rules, visibility
from tracktwo.process.models import Process, Seat, Side
from tracktwo.process.rules import Role
from tracktwo.process.seated import Seated
from tracktwo.process.wording import Worded, worded
from tracktwo.vault.fields import Sealed
from tracktwo.vault.grants import Grant
from tracktwo.web import audience, resting

Page = Callable[..., HttpResponse]


@dataclass(frozen=True)
class SeenSide:
    """A side as a page shows it: letter, name, and which of eight hues and patterns."""

    id: UUID
    letter: str
    name: str
    hue: int


@dataclass(frozen=True)
class SeenProcess:
    id: UUID
    cover_title: str
    kind: str
    phase: str
    phase_name: str


@dataclass(frozen=True)
class You:
    """Who the reader is at this table."""

    role: str
    label: str
    side: SeenSide | None
    facilitates: bool
    on_panel: bool


def page_for(*roles: Role) -> Callable[[Page], Page]:
    """A page inside a process, for these roles. Everybody else finds what does not exist."""

    def declare(view: Page) -> Page:
        @audience(*roles)
        @wraps(view)
        def guarded(request: HttpRequest, pid: UUID, **named: Any) -> HttpResponse:
            if is_frozen(pid):
                return resting(request)
            seat = visibility.take_seat(request.user, pid)
            if seat.role not in roles:
                raise NotHere
            if rules.needs_account(seat.role, seat.kind) and not has_account(request.user):
                return redirect("account")
            return view(request, seat, **named)

        return guarded

    return declare


def is_frozen(process: UUID) -> bool:
    return Process.unscoped.filter(pk=process, frozen=True).exists()


def read(sealed: Sealed, grant: Grant) -> Worded:
    """A text of the panel in the reader's language, or in the one it has."""
    return worded(sealed.open(grant), get_language() or "en")


def cover_title(process: UUID) -> str:
    row = Process.unscoped.get(pk=process)
    return read(row.cover_title, visibility.at_the_door(process)).text


def seen_sides(seat: Seated) -> list[SeenSide]:
    return [
        SeenSide(side.pk, side.letter, read(side.name, seat.grant).text, side.place)
        for side in Side.objects.seen_by(seat)
    ]


def frame(seat: Seated, who_sees: str, *, here: str, **more: Any) -> dict[str, Any]:
    """What every page of a process shows: its path, who you are, and who will see this."""
    row = Process.unscoped.get(pk=seat.process)
    named = [{"key": one.key, "name": _(one.name), "state": one.state} for one in phases.stations(seat.phase)]
    return {
        "process": SeenProcess(
            row.pk,
            read(row.cover_title, seat.grant).text,
            row.kind,
            row.phase,
            _(phases.PHASE_NAMES[seat.phase]),
        ),
        "stations": named,
        "you": you(seat),
        "who_sees": who_sees,
        "places": places(seat, here),
        **more,
    }


def places(seat: Seated, here: str) -> list[dict[str, Any]]:
    """The pages of a process that this seat may open: the groups, and below the group one is in its pages."""
    groups = []
    for words, pages in _pages():
        mine = [(name, said) for name, said, roles in pages if seat.role in roles]
        if not mine:
            continue
        inside = any(name == here for name, _said in mine)
        groups.append(
            {
                "name": words,
                "url": reverse(mine[0][0], args=[seat.process]),
                "here": inside,
                "pages": [
                    {"url": reverse(name, args=[seat.process]), "name": said, "here": name == here}
                    for name, said in mine
                ]
                if inside and len(mine) > 1
                else [],
            }
        )
    return groups


def _pages() -> list[tuple[str, list[tuple[str, str, frozenset[Role]]]]]:
    """Every page that stands in the list of pages, in the order of a process, with the roles it is for."""
    return [
        (
            _("Process"),
            [
                ("process", _("Process"), rules.EVERYONE),
                ("seats", _("Seats"), rules.EVERYONE),
                ("rules", _("Ground rules"), rules.EVERYONE),
                ("steps", _("Phases"), rules.PANEL),
                ("record", _("Record"), rules.EVERYONE),
            ],
        ),
        (
            _("Preparation"),
            [
                ("agenda", _("Agenda"), rules.PANEL | {Role.INTERPRETER, Role.PARTICIPANT}),
                ("intake", _("Intake"), rules.EVERYONE - {Role.VOTER}),
                ("prepare", _("Conflict"), rules.PANEL),
                ("ripeness", _("Ripeness"), rules.PANEL),
                ("risks", _("Risks"), rules.PANEL),
                ("long-list", _("Long list"), rules.FACILITATORS),
                ("panel", _("Panel"), rules.EVERYONE - rules.OF_A_SIDE),
            ],
        ),
        (
            _("Rooms"),
            [("rooms", _("Rooms"), rules.PANEL | {Role.INTERPRETER, Role.OBSERVER, Role.PARTICIPANT})],
        ),
        (
            _("Needs and fears"),
            [
                ("needs", _("Board"), rules.PANEL | {Role.PARTICIPANT, Role.INTERPRETER, Role.OBSERVER}),
                ("my-words", _("My words"), frozenset({Role.PARTICIPANT})),
                ("ideas", _("Ideas"), rules.PANEL | {Role.PARTICIPANT, Role.INTERPRETER, Role.OBSERVER}),
                (
                    "constraints",
                    _("Constraints"),
                    rules.PANEL | {Role.PARTICIPANT, Role.INTERPRETER, Role.OBSERVER},
                ),
                (
                    "reassurances",
                    _("Reassurances"),
                    rules.PANEL | {Role.PARTICIPANT, Role.INTERPRETER, Role.OBSERVER},
                ),
                ("re-entry", _("Going home"), rules.PANEL | {Role.PARTICIPANT}),
            ],
        ),
        (
            _("Statements"),
            [
                ("vote", _("Vote"), rules.OF_A_SIDE),
                ("common-ground", _("Common ground"), rules.EVERYONE),
                ("statements", _("Statements"), rules.EVERYONE),
                ("rounds", _("Rounds"), rules.PANEL | {Role.PARTICIPANT, Role.INTERPRETER}),
                ("moderate", _("Moderate"), rules.FACILITATORS),
            ],
        ),
        (
            _("Paper"),
            [
                ("paper", _("Paper"), rules.PANEL),
                ("brief", _("Brief"), rules.PANEL),
                ("print", _("Print"), rules.FACILITATORS),
                ("type-in", _("Type in"), rules.FACILITATORS),
            ],
        ),
    ]


def you(seat: Seated) -> You:
    own = Seat.objects.seen_by(seat).get(pk=seat.seat)
    mine = next((side for side in seen_sides(seat) if side.id == seat.side), None)
    label = read(own.label, visibility.own_seat(seat)).text
    return You(_(rules.ROLE_NAMES[seat.role]), label, mine, seat.facilitates, seat.on_panel)


def crowd_of(seat: Seated) -> int:
    """How many could have written what comes unattributed from one's own side."""
    own = Seat.unscoped.filter(process_id=seat.process, side__place=seat.side_place, withdrawn=False)
    return own.filter(role__in=rules.OF_A_SIDE).count()
