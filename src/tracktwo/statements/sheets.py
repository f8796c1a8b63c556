"""Boxes for answers on a page, and what a form of them says: alike for one's own answers and for typing in paper."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from tracktwo.engines import disclosure
from tracktwo.process.door import SeenSide
from tracktwo.statements.models import Seen
from tracktwo.statements.rounds import EXPECTED, Sheet

BANDS = {"0", *(str(int(band)) for band in EXPECTED)}


def question(
    one: Seen, others: Sequence[SeenSide], sheet: Sheet | None = None, place: int = 0
) -> dict[str, Any]:
    """A statement with its boxes: one's own answer, and what one expects of each other side."""
    chosen = (sheet.answer(place) if sheet else None) or ""
    words = {"agree": _("Agree"), "disagree": _("Disagree"), "pass": _("Pass"), "": _("no answer")}
    bands = [(0, _("I do not say")), *((int(band), _(disclosure.BANDS[band])) for band in EXPECTED)]
    return {
        "one": one,
        "answers": [
            {"value": value, "said": said, "chosen": value == chosen} for value, said in words.items()
        ],
        "expects": [
            {
                "side": side,
                "name": f"expects-{one.id}-{side.hue}",
                "bands": bands,
                "chosen": int(sheet.expects(place, side.hue)) if sheet else 0,
            }
            for side in others
        ],
    }


def read(
    request: HttpRequest, asked: Sequence[UUID], places: Sequence[int]
) -> tuple[dict[UUID, str | None], dict[tuple[UUID, int], int]]:
    """What a form says: answers (none where one is taken back), and what is expected of the sides at these places."""
    sent = request.POST
    answers = {one: sent[f"answer-{one}"] or None for one in asked if f"answer-{one}" in sent}
    expected = {
        (one, place): int(said)
        for one in asked
        for place in places
        if (said := sent.get(f"expects-{one}-{place}", "")) in BANDS
    }
    return answers, expected
