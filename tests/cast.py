"""The standing cast, in whole processes made by real acts, with a word planted in everything that could leak.

Ada convenes another process. Bo facilitates this one, Cleo beside him. North: Nia and Noor; South: Sol and Sam;
East: Eda; a voter of the wider circle for each side. An expert, a rapporteur, an interpreter, an evaluator and an
observer; a newcomer who came to the panel with a code and has no account yet. Wim had a seat for the North and withdrew. Oren sits in Ada's process. And there is anybody at all.

    cast = make()
    cast.words          every planted word -> what it is, whose, of which side and process
    cast.players        who walks through the house
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

import numpy as np
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import encrypt
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.cache import cache
from django.test import TestCase

from tests import (
    cast_classes,
    cast_concerns,
    cast_decks,
    cast_dialogue,
    cast_learn,
    cast_practice,
    cast_practice_tests,
    cast_preparation,
    cast_rounds,
)
from tracktwo.people.acts import make_account, make_convenor
from tracktwo.people.models import Person
from tracktwo.people.sessions import SessionStore
from tracktwo.process import acts as process_acts
from tracktwo.process import visibility
from tracktwo.process.acts import NewSide
from tracktwo.process.models import Process, Seat, Side
from tracktwo.process.phases import Phase
from tracktwo.process.rules import Kind, Role
from tracktwo.process.seated import Seated
from tracktwo.statements import acts as statement_acts
from tracktwo.statements import analysis
from tracktwo.statements.models import AnalysisRun, Ballot, Statement
from tracktwo.statements.rules import State
from tracktwo.transfer import acts as transfer_acts
from tracktwo.transfer.acts import Frame
from tracktwo.vault import keys

LANGUAGES = ("en", "fr", "ar")
AROUND = {"en": "We could say {}.", "fr": "Nous pourrions dire {}.", "ar": "يمكننا أن نقول {}."}
SIDES = ("North", "South", "East")
OPEN_FROM_THE_START = 8
VOTERS_A_SIDE = 14  # enough for the figures of each side to show, and for the map of all
VOTES_BEFORE_LOOKING = 7
SIGN_IN = "tracktwo.people.signing_in.ByBlindIndex"

# Whatever is planted can be found in a page by its shape, so that one pass over a page finds all of it.
SHAPES = re.compile(
    r"Zq[a-p]{12}qz"  # a planted word
    r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"  # the id of a row
    r"|(?:[0-9A-Z]{4}-){6}[0-9A-Z]{2}"  # a code that takes a seat
    r"|[0-9a-f]{64}|[A-Z2-7]{32}|\b[0-9a-z]{32}\b"  # a pseudonym; the secret of a second step; a session
)
RUNS = re.compile(r"[0-9A-Za-z-]{16,}")


@dataclass(frozen=True)
class Word:
    """What a planted word stands for: which thing, whose, of which side (0: of all), in which process."""

    thing: str
    process: str
    owner: str = ""
    side: int = 0


@dataclass(frozen=True)
class Place:
    """Where somebody sits in a process, in the words of the tables beside these tests."""

    name: str
    side: int = 0
    withdrawn: bool = False


@dataclass(frozen=True)
class Player:
    """One of the cast: who they are, where they sit, and the cookie their browser holds."""

    name: str
    place: str  # the column of the table of addresses
    person: Person | None = None
    cookie: str = ""
    seats: Mapping[str, Place] = field(default_factory=dict)


@dataclass
class Cast:
    """The processes by name, who walks through them, and every planted word."""

    processes: dict[str, UUID] = field(default_factory=dict)
    players: dict[str, Player] = field(default_factory=dict)
    words: dict[str, Word] = field(default_factory=dict)
    seats: dict[str, UUID] = field(default_factory=dict)
    statements: dict[str, UUID] = field(default_factory=dict)
    versions: dict[str, UUID] = field(default_factory=dict)
    # What else stands in addresses: converter -> label -> id; and what is posted to an address, by its name.
    objects: dict[str, dict[str, UUID]] = field(default_factory=dict)
    sends: dict[str, list[tuple[dict[str, object], str]]] = field(default_factory=dict)
    readers: dict[str, frozenset[str]] = field(
        default_factory=dict
    )  # label of an object -> players who may know it
    codes: dict[str, str] = field(default_factory=dict)
    user_names: dict[str, str] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)
    second_steps: dict[str, str] = field(default_factory=dict)
    _places: dict[str, dict[str, Place]] = field(default_factory=dict)
    _people: dict[str, Person] = field(default_factory=dict)

    def plant(self, thing: str, process: str, *more: str, owner: str = "", side: int = 0) -> str:
        """A word of its own for a thing; the same thing gives the same word."""
        digest = hashlib.sha256("|".join((thing, process, owner, str(side), *more)).encode()).hexdigest()
        word = "Zq" + "".join(chr(97 + int(sign, 16)) for sign in digest[:12]) + "qz"
        self.words[word] = Word(thing, process, owner, side)
        return word

    def keep(
        self, value: str | UUID | bytes, thing: str, process: str, *, owner: str = "", side: int = 0
    ) -> None:
        """Something that made itself (an id, a code, a pseudonym) and could leak as well."""
        said = value.hex() if isinstance(value, bytes) else str(value)
        self.words[said] = Word(thing, process, owner, side)
        if isinstance(value, UUID):
            self.words[value.hex] = self.words[said]

    def known(self, converter: str, label: str, row: UUID, *, readers: Iterable[str] | None = None) -> None:
        """An object that addresses name; to everybody but its readers it must read like what does not exist."""
        self.objects.setdefault(converter, {})[label] = row
        if readers is not None:
            self.readers[label] = frozenset(readers)

    def send(self, name: str, about: str, /, **sends: object) -> None:
        """Something to be posted to the address of this name on the walk."""
        self.sends.setdefault(name, []).append((sends, about))

    def seated(self, name: str) -> Seated:
        return visibility.seated(Seat.unscoped.select_related("process", "side").get(pk=self.seats[name]))

    def texts(self, process: str, thing: str, *more: str, owner: str = "", side: int = 0) -> dict[str, str]:
        """One text in every language, each with a word of its own."""
        return {
            language: AROUND[language].format(
                self.plant(thing, process, *more, language, owner=owner, side=side)
            )
            for language in LANGUAGES
        }

    @property
    def missing(self) -> UUID:
        """An id that nothing has."""
        return UUID("00000000-0000-4000-8000-00000000dead")


def make() -> Cast:
    """The whole cast in its processes: a few seconds, all by acts."""
    cast = Cast()
    keys.forget()
    cache.clear()
    # Keys are kept at hand once their row is committed; a test that is rolled back at the end never commits.
    with TestCase.captureOnCommitCallbacks(execute=True), quick_passwords():
        for name in ("Ada", "Bo"):
            _account(cast, name)
        _the_process(cast)
        _another_process(cast)
        _an_exercise(cast)
        _an_erased_process(cast)
        _let_in(cast)
        cast_learn.plant(cast)
        cast_practice.plant(cast)
        cast_decks.plant(cast)
        cast_practice_tests.plant(cast)
        cast_classes.plant(cast)
    return cast


@contextmanager
def quick_passwords() -> Iterator[None]:
    """Argon2id as ever, at less cost: ten accounts are made in every house."""
    costs = {"time_cost": 1, "memory_cost": 64, "parallelism": 1}
    kept = {name: getattr(Argon2PasswordHasher, name) for name in costs}
    for name, cost in costs.items():
        setattr(Argon2PasswordHasher, name, cost)
    try:
        yield
    finally:
        for name, cost in kept.items():
            setattr(Argon2PasswordHasher, name, cost)


def wipe() -> None:
    """Forget keys whose rows a test took back."""
    keys.forget()
    cache.clear()


# --- people --------------------------------------------------------------------------------------


def _account(cast: Cast, name: str) -> None:
    """Somebody who signs in with a password and a second step: a convenor, or whom a code brought to the panel."""
    user_name = cast.user_names[name] = f"{name} {cast.plant('user name', 'house', owner=name)}"
    password = cast.passwords[name] = f"{cast.plant('password', 'house', owner=name)}-staple"
    person = cast._people.get(name)
    if person is None:
        person = make_convenor(user_name=user_name, password=password)
    else:
        make_account(person=person, user_name=user_name, password=password)
    secret = hashlib.sha256(name.encode()).hexdigest()[:32].upper()
    secret = secret.translate(str.maketrans("0189", "ABCD"))
    Authenticator(user=person, type=Authenticator.Type.TOTP, data={"secret": encrypt(secret)}).save()
    cast.second_steps[name] = secret
    cast.keep(secret, "second step", "house", owner=name)
    cast._people[name] = person


def _seat(
    cast: Cast, name: str, process: str, role: Role, side: int = 0, *, thing: str, account: bool = True
) -> None:
    """A seat, invited and taken with its code, by whoever facilitates."""
    by = cast.seated({"own": "Bo", "other": "Ada"}[process])
    sides = {row.place: row.pk for row in Side.unscoped.filter(process_id=cast.processes[process])}
    row = process_acts.add_seat(
        process=cast.processes[process],
        role=role,
        label=cast.texts(process, f"name at the table, {thing}", owner=name, side=side),
        name=f"{name} {cast.plant('real name', process, owner=name, side=side)}" if side else None,
        side=sides.get(side),
        by="facilitator",
    )
    cast.seats[name] = row.pk
    cast.keep(row.pk, f"seat, {thing}", process, owner=name, side=side)
    ((_, code),) = process_acts.invite(seats=[row.pk], by=by)
    entered = process_acts.enter(code=code)
    cast._people[name] = entered.person
    cast.codes[f"used by {name}"], cast.codes[f"of {name}"] = code, entered.return_code
    for one in filter(None, (code, entered.return_code)):  # a panel gets no code to come back with
        cast.keep(one, "code", process, owner=name, side=side)
    cast._places.setdefault(name, {})[process] = Place(str(role), side)
    if account and not side:
        _account(cast, name)


def _let_in(cast: Cast) -> None:
    """A session for everybody, as after signing in."""
    walkers = {
        "Bo": "facilitator",
        "Cleo": "co-facilitator",
        "Ada": "convenor",
        "Oren": "outsider",
        "Wim": "withdrawn",
    }
    for name, person in cast._people.items():
        own = cast._places.get(name, {}).get("own")
        place = walkers.get(name) or (own.name if own else "")
        cookie = _session(person)
        cast.keep(cookie, "session", "house", owner=name)
        cast.keep(person.pk, "person", "house", owner=name)
        cast.keep(person.handle, "handle", "house", owner=name)
        if place:
            cast.players[name] = Player(name, place, person, cookie, cast._places.get(name, {}))
    cast.players["anybody"] = Player("anybody", "anybody")


def _session(person: Person) -> str:
    store = SessionStore()
    store[SESSION_KEY], store[BACKEND_SESSION_KEY] = str(person.pk), SIGN_IN
    store[HASH_SESSION_KEY] = person.get_session_auth_hash()
    if person.has_usable_password():
        store["account_authentication_methods_user"] = str(person.pk)
        store["account_authentication_methods"] = [
            {"method": "password", "at": time.time()},
            {"method": "mfa", "type": "totp", "at": time.time()},
        ]
    store.create()
    return str(store.session_key)


# --- processes -----------------------------------------------------------------------------------


def _begin(cast: Cast, name: str, kind: Kind, by: str) -> Process:
    process = process_acts.begin(
        cover_title=cast.texts(name, "cover title"),
        title=cast.texts(name, "title"),
        story=cast.texts(name, "story"),
        outline={
            language: f"{cast.plant('outline', name, language, 'heading')}\n\nBefore.\n\n---\n\nAfter."
            for language in LANGUAGES
        },
        sides=[NewSide(cast.texts(name, "name of a side", side)) for side in SIDES],
        kind=kind,
        by=cast._people[by] if by else None,
        facilitator=cast.texts(name, "name at the table, panel", owner=by) if by else "",
    )
    cast.processes[name] = process.pk
    cast.keep(process.pk, "process", name)
    for side in Side.unscoped.filter(process=process):
        cast.keep(side.pk, "side", name)
    if by:
        cast.seats[by] = Seat.unscoped.get(process=process, role=Role.FACILITATOR).pk
        cast.keep(cast.seats[by], "seat, panel", name, owner=by)
        cast._places.setdefault(by, {})[name] = Place(Role.FACILITATOR)
    return process


def _the_process(cast: Cast) -> None:
    """The process everybody but Ada and Oren is part of: under rules, with statements, votes and figures."""
    _begin(cast, "own", Kind.REAL, by="Bo")
    panel = (Role.EXPERT, Role.RAPPORTEUR, Role.INTERPRETER, Role.EVALUATOR, Role.OBSERVER)
    _seat(cast, "Cleo", "own", Role.CO_FACILITATOR, thing="panel")
    for role in panel:
        _seat(cast, str(role), "own", role, thing="panel")
    _seat(cast, "newcomer", "own", Role.EXPERT, thing="panel", account=False)
    cast._places["newcomer"]["own"] = Place("newcomer")
    table = {"Nia": 1, "Noor": 1, "Wim": 1, "Sol": 2, "Sam": 2, "Eda": 3}
    for name, side in table.items():
        thing = "withdrawn" if name == "Wim" else "participant"
        _seat(cast, name, "own", Role.PARTICIPANT, side, thing=thing)
    for side, name in enumerate(SIDES, start=1):
        _seat(cast, f"voter of the {name}", "own", Role.VOTER, side, thing="voter")
    bo = cast.seated("Bo")
    process_acts.withdraw(seat=cast.seats["Wim"], by=bo)
    cast._places["Wim"]["own"] = Place(Role.PARTICIPANT, 1, withdrawn=True)
    at_the_table = ["Bo", "Cleo", "newcomer", *map(str, panel), *(name for name in table if name != "Wim")]
    _under_rules(cast, "own", at_the_table)
    _statements(cast)
    _votes(cast)
    cast_preparation.plant(cast)
    cast_dialogue.plant(cast)
    cast_concerns.plant(cast)
    cast_rounds.plant(cast)
    _paper(cast)


def _under_rules(cast: Cast, process: str, at_the_table: Sequence[str]) -> None:
    """Two versions of the rules, assents, the risk review, and the steps to statements and votes."""
    by = cast.seated(at_the_table[0])
    process_acts.write_ground_rules(text=cast.texts(process, "ground rules of before"), by=by)
    version = process_acts.write_ground_rules(text=cast.texts(process, "ground rules"), by=by)
    cast.versions[process] = version.pk
    for name in at_the_table:
        process_acts.assent(version=version.pk, by=cast.seated(name))
    process_acts.review_risk(by=by)
    for phase in (Phase.TALKS, Phase.CONVENING, Phase.CONSULTING):
        process_acts.step(to=phase, by=by)


def _seeded(cast: Cast, process: str, count: int) -> None:
    rows = statement_acts.seed(
        process=cast.processes[process],
        wordings=[cast.texts(process, "statement, open", str(number)) for number in range(count)],
        drafts=frozenset({"fr"}),
        by="facilitator",
    )
    for number, row in enumerate(rows):
        cast.statements[f"{process}, open {number}"] = row.pk
        cast.keep(row.pk, "statement, open", process)


def _written(cast: Cast, process: str, name: str, state: State) -> None:
    """A statement of one of the cast, moderated into a state, with a translation and a draft of one."""
    side = cast._places[name][process].side
    by = cast.seated({"own": "Bo", "other": "Ada"}[process])
    thing = f"statement, {state}"
    texts = cast.texts(process, thing, name, owner=name, side=side)
    row = statement_acts.write(text=texts["en"], language="en", by=cast.seated(name))
    for language, reviewed in (("fr", False), ("ar", True)):
        statement_acts.translate(
            statement=row.pk, language=language, text=texts[language], reviewed=reviewed, by=by
        )
    if state is not State.WAITING:
        reason = "other" if state is State.REJECTED else ""
        statement_acts.moderate(statement=row.pk, to=state, reason=reason, by=by)
    cast.statements[f"{process}, {state}, {name}"] = row.pk
    cast.keep(row.pk, thing, process, owner=name, side=side)


def _statements(cast: Cast) -> None:
    _seeded(cast, "own", OPEN_FROM_THE_START)
    _written(cast, "own", "Noor", State.OPEN)
    for name in ("Nia", "Sol", "voter of the East"):
        _written(cast, "own", name, State.WAITING)
    for name in ("Nia", "Sam"):
        _written(cast, "own", name, State.REJECTED)
    for row in Statement.unscoped.filter(process_id=cast.processes["own"], pseudonym__isnull=False):
        assert row.pseudonym is not None
        cast.keep(bytes(row.pseudonym), "pseudonym", "own")


def _votes(cast: Cast) -> None:
    """Fourteen of the wider circle a side, and the seats themselves; all but Sam have voted. Then one count."""
    process, rng = cast.processes["own"], np.random.default_rng(1)
    side = np.repeat([1, 2, 3], VOTERS_A_SIDE)
    slots = rng.integers(1, 4, size=(len(side), OPEN_FROM_THE_START + 1), dtype=np.uint8)
    slots[:, :4] = 3  # what every side supports
    slots[:, 4] = np.where(side == 1, 3, 1)  # what the North likes and the others cannot
    statement_acts.cast(process=process, side=side.tolist(), slots=slots, by="voter", verb="votes")
    for name, places in cast._places.items():
        place = places.get("own")
        if place and place.side and not place.withdrawn and name != "Sam":
            for number in range(VOTES_BEFORE_LOOKING):
                statement = cast.statements[f"own, open {number}"]
                statement_acts.vote(statement=statement, vote="agree", by=cast.seated(name))
    analysis.run(process=process, by="facilitator")
    for ballot in Ballot.unscoped.filter(process_id=process):
        cast.keep(ballot.pk, "ballot", "own")
        cast.keep(bytes(ballot.pseudonym), "pseudonym", "own")
    for run in AnalysisRun.unscoped.filter(process_id=process):
        cast.keep(run.input_hash, "run", "own")
        cast.keep(run.pk, "run", "own")


def _paper(cast: Cast) -> None:
    """A draft of the paper: of the panel alone until it is put to the sides."""
    parts = [f"{part} {cast.plant('paper', 'own', part)}" for part in ("heading", "introduction", "closing")]
    transfer_acts.draft(
        frame=Frame(*parts),
        language="en",
        statements=[cast.statements[f"own, open {number}"] for number in (0, 1, 4)],
        by=cast.seated("Bo"),
    )


def _another_process(cast: Cast) -> None:
    """Ada's process, of which nobody else in the cast but Oren knows."""
    _begin(cast, "other", Kind.REAL, by="Ada")
    _seat(cast, "Oren", "other", Role.PARTICIPANT, 1, thing="participant")
    _under_rules(cast, "other", ["Ada", "Oren"])
    _seeded(cast, "other", 2)
    _written(cast, "other", "Oren", State.WAITING)


