"""From delegates' sliders to points, with how sure they are; questions that tell most; how firm a package stands."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from benchmarks.bargaining import elicitation as simulation
from tracktwo.engines.bargaining import elicitation
from tracktwo.engines.bargaining.elicitation import HIGH, Answers, Noise, Question
from tracktwo.engines.bargaining.table import Issue, Requires, Table, make
from tracktwo.errors import BadInput


def answers(swings, *values) -> Answers:
    return Answers(np.array(swings, dtype=float), tuple(np.array(v, dtype=float) for v in values))


CAREFUL = answers([100, 50], [0, 60, 100], [100, 0])
HASTY = answers([50, 100], [0, 40, 100], [100, 0])


# ---- sliders


def test_swings_become_weights_and_sliders_ratings():
    assert CAREFUL.weights() == pytest.approx([2 / 3, 1 / 3])
    assert CAREFUL.ratings()[0] == pytest.approx([0, 0.6, 1])
    assert answers([100, 50], [20, 60, 80], [100, 0]).ratings()[0] == pytest.approx([0, 2 / 3, 1])


def test_an_issue_whose_options_are_alike_has_no_weight():
    assert answers([100, 50], [7, 7, 7], [100, 0]).weights() == pytest.approx([0, 1])


def test_ranked_options_start_evenly_spaced():
    assert elicitation.spaced([2, 0, 1]).tolist() == [50, 0, 100]
    assert elicitation.spaced([0]).tolist() == [100]


def test_ranked_issues_start_at_the_centroid_of_what_the_ranking_leaves_open():
    rng = np.random.default_rng(1)
    drawn = np.sort(rng.dirichlet(np.ones(4), 100_000), axis=1)[:, ::-1].mean(axis=0)
    found = elicitation.centroid([0, 1, 2, 3])
    assert found / found.sum() == pytest.approx(drawn, abs=0.003)
    assert elicitation.centroid([1, 0])[1] == 100


def test_sliders_against_the_ranking_are_asked_again():
    assert elicitation.against_ranking([2, 0, 1], np.array([50.0, 60.0, 100.0])) == ((0, 1),)
    assert elicitation.against_ranking([2, 0, 1], np.array([50.0, 50.0, 100.0])) == ()


REFUSED = {
    "a slider stands outside 0 to 100; move it back.": lambda: answers([101], [0, 1]),
    "swings and values do not fit together; give one swing for each issue.": lambda: answers([100, 1], [0, 1]),
    "no issue has any weight; begin with the swing that matters most: 100.": lambda: answers([100, 0], [5, 5], [0, 9]),
    "a ranking does not name everything once; place each in the order, best first.": lambda: elicitation.spaced([0, 2]),
    "nobody of this side has answered yet.": lambda: elicitation.hear([]),
    "the delegates of this side answered on different issues.": lambda: elicitation.hear([CAREFUL, answers([1], [0, 1])]),
    "the delegates of this side cancel one another out; let them talk first.": lambda: elicitation.hear(
        [answers([1], [0, 1]), answers([1], [1, 0])]
    ),
    "an assumed error is out of its range; take shares between 0 and 1.": lambda: Noise(rating=2),
}  # fmt: skip


@pytest.mark.parametrize(("sentence", "asked"), REFUSED.items(), ids=range(len(REFUSED)))
def test_what_cannot_be_heard_is_refused_in_one_sentence(sentence, asked):
    with pytest.raises(BadInput) as refused:
        asked()
    assert str(refused.value) == sentence


# ---- delegates of one side


def test_delegates_are_averaged_and_their_disagreement_is_shown():
    heard = elicitation.hear([CAREFUL, HASTY])
    assert heard.weights == pytest.approx([0.5, 0.5])  # geometric: 2 : 1 and 1 : 2
    assert heard.ratings[0] == pytest.approx([0, 0.5, 1])
    assert heard.weights_apart == pytest.approx([2, 2])
    assert heard.ratings_apart[0] == pytest.approx([0, 0.2, 0])


def test_one_delegate_alone_is_heard_as_they_are():
    heard = elicitation.hear([CAREFUL])
    assert heard.weights == pytest.approx(CAREFUL.weights()) and heard.ratings[0] == pytest.approx(
        [0, 0.6, 1]
    )
    assert heard.weights_apart == pytest.approx([1, 1])


def test_an_issue_on_which_delegates_pull_apart_weighs_less():
    turned = answers([100, 100], [100, 50, 0], [100, 0])
    heard = elicitation.hear([answers([100, 100], [0, 20, 100], [100, 0]), turned])
    assert heard.ratings[0].tolist() == [1, 0, 1]  # the middle is what neither wants
    assert heard.weights[0] < heard.weights[1]


def test_a_delegate_who_gives_an_issue_nothing_does_not_wipe_it_out():
    heard = elicitation.hear([CAREFUL, answers([100, 0], [0, 60, 100], [100, 0])])
    assert 0 < heard.weights[1] < CAREFUL.weights()[1]
    assert np.isinf(heard.weights_apart[1])
    assert np.isfinite(elicitation.believe(heard).covariance).all()


def test_four_delegates_halve_the_error():
    alone = elicitation.believe(elicitation.hear([CAREFUL]))
    four = elicitation.believe(elicitation.hear([CAREFUL] * 4))
    assert np.sqrt(np.diag(four.covariance)) == pytest.approx(np.sqrt(np.diag(alone.covariance)) / 2)
    assert four.mean == pytest.approx(alone.mean)


# ---- beliefs


def test_a_belief_has_the_points_of_the_sliders_and_their_error():
    belief = elicitation.believe(elicitation.hear([CAREFUL]), Noise(weight=0.2, rating=0.1))
    assert [p.tolist() for p in belief.points()] == [[0, 400, 667], [333, 0]]
    spread = np.sqrt(np.diag(belief.covariance))
    assert spread[[0, 4]] == pytest.approx([0, 0])  # the worst is 0 by definition
    assert spread[2] == pytest.approx(0.2 * 666.7, rel=1e-3)  # the best: only its weight can be wrong
    assert spread[1] == pytest.approx(np.hypot(0.2 * 400, 0.1 * 666.7), rel=1e-3)


def test_draws_have_the_mean_and_spread_of_the_belief():
    belief = elicitation.believe(elicitation.hear([CAREFUL]))
    drawn = belief.draw(np.random.default_rng(1), 40_000)
    assert drawn.mean(axis=0) == pytest.approx(belief.mean, abs=2)
    assert np.cov(drawn.T) == pytest.approx(belief.covariance, rel=0.05, abs=150)


def test_a_finished_worksheet_can_be_doubted():
    table = small()
    belief = elicitation.suppose(table, 0)
    assert belief.mean.tolist() == [float(p) for points in table.points for p in points[0]]
    assert belief.covariance[0, 0] == 0 and belief.covariance[1, 1] > 0


def small(**more) -> Table:
    issues = [Issue("Water", ("none", "some", "all")), Issue("Data", ("sealed", "open"))]
    values = [[[0, 60, 100], [100, 70, 0]], [[0, 100], [100, 0]]]
    return make(["N", "S"], issues, values, weights=[[80, 50], [20, 50]], no_deal=[0, 1], **more)


def test_beliefs_make_a_table_and_the_no_deal_package_its_walk_aways():
    beliefs = [elicitation.believe(elicitation.hear([a])) for a in (CAREFUL, HASTY)]
    issues = [Issue("Water", ("none", "some", "all")), Issue("Data", ("sealed", "open"))]
    table = elicitation.tabled(["N", "S"], issues, beliefs, [1, 0], requires=[Requires((0, 2), (1, 1))])
    assert table.points[0].tolist() == [[0, 400, 667], [0, 133, 333]]
    assert table.walk_away.tolist() == [400 + 333, 133 + 667]
    assert table.constrained


# ---- the slow twins: what an answer teaches, and tells


def twin_moments(belief, phi, better):
    """Mean and covariance after an answer, by weighing very many draws."""
    rng = np.random.default_rng(7)
    theta = rng.multivariate_normal(belief.mean, belief.covariance, 400_000, method="eigh")
    strays = belief.noise.tradeoff * 1000
    right = norm.cdf((theta @ phi) / strays * (1 if better else -1))
    weight = belief.noise.lapse + (1 - 2 * belief.noise.lapse) * right
    weight /= weight.sum()
    mean = weight @ theta
    apart = theta - mean
    return mean, (apart * weight[:, None]).T @ apart


@pytest.mark.parametrize("better", [True, False])
@pytest.mark.parametrize("noise", [Noise(), Noise(lapse=0.0), HIGH])
def test_an_answer_moves_the_belief_as_very_many_draws_do(better, noise):
    belief = elicitation.believe(elicitation.hear([CAREFUL]), noise)
    question = Question((0, 1), (1, 1), 0.0)
    phi = elicitation.contrast(belief, [0, 0], question)
    assert phi.tolist() == [-1, 1, 0, -1, 1]
    learnt = elicitation.learn(belief, phi, better)
    mean, covariance = twin_moments(belief, phi, better)
    assert learnt.mean == pytest.approx(mean, abs=2)
    shrunk = np.diag(learnt.covariance)
    # An unlikely answer may have been given in error and then widens the belief; ours stays as wide as it was.
    assert shrunk == pytest.approx(
        np.minimum(np.diag(covariance), np.diag(belief.covariance)), rel=0.05, abs=60
    )


def test_an_answer_far_from_the_belief_is_survived():
    belief = elicitation.believe(elicitation.hear([CAREFUL]), Noise(0.001, 0.001, 0.001, 0.0))
    phi = elicitation.contrast(belief, [0, 0], Question((0, 2), (1, 1), 0.0))
    for _ in range(5):
        belief = elicitation.learn(belief, phi, False)
    assert np.isfinite(belief.mean).all() and np.isfinite(belief.covariance).all()


@given(st.floats(-300, 300), st.floats(1, 4e4))
@settings(max_examples=40)
def test_bits_are_those_of_the_integral(mean, variance):
    strays = 20.0
    grid = np.linspace(-8, 8, 4001) * np.sqrt(variance) + mean
    weight = norm.pdf(grid, mean, np.sqrt(variance))
    weight /= weight.sum()
    p = norm.cdf(grid / strays)

    def entropy(q):
        q = np.clip(q, 1e-15, 1 - 1e-15)
        return -(q * np.log2(q) + (1 - q) * np.log2(1 - q))

    exact = entropy(weight @ p) - weight @ entropy(p)
    found = float(elicitation.informing(np.array(mean), np.array(variance), strays))
    assert found == pytest.approx(exact, abs=0.03)  # the closed form of Houlsby et al. is that near
    assert 0 <= found <= 1


@given(st.integers(0, 10**6))
@settings(max_examples=25, deadline=None)
def test_the_next_question_is_the_best_of_all_of_them(seed):
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 4, int(rng.integers(2, 5)))
    given_values = tuple(
        rng.permutation(np.linspace(0, 100, size)) if size > 1 else np.zeros(1) for size in sizes
    )
    if all(size == 1 for size in sizes):
        return
    belief = elicitation.believe(elicitation.hear([Answers(rng.uniform(1, 100, len(sizes)), given_values)]))
    package = [int(rng.integers(size)) for size in sizes]
    best = 0.0
    moves = [(j, k) for j, size in enumerate(sizes) for k in range(size) if k != package[j]]
    for better, worse in product(moves, moves):
        up, down = (
            belief.mean[belief.option(j, k)] - belief.mean[belief.option(j, package[j])]
            for j, k in (better, worse)
        )
        if better[0] == worse[0] or up <= 0 or down >= 0:
            continue
        phi = elicitation.contrast(belief, package, Question(better, worse, 0.0))
        m, v = phi @ belief.mean, phi @ belief.covariance @ phi
        best = max(best, float(elicitation.informing(np.array(m), np.array(v), 20.0)))
    found = elicitation.next_question(belief, package)
    assert (found.bits if found else 0.0) == pytest.approx(best, abs=1e-9)


def test_the_question_trades_something_better_for_something_worse_within_the_rules():
    belief = elicitation.believe(elicitation.hear([CAREFUL]))
    question = elicitation.next_question(belief, [1, 0])
    assert question is not None
    assert question.better == (0, 2) and question.worse == (1, 1)
    table = small(requires=[Requires((0, 2), (1, 0))])
    assert elicitation.next_question(belief, [1, 0], allowed=table.allowed) is None
    assert elicitation.next_question(belief, [1, 0], asked=[question]) is None


def test_issues_of_very_many_levels_are_asked_about_too():
    many = answers([100, 60], np.linspace(0, 100, 500), np.linspace(100, 0, 500))
    belief = elicitation.believe(elicitation.hear([many]))
    question = elicitation.next_question(belief, [250, 250])
    assert question is not None and question.better[0] != question.worse[0] and question.bits > 0.1


def test_what_is_known_is_not_asked():
    known = elicitation.believe(elicitation.hear([CAREFUL]), Noise(0.0, 0.0, 0.02, 0.0))
    assert elicitation.next_question(known, [1, 0]) is None


# ---- how firm a package stands


def test_a_package_far_above_every_walk_away_always_holds():
    table = small()
    beliefs = [elicitation.suppose(table, i) for i in range(2)]
    found = elicitation.robustness(table, beliefs, [1, 0], np.random.default_rng(1), draws=40)
    assert found.draws == 40 and found.above > 0.9 and found.both <= min(found.above, found.efficient)


def test_without_doubt_a_package_holds_or_does_not():
    table = small()
    sure = [elicitation.suppose(table, i, Noise(0.0, 0.0, 0.02, 0.0)) for i in range(2)]
    rng = np.random.default_rng(1)
    best = elicitation.robustness(table, sure, [1, 0], rng, draws=3)
    assert (best.above, best.efficient, best.both, best.error) == (1, 1, 1, 0)
    worst = elicitation.robustness(table, sure, [2, 1], rng, draws=3)
    assert worst.above == 0


def test_a_walk_away_that_is_a_number_stays_where_it_is():
    values = [[[20, 60, 100], [100, 70, 0]], [[0, 100], [100, 0]]]
    issues = [Issue("Water", ("none", "some", "all")), Issue("Data", ("sealed", "open"))]
    table = make(["N", "S"], issues, values, weights=[[80, 50], [20, 50]], walk_away=[60, 50])
    sure = [elicitation.suppose(table, i, Noise(0.0, 0.0, 0.02, 0.0)) for i in range(2)]
    rng = np.random.default_rng(1)
    for package in product(range(3), range(2)):
        found = elicitation.robustness(table, sure, package, rng, draws=1)
        assert found.above == float((table.value(package) >= table.walk_away).all())


def test_drawing_stops_when_asked():
    table = small()
    beliefs = [elicitation.suppose(table, i) for i in range(2)]
    found = elicitation.robustness(table, beliefs, [1, 0], np.random.default_rng(1), stop=lambda: True)
    assert found.draws == 1


def test_beliefs_must_fit_the_table():
    with pytest.raises(BadInput, match="the beliefs do not fit the table; give one for each side"):
        elicitation.robustness(small(), [], [1, 0], np.random.default_rng(1))


# ---- what it comes to


def simulated(**asked):
    usual = {"cases": 12, "issues": 6, "options": 4, "seed": 3, "delegates": 1, "questions": 0}
    return simulation.shares(simulation.sliders, **{"noise": Noise(), **usual, **asked})


def test_sliders_bring_most_of_the_best_package():
    assert np.median(simulated()) > 0.95


def test_without_error_nothing_is_lost():
    assert simulated(noise=Noise(0.0, 0.0, 0.001, 0.0)).min() > 0.97  # sliders have whole numbers


def test_averaging_delegates_is_worth_more_than_anything_else():
    alone = simulated(noise=HIGH, cases=20)
    assert np.mean(simulated(noise=HIGH, cases=20, delegates=4)) > np.mean(alone)


@pytest.mark.slow
def test_forty_sliders_and_twenty_trade_offs_reach_the_promised_share():
    found = simulated(cases=100, issues=10, options=5, seed=1, questions=20)
    tenth, median = np.quantile(found, [0.1, 0.5])
    assert median >= 0.98 and tenth >= 0.92
