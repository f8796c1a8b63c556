"""Votes, packed: what goes in comes out, once, the last word counting."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from tests.engines.opinion.conversations import few, packed, triples
from tests.naive import opinion as naive
from tracktwo.engines.opinion.votes import Votes
from tracktwo.errors import BadInput


@few
@given(triples())
def test_every_vote_comes_back_and_the_last_given_wins(case):
    votes = packed(*case)
    assert dict(_ballots(votes)) == naive.last_given(case[0])


@few
@given(triples())
def test_votes_are_sorted_by_person_then_statement(case):
    person, statement, _ = packed(*case).triples()
    assert sorted(zip(person, statement, strict=True)) == list(zip(person, statement, strict=True))


@few
@given(triples())
def test_counts_per_side_are_those_of_counting_one_by_one(case):
    given_votes, people, statements = case
    side = [person % 3 - 1 for person in range(people)]
    counted = packed(*case).tally(side, 2)
    assert counted.tolist() == naive.tally(naive.last_given(given_votes), side, 2, statements)


@few
@given(triples())
def test_a_table_holds_the_same_votes(case):
    votes = packed(*case)
    again = Votes.from_table(votes.table())
    assert np.array_equal(again.start, votes.start)
    assert np.array_equal(again.code, votes.code)


@few
@given(triples())
def test_parts_put_together_are_the_whole(case):
    votes = packed(*case)
    parts = list(votes.parts(at_once=3, rows=2))
    assert np.array_equal(np.concatenate([part.code for _, part in parts]), votes.code)
    assert [person for people, _ in parts for person in range(people.start, people.stop)] == list(
        range(votes.people)
    )


@few
@given(triples())
def test_a_moderated_statement_keeps_its_number_and_loses_its_votes(case):
    votes = packed(*case)
    out = np.arange(votes.statements) % 2 == 0
    kept = {cell: vote for cell, vote in _ballots(votes) if not out[cell[1]]}
    assert dict(_ballots(votes.without(out))) == kept
    assert votes.without(out).statements == votes.statements


@few
@given(triples())
def test_chosen_people_keep_their_votes_in_the_order_asked_for(case):
    votes = packed(*case)
    backwards = votes.of(np.arange(votes.people)[::-1])
    assert np.array_equal(backwards.table(), votes.table()[::-1])


def test_a_vote_takes_two_bytes_and_four_above_sixteen_thousand_statements():
    assert packed([(0, 3, 1)], 1, 16_384).code.dtype == np.uint16
    assert packed([(0, 16_384, 1)], 1, 16_385).code.dtype == np.uint32
    assert packed([(0, 16_383, 1)], 1, 16_384).triples()[1].tolist() == [16_383]


def test_the_code_is_the_one_the_encrypted_vectors_hold():
    assert packed([(0, 5, -1), (0, 2, 1), (0, 3, 0)], 1, 6).code.tolist() == [
        2 << 2 | 2,
        3 << 2 | 1,
        5 << 2 | 0,
    ]


def test_nobody_and_nothing_is_a_conversation_too():
    votes = packed([], 0, 0)
    assert (votes.people, len(votes), votes.tally().shape) == (0, 0, (1, 0, 3))


@pytest.mark.parametrize(
    ("person", "statement", "vote", "said"),
    [
        ([2], [0], [1], "vote number 1: person 2 is not between 0 and 1; correct it."),
        ([0, 1], [0, -1], [1, 1], "vote number 2: statement -1 is not between 0 and 2; correct it."),
        ([0], [0], [7], "vote number 1: vote 7 is not between -1 and 1; correct it."),
        ([0], [0], [0.5], "a vote is not a whole number; give whole numbers."),
        ([0], [0], ["yes"], "a vote is not a number; give whole numbers."),
        ([0], [0, 1], [1], "persons, statements and votes differ in number; give one of each."),
    ],
)
def test_a_vote_that_cannot_be_is_refused_in_one_sentence(person, statement, vote, said):
    with pytest.raises(BadInput) as refusal:
        Votes.from_triples(person, statement, vote, people=2, statements=3)
    assert str(refusal.value) == said


def test_a_mask_that_does_not_fit_is_refused():
    with pytest.raises(BadInput):
        packed([(0, 0, 1)], 1, 2).without([True])


@pytest.mark.parametrize(
    ("start", "code"), [([0, 2], [1]), ([1, 1], [1]), ([0, 2, 1], [1]), ([0, 1], [8]), ([0, 0], [1])]
)
def test_packed_votes_that_do_not_fit_together_are_refused(start, code):
    with pytest.raises(BadInput):
        Votes(np.array(start), np.array(code, dtype=np.uint16), 2)


def test_a_list_is_not_a_table():
    with pytest.raises(BadInput):
        Votes.from_table([1, 0, 1])


def _ballots(votes: Votes) -> list[tuple[tuple[int, int], int]]:
    person, statement, vote = (a.tolist() for a in votes.triples())
    return list(zip(zip(person, statement, strict=True), vote, strict=True))
