"""Remarks: how they are attributed, when they are released, and what may be taken back."""

from __future__ import annotations

import secrets
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import TestCase
from hypothesis import given
from hypothesis import strategies as st

from tests.dialogue.rooms import NAMED, NONE, PARTICIPANTS, SIDE, House
from tracktwo.dialogue import acts, releasing, rules
from tracktwo.dialogue.models import Airtime, Remark, Sitting, hands_of, waiting_of
from tracktwo.dialogue.rules import Attribution, HandKind
from tracktwo.errors import NotHere, Refusal
from tracktwo.process import acts as process_acts
from tracktwo.process.models import Process
from tracktwo.process.rules import RoomKind
from tracktwo.vault.grants import Grant

pytestmark = pytest.mark.django_db


@pytest.fixture
def plenary(there: House) -> tuple[House, Any, Sitting]:
    room = there.open(RoomKind.PLENARY)
    return there, room, there.sit(room)


def test_attributed_remarks_are_released_at_once_in_the_order_they_were_said(
    plenary: tuple[House, Any, Sitting],
) -> None:
    there, room, _ = plenary
    there.say(room, "Nia", "first")
    there.say(room, "Sol", "second", SIDE)
    assert there.read(room, "Sam") == there.read(room, "expert") == ["first", "second"]
    assert [row.place for row in Remark.unscoped.all()] == [1, 2]


@pytest.mark.parametrize("room_is", list(Attribution))
@pytest.mark.parametrize("wanted", list(Attribution))
def test_a_remark_may_be_stricter_than_its_room_and_never_looser(
    room_is: Attribution, wanted: Attribution
) -> None:
    order = list(Attribution)
    if order.index(wanted) >= order.index(room_is):
        assert rules.attributed(room_is, wanted) is wanted
        assert wanted in rules.choices(room_is)
    else:
        with pytest.raises(Refusal, match="never more loosely"):
            rules.attributed(room_is, wanted)


def test_in_a_room_of_sides_nobody_speaks_by_name(plenary: tuple[House, Any, Sitting]) -> None:
    there = plenary[0]
    room = there.open(RoomKind.MIXED, SIDE)
    acts.move(room=room.pk, seat=there.table.seats["Nia"], to_be_in=True, by=there.table.lead)
    there.sit(room)
    with pytest.raises(Refusal, match="never more loosely"):
        there.say(room, "Nia", "as Nia")


def test_an_attribution_is_never_loosened_while_a_room_sits(plenary: tuple[House, Any, Sitting]) -> None:
    there, room, _sitting = plenary

    def change(to: Attribution) -> None:
        acts.change_room(room=room.pk, name="Plenary", attribution=to, tick=5, by=there.table.lead)

    change(SIDE)
    with pytest.raises(Refusal, match="only become stricter"):
        change(NAMED)
    there.say(room, "Nia", "by her side", SIDE)
    acts.end(room=room.pk, by=there.table.lead)
    change(NAMED)


def test_an_unattributed_remark_waits_and_only_its_author_sees_it(
    plenary: tuple[House, Any, Sitting],
) -> None:
    there, room, sitting = plenary
    there.say(room, "Nia", "whispered", NONE)
    assert there.read(room, "Nia") == there.read(room, "Sol") == []
    own = waiting_of(sitting, there.table.at("Nia").pseudonym(acts.instrument(sitting)))
    assert len(own) == 1
    for other in ("Noor", "Sol", "expert"):
        assert waiting_of(sitting, there.table.at(other).pseudonym(acts.instrument(sitting))) == []


def test_fewer_than_three_authors_are_never_released(plenary: tuple[House, Any, Sitting]) -> None:
    there, room, sitting = plenary
    for number in range(3):
        there.say(room, "Nia", f"Nia {number}", NONE)
        there.say(room, "Sol", f"Sol {number}", NONE)
    assert acts.release(sitting=sitting.pk) == 0
    there.say(room, "Sam", "Sam", NONE)
    assert acts.release(sitting=sitting.pk) == 7
    assert acts.release(sitting=sitting.pk) == 0


