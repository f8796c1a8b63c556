"""Decks that leave and decks that come: the guide's cards and a learner's own, as .apkg or as a sheet."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext, override

from tracktwo.errors import gettext_noop
from tracktwo.learn import showing, typeset
from tracktwo.learn.guide import Guide, words_in
from tracktwo.learn.practice import anki, sheets
from tracktwo.learn.practice.brought import Brought, NotRead, Row, guid_of
from tracktwo.learn.practice.cards import OWN, PROMPTS, Card, cards_of, own_card
from tracktwo.learn.practice.progress import LONGEST_SIDE, OwnCard, Progress
from tracktwo.learn.terms import Term
from tracktwo.web import clean

MOST_OWN = 2_000
ROOM = 500_000  # characters of all own cards together
OWN_DECK = "own"  # where a course's key may stand
FORMATS = ("apkg", "csv")

FULL = gettext_noop(
    "With these you would have more than %(most)s cards of your own, or more than %(room)s characters on them. Nothing "
    "was changed; bring fewer, or take some of yours out."
)
PROGRESS_FILE = gettext_noop(
    "This is a file with progress, not with cards. Load it on the first page of practice."
)


# --- leaving ----------------------------------------------------------------------------------------


def guide_cards(now: Guide, course: str, language: str) -> list[Card]:
    """The guide's cards of one course, or of all, in the reader's language where it has them."""
    return [card for term in _terms(now, course, language) for card in cards_of(term)]


def _terms(now: Guide, course: str, language: str) -> list[Term]:
    if not course:
        return now.every(language)
    units = now.library.courses[course].units
    keys = dict.fromkeys(key for unit in units for key in now.library.terms_of(unit))
    return now.listed(list(keys), language)


@lru_cache(maxsize=24)
def guide_deck(now: Guide, course: str, language: str, form: str, day: int) -> bytes:
    """The guide's cards as a file: the same for everybody, and made once a day for each state of the guide."""
    cards = guide_cards(now, course, language)
    if form == "csv":
        return _sheet((card, _tags(card)) for card in cards)
    return anki.package(
        key=course,
        title=f"Tracktwo: {_title(now, course, language)}",
        notes=[_note(card, _tags(card)) for card in cards],
        day=day,
    )


def own_deck(progress: Progress, form: str, day: int) -> bytes:
    """A learner's own cards as a file: made for them alone, and kept nowhere."""
    tagged = [(own_card(one.guid, one.front, one.back), one.tags) for one in progress.own]
    if form == "csv":
        return _sheet(tagged)
    title = f"Tracktwo: {gettext('Own cards')}"
    return anki.package(key=OWN_DECK, title=title, notes=[_note(*one) for one in tagged], day=day)


def today() -> int:
    """The day, counted since 1970: the finest time a deck tells."""
    return int(time.time() // anki.DAY)


def _title(now: Guide, course: str, language: str) -> str:
    with override(language):
        return words_in(now.library.courses[course].title, language) if course else gettext("Study guide")


def _tags(card: Card) -> tuple[str, ...]:
    return tuple(tag for tag in (card.unit, card.depth or card.kind) if tag)


def _sheet(cards: Iterable[tuple[Card, tuple[str, ...]]]) -> bytes:
    return sheets.written((card.id, _asked(card), _answer(card), tags) for card, tags in cards)


def _asked(card: Card) -> str:
    """The front with what it asks for: elsewhere no page says so."""
    return f"{card.front}\n\n*{_prompt(card)}*" if PROMPTS[card.kind] else card.front


def _answer(card: Card) -> str:
    """The back, with the points a good answer makes."""
    points = "\n".join(f"- {point}" for point in card.points)
    return f"{card.back}\n\n{points}" if points else card.back


def _prompt(card: Card) -> str:
    with override(card.language or None):
        return gettext(PROMPTS[card.kind])


def _note(card: Card, tags: tuple[str, ...]) -> anki.Note:
    guid = card.id.removeprefix(OWN) if card.kind == "own" else anki.guid_for(card.id)
    return anki.Note(guid, _page(_asked(card), card.language), _page(_answer(card), card.language), tags)


def _page(text: str, language: str) -> str:
    """Markdown as HTML for another program: without links into this site, in its own direction."""
    words = _WITHOUT_ADDRESS.sub(r"\1", typeset.block(text, lambda _key: "")).strip()
    said = f'lang="{language}" dir="{showing.direction(language)}"' if language else 'dir="auto"'
    return f"<div {said}>{words}</div>"


_WITHOUT_ADDRESS = re.compile(r"<a(?: rel=\"[^\"]*\")?>(.*?)</a>", re.DOTALL)


# --- coming -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """What a file changed, for the learner who brought it."""

    new: int
    changed: int
    known: int
    pictures: int = 0
    sounds: int = 0
    left_out: int = 0


def read(data: bytes) -> Brought:
    """The cards of a file, whichever kind it is: told by how it begins, since names of files lie."""
    if data[:2] == b"PK":
        return anki.read(data)
    if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{" and b'"tracktwo"' in data:
        raise NotRead(PROGRESS_FILE)
    if b"\x00" in data[:200] and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        raise NotRead(anki.NO_ZIP)
    return sheets.read(data)


def taken_in(progress: Progress, brought: Brought, now: Guide) -> tuple[Progress, Told]:
    """The progress with these cards. Cards of the guide are known already and stay as the guide has them."""
    guide, own = names_in_anki(now), {card.guid: card for card in progress.own}
    fresh: dict[str, OwnCard] = {}
    new = changed = known = left_out = 0
    for row in brought.rows:
        card = _own(row)
        if row.guid in guide or row.guid in _ids(now):
            known += 1
        elif not 0 < len(card.front) <= LONGEST_SIDE or not 0 < len(card.back) <= LONGEST_SIDE:
            left_out += 1
        elif row.guid in own and _same(own[row.guid], card):
            known += 1
        else:
            changed += row.guid in own
            new += row.guid not in own
            fresh[row.guid] = card
    told = Told(new, changed, known, brought.pictures, brought.sounds, brought.left_out + left_out)
    return within_room(progress.with_own(fresh.values())) if fresh else progress, told


def within_room(progress: Progress) -> Progress:
    """Refused where a learner would have more of their own than is kept for one."""
    written = sum(len(card.front) + len(card.back) for card in progress.own)
    if len(progress.own) > MOST_OWN or written > ROOM:
        raise NotRead(FULL, most=MOST_OWN, room=ROOM)
    return progress


@lru_cache(maxsize=2)
def names_in_anki(now: Guide) -> Mapping[str, str]:
    """The guide's cards by the names Anki knows them by. They are the same in every language."""
    return {anki.guid_for(card): card for card in _ids(now)}


@lru_cache(maxsize=2)
def _ids(now: Guide) -> frozenset[str]:
    return frozenset(card.id for term in now.library.terms.values() for card in cards_of(term))


def _own(row: Row) -> OwnCard:
    tags = tuple(tag for tag in map(clean, row.tags) if tag)
    return OwnCard(row.guid, clean(row.front), clean(row.back), tags)


def _same(one: OwnCard, other: OwnCard) -> bool:
    """Alike as pages show them: Anki gives back HTML, and the same words can be written in several ways."""
    return one.tags == other.tags and all(
        mine == theirs or _page(mine, "") == _page(theirs, "")
        for mine, theirs in ((one.front, other.front), (one.back, other.back))
    )


def by_hand(progress: Progress, front: str, back: str) -> Progress:
    """With a card written here; its name follows from its front, so that the same front is changed."""
    return within_room(progress.with_own([OwnCard(guid_of(front), front, back)]))
