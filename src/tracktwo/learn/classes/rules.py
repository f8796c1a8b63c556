"""What leaves a learner's progress for a class, who is counted when, and what is told of it. Pure.

A figure is a whole number of quarters, so that nothing finer than a quarter ever leaves a progress. What is told
of several learners is a band, a quarter wide, of their mean. Figures always rest on a multiple of five learners,
and new ones come in, and old ones go out, by fives: why that keeps every learner's figure open is written in
docs/explanation/disclosure.md, and tests/classes/test_disclosing.py attacks it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tracktwo.engines.disclosure import STANDARD
from tracktwo.errors import gettext_noop
from tracktwo.learn.practice import scheduling
from tracktwo.learn.practice.progress import Progress

LONGEST_NAME = 60
RETURN_DAYS = 90
QUARTERS = 4
LIKELY = 0.8  # a card counts as known while it is at least so likely to be recalled
MOST_CLASSES = 50  # of one instructor
MOST_LEARNERS = 500  # of one class

BANDS: Mapping[int, str] = {
    0: gettext_noop("less than a quarter"),
    1: gettext_noop("a quarter to a half"),
    2: gettext_noop("a half to three quarters"),
    3: gettext_noop("three quarters or more"),
}
SHARES: Mapping[int, str] = {
    0: gettext_noop("hardly any"),
    1: gettext_noop("about a quarter"),
    2: gettext_noop("about half"),
    3: gettext_noop("about three quarters"),
    4: gettext_noop("nearly all"),
}
WEAK = 2  # a unit of which less than half is known, by its band


@dataclass(frozen=True)
class Limits:
    """How much company a figure needs, in learners, and how wide its bands are."""

    fewest: int = STANDARD.cell  # nothing rests on fewer
    by: int = STANDARD.gate  # figures come in and go out in multiples of this
    bands: int = QUARTERS


LIMITS = Limits()


# --- what leaves a progress ------------------------------------------------------------------------------


@dataclass(frozen=True)
class PlannedUnit:
    """A unit of a class: its key, its cards, and under which units a practice test asks about it."""

    key: str
    cards: frozenset[str]
    asked_as: frozenset[str]


# For each unit of a class, in quarters: cards seen, cards likely recalled now, points of practice tests.
Unit = tuple[int, int, int]
Figures = tuple[Unit, ...]


def figures_of(progress: Progress, plan: Sequence[PlannedUnit], minute: int) -> Figures | None:
    """A learner's own figures; none where nothing of the class was practised yet."""
    states = progress.states
    asked = [answer for test in progress.tests for answer in test.answers]
    found: list[Unit] = []
    practised = False
    for unit in plan:
        seen = unit.cards & states.keys()
        known = sum(_is_known(states[card], minute) for card in seen)
        points, out_of = _points(asked, unit)
        practised = practised or bool(seen) or out_of > 0
        whole = len(unit.cards)
        found.append((quarter(len(seen), whole), quarter(known, whole), quarter(points, out_of)))
    return tuple(found) if practised else None


def _is_known(state: scheduling.State, minute: int) -> bool:
    return state.known and scheduling.recalled(state, minute) >= LIKELY


def _points(answers: Iterable[tuple[str, str, int, int]], unit: PlannedUnit) -> tuple[int, int]:
    mine = [(points, out_of) for key, _form, points, out_of in answers if key in unit.asked_as]
    return sum(points for points, _ in mine), sum(out_of for _, out_of in mine)


