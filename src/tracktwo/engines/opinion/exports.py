"""Read the export of a Polis conversation: a folder of CSV files.

`votes.csv`               timestamp, comment-id, voter-id, vote: every vote ever cast; the last by time counts
`comments.csv`            comment-id, moderated (-1 rejected, 0 open, 1 accepted), comment-body
`participants-votes.csv`  one row a participant: participant, group-id, ..., then a column per comment id
`summary.csv`             key, value: topic, url, conversation-description (optional)

Sign: in an export agree is +1. (Polis' own database keeps agree as -1 and its exporter turns the sign;
an unturned copy is recognised by the counts in `comments.csv` and refused.)

Identifiers may be any whole number from 0 up to 2**63 - 1, in any order and with any gaps: they are
mapped to dense indexes, so a voter numbered 1,000,000,000 costs no more than the voter numbered 1.

Whatever is wrong is said in one `BadInput` sentence with file, line and remedy; no other exception leaves
this module. Reading streams: memory grows with the number of votes (some 20 bytes each), not with the file.
"""

from __future__ import annotations

import csv
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

from tracktwo.engines.opinion.votes import Votes
from tracktwo.errors import BadInput

LARGEST_FILE = 1_000_000_000  # bytes; about 20 million votes
LONGEST_LINE = 1_000_000  # characters; the widest real line (a column per statement) has some 10,000
LARGEST_ID = 2**63 - 1
MOST_SIDES = 8

IntArray = NDArray[np.int64]
Progress = Callable[[str, int, int], None]  # file name, bytes read, bytes in all

_VOTES = {"-1": -1, "0": 0, "1": 1}
# What no sentence needs and a terminal, a PDF or a page may stumble on: control characters other than
# tab and newline, overrides of the writing direction, and code points XML does not admit.
_UNWANTED = dict.fromkeys(
    (
        *(*range(9), 11, 12, *range(14, 32), *range(127, 160)),
        *(*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF, 0xFFFE, 0xFFFF),
    )
)


@dataclass(frozen=True)
class Conversation:
    """A conversation as exported: n people, m statements in the order of their ids.

    `moderated` is int8[m] (-1 rejected, 0 open, 1 accepted); `votes` holds the votes on all m statements,
    rejected ones too. `polis_groups` are the groups Polis itself found, int64[n], -1 for none.
    """

    votes: Votes
    statement_ids: IntArray
    texts: tuple[str, ...]
    moderated: NDArray[np.int8]
    people_ids: IntArray
    polis_groups: IntArray | None
    title: str
    description: str
    link: str


@dataclass(frozen=True)
class Sides:
    """Declared sides: `side` is int64[n], an index into `names`, or -1 for a person of no side."""

    names: tuple[str, ...]
    side: IntArray


@dataclass(frozen=True)
class _Statements:
    ids: IntArray
    texts: tuple[str, ...]
    moderated: NDArray[np.int8]
    agrees: IntArray | None
    disagrees: IntArray | None


@dataclass(frozen=True)
class _Triples:
    """Votes in the order in which they count, with dense person and statement indexes."""

    people_ids: IntArray
    person: IntArray
    statement: IntArray
    vote: NDArray[np.int8]


def read_polis(folder: Path | str, *, progress: Progress | None = None) -> Conversation:
    """Read one exported conversation; cost O(votes log votes)."""
    with _refusing_unreadable(folder):
        return _read_conversation(Path(folder), progress)


def _read_conversation(folder: Path, progress: Progress | None) -> Conversation:
    _must_be_a_folder(folder)
    statements = _read_statements(folder / "comments.csv", progress)
    triples = _read_votes(folder, statements, progress)
    _must_have_the_exported_sign(folder, statements, triples)
    summary = _read_summary(folder / "summary.csv")
    return Conversation(
        votes=Votes.from_triples(
            triples.person,
            triples.statement,
            triples.vote,
            people=len(triples.people_ids),
            statements=len(statements.ids),
        ),
        statement_ids=statements.ids,
        texts=statements.texts,
        moderated=statements.moderated,
        people_ids=triples.people_ids,
        polis_groups=_read_polis_groups(folder / "participants-votes.csv", triples.people_ids),
        title=_one_line(summary.get("topic", "")),
        description=_clean(summary.get("conversation-description", "")),
        link=_one_line(summary.get("url", "")),
    )


