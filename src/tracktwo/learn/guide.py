"""The study guide as it is read: what Tracktwo brings along, and what instructors of this site made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

from tracktwo import content
from tracktwo.errors import BadInput
from tracktwo.learn import rules, search
from tracktwo.learn.models import Course as CourseRow
from tracktwo.learn.models import TermText
from tracktwo.learn.terms import (
    LANGUAGES,
    SOURCE,
    Course,
    Library,
    Term,
    Unit,
    files_of,
    read_files,
    read_term,
)

CONTENT = Path(content.__file__).parent


@dataclass(frozen=True)
class Version:
    """A term as one reader gets it: in their language, or in English where it is not written in it yet."""

    term: Term
    instead: bool  # shown in another language than the one asked for


@dataclass(frozen=True, eq=False)
class Guide:
    library: Library
    written_here: frozenset[tuple[str, str]] = field(default_factory=frozenset)

    def version(self, key: str, language: str) -> Version | None:
        term = self.library.terms.get((key, language))
        if term is not None:
            return Version(term, instead=False)
        source = self.library.terms.get((key, SOURCE))
        return None if source is None else Version(source, instead=language != SOURCE)

    def languages_of(self, key: str) -> list[str]:
        return [language for language in LANGUAGES if (key, language) in self.library.terms]

    def listed(self, keys: list[str] | tuple[str, ...], language: str) -> list[Term]:
        """Those terms that exist, each in the reader's language or in English."""
        found = (self.version(key, language) for key in keys)
        return [version.term for version in found if version]

    def every(self, language: str) -> list[Term]:
        """All terms by title, as the reader's language orders them."""
        return sorted(self.listed(self.library.keys(), language), key=lambda term: search.plain(term.title))

    def courses(self) -> list[Course]:
        return sorted(self.library.courses.values(), key=lambda course: course.title[SOURCE].casefold())

    @cached_property
    def _entries(self) -> Mapping[str, tuple[search.Entry, ...]]:
        return {
            language: search.index(t for t in self.library.terms.values() if t.language == language)
            for language in LANGUAGES
        }

    def find(self, asked: str, language: str) -> list[Term]:
        """Terms near what was typed, in the reader's language or in English: nobody knows all words in both."""
        entries = self._entries.get(language, ())
        if language != SOURCE:
            entries = (*entries, *self._entries[SOURCE])
        return self.listed([hit.key for hit in search.find(entries, asked)], language)


def words_in(words: Mapping[str, str], language: str) -> str:
    """A title in the reader's language, or in English."""
    return words.get(language) or words[SOURCE]


@lru_cache(maxsize=1)
def shipped() -> Library:
    """What Tracktwo brings along; a file that cannot be read is left out, and the tests say so."""
    return read_files(files_shipped())[0]


def files_shipped() -> dict[str, str]:
    """The files of the guide that Tracktwo brings along."""
    files: dict[str, str] = {}
    for name in ("terms", "courses"):
        if (CONTENT / name).is_dir():
            files |= files_of(CONTENT / name)
    return files


def used_on(page: str, language: str) -> list[Term]:
    """The terms that say they are used on a page, the most telling first: of what is shipped, without a query."""
    page, terms = rules.BELONGS_TO.get(page, page), shipped().terms
    if page not in rules.PAGES:
        return []
    found = [one for (_key, spoken), one in terms.items() if spoken == SOURCE and page in one.used]
    return [
        terms.get((one.key, language), one)
        for one in sorted(found, key=lambda one: _how_telling(one, page, terms))
    ]


def _how_telling(term: Term, page: str, terms: Mapping[tuple[str, str], Term]) -> tuple[Any, ...]:
    """The page's own word, then terms that name the page first, core terms, those of few pages; cases last."""
    own = set(page.split("-")) <= set(term.key.split("-"))
    # The terms every beginner meets are the ones written in all languages.
    core = all((term.key, language) in terms for language in LANGUAGES)
    return (not own, term.unit == "cases", term.used.index(page), not core, len(term.used), term.title)


def current() -> Guide:
    """The guide as it stands now. Two small queries tell whether the copy in memory is still right."""
    texts = frozenset(TermText.objects.values_list("pk", flat=True))
    courses = frozenset(CourseRow.objects.values_list("pk", flat=True))
    return _read(texts, courses)


@lru_cache(maxsize=4)
def _read(texts: frozenset[UUID], courses: frozenset[UUID]) -> Guide:
    """The ids say which rows: they are random and new with every change, so one set is one guide."""
    library = shipped()
    terms, written_here = dict(library.terms), set()
    for (key, language), text in _latest(texts).items():
        if not text:
            continue
        try:
            terms[key, language] = read_term(key, language, text)
            written_here.add((key, language))
        except BadInput:
            continue  # kept by an older version of the format: what is shipped stands
    taught = dict(library.courses) | {row.key: _course(row) for row in _courses(courses, set_aside=False)}
    for row in _courses(courses, set_aside=True):
        taught.pop(row.key, None)
    return Guide(Library(terms, taught), frozenset(written_here))


def _latest(texts: frozenset[UUID]) -> dict[tuple[str, str], str]:
    rows = TermText.objects.filter(pk__in=texts).order_by("number") if texts else TermText.objects.none()
    return {(row.key, row.language): row.text for row in rows}


def _courses(courses: frozenset[UUID], *, set_aside: bool) -> list[CourseRow]:
    if not courses:
        return []
    return list(CourseRow.objects.filter(pk__in=courses, set_aside=set_aside).prefetch_related("units"))


def _course(row: CourseRow) -> Course:
    units = (Unit(unit.key, unit.title, tuple(unit.terms) or None) for unit in row.units.all())
    return Course(row.key, row.title, row.about, tuple(units))
