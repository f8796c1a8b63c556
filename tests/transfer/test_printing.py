"""What is printed: every form in every language, the same bytes each time, nobody named who need not be."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.utils import translation

from tests.stories.table import Table, begun
from tracktwo.dialogue import acts as dialogue
from tracktwo.errors import NotHere, Refusal
from tracktwo.preparation import acts as preparation
from tracktwo.process.rules import RoomKind
from tracktwo.record.acts import entries
from tracktwo.statements import acts as statement_acts
from tracktwo.statements.models import Statement
from tracktwo.statements.rules import Manner
from tracktwo.transfer import printing, typesetting
from tracktwo.transfer.typesetting import FormSheet, Item, Section, pages_of, typeset_form

AGENDA = "place: Port Hale\nhours: UTC+2\n\n# Day one | 09:00\n60 Opening\n90 Needs and fears\n> until they are heard\n"
LANGUAGES = ("en", "fr", "ar")
MARKUP = '#panic() *bold* "); #read("/etc/passwd") = heading'


def everything(table: Table) -> dict[str, FormSheet]:
    """Every form there is, by its name."""
    return {name: printing.sheet_of(name, table.lead, "en") for name in printing.FORMS}


@pytest.fixture
def full(table: Table) -> Table:
    preparation.write_agenda(text=AGENDA, by=table.lead)
    dialogue.open_room(kind=RoomKind.PLENARY, name="The long table", by=table.lead)
    return table


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_form_prints_in_every_language_the_same_bytes_each_time(full, language):
    with translation.override(language):
        for name, sheet in everything(full).items():
            made = typeset_form(sheet, language)
            assert made == typeset_form(sheet, language), name
            assert f"/Lang({language})".encode() in made
            for trace in (b"/CreationDate", b"/ModDate", b"/Author", b"Tracktwo", b"tracktwo"):
                assert trace not in made, name


@pytest.mark.django_db
def test_a_ballot_holds_every_open_statement_with_three_boxes_and_no_name(full):
    sheet = printing.sheet_of(printing.BALLOT, full.lead, "en")
    items = sheet.sections[0].items
    assert [item.text for item in items] == [
        "We share the river.",
        "The dam comes down.",
        "Children may visit.",
    ]
    assert {item.boxes for item in items} == {("Agree", "Disagree", "Pass")}
    said = str(sheet)
    assert not any(label in said for label in full.seats)
    assert "types this sheet in sees what stands on it" in sheet.who


@pytest.mark.django_db
def test_the_ballot_of_a_joint_round_asks_of_each_side_what_it_would_say(full):
    asked = list(Statement.unscoped.filter(process_id=full.id).order_by("slot").values_list("pk", flat=True))
    for side in full.sides:
        row = statement_acts.open_round(
            statements=asked[:2], manner=Manner.SEALED, side=side.pk, by=full.lead
        )
        inside = printing.sheet_of("", full.lead, "en", round=row.pk)
        assert len(inside.sections) == 1
        assert [one.id for one in printing.open_rounds(full.lead)] == [row.pk]
        statement_acts.end_round(round=row.pk, by=full.lead)
    for manner in Manner:
        row = statement_acts.open_round(
            statements=asked[:2], manner=manner, new_cycle=manner is Manner.SEALED, by=full.lead
        )
        sheet = printing.sheet_of("", full.lead, "en", round=row.pk)
        statement_acts.end_round(round=row.pk, by=full.lead)
        assert [section.title for section in sheet.sections[1:]] == [
            "What would they say? A · North",
            "What would they say? B · South",
        ]
        assert sheet.sections[1].items[0].boxes == ("nearly all", "most", "about half", "few")
        assert sheet.who.startswith("A show of hands" if manner is Manner.HANDS else "Sealed")


@pytest.mark.django_db
def test_the_room_list_names_who_is_in_it_and_says_not_to_hang_it_up(full):
    sheet = printing.sheet_of("rooms", full.lead, "en")
    name, kind, people = sheet.sections[0].items[0].cells
    assert (name, kind) == ("The long table", "plenary")
    assert {f"A {label}" for label in ("nia", "noor", "nadir", "nour")} <= set(people.split(", "))
    assert "Do not hang it up" in sheet.who


@pytest.mark.django_db
def test_the_agenda_holds_its_days_and_sessions(full):
    (day,) = printing.sheet_of("agenda", full.lead, "en").sections
    assert [item.cells for item in day.items] == [
        ("09:00–10:00", "Opening"),
        ("10:00–11:30", "Needs and fears (until they are heard)"),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(("form", "why"), [("ballot", "No statement"), ("rooms", "no room yet"), ("agenda", "no agenda yet")])  # fmt: skip
def test_where_there_is_nothing_to_print_the_reason_is_said(form, why):
    with pytest.raises(Refusal, match=why):
        printing.sheet_of(form, begun().lead, "en")


@pytest.mark.django_db
def test_the_page_gives_a_file_and_the_record_says_that_forms_were_printed(full):
    client, path = full.client(), f"/p/{full.id}/print/"
    shown = client.get(path).content.decode()
    for one in printing.FORMS.values():
        assert one.name in shown
    answer = client.post(path, {"form": "intake", "language": "ar"})
    assert answer["Content-Type"] == "application/pdf"
    assert b"/Lang(ar)" in answer.content
    assert entries(full.id)[0].verb == "print forms"
    for wrong in (
        {"form": "intake", "language": "xx"},
        {"form": "nothing", "language": "en"},
        {"round": "x", "language": "en"},
    ):
        assert client.post(path, wrong).status_code == 404
    assert full.client("nia").get(path).status_code == 404


@pytest.mark.django_db
def test_an_unknown_form_is_not_here(full):
    with pytest.raises(NotHere):
        printing.sheet_of("nothing", full.lead, "en")


# --- typesetting: pure ------------------------------------------------------------------------------

FORM = FormSheet(
    "Heading", "Who reads it.",
    (Section("Part", (Item("A sentence", boxes=("yes", "no"), numbered=True), Item("Open", lines=3, note="note")), intro="How"),
     Section("List", (Item(cells=("a", "b")), Item(cells=("c", "d"))), head=("one", "two"))),
    cover="Cover", ask="Name:",
)  # fmt: skip


def everywhere(text: str) -> FormSheet:
    """The form with this text in every place where people's words could stand."""
    item = Item(text, language="ar", boxes=(text,), note=text, lines=1, numbered=True)
    section = Section(text, (item, Item(cells=(text, text))), intro=text, head=(text, text))
    return replace(FORM, heading=text, who=text, cover=text, ask=text, sections=(section,))


@pytest.mark.parametrize("text", [MARKUP, "ينبغي ألّا تُحرَم أيّ قرية من مياه الشرب", "dry\x00 \u202eyear"])
def test_what_people_wrote_on_forms_is_data_in_every_place(text):
    assert typeset_form(everywhere(text), "en").startswith(b"%PDF-")
    assert typeset_form(everywhere(text), "ar").startswith(b"%PDF-")


def test_forms_are_readable_by_ear_and_one_page_stays_one_page():
    made = typeset_form(FORM, "fr")
    assert b"<pdfuaid:part>1</pdfuaid:part>" in made
    assert pages_of(made) == 1


def test_letters_without_a_font_are_refused_on_forms_too(monkeypatch: Any):
    monkeypatch.setattr(typesetting, "_compiled", lambda _sheet, **_: None)
    with pytest.raises(Refusal, match="no font"):
        typeset_form(FORM, "en")
