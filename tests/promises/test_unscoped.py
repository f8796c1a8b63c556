"""Reads that ask for nobody stand only in the functions listed here, each with its reason.

`Model.objects` answers only when told for which seat. `Model.unscoped`, and the ways around it that the framework
offers, read whatever is there: in a page one forgotten filter would then be a leak.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import tracktwo
from tracktwo.process.models import Process, Seat, UnaskedRead
from tracktwo.statements.models import Ballot, Statement, Wording

SOURCE = Path(tracktwo.__file__).parent
AROUND = {"unscoped", "_base_manager", "_default_manager"}

# fmt: off
WHOLE_FILES = {
    "process/acts.py": "acts: told who acts, they check the rule and the process themselves",
    "statements/acts.py": "acts; ballots are found by the actor's own pseudonym",
    "transfer/acts.py": "acts",
    "process/visibility.py": "it decides who sees what",
    "process/models.py": "seen_by: where the filters themselves are",
    "statements/models.py": "seen_by; the wordings of a statement that was asked for",
    "transfer/models.py": "seen_by",
    "statements/analysis.py": "counts all ballots of a process; only released figures leave it",
    "statements/standing.py": "opens all ballots of a process together, to be counted",
    "statements/closure.py": "rewrites all ballots of a process",
    "statements/counting.py": "which processes are due; counts them",
    "statements/importing.py": "fills a process from the console",
    "preparation/acts.py": "acts",
    "preparation/models.py": "seen_by",
    "dialogue/acts.py": "acts",
    "dialogue/models.py": "seen_by",
    "concerns/acts.py": "acts",
    "concerns/models.py": "seen_by",
    "learn/models.py": "taught_by, joined_by, of, shared_with: where the filters themselves are",
    "learn/classes/acts.py": "acts; places are found by the actor's own name in that class",
    "learn/classes/analysis.py": "counts the learners of a class; only bands leave it",
    "learn/scenarios.py": "makes a demo from nothing",
    "learn/prepared.py": "makes a demo from nothing",
    "learn/spoken.py": "makes a demo from nothing",
    "process/checks.py": "asks at the start whether a one-click seat stands in a real process",
}
FUNCTIONS = {
    "commands.py": {"processes": "the console's list: id, phase, cover title"},
    "process/door.py": {
        "cover_title": "the one text at the door, opened with the grant of the door",
        "crowd_of": "a count of the reader's own side",
        "frame": "the reader's own process: its cover title, opened with the reader's grant",
        "is_frozen": "asked before it is known who asks",
    },
    "process/views.py": {
        "front": "whether there is a demo",
        "sit": "whether this is a demo or an exercise",
        "_open_seats": "one-click seats, which stand only in a demo or an exercise",
        "process": "the reader's own process; its texts open with the reader's grant only",
        "_assented": "whether the reader's own seat assented",
        "_without_assent": "who assented, to tell the panel who has not; the seats are asked for the reader",
        "_size": "a count, shown as a band",
    },
    "preparation/views.py": {"_day_one": "which seats have a code that still opens, for facilitators"},
    "transfer/views.py": {"_begun": "the reader's own process; the outline opens with the panel's grant only"},
    "statements/views.py": {"wordings": "the wordings of a statement that was asked for, each opened with a grant"},
}
# fmt: on


def reads(file: Path) -> Iterator[str]:
    """The outermost functions and classes of a file in which something is read for nobody."""
    for part in ast.parse(file.read_text()).body:
        for node in ast.walk(part):
            if isinstance(node, ast.Attribute) and (node.attr in AROUND or node.attr == "wording_set"):
                yield getattr(part, "name", "(the file)")


def found(source: Path) -> dict[str, set[str]]:
    every = {str(file.relative_to(source)): set(reads(file)) for file in sorted(source.rglob("*.py"))}
    return {file: names for file, names in every.items() if names and file not in WHOLE_FILES}


def test_reads_for_nobody_stand_only_where_they_are_listed() -> None:
    assert found(SOURCE) == {file: set(functions) for file, functions in FUNCTIONS.items()}


def test_every_listed_file_still_has_one() -> None:
    assert [file for file in WHOLE_FILES if not list(reads(SOURCE / file))] == []


def test_a_page_with_such_a_read_is_found(tmp_path: Path) -> None:
    (tmp_path / "views.py").write_text("def page(request):\n    return Seat.unscoped.all()\n")
    assert found(tmp_path) == {"views.py": {"page"}}


@pytest.mark.parametrize("model", [Process, Seat, Statement, Wording, Ballot])
def test_a_query_that_does_not_say_for_whom_is_refused(model: type) -> None:
    for query in ("all", "count", "first"):
        with pytest.raises(UnaskedRead):
            getattr(model.objects, query)()  # type: ignore[attr-defined]
    with pytest.raises(UnaskedRead):
        model.objects.filter(pk=None)  # type: ignore[attr-defined]


def brought(file: Path) -> set[str]:
    """A deck somebody brings is a database of its own, in memory: it is read in whole sentences, and nothing of ours."""
    return {"SELECT"} if file.relative_to(SOURCE).as_posix() == "learn/practice/anki.py" else set()


def test_no_text_of_the_database_is_put_together_by_hand() -> None:
    """No raw SQL but housekeeping and the bell between processes, and no query that is pieced together."""
    raw = [
        f"{file.relative_to(SOURCE)}: {node.func.attr}"
        for file in sorted(SOURCE.rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"raw", "extra", "execute", "executemany", "executescript"}
        and not (
            node.args
            and isinstance(node.args[0], ast.Constant)
            and str(node.args[0].value).split()[0] in {"VACUUM", "PRAGMA", "LISTEN", "NOTIFY", *brought(file)}
        )
    ]
    assert raw == []
