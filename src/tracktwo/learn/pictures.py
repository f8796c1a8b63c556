"""The figures of the study guide: the tracks, the workshop as a path, the GRIT ladder, an efficiency frontier.

Each is drawn on the server from words in the reader's language and comes with a table that says the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from tracktwo import figures
from tracktwo.figures import framed, words


@dataclass(frozen=True)
class Picture:
    """A drawing, what it shows, and the table beside it."""

    svg: SafeString
    title: str
    about: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def picture(name: str, *, key: str, rtl: bool) -> Picture | None:
    """The figure of that name in the reader's language, or none. `key` is unique on the page."""
    drawn = DRAWN.get(name)
    return drawn(f"figure-{key}", rtl) if drawn else None


# --- the tracks -------------------------------------------------------------------------------------


def _tracks(key: str, rtl: bool) -> Picture:
    rows = (
        ("I", _("Governments and their envoys"), _("Can bind; speaks on the record")),
        ("1.5", _("Officials in a private capacity, with others"), _("Cannot bind; close to those who can")),
        ("II", _("Influential people without office"), _("Cannot bind; thinks and tries out freely")),
        ("III", _("Communities, associations, media"), _("Cannot bind; changes what many find possible")),
    )
    title = _("The tracks of diplomacy")
    about = _("Ideas travel up by transfer, knowledge of what is possible travels down.")
    box = (420.0, 268.0)
    parts = []
    for place, (track, who, _what) in enumerate(rows):
        inset, y = 96 - 32 * place, 14 + 64 * place
        parts.append(
            f'<g class="side-{place + 1}"><rect x="{inset}" y="{y}" width="{420 - 2 * inset}" height="46" rx="6" '
            'fill="currentColor" fill-opacity=".12" stroke="currentColor" stroke-width="1.6"/></g>'
        )
        parts.append(
            words(_("Track %(name)s") % {"name": track}, "210", y + 19, size=14, anchor="middle", bold=True)
        )
        # The narrow lanes on top hold fewer letters: the table says who in full.
        parts.append(words(_short(who, 30 + 16 * place), "210", y + 37, size=11.5, anchor="middle"))
        if place:
            parts += [_up(192, y - 3, y - 15), _down(228, y - 15, y - 3)]
    svg = framed(parts, key=key, title=title, description=about, height=268, box=box, rtl=rtl)
    heads = (_("Track"), _("Who takes part"), _("What it can and cannot do"))
    return Picture(mark_safe(svg), title, about, heads, rows)  # noqa: S308  figures escape their words


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: text.rfind(" ", 0, most)] + " …"


def _up(x: float, low: float, high: float) -> str:
    return _line(x, low, x, high) + _tip(x, high, 1)


def _down(x: float, high: float, low: float) -> str:
    return _line(x, high, x, low) + _tip(x, low, -1)


def _line(x1: float, y1: float, x2: float, y2: float, *, dashed: bool = False) -> str:
    dash = ' stroke-dasharray="4 3"' if dashed else ""
    return (
        f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" stroke="currentColor" '
        f'stroke-opacity=".7" stroke-width="1.5"{dash}/>'
    )


def _tip(x: float, y: float, way: int) -> str:
    """A small arrow head at (x, y), pointing up (1) or down (-1)."""
    return f'<polygon points="{x:g},{y:g} {x - 4:g},{y + 6 * way:g} {x + 4:g},{y + 6 * way:g}" fill="currentColor"/>'


# --- the workshop as a path ---------------------------------------------------------------------------


def _workshop(key: str, rtl: bool) -> Picture:
    rows = (
        (_("Opening"), _("Who is here, why, and under which rules")),
        (_("Exchange of views"), _("How each side sees the conflict, told to the others, not at them")),
        (_("Needs and fears"), _("Until each side can restate the other's so that it says: heard")),
        (_("Joint thinking"), _("Ideas that would answer the needs of all; nobody owns an idea")),
        (_("Constraints"), _("What stands against the ideas at home; held back until ideas exist")),
        (_("Overcoming constraints"), _("What each could do to make it easier for the other")),
        (_("Re-entry"), _("What one takes home, says there, and risks there")),
    )
    title = _("A problem-solving workshop as a path")
    about = _("The order is a guide: a step back is a normal step, and the panel says when one is taken.")
    stations = [figures.Station(str(place), name, "past") for place, (name, _what) in enumerate(rows)]
    ahead = [(str(place), str(place + 1)) for place in range(len(rows) - 1)]
    back = [("3", "2"), ("5", "3")]
    svg = figures.phase_path(stations, [*ahead, *back], key=key, title=title, description=about, rtl=rtl)
    return Picture(mark_safe(svg), title, about, (_("Step"), _("What happens")), rows)  # noqa: S308


