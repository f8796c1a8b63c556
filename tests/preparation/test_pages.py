"""Pages of preparation as people find them: what they show, what they keep when they refuse, what comes next."""

from __future__ import annotations

import html
import re
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.stories.table import Table, begun, convenor
from tracktwo.preparation import acts, templates
from tracktwo.preparation.models import Agenda, Candidate, Clearance, Declaration, Intake, Risk
from tracktwo.preparation.rules import SIGNS, Stage
from tracktwo.process import acts as process_acts
from tracktwo.process.models import GroundRules, Process, Seat
from tracktwo.process.phases import Phase
from tracktwo.process.rules import Kind, Role

pytestmark = pytest.mark.django_db

AGENDA = "place: The mill\nbegins: 2099-03-01\nhours: UTC+3\n# First day | 09:00\n30 Opening\n> quietly\n60 Needs | online"


@pytest.fixture
def table() -> Table:
    table = begun()
    table.seat("Cleo", Role.CO_FACILITATOR)
    table.seat("expert", Role.EXPERT)
    table.seat("evaluator", Role.EVALUATOR)
    table.seat("observer", Role.OBSERVER)
    table.seat("Nia", Role.PARTICIPANT, 1)
    table.seat("Sol", Role.PARTICIPANT, 2)
    return table


def get(table: Table, name: str, who: str = "", *more: Any, **asked: str) -> str:
    answer = table.client(who).get(reverse(name, args=[table.id, *more]), asked)
    assert answer.status_code == 200, name
    return html.unescape(answer.content.decode())


def post(table: Table, name: str, sends: dict[str, Any], who: str = "", *more: Any) -> Any:
    return table.client(who).post(reverse(name, args=[table.id, *more]), sends)


def side(table: Table, place: int = 1) -> str:
    return str(table.sides[place - 1].pk)


# --- beginning ----------------------------------------------------------------------------------------


def begin(**sends: str) -> tuple[Client, Any]:
    client = Client()
    client.force_login(convenor())
    whole = {"cover_title": "Tea", "title": "Tea", "sides": "North\nSouth", "language": "en", **sends}
    return client, client.post("/begin/", whole)


def test_the_page_to_begin_offers_every_template_in_the_readers_language():
    client = Client()
    client.force_login(convenor())
    for language in templates.LANGUAGES:
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        page = html.unescape(client.get("/begin/").content.decode())
        for key in templates.KEYS:
            one = templates.load(key)[language]
            assert one.name in page and one.purpose in page
        assert ('class="draft"' in page) == (language != "en")


def test_beginning_from_a_template_leads_to_day_one():
    client, answer = begin(template="crisis", language="fr")
    page = html.unescape(client.get(answer["Location"]).content.decode())
    assert list(states(page))[:5] == ["Sides", "Seats", "Slips", "Ground rules", "Intake"]
    process = Process.unscoped.get()
    assert "Toutes les huit heures" in html.unescape(
        client.get(reverse("agenda", args=[process.pk])).content.decode()
    )


def test_an_unknown_template_is_refused_and_what_was_written_is_kept():
    _client, answer = begin(template="no such")
    assert answer.status_code == 400
    assert 'value="Tea"' in answer.content.decode()


def test_beginning_is_for_convenors_and_happens_once(table):
    assert table.client("Nia").get("/begin/").status_code == 404
    client = Client()
    client.force_login(convenor())
    sends = {"cover_title": "Tea", "title": "Tea", "sides": "A\nB", "language": "en", "once": "the same"}
    assert [client.post("/begin/", sends)["Location"].count("/p/") for _ in range(2)] == [1, 0]
    assert Process.unscoped.count() == 2


def test_in_an_exercise_a_seat_that_is_added_can_be_taken_in_one_click():
    client, answer = begin(template="exercise")
    process = Process.unscoped.get()
    assert process.kind == Kind.EXERCISE
    client.post(reverse("seats", args=[process.pk]), {"role": "observer", "label": "A guest"})
    assert (
        reverse("sit", args=[process.pk]) in client.get(reverse("seats", args=[process.pk])).content.decode()
    )
    assert "A guest" in Client().get(reverse("sit", args=[process.pk])).content.decode()
    assert answer.status_code == 302


