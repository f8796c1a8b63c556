"""Sessions tell a thief of the database nothing, and end when somebody leaves."""

from __future__ import annotations

import datetime

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from tests.stories.table import Table, begun
from tracktwo.errors import Refusal
from tracktwo.people import rules
from tracktwo.people.models import Person, Session
from tracktwo.people.sessions import SessionStore

pytestmark = pytest.mark.django_db


@pytest.fixture
def table() -> Table:
    return begun()


def cookie(client: Client) -> str:
    return str(client.cookies[settings.SESSION_COOKIE_NAME].value)


def with_cookie(value: str) -> Client:
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = value
    return client


def test_a_session_row_holds_neither_key_nor_person(table):
    client = table.client()
    row = Session.objects.get()
    kept = f"{row.session_key} {row.session_data}"
    assert cookie(client) not in kept
    assert str(table.person.pk) not in kept
    assert table.person.pk.hex not in kept
    assert str(table.person.pk).encode() not in bytes.fromhex(row.session_data)
    assert len(row.session_key) == 40


def test_what_stands_in_the_database_opens_no_session(table):
    table.client()
    row = Session.objects.get()
    for stolen in (row.session_key, row.session_data[:40], row.session_data):
        assert with_cookie(stolen).get(f"/p/{table.id}/").status_code == 404


def test_the_content_of_a_session_comes_back(table):
    store = SessionStore()
    store["seen"] = ["a", 1]
    store.create()
    store.save()
    assert SessionStore(store.session_key)["seen"] == ["a", 1]
    assert store.exists(str(store.session_key))
    assert not store.exists("x" * 32)


def test_an_altered_session_is_an_empty_one(table):
    client = table.client()
    row = Session.objects.get()
    for altered in (
        row.session_data[:-2],
        "00" + row.session_data[2:],
        "not hex",
        "",
        row.session_data + "00",
    ):
        Session.objects.update(session_data=altered)
        assert client.get(f"/p/{table.id}/").status_code == 404
    assert SessionStore().decode("zz") == {}


def test_sessions_do_not_change_places(table):
    """The content of one session put into the row of another belongs to whoever it was made for: at most a swap."""
    other = begun()
    one, two = table.client(), other.client()
    rows = {row.pk: row.session_data for row in Session.objects.all()}
    assert len(rows) == 2
    assert one.get(f"/p/{other.id}/").status_code == two.get(f"/p/{table.id}/").status_code == 404


def test_the_end_of_a_session_is_a_day_and_tells_no_hour(table):
    table.client()
    end = Session.objects.get().expire_date
    assert end.time() == datetime.time(0)
    assert (
        timezone.now() + datetime.timedelta(hours=12) < end <= timezone.now() + datetime.timedelta(hours=36)
    )


def test_a_session_that_has_ended_opens_nothing(table):
    client = table.client()
    Session.objects.update(expire_date=timezone.now() - datetime.timedelta(minutes=1))
    assert client.get(f"/p/{table.id}/").status_code == 404


def test_signing_out_kills_the_session_and_not_only_the_cookie(table):
    client = table.client()
    value = cookie(client)
    assert with_cookie(value).get(f"/p/{table.id}/").status_code == 200
    client.post("/accounts/logout/")
    assert with_cookie(value).get(f"/p/{table.id}/").status_code == 404
    assert not any(
        "_auth_user_id" in SessionStore().decode(row.session_data) for row in Session.objects.all()
    )


def test_opening_the_page_of_signing_out_does_not_sign_out(table):
    client = table.client()
    assert client.get("/accounts/logout/").status_code == 200
    assert client.get(f"/p/{table.id}/").status_code == 200


def test_a_session_planted_before_signing_in_is_worth_nothing_after_it(table):
    planted = SessionStore()
    planted["bait"] = True
    planted.create()
    client = with_cookie(str(planted.session_key))
    table.seat("Nia", place=1)
    client.post("/enter/", {"code": table.invite("Nia")})
    assert cookie(client) != planted.session_key
    assert with_cookie(str(planted.session_key)).get(f"/p/{table.id}/").status_code == 404
    assert client.get(f"/p/{table.id}/").status_code == 200


def test_a_session_key_that_a_browser_made_up_is_never_taken_over(table):
    client = with_cookie("f" * 32)
    table.seat("Nia", place=1)
    client.post("/enter/", {"code": table.invite("Nia")})
    assert cookie(client) != "f" * 32


def test_the_cookie_is_for_this_site_and_out_of_reach_of_scripts(table):
    table.seat("Nia", place=1)
    client = Client()
    client.post("/enter/", {"code": table.invite("Nia")})
    morsel = client.cookies[settings.SESSION_COOKIE_NAME]
    assert (morsel["httponly"], morsel["samesite"], morsel["expires"]) == (True, "Strict", "")


def test_somebody_who_may_no_longer_sign_in_is_out_at_once(table):
    client = table.client()
    Person.objects.filter(pk=table.person.pk).update(is_active=False)
    assert client.get(f"/p/{table.id}/").status_code == 404


@pytest.mark.parametrize("name", ["", "ab", "  a ", "x" * 61])
def test_a_user_name_has_three_to_sixty_characters(name):
    with pytest.raises(Refusal, match="from 3 to 60"):
        rules.may_be_called(name)
    for right in ("abc", "x" * 60, " abc "):
        rules.may_be_called(right)
