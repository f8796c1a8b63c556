"""Slates against abcvoting's sequential PAV, and what a posterior, a question and a slate of a million cost.

    python -m benchmarks.opinion.slate [--python PEER_PYTHON] [--quick]

The peer runs in an environment of its own, made for this run unless one is given. Missing votes count as
not approving here, as in abcvoting; the product lends the share of the person's side instead, and the EJR+
audit is made of both. "plain" is without compiled loops. Ratios are of processor seconds in the same run; none is an
absolute promise.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.opinion.replay import truth
from benchmarks.peers import environment
from tests.engines.opinion.conversations import EXPORTS, REAL, camps, real
from tracktwo.engines.opinion import bridging, kernels, routing, slate
from tracktwo.engines.opinion.votes import Votes

ABCVOTING = "abcvoting==2.19.2"
SIZE = 10
RUNS = 20  # the best of so many, the peer's as well as ours
_RUN = Path(__file__).with_name("peers_abcvoting.py")


def peer(python: Path, votes: Votes) -> dict[str, Any]:
    person, statement, vote = votes.triples()
    agrees = vote == 1
    with tempfile.TemporaryDirectory(prefix="tracktwo-votes-") as folder:
        path = Path(folder) / "approvals.npz"
        np.savez(path, person=person[agrees], statement=statement[agrees], people=votes.people,
                 statements=votes.statements)  # fmt: skip
        told = subprocess.run(
            [python, _RUN, path, str(SIZE), str(RUNS)], check=True, capture_output=True, text=True
        )
    answer: dict[str, Any] = json.loads(told.stdout.splitlines()[-1])
    return answer


def cpu(work: Callable[[], object], runs: int) -> float:
    """Least processor seconds of so many runs."""
    spent = []
    for _ in range(runs):
        began = time.process_time()
        work()
        spent.append(time.process_time() - began)
    return min(spent)


def conversations() -> list[tuple[str, Votes]]:
    here = [(name, real(name)) for name in REAL] if EXPORTS.is_dir() else []
    return [*here, ("made up, 600 x 80", camps((300, 200, 100), 80, answered=0.4, seed=1)[0])]


def against_abcvoting(python: Path) -> None:
    print(
        f"{'conversation':38} {'people x st.':>12} {'abcvoting ms':>12} {'ours ms':>8} {'ratio':>6}"
        f" {'plain ms':>8} {'ratio':>6} same EJR+ (raw, lent)"
    )
    for name, votes in conversations():
        theirs = peer(python, votes)
        given = slate.approvals(votes)
        everything = np.ones(votes.statements, dtype=bool)
        ours, same = {}, True
        for ready in (kernels.cool, kernels.warm):
            ready()
            # Its table is made here, beforehand, as abcvoting's profile is.
            same &= sorted(slate.find(given, SIZE, swap=False).statements) == theirs["committee"]
            ours[ready] = cpu(lambda g=given, e=everything: slate.in_turn(g, SIZE, e), RUNS)
        compiled, plain = ours[kernels.warm], ours[kernels.cool]
        swapped = slate.find(given, SIZE)
        lent = slate.find(lending(name, votes), SIZE)
        fair = "fair" if swapped.audit.fair and lent.audit.fair else "VIOLATED"
        print(
            f"{name[:38]:38} {votes.people:5} x {votes.statements:4} {1e3 * theirs['cpu']:12.1f}"
            f" {1e3 * compiled:8.3f} {theirs['cpu'] / compiled:6.0f} {1e3 * plain:8.3f} {theirs['cpu'] / plain:6.0f}"
            f" {'yes' if same else 'NO':4}"
            f" {swapped.audit.ratio:.2f} {lent.audit.ratio:.2f} {fair}",
            flush=True,
        )


def lending(name: str, votes: Votes) -> slate.Approvals:
    """Approvals with missing votes at the side's posterior share, sides taken from the groups of the full data."""
    given = truth(name, votes)
    if given is None:
        side, sides = np.zeros(votes.people, dtype=np.int64), 1
    else:
        side, sides = np.maximum(given.side, 0), given.sides
    ground = bridging.common_ground(votes, side, sides=sides, rng=np.random.default_rng(0))
    return slate.approvals(votes, side, ground.support)


def _codes(people: int) -> np.ndarray:
    """Drawn in blocks, so that drawing takes less memory than what is measured."""
    rng = np.random.default_rng(0)
    chance = rng.beta(1.5, 1.5, (2, 1000))
    code = np.empty((people, 50), dtype=np.uint16)
    for rows in np.array_split(np.arange(people), max(people // 20_000, 1)):
        statement = np.sort(rng.integers(0, 1000, (len(rows), 50)), axis=1)
        agrees = rng.random(statement.shape) < chance[(rows % 2)[:, None], statement]
        code[rows] = statement << 2 | 2 * agrees
    return code.ravel()


def a_million(people: int) -> None:
    """Synthetic approvals of a nation: 50 answers each of 1,000 statements, about half of them agree."""
    votes = Votes(np.arange(people + 1, dtype=np.int64) * 50, _codes(people), 1000)
    began = time.perf_counter()
    given = slate.approvals(votes)
    packed = time.perf_counter()
    chosen, happy, _ = slate.in_turn(given, SIZE, np.ones(1000, dtype=bool))
    done = time.perf_counter()
    verdict = slate.audit(given, chosen, happy, np.ones(1000, dtype=bool))
    audited = time.perf_counter()
    print(
        f"\n{people:,} people x 1,000 statements, {len(given.agrees.statement) / 1e6:.1f}M approvals:",
        end=" ",
    )
    print(
        f"read from votes {packed - began:.2f} s, slate {done - packed:.2f} s, audit {audited - done:.2f} s",
        end=" ",
    )
    print(f"by the clock; EJR+ {verdict.ratio:.2f}\n", flush=True)


def questions() -> None:
    """Posterior refresh at 1,000 statements and 3 sides, and the next statement from what is prepared."""
    rng = np.random.default_rng(0)
    answers = rng.integers(0, 120, (3, 1000))
    agree = rng.binomial(answers, rng.beta(2, 1.5, (3, 1000)))
    refresh = cpu(lambda: routing.prepare(bridging.learn(agree, answers), rng=rng), 7)
    a_thousand_votes_ago = np.maximum(answers - rng.binomial(1, 1 / 3, answers.shape), 0)
    began = bridging.learn(np.minimum(agree, a_thousand_votes_ago), a_thousand_votes_ago)
    warm = cpu(lambda: routing.prepare(bridging.learn(agree, answers, begin=began), rng=rng), 7)
    prepared = routing.prepare(began, rng=rng)
    may = np.ones(1000, dtype=bool)
    one = cpu(lambda: [routing.next_question(prepared, 1, may, rng=rng) for _ in range(200)], 5) / 200
    print(f"\nposterior and routing refreshed at 1,000 x 3: {1e3 * refresh:.1f} ms from nothing,"
          f" {1e3 * warm:.1f} ms from the last one; next statement {1e3 * one:.3f} ms (processor)")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument(
        "--python", type=Path, help="a Python that has abcvoting; otherwise one is made and thrown away"
    )
    parser.add_argument(
        "--quick", action="store_true", help="without the peer, and with 100,000 people for a million"
    )
    asked = parser.parse_args()
    kernels.warm()
    try:
        questions()
        a_million(100_000 if asked.quick else 1_000_000)
        if not asked.quick:
            with environment(asked.python, ABCVOTING) as python:
                against_abcvoting(python)
    except KeyboardInterrupt:
        print("\nStopped; what is printed above stands.", file=sys.stderr)
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
