"""Promises about the catalogues: whoever reads French or Arabic reads the whole interface, in exact words."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from django.utils import translation

from tracktwo.process.phases import ENDED, Phase
from tracktwo.record.rules import ACTS, BESIDE_THE_TABLE, act_and_number
from tracktwo.statements.rules import State

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "tracktwo"
LANGUAGES = ("fr", "ar")
FORMS = {"fr": 2, "ar": 6}
# Plural forms that stand for one number alone: there a word may take the place of the figure.
OF_ONE_NUMBER = {"fr": set(), "ar": {0, 1, 2}}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%")
# A text of Tracktwo claims no agreement where the English does not speak of agreeing.
AGREEMENT = {
    "fr": re.compile(r"\b(?:accords?|ententes?|traités?|règlements?)\b", re.IGNORECASE),
    "ar": re.compile("اتفاق|اتّفاق|تسوية|معاهدة"),
}
OF_AGREEING = re.compile(r"agree", re.IGNORECASE)
NAMED = re.compile(r"%\(\w+\)[sd]")
# The French set a space that never breaks before double signs and percent, and inside quotation marks.
LOOSE_SIGN = re.compile("(?<!\u202f)[:;?!»]|«(?!\u202f)|(?<![\u00a0%])%|'")
STEERING = re.compile("[\u202a-\u202e\u2066-\u2069\u200f\u061c]")


def catalogue(language: str, folder: Path = SOURCE / "locale") -> Catalog:
    with (folder / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        return read_po(file, locale=language)


def messages(language: str) -> list[Message]:
    return [message for message in catalogue(language) if message.id]


def ids(message: Message) -> tuple[str, ...]:
    """The sentence, and its plural where it counts."""
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def msgid(message: Message) -> str:
    return ids(message)[0]


def translations(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (str(message.string),)


def every(language: str) -> list[tuple[str, str]]:
    """Each English sentence beside each form of its translation."""
    return [(msgid(one), said) for one in messages(language) for said in translations(one)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_of_the_interface_is_translated(language):
    found = messages(language)
    assert len(found) > 300
    assert [msgid(one) for one in found if one.fuzzy or not all(translations(one))] == []
    assert list(catalogue(language).obsolete) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_that_counts_has_every_plural_form_of_its_language(language):
    counting = [one for one in messages(language) if isinstance(one.id, tuple)]
    assert counting != []
    assert [msgid(one) for one in counting if len(translations(one)) != FORMS[language]] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_facts_keep_their_places(language):
    wrong = []
    for message in messages(language):
        wanted = sorted(PLACEHOLDER.findall(ids(message)[-1]))
        for form, said in enumerate(translations(message)):
            has = sorted(PLACEHOLDER.findall(said))
            spoken_number = isinstance(message.id, tuple) and form in OF_ONE_NUMBER[language]
            if has != wanted and not (spoken_number and has == [one for one in wanted if one != "%(n)s"]):
                wrong.append(said)
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_called_an_agreement(language):
    claims = AGREEMENT[language]
    claimed = [(english, said) for english, said in every(language) if claims.search(said)]
    assert [said for english, said in claimed if not OF_AGREEING.search(english)] == []


def test_a_claim_of_agreement_would_be_found():
    assert AGREEMENT["fr"].search("L’accord est signé.") and AGREEMENT["ar"].search("وُقّع الاتفاق")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_steers_the_direction_of_others(language):
    assert [said for _, said in every(language) if STEERING.search(said)] == []


def test_french_signs_stand_where_the_french_set_them():
    assert [said for _, said in every("fr") if LOOSE_SIGN.search(NAMED.sub("x", said))] == []


@pytest.mark.parametrize("loose", ["Vraiment ?", "Ceci: cela", "« oui\u202f»", "90 %", "l'autre"])
def test_a_loose_french_sign_would_be_found(loose):
    assert LOOSE_SIGN.search(loose)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_read_is_what_the_catalogue_says(language):
    """The compiled twin beside the catalogue is the one that Django opens."""
    with translation.override(language):
        for message in messages(language):
            if isinstance(message.id, str):
                assert translation.gettext(message.id) == message.string


def extracted(folder: Path) -> set[tuple[str, ...]]:
    """The sentences marked in the source as it stands, collected into a copy of the tree."""
    copy = folder / "tracktwo"
    left_out = shutil.ignore_patterns("vendor", "__pycache__", "*.po", "*.mo", "*.ttf")
    shutil.copytree(SOURCE, copy, ignore=left_out)
    collect = ["makemessages", "--locale", "fr", "--add-location", "file", "--no-wrap"]
    with_settings = {"DJANGO_SETTINGS_MODULE": "tracktwo.settings", "PYTHONPATH": str(SOURCE.parent)}
    subprocess.run(
        [sys.executable, "-m", "django", *collect],
        cwd=copy,
        env={**os.environ, **with_settings},
        check=True,
        capture_output=True,
    )
    return {ids(one) for one in catalogue("fr", copy / "locale") if one.id}


def test_the_catalogues_hold_what_the_source_says(tmp_path):
    if not shutil.which("xgettext"):
        pytest.skip("the gettext tools are not installed: apt-get install gettext")
    marked = extracted(tmp_path)
    for language in LANGUAGES:
        kept = {ids(one) for one in messages(language)}
        assert sorted(marked - kept) == [], "run make messages and translate"
        assert sorted(kept - marked) == [], "run make messages"


# --- what the marks cannot show: sentences that reach a page without one ---------------------------


WITH_A_VARYING_END = ("step to", "moderate:")


def test_every_act_that_the_record_can_hold_has_words():
    written = {f"step to {phase}" for phase in Phase if phase not in ENDED}
    written |= {f"moderate: {state}" for state in State if state is not State.WAITING}
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.keyword) and node.arg == "verb":
                written |= _constants(node.value)
            elif path.name == "acts.py" and isinstance(node, ast.Constant) and node.value in ACTS:
                written.add(str(node.value))  # one that an act chooses from a table
    assert sorted(written) == sorted(ACTS)


def _constants(value: ast.expr) -> set[str]:
    """The verbs that an expression can give; a number in one is left out, an end that varies is listed above."""
    if isinstance(value, ast.IfExp):
        return _constants(value.body) | _constants(value.orelse)
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return {value.value}
    if isinstance(value, ast.JoinedStr):
        said = "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in value.values)
        act, number = act_and_number(said)
        return {act} if number and act not in WITH_A_VARYING_END else set()
    return set()


def test_an_act_is_read_without_its_number():
    assert act_and_number("analysis 3") == ("analysis", " 3")
    assert act_and_number("invite (12)") == ("invite", " (12)")
    assert act_and_number("freeze") == ("freeze", "")
    assert BESIDE_THE_TABLE == ("convenor", "administrator")
