"""A real server, a real Chromium, and a watch over what pages ask for.

`open_page` gives a page in a fresh profile, with any of Playwright's context options; `page` is the plain one.
A test fails if its page sent a request to another machine, broke the content security policy, wrote an error
to the console or left one uncaught. Tests that need no JavaScript say `open_page(java_script_enabled=False)`.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

HERE = Path(__file__).resolve().parent
SHOTS = HERE / "shots"
DOCS = HERE.parent.parent / "docs" / "screenshots"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # Whatever a page asks for elsewhere never leaves this machine.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)
# A demo process is made, with its keys and its votes, before the first page can be shown.
SECONDS_TO_START = 90


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker runs all of them: one server and one Chromium are enough for two cores."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


def program() -> str | None:
    return next(filter(None, map(shutil.which, NAMES)), None)


@dataclass(frozen=True)
class Server:
    """A running Tracktwo: its address and the links it printed, a demo's by role, else the one for set-up."""

    address: str
    links: dict[str, str]
    process: subprocess.Popen[bytes]
    log: Path


def start_server(folder: Path, word: str, *arguments: str) -> Server:
    """Start `tracktwo demo` or `serve` on a free port and wait until it says that it is ready."""
    ready, log = folder / "ready.json", folder / "server.log"
    command = [sys.executable, "-c", "from tracktwo.cli import app; app()", word]
    command += ["--port", "0", "--ready-file", str(ready), *arguments]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TRACKTWO_")}
    with log.open("wb") as said:
        process = subprocess.Popen(
            command, stdout=said, stderr=subprocess.STDOUT, env=environment, start_new_session=True
        )
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and process.poll() is None:
        # Half a file while it is being written is no answer yet.
        with suppress(OSError, ValueError):
            said_so = json.loads(ready.read_text())
            links = said_so.get("links") or {"set up": said_so["set_up"]}
            return Server(said_so["address"].rstrip("/"), links, process, log)
        time.sleep(0.1)
    stop(process)
    pytest.fail(
        f"The server did not start. It said:\n{log.read_text(errors='replace')[-4000:]}", pytrace=False
    )


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ctrl-C; after ten seconds without mercy, for it and what it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGINT)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


# These two live as long as this folder's tests, not the session: while Playwright runs, its event loop counts
# as running in this thread, and Django would refuse the database to any other test of the same worker.
@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Server]:
    """The demo, as anybody starts it. Asking for the browser first spares the start where there is none."""
    running = start_server(tmp_path_factory.mktemp("demo"), "demo")
    yield running
    stop(running.process)


@pytest.fixture
def fresh(tmp_path: Path, browser: Browser) -> Iterator[Server]:
    """A Tracktwo of one's own at its first start: no account, no process, a set-up link."""
    running = start_server(tmp_path, "serve", "--data", str(tmp_path / "data"))
    yield running
    stop(running.process)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium, whichever the machine has."""
    if program() is None:
        pytest.skip("no Chromium on this machine: none of " + ", ".join(NAMES) + " is on the PATH")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program(), args=list(QUIET))
        yield chromium
        chromium.close()


def watch(context: BrowserContext, seen: list[str]) -> None:
    """Write down what no page of ours may do."""

    def asked(url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"data", "blob", "about"} and parts.hostname not in LOOPBACK:
            seen.append(f"a request to another machine: {url}")

    def said(message: ConsoleMessage) -> None:
        # A refusal's page has a status that the console repeats; the test that opened it knows.
        refused = "Failed to load resource" in message.text and "/static/" not in message.location["url"]
        if "Content Security Policy" in message.text or "Content-Security-Policy" in message.text:
            seen.append(f"against the content security policy: {message.text}")
        elif message.type == "error" and not refused:
            seen.append(f"an error on the console: {message.text}")

    context.on("request", lambda request: asked(request.url))
    context.on("console", said)
    context.on("weberror", lambda error: seen.append(f"an error uncaught: {error.error}"))


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, server: Server) -> Iterator[OpenPage]:
    """Open a page in a fresh profile; paths are relative to the server: `page.goto("/")`."""
    contexts: list[BrowserContext] = []
    seen: list[str] = []

    def open_it(**options: Any) -> Page:
        context = browser.new_context(**{"base_url": server.address, "locale": "en-GB", **options})
        context.set_default_timeout(15_000)
        watch(context, seen)
        contexts.append(context)
        return context.new_page()

    yield open_it
    for context in contexts:
        context.close()
    assert seen == []


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    return open_page(viewport={"width": 1280, "height": 800})


Shots = Callable[..., Path]


@pytest.fixture
def shots() -> Shots:
    """`shots(page, "common_ground")` keeps a picture; with TRACKTWO_SHOTS set it renews the docs' one too."""

    def keep(page: Page, name: str, **options: Any) -> Path:
        SHOTS.mkdir(exist_ok=True)
        picture = SHOTS / f"{name}.png"
        page.screenshot(path=picture, animations="disabled", **options)
        if os.environ.get("TRACKTWO_SHOTS"):
            DOCS.mkdir(parents=True, exist_ok=True)
            shutil.copy(picture, DOCS / picture.name)
        return picture

    return keep
