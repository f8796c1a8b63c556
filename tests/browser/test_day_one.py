"""A facilitator's first day, on a phone and in Arabic: from a template to a brief on paper, with nobody else's help."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Server, Shots, watch
from tests.browser.test_access import faults
from tests.browser.test_setting_up import add_app, make_account
from tests.browser.test_walk import PHONE
from tests.browser.walking import button, speak

SIDES = ("المرتفعات", "الدلتا", "العائلات")
Somebody = Callable[..., Page]


@pytest.fixture
def somebody(browser: Browser, fresh: Server) -> Iterator[Somebody]:
    """Somebody with a phone of their own; whoever has no JavaScript gets by without."""
    contexts: list[BrowserContext] = []
    seen: list[str] = []

    def arrives(**options: Any) -> Page:
        contexts.append(
            browser.new_context(**{"base_url": fresh.address, "locale": "ar", **PHONE, **options})
        )
        contexts[-1].set_default_timeout(15_000)
        watch(contexts[-1], seen)
        return contexts[-1].new_page()

    yield arrives
    for context in contexts:
        context.close()
    assert seen == []


def test_from_a_template_to_a_brief_on_a_phone_in_arabic(
    fresh: Server, somebody: Somebody, shots: Shots, tmp_path: Path
) -> None:
    ada = somebody(locale="en-GB")
    make_account(ada, fresh.links["set up"])
    add_app(ada)
    ada.goto("/")
    speak(ada, "ar")
    process = begin(ada)
    for number, side in enumerate(SIDES, start=1):
        add_seat(ada, process, f"مقعد {number}", side)
    codes = printed_codes(ada, process)
    assert len(codes) == len(SIDES)

    assent(ada, process)  # the template proposed the rules

    for number, code in enumerate(codes, start=1):
        seat = somebody(java_script_enabled=False)
        enter(seat, fresh, code)
        assent(seat, process)
        tell(seat, process, f"الحدود مغلقة {number}")

    ada.goto(process + "intake/")
    for number in range(1, len(SIDES) + 1):
        expect(ada.locator("main")).to_contain_text(f"مقعد {number}")
    ada.locator("details.box summary").first.click()
    expect(ada.locator("dl.answers").first).to_contain_text("الحدود مغلقة")

    ada.goto(process + "agenda/")
    expect(ada.locator("main")).to_contain_text("تجاوز القيود")
    ada.goto(process + "steps/")
    button(ada, "do", "review").click()
    for phase in ("talks", "convening"):
        button(ada, "do", phase).click()
    expect(ada.locator(".way-short-count")).to_contain_text("3")

    ada.goto(process + "brief/")
    assert ada.locator("html").get_attribute("dir") == "rtl"
    for side in SIDES:
        expect(ada.locator("main")).to_contain_text(side)
    shots(ada, "brief_phone_ar", full_page=True)
    assert faults(ada) == {}
    with ada.expect_download() as taken:
        ada.locator('a[href$="brief/pdf/"]').first.click()
    paper = tmp_path / "brief.pdf"
    taken.value.save_as(paper)
    assert max(int(count) for count in re.findall(rb"/Count (\d+)", paper.read_bytes())) == 1


def begin(page: Page) -> str:
    """Begin from the template of a problem-solving workshop; the page's own words are Arabic."""
    page.goto("/begin/")
    page.locator('[name="template"][value="problem-solving-workshop"]').check()
    page.locator('[name="cover_title"]').fill("حلقة قراءة")
    page.locator('[name="title"]').fill("الوادي والنهر")
    page.locator('[name="sides"]').fill("\n".join(SIDES))
    page.locator('select[name="language"]').select_option("ar")
    page.locator("main form button.btn-primary").click()
    page.wait_for_url("**/p/*/")
    page.wait_for_load_state()
    assert faults(page) == {}
    return urlsplit(page.url).path


def add_seat(page: Page, process: str, label: str, side: str) -> None:
    page.goto(process + "seats/")
    page.locator('[name="role"]').select_option("participant")
    chosen = page.locator('select[name="side"] option').filter(has_text=side).get_attribute("value")
    page.locator('select[name="side"]').select_option(chosen)
    page.locator('[name="label"]').fill(label)
    page.locator("main form button.btn-primary").last.click()
    expect(page.get_by_role("checkbox", name=label, exact=True)).to_be_visible()


def printed_codes(page: Page, process: str) -> list[str]:
    """The codes on the slips of all seats at the table."""
    page.goto(process + "seats/")
    for number in range(1, len(SIDES) + 1):
        page.get_by_role("checkbox", name=f"مقعد {number}", exact=True).check()
    page.locator('#slips button, button[form="slips"]').first.click()
    expect(page.locator(".slip").first).to_be_visible()
    return page.locator(".slip .code").all_inner_texts()


def enter(page: Page, fresh: Server, code: str) -> None:
    page.goto(f"{fresh.address}/enter/{code}/")
    page.locator("main form button.btn-primary").click()
    expect(page.locator("main")).to_contain_text("-")


def assent(page: Page, process: str) -> None:
    page.goto(process + "rules/")
    page.locator('form:has(input[name="version"]) button').click()
    expect(page.locator('input[name="version"]')).to_have_count(0)


def tell(page: Page, process: str, worst: str) -> None:
    page.goto(process + "intake/")
    page.locator('[name="worst_case"]').fill(worst)
    page.locator("main form button.btn-primary").last.click()
    expect(page.locator('[name="worst_case"]')).to_have_value(worst)
