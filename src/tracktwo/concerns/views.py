"""Pages of needs and fears: board, chain of a concern, own words, ideas, constraints, reassurances, re-entry."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from tracktwo import figures
from tracktwo.concerns import acts, forms, rules, saying
from tracktwo.concerns.board import (
    STATES,
    BoardSide,
    OnBoard,
    Said,
    board,
    only,
    read,
    seen,
)
from tracktwo.concerns.gestures import gestures
from tracktwo.concerns.ideas import ideas as all_ideas
from tracktwo.concerns.models import Concern, Constraint, ReentryPlan, Restatement
from tracktwo.concerns.rules import ConcernKind, Deed, Hearing, Voiced
from tracktwo.concerns.words import choices, written
from tracktwo.errors import NotHere
from tracktwo.process import door, visibility
from tracktwo.process.door import SeenSide, frame, page_for, seen_sides
from tracktwo.process.models import Seat
from tracktwo.process.rules import PANEL, Role
from tracktwo.process.seated import Seated
from tracktwo.record.once import AlreadyDone
from tracktwo.web import once_of

# The observer finds the page; whether anything stands on it, the ground rules say.
AT_THE_TABLE = (*PANEL, Role.PARTICIPANT, Role.INTERPRETER, Role.OBSERVER)
HOME = (*PANEL, Role.PARTICIPANT)

# What a hidden field asks for -> what is done. A form with faults comes back; None: it is done.
Doing = dict[str, Callable[[], django_forms.Form | None]]


def _do(request: HttpRequest, seat: Seated, doing: Doing) -> django_forms.Form | None:
    """Carry out what a form asks for, of whoever has a say at the table; sending it twice is as once."""
    wanted = doing.get(request.POST.get("do", ""))
    if wanted is None or seat.role not in HOME:
        raise NotHere
    with suppress(AlreadyDone):
        return wanted()
    return None


def _uuid(value: Any) -> UUID:
    try:
        return UUID(str(value))
    except ValueError:
        raise NotHere from None


def _language() -> str:
    return get_language() or "en"


def _may(seat: Seated, deed: Deed, state: str = rules.NEW, **about: Any) -> bool:
    stands = rules.standing(seat.role, seat.side, **about)
    return rules.allows(deed, standing=stands, phase=seat.phase, state=state)


def _hears(seat: Seated) -> bool:
    return "plenary" in seat.grant.scopes


# --- the board ------------------------------------------------------------------------------------------


@page_for(*AT_THE_TABLE)
def needs(request: HttpRequest, seat: Seated) -> HttpResponse:
    """Every side's concerns, and by whom each has been heard: sentences, a picture, a table."""
    everything = board(seat, _language())
    letter = request.GET.get("side", "")
    shown = only(everything, letter)
    sides = [row.side for row in everything.sides]
    said = saying.sentences(shown)
    first = next((row for row in shown.sides if row.concerns), None)
    context = frame(
        seat,
        _("Everybody at the table sees this: the sides and the panel. It names sides, never a seat."),
        here="needs",
        hears=_hears(seat),
        empty=everything.empty,
        sides=sides,
        chosen=letter if len(shown.sides) == 1 else "",
        rows=[
            _board_row(row, sides, said.get(row.side.id, ()), explained=row is first) for row in shown.sides
        ],
        waiting=_waits_for(seat, everything.sides),
        may_write=_may(seat, Deed.WRITE),
    )
    return render(request, "concerns/needs.html", context)


def _board_row(
    row: BoardSide, sides: list[SeenSide], lines: tuple[saying.Line, ...], *, explained: bool
) -> dict[str, Any]:
    """One side of the board: its sentences, its picture (the first one explains its squares), its table."""
    others = [side for side in sides if side.id != row.side.id]
    strips = saying.hearers(row.concerns, others)
    picture = figures.hearing_strip(
        strips,
        key=f"heard{row.side.hue}",
        title=_("Who has heard the concerns of %(side)s") % {"side": row.side.name},
        description=" ".join(line.words for line in lines),
        legend=saying.legend() if explained else (),
        rtl=get_language_bidi(),
    )
    return {
        "side": row.side,
        "lines": lines,
        "picture": SafeString(picture) if strips else "",
        "others": others,
        "concerns": [
            {"one": one, "kind": _(one.kind_name), "cells": [_cell(one, side) for side in others]}
            for one in row.concerns
        ],
    }


