"""Practice tests in a browser: by keyboard alone, without JavaScript, on a phone, in Arabic; axe finds nothing."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.test_access import OPPOSITES, faults, named
from tests.browser.walking import button, speak
from tracktwo.learn import guide

pytestmark = pytest.mark.skipif(
    len(guide.shipped().keys()) < 10, reason="too few terms are brought along in this checkout"
)
FRONT = "/learn/practice/test/"
TEST = FRONT + "?number=9&form=choice&form=match&form=order&form=answer&seed=4"


def answer_all(page: Page) -> None:
    """Something for every question, as anybody clicks it."""
    for name in page.evaluate(
        "[...new Set([...document.querySelectorAll('main [type=radio]')].map(e => e.name))]"
    ):
        page.locator(f'input[name="{name}"]').nth(1).check()
    for question in page.locator(".paper-question:has(select)").all():
        for place, select in enumerate(question.locator("select").all()):
            select.select_option(index=place + 1)
    for text in page.locator("main textarea").all():
        text.fill("Both sides must feel it, and both must see a way out.")


def wide(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))


@pytest.mark.parametrize("combination", OPPOSITES, ids=named)
def test_axe_finds_nothing_from_the_choice_to_the_result_and_nothing_is_too_wide(
    open_page: OpenPage, combination
) -> None:
    language, light, width = combination
    page = open_page(viewport={"width": width, "height": 844}, color_scheme=light, reduced_motion="reduce")
    page.goto(FRONT)
    if language != "en":
        speak(page, language)
    found = {}

    def look(name: str) -> None:
        if (fault := faults(page)) or wide(page):
            found[name] = fault or {"too wide": []}

    page.goto(f"{TEST}&minutes=12&in={language}")
    button(page, "do", "mark").click()
    look("gaps")
    answer_all(page)
    button(page, "do", "mark").click()
    look("marking")
    button(page, "do", "finish").click()
    look("result")
    page.goto(FRONT)
    look("choice, and weak spots")
    assert found == {}


def test_a_whole_test_without_javascript(open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=True, viewport={"width": 390, "height": 844})
    plain = open_page(java_script_enabled=False, viewport={"width": 390, "height": 844})
    plain.goto(FRONT)
    plain.locator("[name=number]").fill("5")
    plain.locator("form.paper-ask button").click()
    expect(plain).to_have_url(re.compile(r"seed=\d+"))
    expect(plain.locator(".paper-question")).to_have_count(5)
    # The same address in another browser is the same test.
    page.goto(plain.url)
    assert page.locator("legend").all_inner_texts() == plain.locator("legend").all_inner_texts()
    plain.locator("main textarea").first.fill("My own words")
    button(plain, "do", "mark").click()
    expect(plain.locator("main [role=alert]")).to_be_visible()
    expect(plain.locator("main textarea").first).to_have_value("My own words")
    button(plain, "do", "anyway").click()
    expect(plain.locator(".paper-own")).to_have_text("My own words")
    plain.locator("fieldset [type=checkbox], fieldset [type=radio]").first.check()
    button(plain, "do", "finish").click()
    expect(plain.locator(".paper-percent")).to_contain_text("%")
    expect(plain.locator(".paper-marked")).to_have_count(5)
    plain.locator('a[href*="only="]').click()
    assert 0 < plain.locator(".paper-question").count() <= 5


def test_a_whole_test_by_keyboard_alone(open_page: OpenPage) -> None:
    page = open_page(viewport={"width": 1280, "height": 800})
    page.goto(TEST)
    reached: set[str] = set()
    for _ in range(120):
        page.keyboard.press("Tab")
        name, kind = page.evaluate("[document.activeElement.name ?? '', document.activeElement.type ?? '']")
        if name == "do":
            break
        if name.startswith("q"):
            reached.add(name.partition("-")[0])
            page.keyboard.type("Mine") if kind == "textarea" else page.keyboard.press("ArrowDown")
    assert reached == {f"q{number}" for number in range(9)}
    page.keyboard.press("Enter")
    # Whatever the arrow chose, nothing was left out: the marking comes, not the list of gaps.
    expect(page.locator(".paper-own").first).to_be_visible()
    expect(page.locator("main [role=alert]")).to_have_count(0)
    for _ in range(60):
        page.keyboard.press("Tab")
        name, kind = page.evaluate("[document.activeElement.name ?? '', document.activeElement.type ?? '']")
        if name == "do":
            break
        if kind == "checkbox":
            page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.locator(".paper-percent")).to_be_visible()


def test_the_clock_counts_down_aloud_at_few_moments_and_ends_nothing(open_page: OpenPage) -> None:
    page = open_page()
    page.clock.install()
    page.goto(TEST + "&minutes=2")
    clock, voice = page.locator(".paper-clock [aria-hidden]"), page.locator(".paper-clock [role=status]")
    expect(clock).to_contain_text(re.compile(r"1:5\d|2:00"))
    expect(voice).to_have_text("")
    page.clock.run_for(61_000)
    expect(voice).to_contain_text("1 ")
    page.clock.run_for(120_000)
    expect(voice).to_contain_text("Go on as long as you like")
    expect(clock).to_have_text("")
    button(page, "do", "mark").click()
    expect(page.locator("main [role=alert]")).to_be_visible()
