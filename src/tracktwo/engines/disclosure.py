"""Which figures may be shown, and how coarsely, so that nobody's vote can be read from them.

Everything shown of a cell (one side, one statement) is a function of its counts rounded to
five; only the outer ends of an interval may also come from the opinion engine, and only where
they are wider than the rounded counts already say. There are no totals over sides, so a
withheld cell cannot be found by subtraction. What this promises, and what not, is written in
docs/explanation/disclosure.md.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv

from tracktwo.errors import gettext_noop

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

NOTHING = -1  # stands in integer arrays where no number is released
FEWEST_IN_A_SEALED_ROUND = 4
FEWEST_TO_HIDE_AMONG = 5


@dataclass(frozen=True)
class Thresholds:
    """How much company a figure needs. Units: people, except `nearly` (a share)."""

    group: int = 10  # a side is shown from this many people who have voted
    cell: int = 5  # a cell is shown from this many answers
    round_to: int = 5  # every count is rounded to a multiple of this
    nearly: float = 0.95  # from this share on (and up to its complement) no number is given
    gate: int = 5  # a side's figures move when the people new or changed are a multiple of this


STANDARD = Thresholds()


class Withheld(IntEnum):
    """Why a cell is not shown."""

    NOT = 0
    SIDE_TOO_SMALL = 1
    TOO_FEW_ANSWERS = 2
    WAITING = 3


REASONS: Mapping[Withheld, str] = {
    Withheld.NOT: gettext_noop("shown"),
    Withheld.SIDE_TOO_SMALL: gettext_noop("fewer than %(group)s people of this side have voted"),
    Withheld.TOO_FEW_ANSWERS: gettext_noop("fewer than %(cell)s people of this side have answered here"),
    Withheld.WAITING: gettext_noop("waits until more people of this side have voted"),
}


class Band(IntEnum):
    """A word in place of a number."""

    NONE = 0
    NEARLY_ALL = 1
    MOST = 2
    ABOUT_HALF = 3
    FEW = 4
    HARDLY_ANY = 5
    UNCLEAR = 6


BANDS: Mapping[Band, str] = {
    Band.NONE: "",
    Band.NEARLY_ALL: gettext_noop("nearly all"),
    Band.MOST: gettext_noop("most"),
    Band.ABOUT_HALF: gettext_noop("about half"),
    Band.FEW: gettext_noop("few"),
    Band.HARDLY_ANY: gettext_noop("hardly any"),
    Band.UNCLEAR: gettext_noop("too few answers to say more"),
}


@dataclass(frozen=True)
class Cell:
    """What is released of one side's answers to one statement; None where no number is given."""

    withheld: Withheld
    answered: int | None
    agree: int | None
    disagree: int | None
    passed: int | None
    percent: int | None
    band: Band
    low: int | None
    high: int | None

    @property
    def shown(self) -> bool:
        return self.withheld is Withheld.NOT

    @property
    def credible_majority(self) -> bool:
        """True where the whole released interval lies at or above one half."""
        return self.low is not None and self.low >= 50


@dataclass(frozen=True)
class Figures:
    """One release. Arrays are [sides, statements] of integers, NOTHING where no number is given.

    `members` [sides] is rounded; `low` and `high` are whole percents, multiples of five, and
    hold the 90 % interval of the share who agree among those who answered (passes counted).
    """

    members: Ints
    withheld: Ints
    answered: Ints
    agree: Ints
    disagree: Ints
    passed: Ints
    percent: Ints
    band: Ints
    low: Ints
    high: Ints

    @property
    def shown(self) -> Bools:
        shown: Bools = self.withheld == Withheld.NOT
        return shown

    @property
    def credible_majority(self) -> Bools:
        """[sides, statements]: the whole released interval lies at or above one half."""
        majority: Bools = self.low >= 50
        return majority

    def cell(self, side: int, statement: int) -> Cell:
        """The released figures of one side on one statement."""
        at = (side, statement)

        def number(values: Ints) -> int | None:
            return None if values[at] == NOTHING else int(values[at])

        return Cell(
            withheld=Withheld(int(self.withheld[at])), band=Band(int(self.band[at])),
            answered=number(self.answered), agree=number(self.agree), disagree=number(self.disagree),
            passed=number(self.passed), percent=number(self.percent),
            low=number(self.low), high=number(self.high),
        )  # fmt: skip

    def to_lists(self) -> dict[str, list[object]]:
        """Plain lists, for storing a release."""
        return {field.name: getattr(self, field.name).tolist() for field in fields(self)}

    @classmethod
    def from_lists(cls, stored: Mapping[str, object]) -> Figures:
        """A stored release again; the inverse of `to_lists`."""
        return cls(**{field.name: np.array(stored[field.name], dtype=np.int64) for field in fields(cls)})