def _cell(one: OnBoard, side: SeenSide) -> dict[str, str]:
    """How a side stands to a concern, as a sign and in words."""
    said = next((said for said in one.hearings if said.side.id == side.id), None)
    if said is None:
        return {"sign": "–", "words": _("not asked"), "state": ""}
    return {"sign": saying.SIGNS[said.state], "words": _(saying.STATE_WORDS[said.state]), "state": said.state}


def _waits_for(seat: Seated, rows: tuple[BoardSide, ...]) -> list[OnBoard]:
    """What the reader's own side is to answer: restatements of its concerns that wait."""
    return [
        one
        for row in rows
        if row.side.id == seat.side
        for one in row.concerns
        if any(said.state == Hearing.WAITING for said in one.hearings)
    ]


# --- the chain of one concern ----------------------------------------------------------------------------


@page_for(*AT_THE_TABLE)
def concern(request: HttpRequest, seat: Seated, concern: UUID) -> HttpResponse:
    """A concern, what others have heard of it, what would reassure, and the ideas that answer it."""
    row = Concern.objects.seen_by(seat).filter(pk=concern, state=Voiced.TABLE).first()
    if row is None:
        raise NotHere
    wrong = None
    if request.method == "POST":
        wrong = _do(request, seat, _concern_doing(request, seat, row))
        if wrong is None:
            return redirect("concern", pid=seat.process, concern=concern)
    attempts = list(Restatement.objects.seen_by(seat).filter(concern=row).order_by("number"))
    one = seen(seat, row, attempts, seen_sides(seat), _language())
    context = frame(
        seat,
        _("Everybody at the table sees this: the sides and the panel. It names sides, never a seat."),
        here="needs",
        one=one,
        kind=_(one.kind_name),
        owner=next(side for side in seen_sides(seat) if side.id == row.side_id),
        owns=row.side_id == seat.side,
        misperception=row.kind == ConcernKind.MISPERCEPTION,
        hearings=[_chain(seat, row, said, attempts, wrong) for said in one.hearings],
        restate=_restate_form(seat, one, row, wrong),
        gestures=_gestures(seat, row.pk),
        ask=_one_of(wrong, forms.Ask) if _may_name_gesture(seat, row, Deed.ASK) else None,
        offer=_one_of(wrong, forms.Offer) if _may_name_gesture(seat, row, Deed.OFFER) else None,
        ideas=[
            idea
            for idea in all_ideas(seat, _language())
            if row.pk in [answered.id for answered in idea.answers]
        ],
    )
    return render(request, "concerns/concern.html", context, status=400 if wrong else 200)


def _one_of(wrong: django_forms.Form | None, kind: type[django_forms.Form]) -> django_forms.Form:
    """The form that came back with faults, if it is of this kind; else a fresh one."""
    return wrong if isinstance(wrong, kind) else kind(auto_id=f"{kind.__name__.lower()}-%s")


def _may_name_gesture(seat: Seated, row: Concern, deed: Deed) -> bool:
    return row.kind != ConcernKind.MISPERCEPTION and _may(seat, deed, owner=row.side_id)


def _restate_form(
    seat: Seated, one: OnBoard, row: Concern, wrong: django_forms.Form | None
) -> django_forms.Form | None:
    mine = next((said for said in one.hearings if said.side.id == seat.side), None)
    if mine is None:
        return None
    state = rules.NEW if mine.state == STATES[0] else mine.state
    if not _may(seat, Deed.RESTATE, state, owner=row.side_id):
        return None
    return _one_of(wrong, forms.Answer if row.kind == ConcernKind.MISPERCEPTION else forms.Restate)


