"""Pages of paper: the draft with its checks and its PDF; forms to print, typing them in, the wall, the brief."""

from __future__ import annotations

import datetime
import json
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from tracktwo import figures
from tracktwo.concerns.board import board
from tracktwo.concerns.rules import Voiced
from tracktwo.engines import disclosure
from tracktwo.engines.disclosure import Band, Cell, Withheld
from tracktwo.errors import NotHere, filled
from tracktwo.figures import Mark
from tracktwo.preparation import agenda
from tracktwo.preparation.forms import Intake
from tracktwo.preparation.models import Agenda
from tracktwo.process import door
from tracktwo.process.door import frame, page_for, seen_sides
from tracktwo.process.models import Process, Seat
from tracktwo.process.rules import FACILITATORS, OF_A_SIDE, PANEL, Role
from tracktwo.process.seated import Seated
from tracktwo.process.wording import worded
from tracktwo.record.once import AlreadyDone
from tracktwo.statements import counting, results, rounds, saying, sheets
from tracktwo.statements.models import Seen, Statement
from tracktwo.statements.results import SeenRound, Told
from tracktwo.statements.rules import State
from tracktwo.transfer import acts, brief, forms, printing, typesetting
from tracktwo.transfer.models import Line, Paper
from tracktwo.transfer.typesetting import SideSupport
from tracktwo.web import once_of

LINES_AT_FIRST = 9
CONSIDERED = 12  # statements not chosen that a draft names as withheld
MAIN_CHECKS = ("cell sizes", "support", "rounding")


@page_for(*PANEL)
def paper(request: HttpRequest, seat: Seated) -> HttpResponse:
    """The newest draft: its lines, beside each its disclosure check, and what was withheld and why."""
    newest = Paper.objects.seen_by(seat).first()
    rows = [_row(line, seat) for line in Line.objects.of(newest, seat)] if newest else []
    context = frame(
        seat, _seen_by_panel(), here="paper", paper=newest and _opened(newest, seat), count=len(rows)
    )
    context |= {
        "lines": [row for row in rows if row["released"]],
        "withheld": [row for row in rows if not row["released"]],
        "may_draft": seat.facilitates,
    }
    return render(request, "transfer/paper.html", context)


def _seen_by_panel() -> str:
    return _("Only the panel sees drafts. Before anything leaves, every side reads it and signs off or not.")


def _opened(newest: Paper, seat: Seated) -> dict[str, Any]:
    return {
        "number": newest.number,
        "language": newest.language,
        "heading": newest.heading.open(seat.grant),
        "introduction": newest.introduction.open(seat.grant),
        "closing": newest.closing.open(seat.grant),
    }


def _row(line: Line, seat: Seated) -> dict[str, Any]:
    """A line as the page shows it."""
    sides = json.loads(line.figures.open(seat.grant))
    noted = json.loads(line.checks.open(seat.grant))
    text = line.text.open(seat.grant)
    return {
        "text": text,
        "lang": line.language,
        "draft": noted["draft"],
        "released": line.released,
        "picture": _picture(line, sides),
        **_checks(noted["checks"]),
        "sides": sides,
    }


def _checks(noted: list[list[Any]]) -> dict[str, Any]:
    """The checks a reader asks for first, and whatever failed; the others that passed stand folded away."""
    rows = [
        {"passed": passed, "words": _said(sentence, facts), "main": name in MAIN_CHECKS or not passed}
        for name, passed, sentence, facts in noted
    ]
    return {
        "checks": [row for row in rows if row["main"]],
        "others": [row for row in rows if not row["main"]],
    }


def _said(sentence: str, facts: dict[str, Any]) -> str:
    return filled(_(sentence), facts, _(", "))


def _cell(plain: dict[str, Any]) -> Cell:
    return Cell(**{**plain, "withheld": Withheld(plain["withheld"]), "band": Band(plain["band"])})


