"""Pages of set-up, and who may see the pages of sign-in."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language

from tracktwo.errors import NotHere
from tracktwo.people import acts, forms, site
from tracktwo.web import ANYONE, audience

SIGN_IN_WITH = "tracktwo.people.signing_in.ByBlindIndex"


@audience(ANYONE)
def set_up(request: HttpRequest, token: str) -> HttpResponse:
    """Make the first facilitator's account; once, with the link printed at the first start."""
    if not site.token_opens(token):
        raise NotHere
    form = forms.SetUp(request.POST or None, initial={"language": get_language()})
    if request.method != "POST" or not form.is_valid():
        return render(request, "people/set_up.html", {"form": form}, status=400 if form.errors else 200)
    values = form.cleaned_data
    person = acts.make_convenor(user_name=values["user_name"], password=values["password"])
    site.write(name=values["site_name"], language=values["language"])
    site.close_set_up()
    login(request, person, backend=SIGN_IN_WITH)
    record_authentication(request, person, method="password")
    return redirect("mfa_index")


@audience(ANYONE)
def not_offered(request: HttpRequest, **_named: Any) -> HttpResponse:
    """allauth links to pages this site does not have (sign-up, mail)."""
    raise NotHere