def _chain(
    seat: Seated, row: Concern, said: Said, attempts: list[Restatement], wrong: django_forms.Form | None
) -> dict[str, Any]:
    """All tries of one other side, the last one with what its owner may answer."""
    tries = [one for one in attempts if one.side_id == said.side.id]
    last = tries[-1] if tries else None
    may_hear = last is not None and _may(seat, Deed.SAY_HEARD, last.hearing, owner=row.side_id)
    may_miss = last is not None and _may(seat, Deed.SAY_NOT_YET, last.hearing, owner=row.side_id)
    missing = None
    if may_miss and last is not None:
        back = isinstance(wrong, forms.Missing) and wrong.prefix == str(last.pk)
        missing = wrong if back else forms.Missing(prefix=str(last.pk))
    return {
        "said": said,
        "sign": saying.SIGNS[said.state],
        "words": _(saying.STATE_WORDS[said.state]),
        "tries": [_try(seat, one) for one in tries],
        "last": last.pk if last else None,
        "may_hear": may_hear,
        "missing": missing,
    }


def _try(seat: Seated, one: Restatement) -> dict[str, Any]:
    return {
        "number": one.number,
        "said": read(seat, one.text, _language()),
        "missing": read(seat, one.missing, _language()) if one.missing else None,
        "heard": one.hearing == Hearing.HEARD,
        "waits": one.hearing == Hearing.WAITING,
    }


def _concern_doing(request: HttpRequest, seat: Seated, row: Concern) -> Doing:
    about, once = row.pk, once_of(request)

    def restate() -> django_forms.Form | None:
        kind = forms.Answer if row.kind == ConcernKind.MISPERCEPTION else forms.Restate
        form = kind(request.POST, auto_id=f"{kind.__name__.lower()}-%s")
        if not form.is_valid():
            return form
        acts.restate(concern=about, text=form.cleaned_data["text"], by=seat, once=once)
        return None

    def heard() -> None:
        acts.say_heard(restatement=_uuid(request.POST.get("restatement")), by=seat, once=once)

    def not_yet() -> django_forms.Form | None:
        asked = _uuid(request.POST.get("restatement"))
        form = forms.Missing(request.POST, prefix=str(asked))
        if not form.is_valid():
            return form
        acts.say_not_yet(restatement=asked, missing=form.cleaned_data["missing"], by=seat, once=once)
        return None

    def gesture(kind: type[django_forms.Form], named: Callable[..., Any]) -> django_forms.Form | None:
        form = kind(request.POST, auto_id=f"{kind.__name__.lower()}-%s")
        if not form.is_valid():
            return form
        named(concern=about, text=form.cleaned_data["text"], by=seat, once=once)
        return None

    return {
        "restate": restate,
        "heard": heard,
        "not-yet": not_yet,
        "ask": lambda: gesture(forms.Ask, acts.ask),
        "offer": lambda: gesture(forms.Offer, acts.offer),
    }


# --- own words, and constraints ----------------------------------------------------------------------------


@page_for(Role.PARTICIPANT)
def my_words(request: HttpRequest, seat: Seated) -> HttpResponse:
    """Needs, fears and misperceptions: one's own first, then the side's, then the table's."""
    wrong = None
    if request.method == "POST":
        wrong = _do(request, seat, _words_doing(request, seat) | {"write": lambda: _write(request, seat)})
        if wrong is None:
            return redirect("my-words", pid=seat.process)
    context = frame(
        seat,
        _words_seen_by(),
        here="my-words",
        form=wrong if isinstance(wrong, forms.Write) else forms.Write(others=_others(seat)),
        may_write=_may(seat, Deed.WRITE),
        on_table=[row for row in board(seat, _language()).sides if row.side.id == seat.side],
        **_written(seat, Concern, wrong),
    )
    return render(request, "concerns/my_words.html", context, status=400 if wrong else 200)


