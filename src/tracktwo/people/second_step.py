"""The panel signs in with a second step (passkey or one-time password), and its times are not kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from tracktwo.people.models import Person

# Where somebody without a second step may still go: to set one up, to choose a language, to leave.
OPEN_PATHS = (
    "/accounts/",
    "/static/",
    "/language/",
    "/theme/",
    "/leave/",
    "/account/",
    "/set-up/",
    "/health/",
)


class Required:
    """Whoever has a password (the panel) sets up a second step before anything else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(OPEN_PATHS) and lacks_second_step(request.user):
            return redirect("mfa_index")
        return self.get_response(request)


def has_account(person: Any) -> bool:
    return isinstance(person, Person) and person.has_usable_password()


def lacks_second_step(person: Any) -> bool:
    if not has_account(person):
        return False
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return not Authenticator.objects.filter(user=person, type__in=kinds).exists()


def forget_times(instance: Authenticator, **_signal: Any) -> None:
    """allauth keeps when a second step was made and last used, and what its owner calls it. Not here."""
    instance.created_at = timezone.datetime(2000, 1, 1, tzinfo=timezone.get_default_timezone())  # type: ignore[attr-defined]
    instance.last_used_at = None
    if "name" in instance.data:
        instance.data["name"] = "Passkey"
