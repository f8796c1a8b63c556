"""The pages of voting and of figures, as a browser without JavaScript meets them."""

from __future__ import annotations

import re
import uuid
from typing import Any

import numpy as np
import pytest
from django.test import Client

from tests.stories.table import Table, begun, consulting
from tracktwo.process.models import Process
from tracktwo.process.phases import Phase
from tracktwo.process.rules import Role
from tracktwo.statements import acts, analysis
from tracktwo.statements.models import Statement

pytestmark = pytest.mark.django_db
COUNT = 9


@pytest.fixture
def table() -> Table:
    return consulting(statements=[f"Statement {n}." for n in range(COUNT)], voters=1)


def asked(page: str) -> str:
    """The id of the statement a page puts to the vote."""
    return re.findall(r'name="statement" value="([0-9a-f-]{36})"', page)[0]


def votes(table: Table, label: str = "a1") -> dict[int, str]:
    own = acts.own_ballot(table.at(label))
    return {slot: what for slot in range(COUNT) if own and (what := own.vote(slot))}


# --- voting ---------------------------------------------------------------------------------------


def test_voting_takes_a_form_and_nothing_else(table):
    client, path, seen = table.client("a1"), f"/p/{table.id}/vote/", []
    page = client.get(path)
    for number in range(COUNT):
        statement = asked(page.content.decode())
        seen.append(statement)
        page = client.post(
            path, {"statement": statement, "vote": ["agree", "disagree", "pass"][number % 3]}, follow=True
        )
        assert page.status_code == 200
    assert len(set(seen)) == COUNT
    assert len(votes(table)) == COUNT
    assert "You have voted on every statement" in page.content.decode()


def test_a_vote_can_be_undone_and_changed_on_the_page(table):
    client, path = table.client("a1"), f"/p/{table.id}/vote/"
    first = asked(client.get(path).content.decode())
    after = client.post(path, {"statement": first, "vote": "agree"}, follow=True).content.decode()
    assert 'value="undo"' in after
    assert len(votes(table)) == 1
    again = client.post(path, {"statement": first, "vote": "undo"}, follow=True).content.decode()
    assert votes(table) == {}
    assert asked(again) == first
    client.post(path, {"statement": first, "vote": "disagree"})
    page = client.get(f"{path}?again={first}").content.decode()
    assert re.search(r'value="disagree"[^>]*aria-pressed="true"', page)
    assert list(votes(table).values()) == ["disagree"]


def test_looking_at_a_page_never_votes(table):
    client, path = table.client("a1"), f"/p/{table.id}/vote/"
    first = asked(client.get(path).content.decode())
    for query in (f"?statement={first}&vote=agree", f"?again={first}&vote=agree", f"?last={first}"):
        assert client.get(path + query).status_code == 200
    assert votes(table) == {}


def test_the_page_of_voting_needs_no_script(table):
    page = table.client("a1").get(f"/p/{table.id}/vote/").content.decode()
    assert re.search(r'<form method="post"[^>]*>', page)
    assert {"agree", "disagree", "pass"} <= set(re.findall(r'<button[^>]*name="vote" value="(\w+)"', page))
    assert not re.search(r"<script(?![^>]*src=)", page)
    assert not re.search(r'\son\w+="', page)


def test_the_panel_has_no_page_to_vote_on(table):
    table.seat("observer", Role.OBSERVER)
    for client in (table.client(), table.client("observer"), Client()):
        assert client.get(f"/p/{table.id}/vote/").status_code == 404


def test_the_page_asks_nothing_when_voting_is_not_open(table):
    first = Statement.unscoped.get(process_id=table.id, slot=0).pk
    Process.unscoped.filter(pk=table.id).update(phase=Phase.DRAFTING)
    answer = table.client("a1").post(f"/p/{table.id}/vote/", {"statement": str(first), "vote": "agree"})
    assert answer.status_code == 409
    assert "Your earlier votes are kept" in answer.content.decode()


