"""Every column of every table has a class and a reason: a new one fails here until somebody has thought about it.

sealed    ciphertext, bound to its row: opens only with a grant
key       a random identifier or a reference to one: UUIDv4, which holds no time
digest    a keyed or unsearchable hash
number    a serial number or count that tells nothing of a person
plain     readable by whoever holds the database: must stay without words, names, times
unused    a table a library brings along; nothing writes there
"""

from __future__ import annotations

import uuid

import pytest
from django.apps import apps
from django.db import models

from tracktwo.vault.fields import SealedField

# fmt: off
COLUMNS: dict[str, dict[str, tuple[str, str]]] = {
    "tracktwo.DataKey": {
        "id": ("number", "one for each scope of a process, made at first use"),
        "process": ("key", "whose data it seals"),
        "scope": ("plain", "the name of a scope; holds the id of a side, never its name"),
        "number": ("number", "a rotation's count"),
        "wrapped": ("sealed", "wrapped under a key that is not in the database"),
    },
    "tracktwo.Person": {
        "id": ("key", "random"),
        "handle": ("digest", "keyed index of a user name; random for whoever came with a code"),
        "password": ("digest", "Argon2id"),
        "name": ("sealed", "the user name"),
        "convenes": ("plain", "may begin processes"),
        "is_active": ("plain", "may sign in"),
    },
    "tracktwo.Session": {
        "session_key": ("digest", "keyed index of what the cookie holds"),
        "session_data": ("sealed", "whose it is, and how they signed in"),
        "expire_date": ("plain", "a midnight, never an hour"),
    },
    "tracktwo.Process": {
        "id": ("key", "random"),
        "kind": ("plain", "real, demo or exercise"),
        "phase": ("plain", "where it stands; needed while its keys are locked"),
        "frozen": ("plain", "asked before anything is opened"),
        "risk_reviewed": ("plain", "a step that was done"),
        "observers_hear": ("plain", "a ground rule"),
        "language": ("plain", "of the interface; tells less than the addresses of a website"),
        "cover_title": ("sealed", ""), "title": ("sealed", ""), "story": ("sealed", ""), "outline": ("sealed", ""),
    },
    "tracktwo.Side": {
        "id": ("key", "random"), "process_id": ("key", ""),
        "place": ("number", "first, second, third"),
        "letter": ("plain", "A, B, C: a letter on screen, not a name"),
        "name": ("sealed", ""),
    },
    "tracktwo.Seat": {
        "id": ("key", "random"), "process_id": ("key", ""), "side_id": ("key", ""), "person_id": ("key", ""),
        "role": ("plain", "what a seat is for; the table of seats is no secret to whoever runs the house"),
        "official": ("plain", "an official in a private capacity"),
        "withdrawn": ("plain", "its codes open nothing"),
        "one_click": ("plain", "only in a demo or an exercise"),
        "label": ("sealed", ""), "name": ("sealed", ""), "introduction": ("sealed", ""),
    },
    "tracktwo.Invitation": {
        "id": ("key", "random"), "process_id": ("key", ""), "seat_id": ("key", ""),
        "digest": ("digest", "of 130 random bits: nothing to search through"),
        "expires": ("plain", "a day"),
        "used": ("plain", "whether it still opens the seat"),
    },
    "tracktwo.GroundRules": {
        "id": ("key", "random"), "process_id": ("key", ""),
        "version": ("number", ""),
        "text": ("sealed", ""),
    },
    "tracktwo.Assent": {
        "id": ("key", "random"), "process_id": ("key", ""), "seat_id": ("key", ""), "ground_rules_id": ("key", ""),
    },
    "tracktwo.Chain": {
        "process": ("key", ""), "length": ("number", ""), "head": ("digest", "keyed"),
    },
    "tracktwo.Entry": {
        "id": ("number", "the order of acts is what a record is; votes and statements of the sides leave none"),
        "process": ("key", ""), "number": ("number", ""),
        "verb": ("plain", "what was done, of a fixed list, without content"),
        "role": ("plain", "by a role, never by a person"),
        "day": ("plain", "a day, never an hour"),
        "digest": ("digest", "keyed"),
    },
    "tracktwo.Sent": {
        "digest": ("digest", "of a random key that stood in a form"),
    },
    "tracktwo.Statement": {
        "id": ("key", "random"), "process_id": ("key", ""),
        "slot": ("number", "its place in every ballot"),
        "state": ("plain", "waiting, open, rejected"),
        "reason": ("plain", "one of six words of moderation"),
        "pseudonym": ("digest", "of its author, keyed, by a label of its own; gone at closure"),
        "side_of_author": ("sealed", ""),
    },
    "tracktwo.Wording": {
        "id": ("key", "random"), "process_id": ("key", ""), "statement_id": ("key", ""),
        "language": ("plain", "in how many and which languages statements are is not hidden from the database"),
        "draft": ("plain", ""), "source": ("plain", ""),
        "text": ("sealed", ""),
    },
    "tracktwo.Ballot": {
        "id": ("key", "random"), "process_id": ("key", ""),
        "pseudonym": ("digest", "keyed, by a label of its own; gone at closure"),
        "blank": ("plain", "made ahead for a seat to come"),
        "seatless": ("plain", "of an imported consultation"),
        "vector": ("sealed", "of one length for all ballots of a process"),
    },
    "tracktwo.AnalysisRun": {
        "id": ("key", "random"), "process_id": ("key", ""),
        "number": ("number", ""), "seed": ("number", "of the engine"), "version": ("plain", "of this software"),
        "input_hash": ("digest", "keyed: an open one would confirm a guess of somebody's votes"),
        "released": ("sealed", ""), "counted": ("sealed", ""),
        "asking": ("sealed", "what a vote on each statement is worth, for choosing the next one"),
        "suspected": ("sealed", "waves of votes that may not be people's, for the panel"),
        "by_side": ("plain", "whether declared sides were compared"),
    },
    "tracktwo.Paper": {
        "id": ("key", "random"), "process_id": ("key", ""), "run_id": ("key", ""),
        "number": ("number", ""),
        "language": ("plain", "of the paper"), "state": ("plain", "draft"),
        "heading": ("sealed", ""), "introduction": ("sealed", ""), "closing": ("sealed", ""),
    },
    "tracktwo.Line": {
        "id": ("key", "random"), "process_id": ("key", ""), "paper_id": ("key", ""), "statement_id": ("key", ""),
        "place": ("number", ""),
        "language": ("plain", "of the paper"), "released": ("plain", "or withheld"),
        "text": ("sealed", ""), "figures": ("sealed", ""), "checks": ("sealed", ""),
    },
    "mfa.Authenticator": {
        "id": ("number", "of second steps, panel only"), "user_id": ("key", ""),
        "type": ("plain", "one-time password, passkey, recovery codes"),
        "data": ("sealed", "secrets are sealed; of a passkey only its public half stands in clear"),
        "created_at": ("plain", "always the first of January 2000"),
        "last_used_at": ("plain", "always empty"),
    },
}
UNUSED = {"auth.Permission", "auth.Group", "auth.Group_permissions", "account.EmailAddress", "account.EmailConfirmation"}
OF_THE_FRAMEWORK = {"contenttypes.ContentType", *UNUSED}  # names of tables and rights, none of people
# fmt: on
CLASSES = {"sealed", "key", "digest", "number", "plain"}
ENOUGH_SAID = {"sealed", "key", "digest", "number", "plain"}
TIMES = {"tracktwo.Session.expire_date", "mfa.Authenticator.created_at", "mfa.Authenticator.last_used_at"}


