"""Pages of the study guide: reading is for everybody, writing for instructors."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from tracktwo.errors import NotHere, Refusal
from tracktwo.learn import acts, checking, folders, forms, guide, rules, showing, typeset
from tracktwo.learn.guide import Guide, words_in
from tracktwo.learn.terms import KEY, LANGUAGES, SOURCE, Course, Library, Term, read_term, written_files
from tracktwo.people.models import Person
from tracktwo.record.once import AlreadyDone
from tracktwo.web import ANYONE, SIGNED_IN, audience, language_name, once_of, say

LONGEST_QUESTION = 200
MOST_FAULTS = 12  # more at once help nobody


def framed(request: HttpRequest, *, here: str, who_sees: str = "", **more: Any) -> dict[str, Any]:
    """What every page of the guide shows: its other pages, and who will see what is on it."""
    pages = [("learn", _("Study guide")), ("practice", _("Practice"))]
    if is_instructor(request):
        pages += [
            ("classes", _("Classes")),
            ("write-term", _("New term")),
            ("write-course", _("New course")),
            ("guide-folder", _("Folder")),
        ]
    return {
        "places": [{"name": name, "url": reverse(page), "here": page == here} for page, name in pages],
        "who_sees": who_sees,
        "may_write": is_instructor(request),
        **more,
    }


def is_instructor(request: HttpRequest) -> bool:
    person = request.user if isinstance(request.user, Person) else None
    return rules.may_write(signed_in=person is not None, convenes=bool(person and person.convenes))


def instructor(request: HttpRequest) -> Person:
    """Who writes; everybody else finds what does not exist."""
    person = request.user
    acts.must_be_an_instructor(person)
    assert isinstance(person, Person)
    return person


def _language(request: HttpRequest) -> str:
    """The language of the text: the one asked for, else that of the interface."""
    wanted = request.GET.get("in") or get_language() or SOURCE
    return wanted if wanted in LANGUAGES else SOURCE


# --- reading --------------------------------------------------------------------------------------------


@audience(ANYONE)
def guide_front(request: HttpRequest) -> HttpResponse:
    """Courses with their units, all terms, and the search."""
    now, language = guide.current(), _language(request)
    asked = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:LONGEST_QUESTION]
    courses = [
        {
            "key": course.key,
            "title": words_in(course.title, language),
            "about": words_in(course.about, language),
            "units": [unit for unit in showing.units(course, now, language) if unit["terms"]],
        }
        for course in now.courses()
    ]
    more: dict[str, Any] = {
        "asked": asked,
        "found": now.find(asked, language) if asked else [],
        "courses": [] if asked else courses,
        "terms": [] if asked else now.every(language),
    }
    return render(request, "learn/guide.html", framed(request, here="learn", **more))


@audience(ANYONE)
def term(request: HttpRequest, term: str) -> HttpResponse:
    """A term: to read, as a short definition for another page, or with everything open for print."""
    now, language = guide.current(), _language(request)
    version = now.version(term, language)
    if version is None:
        raise NotHere
    found = version.term
    if "short" in request.GET:
        short = {**_in_short(found, showing.linking(now)), "draft": found.state == "draft"}
        return render(request, "learn/_term_short.html", {"term": short})
    more: dict[str, Any] = {
        "term": showing.shown(found, now, language=language, link=showing.linking(now)),
        "instead": version.instead,
        "wanted": language_name(language),
        "languages": [
            {"code": code, "name": language_name(code), "here": code == found.language}
            for code in now.languages_of(term)
        ],
        "places_used": showing.places_of(found, request.user),
        "courses": showing.courses_with(found, now, language),
        "printed": "print" in request.GET,
    }
    return render(request, "learn/term.html", framed(request, here="", **more))


@audience(ANYONE)
def course(request: HttpRequest, course: str) -> HttpResponse:
    """A course: its units, each term with its definition."""
    now, language = guide.current(), _language(request)
    found = now.library.courses.get(course)
    if found is None:
        raise NotHere
    link = showing.linking(now)
    more: dict[str, Any] = {
        "key": found.key,
        "title": words_in(found.title, language),
        "about": words_in(found.about, language),
        "units": [
            {**unit, "terms": [_in_short(one, link) for one in unit["terms"]]}
            for unit in showing.units(found, now, language)
        ],
    }
    return render(request, "learn/course.html", framed(request, here="", **more))


def _in_short(term: Term, link: showing.Link) -> dict[str, Any]:
    return {
        "key": term.key,
        "title": term.title,
        "lang": term.language,
        "dir": showing.direction(term.language),
        "definition": typeset.block(term.definition, link),
    }


@audience(ANYONE)
def whole(request: HttpRequest) -> HttpResponse:
    """The whole guide as one file to keep: no script, no picture from elsewhere, links within itself."""
    language = _language(request)
    # Not as a page of this site: a browser keeps it as a file and never opens it here.
    answer = HttpResponse(_whole(guide.current(), language), content_type="application/octet-stream")
    answer["Content-Disposition"] = f'attachment; filename="study-guide.{language}.html"'
    return answer


@lru_cache(maxsize=6)
def _whole(now: Guide, language: str) -> bytes:
    """The same for everybody, and long: made once for each state of the guide."""
    with override(language):
        link = showing.linking(now, lambda key: f"#{key}")
        terms = [showing.shown(one, now, language=language, link=link) for one in now.every(language)]
        courses = [
            {"title": words_in(one.title, language), "units": showing.units(one, now, language)}
            for one in now.courses()
        ]
        sheet = (guide.CONTENT.parent / "learn" / "whole.css").read_text(encoding="utf-8")
        style = mark_safe(f"<style>{sheet}</style>")  # noqa: S308  our own file: this page has no other to ask
        page = render_to_string("learn/whole.html", {"terms": terms, "courses": courses, "style": style})
    return page.encode()


# --- writing a term ---------------------------------------------------------------------------------------


def _published() -> str:
    return _("Everybody who opens this site may read it, without your name.")


@audience(SIGNED_IN)
def write_term(request: HttpRequest) -> HttpResponse:
    """Begin a new term: its key first, then the page to write it."""
    instructor(request)
    form = forms.NewTerm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        key = form.cleaned_data["key"]
        if KEY.fullmatch(key):
            return redirect("edit-term", term=key)
        form.add_error("key", _("Write lower-case letters, digits and single hyphens only."))
    frame = framed(request, here="write-term", who_sees=_published(), form=form)
    return render(request, "learn/write_term.html", frame, status=400 if form.errors else 200)


@audience(SIGNED_IN)
def edit_term(request: HttpRequest, term: str) -> HttpResponse:
    """Write a term in one language; look at it before it is kept."""
    person = instructor(request)
    now, language = guide.current(), _language(request)
    if not KEY.fullmatch(term) or len(term) > rules.LONGEST_KEY:
        raise NotHere
    if request.method == "POST" and request.POST.get("do") == "set aside":
        return _set_aside(request, person, term, language)
    version = now.version(term, language)
    begun = forms.typed(version.term) if version else {"state": "source", "title": term.replace("-", " ")}
    if language != SOURCE and (version is None or version.instead):
        begun["state"] = "draft"
    form = forms.TermForm(request.POST or None, initial=begun, language=language, units=_units(now, language))
    if request.method != "POST" or not form.is_valid():
        return _editing(request, now, term, language, form, status=400 if form.errors else 200)
    text = form.as_file()
    try:
        if request.POST.get("do") != "keep":
            return _editing(request, now, term, language, form, **_preview(term, language, text, now))
        acts.keep_term(key=term, language=language, text=text, by=person, once=once_of(request))
    except acts.NotWhole as refusal:
        faults = refusal.faults[:MOST_FAULTS]
        return _editing(request, now, term, language, form, faults=faults, status=409)
    except AlreadyDone:
        pass
    except Refusal as refusal:
        return _editing(request, now, term, language, form, faults=[say(refusal)], status=409)
    return redirect(f"{reverse('term', args=[term])}?in={language}")


def _preview(key: str, language: str, text: str, now: Guide) -> dict[str, Any]:
    """The term as it would stand, and what the checker would say."""
    found = read_term(key, language, text)
    library = Library({**now.library.terms, (key, language): found}, now.library.courses)
    faults = checking.faults_of(found, library, pages=acts.pages())
    return {
        "preview": showing.shown(found, now, language=language, link=showing.linking(now)),
        "faults": faults[:MOST_FAULTS],
    }


def _set_aside(request: HttpRequest, person: Person, key: str, language: str) -> HttpResponse:
    with suppress(AlreadyDone):
        acts.set_aside_term(key=key, language=language, by=person, once=once_of(request))
    return redirect("term", term=key) if guide.current().version(key, language) else redirect("learn")


def _editing(
    request: HttpRequest,
    now: Guide,
    key: str,
    language: str,
    form: forms.TermForm,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    frame = framed(
        request,
        here="",
        who_sees=_published(),
        key=key,
        form=form,
        language={"code": language, "name": language_name(language)},
        languages=[
            {"code": code, "name": language_name(code), "here": code == language} for code in LANGUAGES
        ],
        exists=(key, language) in now.library.terms,
        written_here=(key, language) in now.written_here,
        pages=[*sorted(set(rules.PAGES) & acts.pages()), *rules.COMMANDS],
        **more,
    )
    return render(request, "learn/edit_term.html", frame, status=status)


def _units(now: Guide, language: str) -> list[tuple[str, str]]:
    """All units a term may name: the tool's own, and those of courses."""
    keys = [*rules.UNIT_NAMES, *(unit.key for course in now.courses() for unit in course.units)]
    return [(key, showing.unit_name(key, now, language)) for key in dict.fromkeys(keys)]


