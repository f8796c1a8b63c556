"""The pictures of the documentation are taken here, so that they cannot show what is no longer there.

Each is taken at every run and looked at a little; TRACKTWO_SHOTS renews the ones in docs/screenshots.
"""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import OpenPage, Server, Shots
from tests.browser.walking import may_look, sit_down, speak

LARGEST = 300_000  # bytes, for a page of documentation


def test_a_picture_of_what_every_side_supports(open_page: OpenPage, server: Server, shots: Shots) -> None:
    page = open_page(viewport={"width": 1200, "height": 880})
    process = sit_down(page, server, "tavrin-miller")
    may_look(page, process)
    page.goto(process + "common-ground/")
    expect(page.locator(".finding").first).to_be_in_viewport()
    assert shots(page, "common-ground").stat().st_size < LARGEST


def test_a_picture_of_voting_on_a_phone_in_arabic(open_page: OpenPage, server: Server, shots: Shots) -> None:
    page = open_page(viewport={"width": 390, "height": 780}, device_scale_factor=2, is_mobile=True)
    process = sit_down(page, server, "tavrin-miller")
    speak(page, "ar")
    page.goto(process + "vote/")
    expect(page.locator(".votes")).to_be_in_viewport()
    assert shots(page, "vote-phone-ar").stat().st_size < LARGEST


def test_a_picture_of_the_page_that_may_be_handed_over(
    open_page: OpenPage, server: Server, shots: Shots
) -> None:
    page = open_page(viewport={"width": 1200, "height": 880})
    process = sit_down(page, server, "lead-facilitator")
    page.goto(process + "paper/draft/")
    page.locator("form .actions .btn-primary").click()
    expect(page.locator(".paper-line").first).to_be_visible()
    page.locator("article.sheet").first.evaluate("sheet => scrollTo(0, sheet.offsetTop - 90)")
    assert shots(page, "paper").stat().st_size < LARGEST