def tables() -> dict[str, type[models.Model]]:
    return {model._meta.label: model for model in apps.get_models(include_auto_created=True)}


def unclassified(found: dict[str, type[models.Model]]) -> list[str]:
    """Columns that nobody has classified, and classes of columns that are gone."""
    there = {
        f"{label}.{column.column}" for label, model in found.items() for column in model._meta.local_fields
        if label not in OF_THE_FRAMEWORK
    }  # fmt: skip
    known = {f"{label}.{column}" for label, columns in COLUMNS.items() for column in columns}
    return sorted(there ^ known)


def test_every_column_has_a_class() -> None:
    assert unclassified(tables()) == []
    assert {kind for columns in COLUMNS.values() for kind, _ in columns.values()} <= CLASSES


def test_a_new_column_fails_until_it_has_a_class() -> None:
    class Remark(models.Model):
        said = models.TextField()

        class Meta:
            app_label = "nowhere"
            managed = False

    assert unclassified({**tables(), "tracktwo.Remark": Remark}) == [
        "tracktwo.Remark.id",
        "tracktwo.Remark.said",
    ]
    del apps.all_models["nowhere"]


def test_what_is_called_sealed_is_sealed_and_nothing_else_is() -> None:
    for label, columns in COLUMNS.items():
        fields = {field.column: field for field in tables()[label]._meta.local_fields}
        sealed_by_hand = {
            "tracktwo.DataKey.wrapped",
            "tracktwo.Session.session_data",
            "mfa.Authenticator.data",
        }
        for column, (kind, _) in columns.items():
            if f"{label}.{column}" not in sealed_by_hand:
                assert isinstance(fields[column], SealedField) == (kind == "sealed"), f"{label}.{column}"


