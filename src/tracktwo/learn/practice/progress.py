"""What a learner's practice leaves behind: answers, cards set aside, own cards, results of practice tests.

Pure, and one text to keep: JSON, in a sealed row, in a session or in a file. How well a card is known is not
kept: it follows from the answers. Two progresses merge into one, whichever comes first and however often.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any

from tracktwo.errors import BadInput, Refusal, gettext_noop
from tracktwo.learn.practice import scheduling
from tracktwo.learn.practice.cards import OWN
from tracktwo.learn.practice.scheduling import State

NAME, VERSION = "progress", 1
LARGEST = 3_000_000  # characters of a written progress
MOST_REVIEWS = 50_000
MOST_OWN = 3_000
MOST_TESTS = 500
LONGEST_SIDE = 4_000  # of an own card
NEW_A_DAY, MOST_NEW_A_DAY = 10, 200
# Which cards are asked for: the kinds of cards, and of questions the depths.
KINDS = ("definition", "word", "steps", "recall", "discuss", "evaluate", "own")
KINDS_AT_FIRST = frozenset({"definition", "word", "steps", "recall", "own"})

# Whole sentences, since learners read them in their language.
NO_CARD = gettext_noop("This is not a card of the guide or of yours. Nothing was changed.")
NO_RATING = gettext_noop("Choose one of the four ratings. Nothing was changed.")
FULL = gettext_noop("There is no room for more answers. Save your progress as a file, then begin anew.")
TOO_MANY_CARDS = gettext_noop("These would be more cards of your own than can be kept. Nothing was changed.")
TOO_LARGE = gettext_noop("This file is too large to hold progress. Choose the file that you saved here.")
NOT_PROGRESS = gettext_noop("This file does not hold progress. Choose the file that you saved here.")
OTHER_VERSION = gettext_noop("This file was saved by a newer Tracktwo and cannot be read here.")
DAMAGED = gettext_noop("This file is damaged and cannot be read. Choose another copy of it.")

_CARD = re.compile(r"[a-z0-9-]{1,80}/[a-z0-9-]{1,20}|own/[^\s\x00-\x1f]{1,64}")


class NotProgress(BadInput):
    """What does not fit into a progress, or a text that is none: one sentence."""

    def __init__(self, sentence: str) -> None:
        Refusal.__init__(self, sentence)
        self.what, self.where, self.remedy = sentence, "", ""


@dataclass(frozen=True)
class Review:
    """An answer: which card, how well it was recalled, and when, to the minute."""

    card: str
    rating: int  # 1 again, 2 hard, 3 good, 4 easy
    minute: int  # whole minutes since 1970 in UTC
    place: int = 0  # which answer of its minute

    @property
    def when(self) -> tuple[int, int, str, int]:
        return (self.minute, self.place, self.card, self.rating)


@dataclass(frozen=True)
class OwnCard:
    """A card a learner brought along."""

    guid: str
    front: str
    back: str
    tags: tuple[str, ...] = ()
    number: int = 0  # how often it was changed: of two versions the later one stays

    @property
    def rank(self) -> tuple[int, str, str, tuple[str, ...]]:
        return (self.number, self.front, self.back, self.tags)


@dataclass(frozen=True, order=True)
class TestResult:
    """What a practice test left: a day, and for each question its unit, form, points and most points."""

    __test__ = False  # not a test of the house

    day: int  # since 1970 in UTC
    seed: int
    scope: str
    answers: tuple[tuple[str, str, int, int], ...]  # unit, form, points, out of


@lru_cache(maxsize=20_000)
def _replayed(answers: tuple[tuple[int, int], ...]) -> State | None:
    """Of thousands of answers only those to one card are new; what is remembered names no card and nobody."""
    return scheduling.replayed(answers)


@dataclass(frozen=True)
class Progress:
    """All of it. Changed by making another one."""

    log: tuple[Review, ...] = ()  # in the order of `when`
    toggled: Mapping[str, int] = field(default_factory=dict)  # how often a card was set aside or taken back
    own: tuple[OwnCard, ...] = ()  # by guid
    tests: tuple[TestResult, ...] = ()  # by day
    new_a_day: int = NEW_A_DAY
    kinds: frozenset[str] = KINDS_AT_FIRST
    settled: int = 0  # how often the settings were changed: of two the later ones stay

    # --- what follows from it -------------------------------------------------------------------

    @cached_property
    def history(self) -> Mapping[str, tuple[tuple[int, int], ...]]:
        """The answers of each card: rating and minute."""
        found: dict[str, list[tuple[int, int]]] = {}
        for review in self.log:
            found.setdefault(review.card, []).append((review.rating, review.minute))
        return {card: tuple(answers) for card, answers in found.items()}

    @cached_property
    def states(self) -> Mapping[str, State]:
        """How well each answered card is known, replayed from its answers."""
        states = ((card, _replayed(answers)) for card, answers in self.history.items())
        return {card: state for card, state in states if state is not None}

    @cached_property
    def suspended(self) -> frozenset[str]:
        return frozenset(card for card, count in self.toggled.items() if count % 2)

    def new_on(self, day: int) -> int:
        """How many cards were answered for the first time on this day."""
        return sum(scheduling.day_of(answers[0][1]) == day for answers in self.history.values())

    # --- what changes it ------------------------------------------------------------------------

    def answered(self, card: str, rating: int, minute: int) -> Progress:
        """With one more answer; a clock that went back does not put it before the last one."""
        _must_be_a_card(card)
        if rating not in scheduling.RATINGS:
            raise NotProgress(NO_RATING)
        if len(self.log) >= MOST_REVIEWS:
            raise NotProgress(FULL)
        last = self.log[-1] if self.log else None
        if last is None or minute > last.minute:
            return replace(self, log=(*self.log, Review(card, rating, minute)))
        return replace(self, log=(*self.log, Review(card, rating, last.minute, last.place + 1)))

    def undone(self) -> Progress:
        """Without the last answer."""
        return replace(self, log=self.log[:-1])

    def suspended_with(self, card: str) -> Progress:
        """With this card set aside."""
        return self if card in self.suspended else self._toggled(card)

    def resumed_with(self, card: str) -> Progress:
        """With this card asked again."""
        return self._toggled(card) if card in self.suspended else self

    def _toggled(self, card: str) -> Progress:
        _must_be_a_card(card)
        return replace(self, toggled={**self.toggled, card: self.toggled.get(card, 0) + 1})

    def with_own(self, cards: Iterable[OwnCard]) -> Progress:
        """With these cards of one's own; one with a known guid takes the place of the former."""
        own = {card.guid: card for card in self.own}
        for card in cards:
            known = own.get(card.guid)
            if known is None:
                own[card.guid] = card
            elif known.rank[1:] != card.rank[1:]:
                own[card.guid] = replace(card, number=known.number + 1)
        return replace(self, own=_own(own))

    def without_own(self, guids: Iterable[str]) -> Progress:
        """Without these cards of one's own, and without the answers to them."""
        gone = set(guids)
        ids = {OWN + guid for guid in gone}
        return replace(
            self,
            log=tuple(review for review in self.log if review.card not in ids),
            toggled={card: count for card, count in self.toggled.items() if card not in ids},
            own=tuple(card for card in self.own if card.guid not in gone),
        )

    def with_test(self, result: TestResult) -> Progress:
        return replace(self, tests=_newest({*self.tests, result}))

    def with_settings(self, *, new_a_day: int, kinds: Iterable[str]) -> Progress:
        chosen = frozenset(kinds) & set(KINDS)
        settled = replace(self, new_a_day=max(0, min(new_a_day, MOST_NEW_A_DAY)), kinds=chosen)
        return self if settled == self else replace(settled, settled=self.settled + 1)


