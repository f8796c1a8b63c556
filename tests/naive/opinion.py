"""The slow obvious twin of the opinion engine: dictionaries and loops, one line of mathematics at a time.

Votes are a dictionary {(person, statement): vote}; a missing vote is not in it.
"""

from __future__ import annotations

import math
from itertools import combinations, pairwise

import numpy as np

Ballots = dict[tuple[int, int], int]


def last_given(triples: list[tuple[int, int, int]]) -> Ballots:
    return {(person, statement): vote for person, statement, vote in triples}


def tally(ballots: Ballots, side: list[int], sides: int, statements: int) -> list[list[list[int]]]:
    counts = [[[0, 0, 0] for _ in range(statements)] for _ in range(sides)]
    for (person, statement), vote in ballots.items():
        if side[person] >= 0:
            counts[side[person]][statement][vote + 1] += 1
    return counts


def grams(ballots: Ballots, people: int, statements: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    xx, mx, mm = (np.zeros((statements, statements), dtype=int) for _ in range(3))
    for i in range(people):
        for a in range(statements):
            for b in range(statements):
                if (i, a) in ballots and (i, b) in ballots:
                    xx[a, b] += ballots[i, a] * ballots[i, b]
                    mx[a, b] += ballots[i, b]
                    mm[a, b] += 1
    return xx, mx, mm


def means(ballots: Ballots, statements: int) -> list[float]:
    theirs = [[vote for (_, j), vote in ballots.items() if j == statement] for statement in range(statements)]
    return [sum(votes) / len(votes) if votes else 0.0 for votes in theirs]


def imputed(ballots: Ballots, people: int, statements: int) -> np.ndarray:
    """The table with each missing vote at the statement's mean, rows of silent people left out."""
    mean = means(ballots, statements)
    voters = sorted({person for person, _ in ballots})
    return np.array([[ballots.get((i, j), mean[j]) for j in range(statements)] for i in voters])


def covariance(ballots: Ballots, people: int, statements: int) -> np.ndarray:
    return np.atleast_2d(np.cov(imputed(ballots, people, statements), rowvar=False))


def position(ballots: Ballots, person: int, components: np.ndarray, statements: int) -> tuple[float, float]:
    mean = means(ballots, statements)
    mine = {j: vote for (i, j), vote in ballots.items() if i == person}
    voted_on = {j for _, j in ballots}
    scale = math.sqrt(len(voted_on) / len(mine))
    x, y = (scale * sum((vote - mean[j]) * line[j] for j, vote in mine.items()) for line in components)
    return x, y


def adjusted_rand(one: list[int], other: list[int]) -> float:
    """By looking at every pair of people."""
    pairs = list(combinations(range(len(one)), 2))
    in_one = [one[a] == one[b] for a, b in pairs]
    in_other = [other[a] == other[b] for a, b in pairs]
    both = sum(a and b for a, b in zip(in_one, in_other, strict=True))
    chance = sum(in_one) * sum(in_other) / len(pairs) if pairs else 0.0
    most = (sum(in_one) + sum(in_other)) / 2
    return 1.0 if most == chance else (both - chance) / (most - chance)


def silhouette(points: np.ndarray, group: list[int]) -> float:
    scores = []
    for i, here in enumerate(points):
        to_group: dict[int, list[float]] = {}
        for j, there in enumerate(points):
            if i != j:
                to_group.setdefault(group[j], []).append(math.dist(here, there))
        own = to_group.pop(group[i], None)
        if own is None:
            scores.append(0.0)
            continue
        a, b = sum(own) / len(own), min(sum(d) / len(d) for d in to_group.values())
        scores.append((b - a) / max(a, b) if max(a, b) > 0 else 0.0)
    return sum(scores) / len(scores)


def spread(points: np.ndarray, group: list[int]) -> float:
    """Sum of squared distances to the centre of the own group."""
    total = 0.0
    for g in set(group):
        own = points[[k == g for k in group]]
        total += float(((own - own.mean(axis=0)) ** 2).sum())
    return total


def best_line_division(points: np.ndarray, k: int) -> float:
    """Least spread of points on a line in k groups, trying every cut."""
    line = np.sort(points[:, 0])
    cuts = combinations(range(1, len(line)), k - 1)
    return min(
        sum(float(((line[a:b] - line[a:b].mean()) ** 2).sum()) for a, b in pairwise((0, *cut, len(line))))
        for cut in cuts
    )


def shares_of_two_sides(
    yes: tuple[int, int],
    answers: tuple[int, int],
    usual: np.ndarray,
    covariance: np.ndarray,
    steps: int = 241,
) -> tuple[list[float], list[float], float, float]:
    """Posterior means, P(share > 1/2), P(both > 1/2) and E[smaller share], by adding up a fine grid."""
    deviation = np.sqrt(np.diag(covariance))
    one, other = (
        np.linspace(usual[g] - 8 * deviation[g], usual[g] + 8 * deviation[g], steps) for g in range(2)
    )
    theta = np.stack(np.meshgrid(one, other, indexing="ij"))
    share = 1 / (1 + np.exp(-theta))
    gap = theta - usual[:, None, None]
    log = -0.5 * np.einsum("axy,ab,bxy->xy", gap, np.linalg.inv(covariance), gap)
    for g in range(2):
        log += yes[g] * theta[g] - answers[g] * np.logaddexp(0, theta[g])
    weight = np.exp(log - log.max())
    weight /= weight.sum()
    mean = [float((weight * share[g]).sum()) for g in range(2)]
    majority = [float(weight[share[g] > 0.5].sum()) for g in range(2)]
    both = float(weight[(share > 0.5).all(axis=0)].sum())
    return mean, majority, both, float((weight * share.min(axis=0)).sum())


def expected_share(mean: float, variance: float) -> float:
    """The mean of 1 / (1 + exp(-t)) over a normal t, added up on a fine grid."""
    grid = np.linspace(-9, 9, 4_001)
    weight = np.exp(-(grid**2) / 2)
    share = 1 / (1 + np.exp(-(mean + math.sqrt(variance) * grid)))
    return float((weight * share).sum() / weight.sum())


def worth(
    draws: np.ndarray, mean: np.ndarray, variance: np.ndarray, side: int, statement: int, top: int
) -> float:
    """What a vote of the side on the statement is worth; draws of the shares [K, m, d], mean, variance [K, m]."""
    smallest = draws.min(axis=0)
    scores = sorted((float(row.mean()) for row in smallest), reverse=True)
    behind = max(0.0, scores[min(top, len(scores)) - 1] - smallest[statement].mean())
    z = behind / smallest[statement].std()
    holds_back = float(np.mean([draws[:, statement, d].argmin() == side for d in range(draws.shape[2])]))
    v = float(variance[side, statement])
    p = expected_share(float(mean[side, statement]), v)
    news = math.sqrt(v * v / (v + 1 / (p * (1 - p)))) * (0.25 + p * (1 - p))
    return math.exp(-z * z) * (holds_back + 0.05) * news


def approval(ballots: Ballots, side: list[int], lent: np.ndarray, statements: int) -> np.ndarray:
    return np.array(
        [
            [float(ballots[i, j] == 1) if (i, j) in ballots else lent[side[i], j] for j in range(statements)]
            for i in range(len(side))
        ]
    )


def greedy_slate(table: np.ndarray, size: int) -> list[int]:
    chosen: list[int] = []
    for _ in range(size):
        gains = {
            c: sum(row[c] / (1 + sum(row[s] for s in chosen)) for row in table)
            for c in range(table.shape[1])
            if c not in chosen
        }
        most = max(gains.values())
        chosen.append(min(c for c, gain in gains.items() if gain > most - 1e-9))
    return chosen


def pav_score(table: np.ndarray, chosen: list[int]) -> float:
    return sum(sum(1 / (place + 1) for place in range(int(row[chosen].sum()))) for row in table)


def unfair_to(table: np.ndarray, chosen: list[int]) -> float:
    """The worst ratio of EJR+: quotas of people short of places, over the places they deserve."""
    people, size = len(table), len(chosen)
    ratios = [0.0]
    for c in range(table.shape[1]):
        if c not in chosen:
            for places in range(1, size + 1):
                short = sum(1 for row in table if row[c] and row[chosen].sum() < places)
                ratios.append(short * size / (places * people))
    return max(ratios)
