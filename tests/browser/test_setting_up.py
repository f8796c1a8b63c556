"""From `tracktwo serve` to a seat taken: set-up, second step, a process, slips, a code, assent, a return code."""

from __future__ import annotations

import base64
import hmac
import re
import struct
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
import segno
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Server, watch
from tests.browser.test_access import faults

PASSWORD = "rain on slate, nine times"
Somebody = Callable[..., Page]


@pytest.fixture
def somebody(browser: Browser, fresh: Server) -> Iterator[Somebody]:
    """Somebody with a browser of their own, at this Tracktwo."""
    contexts: list[BrowserContext] = []
    seen: list[str] = []

    def arrives(address: str = fresh.address) -> Page:
        contexts.append(browser.new_context(base_url=address, locale="en-GB"))
        contexts[-1].set_default_timeout(15_000)
        watch(contexts[-1], seen)
        return contexts[-1].new_page()

    yield arrives
    for context in contexts:
        context.close()
    assert seen == []


def one_time_password(secret: str, at: float) -> str:
    """RFC 6238, as an authenticator app does it: SHA-1, 30 seconds, six digits."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", int(at) // 30), "sha1")
    offset = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[offset : offset + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def make_account(page: Page, link: str) -> None:
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up this Tracktwo")
    assert faults(page) == {}
    page.locator('[name="user_name"]').fill("ada")
    for field in ("password", "again"):
        page.locator(f'[name="{field}"]').fill(PASSWORD)
    page.locator('[name="site_name"]').fill("River house")
    page.get_by_role("button", name="Make the account").click()
    page.wait_for_url("**/accounts/2fa/")


def add_app(page: Page) -> None:
    page.get_by_role("link", name="Set up the app").click()
    assert faults(page) == {}
    page.locator('[name="code"]').fill(one_time_password(page.locator(".code").inner_text(), time.time()))
    page.get_by_role("button", name="Start using the app").click()
    keep_recovery_codes(page)


def keep_recovery_codes(page: Page) -> None:
    """They come with the first second step; before they show, the site may ask for the password once more."""
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Recovery codes|still you"))
    if (once_more := page.locator('[name="password"]')).count():
        once_more.fill(PASSWORD)
        page.get_by_role("button", name="Go on").click()
    expect(page.locator(".codes .code")).to_have_count(10)
    assert faults(page) == {}


def begin(page: Page) -> str:
    page.goto("/")
    page.get_by_role("link", name="Begin a process").click()
    page.locator('[name="cover_title"]').fill("Garden evenings")
    page.locator('[name="title"]').fill("The two valleys")
    page.locator('[name="sides"]').fill("North valley\nSouth valley")
    page.get_by_role("button", name="Begin", exact=True).click()
    page.wait_for_url("**/p/*/")
    assert page.title() == "Garden evenings"
    return urlsplit(page.url).path


def add_seat(page: Page, process: str, label: str, side: str) -> None:
    page.goto(process + "seats/")
    page.locator('[name="role"]').select_option("participant")
    page.locator('[name="side"]').select_option(label=side)
    page.locator('[name="label"]').fill(label)
    page.get_by_role("button", name="Add this seat").click()
    expect(page.get_by_role("checkbox", name=label, exact=True)).to_be_visible()


def printed_slip(page: Page, process: str, label: str) -> tuple[str, str]:
    """The code on a seat's slip, and the drawing of its square."""
    page.goto(process + "seats/")
    page.get_by_role("checkbox", name=label, exact=True).check()
    page.get_by_role("button", name="Print slips for the chosen seats").click()
    slip = page.locator(".slip")
    expect(slip).to_have_count(1)
    expect(slip).to_contain_text(label)
    square = slip.locator(".qr svg")
    expect(square).to_have_css("padding", "0px")  # or its edge is cut off, and no phone reads it
    return slip.locator(".code").inner_text(), square.locator("path").last.get_attribute("d") or ""


