"""Pages of classes: who opens them, what they say, what their forms do."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.classes import people
from tests.classes.people import code_of, joins, knowing, practises
from tracktwo.learn.models import Learner, StudyClass
from tracktwo.learn.practice import keeping

pytestmark = pytest.mark.django_db
CODE = re.compile(r"(?:[0-9A-Z]{4}-){6}[0-9A-Z]{2}")


def browser(person: Any = None) -> Client:
    client = Client()
    if person is not None:
        client.force_login(person)
    return client


def page(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def at(study_class: StudyClass) -> str:
    return f"/learn/classes/{study_class.pk}/"


def test_an_instructor_opens_a_class_and_ends_it(teacher):
    client = browser(teacher)
    assert "Open a class" in page(client, "/learn/classes/")
    sent = {"name": "Term one", "course": "short", "once": "one"}
    opened = client.post("/learn/classes/", sent)
    row = StudyClass.unscoped.get()
    assert (opened.status_code, opened["Location"]) == (302, at(row))
    assert client.post("/learn/classes/", sent)["Location"] == "/learn/classes/"
    shown = page(client, at(row))
    assert "Term one" in shown and "No figures yet" in shown and "<svg" in shown
    assert code_of(row, teacher) in shown
    before = code_of(row, teacher)
    assert client.post(at(row), {"do": "nothing"})["Location"] == at(row)
    client.post(at(row), {"do": "code"})
    assert code_of(row, teacher) != before
    assert client.post(at(row), {"do": "end"})["Location"] == "/learn/classes/"
    assert client.get(at(row)).status_code == 404


def test_a_class_needs_a_name_and_a_course(teacher):
    client = browser(teacher)
    assert client.post("/learn/classes/", {"name": "", "course": "short"}).status_code == 400
    assert client.post("/learn/classes/", {"name": "x", "course": "no such course"}).status_code == 400


def test_the_list_is_for_whoever_is_signed_in_and_opening_for_instructors(study_class, teacher):
    assert browser().get("/learn/classes/").status_code == 404
    learner = browser(joins(study_class, teacher))
    assert "Term one" in page(learner, "/learn/classes/")
    assert learner.post("/learn/classes/", {"name": "x", "course": "short"}).status_code == 404
    stranger = people.teacher("s")
    stranger.convenes = False
    stranger.save()
    assert "You are in no class" in page(browser(stranger), "/learn/classes/")


def test_a_class_is_the_same_404_for_everybody_who_is_not_in_it(study_class, teacher):
    learner = joins(acts_class(people.teacher("o")), people.teacher_of("o"))
    for person in (None, people.teacher_of("o"), learner):
        client = browser(person)
        answers = [
            client.get(f"/learn/classes/{one}/")
            for one in (study_class.pk, "00000000-0000-4000-8000-00000000dead")
        ]
        assert [one.status_code for one in answers] == [404, 404]
        texts = {
            re.sub(r'value="[^"]{20,}"|/learn/classes/[^/"]+/', "", one.content.decode()) for one in answers
        }
        assert len(texts) == 1


def acts_class(by: Any) -> StudyClass:
    from tracktwo.learn.classes import acts

    return acts.open_class(name="Other", course="short", by=by)


def test_the_page_of_a_learner_says_what_the_instructor_sees(study_class, teacher):
    learner = joins(study_class, teacher)
    client = browser(learner)
    shown = page(client, at(study_class))
    assert "unless you share" in shown and "not that you joined" in shown
    assert "Nothing of this course is practised yet" in shown
    practises(learner, knowing("quiet-zone"))
    assert "nearly all" in page(client, at(study_class))
    assert client.post(at(study_class), {"do": "share", "name": ""}).status_code == 400
    client.post(at(study_class), {"do": "share", "name": "Ines"})
    assert "under the name" in page(client, at(study_class))
    assert "Ines" in page(browser(teacher), at(study_class))
    client.post(at(study_class), {"do": "stop"})
    assert "no longer counted there" in page(client, at(study_class))
    assert "Ines" not in page(browser(teacher), at(study_class))
    assert client.post(at(study_class), {"do": "nothing"})["Location"] == at(study_class)
    assert client.post(at(study_class), {"do": "leave", "once": "k"})["Location"] == "/learn/classes/"
    assert client.get(at(study_class)).status_code == 404


def test_a_form_of_a_class_sent_twice_is_done_once(study_class, teacher):
    client = browser(joins(study_class, teacher))
    for _ in range(2):
        sent = {"do": "share", "name": "Ines", "once": "same"}
        assert client.post(at(study_class), sent)["Location"] == at(study_class)
    learner = browser(teacher)
    for _ in range(2):
        assert learner.post(at(study_class), {"do": "code", "once": "k"})["Location"] == at(study_class)


def test_the_instructor_sees_bands_a_picture_and_what_is_weak(study_class, teacher):
    for _ in range(5):
        practises(joins(study_class, teacher), knowing("quiet-zone"))
    shown = page(browser(teacher), at(study_class))
    assert "rest on 5 learners" in shown
    assert "three quarters or more" in shown and "less than a quarter" in shown
    assert 'aria-labelledby="class-t"' in shown
    assert "%" not in re.sub(r"<svg.*?</svg>", "", shown, flags=re.S)


def test_a_picture_reads_from_right_to_left_where_the_language_does(study_class, teacher):
    for _ in range(5):
        practises(joins(study_class, teacher), knowing("quiet-zone"))
    client = browser(teacher)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "ar"
    assert 'direction="rtl"' in page(client, at(study_class))


def test_joining_without_an_account_gives_a_code_and_coming_back_another(study_class, teacher):
    client = browser()
    shown = page(client, f"/learn/join/?code={code_of(study_class, teacher)}")
    assert code_of(study_class, teacher) in shown and not Learner.unscoped.exists()
    joined = client.post("/learn/join/", {"code": code_of(study_class, teacher)})
    (first,) = CODE.findall(joined.content.decode())
    assert client.get(at(study_class)).status_code == 200
    back = browser().post("/learn/join/", {"code": first})
    (second,) = CODE.findall(back.content.decode())
    assert first != second
    refused = browser().post("/learn/join/", {"code": first})
    assert refused.status_code == 409 and "opens no class" in refused.content.decode()
    assert browser().post("/learn/join/", {"code": ""}).status_code == 400


def test_whoever_is_signed_in_is_led_to_the_class(study_class, teacher):
    other = browser(people.teacher("o"))
    assert other.post("/learn/join/", {"code": code_of(study_class, teacher)})["Location"] == at(study_class)


def test_what_somebody_practised_before_they_joined_is_counted_at_once(study_class, teacher, rf):
    other = people.teacher("o")
    request = rf.post("/")
    request.user, request.session = other, {}
    keeping.keep(request, lambda progress: progress.answered(people.cards("hot-line")[0], 4, keeping.now()))
    browser(other).post("/learn/join/", {"code": code_of(study_class, teacher)})
    assert Learner.objects.of(other).get().figures is not None
    keeping.forget(request_of(rf, other))
    assert Learner.objects.of(other).get().figures is None


def request_of(rf: Any, person: Any) -> Any:
    request = rf.post("/")
    request.user, request.session = person, {}
    return request


def test_a_new_return_code_is_shown_once_and_only_to_whoever_comes_with_one(study_class, teacher):
    client = browser(joins(study_class, teacher))
    sent = {"do": "fresh", "once": "k"}
    assert CODE.search(client.post("/learn/join/", sent).content.decode())
    assert client.post("/learn/join/", sent)["Location"] == "/learn/classes/"
    assert browser(teacher).post("/learn/join/", {"do": "fresh"}).status_code == 404
    assert browser().post("/learn/join/", {"do": "fresh"}).status_code == 404