# --- One release ---------------------------------------------------------------------------


def figures(
    agree: npt.ArrayLike, disagree: npt.ArrayLike, passed: npt.ArrayLike, members: npt.ArrayLike,
    low: npt.ArrayLike, high: npt.ArrayLike, thresholds: Thresholds = STANDARD,
) -> Figures:  # fmt: skip
    """What may be shown of these exact counts.

    agree, disagree, passed: int [K sides, m statements]. members: int [K], people of the side
    who have answered anything. low, high: float [K, m], shares in 0..1, the opinion engine's
    90 % interval (NaN where there is none). Raises ValueError where shapes or counts cannot be.
    Time and memory O(K m).
    """
    exact = tuple(np.asarray(counts, dtype=np.int64) for counts in (agree, disagree, passed))
    people = np.asarray(members, dtype=np.int64)
    _refuse_impossible(exact, people)
    answers = exact[0] + exact[1] + exact[2]
    withheld = _withheld(answers, people, thresholds)
    shown = withheld == Withheld.NOT
    n, a, d, p, others = (rounded(counts, thresholds) for counts in (answers, *exact, exact[1] + exact[2]))
    top, bottom = _nearly_all(a, others, n, thresholds), _nearly_all(others, a, n, thresholds)
    least, greatest = _interval(a, n, top, bottom, np.asarray(low), np.asarray(high), thresholds)
    numbered = shown & ~top & ~bottom
    return Figures(
        members=np.where(people >= thresholds.group, rounded(people, thresholds), NOTHING),
        withheld=withheld,
        answered=np.where(shown, n, NOTHING),
        agree=np.where(numbered, a, NOTHING),
        disagree=np.where(numbered, d, NOTHING),
        passed=np.where(numbered, p, NOTHING),
        percent=np.where(numbered, _percent(a, n), NOTHING),
        band=np.where(shown, _bands(n, top, bottom, thresholds), Band.NONE),
        low=np.where(shown, least, NOTHING),
        high=np.where(shown, greatest, NOTHING),
    )


