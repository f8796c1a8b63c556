"""Paper and line: what may be handed over, line by line, each with its disclosure check."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tracktwo.process.models import Asked, OfProcess
from tracktwo.process.seated import Seated
from tracktwo.statements.models import AnalysisRun, Statement
from tracktwo.vault.fields import SealedText


class Papers(Asked):
    def seen_by(self, seat: Seated) -> models.QuerySet[Paper]:
        """Drafts are the panel's until they are put to the sides."""
        papers = Paper.unscoped.filter(process_id=seat.process).order_by("-number")
        return papers if seat.on_panel else papers.none()


class Paper(OfProcess):
    """A non-paper: no author, no signature, no mandate. Each draft is a new paper; drafts do not change."""

    number = models.PositiveIntegerField()
    language = models.CharField(max_length=8)
    state = models.CharField(max_length=10, default="draft")
    run = models.ForeignKey(AnalysisRun, on_delete=models.PROTECT)
    heading = SealedText(scope="paper")
    introduction = SealedText(scope="paper")
    closing = SealedText(scope="paper")

    objects: ClassVar[Papers] = Papers()

    class Meta(OfProcess.Meta):
        constraints = [models.UniqueConstraint(fields=["process", "number"], name="one_paper_per_number")]


class Lines(Asked):
    def of(self, paper: Paper, seat: Seated) -> models.QuerySet[Line]:
        """The lines of a paper this seat may read, in order."""
        return Line.unscoped.filter(paper__in=Papers().seen_by(seat).filter(pk=paper.pk)).order_by("place")


class Line(OfProcess):
    """One line: the words, the figures by side as released, the checks it passed or failed."""

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE)
    place = models.PositiveIntegerField()
    statement = models.ForeignKey(Statement, null=True, on_delete=models.SET_NULL)
    language = models.CharField(max_length=8)
    released = models.BooleanField()
    text = SealedText(scope="paper")
    figures = SealedText(scope="paper")
    checks = SealedText(scope="paper")

    objects: ClassVar[Lines] = Lines()
