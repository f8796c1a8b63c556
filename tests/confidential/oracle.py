"""What the tables beside these tests say. The code of Tracktwo reads none of this."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from tests.cast import Cast, Player, Word

HERE = Path(__file__).parent
SEES, MAY, NEVER = "sees", "may", "-"
PANEL = {"facilitator": "lead", "co-facilitator": "lead", "expert": "panel", "rapporteur": "panel"}


@cache
def _table(name: str, section: str) -> dict[str, dict[str, str]]:
    read = tomllib.loads((HERE / name).read_text())
    columns = read["columns"].split()
    return {row: dict(zip(columns, cells.split(), strict=True)) for row, cells in read[section].items()}


def things() -> dict[str, dict[str, str]]:
    return _table("visibility_table.toml", "things")


@cache
def at_the_door() -> frozenset[str]:
    read = tomllib.loads((HERE / "visibility_table.toml").read_text())
    return frozenset(read["at_the_door_of_an_exercise"]["things"])


def addresses(method: str) -> dict[str, dict[str, str]]:
    return _table("address_table.toml", method)


def standing(player: Player, word: Word) -> str:
    """How somebody stands to a thing: the column of the table."""
    place = player.seats.get(word.process)
    if place is not None and (place.withdrawn or place.name == "newcomer"):
        # Not even what is one's own: whoever withdrew reads nothing any more, a newcomer nothing as yet.
        return "withdrawn" if place.withdrawn else "newcomer"
    if word.owner == player.name:
        return "self"
    if place is None:
        return "outsider" if player.person else "anybody"
    near = not word.side or word.side == place.side
    if place.name == "participant":
        return "side" if near else "other"
    if place.name == "voter":
        return "circle" if near else "far"
    return PANEL.get(place.name, place.name)


def says(player: Player, word: Word) -> str:
    """sees, may or never."""
    if word.process == "exercise" and word.thing in at_the_door():
        return MAY
    return things()[word.thing][standing(player, word)]


def must_see(cast: Cast, player: Player, *, of: str = "own") -> set[str]:
    """The planted words that somebody has to find on a walk through everything."""
    return {
        said
        for said, word in cast.words.items()
        if word.process == of and said.startswith("Zq") and says(player, word) == SEES
    }