def read_sides(folder: Path | str, choice: str, people_ids: IntArray) -> Sides:
    """Sides from a file with the columns participant and side, or from a column of participants-votes.csv."""
    path, column = Path(folder) / "participants-votes.csv", choice
    if choice.lower().endswith(".csv") or Path(choice).is_file():
        path, column = Path(choice), "side"
    with _refusing_unreadable(path):
        given = _read_column(path, column)
    names = tuple(sorted({name for name, _ in given.values() if name}))
    if not 2 <= len(names) <= MOST_SIDES:
        raise BadInput(
            f"the column “{_shown(column)}” names {len(names)} sides",
            where=str(path),
            remedy=f"a process has two to {MOST_SIDES}; leave the cell empty for people of no side",
        )
    index = {name: number for number, name in enumerate(names)}
    side = [index.get(given[who][0], -1) if who in given else -1 for who in people_ids.tolist()]
    if len(set(side) - {-1}) < 2:
        raise BadInput(
            "fewer than two of its sides have anyone who voted",
            where=str(path),
            remedy="use the participant numbers of this export",
        )
    return Sides(names, np.array(side, dtype=np.int64))


# ---- the files


def _read_statements(path: Path, progress: Progress | None) -> _Statements:
    table = _Table(path, ("comment-id", "moderated", "comment-body"), progress)
    number, body, state = (table.column(name) for name in ("comment-id", "comment-body", "moderated"))
    counted = [table.header.index(name) for name in ("agrees", "disagrees") if name in table.header]
    rows: dict[int, tuple[str, int, list[int]]] = {}
    for line, cells in table.rows():
        key = _whole_number(cells[number], "comment-id", path, line)
        if key in rows:
            raise BadInput(
                f"the statement {key} is listed a second time",
                where=_at(path, line),
                remedy="keep one of the two lines",
            )
        moderated = _one_of_three(cells[state], "moderated", path, line)
        counts = [_whole_number(cells[k], table.header[k], path, line) for k in counted]
        rows[key] = (_clean(cells[body]), moderated, counts)
    if not rows:
        raise BadInput(
            "no statement in it", where=str(path), remedy="export the conversation again with its comments"
        )
    order = sorted(rows)
    tally = np.array([rows[key][2] for key in order], dtype=np.int64)
    return _Statements(
        ids=np.array(order, dtype=np.int64),
        texts=tuple(rows[key][0] for key in order),
        moderated=np.array([rows[key][1] for key in order], dtype=np.int8),
        agrees=tally[:, 0] if len(counted) == 2 else None,
        disagrees=tally[:, 1] if len(counted) == 2 else None,
    )


def _read_votes(folder: Path, statements: _Statements, progress: Progress | None) -> _Triples:
    """From votes.csv, or where the export has none from participants-votes.csv."""
    path = folder / "votes.csv"
    wide = folder / "participants-votes.csv"
    reader = _votes_by_time
    if not path.exists() and wide.exists():
        path, reader = wide, _votes_by_participant
    triples = reader(path, statements, progress)
    if not len(triples.person):
        remedy = "export the conversation again once people have voted"
        raise BadInput("no votes in it", where=str(path), remedy=remedy)
    return triples


