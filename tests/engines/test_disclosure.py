"""Nobody's vote can be read from what is shown: of one release, and of one after another."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta, betabinom

from tests.naive import disclosure as naive
from tracktwo.engines import disclosure
from tracktwo.engines.disclosure import NOTHING, STANDARD, Band, Cell, Figures, Thresholds, Withheld

GOLDEN = Path(__file__).parents[1] / "golden" / "disclosure.txt"
NO_INTERVAL = float("nan")


def figures_of(
    agree: int,
    disagree: int,
    passed: int,
    members: int,
    low: float,
    high: float,
    limits: Thresholds = STANDARD,
) -> Cell:
    return disclosure.figures([[agree]], [[disagree]], [[passed]], [members], [[low]], [[high]], limits).cell(
        0, 0
    )


def every_split_of(members: int, thresholds: Thresholds = STANDARD) -> Figures:
    """One side of `members` who all agree or disagree; column a: a of them agree."""
    agree = np.arange(members + 1)[None]
    low, high = beta.ppf([[0.05], [0.95]], agree + 0.5, members - agree + 0.5)
    others = members - agree
    return disclosure.figures(agree, others, 0 * agree, [members], low[None], high[None], thresholds)


# --- The words of the promise ---------------------------------------------------------------


def golden_rows() -> list[list[str]]:
    lines = GOLDEN.read_text().splitlines()
    return [line.replace("|", " ").split() for line in lines if not line.startswith("#")]


@pytest.mark.parametrize("row", golden_rows(), ids=lambda row: "-".join(row[:4]))
def test_the_worked_examples_come_out_as_written(row):
    members, agree, disagree, passed, low, high = map(int, row[:6])
    cell = figures_of(agree, disagree, passed, members, low / 100, high / 100)
    word = cell.band.name.lower() if cell.shown else cell.withheld.name.lower()
    numbers = [cell.answered, cell.agree, cell.disagree, cell.passed, cell.percent]
    assert row[6:] == ["-" if x is None else str(x) for x in numbers] + [word] + [
        "-" if x is None else str(x) for x in (cell.low, cell.high)
    ]


Counts = tuple[int, int, int, int, float, float]


@st.composite
def cells(draw: st.DrawFn) -> Counts:
    members = draw(st.integers(0, 150))
    answered = draw(st.integers(0, members))
    agree = draw(st.integers(0, answered))
    passed = draw(st.integers(0, answered - agree))
    low = draw(st.floats(0, 1))
    high = draw(st.floats(low, 1))
    return agree, answered - agree - passed, passed, members, low, high


thresholds = st.builds(
    Thresholds,
    group=st.integers(5, 20), cell=st.integers(3, 8), round_to=st.sampled_from([1, 2, 3, 5, 10]),
    nearly=st.sampled_from([0.9, 0.95, 1.0]),
)  # fmt: skip


@settings(deadline=None)
@given(cells(), st.one_of(st.just(STANDARD), thresholds))
def test_the_engine_equals_its_slow_twin(counts: Counts, limits: Thresholds):
    assert figures_of(*counts, limits) == naive.cell(*counts, limits)


@given(cells())
def test_the_same_counts_always_give_the_same_figures(counts):
    assert figures_of(*counts) == figures_of(*counts)


@given(cells())
def test_a_figure_needs_ten_of_a_side_and_five_answers(counts):
    agree, disagree, passed, members, *_ = counts
    assert figures_of(*counts).shown == (members >= 10 and agree + disagree + passed >= 5)


@given(cells())
def test_every_released_number_is_a_multiple_of_five(counts):
    cell = figures_of(*counts)
    numbers = (cell.answered, cell.agree, cell.disagree, cell.passed, cell.low, cell.high)
    assert {number % 5 for number in numbers if number is not None} <= {0}


@given(cells())
def test_the_interval_holds_the_engines_own_and_the_exact_share(counts):
    agree, disagree, passed, _members, low, high = counts
    cell = figures_of(*counts)
    if cell.low is not None and cell.high is not None:
        share = 100 * agree / (agree + disagree + passed)
        assert cell.low <= min(100 * low, share) + 1e-6
        assert cell.high >= max(100 * high, share) - 1e-6


def test_no_released_cell_rests_on_fewer_than_five_people_in_ten_thousand_processes(rng):
    members = rng.integers(0, 60, 10_000)
    answered = rng.integers(0, members[:, None] + 1, (10_000, 8))
    agree = rng.integers(0, answered + 1)
    nothing = np.full(agree.shape, NO_INTERVAL)
    released = disclosure.figures(agree, answered - agree, 0 * agree, members, nothing, nothing)
    assert int(answered[released.shown].min()) == 5
    assert int(members[released.shown.any(axis=1)].min()) == 10
    numbers = (released.answered, released.agree, released.disagree, released.passed, released.percent)
    assert all((values[~released.shown] == NOTHING).all() for values in numbers)
    assert (released.members[members < 10] == NOTHING).all()


@pytest.mark.parametrize("members", range(10, 121))
def test_a_side_of_one_mind_looks_like_one_where_some_think_otherwise(members):
    """Unanimity is disclosure at any size: it must look the same as two people dissenting."""
    released = every_split_of(members)
    assert released.cell(0, members) == released.cell(0, members - 2)
    assert released.cell(0, 0) == released.cell(0, 2)
    assert released.agree[0, [0, members]].tolist() == [NOTHING, NOTHING]


@pytest.mark.parametrize("members", [10, 17, 40, 99, 240])
def test_more_agreement_never_looks_like_less(members):
    released = every_split_of(members)
    order = np.where(released.band[0] == Band.NONE, released.percent[0], NOTHING)
    shown_numbers = order[order != NOTHING]
    assert (np.diff(shown_numbers) >= 0).all()
    assert (np.diff(released.low[0]) >= 0).all()
    assert (np.diff(released.high[0]) >= 0).all()
    coded = released.band[0] != Band.NONE
    assert coded.tolist() == sorted(coded[: members // 2], reverse=True) + sorted(coded[members // 2 :])


def test_nearly_all_is_said_only_where_it_is_true_of_every_count_that_looks_alike():
    for members in range(10, 200):
        released = every_split_of(members)
        shares = np.arange(members + 1) / members
        assert (shares[released.band[0] == Band.NEARLY_ALL] >= 0.8).all()
        assert (shares[released.band[0] == Band.HARDLY_ANY] <= 0.2).all()
        assert (shares[released.band[0] == Band.MOST] >= 0.5).all()
        assert (shares[released.band[0] == Band.FEW] <= 0.5).all()


def test_a_credible_majority_is_read_from_the_released_interval():
    released = disclosure.figures(
        [[75, 42, 3]], [[5, 38, 0]], [[0, 0, 0]], [80], [[0.88, 0.44, 0.5]], [[0.97, 0.6, 1.0]]
    )
    assert released.credible_majority.tolist() == [[True, False, False]]
    assert [released.cell(0, j).credible_majority for j in range(3)] == [True, False, False]


def test_without_an_interval_of_the_engine_the_rounded_counts_give_one():
    cell = figures_of(30, 6, 4, 40, NO_INTERVAL, NO_INTERVAL)
    assert (cell.low, cell.high) == (50, 95)


def test_a_release_can_be_stored_and_read_again():
    released = every_split_of(23)
    again = Figures.from_lists(released.to_lists())
    assert again.to_lists() == released.to_lists()


def test_a_process_without_statements_has_no_figures():
    empty = np.zeros((2, 0))
    assert disclosure.figures(empty, empty, empty, [12, 3], empty, empty).members.tolist() == [10, NOTHING]


@pytest.mark.parametrize(
    ("agree", "disagree", "members", "sentence"),
    [
        ([[1, 2]], [[1]], [9], "agree, disagree and passed are [sides, statements], members [sides]"),
        ([1], [1], [9], "agree, disagree and passed are [sides, statements], members [sides]"),
        ([[1]], [[1]], [9, 9], "agree, disagree and passed are [sides, statements], members [sides]"),
        ([[-1]], [[1]], [9], "a count is negative"),
        ([[8]], [[4]], [9], "a statement has more answers than its side has members"),
    ],
)
def test_counts_that_cannot_be_are_refused(agree, disagree, members, sentence):
    with pytest.raises(ValueError) as refusal:
        disclosure.figures(agree, disagree, np.zeros_like(agree), members, 0.0, 1.0)
    assert str(refusal.value) == sentence


# --- Nobody's vote is determined ------------------------------------------------------------


@pytest.mark.parametrize("members", [10, 11, 12, 13])
def test_no_one_of_a_small_side_is_determined_by_a_release(members):
    """Every composition is tried. People are interchangeable to a reader who knows no vote, so a
    person is determined only where each composition released alike puts everybody in one class."""
    compositions = [
        (a, d, p)
        for a in range(members + 1)
        for d in range(members + 1 - a)
        for p in range(members + 1 - a - d)
    ]
    a, d, p = np.array(compositions).T
    n = a + d + p
    low, high = (beta.ppf(q, a + 0.5, n - a + 0.5) for q in (0.05, 0.95))
    released = disclosure.figures(a[None], d[None], p[None], [members], low[None], high[None])
    alike: dict[Cell, list[tuple[int, ...]]] = {}
    for column, composition in enumerate(compositions):
        alike.setdefault(released.cell(0, column), []).append((*composition, members - sum(composition)))
    assert [cell for cell, found in alike.items() if len({tuple(np.sign(c)) for c in found}) == 1 and
            np.count_nonzero(found[0]) == 1] == []  # fmt: skip


# --- One release after another --------------------------------------------------------------


def test_people_who_came_went_or_voted_again_count_as_changed():
    before = [{"alder": 1, "basalt": 2, "cairn": 3}, {"gull": 1}, {}]
    now = [{"alder": 1, "basalt": 9, "drover": 4}, {"gull": 1}, {"marsh": 1}]
    assert disclosure.changed_people(before, now).tolist() == [3, 0, 1]


def test_newcomers_are_let_in_by_fives():
    assert disclosure.gate([0, 4, 5, 6, 10], [40] * 5).tolist() == [False, False, True, False, True]


def test_where_everybody_is_new_five_are_enough():
    assert disclosure.gate([4, 6, 13], [4, 6, 12]).tolist() == [False, True, True]


def test_only_the_side_whose_own_gate_is_open_gets_fresh_figures():
    first = disclosure.figures([[20, 10], [15, 9]], [[5, 10], [5, 11]], np.zeros((2, 2)), [25, 20], 0.4, 0.9)
    fresh = disclosure.figures([[25, 10], [19, 9]], [[5, 10], [5, 11]], np.zeros((2, 2)), [30, 24], 0.4, 0.9)
    merged = disclosure.merge(first, fresh, [5, 4])
    assert merged.answered.tolist() == [[30, 20], [20, 20]]
    assert merged.members.tolist() == [30, 20]
    assert [merged.cell(0, j) for j in (0, 1)] == [fresh.cell(0, j) for j in (0, 1)]
    assert [merged.cell(1, j) for j in (0, 1)] == [first.cell(1, j) for j in (0, 1)]


def test_before_its_first_release_a_side_waits_for_five_people():
    fresh = disclosure.figures([[20], [15]], [[5], [5]], [[0], [0]], [26, 20], 0.4, 0.9)
    merged = disclosure.merge(None, fresh, [26, 4])
    assert [merged.cell(side, 0).withheld for side in (0, 1)] == [Withheld.NOT, Withheld.WAITING]
    assert merged.members.tolist() == [25, NOTHING]


def test_a_new_statement_waits_for_the_gate():
    first = disclosure.figures([[20]], [[5]], [[0]], [25], 0.4, 0.9)
    fresh = disclosure.figures([[21, 9]], [[5, 3]], [[0, 0]], [26], 0.4, 0.9)
    merged = disclosure.merge(first, fresh, [4])
    assert [merged.cell(0, j).withheld for j in (0, 1)] == [Withheld.NOT, Withheld.WAITING]


def test_a_release_without_a_statement_of_the_last_one_is_refused():
    first = disclosure.figures([[20, 20]], [[5, 5]], [[0, 0]], [25], 0.4, 0.9)
    fresh = disclosure.figures([[20]], [[5]], [[0]], [25], 0.4, 0.9)
    with pytest.raises(ValueError, match="its statements or more"):
        disclosure.merge(first, fresh, [25])


FOR, AGAINST = 4, 3  # how opinions are spread over statements: Beta(4, 3), known to the attacker


@dataclass(frozen=True)
class History:
    """Twenty releases, or so, of one side, and what an attacker reads from them.

    People arrive by ones, twos and threes, everybody answers every statement, and the attacker
    knows exactly who arrived when: the worst case. `fits[t][j, a]` says whether release t of
    statement j would have looked as it did with a people agreeing.
    """

    sizes: list[int]
    votes: np.ndarray
    fits: list[np.ndarray]


def history(limits: Thresholds, releases: int, share_for: np.ndarray, rng: np.random.Generator) -> History:
    sizes = release_sizes(limits, releases, rng)
    votes = rng.random((len(share_for), sizes[-1])) < share_for[:, None]
    fits, seen = [], None
    for step, size in enumerate(sizes):
        agreeing = votes[:, :size].sum(axis=1)
        looks, seen = every_look(seen, size, size - (sizes[step - 1] if step else 0), agreeing, limits)
        fits.append(looks)
    return History(sizes, votes, fits)


def release_sizes(limits: Thresholds, releases: int, rng: np.random.Generator) -> list[int]:
    sizes, people = [10], 10
    while len(sizes) <= releases:
        people += int(rng.integers(1, 4))
        if disclosure.gate([people - sizes[-1]], [people], limits)[0]:
            sizes.append(people)
    return sizes


def every_look(
    seen: Figures | None, members: int, new: int, agreeing: np.ndarray, limits: Thresholds
) -> tuple[np.ndarray, Figures]:
    """What would have been released, after what was seen before, for every count; and what was."""
    statements, counts = len(agreeing), members + 1
    standing = None if seen is None else columns_of(seen, np.repeat(np.arange(statements), counts))
    fresh = columns_of(every_split_of(members, limits), np.tile(np.arange(counts), statements))
    released = disclosure.merge(standing, fresh, [new], limits)
    rows = np.array([values[0] for name, values in released.to_lists().items() if name != "members"])
    looks = rows.reshape(len(rows), statements, counts)
    at = np.arange(statements) * counts + agreeing
    return (looks == rows[:, at][:, :, None]).all(axis=0), columns_of(released, at)


def columns_of(figures: Figures, columns: np.ndarray) -> Figures:
    return Figures(**{
        name: np.array(values) if name == "members" else np.array(values)[:, columns]
        for name, values in figures.to_lists().items()
    })  # fmt: skip


def newcomers_determined(past: History) -> int:
    """In how many steps every history that looks alike has all newcomers agree, or none of them."""
    statements, found = len(past.votes), 0
    before = [past.fits[0]]
    for t in range(1, len(past.sizes)):
        before.append((before[-1] @ one_step(past.sizes[t - 1], past.sizes[t]) > 0) & past.fits[t])
    after = np.ones((statements, past.sizes[-1] + 1), dtype=bool)
    for t in range(len(past.sizes) - 1, 0, -1):
        step, later = one_step(past.sizes[t - 1], past.sizes[t]), past.fits[t] & after
        came = np.arange(past.sizes[t] + 1)[None] - np.arange(past.sizes[t - 1] + 1)[:, None]
        new = past.sizes[t] - past.sizes[t - 1]
        for vote_known in (came == 0, came == new):
            others = ((before[t - 1] @ (step & ~vote_known)) & later).any(axis=1)
            found += int((~others).sum())
        after = later @ step.T > 0
    return found


@cache
def one_step(before: int, after: int) -> np.ndarray:
    came = np.arange(after + 1)[None] - np.arange(before + 1)[:, None]
    return (came >= 0) & (came <= after - before)


def determined_in_many(limits: Thresholds, runs: int, rng: np.random.Generator) -> int:
    shares = np.repeat([0.5, 0.8, 0.97], 20)
    return sum(newcomers_determined(history(limits, 6, shares, rng)) for _ in range(runs))


def test_no_newcomer_is_determined_by_a_ledger_of_releases(rng):
    assert determined_in_many(STANDARD, 20, rng) == 0


@pytest.mark.parametrize(
    "fault", [Thresholds(gate=1), Thresholds(round_to=1)], ids=["no gate", "no rounding"]
)
def test_the_check_itself_finds_newcomers_when_a_part_is_dropped(fault, rng):
    assert determined_in_many(fault, 5, rng) > 20


def attacker_gain(limits: Thresholds, releases: int, statements: int, rng: np.random.Generator) -> float:
    """Points by which an ideal attacker guesses newcomers' votes better than from one release alone.

    Reckons exactly, forward and backward over all counts that fit, knowing how opinions are spread.
    """
    past = history(limits, releases, rng.beta(FOR, AGAINST, statements), rng)
    sizes, fits = past.sizes, past.fits
    forward = [normalised(prior_count(sizes[0]) * fits[0])]
    for t in range(1, len(sizes)):
        forward.append(normalised((forward[-1] @ arrivals_spread(sizes[t - 1], sizes[t])) * fits[t]))
    backward = np.ones((statements, sizes[-1] + 1))
    gains = []
    for t in range(len(sizes) - 1, 0, -1):
        spread, later = arrivals_spread(sizes[t - 1], sizes[t]), fits[t] * backward
        came = np.arange(sizes[t] + 1)[None] - np.arange(sizes[t - 1] + 1)[:, None]
        agreeing = ((forward[t - 1] @ (spread * came)) * later).sum(axis=1)
        expected = agreeing / ((forward[t - 1] @ spread) * later).sum(axis=1)
        alone = normalised(prior_count(sizes[t]) * fits[t]) @ np.arange(sizes[t] + 1)
        newcomers = past.votes[:, sizes[t - 1] : sizes[t]].mean(axis=1)
        with_ledger, without = (
            np.where(share > 0.5, newcomers, 1 - newcomers).mean()
            for share in (expected / (sizes[t] - sizes[t - 1]), alone / sizes[t])
        )
        gains.append(with_ledger - without)
        backward = normalised(later @ spread.T)
    return 100 * float(np.mean(gains))


@cache
def arrivals_spread(before: int, after: int) -> np.ndarray:
    """P(agreeing afterwards | agreeing before), by Polya's urn."""
    spread = np.zeros((before + 1, after + 1))
    for a in range(before + 1):
        new = after - before
        spread[a, a : a + new + 1] = betabinom.pmf(np.arange(new + 1), new, FOR + a, AGAINST + before - a)
    return spread


