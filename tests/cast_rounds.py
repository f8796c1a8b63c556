"""What the cast has of rounds among few, and what is sent to the pages of paper: a word planted in each result."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tracktwo.engines.disclosure import Band
from tracktwo.process.models import Side
from tracktwo.statements import acts
from tracktwo.statements.models import Round, RoundBallot
from tracktwo.statements.rules import Manner
from tracktwo.vault.grants import Grant

if TYPE_CHECKING:
    from tests.cast import Cast

PANEL = ("Bo", "Cleo", "expert", "rapporteur")
TABLE = ("Nia", "Noor", "Sol", "Sam", "Eda")
SIDES = {1: ("North", ("Nia", "Noor")), 2: ("South", ("Sol", "Sam")), 3: ("East", ("Eda",))}


def plant(cast: Cast) -> None:
    """In the process of the cast, by acts."""
    for place, (name, people) in SIDES.items():
        manner = Manner.HANDS if place == 1 else Manner.SEALED
        row = _opened(cast, f"inside {name}", manner, place)
        _answered(cast, row, people)
        _ended(cast, row, "result inside a side", side=place)
    joint = _opened(cast, "joint", Manner.SEALED)
    _answered(cast, joint, TABLE)
    _ended(cast, joint, "result of a joint round")
    _answered(cast, _opened(cast, "inside North, open", Manner.SEALED, 1, new_cycle=True), ("Nia", "Noor"))
    _answered(cast, _opened(cast, "joint, open", Manner.SEALED), TABLE)
    _sends(cast)


def _opened(cast: Cast, label: str, manner: Manner, place: int = 0, *, new_cycle: bool = False) -> Round:
    side = Side.unscoped.get(process_id=cast.processes["own"], place=place).pk if place else None
    asked = [cast.statements[f"own, open {number}"] for number in range(3)]
    row = acts.open_round(
        statements=asked, manner=manner, side=side, new_cycle=new_cycle, by=cast.seated("Bo")
    )
    readers = (*PANEL, *SIDES[place][1]) if place else (*PANEL, "interpreter", *TABLE)
    cast.known("round", f"round {label}", row.pk, readers=readers)
    cast.keep(row.pk, "round inside a side" if place else "joint round", "own", side=place)
    return row


def _answered(cast: Cast, row: Round, people: tuple[str, ...]) -> None:
    for name in people:
        seat = cast.seated(name)
        asked = acts.asked_in(row, seat)
        others = [place for place in SIDES if place != seat.side_place]
        expected = {(asked[0], place): int(Band.FEW) for place in others} if row.side_id is None else {}
        acts.answer_round(
            round=row.pk, answers={asked[0]: "agree", asked[1]: "disagree"}, expected=expected, by=seat
        )
        ballot = RoundBallot.unscoped.get(round=row, pseudonym=seat.pseudonym(acts.instrument_of(row)))
        cast.keep(ballot.pk, "answers in a round", "own", owner=name, side=seat.side_place)
        cast.keep(seat.pseudonym(acts.instrument_of(row)), "pseudonym", "own")


def _ended(cast: Cast, row: Round, thing: str, *, side: int = 0) -> None:
    """The result holds words of ours alone, so one is planted in it afterwards."""
    acts.end_round(round=row.pk, by=cast.seated("Bo"))
    row = Round.unscoped.get(pk=row.pk)
    assert row.result is not None
    told = json.loads(row.result.open(Grant(row.process_id, frozenset({row.result.scope}))))
    row.result = json.dumps({**told, "planted": cast.plant(thing, "own", side=side)})
    row.save()


def _sends(cast: Cast) -> None:
    """What is posted to rounds, to printing, to typing in; and what can be thrown on the wall."""
    first = str(cast.statements["own, open 5"])
    side = str(Side.unscoped.get(process_id=cast.processes["own"], place=3).pk)
    cast.send("rounds", "open", statement=first, side=side, manner="sealed")
    cast.send("rounds", "too early", statement=first, side="", manner="hands")
    asked = str(cast.statements["own, open 0"])
    cast.send("round", "answer", do="answer", **{f"answer-{asked}": "pass", f"expects-{asked}-2": "1"})
    cast.send("round", "end", do="end")
    for form in ("ballot", "rooms", "agenda"):
        cast.send("print", form, form=form, language="ar")
    open_one = str(cast.objects["round"]["round joint, open"])
    cast.send("print", "round", round=open_one, language="en")
    for name in ("Nia", "Oren"):
        seat = str(cast.seats[name]) if name in cast.seats else str(cast.missing)
        cast.send("type-in", f"votes of {name}", seat=seat, what="votes", **{f"answer-{first}": "agree"})
    nia = str(cast.seats["Nia"])
    cast.send("type-in", "round", seat=nia, what=open_one, **{f"answer-{asked}": "agree"})
    cast.send("type-in", "concern", seat=nia, what="concern", kind="need", text="Water.", to="caucus")
    cast.send("type-in", "intake", seat=nia, what="intake", worries="The road.")
    for view in ("needs", "statements", "round", "clock"):
        cast.objects.setdefault("view", {})[view] = view  # type: ignore[assignment]  # a word, not an id