def _votes_by_time(path: Path, statements: _Statements, progress: Progress | None) -> _Triples:
    table = _Table(path, ("timestamp", "comment-id", "voter-id", "vote"), progress)
    when, what, who, how = (table.column(name) for name in ("timestamp", "comment-id", "voter-id", "vote"))
    known = {int(key): place for place, key in enumerate(statements.ids)}
    people, seen = _Ids("voter-id", path), _Ids("comment-id", path)
    time, person, statement, vote = array("q"), array("q"), array("q"), array("b")
    for line, cells in table.rows():
        time.append(_whole_number(cells[when], "timestamp", path, line))
        person.append(people.index(cells[who], line))
        statement.append(seen.index(cells[what], line, among=known))
        vote.append(_one_of_three(cells[how], "vote", path, line))
    # A stable sort: of two votes at the same moment the later row counts.
    order = np.argsort(np.array(time, dtype=np.int64), kind="stable")
    ids, dense = people.in_order(np.array(person, dtype=np.int64))
    return _Triples(
        people_ids=ids,
        person=dense[order],
        statement=np.array(statement, dtype=np.int64)[order],
        vote=np.array(vote, dtype=np.int8)[order],
    )


def _votes_by_participant(path: Path, statements: _Statements, progress: Progress | None) -> _Triples:
    table = _Table(path, ("participant",), progress)
    known = {int(key): place for place, key in enumerate(statements.ids)}
    columns = _statement_columns(table, known)
    own = table.column("participant")
    people = _Ids("participant", path)
    person, statement, vote = array("q"), array("q"), array("b")
    for line, cells in table.rows():
        answers = [(place, cells[k]) for k, place in columns if cells[k]]
        if not answers:
            continue
        if people.knows(cells[own], line):
            raise BadInput(
                f"the participant {_shown(cells[own])} is listed a second time",
                where=_at(path, line),
                remedy="keep one of the two lines",
            )
        row = people.index(cells[own], line)
        for place, answer in answers:
            person.append(row)
            statement.append(place)
            vote.append(_one_of_three(answer, "vote", path, line))
    ids, dense = people.in_order(np.array(person, dtype=np.int64))
    return _Triples(ids, dense, np.array(statement, dtype=np.int64), np.array(vote, dtype=np.int8))


def _statement_columns(table: _Table, known: dict[int, int]) -> list[tuple[int, int]]:
    """(column, statement index) for every column that is named by a statement's number."""
    found: dict[int, int] = {}
    for column, name in enumerate(table.header):
        if not _is_number(name):
            continue
        if int(name) not in known:
            raise BadInput(
                f"the column “{name}” is a statement that comments.csv does not list",
                where=_at(table.path, 1),
                remedy="export all files of the conversation at the same time",
            )
        if known[int(name)] in found.values():
            what = f"the column “{name}” appears twice"
            raise BadInput(what, where=_at(table.path, 1), remedy="keep one of them")
        found[column] = known[int(name)]
    return list(found.items())


def _read_polis_groups(path: Path, people_ids: IntArray) -> IntArray | None:
    if not path.exists():
        return None
    given = _read_column(path, "group-id")
    found = np.full(len(people_ids), -1, dtype=np.int64)
    for place, who in enumerate(people_ids.tolist()):
        text, line = given.get(who, ("", 0))
        if text:
            found[place] = _whole_number(text, "group-id", path, line)
    return found


def _read_column(path: Path, column: str) -> dict[int, tuple[str, int]]:
    """Participant -> (what the column says of them, line)."""
    table = _Table(path, ("participant", column), None)
    own, place = table.column("participant"), table.column(column)
    found: dict[int, tuple[str, int]] = {}
    for line, cells in table.rows():
        who, says = _whole_number(cells[own], "participant", path, line), _one_line(cells[place])
        if found.setdefault(who, (says, line))[0] != says:
            raise BadInput(
                f"the participant {who} is listed a second time with another {_shown(column)}",
                where=_at(path, line),
                remedy="keep one of the two lines",
            )
    return found


