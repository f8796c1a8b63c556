"""Conversations to try the engine on: made up in a few lines, or real exports where they are at hand."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st

from tracktwo.engines.opinion.votes import Votes

few = settings(max_examples=30, deadline=None)  # random cases a promise; the whole folder stays quick
EXPORTS = Path(__file__).resolve().parents[4] / "shared" / "data" / "polis"
REAL = ("15-per-hour-seattle", "austria-climate.5twd2jsnkf.2022-08-08", "brexit-consensus",
        "london.youth.policing", "scoop-hivemind.ubi", "vtaiwan.uberx")  # fmt: skip


def camps(
    sizes: tuple[int, ...], statements: int, *, answered: float = 1.0, divided: float = 0.6, seed: int = 0
) -> tuple[Votes, np.ndarray]:
    """Camps that differ on a share ``divided`` of the statements; the votes and each person's camp."""
    rng = np.random.default_rng(seed)
    camp = np.repeat(np.arange(len(sizes)), sizes)
    lean = np.where(rng.random(statements) < divided, rng.normal(0, 2.5, (len(sizes), statements)), 1.2)
    agrees = rng.random((len(camp), statements)) < 1 / (1 + np.exp(-lean[camp]))
    table = np.where(agrees, 1, -1)
    table[rng.random(table.shape) < 0.08] = 0
    table[rng.random(table.shape) >= answered] = 9
    return Votes.from_table(table), camp


def real(name: str) -> Votes:
    """A real export as votes, rejected statements taken out; skips where the exports are not at hand."""
    folder = EXPORTS / name
    if not folder.is_dir():
        pytest.skip(f"the real conversations are optional and not at hand ({EXPORTS.name}/{name})")
    with (folder / "votes.csv").open(newline="") as file:
        rows = np.array(
            [[int(r["voter-id"]), int(r["comment-id"]), int(r["vote"])] for r in csv.DictReader(file)]
        )
    with (folder / "comments.csv").open(newline="") as file:
        rejected = [int(r["comment-id"]) for r in csv.DictReader(file) if r["moderated"] == "-1"]
    people, person = np.unique(rows[:, 0], return_inverse=True)
    statements, statement = np.unique(rows[:, 1], return_inverse=True)
    votes = Votes.from_triples(person, statement, rows[:, 2], people=len(people), statements=len(statements))
    return votes.without(np.isin(statements, rejected))


def spots(rng: np.random.Generator, number: int, *, whole: bool) -> tuple[np.ndarray, np.ndarray]:
    """Spots on the map [number, 2], on the lattice or between, and two sets of weights for them [2, number]."""
    points, weight = rng.normal(size=(number, 2)) * 1e5, rng.integers(1, 9, (2, number)).astype(float)
    return (np.rint(points) if whole else points), weight


def thinned(votes: Votes, share: float, rng: np.random.Generator) -> Votes:
    """The same people with a random share of their votes."""
    person, statement, vote = votes.triples()
    kept = rng.random(len(votes)) < share
    return Votes.from_triples(
        person[kept], statement[kept], vote[kept], people=votes.people, statements=votes.statements
    )


def shuffled(votes: Votes, rng: np.random.Generator) -> tuple[Votes, np.ndarray]:
    """People and statements in another order; the votes and the old number of each person."""
    people, statements = rng.permutation(votes.people), rng.permutation(votes.statements)
    person, statement, vote = votes.of(people).triples()
    again = Votes.from_triples(
        person, statements[statement], vote, people=votes.people, statements=votes.statements
    )
    return again, people


@st.composite
def triples(draw: st.DrawFn) -> tuple[list[tuple[int, int, int]], int, int]:
    """Votes in the order given, some changed later, and the numbers of people and statements."""
    people, statements = draw(st.integers(1, 9)), draw(st.integers(1, 7))
    one = st.tuples(st.integers(0, people - 1), st.integers(0, statements - 1), st.integers(-1, 1))
    return draw(st.lists(one, max_size=60)), people, statements


def packed(given: list[tuple[int, int, int]], people: int, statements: int) -> Votes:
    person, statement, vote = zip(*given, strict=True) if given else ((), (), ())
    return Votes.from_triples(person, statement, vote, people=people, statements=statements)
