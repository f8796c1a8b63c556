"""The long list's steps, who is seated, the two-person rule, the mirror matrix: pure."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from xml.etree import ElementTree

import pytest

from tracktwo import figures
from tracktwo.errors import NotHere, Refusal
from tracktwo.preparation import mirror, rules
from tracktwo.preparation.mirror import Count, Found, Gap, Somebody
from tracktwo.preparation.rules import STAGES, Cleared, Stage
from tracktwo.process.rules import PANEL, Role

TRAITS = {"gender": ["woman", "man"], "age": ["under 30", "65 and over"]}


def test_every_step_of_a_name_is_in_the_table_or_refused_with_those_that_are():
    for now, to in product(Stage, Stage):
        if to in STAGES[now]:
            rules.may_advance(now, to)
        else:
            with pytest.raises(Refusal) as refused:
                rules.may_advance(now, to)
            for allowed in STAGES[now]:
                assert rules.STAGE_NAMES[allowed] in str(refused.value)


def test_whoever_declined_may_be_asked_again_but_is_not_seated_past_the_briefing():
    assert Stage.APPROACHED in STAGES[Stage.DECLINED]
    assert [now for now in Stage if Stage.SEATED in STAGES[now]] == [Stage.BRIEFED]


def test_nobody_is_seated_without_a_side_or_without_consent():
    rules.may_be_seated(has_side=True, consents=frozenset({"take part"}))
    with pytest.raises(Refusal, match="for which side"):
        rules.may_be_seated(has_side=False, consents=frozenset({"take part"}))
    with pytest.raises(Refusal, match="without their consent"):
        rules.may_be_seated(has_side=True, consents=frozenset({"contact"}))


def test_every_word_of_the_tables_is_told_once():
    for names in (rules.SECTORS, rules.GENDERS, rules.AGES, rules.SENIORITIES, rules.CAPACITIES, rules.CONSENTS,
                  rules.TRACK_ONE, rules.ACTOR_KINDS, rules.STANCES, rules.RELATIONS, rules.SIGNS, rules.SEEN):  # fmt: skip
        assert len(set(names.values())) == len(names)
    assert set(rules.TRAITS) == set(rules.TRAIT_NAMES)
    assert set(STAGES) == set(Stage) == set(rules.STAGE_NAMES)


# --- who does what --------------------------------------------------------------------------------------


def test_roles_at_the_worktable_at_the_table_and_on_the_panel():
    def allowed(rule) -> set[Role]:
        found = set()
        for role in Role:
            try:
                rule(role)
                found.add(role)
            except NotHere:
                pass
        return found

    assert allowed(rules.may_work) == {Role.FACILITATOR, Role.CO_FACILITATOR, Role.EXPERT, Role.RAPPORTEUR}
    assert allowed(rules.may_tell) == set(Role) - {Role.VOTER}
    assert allowed(rules.may_declare) == set(Role) - {Role.VOTER, Role.PARTICIPANT}


# --- two persons ----------------------------------------------------------------------------------------

WAITING = Cleared(seat="expert", side="North", proposed_by="Bo")


def test_a_worksheet_opens_only_once_a_second_person_has_confirmed():
    def may(*clearances: Cleared) -> bool:
        return rules.may_see_worksheet(clearances, seat="expert", side="North")

    assert not may()
    assert not may(WAITING)
    assert may(replace(WAITING, confirmed_by="Cleo"))
    assert not may(replace(WAITING, confirmed_by="Bo"))  # one person twice
    assert not may(replace(WAITING, confirmed_by="expert"))  # oneself
    assert not may(replace(WAITING, confirmed_by="Cleo", side="South"))
    assert not may(replace(WAITING, confirmed_by="Cleo", seat="rapporteur"))


def test_whoever_proposed_does_not_confirm_nor_does_whoever_is_cleared():
    rules.may_confirm(WAITING, by="Cleo")
    with pytest.raises(Refusal, match="that takes two persons"):
        rules.may_confirm(WAITING, by="Bo")
    with pytest.raises(Refusal, match="is for yourself"):
        rules.may_confirm(WAITING, by="expert")
    with pytest.raises(Refusal, match="confirmed already"):
        rules.may_confirm(replace(WAITING, confirmed_by="Cleo"), by="Ada")


@pytest.mark.parametrize("role", [role for role in Role if role not in PANEL])
def test_evaluator_interpreter_observer_and_the_sides_are_never_cleared(role):
    with pytest.raises(Refusal):
        rules.may_be_cleared(role)


# --- the mirror matrix --------------------------------------------------------------------------------


def person(side: str, gender: str = "", age: str = "", *, seated: bool = False) -> Somebody:
    traits = {name: value for name, value in (("gender", gender), ("age", age)) if value}
    return Somebody(side, traits, seated)


def test_counts_stand_for_each_side_over_the_list_and_over_the_seated():
    people = [person("N", "woman", seated=True), person("N", "woman"), person("S", "man")]
    rows = {(row.trait, row.value): row.counts for row in mirror.matrix(people, ["N", "S"], TRAITS)}
    assert rows["gender", "woman"] == (Count(2, 1), Count(0, 0))
    assert rows["gender", "man"] == (Count(0, 0), Count(1, 0))
    assert rows["age", ""] == (Count(2, 1), Count(1, 0))
    assert ("age", "under 30") not in rows


def test_from_the_first_name_on_the_other_side_is_missing():
    gaps = mirror.gaps([person("N", "woman", "under 30")], ["N", "S"], TRAITS)
    assert gaps == (Found(Gap.NO_NAME, ("S",)),)


def test_an_empty_list_has_no_gap():
    assert mirror.gaps([], ["N", "S"], TRAITS) == ()


def test_one_side_has_women_and_the_other_has_not():
    people = [person("N", "woman", "under 30"), person("S", "man", "under 30")]
    assert mirror.gaps(people, ["N", "S"], TRAITS) == (
        Found(Gap.ONE_SIDED, ("S",), ("N",), "gender", "woman"),
        Found(Gap.ONE_SIDED, ("N",), ("S",), "gender", "man"),
    )


def test_both_lists_have_women_but_only_one_side_seated_one():
    people = [person("N", "woman", "under 30", seated=True), person("S", "woman", "under 30")]
    found = mirror.gaps(people, ["N", "S"], {"gender": ["woman"]})
    assert found == (Found(Gap.NOT_SEATED, ("S",), ("N",), "gender", "woman"),)


def test_what_nobody_noted_is_said_last_and_counted():
    people = [person("N", "woman"), person("S"), person("S", "woman")]
    assert mirror.gaps(people, ["N", "S"], {"gender": ["woman"]}) == (
        Found(Gap.UNKNOWN, ("S",), trait="gender", names=1),
    )


# --- the drawings ---------------------------------------------------------------------------------------

EVIL = """<script>alert('x')</script> "&amp;" onload="y" """


def conflict(**options) -> str:
    north = figures.Mark("A", 1, "North")
    actors = [
        figures.Actor(EVIL, north, 3),
        figures.Actor("The delta's council of elders and fishers", None, 1, spoiler=True),
        *(figures.Actor(f"Actor {n}", north if n % 2 else None, n % 4) for n in range(3, 9)),
    ]
    ties = [figures.Tie(0, n, kind) for n, kind in enumerate(rules.RELATIONS, start=1)]
    captions = dict.fromkeys(rules.RELATIONS, "a line")
    return figures.conflict_map(
        actors, ties, key="c", title="Map", description="All", captions=captions, **options
    )


def grid(**options) -> str:
    return figures.risk_grid(
        {(0, 2): [1, 2], (2, 2): [3]}, levels=["low", "medium", "high"], axes=("Likelihood", "Severity"),
        key="r", title="Risks", **options,
    )  # fmt: skip


@pytest.mark.parametrize("draw", [conflict, grid])
@pytest.mark.parametrize("rtl", [False, True])
def test_a_drawing_is_named_escapes_and_passes_the_content_policy(draw, rtl):
    said = draw(rtl=rtl)
    root = ElementTree.fromstring(said)
    assert root.get("role") == "img" and root.get("direction") == ("rtl" if rtl else "ltr")
    assert (
        "<script" not in said and "style=" not in said and " onload" not in said.replace(" onload=&quot;", "")
    )


@pytest.mark.parametrize("count", [1, 2, 3, 8, 25])
def test_actors_stand_apart_inside_the_map(count):
    actors = [figures.Actor(f"A{n}", None, 3) for n in range(count)]
    root = ElementTree.fromstring(figures.conflict_map(actors, [], key="c", title="t", captions={}))
    _x, _y, wide, tall = map(float, root.get("viewBox", "").split())
    places = [
        (float(c.get("cx", "")), float(c.get("cy", "")))
        for c in root.iter("{http://www.w3.org/2000/svg}circle")
    ]
    assert len(places) == count
    assert all(18 <= x <= wide - 18 and 18 <= y <= tall - 18 for x, y in places)
    for one, other in product(places, places):
        assert one is other or abs(one[0] - other[0]) + abs(one[1] - other[1]) >= 40


def test_two_actors_may_stand_on_one_spot_of_a_line_without_a_fault():
    one = figures.conflict_map(
        [figures.Actor("A")], [figures.Tie(0, 0, "close")], key="c", title="t", captions={"close": "close"}
    )
    assert ElementTree.fromstring(one).tag.endswith("svg")
