"""The panel's brief: one page of A4, whatever there is; nobody named; what was cut is said."""

from __future__ import annotations

import numpy as np
import pytest
from django.utils import translation

from tests.stories.table import Table, begun
from tests.transfer.tables import heard, on_the_table, risk, sat_down
from tracktwo.preparation import acts as preparation
from tracktwo.preparation.models import Candidate
from tracktwo.preparation.rules import Stage
from tracktwo.process.rules import Role
from tracktwo.statements import acts as statement_acts
from tracktwo.statements import analysis
from tracktwo.statements.models import Statement
from tracktwo.statements.rules import Manner
from tracktwo.transfer import brief
from tracktwo.transfer.brief import Listed
from tracktwo.transfer.typesetting import BriefLine, pages_of

pytestmark = pytest.mark.django_db
LONG = (
    "Nobody may be left without drinking water in a dry year, whatever is filled and whoever fills it. " * 4
)
ARABIC = "ينبغي ألّا تُحرَم أيّ قرية من مياه الشرب في سنة جافة، مهما كان سبب ملء الخزان. " * 4


def part(table: Table, title: str) -> Listed:
    return next(one for one in brief.parts_of(table.lead, "en") if one.title == title)


def said(listed: Listed) -> list[str]:
    return [" ".join(filter(None, (line.letter, line.text, line.note))) for line in listed.lines]


def test_who_sits_here_is_told_by_numbers_and_by_no_name(table):
    table.seat("rapporteur", Role.RAPPORTEUR)
    assert said(part(table, "Who sits here"))[:3] == [
        "A North: 4 seats at the table, 1 in the wider circle",
        "B South: 4 seats at the table, 1 of them an official in a private capacity",
        "The panel: lead facilitator, rapporteur",
    ]
    whole = str(brief.parts_of(table.lead, "en"))
    assert not any(label in whole for label in ("nia", "sol", "voter"))


def test_gaps_of_the_long_list_are_for_facilitators_alone(table):
    table.seat("expert", Role.EXPERT)
    for side, sector in zip(table.sides, ("media", "faith"), strict=True):
        preparation.note_name(name="Somebody", side=side.pk, traits={"sector": sector}, by=table.lead)
    assert "Sector, nobody on the list: faith (A), media (B)." in said(part(table, "Who sits here"))
    whole = str(brief.parts_of(table.at("expert"), "en"))
    assert "on the list" not in whole and "Somebody" not in str(brief.parts_of(table.lead, "en"))


def test_whoever_is_listed_on_both_sides_but_seated_on_one_is_a_gap(table):
    for side in table.sides:
        preparation.note_name(name="Somebody", side=side.pk, traits={"sector": "media"}, by=table.lead)
    row = Candidate.unscoped.filter(process_id=table.id, side=table.sides[0]).get()
    Candidate.unscoped.filter(pk=row.pk).update(stage=Stage.SEATED)
    assert "Sector, nobody seated: media (B)." in said(part(table, "Who sits here"))


def test_a_side_without_a_name_is_a_gap_too(table):
    preparation.note_name(name="Somebody", side=table.sides[0].pk, traits={}, by=table.lead)
    assert "No name on the long list yet: B." in said(part(table, "Who sits here"))


def test_needs_and_fears_stand_with_who_has_heard_them_and_the_unheard_apart(table):
    need = on_the_table(table, "nia", "Water in a dry year.")
    on_the_table(table, "sol", "That it floods.", kind="fear")
    heard(table, need, by="sol", owner="nia")
    assert said(part(table, "Needs and fears")) == [
        "A Water in a dry year. (need; heard by B)",
        "B That it floods. (fear)",
    ]
    assert said(part(table, "Not heard yet")) == ["B That it floods. (not by A)"]


def test_where_all_is_heard_or_nothing_said_the_brief_says_so(table):
    assert part(table, "Needs and fears").empty == "Nothing has been put to the table yet."
    assert part(table, "Not heard yet").empty == ""
    heard(table, on_the_table(table, "nia", "Water in a dry year."), by="sol", owner="nia")
    assert part(table, "Not heard yet").empty.startswith("Everything on the table has been heard")


