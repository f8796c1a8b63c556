"""Statement, its wordings, ballots, and stored runs of the analysis."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q

from tracktwo.process.models import Asked, OfProcess, Side
from tracktwo.process.seated import Seated
from tracktwo.process.visibility import own_row
from tracktwo.statements import rules
from tracktwo.statements.rules import Manner, State
from tracktwo.vault.fields import SealedBytes, SealedText
from tracktwo.vault.grants import Grant
from tracktwo.web import language_name


@dataclass(frozen=True)
class Seen:
    """A statement as a page shows it, in the reader's language or named as being in another."""

    id: UUID
    slot: int | None
    text: str
    lang: str
    language: str
    draft: bool
    other_language: bool
    state: str
    own: bool
    reason: str


class Statements(Asked):
    def seen_by(self, seat: Seated) -> models.QuerySet[Statement]:
        """Open statements for everybody with a seat; the panel sees all; authors their own."""
        found = Statement.unscoped.filter(process_id=seat.process)
        if not seat.on_panel:
            found = found.filter(Q(state=State.OPEN) | Q(pseudonym=seat.pseudonym("statement")))
        return found.prefetch_related("wording_set")


class Statement(OfProcess):
    """A sentence put to agree, disagree or pass. Who wrote it is a pseudonym that only its author can make."""

    slot = models.PositiveIntegerField(null=True)  # the place of its votes in every ballot, once open
    state = models.CharField(
        max_length=10, choices=[(state, state) for state in State], default=State.WAITING
    )
    reason = models.CharField(max_length=12, blank=True)
    pseudonym = models.BinaryField(max_length=32, null=True)
    side_of_author = SealedText(scope="panel", null=True)

    objects: ClassVar[Statements] = Statements()

    class Meta(OfProcess.Meta):
        constraints = [models.UniqueConstraint(fields=["process", "slot"], name="one_statement_per_slot")]

    def seen(self, seat: Seated, language: str) -> Seen:
        """This statement for one reader."""
        own = self.pseudonym is not None and bytes(self.pseudonym) == seat.pseudonym("statement")
        wording = in_language(self.wording_set.all(), language)
        return Seen(
            id=self.pk,
            slot=self.slot,
            text=wording.text.open(wording.grant_for(seat, own)),
            lang=wording.language,
            language=language_name(wording.language),
            draft=wording.draft,
            other_language=wording.language != language,
            state=self.state,
            own=own,
            reason=rules.REASONS.get(self.reason, "") if own or seat.on_panel else "",
        )


class Wording(OfProcess):
    """A statement in one language: its source, or a translation, draft until somebody reviewed it."""

    statement = models.ForeignKey(Statement, on_delete=models.CASCADE)
    language = models.CharField(max_length=8)
    draft = models.BooleanField(default=False)
    source = models.BooleanField(default=False)
    text = SealedText(scope=lambda wording: rules.scope_of(wording.statement.state))

    objects = Asked()

    class Meta(OfProcess.Meta):
        ordering = ["language"]
        constraints = [
            models.UniqueConstraint(fields=["statement", "language"], name="one_wording_per_language")
        ]

    def grant_for(self, seat: Seated, own: bool) -> Grant:
        """The seat's grant; for an author whose statement still waits, leave to read just that."""
        scope = self.text.scope
        if own and scope not in seat.grant.scopes:
            return own_row(seat, self.statement, instrument="statement", scope=scope, opens=self.pk)
        return seat.grant


def in_language(wordings: Iterable[Wording], language: str) -> Wording:
    """The wording in the reader's language; else the source. Never a silent mix: the page names it."""
    rows = list(wordings)
    return next((row for row in rows if row.language == language), None) or next(
        row for row in rows if row.source
    )


class Ballot(OfProcess):
    """One fixed-length vector. No person, no side in the clear, no time; rows are made in random order, ahead."""

    pseudonym = models.BinaryField(max_length=32)
    blank = models.BooleanField(default=False)  # made ahead for a seat to come
    seatless = models.BooleanField(default=False)  # of an imported consultation: no seat ever held it
    vector = SealedBytes(scope="ballots")

    objects = Asked()

    class Meta(OfProcess.Meta):
        constraints = [
            models.UniqueConstraint(fields=["process", "pseudonym"], name="one_ballot_per_pseudonym")
        ]


class Runs(Asked):
    def seen_by(self, seat: Seated) -> models.QuerySet[AnalysisRun]:
        """What a run released is for everybody with a seat; pages open only the part their grant covers."""
        return AnalysisRun.unscoped.filter(process_id=seat.process).order_by("-number")


class AnalysisRun(OfProcess):
    """A stored, numbered result that never changes: same votes, same seed, same figures."""

    number = models.PositiveIntegerField()
    input_hash = models.CharField(max_length=64)
    seed = models.PositiveIntegerField()
    version = models.CharField(max_length=20)
    released = SealedText(scope="figures")
    counted = SealedBytes(scope="counting")
    asking = SealedText(scope="asking", null=True)
    suspected = SealedText(scope="panel", null=True)  # waves of votes that may not be people's
    by_side = models.BooleanField(default=False)  # whether declared sides were compared

    objects: ClassVar[Runs] = Runs()

    class Meta(OfProcess.Meta):
        constraints = [models.UniqueConstraint(fields=["process", "number"], name="one_run_per_number")]


class Rounds(Asked):
    def seen_by(self, seat: Seated) -> models.QuerySet[Round]:
        """Joint rounds for the table, a round inside one side for that side; the panel sees that all exist."""
        found = Round.unscoped.filter(process_id=seat.process).order_by("cycle", "number")
        if seat.on_panel:
            return found
        if "plenary" not in seat.grant.scopes:
            return found.none()
        return found.filter(Q(side_id__isnull=True) | Q(side_id=seat.side, side_id__isnull=False))


class Round(OfProcess):
    """A round of answers among the seats at the table: inside one side first, then jointly; cycle after cycle.

    The manner is chosen beforehand by the ground rules: a show of hands, or sealed (one result, once, at closing).
    """

    number = models.PositiveIntegerField()
    cycle = models.PositiveIntegerField()
    side = models.ForeignKey(Side, null=True, on_delete=models.CASCADE)  # none: joint
    manner = models.CharField(max_length=6, choices=[(one, one) for one in Manner])
    ended = models.BooleanField(default=False)
    asked = SealedText(scope="plenary")  # JSON: the ids of the statements, in the order of slots
    result = SealedText(scope=lambda row: rules.scope_of_round(row.side_id), null=True)  # JSON, once ended

    objects: ClassVar[Rounds] = Rounds()

    class Meta(OfProcess.Meta):
        constraints = [models.UniqueConstraint(fields=["process", "number"], name="one_round_per_number")]


class RoundBallot(OfProcess):
    """One seat's answers in a round, and what it thinks each other side would say. Made for all seats at opening."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE)
    pseudonym = models.BinaryField(max_length=32, null=True)
    answers = SealedBytes(scope="ballots")

    objects = Asked()
