"""The opinion space: where each person stands on the two lines along which opinions differ most.

The centred matrix with missing votes set to their statement's mean is exactly sparse: vote minus
mean where there is a vote, else 0. Its covariance therefore follows from three *integer* Gram
matrices, which are the same from any order of people, any partition and any addition vote by vote.
Source: DESIGN 6.1; principal components with missing cells at the mean as in Polis (Small et al. 2021).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import linalg, sparse
from scipy.sparse import linalg as sparse_linalg

from tracktwo.engines.opinion import kernels
from tracktwo.engines.opinion.votes import Floats, Ints, Votes

GRAM_UP_TO = 3_000  # statements; above, three m x m matrices cost more than the passes over the votes
_WHOLE_SPECTRUM_UP_TO = 80  # statements; below, a full decomposition is as quick as two eigenvectors
_FIELD = 16  # bits of one of the four sums packed in an int64
_ROWS = (1 << (_FIELD - 1)) - 1  # more people would overflow a packed field
_DENSE_CELLS = 1 << 22  # cells of one dense block
_DENSE_FROM = 6  # a person who answered more than one statement in six is counted in a dense block
_PAIRS_TO_A_VOTE = 20  # not compiled, and with more pairs than that to a vote passes are quicker ...
_PASSES_FROM = 500_000  # ... from so many votes up; below, Grams cost little and are exact
_FEW_PRODUCTS = 2_000_000  # not compiled, and with so few products in one dense block it is the quickest


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

    @property
    def counts(self) -> tuple[Ints, Ints]:
        """Number and sum of the votes on each statement, int64[m] each."""
        return np.diagonal(self.mm).copy(), np.diagonal(self.mx).copy()

    def covariance(self, people: int) -> Floats:
        """Covariance float64[m, m] of the mean-imputed votes, divided by people - 1."""
        mu, degrees = means(*self.counts), max(people - 1, 1)
        if compiled := kernels.compiled():
            out = np.empty(self.mm.shape)
            compiled.covariance(self.xx, self.mx, self.mm, mu, float(degrees), out)
            return out
        cross = mu[:, None] * self.mx
        cross += cross.T.copy()
        product = self.xx - cross
        cross = mu[:, None] * mu
        cross *= self.mm
        product += cross
        product /= degrees
        return np.asarray(product)


def find(votes: Votes, *, rng: np.random.Generator) -> Space:
    """Find means, the two leading components and the positions of all people.

    Moderated-out statements must have been taken out before (``Votes.without``): statements without
    a vote count nowhere. The sign of a component is fixed by its own shape, not by the order of
    people or statements. ``rng`` only starts the iteration for many statements.
    Cost: see ``grams``; O(v) a pass above 3,000 statements.
    """
    if 0 < votes.statements <= GRAM_UP_TO and not _quicker_by_passes(votes):
        return of_grams(grams(votes), votes, rng=rng)
    tally = votes.tally()[0]
    count = tally.sum(axis=1)
    mu = means(count, tally[:, 2] - tally[:, 0])
    answered = votes.answers_per_person()
    voters = int(np.count_nonzero(answered))
    components, variance = components_by_passes(there_and_back(votes, mu), len(mu), voters, rng=rng)
    return Space(components, mu, variance, project(votes, components, mu, count), answered)


def _quicker_by_passes(votes: Votes) -> bool:
    """Without compiled kernels a pair of votes costs 5 ns, and many passes are cheaper than all pairs."""
    if kernels.compiled(votes.code) or len(votes) < _PASSES_FROM:
        return False
    answered = votes.answers_per_person().astype(np.float64)
    return float(answered @ answered) / 2 > _PAIRS_TO_A_VOTE * len(votes)


def of_grams(sums: Grams, votes: Votes, *, rng: np.random.Generator) -> Space:
    """The space from Grams at hand, kept up to date vote by vote or merged from parts; cost m^2 and O(v)."""
    count, total = sums.counts
    mu = means(count, total)
    answered = votes.answers_per_person()
    components, variance = components_of(sums, int(np.count_nonzero(answered)), rng=rng)
    return Space(components, mu, variance, project(votes, components, mu, count), answered)


def components_of(sums: Grams, voters: int, *, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Components float64[2, m] and their variance float64[2], as in ``Space``, from Grams alone."""
    m = len(sums.mm)
    start = rng.standard_normal(m)
    return _spread_along(m, voters, lambda: _leading(sums.covariance(voters), start))


