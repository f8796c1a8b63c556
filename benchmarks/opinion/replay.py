"""Real conversations played again: people come in random order and are asked some of what they really answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from tracktwo.engines.opinion import bridging, cleavage, groups, routing, space
from tracktwo.engines.opinion.votes import Votes

Array = np.ndarray
TOP = 10
JUDGED_FROM = 20  # answers of each side
TOLD = "told the shares beforehand"


@dataclass(frozen=True, eq=False)
class Truth:
    """A conversation cut to what can be judged: ``share`` [m] is the agreement of the least agreeing side."""

    name: str
    votes: Votes
    side: Array
    sides: int
    share: Array


@dataclass(frozen=True, eq=False)
class Path:
    """How good the best ten were after so many ``votes``; ``regret`` in points, ``map`` at the end."""

    votes: Array
    precision: Array
    ndcg: Array
    regret: Array
    map: float


def truth(name: str, votes: Votes) -> Truth | None:
    """Sides are the groups of the full data (two or three, a tenth of the people each at least).

    Statements count that 20 people of each side answered: with fewer, what is right is luck itself.
    """
    rng = np.random.default_rng(0)
    found = groups.find(space.find(votes, rng=rng), at_most=3, smallest_share=0.1, draws=0, rng=rng)
    if found.count < 2:
        return None
    counts = votes.tally(found.members, found.count)
    judged = np.flatnonzero((counts.sum(axis=2) >= JUDGED_FROM).all(axis=0))
    if len(judged) < 2 * TOP:
        return None
    person, statement, vote = votes.triples()
    place = np.full(votes.statements, -1)
    place[judged] = np.arange(len(judged))
    kept = place[statement] >= 0
    cut = Votes.from_triples(
        person[kept], place[statement[kept]], vote[kept], people=votes.people, statements=len(judged)
    )
    counts = cut.tally(found.members, found.count)
    return Truth(name, cut, found.members, found.count, (counts[:, :, 2] / counts.sum(axis=2)).min(axis=0))


def drawn(given: Truth, seed: int, *, factors: int = 3) -> Truth:
    """The same people and sides, all of whose answers are drawn from a model of those they gave.

    So anybody can be asked anything, and what is right is known of all. Agreement follows ``factors`` factors of
    people and statements (logistic, fitted once from a fixed start); those who do not agree pass as often as was.
    """
    share = _agreement(given.votes.table(), factors)
    disagreed, passed = given.votes.tally()[0][:, :2].T
    return _answering(given, "drawn", share, given.side, passed / np.maximum(disagreed + passed, 1), seed)


def larger(given: Truth, statements: int, seed: int, *, factors: int = 3) -> Truth:
    """A conversation of so many statements, and three people to each, drawn like those of a real one.

    People of a side and statements are drawn with replacement from the model of ``drawn``; each statement is
    shaken by half a unit of log-odds for all, and by as much for each side, so that no two are the same.
    """
    rng = np.random.default_rng(seed)
    odds = special.logit(np.clip(_agreement(given.votes.table(), factors), 1e-4, 1 - 1e-4))
    people = rng.choice(np.flatnonzero(given.side >= 0), 3 * statements)
    like, side = rng.integers(0, odds.shape[1], statements), given.side[people]
    shaken = rng.normal(0, 0.5, statements) + rng.normal(0, 0.5, (given.sides, statements))[side]
    share = special.expit(odds[np.ix_(people, like)] + shaken)
    return _answering(given, f"{statements} drawn", share, side, np.zeros(statements), seed)


def _answering(given: Truth, how: str, share: Array, side: Array, passing: Array, seed: int) -> Truth:
    """Everybody answers everything: agrees with chance ``share`` [n, m], else passes with chance ``passing`` [m]."""
    rng = np.random.default_rng(seed)
    passes = rng.random(share.shape) < passing
    votes = Votes.from_table(np.where(rng.random(share.shape) < share, 1, np.where(passes, 0, -1)))
    counts = votes.tally(side, given.sides)
    least = (counts[:, :, 2] / counts.sum(axis=2)).min(axis=0)
    return Truth(f"{given.name[:17]}, {how}", votes, side, given.sides, least)


def _agreement(table: Array, factors: int, steps: int = 400) -> Array:
    """Chance [n, m] that each person agrees with each statement: logistic factors, held near zero, by Adam."""
    rng = np.random.default_rng(0)
    seen, agrees = table != 9, table == 1
    fit = [rng.normal(0, 0.1, (size, factors)) for size in table.shape] + [
        np.zeros(size) for size in table.shape
    ]
    hold = (0.5, 0.5, 1.0, 0.05)  # people's factors, statements' factors, people's and statements' leanings
    first, second = [np.zeros_like(one) for one in fit], [np.zeros_like(one) for one in fit]

    def chance() -> Array:
        people, statements, eager, liked = fit
        return np.asarray(special.expit(people @ statements.T + eager[:, None] + liked))

    for step in range(1, steps + 1):
        gap = (chance() - agrees) * seen
        slopes = (gap @ fit[1], gap.T @ fit[0], gap.sum(axis=1), gap.sum(axis=0))
        for k, slope in enumerate(slopes):
            down = slope + hold[k] * fit[k]
            first[k] += 0.1 * (down - first[k])
            second[k] += 0.001 * (down * down - second[k])
            lead, size = first[k] / (1 - 0.9**step), np.sqrt(second[k] / (1 - 0.999**step))
            fit[k] = fit[k] - 0.05 * lead / (size + 1e-9)
    return chance()


def judge(order: Array, share: Array) -> tuple[float, float, float]:
    """P@10, NDCG@10 (gain: share between the least and the most agreed statement) and regret of an order."""
    ideal = np.argsort(-share, kind="stable")[:TOP]
    ours = order[:TOP]
    gain = (share - share.min()) / max(float(np.ptp(share)), 1e-9)
    discount = 1 / np.log2(np.arange(2, TOP + 2))
    ndcg = float((gain[ours] * discount).sum() / (gain[ideal] * discount).sum())
    regret = 100 * float(share[ideal].mean() - share[ours].mean())
    return len(set(ours.tolist()) & set(ideal.tolist())) / TOP, ndcg, regret


class Collected:
    """The votes collected so far."""

    def __init__(self, given: Truth) -> None:
        self.given = given
        self.table = np.full((given.votes.people, given.votes.statements), 9, dtype=np.int8)
        self.counts = np.zeros((given.sides, given.votes.statements, 3), dtype=np.int64)
        self.total = 0

    def take(self, person: int, statement: int, vote: int) -> None:
        self.table[person, statement] = vote
        side = self.given.side[person]
        if side >= 0:
            self.counts[side, statement, vote + 1] += 1
        self.total += 1

    def votes(self) -> Votes:
        return Votes.from_table(self.table)


Chooser = Callable[[int, Array], int]


@dataclass(frozen=True, eq=False)
class Policy:
    """``refresh`` prepares a chooser (person, open) -> statement; ``rank`` orders the statements."""

    name: str
    refresh: Callable[[Collected, np.random.Generator], Chooser]
    rank: Callable[[Collected, np.random.Generator], Array]


def play(given: Truth, policy: Policy, seed: int, *, each: int, looks: int = 40) -> Path:
    """Everybody comes once, in random order, and answers ``each`` of the statements they really answered.

    Weighed anew at least every m votes (and every 20 people); looked at some ``looks`` times.
    """
    rng = np.random.default_rng(seed)
    answers = given.votes.table()
    collected = Collected(given)
    order = rng.permutation(np.flatnonzero(given.votes.answers_per_person() > 0))
    often = max(1, min(20, given.votes.statements // each))
    look = {int(x) for x in np.linspace(1, len(order), min(looks, len(order)))}
    seen: list[tuple[float, ...]] = []
    for place, person in enumerate(order.tolist()):
        if place % often == 0:
            choose = policy.refresh(collected, rng)
        may = answers[person] != 9
        for _ in range(each):
            if not may.any():
                break
            statement = choose(person, may)
            may[statement] = False
            collected.take(person, statement, int(answers[person, statement]))
        if place + 1 in look:
            seen.append((collected.total, *judge(policy.rank(collected, rng), given.share)))
    columns = [np.array(column) for column in zip(*seen, strict=True)]
    return Path(*columns, map=map_likeness(collected))


def map_likeness(collected: Collected) -> float:
    """Adjusted Rand index of the groups on the map of the collected votes with those of all votes."""
    given = collected.given
    found = found_groups(collected.votes(), given.sides)
    both = (found >= 0) & (given.side >= 0)
    return groups.adjusted_rand(found[both], given.side[both])


def found_groups(votes: Votes, at_most: int) -> Array:
    rng = np.random.default_rng(0)
    return groups.find(
        space.find(votes, rng=rng), at_most=at_most, smallest_share=0.1, draws=0, rng=rng
    ).members


def by_consensus(counts: Array) -> Array:
    """Polis' group-informed consensus, best first."""
    return np.argsort(-bridging.group_informed_consensus(counts[:, :, 2], counts.sum(axis=2)), kind="stable")


