"""The command line. Commands say refusals in one sentence: exit code 2 for bad input, 1 for any other."""

from __future__ import annotations

import functools
import io
import signal
import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ParamSpec, TypeVar

import typer

from tracktwo import commands, reports
from tracktwo.errors import BadInput, Refusal
from tracktwo.packages.command import packages

# What a command needs is imported inside it, so that `map` starts without the web and `--help` at once.
if TYPE_CHECKING:
    from rich.console import Console

    from tracktwo.engines.opinion.exports import Conversation, Sides
    from tracktwo.statements.mapping import MapReport, Part, Standing, Statement


class Engine(StrEnum):
    """Where `map` computes."""

    HERE = "here"
    DASK = "dask"


P = ParamSpec("P")
R = TypeVar("R")

app = typer.Typer(
    help="Tracktwo: what sides that do not trust each other could all say.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def _house() -> None:
    """Keep `map` a command of its own, whatever their number; never fail for a letter a terminal lacks."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def plainly(command: Callable[P, R]) -> Callable[P, R]:
    """A command that says refusals in one sentence on stderr and leaves quietly on Ctrl-C."""

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except Refusal as refusal:
            typer.echo(str(refusal), err=True)
            raise typer.Exit(2 if isinstance(refusal, BadInput) else 1) from None
        except KeyboardInterrupt:
            typer.echo("Stopped; nothing was written.", err=True)
            raise typer.Exit(128 + signal.SIGINT) from None

    return wrapped


@app.command("map")
@plainly
def map_conversation(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="DIR|PARQUET", help="The folder of a Polis export, a Parquet file, or a folder of them."
        ),
    ],
    out: Annotated[
        Path | None, typer.Option(help="Write index.html, report.pdf and report.json into this folder.")
    ] = None,
    sides: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN|FILE",
            help="Declared sides: a column of participants-votes.csv or of the Parquet file, "
            "or a CSV file participant,side.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same data and seed give the same report.")] = 1,
    engine: Annotated[
        Engine, typer.Option(help="`here`: one process; `dask`: packed Parquet on a cluster.")
    ] = Engine.HERE,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Of a Dask cluster; by default workers of this machine."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the report as JSON and nothing else.")
    ] = False,
) -> None:
    """Find the groups in exported votes and the statements that every group or side supports.

    No database, no keys, no network beyond the cluster named: the votes are read, the report is written,
    nothing is kept.
    """
    from tracktwo.statements import mapping, report

    if out is not None:
        reports.must_be_a_folder(out)
    if scheduler is not None and engine is not Engine.DASK:
        raise BadInput("--scheduler is the address of a Dask cluster", remedy="add --engine dask")
    if engine is Engine.DASK:
        found = _on_a_cluster(folder, sides, seed, scheduler)
    else:
        conversation = _read(folder)
        _warm_for(len(conversation.votes))
        found = mapping.analyse(conversation, seed, _sides(folder, sides, conversation))
    warning = _write(found, out) if out is not None else ""
    if as_json:
        typer.echo(report.as_json(found).encode(), nl=False)
    else:
        _print(found)
        if out is not None:
            typer.echo(f"Written: {out / 'index.html'}, report.pdf and report.json beside it.")
    if warning:
        typer.echo(warning, err=True)


def _parquet(path: Path) -> bool:
    return path.suffix == ".parquet" or (path.is_dir() and any(path.glob("*.parquet")))


def _sides(folder: Path, sides: str | None, conversation: Conversation) -> Sides | None:
    from tracktwo.engines.opinion import exports, parquet

    if sides is None:
        return None
    if _parquet(folder) and not Path(sides).is_file():
        return parquet.read_sides(folder, sides, conversation.people_ids)
    return exports.read_sides(folder, sides, conversation.people_ids)


def _warm_for(votes: int) -> None:
    """Compiled kernels where the votes are so many that even compiling first saves time."""
    from tracktwo.engines.opinion import kernels

    if votes >= kernels.THREADS_FROM:
        kernels.warm()


def _on_a_cluster(folder: Path, sides: str | None, seed: int, scheduler: str | None) -> MapReport:
    from rich.console import Console

    from tracktwo.engines.opinion import distributed, parquet
    from tracktwo.statements import mapping

    if not _parquet(folder):
        raise BadInput("a cluster reads packed Parquet files", where=str(folder), remedy="leave --engine out")
    about = parquet.describe(folder)
    declared = _sides(folder, sides, about)
    waiting = Console(stderr=True).status(
        "Starting the cluster" if scheduler is None else "Asking the cluster"
    )
    with waiting, distributed.cluster(scheduler) as client:
        waiting.update("The cluster reads and counts the votes")
        votes = distributed.Scattered([str(path.resolve()) for path in parquet.files_of(folder)], client)
        return mapping.analyse(about, seed, declared, votes)


def _read(folder: Path) -> Conversation:
    if _parquet(folder):
        from tracktwo.engines.opinion import parquet

        return parquet.read(folder)
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

    from tracktwo.engines.opinion.exports import read_polis

    columns = TextColumn("Reading {task.description}"), BarColumn(), DownloadColumn()
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        shown: dict[str, int] = {}

        def progress(name: str, done: int, size: int) -> None:
            if name not in shown:
                shown[name] = int(bars.add_task(name, total=size))
            bars.update(shown[name], completed=done)  # type: ignore[arg-type]

        return read_polis(folder, progress=progress)


# ---- writing


def _write(found: MapReport, out: Path) -> str:
    """Make all files beside `out`, move them in complete; return a warning where the PDF lacks letters."""
    from tracktwo.statements import report

    pdf = report.as_pdf(found)
    files = {
        "index.html": report.as_page(found).encode(),
        "report.pdf": pdf.content,
        "report.json": report.as_json(found).encode(),
    }
    reports.write(files, out)
    return pdf.warning


# ---- printing


def _print(found: MapReport) -> None:
    from rich.console import Console

    from tracktwo.statements import report

    console = Console(highlight=False)
    console.print()
    console.print(report.plain(found.title) or "A conversation", style="bold", markup=False)
    console.print(report.summary(found), markup=False)
    for caution in report.cautions(found):
        console.print(caution, style="yellow", markup=False)
    console.print()
    console.print(report.groups_said(found), markup=False)
    _print_groups(console, found)
    console.print(report.lead(found), style="bold", markup=False)
    for section in report.sections(found):
        console.print()
        console.print(section.heading, style="bold cyan", markup=False)
        console.print(section.intro if section.places else section.empty, style="dim", markup=False)
        if section.places:
            _print_statements(console, found, [found.statements[k] for k in section.places])
    if report.crossing_said(found):
        _print_crossing(console, found)
    if report.suspected_said(found):
        _print_suspected(console, found)
    if report.attribution(found):
        console.print()
        console.print(report.attribution(found), style="dim", markup=False)


def _print_groups(console: Console, found: MapReport) -> None:
    from rich.box import SIMPLE
    from rich.table import Table
    from rich.text import Text

    from tracktwo.statements import report

    table = Table(box=SIMPLE, pad_edge=False)
    table.add_column("Group", no_wrap=True)
    table.add_column("People", justify="right", no_wrap=True)
    table.add_column("What it holds together")
    for part, held in zip(found.found.parts, found.found.held, strict=False):
        lines = [
            f"{report.plain(h.text)} ({report.held_said(h.agrees, h.inside, h.outside)})" for h in held[:3]
        ]
        table.add_row(part.letter, f"{part.people:,}", Text("\n".join(f"· {line}" for line in lines)))
    if found.found.held:
        console.print(table)
    else:
        console.print()


def _print_crossing(console: Console, found: MapReport) -> None:
    from rich.box import SIMPLE
    from rich.table import Table
    from rich.text import Text

    from tracktwo.statements import report

    console.print()
    console.print("The groups and the sides", style="bold cyan", markup=False)
    console.print(report.crossing_said(found), style="dim", markup=False)
    if found.crossed is None or found.crossed.words is None:
        return
    table = Table(box=SIMPLE, pad_edge=False)
    table.add_column("Of each side, in", no_wrap=True)
    for part in found.parts:
        table.add_column(Text(_heading(part, found)), no_wrap=True)
    for g, part in enumerate(found.found.parts):
        table.add_row(part.name, *(report.reach_said(found, side, g) for side in range(len(found.parts))))
    console.print(table)


def _print_suspected(console: Console, found: MapReport) -> None:
    from rich.box import SIMPLE
    from rich.table import Table
    from rich.text import Text

    from tracktwo.statements import report

    console.print()
    console.print("Votes that may not be people's", style="bold cyan", markup=False)
    console.print(report.suspected_said(found), markup=False)
    table = Table(box=SIMPLE, pad_edge=False)
    table.add_column("No.", justify="right", no_wrap=True)
    table.add_column("Statement", ratio=1)
    for head in ("With everybody", "Without them"):
        table.add_column(head, justify="right", no_wrap=True)
    for statement, one, two in report.compared_orders(found):
        table.add_row(str(statement.number), Text(report.plain(statement.text)), one, two)
    console.print(table)


def _print_statements(console: Console, found: MapReport, statements: list[Statement]) -> None:
    from rich.box import SIMPLE
    from rich.table import Table
    from rich.text import Text

    from tracktwo.statements import report

    table = Table(box=SIMPLE, pad_edge=False)
    table.add_column("No.", justify="right", no_wrap=True)
    table.add_column("Statement", ratio=1)
    for part in found.parts:
        table.add_column(Text(_heading(part, found)), no_wrap=True)
    for statement in statements:
        cells = [_cell(standing) for standing in statement.standings]
        table.add_row(str(statement.number), Text(report.plain(statement.text)), *cells)
    console.print(table)


def _heading(part: Part, found: MapReport) -> str:
    """Names where there is room; letters tell sides apart, groups carry their number in the name."""
    if len(found.parts) > 3:
        return part.letter
    return f"{part.letter} {part.name[:12]}" if found.compared == "sides" else part.name


def _cell(standing: Standing) -> str:
    if standing.support is None or standing.low is None or standing.high is None:
        return "–"
    return f"{standing.support * 100:3.0f} % ({standing.low * 100:.0f}–{standing.high * 100:.0f})"


app.command("packages")(plainly(packages))
commands.register(app, plainly)

if __name__ == "__main__":
    app(prog_name="tracktwo")
