"""A practice test from the study guide: the same guide and the same seed make the same test.

Pure: a library and a `random.Random` in, frozen questions out. Every question has one right answer:
whatever might be right as well (a synonym, a term with the same definition, a contested fact) is never offered
beside it. Texts are Markdown, in the language of the term they are taken from.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import ClassVar

from tracktwo.learn.practice.cards import masked
from tracktwo.learn.search import bare, plain
from tracktwo.learn.terms import SOURCE, Library, Question, Term

FORMS = ("choice", "match", "order", "answer")
# How often each form comes where all are wanted: a test is mostly choices, since they ask most in least time.
SHARES: Mapping[str, int] = {"choice": 10, "match": 3, "order": 3, "answer": 4}
FEWEST, MOST = 5, 30
LARGEST_SEED = 999_999
MOST_OPTIONS, FEWEST_OPTIONS = 4, 3
MOST_PAIRS, FEWEST_PAIRS = 5, 4
FEWEST_STEPS = 3
NEAREST = 6  # distractors are drawn among so many of the nearest, so that another seed asks otherwise
CASES = "cases"  # the unit of cases from history
FEWEST_POINTS, MOST_POINTS = 2, 6
SHORTEST_SENTENCE = 7  # words: a shorter first sentence says too little without the second
_LINK = re.compile(r"\[([^\]]*)\]\([^)\s]*\)")
_END = re.compile(r"(?<=[.!?؟])[\"”»)*]*\s+(?=[^a-zà-ÿ\s])")
_NO_END = re.compile(r"(?:\b[A-Z]|\b(?:e\.g|i\.e|etc|cf|vs|Dr|Mr|Mrs|St|eds?|vol|no|pp|p|al|M))\.$")


@dataclass(frozen=True)
class Wanted:
    """What a learner asks for. `scope` is nothing, a course, or a course/unit."""

    seed: int
    scope: str = ""
    number: int = 10
    forms: tuple[str, ...] = FORMS
    language: str = SOURCE


@dataclass(frozen=True)
class Asked:
    """What every question has: the term it is about."""

    term: str
    title: str
    unit: str
    language: str
    form: ClassVar[str] = ""


@dataclass(frozen=True)
class Option:
    """One thing to choose; `why` says why it is right or wrong, where the guide does."""

    text: str
    term: str
    title: str
    right: bool
    why: str = ""


@dataclass(frozen=True)
class Choice(Asked):
    """One of three or four. `word`: which term is defined; `meaning`: what describes the term; `true`, `false`."""

    kind: str
    told: str  # the definition whose term is asked for, without its name
    options: tuple[Option, ...]
    form: ClassVar[str] = "choice"

    @property
    def right(self) -> int:
        return next(place for place, option in enumerate(self.options) if option.right)


@dataclass(frozen=True)
class Match(Asked):
    """Definitions, and the terms to choose for each. `right[i]` is the place of the term that definition i is of."""

    told: tuple[str, ...]
    terms: tuple[Option, ...]
    right: tuple[int, ...]
    form: ClassVar[str] = "match"


@dataclass(frozen=True)
class Order(Asked):
    """Steps out of their order. `right[i]` is the place, from 1, of the i-th step shown."""

    steps: tuple[str, ...]
    right: tuple[int, ...]
    form: ClassVar[str] = "order"


@dataclass(frozen=True)
class Answer(Asked):
    """A review question; without points the learner says how much of the worked answer was in theirs."""

    depth: str
    question: str
    worked: str
    points: tuple[str, ...]
    form: ClassVar[str] = "answer"


Paper = tuple[Choice | Match | Order | Answer, ...]


def paper(library: Library, wanted: Wanted) -> Paper:
    """The test of that seed; shorter than wanted where the guide holds too little for it."""
    return drawn(library, wanted, random=Random(f"practice test {wanted.seed}"))  # noqa: S311  nothing to guard


def fingerprint(questions: Paper) -> str:
    """Tells whether a test is still the one that was shown: a changed term may have changed it."""
    return hashlib.sha256(repr(questions).encode("utf-8", "surrogatepass")).hexdigest()[:24]


def scopes(library: Library) -> list[str]:
    """Everything a test can be about: all, a course, a unit of a course."""
    found = [""]
    for course in library.courses.values():
        found += [course.key, *(f"{course.key}/{unit.key}" for unit in course.units)]
    return found


def keys_of(scope: str, library: Library) -> list[str]:
    """The terms a scope holds, in an order of their own: nothing else may change what a seed draws."""
    if not scope:
        return sorted(library.keys())
    course = library.courses.get(scope.partition("/")[0])
    units = course.units if course else ()
    unit = scope.partition("/")[2]
    return sorted({key for one in units if unit in ("", one.key) for key in library.terms_of(one)})


# --- drawing --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Idea:
    """A question that could be asked: its form, its kind and of which term; `number` for review questions."""

    form: str
    kind: str
    term: Term
    number: int = 0


def drawn(library: Library, wanted: Wanted, *, random: Random) -> Paper:
    """Questions in turn of their forms, each about a term that was asked least so far."""
    keys = keys_of(wanted.scope, library)
    random.shuffle(keys)
    # Terms in the reader's language come first; the others are asked in English.
    keys.sort(key=lambda key: (key, wanted.language) not in library.terms)
    ideas = [idea for key in keys for idea in _ideas(key, library, wanted.language)]
    left = {form: [one for one in ideas if one.form == form] for form in FORMS if form in wanted.forms}
    rank = {key: place for place, key in enumerate(keys)}
    asked_of: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    found: list[Choice | Match | Order | Answer] = []
    turn = _Turns(list(left))
    while len(found) < wanted.number and any(left.values()):
        form = turn.next_of([form for form, ones in left.items() if ones])
        # A question in English, where the reader's language is another, waits as if its term had been asked already.
        idea = min(
            left[form],
            key=lambda one: (
                asked_of[one.term.key] + (one.term.language != wanted.language),
                kinds[one.kind],
                rank[one.term.key],
            ),
        )
        left[form].remove(idea)
        question = _MAKERS[form](idea, library, frozenset(keys), random)
        if question is None:
            continue
        turn.took(form)
        asked_of[idea.term.key] += 1
        kinds[idea.kind] += 1
        found.append(question)
    return tuple(_in_turn(found, random))


class _Turns:
    """Deals the forms by their shares: the one that is most behind comes next."""

    def __init__(self, forms: list[str]) -> None:
        self.had = dict.fromkeys(forms, 0)

    def next_of(self, forms: list[str]) -> str:
        return min(forms, key=lambda form: ((self.had[form] + 0.5) / SHARES[form], FORMS.index(form)))

    def took(self, form: str) -> None:
        self.had[form] += 1


def _in_turn(
    found: list[Choice | Match | Order | Answer], random: Random
) -> Iterator[Choice | Match | Order | Answer]:
    """Mixed forms, and what is written last: whoever writes should not be in a hurry for the rest."""
    written = [one for one in found if isinstance(one, Answer)]
    marked = [one for one in found if not isinstance(one, Answer)]
    random.shuffle(marked)
    yield from marked
    yield from written


def _ideas(key: str, library: Library, language: str) -> Iterator[_Idea]:
    """Everything to ask about a term: in the reader's language where that version has it, else in English."""
    versions = [library.terms[key, one] for one in _languages(language) if (key, one) in library.terms]
    first = versions[0]
    if first.definition:
        yield from (_Idea("choice", kind, first) for kind in ("word", "meaning"))
        yield _Idea("match", "match", first)
    for term in versions:
        if term.mistakes:
            yield from (_Idea("choice", "false", term, number) for number in range(len(term.mistakes)))
            yield _Idea("choice", "true", term)
            break
    for term in versions:
        if len(term.steps) >= FEWEST_STEPS:
            yield _Idea("order", "order", term)
            break
    yield from _review(versions)


