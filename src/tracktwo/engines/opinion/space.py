"""The opinion space: where each person stands on the two lines along which opinions differ most.

The centred matrix with missing votes set to their statement's mean is exactly sparse: vote minus
mean where there is a vote, else 0. Its covariance therefore follows from three *integer* Gram
matrices, which are the same from any order of people, any partition and any addition vote by vote.
Source: DESIGN 6.1; principal components with missing cells at the mean as in Polis (Small et al. 2021).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg, sparse
from scipy.sparse import linalg as sparse_linalg

from tracktwo.engines.opinion.votes import Floats, Ints, Votes

GRAM_UP_TO = 3_000  # statements; above, three m x m matrices cost more than the passes over the votes
_WHOLE_SPECTRUM_UP_TO = 200  # statements; below, a full decomposition is as quick as two eigenvectors
_FIELD = 16  # bits of one of the four sums packed in an int64
_ROWS = (1 << (_FIELD - 1)) - 1  # more people would overflow a packed field
_DENSE_CELLS = 1 << 22  # cells of one dense block
_DENSE_FROM = 6  # a person who answered more than one statement in six is counted in a dense block


@dataclass(frozen=True, eq=False)
class Space:
    """Two components and everybody's position.

    ``components`` float64[2, m]: unit vectors, zero where opinions do not differ. ``means``
    float64[m]: mean vote of each statement, 0 without votes. ``variance`` float64[2]: variance along
    each component. ``positions`` float64[n, 2], NaN for people without a vote. ``answered`` int64[n].
    """

    components: Floats
    means: Floats
    variance: Floats
    positions: Floats
    answered: Ints


@dataclass(frozen=True, eq=False)
class Grams:
    """Integer sums over people for each pair of statements (a, b): int64[m, m] each.

    ``xx``: sum of vote a times vote b; ``mx``: sum of vote b over those who answered a;
    ``mm``: number who answered both. The diagonal of ``mm`` and of ``mx`` hold counts and sums.
    """

    xx: Ints
    mx: Ints
    mm: Ints

    def __add__(self, other: Grams) -> Grams:
        return Grams(self.xx + other.xx, self.mx + other.mx, self.mm + other.mm)

    def covariance(self, people: int) -> Floats:
        """Covariance float64[m, m] of the mean-imputed votes, divided by people - 1."""
        mu = _means(np.diagonal(self.mm), np.diagonal(self.mx))
        cross = mu[:, None] * self.mx
        product = self.xx - cross - cross.T + mu[:, None] * mu * self.mm
        return product / max(people - 1, 1)


def find(votes: Votes, *, rng: np.random.Generator) -> Space:
    """Find means, the two leading components and the positions of all people.

    Moderated-out statements must have been taken out before (``Votes.without``): statements without
    a vote count nowhere. The sign of a component is fixed by its own shape, not by the order of
    people or statements. ``rng`` only starts the iteration for many statements.
    Cost: sum of squared answers per person for the Grams, O(v) a pass above 3,000 statements.
    """
    tally = votes.tally()[0]
    count = tally.sum(axis=1)
    mu = _means(count, tally[:, 2] - tally[:, 0])
    answered = votes.answers_per_person()
    voters = int((answered > 0).sum())
    components, variance = _components(votes, mu, voters, rng)
    positions = project(votes, components, mu)
    return Space(components, mu, variance, positions, answered)


def project(votes: Votes, components: Floats, means: Floats) -> Floats:
    """Positions float64[n, 2]: sqrt(m / n_i) times the sum of (vote - mean) x component.

    m counts the statements that carry a vote, n_i the person's answers; who answered little is so
    not drawn to the middle. NaN for people without a vote. Cost O(v).
    """
    used = np.zeros(votes.statements, dtype=bool)
    used[votes.code >> 2] = True
    answered = votes.answers_per_person()
    scale = np.sqrt(np.divide(used.sum(), answered, where=answered > 0, out=np.full(votes.people, np.nan)))
    return np.asarray(along(votes, components, means) * scale[:, None])


def along(votes: Votes, components: Floats, means: Floats) -> Floats:
    """Each person's sum of (vote - mean) x component, not scaled: float64[n, 2]. Cost O(v)."""
    table = _centred(means)[:, None] * np.repeat(components.T, 4, axis=0)
    sums: Floats = np.zeros((votes.people, 2))
    for people, part in votes.parts():
        picked = sparse.csr_array(
            (np.ones(len(part)), part.code.astype(np.int32), part.start),
            shape=(part.people, 4 * votes.statements),
        )
        sums[people] = np.asarray(picked @ table)
    return sums


