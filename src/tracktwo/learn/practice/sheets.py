"""Decks as sheets (CSV): a row for each card, for a spreadsheet or another program. Bytes in, bytes out.

Pure. Written as UTF-8 with a mark at the beginning (a BOM): without it Excel takes Arabic and French for another
encoding, and every program that reads UTF-8 knows the mark. Read with commas, semicolons or tabs, with a head or
without, and as Anki writes its "notes in plain text".
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

from tracktwo.errors import gettext_noop
from tracktwo.learn.practice.brought import NO_CARDS, Brought, Gathering, NotRead

LARGEST_FILE = 3_000_000
LONGEST_CELL = 100_000
HEAD = ("id", "front", "back", "tags")
# How others name these columns.
NAMES = {
    "id": ("id", "guid"),
    "front": ("front", "question", "term", "recto", "mot", "terme", "الوجه", "سؤال", "مصطلح"),
    "back": ("back", "answer", "definition", "verso", "réponse", "définition", "الظهر", "جواب", "تعريف"),
    "tags": ("tags", "tag", "labels", "étiquettes", "وسوم"),
}
_FORMULA = tuple("=+-@＝＋－＠\t\r")  # a spreadsheet would take a cell that begins so for a formula
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "space": " ", "pipe": "|", "colon": ":"}

EMPTY = gettext_noop("This file is empty. Export the sheet once more.")
TOO_LARGE = gettext_noop("This sheet is too large (%(most)s megabytes at most). Bring it in parts.")
NO_TEXT = gettext_noop(
    "This sheet is not written in UTF-8. Save it once more as “CSV UTF-8”, and bring that file."
)
NO_SHEET = gettext_noop(
    "This sheet cannot be read near row %(row)s: a quotation mark is missing there, or a cell is too long. Correct the "
    "row and bring the file again."
)
NO_COLUMNS = gettext_noop(
    "This sheet has no column for the front and for the back of cards. Call them front and back in the first row, or "
    "let them be the first two columns."
)


# --- writing ----------------------------------------------------------------------------------------


def written(rows: Iterable[tuple[str, str, str, Iterable[str]]]) -> bytes:
    """Cards as CSV: id, front and back in Markdown, tags with spaces between them."""
    out = io.StringIO()
    sheet = csv.writer(out, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    sheet.writerow(HEAD)
    for name, front, back, tags in rows:
        said = (name, front, back, " ".join("-".join(tag.split()) for tag in tags))
        sheet.writerow([guarded(cell.replace("\r\n", "\n").replace("\r", "\n")) for cell in said])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def guarded(text: str) -> str:
    """No cell that people wrote is a formula in a spreadsheet; what stood there comes back by `unguarded`."""
    return f"'{text}" if text.lstrip("'").startswith(_FORMULA) else text


def unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(_FORMULA) else cell


# --- reading ----------------------------------------------------------------------------------------


def read(data: bytes) -> Brought:
    """The cards of a sheet. NotRead in one sentence where it cannot be read."""
    if not data.strip():
        raise NotRead(EMPTY)
    if len(data) > LARGEST_FILE:
        raise NotRead(TOO_LARGE, most=LARGEST_FILE // 1_000_000)
    text = _decoded(data)
    said, text = _said_of_itself(text)
    rows = _rows(text, said.separator or _separator(text))
    columns, rows = _columns(said, rows)
    found = Gathering()
    for row in rows:
        _take(found, row, columns, said.html)
    return found.done()


def _decoded(data: bytes) -> str:
    """Text in UTF-8, or in the UTF-16 that spreadsheets call Unicode text and mark as such."""
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        raise NotRead(NO_TEXT) from None
    if "\x00" in text:
        raise NotRead(NO_TEXT)
    return text


@dataclass
class _Said:
    """What a sheet of Anki says of itself in lines that begin with #; columns count from 0."""

    separator: str = ""
    html: bool = False
    guid: int | None = None
    tags: int | None = None
    skipped: tuple[int, ...] = ()  # the deck, the kind of note


def _said_of_itself(text: str) -> tuple[_Said, str]:
    said = _Said()
    while text.startswith("#") and ":" in text.partition("\n")[0]:
        line, _, rest = text.partition("\n")
        name, _, value = line[1:].strip().casefold().partition(":")
        value = value.strip()
        if name == "separator":
            said.separator = SEPARATORS.get(value, value if len(value) == 1 and value.isprintable() else "")
        elif name == "html":
            said.html = value == "true"
        elif name in ("guid column", "tags column", "deck column", "notetype column"):
            _column(said, name.partition(" ")[0], value)
        elif name not in ("columns", "tags", "deck", "notetype"):
            break  # a card whose front begins with #
        text = rest
    return said, text


def _column(said: _Said, name: str, value: str) -> None:
    if not (value.isascii() and value.isdecimal() and 1 <= len(value) <= 3):
        return
    place = int(value) - 1
    if name == "guid":
        said.guid = place
    elif name == "tags":
        said.tags = place
    else:
        said.skipped = (*said.skipped, place)


def _separator(text: str) -> str:
    """Whichever divides the first line into most cells; a tab before a semicolon before a comma."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max("\t;,", key=first.count)


def _rows(text: str, separator: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows = []
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                if any(len(cell) > LONGEST_CELL for cell in row):
                    raise NotRead(NO_SHEET, row=reader.line_num)
                rows.append([unguarded(cell) for cell in row])
    except csv.Error:
        raise NotRead(NO_SHEET, row=reader.line_num) from None
    return rows


@dataclass(frozen=True)
class _Columns:
    front: int
    back: tuple[int, ...]
    guid: int | None = None
    tags: int | None = None


def _columns(said: _Said, rows: list[list[str]]) -> tuple[_Columns, list[list[str]]]:
    """Which column is what: by the names in the first row, by what the sheet says of itself, or by their order."""
    if not rows:
        raise NotRead(NO_CARDS)
    head = {name: place for place, cell in reversed(list(enumerate(rows[0]))) if (name := _named(cell))}
    if "front" in head and "back" in head:
        return _Columns(head["front"], (head["back"],), head.get("id"), head.get("tags")), rows[1:]
    apart = {said.guid, said.tags, *said.skipped}
    width = max(map(len, rows))
    sides = [place for place in range(width) if place not in apart]
    if len(sides) < 2:
        raise NotRead(NO_COLUMNS)
    # Without a word on what is what, a third column is not taken for a part of the answer.
    back = tuple(sides[1:]) if said.guid is not None or said.tags is not None else (sides[1],)
    return _Columns(sides[0], back, said.guid, said.tags), rows


def _named(cell: str) -> str:
    said = cell.strip().casefold()
    return next((name for name, words in NAMES.items() if said in words), "")


def _take(found: Gathering, row: list[str], columns: _Columns, html: bool) -> None:
    def cell(place: int | None) -> str:
        return row[place].strip() if place is not None and place < len(row) else ""

    guid, tags = cell(columns.guid), cell(columns.tags).split()
    sides = [cell(columns.front), *(cell(place) for place in columns.back)]
    if html:
        found.take_page(guid, sides, tags)
    else:
        found.take_text(guid, sides, tags)
