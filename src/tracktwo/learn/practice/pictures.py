"""How practice goes, as pictures drawn on the server; each with a table that says the same."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from tracktwo.figures import framed, words
from tracktwo.learn.pictures import Picture
from tracktwo.learn.practice import choosing
from tracktwo.learn.practice.cards import Card
from tracktwo.learn.practice.choosing import Counts
from tracktwo.learn.practice.progress import Progress
from tracktwo.learn.practice.scheduling import day_of

DAYS_BACK, DAYS_AHEAD = 28, 14
WIDE, TALL, FOOT, HEAD = 360, 150, 22, 16  # a drawing of days
FIRST = datetime.date(1970, 1, 1)


def all_of(
    progress: Progress, cards: Sequence[Card], minute: int, *, units: Mapping[str, str], rtl: bool
) -> list[Picture]:
    """The pictures of the statistics page."""
    today = day_of(minute)
    drawn = [
        _days(
            choosing.answers_a_day(progress, today, DAYS_BACK),
            key="answers",
            title=_("Answers a day"),
            about=_("The last four weeks. A day begins at midnight UTC."),
            head=_("Answers"),
            rtl=rtl,
        ),
        _days(
            choosing.due_a_day(cards, progress, minute, DAYS_AHEAD),
            key="due",
            title=_("Due in the coming days"),
            about=_(
                "Cards you have answered before, on the day they come due. What is overdue counts for today."
            ),
            head=_("Cards due"),
            rtl=rtl,
        ),
    ]
    recalled = choosing.recalled_by_unit(cards, progress)
    if recalled:
        drawn.append(_recalled(recalled, units, rtl=rtl))
    return drawn


def bar(counts: Counts) -> SafeString:
    """Known, being learned and new as one thin bar; the words stand beside it."""
    total = counts.total or 1
    known, learning = 100 * counts.known / total, 100 * counts.learning / total
    # Shares of the width, from the side where reading begins: the drawing is mirrored by its class.
    return mark_safe(  # noqa: S308  numbers only
        '<svg class="practice-bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<rect class="bar-new" width="100" height="4"/>'
        f'<rect class="bar-learning" width="{known + learning:.1f}" height="4"/>'
        f'<rect class="bar-known" width="{known:.1f}" height="4"/></svg>'
    )


def _days(
    counts: Sequence[tuple[int, int]], *, key: str, title: str, about: str, head: str, rtl: bool
) -> Picture:
    """A column for each day; the highest says how many."""
    most = max(count for _day, count in counts)
    highest = next(place for place, (_day, count) in enumerate(counts) if count == most)
    step, base = WIDE / len(counts), TALL - FOOT
    parts = [_rule(base)]
    for place, (_day, count) in enumerate(counts):
        high = (base - HEAD) * count / (most or 1)
        x = _at(place * step + step * 0.14, step * 0.72, rtl)
        if count:
            parts.append(_block(x, base - high, step * 0.72, high))
        if count and place == highest:
            middle = min(max(x + step * 0.36, 10), WIDE - 10)
            parts.append(words(str(count), f"{middle:.1f}", base - high - 4, size=11, anchor="middle"))
    first, last = _date(counts[0][0]), _date(counts[-1][0])
    parts.append(words(first, f"{_at(0, 0, rtl):g}", TALL - 6, size=11, anchor="start"))
    parts.append(words(last, f"{_at(WIDE, 0, rtl):g}", TALL - 6, size=11, anchor="end"))
    rows = tuple((_date(day), str(count)) for day, count in counts)
    return _picture(parts, key, title, about, (_("Day"), head), rows, tall=TALL, rtl=rtl)


def _recalled(found: Mapping[str, tuple[int, int]], units: Mapping[str, str], *, rtl: bool) -> Picture:
    """A bar for each unit: of the answers to cards seen before, the share that was recalled."""
    title = _("Recalled, by unit")
    about = _("Of your answers to cards you had seen before: how many were not “Again”.")
    ordered = sorted(found.items(), key=lambda one: (one[1][0] / one[1][1], units[one[0]]))
    parts, rows, line = [], [], 40
    for place, (unit, (right, of)) in enumerate(ordered):
        y, share = place * line, right / of
        said = _("%(n)d %%") % {"n": round(100 * share)}
        parts.append(words(units[unit], f"{_at(0, 0, rtl):g}", y + 13, size=12, anchor="start"))
        parts.append(words(said, f"{_at(WIDE, 0, rtl):g}", y + 13, size=12, anchor="end"))
        parts.append(
            f'<rect x="0" y="{y + 19}" width="{WIDE}" height="8" rx="2" fill="currentColor" fill-opacity=".12"/>'
        )
        parts.append(_block(_at(0, WIDE * share, rtl), y + 19, WIDE * share, 8))
        rows.append((units[unit], said, str(of)))
    heads = (_("Unit"), _("Recalled"), _("Answers"))
    return _picture(parts, "recalled", title, about, heads, tuple(rows), tall=line * len(ordered), rtl=rtl)


def _picture(
    parts: Sequence[str],
    key: str,
    title: str,
    about: str,
    heads: tuple[str, ...],
    rows: tuple[tuple[str, ...], ...],
    *,
    tall: int,
    rtl: bool,
) -> Picture:
    svg = framed(
        parts, key=f"practice-{key}", title=title, description=about, height=tall, box=(WIDE, tall), rtl=rtl
    )
    return Picture(mark_safe(svg), title, about, heads, rows)  # noqa: S308  figures escape their words


def _block(x: float, y: float, wide: float, high: float) -> str:
    shape = f'x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}" rx="1.5"'
    return f'<rect class="figure-accent" {shape} fill="currentColor"/>'


def _rule(y: float) -> str:
    return f'<path d="M0 {y + 0.5:g}H{WIDE}" stroke="currentColor" stroke-opacity=".4"/>'


def _at(x: float, wide: float, rtl: bool) -> float:
    """Where something stands, counted from the side on which reading begins."""
    return WIDE - x - wide if rtl else x


def _date(day: int) -> str:
    return date_format(FIRST + datetime.timedelta(days=day), "j M")
