"""The form of a draft: its language, its frame, its statements."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy

from tracktwo.web import PlainText


class Draft(forms.Form):
    language = forms.ChoiceField(choices=settings.LANGUAGES, label=gettext_lazy("Language of the paper"))
    heading = PlainText(longest=160, label=gettext_lazy("Heading"))
    introduction = PlainText(longest=3000, rows=6, label=gettext_lazy("Introduction"))
    closing = PlainText(longest=3000, rows=6, required=False, label=gettext_lazy("Closing"))
