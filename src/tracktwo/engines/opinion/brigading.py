"""Brigading: crowds that vote as no crowd of people does, found so that results can be shown without them.

Three marks, each a comparison with how the others vote. *Copied*: on one half of the statements a person's
nearest neighbours foretell the other half almost exactly, more closely than two people ever agree.
*Unmoved*: the odds are the same whatever a statement says, but for the few that are pushed. *Pushing*: of
those who arrived together many say the same of a few statements against what their other votes foretell.

A mark is a suspicion and no proof: a campaign of real people may look alike. So nobody is taken out
silently, both results stand side by side, and people decide. Arrivals are numbers of batches in the order
of coming (codes handed out, days), never times of persons. Sources: Goodman 1974 (kinds of voters as latent
classes), Dawid and Skene 1979 (careless raters as one more kind), Drasgow, Levine and Williams 1985 (person fit).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt
from scipy import sparse, special

from tracktwo.engines.opinion import bridging, space
from tracktwo.engines.opinion.bridging import CommonGround
from tracktwo.engines.opinion.votes import Floats, Ints, Mask, Votes
from tracktwo.errors import BadInput

SURE = 0.95  # probability from which somebody is a suspect
FEWEST = 50  # voters; among fewer, friends and a wave cannot be told apart
SMALLEST = 5  # people; fewer are no wave
COPIED_SHARE = 0.02  # of all voters; below, a few people alike are friends and not a wave
UNMOVED_SHARE = 0.1  # a few in a hundred of any real crowd vote as if by lot
OWN_VOTES = 3.0  # whenever somebody came, their own votes must speak for suspicion so much (odds)
_CLASSES = 6  # kinds of honest voters
_SAMPLE = 2_500  # people compared pair by pair
_NEIGHBOURS = 5
_ALIKE = 0.75  # agreement beyond chance with neighbours on statements that did not choose them
_SLIP = 0.08  # how often a copy differs from what it copies, at first
# How much the kinds lean on each other, turn by turn: free kinds too early would take the rest of a wave for a kind.
_LENDS = (40.0, 40.0, 20.0, 20.0, 10.0, 10.0, 5.0, 3.0, 3.0)
_LOSE = 0.15  # share of the unmoved that may be lost for the sake of few false suspicions
_ARRIVED_LEAST = 10  # people of one arrival from which it is compared
_PUSHED = 0.25  # a push moves the share by at least so much
_PUSH_Z = 4.0
_TOLD = 12  # answers of a wave from which a share says something
_UNEVEN = 2.5  # at most, of a wave by lot; those picked for it are a little more uneven than luck
_LOPSIDED = 0.35  # from one half: 85 % say the same
_FAR = 3.0  # errors from which a statement is pushed and not left to the lot


class Kind(Enum):
    """By which mark a wave was found."""

    COPIED = "copied"
    UNMOVED = "unmoved"
    PUSHING = "pushing"


@dataclass(frozen=True, eq=False)
class Wave:
    """People who vote alike in a suspicious way: ``people`` int64, numbers of persons.

    ``favours``, ``opposes``: statements on which the wave stands most apart from the others, by how much.
    """

    kind: Kind
    people: Ints
    favours: tuple[int, ...]
    opposes: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Brigading:
    """``suspect`` bool[n]; ``suspicion`` float64[n], probability by the strongest mark; ``waves``, largest first."""

    suspect: Mask
    suspicion: Floats
    waves: tuple[Wave, ...]


@dataclass(frozen=True, eq=False)
class BothWays:
    """Common ground with everybody and without the suspects; ``kept``: how many of the first ``top`` stay."""

    everybody: CommonGround
    without: CommonGround
    top: int
    kept: int


_Found = tuple[Mask, Floats]  # who belongs to a wave, and how likely each person does


@dataclass(frozen=True, eq=False)
class _Crowd:
    """The votes as a sparse 0/1 table [n, 4 m] and who came with whom (0 for all where not known)."""

    votes: Votes
    cast: sparse.csr_array
    arrived: Ints

    @property
    def statements(self) -> int:
        return self.votes.statements

    def counts(self, weight: Floats) -> Floats:
        """Weighted votes [m, 3, c] from weights [n, c]."""
        return np.asarray(self.cast.T @ weight).reshape(self.statements, 4, -1)[:, :3]

    def log_likelihood(self, shares: Floats) -> Floats:
        """Of everybody's votes, [n, c], under shares [m, 3, c]."""
        table = np.zeros((self.statements, 4, shares.shape[2]))
        table[:, :3] = np.log(shares)
        return np.asarray(self.cast @ table.reshape(4 * self.statements, -1))


