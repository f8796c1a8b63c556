"""The demo scenario: whole in three languages, neutral outside, and its sides equal in weight."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tracktwo.content.scenarios import reading
from tracktwo.content.scenarios.reading import LANGUAGES, Text

ORSEL = reading.CONTENT / "scenarios" / "orsel"
TABLES = sorted(ORSEL.glob("*.toml"))
SCENARIO = reading.load("orsel")
RULES = reading.load_rules("chatham")
ASKED: dict[str, Text] = {
    **{each.id: each.text for each in SCENARIO.statements},
    SCENARIO.late.id: SCENARIO.late.text,
    **{each.id: each.text for each in SCENARIO.pending},
}


def written(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def texts(branch: Any, where: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Every table that speaks at least one of the languages."""
    if isinstance(branch, dict):
        if set(branch) & set(LANGUAGES):
            yield where, branch
        for key, twig in branch.items():
            yield from texts(twig, f"{where}.{key}")
    elif isinstance(branch, list):
        for number, twig in enumerate(branch):
            yield from texts(twig, f"{where}[{number}]")


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.name)
def test_every_text_exists_in_three_languages(path: Path) -> None:
    for where, text in texts(written(path), path.name):
        assert sorted(text) == sorted(LANGUAGES), where
        assert all(words == words.strip() and words for words in text.values()), where


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.name)
def test_each_language_is_written_in_its_own_script(path: Path) -> None:
    for where, text in texts(written(path), path.name):
        if where.endswith(".versions"):
            continue
        assert not re.search("[A-Za-z]", text["ar"]), where
        assert not re.search("[\u0600-\u06ff]", text["en"] + text["fr"]), where


def test_english_is_the_source_and_the_others_wait_for_a_reviewer() -> None:
    assert dict(SCENARIO.versions) == {"en": "source", "fr": "draft", "ar": "draft"}
    assert {page.language: page.state for page in SCENARIO.story.values()} == dict(SCENARIO.versions)
    assert {rules.language: rules.state for rules in RULES.values()} == dict(SCENARIO.versions)


def test_the_story_takes_250_to_400_words_in_each_language() -> None:
    for page in SCENARIO.story.values():
        assert 250 <= len(page.body.split()) <= 400, page.language


def test_the_cover_title_names_no_side_no_river_and_no_person() -> None:
    telling = [
        SCENARIO.title,
        *(side.name for side in SCENARIO.sides),
        *(seat.name for seat in SCENARIO.seats),
    ]
    for language in LANGUAGES:
        cover = set(re.findall(r"\w{4,}", SCENARIO.cover_title.in_language(language)))
        assert not cover & {
            word for text in telling for word in re.findall(r"\w+", text.in_language(language))
        }


def test_the_paper_names_no_side_and_no_person() -> None:
    paper = SCENARIO.paper
    named = [SCENARIO.convenor, *(side.name for side in SCENARIO.sides)]
    named += [seat.name for seat in SCENARIO.seats] + [member.name for member in SCENARIO.panel]
    for text in (paper.title, paper.heading, *paper.introduction, *paper.closing):
        for language in LANGUAGES:
            assert not [name for name in named if name.in_language(language) in text.in_language(language)]


def test_nothing_that_stands_round_the_votes_claims_a_mandate() -> None:
    paper = SCENARIO.paper
    frame = [paper.title, paper.heading, *paper.introduction, *paper.closing]
    articles = [article.text for article in RULES["en"].articles]
    for words in [*(text.en for text in frame), *articles, SCENARIO.story["en"].body]:
        assert not re.search(r"\b(accept\w*|settle(ment|d)\w*|agreements?)\b", words, re.IGNORECASE)


def test_the_ground_rules_have_the_same_numbered_articles_in_each_language() -> None:
    assert {len(rules.articles) for rules in RULES.values()} == {14}
    for rules in RULES.values():
        assert [article.number for article in rules.articles] == list(range(1, 15))
        assert rules.title


def test_no_statement_is_longer_than_280_characters() -> None:
    assert len(ASKED) == 28 + 1 + 2
    assert max(len(text.in_language(language)) for text in ASKED.values() for language in LANGUAGES) <= 280


def test_no_statement_stands_there_twice() -> None:
    for language in LANGUAGES:
        assert len({text.in_language(language) for text in ASKED.values()}) == len(ASKED)


def test_one_waiting_statement_is_to_be_admitted_and_one_rejected_with_a_reason() -> None:
    assert sorted(each.advice for each in SCENARIO.pending) == ["admit", "reject"]
    assert all(each.reason != each.text for each in SCENARIO.pending)


def test_every_side_weighs_the_same() -> None:
    assert [side.letter for side in SCENARIO.sides] == ["T", "M", "I"]
    assert len({side.weight for side in SCENARIO.sides}) == 1


def test_sixteen_seats_half_of_them_women_and_a_gap_left_to_see() -> None:
    seats = SCENARIO.seats
    assert [sum(seat.side == letter for seat in seats) for letter in "TMI"] == [6, 6, 4]
    assert sum(seat.gender == "woman" for seat in seats) == 8
    assert {seat.side for seat in seats if seat.age_band == "under 30"} == {"M", "I"}
    assert len({seat.pseudonym.en for seat in seats}) == len({seat.pseudonym.ar for seat in seats}) == 16


def test_a_visitor_may_sit_down_on_every_side_as_a_seat_as_facilitator_and_as_observer() -> None:
    taken = {(each.place, each.of) for each in SCENARIO.characters}
    assert {("wider circle", letter) for letter in "TMI"} <= taken
    seat_side = {seat.pseudonym.en: seat.side for seat in SCENARIO.seats}
    assert {seat_side[of] for place, of in taken if place == "seat"} == {"T", "M", "I"}
    role = {member.key: member.role for member in SCENARIO.panel}
    assert {role[of] for place, of in taken if place == "panel"} == {"lead facilitator", "observer"}


def test_the_meresh_farmer_reads_arabic_first_and_english_too() -> None:
    farmer = SCENARIO.characters[0]
    assert (farmer.key, farmer.of, farmer.languages[:2]) == ("meresh-farmer", "M", ("ar", "en"))


def test_every_introduction_has_two_sentences() -> None:
    for each in SCENARIO.characters:
        for language in LANGUAGES:
            assert len(re.findall(r"[.؟?!](?:\s|$)", each.introduction.in_language(language))) == 2, each.key


def test_a_text_in_an_unknown_language_falls_back_to_the_source() -> None:
    assert Text(en="river", fr="fleuve", ar="نهر").in_language("pt") == "river"