# --- writing a course -------------------------------------------------------------------------------------


@audience(SIGNED_IN)
def write_course(request: HttpRequest) -> HttpResponse:
    """A new course."""
    return _write_course(request, None)


@audience(SIGNED_IN)
def edit_course(request: HttpRequest, course: str) -> HttpResponse:
    """Change a course, or no longer show it."""
    person = instructor(request)
    found = guide.current().library.courses.get(course)
    if found is None:
        raise NotHere
    if request.method == "POST" and request.POST.get("do") == "set aside":
        with suppress(AlreadyDone):
            acts.set_aside_course(key=course, by=person, once=once_of(request))
        return redirect("learn")
    return _write_course(request, found)


def _write_course(request: HttpRequest, found: Course | None) -> HttpResponse:
    person, now = instructor(request), guide.current()
    form = forms.CourseForm(request.POST or None, initial=forms.typed_course(found) if found else None)
    # Sent without its units, a form is refused like one whose units are wrong.
    units = forms.Units(
        request.POST or None,
        prefix="unit",
        initial=[forms.typed_unit(unit) for unit in found.units] if found else None,
    )
    faults: tuple[str, ...] = ()
    if request.method == "POST" and form.is_valid() and units.is_valid():
        taught = [unit for each in units.forms if (unit := each.unit(now.library))]
        made = form.course(found.key if found else "", taught)
        try:
            _keep_course(request, person, made, new=found is None)
            return redirect("course", course=made.key)
        except acts.NotWhole as refusal:
            faults = refusal.faults[:MOST_FAULTS]
        except Refusal as refusal:
            faults = (say(refusal),)
    frame = framed(
        request,
        here="" if found else "write-course",
        who_sees=_published(),
        form=form,
        units=units,
        course=found,
        faults=faults,
        terms=now.every(_language(request)),
    )
    status = 409 if faults else 400 if form.errors or any(units.errors) else 200
    return render(request, "learn/edit_course.html", frame, status=status)


