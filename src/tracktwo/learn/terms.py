"""Read the study guide: one Markdown file for each term and language, one TOML file for each course.

Pure: text in, frozen dataclasses out. What cannot be read is refused in one sentence with place and remedy;
whether a term is complete is for `checking` to say. Formats: docs/how-to/instructor.md.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from tracktwo.errors import BadInput

LANGUAGES = ("en", "fr", "ar")
SOURCE = "en"
STATES = ("source", "reviewed", "draft")
DEPTHS = ("recall", "discuss", "evaluate")
LONGEST_FILE = 40_000
KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
NAME = re.compile(rf"({KEY.pattern})\.([a-z]{{2}})\.md")
HEAD = ("title", "state", "unit", "also", "related", "used", "figure")
_HEADED = re.compile(r"---\n(.*?)\n---\n(.*)", re.DOTALL)

# What the sections and the depths of questions may be called; the first name of each is the one written.
SECTIONS: Mapping[str, tuple[str, ...]] = {
    "facts": ("Must know", "À savoir", "ما يجب معرفته"),
    "in_tracktwo": ("In Tracktwo", "Dans Tracktwo", "في تراكتو", "في Tracktwo"),
    "steps": ("Steps", "Étapes", "الخطوات"),
    "mistakes": ("Common mistakes", "Erreurs fréquentes", "أخطاء شائعة"),
    "questions": ("Questions", "أسئلة"),
    "sources": ("Sources", "المصادر"),
    "further": ("Further reading", "Pour aller plus loin", "قراءات أخرى", "للاستزادة"),
}
DEPTH_NAMES: Mapping[str, tuple[str, ...]] = {
    "recall": ("Recall", "Rappel", "Restituer", "تذكر", "تذكّر"),
    "discuss": ("Discuss", "Discussion", "Discuter", "ناقش"),
    "evaluate": ("Evaluate", "Évaluation", "Évaluer", "قيم", "قيّم"),
}
# What begins the list below a worked answer: the points a good answer makes, which a learner marks.
POINTS = (
    "Look for:",
    "À retrouver :",
    "À retrouver:",
    "À retrouver\u00a0:",
    "À retrouver\u202f:",
    "ابحث عن:",
)
CONTESTED = (
    "Contested:",
    "Contesté :",
    "Contesté:",
    "Contesté\u00a0:",
    "Contesté\u202f:",
    "محل خلاف:",
    "موضع خلاف:",
)


@dataclass(frozen=True)
class Fact:
    """One thing to know; a contested one says who disputes it."""

    text: str
    contested: bool


@dataclass(frozen=True)
class Mistake:
    """Something false that is easily believed of a term, and why it is false."""

    claim: str
    why: str


@dataclass(frozen=True)
class Question:
    """A review question with its worked answer."""

    depth: str
    question: str
    answer: str
    points: tuple[str, ...] = ()  # what a good answer says; a learner marks their own by these


@dataclass(frozen=True)
class Term:
    """An entry of the study guide in one language. Texts are Markdown."""

    key: str
    language: str
    title: str
    state: str
    unit: str
    also: tuple[str, ...]
    related: tuple[str, ...]
    used: tuple[str, ...]
    figure: str
    definition: str
    explanation: str
    facts: tuple[Fact, ...]
    in_tracktwo: str
    questions: tuple[Question, ...]
    sources: tuple[str, ...]
    further: tuple[str, ...]
    steps: tuple[str, ...] = ()  # in their order, where the term has one
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True)
class Unit:
    """A part of a course. Without `terms` it holds every term that names this unit."""

    key: str
    title: Mapping[str, str]
    terms: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Course:
    key: str
    title: Mapping[str, str]
    about: Mapping[str, str]
    units: tuple[Unit, ...]


@dataclass(frozen=True)
class Library:
    """Terms by key and language, courses by key: one folder, or what instructors made of it."""

    terms: Mapping[tuple[str, str], Term] = field(default_factory=dict)
    courses: Mapping[str, Course] = field(default_factory=dict)

    def keys(self) -> list[str]:
        """The terms that stand in the language of the source."""
        return [key for key, language in self.terms if language == SOURCE]

    def terms_of(self, unit: Unit) -> list[str]:
        """The keys of a unit's terms: in the order it gives, or by title."""
        if unit.terms is not None:
            return [key for key in unit.terms if (key, SOURCE) in self.terms]
        named = [term for (_key, language), term in self.terms.items() if language == SOURCE]
        return [
            term.key
            for term in sorted(named, key=lambda term: term.title.casefold())
            if term.unit == unit.key
        ]


