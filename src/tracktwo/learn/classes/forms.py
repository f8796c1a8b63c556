"""Forms of classes: opening one, joining one, sharing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from tracktwo.learn.classes import rules
from tracktwo.web import PlainText


class OpenClass(forms.Form):
    name = PlainText(
        longest=rules.LONGEST_NAME,
        label=gettext_lazy("Name of the class"),
        help_text=gettext_lazy("Its learners see it. Neutral is best: a season and a year."),
    )
    course = forms.ChoiceField(label=gettext_lazy("Course"))

    def __init__(self, *args: Any, courses: list[tuple[str, str]], **named: Any) -> None:
        super().__init__(*args, **named)
        course = self.fields["course"]
        assert isinstance(course, forms.ChoiceField)
        course.choices = courses


class Share(forms.Form):
    name = PlainText(
        longest=rules.LONGEST_NAME,
        label=gettext_lazy("Your name in this class"),
        help_text=gettext_lazy("Only your instructor sees it, and only while you share."),
    )
