"""A released figure in words: a percentage, a band, or why there is none. The same on every page and paper."""

from __future__ import annotations

from django.utils.translation import gettext as _

from tracktwo.engines import disclosure
from tracktwo.engines.disclosure import Band, Cell
from tracktwo.figures import Bar, Mark
from tracktwo.statements.rounds import SHARES, Answered


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


def in_round(said: Answered) -> str:
    """A side's answers in a round, in words: counts of a show of hands, a band of a sealed round, or why neither."""
    if said.answered is not None:
        return _("%(agree)s of %(answered)s agree") % {"agree": said.agree, "answered": said.answered}
    if said.together:
        return _("only all sides together")
    return _(disclosure.BANDS[said.band]) if said.band else _("fewer than four answers: not told")


def round_bar(mark: Mark, said: Answered) -> Bar:
    if said.answered:
        share = (said.agree or 0) / said.answered
        return Bar(mark, in_round(said), share, share, share)  # counted: no interval around it
    low, high = (None, None) if said.together else SHARES.get(said.band, (None, None))
    return Bar(mark, in_round(said), low=low, high=high)