# --- a term -----------------------------------------------------------------------------------------


@lru_cache(maxsize=2048)
def read_term(key: str, language: str, text: str) -> Term:
    """A term from its file's text. Raises BadInput with place and remedy."""
    where = f"{key}.{language}.md"
    if len(text) > LONGEST_FILE:
        raise BadInput(f"has more than {LONGEST_FILE} characters", where=where, remedy="shorten it")
    # One kind of line end only: some signs end a line for Python's methods and not for its patterns.
    found = _HEADED.fullmatch("\n".join(text.splitlines()).strip() + "\n")
    if not found:
        remedy = "begin with title, state and unit between two lines of ---"
        raise BadInput("the head of the term is missing", where=where, remedy=remedy)
    head = _head(found[1], where)
    opening, sections = _sections(found[2], where)
    definition, _, explanation = opening.partition("\n\n")
    return Term(
        key=key,
        language=language,
        title=head["title"],
        state=head["state"],
        unit=head["unit"],
        also=_listed(head["also"], ";"),
        related=_listed(head["related"], ","),
        used=_listed(head["used"], ","),
        figure=head["figure"],
        definition=definition.strip(),
        explanation=explanation.strip(),
        facts=tuple(_fact(item) for item in _items(sections["facts"])),
        in_tracktwo=sections["in_tracktwo"],
        questions=tuple(_questions(sections["questions"], where)),
        sources=_items(sections["sources"]),
        further=_items(sections["further"]),
        steps=_items(sections["steps"]),
        mistakes=tuple(_mistake(item, where) for item in _items(sections["mistakes"])),
    )


def _head(lines: str, where: str) -> dict[str, str]:
    pairs = [line.partition(":") for line in lines.splitlines() if line.strip()]
    head = {name.strip(): value.strip() for name, _, value in pairs}
    for name in head:
        if name not in HEAD:
            raise BadInput(f"the head says {name!r}", where=where, remedy=f"use only {', '.join(HEAD)}")
    if not head.get("title"):
        raise BadInput("the head has no title", where=where, remedy="write title: and the word itself")
    if head.get("state") not in STATES:
        said = head.get("state", "")
        raise BadInput(f"the state is {said!r}", where=where, remedy=f"write {' or '.join(STATES)}")
    return {name: head.get(name, "") for name in HEAD}


def _sections(body: str, where: str) -> tuple[str, dict[str, str]]:
    """What stands before the first section, and each section by its name here."""
    opening, *parts = re.split(r"^[^\S\n]*##[ \t]+", body, flags=re.MULTILINE)
    sections = dict.fromkeys(SECTIONS, "")
    for part in parts:
        heading, _, text = part.partition("\n")
        name = _named(SECTIONS, heading.strip())
        if not name:
            known = ", ".join(names[0] for names in SECTIONS.values())
            raise BadInput(f"there is a section {heading.strip()!r}", where=where, remedy=f"use only {known}")
        if sections[name]:
            raise BadInput(f"the section {heading.strip()!r} stands twice", where=where, remedy="join them")
        sections[name] = text.strip()
    return opening.strip(), sections


def _named(names: Mapping[str, tuple[str, ...]], said: str) -> str:
    wanted = said.casefold()
    return next((name for name, words in names.items() if wanted in map(str.casefold, words)), "")


def _listed(value: str, apart: str) -> tuple[str, ...]:
    # A writer's slip between comma and semicolon is no reason to stop; a word of `also` may hold a comma.
    parts = value.split(";") if apart == ";" or ";" in value else value.split(",")
    return tuple(part.strip() for part in parts if part.strip())


