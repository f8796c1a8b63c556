"""How much of the best package's worth survives being asked: simulated sides, noisy answers, the engine's package.

    python -m benchmarks.bargaining.elicitation [--cases 200] [--issues 10] [--options 5] [--seed 1]

Two sides; weights are drawn evenly from all that sum to 1, options valued concavely or convexly, six issues of ten
opposed, the no-deal package at random. Worth is the geometric mean of both sides' true surplus over their true
walk-aways, as a share of the best there is (0 where a side would be worse off than without a package).
The truth is additive and answers are unbiased and honest: people are not, so read the figures as upper bounds.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tracktwo.engines.bargaining import elicitation, solutions
from tracktwo.engines.bargaining.elicitation import HIGH, Answers, Belief, Floats, Noise
from tracktwo.engines.bargaining.table import Issue, Table

EVERY = 3  # answers after which the text is drawn up anew


@dataclass(frozen=True, eq=False)
class Truth:
    """What a side really thinks: weights float64[m] summing to 1, values float64[m, K] from 0 to 1."""

    weights: Floats
    values: Floats

    @property
    def points(self) -> Floats:
        worth: Floats = self.weights[:, None] * self.values
        return worth


@dataclass(frozen=True, eq=False)
class World:
    """Two sides and what holds without a package."""

    sides: tuple[Truth, ...]
    no_deal: tuple[int, ...]
    best: float

    def worth(self, package: Sequence[int]) -> float:
        """Share of the best geometric mean of true surpluses."""
        return geometric(self.surplus(package)) / self.best

    def surplus(self, package: Sequence[int]) -> Floats:
        rows = np.arange(len(self.no_deal))
        gains = [
            t.points[rows, list(package)].sum() - t.points[rows, list(self.no_deal)].sum() for t in self.sides
        ]
        return np.array(gains)


def geometric(surplus: Floats) -> float:
    return float(np.sqrt(np.prod(surplus))) if (surplus > 0).all() else 0.0


def world(rng: np.random.Generator, issues: int, options: int) -> World:
    opposed = rng.random(issues) < 0.6
    sides = []
    for turned in (np.zeros(issues, dtype=bool), opposed):
        rising = np.linspace(0, 1, options) ** np.exp2(rng.uniform(-1, 1, (issues, 1)))
        values = np.where(turned[:, None], rising[:, ::-1], rising)
        sides.append(Truth(rng.dirichlet(np.ones(issues)), values))
    no_deal = tuple(int(k) for k in rng.integers(0, options, issues))
    made = World(tuple(sides), no_deal, 1.0)
    exactly = [believed(truth) for truth in sides]
    return replace(made, best=geometric(made.surplus(package_of(exactly, no_deal))))


def believed(truth: Truth) -> Belief:
    """A side that is known to the last point."""
    heard = elicitation.hear([Answers(truth.weights * 100, tuple(truth.values * 100))])
    return elicitation.believe(heard, best=100_000)


def package_of(beliefs: Sequence[Belief], no_deal: Sequence[int]) -> tuple[int, ...]:
    found = solutions.max_nash(tabled(beliefs, no_deal), seconds=10.0)
    return found.package


def tabled(beliefs: Sequence[Belief], no_deal: Sequence[int]) -> Table:
    sizes = np.diff(beliefs[0].start)
    issues = [Issue(str(j), tuple(str(k) for k in range(size))) for j, size in enumerate(sizes)]
    return elicitation.tabled([str(i) for i in range(len(beliefs))], issues, beliefs, no_deal)


# ---- delegates


def sliders(truth: Truth, noise: Noise, rng: np.random.Generator) -> Answers:
    """Swings wrong by a factor, ratings by a share of the range; the ends of each issue are known from ranking."""
    swings = truth.weights * np.exp(noise.weight * rng.standard_normal(len(truth.weights)))
    strayed = truth.values + noise.rating * rng.standard_normal(truth.values.shape)
    inner = (truth.values > 0) & (truth.values < 1)
    values = np.where(inner, np.clip(strayed, 0, 1), truth.values)
    return Answers(np.rint(swings / swings.max() * 100), tuple(np.rint(values * 100)))


def nothing(truth: Truth, noise: Noise, rng: np.random.Generator) -> Answers:
    return Answers(np.full(len(truth.weights), 100.0), sliders_by_rank(truth))


def rankings(truth: Truth, noise: Noise, rng: np.random.Generator) -> Answers:
    strayed = truth.weights * np.exp(noise.weight * rng.standard_normal(len(truth.weights)))
    return Answers(elicitation.centroid(np.argsort(-strayed).tolist()), sliders_by_rank(truth))


def swings_and_ranks(truth: Truth, noise: Noise, rng: np.random.Generator) -> Answers:
    return Answers(sliders(truth, noise, rng).swings, sliders_by_rank(truth))


def sliders_by_rank(truth: Truth) -> tuple[Floats, ...]:
    return tuple(elicitation.spaced(np.argsort(-row).tolist()) for row in truth.values)


def told(truth: Truth, phi: Floats, noise: Noise, rng: np.random.Generator) -> bool:
    """Better or worse: the true difference, a little off, and now and then an answer given in error."""
    difference = float(phi @ truth.points.ravel()) + noise.tradeoff * rng.standard_normal()
    return bool((difference > 0) != (rng.random() < noise.lapse))


def refine(
    beliefs: list[Belief], made: World, questions: int, noise: Noise, rng: np.random.Generator
) -> tuple[int, ...]:
    """Each side answers so many trade-offs around the text, which is drawn up anew after every three."""
    beliefs = list(beliefs)
    package = package_of(beliefs, made.no_deal)
    for count in range(questions):
        if count and count % EVERY == 0:
            package = package_of(beliefs, made.no_deal)
        for i, truth in enumerate(made.sides):
            question = elicitation.next_question(beliefs[i], package)
            if question is not None:
                phi = elicitation.contrast(beliefs[i], package, question)
                beliefs[i] = elicitation.learn(beliefs[i], phi, told(truth, phi, noise, rng))
    return package_of(beliefs, made.no_deal)


# ---- the table

Ask = Callable[[Truth, Noise, np.random.Generator], Answers]


def share(
    made: World, ask: Ask, noise: Noise, rng: np.random.Generator, *, delegates: int = 1, questions: int = 0
) -> float:
    """Of the best worth, what the package from these answers has."""
    heard = [elicitation.hear([ask(truth, noise, rng) for _ in range(delegates)]) for truth in made.sides]
    beliefs = [elicitation.believe(h, noise) for h in heard]
    return made.worth(refine(beliefs, made, questions, noise, rng))


METHODS: list[tuple[str, Ask, int, int]] = [
    ("equal weights, even spacing", nothing, 1, 0),
    ("rank issues and options", rankings, 1, 0),
    ("swing sliders, rank options", swings_and_ranks, 1, 0),
    ("swing and value sliders", sliders, 1, 0),
    ("the same and 10 trade-offs", sliders, 1, 10),
    ("the same and 20 trade-offs", sliders, 1, 20),
    ("the same and 40 trade-offs", sliders, 1, 40),
    ("sliders of 4 delegates", sliders, 4, 0),
    ("the same and 20 trade-offs", sliders, 4, 20),
]


def shares(
    ask: Ask,
    noise: Noise,
    *,
    cases: int,
    issues: int,
    options: int,
    seed: int,
    delegates: int,
    questions: int,
) -> Floats:
    rng = np.random.default_rng(seed)
    worlds = [world(rng, issues, options) for _ in range(cases)]
    return np.array(
        [share(made, ask, noise, rng, delegates=delegates, questions=questions) for made in worlds]
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--issues", type=int, default=10)
    parser.add_argument("--options", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    print(f"{given.cases} cases of {given.issues} issues x {given.options} options; share of the best worth")
    for label, noise in (("low noise", Noise()), ("high noise", HIGH)):
        print(f"\n{label}: {noise}\n{'asked':30} {'median':>7} {'10th %':>7} {'within 5 %':>11}")
        for name, ask, delegates, questions in METHODS:
            found = shares(
                ask,
                noise,
                cases=given.cases,
                issues=given.issues,
                options=given.options,
                seed=given.seed,
                delegates=delegates,
                questions=questions,
            )
            tenth, median = np.quantile(found, [0.1, 0.5])
            print(f"{name:30} {median:7.3f} {tenth:7.3f} {(found >= 0.95).mean():11.2f}", flush=True)


if __name__ == "__main__":
    main()