# --- the GRIT ladder ------------------------------------------------------------------------------------


def _grit(key: str, rtl: bool) -> Picture:
    first, other = _("A"), _("B")
    rungs = (
        (first, _("announces"), _("announces a wish to reduce tension, and the first small step")),
        (first, _("carries out"), _("takes that step on the day it named, asking nothing in return")),
        (other, _("verifies"), _("can verify it, and is invited to answer in a way of its own")),
        (other, _("answers"), _("answers with a step of like size, announced and verified")),
        (first, _("a larger step"), _("takes a somewhat larger step, keeping the means to defend itself")),
        (
            other,
            _("answers"),
            _("answers again; where it does not, the ladder waits, and nobody has lost much"),
        ),
    )
    title = _("A ladder of graduated steps (GRIT)")
    about = _(
        "Read it from the ground up: side A and side B in turn, each step a little larger than the last."
    )
    wide, step = 420.0, 44
    tall = 24 + step * len(rungs)
    parts = [_line(210, 8, 210, tall - 8, dashed=True)]
    for place, (side, short, _what) in enumerate(rungs):
        mine, length = side == first, 130 + 14 * place
        x, y = (210.0 - length if mine else 210.0), tall - 12 - step * (place + 1)
        parts.append(
            f'<g class="side-{1 if mine else 2}"><rect x="{x:g}" y="{y}" width="{length}" height="30" rx="4" '
            'fill="currentColor" fill-opacity=".16" stroke="currentColor" stroke-width="1.6"/></g>'
        )
        said = f"{place + 1} · {side}: {short}"
        parts.append(words(said, f"{x + length / 2:g}", y + 20, size=13, anchor="middle", bold=True))
    svg = framed(parts, key=key, title=title, description=about, height=tall, box=(wide, tall), rtl=rtl)
    heads = (_("Step"), _("Side"), _("What it does"))
    rows = tuple((str(place), side, what) for place, (side, _short, what) in enumerate(rungs, 1))
    return Picture(mark_safe(svg), title, about, heads, rows)  # noqa: S308


# --- an efficiency frontier -------------------------------------------------------------------------------

# Four issues with three options each: points for side A and side B. Invented, like everything in this figure.
_ISSUES = (
    ((0, 30), (18, 20), (30, 0)),
    ((0, 12), (9, 9), (14, 0)),
    ((0, 38), (16, 26), (22, 0)),
    ((0, 20), (20, 13), (34, 0)),
)
_WALK_AWAY = (30, 20)

Point = tuple[int, int]


def packages() -> list[Point]:
    """The points of every package: one option an issue."""
    return sorted(
        {
            (sum(option[0] for option in chosen), sum(option[1] for option in chosen))
            for chosen in product(*_ISSUES)
        }
    )


def frontier(points: Sequence[Point]) -> list[Point]:
    """Those no other package is better than for one side without being worse for the other."""
    return [
        one
        for one in points
        if not any(other != one and other[0] >= one[0] and other[1] >= one[1] for other in points)
    ]


def nash(points: Sequence[Point]) -> Point:
    """The largest product of what each side gains over its walk-away."""
    return max(_worth(points), key=lambda one: (one[0] - _WALK_AWAY[0]) * (one[1] - _WALK_AWAY[1]))


def kalai_smorodinsky(points: Sequence[Point]) -> Point:
    """The largest smallest share of what each side could gain at best."""
    worth = _worth(points)
    best = [max(one[side] for one in worth) - _WALK_AWAY[side] for side in (0, 1)]
    shares = [[(one[side] - _WALK_AWAY[side]) / best[side] for side in (0, 1)] for one in worth]
    return max(zip(shares, worth, strict=True), key=lambda one: (min(one[0]), max(one[0])))[1]


