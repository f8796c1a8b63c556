"""The page that a phone loads first, with all that belongs to it, weighs less than 100 kB on the line."""

from __future__ import annotations

import logging

import pytest

from tests.serving.visitors import Answer, Visitor, parts_of, unpacked

LIGHT = 100_000  # bytes, headers and all
LANGUAGES = ("en", "fr", "ar")
log = logging.getLogger(__name__)


def on_the_line(answer: Answer) -> int:
    """What an answer weighs: its body as sent and its headers."""
    return len(answer.body) + sum(len(name) + len(value) + 4 for name, value in answer.headers.items())


def weight(visitor: Visitor, path: str, language: str) -> dict[str, int]:
    """Everything a browser fetches for a page, part by part."""
    asks = {"Accept-Encoding": "gzip", "Accept-Language": language}
    page = visitor.get(path, **asks)
    assert page.status == 200
    text = unpacked(page)
    assert f'lang="{language}"' in text
    parts = parts_of(text)
    assert any(part.endswith(".css") for part in parts)
    assert all(part.startswith("/") and not part.startswith("//") for part in parts)
    answers = {part: visitor.get(part, **asks) for part in parts}
    assert {answer.status for answer in answers.values()} == {200}
    return {path: on_the_line(page)} | {part: on_the_line(answer) for part, answer in answers.items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_page_of_a_phone_is_light(home, language):
    server = home.serve()
    weights = weight(Visitor(lambda: server.address), "/", language)
    server.kill()
    log.info("%s bytes: %s", sum(weights.values()), weights)
    assert sum(weights.values()) < LIGHT, weights


def test_voting_and_figures_are_light_too(home):
    server = home.serve()
    cast = home.call("tests.serving.inside:a_process", voters=1, statements=8)
    [code] = cast["voters"].values()
    visitor = Visitor(lambda: server.address)
    assert visitor.enter(code).status == 200
    weights = weight(visitor, f"/p/{cast['process']}/vote/", "en")
    server.kill()
    log.info("%s bytes: %s", sum(weights.values()), weights)
    assert sum(weights.values()) < LIGHT, weights


def test_style_and_scripts_are_compressed_and_kept_and_pages_are_neither_kept_nor_told(home):
    server = home.serve()
    visitor = Visitor(lambda: server.address)
    page = visitor.get("/")
    assert page.headers["cache-control"] == "no-store"
    for part in parts_of(page.text):
        answer = visitor.get(part, **{"Accept-Encoding": "gzip"})
        if part.endswith((".css", ".js")):
            assert "max-age" in answer.headers["cache-control"]
            assert answer.headers.get("content-encoding") == "gzip" or len(answer.body) < 1_000
    server.kill()
