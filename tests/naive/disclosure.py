"""The slow obvious twin of tracktwo.engines.disclosure: one cell at a time, by trying every count."""

from __future__ import annotations

import math

from scipy.stats import beta

from tracktwo.engines.disclosure import Band, Cell, Thresholds, Withheld


def nearest(count: int, unit: int) -> int:
    return min((abs(multiple - count), -multiple) for multiple in range(0, count + unit + 1, unit))[1] * -1


def is_top(agree: int, answered: int, limits: Thresholds) -> bool:
    """Exact counts in: rounded, so many agree or so few do not that no number is given."""
    unit = limits.round_to
    n, a, others = (nearest(count, unit) for count in (answered, agree, answered - agree))
    spared = max(few for few in range(0, n + 1, unit) if few <= (1 - limits.nearly) * n + 1e-9)
    return a >= n - spared or others <= spared


def is_bottom(agree: int, answered: int, limits: Thresholds) -> bool:
    return is_top(answered - agree, answered, limits)


def alike(agree: int, answered: int, limits: Thresholds) -> list[tuple[int, int]]:
    """Every exact (agree, answered) that fits the same rounded counts, or the same word."""
    unit = limits.round_to
    nearby = [
        (a, n)
        for n in range(max(limits.cell, answered - 2 * unit), answered + 2 * unit)
        for a in range(n + 1)
        if nearest(n, unit) == nearest(answered, unit)
    ]
    words = [same for same in (is_top, is_bottom) if same(agree, answered, limits)]
    if words:
        return [pair for pair in nearby if any(same(*pair, limits) for same in words)]
    return [(a, n) for a, n in nearby if nearest(a, unit) == nearest(agree, unit)]


def jeffreys(agree: int, answered: int) -> tuple[float, float]:
    low = 0.0 if agree == 0 else float(beta.ppf(0.05, agree + 0.5, answered - agree + 0.5))
    high = 1.0 if agree == answered else float(beta.ppf(0.95, agree + 0.5, answered - agree + 0.5))
    return low, high


def word(agree: int, answered: int, limits: Thresholds) -> Band:
    top, bottom = is_top(agree, answered, limits), is_bottom(agree, answered, limits)
    if not top and not bottom:
        return Band.NONE
    shares = [a / n for a, n in alike(agree, answered, limits)]
    least = min(shares) if top else 1 - max(shares)
    if (top and bottom) or least < 0.5:
        return Band.UNCLEAR
    if top:
        return Band.NEARLY_ALL if least >= 0.8 else Band.MOST
    return Band.HARDLY_ANY if least >= 0.8 else Band.FEW


def cell(
    agree: int, disagree: int, passed: int, members: int, low: float, high: float, thresholds: Thresholds
) -> Cell:
    """What may be released of one cell."""
    answered = agree + disagree + passed
    if members < thresholds.group:
        return Cell(Withheld.SIDE_TOO_SMALL, None, None, None, None, None, Band.NONE, None, None)
    if answered < thresholds.cell:
        return Cell(Withheld.TOO_FEW_ANSWERS, None, None, None, None, None, Band.NONE, None, None)
    bounds = [jeffreys(a, n) for a, n in alike(agree, answered, thresholds)]
    least = min([low, *(pair[0] for pair in bounds)])
    greatest = max([high, *(pair[1] for pair in bounds)])
    ends = math.floor(least * 20 + 1e-9) * 5, math.ceil(greatest * 20 - 1e-9) * 5
    unit = thresholds.round_to
    n, a, d, p = (nearest(count, unit) for count in (answered, agree, disagree, passed))
    coded = word(agree, answered, thresholds)
    if coded is not Band.NONE:
        return Cell(Withheld.NOT, n, None, None, None, None, coded, *ends)
    return Cell(Withheld.NOT, n, a, d, p, math.floor(100 * a / n + 0.5), coded, *ends)


def sealed_band(agree: int, answered: int) -> Band:
    """The band of one group of seats."""
    if answered < 4:
        return Band.NONE
    if answered - agree <= 1 or agree >= 0.9 * answered:
        return Band.NEARLY_ALL
    if agree <= 1 or agree < 0.35 * answered:
        return Band.FEW
    return Band.ABOUT_HALF if agree < 0.65 * answered else Band.MOST


def sealed_round(agree: list[list[int]], answered: list[list[int]]) -> list[list[Band]]:
    """Per statement: a band for every side, or one band for all together."""
    columns = []
    for a, n in zip(zip(*agree, strict=True), zip(*answered, strict=True), strict=True):
        apart = all(count >= 4 for count in n)
        groups = zip(a, n, strict=True) if apart else [(sum(a), sum(n))]
        columns.append([sealed_band(*group) for group in groups])
    return columns
