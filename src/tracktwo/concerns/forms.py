"""Forms of needs and fears."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracktwo.concerns import rules
from tracktwo.concerns.rules import CONCERN_NAMES, ConcernKind
from tracktwo.web import PlainText


class Write(forms.Form):
    """A need, a fear or a misperception."""

    kind = forms.ChoiceField(label=gettext_lazy("What is it?"), widget=forms.RadioSelect)
    about = forms.ChoiceField(
        required=False,
        label=gettext_lazy("About which side?"),
        help_text=gettext_lazy("Of a misperception only: what you think they think or want."),
    )
    text = PlainText(
        longest=rules.LONGEST,
        rows=3,
        label=gettext_lazy("In your own words"),
        help_text=gettext_lazy(
            "What your side must have, or must not suffer, whatever is found. "
            "A need for justice is a need like every other. Name no person."
        ),
    )

    def __init__(self, *args: Any, others: Sequence[tuple[str, str]], **named: Any) -> None:
        super().__init__(*args, **named)
        kind, about = self.fields["kind"], self.fields["about"]
        assert isinstance(kind, forms.ChoiceField) and isinstance(about, forms.ChoiceField)
        kind.choices = [(one.value, _(CONCERN_NAMES[one])) for one in ConcernKind]
        about.choices = [("", _("no side")), *others]


class Words(forms.Form):
    """Own words, changed while they are still one's own."""

    text = PlainText(longest=rules.LONGEST, rows=3, label=gettext_lazy("In your own words"))


class Constrain(forms.Form):
    text = PlainText(
        longest=rules.LONGEST,
        rows=3,
        label=gettext_lazy("What binds your side at home"),
        help_text=gettext_lazy("A law, a promise, an election, a press, people who would call it betrayal."),
    )


class Restate(forms.Form):
    text = PlainText(
        longest=rules.LONGEST,
        rows=3,
        label=gettext_lazy("What you have heard, in your own words"),
        help_text=gettext_lazy(
            "Say it so that they would nod. You need not share it, and nobody will hold it to be your view."
        ),
    )


class Answer(forms.Form):
    """What the side that a misperception is about says itself."""

    text = PlainText(
        longest=rules.LONGEST,
        rows=3,
        label=gettext_lazy("What you do say"),
        help_text=gettext_lazy("Say what your side thinks or wants, not that they are wrong."),
    )


class Missing(forms.Form):
    missing = PlainText(
        longest=rules.LONGEST,
        rows=2,
        label=gettext_lazy("What is missing?"),
        help_text=gettext_lazy("One thing that they could still hear."),
    )


class Ask(forms.Form):
    text = PlainText(
        longest=rules.LONGEST,
        rows=2,
        label=gettext_lazy("What would reassure us"),
        help_text=gettext_lazy("A gesture that another side could make at a cost it can bear."),
    )


class Offer(forms.Form):
    text = PlainText(
        longest=rules.LONGEST,
        rows=2,
        label=gettext_lazy("What we could do"),
        help_text=gettext_lazy("Possible, not promised: nobody here has a mandate."),
    )


class Idea(forms.Form):
    """A "what if", and which needs and fears it answers."""

    text = PlainText(
        longest=rules.LONGEST,
        rows=3,
        label=gettext_lazy("What if ..."),
        help_text=gettext_lazy("Inventing is not deciding: an idea is nobody's, and binds nobody."),
    )
    answers = forms.MultipleChoiceField(
        required=False,
        label=gettext_lazy("Which needs and fears it answers"),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, concerns: Sequence[tuple[str, str]], **named: Any) -> None:
        super().__init__(*args, **named)
        answers = self.fields["answers"]
        assert isinstance(answers, forms.MultipleChoiceField)
        answers.choices = list(concerns)
        if not concerns:
            del self.fields["answers"]


class Links(forms.Form):
    """What else an idea answers."""

    answers = forms.MultipleChoiceField(
        label=gettext_lazy("It also answers"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, concerns: Sequence[tuple[str, str]], **named: Any) -> None:
        super().__init__(*args, **named)
        answers = self.fields["answers"]
        assert isinstance(answers, forms.MultipleChoiceField)
        answers.choices = list(concerns)


class Plan(forms.Form):
    """How one means to go home. Every answer may stay empty."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        for name, question in rules.PLAN_QUESTIONS.items():
            if name == "day":
                day = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
                self.fields[name] = forms.DateField(required=False, label=_(question), widget=day)
            else:
                self.fields[name] = PlainText(
                    longest=rules.LONGEST_PLAN, rows=3, required=False, label=_(question)
                )

    def answers(self) -> dict[str, str]:
        return {name: str(value or "") for name, value in self.cleaned_data.items()}
