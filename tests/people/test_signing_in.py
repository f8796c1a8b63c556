"""The panel signs in by user name, password and a second step; nothing of it is kept that could tell on anybody."""

from __future__ import annotations

import datetime
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.db import connection, models
from django.test import Client
from django.urls import reverse

from tests.stories.table import begun, plainly
from tracktwo.people import site
from tracktwo.people.acts import make_convenor
from tracktwo.people.models import Person, Session

pytestmark = pytest.mark.django_db
NAME, PASSWORD = "Ada of the Lake", "a quiet river at noon"


@pytest.fixture(autouse=True)
def no_guesses_counted() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def ada() -> Person:
    return make_convenor(user_name=NAME, password=PASSWORD)


def sign_in(client: Client, name: str = NAME, password: str = PASSWORD) -> Any:
    return client.post("/accounts/login/", {"login": name, "password": password})


def opened(client: Client, path: str) -> Any:
    """A page that may ask for the password once more."""
    answer = client.get(path)
    if answer.status_code == 302:
        answer = client.post(answer.headers["Location"], {"password": PASSWORD, "next": path}, follow=True)
    assert answer.request["PATH_INFO"] == path, answer.content.decode()
    return answer


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def with_one_time_password(person: Person) -> str:
    """Give somebody a second step, as the pages do; returns the secret their phone holds."""
    client = Client()
    assert sign_in(client).status_code == 302
    page = opened(client, "/accounts/2fa/totp/activate/")
    secret = re.findall(r"[A-Z2-7]{32}", page.content.decode())[0]
    answer = client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    assert answer.status_code == 302, answer.content.decode()
    cache.clear()
    return secret


# --- the second step ------------------------------------------------------------------------------


def test_with_a_password_alone_one_gets_to_the_second_step_and_no_further(ada):
    table, client = begun(), Client()
    sign_in(client)
    for path in ("/", "/begin/", f"/p/{table.id}/", f"/p/{table.id}/vote/", "/enter/"):
        for method in ("get", "post"):
            answer = getattr(client, method)(path)
            assert (answer.status_code, answer.headers.get("Location")) == (302, "/accounts/2fa/"), path
    assert client.get("/accounts/2fa/").status_code == 200
    assert client.get("/leave/").status_code == 200


def test_one_time_password_and_passkey_are_both_within_reach(ada):
    client = Client()
    sign_in(client)
    page = client.get("/accounts/2fa/").content.decode()
    for path in (reverse("mfa_activate_totp"), reverse("mfa_add_webauthn")):
        assert path in page
        assert opened(client, path).status_code == 200, path


def test_the_page_after_signing_in_shows_no_index(ada):
    client = Client()
    sign_in(client)
    assert not re.search("[0-9a-f]{64}", client.get("/accounts/2fa/").content.decode())


def test_asked_once_more_a_wrong_password_does_not_do(ada):
    client = Client()
    sign_in(client)
    answer = client.get("/accounts/2fa/totp/activate/")
    if answer.status_code == 302:
        wrong = client.post(answer.headers["Location"], {"password": "a wrong password here"})
        assert wrong.status_code == 200
        assert client.get("/accounts/2fa/totp/activate/").status_code == 302


def test_once_there_is_a_second_step_it_is_asked_before_any_page(ada):
    secret, client = with_one_time_password(ada), Client()
    answer = sign_in(client)
    assert answer.headers["Location"] == reverse("mfa_authenticate")
    assert client.get("/begin/").status_code == 404  # as for anybody who has not signed in
    assert "authenticate" in client.get(reverse("mfa_authenticate")).content.decode().lower()
    answer = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert answer.status_code == 200
    assert client.get("/begin/").status_code == 404
    answer = client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert answer.status_code == 302
    assert client.get("/begin/").status_code == 200


