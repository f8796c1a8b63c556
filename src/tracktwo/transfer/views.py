"""Pages of the paper: the newest draft with its checks, a new draft, the PDF."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from tracktwo import figures
from tracktwo.engines.disclosure import Band, Cell, Withheld
from tracktwo.errors import NotHere, filled
from tracktwo.figures import Mark
from tracktwo.process import door
from tracktwo.process.door import frame, page_for
from tracktwo.process.models import Process
from tracktwo.process.rules import FACILITATORS, PANEL
from tracktwo.process.seated import Seated
from tracktwo.process.wording import worded
from tracktwo.record.once import AlreadyDone
from tracktwo.statements import results, saying
from tracktwo.statements.models import Seen, Statement
from tracktwo.statements.results import Told
from tracktwo.statements.rules import State
from tracktwo.transfer import acts, forms, typesetting
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
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": 'attachment; filename="paper.pdf"'},
    )


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
