"""Whoever types a word roughly finds it, in Latin and in Arabic letters; whoever types nonsense finds nothing."""

from __future__ import annotations

import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.learn.conftest import file_of
from tracktwo.learn import guide, search
from tracktwo.learn.terms import read_files, read_term

NAMES = {
    "ripeness": ("Ripeness", "ripe moment"),
    "grit": ("GRIT", "graduated and reciprocated initiatives in tension reduction"),
    "batna": ("BATNA", "best alternative to a negotiated agreement"),
    "spoiler": ("Spoiler", ""),
    "security-dilemma": ("Security dilemma", "spiral model"),
    "mutually-hurting-stalemate": ("Mutually hurting stalemate", "hurting stalemate"),
    "kalai-smorodinsky-solution": ("Kalai-Smorodinsky solution", ""),
    "sant-egidio": ("Sant'Egidio in Mozambique", "Rome talks"),
    "desescalade": ("Désescalade", ""),
}
INDEX = search.index(read_term(key, "en", file_of(title, also=also)) for key, (title, also) in NAMES.items())
ARABIC = search.index(
    read_term(key, "ar", file_of(title, state="draft", also=""))
    for key, title in {
        "a": "الأرضيّة المشتركة",
        "b": "النضج",
        "c": "إعادة الدخول",
        "d": "القوى المخرِّبة",
    }.items()
)


def first(asked: str) -> str:
    found = search.find(INDEX, asked)
    return found[0].key if found else ""


@pytest.mark.parametrize(
    ("asked", "key"),
    [
        ("ripeness", "ripeness"), ("RIPENESS", "ripeness"), ("ripness", "ripeness"), ("ripenness", "ripeness"),
        ("ripe", "ripeness"), ("ripe momnet", "ripeness"), ("grit", "grit"), ("grid", "grit"), ("BATNA", "batna"),
        ("bathna", "batna"), ("what is a spoiler", "spoiler"), ("spolier", "spoiler"), ("securty dilema", "security-dilemma"),
        ("hurting stalemate", "mutually-hurting-stalemate"), ("stalemate", "mutually-hurting-stalemate"),
        ("smorodinski", "kalai-smorodinsky-solution"), ("Sant Egidio", "sant-egidio"), ("santegidio", "sant-egidio"),
        ("desescalade", "desescalade"), ("désescalade", "desescalade"), ("best alternative", "batna"),
    ],
)  # fmt: skip
def test_a_word_is_found_in_spite_of_typing_errors(asked, key):
    assert first(asked) == key


@pytest.mark.parametrize(
    "asked", ["", "   ", "x", "zzzzzz", "qwertzuiop", "12345", "؟؟؟", "'; drop table", "<script>"]
)
def test_nothing_near_finds_nothing(asked):
    assert search.find(INDEX, asked) == []


@pytest.mark.parametrize(
    ("asked", "key"),
    [
        ("الأرضية المشتركة", "a"), ("الارضيه المشتركه", "a"), ("الأَرْضِيَّة", "a"), ("نضج", "b"), ("النضح", "b"),
        ("اعادة الدخول", "c"), ("إعادة الدخـــول", "c"), ("القوي المخربة", "d"), ("المخربه", "d"),
    ],
)  # fmt: skip
def test_arabic_is_found_without_vowel_signs_and_with_letters_that_stand_for_each_other(asked, key):
    assert [hit.key for hit in search.find(ARABIC, asked)][:1] == [key]


def test_one_slip_in_a_long_name_is_forgiven_wherever_it_is():
    """Every title of seven letters or more, with one letter lost, doubled, swapped or wrong: 400 of them."""
    rng, missed = random.Random(7), []
    long_names = [(key, title) for key, (title, _also) in NAMES.items() if len(title) >= 7]
    for _ in range(400):
        key, title = rng.choice(long_names)
        at = rng.randrange(1, len(title) - 1)
        typed = rng.choice(
            [
                title[:at] + title[at + 1 :],
                title[:at] + title[at] + title[at:],
                title[:at] + title[at + 1] + title[at] + title[at + 2 :],
                title[:at] + rng.choice(string.ascii_lowercase) + title[at + 1 :],
            ]
        )
        if first(typed) != key:
            missed.append(typed)
    assert missed == []


def test_words_of_the_definition_are_found_but_stand_below_names():
    found = [hit.key for hit in search.find(INDEX, "border area")]
    assert sorted(found) == sorted(NAMES)
    assert first("spoiler border") in NAMES  # a name together with a word of the text still finds something


@given(st.text(max_size=300))
def test_whatever_is_typed_is_searched_without_a_fault(asked):
    assert len(search.find(INDEX, asked)) <= 20


def test_every_shipped_term_is_found_by_its_title_and_its_other_names():
    library, _ = read_files(guide.files_shipped())
    if not library.terms:
        pytest.skip("no term is brought along in this checkout")
    english = [term for term in library.terms.values() if term.language == "en"]
    entries = search.index(english)
    asked = [(term.key, name) for term in english for name in (term.title, *term.also)]
    assert [one for one in asked if search.find(entries, one[1])[0].key != one[0]] == []
