"""Texts that the panel gives in several languages: names of sides, the story, ground rules.

One sealed field holds all versions: they are written, sealed and read together.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

Text = str | Mapping[str, str]
_MARK = "\x02"  # never in text people write: forms strip controls


@dataclass(frozen=True)
class Worded:
    """A text and the language it is in; `lang` is empty where nobody said."""

    text: str
    lang: str


def pack(text: Text) -> str:
    return text if isinstance(text, str) else _MARK + json.dumps(dict(text), ensure_ascii=False)


def worded(packed: str, language: str) -> Worded:
    """The version in the reader's language, else the first one, named as what it is."""
    if not packed.startswith(_MARK):
        return Worded(packed, "")
    versions: dict[str, str] = json.loads(packed[1:])
    chosen = language if language in versions else next(iter(versions))
    return Worded(versions[chosen], chosen)


def every_version(packed: str) -> list[str]:
    """The text in all its languages."""
    return list(json.loads(packed[1:]).values()) if packed.startswith(_MARK) else [packed]
