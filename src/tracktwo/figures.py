"""Figures as SVG text: bars of support, the map, the path of phases, the strip of all statements, the conflict map.

Pure: numbers and words in, a string out. The words come translated; every one is escaped here. No style
attribute and no script, so the strictest content policy lets them through. Colour comes only through the
page's classes, and without any they still read, in the ink of the text:

    svg.figure [class*="side-"] { color: var(--side) }     .side-1 .. .side-8 set the hue
    svg.figure .figure-accent   { color: var(--accent) }
    svg.figure .figure-paper    { fill: var(--paper) }
    svg.figure text.figure-halo, svg.figure .figure-halo line { stroke: var(--paper) }

Each hue also has its own pattern, so nothing rests on colour alone.
Every figure has role="img", a <title> and a <desc>. `key` must be unique on the page: it prefixes the ids.
With `rtl` the figure is mirrored for right-to-left reading.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import atan2, ceil, cos, pi, sin, sqrt

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_SANS = "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', sans-serif"


@dataclass(frozen=True)
class Mark:
    """How a side or a group is shown: its letter or number, its hue 1..8, its name."""

    letter: str
    hue: int
    name: str = ""


@dataclass(frozen=True)
class Bar:
    """Support of one side. `label` is what stands beside it: "87 %", or a band such as "nearly all".

    Shares lie in 0..1. An exact figure has `share` and its interval `low`..`high`; a band has `share` None
    and its two ends; a figure that may not be told has none of the three, only its label.
    """

    mark: Mark
    label: str
    share: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Cell:
    """Some people of one group who stand close together on the map; never fewer than asked for."""

    x: float
    y: float
    people: int
    group: int


@dataclass(frozen=True)
class Station:
    """A phase on the path; `state` is past, now or to come."""

    key: str
    name: str
    state: str


@dataclass(frozen=True)
class Tick:
    """A statement on the strip: the support of its least supporting side, and what that makes it."""

    share: float
    kind: str  # shared, dividing or open
    label: str = ""


# ---- bars


def support_bars(
    rows: Sequence[Bar], *, key: str, title: str, description: str = "", half: str = "", rtl: bool = False
) -> str:
    """One statement: for each side a bar, its interval and a label. Widths follow the page, letters do not.

    `half` is the caption of the line at one half; without it the line has none.
    """
    step, top = 42, 0
    height = top + step * len(rows) + (14 if half else 2)
    parts = [patterns(key, [row.mark.hue for row in rows if row.low is not None or row.share is not None])]
    for place, row in enumerate(rows):
        parts.append(_bar(row, key=key, y=top + step * place, rtl=rtl))
    middle = f'<line x1="50%" x2="50%" y1="{top + 18}" y2="{height - (12 if half else 0)}" '
    parts.append(middle + 'stroke="currentColor" stroke-opacity=".45" stroke-dasharray="2 3"/>')
    if half:
        parts.append(words(half, "50%", height - 1, size=11, anchor="middle", faint=True))
    return framed(parts, key=key, title=title, description=description, height=height, rtl=rtl)


def _bar(row: Bar, *, key: str, y: int, rtl: bool) -> str:
    start, end = ("100%", "0%") if rtl else ("0%", "100%")
    beside = -26 if rtl else 26
    parts = [
        badge(row.mark, start, y + 10, rtl=rtl),
        f'<g transform="translate({beside} 0)">',
        words(row.mark.name, start, y + 14, size=13, anchor="start", faint=True),
        "</g>",
        words(row.label, end, y + 14, size=13, anchor="end", bold=True),
        _track(y + 22, dashed=row.low is None),
    ]
    if row.share is not None:
        parts.append(_filled(row, key, 0.0, row.share, y + 22, rtl))
    elif row.low is not None and row.high is not None:
        parts.append(_filled(row, key, row.low, row.high, y + 22, rtl))
    if row.share is not None and row.low is not None and row.high is not None:
        parts.append(_whisker(row.low, row.high, y + 27, rtl))
    return "".join(parts)


def _track(y: int, *, dashed: bool) -> str:
    line = ' stroke="currentColor" stroke-opacity=".3" stroke-dasharray="3 3"' if dashed else ""
    opacity = "0" if dashed else ".09"
    shape = f'<rect x="0" y="{y}" width="100%" height="10" rx="2"'
    return f'{shape} fill="currentColor" fill-opacity="{opacity}"{line}/>'


def _filled(row: Bar, key: str, begin: float, end: float, y: int, rtl: bool) -> str:
    x = 1 - end if rtl else begin
    where = f'x="{_percent(x)}" y="{y}" width="{_percent(end - begin)}" height="10" rx="2"'
    hue = hue_of(row.mark.hue)
    return (
        f'<g class="side-{hue}"><rect {where} fill="currentColor" fill-opacity=".38"/>'
        f'<rect {where} fill="url(#{mark_id(key)}-p{hue})"/></g>'
    )


def _whisker(low: float, high: float, y: int, rtl: bool) -> str:
    ends = sorted((1 - low, 1 - high) if rtl else (low, high))
    caps = "".join(f'<line x1="{_percent(x)}" x2="{_percent(x)}" y1="{y - 4}" y2="{y + 4}"/>' for x in ends)
    line = f'<line x1="{_percent(ends[0])}" x2="{_percent(ends[1])}" y1="{y}" y2="{y}"/>'
    halo = f'<g class="figure-halo" stroke="none" stroke-width="4" stroke-opacity=".75">{line}</g>'
    return f'{halo}<g stroke="currentColor" stroke-width="1.6">{line}{caps}</g>'


def badge(mark: Mark, x: str, y: int, *, rtl: bool) -> str:
    """The letter of a side in a small square of its hue."""
    shift = -20 if rtl else 0
    return (
        f'<g class="side-{hue_of(mark.hue)}" transform="translate({shift} 0)">'
        f'<svg x="{x}" y="{y - 10}" width="20" height="20" overflow="visible">'
        '<rect x=".75" y=".75" width="18.5" height="18.5" rx="4" fill="currentColor" fill-opacity=".14" '
        'stroke="currentColor" stroke-width="1.5"/>'
        f"{words(mark.letter, '10', 14.5, size=12, anchor='middle', bold=True)}</svg></g>"
    )


# ---- the map


def gather(positions: Floats, members: Ints, *, least: int = 5, across: int = 16) -> tuple[Cell, ...]:
    """Gather people into cells of one group and at least `least` people; nobody stands alone.

    A hexagonal grid of `across` columns first; then the smallest cell joins the nearest of its group until
    none is too small. A cell stands at the mean of its people. Groups smaller than `least` are left out.
    positions float[n, 2] (rows that are not finite are left out), members int[n], -1 for none.
    Cost O(n + c^2) for c cells.
    """
    there = np.isfinite(positions).all(axis=1) & (members >= 0)
    z, group = positions[there], members[there]
    if not len(z):
        return ()
    hexagon = _hexagons(z, across)
    cells: list[Cell] = []
    for g in np.unique(group):
        inside = group == g
        cells += _joined(_sums(z[inside], hexagon[inside]), int(g), least)
    return tuple(sorted(cells, key=lambda c: (c.group, -c.people, c.x, c.y)))


def _hexagons(z: Floats, across: int) -> Ints:
    """The hexagon of each point, numbered; rows of hexagons are shifted by half a column."""
    low = z.min(axis=0)
    wide = max(float(np.ptp(z, axis=0).max()), 1e-9) / across
    u = (z - low) / (wide, wide * sqrt(3) / 2)
    row = np.round(u[:, 1]).astype(np.int64)
    column = np.round(u[:, 0] - 0.5 * (row % 2)).astype(np.int64)
    hexagon: Ints = row * 10_000 + column + 1
    return hexagon


def _sums(z: Floats, hexagon: Ints) -> Floats:
    """Rows of (people, sum of x, sum of y), one for each occupied hexagon."""
    _, place = np.unique(hexagon, return_inverse=True)
    return np.column_stack([np.bincount(place), np.bincount(place, z[:, 0]), np.bincount(place, z[:, 1])])


def _joined(sums: Floats, group: int, least: int) -> list[Cell]:
    while len(sums) > 1 and sums[:, 0].min() < least:
        small = int(sums[:, 0].argmin())
        centre = sums[:, 1:] / sums[:, :1]
        distance = ((centre - centre[small]) ** 2).sum(axis=1)
        distance[small] = np.inf
        sums[int(distance.argmin())] += sums[small]
        sums = np.delete(sums, small, axis=0)
    return [Cell(x / n, y / n, int(n), group) for n, x, y in sums.tolist() if n >= least]


def opinion_map(
    cells: Sequence[Cell],
    groups: Sequence[Mark],
    *,
    key: str,
    title: str,
    description: str = "",
    captions: Sequence[str] = (),
    outlined: bool = True,
    rtl: bool = False,
) -> str:
    """The map: a dot for each cell, its area the number of people; an outline and a badge for each group.

    `cells` come from `gather`; `groups[g]` marks the cells of group g (sides may stand here as well, then
    `outlined` is best off); `captions[g]`, such as "128 people", stands below the badge of group g.
    """
    wide, tall, margin = 480.0, 380.0, 46.0
    place = _placed(cells, wide, tall, margin, rtl)
    largest = max((c.people for c in cells), default=1)
    parts = [patterns(key, [groups[c.group].hue for c in cells]), _sheet(wide, tall)]
    if outlined:
        parts += [_outline(g, mark, cells, place) for g, mark in enumerate(groups)]
    for cell, at in zip(cells, place, strict=True):
        parts.append(_dot(groups[cell.group], at, 3.5 + 11 * sqrt(cell.people / largest), key))
    for g, mark in enumerate(groups):
        caption = captions[g] if g < len(captions) else ""
        parts.append(_map_label(g, mark, caption, cells, place))
    return framed(
        parts, key=key, title=title, description=description, height=int(tall), box=(wide, tall), rtl=rtl
    )


def _placed(
    cells: Sequence[Cell], wide: float, tall: float, margin: float, rtl: bool
) -> list[tuple[float, float]]:
    """One scale for both directions, so that distances mean the same everywhere."""
    xs, ys = [c.x for c in cells] or [0.0], [c.y for c in cells] or [0.0]
    span = max(max(xs) - min(xs), 1e-9), max(max(ys) - min(ys), 1e-9)
    scale = min((wide - 2 * margin) / span[0], (tall - 2 * margin) / span[1])
    middle = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2
    turn = -scale if rtl else scale
    return [(wide / 2 + (c.x - middle[0]) * turn, tall / 2 - (c.y - middle[1]) * scale) for c in cells]


def _sheet(wide: float, tall: float) -> str:
    return (
        f'<rect x=".5" y=".5" width="{wide - 1:g}" height="{tall - 1:g}" rx="8" fill="currentColor" '
        'fill-opacity=".03" stroke="currentColor" stroke-opacity=".16"/>'
    )


def _outline(g: int, mark: Mark, cells: Sequence[Cell], place: Sequence[tuple[float, float]]) -> str:
    """Around the dots of a group (not around its people: the outermost person would be seen)."""
    corners = _hull([at for cell, at in zip(cells, place, strict=True) if cell.group == g])
    if not corners:
        return ""
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)
    return (
        f'<g class="side-{hue_of(mark.hue)}" opacity=".13"><polygon points="{points}" fill="currentColor" '
        'stroke="currentColor" stroke-width="38" stroke-linejoin="round"/></g>'
    )


def _dot(mark: Mark, at: tuple[float, float], radius: float, key: str) -> str:
    hue = hue_of(mark.hue)
    circle = f'<circle cx="{at[0]:.1f}" cy="{at[1]:.1f}" r="{radius:.1f}"'
    return (
        f'<g class="side-{hue}">{circle} fill="currentColor" fill-opacity=".3"/>'
        f'{circle} fill="url(#{mark_id(key)}-p{hue})" stroke="currentColor" stroke-width="1.2"/></g>'
    )


def _map_label(
    g: int, mark: Mark, caption: str, cells: Sequence[Cell], place: Sequence[tuple[float, float]]
) -> str:
    own = [(cell.people, at) for cell, at in zip(cells, place, strict=True) if cell.group == g]
    if not own:
        return ""
    people = sum(n for n, _ in own)
    x, y = (sum(n * at[k] for n, at in own) / people for k in (0, 1))
    below = max(at[1] for _, at in own) + 37
    said = f"{mark.name} · {caption}" if mark.name and caption else mark.name or caption
    return (
        f'<g class="side-{hue_of(mark.hue)}"><circle cx="{x:.1f}" cy="{y:.1f}" r="15" class="figure-paper" '
        'fill="Canvas" stroke="currentColor" stroke-width="2"/>'
        f"{words(mark.letter, f'{x:.1f}', y + 6, size=17, anchor='middle', bold=True)}</g>"
        f"{words(said, f'{x:.1f}', below, size=17, anchor='middle', bold=True, halo=True)}"
    )


def _hull(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Convex hull, corners in order (Andrew's monotone chain)."""
    ordered = sorted(set(points))
    if len(ordered) < 3:
        return ordered
    return _half_hull(ordered)[:-1] + _half_hull(ordered[::-1])[:-1]


