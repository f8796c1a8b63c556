"""The slow obvious twin of the cleavage: one person and one statement at a time."""

from __future__ import annotations

import math

Answers = dict[tuple[int, int], bool]  # (person, statement): whether they agree


class Person:
    """Where a person stands (u) and how readily they agree (a): means and covariance."""

    def __init__(self) -> None:
        self.u = self.a = self.var_u = self.var_a = self.cov = 0.0

    def weight(self, pull: float, liked: float) -> float:
        """tanh(c / 2) / 2 c, with c the root of the mean square of the log-odds u pull + a + liked."""
        mean = self.u * pull + self.a + liked
        variance = self.var_u * pull**2 + self.var_a + 2 * pull * self.cov
        c = max(math.sqrt(max(mean**2 + variance, 0.0)), 1e-6)
        return math.tanh(c / 2) / (2 * c)

    def listen(self, said: list[tuple[float, float, bool]]) -> None:
        """One step: (pull, liking, agrees) of everything the person answered; both are held by a prior of 1."""
        xx, xy, yy, x, y = 1.0, 0.0, 1.0, 0.0, 0.0
        for pull, liked, agrees in said:
            w = self.weight(pull, liked)
            rest = agrees - 0.5 - w * liked
            xx, xy, yy = xx + w * pull * pull, xy + w * pull, yy + w
            x, y = x + rest * pull, y + rest
        size = xx * yy - xy * xy
        self.u, self.a = (yy * x - xy * y) / size, (xx * y - xy * x) / size
        self.var_u, self.cov, self.var_a = yy / size, -xy / size, xx / size


def person(i: int, answers: Answers, pull: list[float], liked: list[float], steps: int) -> Person:
    said = [(pull[j], liked[j], agrees) for (one, j), agrees in answers.items() if one == i]
    here = Person()
    for _ in range(steps):
        here.listen(said)
    return here


def statement(said: list[tuple[Person, bool]], pull: float, liked: float) -> tuple[float, float]:
    """The next pull and liking from what everybody said of it, held by priors of precision 2 and 0.2."""
    xx, xy, yy, x, y = 2.0, 0.0, 0.2, 0.0, 0.0
    for one, agrees in said:
        w = one.weight(pull, liked)
        xx, xy, yy = xx + w * (one.u**2 + one.var_u), xy + w * one.u, yy + w
        x += (agrees - 0.5) * one.u - w * (one.u * one.a + one.cov)
        y += agrees - 0.5 - w * one.a
    size = xx * yy - xy * xy
    return (yy * x - xy * y) / size, (xx * y - xy * x) / size


def line(
    answers: Answers, start: list[float], people: int, rounds: int, steps: int
) -> tuple[list[float], list[float], list[float]]:
    """Where each person stands, pull and liking of each statement."""
    size = math.sqrt(sum(one * one for one in start) / len(start))
    pull, liked = [0.7 * one / size for one in start], [0.0] * len(start)
    for _ in range(rounds):
        stand = [person(i, answers, pull, liked, steps) for i in range(people)]
        both = [
            statement(
                [(stand[i], agrees) for (i, one), agrees in answers.items() if one == j], pull[j], liked[j]
            )
            for j in range(len(start))
        ]
        pull, liked = [p for p, _ in both], [q for _, q in both]
    return [person(i, answers, pull, liked, steps).u for i in range(people)], pull, liked
