"""The diagram of the phases, in the docs and on the page, draws exactly the steps of the table."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.process import golden
from tests.stories.table import begun
from tracktwo.process.phases import PHASE_NAMES, STEPS, Phase

DOCS = Path(__file__).parents[2] / "docs" / "reference"
TOP, APART = 28, 46  # where the first station stands, and how far below it the next


def drawn(svg: str, stations: list[Phase]) -> set[tuple[str, str]]:
    """The steps a picture shows, read back from where its lines begin and end."""
    place = {TOP + APART * number: phase.value for number, phase in enumerate(stations)}
    lines = re.findall(r'<path d="M[\d.]+ ([\d.]+)V([\d.]+)"', svg)
    bows = re.findall(r'<path d="M[\d.]+ ([\d.]+)C[\d.]+ [\d.]+,[\d.]+ [\d.]+,[\d.]+ ([\d.]+)"', svg)
    found = {(place[int(y) - 9], place[int(end) + 11]) for y, end in lines}
    return found | {(place[int(y)], place[int(end)]) for y, end in bows}


def steps(among: list[Phase]) -> set[tuple[str, str]]:
    keys = {phase.value for phase in among}
    return {(now, to) for now, ends in golden.steps().items() for to in ends if now in keys and to in keys}


def test_the_picture_of_the_docs_draws_every_step_and_no_other():
    svg = (DOCS / "phases.svg").read_text()
    ElementTree.fromstring(svg)
    assert drawn(svg, list(Phase)) == steps(list(Phase))


def test_steps_back_are_dashed():
    svg = (DOCS / "phases.svg").read_text()
    order = [phase.value for phase in Phase]
    for tag in re.findall(r"<path[^>]*C[^>]*>", svg):
        ((now, to),) = drawn(tag, list(Phase))
        assert ("stroke-dasharray" in tag) is (order.index(to) < order.index(now)), (now, to)


@pytest.mark.django_db
def test_the_page_draws_the_same_steps():
    table = begun()
    page = table.client().get(f"/p/{table.id}/steps/").content.decode()
    svg = re.findall(r"<svg[^>]*phases.*?</svg>", page, re.DOTALL)[0]
    assert drawn(svg, list(Phase)) == steps(list(Phase))


def test_the_table_of_the_docs_is_the_table_of_the_code():
    rows = re.findall(
        r"^\| ([^|]+) \| `([a-z-]+)` \| ([^|]+) \|", (DOCS / "phases.md").read_text(), re.MULTILINE
    )
    told = {key: (name, set() if to == "none" else set(to.split(", "))) for name, key, to in rows}
    assert told == {
        phase.value: (PHASE_NAMES[phase], {PHASE_NAMES[to] for to in STEPS[phase]}) for phase in Phase
    }