def test_from_the_first_start_to_a_seat_taken_and_come_back_to(fresh: Server, somebody: Somebody) -> None:
    ada = somebody()
    make_account(ada, fresh.links["set up"])
    # nothing opens before the second step is set up, and the link opens nothing again
    for where in ("/", "/begin/", "/p/00000000-0000-4000-8000-000000000000/"):
        ada.goto(where)
        assert urlsplit(ada.url).path == "/accounts/2fa/"
    again = somebody().goto(fresh.links["set up"])
    assert again and again.status == 404
    assert faults(ada) == {}

    add_app(ada)
    process = begin(ada)
    add_seat(ada, process, "Nia", "A · North valley")
    ada.goto(process + "rules/")
    ada.get_by_text("Write a new version").click()
    ada.locator('[name="text"]').fill("What is said here stays here.")
    ada.get_by_role("button", name="Propose this version").click()
    expect(ada.locator("main")).to_contain_text("What is said here stays here.")
    code, square = printed_slip(ada, process, "Nia")
    link = f"{fresh.address}/enter/{code}/"
    assert square in segno.make(link, error="m").svg_inline(scale=3, border=2)

    # by the link in the square; opening it changes nothing, twice
    nia = somebody()
    for _opened in range(2):
        nia.goto(link)
    expect(nia.locator('[name="code"]')).to_have_value(code)
    nia.get_by_role("button", name="Take my seat").click()
    expect(nia.get_by_role("heading", level=1)).to_have_text("You have taken your seat")
    assert faults(nia) == {}
    return_code = nia.locator(".code").inner_text()
    assert return_code != code
    nia.get_by_role("link", name="I have written it down").click()
    expect(nia.locator(".you")).to_contain_text("Nia")
    nia.get_by_role("link", name="Read the ground rules").click()
    nia.get_by_role("button", name="I have read them and assent").click()
    expect(nia.locator(".notice-done")).to_have_text(re.compile("assented"))

    # the slip is spent; the return code opens the same seat from another device, once
    for given, opens in ((code, False), (return_code, True), (return_code, False)):
        device = somebody()
        device.goto("/enter/")
        device.locator('[name="code"]').fill(given)
        device.get_by_role("button", name="Take my seat").click()
        expect(device.get_by_role("heading", level=1)).to_have_text(
            "You have taken your seat" if opens else "Take your seat"
        )
        expect(device.locator(".field-errors")).to_have_count(0 if opens else 1)

    # a seat that withdraws loses its way in
    ada.goto(process + "seats/")
    row = ada.locator(".seat-row", has_text="Nia")
    row.locator("summary").click()
    row.get_by_role("button", name="Withdraw this seat").click()
    expect(row).to_have_count(0)
    answer = nia.goto(process)
    assert answer and answer.status == 404


def test_a_passkey_is_added_at_set_up_and_signs_in_on_its_own(fresh: Server, somebody: Somebody) -> None:
    # browsers keep passkeys for names, not for numbers: 127.0.0.1 has none
    named = fresh.address.replace("127.0.0.1", "localhost")
    ada = somebody(named)
    keys = ada.context.new_cdp_session(ada)
    keys.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    keys.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    make_account(ada, fresh.links["set up"].replace("127.0.0.1", "localhost"))
    ada.get_by_role("link", name="Add a passkey").click()
    assert faults(ada) == {}
    if (alone := ada.locator('[name="passwordless"]')).count():
        alone.check()
    ada.get_by_role("button", name="Add a passkey").click()
    keep_recovery_codes(ada)
    ada.goto("/begin/")
    expect(ada.get_by_role("heading", level=1)).to_have_text("Begin a process")

    ada.get_by_role("button", name="Leave quickly").click()
    ada.wait_for_url("**/leave/")
    ada.goto("/accounts/login/")
    ada.get_by_role("button", name="Sign in with a passkey").click()
    ada.wait_for_url(named + "/")
    expect(ada.get_by_role("link", name="Begin a process")).to_be_visible()
