"""Two worlds that differ only in what somebody may not see give that somebody the same bytes, page by page.

The twin of the house is the house itself, changed and taken back: whatever the table keeps from somebody has other
words in it there (and longer ones), and what stands by itself is not there at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from tests.cast import Cast, Player, found_in
from tests.confidential import grants, oracle, walk
from tests.confidential.oracle import NEVER
from tests.confidential.walk import Ask, Walker
from tracktwo.preparation.models import Candidate
from tracktwo.vault.fields import SealedField

# Who sees what is decided above the database: one pass, on SQLite.
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.sqlite,
    pytest.mark.timeout(1200),
    pytest.mark.xdist_group("twins"),
]

# Rows that stand by themselves: in the twin they are gone where somebody may not see any of them. Of all others
# (a seat, a process, a run) something may be known, so that only their words differ.
ALONE = {
    "Actor",
    "Candidate",
    "Concern",
    "ConflictAnalysis",
    "Constraint",
    "Correction",
    "Declaration",
    "Errand",
    "Intake",
    "Line",
    "Minutes",
    "Perception",
    "ReentryPlan",
    "Relation",
    "Remark",
    "Risk",
    "RoundBallot",
}
PLAYERS = (
    "Bo", "Cleo", "newcomer", "expert", "rapporteur", "interpreter", "evaluator", "observer", "Nia", "Noor", "Wim", "Sol",
    "Sam", "Eda", "voter of the North", "voter of the South", "voter of the East", "Ada", "Oren", "anybody",
)  # fmt: skip


def kept_from(house: Cast, player: Player) -> Iterator[tuple[str, Any, list[Any]]]:
    """The rows with something that the table keeps from somebody: "alone" or "part", the row, its fields."""
    names = {pid: name for name, pid in house.processes.items()}
    rows: dict[tuple[str, Any], tuple[Any, list[Any], list[bool]]] = {}
    for column, row, value in grants.sealed_values():
        if names.get(row.process_id) != "own":
            continue
        _, fields, hidden = rows.setdefault((type(row).__name__, row.pk), (row, [], []))
        words = list(grants._words(house, column, "own", value, row))
        secret = bool(words) and all(oracle.says(player, word) == NEVER for word in words)
        hidden.append(secret or not words)
        if secret and column.split(".")[0] not in ("Ballot", "AnalysisRun"):
            fields.append(type(row)._meta.get_field(column.split(".")[1]))
    for (model, _), (row, fields, hidden) in rows.items():
        if fields:
            yield ("alone" if model in ALONE and all(hidden) else "part"), row, fields


def reword(house: Cast, row: Any, fields: list[SealedField]) -> None:
    """Other words, and longer ones, in some fields of a row."""
    for field in fields:
        text = grants.all_of(getattr(row, field.attname), row)
        if text is None:
            continue
        for word in set(found_in(text, house.words)):
            text = text.replace(word, f"another {word[::-1]} and more of it")
        setattr(row, field.attname, text)
    row.save()


@contextmanager
def twin_of(house: Cast, player: Player) -> Iterator[int]:
    """The other world, for one reader; gives in how many rows it differs."""
    changed = list(kept_from(house, player))
    with transaction.atomic():
        for how, row, fields in changed:
            if how == "part":
                reword(house, row, fields)
        for how, row, _ in changed:
            if how == "alone":
                type(row).unscoped.filter(pk=row.pk).delete()
        yield len(changed)
        transaction.set_rollback(True)


def pages(house: Cast, player: Player) -> dict[str, str]:
    """Everything that somebody gets to read, by what was asked."""
    walker = Walker(house, judge=False)
    cache.clear()
    read = {}
    for ask in asked(house):
        for language in ("en", "ar"):
            answer = walker.answer(player, Ask(ask.name, ask.url, ask.thing, language=language))
            read[f"{ask} {language}"] = walk.neutral(ask, answer)
            if answer.status == 404:  # what is not there is not there in any language
                break
    return read


def asked(house: Cast) -> list[Ask]:
    return [ask for ask in walk.asked(house, ("GET",)) if ask.url.startswith(f"/p/{house.processes['own']}/")]


def differing(house: Cast, name: str) -> list[str]:
    player = house.players[name]
    here = pages(house, player)
    with twin_of(house, player) as count:
        there = pages(house, player)
    assert count > 20 or player.place in oracle.PANEL, "the twin is hardly another world"
    return sorted(asked for asked in {**here, **there} if here.get(asked) != there.get(asked))


@pytest.mark.parametrize("name", PLAYERS)
def test_what_somebody_may_not_see_changes_no_byte_of_what_they_see(house: Cast, name: str) -> None:
    assert differing(house, name) == []


def test_all_of_the_cast_has_a_twin_world(house: Cast) -> None:
    assert set(PLAYERS) == set(house.players)


def test_a_page_that_counts_what_it_does_not_show_is_found(
    house: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tracktwo.urls import urlpatterns

    assert Candidate.unscoped.filter(process_id=house.processes["own"]).exists()
    pattern = next(one for one in urlpatterns if one.name == "process")
    honest = pattern.callback

    def telling(request: HttpRequest, **named: Any) -> HttpResponse:
        answer: HttpResponse = honest(request, **named)
        answer.content += str(Candidate.unscoped.count()).encode()
        return answer

    monkeypatch.setattr(pattern, "callback", telling)
    assert any(fault.startswith("GET process") for fault in differing(house, "Nia"))


def test_a_grant_that_opens_too_much_shows_in_the_twin(house: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sol's page of seats with everybody's label on it: another world reads differently there."""
    from tracktwo.process.models import Seat, Seats
    from tracktwo.vault.grants import Grant

    sides = {str(side) for side in Seat.unscoped.values_list("side_id", flat=True)}
    everything = frozenset(f"roster:{side}" for side in (*sides, "panel", "circle"))
    monkeypatch.setattr(Seats, "seen_by", lambda self, seat: Seat.unscoped.filter(process_id=seat.process))
    monkeypatch.setattr(
        "tracktwo.process.views.visibility.own_seat", lambda seat: Grant(seat.process, everything)
    )
    monkeypatch.setattr("tracktwo.process.seated.Seated.__getattribute__", _wide(everything), raising=False)
    assert any(fault.startswith("GET seats") for fault in differing(house, "Sol"))


def _wide(more: frozenset[str]) -> Any:
    from tracktwo.vault.grants import Grant

    def read(seat: Any, name: str) -> Any:
        value = object.__getattribute__(seat, name)
        return Grant(value.process, value.scopes | more) if name == "grant" else value

    return read
