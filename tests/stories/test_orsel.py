"""The demo: the Orsel basin, seeded by acts, teaches what its study says it teaches."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.core.checks import run_checks
from django.test import Client

from tracktwo.content.scenarios import reading
from tracktwo.learn import scenarios
from tracktwo.learn.scenarios import Begun
from tracktwo.process import visibility
from tracktwo.process.models import Process, Seat
from tracktwo.record import acts as record
from tracktwo.statements.models import AnalysisRun, Statement

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("orsel")]  # seeded once
SCENARIO = reading.load("orsel")
IDS = [statement.id for statement in SCENARIO.statements] + [SCENARIO.late.id]


@pytest.fixture(scope="module")
def orsel(django_db_setup, django_db_blocker) -> Any:
    """Seeded once: it takes seconds. Taken back whole at the end, and keys with it."""
    from django.db import transaction

    from tracktwo.vault import keys

    with django_db_blocker.unblock(), transaction.atomic():
        yield scenarios.begin(SCENARIO)
        transaction.set_rollback(True)
    keys.forget()


def told(orsel: Begun) -> dict[str, Any]:
    row = AnalysisRun.unscoped.get(process_id=orsel.process)
    content: dict[str, Any] = json.loads(row.released.open(visibility.for_telling(orsel.process)))
    return content


def named(slots: list[int]) -> list[str]:
    return [IDS[slot] for slot in slots]


def test_the_five_sentences_that_every_side_supports(orsel):
    assert sorted(named(told(orsel)["common"][:5])) == ["H1", "M3", "P3", "S4", "W1"]


def test_majority_traps_and_the_invisible_minority_are_found(orsel):
    content = told(orsel)
    assert {"W4", "P4"} <= set(named(content["traps"]))
    assert "P1" in named(content["minorities"])
    assert not set(content["traps"]) & set(content["common"])


def test_the_late_statement_with_three_votes_all_agreeing_is_not_ranked(orsel):
    content, late = told(orsel), IDS.index(SCENARIO.late.id)
    assert late not in content["common"] + content["ranked"] + content["traps"] + content["minorities"]
    assert all(side[late] != 0 for side in content["figures"]["withheld"])


def test_three_sides_are_compared_and_each_has_something_another_cannot(orsel):
    content = told(orsel)
    assert content["compared"] == "sides"
    assert len(content["liked"]) == 3
    assert None not in content["liked"]
    assert [people % 5 for people in content["figures"]["members"]] == [0, 0, 0]


def test_sixty_first_clicks_lead_to_the_vote_and_to_what_every_side_supports(orsel):
    """One click to sit down, seven votes, then five sentences and the one that only the own side likes."""
    client = Client()
    seat = orsel.seats["meresh-farmer"]
    assert client.get(f"/p/{orsel.process}/sit/").status_code == 200
    client.post(f"/p/{orsel.process}/sit/", {"seat": str(seat)})
    path = f"/p/{orsel.process}/vote/"
    assert client.get(f"/p/{orsel.process}/common-ground/").status_code == 409
    for _ in range(7):
        page = client.get(path).content.decode()
        statement = re.findall(r'name="statement" value="([0-9a-f-]{36})"', page)[0]
        assert client.post(path, {"statement": statement, "vote": "agree"}).status_code == 302
    page = client.get(f"/p/{orsel.process}/common-ground/").content.decode()
    texts = {one.id: one.text.en for one in SCENARIO.statements}
    ground, own = page.split("Your side likes it, another side cannot")
    assert all(texts[one] in ground for one in ("H1", "M3", "P3", "S4", "W1"))
    assert page.count('<section class="sentence') == 6 or ground.count("<svg") >= 5
    liked = named([slot for slot in told(orsel)["liked"] if slot is not None])
    assert sum(texts[one] in own for one in liked) == 1


def test_everybody_of_the_demo_can_be_sat_down_as(orsel):
    assert len(orsel.seats) == len(SCENARIO.characters)
    for seat in orsel.seats.values():
        client = Client()
        assert client.post(f"/p/{orsel.process}/sit/", {"seat": str(seat)}).status_code == 302
        assert client.get(f"/p/{orsel.process}/").status_code == 200


def test_the_demo_is_a_demo_and_refuses_to_stand_elsewhere(orsel):
    assert Process.unscoped.get(pk=orsel.process).kind == "demo"
    assert "tracktwo.E003" in {error.id for error in run_checks(databases=["default"])}


def test_two_statements_wait_for_the_panel_and_the_record_holds(orsel):
    assert Statement.unscoped.filter(process_id=orsel.process, state="waiting").count() == len(
        SCENARIO.pending
    )
    assert Statement.unscoped.filter(process_id=orsel.process, state="open").count() == len(IDS)
    assert record.verify(orsel.process).holds


def test_the_demo_speaks_three_languages_and_says_what_is_a_draft(orsel):
    client = Client()
    client.post(f"/p/{orsel.process}/sit/", {"seat": str(orsel.seats["observer"])})
    for language in ("fr", "ar"):
        client.post("/language/", {"language": language})
        page = client.get(f"/p/{orsel.process}/statements/").content.decode()
        assert f'lang="{language}"' in page
        assert SCENARIO.statements[0].text.in_language(language) in page.replace("&#x27;", "’").replace(
            "&#x27;", "'"
        )
        assert page.count('class="draft"') == len(IDS)


def test_the_same_demo_is_told_twice_in_the_same_words(orsel):
    again = scenarios.begin(SCENARIO)
    mine, other = told(orsel), told(again)
    assert {key: mine[key] for key in mine if key != "map"} == {
        key: other[key] for key in other if key != "map"
    }
    assert (
        Seat.unscoped.filter(process_id=again.process).count()
        == Seat.unscoped.filter(process_id=orsel.process).count()
    )
