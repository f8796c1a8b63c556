"""Practice in a browser: by keyboard, without JavaScript, on a phone; axe finds nothing; a double click rates once."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.test_access import OPPOSITES, faults, named
from tests.browser.walking import speak

FRONT, CARDS, STATISTICS = "/learn/practice/", "/learn/practice/cards/", "/learn/practice/statistics/"


def answered(page: Page) -> int:
    """How many answers are kept, by the file one can save."""
    kept = page.evaluate("fetch('/learn/practice/?save').then((answer) => answer.text())")
    return sum(map(len, json.loads(kept)["reviews"].values()))


def too_wide(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))


@pytest.mark.parametrize("combination", OPPOSITES, ids=named)
def test_axe_finds_nothing_in_practice_and_nothing_is_too_wide(open_page: OpenPage, combination) -> None:
    language, light, width = combination
    page = open_page(viewport={"width": width, "height": 844}, color_scheme=light, reduced_motion="reduce")
    page.goto("/learn/")
    if language != "en":
        speak(page, language)
    found = {}

    def look(name: str) -> None:
        if fault := {**faults(page), **({"too wide": [name]} if too_wide(page) else {})}:
            found[name] = fault

    page.goto(FRONT)
    look("front, before")
    page.goto(CARDS)
    look("card")
    page.locator("details.practice-answer > summary").click()
    look("answer")
    page.locator(".practice-rating").nth(2).click()
    page.locator(".practice-tools form button[data-key=s]").click()
    page.goto(FRONT)
    page.evaluate("document.querySelectorAll('main details').forEach((fold) => (fold.open = true))")
    look("front")
    page.goto(STATISTICS)
    page.evaluate("document.querySelectorAll('main details').forEach((fold) => (fold.open = true))")
    look("statistics")
    assert found == {}


def test_everything_by_keyboard(page: Page) -> None:
    page.goto(CARDS)
    expect(page.locator(".practice-card")).to_be_focused()
    first = page.locator(".practice-front").inner_text()
    page.keyboard.press("3")  # before the answer is seen a rating is no rating
    expect(page.locator(".practice-back")).to_be_hidden()
    page.keyboard.press("Space")
    expect(page.locator(".practice-back")).to_be_focused()
    page.keyboard.press("3")
    expect(page.locator(".practice-remaining")).to_contain_text("1 answered")
    expect(page.locator(".practice-card")).to_be_focused()
    expect(page.locator(".practice-front")).not_to_have_text(first)
    page.keyboard.press("u")
    expect(page.locator(".practice-front")).to_have_text(first)
    page.keyboard.press("s")
    expect(page.locator(".practice-front")).not_to_have_text(first)
    page.goto(FRONT)
    expect(page.get_by_text("1 card set aside")).to_be_visible()


def test_keys_can_be_switched_off(page: Page) -> None:
    page.goto(CARDS)
    page.locator("[data-keys-switch]").click()
    page.locator(".practice-front").click()
    page.keyboard.press("s")
    page.keyboard.press("Space")
    expect(page.locator(".practice-back")).to_be_hidden()
    page.goto(FRONT)
    expect(page.get_by_text("set aside")).to_have_count(0)


def test_a_double_click_rates_once(page: Page) -> None:
    page.goto(CARDS)
    page.keyboard.press("Space")
    page.locator(".practice-rating").nth(0).dblclick(delay=1)
    page.wait_for_load_state("networkidle")
    assert answered(page) == 1


def test_without_javascript_on_a_phone(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page.goto(FRONT)
    page.get_by_role("link", name="Begin").click()
    first = page.locator(".practice-front").inner_text()
    page.locator("details.practice-answer > summary").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name=re.compile("^Again")).click()
    expect(page.locator(".practice-remaining")).to_contain_text("1 answered")
    page.get_by_role("button", name="Undo the last answer").click()
    expect(page.locator(".practice-front")).to_have_text(first)
    page.locator("details.practice-answer > summary").click()
    page.get_by_role("button", name=re.compile("^Good")).click()
    page.goto(FRONT)
    page.get_by_text("Progress as a file").click()
    with page.expect_download() as saving:
        page.get_by_role("link", name="Save as a file").click()
    file = tmp_path / "practice.json"
    saving.value.save_as(file)
    elsewhere = open_page(java_script_enabled=False)
    elsewhere.goto(FRONT)
    elsewhere.get_by_text("Progress as a file").click()
    elsewhere.locator("input[type=file]").set_input_files(file)
    elsewhere.get_by_role("button", name="Load this file").click()
    expect(elsewhere.get_by_role("status")).to_contain_text("was loaded")
    expect(elsewhere.get_by_role("link", name="Go on")).to_be_visible()


def test_two_tabs_lose_nothing_and_the_second_is_told(open_page: OpenPage) -> None:
    one = open_page()
    one.goto(CARDS)
    one.keyboard.press("Space")
    one.keyboard.press("2")
    expect(one.locator(".practice-remaining")).to_contain_text("1 answered")
    other = one.context.new_page()
    for tab in (one, other):
        tab.goto(CARDS)
        tab.locator("details.practice-answer > summary").click()
    one.locator(".practice-rating").nth(3).click()
    expect(one.locator(".practice-remaining")).to_contain_text("2 answered")
    other.locator(".practice-rating").nth(0).click()
    expect(other.get_by_role("alert")).to_contain_text("answered in another tab")
    assert answered(one) == 2