@dataclass(frozen=True, eq=False)
class _People:
    """Kinds of honest voters: ``shares`` float64[m, 3, c] of each answer, ``log_size`` float64[c]."""

    shares: Floats
    log_size: Floats

    def joint(self, crowd: _Crowd) -> Floats:
        return crowd.log_likelihood(self.shares) + self.log_size


def find(votes: Votes, *, arrived: npt.ArrayLike | None = None, rng: np.random.Generator) -> Brigading:
    """Look for waves in these votes.

    ``arrived`` int[n]: number of the batch each person came with, from 0, -1 not known. Without it the votes
    alone must tell. People with few answers are seldom suspects: there is too little to tell by.
    Cost: O(v) a round of some hundred rounds, and pairs of at most 2,500 people.
    """
    crowd = _crowd(votes, arrived)
    suspicion, waves = np.zeros(votes.people), list[Wave]()
    left = votes.answers_per_person() > 0
    if int(left.sum()) < FEWEST:
        return Brigading(np.zeros(votes.people, dtype=bool), suspicion, ())
    classes = _first_classes(crowd, left, rng)
    marks: tuple[tuple[Kind, Callable[[Mask], list[_Found]]], ...] = (
        (Kind.COPIED, lambda among: _copied(crowd, classes, among, rng)),
        (Kind.UNMOVED, lambda among: _unmoved(crowd, classes, among, rng)),
        (Kind.PUSHING, lambda among: _pushing(crowd, classes, among)),
    )
    for kind, look in marks:
        if int(left.sum()) < FEWEST:  # too few are left to be compared with
            break
        for people, likely in look(left):
            waves.append(_wave(kind, crowd, people))
            suspicion = np.maximum(suspicion, likely)
            left = left & ~people
    waves.sort(key=lambda wave: -len(wave.people))
    suspect = np.zeros(votes.people, dtype=bool)
    suspect[[i for wave in waves for i in wave.people]] = True
    return Brigading(suspect, suspicion, tuple(waves))


def both_ways(
    votes: Votes,
    side: npt.ArrayLike,
    suspect: npt.ArrayLike,
    *,
    sides: int,
    seed: int,
    top: int = 10,
) -> BothWays:
    """Common ground with and without the suspects, by the same seed, so that only they make the difference."""
    leave: Mask = np.asarray(suspect, dtype=bool)
    of_person = np.asarray(side, dtype=np.int64)
    everybody = bridging.common_ground(votes, of_person, sides=sides, rng=np.random.default_rng(seed))
    without = bridging.common_ground(
        votes.of(~leave), of_person[~leave], sides=sides, rng=np.random.default_rng(seed)
    )
    kept = len(set(everybody.ranked[:top]) & set(without.ranked[:top]))
    return BothWays(everybody, without, top, kept)


# --- the crowd ----------------------------------------------------------------------------------


def _crowd(votes: Votes, arrived: npt.ArrayLike | None) -> _Crowd:
    batch = np.zeros(votes.people, dtype=np.int64) if arrived is None else np.asarray(arrived, np.int64) + 1
    if batch.shape != (votes.people,) or (batch.size and batch.min() < 0):
        raise BadInput(
            "the arrivals do not name every person once", remedy="give one number, or -1, per person"
        )
    cast = sparse.csr_array(
        (np.ones(len(votes)), votes.code.astype(np.int32), votes.start),
        shape=(votes.people, 4 * votes.statements),
    )
    return _Crowd(votes, cast, batch)