def _own(own: Mapping[str, OwnCard]) -> tuple[OwnCard, ...]:
    if len(own) > MOST_OWN:
        raise NotProgress(TOO_MANY_CARDS)
    return tuple(own[guid] for guid in sorted(own))


def _newest(tests: set[TestResult]) -> tuple[TestResult, ...]:
    return tuple(sorted(tests)[-MOST_TESTS:])


def _must_be_a_card(card: str) -> None:
    if not _CARD.fullmatch(card):
        raise NotProgress(NO_CARD)


# --- merging ------------------------------------------------------------------------------------------


def merged(one: Progress, other: Progress) -> Progress:
    """All answers, cards and results of both. Of what both have, the fuller or later one stays."""
    own = {card.guid: card for card in one.own}
    for card in other.own:
        own[card.guid] = max(card, own.get(card.guid, card), key=lambda version: version.rank)
    toggled = {
        card: max(one.toggled.get(card, 0), other.toggled.get(card, 0))
        for card in {*one.toggled, *other.toggled}
    }
    later = max(one, other, key=lambda p: (p.settled, p.new_a_day, sorted(p.kinds)))
    return Progress(
        log=_merged_log(one.log, other.log),
        toggled=toggled,
        own=_own(own),
        tests=_newest({*one.tests, *other.tests}),
        new_a_day=later.new_a_day,
        kinds=later.kinds,
        settled=later.settled,
    )


