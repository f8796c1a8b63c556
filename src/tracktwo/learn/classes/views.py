"""Pages of classes: one's classes, one class as its instructor or as a learner sees it, joining and coming back."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import UUID

import segno
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from tracktwo.errors import NotHere, Refusal
from tracktwo.learn import guide
from tracktwo.learn.classes import acts, analysis, drawing, forms, planning, rules
from tracktwo.learn.classes.planning import About
from tracktwo.learn.models import ClassSummary, Learner, StudyClass
from tracktwo.learn.practice import keeping
from tracktwo.learn.terms import SOURCE
from tracktwo.learn.views import framed, is_instructor
from tracktwo.people.models import Person
from tracktwo.people.views import SIGN_IN_WITH
from tracktwo.process import visibility
from tracktwo.process.forms import Code
from tracktwo.record.once import AlreadyDone
from tracktwo.web import ANYONE, SIGNED_IN, audience, once_of, say


def _person(request: HttpRequest) -> Person:
    """Who is signed in; anybody else finds what does not exist."""
    if not isinstance(request.user, Person):
        raise NotHere
    return request.user


def _language() -> str:
    return get_language() or SOURCE


# --- all of one's classes ---------------------------------------------------------------------------------


@audience(SIGNED_IN)
def classes(request: HttpRequest) -> HttpResponse:
    """The classes one teaches and those one has joined; instructors open new ones."""
    person = _person(request)
    teaches = is_instructor(request)
    form = forms.OpenClass(request.POST or None, courses=_courses()) if teaches else None
    if request.method == "POST":
        if form is None:
            raise NotHere
        if form.is_valid():
            return _opened(request, person, form)
    frame = framed(
        request,
        here="classes",
        who_sees=_("You alone: your classes and those you have joined."),
        taught=[_named(row, acts.about_of(row, person)) for row in StudyClass.objects.taught_by(person)]
        if teaches
        else [],
        joined=[_named(one.study_class, _about_joined(one, person)) for one in Learner.objects.of(person)],
        form=form,
    )
    return render(request, "classes/classes.html", frame, status=400 if form and form.errors else 200)


def _courses() -> list[tuple[str, str]]:
    return [(one.key, guide.words_in(one.title, _language())) for one in guide.current().courses()]


def _opened(request: HttpRequest, person: Person, form: forms.OpenClass) -> HttpResponse:
    values = form.cleaned_data
    with suppress(AlreadyDone):
        row = acts.open_class(name=values["name"], course=values["course"], by=person, once=once_of(request))
        return redirect("study-class", study_class=row.pk)
    return redirect("classes")


def _named(row: StudyClass, about: About) -> dict[str, Any]:
    return {"id": row.pk, "name": about.name, "course": planning.course_title(about, _language())}


def _about_joined(learner: Learner, person: Person) -> About:
    return planning.read_about(learner.study_class.about.open(visibility.own_place(person, learner)))


# --- one class --------------------------------------------------------------------------------------------


@audience(SIGNED_IN)
def study_class(request: HttpRequest, study_class: UUID) -> HttpResponse:
    """A class, for its instructor or for one of its learners; to everybody else it does not exist."""
    person = _person(request)
    taught = StudyClass.objects.taught_by(person).filter(pk=study_class).first()
    if taught is not None and is_instructor(request):
        return _teaching(request, person, taught)
    learner = Learner.objects.of(person).filter(study_class=study_class).first()
    if learner is None:
        raise NotHere
    return _learning(request, person, learner)


def _teaching(request: HttpRequest, person: Person, row: StudyClass) -> HttpResponse:
    if request.method == "POST":
        do, ended = request.POST.get("do", ""), False
        with suppress(AlreadyDone):
            if do == "code":
                acts.renew_code(study_class=row.pk, by=person, once=once_of(request))
            elif do == "end":
                acts.end_class(study_class=row.pk, by=person, once=once_of(request))
                ended = True
        return redirect("classes") if ended else redirect("study-class", study_class=row.pk)
    about = acts.about_of(row, person)
    titles = planning.titles(about, _language())
    frame = framed(
        request,
        here="",
        who_sees=_(
            "You alone. Of learners who do not share, you see only bands over five or more of them together."
        ),
        **_named(row, about),
        slip=_slip(request, about),
        told=_told(row, person, titles),
        sharing=_sharing(row, person, titles),
        units=list(titles.values()),
    )
    return render(request, "classes/teaching.html", frame)


def _slip(request: HttpRequest, about: About) -> dict[str, Any]:
    address = request.build_absolute_uri(reverse("join"))
    picture = segno.make(f"{address}?code={about.code}", error="m")
    return {
        "code": about.code,
        "address": address,
        "picture": SafeString(picture.svg_inline(scale=3, border=2, omitsize=True)),
    }


def _told(row: StudyClass, person: Person, titles: Any) -> dict[str, Any] | None:
    """The stored summary in words and as a picture; nothing while it rests on fewer than five."""
    summary = ClassSummary.objects.of(person, row)
    if summary is None or not analysis.may_be_shown(summary):
        return None
    told = rules.read_told(summary.told.open(visibility.own_class(person, row, summary=summary)))
    units = [
        {
            "title": title,
            "known": _(rules.BANDS[known]),
            "tested": _(rules.BANDS[tested]),
            "weak": known < rules.WEAK,
        }
        for title, known, tested in zip(titles.values(), told.known, told.tested, strict=True)
    ]
    picture = drawing.bands(
        [(unit["title"], known) for unit, known in zip(units, told.known, strict=True)],
        title=_("How much of each unit is known"),
        description=_("For each unit the quarter in which the mean lies. The table holds the same."),
        rtl=get_language_bidi(),
    )
    return {"learners": told.learners, "units": units, "picture": SafeString(picture)}


def _sharing(row: StudyClass, person: Person, titles: Any) -> list[dict[str, Any]]:
    """Those who share, by the names they gave, with their own figures."""
    rows = list(Learner.objects.shared_with(person, row))
    leave = visibility.own_class(person, row, sharing=rows)
    found = [
        {
            "name": one.name.open(leave) if one.name else "",
            "units": _in_words(one.figures.open(leave) if one.figures else "", titles),
        }
        for one in rows
    ]
    return sorted(found, key=lambda one: str(one["name"]).casefold())


def _in_words(figures: str, titles: Any) -> list[dict[str, str]]:
    """A learner's own figures: for each unit what was seen, what is known, what tests gave."""
    if not figures:
        return []
    return [
        {
            "title": title,
            "seen": _(rules.SHARES[seen]),
            "known": _(rules.SHARES[known]),
            "tested": _(rules.SHARES[tested]),
        }
        for title, (seen, known, tested) in zip(titles.values(), rules.read(figures), strict=True)
    ]


