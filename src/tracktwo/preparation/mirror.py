"""The mirror matrix: is each side as mixed as the other? Counts over the long list and over the seated. Pure.

Gaps show from the first name on, while they can still be closed. A gap is a fact about a list, not a quota: whether
it matters is for the panel to say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class Somebody:
    """A name on the list, without the name: the side's key, the traits that were noted, and whether seated."""

    side: str
    traits: Mapping[str, str]
    seated: bool = False


@dataclass(frozen=True)
class Count:
    """How many of one side: on the list (the seated among them), and seated."""

    listed: int
    seated: int


@dataclass(frozen=True)
class Row:
    """One value of one trait over all sides; the value is empty for those of whom nobody noted it."""

    trait: str
    value: str
    counts: tuple[Count, ...]


class Gap(StrEnum):
    """What kind of gap."""

    NO_NAME = "no name"  # a side has no name yet
    ONE_SIDED = "one-sided"  # some sides have somebody of a kind, others nobody
    NOT_SEATED = "not seated"  # the list has somebody of a kind, but only other sides seated one
    UNKNOWN = "unknown"  # nobody has noted it


@dataclass(frozen=True)
class Found:
    """A gap: of which kind, in which trait and value, the sides that lack and the sides that have."""

    gap: Gap
    lacking: tuple[str, ...]
    having: tuple[str, ...] = ()
    trait: str = ""
    value: str = ""
    names: int = 0


def matrix(
    people: Sequence[Somebody], sides: Sequence[str], traits: Mapping[str, Sequence[str]]
) -> tuple[Row, ...]:
    """For each trait and value, how many of each side; values that nobody has are left out."""
    rows = (
        Row(trait, value, tuple(_count(people, side, trait, value) for side in sides))
        for trait, values in traits.items()
        for value in (*values, "")
    )
    return tuple(row for row in rows if any(count.listed for count in row.counts))


def gaps(
    people: Sequence[Somebody], sides: Sequence[str], traits: Mapping[str, Sequence[str]]
) -> tuple[Found, ...]:
    """What the matrix lacks: sides without a name first, then trait by trait, then what nobody noted."""
    if not people:
        return ()
    empty = tuple(side for side in sides if not any(one.side == side for one in people))
    named = tuple(side for side in sides if side not in empty)
    found = [Found(Gap.NO_NAME, empty)] if empty else []
    unknown = []
    for row in matrix(people, named, traits):
        if not row.value:
            unknown.append(_unknown(row, named))
        elif (gap := _uneven(row, named)) is not None:
            found.append(gap)
    return (*found, *unknown)


def _uneven(row: Row, sides: Sequence[str]) -> Found | None:
    """Whether a kind of person stands on some lists and not on others, or is seated for some and not for others."""
    lacking, having = _parted(sides, [count.listed for count in row.counts])
    if lacking:
        return Found(Gap.ONE_SIDED, lacking, having, row.trait, row.value)
    lacking, having = _parted(sides, [count.seated for count in row.counts])
    if lacking and having:
        return Found(Gap.NOT_SEATED, lacking, having, row.trait, row.value)
    return None


def _unknown(row: Row, sides: Sequence[str]) -> Found:
    lacking = tuple(side for side, count in zip(sides, row.counts, strict=True) if count.listed)
    return Found(Gap.UNKNOWN, lacking, trait=row.trait, names=sum(count.listed for count in row.counts))


def _parted(sides: Sequence[str], numbers: Sequence[int]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The sides with none, and the sides with some."""
    pairs = list(zip(sides, numbers, strict=True))
    return tuple(side for side, n in pairs if not n), tuple(side for side, n in pairs if n)


def _count(people: Sequence[Somebody], side: str, trait: str, value: str) -> Count:
    alike = [one for one in people if one.side == side and one.traits.get(trait, "") == value]
    return Count(len(alike), sum(one.seated for one in alike))
