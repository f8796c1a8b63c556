"""Process, side, seat, invitation, ground rules. Reads are asked *for* a seat; see `visibility`."""

from __future__ import annotations

import datetime
import hashlib
import uuid
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models

from tracktwo.process import rules
from tracktwo.process.phases import Phase
from tracktwo.process.rules import Kind, Role
from tracktwo.process.seated import Seated
from tracktwo.vault.fields import SealedText


class UnaskedRead(RuntimeError):
    """A query that does not say for whom it reads. A programming mistake, never a person's."""

    def __init__(self) -> None:
        super().__init__("Ask for a seat: `.seen_by(seat)`; `.unscoped` stands only in listed files.")


class Asked(models.Manager):  # type: ignore[type-arg]
    """A manager that answers nothing until told for whom: deny by default."""

    def get_queryset(self) -> models.QuerySet:  # type: ignore[type-arg]
        raise UnaskedRead


class OfProcess(models.Model):
    """A row that belongs to a process: a random key that holds no time, and the process' id."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    process = models.ForeignKey("tracktwo.Process", on_delete=models.CASCADE)

    unscoped: ClassVar[models.Manager[Self]] = models.Manager()

    class Meta:
        abstract = True
        base_manager_name = "unscoped"
        default_manager_name = "unscoped"


class Process(models.Model):
    """One Track II initiative. Its cover title is all that a page title, a link or a mail may show."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=[(kind, kind) for kind in Kind], default=Kind.REAL)
    phase = models.CharField(
        max_length=12, choices=[(phase, phase) for phase in Phase], default=Phase.PREPARING
    )
    frozen = models.BooleanField(default=False)
    risk_reviewed = models.BooleanField(default=False)
    observers_hear = models.BooleanField(default=False)
    language = models.CharField(max_length=8, default="en")
    cover_title = SealedText(scope="door")
    title = SealedText(scope="plenary")
    story = SealedText(scope="circle", null=True)
    outline = SealedText(scope="paper", null=True)  # what a draft of its paper begins with

    unscoped = models.Manager()
    objects = Asked()

    class Meta:
        base_manager_name = "unscoped"
        default_manager_name = "unscoped"

    @property
    def process_id(self) -> uuid.UUID:
        return self.id  # what its own fields are sealed for


class Sides(Asked):
    def seen_by(self, seat: Seated) -> models.QuerySet[Side]:
        """Everybody knows the sides: they are declared."""
        return Side.unscoped.filter(process_id=seat.process).order_by("place")


class Side(OfProcess):
    """A party to the conflict. On screen a letter and a pattern, never a flag."""

    place = models.PositiveSmallIntegerField()
    letter = models.CharField(max_length=2)
    name = SealedText(scope="circle")

    objects: ClassVar[Sides] = Sides()

    class Meta(OfProcess.Meta):
        ordering = ["place"]
        constraints = [models.UniqueConstraint(fields=["process", "place"], name="one_side_per_place")]


class Seats(Asked):
    def seen_by(self, seat: Seated) -> models.QuerySet[Seat]:
        """The panel sees all seats; a participant those of the own side; others only their own."""
        seats = Seat.unscoped.filter(process_id=seat.process)
        if seat.role in rules.PANEL:
            return seats
        if seat.role is Role.PARTICIPANT:
            return seats.filter(side__place=seat.side_place, role=Role.PARTICIPANT)
        return seats.filter(pk=seat.seat)


class Seat(OfProcess):
    """A person's place on a side or on the panel in one process: all that other parts ever see."""

    role = models.CharField(max_length=20, choices=[(role, role) for role in Role])
    side = models.ForeignKey(Side, null=True, on_delete=models.CASCADE)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    label = SealedText(
        scope=lambda seat: rules.roster(str(seat.side_id) if seat.side_id else None, Role(seat.role))
    )
    name = SealedText(scope="panel", null=True)
    official = models.BooleanField(default=False)  # an official in a private capacity (Track 1.5)
    withdrawn = models.BooleanField(default=False)
    one_click = models.BooleanField(default=False)
    introduction = SealedText(scope="door", null=True)

    objects: ClassVar[Seats] = Seats()

    class Meta(OfProcess.Meta):
        constraints = [
            models.UniqueConstraint(fields=["process", "person"], name="one_seat_per_person"),
        ]


class Invitations(models.QuerySet["Invitation"]):
    def open(self) -> Self:
        return self.filter(used=False, expires__gte=today(), seat__withdrawn=False)

    def with_code(self, code: str) -> Self:
        return self.filter(digest=digest_of(code))


class Invitation(OfProcess):
    """A code that takes a seat once. Only its hash is kept."""

    seat = models.ForeignKey(Seat, on_delete=models.CASCADE)
    digest = models.CharField(max_length=64, unique=True)
    expires = models.DateField()
    used = models.BooleanField(default=False)

    unscoped: ClassVar[Any] = Invitations.as_manager()
    objects = Asked()


class GroundRulesVersions(Asked):
    def seen_by(self, seat: Seated) -> models.QuerySet[GroundRules]:
        return GroundRules.unscoped.filter(process_id=seat.process).order_by("-version")


class GroundRules(OfProcess):
    """One version of the ground rules; a new version asks every seat anew."""

    version = models.PositiveIntegerField()
    text = SealedText(scope="circle")

    objects: ClassVar[GroundRulesVersions] = GroundRulesVersions()

    class Meta(OfProcess.Meta):
        constraints = [models.UniqueConstraint(fields=["process", "version"], name="one_text_per_version")]


class Assent(OfProcess):
    """A seat assents to one version of the ground rules. No time: only that it did."""

    seat = models.ForeignKey(Seat, on_delete=models.CASCADE)
    ground_rules = models.ForeignKey(GroundRules, on_delete=models.CASCADE)

    objects = Asked()

    class Meta(OfProcess.Meta):
        constraints = [
            models.UniqueConstraint(fields=["seat", "ground_rules"], name="one_assent_per_version")
        ]


def today() -> datetime.date:
    """The day, by Universal Time as everything here."""
    return datetime.datetime.now(tz=datetime.UTC).date()


def digest_of(code: str) -> str:
    """The hash under which a code is kept. Codes hold 130 random bits, so a plain hash cannot be searched."""
    plain = "".join(sign for sign in code.upper() if sign.isalnum())
    return hashlib.sha256(plain.replace("O", "0").replace("I", "1").replace("L", "1").encode()).hexdigest()