def _review(versions: list[Term]) -> Iterator[_Idea]:
    """Review questions: those that say what to look for; without any, one that only recalls."""
    for term in versions:
        found = [number for number, one in enumerate(term.questions) if points_of(one)]
        plain_ones = [number for number, one in enumerate(term.questions) if one.depth == "recall"]
        for number in found or plain_ones[:1] or range(len(term.questions[:1])):
            yield _Idea("answer", f"answer {term.questions[number].depth}", term, number)
        if term.questions:
            break


def _languages(language: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((language, SOURCE)))


# --- choices --------------------------------------------------------------------------------------------


def _choice(idea: _Idea, library: Library, _scope: frozenset[str], random: Random) -> Choice | None:
    term = idea.term
    options = _OPTIONS[idea.kind](idea, library, random)
    if len(options) < FEWEST_OPTIONS:
        return None
    random.shuffle(options)
    told = masked(without_links(term.definition), term) if idea.kind == "word" else ""
    return Choice(term.key, term.title, term.unit, term.language, idea.kind, told, tuple(options))


def _of_word(idea: _Idea, library: Library, random: Random) -> list[Option]:
    """The term, and others by their names."""
    others = _drawn_others(idea.term, library, random, told=idea.term.definition)
    return [
        Option(one.title, one.key, one.title, right=one is idea.term, why=in_short(one))
        for one in (idea.term, *others)
    ]


