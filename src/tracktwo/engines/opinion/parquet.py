"""Conversations as Parquet, for millions of people: a file, or a folder of files each holding all of a person.

Two forms are read. *Packed*: one row a person, columns ``participant`` (whole number) and ``votes``, a list of
16- or 32-bit codes as in ``Votes``; what ``write`` makes, about two bytes a vote and read as it lies. *Log*: one
row a vote, columns ``participant``, ``statement``, ``vote`` (-1, 0, 1) in the order given; the last one counts.
Texts, titles and what was rejected stand in the file's own metadata, or are missing.

Needs pyarrow (the optional extra ``scale``). Whatever is wrong is said in one ``BadInput`` sentence.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tracktwo.engines.opinion.exports import MOST_SIDES, Conversation, IntArray, Sides, _clean, _one_line
from tracktwo.engines.opinion.votes import Codes, Votes
from tracktwo.errors import BadInput

_ABOUT = b"tracktwo"  # key of our entry in the metadata of the schema
_ROWS = 1 << 16  # people, or votes of a log, read or written at a time
_MOST_STATEMENTS = 1 << 20
_AGAIN = "write the file again with tracktwo.engines.opinion.parquet.write"


@dataclass(frozen=True)
class _Packed:
    people_ids: IntArray
    votes: Votes


def read(path: Path | str) -> Conversation:
    """Read a Parquet file or folder; packed: O(v), log: O(v log v)."""
    files = files_of(path)
    with _refusing_unreadable(path):
        schema = _open(files[0]).schema_arrow
        about = _about(schema, files[0])
        if "votes" in schema.names:
            packed = _read_packed(files, about)
            ids = _statement_ids(about, packed.votes.statements)
        else:
            packed, ids = _read_log(files)
        return _conversation(about, ids, packed)


def describe(path: Path | str) -> Conversation:
    """All of packed files but the votes, which are left where they lie; O(n)."""
    files = files_of(path)
    with _refusing_unreadable(path):
        schema = _open(files[0]).schema_arrow
        about = _about(schema, files[0])
        if "votes" not in schema.names:
            remedy = "pack it first: tracktwo.engines.opinion.parquet.read, then write_parts"
            raise BadInput("a cluster reads packed files, and this is a log", where=str(path), remedy=remedy)
        statements = _statements(about, files[0])
        who = [_open(file).read(columns=["participant"]).column(0).to_numpy() for file in files]
        people_ids = np.concatenate(who).astype(np.int64)
        if len(np.unique(people_ids)) < len(people_ids):
            raise BadInput("a participant stands in two rows", where=str(path), remedy="keep one row each")
        nobody = Votes(np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.uint16), statements)
        return _conversation(about, _statement_ids(about, statements), _Packed(people_ids, nobody))


def _statement_ids(about: dict[str, Any], statements: int) -> IntArray:
    return np.array(about.get("ids") or range(statements), dtype=np.int64)


def _conversation(about: dict[str, Any], ids: IntArray, packed: _Packed) -> Conversation:
    texts = _listed(about, "texts", [f"Statement {number}" for number in ids.tolist()])
    return Conversation(
        votes=packed.votes,
        statement_ids=ids,
        texts=tuple(_clean(str(text)) for text in texts),
        moderated=np.array(_listed(about, "moderated", [0] * len(ids)), dtype=np.int8),
        people_ids=packed.people_ids,
        polis_groups=None,
        title=_one_line(str(about.get("title", ""))),
        description=_clean(str(about.get("description", ""))),
        link=_one_line(str(about.get("link", ""))),
    )


def read_sides(path: Path | str, column: str, people_ids: IntArray) -> Sides:
    """Sides from a further column of a packed file; an empty or missing value is a person of no side."""
    named: dict[int, str] = {}
    with _refusing_unreadable(path):
        for file in files_of(path):
            parquet = _open(file)
            if column not in parquet.schema_arrow.names or "participant" not in parquet.schema_arrow.names:
                raise BadInput(
                    f"no column “{column}” in it", where=str(file), remedy="name one of its columns"
                )
            for batch in parquet.iter_batches(_ROWS, columns=["participant", column]):
                who, side = (batch.column(name).to_pylist() for name in ("participant", column))
                named.update((int(i), str(s)) for i, s in zip(who, side, strict=True) if s not in (None, ""))
    names = tuple(sorted(set(named.values())))
    if not 2 <= len(names) <= MOST_SIDES:
        raise BadInput(
            f"the column “{column}” names {len(names)} sides",
            where=str(path),
            remedy=f"a process has two to {MOST_SIDES}; leave it empty for people of no side",
        )
    number = {name: k for k, name in enumerate(names)}
    side = [number[named[i]] if i in named else -1 for i in people_ids.tolist()]
    return Sides(names, np.array(side, dtype=np.int64))


def write(path: Path | str, conversation: Conversation) -> None:
    """Write one packed file; whole or not at all is the caller's care. Cost O(v), about 1.5 bytes a vote."""
    pa, pq = _pyarrow()
    votes = conversation.votes
    about = {
        "title": conversation.title,
        "description": conversation.description,
        "link": conversation.link,
        "statements": votes.statements,
        "ids": conversation.statement_ids.tolist(),
        "texts": list(conversation.texts),
        "moderated": conversation.moderated.tolist(),
    }
    code = pa.from_numpy_dtype(votes.code.dtype)
    schema = pa.schema(
        [("participant", pa.int64()), ("votes", pa.list_(code))],
        metadata={_ABOUT: json.dumps(about).encode()},
    )
    with pq.ParquetWriter(path, schema, compression="zstd") as file:
        for people, part in votes.parts(rows=_ROWS):
            lists = pa.ListArray.from_arrays(part.start.astype(np.int32), part.code)
            file.write_batch(pa.record_batch([conversation.people_ids[people], lists], schema=schema))


