"""The cards of a term, and those a learner brought along.

Pure. The id of a card is the same in every language and for ever: progress and exported decks hang on it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from tracktwo.errors import gettext_noop
from tracktwo.learn.terms import Term

OWN = "own/"
# What a card asks; a question asks for itself, and so does a card of one's own.
PROMPTS: Mapping[str, str] = {
    "definition": gettext_noop("What does it mean?"),
    "word": gettext_noop("Which term is this?"),
    "steps": gettext_noop("Which steps, in which order?"),
    "question": "",
    "own": "",
}
GAP = "…"


@dataclass(frozen=True)
class Card:
    """One thing to recall. Front and back are Markdown."""

    id: str  # "ripeness/definition", "ripeness/recall-1", "own/<guid>"
    term: str  # the key of its term, "" for an own card
    kind: str  # "definition" (title to definition), "word" (definition, its name blanked, to title), "question", ...
    depth: str  # of a question, else ""
    front: str
    back: str
    language: str
    title: str  # of the term
    unit: str  # of the term
    points: tuple[str, ...] = ()  # what a good answer to a question says


@lru_cache(maxsize=1024)
def cards_of(term: Term) -> tuple[Card, ...]:
    """All cards a term gives, in one language."""
    found = [
        _card(term, "definition", "definition", term.title, term.definition),
        _card(term, "word", "word", masked(term.definition, term), term.title),
    ]
    if term.steps:
        steps = "\n".join(f"{number}. {step}" for number, step in enumerate(term.steps, start=1))
        found.append(_card(term, "steps", "steps", term.title, steps))
    counted: dict[str, int] = {}
    for one in term.questions:
        counted[one.depth] = counted.get(one.depth, 0) + 1
        name = f"{one.depth}-{counted[one.depth]}"
        found.append(_card(term, name, "question", one.question, one.answer, one.depth, one.points))
    return tuple(found)


def _card(
    term: Term,
    name: str,
    kind: str,
    front: str,
    back: str,
    depth: str = "",
    points: tuple[str, ...] = (),
) -> Card:
    return Card(
        id=f"{term.key}/{name}",
        term=term.key,
        kind=kind,
        depth=depth,
        front=front,
        back=back,
        language=term.language,
        title=term.title,
        unit=term.unit,
        points=points,
    )


def own_card(guid: str, front: str, back: str) -> Card:
    """A card a learner brought along; its language is whatever they wrote."""
    return Card(
        id=OWN + guid,
        term="",
        kind="own",
        depth="",
        front=front,
        back=back,
        language="",
        title="",
        unit="",
    )


_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_BRACKETS = re.compile(r"\s*[(\uff08]([^)\uff09]*)[)\uff09]\s*")
# What may stand before a name within one word (Arabic), and after it (English and French plurals).
_BEFORE = r"(?<!\w)(?:[\u0648\u0641\u0628\u0643\u0644]?(?:\u0627\u0644|\u0644\u0644)|[\u0648\u0641\u0628\u0643\u0644])?"
_AFTER = r"(?:['\u2019]s|e?s|x)?(?!\w)"


def masked(text: str, term: Term) -> str:
    """A text without the names of its term: each is blanked out, and a link is only its words."""
    pattern = _names(term)
    return pattern.sub(GAP, _LINK.sub(r"\1", text))


@lru_cache(maxsize=1024)
def _names(term: Term) -> re.Pattern[str]:
    said: list[str] = []
    for name in (term.title, *term.also):
        said += [name, _BRACKETS.sub(" ", name), *_BRACKETS.findall(name)]
    names = sorted({" ".join(one.split()) for one in said if len(one.strip()) > 1}, key=lambda one: -len(one))
    return re.compile("|".join(map(_pattern, names)), re.IGNORECASE)


def _pattern(name: str) -> str:
    words = [re.escape(word).replace(r"\'", "['\u2019]") for word in re.split(r"[\s\-]+", name) if word]
    return _BEFORE + r"[\s\-\u2010\u2011]+".join(words) + _AFTER
