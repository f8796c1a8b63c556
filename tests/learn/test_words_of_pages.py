"""Terms and pages lead to each other: what says it is used on a page is linked there, for whoever may open it."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.template import Context, Template
from django.test import Client
from django.urls import reverse
from django.utils import translation

from tests import cast as casting
from tests.cast import Cast, signed_in
from tests.learn.conftest import file_of, forget
from tracktwo.learn import guide, rules, showing
from tracktwo.learn.terms import SOURCE

ROOM = "shuttle of the North"


@pytest.fixture(scope="module")
def house(django_db_setup: None, django_db_blocker: Any) -> Iterator[Cast]:
    """The cast in its processes, made once for these tests: they only read."""
    forget()
    with django_db_blocker.unblock(), transaction.atomic():
        yield casting.make()
        transaction.set_rollback(True)
    casting.wipe()


def client_of(cast: Cast, name: str) -> Client:
    client = Client()
    client.cookies.load(signed_in(cast.players[name]))
    return client


def address_of(cast: Cast, page: str) -> str:
    named: dict[str, UUID] = {"pid": cast.processes["own"]}
    if page in ("room", "minutes"):
        named["room"] = cast.objects["room"][ROOM]
    return reverse(page, kwargs=named)


def opened(cast: Cast, page: str) -> dict[str, str]:
    """The page as each of a facilitator and a participant gets it who may open it."""
    found = {}
    for name in ("Bo", "Nia"):
        answer = client_of(cast, name).get(address_of(cast, page))
        if answer.status_code == 200:
            found[name] = answer.content.decode()
    return found


def unlinked(cast: Cast) -> list[tuple[str, str, str]]:
    """Who finds a page without a link to a term that says it is used there."""
    terms = [one for (_key, language), one in guide.shipped().terms.items() if language == SOURCE]
    missing = []
    for page in rules.PAGES:
        readers = opened(cast, page)
        assert readers, f"nobody may open {page}"
        used = [one.key for one in terms if page in one.used]
        for name, text in readers.items():
            missing += [(page, name, key) for key in used if f'href="/learn/terms/{key}/"' not in text]
    return missing


@pytest.mark.django_db
def test_every_page_that_a_term_names_leads_to_the_term(house, monkeypatch):
    assert unlinked(house) == []
    # Were one left out, it would be noticed.
    every = guide.used_on
    monkeypatch.setattr(guide, "used_on", lambda page, language: every(page, language)[:-1])
    assert {page for page, _name, _key in unlinked(house)} >= {"needs", "paper", "room", "map"}


@pytest.mark.django_db
def test_a_term_leads_to_its_pages_also_where_a_page_stands_in_no_list(house):
    seat = house.seated("Bo")
    for page in rules.PAGES:
        leads = rules.LED_TO_BY.get(page, page)
        address = showing._address(page, seat)
        # A facilitator has no vote, and so no way there.
        assert address == ("" if page == "vote" else address_of(house, leads))


@pytest.mark.django_db
def test_everybody_finds_the_same_words_and_a_page_without_any_says_nothing(house):
    def words(text: str) -> str:
        return text.partition('<nav class="page-words')[2].partition("</nav>")[0]

    readers = opened(house, "needs")
    assert len({words(text) for text in readers.values()}) == 1 and len(readers) == 2
    assert words(readers["Nia"]).count("data-term") >= 3
    printing = client_of(house, "Bo").get(address_of(house, "print")).content.decode()
    assert "page-words" not in printing


# --- the tags: no table is read, so these tests have no database ------------------------------------------


def foot(page: str) -> str:
    request = SimpleNamespace(resolver_match=SimpleNamespace(url_name=page))
    return Template("{% load guide %}{% words_of_page %}").render(Context({"request": request}))


@pytest.fixture
def many(monkeypatch):
    """Ten terms for one page, of which one has its name and one is written in all languages."""
    files = {f"terms/word-{n}.en.md": file_of(f"Word {n}", also="", used="seats, vote") for n in range(8)}
    files["terms/right-to-vote.en.md"] = file_of("Right to vote", also="", used="seats, vote")
    for language in ("en", "fr", "ar"):
        state = "source" if language == "en" else "draft"
        files[f"terms/zebra.{language}.md"] = file_of(
            f"Zebra {language}", state=state, also="", used="seats, vote"
        )
    monkeypatch.setattr(guide, "files_shipped", lambda: files)
    forget()
    yield
    forget()


def test_the_first_eight_stand_in_the_open_and_the_others_are_folded_away(many, monkeypatch):
    said = foot("vote")
    before, _, folded = said.partition("<details>")
    assert before.count("data-term") == 8 and folded.count("data-term") == 2 and "More words: 2" in folded
    assert before.index("Right to vote") < before.index("Zebra en") < before.index("Word 0")
    assert all(foot(page).strip() == "" for page in ("record", "no-such-page", "round", ""))
    monkeypatch.setattr(rules, "MOST_WORDS", 9)
    assert foot("vote").count("data-term") == 10 and "<details>" not in foot("vote")
    with translation.override("ar"):
        said = foot("vote")
    assert (
        'lang="ar" dir="rtl" data-term>Zebra ar</a>' in said
        and 'lang="en" dir="ltr" data-term>Word 0</a>' in said
    )


def test_a_page_below_another_has_its_words(many):
    rules_of = {below: above for below, above in rules.BELONGS_TO.items() if above == "statements"}
    assert rules_of and all(guide.used_on(below, "en") == [] for below in rules_of)
    assert [one.key for one in guide.used_on("seats", "fr")][:1] == ["zebra"]


def test_a_sentence_marks_its_words_and_nothing_else_in_it_is_html(small_guide):
    template = Template("{% load guide %}{% linked said as html %}<p>{{ html }}</p>")
    said = "<b> one [hot line](hot-line) & [quiet <zone>](quiet-zone), [nobody's](nowhere) [word]."
    assert template.render(Context({"said": said})) == (
        '<p>&lt;b&gt; one <a class="term" href="/learn/terms/hot-line/" data-term>hot line</a> &amp; '
        '<a class="term" href="/learn/terms/quiet-zone/" data-term>quiet &lt;zone&gt;</a>, '
        "nobody&#x27;s [word].</p>"
    )
