"""Writes docs/reference from the code: `python tools/reference.py`, or `--check`, which fails where a page is stale.

Everything here is read from what runs: the settings' own table, the steps between phases, the scopes a role
holds, the addresses and who they are for, the columns and how they are kept, the commands' own help. The
glossary is the one page written by hand.
"""

from __future__ import annotations

import atexit
import inspect
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "docs" / "reference"
NOTE = "<!-- Written by tools/reference.py from the code. Change the code, then run it again. -->"
ONE_SIDE = "one"  # stands for the own side where scopes are listed


def settle() -> None:
    """Load Django with settings of its own, so that nobody's data directory is touched."""
    for name in [name for name in os.environ if name.startswith("TRACKTWO_")]:
        del os.environ[name]
    folder = tempfile.mkdtemp(prefix="tracktwo-reference-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["TRACKTWO_DATA"] = folder
    os.environ["DJANGO_SETTINGS_MODULE"] = "tracktwo.settings"
    sys.path.insert(0, str(ROOT / "src"))
    import django

    django.setup()


def page(title: str, source: str, *parts: str) -> str:
    """A page with its heading, where it comes from, and its parts."""
    return "\n\n".join([f"# {title}", NOTE, f"From `{source}`.", *parts]) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def code(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


# --- the pages ------------------------------------------------------------------------------------


def settings() -> str:
    from tracktwo import settings as module

    rows = [line for line in inspect.getdoc(module).splitlines() if line.startswith("|")]  # type: ignore[union-attr]
    return page(
        "Settings",
        "settings.py",
        "All settings are variables of the environment. One that is not known here stops the start, and is named.",
        "\n".join(rows),
    )


def phases() -> str:
    from tracktwo.process.phases import ENDED, GUARDED, PHASE_NAMES, STEPS
    from tracktwo.statements.rules import COLLECTING

    def remark(phase: Any) -> str:
        remarks = {
            "entered only with ground rules, every assent at the table and a risk review": phase in GUARDED,
            "entered only by closing": phase == "closed",
            "entered only by erasing": phase == "erased",
            "votes are open": phase == "consulting",
            "figures may still move": phase in COLLECTING and phase != "consulting",
            "nothing is added any more": phase in ENDED,
        }
        return "; ".join(words for words, true in remarks.items() if true)

    rows = [
        (PHASE_NAMES[now], f"`{now}`", ", ".join(PHASE_NAMES[to] for to in steps) or "none", remark(now))
        for now, steps in STEPS.items()
    ]
    return page(
        "Phases and steps",
        "process/phases.py",
        "A process stands in one phase. These steps are allowed, and no others. In the diagram steps back are dashed.",
        "![The allowed steps between phases](phases.svg)",
        table(("phase", "key", "may go to", "remarks"), rows),
    )


def phases_picture() -> str:
    """The same drawing as on the panel's page, as a file that stands alone."""
    from tracktwo.figures import Station, phase_path
    from tracktwo.process.phases import PHASE_NAMES, STEPS

    stations = [Station(phase.value, words, "past") for phase, words in PHASE_NAMES.items()]
    moves = [(now.value, to.value) for now, steps in STEPS.items() for to in steps]
    drawn = phase_path(stations, moves, key="phases", title="The allowed steps between phases")
    alone = '<svg style="background:#faf7f0" '
    return drawn.replace("<svg ", alone, 1) + "\n"


def roles() -> str:
    from tracktwo.process.rules import OF_A_SIDE, PANEL, ROLE_NAMES, Role, scopes_of

    def held(role: Role, hear: bool) -> frozenset[str]:
        side = ONE_SIDE if role in OF_A_SIDE else None
        return scopes_of(role, side, (ONE_SIDE, "other"), observers_hear=hear)

    everything = sorted({scope for role in Role for scope in held(role, True)})
    rows = []
    for role in Role:
        marks = [
            "yes"
            if scope in held(role, False)
            else "if the rules say so"
            if scope in held(role, True)
            else "-"
            for scope in everything
        ]
        rows.append((ROLE_NAMES[role], "yes" if role in PANEL else "-", *marks))
    meanings = table(
        ("scope", "what is sealed in it"), [(f"`{key}`", words) for key, words in SCOPES.items()]
    )
    return page(
        "Roles and scopes",
        "process/rules.py",
        "A scope is what a text is sealed for; a seat opens what is sealed in the scopes it holds. `side:one` and "
        "`roster:one` are those of the own side, `roster:other` that of any other side.",
        table(("role", "works at the panel's table", *(f"`{scope}`" for scope in everything)), rows),
        "## Scopes",
        meanings,
        "`ballots` and `counting` are held by no seat. Leave to open them is given to the count, which lets out "
        "figures only, and to each seat for its own ballot.",
    )


SCOPES = {
    "door": "what anybody with a link to the process may read: the cover title, introductions in a demo",
    "circle": "what everybody with a seat reads, the wider circle included: sides, open statements, ground rules",
    "figures": "the figures that were released",
    "plenary": "what the table reads: the true title",
    "side:ID": "what one side keeps to itself; nothing is sealed in it yet",
    "roster:ID": "names at the table of one side, or of the panel",
    "panel": "the panel's worktable: waiting and rejected statements, the side of an author, true names",
    "paper": "papers and their lines, while drafts",
    "surveys": "answers of surveys; nothing is sealed in it yet",
    "ballots": "ballots",
    "counting": "which ballots the released figures rest on",
    "people": "user names, sealed for the house and for no process",
}


def pages() -> str:
    from tracktwo import web

    rows = []
    for path, pattern in web.patterns():
        view: Callable[..., Any] = pattern.callback
        ours = view.__module__.startswith("tracktwo")
        words = (inspect.getdoc(view) or "").split("\n\n")[0].replace("\n", " ")
        first = words if ours else "a page of signing in"
        rows.append((f"`/{path}`", _audience(view), first))
    return page(
        "Pages",
        "urls.py",
        "Every address, and whom it is for. For everybody else it reads like an address that does not exist. A view "
        "that does not declare its audience stops the start.",
        table(("address", "for", "what it is"), rows),
    )


def _audience(view: Any) -> str:
    from tracktwo.process.rules import EVERYONE, FACILITATORS, OF_A_SIDE, PANEL

    known = {
        EVERYONE: "every seat",
        FACILITATORS: "facilitators",
        OF_A_SIDE: "seats of a side",
        PANEL: "the panel",
        OF_A_SIDE | FACILITATORS: "seats of a side, facilitators",
    }
    return known.get(view.audience) or ", ".join(sorted(view.audience))


def statements() -> str:
    from tracktwo.engines.disclosure import FEWEST_IN_A_SEALED_ROUND, FEWEST_TO_HIDE_AMONG, STANDARD
    from tracktwo.engines.opinion import bridging
    from tracktwo.statements import rules

    names = rules.STATE_NAMES
    states = [
        (names[now], f"`{now}`", ", ".join(names[to] for to in steps), f"`{rules.scope_of(now)}`")
        for now, steps in rules.STEPS.items()
    ]
    reasons = [(f"`{key}`", words) for key, words in rules.REASONS.items()]
    figures: list[tuple[str, object]] = [
        ("signs in a statement, at most", rules.LONGEST),
        ("statements one seat of a side may write", rules.MOST_OWN),
        ("own votes before figures show", rules.BEFORE_LOOKING),
        ("voters from which there is a map", rules.MAP_FROM),
        ("people of a side who have voted, before its figures show", STANDARD.group),
        ("answers of a side to a statement, before that figure shows", STANDARD.cell),
        ("counts are rounded to", STANDARD.round_to),
        (
            "share from which a figure is a word (nearly all; hardly any below its complement)",
            STANDARD.nearly,
        ),
        ("new or changed people that let a side's figures move, and its multiples", STANDARD.gate),
        ("answers of every side in a sealed round, else all sides together", FEWEST_IN_A_SEALED_ROUND),
        ("people below whom one is told that what is unattributed can be guessed", FEWEST_TO_HIDE_AMONG),
        ("answers of every side before a statement is ranked", bridging.LEAST),
        ("probability from which a majority is called credible", bridging.CREDIBLE),
    ]
    return page(
        "Statements, votes and figures",
        "statements/rules.py, engines/disclosure.py, engines/opinion/bridging.py",
        "## States of a statement",
        table(("state", "key", "may become", "sealed in"), states),
        "## Why a statement is not put to the vote",
        "The panel chooses one; the author reads it.",
        table(("key", "reason"), reasons),
        "## Limits and thresholds",
        table(("what", "value"), [(what, str(value)) for what, value in figures]),
    )


def data() -> str:
    from django.apps import apps

    kept = [model for model in apps.get_models() if model._meta.app_label not in ("auth", "contenttypes")]
    models = sorted(kept, key=lambda model: model._meta.db_table)
    rows = [
        (f"`{model._meta.db_table}`", f"`{field.column}`", _kept(field))
        for model in models
        for field in model._meta.local_fields
    ]
    return page(
        "Tables and columns",
        "the models of every part",
        "How each column is kept. *Sealed* columns are ciphertext in the database and in every copy of it; the "
        "scope says for whom. What is not sealed can be read by whoever holds the database: it is made so that "
        "it names nobody and holds no hour. Django's own tables of code names are left out.",
        table(("table", "column", "kept as"), rows),
    )


def _kept(field: Any) -> str:
    from tracktwo.vault.fields import SealedField

    if isinstance(field, SealedField):
        return (
            f"sealed in `{field.scope}`"
            if isinstance(field.scope, str)
            else "sealed; the scope follows the row"
        )
    if field.is_relation:
        return f"a reference to `{field.related_model._meta.db_table}`"
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(field).__name__.removesuffix("Field")).lower()


def commands() -> str:
    import typer

    from tracktwo.cli import app

    parts: list[str] = []
    _describe(typer.main.get_command(app), "tracktwo", parts)
    return page(
        "Commands",
        "cli.py and commands.py",
        "Every command says `--help`. Bad input ends with one sentence and exit code 2, any other refusal with 1.",
        *parts,
    )


def _describe(command: Any, name: str, parts: list[str]) -> None:
    """A command with its arguments and options; a group with its commands."""
    if hasattr(command, "commands"):
        for word, inner in command.commands.items():
            _describe(inner, f"{name} {word}", parts)
        return
    given = [one for one in command.params if one.name != "help"]
    arguments = [_argument(one) for one in given if one.param_type_name == "argument"]
    parts.append(f"## `{' '.join([name, *arguments])}`")
    parts.append(inspect.cleandoc(command.help or ""))
    if given:
        parts.append(table(("option", "meaning", "default"), [_option(one) for one in given]))


def _argument(one: Any) -> str:
    return str(one.metavar or one.name).upper()


def _option(one: Any) -> tuple[str, str, str]:
    named = _argument(one) if one.param_type_name == "argument" else ", ".join(one.opts)
    standard = one.default if isinstance(one.default, str | int) and not isinstance(one.default, bool) else ""
    return (
        f"`{named}`",
        one.help or "",
        f"`{standard}`" if standard != "" else "required" if one.required else "",
    )


WRITTEN: dict[str, Callable[[], str]] = {
    "settings.md": settings,
    "phases.md": phases,
    "phases.svg": phases_picture,
    "roles.md": roles,
    "pages.md": pages,
    "statements.md": statements,
    "data.md": data,
    "commands.md": commands,
}


def stale() -> list[str]:
    """The pages that no longer say what the code does."""
    return [
        name
        for name, write in WRITTEN.items()
        if not (PAGES / name).exists() or (PAGES / name).read_text(encoding="utf-8") != write()
    ]


def main() -> None:
    settle()
    if sys.argv[1:] == ["--check"]:
        if old := stale():
            sys.exit(f"Stale in docs/reference: {', '.join(old)}. Run python tools/reference.py.")
        return
    PAGES.mkdir(parents=True, exist_ok=True)
    for name, write in WRITTEN.items():
        (PAGES / name).write_text(write(), encoding="utf-8")


if __name__ == "__main__":
    main()
