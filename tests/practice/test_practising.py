"""The pages of practice: with an account and without, one form once, two tabs, files, and what nobody reads."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from tests.practice.conftest import NOON, somebody
from tests.stories.table import at_once
from tracktwo.errors import NotHere, Refusal
from tracktwo.learn.models import Progress as Row
from tracktwo.learn.practice import keeping, progress, views
from tracktwo.learn.practice.progress import OwnCard, Progress, read, written
from tracktwo.people.models import Session
from tracktwo.process import visibility
from tracktwo.record.once import AlreadyDone

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_guide", "clock")]
FRONT, CARDS = "/learn/practice/", "/learn/practice/cards/"
FIRST = "quiet-zone/definition"


def rate(
    client: Client, card: str = FIRST, rating: int = 3, seen: int = 0, where: str = CARDS, **more: Any
) -> Any:
    return client.post(where, {"do": "rate", "card": card, "rating": rating, "seen": seen, **more})


def saved(client: Client) -> Progress:
    return read(client.get(FRONT + "?save").content.decode())


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


@pytest.fixture(params=["with an account", "without"])
def learner(request: pytest.FixtureRequest, client: Client) -> Client:
    """Whoever practises: the pages are the same for both."""
    if request.param == "with an account":
        client.force_login(request.getfixturevalue("person"))
    return client


# --- one card after another ---------------------------------------------------------------------------


def test_a_card_shows_its_front_its_answer_and_what_each_rating_means(learner: Client) -> None:
    answer = learner.get(CARDS)
    said = text(answer)
    assert "What does it mean?" in said and "Quiet zone" in said and "Only you." in said
    assert re.findall(r'name="rating" value="(\d)"', said) == ["1", "2", "3", "4"]
    assert re.findall(r'practice-wait">([^<]+)<', said) == ["1 minute", "6 minutes", "10 minutes", "8 days"]
    assert "<details" in said and said.index("<details") < said.index("armed people leave")


def test_an_answer_is_kept_and_the_next_card_comes(learner: Client) -> None:
    assert rate(learner).headers["Location"] == CARDS
    assert [(r.card, r.rating, r.minute) for r in saved(learner).log] == [(FIRST, 3, NOON)]
    assert FIRST not in text(learner.get(CARDS))


def test_a_double_click_rates_once(learner: Client) -> None:
    for _ in range(2):
        assert rate(learner, once="the same key").status_code == 302
    assert len(saved(learner).log) == 1


def test_a_stale_tab_is_told_and_loses_nothing(learner: Client) -> None:
    rate(learner, rating=4, once="one")
    answer = rate(learner, rating=1, once="two")
    assert answer.status_code == 409 and "answered in another tab" in text(answer)
    assert [r.rating for r in saved(learner).log] == [4]


def test_undo_takes_back_one_after_another_and_shows_the_card_again(learner: Client) -> None:
    rate(learner)
    rate(learner, "hot-line/definition", 1)
    before = saved(learner)
    back = learner.post(CARDS, {"do": "undo", "answers": 2})
    assert back.headers["Location"] == CARDS + "?card=hot-line%2Fdefinition"
    assert "Hot line" in text(learner.get(back.headers["Location"]))
    assert saved(learner) == before.undone()
    learner.post(CARDS, {"do": "undo", "answers": 1})
    assert saved(learner) == Progress()
    assert "Undo" not in text(learner.get(CARDS))


def test_an_undo_of_a_stale_tab_takes_nothing_back(learner: Client) -> None:
    rate(learner)
    rate(learner, "hot-line/definition")
    answer = learner.post(CARDS, {"do": "undo", "answers": 1})
    assert answer.status_code == 409 and "Nothing was taken back" in text(answer)
    assert len(saved(learner).log) == 2


def test_what_was_answered_on_another_day_is_not_undone(learner: Client, clock: Any) -> None:
    rate(learner)
    clock.minute += 1440
    assert "Undo" not in text(learner.get(CARDS))
    learner.post(CARDS, {"do": "undo", "answers": 1})
    assert len(saved(learner).log) == 1


def test_a_card_is_set_aside_and_asked_again(learner: Client) -> None:
    learner.post(CARDS, {"do": "suspend", "card": FIRST})
    assert saved(learner).suspended == {FIRST} and FIRST not in text(learner.get(CARDS))
    assert "1 card set aside" in text(learner.get(FRONT))
    learner.post(CARDS, {"do": "resume", "card": FIRST})
    assert saved(learner).suspended == frozenset()


def test_settings_choose_how_many_and_which(learner: Client) -> None:
    learner.post(CARDS, {"do": "settings", "new_a_day": 3, "kinds": ["recall", "evaluate"]})
    assert (saved(learner).new_a_day, saved(learner).kinds) == (3, frozenset({"recall", "evaluate"}))
    assert "What is it?" in text(learner.get(CARDS))
    refused = learner.post(CARDS, {"do": "settings", "new_a_day": 9999, "kinds": ["nonsense"]})
    assert refused.status_code == 400 and saved(learner).new_a_day == 3


@pytest.mark.parametrize(
    "sent",
    [{"do": "rate", "card": "nowhere/word", "rating": 3, "seen": 0}, {"do": "suspend", "card": "own/theirs"}, {"do": "rate"}],
)  # fmt: skip
def test_a_card_that_is_not_there_is_not_answered(learner: Client, sent: dict[str, Any]) -> None:
    assert learner.post(CARDS, sent).status_code == 404


def test_a_form_without_sense_changes_nothing(learner: Client) -> None:
    assert learner.post(CARDS, {"do": "dance"}).status_code == 302
    for rating in ("5", "x", ""):
        assert (
            learner.post(CARDS, {"do": "rate", "card": FIRST, "seen": 0, "rating": rating}).status_code == 409
        )
    assert learner.post(CARDS, {"do": "resume", "card": "no card"}).status_code == 302
    assert learner.post(FRONT, {"do": "forget"}).status_code == 302
    assert saved(learner) == Progress()


def test_practice_keeps_within_a_course_or_a_unit(learner: Client) -> None:
    assert "Hot line" in text(learner.get(CARDS + "?course=short&unit=lines"))
    assert "Quiet zone" in text(learner.get(CARDS + "?course=short&unit=de-escalation"))
    after = rate(learner, where=CARDS + "?course=short&unit=lines")
    assert after.headers["Location"] == CARDS + "?course=short&unit=lines"
    for query in ("?course=nowhere", "?course=short&unit=nowhere"):
        assert learner.get(CARDS + query).status_code == 404


def test_own_cards_are_practised_and_nothing_in_them_runs(signed: Client, person: Any) -> None:
    own = OwnCard("g<1>", "<script>alert(1)</script> *front*", "[x](javascript:alert(1)) <img src=x>")
    keeping._keep_row(person=person, change=lambda p: p.with_own([own]), once="")
    said = text(signed.get(CARDS + "?course=own"))
    assert "Your own card" in said and "<em>front</em>" in said
    assert (
        "<script>alert" not in said
        and "javascript:" not in said.replace("[x](javascript", "")
        and "<img" not in said
    )
    assert rate(signed, "own/g<1>", where=CARDS + "?course=own").status_code == 302
    assert "Your own cards" in text(signed.get(FRONT))


def test_when_all_is_done_the_page_says_when_the_next_is_due(learner: Client) -> None:
    learner.post(CARDS, {"do": "settings", "new_a_day": 1, "kinds": ["definition"]})
    rate(learner, rating=4)
    said = text(learner.get(CARDS))
    assert "That is all for now" in said and "8 days" in said
    assert "Nothing is due now." in text(learner.get(FRONT))
    learner.post(CARDS, {"do": "settings", "new_a_day": 1, "kinds": ["own"]})
    assert "nothing to practise here" in text(learner.get(CARDS))


# --- the front and the statistics ------------------------------------------------------------------------


def test_the_front_counts_by_course_and_unit(learner: Client, clock: Any) -> None:
    rate(learner, rating=1)
    clock.minute += 2
    said = text(learner.get(FRONT))
    assert "A short course" in said and "1 due" in said
    assert "Go on" in said and 'aria-current="page">Practice' in said


def test_statistics_are_pictures_with_tables(learner: Client, clock: Any) -> None:
    assert "Nothing to show yet" in text(learner.get(reverse("practice-statistics")))
    rate(learner)
    clock.minute += 20
    rate(learner, rating=1, seen=1)
    said = text(learner.get(reverse("practice-statistics")))
    assert said.count('class="figure"') >= 3 and said.count("<table") == 3
    assert "Recalled, by unit" in said and "0 %" in said


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_the_pages_stand_in_every_language(learner: Client, language: str) -> None:
    rate(learner)
    learner.cookies["django_language"] = language
    for where in (FRONT, CARDS, reverse("practice-statistics")):
        assert learner.get(where, headers={"accept-language": language}).status_code == 200


def test_a_page_of_practice_asks_the_database_little(
    signed: Client, django_assert_max_num_queries: Any
) -> None:
    rate(signed)
    for where in (FRONT, CARDS, reverse("practice-statistics")):
        signed.get(where)
        with django_assert_max_num_queries(8):
            signed.get(where)


# --- files ------------------------------------------------------------------------------------------------


def load(client: Client, content: str | bytes) -> Any:
    data = content if isinstance(content, bytes) else content.encode()
    return client.post(FRONT, {"do": "load", "file": SimpleUploadedFile("practice.json", data)})


def test_a_file_brings_progress_back_and_merges(learner: Client) -> None:
    rate(learner)
    file = learner.get(FRONT + "?save")
    assert file.headers["Content-Disposition"] == 'attachment; filename="practice.json"'
    elsewhere = Client()
    rate(elsewhere, "hot-line/definition", 1)
    assert load(elsewhere, file.content).headers["Location"] == FRONT + "?loaded"
    assert {r.card for r in saved(elsewhere).log} == {FIRST, "hot-line/definition"}
    load(elsewhere, file.content)
    assert len(saved(elsewhere).log) == 2
    assert "The file was loaded" in text(elsewhere.get(FRONT + "?loaded"))


@pytest.mark.parametrize(
    "content", ["", "{", b"\xff\xfe\x00", b"PK\x03\x04", '{"tracktwo":"progress","version":1}']
)
def test_a_broken_file_gets_one_sentence_and_changes_nothing(learner: Client, content: str | bytes) -> None:
    rate(learner)
    before = saved(learner)
    answer = load(learner, content)
    assert answer.status_code == 400 and 'class="field-errors"' in text(answer)
    assert saved(learner) == before


def test_a_file_from_tomorrow_is_not_believed(learner: Client) -> None:
    answer = load(learner, written(Progress().answered(FIRST, 3, NOON + 3000)))
    assert answer.status_code == 409 and "later than now" in text(answer)
    assert saved(learner) == Progress()


def test_more_than_can_be_kept_is_refused(learner: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    rate(learner)
    monkeypatch.setattr(keeping, "LARGEST", 10)
    monkeypatch.setattr(keeping, "LARGEST_IN_SESSION", 10)
    monkeypatch.setattr(progress, "MOST_REVIEWS", 1)
    assert rate(learner, "hot-line/definition").status_code == 409
    monkeypatch.setattr(progress, "MOST_REVIEWS", 50)
    assert rate(learner, "hot-line/definition").status_code == 409
    assert len(saved(learner).log) == 1


def test_a_file_too_large_is_refused_before_it_is_read(
    learner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tracktwo.learn.practice import forms

    monkeypatch.setattr(forms, "LARGEST", 1)
    assert "too large" in text(load(learner, "x" * 50))


# --- signing in, forgetting ----------------------------------------------------------------------------------


def test_what_was_practised_before_signing_in_is_taken_over(client: Client, person: Any) -> None:
    rate(client)
    client.force_login(person)
    said = text(client.get(FRONT))
    assert "This session holds 1 answer" in said
    rate(client, "hot-line/definition")
    client.post(FRONT, {"do": "take over"})
    assert {r.card for r in keeping.keep_of(person).log} == {FIRST, "hot-line/definition"}
    assert "This session holds" not in text(client.get(FRONT))


def test_or_it_is_dropped(client: Client, person: Any) -> None:
    rate(client)
    client.force_login(person)
    client.post(FRONT, {"do": "drop"})
    assert "This session holds" not in text(client.get(FRONT)) and keeping.keep_of(person) == Progress()


def test_who_did_not_sign_in_has_nothing_to_take_over(client: Client) -> None:
    assert client.post(FRONT, {"do": "take over"}).status_code == 404


def test_progress_is_forgotten_for_good_when_one_is_sure(learner: Client) -> None:
    rate(learner)
    learner.post(FRONT, {"do": "forget"})
    assert saved(learner).log
    for _ in range(2):
        assert learner.post(FRONT, {"do": "forget", "sure": "yes", "once": "k"}).status_code == 302
    assert saved(learner) == Progress() and Row.objects.count() == 0


# --- who reads what ----------------------------------------------------------------------------------------


def test_nothing_of_a_learner_stands_in_the_clear(client: Client) -> None:
    """Neither what was answered nor whose it is: in the row, in the session, in what else was written."""
    nia = somebody("n")
    rate(client)
    signed = Client()
    signed.force_login(nia)
    rate(signed, once="a key")
    row = Row.objects.get()
    assert row.owner == visibility.learner_index(nia) and str(nia.pk) not in row.owner
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            said = b"|".join(
                bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode()
                for line in cursor.fetchall()
                for cell in line
            )
            assert b"quiet-zone" not in said and str(NOON).encode() not in said, table
            if table == Row._meta.db_table:
                assert (
                    str(nia.pk).encode() not in said
                    and nia.pk.hex.encode() not in said
                    and b"nnnn" not in said
                )


def test_a_row_opens_for_its_owner_alone() -> None:
    nia, sol = somebody("n"), somebody("s")
    keeping._keep_row(person=nia, change=lambda p: p.answered(FIRST, 3, NOON), once="")
    assert keeping.keep_of(sol) == Progress()
    row = Row.objects.get()
    with pytest.raises(NotHere):
        visibility.own_progress(sol, row)
    keeping._keep_row(person=sol, change=lambda p: p, once="")
    theirs = Row.objects.exclude(pk=row.pk).get()
    with pytest.raises(NotHere):
        row.kept.open(visibility.own_progress(sol, theirs))
    assert keeping.keep_of(nia).log


def test_rows_of_one_practice_are_of_few_sizes() -> None:
    nia, sol = somebody("n"), somebody("s")
    keeping._keep_row(person=nia, change=lambda p: p.answered(FIRST, 3, NOON), once="")
    keeping._keep_row(
        person=sol, change=lambda p: p.answered(FIRST, 3, NOON).answered(FIRST, 3, NOON), once=""
    )
    assert len({len(row.__dict__["kept"]) for row in Row.objects.all()}) == 1


def test_a_damaged_session_is_no_ones_fault(client: Client) -> None:
    rate(client)
    Session.objects.update(session_data="00")
    assert saved(client) == Progress()


# --- several at once ------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_tabs_of_one_person_lose_nothing() -> None:
    nia = somebody("n")
    deeds = [
        lambda card=card: keeping._keep_row(person=nia, change=lambda p: p.answered(card, 3, NOON), once="")
        for card in (f"term-{place}/word" for place in range(6))
    ]
    came = at_once(*deeds)
    assert [type(one) for one in came] == [Progress] * 6
    assert len(keeping.keep_of(nia).log) == 6 and Row.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_tabs_of_one_session_lose_nothing(client: Client) -> None:
    rate(client)
    key = client.cookies["tracktwo"].value

    def tab(card: str) -> Any:
        browser = Client()
        browser.cookies["tracktwo"] = key
        return rate(browser, card).status_code

    cards = [f"hot-line/{name}" for name in ("definition", "word", "recall-1")] + ["quiet-zone/word"]
    assert at_once(*(lambda card=card: tab(card) for card in cards)) == [302] * 4
    assert len(saved(client).log) == 5


@pytest.mark.django_db(transaction=True)
def test_one_form_sent_from_two_places_at_once_counts_once() -> None:
    nia = somebody("n")
    came = at_once(
        *(
            lambda: keeping._keep_row(person=nia, change=lambda p: p.answered(FIRST, 3, NOON), once="k")
            for _ in "ab"
        )
    )
    assert sorted(type(one).__name__ for one in came) == ["AlreadyDone", "Progress"]
    assert len(keeping.keep_of(nia).log) == 1 and isinstance(AlreadyDone(), Refusal)


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(1, "1 minute"), (5.5, "6 minutes"), (90, "2 hours"), (1440, "24 hours"), (2 * 1440, "2 days"),
     (59 * 1440, "59 days"), (70 * 1440, "2 months"), (800 * 1440, "2 years"), (36500 * 1440, "100 years")],
)  # fmt: skip
def test_how_long_a_card_waits_is_said_in_words(minutes: float, said: str) -> None:
    assert views.wait(datetime.timedelta(minutes=minutes)) == said


def test_a_minute_is_the_finest_time_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()  # the clock of these tests
    assert type(keeping.now()) is int and 29_000_000 < keeping.now() < 60_000_000
