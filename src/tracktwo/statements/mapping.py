"""From a conversation to its map: the one way from exported votes through the engine to a report.

Pure: arrays and frozen dataclasses, no web framework, no clock. The same conversation and the same seed
give the same report to the last bit. The report holds no single person: shares of sides or groups with at
least five answers, and a map of cells of at least five people.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tracktwo import __version__
from tracktwo.engines.opinion import bridging, crossing, groups, slate, space
from tracktwo.engines.opinion.distributed import Scattered
from tracktwo.engines.opinion.exports import Conversation, Sides
from tracktwo.engines.opinion.votes import Counted, Votes
from tracktwo.figures import Cell, gather
from tracktwo.statements import reckoning
from tracktwo.statements.reckoning import Reckoned
from tracktwo.statements.rules import REACH_NAMES, Reach

MAP_FROM = 30  # voters; below, a map would be read for more than it says
LEAST_IN_CELL = 5
SMALL_GROUP = 20
SHOWN = 10  # statements in a list, at most
SLATE = 5  # statements that together speak for everybody
HELD = 4  # statements named for a group
_Z95 = 1.6448536269514722  # one-sided 95 %

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Part:
    """A declared side, a found group, or everyone: `people` who voted among them."""

    letter: str
    name: str
    hue: int
    people: int
    share: float


@dataclass(frozen=True)
class Standing:
    """How one part stands on one statement. Nothing but `shown` = False below five answers.

    `support` is the posterior mean of the share that agrees, `low`..`high` its 90 % interval.
    """

    shown: bool
    answers: int | None
    agree: int | None
    disagree: int | None
    passed: int | None
    support: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Statement:
    """A statement with what every part says of it; `number` is its number in the export.

    `kind`: shared (a credible majority of every part), dividing (a credible majority of one, credibly
    none of another) or open. `credible` is the probability of the first, `weakest` the expected support
    of the least supporting part; both None where a part gave fewer than five answers.
    """

    number: int
    text: str
    kind: str
    answers: int
    agree_overall: float | None
    credible: float | None
    weakest: float | None
    standings: tuple[Standing, ...]


@dataclass(frozen=True)
class Held:
    """A statement on which a group stands out: the shares that take its side inside and among the others."""

    number: int
    text: str
    agrees: bool
    inside: float
    outside: float


@dataclass(frozen=True)
class Found:
    """The groups found from the votes, whether or not sides are declared."""

    parts: tuple[Part, ...]
    silhouette: float | None
    stability: float | None
    on_line: bool  # people answered so little that only the two ends of one line are told apart
    held: tuple[tuple[Held, ...], ...]


@dataclass(frozen=True)
class Crossed:
    """Where the groups found lie across the declared sides; K sides, k groups.

    `words` [K][k]: how many of the side are in the group; None where words and the totals would tell of persons.
    `people` [K][k]: the same in numbers, only where none is below five. `across`: for each group the places of
    the sides it lies across. `likeness`: adjusted Rand index of sides and groups. `held`: what holds it together;
    a group across sides is compared with those of the same sides who are not in it.
    """

    words: tuple[tuple[str, ...], ...] | None
    people: tuple[tuple[int, ...], ...] | None
    across: tuple[tuple[int, ...], ...]
    likeness: float | None
    held: tuple[tuple[Held, ...], ...]

    @property
    def bridge(self) -> int | None:
        """The group that lies across most sides, the largest of several."""
        most = max(map(len, self.across), default=0)
        return next((g for g, sides in enumerate(self.across) if most and len(sides) == most), None)


@dataclass(frozen=True)
class Unexpected:
    """A side supports a statement (its place in `statements`) of which `expected` had been foretold."""

    place: int
    side: int
    expected: float


@dataclass(frozen=True)
class Wave:
    """People who vote as no crowd of people does: how many, and by which mark (see `rules.MARKS`)."""

    mark: str
    people: int


@dataclass(frozen=True)
class Suspected:
    """Votes that may not be people's. `looked` is False where too few voted to look.

    `everybody` and `without` are the first ten places in `statements` with everybody and without the `people`
    suspected, empty where nobody is; `kept`: how many of the first ten stay. All else in a report counts everybody.
    """

    looked: bool
    people: int
    waves: tuple[Wave, ...]
    everybody: tuple[int, ...]
    without: tuple[int, ...]
    kept: int


@dataclass(frozen=True)
class Slate:
    """A few statements that speak for everybody in proportion: `places` in `statements`, in the order chosen.

    `mean`: with how many of them people agree, missing votes lent; `nine_in_ten` agree with so many or more.
    `fair`: no crowd as large as a place of its own goes short of it (EJR+).
    """

    places: tuple[int, ...]
    mean: float
    nine_in_ten: float
    fair: bool


@dataclass(frozen=True)
class MapReport:
    """All that a report shows. `parts` are what the statements are compared between (see `compared`).

    `shared`, `dividing`, `traps`, `minorities` are places in `statements`, most telling first. `slate`: only from
    so many voters as a map, where there are more statements than places, and not of votes in parts.
    """

    title: str
    description: str
    link: str
    compared: str  # sides, groups or everyone
    people: int
    votes: int
    votes_each: int
    rejected: int
    parts: tuple[Part, ...]
    found: Found
    statements: tuple[Statement, ...]
    ranked: int
    shared: tuple[int, ...]
    nearest: tuple[int, ...]
    dividing: tuple[int, ...]
    traps: tuple[int, ...]
    minorities: tuple[int, ...]
    crossed: Crossed | None
    unexpected: tuple[Unexpected, ...]
    suspected: Suspected
    slate: Slate | None
    cells: tuple[Cell, ...]
    seed: int
    version: str
    data: str

    def as_data(self) -> dict[str, Any]:
        """Plain values for JSON, shares to four digits."""
        plain: dict[str, Any] = _rounded(asdict(self))
        return plain


def analyse(
    conversation: Conversation,
    seed: int = 1,
    sides: Sides | None = None,
    scattered: Scattered | None = None,
) -> MapReport:
    """Find the groups and what every part supports; the engine's cost, under a second to a million votes.

    Statements are compared between the declared sides, else between the groups found, else (where the
    votes show no two groups of five) only over everyone. Rejected statements count nowhere. `scattered`: the
    votes where they lie, in parts; the conversation then only says what they are about.
    """
    rejected = conversation.moderated == -1
    everything = conversation.votes if scattered is None else scattered
    votes = everything.without(rejected)
    reckoned = reckoning.reckon(
        votes, seed=seed, side=sides.side if sides else None, sides=len(sides.names) if sides else 0
    )
    opinions, fit, ground = reckoned.space, reckoned.groups, reckoned.ground
    parts = _parts_compared(reckoned, sides)
    live = np.flatnonzero(~rejected)
    overall = votes.tally()[0]
    statements = tuple(_statement(conversation, overall, ground, j) for j in live.tolist())
    place = {j: k for k, j in enumerate(live.tolist())}
    ranked = [place[j] for j in ground.ranked]
    voters = votes.answers_per_person()[votes.answers_per_person() > 0]
    return MapReport(
        title=conversation.title,
        description=conversation.description,
        link=conversation.link,
        compared=reckoned.compared,
        people=len(voters),
        votes=len(votes),
        votes_each=int(np.median(voters)) if len(voters) else 0,
        rejected=int(rejected.sum()),
        parts=parts,
        found=_found(conversation, votes, fit, taken=len(sides.names) if sides else 0),
        statements=statements,
        ranked=len(ranked),
        shared=tuple(k for k in ranked if statements[k].kind == "shared"),
        nearest=tuple(k for k in ranked if statements[k].kind != "shared")[:3],
        dividing=_widest(statements),
        traps=tuple(place[j] for j in ground.majority_traps),
        minorities=tuple(place[j] for j in ground.invisible_minorities),
        crossed=_crossed(conversation, reckoned),
        unexpected=tuple(
            Unexpected(place[one.statement], one.side, one.expected) for one in reckoned.unexpected
        ),
        suspected=_suspected(reckoned, place),
        slate=_slate(votes, reckoned, place) if isinstance(votes, Votes) else None,
        cells=_cells(opinions, fit) if len(voters) >= MAP_FROM else (),
        seed=seed,
        version=__version__,
        data=fingerprint(conversation, sides, everything),
    )


def _slate(votes: Votes, reckoned: Reckoned, place: dict[int, int]) -> Slate | None:
    """Chosen among what every part answered; a missing vote counts as the part's share, of no part as everybody's."""
    voted = votes.answers_per_person() > 0
    may = np.zeros(votes.statements, dtype=bool)
    may[list(reckoned.ground.ranked)] = True
    if voted.sum() < MAP_FROM or may.sum() <= SLATE:
        return None
    counts = votes.tally()[0]
    everybody = (counts[:, 2] + 1) / (counts.sum(axis=1) + 2)
    part = reckoned.part[voted]
    lent = np.vstack([reckoned.ground.support, everybody])
    given = slate.approvals(votes.of(voted), np.where(part < 0, reckoned.parts, part), lent)
    found = slate.find(given, SLATE, may=may)
    return Slate(
        places=tuple(place[j] for j in found.statements),
        # To a tenth: closer, the second would tell which of the few a single person answered.
        mean=round(float(found.satisfaction.mean()), 1),
        nine_in_ten=round(float(np.quantile(found.satisfaction, 0.1)), 1),
        fair=found.audit.fair,
    )


def fingerprint(
    conversation: Conversation, sides: Sides | None = None, votes: Votes | Scattered | None = None
) -> str:
    """SHA-256 over all that the report depends on."""
    whole = hashlib.sha256((conversation.votes if votes is None else votes).digest())
    for numbers in (conversation.statement_ids, conversation.moderated):
        whole.update(np.ascontiguousarray(numbers).tobytes())
    words = (*conversation.texts, conversation.title, *(sides.names if sides else ()))
    whole.update("\0".join(words).encode())
    if sides:
        whole.update(sides.side.tobytes())
    return whole.hexdigest()


def _parts_compared(reckoned: Reckoned, sides: Sides | None) -> tuple[Part, ...]:
    if reckoned.compared == reckoning.SIDES and sides:
        voted = reckoned.space.answered > 0
        return _parts(tuple("ABCDEFGH"[: len(sides.names)]), sides.names, sides.side[voted])
    if reckoned.compared == reckoning.GROUPS:
        return _group_parts(reckoned.groups)
    return _parts(("·",), ("Everyone",), reckoned.part[reckoned.part >= 0])


def _group_parts(fit: groups.Groups, taken: int = 0) -> tuple[Part, ...]:
    """Groups found have numbers, sides declared have letters and the first hues: never to be mixed up."""
    numbers = tuple(str(g + 1) for g in range(fit.count))
    names = tuple(f"Group {number}" for number in numbers)
    return _parts(numbers, names, fit.members[fit.members >= 0], taken)


def _parts(
    letters: tuple[str, ...], names: tuple[str, ...], members: Ints, taken: int = 0
) -> tuple[Part, ...]:
    people = np.bincount(members[members >= 0], minlength=len(names)).tolist()
    return tuple(
        Part(letter, name, (taken + g) % 8 + 1, people[g], people[g] / max(len(members), 1))
        for g, (letter, name) in enumerate(zip(letters, names, strict=True))
    )


def _statement(conversation: Conversation, overall: Ints, ground: bridging.CommonGround, j: int) -> Statement:
    answers = int(overall[j].sum())
    whole = bool(ground.exposed[:, j].all())
    return Statement(
        number=int(conversation.statement_ids[j]),
        text=conversation.texts[j],
        kind=_kind(ground, j),
        answers=answers,
        agree_overall=float(overall[j, 2] / answers) if answers >= LEAST_IN_CELL else None,
        credible=float(ground.credible[j]) if whole else None,
        weakest=float(ground.score[j]) if whole else None,
        standings=tuple(_standing(ground, g, j) for g in range(len(ground.support))),
    )


def _kind(ground: bridging.CommonGround, j: int) -> str:
    exposed, majority = ground.exposed[:, j], ground.majority[:, j]
    if exposed.all() and ground.credible[j] >= bridging.CREDIBLE:
        return "shared"
    likes = (majority >= bridging.CREDIBLE) & exposed
    cannot = (majority <= 1 - bridging.CREDIBLE) & exposed
    return "dividing" if likes.any() and cannot.any() else "open"


def _standing(ground: bridging.CommonGround, g: int, j: int) -> Standing:
    if not ground.exposed[g, j]:
        return Standing(False, None, None, None, None, None, None, None)
    return Standing(
        True,
        int(ground.answers[g, j]),
        int(ground.agree[g, j]),
        int(ground.disagree[g, j]),
        int(ground.passed[g, j]),
        float(ground.support[g, j]),
        float(ground.low[g, j]),
        float(ground.high[g, j]),
    )


def _widest(statements: tuple[Statement, ...]) -> tuple[int, ...]:
    """The dividing statements, widest gap between two parts first."""
    gap = {k: spread(s) for k, s in enumerate(statements) if s.kind == "dividing"}
    return tuple(sorted(gap, key=lambda k: (-gap[k], statements[k].number)))


def spread(statement: Statement) -> float:
    """The gap in support between the most and the least supporting part."""
    shares = [s.support for s in statement.standings if s.support is not None]
    return max(shares) - min(shares) if shares else 0.0


def _found(conversation: Conversation, votes: Counted, fit: groups.Groups, taken: int) -> Found:
    counts = votes.tally(fit.members, max(fit.count, 1))
    several = fit.count >= 2
    return Found(
        parts=_group_parts(fit, taken),
        silhouette=_finite(fit.silhouette),
        stability=_finite(fit.stability),
        on_line=fit.on_line,
        held=tuple(_held(conversation, counts, g) for g in range(fit.count)) if several else (),
    )


def _held(conversation: Conversation, counts: Ints, g: int) -> tuple[Held, ...]:
    """Where most of a group take a side and more so than the others: two-proportion z, largest first.

    counts int[K, m, 3] (disagree, pass, agree). Only statements with five answers inside and outside;
    z above 1.64 on shares (count + 1) / (answers + 2), so that few answers do not stand out by chance and
    a small group never reads as unanimous.
    """
    own, other = counts[g], counts.sum(axis=0) - counts[g]
    n, rest = own.sum(axis=1), other.sum(axis=1)
    enough = (n >= LEAST_IN_CELL) & (rest >= LEAST_IN_CELL)
    found: list[tuple[float, int, bool, float, float]] = []
    for agrees in (True, False):
        answer = 2 if agrees else 0
        inside, outside = (own[:, answer] + 1) / (n + 2), (other[:, answer] + 1) / (rest + 2)
        error = np.sqrt(inside * (1 - inside) / (n + 2) + outside * (1 - outside) / (rest + 2))
        z = (inside - outside) / error
        found += [
            (float(z[j]), j, agrees, float(inside[j]), float(outside[j]))
            for j in np.flatnonzero(enough & (z > _Z95) & (inside > 0.5)).tolist()
        ]
    found.sort(key=lambda f: (-f[0], f[1]))
    return tuple(
        Held(int(conversation.statement_ids[j]), conversation.texts[j], agrees, inside, outside)
        for _, j, agrees, inside, outside in found[:HELD]
    )


def _crossed(conversation: Conversation, reckoned: Reckoned) -> Crossed | None:
    found = reckoned.crossing
    if found is None:
        return None
    reach = reckoning.told_reaches(found.table, found.undeclared, rounded=False)
    in_numbers = min(found.table.min(), found.undeclared[found.undeclared > 0].min(initial=LEAST_IN_CELL))
    exact = bool(in_numbers >= LEAST_IN_CELL)
    if exact:
        reach = reckoning.reaches(found.table)
    told = () if reach is None else reckoning.across(reach)
    return Crossed(
        words=None if reach is None else tuple(tuple(REACH_NAMES[Reach(w)] for w in row) for row in reach),
        people=tuple(map(tuple, found.table.tolist())) if exact else None,
        across=found.across if exact else told,
        likeness=_finite(found.likeness),
        held=tuple(tuple(_held_by(conversation, one) for one in group[:HELD]) for group in found.held),
    )


def _suspected(reckoned: Reckoned, place: dict[int, int]) -> Suspected:
    found = reckoned.brigading
    if found is None or reckoned.without is None:
        return Suspected(found is not None, 0, (), (), (), 0)
    orders = [[place[j] for j in one.ground.ranked[:SHOWN]] for one in (reckoned, reckoned.without)]
    return Suspected(
        looked=True,
        people=int(found.suspect.sum()),
        waves=tuple(Wave(wave.kind.value, len(wave.people)) for wave in found.waves),
        everybody=tuple(orders[0]),
        without=tuple(orders[1]),
        kept=len(set(orders[0]) & set(orders[1])),
    )


def _held_by(conversation: Conversation, one: crossing.Held) -> Held:
    number, text = int(conversation.statement_ids[one.statement]), conversation.texts[one.statement]
    return Held(number, text, one.agrees, one.inside, one.outside)


def _cells(opinions: space.Space, fit: groups.Groups) -> tuple[Cell, ...]:
    """The map in cells, in units of its own reach: the axes have no unit, only distances compare."""
    cells = gather(opinions.positions, fit.members, least=LEAST_IN_CELL)
    reach = max((abs(v) for c in cells for v in (c.x, c.y)), default=1.0) or 1.0
    return tuple(Cell(c.x / reach, c.y / reach, c.people, c.group) for c in cells)


def _finite(number: float) -> float | None:
    return float(number) if np.isfinite(number) else None


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4) + 0.0
    if isinstance(value, dict):
        return {key: _rounded(v) for key, v in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(v) for v in value]
    return value
