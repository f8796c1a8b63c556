"""Looking for planted words in raw bytes, in every disguise in which a database could hold them."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator

Disguise = Callable[[bytes], Iterable[bytes]]
TOGETHER = 2  # signs; all planted words begin with the same two


def in_base64(word: bytes) -> Iterator[bytes]:
    """The word as it stands inside a longer base64 text, at each of the three places it can begin."""
    for before in range(3):
        text = base64.b64encode(b"\0" * before + word)
        first = -(-before * 8 // 6)
        whole = (before + len(word)) * 8 // 6
        yield text[first:whole]


DISGUISES: dict[str, Disguise] = {
    "as it is": lambda word: [word],
    "UTF-16": lambda word: [word.decode().encode("utf-16-le"), word.decode().encode("utf-16-be")],
    "UTF-32": lambda word: [word.decode().encode("utf-32-le")],
    "base64": in_base64,
    "hex": lambda word: [word.hex().encode(), word.hex().upper().encode()],
    "reversed": lambda word: [word[::-1]],
    "lower case": lambda word: [word.lower()],
    "upper case": lambda word: [word.upper()],
}


def found(places: Iterable[tuple[str, bytes]], words: Iterable[str]) -> list[str]:
    """Which words stand where, in which disguise."""
    searches = list(_searches({word.encode() for word in words}))
    return sorted(
        {
            f"{needles[hit]} {disguise} in {place}"
            for place, content in places
            for disguise, start, length, needles in searches
            for hit in _hits(content, start, length)
            if hit in needles
        }
    )


def _searches(words: set[bytes]) -> Iterator[tuple[str, bytes, int, dict[bytes, str]]]:
    """Needles of one length that begin alike are looked for together: disguise, beginning, length, word behind each."""
    for disguise, make in DISGUISES.items():
        groups: dict[tuple[bytes, int], dict[bytes, str]] = {}
        for word in words:
            for needle in make(word):
                groups.setdefault((needle[:TOGETHER], len(needle)), {})[needle] = word.decode()
        for (start, length), needles in groups.items():
            yield disguise, start, length, needles


def _hits(content: bytes, start: bytes, length: int) -> Iterator[bytes]:
    """Every run of bytes of this length that begins so."""
    at = content.find(start)
    while at >= 0:
        yield content[at : at + length]
        at = content.find(start, at + 1)