def write_parts(folder: Path | str, conversation: Conversation, parts: int) -> list[Path]:
    """Write ``parts`` packed files; whose votes stand in which follows from a hash of the person's number."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    of_person = part_of(conversation.people_ids, parts)
    paths = [target / f"part-{part:05d}.parquet" for part in range(parts)]
    for part, path in enumerate(paths):
        own = np.flatnonzero(of_person == part)
        whole = vars(conversation) | {
            "votes": conversation.votes.of(own),
            "people_ids": conversation.people_ids[own],
        }
        write(path, Conversation(**whole))
    return paths


def part_of(people_ids: IntArray, parts: int) -> IntArray:
    """The part int64[n] of each person: numbers near each other go to different parts (splitmix64)."""
    z = people_ids.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray((z ^ (z >> np.uint64(31))) % np.uint64(parts)).astype(np.int64)


def files_of(path: Path | str) -> list[Path]:
    """The file itself, or the Parquet files of the folder in the order of their names."""
    here = Path(path)
    files = sorted(here.glob("*.parquet")) if here.is_dir() else [here] if here.is_file() else []
    if not files:
        raise BadInput("no Parquet file here", where=str(path), remedy="give a file, or a folder of them")
    return files


# ---- packed


def _read_packed(files: list[Path], about: dict[str, Any]) -> _Packed:
    statements = _statements(about, files[0])
    opened = [_open(file) for file in files]
    for file, parquet in zip(files, opened, strict=True):
        if _about(parquet.schema_arrow, file).get("statements") != statements:
            raise BadInput("it does not hold the same statements", where=str(file), remedy=_AGAIN)
    people = sum(parquet.metadata.num_rows for parquet in opened)
    type_ = np.dtype(opened[0].schema_arrow.field("votes").type.value_type.to_pandas_dtype())
    if type_ not in (np.uint16, np.uint32):
        raise BadInput("its votes are not 16- or 32-bit codes", where=str(files[0]), remedy=_AGAIN)
    who, start = np.empty(people, dtype=np.int64), np.zeros(people + 1, dtype=np.int64)
    code = np.empty(sum(_entries(parquet) for parquet in opened), dtype=type_)
    row = end = 0
    for file, parquet in zip(files, opened, strict=True):
        for batch in parquet.iter_batches(_ROWS, columns=["participant", "votes"]):
            ids, lengths, codes = _batch(batch, file)
            who[row : row + len(ids)] = ids
            start[row + 1 : row + len(ids) + 1] = end + np.cumsum(lengths)
            code[end : end + len(codes)] = codes
            row, end = row + len(ids), end + len(codes)
    votes = Votes(start, code[:end], statements)
    _must_be_in_order(votes, files[0])
    if len(np.unique(who)) < people:
        raise BadInput(
            "a participant stands in two rows", where=str(files[0].parent), remedy="keep one row each"
        )
    return _Packed(who, votes)


def _batch(batch: Any, file: Path) -> tuple[IntArray, IntArray, Codes]:
    ids, lists = batch.column("participant"), batch.column("votes")
    codes = lists.flatten()
    if ids.null_count or codes.null_count:
        raise BadInput("a participant or a vote is empty", where=str(file), remedy=_AGAIN)
    lengths = lists.value_lengths().fill_null(0).to_numpy(zero_copy_only=False)
    return ids.to_numpy().astype(np.int64), lengths.astype(np.int64), codes.to_numpy()


def _entries(parquet: Any) -> int:
    """At least the number of votes in the file: the format counts an empty list as one entry."""
    groups = (parquet.metadata.row_group(k) for k in range(parquet.metadata.num_row_groups))
    columns = (group.column(c) for group in groups for c in range(group.num_columns))
    return sum(column.num_values for column in columns if column.path_in_schema.startswith("votes"))


def _must_be_in_order(votes: Votes, file: Path) -> None:
    for _, part in votes.parts():
        statement = part.code >> 2
        rising = np.append(True, statement[1:] > statement[:-1])
        rising[part.start[:-1][part.answers_per_person() > 0]] = True
        if not rising.all() or (part.code & 3 == 3).any() or (statement >= votes.statements).any():
            raise BadInput(
                "a person's codes are not rising codes of its statements", where=str(file), remedy=_AGAIN
            )


# ---- log


def _read_log(files: list[Path]) -> tuple[_Packed, IntArray]:
    columns = ("participant", "statement", "vote")
    parts: list[list[Any]] = [[], [], []]
    for file in files:
        parquet = _open(file)
        missing = [name for name in columns if name not in parquet.schema_arrow.names]
        if missing:
            remedy = "give participant and votes, or participant, statement and vote"
            raise BadInput(f"no column “{missing[0]}” in it", where=str(file), remedy=remedy)
        for batch in parquet.iter_batches(_ROWS, columns=list(columns)):
            for kept, name in zip(parts, columns, strict=True):
                kept.append(_whole(batch.column(name), name, file))
    who, what, vote = (np.concatenate(kept) if kept else np.zeros(0, dtype=np.int64) for kept in parts)
    people_ids, person = np.unique(who, return_inverse=True)
    statement_ids, statement = np.unique(what, return_inverse=True)
    votes = Votes.from_triples(person, statement, vote, people=len(people_ids), statements=len(statement_ids))
    return _Packed(people_ids.astype(np.int64), votes), statement_ids.astype(np.int64)


def _whole(column: Any, name: str, file: Path) -> Any:
    pa, _ = _pyarrow()
    if column.null_count or not pa.types.is_integer(column.type):
        raise BadInput(f"a {name} is not a whole number", where=str(file), remedy="give whole numbers")
    return column.to_numpy()


# ---- the file's own words


def _about(schema: Any, file: Path) -> dict[str, Any]:
    try:
        about = json.loads((schema.metadata or {}).get(_ABOUT, b"{}"))
    except ValueError as error:
        raise BadInput("its metadata cannot be read", where=str(file), remedy=_AGAIN) from error
    return about if isinstance(about, dict) else {}


def _statements(about: dict[str, Any], file: Path) -> int:
    number = about.get("statements")
    if not isinstance(number, int) or not 0 <= number <= _MOST_STATEMENTS:
        raise BadInput("it does not say how many statements there are", where=str(file), remedy=_AGAIN)
    if len(about.get("ids", [])) not in (0, number):
        raise BadInput("it does not number every statement", where=str(file), remedy=_AGAIN)
    return number


def _listed(about: dict[str, Any], key: str, usual: list[Any]) -> tuple[Any, ...]:
    listed = about.get(key)
    return tuple(listed) if isinstance(listed, list) and len(listed) == len(usual) else tuple(usual)


def _open(file: Path) -> Any:
    _, pq = _pyarrow()
    return pq.ParquetFile(file, memory_map=True)


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow  # an optional extra: everything else runs without it
        import pyarrow.parquet
    except ImportError as error:
        raise BadInput(
            "reading Parquet needs pyarrow", remedy="install tracktwo with the extra scale"
        ) from error
    return pyarrow, pyarrow.parquet


@contextmanager
def _refusing_unreadable(path: Path | str) -> Iterator[None]:
    pa, _ = _pyarrow()
    try:
        yield
    except (OSError, ValueError, TypeError, OverflowError, pa.ArrowException) as error:
        raise BadInput(
            "this is not a Parquet file that can be read", where=str(path), remedy=_AGAIN
        ) from error