# --- day one ------------------------------------------------------------------------------------------


def states(page: str) -> dict[str, bool]:
    """What the checklist of a page says is done."""
    lines = re.findall(r'<li class="todo( todo-done)?">.*?<a href="[^"]+">([^<]+)</a>', page, re.DOTALL)
    return {name: bool(done) for done, name in lines}


def test_day_one_says_what_is_done_and_what_is_not():
    table = begun()
    page = get(table, "process")
    order = ["Sides", "Seats", "Slips", "Ground rules", "Intake", "Panel brief"]
    assert states(page) == {name: name == "Sides" for name in order}
    assert list(states(page)) == order
    assert "No seat yet for: A, B." in page
    for place, label in ((1, "Nia"), (2, "Sol")):
        seat = process_acts.add_seat(
            process=table.id,
            role=Role.PARTICIPANT,
            label=label,
            side=table.sides[place - 1].pk,
            by="facilitator",
        )
        table.seats[label] = seat.pk
    page = get(table, "process")
    assert states(page)["Seats"] and not states(page)["Slips"]
    assert "Seats without a slip: 2." in page
    codes = [table.invite(label) for label in ("Nia", "Sol")]
    assert states(get(table, "process"))["Slips"]
    for code in codes:
        process_acts.enter(code=code)
    version = process_acts.write_ground_rules(text="Quietly.", by=table.lead)
    assert "Seats that have not assented yet: 3." in get(table, "process")
    for seated in (table.lead, table.at("Nia"), table.at("Sol")):
        process_acts.assent(version=version.pk, by=seated)
    acts.give_intake(answers={}, by=table.at("Nia"))
    assert "Given: 1 of 2." in get(table, "process")
    acts.give_intake(answers={}, by=table.at("Sol"))
    done = states(get(table, "process"))
    assert all(done[name] for name in ("Sides", "Seats", "Slips", "Ground rules", "Intake"))


def test_only_facilitators_find_day_one_and_only_while_it_is_prepared(table):
    for who in ("Nia", "expert", "evaluator"):
        assert states(get(table, "process", who)) == {}
    table.go_to(Phase.CONVENING)
    assert states(get(table, "process")) == {}


def test_a_participant_is_led_to_the_intake_until_it_is_given(table):
    path = reverse("intake", args=[table.id])
    assert "Answer in private" in get(table, "process", "Nia")
    post(table, "intake", {"do": "intake", "hopes": "Quiet."}, "Nia")
    assert "Answer in private" not in get(table, "process", "Nia")
    assert path in get(table, "agenda", "Nia")  # still among the pages


def test_before_convening_one_list_says_what_is_missing_with_its_pages(table):
    done = states(get(table, "steps"))
    assert list(done.values()) == [False, False, False]
    process_acts.write_ground_rules(text="Quietly.", by=table.lead)
    page = get(table, "steps")
    assert list(states(page).values()) == [True, False, False]
    assert reverse("rules", args=[table.id]) in page and reverse("risks", args=[table.id]) in page
    post(table, "risks", {"do": "review"})
    assert list(states(get(table, "steps")).values()) == [True, False, True]
    table.go_to(Phase.CONVENING)
    assert states(get(table, "steps")) == {}


# --- ground rules -------------------------------------------------------------------------------------


def test_ground_rules_may_be_the_chatham_house_rule_as_it_is_in_every_language(table):
    assert post(table, "rules", {"do": "chatham"}).status_code == 302
    assert "What is said may be used" in get(table, "rules", "Nia")
    client = table.client("Nia")
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "ar"
    assert "ما يقال يجوز استعماله" in client.get(reverse("rules", args=[table.id])).content.decode()


def test_ground_rules_may_begin_from_chatham_and_be_changed_first(table):
    page = get(table, "rules", **{"from": "chatham"})
    assert "Who takes part stays here" in page.split("<textarea")[1]
    assert not GroundRules.unscoped.filter(process_id=table.id).exists()


