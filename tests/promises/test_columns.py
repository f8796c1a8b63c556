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
    "tracktwo.ConflictAnalysis": {
        "id": ("key", "random"), "process_id": ("key", ""),
        "conflict": ("sealed", ""), "track_one": ("sealed", ""), "initiatives": ("sealed", ""), "contribution": ("sealed", ""),
    },
    "tracktwo.Actor": {"id": ("key", "random"), "process_id": ("key", ""), "name": ("sealed", ""), "traits": ("sealed", "")},
    "tracktwo.Relation": {
        "id": ("key", "random"), "process_id": ("key", ""), "one_id": ("key", ""), "other_id": ("key", ""), "kind": ("sealed", ""),
    },
    "tracktwo.Perception": {
        "id": ("key", "random"), "process_id": ("key", ""), "side_id": ("key", ""),
        "role": ("plain", "of the panel"), "day": ("plain", "a day, never an hour"), "answers": ("sealed", ""),
    },
    "tracktwo.Risk": {"id": ("key", "random"), "process_id": ("key", ""), "text": ("sealed", ""), "about": ("sealed", "")},
    "tracktwo.Candidate": {
        "id": ("key", "random"), "process_id": ("key", ""), "side_id": ("key", ""), "seat_id": ("key", ""),
        "stage": ("plain", "how far a name has come; the name itself and all about it are sealed"),
        "name": ("sealed", ""), "traits": ("sealed", ""), "contact": ("sealed", ""), "note": ("sealed", ""),
        "risk": ("sealed", ""), "consents": ("sealed", ""),
    },
    "tracktwo.Intake": {"id": ("key", "random"), "process_id": ("key", ""), "seat_id": ("key", ""), "answers": ("sealed", "")},
    "tracktwo.Declaration": {"id": ("key", "random"), "process_id": ("key", ""), "seat_id": ("key", ""), "text": ("sealed", "")},
    "tracktwo.Clearance": {
        "id": ("key", "random"), "process_id": ("key", ""), "seat_id": ("key", ""), "side_id": ("key", ""),
        "proposed_by_id": ("key", ""), "confirmed_by_id": ("key", ""),
    },
    "tracktwo.Agenda": {"id": ("key", "random"), "process_id": ("key", ""), "text": ("sealed", "")},
    "tracktwo.Room": {
        "id": ("key", "random"), "process_id": ("key", ""), "side_id": ("key", ""),
        "kind": ("plain", "plenary, caucus, shuttle: the method's, the same in every process"), "place": ("number", ""),
        "attribution": ("plain", "a rule of the room"), "tick": ("number", "minutes between releases"),
        "name": ("sealed", ""), "criterion": ("sealed", ""),
    },
    "tracktwo.RoomSeat": {
        "id": ("key", "random"), "process_id": ("key", ""), "room_id": ("key", ""), "seat_id": ("key", ""),
        "out": ("plain", "asked in, or asked to leave"),
    },
    "tracktwo.Sitting": {
        "id": ("key", "random"), "process_id": ("key", ""), "room_id": ("key", ""), "number": ("number", ""),
        "ended": ("plain", "its key is gone, unless it is kept"), "kept": ("plain", "everybody in the room decided so"),
        "somebody_left": ("plain", "moved out without having decided: then nothing is kept"),
        "length": ("number", "remarks released"), "floor": ("sealed", ""),
    },
    "tracktwo.Keep": {"id": ("key", "random"), "process_id": ("key", ""), "sitting_id": ("key", ""), "seat_id": ("key", "")},
    "tracktwo.Remark": {
        "id": ("key", "random"), "process_id": ("key", ""), "sitting_id": ("key", ""),
        "place": ("number", "in the sitting; drawn by lot where unattributed"),
        "attribution": ("plain", "named, side, none"),
        "pseudonym": ("digest", "of its author, keyed; gone at release where unattributed, else at closure"),
        "said_by": ("sealed", ""), "text": ("sealed", ""),
    },
    "tracktwo.Hand": {
        "id": ("key", "random"), "process_id": ("key", ""), "sitting_id": ("key", ""), "seat_id": ("key", ""),
        "kind": ("plain", "to speak, or a call"), "place": ("number", "in the queue; gone when the sitting ends"),
    },
    "tracktwo.Airtime": {
        "id": ("key", "random"), "process_id": ("key", ""), "sitting_id": ("key", ""), "side_id": ("key", ""),
        "seconds": ("number", "of a side in a sitting"), "remarks": ("number", "of a side in a sitting"),
    },
    "tracktwo.Minutes": {
        "id": ("key", "random"), "process_id": ("key", ""), "room_id": ("key", ""), "number": ("number", ""),
        "state": ("plain", "draft, restated, standing"), "text": ("sealed", ""),
    },
    "tracktwo.Correction": {
        "id": ("key", "random"), "process_id": ("key", ""), "minutes_id": ("key", ""),
        "pseudonym": ("digest", "keyed; gone at closure"), "taken_up": ("plain", "by the rapporteur"), "text": ("sealed", ""),
    },
    "tracktwo.Errand": {
        "id": ("key", "random"), "process_id": ("key", ""), "room_id": ("key", ""), "to_room_id": ("key", ""),
        "state": ("plain", "left, carried, taken back"), "pseudonym": ("digest", "keyed; gone at closure"),
        "leave": ("sealed", ""), "words": ("sealed", ""),
    },
    "tracktwo.Concern": {
        "id": ("key", "random"), "process_id": ("key", ""), "side_id": ("key", ""), "about_id": ("key", ""),
        "kind": ("plain", "need, fear, misperception"), "state": ("plain", "private, caucus, table"),
        "pseudonym": ("digest", "keyed; gone at closure"), "text": ("sealed", ""),
    },
    "tracktwo.Restatement": {
        "id": ("key", "random"), "process_id": ("key", ""), "concern_id": ("key", ""), "side_id": ("key", ""),
        "number": ("number", ""), "hearing": ("plain", "waiting, heard, not yet"),
        "text": ("sealed", ""), "missing": ("sealed", ""),
    },
    "tracktwo.Idea": {
        "id": ("key", "random"), "process_id": ("key", ""), "set_aside": ("plain", "by the panel"), "text": ("sealed", ""),
    },
    "tracktwo.IdeaAnswer": {"id": ("key", "random"), "process_id": ("key", ""), "idea_id": ("key", ""), "concern_id": ("key", "")},
    "tracktwo.Constraint": {
        "id": ("key", "random"), "process_id": ("key", ""), "side_id": ("key", ""),
        "state": ("plain", "private, caucus, table"), "pseudonym": ("digest", "keyed; gone at closure"), "text": ("sealed", ""),
    },
    "tracktwo.Reassurance": {
        "id": ("key", "random"), "process_id": ("key", ""), "concern_id": ("key", ""), "side_id": ("key", ""),
        "state": ("plain", "asked, possible, kept, set aside"), "text": ("sealed", ""),
    },
    "tracktwo.ReentryPlan": {"id": ("key", "random"), "process_id": ("key", ""), "seat_id": ("key", ""), "answers": ("sealed", "")},
    "tracktwo.Round": {
        "id": ("key", "random"), "process_id": ("key", ""), "side_id": ("key", ""), "number": ("number", ""), "cycle": ("number", ""),
        "manner": ("plain", "a show of hands, or sealed"), "ended": ("plain", "its one result is told"),
        "asked": ("sealed", ""), "result": ("sealed", ""),
    },
    "tracktwo.RoundBallot": {
        "id": ("key", "random"), "process_id": ("key", ""), "round_id": ("key", ""),
        "pseudonym": ("digest", "keyed, by a label of its own for each round; gone at closure"), "answers": ("sealed", ""),
    },
    # what instructors publish in the study guide: anybody reads it without an account, nobody's name stands beside it
    "tracktwo.TermText": {
        "id": ("key", "random"), "number": ("number", "the version of a text of the guide"),
        "key": ("plain", "the name of a term in its address"), "language": ("plain", "of a published text"),
        "text": ("plain", "published teaching text: anybody may read it"),
    },
    "tracktwo.Course": {
        "id": ("key", "random"), "key": ("plain", "the name of a course in its address"),
        "title": ("plain", "published teaching text"), "about": ("plain", "published teaching text"),
        "set_aside": ("plain", "a course that is no longer shown"),
    },
    "tracktwo.Unit": {
        "id": ("key", "random"), "course_id": ("key", ""), "place": ("number", "first, second, third"),
        "key": ("plain", "the name of a unit"), "title": ("plain", "published teaching text"),
        "terms": ("plain", "the names of published terms"),
    },
    # what a learner's practice left behind
    "tracktwo.Progress": {
        "id": ("key", "random"), "owner": ("digest", "keyed index of a person: whose it is only the keystore tells"),
        "kept": ("sealed", "answers, own cards, results; times in it to the minute"),
    },
    # classes: who teaches and who learns stands in the keystore only
    "tracktwo.StudyClass": {
        "id": ("key", "random"), "owner": ("digest", "keyed index of the instructor"),
        "code": ("digest", "keyed index of the joining code"), "about": ("sealed", ""),
    },
    "tracktwo.Learner": {
        "id": ("key", "random"), "study_class_id": ("key", ""),
        "owner": ("digest", "keyed index of a person, by a label of its own for each class"),
        "shares": ("plain", "shows the instructor a name and figures"),
        "apart": ("plain", "has shared once: no longer counted with the others"),
        "name": ("sealed", ""), "figures": ("sealed", "of one length for all learners of a class"),
    },
    "tracktwo.ClassSummary": {
        "id": ("key", "random"), "study_class_id": ("key", ""), "number": ("number", ""),
        "told": ("sealed", ""), "counted": ("sealed", ""),
    },
    "tracktwo.ReturnCode": {
        "id": ("key", "random"), "owner": ("digest", "keyed index of a person"),
        "digest": ("digest", "of 130 random bits: nothing to search through"),
        "expires": ("plain", "a day"), "person": ("sealed", "whose it is"),
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
# Written to be read by everybody, by instructors, without a name beside it.
PUBLISHED = {
    "tracktwo.TermText.key", "tracktwo.TermText.text", "tracktwo.Course.key", "tracktwo.Unit.key",
}  # fmt: skip
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
    class Murmur(models.Model):
        said = models.TextField()

        class Meta:
            app_label = "nowhere"
            managed = False

    assert unclassified({**tables(), "tracktwo.Murmur": Murmur}) == [
        "tracktwo.Murmur.id",
        "tracktwo.Murmur.said",
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
    # The names of scopes hold ids, those of verbs are a fixed list; the study guide is published.
    assert [one for one in long_enough if one not in PUBLISHED] == [
        "tracktwo.DataKey.scope",
        "tracktwo.Entry.verb",
    ]


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