def _wave(kind: Kind, crowd: _Crowd, people: Mask) -> Wave:
    """The wave, with the statements whose share of agreement differs most from that of all others."""
    counts = crowd.counts(np.stack([people, ~people], axis=1).astype(float))
    answers = counts.sum(axis=1)
    share = (counts[:, 2] + 1) / (answers + 2)
    error = np.sqrt((share * (1 - share) / (answers + 2)).sum(axis=1))
    ahead = share[:, 0] - share[:, 1]
    clear = np.abs(ahead) > np.maximum(_PUSHED, 3 * error)
    order = np.argsort(-np.abs(ahead), kind="stable")
    favours = tuple(int(j) for j in order if clear[j] and ahead[j] > 0)
    opposes = tuple(int(j) for j in order if clear[j] and ahead[j] < 0)
    return Wave(kind, np.flatnonzero(people), favours[:5], opposes[:5])


def _first_classes(crowd: _Crowd, voted: Mask, rng: np.random.Generator) -> Floats:
    """Soft membership [n, c] to begin with: thirds along the map's first axis, halves along the second."""
    positions = space.find(crowd.votes, rng=rng).positions[voted]
    x, y = (np.argsort(np.argsort(axis, kind="stable"), kind="stable") for axis in positions.T)
    cell = x * 3 // len(x) * 2 + y * 2 // len(y)
    member = np.zeros((crowd.votes.people, _CLASSES))
    member[voted] = 0.05
    member[np.flatnonzero(voted), cell] += 1 - 0.05 * _CLASSES
    return member


def _people(crowd: _Crowd, member: Floats, weight: Floats | Mask, lend: float) -> _People:
    """The kinds of voters from soft memberships; few answers are lent the shares of all kinds together."""
    counted = member * weight[:, None]
    counts = crowd.counts(counted)
    everybody = counts.sum(axis=2, keepdims=True) + 1
    everybody /= everybody.sum(axis=1, keepdims=True)
    shares = (counts + lend * everybody) / (counts.sum(axis=1, keepdims=True) + lend)
    return _People(shares, np.log(counted.sum(axis=0) + 1) - np.log(counted.sum() + _CLASSES))


def _settled(
    crowd: _Crowd, member: Floats, weight: Floats | Mask, *, rounds: int = 25, lend: float = 3.0
) -> _People:
    """The kinds of voters found by repeating membership and shares; ``weight`` 0 leaves a person out."""
    for _ in range(rounds):
        people = _people(crowd, member, weight, lend)
        member = special.softmax(people.joint(crowd), axis=1)
    return people


def _prior(suspicion: Floats, counted: Mask, arrived: Ints) -> Floats:
    """How usual suspects are among those one came with, leaning on how usual they are at all: float64[n]."""
    usual = float(suspicion[counted].mean())
    inside = np.bincount(arrived, suspicion * counted)
    share = (inside + 5 * usual) / (np.bincount(arrived, counted) + 5)
    return np.asarray(np.clip(share[arrived], 1e-6, 0.95))


# --- copied -------------------------------------------------------------------------------------


