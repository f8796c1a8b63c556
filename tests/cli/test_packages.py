"""`tracktwo packages`: from a case to packages for the panel, without database, keys or network."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.engines.bargaining.cases import GENIUS, needs_genius
from tracktwo import cli

CASES = Path(cli.__file__).parent / "content" / "cases"
TOWNS, ORSEL = CASES / "two-towns.toml", CASES / "orsel.toml"

NO_ROOM = """
title = "No room"
[sides]
N = "North <b>"
S = "South"
[[issue]]
name = "Toll"
options = ["none", "half", "full"]
values = { N = [0, 40, 100], S = [100, 40, 0] }
[[issue]]
name = "Gate"
options = ["open", "shut"]
values = { N = [0, 20], S = [0, 10] }
[walk_away]
N = 90
S = 80
"""


def run(*words: object) -> Result:
    return CliRunner().invoke(cli.app, ["packages", *map(str, words)], env={"COLUMNS": "140"})


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("towns") / "report"
    assert run(TOWNS, "--out", out).exit_code == 0
    return out


@pytest.fixture(scope="module")
def printed() -> str:
    return run(TOWNS).stdout


def test_the_package_and_who_gains_what_is_printed(printed):
    assert "2 sides, 6 issues, 15,744 packages, 2 rules, 1 budget." in printed
    assert "One package gives every side more than it has without" in printed
    assert re.search(r"Water from the spring in August +two thirds to Hillside +half and half", printed)
    assert "costs Valley 12, gives Hillside 11" in printed
    assert printed.count("proven best") == 5


def test_nothing_finer_than_whole_points_is_printed(printed, written):
    page = (written / "index.html").read_text()
    text = re.sub(r"<[^>]+>", " ", re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL))
    for told in (printed, text):
        assert not re.search(r"\d\.\d", told.replace("Tracktwo 0.1.0", ""))


@pytest.mark.parametrize("rule", ["nash", "ks", "leximin"])
def test_the_rule_fixed_beforehand_chooses(rule):
    told = json.loads(run(TOWNS, "--rule", rule, "--json").stdout)
    assert told["rule"] == told["offers"][0]["key"] == rule
    assert len({offer["key"] for offer in told["offers"]}) == 4


def test_the_orsel_basin_comes_out_as_its_study_has_it():
    told = json.loads(run(ORSEL, "--json").stdout)
    assert told["packages"] == "589824"
    by_key = {offer["key"]: offer["package"] for offer in told["offers"]}
    shown = {offer["key"]: offer["of_a_hundred"] for offer in told["offers"]}
    assert (shown["nash"], shown["ks"], shown["utilitarian"]) == ([72, 71, 79], [74, 68, 66], [64, 79, 82])
    assert by_key["nash"]["Return of the Ilvane families"] == "6,000 people, in phases"
    assert by_key["nash"]["The dam zone"] == "As now"
    assert by_key["ks"]["The dam zone"] == "Soldiers pull back 5 km"
    frontier = told["frontier"]
    assert (frontier["complete"], frontier["above_every_walk_away"]) == (True, 366)
    assert "The walk-aways of this case are plain numbers." in told["words"]["cautions"][0]


def test_the_report_is_two_files_and_nothing_is_left_beside_them(written):
    assert sorted(path.name for path in written.iterdir()) == ["index.html", "report.json"]
    assert [path.name for path in written.parent.iterdir()] == ["report"]


def test_the_same_case_and_seed_give_the_same_bytes(tmp_path, written):
    assert run(TOWNS, "--out", tmp_path / "again").exit_code == 0
    for name in ("index.html", "report.json"):
        assert (tmp_path / "again" / name).read_bytes() == (written / name).read_bytes()
    assert run(TOWNS, "--json").stdout == (written / "report.json").read_text()


def test_the_page_is_whole_and_asks_no_other_address_for_anything(written):
    page = (written / "index.html").read_text()
    assert not re.search(r"<(script|img|iframe|object|embed|link(?! rel=\"icon\" href=\"data:,\"))", page)
    assert not re.search(r"@import|url\(\s*['\"]?(?!#)|https?://(?!www\.w3\.org/2000/svg)", page)
    assert "default-src 'none'" in page
    open_tags: list[str] = []

    class Balance(HTMLParser):
        def handle_starttag(self, tag, attrs):
            if tag not in ("meta", "link", "path", "rect", "line"):
                open_tags.append(tag)

        def handle_endtag(self, tag):
            if tag not in ("path", "rect", "line"):
                assert open_tags.pop() == tag

    Balance().feed(page)
    assert open_tags == []


def test_no_room_is_said_and_the_nearest_package_shown(tmp_path):
    case = tmp_path / "case.toml"
    case.write_text(NO_ROOM)
    result = run(case, "--out", tmp_path / "out")
    assert result.exit_code == 0
    assert "No package meets every walk-away." in result.stdout
    assert "below a walk-away" in result.stdout
    told = json.loads((tmp_path / "out" / "report.json").read_text())
    assert told["every_walk_away_met"] is False and [o["key"] for o in told["offers"]] == ["shortfall"]
    assert told["robustness"] is None


def test_what_people_wrote_is_text_and_never_markup(tmp_path):
    case = tmp_path / "case.toml"
    case.write_text(NO_ROOM.replace('"shut"', '"<script>[red]\\u001b[31m"'))
    result = run(case, "--out", tmp_path / "out")
    page = (tmp_path / "out" / "index.html").read_text()
    assert "North &lt;b&gt;" in page and "<b>North" not in page and "<script" not in page
    assert "\x1b" not in result.stdout and "[red]" in result.stdout


@needs_genius
@pytest.mark.parametrize("domain", [GENIUS[0], GENIUS[4], GENIUS[7]], ids=lambda d: d.domain.stem)
def test_a_genius_domain_and_its_profiles_give_packages(domain):
    result = run(domain.domain, *domain.profiles, "--json")
    assert result.exit_code == 0, result.stderr
    told = json.loads(result.stdout)
    assert told["packages"] == str(domain.packages) and told["frontier"]["complete"]


def test_a_spreadsheet_is_a_case_too(tmp_path):
    sheet = tmp_path / "road.csv"
    sheet.write_text(
        "issue;option;no deal;North;South\nToll;none;;0;10,5\nToll;full;x;10;0\nGate;open;x;5;0\nGate;shut;;0;5\n"
    )
    told = json.loads(run(sheet, "--json").stdout)
    assert (told["title"], told["packages"]) == ("road", "4")
    assert [side["walk_away"] for side in told["sides"]] == [100, 0]


REFUSED = {
    "case.toml: the file cannot be read (No such file or directory).": None,
    "case.toml: there is no [[issue]]; add one for each thing to be settled.": "[sides]\nN = 'n'\nS = 's'",
    "case.toml: side “South” values every package the same; there is nothing to weigh for it.": NO_ROOM.replace(
        "[100, 40, 0]", "[1, 1, 1]"
    ).replace("[0, 10]", "[2, 2]"),
    "case.toml: it declares a document type, which could hide other files or grow without end; take the DOCTYPE out.": "<!DOCTYPE a><a/>",
}  # fmt: skip


@pytest.mark.parametrize(("sentence", "text"), REFUSED.items(), ids=range(len(REFUSED)))
def test_bad_input_is_one_sentence_and_code_2(tmp_path, sentence, text):
    case = tmp_path / "case.toml"
    if text is not None:
        case.write_text(text)
    result = run(case)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.replace("\n", " ").strip().endswith(sentence)
    assert result.stderr.count("\n") == 1


def test_an_unknown_rule_and_a_folder_that_is_a_file_are_refused(tmp_path):
    assert run(TOWNS, "--rule", "fair").exit_code == 2
    (tmp_path / "file").write_text("")
    result = run(TOWNS, "--out", tmp_path / "file")
    assert result.exit_code == 2 and "this is a file; give a folder for the report." in result.stderr


def test_ctrl_c_ends_long_work_in_a_sentence_and_writes_nothing(tmp_path):
    """A case too large to be quick; the command gets Ctrl-C of its own as soon as it is at work."""
    case = tmp_path / "case.toml"
    case.write_text(large(issues=60, options=12, sides=8))
    # A suite run in the background inherits an ignored Ctrl-C; the command of a terminal does not.
    command = "import os, signal, threading; signal.signal(signal.SIGINT, signal.default_int_handler); threading.Timer(2.5, os.kill, (os.getpid(), signal.SIGINT)).start(); from tracktwo.cli import app; app()"
    out = tmp_path / "out"
    begun = time.monotonic()
    ended = subprocess.run(
        [sys.executable, "-c", command, "packages", str(case), "--out", str(out), "--seconds", "600"],
        capture_output=True, text=True, timeout=100,
    )  # fmt: skip
    assert ended.returncode == 128 + signal.SIGINT, ended.stderr
    assert ended.stderr == "Stopped; nothing was written.\n" and not out.exists()
    assert time.monotonic() - begun < 60


def large(*, issues: int, options: int, sides: int) -> str:
    """A case in which no package is easily proven: numbers without a pattern."""
    keys = [f"S{i}" for i in range(sides)]
    lines = ["[sides]", *(f'{key} = "Side {key}"' for key in keys)]
    for j in range(issues):
        values = ", ".join(
            f"{key} = {[(7919 * (j + 1) * (k + 3) * (i + 5) ** 2) % 997 for k in range(options)]}"
            for i, key in enumerate(keys)
        )
        lines += [
            "[[issue]]",
            f'name = "{j}"',
            f"options = {[str(k) for k in range(options)]}",
            'no_deal = "0"',
            f"values = {{ {values} }}",
        ]
    return "\n".join(lines)
