"""Parquet: what is written comes back, and a file that cannot be right is refused in one sentence."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given

from tests.engines.opinion.conversations import camps, few, packed, triples
from tests.naive import opinion as naive
from tracktwo.engines.opinion import parquet
from tracktwo.engines.opinion.exports import Conversation
from tracktwo.engines.opinion.votes import Votes
from tracktwo.errors import BadInput


def conversation(votes: Votes) -> Conversation:
    number = 10 * np.arange(votes.statements) + 7
    return Conversation(
        votes=votes,
        statement_ids=number,
        texts=tuple(f"Say {n}" for n in number),
        moderated=np.where(np.arange(votes.statements) == 1, -1, 1).astype(np.int8),
        people_ids=np.arange(votes.people) * 3 + 100,
        polis_groups=None,
        title="Of the river",
        description="Who may fish",
        link="https://example.org/river",
    )


def log(path, rows, **types):
    names = ("participant", "statement", "vote")
    columns = {n: pa.array([row[k] for row in rows], types.get(n, pa.int64())) for k, n in enumerate(names)}
    pq.write_table(pa.table(columns), path)
    return path


@few
@given(triples())
def test_what_is_written_comes_back(tmp_path_factory, case):
    given_one = conversation(packed(*case))
    path = tmp_path_factory.mktemp("river") / "votes.parquet"
    parquet.write(path, given_one)
    same(parquet.read(path), given_one)


def test_more_people_than_are_written_at_a_time_come_back(monkeypatch, tmp_path):
    monkeypatch.setattr(parquet, "_ROWS", 7)
    given_one = conversation(camps((30, 20), 12, answered=0.3, seed=1)[0])
    parquet.write(tmp_path / "votes.parquet", given_one)
    same(parquet.read(tmp_path / "votes.parquet"), given_one)


def test_long_codes_come_back(tmp_path):
    given_one = conversation(packed([(0, 20_000, 1), (0, 3, 0)], 1, 20_001))
    parquet.write(tmp_path / "votes.parquet", given_one)
    same(parquet.read(tmp_path / "votes.parquet"), given_one)


@pytest.mark.parametrize("parts", [1, 3, 8])
def test_a_folder_of_parts_holds_every_person_once(tmp_path, parts):
    given_one = conversation(camps((30, 20), 12, answered=0.3, seed=1)[0])
    assert len(parquet.write_parts(tmp_path / "parts", given_one, parts)) == parts
    again = parquet.read(tmp_path / "parts")
    order = np.argsort(again.people_ids)
    assert np.array_equal(again.people_ids[order], given_one.people_ids)
    assert np.array_equal(again.votes.of(order).table(), given_one.votes.table())


@few
@given(triples())
def test_of_a_log_the_last_vote_counts(tmp_path_factory, case):
    path = log(tmp_path_factory.mktemp("log") / "log.parquet", case[0])
    here = parquet.read(path)
    person, statement, vote = here.votes.triples()
    read = zip(here.people_ids[person].tolist(), here.statement_ids[statement].tolist(), strict=True)
    assert dict(zip(read, vote.tolist(), strict=True)) == naive.last_given(case[0])
    assert here.texts == tuple(f"Statement {n}" for n in here.statement_ids)


def test_sides_are_read_from_a_further_column(tmp_path):
    table = {"participant": [5, 1, 9], "votes": [[1], [], [2]], "bank": ["left", None, "right"]}
    table = pa.table(table, schema=pa.schema({"participant": pa.int64(), "votes": pa.list_(pa.uint16()),
                                              "bank": pa.string()}, metadata={b"tracktwo": b'{"statements": 1}'}))  # fmt: skip
    pq.write_table(table, tmp_path / "votes.parquet")
    sides = parquet.read_sides(tmp_path / "votes.parquet", "bank", np.array([1, 5, 9, 12]))
    assert sides.names == ("left", "right")
    assert sides.side.tolist() == [-1, 0, 1, -1]
    with pytest.raises(BadInput, match="no column “shore” in it"):
        parquet.read_sides(tmp_path / "votes.parquet", "shore", np.array([1]))


@pytest.mark.parametrize(
    ("codes", "about"),
    [
        ([[5, 4]], '{"statements": 9}'),  # falling
        ([[4, 5]], '{"statements": 9}'),  # one statement twice
        ([[3]], '{"statements": 9}'),  # no vote is 3
        ([[36]], '{"statements": 9}'),  # there is no statement 9
        ([[1], [2]], '{"statements": 9}'),  # the same participant
        ([[1]], "{}"),
        ([[1]], '{"statements": -1}'),
        ([[1]], '{"statements": "nine"}'),
        ([[1]], '{"statements": 9, "ids": [1]}'),
        ([[1]], '{"statements": 1, "ids": ["one"]}'),
        ([[1]], '{"statements": 1, "moderated": [300]}'),
        ([[1]], "not json"),
        ([[None]], '{"statements": 9}'),
    ],
)
def test_a_packed_file_that_cannot_be_is_refused(tmp_path, codes, about):
    schema = pa.schema({"participant": pa.int64(), "votes": pa.list_(pa.uint16())},
                       metadata={b"tracktwo": about.encode()})  # fmt: skip
    pq.write_table(
        pa.table({"participant": [1] * len(codes), "votes": codes}, schema=schema), tmp_path / "v.parquet"
    )
    with pytest.raises(BadInput):
        parquet.read(tmp_path / "v.parquet")


def test_a_log_that_cannot_be_is_refused(tmp_path):
    for rows, types in (([(1, 2, 7)], {}), ([(1, None, 1)], {}), ([(1, 2, 0.5)], {"vote": pa.float64()})):
        with pytest.raises(BadInput):
            parquet.read(log(tmp_path / "log.parquet", rows, **types))
    pq.write_table(pa.table({"participant": [1], "statement": [2]}), tmp_path / "log.parquet")
    with pytest.raises(BadInput, match="no column “vote” in it"):
        parquet.read(tmp_path / "log.parquet")


def test_what_is_no_parquet_file_is_refused(tmp_path):
    (tmp_path / "votes.parquet").write_text("participant,statement,vote\n")
    with pytest.raises(BadInput, match="not a Parquet file"):
        parquet.read(tmp_path / "votes.parquet")
    with pytest.raises(BadInput, match="no Parquet file here"):
        parquet.read(tmp_path / "nowhere")


def test_without_pyarrow_one_is_told_what_to_install(monkeypatch, tmp_path):
    parquet.write(tmp_path / "v.parquet", conversation(packed([(0, 0, 1)], 1, 2)))
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(BadInput, match="install tracktwo with the extra scale"):
        parquet.read(tmp_path / "v.parquet")


def same(one: Conversation, other: Conversation) -> None:
    for name, value in vars(one).items():
        if name == "votes":
            assert np.array_equal(value.start, other.votes.start)
            assert np.array_equal(value.code, other.votes.code)
            assert value.code.dtype == other.votes.code.dtype
            assert value.statements == other.votes.statements
        else:
            assert np.array_equal(value, getattr(other, name)), name
