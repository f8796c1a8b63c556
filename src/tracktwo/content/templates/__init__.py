"""What a process can begin from: templates as text, and ground rules as text."""

from __future__ import annotations

from functools import cache

from tracktwo.content.scenarios.reading import load_rules


def chatham() -> dict[str, str]:
    """The ground rules under the Chatham House Rule, as text, in each language."""
    return rules_as_text("chatham")


@cache
def rules_as_text(name: str) -> dict[str, str]:
    """Ground rules of content/rules as one text, in each language."""
    return {
        language: "\n\n".join(f"{one.number}. {one.title}\n{one.text}" for one in version.articles)
        for language, version in load_rules(name).items()
    }
