"""Templates a process can begin from: text that a convenor can edit, in content/templates. Pure.

A file `KEY.LANGUAGE.md` has a head (name, state, kind) and three parts, each under a heading of its own: what it is
for, the ground rules to begin from (the word `chatham`, or a text), and the agenda.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import tracktwo
from tracktwo.content.templates import chatham
from tracktwo.errors import BadInput
from tracktwo.preparation import agenda

FOLDER = Path(tracktwo.__file__).parent / "content" / "templates"
KEYS = ("problem-solving-workshop", "sustained-dialogue", "consultation", "crisis", "exercise")
LANGUAGES = ("en", "fr", "ar")
STATES = ("source", "draft", "reviewed")
KINDS = ("real", "exercise")
CHATHAM = "chatham"

_HEAD = re.compile(r"---\n(.*?)\n---\n(.*)", re.DOTALL)
_PARTS = re.compile(r"^## .*$", re.MULTILINE)


@dataclass(frozen=True)
class Template:
    """A way to begin, in one language."""

    key: str
    language: str
    name: str
    state: str
    kind: str
    purpose: str
    rules: str
    agenda: str


@cache
def load(key: str) -> Mapping[str, Template]:
    """A template in each language."""
    return {language: _read(FOLDER / f"{key}.{language}.md") for language in LANGUAGES}


def rules_of(key: str) -> dict[str, str]:
    """The ground rules a template begins from, in each language."""
    return {
        language: chatham()[language] if one.rules == CHATHAM else one.rules
        for language, one in load(key).items()
    }


def _read(path: Path) -> Template:
    key, language, _md = path.name.split(".")
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, UnicodeDecodeError) as fault:
        what = "the file is missing" if isinstance(fault, FileNotFoundError) else "the file is not UTF-8"
        raise BadInput(what, where=path.name, remedy="write it anew as UTF-8 text") from None
    head = _HEAD.fullmatch(text)
    if head is None:
        raise BadInput("has no head", where=path.name, remedy="begin with --- and name, state and kind")
    said = _said(head[1], path.name)
    parts = [part.strip() for part in _PARTS.split(head[2])[1:]]
    if len(parts) != 3 or not all(parts):
        remedy = "write what it is for, the ground rules and the agenda, each under a line with ##"
        raise BadInput("does not have three parts", where=path.name, remedy=remedy)
    if faults := agenda.read(parts[2]).faults:
        raise BadInput(
            f"its agenda cannot be read: {faults[0]}".rstrip("."), where=path.name, remedy="correct it"
        )
    return Template(key, language, said["name"], said["state"], said["kind"], *parts)


def _said(head: str, where: str) -> dict[str, str]:
    """Name, state and kind from the head."""
    said = {
        word.strip(): value.strip() for word, _, value in (line.partition(":") for line in head.splitlines())
    }
    allowed = {"state": STATES, "kind": KINDS}
    if not said.get("name") or any(said.get(word) not in values for word, values in allowed.items()):
        remedy = f"name it; state is one of {', '.join(STATES)}, kind one of {', '.join(KINDS)}"
        raise BadInput("its head is not complete", where=where, remedy=remedy)
    return said