def test_recovery_codes_alone_are_no_second_step(ada):
    Authenticator(user=ada, type=Authenticator.Type.RECOVERY_CODES, data={"seed": "x"}).save()
    client = Client()
    client.force_login(ada)
    assert client.get("/").headers["Location"] == "/accounts/2fa/"


def test_somebody_who_came_with_a_code_needs_no_second_step():
    table = begun()
    assert table.client().get("/").status_code == 200


# --- user names -----------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", [NAME, NAME.upper(), NAME.lower(), f"  {NAME} ", "ADA OF THE lake"])
def test_a_user_name_is_found_however_it_is_typed(ada, typed):
    assert Person.objects.known_as(typed) == ada


def test_a_user_name_is_found_in_any_form_of_unicode(ada):
    composed, apart = "L\u00e9a du Fleuve", "Le\u0301a du Fleuve"
    lea = make_convenor(user_name=composed, password=PASSWORD)
    assert Person.objects.known_as(apart) == lea


def test_the_user_name_stands_nowhere_in_the_database(ada):
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM tracktwo_person")
        kept = b" ".join(
            bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
            for row in cursor.fetchall()
            for value in row
        )
    for form in (NAME, NAME.lower(), NAME.casefold(), PASSWORD, "lake"):
        assert form.encode() not in kept


def test_a_wrong_name_and_a_wrong_password_read_the_same(ada):
    pages = set()
    for name, password in ((NAME, "a wrong password here"), ("Nobody at all", PASSWORD), ("Nobody", "x")):
        answer = sign_in(Client(), name, password)
        assert answer.status_code == 200
        pages.add(plainly(answer.content).replace(f'value="{name}"', ""))
        cache.clear()
    assert len(pages) == 1


def test_a_wrong_name_costs_as_much_work_as_a_wrong_password(ada, monkeypatch):
    from django.contrib.auth.hashers import Argon2PasswordHasher

    worked: list[str] = []
    for work in ("encode", "verify"):
        real = getattr(Argon2PasswordHasher, work)

        def counted(self, *args, real=real, work=work, **named):
            worked.append(work)
            return real(self, *args, **named)

        monkeypatch.setattr(Argon2PasswordHasher, work, counted)
    sign_in(Client(), NAME, "a wrong password here")
    known, worked[:] = len(worked), []
    sign_in(Client(), "Nobody at all", "a wrong password here")
    assert known
    assert worked.count("encode") >= 1


def test_guessing_is_stopped_after_a_few_tries(ada):
    answers = [plainly(sign_in(Client(), NAME, f"wrong guess {n}").content) for n in range(6)]
    assert any("Too many" in page for page in answers)
    client = Client()
    sign_in(client)
    assert client.get("/begin/").status_code == 404, "the right password comes too late as well"


def test_guessing_many_names_from_one_place_is_stopped_too(ada):
    statuses = [sign_in(Client(), f"name {n}", "a wrong password here") for n in range(11)]
    assert any(a.status_code == 429 or b"Too many" in a.content for a in statuses)


def test_a_short_or_common_or_numeric_password_makes_no_account():
    from django.core.exceptions import ValidationError

    for password in ("short", "password1234"[:11], "123456789012", "qwertyuiopas"[:9]):
        with pytest.raises(ValidationError):
            make_convenor(user_name="Somebody", password=password)
    assert not Person.objects.exists()


# --- set-up ---------------------------------------------------------------------------------------

FORM = {
    "site_name": "River house", "language": "fr", "user_name": NAME, "password": PASSWORD, "again": PASSWORD,
}  # fmt: skip


@pytest.fixture
def data(settings, tmp_path):
    settings.DATA = tmp_path
    return tmp_path


