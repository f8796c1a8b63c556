"""Somebody who keeps to what they may ask for, and tries to learn more than they should."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

import tracktwo
from tests import cast as casting
from tests.cast import Cast
from tests.confidential import grants, walk
from tests.confidential.walk import Ask, Walker
from tracktwo.errors import NotHere, Refusal
from tracktwo.people.sessions import SessionStore
from tracktwo.process import acts as process_acts
from tracktwo.process import visibility
from tracktwo.process.models import Process, Seat
from tracktwo.statements import acts
from tracktwo.statements.models import AnalysisRun, Ballot, Statement, Wording
from tracktwo.statements.rules import State
from tracktwo.transfer.models import Line, Paper

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(300), pytest.mark.xdist_group("probing")]
SOURCE = Path(tracktwo.__file__).parent


# --- ballots ----------------------------------------------------------------------------------------


def test_nobody_opens_a_ballot_but_its_own_seat(house: Cast) -> None:
    ballots = list(Ballot.unscoped.filter(process_id=house.processes["own"]))
    opened: dict[str, int] = {}
    for name, player in house.players.items():
        if "own" not in player.seats or player.seats["own"].withdrawn:
            continue
        seat = house.seated(name)
        for ballot in ballots:
            try:
                ballot.vector.open_bytes(
                    visibility.own_row(seat, ballot, instrument="ballot", scope="ballots")
                )
                opened[name] = opened.get(name, 0) + 1
            except NotHere:
                pass
            with pytest.raises(NotHere):
                ballot.vector.open_bytes(seat.grant)
    voted = {name for name, player in house.players.items() if player.place in ("participant", "voter")}
    assert opened == dict.fromkeys(voted, 1)


def test_the_leave_to_open_one_ballot_opens_no_other(house: Cast) -> None:
    nia, noor = house.seated("Nia"), house.seated("Noor")
    mine, other = (
        Ballot.unscoped.get(process_id=seat.process, pseudonym=seat.pseudonym("ballot"))
        for seat in (nia, noor)
    )
    grant = visibility.own_row(nia, mine, instrument="ballot", scope="ballots")
    assert mine.vector.open_bytes(grant)
    with pytest.raises(NotHere):
        other.vector.open_bytes(grant)


def test_instruments_do_not_join(house: Cast) -> None:
    seat = house.seated("Nia")
    names = {seat.pseudonym(instrument) for instrument in ("ballot", "statement", "survey")}
    assert len(names) == 3
    row = Statement.unscoped.get(pk=house.statements["own, waiting, Nia"])
    with pytest.raises(NotHere):
        visibility.own_row(seat, row, instrument="ballot", scope="panel")


def test_a_seat_votes_on_nothing_it_cannot_see(house: Cast) -> None:
    seat = house.seated("Sol")
    for key in ("own, waiting, Nia", "own, rejected, Sam", "other, open 0"):
        with pytest.raises(NotHere):
            acts.vote(statement=house.statements[key], vote="agree", by=seat)


def test_acts_refuse_what_belongs_to_another_process(house: Cast) -> None:
    bo = house.seated("Bo")
    with pytest.raises(NotHere):
        process_acts.withdraw(seat=house.seats["Oren"], by=bo)
    with pytest.raises(NotHere):
        process_acts.invite(seats=[house.seats["Oren"]], by=bo)
    with pytest.raises(NotHere):
        acts.moderate(statement=house.statements["other, waiting, Oren"], to=State.OPEN, by=bo)
    with pytest.raises(NotHere):
        acts.translate(
            statement=house.statements["other, open 0"], language="ar", text="x", reviewed=True, by=bo
        )


def test_acts_of_facilitators_refuse_everybody_else(house: Cast) -> None:
    for name in ("Nia", "voter of the North", "expert", "observer", "evaluator"):
        seat = house.seated(name)
        for attempt in (
            lambda: process_acts.withdraw(seat=house.seats["Sol"], by=seat),  # noqa: B023
            lambda: process_acts.invite(seats=[house.seats["Sol"]], by=seat),  # noqa: B023
            lambda: process_acts.write_ground_rules(text="x", by=seat),  # noqa: B023
            lambda: process_acts.freeze(by=seat),  # noqa: B023
            lambda: acts.moderate(
                statement=house.statements["own, waiting, Nia"],
                to=State.OPEN,
                by=seat,  # noqa: B023
            ),
        ):
            with pytest.raises((NotHere, Refusal)):
                attempt()


# --- grants -----------------------------------------------------------------------------------------


def test_no_grant_of_a_seat_opens_more_than_the_table_says(house: Cast) -> None:
    assert [fault for fault in grants.faults(house) if fault not in grants.KNOWN] == []


def test_the_observer_hears_the_plenary_only_if_the_ground_rules_say_so(house: Cast) -> None:
    title = Process.unscoped.get(pk=house.processes["own"]).title
    with pytest.raises(NotHere):
        title.open(house.seated("observer").grant)
    Process.unscoped.filter(pk=house.processes["own"]).update(observers_hear=True)
    assert title.open(house.seated("observer").grant)


def minted_in() -> set[str]:
    """The files in which a grant is made."""
    return {
        str(file.relative_to(SOURCE))
        for file in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and _called(node) == "Grant"
    }


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def test_only_visibility_mints_grants() -> None:
    assert minted_in() == {"process/visibility.py"}


def test_leave_to_count_and_to_reseal_is_asked_for_only_where_it_must_be() -> None:
    """These grants open what no seat reads; whoever calls for them is named here."""
    asked = {
        (str(file.relative_to(SOURCE)), node.func.attr)
        for file in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        and node.func.attr in {
            "for_counting", "for_resealing", "for_telling", "for_releasing", "for_class_figures", "at_return",
        }
    }  # fmt: skip
    assert asked == {
        ("statements/acts.py", "for_counting"),  # a ballot's length, and making all longer
        ("statements/acts.py", "for_resealing"),
        ("dialogue/acts.py", "for_releasing"),  # writing what waited anew; whose floor ends
        ("statements/analysis.py", "for_counting"),
        ("statements/standing.py", "for_counting"),  # all ballots, opened together
        ("statements/analysis.py", "for_telling"),
        ("statements/closure.py", "for_counting"),  # writing all ballots anew
        ("learn/classes/analysis.py", "for_class_figures"),  # learners' figures, to be told as bands
        ("learn/classes/acts.py", "at_return"),  # whose return code was just shown
    }


def test_a_sealed_value_never_prints(house: Cast) -> None:
    row = Seat.unscoped.get(pk=house.seats["Nia"])
    fresh = Seat(process_id=row.process_id, role="participant")
    fresh.label = "not to be printed"
    for value in (row.label, fresh.label):
        assert {str(value), repr(value), f"{value}", "%s" % value} == {"(sealed)"}  # noqa: UP031
    assert "not to be printed" not in repr(fresh)


@pytest.mark.parametrize("model", [Ballot, AnalysisRun, Wording, Paper, Line])
def test_rows_with_sealed_values_print_as_nothing_but_their_key(house: Cast, model: type[Any]) -> None:
    row = model.unscoped.filter(process_id=house.processes["own"]).first()
    assert str(row) == f"{model.__name__} object ({row.pk})"


# --- codes and sign-in --------------------------------------------------------------------------------


def test_every_code_that_opens_nothing_is_answered_alike(house: Cast) -> None:
    walker = Walker(house)
    expired = process_acts.invite(seats=[house.seats["Sol"]], by=house.seated("Bo"))[0][1]
    from tracktwo.process.models import Invitation

    Invitation.unscoped.filter(seat_id=house.seats["Sol"]).update(expires="2000-01-01")
    codes = [house.codes["used by Nia"], house.codes["of Wim"], expired, "no code", "0" * 32]
    asks = [Ask("enter", "/enter/", method="POST", sends={"code": code}) for code in codes]
    answers = {walk.neutral(ask, walker.answer(house.players["anybody"], ask)) for ask in asks}
    assert len(answers) == 1


def test_sign_in_answers_alike_whoever_is_named(house: Cast) -> None:
    walker = Walker(house)
    nia = house.players["Nia"].person
    assert nia is not None
    names = [house.user_names["Bo"], "Nobody in particular", "Somebody else", nia.handle]
    wrong = {"password": "wrong password 1"}
    asks = [
        Ask("account_login", "/accounts/login/", method="POST", sends={"login": name, **wrong})
        for name in names
    ]
    answers = []
    for ask in asks:
        cache.clear()  # the limit on guessing is another promise
        answers.append(walk.neutral(ask, walker.answer(house.players["anybody"], ask)))
    assert answers.count(answers[0]) == len(asks)


def test_a_password_alone_opens_no_process(house: Cast) -> None:
    browser = Client()
    first = browser.post(
        "/accounts/login/", {"login": house.user_names["Bo"], "password": house.passwords["Bo"]}
    )
    assert first["Location"] == "/accounts/2fa/authenticate/"
    assert browser.get(f"/p/{house.processes['own']}/").status_code == 404


def test_a_forged_or_altered_session_is_nobody(house: Cast) -> None:
    player = house.players["Nia"]
    for cookie in (player.cookie[:-1] + "0", player.cookie.upper(), "", "x" * 5000, "\u0661" * 32):
        assert SessionStore(cookie).get("_auth_user_id") is None


# --- what leaves the house ------------------------------------------------------------------------------


def test_the_paper_as_a_file_names_no_time_no_tool_and_nobody(house: Cast) -> None:
    response = walk.response_of(house, "Bo", f"/p/{house.processes['own']}/paper/pdf/")
    assert response["Content-Type"] == "application/pdf"
    assert all(
        telling not in response.content
        for telling in (b"/CreationDate", b"/ModDate", b"/Author", b"xmp:CreateDate", b"xmp:ModifyDate")
    )
    assert list(casting.found_in(str(response.headers), house.words)) == []


def test_what_a_refusal_says_holds_nothing_of_anybody_else(house: Cast) -> None:
    """Sam has not voted: the figures are refused, and the refusal speaks of Sam's own votes only."""
    answer = Walker(house).answer(
        house.players["Sam"], Ask("table", f"/p/{house.processes['own']}/common-ground/table/", "own")
    )
    assert answer.status == 409
    assert "You have voted on 0." in answer.body
    assert [house.words[word].thing for word in casting.found_in(answer.body, house.words)] in (
        [],
        ["process"],
    )
