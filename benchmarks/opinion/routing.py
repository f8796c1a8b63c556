"""Which statement to ask next: real conversations replayed, against Polis' priorities and group-informed consensus.

    python -m benchmarks.opinion.routing [--quick] [--seeds 8] [--each 8] [--drawn | --statements 300]

People come once, in random order, and are asked some of the statements they really answered; the answer is the real
one. Sides are the groups of the full data (two or three, a tenth of the people each). Truth: the agreement of the
least agreeing side in the full data, over statements 20 people of each side answered. NDCG@10 gains run from the
least to the most agreed statement. Intervals (95 %): bootstrap over conversations, of which there are few.

``--drawn``: the same people and sides, but everybody's answer to everything is drawn from a model of the answers
given. Then anybody may be asked anything, and the best ten are known for sure; how people answer is the model's.
``--statements M``: as many statements and three times as many people, drawn from the same models.
"Told the shares beforehand" is no policy: it shows about what a choice of questions could give. It is no strict bound.

What a replay cannot show: sides taken from groups are more polarised than declared ones may be, and favour whoever
looks for groups; the data were themselves collected under Polis' routing; a person can only be asked what they were
asked then; the full data are a sample too, so the best ten are not known for sure; nobody grows tired or leaves.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

import numpy as np

from benchmarks.opinion import replay
from benchmarks.opinion.replay import Path, Policy, Truth
from tests.engines.opinion.conversations import EXPORTS, REAL, camps, real

MARKS = (4, 8, 16, 24)  # votes a statement
Paths = dict[tuple[str, str], list[Path]]


def conversations(quick: bool, drawn: bool, statements: int | None) -> list[Truth]:
    found = []
    for name in REAL if EXPORTS.is_dir() and not quick else ():
        given = replay.truth(name, real(name))
        print(f"{name}: " + (_about(given) if given else "too few answers a statement to judge by"))
        if given:
            if statements:
                given = replay.larger(given, statements, seed=1)
            found.append(replay.drawn(given, seed=1) if drawn else given)
    twin, side = camps((200, 120, 80), 60, answered=0.5, divided=0.8, seed=3)
    counts = twin.tally(side, 3)
    found.append(Truth("made up", twin, side, 3, (counts[:, :, 2] / counts.sum(axis=2)).min(axis=0)))
    print(f"made up: {_about(found[-1])}\n")
    return found


def _about(given: Truth) -> str:
    return f"{given.votes.people} people, {given.votes.statements} statements judged, {given.sides} sides"


def played(given: list[Truth], policies: tuple[Policy, ...], seeds: int, each: int) -> Paths:
    paths: Paths = {}
    for here in given:
        for policy in policies:
            for seed in range(seeds):
                print(
                    f"\r{here.name[:24]:24} {policy.name:28} {seed + 1}/{seeds}",
                    end="",
                    file=sys.stderr,
                    flush=True,
                )
                paths.setdefault((here.name, policy.name), []).append(
                    replay.play(here, policy, seed, each=each)
                )
    print("\r" + " " * 70 + "\r", end="", file=sys.stderr)
    return paths


def at(path: Path, votes: float, what: str) -> float:
    return float(np.interp(votes, path.votes, getattr(path, what)))


def votes_needed(paths: Paths, here: Truth, ours: str, theirs: str) -> float:
    """Share of all the votes with which our mean NDCG reaches the peer's final one; infinite if it never does."""
    goal = np.mean([path.ndcg[-1] for path in paths[here.name, theirs]])
    last = min(path.votes[-1] for path in paths[here.name, ours])
    grid = np.linspace(0, last, 400)[1:]
    curve = np.mean([np.interp(grid, path.votes, path.ndcg) for path in paths[here.name, ours]], axis=0)
    there = np.flatnonzero(curve >= goal)
    return float(grid[there[0]] / last) if len(there) else np.inf


def interval(values: list[float], middle: Callable[..., np.ndarray]) -> str:
    """Mean or median with its bootstrap interval over conversations."""
    rng = np.random.default_rng(0)
    drawn = middle(rng.choice(values, (4_000, len(values))), axis=1)
    low, high = np.quantile(drawn, [0.025, 0.975], method="nearest")
    return f"{float(middle(values)):.3f} [{low:.3f}, {high:.3f}]"