def rounded(counts: Ints, thresholds: Thresholds = STANDARD) -> Ints:
    """Counts to the nearest multiple of `round_to`; every margin is rounded by itself."""
    unit = thresholds.round_to
    return (counts + unit // 2) // unit * unit


def _refuse_impossible(exact: tuple[Ints, ...], people: Ints) -> None:
    shapes = {counts.shape for counts in exact}
    if len(shapes) != 1 or exact[0].ndim != 2 or people.shape != exact[0].shape[:1]:
        raise ValueError("agree, disagree and passed are [sides, statements], members [sides]")
    if min(counts.min(initial=0) for counts in exact) < 0:
        raise ValueError("a count is negative")
    if (exact[0] + exact[1] + exact[2] > people[:, None]).any():
        raise ValueError("a statement has more answers than its side has members")


def _withheld(answers: Ints, people: Ints, thresholds: Thresholds) -> Ints:
    reason = np.where(answers < thresholds.cell, Withheld.TOO_FEW_ANSWERS, Withheld.NOT)
    return np.where((people < thresholds.group)[:, None], Withheld.SIDE_TOO_SMALL, reason).astype(np.int64)


def _nearly_all(a: Ints, others: Ints, n: Ints, thresholds: Thresholds) -> Bools:
    """Where so many agree, or so few others are left, that no number is given.

    Decided on rounded counts: on exact ones "nearly all of ten" would mean all ten. Both ways
    round, since thirteen alone of thirteen rounds up to fifteen and would be known. The same
    rule with a and others exchanged finds "hardly any".
    """
    return (a >= n - _few(n, thresholds)) | (others <= _few(n, thresholds))


def _few(n: Ints, thresholds: Thresholds) -> Ints:
    """The most that may be missing from "nearly all" of n, as a rounded count."""
    unit = thresholds.round_to
    return np.floor(((1 - thresholds.nearly) * n + 1e-9) / unit).astype(np.int64) * unit


def _percent(a: Ints, n: Ints) -> Ints:
    return (200 * a + n) // np.maximum(2 * n, 1)  # half up, in integers


Extremes = tuple[tuple[Ints, Ints], ...]  # pairs (who agree, who answered) of exact counts


def _fewest(a: Ints, n: Ints, thresholds: Thresholds) -> Extremes:
    """The exact counts of lowest share that round to a of n."""
    return ((np.maximum(a - thresholds.round_to // 2, 0), n + (thresholds.round_to - 1) // 2),)


def _most(a: Ints, n: Ints, thresholds: Thresholds) -> Extremes:
    """The exact counts of highest share that round to a of n."""
    answered = np.maximum(n - thresholds.round_to // 2, thresholds.cell)
    agreeing = np.minimum(a + (thresholds.round_to - 1) // 2, n + (thresholds.round_to - 1) // 2)
    return ((agreeing, np.maximum(answered, agreeing)),)


def _fewest_of_nearly_all(n: Ints, thresholds: Thresholds) -> Extremes:
    """The exact counts of lowest share that are called nearly all of n, by either of its two ways."""
    few = _few(n, thresholds)
    answered = np.maximum(n - thresholds.round_to // 2, thresholds.cell)
    left_over = few + (thresholds.round_to - 1) // 2
    return (*_fewest(n - few, n, thresholds), (np.maximum(answered - left_over, 0), answered))


def _interval(
    a: Ints, n: Ints, top: Bools, bottom: Bools, low: Floats, high: Floats, thresholds: Thresholds
) -> tuple[Ints, Ints]:  # fmt: skip
    """Outer ends in whole percents, outward to five points, of two intervals together.

    One is the opinion engine's. The other is what a reader of the rounded counts could work
    out: Jeffreys' 90 % bounds at the extreme counts released alike. The exact counts shift
    the engine's ends, so alone these would undo the rounding; inside the reader's own
    interval they say nothing new.
    """
    nearly = _lowest(_fewest_of_nearly_all(n, thresholds))
    from_below = np.where(bottom, 0.0, np.where(top, nearly, _lowest(_fewest(a, n, thresholds))))
    from_above = np.where(top, 1.0, np.where(bottom, 1 - nearly, _highest(_most(a, n, thresholds))))
    least = np.floor(np.fmin(from_below, low) * 20 + 1e-9).astype(np.int64) * 5
    greatest = np.ceil(np.fmax(from_above, high) * 20 - 1e-9).astype(np.int64) * 5
    return np.clip(least, 0, 100), np.clip(greatest, 0, 100)


def _lowest(extremes: Extremes) -> Floats:
    """Jeffreys' lower bound: the 5 % quantile of Beta(agree + 1/2, others + 1/2), 0 where none agree.

    Source: Brown, Cai and DasGupta, Interval estimation for a binomial proportion, 2001.
    """
    bounds = [
        np.where(agree == 0, 0.0, betaincinv(agree + 0.5, answered - agree + 0.5, 0.05))
        for agree, answered in extremes
    ]
    return np.asarray(np.min(bounds, axis=0), dtype=np.float64)


def _highest(extremes: Extremes) -> Floats:
    """The mirror image of `_lowest`."""
    return 1 - _lowest(tuple((answered - agree, answered) for agree, answered in extremes))


def _bands(n: Ints, top: Bools, bottom: Bools, thresholds: Thresholds) -> Ints:
    """Words for coded cells, true of every count that would have been released alike."""
    pairs = _fewest_of_nearly_all(n, thresholds)
    least = np.min([agree / np.maximum(answered, 1) for agree, answered in pairs], axis=0)
    firm, likely = least >= 0.8, least >= 0.5
    rules = [~top & ~bottom, top & bottom, top & firm, bottom & firm, top & likely, bottom & likely]
    words = [Band.NONE, Band.UNCLEAR, Band.NEARLY_ALL, Band.HARDLY_ANY, Band.MOST, Band.FEW]
    return np.select(rules, words, Band.UNCLEAR).astype(np.int64)


# --- One release after another -------------------------------------------------------------


def changed_people(before: Sequence[Mapping[str, Hashable]], now: Sequence[Mapping[str, Hashable]]) -> Ints:
    """[sides]: how many people are new, gone, or have other answers than at the last release.

    Each mapping is one side: pseudonym -> anything that changes with the answers (a digest of
    the ballot). Raises ValueError where the two do not name the same number of sides. O(people).
    """
    pairs = zip(before, now, strict=True)
    return np.array([len(dict(was.items() ^ now_is.items())) for was, now_is in pairs], dtype=np.int64)


def gate(changed: npt.ArrayLike, members: npt.ArrayLike, thresholds: Thresholds = STANDARD) -> Bools:
    """[sides]: whether the people new or changed since a side's figures last moved let them move.

    changed, members: int [K]. Newcomers are let in by fives, as counts are rounded to fives: the
    edges of the rounding then stay where they are, and cannot close in on how six of six have
    voted. Where everybody is new or changed there is nothing to close in from.
    """
    people, everybody = np.asarray(changed, dtype=np.int64), np.asarray(members, dtype=np.int64)
    opened: Bools = (people >= thresholds.gate) & ((people % thresholds.gate == 0) | (people >= everybody))
    return opened


def let_in(changed: int, thresholds: Thresholds = STANDARD) -> int:
    """How many of the people new or changed count now: the greatest multiple of five; the rest wait."""
    return changed // thresholds.gate * thresholds.gate


def merge(
    previous: Figures | None, fresh: Figures, changed: npt.ArrayLike, thresholds: Thresholds = STANDARD
) -> Figures:
    """The next release: fresh figures for sides whose own gate is open, the last ones for others.

    A statement keeps its column for the life of a process; new ones are appended and wait
    for the gate. changed: int [K], from `changed_people` since the side's figures last moved.
    The first release of a side needs five people, not a multiple of five. No single cell is
    held back for what it would tell: that the others have moved would tell more.
    Raises ValueError where statements have gone missing. O(K m).
    """
    standing = _closed(fresh) if previous is None else _widened(previous, fresh)
    never_shown = standing.members == NOTHING
    opened = gate(changed, np.where(never_shown, 0, np.iinfo(np.int64).max), thresholds)
    return Figures(**{
        field.name: _choose(opened, getattr(fresh, field.name), getattr(standing, field.name))
        for field in fields(Figures)
    })  # fmt: skip


def _choose(opened: Bools, fresh: Ints, standing: Ints) -> Ints:
    return np.where(opened if fresh.ndim == 1 else opened[:, None], fresh, standing)


def _closed(fresh: Figures) -> Figures:
    """Nothing released yet: every cell waits."""
    shape = fresh.withheld.shape
    nothing = np.full(shape, NOTHING, dtype=np.int64)
    waiting = np.full(shape, Withheld.WAITING, dtype=np.int64)
    band = np.full(shape, Band.NONE, dtype=np.int64)
    return Figures(
        members=np.full(shape[:1], NOTHING, dtype=np.int64), withheld=waiting, band=band,
        answered=nothing, agree=nothing, disagree=nothing, passed=nothing, percent=nothing,
        low=nothing, high=nothing,
    )  # fmt: skip


def _widened(previous: Figures, fresh: Figures) -> Figures:
    """The last release, with waiting columns for statements that came after it."""
    sides, known = previous.withheld.shape
    if fresh.withheld.shape[0] != sides or fresh.withheld.shape[1] < known:
        raise ValueError("a release has the sides of the last one, and its statements or more")
    waiting = _closed(fresh)
    return Figures(**{
        field.name: np.concatenate([old, getattr(waiting, field.name)[:, known:]], axis=1)
        if (old := getattr(previous, field.name)).ndim == 2 else old
        for field in fields(Figures)
    })  # fmt: skip


# --- Among seats ---------------------------------------------------------------------------


@dataclass(frozen=True)
class SealedRound:
    """The one result of a sealed round. `sides` [K, m] and `together` [m] hold Band values.

    A statement has either a band for every side or one for all together, never both: the
    two would betray the side that is too small.
    """

    sides: Ints
    together: Ints


def sealed_round(agree: npt.ArrayLike, answered: npt.ArrayLike) -> SealedRound:
    """Bands of a round among seats, given once, at closing.

    agree, answered: int [K, m]. Raises ValueError where counts cannot be. O(K m).
    """
    a, n = np.asarray(agree, dtype=np.int64), np.asarray(answered, dtype=np.int64)
    if a.shape != n.shape or a.ndim != 2 or (a < 0).any() or (a > n).any():
        raise ValueError("agree and answered are [sides, statements], and agree is part of answered")
    apart = (n >= FEWEST_IN_A_SEALED_ROUND).all(axis=0)
    return SealedRound(
        sides=np.where(apart, _round_bands(a, n), Band.NONE),
        together=np.where(apart, Band.NONE, _round_bands(a.sum(axis=0), n.sum(axis=0))),
    )


def _round_bands(agree: Ints, answered: Ints) -> Ints:
    """Nearly all and few always leave room for one who stands apart, so neither tells unanimity."""
    share = agree / np.maximum(answered, 1)
    rules = [
        answered < FEWEST_IN_A_SEALED_ROUND,
        (agree >= answered - 1) | (share >= 0.9),
        (agree <= 1) | (share < 0.35),
        share < 0.65,
    ]
    words = [Band.NONE, Band.NEARLY_ALL, Band.FEW, Band.ABOUT_HALF]
    return np.select(rules, words, Band.MOST).astype(np.int64)


@dataclass(frozen=True)
class Crowd:
    """The truth about the number of people one hides among."""

    size: int
    sentence: str  # for the reader's language; takes %(size)s

    @property
    def guessable(self) -> bool:
        return self.size < FEWEST_TO_HIDE_AMONG


def crowd(size: int) -> Crowd:
    """What to tell a person who is one of `size`; raises ValueError below one."""
    if size < 1:
        raise ValueError("a crowd has at least one person")
    if size == 1:
        return Crowd(size, gettext_noop("You are the only one here: what is unattributed is plainly yours."))
    if size < FEWEST_TO_HIDE_AMONG:
        return Crowd(size, gettext_noop("You are one of %(size)s: what is unattributed can be guessed."))
    return Crowd(size, gettext_noop("You are one of %(size)s."))
