"""Everything can be done with the keyboard alone, and one always sees where one is."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, Server
from tests.browser.walking import answered, may_look, sit_down, statement

# What stands in focus: its words, and whether the eye finds it (an outline of two pixels or more, on the screen).
FOCUS = """() => {
  const here = document.activeElement, style = getComputedStyle(here), box = here.getBoundingClientRect();
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const seen = box.width > 0 && box.bottom > 20 && box.top < innerHeight - 20 && box.right > 20 && box.left < innerWidth - 20;
  return [here.innerText.trim().split("\\n")[0] || here.id, outlined && seen];
}"""


def tabbed(page: Page) -> list[tuple[str, bool]]:
    """Press Tab through the page from its top to its end; without the smooth scrolling that would be waited for."""
    page.emulate_media(reduced_motion="reduce")
    stops: list[tuple[str, bool]] = []
    for _press in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            return stops
        words, clear = page.evaluate(FOCUS)
        stops.append((words, clear))
    raise AssertionError("sixty stops and no end")


def test_tab_visits_the_page_of_votes_in_the_order_it_is_read_and_always_shows_where(
    page: Page, server: Server
) -> None:
    process = sit_down(page, server, "oar")
    may_look(page, process)
    page.goto(process + "vote/")
    stops = tabbed(page)
    words_of_page = page.locator(".page-words :is(li > a:visible, summary)").all_inner_texts()
    assert words_of_page != []
    why = ["Why am I asked this?"] * page.locator("details.more").count()  # where a reason can be given
    assert [words for words, _clear in stops] == [
        "Skip to the content", "Tracktwo", "English", "Leave quickly",
        "Process", "Preparation", "Rooms", "Needs and fears", "Statements",
        "Vote", "Common ground", "Statements", "Rounds",
        "Agree", "Disagree", "Pass", *why, "What every side supports", "Write a statement", "Keys A, D, P and U",
        *words_of_page, "Study guide",
    ]  # fmt: skip
    assert [words for words, clear in stops if not clear] == []


def test_the_first_tab_offers_to_skip_the_head_of_the_page(page: Page, server: Server) -> None:
    sit_down(page, server, "oar")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("main").locator("a, button, summary").first).not_to_have_text("")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_every_page_of_the_facilitator_shows_what_is_in_focus(page: Page, server: Server) -> None:
    process = sit_down(page, server, "lead-facilitator")
    hidden = {}
    for where in ("", "statements/moderate/", "paper/draft/", "steps/"):
        page.goto(process + where)
        hidden[where] = [words for words, clear in tabbed(page) if not clear]
    assert hidden == {where: [] for where in hidden}


def test_votes_are_cast_with_single_keys_and_undone(page: Page, server: Server) -> None:
    process = sit_down(page, server, "cairn")
    page.goto(process + "vote/")
    before = answered(page)
    for done, key in enumerate("adp", start=1):
        shown = statement(page)
        with page.expect_navigation():
            page.keyboard.press(key)
        assert statement(page) != shown and answered(page) == before + done
    last = shown
    with page.expect_navigation():
        page.keyboard.press("u")
    assert statement(page) == last and answered(page) == before + 2


def test_keys_can_be_switched_off_and_never_fire_while_somebody_types(page: Page, server: Server) -> None:
    process = sit_down(page, server, "cairn")
    page.goto(process + "vote/")
    shown = statement(page)
    page.get_by_role("button", name="Keys A, D, P and U").click()
    page.keyboard.press("a")
    expect(page.locator(".statement-card blockquote")).to_have_text(shown)
    page.get_by_role("button", name="Keys A, D, P and U").click()
    page.keyboard.press("Control+d")
    expect(page.locator(".statement-card blockquote")).to_have_text(shown)
    page.goto(process + "statements/write/")
    page.get_by_label("Your statement").press_sequentially("a dap")
    expect(page.get_by_label("Your statement")).to_have_value("a dap")


def test_a_language_is_chosen_and_left_again_with_the_keyboard(open_page: OpenPage, server: Server) -> None:
    page = open_page()
    sit_down(page, server, "oar")
    page.locator(".choices summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("html")).not_to_have_attribute("lang", "en")
    assert page.url.startswith(server.address + "/p/")
