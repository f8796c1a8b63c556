"""The panel's worktable, the long list, private intake, the agenda. Names and traits of people are sealed whole."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tracktwo.preparation.rules import Stage
from tracktwo.process import rules as process_rules
from tracktwo.process.models import Asked, OfProcess, Seat, Side
from tracktwo.process.rules import Role
from tracktwo.process.seated import Seated
from tracktwo.vault.fields import SealedText


class ForPanel(Asked):
    """Rows that only the panel's worktable reads."""

    def seen_by(self, seat: Seated) -> models.QuerySet:  # type: ignore[type-arg]
        found: models.QuerySet = self.model.unscoped.filter(process_id=seat.process)  # type: ignore[type-arg]
        return found if seat.role in process_rules.PANEL else found.none()


class ConflictAnalysis(OfProcess):
    """What the panel knows of the conflict, and how this process relates to Track I. One a process."""

    conflict = SealedText(scope="panel", null=True)
    track_one = SealedText(scope="panel", null=True)  # JSON: one of rules.TRACK_ONE, and a note
    initiatives = SealedText(scope="panel", null=True)  # who else works on the same conflict
    contribution = SealedText(scope="panel", null=True)  # how this process is meant to make a difference

    objects: ClassVar[ForPanel] = ForPanel()

    class Meta(OfProcess.Meta):
        constraints = [models.UniqueConstraint(fields=["process"], name="one_analysis_per_process")]


class Actor(OfProcess):
    """Somebody or something on the conflict map: an institution, a community, an initiative, a spoiler."""

    name = SealedText(scope="panel")
    traits = SealedText(scope="panel")  # JSON: kind, side, stance, influence, note

    objects: ClassVar[ForPanel] = ForPanel()


class Relation(OfProcess):
    """A line of the conflict map between two actors."""

    one = models.ForeignKey(Actor, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Actor, on_delete=models.CASCADE, related_name="+")
    kind = SealedText(scope="panel")  # one of rules.RELATIONS

    objects: ClassVar[ForPanel] = ForPanel()

    class Meta(OfProcess.Meta):
        constraints = [models.UniqueConstraint(fields=["one", "other"], name="one_relation_per_pair")]


class Perception(OfProcess):
    """How ripe one side is, as one role of the panel perceived it on one day. Never a score."""

    side = models.ForeignKey(Side, on_delete=models.CASCADE)
    role = models.CharField(max_length=20, choices=[(role, role) for role in Role])
    day = models.DateField()
    answers = SealedText(scope="panel")  # JSON: sign -> yes, partly, no, unknown; and a note

    objects: ClassVar[ForPanel] = ForPanel()


class Risk(OfProcess):
    """An entry of the risk register; `about` may name a seat: an individual risk, for the panel only."""

    text = SealedText(scope="panel")
    about = SealedText(scope="panel")  # JSON: likelihood, severity, measure, owner (a role), seat

    objects: ClassVar[ForPanel] = ForPanel()


class LongList(Asked):
    def seen_by(self, seat: Seated) -> models.QuerySet[Candidate]:
        """The most dangerous document of a process: the facilitators' alone."""
        found = Candidate.unscoped.filter(process_id=seat.process)
        return found if seat.facilitates else found.none()


class Candidate(OfProcess):
    """A name on the long list and how far it has come. Everything about the person is sealed."""

    side = models.ForeignKey(Side, null=True, on_delete=models.CASCADE)
    stage = models.CharField(max_length=12, choices=[(stage, stage) for stage in Stage], default=Stage.LISTED)
    seat = models.ForeignKey(Seat, null=True, on_delete=models.SET_NULL)
    name = SealedText(scope="long-list")
    traits = SealedText(scope="long-list")  # JSON: sector, gender, age, seniority, capacity
    contact = SealedText(scope="long-list", null=True)
    note = SealedText(scope="long-list", null=True)
    risk = SealedText(scope="long-list", null=True)  # JSON: low, medium or high, and a note
    consents = SealedText(scope="long-list", null=True)  # JSON: what the person consented to

    objects: ClassVar[LongList] = LongList()


class Intakes(Asked):
    def seen_by(self, seat: Seated) -> models.QuerySet[Intake]:
        """One's own; the facilitators read all."""
        found = Intake.unscoped.filter(process_id=seat.process)
        return found if seat.facilitates else found.filter(seat_id=seat.seat)


class Intake(OfProcess):
    """What a seat tells the facilitators before anyone is in a room: worries, worst case, consents, practical needs."""

    seat = models.ForeignKey(Seat, on_delete=models.CASCADE)
    answers = SealedText(scope="intake")  # JSON

    objects: ClassVar[Intakes] = Intakes()

    class Meta(OfProcess.Meta):
        constraints = [models.UniqueConstraint(fields=["seat"], name="one_intake_per_seat")]


class Declarations(Asked):
    def seen_by(self, seat: Seated) -> models.QuerySet[Declaration]:
        """The worktable's; an interpreter, an evaluator or an observer sees the own one."""
        found = Declaration.unscoped.filter(process_id=seat.process)
        return found if seat.role in process_rules.PANEL else found.filter(seat_id=seat.seat)


class Declaration(OfProcess):
    """What somebody on the panel declares: interests, ties to a side, earlier work."""

    seat = models.ForeignKey(Seat, on_delete=models.CASCADE)
    text = SealedText(scope="panel")

    objects: ClassVar[Declarations] = Declarations()

    class Meta(OfProcess.Meta):
        constraints = [models.UniqueConstraint(fields=["seat"], name="one_declaration_per_seat")]


class Clearance(OfProcess):
    """Who of the panel may see which side's worksheet: proposed by one, valid once a second has confirmed it."""

    seat = models.ForeignKey(Seat, on_delete=models.CASCADE, related_name="+")
    side = models.ForeignKey(Side, on_delete=models.CASCADE)
    proposed_by = models.ForeignKey(Seat, on_delete=models.CASCADE, related_name="+")
    confirmed_by = models.ForeignKey(Seat, null=True, on_delete=models.CASCADE, related_name="+")

    objects: ClassVar[ForPanel] = ForPanel()

    class Meta(OfProcess.Meta):
        constraints = [models.UniqueConstraint(fields=["seat", "side"], name="one_clearance_per_side")]


class Agendas(Asked):
    def seen_by(self, seat: Seated) -> models.QuerySet[Agenda]:
        """Everybody at the table, and the panel; the wider circle is not invited to it."""
        found = Agenda.unscoped.filter(process_id=seat.process)
        return found if "plenary" in seat.grant.scopes else found.none()


class Agenda(OfProcess):
    """The agenda as the text that the facilitators edit; `agenda.read` makes days and sessions of it."""

    text = SealedText(scope="plenary")

    objects: ClassVar[Agendas] = Agendas()

    class Meta(OfProcess.Meta):
        constraints = [models.UniqueConstraint(fields=["process"], name="one_agenda_per_process")]
