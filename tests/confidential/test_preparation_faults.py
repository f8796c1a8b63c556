"""Faults sown into preparation: each must make the walk or the grants fail, else a green matrix would mean nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import Cast
from tests.confidential import grants, walk
from tests.confidential.walk import Seen
from tracktwo.preparation import calendar, views
from tracktwo.preparation.models import (
    Agenda,
    Agendas,
    Candidate,
    Declaration,
    Declarations,
    ForPanel,
    Intake,
    Intakes,
    LongList,
)
from tracktwo.process import rules
from tracktwo.process.models import Seat, Seats
from tracktwo.process.rules import FACILITATORS, PANEL, Role
from tracktwo.process.seated import Seated
from tracktwo.vault.grants import Grant

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.sqlite,
    pytest.mark.timeout(600),
    pytest.mark.xdist_group("faults"),
]
EVERY = frozenset({"panel", "intake", "long-list", "plenary", "door", "circle", "roster:panel"})


def short_walk(house: Cast, *names: str, players: tuple[str, ...] = ("Bo", "Nia", "Sol", "expert")) -> Seen:
    return walk.walk(house, players=players, methods=("GET",), names=frozenset(names).__contains__)


def everything(model: type[Any]) -> Any:
    return lambda self, seat: model.unscoped.filter(process_id=seat.process)


def wide(seat: Seated, row: Any) -> Grant:
    return Grant(seat.process, EVERY)


def test_without_a_fault_the_walk_through_preparation_finds_none(house: Cast) -> None:
    names = ("prepare", "risks", "long-list", "candidate", "intake", "panel", "agenda", "agenda-file")
    assert short_walk(house, *names).faults == []


def test_a_long_list_open_to_the_whole_panel_is_found(house: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LongList, "seen_by", everything(Candidate))
    honest = rules.scopes_of

    def scopes(role: Role, *of: Any, **options: Any) -> frozenset[str]:
        return honest(role, *of, **options) | ({"long-list"} if role in PANEL else set())

    monkeypatch.setattr(rules, "scopes_of", scopes)
    assert "expert opens “candidate” of all in own" in grants.faults(house)


def test_an_intake_that_reads_all_answers_is_found(house: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """A filter on one's own seat forgotten, and a leave to open that does not look whose row it is."""
    monkeypatch.setattr(Intakes, "seen_by", everything(Intake))
    monkeypatch.setattr(views, "_intakes", _all_intakes)
    monkeypatch.setattr(Seated, "facilitates", property(lambda seat: True))
    seen = short_walk(house, "intake", players=("Nia", "expert"))
    assert seen.of("leak: Nia reads “intake” of Sol")
    assert seen.of("leak: expert reads “intake” of Nia")


def _all_intakes(seat: Seated, form: Any) -> list[dict[str, Any]]:
    rows = Intake.objects.seen_by(seat)
    return [{"label": "", "answers": [("", row.answers.open(wide(seat, row)))]} for row in rows]


def test_an_intake_without_its_filter_alone_yields_no_word(
    house: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Intakes, "seen_by", everything(Intake))
    assert short_walk(house, "intake").of("leak") == []


def test_declarations_open_to_the_evaluator_are_found(house: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Declarations, "seen_by", everything(Declaration))
    monkeypatch.setattr(Seated, "on_panel", property(lambda seat: True))
    monkeypatch.setattr(views, "_text", lambda sealed, seat: sealed.open(wide(seat, None)) if sealed else "")
    monkeypatch.setattr(views, "_label", lambda seat, row: "somebody")
    monkeypatch.setattr(
        views, "_seats", lambda seat: list(Seat.unscoped.filter(process_id=seat.process, side=None))
    )
    monkeypatch.setattr("tracktwo.process.door.you", lambda seat: {"on_panel": True})
    assert short_walk(house, "panel", players=("evaluator",)).of("leak: evaluator reads “declaration” of Bo")


def test_a_worktable_without_its_filter_opens_nothing_to_a_side(
    house: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        ForPanel, "seen_by", lambda self, seat: self.model.unscoped.filter(process_id=seat.process)
    )
    seen = short_walk(house, "prepare", "ripeness", "risks", "panel", players=("Nia", "evaluator"))
    assert seen.of("leak") == []
    assert grants.faults(house) == []


def test_an_agenda_shown_to_the_evaluator_is_found(house: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Agendas, "seen_by", everything(Agenda))
    honest = rules.scopes_of

    def scopes(role: Role, *of: Any, **options: Any) -> frozenset[str]:
        return honest(role, *of, **options) | {"plenary"}

    monkeypatch.setattr(rules, "scopes_of", scopes)
    assert short_walk(house, "process", players=("evaluator",)).of("leak: evaluator reads “agenda”")


def test_a_calendar_file_with_a_title_of_a_session_is_found(
    house: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file would still be read by people who may know: so it is its own test that no such word is in it."""
    honest = calendar.calendar_file

    def words(house: Cast) -> set[str]:
        answer = walk.response_of(house, "Nia", f"/p/{house.processes['own']}/agenda/file/")
        body = answer.content.decode()
        return {house.words[word].thing for word in house.words if word in body}

    assert words(house) == {"cover title"}
    monkeypatch.setattr(
        views,
        "calendar_file",
        lambda found, **named: honest(found, **{**named, "title": found.days[0].sessions[0].title}),
    )
    assert "agenda" in words(house)


def test_a_rule_page_that_tells_a_side_whose_assent_is_missing_is_found(
    house: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tracktwo.process import acts as process_acts

    process_acts.write_ground_rules(text="Anew.", by=house.seated("Bo"))
    monkeypatch.setattr(Seated, "on_panel", property(lambda seat: True))
    # On the class: taking back a patch of one manager would leave the honest method nailed to it.
    monkeypatch.setattr(Seats, "seen_by", lambda self, seat: Seat.unscoped.filter(process_id=seat.process))
    monkeypatch.setattr("tracktwo.process.views._labels", _label_anyhow)
    assert short_walk(house, "rules", players=("Nia",)).of(
        "leak: Nia reads “name at the table, participant” of Sol"
    )


def _label_anyhow(seat: Seated, rows: Any) -> list[dict[str, Any]]:
    return [{"label": row.label.open(Grant(seat.process, frozenset({row.label.scope})))} for row in rows]


def test_only_facilitators_hold_the_scopes_of_the_list_and_of_intake(house: Cast) -> None:
    holders = {
        role
        for role in Role
        if {"long-list", "intake"} & rules.scopes_of(role, "side", ("side",), observers_hear=True)
    }
    assert holders == FACILITATORS
