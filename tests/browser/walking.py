"""What people do on the pages. Words differ by language, so controls are found by what they send."""

from __future__ import annotations

from collections.abc import Iterator

from playwright.sync_api import Locator, Page

from tests.browser.conftest import Server


def sit_down(page: Page, server: Server, who: str) -> str:
    """Take the seat of one of the demo's people by its link and one click; answer the process's address."""
    page.goto(server.links[who])
    page.locator(".role-card button").click()
    page.wait_for_url("**/p/*/")
    return page.url


def vote(page: Page, *choices: str) -> None:
    """Vote on the statements as they come; begins on the page of votes."""
    for choice in choices:
        button(page, "vote", choice).click()


def button(page: Page, name: str, value: str) -> Locator:
    return page.locator(f'button[name="{name}"][value="{value}"]')


def statement(page: Page) -> str:
    """The sentence on the card."""
    return page.locator(".statement-card blockquote").inner_text()


def answered(page: Page) -> int:
    """On how many statements the reader has voted, as the page's own progress bar says."""
    return int(page.locator(".statement-count progress").get_attribute("value") or 0)


def may_look(page: Page, process: str) -> None:
    """Vote as often as it needs before figures show."""
    page.goto(process + "vote/")
    while answered(page) < 7:
        vote(page, "pass")


def speak(page: Page, language: str) -> None:
    """Choose a language in the head of the page, as anybody does."""
    page.locator(".choices summary").click()
    button(page, "language", language).click()


def findings(page: Page) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Each sentence on the page, with the figure and the interval of every side, from its own table."""
    for finding in page.locator(".finding").all():
        rows = [
            (cells[0], cells[1])
            for row in finding.locator("tbody tr").all()
            if (cells := row.locator("td").all_text_contents())
        ]
        yield finding.locator("blockquote").inner_text(), rows
