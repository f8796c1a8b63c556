"""Cards somebody brought along are found when a page of decks shows them to another: the walk notices the fault."""

from __future__ import annotations

from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.test import Client

from tests.cast import Cast, found_in, signed_in
from tests.cast_decks import LEARNER
from tests.confidential import walk
from tests.confidential.walk import Seen
from tracktwo.learn.practice import decks, keeping

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.sqlite,
    pytest.mark.timeout(600),
    pytest.mark.xdist_group("faults"),
]
PLAYERS = ("Nia", "Sol", "Bo", "anybody")
FILES = ("as=csv&course=own", "as=csv")


def short_walk(house: Cast) -> Seen:
    return walk.walk(house, players=PLAYERS, methods=("GET", "POST"), names={"practice-decks"}.__contains__)


def brought(house: Cast) -> set[str]:
    return {word for word, what in house.words.items() if what.thing == "own card" and what.owner == LEARNER}


def test_what_nia_brought_is_found_by_nia_alone_on_the_page_and_in_files(house: Cast) -> None:
    seen = short_walk(house)
    assert seen.faults == []
    assert brought(house) <= seen.found["Nia"]
    assert not brought(house) & (seen.found["Sol"] | seen.found["Bo"] | seen.found["anybody"])


def test_a_page_of_decks_that_reads_anothers_cards_is_found(
    house: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    nia: Any = house.players["Nia"].person
    honest = keeping.kept_of
    monkeypatch.setattr(
        keeping,
        "kept_of",
        lambda request: keeping.keep_of(nia) if request.method == "GET" else honest(request),
    )
    assert short_walk(house).of("reads “own card” of")


def test_a_deck_of_own_cards_kept_between_requests_is_found(
    house: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[bytes] = []
    honest = decks.own_deck

    def once(*asked: Any) -> bytes:
        kept[:] = kept or [honest(*asked)]
        return kept[0]

    monkeypatch.setattr(decks, "own_deck", once)
    seen = visited(house)
    assert brought(house) & seen["Nia"] and brought(house) & seen["Sol"]


def test_decks_as_files_hold_own_cards_of_nobody_else(house: Cast) -> None:
    seen = visited(house)
    assert brought(house) <= seen["Nia"]
    assert not brought(house) & (seen["Sol"] | seen["Bo"] | seen["anybody"])


def visited(house: Cast) -> dict[str, set[str]]:
    """The words each of them finds in the files of the guide and of their own cards."""
    found: dict[str, set[str]] = {}
    for name in PLAYERS:
        browser = Client()
        browser.cookies.update(SimpleCookie(signed_in(house.players[name])))
        pages = [browser.get(f"/learn/practice/decks/?{query}") for query in FILES]
        assert [page.status_code for page in pages] == [200, 200]
        found[name] = {word for page in pages for word in found_in(page.content.decode(), house.words)}
    return found
