"""Bad exports: one clear sentence with file, line and remedy, and never another exception."""

from __future__ import annotations

import re
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engines.opinion_exports.folders import RIVER, export
from tracktwo.engines.opinion import exports
from tracktwo.engines.opinion.exports import Conversation, read_polis
from tracktwo.errors import BadInput

HEADER = b"timestamp,datetime,comment-id,voter-id,vote\n"
GOOD = b"1,,0,5,1\n2,,1,6,-1\n"


def refused(folder: Path) -> str:
    with pytest.raises(BadInput) as refusal:
        read_polis(folder)
    said = str(refusal.value)
    assert "\n" not in said
    assert said.endswith(".")
    assert "; " in said, "a remedy is missing"
    return said


def with_votes(folder: Path, content: bytes) -> Path:
    export(folder)
    (folder / "votes.csv").write_bytes(content)
    return folder


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (b"3,,0,6,7\n", "line 4: the vote “7” is none of 1, 0 and -1; correct or remove this line"),
        (b"3,,0,6,\n", "line 4: the vote “” is none of 1, 0 and -1"),
        (b"3,,0,-6,1\n", "line 4: the voter-id “-6” is not a whole number from 0 up"),
        (b"3,,0,six,1\n", "line 4: the voter-id “six” is not a whole number from 0 up"),
        (b"3,,0,6.0,1\n", "line 4: the voter-id “6.0” is not a whole number from 0 up"),
        (b"3,,0,9223372036854775808,1\n", "line 4: the voter-id “9223372036854775808” is not a whole number"),
        (b"3,,0," + b"9" * 5000 + b",1\n", "line 4: the voter-id “999"),
        ("3,,0,٦,1\n".encode(), "line 4: the voter-id “٦” is not a whole number from 0 up"),
        (b"yesterday,,0,6,1\n", "line 4: the timestamp “yesterday” is not a whole number from 0 up"),
        (
            b"3,,99,6,1\n",
            "line 4: a vote on statement 99, which comments.csv does not list; export all files",
        ),
        (b"3,,0\n", "line 4: 3 fields where the header has 5; correct or remove this line"),
        (b"3,,0,6,1,1\n", "line 4: 6 fields where the header has 5; correct or remove this line"),
        (b'3,"never closed,0,6,1\n', "line 4: a quotation mark is opened here and never closed"),
        (b'3,"closed"early,0,6,1\n', "line 4: a quotation mark stands where none may be"),
        (b"3,\x00,0,6,1\n", "line 4: a NUL byte, so this is not a text file"),
        (b"3,\xff\xfe,0,6,1\n", "line 4: the text is not in UTF-8; save the file as CSV in UTF-8"),
        (b"3,\xed\xa0\x80,0,6,1\n", "line 4: the text is not in UTF-8"),
    ],
)
def test_a_bad_row_is_named_by_its_line(tmp_path, row, says):
    assert f"votes.csv, {says}" in refused(with_votes(tmp_path, HEADER + GOOD + row + GOOD))


def test_the_line_of_a_row_after_a_text_of_several_lines_is_right(tmp_path):
    folder = with_votes(tmp_path, HEADER + b'1,"over\ntwo lines",0,5,1\n' + b"2,,0,6,7\n")
    assert "votes.csv, line 4: the vote “7”" in refused(folder)


@pytest.mark.parametrize("column", ["timestamp", "comment-id", "voter-id", "vote"])
def test_a_missing_column_of_the_votes_is_named(tmp_path, column):
    folder = with_votes(tmp_path, HEADER.replace(column.encode() + b"\n", b"other\n").replace(
        column.encode() + b",", b"other,") + GOOD)  # fmt: skip
    assert f"votes.csv, line 1: the column “{column}” is missing; the first line" in refused(folder)


@pytest.mark.parametrize("column", ["comment-id", "moderated", "comment-body"])
def test_a_missing_column_of_the_statements_is_named(tmp_path, column):
    comments = export(tmp_path) / "comments.csv"
    comments.write_text(comments.read_text().replace(column, "other", 1))
    assert f"comments.csv, line 1: the column “{column}” is missing" in refused(tmp_path)


def test_a_column_that_appears_twice_is_refused(tmp_path):
    folder = with_votes(tmp_path, HEADER.replace(b"datetime", b"vote") + GOOD)
    assert "line 1: the column “vote” appears twice" in refused(folder)


def test_semicolons_between_the_columns_are_recognised(tmp_path):
    folder = with_votes(tmp_path, (HEADER + GOOD).replace(b",", b";"))
    assert "save the file with commas between the columns, not semicolons" in refused(folder)


@pytest.mark.parametrize("file", ["votes.csv", "comments.csv"])
def test_an_empty_file_is_refused(tmp_path, file):
    (export(tmp_path) / file).write_bytes(b"")
    assert f"{file}: the file is empty; export the conversation again" in refused(tmp_path)


@pytest.mark.parametrize(
    ("file", "says"), [("votes.csv", "no votes in it"), ("comments.csv", "no statement in it")]
)
def test_a_header_alone_is_refused(tmp_path, file, says):
    path = export(tmp_path) / file
    path.write_text(path.read_text().splitlines()[0] + "\n")
    assert f"{file}: {says}; export the conversation again" in refused(tmp_path)


@pytest.mark.parametrize("file", ["votes.csv", "comments.csv"])
def test_a_missing_file_is_named(tmp_path, file):
    (export(tmp_path) / file).unlink()
    assert f"{file}: the file is missing; give the folder of a whole Polis export" in refused(tmp_path)


