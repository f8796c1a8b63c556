"""The frontier as a picture: every efficient package as a dot between two sides, the named ones as shapes.

Follows `tracktwo.figures`: numbers and words in, SVG text out, no colour but by class, nothing resting on colour
alone. Each side's weave covers the strip where it would be worse off than without a package; what is left bare is
where both are better off. Dots stand on whole points.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tracktwo import figures
from tracktwo.figures import Mark

WIDE, TALL = 460.0, 420.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 46.0, 12.0, 34.0, 44.0
_LETTER = 6.6  # width of a letter at size 12, about
_SHAPES = {
    "diamond": "M0 -8.5L8.5 0L0 8.5L-8.5 0Z",
    "triangle": "M0 -8L7.5 5.5L-7.5 5.5Z",
    "square": "M-6 -6H6V6H-6Z",
    "cross": "M-2.2 -7H2.2V-2.2H7V2.2H2.2V7H-2.2V2.2H-7V-2.2H-2.2Z",
    "ring": "M-6.5 0A6.5 6.5 0 1 1 6.5 0A6.5 6.5 0 1 1 -6.5 0Z",
    "down": "M0 8L7.5 -5.5L-7.5 -5.5Z",
}
Point = tuple[int, int]


@dataclass(frozen=True)
class Named:
    """A package that has a shape and a name: where it stands, in whole points of the two sides."""

    shape: str
    label: str
    at: Point
    main: bool = False


@dataclass(frozen=True)
class Window:
    """Which part of 0 to 100 is shown, of each of two sides."""

    low: Point
    high: Point

    def x(self, value: float) -> float:
        return _LEFT + (value - self.low[0]) / (self.high[0] - self.low[0]) * (WIDE - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        return TALL - _BOTTOM - (value - self.low[1]) / (self.high[1] - self.low[1]) * (TALL - _TOP - _BOTTOM)

    def holds(self, at: Point) -> bool:
        return all(low <= p <= high for low, p, high in zip(self.low, at, self.high, strict=True))


def window(walk_away: Point, inside: Iterable[Point]) -> Window:
    """Around what counts: both walk-aways and every point given, with air, on multiples of ten."""
    points = [walk_away, *inside]
    low, high = [], []
    for i in range(2):
        values = [p[i] for p in points]
        least, most = (min(values) - 6) // 10 * 10, -((-max(values) - 3) // 10 * 10)
        low.append(min(least, most - 20))
        high.append(most)
    return Window((low[0], low[1]), (high[0], high[1]))


def plane(
    efficient: Sequence[Point],
    others: Sequence[Point],
    named: Sequence[Named],
    marks: tuple[Mark, Mark],
    walk_away: Point,
    shown: Window,
    *,
    key: str,
    title: str,
    description: str = "",
    without: str = "no package",
    joined: bool = False,
) -> str:
    """Efficient packages that meet every walk-away (full dots), the ``others`` (small ones), and the named.

    ``joined`` draws the line through them, where two sides are all there are.
    """
    fine = sorted({p for p in efficient if shown.holds(p)})
    rest = sorted({p for p in others if shown.holds(p)} - set(fine))
    parts = [
        figures.patterns(key, [mark.hue for mark in marks]),
        _grid(shown),
        *_strips(shown, marks, walk_away, key, without),
    ]
    if joined:
        parts.append(_line(sorted({*fine, *rest}), shown))
    parts += [_dots(rest, shown, 3.0, 0.4), _dots(fine, shown, 4.6, 0.7), _axes(shown, marks)]
    parts += _named([n for n in _merged(named) if shown.holds(n.at)], shown)
    return figures.framed(
        parts, key=key, title=title, description=description, height=int(TALL), rtl=False, box=(WIDE, TALL)
    )


def glyph(shape: str, *, main: bool = False) -> str:
    """The shape alone, for a table beside the picture."""
    return (
        '<svg class="glyph" viewBox="-10 -10 20 20" width="18" height="18" aria-hidden="true">'
        f"{_shape(shape, main)}</svg>"
    )


def _shape(shape: str, main: bool) -> str:
    fill = "currentColor" if main or shape != "ring" else "none"
    colour = "figure-accent" if main else "figure-ink"
    return (
        f'<g class="{colour}"><path d="{_SHAPES[shape]}" fill="{fill}" stroke="currentColor" '
        'stroke-width="2" stroke-linejoin="round"/></g>'
    )


def _merged(named: Sequence[Named]) -> list[Named]:
    """Those that stand on one point share one shape, and both names."""
    found: dict[Point, Named] = {}
    for one in named:
        there = found.get(one.at)
        label = f"{there.label}, {one.label}" if there else one.label
        found[one.at] = Named(
            there.shape if there else one.shape, label, one.at, one.main or bool(there and there.main)
        )
    return list(found.values())


def _ticks(low: int, high: int) -> range:
    return range(low, high + 1, 10 if high - low <= 80 else 20)


def _grid(shown: Window) -> str:
    (x0, y0), (x1, y1) = shown.low, shown.high
    lines = [f"M{shown.x(v):.1f} {shown.y(y0):.1f}V{shown.y(y1):.1f}" for v in _ticks(x0, x1)]
    lines += [f"M{shown.x(x0):.1f} {shown.y(v):.1f}H{shown.x(x1):.1f}" for v in _ticks(y0, y1)]
    return f'<path d="{"".join(lines)}" fill="none" stroke="currentColor" stroke-opacity=".12"/>'


def _strips(shown: Window, marks: tuple[Mark, Mark], walk_away: Point, key: str, without: str) -> list[str]:
    """Where a side is worse off than without a package, in its weave, and the line where that ends."""
    left, right = shown.x(shown.low[0]), shown.x(shown.high[0])
    top, bottom = shown.y(shown.high[1]), shown.y(shown.low[1])
    across, up = shown.x(walk_away[0]), shown.y(walk_away[1])
    boxes = (
        f'x="{left:.1f}" y="{top:.1f}" width="{max(0.0, across - left):.1f}" height="{bottom - top:.1f}"',
        f'x="{left:.1f}" y="{up:.1f}" width="{right - left:.1f}" height="{max(0.0, bottom - up):.1f}"',
    )
    lines = (f"M{across:.1f} {top:.1f}V{bottom:.1f}", f"M{left:.1f} {up:.1f}H{right:.1f}")
    beside, anchor = (across + 5, "start") if across < right - 90 else (across - 5, "end")
    words = (
        figures.words(without, f"{beside:.1f}", bottom - 6, size=11, anchor=anchor, halo=True),
        figures.words(without, f"{right - 4:.1f}", up - 5, size=11, anchor="end", halo=True),
    )
    return [
        f'<g class="side-{figures.hue_of(mark.hue)}">'
        f'<rect {box} fill="url(#{figures.mark_id(key)}-p{figures.hue_of(mark.hue)})" fill-opacity=".2"/>'
        f'<path d="{line}" fill="none" stroke="currentColor" stroke-width="1.6" stroke-dasharray="6 3"/>{word}</g>'
        for mark, box, line, word in zip(marks, boxes, lines, words, strict=True)
    ]


def _axes(shown: Window, marks: tuple[Mark, Mark]) -> str:
    (x0, y0), (x1, y1) = shown.low, shown.high
    parts = [
        (
            f'<path d="M{shown.x(x0):.1f} {shown.y(y1):.1f}V{shown.y(y0):.1f}H{shown.x(x1):.1f}" fill="none" '
            'stroke="currentColor" stroke-opacity=".6"/>'
        )
    ]
    for value in _ticks(x0, x1):
        place = f"{shown.x(value):.1f}"
        parts.append(figures.words(str(value), place, shown.y(y0) + 15, size=11, anchor="middle", faint=True))
    for value in _ticks(y0, y1):
        beside = f"{shown.x(x0) - 6:.1f}"
        parts.append(figures.words(str(value), beside, shown.y(value) + 4, size=11, anchor="end", faint=True))
    right = shown.x(x1)
    parts.append(f'<g transform="translate(0 {TALL - 22:.1f})">')
    parts.append(_axis_name(marks[0], right - 20 - _LETTER * len(marks[0].name) - 8, "→"))
    parts.append("</g>")
    parts.append(f'<g transform="translate(0 4)">{_axis_name(marks[1], 8, "↑")}</g>')
    return "".join(parts)


def _axis_name(mark: Mark, x: float, arrow: str) -> str:
    badge = figures.badge(mark, f"{max(2.0, x - 20):.1f}", 11, rtl=False)
    name = figures.words(
        f"{mark.name} {arrow}", f"{max(2.0, x - 20) + 27:.1f}", 15, size=12.5, anchor="start"
    )
    return badge + name


def _line(points: Sequence[Point], shown: Window) -> str:
    path = "L".join(f"{shown.x(a):.1f} {shown.y(b):.1f}" for a, b in points)
    return f'<path d="M{path}" fill="none" stroke="currentColor" stroke-opacity=".45"/>' if points else ""


def _dots(points: Sequence[Point], shown: Window, size: float, opacity: float) -> str:
    """One path for all of them: a line of no length with round ends is a dot."""
    path = "".join(f"M{shown.x(a):.1f} {shown.y(b):.1f}h0" for a, b in points)
    return (
        f'<path d="{path}" stroke="currentColor" stroke-width="{size:g}" stroke-linecap="round" '
        f'stroke-opacity="{opacity:g}"/>'
        if points
        else ""
    )


def _named(named: Sequence[Named], shown: Window) -> list[str]:
    """Shapes first; then each name on the first of four places where nothing stands yet."""
    spots = [(shown.x(n.at[0]), shown.y(n.at[1])) for n in named]
    taken = [(x - 9, y - 9, x + 9, y + 9) for x, y in spots]
    parts = []
    for one, (x, y) in zip(named, spots, strict=True):
        parts.append(f'<g transform="translate({x:.1f} {y:.1f})">{_shape(one.shape, one.main)}</g>')
    for one, (x, y) in zip(named, spots, strict=True):
        wide = _LETTER * len(one.label)
        places = [
            (x + 13, y + 4, "start"),
            (x - 13, y + 4, "end"),
            (x, y - 14, "middle"),
            (x, y + 22, "middle"),
            (x + 11, y - 11, "start"),
            (x + 11, y + 19, "start"),
            (x - 11, y - 11, "end"),
            (x - 11, y + 19, "end"),
        ]
        boxes = [_box(a, b, anchor, wide) for a, b, anchor in places]
        fitting = [k for k, box in enumerate(boxes) if _inside(box) and not any(_meet(box, t) for t in taken)]
        k = fitting[0] if fitting else 0
        a, b, anchor = places[k]
        taken.append(boxes[k])
        parts.append(
            figures.words(one.label, f"{a:.1f}", b, size=12, anchor=anchor, bold=one.main, halo=True)
        )
    return parts


Box = tuple[float, float, float, float]


def _box(x: float, y: float, anchor: str, wide: float) -> Box:
    left = {"start": x, "end": x - wide, "middle": x - wide / 2}[anchor]
    return left, y - 11, left + wide, y + 3


def _inside(box: Box) -> bool:
    return box[0] >= _LEFT - 4 and box[2] <= WIDE and box[1] >= _TOP - 10 and box[3] <= TALL - _BOTTOM + 4


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
