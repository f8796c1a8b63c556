"""Each fault sown into the code must make the matrix fail: else a green matrix would mean nothing."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tests.cast import Cast
from tests.confidential import grants, oracle, walk
from tests.confidential.walk import Seen
from tracktwo import logs, web
from tracktwo.errors import Refusal
from tracktwo.process import door, rules, visibility
from tracktwo.process import views as process_views
from tracktwo.process.models import Process, Seat, Seats
from tracktwo.process.seated import Seated
from tracktwo.statements.models import Statement, Statements, Wording
from tracktwo.statements.rules import State
from tracktwo.vault.grants import Grant

# Who sees what is decided above the database: one walk, on SQLite; what touches rows is proven on both elsewhere.
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.sqlite,
    pytest.mark.timeout(600),
    pytest.mark.xdist_group("faults"),
]
PLAYERS = ("Bo", "Nia", "Sol", "voter of the North", "anybody")
EVERYTHING = frozenset(
    {"door", "circle", "figures", "plenary", "panel", "paper", "surveys", "ballots", "counting"}
)
NAMES = {"process", "seats", "statements", "moderate"}


def short_walk(house: Cast, *, methods: tuple[str, ...] = ("GET",)) -> Seen:
    return walk.walk(house, players=PLAYERS, methods=methods, names=NAMES.__contains__)


def unfiltered(self: Statements, seat: Seated) -> Any:
    return Statement.unscoped.filter(process_id=seat.process).prefetch_related("wording_set")


def test_without_a_fault_the_short_walk_finds_none(house: Cast) -> None:
    seen = short_walk(house)
    assert seen.faults == []
    assert [fault for fault in grants.faults(house) if fault not in grants.KNOWN] == []


def test_a_dropped_filter_is_found_and_yields_no_word_since_the_grant_does_not_open_it(
    house: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Statements, "seen_by", unfiltered)
    seen = short_walk(house)
    assert seen.of("status")  # the page breaks off as if it were not there
    assert seen.of("leak: Sol reads “statement, waiting”") == []


def test_a_dropped_filter_with_a_grant_too_wide_is_found_as_a_leak(
    house: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Statements, "seen_by", unfiltered)
    monkeypatch.setattr(Wording, "grant_for", lambda self, seat, own: Grant(seat.process, EVERYTHING))
    # A page that takes whatever the query gives for open.
    monkeypatch.setattr(
        "tracktwo.statements.views._seen",
        lambda seat, *_more, **_such: [
            replace(row.seen(seat, "en"), state=State.OPEN) for row in Statement.objects.seen_by(seat)
        ],
    )
    seen = short_walk(house)
    assert seen.of("leak: Sol reads “statement, waiting” of Nia")


def test_seats_that_hold_every_scope_are_found(house: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "scopes_of", lambda *_of, **_options: EVERYTHING)
    seen = short_walk(house)
    assert seen.of("leak: voter of the North reads “title”")
    assert any("ballot" in fault for fault in grants.faults(house))


def test_a_door_that_opens_to_the_circle_is_found(house: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def wide(process: Any) -> Grant:
        return Grant(process=process, scopes=frozenset({"door", "circle"}))

    monkeypatch.setattr(visibility, "at_the_door", wide)
    assert "anybody opens “story” at the door" in grants.faults(house)


def test_a_page_that_shows_a_real_name_is_found(house: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def labels(seat: Seated, rows: list[Seat]) -> list[dict[str, Any]]:
        opened = Grant(seat.process, frozenset({"panel"}))
        return [{"id": row.pk, "label": row.name.open(opened) if row.name else ""} for row in rows]

    monkeypatch.setattr(process_views, "_labels", labels)
    assert short_walk(house).of("leak: Nia reads “real name” of Noor")


def test_a_roster_without_its_filter_is_found(house: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Seats, "seen_by", lambda self, seat: Seat.unscoped.filter(process_id=seat.process))
    assert short_walk(house).faults


def test_logs_that_print_the_values_are_found(house: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs.Discreet, "format", logging.Formatter.format)
    assert short_walk(house).of("log:")


def test_a_page_not_found_that_says_more_is_found(house: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = visibility.take_seat

    def telling(person: Any, process: Any) -> Seated:
        if Process.unscoped.filter(pk=process).exists() and not Seat.unscoped.filter(
            process_id=process, person_id=getattr(person, "pk", None) or house.missing
        ):
            raise Refusal("You have no seat in this process.")
        return honest(person, process)

    monkeypatch.setattr(visibility, "take_seat", telling)
    assert short_walk(house).of("differs: to Sol, “other”")


def test_one_byte_more_is_found(house: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def not_here(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
        known = Process.unscoped.filter(pk=request.path.split("/")[2]).exists()
        return HttpResponse(render(request, "404.html").content + (b" " if known else b""), status=404)

    monkeypatch.setattr(web, "not_here", not_here)
    assert short_walk(house).of("differs: to Nia, “other”")


def test_a_code_on_a_page_is_found(house: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = door.frame

    def telling(seat: Seated, who_sees: str, **more: Any) -> dict[str, Any]:
        return honest(seat, f"{who_sees} {house.codes['of Noor']}", **more)

    monkeypatch.setattr(process_views, "frame", telling)
    seen = short_walk(house)
    assert seen.of("leak: Nia reads a code")
    assert seen.of("leak: Nia reads “code” of Noor")


def test_an_address_nobody_thought_of_is_found(house: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oracle, "addresses", lambda _method: {})
    assert short_walk(house).of("no row")


def test_a_style_of_its_own_on_a_page_is_found(house: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def not_here(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
        return HttpResponse('<p style="color:red">?<img src="https://elsewhere.example/x.png">', status=404)

    monkeypatch.setattr(web, "not_here", not_here)
    seen = short_walk(house)
    assert seen.of("hygiene: inline")
    assert seen.of("hygiene: it names another server")


def test_headers_left_out_are_found(house: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web.Headers, "ALWAYS", {})
    assert short_walk(house).of("hygiene: Cross-Origin-Opener-Policy") or short_walk(house).of(
        "hygiene: Permissions"
    )


def test_a_page_for_everybody_that_was_for_facilitators_is_found(
    house: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = visibility.take_seat

    def promoted(person: Any, process: Any) -> Seated:
        seat = honest(person, process)
        return Seated(**{**vars(seat), "role": rules.Role.FACILITATOR})

    monkeypatch.setattr(visibility, "take_seat", promoted)
    assert short_walk(house).of("not 404: participant Nia, GET moderate of own")
