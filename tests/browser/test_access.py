"""Axe finds nothing on any page, whoever reads it: English and Arabic, light and dark, phone and desk.

Four combinations hold every pair of the three. What stands folded in a page is opened first.
"""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, Server
from tests.browser.test_walk import pages_of
from tests.browser.walking import may_look, sit_down, speak

axe = Axe()

COMBINATIONS = [("en", "light", 1280), ("en", "dark", 390), ("ar", "light", 390), ("ar", "dark", 1280)]
OPPOSITES = [("en", "light", 1280), ("ar", "dark", 390)]  # enough for the longest walk


def named(combination: tuple[str, str, int]) -> str:
    return "-".join(map(str, combination))


@pytest.fixture(params=COMBINATIONS, ids=named)
def reader(request: pytest.FixtureRequest, open_page: OpenPage) -> Page:
    """A page in one language, light and width."""
    language, light, width = request.param
    page = open_page(viewport={"width": width, "height": 844}, color_scheme=light, reduced_motion="reduce")
    page.goto("/enter/")
    if language != "en":
        speak(page, language)
    return page


def faults(page: Page) -> dict[str, list[str]]:
    """What axe finds on the page as it stands, with everything unfolded: rule and places."""
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    found: list[dict[str, Any]] = axe.run(page, options={"resultTypes": ["violations"]}).response[
        "violations"
    ]
    return {one["id"]: [node["target"][0] for node in one["nodes"]] for one in found}


def walked(page: Page, pages: list[str]) -> dict[str, dict[str, list[str]]]:
    """The faults of those pages that have any."""
    found = {}
    for where in pages:
        page.goto(where)
        if fault := faults(page):
            found[where] = fault
    return found


def test_axe_finds_nothing_before_somebody_has_entered(reader: Page, server: Server) -> None:
    sit = next(iter(server.links.values())).partition("?")[0]
    assert walked(reader, ["/enter/", "/accounts/login/", "/nothing/", "/leave/", sit]) == {}


def test_axe_finds_nothing_on_the_pages_of_a_voter(reader: Page, server: Server) -> None:
    process = sit_down(reader, server, "tavrin-miller")
    may_look(reader, process)
    more = ("common-ground/table/", "common-ground/map/", "statements/write/")
    assert walked(reader, pages_of(reader) + [process + where for where in more]) == {}


@pytest.mark.parametrize("reader", OPPOSITES, ids=named, indirect=True)
def test_axe_finds_nothing_on_the_pages_of_the_facilitator(reader: Page, server: Server) -> None:
    process = sit_down(reader, server, "lead-facilitator")
    pages = pages_of(reader)
    reader.goto(process + "statements/")
    pages.append(reader.locator('a[href*="/wordings/"]').first.evaluate("link => link.href"))
    pages += [process + "paper/draft/", process + "close/", "/"]
    assert walked(reader, pages) == {}
    # what only a form leads to: a refusal, invitation slips, the paper
    reader.goto(process + "close/")
    reader.locator('[name="title"]').fill("another title")
    reader.locator("main .btn-grave").click()
    expect(reader.locator(".refusal h1")).to_be_visible()
    assert faults(reader) == {}
    reader.goto(process + "seats/")
    reader.locator('input[name="seat"]').last.check()
    reader.locator("form#slips button").click()
    expect(reader.locator(".slip")).to_have_count(1)
    assert faults(reader) == {}
    reader.goto(process + "paper/draft/")
    reader.locator("form .actions .btn-primary").click()
    expect(reader.locator(".paper-line").first).to_be_visible()
    assert faults(reader) == {}


def test_axe_finds_nothing_on_the_pages_of_a_participant_and_an_observer(page: Page, server: Server) -> None:
    process = sit_down(page, server, "oar")
    may_look(page, process)
    assert walked(page, pages_of(page)) == {}
    page.context.clear_cookies()
    sit_down(page, server, "observer")
    assert walked(page, pages_of(page)) == {}


def test_axe_would_find_a_picture_without_words_and_a_field_without_a_name(page: Page) -> None:
    page.goto("/enter/")
    page.evaluate("document.querySelector('main').append(new Image(9, 9), document.createElement('select'))")
    assert faults(page).keys() == {"image-alt", "select-name"}