def components_by_passes(
    there_and_back: Callable[[Floats], Floats], statements: int, voters: int, *, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """The same without any m x m matrix: some 20 to 40 passes v -> D'(D v) over the votes, D = votes - means."""
    start = rng.standard_normal(statements)

    def leading() -> tuple[Floats, Floats]:
        shape = (statements, statements)
        passes = sparse_linalg.LinearOperator(shape, matvec=there_and_back, dtype=np.float64)
        values, vectors = _falling(*sparse_linalg.eigsh(passes, k=2, v0=start))
        return values / (voters - 1), vectors

    return _spread_along(statements, voters, leading)


def means(count: Ints, total: Ints) -> Floats:
    """The mean vote float64[m] of each statement, 0 without votes, from the number and sum of its votes."""
    return np.divide(total, count, where=count > 0, out=np.zeros(len(count)))


def project(votes: Votes, components: Floats, means: Floats, count: Ints | None = None) -> Floats:
    """Positions float64[n, 2]: sqrt(m / n_i) times the sum of (vote - mean) x component.

    m counts the statements that carry a vote (``count`` int64[m] votes, where known), n_i the person's
    answers; who answered little is so not drawn to the middle. NaN for people without a vote. Cost O(v).
    """
    if count is None:
        count = votes.tally()[0].sum(axis=1)
    positions = along(votes, components, means)
    scale: Floats = votes.answers_per_person().astype(np.float64)
    scale[scale == 0] = np.nan
    np.divide(np.count_nonzero(count), scale, out=scale)
    positions *= np.sqrt(scale, out=scale)[:, None]
    return positions


def along(votes: Votes, components: Floats, means: Floats) -> Floats:
    """Each person's sum of (vote - mean) x component, not scaled: float64[n, 2]. Cost O(v)."""
    table = _centred(means)[:, None] * np.repeat(components.T, 4, axis=0)
    sums: Floats = np.zeros((votes.people, 2))
    if compiled := kernels.compiled(votes.code):
        kernels.over_people(
            votes.start, lambda i, j: compiled.along(votes.start, votes.code, i, j, table, sums)
        )
        return sums
    for people, part in votes.parts():
        picked = sparse.csr_array(
            (np.ones(len(part)), part.code.astype(np.int32), part.start),
            shape=(part.people, 4 * votes.statements),
        )
        sums[people] = np.asarray(picked @ table)
    return sums


def grams(votes: Votes) -> Grams:
    """The three integer Gram matrices, bit-exact and independent of any order.

    Compiled, in bits: some 10 ns a vote for 1,000 statements, in proportion to their number. Otherwise dense blocks
    for people who answered much, sparse products for those who answered little: the sum over people of
    (answers)^2 / 2, about 5 ns each, or m^2 a person at matrix-product speed if that is quicker.
    """
    m = votes.statements
    total = Grams(*(np.zeros((m, m), dtype=np.int64) for _ in range(3)))
    if kernels.compiled(votes.code):
        _add_pairs(total, votes)
        return total
    answered = votes.answers_per_person()
    much = answered > _longest_sparse(votes.people, m)
    if much.any():
        for _, part in votes.of(much).parts(rows=max(1, _DENSE_CELLS // max(m, 1))):
            _add(total, _dense_grams(part))
    for _, part in votes.of((answered > 0) & ~much).parts(rows=_ROWS):
        _add(total, _packed_grams(part))
    return total


def _add(total: Grams, own: Grams) -> None:
    """Add in place: for many statements, new memory costs more than the sums."""
    for whole, part in ((total.xx, own.xx), (total.mx, own.mx), (total.mm, own.mm)):
        np.add(whole, part, out=whole)


def _longest_sparse(people: int, m: int) -> int:
    """Up to how many answers of a person sparse products are quicker than a dense block; if few, never."""
    return 0 if people * m * m <= _FEW_PRODUCTS else m // _DENSE_FROM


def _add_pairs(total: Grams, votes: Votes) -> None:
    """Each thread adds up its own people; whole numbers, so the sum does not depend on the threads."""
    compiled, m = kernels.compiled(votes.code), votes.statements
    assert compiled is not None

    def sums(first: int, last: int) -> npt.NDArray[np.int32]:
        pairs = np.zeros((m, 256 * -(-m // 64)), dtype=np.int32)
        compiled.pair_sums(votes.start, votes.code, first, last, pairs)
        return pairs

    for pairs in kernels.over_people(votes.start, sums):
        compiled.unfold(pairs, total.xx, total.mx, total.mm)


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
    xx, mx = (_lowest_field(packed) for _ in range(2))
    _lowest_field(packed)  # mx seen from the other side
    return Grams(xx, mx, packed)


def _lowest_field(packed: Ints) -> Ints:
    """The lowest field, which is taken off ``packed``."""
    half = 1 << (_FIELD - 1)
    lowest = packed + half
    lowest &= (1 << _FIELD) - 1
    lowest -= half
    packed -= lowest
    packed >>= _FIELD
    return lowest


def _centred(means: Floats) -> Floats:
    """Vote minus mean for each code: float64[4 m]."""
    return (np.array([-1.0, 0.0, 1.0, 0.0]) - means[:, None]).ravel()


def _spread_along(m: int, voters: int, leading: Callable[[], tuple[Floats, Floats]]) -> tuple[Floats, Floats]:
    """The two leading unit vectors, signs fixed, and their variances; zeros where there is no spread."""
    components, variance = np.zeros((2, m)), np.zeros(2)
    if voters < 2 or m == 0:
        return components, variance
    values, vectors = leading()
    real = values > 1e-12 * max(m, 1)
    variance[: len(values)] = np.where(real, values, 0.0)
    components[: len(values)] = np.where(real[:, None], vectors, 0.0)
    return np.array([_signed(c) for c in components]), variance


def _leading(covariance: Floats, start: Floats) -> tuple[Floats, Floats]:
    """The up to two largest eigenvalues (falling) and eigenvectors as rows."""
    if len(covariance) > _WHOLE_SPECTRUM_UP_TO:
        try:
            return _falling(*sparse_linalg.eigsh(covariance, k=2, v0=start))
        except sparse_linalg.ArpackError:  # no spread at all, or nothing that stands out
            pass
    return _falling(*linalg.eigh(covariance))


def there_and_back(votes: Votes, mu: Floats) -> Callable[[Floats], Floats]:
    """v -> D'(D v), D being votes minus means; one pass over the votes each."""
    centred = _centred(mu)
    compiled = kernels.compiled(votes.code)
    if compiled is None:
        d = votes.matrix(centred)
        return lambda v: np.asarray(d.T @ (d @ v))

    def one_pass(v: Floats) -> Floats:
        weight = centred * np.repeat(v.ravel(), 4)

        def sums(first: int, last: int) -> Floats:
            by_code = np.zeros(len(centred))
            compiled.there_and_back(votes.start, votes.code, first, last, weight, by_code)
            return by_code

        by_code = sum(kernels.over_people(votes.start, sums), np.zeros(len(centred)))
        return np.asarray((by_code * centred).reshape(-1, 4).sum(axis=1))

    return one_pass


def _falling(values: Floats, vectors: Floats) -> tuple[Floats, Floats]:
    order = np.argsort(values)[::-1][:2]
    return values[order], vectors.T[order]


def _signed(component: Floats) -> Floats:
    """Point the longer tail of the loadings upwards; an exactly even component keeps a positive sum."""
    size = np.abs(component).sum()
    for lean in (float((component**3).sum()), float(component.sum())):
        if abs(lean) > 1e-9 * size:
            return component if lean > 0 else -component
    return component
