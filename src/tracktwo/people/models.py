"""Person and session. No address, no e-mail, no time of anything."""

from __future__ import annotations

import unicodedata
import uuid
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from tracktwo.vault import keys
from tracktwo.vault.fields import SealedText
from tracktwo.vault.keystore import HOUSE


class People(BaseUserManager["Person"]):
    """How persons are found: by the blind index of a user name, never by reading one."""

    def known_as(self, user_name: str) -> Person | None:
        return self.filter(handle=handle_of(user_name)).first()


class Person(AbstractBaseUser):
    """Somebody who can sign in. A seat's person usually has neither user name nor password."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    handle = models.CharField(max_length=64, unique=True)
    name = SealedText(scope="people", null=True)
    convenes = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    last_login = None  # when somebody signed in is nobody's business

    objects: ClassVar[People] = People()
    process_id = HOUSE  # what a person's name is sealed for

    USERNAME_FIELD = "handle"
    REQUIRED_FIELDS: ClassVar[list[str]] = []


class Session(AbstractBaseSession):
    """A session: its key only as a blind index, its content sealed, its end rounded to a day."""


def handle_of(user_name: str) -> str:
    """The blind index under which a user name is kept."""
    name = unicodedata.normalize("NFKC", user_name.strip()).casefold()
    return keys.blind_index("user name", name)