def prior_count(members: int) -> np.ndarray:
    """P(so many agree), before anything is released."""
    spread: np.ndarray = betabinom.pmf(np.arange(members + 1), members, FOR, AGAINST)
    return spread


def normalised(weights: np.ndarray) -> np.ndarray:
    shares: np.ndarray = weights / weights.sum(axis=1, keepdims=True)
    return shares


def mean_gain(limits: Thresholds, runs: int, releases: int) -> float:
    rng = np.random.default_rng(20)
    return float(np.mean([attacker_gain(limits, releases, 40, rng) for _ in range(runs)]))


def test_twenty_releases_teach_an_ideal_attacker_at_most_two_points():
    assert mean_gain(STANDARD, runs=4, releases=20) <= 2.0


def test_the_first_releases_of_a_small_side_teach_an_ideal_attacker_at_most_two_points():
    assert mean_gain(STANDARD, runs=40, releases=4) <= 2.0


def test_the_attack_is_real_its_gain_returns_when_the_gate_is_dropped():
    assert mean_gain(Thresholds(gate=1), runs=4, releases=20) >= 5.0


def test_the_attack_is_real_its_gain_returns_when_rounding_is_dropped():
    assert mean_gain(Thresholds(round_to=1), runs=40, releases=4) >= 3.5