def _merged_log(one: tuple[Review, ...], other: tuple[Review, ...]) -> tuple[Review, ...]:
    """Answers to one card in one minute count as one sitting: the longer one stays, so none counts twice."""
    sittings: dict[tuple[str, int], list[Review]] = {}
    for log in (one, other):
        mine: dict[tuple[str, int], list[Review]] = {}
        for review in log:
            mine.setdefault((review.card, review.minute), []).append(review)
        for place, reviews in mine.items():
            known = sittings.get(place, [])
            sittings[place] = max(reviews, known, key=lambda some: (len(some), [r.when for r in some]))
    log_of_both = sorted((r for reviews in sittings.values() for r in reviews), key=lambda r: r.when)
    if len(log_of_both) > MOST_REVIEWS:
        raise NotProgress(FULL)
    return tuple(log_of_both)


# --- as a text ------------------------------------------------------------------------------------------


def written(progress: Progress) -> str:
    """As JSON, always in the same order: what `read` reads back as the same progress."""
    reviews: dict[str, list[list[int]]] = {}
    for one in progress.log:
        reviews.setdefault(one.card, []).append([one.minute, one.place, one.rating])
    said = {
        "tracktwo": NAME,
        "version": VERSION,
        "settings": [progress.settled, progress.new_a_day, sorted(progress.kinds)],
        "reviews": reviews,
        "suspended": progress.toggled,
        "own": [[card.guid, card.front, card.back, card.tags, card.number] for card in progress.own],
        "tests": [[test.day, test.seed, test.scope, test.answers] for test in progress.tests],
    }
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def read(text: str) -> Progress:
    """A progress from its text; BadInput in one sentence where it is not one."""
    if len(text) > LARGEST:
        raise NotProgress(TOO_LARGE)
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        raise NotProgress(NOT_PROGRESS) from None
    if not isinstance(said, dict) or said.get("tracktwo") != NAME:
        raise NotProgress(NOT_PROGRESS)
    if said.get("version") != VERSION:
        raise NotProgress(OTHER_VERSION)
    try:
        return _progress(said)
    except (_Wrong, AttributeError, KeyError, TypeError, ValueError):
        raise NotProgress(DAMAGED) from None


class _Wrong(Exception):
    """A value is not what stands at this place."""


def _progress(said: Mapping[str, Any]) -> Progress:
    settled, new_a_day, kinds = said["settings"]
    reviews = [
        Review(
            _card_id(card), _number(rating, 4, 1), _number(minute, scheduling.LATEST), _number(place, 10**6)
        )
        for card, answers in said["reviews"].items()
        for minute, place, rating in answers
    ]
    if len(reviews) > MOST_REVIEWS or len(said["own"]) > MOST_OWN or len(said["tests"]) > MOST_TESTS:
        raise _Wrong
    own = [
        OwnCard(
            _card_id(OWN + _text(guid, 64)).removeprefix(OWN),
            _text(front, LONGEST_SIDE),
            _text(back, LONGEST_SIDE),
            tuple(_text(tag, 100) for tag in tags),
            _number(number, 10**6),
        )
        for guid, front, back, tags, number in said["own"]
    ]
    tests = {
        TestResult(
            _number(day, scheduling.LATEST),
            _number(seed, 2**63),
            _text(scope, 200),
            tuple(map(_answer, answers)),
        )
        for day, seed, scope, answers in said["tests"]
    }
    return Progress(
        log=tuple(sorted(set(reviews), key=lambda review: review.when)),
        toggled={_card_id(card): _number(count, 10**6) for card, count in said["suspended"].items()},
        own=_own({card.guid: card for card in own}),
        tests=_newest(tests),
        new_a_day=_number(new_a_day, MOST_NEW_A_DAY),
        kinds=frozenset(kinds) & set(KINDS),
        settled=_number(settled, 10**9),
    )


def _answer(said: Any) -> tuple[str, str, int, int]:
    unit, form, points, out_of = said
    return _text(unit, 80), _text(form, 20), _number(points, 1000), _number(out_of, 1000)


def _card_id(said: Any) -> str:
    if not isinstance(said, str) or not _CARD.fullmatch(said):
        raise _Wrong
    return said


def _text(said: Any, longest: int) -> str:
    if not isinstance(said, str) or len(said) > longest:
        raise _Wrong
    said.encode()  # a lone surrogate is no letter: ValueError
    return said


def _number(said: Any, most: int, least: int = 0) -> int:
    if type(said) is not int or not least <= said <= most:
        raise _Wrong
    return said