def _copied(crowd: _Crowd, classes: Floats, voted: Mask, rng: np.random.Generator) -> list[_Found]:
    """Waves of near copies: seeds by held-out likeness, a pattern from the seeds, everybody against the pattern."""
    patterns = _patterns(crowd.votes, voted, rng)
    if patterns:  # once more without the first: of several waves the smaller hide among the larger
        near = _near(crowd, np.array(patterns))
        patterns += _patterns(crowd.votes, voted & ~near, rng)
    if not patterns:
        return []
    patterns_of = np.array(patterns)
    outside = voted & ~_near(crowd, patterns_of)
    for _ in range(3):
        people = _settled(crowd, classes, outside)
        likely = _copies(crowd, patterns_of, special.logsumexp(people.joint(crowd), axis=1), voted)
        outside = np.asarray(voted * (1 - likely.sum(axis=1)))
    best = likely.argmax(axis=1)
    waves = []
    least = max(SMALLEST, COPIED_SHARE * int(voted.sum()))
    for p in range(len(patterns)):
        members = (best == p) & (likely[:, p] >= SURE)
        if members.sum() >= least:
            waves.append((members, np.where(members, likely[:, p], 0.0)))
    return waves


def _near(crowd: _Crowd, patterns: Ints) -> Mask:
    """Who says much the same as a pattern: left out of the first look at how the others vote."""
    same, both = np.zeros((2, crowd.statements, 4, len(patterns)))
    for p, pattern in enumerate(patterns):
        known = np.flatnonzero(pattern != 9)
        both[known, :3, p] = 1
        same[known, pattern[known] + 1, p] = 1
    alike, shared = (crowd.cast @ table.reshape(4 * crowd.statements, -1) for table in (same, both))
    return np.asarray(((alike >= (1 - 3 * _SLIP) * shared) & (shared >= 4)).any(axis=1))


def _copies(crowd: _Crowd, patterns: Ints, honest: Floats, voted: Mask) -> Floats:
    """Probability [n, p] that a person copies each pattern [p, m] (9: silent on it)."""
    shares = np.full((crowd.statements, 3, len(patterns)), 1 / 3)
    for p, pattern in enumerate(patterns):
        known = np.flatnonzero(pattern != 9)
        shares[known, :, p] = _SLIP / 2
        shares[known, pattern[known] + 1, p] = 1 - _SLIP
    gain = crowd.log_likelihood(shares) - honest[:, None]
    likely = special.expit(gain - np.log(9 * len(patterns)))
    for _ in range(10):
        prior = np.stack([_prior(column, voted, crowd.arrived) for column in likely.T], axis=1)
        weight = np.log(prior) + np.where(gain >= np.log(OWN_VOTES), gain, -np.inf)
        honestly = np.log(np.clip(1 - prior.sum(axis=1, keepdims=True), 0.05, 1))
        likely = special.softmax(np.concatenate([weight, honestly], axis=1), axis=1)[:, :-1] * voted[:, None]
    return np.asarray(likely)


def _patterns(votes: Votes, voted: Mask, rng: np.random.Generator) -> list[Ints]:
    """What waves of near copies copy, int64[m] each (9: unknown), from a sample of the people."""
    sample = np.flatnonzero(voted)
    if len(sample) > _SAMPLE:
        sample = np.sort(rng.choice(sample, _SAMPLE, replace=False))
    table = votes.of(sample).table()
    alike = likeness(table, rng)
    seeds = table[alike >= _ALIKE]
    patterns: list[Ints] = []
    while len(seeds) >= SMALLEST:
        near = _same_share(seeds) >= 1 - 2 * _SLIP
        core = near[int(near.sum(axis=1).argmax())]
        if core.sum() < SMALLEST:
            break
        patterns.append(_majority(seeds[core]))
        seeds = seeds[~core]
    return patterns


