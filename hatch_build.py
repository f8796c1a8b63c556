"""Message catalogues: every .po under locale/ becomes the .mo that Django reads.

Babel compiles them, because many machines have no gettext tools. The wheel build calls this as a hook; a
checkout calls `python hatch_build.py`, which compiles only what changed.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

HERE = Path(__file__).resolve().parent


def stale(catalogue: Path) -> bool:
    """A catalogue is stale while its compiled twin is missing or older."""
    compiled = catalogue.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime < catalogue.stat().st_mtime


def compile_catalogue(catalogue: Path) -> None:
    """Write the .mo beside the .po; what is marked fuzzy stays out, so a guess is never shown."""
    locale = catalogue.parent.parent.name
    with catalogue.open("rb") as source:
        messages = read_po(source, locale=locale)
    half = catalogue.with_suffix(".mo.part")
    with half.open("wb") as target:
        write_mo(target, messages, use_fuzzy=False)
    half.replace(catalogue.with_suffix(".mo"))


def compile_all(root: Path, *, only_stale: bool = False) -> list[Path]:
    """Compile the catalogues under root/src; answer which were compiled."""
    catalogues = sorted(root.glob("src/tracktwo/locale/*/LC_MESSAGES/*.po"))
    chosen = [catalogue for catalogue in catalogues if not only_stale or stale(catalogue)]
    for catalogue in chosen:
        compile_catalogue(catalogue)
    return chosen


class CatalogueHook(BuildHookInterface):  # type: ignore[type-arg]
    """Hatchling calls this before it packs the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        compile_all(Path(self.root))


def main() -> None:
    compiled = compile_all(HERE, only_stale=True)
    if compiled:
        languages = ", ".join(path.parent.parent.name for path in compiled)
        print(f"Message catalogues compiled: {languages}", file=sys.stderr)


if __name__ == "__main__":
    main()
