"""What a mediator expects, as tables that the code never reads: phases, and the scopes of each role."""

from __future__ import annotations

# From each phase the ones it may go to; every pair that is not here is refused.
STEPS = """
preparing   -> talks closed
talks       -> preparing convening closed
convening   -> talks consulting drafting closed
consulting  -> convening drafting closed
drafting    -> convening consulting transfer closed
transfer    -> drafting follow-up closed
follow-up   -> convening closed
closed      -> erased
erased      ->
"""

# Scopes by role. own: the role's own side; sides: every side of the process.
# role           side  observers hear  scopes beyond door, circle and figures
SCOPES = """
facilitator      -     no    plenary panel paper rooms long-list intake roster:panel roster:circle roster:sides
facilitator      -     yes   plenary panel paper rooms long-list intake roster:panel roster:circle roster:sides
co-facilitator   -     no    plenary panel paper rooms long-list intake roster:panel roster:circle roster:sides
co-facilitator   -     yes   plenary panel paper rooms long-list intake roster:panel roster:circle roster:sides
expert           -     no    plenary panel paper rooms roster:panel roster:circle roster:sides
expert           -     yes   plenary panel paper rooms roster:panel roster:circle roster:sides
rapporteur       -     no    plenary panel paper rooms roster:panel roster:circle roster:sides
rapporteur       -     yes   plenary panel paper rooms roster:panel roster:circle roster:sides
interpreter      -     no    plenary
interpreter      -     yes   plenary
evaluator        -     no    surveys
evaluator        -     yes   surveys
observer         -     no
observer         -     yes   plenary
participant      own   no    plenary side:own roster:own
participant      own   yes   plenary side:own roster:own
participant      -     no
participant      -     yes
voter            own   no
voter            own   yes
voter            -     no
voter            -     yes
"""


def steps() -> dict[str, set[str]]:
    rows = (line.split("->") for line in STEPS.split("\n") if line)
    return {now.strip(): set(to.split()) for now, to in rows}


def scopes() -> list[tuple[str, bool, bool, list[str]]]:
    """Rows of (role, has a side, observers hear, scopes)."""
    rows = (line.split() for line in SCOPES.split("\n") if line)
    return [(role, side == "own", hear == "yes", more) for role, side, hear, *more in rows]


# Who is in a room when no row says anything. A row that asks somebody in or out always decides.
IN_A_ROOM = """
plenary     facilitator co-facilitator expert rapporteur interpreter participant hearing-observer
mixed
caucus      participant-of-it
shuttle     facilitator co-facilitator expert rapporteur participant-of-it
bilateral
restricted
"""


def in_a_room() -> dict[str, set[str]]:
    rows = (line.split() for line in IN_A_ROOM.split("\n") if line)
    return {kind: set(who) for kind, *who in rows}
