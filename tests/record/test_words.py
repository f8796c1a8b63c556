"""Every act that is recorded has words that translators see."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import tracktwo
from tracktwo.process.phases import Phase
from tracktwo.record import rules
from tracktwo.statements.rules import State

SOURCE = Path(tracktwo.__file__).parent


@pytest.mark.parametrize(
    ("verb", "parts"),
    [
        ("begin", ("begin", "")), ("analysis 12", ("analysis", " 12")), ("invite (3)", ("invite", " (3)")),
        ("draft a paper (1)", ("draft a paper", " (1)")), ("step to follow-up", ("step to follow-up", "")), ("", ("", "")),
    ],
)  # fmt: skip
def test_an_act_is_told_apart_from_its_number(verb, parts):
    assert rules.act_and_number(verb) == parts


def recorded() -> set[str]:
    """The verbs that the source writes into the record, with a placeholder where one is filled in."""
    found = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("write", "cast"):
                verbs = [word.value for word in node.keywords if word.arg == "verb"]
                for verb in verbs:
                    ends = [verb.body, verb.orelse] if isinstance(verb, ast.IfExp) else [verb]
                    found |= {text for one in ends if (text := written(one))}
    return found


def written(verb: ast.expr) -> str:
    if isinstance(verb, ast.Constant):
        return str(verb.value)
    if isinstance(verb, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in verb.values)
    return ""  # handed in by whoever calls, and found there


def test_every_recorded_act_stands_in_the_list():
    verbs = {verb for verb in recorded() if verb not in ("step to 7", "moderate: 7")}
    assert len(verbs) > 12
    assert {rules.act_and_number(verb)[0] for verb in verbs} <= set(rules.ACTS)
    assert {f"step to {phase}" for phase in Phase if phase not in (Phase.CLOSED, Phase.ERASED)} <= set(
        rules.ACTS
    )
    assert {f"moderate: {state}" for state in (State.OPEN, State.REJECTED)} <= set(rules.ACTS)


def test_no_act_is_longer_than_its_column():
    assert max(map(len, rules.ACTS)) + len(" (99999)") <= 60
