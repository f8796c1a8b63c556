"""The checker refuses what a learner could not rely on; each rule with a fault that it must find."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.learn.conftest import BODY, SMALL, file_of
from tracktwo.learn import guide
from tracktwo.learn.checking import check
from tracktwo.learn.terms import read_files

PAGES = {"rules", "vote"}


def faults(files: dict[str, str], pages: set[str] = PAGES) -> tuple[str, ...]:
    library, unread = read_files(files)
    return check(library, unread, pages=pages).faults


def test_the_small_guide_has_nothing_to_refuse():
    library, unread = read_files(SMALL)
    report = check(library, unread, pages=PAGES)
    assert (report.faults, report.notes) == ((), ())
    assert (report.terms, report.courses) == (2, 1)
    assert (report.versions, report.drafts) == ({"en": 2, "fr": 0, "ar": 1}, {"en": 0, "fr": 0, "ar": 1})


def without(start: str, end: str) -> str:
    """The body without what stands between two marks."""
    return BODY[: BODY.index(start)] + BODY[BODY.index(end) :]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (file_of(body=without("A border", "## Must know")), "there is no definition; write one paragraph below the head."),
        (file_of(body="word " * 91 + BODY[BODY.index("\n\n## Must") :]), "the definition has 91 words"),
        (file_of(body=without("## Sources", "## Further")), "there is no source"),
        (file_of(body=without("- First", "- Second")), "there are 4 facts; write 5 to 7 under ## Must know."),
        (file_of(body=BODY.replace("- Fifth", "- a\n- b\n- c\n- Fifth")), "there are 8 facts"),
        (file_of(body=BODY.replace("- Fifth, it can be renewed by a few words.", "- Contested:")), "a fact is empty"),
        (file_of(body=without("Not a page", "## Questions")), "nothing says where the tool uses it"),
        (file_of(body=without("### Discuss", "### Evaluate")), "there is no question to discuss"),
        (file_of(body=without("It is a small", "### Discuss")), "the question 'What is it?' has no worked answer"),
        (file_of(unit="nowhere"), "the unit is 'nowhere'"),
        (file_of(related="hot-lines"), "the related term 'hot-lines' does not exist"),
        (file_of(related="quiet-zone"), "the term is related to itself"),
        (file_of(used="rules, votes"), "it says it is used on 'votes', and there is no such page"),
        (file_of(used="map"), "it says it is used on 'map'"),
        (file_of(body=BODY.replace("watched by", "[watched](watchers) by")), "the link to 'watchers' leads nowhere"),
        (file_of(body=BODY.replace("First", "[First](http://a.example)")), "the link to 'http://a.example' leads nowhere"),
        (file_of().replace("figure:", "figure: nude"), "there is no figure 'nude'"),
        (file_of(state="draft"), "the state is 'draft'; write source"),
    ],
)  # fmt: skip
def test_a_term_that_lacks_something_is_refused_in_one_sentence(text, sentence):
    found = faults({**SMALL, "terms/quiet-zone.en.md": text})
    assert [one for one in found if one.startswith("quiet-zone.en.md: ") and sentence in one] != [], found


def test_a_link_to_another_term_and_one_with_https_are_let_pass():
    body = BODY.replace("watched by", "[watched](hot-line) [here](https://a.example) by")
    assert faults({**SMALL, "terms/quiet-zone.en.md": file_of(body=body)}) == ()


def test_a_translation_without_its_source_and_one_called_source_are_refused():
    found = faults({"terms/zone.fr.md": file_of(state="source", used="")})
    assert "zone.fr.md: there is no English source; write zone.en.md first." in found
    assert any("the state is 'source'; write draft or reviewed" in one for one in found)


@pytest.mark.parametrize("also", ["hot LINE", "direct-line", "Direct  Line"])
def test_a_word_that_two_terms_claim_is_refused(also):
    found = faults({**SMALL, "terms/quiet-zone.en.md": file_of(also=also)})
    assert [
        one for one in found if "stands for hot-line and for quiet-zone" in one and one.startswith("en: ")
    ] != []


def test_the_same_word_in_two_languages_has_one_meaning():
    french = file_of("Quiet zone", state="draft")
    assert faults({**SMALL, "terms/quiet-zone.fr.md": french}) == ()


def test_a_course_with_a_term_that_does_not_exist_is_refused():
    course = SMALL["courses/short.toml"].replace('"hot-line",', '"cold-line",')
    assert faults({**SMALL, "courses/short.toml": course}) == (
        "short.toml: the unit lines names 'cold-line'; write that term or take it out.",
    )
    twice = SMALL["courses/short.toml"].replace('key = "lines"', 'key = "de-escalation"')
    assert faults({**SMALL, "courses/short.toml": twice}) == (
        "short.toml: the unit de-escalation stands there twice; join them.",
    )


def test_notes_tell_the_writer_and_refuse_nothing():
    one_source = BODY.replace('- Writer, Will, 1999, "On zones", *Journal of Zones*.\n', "")
    fewer = BODY.replace("- Fifth", "- Fourth and a half\n- Fifth")
    empty = SMALL["courses/short.toml"] + '[[unit]]\nkey = "cases"\ntitle = { en = "Cases" }\n'
    library, unread = read_files(
        {
            **SMALL,
            "terms/quiet-zone.en.md": file_of(body=one_source),
            "terms/hot-line.ar.md": file_of("الخط", state="draft", also="", body=fewer),
            "courses/short.toml": empty,
        }
    )
    report = check(library, unread)
    assert report.faults == ()
    assert report.notes == (
        "hot-line.ar.md: has not as many facts as English.",
        "quiet-zone.en.md: has one source only.",
        "short.toml: the unit cases has no term yet.",
    )


def test_what_tracktwo_brings_along_has_nothing_to_refuse():
    """The guide itself, over the addresses this site has."""
    from tracktwo.learn import acts

    library, unread = read_files(guide.files_shipped())
    if not library.terms:
        pytest.skip("no term is brought along in this checkout")
    assert check(library, unread, pages=acts.pages()).faults == ()


def test_the_command_says_what_it_found_and_how_it_ended(tmp_path: Path):
    from tracktwo.cli import app

    for name, text in SMALL.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    ran = CliRunner().invoke(app, ["learn", "check", str(tmp_path)])
    assert ran.exit_code == 0, ran.output
    assert "2 terms, 1 courses; versions: en 2 (0 drafts), fr 0 (0 drafts), ar 1 (1 drafts)." in ran.output
    (tmp_path / "terms" / "quiet-zone.en.md").write_text(file_of(related="nobody"))
    ran = CliRunner().invoke(app, ["learn", "check", str(tmp_path)])
    assert ran.exit_code == 1
    assert "quiet-zone.en.md: the related term 'nobody' does not exist" in ran.output
    assert CliRunner().invoke(app, ["learn", "check", str(tmp_path / "nowhere")]).exit_code == 2
