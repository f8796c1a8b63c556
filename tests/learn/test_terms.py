"""A term and a course are read from their files; what cannot be read is said in one sentence."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.learn.conftest import BODY, SMALL, file_of
from tracktwo.errors import BadInput
from tracktwo.learn.terms import (
    Library,
    files_of,
    read_course,
    read_files,
    read_term,
    written,
    written_course,
    written_files,
)


def test_a_term_is_read_section_by_section():
    term = read_term("quiet-zone", "en", file_of(related="hot-line, grit", used="rules, vote"))
    assert (term.title, term.state, term.unit) == ("Quiet zone", "source", "de-escalation")
    assert (term.also, term.related, term.used) == (
        ("zone of quiet",),
        ("hot-line", "grit"),
        ("rules", "vote"),
    )
    assert (
        term.definition.startswith("A border area")
        and term.explanation == "It says nothing about who owns the land."
    )
    assert [fact.contested for fact in term.facts] == [False, False, False, True, False]
    assert term.facts[3].text == "whether it lasts; Author (2001) doubts it."
    assert [one.depth for one in term.questions] == ["recall", "discuss", "evaluate"]
    assert term.questions[0].question == "What is it?" and term.questions[0].answer.startswith(
        "It is a small area"
    )
    assert len(term.sources) == 2 and len(term.further) == 1


def test_what_is_written_is_read_back_the_same():
    library, faults = read_files(SMALL)
    assert faults == []
    assert read_files(written_files(library)) == (library, [])
    for term in library.terms.values():
        assert read_term(term.key, term.language, written(term)) == term


def test_sections_and_depths_have_french_and_arabic_names_too():
    french = BODY.replace("## Must know", "## À savoir").replace(
        "## Further reading", "## Pour aller plus loin"
    )
    french = french.replace("### Recall:", "### Rappel\u00a0:").replace("Contested:", "Contesté\u00a0:")
    term = read_term("quiet-zone", "fr", file_of(state="draft", body=french))
    assert (len(term.facts), term.facts[3].contested, term.questions[0].depth) == (5, True, "recall")
    assert len(term.further) == 1


def test_an_item_may_go_on_in_the_next_line_and_a_list_may_lack_its_hyphens():
    body = BODY.replace("- First, it is small, and its edges", "- First, it is small,\n  and its edges")
    assert (
        read_term("a", "en", file_of(body=body)).facts[0].text
        == "First, it is small, and its edges are drawn on a map."
    )
    assert read_term("a", "en", file_of(body="A word.\n\n## Sources\nAuthor, 2001.")).sources == (
        "Author, 2001.",
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("no head", "begin with title, state and unit between two lines of ---"),
        (file_of(title=""), "the head has no title"),
        (file_of(state="perhaps"), "the state is 'perhaps'; write source or reviewed or draft."),
        (file_of().replace("figure:", "colour:"), "the head says 'colour'"),
        (file_of().replace("## Must know", "## Must not know"), "there is a section 'Must not know'"),
        (file_of(body=BODY + "\n## Sources\n- Twice."), "the section 'Sources' stands twice"),
        (
            file_of().replace("### Recall: ", "### Remember: "),
            "a question begins with 'Remember: What is it?'",
        ),
        (file_of().replace("### Recall: What is it?", "### Recall:"), "a question begins with 'Recall:'"),
        (
            file_of().replace("## Questions", "## Questions\nFirst:"),
            "there is text before the first question",
        ),
        (file_of(body="x" * 50_000), "has more than 40000 characters"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_sentence_with_its_place(text, sentence):
    with pytest.raises(BadInput) as refused:
        read_term("quiet-zone", "en", text)
    said = str(refused.value)
    assert said.startswith("quiet-zone.en.md: ") and sentence in said and said.endswith(".")


def test_a_course_is_read_with_its_units_and_written_back_the_same():
    course = read_course("short", SMALL["courses/short.toml"])
    assert course.title == {"en": "A short course", "fr": "Un cours bref"}
    assert [(unit.key, unit.terms) for unit in course.units] == [
        ("de-escalation", None),
        ("lines", ("hot-line", "quiet-zone")),
    ]
    assert read_course("short", written_course(course)) == course


def test_a_title_with_quotes_and_backslashes_survives_its_file():
    text = SMALL["courses/short.toml"].replace("A short course", 'The \\"short\\" \\\\ course')
    course = read_course("short", text)
    assert course.title["en"] == 'The "short" \\ course'
    assert read_course("short", written_course(course)) == course


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("title = ", "cannot be read"),
        ('title = { en = "A" }\nabout = { en = "B" }', "there is no unit"),
        ('about = { en = "B" }\n[[unit]]\nkey = "a"\ntitle = { en = "A" }', "title is missing"),
        (
            'title = { en = "A" }\nabout = { fr = "B" }\n[[unit]]\nkey = "a"\ntitle = { en = "A" }',
            "about is missing",
        ),
        ('title = { en = "A" }\nabout = { en = "B" }\n[[unit]]\nkey = "A b"', "a unit has no key"),
        ('title = { en = "A" }\nabout = { en = "B" }\nunit = ["a"]', "a unit has no key"),
        (
            'title = { en = "A" }\nabout = { en = "B" }\n[[unit]]\nkey = "a"\nterms = "b"\ntitle = { en = "A" }',
            "the terms of a are no list",
        ),
    ],
)
def test_a_course_that_cannot_be_read_is_refused_in_one_sentence(text, sentence):
    with pytest.raises(BadInput) as refused:
        read_course("short", text)
    assert str(refused.value).startswith("short.toml: ") and sentence in str(refused.value)


def test_of_a_folder_what_cannot_be_read_is_told_and_the_rest_is_read():
    library, faults = read_files(
        {**SMALL, "terms/Big Word.en.md": "x", "terms/zone.de.md": file_of(), "a.toml": "="}
    )
    assert sorted(library.terms) == [("hot-line", "ar"), ("hot-line", "en"), ("quiet-zone", "en")]
    assert sorted(fault.where for fault in faults) == ["Big Word.en.md", "a.toml", "zone.de.md"]


def test_a_folder_is_read_with_its_subfolders(tmp_path: Path):
    (tmp_path / "terms").mkdir()
    (tmp_path / "terms" / "quiet-zone.en.md").write_text(file_of())
    (tmp_path / "notes.txt").write_text("not ours")
    assert list(files_of(tmp_path)) == ["terms/quiet-zone.en.md"]
    with pytest.raises(BadInput, match="this is no folder"):
        files_of(tmp_path / "nowhere")
    (tmp_path / "terms" / "quiet-zone.en.md").write_bytes(b"\xff\xfe")
    with pytest.raises(BadInput, match="save it as UTF-8"):
        files_of(tmp_path)


def test_a_unit_without_a_list_holds_the_terms_that_name_it_by_title():
    library, _ = read_files(SMALL)
    units = library.courses["short"].units
    assert [library.terms_of(unit) for unit in units] == [["quiet-zone"], ["hot-line", "quiet-zone"]]
    assert Library().keys() == []


PIECES = st.sampled_from(
    ["---\n", "title: A\n", "state: draft\n", "## Questions\n", "### Recall: x?\n", "## Sources\n", "- ", "\n\n", "## ", ":", "\r\n", "\u2028"]
)  # fmt: skip


@given(st.lists(PIECES | st.text(max_size=20), max_size=30).map("".join))
def test_whatever_a_file_holds_is_read_or_refused_and_never_breaks_the_reader(text):
    for read in (lambda: read_term("a", "en", text), lambda: read_course("a", text)):
        with suppress(BadInput):  # any other fault is a fault of the reader
            read()


@given(st.lists(PIECES | st.text(max_size=20), max_size=12).map("".join))
def test_what_is_read_is_written_and_read_back_the_same(body):
    try:
        term = read_term("a", "en", file_of(body=body))
    except BadInput:
        return
    again = read_term("a", "en", written(term))
    assert (again.title, again.facts, again.sources) == (term.title, term.facts, term.sources)
    assert [one.depth for one in again.questions] == [one.depth for one in term.questions]
