"""A conversation in parts on many machines: the same whole numbers, hence the same figures, from any partition.

Three rounds over the parts, each holding all votes of its people: (1) counts and Grams are added up, (2) every
person is placed on the map, (3) the votes of each group are counted. What travels is 24 m^2 bytes a part in the
first round, added up pair by pair on the workers, and 24 bytes a person in the second; votes never travel.
Above ``space.GRAM_UP_TO`` statements the first round is replaced by passes of 32 m bytes a part.

Runs on Dask (the optional extra ``scale``) or, without a client, part after part in this process.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tracktwo.engines.opinion import groups, kernels, parquet, space
from tracktwo.engines.opinion.groups import Groups
from tracktwo.engines.opinion.space import Grams, Space
from tracktwo.engines.opinion.votes import Floats, Ints, Votes

Part = Votes | Path | str


@dataclass(frozen=True, eq=False)
class Found:
    """Space and groups of all people, in the order of the parts; ``counts`` int64[k, m, 3] of each group.

    ``everybody`` int64[m, 3]: all votes. ``people`` int64[parts]: how many people each part holds.
    """

    space: Space
    groups: Groups
    counts: Ints
    everybody: Ints
    people: Ints


def find(
    parts: Sequence[Part],
    client: Any = None,
    *,
    rejected: npt.ArrayLike | None = None,
    rng: np.random.Generator,
) -> Found:
    """Find the space, the groups and their counts from votes in parts: packed Parquet files, or ``Votes``.

    ``client`` is a ``dask.distributed.Client``; without one the parts are worked on in turn. Statements marked
    in ``rejected`` bool[m] count nowhere. Two calls with the same votes find the same groups, however divided.
    """
    crew = _Crew(client)
    held = crew.each(_load, parts, rejected)
    everybody: Ints = crew.added(crew.each(_counts, held))
    count = everybody.sum(axis=1)
    mu = space.means(count, everybody[:, 2] - everybody[:, 0])
    answered = crew.gathered(crew.each(_answered, held))
    voters = sum(int(np.count_nonzero(one)) for one in answered)
    components, variance = _components(crew, held, mu, voters, rng)
    positions = crew.gathered(crew.each(space.project, held, components, mu, count))
    people = np.array([len(one) for one in answered])
    here = Space(components, mu, variance, np.concatenate(positions), np.concatenate(answered))
    fit = groups.find(here, rng=rng)
    members = np.split(fit.members, np.cumsum(people)[:-1])
    counts: Ints = crew.added(crew.each_with(_tally, held, members, max(fit.count, 1)))
    return Found(here, fit, counts, everybody, people)


def _components(
    crew: _Crew, held: list[Any], mu: Floats, voters: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    if len(mu) <= space.GRAM_UP_TO:
        sums: Grams = crew.added(crew.each(space.grams, held))
        return space.components_of(sums, voters, rng=rng)

    def there_and_back(v: Floats) -> Floats:
        total: Floats = crew.added(crew.each(_pass, held, mu, v))
        return total

    return space.components_by_passes(there_and_back, len(mu), voters, rng=rng)


class _Crew:
    """Work on all parts: on a cluster (results stay with the workers until gathered), or here in turn."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def each(self, work: Callable[..., Any], parts: Sequence[Any], *more: Any) -> list[Any]:
        return [self._run(work, part, *more) for part in parts]

    def each_with(
        self, work: Callable[..., Any], parts: Sequence[Any], others: Sequence[Any], *more: Any
    ) -> list[Any]:
        return [self._run(work, part, other, *more) for part, other in zip(parts, others, strict=True)]

    def added(self, results: list[Any]) -> Any:
        """The sum of all: of neighbours first, so that no machine ever holds more than two."""
        if self.client is None:
            return reduce(_add, results)
        while len(results) > 1:
            odd = results[len(results) // 2 * 2 :]
            results = [
                self._run(_add, *pair) for pair in zip(results[::2], results[1::2], strict=False)
            ] + odd
        return results[0].result()

    def gathered(self, results: list[Any]) -> list[Any]:
        return results if self.client is None else list(self.client.gather(results))

    def _run(self, work: Callable[..., Any], *given: Any) -> Any:
        if self.client is None:
            return work(*given)
        return self.client.submit(_warmed, work, *given, pure=False)


def _warmed(work: Callable[..., Any], *given: Any) -> Any:
    """On a worker: kernels from its own cache, and one thread for each task, as Dask counts its cores."""
    kernels.warm()
    kernels.one_thread_each()
    return work(*given)


def _load(part: Part, rejected: npt.ArrayLike | None) -> Votes:
    votes = part if isinstance(part, Votes) else parquet.read(part).votes
    return votes if rejected is None else votes.without(rejected)


def _counts(votes: Votes) -> Ints:
    counts: Ints = votes.tally()[0]
    return counts


def _answered(votes: Votes) -> Ints:
    return votes.answers_per_person()


def _tally(votes: Votes, members: Ints, sides: int) -> Ints:
    return votes.tally(members, sides)


def _pass(votes: Votes, mu: Floats, v: Floats) -> Floats:
    return space.there_and_back(votes, mu)(v)


def _add(one: Any, other: Any) -> Any:
    return one + other