def _words_seen_by() -> str:
    return _(
        "What is yours alone nobody else reads, not even the panel. What you share is read by your side, "
        "and what is put to the table by everybody at it; both without your name."
    )


def _others(seat: Seated) -> list[tuple[str, str]]:
    return [
        (str(side.id), f"{side.letter} · {side.name}") for side in seen_sides(seat) if side.id != seat.side
    ]


def _written(
    seat: Seated, model: type[Concern] | type[Constraint], wrong: django_forms.Form | None
) -> dict[str, Any]:
    """What a participant finds of words that are not on the table, each with what may be done with it."""
    rows = [_one_written(seat, one, wrong) for one in written(seat, model, _language())]
    own_side = Seat.objects.seen_by(seat).filter(withdrawn=False)
    return {
        "own": [row for row in rows if row["one"].state == Voiced.PRIVATE],
        "caucus": [row for row in rows if row["one"].state == Voiced.CAUCUS],
        "crowd": own_side.count(),
    }


def _one_written(seat: Seated, one: Any, wrong: django_forms.Form | None) -> dict[str, Any]:
    stands = {"owner": one.side.id, "author": one.own}
    deeds = (Deed.EDIT, Deed.DISCARD, Deed.SHARE, Deed.TAKE_BACK, Deed.PUT)
    may = {deed.name.lower(): _may(seat, deed, one.state, **stands) for deed in deeds}
    back = isinstance(wrong, forms.Words) and wrong.prefix == str(one.id)
    form = wrong if back else forms.Words(initial={"text": one.text}, prefix=str(one.id))
    return {"one": one, "kind": _(one.kind_name) if one.kind_name else "", "may": may, "form": form}


def _write(request: HttpRequest, seat: Seated) -> django_forms.Form | None:
    form = forms.Write(request.POST, others=_others(seat))
    if not form.is_valid():
        return form
    values = form.cleaned_data
    kind = ConcernKind(values["kind"])
    about = _uuid(values["about"]) if values["about"] else None
    if kind is ConcernKind.MISPERCEPTION and about is None:
        form.add_error("about", _("Say about which other side this misperception is."))
        return form
    acts.write(
        kind=kind,
        text=values["text"],
        about=about if kind is ConcernKind.MISPERCEPTION else None,
        by=seat,
        once=once_of(request),
    )
    return None


def _words_doing(request: HttpRequest, seat: Seated) -> Doing:
    """What may be done with own words and with the side's, needs and constraints alike."""
    once = once_of(request)

    def simply(deed: Callable[..., None]) -> Callable[[], None]:
        return lambda: deed(words=_uuid(request.POST.get("words")), by=seat, once=once)

    def edit() -> django_forms.Form | None:
        words = _uuid(request.POST.get("words"))
        form = forms.Words(request.POST, prefix=str(words))
        if not form.is_valid():
            return form
        acts.edit(words=words, text=form.cleaned_data["text"], by=seat, once=once)
        return None

    return {
        "edit": edit,
        "discard": simply(acts.discard),
        "share": simply(acts.share),
        "take-back": simply(acts.take_back),
        "put": simply(acts.put_to_table),
    }


@page_for(*AT_THE_TABLE)
def constraints(request: HttpRequest, seat: Seated) -> HttpResponse:
    """What binds each side at home; open once there are ideas."""
    wrong = None
    if request.method == "POST":
        if seat.role is not Role.PARTICIPANT:
            raise NotHere
        wrong = _do(request, seat, _words_doing(request, seat) | {"write": lambda: _constrain(request, seat)})
        if wrong is None:
            return redirect("constraints", pid=seat.process)
    rows = written(seat, Constraint, _language())
    any_idea = any(not idea.set_aside for idea in all_ideas(seat, _language()))
    context = frame(
        seat,
        _words_seen_by()
        if seat.side
        else _("Everybody at the table sees this: the sides and the panel. It names sides, never a seat."),
        here="constraints",
        hears=_hears(seat),
        opened=any_idea,
        form=_one_of(wrong, forms.Constrain),
        may_write=any_idea and _may(seat, Deed.CONSTRAIN),
        table=[
            {
                "side": side,
                "rows": [one for one in rows if one.state == Voiced.TABLE and one.side.id == side.id],
            }
            for side in seen_sides(seat)
        ],
        **(_written(seat, Constraint, wrong) if seat.role is Role.PARTICIPANT else {}),
    )
    return render(request, "concerns/constraints.html", context, status=400 if wrong else 200)


