"""Decks as Anki packs them (.apkg): a zip archive around a small SQLite database. Bytes in, bytes out.

Pure. Written by genanki, but in memory: its own way to a file leaves the cards in a temporary folder. Read with
distrust, since anybody may bring any bytes: nothing in them decides how much is unpacked, computed or kept.
Both forms are read: the one until 2022 (collection.anki2, collection.anki21) and the one since (collection.anki21b,
compressed by zstd, beside a collection.anki2 that only asks for a newer Anki).
"""

from __future__ import annotations

import io
import itertools
import sqlite3
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import genanki
import zstandard

from tracktwo.errors import gettext_noop
from tracktwo.learn.practice.brought import (
    LONGEST_FIELD,
    MOST_ROWS,
    NO_CARDS,
    TOO_LONG,
    TOO_MANY,
    Brought,
    Gathering,
    NotRead,
)

LARGEST_FILE = 8_000_000  # bytes of an .apkg
LARGEST_COLLECTION = 24_000_000  # bytes of the database in it, unpacked
# Numbers Anki knows our cards and decks by. They stay for ever: with others a deck would come twice.
MODEL_ID = 1_782_400_217
FIRST_DECK_ID = 1_782_410_000
DAY = 86_400
_MIDNIGHT = (1980, 1, 1, 0, 0, 0)  # the same deck on one day makes the same bytes

CSS = """.card { font-family: Georgia, serif; font-size: 20px; line-height: 1.5; text-align: start;
  max-width: 36em; margin: 0 auto; color: black; background-color: white; }
.card.nightMode { color: #eee; background-color: #222; }
.asked { font-size: 0.8em; opacity: 0.75; }
"""


# --- writing ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Note:
    """A card as Anki gets it: sides are HTML, tags have no spaces."""

    guid: str
    front: str
    back: str
    tags: tuple[str, ...] = ()


def guid_for(card: str) -> str:
    """The name Anki knows a card of the guide by."""
    return str(genanki.guid_for("tracktwo", card))


def deck_id(name: str) -> int:
    """The number of a deck: the same for the same key of a course."""
    return FIRST_DECK_ID + zlib.crc32(name.encode()) if name else FIRST_DECK_ID - 1


