"""Forms of preparation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from tracktwo.errors import gettext_noop
from tracktwo.preparation import agenda, rules, templates
from tracktwo.process import rules as process_rules
from tracktwo.process.forms import Begin as BeginProcess
from tracktwo.process.rules import Role
from tracktwo.web import PlainText, say

Choices = Sequence[tuple[str, str]]
NOT_NOTED = gettext_noop("not noted")


def chosen_from(names: Mapping[str, str]) -> list[tuple[str, str]]:
    """The values of a rule in the reader's words."""
    return [(key, _(name)) for key, name in names.items()]


class OneOf(forms.ChoiceField):
    """One value of a table of the rules; where it may be left open, the first choice says so."""

    def __init__(self, names: Mapping[str, str], *, opened: str = "", **options: Any) -> None:
        super().__init__(
            choices=lambda: [*([("", _(opened))] if opened else []), *chosen_from(names)],
            required=not opened,
            **options,
        )


class Begin(BeginProcess):
    """A new process, from a template if one likes."""

    template = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Begin from"),
        help_text=gettext_lazy(
            "It fills the agenda and proposes ground rules. Both are text you can change."
        ),
        widget=forms.RadioSelect,
    )
    field_order = ("template", "cover_title", "title", "story", "sides", "language")

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        template = self.fields["template"]
        assert isinstance(template, forms.ChoiceField)
        language = get_language() or "en"
        named_so = [
            (key, templates.load(key).get(language, templates.load(key)["en"]).name) for key in templates.KEYS
        ]
        template.choices = [*named_so, ("", _("an empty page"))]


class Agenda(forms.Form):
    text = PlainText(longest=12000, rows=20, label=gettext_lazy("Agenda"))

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if faults := agenda.read(text).faults:
            raise forms.ValidationError([say(fault) for fault in faults])
        return text


class Analysis(forms.Form):
    """The conflict, Track I, others who work on it, and what this process is for."""

    conflict = PlainText(longest=8000, rows=6, required=False, label=gettext_lazy("The conflict"))
    track_one = OneOf(rules.TRACK_ONE, label=gettext_lazy("The official track (Track I)"))
    track_one_note = PlainText(
        longest=2000, rows=3, required=False, label=gettext_lazy("How this process relates to it")
    )
    initiatives = PlainText(
        longest=4000,
        rows=4,
        required=False,
        label=gettext_lazy("Others who work on the same conflict"),
        help_text=gettext_lazy("Who, with whom, since when; and whether you talk with each other."),
    )
    contribution = PlainText(
        longest=4000,
        rows=4,
        required=False,
        label=gettext_lazy("How this process is meant to contribute"),
        help_text=gettext_lazy("Who would think or do what differently, and why that would matter."),
    )


class NewActor(forms.Form):
    name = PlainText(longest=80, label=gettext_lazy("Name"))
    kind = OneOf(rules.ACTOR_KINDS, label=gettext_lazy("Kind"))
    side = forms.ChoiceField(required=False, label=gettext_lazy("Side"))
    stance = OneOf(rules.STANCES, label=gettext_lazy("Towards talks"))
    influence = OneOf(rules.RISK_LEVELS, label=gettext_lazy("Influence"))
    note = PlainText(longest=2000, rows=3, required=False, label=gettext_lazy("Note"))

    def __init__(self, *args: Any, sides: Choices, **named: Any) -> None:
        super().__init__(*args, **named)
        _choose(self, "side", [("", _("no side")), *sides])


class NewRelation(forms.Form):
    one = forms.ChoiceField(label=gettext_lazy("From"))
    kind = OneOf(rules.RELATIONS, opened=gettext_noop("no line"), label=gettext_lazy("Relation"))
    other = forms.ChoiceField(label=gettext_lazy("To"))

    def __init__(self, *args: Any, actors: Choices, **named: Any) -> None:
        super().__init__(*args, **named)
        _choose(self, "one", actors)
        _choose(self, "other", actors)


class Perceived(forms.Form):
    """One side as it seems today: four signs, each a word and never a number."""

    side = forms.ChoiceField(label=gettext_lazy("Side"))
    stalemate = OneOf(rules.SEEN, initial="unknown", label=gettext_lazy("A stalemate that hurts is felt"))
    way_out = OneOf(rules.SEEN, initial="unknown", label=gettext_lazy("A way out is seen"))
    catastrophe = OneOf(rules.SEEN, initial="unknown", label=gettext_lazy("A catastrophe is near"))
    spokesperson = OneOf(rules.SEEN, initial="unknown", label=gettext_lazy("Somebody can speak for the side"))
    note = PlainText(longest=2000, rows=3, required=False, label=gettext_lazy("What it rests on"))

    def __init__(self, *args: Any, sides: Choices, **named: Any) -> None:
        super().__init__(*args, **named)
        _choose(self, "side", sides)

    def answers(self) -> dict[str, str]:
        """The signs under the names of the rules, and the note."""
        values = self.cleaned_data
        return {sign: values[sign.replace(" ", "_")] for sign in rules.SIGNS} | {"note": values["note"]}


class NewRisk(forms.Form):
    text = PlainText(longest=2000, rows=3, label=gettext_lazy("What could happen"))
    likelihood = OneOf(rules.RISK_LEVELS, label=gettext_lazy("Likelihood"))
    severity = OneOf(rules.RISK_LEVELS, label=gettext_lazy("Severity"))
    measure = PlainText(longest=2000, rows=3, required=False, label=gettext_lazy("What is done about it"))
    owner = forms.ChoiceField(label=gettext_lazy("Who sees to it"))
    seat = forms.ChoiceField(
        required=False,
        label=gettext_lazy("About one seat"),
        help_text=gettext_lazy("A risk to one person: it stays with the panel."),
    )

    def __init__(self, *args: Any, seats: Choices, **named: Any) -> None:
        super().__init__(*args, **named)
        panel = [role for role in Role if role in process_rules.PANEL]
        _choose(self, "owner", [(role.value, _(process_rules.ROLE_NAMES[role])) for role in panel])
        _choose(self, "seat", [("", _("about all")), *seats])