def _keep_course(request: HttpRequest, person: Person, made: Course, *, new: bool) -> None:
    if not made.units:
        raise Refusal(_("A course has at least one unit: give it a title."))
    if new and made.key in guide.current().library.courses:
        raise Refusal(_("There is a course with this title. Choose another, or change that one."))
    with suppress(AlreadyDone):
        acts.keep_course(course=made, by=person, once=once_of(request))


# --- the folder -------------------------------------------------------------------------------------------


@audience(SIGNED_IN)
def folder(request: HttpRequest) -> HttpResponse:
    """The whole guide as a folder: keep it as a zip file, or bring one in."""
    person = instructor(request)
    if request.method != "POST":
        if "zip" in request.GET:
            return _zipped()
        return _folder(request, forms.Folder())
    form = forms.Folder(request.POST, request.FILES)
    if not form.is_valid():
        return _folder(request, form, status=400)
    try:
        files = folders.unpacked(form.cleaned_data["folder"].file)
        terms, courses = acts.take_in(files=files, by=person, once=once_of(request))
    except acts.NotWhole as refusal:
        more = max(0, len(refusal.faults) - MOST_FAULTS)
        return _folder(request, form, faults=refusal.faults[:MOST_FAULTS], more=more, status=409)
    except AlreadyDone:
        return redirect("learn")
    except Refusal as refusal:
        return _folder(request, form, faults=[say(refusal)], status=409)
    return _folder(request, forms.Folder(), came={"terms": terms, "courses": courses})


def _folder(request: HttpRequest, form: forms.Folder, *, status: int = 200, **more: Any) -> HttpResponse:
    frame = framed(request, here="guide-folder", who_sees=_published(), form=form, **more)
    return render(request, "learn/folder.html", frame, status=status)


def _zipped() -> HttpResponse:
    answer = HttpResponse(
        folders.packed(written_files(guide.current().library)), content_type="application/zip"
    )
    answer["Content-Disposition"] = 'attachment; filename="study-guide.zip"'
    return answer
