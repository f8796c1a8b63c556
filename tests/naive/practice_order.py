"""Pairs of steps in the right order, the slow obvious way: what is left when neighbours are swapped into order."""

from __future__ import annotations

from collections.abc import Sequence


def pairs_in_order(placed: Sequence[int], right: Sequence[int]) -> int:
    """All pairs, less one for each swap of neighbours that brings a learner's order into the right one."""
    order = [right[step] for step in sorted(range(len(right)), key=lambda step: placed[step])]
    swaps, moved = 0, True
    while moved:
        moved = False
        for place in range(len(order) - 1):
            if order[place] > order[place + 1]:
                order[place], order[place + 1] = order[place + 1], order[place]
                swaps, moved = swaps + 1, True
    return len(order) * (len(order) - 1) // 2 - swaps