@given(st.lists(st.binary(min_size=1, max_size=1), max_size=12))
def test_whether_to_release_is_a_matter_of_authors_alone(authors: list[bytes]) -> None:
    assert rules.released(authors) == (len(set(authors)) >= 3)


def _release_all(there: House, room: Any, sitting: Sitting) -> list[Remark]:
    names = list(PARTICIPANTS)
    for number in range(36):
        there.say(room, names[number % 6], f"{number:02d}", NONE)
    with TestCase.captureOnCommitCallbacks(execute=True):
        acts.release(sitting=sitting.pk)
    return list(Remark.unscoped.filter(sitting=sitting).order_by("place"))


def _rank_correlation(order: list[int]) -> float:
    n = len(order)
    return 1 - 6 * sum((place - said) ** 2 for place, said in enumerate(order)) / (n * (n * n - 1))


def _orders(there: House, room: Any, sitting: Sitting, rows: list[Remark]) -> dict[str, list[int]]:
    """The numbers as said, in each order in which the database could give the rows back."""
    texts = dict(zip([row.pk for row in rows], map(int, there.read(room, "Sol")), strict=True))
    orders = {"place": [texts[row.pk] for row in rows], "id": [texts[pk] for pk in sorted(texts)]}
    hidden = ["ctid", "xmin::text::bigint"] if connection.vendor == "postgresql" else ["rowid"]
    for column in hidden:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT id FROM tracktwo_remark ORDER BY {column}")
            found = [row[0] for row in cursor.fetchall()]
        orders[column] = [texts[UUID(str(pk))] for pk in found]
    return orders


@pytest.mark.parametrize("attribution", [NAMED, NONE])
def test_nothing_orders_what_was_released_together(
    plenary: tuple[House, Any, Sitting], attribution: Attribution
) -> None:
    there, room, sitting = plenary
    if attribution is NONE:
        acts.change_room(room=room.pk, name="x", attribution=NONE, tick=5, by=there.table.lead)
    before = set(Remark.unscoped.values_list("pk", flat=True))
    rows = _release_all(there, room, sitting)
    assert len(rows) == 36
    assert not before & {row.pk for row in rows}
    assert {row.pseudonym for row in rows} == {None}
    assert {row.said_by for row in rows} == {None}
    for name, order in _orders(there, room, sitting, rows).items():
        assert abs(_rank_correlation(order)) < 0.7, name  # by chance once in 10,000


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="only PostgreSQL keeps who wrote a row: xmin")
def test_all_that_was_released_together_has_one_xmin(plenary: tuple[House, Any, Sitting]) -> None:
    there, room, sitting = plenary
    _release_all(there, room, sitting)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT xmin::text) FROM tracktwo_remark")
        assert cursor.fetchone()[0] == 1


def test_a_release_that_kept_the_order_would_be_found(
    plenary: tuple[House, Any, Sitting], monkeypatch: pytest.MonkeyPatch
) -> None:
    there, room, sitting = plenary
    monkeypatch.setattr(secrets.SystemRandom, "shuffle", lambda self, rows: None)
    rows = _release_all(there, room, sitting)
    assert _rank_correlation(_orders(there, room, sitting, rows)["place"]) > 0.9


def test_words_are_taken_back_until_they_are_released_by_their_author_alone(
    plenary: tuple[House, Any, Sitting],
) -> None:
    there, room, _sitting = plenary
    mine = there.say(room, "Nia", "not this", NONE)
    for other in ("Noor", "Sol", "expert"):
        with pytest.raises(NotHere):
            acts.withdraw(remark=mine.pk, by=there.table.at(other))
    acts.withdraw(remark=mine.pk, by=there.table.at("Nia"))
    assert not Remark.unscoped.exists()
    with pytest.raises(NotHere):
        acts.withdraw(remark=mine.pk, by=there.table.at("Nia"))


def test_released_words_are_not_taken_back(plenary: tuple[House, Any, Sitting]) -> None:
    there, room, _sitting = plenary
    said = there.say(room, "Nia", "said", NAMED)
    with pytest.raises(NotHere):
        acts.withdraw(remark=said.pk, by=there.table.at("Nia"))


