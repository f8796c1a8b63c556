"""From ballots to a stored, numbered, immutable result. Pages show stored results only."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from tracktwo import __version__
from tracktwo.engines import disclosure
from tracktwo.engines.disclosure import Figures
from tracktwo.engines.opinion import bridging
from tracktwo.engines.opinion.crossing import Held
from tracktwo.figures import gather
from tracktwo.process import acts as process_acts
from tracktwo.process import visibility
from tracktwo.process.models import Process, Side
from tracktwo.process.rules import MOST_SIDES
from tracktwo.record import acts as record
from tracktwo.record.acts import act
from tracktwo.statements import asking, reckoning, rules
from tracktwo.statements.models import AnalysisRun, Statement
from tracktwo.statements.reckoning import Reckoned, Without
from tracktwo.statements.rules import State, Step
from tracktwo.statements.standing import Standing, gathered
from tracktwo.vault import keys
from tracktwo.vault.fields import Fresh

SEED = 1
FIGURES, SEALED_ROUND, NOTHING_YET = "figures", "sealed round", "nothing"
Ints = NDArray[np.int64]
At = Callable[[Step], None]


def run(*, process: UUID, by: str, at: At = lambda _step: None) -> AnalysisRun | None:
    """Count anew, and store what may be shown. None where nothing may move: the last run stands.

    Counting happens outside the transaction, so that it holds up nobody's vote. `at` is told each step as it
    begins, once it is known that something moves; what it raises ends the count, and nothing was stored.
    """
    last = AnalysisRun.unscoped.filter(process_id=process).order_by("-number").first()
    told = json.loads(last.released.open(visibility.for_telling(process))) if last else None
    closing = Process.unscoped.get(pk=process).phase not in rules.COLLECTING
    if told and told["kind"] == SEALED_ROUND:
        return None  # told once; a second result would tell who changed between the two
    counted, moved = _let_in(
        gathered(process), _counted_last(last), everybody=closing and not _figures_in(told)
    )
    if not moved.any():
        return None
    question = _question(process)
    reckoned = _reckoned(counted, question, at)
    at(Step.KEEPING)
    return _store(
        process=process,
        after=last.number if last else 0,
        by=by,
        counted=counted,
        input_hash=keys.input_hash(process, counted.packed(), repr(question).encode()),
        released=release(reckoned, question, told=told, moved=moved, closing=closing),
        reckoned=reckoned,
    )


@act
def _store(
    *,
    process: UUID,
    after: int,
    by: str,
    counted: Standing,
    input_hash: str,
    released: dict[str, Any],
    reckoned: Reckoned,
) -> AnalysisRun | None:
    """Keep a run under the next number; None where another count came first: its figures stand."""
    process_acts.locked(process)
    if AnalysisRun.unscoped.filter(process_id=process, number__gt=after).exists():
        return None
    stored = AnalysisRun(
        process_id=process,
        number=after + 1,
        seed=SEED,
        version=__version__,
        input_hash=input_hash,
        by_side=reckoned.compared == reckoning.SIDES,
    )
    stored.asking = asking.kept(reckoned.routing)
    stored.suspected = json.dumps(suspected(reckoned))
    stored.released, stored.counted = json.dumps(released), Fresh(counted.packed())
    stored.save()
    record.write(process=process, verb=f"analysis {stored.number}", role=by)
    return stored


@dataclass(frozen=True)
class Question:
    """What is asked of the ballots: open slots, how many columns all slots make, how many sides there are."""

    open_slots: tuple[int, ...]
    columns: int
    sides: int
    seed: int = SEED


def _question(process: UUID) -> Question:
    placed = Statement.unscoped.filter(process_id=process, slot__isnull=False).values_list("slot", "state")
    rows = sorted((slot, state) for slot, state in placed if slot is not None)
    open_slots = tuple(slot for slot, state in rows if state == State.OPEN)
    columns = rows[-1][0] + 1 if rows else 1
    return Question(open_slots, columns, Side.unscoped.filter(process_id=process).count())


# --- who is counted -----------------------------------------------------------------------------


def _counted_last(last: AnalysisRun | None) -> Standing | None:
    """The ballots the last released figures rest on."""
    if last is None:
        return None
    return Standing.unpacked(last.counted.open_bytes(visibility.for_counting(last.process_id)))


def _figures_in(told: dict[str, Any] | None) -> bool:
    return told is not None and told["kind"] == FIGURES


def _let_in(now: Standing, before: Standing | None, *, everybody: bool) -> tuple[Standing, Ints]:
    """The ballots to count, and per side (place 0: none) how many of them moved since the last count.

    The people of a side whose ballots are new, gone or changed are let in by fives; the one to four left
    over wait, and count with what they had before. A side of which nothing was shown yet has nothing to
    hide a newcomer from: all its ballots count.
    """
    before = before or now.of(now.side < 0)
    width = max(now.marks.shape[1], before.marks.shape[1])
    now, before = now.widened(width), before.widened(width)
    moved = np.zeros(MOST_SIDES + 1, dtype=np.int64)
    parts = []
    for side in range(MOST_SIDES + 1):
        then, today = before.of(before.side == side), now.of(now.side == side)
        changed = _changed(then, today)
        unseen = everybody or len(then.ids) < disclosure.STANDARD.group
        moved[side] = len(changed) if unseen else disclosure.let_in(len(changed))
        chosen = np.array(changed[: int(moved[side])], dtype="V16")
        parts += [today.of(np.isin(today.ids, chosen)), then.of(~np.isin(then.ids, chosen))]
    return Standing.joined(parts), moved


def _changed(before: Standing, now: Standing) -> list[bytes]:
    """Whose ballots are new, gone or different; in the order of ids, which are random."""
    then = dict(zip(before.ids.tolist(), map(bytes, before.marks), strict=True))
    today = dict(zip(now.ids.tolist(), map(bytes, now.marks), strict=True))
    return sorted({ident for ident, _ in then.items() ^ today.items()})


# --- what is released of a count ----------------------------------------------------------------


def _reckoned(counted: Standing, question: Question, at: At = lambda _step: None) -> Reckoned:
    votes = counted.votes(question.open_slots, question.columns)
    return reckoning.reckon(votes, seed=question.seed, side=counted.side - 1, sides=question.sides, at=at)


def release(
    reckoned: Reckoned, question: Question, *, told: dict[str, Any] | None, moved: Ints, closing: bool = False
) -> dict[str, Any]:
    """Everything a page may show of these ballots, as plain values."""
    figures = _figures(reckoned)
    if closing and not _figures_in(told) and not figures.shown.any():
        return _sealed_round(reckoned)
    by_side = reckoned.compared == reckoning.SIDES
    if by_side:
        figures = disclosure.merge(_last_figures(told), figures, moved[1 : question.sides + 1])
    ground = reckoned.ground
    liked = [bridging.liked_by_one(ground, part) for part in range(reckoned.parts)] if by_side else []
    return {
        "kind": FIGURES if figures.shown.any() else NOTHING_YET,
        "compared": reckoned.compared,
        "figures": figures.to_lists(),
        "common": _common(reckoned, figures),
        "ranked": _shown_everywhere(ground.ranked, figures),
        "ties": [list(tie) for tie in ground.ties],
        "liked": liked,
        "traps": _shown_everywhere(ground.majority_traps, figures),
        "minorities": _shown_everywhere(ground.invisible_minorities, figures),
        "groups": _groups(reckoned),
        "on_line": bool(_groups(reckoned)) and reckoned.groups.on_line,
        "crossing": _crossing(reckoned, figures),
        "unexpected": _unexpected(reckoned, figures),
        "map": _map(reckoned),
    }


def _last_figures(told: dict[str, Any] | None) -> Figures | None:
    """The figures that stand for sides where nothing moved; none where groups were compared until now."""
    if told is None or not _figures_in(told) or told["compared"] != reckoning.SIDES:
        return None
    return Figures.from_lists(told["figures"])


def _sealed_round(reckoned: Reckoned) -> dict[str, Any]:
    """The one result of a round among few: bands, at closing, never again."""
    told = disclosure.sealed_round(reckoned.ground.agree, reckoned.ground.answers)
    return {
        "kind": SEALED_ROUND,
        "compared": reckoned.compared,
        "sides": told.sides.tolist(),
        "together": told.together.tolist(),
    }


def _figures(reckoned: Reckoned | Without) -> Figures:
    ground, part = reckoned.ground, reckoned.part
    members = np.bincount(part[part >= 0], minlength=reckoned.parts)
    return disclosure.figures(ground.agree, ground.disagree, ground.passed, members, ground.low, ground.high)


def _common(reckoned: Reckoned | Without, figures: Figures) -> list[int]:
    """Statements supported by a credible majority of every side, best first, and shown of every side."""
    ground = reckoned.ground
    # As released: a page never calls common what its own interval leaves open.
    sure = np.all(figures.credible_majority, axis=0)
    return [slot for slot in ground.ranked if ground.credible[slot] >= bridging.CREDIBLE and sure[slot]]


def _shown_everywhere(slots: tuple[int, ...], figures: Figures) -> list[int]:
    return [slot for slot in slots if figures.shown[:, slot].all()]


def _groups(reckoned: Reckoned) -> list[int]:
    """Sizes of the groups found, rounded; none where a group is too small to be shown."""
    sizes = np.asarray(reckoned.groups.sizes)
    least = disclosure.STANDARD.group
    return disclosure.rounded(sizes).tolist() if len(sizes) and sizes.min() >= least else []


def _crossing(reckoned: Reckoned, figures: Figures) -> dict[str, Any] | None:
    """Where the groups lie across the sides, all in words; None unless every side and group is shown."""
    found = reckoned.crossing
    if found is None or not _groups(reckoned) or (figures.members == disclosure.NOTHING).any():
        return None
    if (found.table.sum(axis=1) < disclosure.STANDARD.group).any():
        return None
    words = reckoning.told_reaches(found.table, found.undeclared, rounded=True)
    if words is None:
        return None
    return {
        "reach": words.tolist(),
        "across": [list(sides) for sides in reckoning.across(words)],
        "held": [_held(group, figures) for group in found.held],
    }


def _held(group: tuple[Held, ...], figures: Figures) -> list[list[int]]:
    """What a group says more than others: slot, whether it agrees, and how many of it and of the others."""
    told = [(one, reckoning.leanings(one.inside, one.outside)) for one in group]
    return [
        [one.statement, int(one.agrees), *map(int, words)]
        for one, words in told
        if words and figures.shown[:, one.statement].all()
    ]


def _unexpected(reckoned: Reckoned, figures: Figures) -> list[list[int]]:
    """Sides and what they support unexpectedly, as far as the figures shown say so too."""
    sure = figures.credible_majority & figures.shown.all(axis=0)
    return [[one.side, one.statement] for one in reckoned.unexpected if sure[one.side, one.statement]]


def suspected(reckoned: Reckoned) -> dict[str, Any]:
    """What the panel reads of votes that may not be people's: about how many, by which mark, and what every side
    supports with and without them. Lists only from a wave of ten on: two lists differ by those left out.
    """
    found, least = reckoned.brigading, disclosure.STANDARD.group
    if found is None or reckoned.without is None:
        return {"looked": found is not None, "waves": []}
    waves = [[wave.kind.value, _about(len(wave.people))] for wave in found.waves]
    lists = [_common(one, _figures(one)) for one in (reckoned, reckoned.without)]
    told = int(found.suspect.sum()) >= least
    return {
        "looked": True,
        "waves": waves,
        "everybody": lists[0] if told else None,
        "without": lists[1] if told else None,
    }


def _about(people: int) -> int:
    """A number of people to fives; none of fewer than ten."""
    return int(disclosure.rounded(np.array(people))) if people >= disclosure.STANDARD.group else 0


def _map(reckoned: Reckoned) -> list[list[float]]:
    """Cells of the map, each of five people or more; none below the number from which a map is shown."""
    if len(reckoned.part) < rules.MAP_FROM or not _groups(reckoned):
        return []
    cells = gather(reckoned.space.positions, reckoned.groups.members)
    unit = disclosure.STANDARD.round_to
    return [[round(cell.x, 2), round(cell.y, 2), cell.people // unit * unit, cell.group] for cell in cells]
