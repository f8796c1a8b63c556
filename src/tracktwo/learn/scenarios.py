"""A scenario becomes a process: the demo, and later the exercises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from tracktwo.content.scenarios import reading
from tracktwo.content.scenarios.reading import Character, LateStatement, Scenario, Statement, Text
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
    _convened(scenario, process, lead)
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


def _convened(scenario: Scenario, process: Process, lead: Seated) -> None:
    """Rules, everybody's assent, the risk review, and the steps to statements and votes."""
    articles = {
        language: "\n\n".join(
            f"{article.number}. {article.title}\n{article.text}" for article in rules.articles
        )
        for language, rules in reading.load_rules(scenario.ground_rules).items()
    }
    version = process_acts.write_ground_rules(text=articles, by=lead)
    table = (
        Seat.unscoped.filter(process_id=process.pk).exclude(role=Role.VOTER).select_related("process", "side")
    )
    for seat in table:
        process_acts.assent(version=version.pk, by=visibility.seated(seat))
    process_acts.review_risk(by=lead)
    for phase in (Phase.TALKS, Phase.CONVENING, Phase.CONSULTING):
        process_acts.step(to=phase, by=lead)


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
