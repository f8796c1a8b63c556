"""Looking for planted words in raw bytes, in every disguise in which a database could hold them."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Iterator
from os.path import commonpath

Disguise = Callable[[bytes], Iterable[bytes]]
BASE64 = rb"[A-Za-z0-9+/_-]"


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
    """Which words stand where, in which disguise. One pass over the bytes for each disguise."""
    searches = list(_searches({word.encode() for word in words}))
    return sorted(
        {
            f"{needles[hit]} {disguise} in {place}"
            for place, content in places
            for disguise, shape, needles in searches
            for hit in shape.findall(content)
            if hit in needles
        }
    )


def _searches(words: set[bytes]) -> Iterator[tuple[str, re.Pattern[bytes], dict[bytes, str]]]:
    """Patterns that match every needle of one length, and the word behind each needle."""
    for disguise, make in DISGUISES.items():
        groups: dict[tuple[int, int], dict[bytes, str]] = {}
        for word in words:
            for number, needle in enumerate(make(word)):
                groups.setdefault((number, len(needle)), {})[needle] = word.decode()
        for (_, length), needles in groups.items():
            start = commonpath(list(needles))
            if len(start) >= 2 and len(needles) > 20:
                shape = re.compile(b"(?=(" + re.escape(start) + b".{%d}))" % (length - len(start)), re.DOTALL)
            else:
                shape = re.compile(b"(?=(" + b"|".join(map(re.escape, needles)) + b"))")
            yield disguise, shape, needles
