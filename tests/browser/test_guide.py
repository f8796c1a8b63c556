"""The study guide in a browser: axe finds nothing, keys reach every answer, words open without leaving the page."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, Server
from tests.browser.test_access import OPPOSITES, faults, named
from tests.browser.walking import sit_down, speak
from tracktwo.learn import guide
from tracktwo.learn.terms import written

SHELF = guide.shipped()
TERMS = SHELF.keys()
# The longest, and those whose figure takes the most room.
LONGEST = sorted(TERMS, key=lambda key: -len(written(SHELF.terms[key, "en"])))[:4] + [
    key for key in ("nash-solution", "grit") if key in TERMS
]
pytestmark = pytest.mark.skipif(not TERMS, reason="no term is brought along in this checkout")
FIRST = TERMS[0] if TERMS else ""
# A term with each figure, and one with none; a search that finds and one that does not.
PAGES = (
    "/learn/",
    "/learn/?q=ripness",
    "/learn/?q=xylophone",
    *(f"/learn/courses/{key}/" for key in SHELF.courses),
    *(f"/learn/terms/{key}/" for key in ("grit", "track-two", "nash-solution", "problem-solving-workshop", "ripeness") if key in TERMS),
)  # fmt: skip


@pytest.mark.parametrize("combination", OPPOSITES, ids=named)
def test_axe_finds_nothing_in_the_guide_and_nothing_is_too_wide(open_page: OpenPage, combination) -> None:
    language, light, width = combination
    page = open_page(viewport={"width": width, "height": 844}, color_scheme=light, reduced_motion="reduce")
    page.goto("/learn/")
    if language != "en":
        speak(page, language)
    found = {}
    for where in PAGES:
        page.goto(where)
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        if fault := {**faults(page), **({"too wide": [where]} if wide else {})}:
            found[where] = fault
    assert found == {}


def test_everything_is_read_without_javascript_and_by_keyboard(open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(f"/learn/terms/{FIRST}/")
    questions = page.locator("details.term-question")
    assert questions.count() >= 3
    for place in range(questions.count()):
        summary = questions.nth(place).locator("summary")
        expect(questions.nth(place).locator(".term-text")).to_be_hidden()
        summary.focus()
        page.keyboard.press("Enter")
        expect(questions.nth(place).locator(".term-text")).to_be_visible()


def test_tab_alone_leads_to_every_answer(page: Page) -> None:
    page.goto(f"/learn/terms/{FIRST}/")
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.closest('details.term-question')?.innerText ?? ''"))
    assert len(reached - {""}) == page.locator("details.term-question").count()


def test_search_works_without_javascript(open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False)
    page.goto("/learn/")
    page.locator("#q").fill("negotiaton")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"\?q=negotiaton"))
    expect(page.locator("main h2, main .empty-title").first).to_be_visible()


def test_a_word_of_the_field_opens_without_leaving_the_page(open_page: OpenPage, server: Server) -> None:
    page = open_page()
    process = sit_down(page, server, "lead-facilitator")
    page.goto(process + "rules/")
    word = page.locator(".page-words a").first
    word.click()
    sheet = page.locator("dialog.term-dialog")
    expect(sheet).to_be_visible()
    expect(sheet.locator(".term-short p").first).not_to_be_empty()
    assert page.url.endswith("/rules/") and faults(page) == {}
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(word).to_be_focused()
    word.click()
    sheet.get_by_role("link").last.click()
    expect(page).to_have_url(re.compile("/learn/terms/"))


def test_on_a_phone_in_arabic_a_word_opens_with_enter_and_nobody_learns_who_looked(
    open_page: OpenPage, server: Server
) -> None:
    page = open_page(
        viewport={"width": 390, "height": 844}, color_scheme="dark", is_mobile=True, has_touch=True, reduced_motion="reduce"
    )  # fmt: skip
    process = sit_down(page, server, "oar")
    speak(page, "ar")
    page.goto(process + "needs/")
    word = page.locator(".page-words a:not([lang=en])").first
    word.focus()
    with page.expect_request(lambda one: one.url.endswith("?short")) as asked:
        page.keyboard.press("Enter")
    sent = asked.value.all_headers()
    assert "cookie" not in sent and "referer" not in sent and sent["accept-language"] == "ar"
    sheet = page.locator("dialog.term-dialog")
    expect(sheet).to_be_visible()
    box = sheet.bounding_box()
    assert box and box["x"] >= 0 and box["x"] + box["width"] <= 390 and box["y"] >= 0 and box["height"] <= 844
    expect(sheet.locator("article")).to_have_attribute("dir", "rtl")
    expect(sheet.get_by_role("button")).to_be_focused()
    for _press in range(4):  # what is behind the sheet is out of reach
        page.keyboard.press("Tab")
        assert page.evaluate(
            "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )
    assert faults(page) == {}
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(word).to_be_focused()
    word.tap()
    expect(sheet).to_be_visible()
    page.touchscreen.tap(195, 8)  # beside the sheet
    expect(sheet).to_be_hidden()


def test_a_word_inside_a_definition_opens_in_the_same_sheet(open_page: OpenPage, server: Server) -> None:
    page = open_page()
    process = sit_down(page, server, "lead-facilitator")
    page.goto(process + "rules/")
    linked = f'<article class="term-short"><h2 id="term-short-title">One</h2><a href="/learn/terms/{FIRST}/">two</a></article>'
    first = page.locator(".page-words a").first
    page.route(f"**{first.get_attribute('href')}?short", lambda route: route.fulfill(body=linked))
    first.click()
    page.locator("dialog").get_by_role("link", name="two").click()
    expect(page.locator("dialog h2")).to_have_text(SHELF.terms[FIRST, "en"].title)
    expect(page.locator("dialog").get_by_role("button")).to_be_focused()
    assert page.url.endswith("/rules/")
    page.keyboard.press("Escape")
    expect(first).to_be_focused()


def test_without_javascript_the_same_word_is_a_link(open_page: OpenPage, server: Server) -> None:
    page = open_page(java_script_enabled=False)
    process = sit_down(page, server, "lead-facilitator")
    page.goto(process + "rules/")
    page.locator(".page-words a").first.click()
    expect(page).to_have_url(re.compile("/learn/terms/"))


@pytest.mark.parametrize(
    "keys", [LONGEST, pytest.param(TERMS, marks=pytest.mark.slow)], ids=["longest", "all"]
)
def test_every_term_prints_on_two_pages(page: Page, keys: list[str]) -> None:
    long = {}
    for key in keys:
        page.goto(f"/learn/terms/{key}/?print")
        margin = dict.fromkeys(("top", "bottom", "left", "right"), "15mm")
        paper = page.pdf(format="A4", margin=margin)  # type: ignore[arg-type]
        sheets = len(re.findall(rb"/Type\s*/Page\b", paper))
        if sheets > 2:
            long[key] = sheets
    assert long == {}


def test_the_first_page_of_the_guide_is_light(open_page: OpenPage) -> None:
    page, weights = open_page(), []
    page.on("response", lambda answer: weights.append(answer.request.sizes()["responseBodySize"]))
    page.goto("/learn/", wait_until="networkidle")
    assert 0 < sum(weights) < 100_000
