"""Forms of practice: how many new cards a day and which kinds; a file with progress."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from tracktwo.learn.practice.progress import (
    KINDS,
    LARGEST,
    MOST_NEW_A_DAY,
    TOO_LARGE,
    NotProgress,
    Progress,
    read,
)
from tracktwo.web import say

KIND_WORDS = {
    "definition": gettext_lazy("From the term to its meaning"),
    "word": gettext_lazy("From the meaning to the term"),
    "steps": gettext_lazy("The steps of a method, in order"),
    "recall": gettext_lazy("Questions: recall"),
    "discuss": gettext_lazy("Questions: discuss"),
    "evaluate": gettext_lazy("Questions: evaluate"),
    "own": gettext_lazy("Cards you brought along"),
}


class Settings(forms.Form):
    """What a learner wants to be asked."""

    new_a_day = forms.IntegerField(
        min_value=0,
        max_value=MOST_NEW_A_DAY,
        label=gettext_lazy("New cards a day"),
        help_text=gettext_lazy("Ten new cards a day soon mean some sixty answers a day."),
    )
    kinds = forms.MultipleChoiceField(
        choices=[(kind, KIND_WORDS[kind]) for kind in KINDS],
        widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("Which cards"),
    )


def settings_of(progress: Progress) -> dict[str, Any]:
    return {"new_a_day": progress.new_a_day, "kinds": sorted(progress.kinds)}


class Load(forms.Form):
    """A progress file."""

    file = forms.FileField(
        label=gettext_lazy("Progress file"),
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
    )

    def clean_file(self) -> Progress:
        file: Any = self.cleaned_data["file"]  # an uploaded file
        try:
            if (file.size or 0) > 4 * LARGEST:
                raise NotProgress(TOO_LARGE)
            return read(file.read().decode("utf-8-sig", "replace"))
        except NotProgress as fault:
            raise forms.ValidationError(say(fault)) from None