def likeness(table: npt.NDArray[np.int8], rng: np.random.Generator) -> Floats:
    """How well a person's nearest neighbours foretell their votes: 0 by chance, 1 exactly; float64[n].

    Neighbours are chosen on one half of the statements and judged on the other half, then the other way
    round: among many people somebody is always alike by chance, but only on what was looked at.
    -1 where too little is answered in common. ``table`` [n, m] with 9 for missing.
    """
    half = rng.permutation(table.shape[1]) % 2 == 0
    same, chance, both = (
        np.stack(pair) for pair in zip(*(_agreement(table, h) for h in (half, ~half)), strict=True)
    )
    good, possible = np.zeros(len(table)), np.zeros(len(table))
    for choose, judge in ((0, 1), (1, 0)):
        surprise = (same[choose] - chance[choose]) / np.sqrt(np.maximum(both[choose] - chance[choose], 0.25))
        surprise[both[choose] < 3] = -np.inf
        np.fill_diagonal(surprise, -np.inf)
        k = min(_NEIGHBOURS, len(table) - 1)
        nearest = np.argpartition(-surprise, k - 1, axis=1)[:, :k]
        row = np.arange(len(table))[:, None]
        valid = np.isfinite(surprise[row, nearest])
        good += np.where(valid, (same[judge] - chance[judge])[row, nearest], 0).sum(axis=1)
        possible += np.where(valid, (both[judge] - chance[judge])[row, nearest], 0).sum(axis=1)
    enough = possible >= _NEIGHBOURS
    return np.asarray(np.divide(good, possible, where=enough, out=np.full(len(table), -1.0)))


def _agreement(table: npt.NDArray[np.int8], columns: Mask) -> tuple[Floats, Floats, Floats]:
    """For each pair of people on these statements: said the same, expected by chance, answered both."""
    said = [(table[:, columns] == vote).astype(np.float32) for vote in (-1, 0, 1)]
    answered = said[0] + said[1] + said[2]
    share = np.array([x.sum(axis=0) for x in said]) / np.maximum(answered.sum(axis=0), 1)
    same = sum(x @ x.T for x in said)
    chance = (answered * (share**2).sum(axis=0)) @ answered.T
    return np.asarray(same), np.asarray(chance), np.asarray(answered @ answered.T)


def _same_share(table: npt.NDArray[np.int8]) -> Floats:
    everywhere = np.ones(table.shape[1], dtype=bool)
    same, _, both = _agreement(table, everywhere)
    return np.asarray(np.divide(same, both, where=both >= 4, out=np.zeros(same.shape)))


def _majority(table: npt.NDArray[np.int8]) -> Ints:
    counts = np.stack([(table == vote).sum(axis=0) for vote in (-1, 0, 1)])
    pattern = counts.argmax(axis=0) - 1
    return np.asarray(np.where(counts.sum(axis=0) >= 2, pattern, 9))


# --- unmoved ------------------------------------------------------------------------------------


def _unmoved(crowd: _Crowd, classes: Floats, counted: Mask, rng: np.random.Generator) -> list[_Found]:
    """Voters whose odds are the same whatever most statements say; none where they are few in a hundred."""
    least = max(SMALLEST, UNMOVED_SHARE * int(counted.sum()))
    halves = rng.permutation(crowd.statements) % 2 == 0
    suspicion = _first_unmoved(crowd, halves, classes, counted)
    if suspicion.sum() < least / 2:
        return []
    for lend in _LENDS:
        shares, _ = _nearly_flat(crowd, suspicion * (suspicion > 0.5))
        people = _settled(crowd, classes, counted & (suspicion <= 0.5), lend=lend)
        gain = crowd.log_likelihood(shares)[:, 0] - special.logsumexp(people.joint(crowd), axis=1)
        suspicion = special.expit(gain + special.logit(_prior(suspicion, counted, crowd.arrived))) * counted
    likely = (suspicion >= SURE) & (gain >= np.log(OWN_VOTES))
    if likely.sum() < least:
        return []
    drawn = _drawn(crowd.votes.of(likely), shares[:, :, 0], rng)
    again = drawn.log_likelihood(shares)[:, 0] - special.logsumexp(people.joint(drawn), axis=1)
    pushes = not np.allclose(shares, shares[:1])  # what is pushed tells more than the rest
    suspects = likely & (gain >= float(np.quantile(again, 0.0 if pushes else _LOSE)))
    if suspects.sum() < least or _nearly_flat(crowd, suspects.astype(float))[1] > _UNEVEN:
        return []
    return [(suspects, np.where(suspects, suspicion, np.minimum(suspicion, SURE - 0.01)))]