def _half_hull(ordered: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    chain: list[tuple[float, float]] = []
    for p in ordered:
        while len(chain) > 1 and _turn(chain[-2], chain[-1], p) <= 0:
            chain.pop()
        chain.append(p)
    return chain


def _turn(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


# ---- the path of phases


def phase_path(
    stations: Sequence[Station],
    moves: Sequence[tuple[str, str]],
    *,
    key: str,
    title: str,
    description: str = "",
    rtl: bool = False,
) -> str:
    """Phases as stations from top to bottom; every allowed step is drawn from the table of moves.

    The step to the next station is the line itself; all others bow out on the empty side of the path, leaps
    ahead in a full line, steps back in a dashed one, each with an arrow head.
    """
    order = {station.key: place for place, station in enumerate(stations)}
    step, top, wide = 46, 28, 420.0
    tall = top * 2 + step * (len(stations) - 1)
    spine = 110.0
    parts = []
    for begin, end in moves:
        parts.append(_move(order[begin], order[end], spine, top, step))
    for place, station in enumerate(stations):
        parts.append(_station(station, spine, top + step * place, rtl))
    body = f'<g transform="translate({wide:g} 0) scale(-1 1)">{"".join(parts)}</g>' if rtl else "".join(parts)
    return framed(
        [body], key=key, title=title, description=description, height=int(tall), box=(wide, tall), rtl=rtl
    )


def _move(begin: int, end: int, spine: float, top: int, step: int) -> str:
    y1, y2 = top + step * begin, top + step * end
    if end == begin + 1:
        return (
            f'<path d="M{spine:g} {y1 + 9}V{y2 - 11}" fill="none" stroke="currentColor" stroke-width="2"/>'
            + _arrow(spine, y2 - 10, pi / 2)
        )
    if begin == end:
        return ""
    # All other steps keep to the empty side of the path; the farther they lead, the farther out they bow.
    out = spine - 14 - min(84.0, 14.0 * abs(end - begin))
    dash = "" if end > begin else ' stroke-dasharray="4 3"'
    return (
        f'<path d="M{spine - 9:g} {y1}C{out:g} {y1},{out:g} {y2},{spine - 12:g} {y2}" fill="none" '
        f'stroke="currentColor" stroke-opacity=".5" stroke-width="1.3"{dash}/>' + _arrow(spine - 10, y2, 0.0)
    )


def _arrow(x: float, y: float, angle: float) -> str:
    """A small head whose tip is at (x, y)."""
    corners = ((0, 0), (-7, 4), (-7, -4))
    turned = [(x + a * cos(angle) - b * sin(angle), y + a * sin(angle) + b * cos(angle)) for a, b in corners]
    return f'<polygon points="{" ".join(f"{a:.1f},{b:.1f}" for a, b in turned)}" fill="currentColor"/>'


def _station(station: Station, x: float, y: int, rtl: bool) -> str:
    now, past = station.state == "now", station.state == "past"
    fill = "currentColor" if now or past else "none"
    ring = (
        f'<circle cx="{x:g}" cy="{y}" r="13" fill="none" stroke="currentColor" stroke-opacity=".4"/>'
        if now
        else ""
    )
    dot = f'<circle cx="{x:g}" cy="{y}" r="8" fill="{fill}" stroke="currentColor" stroke-width="2"/>'
    name = words(station.name, "0", 5, size=15, anchor="start", bold=now, faint=not (now or past))
    turn = " scale(-1 1)" if rtl else ""
    accent = ' class="figure-accent"' if now else ""
    return f'<g{accent}>{ring}{dot}<g transform="translate({x + 26:g} {y}){turn}">{name}</g></g>'


# ---- the strip of all statements


def agreement_strip(
    ticks: Sequence[Tick],
    *,
    key: str,
    title: str,
    description: str = "",
    none: str = "0 %",
    half: str = "50 %",
    every: str = "100 %",
    rtl: bool = False,
) -> str:
    """All statements by the support of their least supporting side, from none to all.

    Shapes tell the kinds apart as well as colour: a full circle for what every side supports, a cross for
    what divides, an open circle for the rest. Forty columns, stacked: as many as fit on a phone.
    """
    columns: dict[int, list[Tick]] = {}
    for tick in sorted(ticks, key=lambda t: ("dividing", "open", "shared").index(t.kind)):
        columns.setdefault(min(39, max(0, int(tick.share * 40))), []).append(tick)
    highest = max((len(stack) for stack in columns.values()), default=1)
    gap = min(8.5, 150 / highest)
    floor = ceil(gap * highest) + 10
    parts = [_axis(floor, none, half, every, rtl)]
    for column, stack in sorted(columns.items()):
        x = (column + 0.5) / 40
        for place, tick in enumerate(stack):
            parts.append(_tick(tick, _percent(1 - x if rtl else x), floor - gap * (place + 0.6), gap))
    return framed(parts, key=key, title=title, description=description, height=floor + 22, rtl=rtl)


def _axis(y: int, none: str, half: str, every: str, rtl: bool) -> str:
    first, last = ("100%", "0%") if rtl else ("0%", "100%")
    line = f'<line x1="0" x2="100%" y1="{y}" y2="{y}" stroke="currentColor" stroke-opacity=".5"/>'
    middle = (
        f'<line x1="50%" x2="50%" y1="0" y2="{y}" stroke="currentColor" stroke-opacity=".45" '
        'stroke-dasharray="2 3"/>'
    )
    ends = ((none, first, "start"), (half, "50%", "middle"), (every, last, "end"))
    return line + middle + "".join(words(w, x, y + 16, size=11, anchor=a, faint=True) for w, x, a in ends)


def _tick(tick: Tick, x: str, y: float, gap: float) -> str:
    r = gap * 0.4
    name = f"<title>{escape(tick.label)}</title>" if tick.label else ""
    if tick.kind == "dividing":
        cross = f"M{-r:.1f} {-r:.1f}L{r:.1f} {r:.1f}M{-r:.1f} {r:.1f}L{r:.1f} {-r:.1f}"
        shape = f'<path d="{cross}" stroke="currentColor" stroke-width="1.5"/>'
    else:
        fill = "currentColor" if tick.kind == "shared" else "none"
        shape = f'<circle r="{r:.1f}" fill="{fill}" stroke="currentColor" stroke-width="1.1"/>'
    colour = "figure-accent" if tick.kind == "shared" else "figure-ink"
    place = f'x="{x}" y="{y:.1f}" width="1" height="1" overflow="visible"'
    return f'<svg {place} class="{colour}">{name}{shape}</svg>'


# ---- two orders side by side


def two_orders(
    first: Sequence[str],
    second: Sequence[str],
    *,
    heads: tuple[str, str],
    key: str,
    title: str,
    description: str = "",
    rtl: bool = False,
) -> str:
    """The same things in two orders, best on top: a line for what stands in both, an open end for what does not.

    `first` and `second` hold short names such as "17"; a name stands for the same thing in both.
    """
    wide, step, top = 320.0, 26, 40
    names = (second, first) if rtl else (first, second)
    captions = heads[::-1] if rtl else heads
    ends = (74.0, wide - 74)
    parts = []
    for place, name in enumerate(names[0]):
        y = top + step * place
        if name in names[1]:
            to = top + step * names[1].index(name)
            parts.append(
                f'<line x1="{ends[0] + 8:g}" y1="{y}" x2="{ends[1] - 8:g}" y2="{to}" stroke="currentColor" '
                f'stroke-opacity="{".45" if y == to else ".9"}" stroke-width="1.5"/>'
            )
    for column, others, x, anchor, shift in (
        (names[0], names[1], ends[0], "end", -12.0),
        (names[1], names[0], ends[1], "start", 12.0),
    ):
        for place, name in enumerate(column):
            y, stays = top + step * place, name in others
            dot = f'<circle cx="{x:g}" cy="{y}" r="5" fill="{"currentColor" if stays else "none"}" '
            parts.append(f'{dot}stroke="currentColor" stroke-width="1.5"/>')
            parts.append(words(name, f"{x + shift:g}", y + 4, size=13, anchor=anchor, bold=not stays))
    parts += [
        words(head, f"{x:g}", 16, size=12, anchor="middle", faint=True)
        for head, x in zip(captions, ends, strict=True)
    ]
    height = top + step * max(len(first), len(second), 1)
    # Numbers and names are placed by hand from both sides, so the drawing itself is read from the left.
    return framed(
        parts, key=key, title=title, description=description, height=height, rtl=False, box=(wide, height)
    )


# ---- the conflict map


@dataclass(frozen=True)
class Actor:
    """Somebody on the conflict map: weight 1..3, and the side they belong to, if any."""

    name: str
    mark: Mark | None = None
    weight: int = 1
    spoiler: bool = False


@dataclass(frozen=True)
class Tie:
    """A line between two actors, by their places; `kind` is close, controls, channel, strained or conflict."""

    one: int
    other: int
    kind: str


_TIES = {
    "close": 'stroke-width="3"',
    "controls": 'stroke-width="1.4"',
    "channel": 'stroke-width="2" stroke-linecap="round" stroke-dasharray="1 5"',
    "strained": 'stroke-width="1.4" stroke-dasharray="7 4"',
    "conflict": 'stroke-width="2"',
}


def conflict_map(
    actors: Sequence[Actor],
    ties: Sequence[Tie],
    *,
    key: str,
    title: str,
    captions: Mapping[str, str],
    description: str = "",
    rtl: bool = False,
) -> str:
    """Who is part of a conflict: numbered as in the table beside it, in two bows, with the lines between them.

    The larger the sign the greater the influence; a diamond gains if talks fail. Lines differ by their form
    and not by colour; `captions` says what each kind of line means, for those that are drawn.
    """
    wide, step, top = 440.0, 48, 30
    half = (len(actors) + 1) // 2
    height = top * 2 + step * (max(half, 2) - 1)
    places = [_actor_place(place, len(actors), wide, step, top) for place in range(len(actors))]
    if rtl:
        places = [(wide - x, y) for x, y in places]
    sizes = [_radius(actor) for actor in actors]
    parts = [_tie(tie, places, sizes, wide / 2) for tie in ties]
    parts += [
        _actor(actor, place + 1, *places[place], outward=(places[place][0] > wide / 2) != rtl)
        for place, actor in enumerate(actors)
    ]
    used = [kind for kind in captions if any(tie.kind == kind for tie in ties)]
    for row, kind in enumerate(used):
        y = height + 14 + 22 * row
        ends = [(wide - 20, y), (wide - 80, y)] if rtl else [(20.0, y), (80.0, y)]
        parts.append(_tie(Tie(0, 1, kind), ends, [0, 0], (ends[0][0] + ends[1][0]) / 2))
        parts.append(words(captions[kind], f"{wide - 92 if rtl else 92:g}", y + 5, size=13, anchor="start"))
    tall = height + 22 * len(used) + (8 if used else 0)
    return framed(
        parts, key=key, title=title, description=description, height=int(tall), rtl=rtl, box=(wide, tall)
    )


def _actor_place(place: int, count: int, wide: float, step: int, top: int) -> tuple[float, float]:
    """Down the end side and up the start side, so that neighbours in the list stand near each other."""
    half = (count + 1) // 2
    rows = half if place < half else count - half
    row = place if place < half else count - 1 - place
    bow = cos((row - (rows - 1) / 2) / max(rows, 2) * pi * 0.75)
    out = 34 + 30 * bow
    y = top + step * (row + (half - rows) / 2)
    return (wide / 2 + out if place < half else wide / 2 - out, y)


def _radius(actor: Actor) -> int:
    return 9 + 3 * min(3, max(1, actor.weight))


def _actor(actor: Actor, number: int, x: float, y: float, *, outward: bool) -> str:
    """The sign with its number, and the name beside it on the outer side; a long name is cut: the table has it."""
    r = _radius(actor)
    around = 'stroke="currentColor" stroke-width="1.8"'
    if actor.spoiler:
        corners = (
            f"{x:.1f},{y - r - 3:.1f} {x + r + 3:.1f},{y:.1f} {x:.1f},{y + r + 3:.1f} {x - r - 3:.1f},{y:.1f}"
        )
        shape = f'<polygon points="{corners}" class="figure-paper" fill="Canvas" {around}/>'
    else:
        shape = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r}" class="figure-paper" fill="Canvas" {around}/>'
    letter = f"{actor.mark.letter} · " if actor.mark else ""
    lines = _in_two(f"{letter}{actor.name}")
    shift = (r + 9) if x > 220 else -(r + 9)
    name = "".join(
        words(
            # Set apart: a name of the other direction of writing keeps its own order.
            f"\u2068{line}\u2069",
            f"{x + shift:.1f}",
            y + 5 + 15 * (row - (len(lines) - 1) / 2),
            size=13,
            anchor="start" if outward else "end",
            halo=True,
        )
        for row, line in enumerate(lines)
    )
    hue = f' class="side-{hue_of(actor.mark.hue)}"' if actor.mark else ""
    inside = words(str(number), f"{x:.1f}", y + 4.5, size=13, anchor="middle", bold=True)
    return f"<g{hue}>{shape}{inside}</g>{name}"


def _in_two(said: str, width: int = 16) -> list[str]:
    """A name in at most two short lines; what does not fit is in the table."""
    if len(said) <= width:
        return [said]
    cut = said.rfind(" ", 0, width + 1)
    first, rest = (said[:cut], said[cut + 1 :]) if cut > 3 else (said[:width], said[width:])
    return [first, rest if len(rest) <= width else f"{rest[: width - 1].rstrip()}…"]


def _tie(tie: Tie, places: Sequence[tuple[float, float]], sizes: Sequence[int], middle: float) -> str:
    """A line that bows to the middle; it ends at the rim of the signs."""
    one, other = places[tie.one], places[tie.other]
    turn = (middle, (one[1] + other[1]) / 2)
    begin, end = _rim(one, turn, sizes[tie.one] + 4), _rim(other, turn, sizes[tie.other] + 4)
    line = (
        f'<path d="M{begin[0]:.1f} {begin[1]:.1f}Q{turn[0]:.1f} {turn[1]:.1f} {end[0]:.1f} {end[1]:.1f}" '
        f'fill="none" stroke="currentColor" stroke-opacity=".75" {_TIES[tie.kind]}/>'
    )
    if tie.kind == "controls":
        return line + _arrow(*end, atan2(end[1] - turn[1], end[0] - turn[0]))
    if tie.kind == "conflict":
        x, y = (begin[0] + 2 * turn[0] + end[0]) / 4, (begin[1] + 2 * turn[1] + end[1]) / 4
        cross = f"M{x - 5:.1f} {y - 5:.1f}l10 10m0 -10l-10 10"
        return f'{line}<path d="{cross}" stroke="currentColor" stroke-width="2.4"/>'
    return line


def _rim(centre: tuple[float, float], towards: tuple[float, float], size: float) -> tuple[float, float]:
    """The point at so much distance from the middle of a sign."""
    dx, dy = towards[0] - centre[0], towards[1] - centre[1]
    far = sqrt(dx * dx + dy * dy) or 1.0
    near = min(size, far)
    return centre[0] + dx / far * near, centre[1] + dy / far * near


# ---- the grid of risks


def risk_grid(
    numbers: Mapping[tuple[int, int], Sequence[int]],
    *,
    levels: Sequence[str],
    axes: tuple[str, str],
    key: str,
    title: str,
    description: str = "",
    rtl: bool = False,
) -> str:
    """Risks by likelihood (across) and severity (upwards), as the numbers they have in the table.

    `levels` are the words for 0, 1, 2 on both axes; the darker a field, the more both come together.
    """
    side, left, top = 96, 78.0, 8
    wide, tall = left + 3 * side + 8, top + 3 * 62 + 46
    parts = []
    for likely in range(3):
        for severe in range(3):
            x, y = left + side * likely, top + 62 * (2 - severe)
            x = wide - x - side if rtl else x
            parts.append(
                f'<rect x="{x:g}" y="{y}" width="{side - 4}" height="58" rx="4" class="figure-accent" '
                f'fill="currentColor" fill-opacity="{0.06 + 0.09 * (likely + severe):.2f}"/>'
            )
            some = ", ".join(map(str, numbers.get((likely, severe), ())))
            said = f"\u2066{some}\u2069" if some else ""
            parts.append(words(said, f"{x + side / 2 - 2:g}", y + 35, size=17, anchor="middle", bold=True))
    for place, level in enumerate(levels):
        x = left + side * (place + 0.5)
        parts.append(words(level, f"{wide - x if rtl else x:g}", top + 204, size=13, anchor="middle"))
        beside = wide - left + 10 if rtl else left - 10
        parts.append(words(level, f"{beside:g}", top + 62 * (2 - place) + 38, size=13, anchor="end"))
    edge = wide if rtl else 0
    parts.append(words(axes[1], f"{edge:g}", top + 8, size=12, anchor="start", faint=True))
    centre = left + side * 1.5
    parts.append(
        words(
            axes[0], f"{wide - centre if rtl else centre:g}", tall - 8, size=12, anchor="middle", faint=True
        )
    )
    return framed(
        parts, key=key, title=title, description=description, height=int(tall), rtl=rtl, box=(wide, tall)
    )


# ---- who has heard what


@dataclass(frozen=True)
class Hearer:
    """One side, and for each concern of another how far it is: heard, not yet, waiting, unheard, or "" (not asked)."""

    mark: Mark
    label: str
    cells: tuple[str, ...]


def hearing_strip(
    rows: Sequence[Hearer],
    *,
    key: str,
    title: str,
    description: str = "",
    legend: Sequence[tuple[str, str]] = (),
    rtl: bool = False,
) -> str:
    """For each other side a row of numbered squares, one a concern, in the order of the table beside it.

    Full with a tick: heard. Half: not yet. Dots: waits for an answer. Dashed: not restated yet. A dash: not asked.
    `legend` explains the squares in words, as pairs of state and words.
    """
    wide, line, pitch = 340.0, 9, 36
    parts = [patterns(key, [row.mark.hue for row in rows])]
    y = 0
    for row in rows:
        start, end = (f"{wide:g}", "0") if rtl else ("0", f"{wide:g}")
        beside = wide - 28 if rtl else 28
        parts += [
            badge(row.mark, start, y + 11, rtl=rtl),
            words(row.mark.name, f"{beside:g}", y + 16, size=14, anchor="start"),
            words(row.label, end, y + 16, size=14, anchor="end", bold=True),
        ]
        y += 28
        for place, state in enumerate(row.cells):
            x = (place % line) * pitch + 2
            left = wide - x - 24 if rtl else x
            top = y + (place // line) * 44
            parts.append(_heard_cell(state, row.mark, key, left, top))
            parts.append(
                words(str(place + 1), f"{left + 12:g}", top + 36, size=11, anchor="middle", faint=True)
            )
        y += (max(len(row.cells) - 1, 0) // line + 1) * 44 + 10
    for place, (state, said) in enumerate(legend):
        column, top = (place % 2) * wide / 2, y + (place // 2) * 26
        left = wide - column - 18 if rtl else column + 2
        parts.append(_heard_cell(state, Mark("", 1), key, left, top, size=16, plain=True))
        at = left - 6 if rtl else left + 22
        parts.append(words(said, f"{at:g}", top + 13, size=13, anchor="start", faint=True))
    height = y + (len(legend) + 1) // 2 * 26
    return framed(
        parts, key=key, title=title, description=description, height=height, rtl=rtl, box=(wide, height)
    )


def _heard_cell(
    state: str, mark: Mark, key: str, x: float, y: float, *, size: int = 24, plain: bool = False
) -> str:
    """One square. `plain`, as in a legend, is in the ink of the text and without the weave of a side."""
    where = f'x="{x:g}" y="{y:g}" width="{size}" height="{size}" rx="3"'
    hue, half = hue_of(mark.hue), size / 2
    edge = 'fill="none" stroke="currentColor" stroke-width="1.5"'
    drawn = {
        "heard": f'<rect {where} fill="currentColor" fill-opacity=".3"/>'
        + ("" if plain else f'<rect {where} fill="url(#{mark_id(key)}-p{hue})" fill-opacity=".55"/>')
        + f"<rect {where} {edge}/>"
        + _tick_mark(x + half, y + half, size / 24),
        "not yet": f'<path d="M{x:g} {y + size:g}V{y:g}L{x + size:g} {y + size:g}Z" fill="currentColor" '
        f'fill-opacity=".45"/><rect {where} {edge}/>',
        "waiting": f"<rect {where} {edge}/>"
        + "".join(
            f'<circle cx="{x + half + step * size / 4:g}" cy="{y + half:g}" r="{size / 14:.2f}" fill="currentColor"/>'
            for step in (-1, 0, 1)
        ),
        "unheard": f'<rect {where} {edge} stroke-opacity=".7" stroke-dasharray="3 3"/>',
    }.get(
        state,
        f'<line x1="{x + half - 4:g}" x2="{x + half + 4:g}" y1="{y + half:g}" y2="{y + half:g}" '
        'stroke="currentColor" stroke-opacity=".6" stroke-width="1.5"/>',
    )
    return f'<g class="{"figure-ink" if plain else f"side-{hue}"}">{drawn}</g>'


def _tick_mark(x: float, y: float, scale: float) -> str:
    """A tick, with a halo that keeps it readable on every weave."""
    steps = "l{:.1f} {:.1f} {:.1f} {:.1f}".format(*(scale * step for step in (4, 4.5, 8, -9)))
    path = f'd="M{x - 6 * scale:.1f} {y + 0.5 * scale:.1f}{steps}"'
    round_ends = 'fill="none" stroke-linecap="round" stroke-linejoin="round"'
    return (
        f'<path {path} {round_ends} class="figure-halo" stroke-width="{6 * scale:.1f}"/>'
        f'<path {path} {round_ends} class="figure-ink" stroke="currentColor" stroke-width="{2.4 * scale:.1f}"/>'
    )


# ---- what all figures share


# One drawing for each hue on a tile of 8 by 8, the same weaves as in the theme; hue 1 is plain.
_PATTERNS = (
    '<rect width="8" height="8" fill="currentColor"/>',
    '<path d="M-2 10L10 -2M-2 2L2 -2M6 10L10 6" stroke="currentColor" stroke-width="2.4"/>',
    '<circle cx="2" cy="2" r="1.5" fill="currentColor"/><circle cx="6" cy="6" r="1.5" fill="currentColor"/>',
    '<path d="M0 2H8M0 6H8" stroke="currentColor" stroke-width="1.8"/>',
    '<path d="M0 0L8 8M8 0L0 8" stroke="currentColor" stroke-width="1.5"/>',
    '<path d="M2 0V8M6 0V8" stroke="currentColor" stroke-width="1.8"/>',
    '<path d="M-2 -2L10 10M-2 6L2 10M6 -2L10 2" stroke="currentColor" stroke-width="2.4"/>',
    '<path d="M0 4H8M4 0V8" stroke="currentColor" stroke-width="1.8"/>',
)


def patterns(key: str, hues: Sequence[int]) -> str:
    """Only those that are used. A tile takes its colour from where it is defined, hence the class here."""
    drawn = "".join(
        f'<pattern id="{mark_id(key)}-p{hue}" class="side-{hue}" width="8" height="8" '
        f'patternUnits="userSpaceOnUse">{_PATTERNS[hue - 1]}</pattern>'
        for hue in sorted({hue_of(h) for h in hues})
    )
    return f"<defs>{drawn}</defs>"


def framed(
    parts: Sequence[str],
    *,
    key: str,
    title: str,
    description: str,
    height: int,
    rtl: bool,
    box: tuple[float, float] | None = None,
) -> str:
    """The frame. With a box the drawing scales as a whole; without, only its widths follow the page."""
    size = f'viewBox="0 0 {box[0]:g} {box[1]:g}"' if box else f'width="100%" height="{height}"'
    name = mark_id(key)
    more = f'<desc id="{name}-d">{escape(description)}</desc>' if description else ""
    names = f'aria-labelledby="{name}-t"' + (f' aria-describedby="{name}-d"' if description else "")
    return (
        f'<svg class="figure" xmlns="http://www.w3.org/2000/svg" role="img" {names} {size} '
        f'direction="{"rtl" if rtl else "ltr"}" font-family="{_SANS}">'
        f'<title id="{name}-t">{escape(title)}</title>{more}{"".join(parts)}</svg>'
    )


def words(
    text: str,
    x: str,
    y: float,
    *,
    size: float,
    anchor: str,
    bold: bool = False,
    faint: bool = False,
    halo: bool = False,
) -> str:
    if not text:
        return ""
    weight = ' font-weight="600"' if bold else ""
    opacity = ' fill-opacity=".72"' if faint else ""
    around = ' class="figure-halo" stroke-width="4" paint-order="stroke"' if halo else ""
    shape = f'x="{x}" y="{y:g}" font-size="{size:g}" text-anchor="{anchor}"{weight}{around}'
    return f'<text {shape} fill="currentColor"{opacity}>{escape(text)}</text>'


def hue_of(hue: int) -> int:
    return (hue - 1) % 8 + 1


def mark_id(key: str) -> str:
    return escape(key, quote=True)


def _percent(share: float) -> str:
    return f"{min(1.0, max(0.0, share)) * 100:.2f}%".replace(".00%", "%")
