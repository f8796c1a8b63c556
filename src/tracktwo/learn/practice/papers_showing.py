"""A practice test as its pages show it: to be answered, and marked with every answer explained."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from tracktwo.learn import rules, showing, typeset
from tracktwo.learn.guide import Guide, words_in
from tracktwo.learn.practice.marking import Given, Mark, Questioned, Spot
from tracktwo.learn.practice.papers import Answer, Choice, Match, Option, Order, Paper


def scopes(guide: Guide, language: str) -> list[tuple[str, Any]]:
    """What a test can be about: everything, a course, a unit of a course."""
    found: list[tuple[str, Any]] = [("", _("The whole guide"))]
    for course in guide.courses():
        title = words_in(course.title, language)
        units = [
            (f"{course.key}/{unit.key}", words_in(unit.title, language))
            for unit in course.units
            if guide.library.terms_of(unit)
        ]
        found.append((title, [(course.key, _("The whole course: %(title)s") % {"title": title}), *units]))
    return found


def scope_name(scope: str, guide: Guide, language: str) -> str:
    """A scope in words; empty where it is the whole guide."""
    course = guide.library.courses.get(scope.partition("/")[0])
    if course is None:
        return ""
    unit = scope.partition("/")[2]
    return words_in(
        next((one.title for one in course.units if one.key == unit and unit), course.title), language
    )


def questions(
    paper: Paper, answers: list[Given], *, guide: Guide, language: str, marks: list[Mark] | None = None
) -> list[dict[str, Any]]:
    """What the template of each question needs, before and after it is marked."""
    link = showing.linking(guide)
    return [
        {
            "name": f"q{number}",
            "number": number + 1,
            "form": question.form,
            "title": question.title,
            "url": link(question.term),
            "lang": question.language,
            "dir": showing.direction(question.language),
            "foreign": question.language != language,
            "open": given.open_in(question),
            "mark": marks[number] if marks else None,
            "given": given,
            **_SHOWN[type(question)](question, f"q{number}", given, link),
        }
        for number, (question, given) in enumerate(zip(paper, answers, strict=True))
    ]


def _choice(question: Choice, _name: str, given: Given, link: showing.Link) -> dict[str, Any]:
    return {
        "kind": question.kind,
        "told": typeset.block(question.told, _nowhere),
        "options": [
            {
                "value": place,
                "text": typeset.inline(option.text, _nowhere),
                "chosen": place == given.chosen,
                "right": option.right,
                "why": typeset.inline(option.why, link),
                **_of(option, link),
            }
            for place, option in enumerate(question.options)
        ],
    }


def _match(question: Match, name: str, given: Given, link: showing.Link) -> dict[str, Any]:
    chosen = given.matched or (None,) * len(question.right)
    return {
        "terms": [{"value": place, "title": term.title} for place, term in enumerate(question.terms)],
        "rows": [
            {
                "name": f"{name}-{place}",
                "text": typeset.inline(told, _nowhere),
                "chosen": chosen[place],
                "was": _title(question, chosen[place]),
                "is_right": chosen[place] == question.right[place],
                **_of(question.terms[question.right[place]], link),
            }
            for place, told in enumerate(question.told)
        ],
    }


def _order(question: Order, name: str, given: Given, _link: showing.Link) -> dict[str, Any]:
    chosen = given.placed or (None,) * len(question.right)
    rows = [
        {
            "name": f"{name}-{place}",
            "text": typeset.inline(step, _nowhere),
            "chosen": chosen[place],
            "right": question.right[place],
            "is_right": chosen[place] == question.right[place],
        }
        for place, step in enumerate(question.steps)
    ]
    return {
        "rows": rows,
        "places": range(1, len(rows) + 1),
        "in_order": sorted(rows, key=lambda row: question.right[rows.index(row)]),
    }


def _answer(question: Answer, name: str, given: Given, link: showing.Link) -> dict[str, Any]:
    return {
        "depth": _(rules.DEPTH_WORDS[question.depth]),
        "question": typeset.inline(question.question, _nowhere),
        "text": given.text,
        "worked": typeset.block(question.worked, link),
        "points": [
            {"value": place, "text": typeset.inline(point, _nowhere), "ticked": place in given.ticked}
            for place, point in enumerate(question.points)
        ],
        "levels": [
            {"value": value, "text": text, "chosen": given.level == value}
            for value, text in enumerate((_("No, or hardly"), _("In part"), _("Yes, all that matters")))
        ],
    }


_SHOWN: dict[type[Questioned], Any] = {Choice: _choice, Match: _match, Order: _order, Answer: _answer}


def _of(option: Option, link: showing.Link) -> dict[str, str]:
    return {"title": option.title, "url": link(option.term)}


def _title(question: Match, place: int | None) -> str:
    return question.terms[place].title if place is not None else ""


def _nowhere(_key: str) -> str:
    """While a test is answered, nothing leads to the answer."""
    return ""


def spots(found: list[Spot], guide: Guide, language: str) -> list[dict[str, Any]]:
    """Units with their share, as a bar and in words, and where their cards are practised."""
    return [
        {
            "unit": one.unit,
            "name": showing.unit_name(one.unit, guide, language),
            "questions": one.questions,
            "percent": one.percent,
            "cards": "" if one.share == 1 else _cards(one.unit, guide),
        }
        for one in found
    ]


def _cards(unit: str, guide: Guide) -> str:
    """The cards of a unit, where a course has it."""
    for course in guide.courses():
        if unit in [one.key for one in course.units]:
            return f"{reverse('practice-cards')}?{urlencode({'course': course.key, 'unit': unit})}"
    return ""


def wrong_terms(paper: Paper, marks: list[Mark], guide: Guide) -> list[dict[str, str]]:
    """The terms of the questions that did not earn everything, once each."""
    terms = {question.term: question for question, mark in zip(paper, marks, strict=True) if not mark.whole}
    return [
        {
            "key": one.term,
            "title": one.title,
            "lang": one.language,
            "unit": one.unit,
            "url": reverse("term", args=[one.term]),
        }
        for one in terms.values()
    ]
