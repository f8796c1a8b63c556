"""A conversation in parts on many machines: the same whole numbers, hence the same figures, from any partition.

Three rounds over the parts, each holding all votes of its people: (1) counts and Grams are added up, (2) every
person is placed on the map, (3) the votes of each group are counted. What travels is 24 m^2 bytes a part in the
first round, added up pair by pair on the workers, and 24 bytes a person in the second; votes never travel.
Above ``space.GRAM_UP_TO`` statements the first round is replaced by passes of 32 m bytes a part. Where people
answered little, five more rounds of 40 m bytes a part learn the line of which the groups are the ends.

Runs on Dask (the optional extra ``scale``) or, without a client, part after part in this process.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tracktwo.engines.opinion import cleavage, kernels, parquet, space
from tracktwo.engines.opinion.groups import Groups
from tracktwo.engines.opinion.space import Grams, Space
from tracktwo.engines.opinion.votes import Floats, Ints, Votes
from tracktwo.errors import BadInput

Part = Votes | Path | str
_PATIENCE = 10  # seconds until a scheduler counts as not there


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


@contextmanager
def cluster(address: str | None = None) -> Iterator[Any]:
    """A client of the Dask cluster at this address, or of workers of this machine, one a core, ended afterwards.

    Raises BadInput where Dask is not installed or nobody answers.
    """
    try:
        import distributed
    except ImportError as error:
        raise BadInput("a cluster needs Dask", remedy="install tracktwo with the extra scale") from error
    make: Any = distributed  # it has no types
    with ExitStack() as stack:
        where = address
        if where is None:
            where = stack.enter_context(
                make.LocalCluster(
                    n_workers=kernels.cores(),
                    threads_per_worker=1,
                    host="127.0.0.1",
                    dashboard_address=None,
                )
            )
        try:
            client = stack.enter_context(make.Client(where, timeout=_PATIENCE))
        except (OSError, ValueError) as error:
            raise BadInput(
                "no Dask scheduler answers there",
                where=str(address),
                remedy="give its address, tcp://HOST:PORT",
            ) from error
        yield client


class Scattered:
    """Votes in parts, where they lie: packed Parquet files, or ``Votes``; counted like ``Votes`` itself.

    ``client`` is a ``dask.distributed.Client``, whose workers read and keep the parts; without one the parts are
    worked on in turn. People are in the order of the parts. Statements marked in ``rejected`` bool[m] count
    nowhere. What one ``Votes`` would count, this counts, however divided.
    """

    def __init__(
        self, parts: Sequence[Part], client: Any = None, *, rejected: npt.ArrayLike | None = None
    ) -> None:
        self._lie, self._crew = parts, _Crew(client)
        self._held = self._crew.each(_load, parts, rejected)
        self._answered = self._crew.gathered(self._crew.each(_answered, self._held))
        self._everybody: Ints = self._crew.added(self._crew.each(_counts, self._held))

    @property
    def people(self) -> int:
        """n, those without a vote included."""
        return int(self.people_of_parts.sum())

    @property
    def people_of_parts(self) -> Ints:
        """How many people each part holds, int64[parts]."""
        return np.array([len(one) for one in self._answered], dtype=np.int64)

    @property
    def statements(self) -> int:
        """m."""
        return len(self._everybody)

    def __len__(self) -> int:
        """The number of votes."""
        return int(self._everybody.sum())

    def answers_per_person(self) -> Ints:
        """Votes of each person, int64[n]."""
        return np.concatenate(self._answered)

    def tally(self, side: npt.ArrayLike | None = None, sides: int = 1) -> Ints:
        """Count int64[sides, m, 3] as ``Votes.tally``."""
        if side is None:
            return self._everybody[None]
        of_part = np.split(np.asarray(side, dtype=np.int64), np.cumsum(self.people_of_parts)[:-1])
        counted: Ints = self._crew.added(self._crew.each_with(_tally, self._held, of_part, sides))
        return counted

    def added(self, work: Callable[..., Any], *given: Any) -> Any:
        """The sum of ``work(part, *given)`` over the parts."""
        return self._crew.added(self._crew.each(work, self._held, *given))

    def in_order(self, work: Callable[..., Any], *given: Any) -> Any:
        """``work(part, *given)`` gives an array [people of the part]; all of them in the order of the people."""
        return np.concatenate(self._crew.gathered(self._crew.each(work, self._held, *given)))

    def without(self, statements: npt.ArrayLike) -> Scattered:
        """The same people, but no vote on the masked statements bool[m]."""
        return Scattered(self._lie, self._crew.client, rejected=statements)

    def digest(self) -> bytes:
        """SHA-256 of the parts as they lie."""
        parts = self._crew.gathered(self._crew.each(_digest, self._held))
        return hashlib.sha256(b"".join(parts)).digest()

    def space(self, *, rng: np.random.Generator) -> Space:
        """The opinion space, as ``space.find``; positions (24 bytes a person) come to the one who asks."""
        count = self._everybody.sum(axis=1)
        mu = space.means(count, self._everybody[:, 2] - self._everybody[:, 0])
        answered = self.answers_per_person()
        components, variance = self._components(mu, int(np.count_nonzero(answered)), rng)
        positions = self._crew.gathered(self._crew.each(space.project, self._held, components, mu, count))
        return Space(components, mu, variance, np.concatenate(positions), answered)

    def _components(self, mu: Floats, voters: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
        if len(mu) <= space.GRAM_UP_TO:
            sums: Grams = self._crew.added(self._crew.each(space.grams, self._held))
            return space.components_of(sums, voters, rng=rng)

        def there_and_back(v: Floats) -> Floats:
            total: Floats = self._crew.added(self._crew.each(_pass, self._held, mu, v))
            return total

        return space.components_by_passes(there_and_back, len(mu), voters, rng=rng)


def find(
    parts: Sequence[Part],
    client: Any = None,
    *,
    rejected: npt.ArrayLike | None = None,
    rng: np.random.Generator,
) -> Found:
    """Find the space, the groups and their counts; two calls with the same votes find the same, however divided."""
    votes = Scattered(parts, client, rejected=rejected)
    here = votes.space(rng=rng)
    fit = cleavage.divide(votes, here, rng=rng)
    counts = votes.tally(fit.members, max(fit.count, 1))
    return Found(here, fit, counts, votes.tally()[0], votes.people_of_parts)


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


def _digest(votes: Votes) -> bytes:
    return votes.digest()


def _tally(votes: Votes, members: Ints, sides: int) -> Ints:
    return votes.tally(members, sides)


def _pass(votes: Votes, mu: Floats, v: Floats) -> Floats:
    return space.there_and_back(votes, mu)(v)


def _add(one: Any, other: Any) -> Any:
    return one + other
