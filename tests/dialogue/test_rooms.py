"""Who is in which room, who decides it, and what a room is for."""

from __future__ import annotations

import pytest

from tests.dialogue.rooms import NONE, House
from tracktwo.dialogue import acts, models, rules
from tracktwo.dialogue.models import Room, RoomSeat, entered, rooms_of
from tracktwo.dialogue.rules import MinutesState
from tracktwo.errors import NotHere, Refusal
from tracktwo.process.phases import Phase
from tracktwo.process.rules import Role, RoomKind

pytestmark = pytest.mark.django_db


def is_in(there: House, room: Room, who: str) -> bool:
    try:
        entered(there.table.at(who), room.pk)
    except NotHere:
        return False
    return room.pk in {one.room.pk for one in rooms_of(there.table.at(who))}


def move(there: House, room: Room, who: str, to_be_in: bool = True) -> None:
    acts.move(room=room.pk, seat=there.table.seats[who], to_be_in=to_be_in, by=there.table.lead)


def test_the_plenary_is_for_all_at_the_table(there: House) -> None:
    room = there.open(RoomKind.PLENARY)
    assert [who for who in there.table.seats if not is_in(there, room, who)] == ["observer", "evaluator"]


def test_every_side_has_its_caucus_and_nobody_else_is_in_it(there: House) -> None:
    there.open(RoomKind.CAUCUS)
    north, south = there.of_side(RoomKind.CAUCUS, 1), there.of_side(RoomKind.CAUCUS, 2)
    assert [who for who in there.table.seats if is_in(there, north, who)] == ["Nia", "Noor", "Nils"]
    assert [who for who in there.table.seats if is_in(there, south, who)] == ["Sol", "Sam", "Siv"]
    with pytest.raises(NotHere):
        entered(there.table.lead, north.pk)
    with pytest.raises(Refusal, match="already"):
        there.open(RoomKind.CAUCUS)


def test_a_caucus_asks_the_panel_in_and_ends_it_again(there: House) -> None:
    there.open(RoomKind.CAUCUS)
    room = there.of_side(RoomKind.CAUCUS, 1)
    for who, role in (("Sol", Role.EXPERT), ("Nia", Role.OBSERVER), ("Nia", Role.EVALUATOR)):
        with pytest.raises(NotHere):
            acts.invite(room=room.pk, role=role, by=there.table.at(who))
    with pytest.raises(Refusal, match="belongs to its side"):
        move(there, room, "expert")
    acts.invite(room=room.pk, role=Role.EXPERT, by=there.table.at("Nia"))
    assert is_in(there, room, "expert")
    assert entered(there.table.at("expert"), room.pk).invited
    with pytest.raises(NotHere):
        acts.invite(room=room.pk, role=Role.RAPPORTEUR, by=there.table.at("expert"))
    acts.end_invitation(room=room.pk, role=Role.EXPERT, by=there.table.at("Noor"))
    assert not is_in(there, room, "expert")


def test_whoever_was_asked_into_a_caucus_reads_no_earlier_sitting_that_was_kept(there: House) -> None:
    there.open(RoomKind.CAUCUS)
    room = there.of_side(RoomKind.CAUCUS, 1)
    acts.begin(room=room.pk, by=there.table.at("Nia"))
    there.say(room, "Nia", "among us")
    for who in ("Nia", "Noor", "Nils"):
        acts.keep(room=room.pk, wish=True, by=there.table.at(who))
    assert acts.end(room=room.pk, by=there.table.at("Nia")) is True
    acts.invite(room=room.pk, role=Role.EXPERT, by=there.table.at("Nia"))
    assert len(models.kept_sittings(entered(there.table.at("Noor"), room.pk))) == 1
    assert models.kept_sittings(entered(there.table.at("expert"), room.pk)) == []


