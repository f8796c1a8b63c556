"""From votes to groups and common ground: the one way through the opinion engine. Pure.

Both the pages (stored runs) and the command line (reports) go through here, so that the same votes
and the same seed give the same figures in both.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracktwo.engines.opinion import bridging, groups, routing, space
from tracktwo.engines.opinion.bridging import CommonGround
from tracktwo.engines.opinion.groups import Groups
from tracktwo.engines.opinion.routing import Routing
from tracktwo.engines.opinion.space import Space
from tracktwo.engines.opinion.votes import Votes

SIDES, GROUPS, EVERYONE = "sides", "groups", "everyone"


@dataclass(frozen=True)
class Reckoned:
    """What the engine says of the votes. `compared` names what `part` [n] numbers: declared sides, else
    groups found, else everyone; -1 belongs to none."""

    compared: str
    parts: int
    part: NDArray[np.int64]
    space: Space
    groups: Groups
    ground: CommonGround
    routing: Routing


def reckon(votes: Votes, *, seed: int, side: NDArray[np.int64] | None = None, sides: int = 0) -> Reckoned:
    """Find the space, the groups and the common ground of these votes.

    `side` [n] numbers the declared side of each person from 0, -1 for none; without it, or where nobody
    has a side, the groups found are compared. The engine's cost: under a second up to a million votes.
    """
    rng = [np.random.default_rng(one) for one in np.random.SeedSequence(seed).spawn(4)]
    opinions = space.find(votes, rng=rng[0])
    fit = groups.find(opinions, rng=rng[1])
    voted = votes.answers_per_person() > 0
    compared, parts, part = _compared(voted, fit, side, sides)
    ground = bridging.common_ground(votes, part, sides=parts, rng=rng[2])
    asking = routing.prepare(ground.posterior, space=opinions, rng=rng[3])
    return Reckoned(compared, parts, part, opinions, fit, ground, asking)


def _compared(
    voted: NDArray[np.bool_], fit: Groups, side: NDArray[np.int64] | None, sides: int
) -> tuple[str, int, NDArray[np.int64]]:
    if side is not None and (side[voted] >= 0).any():
        return SIDES, sides, np.where(voted, side, -1)
    if fit.count >= 2:
        return GROUPS, fit.count, fit.members
    return EVERYONE, 1, np.where(voted, 0, -1)