def test_no_side_proposes_rules(table):
    assert post(table, "rules", {"do": "chatham"}, "Nia").status_code == 404


def test_the_panel_sees_by_name_whose_assent_is_missing_and_nobody_else_does(table):
    version = process_acts.write_ground_rules(text="Quietly.", by=table.lead)
    process_acts.assent(version=version.pk, by=table.at("Nia"))
    for who in ("", "expert"):
        missing = get(table, "rules", who).split("Seats that have not assented yet")[1]
        assert "Sol" in missing and "Nia" not in missing.split("</section>")[0]
    page = get(table, "rules", "Nia")
    assert "Sol" not in page and "not assented" not in page


# --- the agenda -------------------------------------------------------------------------------------


def test_the_agenda_is_read_at_the_table_and_written_by_facilitators(table):
    assert "No agenda yet" in get(table, "agenda", "Nia")
    assert post(table, "agenda", {"do": "write", "text": AGENDA}).status_code == 302
    for who in ("", "Nia", "Sol", "expert"):
        page = get(table, "agenda", who)
        assert all(word in page for word in ("The mill", "Opening", "quietly", "09:00–09:30", "UTC+3"))
        assert ("<textarea" in page) == (who == "")
    assert post(table, "agenda", {"do": "write", "text": AGENDA}, "Nia").status_code == 404
    assert "Opening" in get(table, "process", "Nia")  # what is next


def test_neither_evaluator_nor_wider_circle_nor_deaf_observer_reads_the_agenda(table):
    acts.write_agenda(text=AGENDA, by=table.lead)
    table.seat("voter", Role.VOTER, 1)
    for who in ("evaluator", "observer", "voter"):
        for name in ("agenda", "agenda-file"):
            assert table.client(who).get(reverse(name, args=[table.id])).status_code == 404
        assert "Opening" not in get(table, "process", who)
    Process.unscoped.filter(pk=table.id).update(observers_hear=True)
    assert "Opening" in get(table, "agenda", "observer")


def test_an_agenda_with_faults_comes_back_with_every_fault_and_every_word(table):
    answer = post(
        table, "agenda", {"do": "write", "text": "# A | the moon\nLunch with everybody\n30 Opening"}
    )
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 400
    assert "Line 1: “the moon”" in page and "Line 2: a session begins" in page
    assert "Lunch with everybody" in page.split("<textarea")[1]
    assert not Agenda.unscoped.filter(process_id=table.id).exists()


def test_the_calendar_file_names_the_cover_title_and_no_word_of_the_agenda(table):
    acts.write_agenda(text=AGENDA, by=table.lead)
    answer = table.client("Nia").get(reverse("agenda-file", args=[table.id]))
    told = answer.content.decode()
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert "SUMMARY:River studies 2" in told
    for word in ("Opening", "Needs", "mill", "quietly", "delta", str(table.id), table.id.hex):
        assert word not in told


def test_an_agenda_without_dates_makes_no_calendar_file(table):
    acts.write_agenda(text="# A\n30 b", by=table.lead)
    answer = table.client("Nia").get(reverse("agenda-file", args=[table.id]))
    assert answer.status_code == 409 and "no dates yet" in answer.content.decode()
    assert reverse("agenda-file", args=[table.id]) not in get(table, "agenda", "Nia")


# --- the worktable ------------------------------------------------------------------------------------


def actor(table: Table, name: str, **more: str) -> None:
    sends = {"do": "actor", "name": name, "kind": "media", "stance": "supports", "influence": "high"}
    assert post(table, "prepare", sends | {"side": side(table)} | more).status_code == 302


def test_the_conflict_map_is_drawn_and_told_in_a_table(table):
    actor(table, "The Courier", stance="spoiler", note="Sells on alarm.")
    actor(table, "The Council", side="")
    page = get(table, "prepare", "expert")
    ids = re.findall(r"\?actor=([0-9a-f-]+)", page)
    sends = {"do": "relate", "one": ids[0], "other": ids[1], "kind": "conflict"}
    assert post(table, "prepare", sends, "expert").status_code == 302
    page = get(table, "prepare")
    assert "<svg" in page and "<polygon" in page and "Sells on alarm." in page
    assert page.count("in conflict") >= 2  # drawn, and said in the table
    changed = get(table, "prepare", actor=ids[0])
    assert 'value="The Courier"' in changed
    post(table, "prepare", {"do": "remove", "actor": ids[0]})
    assert "The Courier" not in get(table, "prepare")


