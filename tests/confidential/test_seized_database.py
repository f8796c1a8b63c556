"""Whoever takes the database, and not the keystore, holds no readable word, no time and no order of votes."""

from __future__ import annotations

import datetime
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf import settings
from django.db import connection
from django.test import Client
from scipy.stats import spearmanr

from tests import cast as casting
from tests.cast import Cast
from tests.confidential import disguises
from tests.confidential.walk import ADDRESS_OF_A_CALLER, BROWSER_OF_A_CALLER
from tracktwo.process import acts as process_acts
from tracktwo.process import visibility
from tracktwo.process.acts import NewSide
from tracktwo.process.models import Process, Seat, Side
from tracktwo.process.phases import Phase
from tracktwo.process.rules import Kind, Role
from tracktwo.process.seated import Seated
from tracktwo.statements import acts, ballots, closure
from tracktwo.statements.models import Ballot, Statement
from tracktwo.vault import keys, sealing
from tracktwo.vault.models import DataKey

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("seized"),
]
SECRETS = {"code", "password", "second step", "session"}


@pytest.fixture
def used() -> Iterator[Cast]:
    """The cast after a day: somebody signed in with both steps, looked around, wrote and voted."""
    cast = casting.make()
    browser = Client(REMOTE_ADDR=ADDRESS_OF_A_CALLER, HTTP_USER_AGENT=BROWSER_OF_A_CALLER)
    sign_in(browser, cast, "Bo")
    here = f"/p/{cast.processes['own']}/"
    for page in ("", "seats/", "statements/", "common-ground/", "paper/", "record/"):
        assert browser.get(here + page).status_code == 200
    somebody = Client(REMOTE_ADDR=ADDRESS_OF_A_CALLER, HTTP_USER_AGENT=BROWSER_OF_A_CALLER)
    entered = somebody.post("/enter/", {"code": cast.codes["of Sam"]})
    assert entered.status_code == 200
    written = cast.plant("statement, waiting", "own", "by hand", owner="Sam")
    assert somebody.post(f"{here}statements/write/", {"language": "en", "text": written}).status_code == 302
    statement = str(cast.statements["own, open 0"])
    assert somebody.post(f"{here}vote/", {"statement": statement, "vote": "pass"}).status_code == 302
    yield cast
    casting.wipe()


def sign_in(browser: Client, cast: Cast, name: str) -> None:
    """Name and password, then the one-time password, as in a browser."""
    first = browser.post(
        "/accounts/login/", {"login": cast.user_names[name], "password": cast.passwords[name]}
    )
    assert (first.status_code, first["Location"]) == (302, "/accounts/2fa/authenticate/")
    counter = next(iter(yield_hotp_counters_from_time()))
    code = format_hotp_value(hotp_value(cast.second_steps[name], counter))
    second = browser.post("/accounts/2fa/authenticate/", {"code": code})
    assert second.status_code == 302, second.content.decode()


# --- what a thief takes ---------------------------------------------------------------------------


def taken() -> Iterator[tuple[str, bytes]]:
    """All bytes of the database: the files of SQLite; of PostgreSQL its data directory and every table."""
    if connection.vendor == "sqlite":
        base = Path(settings.DATABASES["default"]["NAME"])
        for file in (base, Path(f"{base}-wal"), Path(f"{base}-shm"), Path(f"{base}-journal")):
            if file.exists():
                yield file.name, file.read_bytes()
        return
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            with cursor.cursor.copy(f'COPY "{table}" TO STDOUT') as rows:
                yield table, b"".join(bytes(row) for row in rows)
        cursor.execute("CHECKPOINT")
        cursor.execute("SHOW data_directory")
        folder = Path(cursor.fetchone()[0])
    for file in folder.rglob("*"):
        if file.is_file() and file.stat().st_size:
            yield str(file.relative_to(folder)), file.read_bytes()


def secret_words(cast: Cast) -> list[str]:
    return [said for said, word in cast.words.items() if said.startswith("Zq") or word.thing in SECRETS]


def test_no_planted_word_stands_in_it_in_any_disguise(used: Cast) -> None:
    words = secret_words(used)
    control = f"Zq{'a' * 6}{secrets.token_hex(8)}"
    DataKey.objects.create(process=uuid4(), scope=control, number=1, wrapped=b"")
    places = list(taken())
    assert len(words) > 250
    assert disguises.found(places, [word for word in words if word.startswith("Zq")]) == []
    # Codes and the like do not begin alike, which takes longer: through all of it only as they are.
    others = [word for word in words if not word.startswith("Zq")]
    assert disguises.found([place for place in places if len(place[1]) < 4_000_000], others) == []
    assert [word for word in others for _, content in places if word.encode() in content] == []
    # The same search finds what was left in clear on purpose.
    assert any(control in hit for hit in disguises.found(places, [control]))


