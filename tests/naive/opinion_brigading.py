"""The slow obvious twin of what the search for waves compares: pairs of people, one statement at a time."""

from __future__ import annotations

import numpy as np


def agreement(table: np.ndarray, a: int, b: int, columns: list[int]) -> tuple[int, float, int]:
    """Two people: said the same, expected to by chance, answered both."""
    same, chance, both = 0, 0.0, 0
    for j in columns:
        if table[a, j] != 9 and table[b, j] != 9:
            said = table[table[:, j] != 9, j].tolist()
            both += 1
            same += int(table[a, j] == table[b, j])
            chance += sum((said.count(vote) / len(said)) ** 2 for vote in (-1, 0, 1))
    return same, chance, both


def foretold(table: np.ndarray, person: int, choose: list[int], judge: list[int]) -> tuple[float, float]:
    """What the five nearest on some statements foretell of the others: beyond chance, and at most."""
    scored = []
    for other in range(len(table)):
        same, chance, both = agreement(table, person, other, choose)
        if other != person and both >= 3:
            scored.append((-(same - chance) / max(both - chance, 0.25) ** 0.5, other))
    good = possible = 0.0
    for _, other in sorted(scored)[:5]:
        same, chance, both = agreement(table, person, other, judge)
        good, possible = good + same - chance, possible + both - chance
    return good, possible