def test_the_set_up_page_opens_with_its_token_once(data):
    path = f"/set-up/{site.new_set_up_token()}/"
    client = Client()
    assert client.get(path).status_code == 200
    assert client.get(path).status_code == 200  # looking uses nothing up
    answer = client.post(path, FORM)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/accounts/2fa/")
    assert client.get("/accounts/2fa/").status_code == 200
    assert Client().get(path).status_code == Client().post(path, FORM).status_code == 404
    person = Person.objects.get()
    assert (person.convenes, person.check_password(PASSWORD)) == (True, True)
    assert site.read() == {"name": "River house", "language": "fr"}


def test_after_set_up_a_second_step_can_be_added_at_once(data):
    client = Client()
    client.post(f"/set-up/{site.new_set_up_token()}/", FORM)
    answer = opened(client, reverse("mfa_activate_totp"))
    assert re.search(r"[A-Z2-7]{32}", answer.content.decode())


def test_without_the_right_token_there_is_no_set_up(data):
    assert Client().get("/set-up/anything/").status_code == 404
    site.new_set_up_token()
    for token in ("anything", "x" * 5000, "%00", "٣"):
        assert Client().post(f"/set-up/{token}/", FORM).status_code == 404
    assert not Person.objects.exists()


def test_a_new_token_ends_the_one_before(data):
    old, new = site.new_set_up_token(), site.new_set_up_token()
    assert (site.token_opens(old), site.token_opens(new)) == (False, True)
    kept = (data / "set-up").read_text()
    assert new not in kept
    assert (data / "set-up").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "wrong",
    [{"again": "something else altogether"}, {"password": "short", "again": "short"}, {"user_name": "x"},
     {"language": "tlh"}, {"site_name": ""}, {"user_name": "n" * 61},
     {"password": "1234567890123", "again": "1234567890123"}],
)  # fmt: skip
def test_a_set_up_that_is_not_right_can_be_corrected(data, wrong):
    path = f"/set-up/{site.new_set_up_token()}/"
    assert Client().post(path, FORM | wrong).status_code == 400
    assert not Person.objects.exists()
    assert Client().post(path, FORM).status_code == 302


# --- what is kept ---------------------------------------------------------------------------------


def test_no_time_of_anything_anybody_did_is_kept(ada):
    """Every date in every table after signing in, a second step and a seat taken: only days and fixed values."""
    secret, client = with_one_time_password(ada), Client()
    sign_in(client)
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    table = begun()
    table.client().get(f"/p/{table.id}/")
    found = {}
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.DateTimeField | models.TimeField):
                values = {
                    v for v in model._base_manager.values_list(field.attname, flat=True) if v is not None
                }
                if values:
                    found[f"{model.__name__}.{field.attname}"] = values
    assert set(found) == {"Session.expire_date", "Authenticator.created_at"}
    assert {v.year for v in found["Authenticator.created_at"]} == {2000}
    assert {v.time() for v in found["Session.expire_date"]} == {datetime.time(0)}


def test_nothing_names_an_address_or_a_browser(ada):
    client = Client(headers={"user-agent": "Canary/7"}, REMOTE_ADDR="203.0.113.77")
    sign_in(client)
    client.get("/accounts/2fa/")
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            kept = repr(cursor.fetchall())
            assert "203.0.113" not in kept, table
            assert "Canary" not in kept, table
    assert "203.0.113" not in repr(getattr(cache, "_cache", {}))


def test_the_secret_of_a_one_time_password_is_sealed(ada):
    secret = with_one_time_password(ada)
    row = Authenticator.objects.get(type=Authenticator.Type.TOTP)
    assert secret not in repr(row.data)
    assert decrypt(row.data["secret"]) == secret


def test_people_have_no_mail_address_and_no_last_login():
    kept = {field.attname for field in Person._meta.concrete_fields}
    assert kept == {"id", "handle", "name", "convenes", "is_active", "password"}
    assert {f.attname for f in Session._meta.concrete_fields} == {
        "session_key",
        "session_data",
        "expire_date",
    }
    assert "django.contrib.admin" not in settings.INSTALLED_APPS
    assert "allauth.usersessions" not in settings.INSTALLED_APPS