def test_a_sealed_column_left_in_clear_is_found(used: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "seal", lambda plain, **_how: bytes(21) + plain)
    word = "Zq" + "".join(chr(97 + byte % 16) for byte in secrets.token_bytes(12)) + "qz"
    process_acts.write_ground_rules(text=f"We say {word}.", by=used.seated("Bo"))
    assert disguises.found(taken(), [word]) != []


@pytest.mark.parametrize("disguise", disguises.DISGUISES)
def test_the_search_knows_every_disguise(disguise: str) -> None:
    word = "Zqabcdefghijklqz"
    for before in range(4):
        for needle in disguises.DISGUISES[disguise](word.encode()):
            content = secrets.token_bytes(1000) + b"\0" * before + needle + secrets.token_bytes(1000)
            assert any(disguise in hit for hit in disguises.found([("a file", content)], [word]))


def test_where_people_came_from_and_what_they_used_is_not_in_it(used: Cast) -> None:
    assert disguises.found(taken(), [ADDRESS_OF_A_CALLER, "Qxlvbrowser", "Mozilla"]) == []


# --- no times ---------------------------------------------------------------------------------------


def values() -> Iterator[tuple[str, Any]]:
    """Every value of every table but the list of migrations, which tells when the house was built."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table == "django_migrations":
                continue
            cursor.execute(f'SELECT * FROM "{table}"')
            columns = [column.name for column in cursor.description] if connection.vendor == "postgresql" else [
                column[0] for column in cursor.description
            ]  # fmt: skip
            for row in cursor.fetchall():
                for column, value in zip(columns, row, strict=True):
                    yield f"{table}.{column}", value


def test_no_hour_and_no_minute_of_anything_stands_in_it(used: Cast) -> None:
    said = []
    for column, value in values():
        if isinstance(value, datetime.datetime) and value.time() != datetime.time(0):
            said.append(f"{column}: {value}")
        text = value if isinstance(value, str) else ""
        moment = re.search(r"\d{4}-\d\d-\d\d[ T](\d\d:\d\d:\d\d)", text)
        if moment and moment[1] != "00:00:00":
            said.append(f"{column}: {text}")
        if re.fullmatch(r"1[78]\d{8}(\.\d+)?", text) or (isinstance(value, float) and value > 1e9):
            said.append(f"{column}: {value}")
    assert said == []


def test_the_framework_keeps_no_last_login_and_no_times_of_second_steps(used: Cast) -> None:
    columns = {column for column, _ in values()}
    assert not any("last_login" in column or "date_joined" in column for column in columns)
    kept = dict(values())
    assert kept["mfa_authenticator.last_used_at"] is None
    assert str(kept["mfa_authenticator.created_at"]).startswith("2000-01-01 00:00:00")


def test_every_random_identifier_is_a_version_that_holds_no_time(used: Cast) -> None:
    house = UUID(int=0)
    shape = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
    ids = [
        UUID(str(value))
        for column, value in values()
        if isinstance(value, UUID) or (isinstance(value, str) and shape.fullmatch(value))
    ]
    assert len(ids) > 300
    assert {one.version for one in ids if one != house} == {4}


# --- no order, no length --------------------------------------------------------------------------------

VOTERS = 60


def a_consultation() -> tuple[Process, list[Seated]]:
    """A process with sixty seats that may vote on four statements."""
    process = process_acts.begin(
        cover_title="A meeting", title="A meeting", sides=[NewSide("North"), NewSide("South")], by=None,
        kind=Kind.EXERCISE,
    )  # fmt: skip
    sides = list(Side.unscoped.filter(process=process).order_by("place"))
    process_acts.add_seat(process=process.pk, role=Role.FACILITATOR, label="Bo", by="convenor")
    for number in range(VOTERS):
        process_acts.add_seat(
            process=process.pk, role=Role.VOTER, label=f"{number}", side=sides[number % 2].pk, by="convenor"
        )
    acts.seed(
        process=process.pk, wordings=[{"en": f"Statement {number}."} for number in range(4)],
        drafts=frozenset(), by="facilitator",
    )  # fmt: skip
    Process.unscoped.filter(pk=process.pk).update(phase=Phase.CONSULTING)
    seats = Seat.unscoped.filter(process=process, role=Role.VOTER).select_related("process", "side")
    return process, [visibility.seated(seat) for seat in seats]


def all_vote(process: Process, seats: list[Seated]) -> None:
    """One after the other, each with a pattern of answers nobody else has: the pattern says who came when."""
    statements = list(Statement.unscoped.filter(process=process).order_by("slot"))
    for turn, seat in enumerate(seats):
        for place, statement in enumerate(statements):
            answer = ("agree", "pass", "disagree")[turn // 3**place % 3]
            acts.vote(statement=statement.pk, vote=answer, by=seat)


def turns_in_the_order_of_rows(process: Process) -> list[int]:
    """Who voted when, read in the order in which the rows lie on the disk."""
    grant, turns = visibility.for_counting(process.pk), []
    for row in in_order(process):
        opened = ballots.unpack(row.vector.open_bytes(grant))
        answers = [opened.vote(slot) for slot in range(4)]
        if all(answers):
            turns.append(
                sum(("agree", "pass", "disagree").index(str(said)) * 3**at for at, said in enumerate(answers))
            )
    return turns


def in_order(process: Process) -> list[Ballot]:
    """The ballots of a process as they lie on the disk."""
    place = "rowid" if connection.vendor == "sqlite" else "ctid"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM tracktwo_ballot ORDER BY {place}")
        ids = [UUID(str(found)) for (found,) in cursor.fetchall()]
    rows = {row.pk: row for row in Ballot.unscoped.filter(process=process)}
    return [rows[one] for one in ids if one in rows]


def on_clean_pages() -> None:
    """PostgreSQL puts new rows into the gaps that earlier tests left, which would shuffle for us."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE tracktwo_ballot CASCADE")


