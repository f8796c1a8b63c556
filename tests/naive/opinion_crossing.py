"""The slow obvious twin of the crossing of sides and groups: loops, and a fine grid for the integral."""

from __future__ import annotations

import math

import numpy as np

from tests.naive.opinion import Ballots


def table(side: list[int], members: list[int], sides: int, groups: int) -> list[list[int]]:
    return [
        [sum(1 for s, g in zip(side, members, strict=True) if (s, g) == (k, h)) for h in range(groups)]
        for k in range(sides)
    ]


def lead(
    ballots: Ballots,
    side: list[int],
    members: list[int],
    group: int,
    across: tuple[int, ...],
    statement: int,
    answer: int,
) -> tuple[float, float, float]:
    """Share inside, outside and the least lead, person by person and side by side."""
    inside: list[float] = []
    outside: list[float] = []
    error = 0.0
    for k in across or (None,):
        for into, belongs in ((inside, True), (outside, False)):
            said = [
                vote
                for (i, j), vote in ballots.items()
                if j == statement
                and members[i] >= 0
                and (members[i] == group) is belongs
                and k in (None, side[i])
            ]
            share = (said.count(answer) + 1) / (len(said) + 2)
            into.append(share)
            error += share * (1 - share) / (len(said) + 2)
    here, there = sum(inside) / len(inside), sum(outside) / len(outside)
    return here, there, here - there - 1.6448536269514722 * math.sqrt(error) / len(inside)


def foretold_share(
    side: int, agree: tuple[int, int], answers: tuple[int, int], usual: np.ndarray, spread: np.ndarray
) -> tuple[float, float]:
    """Two sides: the share of one expected from the other's votes alone, and the chance of as much agreement."""
    grid = np.linspace(-9, 9, 601)
    own, other = np.meshgrid(grid, grid, indexing="ij")
    theta = np.stack([own, other] if side == 0 else [other, own])
    gap = theta - usual[:, None, None]
    log_weight = -np.einsum("axy,ab,bxy->xy", gap, np.linalg.inv(spread), gap) / 2
    them = 1 - side
    log_weight += agree[them] * other - answers[them] * np.logaddexp(0, other)
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    share = 1 / (1 + np.exp(-own))
    n, least = answers[side], agree[side]
    as_much = sum(math.comb(n, x) * share**x * (1 - share) ** (n - x) for x in range(least, n + 1))
    return float((weight * share).sum()), float((weight * as_much).sum())
