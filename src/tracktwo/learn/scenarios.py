"""A scenario becomes a process: the demo, and later the exercises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle
from uuid import UUID

import numpy as np

from tracktwo.concerns import acts as concern_acts
from tracktwo.concerns.rules import ConcernKind, Deed
from tracktwo.content.scenarios import reading
from tracktwo.content.scenarios.reading import Character, LateStatement, Scenario, Statement, Text
from tracktwo.content.templates import rules_as_text
from tracktwo.learn import prepared, spoken
from tracktwo.process import acts as process_acts
from tracktwo.process import visibility
from tracktwo.process.acts import NewSide
from tracktwo.process.models import Process, Seat, Side
from tracktwo.process.phases import Phase
from tracktwo.process.rules import Kind, Role
from tracktwo.process.seated import Seated
from tracktwo.statements import acts as statement_acts
from tracktwo.statements import analysis

PANEL_ROLES = {
    "lead facilitator": Role.FACILITATOR,
    "co-facilitator": Role.CO_FACILITATOR,
    "expert": Role.EXPERT,
    "rapporteur": Role.RAPPORTEUR,
    "interpreter": Role.INTERPRETER,
    "evaluator": Role.EVALUATOR,
    "observer": Role.OBSERVER,
}
CODES = np.array([1, 2, 3], dtype=np.uint8)  # disagree, pass, agree, as in a ballot


@dataclass(frozen=True)
class Begun:
    """The process made of a scenario, and the seats anybody may take: key -> seat."""

    process: UUID
    seats: dict[str, UUID]


def begin(scenario: Scenario, *, progress: Callable[[str], None] = lambda _step: None) -> Begun:
    """Seed a demo process: sides, seats, rules, statements in three languages, votes, one analysis run."""
    progress("the process and its sides")
    process = process_acts.begin(
        cover_title=_worded(scenario.cover_title),
        title=_worded(scenario.title),
        kind=Kind.DEMO,
        by=None,
        sides=[NewSide(_worded(side.name), side.letter) for side in scenario.sides],
        story={language: page.body for language, page in scenario.story.items()},
        outline=_outline(scenario),
    )
    sides = {side.letter: side for side in Side.unscoped.filter(process_id=process.pk)}
    progress("the panel and the seats")
    seats = _panel(scenario, process) | _table(scenario, process, sides) | _circle(scenario, process, sides)
    lead = visibility.seated(
        Seat.unscoped.select_related("process", "side").get(pk=seats["lead-facilitator"])
    )
    progress("the ground rules")
    _under_rules(scenario, process, lead)
    progress("needs and fears, restated")
    speakers = _speakers(process, sides)
    process_acts.step(to=Phase.TALKS, by=lead)
    needs = _concerns_in_private(scenario, sides, speakers)
    process_acts.step(to=Phase.CONVENING, by=lead)
    _concerns(scenario, needs, speakers, lead)
    process_acts.step(to=Phase.CONSULTING, by=lead)
    progress("what the panel prepared")
    prepared.prepare(scenario, by=lead, sides=sides, seats=_by_pseudonym(scenario, seats))
    progress("statements in three languages")
    _statements(scenario, process)
    progress("votes of the wider circle")
    _votes(scenario, process)
    _pending(scenario, process, sides)
    progress("the first analysis run")
    analysis.run(process=process.pk, by=Role.FACILITATOR)
    progress("the rooms")
    spoken.speak(scenario, by=lead, seats=_by_pseudonym(scenario, seats))
    keys = {character.key for character in scenario.characters}
    return Begun(process.pk, {key: seat for key, seat in seats.items() if key in keys})


def load_and_begin(name: str, *, progress: Callable[[str], None] = lambda _step: None) -> Begun:
    return begin(reading.load(name), progress=progress)


def _by_pseudonym(scenario: Scenario, seats: dict[str, UUID]) -> dict[str, UUID]:
    """The seats at the table by their English pseudonym, also those whose place a visitor takes."""
    sitting = {character.of: character.key for character in scenario.characters if character.place == "seat"}
    names = [seat.pseudonym.en for seat in scenario.seats]
    return {name: seats[sitting.get(name, name)] for name in names}


def _worded(text: Text) -> dict[str, str]:
    return {language: text.in_language(language) for language in reading.LANGUAGES}


def _outline(scenario: Scenario) -> dict[str, str]:
    """The heading, the introduction, `---`, the closing: what a draft of the paper begins with."""
    paper = scenario.paper

    def paragraphs(texts: tuple[Text, ...], language: str) -> str:
        return "\n\n".join(text.in_language(language) for text in texts)

    return {
        language: f"{paper.title.in_language(language)}\n\n{paragraphs(paper.introduction, language)}"
        f"\n\n---\n\n{paragraphs(paper.closing, language)}"
        for language in reading.LANGUAGES
    }


def _introduced(character: Character | None) -> dict[str, str] | None:
    """The label and, below it, the two sentences that introduce somebody one can sit down as."""
    if character is None:
        return None
    label, text = _worded(character.label), _worded(character.introduction)
    return {language: f"{label[language]}\n{text[language]}" for language in reading.LANGUAGES}


def _panel(scenario: Scenario, process: Process) -> dict[str, UUID]:
    sitting = {character.of: character for character in scenario.characters if character.place == "panel"}
    seats = {}
    for member in scenario.panel:
        character = sitting.get(member.key)
        seat = process_acts.add_seat(
            process=process.pk,
            role=PANEL_ROLES[member.role],
            label=_worded(member.name),
            by="convenor",
            one_click=character is not None,
            introduction=_introduced(character),
        )
        seats[character.key if character else member.key] = seat.pk
    return seats


def _table(scenario: Scenario, process: Process, sides: dict[str, Side]) -> dict[str, UUID]:
    sitting = {character.of: character for character in scenario.characters if character.place == "seat"}
    seats = {}
    for one in scenario.seats:
        character = sitting.get(one.pseudonym.en)
        seat = process_acts.add_seat(
            process=process.pk,
            role=Role.PARTICIPANT,
            label=_worded(one.pseudonym),
            name=one.name.en,
            side=sides[one.side].pk,
            official=one.capacity != "private",
            by="convenor",
            one_click=character is not None,
            introduction=_introduced(character),
        )
        seats[character.key if character else one.pseudonym.en] = seat.pk
    return seats


def _circle(scenario: Scenario, process: Process, sides: dict[str, Side]) -> dict[str, UUID]:
    return {
        character.key: process_acts.add_seat(
            process=process.pk,
            role=Role.VOTER,
            label=_worded(character.label),
            side=sides[character.of].pk,
            by="convenor",
            one_click=True,
            introduction=_introduced(character),
        ).pk
        for character in scenario.characters
        if character.place == "wider circle"
    }


def _under_rules(scenario: Scenario, process: Process, lead: Seated) -> None:
    """Rules, everybody's assent, the risk review: what must be before the sides meet."""
    version = process_acts.write_ground_rules(text=rules_as_text(scenario.ground_rules), by=lead)
    table = (
        Seat.unscoped.filter(process_id=process.pk).exclude(role=Role.VOTER).select_related("process", "side")
    )
    for seat in table:
        process_acts.assent(version=version.pk, by=visibility.seated(seat))
    process_acts.review_risk(by=lead)


