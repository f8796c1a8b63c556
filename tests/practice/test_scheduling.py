"""The schedule is the library's own: nothing is added, nothing rounded that it does not round."""

from __future__ import annotations

import random
from collections.abc import Iterator

import fsrs
import pytest

from tests.naive.scheduling import card_after
from tracktwo.learn.practice import progress as progress_module
from tracktwo.learn.practice import scheduling
from tracktwo.learn.practice.progress import Progress, read, written
from tracktwo.learn.practice.scheduling import EASY, GOOD, HARD

NOON = 29_400_000
GAPS = (0, 1, 5, 10, 60, 700, 1439, 1440, 3 * 1440, 20 * 1440, 400 * 1440)


def histories(count: int, seed: int = 6) -> Iterator[list[tuple[int, int]]]:
    """Answers as learners give them: in bursts, on time, far too late, all of one kind and mixed."""
    drawn = random.Random(seed)
    for _ in range(count):
        minute, found = NOON + drawn.randrange(1_000_000), []
        leaning = drawn.choice(((1, 1, 1, 1), (3, 1, 6, 1), (0, 0, 1, 0), (5, 2, 2, 0)))
        for _answer in range(drawn.randrange(1, 25)):
            found.append((drawn.choices(scheduling.RATINGS, leaning)[0], minute))
            minute += drawn.choice(GAPS) + drawn.choice((0, 0, drawn.randrange(3000)))
        yield found


def differing(count: int) -> list[int]:
    """Which of so many histories come out otherwise than in the library; every second one passes through a file."""
    found = []
    for number, history in enumerate(histories(count)):
        theirs, progress = card_after(history), Progress()
        for rating, minute in history:
            progress = progress.answered("a/definition", rating, minute)
        if number % 2:
            progress = read(written(progress))
        ours = progress.states["a/definition"]
        held = (ours.phase, ours.step, ours.stability, ours.difficulty, ours.due, ours.last)
        if held != (
            theirs.state,
            theirs.step,
            theirs.stability,
            theirs.difficulty,
            theirs.due,
            theirs.last_review,
        ):
            found.append(number)
    return found


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """What was replayed before is not remembered: neither a right schedule under a wrong one, nor the reverse."""
    progress_module._replayed.cache_clear()
    yield
    progress_module._replayed.cache_clear()


def test_the_schedule_equals_the_librarys_own_on_a_thousand_histories() -> None:
    assert differing(1000) == []


@pytest.mark.parametrize(
    "options", [{"enable_fuzzing": True}, {"desired_retention": 0.91}, {"relearning_steps": ()}], ids=str
)
def test_another_scheduler_is_noticed(monkeypatch: pytest.MonkeyPatch, options: dict[str, object]) -> None:
    other = fsrs.Scheduler(**{"enable_fuzzing": False, **options})  # type: ignore[arg-type]
    monkeypatch.setattr(scheduling, "_scheduler", other)
    assert differing(60)


def test_one_answer_after_another_is_the_same_as_all_again() -> None:
    for history in histories(60, seed=7):
        state = None
        for rating, minute in history:
            state = scheduling.answered(state, rating, minute)
        assert state == scheduling.replayed(history)


def test_what_a_rating_promises_is_what_it_does() -> None:
    for history in histories(60, seed=8):
        state, minute = scheduling.replayed(history), history[-1][1] + 30
        promised = scheduling.intervals(state, minute)
        for rating in scheduling.RATINGS:
            after = scheduling.answered(state, rating, minute)
            assert after.due - scheduling.moment(minute) == promised[rating]


def test_a_new_card_waits_as_the_library_says() -> None:
    waits = scheduling.intervals(None, NOON)
    assert [wait.total_seconds() for wait in waits.values()] == [60, 330, 600, 8 * 86400]
    assert scheduling.answered(None, HARD, NOON).due_minute == NOON + 6  # whole minutes, never too early
    assert not scheduling.answered(None, GOOD, NOON).known
    assert scheduling.answered(None, EASY, NOON).known


def test_what_is_recalled_fades() -> None:
    state = scheduling.answered(None, EASY, NOON)
    shares = [scheduling.recalled(state, NOON + days * 1440) for days in (0, 1, 8, 100)]
    assert shares[0] == 1 and shares == sorted(shares, reverse=True)
    assert round(shares[2], 1) == 0.9


def test_nothing_answered_is_no_state() -> None:
    assert scheduling.replayed(()) is None
