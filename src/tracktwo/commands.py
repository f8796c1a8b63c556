"""Commands of whoever keeps a Tracktwo: serve, demo, import, verify the record, erase."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from tracktwo import serving
from tracktwo.errors import BadInput

Data = Annotated[
    Path | None,
    typer.Option("--data", help="The data directory; by default TRACKTWO_DATA or ~/.local/share/tracktwo."),
]
ProcessId = Annotated[
    UUID, typer.Option("--process", help="The id of a process; `tracktwo processes` lists them.")
]


def _say(step: str) -> None:
    typer.echo(f"  … {step}")


def serve(
    data: Data = None,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.")] = 8000,
    ready_file: Annotated[
        Path | None, typer.Option(help="Write the address here, as JSON, once the server listens.")
    ] = None,
) -> None:
    """Start your own Tracktwo. The first start makes keys and database and prints a one-time set-up link."""
    serving.settle(data=data)
    taken = serving.listen(host, port)
    serving.prepare(_say)
    address = _address(host, taken)
    link = _set_up_link(address)

    def ready() -> None:
        # Nobody waits for a compiler: counts run without compiled kernels until they are ready.
        threading.Thread(target=_warm, name="kernels", daemon=True).start()
        typer.echo(f"Tracktwo answers at {address}. Ctrl-C stops it.")
        if link:
            typer.echo(f"Nobody has an account yet. Open this link once, to make the first:\n  {link}")
        if ready_file:
            serving.write_ready_file(ready_file, {"address": address, "set_up": link})

    serving.run(taken, ready=ready)
    typer.echo("Stopped. What people gave is kept in the data directory.")


def _warm() -> None:
    from tracktwo.engines.opinion import kernels

    kernels.warm()


def _address(host: str, taken: Any) -> str:
    # A browser takes a passkey for a name only, never for a bare address.
    shown = "localhost" if host in ("0.0.0.0", "::", "127.0.0.1") else host  # noqa: S104
    return f"http://{shown}:{taken.getsockname()[1]}"


def _set_up_link(address: str) -> str:
    from tracktwo.people import site
    from tracktwo.people.models import Person

    return (
        ""
        if Person.objects.filter(convenes=True).exists()
        else f"{address}/set-up/{site.new_set_up_token()}/"
    )


def demo(
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.")] = 8000,
    ready_file: Annotated[
        Path | None, typer.Option(help="Write the address and the links here, as JSON.")
    ] = None,
) -> None:
    """A finished example process, the Orsel basin, in a throw-away folder. No account; Ctrl-C leaves nothing behind."""
    taken = _free_port(port)
    with serving.ThrowAway() as folder:
        serving.settle(data=folder, demo=True)
        serving.prepare(_say)
        begun = _seeded()
        address = _address("127.0.0.1", taken)
        serving.run(taken, ready=lambda: _announce(address, begun, ready_file))
    typer.echo("Stopped. The demo and all it held are gone.")


def _free_port(port: int) -> Any:
    """The port asked for, or, for the usual one only, any free one: a demo asks no questions."""
    try:
        return serving.listen("127.0.0.1", port)
    except BadInput:
        if port != 8000:
            raise
        return serving.listen("127.0.0.1", 0)


def _seeded() -> Any:
    from tracktwo.learn import scenarios

    return scenarios.load_and_begin("orsel", progress=_say)


def _announce(address: str, begun: Any, ready_file: Path | None) -> None:
    from tracktwo.content.scenarios import reading

    labels = {character.key: character.label.en for character in reading.load("orsel").characters}
    links = {key: f"{address}/p/{begun.process}/sit/?seat={seat}" for key, seat in begun.seats.items()}
    typer.echo(f"\nThe Orsel basin, a fictional process, is open at {address}\n\nSit down as")
    for key, link in links.items():
        typer.echo(f"  {labels[key]:<42} {link}")
    typer.echo("\nCtrl-C ends the demo.")
    sys.stdout.flush()
    if ready_file:
        serving.write_ready_file(
            ready_file, {"address": address, "process": str(begun.process), "links": links}
        )


def processes(data: Data = None) -> None:
    """The processes in this data directory: id, phase, cover title."""
    serving.settle(data=data)
    from tracktwo.process import door
    from tracktwo.process.models import Process
    from tracktwo.vault import keys

    for row in Process.unscoped.all():
        title = door.cover_title(row.pk) if keys.keystore().holds(row.pk) else "(erased)"
        typer.echo(f"{row.pk}  {row.phase:<11}  {title}")


def import_polis(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of a Polis export.")],
    process: ProcessId,
    sides: Annotated[
        str | None,
        typer.Option(
            help="Declared sides, by letter: a column of participants-votes.csv, or a CSV file participant,side."
        ),
    ] = None,
    language: Annotated[str, typer.Option(help="The language the statements are written in.")] = "en",
    data: Data = None,
) -> None:
    """Load a real Polis export as the wider circle of a process: all of it, or nothing."""
    from tracktwo.engines.opinion.exports import read_polis, read_sides

    conversation = read_polis(folder)
    declared = read_sides(folder, sides, conversation.people_ids) if sides else None
    serving.settle(data=data)
    from tracktwo.statements import importing

    came = importing.take_in(
        process=process, conversation=conversation, language=language, sides=declared, by="administrator"
    )
    typer.echo(
        f"Imported {came.statements} statements and {came.people} ballots; "
        f"{came.rejected} statements were rejected in the export and stay so."
    )
    typer.echo(
        f"Analysis run {came.run} is on the pages of the process."
        if came.run
        else "Too few votes for figures yet."
    )


def verify_record(
    process: ProcessId,
    anchor: Annotated[
        str, typer.Option(help="A head noted earlier, LENGTH:HASH: only then does a cut end show.")
    ] = "",
    data: Data = None,
) -> None:
    """Check the chained record of a process; exit code 1 where it does not hold."""
    serving.settle(data=data)
    from tracktwo.record import acts

    finding = acts.verify(process, anchor=_anchor(anchor))
    typer.echo(f"{finding.sentence} Head: {finding.length}:{finding.head.hex()}")
    if not finding.holds:
        raise typer.Exit(1)


def _anchor(text: str) -> tuple[int, bytes] | None:
    if not text:
        return None
    length, _, head = text.partition(":")
    try:
        return int(length), bytes.fromhex(head)
    except ValueError:
        raise BadInput(
            "this is not a head",
            where=f"--anchor {text[:80]}",
            remedy="give LENGTH:HASH as the record page shows it",
        ) from None


def erase(
    process: ProcessId,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again.")] = False,
    data: Data = None,
) -> None:
    """Destroy the keys of a closed process: what was written is noise then, in every backup too."""
    serving.settle(data=data)
    from tracktwo.process import acts

    if not yes and not typer.confirm("This cannot be undone, by nobody. Destroy the keys?"):
        raise typer.Exit(1)
    head = acts.erase(process=process, by="administrator")
    typer.echo(f"Erased. Receipt: {head.hex()}")


def thaw(process: ProcessId, data: Data = None) -> None:
    """End the freeze of a process from the console."""
    serving.settle(data=data)
    from tracktwo.process import acts

    acts.thaw_from_console(process=process)
    typer.echo("The pages of this process are open again.")


Folder = Annotated[
    Path | None,
    typer.Argument(
        metavar="[FOLDER]", help="A folder of terms and courses; without one, what Tracktwo brings along."
    ),
]


@contextmanager
def _tables() -> Iterator[None]:
    """A data directory that no server has opened yet holds no tables: say so."""
    from django.db import DatabaseError

    try:
        yield
    except DatabaseError:
        raise BadInput(
            "this data directory holds no study guide yet", remedy="start `tracktwo serve` on it once"
        ) from None


def learn_check(folder: Folder = None) -> None:
    """Look through a study guide: sources, facts, questions, answers, references; exit code 1 where one fails."""
    serving.without_data()
    from tracktwo.learn import acts, checking, guide, terms

    files = terms.files_of(folder) if folder else guide.files_shipped()
    library, unread = terms.read_files(files)
    report = checking.check(library, unread, pages=acts.pages())
    for fault in report.faults:
        typer.echo(fault, err=True)
    for note in report.notes:
        typer.echo(f"note: {note}")
    versions = ", ".join(
        f"{language} {count} ({report.drafts[language]} drafts)"
        for language, count in report.versions.items()
    )
    typer.echo(f"{report.terms} terms, {report.courses} courses; versions: {versions}.")
    if report.faults:
        typer.echo(f"{len(report.faults)} faults: this guide is refused.", err=True)
        raise typer.Exit(1)
    typer.echo("Nothing to refuse.")


def learn_import(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER|ZIP", help="A folder, or a zip file of one.")],
    data: Data = None,
) -> None:
    """Bring terms and courses into the study guide of this data directory: all of them, or none."""
    from tracktwo.learn import folders, terms

    files = folders.unpacked(folder) if folder.is_file() else terms.files_of(folder)
    serving.settle(data=data)
    from tracktwo.learn import acts

    try:
        with _tables():
            came = acts.take_in(files=files, by=acts.ADMINISTRATOR)
    except acts.NotWhole as refusal:
        for fault in refusal.faults:
            typer.echo(fault, err=True)
        raise
    typer.echo(f"Brought in: {came[0]} terms and {came[1]} courses were new or changed.")


def learn_export(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="A folder; it is made where there is none.")
    ],
    data: Data = None,
) -> None:
    """Write the study guide of this data directory as a folder of Markdown and TOML files."""
    from tracktwo import reports

    reports.must_be_a_folder(folder)
    serving.settle(data=data)
    from tracktwo.learn import guide, terms

    with _tables():
        files = terms.written_files(guide.current().library)
    for part in ("terms", "courses"):
        inside = {
            name.partition("/")[2]: text.encode()
            for name, text in files.items()
            if name.startswith(f"{part}/")
        }
        reports.write(inside, folder / part)
    typer.echo(f"Written: {len(files)} files below {folder}.")


def manage(context: typer.Context) -> None:
    """Django's own commands, with this data directory."""
    serving.settle()
    from django.core.management import execute_from_command_line

    execute_from_command_line(["tracktwo manage", *context.args])


def register(app: typer.Typer, plainly: Callable[[Any], Any]) -> None:
    """Add these commands to the command line."""
    for command in (serve, demo, processes, erase, thaw):
        app.command()(plainly(command))
    importing = typer.Typer(help="Bring in what was collected elsewhere.", no_args_is_help=True)
    importing.command("polis")(plainly(import_polis))
    importing.callback()(lambda: None)
    app.add_typer(importing, name="import")
    record = typer.Typer(help="The chained record of a process.", no_args_is_help=True)
    record.command("verify")(plainly(verify_record))
    record.callback()(lambda: None)
    app.add_typer(record, name="record")
    learning = typer.Typer(help="The study guide: check, import, export.", no_args_is_help=True)
    for name, verb in (("check", learn_check), ("import", learn_import), ("export", learn_export)):
        learning.command(name)(plainly(verb))
    learning.callback()(lambda: None)
    app.add_typer(learning, name="learn")
    options = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
    app.command(context_settings=options)(plainly(manage))