# --- needs and fears


def _speakers(process: Process, sides: dict[str, Side]) -> dict[str, list[Seated]]:
    """Who sits at the table for each side."""
    found = {}
    for letter, side in sides.items():
        rows = Seat.unscoped.filter(process_id=process.pk, side=side, role=Role.PARTICIPANT)
        found[letter] = [visibility.seated(row) for row in rows.select_related("process", "side")]
    return found


def _concerns_in_private(
    scenario: Scenario, sides: dict[str, Side], speakers: dict[str, list[Seated]]
) -> dict[str, UUID]:
    """In the talks each seat of a side writes some of its needs and fears, and shares them with its side."""
    written, turn = {}, Turns(speakers)
    for one in scenario.needs.concerns:
        by = turn.of(one.side)
        row = concern_acts.write(kind=ConcernKind(one.kind), text=_worded(one.text), by=by)
        concern_acts.share(words=row.pk, by=by)
        written[one.id] = row.pk
    for number, belief in enumerate(scenario.needs.misperceptions):
        by = turn.of(belief.of)
        row = concern_acts.write(
            kind=ConcernKind.MISPERCEPTION,
            text=_worded(belief.text),
            about=sides[belief.about].pk,
            by=by,
        )
        concern_acts.share(words=row.pk, by=by)
        written[f"misperception {number}"] = row.pk
    return written


