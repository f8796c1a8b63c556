"""What the panel of a scenario prepared and what was said in its rooms, read from `preparation.toml`, `rooms.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tracktwo.content.scenarios import reading
from tracktwo.content.scenarios.reading import _Table as Table

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


def load(name: str = "orsel") -> Prepared:
    """Raises BadInput naming file, entry and remedy."""
    return load_folder(reading.CONTENT / "scenarios" / name)


def load_folder(folder: Path) -> Prepared:
    top = reading._toml(folder / "preparation.toml")
    analysis = top.table("analysis")
    return Prepared(
        analysis={key: analysis.word(key) for key in ANALYSIS},
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
    traits = {key: table.word(key) for key in ("kind", "stance", "influence", "note")}
    return traits | {"side": table.fields.get("side", "")}


def _relation(table: Table) -> tuple[str, str, str]:
    one, other = table.has("between", list, "two keys")
    return one, other, table.word("kind")


def _answers(table: Table) -> dict[str, str]:
    return {sign: table.word(key) for sign, key in SIGNS.items()} | {"note": table.word("note")}


def _risk(table: Table) -> tuple[str, dict[str, str], str]:
    about = {key: table.word(key) for key in ("likelihood", "severity", "measure", "owner")}
    return table.word("text"), about, table.fields.get("seat", "")