def test_what_is_plain_says_why() -> None:
    unsaid = [
        f"{label}.{column}"
        for label, columns in COLUMNS.items()
        for column, (kind, why) in columns.items()
        if kind == "plain" and not why and column not in ("draft", "source")
    ]
    assert unsaid == []


def test_words_people_write_stand_in_no_plain_column() -> None:
    long_enough = [
        f"{label}.{field.column}"
        for label, columns in COLUMNS.items()
        for field in tables()[label]._meta.local_fields
        if columns[str(field.column)][0] == "plain"
        and (isinstance(field, models.TextField) or (field.max_length or 0) > 30)
    ]
    # The names of scopes hold ids, those of verbs are a fixed list.
    assert long_enough == ["tracktwo.DataKey.scope", "tracktwo.Entry.verb"]


def test_no_column_holds_a_moment() -> None:
    moments = {
        f"{label}.{field.column}"
        for label, model in tables().items()
        for field in model._meta.local_fields
        if isinstance(field, models.DateTimeField | models.TimeField) and label not in OF_THE_FRAMEWORK
    }
    assert moments == TIMES


def test_no_identifier_holds_a_time_or_an_order() -> None:
    """UUIDv4 everywhere; serial numbers only where COLUMNS says that they tell nothing of a person."""
    for label, columns in COLUMNS.items():
        key = tables()[label]._meta.pk
        assert key is not None
        if isinstance(key, models.UUIDField):
            assert key.default in (uuid.uuid4, models.NOT_PROVIDED), label
        elif isinstance(key, models.AutoField):
            assert columns[str(key.column)][0] == "number", label


def test_nobody_keeps_where_people_come_from_or_what_they_use() -> None:
    telling = (
        "ip",
        "addr",
        "agent",
        "email",
        "mail",
        "phone",
        "seen",
        "login",
        "joined",
        "location",
        "device",
    )
    named = [
        f"{label}.{column}"
        for label, columns in COLUMNS.items()
        for column in columns
        if any(part in telling for part in column.split("_"))
    ]
    assert named == []


@pytest.mark.django_db
def test_the_tables_a_library_brings_along_stay_empty() -> None:
    from tests import cast as casting

    casting.make()
    casting.wipe()
    assert {
        label for label in UNUSED - {"auth.Permission"} if tables()[label]._default_manager.exists()
    } == set()
