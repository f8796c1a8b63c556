"""Steps, common mistakes and points to look for: read, written, checked, edited in the browser, shown."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.learn.conftest import BODY, SMALL, file_of
from tests.learn.test_check import faults
from tracktwo.errors import BadInput
from tracktwo.learn import forms, guide
from tracktwo.learn.terms import Mistake, Question, read_term, written

STEPS = "## Steps\n1. Draw it on a map.\n2. Announce it,\n   by name.\n3. Watch it.\n\n"
MISTAKES = "## Common mistakes\n- It settles who owns the land. | It says nothing | of that.\n\n"
ANSWER = "\n\n### Discuss:"
LOOK = "\n\nLook for:\n- It is small.\n- It is watched.\n\n### Discuss:"
FULL = BODY.replace("## Questions", STEPS + MISTAKES + "## Questions").replace(ANSWER, LOOK, 1)
TERM = read_term("quiet-zone", "en", file_of(body=FULL))


def test_they_are_read():
    assert TERM.steps == ("Draw it on a map.", "Announce it, by name.", "Watch it.")
    assert TERM.mistakes == (Mistake("It settles who owns the land.", "It says nothing | of that."),)
    assert TERM.questions[0].points == ("It is small.", "It is watched.")
    assert TERM.questions[0].answer.endswith("so that life goes on.") and TERM.questions[1].points == ()


def test_they_are_written_and_read_back_the_same():
    assert read_term("quiet-zone", "en", written(TERM)) == TERM
    bare = read_term("quiet-zone", "en", file_of())
    assert "## Steps" not in written(bare) and "## Common mistakes" not in written(bare)


def test_every_term_that_is_brought_along_is_written_and_read_back_the_same():
    for (key, language), term in guide.shipped().terms.items():
        assert read_term(key, language, written(term)) == term


LINE = st.text(st.characters(codec="utf-8", exclude_characters="|", exclude_categories=("C", "Z")), min_size=1, max_size=30).map(
    lambda text: unicodedata.normalize("NFC", f"a{text}")
)  # fmt: skip


@given(st.lists(LINE, min_size=3, max_size=9), st.lists(st.tuples(LINE, LINE), max_size=4), st.lists(LINE, min_size=2, max_size=6))  # fmt: skip
def test_whatever_stands_in_a_line_survives_its_file_and_the_form(steps, mistakes, points):
    term = replace(
        TERM,
        steps=tuple(steps),
        mistakes=tuple(Mistake(*one) for one in mistakes),
        questions=(Question("recall", "What?", "This.", tuple(points)), *TERM.questions[1:]),
    )
    assert read_term(term.key, "en", written(term)) == term
    assert edited(term) == term


def edited(term: Any) -> Any:
    """A term as an instructor's form sends it back when nothing was changed."""
    form = forms.TermForm(forms.typed(term), language="en", units=[(term.unit, term.unit)])
    assert form.is_valid(), form.errors
    return read_term(term.key, "en", form.as_file())


def test_the_form_of_an_instructor_gives_back_what_it_was_given():
    assert edited(TERM) == TERM
    for (_key, language), term in guide.shipped().terms.items():
        if language == "en":
            assert edited(term) == term


def test_steps_typed_with_their_numbers_keep_none():
    typed = {**forms.typed(TERM), "steps": "1. Draw it.\n2) Announce it.\n- Watch it."}
    form = forms.TermForm(typed, language="en", units=[(TERM.unit, TERM.unit)])
    assert form.is_valid()
    assert read_term("quiet-zone", "en", form.as_file()).steps == ("Draw it.", "Announce it.", "Watch it.")


def test_sections_and_the_points_have_french_and_arabic_names_too():
    french = FULL.replace("## Steps", "## Étapes").replace("## Common mistakes", "## Erreurs fréquentes")
    french = french.replace("Look for:", "À retrouver\u00a0:")
    arabic = FULL.replace("## Steps", "## الخطوات").replace("## Common mistakes", "## أخطاء شائعة")
    arabic = arabic.replace("Look for:", "ابحث عن:")
    for language, body in (("fr", french), ("ar", arabic)):
        term = read_term("quiet-zone", language, file_of(state="draft", body=body))
        assert (term.steps, term.mistakes, term.questions) == (TERM.steps, TERM.mistakes, TERM.questions)


def test_a_mistake_without_its_reason_is_refused_with_its_place():
    with pytest.raises(BadInput, match=r"quiet-zone\.en\.md: a mistake says only 'It settles who"):
        read_term("quiet-zone", "en", file_of(body=FULL.replace(" | It says nothing | of that.", "")))


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("3. Watch it.\n", "", "there are 2 steps; write 3 to 9, or none."),
        ("3. Watch it.\n", "".join(f"{n}. Step {n}.\n" for n in range(3, 11)), "there are 10 steps"),
        ("3. Watch it.", "3. draw it on a MAP", "a step stands there twice; say each step once."),
        ("| It says nothing | of that.", "|", "a mistake lacks its claim or its reason"),
        ("- It is watched.", "", "the question 'What is it?' has 1 points to look for; write 2 to 6, or none."),
        ("- It is watched.", "- x\n" * 6, "the question 'What is it?' has 7 points to look for"),
        ("Draw it", "[Draw](drawings) it", "the link to 'drawings' leads nowhere"),
        ("It settles", "[It](settling) settles", "the link to 'settling' leads nowhere"),
        ("It is small.", "[It](smallness) is small.", "the link to 'smallness' leads nowhere"),
    ],
)  # fmt: skip
def test_the_checker_refuses(before, after, sentence):
    body = FULL.replace(before, after)
    assert body != FULL
    found = faults({**SMALL, "terms/quiet-zone.en.md": file_of(related="hot-line", body=body)})
    assert any(sentence in one for one in found), found


def test_the_checker_has_nothing_against_a_term_with_all_of_them():
    assert faults({**SMALL, "terms/quiet-zone.en.md": file_of(related="hot-line", body=FULL)}) == ()


@pytest.mark.django_db
def test_the_page_of_a_term_shows_them_and_paper_leaves_out_what_practice_is_for(client, monkeypatch):
    from tests.learn.conftest import forget

    files = {**SMALL, "terms/quiet-zone.en.md": file_of(related="hot-line", body=FULL)}
    monkeypatch.setattr(guide, "files_shipped", lambda: files)
    forget()
    try:
        page = re.sub(r"\s+", " ", client.get("/learn/terms/quiet-zone/").content.decode())
    finally:
        monkeypatch.undo()
        forget()
    assert '<ol class="term-steps"' in page and "<li>Draw it on a map.</li>" in page
    assert (
        '<section class="no-print"><h2>Common mistakes</h2>' in page and "It says nothing | of that." in page
    )
    assert '<ul class="no-print"><li>It is small.</li>' in page
