"""Waves of bots to try the engine on: they copy, vote by lot, or push a few statements."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tracktwo.engines.opinion.votes import Votes

COPIED, RANDOM, TARGETED, SILENT, DISGUISED = "copied", "random", "targeted", "targeted only", "disguised"
BATCHES = 20


@dataclass(frozen=True, eq=False)
class Attacked:
    """Votes with the bots after the people; ``bot`` bool[n], ``side`` int64[n], ``arrived`` int64[n]."""

    votes: Votes
    bot: np.ndarray
    side: np.ndarray
    arrived: np.ndarray


def attack(
    votes: Votes,
    side: np.ndarray,
    kind: str,
    rng: np.random.Generator,
    *,
    share: float = 0.3,
    waves: int = 3,
    slip: float = 0.05,
    best: tuple[int, ...] = (),
    one_side: bool = False,
) -> Attacked:
    """Let bots in until they are ``share`` of all. They answer as much as the more active half of people.

    ``best``: statements in the order people like them: pushers vote the first five down and the last five up.
    Bots claim sides as people have them, or all side 0.
    """
    table = votes.table()
    people, statements = table.shape
    bots = round(people * share / (1 - share))
    wave = np.arange(bots) * waves // bots
    seen = _seen(table, bots, rng)
    cast = _cast(table, kind, wave, rng, slip, best)
    cast[~seen & ~_aimed(kind, statements, best)] = 9
    declared = side[side >= 0]
    claimed = np.zeros(bots, dtype=np.int64) if one_side else rng.choice(declared, bots)
    arrived = np.concatenate([rng.integers(0, BATCHES, people), 3 + 4 * wave])
    return Attacked(
        Votes.from_table(np.concatenate([table, cast])),
        np.arange(people + bots) >= people,
        np.concatenate([side, claimed]),
        arrived,
    )


def _seen(table: np.ndarray, bots: int, rng: np.random.Generator) -> np.ndarray:
    """Which statements each bot answers: as many as the more active half, each as often as people answer it."""
    answers = (table != 9).sum(axis=1)
    active = answers[answers >= np.median(answers[answers > 0])]
    usual = (table != 9).sum(axis=0)
    keys = np.log(np.maximum(usual, 1e-9)) + rng.gumbel(size=(bots, table.shape[1]))
    rank = np.argsort(np.argsort(-keys, axis=1), axis=1)
    return (rank < rng.choice(active, bots)[:, None]) & (usual > 0)


def _aimed(kind: str, statements: int, best: tuple[int, ...]) -> np.ndarray:
    aimed = np.zeros(statements, dtype=bool)
    if kind in (TARGETED, SILENT, DISGUISED):
        aimed[list(best[:5] + best[-5:])] = True
    return aimed


def _cast(
    table: np.ndarray,
    kind: str,
    wave: np.ndarray,
    rng: np.random.Generator,
    slip: float,
    best: tuple[int, ...],
) -> np.ndarray:
    shape = (len(wave), table.shape[1])
    by_lot = rng.choice([-1, 0, 1], shape, p=[0.45, 0.1, 0.45])
    if kind == RANDOM:
        return by_lot
    if kind == COPIED:
        pattern = _patterns(table, int(wave.max()) + 1, rng)
        return np.where(rng.random(shape) < slip, by_lot, pattern[wave])
    cast = {TARGETED: by_lot, SILENT: np.full(shape, 9), DISGUISED: _like_people(table, len(wave), rng)}[kind]
    for statements, vote in ((best[:5], -1), (best[-5:], 1)):
        for j in statements:
            cast[:, j] = np.where(rng.random(len(wave)) < slip, -vote, vote)
    return cast


def _patterns(table: np.ndarray, waves: int, rng: np.random.Generator) -> np.ndarray:
    """The votes of an active person for each wave, completed by lot."""
    active = np.argsort(-(table != 9).sum(axis=1))[: max(waves, len(table) // 4)]
    pattern = table[rng.choice(active, waves, replace=False)].copy()
    return np.where(pattern == 9, rng.choice([-1, 1], pattern.shape), pattern)


def _like_people(table: np.ndarray, bots: int, rng: np.random.Generator) -> np.ndarray:
    """Each bot repeats what one random person said, a third of it changed to what others usually say."""
    cast = table[rng.choice(np.flatnonzero((table != 9).sum(axis=1) > 0), bots)].copy()
    for j in range(table.shape[1]):
        said = table[table[:, j] != 9, j]
        if len(said):
            other = (rng.random(bots) < 1 / 3) | (cast[:, j] == 9)
            cast[other, j] = rng.choice(said, int(other.sum()))
    return cast