def report(given: list[Truth], policies: tuple[Policy, ...], paths: Paths) -> None:
    ours, theirs = policies[-1].name, next(p.name for p in policies if p.name.startswith("Polis"))
    print(
        f"{'conversation':24} {'policy':28} "
        + " ".join(f"P@10 at {m:2}" for m in MARKS)
        + "   end  NDCG regret  map"
    )
    for here in given:
        m = here.votes.statements
        for policy in policies:
            runs = paths[here.name, policy.name]
            cells = [np.mean([at(p, k * m, "precision") for p in runs]) if runs[0].votes[-1] >= k * m else np.nan
                     for k in MARKS]  # fmt: skip
            end = [np.mean([getattr(p, what)[-1] for p in runs]) for what in ("precision", "ndcg", "regret")]
            print(f"{here.name[:24]:24} {policy.name:28} " + " ".join(f"{c:10.2f}" for c in cells)
                  + f" {end[0]:5.2f} {end[1]:5.3f} {end[2]:6.1f} {np.mean([p.map for p in runs]):4.2f}")  # fmt: skip
        print(
            f"{'':24} votes needed for the peer's final NDCG: {votes_needed(paths, here, ours, theirs):.0%}"
        )
    only_real = [here for here in given if here.name != "made up"] or given
    long = [here for here in only_real if paths[here.name, ours][0].votes[-1] >= 16 * here.votes.statements]
    print(f"\n{ours} against {theirs}, {len(only_real)} conversations:")
    print(
        "  votes needed, median:       ",
        interval([votes_needed(paths, h, ours, theirs) for h in only_real], np.median),
    )
    for mark, chosen in ((8, long), (16, long), (24, long)):
        print(
            f"  P@10 gain at {mark:2} a statement: ",
            interval([_gain(paths, h, ours, theirs, mark) for h in chosen], np.mean),
        )
    print(
        "  P@10 gain at the end:       ",
        interval([_gain(paths, h, ours, theirs, None) for h in only_real], np.mean),
    )
    if any(policy.name == replay.TOLD for policy in policies):
        print(
            "  told beforehand, at 16:     ",
            interval([_gain(paths, h, replay.TOLD, theirs, 16) for h in long], np.mean),
        )
    print(
        "  map (adjusted Rand) gain:   ",
        interval([_map_gain(paths, h, ours, theirs) for h in only_real], np.mean),
    )


def _gain(paths: Paths, here: Truth, ours: str, theirs: str, mark: int | None) -> float:
    """Difference of P@10 at so many votes a statement, or at the end."""
    one, other = (
        np.mean([p.precision[-1] if mark is None else at(p, mark * here.votes.statements, "precision")
                 for p in paths[here.name, name]])
        for name in (ours, theirs)
    )  # fmt: skip
    return float(one - other)


def _map_gain(paths: Paths, here: Truth, ours: str, theirs: str) -> float:
    one, other = (np.mean([p.map for p in paths[here.name, name]]) for name in (ours, theirs))
    return float(one - other)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="the made-up conversation, two seeds")
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--each", type=int, default=8, help="questions a person")
    parser.add_argument("--drawn", action="store_true", help="answers drawn from a model of those given")
    parser.add_argument(
        "--statements", type=int, help="so many statements, drawn like those of each conversation"
    )
    parser.add_argument("--only", choices=("declared", "undeclared"))
    asked = parser.parse_args()
    print(__doc__)
    try:
        given = conversations(asked.quick, asked.drawn, asked.statements)
        for title, policies in (("declared", replay.DECLARED), ("undeclared", replay.UNDECLARED)):
            if asked.only in (None, title):
                paths = played(given, policies, 2 if asked.quick else asked.seeds, asked.each)
                print(f"== Sides {title}, {asked.each} questions a person ==")
                report(given, policies, paths)
                print(flush=True)
    except KeyboardInterrupt:
        print("\nStopped; what is printed above stands.", file=sys.stderr)
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
