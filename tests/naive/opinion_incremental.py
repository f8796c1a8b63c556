"""The slow obvious twin of the running sums: remember every vote, count everything anew when asked."""

from __future__ import annotations

from tests.naive.opinion import Ballots


def as_given(acts: list[tuple[int, int, int]], taken_back: int) -> Ballots:
    """The ballots after votes given, changed and taken back in this order."""
    ballots: Ballots = {}
    for person, statement, vote in acts:
        if vote == taken_back:
            ballots.pop((person, statement), None)
        else:
            ballots[person, statement] = vote
    return ballots
