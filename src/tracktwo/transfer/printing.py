"""What is printed to be filled in by hand or hung up: ballots, forms, the room list, the agenda.

Each is built for the facilitator who prints it, in the language chosen, from what that seat may read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _

from tracktwo.concerns.rules import CONCERN_NAMES, PLAN_QUESTIONS
from tracktwo.dialogue.models import Room, seats_in
from tracktwo.dialogue.rules import ROOM_NAMES
from tracktwo.engines import disclosure
from tracktwo.errors import NotHere, Refusal, gettext_noop
from tracktwo.preparation import agenda
from tracktwo.preparation.forms import Intake
from tracktwo.preparation.models import Agenda
from tracktwo.process import door
from tracktwo.process.door import SeenSide, seen_sides
from tracktwo.process.models import Seat
from tracktwo.process.rules import RoomKind
from tracktwo.process.seated import Seated
from tracktwo.process.visibility import own_seat
from tracktwo.process.wording import worded
from tracktwo.statements import results, rounds
from tracktwo.statements.models import Seen, Statement
from tracktwo.statements.results import SeenRound
from tracktwo.statements.rules import Manner, State
from tracktwo.transfer.typesetting import FormSheet, Item, Section

BALLOT, ROUND = "ballot", "round"


@dataclass(frozen=True)
class Printable:
    """A form that can be printed: its name and what it is for, to be translated."""

    name: str
    about: str


FORMS: dict[str, Printable] = {
    BALLOT: Printable(
        gettext_noop("Ballot: every open statement"),
        gettext_noop("Boxes for agree, disagree and pass; of a seat on paper, for the panel to type in."),
    ),
    "concerns": Printable(
        gettext_noop("Needs and fears"),
        gettext_noop(
            "A need, a fear, a misperception and what binds the side at home, each with how far it may go."
        ),
    ),
    "intake": Printable(
        gettext_noop("Before anybody is in a room"),
        gettext_noop("What a seat tells the facilitators: worries, worst case, practical needs, consents."),
    ),
    "going-home": Printable(
        gettext_noop("Going home"),
        gettext_noop("The plan of one seat. It stays with that person; nobody types it in."),
    ),
    "rooms": Printable(
        gettext_noop("Room list"),
        gettext_noop("Which seat is in which room. For facilitators: it names seats, so do not hang it up."),
    ),
    "agenda": Printable(gettext_noop("Agenda"), gettext_noop("Days and sessions, to hang up or hand out.")),
}


def sheet_of(form: str, seat: Seated, language: str, *, round: UUID | None = None) -> FormSheet:
    """The sheet of a form by its name, or the ballot of a round."""
    makers: dict[str, Callable[[Seated, str], FormSheet]] = {
        BALLOT: _ballot,
        "concerns": _concerns,
        "intake": _intake,
        "going-home": _going_home,
        "rooms": _rooms,
        "agenda": _agenda,
    }
    if round is not None:
        return _round(results.round_of(seat, round), seat, language)
    if form not in makers:
        raise NotHere
    return makers[form](seat, language)


def open_rounds(seat: Seated) -> list[SeenRound]:
    """The rounds whose ballots can be printed."""
    return [one for one in results.rounds_of(seat) if not one.ended]


def _form(seat: Seated, heading: str, who: str, *sections: Section, asks: bool = True) -> FormSheet:
    return FormSheet(
        heading=heading,
        who=who,
        sections=sections,
        cover=door.cover_title(seat.process),
        ask=_("Name at the table:") if asks else "",
    )


def _typed_in() -> str:
    """What every form says that is handed in: the truth about whoever types it in."""
    return _("Whoever of the panel types this sheet in sees what stands on it. Then the sheet is destroyed.")


# --- ballots --------------------------------------------------------------------------------------


def _open_statements(seat: Seated, language: str) -> list[Seen]:
    rows = Statement.objects.seen_by(seat).filter(state=State.OPEN).order_by("slot")
    return [row.seen(seat, language) for row in rows]


def _ballot(seat: Seated, language: str) -> FormSheet:
    statements = _open_statements(seat, language)
    if not statements:
        raise Refusal(gettext_noop("No statement is open yet: there is nothing to print a ballot of."))
    section = Section("", tuple(_asked(one) for one in statements), intro=_how_to_tick())
    return _form(seat, _("Ballot"), _typed_in(), section)


def _how_to_tick() -> str:
    return _("Tick one box a statement. What you leave empty counts as not answered.")


def _asked(one: Seen) -> Item:
    return Item(
        one.text,
        language=one.lang,
        boxes=(_("Agree"), _("Disagree"), _("Pass")),
        note=_("draft translation") if one.draft else "",
        numbered=True,
    )


def _round(known: SeenRound, seat: Seated, language: str) -> FormSheet:
    """The ballot of a round; in a joint one what the others would say is asked on a part of its own."""
    seen = {one.id: one for one in _open_statements(seat, language)}
    asked = [seen[one] for one in known.asked if one in seen]
    sections = [Section("", tuple(_asked(one) for one in asked), intro=_how_to_tick())]
    if known.side is None:
        sections += [_expected_of(side, asked) for side in seen_sides(seat)]
    heading = _("Round %(number)s, cycle %(cycle)s") % {"number": known.number, "cycle": known.cycle}
    told = (
        _("A show of hands: who answered what is told at the end.")
        if known.manner is Manner.HANDS
        else _("Sealed: at the end one result in words is told, and never who.")
    )
    return _form(seat, heading, f"{told} {_typed_in()}", *sections)


def _expected_of(side: SeenSide, asked: list[Seen]) -> Section:
    bands = tuple(_(disclosure.BANDS[band]) for band in rounds.EXPECTED)
    return Section(
        _("What would they say? %(side)s") % {"side": f"{side.letter} · {side.name}"},
        tuple(Item(one.text, language=one.lang, boxes=bands, numbered=True) for one in asked),
        intro=_("How many of them would agree? Leave your own side empty."),
    )


# --- forms ----------------------------------------------------------------------------------------


def _concerns(seat: Seated, _language: str) -> FormSheet:
    """One sheet a seat: what it needs, fears, is misread in, and what binds it; each with how far it may go."""
    far = (
        _("for me alone"),
        _("to my own side, without my name"),
        _("to the table"),
    )
    asks = {
        CONCERN_NAMES_OF["need"]: _("What must be satisfied for anything to hold?"),
        CONCERN_NAMES_OF["fear"]: _("What must not happen?"),
        CONCERN_NAMES_OF["misperception"]: _("What do you think another side thinks or wants? Which side?"),
        _("Constraint"): _("What binds you at home? Asked only once there are ideas."),
    }
    items = tuple(Item(_(kind).capitalize(), note=ask, lines=4, boxes=far) for kind, ask in asks.items())
    return _form(
        seat,
        _("Needs and fears"),
        _typed_in(),
        Section("", items, intro=_("One thing a field, in your own words. Name no person.")),
    )


CONCERN_NAMES_OF = {kind.value: name for kind, name in CONCERN_NAMES.items()}


def _intake(seat: Seated, _language: str) -> FormSheet:
    items = tuple(_field(field) for field in Intake().fields.values())
    who = _("The facilitators alone read this. Nothing of it must be answered.")
    return _form(seat, _("Before anybody is in a room"), f"{who} {_typed_in()}", Section("", items))


def _field(field: forms.Field) -> Item:
    """A field of a form as it stands on paper: a box, boxes, or lines to write on."""
    label, note = str(field.label or ""), str(field.help_text)
    if isinstance(field, forms.MultipleChoiceField):
        choices: Any = field.choices
        return Item(label, note=note, boxes=tuple(str(words) for _value, words in choices))
    if isinstance(field, forms.BooleanField):
        return Item(note=note, boxes=(label,))
    return Item(label, note=note, lines=4 if isinstance(field.widget, forms.Textarea) else 2)


def _going_home(seat: Seated, _language: str) -> FormSheet:
    items = tuple(Item(_(question), lines=5) for question in PLAN_QUESTIONS.values())
    who = _("This sheet is yours. Nobody collects it, nobody types it in.")
    return _form(seat, _("Going home"), who, Section("", items), asks=False)


# --- lists ----------------------------------------------------------------------------------------


def _rooms(seat: Seated, language: str) -> FormSheet:
    """Every room with who is in it, by the names at the table."""
    rooms = list(Room.objects.seen_by(seat))
    if not rooms:
        raise Refusal(gettext_noop("There is no room yet. Open one first."))
    there, sides = seats_in(rooms), {side.id: side.letter for side in seen_sides(seat)}
    items = tuple(
        Item(
            cells=(
                worded(room.name.open(seat.grant), language).text,
                _(ROOM_NAMES[RoomKind(room.kind)]),
                _(", ").join(_name(one, seat, sides, language) for one in there.get(room.pk, [])) or "–",
            )
        )
        for room in rooms
    )
    head = (_("Room"), _("Kind"), _("Who is in it"))
    who = _("For facilitators: it names seats. Do not hang it up; destroy it after the session.")
    return _form(seat, _("Room list"), who, Section("", items, head=head), asks=False)


def _name(one: Seat, seat: Seated, sides: dict[UUID, str], language: str) -> str:
    grant = own_seat(seat) if one.pk == seat.seat else seat.grant
    label = worded(one.label.open(grant), language).text
    return f"{sides[one.side_id]} {label}" if one.side_id else label


def _agenda(seat: Seated, _language: str) -> FormSheet:
    row = Agenda.objects.seen_by(seat).first()
    found = agenda.read(row.text.open(seat.grant)).agenda if row else None
    if found is None:
        raise Refusal(gettext_noop("There is no agenda yet that could be printed. Write it first."))
    sections = tuple(
        Section(
            day.name + (f" · {day.date:%Y-%m-%d}" if day.date else ""),
            tuple(Item(cells=(f"{one.start}–{one.end}", _session(one))) for one in day.sessions),
        )
        for day in found.days
    )
    place = f"{found.place} · {found.zone}" if found.place else found.zone
    who = _("For everybody at the table. Hours are those of the place: %(place)s.") % {"place": place}
    return _form(seat, _("Agenda"), who, *sections, asks=False)


def _session(one: agenda.Session) -> str:
    return one.title + "".join(f" ({note})" for note in one.notes)