def test_somebody_does_not_fill_the_room_with_what_waits(plenary: tuple[House, Any, Sitting]) -> None:
    there, room, _ = plenary
    for _number in range(rules.MOST_WAITING):
        there.say(room, "Nia", "again", NONE)
    with pytest.raises(Refusal, match="wait already"):
        there.say(room, "Nia", "again", NONE)
    there.say(room, "Noor", "once", NONE)


def test_two_sittings_do_not_join_what_one_author_left_waiting(plenary: tuple[House, Any, Sitting]) -> None:
    there, room, first = plenary
    seat = there.table.at("Nia")
    acts.end(room=room.pk, by=there.table.lead)
    second = there.sit(room)
    assert seat.pseudonym(acts.instrument(first)) != seat.pseudonym(acts.instrument(second))


# --- ticks ---------------------------------------------------------------------------------------


def test_ticks_follow_the_clock_and_nothing_else() -> None:
    assert rules.next_tick(0, 5) == 300
    assert rules.next_tick(299.9, 5) == 300
    assert rules.next_tick(300, 5) == 600
    assert rules.tick_of(299.9, 5) == 0
    assert rules.tick_of(300, 5) == 1


def test_the_releaser_releases_at_a_tick_and_only_there(
    plenary: tuple[House, Any, Sitting], monkeypatch: pytest.MonkeyPatch
) -> None:
    there, room, _ = plenary
    now = [1000 * 600.0 + 1]
    monkeypatch.setattr(acts, "clock", lambda: now[0])
    releaser = releasing.Releaser()
    for who in ("Nia", "Sol", "Sam"):
        there.say(room, who, who, NONE)
    assert releasing.release(releaser.due()) == []
    now[0] += 120
    assert releaser.due() == {2}
    assert releasing.release({2}) == []
    now[0] += 180
    assert 5 in releaser.due()
    assert len(releasing.release({2, 5})) == 1
    assert sorted(there.read(room, "Nia")) == ["Nia", "Sam", "Sol"]


def test_a_frozen_process_releases_nothing(plenary: tuple[House, Any, Sitting]) -> None:
    there, room, sitting = plenary
    for who in ("Nia", "Sol", "Sam"):
        there.say(room, who, who, NONE)
    process_acts.freeze(by=there.table.lead)
    assert acts.sittings_to_release() == []
    assert acts.release(sitting=sitting.pk) == 0


# --- the floor -------------------------------------------------------------------------------------


def test_the_floor_is_given_by_a_facilitator_and_its_time_counts_for_the_side(
    plenary: tuple[House, Any, Sitting], monkeypatch: pytest.MonkeyPatch
) -> None:
    there, room, sitting = plenary
    now = [1000.0]
    monkeypatch.setattr(acts, "clock", lambda: now[0])
    for who in ("Nia", "Sol", "Nia"):
        acts.raise_hand(room=room.pk, by=there.table.at(who))
    queue = queue_of(sitting)
    assert [name for name, _ in queue] == ["Nia", "Sol"]
    with pytest.raises(NotHere):
        acts.give_floor(room=room.pk, hand=queue[0][1], by=there.table.at("Nia"))
    acts.give_floor(room=room.pk, hand=queue[0][1], by=there.table.lead)
    floor = acts.floor_of(Sitting.unscoped.get(pk=sitting.pk))
    assert floor is not None
    assert floor["seat"] == str(there.table.seats["Nia"])
    now[0] += 90
    acts.give_floor(room=room.pk, hand=queue[1][1], by=there.table.lead)
    now[0] += 30
    acts.give_floor(room=room.pk, hand=None, by=there.table.lead)
    there.say(room, "Nia", "and this", SIDE)
    there.say(room, "Nia", "nor this", NONE)
    found = {row.side.letter: (row.seconds, row.remarks) for row in Airtime.unscoped.select_related("side")}
    assert found == {"A": (90, 1), "B": (30, 0)}
    with pytest.raises(Refusal, match="not raised"):
        acts.give_floor(room=room.pk, hand=queue[0][1], by=there.table.lead)


