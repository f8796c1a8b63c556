"""A class in bands, drawn: for each unit four fields, and the one in which the mean lies. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from tracktwo import figures

STEP, BAR = 44, 12


def bands(rows: Sequence[tuple[str, int]], *, title: str, description: str, rtl: bool) -> str:
    """One line for each unit. The fields up to the band are filled, the last one fuller: its mean lies within."""
    parts = [_row(name, band, STEP * place, rtl=rtl) for place, (name, band) in enumerate(rows)]
    height = STEP * len(rows)
    return figures.framed(parts, key="class", title=title, description=description, height=height, rtl=rtl)


def _row(name: str, band: int, y: int, *, rtl: bool) -> str:
    start = "100%" if rtl else "0%"
    label = figures.words(name, start, y + 14, size=14, anchor="start")
    return label + "".join(_field(field, band, y + 22, rtl=rtl) for field in range(4))


def _field(field: int, band: int, y: int, *, rtl: bool) -> str:
    x = 25 * (3 - field if rtl else field)
    opacity = ".85" if field == band else ".38" if field < band else ".1"
    return (
        f'<rect x="{x + 0.4:g}%" y="{y}" width="24.2%" height="{BAR}" rx="2" '
        f'fill="currentColor" fill-opacity="{opacity}"/>'
    )
