"""The panel's brief: who sits here, what each side needs and fears, what is unheard, what is shared, what is risky.

One page of A4, whatever there is: lists are cut until it fits, and what was cut is said in words.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracktwo.concerns.board import Board, OnBoard, board
from tracktwo.concerns.rules import Hearing
from tracktwo.engines.disclosure import Band
from tracktwo.preparation import mirror
from tracktwo.preparation import rules as preparation_rules
from tracktwo.preparation.models import Candidate, Risk
from tracktwo.process import rules as process_rules
from tracktwo.process.door import SeenSide, cover_title, seen_sides
from tracktwo.process.models import Seat
from tracktwo.process.phases import PHASE_NAMES
from tracktwo.process.rules import Role
from tracktwo.process.seated import Seated
from tracktwo.statements import results, rounds
from tracktwo.statements.models import Seen, Statement
from tracktwo.statements.reckoning import SIDES
from tracktwo.statements.rules import State
from tracktwo.transfer import typesetting
from tracktwo.transfer.typesetting import BriefLine, BriefPart, BriefSheet

# How much stands in the brief, from much to little, until it fits: lines of a list, letters of a line, size in points.
FITS = (
    (24, 600, 12.0),
    (20, 500, 11.0),
    (16, 400, 10.2),
    (12, 260, 9.6),
    (8, 220, 9.6),
    (6, 180, 9.4),
    (5, 150, 9.2),
    (4, 130, 9.0),
    (3, 110, 9.0),
    (2, 90, 8.8),
    (1, 70, 8.6),
    (1, 40, 7.6),
)
MAJORITY = (Band.NEARLY_ALL, Band.MOST)


@dataclass(frozen=True)
class Listed:
    """A part of the brief before anything is cut."""

    title: str
    lines: tuple[BriefLine, ...]
    empty: str = ""
    share: int = 1  # how many lists are in it: each gets its lines
    by_side: bool = False  # its lines take turns so that a cut takes from all alike; shown side by side


def parts_of(seat: Seated, language: str) -> list[Listed]:
    """All that the brief could hold, most important first in each list, for whoever of the panel asks."""
    shown, sides = board(seat, language), seen_sides(seat)
    return [
        Listed(_("Who sits here"), (*_composition(seat, sides), *_gaps(seat, sides)), share=len(sides) + 2),
        Listed(
            _("Needs and fears"),
            tuple(_in_turn([[_concern(row.side, one) for one in row.concerns] for row in shown.sides])),
            empty=_("Nothing has been put to the table yet."),
            share=max(1, len(sides)),
            by_side=True,
        ),
        Listed(_("Not heard yet"), _unheard(shown), empty=_nothing_unheard(shown)),
        Listed(
            _("First sentences across the sides"),
            _shared(seat, language, sides),
            empty=_("No sentence yet that every side supports."),
        ),
        Listed(_("Risks"), _risks(seat), empty=_("The register of risks holds nothing yet.")),
    ]


def sheet_of(seat: Seated, language: str, parts: Sequence[BriefPart]) -> BriefSheet:
    return BriefSheet(
        heading=_("Panel brief"),
        who=_("For the panel alone. It names no seat; take it home or destroy it, do not leave it behind."),
        cover=cover_title(seat.process),
        phase=_(PHASE_NAMES[seat.phase]),
        parts=tuple(parts),
    )


def one_page(seat: Seated, language: str) -> bytes:
    """The brief as a PDF of exactly one page."""
    listed = parts_of(seat, language)
    for lines, letters, size in FITS:
        parts = [cut(one, lines=lines, letters=letters) for one in listed]
        made = typesetting.typeset_brief(sheet_of(seat, language, parts), language, size=size)
        if typesetting.pages_of(made) == 1:
            break
    return made


def cut(listed: Listed, *, lines: int, letters: int) -> BriefPart:
    """A part with so many lines a list and so many letters a line; how much is left out is said."""
    kept = listed.lines[: lines * listed.share]
    left = len(listed.lines) - len(kept)
    if listed.by_side:
        kept = tuple(sorted(kept, key=lambda one: one.letter))
    more = ngettext("and %(n)s more", "and %(n)s more", left) % {"n": left} if left else ""
    return BriefPart(
        listed.title,
        tuple(_line_cut(one, letters) for one in kept),
        more=more,
        empty=listed.empty,
    )


def _line_cut(line: BriefLine, letters: int) -> BriefLine:
    return replace(line, text=shortened(line.text, letters), note=shortened(line.note, letters))


def shortened(text: str, letters: int) -> str:
    """The beginning of a text, cut between words; whole where it is short enough."""
    plain = " ".join(text.split())
    if len(plain) <= letters:
        return plain
    return plain[: letters - 1].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…"


def _in_turn(lists: Sequence[Sequence[BriefLine]]) -> list[BriefLine]:
    """One of each list in turn."""
    longest = max(map(len, lists), default=0)
    return [one[place] for place in range(longest) for one in lists if place < len(one)]


# --- who sits here ----------------------------------------------------------------------------------


def _composition(seat: Seated, sides: Sequence[SeenSide]) -> list[BriefLine]:
    rows = list(Seat.objects.seen_by(seat).filter(withdrawn=False))
    lines = []
    for side in sides:
        mine = [row for row in rows if row.side_id == side.id]
        table = [row for row in mine if row.role == Role.PARTICIPANT]
        officials = sum(row.official for row in table)
        said = [
            ngettext("%(n)s seat at the table", "%(n)s seats at the table", len(table)) % {"n": len(table)},
            ngettext(
                "%(n)s of them an official in a private capacity",
                "%(n)s of them officials in a private capacity",
                officials,
            )
            % {"n": officials}
            if officials
            else "",
            ngettext("%(n)s in the wider circle", "%(n)s in the wider circle", len(mine) - len(table))
            % {"n": len(mine) - len(table)}
            if len(mine) > len(table)
            else "",
        ]
        lines.append(BriefLine(f"{side.name}:", note=_(", ").join(filter(None, said)), letter=side.letter))
    roles = [Role(row.role) for row in rows if row.side_id is None]
    named = [_counted(role, roles.count(role)) for role in Role if role in roles]
    return [*lines, BriefLine(_("The panel:"), note=_(", ").join(named))]


def _counted(role: Role, number: int) -> str:
    name = _(process_rules.ROLE_NAMES[role])
    return name if number == 1 else _("%(n)s × %(name)s") % {"n": number, "name": name}


def _gaps(seat: Seated, sides: Sequence[SeenSide]) -> list[BriefLine]:
    """What the mirror matrix lacks, for facilitators: the long list is theirs alone."""
    letters = {str(side.id): side.letter for side in sides}
    people = [
        mirror.Somebody(
            str(row.side_id),
            json.loads(row.traits.open(seat.grant)),
            row.stage == preparation_rules.Stage.SEATED,
        )
        for row in Candidate.objects.seen_by(seat)
        if row.side_id and row.stage in preparation_rules.ON_THE_LIST
    ]
    traits = {name: list(values) for name, values in preparation_rules.TRAITS.items()}
    found = [one for one in mirror.gaps(people, list(letters), traits) if one.gap is not mirror.Gap.UNKNOWN]
    empty = [BriefLine(_no_name(one, letters)) for one in found if one.gap is mirror.Gap.NO_NAME]
    kinds = {
        mirror.Gap.ONE_SIDED: _("%(trait)s, nobody on the list: %(gaps)s."),
        mirror.Gap.NOT_SEATED: _("%(trait)s, nobody seated: %(gaps)s."),
    }
    rows = [
        BriefLine(sentence % {"trait": _(preparation_rules.TRAIT_NAMES[trait]), "gaps": said})
        for trait in traits
        for kind, sentence in kinds.items()
        if (said := _lacking([one for one in found if one.gap is kind and one.trait == trait], letters))
    ]
    return [*empty, *rows]


def _no_name(found: mirror.Found, letters: dict[str, str]) -> str:
    lacking = _(", ").join(letters[one] for one in found.lacking)
    return _("No name on the long list yet: %(sides)s.") % {"sides": lacking}


def _lacking(found: Sequence[mirror.Found], letters: dict[str, str]) -> str:
    """Which kinds of people which sides lack: "media (M), faith (M I)"."""
    return _(", ").join(
        _("%(value)s (%(sides)s)")
        % {
            "value": _(preparation_rules.TRAITS[one.trait][one.value]),
            "sides": " ".join(letters[side] for side in one.lacking),
        }
        for one in found
    )


# --- needs and fears, and what is unheard -------------------------------------------------------------


def _concern(side: SeenSide, one: OnBoard) -> BriefLine:
    heard = [said.side.letter for said in one.hearings if said.state == Hearing.HEARD]
    note = _("(%(kind)s; heard by %(sides)s)") if heard else _("(%(kind)s)")
    facts = {"kind": _(one.kind_name), "sides": _(", ").join(heard)}
    return BriefLine(one.text, one.lang, note % facts, side.letter)


def _unheard(shown: Board) -> tuple[BriefLine, ...]:
    """What somebody still has to restate, and who; what fewest have heard first."""
    open_ones = [
        (
            row.side,
            one,
            [said.side.letter for said in one.hearings if said.state != Hearing.HEARD],
        )
        for row in shown.sides
        for one in row.concerns
        if not one.heard
    ]
    ranked = sorted(open_ones, key=lambda found: -len(found[2]))
    return tuple(
        BriefLine(one.text, one.lang, _("(not by %(sides)s)") % {"sides": _(", ").join(by)}, side.letter)
        for side, one, by in ranked
    )


def _nothing_unheard(shown: Board) -> str:
    return "" if shown.empty else _("Everything on the table has been heard by those who were asked to.")


# --- sentences across the sides -----------------------------------------------------------------------


def _shared(seat: Seated, language: str, sides: Sequence[SeenSide]) -> tuple[BriefLine, ...]:
    """What a credible majority of every side supports; else what most of every side said in a joint round."""
    rows = Statement.objects.seen_by(seat).filter(state=State.OPEN)
    seen = {one.slot: one for one in (row.seen(seat, language) for row in rows)}
    told = results.latest(seat)
    if told.compared == SIDES and told.common:
        note = _("(supported by a credible majority of every side)")
        return tuple(_sentence(seen[slot], note) for slot in told.common if slot in seen)
    by_id = {one.id: one for one in seen.values()}
    for one in reversed(results.rounds_of(seat)):
        if one.side is None and one.told is not None:
            found = [
                by_id[each]
                for place, each in enumerate(one.asked)
                if each in by_id and _of_all(one.told, place)
            ]
            note = _("(most of every side, in round %(n)s)") % {"n": one.number}
            return tuple(_sentence(each, note) for each in found)
    return ()


def _of_all(told: dict[str, Any], place: int) -> bool:
    """Whether most of every side in a round agree, as far as it is told by side."""
    return all(rounds.banded(told, side, place) in MAJORITY for side in told["sides"])


def _sentence(one: Seen, note: str) -> BriefLine:
    return BriefLine(one.text, one.lang, note)


# --- risks --------------------------------------------------------------------------------------------


def _risks(seat: Seated) -> tuple[BriefLine, ...]:
    """The gravest first. A risk to one person stays in the register: a page is lost more easily."""
    opened = [
        (row.text.open(seat.grant), json.loads(row.about.open(seat.grant)))
        for row in Risk.objects.seen_by(seat)
    ]
    general = [(text, about) for text, about in opened if not about.get("seat")]
    ranked = sorted(general, key=lambda one: (-_weight(one[1]), one[0]))
    lines = [BriefLine(text, note=_levels(about)) for text, about in ranked]
    persons = len(opened) - len(general)
    if persons:
        said = ngettext(
            "%(n)s risk to a single person: it stands in the register alone.",
            "%(n)s risks to single persons: they stand in the register alone.",
            persons,
        )
        lines.insert(0, BriefLine(said % {"n": persons}))
    return tuple(lines)


def _weight(about: dict[str, str]) -> int:
    order = list(preparation_rules.RISK_LEVELS)
    levels = [about.get(name, "") for name in ("likelihood", "severity")]
    return sum(order.index(level) + 1 for level in levels if level in order)


def _levels(about: dict[str, str]) -> str:
    names = preparation_rules.RISK_LEVELS
    likely, severe = (about.get(name, "") for name in ("likelihood", "severity"))
    if likely not in names or severe not in names:
        return ""
    return _("(likelihood %(likelihood)s, severity %(severity)s)") % {
        "likelihood": _(names[likely]),
        "severity": _(names[severe]),
    }
