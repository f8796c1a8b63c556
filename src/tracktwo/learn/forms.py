"""Forms of instructors: a term, a course with its units, a folder."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext_lazy

from tracktwo.learn import rules
from tracktwo.learn.search import plain
from tracktwo.learn.terms import (
    CONTESTED,
    LANGUAGES,
    SECTIONS,
    SOURCE,
    Course,
    Library,
    Term,
    Unit,
    asked,
)
from tracktwo.web import PlainText

_NUMBERED = re.compile(r"^\s*\d{1,2}[.)]\s+")


class NewTerm(forms.Form):
    """The name of a new term in its address, and the language one begins with."""

    key = PlainText(
        longest=rules.LONGEST_KEY,
        label=gettext_lazy("Key"),
        help_text=gettext_lazy(
            "Its name in the address: lower-case letters, digits and hyphens, such as peace-zone."
        ),
    )


class TermForm(forms.Form):
    """A term, section by section: what its file holds."""

    title = PlainText(longest=120, label=gettext_lazy("The word"))
    also = PlainText(
        longest=300,
        required=False,
        label=gettext_lazy("Other names"),
        help_text=gettext_lazy("With semicolons between them. Search finds them too."),
    )
    unit = forms.ChoiceField(label=gettext_lazy("Unit"))
    definition = PlainText(
        longest=3000,
        rows=6,
        label=gettext_lazy("Definition"),
        help_text=gettext_lazy(
            "One paragraph that could stand on the back of a card; after an empty line a second may explain."
        ),
    )
    facts = PlainText(
        longest=6000,
        rows=9,
        label=gettext_lazy("Must know"),
        help_text=gettext_lazy(
            "Five to seven facts, one a line. Begin a contested one with “Contested:” and say who disputes it."
        ),
    )
    in_tracktwo = PlainText(
        longest=2000,
        rows=3,
        label=gettext_lazy("In Tracktwo"),
        help_text=gettext_lazy("Where the tool uses it, or plainly that it does not."),
    )
    steps = PlainText(
        longest=2000,
        rows=4,
        required=False,
        label=gettext_lazy("Steps"),
        help_text=gettext_lazy("If it has an order: one step a line. Practice tests ask for the order."),
    )
    mistakes = PlainText(
        longest=3000,
        rows=4,
        required=False,
        label=gettext_lazy("Common mistakes"),
        help_text=gettext_lazy(
            "One a line: something false that is easily believed, then | and why. Practice tests ask for it."
        ),
    )
    questions = PlainText(
        longest=20000,
        rows=16,
        label=gettext_lazy("Questions with worked answers"),
        help_text=gettext_lazy(
            "Each question begins a line with ### Recall: or ### Discuss: or ### Evaluate: and its answer stands "
            "below. After it, if you like: the line Look for: and the points a good answer makes."
        ),
    )
    sources = PlainText(
        longest=4000,
        rows=4,
        label=gettext_lazy("Sources"),
        help_text=gettext_lazy("One a line: author, year, title, where it appeared."),
    )
    further = PlainText(longest=3000, rows=3, required=False, label=gettext_lazy("Further reading"))
    related = PlainText(
        longest=400,
        required=False,
        label=gettext_lazy("Related terms"),
        help_text=gettext_lazy("Their keys, with commas between them."),
    )
    used = PlainText(
        longest=300,
        required=False,
        label=gettext_lazy("Pages that use it"),
        help_text=gettext_lazy("Names from the list below the form, with commas between them."),
    )
    figure = forms.ChoiceField(required=False, label=gettext_lazy("Figure"))
    state = forms.ChoiceField(label=gettext_lazy("State of this version"))

    def __init__(self, *args: Any, language: str, units: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.language = language
        self.fields["unit"].choices = units  # type: ignore[attr-defined]
        self.fields["figure"].choices = [("", "–"), *((name, name) for name in rules.FIGURES)]  # type: ignore[attr-defined]
        if language == SOURCE:
            self.fields["state"].choices = [("source", gettext_lazy("English is the source"))]  # type: ignore[attr-defined]
        else:
            self.fields["state"].choices = [  # type: ignore[attr-defined]
                ("draft", gettext_lazy("Draft: nobody has reviewed it")),
                ("reviewed", gettext_lazy("Reviewed by somebody who speaks the language")),
            ]

    def as_file(self) -> str:
        """What was typed as the file of a term; `read_term` and the checker judge it."""
        said = self.cleaned_data
        head = ("title", "state", "unit", "also", "related", "used", "figure")
        lines = [f"{name}: {' '.join(said[name].split())}".rstrip() for name in head]
        parts = [
            said["definition"],
            f"## {SECTIONS['facts'][0]}\n{_bullets(said['facts'])}",
            f"## {SECTIONS['in_tracktwo'][0]}\n{said['in_tracktwo']}",
            *(
                f"## {SECTIONS[name][0]}\n{listed(said[name])}"
                for name, listed in (("steps", _steps), ("mistakes", _bullets))
                if said[name]
            ),
            f"## {SECTIONS['questions'][0]}\n{said['questions']}",
            f"## {SECTIONS['sources'][0]}\n{_bullets(said['sources'])}",
            f"## {SECTIONS['further'][0]}\n{_bullets(said['further'])}",
        ]
        return "\n".join(["---", *lines, "---", "\n\n".join(parts)]) + "\n"


def typed(term: Term) -> dict[str, str]:
    """A term as the form shows it."""
    facts = [f"{CONTESTED[0]} {fact.text}" if fact.contested else fact.text for fact in term.facts]
    return {
        "title": term.title,
        "also": "; ".join(term.also),
        "unit": term.unit,
        "definition": "\n\n".join(part for part in (term.definition, term.explanation) if part),
        "facts": "\n".join(facts),
        "in_tracktwo": term.in_tracktwo,
        "steps": "\n".join(term.steps),
        "mistakes": "\n".join(f"{one.claim} | {one.why}" for one in term.mistakes),
        "questions": "\n\n".join(map(asked, term.questions)),
        "sources": "\n".join(term.sources),
        "further": "\n".join(term.further),
        "related": ", ".join(term.related),
        "used": ", ".join(term.used),
        "figure": term.figure,
        "state": term.state,
    }


def _bullets(text: str) -> str:
    lines = (line.strip().removeprefix("- ").removeprefix("* ").strip() for line in text.splitlines())
    return "\n".join(f"- {line}" for line in lines if line)


def _steps(text: str) -> str:
    """Steps in their order; a number typed before one is not part of it."""
    return _bullets("\n".join(_NUMBERED.sub("", line) for line in text.splitlines()))


# --- courses ----------------------------------------------------------------------------------------


class CourseForm(forms.Form):
    """The name of a course and what it is about, in English and, where somebody has them, in other languages."""

    title_en = PlainText(longest=120, label=gettext_lazy("Title in English"))
    about_en = PlainText(longest=600, rows=3, label=gettext_lazy("What it is about, in English"))
    title_fr = PlainText(longest=120, required=False, label=gettext_lazy("Title in French"))
    about_fr = PlainText(
        longest=600, rows=2, required=False, label=gettext_lazy("What it is about, in French")
    )
    title_ar = PlainText(longest=120, required=False, label=gettext_lazy("Title in Arabic"))
    about_ar = PlainText(
        longest=600, rows=2, required=False, label=gettext_lazy("What it is about, in Arabic")
    )

    def course(self, key: str, units: list[Unit]) -> Course:
        said = self.cleaned_data
        return Course(
            key or slugify(said["title_en"])[: rules.LONGEST_KEY].strip("-"),
            {language: said[f"title_{language}"] for language in LANGUAGES if said[f"title_{language}"]},
            {language: said[f"about_{language}"] for language in LANGUAGES if said[f"about_{language}"]},
            tuple(units),
        )


class UnitForm(forms.Form):
    """A unit of a course: without a title it is left out."""

    key = PlainText(longest=rules.LONGEST_KEY, required=False, widget=forms.HiddenInput)
    title_en = PlainText(
        longest=120,
        required=False,
        label=gettext_lazy("Unit, in English"),
        help_text=gettext_lazy("Leave it empty and the unit is taken out."),
    )
    title_fr = PlainText(longest=120, required=False, label=gettext_lazy("Unit, in French"))
    title_ar = PlainText(longest=120, required=False, label=gettext_lazy("Unit, in Arabic"))
    terms = PlainText(
        longest=4000,
        rows=5,
        required=False,
        label=gettext_lazy("Terms"),
        help_text=gettext_lazy(
            "Titles or keys, one a line, in the order you teach them. Empty: every term of this unit."
        ),
    )

    def unit(self, library: Library) -> Unit | None:
        said = self.cleaned_data
        if not said.get("title_en"):
            return None
        titles = {language: said[f"title_{language}"] for language in LANGUAGES if said[f"title_{language}"]}
        keys = tuple(_key_of(line, library) for line in said["terms"].splitlines() if line.strip())
        return Unit(
            said["key"] or slugify(said["title_en"])[: rules.LONGEST_KEY].strip("-"), titles, keys or None
        )


Units = forms.formset_factory(UnitForm, extra=1, max_num=40, validate_max=True, absolute_max=41)


def _key_of(line: str, library: Library) -> str:
    """The key of a term from its title, another name or the key itself; what is unknown stays as typed."""
    wanted = plain(line.strip().removeprefix("- "))
    for term in library.terms.values():
        if wanted in {plain(name) for name in (term.title, term.key, *term.also)}:
            return term.key
    return line.strip()


def typed_course(course: Course) -> dict[str, str]:
    titles = {f"title_{language}": course.title.get(language, "") for language in LANGUAGES}
    return titles | {f"about_{language}": course.about.get(language, "") for language in LANGUAGES}


def typed_unit(unit: Unit) -> dict[str, str]:
    titles = {f"title_{language}": unit.title.get(language, "") for language in LANGUAGES}
    return titles | {"key": unit.key, "terms": "\n".join(unit.terms or ())}


# --- a folder -----------------------------------------------------------------------------------------


class Folder(forms.Form):
    """A folder of terms and courses, zipped."""

    folder = forms.FileField(
        label=gettext_lazy("A zip file of terms and courses"),
        help_text=gettext_lazy(
            "As exported here. All of it is checked first; it is brought in as a whole or not at all."
        ),
        allow_empty_file=True,
    )
