"""What the panel of a scenario prepared and what was said in its rooms, read from `preparation.toml`, `rooms.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tracktwo.content.scenarios import reading
from tracktwo.content.scenarios.reading import Table, Text

ANALYSIS = ("conflict", "track_one", "track_one_note", "initiatives", "contribution")
SIGNS = {
    "stalemate": "stalemate",
    "way out": "way_out",
    "catastrophe": "catastrophe",
    "spokesperson": "spokesperson",
}


@dataclass(frozen=True)
class Prepared:
    """The worktable of a scenario, in plain values as the acts of `preparation` take them."""

    analysis: Mapping[str, str]
    actors: Mapping[str, tuple[str, dict[str, str]]]  # key -> name, traits
    relations: tuple[tuple[str, str, str], ...]
    perceptions: tuple[tuple[str, str, dict[str, str]], ...]  # side, role, answers
    risks: tuple[tuple[str, dict[str, str], str], ...]  # text, about, the seat it is about or ""
    listed: tuple[Mapping[str, str], ...]


@dataclass(frozen=True)
class RoomOf:
    """A room of a scenario; `members` by pseudonym where its kind does not say who is in it."""

    key: str
    kind: str
    attribution: str
    name: Text
    members: tuple[str, ...]


@dataclass(frozen=True)
class Rooms:
    """The rooms, what was said in them, and their minutes."""

    rooms: tuple[RoomOf, ...]
    remarks: tuple[Mapping[str, str], ...]  # room, by, attribution, text
    minutes: tuple[Mapping[str, str], ...]  # room, state, text


def load_rooms(name: str = "orsel") -> Rooms:
    """Raises BadInput naming file, entry and remedy."""
    top = reading.toml(reading.CONTENT / "scenarios" / name / "rooms.toml")
    return Rooms(
        rooms=tuple(_room(each) for each in top.tables("room", "key")),
        remarks=tuple(_words(each, "room", "by", "attribution", "text") for each in _rows(top, "remark")),
        minutes=tuple(_words(each, "room", "state", "text") for each in _rows(top, "minutes")),
    )


def _room(table: Table) -> RoomOf:
    members = tuple(table.has("members", list, "a list of names") if "members" in table.fields else ())
    words = _words(table, "key", "kind", "attribution")
    return RoomOf(**words, name=table.text("name"), members=members)


def _words(table: Table, *keys: str) -> dict[str, str]:
    return {key: table.word(key) for key in keys}


def load(name: str = "orsel") -> Prepared:
    """Raises BadInput naming file, entry and remedy."""
    return load_folder(reading.CONTENT / "scenarios" / name)


def load_folder(folder: Path) -> Prepared:
    top = reading.toml(folder / "preparation.toml")
    analysis = top.table("analysis")
    return Prepared(
        analysis=_words(analysis, *ANALYSIS),
        actors={each.word("key"): (each.word("name"), _traits(each)) for each in top.tables("actor", "key")},
        relations=tuple(_relation(each) for each in _rows(top, "relation")),
        perceptions=tuple(
            (each.word("side"), each.word("role"), _answers(each)) for each in _rows(top, "ripeness")
        ),
        risks=tuple(_risk(each) for each in _rows(top, "risk")),
        listed=tuple(dict(each.fields) for each in top.tables("listed", "name")),
    )


def _rows(top: Table, key: str) -> list[Table]:
    found: list[dict[str, Any]] = top.has(key, list, "a list of tables")
    return [Table(fields, f"{top.where}, {key} {number}") for number, fields in enumerate(found, start=1)]


def _traits(table: Table) -> dict[str, str]:
    traits = _words(table, "kind", "stance", "influence", "note")
    return traits | {"side": table.fields.get("side", "")}


def _relation(table: Table) -> tuple[str, str, str]:
    one, other = table.has("between", list, "two keys")
    return one, other, table.word("kind")


def _answers(table: Table) -> dict[str, str]:
    return {sign: table.word(key) for sign, key in SIGNS.items()} | {"note": table.word("note")}


def _risk(table: Table) -> tuple[str, dict[str, str], str]:
    about = _words(table, "likelihood", "severity", "measure", "owner")
    return table.word("text"), about, table.fields.get("seat", "")
