"""What Tracktwo says when it will not or cannot do something.

Every refusal is one calm sentence. It is written once, in English, beside the rule that
speaks it; the web layer translates it. It never holds anything another side could learn from.
"""

from __future__ import annotations

from collections.abc import Mapping


def gettext_noop(sentence: str) -> str:
    """Mark a sentence for translators in modules that must not know the web framework."""
    return sentence


def filled(sentence: str, facts: Mapping[str, object], comma: str = ", ") -> str:
    """The sentence with its facts; several in one place are joined by the comma of the reader's language."""
    said = {
        name: comma.join(fact) if isinstance(fact, list | tuple) else fact for name, fact in facts.items()
    }
    return sentence % said if facts else sentence


class Refusal(Exception):
    """Something asked for is not done; says what happened, why, and what one can do."""

    def __init__(self, sentence: str, **facts: object) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.facts = facts

    def __str__(self) -> str:
        return filled(self.sentence, self.facts)


class BadInput(Refusal):
    """A file or a value cannot be read; one sentence with what, where and the remedy."""

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        sentence = f"{where}: {what}" if where else what
        super().__init__(f"{sentence}; {remedy}." if remedy else f"{sentence}.")
        self.what, self.where, self.remedy = what, where, remedy

    def __str__(self) -> str:
        return self.sentence  # a file name may hold a percent sign: never format it


class NotHere(Refusal):
    """Not available to you: reads the same whether the thing exists or not."""

    def __init__(self) -> None:
        super().__init__(gettext_noop("This is not available to you."))
