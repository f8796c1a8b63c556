"""Ideas as a page shows them: nobody's, without votes or ranks, in an order that changes by the day."""

from __future__ import annotations

import datetime
import hashlib
from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from tracktwo.concerns.board import on_the_table, read
from tracktwo.concerns.models import Idea, IdeaAnswer
from tracktwo.process.door import SeenSide, seen_sides
from tracktwo.process.models import today
from tracktwo.process.seated import Seated


@dataclass(frozen=True)
class Answered:
    """A need or a fear that an idea answers."""

    id: UUID
    side: SeenSide
    text: str
    lang: str


@dataclass(frozen=True)
class Thought:
    """An idea. Nothing says whose it was."""

    id: UUID
    text: str
    lang: str
    set_aside: bool
    answers: tuple[Answered, ...]


def ideas(seat: Seated, language: str) -> list[Thought]:
    """Every idea with what it answers; those set aside last."""
    sides = {side.id: side for side in seen_sides(seat)}
    answered: dict[UUID, list[Answered]] = defaultdict(list)
    known = {row.pk: row for row in on_the_table(seat)}
    for link in IdeaAnswer.objects.seen_by(seat):
        row = known[link.concern_id]
        said = read(seat, row.text, language)
        answered[link.idea_id].append(Answered(row.pk, sides[row.side_id], said.text, said.lang))
    found = []
    for idea in shuffled(list(Idea.objects.seen_by(seat)), today()):
        said = read(seat, idea.text, language)
        answers = tuple(sorted(answered[idea.pk], key=lambda one: (one.side.hue, one.id.bytes)))
        found.append(Thought(idea.pk, said.text, said.lang, idea.set_aside, answers))
    return sorted(found, key=lambda one: one.set_aside)


def shuffled(rows: list[Idea], day: datetime.date) -> list[Idea]:
    """The same order all day, another one tomorrow; never that in which they came."""
    return sorted(rows, key=lambda row: hashlib.sha256(f"{day}|{row.pk}".encode()).digest())
