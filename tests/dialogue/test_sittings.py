"""A sitting and its key: what was said is gone from every copy, unless everybody in the room decided to keep it."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.test import TestCase

from tests.dialogue.rooms import NONE, House, house
from tracktwo.dialogue import acts
from tracktwo.dialogue.models import Hand, Keep, Remark, Sitting, entered
from tracktwo.errors import NotHere, Refusal
from tracktwo.process import acts as process_acts
from tracktwo.process.phases import Phase
from tracktwo.process.rules import Role, RoomKind
from tracktwo.record import acts as record
from tracktwo.statements import closure
from tracktwo.vault import keys
from tracktwo.vault.grants import Grant
from tracktwo.vault.keystore import KeyGone
from tracktwo.vault.models import DataKey

pytestmark = pytest.mark.django_db
WORDS = "The gate was opened at night."


@pytest.fixture
def plenary(there: House) -> tuple[House, Any]:
    return there, there.open(RoomKind.PLENARY)


def ended(there: House, room: Any) -> bool:
    """End a sitting, as an act that is committed."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        return acts.end(room=room.pk, by=there.table.lead)


def everybody_keeps(there: House, room: Any, *, but: str = "") -> None:
    counted, _ = acts.counted_for_keeping(Sitting.unscoped.get(room=room, ended=False))
    for label, pk in there.table.seats.items():
        if pk in counted and label != but:
            acts.keep(room=room.pk, wish=True, by=there.table.at(label))
    acts.keep(room=room.pk, wish=True, by=there.table.lead)


def test_what_was_said_is_gone_from_every_copy_once_the_sitting_ends(plenary: tuple[House, Any]) -> None:
    there, room = plenary
    sitting = there.sit(room)
    there.say(room, "Nia", WORDS)
    copy = Remark.unscoped.get(sitting=sitting)  # as a copy of the database of that hour holds it
    key = DataKey.objects.get(scope=f"sitting:{sitting.pk}")
    everything = Grant(there.table.id, frozenset({f"sitting:{sitting.pk}"}))
    assert copy.text.open(everything) == WORDS
    assert ended(there, room) is False
    assert not Remark.unscoped.filter(sitting=sitting).exists()
    DataKey.objects.create(
        process=key.process, scope=key.scope, number=1, wrapped=key.wrapped
    )  # from the copy too
    keys.forget()
    for value in (copy.text, copy.said_by):
        with pytest.raises(KeyGone):
            value.open(everything)


