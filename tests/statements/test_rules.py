"""Who may write, moderate, vote, look and close; and to which scope a statement belongs."""

from __future__ import annotations

import itertools

import pytest

from tracktwo.errors import Refusal
from tracktwo.process.phases import Phase
from tracktwo.process.rules import Role
from tracktwo.statements import rules
from tracktwo.statements.rules import State

OF_A_SIDE = (Role.PARTICIPANT, Role.VOTER)
# from, to: with which reason a move is allowed
MOVES = {
    ("waiting", "open"): "any", ("waiting", "rejected"): "one of the reasons", ("open", "rejected"): "one of the reasons",
    ("rejected", "open"): "any",
}  # fmt: skip


@pytest.mark.parametrize(("role", "phase"), list(itertools.product(Role, Phase)))
def test_votes_are_cast_by_the_sides_while_statements_are_voted_on(role, phase):
    if role in OF_A_SIDE and phase is Phase.CONSULTING:
        rules.may_vote(role, phase)
        return
    told = "Votes are not open" if role in OF_A_SIDE else "The panel has no vote"
    with pytest.raises(Refusal, match=told):
        rules.may_vote(role, phase)


@pytest.mark.parametrize(("role", "phase", "own"), list(itertools.product(Role, Phase, (0, 11, 12, 13))))
def test_statements_are_written_in_talks_workshop_and_consultation(role, phase, own):
    collecting = phase in (Phase.TALKS, Phase.CONVENING, Phase.CONSULTING)
    if collecting and (own < 12 or role not in OF_A_SIDE):
        rules.may_write(role, phase, own)
        return
    told = "Leave room for others" if collecting else "not being collected"
    with pytest.raises(Refusal, match=told):
        rules.may_write(role, phase, own)


@pytest.mark.parametrize(
    ("now", "to", "reason"), list(itertools.product(State, State, ["", "person", "no such reason"]))
)
def test_a_statement_moves_as_the_table_says(now, to, reason):
    needs = MOVES.get((now.value, to.value))
    if needs == "any" or (needs and reason == "person"):
        rules.may_move(now, to, reason)
        return
    told = "Say why" if needs else "decided already"
    with pytest.raises(Refusal, match=told):
        rules.may_move(now, to, reason)


def test_every_state_and_reason_has_words():
    assert set(rules.STATE_NAMES) == set(State)
    assert all(words.endswith(".") for words in rules.REASONS.values())
    assert max(map(len, rules.REASONS)) <= 12  # as long as the column


def test_only_an_open_statement_is_read_by_the_circle():
    assert {state.value: rules.scope_of(state) for state in State} == {
        "waiting": "panel", "open": "circle", "rejected": "panel"
    }  # fmt: skip
    assert rules.scope_of("anything else") == "panel"


@pytest.mark.parametrize(
    ("own", "open_statements", "free", "may"),
    [(0, 0, False, True), (0, 1, False, False), (1, 1, False, True), (6, 20, False, False), (7, 20, False, True),
     (3, 3, False, True), (0, 20, True, True)],
)  # fmt: skip
def test_figures_show_after_seven_votes_of_ones_own(own, open_statements, free, may):
    if may:
        rules.may_look(own, open_statements, free)
        return
    with pytest.raises(Refusal, match=f"You have voted on {own}"):
        rules.may_look(own, open_statements, free)


@pytest.mark.parametrize(
    ("facilitates", "typed", "may"),
    [(True, "River studies", True), (True, " River studies ", True), (True, "river studies", False),
     (True, "", False), (False, "River studies", False)],
)  # fmt: skip
def test_closing_is_confirmed_by_typing_the_cover_title(facilitates, typed, may):
    if may:
        rules.may_close(facilitates, typed, "River studies")
        return
    with pytest.raises(Refusal, match="type its cover title"):
        rules.may_close(facilitates, typed, "River studies")
