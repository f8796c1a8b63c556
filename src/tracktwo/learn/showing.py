"""A term as a page shows it: its texts as HTML, its figure drawn, its related terms and the pages it is used on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from tracktwo.learn import pictures, rules, typeset
from tracktwo.learn.guide import Guide, words_in
from tracktwo.learn.terms import Course, Term, Unit
from tracktwo.process import door, visibility

RIGHT_TO_LEFT = ("ar",)
Link = Callable[[str], str]


@dataclass(frozen=True)
class Place:
    """A page of the tool: its name, and its address in each process the reader sits in."""

    name: str
    command: str
    links: tuple[tuple[str, str], ...]  # address, cover title


def page_of(key: str) -> str:
    return reverse("term", args=[key])


def direction(language: str) -> str:
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


def linking(guide: Guide, address: Link = page_of) -> Link:
    """Where a link in a text leads: to a term that exists, or nowhere."""
    known = set(guide.library.keys())
    return lambda key: address(key) if key in known else ""


def shown(term: Term, guide: Guide, *, language: str, link: Link) -> dict[str, Any]:
    """What the template of a term needs; everything a person wrote is set by `typeset`."""
    figure = term.figure or rules.FIGURE_OF.get(term.key, "")
    return {
        "key": term.key,
        "title": term.title,
        "lang": term.language,
        "dir": direction(term.language),
        "draft": term.state == "draft",
        "also": term.also,
        "unit": unit_name(term.unit, guide, language),
        "definition": typeset.block(term.definition, link),
        "explanation": typeset.block(term.explanation, link),
        "facts": [{"text": typeset.inline(f.text, link), "contested": f.contested} for f in term.facts],
        "in_tracktwo": typeset.block(term.in_tracktwo, link),
        "steps": [typeset.inline(step, link) for step in term.steps],
        "mistakes": [
            {"claim": typeset.inline(one.claim, link), "why": typeset.inline(one.why, link)}
            for one in term.mistakes
        ],
        "questions": [
            {
                "depth": _(rules.DEPTH_WORDS[one.depth]),
                "question": typeset.inline(one.question, link),
                "answer": typeset.block(one.answer, link),
                "points": [typeset.inline(point, link) for point in one.points],
            }
            for one in term.questions
        ],
        "sources": [typeset.inline(source, link) for source in term.sources],
        "further": [typeset.inline(one, link) for one in term.further],
        "related": [
            {"title": one.title, "lang": one.language, "url": link(one.key)}
            for one in related(term, guide, language)
        ],
        "figure": pictures.picture(figure, key=term.key, rtl=get_language_bidi()),
    }


def related(term: Term, guide: Guide, language: str) -> list[Term]:
    return guide.listed(term.related, language)


def unit_name(key: str, guide: Guide, language: str) -> str:
    """A unit's name: the tool's own word, or what a course calls it."""
    if key in rules.UNIT_NAMES:
        return _(rules.UNIT_NAMES[key])
    for course in guide.courses():
        for unit in course.units:
            if unit.key == key:
                return words_in(unit.title, language)
    return key


def units(course: Course, guide: Guide, language: str) -> list[dict[str, Any]]:
    """The units of a course with their terms."""
    return [
        {"key": unit.key, "title": words_in(unit.title, language), "terms": _listed(unit, guide, language)}
        for unit in course.units
    ]


def _listed(unit: Unit, guide: Guide, language: str) -> list[Term]:
    return guide.listed(guide.library.terms_of(unit), language)


def courses_with(term: Term, guide: Guide, language: str) -> list[dict[str, str]]:
    """The courses and units in which a term stands."""
    return [
        {
            "course": words_in(course.title, language),
            "unit": words_in(unit.title, language),
            "key": course.key,
            "at": unit.key,
        }
        for course in guide.courses()
        for unit in course.units
        if term.key in guide.library.terms_of(unit)
    ]


def places_of(term: Term, person: Any) -> list[Place]:
    """The pages on which a term is used; whoever sits in a process gets there in one step."""
    seats = [(row, seat) for row, seat in visibility.processes_of(person) if not row.frozen]
    return [_place(name, seats) for name in term.used if name in rules.PAGES or name in rules.COMMANDS]


def _place(name: str, seats: list[Any]) -> Place:
    if name in rules.COMMANDS:
        return Place("", rules.COMMANDS[name], ())
    found = []
    for row, seat in seats:
        if address := _address(name, seat):
            found.append((address, door.read(row.cover_title, seat.grant).text))
    return Place(_(rules.PAGES[name]), "", tuple(found))


def _address(name: str, seat: Any) -> str:
    """A page of a process that this seat may open, as the list of pages has it; else nothing."""
    groups = door.places(seat, rules.LED_TO_BY.get(name, name))
    for group in groups:
        for page in group["pages"]:
            if page["here"]:
                return str(page["url"])
    return next((str(group["url"]) for group in groups if group["here"]), "")
