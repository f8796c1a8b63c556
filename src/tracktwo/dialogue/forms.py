"""Forms of rooms."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracktwo.dialogue import rules
from tracktwo.dialogue.rules import Attribution
from tracktwo.process.rules import RoomKind
from tracktwo.web import PlainText


def _attributions() -> list[tuple[str, str]]:
    return [(one.value, _(rules.ATTRIBUTION_NAMES[one])) for one in Attribution]


class Room(forms.Form):
    """What can be changed in a room."""

    name = PlainText(longest=80, label=gettext_lazy("Name of the room"))
    attribution = forms.ChoiceField(
        label=gettext_lazy("How remarks are attributed"),
        help_text=gettext_lazy("Each remark may tell less than its room allows, never more."),
    )
    tick = forms.TypedChoiceField(
        coerce=int,
        label=gettext_lazy("Unattributed remarks are released every"),
        help_text=gettext_lazy("Together, in an order drawn by lot, and only of three or more authors."),
    )

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        attribution, tick = self.fields["attribution"], self.fields["tick"]
        assert isinstance(attribution, forms.ChoiceField) and isinstance(tick, forms.ChoiceField)
        attribution.choices = _attributions()
        tick.choices = [(one, _("%(n)s minutes") % {"n": one}) for one in rules.TICKS]
        tick.initial = 5


class NewRoom(Room):
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind of room"),
        help_text=gettext_lazy("A caucus or a shuttle is opened for every side at once."),
    )
    criterion = PlainText(
        longest=160,
        required=False,
        label=gettext_lazy("Criterion"),
        help_text=gettext_lazy("Only for a room with a criterion, for example: women only; under thirty."),
    )
    field_order = ("kind", "name", "criterion", "attribution", "tick")

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)
        kind.choices = [(one.value, _(rules.ROOM_NAMES[one])) for one in RoomKind]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if (values.get("kind") == RoomKind.RESTRICTED) != bool(values.get("criterion")):
            raise forms.ValidationError(
                _(
                    "A room with a criterion says which one, such as women only; other rooms have no criterion."
                )
            )
        return values


class Say(forms.Form):
    """A remark. How it is attributed is chosen on the page, with what each choice means here."""

    text = PlainText(longest=rules.LONGEST_REMARK, rows=3, label=gettext_lazy("Say something to this room"))
    attribution = forms.ChoiceField(choices=[(one, one) for one in Attribution])


class Message(forms.Form):
    text = PlainText(
        longest=rules.LONGEST_MESSAGE,
        rows=3,
        label=gettext_lazy("What the panel may carry"),
        help_text=gettext_lazy(
            "Your side and the panel read it. The panel carries it in its own words; yours never go there."
        ),
    )
    side = forms.ChoiceField(label=gettext_lazy("To which side"))

    def __init__(self, *args: Any, sides: list[tuple[str, str]], **named: Any) -> None:
        super().__init__(*args, **named)
        side = self.fields["side"]
        assert isinstance(side, forms.ChoiceField)
        side.choices = sides


class Words(forms.Form):
    text = PlainText(longest=rules.LONGEST_MESSAGE, rows=3, label=gettext_lazy("In the panel’s words"))


class Minutes(forms.Form):
    text = PlainText(
        longest=rules.LONGEST_MINUTES,
        rows=12,
        label=gettext_lazy("Minutes"),
        help_text=gettext_lazy("Unattributed: what was said, never who said it."),
    )


class Correction(forms.Form):
    text = PlainText(
        longest=rules.LONGEST_MESSAGE, rows=3, label=gettext_lazy("What the minutes should say differently")
    )
