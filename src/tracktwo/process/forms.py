"""Forms of a process."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracktwo.process import rules
from tracktwo.process.acts import NewSide
from tracktwo.process.rules import Role
from tracktwo.web import PlainText


class Code(forms.Form):
    code = PlainText(
        longest=60,
        label=gettext_lazy("Your code"),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "dir": "ltr", "spellcheck": "false", "autocapitalize": "characters"}
        ),
    )


class Begin(forms.Form):
    """A new process: a neutral cover title, the true title, and the sides, one a line."""

    cover_title = PlainText(
        longest=80,
        label=gettext_lazy("Cover title"),
        help_text=gettext_lazy(
            "All that page titles, links and mail may show. Name neither the conflict nor a side."
        ),
    )
    title = PlainText(
        longest=160, label=gettext_lazy("Title"), help_text=gettext_lazy("Seen by the table only.")
    )
    story = PlainText(
        longest=8000,
        rows=6,
        required=False,
        label=gettext_lazy("What this process is"),
        help_text=gettext_lazy("Seen by everybody who has a seat, the wider circle included."),
    )
    sides = PlainText(
        longest=800,
        rows=4,
        label=gettext_lazy("Sides"),
        help_text=gettext_lazy("One a line, two to eight. The order gives the letters."),
    )
    language = forms.ChoiceField(choices=settings.LANGUAGES, label=gettext_lazy("First language"))

    def clean_sides(self) -> list[NewSide]:
        names = [line.strip() for line in self.cleaned_data["sides"].splitlines() if line.strip()]
        if not rules.FEWEST_SIDES <= len(names) <= rules.MOST_SIDES:
            raise forms.ValidationError(_("Name two to eight sides, one a line."))
        return [NewSide(name) for name in names]


class NewSeat(forms.Form):
    """One seat, for a side or on the panel."""

    role = forms.ChoiceField(label=gettext_lazy("Role"))
    side = forms.ChoiceField(label=gettext_lazy("Side"), required=False)
    label = PlainText(
        longest=60,
        label=gettext_lazy("Name at the table"),
        help_text=gettext_lazy("A pseudonym is fine. The own side and the panel see it."),
    )
    official = forms.BooleanField(required=False, label=gettext_lazy("An official in a private capacity"))

    def __init__(self, *args: Any, sides: list[tuple[str, str]], **named: Any) -> None:
        super().__init__(*args, **named)
        role, side = self.fields["role"], self.fields["side"]
        assert isinstance(role, forms.ChoiceField) and isinstance(side, forms.ChoiceField)
        role.initial = Role.PARTICIPANT.value
        role.choices = [(one.value, _(rules.ROLE_NAMES[one])) for one in Role]
        side.choices = [("", _("none: the panel")), *sides]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if bool(values.get("side")) != (values.get("role") in rules.OF_A_SIDE):
            raise forms.ValidationError(
                _("A participant or a voter sits for a side; the panel sits for none.")
            )
        return values


class Rules(forms.Form):
    text = PlainText(longest=12000, rows=16, label=gettext_lazy("Ground rules"))