class Name(forms.Form):
    """Somebody on the long list: all of it is optional but the name."""

    name = PlainText(longest=120, label=gettext_lazy("Name"))
    side = forms.ChoiceField(required=False, label=gettext_lazy("Side"))
    sector = OneOf(rules.SECTORS, opened=NOT_NOTED, label=gettext_lazy("Sector"))
    gender = OneOf(rules.GENDERS, opened=NOT_NOTED, label=gettext_lazy("Gender"))
    age = OneOf(rules.AGES, opened=NOT_NOTED, label=gettext_lazy("Age"))
    seniority = OneOf(rules.SENIORITIES, opened=NOT_NOTED, label=gettext_lazy("Seniority"))
    capacity = OneOf(
        rules.CAPACITIES,
        opened=NOT_NOTED,
        label=gettext_lazy("Capacity"),
        help_text=gettext_lazy("An official in a private capacity makes it Track 1.5 for this seat."),
    )

    def __init__(self, *args: Any, sides: Choices, **named: Any) -> None:
        super().__init__(*args, **named)
        _choose(self, "side", [("", _("not known yet")), *sides])

    def traits(self) -> dict[str, str]:
        return {trait: self.cleaned_data[trait] for trait in rules.TRAITS if self.cleaned_data[trait]}


class WholeName(Name):
    """What a facilitator notes once there has been contact."""

    contact = PlainText(
        longest=400,
        required=False,
        label=gettext_lazy("How to reach this person"),
        help_text=gettext_lazy("The way they chose, and the one never to be used."),
    )
    note = PlainText(longest=4000, rows=4, required=False, label=gettext_lazy("Note"))
    risk = OneOf(rules.RISK_LEVELS, opened=NOT_NOTED, label=gettext_lazy("Risk to this person"))
    risk_note = PlainText(
        longest=2000, rows=3, required=False, label=gettext_lazy("From whom, and what to avoid")
    )
    consents = forms.MultipleChoiceField(
        required=False,
        label=gettext_lazy("This person consented"),
        choices=lambda: chosen_from(rules.CONSENTS),
        widget=forms.CheckboxSelectMultiple,
    )
    consent_note = PlainText(
        longest=1000,
        rows=2,
        required=False,
        label=gettext_lazy("Limits of the consent, and how it was given"),
    )


class Seating(forms.Form):
    """A new seat by its name at the table, or one that stands there already."""

    label = PlainText(
        longest=60,
        required=False,
        label=gettext_lazy("Name at the table"),
        help_text=gettext_lazy("A pseudonym is fine. The own side and the panel see it."),
    )
    seat = forms.ChoiceField(required=False, label=gettext_lazy("Or a seat that was added already"))

    def __init__(self, *args: Any, seats: Choices, **named: Any) -> None:
        super().__init__(*args, **named)
        _choose(self, "seat", [("", _("a new seat")), *seats])


class Intake(forms.Form):
    """What a seat tells the facilitators before anybody is in a room. Nothing of it must be answered."""

    hopes = PlainText(
        longest=2000, rows=3, required=False, label=gettext_lazy("What do you hope will come of this?")
    )
    worries = PlainText(
        longest=2000, rows=3, required=False, label=gettext_lazy("What worries you about it?")
    )
    worst_case = PlainText(
        longest=2000,
        rows=3,
        required=False,
        label=gettext_lazy("What is the worst that could happen to you?"),
    )
    safety = PlainText(
        longest=2000,
        rows=3,
        required=False,
        label=gettext_lazy("What keeps you safe?"),
        help_text=gettext_lazy("Who must not know; how to reach you; what to do if you do not come."),
    )
    language = PlainText(
        longest=80, required=False, label=gettext_lazy("In which language do you speak freely?")
    )
    interpreter = forms.BooleanField(required=False, label=gettext_lazy("I need an interpreter."))
    hours = PlainText(
        longest=200,
        required=False,
        label=gettext_lazy("Hours and days that are good, and those that are not"),
    )
    shared_device = forms.BooleanField(
        required=False, label=gettext_lazy("Other people use my telephone or computer too.")
    )
    travel = PlainText(
        longest=400,
        required=False,
        label=gettext_lazy("Travel: papers, escort, costs, roads that are closed to you"),
    )
    access = PlainText(
        longest=400,
        required=False,
        label=gettext_lazy("Access: sight, hearing, movement, food, prayer, care of others"),
    )
    consents = forms.MultipleChoiceField(
        required=False,
        label=gettext_lazy("What you consent to"),
        choices=lambda: chosen_from(rules.INTAKE_CONSENTS),
        widget=forms.CheckboxSelectMultiple,
    )


class Declare(forms.Form):
    text = PlainText(
        longest=4000,
        rows=4,
        label=gettext_lazy("Your interests"),
        help_text=gettext_lazy(
            "Ties to a side, earlier work, who pays you, what you would gain or lose. Write “none” if "
            "there are none."
        ),
    )


class NewClearance(forms.Form):
    seat = forms.ChoiceField(label=gettext_lazy("Who may see it"))
    side = forms.ChoiceField(label=gettext_lazy("The worksheet of"))

    def __init__(self, *args: Any, seats: Choices, sides: Choices, **named: Any) -> None:
        super().__init__(*args, **named)
        _choose(self, "seat", seats)
        _choose(self, "side", sides)


def _choose(form: forms.Form, name: str, choices: Choices) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(choices)
