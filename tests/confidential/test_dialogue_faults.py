"""Each fault sown into the rooms must be found on a walk through them: else a green matrix would mean nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import Cast
from tests.confidential import walk
from tests.confidential.walk import Seen
from tracktwo.dialogue import models, rules, views
from tracktwo.dialogue.models import Entered, Errand, Remark, Room
from tracktwo.process import visibility
from tracktwo.process.rules import RoomKind
from tracktwo.vault.grants import Grant

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.sqlite,
    pytest.mark.timeout(600),
    pytest.mark.xdist_group("faults"),
]
NAMES = {"rooms", "room", "room-live", "minutes"}


@pytest.fixture
def short_walk(house: Cast, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A walk through the rooms only, of one of each side and a facilitator."""
    honest = walk.asked

    def asked(cast: Cast, methods: Any, **more: Any) -> Any:
        return (ask for ask in honest(cast, methods, **more) if ask.name in NAMES)

    monkeypatch.setattr(walk, "asked", asked)
    return lambda: walk.walk(house, players=("Bo", "Noor", "Sol", "anybody"), methods=("GET",))


def test_without_a_fault_the_walk_through_the_rooms_finds_none(short_walk: Any) -> None:
    seen: Seen = short_walk()
    assert seen.faults == []


def test_rooms_that_let_everybody_in_are_found(short_walk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visibility, "is_in", lambda seat, room, listed: room.process_id == seat.process)
    seen: Seen = short_walk()
    assert seen.of("leak: Sol reads “caucus remark”")
    assert seen.of("leak: Bo reads “caucus remark”")
    assert seen.of("leak: Noor reads “remark in a small room”")
    assert seen.of("differs: to Sol, “caucus of the North”")


def test_a_panel_that_belongs_in_every_caucus_is_found(
    short_walk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = visibility.is_in
    monkeypatch.setattr(
        visibility,
        "is_in",
        lambda seat, room, listed: (
            honest(seat, room, listed) or (room.kind == RoomKind.CAUCUS and seat.on_panel)
        ),
    )
    assert short_walk().of("leak: Bo reads “caucus remark”")


def test_words_that_wait_shown_to_others_are_found(short_walk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        models, "waiting_of", lambda sitting, _own: list(Remark.unscoped.filter(sitting=sitting, place=None))
    )
    assert short_walk().of("leak: Noor reads “waiting remark” of Nia")


def test_a_message_that_reaches_the_other_side_in_its_authors_words_is_found(
    house: Cast, short_walk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "errands_from", lambda here: list(Errand.unscoped.filter(to_room=here.room)))
    seen: Seen = short_walk()
    assert seen.faults == []  # the grant of the room does not open them: the page breaks off
    carried = {word for word, what in house.words.items() if what.thing == "carried message"}
    assert not carried & seen.found["Noor"]

    def wide(here: Entered, sittings: Any = ()) -> Grant:
        rooms = Room.unscoped.filter(process_id=here.seat.process).values_list("pk", flat=True)
        narrow = visibility.in_room(here.seat, here.room, here.listed, sittings).scopes
        return Grant(here.seat.process, narrow | {rules.scope_of_room(pk) for pk in rooms})

    monkeypatch.setattr(Entered, "grant", wide)
    assert short_walk().of("leak: Noor reads “errand”")


def test_minutes_shown_before_they_are_restated_are_found(
    short_walk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "reads_minutes", lambda state, role: True)
    assert short_walk().of("leak: Sol reads “minutes, draft”")


def test_corrections_shown_to_the_whole_room_are_found(
    short_walk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MINUTE_TAKERS", rules.IN_ROOMS)
    assert short_walk().of("leak: Noor reads “correction” of Sam")


def test_a_board_for_everybody_is_found(short_walk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = views._seen_room

    def telling(here: Entered, grant: Grant, sides: Any) -> dict[str, Any]:
        seen = honest(here, grant, sides)
        every = Room.unscoped.filter(process_id=here.seat.process, kind=RoomKind.CAUCUS)
        opened = Grant(here.seat.process, frozenset({"rooms"}))
        return seen | {"attribution": " ".join(row.name.open(opened) for row in every)}

    monkeypatch.setattr(views, "_seen_room", telling)
    assert short_walk().of("leak: Sol reads “name of a caucus”")
