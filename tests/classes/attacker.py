"""An instructor who knows who joined, practised, left and shared when, kept every summary, and reckons without error.

What is asked of each learner at each time: which figures are still possible? The attacker's constraints are all
that a history of summaries says; an integer program finds the least and the greatest figure that fit.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from tracktwo.learn.classes import rules
from tracktwo.learn.classes.rules import Counted, Figures, Limits

Version = tuple[str, int]  # a learner, and which of their figures


@dataclass
class History:
    """Summaries of one class, one unit: for each the band, and on whose figures it rests."""

    summaries: list[tuple[int, tuple[Version, ...]]] = field(default_factory=list)
    truth: dict[Version, int] = field(default_factory=dict)


def history(limits: Limits, steps: int, lot: random.Random) -> History:
    """A class over time. Opinions of a lesson go together: many learn at once, as in the worst case."""
    past, counted = History(), rules.NOBODY
    now: dict[str, Figures] = {}
    version: dict[str, int] = {}
    mood = lot.choice((0, 4))
    for step in range(steps):
        if lot.random() < 0.15:
            mood = 4 - mood
        deed = lot.choices(("join", "practise", "leave or share"), (6, 6, 2))[0]
        newcomer = deed == "join" or not now
        who = f"{lot.getrandbits(64):016x}" if newcomer else lot.choice(sorted(now))
        if deed == "leave or share" and who in now:
            del now[who]
            counted = counted.without(who)
        else:
            value = mood if lot.random() < 0.85 else lot.randint(0, 4)
            version[who] = step
            past.truth[who, step] = value
            now[who] = ((value, value, 0),)
        following = rules.next_count(counted, now, limits)
        if following is not None:
            stood = {who: at for _, rests in past.summaries[-1:] for who, at in rests}
            rests = tuple(
                (who, version[who] if _fresh(counted, following, who) else stood[who])
                for who in following.figures
            )
            past.summaries.append((rules.told(following, limits).known[0], rests))
            counted = following
    return past


def _fresh(before: Counted, after: Counted, who: str) -> bool:
    return before.figures.get(who) != after.figures[who]


def excluded(past: History, limits: Limits) -> Iterator[tuple[Version, int, int]]:
    """Figures of one learner that the attacker narrows: the least and greatest that still fit."""
    versions = sorted({one for _, rests in past.summaries for one in rests})
    place = {one: number for number, one in enumerate(versions)}
    rows = np.zeros((len(past.summaries), len(versions)))
    low, high = [], []
    for number, (band, rests) in enumerate(past.summaries):
        rows[number, [place[one] for one in rests]] = 1
        sums = [s for s in range(4 * len(rests) + 1) if rules.band(s, len(rests), limits) == band]
        low.append(sums[0])
        high.append(sums[-1])
    said = LinearConstraint(rows, low, high)
    for one in versions:
        ends = []
        for way in (1, -1):
            worth = np.zeros(len(versions))
            worth[place[one]] = way
            found = milp(worth, constraints=said, bounds=Bounds(0, 4), integrality=np.ones(len(versions)))
            ends.append(round(way * found.fun))
        if ends != [0, 4]:
            yield one, ends[0], ends[1]
