"""Concern, restatement, idea, constraint, reassurance, re-entry plan."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from tracktwo.concerns import rules
from tracktwo.concerns.rules import ConcernKind, Hearing, ReassuranceState, Voiced
from tracktwo.process import rules as process_rules
from tracktwo.process.models import Asked, OfProcess, Seat, Side
from tracktwo.process.rules import Role
from tracktwo.process.seated import Seated
from tracktwo.vault.fields import SealedText

INSTRUMENT = "concern"  # the label of pseudonyms here: own words are found and opened by it


class Voices(Asked):
    """What is put step by step: own words, those shared in one's side, those on the table."""

    def seen_by(self, seat: Seated) -> models.QuerySet:  # type: ignore[type-arg]
        found: models.QuerySet = self.model.unscoped.filter(process_id=seat.process)  # type: ignore[type-arg]
        may = Q(pk=None)
        if "plenary" in seat.grant.scopes:
            may |= Q(state=Voiced.TABLE)
        if seat.role is Role.PARTICIPANT:
            may |= Q(state=Voiced.CAUCUS, side_id=seat.side)
            own = seat.pseudonym(INSTRUMENT)
            if own:
                may |= Q(pseudonym=own)
        return found.filter(may)


class OnTheTable(Asked):
    """What stands on the table, for everybody at it."""

    def seen_by(self, seat: Seated) -> models.QuerySet:  # type: ignore[type-arg]
        found: models.QuerySet = self.model.unscoped.filter(process_id=seat.process)  # type: ignore[type-arg]
        return found if "plenary" in seat.grant.scopes else found.none()


class Concern(OfProcess):
    """A need, a fear or a misperception of a side."""

    side = models.ForeignKey(Side, on_delete=models.CASCADE)
    kind = models.CharField(max_length=14, choices=[(kind, kind) for kind in ConcernKind])
    state = models.CharField(max_length=8, choices=[(one, one) for one in Voiced], default=Voiced.PRIVATE)
    about = models.ForeignKey(
        Side, null=True, on_delete=models.CASCADE, related_name="+"
    )  # of a misperception
    pseudonym = models.BinaryField(max_length=32, null=True)
    text = SealedText(scope=lambda row: rules.scope_of(row.state, row.side_id))

    objects: ClassVar[Voices] = Voices()


class Restatement(OfProcess):
    """A concern in another side's own words; its owner says heard, or not yet and what is missing."""

    concern = models.ForeignKey(Concern, on_delete=models.CASCADE)
    side = models.ForeignKey(Side, on_delete=models.CASCADE)
    number = models.PositiveIntegerField()
    hearing = models.CharField(max_length=8, choices=[(one, one) for one in Hearing], default=Hearing.WAITING)
    text = SealedText(scope="plenary")
    missing = SealedText(scope="plenary", null=True)

    objects: ClassVar[OnTheTable] = OnTheTable()

    class Meta(OfProcess.Meta):
        constraints = [
            models.UniqueConstraint(fields=["concern", "side", "number"], name="one_restatement_per_number")
        ]


class Idea(OfProcess):
    """A "what if": nobody's. No author is kept, not even as a pseudonym."""

    set_aside = models.BooleanField(default=False)
    text = SealedText(scope="plenary")

    objects: ClassVar[OnTheTable] = OnTheTable()


class IdeaAnswer(OfProcess):
    """An idea answers a need or a fear."""

    idea = models.ForeignKey(Idea, on_delete=models.CASCADE)
    concern = models.ForeignKey(Concern, on_delete=models.CASCADE)

    objects: ClassVar[OnTheTable] = OnTheTable()

    class Meta(OfProcess.Meta):
        constraints = [models.UniqueConstraint(fields=["idea", "concern"], name="one_answer_per_concern")]


class Constraint(OfProcess):
    """What binds a side at home. Opens only once there are ideas."""

    side = models.ForeignKey(Side, on_delete=models.CASCADE)
    state = models.CharField(max_length=8, choices=[(one, one) for one in Voiced], default=Voiced.PRIVATE)
    pseudonym = models.BinaryField(max_length=32, null=True)
    text = SealedText(scope=lambda row: rules.scope_of(row.state, row.side_id))

    objects: ClassVar[Voices] = Voices()


class Reassurance(OfProcess):
    """A gesture that would answer a fear (or a need), by whom it could be made; later perhaps a measure."""

    concern = models.ForeignKey(Concern, on_delete=models.CASCADE)
    side = models.ForeignKey(
        Side, null=True, on_delete=models.CASCADE
    )  # who could make it; none: not said yet
    state = models.CharField(
        max_length=10, choices=[(one, one) for one in ReassuranceState], default=ReassuranceState.ASKED
    )
    text = SealedText(scope="plenary")

    objects: ClassVar[OnTheTable] = OnTheTable()


class ReentryPlans(Asked):
    def seen_by(self, seat: Seated) -> models.QuerySet[ReentryPlan]:
        """That person's and the panel's alone."""
        found = ReentryPlan.unscoped.filter(process_id=seat.process)
        return found if seat.role in process_rules.PANEL else found.filter(seat_id=seat.seat)


class ReentryPlan(OfProcess):
    """How somebody means to go home: what to say, to whom, what could happen, whom to call."""

    seat = models.ForeignKey(Seat, on_delete=models.CASCADE)
    answers = SealedText(scope="panel")  # JSON; its owner opens it by `visibility.own_answers`

    objects: ClassVar[ReentryPlans] = ReentryPlans()

    class Meta(OfProcess.Meta):
        constraints = [models.UniqueConstraint(fields=["seat"], name="one_plan_per_seat")]
