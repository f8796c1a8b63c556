"""Quick exit: one press, or Escape twice, and nothing stays on the screen, in the browser or behind Back.

Freeze: one click, and everybody finds the same neutral page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import OpenPage, Server, program
from tests.browser.test_access import faults
from tests.browser.walking import sit_down

CONFIDENTIAL = "farmer"  # stands on every page of the process that this seat opens


def left(page: Page, server: Server) -> None:
    """The neutral page, signed out, and nothing confidential a step back or at the same address."""
    page.wait_for_url("**/leave/")
    expect(page.locator("body")).to_contain_text("Nothing is open here")
    assert page.title() == "Not available"
    assert page.context.cookies() == []
    page.go_back()
    expect(page.locator("body")).not_to_contain_text(CONFIDENTIAL)
    expect(page.locator(".statement-card")).to_have_count(0)


def test_the_button_in_the_head_of_every_page_signs_out_and_shows_a_neutral_page(
    page: Page, server: Server
) -> None:
    process = sit_down(page, server, "meresh-farmer")
    page.goto(process + "rules/")
    expect(page.locator("main")).to_contain_text(CONFIDENTIAL)
    page.get_by_role("button", name="Leave quickly").click()
    left(page, server)
    page.goto(process)
    expect(page.get_by_role("heading", level=1)).to_have_text("This is not available to you.")


def test_escape_twice_leaves_and_once_does_not(page: Page, server: Server) -> None:
    process = sit_down(page, server, "meresh-farmer")
    page.goto(process + "rules/")
    page.keyboard.press("Escape")
    page.wait_for_timeout(800)
    page.keyboard.press("Escape")
    page.wait_for_timeout(300)
    assert page.url == process + "rules/"
    page.wait_for_timeout(500)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    left(page, server)


def test_escape_twice_leaves_while_somebody_writes(page: Page, server: Server) -> None:
    process = sit_down(page, server, "meresh-farmer")
    page.goto(process + "statements/write/")
    page.get_by_label("Your statement").fill("half a sentence")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    left(page, server)
    expect(page.locator("body")).not_to_contain_text("half a sentence")


def test_quick_exit_works_without_javascript(open_page: OpenPage, server: Server) -> None:
    page = open_page(java_script_enabled=False)
    process = sit_down(page, server, "meresh-farmer")
    page.goto(process + "rules/")
    page.locator(".leave-button").click()
    left(page, server)


@pytest.fixture
def as_people_have_it(browser: Browser, server: Server) -> Iterator[Page]:
    """Chromium with its back-forward cache on; Playwright switches it off, but people have it."""
    again = browser.browser_type.launch(
        executable_path=program(), args=["--no-sandbox", "--disable-gpu"],
        ignore_default_args=["--disable-back-forward-cache"],
    )  # fmt: skip
    yield again.new_page(base_url=server.address)
    again.close()


def test_the_browsers_own_memory_of_pages_gives_nothing_back(as_people_have_it: Page, server: Server) -> None:
    page = as_people_have_it
    process = sit_down(page, server, "meresh-farmer")
    page.goto(process + "rules/")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    left(page, server)


def test_no_page_of_a_process_is_kept_by_the_browser(page: Page, server: Server) -> None:
    process = sit_down(page, server, "meresh-farmer")
    for where in ("", "vote/", "statements/", "rules/", "record/", "common-ground/"):
        answer = page.goto(process + where)
        assert answer and answer.header_value("cache-control") == "no-store"


def test_a_frozen_process_is_one_neutral_page_for_everybody_until_a_facilitator_ends_it(
    open_page: OpenPage, server: Server
) -> None:
    panel, voter, outsider = open_page(), open_page(), open_page()
    process = sit_down(panel, server, "lead-facilitator")
    sit_down(voter, server, "meresh-farmer")
    panel.goto(process + "steps/")
    panel.get_by_role("button", name="Freeze now").click()
    try:
        for one in (panel, voter, outsider):
            for where in ("", "vote/", "sit/", "rules/"):
                answer = one.goto(process + where)
                assert answer and answer.status == 503
                assert one.title() == "Not available"
                expect(one.locator("h1")).to_have_text("This page is not available at the moment.")
                expect(one.locator("body")).not_to_contain_text(re.compile("Reading circle|Port Hale"))
        assert faults(voter) == {}
    finally:
        panel.goto("/")
        panel.get_by_role("button", name="End the freeze").click()
    for one, status in ((voter, 200), (outsider, 404)):
        answer = one.goto(process)
        assert answer and answer.status == status