# --- Among seats ----------------------------------------------------------------------------


@given(st.data())
def test_the_sealed_round_equals_its_slow_twin(data):
    sides, statements = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 4))
    rows = st.lists(st.integers(0, 12), min_size=statements, max_size=statements)
    answered = data.draw(st.lists(rows, min_size=sides, max_size=sides))
    agree = [[data.draw(st.integers(0, n)) for n in row] for row in answered]
    sealed = disclosure.sealed_round(agree, answered)
    columns = [
        [Band(b) for b in sealed.sides[:, j]] if sealed.together[j] == Band.NONE and sealed.sides[:, j].any()
        else [Band(sealed.together[j])]
        for j in range(statements)
    ]  # fmt: skip
    assert columns == naive.sealed_round(agree, answered)


def test_a_side_of_three_is_never_shown_alone_and_never_by_subtraction():
    sealed = disclosure.sealed_round([[6, 1], [3, 4]], [[6, 5], [3, 4]])
    assert sealed.sides.tolist() == [[Band.NONE, Band.FEW], [Band.NONE, Band.NEARLY_ALL]]
    assert sealed.together.tolist() == [Band.NEARLY_ALL, Band.NONE]


def test_three_answers_in_all_show_nothing():
    sealed = disclosure.sealed_round([[2], [1]], [[2], [1]])
    assert [sealed.sides.tolist(), sealed.together.tolist()] == [[[Band.NONE], [Band.NONE]], [Band.NONE]]


