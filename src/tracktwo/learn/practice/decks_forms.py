"""Forms of decks: a file of cards, a card written by hand."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy

from tracktwo.learn.practice import decks
from tracktwo.learn.practice.brought import Brought, NotRead
from tracktwo.learn.practice.progress import LONGEST_SIDE
from tracktwo.web import PlainText, say


class DeckFile(forms.Form):
    """A deck of Anki or a sheet."""

    file = forms.FileField(
        label=gettext_lazy("A file of cards"),
        help_text=gettext_lazy(
            "From Anki (.apkg, or its notes as plain text), or a sheet (.csv, .tsv) with a front and a back a row."
        ),
        widget=forms.FileInput(attrs={"accept": ".apkg,.csv,.tsv,.txt"}),
        allow_empty_file=True,
        error_messages={
            "required": gettext_lazy(
                "Choose a file of at most 8 megabytes; a larger one does not arrive here."
            )
        },
    )

    def clean_file(self) -> Brought:
        file: UploadedFile[Any] = self.cleaned_data["file"]
        try:
            return decks.read(file.read())
        except NotRead as fault:
            raise forms.ValidationError(say(fault)) from None


class CardByHand(forms.Form):
    """A card of one's own."""

    front = PlainText(longest=LONGEST_SIDE, rows=2, label=gettext_lazy("Front: what is asked"))
    back = PlainText(
        longest=LONGEST_SIDE,
        rows=4,
        label=gettext_lazy("Back: the answer"),
        help_text=gettext_lazy("Markdown: *emphasis*, **strong**, lists with hyphens."),
    )
