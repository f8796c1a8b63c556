"""`tracktwo packages`: from a case in a file to packages that every side could recommend.

What it needs is imported when it runs, so that `--help` answers at once.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from tracktwo import reports

if TYPE_CHECKING:
    from rich.console import Console

    from tracktwo.packages.finding import Offer, PackagesReport

R = TypeVar("R")
PATIENCE = 10.0  # seconds that a search has to stop


class Rule(StrEnum):
    """The rule by which the package is chosen; to be fixed before anybody sees one."""

    NASH = "nash"
    KS = "ks"
    LEXIMIN = "leximin"


def packages(
    case: Annotated[
        Path, typer.Argument(metavar="CASE", help="A case in TOML or CSV, or a GENIUS domain in XML.")
    ],
    profiles: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PROFILE ...]", help="After a GENIUS domain: one profile for each side."),
    ] = None,
    rule: Annotated[
        Rule, typer.Option(help="The rule that chooses, fixed beforehand: nash, ks or leximin.")
    ] = Rule.NASH,
    out: Annotated[
        Path | None, typer.Option(help="Write index.html and report.json into this folder.")
    ] = None,
    seconds: Annotated[
        int, typer.Option(min=1, max=3600, help="How long each search may take at most.")
    ] = 10,
    seed: Annotated[int, typer.Option(min=0, help="The same case and seed give the same report.")] = 1,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the report as JSON and nothing else.")
    ] = False,
) -> None:
    """Find packages on all issues that every side could recommend, and say what each gives whom.

    No database, no keys, no network: the case is read, the report is written, nothing is kept.

    The report shows what each side values: it is for the panel alone.
    """
    from tracktwo.engines.bargaining import formats
    from tracktwo.packages import finding, report

    if out is not None:
        reports.must_be_a_folder(out)
    read = formats.read(case, profiles or [])
    found = _with_progress(
        lambda progress, stop: finding.find(
            read, rule.value, seconds=seconds, seed=seed, progress=progress, stop=stop
        )
    )
    if out is not None:
        _write(found, out)
    if as_json:
        typer.echo(report.as_json(found).encode(), nl=False)
        return
    _print(found)
    if out is not None:
        typer.echo(f"Written: {out / 'index.html'}, report.json beside it.")


def _with_progress(work: Callable[[Callable[[str], None], Callable[[], bool]], R]) -> R:
    """Run the work beside this thread, say on a terminal what it does, and stop it soon on Ctrl-C."""
    from rich.console import Console

    console, stopped, done = Console(stderr=True), threading.Event(), threading.Event()
    step, found, faults = ["reading the case"], [], []

    def progress(said: str) -> None:
        step[0] = said
        if stopped.is_set():
            raise KeyboardInterrupt

    def run() -> None:
        try:
            found.append(work(progress, stopped.is_set))
        except BaseException as fault:  # whatever it is, the caller shall have it
            faults.append(fault)
        finally:
            done.set()

    threading.Thread(target=run, daemon=True).start()
    try:
        with console.status("") as shown:
            # Not by joining the thread: interrupted, Python 3.11 takes it for ended.
            while not done.wait(0.05):
                if console.is_terminal:
                    shown.update(f"{step[0].capitalize()} …")
    except KeyboardInterrupt:
        stopped.set()
        _let_go(done)
        raise
    if faults:
        raise faults[0]
    return found[0]


def _let_go(done: threading.Event) -> None:
    """Wait until the search has stopped: an interpreter that ends around a running solver is aborted by it."""
    with suppress(KeyboardInterrupt):
        done.wait(PATIENCE)
    if not done.is_set():
        typer.echo("Stopped; nothing was written.", err=True)
        os._exit(128 + signal.SIGINT)


# ---- writing


def _write(found: PackagesReport, out: Path) -> None:
    """Make all files beside `out` and move them in complete."""
    from tracktwo.packages import report

    files = {"index.html": report.as_page(found).encode(), "report.json": report.as_json(found).encode()}
    reports.write(files, out)


# ---- printing


def _print(found: PackagesReport) -> None:
    from rich.console import Console

    from tracktwo.packages import report

    console = Console(highlight=False)
    console.print()
    console.print(report.plain(found.case.title), style="bold", markup=False)
    console.print(report.summary(found), markup=False)
    for caution in report.cautions(found):
        console.print(caution, style="yellow", markup=False)
    console.print()
    console.print(report.lead(found), style="bold", markup=False)
    _print_package(console, found)
    console.print("By each rule, in points of a hundred", style="bold cyan", markup=False)
    _print_offers(console, found)
    console.print("What changes, and for whom", style="bold cyan", markup=False)
    if report.better_said(found):
        console.print(report.better_said(found), markup=False)
    if found.trades:
        console.print(report.trades_said(found), style="dim", markup=False)
        for trade in found.trades:
            made, gives = report.trade_said(found, trade)
            console.print(f"· {made}", markup=False)
            console.print(f"  {gives}", style="bold", markup=False)
    if found.moves:
        console.print(report.moves_said(found), style="dim", markup=False)
        _print_moves(console, found)
    if found.several:
        console.print("Three packages instead of one", style="bold cyan", markup=False)
        _print_several(console, found)
    if found.left_out:
        console.print("Were a side left out", style="bold cyan", markup=False)
        for left in found.left_out:
            console.print(report.left_out_said(found, left), markup=False)
        console.print()
    if report.robust_said(found):
        console.print(report.robust_said(found), markup=False)
    console.print(report.NOTES[0], style="dim", markup=False)


def _print_package(console: Console, found: PackagesReport) -> None:
    from rich.box import SIMPLE
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE, pad_edge=False)
    table.add_column("Issue")
    table.add_column("The package")
    start = found.start
    heads = {"no_deal": "No package", "middle": "Half way", "proposal": "The proposal"}
    table.add_column(heads[start.key], style="dim")
    for j, issue in enumerate(found.table.issues):
        option = Text(issue.options[found.chosen.package[j]])
        table.add_row(Text(issue.name), option, Text(issue.options[start.package[j]]))
    console.print(table)


def _print_several(console: Console, found: PackagesReport) -> None:
    from rich.box import SIMPLE
    from rich.table import Table
    from rich.text import Text

    from tracktwo.packages import report

    table = Table(box=SIMPLE, pad_edge=False)
    table.add_column("Otherwise than the first")
    for side in found.sides:
        table.add_column(Text(side.letter), justify="right", no_wrap=True)
    for said, offer in report.several_rows(found):
        table.add_row(Text(said), *map(str, offer.shown))
    console.print(table)


def _print_offers(console: Console, found: PackagesReport) -> None:
    from rich.box import SIMPLE
    from rich.table import Table
    from rich.text import Text

    from tracktwo.packages import report

    table = Table(box=SIMPLE, pad_edge=False)
    table.add_column("Package")
    for side in found.sides:
        table.add_column(
            Text(f"{side.letter} {side.name}" if side.letter != side.name else side.name), justify="right"
        )
    table.add_column("")
    for offer in report.named_offers(found):
        if offer.key != "no_deal":
            said = report.rule_said(offer) if len(found.sides) < 5 else report.short(offer)
            table.add_row(Text(said), *map(str, offer.shown), _standing(offer))
    table.add_row(Text("Without a package"), *map(str, found.walk_away), "", style="dim")
    console.print(table)


def _standing(offer: Offer) -> str:
    from tracktwo.packages import report

    said = [report.proof_said(offer)]
    if not offer.clears:
        said.append("below a walk-away")
    return "; ".join(word for word in said if word)


def _print_moves(console: Console, found: PackagesReport) -> None:
    from rich.box import SIMPLE
    from rich.table import Table
    from rich.text import Text

    from tracktwo.packages import report

    table = Table(box=SIMPLE, pad_edge=False)
    table.add_column("Issue")
    table.add_column("Change")
    table.add_column("For whom")
    for move in found.moves:
        issue = found.table.issues[move.issue]
        change = Text(f"{issue.options[move.before]} → {issue.options[move.after]}")
        table.add_row(Text(issue.name), change, Text(report.move_said(found, move)))
    console.print(table)
