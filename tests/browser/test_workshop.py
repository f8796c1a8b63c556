"""A whole workshop of three sides on phones: rooms, needs and fears until they are heard, ideas, what binds each side
at home, gestures, going home, the minutes. In English and in Arabic, with and without JavaScript."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenPage, Server
from tests.browser.test_access import faults
from tests.browser.test_walk import PHONE
from tests.browser.walking import button, sit_down, speak

WORDS = {
    "en": "The mill must turn in August too, {}",
    "ar": "يجب أن تدور الطاحونة في آب أيضًا، {}",
}


@dataclass
class Somebody:
    """One of the demo's people with a phone; `process` is where the pages of their process begin."""

    page: Page
    process: str

    def go(self, where: str) -> Page:
        self.page.goto(self.process + where)
        return self.page

    def send(self, do: str, *, within: str = "main", **fields: str) -> None:
        """Fill the form with this button, opening what it is folded into, and send it."""
        form = self.form(do, within)
        for name, said in fields.items():
            field = form.locator(f'[name="{name}"], [name$="-{name}"]')
            if field.first.get_attribute("type") in ("radio", "checkbox"):
                form.locator(f'[name="{name}"][value="{said}"]').check()
            elif field.evaluate("it => it.tagName") == "SELECT":
                field.select_option(said)
            else:
                field.fill(said)
        sends = form.locator(f'button[name="do"][value="{do}"]')
        (sends if sends.count() else form.locator("button")).last.click()
        self.page.wait_for_load_state()

    def form(self, do: str, within: str = "main") -> Locator:
        form = self.page.locator(
            f'{within} form:has(button[name="do"][value="{do}"]), '
            f'{within} form:has(input[name="do"][value="{do}"])'
        ).first
        for folded in form.locator("xpath=ancestor::details[not(@open)]").all():
            folded.locator("> summary").click()
        return form

    def reads(self, text: str) -> None:
        expect(self.page.locator("main")).to_contain_text(text)

    def reads_nothing_of(self, text: str) -> None:
        expect(self.page.locator("main")).not_to_contain_text(text)


# Both languages, with and without; crossed, the longer two only with `make slow`.
WALKS = [("en", True), ("ar", False), pytest.param("en", False, marks=pytest.mark.slow), pytest.param("ar", True, marks=pytest.mark.slow)]  # fmt: skip


@pytest.fixture
def people(open_page: OpenPage, server: Server, language: str, scripted: bool) -> dict[str, Somebody]:
    """The lead facilitator, and one of each side."""
    found = {}
    for who in ("lead-facilitator", "cairn", "heron", "oar"):
        page = open_page(**PHONE, java_script_enabled=scripted)
        process = sit_down(page, server, who)
        speak(page, language)
        found[who] = Somebody(page, process)
    return found


@pytest.mark.parametrize(("language", "scripted"), WALKS)
def test_a_workshop_of_three_sides(people: dict[str, Somebody], language: str, scripted: bool) -> None:
    said = lambda what: WORDS[language].format(f"{what}{int(scripted)}")  # noqa: E731
    lead, cairn, heron, oar = (people[who] for who in ("lead-facilitator", "cairn", "heron", "oar"))
    room = a_room_that_sits(lead, said("room"))
    _speaking(lead, cairn, heron, room, said, live=scripted)
    _heard(cairn, heron, oar, said)
    _ideas_constraints_gestures(cairn, heron, oar, said)
    _going_home(lead, heron, oar, said)
    _minutes(lead, cairn, said)
    _the_end(lead, cairn, room, said)
    if scripted:
        for who, where in ((lead, "rooms/"), (heron, "needs/"), (cairn, "ideas/"), (oar, "re-entry/")):
            assert faults(who.go(where)) == {}


def a_room_that_sits(lead: Somebody, name: str) -> str:
    """The facilitator opens a mixed room, asks one of each side in, and begins a sitting; its name."""
    lead.go("rooms/")
    lead.send("open", kind="mixed", name=name, attribution="named")
    lead.reads(name)
    for who in ("Cairn", "Heron", "Oar"):
        lead.go("rooms/")
        form = lead.page.locator("form:has(#move-seat)")
        for field, words in (("seat", who_is(lead, who)), ("room", name)):
            option = form.locator(f'select[name="{field}"] option').filter(has_text=words)
            form.locator(f'select[name="{field}"]').select_option(option.first.get_attribute("value"))
        button(lead.page, "do", "in").click()
        lead.page.wait_for_load_state()
    lead.go("rooms/")
    board = lead.page.locator(".board > li").filter(has_text=name)
    board.locator('button[value="begin"]').click()
    lead.page.wait_for_load_state()
    return name


NAMES = {"ar": {"Cairn": "كيرن", "Heron": "هيرون", "Oar": "أور"}}


def who_is(lead: Somebody, who: str) -> str:
    """The name at the table, as the facilitator's language has it."""
    language = lead.page.locator("html").get_attribute("lang") or "en"
    return NAMES.get(language, {}).get(who, who)


def _enter(who: Somebody, name: str) -> None:
    who.go("rooms/").locator(".room-card a").filter(has_text=name).click()
    who.page.wait_for_load_state()


