"""The page of decks in a browser: axe finds nothing, and a deck is brought without JavaScript, by keyboard alone."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import FilePayload, expect

from tests.browser.conftest import OpenPage
from tests.browser.test_access import OPPOSITES, faults, named
from tests.browser.walking import speak
from tests.practice.test_anki import new

pytestmark = pytest.mark.browser
WHERE = "/learn/practice/decks/"
DECK: FilePayload = {
    "name": "cards.apkg",
    "mimeType": "application/octet-stream",
    "buffer": new(("g1", "ما <b>النضج</b>؟<img src=x>\x1fلحظة", "النزاع"), ("g2", "Front\x1fBack", "a b")),
}


@pytest.mark.parametrize("combination", OPPOSITES, ids=named)
def test_axe_finds_nothing_on_the_page_of_decks_and_nothing_is_too_wide(
    open_page: OpenPage, combination: Any
) -> None:
    language, light, width = combination
    page = open_page(viewport={"width": width, "height": 844}, color_scheme=light, reduced_motion="reduce")
    page.goto(WHERE)
    if language != "en":
        speak(page, language)
    found = {}
    for step in ("empty", "full", "wrong"):
        page.goto(WHERE)
        if step != "empty":
            data: FilePayload = DECK if step == "full" else {**DECK, "buffer": b"PK no deck"}
            page.locator("input[type=file]").set_input_files(data)
            page.locator("section[aria-labelledby=bring] button").click()
            expect(page.locator("#told" if step == "full" else ".field-errors")).to_be_visible()
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        if fault := {**faults(page), **({"too wide": [step]} if wide else {})}:
            found[step] = fault
    assert found == {}


def test_cards_are_brought_written_and_taken_out_without_javascript_and_by_keyboard(
    open_page: OpenPage,
) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(WHERE)
    page.locator("input[type=file]").set_input_files(DECK)
    page.locator("section[aria-labelledby=bring] button").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#told")).to_contain_text("New: 2.")
    page.locator("details summary").last.focus()
    page.keyboard.press("Enter")
    page.locator("textarea").first.fill("Who?")
    page.locator("textarea").last.fill("Kelman")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".decks-own > li")).to_have_count(3)
    page.locator(".decks-own button").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".decks-own > li")).to_have_count(2)