def _learning(request: HttpRequest, person: Person, learner: Learner) -> HttpResponse:
    form = forms.Share(request.POST if request.POST.get("do") == "share" else None)
    if request.method == "POST":
        left = False
        with suppress(AlreadyDone):
            do = request.POST.get("do", "")
            here: dict[str, Any] = {
                "study_class": learner.study_class_id,
                "by": person,
                "once": once_of(request),
            }
            if do == "share" and form.is_valid():
                acts.share(name=form.cleaned_data["name"], **here)
            elif do == "stop":
                acts.stop_sharing(**here)
            elif do == "leave":
                acts.leave(**here)
                left = True
        if left:
            return redirect("classes")
        if not form.errors:
            return redirect("study-class", study_class=learner.study_class_id)
    about = _about_joined(learner, person)
    mine = learner.figures.open(visibility.own_place(person, learner)) if learner.figures else ""
    frame = framed(
        request,
        here="",
        who_sees=_("You, and the instructor of this class under the name you gave.")
        if learner.shares
        else _("You. Your instructor sees you only as one of five or more together, unless you share."),
        **_named(learner.study_class, about),
        shares=learner.shares,
        apart=learner.apart,
        shared_name=learner.name.open(visibility.own_place(person, learner)) if learner.name else "",
        mine=_in_words(mine, planning.titles(about, _language())),
        has_return_code=acts.has_return_code(person),
        form=form,
    )
    return render(request, "classes/learning.html", frame, status=400 if form.errors else 200)


# --- joining and coming back ------------------------------------------------------------------------------


@audience(ANYONE)
def join(request: HttpRequest) -> HttpResponse:
    """Join a class with its code, or come back with one's own. Opening the link changes nothing; the form does."""
    if request.method == "POST" and request.POST.get("do") == "fresh":
        return _fresh_code(request)
    form = Code(request.POST or None, initial={"code": request.GET.get("code", "")[:60]})
    if request.method != "POST" or not form.is_valid():
        return _join_page(request, form, status=400 if form.errors else 200)
    person = request.user if isinstance(request.user, Person) else None
    try:
        joined = acts.join(code=form.cleaned_data["code"], by=person)
    except Refusal as refusal:
        form.add_error("code", say(refusal))
        return _join_page(request, form, status=409)
    if joined.person != person:
        login(request, joined.person, backend=SIGN_IN_WITH)
        request.__dict__.pop("_practice", None)  # from here on it is this person's own
    keeping.follow(request)
    if joined.return_code:
        return _code_page(request, joined.return_code, joined.study_class)
    return redirect("study-class", study_class=joined.study_class)


def _join_page(request: HttpRequest, form: Code, *, status: int) -> HttpResponse:
    who_sees = _(
        "Nobody is told that you join. The instructor sees you only as one of five or more together."
    )
    frame = framed(request, here="", who_sees=who_sees, form=form)
    return render(request, "classes/join.html", frame, status=status)


def _fresh_code(request: HttpRequest) -> HttpResponse:
    try:
        code = acts.renew_return_code(by=_person(request), once=once_of(request))
    except AlreadyDone:  # the page was sent again: the code just shown stays good
        return redirect("classes")
    return _code_page(request, code, None)


def _code_page(request: HttpRequest, code: str, row: UUID | None) -> HttpResponse:
    onward = reverse("study-class", args=[row]) if row else reverse("classes")
    context = framed(
        request, here="", who_sees=_("You alone, and this once."), return_code=code, onward=onward
    )
    return render(request, "classes/joined.html", context)