def _items(section: str) -> tuple[str, ...]:
    """The items of a list; a line that begins no item goes on with the one before."""
    items: list[str] = []
    for line in section.splitlines():
        if begun := re.match(r"(?:[-*]|\d{1,2}\.)[ \t]+", line):
            items.append(line[begun.end() :].strip())
        elif line.strip() and items:
            items[-1] += " " + line.strip()
        elif line.strip():
            items.append(line.strip())
    return tuple(items)


def _fact(item: str) -> Fact:
    for mark in CONTESTED:
        if item.startswith(mark):
            return Fact(item[len(mark) :].strip(), contested=True)
    return Fact(item, contested=False)


def _mistake(item: str, where: str) -> Mistake:
    claim, apart, why = (part.strip() for part in item.partition("|"))
    if not apart:
        remedy = "write the false claim, a | and why it is false"
        raise BadInput(f"a mistake says only {item[:60]!r}", where=where, remedy=remedy)
    return Mistake(claim, why)


def _questions(section: str, where: str) -> Iterable[Question]:
    before, *parts = re.split(r"^[^\S\n]*###[ \t]+", section, flags=re.MULTILINE)
    if before.strip():
        remedy = "begin each question with ### Recall: or ### Discuss: or ### Evaluate:"
        raise BadInput("there is text before the first question", where=where, remedy=remedy)
    for part in parts:
        heading, _, answer = part.partition("\n")
        said, _, question = heading.replace("\u00a0:", ":").partition(":")
        depth = _named(DEPTH_NAMES, said.strip())
        if not depth or not question.strip():
            remedy = "write ### Recall: or ### Discuss: or ### Evaluate: and the question"
            raise BadInput(f"a question begins with {heading.strip()[:60]!r}", where=where, remedy=remedy)
        yield Question(depth, question.strip(), *_worked(answer))


def _worked(answer: str) -> tuple[str, tuple[str, ...]]:
    """A worked answer, and the points of the list that may stand below it."""
    lines = answer.splitlines()
    for number, line in enumerate(lines):
        if line.strip() in POINTS:
            return "\n".join(lines[:number]).strip(), _items("\n".join(lines[number + 1 :]))
    return answer.strip(), ()


def written(term: Term) -> str:
    """A term as its file: what `read_term` reads back as the same term."""
    values = (
        term.title,
        term.state,
        term.unit,
        "; ".join(term.also),
        ", ".join(term.related),
        ", ".join(term.used),
        term.figure,
    )
    head = "\n".join(f"{name}: {value}".rstrip() for name, value in zip(HEAD, values, strict=True))
    facts = [f"{CONTESTED[0]} {fact.text}" if fact.contested else fact.text for fact in term.facts]
    sections = {
        "facts": _bullets(facts),
        "in_tracktwo": term.in_tracktwo,
        "steps": "\n".join(f"{number}. {step}" for number, step in enumerate(term.steps, start=1)),
        "mistakes": _bullets(f"{one.claim} | {one.why}" for one in term.mistakes),
        "questions": "\n\n".join(map(asked, term.questions)),
        "sources": _bullets(term.sources),
        "further": _bullets(term.further),
    }
    opening = "\n\n".join(part for part in (term.definition, term.explanation) if part)
    parts = [
        f"## {SECTIONS[name][0]}\n{text}".rstrip()
        for name, text in sections.items()
        if text or name not in ("steps", "mistakes")
    ]
    return "\n\n".join([f"---\n{head}\n---\n{opening}", *parts]) + "\n"


def asked(one: Question) -> str:
    """A question as it stands in a file, with its worked answer and the points below it."""
    points = [f"{POINTS[0]}\n{_bullets(one.points)}"] if one.points else []
    head = f"### {DEPTH_NAMES[one.depth][0]}: {one.question}\n{one.answer}".rstrip()
    return "\n\n".join([head, *points])