def by_score(posterior: bridging.Posterior, rng: np.random.Generator) -> Array:
    """Our order: the expected share of the least agreeing side, from as many draws as in the engine."""
    odds = np.array(list(bridging.log_odds(posterior, draws=2_048, rng=rng)))
    return np.argsort(-(1 / (1 + np.exp(-odds.min(axis=0)))).mean(axis=1), kind="stable")


def learned(counts: Array) -> bridging.Posterior:
    return bridging.learn(counts[:, :, 2], counts.sum(axis=2))


# --- policies -----------------------------------------------------------------------------------


def at_random(collected: Collected, rng: np.random.Generator) -> Chooser:
    return lambda person, may: int(rng.choice(np.flatnonzero(may)))


def polis_priority(collected: Collected, rng: np.random.Generator) -> Chooser:
    """Polis' comment priorities: drawn in proportion to (importance (1 + 8 2^(-S/5)))^2.

    importance = (1 - p) (E + 1) a, p and a the smoothed shares of passes and agreement, E the extremity:
    how far a person who agreed with this statement alone would stand from the middle of the map.
    """
    counts = collected.counts.sum(axis=0)
    seen = counts.sum(axis=1)
    passed, agreed = (counts[:, 1] + 1) / (seen + 2), (counts[:, 2] + 1) / (seen + 2)
    extremity = np.zeros(len(seen))
    if collected.total:
        here = space.find(collected.votes(), rng=rng)
        extremity = np.sqrt(len(seen)) * np.abs(1 - here.means) * np.linalg.norm(here.components, axis=0)
    priority = ((1 - passed) * (extremity + 1) * agreed * (1 + 8 * 2 ** (-seen / 5))) ** 2

    def choose(person: int, may: Array) -> int:
        ladder = np.cumsum(np.where(may, priority, 0.0))
        return int(np.searchsorted(ladder, rng.random() * ladder[-1], side="right").clip(0, len(ladder) - 1))

    return choose