# --- first think, then look -----------------------------------------------------------------------


def test_what_every_side_supports_shows_after_seven_votes_of_ones_own(table):
    slots = np.full((40, COUNT), 3, np.uint8)
    acts.cast(process=table.id, side=[1] * 20 + [2] * 20, slots=slots, by="voter", verb="votes")
    analysis.run(process=table.id, by="facilitator")
    client = table.client("a1")
    paths = [f"/p/{table.id}/common-ground/{rest}" for rest in ("", "table/", "map/")]
    for number, row in enumerate(Statement.unscoped.filter(process_id=table.id).order_by("slot")[:7]):
        for path in paths:
            answer = client.get(path)
            assert answer.status_code == 409, number
            assert f"You have voted on {number}" in answer.content.decode()
            assert "90" not in re.sub(r"[0-9a-f-]{36}", "", answer.content.decode().split("<main")[1])
        acts.vote(statement=row.pk, vote="pass", by=table.at("a1"))
    assert [client.get(path).status_code for path in paths] == [200] * 3


def test_the_panel_looks_without_voting(table):
    for role in (Role.OBSERVER, Role.INTERPRETER):
        table.seat(str(role), role)
    for client in (table.client(), table.client("observer"), table.client("interpreter")):
        assert client.get(f"/p/{table.id}/common-ground/").status_code == 200


def test_each_side_meets_the_statement_it_likes_and_another_cannot():
    table = consulting(statements=["Shared.", "Northern.", "Southern."], voters=1)
    slots = np.array([[3, 3, 1]] * 30 + [[3, 1, 3]] * 30, np.uint8)
    acts.cast(process=table.id, side=[1] * 30 + [2] * 30, slots=slots, by="voter", verb="votes")
    analysis.run(process=table.id, by="facilitator")
    for label, likes in (("a1", "Northern."), ("b1", "Southern.")):
        for row in Statement.unscoped.filter(process_id=table.id):
            acts.vote(statement=row.pk, vote="pass", by=table.at(label))
        page = table.client(label).get(f"/p/{table.id}/common-ground/").content.decode()
        before, after = page.split("Your side likes it, another side cannot")
        assert "Shared." in before
        assert likes in after
        assert ("Northern." in page) + ("Southern." in page) == 1
        assert "About 30 people of your side have voted" in after


# --- what people send -----------------------------------------------------------------------------

TRICKS: dict[str, str | bytes] = {
    "a million signs": "x" * 1_000_000,
    "a NUL": "be\x00fore",
    "an override": "be\u202efore\u2066\u200b",
    "controls": "a\x01\x08\x7f\x9fb",
    "joined up": "\ufeff\u00adword",
    "nothing": "",
    "blanks": " \t\n ",
    "markup": "<script>alert(1)</script>{{ 7|add:7 }}{% csrf_token %}%(n)s",
    "half a sign": b"\xed\xa0\x80",
    "no unicode": b"\xff\xfe\xfa",
}


def sent(client: Client, path: str, words: dict[str, str | bytes]) -> Any:
    """Send a form byte by byte, as no browser would and an adversary can."""
    from urllib.parse import quote_plus

    body = "&".join(f"{name}={quote_plus(value)}" for name, value in words.items())
    return client.post(path, body, content_type="application/x-www-form-urlencoded")


@pytest.mark.parametrize("trick", TRICKS)
def test_a_statement_is_cleaned_or_refused_and_never_breaks_the_site(table, trick):
    path, text = f"/p/{table.id}/statements/write/", TRICKS[trick]
    answer = sent(table.client("a1"), path, {"text": text, "language": "en", "once": "x"})
    assert answer.status_code in (302, 400)
    for row in Statement.objects.seen_by(table.at("a1")).filter(slot=None):
        kept = row.seen(table.at("a1"), "en").text
        assert not re.search(
            "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b\ufeff\u00ad]", kept
        )
        assert 0 < len(kept) <= 280
        page = table.client("a1").get(f"/p/{table.id}/statements/").content.decode()
        assert "<script>alert" not in page


