"""The whole way: sit down, vote on seven statements, see what every side supports, draft the page, take it away."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, Server
from tests.browser.walking import answered, button, findings, may_look, sit_down, speak, statement, vote

COVER = "Reading circle, Port Hale"
SEVEN = ("agree", "disagree", "pass", "agree", "agree", "disagree", "agree")
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


def percent(figure: str) -> int:
    """85 for "85 %" in any of the languages, also with its own digits."""
    return int("".join(sign for sign in figure if sign.isdigit()))


def shows_what_every_side_supports(page: Page) -> None:
    """Five sentences, each with a figure and an interval of all three sides; then the one that only some like."""
    found = list(findings(page))
    assert len(found) == 6
    *shared, (_sentence, liked) = found
    for sentence, sides in found:
        assert sentence and len(sides) == 3
        assert all(re.fullmatch(r"\D*\d+\D+\d+\D*", interval) for _figure, interval in sides)
    assert all(percent(figure) > 50 for _sentence, sides in shared for figure, _interval in sides)
    tavrin, meresh, ilvane = (percent(figure) for figure, _interval in liked)
    assert meresh > 50 and min(tavrin, ilvane) < 50
    for picture in page.locator(".finding > .figure > svg").all():
        expect(picture).to_have_role("img")
        bars = [picture.locator(f"g.side-{hue} > rect").first for hue in (1, 2, 3)]
        assert [bar.is_visible() for bar in bars] == [True] * 3
        expect(picture.locator(".figure-halo")).to_have_count(3)  # an interval over each bar


def test_a_delta_farmer_votes_on_seven_statements_and_sees_what_every_side_supports(
    page: Page, server: Server
) -> None:
    page.goto("/")
    page.get_by_role("button", name="A farmer of the Meresh Delta").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(COVER)
    page.get_by_role("link", name="Vote on statements").click()
    # first think, then look
    pages = page.get_by_role("navigation", name="Statements")
    pages.get_by_role("link", name="Common ground").click()
    expect(page.locator(".refusal h1")).to_contain_text("7")
    page.go_back()
    seen = set()
    for done, choice in enumerate(SEVEN):
        assert answered(page) == done
        seen.add(statement(page))
        vote(page, choice)
    assert len(seen) == 7
    page.get_by_role("link", name="What every side supports").click()
    shows_what_every_side_supports(page)
    expect(page.get_by_role("heading", name="Your side likes it, another side cannot")).to_be_visible()

    page.get_by_role("link", name="Every statement, side by side").click()
    expect(page.locator("tbody tr")).to_have_count(29)
    assert {row.locator("td").count() for row in page.locator("tbody tr").all()} == {3}
    page.get_by_role("link", name="What every side supports").click()
    page.get_by_role("link", name="The map").click()
    expect(page.locator(".figure > svg").first).to_have_role("img")
    expect(page.locator("tbody tr").first).to_contain_text("people")


def test_a_vote_is_undone_and_another_is_changed(page: Page, server: Server) -> None:
    process = sit_down(page, server, "cairn")
    page.goto(process + "vote/")
    before, first = answered(page), statement(page)
    vote(page, "agree")
    assert answered(page) == before + 1 and statement(page) != first
    button(page, "vote", "undo").click()
    assert answered(page) == before and statement(page) == first
    vote(page, "agree")
    page.goto(process + "statements/")
    change = page.locator(".box", has_text=first).get_by_role("link", name="Vote or change my vote")
    change.click()
    expect(button(page, "vote", "agree")).to_have_attribute("aria-pressed", "true")
    vote(page, "disagree")
    assert answered(page) == before + 1
    page.goto(process + "statements/")
    change.click()
    expect(button(page, "vote", "disagree")).to_have_attribute("aria-pressed", "true")
    expect(button(page, "vote", "agree")).not_to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize(
    ("language", "direction", "who", "agree"),
    [("ar", "rtl", "ilvane-granddaughter", "أوافق"), ("fr", "ltr", "heron", "D’accord")],
)
def test_the_way_is_walked_without_javascript_on_a_phone_in_ones_own_language(
    open_page: OpenPage, server: Server, language: str, direction: str, who: str, agree: str
) -> None:
    page = open_page(java_script_enabled=False, **PHONE)
    page.goto("/")
    speak(page, language)
    process = sit_down(page, server, who)
    page.locator(".page .actions .btn-primary").click()
    html = page.locator("html")
    expect(html).to_have_attribute("lang", language)
    expect(html).to_have_attribute("dir", direction)
    expect(page.locator(".statement-card blockquote")).to_have_attribute("lang", language)
    # nothing stands beside the screen, and what one presses is as large as a finger
    for value in ("agree", "disagree", "pass"):
        place = button(page, "vote", value).bounding_box()
        assert place and 0 <= place["x"] <= place["x"] + place["width"] <= 390 and place["height"] >= 44
    assert agree in button(page, "vote", "agree").inner_text()
    vote(page, *SEVEN)
    page.goto(process + "common-ground/")
    found = list(findings(page))
    assert len(found) >= 5 and all(len(sides) == 3 for _sentence, sides in found)
    for where in ("common-ground/table/", "common-ground/map/", "statements/", "seats/", "rules/", "record/"):
        page.goto(process + where)
        expect(page.locator("main h1")).to_be_visible()
        expect(page.locator(".seen-by")).to_be_visible()


def test_no_page_is_wider_than_a_phone(open_page: OpenPage, server: Server) -> None:
    page = open_page(**PHONE)
    wider = []
    for language in ("en", "ar"):
        process = sit_down(page, server, "lead-facilitator")
        speak(page, language)
        for where in pages_of(page):
            page.goto(where)
            if page.evaluate("document.documentElement.scrollWidth") > 390:
                wider.append((language, where.removeprefix(process)))
    assert wider == []


def pages_of(page: Page) -> list[str]:
    """The addresses of the pages that this seat may open, as its own pages list them, group by group."""

    def links(where: str) -> list[str]:
        return list(page.locator(where).evaluate_all("links => links.map(link => link.href)"))

    found: dict[str, None] = {}
    for group in links(".places:not(.places-inside) a"):
        page.goto(group)
        found |= dict.fromkeys(links(".places-inside a") or [group])
    return list(found)


def test_the_facilitator_drafts_the_page_and_each_line_has_its_check_beside_it(
    page: Page, server: Server, tmp_path: Path
) -> None:
    process = sit_down(page, server, "lead-facilitator")
    page.get_by_role("link", name="Draft the non-paper").click()
    page.goto(process + "paper/draft/")
    chosen = page.locator('input[name="statement"]:checked')
    expect(chosen).to_have_count(9)
    page.get_by_text("Statements that fail a check, and why").click()
    page.get_by_role("checkbox", name="The other side understands only pressure").check()
    page.get_by_role("button", name="Build this draft").click()

    lines = page.locator(".paper-line:not(.paper-line-withheld)")
    expect(lines).to_have_count(9)
    for line in lines.all():
        expect(line.locator(".proof-word")).to_have_text("Stands in the paper")
        expect(line.locator(".check-failed")).to_have_count(0)
        assert line.locator(".check").count() >= 3
        words, proof = line.locator("blockquote").bounding_box(), line.locator(".proof").bounding_box()
        assert (
            words
            and proof
            and proof["x"] >= words["x"] + words["width"]
            and abs(proof["y"] - words["y"]) < 40
        )
    withheld = page.locator(".paper-line-withheld")
    for line in withheld.all():
        expect(line.locator(".proof-word")).to_have_text("Withheld")
        assert line.locator(".check-failed").count() >= 1
    expect(withheld.filter(has_text="The other side understands only pressure")).to_have_count(1)

    sentences = lines.locator("blockquote").all_inner_texts()
    kept_back = withheld.locator("blockquote").all_inner_texts()
    with page.expect_download() as download:
        page.get_by_role("link", name="As a PDF").click()
    file = tmp_path / "paper.pdf"
    download.value.save_as(file)
    assert download.value.suggested_filename == "paper.pdf"
    pdf = file.read_bytes()
    assert pdf.startswith(b"%PDF-")
    assert max(int(count) for count in re.findall(rb"/Count (\d+)", pdf)) == 2
    if shutil.which("pdftotext"):
        text = read(file)
        assert [sentence for sentence in sentences if sentence not in text] == []
        assert [sentence for sentence in kept_back if sentence in text] == []


def read(file: Path) -> str:
    """What a reader can select in a PDF."""
    said = subprocess.run(["pdftotext", "-raw", str(file), "-"], capture_output=True, check=True)
    return " ".join(said.stdout.decode().split())


def test_a_side_finds_no_draft_and_no_queue(page: Page, server: Server) -> None:
    process = sit_down(page, server, "tavrin-miller")
    for where in ("paper/", "paper/draft/", "paper/pdf/", "statements/moderate/", "steps/"):
        answer = page.goto(process + where)
        assert answer and answer.status == 404
        expect(page.get_by_role("heading", level=1)).to_have_text("This is not available to you.")


def test_a_written_statement_waits_for_the_panel_whose_answer_its_writer_reads(
    open_page: OpenPage, server: Server
) -> None:
    writer, panel = open_page(), open_page()
    process = sit_down(writer, server, "tavrin-miller")
    writer.goto(process + "statements/write/")
    words = "Both banks should share one school of water engineers"
    writer.get_by_label("Your statement").fill(words)
    writer.get_by_role("button", name="Hand it to the panel").click()
    expect(writer.locator(".box", has_text=words)).to_contain_text("waiting")

    sit_down(panel, server, "lead-facilitator")
    panel.goto(process + "statements/moderate/")
    waiting = panel.locator(".box", has_text=words)
    expect(panel.locator("main")).not_to_contain_text("miller")
    waiting.locator("select").select_option(index=1)
    waiting.get_by_role("button", name="Do not put to the vote").click()
    writer.reload()
    expect(writer.locator(".box", has_text=words)).to_contain_text("not put to the vote")


@pytest.mark.parametrize("who", ["tavrin-miller", "lead-facilitator"])
def test_the_titles_of_pages_are_the_cover_title_and_nothing_more(
    page: Page, server: Server, who: str
) -> None:
    process = sit_down(page, server, who)
    if who != "lead-facilitator":
        may_look(page, process)
        page.goto(process)
    pages = [*pages_of(page), process + "common-ground/table/", process + "common-ground/map/"]
    assert len(pages) >= 9
    for where in pages:
        page.goto(where)
        assert page.title() == COVER
        assert re.fullmatch(r"/p/[0-9a-f-]{36}/[a-z/-]*", page.url.removeprefix(server.address))


def test_titles_outside_a_process_say_only_the_name_of_the_site(page: Page, server: Server) -> None:
    for where in ("/enter/", "/accounts/login/", "/nothing/"):
        page.goto(where)
        assert page.title() == "Tracktwo"