def ours(collected: Collected, rng: np.random.Generator) -> Chooser:
    weighed = routing.prepare(learned(collected.counts), rng=rng)
    side = collected.given.side

    def choose(person: int, may: Array) -> int:
        question = routing.next_question(weighed, int(side[person]), may, rng=rng)
        assert question is not None
        return question.statement

    return choose


def told(collected: Collected, rng: np.random.Generator) -> Chooser:
    """No policy at all: asks as one may who knows the shares of all sides beforehand; about what choosing could give.

    Mostly the ten best, of those that lie near the border more, and the side that agrees least; of what is
    asked already less. The best of six such rules over the five conversations; on single ones a policy may be above it.
    """
    given = collected.given
    counts = given.votes.tally(given.side, given.sides)
    share = counts[:, :, 2] / counts.sum(axis=2)
    best = np.sort(given.share)[::-1]
    border = (best[TOP - 1] + best[TOP]) / 2
    near = share * (1 - share) / np.maximum(abs(share - border), 0.03)
    holds_back = np.exp(-(((share - given.share) / 0.1) ** 2) / 2)
    worth = (
        np.where(given.share >= border, 1.0, 0.15) * holds_back * near / (collected.counts.sum(axis=2) + 1)
    )

    def choose(person: int, may: Array) -> int:
        shaken = worth[given.side[person]] * np.exp(0.3 * rng.standard_normal(worth.shape[1]))
        return int(np.where(may, shaken, -1.0).argmax())

    return choose


def undeclared_counts(collected: Collected) -> Array:
    """Counts by the groups on the map of the collected votes: what Polis' consensus is reckoned between."""
    votes = collected.votes()
    if collected.total < 4 * collected.given.votes.statements:
        return votes.tally()
    found = found_groups(votes, collected.given.sides)
    return votes.tally(found, int(found.max()) + 1)


def found_counts(collected: Collected) -> Array:
    """Counts by the groups Tracktwo finds in the collected votes."""
    votes = collected.votes()
    rng = np.random.default_rng(0)
    found = cleavage.divide(
        votes,
        space.find(votes, rng=rng),
        at_most=collected.given.sides,
        smallest_share=0.1,
        draws=0,
        rng=rng,
    )
    return votes.tally(found.members, max(found.count, 1))


def ours_undeclared(collected: Collected, rng: np.random.Generator) -> Chooser:
    votes = collected.votes()
    here = space.find(votes, rng=rng) if collected.total else None
    weighed = routing.prepare(learned(found_counts(collected)), space=here, rng=rng)

    def choose(person: int, may: Array) -> int:
        question = routing.next_question(weighed, None, may, rng=rng)
        assert question is not None
        return question.statement

    return choose


DECLARED = (
    Policy("random + consensus", at_random, lambda c, rng: by_consensus(c.counts)),
    Policy("Polis priority + consensus", polis_priority, lambda c, rng: by_consensus(c.counts)),
    Policy(TOLD, told, lambda c, rng: by_score(learned(c.counts), rng)),
    Policy("Tracktwo", ours, lambda c, rng: by_score(learned(c.counts), rng)),
)
UNDECLARED = (
    Policy("Polis priority + consensus", polis_priority, lambda c, rng: by_consensus(undeclared_counts(c))),
    Policy("Tracktwo", ours_undeclared, lambda c, rng: by_score(learned(found_counts(c)), rng)),
)