def _constrain(request: HttpRequest, seat: Seated) -> django_forms.Form | None:
    form = forms.Constrain(request.POST, auto_id="constrain-%s")
    if not form.is_valid():
        return form
    acts.constrain(text=form.cleaned_data["text"], by=seat, once=once_of(request))
    return None


# --- ideas ------------------------------------------------------------------------------------------------


@page_for(*AT_THE_TABLE)
def ideas(request: HttpRequest, seat: Seated) -> HttpResponse:
    """What if: ideas without authors, votes or ranks."""
    wrong = None
    if request.method == "POST":
        wrong = _do(request, seat, _idea_doing(request, seat))
        if wrong is None:
            return redirect("ideas", pid=seat.process)
    found = all_ideas(seat, _language())
    concerns = choices(seat, _language())
    context = frame(
        seat,
        _(
            "Everybody at the table sees these ideas. Nobody is told whose they are: that is not kept anywhere."
        ),
        here="ideas",
        hears=_hears(seat),
        rows=[_idea_row(seat, idea, concerns, wrong) for idea in found],
        form=wrong if isinstance(wrong, forms.Idea) else forms.Idea(concerns=concerns),
        may_write=_may(seat, Deed.THINK),
    )
    return render(request, "concerns/ideas.html", context, status=400 if wrong else 200)


def _idea_row(
    seat: Seated, idea: Any, concerns: list[tuple[str, str]], wrong: django_forms.Form | None
) -> dict[str, Any]:
    state = rules.ASIDE if idea.set_aside else rules.ON
    left = [one for one in concerns if one[0] not in [str(answered.id) for answered in idea.answers]]
    links = None
    if left and _may(seat, Deed.LINK, state):
        back = isinstance(wrong, forms.Links) and wrong.prefix == str(idea.id)
        links = wrong if back else forms.Links(concerns=left, prefix=str(idea.id))
    return {
        "idea": idea,
        "links": links,
        "may_aside": _may(seat, Deed.SET_IDEA_ASIDE, state),
        "may_take_up": _may(seat, Deed.TAKE_IDEA_UP, state),
    }


def _idea_doing(request: HttpRequest, seat: Seated) -> Doing:
    once = once_of(request)

    def write() -> django_forms.Form | None:
        form = forms.Idea(request.POST, concerns=choices(seat, _language()))
        if not form.is_valid():
            return form
        answers = [_uuid(one) for one in form.cleaned_data.get("answers", [])]
        acts.write_idea(text=form.cleaned_data["text"], answers=answers, by=seat, once=once)
        return None

    def link() -> django_forms.Form | None:
        idea = _uuid(request.POST.get("idea"))
        form = forms.Links(request.POST, concerns=choices(seat, _language()), prefix=str(idea))
        if not form.is_valid():
            return form
        answers = [_uuid(one) for one in form.cleaned_data["answers"]]
        acts.link_idea(idea=idea, answers=answers, by=seat, once=once)
        return None

    return {
        "write": write,
        "link": link,
        "aside": lambda: acts.set_idea_aside(idea=_uuid(request.POST.get("idea")), by=seat, once=once),
        "take-up": lambda: acts.take_idea_up(idea=_uuid(request.POST.get("idea")), by=seat, once=once),
    }


# --- reassurances -------------------------------------------------------------------------------------------