def _speaking(lead: Somebody, cairn: Somebody, heron: Somebody, room: str, said: Any, *, live: bool) -> None:
    """A named remark is on the other's screen, by itself where there is JavaScript; who left hears no more."""
    _enter(heron, room)
    _enter(cairn, room)
    cairn.send("say", text=said("remark"), attribution="named")
    cairn.reads(said("remark"))
    if not live:
        _enter(heron, room)
    heron.reads(said("remark"))
    heron.send("hand")
    expect(button(heron.page, "do", "lower")).to_be_visible()
    cairn.send("call")
    lead.go("rooms/")
    expect(lead.page.locator(".notice-care")).not_to_have_count(0)


def _heard(cairn: Somebody, heron: Somebody, oar: Somebody, said: Any) -> None:
    """In private, to the own side, to the table; restated, not yet; restated again, heard."""
    cairn.go("needs/mine/")
    cairn.send("write", kind="need", text=said("need"))
    cairn.reads(said("need"))
    for who in (heron, oar):
        who.go("needs/")
        who.reads_nothing_of(said("need"))
    for step in ("share", "put"):
        cairn.go("needs/mine/")
        words = cairn.page.locator("section.words").filter(has_text=said("need"))
        words.locator(f'button[value="{step}"]').click()
        cairn.page.wait_for_load_state()
    _open_concern(heron, said("need"))
    heron.send("restate", text=said("first try"))
    _open_concern(cairn, said("need"))
    cairn.send("not-yet", missing=said("missing"))
    cairn.reads(said("missing"))
    _open_concern(heron, said("need"))
    heron.reads(said("missing"))
    heron.send("restate", text=said("second try"))
    _open_concern(cairn, said("need"))
    cairn.send("heard")
    _open_concern(oar, said("need"))
    expect(oar.page.locator(".chain-link .heard-heard")).to_have_count(1)


def _open_concern(who: Somebody, text: str) -> None:
    who.go("needs/").locator("a.statement").filter(has_text=text).first.click()
    who.page.wait_for_load_state()


def _ideas_constraints_gestures(cairn: Somebody, heron: Somebody, oar: Somebody, said: Any) -> None:
    oar.go("ideas/")
    oar.send("write", text=said("idea"))
    cairn.go("ideas/")
    cairn.reads(said("idea"))
    heron.go("constraints/")
    heron.send("write", text=said("constraint"))
    for step in ("share", "put"):
        heron.go("constraints/")
        words = heron.page.locator("section.words").filter(has_text=said("constraint"))
        words.locator(f'button[value="{step}"]').click()
        heron.page.wait_for_load_state()
    cairn.go("constraints/")
    cairn.reads(said("constraint"))
    _open_concern(cairn, said("need"))
    cairn.send("ask", text=said("gesture"))
    heron.go("reassurances/")
    gesture = heron.page.locator("section.gesture").filter(has_text=said("gesture"))
    gesture.locator('button[name="do"]').first.click()
    heron.page.wait_for_load_state()
    cairn.go("reassurances/")
    cairn.reads(said("gesture"))


def _going_home(lead: Somebody, heron: Somebody, oar: Somebody, said: Any) -> None:
    """A plan to go home is that person's and the panel's."""
    oar.go("re-entry/")
    oar.page.locator("main form textarea").first.fill(said("plan"))
    oar.page.locator("main form button.btn-primary").click()
    oar.page.wait_for_load_state()
    lead.go("re-entry/")
    lead.reads(said("plan"))
    heron.go("re-entry/")
    heron.reads_nothing_of(said("plan"))


def _minutes(lead: Somebody, cairn: Somebody, said: Any) -> None:
    """A draft, restated to the plenary, corrected by somebody, standing."""
    lead.go("rooms/").locator(".room-name a").first.click()
    lead.page.locator('main a[href$="minutes/"]').first.click()
    where = lead.page.url
    lead.page.locator('main form:has(input[value="write"]):not(:has(input[name="minutes"])) textarea').fill(
        said("minutes")
    )
    lead.page.locator('main form:has(input[value="write"]):not(:has(input[name="minutes"])) button').click()
    lead.page.wait_for_load_state()
    ours = lead.page.locator("main > .frame section.box, section.box").filter(has_text=said("minutes")).first
    cairn.page.goto(where)
    cairn.reads_nothing_of(said("minutes"))
    ours.locator('button[value="restated"]').click()
    lead.page.wait_for_load_state()
    cairn.page.goto(where)
    box = cairn.page.locator("section.box").filter(has_text=said("minutes")).first
    box.locator("details > summary").first.click()
    box.locator('form:has(input[value="correct"]) textarea').fill(said("correction"))
    box.locator('form:has(input[value="correct"]) button').click()
    cairn.page.wait_for_load_state()
    lead.page.goto(where)
    ours = lead.page.locator("section.box").filter(has_text=said("minutes")).first
    expect(ours).to_contain_text(said("correction"))
    ours.locator('button[value="take-up"]').click()
    lead.page.wait_for_load_state()
    lead.page.locator("section.box").filter(has_text=said("minutes")).first.locator(
        'button[value="standing"]'
    ).click()
    lead.page.wait_for_load_state()
    cairn.page.goto(where)
    cairn.reads(said("minutes"))


def _the_end(lead: Somebody, cairn: Somebody, room: str, said: Any) -> None:
    """The sitting ends: what was said in it is gone for those who heard it too."""
    lead.go("rooms/")
    lead.page.locator(".board > li").filter(has_text=room).locator('button[value="end"]').click()
    lead.page.wait_for_load_state()
    _enter(cairn, room)
    cairn.reads_nothing_of(said("remark"))