def test_a_key_that_stays_would_be_found(plenary: tuple[House, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    there, room = plenary
    sitting = there.sit(room)
    there.say(room, "Nia", WORDS)
    copy = Remark.unscoped.get(sitting=sitting)
    monkeypatch.setattr(keys, "end_sitting", lambda process, sitting: None)
    ended(there, room)
    assert copy.text.open(Grant(there.table.id, frozenset({f"sitting:{sitting.pk}"}))) == WORDS


def test_an_end_that_was_cut_short_is_finished_at_the_start(plenary: tuple[House, Any]) -> None:
    there, room = plenary
    sitting = there.sit(room)
    there.say(room, "Nia", WORDS)
    acts.end(room=room.pk, by=there.table.lead)  # the commit, and then the power cut
    assert keys.keystore().holds_sitting(there.table.id, sitting.pk)
    acts.finish_all()
    assert not keys.keystore().holds_sitting(there.table.id, sitting.pk)
    acts.finish_all()


def test_a_start_leaves_open_and_kept_sittings_their_keys(plenary: tuple[House, Any]) -> None:
    there, room = plenary
    kept = there.sit(room)
    there.say(room, "Nia", WORDS)
    everybody_keeps(there, room)
    ended(there, room)
    going_on = there.sit(room)
    acts.finish_all()
    for sitting in (kept, going_on):
        assert keys.keystore().holds_sitting(there.table.id, sitting.pk)


def test_remarks_stay_if_everybody_in_the_room_decided_so(plenary: tuple[House, Any]) -> None:
    there, room = plenary
    sitting = there.sit(room)
    there.say(room, "Nia", WORDS)
    everybody_keeps(there, room)
    assert ended(there, room) is True
    sitting.refresh_from_db()
    assert (sitting.ended, sitting.kept) == (True, True)
    here = entered(there.table.at("Sol"), room.pk)
    assert Remark.unscoped.get(sitting=sitting).text.open(here.grant([sitting])) == WORDS
    assert not Keep.unscoped.exists()  # how each decided is nobody's business


@pytest.mark.parametrize("but", ["Nia", "Sol", "expert"])
def test_one_who_did_not_decide_so_is_enough_for_it_to_be_gone(plenary: tuple[House, Any], but: str) -> None:
    there, room = plenary
    there.sit(room)
    there.say(room, "Nia", WORDS)
    everybody_keeps(there, room, but=but)
    assert ended(there, room) is False


def test_a_mind_changed_before_the_end_counts(plenary: tuple[House, Any]) -> None:
    there, room = plenary
    there.sit(room)
    there.say(room, "Nia", WORDS)
    everybody_keeps(there, room)
    acts.keep(room=room.pk, wish=False, by=there.table.at("Sam"))
    assert ended(there, room) is False


def test_whoever_joined_is_asked_too(there: House) -> None:
    room = there.open(RoomKind.MIXED)
    for label in ("Nia", "Sol"):
        acts.move(room=room.pk, seat=there.table.seats[label], to_be_in=True, by=there.table.lead)
    there.sit(room)
    there.say(room, "Nia", WORDS)
    for label in ("Nia", "Sol"):
        acts.keep(room=room.pk, wish=True, by=there.table.at(label))
    acts.move(room=room.pk, seat=there.table.seats["Siv"], to_be_in=True, by=there.table.lead)
    assert ended(there, room) is False


def test_nobody_is_moved_out_so_that_remarks_can_be_kept(there: House) -> None:
    room = there.open(RoomKind.MIXED)
    for label in ("Nia", "Sol", "Siv"):
        acts.move(room=room.pk, seat=there.table.seats[label], to_be_in=True, by=there.table.lead)
    there.sit(room)
    there.say(room, "Nia", WORDS)
    for label in ("Nia", "Sol"):
        acts.keep(room=room.pk, wish=True, by=there.table.at(label))
    acts.move(room=room.pk, seat=there.table.seats["Siv"], to_be_in=False, by=there.table.lead)
    assert ended(there, room) is False


@pytest.mark.parametrize(("decided", "kept"), [(False, False), (True, True)])
def test_nobody_is_withdrawn_so_that_remarks_can_be_kept(
    plenary: tuple[House, Any], decided: bool, kept: bool
) -> None:
    there, room = plenary
    there.sit(room)
    there.say(room, "Nia", WORDS)
    everybody_keeps(there, room, but="" if decided else "Sol")
    process_acts.withdraw(seat=there.table.seats["Sol"], by=there.table.lead)
    assert ended(there, room) is kept


def test_a_withdrawal_that_forgets_the_rooms_would_be_found(
    plenary: tuple[House, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    there, room = plenary
    there.sit(room)
    there.say(room, "Nia", WORDS)
    everybody_keeps(there, room, but="Sol")
    monkeypatch.setattr(process_acts, "at_withdrawing", [])
    process_acts.withdraw(seat=there.table.seats["Sol"], by=there.table.lead)
    assert ended(there, room) is True


def test_what_was_never_released_is_never_kept(plenary: tuple[House, Any]) -> None:
    there, room = plenary
    sitting = there.sit(room)
    there.say(room, "Nia", WORDS)
    there.say(room, "Sol", "unsaid", NONE)
    everybody_keeps(there, room)
    assert ended(there, room) is True
    assert [row.place for row in Remark.unscoped.filter(sitting=sitting)] == [1]


def test_closing_a_process_ends_its_sittings(plenary: tuple[House, Any]) -> None:
    there, room = plenary
    sitting = there.sit(room)
    there.say(room, "Nia", WORDS)
    with TestCase.captureOnCommitCallbacks(execute=True):
        closure.close(by=there.table.lead)
    assert not keys.keystore().holds_sitting(there.table.id, sitting.pk)
    assert Sitting.unscoped.get().ended


def test_a_closing_that_forgets_the_rooms_would_be_found(
    plenary: tuple[House, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    there, room = plenary
    there.sit(room)
    monkeypatch.setattr(process_acts, "at_closing", [])
    with TestCase.captureOnCommitCallbacks(execute=True):
        closure.close(by=there.table.lead)
    assert not Sitting.unscoped.get().ended


def test_one_sitting_at_a_time_each_with_a_key_of_its_own(plenary: tuple[House, Any]) -> None:
    there, room = plenary
    first = there.sit(room)
    with pytest.raises(Refusal, match="sits already"):
        there.sit(room)
    ended(there, room)
    second = there.sit(room)
    assert (first.number, second.number) == (1, 2)
    assert keys.keystore().holds_sitting(there.table.id, second.pk)
    ended(there, room)
    with pytest.raises(Refusal, match="does not sit"):
        acts.end(room=room.pk, by=there.table.lead)


def test_a_caucus_is_begun_and_ended_by_its_side_as_well_and_by_no_other(plenary: tuple[House, Any]) -> None:
    there, room = plenary
    there.open(RoomKind.CAUCUS)
    caucus = there.of_side(RoomKind.CAUCUS, 1)
    with pytest.raises(NotHere):
        acts.begin(room=caucus.pk, by=there.table.at("Sol"))
    with pytest.raises(NotHere):
        acts.begin(room=room.pk, by=there.table.at("Nia"))
    acts.begin(room=caucus.pk, by=there.table.at("Nia"))
    with pytest.raises(NotHere):
        acts.end(room=caucus.pk, by=there.table.at("Sol"))
    acts.end(room=caucus.pk, by=there.table.at("Noor"))
    acts.begin(room=caucus.pk, by=there.table.lead)
    acts.end(room=caucus.pk, by=there.table.lead)


def test_sides_meet_only_once_they_are_convened_but_each_alone_before() -> None:
    there = house(phase=Phase.PREPARING)
    plenary = there.open(RoomKind.PLENARY)
    there.open(RoomKind.SHUTTLE)
    shuttle = there.of_side(RoomKind.SHUTTLE, 2)
    with pytest.raises(Refusal, match="convened"):
        there.sit(shuttle)
    process_acts.step(to=Phase.TALKS, by=there.table.lead)
    there.sit(shuttle)
    with pytest.raises(Refusal, match="convened"):
        there.sit(plenary)


def test_the_record_tells_of_a_sitting_and_of_nothing_said_in_it(plenary: tuple[House, Any]) -> None:
    there, room = plenary
    there.sit(room)
    there.say(room, "Nia", WORDS)
    acts.raise_hand(room=room.pk, by=there.table.at("Sol"))
    everybody_keeps(there, room)
    ended(there, room)
    verbs = [line.verb for line in record.entries(there.table.id)][:4]
    assert verbs == ["keep the remarks of a sitting", "end a sitting", "begin a sitting", "open a room"]
    assert not Hand.unscoped.exists()


def test_a_closed_process_begins_no_sitting(plenary: tuple[House, Any]) -> None:
    there, room = plenary
    process_acts.mark_closed(by=there.table.lead)
    for attempt in (partial(there.sit, room), partial(there.open, RoomKind.MIXED)):
        with pytest.raises(Refusal, match="closed"):
            attempt()


def test_empty_seats_cannot_decide_and_are_not_waited_for(there: House) -> None:
    room = there.open(RoomKind.PLENARY)
    process_acts.add_seat(process=there.table.id, role=Role.EXPERT, label="not yet there", by="facilitator")
    there.sit(room)
    there.say(room, "Nia", WORDS)
    everybody_keeps(there, room)
    assert ended(there, room) is True