def _first_unmoved(crowd: _Crowd, half: Mask, classes: Floats, counted: Mask) -> Floats:
    """A first guess, float64[n]: kinds of voters found on half of the statements that show no odds of their own on
    the other half; and the other way round. Votes by lot always look like some kind on what was looked at.
    """
    suspicion = np.zeros(crowd.votes.people)
    for hidden in (half, ~half):
        seen, rest = (_crowd(crowd.votes.without(h), None) for h in (hidden, ~hidden))
        for kind in _kinds_and_lot(seen, classes, counted).T:
            sure = kind * (kind > 0.5)
            if _nearly_flat(rest, sure)[1] <= 1:
                suspicion = np.maximum(suspicion, sure)
    return suspicion


def _kinds_and_lot(crowd: _Crowd, classes: Floats, counted: Mask) -> Floats:
    """Membership [n, c + 1] in kinds of voters, and last in those who seem to vote by lot, fitted together."""
    lot = np.full(crowd.votes.people, 0.1) * counted
    odds = np.array([0.45, 0.1, 0.45])
    member = classes * 0.9
    for step in range(40):
        people = _people(crowd, member, counted, 10.0)
        if step >= 15:
            said = crowd.counts(lot[:, None]).sum(axis=(0, 2)) + 1
            odds = said / said.sum()
        flat = crowd.log_likelihood(np.tile(odds[None, :, None], (crowd.statements, 1, 1)))
        usual = np.clip(lot[counted].mean(), 0.01, 0.9)
        joint = np.concatenate([people.joint(crowd) + np.log(1 - usual), flat + np.log(usual)], axis=1)
        whole = special.softmax(joint, axis=1) * counted[:, None]
        member, lot = whole[:, :-1], whole[:, -1]
    return np.asarray(whole)


def _nearly_flat(crowd: _Crowd, weight: Floats) -> tuple[Floats, float]:
    """Shares [m, 3, 1] of a wave, the same everywhere but where it clearly pushes; and how uneven it is else.

    Uneven: over the statements it does not push, the mean squared distance from the same share everywhere in
    units of luck, less two errors: above 1 it is more than luck. To push is to be nearly unanimous. Infinite
    where it pushes more than two in five, where it says nearly the same of all, and where few answered.
    """
    counts = crowd.counts(weight[:, None])[:, :, 0]
    answers = counts.sum(axis=1)
    odds = np.array([0.45, 0.1, 0.45])
    asked = answers >= _TOLD
    pushed = np.zeros(crowd.statements, dtype=bool)
    for _ in range(5):
        said = counts[~pushed].sum(axis=0) + 1
        odds = said / said.sum()
        luck = odds[2] * (1 - odds[2]) * np.maximum(answers, 1)
        apart = (counts[:, 2] - answers * odds[2]) ** 2 / luck
        lopsided = np.abs(counts[:, 2] / np.maximum(answers, 1) - 0.5) > _LOPSIDED
        pushed = asked & (apart > _FAR**2) & lopsided
    shares = np.where(pushed[:, None], (counts + 3 * odds) / (answers + 3)[:, None], odds)
    still = int((asked & ~pushed).sum())
    if still < max(4, 0.6 * asked.sum()) or abs(odds[2] - 0.5) > _LOPSIDED:
        return shares[:, :, None], np.inf
    return shares[:, :, None], float(apart[asked & ~pushed].mean() - 2 * np.sqrt(2 / still))


def _drawn(votes: Votes, shares: Floats, rng: np.random.Generator) -> _Crowd:
    """The same people answer the same statements by lot, with shares [m, 3]."""
    ladder = shares.cumsum(axis=1)[votes.code >> 2]
    lot = (rng.random((len(votes), 1)) > ladder[:, :2]).sum(axis=1).astype(votes.code.dtype)
    return _crowd(Votes(votes.start, votes.code >> 2 << 2 | lot, votes.statements), None)


