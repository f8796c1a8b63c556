"""The picture of who has heard what: numbered squares that need no colour."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from tracktwo.figures import Hearer, Mark, hearing_strip

SVG = "{http://www.w3.org/2000/svg}"
NORTH, SOUTH = Mark("A", 1, "North"), Mark("B", 2, "South <b>")
ROWS = [
    Hearer(NORTH, "1 of 4", ("heard", "not yet", "waiting", "unheard")),
    Hearer(SOUTH, "1 of 1", ("", "", "", "heard")),
]


def strip(**more: object) -> str:
    return hearing_strip(ROWS, key="h", title="Heard", description="Heard by North", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("rtl", [False, True])
def test_it_is_a_drawing_with_a_name_and_no_style_of_its_own(rtl: bool) -> None:
    drawn = strip(rtl=rtl, legend=[("heard", "heard"), ("unheard", "not restated yet")])
    root = ElementTree.fromstring(drawn)
    assert root.find(f"{SVG}title").text == "Heard"  # type: ignore[union-attr]
    assert "style=" not in drawn and "<script" not in drawn and "South &lt;b&gt;" in drawn
    names = set(re.findall(r'id="([^"]+)"', drawn))
    assert set(re.findall(r"url\(#([^)]+)\)", drawn)) <= names


def test_every_state_has_a_shape_of_its_own() -> None:
    shapes = set()
    for state in ("heard", "not yet", "waiting", "unheard", ""):
        drawn = hearing_strip([Hearer(NORTH, "", (state,))], key="h", title="")
        shapes.add(re.sub(r"[\d.]+", "", re.sub(r"<defs>.*</defs>", "", drawn)))
    assert len(shapes) == 5


def test_squares_are_numbered_as_the_rows_of_the_table_and_go_on_in_a_second_line() -> None:
    many = hearing_strip([Hearer(NORTH, "", ("heard",) * 11)], key="h", title="")
    assert re.findall(r">(\d+)</text>", many) == [str(number) for number in range(1, 12)]
    few = hearing_strip([Hearer(NORTH, "", ("heard",) * 9)], key="h", title="")
    tall = [float(re.search(r'viewBox="0 0 340 (\d+)"', one)[1]) for one in (few, many)]  # type: ignore[index]
    assert tall[1] - tall[0] == 44


def test_from_right_to_left_the_first_square_stands_on_the_right() -> None:
    def first(drawn: str) -> float:
        body = re.sub(r"<defs>.*</defs>", "", drawn)
        return float(re.findall(r'<rect x="([\d.]+)" y="\d+" width="24"', body)[0])

    assert first(strip()) == 2 and first(strip(rtl=True)) == 340 - 2 - 24
