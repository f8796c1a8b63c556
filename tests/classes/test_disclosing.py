"""An attacker who knows who joined, practised, left and shared when learns next to nothing of anybody's figures."""

from __future__ import annotations

import random

import pytest

from tests.classes.attacker import excluded, history
from tracktwo.learn.classes.rules import Limits

SEED = 7


def attacked(limits: Limits, classes: int, steps: int = 60) -> tuple[int, int, int, int]:
    """Over many classes: figures released, those of which some value is ruled out, those known to two, summaries."""
    lot = random.Random(SEED)
    figures = narrowed = known = summaries = 0
    for _ in range(classes):
        past = history(limits, steps, lot)
        summaries += len(past.summaries)
        figures += len({one for _, rests in past.summaries for one in rests})
        for one, least, most in excluded(past, limits):
            assert least <= past.truth[one] <= most, "the attacker reckons wrongly"
            narrowed += 1
            known += most - least <= 1
    return figures, narrowed, known, summaries


@pytest.mark.parametrize(
    ("classes", "steps"),
    [(6, 60), pytest.param(30, 80, marks=[pytest.mark.slow, pytest.mark.timeout(3600)])],
)
def test_nobodys_figure_is_known_to_an_attacker_who_saw_every_summary(classes, steps, record_property):
    figures, narrowed, known, summaries = attacked(Limits(), classes, steps)
    record_property("attack", (figures, narrowed, known, summaries))
    assert figures > 20 * classes and summaries > 5 * classes
    assert known == 0
    assert narrowed <= figures // 50


@pytest.mark.parametrize(
    ("fault", "some_known"),
    [(Limits(by=1), True), (Limits(fewest=4, by=4), False), (Limits(bands=10), True)],
    ids=["no gate", "cells of four", "finer bands"],
)
def test_the_attack_finds_learners_when_a_part_is_dropped(fault, some_known):
    figures, narrowed, known, _ = attacked(fault, 4)
    assert narrowed > figures // 25
    assert known > 0 or not some_known
