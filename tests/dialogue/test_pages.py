"""Rooms as people find them on their pages."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tests.dialogue.rooms import NONE, House
from tracktwo.dialogue import acts
from tracktwo.dialogue.models import Errand, Hand, Keep, Minutes, Remark, Room, RoomSeat, Sitting
from tracktwo.process.rules import RoomKind

pytestmark = pytest.mark.django_db


class Page:
    """A room in somebody's browser."""

    def __init__(self, there: House, room: Room | None, who: str = "") -> None:
        self.client: Client = there.table.client(who)
        self.path = f"/p/{there.table.id}/rooms/" + (f"{room.pk}/" if room else "")

    def send(self, do: str, **fields: Any) -> int:
        return self.client.post(self.path, {"do": do, **fields}).status_code

    def read(self, query: str = "") -> str:
        answer = self.client.get(self.path + query)
        assert answer.status_code == 200
        return re.sub(r"\s+", " ", answer.content.decode())


def test_a_facilitator_opens_changes_and_arranges_rooms_on_the_board(there: House) -> None:
    board = Page(there, None)
    assert "Open a room" in board.read()
    new = {"kind": "mixed", "name": "Tea", "attribution": "side", "tick": "5"}
    assert board.send("open", **new | {"criterion": "youth"}) == 400
    assert board.send("open", **new) == 302
    room = Room.unscoped.get()
    assert board.send("in", room=room.pk, seat=there.table.seats["Nia"]) == 302
    assert RoomSeat.unscoped.count() == 1
    assert board.send("begin", room=room.pk) == 302
    changed = {"name": "Coffee", "attribution": "none", "tick": "10"}
    assert board.send("change", room=room.pk, **changed) == 302
    assert board.send("change", room=room.pk, **changed | {"attribution": "named"}) == 409
    page = board.read()
    assert "Coffee" in page
    assert "sits now" in page
    assert Page(there, room, "Nia").send("call") == 302
    assert "calls a facilitator" in board.read()
    assert board.send("answer", room=room.pk) == 302
    assert "calls a facilitator" not in board.read()
    assert board.send("end", room=room.pk) == 302
    assert board.send("out", room=room.pk, seat="not an id") == 404
    assert board.send("") == 404
    assert Page(there, None, "Nia").send("open", **new) == 404


def test_somebody_speaks_and_everybody_in_the_room_reads_it(there: House) -> None:
    room = there.open(RoomKind.PLENARY)
    there.sit(room)
    nia, sol = Page(there, room, "Nia"), Page(there, room, "Sol")
    assert nia.send("say", text="By name.", attribution="named") == 302
    assert nia.send("say", text="", attribution="named") == 400
    assert nia.send("say", text="Whose?", attribution="none") == 302
    page = sol.read()
    assert "By name." in page
    assert 'remark-name">Nia<' in page
    assert "Whose?" not in page
    own = nia.read()
    assert "Whose?" in own
    assert nia.send("withdraw", remark=Remark.unscoped.get(place=None).pk) == 302
    assert "Whose?" not in nia.read()
    assert nia.send("withdraw", remark="x") == 404


def test_the_composer_tells_how_each_choice_shows_and_how_large_the_crowd_is(there: House) -> None:
    room = there.open(RoomKind.PLENARY)
    there.sit(room)
    page = Page(there, room, "Nia").read()
    assert "Shown as: Nia, North." in page
    assert "Shown as: North. You are one of 3: what is unattributed can be guessed." in page
    assert "You are one of perhaps only 4" in page
    assert "Shown as: the panel." in Page(there, room, "expert").read()
    for n in range(4):
        there.table.seat(f"n{n}", place=1)
    assert "You are one of at least 8." in Page(there, room, "Nia").read()


def test_a_room_without_attribution_has_no_queue_and_tells_its_next_tick(there: House) -> None:
    room = there.open(RoomKind.PLENARY, NONE)
    there.sit(room)
    page = Page(there, room, "Nia").read()
    assert "Next tick:" in page
    assert "Raise my hand" not in page
    assert Page(there, room, "Nia").send("hand") == 404


def test_hands_are_raised_and_the_floor_is_given_on_the_page(there: House) -> None:
    room = there.open(RoomKind.PLENARY)
    there.sit(room)
    nia, lead = Page(there, room, "Nia"), Page(there, room)
    assert nia.send("hand") == 302
    assert "Lower my hand" in nia.read()
    assert "Give the floor" not in nia.read()
    hand = Hand.unscoped.get()
    assert "Give the floor" in lead.read()
    assert lead.send("floor", hand=hand.pk) == 302
    assert "Speaking now:" in Page(there, room, "Sol").read()
    assert lead.send("floor", hand="") == 302
    assert "Nobody has the floor." in nia.read()
    assert nia.send("hand") == nia.send("lower") == nia.send("call") == nia.send("uncall") == 302
    assert not Hand.unscoped.exists()


