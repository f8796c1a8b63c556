"""Every package of a small table at once: points as one array, and what each rule picks from it, exactly.

Up to some 2 * 10^5 packages this is the quickest and the plainest way. What picks here also picks from a
complete frontier, since every rule has an efficient answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import starmap

import numpy as np
import numpy.typing as npt

from tracktwo.engines.bargaining.table import Ints, Mask, Table

Floats = npt.NDArray[np.float64]

MOST = 200_000
_NEAR = 1e-12  # relative; a product of up to 8 floats is exact to about 1e-15


@dataclass(frozen=True, eq=False)
class Pool:
    """Packages side by side: points int64[n, p], and which packages they are (all of a shape, or a list)."""

    points: Ints
    shape: tuple[int, ...] = ()
    number: Ints | None = None  # which of the shape's packages; None: all of them, in order
    packages: Ints | None = None

    def package(self, place: int) -> tuple[int, ...]:
        if self.packages is not None:
            return tuple(self.packages[place].tolist())
        number = place if self.number is None else int(self.number[place])
        return tuple(int(k) for k in np.unravel_index(number, self.shape))

    def chosen(self, places: Ints) -> Ints:
        """The packages at these places: int64[p, m]."""
        if self.packages is not None:
            return self.packages[places]
        number = places if self.number is None else self.number[places]
        return np.column_stack(np.unravel_index(number, self.shape)).astype(np.int64)

    def only(self, kept: Mask) -> Pool:
        """The packages that are kept."""
        places = np.flatnonzero(kept)
        number = None if self.packages is not None else places if self.number is None else self.number[places]
        packages = None if self.packages is None else self.packages[places]
        return Pool(self.points[:, places], self.shape, number, packages)


def every(table: Table) -> Pool:
    """All packages that the rules allow. Time and memory O(packages * n)."""
    shape = tuple(p.shape[1] for p in table.points)
    points = np.zeros((len(table.sides), 1), dtype=np.int64)
    for more in table.points:
        points = (points[:, :, None] + more[:, None, :]).reshape(len(points), -1)
    if table.interactions:
        points = points.reshape(len(points), *shape)
        for interaction in table.interactions:
            admitted = [sorted(interaction.admits.get(j, range(k))) for j, k in enumerate(shape)]
            points[np.ix_(range(len(points)), *admitted)] += interaction.points.reshape(-1, *[1] * len(shape))
        points = points.reshape(len(points), -1)
    pool = Pool(points, shape)
    return pool.only(_allowed(table, shape)) if table.constrained else pool


def _allowed(table: Table, shape: tuple[int, ...]) -> Mask:
    """As `Table.allowed`, for all packages in order, without writing them out: bool[packages]."""
    fine = np.ones(shape, dtype=bool)

    def having(*options: tuple[int, int]) -> tuple[int | slice, ...]:
        place: list[int | slice] = [slice(None)] * len(shape)
        for j, k in options:
            place[j] = k
        return tuple(place)

    for r in table.requires:
        needed = np.zeros(shape[r.needed[0]], dtype=bool)
        needed[r.needed[1]] = True
        across = [1] * len(shape)
        across[r.needed[0]] = -1
        rest = [length for j, length in enumerate(across) if j != r.chosen[0]]
        fine[having(r.chosen)] &= needed.reshape(rest)
    for e in table.excludes:
        fine[having(e.one, e.other)] = False
    for budget in table.budgets:
        total = np.zeros(1, dtype=np.int64)
        for cost in budget.cost:
            total = np.add.outer(total, cost).ravel()
        fine &= (total <= budget.limit).reshape(shape)
    return fine.ravel()


def nash(surplus: Ints) -> int | None:
    """Where the product of the surpluses is largest, compared as whole numbers; None where none is above 0."""
    places = np.flatnonzero((surplus >= 1).all(axis=0))
    if not len(places):
        return None
    here = surplus[:, places]
    product = here.astype(np.float64).prod(axis=0)
    close = np.flatnonzero(product >= product.max() * (1 - _NEAR))
    if len(close) == 1:
        return int(places[close[0]])
    exactly = list(starmap(_product, here[:, close].T.tolist()))
    return int(places[close[exactly.index(max(exactly))]])


def _product(*numbers: int) -> int:
    product = 1
    for number in numbers:
        product *= number
    return product


def largest_sum(surplus: Ints) -> int:
    return int(surplus.sum(axis=0).argmax())


def largest_least(surplus: Ints, scale: Ints) -> int:
    """Where the least surplus / scale is largest; among equals, where their sum is.

    Exact in floats: quotients of integers below 10^6 that differ do so by 10^-12 of themselves or more, and
    equal ones are divided to the same float.
    """
    share = surplus / scale[:, None]
    least = share.min(axis=0)
    best = np.flatnonzero(least == least.max())
    return int(best[share[:, best].sum(axis=0).argmax()])


def leximin(surplus: Ints, scale: Ints) -> int:
    """Where the least surplus / scale is largest, then the second least, and so on. Exact, as above."""
    share = surplus / scale[:, None]
    least = share.min(axis=0)
    places = np.flatnonzero(least == least.max())
    ordered = np.sort(share[:, places], axis=0)
    return int(places[np.lexsort(ordered[::-1])[-1]])
