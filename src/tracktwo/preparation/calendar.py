"""The agenda as a calendar file (RFC 5545). Pure.

A phone shows it to whoever looks at the phone, and may send it to somebody's servers: each entry is called by the
cover title and the number of the session, and says nothing else. Five properties and no text that people write in
confidence: that needs no library.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from hashlib import sha256

from tracktwo.preparation.agenda import Agenda, held

_ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})
_WIDTH = 75  # octets of a line; what is longer goes on in the next, after a blank


def calendar_file(agenda: Agenda, *, title: str, key: bytes, made: datetime.date) -> str:
    """Every session with a date. `key` keeps the names of entries apart from those of other processes."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//calendar//EN", "CALSCALE:GREGORIAN"]
    lines += _entries(agenda, title, key, made)
    return "".join(f"{part}\r\n" for line in [*lines, "END:VCALENDAR"] for part in _folded(line))


def _entries(agenda: Agenda, title: str, key: bytes, made: datetime.date) -> Iterator[str]:
    for one in held(agenda):
        if one.session.is_pause:
            continue
        number = str(one.session.number)
        yield from (
            "BEGIN:VEVENT",
            f"UID:{sha256(key + b'|' + number.encode()).hexdigest()[:40]}",
            f"DTSTAMP:{made:%Y%m%d}T000000Z",
            f"DTSTART:{one.begins:%Y%m%dT%H%M%SZ}",
            f"DTEND:{one.ends:%Y%m%dT%H%M%SZ}",
            f"SUMMARY:{title.translate(_ESCAPED)} {number}",
            "CLASS:PRIVATE",
            "END:VEVENT",
        )


def _folded(line: str) -> Iterator[str]:
    """A line in parts of at most 75 octets; no letter is cut in two."""
    part, size = "", 0
    for sign in line:
        octets = len(sign.encode())
        if size + octets > _WIDTH:
            yield part
            part, size = " ", 1
        part, size = part + sign, size + octets
    yield part
