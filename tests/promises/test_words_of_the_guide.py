"""Words of the field in the templates lead to terms that exist, and every page that a term may name has one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from tracktwo import web
from tracktwo.learn import guide, rules
from tracktwo.learn.terms import SOURCE, Library

ROOT = Path(__file__).parents[2] / "src" / "tracktwo"
TEMPLATES = ROOT / "templates"
MARK = re.compile(r"\[[^\[\]]+\]\(([a-z0-9-]+)\)")
NAMED = re.compile(r"\{%\s*term\s+[\"']([^\"']+)[\"']")
TAG = re.compile(r"\{%\s*(\w+)\b(.*?)%\}", re.DOTALL)
# Where a link would stand in another one, or break up what a screen reader says in one breath.
NOT_INSIDE = ("a", "button", "h1", "h2", "h3", "h4", "label", "summary", "legend", "option")


def templates() -> dict[str, str]:
    return {str(path.relative_to(TEMPLATES)): path.read_text() for path in TEMPLATES.rglob("*.html")}


def keys_in(text: str) -> Iterator[str]:
    yield from NAMED.findall(text)
    yield from MARK.findall(text)


def unknown(texts: dict[str, str], known: Iterable[str]) -> dict[str, list[str]]:
    there = set(known)
    wrong = {name: [key for key in keys_in(text) if key not in there] for name, text in texts.items()}
    return {name: keys for name, keys in wrong.items() if keys}


def loose(text: str) -> list[str]:
    """Marks that no `linked` reads: people would see the brackets."""
    read = {tag.span() for tag in TAG.finditer(text) if tag[1] == "linked"}
    read |= {
        tag.span()
        for tag in TAG.finditer(text)
        if tag[1] == "translate" and text.startswith("{% linked said %}", tag.end())
    }
    return [mark[0] for mark in MARK.finditer(text) if not any(a <= mark.start() < b for a, b in read)]


def misplaced(text: str) -> list[str]:
    """Words that would be links inside a link, a button, a heading or a label."""
    found = []
    for tag in TAG.finditer(text):
        if tag[1] in ("term", "linked"):
            before = text[: tag.start()]
            for name in NOT_INSIDE:
                opened, closed = re.findall(rf"<{name}[\s>]", before), re.findall(rf"</{name}>", before)
                if len(opened) > len(closed):
                    found.append(f"{tag[0]} in {name}")
    return found


def strangers(library: Library) -> list[str]:
    """Pages that no term names."""
    named = {
        page for (_key, language), term in library.terms.items() if language == SOURCE for page in term.used
    }
    return [page for page in rules.PAGES if page not in named]


def test_every_word_in_a_template_names_a_term_that_exists():
    texts = templates()
    assert sum(len(list(keys_in(text))) for text in texts.values()) >= 20
    assert unknown(texts, guide.shipped().keys()) == {}


def test_every_mark_is_read_and_stands_where_a_link_may_stand():
    for name, text in templates().items():
        assert (name, loose(text), misplaced(text)) == (name, [], [])


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_a_translation_marks_the_same_words(language):
    with (ROOT / "locale" / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        catalogue = read_po(file)
    assert [one.id for one in catalogue if lost(str(one.id), str(one.string))] == []


def lost(said: str, translated: str) -> bool:
    return sorted(MARK.findall(said)) != sorted(MARK.findall(translated))


def test_every_page_that_a_term_may_name_has_one_and_has_an_address():
    assert strangers(guide.shipped()) == []
    addresses = {str(pattern.name) for _path, pattern in web.patterns()}
    assert {*rules.PAGES, *rules.BELONGS_TO, *rules.LED_TO_BY} <= addresses
    assert {*rules.BELONGS_TO.values(), *rules.LED_TO_BY.values()} <= set(rules.PAGES)


def test_faults_sown_into_a_template_a_catalogue_and_the_guide_are_found():
    good = '{% linked _("A [caucus](caucus) is small.") %} {% term "shuttle" _("shuttle") %}'
    assert unknown({"a": good}, ["caucus", "shuttle"]) == {} and loose(good) == misplaced(good) == []
    assert unknown({"a": good}, ["shuttle"]) == {"a": ["caucus"]}
    assert unknown({"a": good}, ["caucus"]) == {"a": ["shuttle"]}
    assert loose('{% translate "A [caucus](caucus)." %}') == ["[caucus](caucus)"]
    assert loose('{% translate "A [caucus](caucus)." as said %}{% linked said %}') == []
    assert misplaced("<h2>" + good + "</h2>") != [] and misplaced("<h2>x</h2>" + good) == []
    assert lost("A [caucus](caucus).", "Un caucus.") and not lost(
        "A [caucus](caucus).", "Le [caucus](caucus)."
    )
    shipped = guide.shipped()
    poorer = {pair: term for pair, term in shipped.terms.items() if "map" not in term.used}
    assert "map" in strangers(Library(poorer))