def test_a_shuttle_is_for_one_side_and_the_panel(there: House) -> None:
    there.open(RoomKind.SHUTTLE)
    room = there.of_side(RoomKind.SHUTTLE, 2)
    inside = [who for who in there.table.seats if is_in(there, room, who)]
    assert inside == ["Sol", "Sam", "Siv", "expert", "rapporteur"]
    with pytest.raises(Refusal, match="one side and the panel"):
        move(there, room, "Nia")


def test_seats_are_moved_between_rooms(there: House) -> None:
    first, second = there.open(RoomKind.MIXED), there.open(RoomKind.RESTRICTED, criterion="women only")
    move(there, first, "Nia")
    assert is_in(there, first, "Nia")
    move(there, first, "Nia", to_be_in=False)
    move(there, second, "Nia")
    assert not is_in(there, first, "Nia")
    assert is_in(there, second, "Nia")
    plenary = there.open(RoomKind.PLENARY)
    move(there, plenary, "Nia", to_be_in=False)
    assert not is_in(there, plenary, "Nia")
    move(there, plenary, "Nia")
    assert is_in(there, plenary, "Nia")
    assert RoomSeat.unscoped.count() == 3


def test_a_bilateral_room_is_for_two_sides() -> None:
    rules.may_move(RoomKind.BILATERAL, Role.PARTICIPANT, own_side=False, sides_there=1)
    with pytest.raises(Refusal, match="two sides"):
        rules.may_move(RoomKind.BILATERAL, Role.PARTICIPANT, own_side=False, sides_there=2)
    rules.may_move(RoomKind.BILATERAL, Role.EXPERT, own_side=False, sides_there=2)


@pytest.mark.parametrize("who", ["observer", "evaluator"])
def test_who_takes_no_part_in_dialogue_is_asked_into_no_room(there: House, who: str) -> None:
    with pytest.raises(Refusal, match="not asked into rooms"):
        move(there, there.open(RoomKind.MIXED), who)


def test_a_room_with_a_criterion_says_which_one(there: House) -> None:
    for kind, criterion in ((RoomKind.RESTRICTED, ""), (RoomKind.MIXED, "youth")):
        with pytest.raises(Refusal, match="says which one"):
            there.open(kind, criterion=criterion)


@pytest.mark.parametrize("who", ["Nia", "expert", "observer"])
def test_only_facilitators_open_change_and_arrange_rooms(there: House, who: str) -> None:
    room, by = there.open(RoomKind.MIXED), there.table.at(who)
    for attempt in (
        lambda: acts.open_room(kind=RoomKind.MIXED, name="x", by=by),
        lambda: acts.change_room(room=room.pk, name="x", attribution=NONE, tick=5, by=by),
        lambda: acts.move(room=room.pk, seat=by.seat, to_be_in=True, by=by),
        lambda: acts.begin(room=room.pk, by=by),
        lambda: acts.answer_calls(room=room.pk, by=by),
    ):
        with pytest.raises(NotHere):
            attempt()


def test_nobody_acts_in_a_room_they_are_not_in(there: House) -> None:
    there.open(RoomKind.CAUCUS)
    room = there.of_side(RoomKind.CAUCUS, 1)
    acts.begin(room=room.pk, by=there.table.at("Nia"))
    for by in (there.table.at("Sol"), there.table.lead, there.table.at("evaluator")):
        for attempt in (
            lambda: acts.say(room=room.pk, text="x", attribution=NONE, by=by),  # noqa: B023
            lambda: acts.raise_hand(room=room.pk, by=by),  # noqa: B023
            lambda: acts.keep(room=room.pk, wish=True, by=by),  # noqa: B023
            lambda: acts.give_floor(room=room.pk, hand=None, by=by),  # noqa: B023
            lambda: acts.write_minutes(room=room.pk, text="x", by=by),  # noqa: B023
        ):
            with pytest.raises(NotHere):
                attempt()


# --- the shuttle -------------------------------------------------------------------------------------


@pytest.fixture
def shuttle(there: House) -> tuple[House, Room, Room]:
    there.open(RoomKind.SHUTTLE)
    return there, there.of_side(RoomKind.SHUTTLE, 1), there.of_side(RoomKind.SHUTTLE, 2)


