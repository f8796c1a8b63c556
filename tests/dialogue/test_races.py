"""Several servers and several people at once: each remark has one place, and words are taken back or released."""

from __future__ import annotations

import pytest

from tests.dialogue.rooms import NONE, PARTICIPANTS, house
from tests.stories.table import at_once
from tracktwo.dialogue import acts
from tracktwo.dialogue.models import Remark, Sitting
from tracktwo.process.rules import RoomKind

pytestmark = pytest.mark.django_db(transaction=True)


def test_remarks_said_at_once_get_each_a_place_of_its_own() -> None:
    there = house()
    room = there.open(RoomKind.PLENARY)
    there.sit(room)
    came = at_once(*(lambda who=who: there.say(room, who, who) for who in PARTICIPANTS))
    assert [type(one) for one in came] == [Remark] * 6
    assert list(Remark.unscoped.order_by("place").values_list("place", flat=True)) == [1, 2, 3, 4, 5, 6]
    assert Sitting.unscoped.get().length == 6


def test_words_are_either_taken_back_or_released_never_both() -> None:
    there = house()
    room = there.open(RoomKind.PLENARY)
    sitting = there.sit(room)
    for who in ("Nia", "Sol", "Sam"):
        there.say(room, who, who, NONE)
    mine = Remark.unscoped.get(pseudonym=there.table.at("Nia").pseudonym(acts.instrument(sitting)))
    taken, released = at_once(
        lambda: acts.withdraw(remark=mine.pk, by=there.table.at("Nia")),
        lambda: acts.release(sitting=sitting.pk),
    )
    assert (taken is None, released) in ((True, 0), (False, 3))


def test_two_servers_that_release_at_one_tick_release_once() -> None:
    there = house()
    room = there.open(RoomKind.PLENARY)
    sitting = there.sit(room)
    for who in ("Nia", "Sol", "Sam"):
        there.say(room, who, who, NONE)
    came = at_once(*(lambda: acts.release(sitting=sitting.pk) for _ in range(3)))
    assert sorted(came) == [0, 0, 3]
    assert Remark.unscoped.count() == 3
