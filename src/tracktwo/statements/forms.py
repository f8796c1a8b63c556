"""Forms of statements."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracktwo.statements import rules
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