def package(*, key: str, title: str, notes: Iterable[Note], day: int) -> bytes:
    """A deck as .apkg. `day`: whole days since 1970, the finest time the file tells."""
    deck, model = genanki.Deck(deck_id(key), title), _model()
    for note in notes:
        deck.add_note(
            genanki.Note(
                model=model,
                fields=[note.front, note.back],
                guid=note.guid,
                tags=["-".join(t.split()) for t in note.tags],
            )
        )
    with closing(sqlite3.connect(":memory:")) as db:
        genanki.Package(deck).write_to_db(db.cursor(), day * DAY, itertools.count(day * DAY * 1000))
        db.commit()
        image = db.serialize()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (("collection.anki2", image), ("media", b"{}")):
            archive.writestr(zipfile.ZipInfo(name, _MIDNIGHT), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _model() -> Any:
    return genanki.Model(
        MODEL_ID,
        "Tracktwo",
        fields=[{"name": "Front"}, {"name": "Back"}],
        templates=[{"name": "Card", "qfmt": "{{Front}}", "afmt": "{{FrontSide}}<hr id=answer>{{Back}}"}],
        css=CSS,
    )


# --- reading ----------------------------------------------------------------------------------------

EMPTY = gettext_noop("This file is empty. Export the deck once more.")
TOO_LARGE = gettext_noop(
    "This deck is too large to be read here (%(most)s megabytes at most). Export it without media and without the "
    "history of reviews, or in parts."
)
NO_ZIP = gettext_noop(
    "This is not a deck of Anki, or only the beginning of one. In Anki choose Export, “Anki Deck Package (.apkg)”, and "
    "bring that file."
)
LOCKED = gettext_noop("This file is protected by a password. Unpack it and bring the .apkg file itself.")
NO_COLLECTION = gettext_noop(
    "This archive holds no collection of Anki. In Anki choose Export, “Anki Deck Package (.apkg)”, and bring that file."
)
DAMAGED = gettext_noop("The collection in this file is damaged. Export the deck from Anki once more.")
NO_NOTES = gettext_noop(
    "The collection in this file has no table of notes that Anki would write. Export the deck from Anki once more."
)
NO_TEXT = gettext_noop(
    "A card in this file is not written in UTF-8. Let Anki check its database (Tools, Check Database) and export it "
    "once more."
)

_COLLECTIONS = ("collection.anki21b", "collection.anki21", "collection.anki2")  # the fullest first
# What a mutilated archive makes Python's zipfile say.
_BROKEN_ZIP = (
    zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError, RuntimeError, LookupError,
    OverflowError, struct.error,
)  # fmt: skip
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others are unpacked without a bound


def read(data: bytes) -> Brought:
    """The notes of an .apkg as cards in Markdown. NotRead in one sentence where it cannot be read."""
    return _cards(_notes(_collection(data)))


def _collection(data: bytes) -> bytes:
    if not data:
        raise NotRead(EMPTY)
    if len(data) > LARGEST_FILE:
        raise NotRead(TOO_LARGE, most=LARGEST_FILE // 1_000_000)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            held = {one.filename: one for one in archive.infolist()}
            name = next((name for name in _COLLECTIONS if name in held), "")
            if not name:
                raise NotRead(NO_COLLECTION)
            content = _member(archive, held[name])
    except NotRead:
        raise
    except _BROKEN_ZIP:
        raise NotRead(NO_ZIP) from None
    return _decompressed(content) if name.endswith("b") else content


def _member(archive: zipfile.ZipFile, one: zipfile.ZipInfo) -> bytes:
    if one.flag_bits & 1:
        raise NotRead(LOCKED)
    if one.compress_type not in _PACKED:
        raise NotRead(NO_ZIP)
    with archive.open(one) as member:
        # What the archive says of its own size is a claim: one byte more than allowed is read, no more.
        return _bounded(member.read(LARGEST_COLLECTION + 1))


def _decompressed(content: bytes) -> bytes:
    reader = zstandard.ZstdDecompressor(max_window_size=LARGEST_COLLECTION).stream_reader(content)
    try:
        return _bounded(reader.read(LARGEST_COLLECTION + 1))
    except (zstandard.ZstdError, MemoryError):
        raise NotRead(DAMAGED) from None


def _bounded(content: bytes) -> bytes:
    if len(content) > LARGEST_COLLECTION:
        raise NotRead(TOO_LARGE, most=LARGEST_COLLECTION // 1_000_000)
    return content


Fields = tuple[str, list[str], list[str]]  # guid, sides, tags
STEPS_AT_ONCE, MOST_STEPS = 1_000, 3_000  # of SQLite's machine: reading ten thousand notes takes some hundred


def _notes(image: bytes) -> list[Fields]:
    """The notes of a database nobody vouches for: it is only ever read, one table of it, within a budget."""
    if len(image) < 100 or not image.startswith(b"SQLite format 3\x00"):
        raise NotRead(DAMAGED)
    # Two bytes say whether a write-ahead log lies beside the file; beside these bytes lies none.
    image = image[:18] + b"\x01\x01" + image[20:]
    budget = _Budget()
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        db.text_factory = bytes
        db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 8 * LONGEST_FIELD)
        try:
            db.execute("PRAGMA trusted_schema = OFF")
            db.deserialize(image)
            db.set_authorizer(_only_notes)
            db.set_progress_handler(budget.spent, STEPS_AT_ONCE)
            return _rows(db)
        except (sqlite3.Error, ValueError, OverflowError, MemoryError):
            raise NotRead(TOO_LONG if budget.is_spent else DAMAGED) from None


@dataclass
class _Budget:
    """How long SQLite may work for one file."""

    calls: int = 0

    @property
    def is_spent(self) -> bool:
        return self.calls > MOST_STEPS

    def spent(self) -> bool:
        self.calls += 1
        return self.is_spent


_READABLE: Mapping[str, frozenset[str]] = {
    "sqlite_master": frozenset({"type", "name", "rootpage"}),
    "notes": frozenset({"guid", "flds", "tags"}),
}


def _only_notes(
    action: int, table: str | None, column: str | None, _database: str | None, _trigger: str | None
) -> int:
    """SQLite asks before it does anything: reading these columns is allowed, whatever the file itself may ask for."""
    if action == sqlite3.SQLITE_SELECT:
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_READ and column in _READABLE.get(table or "", ()):
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY


def _rows(db: sqlite3.Connection) -> list[Fields]:
    kinds = db.execute("SELECT type, rootpage FROM sqlite_master WHERE name = 'notes'").fetchmany(2)
    # A view, or a table somebody's module would compute, is not what Anki writes.
    if [kind for kind, _ in kinds] != [b"table"] or not isinstance(kinds[0][1], int) or kinds[0][1] < 1:
        raise NotRead(NO_NOTES)
    try:
        db.execute("SELECT guid, flds, tags FROM notes LIMIT 0")
    except sqlite3.OperationalError:
        raise NotRead(NO_NOTES) from None
    rows: list[Fields] = []
    for guid, fields, tags in db.execute("SELECT guid, flds, tags FROM notes"):
        if len(rows) >= MOST_ROWS:
            raise NotRead(TOO_MANY, most=MOST_ROWS)
        rows.append((_text(guid), _text(fields).split("\x1f"), _text(tags).split()))
    return rows


def _text(value: Any) -> str:
    """A value of the table: a column that should hold text may hold anything."""
    try:
        return value.decode() if isinstance(value, bytes) else "" if value is None else str(value)
    except UnicodeDecodeError:
        raise NotRead(NO_TEXT) from None


def _cards(notes: list[Fields]) -> Brought:
    if not notes:
        raise NotRead(NO_CARDS)
    found = Gathering()
    for guid, sides, tags in notes:
        found.take_page(guid, sides, tags)
    return found.done()