def message(there: House, room: Room, who: str = "Nia", place: int = 2) -> models.Errand:
    side = there.table.sides[place - 1].pk
    return acts.leave_message(room=room.pk, side=side, text="what I let go", by=there.table.at(who))


def test_the_panel_carries_a_message_in_its_own_words(shuttle: tuple[House, Room, Room]) -> None:
    there, north, south = shuttle
    errand = message(there, north)
    acts.carry(errand=errand.pk, words="the panel says", by=there.table.at("expert"))
    sol, nia = entered(there.table.at("Sol"), south.pk), entered(there.table.at("Nia"), north.pk)
    (carried,) = models.carried_to(sol)
    assert carried.words is not None
    assert carried.words.open(sol.grant()) == "the panel says"
    with pytest.raises(NotHere):
        carried.leave.open(sol.grant())  # the author's words never open on the other side
    with pytest.raises(NotHere):
        carried.words.open(nia.grant())
    assert models.errands_from(sol) == []
    with pytest.raises(Refusal, match="carried this message already"):
        acts.take_back(errand=errand.pk, by=there.table.at("Nia"))


def test_a_message_is_taken_back_by_its_author_alone_and_its_words_are_gone(
    shuttle: tuple[House, Room, Room],
) -> None:
    there, north, _ = shuttle
    errand = message(there, north)
    for who in ("Noor", "Sol", "expert"):
        with pytest.raises(NotHere):
            acts.take_back(errand=errand.pk, by=there.table.at(who))
    acts.take_back(errand=errand.pk, by=there.table.at("Nia"))
    here = entered(there.table.at("expert"), north.pk)
    assert [one.leave.open(here.grant()) for one in models.errands_from(here)] == [""]
    with pytest.raises(Refusal, match="taken this message back"):
        acts.carry(errand=errand.pk, words="x", by=there.table.at("expert"))


def test_only_the_panel_carries_and_only_sides_leave_messages(shuttle: tuple[House, Room, Room]) -> None:
    there, north, _ = shuttle
    errand = message(there, north)
    for who in ("Noor", "Sol"):
        with pytest.raises(NotHere):
            acts.carry(errand=errand.pk, words="x", by=there.table.at(who))
    with pytest.raises(NotHere):
        message(there, north, "expert")
    with pytest.raises(Refusal, match="another side"):
        message(there, north, place=1)
    with pytest.raises(NotHere):
        message(there, there.open(RoomKind.PLENARY))


# --- minutes -----------------------------------------------------------------------------------------


def test_minutes_are_restated_to_the_room_before_they_stand(there: House) -> None:
    room, by = there.open(RoomKind.PLENARY), there.table.at("rapporteur")
    row = acts.write_minutes(room=room.pk, text="what was said", by=by)
    nia = entered(there.table.at("Nia"), room.pk)
    assert models.minutes_of(nia) == []
    with pytest.raises(Refusal, match="restated to the room"):
        acts.move_minutes(room=room.pk, minutes=row.pk, to=MinutesState.STANDING, by=by)
    acts.move_minutes(room=room.pk, minutes=row.pk, to=MinutesState.RESTATED, by=by)
    assert [one.text.open(nia.grant()) for one in models.minutes_of(nia)] == ["what was said"]
    said = acts.correct(room=room.pk, minutes=row.pk, text="it was said otherwise", by=there.table.at("Nia"))
    assert [one.pk for one in models.corrections_of(nia, row)] == [said.pk]
    assert models.corrections_of(entered(there.table.at("Sol"), room.pk), row) == []
    assert len(models.corrections_of(entered(by, room.pk), row)) == 1
    acts.take_up(room=room.pk, correction=said.pk, by=by)
    acts.write_minutes(room=room.pk, text="what was said, corrected", minutes=row.pk, by=by)
    assert models.minutes_of(nia) == []  # new words: the room hears them before they stand
    for to in (MinutesState.RESTATED, MinutesState.STANDING):
        acts.move_minutes(room=room.pk, minutes=row.pk, to=to, by=by)
    assert models.Correction.unscoped.get().pseudonym is None
    with pytest.raises(Refusal, match="These minutes stand"):
        acts.write_minutes(room=room.pk, text="x", minutes=row.pk, by=by)
    with pytest.raises(NotHere):
        acts.correct(room=room.pk, minutes=row.pk, text="x", by=there.table.at("Nia"))


