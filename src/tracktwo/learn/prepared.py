"""The panel's worktable of a scenario: what it knew, whom it asked, what it fears for them."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from tracktwo.content.scenarios import worktable
from tracktwo.content.scenarios.reading import Scenario
from tracktwo.content.scenarios.reading import Seat as SeatOfScenario
from tracktwo.preparation import acts, rules, templates
from tracktwo.preparation.rules import Stage
from tracktwo.process import visibility
from tracktwo.process.models import Seat, Side
from tracktwo.process.rules import Role
from tracktwo.process.seated import Seated

TEMPLATE = "problem-solving-workshop"
# The way of a name to each stage, step by step.
WAY: dict[Stage, tuple[Stage, ...]] = {
    Stage.LISTED: (),
    Stage.APPROACHED: (Stage.APPROACHED,),
    Stage.DECLINED: (Stage.APPROACHED, Stage.DECLINED),
    Stage.BRIEFED: (Stage.APPROACHED, Stage.ACCEPTED, Stage.BRIEFED),
    Stage.WITHDRAWN: (Stage.APPROACHED, Stage.ACCEPTED, Stage.WITHDRAWN),
    Stage.SEATED: (Stage.APPROACHED, Stage.ACCEPTED, Stage.BRIEFED, Stage.SEATED),
}
SITTING = ("take part", "own side", "contact", "survey")


def prepare(scenario: Scenario, *, by: Seated, sides: Mapping[str, Side], seats: Mapping[str, UUID]) -> None:
    """Fill the worktable by acts. `seats`: the seats at the table by their English pseudonym."""
    prepared = worktable.load(scenario.key)
    acts.analyse(**prepared.analysis, by=by)
    actors = {
        key: acts.note_actor(name=name, traits=_of_side(traits, sides), by=by).pk
        for key, (name, traits) in prepared.actors.items()
    }
    for one, other, kind in prepared.relations:
        acts.relate(one=actors[one], other=actors[other], kind=kind, by=by)
    for letter, role, answers in prepared.perceptions:
        acts.perceive(side=sides[letter].pk, answers=answers, by=_on_the_panel(by, Role(role)))
    for text, about, whose in prepared.risks:
        acts.note_risk(text=text, about=about | ({"seat": str(seats[whose])} if whose else {}), by=by)
    for listed in prepared.listed:
        _listed(listed, by, sides)
    for seat in scenario.seats:
        _who_sits(seat, by, sides, seats)
    acts.write_agenda(text=templates.load(TEMPLATE)[scenario_language(scenario)].agenda, by=by)


def scenario_language(scenario: Scenario) -> str:
    """The language a scenario is written in first."""
    return next(language for language, state in scenario.versions.items() if state == "source")


def _of_side(traits: Mapping[str, str], sides: Mapping[str, Side]) -> dict[str, str]:
    letter = traits["side"]
    return {**traits, "side": str(sides[letter].pk) if letter else ""}


def _on_the_panel(by: Seated, role: Role) -> Seated:
    """Somebody of that role; the lead where the scenario has nobody."""
    row = Seat.unscoped.filter(process_id=by.process, role=role).select_related("process", "side").first()
    return visibility.seated(row) if row else by


def _listed(listed: Mapping[str, str], by: Seated, sides: Mapping[str, Side]) -> None:
    """A name that did not come to sit."""
    row = acts.note_name(
        name=listed["name"],
        side=sides[listed["side"]].pk,
        traits={
            **{key: listed[key] for key in ("sector", "gender", "age", "seniority")},
            "capacity": "private",
        },
        note=listed["note"],
        by=by,
    )
    for stage in WAY[Stage(listed["stage"])]:
        acts.advance(candidate=row.pk, to=stage, by=by)


def _who_sits(seat: SeatOfScenario, by: Seated, sides: Mapping[str, Side], seats: Mapping[str, UUID]) -> None:
    """The name behind a seat, with what the person consented to, up to the seat that stands there."""
    row = acts.note_name(
        name=seat.name.en,
        side=sides[seat.side].pk,
        traits={
            "sector": seat.sector,
            "gender": seat.gender,
            "age": seat.age_band,
            "seniority": "senior",
            "capacity": "private" if seat.capacity == "private" else rules.OFFICIAL,
        },
        note=f"{seat.occupation.en}. {seat.influence.en}.",
        risk=seat.risk,
        consents=SITTING,
        by=by,
    )
    for stage in WAY[Stage.SEATED]:
        acts.advance(
            candidate=row.pk,
            to=stage,
            seat=seats[seat.pseudonym.en] if stage is Stage.SEATED else None,
            by=by,
        )