def _picture(line: Line, sides: list[dict[str, Any]]) -> SafeString:
    """The bars of a released line; a withheld one shows none."""
    if not line.released:
        return SafeString("")
    bars = [
        saying.bar(Mark(side["letter"], side["hue"], side["name"]), _cell(side["cell"])) for side in sides
    ]
    words = "; ".join(f"{bar.mark.name}: {bar.label}" for bar in bars)
    return SafeString(
        figures.support_bars(
            bars, key=f"l{line.place}", description=words,
            # xgettext:no-python-format
            title=_("Support by side, with 90 % intervals"),
            half=_("one half"), rtl=get_language_bidi(),
        )
    )  # fmt: skip


# --- a new draft --------------------------------------------------------------------------------


@page_for(*FACILITATORS)
def draft(request: HttpRequest, seat: Seated) -> HttpResponse:
    """Choose the statements and write the frame; what fails a check is withheld, and says why."""
    language = get_language() or "en"
    form = forms.Draft(request.POST or None, initial=_begun(seat, language))
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        chosen_language = values.pop("language")
        chosen = [_uuid(one) for one in request.POST.getlist("statement")]
        with suppress(AlreadyDone), translation.override(chosen_language):
            acts.draft(
                frame=acts.Frame(**values), language=chosen_language, statements=chosen,
                considered=_considered(seat, chosen_language, chosen), by=seat, once=once_of(request),
            )  # fmt: skip
        return redirect("paper", pid=seat.process)
    choices = _choices(seat, language)
    if request.method == "POST":  # sent back for a correction: what was chosen stays chosen
        kept = set(request.POST.getlist("statement"))
        choices = [{**one, "chosen": str(one["one"].id) in kept} for one in choices]
    context = frame(seat, _seen_by_panel(), here="paper", form=form, choices=choices)
    return render(request, "transfer/draft.html", context, status=400 if form.errors else 200)


def _considered(seat: Seated, language: str, chosen: list[UUID]) -> list[UUID]:
    """Statements nobody chose and no check lets pass: the draft says why they are not in it."""
    choices = _choices(seat, language)
    return [one["one"].id for one in choices if not one["fit"] and one["one"].id not in chosen][:CONSIDERED]


