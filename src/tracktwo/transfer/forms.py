"""The form of a draft: its language, its frame, its statements; forms of printing and typing in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracktwo.concerns.acts import CONSTRAINT
from tracktwo.concerns.rules import CONCERN_NAMES, LONGEST, Voiced
from tracktwo.web import PlainText


class Draft(forms.Form):
    language = forms.ChoiceField(choices=settings.LANGUAGES, label=gettext_lazy("Language of the paper"))
    heading = PlainText(longest=160, label=gettext_lazy("Heading"))
    introduction = PlainText(longest=3000, rows=6, label=gettext_lazy("Introduction"))
    closing = PlainText(longest=3000, rows=6, required=False, label=gettext_lazy("Closing"))


class Concern(forms.Form):
    """A need or a fear from paper: whose words they are, the seat above says."""

    kind = forms.ChoiceField(label=gettext_lazy("What it is"))
    about = forms.ChoiceField(
        required=False, label=gettext_lazy("Of a misperception: which side it is about")
    )
    text = PlainText(longest=LONGEST, rows=4, label=gettext_lazy("As it stands on the paper"))
    to = forms.ChoiceField(
        label=gettext_lazy("How far its writer ticked that it may go"), widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, sides: list[tuple[str, str]], **named: Any) -> None:
        super().__init__(*args, **named)
        kind, about, to = (self.fields[name] for name in ("kind", "about", "to"))
        assert isinstance(kind, forms.ChoiceField)
        assert isinstance(about, forms.ChoiceField)
        assert isinstance(to, forms.ChoiceField)
        kind.choices = [
            *((one.value, _(name)) for one, name in CONCERN_NAMES.items()),
            (CONSTRAINT, _("constraint")),
        ]
        about.choices = [("", _("none")), *sides]
        to.choices = [
            (Voiced.PRIVATE.value, _("for its writer alone; the panel cannot read it again")),
            (Voiced.CAUCUS.value, _("to its own side, without a name")),
            (Voiced.TABLE.value, _("to the table, as a concern of the side")),
        ]
