"""What the cast has of the panel's worktable, the long list, intakes and the agenda: a word planted in each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracktwo.preparation import acts
from tracktwo.preparation.rules import Stage
from tracktwo.process.models import Side

if TYPE_CHECKING:
    from tests.cast import Cast

TOLD = {"Nia": 1, "Sol": 2, "Sam": 2, "Cleo": 0, "evaluator": 0}
DECLARED = ("Bo", "Cleo", "expert", "interpreter", "evaluator", "observer")


def plant(cast: Cast) -> None:
    """In the process of the cast, by acts."""
    sides = {side.place: side for side in Side.unscoped.filter(process_id=cast.processes["own"])}
    _worktable(cast, sides)
    _long_list(cast, sides)
    _told(cast)
    _discipline(cast, sides)
    _agenda(cast)
    _sends(cast, sides)


def _worktable(cast: Cast, sides: dict[int, Side]) -> None:
    bo, expert = cast.seated("Bo"), cast.seated("expert")
    notes = {
        name: cast.plant("conflict note", "own", name) for name in ("conflict", "initiatives", "contribution")
    }
    acts.analyse(
        **notes, track_one="hostile", track_one_note=cast.plant("conflict note", "own", "track one"), by=bo
    )
    traits = {"kind": "community", "side": str(sides[1].pk), "stance": "supports", "influence": "high"}
    first, second = (
        acts.note_actor(
            name=cast.plant("actor", "own", name),
            traits={**traits, "note": cast.plant("actor", "own", name, "note")},
            by=expert,
        )
        for name in ("one", "two")
    )
    acts.relate(one=first.pk, other=second.pk, kind="strained", by=expert)
    acts.perceive(
        side=sides[1].pk,
        answers={"stalemate": "yes", "way out": "no", "note": cast.plant("perception note", "own")},
        by=expert,
    )
    about = {"likelihood": "low", "severity": "high", "owner": "facilitator"}
    risk = acts.note_risk(
        text=cast.plant("risk text", "own"),
        about={**about, "measure": cast.plant("risk level", "own"), "seat": str(cast.seats["Nia"])},
        by=bo,
    )
    for row, thing in ((first, "actor"), (second, "actor"), (risk, "risk text")):
        cast.keep(row.pk, thing, "own")


def _long_list(cast: Cast, sides: dict[int, Side]) -> None:
    """A name that sits on Nia's seat, one that was only noted, and one in the other process."""
    for label, side in (("seated", 1), ("listed", 2)):
        row = acts.note_name(
            name=cast.plant("candidate", "own", label, "name"),
            side=sides[side].pk,
            traits={"gender": "woman", "sector": "media", "capacity": "official"},
            contact=cast.plant("candidate", "own", label, "contact"),
            note=cast.plant("candidate", "own", label, "note"),
            risk="high",
            risk_note=cast.plant("candidate", "own", label, "risk"),
            consents=["take part"],
            consent_note=cast.plant("candidate", "own", label, "consent"),
            by=cast.seated("Bo"),
        )
        cast.known("candidate", f"own, {label}", row.pk, readers=("Bo", "Cleo"))
        cast.keep(row.pk, "candidate", "own")
        if label == "seated":
            for stage in (Stage.APPROACHED, Stage.ACCEPTED, Stage.BRIEFED):
                acts.advance(candidate=row.pk, to=stage, by=cast.seated("Bo"))
            acts.advance(candidate=row.pk, to=Stage.SEATED, seat=cast.seats["Nia"], by=cast.seated("Bo"))


def _told(cast: Cast) -> None:
    """Private intakes of both sides, of a facilitator and of somebody beside the worktable."""
    for name, side in TOLD.items():
        answers = {
            question: cast.plant("intake", "own", question, owner=name, side=side)
            for question in (
                "hopes",
                "worries",
                "worst_case",
                "safety",
                "language",
                "hours",
                "travel",
                "access",
            )
        }
        acts.give_intake(
            answers={**answers, "consents": ["survey"], "interpreter": True}, by=cast.seated(name)
        )


def _discipline(cast: Cast, sides: dict[int, Side]) -> None:
    for name in DECLARED:
        acts.declare(text=cast.plant("declaration", "own", owner=name), by=cast.seated(name))
    cleared = acts.propose_clearance(seat=cast.seats["expert"], side=sides[1].pk, by=cast.seated("Bo"))
    acts.confirm_clearance(clearance=cleared.pk, by=cast.seated("Cleo"))
    waiting = acts.propose_clearance(seat=cast.seats["rapporteur"], side=sides[2].pk, by=cast.seated("Cleo"))
    for row in (cleared, waiting):
        cast.keep(row.pk, "clearance", "own")
    cast.send("panel", "confirm own", do="confirm", clearance=str(waiting.pk))
    cast.send("panel", "confirm twice", do="confirm", clearance=str(cleared.pk))


def _agenda(cast: Cast) -> None:
    word = cast.plant("agenda", "own")
    place = cast.plant("agenda", "own", "place")
    text = f"place: {place}\nbegins: 2099-03-01\nhours: UTC+3\n\n# Day | 09:00\n90 Needs {word}\n"
    acts.write_agenda(text=text, by=cast.seated("Bo"))


def _sends(cast: Cast, sides: dict[int, Side]) -> None:
    """What is posted on the walk: sound, ill, and of another process."""
    side, gone = str(sides[1].pk), str(cast.missing)
    cast.send(
        "begin",
        "from a template",
        cover_title="Tea",
        title="Tea",
        sides="A\nB",
        language="ar",
        template="crisis",
    )
    cast.send("agenda", "write", do="write", text="# Day\n30 Tea")
    cast.send("agenda", "ill", do="write", text="Tea")
    cast.send("prepare", "analyse", do="analyse", track_one="blocked", conflict="Words.")
    actor = {"name": "A", "kind": "media", "stance": "supports", "influence": "low", "side": side}
    _posted(cast, "prepare", "actor", {"do": "actor", **actor})
    cast.send("prepare", "remove missing", do="remove", actor=gone)
    cast.send(
        "ripeness",
        "perceive",
        do="perceive",
        side=side,
        **dict.fromkeys(("stalemate", "way_out", "catastrophe", "spokesperson"), "no"),
    )
    cast.send("risks", "risk", do="risk", text="A risk", likelihood="low", severity="low", owner="expert")
    cast.send(
        "risks",
        "about another seat",
        do="risk",
        text="A risk",
        likelihood="low",
        severity="low",
        owner="expert",
        seat=str(cast.seats["Nia"]),
    )
    cast.send("risks", "review", do="review")
    _posted(cast, "long-list", "name", {"do": "name", "name": "Somebody", "side": side})
    _posted(cast, "long-list", "ill", {"do": "name", "name": ""})
    cast.send("candidate", "approach", do="approached")
    cast.send("candidate", "forget", do="forget")
    _posted(cast, "candidate", "name", {"do": "name", "name": "Somebody else"})
    cast.send("intake", "tell", do="intake", worries="The road.")
    cast.send("panel", "declare", do="declare", text="none")
    cast.send("panel", "propose", do="propose", seat=str(cast.seats["expert"]), side=str(sides[3].pk))
    cast.send("rules", "chatham", do="chatham")


def _posted(cast: Cast, address: str, about: str, sends: dict[str, object]) -> None:
    """As `cast.send`, for forms with a field that is called `name`."""
    cast.sends.setdefault(address, []).append((sends, about))
