"""A grant is minted for what a seat holds, and what is not one's own reads like what does not exist."""

from __future__ import annotations

import ast
import uuid
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser

import tracktwo
from tests.stories.table import Table, begun, consulting
from tracktwo.errors import NotHere
from tracktwo.people.acts import make_convenor, new_person
from tracktwo.people.models import Person
from tracktwo.process import acts, visibility
from tracktwo.process.models import Assent, GroundRules, Invitation, Process, Seat, Side, UnaskedRead
from tracktwo.process.phases import Phase
from tracktwo.process.rules import Role
from tracktwo.statements import acts as statement_acts
from tracktwo.statements.models import AnalysisRun, Ballot, Statement, Wording
from tracktwo.vault import keys
from tracktwo.vault.keystore import HOUSE, KeyGone

pytestmark = pytest.mark.django_db
SOURCE = Path(tracktwo.__file__).parent


@pytest.fixture
def table() -> Table:
    """Two on the first side, one on the second, one voter each, and the panel."""
    table = begun()
    for label, place in (("Nia", 1), ("Noor", 1), ("Sol", 2)):
        table.seat(label, Role.PARTICIPANT, place)
    for label, place in (("voter 1", 1), ("voter 2", 2)):
        table.seat(label, Role.VOTER, place)
    for role in (Role.EXPERT, Role.RAPPORTEUR, Role.INTERPRETER, Role.EVALUATOR, Role.OBSERVER):
        table.seat(str(role), role)
    return table


def test_only_visibility_mints_grants():
    found = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", getattr(node.func, "attr", "")) == "Grant"
            ):
                found.add(path.relative_to(SOURCE).as_posix())
    assert found == {"process/visibility.py"}


def test_a_person_takes_their_own_seat_and_no_other(table):
    assert visibility.take_seat(table.person_at("Nia"), table.id).seat == table.seats["Nia"]
    strangers = [AnonymousUser(), None, new_person(), begun().person]
    for stranger in strangers:
        with pytest.raises(NotHere):
            visibility.take_seat(stranger, table.id)
    assert visibility.processes_of(AnonymousUser()) == []


def test_a_process_that_does_not_exist_reads_like_one_that_is_not_yours(table):
    said = set()
    for process in (uuid.uuid4(), begun().id, HOUSE):
        with pytest.raises(NotHere) as refusal:
            visibility.take_seat(table.person_at("Nia"), process)
        said.add(str(refusal.value))
    assert said == {"This is not available to you."}


def test_whoever_withdrew_has_no_seat_any_more(table):
    acts.withdraw(seat=table.seats["Noor"], by=table.lead)
    with pytest.raises(NotHere):
        visibility.take_seat(table.person_at("Noor"), table.id)
    assert visibility.processes_of(table.person_at("Noor")) == []


def test_an_erased_process_has_no_seats(table):
    keys.erase(table.id)
    with pytest.raises(NotHere):
        visibility.take_seat(table.person, table.id)
    assert visibility.processes_of(table.person) == []


def test_a_seat_knows_its_role_side_place_phase_and_kind(table):
    nia, lead = table.at("Nia"), table.lead
    assert (nia.role, nia.side, nia.side_place) == (Role.PARTICIPANT, table.sides[0].pk, 1)
    assert (nia.on_panel, nia.facilitates) == (False, False)
    assert (lead.role, lead.side, lead.side_place, lead.phase) == (Role.FACILITATOR, None, 0, Phase.PREPARING)
    assert (lead.on_panel, lead.facilitates) == (True, True)
    expert = table.at("expert")
    assert (expert.on_panel, expert.facilitates, expert.kind) == (True, False, "real")


def test_the_grant_of_a_seat_covers_its_own_process_alone(table):
    grant = table.lead.grant
    assert grant.process == table.id
    assert grant.rows is None
    for side in table.sides:
        assert f"roster:{side.pk}" in grant.scopes
        assert f"side:{side.pk}" not in grant.scopes


def test_an_observer_hears_the_plenary_only_if_the_process_says_so(table):
    assert "plenary" not in table.at("observer").grant.scopes
    Process.unscoped.filter(pk=table.id).update(observers_hear=True)
    assert "plenary" in table.at("observer").grant.scopes


def test_at_the_door_only_what_stands_at_the_door_is_read(table):
    row, grant = Process.unscoped.get(pk=table.id), visibility.at_the_door(table.id)
    assert row.cover_title.open(grant) == "River studies"
    with pytest.raises(NotHere):
        row.title.open(grant)


def test_grants_for_machines_hold_one_purpose_each(table):
    held = {
        visibility.for_counting(table.id).scopes,
        visibility.for_telling(table.id).scopes,
        visibility.for_asking(table.id).scopes,
        visibility.for_resealing(table.id).scopes,
        visibility.at_the_door(table.id).scopes,
    }
    assert held == {
        frozenset({"ballots", "counting"}), frozenset({"figures"}), frozenset({"asking"}), frozenset({"panel", "circle"}), frozenset({"door"}),
    }  # fmt: skip


