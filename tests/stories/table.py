"""A table to tell stories at: a process, its seats, and people who sit on them. Made by acts only."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection
from django.test import Client

from tracktwo.people.acts import new_person
from tracktwo.people.models import Person
from tracktwo.process import acts, visibility
from tracktwo.process.acts import NewSide
from tracktwo.process.models import Process, Seat, Side
from tracktwo.process.phases import Phase
from tracktwo.process.rules import Kind, Role
from tracktwo.process.visibility import Seated
from tracktwo.statements import acts as statement_acts
from tracktwo.statements.models import Statement

RULES = "Speak for yourself. What is said here stays here."
# The way from the first phase to each other one, step by step.
WAY: dict[Phase, tuple[Phase, ...]] = {
    Phase.PREPARING: (),
    Phase.TALKS: (Phase.TALKS,),
    Phase.CONVENING: (Phase.TALKS, Phase.CONVENING),
    Phase.CONSULTING: (Phase.TALKS, Phase.CONVENING, Phase.CONSULTING),
    Phase.DRAFTING: (Phase.TALKS, Phase.CONVENING, Phase.CONSULTING, Phase.DRAFTING),
}


def convenor() -> Person:
    """Somebody who may begin processes and has no password: signing in is tested elsewhere."""
    person = new_person()
    person.convenes = True
    person.save()
    return person


@dataclass
class Table:
    """A process with the person who convened it."""

    process: Process
    person: Person
    seats: dict[str, UUID] = field(default_factory=dict)

    @property
    def id(self) -> UUID:
        return self.process.pk

    @property
    def lead(self) -> Seated:
        return visibility.take_seat(self.person, self.id)

    @property
    def sides(self) -> list[Side]:
        return list(Side.unscoped.filter(process_id=self.id).order_by("place"))

    def seat(self, label: str, role: Role = Role.PARTICIPANT, place: int = 0, **more: Any) -> Seated:
        """A seat with somebody on it; `place` is the side's, 0 for the panel."""
        side = self.sides[place - 1].pk if place else None
        row = acts.add_seat(process=self.id, role=role, label=label, by="facilitator", side=side, **more)
        self.seats[label] = row.pk
        if row.person is None:
            Seat.unscoped.filter(pk=row.pk).update(person=new_person())
        return self.at(label)

    def at(self, label: str) -> Seated:
        """The seat as it stands now."""
        row = Seat.unscoped.select_related("process", "side").get(pk=self.seats[label])
        return visibility.seated(row)

    def person_at(self, label: str) -> Person:
        person = Seat.unscoped.select_related("person").get(pk=self.seats[label]).person
        assert isinstance(person, Person)
        return person

    def go_to(self, phase: Phase) -> None:
        """Walk the phases there, as the rules ask: ground rules, everybody's assent, a look at the risks."""
        acts.review_risk(by=self.lead)
        version = acts.write_ground_rules(text=RULES, by=self.lead)
        rows = Seat.unscoped.filter(process_id=self.id, withdrawn=False).exclude(role=Role.VOTER)
        for row in rows.select_related("process", "side"):
            acts.assent(version=version.pk, by=visibility.seated(row))
        for to in WAY[phase]:
            acts.step(to=to, by=self.lead)

    def statement(self, text: str, language: str = "en") -> Statement:
        """A statement of the panel's: open at once."""
        return statement_acts.write(text=text, language=language, by=self.lead)

    def client(self, label: str = "") -> Client:
        """A browser in which somebody sits at their place; the lead facilitator's without a label."""
        client = Client()
        client.force_login(self.person_at(label) if label else self.person)
        return client


def begun(*names: str, kind: Kind = Kind.REAL, **more: Any) -> Table:
    """A process has begun: two sides if none are named."""
    person = convenor()
    sides = [NewSide(name) for name in names or ("North", "South")]
    process = acts.begin(
        cover_title="River studies", title="The northern delta", sides=sides, by=person, kind=kind, **more
    )
    return Table(process, person)


def consulting(*names: str, statements: Sequence[str] = (), voters: int = 0, kind: Kind = Kind.REAL) -> Table:
    """A process that collects votes, with so many voters on every side: n1, n2 ... s1, s2 ..."""
    table = begun(*names, kind=kind)
    table.go_to(Phase.CONSULTING)
    for text in statements:
        table.statement(text)
    for place, side in enumerate(table.sides, start=1):
        for number in range(1, voters + 1):
            table.seat(f"{side.letter.lower()}{number}", Role.VOTER, place)
    return table


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """Do all of this in the same moment, each in a thread and a database connection of its own.

    Returns what each came to: its result, or the exception it ended with.
    """
    barrier, came = threading.Barrier(len(deeds)), [None] * len(deeds)

    def do(place: int, deed: Callable[[], Any]) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(20)
            came[place] = deed()
        except Exception as fault:  # the test looks at it
            came[place] = fault  # type: ignore[call-overload]
        finally:
            connection.close()

    threads = [threading.Thread(target=do, args=each) for each in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return came
