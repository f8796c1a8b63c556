"""The words of the glossary are the words of the interface; what the platform never claims is never said."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "tracktwo"
GLOSSARY = ROOT / "docs" / "reference" / "glossary.md"


def interface() -> list[str]:
    """Every sentence of the interface, as the translators see it."""
    with (SOURCE / "locale" / "fr" / "LC_MESSAGES" / "django.po").open("rb") as file:
        catalogue = read_po(file)
    found: list[str] = []
    for message in catalogue:
        if message.id:
            found += [message.id] if isinstance(message.id, str) else list(message.id)
    return found


SAID = interface()

# Nobody here has a mandate, nothing here is a contest, and nobody's side is taken.
NEVER = {
    r"\bsettlements?\b": "a claim nobody here may make",
    r"\bagreements?\b": "a claim nobody here may make",
    r"\baccept(s|ed|ance)?\b": "say “could recommend” or “supported”",
    r"\bconsensus\b": "say “supported by a credible majority of every side”",
    r"\bprojects?\b|\bevents?\b|\bconversations?\b": "say “process”",
    r"\borgani[sz]ers?\b|\bmoderators?\b": "say convenor, facilitator or panel",
    r"(?<!not a )\bparty\b|\bparties\b|\bcamps?\b|\benem(y|ies)\b|\bopponents?\b": "say “side”",
    r"\busers?\b(?! name)": "say person, seat or people",
    r"\bclusters?\b": "say “group”",
    r"\bopinion groups?\b": "say “group”",
    r"\bcomments?\b": "say “statement”",
    r"\bsubmit(ted)?\b|\boops\b|\bplease wait\b|\binvalid\b": "not how this house speaks",
    r"!": "calm",
}


@pytest.mark.parametrize("pattern", NEVER)
def test_the_interface_never_says(pattern):
    said = [one for one in SAID if re.search(pattern, one, re.IGNORECASE)]
    assert said == [], NEVER[pattern]


def test_there_is_an_interface_to_look_at():
    assert len(SAID) > 200


def test_a_side_is_declared_and_a_group_is_found_and_no_sentence_mixes_them():
    words = [re.sub(r"%\(\w+\)s", "", one) for one in SAID]
    both = [
        one for one in words if re.search(r"\bgroups?\b", one, re.I) and re.search(r"\bsides?\b", one, re.I)
    ]
    apart = ("found from the votes", "groups of ten")  # says what tells them apart; a crowd to hide in
    assert [one for one in both if not any(words in one for words in apart)] == []


def test_common_ground_is_always_said_with_what_it_means():
    assert any("supported by a credible majority of every side" in one.lower() for one in SAID)
    assert not [
        one for one in SAID if re.search(r"common ground (is|was|has been) (found|reached)", one, re.I)
    ]


def test_every_role_phase_and_state_stands_in_the_catalogue_as_the_code_writes_it():
    from tracktwo.process.phases import PHASE_NAMES
    from tracktwo.process.rules import ROLE_NAMES
    from tracktwo.statements.rules import REASONS, STATE_NAMES

    for names in (ROLE_NAMES, PHASE_NAMES, STATE_NAMES, REASONS):
        assert set(names.values()) <= set(SAID)


def test_each_word_is_explained_once():
    words = re.findall(r"^\| ([^|*]+?)\*? \|", GLOSSARY.read_text(), re.MULTILINE)
    words = [word for word in words if word not in ("word", "---")]
    assert len(words) == len(set(words))
    assert {
        "process",
        "side",
        "seat",
        "panel",
        "group",
        "common ground",
        "vote",
        "statement",
        "ballot",
    } <= set(words)
