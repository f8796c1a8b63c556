"""Faults sown into needs and fears must be found: caucus words on the board, a plan for the side, an idea with an author."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps

from tests.cast import Cast
from tests.confidential import grants, oracle, walk
from tests.confidential.walk import Seen
from tracktwo.concerns import acts, board, views
from tracktwo.concerns.models import Concern, Idea, ReentryPlan, ReentryPlans, Voices
from tracktwo.concerns.rules import scope_of
from tracktwo.process import visibility
from tracktwo.process.models import OfProcess
from tracktwo.process.seated import Seated
from tracktwo.record import acts as record
from tracktwo.vault.fields import SealedField
from tracktwo.vault.grants import Grant

# Who sees what is decided above the database: one walk, on SQLite.
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.sqlite,
    pytest.mark.timeout(600),
    pytest.mark.xdist_group("faults"),
]
PLAYERS = ("Bo", "Nia", "Noor", "Sol", "voter of the North", "anybody")
OWN = ("needs", "my-words", "concern", "ideas", "constraints", "reassurances", "re-entry")
MINE = ("concern", "restatement", "what is missing", "idea", "constraint", "reassurance", "re-entry plan")


def short_walk(house: Cast, *names: str) -> Seen:
    languages = ("en",) if names else ("en", "fr", "ar")
    return walk.walk(
        house, players=PLAYERS, methods=("GET",), names=(names or OWN).__contains__, languages=languages
    )


def wide(seat: Seated, row: Any) -> Grant:
    return Grant(process=seat.process, scopes=frozenset({scope_of(row.state, row.side_id)}))


def test_without_a_fault_the_short_walk_finds_none_and_misses_none(house: Cast) -> None:
    seen = short_walk(house)
    assert seen.faults == []
    assert [fault for fault in grants.faults(house) if fault not in grants.KNOWN] == []
    for name in PLAYERS:
        must = {
            word
            for word in oracle.must_see(house, house.players[name])
            if house.words[word].thing.startswith(MINE)
        }
        assert must <= seen.found[name], name


def test_a_board_without_its_filter_breaks_off_since_the_grant_opens_no_caucus(
    house: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board, "on_the_table", lambda seat: _all(seat))
    seen = short_walk(house, "needs")
    assert seen.of("status")
    assert seen.of("leak") == []


def test_a_board_that_shows_caucus_words_is_found(house: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = board.seen

    def open_anyway(seat: Seated, row: Concern, *more: Any) -> Any:
        text = row.text.open(wide(seat, row))
        shown = Concern(
            pk=row.pk, process_id=row.process_id, side_id=row.side_id, kind=row.kind, state="table"
        )
        shown.text = text
        return honest(seat, shown, *more)

    monkeypatch.setattr(board, "on_the_table", lambda seat: _all(seat))
    monkeypatch.setattr(board, "seen", open_anyway)
    seen = short_walk(house, "needs")
    assert seen.of("leak: Sol reads “concern, caucus” of Noor")
    assert seen.of("leak: Bo reads “concern, private” of Nia")


def _all(seat: Seated) -> list[Concern]:
    return list(Concern.unscoped.filter(process_id=seat.process).exclude(kind="misperception"))


def test_words_of_the_side_that_forget_whose_they_are_are_found(
    house: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Voices, "seen_by", lambda self, seat: self.model.unscoped.filter(side_id=seat.side))
    monkeypatch.setattr("tracktwo.concerns.words.own_text", lambda seat, row: row.text.open(wide(seat, row)))
    assert short_walk(house, "my-words").of("leak: Noor reads “concern, private” of Nia")


def test_a_private_scope_that_the_side_holds_is_found_below_the_pages(
    house: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = visibility.seated

    def generous(row: Any) -> Seated:
        seat = honest(row)
        more = Grant(seat.process, seat.grant.scopes | {"own words"})
        return Seated(**{**seat.__dict__, "grant": more})

    monkeypatch.setattr(visibility, "seated", generous)
    assert "Noor opens “concern, private” of Nia in own" in grants.faults(house)


def test_a_re_entry_plan_that_the_side_can_read_is_found(
    house: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def of_the_side(self: ReentryPlans, seat: Seated) -> Any:
        return ReentryPlan.unscoped.filter(seat__side__place=seat.side_place)

    monkeypatch.setattr(ReentryPlans, "seen_by", of_the_side)
    assert short_walk(house, "re-entry").of("status")  # the filter alone is not enough: it breaks off
    monkeypatch.setattr(
        visibility, "own_answers", lambda seat, row: Grant(seat.process, frozenset({"panel"}))
    )
    monkeypatch.setattr(views, "visibility", visibility)
    assert short_walk(house, "re-entry").of("leak: Noor reads “re-entry plan” of Nia")


# --- an idea without an author ------------------------------------------------------------------------------


def rows_now() -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Every row of the house with all it says, ciphertext opened."""
    for model in apps.get_app_config("tracktwo").get_models():
        manager = getattr(model, "unscoped", model._default_manager)
        for row in manager.all():
            said = {}
            for field in model._meta.local_fields:
                value = getattr(row, field.attname)
                if isinstance(field, SealedField) and value is not None and isinstance(row, OfProcess):
                    value = grants.all_of(value, row)
                said[field.attname] = value.hex() if isinstance(value, bytes | memoryview) else str(value)
            yield model.__name__, row.pk, said


def left_behind(house: Cast, name: str) -> list[str]:
    """What an idea leaves in the house that could lead to whoever wrote it."""
    seat = house.seated(name)
    before = {(model, pk): said for model, pk, said in rows_now()}
    acts.write_idea(text="What if it rained?", by=seat, once="once")
    traces = {str(seat.seat), str(seat.side)} | {
        seat.pseudonym(one).hex() for one in ("concern", "idea", "statement", "ballot")
    }
    faults = []
    for model, pk, said in rows_now():
        if before.get((model, pk)) == said:
            continue
        if model not in ("Idea", "Sent", "DataKey"):
            faults.append(f"a row of {model}")
        faults += [f"{model} tells whose it is" for trace in traces if trace in json.dumps(said)]
    return faults


def test_an_idea_leaves_nothing_that_leads_to_its_author(house: Cast) -> None:
    assert left_behind(house, "Nia") == []


def test_an_idea_in_the_record_is_found(house: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        acts,
        "_link",
        lambda by, *_more: record.write(process=by.process, verb="restate a concern", role=by.role),
    )
    assert "a row of Entry" in left_behind(house, "Nia")


def test_an_idea_that_keeps_its_author_is_found(house: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def signed(by: Seated, idea: Idea, answers: Any) -> None:
        idea.text = f"What if it rained? {by.pseudonym('concern').hex()}"
        idea.save()

    monkeypatch.setattr(acts, "_link", signed)
    assert "Idea tells whose it is" in left_behind(house, "Nia")
