"""Signing in with a user name that is kept only as a blind index; how allauth is kept quiet."""

from __future__ import annotations

import secrets
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from tracktwo.errors import gettext_noop
from tracktwo.people.models import Person
from tracktwo.people.second_step import lacks_second_step
from tracktwo.vault import keys, sealing

# Forgotten at every start: a limit on guessing needs to tell callers apart, nobody needs to know them.
_of_this_run = secrets.token_bytes(32)


# Sentences of allauth on our pages, said in the words of our other pages: our catalogues come before its own.
SAID_OTHERWISE = (
    gettext_noop("Username"),
    gettext_noop("The username and/or password you specified are not correct."),
    gettext_noop("Use your password"),
    gettext_noop("Use authenticator app or code"),
    gettext_noop("Use a security key"),
    gettext_noop("Authenticator code"),
    gettext_noop("Code"),
    gettext_noop("Incorrect code."),
    gettext_noop("Passwordless"),
    gettext_noop(
        "Enabling passwordless operation allows you to sign in using just this key, but imposes additional "
        "requirements such as biometrics or PIN protection."
    ),
)


class ByBlindIndex(AuthenticationBackend):
    """allauth's backend, with user names looked up by their blind index."""

    def _authenticate_by_username(self, username: str, password: str) -> AbstractBaseUser | None:
        found: AbstractBaseUser | None = self._check_password(Person.objects.known_as(username), password)
        return found


class Account(DefaultAccountAdapter):
    """No sign-up, no mail, no network address."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        caller = str(request.META.get("REMOTE_ADDR", ""))
        return sealing.fingerprint(_of_this_run, caller.encode()).hex()[:32]

    def reauthenticate(self, user: AbstractBaseUser, password: str) -> bool:
        """Ask the password of somebody signed in; allauth's own way would look the index up as a user name."""
        self.pre_authenticate(context.request, username=user.get_username())
        right = user.check_password(password)
        if right:
            self._rollback_login_failed_rl_usage()
        return right

    def is_reauthentication_required(self, *, app: str, **named: Any) -> bool:
        # Who still lacks a second step has given the password a moment ago, and must get through to add one.
        if lacks_second_step(context.request.user):
            return False
        return bool(super().is_reauthentication_required(app=app, **named))

    def add_message(self, *args: Any, **named: Any) -> None:
        """allauth greets by user name, which here is an index: nothing is said."""

    def send_notification_mail(self, *args: Any, **named: Any) -> None:
        """allauth's notices carry the network address and the hour: none is sent."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return "/"


class SecondStep(DefaultMFAAdapter):
    """Secrets of the second step are sealed; what it shows names the site, not the person."""

    def encrypt(self, text: str) -> str:
        return keys.seal_for_house("second step", text.encode()).hex()

    def decrypt(self, encrypted_text: str) -> str:
        return keys.unseal_for_house("second step", bytes.fromhex(encrypted_text)).decode()

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        return "Tracktwo"

    def get_totp_issuer(self) -> str:
        return "Tracktwo"

    def get_public_key_credential_user_entity(self, user: AbstractBaseUser) -> dict[str, Any]:
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        return entity | {"display_name": "Tracktwo", "name": "Tracktwo"}