def test_an_actor_is_changed_in_its_place(table):
    actor(table, "The Courier")
    (one,) = set(re.findall(r"\?actor=([0-9a-f-]+)", get(table, "prepare")))
    actor(table, "The old Courier", actor=one)
    assert set(re.findall(r"\?actor=([0-9a-f-]+)", get(table, "prepare"))) == {one}


def test_the_analysis_is_kept_and_comes_back(table):
    sends = {"do": "analyse", "conflict": "Water.", "track_one": "hostile", "track_one_note": "They mock us.",
             "initiatives": "None.", "contribution": "A page."}  # fmt: skip
    assert post(table, "prepare", sends).status_code == 302
    page = get(table, "prepare", "expert")
    assert all(word in page for word in ("Water.", "They mock us.", "A page."))
    assert '<option value="hostile" selected>' in page
    answer = post(table, "prepare", sends | {"track_one": "no such"})
    assert answer.status_code == 400 and "They mock us." in answer.content.decode()


def test_ripeness_shows_words_by_day_and_role_and_no_score(table):
    sends = {"do": "perceive", "side": side(table), "note": "They said so."}
    sends |= {sign.replace(" ", "_"): "partly" for sign in SIGNS}
    assert post(table, "ripeness", sends, "expert").status_code == 302
    page = get(table, "ripeness")
    assert page.count('class="sign sign-partly"') == 4 and "They said so." in page and "expert" in page
    assert "%" not in page.split("<main")[1].split("</main>")[0]
    assert post(table, "ripeness", sends | {"side": str(uuid4())}).status_code == 400


def test_a_risk_stands_in_the_grid_and_in_the_table(table):
    sends = {"do": "risk", "text": "The list is found.", "likelihood": "low", "severity": "high",
             "measure": "It stays here.", "owner": "expert", "seat": str(table.seats["Nia"])}  # fmt: skip
    assert post(table, "risks", sends, "expert").status_code == 302
    page = get(table, "risks")
    assert "<svg" in page and "The list is found." in page and "Nia" in page and "It stays here." in page
    risk = Risk.unscoped.get(process_id=table.id)
    assert "The list is found." in get(table, "risks", risk=str(risk.pk)).split("<textarea")[1]
    post(table, "risks", {**sends, "risk": str(risk.pk), "text": "The list is lost."})
    assert Risk.unscoped.filter(process_id=table.id).count() == 1
    process_acts.withdraw(seat=table.seats["Nia"], by=table.lead)
    assert "a seat that has withdrawn" in get(table, "risks")
    post(table, "risks", {"do": "remove", "risk": str(risk.pk)})
    assert "No risk is noted yet" in get(table, "risks")
    assert post(table, "risks", sends | {"likelihood": ""}).status_code == 400


def test_the_expert_does_not_review_the_risks(table):
    assert post(table, "risks", {"do": "review"}, "expert").status_code == 404
    assert post(table, "risks", {"do": "review"}).status_code == 302
    assert "has reviewed the risks" in get(table, "risks", "expert")


# --- the long list --------------------------------------------------------------------------------------


def noted(table: Table, name: str, place: int, **traits: str) -> Candidate:
    sends = {"do": "name", "name": name, "side": side(table, place), **traits}
    assert post(table, "long-list", sends).status_code == 302
    return next(
        row
        for row in Candidate.unscoped.filter(process_id=table.id)
        if row.name.open(table.lead.grant) == name
    )


def test_gaps_are_said_from_the_first_name_on(table):
    assert "No name yet" in get(table, "long-list")
    noted(table, "Nura", 1, gender="woman")
    assert "No name yet: B." in get(table, "long-list")
    noted(table, "Sami", 2, gender="man")
    page = get(table, "long-list")
    assert "Gender, woman: on the list of A, not of B." in page
    assert "Sector: not noted for 2 of the names (A, B)." in page


