"""Who may write into the study guide, and the words it has for units, depths and pages. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from tracktwo.errors import gettext_noop

LONGEST_KEY = 60
LARGEST_FOLDER = 5_000_000  # characters of all files together: some ten guides
MOST_FILES = 2_000

UNIT_NAMES: Mapping[str, str] = {
    "tracks": gettext_noop("Tracks of diplomacy"),
    "people-and-roles": gettext_noop("People and roles"),
    "method": gettext_noop("The method"),
    "timing": gettext_noop("Timing and ripeness"),
    "conflict": gettext_noop("Understanding conflict"),
    "de-escalation": gettext_noop("De-escalation"),
    "bargaining": gettext_noop("Bargaining"),
    "common-ground": gettext_noop("Common ground"),
    "transfer-and-evaluation": gettext_noop("Transfer and evaluation"),
    "ethics-and-safety": gettext_noop("Ethics and safety"),
    "cases": gettext_noop("Cases"),
}
DEPTH_WORDS: Mapping[str, str] = {
    "recall": gettext_noop("Recall"),
    "discuss": gettext_noop("Discuss"),
    "evaluate": gettext_noop("Evaluate"),
}
# The pages of the tool that a term may say it is used on, by the name of their address.
PAGES: Mapping[str, str] = {
    "process": gettext_noop("Process"),
    "seats": gettext_noop("Seats"),
    "rules": gettext_noop("Ground rules"),
    "steps": gettext_noop("Phases"),
    "record": gettext_noop("Record"),
    "prepare": gettext_noop("Conflict"),
    "ripeness": gettext_noop("Ripeness"),
    "risks": gettext_noop("Risks"),
    "long-list": gettext_noop("Long list"),
    "agenda": gettext_noop("Agenda"),
    "intake": gettext_noop("Intake"),
    "panel": gettext_noop("Panel"),
    "rooms": gettext_noop("Rooms"),
    "room": gettext_noop("Room"),
    "minutes": gettext_noop("Minutes"),
    "needs": gettext_noop("Needs and fears"),
    "ideas": gettext_noop("Ideas"),
    "constraints": gettext_noop("Constraints"),
    "reassurances": gettext_noop("Reassurances"),
    "re-entry": gettext_noop("Going home"),
    "rounds": gettext_noop("Rounds"),
    "brief": gettext_noop("Brief"),
    "vote": gettext_noop("Vote"),
    "statements": gettext_noop("Statements"),
    "common-ground": gettext_noop("Common ground"),
    "map": gettext_noop("The map"),
    "paper": gettext_noop("Paper"),
}
# A page that no term names shows the words of the page it belongs to.
BELONGS_TO: Mapping[str, str] = {
    "candidate": "long-list",
    "close": "steps",
    "my-words": "needs",
    "concern": "needs",
    "round": "rounds",
    "write": "statements",
    "moderate": "statements",
    "wordings": "statements",
    "table": "common-ground",
    "draft": "paper",
}
# A page that stands in no list of pages: from a term one gets to the page that leads there.
LED_TO_BY: Mapping[str, str] = {"room": "rooms", "minutes": "rooms", "map": "common-ground"}
MOST_WORDS = 8  # at the foot of a page; the others are folded away
COMMANDS: Mapping[str, str] = {"packages": "tracktwo packages"}
FIGURES = ("workshop-path", "grit-ladder", "tracks", "efficiency-frontier")
# Terms that a figure helps without their saying so; `figure:` in a term's head comes first.
FIGURE_OF: Mapping[str, str] = {
    "problem-solving-workshop": "workshop-path",
    "interactive-problem-solving": "workshop-path",
    "grit": "grit-ladder",
    "multi-track-diplomacy": "tracks",
    "track-i": "tracks",
    "track-one": "tracks",
    "track-one-and-a-half": "tracks",
    "track-1-5": "tracks",
    "track-ii": "tracks",
    "track-two": "tracks",
    "track-iii": "tracks",
    "track-three": "tracks",
    "pareto-efficiency": "efficiency-frontier",
    "efficiency-frontier": "efficiency-frontier",
    "nash-solution": "efficiency-frontier",
    "kalai-smorodinsky-solution": "efficiency-frontier",
    "logrolling": "efficiency-frontier",
}


def may_write(*, signed_in: bool, convenes: bool) -> bool:
    """Instructors are, for now, those who may convene; the guide has no other list of people."""
    return signed_in and convenes
