"""What a learner asks of a practice test, and what they answered. Whatever is typed or altered, no answer breaks."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy

from tracktwo.learn.practice import marking
from tracktwo.learn.practice.marking import Given, Questioned
from tracktwo.learn.practice.papers import (
    FEWEST,
    FORMS,
    LARGEST_SEED,
    MOST,
    Choice,
    Match,
    Order,
    Paper,
)
from tracktwo.web import clean

LONGEST_ANSWER = 4000
MOST_MINUTES = 180
FORM_NAMES = {
    "choice": gettext_lazy("Choose one of several"),
    "match": gettext_lazy("Match terms and definitions"),
    "order": gettext_lazy("Put steps in order"),
    "answer": gettext_lazy("Answer in your own words, and mark it yourself"),
}


class Ask(forms.Form):
    """A practice test: about what, how long, in which forms; and its number, for who wants the same as others."""

    scope = forms.ChoiceField(label=gettext_lazy("About"), required=False)
    number = forms.IntegerField(
        label=gettext_lazy("How many questions"), min_value=FEWEST, max_value=MOST, initial=10
    )
    form = forms.MultipleChoiceField(
        label=gettext_lazy("Forms of questions"),
        choices=[(form, FORM_NAMES[form]) for form in FORMS],
        widget=forms.CheckboxSelectMultiple,
        initial=list(FORMS),
    )
    minutes = forms.IntegerField(
        label=gettext_lazy("Time you give yourself, in minutes"),
        required=False,
        min_value=1,
        max_value=MOST_MINUTES,
        help_text=gettext_lazy("Leave it empty for a test without a clock. The clock never ends a test."),
    )
    seed = forms.IntegerField(
        label=gettext_lazy("Number of the test"),
        required=False,
        min_value=0,
        max_value=LARGEST_SEED,
        help_text=gettext_lazy(
            "The same number makes the same test, for a whole class. Leave it empty for a fresh one."
        ),
    )

    def __init__(self, *args: Any, scopes: list[tuple[str, Any]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["scope"].choices = scopes  # type: ignore[attr-defined]


def fresh_seed() -> int:
    """A number short enough to be read out."""
    return secrets.randbelow(LARGEST_SEED - 99_999) + 100_000


def only_of(said: str, number: int) -> tuple[int, ...]:
    """The questions of a test that are asked again, as its address names them; what is no question is left out."""
    named = {_number(one, number) for one in said[:200].split(".")}
    return tuple(sorted(one for one in named if one is not None))


# --- what was answered ------------------------------------------------------------------------------------


def given(questions: Paper, sent: QueryDict) -> list[Given]:
    """The answers to each question; whatever is no answer to it counts as left out."""
    return [_given(question, f"q{number}", sent) for number, question in enumerate(questions)]


def _given(question: Questioned, name: str, sent: QueryDict) -> Given:
    if isinstance(question, Choice):
        return Given(chosen=_number(sent.get(name), len(question.options)))
    if isinstance(question, Match):
        many = len(question.right)
        return Given(matched=tuple(_number(sent.get(f"{name}-{place}"), many) for place in range(many)))
    if isinstance(question, Order):
        many = len(question.right)
        places = (_number(sent.get(f"{name}-{place}"), many + 1) for place in range(many))
        return Given(placed=tuple(place or None for place in places))
    ticked = {_number(one, len(question.points)) for one in sent.getlist(f"{name}-points")}
    return Given(
        text=clean(sent.get(name, ""))[:LONGEST_ANSWER],
        ticked=frozenset(one for one in ticked if one is not None),
        level=_number(sent.get(f"{name}-level"), marking.LEVELS + 1) or 0,
    )


def _number(said: str | None, below: int) -> int | None:
    """A small number that was sent, or nothing."""
    if said is None or not said.isdecimal() or len(said) > 4:
        return None
    number = int(said)
    return number if number < below else None


def texts_in(sent: QueryDict) -> list[str]:
    """What was written in one's own words, to be shown again when it cannot be marked."""
    found = (clean(sent.get(f"q{number}", ""))[:LONGEST_ANSWER] for number in range(MOST))
    return [text for text in found if text and not text.isdecimal()]
