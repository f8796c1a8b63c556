"""A released figure in words: a percentage, a band, or why there is none. The same on every page and paper."""

from __future__ import annotations

from django.utils.translation import gettext as _

from tracktwo.engines import disclosure
from tracktwo.engines.disclosure import Band, Cell
from tracktwo.figures import Bar, Mark


def bar(mark: Mark, cell: Cell) -> Bar:
    share = None if cell.percent is None else cell.percent / 100
    low, high = (None if end is None else end / 100 for end in (cell.low, cell.high))
    return Bar(mark, figure(cell), share, low, high)


def figure(cell: Cell) -> str:
    """A figure in words: a percentage of rounded counts, a band, or why there is none."""
    if not cell.shown:
        standard = disclosure.STANDARD
        facts = {"group": standard.group, "cell": standard.cell, "gate": standard.gate}
        return _(disclosure.REASONS[cell.withheld]) % facts
    if cell.band is not Band.NONE:
        return _(disclosure.BANDS[cell.band])
    return _("%(percent)s %%") % {"percent": cell.percent}


def interval(cell: Cell) -> str:
    if cell.low is None or cell.high is None:
        return ""
    return _("%(low)s to %(high)s %%") % {"low": cell.low, "high": cell.high}
