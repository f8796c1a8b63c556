"""Routing: which statement to ask a person next.

A vote is worth most on a statement that could be among the best, on the side that may hold it back,
where that side is not yet known to agree or not. Some questions stay random, for audit; where sides
are not declared, half of the others are anchors, statements that tell the groups on the map apart. Votes gathered
this way are not a sample: show the posterior, never the raw percentages. Source: DESIGN 6.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt
from scipy import special

from tracktwo.engines.opinion import bridging
from tracktwo.engines.opinion.bridging import Posterior
from tracktwo.engines.opinion.space import Space
from tracktwo.engines.opinion.votes import Floats, Mask

TOP = 10  # statements the routing tries to tell from the rest
AUDIT = 0.10  # share of questions drawn by lot
ANCHORED = 0.5  # share of the other questions that come from the map where sides are not declared
_DRAWS = 192
_SHAKE = 0.3  # spread of the log of the weights, so that people of one side are not all asked the same
_FLOOR = 0.05  # no side is quite excluded from holding a statement back


class Reason(Enum):
    """Why a person is asked this statement."""

    CLOSE = "close"  # it may be among what all sides support, and this side's vote would tell
    MAP = "map"  # it tells apart people who see things differently
    LOT = "lot"  # drawn by lot, so that the rest can be checked


@dataclass(frozen=True, eq=False)
class Routing:
    """What a vote on each statement is worth: ``worth`` float64[K, m] by side, ``anchor`` float64[m] for the map."""

    worth: Floats
    anchor: Floats


@dataclass(frozen=True)
class Question:
    """The statement to ask next, and why."""

    statement: int
    reason: Reason


def prepare(
    posterior: Posterior,
    *,
    space: Space | None = None,
    top: int = TOP,
    rng: np.random.Generator,
) -> Routing:
    """Weigh all statements for all sides; to be refreshed at least once per m votes.

    Worth = exp(-z^2) (P(side holds it back) + 0.05) sqrt(v^2 / (v + 1 / (p (1 - p)))) (0.25 + p (1 - p)),
    z = max(0, top-th best score - score) / sd, v the variance of the side's log-odds, p its share.
    ``space`` gives the anchors; without it there are none. Cost O(K m draws).
    """
    odds = list(bridging.log_odds(posterior, draws=_DRAWS, rng=rng))
    least = np.minimum.reduce(odds)
    holds_back = np.array([(one == least).mean(axis=1) for one in odds])
    smallest = special.expit(least)
    score, spread = smallest.mean(axis=1), smallest.std(axis=1)
    share = bridging.shares(posterior)
    worth = near_the_top(score, spread, top) * (holds_back + _FLOOR) * _news(posterior, share)
    return Routing(worth, np.zeros(len(score)) if space is None else anchors(space))


def near_the_top(score: Floats, spread: Floats, top: int) -> Floats:
    """exp(-z^2), z how far a score lies below the top-th best in standard deviations, 0 above it: float64[m].

    What seems to be among the best is asked again however good it looks: what does not hold falls back by
    itself, while what few have answered stands at what is usual and takes no place from it (decision 19).
    """
    if len(score) == 0:
        return np.zeros(0)
    border = np.sort(score)[::-1][min(top, len(score)) - 1]
    return np.asarray(np.exp(-((np.maximum(border - score, 0) / np.maximum(spread, 1e-9)) ** 2)))


def anchors(space: Space) -> Floats:
    """How far each statement moves people apart on the map: the deviation it adds along both axes, float64[m]."""
    added = (space.components**2 * space.variance[:, None]).sum(axis=0)
    return np.asarray(np.sqrt(np.maximum(added, 0)))


def next_question(
    routing: Routing,
    side: int | None,
    open_to: npt.ArrayLike,
    *,
    rng: np.random.Generator,
    audit: float = AUDIT,
) -> Question | None:
    """The next statement for a person of this side (None: not declared), of those still open to them.

    ``open_to`` bool[m]: statements the person has not answered and may be asked. None where there is
    nothing left. Cost O(m).
    """
    may: Mask = np.asarray(open_to, dtype=bool)
    if not may.any():
        return None
    lot = rng.random()
    if lot < audit:
        return Question(int(rng.choice(np.flatnonzero(may))), Reason.LOT)
    if side is None and lot < audit + ANCHORED * (1 - audit) and routing.anchor[may].any():
        return Question(_drawn(routing.anchor, may, rng), Reason.MAP)
    worth = routing.worth.mean(axis=0) if side is None else routing.worth[side]
    return Question(_largest(worth, may, rng), Reason.CLOSE)


def queue(
    routing: Routing, side: int | None, open_to: npt.ArrayLike, length: int, *, rng: np.random.Generator
) -> tuple[Question, ...]:
    """The next ``length`` questions, prepared ahead so that a person never waits; shorter at the end."""
    may = np.array(open_to, dtype=bool)
    questions: list[Question] = []
    while len(questions) < length and (question := next_question(routing, side, may, rng=rng)):
        may[question.statement] = False
        questions.append(question)
    return tuple(questions)


def _news(posterior: Posterior, share: Floats) -> Floats:
    """What one more vote of the side would teach: larger where little is known and opinions are even."""
    variance = np.diagonal(posterior.covariance, axis1=1, axis2=2).T
    even = share * (1 - share)
    return np.asarray(np.sqrt(variance**2 / (variance + 1 / np.maximum(even, 1e-9))) * (0.25 + even))


def _drawn(anchor: Floats, may: Mask, rng: np.random.Generator) -> int:
    """In proportion, not the largest: a map of the same few statements for all tells less than one of many."""
    chance = np.where(may, anchor, 0.0)
    return int(rng.choice(len(anchor), p=chance / chance.sum()))


def _largest(worth: Floats, may: Mask, rng: np.random.Generator) -> int:
    shaken = worth * np.exp(_SHAKE * rng.standard_normal(len(worth)))
    return int(np.where(may, shaken, -1.0).argmax())
