"""`tracktwo import polis`: a consultation held elsewhere comes in whole, with the figures `map` gives, or not at all."""

from __future__ import annotations

import html
import json
import re
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engines.opinion_exports.folders import REAL, RIVER
from tests.serving.servers import Nursery, Server
from tests.serving.visitors import Visitor

INSIDE = "tests.serving.inside:"
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def server(home: Nursery) -> Iterator[Server]:
    server = home.serve()
    yield server
    server.kill()


@pytest.fixture
def cast(home: Nursery) -> dict[str, Any]:
    return dict(home.call(INSIDE + "a_process", kind="exercise"))


def brought_in(home: Nursery, cast: dict[str, Any], folder: Path, *more: str) -> Any:
    return home.run("import", "polis", folder, "--process", cast["process"], *more)


def mapped(home: Nursery, folder: Path, *more: str) -> dict[str, Any]:
    """What `tracktwo map` says of the same export, with the seed that pages use."""
    said = home.run("map", folder, "--json", "--seed", 1, *more)
    assert said.code == 0, said.err
    return dict(json.loads(said.out))


def page(server: Server, cast: dict[str, Any], path: str) -> str:
    lead = Visitor(lambda: server.address)
    # Its code is used up by the first page; the session stays.
    if "session" not in cast:
        assert lead.enter(cast["leads"][0]).status == 200
        cast["session"] = dict(lead.cookies)
    lead.cookies = dict(cast["session"])
    answer = lead.get(f"/p/{cast['process']}/{path}")
    assert answer.status == 200
    return answer.text


def statements_on(text: str) -> list[str]:
    return [
        html.unescape(one) for one in re.findall(r'class="(?:statement|sentence)"[^>]*>(.*?)</', text, re.S)
    ]


def rows_of(table: str) -> dict[str, list[str]]:
    """Of each statement the cells of its row, as they stand in the table."""
    rows = {}
    for row in re.findall(r"<tr>(.*?)</tr>", table.split("<tbody>")[1], re.S):
        [statement] = statements_on(row)
        rows[statement] = re.findall(r"<td[^>]*>.*?</td>", row, re.S)
    return rows


