"""Faults sown into classes must be found: a class of another, a learner who does not share, a code, one byte more."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse

from tests.cast import Cast
from tests.confidential import grants, oracle, walk
from tests.confidential.walk import Ask, Seen, Walker
from tracktwo.errors import Refusal
from tracktwo.learn.classes import views
from tracktwo.learn.models import Classes, Learner, Learners, StudyClass
from tracktwo.process import visibility
from tracktwo.vault.grants import Grant
from tracktwo.vault.keystore import HOUSE

# Who sees what is decided above the database: one walk, on SQLite.
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.sqlite,
    pytest.mark.timeout(600),
    pytest.mark.xdist_group("faults"),
]
PLAYERS = ("Ada", "Bo", "Cleo", "Nia", "Noor", "Sol", "voter of the North", "Wim", "Oren", "anybody")
OWN = ("classes", "study-class", "join")
EVERYTHING = frozenset({"class", "class-shared", "class-figures"})


def short_walk(house: Cast, *names: str, methods: tuple[str, ...] = ("GET",)) -> Seen:
    return walk.walk(house, players=PLAYERS, methods=methods, names=(names or OWN).__contains__)


def wide(*_of: Any, **_named: Any) -> Grant:
    return Grant(process=HOUSE, scopes=EVERYTHING)


def page_of(house: Cast, name: str) -> str:
    return asked_for(house, name).body


def asked_for(house: Cast, name: str) -> walk.Answer:
    ask = Ask("study-class", f"/learn/classes/{house.objects['study_class']['own']}/", "own")
    return Walker(house, judge=False).answer(house.players[name], ask)


def test_without_a_fault_the_short_walk_finds_none_and_misses_none(house: Cast) -> None:
    seen = short_walk(house, methods=walk.METHODS)
    assert seen.faults == []
    assert [fault for fault in grants.faults(house) if fault not in grants.KNOWN] == []
    for name in PLAYERS:
        for process in ("class", "other class"):
            assert oracle.must_see(house, house.players[name], of=process) <= seen.found[name], name


def test_to_everybody_who_is_not_in_it_a_class_reads_like_one_that_does_not_exist(house: Cast) -> None:
    walker, gone = Walker(house, judge=False), str(house.missing)
    for name, player in house.players.items():
        for label, row in house.objects["study_class"].items():
            if {"own": "class", "other": "other class"}[label] in player.seats:
                continue
            for method in ("GET", "POST"):
                asks = [
                    Ask("study-class", f"/learn/classes/{one}/", label, method, {"do": "end"})
                    for one in (row, gone)
                ]
                there, nothing = (walk.neutral(ask, walker.answer(player, ask)) for ask in asks)
                assert there.startswith("404") and there == nothing, (name, label, method)


def test_the_instructor_reads_one_who_shares_and_bands_of_five(house: Cast) -> None:
    page = page_of(house, "Bo")
    assert page.count('class="class-learner"') == 1
    assert re.search(r"rest on 5 learners", page)


def test_the_class_of_another_instructor_is_found(house: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Classes, "taught_by", lambda self, person: StudyClass.unscoped.all())
    assert short_walk(house, "classes").of("status")  # the grant does not open it: the page breaks off
    monkeypatch.setattr(visibility, "own_class", wide)
    seen = short_walk(house)
    assert seen.of("leak: Ada reads “class” of Bo")
    assert seen.of("leak: Bo reads “class” of Ada")


def test_a_class_opened_for_whoever_asks_is_found(house: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Learners, "of", lambda self, person: Learner.unscoped.select_related("study_class"))
    monkeypatch.setattr(visibility, "own_place", wide)
    seen = short_walk(house, "classes")
    assert seen.of("leak: Noor reads “class” of Bo")


def test_learners_listed_who_do_not_share_break_the_page_off(
    house: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        Learners, "shared_with", lambda self, person, row: Learner.unscoped.filter(study_class=row)
    )
    assert asked_for(house, "Bo").status == 404


def test_learners_listed_who_do_not_share_are_found_where_the_grant_is_too_wide(
    house: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        Learners, "shared_with", lambda self, person, row: Learner.unscoped.filter(study_class=row)
    )
    monkeypatch.setattr(visibility, "own_class", wide)
    with pytest.raises(AssertionError):
        test_the_instructor_reads_one_who_shares_and_bands_of_five(house)


def test_a_summary_of_one_is_found(house: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from tracktwo.learn.classes import analysis, rules

    honest = rules.next_count
    monkeypatch.setattr(
        rules, "next_count", lambda before, now: honest(before, now, rules.Limits(fewest=1, by=1))
    )
    analysis.count(StudyClass.unscoped.get(pk=house.objects["study_class"]["own"]))
    with pytest.raises(AssertionError):
        test_the_instructor_reads_one_who_shares_and_bands_of_five(house)


def test_a_name_shown_to_the_class_is_found(house: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = views._learning

    def telling(request: HttpRequest, person: Any, learner: Learner) -> HttpResponse:
        answer = honest(request, person, learner)
        for one in Learner.unscoped.filter(study_class=learner.study_class, shares=True):
            answer.content += one.name.open(wide()).encode() if one.name else b""
        return answer

    monkeypatch.setattr(views, "_learning", telling)
    assert short_walk(house, "study-class").of("leak: Nia reads “name of a learner who shares” of Sol")


def test_the_row_of_a_learner_on_a_page_is_found(house: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = views._learning

    def telling(request: HttpRequest, person: Any, learner: Learner) -> HttpResponse:
        answer = honest(request, person, learner)
        answer.content += str(learner.pk).encode()
        return answer

    monkeypatch.setattr(views, "_learning", telling)
    assert short_walk(house, "study-class").of("leak: Nia reads “place of a learner”")


def test_a_page_not_found_that_says_more_is_found(house: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = views._person

    def telling(request: HttpRequest) -> Any:
        person = honest(request)
        row = request.path.strip("/").split("/")[-1]
        known = "-" in row and StudyClass.unscoped.filter(pk=row).exists()
        if known and not StudyClass.objects.joined_by(person).exists() and not person.convenes:
            raise Refusal("You are not in this class.")
        return person

    monkeypatch.setattr(views, "_person", telling)
    assert short_walk(house, "study-class").of("differs: to Noor, “other”")
