"""Forms of sign-in and set-up."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracktwo.people import rules
from tracktwo.web import PlainText


class Account(forms.Form):
    """A user name and a password, for somebody who sits on a panel."""

    user_name = PlainText(
        longest=rules.LONGEST_NAME,
        min_length=rules.SHORTEST_NAME,
        label=gettext_lazy("User name"),
        widget=forms.TextInput(attrs={"autocomplete": "username", "dir": "auto"}),
    )
    password = forms.CharField(
        min_length=12,
        max_length=256,
        strip=False,
        label=gettext_lazy("Password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy(
            "At least twelve characters. On the next page you add a passkey or a one-time password."
        ),
    )
    again = forms.CharField(
        max_length=256,
        strip=False,
        label=gettext_lazy("Password, once more"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        validate_password(password)
        return password

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("password") != values.get("again"):
            self.add_error("again", _("The two passwords differ."))
        return values


class SetUp(Account):
    """The first account, the name of the site, its language."""

    site_name = PlainText(
        longest=60,
        label=gettext_lazy("Name of the site"),
        help_text=gettext_lazy("Neutral: it stands on every page and names no conflict."),
    )
    language = forms.ChoiceField(choices=settings.LANGUAGES, label=gettext_lazy("First language"))

    field_order = ("site_name", "language", "user_name", "password", "again")
