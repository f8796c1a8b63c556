"""Figures: SVG that any page may hold, that hides nobody's dot in plain sight and reads in both directions."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracktwo.figures import (
    Bar,
    Cell,
    Mark,
    Station,
    Tick,
    agreement_strip,
    gather,
    opinion_map,
    phase_path,
    support_bars,
)

SVG = "{http://www.w3.org/2000/svg}"
NORTH, SOUTH, EAST = Mark("A", 1, "North"), Mark("B", 2, "South"), Mark("C", 3, "East")
EVIL = """<script>alert('x')</script> "&amp;" onload="y" """


def bars(**options) -> str:
    rows = [
        Bar(NORTH, "87 %", 0.87, 0.8, 0.93),
        Bar(SOUTH, "nearly all", None, 0.9, 1.0),
        Bar(EAST, "fewer than 5 answers"),
    ]
    return support_bars(rows, key="s1", title="Support", description="North: 87 %", **options)


def drawn_map(**options) -> str:
    cells = [Cell(0, 0, 9, 0), Cell(1, 0, 5, 0), Cell(0, 1, 7, 0), Cell(3, 3, 6, 1)]
    return opinion_map(
        cells, [NORTH, SOUTH], key="m", title="Map", captions=["21 people", "6 people"], **options
    )


def path(**options) -> str:
    stations = [
        Station("panel", "Panel", "past"),
        Station("talks", "Talks", "now"),
        Station("end", "End", "to come"),
    ]
    moves = [("panel", "talks"), ("talks", "end"), ("talks", "panel"), ("panel", "end")]
    return phase_path(stations, moves, key="p", title="Phases", **options)


def strip(**options) -> str:
    ticks = [Tick(0.9, "shared", "1: Ferry"), Tick(0.1, "dividing", "2: Mill"), Tick(0.5, "open")]
    return agreement_strip(ticks, key="t", title="All statements", **options)


ALL = (bars, drawn_map, path, strip)


def words(svg: str) -> list[str]:
    return [node.text or "" for node in ElementTree.fromstring(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("draw", ALL)
@pytest.mark.parametrize("rtl", [False, True])
def test_a_figure_is_named_for_those_who_do_not_see_it(draw, rtl):
    root = ElementTree.fromstring(draw(rtl=rtl))
    ids = {node.get("id"): node for node in root.iter() if node.get("id")}
    assert root.get("role") == "img"
    assert ids[root.get("aria-labelledby")].text
    assert root.get("direction") == ("rtl" if rtl else "ltr")


@pytest.mark.parametrize("draw", ALL)
def test_a_figure_passes_the_strictest_content_policy(draw):
    svg = draw()
    tags = {node.tag.removeprefix(SVG) for node in ElementTree.fromstring(svg).iter()}
    attributes = {name for node in ElementTree.fromstring(svg).iter() for name in node.attrib}
    assert not tags & {"script", "style", "image", "foreignObject", "a", "use"}
    assert "style" not in attributes
    assert not [name for name in attributes if name.startswith("on") or name.endswith("href")]
    assert re.findall(r"https?://", svg) == ["http://"]  # the namespace


@pytest.mark.parametrize("draw", ALL)
def test_every_pattern_a_figure_points_to_stands_in_it(draw):
    svg = draw()
    pointed = set(re.findall(r"url\(#([^)]+)\)", svg))
    there = {node.get("id") for node in ElementTree.fromstring(svg).iter(f"{SVG}pattern")}
    assert pointed == there


def test_words_of_people_are_escaped_everywhere():
    mark = Mark(EVIL, 1, EVIL)
    drawn = (
        support_bars([Bar(mark, EVIL, 0.5, 0.4, 0.6)], key=EVIL, title=EVIL, description=EVIL, half=EVIL),
        opinion_map([Cell(0, 0, 5, 0)], [mark], key=EVIL, title=EVIL, captions=[EVIL]),
        phase_path([Station("a", EVIL, "now")], [], key=EVIL, title=EVIL),
        agreement_strip([Tick(0.5, "open", EVIL)], key=EVIL, title=EVIL, none=EVIL, half=EVIL, every=EVIL),
    )
    for svg in drawn:
        assert "<script" not in svg
        assert not [node for node in ElementTree.fromstring(svg).iter() if node.get("onload")]


def test_a_bar_says_its_side_and_its_figure():
    assert words(bars(half="half")) == ["A", "North", "87 %", "B", "South", "nearly all", "C", "East", "fewer than 5 answers", "half"]  # fmt: skip


def test_a_band_is_drawn_between_its_ends_without_an_exact_figure():
    root = ElementTree.fromstring(bars())
    filled = [r for r in root.iter(f"{SVG}rect") if (r.get("fill") or "").startswith("url(")]
    assert [(r.get("x"), r.get("width")) for r in filled] == [("0%", "87%"), ("90%", "10%")]


def test_bars_are_mirrored_for_reading_from_the_right():
    root = ElementTree.fromstring(bars(rtl=True))
    filled = [r for r in root.iter(f"{SVG}rect") if (r.get("fill") or "").startswith("url(")]
    assert [(r.get("x"), r.get("width")) for r in filled] == [("13%", "87%"), ("0%", "10%")]


def test_each_of_eight_sides_has_a_pattern_of_its_own():
    svg = support_bars([Bar(Mark("ABCDEFGH"[n], n + 1), "", 0.5) for n in range(8)], key="k", title="t")
    patterns = [ElementTree.tostring(p[0]) for p in ElementTree.fromstring(svg).iter(f"{SVG}pattern")]
    assert len(set(patterns)) == 8


def test_the_map_names_its_groups_with_their_sizes():
    assert words(drawn_map()) == ["A", "North · 21 people", "B", "South · 6 people"]


def test_the_path_draws_every_allowed_step_once():
    assert path().count("<polygon") == 4
    assert words(path()) == ["Panel", "Talks", "End"]


def test_the_strip_shows_every_statement():
    root = ElementTree.fromstring(strip())
    assert [t.text for t in root.iter(f"{SVG}title")][1:] == ["2: Mill", "1: Ferry"]
    assert len(list(root.iter(f"{SVG}circle"))) == 2


def test_figures_of_nothing_are_still_figures():
    for svg in (
        support_bars([], key="a", title="t"),
        opinion_map([], [], key="a", title="t"),
        agreement_strip([], key="a", title="t"),
    ):
        assert ElementTree.fromstring(svg).get("role") == "img"


crowd = st.integers(0, 120).flatmap(
    lambda n: st.tuples(
        st.lists(st.tuples(st.floats(-9, 9), st.floats(-9, 9)), min_size=n, max_size=n),
        st.lists(st.integers(-1, 3), min_size=n, max_size=n),
        st.integers(1, 12),
    )
)


@settings(max_examples=80, deadline=None)
@given(crowd)
def test_no_cell_of_the_map_holds_fewer_people_than_asked_for(drawn):
    z, members, least = drawn
    positions, group = np.array(z, dtype=float).reshape(-1, 2), np.array(members, dtype=np.int64)
    cells = gather(positions, group, least=least)
    assert all(cell.people >= least for cell in cells)
    for g in range(4):
        size = int((group == g).sum())
        assert sum(cell.people for cell in cells if cell.group == g) == (size if size >= least else 0)


def test_people_without_a_place_are_not_on_the_map():
    positions = np.full((8, 2), np.nan)
    assert gather(positions, np.zeros(8, dtype=np.int64)) == ()


def test_the_order_of_people_does_not_move_the_cells():
    rng = np.random.default_rng(3)
    positions, members = rng.normal(size=(200, 2)), rng.integers(0, 2, 200)
    turned = rng.permutation(200)
    one, other = gather(positions, members), gather(positions[turned], members[turned])
    assert [(c.people, c.group) for c in one] == [(c.people, c.group) for c in other]
    assert np.allclose([(c.x, c.y) for c in one], [(c.x, c.y) for c in other])