@pytest.mark.parametrize("seats", range(4, 41))
def test_a_sealed_band_never_tells_that_all_seats_were_of_one_mind(seats):
    bands = disclosure.sealed_round([list(range(seats + 1))], [[seats] * (seats + 1)]).sides[0]
    assert bands[seats] == bands[seats - 1] == Band.NEARLY_ALL
    assert bands[0] == bands[1] == Band.FEW
    assert (np.diff(bands) <= 0).all()


@pytest.mark.parametrize(
    ("agree", "answered"), [([[5]], [[4]]), ([[-1]], [[4]]), ([1], [4]), ([[1, 2]], [[4]])]
)
def test_an_impossible_sealed_round_is_refused(agree, answered):
    with pytest.raises(ValueError, match="agree is part of answered"):
        disclosure.sealed_round(agree, answered)


@pytest.mark.parametrize(
    ("size", "sentence", "guessable"),
    [
        (1, "You are the only one here: what is unattributed is plainly yours.", True),
        (4, "You are one of %(size)s: what is unattributed can be guessed.", True),
        (5, "You are one of %(size)s.", False),
    ],
)
def test_each_person_is_told_the_truth_about_the_crowd(size, sentence, guessable):
    crowd = disclosure.crowd(size)
    assert (crowd.size, crowd.sentence, crowd.guessable) == (size, sentence, guessable)


def test_nobody_is_no_crowd():
    with pytest.raises(ValueError, match="at least one person"):
        disclosure.crowd(0)


def test_every_reason_and_every_band_has_its_words():
    assert set(disclosure.REASONS) == set(Withheld)
    assert set(disclosure.BANDS) == set(Band)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(5)