def test_a_missing_folder_is_named(tmp_path):
    assert "nowhere: there is no such folder; give the folder that holds votes.csv" in refused(
        tmp_path / "nowhere"
    )


def test_a_file_in_place_of_the_folder_is_refused(tmp_path):
    assert "votes.csv: not a folder" in refused(export(tmp_path) / "votes.csv")


def test_a_folder_in_place_of_a_file_is_refused(tmp_path):
    votes = export(tmp_path) / "votes.csv"
    votes.unlink()
    votes.mkdir()
    assert "votes.csv: not a file" in refused(tmp_path)


def test_what_the_system_will_not_open_is_refused(tmp_path, monkeypatch):
    def closed(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", "votes.csv")

    export(tmp_path)
    monkeypatch.setattr(Path, "open", closed)  # root may open anything, so the refusal is staged
    assert "votes.csv: it cannot be read (Permission denied); check that it is there" in refused(tmp_path)


def test_a_statement_listed_twice_is_refused(tmp_path):
    comments = export(tmp_path) / "comments.csv"
    comments.write_text(comments.read_text() + "1,,0,0,0,0,1,Again.\n")
    assert "comments.csv, line 5: the statement 0 is listed a second time" in refused(tmp_path)


def test_an_unknown_state_of_moderation_is_refused(tmp_path):
    comments = export(tmp_path) / "comments.csv"
    comments.write_text(comments.read_text() + "1,,9,0,0,0,2,Perhaps.\n")
    assert "comments.csv, line 5: the moderated “2” is none of 1, 0 and -1" in refused(tmp_path)


def test_votes_with_the_sign_of_polis_own_database_are_refused(tmp_path):
    for file in RIVER.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    votes = (tmp_path / "votes.csv").read_text()
    turned = re.sub(r",(-?)1$", lambda m: ",1" if m[1] else ",-1", votes, flags=re.MULTILINE)
    (tmp_path / "votes.csv").write_text(turned)
    assert "agree and disagree are the wrong way round against the counts in comments.csv" in refused(
        tmp_path
    )


def test_a_column_for_an_unknown_statement_is_refused(tmp_path):
    (export(tmp_path) / "votes.csv").unlink()
    (tmp_path / "participants-votes.csv").write_text("participant,group-id,0,77\n9,1,1,1\n")
    assert "line 1: the column “77” is a statement that comments.csv does not list" in refused(tmp_path)


def test_a_participant_listed_twice_is_refused(tmp_path):
    (export(tmp_path) / "votes.csv").unlink()
    (tmp_path / "participants-votes.csv").write_text("participant,group-id,0,1\n9,1,1,1\n9,1,0,0\n")
    assert "line 3: the participant 9 is listed a second time" in refused(tmp_path)


def test_a_file_above_the_largest_size_is_refused_unread(tmp_path, monkeypatch):
    monkeypatch.setattr(exports, "LARGEST_FILE", 100)
    assert "and the largest that is read has" in refused(export(tmp_path))


FIFTY_MB = 50_000_000


@pytest.mark.parametrize(
    ("junk", "says"),
    [
        (b"\x8f\x02\xc1" * (FIFTY_MB // 3), "line 1: "),
        (b"a" * FIFTY_MB, "line 1: the line is longer than 1,000,000 characters"),
        (HEADER + b"1" * FIFTY_MB, "line 2: the line is longer than 1,000,000 characters"),
        (
            HEADER + b'1,"' + b"word\n" * (FIFTY_MB // 5),
            "line 2: a quotation mark is opened here and never closed",
        ),
        (HEADER + b"junk\n" * (FIFTY_MB // 5), "line 2: 1 fields where the header has 5"),
    ],
    ids=["noise", "one line", "one long row", "an open quotation", "short rows"],
)
def test_fifty_megabytes_of_junk_are_refused_in_little_memory(tmp_path, junk, says):
    with_votes(tmp_path, junk)
    del junk
    tracemalloc.start()
    try:
        assert says in refused(tmp_path)
        assert tracemalloc.get_traced_memory()[1] < 30_000_000
    finally:
        tracemalloc.stop()


def test_blank_lines_alone_are_no_votes(tmp_path):
    assert "votes.csv: no votes in it" in refused(with_votes(tmp_path, HEADER + b"\r\n" * 10_000))


anything = st.one_of(
    st.binary(max_size=400),
    st.lists(
        st.sampled_from(
            [b"1", b"0", b"-1", b"7", b",", b"\n", b"\r", b'"', b"\x00", b"\xff", b"vote", HEADER, GOOD]
        ),
        max_size=40,
    ).map(b"".join),
    st.binary(max_size=60).map(lambda b: HEADER + GOOD + b),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(votes=anything, comments=st.none() | anything, participants=st.none() | anything, summary=anything)
def test_any_bytes_are_a_conversation_or_one_sentence(tmp_path, votes, comments, participants, summary):
    export(tmp_path)
    given_bytes = {"votes.csv": votes, "summary.csv": summary, "participants-votes.csv": participants}
    for name, content in {
        **given_bytes,
        **({"comments.csv": comments} if comments is not None else {}),
    }.items():
        (tmp_path / name).unlink(missing_ok=True)
        if content is not None:
            (tmp_path / name).write_bytes(content)
    said = ""
    try:
        assert isinstance(read_polis(tmp_path), Conversation)
    except BadInput as refusal:
        said = str(refusal)
    assert "\n" not in said
