"""Reading a Polis export: the twin in the repository always, the six real conversations where they are at hand."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from tests.engines.opinion_exports.folders import REAL, RIVER, export
from tracktwo.engines.opinion.exports import Conversation, read_polis, read_sides
from tracktwo.errors import BadInput


def votes_of(conversation: Conversation) -> dict[tuple[int, int], int]:
    """{(voter number, statement number): vote}"""
    person, statement, vote = conversation.votes.triples()
    who, what = conversation.people_ids[person].tolist(), conversation.statement_ids[statement].tolist()
    return dict(zip(zip(who, what, strict=True), vote.tolist(), strict=True))


def test_an_export_is_read_whole():
    river = read_polis(RIVER)
    assert (river.votes.people, river.votes.statements, river.title) == (
        60,
        12,
        "The river and its two banks",
    )
    assert river.statement_ids.tolist() == list(range(12))
    assert river.moderated.tolist() == [1, 1, 1, 1, 1, 1, 1, 1, 1, -1, 0, 1]
    assert river.polis_groups is not None
    assert np.bincount(river.polis_groups).tolist() == [36, 24]


def test_agree_in_an_export_is_plus_one(tmp_path):
    assert votes_of(read_polis(export(tmp_path, votes=[(1, 0, 5, 1), (2, 1, 5, -1), (3, 2, 5, 0)]))) == {
        (5, 0): 1,
        (5, 1): -1,
        (5, 2): 0,
    }


def test_the_last_vote_by_time_counts_whatever_the_order_of_rows(tmp_path):
    read = read_polis(export(tmp_path, votes=[(30, 0, 5, 1), (10, 0, 5, -1), (20, 0, 5, 0)]))
    assert votes_of(read) == {(5, 0): 1}


def test_of_two_votes_at_the_same_moment_the_later_row_counts(tmp_path):
    read = read_polis(export(tmp_path, votes=[(10, 0, 5, 1), (10, 0, 5, -1)]))
    assert votes_of(read) == {(5, 0): -1}


def test_a_voter_may_have_any_number_and_costs_no_more(tmp_path):
    far = 2**63 - 1
    read = read_polis(export(tmp_path, votes=[(1, 0, 10**9, 1), (2, 0, far, -1), (3, 0, 0, 0)]))
    assert read.people_ids.tolist() == [0, 10**9, far]
    assert votes_of(read) == {(10**9, 0): 1, (far, 0): -1, (0, 0): 0}


def test_the_same_number_written_in_two_ways_is_one_voter(tmp_path):
    read = read_polis(export(tmp_path, votes=[(1, 0, "7", 1), (2, 0, "007", -1)]))
    assert votes_of(read) == {(7, 0): -1}


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_lines_may_end_in_any_way(tmp_path, end):
    folder = export(tmp_path, votes=[(1, 0, 5, 1), (2, 1, 6, -1)])
    before = votes_of(read_polis(folder))
    for file in folder.iterdir():
        file.write_bytes(file.read_bytes().replace(b"\n", end.encode()))
    assert votes_of(read_polis(folder)) == before


def test_lines_may_end_in_several_ways_in_one_file(tmp_path):
    folder = export(tmp_path)
    (folder / "votes.csv").write_bytes(
        b"timestamp,datetime,comment-id,voter-id,vote\r\n1,,0,5,1\n2,,1,5,-1\r3,,2,5,0\r\n\r\n"
    )
    assert votes_of(read_polis(folder)) == {(5, 0): 1, (5, 1): -1, (5, 2): 0}


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path):
    folder = export(tmp_path, votes=[(1, 0, 5, 1)])
    votes = folder / "votes.csv"
    votes.write_bytes(b"\xef\xbb\xbf" + votes.read_bytes())
    assert votes_of(read_polis(folder)) == {(5, 0): 1}


def test_without_votes_csv_the_votes_come_from_participants_votes(tmp_path):
    folder = export(tmp_path)
    (folder / "votes.csv").unlink()
    (folder / "participants-votes.csv").write_text("participant,group-id,0,1,2\n9,1,1,,-1\n4,,,0,\n8,0,,,\n")
    read = read_polis(folder)
    assert votes_of(read) == {(9, 0): 1, (9, 2): -1, (4, 1): 0}
    assert read.people_ids.tolist() == [4, 9]
    assert read.polis_groups is not None
    assert read.polis_groups.tolist() == [-1, 1]


def test_what_a_terminal_or_a_page_might_obey_is_taken_out_of_texts(tmp_path):
    folder = export(
        tmp_path, texts=["\x1b[31mred\x07", "‮reversed⁦", "two\r\nlines\tand a tab"], votes=[(1, 0, 5, 1)]
    )
    assert read_polis(folder).texts == ("[31mred", "reversed", "two\nlines\tand a tab")


def test_sides_are_read_from_a_column():
    river = read_polis(RIVER)
    sides = read_sides(RIVER, "bank", river.people_ids)
    assert sides.names == ("east", "west")
    assert np.bincount(sides.side).tolist() == [36, 24]


def test_sides_are_read_from_a_file_of_two_columns(tmp_path):
    file = tmp_path / "who.csv"
    file.write_text("participant,side\n5,North\n6,South\n7,\n99,North\n")
    sides = read_sides(tmp_path, str(file), np.array([5, 6, 7, 8]))
    assert (sides.names, sides.side.tolist()) == (("North", "South"), [0, 1, -1, -1])


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (
            "5,North\n6,North\n",
            "the column “side” names 1 sides; a process has two to 8; leave the cell empty",
        ),
        ("98,North\n99,South\n", "fewer than two of its sides have anyone who voted"),
        ("5,North\n5,South\n", "the participant 5 is listed a second time with another side"),
        ("Ada,North\n", "the participant “Ada” is not a whole number from 0 up"),
    ],
)
def test_sides_that_cannot_be_are_refused(tmp_path, rows, sentence):
    file = tmp_path / "who.csv"
    file.write_text(f"participant,side\n{rows}")
    with pytest.raises(BadInput) as refusal:
        read_sides(tmp_path, str(file), np.array([5, 6]))
    assert sentence in str(refusal.value)


def test_a_side_file_without_its_header_is_refused(tmp_path):
    file = tmp_path / "who.csv"
    file.write_text("5,North\n6,South\n")
    with pytest.raises(BadInput, match="the column “participant” is missing"):
        read_sides(tmp_path, str(file), np.array([5, 6]))


def test_long_reads_tell_how_far_they_are(tmp_path):
    told: list[tuple[str, int, int]] = []
    rows = [(t, 0, t % 500, 1) for t in range(45_000)]
    read_polis(export(tmp_path, votes=rows), progress=lambda *step: told.append(step))
    assert [name for name, _, _ in told] == ["votes.csv", "votes.csv"]
    assert all(0 < done <= size for _, done, size in told)


FIGURES = {  # people, statements, votes that count, rejected, Polis' own groups
    "15-per-hour-seattle": (339, 54, 2_872, 23, [99, 39]),
    "austria-climate.5twd2jsnkf.2022-08-08": (1_116, 522, 61_384, 245, [761, 139]),
    "brexit-consensus": (204, 50, 5_303, 0, [106, 91]),
    "london.youth.policing": (26, 39, 638, 3, [3, 18, 3]),
    "scoop-hivemind.ubi": (234, 71, 7_153, 1, [70, 113, 42, 9]),
    "vtaiwan.uberx": (1_921, 197, 49_443, 78, [330, 889]),
}


@pytest.mark.skipif(not REAL.is_dir(), reason="the real conversations are not at hand")
@pytest.mark.parametrize("name", FIGURES)
def test_a_real_conversation_is_read_whole_and_fast(name):
    people, statements, votes, rejected, groups = FIGURES[name]
    begun = time.process_time()
    read = read_polis(REAL / name)
    spent = time.process_time() - begun
    assert (read.votes.people, read.votes.statements, len(read.votes)) == (people, statements, votes)
    assert int((read.moderated == -1).sum()) == rejected
    assert read.polis_groups is not None
    assert np.bincount(read.polis_groups[read.polis_groups >= 0]).tolist() == groups
    assert spent < 1.0


@pytest.mark.skipif(not REAL.is_dir(), reason="the real conversations are not at hand")
@pytest.mark.parametrize("name", FIGURES)
def test_both_sources_of_votes_tell_the_same(name, tmp_path):
    for file in ("comments.csv", "participants-votes.csv"):
        (tmp_path / file).write_bytes((REAL / name / file).read_bytes())
    assert votes_of(read_polis(tmp_path)) == votes_of(read_polis(REAL / name))


@pytest.mark.slow
def test_fifty_megabytes_of_votes_are_read(tmp_path):
    rows = "".join(f"1700000000000,Mon,{v % 3},{v // 3},1\n" for v in range(1_600_000))
    export(tmp_path)
    (tmp_path / "votes.csv").write_text("timestamp,datetime,comment-id,voter-id,vote\n" + rows)
    assert (tmp_path / "votes.csv").stat().st_size > 40_000_000
    assert len(read_polis(tmp_path).votes) == 1_600_000


def test_the_path_may_be_given_as_text():
    assert len(read_polis(str(Path(RIVER))).votes) == len(read_polis(RIVER).votes)