def _concerns(
    scenario: Scenario, needs: dict[str, UUID], speakers: dict[str, list[Seated]], lead: Seated
) -> None:
    """In the workshop: put to the table, restated, heard or not yet; ideas; then constraints; then reassurances."""
    turn = Turns(speakers)
    for one in scenario.needs.concerns:
        if one.put == "table":
            concern_acts.put_to_table(words=needs[one.id], by=turn.of(one.side))
    _restated(scenario, needs, turn)
    for idea in scenario.needs.ideas:
        answers = [needs[one] for one in idea.answers]
        concern_acts.write_idea(text=_worded(idea.text), answers=answers, by=lead)
    for bond in scenario.needs.constraints:
        by = turn.of(bond.side)
        row = concern_acts.constrain(text=_worded(bond.text), by=by)
        concern_acts.share(words=row.pk, by=by)
        concern_acts.put_to_table(words=row.pk, by=by)
    _reassured(scenario, needs, turn, lead)


def _restated(scenario: Scenario, needs: dict[str, UUID], turn: Turns) -> None:
    owners = {one.id: one.side for one in scenario.needs.concerns}
    for said in scenario.needs.restatements:
        row = concern_acts.restate(concern=needs[said.concern], text=_worded(said.text), by=turn.of(said.by))
        owner = turn.of(owners[said.concern])
        if said.missing is None:
            concern_acts.say_heard(restatement=row.pk, by=owner)
        else:
            concern_acts.say_not_yet(restatement=row.pk, missing=_worded(said.missing), by=owner)
    for number, belief in enumerate(scenario.needs.misperceptions):
        asked = needs[f"misperception {number}"]
        concern_acts.put_to_table(words=asked, by=turn.of(belief.of))
        concern_acts.restate(concern=asked, text=_worded(belief.answer), by=turn.of(belief.about))


def _reassured(scenario: Scenario, needs: dict[str, UUID], turn: Turns, lead: Seated) -> None:
    for one in scenario.needs.reassurances:
        row = concern_acts.ask(concern=needs[one.answers], text=_worded(one.text), by=turn.of(one.side))
        if one.by:
            concern_acts.reply(reassurance=row.pk, deed=Deed.OFFER, by=turn.of(one.by))
        if one.state == "kept":
            concern_acts.reply(reassurance=row.pk, deed=Deed.KEEP, by=lead)
    for offer in scenario.needs.offers:
        concern_acts.offer(concern=needs[offer.answers], text=_worded(offer.text), by=turn.of(offer.side))


class Turns:
    """Who of a side speaks next: one after the other."""

    def __init__(self, speakers: dict[str, list[Seated]]) -> None:
        self._next = {letter: cycle(seats) for letter, seats in speakers.items()}

    def of(self, letter: str) -> Seated:
        return next(self._next[letter])


def _statements(scenario: Scenario, process: Process) -> None:
    rows: list[Statement | LateStatement] = [*scenario.statements, scenario.late]
    drafts = frozenset(language for language, state in scenario.versions.items() if state == "draft")
    statement_acts.seed(
        process=process.pk,
        wordings=[_worded(row.text) for row in rows],
        drafts=drafts,
        by=Role.FACILITATOR,
    )


def _votes(scenario: Scenario, process: Process) -> None:
    votes = reading.simulate_votes(scenario, np.random.default_rng(scenario.simulation.seed))
    slots = np.zeros((len(votes.side), len(scenario.statements) + 1), dtype=np.uint8)
    slots[votes.person, votes.statement] = CODES[votes.vote + 1]
    statement_acts.cast(
        process=process.pk,
        side=(votes.side + 1).tolist(),
        slots=slots,
        by="voter",
        verb="votes of the wider circle",
    )


def _pending(scenario: Scenario, process: Process, sides: dict[str, Side]) -> None:
    """Two statements wait for the panel, written by seats at the table."""
    for pending in scenario.pending:
        seats = Seat.unscoped.filter(process_id=process.pk, role=Role.PARTICIPANT, side=sides[pending.side])
        author = seats.select_related("process", "side").order_by("pk").first()
        assert author is not None
        statement_acts.write(text=pending.text.en, language="en", by=visibility.seated(author))
