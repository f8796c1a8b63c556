"""Small exports made for a test."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

TESTS = Path(__file__).resolve().parents[2]
RIVER = TESTS / "conversations" / "river"
REAL = TESTS.parents[1] / "shared" / "data" / "polis"

VOTES = ("timestamp", "datetime", "comment-id", "voter-id", "vote")
COMMENTS = (
    "timestamp",
    "datetime",
    "comment-id",
    "author-id",
    "agrees",
    "disagrees",
    "moderated",
    "comment-body",
)


def export(
    folder: Path,
    *,
    votes: Sequence[tuple[object, ...]] = ((1, 0, 5, 1), (2, 1, 6, -1), (3, 2, 7, 0)),
    texts: Sequence[str] = ("Open the ferry.", "Close the mill.", "Read the gauge."),
) -> Path:
    """A whole export with votes of (time, statement, voter, vote)."""
    write(folder / "votes.csv", VOTES, [(when, "", what, who, vote) for when, what, who, vote in votes])
    rows = [(1, "", number, 0, 0, 0, 1, text) for number, text in enumerate(texts)]
    write(folder / "comments.csv", COMMENTS, rows)
    return folder


def write(path: Path, header: Sequence[object], rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(header)
        lines.writerows(rows)