def test_a_name_is_read_by_its_owner_alone():
    ada, bo = (
        make_convenor(user_name=n, password="correct horse battery") for n in ("Ada of the lake", "Bo of it")
    )
    assert Person.objects.get(pk=ada.pk).name.open(visibility.own_name(ada)) == "Ada of the lake"
    with pytest.raises(NotHere):
        Person.objects.get(pk=bo.pk).name.open(visibility.own_name(ada))


# --- one's own row --------------------------------------------------------------------------------


@pytest.fixture
def voted() -> Table:
    table = consulting(statements=["The ferry runs."], voters=2)
    for label in ("a1", "a2", "b1"):
        row = Statement.unscoped.get(process=table.id)
        statement_acts.vote(statement=row.pk, vote="agree", by=table.at(label))
    return table


def ballot_of(table: Table, label: str) -> Ballot:
    return Ballot.unscoped.get(process=table.id, pseudonym=table.at(label).pseudonym("ballot"))


def test_a_ballot_opens_for_whoever_cast_it_and_for_nobody_else(voted):
    row = ballot_of(voted, "a1")
    own = visibility.own_row(voted.at("a1"), row, instrument="ballot", scope="ballots")
    assert row.vector.open_bytes(own)
    assert own.rows == frozenset({row.pk})
    for other in (voted.at("a2"), voted.at("b1"), voted.lead):
        with pytest.raises(NotHere):
            visibility.own_row(other, row, instrument="ballot", scope="ballots")
        with pytest.raises(NotHere):
            row.vector.open_bytes(other.grant)
    with pytest.raises(NotHere):
        ballot_of(voted, "a2").vector.open_bytes(own)


def test_an_instrument_gives_leave_for_itself_alone(voted):
    with pytest.raises(NotHere):
        visibility.own_row(voted.at("a1"), ballot_of(voted, "a1"), instrument="statement", scope="ballots")


def test_a_row_of_another_process_is_nobodys_own(voted):
    row = ballot_of(voted, "a1")
    row.process_id = begun().id
    with pytest.raises(NotHere):
        visibility.own_row(voted.at("a1"), row, instrument="ballot", scope="ballots")


def test_after_closure_no_row_is_anybodys_own(voted):
    seat, row = voted.at("a1"), ballot_of(voted, "a1")
    keys.keystore().destroy_link(voted.id)
    assert seat.pseudonym("ballot") == b""
    for pseudonym in (bytes(row.pseudonym), b""):
        row.pseudonym = pseudonym
        with pytest.raises(NotHere):
            visibility.own_row(seat, row, instrument="ballot", scope="ballots")


def test_a_row_that_nobody_owns_is_not_mine(voted):
    row = Statement.unscoped.get(process=voted.id)
    row.pseudonym = None
    with pytest.raises(NotHere):
        visibility.own_row(voted.at("a1"), row, instrument="statement", scope="circle")


def test_everybody_reads_the_label_on_their_own_slip(table):
    for label in table.seats:
        row = Seat.unscoped.get(pk=table.seats[label])
        assert row.label.open(visibility.own_seat(table.at(label))) == label
    with pytest.raises(NotHere):
        Seat.unscoped.get(pk=table.seats["Sol"]).label.open(visibility.own_seat(table.at("voter 1")))


# --- reads are asked for a seat -------------------------------------------------------------------

ASKED = [Process, Side, Seat, Invitation, GroundRules, Assent, Statement, Wording, Ballot, AnalysisRun]


@pytest.mark.parametrize("model", ASKED)
def test_a_query_that_does_not_say_for_whom_is_refused(model):
    for ask in (model.objects.all, model.objects.count, lambda: model.objects.filter(pk=uuid.uuid4())):
        with pytest.raises(UnaskedRead):
            ask()


SEES = {
    "Nia": {"Nia", "Noor"}, "Noor": {"Nia", "Noor"}, "Sol": {"Sol"}, "voter 1": {"voter 1"},
    "interpreter": {"interpreter"}, "evaluator": {"evaluator"}, "observer": {"observer"},
}  # fmt: skip


def test_who_takes_part_is_seen_by_the_own_side_and_the_panel(table):
    names = {pk: label for label, pk in table.seats.items()}
    for label, expected in SEES.items():
        seen = {names[row.pk] for row in Seat.objects.seen_by(table.at(label))}
        assert seen == expected, label
    for seat in (table.lead, table.at("expert"), table.at("rapporteur")):
        assert set(names) <= {row.pk for row in Seat.objects.seen_by(seat)}


def test_seats_of_another_process_are_seen_by_nobody(table):
    begun()
    for seat in (table.lead, table.at("Nia"), table.at("observer")):
        assert {row.process_id for row in Seat.objects.seen_by(seat)} == {table.id}
        assert {row.process_id for row in Side.objects.seen_by(seat)} == {table.id}


def test_an_erased_processs_keys_are_gone_for_its_pages_too(table):
    row, grant = Process.unscoped.get(pk=table.id), visibility.at_the_door(table.id)
    keys.erase(table.id)
    with pytest.raises(KeyGone):
        row.cover_title.open(grant)
