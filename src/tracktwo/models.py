"""All tables of Tracktwo, part by part; one migration history."""

from tracktwo.people.models import Person, Session
from tracktwo.process.models import Assent, GroundRules, Invitation, Process, Seat, Side
from tracktwo.record.models import Chain, Entry, Sent
from tracktwo.statements.models import AnalysisRun, Ballot, Statement, Wording
from tracktwo.transfer.models import Line, Paper
from tracktwo.vault.models import DataKey

__all__ = [
    "AnalysisRun",
    "Assent",
    "Ballot",
    "Chain",
    "DataKey",
    "Entry",
    "GroundRules",
    "Invitation",
    "Line",
    "Paper",
    "Person",
    "Process",
    "Seat",
    "Sent",
    "Session",
    "Side",
    "Statement",
    "Wording",
]
