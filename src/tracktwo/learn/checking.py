"""What a study guide must have before it is shown: sources, facts, questions with answers, words with one meaning.

Pure: a library in, sentences out. `tracktwo learn check` prints them, and the tests run it over what is shipped.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from tracktwo.errors import BadInput
from tracktwo.learn import rules
from tracktwo.learn.search import plain
from tracktwo.learn.terms import DEPTHS, LANGUAGES, SOURCE, Course, Library, Term

FEWEST_FACTS, MOST_FACTS = 5, 7
FEWEST_SOURCES = 1
SHORTEST_ANSWER = 20  # words: less is a key word, not a worked answer
FEWEST_STEPS, MOST_STEPS = 3, 9
FEWEST_POINTS, MOST_POINTS = 2, 6
LONGEST_DEFINITION = 90  # words: what a flashcard's back holds, and a little more
_LINK = re.compile(r"\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Report:
    """What was found: each fault is a reason to refuse; notes are for the writer."""

    faults: tuple[str, ...]
    notes: tuple[str, ...]
    terms: int
    courses: int
    versions: dict[str, int]  # by language
    drafts: dict[str, int]  # by language


def check(
    library: Library, unread: Iterable[BadInput] = (), *, pages: Collection[str] | None = None
) -> Report:
    """Look through a whole guide. `pages` are the addresses that exist; without them nobody asks."""
    faults = [str(fault) for fault in unread]
    for term in library.terms.values():
        faults += faults_of(term, library, pages=pages)
    faults += two_meanings(library)
    for course in library.courses.values():
        faults += faults_of_course(course, library)
    versions = Counter(language for _key, language in library.terms)
    drafts = Counter(term.language for term in library.terms.values() if term.state == "draft")
    return Report(
        tuple(faults),
        tuple(_notes(library)),
        len(library.keys()),
        len(library.courses),
        {language: versions[language] for language in LANGUAGES},
        {language: drafts[language] for language in LANGUAGES},
    )


# --- one term ---------------------------------------------------------------------------------------


def faults_of(term: Term, library: Library, *, pages: Collection[str] | None = None) -> list[str]:
    """Everything for which a term is refused."""
    where = f"{term.key}.{term.language}.md"
    found = [*_missing(term), *_astray(term, library)]
    if pages is not None:
        found += _nowhere(term, pages)
    return [str(BadInput(what, where=where, remedy=remedy)) for what, remedy in found]


def _missing(term: Term) -> Iterator[tuple[str, str]]:
    """What a term lacks in itself."""
    if not term.definition:
        yield "there is no definition", "write one paragraph below the head"
    elif (length := len(term.definition.split())) > LONGEST_DEFINITION:
        yield f"the definition has {length} words", f"say it in at most {LONGEST_DEFINITION}"
    if len(term.sources) < FEWEST_SOURCES:
        yield "there is no source", "name at least one under ## Sources"
    if not FEWEST_FACTS <= len(term.facts) <= MOST_FACTS:
        remedy = f"write {FEWEST_FACTS} to {MOST_FACTS} under ## Must know"
        yield f"there are {len(term.facts)} facts", remedy
    if any(not fact.text for fact in term.facts):
        yield "a fact is empty", "write it or leave it out"
    if not term.in_tracktwo:
        yield (
            "nothing says where the tool uses it",
            "write ## In Tracktwo, even if it is: not a page of its own",
        )
    depths = {question.depth for question in term.questions}
    for depth in DEPTHS:
        if depth not in depths:
            yield f"there is no question to {depth}", f"write one as ### {depth.capitalize()}: ..."
    for question in term.questions:
        if len(question.answer.split()) < SHORTEST_ANSWER:
            said = question.question[:60]
            yield f"the question {said!r} has no worked answer", f"write at least {SHORTEST_ANSWER} words"
        if out_of_bounds(len(question.points), FEWEST_POINTS, MOST_POINTS):
            said, remedy = question.question[:60], f"write {FEWEST_POINTS} to {MOST_POINTS}, or none"
            yield f"the question {said!r} has {len(question.points)} points to look for", remedy
    yield from _practised(term)


def _practised(term: Term) -> Iterator[tuple[str, str]]:
    """What practice tests are made of: an order without doubles, and mistakes that say why."""
    if out_of_bounds(len(term.steps), FEWEST_STEPS, MOST_STEPS):
        yield f"there are {len(term.steps)} steps", f"write {FEWEST_STEPS} to {MOST_STEPS}, or none"
    if len({plain(step) for step in term.steps}) < len(term.steps):
        yield "a step stands there twice", "say each step once"
    if any(not one.claim or not one.why for one in term.mistakes):
        yield "a mistake lacks its claim or its reason", "write both, with a | between them"


def out_of_bounds(number: int, fewest: int, most: int) -> bool:
    """Whether a list that may be left out is there with too few or too many."""
    return number > 0 and not fewest <= number <= most


def _astray(term: Term, library: Library) -> Iterator[tuple[str, str]]:
    """What leads nowhere: units, related terms, links, figures, and a translation without a source."""
    units = {*rules.UNIT_NAMES, *(unit.key for course in library.courses.values() for unit in course.units)}
    if term.unit not in units:
        yield f"the unit is {term.unit!r}", f"write one of {', '.join(sorted(units))}"
    known = set(library.keys()) | {term.key}
    for key in term.related:
        if key not in known:
            yield f"the related term {key!r} does not exist", "write that term or take the reference out"
        elif key == term.key:
            yield "the term is related to itself", "take the reference out"
    for target in links_of(term):
        if not target.startswith("https://") and target not in known:
            yield f"the link to {target!r} leads nowhere", "link to the key of a term or to https://"
    if term.figure and term.figure not in rules.FIGURES:
        yield f"there is no figure {term.figure!r}", f"write one of {', '.join(rules.FIGURES)}, or nothing"
    if term.language != SOURCE and (term.key, SOURCE) not in library.terms:
        yield "there is no English source", f"write {term.key}.{SOURCE}.md first"
    if (term.language == SOURCE) != (term.state == "source"):
        right = "source" if term.language == SOURCE else "draft or reviewed"
        yield f"the state is {term.state!r}", f"write {right}: English is the source"


def _nowhere(term: Term, pages: Collection[str]) -> Iterator[tuple[str, str]]:
    for name in term.used:
        if name not in rules.COMMANDS and (name not in rules.PAGES or name not in pages):
            yield f"it says it is used on {name!r}, and there is no such page", "name a page that exists"


def links_of(term: Term) -> list[str]:
    """Where the links of its texts lead."""
    texts = [
        term.definition,
        term.explanation,
        term.in_tracktwo,
        *(fact.text for fact in term.facts),
        *term.steps,
        *(text for one in term.mistakes for text in (one.claim, one.why)),
        *(text for one in term.questions for text in (one.answer, *one.points)),
        *term.sources,
        *term.further,
    ]
    return [target for text in texts for target in _LINK.findall(text)]


# --- the whole --------------------------------------------------------------------------------------


def two_meanings(library: Library) -> list[str]:
    """Words that two terms of one language claim, as title or as another name."""
    claims: dict[tuple[str, str], list[str]] = defaultdict(list)
    for term in library.terms.values():
        for word in {plain(name) for name in (term.title, *term.also)}:
            claims[term.language, word].append(term.key)
    return [
        str(
            BadInput(
                f"the word {word!r} stands for {' and for '.join(sorted(keys))}",
                where=language,
                remedy="leave it to one of them",
            )
        )
        for (language, word), keys in sorted(claims.items())
        if len(keys) > 1
    ]


def faults_of_course(course: Course, library: Library) -> list[str]:
    """Terms of a course that do not exist, and units that stand there twice."""
    where, known = f"{course.key}.toml", set(library.keys())
    found = [
        (f"the unit {unit.key} names {key!r}", "write that term or take it out")
        for unit in course.units
        for key in unit.terms or ()
        if key not in known
    ]
    keys = [unit.key for unit in course.units]
    found += [
        (f"the unit {key} stands there twice", "join them")
        for key, times in Counter(keys).items()
        if times > 1
    ]
    return [str(BadInput(what, where=where, remedy=remedy)) for what, remedy in found]


def _notes(library: Library) -> Iterator[str]:
    for (key, language), term in sorted(library.terms.items()):
        if language == SOURCE and len(term.sources) < 2:
            yield f"{key}.{language}.md: has one source only."
        source = library.terms.get((key, SOURCE))
        if source and len(term.facts) != len(source.facts):
            yield f"{key}.{language}.md: has not as many facts as English."
    for course in library.courses.values():
        for unit in course.units:
            if not library.terms_of(unit):
                yield f"{course.key}.toml: the unit {unit.key} has no term yet."
