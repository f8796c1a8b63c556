"""A certificate: why no package does better than stated, in exact rationals that anybody can check.

For weights w >= 0 of the sides and multipliers l >= 0 of the rules A x <= b, every allowed package x has
w.s(x) <= B = l.b + sum over issues of max_k (w.v_jk - l.A_jk) - w.d: each issue at its best, each rule paid for.
From that number follow three bounds, without any logarithm:

*product*: prod s_i <= (B / n)^n / prod w_i where all s_i >= 0, as a geometric mean is at most the arithmetic;
*least*: min_i (s_i - base_i) / scale_i <= (B - w.base) / w.scale, as a mean is no less than the least;
*sum*: sum s_i <= B where every w_i >= 1 and all s_i >= 0.

The weights come from the duals of a linear relaxation; whatever they are, the bound holds. Weights and the table
are confidential to the panel. Source: DESIGN 6.2. Cost O(n * options) integer operations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import lcm, prod
from typing import Literal

import numpy as np
import numpy.typing as npt

from tracktwo.engines.bargaining import linear
from tracktwo.engines.bargaining.table import Ints, Table

Kind = Literal["product", "least", "sum"]

_UNIT = 10**9  # weights are rounded to this many parts of the largest


@dataclass(frozen=True)
class Certificate:
    """``bound`` holds for every allowed package: of the product, the least share or the sum of surpluses.

    ``weights`` one for each side, ``multipliers`` one for each row of `linear.program` (rules, budgets,
    interactions, packages to differ from). ``base`` and ``scale`` belong to *least*; a side of scale 0 is one
    that cannot gain. Where no package gives every side its walk-away, *product* and *sum* say nothing.
    """

    kind: Kind
    weights: tuple[Fraction, ...]
    multipliers: tuple[Fraction, ...]
    bound: Fraction
    base: tuple[int, ...] = ()
    scale: tuple[int, ...] = ()
    apart_from: tuple[tuple[int, ...], ...] = ()

    def value(self, surplus: Sequence[int] | Ints) -> Fraction:
        """What is bounded, of one package."""
        s = [int(x) for x in surplus]
        if self.kind == "product":
            return Fraction(prod(s))
        if self.kind == "sum":
            return Fraction(sum(s))
        shares = zip(s, self.base, self.scale, strict=True)
        return min(Fraction(x - base, scale) for x, base, scale in shares if scale)


def certify(
    kind: Kind,
    table: Table,
    weights: npt.NDArray[np.float64],
    multipliers: npt.NDArray[np.float64],
    *,
    base: Sequence[int] | Ints = (),
    scale: Sequence[int] | Ints = (),
    apart_from: Sequence[Sequence[int]] = (),
) -> Certificate:
    """The certificate of these weights, rounded to rationals and bounded exactly."""
    unit = float(max(weights.max(), 1e-12)) if kind != "sum" else 1.0
    least = 1.0 if kind == "sum" else 1 / _UNIT if kind == "product" else 0.0
    w = linear.rational(np.maximum(weights / unit, least), _UNIT)
    if kind == "least":
        w = tuple(x if s else Fraction(0) for x, s in zip(w, scale, strict=True))
    made = Certificate(
        kind,
        w,
        linear.rational(np.maximum(multipliers / unit, 0), _UNIT),
        Fraction(0),
        tuple(int(b) for b in base),
        tuple(int(s) for s in scale),
        tuple(tuple(int(k) for k in package) for package in apart_from),
    )
    return replace(made, bound=bound(table, made))


def bound(table: Table, certificate: Certificate) -> Fraction:
    """The bound that a certificate's weights and multipliers prove, computed anew and exactly."""
    w, n = certificate.weights, len(certificate.weights)
    most = _most(table, certificate)
    if certificate.kind == "product":
        return Fraction(max(most, Fraction(0)) ** n / n**n / prod(w))
    if certificate.kind == "sum":
        return most
    base = sum((x * b for x, b in zip(w, certificate.base, strict=True)), Fraction(0))
    return (most - base) / sum((x * s for x, s in zip(w, certificate.scale, strict=True)), Fraction(0))


def verify(table: Table, certificate: Certificate, surplus: Sequence[int] | Ints | None = None) -> bool:
    """Whether the certificate proves its bound, and, if given, whether a package's surplus stays within it."""
    n = len(table.sides)
    if (
        len(certificate.weights) != n
        or min(certificate.weights) < 0
        or min(certificate.multipliers, default=0) < 0
    ):
        return False
    if certificate.kind == "product" and not all(certificate.weights):
        return False
    if certificate.kind == "sum" and min(certificate.weights) < 1:
        return False
    if certificate.kind == "least" and not sum(
        w * s for w, s in zip(certificate.weights, certificate.scale, strict=True)
    ):
        return False
    if bound(table, certificate) > certificate.bound:
        return False
    return surplus is None or certificate.value(surplus) <= certificate.bound


def _most(table: Table, certificate: Certificate) -> Fraction:
    """B of the module's head, in whole numbers over one denominator."""
    program = linear.program(table, certificate.apart_from)
    unit = lcm(*(x.denominator for x in (*certificate.weights, *certificate.multipliers)))
    w = [int(x * unit) for x in certificate.weights]
    prices = [int(x * unit) for x in certificate.multipliers]
    worth = sum(x * points.astype(object) for x, points in zip(w, program.points, strict=True))
    most = -sum(x * int(d) for x, d in zip(w, table.walk_away, strict=True))
    for price, row in zip(prices, program.rows, strict=True):
        worth[row.columns] -= price * row.coefficients.astype(object)
        most += price * row.limit
    for first, last in zip(program.start[:-1], program.start[1:], strict=True):
        most += max(worth[first:last])
    most += sum(max(0, extra) for extra in worth[program.start[-1] :])
    return Fraction(most, unit)