def test_keeping_is_decided_alone_and_kept_sittings_are_read_again(there: House) -> None:
    room = there.open(RoomKind.MIXED)
    for who in ("Nia", "Sol"):
        acts.move(room=room.pk, seat=there.table.seats[who], to_be_in=True, by=there.table.lead)
    there.sit(room)
    there.say(room, "Nia", "To be kept.")
    nia, sol = Page(there, room, "Nia"), Page(there, room, "Sol")
    assert nia.send("keep") == nia.send("unkeep") == nia.send("keep") == 302
    assert "I am for keeping it" in sol.read()
    assert sol.send("keep") == 302
    assert Keep.unscoped.count() == 2
    assert Page(there, None).send("end", room=room.pk) == 302
    assert "does not sit now" in sol.read()
    assert "To be kept." in sol.read("?kept=1")
    assert "To be kept." not in sol.read("?kept=2")


def test_long_sittings_show_their_last_remarks_and_the_others_by_a_link(
    there: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracktwo.dialogue.views.SHOWN", 2)
    room = there.open(RoomKind.PLENARY)
    there.sit(room)
    for number in range(4):
        there.say(room, "Nia", f"word {number}.")
    page = Page(there, room, "Sol")
    assert [n for n in range(4) if f"word {n}." in page.read()] == [2, 3]
    assert [n for n in range(4) if f"word {n}." in page.read("?all")] == [0, 1, 2, 3]


def test_a_caucus_begins_invites_and_ends_on_its_page(there: House) -> None:
    there.open(RoomKind.CAUCUS)
    room = there.of_side(RoomKind.CAUCUS, 1)
    nia, expert = Page(there, room, "Nia"), Page(there, room, "expert")
    assert nia.send("begin") == 302
    assert expert.send("say", text="x", attribution="named") == 404
    assert nia.send("invite", role="expert") == 302
    assert "End the invitation" in nia.read()
    assert "End the invitation" not in expert.read()
    assert expert.send("uninvite", role="expert") == 404
    assert nia.send("uninvite", role="expert") == 302
    assert nia.send("invite", role="voter") == 404
    assert nia.send("end") == 302
    assert Sitting.unscoped.get().ended
    assert nia.send("dance") == 404


def test_a_message_is_left_taken_back_and_carried_on_the_page(there: House) -> None:
    there.open(RoomKind.SHUTTLE)
    north, south = there.of_side(RoomKind.SHUTTLE, 1), there.of_side(RoomKind.SHUTTLE, 2)
    nia, expert, sol = Page(there, north, "Nia"), Page(there, north, "expert"), Page(there, south, "Sol")
    for text in ("Tell them A.", "Tell them B."):
        assert nia.send("message", side=there.table.sides[1].pk, text=text) == 302
    assert nia.send("message", side="nowhere", text="x") == 302
    rows = {"A": None, "B": None} | {
        name: row.pk
        for row in Errand.unscoped.all()
        for name in "AB"
        if f"Tell them {name}." == row.leave.open(there_grant(there, north))
    }
    assert nia.send("take-back", errand=rows["A"]) == 302
    assert expert.send("carry", errand=rows["B"], text="The panel heard B.") == 302
    assert expert.send("carry", errand=rows["B"], text="") == 302
    page = sol.read()
    assert "The panel heard B." in page
    assert "Tell them" not in page
    assert "Tell them A." not in expert.read()
    assert "carried, in the panel’s words" in nia.read()


def there_grant(there: House, room: Room) -> Any:
    from tracktwo.dialogue.models import entered

    return entered(there.table.at("Nia"), room.pk).grant()


def test_minutes_are_written_restated_corrected_and_stand_on_their_page(there: House) -> None:
    room = there.open(RoomKind.PLENARY)
    taker, nia = Page(there, room, "rapporteur"), Page(there, room, "Nia")
    for page in (taker, nia):
        page.path += "minutes/"
    assert taker.send("write", text="") == 400
    assert nia.send("write", text="") == nia.send("write", text="x") == 404
    assert taker.send("write", text="It was said that the gauge counts.") == 302
    row = Minutes.unscoped.get()
    assert "gauge" not in nia.read()
    assert taker.send("restated", minutes=row.pk) == 302
    assert "gauge" in nia.read()
    assert nia.send("correct", minutes=row.pk, text="Both gauges.") == 302
    assert nia.send("correct", minutes=row.pk, text="") == 302
    assert "Both gauges." in taker.read()
    assert "Both gauges." in nia.read()
    said = re.search(r'name="correction" value="([0-9a-f-]+)"', taker.read())
    assert said is not None
    assert taker.send("take-up", correction=said[1]) == 302
    assert taker.send("write", minutes=row.pk, text="It was said that both gauges count.") == 302
    assert taker.send("restated", minutes=row.pk) == taker.send("standing", minutes=row.pk) == 302
    assert "standing" in nia.read()
    assert taker.send("standing", minutes=row.pk) == 409
    assert taker.send("erase", minutes=row.pk) == 404


def test_sending_a_form_twice_says_a_thing_once(there: House) -> None:
    room = there.open(RoomKind.PLENARY)
    there.sit(room)
    nia = Page(there, room, "Nia")
    for _ in range(2):
        assert nia.send("say", text="Once.", attribution="named", once="k" * 20) == 302
    assert Remark.unscoped.count() == 1
    lead = Page(there, None)
    for _ in range(2):
        assert lead.send("end", room=room.pk, once="e" * 20) == 302
    minutes = Page(there, room, "rapporteur")
    minutes.path += "minutes/"
    for _ in range(2):
        assert minutes.send("write", text="Once.", once="m" * 20) == 302
    assert Minutes.unscoped.count() == 1