def _worth(points: Sequence[Point]) -> list[Point]:
    return [one for one in points if one[0] >= _WALK_AWAY[0] and one[1] >= _WALK_AWAY[1]]


def _frontier(key: str, rtl: bool) -> Picture:
    points = packages()
    best, chosen, shared = frontier(points), nash(points), kalai_smorodinsky(points)
    title = _("Packages, and the efficiency frontier")
    about = _(
        "Invented figures: each dot is a package, farther right is better for side A, higher for side B."
    )
    parts = _axes() + [_dot(one, 3, faint=True) for one in points if one not in best]
    parts.append(_edge(best))
    parts += [_dot(one, 4.5) for one in best]
    labels = {chosen: _("Nash"), shared: _("Kalai-Smorodinsky")}
    if chosen == shared:
        labels = {chosen: _("Nash and Kalai-Smorodinsky")}
    # One above its dot and one below: they stand close together.
    lowest = min(labels, key=lambda one: one[1])
    parts += [_ring(one) + _label(one, label, below=one == lowest) for one, label in labels.items()]
    parts += _walk_away()
    # The two axes are numbers: they run the same way in every language.
    svg = framed(parts, key=key, title=title, description=about, height=330, box=(420.0, 330.0), rtl=False)
    rows = tuple((str(a), str(b), _said((a, b), chosen, shared)) for a, b in best)
    heads = (_("Points of side A"), _("Points of side B"), _("What it is"))
    return Picture(mark_safe(svg), title, about, heads, rows)  # noqa: S308


def _said(one: Point, chosen: Point, shared: Point) -> str:
    said = [_("efficient")]
    if one[0] < _WALK_AWAY[0] or one[1] < _WALK_AWAY[1]:
        said.append(_("below a walk-away"))
    if one == chosen:
        said.append(_("Nash: the largest product of gains"))
    if one == shared:
        said.append(_("Kalai-Smorodinsky: equal shares of the best each could hope for"))
    return "; ".join(said)


def _at(one: Point) -> tuple[float, float]:
    return 48 + one[0] * 3.4, 286 - one[1] * 2.5


def _axes() -> list[str]:
    left, low = _at((0, 0))
    return [
        _line(left, low, 410, low),
        _line(left, low, left, 14),
        words(_("better for side A"), "410", low + 26, size=13, anchor="end"),
        (
            f'<g transform="translate({left - 14:g} 20) rotate(-90)">'
            f"{words(_('better for side B'), '0', 0, size=13, anchor='end')}</g>"
        ),
    ]


def _dot(one: Point, radius: float, *, faint: bool = False) -> str:
    x, y = _at(one)
    fill = ' fill="none" stroke="currentColor" stroke-opacity=".55"' if faint else ' fill="currentColor"'
    return f'<circle cx="{x:g}" cy="{y:g}" r="{radius:g}"{fill}/>'


def _edge(best: Sequence[Point]) -> str:
    line = " ".join(f"{x:g},{y:g}" for x, y in map(_at, best))
    return (
        f'<g class="figure-accent"><polyline points="{line}" fill="none" stroke="currentColor" '
        'stroke-width="2"/></g>'
    )


def _ring(one: Point) -> str:
    x, y = _at(one)
    return (
        f'<g class="figure-accent"><circle cx="{x:g}" cy="{y:g}" r="9" fill="none" stroke="currentColor" '
        'stroke-width="2"/></g>'
    )


def _label(one: Point, label: str, *, below: bool) -> str:
    x, y = _at(one)
    return words(
        label, f"{x + 14:g}", y + (14 if below else -6), size=13, anchor="start", bold=True, halo=True
    )


def _walk_away() -> list[str]:
    left, low = _at((0, 0))
    x, y = _at(_WALK_AWAY)
    return [
        _line(x, low, x, 14, dashed=True),
        _line(left, y, 410, y, dashed=True),
        words(_("walk-away of A"), f"{x + 5:g}", low - 12, size=12, anchor="start", halo=True),
        words(_("walk-away of B"), f"{left + 5:g}", y - 6, size=12, anchor="start", halo=True),
    ]


DRAWN: dict[str, Callable[[str, bool], Picture]] = {
    "tracks": _tracks,
    "workshop-path": _workshop,
    "grit-ladder": _grit,
    "efficiency-frontier": _frontier,
}