def same_figures(server: Server, cast: dict[str, Any], report: dict[str, Any]) -> None:
    """Groups, and the statements that bridge them, as `map` gives them.

    Pages round their intervals outwards: what is credible but no longer after rounding, they do not call common.
    """
    rows = rows_of(page(server, cast, "common-ground/table/"))
    assert set(rows) == {one["text"] for one in report["statements"]}
    assert {len(cells) for cells in rows.values()} == {len(report["parts"])}
    shared = [report["statements"][place]["text"] for place in report["shared"]]
    told = [text for text in shared if all(leaves_no_doubt(cell) for cell in rows[text])]
    shown = statements_on(page(server, cast, "common-ground/").split("<main")[1])
    assert shown[:5] == told[:5]
    if report["people"] >= 30 and min(part["people"] for part in report["found"]["parts"]) >= 10:
        table = page(server, cast, "common-ground/map/").split("<tbody>")[1]
        sizes = re.findall(r"about (\d+) people", table)
        assert sizes == [str(5 * ((part["people"] + 2) // 5)) for part in report["found"]["parts"]]


def leaves_no_doubt(cell: str) -> bool:
    """Whether the interval of a cell, as the page tells it, lies above one half."""
    ends = re.search(r"(\d+) to (\d+) %", cell)
    return ends is not None and int(ends[1]) >= 50


def test_the_figures_of_an_import_are_those_of_the_map(home, server, cast):
    before = home.call(INSIDE + "counts")
    said = brought_in(home, cast, RIVER)
    assert (said.code, said.err) == (0, "")
    assert "Imported 11 statements and 60 ballots; 1 statements were rejected" in said.out
    after = home.call(INSIDE + "counts")
    grown = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    assert grown["tracktwo.Statement"] == grown["tracktwo.Wording"] == 12
    assert grown["tracktwo.Ballot"] == 60
    assert grown["tracktwo.AnalysisRun"] == 1
    assert "Boats need lights." in page(server, cast, "common-ground/")
    same_figures(server, cast, mapped(home, RIVER))
    assert home.call(INSIDE + "record_of", process=cast["process"])["holds"]


def test_declared_sides_come_in_as_the_sides_of_the_process(home, server, cast, tmp_path):
    chosen = tmp_path / "sides.csv"
    lines = (RIVER / "participants-votes.csv").read_text().splitlines()
    place = lines[0].split(",").index("bank")
    letter = {"east": "N", "west": "S"}
    rows = [line.split(",") for line in lines[1:]]
    chosen.write_text(
        "participant,side\n" + "".join(f"{row[0]},{letter.get(row[place], '')}\n" for row in rows)
    )
    said = brought_in(home, cast, RIVER, "--sides", str(chosen))
    assert (said.code, said.err) == (0, "")
    report = mapped(home, RIVER, "--sides", str(chosen))
    assert report["compared"] == "sides"
    same_figures(server, cast, report)


@pytest.mark.parametrize(
    "name",
    [
        "brexit-consensus",
        "scoop-hivemind.ubi",
        pytest.param("15-per-hour-seattle", marks=pytest.mark.slow),
        pytest.param("london.youth.policing", marks=pytest.mark.slow),
        pytest.param("vtaiwan.uberx", marks=pytest.mark.slow),
        pytest.param("austria-climate.5twd2jsnkf.2022-08-08", marks=pytest.mark.slow),
    ],
)
def test_a_real_export_shows_on_pages_what_the_map_prints(home, server, cast, name):
    if not (REAL / name).is_dir():
        pytest.skip(f"the real exports are not beside this checkout ({REAL.name}/{name})")
    said = brought_in(home, cast, REAL / name)
    assert (said.code, said.err) == (0, "")
    same_figures(server, cast, mapped(home, REAL / name))


def test_a_second_import_into_the_same_process_is_refused_and_changes_nothing(home, cast):
    assert brought_in(home, cast, RIVER).code == 0
    refused(home, cast, RIVER, "holds an imported consultation already", code=1)


# --- bad exports --------------------------------------------------------------------------------


def refused(home: Nursery, cast: dict[str, Any], folder: Path, *words: str, code: int = 2) -> None:
    """One sentence that says these words; no row more and none less."""
    before = home.call(INSIDE + "counts")
    said = brought_in(home, cast, folder)
    assert said.code == code
    [sentence] = said.err.strip().splitlines()
    assert sentence.endswith(".")
    assert [word for word in words if word not in sentence] == [], sentence
    assert said.out == ""
    assert home.call(INSIDE + "counts") == before


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(RIVER, tmp_path / "river"))


def with_line(copy: Path, line: str) -> Path:
    """A row more, the fifth line of the file."""
    votes = copy / "votes.csv"
    lines = votes.read_text().splitlines(keepends=True)
    votes.write_text("".join([*lines[:4], line + "\n", *lines[4:]]))
    return copy


def test_an_export_without_a_column_is_refused(home, cast, copy):
    votes = copy / "votes.csv"
    votes.write_text(votes.read_text().replace("voter-id", "who", 1))
    refused(
        home, cast, copy, "votes.csv, line 1", "“voter-id” is missing", "first line of the file must name"
    )


def test_a_vote_of_seven_is_refused(home, cast, copy):
    refused(home, cast, with_line(copy, "1,x,0,1,7"), "votes.csv, line 5", "vote “7”", "correct or remove")


def test_a_broken_line_is_refused(home, cast, copy):
    refused(home, cast, with_line(copy, '1,x,0,"1'), "votes.csv, line 5", "correct or remove this line")


@pytest.mark.parametrize("name", ["votes.csv", "comments.csv"])
def test_an_empty_file_is_refused(home, cast, copy, name):
    (copy / name).write_bytes(b"")
    refused(home, cast, copy, name, "empty", "export the conversation again")


def test_fifty_megabytes_are_read_to_the_line_that_is_wrong(home, cast, copy):
    line = "1467841462154,Wed Jul 06 2016 21:44:22 GMT+0000 (Coordinated Universal Time),0,{},1\n"
    count = 50_000_000 // len(line)
    with (copy / "votes.csv").open("a") as votes:
        already = len((copy / "votes.csv").read_text().splitlines())
        votes.writelines(line.format(n % 997) for n in range(count))
        votes.write("1,x,0,1,7\n")
    refused(home, cast, copy, f"votes.csv, line {already + count + 1}", "vote “7”")


def test_a_voter_with_a_very_large_number_and_mixed_line_ends_are_no_fault(home, cast, copy):
    votes = copy / "votes.csv"
    with_line(copy, f"1,x,0,{10**9 + 7},1")
    lines = votes.read_text().splitlines()
    votes.write_bytes(b"".join(line.encode() + (b"\r\n" if n % 2 else b"\n") for n, line in enumerate(lines)))
    said = brought_in(home, cast, copy)
    assert (said.code, said.err) == (0, "")
    assert "61 ballots" in said.out


def test_a_process_that_does_not_exist_is_refused(home):
    nowhere = {"process": "00000000-0000-4000-8000-000000000000"}
    refused(home, nowhere, RIVER, "no process with this id", code=1)


# --- an import that dies ------------------------------------------------------------------------


@pytest.mark.parametrize("moment", ["before_the_ballots_are_cast", "before_the_figures_are_stored"])
def test_an_import_that_dies_halfway_leaves_nothing_and_can_be_done_again(home, cast, moment):
    before = home.call(INSIDE + "counts")
    words = ("import", "polis", RIVER, "--process", cast["process"])
    assert home.run(*words, fault=f"tests.faults.planted:die_{moment}").code == -signal.SIGKILL
    assert home.call(INSIDE + "counts") == before
    assert home.call(INSIDE + "health") == "ok"
    assert brought_in(home, cast, RIVER).code == 0