# What the buttons say.
REPLY_WORDS: dict[Deed, Callable[[], str]] = {
    Deed.OFFER: lambda: _("We could make this gesture"),
    Deed.WITHDRAW_OFFER: lambda: _("We could no longer make it"),
    Deed.KEEP: lambda: _("Keep it for a confidence-building measure"),
    Deed.SET_ASIDE: lambda: _("Set it aside"),
    Deed.ASK_AGAIN: lambda: _("Ask again"),
}


@page_for(*AT_THE_TABLE)
def reassurances(request: HttpRequest, seat: Seated) -> HttpResponse:
    """Gestures that would answer a fear or a need: kept, possible, asked, set aside."""
    if request.method == "POST":
        _do(request, seat, {deed.value: _reply(request, seat, deed) for deed in rules.REPLIES})
        return redirect("reassurances", pid=seat.process)
    context = frame(
        seat,
        _("Everybody at the table sees this: the sides and the panel. It names sides, never a seat."),
        here="reassurances",
        hears=_hears(seat),
        gestures=_gestures(seat),
    )
    return render(request, "concerns/reassurances.html", context)


def _reply(request: HttpRequest, seat: Seated, deed: Deed) -> Callable[[], None]:
    return lambda: acts.reply(
        reassurance=_uuid(request.POST.get("reassurance")), deed=deed, by=seat, once=once_of(request)
    )


def _gestures(seat: Seated, of: UUID | None = None) -> list[dict[str, Any]]:
    return [
        {
            "one": one,
            "state": _(one.state_name),
            "buttons": [{"do": deed.value, "words": REPLY_WORDS[deed]()} for deed in one.may],
        }
        for one in gestures(seat, _language(), of=of)
    ]


# --- going home -----------------------------------------------------------------------------------------------


@page_for(*HOME)
def re_entry(request: HttpRequest, seat: Seated) -> HttpResponse:
    """One's own plan to go home; for the panel, the plans of all."""
    if seat.role is not Role.PARTICIPANT:
        if request.method == "POST":
            raise NotHere
        return _plans(request, seat)
    own = ReentryPlan.objects.seen_by(seat).first()
    initial = json.loads(own.answers.open(visibility.own_answers(seat, own))) if own else None
    form = forms.Plan(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with suppress(AlreadyDone):
            acts.plan(answers=form.answers(), by=seat, once=once_of(request))
        return redirect("re-entry", pid=seat.process)
    context = frame(
        seat,
        _(
            "You and the panel read this plan, nobody else: not your side, not the convenor, not the evaluator."
        ),
        here="re-entry",
        form=form,
        kept=own is not None,
        may_write=_may(seat, Deed.PLAN),
        answers=_answers(initial or {}),
    )
    return render(request, "concerns/re_entry.html", context, status=400 if form.errors else 200)


def _answers(said: dict[str, str]) -> list[dict[str, str]]:
    return [
        {"question": _(question), "answer": said.get(name, "")}
        for name, question in rules.PLAN_QUESTIONS.items()
        if said.get(name)
    ]


def _plans(request: HttpRequest, seat: Seated) -> HttpResponse:
    """For the panel: every plan with the name at the table, the day to ask first."""
    sides = {side.id: side for side in seen_sides(seat)}
    plans = []
    for plan in ReentryPlan.objects.seen_by(seat).select_related("seat"):
        said = json.loads(plan.answers.open(seat.grant))
        plans.append(
            {
                "side": sides[plan.seat.side_id] if plan.seat.side_id else None,
                "label": door.read(plan.seat.label, seat.grant).text,
                "day": said.get("day", ""),
                "answers": _answers(said),
            }
        )
    plans.sort(key=lambda one: (one["day"] or "9999", one["label"]))
    context = frame(
        seat,
        _("The panel reads these plans, and each person their own. Nobody else, not even their side."),
        here="re-entry",
        plans=plans,
    )
    return render(request, "concerns/re_entry.html", context)
