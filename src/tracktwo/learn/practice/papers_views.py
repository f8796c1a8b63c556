"""Pages of practice tests: choose, answer, see it marked. What is written in one's own words is never kept."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.core import signing
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tracktwo.errors import Refusal
from tracktwo.learn import guide
from tracktwo.learn.guide import Guide
from tracktwo.learn.practice import keeping, marking, papers, papers_showing, scheduling
from tracktwo.learn.practice.marking import Given, Mark
from tracktwo.learn.practice.papers import FORMS, Answer, Paper, Wanted
from tracktwo.learn.practice.papers_forms import Ask, fresh_seed, given, only_of, texts_in
from tracktwo.learn.terms import LANGUAGES, SOURCE
from tracktwo.learn.views import framed
from tracktwo.record.once import AlreadyDone
from tracktwo.web import ANYONE, audience, say

SEALED = signing.Signer(salt="practice test")
Answers = list[Given]


@dataclass(frozen=True)
class Sheet:
    """A test as one address asks for it: what is wanted, the minutes one gave oneself, and which questions."""

    wanted: Wanted
    minutes: int | None
    only: tuple[int, ...]
    paper: Paper

    @property
    def fingerprint(self) -> str:
        return papers.fingerprint(self.paper)

    def address(self, **changed: Any) -> str:
        """Its address; the same for everybody, so that a class can share it."""
        said = {
            "scope": self.wanted.scope,
            "number": self.wanted.number,
            "form": self.wanted.forms,
            "minutes": self.minutes or "",
            "in": self.wanted.language,
            "seed": self.wanted.seed,
            "only": ".".join(map(str, self.only)),
            **changed,
        }
        kept = {name: value for name, value in said.items() if value != ""}
        return f"{reverse('practice-test')}?{urlencode(kept, doseq=True)}"


@dataclass(frozen=True)
class Clock:
    """When a test began and when it was handed in, in seconds; both stand only in the page itself, signed."""

    begun: int | None = None
    handed_in: int | None = None

    @property
    def minutes(self) -> int | None:
        if self.begun is None or self.handed_in is None:
            return None
        return max(1, math.ceil((self.handed_in - self.begun) / 60))


@audience(ANYONE)
def practice_test(request: HttpRequest) -> HttpResponse:
    """Choose a test; answer it; see it marked."""
    # The address says which test it is, also where its answers are sent to.
    asked = request.GET if "number" in request.GET or request.method != "POST" else request.POST
    now = guide.current()
    if "number" not in asked and request.method != "POST":
        return _choosing(request, now, _asking(now, request))
    form = _asking(now, request, asked)
    if not form.is_valid():
        return _choosing(request, now, form, status=400, typed=texts_in(request.POST))
    if form.cleaned_data["seed"] is None and request.method != "POST":
        return redirect(_sheet(form, asked, now, seed=fresh_seed()).address())
    sheet = _sheet(form, asked, now, seed=form.cleaned_data["seed"] or 0)
    if not sheet.paper:
        return _choosing(request, now, form, missing=_what_is_missing(sheet, now))
    if request.method == "POST":
        return _handed_in(request, now, sheet)
    clock = Clock(begun=int(time.time())) if sheet.minutes else Clock()
    return _to_answer(request, now, sheet, [Given() for _one in sheet.paper], clock)


# --- choosing ---------------------------------------------------------------------------------------------


def _asking(now: Guide, request: HttpRequest, asked: QueryDict | None = None) -> Ask:
    begun = {
        name: request.GET[name] for name in ("scope", "number", "minutes", "seed") if name in request.GET
    }
    return Ask(asked, scopes=papers_showing.scopes(now, _language(request.GET)), initial=begun)


def _sheet(form: Ask, asked: QueryDict, now: Guide, *, seed: int) -> Sheet:
    said = form.cleaned_data
    forms = tuple(one for one in FORMS if one in said["form"])
    wanted = Wanted(
        seed=seed, scope=said["scope"], number=said["number"], forms=forms, language=_language(asked)
    )
    paper = _paper(now, wanted)
    only = only_of(asked.get("only", ""), len(paper))
    return Sheet(wanted, said["minutes"], only, tuple(paper[one] for one in only) if only else paper)


@lru_cache(maxsize=256)
def _paper(now: Guide, wanted: Wanted) -> Paper:
    """A guide is one object as long as nothing in it changes, and a class asks for the same test at once."""
    return papers.paper(now.library, wanted)


def _language(asked: QueryDict) -> str:
    wanted = asked.get("in") or get_language() or SOURCE
    return wanted if wanted in LANGUAGES else SOURCE


def _what_is_missing(sheet: Sheet, now: Guide) -> str:
    if not papers.keys_of(sheet.wanted.scope, now.library):
        return _("There is no term here yet, and a test is made of terms. Choose something larger.")
    return _(
        "The terms here are too few for these forms of questions: a choice needs three terms, "
        "a match four, an order a term with steps. Choose something larger, or more forms."
    )


def _choosing(request: HttpRequest, now: Guide, form: Ask, *, status: int = 200, **more: Any) -> HttpResponse:
    language = get_language() or SOURCE
    tests = keeping.kept_of(request).tests
    frame = framed(
        request,
        here="practice",
        who_sees=_only_you(request),
        form=form,
        language=_language(request.GET),
        spots=papers_showing.spots(marking.recent_spots(tests), now, language),
        tests=min(len(tests), marking.RECENT),
        **more,
    )
    return render(request, "practice/test.html", frame, status=status)


def _only_you(request: HttpRequest) -> str:
    if keeping.learner(request):
        return _(
            "Only you. Your points by unit stay with your progress, and a class you join says on its page what its "
            "instructor sees. What you write in your own words is shown back to you and never kept."
        )
    return _(
        "Only you. Your points by unit stay in this session and end with it. "
        "What you write in your own words is shown back to you and never kept."
    )


# --- answering and marking --------------------------------------------------------------------------------


def _to_answer(
    request: HttpRequest,
    now: Guide,
    sheet: Sheet,
    answers: Answers,
    clock: Clock,
    *,
    status: int = 200,
) -> HttpResponse:
    language = get_language() or SOURCE
    shown = papers_showing.questions(sheet.paper, answers, guide=now, language=language)
    left = None
    if sheet.minutes and clock.begun:
        left = max(0, clock.begun + 60 * sheet.minutes - int(time.time()))
    frame = _frame(
        request,
        now,
        sheet,
        questions=shown,
        sealed=_sealed(sheet, clock),
        seconds_left=left,
        gaps=[one for one in shown if one["open"]] if status != 200 else [],
        fewer=not sheet.only and len(sheet.paper) < sheet.wanted.number,
    )
    return render(request, "practice/paper.html", frame, status=status)


def _frame(request: HttpRequest, now: Guide, sheet: Sheet, **more: Any) -> dict[str, Any]:
    language = get_language() or SOURCE
    return framed(
        request,
        here="practice",
        who_sees=_only_you(request),
        sheet=sheet,
        again=sheet.address(),
        fresh=sheet.address(seed=fresh_seed(), only=""),
        choose=reverse("practice-test"),
        scope=papers_showing.scope_name(sheet.wanted.scope, now, language),
        **more,
    )


def _handed_in(request: HttpRequest, now: Guide, sheet: Sheet) -> HttpResponse:
    sealed = _unsealed(request.POST.get("sealed", ""))
    if sealed is None or sealed.get("test") != sheet.fingerprint:
        return _cannot_be_marked(request, now, sheet, altered=sealed is None)
    do, answers = request.POST.get("do"), given(sheet.paper, request.POST)
    clock = Clock(sealed.get("from"), sealed.get("till"))
    if do not in ("anyway", "finish") and any(map(Given.open_in, answers, sheet.paper)):
        return _to_answer(request, now, sheet, answers, clock, status=400)
    if clock.begun is not None and clock.handed_in is None:
        clock = replace(clock, handed_in=int(time.time()))
    # Who writes nothing has nothing to mark; who does says first what it is worth.
    to_mark = do != "finish" and any(one.text for one in answers)
    return _marked(request, now, sheet, answers, clock, to_mark=to_mark)


def _marked(
    request: HttpRequest, now: Guide, sheet: Sheet, answers: Answers, clock: Clock, *, to_mark: bool
) -> HttpResponse:
    language = get_language() or SOURCE
    marks = [_mark(question, one) for question, one in zip(sheet.paper, answers, strict=True)]
    more: dict[str, Any] = {
        "questions": papers_showing.questions(
            sheet.paper, answers, guide=now, language=language, marks=marks
        ),
        "to_mark": to_mark,
        "sealed": _sealed(sheet, clock),
        "took": clock.minutes,
    }
    if not to_mark:
        more |= _result(request, now, sheet, marks)
    return render(request, "practice/result.html", _frame(request, now, sheet, **more))


def _mark(question: marking.Questioned, one: Given) -> Mark:
    """Nothing written, nothing to tick: a tick below an empty answer would be a slip."""
    if isinstance(question, Answer) and not one.text:
        one = Given()
    return marking.mark(question, one)


def _result(request: HttpRequest, now: Guide, sheet: Sheet, marks: list[Mark]) -> dict[str, Any]:
    """Keep what the test left, and say it: units, weak spots, what to do next."""
    language = get_language() or SOURCE
    left = marking.result(
        sheet.paper,
        marks,
        day=scheduling.day_of(keeping.now()),
        seed=sheet.wanted.seed,
        scope=sheet.wanted.scope,
    )
    refused = ""
    try:
        keeping.keep(request, lambda progress: progress.with_test(left))
    except AlreadyDone:
        pass  # sent twice: kept once
    except Refusal as refusal:
        refused = say(refusal)
    wrong = papers_showing.wrong_terms(sheet.paper, marks, now)
    numbers = sheet.only or tuple(range(len(sheet.paper)))
    missed = [numbers[place] for place in marking.went_wrong(dict(enumerate(marks)))]
    return {
        "percent": round(100 * marking.share(marks)),
        "whole": sum(one.whole for one in marks),
        "spots": [
            {**spot, "terms": [term for term in wrong if term["unit"] == spot["unit"]]}
            for spot in papers_showing.spots(marking.spots([left]), now, language)
        ],
        "wrong": wrong,
        "retry": sheet.address(only=".".join(map(str, missed))) if missed else "",
        "refused": refused,
    }


def _cannot_be_marked(request: HttpRequest, now: Guide, sheet: Sheet, *, altered: bool) -> HttpResponse:
    """The guide is another than it was, or the page is: nothing is marked, nothing that was written is lost."""
    frame = _frame(request, now, sheet, altered=altered, typed=texts_in(request.POST))
    return render(request, "practice/stale.html", frame, status=409)


# --- what the page carries --------------------------------------------------------------------------------


def _sealed(sheet: Sheet, clock: Clock) -> str:
    """Which test was shown, and by the learner's own clock when: signed, so that it says what it said."""
    said: dict[str, Any] = {"test": sheet.fingerprint}
    if clock.begun is not None:
        said |= {"from": clock.begun}
    if clock.handed_in is not None:
        said |= {"till": clock.handed_in}
    return SEALED.sign_object(said)


def _unsealed(said: str) -> Mapping[str, Any] | None:
    try:
        found = SEALED.unsign_object(said[:500])
    except (signing.BadSignature, ValueError, UnicodeError):
        return None
    return found if isinstance(found, dict) else None
