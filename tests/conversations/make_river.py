"""Writes tests/conversations/river: a made-up conversation in the form of a Polis export.

Sixty people of two banks, twelve statements. Run it again only to change the twin; the tests know its figures.
"""

from __future__ import annotations

import csv
import random
from pathlib import Path

STATEMENTS = (  # text, moderated, share of the east and of the west bank that agrees
    ("The ferry should run in winter, too.", 1, 0.92, 0.88),
    ("Both banks should read the same water gauge.", 1, 0.86, 0.9),
    ("The upper mill may hold back more water in spring.", 1, 0.9, 0.08),
    ("Fishing rights should stay as they were before the flood.", 1, 0.12, 0.85),
    ("Schools on both banks should exchange classes.", 1, 0.7, 0.78),
    ("A toll on the bridge is fair.", 1, 0.45, 0.5),
    ("يجب أن تكون قراءات المياه متاحة للجميع", 1, 0.84, 0.82),
    ('They say "wait", every year:\nfirst the pump, then the dyke.', 1, 0.6, 0.4),
    ("<b>Repair</b> #strong[the dyke] $now$ & \\ not later", 1, 0.8, 0.75),
    ("The other bank cannot be trusted.", -1, 0.5, 0.5),
    ("A joint warden should open the sluice.", 0, 0.66, 0.72),
    ("Boats need lights.", 1, 0.95, 0.95),
)
PEOPLE = 60
EAST = 36
FAR_VOTER = 1_000_000_000  # numbers need not be small


def main() -> None:
    dice = random.Random(7)
    folder = Path(__file__).parent / "river"
    folder.mkdir(exist_ok=True)
    voters = [*range(1, PEOPLE), FAR_VOTER]
    cast = [vote for place, voter in enumerate(voters) for vote in votes_of(voter, place < EAST, dice)]
    cast.sort()
    last = {(voter, number): vote for _, number, voter, vote in cast}
    write(
        folder / "votes.csv",
        ("timestamp", "datetime", "comment-id", "voter-id", "vote"),
        ((when, "", number, voter, vote) for when, number, voter, vote in cast),
    )
    write(
        folder / "comments.csv",
        COMMENTS,
        (
            (1000, "", number, 0, counted(cast, number, 1), counted(cast, number, -1), moderated, text)
            for number, (text, moderated, *_) in reversed(list(enumerate(STATEMENTS)))
        ),
    )
    numbers = range(len(STATEMENTS))
    write(
        folder / "participants-votes.csv",
        ("participant", "group-id", "bank", *numbers),
        (
            (
                voter,
                int(place >= EAST),
                "east" if place < EAST else "west",
                *(last.get((voter, j), "") for j in numbers),
            )
            for place, voter in enumerate(voters)
        ),
    )
    write(
        folder / "summary.csv",
        ("topic", "The river and its two banks"),
        (("url", "https://example.org/river"),),
    )


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


def votes_of(voter: int, east: bool, dice: random.Random) -> list[tuple[int, int, int, int]]:
    found = []
    for number, (_, _, in_east, in_west) in enumerate(STATEMENTS):
        if dice.random() < 0.15:
            continue
        agrees = dice.random() < (in_east if east else in_west)
        vote = 0 if dice.random() < 0.06 else 1 if agrees else -1
        when = 1_700_000_000_000 + dice.randrange(10**9)
        if dice.random() < 0.05:  # changed their mind: the later vote counts
            found.append((when - 1000, number, voter, -vote))
        found.append((when, number, voter, vote))
    return found


def counted(cast: list[tuple[int, int, int, int]], number: int, vote: int) -> int:
    return sum(1 for _, j, _, v in cast if j == number and v == vote)


def write(path: Path, header: tuple[object, ...], rows: object) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(header)
        lines.writerows(rows)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
