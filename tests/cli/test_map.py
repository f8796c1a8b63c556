"""`tracktwo map`: from an export to a report, without database, keys or network."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from tests.engines.opinion_exports.folders import REAL, RIVER, export, write
from tracktwo import cli
from tracktwo.engines.opinion.exports import Conversation, Sides, read_polis, read_sides
from tracktwo.engines.opinion.votes import Votes
from tracktwo.statements import mapping, report

FILES = ["index.html", "report.json", "report.pdf"]


def run(*words: object) -> Result:
    return CliRunner().invoke(cli.app, ["map", *map(str, words)], env={"COLUMNS": "160"})


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("river") / "report"
    assert run(RIVER, "--out", out, "--sides", "bank").exit_code == 0
    return out


def test_the_groups_and_what_bridges_them_are_printed():
    result = run(RIVER)
    assert result.exit_code == 0
    assert "60 people gave 554 votes on 11 statements" in result.stdout
    assert "1 statement rejected by the moderators is left out" in result.stdout
    assert "The votes fall into 2 groups" in result.stdout
    assert re.search(
        r"\d+ of the 11 statements that every group answered are supported by a cred", result.stdout
    )
    assert "Boats need lights." in result.stdout


def test_declared_sides_are_compared_instead_of_groups():
    result = run(RIVER, "--sides", "bank")
    assert "What every side supports" in result.stdout
    assert "A east" in result.stdout


def test_a_rejected_statement_appears_nowhere(written):
    for name in ("index.html", "report.json"):
        assert "cannot be trusted" not in (written / name).read_text()


def test_the_report_is_three_files_and_nothing_is_left_beside_it(written):
    assert names(written) == FILES
    assert names(written.parent) == ["report"]
    assert (written / "report.pdf").read_bytes().startswith(b"%PDF-")


def test_the_page_asks_no_other_address_for_anything(written):
    page = (written / "index.html").read_text()
    assert not re.search(
        r"<(script|link(?! rel=\"icon\" href=\"data:,\")|img|iframe|object|embed|video)", page
    )
    assert not re.search(r"@import|url\(\s*['\"]?(?!#)", page)
    assert "default-src 'none'" in page


def test_what_people_wrote_is_text_and_never_markup(written):
    page = (written / "index.html").read_text()
    assert "&lt;b&gt;Repair&lt;/b&gt; #strong[the dyke] $now$ &amp; \\ not later" in page
    assert "<b>Repair" not in page


def test_the_same_data_and_seed_give_the_same_bytes(tmp_path, written):
    assert run(RIVER, "--out", tmp_path / "again", "--sides", "bank").exit_code == 0
    for name in FILES:
        assert (tmp_path / "again" / name).read_bytes() == (written / name).read_bytes()


def test_json_alone_is_printed_on_demand(written):
    result = run(RIVER, "--json", "--sides", "bank")
    assert result.stdout == (written / "report.json").read_text()


def test_the_figures_of_a_statement_are_whole(written):
    told = json.loads((written / "report.json").read_text())
    ferry = next(s for s in told["statements"] if s["number"] == 0)
    for part, standing in zip(told["parts"], ferry["standings"], strict=True):
        assert (
            standing["agree"] + standing["disagree"] + standing["passed"]
            == standing["answers"]
            <= part["people"]
        )
        assert standing["low"] < standing["support"] < standing["high"]


def test_no_person_can_be_found_in_the_report(written):
    told = json.loads((written / "report.json").read_text())
    assert min(cell["people"] for cell in told["cells"]) >= 5
    assert "1000000000" not in (written / "report.json").read_text()
    assert "1000000000" not in (written / "index.html").read_text()


def test_below_thirty_voters_there_is_a_table_and_no_map(tmp_path):
    folder = small_crowd(tmp_path, people=24)
    found = mapping.analyse(read_polis(folder))
    page = report.as_page(found)
    assert found.cells == ()
    assert "Show the map" not in page
    assert "<details open>" in page
    assert "Only 24 people voted. Below 30 no map is drawn" in page


def test_shares_of_fewer_than_five_answers_are_told_nowhere(tmp_path):
    folder = small_crowd(tmp_path, people=24)
    votes = [(1, 3, who, 1) for who in (1, 2, 20)]
    with (folder / "votes.csv").open("a") as file:
        file.writelines(f"{when},,{what},{who},{vote}\n" for when, what, who, vote in votes)
    last = mapping.analyse(read_polis(folder)).statements[-1]
    assert (last.agree_overall, last.credible, last.weakest, last.kind) == (None, None, None, "open")
    assert [(s.shown, s.answers, s.agree, s.support) for s in last.standings] == [
        (False, None, None, None)
    ] * 2


def test_too_few_people_for_groups_are_read_as_one_crowd(tmp_path):
    found = mapping.analyse(read_polis(export(tmp_path)))
    assert (found.compared, found.people) == ("everyone", 3)
    assert "No statement has five answers" in report.lead(found)
    assert "<!doctype html>" in report.as_page(found)
    assert report.as_pdf(found).content.startswith(b"%PDF-")


def test_where_people_answered_little_two_ends_of_a_line_are_told_apart_and_that_is_said(tmp_path):
    dice = np.random.default_rng(1)
    votes = [
        (1, int(what), who, 1 if (what < 8) == (who < 40) else -1)
        for who in range(80)
        for what in dice.choice(16, 5, replace=False)
    ]
    found = mapping.analyse(read_polis(export(tmp_path, votes=votes, texts=[f"Say {n}" for n in range(16)])))
    assert found.found.on_line and len(found.found.parts) == 2 and found.found.silhouette is None
    assert "the ends of the one line along which opinions differ most" in report.groups_said(found)
    assert "  " not in report.groups_said(found)
    assert "the ends of the one line" in report.as_page(found)
    assert report.as_pdf(found).content.startswith(b"%PDF-")


def test_of_those_who_answered_enough_no_line_is_spoken():
    found = mapping.analyse(read_polis(RIVER))
    assert not found.found.on_line
    assert "line" not in report.groups_said(found)


def test_a_few_statements_speak_for_everybody_in_proportion(tmp_path):
    """Of a hundred people three fifths like the first ten of twenty statements, two fifths the others."""
    votes = [
        (1, what, who, 1 if (what < 10) == (who < 60) else -1)
        for who in range(100)
        for what in range(20)
        if (who + what) % 4
    ]
    found = mapping.analyse(read_polis(export(tmp_path, votes=votes, texts=[f"Say {n}" for n in range(20)])))
    assert found.slate is not None and found.slate.fair
    numbers = [found.statements[k].number for k in found.slate.places]
    assert len(set(numbers)) == mapping.SLATE == 5
    assert sum(number < 10 for number in numbers) == 3
    assert 1.5 <= found.slate.nine_in_ten <= found.slate.mean <= 3
    assert "A few that speak for everybody in proportion" in report.as_page(found)
    assert "No crowd large enough for a place of its own goes short" in report.as_page(found)
    assert report.as_pdf(found).content.startswith(b"%PDF-")


def test_a_slate_is_made_of_what_every_part_answered_and_of_nothing_rejected(written):
    found = mapping.analyse(read_polis(RIVER), sides=read_sides(RIVER, "bank", read_polis(RIVER).people_ids))
    assert found.slate is not None
    for place in found.slate.places:
        assert all(standing.shown for standing in found.statements[place].standings)
    told = json.loads((written / "report.json").read_text())
    assert set(told["slate"]) == {"places", "mean", "nine_in_ten", "fair"}
    # Closer than a tenth it would tell which statements a single person answered.
    assert all(round(told["slate"][name], 1) == told["slate"][name] for name in ("mean", "nine_in_ten"))


@pytest.mark.parametrize(("people", "statements"), [(24, 20), (60, 5)])
def test_of_few_people_or_few_statements_no_slate_is_made(people, statements, tmp_path):
    votes = [(1, what, who, (-1) ** (who + what)) for who in range(people) for what in range(statements)]
    found = mapping.analyse(
        read_polis(export(tmp_path, votes=votes, texts=[f"Say {n}" for n in range(statements)]))
    )
    assert found.slate is None
    assert "in proportion" not in report.as_page(found)


def small_crowd(folder: Path, people: int) -> Path:
    """Two camps that differ on two of four statements; nobody answers the last."""
    votes = [
        (1, what, who, 1 if what == 0 or (what == 1) == (who < people // 2) else -1)
        for who in range(people)
        for what in range(3)
    ]
    return export(folder, votes=votes, texts=["Ferry", "Mill", "Rights", "Toll"])


def test_sides_come_from_a_file_as_well(tmp_path):
    river = read_polis(RIVER)
    sides = read_sides(RIVER, "bank", river.people_ids)
    rows = [(who, sides.names[side]) for who, side in zip(river.people_ids.tolist(), sides.side, strict=True)]
    write(tmp_path / "banks.csv", ("participant", "side"), rows)
    by_file, by_column = (
        run(RIVER, "--json", "--sides", tmp_path / "banks.csv"),
        run(RIVER, "--json", "--sides", "bank"),
    )
    assert by_file.stdout == by_column.stdout


def test_polis_data_is_attributed_where_it_comes_from_polis(tmp_path):
    for file in RIVER.iterdir():
        shutil.copy(file, tmp_path)
    (tmp_path / "summary.csv").write_text("topic,River\nurl,https://pol.is/abc\n")
    assert "CC BY 4.0" in report.as_page(mapping.analyse(read_polis(tmp_path)))
    assert "CC BY 4.0" not in report.as_page(mapping.analyse(read_polis(RIVER)))


def test_a_script_the_machine_has_no_font_for_is_said(tmp_path):
    (export(tmp_path) / "summary.csv").write_text("topic,\uf8ff\U000f1234\n", encoding="utf-8")
    pdf = report.as_pdf(mapping.analyse(read_polis(tmp_path)))
    assert pdf.content.startswith(b"%PDF-")
    assert "have no font on this machine" in pdf.warning


# ---- groups and sides


def two_peoples(few: int = 0) -> tuple[Conversation, Sides]:
    """Two sides of 60; on each half care for a livelihood (0-4), half for what they are (5-9). `few` more of the East
    than of the West are in the first group."""
    rng = np.random.default_rng(7)
    side, care = np.repeat([0, 1], 60), np.tile([0, 1], 60)
    if few:
        care = np.where(side == 0, 0, 1)
        care[:few] = 1
    chance = np.empty((120, 12))
    chance[:, :5] = np.where(care == 0, 0.95, 0.1)[:, None]
    chance[:, 5:10] = np.where(care == 1, 0.95, 0.1)[:, None]
    chance[:, 10:] = np.where(side == 0, 0.65, 0.35)[:, None]
    table = np.where(rng.random(chance.shape) < chance, 1, -1)
    numbers = np.arange(12)
    texts = tuple(f"Sentence {n} <of> the river." for n in numbers)
    held = Conversation(
        Votes.from_table(table), numbers, texts, np.zeros(12, np.int8), np.arange(120), None, "River", "", ""
    )
    return held, Sides(("East", "West"), side)


def test_a_group_across_the_sides_is_named_with_what_holds_it_together():
    conversation, sides = two_peoples()
    found = mapping.analyse(conversation, 1, sides)
    assert found.crossed is not None
    assert found.crossed.people == ((30, 30), (30, 30))
    assert found.crossed.across == ((0, 1), (0, 1))
    livelihood = [{h.number for h in held if h.agrees} for held in found.crossed.held]
    assert sorted(map(min, livelihood)) in ([0, 5], [0, 6], [1, 5], [1, 6])
    page = report.as_page(found)
    assert "The groups and the sides" in page
    assert "Group 1 lies across East and West." in page
    assert "Sentence 3 &lt;of&gt; the river." in page
    told = json.loads(report.as_json(found))
    assert "lies across East and West" in told["words"]["crossing"]
    assert told["crossed"]["across"] == [[0, 1], [0, 1]]
    assert report.as_pdf(found).content.startswith(b"%PDF-")


def test_groups_that_are_the_sides_lie_across_nothing():
    conversation, sides = two_peoples()
    own = Sides(sides.names, np.tile([0, 1], 60))
    found = mapping.analyse(conversation, 1, own)
    assert found.crossed is not None
    assert found.crossed.bridge is None
    assert "are nearly the sides" in report.crossing_said(found)
    assert "No group lies across sides." in report.crossing_said(found)


@pytest.mark.parametrize("few", [1, 2, 4])
def test_a_few_of_a_side_in_a_group_stand_in_no_file(few, tmp_path):
    """Planted: one, two or four of the East. The sums stand beside, so even a word would give them away."""
    conversation, sides = two_peoples(few)
    found = mapping.analyse(conversation, 1, sides)
    assert found.crossed is not None
    assert (found.crossed.people, found.crossed.words, found.crossed.across) == (None, None, ())
    assert "is not told: beside the totals" in report.crossing_said(found)
    assert json.loads(report.as_json(found))["crossed"]["people"] is None
    assert "Of each side, in" not in report.as_page(found)


def test_without_sides_nothing_is_said_of_them():
    conversation, _ = two_peoples()
    found = mapping.analyse(conversation)
    assert (found.crossed, found.unexpected, report.crossing_said(found)) == (None, (), "")
    assert "The groups and the sides" not in report.as_page(found)


def test_groups_and_sides_are_printed_too(written):
    told = run(RIVER, "--sides", "bank").stdout
    assert "The groups and the sides" in told
    assert "adjusted Rand index" in told


def test_support_that_nobody_would_have_foretold_is_a_list_of_its_own():
    dice = np.random.default_rng(3)
    chance = np.concatenate([np.full((80, 14), 0.3), np.full((80, 14), 0.2)])
    chance[80:, 13], chance[:80, 13] = 0.9, 0.2
    table = np.where(dice.random(chance.shape) < chance, 1, -1)
    numbers = np.arange(14)
    conversation = Conversation(
        Votes.from_table(table), numbers, tuple(map(str, numbers)), np.zeros(14, np.int8), np.arange(160),
        None, "", "", "",
    )  # fmt: skip
    found = mapping.analyse(conversation, 1, Sides(("East", "West"), np.repeat([0, 1], 80)))
    assert [(one.place, one.side) for one in found.unexpected] == [(13, 1)]
    assert "Supported where the votes foretold otherwise" in report.as_page(found)
    assert re.fullmatch(r"West: \d\d % foretold, \d\d % agree", report.unexpected_said(found, 13))
    assert report.as_pdf(found).content.startswith(b"%PDF-")


# ---- votes that may not be people's


def with_wave(bots: int = 40) -> Conversation:
    """Two camps of 60 people on 24 statements, and copies of one of them."""
    rng = np.random.default_rng(11)
    camp = np.repeat([0, 1], 60)
    chance = rng.uniform(0.1, 0.9, (2, 24))
    table = np.where(rng.random((120, 24)) < chance[camp], 1, -1)
    table[rng.random(table.shape) < 0.1] = 0
    copies = np.tile(table[0] * -1, (bots, 1))
    copies[:, 0] = np.where(np.arange(bots) % 9, copies[:, 0], 0)
    table = np.concatenate([table, copies])
    numbers = np.arange(24)
    texts = tuple(f"Sentence {n} <of> the river." for n in numbers)
    held = np.arange(len(table))
    return Conversation(
        Votes.from_table(table), numbers, texts, np.zeros(24, np.int8), held, None, "River", "", ""
    )


def test_a_suspected_wave_is_shown_with_its_mark_and_the_first_ten_with_and_without_it():
    found = mapping.analyse(with_wave())
    assert found.suspected.looked
    assert [(wave.mark, wave.people) for wave in found.suspected.waves] == [("copied", 40)]
    assert (len(found.suspected.everybody), len(found.suspected.without)) == (10, 10)
    kept = set(found.suspected.everybody) & set(found.suspected.without)
    assert found.suspected.kept == len(kept) < 10
    page = report.as_page(found)
    assert "Votes that may not be people's" in page
    assert "40 people of 160 voted in a way that crowds of people do not" in page
    assert "near copies of one another" in page
    assert "Nobody is taken out" in page
    assert "The first ten statements by number, with everybody and without those suspected" in page
    assert report.as_pdf(found).content.startswith(b"%PDF-")
    told = json.loads(report.as_json(found))["suspected"]
    assert (told["people"], told["waves"]) == (40, [{"mark": "copied", "people": 40}])


def test_everything_else_in_a_report_counts_everybody():
    found = mapping.analyse(with_wave())
    assert found.people == 160
    assert sum(part.people for part in found.parts) == 160


def test_without_a_wave_nothing_is_said_of_one():
    conversation, sides = two_peoples()
    found = mapping.analyse(conversation, 1, sides)
    assert (found.suspected.looked, found.suspected.waves) == (True, ())
    assert "may not be people" not in report.as_page(found)
    assert report.suspected_said(found) == ""


def test_among_fewer_than_fifty_nothing_is_looked_for_and_only_json_says_so(tmp_path):
    found = mapping.analyse(read_polis(small_crowd(tmp_path, people=49)))
    told = json.loads(report.as_json(found))
    assert (told["suspected"]["looked"], told["suspected"]["waves"]) == (False, [])
    assert "may not be people" not in report.as_page(found)


def test_a_wave_is_printed_too(monkeypatch, tmp_path):
    held = with_wave()
    monkeypatch.setattr(cli, "_read", lambda *_folder: held)
    told = run(tmp_path).stdout
    assert "Votes that may not be people's" in told
    assert re.search(r"With everybody\s+Without them", told)


# ---- refusals


def test_bad_input_is_one_sentence_and_exit_code_two_and_leaves_nothing(tmp_path):
    folder = tmp_path / "export"
    folder.mkdir()
    export(folder, votes=[(1, 0, 5, 7)])
    result = run(folder, "--out", tmp_path / "report")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert (
        "votes.csv, line 2: the vote “7” is none of 1, 0 and -1; correct or remove this line" in result.stderr
    )
    assert names(tmp_path) == ["export"]


def test_an_earlier_report_is_replaced_and_other_files_are_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "index.html").write_text("old")
    assert run(RIVER, "--out", tmp_path).exit_code == 0
    assert names(tmp_path) == sorted([*FILES, "notes.txt"])
    assert (tmp_path / "index.html").read_text().startswith("<!doctype html>")
    assert names(tmp_path.parent).count(tmp_path.name) == 1


def test_an_earlier_report_outlives_a_failed_run(tmp_path, monkeypatch):
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "index.html").write_text("old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    result = run(RIVER, "--out", tmp_path / "report")
    assert result.exit_code == 2
    assert "the report cannot be written (No space left on device)" in result.stderr
    assert names(tmp_path) == ["report"]
    assert (tmp_path / "report" / "index.html").read_text() == "old"


def test_a_file_in_place_of_the_report_folder_is_refused(tmp_path):
    (tmp_path / "report").write_text("mine")
    result = run(RIVER, "--out", tmp_path / "report")
    assert result.exit_code == 2
    assert "this is a file; give a folder for the report" in result.stderr


def test_an_unknown_column_of_sides_is_refused():
    result = run(RIVER, "--sides", "nation")
    assert result.exit_code == 2
    assert "participants-votes.csv, line 1: the column “nation” is missing" in result.stderr


def test_interrupting_leaves_quietly(tmp_path, monkeypatch):
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(mapping, "analyse", interrupted)
    result = run(RIVER, "--out", tmp_path / "report")
    assert result.exit_code == 130
    assert result.stderr.endswith("Stopped; nothing was written.\n")
    assert names(tmp_path) == []


def test_ctrl_c_during_a_long_read_ends_the_command(tmp_path):
    rows = [(t, 0, t % 9_000, 1) for t in range(400_000)]
    folder = export(tmp_path, votes=rows)
    out = tmp_path / "report"
    begin = (
        # A suite run in the background inherits an ignored Ctrl-C; the command of a terminal does not.
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
        "from tracktwo import cli; import tracktwo.statements.mapping; print('ready', flush=True);"
        f"cli.app(['map', {str(folder)!r}, '--out', {str(out)!r}])"
    )
    command = [sys.executable, "-c", begin]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        running.stdout.readline()
        time.sleep(0.2)
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=30)
    assert running.returncode == 130
    # typer itself stops while the words of the command are being read
    assert said in ("", "Stopped; nothing was written.\n")
    assert not out.exists()


def test_no_settings_and_no_database_are_loaded():
    check = (
        "import sys; from typer.testing import CliRunner; from tracktwo import cli;"
        "assert 'django' not in sys.modules and 'numpy' not in sys.modules;"
        f"r = CliRunner().invoke(cli.app, ['map', {str(RIVER)!r}]); assert r.exit_code == 0, r.output;"
        "assert 'django' not in sys.modules and 'tracktwo.settings' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", check], check=True)


@pytest.mark.skipif(not REAL.is_dir(), reason="the real conversations are not at hand")
@pytest.mark.parametrize("name", sorted(path.name for path in REAL.iterdir()) if REAL.is_dir() else [])
def test_every_real_conversation_becomes_a_report(name, tmp_path):
    begun = time.process_time()
    result = run(REAL / name, "--out", tmp_path / "report")
    assert result.exit_code == 0, result.output
    assert time.process_time() - begun < 10
    assert names(tmp_path / "report") == FILES
    assert "CC BY 4.0" in (tmp_path / "report" / "index.html").read_text()
