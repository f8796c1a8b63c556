"""Waves of bots let into real conversations and a made-up twin: are they named, and what of the top ten stands?

    python -m benchmarks.opinion.brigading [--quick] [--seeds 3] [--share 0.3]

Bots are 30 % of all, come in three waves, answer as much as the more active half of people, slip in 5 %, and claim
sides as people have them. Sides are the groups of the full data. Kinds: copied (the votes of an active person),
random, targeted (the five best down, five others up, else by lot), targeted only (nothing else), disguised (else
like people). "Arrivals": whether it is known who came together. What this cannot show: real campaigns differ,
and the people of these conversations are taken as honest, which nobody has checked.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tests.engines.opinion.attacks import COPIED, DISGUISED, RANDOM, SILENT, TARGETED, Attacked, attack
from tests.engines.opinion.conversations import EXPORTS, REAL, camps, real
from tracktwo.engines.opinion import bridging, brigading, groups, space
from tracktwo.engines.opinion.votes import Votes

KINDS = (COPIED, RANDOM, TARGETED, SILENT, DISGUISED)


@dataclass(frozen=True, eq=False)
class Conversation:
    name: str
    votes: Votes
    side: np.ndarray
    sides: int
    best: tuple[int, ...]


def conversations(quick: bool) -> Iterator[Conversation]:
    twin, camp = camps((130, 100, 70), 40, answered=0.8, divided=0.7, seed=5)
    yield _known("made up", twin, camp)
    for name in REAL if EXPORTS.is_dir() and not quick else ():
        votes = real(name)
        if (votes.answers_per_person() > 0).sum() >= brigading.FEWEST:  # among fewer nothing is looked for
            rng = np.random.default_rng(0)
            here = space.find(votes, rng=rng)
            found = groups.find(here, at_most=3, smallest_share=0.1, draws=0, rng=rng)
            yield _known(name, votes, found.members)


def _known(name: str, votes: Votes, side: np.ndarray) -> Conversation:
    sides = int(side.max()) + 1
    ground = bridging.common_ground(votes, side, sides=sides, rng=np.random.default_rng(0))
    return Conversation(name, votes, side, sides, ground.ranked)


def judged(here: Conversation, given: Attacked, arrivals: bool) -> tuple[float, float, int, int]:
    """Precision, recall, and how many of the honest top ten stand with and without the wave."""
    arrived = given.arrived if arrivals else None
    found = brigading.find(given.votes, arrived=arrived, rng=np.random.default_rng(0))
    right = int((found.suspect & given.bot).sum())
    both = brigading.both_ways(given.votes, given.side, found.suspect, sides=here.sides, seed=0)
    best = set(here.best[:10])
    stands = [len(best & set(ground.ranked[:10])) for ground in (both.everybody, both.without)]
    return right / max(int(found.suspect.sum()), 1), right / int(given.bot.sum()), stands[0], stands[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="the made-up twin only, one seed")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--share", type=float, default=0.3)
    asked = parser.parse_args()
    try:
        _run(1 if asked.quick else asked.seeds, asked.share, asked.quick)
    except KeyboardInterrupt:
        print("\nStopped; what is printed above stands.", file=sys.stderr)
        raise SystemExit(130) from None


def _run(seeds: int, share: float, quick: bool) -> None:
    print("                             nothing known of arrivals        arrivals known")
    print(f"{'conversation':16} {'wave':14} precision recall with without   precision recall with without")
    rows: dict[tuple[str, bool], list[tuple[float, ...]]] = {}
    for here in conversations(quick):
        began = time.process_time()
        clean = brigading.find(here.votes, rng=np.random.default_rng(0))
        spent = time.process_time() - began
        for kind in KINDS:
            told = []
            for arrivals in (False, True):
                drawn = (attack(here.votes, here.side, kind, np.random.default_rng(seed), share=share, best=here.best)
                         for seed in range(seeds))  # fmt: skip
                mean = tuple(np.mean([judged(here, given, arrivals) for given in drawn], axis=0).tolist())
                rows.setdefault((kind, arrivals), []).append(mean)
                told.append(mean)
            _line(here.name, kind, told)
        print(
            f"{here.name[:16]:16} no wave let in: {int(clean.suspect.sum())} of {here.votes.people} suspected,"
            f" {spent:.1f} s"
        )
    for kind in KINDS:
        _line(
            "mean of all", kind, [tuple(np.mean(rows[kind, arrivals], axis=0)) for arrivals in (False, True)]
        )


def _line(name: str, kind: str, told: list[tuple[float, ...]]) -> None:
    cells = "   ".join(f"{p:9.2f} {r:6.2f} {w:4.1f} {o:7.1f}" for p, r, w, o in told)
    print(f"{name[:16]:16} {kind:14} {cells}", flush=True)


if __name__ == "__main__":
    main()