def _of_meaning(idea: _Idea, library: Library, random: Random) -> list[Option]:
    """What the term is, and what others are, all without the names that would tell."""
    others = _drawn_others(idea.term, library, random)
    return [
        Option(_nameless(one, (one, idea.term)), one.key, one.title, right=one is idea.term)
        for one in (idea.term, *others)
    ]


def _of_true(idea: _Idea, _library: Library, random: Random) -> list[Option]:
    """One fact among the mistakes about the same term: those of another might be true of this one."""
    term, facts = idea.term, _facts(idea.term)
    if not facts:
        return []
    mistakes = random.sample(term.mistakes, min(len(term.mistakes), MOST_OPTIONS - 1))
    wrong = [Option(one.claim, term.key, term.title, right=False, why=one.why) for one in mistakes]
    return _apart([Option(random.choice(facts), term.key, term.title, right=True), *wrong])


def _of_false(idea: _Idea, _library: Library, random: Random) -> list[Option]:
    """One mistake among facts that nobody contests."""
    term, facts = idea.term, _facts(idea.term)
    mistake = term.mistakes[idea.number]
    true = random.sample(facts, min(len(facts), MOST_OPTIONS - 1))
    wrong = Option(mistake.claim, term.key, term.title, right=True, why=mistake.why)
    return _apart([wrong, *(Option(one, term.key, term.title, right=False) for one in true)])


_OPTIONS: Mapping[str, Callable[[_Idea, Library, Random], list[Option]]] = {
    "word": _of_word,
    "meaning": _of_meaning,
    "true": _of_true,
    "false": _of_false,
}


def _facts(term: Term) -> list[str]:
    return [without_links(fact.text) for fact in term.facts if not fact.contested]


def _apart(options: list[Option]) -> list[Option]:
    """Each sentence once, the first where two read the same."""
    return list({plain(option.text): option for option in reversed(options)}.values())


# --- other terms ------------------------------------------------------------------------------------------


def _drawn_others(term: Term, library: Library, random: Random, *, told: str = "") -> list[Term]:
    """Wrong terms that are easily taken for the right one: some of the nearest."""
    near = nearest(term, library)
    # What says by itself that it is not meant comes last: a term that the definition names, or, where
    # definitions are chosen from, one that holds a word of its own title.
    near.sort(
        key=lambda other: (
            _of_another_kind(term, other),
            _is_named(other, told) if told else _tells_itself(other),
        )
    )
    chosen: list[Term] = []
    for other in random.sample(near[:NEAREST], min(len(near), NEAREST)) + near[NEAREST:]:
        if len(chosen) < MOST_OPTIONS - 1 and not any(same_meaning(other, one) for one in chosen):
            chosen.append(other)
    return chosen


def nearest(term: Term, library: Library) -> list[Term]:
    """Other terms in its language, none of which means the same: related, then of its unit, then alike in words."""
    others = [
        one
        for (_key, language), one in sorted(library.terms.items())
        if language == term.language and one.definition and not same_meaning(one, term)
    ]
    return sorted(
        others,
        key=lambda one: (_of_another_kind(term, one), _distance(term, one), -_likeness(term, one)),
    )


def _of_another_kind(term: Term, other: Term) -> bool:
    """Whether one is a case from history and the other is not: nobody takes a place and a year for a notion."""
    return (term.unit == CASES) != (other.unit == CASES)


def _distance(term: Term, other: Term) -> int:
    if other.key in term.related or term.key in other.related:
        return 0
    return 1 if other.unit == term.unit else 2


def _likeness(term: Term, other: Term) -> float:
    one, two = (_words(term.title, term.definition, term.explanation) for term in (term, other))
    return len(one & two) / (len(one | two) or 1)


