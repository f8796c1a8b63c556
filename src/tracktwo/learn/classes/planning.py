"""The units of a class: fixed when it is opened, so that no change of a course draws new figures from old answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from tracktwo.learn import guide, showing
from tracktwo.learn.classes.rules import PlannedUnit
from tracktwo.learn.guide import Guide
from tracktwo.learn.practice.cards import cards_of
from tracktwo.learn.practice.progress import KINDS_AT_FIRST
from tracktwo.learn.terms import SOURCE


@dataclass(frozen=True)
class About:
    """What is sealed of a class: its name, its course, its units with their terms, and the joining code."""

    name: str
    course: str
    code: str
    units: tuple[tuple[str, tuple[str, ...]], ...]

    def written(self) -> str:
        return json.dumps([self.name, self.course, self.code, self.units], ensure_ascii=False)


def read_about(text: str) -> About:
    name, course, code, units = json.loads(text)
    return About(name, course, code, tuple((key, tuple(terms)) for key, terms in units))


def units_of(course: str, now: Guide) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The units of a course as they are today, those without a term left out."""
    units = now.library.courses[course].units
    found = ((unit.key, tuple(now.library.terms_of(unit))) for unit in units)
    return tuple((key, terms) for key, terms in found if terms)


def plan_of(about: About) -> tuple[PlannedUnit, ...]:
    """The units with their cards, as the guide has them now."""
    return _plan(about.units, guide.current())


@lru_cache(maxsize=64)
def _plan(units: tuple[tuple[str, tuple[str, ...]], ...], now: Guide) -> tuple[PlannedUnit, ...]:
    return tuple(_planned(key, terms, now) for key, terms in units)


def _planned(key: str, terms: tuple[str, ...], now: Guide) -> PlannedUnit:
    found = now.listed(terms, SOURCE)
    cards = (card for term in found for card in cards_of(term))
    counted = frozenset(card.id for card in cards if (card.depth or card.kind) in KINDS_AT_FIRST)
    return PlannedUnit(key, counted, frozenset({key, *(term.unit for term in found)}))


def titles(about: About, language: str) -> Mapping[str, str]:
    """What the units are called in the reader's language."""
    now = guide.current()
    course = now.library.courses.get(about.course)
    named = {unit.key: guide.words_in(unit.title, language) for unit in course.units} if course else {}
    return {key: named.get(key) or showing.unit_name(key, now, language) for key, _ in about.units}


def course_title(about: About, language: str) -> str:
    course = guide.current().library.courses.get(about.course)
    return guide.words_in(course.title, language) if course else about.course