def test_a_name_walks_its_stages_on_its_page_and_each_refusal_says_why(table):
    row = noted(table, "Nura", 1, capacity="official")
    for stage in ("approached", "accepted", "briefed"):
        assert post(table, "candidate", {"do": stage}, "", row.pk).status_code == 302
    refused = post(table, "candidate", {"do": "seated", "label": "Basalt"}, "", row.pk)
    assert refused.status_code == 409 and "consent to take part" in refused.content.decode()
    whole = {"do": "name", "name": "Nura", "side": side(table), "capacity": "official", "contact": "By letter.",
             "note": "A judge.", "risk": "high", "risk_note": "Her brother.", "consents": ["take part"]}  # fmt: skip
    assert post(table, "candidate", whole, "", row.pk).status_code == 302
    page = get(table, "candidate", "", row.pk)
    assert all(word in page for word in ("By letter.", "A judge.", "Her brother.", "briefed"))
    assert post(table, "candidate", {"do": "seated", "label": "Basalt"}, "", row.pk).status_code == 302
    assert "Basalt" in get(table, "seats") and "official in a private capacity" in get(table, "seats")
    refused = post(table, "candidate", {"do": "approached"}, "", row.pk)
    assert (
        refused.status_code == 409
        and "It may go to: withdrawn, stood down, followed up." in refused.content.decode()
    )
    process_acts.withdraw(seat=Seat.unscoped.get(candidate=row).pk, by=table.lead)
    assert "the seat has withdrawn" in get(table, "long-list")
    assert post(table, "candidate", {"do": "withdrawn"}, "", row.pk).status_code == 302
    assert post(table, "candidate", {"do": "forget"}, "", row.pk)["Location"] == reverse(
        "long-list", args=[table.id]
    )
    assert table.client().get(reverse("candidate", args=[table.id, row.pk])).status_code == 404


def test_a_name_without_a_side_stands_apart(table):
    post(table, "long-list", {"do": "name", "name": "Nobody's", "side": ""})
    page = get(table, "long-list")
    assert "Side not known yet" in page and "No name yet: A, B." in page


def test_names_that_all_declined_leave_nothing_to_compare(table):
    row = noted(table, "Nura", 1)
    for stage in (Stage.APPROACHED, Stage.DECLINED):
        acts.advance(candidate=row.pk, to=stage, by=table.lead)
    assert "Nothing to compare yet" in get(table, "long-list")


def test_a_seat_that_stands_there_already_may_be_chosen(table):
    row = noted(table, "Nura", 1)
    page = get(table, "candidate", "", row.pk)
    assert "Sol" not in page
    acts.note_name(
        candidate=row.pk, name="Nura", side=table.sides[0].pk, consents=["take part"], by=table.lead
    )
    for stage in (Stage.APPROACHED, Stage.ACCEPTED, Stage.BRIEFED):
        acts.advance(candidate=row.pk, to=stage, by=table.lead)
    assert "Nia" in get(table, "candidate", "", row.pk)
    post(table, "candidate", {"do": "seated", "seat": str(table.seats["Nia"])}, "", row.pk)
    assert Candidate.unscoped.get(pk=row.pk).seat_id == table.seats["Nia"]


def test_the_long_list_is_the_facilitators_alone(table):
    row = noted(table, "Nura", 1)
    for who in ("expert", "evaluator", "Nia"):
        assert table.client(who).get(reverse("long-list", args=[table.id])).status_code == 404
        assert table.client(who).get(reverse("candidate", args=[table.id, row.pk])).status_code == 404
    assert "Nura" in get(table, "long-list", "Cleo")


# --- intake and the panel -------------------------------------------------------------------------------


