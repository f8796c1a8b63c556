"""The pages of needs and fears, as those at the table find them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.concerns.test_concern_acts import on_table, table_in
from tests.stories.table import Table
from tracktwo.concerns import acts
from tracktwo.concerns.models import Concern, Constraint, Idea, Reassurance, ReentryPlan, Restatement
from tracktwo.concerns.rules import ConcernKind, Deed
from tracktwo.process.models import Process
from tracktwo.process.phases import Phase
from tracktwo.statements import closure
from tracktwo.vault import keys

pytestmark = pytest.mark.django_db
NEED, FEAR, MISPERCEPTION = ConcernKind


@pytest.fixture
def table(db: None) -> Table:
    return table_in(Phase.CONVENING)


def at(table: Table, path: str) -> str:
    return f"/p/{table.id}/{path}"


def page(client: Client, table: Table, path: str, status: int = 200) -> str:
    answer = client.get(at(table, path))
    assert answer.status_code == status
    return answer.content.decode()


def send(client: Client, table: Table, path: str, **sends: Any) -> HttpResponse:
    return client.post(at(table, path), sends)  # type: ignore[return-value]


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def test_from_my_own_words_to_the_table_and_heard_in_the_browser_alone(table: Table) -> None:
    nia, sol = table.client("Nia"), table.client("Sol")
    assert "Nothing is on the table yet" in page(nia, table, "needs/")
    assert send(nia, table, "needs/mine/", do="write", kind="need", text="Water").status_code == 302
    row = Concern.unscoped.get()
    assert "Water" in page(nia, table, "needs/mine/")
    assert "Water" not in page(table.client("Noor"), table, "needs/mine/")
    edited = {"do": "edit", "words": str(row.pk), f"{row.pk}-text": "Water in June"}
    assert send(nia, table, "needs/mine/", **edited).status_code == 302
    send(nia, table, "needs/mine/", do="share", words=str(row.pk))
    shared = page(table.client("Noor"), table, "needs/mine/")
    assert "Water in June" in shared and "2 people of your side read this. You are one of them." in shared
    assert "written by you" not in shared and "written by you" in page(nia, table, "needs/mine/")
    send(table.client("Noor"), table, "needs/mine/", do="put", words=str(row.pk))
    board = page(sol, table, "needs/")
    assert "Heard by South: 0 of 1 concern of North." in board and "not restated yet" in board
    send(sol, table, f"needs/{row.pk}/", do="restate", text="Your fields")
    said = Restatement.unscoped.get()
    assert "Another side has restated a concern of yours" in page(nia, table, "needs/")
    assert "Waits for an answer" in page(sol, table, f"needs/{row.pk}/")
    missing = {f"{said.pk}-missing": "And the children"}
    send(nia, table, f"needs/{row.pk}/", do="not-yet", restatement=str(said.pk), **missing)
    chain = plain(page(sol, table, f"needs/{row.pk}/"))
    assert "What is missing: And the children" in chain
    send(sol, table, f"needs/{row.pk}/", do="restate", text="Your children")
    last = Restatement.unscoped.get(number=2)
    send(nia, table, f"needs/{row.pk}/", do="heard", restatement=str(last.pk))
    assert "Heard by South: 1 of 1 concern of North." in page(sol, table, "needs/")


def test_one_side_can_be_chosen_and_a_letter_that_nobody_has_shows_all(table: Table) -> None:
    on_table(table)
    on_table(table, "A road", "Sol")
    sol = table.client("Sol")
    assert "A road" not in page(sol, table, "needs/?side=A")
    assert "A road" in page(sol, table, "needs/?side=B")
    assert "Water in summer" in page(sol, table, "needs/?side=Z")


def test_the_board_says_it_in_a_sentence_a_picture_and_a_table(table: Table) -> None:
    on_table(table)
    found = page(table.client("interpreter"), table, "needs/")
    sentence, picture, rows = (
        found.index(one) for one in ("Heard by South", '<svg class="figure"', "<table")
    )
    assert sentence < picture < rows
    assert "Write in private" not in found


def test_a_misperception_says_about_whom_and_is_answered_by_them(table: Table) -> None:
    nia = table.client("Nia")
    wrong = send(nia, table, "needs/mine/", do="write", kind="misperception", text="They want us thirsty")
    assert wrong.status_code == 400
    assert "Say about which other side" in wrong.content.decode()
    south = table.sides[1].pk
    send(nia, table, "needs/mine/", do="write", kind="misperception", text="Thirsty", about=str(south))
    send(nia, table, "needs/mine/", do="write", kind="need", text="Bread", about=str(south))
    assert {(row.kind, row.about_id) for row in Concern.unscoped.all()} == {
        ("misperception", south),
        ("need", None),
    }
    row = on_table(table, "They laugh at us", kind=MISPERCEPTION, about=south)
    assert "What you do say" in page(table.client("Sol"), table, f"needs/{row.pk}/")
    assert "What you do say" not in page(table.client("Eda"), table, f"needs/{row.pk}/")
    assert "not asked" in page(table.client("Eda"), table, "needs/")
    send(table.client("Sol"), table, f"needs/{row.pk}/", do="restate", text="We listen")
    assert "We listen" in page(nia, table, f"needs/{row.pk}/")


@pytest.mark.parametrize(
    ("path", "sends", "word"),
    [
        ("needs/mine/", {"do": "write", "kind": "need", "text": ""}, "needs/mine"),
        ("constraints/", {"do": "write", "text": ""}, "constraints"),
        ("ideas/", {"do": "write", "text": ""}, "ideas"),
        ("re-entry/", {"day": "tomorrow", "say": "Nothing"}, "Nothing"),
    ],
)
def test_a_form_with_faults_comes_back_with_them(
    table: Table, path: str, sends: dict[str, Any], word: str
) -> None:
    acts.write_idea(text="A ferry", by=table.at("Sol"))
    answer = send(table.client("Nia"), table, path, **sends)
    assert answer.status_code == 400
    assert "field-errors" in answer.content.decode() and word in answer.content.decode()


def test_small_forms_with_faults_come_back_where_they_stood(table: Table) -> None:
    nia, sol = table.client("Nia"), table.client("Sol")
    row = on_table(table)
    tried = acts.restate(concern=row.pk, text="So", by=table.at("Eda"))
    own = acts.write(kind=NEED, text="Mine", by=table.at("Nia"))
    idea = acts.write_idea(text="A ferry", by=table.at("Sol"))
    for client, path, sends in (
        (sol, f"needs/{row.pk}/", {"do": "restate", "text": ""}),
        (nia, f"needs/{row.pk}/", {"do": "not-yet", "restatement": str(tried.pk)}),
        (nia, f"needs/{row.pk}/", {"do": "ask", "text": ""}),
        (sol, f"needs/{row.pk}/", {"do": "offer", "text": ""}),
        (nia, "needs/mine/", {"do": "edit", "words": str(own.pk), f"{own.pk}-text": ""}),
        (nia, "ideas/", {"do": "link", "idea": str(idea.pk)}),
    ):
        answer = send(client, table, path, **sends)
        assert (answer.status_code, answer.content.count(b'class="field-errors"')) == (400, 1), sends


def test_ideas_constraints_and_gestures_in_the_browser(table: Table) -> None:
    nia, sol, bo = table.client("Nia"), table.client("Sol"), table.client()
    row = on_table(table, kind=FEAR)
    assert "Constraints come after ideas" in page(nia, table, "constraints/")
    assert send(nia, table, "constraints/", do="write", text="A promised law").status_code == 409
    send(sol, table, "ideas/", do="write", text="What if the ferry ran?", answers=[str(row.pk)])
    idea = Idea.unscoped.get()
    assert "Water in summer" in page(nia, table, "ideas/")
    assert "What if the ferry ran?" in page(nia, table, f"needs/{row.pk}/")
    send(bo, table, "ideas/", do="aside", idea=str(idea.pk))
    assert "Set aside by the facilitators" in page(nia, table, "ideas/")
    send(bo, table, "ideas/", do="take-up", idea=str(idea.pk))
    other = on_table(table, "A road", "Sol")
    send(sol, table, "ideas/", do="link", idea=str(idea.pk), **{f"{idea.pk}-answers": [str(other.pk)]})
    assert "A road" in page(nia, table, "ideas/")
    send(nia, table, "constraints/", do="write", text="A promised law")
    bond = Constraint.unscoped.get()
    assert "A promised law" not in page(sol, table, "constraints/")
    for do in ("share", "put"):
        send(nia, table, "constraints/", do=do, words=str(bond.pk))
    assert "A promised law" in page(bo, table, "constraints/")
    send(nia, table, f"needs/{row.pk}/", do="ask", text="Quiet at night")
    asked = Reassurance.unscoped.get()
    assert "Quiet at night" in page(sol, table, "reassurances/")
    for client, deed in ((sol, Deed.OFFER), (nia, Deed.KEEP)):
        answer = send(client, table, "reassurances/", do=deed.value, reassurance=str(asked.pk))
        assert answer.status_code == 302
    assert "kept for a confidence-building measure" in page(bo, table, "reassurances/")
    send(sol, table, f"needs/{row.pk}/", do="offer", text="Readings every day")
    assert "Readings every day" in page(nia, table, f"needs/{row.pk}/")


def test_a_plan_to_go_home_is_kept_changed_and_read_by_the_panel(table: Table) -> None:
    nia = table.client("Nia")
    assert "No plan yet" in page(table.client(), table, "re-entry/")
    send(nia, table, "re-entry/", say="That I was away", day="2027-03-01", once="twice")
    send(nia, table, "re-entry/", say="Another", day="2027-03-02", once="twice")
    assert 'value="2027-03-01"' in page(nia, table, "re-entry/")
    read = plain(page(table.client("expert"), table, "re-entry/"))
    assert "Nia" in read and "That I was away" in read and "2027-03-01" in read
    assert "That I was away" not in page(table.client("Noor"), table, "re-entry/")
    assert page(table.client("evaluator"), table, "re-entry/", 404)
    assert send(table.client(), table, "re-entry/", say="x").status_code == 404
    Process.unscoped.filter(pk=table.id).update(phase=Phase.CLOSED)
    closed = page(nia, table, "re-entry/")
    assert "That I was away" in closed and "<textarea" not in closed
    assert "Nothing to do here now" in page(table.client("Sol"), table, "re-entry/")
    assert ReentryPlan.unscoped.count() == 1


def test_an_observer_is_told_why_nothing_is_shown_unless_the_rules_let_them_hear(table: Table) -> None:
    row = on_table(table)
    observer = table.client("observer")
    for path in ("needs/", "ideas/", "constraints/", "reassurances/"):
        assert "This stays at the table" in page(observer, table, path)
    page(observer, table, f"needs/{row.pk}/", 404)
    Process.unscoped.filter(pk=table.id).update(observers_hear=True)
    assert "Water in summer" in page(observer, table, "needs/")
    assert "Nobody of this side has tried yet" in page(observer, table, f"needs/{row.pk}/")
    assert send(observer, table, f"needs/{row.pk}/", do="restate", text="x").status_code == 404


def test_words_that_are_not_on_the_table_have_no_page_of_their_own(table: Table) -> None:
    own = acts.write(kind=NEED, text="Mine", by=table.at("Nia"))
    page(table.client("Nia"), table, f"needs/{own.pk}/", 404)


def test_what_nobody_offers_is_not_here(table: Table) -> None:
    nia = table.client("Nia")
    for path in ("needs/mine/", "ideas/", "constraints/", "reassurances/"):
        assert send(nia, table, path, do="vote").status_code == 404
        assert send(nia, table, path).status_code == 404
    assert send(nia, table, "needs/mine/", do="share", words="no id").status_code == 404
    assert send(table.client(), table, "constraints/", do="write", text="A promised law").status_code == 404


def test_in_preparation_nothing_is_to_be_done_and_the_page_says_so() -> None:
    table = table_in(Phase.PREPARING)
    nia = table.client("Nia")
    assert "Nothing to do here now" in page(nia, table, "needs/mine/")
    assert "in private, shares it among its own" in page(nia, table, "needs/")
    assert "<form method" not in page(nia, table, "ideas/").split("<h1>")[1].split("</main>")[0]


def test_a_form_sent_twice_is_as_once(table: Table) -> None:
    nia = table.client("Nia")
    for _time in range(2):
        sent = send(nia, table, "needs/mine/", do="write", kind="need", text="Water", once="the same")
        assert sent.status_code == 302
    assert Concern.unscoped.count() == 1


def test_after_closing_the_table_is_read_and_nobody_is_anybodys_author(table: Table) -> None:
    on_table(table)
    private = acts.write(kind=NEED, text="Mine alone", by=table.at("Nia"))
    closure.close(by=table.lead)
    assert not keys.keystore().holds_link(table.id)
    for label in ("Nia", "Noor", "Sol"):
        client = table.client(label)
        assert "Water in summer" in page(client, table, "needs/")
        own = page(client, table, "needs/mine/")
        assert "Mine alone" not in own and 'name="do"' not in own
    assert Concern.unscoped.get(pk=private.pk).pseudonym is None
    refused = send(table.client("Sol"), table, "ideas/", do="write", text="Too late")
    assert (refused.status_code, b"This process is closed" in refused.content) == (409, True)
