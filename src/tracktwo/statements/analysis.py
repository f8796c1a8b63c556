"""From ballots to a stored, numbered, immutable result. Pages show stored results only."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from tracktwo import __version__
from tracktwo.engines import disclosure
from tracktwo.engines.disclosure import Figures
from tracktwo.engines.opinion import bridging
from tracktwo.engines.opinion.votes import Votes
from tracktwo.figures import gather
from tracktwo.process import acts as process_acts
from tracktwo.process import visibility
from tracktwo.process.models import Process, Side
from tracktwo.record import acts as record
from tracktwo.record.acts import act
from tracktwo.statements import ballots, reckoning, rules
from tracktwo.statements.models import AnalysisRun, Ballot, Statement
from tracktwo.statements.reckoning import Reckoned
from tracktwo.statements.rules import State
from tracktwo.vault import keys
from tracktwo.vault.fields import Fresh

SEED = 1
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Standing:
    """Ballots as they stand: ids [n], the place of the side [n] (0 for none), slot codes [n, slots]."""

    ids: NDArray[np.void]
    side: Ints
    slots: NDArray[np.uint8]

    def of(self, chosen: NDArray[np.bool_]) -> Standing:
        return Standing(self.ids[chosen], self.side[chosen], self.slots[chosen])

    def packed(self) -> bytes:
        """For storing: which ballots the released figures rest on."""
        width = np.array([self.slots.shape[1]], dtype=np.uint32)
        return (
            width.tobytes() + self.ids.tobytes() + self.side.astype(np.uint8).tobytes() + self.slots.tobytes()
        )

    @classmethod
    def unpacked(cls, data: bytes) -> Standing:
        width = int(np.frombuffer(data[:4], dtype=np.uint32)[0])
        people = (len(data) - 4) // (17 + width)
        ids, side, slots = np.split(np.frombuffer(data[4:], dtype=np.uint8), [16 * people, 17 * people])
        return cls(ids.view("V16"), side.astype(np.int64), slots.reshape(people, width).copy())


def gathered(process: UUID) -> Standing:
    """All ballots of a process that hold a vote, opened for counting."""
    grant = visibility.for_counting(process)
    rows = list(Ballot.unscoped.filter(process_id=process, blank=False).order_by("pk"))
    if not rows:
        return Standing(
            np.zeros(0, "V16"), np.zeros(0, np.int64), np.zeros((0, ballots.CAPACITIES[0]), np.uint8)
        )
    side, slots = ballots.unpack_many([row.vector.open_bytes(grant) for row in rows])
    ids = np.frombuffer(b"".join(row.pk.bytes for row in rows), dtype="V16")
    standing = Standing(ids, side, slots)
    return standing.of(np.asarray(slots.any(axis=1)))


def run(*, process: UUID, by: str) -> AnalysisRun | None:
    """Count anew, and store what may be shown. None where no side's gate is open: the last run stands.

    Counting happens outside the transaction, so that it holds up nobody's vote.
    """
    last = AnalysisRun.unscoped.filter(process_id=process).order_by("-number").first()
    closing = Process.unscoped.get(pk=process).phase not in rules.COLLECTING
    counted = gathered(process) if closing and _untold(last) else _counted(gathered(process), last, process)
    if counted is None:
        return None
    open_slots = _open_slots(process)
    sides = Side.unscoped.filter(process_id=process).count()
    released = release(counted, open_slots, sides, seed=SEED, closing=closing)
    return _store(
        process=process,
        after=last.number if last else 0,
        by=by,
        counted=counted,
        open_slots=open_slots,
        released=released,
    )


@act
def _store(
    *, process: UUID, after: int, by: str, counted: Standing, open_slots: list[int], released: dict[str, Any]
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
        input_hash=keys.input_hash(process, counted.packed(), repr(open_slots).encode()),
    )
    stored.released, stored.counted = json.dumps(released), Fresh(counted.packed())
    stored.save()
    record.write(process=process, verb=f"analysis {stored.number}", role=by)
    return stored


def _open_slots(process: UUID) -> list[int]:
    found = Statement.unscoped.filter(process_id=process, state=State.OPEN, slot__isnull=False)
    return sorted(slot for slot in found.values_list("slot", flat=True) if slot is not None)


def _untold(last: AnalysisRun | None) -> bool:
    """Whether no figure has been released yet: then a sealed round may tell its one result at closing."""
    return (
        last is None
        or json.loads(last.released.open(visibility.for_telling(last.process_id)))["kind"] == "nothing"
    )


def _counted(now: Standing, last: AnalysisRun | None, process: UUID) -> Standing | None:
    """The ballots to count: of each side those of today if its gate is open, else those counted last."""
    before = (
        Standing.unpacked(last.counted.open_bytes(visibility.for_counting(process)))
        if last
        else now.of(now.side < 0)
    )
    opened = [side for side in range(9) if _gate(before.of(before.side == side), now.of(now.side == side))]
    if not opened and (last is not None or not len(now.ids)):
        return None
    width = max(before.slots.shape[1], now.slots.shape[1])
    parts = [now.of(np.isin(now.side, opened)), before.of(~np.isin(before.side, opened))]
    return Standing(
        np.concatenate([part.ids for part in parts]),
        np.concatenate([part.side for part in parts]),
        np.concatenate([_widened(part.slots, width) for part in parts]),
    )


def _widened(slots: NDArray[np.uint8], width: int) -> NDArray[np.uint8]:
    return np.pad(slots, ((0, 0), (0, width - slots.shape[1])))


def _gate(before: Standing, now: Standing) -> bool:
    """Whether enough people of a side are new, gone or have changed their votes."""
    width = max(before.slots.shape[1], now.slots.shape[1])
    then, today = (
        {
            ident.tobytes(): row.tobytes()
            for ident, row in zip(one.ids, _widened(one.slots, width), strict=True)
        }
        for one in (before, now)
    )
    changed = disclosure.changed_people([then], [today])
    return bool(disclosure.gate(changed, [len(today)])[0])


# --- what is released of a count ----------------------------------------------------------------


def release(
    counted: Standing, open_slots: list[int], sides: int, *, seed: int, closing: bool = False
) -> dict[str, Any]:
    """Everything a page may show of these ballots, as plain values."""
    votes = _votes(counted, open_slots)
    reckoned = reckoning.reckon(votes, seed=seed, side=counted.side - 1, sides=sides)
    figures = _figures(votes, reckoned)
    by_side = reckoned.compared == reckoning.SIDES
    if closing and not figures.shown.any():
        return _sealed_round(reckoned)
    return {
        "kind": "figures" if figures.shown.any() else "nothing",
        "compared": reckoned.compared,
        "figures": figures.to_lists(),
        "common": _common(reckoned, figures),
        "ranked": _shown_everywhere(reckoned.ground.ranked, figures),
        "ties": [list(tie) for tie in reckoned.ground.ties],
        "liked": [
            bridging.liked_by_one(reckoned.ground, part) if by_side else None
            for part in range(reckoned.parts)
        ],
        "traps": _shown_everywhere(reckoned.ground.majority_traps, figures),
        "minorities": _shown_everywhere(reckoned.ground.invisible_minorities, figures),
        "people": int(disclosure.rounded(np.array([votes.people]))[0]),
        "groups": _groups(reckoned),
        "map": _map(reckoned),
    }


def _sealed_round(reckoned: Reckoned) -> dict[str, Any]:
    """The one result of a round among few: bands, at closing, never again."""
    told = disclosure.sealed_round(reckoned.ground.agree, reckoned.ground.answers)
    return {
        "kind": "sealed round",
        "compared": reckoned.compared,
        "sides": told.sides.tolist(),
        "together": told.together.tolist(),
    }


def _votes(counted: Standing, open_slots: list[int]) -> Votes:
    """Votes on open statements; a statement keeps its slot as its column for the life of the process."""
    width = max(open_slots, default=-1) + 1
    mask = np.zeros(counted.slots.shape[1], dtype=bool)
    mask[open_slots] = True
    person, slot = np.nonzero(counted.slots * mask)
    vote = counted.slots[person, slot].astype(np.int64) - 2
    return Votes.from_triples(person, slot, vote, people=len(counted.ids), statements=max(width, 1))


def _figures(votes: Votes, reckoned: Reckoned) -> Figures:
    ground, voted = reckoned.ground, votes.answers_per_person() > 0
    members = np.bincount(reckoned.part[voted & (reckoned.part >= 0)], minlength=reckoned.parts)
    return disclosure.figures(ground.agree, ground.disagree, ground.passed, members, ground.low, ground.high)


def _common(reckoned: Reckoned, figures: Figures) -> list[int]:
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


def _map(reckoned: Reckoned) -> list[list[float]]:
    """Cells of the map, each of five people or more; none below the number from which a map is shown."""
    if len(reckoned.part) < rules.MAP_FROM or not _groups(reckoned):
        return []
    cells = gather(reckoned.space.positions, reckoned.groups.members)
    unit = disclosure.STANDARD.round_to
    return [[round(cell.x, 2), round(cell.y, 2), cell.people // unit * unit, cell.group] for cell in cells]