FORMS = ["rules/", "seats/", "close/", "steps/", "statements/moderate/", "seats/slips/"]
FIELDS = ["text", "label", "title", "do", "statement", "seat", "version", "once"]


@pytest.mark.parametrize("trick", TRICKS)
def test_no_form_of_the_panel_breaks_on_what_is_typed_into_it(table, trick):
    client = table.client()
    for path in FORMS:
        everything = dict.fromkeys([*FIELDS, "role", "side", "reason"], TRICKS[trick])
        for words in ({one: TRICKS[trick]} for one in FIELDS):
            assert sent(client, f"/p/{table.id}/{path}", words).status_code < 500, (path, words.keys())
        assert sent(client, f"/p/{table.id}/{path}", everything).status_code < 500, path


@pytest.mark.parametrize("what", ["", "x", "None", "\x00", "1" * 40, "0" * 32, "{}", "../..", "💧"])
def test_an_id_that_is_none_reads_like_one_that_does_not_exist(table, what):
    client, other = table.client("a1"), consulting(statements=["Elsewhere."])
    foreign = str(Statement.unscoped.get(process_id=other.id).pk)
    for statement in (what, foreign, str(uuid.uuid4())):
        answer = client.post(f"/p/{table.id}/vote/", {"statement": statement, "vote": "agree"})
        assert answer.status_code == 404
    for query in ("again", "last"):
        assert client.get(f"/p/{table.id}/vote/", {query: what}).status_code == 200
    posts: list[tuple[str, dict[str, str]]] = [
        ("statements/moderate/", {"statement": what, "do": "open"}), ("rules/", {"version": what}),
        ("seats/slips/", {"seat": what}),
        ("statements/moderate/", {"statement": foreign, "do": "open"}),
    ]  # fmt: skip
    for path, words in posts:
        assert table.client().post(f"/p/{table.id}/{path}", words).status_code in (302, 404, 409), path


def test_missing_fields_are_said_and_not_a_fault(table):
    for path in (
        "statements/write/",
        "rules/",
        "seats/",
        "vote/",
        "statements/moderate/",
        "steps/",
        "close/",
    ):
        for client in (table.client(), table.client("a1")):
            assert client.post(f"/p/{table.id}/{path}", {"once": "x"}).status_code in (302, 400, 404, 409), (
                path
            )
            assert client.post(f"/p/{table.id}/{path}", {}).status_code < 500, path


def test_a_body_too_large_to_read_is_refused(table):
    answer = table.client("a1").post(
        f"/p/{table.id}/statements/write/", {"text": "x" * 3_000_000, "language": "en"}
    )
    assert answer.status_code in (400, 413)


def test_a_form_in_another_encoding_is_not_a_fault(table):
    client, path = table.client("a1"), f"/p/{table.id}/statements/write/"
    for kind, body in [
        ("application/json", b'{"text": "x"}'), ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=x", b"--x\r\nbroken"), ("text/plain", b"\xff"),
        ("application/x-www-form-urlencoded; charset=utf-16", b"text=x"),
        ("application/x-www-form-urlencoded; charset=klingon", b"text=x"),
    ]:  # fmt: skip
        assert client.generic("POST", path, body, content_type=kind).status_code < 500, kind
    many = "&".join(f"f{n}=1" for n in range(2000))
    assert client.post(path, many, content_type="application/x-www-form-urlencoded").status_code < 500


def test_statements_of_another_process_have_no_page_of_languages(table):
    other = begun()
    other.go_to(Phase.CONSULTING)
    foreign = other.statement("Elsewhere.")
    for sid in (foreign.pk, uuid.uuid4()):
        for method in ("get", "post"):
            answer = getattr(table.client(), method)(f"/p/{table.id}/statements/{sid}/wordings/")
            assert answer.status_code == 404