# --- pushing ------------------------------------------------------------------------------------


def _pushing(crowd: _Crowd, classes: Floats, counted: Mask) -> list[_Found]:
    """Arrivals many of whom push the same few statements against what their other votes foretell.

    Compared with the quiet arrivals, those that push nothing; none where less than half are quiet.
    """
    batches = [b for b in np.unique(crowd.arrived[counted]) if b > 0]
    inside = [counted & (crowd.arrived == batch) for batch in batches]
    came = np.bincount(crowd.arrived)
    # What is left of an arrival after most of it was found otherwise is no sample of it.
    inside = [
        one
        for one, batch in zip(inside, batches, strict=True)
        if one.sum() >= max(_ARRIVED_LEAST, came[batch] / 2)
    ]
    if len(inside) < 3:
        return []
    counts = crowd.counts(np.stack(inside, axis=1).astype(float))
    pushed = _pushed(counts)
    quiet = np.array([len(one) < 2 for one in pushed])
    if quiet.sum() <= len(inside) / 2:
        return []
    usual = np.any([one for one, calm in zip(inside, quiet, strict=True) if calm], axis=0)
    people = _settled(crowd, classes, usual)
    loud = [(one, push) for one, push in zip(inside, pushed, strict=True) if len(push) >= 2]
    return [found for found in (_pushers(crowd, people, *one) for one in loud) if found[0].sum() >= SMALLEST]


def _pushed(counts: Floats) -> list[list[tuple[int, int]]]:
    """For each arrival the statements and answers (0 disagree, 2 agree) far above the middle of all arrivals."""
    answers = counts.sum(axis=1)
    share = np.divide(
        counts, answers[:, None], where=answers[:, None] >= 4, out=np.full(counts.shape, np.nan)
    )
    told = (answers >= 4).sum(axis=1) >= 3
    middle = np.full(counts.shape[:2], np.nan)
    middle[told] = np.nanmedian(share[told], axis=2)
    error = np.sqrt(np.clip(middle * (1 - middle), 0.01, None)[:, :, None] / np.maximum(answers, 1)[:, None])
    ahead = share - middle[:, :, None]
    far = np.nan_to_num(ahead) > np.maximum(_PUSHED, _PUSH_Z * np.nan_to_num(error, nan=1.0))
    return [
        [(int(j), int(v)) for j, v in np.argwhere(far[:, :, b]) if v != 1] for b in range(counts.shape[2])
    ]


def _pushers(crowd: _Crowd, people: _People, inside: Mask, pushed: list[tuple[int, int]]) -> _Found:
    """Who of an arrival says what it pushes, more than their votes on everything else foretell."""
    who = np.flatnonzero(inside)
    aimed = np.isin(np.arange(crowd.statements), [j for j, _ in pushed])
    other = _crowd(crowd.votes.of(who).without(aimed), None)
    member = special.softmax(people.joint(other), axis=1)
    table = crowd.votes.of(who).table()
    gain, matched = np.zeros(len(who)), np.zeros(len(who), dtype=int)
    for j, answer in pushed:
        same = table[:, j] == answer - 1
        chance = np.clip(member @ people.shares[j, answer], 0.02, 0.98)
        odds = np.where(same, np.log((1 - _SLIP) / chance), np.log(_SLIP / (1 - chance)))
        gain += np.where(table[:, j] == 9, 0.0, odds)
        matched += same
    share = 0.5
    for _ in range(20):
        suspicion = special.expit(gain + special.logit(share))
        share = float(np.clip(suspicion.mean(), 0.01, 0.95))
    found, likely = np.zeros(crowd.votes.people, dtype=bool), np.zeros(crowd.votes.people)
    likely[who] = suspicion
    found[who] = (suspicion >= 0.9) & (matched >= 2) & (gain >= np.log(OWN_VOTES))
    return found, likely
