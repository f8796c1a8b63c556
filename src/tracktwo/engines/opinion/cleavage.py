"""The cleavage: the one line along which opinions differ most, learned from few answers a person.

The map fills in what nobody said with the usual answer, so that of people who answered little it shows as much what
they were asked, and how readily they agree to anything, as what they think. Here only what was said counts: person i
agrees with statement j with log-odds u_i v_j + a_i + b_j, where u is where the person stands on the line, v the
statement's pull, a how readily the person agrees at all and b how well the statement is liked. The two ends of the
line are the groups that can be told from so little.
Source: one factor beside two intercepts as in Community Notes (Wojcik et al. 2022), but logistic, fitted by the
variational bound of Jaakkola and Jordan (2000), people averaged over and not guessed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from tracktwo.engines.opinion import groups
from tracktwo.engines.opinion.groups import Groups
from tracktwo.engines.opinion.space import Space
from tracktwo.engines.opinion.votes import Counted, Floats, Votes

FEW = 12  # answers a voter in the mean; from here on the groups of the map come closer to those of all votes
_MOST_VOTES = 5_000_000  # with more votes of people who answered little, the map has to do
_PEOPLE_HELD = (1.0, 1.0)  # precision of the prior of a person's place on the line and readiness
_STATEMENTS_HELD = (2.0, 0.2)  # ... and of a statement's pull and liking
_ROUNDS = 5
_STEPS = 2  # for each person in a round
# Sums over people are of whole numbers, so many to one: the same in any order and partition.
_WHOLE = float(1 << 24)
_BEGIN = 0.7  # size of the pulls to begin with


class Parted(Counted, Protocol):
    """Votes that can be gone over part by part, wherever they lie."""

    def added(self, work: Callable[..., Any], *given: Any) -> Any: ...

    def in_order(self, work: Callable[..., Any], *given: Any) -> Any: ...


@dataclass(frozen=True, eq=False)
class Cleavage:
    """Where people stand on the line: ``position`` float64[n], NaN without votes; ``pull``, ``liked`` float64[m]."""

    position: Floats
    pull: Floats
    liked: Floats


def few(votes: Counted) -> bool:
    """Whether people answered so little, fewer than twelve and than half of what was asked, that a map misleads."""
    voters = int(np.count_nonzero(votes.answers_per_person()))
    if len(votes) >= FEW * voters or len(votes) > _MOST_VOTES:
        return False
    asked = int(np.count_nonzero(votes.tally()[0].sum(axis=1)))
    return len(votes) < asked / 2 * voters


def divide(votes: Parted, space: Space, *, rng: np.random.Generator, **limits: Any) -> Groups:
    """The groups found: those of the map, or where people answered ``few`` statements the two ends of the line.

    ``limits`` as for ``groups.find``, which also divides the line; the stability is then that on the line, the
    centres are the mean places on the map. There is no silhouette: any crowd halved along a line has a high one.
    ``rng`` only draws the people anew for the stability.
    """
    if not few(votes):
        return groups.find(space, rng=rng, **limits)
    position = find(votes, space.components[0]).position
    line = replace(space, positions=np.column_stack([position, np.where(np.isnan(position), np.nan, 0.0)]))
    fit = groups.find(line, rng=rng, **{**limits, "at_most": 2})
    places = [space.positions[fit.members == g].mean(axis=0) for g in range(fit.count)]
    return replace(fit, centres=np.array(places).reshape(-1, 2), silhouette=np.nan, on_line=True)


def find(votes: Parted, start: Floats) -> Cleavage:
    """Learn the line, beginning with pulls ``start`` float64[m] of any size, such as the map's first component.

    The line points the same way. Where ``start`` is all zero opinions do not differ, and all stand in the middle.
    People are worked out anew from the statements in each round, so that only sums travel.
    Cost: about 1 us a vote.
    """
    pull, liked = _begun(start), np.zeros(len(start))
    for _ in range(_ROUNDS):
        pull, liked = _of_statements(votes.added(_sums, pull, liked))
    return Cleavage(votes.in_order(_positions, pull, liked), pull, liked)


def _begun(start: Floats) -> Floats:
    size = float(np.sqrt(np.mean(start**2))) if len(start) else 0.0
    return np.round(start * (_BEGIN / size), 6) if size > 0 else np.zeros(len(start))


def _sums(votes: Votes, pull: Floats, liked: Floats) -> Floats:
    """What the statements' next pull and liking rest on, float64[5, m] of whole numbers."""
    statement = votes.code >> 2
    stand = [np.repeat(one, votes.answers_per_person()) for one in _of_people(votes, pull, liked)]
    weight, agrees = _weight(stand, pull[statement], liked[statement]), _agrees(votes)
    u, a, uu, ua, _ = stand
    columns = (weight * uu, weight * u, weight, agrees * u - weight * ua, agrees - weight * a)
    return np.array(
        [np.bincount(statement, weights=np.rint(one * _WHOLE), minlength=len(pull)) for one in columns]
    )


def _of_statements(sums: Floats) -> tuple[Floats, Floats]:
    uu, u, one, ru, r = sums / _WHOLE
    pull, liked, _ = _solved(uu + _STATEMENTS_HELD[0], u, one + _STATEMENTS_HELD[1], ru, r)
    return pull, liked


def _positions(votes: Votes, pull: Floats, liked: Floats) -> Floats:
    return np.asarray(_of_people(votes, pull, liked)[0])


def _of_people(votes: Votes, pull: Floats, liked: Floats) -> Floats:
    """Of each person the means of u, a, u u, u a and a a: float64[5, n], NaN without votes."""
    answered = votes.answers_per_person()
    people = np.flatnonzero(answered)
    each, begin = answered[people], votes.start[people]
    v, b, agrees = pull[votes.code >> 2], liked[votes.code >> 2], _agrees(votes)
    stand = np.zeros((5, len(people)))
    for _ in range(_STEPS if len(people) else 0):
        weight = _weight([np.repeat(one, each) for one in stand], v, b)
        rest = agrees - weight * b
        columns = (weight * v * v, weight * v, weight, rest * v, rest)
        vv, vo, one, rv, r = (np.add.reduceat(column, begin) for column in columns)
        vv, one = vv + _PEOPLE_HELD[0], one + _PEOPLE_HELD[1]
        u, a, size = _solved(vv, vo, one, rv, r)
        stand = np.array([u, a, u * u + one / size, u * a - vo / size, a * a + vv / size])
    out = np.full((5, votes.people), np.nan)
    out[:, people] = stand
    return out


def _weight(stand: list[Floats], v: Floats, b: Floats) -> Floats:
    """The weight of each vote in the bound, where people are known by their means."""
    u, a, uu, ua, aa = stand
    squared = uu * v * v + aa + b * b + 2 * (ua * v + u * v * b + a * b)
    size = np.sqrt(np.maximum(squared, 1e-12))
    return np.asarray(np.tanh(size / 2) / (2 * size))


def _agrees(votes: Votes) -> Floats:
    """Half for a vote that agrees, else less half."""
    return np.asarray(((votes.code & 3) == 2) - 0.5)


def _solved(xx: Floats, xy: Floats, yy: Floats, x: Floats, y: Floats) -> tuple[Floats, Floats, Floats]:
    """Solutions of many two by two systems [[xx, xy], [xy, yy]] (p, q) = (x, y), and their determinants."""
    size = xx * yy - xy * xy
    return (yy * x - xy * y) / size, (xx * y - xy * x) / size, size
