"""What practice leaves behind is found when it leaks: the walk and the grants notice each fault sown here."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import Cast
from tests.cast_practice import LEARNERS
from tests.confidential import walk
from tests.confidential.walk import Ask, Seen, Walker
from tracktwo.errors import NotHere
from tracktwo.learn.models import Progress as Row
from tracktwo.learn.practice import keeping
from tracktwo.learn.practice.progress import Progress, read
from tracktwo.people.models import Person
from tracktwo.process import visibility
from tracktwo.vault.grants import Grant
from tracktwo.vault.keystore import HOUSE

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.sqlite,
    pytest.mark.timeout(600),
    pytest.mark.xdist_group("faults"),
]
NAMES = {"practice", "practice-cards", "practice-statistics", "practice-decks"}
PLAYERS = ("Bo", "Nia", "Sol", "anybody")


def short_walk(house: Cast) -> Seen:
    return walk.walk(house, players=PLAYERS, methods=("GET", "POST"), names=NAMES.__contains__)


def wide(_person: Any, row: Row) -> Grant:
    """A grant that does not ask whose row it is."""
    return Grant(process=HOUSE, scopes=frozenset({"progress"}), rows=frozenset({row.pk}))


def first_row(_person: Person) -> Progress:
    """A reader that takes any row for one's own."""
    row = Row.objects.order_by("pk").first()
    assert row is not None
    return read(row.kept.open(wide(None, row)))


def test_without_a_fault_the_walk_through_practice_finds_none(house: Cast) -> None:
    seen = short_walk(house)
    assert seen.faults == []
    for name in LEARNERS:
        own = {word for word, what in house.words.items() if what.owner == name and "own card" in what.thing}
        assert own and own <= seen.found[name]
    assert not {word for word, what in house.words.items() if "own card" in what.thing} & seen.found["Sol"]


def test_progress_read_from_anothers_row_is_found(house: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "keep_of", first_row)
    assert short_walk(house).of("reads “own card” of")


def test_one_index_for_everybody_yields_nothing_while_the_grant_asks_whose_row_it_is(
    house: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    nia = house.players["Nia"].person
    assert nia is not None
    theirs, honest = visibility.learner_index(nia), visibility.own_progress
    index = visibility.learner_index

    def own(person: Person, row: Row) -> Grant:
        monkeypatch.setattr(visibility, "learner_index", index)
        try:
            return honest(person, row)
        finally:
            monkeypatch.setattr(visibility, "learner_index", lambda _person: theirs)

    monkeypatch.setattr(visibility, "learner_index", lambda _person: theirs)
    monkeypatch.setattr(visibility, "own_progress", own)
    seen = short_walk(house)
    assert seen.of("status 404") and not seen.of("leak: Sol")
    monkeypatch.setattr(visibility, "own_progress", wide)
    assert short_walk(house).of("leak: Sol reads “own card” of Nia")


def test_no_grant_of_a_person_opens_the_row_of_another(house: Cast) -> None:
    people = {name: house.players[name].person for name in (*LEARNERS, "Sol")}
    for owner in LEARNERS:
        person = people[owner]
        assert person is not None
        row = Row.objects.get(owner=visibility.learner_index(person))
        for name, other in people.items():
            assert other is not None
            if name == owner:
                assert row.kept.open(visibility.own_progress(other, row))
                continue
            with pytest.raises(NotHere):
                visibility.own_progress(other, row)


def test_a_card_of_another_reads_like_one_that_does_not_exist(house: Cast) -> None:
    """A refusal teaches nothing: the same bytes, whether Nia has such a card or nobody has."""
    walker = Walker(house)
    guid = next(
        said
        for said, word in house.words.items()
        if word.thing == "name of an own card" and word.owner == "Nia"
    )
    for name in ("Sol", "Bo", "anybody"):
        answers = set()
        for card in (f"own/{guid}", "own/nobody-has-it", "no-such-term/word"):
            asks = [
                Ask("practice-cards", "/learn/practice/cards/", method="POST", sends={"do": do, "card": card, "seen": "1", "rating": "3"})
                for do in ("rate", "suspend")
            ]  # fmt: skip
            answers.add(tuple(walk.neutral(ask, walker.answer(house.players[name], ask)) for ask in asks))
        assert len(answers) == 1, name