def quarter(part: int, whole: int) -> int:
    """A share in whole quarters, the nearest; nothing of nothing is none."""
    return min(QUARTERS, (2 * QUARTERS * part + whole) // (2 * whole)) if whole > 0 else 0


# --- who is counted --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Counted:
    """The figures a summary rests on, by a learner's random id, and how many it rested on are gone since."""

    figures: Mapping[str, Figures]
    gone: int = 0

    def without(self, learner: str) -> Counted:
        """Once a learner leaves or shares: their figures are forgotten, that they were counted is not."""
        if learner not in self.figures:
            return self
        left = {key: value for key, value in self.figures.items() if key != learner}
        return Counted(left, self.gone + 1)

    def may_be_shown(self, limits: Limits = LIMITS) -> bool:
        """What rests on fewer than five who neither left nor share is no longer shown."""
        return len(self.figures) >= limits.fewest


NOBODY = Counted({})


def next_count(before: Counted, now: Mapping[str, Figures], limits: Limits = LIMITS) -> Counted | None:
    """Who counts next; None where nobody may be let in yet.

    `now` holds everybody who does not share and never did. Those who come in (new or changed figures) and those
    who go out (changed, gone, or dropped for now) are each a multiple of five: then a learner's figure
    can be neither subtracted nor pressed against the edge of a band. As many as can be are counted; who waits is
    decided by random ids.
    """
    stay = sorted(key for key in before.figures if key in now)
    gone = before.gone + len(before.figures) - len(stay)
    new = sorted(key for key in now if key not in before.figures)
    changed = [key for key in stay if now[key] != before.figures[key]]
    best: tuple[int, int, int] | None = None
    chosen = (0, 0, 0)
    for dropped in range(min(limits.by, len(stay) + 1)):
        for came in range(max(0, len(new) - limits.by + 1), len(new) + 1):
            fresh = _refreshed(gone + dropped, came, min(len(changed), len(stay) - dropped), limits.by)
            size = len(stay) - dropped + came
            if fresh is None or not came + fresh or size < limits.fewest:
                continue
            worth = (size, came + fresh, -dropped)
            if best is None or worth > best:
                best, chosen = worth, (dropped, came, fresh)
    if best is None:
        return None
    dropped, came, fresh = chosen
    refreshed = changed[:fresh]
    waiting = [key for key in stay if key not in refreshed]
    kept = {key: before.figures[key] for key in waiting[dropped:]}
    return Counted(kept | {key: now[key] for key in [*refreshed, *new[:came]]})


def _refreshed(out: int, came: int, most: int, by: int) -> int | None:
    """The most changed figures that may come in: all that come and all that go are then multiples of `by`."""
    fits = [some for some in range(most + 1) if (came + some) % by == 0 and (out + some) % by == 0]
    return fits[-1] if fits else None


# --- what is told ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """A summary: on how many learners it rests, and for each unit the band of what is known, and of test points."""

    learners: int
    known: tuple[int, ...]
    tested: tuple[int, ...]

    def written(self) -> str:
        return json.dumps([self.learners, self.known, self.tested])


def told(counted: Counted, limits: Limits = LIMITS) -> Told:
    """The bands of the means over everybody counted; the same people stand behind every band."""
    people = list(counted.figures.values())
    units = range(len(people[0]) if people else 0)
    return Told(
        len(people),
        tuple(band(sum(one[unit][1] for one in people), len(people), limits) for unit in units),
        tuple(band(sum(one[unit][2] for one in people), len(people), limits) for unit in units),
    )


def band(quarters: int, learners: int, limits: Limits = LIMITS) -> int:
    """In which band the mean lies. In integers: its edges are whole numbers, multiples of five, of the sum."""
    return min(limits.bands - 1, quarters * limits.bands // (QUARTERS * learners))


def read_told(text: str) -> Told:
    learners, known, tested = json.loads(text)
    return Told(learners, tuple(known), tuple(tested))


# --- as texts to be sealed -------------------------------------------------------------------------------


def written(figures: Figures) -> str:
    """Always of about one length: how much somebody practised does not show in a size."""
    return json.dumps(figures, separators=(",", ":"))


def read(text: str) -> Figures:
    return tuple((seen, known, tested) for seen, known, tested in json.loads(text))


def written_count(counted: Counted) -> str:
    return json.dumps({"gone": counted.gone, "figures": counted.figures})


def read_count(text: str) -> Counted:
    said = json.loads(text)
    figures = {key: read(json.dumps(value)) for key, value in said["figures"].items()}
    return Counted(figures, said["gone"])