def _bullets(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


# --- a course ---------------------------------------------------------------------------------------


def read_course(key: str, text: str) -> Course:
    """A course from its file's text. Raises BadInput with place and remedy."""
    where = f"{key}.toml"
    try:
        read = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise BadInput(f"cannot be read ({fault})", where=where, remedy="correct the file") from None
    units = read.get("unit", [])
    if not isinstance(units, list) or not units:
        raise BadInput("there is no unit", where=where, remedy="write at least one [[unit]]")
    return Course(
        key=key,
        title=_words(read, "title", where),
        about=_words(read, "about", where),
        units=tuple(_unit(unit, where) for unit in units),
    )


def _unit(unit: Any, where: str) -> Unit:
    key = unit.get("key") if isinstance(unit, dict) else None
    if not isinstance(key, str) or not KEY.fullmatch(key):
        raise BadInput(
            "a unit has no key", where=where, remedy="write key = and lower-case words with hyphens"
        )
    terms = unit.get("terms")
    if terms is not None and not (isinstance(terms, list) and all(isinstance(one, str) for one in terms)):
        raise BadInput(f"the terms of {key} are no list of keys", where=where, remedy="write a list of keys")
    return Unit(key, _words(unit, "title", where), None if terms is None else tuple(terms))


def _words(table: Mapping[str, Any], name: str, where: str) -> dict[str, str]:
    words = table.get(name)
    if (
        not isinstance(words, dict)
        or not words.get(SOURCE)
        or not all(isinstance(word, str) for word in words.values())
    ):
        remedy = f"write it at least in English, as {name} = {{ en = ... }}"
        raise BadInput(f"{name} is missing", where=where, remedy=remedy)
    return {language: word.strip() for language, word in words.items() if language in LANGUAGES}


def written_course(course: Course) -> str:
    """A course as its file."""
    lines = [_inline("title", course.title), _inline("about", course.about)]
    for unit in course.units:
        lines += ["", "[[unit]]", f"key = {_quoted(unit.key)}", _inline("title", unit.title)]
        if unit.terms is not None:
            lines.append(f"terms = [{', '.join(map(_quoted, unit.terms))}]")
    return "\n".join(lines) + "\n"


def _inline(name: str, words: Mapping[str, str]) -> str:
    return f"{name} = {{ {', '.join(f'{language} = {_quoted(word)}' for language, word in words.items())} }}"


def _quoted(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


# --- a folder ---------------------------------------------------------------------------------------


def read_files(files: Mapping[str, str]) -> tuple[Library, list[BadInput]]:
    """Terms and courses from files by name; what cannot be read is told and left out."""
    terms: dict[tuple[str, str], Term] = {}
    courses: dict[str, Course] = {}
    faults: list[BadInput] = []
    for path, text in sorted(files.items()):
        name = path.rsplit("/", 1)[-1]
        try:
            if found := NAME.fullmatch(name):
                key, language = found[1], found[2]
                if language not in LANGUAGES:
                    remedy = f"the languages are {', '.join(LANGUAGES)}"
                    raise BadInput(f"the language is {language!r}", where=name, remedy=remedy)
                terms[key, language] = read_term(key, language, text)
            elif name.endswith(".toml") and KEY.fullmatch(name[:-5]):
                courses[name[:-5]] = read_course(name[:-5], text)
            else:
                remedy = "call terms key.en.md and courses key.toml, in lower-case words with hyphens"
                raise BadInput("the name is not one of a term or a course", where=name, remedy=remedy)
        except BadInput as fault:
            faults.append(fault)
    return Library(terms, courses), faults


def files_of(folder: Path) -> dict[str, str]:
    """The files of a folder of terms and courses, by name below it."""
    if not folder.is_dir():
        raise BadInput("this is no folder", where=str(folder), remedy="give a folder of terms and courses")
    found = sorted([*folder.rglob("*.md"), *folder.rglob("*.toml")])
    return {path.relative_to(folder).as_posix(): _text(path) for path in found}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise BadInput("cannot be read as text", where=path.name, remedy="save it as UTF-8") from None


def written_files(library: Library) -> dict[str, str]:
    """A library as the files of a folder: what `read_files` reads back."""
    terms = {
        f"terms/{key}.{language}.md": written(term) for (key, language), term in sorted(library.terms.items())
    }
    courses = {f"courses/{key}.toml": written_course(one) for key, one in sorted(library.courses.items())}
    return {**terms, **courses}