def test_answers_are_read_by_their_seat_and_the_facilitators_and_by_nobody_else(table):
    sends = {
        "do": "intake",
        "worries": "The road.",
        "interpreter": "on",
        "language": "Dari",
        "consents": ["survey"],
    }
    assert post(table, "intake", sends, "Nia").status_code == 302
    assert "The road." in get(table, "intake", "Nia")
    for who in ("", "Cleo"):
        page = get(table, "intake", who)
        assert "The road." in page and "I may be asked in surveys." in page and "Dari" in page
    for who in ("Sol", "expert", "evaluator"):
        assert "The road." not in get(table, "intake", who)
    post(table, "intake", sends | {"worries": "Another road."}, "Nia")
    assert Intake.unscoped.filter(process_id=table.id).count() == 1
    assert post(table, "intake", sends | {"worries": "x" * 2001}, "Nia").status_code == 400


def test_a_facilitator_tells_too_and_an_empty_table_has_nobody_to_ask():
    table = begun()
    assert "No seat to ask yet" in get(table, "intake")
    post(table, "intake", {"do": "intake", "hopes": "Sleep."})
    assert get(table, "intake").count("Sleep.") == 2


def test_declarations_and_clearances_on_the_page_of_the_panel(table):
    assert (
        post(table, "panel", {"do": "declare", "text": "My sister lives there."}, "evaluator").status_code
        == 302
    )
    assert "My sister" in get(table, "panel", "evaluator")
    assert "My sister" in get(table, "panel", "expert")
    assert "My sister" not in get(table, "panel", "observer")
    assert "sees surveys and never dialogue" in get(table, "panel", "evaluator")
    sends = {"do": "propose", "seat": str(table.seats["expert"]), "side": side(table)}
    assert post(table, "panel", sends, "expert").status_code == 404
    assert post(table, "panel", sends).status_code == 302
    row = Clearance.unscoped.get(process_id=table.id)
    confirm = {"do": "confirm", "clearance": str(row.pk)}
    assert 'value="confirm"' not in get(table, "panel")
    assert post(table, "panel", confirm).status_code == 409
    assert 'value="confirm"' in get(table, "panel", "Cleo")
    assert post(table, "panel", confirm, "Cleo").status_code == 302
    assert acts.may_see_worksheet(seat=table.at("expert"), side=table.sides[0].pk)
    assert post(table, "panel", {"do": "end", "clearance": str(row.pk)}).status_code == 302
    assert Declaration.unscoped.filter(process_id=table.id).count() == 1
    assert (
        post(
            table, "panel", {"do": "propose", "seat": str(table.seats["evaluator"]), "side": side(table)}
        ).status_code
        == 400
    )


def test_a_clearance_of_a_seat_that_has_withdrawn_is_not_shown(table):
    acts.propose_clearance(seat=table.seats["expert"], side=table.sides[0].pk, by=table.lead)
    process_acts.withdraw(seat=table.seats["expert"], by=table.lead)
    assert "Nobody is cleared" in get(table, "panel")


# --- all of them ------------------------------------------------------------------------------------------

PAGES = ("prepare", "ripeness", "risks", "long-list", "intake", "panel", "agenda")


@pytest.mark.parametrize("name", PAGES)
def test_a_form_that_asks_for_nothing_changes_nothing(table, name):
    for sends in ({}, {"do": "no such"}, {"do": ""}):
        assert post(table, name, sends).status_code == 302


@pytest.mark.parametrize("name", PAGES)
def test_what_is_no_id_reads_like_what_does_not_exist(table, name):
    for do in ("remove", "confirm", "end"):
        sends = {"do": do, "actor": "x", "risk": "x", "clearance": "x"}
        assert post(table, name, sends).status_code in (302, 404)


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("language", ["fr", "ar"])
def test_every_page_opens_in_every_language(table, name, language):
    client = table.client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    answer = client.get(reverse(name, args=[table.id]))
    assert answer.status_code == 200
    assert f'lang="{language}"' in answer.content.decode()


def test_a_form_of_a_page_sent_twice_is_done_once(table):
    client = table.client()
    for _ in range(2):
        sends = {"do": "name", "name": "Nura", "once": "the same"}
        assert client.post(reverse("long-list", args=[table.id]), sends).status_code == 302
    assert Candidate.unscoped.filter(process_id=table.id).count() == 1