def _uuid(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        raise NotHere from None


def _begun(seat: Seated, language: str) -> dict[str, str]:
    """What a draft begins with: the outline of the process, or plain sentences that are always true."""
    row = Process.unscoped.get(pk=seat.process)
    if row.outline is None:
        return {"language": language, "heading": door.read(row.cover_title, seat.grant).text} | _plain_frame()
    outline = worded(row.outline.open(seat.grant), language)
    top, _rule, closing = outline.text.partition("\n---\n")
    heading, _blank, introduction = top.partition("\n")
    parts = {"heading": heading, "introduction": introduction, "closing": closing}
    return {"language": language} | {name: text.strip() for name, text in parts.items()}


def _plain_frame() -> dict[str, str]:
    return {
        "introduction": _(
            "People on every side were asked what they think of short sentences, each alone and in secret. "
            "The sentences below are supported by a credible majority of every side. Nobody holds a mandate."
        ),
        "closing": _("Figures are rounded, and what could point to a small group has been withheld."),
    }


def _choices(seat: Seated, language: str) -> list[dict[str, Any]]:
    """Open statements, those that every side supports first, each with what a check would say."""
    told = results.latest(seat)
    roster = acts.roster_of(seat)
    seen = [row.seen(seat, language) for row in Statement.objects.seen_by(seat).filter(state=State.OPEN)]
    ranked = sorted(seen, key=lambda one: _rank(told, one))
    checks = [(one, acts.check(one, told, roster)) for one in ranked]
    fit = [one.id for one, checked in checks if checked.released][:LINES_AT_FIRST]
    return [
        {"one": one, "chosen": one.id in fit, "fit": checked.released,
         "why": [_said(check.sentence, dict(check.facts)) for check in checked.reasons]}
        for one, checked in checks
    ]  # fmt: skip


def _rank(told: Told, one: Seen) -> tuple[int, int]:
    order = told.content.get("ranked", [])
    common = one.slot in told.common
    return (0 if common else 1, order.index(one.slot) if one.slot in order else len(order))


# --- the PDF ------------------------------------------------------------------------------------


@page_for(*PANEL)
def pdf(request: HttpRequest, seat: Seated) -> HttpResponse:
    """The newest draft as a PDF: two pages, nobody named, no time of making."""
    newest = Paper.objects.seen_by(seat).first()
    if newest is None:
        raise NotHere
    with translation.override(newest.language):
        content = typesetting.typeset(_typed(newest, seat), newest.language)
    return _as_pdf(content, "paper.pdf")


def _typed(newest: Paper, seat: Seated) -> typesetting.Paper:
    opened = _opened(newest, seat)
    rows = [_row(line, seat) for line in Line.objects.of(newest, seat) if line.released]
    return typesetting.Paper(
        heading=opened["heading"], introduction=_paragraphs(opened["introduction"]),
        closing=_paragraphs(opened["closing"]), words=typesetting.Words.translated(_),
        lines=tuple(
            typesetting.PaperLine(
                text=row["text"], language=row["lang"], sides=tuple(_support(side) for side in row["sides"]),
                note=_("draft translation") if row["draft"] else "",
            )
            for row in rows
        ),
        cover=door.cover_title(seat.process),
    )  # fmt: skip


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(paragraph.strip() for paragraph in text.split("\n\n") if paragraph.strip())


def _support(side: dict[str, Any]) -> SideSupport:
    cell = _cell(side["cell"])
    return SideSupport(
        letter=side["letter"], name=side["name"], words=saying.figure(cell),
        percent=cell.percent, low=cell.low, high=cell.high,
    )  # fmt: skip


# --- forms to print -------------------------------------------------------------------------------


@page_for(*FACILITATORS)
def print_forms(request: HttpRequest, seat: Seated) -> HttpResponse:
    """Everything that can be filled in by hand or hung up, each as a PDF in the language chosen."""
    if request.method == "POST":
        return _printed(request, seat)
    printable = [
        {"form": name, "name": _(one.name), "about": _(one.about)} for name, one in printing.FORMS.items()
    ]
    context = frame(
        seat,
        _("Facilitators print. The record says that forms were printed, not which nor for whom."),
        here="print",
        printable=printable,
        rounds=printing.open_rounds(seat),
        languages_of=settings.LANGUAGES,
    )
    return render(request, "transfer/print.html", context)


def _printed(request: HttpRequest, seat: Seated) -> HttpResponse:
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        raise NotHere
    asked = request.POST.get("round", "")
    with translation.override(language):
        sheet = printing.sheet_of(
            request.POST.get("form", ""), seat, language, round=_uuid(asked) if asked else None
        )
        content = typesetting.typeset_form(sheet, language)
    with suppress(AlreadyDone):
        acts.note_printing(by=seat, once=once_of(request))
    return _as_pdf(content, "form.pdf")


def _as_pdf(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


# --- typing in ------------------------------------------------------------------------------------

VOTES, CONCERN, INTAKE = "votes", "concern", "intake"


@page_for(*FACILITATORS)
def type_in(request: HttpRequest, seat: Seated) -> HttpResponse:
    """Type in what a seat wrote on paper: first whose and what, then the sheet itself."""
    asked = request.POST if request.method == "POST" else request.GET
    what, whose = asked.get("what", ""), asked.get("seat", "")
    choices = _seats_on_paper(seat)
    chosen = next((one for one in choices if one["id"] == whose), None)
    form = _form_to_type_in(request, seat, what)
    if request.method == "POST":
        if chosen is None:
            raise NotHere
        if form is None or form.is_valid():
            _typed_in(request, seat, what, _uuid(whose), form.cleaned_data if form else {})
            return redirect(f"{request.path}?done=1")
    language = get_language() or "en"
    known = _round_to_type_in(seat, what)
    context = frame(
        seat,
        _(
            "You who type this in see what stands on the paper; so does whoever looks over your shoulder. "
            "Nothing that was given before is shown. The record says that something was typed in, not for whom."
        ),
        here="type-in",
        seats=choices,
        sheets=_sheets_to_type_in(seat),
        chosen=chosen,
        what=what,
        form=form,
        done="done" in request.GET,
        questions=_questions(seat, what, known, language) if chosen else [],
    )
    return render(request, "transfer/type_in.html", context, status=400 if form and form.errors else 200)


def _seats_on_paper(seat: Seated) -> list[dict[str, Any]]:
    """Seats of the sides: whose paper may be typed in."""
    sides = {side.id: side for side in seen_sides(seat)}
    rows = (
        Seat.objects.seen_by(seat).filter(withdrawn=False, role__in=OF_A_SIDE).order_by("side__place", "role")
    )
    return [
        {
            "id": str(row.pk),
            "label": door.read(row.label, seat.grant).text,
            "side": sides[row.side_id],
            "voter": row.role == Role.VOTER,
        }
        for row in rows
        if row.side_id
    ]


def _sheets_to_type_in(seat: Seated) -> list[tuple[str, str]]:
    asked = [
        (str(one.id), _("Round %(number)s, cycle %(cycle)s") % {"number": one.number, "cycle": one.cycle})
        for one in printing.open_rounds(seat)
    ]
    return [
        (VOTES, _("Ballot: votes on open statements")),
        *asked,
        (CONCERN, _("Needs and fears: one of them")),
        (INTAKE, _("Before anybody is in a room")),
    ]


def _round_to_type_in(seat: Seated, what: str) -> SeenRound | None:
    return next((one for one in printing.open_rounds(seat) if str(one.id) == what), None)


def _form_to_type_in(request: HttpRequest, seat: Seated, what: str) -> forms.Concern | Intake | None:
    sent = request.POST if request.method == "POST" else None
    if what == CONCERN:
        sides = [(str(side.id), f"{side.letter} · {side.name}") for side in seen_sides(seat)]
        return forms.Concern(sent, sides=sides)
    return Intake(sent) if what == INTAKE else None


def _questions(seat: Seated, what: str, known: SeenRound | None, language: str) -> list[dict[str, Any]]:
    """The boxes of a ballot; never what was ticked before."""
    if what != VOTES and known is None:
        return []
    rows = Statement.objects.seen_by(seat).filter(state=State.OPEN).order_by("slot")
    seen = [row.seen(seat, language) for row in rows]
    if known is not None:
        seen = [one for each in known.asked for one in seen if one.id == each]
    joint = known is not None and known.side is None
    return [sheets.question(one, seen_sides(seat) if joint else []) for one in seen]


def _typed_in(request: HttpRequest, seat: Seated, what: str, whose: UUID, values: dict[str, Any]) -> None:
    with suppress(AlreadyDone):
        if what == VOTES:
            acts.type_in_votes(seat=whose, votes=_ticked(request), by=seat, once=once_of(request))
            counting.mark(seat.process)
        elif what == CONCERN:
            about = _uuid(values.pop("about")) if values["about"] else values.pop("about") or None
            acts.type_in_concern(
                seat=whose, to=Voiced(values.pop("to")), about=about, by=seat, once=once_of(request), **values
            )
        elif what == INTAKE:
            acts.type_in_intake(seat=whose, answers=values, by=seat, once=once_of(request))
        else:
            known = results.round_of(seat, _uuid(what))
            answers, expected = sheets.read(request, known.asked, [side.hue for side in seen_sides(seat)])
            acts.type_in_answers(
                seat=whose,
                round=known.id,
                answers={one: word for one, word in answers.items() if word},
                expected={key: band for key, band in expected.items() if band},
                by=seat,
                once=once_of(request),
            )


def _ticked(request: HttpRequest) -> dict[UUID, str]:
    return {
        _uuid(name.removeprefix("answer-")): str(said)
        for name, said in request.POST.items()
        if name.startswith("answer-") and said
    }


# --- on the wall ----------------------------------------------------------------------------------

WALLS = ("needs", "statements", "round", "clock")
SECONDS = 20  # until a wall asks anew
ON_A_WALL = 8  # sentences that a room can read at once
IN_A_COLUMN = 6  # of one side, beside those of others


@page_for(*PANEL)
def projector(request: HttpRequest, seat: Seated, view: str) -> HttpResponse:
    """For the wall: needs and fears, the statements, the last joint round, the clock. No seat is named."""
    if view not in WALLS:
        raise NotHere
    language = get_language() or "en"
    walls = {
        "needs": _wall_of_needs,
        "statements": _wall_of_statements,
        "round": _wall_of_round,
        "clock": _wall_clock,
    }
    context = {
        "title": door.cover_title(seat.process),
        "view": view,
        "seconds": SECONDS,
        **walls[view](seat, language),
    }
    return render(request, "transfer/projector.html", context)


def _wall_of_needs(seat: Seated, language: str) -> dict[str, Any]:
    """Every side's concerns; where a wall has no room for all, those that somebody has not heard come first."""
    shown = board(seat, language)
    rows = [
        {
            "side": row.side,
            "shown": sorted(row.concerns, key=lambda one: one.heard)[:IN_A_COLUMN],
            "left": max(0, len(row.concerns) - IN_A_COLUMN),
        }
        for row in shown.sides
    ]
    return {"rows": [] if shown.empty else rows}


def _wall_of_statements(seat: Seated, language: str) -> dict[str, Any]:
    rows = Statement.objects.seen_by(seat).filter(state=State.OPEN).order_by("slot")
    seen = [row.seen(seat, language) for row in rows]
    return {"statements": seen[:ON_A_WALL], "left": max(0, len(seen) - ON_A_WALL)}


def _wall_of_round(seat: Seated, language: str) -> dict[str, Any]:
    """The last joint round in words: nobody's name and no count, in a show of hands neither."""
    joint = [one for one in results.rounds_of(seat) if one.side is None]
    if not joint:
        return {"round": None}
    last = joint[-1]
    rows = Statement.objects.seen_by(seat).filter(state=State.OPEN)
    seen = {row.pk: row.seen(seat, language) for row in rows}
    asked = [(place, seen[one]) for place, one in enumerate(last.asked) if one in seen]
    marks = {side.hue: Mark(side.letter, side.hue, side.name) for side in seen_sides(seat)}
    return {
        "round": last,
        "answers": [
            {
                "statement": one,
                "together": _band(rounds.banded(last.told, 0, place)) if last.told else "",
                "sides": [
                    {"mark": marks[side], "band": _band(rounds.banded(last.told, side, place))}
                    for side in last.told["sides"]
                    if rounds.banded(last.told, side, place)
                ]
                if last.told
                else [],
            }
            for place, one in asked
        ],
    }


def _band(band: Band) -> str:
    return _(disclosure.BANDS[band])


def _now() -> datetime.datetime:
    return datetime.datetime.now(tz=datetime.UTC)


def _wall_clock(seat: Seated, _language: str) -> dict[str, Any]:
    row = Agenda.objects.seen_by(seat).first()
    found = agenda.read(row.text.open(seat.grant)).agenda if row else None
    if found is None:
        return {"clock": None}
    return {"clock": agenda.clock(found, _now()), "place": found}


# --- the brief ------------------------------------------------------------------------------------


@page_for(*PANEL)
def panel_brief(request: HttpRequest, seat: Seated) -> HttpResponse:
    """What the panel has to know before a session, on one page."""
    parts = [brief.cut(one, lines=12, letters=600) for one in brief.parts_of(seat, get_language() or "en")]
    context = frame(
        seat,
        _("The panel alone sees the brief. It names no seat."),
        here="brief",
        parts=parts,
        marks={side.letter: side for side in seen_sides(seat)},
        walls=[
            ("needs", _("Needs and fears")),
            ("statements", _("Statements")),
            ("round", _("The last joint round")),
            ("clock", _("The clock of the agenda")),
        ],
    )
    return render(request, "transfer/brief.html", context)


@page_for(*PANEL)
def brief_pdf(request: HttpRequest, seat: Seated) -> HttpResponse:
    """The brief as a PDF of exactly one page, in the language of the page."""
    return _as_pdf(brief.one_page(seat, get_language() or "en"), "brief.pdf")
