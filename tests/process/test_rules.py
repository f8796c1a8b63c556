"""What decides in a process, against the tables a mediator expects."""

from __future__ import annotations

import itertools

import pytest

from tests.process import golden
from tracktwo.errors import NotHere, Refusal
from tracktwo.process import phases, rules
from tracktwo.process.phases import Phase
from tracktwo.process.rules import Kind, Role, RoomKind, Standing

# --- phases ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("now", "to"), list(itertools.product(Phase, Phase)))
def test_a_step_is_allowed_exactly_where_the_table_says(now, to):
    if to.value in golden.steps()[now.value]:
        phases.may_step(now, to)
        return
    with pytest.raises(Refusal) as refusal:
        phases.may_step(now, to)
    told = str(refusal.value)
    if now is Phase.ERASED:
        assert told == "This process is erased. Nothing can be done in it any more."
        return
    for one in golden.steps()[now.value]:
        assert phases.PHASE_NAMES[Phase(one)] in told


def test_the_table_names_every_phase():
    assert set(golden.steps()) == {phase.value for phase in Phase} == {p.value for p in phases.PHASE_NAMES}


def test_every_phase_can_be_reached_and_every_process_can_end():
    reached, waiting = {"preparing"}, ["preparing"]
    while waiting:
        for to in golden.steps()[waiting.pop()] - reached:
            reached.add(to)
            waiting.append(to)
    assert reached == {phase.value for phase in Phase}
    assert all("closed" in to for now, to in golden.steps().items() if now not in ("closed", "erased"))


@pytest.mark.parametrize("phase", Phase)
def test_nothing_is_written_once_a_process_has_ended(phase):
    if phase in (Phase.CLOSED, Phase.ERASED):
        with pytest.raises(Refusal, match="What it released stays; nothing is added"):
            phases.may_write(phase)
    else:
        phases.may_write(phase)


@pytest.mark.parametrize("phase", Phase)
def test_the_path_shows_where_the_process_stands(phase):
    stations = phases.stations(phase)
    assert [one.key for one in stations] == [p.value for p in Phase if p is not Phase.ERASED]
    here = list(Phase).index(phase)
    expected = ["past"] * here + ["now"] + ["to come"] * (8 - here)
    assert [one.state for one in stations] == expected[:8]


# --- guards ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("adopted", "missing", "reviewed", "told"),
    [
        (True, 0, True, None),
        (False, 0, True, "before there are ground rules"),
        (False, 3, False, "before there are ground rules"),
        (True, 3, True, "3 seats have not assented"),
        (True, 1, False, "1 seats have not assented"),
        (True, 0, False, "have not been reviewed"),
    ],
)
def test_the_sides_are_convened_under_rules_everybody_assented_to(adopted, missing, reviewed, told):
    standing = Standing(adopted, missing, reviewed)
    if told is None:
        rules.may_convene(standing)
        return
    with pytest.raises(Refusal, match=told):
        rules.may_convene(standing)


@pytest.mark.parametrize("kind", Kind)
def test_one_click_takes_a_seat_only_where_nothing_is_real(kind):
    if kind is Kind.REAL:
        with pytest.raises(Refusal, match="real seats"):
            rules.may_sit_down(kind)
    else:
        rules.may_sit_down(kind)


@pytest.mark.parametrize("kind", ["", "Demo", "demo ", "unknown"])
def test_an_unknown_kind_of_process_is_taken_for_real(kind):
    with pytest.raises(Refusal):
        rules.may_sit_down(kind)


@pytest.mark.parametrize("count", range(-1, 12))
def test_a_process_has_two_to_eight_sides(count):
    if 2 <= count <= 8:
        rules.may_name_sides(count)
    else:
        with pytest.raises(Refusal, match="from 2 to 8 sides"):
            rules.may_name_sides(count)


@pytest.mark.parametrize(("role", "kind"), list(itertools.product(Role, Kind)))
def test_whoever_sits_on_a_real_panel_signs_in_with_an_account(role, kind):
    of_a_side = role in (Role.PARTICIPANT, Role.VOTER)
    assert rules.needs_account(role, kind) is (kind is Kind.REAL and not of_a_side)


@pytest.mark.parametrize("role", Role)
def test_only_facilitators_do_what_facilitators_do(role):
    if role in (Role.FACILITATOR, Role.CO_FACILITATOR):
        rules.may_facilitate(role)
    else:
        with pytest.raises(NotHere):
            rules.may_facilitate(role)


# --- who holds which scope ------------------------------------------------------------------------


@pytest.mark.parametrize(("role", "sided", "hear", "more"), golden.scopes())
def test_a_role_holds_exactly_the_scopes_of_the_table(role, sided, hear, more):
    sides = ("s1", "s2", "s3")
    expected = {"door", "circle", "figures"}
    for scope in more:
        expected |= (
            {f"roster:{one}" for one in sides} if scope == "roster:sides" else {scope.replace(":own", ":s2")}
        )
    held = rules.scopes_of(Role(role), "s2" if sided else None, sides, observers_hear=hear)
    assert held == expected


def test_the_table_of_scopes_speaks_of_every_role():
    assert {role for role, *_ in golden.scopes()} == {role.value for role in Role} == set(rules.ROLE_NAMES)


def test_nobody_holds_the_scopes_of_ballots():
    for role, side, hear in itertools.product(Role, ("a", None), (True, False)):
        held = rules.scopes_of(role, side, ("a", "b"), observers_hear=hear)
        assert not held & {"ballots", "counting", "asking", "side:b"}, (role, side)


def test_of_another_side_only_about_how_many():
    bands = [rules.size_band(count) for count in range(30)]
    assert (
        bands
        == ["fewer than five"] * 5 + ["five to nine"] * 5 + ["ten to nineteen"] * 10 + ["twenty or more"] * 10
    )


def test_roles_fall_into_panel_side_and_neither():
    assert set(rules.EVERYONE) == set(Role)
    assert not rules.PANEL & rules.OF_A_SIDE
    assert set(Role) - rules.PANEL - rules.OF_A_SIDE == {Role.INTERPRETER, Role.EVALUATOR, Role.OBSERVER}


# --- who is in a room -----------------------------------------------------------------------------


def who(role: Role, own_side: bool, hears: bool) -> set[str]:
    """The words of the table that fit somebody."""
    fits = set() if role is Role.OBSERVER else {role.value}
    fits |= {"participant-of-it"} if role is Role.PARTICIPANT and own_side else set()
    return fits | ({"hearing-observer"} if role is Role.OBSERVER and hears else set())


@pytest.mark.parametrize("kind", RoomKind)
def test_who_is_in_a_room_by_its_kind(kind):
    table = golden.in_a_room()
    assert set(table) == {one.value for one in RoomKind}
    for role, own_side in itertools.product(Role, (True, False)):
        for hear in (True, False):
            scopes = rules.scopes_of(role, "a", ("a", "b"), observers_hear=hear)
            hears = "plenary" in scopes
            found = rules.may_be_in(kind, role=role, own_side=own_side, hears_plenary=hears, listed=None)
            assert found is bool(who(role, own_side, hear) & table[kind.value]), (kind, role, own_side, hear)


@pytest.mark.parametrize("listed", [True, False])
def test_a_row_that_asks_somebody_in_or_out_decides(listed):
    for kind, role, own_side in itertools.product(RoomKind, Role, (True, False)):
        assert (
            rules.may_be_in(kind, role=role, own_side=own_side, hears_plenary=True, listed=listed) is listed
        )