@pytest.mark.parametrize("who", ["Nia", "expert"])
def test_only_the_rapporteur_and_facilitators_take_minutes(there: House, who: str) -> None:
    room = there.open(RoomKind.PLENARY)
    row = acts.write_minutes(room=room.pk, text="x", by=there.table.lead)
    by = there.table.at(who)
    for attempt in (
        lambda: acts.write_minutes(room=room.pk, text="y", by=by),
        lambda: acts.move_minutes(room=room.pk, minutes=row.pk, to=MinutesState.RESTATED, by=by),
        lambda: acts.take_up(room=room.pk, correction=row.pk, by=by),
        lambda: acts.correct(room=room.pk, minutes=row.pk, text="y", by=by),  # a draft nobody else knows
    ):
        with pytest.raises(NotHere):
            attempt()


def test_minutes_of_another_room_are_not_touched_from_here(there: House) -> None:
    first, second = there.open(RoomKind.PLENARY), there.open(RoomKind.MIXED)
    move(there, second, "rapporteur")
    row = acts.write_minutes(room=first.pk, text="x", by=there.table.at("rapporteur"))
    with pytest.raises(NotHere):
        acts.move_minutes(
            room=second.pk, minutes=row.pk, to=MinutesState.RESTATED, by=there.table.at("rapporteur")
        )
    with pytest.raises(NotHere):
        acts.take_up(room=first.pk, correction=row.pk, by=there.table.at("rapporteur"))


# --- the rest of the table -----------------------------------------------------------------------------


@pytest.mark.parametrize("phase", list(Phase))
@pytest.mark.parametrize("kind", list(RoomKind))
def test_in_which_phase_a_room_sits(kind: RoomKind, phase: Phase) -> None:
    alone = kind in (RoomKind.CAUCUS, RoomKind.SHUTTLE)
    if phase is Phase.PREPARING or (phase is Phase.TALKS and not alone):
        with pytest.raises(Refusal):
            rules.may_sit(kind, phase)
    else:
        rules.may_sit(kind, phase)


def test_the_crowd_one_hides_in_is_told_by_what_everybody_may_know() -> None:
    assert rules.at_least(3, []) == 3
    assert rules.at_least(3, [2]) == 4
    assert rules.at_least(3, [7, 12, 25, 0]) == 3 + 5 + 10 + 20


@pytest.mark.parametrize(
    ("said", "place"),
    [("2.17", (2, 17)), ("", (0, 0)), ("x.1", (0, 0)), ("1", (0, 0)), ("1." + "9" * 30, (0, 0))],
)
def test_what_a_browser_says_it_saw_last_is_read_or_means_nothing(said: str, place: tuple[int, int]) -> None:
    assert rules.place_said(said) == rules.Place(*place)


def test_rooms_and_seats_that_do_not_exist_read_like_those_of_others(there: House) -> None:
    room, gone = there.open(RoomKind.MIXED), there.table.id
    for attempt in (
        lambda: acts.move(room=gone, seat=there.table.seats["Nia"], to_be_in=True, by=there.table.lead),
        lambda: acts.move(room=room.pk, seat=gone, to_be_in=True, by=there.table.lead),
        lambda: acts.take_back(errand=gone, by=there.table.at("Nia")),
        lambda: entered(there.table.lead, gone),
        lambda: models.seated_at(there.table.id, gone),
    ):
        with pytest.raises(NotHere):
            attempt()
    assert models.still_in(gone) == set()
