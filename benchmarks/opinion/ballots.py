"""From sealed ballots in the database to votes in memory, beside what the engine then takes to compute.

    python -m benchmarks.opinion.ballots --people 100000 --statements 1000 --votes-each 53

A throw-away data directory with SQLite; one process, one sealed vector for each person. Processor time, the best of the
runs; the ratio also run by run. "Compute": space, groups and common ground; "whole count": all that the server does
with the votes, the search for waves included.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import numpy as np

from benchmarks.opinion import Stages, analyse, crowd, keep, load, milliseconds, table
from tracktwo.engines.opinion import kernels

_AT_ONCE = 2_000


def settle(folder: str) -> None:
    """An installation of its own, as `tracktwo serve` would make it."""
    import django
    from django.core.management import call_command

    os.environ |= {"TRACKTWO_DATA": folder, "DJANGO_SETTINGS_MODULE": "tracktwo.settings"}
    django.setup()
    call_command("migrate", verbosity=0)


def cast(people: int, statements: int, votes_each: float, seed: int) -> UUID:
    """A process with that many sealed ballots of two sides; its statements are open."""
    from django.db import transaction

    from tracktwo.process.models import Process, Side
    from tracktwo.statements import ballots
    from tracktwo.statements.models import Ballot, Statement
    from tracktwo.statements.rules import State
    from tracktwo.vault import keys
    from tracktwo.vault.fields import Fresh

    votes = crowd(people, statements, votes_each, seed=seed)
    process = uuid4()
    keys.keystore().open_process(process)
    with transaction.atomic():
        Process(pk=process, phase="convening", cover_title="Load", title="Load").save(force_insert=True)
        for place, letter in enumerate("AB", start=1):
            Side(process_id=process, place=place, letter=letter, name=letter).save(force_insert=True)
        Statement.unscoped.bulk_create(
            Statement(process_id=process, slot=slot, state=State.OPEN) for slot in range(statements)
        )
    capacity = ballots.capacity_for(statements)
    for first in range(0, people, _AT_ONCE):
        part = votes.of(slice(first, first + _AT_ONCE)).table()
        slots = np.zeros((len(part), capacity), dtype=np.uint8)
        slots[:, :statements] = np.where(part == 9, 0, part + 2)
        rows = []
        for place, own in enumerate(slots):
            row = Ballot(process_id=process, pseudonym=os.urandom(32))
            row.vector = Fresh(ballots.pack(ballots.Ballot(1 + place % 2, own)))
            rows.append(row)
        Ballot.unscoped.bulk_create(rows)
    return process


def measured(process: UUID, runs: int) -> tuple[Stages, list[float], int]:
    """The best of so many runs, and loading / computing of each run; all is counted once."""
    from tracktwo.statements import analysis, standing

    stages, ratios = Stages(), []
    for _ in range(runs):
        once = Stages()
        held = once.time("read and decrypt", lambda: standing.gathered(process))
        question = analysis._question(process)
        votes = once.time("to votes", lambda s=held, q=question: s.votes(q.open_slots, q.columns))
        once.time("compute", lambda v=votes: analyse(v, Stages()))
        ratios.append((once.cpu["read and decrypt"] + once.cpu["to votes"]) / once.cpu["compute"])
        stages.take(once)
    stages.time("whole count", lambda: analysis._reckoned(held, question))
    return stages, ratios, len(votes)


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--people", type=int, default=100_000)
    ask.add_argument("--statements", type=int, default=1_000)
    ask.add_argument("--votes-each", type=float, default=53)
    ask.add_argument("--seed", type=int, default=0)
    ask.add_argument("--runs", type=int, default=15)
    ask.add_argument("--plain", action="store_true", help="without compiled kernels")
    ask.add_argument("--json", type=Path)
    args = ask.parse_args()
    if not args.plain:
        kernels.warm()
    kernels.one_thread_each()
    began = load()
    with tempfile.TemporaryDirectory(prefix="tracktwo-load-") as folder:
        settle(folder)
        process = cast(args.people, args.statements, args.votes_each, args.seed)
        stages, ratios, votes = measured(process, args.runs)
    cpu: dict[str, Any] = stages.cpu
    loading = cpu["read and decrypt"] + cpu["to votes"]
    table(
        f"{args.people:,} sealed ballots, {votes:,} votes; milliseconds of the processor",
        [*cpu, "loading / computing", "median of the runs", "loading / whole count"],
        [
            [
                *(milliseconds(t) for t in cpu.values()),
                f"{loading / cpu['compute']:.2f}",
                f"{np.median(ratios):.2f} [{min(ratios):.2f}, {max(ratios):.2f}]",
                f"{loading / cpu['whole count']:.2f}",
            ]
        ],
    )
    print(f"\nLoad of the machine at the beginning {began:.1f}, at the end {load():.1f}")
    keep(args.json, {"load": [began, load()], "votes": votes, "ratios": ratios} | stages.as_data())


if __name__ == "__main__":
    main()
