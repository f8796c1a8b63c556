"""Find a term in spite of typing errors, in Latin and in Arabic letters.

Pure. Words are compared without accents, case and vowel signs; Arabic letters that are often written for each
other count as one. What stands in a name counts more than what stands in the definition.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from tracktwo.learn.terms import Term

NEAR = 72.0  # below this, two words of five letters differ in more than one
IN_NAME, IN_TEXT = 1.0, 0.8
MOST_LETTERS = 200
# Letters that stand for each other in everyday Arabic: alefs, final ya and alef, ta marbuta and ha, hamza's seats.
_ARABIC = str.maketrans("أإآٱىةؤئ", "اااايهوي", "ـء")
_PARTED = re.compile(r"[^\w]+")
_ARTICLE = re.compile(r"\bال(?=\w{3})")
_SMALL = frozenset(
    plainly
    for words in (
        "a an and are as at by for from how in is it of on or the to what who why",
        "de des du et la le les un une",
    )
    for plainly in words.split()
)


@lru_cache(maxsize=16384)
def plain(text: str) -> str:
    """Words in their plainest form: small letters, no accents or vowel signs, one space between them."""
    # Arabic letters first: taken apart, a carried hamza would be lost together with its seat.
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFC", text).translate(_ARABIC).casefold())
    letters = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return " ".join(_PARTED.sub(" ", letters).replace("_", " ").split())


def bare(words: str) -> str:
    """Plain words without the Arabic article, which is written together with its word."""
    return _ARTICLE.sub("", words)


@dataclass(frozen=True)
class Entry:
    """A term as it is searched: its names and the words of its definition and facts."""

    key: str
    names: tuple[str, ...]
    words: frozenset[str]


@dataclass(frozen=True)
class Hit:
    key: str
    score: float


def index(terms: Iterable[Term]) -> tuple[Entry, ...]:
    """One entry for each version of a term."""
    return tuple(_entry(term) for term in terms)


def _entry(term: Term) -> Entry:
    said = [plain(term.title), *map(plain, term.also), plain(term.key)]
    names = tuple(dict.fromkeys([*said, *map(bare, said)]))
    text = " ".join([term.definition, term.explanation, *(fact.text for fact in term.facts)])
    return Entry(term.key, names, frozenset(bare(plain(text)).split()))


def find(entries: Sequence[Entry], asked: str, *, most: int = 20) -> list[Hit]:
    """The terms nearest to what was typed, best first; nothing where nothing is near."""
    wanted = plain(asked[:MOST_LETTERS])
    if not wanted:
        return []
    best: dict[str, float] = {}
    for entry in entries:
        score = max(IN_NAME * _name_score(wanted, entry.names), IN_TEXT * _text_score(wanted, entry))
        if score >= NEAR:
            best[entry.key] = max(best.get(entry.key, 0.0), score)
    return [Hit(key, score) for key, score in sorted(best.items(), key=lambda one: (-one[1], one[0]))][:most]


def _name_score(wanted: str, names: Sequence[str]) -> float:
    return max(_alike(typed, name) for typed in {wanted, bare(wanted)} for name in names)


def _alike(wanted: str, name: str) -> float:
    """100 for the name itself; near it for its beginning, a whole word of it, or a slip of the finger."""
    if wanted == name:
        return 100.0
    if len(wanted) >= 3 and f" {name}".find(f" {wanted}") >= 0:
        return 96.0 - min(10.0, (len(name) - len(wanted)) / 4)
    whole = fuzz.ratio(wanted, name)
    if len(wanted) < 4:
        return whole * 0.9
    words = [word for word in wanted.split() if word not in _SMALL] or wanted.split()
    return max(whole, _each_word(words, name.split()) * 0.94)


def _each_word(words: Sequence[str], among: Sequence[str]) -> float:
    """Every word asked for has a near one in the name: the worst of the best."""
    return min(max(fuzz.ratio(word, one) for one in among) for word in words)


def _text_score(wanted: str, entry: Entry) -> float:
    """Every word that was typed stands in the text, as it is or as the beginning of a longer one, or in a name."""
    asked = [word for word in bare(wanted).split() if word not in _SMALL]
    if not asked or any(len(word) < 4 for word in asked):
        return 0.0
    words = entry.words.union(*(name.split() for name in entry.names))
    there = all(word in words or any(one.startswith(word) for one in words) for word in asked)
    return 92.0 if there else 0.0
