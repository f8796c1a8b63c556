"""Forms of statements."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracktwo.statements import rules
from tracktwo.statements.rules import Manner
from tracktwo.web import PlainText


class Write(forms.Form):
    text = PlainText(
        longest=rules.LONGEST,
        rows=3,
        label=gettext_lazy("Your statement"),
        help_text=gettext_lazy(
            "One sentence that people of every side could answer with agree or disagree. Name no person."
        ),
    )
    language = forms.ChoiceField(choices=settings.LANGUAGES, label=gettext_lazy("Language"))


class Translate(forms.Form):
    language = forms.ChoiceField(choices=settings.LANGUAGES, label=gettext_lazy("Language"))
    text = PlainText(longest=2 * rules.LONGEST, rows=3, label=gettext_lazy("The statement in this language"))
    reviewed = forms.BooleanField(
        required=False, label=gettext_lazy("Reviewed by somebody who speaks both languages well")
    )


class Moderate(forms.Form):
    do = forms.ChoiceField(choices=[(state, state) for state in rules.State])
    reason = forms.ChoiceField(required=False, label=gettext_lazy("Why it is not put to the vote"))

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        reason = self.fields["reason"]
        assert isinstance(reason, forms.ChoiceField)
        reason.choices = [
            ("", _("choose a reason")),
            *((key, _(words)) for key, words in rules.REASONS.items()),
        ]


class OpenRound(forms.Form):
    """A round over chosen statements: inside one side or jointly, and how it is answered."""

    side = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Who answers"),
        help_text=gettext_lazy("Inside each side first, then jointly."),
    )
    manner = forms.ChoiceField(
        label=gettext_lazy("How it is answered"),
        help_text=gettext_lazy("As the ground rules say. It cannot be changed once the round is open."),
        widget=forms.RadioSelect,
        initial=Manner.SEALED.value,
    )
    new_cycle = forms.BooleanField(
        required=False, label=gettext_lazy("This begins a new cycle: the same statements may be asked again")
    )

    def __init__(self, *args: Any, sides: list[tuple[str, str]], again: bool, **named: Any) -> None:
        super().__init__(*args, **named)
        side, manner = self.fields["side"], self.fields["manner"]
        assert isinstance(side, forms.ChoiceField) and isinstance(manner, forms.ChoiceField)
        side.choices = [*sides, ("", _("all sides, jointly"))]
        manner.choices = [(one.value, _(rules.MANNER_NAMES[one])) for one in Manner]
        if not again:
            del self.fields["new_cycle"]
