"""Whoever sits on a real panel makes an account; a code alone is not enough any more."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.stories.table import PASSWORD, Table, begun
from tracktwo.errors import Refusal
from tracktwo.people.acts import make_account, new_person
from tracktwo.people.models import Person, handle_of
from tracktwo.process import acts
from tracktwo.process.models import Seat
from tracktwo.process.rules import Kind, Role

pytestmark = pytest.mark.django_db
FORM = {"user_name": "Expert of the lake", "password": PASSWORD, "again": PASSWORD}


@pytest.fixture
def table() -> Table:
    return begun()


def newcomer(table: Table, role: Role, place: int = 0) -> Client:
    """Somebody who has just come in with a code."""
    side = table.sides[place - 1].pk if place else None
    row = acts.add_seat(process=table.id, role=role, label="new", by="facilitator", side=side)
    table.seats["new"] = row.pk
    client = Client()
    assert client.post("/enter/", {"code": table.invite("new")}).status_code in (200, 302)
    return client


def test_somebody_of_the_panel_makes_an_account_before_any_page(table):
    client = newcomer(table, Role.EXPERT)
    for path in (f"/p/{table.id}/", f"/p/{table.id}/statements/", f"/p/{table.id}/record/"):
        assert client.get(path).headers["Location"] == "/account/"
    assert client.get("/account/").status_code == 200
    assert client.post("/account/", FORM).headers["Location"] == "/accounts/2fa/"
    assert client.get(f"/p/{table.id}/").headers["Location"] == "/accounts/2fa/"
    assert Person.objects.known_as("expert of the LAKE") == Seat.unscoped.get(pk=table.seats["new"]).person


def test_an_account_is_made_once(table):
    client = newcomer(table, Role.EXPERT)
    client.post("/account/", FORM)
    assert client.get("/account/").status_code == client.post("/account/", FORM).status_code == 404
    with pytest.raises(Refusal, match="already"):
        make_account(
            person=Person.objects.get(handle=handle_of(FORM["user_name"])),
            user_name="other",
            password=PASSWORD,
        )


def test_two_people_do_not_take_one_user_name(table):
    newcomer(table, Role.EXPERT).post("/account/", FORM)
    answer = newcomer(table, Role.RAPPORTEUR).post("/account/", FORM | {"user_name": "EXPERT of the lake"})
    assert answer.status_code == 400
    assert "taken" in answer.content.decode()
    with pytest.raises(Refusal, match="taken"):
        make_account(person=new_person(), user_name="Expert OF the lake", password=PASSWORD)


def test_the_wider_circle_needs_no_account_and_finds_no_page_to_try_user_names_on(table):
    for role in (Role.VOTER, Role.PARTICIPANT):
        client = newcomer(table, role, 1)
        assert client.get(f"/p/{table.id}/").status_code == 200
        assert client.get("/account/").status_code == 404
    assert Client().get("/account/").status_code == 404


def test_in_an_exercise_nobody_needs_an_account():
    table = begun(kind=Kind.EXERCISE)
    assert newcomer(table, Role.EXPERT).get(f"/p/{table.id}/").status_code == 200


def test_a_code_does_not_open_a_seat_that_has_an_account(table):
    """However somebody came by the code: the second step would be worth nothing."""
    table.seat("expert", Role.EXPERT)
    codes = []
    try:
        codes.append(table.invite("expert"))
    except Refusal:
        return
    client = Client()
    client.post("/enter/", {"code": codes[0]})
    answer = client.get(f"/p/{table.id}/")
    assert answer.status_code != 200, "in without password and second step"
