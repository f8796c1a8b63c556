"""A scenario or a set of rules with a fault is refused with one sentence: where, what, remedy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tracktwo.content.scenarios import reading
from tracktwo.errors import BadInput

FAULTS = [
    (
        "statements.toml",
        'text.ar = "يمكن للمال أن يسوّي مطالبات عائلات الوادي"\n',
        "",
        "statements.toml, statement R3, text: 'ar' is missing or not a text; give a text.",
    ),
    (
        "statements.toml",
        "Children should learn both accounts of the valley",
        "Children should learn both accounts " + "again " * 50,
        "statements.toml, statement M2, text.en: the statement is too long; shorten it to 280 characters.",
    ),
    (
        "statements.toml",
        "T-livelihood = 96",
        "T-livelihood = 196",
        "statements.toml, statement W1, agree_pct: 'T-livelihood' is 196; write a number from 0 to 100.",
    ),
    (
        "statements.toml",
        'id = "W2"',
        'id = "W1"',
        "statements.toml: statement 'W1' stands there twice; keep one of them.",
    ),
    (
        "scenario.toml",
        'side = "I"',
        'side = "X"',
        "scenario.toml, seat 13: 'side' says 'X'; write T or M or I.",
    ),
    (
        "scenario.toml",
        'of = "Heron"',
        'of = "Egret"',
        "scenario.toml, character heron: 'of' says 'Egret'; write Alder or Basalt",
    ),
    (
        "scenario.toml",
        "pass_pct = 12",
        "pass_pct = true",
        "scenario.toml, simulation: 'pass_pct' is missing or not a whole number; give a whole number.",
    ),
    (
        "paper.toml",
        "[title]",
        "[title",
        "paper.toml: cannot be read: Expected ']' at the end of a table declaration (at line 5, column 7);",
    ),
    (
        "paper.toml",
        "[[closing]]\nen",
        "[[closing]]\nde",
        "paper.toml, closing 1: 'en' is missing or not a text; give a text.",
    ),
    (
        "story.fr.md",
        "---\ntitle",
        "title",
        "story.fr.md: the head of the page is missing; begin with title and state between two lines of ---.",
    ),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(reading.CONTENT / "scenarios" / "orsel", tmp_path / "orsel"))


@pytest.mark.parametrize(("name", "right", "wrong", "sentence"), FAULTS)
def test_a_fault_is_named_with_its_place_and_remedy(
    folder: Path, name: str, right: str, wrong: str, sentence: str
) -> None:
    path = folder / name
    before = path.read_text(encoding="utf-8")
    assert right in before
    path.write_text(before.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(BadInput) as refusal:
        reading.load_folder(folder)
    assert str(refusal.value)[: len(sentence)] == sentence


def test_a_missing_translation_of_the_story_is_refused(folder: Path) -> None:
    (folder / "story.ar.md").unlink()
    with pytest.raises(BadInput) as refusal:
        reading.load_folder(folder)
    assert str(refusal.value) == "story.ar.md: the file is missing; add it to orsel."


def test_a_file_in_another_encoding_is_refused(folder: Path) -> None:
    (folder / "paper.toml").write_bytes("lines = 9 # \u00e9".encode("latin-1"))
    with pytest.raises(BadInput) as refusal:
        reading.load_folder(folder)
    assert str(refusal.value) == "paper.toml: the file is not UTF-8; save it as UTF-8."


def rules_in(folder: Path, monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    shutil.copytree(reading.CONTENT / "rules", folder / "rules")
    path = folder / "rules" / "chatham.fr.md"
    path.write_text(path.read_text(encoding="utf-8").replace("## 14. Comment", wrong), encoding="utf-8")
    monkeypatch.setattr(reading, "CONTENT", folder)


def test_articles_out_of_order_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rules_in(tmp_path, monkeypatch, "## 15. Comment")
    with pytest.raises(BadInput, match=r"^chatham\.fr\.md: the articles are not numbered in order"):
        reading.load_rules("chatham")


def test_an_article_that_is_not_translated_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules_in(tmp_path, monkeypatch, "Comment")
    with pytest.raises(BadInput, match=r"^chatham\.fr\.md: has not as many articles as English"):
        reading.load_rules("chatham")