def queue_of(sitting: Sitting) -> list[tuple[str, Any]]:
    return [
        (row.seat.label.open(Grant(row.process_id, frozenset({row.seat.label.scope}))), row.pk)
        for row in hands_of(sitting, HandKind.SPEAK)
    ]


def test_nobody_queues_where_remarks_are_unattributed_but_everybody_may_call(
    plenary: tuple[House, Any, Sitting],
) -> None:
    there = plenary[0]
    room = there.open(RoomKind.MIXED, NONE)
    acts.move(room=room.pk, seat=there.table.seats["Nia"], to_be_in=True, by=there.table.lead)
    there.sit(room)
    with pytest.raises(NotHere):
        acts.raise_hand(room=room.pk, by=there.table.at("Nia"))
    acts.raise_hand(room=room.pk, by=there.table.at("Nia"), kind=HandKind.CALL)
    acts.answer_calls(room=room.pk, by=there.table.lead)
    acts.raise_hand(room=room.pk, by=there.table.at("Nia"), kind=HandKind.CALL)
    acts.lower_hand(room=room.pk, by=there.table.at("Nia"), kind=HandKind.CALL)


def test_the_observer_listens_only(plenary: tuple[House, Any, Sitting]) -> None:
    there, room, _ = plenary
    with pytest.raises(NotHere):
        there.say(room, "observer", "may I")
    Process.unscoped.filter(pk=there.table.id).update(observers_hear=True)
    with pytest.raises(NotHere):
        there.say(room, "observer", "may I")
    there.say(room, "Nia", "heard")
    assert there.read(room, "observer") == ["heard"]


def test_whoever_leaves_the_room_leaves_the_floor_and_the_queue(
    plenary: tuple[House, Any, Sitting], monkeypatch: pytest.MonkeyPatch
) -> None:
    there, room, sitting = plenary
    monkeypatch.setattr(acts, "clock", lambda: 1000.0)
    for who in ("Nia", "Sol"):
        acts.raise_hand(room=room.pk, by=there.table.at(who))
    acts.give_floor(room=room.pk, hand=queue_of(sitting)[0][1], by=there.table.lead)
    monkeypatch.setattr(acts, "clock", lambda: 1007.0)
    for who in ("Nia", "Sol"):
        acts.move(room=room.pk, seat=there.table.seats[who], to_be_in=False, by=there.table.lead)
    assert acts.floor_of(Sitting.unscoped.get(pk=sitting.pk)) is None
    assert queue_of(sitting) == []
    assert [row.seconds for row in Airtime.unscoped.all()] == [7]


def test_the_panel_speaks_by_its_role_and_counts_for_no_side(plenary: tuple[House, Any, Sitting]) -> None:
    there, room, sitting = plenary
    there.say(room, "expert", "by role")
    there.say(room, "expert", "by the panel", SIDE)
    acts.raise_hand(room=room.pk, by=there.table.at("expert"))
    acts.give_floor(room=room.pk, hand=queue_of(sitting)[0][1], by=there.table.lead)
    page = there.table.client("Sol").get(f"/p/{there.table.id}/rooms/{room.pk}/").content.decode()
    acts.give_floor(room=room.pk, hand=None, by=there.table.lead)
    assert 'remark-name">expert<' in page
    assert 'remark-name">the panel<' in page
    assert not Airtime.unscoped.exists()


def test_words_released_while_they_are_being_taken_back_stay_released(
    plenary: tuple[House, Any, Sitting], monkeypatch: pytest.MonkeyPatch
) -> None:
    there, room, sitting = plenary
    mine = there.say(room, "Nia", "Nia", NONE)
    for who in ("Sol", "Sam"):
        there.say(room, who, who, NONE)
    honest = acts._sitting_of
    monkeypatch.setattr(acts, "_sitting_of", lambda room: (acts.release(sitting=sitting.pk), honest(room))[1])
    with pytest.raises(Refusal, match="released meanwhile"):
        acts.withdraw(remark=mine.pk, by=there.table.at("Nia"))