def _an_exercise(cast: Cast) -> None:
    """A process in which nothing is real: anybody may sit down in one click."""
    process = _begin(cast, "exercise", Kind.EXERCISE, by="")
    side = Side.unscoped.get(process=process, place=1)
    labels = cast.texts("exercise", "name at the table, voter", owner="nobody", side=1)
    hello = cast.texts("exercise", "introduction")
    seat = process_acts.add_seat(
        process=process.pk,
        role=Role.VOTER,
        label=labels,
        side=side.pk,
        by="convenor",
        one_click=True,
        introduction={language: f"A voter\n{hello[language]}" for language in LANGUAGES},
    )
    cast.seats["one click"] = seat.pk
    cast.keep(seat.pk, "seat of an exercise", "exercise")


def _an_erased_process(cast: Cast) -> None:
    """A process whose keys are gone. Bo had facilitated it; it reads like one that never was."""
    process = _begin(cast, "erased", Kind.EXERCISE, by="")
    Seat.unscoped.create(process=process, role=Role.FACILITATOR, person=cast._people["Bo"], label="Bo")
    Process.unscoped.filter(pk=process.pk).update(phase=Phase.CLOSED)
    # Its keys leave memory at once: only what was in the database could still tell of it.
    process_acts.erase(process=process.pk, by="administrator")


# --- looking for them ----------------------------------------------------------------------------


def shapes_in(text: str) -> Iterator[str]:
    """All that has the shape of something planted. Long runs of signs first: most of a page is short words."""
    for run in set(RUNS.findall(text)):
        yield from SHAPES.findall(run)


def found_in(text: str, words: Mapping[str, Word]) -> Iterator[str]:
    """The planted words that stand in a text, each once."""
    yield from {candidate for candidate in shapes_in(text) if candidate in words}


def signed_in(player: Player) -> dict[str, str]:
    """The cookies of somebody's browser."""
    return {settings.SESSION_COOKIE_NAME: player.cookie} if player.cookie else {}
