"""Decks of ours beside Anki itself: what it reads of them, and what is read here of what it writes.

    python -m benchmarks.learn.anki_peer                        makes an environment with Anki from PyPI
    python -m benchmarks.learn.anki_peer --python /path/to/python    uses one that has it

Anki is under the AGPL. It stands in an environment of its own, is run as another program and is part of nothing here.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
for place in (ROOT, ROOT / "src"):
    if str(place) not in sys.path:
        sys.path.insert(0, str(place))

from benchmarks.peers import environment  # noqa: E402

# Run by the Python that has Anki.
IN_ANKI = r"""
import json, sys
from pathlib import Path
from anki.collection import (Collection, ExportAnkiPackageOptions, ImportAnkiPackageOptions, ImportAnkiPackageRequest)

folder = Path(sys.argv[1])

def bring(col, name):
    options = ImportAnkiPackageOptions(merge_notetypes=True, with_scheduling=False, with_deck_configs=False)
    log = col.import_anki_package(ImportAnkiPackageRequest(package_path=str(folder / name), options=options)).log
    return {"new": len(log.new), "updated": len(log.updated), "duplicate": len(log.duplicate),
            "conflicting": len(log.conflicting), "notes": col.note_count(), "cards": col.card_count()}

said = {}
col = Collection(str(folder / "collection.anki2"))
for step, name in json.loads(sys.argv[2]):
    said[step] = bring(col, name)
said["models"] = [one.name for one in col.models.all_names_and_ids() if one.name.startswith("Tracktwo")]
said["decks"] = sorted(one.name for one in col.decks.all_names_and_ids() if one.name.startswith("Tracktwo"))
note = col.get_note(col.find_notes("")[0])
card = note.cards()[0]
said["shown"] = card.question() + card.answer()
said["empty"] = len(col.get_empty_cards().notes)
said["wrong"] = col.fix_integrity()[0] if hasattr(col, "fix_integrity") else ""

basic, cloze = col.models.by_name("Basic"), col.models.by_name("Cloze")
for number in range(20):
    note = col.new_note(basic)
    note["Front"] = f"What is <b>{number}</b> &lt; {number + 1}?"
    note["Back"] = "<div>A fact<br>in lines</div><img src='a.png'>"
    note.tags = ["a", "b"]
    col.add_note(note, 1)
note = col.new_note(cloze)
note["Text"], note["Back Extra"] = "{{c1::Zartman}} wrote of {{c2::ripeness::a moment}}", "1985"
col.add_note(note, 1)
for legacy in (True, False):
    options = ExportAnkiPackageOptions(with_scheduling=True, with_deck_configs=True, with_media=True, legacy=legacy)
    col.export_anki_package(out_path=str(folder / f"from-anki-{legacy}.apkg"), options=options, limit=None)
for html in (True, False):
    col.export_note_csv(out_path=str(folder / f"from-anki-{html}.txt"), limit=None, with_html=html, with_tags=True,
                        with_deck=True, with_notetype=True, with_guid=True)
print(json.dumps(said))
"""


def check(python: Path) -> bool:
    """Our decks into Anki, twice; Anki's exports into a learner's progress, twice."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracktwo.settings")
    django.setup()
    from tracktwo.learn import guide
    from tracktwo.learn.guide import Guide
    from tracktwo.learn.practice import decks
    from tracktwo.learn.practice.progress import OwnCard, Progress

    now, day = Guide(guide.shipped()), decks.today() - 2
    own = Progress().with_own([OwnCard("kept-by-hand", "Own *front*", "Own back", ("mine",))])
    with tempfile.TemporaryDirectory(prefix="tracktwo-anki-") as name:
        folder, course = Path(name), next(iter(now.library.courses))
        (folder / "all.apkg").write_bytes(decks.guide_deck(now, "", "en", "apkg", day))
        (folder / "course.apkg").write_bytes(decks.guide_deck(now, course, "en", "apkg", day))
        (folder / "arabic.apkg").write_bytes(decks.guide_deck(now, "", "ar", "apkg", day + 1))
        (folder / "own.apkg").write_bytes(decks.own_deck(own, "apkg", day))
        steps = [("first", "all.apkg"), ("again", "all.apkg"), ("course", "course.apkg"), ("arabic", "arabic.apkg"),
                 ("own", "own.apkg")]  # fmt: skip
        ran = subprocess.run(
            [python, "-c", IN_ANKI, folder, json.dumps(steps)], check=True, capture_output=True, text=True
        )
        said = json.loads(ran.stdout.strip().splitlines()[-1])
        ours = len(decks.guide_cards(now, "", "en"))
        fine = _reported(said, ours)
        for file in (
            "from-anki-True.apkg",
            "from-anki-False.apkg",
            "from-anki-True.txt",
            "from-anki-False.txt",
        ):
            came = decks.read((folder / file).read_bytes())
            progress, first = decks.taken_in(own, came, now)
            again = decks.taken_in(progress, came, now)[1]
            print(f"{file}: {first}; again: {again}")
            # As plain text Anki leaves the formatting of cards out: the own card comes back changed.
            plain = file == "from-anki-False.txt"
            fine &= first.new == 22 and first.changed == plain and first.known == ours + 1 - plain
            fine &= again.new == again.changed == 0
    print("holds" if fine else "DOES NOT HOLD")
    return fine


def _reported(said: dict[str, Any], ours: int) -> bool:
    for step, counts in said.items():
        print(f"{step}: {counts}")
    return bool(
        said["first"]["new"] == said["first"]["cards"] == ours
        and said["again"]["notes"] == said["course"]["notes"] == said["arabic"]["notes"] == ours
        and said["arabic"]["new"] == 0
        and said["own"]["notes"] == ours + 1
        and said["models"] == ["Tracktwo"]
        and said["empty"] == 0
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--python", type=Path, help="a Python that has the package anki")
    args = parser.parse_args()
    with environment(args.python, "anki") as python:
        sys.exit(0 if check(python) else 1)


if __name__ == "__main__":
    main()