def correlation(turns: list[int]) -> float:
    """Spearman's rank correlation of two orders; under chance its deviation is 1/sqrt(n - 1) = 0.13."""
    return abs(float(spearmanr(np.arange(len(turns)), turns).statistic))


def test_after_closing_the_order_of_rows_tells_nothing_of_the_order_of_votes() -> None:
    process, seats = a_consultation()
    all_vote(process, seats)
    facilitator = Seat.unscoped.select_related("process", "side").get(process=process, role=Role.FACILITATOR)
    closure.close(by=visibility.seated(facilitator))
    turns = turns_in_the_order_of_rows(process)
    assert sorted(turns) == list(range(VOTERS))
    assert correlation(turns) < 0.5
    by_id = [turns[at] for at in np.argsort([row.pk.hex for row in in_order(process)])]
    assert correlation(by_id) < 0.5


@pytest.mark.sqlite
def test_while_votes_are_open_the_order_of_rows_tells_nothing_either() -> None:
    """On SQLite, where a row stays in its place. PostgreSQL writes a changed row anew: there only closing ends it."""
    process, seats = a_consultation()
    all_vote(process, seats)
    assert correlation(turns_in_the_order_of_rows(process)) < 0.5


def test_ballots_that_are_not_shuffled_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    class Straight(secrets.SystemRandom):
        def shuffle(self, x: Any) -> None:
            """Leaves everything in its order."""

    monkeypatch.setattr(secrets, "SystemRandom", Straight)
    on_clean_pages()
    process, seats = a_consultation()
    all_vote(process, seats)
    # Above what the guard lets pass (.5); less than 1, where PostgreSQL fills a gap that another test left in its pages.
    assert correlation(turns_in_the_order_of_rows(process)) > 0.6


def test_all_ballots_of_a_process_have_one_length_and_all_short_texts_one(used: Cast) -> None:
    lengths: dict[str, set[int]] = {}
    for column, value in values():
        if isinstance(value, bytes | memoryview):
            lengths.setdefault(column, set()).add(len(bytes(value)))
    assert len(lengths["tracktwo_ballot.vector"]) == 1
    for column in (
        "tracktwo_seat.label",
        "tracktwo_seat.name",
        "tracktwo_side.name",
        "tracktwo_statement.side_of_author",
    ):
        # A header and a tag around 64, 256 or 1,024 bytes: a length says no more than that.
        assert lengths[column] <= {17 + size + 16 for size in sealing.SIZES}, column


# --- what one key opens -----------------------------------------------------------------------------------


def test_after_erasure_no_value_of_the_process_opens_with_any_grant(used: Cast) -> None:
    from tests.confidential import grants

    process = used.processes["own"]
    before = [column for column, row, value in grants.sealed_values() if row.process_id == process]
    keys.erase(process)
    opened = [
        column
        for column, row, value in grants.sealed_values()
        if row.process_id == process and grants.all_of(value, row) is not None
    ]
    assert len(before) > 100
    assert opened == []
