"""Making persons and accounts."""

from __future__ import annotations

import secrets

from django.contrib.auth.password_validation import validate_password

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
    rules.may_be_called(user_name)
    person = Person(handle=handle_of(user_name), convenes=True)
    person.name = user_name
    validate_password(password, person)
    person.set_password(password)
    person.save()
    return person