def _read_summary(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    return {cells[0]: cells[1] for _, cells in _rows(path, None) if len(cells) >= 2}


def _must_have_the_exported_sign(folder: Path, statements: _Statements, triples: _Triples) -> None:
    """Compare with the counts Polis writes into comments.csv; they tell agree from disagree."""
    if statements.agrees is None or statements.disagrees is None:
        return
    size = len(statements.ids)
    agree = np.bincount(triples.statement[triples.vote == 1], minlength=size)
    disagree = np.bincount(triples.statement[triples.vote == -1], minlength=size)
    listed = statements.agrees.astype(np.float64), statements.disagrees.astype(np.float64)
    as_it_is = np.abs(agree - listed[0]).sum() + np.abs(disagree - listed[1]).sum()
    turned = np.abs(disagree - listed[0]).sum() + np.abs(agree - listed[1]).sum()
    if turned * 4 < as_it_is:
        raise BadInput(
            "agree and disagree are the wrong way round against the counts in comments.csv",
            where=str(folder / "votes.csv"),
            remedy="this looks like Polis' database, where agree is -1: use its CSV export, where agree is 1",
        )


# ---- one file as a table


class _Table:
    """A CSV file with a header; every row has as many cells as the header."""

    def __init__(self, path: Path, needed: Sequence[str], progress: Progress | None) -> None:
        self.path = path
        self._lines = _rows(path, progress)
        first = next(self._lines, None)
        if first is None:
            raise BadInput("the file is empty", where=str(path), remedy="export the conversation again")
        self._line, header = first
        self.header = [name.strip() for name in header]
        for name in needed:
            self._must_have(name)

    def _must_have(self, name: str) -> None:
        if self.header.count(name) == 1:
            return
        what = "appears twice" if name in self.header else "is missing"
        remedy = "the first line of the file must name its columns"
        if len(self.header) == 1 and self.header[0].count(";") > 1:
            remedy = "save the file with commas between the columns, not semicolons"
        raise BadInput(f"the column “{_shown(name)}” {what}", where=_at(self.path, self._line), remedy=remedy)

    def column(self, name: str) -> int:
        return self.header.index(name)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        width = len(self.header)
        for line, cells in self._lines:
            if len(cells) != width:
                raise BadInput(
                    f"{len(cells)} fields where the header has {width}",
                    where=_at(self.path, line),
                    remedy="correct or remove this line",
                )
            yield line, cells


class _Ids:
    """Gives each whole number met in a column a dense index, in the order of meeting."""

    def __init__(self, column: str, path: Path) -> None:
        self._column, self._path = column, path
        self._by_text: dict[str, int] = {}
        self._by_number: dict[int, int] = {}

    def index(self, text: str, line: int, *, among: dict[int, int] | None = None) -> int:
        """The index of this number; with `among`, its place there instead, refusing numbers not in it."""
        known = self._by_text.get(text)
        if known is not None:
            return known
        number = _whole_number(text, self._column, self._path, line)
        if among is None:
            place = self._by_number.setdefault(number, len(self._by_number))
        elif number in among:
            place = among[number]
        else:
            raise BadInput(
                f"a vote on statement {number}, which comments.csv does not list",
                where=_at(self._path, line),
                remedy="export all files of the conversation at the same time",
            )
        self._by_text[text] = place
        return place

    def knows(self, text: str, line: int) -> bool:
        return _whole_number(text, self._column, self._path, line) in self._by_number

    def in_order(self, indexes: IntArray) -> tuple[IntArray, IntArray]:
        """The numbers in ascending order, and the given indexes re-counted in that order."""
        numbers = np.fromiter(self._by_number, dtype=np.int64, count=len(self._by_number))
        order = np.argsort(numbers)
        rank = np.empty_like(order)
        rank[order] = np.arange(len(order))
        return numbers[order], rank[indexes]


def _rows(path: Path, progress: Progress | None) -> Iterator[tuple[int, list[str]]]:
    """(line on which the row begins, cells), blank lines left out."""
    size = _readable_size(path)
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        reader = csv.reader(_lines(path, file, size, progress), strict=True)
        while True:
            line = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as fault:
                raise BadInput(
                    _csv_fault(fault), where=_at(path, line), remedy="correct or remove this line"
                ) from None
            if cells:
                yield line, cells


def _lines(path: Path, file: TextIO, size: int, progress: Progress | None) -> Iterator[str]:
    """The lines of a file, however they end; each checked to be text of a sane length."""
    number = 0
    while text := file.readline(LONGEST_LINE + 1):
        number += 1
        if len(text) > LONGEST_LINE:
            raise BadInput(
                f"the line is longer than {LONGEST_LINE:,} characters",
                where=_at(path, number),
                remedy="this is not a Polis export; export the conversation again",
            )
        if not text.isascii():
            _must_be_unicode(text, path, number)
        if "\0" in text:
            raise BadInput(
                "a NUL byte, so this is not a text file",
                where=_at(path, number),
                remedy="export the conversation again, as CSV",
            )
        if progress and number % 20_000 == 0:
            progress(path.name, min(file.buffer.tell(), size), size)
        yield text


def _must_be_unicode(text: str, path: Path, line: int) -> None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise BadInput(
            "the text is not in UTF-8", where=_at(path, line), remedy="save the file as CSV in UTF-8"
        ) from None


def _readable_size(path: Path) -> int:
    if not path.is_file():
        what = "not a file" if path.exists() else "the file is missing"
        raise BadInput(what, where=str(path), remedy="give the folder of a whole Polis export")
    size = path.stat().st_size
    if size > LARGEST_FILE:
        raise BadInput(
            f"the file has {size / 1e9:.1f} GB and the largest that is read has {LARGEST_FILE / 1e9:.0f} GB",
            where=str(path),
            remedy="split the conversation, or ask for a reader of larger files",
        )
    return size


@contextmanager
def _refusing_unreadable(place: Path | str) -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        raise BadInput(
            f"it cannot be read ({fault.strerror})",
            where=str(fault.filename or place),
            remedy="check that it is there and who may read it",
        ) from None


def _must_be_a_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    what = "not a folder" if folder.exists() else "there is no such folder"
    raise BadInput(what, where=str(folder), remedy="give the folder that holds votes.csv and comments.csv")


# ---- one cell


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 19 and int(text) <= LARGEST_ID


def _whole_number(text: str, column: str, path: Path, line: int) -> int:
    if text.isdigit() and text.isascii() and len(text) < 19:  # all but the largest: no need to compare
        return int(text)
    if _is_number(text):
        return int(text)
    raise BadInput(
        f"the {column} “{_shown(text)}” is not a whole number from 0 up",
        where=_at(path, line),
        remedy="correct or remove this line",
    )


def _one_of_three(text: str, column: str, path: Path, line: int) -> int:
    try:
        return _VOTES[text]
    except KeyError:
        voted = column == "vote"
        meaning = "agree is 1, disagree -1, pass 0" if voted else "rejected is -1, open 0, accepted 1"
        raise BadInput(
            f"the {column} “{_shown(text)}” is none of 1, 0 and -1",
            where=_at(path, line),
            remedy=f"correct or remove this line ({meaning})",
        ) from None


def _csv_fault(fault: csv.Error) -> str:
    if "field limit" in str(fault) or "end of data" in str(fault):
        return "a quotation mark is opened here and never closed"
    return "a quotation mark stands where none may be"


def _at(path: Path, line: int) -> str:
    return f"{path}, line {line}"


def _shown(text: str) -> str:
    """A value as it may be repeated in a sentence: short, and nothing a terminal would obey."""
    short = text if len(text) <= 40 else text[:39] + "…"
    return "".join(c if c.isprintable() else "·" for c in short)


def _clean(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_UNWANTED).strip()


def _one_line(text: str) -> str:
    return " ".join(_clean(text).split())