@lru_cache(maxsize=2048)
def _words(*texts: str) -> frozenset[str]:
    """The longer words of what a term says of itself; the short ones are everywhere."""
    return frozenset(word for word in bare(plain(" ".join(texts))).split() if len(word) > 4)


def names_of(term: Term) -> frozenset[str]:
    return frozenset(name for name in map(plain, (term.title, *term.also)) if name)


def same_meaning(one: Term, two: Term) -> bool:
    """Whether both could be right: one term, one name in both, or one definition."""
    if one.key == two.key or names_of(one) & names_of(two):
        return True
    return plain(one.definition) == plain(two.definition)


def _tells_itself(term: Term) -> bool:
    return bool(_words(term.title) & _words(in_short(term)))


def _is_named(term: Term, told: str) -> bool:
    said = f" {plain(told)} "
    return any(f" {name} " in said for name in names_of(term))


# --- matching, ordering, answering ------------------------------------------------------------------------


def _match(idea: _Idea, library: Library, scope: frozenset[str], random: Random) -> Match | None:
    """Terms near each other with short definitions that name none of them."""
    near = sorted(nearest(idea.term, library), key=lambda one: one.key not in scope)
    chosen: list[Term] = [idea.term]
    for other in near:
        if len(chosen) < MOST_PAIRS and not any(same_meaning(other, one) for one in chosen):
            chosen.append(other)
    told = [_nameless(one, chosen) for one in chosen]
    if len(chosen) < FEWEST_PAIRS or len(set(map(plain, told))) < len(chosen):
        return None
    shown = random.sample(range(len(chosen)), len(chosen))
    listed = sorted(chosen, key=lambda one: plain(one.title))
    term = idea.term
    return Match(
        term.key,
        term.title,
        term.unit,
        term.language,
        tuple(told[place] for place in shown),
        tuple(Option(one.title, one.key, one.title, right=False) for one in listed),
        tuple(listed.index(chosen[place]) for place in shown),
    )


def _order(idea: _Idea, _library: Library, _scope: frozenset[str], random: Random) -> Order | None:
    """The steps of a term, never shown in their right order."""
    term = idea.term
    steps = [without_links(step) for step in term.steps]
    if len(set(map(plain, steps))) < len(steps):
        return None
    places = list(range(len(steps)))
    while places == sorted(places):
        random.shuffle(places)
    shown = tuple(steps[place] for place in places)
    return Order(term.key, term.title, term.unit, term.language, shown, tuple(place + 1 for place in places))


def _answer(idea: _Idea, _library: Library, _scope: frozenset[str], _random: Random) -> Answer:
    term, one = idea.term, idea.term.questions[idea.number]
    return Answer(
        term.key, term.title, term.unit, term.language, one.depth, one.question, one.answer, points_of(one)
    )


_MAKERS: Mapping[
    str, Callable[[_Idea, Library, frozenset[str], Random], Choice | Match | Order | Answer | None]
] = {"choice": _choice, "match": _match, "order": _order, "answer": _answer}


def points_of(question: Question) -> tuple[str, ...]:
    """What to look for in an answer: as the guide says, or the sentences of a short one that only recalls."""
    if question.points:
        return question.points
    said = sentences(question.answer) if question.depth == "recall" and "\n" not in question.answer else []
    return tuple(said) if FEWEST_POINTS <= len(said) <= MOST_POINTS else ()


# --- texts ------------------------------------------------------------------------------------------------


def without_links(text: str) -> str:
    """A text whose links are only words: where one leads would tell too much."""
    return _LINK.sub(r"\1", text)


def in_short(term: Term) -> str:
    """The first sentence of a definition; with the second where it is very short."""
    said = sentences(without_links(term.definition))
    short = len(said) > 1 and len(said[0].split()) < SHORTEST_SENTENCE
    return " ".join(said[: 2 if short else 1])


def _nameless(term: Term, others: Iterable[Term]) -> str:
    """A short definition without the names of any of these terms: which one is meant is the question."""
    text = in_short(term)
    for other in others:
        text = masked(text, other)
    return text


def sentences(text: str) -> list[str]:
    """A paragraph's sentences. An abbreviation or an initial ends none; in doubt two stay one."""
    found: list[str] = []
    for part in _END.split(" ".join(text.split())):
        if found and _NO_END.search(found[-1]):
            found[-1] += f" {part}"
        elif part:
            found.append(part)
    return found
