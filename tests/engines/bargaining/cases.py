"""The real domains of GENIUS and the Orsel basin, where the data lie beside the checkout."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
_HERE = DATA / "genius"


@dataclass(frozen=True)
class Domain:
    """A domain with one profile for each side, and what its files say of it."""

    domain: Path
    profiles: tuple[Path, ...]
    packages: int
    reserves: tuple[Fraction, ...]


def _domain(folder: str, domain: str, profiles: str, packages: int, reserve: str = "0") -> Domain:
    paths = tuple(_HERE / folder / f"{name}.xml" for name in profiles.split())
    return Domain(_HERE / folder / f"{domain}.xml", paths, packages, (Fraction(reserve),) * len(paths))


def _lettered(name: str, packages: int) -> list[Domain]:
    return [
        _domain(
            f"anac/y2012/{name}",
            f"{name}-{k}-domain",
            f"{name}-{k}-prof1 {name}-{k}-prof2",
            packages,
            reserve,
        )
        for k, reserve in (("A", "0.5"), ("B", "0.25"), ("C", "0"))
    ]


GENIUS = [
    _domain("laptopdomain", "laptop_domain", "laptop_buyer_utility laptop_seller_utility", 27),
    _domain("ANAC2015/group2-politics", "Politics", "Politics_util1 Politics_util2 Politics_util3", 23_040),
    _domain("ANAC2016/parsCat", "domain", "profile1 profile2 profile3", 390_625),
    _domain("Domain16", "Domain16", " ".join(f"Domain16_util{k}" for k in range(1, 7)), 65_536, "0.7"),
    *_lettered("EnergySmall", 15_625),
    *_lettered("Supermarket", 112_896),
    *_lettered("Travel", 188_160),
    *_lettered("Energy", 390_625),
]
needs_genius = pytest.mark.skipif(
    not _HERE.is_dir(), reason="the GENIUS domains are not beside this checkout"
)
needs_orsel = pytest.mark.skipif(
    not (DATA / "orsel").is_dir(), reason="the Orsel data are not beside this checkout"
)
