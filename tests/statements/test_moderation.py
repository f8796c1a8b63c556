"""Statements wait for the panel, are opened or not with a reason, and exist in languages without a silent mix."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.stories.table import Table, at_once, begun, consulting
from tracktwo.errors import NotHere, Refusal
from tracktwo.process import acts as process_acts
from tracktwo.process.models import Process
from tracktwo.process.phases import Phase
from tracktwo.process.rules import Role
from tracktwo.process.seated import Seated
from tracktwo.record import acts as record
from tracktwo.statements import acts
from tracktwo.statements.models import Statement, Wording, in_language
from tracktwo.statements.rules import State

pytestmark = pytest.mark.django_db
WORDS = "The ferry should run at night."


@pytest.fixture
def table() -> Table:
    table = consulting(voters=1)
    table.seat("Nia", Role.PARTICIPANT, 1)
    table.seat("Sol", Role.PARTICIPANT, 2)
    for role in (Role.EXPERT, Role.INTERPRETER, Role.OBSERVER, Role.EVALUATOR):
        table.seat(str(role), role)
    return table


@pytest.fixture
def waiting(table) -> Statement:
    return acts.write(text=WORDS, language="en", by=table.at("Nia"))


def reads(table: Table, statement: Statement, seat: Seated, language: str = "en") -> str | None:
    """The words somebody reads of a statement, or None where they find nothing."""
    row = Statement.objects.seen_by(seat).filter(pk=statement.pk).first()
    return None if row is None else row.seen(seat, language).text


def readers(table: Table, statement: Statement) -> set[str]:
    found = {label for label in table.seats if reads(table, statement, table.at(label)) == WORDS}
    return found | ({"lead"} if reads(table, statement, table.lead) == WORDS else set())


EVERYBODY = {"lead", "Nia", "Sol", "a1", "b1", "expert", "interpreter", "observer", "evaluator"}
PANEL_AND_AUTHOR = {"lead", "expert", "Nia"}


def test_a_waiting_statement_is_read_by_the_panel_and_its_author(table, waiting):
    assert (waiting.state, waiting.slot) == (State.WAITING, None)
    assert readers(table, waiting) == PANEL_AND_AUTHOR


def test_an_opened_statement_is_read_by_everybody(table, waiting):
    acts.moderate(statement=waiting.pk, to=State.OPEN, by=table.lead)
    assert readers(table, waiting) == EVERYBODY


def test_a_rejected_statement_is_read_by_the_panel_and_its_author_who_learns_why(table, waiting):
    acts.moderate(statement=waiting.pk, to=State.OPEN, by=table.lead)
    acts.moderate(statement=waiting.pk, to=State.REJECTED, reason="identifies", by=table.lead)
    assert readers(table, waiting) == PANEL_AND_AUTHOR
    row = Statement.objects.seen_by(table.at("Nia")).get(pk=waiting.pk)
    assert "could tell who" in row.seen(table.at("Nia"), "en").reason
    acts.moderate(statement=waiting.pk, to=State.OPEN, by=table.lead)
    assert readers(table, waiting) == EVERYBODY
    row = Statement.objects.seen_by(table.at("Nia")).get(pk=waiting.pk)
    assert row.seen(table.at("Nia"), "en").reason == ""


def test_what_waits_is_sealed_for_the_panel_and_what_is_open_for_the_circle(table, waiting):
    """A wrong filter in a query would give ciphertext: the grant of another side does not open it."""
    for to, scope in (
        (None, "panel"),
        (State.OPEN, "circle"),
        (State.REJECTED, "panel"),
        (State.OPEN, "circle"),
    ):
        if to:
            acts.moderate(statement=waiting.pk, to=to, reason="other", by=table.lead)
        wording = Wording.unscoped.select_related("statement").get(statement=waiting)
        assert wording.text.scope == scope
        if scope == "panel":
            for label in ("Sol", "a1", "observer", "Nia"):
                with pytest.raises(NotHere):
                    wording.text.open(table.at(label).grant)
        else:
            assert wording.text.open(table.at("a1").grant) == WORDS


def test_every_language_of_a_statement_moves_with_it(table, waiting):
    for language, text in (("fr", "Le bac la nuit."), ("ar", "العبّارة ليلاً.")):
        acts.translate(statement=waiting.pk, language=language, text=text, reviewed=True, by=table.lead)
    assert reads(table, waiting, table.at("Sol"), "fr") is None
    acts.moderate(statement=waiting.pk, to=State.OPEN, by=table.lead)
    assert reads(table, waiting, table.at("Sol"), "ar") == "العبّارة ليلاً."
    assert reads(table, waiting, table.at("Sol"), "fr") == "Le bac la nuit."


def test_nobody_but_the_author_is_told_who_wrote_it(table, waiting):
    for label in table.seats:
        seat = table.at(label)
        row = Statement.objects.seen_by(seat).filter(pk=waiting.pk).first()
        if row is not None:
            assert row.seen(seat, "en").own is (label == "Nia")
    row = Statement.unscoped.get(pk=waiting.pk)
    assert bytes(row.pseudonym or b"") == table.at("Nia").pseudonym("statement")
    assert bytes(row.pseudonym or b"") != table.at("Nia").pseudonym("ballot")


def test_no_word_of_a_statement_stands_in_the_database(waiting):
    with connection.cursor() as cursor:
        for name in ("statement", "wording"):
            cursor.execute(f"SELECT * FROM tracktwo_{name}")
            kept = b"".join(
                bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode()
                for row in cursor.fetchall()
                for v in row
            )
            assert b"ferry" not in kept


def test_no_vote_is_cast_for_an_author(table, waiting):
    acts.moderate(statement=waiting.pk, to=State.OPEN, by=table.lead)
    assert acts.own_ballot(table.at("Nia")) is None


# --- who may ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("label", ["Nia", "Sol", "a1", "observer", "interpreter", "evaluator"])
def test_only_the_panel_moderates_and_translates(table, waiting, label):
    by = table.at(label)
    with pytest.raises(NotHere):
        acts.moderate(statement=waiting.pk, to=State.OPEN, by=by)
    with pytest.raises(NotHere):
        acts.translate(statement=waiting.pk, language="fr", text="x", reviewed=False, by=by)
    assert Statement.unscoped.get(pk=waiting.pk).state == State.WAITING


def test_the_panel_of_another_process_finds_nothing(waiting):
    other = begun()
    with pytest.raises(NotHere):
        acts.moderate(statement=waiting.pk, to=State.OPEN, by=other.lead)


def test_a_rejection_needs_a_reason_and_a_decision_is_taken_once(table, waiting):
    with pytest.raises(Refusal, match="Say why"):
        acts.moderate(statement=waiting.pk, to=State.REJECTED, by=table.lead)
    acts.moderate(statement=waiting.pk, to=State.OPEN, by=table.lead)
    with pytest.raises(Refusal, match="decided already"):
        acts.moderate(statement=waiting.pk, to=State.OPEN, by=table.lead)


def test_a_closed_process_decides_nothing_any_more(table, waiting):
    Process.unscoped.filter(pk=table.id).update(phase=Phase.CLOSED)
    with pytest.raises(Refusal, match="is closed"):
        acts.moderate(statement=waiting.pk, to=State.OPEN, by=table.lead)
    with pytest.raises(Refusal, match="is closed"):
        acts.translate(statement=waiting.pk, language="fr", text="x", reviewed=False, by=table.lead)


def test_a_seat_writes_twelve_statements_and_no_more(table):
    for number in range(12):
        acts.write(text=f"{number}.", language="en", by=table.at("a1"))
    with pytest.raises(Refusal, match="Leave room for others"):
        acts.write(text="One more.", language="en", by=table.at("a1"))
    acts.write(text="Another seat.", language="en", by=table.at("b1"))


def test_statements_are_not_collected_in_a_page_opened_before(table):
    early = table.at("a1")
    process_acts.step(to=Phase.DRAFTING, by=table.lead)
    with pytest.raises(Refusal, match="not being collected"):
        acts.write(text="Too late.", language="en", by=early)


def test_the_record_tells_of_decisions_and_not_of_authors(table, waiting):
    verbs = [line.verb for line in record.entries(table.id)]
    assert "write a statement" not in verbs
    acts.moderate(statement=waiting.pk, to=State.REJECTED, reason="person", by=table.lead)
    assert record.entries(table.id)[0].verb == "moderate: rejected"


@pytest.mark.django_db(transaction=True)
def test_statements_opened_at_the_same_moment_get_places_of_their_own():
    table = consulting(voters=1)
    rows = [acts.write(text=f"{n}.", language="en", by=table.at("a1")) for n in range(4)]
    lead = table.lead
    came = at_once(*[lambda row=row: acts.moderate(statement=row.pk, to=State.OPEN, by=lead) for row in rows])
    assert came == [None] * 4
    slots = Statement.unscoped.filter(process_id=table.id).values_list("slot", flat=True)
    assert sorted(slots) == [0, 1, 2, 3]  # type: ignore[type-var]


@pytest.mark.django_db(transaction=True)
def test_two_decisions_at_the_same_moment_are_one_decision():
    table = consulting(voters=1)
    row, lead = acts.write(text="Once.", language="en", by=table.at("a1")), None
    lead = table.lead
    came = at_once(
        lambda: acts.moderate(statement=row.pk, to=State.OPEN, by=lead),
        lambda: acts.moderate(statement=row.pk, to=State.OPEN, by=lead),
    )
    assert sorted(type(one).__name__ for one in came) == ["NoneType", "Refusal"]


# --- languages ------------------------------------------------------------------------------------


@pytest.fixture
def opened(table) -> Statement:
    return table.statement(WORDS)


def seen(table: Table, statement: Statement, language: str) -> tuple[str, str, bool, bool]:
    row = Statement.objects.seen_by(table.at("a1")).get(pk=statement.pk)
    found = row.seen(table.at("a1"), language)
    return found.text, found.lang, found.draft, found.other_language


def test_without_a_version_in_ones_language_the_source_is_shown_and_named(table, opened):
    assert seen(table, opened, "en") == (WORDS, "en", False, False)
    assert seen(table, opened, "ar") == (WORDS, "en", False, True)


def test_a_translation_is_a_draft_until_it_is_reviewed(table, opened):
    acts.translate(
        statement=opened.pk, language="fr", text="Brouillon.", reviewed=False, by=table.at("expert")
    )
    assert seen(table, opened, "fr") == ("Brouillon.", "fr", True, False)
    acts.translate(statement=opened.pk, language="fr", text="Relu.", reviewed=True, by=table.lead)
    assert seen(table, opened, "fr") == ("Relu.", "fr", False, False)
    acts.translate(statement=opened.pk, language="fr", text="Encore.", reviewed=False, by=table.lead)
    assert seen(table, opened, "fr") == ("Encore.", "fr", True, False)
    assert seen(table, opened, "en") == (WORDS, "en", False, False)
    assert Wording.unscoped.filter(statement=opened).count() == 2


def test_the_words_of_the_source_stay_as_they_were_written(table, opened):
    with pytest.raises(Refusal, match="Its words stay as they are"):
        acts.translate(statement=opened.pk, language="en", text="Other words.", reviewed=True, by=table.lead)
    assert seen(table, opened, "en")[0] == WORDS


def test_the_page_says_that_a_translation_is_a_draft_or_missing(table, opened):
    client = table.client("a1")
    client.post("/language/", {"language": "fr"})
    page = client.get(f"/p/{table.id}/statements/").content.decode()
    assert f'lang="en">{WORDS}' in page
    assert page.count("il n&#x27;existe pas") + page.count("anglais") + page.count("Anglais") > 0
    acts.translate(statement=opened.pk, language="fr", text="Brouillon.", reviewed=False, by=table.lead)
    page = client.get(f"/p/{table.id}/statements/").content.decode()
    assert 'lang="fr">Brouillon.' in page
    assert WORDS not in page
    assert 'class="draft"' in page
    acts.translate(statement=opened.pk, language="fr", text="Relu.", reviewed=True, by=table.lead)
    assert 'class="draft"' not in client.get(f"/p/{table.id}/statements/").content.decode()


def test_a_statement_of_several_languages_begins_with_its_source(table):
    rows = acts.seed(
        process=table.id,
        wordings=[{"ar": "مرحبا", "en": "Hello", "fr": "Bonjour"}],
        drafts=frozenset({"fr"}),
        by="facilitator",
    )
    wordings = Wording.unscoped.filter(statement=rows[0])
    assert {row.language: (row.source, row.draft) for row in wordings} == {
        "ar": (True, False), "en": (False, False), "fr": (False, True)
    }  # fmt: skip
    assert in_language(wordings, "de").language == "ar"
