"""Classes in a browser: joining without an account and without JavaScript, sharing, leaving; what the instructor sees."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Server, Shots, start_server, stop, watch
from tests.browser.test_access import OPPOSITES, faults, named
from tests.browser.walking import speak

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def school(
    tmp_path_factory: pytest.TempPathFactory, browser: Browser
) -> Iterator[tuple[Server, dict[str, str]]]:
    """A Tracktwo with a class of twelve, of whom two share."""
    folder = tmp_path_factory.mktemp("school")
    running = start_server(folder, "serve", "--data", str(folder / "data"))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TRACKTWO_")}
    made = subprocess.run(
        [sys.executable, "-m", "tests.browser.a_class", str(folder / "data")],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=90, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr[-3000:]
    yield running, json.loads(made.stdout.splitlines()[-1])
    stop(running.process)


@pytest.fixture
def arrives(school: tuple[Server, dict[str, str]], browser: Browser) -> Iterator[Any]:
    """Somebody with a browser of their own; as the instructor where it is said so."""
    server, known = school
    contexts: list[BrowserContext] = []
    seen: list[str] = []

    def comes(*, teaches: bool = False, **options: Any) -> Page:
        context = browser.new_context(base_url=server.address, locale="en-GB", **options)
        context.set_default_timeout(15_000)
        if teaches:
            context.add_cookies([
                {"name": "tracktwo", "value": known["teacher"], "url": server.address, "sameSite": "Strict"}
            ])  # fmt: skip
        watch(context, seen)
        contexts.append(context)
        return context.new_page()

    yield comes
    for context in contexts:
        context.close()
    assert seen == []


def press(page: Page, do: str) -> None:
    page.locator(f'form:has(input[name="do"][value="{do}"]) button').click()


def test_somebody_joins_without_account_name_or_javascript_shares_comes_back_and_leaves(
    arrives: Any, school: Any
) -> None:
    page, known = arrives(java_script_enabled=False, viewport={"width": 390, "height": 844}), school[1]
    page.goto(f"/learn/join/?code={known['code']}")
    page.locator("main .btn-primary").click()
    code = page.locator(".code").inner_text()
    page.locator("main .btn-primary").click()
    expect(page).to_have_url(f"{school[0].address}/learn/classes/{known['class']}/")
    page.locator('input[name="name"]').fill("Noor of the second row")
    press(page, "share")
    teacher = arrives(teaches=True)
    teacher.goto(f"/learn/classes/{known['class']}/")
    expect(teacher.locator(".class-learner")).to_have_count(3)
    press(page, "stop")
    teacher.reload()
    expect(teacher.locator(".class-learner")).to_have_count(2)
    again = arrives(java_script_enabled=False)
    again.goto("/learn/join/")
    again.locator('input[name="code"]').fill(code)
    again.locator("main .btn-primary").click()
    again.locator("main .btn-primary").click()
    again.get_by_role("link", name="Term one, Tuesdays").click()
    again.locator(".class-end summary").click()
    press(again, "leave")
    expect(again).to_have_url(f"{school[0].address}/learn/classes/")
    expect(again.get_by_role("link", name="Term one, Tuesdays")).to_have_count(0)
    gone = page.goto(f"/learn/classes/{known['class']}/")
    assert gone is not None and gone.status == 404


@pytest.mark.parametrize("combination", OPPOSITES, ids=named)
def test_axe_finds_nothing_on_the_pages_of_classes_and_nothing_is_too_wide(
    arrives: Any, school: Any, combination: tuple[str, str, int], shots: Shots
) -> None:
    language, light, width = combination
    options = {"viewport": {"width": width, "height": 844}, "color_scheme": light, "reduced_motion": "reduce"}
    known, found = school[1], {}

    def look(page: Page, name: str) -> None:
        shots(page, f"class_{name}_{named(combination)}", full_page=True)
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        if fault := {**faults(page), **({"too wide": [page.url]} if wide else {})}:
            found[name] = fault

    teacher, learner = arrives(teaches=True, **options), arrives(**options)
    for page in (teacher, learner):
        page.goto("/learn/join/")
        if language != "en":
            speak(page, language)
    teacher.goto("/learn/classes/")
    look(teacher, "classes")
    teacher.goto(f"/learn/classes/{known['class']}/")
    look(teacher, "teaching")
    look(learner, "join")
    learner.locator('input[name="code"]').fill(known["code"])
    learner.locator("main .btn-primary").click()
    look(learner, "return_code")
    learner.goto(f"/learn/classes/{known['class']}/")  # axe has opened the menu over the button
    look(learner, "learning")
    assert found == {}