def test_first_sentences_come_from_a_joint_round_where_there_is_no_count(table):
    asked = list(Statement.unscoped.filter(process_id=table.id).order_by("slot").values_list("pk", flat=True))
    for side in table.sides:
        row = statement_acts.open_round(statements=asked, manner=Manner.SEALED, side=side.pk, by=table.lead)
        statement_acts.end_round(round=row.pk, by=table.lead)
    assert said(part(table, "First sentences across the sides")) == []
    row = statement_acts.open_round(statements=asked, manner=Manner.SEALED, by=table.lead)
    for label in ("nia", "noor", "nadir", "nour", "sol", "sam", "sara", "salma"):
        word = "agree" if label.startswith("n") else "disagree"
        statement_acts.answer_round(
            round=row.pk, answers={asked[0]: "agree", asked[1]: word}, by=table.at(label)
        )
    statement_acts.end_round(round=row.pk, by=table.lead)
    assert said(part(table, "First sentences across the sides")) == [
        "We share the river. (most of every side, in round 3)"
    ]


def test_first_sentences_come_from_the_votes_where_there_is_a_count(table):
    slots = np.full((40, 3), 3, np.uint8)
    slots[:, 1:] = 1
    statement_acts.cast(process=table.id, side=[1] * 20 + [2] * 20, slots=slots, by="voter", verb="votes")
    analysis.run(process=table.id, by="facilitator")
    assert said(part(table, "First sentences across the sides")) == [
        "We share the river. (supported by a credible majority of every side)"
    ]


def test_the_gravest_risk_comes_first_and_a_risk_to_one_person_stays_in_the_register(table):
    risk(table, "A small leak.", "low", "low")
    risk(table, "The hall is watched.", "high", "high")
    risk(table, "Nothing noted.", "", "")
    risk(table, "Her cousin was asked about it.", "high", "high", seat="nia")
    assert said(part(table, "Risks")) == [
        "1 risk to a single person: it stands in the register alone.",
        "The hall is watched. (likelihood high, severity high)",
        "A small leak. (likelihood low, severity low)",
        "Nothing noted.",
    ]


def crowded(language: str) -> Table:
    """Eight sides, long sentences, much of everything."""
    table = sat_down(*(f"Side number {n}, {'whose name is long ' * 4}" for n in range(1, 9)))
    text = ARABIC if language == "ar" else LONG
    for place in range(1, 9):
        table.seat(f"p{place}", Role.PARTICIPANT, place)
        for number in range(5):
            on_the_table(table, f"p{place}", f"{text[:480]} {number}", kind="fear" if number % 2 else "need")
    for number in range(12):
        risk(table, f"{text} {number}", "high", "medium")
    return table


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_the_brief_is_one_page_when_there_is_much(language):
    table = crowded(language)
    with translation.override(language):
        made = brief.one_page(table.lead, language)
        assert pages_of(made) == 1
        assert made == brief.one_page(table.lead, language)
    assert f"/Lang({language})".encode() in made
    for trace in (b"/CreationDate", b"/ModDate", b"/Author", b"racktwo"):
        assert trace not in made


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_the_brief_is_one_page_when_there_is_nothing(language):
    with translation.override(language):
        assert pages_of(brief.one_page(begun().lead, language)) == 1


def test_what_is_cut_is_said_in_words_and_taken_from_all_sides_alike():
    lines = tuple(BriefLine(f"{letter}{number}", letter=letter) for number in range(3) for letter in "ABC")
    shown = brief.cut(Listed("Needs", lines, share=3, by_side=True), lines=1, letters=40)
    assert [line.text for line in shown.lines] == ["A0", "B0", "C0"]
    assert shown.more == "and 6 more"
    assert brief.cut(Listed("Needs", lines), lines=9, letters=40).more == ""


def test_a_long_text_is_cut_between_words():
    assert brief.shortened("One two, three", 40) == "One two, three"
    assert brief.shortened("One two, three four", 12) == "One two…"


def test_the_pages_are_the_panels(table):
    table.seat("expert", Role.EXPERT)
    on_the_table(table, "nia", "Water in a dry year.")
    for label in ("", "expert"):
        client = table.client(label)
        assert "Water in a dry year." in client.get(f"/p/{table.id}/brief/").content.decode()
        answer = client.get(f"/p/{table.id}/brief/pdf/")
        assert answer["Content-Type"] == "application/pdf" and pages_of(answer.content) == 1
    for path in ("brief/", "brief/pdf/"):
        assert table.client("nia").get(f"/p/{table.id}/{path}").status_code == 404
