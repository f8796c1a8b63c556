"""A table to tell stories at: a process, its seats, and people who sit on them. Made by acts only."""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import encrypt
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test import Client

from tracktwo.people.acts import new_person
from tracktwo.people.models import Person
from tracktwo.process import acts, visibility
from tracktwo.process.acts import NewSide
from tracktwo.process.models import Process, Seat, Side
from tracktwo.process.phases import Phase
from tracktwo.process.rules import Kind, Role, needs_account
from tracktwo.process.seated import Seated
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


PASSWORD = "a quiet river at noon"


@cache
def hashed() -> str:
    """Hashing takes its time, on purpose; once is enough for all who sit on panels here."""
    return make_password(PASSWORD)


def with_account(person: Person) -> Person:
    """Somebody of a panel: with a password and a second step, as if signed in."""
    person.password = hashed()
    person.save()
    Authenticator.objects.create(
        user=person, type=Authenticator.Type.TOTP, data={"secret": encrypt("A" * 32)}
    )
    return person


def convenor() -> Person:
    """Somebody who may begin processes."""
    return with_account(Person.objects.create(handle=secrets.token_hex(32), convenes=True))


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
            person = new_person()
            needs = needs_account(role, self.process.kind)
            Seat.unscoped.filter(pk=row.pk).update(person=with_account(person) if needs else person)
        return self.at(label)

    def at(self, label: str) -> Seated:
        """The seat as it stands now."""
        row = Seat.unscoped.select_related("process", "side").get(pk=self.seats[label])
        return visibility.seated(row)

    def person_at(self, label: str) -> Person:
        person = Seat.unscoped.select_related("person").get(pk=self.seats[label]).person
        assert isinstance(person, Person)
        return person

    def invite(self, label: str) -> str:
        """A fresh code for a seat."""
        ((_seat, code),) = acts.invite(seats=[self.seats[label]], by=self.lead)
        return code

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


def plainly(page: bytes) -> str:
    """A page without what differs from one request to the next: tokens of forms, ids in addresses."""
    once = re.sub(r'value="[\w-]{20,}"', "", page.decode())
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "", once)


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
