"""Promises of the documentation: it says what the code does, and every way it points to exists."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from tools import reference
from tracktwo import settings
from tracktwo.cli import app
from tracktwo.process import phases
from tracktwo.process.phases import Phase

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
DECISIONS = sorted((DOCS / "decisions").glob("*.md"))
GLOSSARY = DOCS / "reference" / "glossary.md"
# Set by those who test and by whoever renews the screenshots, not by whoever keeps a site.
OF_THE_WORKSHOP = {"TRACKTWO_TEST_DATABASE", "TRACKTWO_SHOTS"}


def prose(page: Path) -> str:
    """The text of a page without its blocks of code."""
    return re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


# --- the reference --------------------------------------------------------------------------------


def test_the_reference_says_what_the_code_does() -> None:
    assert reference.stale() == [], "run python tools/reference.py"


def test_a_phase_called_otherwise_makes_the_reference_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    before = reference.stale()
    monkeypatch.setitem(phases.PHASE_NAMES, Phase.TRANSFER, "Handing over")
    assert [name for name in reference.stale() if name not in before] == ["phases.md", "phases.svg"]


def test_every_setting_is_documented_and_no_other() -> None:
    text = (DOCS / "reference" / "settings.md").read_text(encoding="utf-8")
    documented = re.findall(r"^\| TRACKTWO_(\w+) \| \S", text, re.MULTILINE)
    assert sorted(documented) == sorted(settings.KNOWN)


def test_no_page_names_a_setting_that_does_not_exist() -> None:
    named = {name for page in PAGES for name in re.findall(r"TRACKTWO_[A-Z_]*[A-Z]", page.read_text("utf-8"))}
    assert named - OF_THE_WORKSHOP - {f"TRACKTWO_{name}" for name in settings.KNOWN} == set()


# --- the glossary ---------------------------------------------------------------------------------


def entries() -> list[str]:
    """The words of the glossary, in order."""
    rows = re.findall(r"^\| ([^|]+?) \| [^|]+ \|$", GLOSSARY.read_text(encoding="utf-8"), re.MULTILINE)
    return [row for row in rows if row not in ("word", "---")]


def test_each_word_of_the_glossary_has_one_meaning() -> None:
    assert [
        word for word, times in Counter(entry.rstrip("*") for entry in entries()).items() if times > 1
    ] == []


def test_each_word_of_the_glossary_is_used_unless_it_is_not_built_yet() -> None:
    source = ROOT / "src" / "tracktwo"
    files = [*source.rglob("*.py"), *(source / "templates").rglob("*.html"), *PAGES]
    used = "\n".join(path.read_text("utf-8") for path in files if path != GLOSSARY).lower()
    words = [word for word in entries() if not word.endswith("*")]
    assert [word for word in words if not re.search(rf"\b{re.escape(word)}", used)] == []


# --- links ----------------------------------------------------------------------------------------


def anchors(page: Path) -> set[str]:
    """The anchors that the headings of a page make."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def links() -> Iterator[tuple[Path, str]]:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
            if not re.match(r"[a-z]+:", target):
                yield page, target


def leads_somewhere(page: Path, target: str) -> bool:
    path, _, anchor = target.partition("#")
    aim = (page.parent / path).resolve() if path else page
    return aim.exists() and (not anchor or anchor in anchors(aim))


def test_every_link_between_pages_leads_somewhere() -> None:
    assert [f"{page.name}: {target}" for page, target in links() if not leads_somewhere(page, target)] == []


def test_every_page_of_the_docs_can_be_reached_from_the_index() -> None:
    reached = {DOCS / "index.md"}
    while more := {
        aim
        for page, target in links()
        if page in reached and (aim := (page.parent / target.partition("#")[0]).resolve()) not in reached
    }:
        reached |= more
    assert [
        str(page.relative_to(ROOT)) for page in PAGES if DOCS in page.parents and page not in reached
    ] == []


# --- decisions ------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_a_decision_is_short_and_has_its_three_parts(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert 100 <= len(text.split()) <= 400
    assert re.findall(r"^\*\*(\w+)\.\*\*", text, re.MULTILINE) == ["Context", "Decision", "Consequence"]


def test_decisions_are_numbered_without_a_gap() -> None:
    titles = [page.read_text(encoding="utf-8").splitlines()[0] for page in DECISIONS]
    assert [int(page.name[:4]) for page in DECISIONS] == list(range(1, len(DECISIONS) + 1))
    assert [int(title.split()[1].rstrip(".")) for title in titles] == list(range(1, len(DECISIONS) + 1))


# --- commands -------------------------------------------------------------------------------------


def known_commands(command: Any, name: str = "tracktwo") -> dict[str, set[str]]:
    """Every command by its whole name, with its options."""
    if not hasattr(command, "commands"):
        return {name: {option for one in command.params for option in one.opts}}
    return {
        whole: options
        for word, inner in command.commands.items()
        for whole, options in known_commands(inner, f"{name} {word}").items()
    }


def shown_commands() -> Iterator[tuple[str, str]]:
    """Each use of the command in a page, in code, to the end of its line."""
    for page in PAGES:
        for use in re.findall(r"`(?:\.venv/bin/)?(tracktwo [a-z][^`\n]*)`", page.read_text(encoding="utf-8")):
            yield page.name, use
        for use in re.findall(r"^(?:\.venv/bin/)?(tracktwo [a-z].*)$", page.read_text("utf-8"), re.MULTILINE):
            yield page.name, use


def unknown_in(use: str, known: dict[str, set[str]]) -> list[str]:
    words = use.split()
    name = next((" ".join(words[:n]) for n in (3, 2) if " ".join(words[:n]) in known), None)
    if name is None:
        return [use]
    if name == "tracktwo manage":  # Django's own words follow
        return []
    return [word for word in words if word.startswith("--") and word not in known[name]]


def test_every_command_that_a_page_shows_exists_with_its_options() -> None:
    known = known_commands(typer.main.get_command(app))
    wrong = [(page, use) for page, use in shown_commands() if unknown_in(use, known)]
    assert wrong == []


def test_the_readme_shows_every_command() -> None:
    known = known_commands(typer.main.get_command(app))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in known if f"`{name}" not in readme] == ["tracktwo manage"]


def test_the_readme_shows_a_real_picture() -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert pictures == ["docs/screenshots/common-ground.png"]
    assert (ROOT / pictures[0]).read_bytes().startswith(b"\x89PNG")
