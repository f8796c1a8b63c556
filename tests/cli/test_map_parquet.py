"""`tracktwo map` on Parquet, in one process and on a cluster of this machine: the same figures as from the export."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.engines.opinion.conversations import camps
from tests.engines.opinion.test_parquet import conversation
from tracktwo.cli import app
from tracktwo.engines.opinion import parquet
from tracktwo.engines.opinion.exports import Conversation

SIDES = ("Hill", "Shore")


def told(*words: str) -> dict[str, Any]:
    done = CliRunner().invoke(app, ["map", *words, "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def refused(*words: str) -> str:
    done = CliRunner().invoke(app, ["map", *words])
    assert done.exit_code == 2 and done.stdout == ""
    return done.stderr


@pytest.fixture(scope="module")
def given() -> Conversation:
    return conversation(camps((60, 45), 30, answered=0.5, seed=2)[0])


@pytest.fixture(scope="module")
def sides_file(given: Conversation, tmp_path_factory) -> Path:
    file = tmp_path_factory.mktemp("sides") / "sides.csv"
    rows = [f"{who},{SIDES[place % 2]}" for place, who in enumerate(given.people_ids.tolist())]
    file.write_text("participant,side\n" + "\n".join(rows) + "\n")
    return file


def shares(found: dict[str, Any]) -> list[list[float | None]]:
    return [[s["support"] for s in statement["standings"]] for statement in found["statements"]]


def test_one_file_and_many_parts_tell_the_same(given, tmp_path):
    parquet.write(tmp_path / "all.parquet", given)
    parquet.write_parts(tmp_path / "parts", given, 3)
    one, many = told(str(tmp_path / "all.parquet")), told(str(tmp_path / "parts"))
    assert one["people"] == many["people"] and one["votes"] == many["votes"]
    assert shares(one) == shares(many) and one["shared"] == many["shared"]


@pytest.mark.xdist_group("cluster")  # one at a time
@pytest.mark.parametrize("little", [False, True])
def test_a_cluster_tells_what_one_process_tells(given, little, sides_file, tmp_path):
    if little:
        given = conversation(camps((60, 45), 30, answered=0.2, seed=2)[0])
    parquet.write_parts(tmp_path / "parts", given, 3)
    words = (str(tmp_path / "parts"), "--sides", str(sides_file))
    one, many = told(*words), told(*words, "--engine", "dask")
    assert one.pop("data") != many.pop("data")  # the fingerprint names the parts as they lie
    assert (
        one.pop("suspected")["looked"] and not many.pop("suspected")["looked"]
    )  # needs all votes in one place
    assert one.pop("slate") and many.pop("slate") is None  # so does this
    one.pop("words"), many.pop("words")
    assert one["found"]["on_line"] is little
    assert one == many


def test_a_column_of_the_file_names_the_sides(given, sides_file, tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    parquet.write(tmp_path / "all.parquet", given)
    table = pq.read_table(tmp_path / "all.parquet")
    named = [SIDES[place % 2] for place in range(table.num_rows)]
    pq.write_table(table.append_column("home", pa.array(named)), tmp_path / "sided.parquet")
    by_column = told(str(tmp_path / "sided.parquet"), "--sides", "home")
    by_file = told(str(tmp_path / "all.parquet"), "--sides", str(sides_file))
    assert by_column["compared"] == "sides"
    assert shares(by_column) == shares(by_file)


def test_what_a_cluster_cannot_read_is_refused_in_one_sentence(given, tmp_path):
    (tmp_path / "export").mkdir()
    assert "packed Parquet" in refused(str(tmp_path / "export"), "--engine", "dask")
    parquet.write(tmp_path / "all.parquet", given)
    assert "add --engine dask" in refused(str(tmp_path / "all.parquet"), "--scheduler", "tcp://127.0.0.1:9")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 and nothing else")
    assert "not a Parquet file" in refused(str(tmp_path / "broken.parquet"))