def grams(votes: Votes) -> Grams:
    """The three integer Gram matrices, bit-exact and independent of any order.

    Dense blocks for people who answered much, sparse products for those who answered little. Cost:
    the sum over people of (answers)^2, or m^2 a person at matrix-product speed if that is quicker.
    """
    m = votes.statements
    total = Grams(*(np.zeros((m, m), dtype=np.int64) for _ in range(3)))
    answered = votes.answers_per_person()
    much = answered * _DENSE_FROM > m
    for _, part in votes.of(much).parts(rows=max(1, _DENSE_CELLS // max(m, 1))):
        total += _dense_grams(part)
    for _, part in votes.of((answered > 0) & ~much).parts(rows=_ROWS):
        total += _packed_grams(part)
    return total


def _dense_grams(votes: Votes) -> Grams:
    """Single precision holds whole numbers exactly up to 2^24, far above the people of one block."""
    m = votes.statements
    x = np.zeros((votes.people, m), dtype=np.float32)
    seen = np.zeros_like(x)
    person, statement, vote = votes.triples()
    x[person, statement] = vote
    seen[person, statement] = 1
    return Grams((x.T @ x).astype(np.int64), (seen.T @ x).astype(np.int64), (seen.T @ seen).astype(np.int64))


def _packed_grams(votes: Votes) -> Grams:
    """One sparse product carries all sums at once: (x_a + 2^16)(x_b + 2^32) in fields of 16 bits."""
    vote = np.tile(np.array([-1, 0, 1, 0], dtype=np.int64), votes.statements)
    left = votes.matrix(vote + (1 << _FIELD))
    right = votes.matrix(vote + (1 << 2 * _FIELD))
    packed = (left.T.tocsr() @ right).toarray().astype(np.int64, copy=False)
    xx, packed = _lowest_field(packed)
    mx, packed = _lowest_field(packed)
    _, mm = _lowest_field(packed)
    return Grams(xx, mx, mm)


def _lowest_field(packed: Ints) -> tuple[Ints, Ints]:
    half = 1 << (_FIELD - 1)
    lowest = ((packed + half) & ((1 << _FIELD) - 1)) - half
    return lowest, (packed - lowest) >> _FIELD


def _means(count: Ints, total: Ints) -> Floats:
    return np.divide(total, count, where=count > 0, out=np.zeros(len(count)))


def _centred(means: Floats) -> Floats:
    """Vote minus mean for each code: float64[4 m]."""
    return (np.array([-1.0, 0.0, 1.0, 0.0]) - means[:, None]).ravel()


def _components(votes: Votes, mu: Floats, voters: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """The two leading unit vectors, signs fixed, and their variances; zeros where there is no spread."""
    m = votes.statements
    components, variance = np.zeros((2, m)), np.zeros(2)
    if voters < 2 or m == 0:
        return components, variance
    values, vectors = _leading(votes, mu, voters, rng)
    real = values > 1e-12 * max(m, 1)
    variance[: len(values)] = np.where(real, values, 0.0)
    components[: len(values)] = np.where(real[:, None], vectors, 0.0)
    return np.array([_signed(c) for c in components]), variance


def _leading(votes: Votes, mu: Floats, voters: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """The up to two largest eigenvalues (falling) and eigenvectors as rows."""
    m = votes.statements
    if m <= _WHOLE_SPECTRUM_UP_TO:
        values, vectors = linalg.eigh(grams(votes).covariance(voters))
        return values[::-1][:2], vectors.T[::-1][:2]
    start = rng.standard_normal(m)
    if m <= GRAM_UP_TO:
        values, vectors = sparse_linalg.eigsh(grams(votes).covariance(voters), k=2, v0=start)
    else:
        d = votes.matrix(_centred(mu))
        passes = sparse_linalg.LinearOperator((m, m), matvec=lambda v: d.T @ (d @ v), dtype=np.float64)
        values, vectors = sparse_linalg.eigsh(passes, k=2, v0=start)
        values = values / (voters - 1)
    order = np.argsort(values)[::-1]
    return values[order], vectors.T[order]


def _signed(component: Floats) -> Floats:
    """Point the longer tail of the loadings upwards; an exactly even component keeps a positive sum."""
    size = np.abs(component).sum()
    for lean in (float((component**3).sum()), float(component.sum())):
        if abs(lean) > 1e-9 * size:
            return component if lean > 0 else -component
    return component
