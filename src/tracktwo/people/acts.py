"""Making persons and accounts."""

from __future__ import annotations

import secrets

from django.contrib.auth.password_validation import validate_password

from tracktwo.errors import Refusal, gettext_noop
from tracktwo.people import rules
from tracktwo.people.models import Person, handle_of
from tracktwo.record.acts import act


def new_person() -> Person:
    """A person without user name and password: who came with a code."""
    person = Person(handle=secrets.token_hex(32))
    person.set_unusable_password()
    person.save()
    return person


@act
def make_convenor(*, user_name: str, password: str) -> Person:
    """The account of somebody who may begin processes."""
    return _with_account(Person(convenes=True), user_name, password)


@act
def make_account(*, person: Person, user_name: str, password: str) -> Person:
    """Give a person who came with a code a user name and a password: what a panel signs in with."""
    if person.has_usable_password():
        raise Refusal(gettext_noop("You have an account already."))
    return _with_account(person, user_name, password)


def _with_account(person: Person, user_name: str, password: str) -> Person:
    rules.may_be_called(user_name)
    if Person.objects.known_as(user_name) is not None:
        raise Refusal(gettext_noop("This user name is taken. Choose another."))
    person.handle, person.name = handle_of(user_name), user_name
    validate_password(password, person)
    person.set_password(password)
    person.save()
    return person
