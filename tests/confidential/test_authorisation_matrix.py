"""Every address, as everybody, about everything: what comes back is what the tables say, and nothing else.

Words are planted in all that could leak (tests/cast.py). `visibility_table.toml` says who may read which of them,
`address_table.toml` what each address answers to whom. The walk reads bodies, headers, cookies, mail and logs.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import RequestFactory
from django.test.client import ClientHandler

from tests import cast as casting
from tests.cast import Cast
from tests.confidential import oracle, walk
from tests.confidential.walk import Ask, Seen, Walker
from tracktwo import web
from tracktwo.process.models import Process
from tracktwo.process.phases import Phase
from tracktwo.statements import closure
from tracktwo.vault import keys

# Who sees what is decided above the database: one walk, on SQLite; what touches rows is proven on both elsewhere.
pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.timeout(3600)]
LANGUAGES = ("en", "fr", "ar")
ONE_OF_EACH = (
    "Bo",
    "expert",
    "evaluator",
    "observer",
    "Nia",
    "Sam",
    "voter of the South",
    "Wim",
    "Ada",
    "anybody",
)


HALVES = {
    "the panel and the house": ("Ada", "Bo", "Cleo", "newcomer", "expert", "rapporteur", "interpreter", "evaluator", "observer", "anybody"),
    "the sides and strangers": ("Nia", "Noor", "Wim", "Sol", "Sam", "Eda", "voter of the North", "voter of the South", "voter of the East", "Oren"),
}  # fmt: skip


@pytest.fixture(
    scope="module", params=[pytest.param(half, marks=pytest.mark.xdist_group(half)) for half in HALVES]
)
def walked(request: pytest.FixtureRequest, house: Cast) -> Seen:
    """The everyday walk, in the phase in which people vote: half of the cast at a time, so that two can walk."""
    began = time.process_time()
    seen = walk.walk(house, players=HALVES[request.param], languages=LANGUAGES)
    seen.seconds = time.process_time() - began
    return seen


def test_nobody_reads_what_the_table_keeps_from_them_and_no_answer_is_out_of_order(walked: Seen) -> None:
    assert walked.faults == []


def test_everybody_finds_what_the_table_promises_them(house: Cast, walked: Seen) -> None:
    assert walk.not_found(house, walked, walked.players) == []


def test_every_address_was_walked(walked: Seen) -> None:
    names = {str(pattern.name) for _, pattern in web.patterns()}
    assert walked.patterns == names
    assert set(oracle.addresses("GET")) == set(oracle.addresses("POST")) == names


def test_the_walk_was_long_and_nothing_broke(house: Cast, walked: Seen, record_property: Any) -> None:
    for name in ("requests", "lines", "seconds"):
        record_property(name, getattr(walked, name))
    assert walked.requests >= 5_000  # each half
    assert walked.statuses[500] == 0
    assert walked.lines > 1_000  # of the logs, at their most talkative
    assert len(house.words) > 500


def test_all_of_the_cast_walks(house: Cast) -> None:
    assert sorted(name for half in HALVES.values() for name in half) == sorted(house.players)


def _may_change_with_it(ask: Ask) -> bool:
    """What the process of the cast shows, and what it must not be told apart from; the other processes stay as they are."""
    process, _, inner = ask.thing.partition("/")
    return process in ("", "own") or (process == "missing" and not inner) or not ask.url.startswith("/p/")


@pytest.mark.parametrize("phase", [Phase.PREPARING, Phase.CONVENING, Phase.DRAFTING, Phase.FOLLOW_UP])
def test_in_other_phases_nobody_reads_more(house: Cast, phase: Phase) -> None:
    Process.unscoped.filter(pk=house.processes["own"]).update(phase=phase)
    seen = walk.walk(house, players=ONE_OF_EACH, methods=("GET",), only=_may_change_with_it, judge=False)
    assert seen.faults == []
    assert seen.statuses[500] == 0


def test_a_frozen_process_shows_everybody_the_same_page(house: Cast) -> None:
    Process.unscoped.filter(pk=house.processes["own"]).update(frozen=True)
    walker = Walker(house, judge=False)
    asks = [
        ask
        for ask in walk.asked(house, ("GET", "POST"))
        if ask.url.startswith("/p/") and ask.thing[:3] == "own"
    ]
    answers = {
        (answer.status, answer.body, tuple(sorted(answer.headers.items())), answer.cookies)
        for player in house.players.values()
        for ask in asks
        if ask.name != "thaw" and ask.about in ("", "nothing")
        for answer in [walker.visit(player, ask)]
    }
    assert len(answers) == 1
    assert {status for status, *_ in answers} == {503}
    assert walker.seen.faults == []


@pytest.fixture
def link_kept(house: Cast) -> Iterator[None]:
    """Closing destroys a file that no rollback brings back; the other tests still need it."""
    file = keys.keystore().folder / "processes" / f"{house.processes['own']}.link"
    secret = file.read_bytes()
    yield
    file.write_bytes(secret)


@pytest.mark.usefixtures("link_kept")
def test_after_closing_nobody_reads_more_and_no_author_is_known(house: Cast) -> None:
    closure.close(by=house.seated("Bo"))
    seen = walk.walk(house, players=ONE_OF_EACH, methods=("GET",), only=_may_change_with_it, judge=False)
    assert seen.of("leak:") == seen.of("status 5") == []
    # What was somebody's own has no owner any more: not even Nia is told that she wrote it.
    own = {
        word
        for word, what in house.words.items()
        if what.thing == "statement, waiting" and what.owner == "Nia"
    }
    assert own & seen.found["Nia"] == set()


def test_nothing_that_changes_something_is_done_without_the_token_of_a_form(house: Cast) -> None:
    handler = ClientHandler(enforce_csrf_checks=True)
    handler.load_middleware(is_async=False)
    make = RequestFactory()
    statuses: dict[str, set[int]] = {}
    for ask in walk.asked(house, ("POST", "PUT", "DELETE")):
        request = getattr(make, ask.method.lower())(ask.url)
        request.COOKIES.update(casting.signed_in(house.players["Bo"]))
        with transaction.atomic():
            statuses.setdefault(ask.name, set()).add(handler.get_response(request).status_code)
            transaction.set_rollback(True)
    # Quick exit never waits: an old token must not hold anybody on a page.
    assert {name for name, seen in statuses.items() if seen != {403}} == {"leave"}


def test_a_page_that_breaks_says_nothing_neither_to_its_reader_nor_to_the_log(
    house: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = next(
        word for word, what in house.words.items() if what.thing == "story" and what.process == "own"
    )

    def broken(*_args: object, **_named: object) -> None:
        raise RuntimeError(f"could not show {story} to {house.seats['Nia']} at {walk.ADDRESS_OF_A_CALLER}")

    monkeypatch.setattr("tracktwo.process.views.frame", broken)
    walker = Walker(house, judge=False)
    with walk.listening(house, walker.seen):
        answer = walker.answer(house.players["Nia"], Ask("process", f"/p/{house.processes['own']}/", "own"))
    assert answer.status == 500
    assert list(casting.found_in(answer.all, house.words)) == []
    assert walk.unclean(answer) == []
    assert walker.seen.lines > 0
    assert walker.seen.faults == []


@pytest.fixture
def talkative(house: Cast) -> Iterator[None]:
    """Every statement to the database is logged, with its values."""
    from django.db import connection

    connection.force_debug_cursor = True
    yield
    connection.force_debug_cursor = False
    connection.queries_log.clear()


@pytest.mark.usefixtures("talkative")
def test_logs_at_their_most_talkative_hold_no_value_of_any_query(house: Cast) -> None:
    seen = walk.walk(
        house, players=("Bo", "Nia", "anybody"), judge=False, names=lambda name: "mfa" not in name
    )
    assert seen.lines > 5_000
    assert seen.of("log:") == []


@pytest.mark.slow
@pytest.mark.parametrize("phase", list(Phase)[:-1])
def test_the_long_walk_of_everything_in_every_phase(house: Cast, phase: Phase) -> None:
    Process.unscoped.filter(pk=house.processes["own"]).update(phase=phase)
    seen = walk.walk(house, languages=LANGUAGES, everything=True, judge=phase is Phase.CONSULTING)
    assert seen.faults == []
    assert seen.requests >= 20_000
